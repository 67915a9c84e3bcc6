//! One message changes the state and says what is to be done. No input, no output, no clock.

mod asked;
mod jobs;
mod project;
mod typing;

use super::app::App;
use super::message::{Effect, Message};
use super::screen::Screen;
use super::screens::{self, model};
use super::{layout, session_file};

pub use project::{open_screen, read_project};

/// The first message of a workbench is no message: it reads its folder.
pub fn begin(app: &mut App) -> Vec<Effect> {
    read_project(app)
}

/// Takes in one message.
pub fn update(app: &mut App, message: Message) -> Vec<Effect> {
    match message {
        Message::Do(command) => asked::ask(app, command),
        Message::Edit(command) => {
            app.notice = None;
            model::edit(app, command)
        }
        Message::Paste(text) => typing::paste(app, &text),
        Message::Click(column, row) => asked::click(app, column, row),
        Message::Resized(columns, rows) => {
            app.size = (columns, rows);
            screens::entered(app)
        }
        Message::ProjectRead(ticket, result) => project::read(app, ticket, result),
        Message::SheetRead(ticket, path, sheet) => {
            if ticket == app.last_reading {
                app.sheets.insert(path, sheet);
            }
            Vec::new()
        }
        Message::RunRead(ticket, path, result) => jobs::run_read(app, ticket, path, *result),
        Message::JobProgress(ticket, progress) => {
            if let Some(job) = app.jobs.get_mut(&ticket) {
                // what was seen stays until there is something newer
                let live = progress.live.or_else(|| job.progress.live.take());
                job.progress = crate::session::work::Progress { live, ..progress };
            }
            Vec::new()
        }
        Message::JobFinished(ticket, result) => jobs::finished(app, ticket, *result),
        Message::News(ticket, news) => screens::take(app, ticket, *news),
        Message::WorkLost(ticket) => {
            screens::lost(app, ticket);
            Vec::new()
        }
        Message::WorkerPanicked(words) => {
            app.bad_news(format!("an error of the program, please report it: {}", words.lines().collect::<Vec<_>>().join(" ")));
            Vec::new()
        }
    }
}

/// The words of the session before are taken up as soon as the project was read.
fn restore(app: &mut App) {
    let words = std::mem::take(&mut app.restoring);
    session_file::restore(app, &words);
}

/// Where the open screen is drawn on the terminal as the state knows it.
#[must_use]
pub fn body(app: &App) -> ratatui::layout::Rect {
    layout::areas(ratatui::layout::Rect::new(0, 0, app.size.0, app.size.1)).body
}

/// Whether leaving now would lose something.
#[must_use]
pub fn would_lose(app: &App) -> bool {
    !app.jobs.is_empty() || model::unsaved(app).is_some()
}

/// The number of a screen's key.
#[must_use]
pub fn number_of(screen: Screen) -> usize {
    Screen::ALL.iter().position(|other| *other == screen).unwrap_or(0) + 1
}
