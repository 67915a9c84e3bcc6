//! Finding and replacing in the text: plain words, capitals matter only if the pattern has one.

use super::buffer::{Position, TextBuffer};
use super::history::Kind;

/// What is searched, and what it is replaced with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// The pattern.
    pub pattern: String,
    /// The text that replaces it.
    pub replacement: String,
    /// Whether the pattern is that of an earlier search, untouched: the first character replaces it.
    pub fresh: bool,
    /// Where the cursor was when the search began: typing searches from there, leaving goes back.
    pub origin: Position,
}

/// Places of a pattern in one line, left to right, none within another.
#[must_use]
pub fn in_line(line: &str, pattern: &str) -> Vec<(usize, usize)> {
    let exact = pattern.chars().any(char::is_uppercase);
    let same = |a: char, b: char| a == b || (!exact && a.to_lowercase().eq(b.to_lowercase()));
    let mut found = Vec::new();
    if pattern.is_empty() {
        return found;
    }
    let mut rest = 0;
    for (start, _) in line.char_indices() {
        if start < rest {
            continue;
        }
        let mut text = line[start..].chars();
        if pattern.chars().all(|wanted| text.next().is_some_and(|c| same(c, wanted))) {
            rest = line.len() - text.as_str().len();
            found.push((start, rest));
        }
    }
    found
}

/// All places of a pattern.
#[must_use]
pub fn all(buffer: &TextBuffer, pattern: &str) -> Vec<(Position, Position)> {
    let of_line = |(index, line): (usize, &String)| {
        in_line(line, pattern).into_iter().map(move |(start, end)| (Position::new(index, start), Position::new(index, end)))
    };
    buffer.lines().iter().enumerate().flat_map(of_line).collect()
}

/// The next place at or behind `from`, else the first of the text.
#[must_use]
pub fn next(buffer: &TextBuffer, pattern: &str, from: Position) -> Option<(Position, Position)> {
    let all = all(buffer, pattern);
    all.iter().find(|(start, _)| *start >= from).or(all.first()).copied()
}

/// The last place before `from`, else the last of the text.
#[must_use]
pub fn previous(buffer: &TextBuffer, pattern: &str, from: Position) -> Option<(Position, Position)> {
    let all = all(buffer, pattern);
    all.iter().rev().find(|(start, _)| *start < from).or(all.last()).copied()
}

/// Selects the next place behind the cursor, or the one before it. Gives whether there is one.
pub fn jump(buffer: &mut TextBuffer, pattern: &str, forward: bool) -> bool {
    let (start, end) = buffer.selection().unwrap_or((buffer.cursor(), buffer.cursor()));
    let found = if forward { next(buffer, pattern, end) } else { previous(buffer, pattern, start) };
    if let Some((start, end)) = found {
        buffer.select(start, end);
    }
    found.is_some()
}

/// Replaces the place that is selected and selects the next; selects the first where none is. Gives whether something was replaced.
pub fn replace_one(buffer: &mut TextBuffer, search: &Search) -> bool {
    let selected = buffer.selection().filter(|range| all(buffer, &search.pattern).contains(range));
    if let Some((start, end)) = selected {
        buffer.replace(start, end, &search.replacement, Kind::Single);
    }
    jump(buffer, &search.pattern, true);
    selected.is_some()
}

/// Replaces every place in one step. Gives how many.
pub fn replace_every(buffer: &mut TextBuffer, search: &Search) -> usize {
    let places = all(buffer, &search.pattern);
    buffer.replace_all(&places, &search.replacement, Kind::Single);
    places.len()
}

/// `2 of 5` for the selected place, `5` where none is selected, `none`.
#[must_use]
pub fn count_words(buffer: &TextBuffer, pattern: &str) -> String {
    let places = all(buffer, pattern);
    let at = buffer.selection().and_then(|range| places.iter().position(|place| *place == range));
    match (places.len(), at) {
        (0, _) => "none".to_owned(),
        (count, Some(at)) => format!("{} of {count}", at + 1),
        (count, None) => count.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_matter_only_where_the_pattern_has_one() {
        assert_eq!(in_line("Kidney kidney", "kidney"), [(0, 6), (7, 13)]);
        assert_eq!(in_line("Kidney kidney", "Kidney"), [(0, 6)]);
        assert_eq!(in_line("aaa", "aa"), [(0, 2)], "places do not overlap");
        assert_eq!(in_line("µ Ä", "ä"), [(3, 5)]);
        assert!(in_line("abc", "").is_empty());
    }

    #[test]
    fn searching_goes_round_the_end() {
        let mut buffer = TextBuffer::new("k_on\nk_off\nk_on");
        assert!(jump(&mut buffer, "k_on", true));
        assert_eq!(count_words(&buffer, "k_on"), "1 of 2");
        assert!(jump(&mut buffer, "k_on", true));
        assert_eq!(buffer.cursor(), Position::new(2, 4));
        assert!(jump(&mut buffer, "k_on", true));
        assert_eq!(buffer.cursor(), Position::new(0, 4));
        assert!(jump(&mut buffer, "k_on", false));
        assert_eq!(buffer.cursor(), Position::new(2, 4));
        assert!(!jump(&mut buffer, "k_in", true));
    }

    #[test]
    fn replacing_all_is_one_step() {
        let mut buffer = TextBuffer::new("a b a\na");
        let search = Search { pattern: "a".into(), replacement: "cc".into(), ..Search::default() };
        assert_eq!(replace_every(&mut buffer, &search), 3);
        assert_eq!(buffer.text(), "cc b cc\ncc");
        assert_eq!(buffer.cursor(), Position::new(1, 2));
        assert!(buffer.undo());
        assert_eq!(buffer.text(), "a b a\na");
        assert!(!replace_one(&mut buffer, &search), "the first is only selected");
        assert!(replace_one(&mut buffer, &search));
        assert_eq!(buffer.text(), "cc b a\na");
        assert_eq!(buffer.selected_text(), "a");
    }
}
