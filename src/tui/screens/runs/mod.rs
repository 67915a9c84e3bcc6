//! What was run.

use std::path::Path;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::action::{Action, Motion};
use crate::tui::app::{App, JobKind};
use crate::tui::message::{Effect, Ticket};

/// The state of the screen.
#[derive(Debug, Clone, Default)]
pub struct State {}

/// What only this screen can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {}

/// Work in the background.
#[derive(Debug, Clone)]
pub enum Work {}

/// What it found.
#[derive(Debug)]
pub enum News {}

/// The actions of the screen.
pub const ACTIONS: &[Action] = &[];

/// The screen was opened, or what it shows changed.
pub fn entered(_app: &mut App) -> Vec<Effect> {
    Vec::new()
}

/// Does what is asked.
pub fn ask(_app: &mut App, command: Command) -> Vec<Effect> {
    match command {}
}

/// Moves.
pub fn go(_app: &mut App, _motion: Motion) -> Vec<Effect> {
    Vec::new()
}

/// One step back; false where there is none.
pub fn back(_app: &mut App) -> bool {
    false
}

/// Takes the last change back, or makes it again.
///
/// # Errors
/// There is none.
pub fn undo(_app: &mut App, back: bool) -> Result<Vec<Effect>, String> {
    Err(if back { "nothing to take back".to_owned() } else { "nothing to make again".to_owned() })
}

/// Takes the answer of a prompt.
///
/// # Errors
/// Why it cannot be taken.
pub fn answered(_app: &mut App, _what: &str, _text: &str) -> Result<Vec<Effect>, String> {
    Ok(Vec::new())
}

/// Carries work out; in a thread of its own.
#[must_use]
pub fn carry_out(work: Work) -> News {
    match work {}
}

/// Takes what work found.
pub fn take(_app: &mut App, _ticket: Ticket, news: News) -> Vec<Effect> {
    match news {}
}

/// A job ended.
pub fn job_ended(_app: &mut App, _path: &Path, _kind: JobKind) -> Vec<Effect> {
    Vec::new()
}

/// The rows that are searched, and the present one.
#[must_use]
pub fn searchable(_app: &App) -> Option<(Vec<String>, usize)> {
    None
}

/// To a row that the search found.
pub fn go_to(_app: &mut App, _row: usize) {}

/// A click within the body.
pub fn clicked(_app: &mut App, _area: Rect, _column: u16, _row: u16) -> Vec<Effect> {
    Vec::new()
}

/// What a later session should find again.
#[must_use]
pub fn kept(_app: &App) -> Vec<(String, String)> {
    Vec::new()
}

/// Takes it up again.
pub fn restored(_app: &mut App, _kept: &[(String, String)]) {}

/// Draws the screen.
pub fn draw(_app: &App, _area: Rect, _buffer: &mut Buffer) {}
