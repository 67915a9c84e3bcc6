//! Virtual patients through every arm: what the scenario declares, distributions while the trial runs, outcomes, power.
//!
//! `declared`: the scenario in words; `settings`: size, seed, replicates; `running`: starting, pausing, resuming; `results`: what is looked through; `distributions`: quantities
//! under way as lines; `braille`: a histogram in dots; `draw`: the panels.
mod braille;
mod declared;
mod distributions;
mod draw;
mod results;
mod running;
mod settings;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::session::live::TrialLive;
use crate::tui::action::{Action, Command as Asked, Motion, Where, letter};
use crate::tui::app::{App, JobKind};
use crate::tui::browse::{self, Aspect, Browse};
use crate::tui::message::{Effect, Ticket};
use crate::tui::screen::Screen;

pub use declared::Declared;
pub use results::ordered;
use running::Stopped;
use settings::{Field, Settings};

/// Where the arrow keys move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pane {
    /// Size, seed, arms.
    #[default]
    Settings,
    /// Distributions or results.
    Shown,
}

/// What the right panel shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum View {
    /// Distributions while the trial runs.
    #[default]
    Running,
    /// What the trial came to.
    Outcomes,
    /// What the power came to.
    Power,
}

/// The settings of a scenario before a change.
type Change = (PathBuf, Settings);

/// The state of the screen.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// What the user changed, by scenario.
    settings: BTreeMap<PathBuf, Settings>,
    /// Changes that can be taken back, and those that were.
    history: (Vec<Change>, Vec<Change>),
    /// What a scenario declares, with the number of the reading of the project that it belongs to.
    declared: BTreeMap<PathBuf, (Ticket, Result<Declared, String>)>,
    /// The reading under way.
    asked: Option<(Ticket, PathBuf)>,
    field: usize,
    pane: Pane,
    view: View,
    /// Position of the quantity that is looked at.
    quantity: usize,
    /// First line of the settings that is seen.
    down: usize,
    outcomes: Browse,
    power: Browse,
    /// Jobs that were stopped before they were done, by scenario.
    stopped: BTreeMap<(PathBuf, JobKind), Stopped>,
    /// What was seen last of a trial, by scenario.
    seen: BTreeMap<PathBuf, Arc<TrialLive>>,
    /// Whether the quantity that is looked at is shown alone.
    alone: bool,
    /// What was asked of the jobs under way.
    asked_of: BTreeMap<(PathBuf, JobKind), crate::session::work::Task>,
    /// The last run folder that was asked for: it is read once.
    opening: Option<PathBuf>,
}

/// What only this screen can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Start the trial.
    Start,
    /// Stop it, keeping what is finished.
    Pause,
    /// Go on where it stopped.
    Resume,
    /// Compute the power.
    Power,
    /// Show the distributions under way.
    Running,
    /// Show tables, plots or words of the result.
    Show(Aspect),
    /// The results of the trial, or those of the power.
    Other,
    /// All settings as the scenario has them.
    Reset,
}

/// Work in the background.
#[derive(Debug, Clone)]
pub enum Work {
    /// Read what a scenario declares.
    Read(PathBuf),
}

/// What it found.
#[derive(Debug)]
pub enum News {
    /// What a scenario declares, or why there is no trial.
    Declared(PathBuf, Box<Result<Declared, String>>),
}

const HERE: Where = Where::On(Screen::Trial);

const fn of(command: Command) -> Asked {
    Asked::Trial(command)
}

