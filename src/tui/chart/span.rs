//! The range of an axis of a panel, and where a value stands in it.

use crate::report::{Axis, Mark, Panel, Scale};

/// Numbers beyond this size cannot be drawn (differences would overflow).
const LARGEST: f64 = 1e300;

/// One axis ready for drawing: finite ends, low below high.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// Low end.
    pub low: f64,
    /// High end.
    pub high: f64,
    /// Linear or logarithmic.
    pub scale: Scale,
}

impl Span {
    /// Position of `value` from 0 (low end) to 1 (high end), unclipped; `None` where the axis cannot show it at all.
    #[must_use]
    pub fn share(&self, value: f64) -> Option<f64> {
        if !showable(value, self.scale) {
            return None;
        }
        Some(match self.scale {
            Scale::Linear => (value - self.low) / (self.high - self.low),
            Scale::Log10 => crate::math::log10(value / self.low) / crate::math::log10(self.high / self.low),
        })
    }

    /// As [`Span::share`], but what is not positive stands under the low end of a log axis (an error bar that reaches to zero).
    #[must_use]
    pub fn share_or_below(&self, value: f64) -> Option<f64> {
        if self.scale == Scale::Log10 && value <= 0.0 { Some(-1.0) } else { self.share(value) }
    }
}

fn showable(value: f64, scale: Scale) -> bool {
    value.abs() <= LARGEST && (scale == Scale::Linear || value >= 1.0 / LARGEST)
}

/// How many points of a panel cannot be shown (no finite value, or not positive on a log axis).
#[must_use]
pub fn not_shown(panel: &Panel) -> usize {
    let lost = |x: f64, y: f64| usize::from(!showable(x, panel.x.scale) || !showable(y, panel.y.scale));
    let pairs = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| lost(*x, *y)).sum::<usize>();
    panel
        .marks
        .iter()
        .map(|mark| match mark {
            Mark::Line { x, y, .. } | Mark::Steps { x, y, .. } | Mark::Points { x, y, .. } => pairs(x, y),
            Mark::Band { x, low, high, .. } => pairs(x, low).max(pairs(x, high)),
            Mark::Bars { series, .. } => series.iter().flat_map(|one| &one.values).filter(|value| !value.is_finite()).count(),
            Mark::Family { curves, .. } => curves.iter().map(|curve| pairs(&curve.x, &curve.y)).sum(),
            _ => 0,
        })
        .sum()
}

/// The range of the x axis.
#[must_use]
pub fn x_span(panel: &Panel) -> Span {
    let values = panel.marks.iter().flat_map(|mark| match mark {
        Mark::Line { x, .. } | Mark::Steps { x, .. } | Mark::Points { x, .. } | Mark::Band { x, .. } => x.clone(),
        Mark::VerticalLine { x, .. } => vec![*x],
        Mark::Family { curves, .. } => curves.iter().flat_map(|curve| &curve.x).copied().collect(),
        Mark::Intervals { series } => series.iter().flat_map(|one| one.low.iter().chain(&one.middle).chain(&one.high)).copied().collect(),
        _ => Vec::new(),
    });
    span_of(&panel.x, values, 0.0)
}

/// The range of the y axis; bars are drawn elsewhere.
#[must_use]
pub fn y_span(panel: &Panel) -> Span {
    let values = panel.marks.iter().flat_map(|mark| match mark {
        Mark::Line { y, .. } | Mark::Steps { y, .. } => y.clone(),
        Mark::Points { y, low, high, .. } => y.iter().chain(low.iter().flatten()).chain(high.iter().flatten()).copied().collect(),
        Mark::Band { low, high, .. } => low.iter().chain(high).copied().collect(),
        Mark::HorizontalLine { y, .. } => vec![*y],
        Mark::Family { curves, .. } => curves.iter().flat_map(|curve| &curve.y).copied().collect(),
        _ => Vec::new(),
    });
    span_of(&panel.y, values, 0.03)
}

/// A range around the values that can be shown, with `padding` (a share of the range) at ends that are not zero.
fn span_of(axis: &Axis, values: impl Iterator<Item = f64>, padding: f64) -> Span {
    let scale = axis.scale;
    if let Some((a, b)) = axis.range
        && showable(a, scale)
        && showable(b, scale)
        && a != b
    {
        return Span { low: a.min(b), high: a.max(b), scale };
    }
    let shown = values.filter(|value| showable(*value, scale));
    let (low, high) = shown.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if low > high {
        let (low, high) = if scale == Scale::Log10 { (0.1, 10.0) } else { (0.0, 1.0) };
        return Span { low, high, scale };
    }
    if scale == Scale::Log10 {
        let grow = if high / low < 1.001 { 2.0 } else { 1.0 };
        return Span { low: (low / grow).max(1.0 / LARGEST), high: (high * grow).min(LARGEST), scale };
    }
    if high - low <= 1e-9 * low.abs().max(high.abs()) || high == low {
        let is_zero = high.abs() < 1.0 / LARGEST;
        let half = if is_zero { 1.0 } else { 0.1 * high.abs() };
        return Span { low: if is_zero { 0.0 } else { low - half }, high: high + half, scale };
    }
    // the axis begins at zero when the data come near it
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

    #[test]
    fn any_values_give_finite_ends_in_order() {
        let awkward: [&[f64]; 8] =
            [&[], &[0.0], &[5.0, 5.0], &[f64::NAN, f64::INFINITY], &[f64::MAX, f64::MIN], &[1e300, -1e300], &[5e-324], &[1e-9, 1e6]];
        for values in awkward {
            for scale in [Scale::Linear, Scale::Log10] {
                let span = span_of(&Axis { scale, ..Axis::default() }, values.iter().copied(), 0.03);
                assert!(span.low.is_finite() && span.high.is_finite() && span.low < span.high, "{values:?} {span:?}");
                assert!(span.share(span.low).is_some_and(|share| share.abs() < 1e-9), "{span:?}");
            }
        }
    }

    #[test]
    fn a_log_axis_puts_equal_ratios_at_equal_distances() {
        let span = Span { low: 0.1, high: 1000.0, scale: Scale::Log10 };
        assert!(span.share(10.0).is_some_and(|share| (share - 0.5).abs() < 1e-12));
        assert_eq!(span.share(0.0), None);
        assert_eq!(span.share_or_below(-3.0), Some(-1.0));
    }

    #[test]
    fn points_that_a_log_axis_cannot_show_are_counted() {
        let mark = Mark::Line { name: "n".into(), x: vec![0.0, 1.0, 2.0], y: vec![0.0, f64::NAN, 1.0], style: Default::default() };
        let panel = Panel { y: Axis::log10("a", ""), marks: vec![mark], ..Panel::default() };
        assert_eq!(not_shown(&panel), 2);
    }
}
