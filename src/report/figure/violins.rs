//! Violins over the categories of the x axis: the histogram as a mirrored outline, box and whiskers, single points.
//!
//! The outline joins the bins' densities at their middles and falls to zero at the outer ends and in gaps (frequency polygon). All violins of a
//! mark cover the same area of the page, whatever their bins and the scale of the axis; the highest peak fills its slot. Hintze JL, Nelson RD,
//! "Violin plots", Am Stat 1998;52:181 (recalled): box and density in one.

use super::marks::Plot;
use super::palette::{INK, Look, WHITE};
use super::samples::BAND_OPACITY;
use super::scene::{Rect, Scene, Shape};
use super::{FiveNumbers, Violin, clip};

/// Share of a slot that its violins take.
const GROUP_SHARE: f64 = 0.84;
const WIDEST: f64 = 120.0;
/// A peak this many times the lowest peak of its mark is cut flat: equal values beside spread ones would leave those a hair line.
const MOST_PEAK_RATIO: f64 = 3.0;
/// Bins thinner than this on the page are put together or count as this thick.
const THINNEST_BIN: f64 = 1.5;
/// Bins nearer than this on the page have no gap between them.
const TOUCHING: f64 = 0.5;
const BOX_HALF: f64 = 3.6;
const LINE: f64 = 1.1;
const POINT_RADIUS: f64 = 1.5;
/// The same where no outline shows how many there are.
const LONE_RADIUS: f64 = 2.6;
const POINT_EDGE: f64 = 0.5;
/// The fractional part of the golden ratio spreads successive points evenly.
const GOLDEN: f64 = 0.618_033_988_749_894_8;

/// Knots of one outline: logical y downwards and density there per logical pixel, of unit area.
struct Outline {
    knots: Vec<(f64, f64)>,
    peak: f64,
}

impl Outline {
    fn of(plot: &Plot<'_>, one: &Violin) -> Option<Self> {
        let mut bins: Vec<(f64, f64, f64)> = Vec::new();
        for (low, (high, count)) in one.low.iter().zip(one.high.iter().zip(&one.count)) {
            let (Some(bottom), Some(top)) = (plot.at_y_or_below(*low), plot.at_y(*high)) else { continue };
            if *count > 0.0 && count.is_finite() {
                bins.push((top.min(bottom), top.max(bottom), *count));
            }
        }
        bins.sort_by(|a, b| a.0.total_cmp(&b.0));
        let bins = thick_enough(&bins);
        let mut knots: Vec<(f64, f64)> = Vec::new();
        let mut end = f64::NEG_INFINITY;
        for (top, bottom, count) in bins {
            if top > end + TOUCHING {
                knots.extend([(end, 0.0), (top, 0.0)].into_iter().filter(|(y, _)| y.is_finite()));
            }
            knots.push(((top + bottom) / 2.0, count / (bottom - top)));
            end = bottom;
        }
        if knots.is_empty() {
            return None;
        }
        knots.push((end, 0.0));
        let area: f64 = knots.windows(2).map(|pair| (pair[1].0 - pair[0].0) * (pair[0].1 + pair[1].1) / 2.0).sum();
        if !(area > 0.0 && area.is_finite()) {
            return None;
        }
        knots.iter_mut().for_each(|knot| knot.1 /= area);
        let peak = knots.iter().map(|knot| knot.1).fold(0.0, f64::max);
        Some(Self { knots, peak })
    }

    /// Density at a logical y.
    fn at(&self, y: f64) -> f64 {
        let pair = self.knots.windows(2).find(|pair| pair[0].0 <= y && y <= pair[1].0);
        pair.map_or(0.0, |pair| {
            let length = pair[1].0 - pair[0].0;
            if length > 0.0 { pair[0].1 + (pair[1].1 - pair[0].1) * (y - pair[0].0) / length } else { pair[0].1 }
        })
    }

    /// The mirrored outline around `centre`, `scale` logical pixels wide per density on either side, at most `half`.
    fn polygon(&self, centre: f64, scale: f64, half: f64) -> Vec<(f64, f64)> {
        // where the outline crosses the widest allowed, the cut needs a corner of its own
        let mut sides: Vec<(f64, f64)> = Vec::new();
        for (index, (y, density)) in self.knots.iter().enumerate() {
            let wide = density * scale;
            if let Some((before_y, before)) = index.checked_sub(1).and_then(|i| self.knots.get(i)).map(|k| (k.0, k.1 * scale))
                && (before > half) != (wide > half)
            {
                sides.push((before_y + (y - before_y) * (half - before) / (wide - before), half));
            }
            sides.push((*y, wide.min(half)));
        }
        let right = sides.iter().map(|(y, wide)| (centre + wide, *y));
        let left = sides.iter().rev().map(|(y, wide)| (centre - wide, *y));
        right.chain(left).collect()
    }
}

