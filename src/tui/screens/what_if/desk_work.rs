//! The engine of the What-if screen, beside the effects.

use std::path::PathBuf;

use super::News;
use crate::session::what_if::Settings;
use crate::tui::message::Ticket;

/// What the engine is asked for.
#[derive(Debug, Clone)]
pub enum DeskWork {
    /// Open a scenario.
    Open(Ticket, PathBuf),
    /// Compute with these settings; the newest wins.
    Request(Ticket, Settings),
    /// Forget it.
    Close,
}

/// The engine.
pub struct Bench {}

impl Bench {
    /// Nothing open; `send` gets what is found, with the number of the request.
    pub fn new(_send: impl Fn(Ticket, News) + Send + Clone + 'static) -> Bench {
        Bench {}
    }

    /// Takes a request; returns at once.
    pub fn take(&mut self, _work: DeskWork) {}
}
