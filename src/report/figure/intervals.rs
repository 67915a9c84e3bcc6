//! Horizontal intervals over the categories of the y axis: one slot a category, the series below each other in it.

use super::IntervalSeries;
use super::marks::Plot;
use super::palette::{GRID, Look};
use super::samples::draw_marker;
use super::scene::{Rect, Scene};

const INTERVAL_WIDTH: f64 = 2.2;
const CAP: f64 = 3.5;
/// Share of a slot that the series take.
const GROUP_SHARE: f64 = 0.7;
const WIDEST_LANE: f64 = 16.0;

/// One interval in logical pixels: its ends cut to the frame, whether each end lies inside, and its marked value if that does.
struct Placed<'a> {
    series: &'a IntervalSeries,
    y: f64,
    left: f64,
    right: f64,
    caps: (bool, bool),
    middle: Option<f64>,
}

fn placed<'a>(plot: &Plot<'_>, series: &'a [IntervalSeries]) -> Vec<Placed<'a>> {
    let frame = &plot.frame;
    let slots = (plot.y.high - plot.y.low).max(1.0);
    let slot_height = frame.height() / slots;
    let lane = (GROUP_SHARE * slot_height / series.len().max(1) as f64).min(WIDEST_LANE);
    let mut all = Vec::new();
    for (index, one) in series.iter().enumerate() {
        let offset = (index as f64 - (series.len() as f64 - 1.0) / 2.0) * lane;
        for (slot, ((low, high), middle)) in one.low.iter().zip(&one.high).zip(&one.middle).enumerate() {
            let inside = |x: f64| (frame.left - 0.01..=frame.right + 0.01).contains(&x);
            let middle = plot.at_x(*middle).filter(|x| inside(*x));
            let (low, high) = match (plot.at_x_or_below(*low), plot.at_x(*high)) {
                (Some(low), Some(high)) => (low.min(high), high.max(low)),
                _ => match middle {
                    Some(x) => (x, x),
                    None => continue,
                },
            };
            if high < frame.left || low > frame.right {
                continue;
            }
            let y = frame.top + (slot as f64 + 0.5) * slot_height + offset;
            let ends = (low.max(frame.left), high.min(frame.right));
            all.push(Placed { series: one, y, left: ends.0, right: ends.1, caps: (inside(low), inside(high)), middle });
        }
    }
    all
}

/// The boxes of all intervals, for the legend to keep off.
pub(crate) fn boxes(plot: &Plot<'_>, series: &[IntervalSeries]) -> Vec<Rect> {
    placed(plot, series).into_iter().map(|one| Rect { left: one.left, right: one.right, top: one.y, bottom: one.y }.grown(4.0)).collect()
}

/// Draws thin lines between the slots, then every interval.
pub(crate) fn draw(plot: &Plot<'_>, series: &[IntervalSeries], scene: &mut Scene) {
    let slots = (plot.y.high - plot.y.low).round().max(1.0) as usize;
    for border in 1..slots {
        let y = plot.frame.top + plot.frame.height() * border as f64 / slots as f64;
        scene.stroke(vec![(plot.frame.left, y), (plot.frame.right, y)], 0.8, GRID);
    }
    for one in placed(plot, series) {
        let look = plot.looks.look(&one.series.name, &one.series.style);
        draw_interval(&one, &look, scene);
    }
}

fn draw_interval(one: &Placed<'_>, look: &Look, scene: &mut Scene) {
    scene.stroke(vec![(one.left, one.y), (one.right, one.y)], INTERVAL_WIDTH, look.colour);
    for x in [one.caps.0.then_some(one.left), one.caps.1.then_some(one.right)].into_iter().flatten() {
        scene.stroke(vec![(x, one.y - CAP), (x, one.y + CAP)], INTERVAL_WIDTH * 0.7, look.colour);
    }
    if let Some(x) = one.middle {
        draw_marker((x, one.y), look, scene);
    }
}

/// A short sample for the legend.
pub(crate) fn draw_sample(swatch: &Rect, look: &Look, scene: &mut Scene) {
    let middle = (swatch.left + swatch.right) / 2.0;
    let y = (swatch.top + swatch.bottom) / 2.0;
    let series = IntervalSeries::default();
    let one = Placed { series: &series, y, left: swatch.left + 2.0, right: swatch.right - 2.0, caps: (true, true), middle: Some(middle) };
    draw_interval(&one, look, scene);
}
