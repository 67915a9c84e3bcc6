//! Numbers as text: the shortest text that reads back to the same f64 (for files), and rounded text (for people).

use std::fmt::Write as _;

/// Shortest text that parses back to the same number; exponent form outside 1e-5 … 1e15. NaN and infinities are the empty text.
#[must_use]
pub fn shortest(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        String::new()
    } else if value == 0.0 {
        "0".to_owned()
    } else if (1e-5..1e15).contains(&size) {
        format!("{value}")
    } else {
        format!("{value:e}")
    }
}

/// Fixed decimals with a true minus sign left ASCII; a rounded zero loses its sign.
#[must_use]
pub fn decimals(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let is_zero = text.chars().all(|c| matches!(c, '-' | '0' | '.'));
    if is_zero { text.trim_start_matches('-').to_owned() } else { text }
}

/// Rounded to `digits` significant digits; exponent form (`1.23e-7`) below 1e-4 or from 1e7 up.
#[must_use]
pub fn significant(value: f64, digits: usize) -> String {
    let digits = digits.max(1);
    if !value.is_finite() {
        return if value.is_nan() {
            String::new()
        } else if value > 0.0 {
            "∞".to_owned()
        } else {
            "-∞".to_owned()
        };
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let exponent = decimal_exponent(value, digits);
    if !(-4..7).contains(&exponent) {
        return format!("{value:.*e}", digits - 1);
    }
    let places = digits as i32 - 1 - exponent;
    if places >= 0 {
        return decimals(value, places as usize);
    }
    // more digits before the point than are significant: round there, print the zeros
    let unit = crate::math::pow(10.0, f64::from(-places));
    decimals((value / unit).round() * unit, 0)
}

/// Exponent of ten of `value` after rounding to `digits` significant digits (9.99 at two digits is 10, exponent 1).
fn decimal_exponent(value: f64, digits: usize) -> i32 {
    let text = format!("{:.*e}", digits - 1, value.abs());
    text.split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0)
}

/// `10` raised to an integer, in superscript digits: `⁻³`.
#[must_use]
pub fn superscript(exponent: i32) -> String {
    let mut text = String::new();
    let _ = write!(text, "{exponent}");
    text.chars()
        .map(|c| match c {
            '-' => '⁻',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            digit => char::from_u32(0x2070 + (digit as u32 - '0' as u32)).unwrap_or(digit),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortest_text_reads_back_to_the_same_bits() {
        for value in [0.1, 1.0 / 3.0, 1e-300, 6.02214076e23, -2.5, 123_456.789, f64::MAX, 5e-324] {
            assert_eq!(shortest(value).parse::<f64>().map(f64::to_bits), Ok(value.to_bits()));
        }
        assert_eq!(shortest(f64::NAN), "");
        assert_eq!(shortest(-0.0), "0");
    }

    #[test]
    fn rounding_for_people() {
        assert_eq!(significant(19.349, 3), "19.3");
        assert_eq!(significant(9.996, 3), "10.0");
        assert_eq!(significant(123_456.0, 3), "123000");
        assert_eq!(significant(0.000_012_345, 3), "1.23e-5");
        assert_eq!(decimals(-0.001, 2), "0.00");
    }

    #[test]
    fn superscripts() {
        assert_eq!(superscript(-10), "⁻¹⁰");
        assert_eq!(superscript(456_789), "⁴⁵⁶⁷⁸⁹");
    }
}
