//! What the user asks for by a key, the palette or the mouse.

use ratatui::layout::Rect;

use super::super::action::{self, Command, Motion};
use super::super::app::{App, Overlay};
use super::super::message::Effect;
use super::super::screens::{self, data, fit, model, runs, trial, what_if};
use super::super::{layout, palette, search, start, view};
use super::{project, typing};

/// Does what the user asks for, or says why not.
pub fn ask(app: &mut App, command: Command) -> Vec<Effect> {
    if let Some(action) = action::action_of(app, command)
        && let Err(reason) = (action.available)(app)
    {
        app.say(reason);
        return Vec::new();
    }
    app.notice = None;
    match command {
        Command::Quit => {
            if super::would_lose(app) {
                app.overlay = Some(Overlay::ConfirmQuit);
                return Vec::new();
            }
            return vec![Effect::Quit];
        }
        Command::QuitAnyway => return vec![Effect::Quit],
        Command::CloseOverlay => close(app),
        Command::Help => app.overlay = Some(Overlay::Help(0)),
        Command::Palette => {
            app.typed.clear();
            app.overlay = Some(Overlay::Palette(0));
        }
        Command::ChooseScenario => {
            app.typed.clear();
            let at = app.scenarios().iter().position(|entry| Some(&entry.path) == app.scenario.as_ref());
            app.overlay = Some(Overlay::Picker(at.unwrap_or(0)));
        }
        Command::Choose => return choose(app),
        Command::Search => {
            app.search.clear();
            app.overlay = Some(Overlay::Search);
        }
        Command::Accept => return typing::accept(app),
        Command::Match(by) => {
            to_match(app, by);
            return screens::entered(app);
        }
        Command::Type(character) => typing::typed(app, Some(character)),
        Command::Erase => typing::typed(app, None),
        Command::EraseAll => typing::erase_all(app),
        Command::Answer(character) => return answer(app, character),
        Command::Mouse => {
            app.mouse = !app.mouse;
            app.say(if app.mouse { "the mouse works here; with Shift the terminal selects" } else { "the mouse is the terminal's" });
            return vec![Effect::Mouse(app.mouse)];
        }
        Command::Reload => {
            let effects = project::read_project(app);
            app.reload_asked = app.reading;
            return effects;
        }
        Command::Screen(screen) => return project::open_screen(app, screen),
        Command::Cancel => {
            let ticket = app.job_to_cancel().map(|(ticket, _)| ticket);
            return ticket.map_or_else(Vec::new, |ticket| start::cancel(app, ticket));
        }
        Command::Back => return back(app),
        Command::FullScreen => {
            app.full_screen = !app.full_screen;
            return screens::entered(app);
        }
        Command::Undo(back) => match screens::undo(app, back) {
            Ok(effects) => return effects,
            Err(words) => app.say(words),
        },
        Command::Go(motion) => return go(app, motion),
        Command::Model(command) => return model::ask(app, command),
        Command::Data(command) => return data::ask(app, command),
        Command::Fit(command) => return fit::ask(app, command),
        Command::WhatIf(command) => return what_if::ask(app, command),
        Command::Trial(command) => return trial::ask(app, command),
        Command::Runs(command) => return runs::ask(app, command),
    }
    Vec::new()
}

fn close(app: &mut App) {
    if app.question.take().is_some() || app.prompt.take().is_some() {
        return;
    }
    if app.overlay == Some(Overlay::Search) {
        app.search.clear();
    }
    app.overlay = None;
}

/// Out of the full screen, else out of what the screen has open, else the search is put away; a job goes on.
fn back(app: &mut App) -> Vec<Effect> {
    if app.full_screen {
        app.full_screen = false;
        return screens::entered(app);
    }
    if !screens::back(app) && !app.search.is_empty() {
        app.search.clear();
    } else if !app.jobs.is_empty() && app.notice.is_none() {
        app.say("`c` stops the job");
    }
    Vec::new()
}

