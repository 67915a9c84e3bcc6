//! Characters that are typed: in the palette, the picker, the search and the prompt.

use super::super::app::{App, Overlay};
use super::super::message::Effect;
use super::super::screens::{self, model};
use super::super::{action, editor};
use super::asked;

/// One character more, or the last one less.
pub fn typed(app: &mut App, character: Option<char>) {
    if let Some(prompt) = &mut app.prompt {
        prompt.error = None;
        match character {
            Some(character) => {
                if std::mem::take(&mut prompt.fresh) {
                    prompt.text.clear();
                }
                prompt.text.push(character);
            }
            None => {
                prompt.fresh = false;
                prompt.text.pop();
            }
        }
        return;
    }
    let words = if app.overlay == Some(Overlay::Search) { &mut app.search } else { &mut app.typed };
    match character {
        Some(character) => words.push(character),
        None => {
            words.pop();
        }
    }
    to_the_first(app);
}

/// Nothing is typed any more.
pub fn erase_all(app: &mut App) {
    if let Some(prompt) = &mut app.prompt {
        (prompt.fresh, prompt.error) = (false, None);
        return prompt.text.clear();
    }
    if app.overlay == Some(Overlay::Search) {
        app.search.clear()
    } else {
        app.typed.clear()
    }
    to_the_first(app);
}

fn to_the_first(app: &mut App) {
    match app.overlay {
        Some(Overlay::Palette(_)) => app.overlay = Some(Overlay::Palette(0)),
        Some(Overlay::Picker(_)) => app.overlay = Some(Overlay::Picker(0)),
        _ => {}
    }
}

/// A pasted text: one step of the editor, else as if its first line were typed.
pub fn paste(app: &mut App, text: &str) -> Vec<Effect> {
    match action::place_of(app) {
        action::Where::Editor => return model::edit(app, editor::Command::Paste(text.to_owned())),
        action::Where::Prompt | action::Where::Palette | action::Where::Search => {
            let line = text.lines().next().unwrap_or_default();
            line.chars().filter(|character| !character.is_control()).for_each(|character| typed(app, Some(character)));
        }
        _ => app.say("nothing here takes a text; `1` and Enter open the editor"),
    }
    Vec::new()
}

/// The search begins where the user looks; the prompt's answer goes to its screen, and what cannot be taken stays with the reason.
pub fn accept(app: &mut App) -> Vec<Effect> {
    if let Some(prompt) = app.prompt.take() {
        return match screens::answered(app, prompt.screen, &prompt.what, prompt.text.trim()) {
            Ok(effects) => effects,
            Err(reason) => {
                app.prompt = Some(super::super::app::Prompt { error: Some(reason), fresh: false, ..prompt });
                Vec::new()
            }
        };
    }
    app.overlay = None;
    if !app.search.is_empty() {
        asked::to_match(app, 0);
        return screens::entered(app);
    }
    Vec::new()
}
