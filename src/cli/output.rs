//! Writing to the two streams: results to standard output, logs and progress to standard error.
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use crate::model::diagnostic::{Faults, render};
use crate::session::work::Progress;

/// Prints to standard output; a closed pipe is the reader's wish and no failure.
pub fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Prints one JSON document.
pub fn print_json(value: &serde_json::Value) {
    // a JSON value of ours always has a text form; `{value:#}` cannot fail
    print(&format!("{value:#}\n"));
}

/// Whether colours are wanted on standard error.
pub fn colour() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Prints faults to standard error.
pub fn print_faults(faults: &Faults) {
    let text = render(faults, colour());
    let mut out = std::io::stderr().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| if text.ends_with('\n') { Ok(()) } else { out.write_all(b"\n") });
}

/// Width of the terminal for tables; wide where there is none, so that every row stays on its line.
pub fn width() -> usize {
    if std::io::stdout().is_terminal() { crossterm::terminal::size().map_or(120, |(columns, _)| usize::from(columns)) } else { 240 }
}

/// Progress on one line of standard error, at most four times a second, only on a terminal.
pub struct ProgressLine {
    enabled: bool,
    started: Instant,
    drawn: Option<Instant>,
}

impl ProgressLine {
    /// Starts the clock.
    pub fn new() -> ProgressLine {
        ProgressLine { enabled: std::io::stderr().is_terminal(), started: Instant::now(), drawn: None }
    }

    /// Shows how far the work is, with an estimate of what is left.
    pub fn show(&mut self, progress: &Progress) {
        if !self.enabled || self.drawn.is_some_and(|drawn| drawn.elapsed() < Duration::from_millis(250)) {
            return;
        }
        self.drawn = Some(Instant::now());
        let elapsed = self.started.elapsed().as_secs_f64();
        let by_share = (progress.done > 0.05).then(|| elapsed / progress.done - elapsed);
        let left = match progress.left_s.or(by_share) {
            Some(left_s) if left_s >= 90.0 => format!(", about {:.0} min left", left_s / 60.0),
            Some(left_s) => format!(", about {left_s:.0} s left"),
            None => String::new(),
        };
        eprint!("\r\x1b[2K{:3.0} % {}{left}", 100.0 * progress.done, progress.step);
    }

    /// Clears the line.
    pub fn clear(&mut self) {
        if self.enabled && self.drawn.is_some() {
            eprint!("\r\x1b[2K");
            self.drawn = None;
        }
    }
}
