//! What happens to the workbench ([`Message`]) and what it wants done ([`Effect`]).

use std::path::PathBuf;
use std::time::Duration;

use super::action::Command;
use super::editor;
use super::record::Record;
use super::screens::what_if::DeskWork;
use super::screens::{News, Work};
use super::sheet::Sheet;
use crate::session::job::{Done, Request};
use crate::session::project::Project;
use crate::session::work::{Failed, Progress};

/// Number of a request. An answer that bears another number than the latest request of its kind is stale and dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Ticket(pub u64);

/// Something that happened.
#[derive(Debug)]
pub enum Message {
    /// The user asked for an action of the registry.
    Do(Command),
    /// A key of the editor.
    Edit(editor::Command),
    /// The terminal pasted a text.
    Paste(String),
    /// The left button was pressed at a column and row of the terminal.
    Click(u16, u16),
    /// The terminal has so many columns and rows.
    Resized(u16, u16),
    /// The project folder was read; the error is a sentence.
    ProjectRead(Ticket, Result<Project, String>),
    /// One scenario or model file was read.
    SheetRead(Ticket, PathBuf, Sheet),
    /// A run folder was read; the error is a sentence.
    RunRead(Ticket, PathBuf, Box<Result<Record, String>>),
    /// How far a job is.
    JobProgress(Ticket, Progress),
    /// A job ended.
    JobFinished(Ticket, Box<Result<Done, Failed>>),
    /// What work of a screen found.
    News(Ticket, Box<News>),
    /// The work with this number panicked: its news never come.
    WorkLost(Ticket),
    /// A thread beside the user interface panicked, with these words.
    WorkerPanicked(String),
}

/// Something the runner is to do.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Read the project folder in the background.
    ReadProject(Ticket, PathBuf),
    /// Read what a run folder keeps, in the background.
    ReadRun(Ticket, PathBuf),
    /// Start a job.
    StartJob(Ticket, Request),
    /// Ask a job to stop; it still answers.
    CancelJob(Ticket),
    /// Carry out work of a screen in the background.
    Background(Ticket, Work),
    /// The same after a pause. Work of the same kind that still waits is replaced, and keeps its time: while somebody types, it is done every so
    /// often with the newest text.
    After(Duration, Ticket, Work),
    /// Something for the engine of the What-if screen.
    Desk(DeskWork),
    /// Send this to the clipboard of the terminal (OSC 52).
    Copy(String),
    /// Write these bytes, a picture, to the cleared terminal; the next key draws the workbench again.
    Picture(Vec<u8>),
    /// Listen to the mouse, or no longer.
    Mouse(bool),
    /// Leave.
    Quit,
}
