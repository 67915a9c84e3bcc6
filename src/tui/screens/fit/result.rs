//! The lower panel: the search while it runs, else what came out, else what to do; or two kept fits side by side.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;
use ratatui::widgets::Widget;

use super::{Panel, kept, record, watch};
use crate::tui::app::{App, JobKind};
use crate::tui::browse;
use crate::tui::screens::data::desk;
use crate::tui::view::text::put;
use crate::tui::view::{dim, framed};
use crate::tui::words::{bad, wrapped};

/// Where the figure, table or words stand within the panel: below its frame and the line of aspects.
#[must_use]
pub fn content(_app: &App, area: Rect) -> Rect {
    Rect {
        x: area.x + 2.min(area.width),
        y: area.y + 2.min(area.height),
        width: area.width.saturating_sub(4),
        height: area.height.saturating_sub(3),
    }
}

/// The inside of the panel with the line of aspects.
#[must_use]
pub fn head(app: &App, area: Rect) -> Rect {
    Rect { y: area.y + 1.min(area.height), height: area.height.saturating_sub(2), ..content(app, area) }
}

/// Draws the panel with its frame.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    let running = app.scenario.as_ref().and_then(|path| app.job_of(path, JobKind::Fit));
    let title = match (&running, app.fit.comparing) {
        (_, true) => " Kept fits side by side ".to_owned(),
        (Some(_), false) => " The search ".to_owned(),
        (None, false) => " Result ".to_owned(),
    };
    framed(&title, app.fit.panel == Panel::Result).render(area, buffer);
    let head = head(app, area);
    if app.fit.comparing {
        return kept::draw(app, head, buffer);
    }
    if let Some((_, job)) = running {
        return watch::draw(app, job, head, buffer);
    }
    let failure = app.scenario.as_ref().and_then(|path| app.result(path, JobKind::Fit)).and_then(|result| result.failure.as_deref());
    if let Some(failure) = failure {
        return draw_failure(failure, record(app).is_some(), head, buffer);
    }
    let Some(record) = record(app) else {
        let words = match super::can_start(app) {
            Ok(()) => "Nothing is fitted yet: `s` starts the fit.".to_owned(),
            Err(words) => format!("Nothing can be fitted: {words}."),
        };
        for (row, line) in wrapped(&words, head.width as usize).iter().enumerate() {
            put(buffer, head, 0, row as u16, line, dim());
        }
        return;
    };
    if head.height > 0 {
        let mut line = browse::aspects(Some(record), &app.fit.browse);
        line.push_span(Span::styled(format!("  {}", made_with(app)), dim()));
        buffer.set_line(head.x, head.y, &line, head.width);
    }
    browse::draw(record, &app.fit.browse, app, content(app, area), buffer);
}

/// What the result was made with; that it is older than the text as it is now, where it is.
fn made_with(app: &App) -> String {
    let Some(made) = app.scenario.as_ref().and_then(|path| app.fit.made.get(path)) else { return kept::made_words(&[]) };
    let words = kept::made_words(&made.edits);
    match desk::current(app) {
        Some(look) if look.text != made.text => format!("made before the last change: {words}"),
        _ => words,
    }
}

fn draw_failure(failure: &str, older: bool, area: Rect, buffer: &mut Buffer) {
    put(buffer, area, 0, 0, "The fit failed", bad());
    let lines = failure.lines().flat_map(|line| wrapped(line, area.width as usize));
    let mut row = 1;
    for line in lines {
        put(buffer, area, 0, row, &line, Style::new());
        row += 1;
    }
    if older {
        put(buffer, area, 0, row + 1, "The result before it is kept in its run folder (screen Runs).", dim());
    }
}
