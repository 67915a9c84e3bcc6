//! A rule about patients: comparisons of formulas, joined by `and`, `or`, `not` and parentheses.
//!
//! `gfr >= 40 mL/min`, `18 y <= age < 80 y`, `sex = female and not (prior_chemotherapy = yes)`. A comparison with a value that cannot be computed does not hold.
use super::term::{Names, Term, Values};
use crate::model::diagnostic::did_you_mean;
use crate::regimen::FormulaFault;

/// A checked rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// As written.
    pub text: String,
    root: Node,
}

#[derive(Clone, Debug, PartialEq)]
enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Compare(Sign, Box<Term>, Box<Term>),
    /// A covariate is (or is not) a category.
    Is(usize, usize, bool),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Sign {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    Different,
}

/// Signs as written, the longer first.
const SIGNS: [(&str, Sign); 9] = [
    ("<=", Sign::LessOrEqual),
    (">=", Sign::GreaterOrEqual),
    ("!=", Sign::Different),
    ("==", Sign::Equal),
    ("≤", Sign::LessOrEqual),
    ("≥", Sign::GreaterOrEqual),
    ("<", Sign::Less),
    (">", Sign::Greater),
    ("=", Sign::Equal),
];

impl Condition {
    /// Reads a rule.
    ///
    /// # Errors
    /// Syntax, names that cannot be read here, sides of different dimensions, words that are no category; bytes refer to `text`.
    pub fn read(text: &str, names: &Names) -> Result<Condition, FormulaFault> {
        Ok(Condition { text: text.trim().to_owned(), root: either(Part { text, offset: 0 }, names)? })
    }

    /// Whether it reads derived values of the model.
    pub fn reads_derived(&self) -> bool {
        reads_derived(&self.root)
    }

    /// Whether it holds.
    pub(super) fn holds(&self, values: Values<'_>) -> bool {
        holds(&self.root, values)
    }
}

/// A piece of the text and where it begins.
#[derive(Clone, Copy)]
struct Part<'t> {
    text: &'t str,
    offset: usize,
}

impl<'t> Part<'t> {
    fn slice(self, from: usize, to: usize) -> Part<'t> {
        Part { text: &self.text[from..to], offset: self.offset + from }
    }

    fn trimmed(self) -> Part<'t> {
        let lead = self.text.len() - self.text.trim_start().len();
        Part { text: self.text.trim(), offset: self.offset + lead }
    }

    fn fault(self, message: impl Into<String>, help: Option<&str>) -> FormulaFault {
        FormulaFault { start: self.offset, end: self.offset + self.text.len(), message: message.into(), help: help.map(str::to_owned) }
    }

    /// Bytes outside parentheses, with what follows them.
    fn outside(self) -> Vec<usize> {
        let mut depth = 0_i32;
        let mut found = Vec::new();
        for (at, letter) in self.text.char_indices() {
            match letter {
                '(' | '[' => depth += 1,
                ')' | ']' => depth -= 1,
                _ if depth == 0 => found.push(at),
                _ => {}
            }
        }
        found
    }

    /// The pieces between occurrences of `word` outside parentheses.
    fn split(self, word: &str) -> Vec<Part<'t>> {
        let is_letter = |c: char| c.is_alphanumeric() || "_.".contains(c);
        let mut pieces = Vec::new();
        let mut from = 0;
        for at in self.outside() {
            let whole = self.text[at..].starts_with(word)
                && !self.text[..at].chars().next_back().is_some_and(is_letter)
                && !self.text[at + word.len()..].chars().next().is_some_and(is_letter);
            if whole && at >= from {
                pieces.push(self.slice(from, at));
                from = at + word.len();
            }
        }
        pieces.push(self.slice(from, self.text.len()));
        pieces
    }
}

fn either(part: Part<'_>, names: &Names) -> Result<Node, FormulaFault> {
    let mut nodes = part.split("or").into_iter().map(|piece| both(piece, names)).collect::<Result<Vec<_>, _>>()?;
    Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::Any(nodes) })
}

