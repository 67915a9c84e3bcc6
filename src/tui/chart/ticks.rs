//! Where ticks stand on an axis of characters and what they say: round steps, hours in quarters of a day, days in weeks, decades.

use super::span::Span;
use crate::report::Scale;
use crate::report::number_text::{decimals, superscript};

/// Multiples of a day in hours, and of a week in days, that people read time in.
const HOUR_STEPS: [f64; 12] = [1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 48.0, 72.0, 96.0, 168.0, 336.0, 672.0];
const DAY_STEPS: [f64; 10] = [1.0, 2.0, 7.0, 14.0, 28.0, 56.0, 84.0, 168.0, 364.0, 728.0];

/// Value and label of each tick.
pub type Ticks = Vec<(f64, String)>;

/// The finest ticks of a span that `fit`; none where not even two do.
#[must_use]
pub fn ticks(span: &Span, unit: &str, fit: impl Fn(&Ticks) -> bool) -> Ticks {
    let candidates: Vec<Ticks> = match span.scale {
        Scale::Linear => linear(span, unit),
        Scale::Log10 => decades(span),
    };
    candidates.into_iter().find(|ticks| ticks.len() >= 2 && fit(ticks)).unwrap_or_default()
}

fn linear(span: &Span, unit: &str) -> Vec<Ticks> {
    let range = span.high - span.low;
    let family: &[f64] = match unit {
        "h" if range > 6.0 => &HOUR_STEPS,
        "d" | "days" if range > 10.0 => &DAY_STEPS,
        _ => &[],
    };
    let power = crate::math::floor(crate::math::log10(range)) as i32;
    let round = (power - 2..=power).flat_map(|power| [1.0, 2.0, 5.0].map(|mantissa| times_power_of_ten(mantissa, power)));
    let steps: Vec<f64> = family.iter().copied().chain(round.filter(|_| family.is_empty())).collect();
    let of_step = |step: f64| {
        let (first, last) = (crate::math::ceil(span.low / step - 1e-9), crate::math::floor(span.high / step + 1e-9));
        if !(0.0..=200.0).contains(&(last - first)) {
            return Ticks::new();
        }
        let largest = span.low.abs().max(span.high.abs());
        (0..=(last - first) as usize).map(|i| (first + i as f64) * step).map(|value| (value, label(value, step, largest))).collect()
    };
    steps.into_iter().map(of_step).collect()
}

fn decades(span: &Span) -> Vec<Ticks> {
    let (first, last) =
        (crate::math::floor(crate::math::log10(span.low) - 1e-9) as i32, crate::math::ceil(crate::math::log10(span.high) + 1e-9) as i32);
    let inside = |value: &f64| *value >= span.low * (1.0 - 1e-9) && *value <= span.high * (1.0 + 1e-9);
    let place = |mantissas: &[f64], stride: i32| -> Ticks {
        (first..=last)
            .filter(|power| power.rem_euclid(stride) == 0)
            .flat_map(|power| mantissas.iter().map(move |mantissa| times_power_of_ten(*mantissa, power)))
            .filter(inside)
            .map(|value| (value, log_label(value)))
            .collect()
    };
    let mut candidates = Vec::new();
    if last - first <= 3 {
        candidates.push(place(&[1.0, 2.0, 5.0], 1));
    }
    candidates.extend([1, 2, 3, 5, 10, 20, 50, 100].map(|stride| place(&[1.0], stride)));
    // less than two decades apart: equal steps read better than none
    candidates.extend(linear(span, ""));
    candidates
}

/// `mantissa · 10^power`, read from its decimal text so that 3e-1 is the nearest number to 0.3.
fn times_power_of_ten(mantissa: f64, power: i32) -> f64 {
    format!("{mantissa}e{power}").parse().unwrap_or(f64::NAN)
}

/// No more decimals than the step has; powers of ten where the numbers are very large or very small.
fn label(value: f64, step: f64, largest: f64) -> String {
    if value.abs() < step * 1e-6 {
        return "0".to_owned();
    }
    let power_of = |v: f64| crate::math::floor(crate::math::log10(v.abs()) + 1e-9) as i32;
    let (step_power, largest_power) = (power_of(step), power_of(largest));
    if largest_power < 5 && step_power >= -3 {
        return decimals(value, (-step_power).max(0) as usize);
    }
    let places = (largest_power - step_power).clamp(0, 15) as usize;
    format!("{}×10{}", decimals(value / times_power_of_ten(1.0, largest_power), places), superscript(largest_power))
}

/// Plain from 0.001 to 5000, powers of ten beyond.
fn log_label(value: f64) -> String {
    let text = format!("{value:.0e}");
    let (mantissa, power) = text.split_once('e').unwrap_or((&text, "0"));
    let power: i32 = power.parse().unwrap_or(0);
    if (-3..4).contains(&power) {
        return decimals(value, (-power).max(0) as usize);
    }
    if mantissa == "1" { format!("10{}", superscript(power)) } else { format!("{mantissa}×10{}", superscript(power)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(low: f64, high: f64, scale: Scale, unit: &str, most: usize) -> Vec<String> {
        ticks(&Span { low, high, scale }, unit, |ticks| ticks.len() <= most).into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn labels_carry_no_floating_point_noise() {
        assert_eq!(labels(0.0, 0.7, Scale::Linear, "", 8), ["0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7"]);
        assert_eq!(labels(0.0, 1e6, Scale::Linear, "", 3), ["0", "0.5×10⁶", "1.0×10⁶"]);
    }

    #[test]
    fn time_is_read_in_days_and_weeks() {
        assert_eq!(labels(0.0, 170.0, Scale::Linear, "h", 9), ["0", "24", "48", "72", "96", "120", "144", "168"]);
        assert_eq!(labels(0.0, 30.0, Scale::Linear, "d", 6), ["0", "7", "14", "21", "28"]);
    }

    #[test]
    fn a_log_axis_is_labelled_by_decades() {
        assert_eq!(labels(0.01, 1e4, Scale::Log10, "", 8), ["0.01", "0.1", "1", "10", "100", "1000", "10⁴"]);
        assert_eq!(labels(1e-9, 1e6, Scale::Log10, "", 6), ["10⁻⁹", "10⁻⁶", "0.001", "1", "1000", "10⁶"]);
        assert!(labels(5.1, 5.3, Scale::Log10, "", 6).len() >= 2);
    }

    #[test]
    fn where_nothing_fits_there_is_no_tick() {
        assert!(labels(0.0, 1.0, Scale::Linear, "", 1).is_empty());
    }
}
