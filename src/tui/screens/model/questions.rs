//! The questions of the editor: what must not be lost unasked.

use super::Command;
use crate::tui::action;
use crate::tui::app::{App, Question};

fn ask(app: &mut App, title: &str, words: String, answers: &[(char, &str, Command)]) {
    let answers = answers.iter().map(|(key, words, command)| (*key, (*words).to_owned(), action::Command::Model(*command))).collect();
    app.question = Some(Question { title: title.to_owned(), words: vec![words], answers });
}

/// Edits were found that were never saved.
pub fn recover(app: &mut App, name: &str, lines: usize) {
    let lines = if lines == 1 { "1 line of them is".to_owned() } else { format!("{lines} lines of them are") };
    let words = format!("{name} was edited and not saved when the program ended last. The edits were kept aside; {lines} not in the file.");
    ask(
        app,
        "Edits found",
        words,
        &[('t', "take them up again", Command::Recover(true)), ('D', "discard them and open the file as it is", Command::Recover(false))],
    );
}

/// The editor is left with edits.
pub fn leave(app: &mut App, name: &str) {
    ask(
        app,
        "Not saved",
        format!("{name} was changed."),
        &[
            ('s', "save and leave", Command::SaveAndLeave),
            ('a', "leave the edits aside, to go on later", Command::LeaveAside),
            ('D', "discard the edits", Command::DiscardAndLeave),
        ],
    );
}

/// Somebody else wrote the file.
pub fn changed_on_disk(app: &mut App, name: &str) {
    ask(
        app,
        "Changed on disk",
        format!("{name} was changed by another program since it was read here."),
        &[
            ('O', "overwrite it with this text", Command::Overwrite),
            ('T', "take theirs (Ctrl-Z brings this text back)", Command::TakeTheirs),
            ('s', "stay; nothing is written", Command::Stay),
        ],
    );
}

/// Somebody deleted the file.
pub fn gone(app: &mut App, name: &str) {
    ask(
        app,
        "Deleted on disk",
        format!("{name} was deleted since it was read here."),
        &[('O', "write it again", Command::Overwrite), ('s', "stay; nothing is written", Command::Stay)],
    );
}
