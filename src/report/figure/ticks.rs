//! Where ticks stand and what they say: round steps, hours in quarters of a day, days in weeks, months in years, decades on a log axis.

use crate::report::number_text::{decimals, superscript};

/// Ticks of one axis.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Ticks {
    /// Value and label.
    pub major: Vec<(f64, String)>,
    /// Fainter lines in between, without label.
    pub minor: Vec<f64>,
}

/// Multiples of a day in hours, and of a week in days, that people read time in.
const HOUR_STEPS: [f64; 12] = [1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 48.0, 72.0, 96.0, 168.0, 336.0, 672.0];
const DAY_STEPS: [f64; 10] = [1.0, 2.0, 7.0, 14.0, 28.0, 56.0, 84.0, 168.0, 364.0, 728.0];
/// Multiples of a month that follow-up is read in.
const MONTH_STEPS: [f64; 9] = [1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 36.0, 60.0, 120.0];

/// The finest linear ticks within `low … high` that `fit`; the two ends when none does.
pub(crate) fn linear(low: f64, high: f64, unit: &str, most: usize, fit: impl Fn(&[(f64, String)]) -> bool) -> Ticks {
    for step in steps(high - low, unit, most) {
        let first = (low / step - 1e-9).ceil();
        let last = (high / step + 1e-9).floor();
        if !(last - first).is_finite() || last - first > 200.0 {
            continue;
        }
        let count = (last - first).max(-1.0) as usize + usize::from(last >= first);
        let values: Vec<f64> = (0..count).map(|i| (first + i as f64) * step).collect();
        let largest = low.abs().max(high.abs());
        let major: Vec<(f64, String)> = values.into_iter().map(|v| (v, linear_label(v, step, largest))).collect();
        if major.len() <= most && fit(&major) {
            return Ticks { major, minor: Vec::new() };
        }
    }
    let (span, largest) = (high - low, low.abs().max(high.abs()));
    let ends = [low, high].map(|value| (value, linear_label(value, span, largest)));
    Ticks { major: ends.to_vec(), minor: Vec::new() }
}

/// Candidate steps for a span, from fine to coarse.
fn steps(span: f64, unit: &str, most: usize) -> Vec<f64> {
    let finest = span / most.max(1) as f64;
    let family: &[f64] = match unit {
        "h" if span > 6.0 => &HOUR_STEPS,
        "d" | "days" if span > 10.0 => &DAY_STEPS,
        "months" if span > 4.0 => &MONTH_STEPS,
        _ => &[],
    };
    let of_family: Vec<f64> = family.iter().copied().filter(|step| *step >= finest && *step <= span).collect();
    if !of_family.is_empty() {
        return of_family;
    }
    let start = crate::math::floor(crate::math::log10(finest)) as i32;
    (start..start + 4).flat_map(|power| [1.0, 2.0, 5.0].map(|m| power_of_ten_times(m, power))).filter(|s| *s >= finest).collect()
}

/// `mantissa · 10^power`, read from its decimal text so that 3e-1 is the nearest number to 0.3.
fn power_of_ten_times(mantissa: f64, power: i32) -> f64 {
    format!("{mantissa}e{power}").parse().unwrap_or(f64::NAN)
}

/// Label of a linear tick: no more decimals than the step has. When the largest value of the axis is 10⁵ or more, or the step below
/// 10⁻³, all labels are multiples of one power of ten.
fn linear_label(value: f64, step: f64, largest: f64) -> String {
    if value == 0.0 || value.abs() < step * 1e-6 {
        return "0".to_owned();
    }
    let power_of = |v: f64| crate::math::floor(crate::math::log10(v.abs()) + 1e-9) as i32;
    let (step_power, largest_power) = (power_of(step), power_of(largest));
    if largest_power < 5 && step_power >= -3 {
        return minus(&decimals(value, (-step_power).max(0) as usize));
    }
    let places = (largest_power - step_power).clamp(0, 15) as usize;
    let mantissa = value / power_of_ten_times(1.0, largest_power);
    minus(&format!("{}×10{}", decimals(mantissa, places), superscript(largest_power)))
}

/// The typographic minus sign.
fn minus(text: &str) -> String {
    text.replace('-', "−")
}

