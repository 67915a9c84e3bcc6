//! Unit expressions: `L/nmol/min`, `Gy/(MBq h)`, `m^2`, `1/min`, `m²`.
use super::dimension::{DIMENSIONLESS, Dimension};
use super::symbol::{find, symbols};

/// A unit: its dimension and its size in internal units.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Unit {
    /// What it measures.
    pub dimension: Dimension,
    /// How many internal units one of it is.
    pub in_internal_units: f64,
}

/// A unit expression that cannot be read; byte offsets are relative to the text given.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct UnitError {
    /// What is wrong.
    pub message: String,
    /// Where the offending part starts.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// A suggestion.
    pub help: Option<String>,
}

impl Unit {
    /// The unit of a pure number.
    pub const ONE: Unit = Unit { dimension: DIMENSIONLESS, in_internal_units: 1.0 };

    /// Reads a whole text as a unit; an empty text is the unit of a pure number.
    pub fn parse(text: &str) -> Result<Unit, UnitError> {
        if text.trim().is_empty() {
            return Ok(Unit::ONE);
        }
        let mut reader = Reader { text, at: 0, greedy: false };
        let unit = reader.product()?;
        reader.skip_spaces();
        if reader.at < text.len() {
            return Err(reader.error_here("is not part of a unit"));
        }
        Ok(unit)
    }

    /// Reads the longest unit at the start of `text`, as after a number in an expression; `None` where no unit starts.
    /// Returns the unit and how many bytes it took. `* name` is left to the expression: inside one, units multiply by a space or `·`.
    pub fn parse_prefix(text: &str) -> Result<Option<(Unit, usize)>, UnitError> {
        let mut reader = Reader { text, at: 0, greedy: true };
        if !reader.unit_follows() {
            return Ok(None);
        }
        let unit = reader.product()?;
        Ok(Some((unit, reader.at)))
    }

    /// How much `self` is in units of `other`; `None` if the dimensions differ.
    pub fn per(self, other: Unit) -> Option<f64> {
        (self.dimension == other.dimension).then(|| self.in_internal_units / other.in_internal_units)
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    /// Stop at what is no unit instead of failing (a unit inside an expression).
    greedy: bool,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip_spaces(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += self.peek().map_or(0, char::len_utf8);
        }
    }

    fn symbol_length(&self) -> usize {
        let rest = self.rest();
        if rest.starts_with('%') {
            return 1;
        }
        let mut length = 0;
        for c in rest.chars() {
            if c.is_alphabetic() || c == 'µ' || (length > 0 && (c.is_ascii_digit() || c == '_')) {
                length += c.len_utf8();
            } else {
                break;
            }
        }
        length
    }

    /// Whether a factor of a unit starts here (after spaces): a known symbol that is not a function call or part of a dotted name.
    fn factor_follows(&self) -> bool {
        let mut ahead = Reader { text: self.text, at: self.at, greedy: self.greedy };
        ahead.skip_spaces();
        let length = ahead.symbol_length();
        if length == 0 {
            return false;
        }
        let after = ahead.rest()[length..].chars().next();
        find(&ahead.rest()[..length]).is_some() && !matches!(after, Some('(' | '.' | '@'))
    }

    fn unit_follows(&self) -> bool {
        if self.factor_follows() {
            return true;
        }
        // `/min` and `1/min`
        let mut ahead = Reader { text: self.text, at: self.at, greedy: self.greedy };
        ahead.skip_spaces();
        if ahead.rest().starts_with('1') {
            ahead.at += 1;
            ahead.skip_spaces();
        }
        ahead.rest().starts_with('/') && {
            ahead.at += 1;
            ahead.factor_follows()
        }
    }

    fn product(&mut self) -> Result<Unit, UnitError> {
        self.skip_spaces();
        let mut unit = if self.peek() == Some('/') { Unit::ONE } else { self.factor()? };
        loop {
            let before = self.at;
            self.skip_spaces();
            let divide = match self.peek() {
                Some('/') => true,
                Some('·') => false,
                Some('*') if !self.greedy => false,
                Some(c) if (c.is_alphabetic() || c == '(' || c == '%') && (!self.greedy || self.factor_follows()) => {
                    unit = combine(unit, self.factor()?, false);
                    continue;
                }
                _ => {
                    self.at = before;
                    return Ok(unit);
                }
            };
            let operator = self.at;
            self.at += self.peek().map_or(0, char::len_utf8);
            if self.greedy && !self.factor_follows() && !self.bracket_follows() {
                self.at = before.min(operator);
                return Ok(unit);
            }
            unit = combine(unit, self.factor()?, divide);
        }
    }

