//! Knobs, doses and counts: what another activity, interval, patient or clinic would give, while the knob is turned.
//!
//! `actions`: what can be asked for; `state`: what is kept; `rows`, `layout`: where things stand; `knob_list`, `doses` (of `dose_table`), `curves`: the panels; `turning`: knobs; `pinning`: variants and
//! export; `keeping`: values of a session or a fit; `desk_work`: the engine beside the effects, whose newest request wins.

mod actions;
mod curves;
mod desk_work;
mod dose_table;
mod doses;
mod keeping;
mod knob_list;
mod layout;
mod pinning;
mod rows;
mod state;
#[cfg(test)]
mod tests;
mod turning;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::session::what_if::{Answer, Desk, Settings};
use crate::tui::action::Motion;
use crate::tui::app::{App, JobKind};
use crate::tui::message::{Effect, Ticket};
use crate::tui::update::{body, read_project};
use crate::tui::view::text::put;
use crate::tui::words::wrapped;

pub use actions::{ACTIONS, Command};
pub use desk_work::{Bench, DeskWork};
pub use keeping::take_estimates;
pub use state::{Against, Pane, Shown, State};

use rows::Row;

/// Work in the background.
#[derive(Debug, Clone)]
pub enum Work {
    /// Write the desk as a scenario of its own.
    Export {
        /// The desk.
        desk: Arc<Desk>,
        /// What is turned.
        settings: Settings,
        /// Name of the new scenario.
        name: String,
        /// The folder of scenarios.
        scenarios: PathBuf,
    },
}

/// What it found.
#[derive(Debug)]
pub enum News {
    /// The desk could be opened, or why not.
    Opened(Result<Arc<Desk>, String>),
    /// An answer to a request.
    Answered(Answer),
    /// The scenario was written there, or why not.
    Exported(Result<PathBuf, String>),
}

/// The screen was opened, or what it shows changed: opens the desk of the current scenario where it is not open, or was read from older files.
pub fn entered(app: &mut App) -> Vec<Effect> {
    let room = layout::list_rows(app);
    app.what_if.show_chosen(room);
    let Some(path) = app.scenario.clone() else {
        let closes = app.what_if.path.take().is_some();
        (app.what_if.desk, app.what_if.shown) = (None, None);
        return if closes { vec![Effect::Desk(DeskWork::Close)] } else { Vec::new() };
    };
    if app.what_if.path.as_ref() == Some(&path) && app.what_if.reading == app.last_reading {
        return Vec::new();
    }
    let ticket = app.ticket();
    let reading = app.last_reading;
    let state = &mut app.what_if;
    if state.path.as_ref() != Some(&path) {
        (state.desk, state.shown, state.refused, state.asked) = (None, None, None, None);
        (state.down, state.arm, state.curve, state.against) = (0, 0, 0, Against::Nothing);
    }
    (state.path, state.opening, state.reading) = (Some(path.clone()), Some(ticket), reading);
    vec![Effect::Desk(DeskWork::Open(ticket, path))]
}

/// Does what is asked.
pub fn ask(app: &mut App, command: Command) -> Vec<Effect> {
    match command {
        Command::Coarse(up) => return turning::step(app, up, true),
        Command::Reset => return turning::reset(app),
        Command::ResetAll => return turning::reset_all(app),
        Command::Group => next_group(app),
        Command::Pin => pinning::pin(app),
        Command::Unpin => pinning::unpin(app),
        Command::Compare => pinning::compare(app),
        Command::BeyondFirst => {
            let state = &mut app.what_if;
            state.against = if state.against == Against::FirstArm { Against::Nothing } else { Against::FirstArm };
        }
        Command::TakeUp => return pinning::take_up(app),
        Command::Export => pinning::ask_export(app),
        Command::Curve(by) => step_curve(app, by),
        Command::Log => app.what_if.log = !app.what_if.log,
        Command::Words => {
            app.what_if.words = !app.what_if.words;
            app.what_if.down = 0;
        }
    }
    Vec::new()
}

fn next_group(app: &mut App) {
    let Some(desk) = app.what_if.open_desk().cloned() else { return };
    let Some(now) = app.what_if.chosen_knob().map(|knob| knob.group) else { return };
    let chosen = app.what_if.present().map_or(0, |turned| turned.chosen);
    let next = desk.knobs.iter().skip(chosen).position(|knob| knob.group != now).map_or(0, |at| chosen + at);
    choose(app, next);
}

fn step_curve(app: &mut App, by: isize) {
    let count = curves::count(&app.what_if);
    app.what_if.curve = app.what_if.curve.saturating_add_signed(by).min(count.saturating_sub(1));
}

fn choose(app: &mut App, position: usize) {
    let room = layout::list_rows(app);
    let Some(turned) = app.what_if.present_mut() else { return };
    turned.chosen = position;
    app.what_if.show_chosen(room);
}