fn both(part: Part<'_>, names: &Names) -> Result<Node, FormulaFault> {
    let mut nodes = part.split("and").into_iter().map(|piece| one(piece, names)).collect::<Result<Vec<_>, _>>()?;
    Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::All(nodes) })
}

fn one(part: Part<'_>, names: &Names) -> Result<Node, FormulaFault> {
    let part = part.trimmed();
    if part.text.is_empty() {
        return Err(part.fault("a comparison is missing here", Some("write rules such as `gfr >= 40 mL/min and age < 80 y`")));
    }
    if let Some(rest) = part.text.strip_prefix("not")
        && rest.starts_with([' ', '('])
    {
        return Ok(Node::Not(Box::new(one(part.slice(3, part.text.len()), names)?)));
    }
    let signs = signs(part);
    match signs.as_slice() {
        [] if part.text.starts_with('(') && part.text.ends_with(')') => either(part.slice(1, part.text.len() - 1), names),
        [] => Err(part.fault("this is no comparison", Some("write rules such as `gfr >= 40 mL/min`, `sex = female`"))),
        [(at, length, sign)] => compare(part.slice(0, *at), *sign, part.slice(at + length, part.text.len()), names),
        [(first, length_1, sign_1), (second, length_2, sign_2)] => {
            let middle = part.slice(first + length_1, *second);
            let lower = compare(part.slice(0, *first), *sign_1, middle, names)?;
            let upper = compare(middle, *sign_2, part.slice(second + length_2, part.text.len()), names)?;
            Ok(Node::All(vec![lower, upper]))
        }
        _ => Err(part.fault("these are too many comparisons in one", Some("join them with `and`"))),
    }
}

fn signs(part: Part<'_>) -> Vec<(usize, usize, Sign)> {
    let mut found: Vec<(usize, usize, Sign)> = Vec::new();
    for at in part.outside() {
        if found.last().is_some_and(|(before, length, _)| at < before + length) {
            continue;
        }
        let sign = SIGNS.iter().find(|(word, _)| part.text[at..].starts_with(word));
        found.extend(sign.map(|(word, sign)| (at, word.len(), *sign)));
    }
    found
}

fn compare(left: Part<'_>, sign: Sign, right: Part<'_>, names: &Names) -> Result<Node, FormulaFault> {
    let (left, right) = (left.trimmed(), right.trimmed());
    for (name, word) in [(left, right), (right, left)] {
        let Some((covariate, labels)) = names.categories(name.text) else { continue };
        if !matches!(sign, Sign::Equal | Sign::Different) {
            return Err(name.fault(format!("`{}` is a word: it is compared by `=` or `!=`", name.text), None));
        }
        let Some(code) = labels.iter().position(|label| label == word.text) else {
            let help = did_you_mean(word.text, labels.iter().map(String::as_str));
            return Err(word.fault(format!("`{}` is never `{}`", name.text, word.text), Some(&help)));
        };
        return Ok(Node::Is(covariate, code, sign == Sign::Equal));
    }
    let side = |part: Part<'_>| {
        if part.text.is_empty() {
            return Err(part.fault("one side of the comparison is missing", None));
        }
        Term::read(part.text, names, part.offset)
    };
    let ((l, of_left), (r, of_right)) = (side(left)?, side(right)?);
    if of_left != of_right {
        let whole = FormulaFault {
            start: left.offset,
            end: right.offset + right.text.len(),
            message: format!("cannot compare {of_left} with {of_right}"),
            help: None,
        };
        return Err(whole);
    }
    Ok(Node::Compare(sign, Box::new(l), Box::new(r)))
}

fn reads_derived(node: &Node) -> bool {
    match node {
        Node::All(nodes) | Node::Any(nodes) => nodes.iter().any(reads_derived),
        Node::Not(inner) => reads_derived(inner),
        Node::Compare(_, left, right) => left.reads_derived() || right.reads_derived(),
        Node::Is(..) => false,
    }
}

