//! A number with its unit, as it is written in a file: `0.046 L/nmol/min`, `310 g`, `0.40`, `10 %`.
use super::dimension::Dimension;
use super::unit::{Unit, UnitError};

/// A value in internal units with its dimension.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Quantity {
    /// Value in internal units (see the module's head).
    pub value: f64,
    /// What it measures.
    pub dimension: Dimension,
}

/// A quantity that cannot be read; byte offsets are relative to the text given.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct QuantityError {
    /// What is wrong.
    pub message: String,
    /// Where the offending part starts.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// A suggestion.
    pub help: Option<String>,
}

impl From<UnitError> for QuantityError {
    fn from(error: UnitError) -> Self {
        QuantityError { message: error.message, start: error.start, end: error.end, help: error.help }
    }
}

impl Quantity {
    /// Reads a number and a unit. A number alone is a pure number.
    pub fn parse(text: &str) -> Result<Quantity, QuantityError> {
        let lead = text.len() - text.trim_start().len();
        let signed = &text[lead..];
        let sign_length = usize::from(signed.starts_with(['-', '+']));
        let (magnitude, length) =
            scan_number(&signed[sign_length..]).map_err(|error| shifted(error, lead + sign_length))?.ok_or_else(|| QuantityError {
                message: format!("expected a number with a unit, found `{}`", text.trim()),
                start: lead,
                end: text.trim_end().len().max(lead),
                help: Some("write it like `310 g` or `0.046 L/nmol/min`".into()),
            })?;
        let sign = if signed.starts_with('-') { -1.0 } else { 1.0 };
        let unit_start = lead + sign_length + length;
        let unit = Unit::parse(&text[unit_start..]).map_err(|error| shifted(error.into(), unit_start))?;
        let value = sign * magnitude * unit.in_internal_units;
        if !value.is_finite() {
            return Err(QuantityError {
                message: format!("`{}` is too large to be a number", text.trim()),
                start: lead,
                end: text.trim_end().len(),
                help: None,
            });
        }
        Ok(Quantity { value, dimension: unit.dimension })
    }

    /// The value in `unit`, e.g. `in_unit("MBq")`; `None` if the unit is unknown or of another dimension.
    pub fn in_unit(self, unit: &str) -> Option<f64> {
        let unit = Unit::parse(unit).ok()?;
        (unit.dimension == self.dimension).then(|| self.value / unit.in_internal_units)
    }
}

fn shifted(mut error: QuantityError, by: usize) -> QuantityError {
    error.start += by;
    error.end += by;
    error
}

/// Reads an unsigned decimal number at the start of `text`: its value and its length in bytes; `None` if no digit starts here.
/// A truncated number (`1e`, `3.`, `.5`) and thousands marks (`1_000`, `1,000`) are errors that say so.
pub fn scan_number(text: &str) -> Result<Option<(f64, usize)>, QuantityError> {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from.min(bytes.len())..].iter().take_while(|b| b.is_ascii_digit()).count();
    let fail = |message: String, end: usize, help: Option<&str>| QuantityError { message, start: 0, end, help: help.map(str::to_string) };
    let whole = digits(0);
    if whole == 0 {
        if bytes.first() == Some(&b'.') && digits(1) > 0 {
            let end = 1 + digits(1);
            let help = format!("write `0{}`", &text[..end]);
            return Err(fail(format!("`{}` has no digit before the point", &text[..end]), end, Some(&help)));
        }
        return Ok(None);
    }
    let mut end = whole;
    if bytes.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        if fraction == 0 {
            let help = format!("write `{}` or `{}.0`", &text[..end], &text[..end]);
            return Err(fail(format!("`{}` is a truncated number: no digit after the point", &text[..=end]), end + 1, Some(&help)));
        }
        end += 1 + fraction;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        if exponent == 0 {
            // `2 eV`-like units start with a space; `1e` alone is a truncated exponent
            let shown_end = end + 1 + sign;
            return Err(fail(
                format!("`{}` is a truncated number: no digit in the exponent", &text[..shown_end]),
                shown_end,
                Some("write it like `1e-3`"),
            ));
        }
        end += 1 + sign + exponent;
    }
    if matches!(bytes.get(end), Some(b'_' | b',')) && digits(end + 1) > 0 {
        return Err(fail(
            format!("`{}` has a thousands mark or a decimal comma", &text[..end + 1 + digits(end + 1)]),
            end + 1 + digits(end + 1),
            Some("write digits and a decimal point only: `1000`, `0.5`"),
        ));
    }
    if bytes.get(end) == Some(&b'.') {
        return Err(fail(format!("`{}` has two decimal points", &text[..=end]), end + 1, None));
    }
    let value: f64 = text[..end].parse().map_err(|_| fail(format!("`{}` is not a number", &text[..end]), end, None))?;
    if !value.is_finite() {
        return Err(fail(format!("`{}` is too large to be a number", &text[..end]), end, None));
    }
    Ok(Some((value, end)))
}

#[cfg(test)]
mod tests {
    use super::super::dimension::*;
    use super::*;

    #[test]
    fn quantities_come_in_internal_units() {
        let mass = Quantity::parse("0.31 kg").unwrap();
        assert_eq!((mass.value, mass.dimension), (310.0, MASS));
        assert_eq!(Quantity::parse("-2.5 %").unwrap().value, -0.025);
        assert_eq!(Quantity::parse("1e-3 1/min").unwrap(), Quantity { value: 1e-3, dimension: RATE });
        assert_eq!(Quantity::parse("7.4 GBq").unwrap().in_unit("MBq"), Some(7400.0));
        assert_eq!(Quantity::parse("0.40").unwrap().dimension, DIMENSIONLESS);
    }

    #[test]
    fn truncated_and_careless_numbers_are_refused() {
        for (text, part) in [
            ("1e", "exponent"),
            ("3. L", "after the point"),
            ("1e- L", "exponent"),
            (".5 L", "before the point"),
            ("1_000 g", "thousands"),
            ("0,5 L", "decimal comma"),
            ("1.2.3", "two decimal points"),
            ("1e999", "too large"),
            ("", "expected a number"),
            ("L", "expected a number"),
            (".nan", "expected a number"),
        ] {
            let error = Quantity::parse(text).unwrap_err();
            assert!(error.message.contains(part), "{text}: {}", error.message);
        }
    }
}
