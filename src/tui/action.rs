//! The registry of actions: one table from which the keymap, the footer and the help are made.
//!
//! An action that is not available says why; it stays in the help with its reason, so that nobody searches for it.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::app::{App, Aspect, Item, Overlay, Section};

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

/// Every action, in the order of the help.
pub const ACTIONS: &[Action] = &[
    Action {
        command: Command::Enter,
        name: "run",
        help: "run all that the scenario declares and write a run folder; open a run",
        keys: &[key(KeyCode::Enter)],
        place: Where::Screen,
        footer: Some(1),
        available: can_enter,
    },
    Action {
        command: Command::Simulate,
        name: "simulate",
        help: "simulate only: curves and doses, nothing is written",
        keys: &[letter('s')],
        place: Where::Screen,
        footer: Some(2),
        available: can_run,
    },
    Action {
        command: Command::Cancel,
        name: "cancel",
        help: "stop the job of the selected scenario, else the newest one",
        keys: &[letter('c')],
        place: Where::Screen,
        footer: Some(0),
        available: has_job,
    },
    Action {
        command: Command::Back,
        name: "back",
        help: "leave the full screen; else stop the job",
        keys: &[key(KeyCode::Esc)],
        place: Where::Screen,
        footer: None,
        available: can_go_back,
    },
    Action {
        command: Command::Show(Aspect::Overview),
        name: "overview",
        help: "what the file declares, or what is wrong in it",
        keys: &[letter('o')],
        place: Where::Screen,
        footer: None,
        available: has_item,
    },
    Action {
        command: Command::Show(Aspect::Figures),
        name: "plots",
        help: "curves and doses as figures",
        keys: &[letter('p')],
        place: Where::Screen,
        footer: Some(3),
        available: has_figures,
    },
    Action {
        command: Command::Show(Aspect::Tables),
        name: "tables",
        help: "doses and estimates as tables",
        keys: &[letter('t')],
        place: Where::Screen,
        footer: Some(4),
        available: has_tables,
    },
    Action {
        command: Command::Show(Aspect::Findings),
        name: "notes",
        help: "findings, assumptions and evidence",
        keys: &[letter('n')],
        place: Where::Screen,
        footer: Some(5),
        available: has_record,
    },
    Action {
        command: Command::FullScreen,
        name: "full",
        help: "figure (or table, or text) over the full screen, and back",
        keys: &[letter('f')],
        place: Where::Screen,
        footer: Some(6),
        available: has_item,
    },
    Action {
        command: Command::Step(-1),
        name: "previous",
        help: "previous figure or table; to the left in a wide text",
        keys: &[key(KeyCode::Left), letter('h')],
        place: Where::Screen,
        footer: None,
        available: has_item,
    },
    Action {
        command: Command::Step(1),
        name: "next",
        help: "next figure or table; to the right in a wide text",
        keys: &[key(KeyCode::Right), letter('l')],
        place: Where::Screen,
        footer: None,
        available: has_item,
    },
    Action {
        command: Command::Move(-1),
        name: "up",
        help: "up in the list, or scroll up in the right half",
        keys: &[key(KeyCode::Up), letter('k')],
        place: Where::Screen,
        footer: None,
        available: always,
    },
    Action {
        command: Command::Move(1),
        name: "down",
        help: "down in the list, or scroll down in the right half",
        keys: &[key(KeyCode::Down), letter('j')],
        place: Where::Screen,
        footer: None,
        available: always,
    },
    Action {
        command: Command::Page(-1),
        name: "page up",
        help: "scroll the right half up by a page",
        keys: &[key(KeyCode::PageUp), control('b')],
        place: Where::Screen,
        footer: None,
        available: always,
    },
    Action {
        command: Command::Page(1),
        name: "page down",
        help: "scroll the right half down by a page",
        keys: &[key(KeyCode::PageDown), letter(' '), control('f')],
        place: Where::Screen,
        footer: None,
        available: always,
    },
    Action {
        command: Command::First,
        name: "first",
        help: "to the first row or line",
        keys: &[key(KeyCode::Home), letter('g')],
        place: Where::Screen,
        footer: None,
        available: always,
    },
    Action {
        command: Command::Last,
        name: "last",
        help: "to the last row or line",
        keys: &[key(KeyCode::End), letter('G')],
        place: Where::Screen,
        footer: None,
        available: always,
    },
    Action {
        command: Command::SwitchPane,
        name: "pane",
        help: "arrow keys move in the other half of the screen",
        keys: &[key(KeyCode::Tab), key(KeyCode::BackTab)],
        place: Where::Screen,
        footer: Some(7),
        available: always,
    },
    Action {
        command: Command::Go(Section::Scenarios),
        name: "scenarios",
        help: "list the scenarios",
        keys: &[letter('1')],
        place: Where::Screen,
        footer: None,
        available: always,
    },
    Action {
        command: Command::Go(Section::Models),
        name: "models",
        help: "list the models",
        keys: &[letter('2')],
        place: Where::Screen,
        footer: None,
        available: always,
    },
    Action {
        command: Command::Go(Section::Runs),
        name: "runs",
        help: "list the runs, the latest first",
        keys: &[letter('3')],
        place: Where::Screen,
        footer: None,
        available: always,
    },
    Action {
        command: Command::Reload,
        name: "reload",
        help: "read the project folder again",
        keys: &[letter('r'), key(KeyCode::F(5))],
        place: Where::Screen,
        footer: Some(8),
        available: always,
    },
    Action {
        command: Command::Help,
        name: "help",
        help: "this list",
        keys: &[letter('?'), key(KeyCode::F(1))],
        place: Where::Screen,
        footer: Some(9),
        available: always,
    },
    Action {
        command: Command::Quit,
        name: "quit",
        help: "leave; asks only while a job runs",
        keys: &[letter('q'), control('c')],
        place: Where::Screen,
        footer: Some(10),
        available: always,
    },
    Action {
        command: Command::Move(-1),
        name: "up",
        help: "scroll the help up",
        keys: &[key(KeyCode::Up), letter('k')],
        place: Where::Help,
        footer: Some(1),
        available: always,
    },
    Action {
        command: Command::Move(1),
        name: "down",
        help: "scroll the help down",
        keys: &[key(KeyCode::Down), letter('j')],
        place: Where::Help,
        footer: Some(2),
        available: always,
    },
    Action {
        command: Command::Page(-1),
        name: "page up",
        help: "scroll the help up by a page",
        keys: &[key(KeyCode::PageUp), control('b')],
        place: Where::Help,
        footer: None,
        available: always,
    },
    Action {
        command: Command::Page(1),
        name: "page down",
        help: "scroll the help down by a page",
        keys: &[key(KeyCode::PageDown), letter(' '), control('f')],
        place: Where::Help,
        footer: None,
        available: always,
    },
    Action {
        command: Command::CloseOverlay,
        name: "close",
        help: "close the help",
        keys: &[key(KeyCode::Esc), letter('?'), letter('q'), key(KeyCode::Enter), control('c')],
        place: Where::Help,
        footer: Some(0),
        available: always,
    },
    Action {
        command: Command::QuitAnyway,
        name: "stop the jobs and quit",
        help: "leave; what runs is cancelled",
        keys: &[letter('y'), key(KeyCode::Enter), letter('q'), control('c')],
        place: Where::Question,
        footer: Some(0),
        available: always,
    },
    Action {
        command: Command::CloseOverlay,
        name: "stay",
        help: "stay",
        keys: &[letter('n'), key(KeyCode::Esc)],
        place: Where::Question,
        footer: Some(1),
        available: always,
    },
];