/// Does the chosen action of the palette as if its key were pressed, on its screen; one that cannot be done here says why, and the palette stays.
/// In the picker, the chosen scenario becomes the current one.
fn choose(app: &mut App) -> Vec<Effect> {
    match app.overlay {
        Some(Overlay::Picker(chosen)) => {
            let Some(path) = palette::scenarios(app).get(chosen).map(|entry| entry.path.clone()) else { return Vec::new() };
            app.overlay = None;
            project::choose_scenario(app, path)
        }
        Some(Overlay::Palette(chosen)) => {
            let Some(action) = palette::found(app).get(chosen).copied() else { return Vec::new() };
            let elsewhere = action::elsewhere(app, action);
            if let (None, Err(reason)) = (elsewhere, (action.available)(app)) {
                app.say(reason);
                return Vec::new();
            }
            app.overlay = None;
            let mut effects = elsewhere.map_or_else(Vec::new, |screen| project::open_screen(app, screen));
            effects.extend(ask(app, action.command));
            effects
        }
        _ => Vec::new(),
    }
}

/// Takes the answer to the question that waits; another key is no answer. A capital is meant as one: questions come while people type, and what
/// cannot be taken back must not be the next letter.
fn answer(app: &mut App, character: char) -> Vec<Effect> {
    let Some(question) = &app.question else { return Vec::new() };
    let meant = question
        .answers
        .iter()
        .find(|(key, ..)| *key == character || (key.is_lowercase() && key.eq_ignore_ascii_case(&character)))
        .map(|(.., command)| *command);
    let Some(command) = meant else { return Vec::new() };
    app.question = None;
    ask(app, command)
}

/// To the match after, before or at the present row.
pub fn to_match(app: &mut App, by: isize) {
    let Some((found, from)) = search::found(app) else { return app.say("there is nothing to search here") };
    let Some((order, row)) = search::next(&found, from, by) else {
        let words = format!("`{}` is not here", app.search);
        return app.say(words);
    };
    screens::go_to(app, row);
    let words = format!("{} of {}: {}", order + 1, found.len(), app.search);
    app.say(words);
}

fn moved(position: usize, by: isize, last: usize) -> usize {
    position.saturating_add_signed(by).min(last)
}

/// Moves in what lies in front, else on the screen.
fn go(app: &mut App, motion: Motion) -> Vec<Effect> {
    let height = app.size.1.saturating_sub(8).max(1) as isize;
    let rows = match motion {
        Motion::Rows(by) => by,
        Motion::Page(by) => by * height,
        Motion::First => isize::MIN / 2,
        Motion::Last => isize::MAX / 2,
        Motion::Side(_) | Motion::Pane(_) | Motion::Enter => 0,
    };
    match app.overlay {
        Some(Overlay::Palette(chosen)) => {
            app.overlay = Some(Overlay::Palette(moved(chosen, rows, palette::found(app).len().saturating_sub(1))));
        }
        Some(Overlay::Picker(chosen)) => {
            app.overlay = Some(Overlay::Picker(moved(chosen, rows, palette::scenarios(app).len().saturating_sub(1))));
        }
        Some(Overlay::Help(down)) => app.overlay = Some(Overlay::Help(moved(down, rows, view::help::room(app)))),
        Some(Overlay::ConfirmQuit | Overlay::Search) => {}
        None => return screens::go(app, motion),
    }
    Vec::new()
}

/// A click: on a screen's name in the header, else on the body.
pub fn click(app: &mut App, column: u16, row: u16) -> Vec<Effect> {
    if action::place_of(app) != action::Where::Screen && action::place_of(app) != action::Where::Editor {
        return Vec::new();
    }
    let areas = layout::areas(Rect::new(0, 0, app.size.0, app.size.1));
    if row == areas.header.y {
        let screen = view::header::screen_at(app, areas.header, column);
        return screen.map_or_else(Vec::new, |screen| project::open_screen(app, screen));
    }
    if areas.body.contains(ratatui::layout::Position { x: column, y: row }) {
        app.notice = None;
        return screens::clicked(app, areas.body, column, row);
    }
    Vec::new()
}
