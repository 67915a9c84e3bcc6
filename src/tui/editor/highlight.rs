//! What the words of a YAML file are: keys, texts, numbers with their units, comments. For the eye only; the reader of files knows better.

use crate::units::Unit;

/// What a stretch of a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// A key of a mapping.
    Key,
    /// A quoted text, or a line of a block text.
    Text,
    /// A number.
    Number,
    /// The unit behind a number.
    Unit,
    /// A comment.
    Comment,
    /// Brackets, dashes, commas, `|` and `>`, `---`.
    Punctuation,
    /// Anchor, alias or tag.
    Anchor,
    /// `true`, `false`, `null`, `~`.
    Word,
}

/// A stretch of a line, in bytes. What is in none is plain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// First byte.
    pub start: usize,
    /// Byte behind it.
    pub end: usize,
    /// What it is.
    pub role: Role,
}

/// What a line leaves open for the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Open {
    #[default]
    Nothing,
    /// A text in these quotes.
    Quote(char),
    /// A block text below this indentation.
    Block(usize),
}

/// The stretches of every line, ascending and apart.
#[must_use]
pub fn highlight(lines: &[String]) -> Vec<Vec<Stretch>> {
    let (mut open, mut depth) = (Open::Nothing, 0);
    lines.iter().map(|line| Scan { line, at: 0, out: Vec::new() }.run(&mut open, &mut depth)).collect()
}

struct Scan<'l> {
    line: &'l str,
    at: usize,
    out: Vec<Stretch>,
}