/// The actions of the screen.
pub const ACTIONS: &[Action] = &[
    Action::new(of(Command::Start), "start", "send the virtual patients through every arm", &[letter('s')], HERE)
        .footer(1)
        .when(running::can_start),
    Action::new(of(Command::Pause), "pause", "stop, keeping the patients that are finished", &[letter('z')], HERE)
        .footer(2)
        .when(running::can_pause),
    Action::new(of(Command::Resume), "resume", "go on where the trial or the power was stopped", &[letter('r')], HERE)
        .footer(3)
        .when(running::can_resume),
    Action::new(of(Command::Power), "power", "the trial over and over: power and sample size", &[letter('w')], HERE)
        .footer(4)
        .when(running::can_power),
    Action::new(of(Command::Running), "distributions", "doses, counts and probabilities of the trial under way", &[letter('d')], HERE),
    Action::new(of(Command::Show(Aspect::Tables)), "tables", "outcomes and paired differences", &[letter('t')], HERE)
        .footer(5)
        .when(results::has_result),
    Action::new(of(Command::Show(Aspect::Figures)), "plots", "the figures of the result", &[letter('p')], HERE)
        .footer(6)
        .when(results::has_result),
    Action::new(of(Command::Show(Aspect::Findings)), "evidence", "findings, failures, assumptions, evidence", &[letter('e')], HERE)
        .when(results::has_result),
    Action::new(of(Command::Other), "trial/power", "from the results of the trial to those of the power, and back", &[letter('b')], HERE)
        .footer(7)
        .when(results::has_both),
    Action::new(of(Command::Reset), "reset", "size, seed and replicates as the scenario has them", &[letter('x')], HERE)
        .when(settings::can_reset),
];

/// The screen was opened, or what it shows changed.
pub fn entered(app: &mut App) -> Vec<Effect> {
    let Some(path) = app.scenario.clone() else { return Vec::new() };
    let reading = app.last_reading;
    let known = app.trial.declared.get(&path).is_some_and(|(of, _)| *of == reading);
    let asked = app.trial.asked.as_ref().is_some_and(|(_, of)| *of == path);
    if known || asked {
        return Vec::new();
    }
    let ticket = app.ticket();
    app.trial.asked = Some((ticket, path.clone()));
    vec![Effect::Background(ticket, crate::tui::screens::Work::Trial(Work::Read(path)))]
}

/// Does what is asked.
pub fn ask(app: &mut App, command: Command) -> Vec<Effect> {
    match command {
        Command::Start => running::start(app),
        Command::Pause => running::pause(app),
        Command::Resume => running::resume(app),
        Command::Power => running::power(app),
        Command::Running => {
            (app.trial.view, app.trial.pane) = (View::Running, Pane::Shown);
            Vec::new()
        }
        Command::Show(aspect) => results::show(app, aspect),
        Command::Other => results::other(app),
        Command::Reset => {
            settings::reset(app);
            Vec::new()
        }
    }
}

/// Moves.
pub fn go(app: &mut App, motion: Motion) -> Vec<Effect> {
    match motion {
        Motion::Pane(_) => {
            app.trial.pane = if app.trial.pane == Pane::Settings { Pane::Shown } else { Pane::Settings };
            return Vec::new();
        }
        _ if app.trial.pane == Pane::Settings && !app.full_screen => return settings::go(app, motion),
        _ => {}
    }
    if app.trial.view == View::Running {
        if motion == Motion::Enter {
            app.trial.alone = !app.trial.alone && results::live(app).is_some();
            return Vec::new();
        }
        let last = results::live(app).and_then(|live| live.arms.first()).map_or(0, |arm| arm.quantities.len().saturating_sub(1));
        app.trial.quantity = match motion {
            Motion::Rows(by) => app.trial.quantity.saturating_add_signed(by),
            Motion::Page(by) => app.trial.quantity.saturating_add_signed(4 * by),
            Motion::First => 0,
            Motion::Last => usize::MAX,
            _ => app.trial.quantity,
        }
        .min(last);
        return Vec::new();
    }
    let area = draw::areas(app, crate::tui::update::body(app)).content;
    let full_screen = app.full_screen;
    let mut browse = *results::browse(app);
    if let Some(record) = results::record(app) {
        browse::go(record, &mut browse, motion, full_screen, area);
    }
    *results::browse_mut(app) = browse;
    Vec::new()
}

/// One step back; false where there is none.
pub fn back(app: &mut App) -> bool {
    if std::mem::take(&mut app.trial.alone) {
        return true;
    }
    let there = app.trial.pane == Pane::Shown;
    app.trial.pane = Pane::Settings;
    there
}

