//! The project folder, the open screen and the current scenario.

use std::path::PathBuf;

use super::super::app::App;
use super::super::message::{Effect, Ticket};
use super::super::screen::Screen;
use super::super::screens;
use crate::session::project::Project;

/// Reads the project folder in the background.
pub fn read_project(app: &mut App) -> Vec<Effect> {
    let ticket = app.ticket();
    app.reading = Some(ticket);
    app.last_reading = ticket;
    vec![Effect::ReadProject(ticket, app.folder.clone())]
}

/// Opens a screen.
pub fn open_screen(app: &mut App, screen: Screen) -> Vec<Effect> {
    app.screen = screen;
    app.full_screen = false;
    screens::entered(app)
}

/// Another current scenario.
pub fn choose_scenario(app: &mut App, path: PathBuf) -> Vec<Effect> {
    app.scenario = Some(path);
    screens::entered(app)
}

/// The folder was read. The current scenario stays if it is still there.
pub fn read(app: &mut App, ticket: Ticket, result: Result<Project, String>) -> Vec<Effect> {
    if app.reading != Some(ticket) {
        return Vec::new();
    }
    app.reading = None;
    match result {
        Ok(project) => app.project = Some(project),
        Err(sentence) => {
            app.bad_news(sentence);
            return Vec::new();
        }
    }
    if app.scenario_entry().is_none() {
        let sound = app.scenarios().iter().find(|entry| entry.problems.is_empty()).or(app.scenarios().first());
        app.scenario = sound.map(|entry| entry.path.clone());
    }
    let mut effects = Vec::new();
    if !app.restoring.is_empty() {
        super::restore(app);
        if app.mouse {
            effects.push(Effect::Mouse(true));
        }
    }
    if app.reload_asked == Some(ticket) && app.notice.is_none() {
        app.say("the folder was read again");
    }
    effects.extend(screens::entered(app));
    effects
}