/// Bins (top, bottom, count) thinner than the page can show put together with one that touches them, else made thicker.
fn thick_enough(bins: &[(f64, f64, f64)]) -> Vec<(f64, f64, f64)> {
    let thin = |bin: &(f64, f64, f64)| bin.1 - bin.0 < THINNEST_BIN;
    let touch = |above: &(f64, f64, f64), below: &(f64, f64, f64)| below.0 <= above.1 + TOUCHING;
    let mut kept: Vec<(f64, f64, f64)> = Vec::with_capacity(bins.len());
    let mut push = |bin: (f64, f64, f64), with: &dyn Fn(&(f64, f64, f64)) -> bool| match kept.last_mut() {
        Some(last) if with(last) => *last = (last.0, last.1.max(bin.1), last.2 + bin.2),
        _ => kept.push(bin),
    };
    for (index, bin) in bins.iter().enumerate() {
        // a thin one takes in what follows; the last of a row has nothing to follow and goes to the one before
        let ends_a_row = bins.get(index + 1).is_none_or(|next| !touch(bin, next));
        push(*bin, &|last| touch(last, bin) && (thin(last) || (ends_a_row && thin(bin))));
    }
    for bin in &mut kept {
        let lacking = (THINNEST_BIN - (bin.1 - bin.0)).max(0.0);
        (bin.0, bin.1) = (bin.0 - lacking / 2.0, bin.1 + lacking / 2.0);
    }
    kept
}

/// One violin with its place.
struct Placed<'a> {
    violin: &'a Violin,
    outline: Option<Outline>,
    centre: f64,
    half: f64,
    scale: f64,
}

fn placed<'a>(plot: &Plot<'_>, violins: &'a [Violin]) -> Vec<Placed<'a>> {
    let frame = &plot.frame;
    let slots = (plot.x.high - plot.x.low).max(1.0);
    let slot_width = frame.width() / slots;
    let outlines: Vec<Option<Outline>> = violins.iter().map(|one| Outline::of(plot, one)).collect();
    let peaks = || outlines.iter().flatten().map(|outline| outline.peak);
    let (lowest, highest) = (peaks().fold(f64::INFINITY, f64::min), peaks().fold(0.0, f64::max));
    let full = highest.min(MOST_PEAK_RATIO * lowest);
    let mut all = Vec::new();
    for (index, (violin, outline)) in violins.iter().zip(outlines).enumerate() {
        if violin.slot as f64 >= slots {
            continue;
        }
        let together = violins.iter().filter(|other| other.slot == violin.slot).count() as f64;
        let before = violins[..index].iter().filter(|other| other.slot == violin.slot).count() as f64;
        let width = (GROUP_SHARE * slot_width / together).min(WIDEST);
        let centre = frame.left + (violin.slot as f64 + 0.5) * slot_width + (before - (together - 1.0) / 2.0) * width;
        let half = 0.94 * width / 2.0;
        all.push(Placed { violin, outline, centre, half, scale: if full > 0.0 { half / full } else { 0.0 } });
    }
    all
}

/// Every number the y axis must reach.
pub(crate) fn extremes(one: &Violin) -> Vec<f64> {
    let filled = |ends: &[f64]| -> Vec<f64> { ends.iter().zip(&one.count).filter(|(_, c)| **c > 0.0).map(|(end, _)| *end).collect() };
    let summary = one.summary.iter().flat_map(FiveNumbers::values);
    filled(&one.low).into_iter().chain(filled(&one.high)).chain(one.points.iter().copied()).chain(summary).collect()
}

/// The boxes around all violins, for the legend to keep off.
pub(crate) fn boxes(plot: &Plot<'_>, violins: &[Violin]) -> Vec<Rect> {
    let box_of = |one: Placed<'_>| {
        let ys: Vec<f64> = extremes(one.violin).into_iter().filter_map(|v| plot.at_y_or_below(v)).collect();
        let (top, bottom) = ys.into_iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| (low.min(y), high.max(y)));
        (top <= bottom).then_some(Rect { left: one.centre - one.half, right: one.centre + one.half, top, bottom }.grown(3.0))
    };
    placed(plot, violins).into_iter().filter_map(box_of).collect()
}