    /// Whether `(` and a unit follow, as in `Gy/(MBq h)`.
    fn bracket_follows(&self) -> bool {
        let rest = self.rest().trim_start();
        rest.strip_prefix('(').is_some_and(|inside| {
            let ahead = Reader { text: inside, at: 0, greedy: true };
            ahead.factor_follows() && inside.split(')').next().is_some_and(|bracket| Unit::parse(bracket).is_ok())
        })
    }

    fn factor(&mut self) -> Result<Unit, UnitError> {
        self.skip_spaces();
        if self.peek() == Some('(') {
            let open = self.at;
            self.at += 1;
            let greedy = std::mem::replace(&mut self.greedy, false);
            let unit = self.product()?;
            self.greedy = greedy;
            self.skip_spaces();
            if self.peek() != Some(')') {
                return Err(UnitError {
                    message: "this bracket of the unit is never closed".into(),
                    start: open,
                    end: open + 1,
                    help: None,
                });
            }
            self.at += 1;
            return self.raised(unit);
        }
        if self.rest().starts_with('1') && !self.rest()[1..].starts_with(|c: char| c.is_ascii_digit() || c == '.') {
            self.at += 1;
            return Ok(Unit::ONE);
        }
        let length = self.symbol_length();
        let name = &self.rest()[..length];
        let Some(symbol) = find(name) else {
            return Err(self.error_here("is not a unit I know"));
        };
        self.at += length;
        self.raised(Unit { dimension: symbol.dimension, in_internal_units: symbol.in_internal_units })
    }

    /// An exponent after a factor: `^2`, `^-1`, `²`, `³`, `⁻¹`.
    fn raised(&mut self, unit: Unit) -> Result<Unit, UnitError> {
        let start = self.at;
        let (exponent, length) = if let Some(digits) = self.rest().strip_prefix('^') {
            let length = digits.char_indices().take_while(|(i, c)| c.is_ascii_digit() || (*i == 0 && (*c == '-' || *c == '+'))).count();
            match digits[..length].parse::<i32>() {
                Ok(exponent) if exponent.abs() <= 9 => (exponent, 1 + length),
                _ => {
                    return Err(UnitError {
                        message: "the exponent of a unit must be a whole number from -9 to 9".into(),
                        start,
                        end: start + 1 + length,
                        help: Some("write m^2 or 1/m^2".into()),
                    });
                }
            }
        } else if self.rest().starts_with("⁻¹") {
            (-1, "⁻¹".len())
        } else if self.rest().starts_with('²') {
            (2, '²'.len_utf8())
        } else if self.rest().starts_with('³') {
            (3, '³'.len_utf8())
        } else {
            return Ok(unit);
        };
        self.at += length;
        let mut size = 1.0;
        for _ in 0..exponent.abs() {
            size *= unit.in_internal_units;
        }
        if exponent < 0 {
            size = 1.0 / size;
        }
        Ok(Unit { dimension: unit.dimension.power(exponent), in_internal_units: size })
    }

    fn error_here(&self, what: &str) -> UnitError {
        let length = self.symbol_length().max(self.peek().map_or(0, char::len_utf8));
        let found = &self.rest()[..length];
        if found.is_empty() {
            return UnitError { message: "a unit is missing here".into(), start: self.at.saturating_sub(1), end: self.at, help: None };
        }
        let near = nearest_symbol(found);
        UnitError {
            message: format!("`{found}` {what}"),
            start: self.at,
            end: self.at + length,
            help: near.map(|symbol| format!("did you mean `{symbol}`?")),
        }
    }
}

fn combine(left: Unit, right: Unit, divide: bool) -> Unit {
    if divide {
        Unit { dimension: left.dimension.over(right.dimension), in_internal_units: left.in_internal_units / right.in_internal_units }
    } else {
        Unit { dimension: left.dimension.times(right.dimension), in_internal_units: left.in_internal_units * right.in_internal_units }
    }
}

