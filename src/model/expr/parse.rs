//! Reads the text of an expression into its syntax tree.
//!
//! ```text
//! sum      = product { ("+" | "-") product }
//! product  = sign { ("*" | "/") sign }
//! sign     = "-" sign | "+" sign | power
//! power    = primary [ "^" sign ]
//! primary  = number [unit] | name ["@" ligand] | "[" name ["@" ligand] "]" | function "(" sum { "," sum } ")" | "(" sum ")"
//! ```
//! A unit belongs to the number before it: `a / 2 h` is `a / (2 h)`.
use super::syntax::{Comparison, Expression, Kind, Operator, Span};
use crate::units::{DIMENSIONLESS, Unit, scan_number};

/// An expression that cannot be read; byte offsets are relative to the text given.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub span: Span,
    /// A suggestion.
    pub help: Option<String>,
}

/// How deep brackets and functions may nest.
const DEEPEST: usize = 64;
/// How many nodes one expression may have.
const LARGEST: usize = 10_000;

/// Reads a whole text as one expression.
pub fn parse(text: &str) -> Result<Expression, SyntaxError> {
    let mut reader = Reader { text, at: 0, depth: 0, nodes: 0 };
    reader.skip_spaces();
    if reader.at == text.len() {
        return Err(SyntaxError { message: "an expression is missing here".into(), span: Span { start: 0, end: text.len() }, help: None });
    }
    let expression = reader.sum()?;
    reader.skip_spaces();
    if reader.at < text.len() {
        let help = match reader.peek() {
            Some('<' | '>' | '=') => Some("comparisons stand only in `if(a < b, x, y)`".to_string()),
            Some(c) if c.is_alphanumeric() => Some("an operator such as `*` is missing, or a unit is unknown".to_string()),
            _ => None,
        };
        return Err(reader.unexpected("the end of the expression", help));
    }
    Ok(expression)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    nodes: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip_spaces(&mut self) {
        while let Some(c) = self.peek().filter(|c| c.is_whitespace()) {
            self.at += c.len_utf8();
        }
    }

    fn take(&mut self, wanted: char) -> bool {
        self.skip_spaces();
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    fn error(&self, message: String, start: usize, end: usize, help: Option<String>) -> SyntaxError {
        SyntaxError { message, span: Span { start, end: end.min(self.text.len()).max(start) }, help }
    }

    fn unexpected(&self, expected: &str, help: Option<String>) -> SyntaxError {
        match self.peek() {
            Some(c) => self.error(format!("expected {expected}, found `{c}`"), self.at, self.at + c.len_utf8(), help),
            None => {
                let end = self.text.trim_end().len();
                let start = self.text[..end].char_indices().next_back().map_or(0, |(i, _)| i);
                self.error(format!("expected {expected}, found the end of the expression"), start, end, help)
            }
        }
    }

    fn node(&mut self, kind: Kind, start: usize) -> Result<Expression, SyntaxError> {
        self.nodes += 1;
        if self.nodes > LARGEST {
            return Err(self.error(format!("this expression has more than {LARGEST} parts"), start, self.at, None));
        }
        Ok(Expression { kind, span: Span { start, end: self.at } })
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, SyntaxError>) -> Result<T, SyntaxError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.error(format!("brackets nest deeper than {DEEPEST}"), self.at, self.at, None));
        }
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn sum(&mut self) -> Result<Expression, SyntaxError> {
        self.skip_spaces();
        let start = self.at;
        let mut left = self.product()?;
        loop {
            let operator = if self.take('+') {
                Operator::Add
            } else if self.take('-') || self.take('−') {
                Operator::Subtract
            } else {
                return Ok(left);
            };
            let right = self.product()?;
            left = self.node(Kind::Binary(operator, Box::new(left), Box::new(right)), start)?;
        }
    }

    fn product(&mut self) -> Result<Expression, SyntaxError> {
        self.skip_spaces();
        let start = self.at;
        let mut left = self.sign()?;
        loop {
            let operator = if self.take('*') || self.take('·') || self.take('×') {
                Operator::Multiply
            } else if self.take('/') {
                Operator::Divide
            } else {
                return Ok(left);
            };
            let right = self.sign()?;
            left = self.node(Kind::Binary(operator, Box::new(left), Box::new(right)), start)?;
        }
    }

    fn sign(&mut self) -> Result<Expression, SyntaxError> {
        self.skip_spaces();
        let start = self.at;
        if self.take('-') || self.take('−') {
            let inner = self.deeper(Self::sign)?;
            return self.node(Kind::Negative(Box::new(inner)), start);
        }
        if self.take('+') {
            return self.deeper(Self::sign);
        }
        let base = self.primary()?;
        if self.take('^') {
            let exponent = self.deeper(Self::sign)?;
            return self.node(Kind::Binary(Operator::Power, Box::new(base), Box::new(exponent)), start);
        }
        Ok(base)
    }

    fn primary(&mut self) -> Result<Expression, SyntaxError> {
        self.skip_spaces();
        let start = self.at;
        match self.peek() {
            Some(c) if c.is_ascii_digit() || c == '.' => self.number(),
            Some('(') => {
                self.at += 1;
                let inner = self.deeper(Self::sum)?;
                self.close(')', start)?;
                Ok(Expression { span: Span { start, end: self.at }, ..inner })
            }
            Some('[') => {
                self.at += 1;
                self.skip_spaces();
                let (path, ligand) = self.name()?;
                self.close(']', start)?;
                self.node(Kind::Concentration { path, ligand }, start)
            }
            Some(c) if c.is_alphabetic() || c == '_' => self.name_or_call(),
            found => {
                let power = found == Some('*') && self.text[..self.at].trim_end().ends_with('*');
                let help = power.then(|| "a power is written `a^2`".to_string());
                Err(self.unexpected("a number, a name or `(`", help))
            }
        }
    }

    fn close(&mut self, bracket: char, opened: usize) -> Result<(), SyntaxError> {
        if self.take(bracket) {
            return Ok(());
        }
        let help =
            format!("the bracket opened here is closed with `{bracket}`: `{}`", self.text[opened..].chars().take(12).collect::<String>());
        Err(self.unexpected(&format!("`{bracket}`"), Some(help)))
    }

    fn number(&mut self) -> Result<Expression, SyntaxError> {
        let start = self.at;
        let scanned = scan_number(self.rest()).map_err(|e| self.error(e.message, start + e.start, start + e.end, e.help))?;
        let Some((number, length)) = scanned else {
            return Err(self.unexpected("a number", None));
        };
        self.at += length;
        // `0.001 1/min`: a unit that starts with its own 1
        let unit = Unit::parse_prefix(self.rest()).map_err(|e| self.error(e.message, self.at + e.start, self.at + e.end, e.help))?;
        let (value, dimension) = match unit {
            Some((unit, length)) => {
                self.at += length;
                (number * unit.in_internal_units, unit.dimension)
            }
            None => {
                self.refuse_unknown_unit()?;
                (number, DIMENSIONLESS)
            }
        };
        if !value.is_finite() {
            return Err(self.error(format!("`{}` is too large to be a number", &self.text[start..self.at]), start, self.at, None));
        }
        self.node(Kind::Number { value, dimension }, start)
    }

    /// A word behind a number is a unit; this one is none.
    fn refuse_unknown_unit(&self) -> Result<(), SyntaxError> {
        let spaces = self.rest().len() - self.rest().trim_start().len();
        let start = self.at + spaces;
        let length: usize = self.text[start..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').map(char::len_utf8).sum();
        let word = &self.text[start..start + length];
        if !word.starts_with(|c: char| c.is_alphabetic()) {
            return Ok(());
        }
        let hint = Unit::parse(word).err().and_then(|error| error.help);
        let help = hint.unwrap_or_else(|| format!("if `{word}` is a name, write `*` before it"));
        Err(self.error(format!("`{word}` is not a unit I know"), start, start + length, Some(help)))
    }

    fn identifier(&mut self) -> Result<String, SyntaxError> {
        let length: usize = self.rest().chars().take_while(|c| c.is_alphanumeric() || *c == '_').map(char::len_utf8).sum();
        if length == 0 || self.rest().starts_with(|c: char| c.is_ascii_digit()) {
            return Err(self.unexpected("a name", None));
        }
        let name = self.rest()[..length].to_string();
        self.at += length;
        Ok(name)
    }

    fn name(&mut self) -> Result<(String, Option<String>), SyntaxError> {
        let mut path = self.identifier()?;
        while self.peek() == Some('.') {
            self.at += 1;
            path.push('.');
            path.push_str(&self.identifier()?);
        }
        let ligand = if self.peek() == Some('@') {
            self.at += 1;
            Some(self.identifier()?)
        } else {
            None
        };
        Ok((path, ligand))
    }

    fn name_or_call(&mut self) -> Result<Expression, SyntaxError> {
        let start = self.at;
        let (path, ligand) = self.name()?;
        let function_span = Span { start, end: self.at };
        if self.peek() != Some('(') {
            return self.node(Kind::Name { path, ligand }, start);
        }
        self.at += 1;
        if path == "if" {
            return self.deeper(|reader| reader.conditional(start));
        }
        let mut arguments = Vec::new();
        loop {
            arguments.push(self.deeper(Self::sum)?);
            if !self.take(',') {
                break;
            }
        }
        self.close(')', start)?;
        self.node(Kind::Call { function: path, function_span, arguments }, start)
    }

    fn conditional(&mut self, start: usize) -> Result<Expression, SyntaxError> {
        let first = self.sum()?;
        self.skip_spaces();
        let (swap, comparison, length) = match self.rest() {
            rest if rest.starts_with("<=") => (false, Comparison::LessOrEqual, 2),
            rest if rest.starts_with(">=") => (true, Comparison::LessOrEqual, 2),
            rest if rest.starts_with('<') => (false, Comparison::Less, 1),
            rest if rest.starts_with('>') => (true, Comparison::Less, 1),
            _ => return Err(self.unexpected("a comparison (`<`, `<=`, `>`, `>=`)", Some("write it like `if(a < b, x, y)`".into()))),
        };
        self.at += length;
        let second = self.sum()?;
        let branch = |reader: &mut Self| {
            if reader.take(',') { reader.sum() } else { Err(reader.unexpected("`,`", Some("write it like `if(a < b, x, y)`".into()))) }
        };
        let then = branch(self)?;
        let otherwise = branch(self)?;
        self.close(')', start)?;
        let (left, right) = if swap { (second, first) } else { (first, second) };
        let boxed =
            Kind::If { comparison, left: Box::new(left), right: Box::new(right), then: Box::new(then), otherwise: Box::new(otherwise) };
        self.node(boxed, start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{LENGTH, RATE};

    fn number(expression: &Expression) -> (f64, crate::units::Dimension) {
        match expression.kind {
            Kind::Number { value, dimension } => (value, dimension),
            ref other => panic!("not a number: {other:?}"),
        }
    }

    #[test]
    fn numbers_carry_their_units() {
        let product = parse("2.8 L/m^2 * (1 - hematocrit) * bsa").unwrap();
        let Kind::Binary(Operator::Multiply, left, _) = &product.kind else { panic!() };
        let Kind::Binary(Operator::Multiply, density, _) = &left.kind else { panic!() };
        assert_eq!(number(density).1, LENGTH);
        assert!((number(density).0 - 0.028).abs() <= 4.0 * f64::EPSILON * 0.028);
        assert_eq!(number(&parse("0.001 1/min").unwrap()), (0.001, RATE));
        let Kind::Binary(Operator::Divide, _, below) = parse("weight / 71 kg").unwrap().kind else { panic!() };
        assert_eq!(number(&below).0, 71_000.0);
    }

    #[test]
    fn power_binds_tighter_than_the_sign() {
        let Kind::Negative(inner) = parse("-a^2").unwrap().kind else { panic!() };
        assert!(matches!(inner.kind, Kind::Binary(Operator::Power, ..)));
    }

    #[test]
    fn mistakes_say_what_was_expected_and_where() {
        for (text, message, start) in [
            ("a +", "expected a number, a name or `(`, found the end of the expression", 2),
            ("(a", "expected `)`, found the end of the expression", 1),
            ("a b", "expected the end of the expression, found `b`", 2),
            ("if(a, b)", "expected a comparison (`<`, `<=`, `>`, `>=`), found `,`", 4),
            ("2 ** 3", "expected a number, a name or `(`, found `*`", 3),
            ("1e * x", "`1e` is a truncated number: no digit in the exponent", 0),
        ] {
            let error = parse(text).unwrap_err();
            assert_eq!((error.message.as_str(), error.span.start), (message, start), "{text}");
        }
    }

    #[test]
    fn deep_nesting_is_refused_not_overflowed() {
        let deep = format!("{}a{}", "(".repeat(100_000), ")".repeat(100_000));
        assert!(parse(&deep).unwrap_err().message.contains("nest deeper"));
        assert!(parse(&"-".repeat(100_000)).unwrap_err().message.contains("nest deeper"));
    }
}
