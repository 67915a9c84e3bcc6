//! Plays a scene on the plotters backends: SVG at eight times the size under a rewritten outer size (plotters knows whole pixels only),
//! PNG at three times the size, averaged down.

use super::fonts::{self, FAMILY};
use super::palette::Colour;
use super::scene::{Anchor, Scene, Shape, Text};
use crate::report::ReportError;
use plotters::backend::{BitMapBackend, DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontStyle, FontTransform, IntoFont, RGBAColor, RGBColor, ShapeStyle, TextStyle};

/// A pixel of the backend.
type BackendCoord = (i32, i32);

const SVG_SCALE: f64 = 8.0;
/// Bitmap pixels drawn per pixel of the file, along each side.
const OVERSAMPLING: u32 = 3;

/// The SVG text.
pub(crate) fn svg(scene: &Scene, figure: &str) -> Result<String, ReportError> {
    let (width, height) = ((scene.width * SVG_SCALE) as u32, (scene.height * SVG_SCALE) as u32);
    let mut text = String::new();
    let mut backend = SVGBackend::with_string(&mut text, (width, height));
    play(scene, &mut backend, SVG_SCALE, svg_text).map_err(|reason| drawing(figure, &reason))?;
    drop(backend);
    let drawn = format!("<svg width=\"{width}\" height=\"{height}\"");
    let shown = format!("<svg width=\"{}\" height=\"{}\"", scene.width, scene.height);
    Ok(text.replacen(&drawn, &shown, 1))
}

/// The PNG file.
pub(crate) fn png(scene: &Scene, figure: &str) -> Result<Vec<u8>, ReportError> {
    let (width, height) = (scene.width as u32, scene.height as u32);
    let large = (width * OVERSAMPLING, height * OVERSAMPLING);
    let mut pixels = vec![255_u8; large.0 as usize * large.1 as usize * 3];
    {
        let mut backend = BitMapBackend::with_buffer(&mut pixels, large);
        play(scene, &mut backend, f64::from(OVERSAMPLING), bitmap_text).map_err(|reason| drawing(figure, &reason))?;
    }
    let small = averaged(&pixels, width as usize, height as usize);
    let mut file = Vec::new();
    let encoder = image::codecs::png::PngEncoder::new(&mut file);
    image::ImageEncoder::write_image(encoder, &small, width, height, image::ExtendedColorType::Rgb8)
        .map_err(|error| drawing(figure, &error.to_string()))?;
    Ok(file)
}

fn drawing(figure: &str, reason: &str) -> ReportError {
    ReportError::Drawing { figure: figure.to_owned(), reason: reason.to_owned() }
}

/// Mean of each square of drawn pixels.
fn averaged(pixels: &[u8], width: usize, height: usize) -> Vec<u8> {
    let over = OVERSAMPLING as usize;
    let area = (over * over) as u32;
    let mut small = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        for x in 0..width {
            for channel in 0..3 {
                let mut sum = area / 2;
                for row in 0..over {
                    let start = ((y * over + row) * width * over + x * over) * 3 + channel;
                    sum += (0..over).map(|column| u32::from(pixels[start + 3 * column])).sum::<u32>();
                }
                small.push((sum / area) as u8);
            }
        }
    }
    small
}

fn ink(colour: Colour, opacity: f64) -> RGBAColor {
    RGBColor(colour.0, colour.1, colour.2).mix(opacity)
}

type Played = Result<(), String>;

fn play<B: DrawingBackend>(scene: &Scene, backend: &mut B, scale: f64, draw_text: impl Fn(&Text, &mut B, f64) -> Played) -> Played {
    let page = [(0.0, 0.0), (scene.width, 0.0), (scene.width, scene.height), (0.0, scene.height)];
    let white = ShapeStyle { color: ink((255, 255, 255), 1.0), filled: true, stroke_width: 0 };
    let corner = device(page[2], scale);
    said(backend.draw_rect((0, 0), corner, &white, true))?;
    for shape in &scene.shapes {
        match shape {
            Shape::Stroke { points, width, colour, opacity } => {
                let style =
                    ShapeStyle { color: ink(*colour, *opacity), filled: false, stroke_width: (width * scale).round().max(1.0) as u32 };
                for path in without_spikes(&device_path(points, scale)) {
                    said(backend.draw_path(path, &style))?;
                }
            }
            Shape::Fill { points, colour, opacity } => {
                said(backend.fill_polygon(device_path(points, scale), &ink(*colour, *opacity)))?;
            }
            Shape::Disc { centre, radius, colour } => {
                let radius = (radius * scale).round().max(1.0) as u32;
                said(backend.draw_circle(device(*centre, scale), radius, &ink(*colour, 1.0), true))?;
            }
            Shape::Text(text) => draw_text(text, backend, scale)?,
        }
    }
    said(backend.present())
}

