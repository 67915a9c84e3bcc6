//! What was run: history, manifest, check of the digests, figures and tables, differences between two runs, and doing one again.
//!
//! `actions`: what can be asked for; `history`: the rows; `manifest`: one run in words; `asked`: verify, compare, do again, copy; `difference`: two runs as lines; `opened`: reading runs back;
//! `picture`: bytes for terminals that show pictures; `draw`: the panels.
mod actions;
mod asked;
mod difference;
mod draw;
mod history;
mod manifest;
mod opened;
mod picture;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::tui::action::Motion;
use crate::tui::app::{App, JobKind};
use crate::tui::browse::{self, Browse};
use crate::tui::message::{Effect, Ticket};
use crate::tui::record::Record;
use crate::tui::screen::Screen;

pub use actions::{ACTIONS, Command};
use asked::Check;
use difference::{DiffLine, Difference};
pub use history::is_of;
use picture::Protocol;

/// Where the arrow keys move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pane {
    /// The history.
    #[default]
    List,
    /// The selected run.
    Detail,
}

/// What is shown of the selected run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum View {
    /// Its manifest.
    #[default]
    Manifest,
    /// Its figures, tables or words.
    Result,
    /// What differs from the marked one.
    Difference,
}

/// The state of the screen.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// The selected run; `None` is the latest.
    selected: Option<PathBuf>,
    /// Whether only runs of the current scenario are listed.
    of_scenario: bool,
    /// The run that others are compared with.
    marked: Option<PathBuf>,
    pane: Pane,
    view: View,
    browse: Browse,
    /// Lines scrolled down in the manifest or the difference.
    down: usize,
    /// What checks of digests found.
    checks: BTreeMap<PathBuf, Check>,
    difference: Option<Difference>,
    /// The picture under way.
    picture: Option<Ticket>,
    /// The protocol that the user named; `None` follows the surroundings.
    protocol: Option<Protocol>,
    /// The reading under way.
    reading: Option<(Ticket, PathBuf)>,
}

/// Work in the background.
#[derive(Debug, Clone)]
pub enum Work {
    /// Read a run back.
    Read(PathBuf),
    /// Check its files against their digests.
    Verify(PathBuf),
    /// Compare two runs.
    Compare(PathBuf, PathBuf),
    /// Make the bytes that show a figure.
    Picture {
        /// The file.
        png: PathBuf,
        /// How; `None`: as the surroundings promise.
        protocol: Option<Protocol>,
        /// Columns and rows of the terminal.
        cells: (u16, u16),
    },
}

/// What it found.
#[derive(Debug)]
pub enum News {
    /// A run read back.
    Record(PathBuf, Box<Result<Record, String>>),
    /// Files that differ from their digests, in words.
    Verified(PathBuf, Result<Vec<String>, String>),
    /// What differs between two runs.
    Compared(Result<Vec<DiffLine>, String>),
    /// The bytes of a picture.
    Picture(Result<Vec<u8>, String>),
}

/// The screen was opened, or what it shows changed: the selected run is read soon, unless another is selected before that.
pub fn entered(app: &mut App) -> Vec<Effect> {
    opened::soon(app)
}

/// Does what is asked.
pub fn ask(app: &mut App, command: Command) -> Vec<Effect> {
    match command {
        Command::OfScenario => {
            app.runs.of_scenario = !app.runs.of_scenario;
            app.say(if app.runs.of_scenario { "runs of the current scenario" } else { "all runs" });
            return opened::soon(app);
        }
        Command::Mark => asked::mark(app),
        Command::Compare => return asked::compare(app),
        Command::Verify => return asked::verify(app),
        Command::Again => return asked::again(app),
        Command::Manifest => {
            (app.runs.view, app.runs.down) = (View::Manifest, 0);
        }
        Command::Show(aspect) => {
            app.runs.browse.show(aspect);
            return opened::open(app);
        }
        Command::Picture => return asked::picture(app),
        Command::Protocol => {
            let present = picture::CHOICES.iter().find(|(_, own)| *own == app.runs.protocol).map_or("auto", |(name, _)| name);
            app.ask_for(Screen::Runs, "protocol", "pictures by (auto, kitty, iterm2, sixel)", present);
        }
        Command::CopyPath => return asked::copy_path(app),
        Command::CopyCheck => return asked::copy_check(app),
    }
    Vec::new()
}

