//! Numbers of findings with units that a physicist reads: `0.260 L/min`, `6.73 d`, `2.50 mL`.
use crate::units::{Dimension, LENGTH, MASS, RATE, TIME, Unit, VOLUME, VOLUME_FLOW};

/// Units to choose from: the first in which the number is at least 1 (the last otherwise).
const UNITS: &[(Dimension, &[&str])] = &[
    (VOLUME, &["L", "mL", "uL"]),
    (VOLUME_FLOW, &["L/min", "mL/min", "uL/min"]),
    (MASS, &["kg", "g", "mg"]),
    (LENGTH, &["m", "cm"]),
    (TIME, &["d", "h", "min", "s"]),
    (RATE, &["1/min"]),
];

/// A value in internal units as `number unit`, four significant digits.
pub fn quantity(value: f64, dimension: Dimension) -> String {
    quantity_like(value, value, dimension)
}

/// The same in the unit that fits `other`, so that two numbers of one sentence can be compared.
pub fn quantity_like(value: f64, other: f64, dimension: Dimension) -> String {
    let size = |unit: &str| Unit::parse(unit).map_or(1.0, |unit| unit.in_internal_units);
    // tenths of the first unit read better than thousands of the second
    let fits = |unit: &&&str| other == 0.0 || !other.is_finite() || other.abs() / size(unit) >= 0.1;
    let chosen = UNITS.iter().find(|(known, _)| *known == dimension).and_then(|(_, units)| units.iter().find(fits).or(units.last()));
    match chosen {
        Some(unit) => format!("{} {unit}", number(value / size(unit))),
        None => {
            let unit = if dimension == LENGTH.power(2) { "m^2".to_string() } else { dimension.internal_unit() };
            format!("{} {unit}", number(value / size(&unit))).trim_end().to_string()
        }
    }
}

/// Four significant digits without trailing zeros after the third.
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        return if value.is_nan() { "not a number".into() } else { "infinite".into() };
    }
    let size = value.abs();
    if value != 0.0 && !(1e-4..1e6).contains(&size) {
        return format!("{value:.3e}");
    }
    let whole_digits = if size >= 1.0 {
        crate::math::floor(crate::math::log10(size)) as i32 + 1
    } else {
        crate::math::floor(crate::math::log10(size.max(1e-4))) as i32 + 1
    };
    let decimals = (4 - whole_digits).max(0) as usize;
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text }
}

/// By how much `found` differs from `expected`: `1.2 % more`, `74 % less`.
pub fn difference(found: f64, expected: f64) -> String {
    let percent = (found / expected - 1.0) * 100.0;
    let size = percent.abs();
    let digits = if size >= 10.0 {
        format!("{size:.0}")
    } else if size >= 0.1 {
        format!("{size:.1}")
    } else {
        format!("{size:.1e}")
    };
    format!("{digits} % {}", if percent < 0.0 { "less" } else { "more" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_four_digits_and_fit_their_unit() {
        assert_eq!(number(0.26), "0.26");
        assert_eq!(number(1.33333), "1.333");
        assert_eq!(number(123456.0), "123456");
        assert_eq!(number(7.15e-5), "7.150e-5");
        assert_eq!(number(0.0), "0");
        assert_eq!(number(f64::NAN), "not a number");
        assert_eq!(quantity(0.0005, VOLUME), "0.5 mL");
        assert_eq!(quantity(0.26, VOLUME_FLOW), "0.26 L/min");
        assert_eq!(quantity(71_000.0, MASS), "71 kg");
        assert_eq!(quantity(200.0, LENGTH.power(2)), "2 m^2");
        assert_eq!(quantity_like(0.001, 1.0, VOLUME), "0.001 L");
        assert_eq!(difference(0.26, 1.0), "74 % less");
        assert_eq!(difference(1.0123, 1.0), "1.2 % more");
    }
}
