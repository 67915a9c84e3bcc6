//! Numbers in cells: one decimal sign, no thousands, finite.

use crate::data::mapping::DecimalSign;

/// A cell that is not a usable number: what is wrong, and a hint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NotANumber {
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

/// Reads a cell as a finite number with the given decimal sign.
pub(crate) fn parse_number(cell: &str, decimal: DecimalSign) -> Result<f64, NotANumber> {
    let fault = |message: String, hint: Option<&str>| NotANumber { message, hint: hint.map(str::to_string) };
    let text = cell.trim();
    let normal = match decimal {
        DecimalSign::Point => text.to_string(),
        DecimalSign::Comma if text.contains('.') => {
            return Err(fault(
                format!("`{text}` is not a number with a decimal comma"),
                Some("the mapping says decimals are written with a comma; thousands are not separated"),
            ));
        }
        DecimalSign::Comma => text.replace(',', "."),
    };
    match normal.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        Ok(_) => {
            Err(fault(format!("`{text}` is not a finite number"), Some("a missing value must be one of the marks for missing values")))
        }
        Err(_) => {
            let hint = if decimal == DecimalSign::Point && text.contains(',') {
                Some("if decimals are written with a comma, the mapping must say so")
            } else if text.starts_with('<') || text.starts_with('>') {
                Some("a value beyond a limit of quantification is no measurement: mark it as missing or exclude the row")
            } else if text.is_empty() {
                Some("empty cells are not among the marks for missing values")
            } else {
                None
            };
            Err(fault(format!("`{text}` is not a number"), hint))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_decimal_signs_and_exponents() {
        assert_eq!(parse_number(" 1.5e-3 ", DecimalSign::Point), Ok(1.5e-3));
        assert_eq!(parse_number("-1,5", DecimalSign::Comma), Ok(-1.5));
        assert_eq!(parse_number("12", DecimalSign::Comma), Ok(12.0));
    }

    #[test]
    fn what_is_no_number_says_why() {
        let hint = |cell, decimal| {
            let fault = parse_number(cell, decimal).expect_err("not a number");
            format!("{} {}", fault.message, fault.hint.unwrap_or_default())
        };
        assert!(hint("1,5", DecimalSign::Point).contains("written with a comma"));
        assert!(hint("1.234,5", DecimalSign::Comma).contains("thousands"));
        assert!(hint("<0.5", DecimalSign::Point).contains("limit of quantification"));
        assert!(hint("inf", DecimalSign::Point).contains("`inf` is not a finite number"));
        assert!(hint("NaN", DecimalSign::Point).contains("missing"));
        assert!(hint("n.d.", DecimalSign::Point).starts_with("`n.d.` is not a number"));
    }
}
