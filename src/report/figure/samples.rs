//! What a plot and its legend draw alike: the data marker, the shade of a band, the width of a line.

use super::palette::{Look, Marker, WHITE};
use super::scene::{Rect, Scene, Shape};

pub(crate) const LINE_WIDTH: f64 = 1.8;
pub(crate) const BAND_OPACITY: f64 = 0.2;
const MARKER_RADIUS: f64 = 3.6;

type Point = (f64, f64);

/// One data marker with a thin white edge, so that it stands out on a curve of its own colour.
pub(crate) fn draw_marker(centre: Point, look: &Look, scene: &mut Scene) {
    let (x, y) = centre;
    let around = |offsets: &[Point], scale: f64| -> Vec<Point> {
        offsets.iter().map(|(dx, dy)| (x + dx * MARKER_RADIUS * scale, y + dy * MARKER_RADIUS * scale)).collect()
    };
    let polygon: &[Point] = match look.marker {
        Marker::Circle | Marker::Ring => {
            scene.shapes.push(Shape::Disc { centre, radius: MARKER_RADIUS + 0.8, colour: WHITE });
            scene.shapes.push(Shape::Disc { centre, radius: MARKER_RADIUS, colour: look.colour });
            if look.marker == Marker::Ring {
                scene.shapes.push(Shape::Disc { centre, radius: MARKER_RADIUS - 1.5, colour: WHITE });
            }
            return;
        }
        Marker::Cross | Marker::Plus => {
            let arms: [[Point; 2]; 2] = if look.marker == Marker::Cross {
                [[(-0.9, -0.9), (0.9, 0.9)], [(-0.9, 0.9), (0.9, -0.9)]]
            } else {
                [[(-1.2, 0.0), (1.2, 0.0)], [(0.0, -1.2), (0.0, 1.2)]]
            };
            arms.iter().for_each(|arm| scene.stroke(around(arm, 1.0), 2.0, look.colour));
            return;
        }
        Marker::Square => &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
        Marker::Diamond => &[(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)],
        Marker::TriangleUp => &[(0.0, -1.2), (1.15, 0.9), (-1.15, 0.9)],
        Marker::TriangleDown => &[(0.0, 1.2), (1.15, -0.9), (-1.15, -0.9)],
    };
    scene.fill(around(polygon, 1.3), WHITE, 1.0);
    scene.fill(around(polygon, 1.0), look.colour, 1.0);
}

/// A short sample of a band for the legend.
pub(crate) fn draw_band_sample(area: &Rect, look: &Look, scene: &mut Scene) {
    scene.fill(area.corners(), look.colour, BAND_OPACITY);
}
