//! Searching what is shown: the rows or lines that the open screen gives. Case counts only where a capital is typed.

use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::app::App;
use super::screens;

/// Rows of the open screen that hold the words, and the present row; `None` where there is nothing to search.
#[must_use]
pub fn found(app: &App) -> Option<(Vec<usize>, usize)> {
    let (rows, present) = screens::searchable(app)?;
    let holding = rows.iter().enumerate().filter(|(_, row)| holds(row, &app.search)).map(|(position, _)| position).collect();
    Some((holding, present))
}

/// Whether a text holds the words.
#[must_use]
pub fn holds(text: &str, words: &str) -> bool {
    !places(text, words).is_empty()
}

/// "3 found" while the words are typed.
#[must_use]
pub fn count_words(app: &App) -> String {
    match found(app) {
        _ if app.search.is_empty() => String::new(),
        None => "nothing to search here".to_owned(),
        Some((found, _)) => format!("{} found", found.len()),
    }
}

/// The match after (`by` 1), before (-1) or at (0) a row, around the ends: its order among the matches, and the row.
#[must_use]
pub fn next(found: &[usize], from: usize, by: isize) -> Option<(usize, usize)> {
    let order = match by {
        0 => found.iter().position(|row| *row >= from).unwrap_or(0),
        1.. => found.iter().position(|row| *row > from).unwrap_or(0),
        _ => found.iter().rposition(|row| *row < from).unwrap_or(found.len().saturating_sub(1)),
    };
    found.get(order).map(|row| (order, *row))
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
        assert_eq!(next(&found, 0, 0), Some((0, 2)));
        assert_eq!(next(&found, 2, 1), Some((1, 5)));
        assert_eq!(next(&found, 9, 1), Some((0, 2)));
        assert_eq!(next(&found, 2, -1), Some((2, 9)));
        assert_eq!(next(&[], 2, 1), None);
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