/// The panel of doses within its frame, on the terminal as the state knows it.
fn doses_inside(app: &App) -> Rect {
    layout::inside(layout::panels(app, body(app), doses::wanted(&app.what_if)).doses)
}

/// Moves: over knobs and with fine steps to the side; in the doses lines and arms; in the curves.
pub fn go(app: &mut App, motion: Motion) -> Vec<Effect> {
    if let Motion::Pane(by) = motion {
        let at = Pane::ALL.iter().position(|pane| *pane == app.what_if.pane).unwrap_or(0);
        let count = Pane::ALL.len() as isize;
        app.what_if.pane = Pane::ALL[((at as isize + by).rem_euclid(count)) as usize];
        return Vec::new();
    }
    match app.what_if.pane {
        Pane::Knobs => return go_knobs(app, motion),
        Pane::Doses => go_doses(app, motion),
        Pane::Curves => match motion {
            Motion::Rows(by) | Motion::Side(by) | Motion::Page(by) => step_curve(app, by),
            Motion::First => app.what_if.curve = 0,
            Motion::Last => step_curve(app, isize::MAX / 2),
            Motion::Pane(_) | Motion::Enter => {}
        },
    }
    Vec::new()
}

fn go_knobs(app: &mut App, motion: Motion) -> Vec<Effect> {
    let Some(last) = app.what_if.open_desk().map(|desk| desk.knobs.len().saturating_sub(1)) else { return Vec::new() };
    let now = app.what_if.present().map_or(0, |turned| turned.chosen);
    let page = layout::list_rows(app).max(1) as isize;
    match motion {
        Motion::Rows(by) => choose(app, now.saturating_add_signed(by).min(last)),
        Motion::Page(by) => choose(app, now.saturating_add_signed(by * page).min(last)),
        Motion::First => choose(app, 0),
        Motion::Last => choose(app, last),
        Motion::Side(by) => return turning::step(app, by > 0, false),
        Motion::Enter => return turning::ask_value(app),
        Motion::Pane(_) => {}
    }
    Vec::new()
}

fn go_doses(app: &mut App, motion: Motion) {
    let inner = doses_inside(app);
    let room = doses::scroll_room(&app.what_if, inner);
    let state = &mut app.what_if;
    let down = state.down.min(room);
    match motion {
        Motion::Rows(by) => state.down = down.saturating_add_signed(by).min(room),
        Motion::Page(by) => state.down = down.saturating_add_signed(by * inner.height.max(1) as isize).min(room),
        Motion::First => state.down = 0,
        Motion::Last => state.down = room,
        Motion::Side(by) => {
            let Some(answer) = state.shown.as_ref().map(|shown| &shown.answer) else { return };
            let (at_once, _) = doses::arms_at_once(inner.width as usize, answer);
            state.arm = state.arm.saturating_add_signed(by).min(answer.arms.len().saturating_sub(at_once));
        }
        Motion::Pane(_) | Motion::Enter => {}
    }
}

/// One step back: out of the evidence, else out of a comparison.
pub fn back(app: &mut App) -> bool {
    let state = &mut app.what_if;
    if std::mem::take(&mut state.words) {
        return true;
    }
    std::mem::take(&mut state.against) != Against::Nothing
}

/// Takes the last change back, or makes it again.
///
/// # Errors
/// There is none.
pub fn undo(app: &mut App, back: bool) -> Result<Vec<Effect>, String> {
    turning::undo(app, back)
}

/// Takes the answer of a prompt.
///
/// # Errors
/// Why it cannot be taken.
pub fn answered(app: &mut App, what: &str, text: &str) -> Result<Vec<Effect>, String> {
    match what.strip_prefix("value ") {
        Some(knob) => turning::typed(app, knob, text),
        None => pinning::export(app, text),
    }
}

/// Carries work out; in a thread of its own.
#[must_use]
pub fn carry_out(work: Work) -> News {
    let Work::Export { desk, settings, name, scenarios } = work;
    News::Exported(desk.export(&settings, &name, &scenarios))
}

/// Takes what work or the engine found; what belongs to an older request is dropped.
pub fn take(app: &mut App, ticket: Ticket, news: News) -> Vec<Effect> {
    match news {
        News::Opened(result) if app.what_if.opening == Some(ticket) => opened(app, result),
        News::Answered(answer) if app.what_if.asked == Some(ticket) => {
            let state = &mut app.what_if;
            match answer.result {
                Ok(found) => {
                    state.refused = None;
                    state.shown =
                        Some(Shown { answer: found, stage: answer.stage, more_follows: answer.more_follows, took: answer.took, ticket });
                }
                Err(words) => state.refused = Some(words),
            }
            Vec::new()
        }
        News::Opened(_) | News::Answered(_) => Vec::new(),
        News::Exported(Ok(file)) => {
            let written = app.relative(&file);
            app.say(format!("written: {written}"));
            read_project(app)
        }
        News::Exported(Err(words)) => {
            app.bad_news(words.lines().next().unwrap_or_default());
            Vec::new()
        }
    }
}

