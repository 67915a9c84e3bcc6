//! The usual causes of YAML syntax errors, found in the text itself: what a physicist meant, and how to write it.

use crate::model::diagnostic::{SourceText, border_after};

/// What a YAML reader complained of.
pub(super) struct Complaint {
    /// The byte where it gave up.
    pub(super) at: usize,
    /// The byte where the thing it was reading began, where it said so.
    pub(super) begun: Option<usize>,
    /// Its words.
    pub(super) words: String,
}

/// What probably happened.
pub(super) struct Cause {
    pub(super) range: (usize, usize),
    pub(super) message: String,
    pub(super) help: String,
}

/// Lines longer than this, in bytes, are not searched for causes.
const LONGEST_LINE: usize = 2000;

/// One line of the text.
#[derive(Clone, Copy)]
struct Line<'t> {
    start: usize,
    text: &'t str,
}

/// The cause of a complaint, where one can be seen on its line, the line where the trouble began, or the line above.
pub(super) fn find(source: &SourceText, complaint: &Complaint) -> Option<Cause> {
    let line_of = |at: usize| source.line_column(at).0;
    let here = line_of(complaint.at);
    let above = (1..here).rev().find(|&number| !source.line(number).trim().is_empty());
    let mut numbers = vec![here];
    numbers.extend(complaint.begun.map(line_of));
    numbers.extend(above);
    let lines: Vec<Line<'_>> = numbers
        .iter()
        .map(|&number| Line { start: source.line_starts().get(number - 1).copied().unwrap_or(0), text: source.line(number) })
        .collect();
    // Nobody wrote a longer line by hand, and looking for brackets costs the square of it.
    if lines.iter().any(|line| line.text.len() > LONGEST_LINE) {
        return by_its_words(source, complaint);
    }
    let each = |cause: fn(Line<'_>) -> Option<Cause>| lines.iter().find_map(|&line| cause(line));
    let says = |words: &str| complaint.words.contains(words);

    each(tab_indentation)
        .or_else(|| each(bracket_before_text))
        .or_else(|| by_its_words(source, complaint))
        .or_else(|| {
            let loose = says("mapping values") || says("expected ':'") || says("expected key");
            loose.then(|| each(missing_space)).flatten()
        })
        .or_else(|| says("mapping values").then(|| second_colon(lines[0])).flatten())
        .or_else(|| by_its_line(complaint, &lines))
}

fn tab_indentation(line: Line<'_>) -> Option<Cause> {
    let indentation = &line.text[..line.text.len() - line.text.trim_start().len()];
    let at = line.start + indentation.find('\t')?;
    Some(Cause {
        range: (at, at + 1),
        message: "a tab stands in the indentation, where YAML takes only spaces".to_owned(),
        help: "replace the tab by spaces".to_owned(),
    })
}

/// `title: [177Lu]Lu-PSMA`, `rate: [interstitial] * k_on`: a list for YAML, then text it cannot place.
fn bracket_before_text(line: Line<'_>) -> Option<Cause> {
    let text = line.text;
    for (at, open) in text.char_indices().filter(|(_, character)| matches!(character, '[' | '{')) {
        let before = text[..at].trim_end();
        let in_flow = text[..at].contains(['{', '[']);
        let begins_value = before.is_empty()
            || before.len() < at && (before.ends_with([':', '-']) || in_flow && before.ends_with(','))
            || before.ends_with(['{', '[']);
        let in_quotes = text[..at].matches('"').count() % 2 == 1;
        if !begins_value || in_quotes {
            continue;
        }
        let Some(close) = text[at..].find(if open == '[' { ']' } else { '}' }).map(|length| at + length + 1) else { continue };
        let rest = text[close..].trim_start();
        if rest.is_empty() || rest.starts_with([',', ']', '}', '#', ':']) {
            continue;
        }
        let value = &text[at..];
        let end = if in_flow { value[close - at..].find([',', '}']).map(|length| close - at + length) } else { value.find(" #") };
        let value = value[..end.unwrap_or(value.len())].trim_end();
        return Some(Cause {
            range: (line.start + at, line.start + at + value.len()),
            message: format!(
                "YAML reads `{}` as a {}, and text cannot follow it",
                &text[at..close],
                if open == '[' { "list" } else { "mapping" }
            ),
            help: format!("put the whole value in quotes: {}", quoted(value)),
        });
    }
    None
}

/// `mass:310 g`, or a no-break space where a plain one should be.
fn missing_space(line: Line<'_>) -> Option<Cause> {
    let trimmed = line.text.trim_start_matches([' ', '-']);
    let from = line.text.len() - trimmed.len();
    let colon = trimmed.find(|character: char| !(character.is_alphanumeric() || matches!(character, '_' | '-')))?;
    let (key, rest) = (&trimmed[..colon], trimmed[colon..].strip_prefix(':')?);
    let next = rest.chars().next()?;
    if key.is_empty() || matches!(next, ' ' | '\t' | ':' | '/') {
        return None;
    }
    let start = line.start + from;
    let unseen = next.is_whitespace();
    Some(Cause {
        range: if unseen { (start + colon + 1, start + colon + 1 + next.len_utf8()) } else { (start, start + colon + 1) },
        message: match unseen {
            true => format!("a special space (U+{:04X}) stands behind `{key}:`, where YAML takes only a plain one", next as u32),
            false => format!("a space is missing behind `{key}:`"),
        },
        help: format!("write `{key}: {}`", rest.trim()),
    })
}

/// `title: a study: part 2`.
fn second_colon(line: Line<'_>) -> Option<Cause> {
    let (key, _) = line.text.split_once(": ")?;
    let at = key.len() + 2;
    let value = line.text[at..].trim();
    if !value.contains(':') || value.starts_with(['"', '\'', '[', '{']) {
        return None;
    }
    let at = line.start + at + (line.text[at..].len() - line.text[at..].trim_start().len());
    Some(Cause {
        range: (at, at + value.len()),
        message: "a value that contains `: ` must stand in quotes".to_owned(),
        help: format!("put the whole value in quotes: {}", quoted(value)),
    })
}

/// Causes that the reader's words give away.
fn by_its_words(source: &SourceText, complaint: &Complaint) -> Option<Cause> {
    let says = |words: &str| complaint.words.contains(words);
    let begun = complaint.begun.unwrap_or(complaint.at);
    let cause = |start: usize, length: usize, message: &str, help: &str| {
        Some(Cause { range: (start, start + length), message: message.to_owned(), help: help.to_owned() })
    };
    if says("quoted scalar") && (says("end of stream") || says("indentation") || says("document indicator")) {
        return cause(begun, 1, "this quote is never closed", "close it on the same line");
    }
    if says("escape") {
        return cause(complaint.at, 1, "in double quotes `\\` begins an escape, and this is none", "write `\\\\`, or use single quotes");
    }
    if says("expected ',' or") {
        return cause(
            begun,
            1,
            "this bracket is not closed, or a comma is missing in it",
            "text with brackets or commas must stand in quotes",
        );
    }
    if says("misplaced bracket") {
        return cause(complaint.at, 1, "this bracket closes nothing", "");
    }
    if says("anchor") || says("alias") {
        let star = source.text[..border_after(&source.text, begun + 1)].rfind(['*', '&'])?;
        let word = source.text[star..].split([' ', '\n', '\r', ',', ']', '}']).next().unwrap_or_default();
        return Some(Cause {
            range: (star, star + word.len()),
            message: format!("`{word}` at the beginning of a value is an alias for YAML, and nothing is anchored by that name"),
            help: "put the whole value in quotes if it is a formula".to_owned(),
        });
    }
    if says("cannot start any token") || says("unexpected character") {
        let character = source.text[complaint.at..].chars().next()?;
        return Some(Cause {
            range: (complaint.at, complaint.at + character.len_utf8()),
            message: match character {
                '`' => "a value cannot begin with a backtick".to_owned(),
                _ => format!("a value cannot begin with `{character}`"),
            },
            help: "put the whole value in quotes".to_owned(),
        });
    }
    if says("block sequence entries") {
        let message = "a list cannot begin on the line of its key";
        return cause(complaint.at, 1, message, "begin it on the next line, or put text that begins with `- ` in quotes");
    }
    if says("u128") || says("i128") {
        let word = source.text[complaint.at..].split([' ', '\n', '\r', ',', ']', '}']).next().unwrap_or_default();
        let message = "this whole number has more digits than can be read";
        return cause(complaint.at, word.len(), message, "write it with an exponent, or in quotes if it is text");
    }
    None
}

/// Causes seen from how the line begins; the last resort.
fn by_its_line(complaint: &Complaint, lines: &[Line<'_>]) -> Option<Cause> {
    let line = *lines.first()?;
    let says = |words: &str| complaint.words.contains(words);
    let trimmed = line.text.trim_start();
    let start = line.start + line.text.len() - trimmed.len();
    let whole = (start, start + trimmed.trim_end().len());
    let before = line.text.get(..complaint.at.saturating_sub(line.start)).unwrap_or_default();
    let opens_line = before.trim().is_empty();
    let cause =
        |range: (usize, usize), message: &str, help: &str| Some(Cause { range, message: message.to_owned(), help: help.to_owned() });
    if !opens_line && says("expected") && before.trim_end().ends_with(['"', '\'']) {
        let help = "put the whole value in one pair of quotes; inside '…' a quote is written twice";
        return cause((complaint.at, whole.1), "text follows the closing quote", help);
    }
    if says("expected ':'") {
        let at = complaint.begun.map_or(whole.0, |begun| begun);
        let line = lines.iter().find(|line| (line.start..=line.start + line.text.len()).contains(&at))?;
        let range = (at, line.start + line.text.trim_end().len());
        let dash = line.text.trim_start().starts_with('-');
        let help = if dash { "a space is needed behind `-`" } else { "write `key: value` or `- item`" };
        return cause(range, "this line is neither `key: value` nor `- item`", help);
    }
    if says("mapping values") {
        let help = "begin it under the first letter of the line above, or give the key above no value of its own";
        return cause(whole, "this line is indented as if it went on with the value above", help);
    }
    if says("expected '-'") && opens_line {
        return cause(whole, "a list item `- …` is expected here", "a list holds only items, a mapping only keys");
    }
    if says("expected key") && opens_line {
        return match trimmed.starts_with('-') {
            true => cause(whole, "a list item stands among keys", "indent the list below the key that it belongs to"),
            false => cause(whole, "this line is indented unlike the lines it belongs to", "keys of one mapping begin in the same column"),
        };
    }
    None
}

/// A value in the quotes that need no escapes.
fn quoted(value: &str) -> String {
    match (value.contains(['"', '\\']), value.contains('\'')) {
        (false, _) => format!("\"{value}\""),
        (true, false) => format!("'{value}'"),
        (true, true) => format!("'{}'", value.replace('\'', "''")),
    }
}
