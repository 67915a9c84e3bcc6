//! Which numbers of a panel can be shown, how many cannot and why, and the range each axis needs.

use super::{Axis, Mark, Panel, Scale};

/// Numbers beyond this size cannot be drawn (differences would overflow).
const LARGEST: f64 = 1e300;
/// The smallest positive number a log axis shows.
const SMALLEST: f64 = 1e-300;

/// One axis ready for drawing: finite ends, low below high.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Span {
    pub low: f64,
    pub high: f64,
    pub scale: Scale,
}

impl Span {
    /// Position of `value` from 0 (low end) to 1 (high end), unclipped; `None` if the axis cannot show it at all.
    pub fn share(&self, value: f64) -> Option<f64> {
        if !showable(value, self.scale) {
            return None;
        }
        Some(match self.scale {
            Scale::Linear => (value - self.low) / (self.high - self.low),
            Scale::Log10 => {
                (crate::math::log10(value) - crate::math::log10(self.low)) / (crate::math::log10(self.high) - crate::math::log10(self.low))
            }
        })
    }

    /// As [`Span::share`], but what lies below a log axis is put under its low end (a bar or an error bar reaching to zero).
    pub fn share_or_below(&self, value: f64) -> Option<f64> {
        if self.scale == Scale::Log10 && value <= 0.0 { Some(-1.0) } else { self.share(value) }
    }
}

/// Why a point is not in the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Dropped {
    pub not_a_number: usize,
    pub not_positive: usize,
}

impl Dropped {
    /// Sentences for the caption.
    pub fn notes(&self, panel: Option<&str>) -> Vec<String> {
        let place = panel.map(|p| format!(" in “{p}”")).unwrap_or_default();
        let points = |n: usize| {
            if n == 1 { "1 point".to_owned() } else { format!("{n} points") }
        };
        let mut notes = Vec::new();
        if self.not_a_number > 0 {
            notes.push(format!("Not shown{place}: {} without a finite value.", points(self.not_a_number)));
        }
        if self.not_positive > 0 {
            notes.push(format!("Not shown{place}: {} at or below zero on a logarithmic axis.", points(self.not_positive)));
        }
        notes
    }

    fn count(&mut self, panel: &Panel, x: f64, y: f64) {
        let finite = |v: f64| v.abs() <= LARGEST;
        if !finite(x) || !finite(y) {
            self.not_a_number += 1;
        } else if !showable(x, panel.x.scale) || !showable(y, panel.y.scale) {
            self.not_positive += 1;
        }
    }
}

fn showable(value: f64, scale: Scale) -> bool {
    value.abs() <= LARGEST && (scale == Scale::Linear || value >= SMALLEST)
}

/// Counts the points that cannot be drawn.
pub(crate) fn dropped(panel: &Panel) -> Dropped {
    let mut dropped = Dropped::default();
    for mark in &panel.marks {
        match mark {
            Mark::Line { x, y, .. } | Mark::Steps { x, y, .. } | Mark::Points { x, y, .. } => {
                x.iter().zip(y).for_each(|(x, y)| dropped.count(panel, *x, *y));
            }
            Mark::Band { x, low, high, .. } => x.iter().zip(low.iter().zip(high)).for_each(|(x, (low, high))| {
                let y = if low.is_finite() { *high } else { *low };
                dropped.count(panel, *x, y);
            }),
            Mark::Family { curves, .. } => {
                curves.iter().for_each(|c| c.x.iter().zip(&c.y).for_each(|(x, y)| dropped.count(panel, *x, *y)));
            }
            // an empty cell and a missing interval are said by being empty
            Mark::Cells { .. } | Mark::Intervals { .. } | Mark::AtTicks { .. } => {}
            Mark::Violins { violins } => violins.iter().flat_map(|v| &v.points).for_each(|y| dropped.count(panel, 1.0, *y)),
            Mark::Spans { series } => {
                series.iter().flat_map(|s| s.from.iter().chain(&s.to)).for_each(|x| dropped.count(panel, *x, 1.0));
            }
            Mark::VerticalLine { x, .. } => dropped.count(panel, *x, 1.0),
            Mark::HorizontalLine { y, .. } => dropped.count(panel, 1.0, *y),
            Mark::Bars { series, stacked } => dropped.not_a_number += super::bars::missing(series, *stacked),
        }
    }
    dropped
}

/// The span of the x axis.
pub(crate) fn x_span(panel: &Panel) -> Span {
    if let Some(categories) = &panel.x.categories {
        return Span { low: 0.0, high: categories.len().max(1) as f64, scale: Scale::Linear };
    }
    let mut values = Vec::new();
    for mark in &panel.marks {
        match mark {
            Mark::Line { x, .. } | Mark::Steps { x, .. } | Mark::Points { x, .. } | Mark::Band { x, .. } => values.extend(x),
            Mark::Family { curves, .. } => values.extend(curves.iter().flat_map(|c| &c.x)),
            Mark::Intervals { series } => values.extend(series.iter().flat_map(|s| s.middle.iter().chain(&s.low).chain(&s.high))),
            Mark::VerticalLine { x, .. } => values.push(*x),
            Mark::Spans { series } => values.extend(series.iter().flat_map(|s| s.from.iter().chain(&s.to))),
            Mark::Bars { series, .. } => {
                let slots = series.iter().map(|s| s.values.len()).max().unwrap_or(0);
                values.extend([0.0, slots as f64]);
            }
            // what stands at the ticks follows the axis; violins stand over named slots
            Mark::HorizontalLine { .. } | Mark::Cells { .. } | Mark::AtTicks { .. } | Mark::Violins { .. } => {}
        }
    }
    span_of(&panel.x, &values, false, 0.02)
}