/// Ticks of a log axis from `low` to `high` (both positive): decades, with 2 and 5 between when they `fit`.
pub(crate) fn log10(low: f64, high: f64, most: usize, fit: impl Fn(&[(f64, String)]) -> bool) -> Ticks {
    let first = crate::math::floor(crate::math::log10(low) - 1e-9) as i32;
    let last = crate::math::ceil(crate::math::log10(high) + 1e-9) as i32;
    let inside = |v: &f64| *v >= low * (1.0 - 1e-9) && *v <= high * (1.0 + 1e-9);
    let place = |mantissas: &[f64], stride: usize| -> Vec<f64> {
        (first..=last)
            .filter(|power| power.rem_euclid(stride as i32) == 0)
            .flat_map(|power| mantissas.iter().map(move |m| power_of_ten_times(*m, power)))
            .filter(inside)
            .collect()
    };
    let decades = (last - first).max(1) as usize;
    let minor = if decades <= 12 { place(&[2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0], 1) } else { Vec::new() };
    let all = [1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0];
    let mut candidates: Vec<Vec<f64>> = Vec::new();
    if decades <= 2 {
        candidates.push(place(&all, 1));
    }
    candidates.push(place(&[1.0, 2.0, 5.0], 1));
    candidates.push(place(&[1.0, 3.0], 1));
    for stride in [1, 2, 3, 5, 10, 20, 50, 100, 200] {
        candidates.push(place(&[1.0], stride));
    }
    for values in candidates {
        let major: Vec<(f64, String)> = values.into_iter().map(|v| (v, log_label(v))).collect();
        if major.len() >= 2 && major.len() <= most && fit(&major) {
            return Ticks { major, minor };
        }
    }
    // less than one round number apart: equal steps read better than none
    Ticks { minor: Vec::new(), ..linear(low, high, "", most, fit) }
}

/// Label of a log tick: plain from 0.001 to 5000, powers of ten beyond.
fn log_label(value: f64) -> String {
    let text = format!("{value:.1e}");
    let (mantissa, power) = text.split_once('e').unwrap_or((&text, "0"));
    let power: i32 = power.parse().unwrap_or(0);
    let mantissa = mantissa.trim_end_matches(".0");
    if (-3..4).contains(&power) {
        let places = (-power).max(0) as usize + usize::from(mantissa.contains('.') && power <= 0);
        return decimals(value, places);
    }
    if mantissa == "1" { format!("10{}", superscript(power)) } else { format!("{mantissa}×10{}", superscript(power)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(ticks: &Ticks) -> Vec<&str> {
        ticks.major.iter().map(|(_, label)| label.as_str()).collect()
    }

    #[test]
    fn linear_labels_carry_no_floating_point_noise() {
        assert_eq!(labels(&linear(0.0, 0.7, "", 8, |_| true)), ["0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7"]);
        assert_eq!(labels(&linear(-1.0, 1.0, "", 5, |_| true)), ["−1.0", "−0.5", "0", "0.5", "1.0"]);
        assert_eq!(labels(&linear(0.0, 1e6, "", 3, |_| true)), ["0", "0.5×10⁶", "1.0×10⁶"]);
        assert_eq!(labels(&linear(0.0, 4e-6, "", 3, |_| true)), ["0", "2×10⁻⁶", "4×10⁻⁶"]);
    }

    #[test]
    fn time_is_read_in_days_and_weeks() {
        assert_eq!(labels(&linear(0.0, 170.0, "h", 9, |_| true)), ["0", "24", "48", "72", "96", "120", "144", "168"]);
        assert_eq!(labels(&linear(0.0, 48.0, "months", 6, |_| true)), ["0", "12", "24", "36", "48"]);
        assert_eq!(labels(&linear(0.0, 230.0, "d", 9, |_| true)), ["0", "28", "56", "84", "112", "140", "168", "196", "224"]);
    }

    #[test]
    fn log_labels_are_numbers_people_write() {
        assert_eq!(labels(&log10(0.01, 1e4, 8, |_| true)), ["0.01", "0.1", "1", "10", "100", "1000", "10⁴"]);
        assert_eq!(labels(&log10(1.0, 30.0, 6, |_| true)), ["1", "2", "5", "10", "20"]);
        assert_eq!(labels(&log10(1e-9, 1e6, 6, |_| true)), ["10⁻⁹", "10⁻⁶", "0.001", "1", "1000", "10⁶"]);
        assert!(labels(&log10(5.1, 5.3, 6, |_| true)).len() >= 2);
    }
}