/// Draws every violin: outline, points, box; without outline the box first.
pub(crate) fn draw(plot: &Plot<'_>, violins: &[Violin], scene: &mut Scene) {
    for one in placed(plot, violins) {
        let look = plot.looks.look(&one.violin.name, &one.violin.style);
        if let Some(outline) = &one.outline {
            let area = clip::polygon(&outline.polygon(one.centre, one.scale, one.half), &plot.frame);
            scene.fill(area.clone(), look.colour, BAND_OPACITY);
            let mut edge = area;
            edge.extend(edge.first().copied());
            scene.stroke(edge, LINE, look.colour);
        }
        // single values are few and lie on their box, or many and lie under it
        if one.outline.is_some() {
            draw_points(plot, &one, &look, scene);
        }
        if let Some(five) = &one.violin.summary {
            draw_box(plot, &one, five, &look, scene);
        }
        if one.outline.is_none() {
            draw_points(plot, &one, &look, scene);
        }
    }
}

/// Points spread evenly over the width that the outline has at their height.
fn draw_points(plot: &Plot<'_>, one: &Placed<'_>, look: &Look, scene: &mut Scene) {
    let radius = if one.outline.is_some() { POINT_RADIUS } else { LONE_RADIUS };
    for (index, value) in one.violin.points.iter().enumerate() {
        let Some(y) = plot.at_y(*value).filter(|y| (plot.frame.top..=plot.frame.bottom).contains(y)) else { continue };
        let room = match &one.outline {
            Some(outline) => (outline.at(y) * one.scale).min(one.half),
            // one point alone stands in the middle
            None if one.violin.points.len() == 1 => 0.0,
            None => 0.5 * one.half,
        };
        let share = 2.0 * ((index as f64 + 1.0) * GOLDEN).fract() - 1.0;
        let centre = (one.centre + 0.88 * room * share, y);
        scene.shapes.push(Shape::Disc { centre, radius: radius + POINT_EDGE, colour: WHITE });
        scene.shapes.push(Shape::Disc { centre, radius, colour: look.colour });
    }
}

/// Whiskers, quartile box and median: slim inside a violin, as wide as the points without one.
fn draw_box(plot: &Plot<'_>, one: &Placed<'_>, five: &FiveNumbers, look: &Look, scene: &mut Scene) {
    let frame = &plot.frame;
    let inside = |y: f64| y.clamp(frame.top, frame.bottom);
    let ends = five.values().map(|value| plot.at_y_or_below(value));
    let [Some(low), Some(lower), Some(median), Some(upper), Some(high)] = ends else { return };
    let half = if one.outline.is_some() { BOX_HALF.min(0.35 * one.half) } else { 0.62 * one.half };
    for (from, to) in [(low, lower), (upper, high)] {
        if inside(from) != inside(to) {
            scene.stroke(vec![(one.centre, inside(from)), (one.centre, inside(to))], LINE, INK);
        }
    }
    let area = Rect { left: one.centre - half, right: one.centre + half, top: inside(upper), bottom: inside(lower) };
    if one.outline.is_some() {
        scene.fill(area.corners(), look.colour, 1.0);
    }
    let mut edge = area.corners();
    edge.push((area.left, area.top));
    scene.stroke(edge, LINE, INK);
    if (frame.top..=frame.bottom).contains(&median) {
        let half = half + 2.5;
        scene.stroke(vec![(one.centre - half, median), (one.centre + half, median)], 3.6, WHITE);
        scene.stroke(vec![(one.centre - half, median), (one.centre + half, median)], 2.0, INK);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thin_bins_join_their_neighbour_and_keep_their_count() {
        // a thick one, two thin ones after it, and a thin one alone
        let kept = thick_enough(&[(0.0, 10.0, 5.0), (10.0, 10.5, 1.0), (10.5, 11.0, 1.0), (30.0, 30.5, 2.0)]);
        assert_eq!(kept, [(0.0, 10.0, 5.0), (9.75, 11.25, 2.0), (29.5, 31.0, 2.0)]);
        // a hundred thin ones stay many, none thinner than the page shows and none lost
        let fine: Vec<(f64, f64, f64)> = (0..100).map(|i| (0.5 * f64::from(i), 0.5 * f64::from(i + 1), 1.0)).collect();
        let kept = thick_enough(&fine);
        assert_eq!((kept.len(), kept.iter().map(|bin| bin.2).sum::<f64>()), (33, 100.0));
        assert!(kept.windows(2).all(|pair| pair[1].0 >= pair[0].1));
        assert!(thick_enough(&[]).is_empty());
    }
}
