//! What a plot and its legend draw alike: the data marker, the shade of a band, the width of a line.

use super::palette::{Look, Marker, WHITE};
use super::scene::{Rect, Scene, Shape};

const LINE_WIDTH: f64 = 1.8;
const MUTED_WIDTH: f64 = 0.9;
pub(crate) const BAND_OPACITY: f64 = 0.2;
const MARKER_RADIUS: f64 = 3.6;
const CROWD_RADIUS: f64 = 2.3;

/// How far the arrow of a point below the limit of quantification reaches down.
pub(crate) const ARROW_LENGTH: f64 = 11.0;

type Point = (f64, f64);

/// Width of a curve.
pub(crate) fn line_width(look: &Look) -> f64 {
    if look.muted || look.small { MUTED_WIDTH } else { LINE_WIDTH }
}

/// Width of each of `count` curves of a family: many thick curves would be one blot.
pub(crate) fn family_width(look: &Look, count: usize) -> f64 {
    if count > 1 { MUTED_WIDTH } else { line_width(look) }
}

/// One data marker with a thin white edge, so that it stands out on a curve of its own colour.
pub(crate) fn draw_marker(centre: Point, look: &Look, scene: &mut Scene) {
    let (x, y) = centre;
    let radius = if look.small { CROWD_RADIUS } else { MARKER_RADIUS };
    let around = |offsets: &[Point], scale: f64| -> Vec<Point> {
        offsets.iter().map(|(dx, dy)| (x + dx * radius * scale, y + dy * radius * scale)).collect()
    };
    let polygon: &[Point] = match look.marker {
        Marker::Circle | Marker::Ring => {
            scene.shapes.push(Shape::Disc { centre, radius: radius + 0.8, colour: WHITE });
            scene.shapes.push(Shape::Disc { centre, radius, colour: look.colour });
            if look.marker == Marker::Ring || look.muted {
                scene.shapes.push(Shape::Disc { centre, radius: radius - if look.small { 1.0 } else { 1.5 }, colour: WHITE });
            }
            return;
        }
        Marker::Cross | Marker::Plus => {
            let arms: [[Point; 2]; 2] = if look.marker == Marker::Cross {
                [[(-0.9, -0.9), (0.9, 0.9)], [(-0.9, 0.9), (0.9, -0.9)]]
            } else {
                [[(-1.2, 0.0), (1.2, 0.0)], [(0.0, -1.2), (0.0, 1.2)]]
            };
            arms.iter().for_each(|arm| scene.stroke(around(arm, 1.0), if look.muted || look.small { 1.2 } else { 2.0 }, look.colour));
            return;
        }
        Marker::ArrowDown => {
            draw_arrow(centre, ARROW_LENGTH, look, scene);
            return;
        }
        Marker::Square => &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
        Marker::Diamond => &[(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)],
        Marker::TriangleUp => &[(0.0, -1.2), (1.15, 0.9), (-1.15, 0.9)],
        Marker::TriangleDown => &[(0.0, 1.2), (1.15, -0.9), (-1.15, -0.9)],
    };
    scene.fill(around(polygon, 1.3), WHITE, 1.0);
    scene.fill(around(polygon, 1.0), look.colour, 1.0);
    if look.muted {
        scene.fill(around(polygon, 0.55), WHITE, 1.0);
    }
}

/// A bar at the limit of quantification and an arrow `length` down from it: the value is somewhere below.
pub(crate) fn draw_arrow((x, y): Point, length: f64, look: &Look, scene: &mut Scene) {
    let head = 0.5 * length;
    scene.stroke(vec![(x - 4.2, y), (x + 4.2, y)], 1.8, look.colour);
    scene.stroke(vec![(x, y), (x, y + length - head)], 1.5, look.colour);
    scene.fill(vec![(x, y + length), (x - 3.4, y + length - head), (x + 3.4, y + length - head)], look.colour, 1.0);
}

/// A short sample of a band for the legend.
pub(crate) fn draw_band_sample(area: &Rect, look: &Look, scene: &mut Scene) {
    scene.fill(area.corners(), look.colour, BAND_OPACITY);
}
