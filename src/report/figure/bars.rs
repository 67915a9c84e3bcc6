//! Bars over categories, side by side or stacked, with hatches and error bars.

use super::BarSeries;
use super::clip;
use super::marks::Plot;
use super::palette::{Hatch, INK, Look, WHITE};
use super::scene::{Rect, Scene};
use super::{Mark, Scale};

/// Share of a category's slot that bars take.
const GROUP_SHARE: f64 = 0.78;
const STACK_SHARE: f64 = 0.56;
/// The same where slots have numbers instead of names.
const NUMBERED_SHARE: f64 = 0.92;
const WIDEST_BAR: f64 = 74.0;
const HATCH_STEP: f64 = 5.0;

/// One bar: its series, slot, and ends in the unit of the axis.
struct Bar {
    series: usize,
    slot: usize,
    from: f64,
    to: f64,
}

fn bars(series: &[BarSeries], stacked: bool) -> Vec<Bar> {
    let slots = series.iter().map(|s| s.values.len()).max().unwrap_or(0);
    let mut all = Vec::new();
    for slot in 0..slots {
        let (mut above, mut below) = (0.0_f64, 0.0_f64);
        for (index, one) in series.iter().enumerate() {
            let Some(value) = one.values.get(slot).copied().filter(|v| v.is_finite()) else {
                continue;
            };
            let base = if stacked { if value >= 0.0 { &mut above } else { &mut below } } else { &mut 0.0 };
            all.push(Bar { series: index, slot, from: *base, to: *base + value });
            *base += value;
        }
    }
    all
}

/// How many bars have no value. In a stack a series may have no part: only a slot without any part counts.
pub(crate) fn missing(series: &[BarSeries], stacked: bool) -> usize {
    if !stacked {
        return series.iter().flat_map(|s| &s.values).filter(|v| !v.is_finite()).count();
    }
    let slots = series.iter().map(|s| s.values.len()).max().unwrap_or(0);
    (0..slots).filter(|slot| series.iter().all(|s| s.values.get(*slot).is_none_or(|v| !v.is_finite()))).count()
}

/// Every number the y axis must reach.
pub(crate) fn extremes(series: &[BarSeries], stacked: bool) -> Vec<f64> {
    let ends = series.iter().flat_map(|s| s.low.iter().chain(&s.high)).flatten().copied();
    bars(series, stacked).into_iter().map(|bar| bar.to).chain(ends).collect()
}

/// Left and right of a bar in logical pixels.
fn sides(plot: &Plot<'_>, bar: &Bar, series_count: usize, stacked: bool) -> (f64, f64) {
    let slots = plot.x.high - plot.x.low;
    let slot_width = plot.frame.width() / slots.max(1.0);
    let centre = plot.frame.left + (bar.slot as f64 + 0.5 - plot.x.low) * slot_width;
    if stacked || series_count == 1 {
        let share = if plot.panel.x.categories.is_some() { STACK_SHARE } else { NUMBERED_SHARE };
        let half = (share * slot_width).min(WIDEST_BAR) / 2.0;
        return (centre - half, centre + half);
    }
    let width = (GROUP_SHARE * slot_width / series_count as f64).min(WIDEST_BAR);
    let left = centre - width * series_count as f64 / 2.0 + width * bar.series as f64;
    let gap = (0.08 * width).min(1.5);
    (left + gap, left + width - gap)
}

fn place(plot: &Plot<'_>, bar: &Bar, series_count: usize, stacked: bool) -> Option<Rect> {
    let (left, right) = sides(plot, bar, series_count, stacked);
    let (a, b) = (plot.at_y_or_below(bar.from)?, plot.at_y_or_below(bar.to)?);
    let inside = |y: f64| y.clamp(plot.frame.top, plot.frame.bottom);
    let area = Rect { left, right, top: inside(a.min(b)), bottom: inside(a.max(b)) };
    (area.height() > 0.0 && left < plot.frame.right && right > plot.frame.left).then_some(area)
}

/// The boxes of all bars and their error bars, for the legend to keep off.
pub(crate) fn boxes(plot: &Plot<'_>, series: &[BarSeries], stacked: bool) -> Vec<Rect> {
    let mut all = Vec::new();
    for bar in bars(series, stacked) {
        all.extend(place(plot, &bar, series.len(), stacked));
        if let Some((px, bottom, top)) = error_bar(plot, &bar, series, stacked) {
            all.push(Rect { left: px, right: px, top, bottom }.grown(3.0));
        }
    }
    all
}

