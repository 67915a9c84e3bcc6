//! The six screens, one folder each, and the shell's way to whichever is open.
//!
//! Every screen offers the same functions: what it keeps (`State`), what only it can be asked for (`Command`, `ACTIONS`, `ask`), movement (`go`,
//! `back`, `undo`), typed answers (`answered`), work in the background (`Work`, `carry_out`, `News`, `take`), searching, clicking, keeping a session,
//! and drawing.

pub mod data;
pub mod fit;
pub mod model;
pub mod runs;
pub mod trial;
pub mod what_if;

use std::mem::discriminant;
use std::path::Path;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::action::{Action, Motion};
use super::app::{App, JobKind};
use super::message::{Effect, Ticket};
use super::screen::Screen;

/// Calls a function of the module of a screen.
macro_rules! of {
    ($screen:expr, $what:ident $(, $argument:expr)*) => {
        match $screen {
            Screen::Model => model::$what($($argument),*),
            Screen::Data => data::$what($($argument),*),
            Screen::Fit => fit::$what($($argument),*),
            Screen::WhatIf => what_if::$what($($argument),*),
            Screen::Trial => trial::$what($($argument),*),
            Screen::Runs => runs::$what($($argument),*),
        }
    };
}

/// Work of a screen in the background.
#[derive(Debug, Clone)]
pub enum Work {
    /// Of the Model screen.
    Model(model::Work),
    /// Of the Data screen.
    Data(data::Work),
    /// Of the Fit screen.
    Fit(fit::Work),
    /// Of the What-if screen.
    WhatIf(what_if::Work),
    /// Of the Trial screen.
    Trial(trial::Work),
    /// Of the Runs screen.
    Runs(runs::Work),
}

impl Work {
    /// Whether newer work replaces this where it still waits.
    #[must_use]
    pub fn is_replaced_by(&self, newer: &Work) -> bool {
        match (self, newer) {
            (Work::Model(a), Work::Model(b)) => discriminant(a) == discriminant(b),
            (Work::Data(a), Work::Data(b)) => discriminant(a) == discriminant(b),
            (Work::Fit(a), Work::Fit(b)) => discriminant(a) == discriminant(b),
            (Work::WhatIf(a), Work::WhatIf(b)) => discriminant(a) == discriminant(b),
            (Work::Trial(a), Work::Trial(b)) => discriminant(a) == discriminant(b),
            (Work::Runs(a), Work::Runs(b)) => discriminant(a) == discriminant(b),
            _ => false,
        }
    }
}

/// What it found.
#[derive(Debug)]
pub enum News {
    /// For the Model screen.
    Model(model::News),
    /// For the Data screen.
    Data(data::News),
    /// For the Fit screen.
    Fit(fit::News),
    /// For the What-if screen.
    WhatIf(what_if::News),
    /// For the Trial screen.
    Trial(trial::News),
    /// For the Runs screen.
    Runs(runs::News),
}

/// Carries work out.
#[must_use]
pub fn carry_out(work: Work) -> News {
    match work {
        Work::Model(work) => News::Model(model::carry_out(work)),
        Work::Data(work) => News::Data(data::carry_out(work)),
        Work::Fit(work) => News::Fit(fit::carry_out(work)),
        Work::WhatIf(work) => News::WhatIf(what_if::carry_out(work)),
        Work::Trial(work) => News::Trial(trial::carry_out(work)),
        Work::Runs(work) => News::Runs(runs::carry_out(work)),
    }
}

/// Hands news to their screen.
pub fn take(app: &mut App, ticket: Ticket, news: News) -> Vec<Effect> {
    match news {
        News::Model(news) => model::take(app, ticket, news),
        News::Data(news) => data::take(app, ticket, news),
        News::Fit(news) => fit::take(app, ticket, news),
        News::WhatIf(news) => what_if::take(app, ticket, news),
        News::Trial(news) => trial::take(app, ticket, news),
        News::Runs(news) => runs::take(app, ticket, news),
    }
}

/// Work panicked: the screen that waits for it waits no longer, and asks again the next time.
pub fn lost(app: &mut App, ticket: Ticket) {
    model::lost(app, ticket);
    data::lost(app, ticket);
    trial::lost(app, ticket);
    runs::lost(app, ticket);
}

/// The actions of a screen.
#[must_use]
pub fn actions(screen: Screen) -> &'static [Action] {
    match screen {
        Screen::Model => model::ACTIONS,
        Screen::Data => data::ACTIONS,
        Screen::Fit => fit::ACTIONS,
        Screen::WhatIf => what_if::ACTIONS,
        Screen::Trial => trial::ACTIONS,
        Screen::Runs => runs::ACTIONS,
    }
}

/// The open screen was opened, or what it shows changed.
pub fn entered(app: &mut App) -> Vec<Effect> {
    of!(app.screen, entered, app)
}

/// Moves on the open screen.
pub fn go(app: &mut App, motion: Motion) -> Vec<Effect> {
    of!(app.screen, go, app, motion)
}

/// One step back on the open screen; false where there is none.
pub fn back(app: &mut App) -> bool {
    of!(app.screen, back, app)
}

/// Takes the last change of the open screen back, or makes it again.
///
/// # Errors
/// There is none.
pub fn undo(app: &mut App, back: bool) -> Result<Vec<Effect>, String> {
    of!(app.screen, undo, app, back)
}

/// Takes the answer of a prompt.
///
/// # Errors
/// Why it cannot be taken.
pub fn answered(app: &mut App, screen: Screen, what: &str, text: &str) -> Result<Vec<Effect>, String> {
    of!(screen, answered, app, what, text)
}

/// Tells the screen that owns it that a job ended.
pub fn job_ended(app: &mut App, path: &Path, kind: JobKind) -> Vec<Effect> {
    match kind {
        JobKind::Simulate | JobKind::Run => model::job_ended(app, path, kind),
        JobKind::Fit => fit::job_ended(app, path, kind),
        JobKind::Trial | JobKind::Power => trial::job_ended(app, path, kind),
        JobKind::Opened => runs::job_ended(app, path, kind),
    }
}

/// The rows of the open screen that are searched, and the present one.
#[must_use]
pub fn searchable(app: &App) -> Option<(Vec<String>, usize)> {
    of!(app.screen, searchable, app)
}

/// To a row that the search found.
pub fn go_to(app: &mut App, row: usize) {
    of!(app.screen, go_to, app, row);
}

/// A click within the body of the open screen.
pub fn clicked(app: &mut App, area: Rect, column: u16, row: u16) -> Vec<Effect> {
    of!(app.screen, clicked, app, area, column, row)
}

/// What a later session should find again of a screen.
#[must_use]
pub fn kept(app: &App, screen: Screen) -> Vec<(String, String)> {
    of!(screen, kept, app)
}

/// Takes it up again.
pub fn restored(app: &mut App, screen: Screen, kept: &[(String, String)]) {
    of!(screen, restored, app, kept);
}

/// Draws the open screen.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    of!(app.screen, draw, app, area, buffer);
}