fn holds(node: &Node, values: Values<'_>) -> bool {
    match node {
        Node::All(nodes) => nodes.iter().all(|node| holds(node, values)),
        Node::Any(nodes) => nodes.iter().any(|node| holds(node, values)),
        Node::Not(inner) => !holds(inner, values),
        Node::Is(covariate, code, wanted) => values.covariates.get(*covariate).is_some_and(|value| *value == *code as f64) == *wanted,
        Node::Compare(sign, left, right) => {
            let (l, r) = (left.value(values), right.value(values));
            match sign {
                Sign::Less => l < r,
                Sign::LessOrEqual => l <= r,
                Sign::Greater => l > r,
                Sign::GreaterOrEqual => l >= r,
                Sign::Equal => l == r,
                Sign::Different => l.partial_cmp(&r).is_some_and(std::cmp::Ordering::is_ne),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial::population::term::Source;
    use crate::units::{Quantity, TIME, VOLUME_FLOW};

    fn names() -> Names {
        let mut names = Names::default();
        names.add("gfr", Source::Covariate(0), VOLUME_FLOW);
        names.add("age", Source::Covariate(1), TIME);
        names.add_categories("sex", 2, &["female".into(), "male".into()]);
        names
    }

    fn holds_for(text: &str, gfr: &str, age: &str, sex: f64) -> bool {
        let value = |text: &str| Quantity::parse(text).unwrap().value;
        let covariates = [value(gfr), value(age), sex];
        Condition::read(text, &names()).unwrap().holds(Values { covariates: &covariates, parameters: &[], varied: &[], nodes: &[] })
    }

    #[test]
    fn comparisons_and_their_joints() {
        assert!(holds_for("gfr >= 40 mL/min", "40 mL/min", "50 y", 0.0));
        assert!(!holds_for("gfr > 40 mL/min", "40 mL/min", "50 y", 0.0));
        assert!(holds_for("18 y <= age < 80 y", "40 mL/min", "18 y", 0.0));
        assert!(!holds_for("18 y <= age < 80 y", "40 mL/min", "80 y", 0.0));
        assert!(holds_for("sex = female", "40 mL/min", "80 y", 0.0));
        assert!(holds_for("sex != female", "40 mL/min", "80 y", 1.0));
        assert!(holds_for("sex.male > 0.5", "40 mL/min", "80 y", 1.0));
        // `and` binds stronger than `or`
        assert!(holds_for("sex = female or gfr > 60 mL/min and age < 50 y", "40 mL/min", "80 y", 0.0));
        assert!(!holds_for("(sex = female or gfr > 60 mL/min) and age < 50 y", "40 mL/min", "80 y", 0.0));
        assert!(holds_for("not (sex = male and age > 70 y)", "40 mL/min", "80 y", 0.0));
        // parentheses of a formula are no parentheses of a rule
        assert!(holds_for("(gfr - 10 mL/min) * 2 >= 60 mL/min", "40 mL/min", "80 y", 0.0));
    }

    /// What has no value meets no comparison, `!=` included.
    #[test]
    fn a_value_that_cannot_be_computed_meets_nothing() {
        for sign in ["<", "<=", ">", ">=", "=", "!="] {
            let condition = Condition::read(&format!("gfr {sign} 40 mL/min"), &names()).unwrap();
            assert!(!condition.holds(Values { covariates: &[f64::NAN], parameters: &[], varied: &[], nodes: &[] }), "{sign}");
        }
    }

    #[test]
    fn faults_say_where_and_what() {
        let fault = |text: &str| Condition::read(text, &names()).unwrap_err();
        let found = fault("age > 18 y and grf > 40 mL/min");
        assert_eq!((found.start, found.end), (15, 18));
        assert_eq!(found.help.as_deref(), Some("did you mean `gfr`?"));
        assert!(fault("gfr > 40").message.contains("cannot compare"));
        assert!(fault("sex > 0.5").message.contains("is a word"));
        assert_eq!(fault("sex = femal").help.as_deref(), Some("did you mean `female`?"));
        assert!(fault("gfr > 40 mL/min and").message.contains("missing"));
        assert!(fault("gfr").message.contains("no comparison"));
        assert!(fault("gfr >").message.contains("missing"));
    }
}
