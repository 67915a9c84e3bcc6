//! The two embedded DejaVu faces: measuring, wrapping, and the glyphs for the bitmap.
//!
//! plotters' own bitmap text drops each glyph's left bearing and rounds to whole pixels, which spaces letters unevenly; the glyphs are
//! therefore placed here, from the same faces that are registered with plotters for the SVG.

use ab_glyph::{Font, FontRef, PxScale, ScaleFont};
use std::sync::OnceLock;

/// The CSS font list written into the SVG, and the key under which plotters knows the face.
pub(crate) const FAMILY: &str = "DejaVu Sans, Verdana, sans-serif";

static REGULAR_BYTES: &[u8] = include_bytes!("../fonts/DejaVuSans.ttf");
static BOLD_BYTES: &[u8] = include_bytes!("../fonts/DejaVuSans-Bold.ttf");

struct Faces {
    regular: FontRef<'static>,
    bold: FontRef<'static>,
}

fn faces() -> &'static Faces {
    static FACES: OnceLock<Faces> = OnceLock::new();
    FACES.get_or_init(|| {
        use plotters::style::{FontStyle, register_font};
        // plotters never measures here; the registration only keeps its text calls from failing
        let _ = register_font(FAMILY, FontStyle::Normal, REGULAR_BYTES);
        let _ = register_font(FAMILY, FontStyle::Bold, BOLD_BYTES);
        Faces {
            regular: FontRef::try_from_slice(REGULAR_BYTES).expect("the embedded face is a valid font, tested below"),
            bold: FontRef::try_from_slice(BOLD_BYTES).expect("the embedded face is a valid font, tested below"),
        }
    })
}

fn face(bold: bool) -> &'static FontRef<'static> {
    if bold { &faces().bold } else { &faces().regular }
}

/// ab_glyph scales by ascent minus descent; sizes here are the em, as in CSS.
fn scale_of_em(font: &FontRef<'static>, em: f64) -> PxScale {
    let units = font.units_per_em().unwrap_or(2048.0);
    PxScale::from((em * f64::from(font.height_unscaled() / units)) as f32)
}

/// Width of one line of `text` in the unit of `em`.
pub(crate) fn width(text: &str, em: f64, bold: bool) -> f64 {
    let font = face(bold);
    // measured at a large size, so that the result is proportional to em whatever the em
    let scaled = font.as_scaled(scale_of_em(font, 1000.0));
    let mut total = 0.0_f64;
    let mut previous = None;
    for character in text.chars() {
        let glyph = scaled.glyph_id(character);
        if let Some(previous) = previous {
            total += f64::from(scaled.kern(previous, glyph));
        }
        total += f64::from(scaled.h_advance(glyph));
        previous = Some(glyph);
    }
    total * em / 1000.0
}

/// Calls `pixel(x, y, coverage)` for every touched pixel of `text` set from the origin on the baseline (y grows downwards).
pub(crate) fn glyph_pixels(text: &str, em: f64, bold: bool, offset: (f64, f64), mut pixel: impl FnMut(i32, i32, f32)) {
    let font = face(bold);
    let scale = scale_of_em(font, em);
    let scaled = font.as_scaled(scale);
    let mut pen = 0.0_f32;
    let mut previous = None;
    for character in text.chars() {
        let id = scaled.glyph_id(character);
        if let Some(previous) = previous {
            pen += scaled.kern(previous, id);
        }
        let glyph = id.with_scale_and_position(scale, ab_glyph::point(pen + offset.0 as f32, offset.1 as f32));
        if let Some(outline) = font.outline_glyph(glyph) {
            let bounds = outline.px_bounds();
            outline.draw(|x, y, coverage| {
                pixel(bounds.min.x as i32 + x as i32, bounds.min.y as i32 + y as i32, coverage.clamp(0.0, 1.0));
            });
        }
        pen += scaled.h_advance(id);
        previous = Some(id);
    }
}

/// Breaks `text` into lines no wider than `limit`: at spaces where it can, inside a word where it must.
pub(crate) fn wrap(text: &str, em: f64, bold: bool, limit: f64) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if width(&longer, em, bold) <= limit {
                line = longer;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            for character in word.chars() {
                line.push(character);
                if width(&line, em, bold) > limit && line.chars().count() > 1 {
                    line.pop();
                    lines.push(std::mem::replace(&mut line, character.to_string()));
                }
            }
        }
        if !line.is_empty() {
            lines.push(line);
        }
    }
    lines
}

/// True when the widest word of `text` fits into `limit`, so that wrapping need not break inside words.
pub(crate) fn words_fit(text: &str, em: f64, limit: f64) -> bool {
    text.split_whitespace().all(|word| width(word, em, false) <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_faces_load_and_hold_the_characters_of_the_field() {
        for bold in [false, true] {
            for character in "µαβλ²³⁻⁰⁴⁹·×±≤≥−–—… ₂é".chars() {
                assert_ne!(face(bold).glyph_id(character).0, 0, "{character} bold={bold}");
            }
        }
    }

    #[test]
    fn width_of_a_zero_is_the_advance_in_the_font() {
        // DejaVu Sans: advance of the digits is 1303 units of 2048
        assert!((width("0", 20.48, false) - 13.03).abs() < 1e-3);
        assert!(width("kidneys", 12.0, true) > width("kidneys", 12.0, false));
    }

    #[test]
    fn wrapped_lines_fit_and_lose_nothing() {
        let text = "Absorbed dose to the kidneys per cycle averyveryveryverylongwordwithoutanyspaces";
        let lines = wrap(text, 12.0, false, 90.0);
        assert!(lines.iter().all(|line| width(line, 12.0, false) <= 90.0), "{lines:?}");
        let squeeze = |s: &str| s.replace(' ', "");
        assert_eq!(squeeze(&lines.concat()), squeeze(text));
        assert!(wrap("", 12.0, false, 90.0).is_empty());
        assert_eq!(wrap("abc", 12.0, false, 0.0), ["a", "b", "c"]);
    }
}
