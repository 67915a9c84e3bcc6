//! The workbench: what `rpt` without an argument opens.
//!
//! [`update`](update::update) turns a message into a new state and a list of effects, without input or output; [`view`](view::view) only reads
//! the state; [`runner`] owns the terminal, reads keys in one thread, carries out the effects and hands their results back as messages. Every
//! key comes from one registry, [`action`], from which keymap, footer, help and palette are made. The six [`screens`] have a folder each.

pub mod action;
pub mod app;
pub mod ascii;
pub mod browse;
pub mod chart;
pub mod editor;
pub mod effects;
pub mod graph;
pub mod hang_up;
pub mod layout;
pub mod message;
pub mod palette;
pub mod panics;
pub mod record;
pub mod runner;
pub mod screen;
pub mod screens;
pub mod search;
pub mod session_file;
pub mod sheet;
pub mod start;
pub mod terminal;
pub mod update;
pub mod view;
pub mod words;

use std::io::IsTerminal;
use std::path::Path;

/// Why the workbench could not open, or ended before its user left it.
#[derive(Debug, thiserror::Error)]
pub enum TuiError {
    /// Standard input or output is no terminal: bad usage, exit code 2.
    #[error("the workbench needs a terminal; without one, use `rpt list` and `rpt run SCENARIO`")]
    NoTerminal,
    /// The terminal refused something.
    #[error("the terminal failed: {0}")]
    Terminal(#[from] std::io::Error),
    /// A signal or a hang-up ended it; exit code 130.
    #[error("interrupted")]
    Interrupted,
}

/// How the workbench is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// ASCII only; a locale that is not UTF-8 asks for it too.
    pub ascii: bool,
}

/// Opens the workbench on a project folder and returns when its user leaves it. The terminal is restored on every way out.
///
/// # Errors
/// [`TuiError`]: no terminal, a terminal that fails, or an interruption from outside.
pub fn open(folder: &Path, options: Options) -> Result<(), TuiError> {
    if !std::io::stdout().is_terminal() || !std::io::stdin().is_terminal() {
        return Err(TuiError::NoTerminal);
    }
    let by_locale = ascii::asked_by_locale(|name| std::env::var(name).ok());
    runner::run(folder, Options { ascii: options.ascii || by_locale })
}
