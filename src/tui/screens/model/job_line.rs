//! One line that tells how far a job is.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::tui::app::RunningJob;
use crate::tui::view::dim;
use crate::tui::view::text::put;

/// Draws the share that is done, what is being done and how long it takes.
pub fn draw(job: &RunningJob, area: Rect, buffer: &mut Buffer) {
    let step = if job.cancelling { "stopping" } else { &job.progress.step };
    let share = format!("{:.0} %", 100.0 * job.progress.done);
    // what is left to wait comes first: a long step is cut
    let words = match left_words(job.progress.left_s) {
        left if left.is_empty() => format!("{step} {share}"),
        left => format!("{share}{left}: {step}"),
    };
    let track = (area.width as usize / 3).min(30);
    let full = (job.progress.done.clamp(0.0, 1.0) * track as f64).round() as usize;
    let bar = format!("{}{} ", "█".repeat(full), "░".repeat(track - full));
    put(buffer, area, 0, 0, &bar, Style::new());
    let start = track as u16 + 1;
    put(buffer, area, start, 0, &words, Style::new());
    if !job.cancelling {
        put(buffer, area, start + words.chars().count() as u16, 0, "  c stops", dim());
    }
}

/// ", 3 min left"; nothing where the work cannot tell.
fn left_words(left_s: Option<f64>) -> String {
    match left_s {
        Some(left) if left >= 5400.0 => format!(", {:.1} h left", left / 3600.0),
        Some(left) if left >= 90.0 => format!(", {:.0} min left", left / 60.0),
        Some(left) if left.is_finite() => format!(", {:.0} s left", left.max(0.0)),
        _ => String::new(),
    }
}
