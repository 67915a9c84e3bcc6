//! The registry of actions: tables from which the keymap, the footer, the help, the palette and the README's table are made.
//!
//! The shell has one table ([`SHELL`]), every screen its own. An action that is not available says why; it stays in the help with its reason,
//! so that nobody searches for it.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::app::{App, Overlay};
use super::editor;
use super::message::Message;
use super::screen::Screen;
use super::screens::{self, data, fit, model, runs, trial, what_if};

mod available;
mod shell;

pub use shell::SHELL;

/// A movement; every screen takes it its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    /// By so many rows.
    Rows(isize),
    /// By so many pages.
    Page(isize),
    /// To the first row.
    First,
    /// To the last row.
    Last,
    /// To the side: the neighbouring figure or table, another value.
    Side(isize),
    /// To the next panel, or the one before (-1).
    Pane(isize),
    /// Into what is selected.
    Enter,
}

/// What the user can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Move.
    Go(Motion),
    /// Another screen.
    Screen(Screen),
    /// Choose the current scenario by name.
    ChooseScenario,
    /// Ask the job to stop.
    Cancel,
    /// One step back.
    Back,
    /// Let the focused panel fill the screen, or not.
    FullScreen,
    /// Read the folder again.
    Reload,
    /// Take back, or make again.
    Undo(bool),
    /// Show the help.
    Help,
    /// Show the palette of all actions.
    Palette,
    /// Do what is chosen in the palette or the picker.
    Choose,
    /// Ask for words to search.
    Search,
    /// Keep what was typed.
    Accept,
    /// To the next match, or the one before.
    Match(isize),
    /// A character was typed.
    Type(char),
    /// The last character is taken back.
    Erase,
    /// All that is typed is taken back.
    EraseAll,
    /// Listen to the mouse, or no longer.
    Mouse,
    /// An answer to the question that waits.
    Answer(char),
    /// Leave.
    Quit,
    /// Take away what lies in front.
    CloseOverlay,
    /// Leave although something is lost.
    QuitAnyway,
    /// Of the Model screen.
    Model(model::Command),
    /// Of the Data screen.
    Data(data::Command),
    /// Of the Fit screen.
    Fit(fit::Command),
    /// Of the What-if screen.
    WhatIf(what_if::Command),
    /// Of the Trial screen.
    Trial(trial::Command),
    /// Of the Runs screen.
    Runs(runs::Command),
}

/// Where an action can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// On every screen.
    Screen,
    /// On one screen.
    On(Screen),
    /// In the help.
    Help,
    /// At the question whether to leave.
    Leaving,
    /// At another question.
    Question,
    /// In the palette and the picker.
    Palette,
    /// While words to search are typed.
    Search,
    /// While a line is typed.
    Prompt,
    /// In the editor, whose own keys are [`editor::keys::KEYS`].
    Editor,
}

/// A key, with or without Control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// The key itself.
    pub code: KeyCode,
    /// Whether Control is held.
    pub control: bool,
}

/// A key by its code.
#[must_use]
pub const fn key(code: KeyCode) -> Key {
    Key { code, control: false }
}

/// The key of a character.
#[must_use]
pub const fn letter(character: char) -> Key {
    key(KeyCode::Char(character))
}

/// The same with Control held.
#[must_use]
pub const fn control(character: char) -> Key {
    Key { code: KeyCode::Char(character), control: true }
}

impl Key {
    /// The key as it is printed in the footer and the help.
    #[must_use]
    pub fn name(self) -> String {
        let name = match self.code {
            KeyCode::Char(' ') => "Space".to_owned(),
            KeyCode::Char(character) => character.to_string(),
            KeyCode::Up => "↑".to_owned(),
            KeyCode::Down => "↓".to_owned(),
            KeyCode::Left => "←".to_owned(),
            KeyCode::Right => "→".to_owned(),
            KeyCode::PageUp => "PgUp".to_owned(),
            KeyCode::PageDown => "PgDn".to_owned(),
            KeyCode::BackTab => "Shift-Tab".to_owned(),
            KeyCode::F(number) => format!("F{number}"),
            other => format!("{other:?}"),
        };
        if self.control { format!("Ctrl-{}", name.to_uppercase()) } else { name }
    }

    fn matches(self, event: &KeyEvent) -> bool {
        // a capital letter comes with or without Shift, by terminal
        let held = event.modifiers - KeyModifiers::SHIFT;
        self.code == event.code && held == if self.control { KeyModifiers::CONTROL } else { KeyModifiers::NONE }
    }
}

/// One action.
#[derive(Debug)]
pub struct Action {
    /// What it asks for.
    pub command: Command,
    /// A word or two for the footer.
    pub name: &'static str,
    /// One line for the help.
    pub help: &'static str,
    /// Its keys, the first is shown in the footer.
    pub keys: &'static [Key],
    /// Where it can be asked for.
    pub place: Where,
    /// Place in the footer from the left, where it has one.
    pub footer: Option<u8>,
    /// Why it cannot be done now, if it cannot.
    pub available: fn(&App) -> Result<(), String>,
}

impl Action {
    /// An action that is always available and not in the footer.
    #[must_use]
    pub const fn new(command: Command, name: &'static str, help: &'static str, keys: &'static [Key], place: Where) -> Action {
        Action { command, name, help, keys, place, footer: None, available: available::always }
    }

    /// The same in the footer, at this place from the left.
    #[must_use]
    pub const fn footer(self, place: u8) -> Action {
        Action { footer: Some(place), ..self }
    }