fn error_bar(plot: &Plot<'_>, bar: &Bar, series: &[BarSeries], stacked: bool) -> Option<(f64, f64, f64)> {
    let one = &series[bar.series];
    let end = |ends: &Option<Vec<f64>>| ends.as_ref()?.get(bar.slot).and_then(|v| plot.at_y_or_below(*v));
    let (low, high) = (end(&one.low), end(&one.high));
    if low.is_none() && high.is_none() {
        return None;
    }
    let tip = plot.at_y_or_below(bar.to)?;
    let (left, right) = sides(plot, bar, series.len(), stacked);
    Some(((left + right) / 2.0, low.unwrap_or(tip), high.unwrap_or(tip)))
}

/// Draws all bars, then all error bars.
pub(crate) fn draw(plot: &Plot<'_>, series: &[BarSeries], stacked: bool, scene: &mut Scene) {
    let all = bars(series, stacked);
    for bar in &all {
        if let Some(area) = place(plot, bar, series.len(), stacked) {
            let one = &series[bar.series];
            draw_bar(&area, &plot.looks.look(&one.name, &one.style), scene);
        }
    }
    for bar in &all {
        if let Some((px, bottom, top)) = error_bar(plot, bar, series, stacked) {
            plot.draw_error_bar(px, bottom, top, INK, scene);
        }
    }
    if plot.y.scale == Scale::Linear
        && plot.y.low < 0.0
        && let Some(zero) = plot.at_y(0.0)
    {
        scene.stroke(vec![(plot.frame.left, zero), (plot.frame.right, zero)], 1.0, INK);
    }
}

/// One filled and hatched rectangle.
pub(crate) fn draw_bar(area: &Rect, look: &Look, scene: &mut Scene) {
    scene.fill(area.corners(), look.colour, 1.0);
    let mut line = |from: (f64, f64), to: (f64, f64)| {
        if let Some((from, to)) = clip::segment(from, to, area) {
            scene.stroke(vec![from, to], 0.9, WHITE);
        }
    };
    let (width, height) = (area.width(), area.height());
    // hatch lines stand at fixed places of the page, so that neighbouring bars of one series match
    let multiples = |from: f64, to: f64| {
        let first = (from / HATCH_STEP).ceil() as i64;
        let last = (to / HATCH_STEP).floor() as i64;
        (first..=last).map(|i| i as f64 * HATCH_STEP)
    };
    if matches!(look.hatch, Hatch::Rising | Hatch::Crossed) {
        multiples(area.left + area.top, area.right + area.bottom)
            .for_each(|sum| line((area.left, sum - area.left), (area.right, sum - area.right)));
    }
    if matches!(look.hatch, Hatch::Falling | Hatch::Crossed) {
        multiples(area.left - area.bottom, area.right - area.top)
            .for_each(|difference| line((area.left, area.left - difference), (area.right, area.right - difference)));
    }
    if look.hatch == Hatch::Level {
        multiples(area.top, area.bottom).for_each(|y| line((area.left, y), (area.right, y)));
    }
    if width > 3.0 && height > 1.0 {
        let mut outline = area.corners();
        outline.push((area.left, area.top));
        scene.stroke(outline, 0.6, WHITE);
    }
}

/// True when a panel has bars, whose slots need no vertical grid.
pub(crate) fn has_bars(marks: &[Mark]) -> bool {
    marks.iter().any(|mark| matches!(mark, Mark::Bars { .. }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stacks_reach_the_sum_and_negatives_go_down() {
        let one = |values: &[f64]| BarSeries { values: values.to_vec(), ..BarSeries::default() };
        let series = [one(&[1.0, 2.0]), one(&[3.0, -1.0]), one(&[f64::NAN, 4.0])];
        let mut reached = extremes(&series, true);
        reached.sort_by(f64::total_cmp);
        assert_eq!(reached, [-1.0, 1.0, 2.0, 4.0, 6.0]);
        assert_eq!((missing(&series, true), missing(&series, false)), (0, 1));
        assert_eq!(missing(&[one(&[f64::NAN, 1.0])], true), 1);
    }
}
