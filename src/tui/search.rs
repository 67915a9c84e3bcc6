//! Searching what is shown: rows of the list, or lines of the text, whichever the arrow keys move in. Case counts only where a capital is typed.

use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::app::{App, Aspect, Item, Pane};
use super::{content, layout};

/// Whether the text of the right half is searched, not the list.
#[must_use]
pub fn in_text(app: &App) -> bool {
    (app.full_screen || app.pane == Pane::Detail) && app.shown() != Aspect::Figures
}

/// What is searched, for people.
#[must_use]
pub fn place_words(app: &App) -> &'static str {
    if in_text(app) { "text" } else { "list" }
}

/// Lines, or rows of the list, that hold the words.
#[must_use]
pub fn found(app: &App) -> Vec<usize> {
    let holding = |holds: Vec<bool>| holds.into_iter().enumerate().filter(|(_, holds)| *holds).map(|(position, _)| position).collect();
    if in_text(app) {
        let width = layout::content_of(app).width as usize;
        return holding(content::lines(app, width).iter().map(|line| !places(&line.to_string(), &app.search).is_empty()).collect());
    }
    holding(app.items(app.section).iter().map(|item| item_matches(item, &app.search)).collect())
}

/// Whether name or title of a row hold the words.
#[must_use]
pub fn item_matches(item: &Item<'_>, words: &str) -> bool {
    [item.name(), item.title()].iter().any(|text| !places(text, words).is_empty())
}

/// "3 found" while the words are typed.
#[must_use]
pub fn count_words(app: &App) -> String {
    if app.search.is_empty() {
        return String::new();
    }
    let place = if in_text(app) { "line" } else { "row" };
    let count = found(app).len();
    format!("{count} {place}{}", if count == 1 { "" } else { "s" })
}

/// The match after (`by` 1), before (-1) or at (0) a place, around the ends: its order among the matches, and where it is. In a text that scrolls
/// no further than `last`, the matches of the last page are all seen at once and count as one.
#[must_use]
pub fn next(found: &[usize], from: usize, by: isize, last: usize, text: bool) -> Option<(usize, usize)> {
    let place = |position: usize| if text { position.min(last) } else { position };
    let order = match by {
        0 => found.iter().position(|position| place(*position) >= from).unwrap_or(0),
        1.. => found.iter().position(|position| place(*position) > from).unwrap_or(0),
        _ => found.iter().rposition(|position| place(*position) < from).unwrap_or(found.len().saturating_sub(1)),
    };
    found.get(order).map(|position| (order, place(*position)))
}

/// Character ranges of the words in a text.
fn places(text: &str, words: &str) -> Vec<(usize, usize)> {
    let exact = words.chars().any(char::is_uppercase);
    // one character for one, so that places stay the places of the text
    let fold = |character: char| if exact { character } else { character.to_lowercase().next().unwrap_or(character) };
    let text: Vec<char> = text.chars().map(fold).collect();
    let words: Vec<char> = words.chars().map(fold).collect();
    if words.is_empty() || words.len() > text.len() {
        return Vec::new();
    }
    let mut out: Vec<(usize, usize)> = Vec::new();
    for (start, window) in text.windows(words.len()).enumerate() {
        if window == words && out.last().is_none_or(|(_, end)| *end <= start) {
            out.push((start, start + words.len()));
        }
    }
    out
}

/// Reverses the matches.
pub fn highlight(lines: &mut [Line<'static>], words: &str) {
    for line in lines {
        let found = places(&line.to_string(), words);
        if found.is_empty() {
            continue;
        }
        let mut position = 0;
        let mut spans: Vec<Span<'static>> = Vec::new();
        for span in &line.spans {
            for character in span.content.chars() {
                let hit = found.iter().any(|(start, end)| (*start..*end).contains(&position));
                let style = if hit { span.style.add_modifier(Modifier::REVERSED | Modifier::BOLD) } else { span.style };
                match spans.last_mut() {
                    Some(last) if last.style == style => last.content.to_mut().push(character),
                    _ => spans.push(Span::styled(character.to_string(), style)),
                }
                position += 1;
            }
        }
        line.spans = spans;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_counts_only_where_a_capital_is_typed() {
        assert_eq!(places("Kidney and kidneys", "kidney"), [(0, 6), (11, 17)]);
        assert_eq!(places("Kidney and kidneys", "Kidney"), [(0, 6)]);
        assert_eq!(places("aaaa", "aa"), [(0, 2), (2, 4)]);
        assert_eq!(places("µSv", "sv"), [(1, 3)]);
        assert!(places("", "a").is_empty() && places("a", "").is_empty());
    }

    #[test]
    fn matches_go_around_the_ends() {
        let found = [2, 5, 9];
        assert_eq!(next(&found, 0, 0, 99, false), Some((0, 2)));
        assert_eq!(next(&found, 2, 1, 99, false), Some((1, 5)));
        assert_eq!(next(&found, 9, 1, 99, false), Some((0, 2)));
        assert_eq!(next(&found, 2, -1, 99, false), Some((2, 9)));
        assert_eq!(next(&[], 2, 1, 99, false), None);
        assert_eq!(next(&found, 2, 1, 4, true), Some((1, 4)), "the text scrolls no further");
        assert_eq!(next(&found, 4, 1, 4, true), Some((0, 2)));
    }

    #[test]
    fn matches_are_reversed_across_spans() {
        let mut lines = [Line::from(vec![Span::raw("kid"), Span::raw("neys 4 Gy")])];
        highlight(&mut lines, "neys");
        assert_eq!(lines[0].to_string(), "kidneys 4 Gy");
        let reversed: String = lines[0]
            .spans
            .iter()
            .filter(|span| span.style.add_modifier.contains(Modifier::REVERSED))
            .map(|span| span.content.as_ref())
            .collect();
        assert_eq!(reversed, "neys");
    }
}