    /// The same, available only where this is `Ok`; else with the reason why not.
    #[must_use]
    pub const fn when(self, available: fn(&App) -> Result<(), String>) -> Action {
        Action { available, ..self }
    }
}

/// Every action: those of the screens in the order of the screens, then the shell's.
pub fn all() -> impl Iterator<Item = &'static Action> {
    Screen::ALL.into_iter().flat_map(screens::actions).chain(SHELL)
}

/// Where the next key goes.
#[must_use]
pub fn place_of(app: &App) -> Where {
    if app.question.is_some() {
        return Where::Question;
    }
    if app.prompt.is_some() {
        return Where::Prompt;
    }
    match app.overlay {
        Some(Overlay::Help(_)) => Where::Help,
        Some(Overlay::ConfirmQuit) => Where::Leaving,
        Some(Overlay::Palette(_) | Overlay::Picker(_)) => Where::Palette,
        Some(Overlay::Search) => Where::Search,
        None if app.screen == Screen::Model && model::editing(app) => Where::Editor,
        None => Where::Screen,
    }
}

/// Whether an action can be asked for at a place on a screen.
fn is_at(action: &Action, place: Where, screen: Screen) -> bool {
    action.place == place || (place == Where::Screen && action.place == Where::On(screen))
}

/// The actions that can be asked for where the user is, those of the screen first.
pub fn here(app: &App) -> impl Iterator<Item = &'static Action> {
    let (place, screen) = (place_of(app), app.screen);
    screens::actions(screen).iter().chain(SHELL).filter(move |action| is_at(action, place, screen))
}

/// The message that a key means where the user is.
#[must_use]
pub fn message_of(app: &App, event: &KeyEvent) -> Option<Message> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    if let Some(action) = here(app).find(|action| action.keys.iter().any(|key| key.matches(event))) {
        return Some(Message::Do(action.command));
    }
    match place_of(app) {
        Where::Editor => editor::keys::command(*event).map(Message::Edit),
        place => typed(place, event).map(Message::Do),
    }
}

/// The character that a key types, where characters are typed.
fn typed(place: Where, event: &KeyEvent) -> Option<Command> {
    let plain = (event.modifiers - KeyModifiers::SHIFT).is_empty();
    // AltGr comes as Ctrl-Alt on some keyboards: a character all the same
    let plain = plain || event.modifiers.contains(KeyModifiers::CONTROL | KeyModifiers::ALT);
    match (event.code, place) {
        (KeyCode::Char(character), Where::Palette | Where::Search | Where::Prompt) if plain => Some(Command::Type(character)),
        (KeyCode::Char(character), Where::Question) if plain => Some(Command::Answer(character)),
        _ => None,
    }
}

/// The action behind a command where the user is.
#[must_use]
pub fn action_of(app: &App, command: Command) -> Option<&'static Action> {
    here(app).find(|action| action.command == command)
}

/// The actions of the footer: those that can be done now, in their order.
#[must_use]
pub fn footer(app: &App) -> Vec<&'static Action> {
    let mut actions: Vec<&Action> = here(app).filter(|action| action.footer.is_some() && (action.available)(app).is_ok()).collect();
    actions.sort_by_key(|action| action.footer);
    actions
}

/// The actions that the palette offers: of all screens and the shell, movements left out.
pub fn of_palette() -> impl Iterator<Item = &'static Action> {
    all().filter(|action| {
        matches!(action.place, Where::Screen | Where::On(_)) && !matches!(action.command, Command::Go(_) | Command::Palette)
    })
}

/// Whether an action is of another screen than the open one: the palette opens that first.
#[must_use]
pub fn elsewhere(app: &App, action: &Action) -> Option<Screen> {
    match action.place {
        Where::On(screen) if screen != app.screen => Some(screen),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_means_two_things_in_one_place() {
        let places =
            [Where::Help, Where::Leaving, Where::Question, Where::Palette, Where::Search, Where::Prompt, Where::Editor, Where::Screen];
        for screen in Screen::ALL {
            for place in places {
                let there: Vec<&Action> = all().filter(|action| is_at(action, place, screen)).collect();
                for (position, action) in there.iter().enumerate() {
                    for other in &there[position + 1..] {
                        let shared = action.keys.iter().find(|key| other.keys.contains(key));
                        assert!(shared.is_none(), "{} and {} share {shared:?} on {screen:?}", action.name, other.name);
                    }
                }
            }
        }
    }

    #[test]
    fn every_action_has_a_key_and_a_line_of_help() {
        assert!(all().all(|action| !action.keys.is_empty() && !action.help.is_empty() && !action.name.is_empty()));
    }

    #[test]
    fn a_capital_letter_is_another_key() {
        let app = App::default();
        let command = |code, modifiers| match message_of(&app, &KeyEvent::new(code, modifiers)) {
            Some(Message::Do(command)) => Some(command),
            _ => None,
        };
        assert_eq!(command(KeyCode::Char('G'), KeyModifiers::SHIFT), Some(Command::Go(Motion::Last)));
        assert_eq!(command(KeyCode::Char('g'), KeyModifiers::NONE), Some(Command::Go(Motion::First)));
        assert_eq!(command(KeyCode::Char('c'), KeyModifiers::CONTROL), Some(Command::Quit));
        assert_eq!(command(KeyCode::Char('q'), KeyModifiers::ALT), None);
    }
}