impl Scan<'_> {
    fn rest(&self) -> &str {
        self.line.get(self.at..).unwrap_or("")
    }

    fn take(&mut self, length: usize, role: Role) {
        let end = (self.at + length).min(self.line.len());
        if end > self.at {
            self.out.push(Stretch { start: self.at, end, role });
        }
        self.at = end;
    }

    fn run(mut self, open: &mut Open, depth: &mut usize) -> Vec<Stretch> {
        let indentation = self.line.len() - self.line.trim_start().len();
        match *open {
            Open::Block(parent) if self.line.trim().is_empty() || indentation > parent => {
                self.at = indentation;
                self.take(self.line.len(), Role::Text);
                return self.out;
            }
            Open::Block(_) => *open = Open::Nothing,
            Open::Quote(quote) => {
                if !self.quoted(quote, 0) {
                    return self.out;
                }
                *open = Open::Nothing;
                self.key_if_colon();
            }
            Open::Nothing if self.line.starts_with("---") => self.take(3, Role::Punctuation),
            Open::Nothing => {}
        }
        while self.at < self.line.len() {
            let rest = self.rest();
            let spaces = rest.len() - rest.trim_start().len();
            let spaced = self.at == 0 || spaces > 0;
            self.at += spaces;
            let rest = self.rest();
            let mut characters = rest.chars();
            let Some(first) = characters.next() else { break };
            let second = characters.next();
            match first {
                '#' if spaced => self.take(rest.len(), Role::Comment),
                '"' | '\'' => {
                    if self.quoted(first, 1) {
                        self.key_if_colon();
                    } else {
                        *open = Open::Quote(first);
                    }
                }
                '-' | '?' if *depth == 0 && second.is_none_or(char::is_whitespace) => self.take(1, Role::Punctuation),
                '{' | '[' => {
                    *depth += 1;
                    self.take(1, Role::Punctuation);
                }
                '}' | ']' => {
                    *depth = depth.saturating_sub(1);
                    self.take(1, Role::Punctuation);
                }
                ',' => self.take(1, Role::Punctuation),
                ':' if second.is_none_or(|c| c.is_whitespace() || c == ',') => self.take(1, Role::Punctuation),
                '&' | '*' | '!' => {
                    let length = rest.find(|c: char| c.is_whitespace() || matches!(c, ',' | '}' | ']')).unwrap_or(rest.len());
                    self.take(length, Role::Anchor);
                }
                '|' | '>' if *depth == 0 => {
                    let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
                    self.take(length, Role::Punctuation);
                    *open = Open::Block(indentation);
                }
                _ => self.plain(*depth > 0),
            }
        }
        self.out
    }

    /// A text in quotes, of whose opening `skip` bytes are still to be read; whether it ends in this line.
    fn quoted(&mut self, quote: char, skip: usize) -> bool {
        let rest = self.rest();
        let mut bytes = rest.bytes().enumerate().skip(skip).peekable();
        while let Some((at, byte)) = bytes.next() {
            if byte == b'\\' && quote == '"' {
                bytes.next();
            } else if byte == quote as u8 {
                if quote == '\'' && bytes.peek().is_some_and(|(_, next)| *next == b'\'') {
                    bytes.next();
                    continue;
                }
                self.take(at + 1, Role::Text);
                return true;
            }
        }
        self.take(rest.len(), Role::Text);
        false
    }

    /// A quoted text before a colon was a key.
    fn key_if_colon(&mut self) {
        let rest = self.rest().trim_start();
        let is_key = rest.strip_prefix(':').is_some_and(|after| after.is_empty() || after.starts_with(char::is_whitespace));
        if is_key && let Some(last) = self.out.last_mut() {
            last.role = Role::Key;
        }
    }

    /// A scalar without quotes: a key where a colon ends it, else words, numbers and units.
    fn plain(&mut self, in_brackets: bool) {
        let rest = self.rest();
        let mut end = rest.len();
        let mut is_key = false;
        let mut before = 'x';
        for (at, character) in rest.char_indices() {
            let next = rest[at + character.len_utf8()..].chars().next();
            let ends = match character {
                ':' => {
                    is_key = next.is_none_or(|c| c.is_whitespace() || (in_brackets && c == ','));
                    is_key
                }
                '#' => before.is_whitespace(),
                ',' | '{' | '}' | '[' | ']' => in_brackets,
                _ => false,
            };
            if ends {
                end = at;
                break;
            }
            before = character;
        }
        let text = rest[..end].trim_end().to_owned();
        if is_key {
            return self.take(text.len(), Role::Key);
        }
        let scalar_end = self.at + text.len().max(1);
        if matches!(text.as_str(), "true" | "false" | "null" | "~") {
            self.take(text.len(), Role::Word);
        } else {
            self.values(&text);
        }
        self.at = scalar_end.max(self.at);
    }

    /// The numbers of an expression, each with the unit behind it.
    fn values(&mut self, text: &str) {
        let base = self.at;
        let mut at = 0;
        let mut before = ' ';
        while let Some(character) = text[at..].chars().next() {
            let in_word = before.is_alphanumeric() || matches!(before, '_' | '.');
            if character.is_ascii_digit() && !in_word {
                let length = number_length(&text[at..]);
                self.at = base + at;
                self.take(length, Role::Number);
                at += length;
                before = '0';
                // 7.4 GBq, 1e-3 1/min, 5 %; a name that looks like no unit stays a name
                let unit = if text[at..].starts_with([' ', '%']) { Unit::parse_prefix(&text[at..]) } else { Ok(None) };
                if let Ok(Some((_, length))) = unit {
                    let spaces = text[at..].len() - text[at..].trim_start().len();
                    self.at = base + at + spaces;
                    self.take(length - spaces, Role::Unit);
                    at += length;
                    before = 'u';
                }
            } else {
                at += character.len_utf8();
                before = character;
            }
        }
    }
}