/// Moves.
pub fn go(app: &mut App, motion: Motion) -> Vec<Effect> {
    if let Motion::Pane(_) = motion {
        app.runs.pane = if app.runs.pane == Pane::List { Pane::Detail } else { Pane::List };
        return Vec::new();
    }
    if app.runs.pane == Pane::List && !app.full_screen {
        return match motion {
            Motion::Enter => opened::enter(app),
            // to the side there is the next figure or table of the run
            Motion::Side(_) => in_detail(app, motion),
            _ => history::go(app, motion),
        };
    }
    in_detail(app, motion)
}

/// Moves in what is shown of the run.
fn in_detail(app: &mut App, motion: Motion) -> Vec<Effect> {
    let area = draw::areas(app, crate::tui::update::body(app)).content;
    if app.runs.view == View::Result {
        let (mut browse, full_screen) = (app.runs.browse, app.full_screen);
        if let Some(record) = opened::record(app) {
            browse::go(record, &mut browse, motion, full_screen, area);
        }
        app.runs.browse = browse;
        return Vec::new();
    }
    let last = draw::lines(app, area.width as usize).len().saturating_sub(area.height as usize);
    let page = area.height.saturating_sub(1).max(1) as isize;
    let down = &mut app.runs.down;
    *down = match motion {
        Motion::Rows(by) => down.saturating_add_signed(by),
        Motion::Page(by) => down.saturating_add_signed(by * page),
        Motion::First => 0,
        Motion::Last => last,
        _ => *down,
    }
    .min(last);
    Vec::new()
}

/// One step back: from a result to the manifest, from the run to the list.
pub fn back(app: &mut App) -> bool {
    if app.runs.view != View::Manifest {
        (app.runs.view, app.runs.down) = (View::Manifest, 0);
        return true;
    }
    let there = app.runs.pane == Pane::Detail;
    app.runs.pane = Pane::List;
    there
}

/// Nothing here changes what could be taken back.
///
/// # Errors
/// Always.
pub fn undo(_app: &mut App, back: bool) -> Result<Vec<Effect>, String> {
    Err(if back { "runs are never changed: nothing to take back".to_owned() } else { "nothing to make again".to_owned() })
}

/// Takes the answer of a prompt.
///
/// # Errors
/// What it should be.
pub fn answered(app: &mut App, what: &str, text: &str) -> Result<Vec<Effect>, String> {
    if what == "protocol" {
        app.runs.protocol = picture::choice(text)?;
        app.say("`i` shows the figure as a picture");
    }
    Ok(Vec::new())
}

/// Carries work out; in a thread of its own.
#[must_use]
pub fn carry_out(work: Work) -> News {
    match work {
        Work::Read(path) => {
            let read = Record::read(&path);
            News::Record(path, Box::new(read))
        }
        Work::Verify(path) => {
            let found = crate::report::verify::verify(&path).map_err(|error| error.to_string());
            News::Verified(path, found.map(|found| found.iter().map(ToString::to_string).collect()))
        }
        Work::Compare(first, second) => {
            let found = crate::report::diff::diff(&first, &second).map_err(|error| error.to_string());
            News::Compared(found.map(|found| difference::lines(&found)))
        }
        Work::Picture { png, protocol, cells } => News::Picture(asked::bytes_of(&png, protocol, cells)),
    }
}

