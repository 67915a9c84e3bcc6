//! Where a piece of a scalar's text stands in the file: the text is laid along its source, over quotes, folds and indentation.

/// The byte range of `source` (a scalar as written, quotes included) that holds the bytes `start..end` of its `text`.
///
/// None where the two cannot be laid side by side: escapes, aliases.
pub(super) fn locate(text: &str, source: &str, start: usize, end: usize) -> Option<(usize, usize)> {
    let (start, end) = (text.floor_char_boundary(start), text.ceil_char_boundary(end.max(start)));
    let quote = source.chars().next().filter(|&first| matches!(first, '"' | '\'') && source.len() >= 2 && source.ends_with(first));
    let inner_start = usize::from(quote.is_some());
    let inner = &source[inner_start..source.len() - inner_start];
    if text == inner {
        return Some((inner_start + start, inner_start + end));
    }
    let mut at = 0;
    let mut from = None;
    let mut to = None;
    for (offset, character) in text.char_indices() {
        let rest = &inner[at..];
        let next = rest.chars().next();
        let blank = matches!(character, ' ' | '\n');
        // A fold: a blank of the text stands for a line break with the blanks around it.
        let fold = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
        let (here, step) = if blank
            && rest[..fold].contains('\n')
            && (character == '\n' || !rest.starts_with(' ') || rest[..fold].trim_matches(' ').starts_with(['\r', '\n']))
        {
            (at, fold)
        } else if next == Some(character) {
            (at, if quote == Some('\'') && rest.starts_with("''") { 2 } else { character.len_utf8() })
        } else if character == '\n' {
            (at, 0)
        } else {
            return None;
        };
        if quote == Some('"') && next == Some('\\') {
            return None;
        }
        if offset == start {
            from = Some(here);
        }
        if offset < end {
            to = Some(here + step);
        }
        at += step;
    }
    let from = from.unwrap_or(at);
    let to = if end > start { to? } else { from };
    Some((inner_start + from, inner_start + to.max(from)))
}
