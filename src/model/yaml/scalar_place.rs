//! Where a piece of a scalar's text stands in the file: the text is laid along its source, over quotes, folds and indentation.

use crate::model::diagnostic::{border_after, border_before};

/// The byte range of `source` (a scalar as written, quotes included) that holds the bytes `start..end` of its `text`.
///
/// None where the two cannot be laid side by side, as with escapes.
pub(super) fn locate(text: &str, source: &str, start: usize, end: usize) -> Option<(usize, usize)> {
    let start = border_before(text, start);
    let end = border_after(text, end.max(start));
    let quote = source.chars().next().filter(|&first| matches!(first, '"' | '\'') && source.len() > 1 && source.ends_with(first));
    let opening = usize::from(quote.is_some());
    let inner = &source[opening..source.len() - opening];
    if text == inner {
        return Some((opening + start, opening + end));
    }
    if quote == Some('"') && inner.contains('\\') {
        return None;
    }
    let mut at = 0;
    let (mut from, mut to) = (None, None);
    for (offset, character) in text.char_indices() {
        let (skipped, taken) = step(&text[offset..], character, &inner[at..], quote == Some('\''))?;
        if offset == start {
            from = Some(at + skipped);
        }
        at += skipped + taken;
        if offset < end {
            to = Some(at);
        }
    }
    let from = from.unwrap_or(at);
    let to = if end > start { to? } else { from };
    Some((opening + from, opening + to.max(from)))
}

/// How many bytes of the source to skip before `character`, the first of `text`, and how many it takes up.
fn step(text: &str, character: char, source: &str, single_quoted: bool) -> Option<(usize, usize)> {
    let run = source.len() - source.trim_start_matches([' ', '\t', '\r', '\n']).len();
    let line_break = source[..run].find('\n');
    match (character, line_break) {
        // A line break that stays one: also skip the indentation behind it, but not the blanks that belong to the text.
        ('\n', Some(line_break)) => {
            let blanks = |text: &str| text.len() - text.trim_start_matches(' ').len();
            let indentation = blanks(&source[line_break + 1..]).saturating_sub(blanks(&text[1..]));
            Some((0, line_break + 1 + indentation))
        }
        // The last line break of a block is not part of its range.
        ('\n', None) if source.is_empty() => Some((0, 0)),
        // Blanks at the end of a line that are kept, before a line break that is kept.
        (' ', Some(_)) if source.starts_with(' ') && text.trim_start_matches(' ').starts_with('\n') => Some((0, 1)),
        // A folded line break.
        (' ', Some(_)) => Some((0, run)),
        // Blank lines that a fold has already accounted for.
        (_, Some(_)) => source[run..].starts_with(character).then(|| (run, character.len_utf8())),
        ('\'', None) if single_quoted && source.starts_with("''") => Some((0, 2)),
        (_, None) => source.starts_with(character).then(|| (0, character.len_utf8())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The piece of `source` that `word` of `text` comes from.
    fn find<'s>(text: &str, source: &'s str, word: &str) -> Option<&'s str> {
        let start = text.find(word)?;
        locate(text, source, start, start + word.len()).map(|(from, to)| &source[from..to])
    }

    #[test]
    fn a_word_is_found_again_however_the_scalar_is_written() {
        for (text, source) in [
            ("a * kidny + b", "a * kidny + b"),
            ("a * kidny + b", "\"a * kidny + b\""),
            ("a * kidny + b", "'a * kidny + b'"),
            ("it's a kidny", "'it''s a kidny'"),
            ("a * kidny + b", "a *\n    kidny\n    + b"),
            ("a * kidny + b", "a *\r\n    kidny\r\n    + b"),
            ("a\n * kidny\n+ b\n", "a\n     * kidny\n    + b"),
            ("a\nß kidny", "a\n\n    ß kidny"),
            ("a  \nb kidny", "a  \n    b kidny"),
            ("a kidny", "\"a\n   kidny\""),
        ] {
            assert_eq!(find(text, source, "kidny"), Some("kidny"), "{source:?}");
        }
    }

    #[test]
    fn escapes_are_not_guessed_at() {
        assert_eq!(find("a\tkidny", r#""a\tkidny""#, "kidny"), None);
        assert_eq!(locate("text", "*alias", 0, 4), None);
    }

    #[test]
    fn offsets_beyond_the_text_mean_its_end() {
        assert_eq!(locate("abc", "\"abc\"", 3, 9), Some((4, 4)));
        assert_eq!(locate("", "''", 0, 0), Some((1, 1)));
        assert_eq!(locate("ß", "ß", 1, 1), Some((0, 2)));
    }
}