/// The span of the y axis.
pub(crate) fn y_span(panel: &Panel) -> Span {
    if let Some(categories) = &panel.y.categories {
        return Span { low: 0.0, high: categories.len().max(1) as f64, scale: Scale::Linear };
    }
    let mut values: Vec<f64> = Vec::new();
    let mut has_bars = false;
    for mark in &panel.marks {
        match mark {
            Mark::Line { y, .. } | Mark::Steps { y, .. } => values.extend(y),
            Mark::Points { y, low, high, .. } => {
                values.extend(y);
                values.extend(low.iter().flatten());
                values.extend(high.iter().flatten());
            }
            Mark::Band { low, high, .. } => values.extend(low.iter().chain(high)),
            Mark::HorizontalLine { y, .. } => values.push(*y),
            Mark::Family { curves, .. } => values.extend(curves.iter().flat_map(|c| &c.y)),
            Mark::VerticalLine { .. } | Mark::Cells { .. } | Mark::Intervals { .. } | Mark::AtTicks { .. } | Mark::Spans { .. } => {}
            Mark::Violins { violins } => values.extend(violins.iter().flat_map(super::violins::extremes)),
            Mark::Bars { series, stacked } => {
                has_bars = true;
                values.extend(super::bars::extremes(series, *stacked));
            }
        }
    }
    span_of(&panel.y, &values, has_bars, 0.06)
}

/// A span around the showable values, with `padding` (a share of the range) at ends that are not zero.
fn span_of(axis: &Axis, values: &[f64], from_zero: bool, padding: f64) -> Span {
    let scale = axis.scale;
    if let Some((a, b)) = axis.range
        && showable(a, scale)
        && showable(b, scale)
        && a != b
    {
        return Span { low: a.min(b), high: a.max(b), scale };
    }
    let shown = values.iter().copied().filter(|v| showable(*v, scale));
    let (low, high) = shown.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    if low > high {
        let (low, high) = if scale == Scale::Log10 { (0.1, 10.0) } else { (0.0, 1.0) };
        return Span { low, high, scale };
    }
    if scale == Scale::Log10 {
        let ratio = (high / low).min(LARGEST);
        let grow = if ratio < 1.001 { 2.0 } else { crate::math::pow(ratio, padding * 0.6).max(1.01) };
        return Span { low: (low / grow).max(SMALLEST), high: (high * grow).min(LARGEST), scale };
    }
    let (low, high) = if from_zero { (low.min(0.0), high.max(0.0)) } else { (low, high) };
    if high - low <= 1e-9 * low.abs().max(high.abs()) || high == low {
        let is_zero = high.abs() < SMALLEST;
        let half = if is_zero { 1.0 } else { 0.1 * high.abs() };
        let low = if is_zero { 0.0 } else { low - half };
        return Span { low, high: high + half, scale };
    }
    // the axis begins at zero when the data come near it, else just below the data
    let low_is_zero = low >= 0.0 && low <= 0.35 * high;
    let high_is_zero = high <= 0.0 && high >= 0.35 * low;
    let pad = padding * (high - low);
    Span {
        low: if low_is_zero { 0.0 } else { (low - pad).max(-LARGEST) },
        high: if high_is_zero { 0.0 } else { (high + pad).min(LARGEST) },
        scale,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(values: &[f64], scale: Scale) -> Span {
        span_of(&Axis { scale, ..Axis::default() }, values, false, 0.06)
    }

    #[test]
    fn any_values_give_finite_ends_in_order() {
        let awkward: [&[f64]; 9] = [
            &[],
            &[0.0],
            &[5.0, 5.0],
            &[f64::NAN, f64::INFINITY],
            &[-1.0, -1.0 - 1e-13],
            &[f64::MAX, f64::MIN],
            &[1e300, -1e300],
            &[5e-324],
            &[1e-9, 1e6],
        ];
        for values in awkward {
            for scale in [Scale::Linear, Scale::Log10] {
                let s = span(values, scale);
                assert!(s.low.is_finite() && s.high.is_finite() && s.low < s.high, "{values:?} {s:?}");
                assert!(scale == Scale::Linear || s.low > 0.0);
                assert!(s.share(s.low).is_some_and(f64::is_finite), "{s:?}");
            }
        }
    }

    #[test]
    fn doses_start_at_zero_and_temperatures_would_not() {
        assert_eq!(span(&[1.0, 20.0], Scale::Linear).low, 0.0);
        assert!(span(&[36.0, 39.0], Scale::Linear).low > 35.0);
    }

    #[test]
    fn dropped_points_are_counted_by_reason() {
        let panel = Panel {
            y: Axis::log10("a", ""),
            marks: vec![Mark::Line {
                name: "n".into(),
                x: vec![0.0, 1.0, 2.0, 3.0],
                y: vec![0.0, -1.0, f64::NAN, 1.0],
                style: Default::default(),
            }],
            ..Panel::default()
        };
        assert_eq!(dropped(&panel), Dropped { not_a_number: 1, not_positive: 2 });
    }
}
