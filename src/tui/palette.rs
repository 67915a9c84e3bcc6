//! Which actions fit what is typed in the palette, best first.

use super::action::{ACTIONS, Action, Command, Where};
use super::app::App;

/// The actions that fit what is typed, best first; all in their order where nothing is typed.
#[must_use]
pub fn found(app: &App) -> Vec<&'static Action> {
    let of_screen = ACTIONS.iter().filter(|action| action.place == Where::Screen && action.command != Command::Palette);
    let mut scored: Vec<(u32, &Action)> = of_screen.filter_map(|action| Some((score(action, app, &app.typed)?, action))).collect();
    // the order of the registry decides between equals
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, action)| action).collect()
}

/// A match in the name counts before one in the help line.
fn score(action: &Action, app: &App, typed: &str) -> Option<u32> {
    fuzzy(action.name_for(app), typed).map(|score| score + 1000).or_else(|| fuzzy(action.help, typed))
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
            score += 6;
        }
        if before.is_some_and(|before| before + 1 == position) {
            score += 4;
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
        let app = App { typed: "simulate".to_owned(), ..App::default() };
        assert_eq!(found(&app).first().map(|action| action.name), Some("simulate"));
        assert!(found(&App::default()).len() > 20, "without words everything is there");
    }
}