/// Bytes of the number at the start: digits, a point with digits, an exponent.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
    let mut length = digits(0);
    if bytes.get(length) == Some(&b'.') && digits(length + 1) > 0 {
        length += 1 + digits(length + 1);
    }
    if matches!(bytes.get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
        if digits(length + 1 + sign) > 0 {
            length += 1 + sign + digits(length + 1 + sign);
        }
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles(text: &str) -> Vec<Vec<(String, Role)>> {
        let lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
        let spans = highlight(&lines);
        lines
            .iter()
            .zip(spans)
            .map(|(line, spans)| spans.iter().map(|one| (line[one.start..one.end].to_owned(), one.role)).collect())
            .collect()
    }

    fn words(line: &[(String, Role)], role: Role) -> Vec<&str> {
        line.iter().filter(|(_, found)| *found == role).map(|(text, _)| text.as_str()).collect()
    }

    #[test]
    fn a_parameter_is_a_key_a_number_a_unit_and_a_comment() {
        let all = roles("  k_on: {value: 0.046 L/nmol/min, source: \"G: ref #4\"}  # as read");
        let line = &all[0];
        assert_eq!(words(line, Role::Key), ["k_on", "value", "source"]);
        assert_eq!(words(line, Role::Number), ["0.046"]);
        assert_eq!(words(line, Role::Unit), ["L/nmol/min"]);
        assert_eq!(words(line, Role::Text), ["\"G: ref #4\""], "neither a key nor a comment begins inside quotes");
        assert_eq!(words(line, Role::Comment), ["# as read"]);
    }

    #[test]
    fn brackets_of_a_concentration_are_no_list_and_names_hold_no_numbers() {
        let line = &roles("rate: k_on * [veins] * tumour1.density / 2 L")[0];
        assert!(words(line, Role::Punctuation).iter().all(|word| *word == ":"));
        assert_eq!(words(line, Role::Number), ["2"]);
        assert_eq!(words(line, Role::Unit), ["L"]);
        let url = &roles("doi: http://x.org/a#b")[0];
        assert_eq!(words(url, Role::Key), ["doi"], "a colon without a space is text");
        assert!(words(url, Role::Comment).is_empty(), "nor is a # inside a word a comment");
    }

    #[test]
    fn texts_go_on_over_lines() {
        let all = roles("a: \"first # no\n  second: no\"  # yes\nb: |\n  x: 1 # text\n\n  y\nc: 'it''s' \n\"d\": 1");
        assert_eq!(words(&all[1], Role::Text), ["  second: no\""]);
        assert_eq!(words(&all[1], Role::Comment), ["# yes"]);
        assert_eq!(all[3], [("x: 1 # text".to_owned(), Role::Text)]);
        assert_eq!(words(&all[5], Role::Text), ["y"]);
        assert_eq!(words(&all[6], Role::Key), ["c"], "the block ends where the indentation does");
        assert_eq!(words(&all[6], Role::Text), ["'it''s'"]);
        assert_eq!(words(&all[7], Role::Key), ["\"d\""]);
    }

    #[test]
    fn lists_anchors_words_and_odd_ends() {
        let all = roles("- &a {b: *a, c: true}\n- -1.5e-3 %\n---\nk: 'open");
        assert_eq!(words(&all[0], Role::Anchor), ["&a", "*a"]);
        assert_eq!(words(&all[0], Role::Word), ["true"]);
        assert_eq!(words(&all[1], Role::Number), ["1.5e-3"]);
        assert_eq!(words(&all[1], Role::Unit), ["%"]);
        assert_eq!(words(&all[2], Role::Punctuation), ["---"]);
        assert_eq!(words(&all[3], Role::Text), ["'open"]);
    }

    proptest::proptest! {
        #[test]
        fn stretches_are_apart_and_at_borders(text in "[ -~\n\u{e9}漢\t{}:#\"'|>]{0,120}") {
            let lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
            for (line, spans) in lines.iter().zip(highlight(&lines)) {
                let mut reached = 0;
                for span in spans {
                    proptest::prop_assert!(span.start >= reached && span.end > span.start && line.get(span.start..span.end).is_some());
                    reached = span.end;
                }
            }
        }
    }
}