fn opened(app: &mut App, result: Result<Arc<Desk>, String>) -> Vec<Effect> {
    app.what_if.opening = None;
    let desk = match result {
        Ok(desk) => desk,
        Err(words) => {
            app.what_if.desk = Some(Err(words));
            return Vec::new();
        }
    };
    let older = app.what_if.open_desk().is_some_and(|before| !before.same_as(&desk));
    app.what_if.desk = Some(Ok(Arc::clone(&desk)));
    if older && app.what_if.present_mut().is_some_and(|turned| !std::mem::take(&mut turned.variants).pinned.is_empty()) {
        app.what_if.against = Default::default();
        app.say("the scenario changed: what was pinned before is gone");
    }
    let Some(turned) = app.what_if.present_mut() else { return Vec::new() };
    let refused = keeping::settle(&desk, turned);
    if let Some(words) = refused.first() {
        app.bad_news(words.clone());
    }
    let room = layout::list_rows(app);
    app.what_if.show_chosen(room);
    turning::request(app)
}

/// A job ended.
pub fn job_ended(_app: &mut App, _path: &Path, _kind: JobKind) -> Vec<Effect> {
    Vec::new()
}

/// The rows that are searched, and the present one.
#[must_use]
pub fn searchable(app: &App) -> Option<(Vec<String>, usize)> {
    let desk = app.what_if.open_desk()?;
    let chosen = app.what_if.present().map_or(0, |turned| turned.chosen);
    Some((desk.knobs.iter().map(|knob| knob.title.clone()).collect(), chosen))
}

/// To a row that the search found.
pub fn go_to(app: &mut App, row: usize) {
    app.what_if.pane = Pane::Knobs;
    choose(app, row);
}

/// A click within the body: on a knob chooses it, on its value types one, elsewhere focuses the panel.
pub fn clicked(app: &mut App, area: Rect, column: u16, row: u16) -> Vec<Effect> {
    let panels = layout::panels(app, area, doses::wanted(&app.what_if));
    let at = ratatui::layout::Position { x: column, y: row };
    let panes = [(panels.knobs, Pane::Knobs), (panels.doses, Pane::Doses), (panels.curves, Pane::Curves)];
    let Some((_, pane)) = panes.into_iter().find(|(panel, _)| panel.contains(at)) else { return Vec::new() };
    app.what_if.pane = pane;
    let list = layout::list(panels.knobs);
    let Some(desk) = app.what_if.open_desk().cloned().filter(|_| list.contains(at)) else { return Vec::new() };
    let (top, before) = app.what_if.present().map_or((0, 0), |turned| (turned.top, turned.chosen));
    if let Some(Row::Knob(position)) = rows::rows(&desk).get(top + (row - list.y) as usize) {
        choose(app, *position);
        if *position == before && column >= list.x + list.width / 2 {
            return turning::ask_value(app);
        }
    }
    Vec::new()
}

/// What a later session should find again.
#[must_use]
pub fn kept(app: &App) -> Vec<(String, String)> {
    keeping::kept(app)
}

/// Takes it up again.
pub fn restored(app: &mut App, kept: &[(String, String)]) {
    keeping::restored(app, kept);
}

/// Draws the screen.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    let state = &app.what_if;
    match &state.desk {
        Some(Ok(_)) => {
            let panels = layout::panels(app, area, doses::wanted(state));
            let is_seen = |panel: Rect| panel.width > 2 && panel.height > 2;
            if is_seen(panels.knobs) {
                knob_list::draw(app, panels.knobs, buffer);
            }
            if is_seen(panels.doses) {
                doses::draw(app, panels.doses, buffer);
            }
            if is_seen(panels.curves) {
                curves::draw(app, panels.curves, buffer);
            }
        }
        Some(Err(words)) => empty(app, words, area, buffer),
        None if state.path.is_some() => empty(app, "reading the scenario …", area, buffer),
        None => empty(app, "no scenario is chosen: `o` chooses one", area, buffer),
    }
}

/// What to do where there is nothing to turn.
fn empty(app: &App, words: &str, area: Rect, buffer: &mut Buffer) {
    let mut lines: Vec<String> = words.lines().flat_map(|line| wrapped(line, area.width.saturating_sub(4) as usize)).collect();
    if matches!(app.what_if.desk, Some(Err(_))) {
        let names: Vec<&str> = app.scenarios().iter().filter(|entry| entry.problems.is_empty()).map(|entry| entry.name.as_str()).collect();
        lines.push(String::new());
        lines.extend(wrapped(&format!("`o` chooses another scenario: {}", names.join(", ")), area.width.saturating_sub(4) as usize));
    }
    for (line, words) in lines.iter().enumerate() {
        put(buffer, area, 2, line as u16 + 1, words, Style::new());
    }
}