/// Takes the last change of the settings back, or makes it again.
///
/// # Errors
/// There is none.
pub fn undo(app: &mut App, back: bool) -> Result<Vec<Effect>, String> {
    settings::undo(app, back)
}

/// Takes the answer of a prompt.
///
/// # Errors
/// Why it cannot be taken.
pub fn answered(app: &mut App, what: &str, text: &str) -> Result<Vec<Effect>, String> {
    settings::answered(app, what, text)
}

/// Carries work out; in a thread of its own.
#[must_use]
pub fn carry_out(work: Work) -> News {
    match work {
        Work::Read(path) => {
            let read = declared::read(&path);
            News::Declared(path, Box::new(read))
        }
    }
}

/// Takes what work found.
pub fn take(app: &mut App, ticket: Ticket, news: News) -> Vec<Effect> {
    let News::Declared(path, read) = news;
    if app.trial.asked.as_ref().is_some_and(|(asked, _)| *asked == ticket) {
        app.trial.asked = None;
        app.trial.declared.insert(path, (app.last_reading, *read));
    }
    if app.screen == Screen::Trial { entered(app) } else { Vec::new() }
}

/// A job ended.
pub fn job_ended(app: &mut App, path: &Path, kind: JobKind) -> Vec<Effect> {
    running::ended(app, path, kind);
    Vec::new()
}

/// The rows that are searched, and the present one.
#[must_use]
pub fn searchable(app: &App) -> Option<(Vec<String>, usize)> {
    if app.trial.view == View::Running {
        let arm = results::live(app)?.arms.first().cloned()?;
        return Some((arm.quantities.into_iter().map(|quantity| quantity.name).collect(), app.trial.quantity));
    }
    let area = draw::areas(app, crate::tui::update::body(app)).content;
    let (record, browse) = (results::record(app)?, results::browse(app));
    let lines = browse::lines(record, browse, app.full_screen, area.width as usize);
    Some((lines.iter().map(ToString::to_string).collect(), browse.place.down))
}

/// To a row that the search found.
pub fn go_to(app: &mut App, row: usize) {
    app.trial.pane = Pane::Shown;
    if app.trial.view == View::Running {
        app.trial.quantity = row;
    } else {
        results::browse_mut(app).place.down = row;
    }
}

/// A click within the body: on a field opens its prompt, on a quantity looks at it, elsewhere moves the arrow keys there.
pub fn clicked(app: &mut App, area: Rect, column: u16, row: u16) -> Vec<Effect> {
    let areas = draw::areas(app, area);
    let at = ratatui::layout::Position { x: column, y: row };
    if areas.settings.contains(at) && !app.full_screen {
        app.trial.pane = Pane::Settings;
        let line = (row - areas.settings.y) as usize + app.trial.down;
        // the first lines of the panel are the fields
        if let Some(field) = line.checked_sub(1).filter(|field| *field < Field::of(app).len()) {
            app.trial.field = field;
            settings::prompt(app);
        }
    } else if areas.shown.contains(at) {
        app.trial.pane = Pane::Shown;
        if app.trial.view == View::Running
            && areas.content.contains(at)
            && let Some(quantity) = draw::quantity_at(app, areas.content, row - areas.content.y)
        {
            app.trial.quantity = quantity;
        }
    }
    Vec::new()
}

/// What a later session should find again.
#[must_use]
pub fn kept(app: &App) -> Vec<(String, String)> {
    settings::kept(app)
}

/// Takes it up again.
pub fn restored(app: &mut App, kept: &[(String, String)]) {
    settings::restored(app, kept);
}

/// Draws the screen.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    draw::draw(app, area, buffer);
}

#[cfg(test)]
mod tests;

/// Work panicked: what waited for it waits no longer.
pub fn lost(app: &mut App, ticket: Ticket) {
    app.trial.asked.take_if(|(asked, _)| *asked == ticket);
}