/// Takes what work found.
pub fn take(app: &mut App, ticket: Ticket, news: News) -> Vec<Effect> {
    match news {
        News::Record(path, read) => opened::take(app, ticket, path, *read),
        News::Verified(path, found) => asked::verified(app, ticket, path, found),
        News::Compared(found) => {
            if let Some(difference) = app.runs.difference.as_mut().filter(|difference| difference.ticket == ticket) {
                difference.found = Some(found);
            }
        }
        News::Picture(found) => {
            if app.runs.picture != Some(ticket) {
                return Vec::new();
            }
            app.runs.picture = None;
            match found {
                // the user may be elsewhere meanwhile
                Ok(_) if app.screen != Screen::Runs => {}
                Ok(bytes) => {
                    app.say("any key brings the workbench back");
                    return vec![Effect::Picture(bytes)];
                }
                Err(words) => app.bad_news(words),
            }
        }
    }
    Vec::new()
}

/// A run was read back by another screen.
pub fn job_ended(app: &mut App, path: &Path, _kind: JobKind) -> Vec<Effect> {
    opened::order(app, path);
    Vec::new()
}

/// The rows of the list, or the lines of what is shown, and the present one.
#[must_use]
pub fn searchable(app: &App) -> Option<(Vec<String>, usize)> {
    if app.runs.pane == Pane::List && !app.full_screen {
        let rows = history::rows(app);
        return (!rows.is_empty()).then(|| (rows.iter().map(|run| history::words(run)).collect(), history::position(app)));
    }
    let width = draw::areas(app, crate::tui::update::body(app)).content.width as usize;
    let plain = |lines: Vec<ratatui::text::Line<'static>>| lines.iter().map(ToString::to_string).collect();
    if app.runs.view == View::Result {
        let lines = browse::lines(opened::record(app)?, &app.runs.browse, app.full_screen, width);
        return Some((plain(lines), app.runs.browse.place.down));
    }
    Some((plain(draw::lines(app, width)), app.runs.down))
}

/// To a row that the search found.
pub fn go_to(app: &mut App, row: usize) {
    if app.runs.pane == Pane::List && !app.full_screen {
        history::select(app, row);
    } else if app.runs.view == View::Result {
        app.runs.browse.place.down = row;
    } else {
        app.runs.down = row;
    }
}

/// A click within the body: on a run selects it.
pub fn clicked(app: &mut App, area: Rect, column: u16, row: u16) -> Vec<Effect> {
    let areas = draw::areas(app, area);
    let at = Position { x: column, y: row };
    if areas.list.contains(at) {
        app.runs.pane = Pane::List;
        if areas.rows.contains(at) {
            let lines = history::lines_of_row(app, areas.rows);
            let first = history::first_shown(app, areas.rows.height as usize / lines);
            let row = first + (row - areas.rows.y) as usize / lines;
            if row < history::rows(app).len() {
                history::select(app, row);
                return opened::soon(app);
            }
        }
    } else if areas.detail.contains(at) {
        app.runs.pane = Pane::Detail;
    }
    Vec::new()
}

/// What a later session should find again.
#[must_use]
pub fn kept(app: &App) -> Vec<(String, String)> {
    let mut out = vec![("own".to_owned(), app.runs.of_scenario.to_string())];
    out.extend(app.runs.marked.as_ref().map(|path| ("marked".to_owned(), app.relative(path))));
    let protocol = picture::CHOICES.iter().find(|(_, own)| own.is_some() && *own == app.runs.protocol);
    out.extend(protocol.map(|(name, _)| ("pictures".to_owned(), (*name).to_owned())));
    out
}

/// Takes it up again.
pub fn restored(app: &mut App, kept: &[(String, String)]) {
    for (name, value) in kept {
        match name.as_str() {
            "own" => app.runs.of_scenario = value == "true",
            "marked" => {
                let path = app.folder.join(value);
                let there = app.project.iter().flat_map(|project| &project.runs).any(|run| run.path == path);
                app.runs.marked = there.then_some(path);
            }
            "pictures" => app.runs.protocol = picture::choice(value).unwrap_or_default(),
            _ => {}
        }
    }
}

/// Draws the screen.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    draw::draw(app, area, buffer);
}

#[cfg(test)]
mod tests;

/// Work panicked: what waited for it waits no longer.
pub fn lost(app: &mut App, ticket: Ticket) {
    app.runs.reading.take_if(|(asked, _)| *asked == ticket);
}