/// Where the next key goes.
#[must_use]
pub fn place_of(app: &App) -> Where {
    match app.overlay {
        None => Where::Screen,
        Some(Overlay::Help(_)) => Where::Help,
        Some(Overlay::ConfirmQuit) => Where::Question,
    }
}

/// The command that a key means where the user is.
#[must_use]
pub fn command_of(app: &App, event: &KeyEvent) -> Option<Command> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let place = place_of(app);
    ACTIONS.iter().find(|action| action.place == place && action.keys.iter().any(|key| key.matches(event))).map(|action| action.command)
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

fn always(_: &App) -> Result<(), String> {
    Ok(())
}

fn has_item(app: &App) -> Result<(), String> {
    app.item().map(|_| ()).ok_or_else(|| format!("the list of {} is empty", app.section.title().to_lowercase()))
}

fn can_run(app: &App) -> Result<(), String> {
    has_item(app)?;
    match app.item() {
        Some(Item::Scenario(entry)) if entry.problems.is_empty() => Ok(()),
        Some(Item::Scenario(entry)) => Err(format!("`{}` has problems; mend the file, then `r` reads it again", entry.name)),
        Some(Item::Model(_)) => Err("a model runs through a scenario that names it; `1` lists the scenarios".to_owned()),
        _ => Err("a run is finished; `1` lists the scenarios".to_owned()),
    }
}

fn can_enter(app: &App) -> Result<(), String> {
    match app.item() {
        Some(Item::Run(run)) if run.manifest.is_none() => {
            Err("this run has no manifest: it was killed, or is still being written".to_owned())
        }
        Some(Item::Run(run)) if run.partial => Err("this run is not whole: it was cancelled or failed".to_owned()),
        Some(Item::Run(_)) => Ok(()),
        _ => can_run(app),
    }
}

fn has_job(app: &App) -> Result<(), String> {
    match app.job_to_cancel() {
        None => Err("no job is running".to_owned()),
        Some(job) if job.cancelling => Err(format!("`{}` is stopping already", job.name)),
        Some(_) => Ok(()),
    }
}

fn can_go_back(app: &App) -> Result<(), String> {
    if app.full_screen { Ok(()) } else { has_job(app) }
}

fn has_record(app: &App) -> Result<(), String> {
    has_item(app)?;
    if app.record().is_some() {
        return Ok(());
    }
    Err(match app.item() {
        Some(Item::Run(_)) => "the run is not open yet; Enter opens it".to_owned(),
        Some(Item::Model(_)) => "a model has no result of its own; `1` lists the scenarios".to_owned(),
        _ => "there is no result yet; Enter runs the scenario".to_owned(),
    })
}

fn has_figures(app: &App) -> Result<(), String> {
    has_record(app)?;
    if app.record().is_some_and(|record| record.figures.is_empty()) { Err("this result has no figure".to_owned()) } else { Ok(()) }
}

fn has_tables(app: &App) -> Result<(), String> {
    has_record(app)?;
    if app.record().is_some_and(|record| record.tables.is_empty()) { Err("this result has no table".to_owned()) } else { Ok(()) }
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