fn said<E: std::fmt::Display>(result: Result<(), E>) -> Played {
    result.map_err(|error| error.to_string())
}

fn device((x, y): (f64, f64), scale: f64) -> BackendCoord {
    ((x * scale).round() as i32, (y * scale).round() as i32)
}

/// Device points without repetitions, which plotters' thick lines do not bear.
fn device_path(points: &[(f64, f64)], scale: f64) -> Vec<BackendCoord> {
    let mut path: Vec<BackendCoord> = points.iter().map(|point| device(*point, scale)).collect();
    path.dedup();
    path
}

/// The path cut where it turns back sharply: plotters mitres thick lines without a limit, which draws a spike far beyond the turn.
fn without_spikes(path: &[BackendCoord]) -> Vec<Vec<BackendCoord>> {
    let direction = |from: BackendCoord, to: BackendCoord| {
        let (dx, dy) = (f64::from(to.0 - from.0), f64::from(to.1 - from.1));
        let length = crate::math::hypot(dx, dy);
        (dx / length, dy / length)
    };
    let mut pieces = Vec::new();
    let mut start = 0;
    for turn in 1..path.len().saturating_sub(1) {
        let (before, after) = (direction(path[turn - 1], path[turn]), direction(path[turn], path[turn + 1]));
        if before.0 * after.0 + before.1 * after.1 < SHARPEST_MITRE {
            pieces.push(path[start..=turn].to_vec());
            start = turn;
        }
    }
    pieces.push(path[start.min(path.len())..].to_vec());
    pieces.retain(|piece| piece.len() > 1);
    pieces
}

/// Cosine of the sharpest turn that is mitred: at 100° the mitre reaches 0.8 line widths beyond the corner.
const SHARPEST_MITRE: f64 = -0.2;

/// Text as SVG text; plotters writes `size / 1.24` as font size and puts the baseline 0.76 em below a top anchor.
fn svg_text(text: &Text, backend: &mut SVGBackend<'_>, scale: f64) -> Played {
    let em = text.em * scale;
    let horizontal = match text.anchor {
        Anchor::Start => HPos::Left,
        Anchor::Middle => HPos::Center,
        Anchor::End => HPos::Right,
    };
    let weight = if text.bold { FontStyle::Bold } else { FontStyle::Normal };
    let font = (FAMILY, em * 1.24, weight).into_font();
    let font = if text.upright { font.transform(FontTransform::Rotate270) } else { font };
    let colour = ink(text.colour, 1.0);
    let style = TextStyle::from(font).color(&colour).pos(Pos::new(horizontal, VPos::Top));
    let (x, y) = (text.x * scale, text.y * scale);
    let at = if text.upright { (x - 0.76 * em, y) } else { (x, y - 0.76 * em) };
    said(backend.draw_text(&text.text, &style, (at.0.round() as i32, at.1.round() as i32)))
}

/// Text as glyph pixels.
fn bitmap_text(text: &Text, backend: &mut BitMapBackend<'_>, scale: f64) -> Played {
    let em = text.em * scale;
    let width = fonts::width(&text.text, em, text.bold);
    let back = match text.anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => width / 2.0,
        Anchor::End => width,
    };
    let (x, y) = (text.x * scale, text.y * scale);
    // the origin of the line, split into whole pixels and the rest along the direction of writing
    let (along, across) = if text.upright { (-y - back, x) } else { (x - back, y) };
    let (whole_along, whole_across) = (along.floor(), across.round());
    let size = backend.get_size();
    let mut result = Ok(());
    fonts::glyph_pixels(&text.text, em, text.bold, (along - whole_along, 0.0), |dx, dy, coverage| {
        let (u, v) = (whole_along as i32 + dx, whole_across as i32 + dy);
        let at = if text.upright { (v, -u) } else { (u, v) };
        let inside = (0..size.0 as i32).contains(&at.0) && (0..size.1 as i32).contains(&at.1);
        if inside && coverage > 0.0 && result.is_ok() {
            result = said(backend.draw_pixel(at, ink(text.colour, f64::from(coverage)).to_backend_color()));
        }
    });
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spike_is_drawn_as_two_lines_that_meet() {
        // a narrow peak: up and down within one pixel
        let pieces = without_spikes(&[(0, 0), (10, 0), (10, 100), (11, 0), (20, 0)]);
        assert_eq!(pieces, [vec![(0, 0), (10, 0), (10, 100)], vec![(10, 100), (11, 0), (20, 0)]]);
        assert_eq!(without_spikes(&[(0, 0), (5, 5)]), [vec![(0, 0), (5, 5)]]);
        assert!(without_spikes(&[(1, 1)]).is_empty());
        assert!(without_spikes(&[]).is_empty());
    }
}
