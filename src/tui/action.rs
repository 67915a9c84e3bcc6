//! The registry of actions: one table from which the keymap, the footer and the help are made.
//!
//! An action that is not available says why; it stays in the help with its reason, so that nobody searches for it.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::app::{App, Aspect, Overlay, Section};

mod available;
mod registry;

pub use registry::ACTIONS;

/// What the user can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Move by so many rows.
    Move(isize),
    /// Move by so many pages.
    Page(isize),
    /// To the first row.
    First,
    /// To the last row.
    Last,
    /// To the neighbouring figure or table, or sideways.
    Step(isize),
    /// To the other half of the screen.
    SwitchPane,
    /// Do all that the scenario declares, or open the run.
    Enter,
    /// Simulate only; nothing is written.
    Simulate,
    /// Fit only.
    Fit,
    /// Virtual patients through every arm.
    Trial,
    /// Ask the job to stop.
    Cancel,
    /// One step back: out of the full screen, else cancel.
    Back,
    /// Another aspect of what is selected.
    Show(Aspect),
    /// Let the right half fill the screen, or not.
    FullScreen,
    /// Another section of the list.
    Go(Section),
    /// Read the folder again.
    Reload,
    /// Show the help.
    Help,
    /// Show the palette of all actions.
    Palette,
    /// Do what is chosen in the palette.
    Choose,
    /// Ask for words to search.
    Search,
    /// Keep the words that were typed.
    Accept,
    /// To the next match, or the one before.
    Match(isize),
    /// A character was typed.
    Type(char),
    /// The last character is taken back.
    Erase,
    /// Leave.
    Quit,
    /// Take away what lies in front.
    CloseOverlay,
    /// Leave although jobs run.
    QuitAnyway,
}

/// Where an action can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// On the screen itself.
    Screen,
    /// In the help.
    Help,
    /// At the question whether to leave.
    Question,
    /// In the palette.
    Palette,
    /// While words to search are typed.
    Search,
}

/// A key, with or without Control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// The key itself.
    pub code: KeyCode,
    /// Whether Control is held.
    pub control: bool,
}

const fn key(code: KeyCode) -> Key {
    Key { code, control: false }
}

const fn letter(character: char) -> Key {
    key(KeyCode::Char(character))
}

const fn control(character: char) -> Key {
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
    /// The word for the footer: Enter opens a run, where it runs a scenario.
    #[must_use]
    pub fn name_for(&self, app: &App) -> &'static str {
        if self.command == Command::Enter && app.section == Section::Runs { "open" } else { self.name }
    }
}

/// Where the next key goes.
#[must_use]
pub fn place_of(app: &App) -> Where {
    match app.overlay {
        None => Where::Screen,
        Some(Overlay::Help(_)) => Where::Help,
        Some(Overlay::ConfirmQuit) => Where::Question,
        Some(Overlay::Palette(_)) => Where::Palette,
        Some(Overlay::Search) => Where::Search,
    }
}

/// The command that a key means where the user is.
#[must_use]
pub fn command_of(app: &App, event: &KeyEvent) -> Option<Command> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let place = place_of(app);
    let meant = ACTIONS.iter().find(|action| action.place == place && action.keys.iter().any(|key| key.matches(event)));
    meant.map(|action| action.command).or_else(|| typed(place, event))
}

/// The character that a key types, where characters are typed.
fn typed(place: Where, event: &KeyEvent) -> Option<Command> {
    let types = matches!(place, Where::Palette | Where::Search) && (event.modifiers - KeyModifiers::SHIFT).is_empty();
    match event.code {
        KeyCode::Char(character) if types => Some(Command::Type(character)),
        _ => None,
    }
}

/// The action behind a command where the user is.
#[must_use]
pub fn action_of(app: &App, command: Command) -> Option<&'static Action> {
    let place = place_of(app);
    ACTIONS.iter().find(|action| action.place == place && action.command == command)
}

/// The actions of the footer: those that can be done now, in their order.
#[must_use]
pub fn footer(app: &App) -> Vec<&'static Action> {
    let place = place_of(app);
    let mut actions: Vec<&Action> =
        ACTIONS.iter().filter(|action| action.place == place && action.footer.is_some() && (action.available)(app).is_ok()).collect();
    actions.sort_by_key(|action| action.footer);
    actions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_means_two_things_in_one_place() {
        for (position, action) in ACTIONS.iter().enumerate() {
            for other in &ACTIONS[position + 1..] {
                let shared = action.keys.iter().find(|key| action.place == other.place && other.keys.contains(key));
                assert!(shared.is_none(), "{} and {} share {:?}", action.name, other.name, shared);
            }
        }
    }

    #[test]
    fn every_action_has_a_key_and_a_line_of_help() {
        assert!(ACTIONS.iter().all(|action| !action.keys.is_empty() && !action.help.is_empty() && !action.name.is_empty()));
    }

    #[test]
    fn a_capital_letter_is_another_key() {
        let app = App::default();
        let event = |code, modifiers| KeyEvent::new(code, modifiers);
        assert_eq!(command_of(&app, &event(KeyCode::Char('G'), KeyModifiers::SHIFT)), Some(Command::Last));
        assert_eq!(command_of(&app, &event(KeyCode::Char('g'), KeyModifiers::NONE)), Some(Command::First));
        assert_eq!(command_of(&app, &event(KeyCode::Char('c'), KeyModifiers::CONTROL)), Some(Command::Quit));
        assert_eq!(command_of(&app, &event(KeyCode::Char('q'), KeyModifiers::ALT)), None);
    }
}
