//! The engine of the What-if screen, beside the effects: it opens scenarios and answers in a thread of its own, and never lets its caller wait.

use std::path::PathBuf;

use super::News;
use crate::session::what_if::{Desk, Engine, Said, Settings};
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

/// Where news go.
type Tell = Box<dyn Fn(Ticket, News) + Send>;

/// The engine, and how a further one would tell its news.
pub struct Bench {
    sender: Box<dyn Fn() -> Tell + Send>,
    engine: Option<Engine>,
}

impl Bench {
    /// Nothing open; `send` gets what is found, with the number of the request.
    pub fn new(send: impl Fn(Ticket, News) + Send + Clone + 'static) -> Bench {
        Bench { sender: Box::new(move || Box::new(send.clone())), engine: None }
    }

    /// Takes a request; returns at once. Opening replaces what is open.
    pub fn take(&mut self, work: DeskWork) {
        match work {
            DeskWork::Open(ticket, path) => {
                let tell = (self.sender)();
                let said = move |said| match said {
                    Said::Opened(result) => tell(ticket, News::Opened(result)),
                    Said::Answer(answer) => tell(Ticket(answer.number), News::Answered(answer)),
                };
                self.engine = Some(Engine::start(move || Desk::open(&path), said));
            }
            DeskWork::Request(ticket, settings) => {
                if let Some(engine) = &self.engine {
                    engine.request(ticket.0, settings);
                }
            }
            DeskWork::Close => self.engine = None,
        }
    }
}
