//! A polyline of braille dots with a dash pattern, clipped to the plot.

use ratatui::style::Color;
use ratatui::widgets::canvas::{Painter, Shape};

/// A polyline in shares of the plot (0 to 1, from the left and from below); `None` breaks it.
#[derive(Debug, Clone)]
pub struct Stroke<'p> {
    /// Its points.
    pub points: &'p [Option<(f64, f64)>],
    /// On and off lengths in dots; empty is solid.
    pub dash: &'p [usize],
    /// Its colour.
    pub colour: Color,
}

impl Shape for Stroke<'_> {
    fn draw(&self, painter: &mut Painter) {
        let period: usize = self.dash.iter().sum();
        let mut drawn = 0_usize;
        let mut last = None;
        for pair in self.points.windows(2) {
            let (Some(from), Some(to)) = (pair[0], pair[1]) else { continue };
            let Some((from, to)) = clipped(from, to) else { continue };
            let (Some(from), Some(to)) = (painter.get_point(from.0, from.1), painter.get_point(to.0, to.1)) else { continue };
            for dot in dots(from, to) {
                if last == Some(dot) {
                    continue;
                }
                last = Some(dot);
                if is_on(self.dash, period, drawn) {
                    painter.paint(dot.0, dot.1, self.colour);
                }
                drawn += 1;
            }
        }
    }
}

fn is_on(dash: &[usize], period: usize, drawn: usize) -> bool {
    if period == 0 {
        return true;
    }
    let mut rest = drawn % period;
    for (position, length) in dash.iter().enumerate() {
        if rest < *length {
            return position % 2 == 0;
        }
        rest -= length;
    }
    true
}

/// The part of a segment within the unit square (Liang and Barsky 1984).
fn clipped(from: (f64, f64), to: (f64, f64)) -> Option<((f64, f64), (f64, f64))> {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    for (slope, room) in [(-dx, from.0), (dx, 1.0 - from.0), (-dy, from.1), (dy, 1.0 - from.1)] {
        if slope == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if slope < 0.0 {
            enter = enter.max(room / slope);
        } else {
            leave = leave.min(room / slope);
        }
    }
    let at = |share: f64| ((from.0 + share * dx).clamp(0.0, 1.0), (from.1 + share * dy).clamp(0.0, 1.0));
    (enter <= leave).then(|| (at(enter), at(leave)))
}

/// The dots from one to another, both included.
fn dots(from: (usize, usize), to: (usize, usize)) -> impl Iterator<Item = (usize, usize)> {
    let (dx, dy) = (to.0 as f64 - from.0 as f64, to.1 as f64 - from.1 as f64);
    let steps = dx.abs().max(dy.abs()) as usize;
    (0..=steps).map(move |step| {
        let share = if steps == 0 { 0.0 } else { step as f64 / steps as f64 };
        ((from.0 as f64 + share * dx).round() as usize, (from.1 as f64 + share * dy).round() as usize)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_is_cut_at_the_edges() {
        assert_eq!(clipped((0.5, -1.0), (0.5, 2.0)), Some(((0.5, 0.0), (0.5, 1.0))));
        assert_eq!(clipped((2.0, 2.0), (3.0, 3.0)), None);
        assert_eq!(clipped((0.2, 0.3), (0.4, 0.5)), Some(((0.2, 0.3), (0.4, 0.5))));
    }

    #[test]
    fn dots_leave_no_gap() {
        let all: Vec<_> = dots((0, 0), (3, 1)).collect();
        assert_eq!(all, [(0, 0), (1, 0), (2, 1), (3, 1)]);
        assert_eq!(dots((2, 2), (2, 2)).count(), 1);
    }

    #[test]
    fn a_dash_is_on_and_off_in_turn() {
        let on: Vec<bool> = (0..6).map(|dot| is_on(&[2, 1], 3, dot)).collect();
        assert_eq!(on, [true, true, false, true, true, false]);
    }
}
