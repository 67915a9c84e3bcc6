//! Which actions fit what is typed in the palette, and which scenarios in the picker, best first.

use super::action::{self, Action};
use super::app::App;
use crate::session::project::Entry;

/// The actions that fit what is typed, best first; all in their order where nothing is typed.
#[must_use]
pub fn found(app: &App) -> Vec<&'static Action> {
    let mut scored: Vec<(u32, &Action)> = action::of_palette().filter_map(|action| Some((score(action, app)?, action))).collect();
    // what can be done here goes before what another screen does; the order of the registry decides between equals
    scored.sort_by_key(|(score, action)| {
        (std::cmp::Reverse(*score / 1000), action::elsewhere(app, action).is_some(), std::cmp::Reverse(*score))
    });
    scored.into_iter().map(|(_, action)| action).collect()
}

/// A match in the name counts before one in the help line, which must hold the words as they are typed.
fn score(action: &Action, app: &App) -> Option<u32> {
    let in_help = || {
        let help = action.help.to_lowercase();
        app.typed.to_lowercase().split_whitespace().all(|word| help.contains(word)).then_some(1)
    };
    fuzzy(action.name, &app.typed).map(|score| score + 1000).or_else(in_help)
}

/// The scenarios that fit what is typed in the picker, best first.
#[must_use]
pub fn scenarios(app: &App) -> Vec<&Entry> {
    let title = |entry: &Entry| {
        let title = entry.title.to_lowercase();
        app.typed.to_lowercase().split_whitespace().all(|word| title.contains(word)).then_some(1)
    };
    let score = |entry: &Entry| fuzzy(&entry.name, &app.typed).map(|score| score + 1000).or_else(|| title(entry));
    let mut scored: Vec<(u32, &Entry)> = app.scenarios().iter().filter_map(|entry| Some((score(entry)?, entry))).collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, entry)| entry).collect()
}

/// How well the characters of `typed` stand in `text` in their order; `None` where they do not. Beginnings of words and runs count more.
#[must_use]
pub fn fuzzy(text: &str, typed: &str) -> Option<u32> {
    let text: Vec<char> = text.to_lowercase().chars().collect();
    let wanted: Vec<char> = typed.to_lowercase().chars().filter(|character| !character.is_whitespace()).collect();
    // every start is tried: the first occurrence of a letter is seldom the one that is meant
    let starts = (0..text.len()).filter(|at| wanted.first().is_none_or(|first| text[*at] == *first));
    starts.filter_map(|start| from(&text, &wanted, start)).max()
}

fn from(text: &[char], wanted: &[char], start: usize) -> Option<u32> {
    let mut score = 0;
    let mut at = start;
    let mut before: Option<usize> = None;
    for character in wanted {
        let position = at + text[at..].iter().position(|other| other == character)?;
        score += 1;
        if position == 0 || !text[position - 1].is_alphanumeric() {
            score += 4;
        }
        if before.is_some_and(|before| before + 1 == position) {
            score += 5;
        }
        before = Some(position);
        at = position + 1;
    }
    Some(score)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_must_stand_in_their_order() {
        assert!(fuzzy("simulate", "smlt").is_some());
        assert_eq!(fuzzy("simulate", "tls"), None);
        assert_eq!(fuzzy("simulate", "simulatex"), None);
        assert!(fuzzy("simulate", "").is_some());
    }

    #[test]
    fn beginnings_of_words_and_runs_count_more() {
        assert!(fuzzy("page down", "pd") > fuzzy("spread", "pd"));
        assert!(fuzzy("tables", "tab") > fuzzy("text above", "tab"));
    }

    #[test]
    fn a_name_goes_before_a_help_line() {
        let app = App { typed: "undo".to_owned(), ..App::default() };
        assert_eq!(found(&app).first().map(|action| action.name), Some("undo"));
        assert!(found(&App::default()).len() > 12, "without words everything is there");
        let few = App { typed: "sc".to_owned(), ..App::default() };
        assert!(found(&few).len() < found(&App::default()).len(), "a help line must hold the words as they are typed");
    }
}