/// The known symbol most like `wanted`: same letters in another case first, then one edit away.
fn nearest_symbol(wanted: &str) -> Option<&'static str> {
    const WORDS: &[(&str, &str)] = &[
        ("l", "L"),
        ("ml", "mL"),
        ("liter", "L"),
        ("litre", "L"),
        ("liters", "L"),
        ("litres", "L"),
        ("hr", "h"),
        ("hrs", "h"),
        ("hour", "h"),
        ("hours", "h"),
        ("sec", "s"),
        ("minute", "min"),
        ("minutes", "min"),
        ("mins", "min"),
        ("day", "d"),
        ("days", "d"),
        ("week", "wk"),
        ("weeks", "wk"),
        ("w", "wk"),
        ("year", "y"),
        ("kgs", "kg"),
        ("kilogram", "kg"),
        ("mcg", "ug"),
        ("gram", "g"),
        ("grams", "g"),
        ("gray", "Gy"),
        ("percent", "%"),
        ("nM/L", "nmol/L"),
    ];
    let lower = wanted.to_lowercase();
    WORDS
        .iter()
        .find(|(word, _)| *word == lower)
        .map(|(_, symbol)| *symbol)
        .or_else(|| symbols().iter().map(|unit| unit.symbol).find(|symbol| symbol.to_lowercase() == lower))
        .or_else(|| {
            symbols()
                .iter()
                .map(|unit| (strsim::damerau_levenshtein(wanted, unit.symbol), unit.symbol))
                .filter(|(distance, symbol)| *distance == 1 && symbol.chars().count() > 1)
                .min_by_key(|(distance, _)| *distance)
                .map(|(_, symbol)| symbol)
        })
}

#[cfg(test)]
mod tests {
    use super::super::dimension::*;
    use super::*;

    #[test]
    fn the_units_of_the_models_are_read() {
        let unit = Unit::parse("L/nmol/min").unwrap();
        assert_eq!(unit.in_internal_units, 1.0);
        assert_eq!(unit.dimension, VOLUME_FLOW.over(AMOUNT));
        assert_eq!(Unit::parse("1/s").unwrap().in_internal_units, 60.0);
        assert_eq!(Unit::parse("/min").unwrap().dimension, RATE);
        assert_eq!(Unit::parse("L/m^2").unwrap().in_internal_units, 0.01);
        assert_eq!(Unit::parse("m²").unwrap(), Unit::parse("m^2").unwrap());
        // 1 Gy = 1 J/kg, from the definitions of the two units
        let gray = Unit::parse("Gy").unwrap();
        let joule_per_kg = Unit::parse("J/kg").unwrap();
        assert_eq!(gray.dimension, joule_per_kg.dimension);
        assert!((gray.per(joule_per_kg).unwrap() - 1.0).abs() < 1e-15);
        let s_value = Unit::parse("Gy/(MBq h)").unwrap();
        assert!((Unit::parse("mGy/MBq/s").unwrap().per(s_value).unwrap() - 3.6).abs() < 1e-14);
    }

    #[test]
    fn a_prefix_stops_where_the_expression_goes_on() {
        let (unit, length) = Unit::parse_prefix(" L/m^2 * (1 - x)").unwrap().unwrap();
        assert_eq!(length, " L/m^2".len());
        assert_eq!(unit.dimension, LENGTH);
        assert_eq!(Unit::parse_prefix(" * weight").unwrap(), None);
        let (unit, length) = Unit::parse_prefix(" /min / weight").unwrap().unwrap();
        assert_eq!((unit.dimension, length), (RATE, " /min".len()));
        let (_, length) = Unit::parse_prefix(" kg / weight").unwrap().unwrap();
        assert_eq!(length, " kg".len());
        assert_eq!(Unit::parse_prefix(" min(a, b)").unwrap(), None);
        let (_, length) = Unit::parse_prefix(" Gy/(MBq h) * x").unwrap().unwrap();
        assert_eq!(length, " Gy/(MBq h)".len());
    }

    #[test]
    fn a_wrong_unit_says_which_and_what_was_meant() {
        let error = Unit::parse("ml/min").unwrap_err();
        assert_eq!(error.message, "`ml` is not a unit I know");
        assert_eq!(error.help.as_deref(), Some("did you mean `mL`?"));
        assert_eq!((error.start, error.end), (0, 2));
        assert_eq!(Unit::parse("L/hr").unwrap_err().help.as_deref(), Some("did you mean `h`?"));
        assert!(Unit::parse("L/").is_err());
        assert!(Unit::parse("(L").is_err());
    }
}
