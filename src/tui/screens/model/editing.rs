//! The editor on the Model screen: opening, reading after a pause, writing aside, saving, leaving. No clock and no disk: both are effects.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::desk::{Desk, Wanted};
use super::work::{News, Opened, Work};
use super::{Command, after, background, panes};
use crate::tui::app::App;
use crate::tui::editor::autosave::{Fingerprint, SaveError};
use crate::tui::editor::{self, Editor, Outcome};
use crate::tui::message::{Effect, Ticket};
use crate::tui::update;

/// How long the text must rest before it is read for problems.
pub const READ_AFTER: Duration = Duration::from_millis(200);
/// How long it must rest before it is written aside.
pub const ASIDE_AFTER: Duration = Duration::from_secs(1);

/// Asks for the file of a row of the project, to be edited.
pub fn open(app: &mut App, entry: PathBuf) -> Vec<Effect> {
    let (ticket, effect) = background(app, Work::Open(entry));
    app.model.opening = Some(ticket);
    vec![effect]
}

/// A file was read for the editor: opens it, or asks which text is meant.
pub fn opened(app: &mut App, ticket: Ticket, result: Result<Box<Opened>, String>) -> Vec<Effect> {
    if app.model.opening != Some(ticket) {
        return Vec::new();
    }
    app.model.opening = None;
    match result {
        Err(sentence) => {
            app.bad_news(sentence);
            Vec::new()
        }
        Ok(found) if found.aside.is_some() => {
            let name = name_of(&found.path);
            let known: std::collections::BTreeSet<&str> = found.text.lines().collect();
            let new = found.aside.iter().flat_map(|aside| aside.lines()).filter(|line| !known.contains(line)).count();
            app.model.found = Some(found);
            super::questions::recover(app, &name, new);
            Vec::new()
        }
        Ok(found) => begin(app, *found, false),
    }
}

/// The name of a file for people.
fn name_of(path: &Path) -> String {
    Desk::new(PathBuf::new(), Editor::open(path, "")).name()
}

/// Opens the editor with the file's own text, or with the edits that were written aside.
pub fn begin(app: &mut App, found: Opened, recovered: bool) -> Vec<Effect> {
    let Opened { entry, path, text, aside } = found;
    let broken = panes::entry(app, &entry).is_some_and(|known| !known.problems.is_empty());
    let mut desk = match aside.filter(|_| recovered) {
        Some(aside) => Desk::new(entry, Editor::recovered(&path, &text, &aside)),
        None => Desk::new(entry, Editor::open(&path, &text)),
    };
    if recovered {
        desk.aside = Some(desk.editor.text.revision());
    }
    match app.model.line.take() {
        Some((file, line)) if file == path => desk.editor.place_cursor(line, 1),
        _ => desk.seek_problem = broken,
    }
    desk.side = desk.sides().into_iter().next().unwrap_or_default();
    app.model.desk = Some(Box::new(desk));
    panes::fit(app);
    examine(app)
}

/// Reads the text in the background. One reading at a time: the next begins when it has answered.
fn examine(app: &mut App) -> Vec<Effect> {
    let Some(desk) = &app.model.desk else { return Vec::new() };
    if desk.reading.is_some() {
        return Vec::new();
    }
    let work = Work::Examine { path: desk.editor.path.clone(), revision: desk.editor.text.revision(), text: desk.editor.text.text() };
    let (ticket, effect) = background(app, work);
    if let Some(desk) = &mut app.model.desk {
        desk.reading = Some(ticket);
    }
    vec![effect]
}

/// The text changed: it is read and written aside, each after a rest.
fn changed(app: &mut App) -> Vec<Effect> {
    let (read, first) = after(app, READ_AFTER, Work::PauseToRead);
    let (aside, second) = after(app, ASIDE_AFTER, Work::PauseToKeep);
    if let Some(desk) = &mut app.model.desk {
        (desk.read_pause, desk.aside_pause) = (Some(read), Some(aside));
        desk.leaving = false;
    }
    vec![first, second]
}

/// A key of the editor.
pub fn edit(app: &mut App, command: editor::Command) -> Vec<Effect> {
    panes::fit(app);
    let covered = panes::side_covers_text(app);
    let Some(desk) = &mut app.model.desk else { return Vec::new() };
    if covered {
        // nothing is written into a text that is not seen: arrows scroll, Esc and everything else bring the text back
        let rows = match command {
            editor::Command::Move(editor::motion::Motion::Up, _) => Some(-1),
            editor::Command::Move(editor::motion::Motion::Down, _) => Some(1),
            editor::Command::Page(down, _) => Some(if down { 10 } else { -10 }),
            _ => None,
        };
        if let Some(rows) = rows {
            panes::scroll_side(app, rows);
            return Vec::new();
        }
        if !matches!(command, editor::Command::Side(_) | editor::Command::ScrollSide(_) | editor::Command::Save) {
            (desk.covered, desk.side_down) = (false, 0);
            panes::fit(app);
            if command == editor::Command::Escape {
                return Vec::new();
            }
        }
    }
    let Some(desk) = &mut app.model.desk else { return Vec::new() };
    match desk.editor.apply(command) {
        Outcome::Nothing => Vec::new(),
        Outcome::Changed => changed(app),
        Outcome::Copy(text) => {
            app.say("sent to the terminal's clipboard");
            vec![Effect::Copy(text)]
        }
        Outcome::Cut(text) => {
            let mut effects = vec![Effect::Copy(text)];
            effects.extend(changed(app));
            effects
        }
        Outcome::Save => save(app, false),
        Outcome::Side(next) => {
            panes::turn_side(app, next);
            Vec::new()
        }
        Outcome::ScrollSide(rows) => {
            panes::scroll_side(app, rows);
            Vec::new()
        }
        Outcome::Leave => leave(app),
        Outcome::Say(words) => {
            app.say(words);
            Vec::new()
        }
    }
}

/// Leaves the editor, after a question where edits would be lost.
pub fn leave(app: &mut App) -> Vec<Effect> {
    let Some(desk) = &app.model.desk else { return Vec::new() };
    if desk.editor.text.modified() {
        let name = desk.name();
        super::questions::leave(app, &name);
        return Vec::new();
    }
    close(app, desk_has_aside(app))
}

fn desk_has_aside(app: &App) -> bool {
    app.model.desk.as_ref().is_some_and(|desk| desk.aside.is_some() || desk.writing.is_some())
}

/// Closes the editor; with `discard` what was written aside is forgotten.
pub fn close(app: &mut App, discard: bool) -> Vec<Effect> {
    let Some(desk) = app.model.desk.take() else { return Vec::new() };
    let path = desk.editor.path.clone();
    app.model.line = Some((path.clone(), desk.editor.line_column().0));
    let mut effects = super::look(app);
    if !discard {
        return effects;
    }
    if let Some(ticket) = desk.writing {
        // what is being written aside now must not stay
        app.model.to_discard = Some((ticket, path));
    } else {
        effects.push(background(app, Work::Discard(path)).1);
    }
    effects
}

/// Saves, and where wanted leaves afterwards.
pub fn save(app: &mut App, leaving: bool) -> Vec<Effect> {
    let Some(desk) = &mut app.model.desk else { return Vec::new() };
    if !desk.editor.text.modified() && !leaving {
        app.say("nothing was changed since it was read or saved");
        return Vec::new();
    }
    desk.leaving = leaving;
    desk.aside_pause = None;
    let since = desk.editor.disk.clone();
    write(app, Wanted::Save(since))
}

/// Keeps mine: writes over what the file is now.
pub fn overwrite(app: &mut App) -> Vec<Effect> {
    let Some(desk) = &mut app.model.desk else { return Vec::new() };
    let theirs = desk.theirs.take().unwrap_or_default();
    write(app, Wanted::Save(theirs))
}

/// Takes theirs: reads what the file says now.
pub fn reread(app: &mut App) -> Vec<Effect> {
    let Some(desk) = &mut app.model.desk else { return Vec::new() };
    (desk.theirs, desk.leaving) = (None, false);
    let path = desk.editor.path.clone();
    vec![background(app, Work::Reread(path)).1]
}

/// Leaves the edits aside: they are offered when the file is opened again.
pub fn leave_aside(app: &mut App) -> Vec<Effect> {
    let Some(desk) = &app.model.desk else { return Vec::new() };
    if desk.writing.is_some() {
        app.say("the file is being written: once more in a moment");
        return Vec::new();
    }
    let (path, revision, text) = (desk.editor.path.clone(), desk.editor.text.revision(), desk.editor.text.text());
    let name = desk.name();
    let mut effects = close(app, false);
    let (ticket, effect) = background(app, Work::Aside { path: path.clone(), revision, text: text.clone() });
    app.model.left = Some((ticket, path, text));
    app.say(format!("the edits of {name} are kept aside; opening it offers them again"));
    effects.push(effect);
    effects
}

/// Writes, or remembers to when the present writing has ended.
fn write(app: &mut App, wanted: Wanted) -> Vec<Effect> {
    let Some(desk) = &mut app.model.desk else { return Vec::new() };
    if desk.writing.is_some() {
        // a save is never given up for writing aside
        if !(matches!(desk.next, Some(Wanted::Save(_))) && wanted == Wanted::Aside) {
            desk.next = Some(wanted);
        }
        return Vec::new();
    }
    let (path, revision, text) = (desk.editor.path.clone(), desk.editor.text.revision(), desk.editor.text.text());
    let work = match wanted {
        Wanted::Aside => Work::Aside { path, revision, text },
        Wanted::Save(since) => Work::Save { path, revision, text, since },
        Wanted::Discard => Work::Discard(path),
    };
    let (ticket, effect) = background(app, work);
    if let Some(desk) = &mut app.model.desk {
        desk.writing = Some(ticket);
    }
    vec![effect]
}

/// What waits for the writing that has ended.
fn written(app: &mut App) -> Vec<Effect> {
    let Some(desk) = &mut app.model.desk else { return Vec::new() };
    desk.writing = None;
    match desk.next.take() {
        Some(wanted) => write(app, wanted),
        None => Vec::new(),
    }
}

/// A pause is over: what waited for it happens, unless the text changed since.
pub fn paused(app: &mut App, ticket: Ticket) -> Vec<Effect> {
    let Some(desk) = &mut app.model.desk else { return Vec::new() };
    if desk.read_pause == Some(ticket) {
        desk.read_pause = None;
        return examine(app);
    }
    if desk.aside_pause == Some(ticket) {
        desk.aside_pause = None;
        if desk.editor.text.modified() {
            return write(app, Wanted::Aside);
        }
        // undone back to what the file says
        if desk.aside.take().is_some() {
            return write(app, Wanted::Discard);
        }
    }
    Vec::new()
}

/// Work panicked: what waited for it waits no longer.
pub fn lost(app: &mut App, ticket: Ticket) {
    if let Some(desk) = &mut app.model.desk {
        for waits in [&mut desk.reading, &mut desk.writing, &mut desk.read_pause, &mut desk.aside_pause] {
            waits.take_if(|asked| *asked == ticket);
        }
    }
}

/// News of the open file.
pub fn take(app: &mut App, ticket: Ticket, news: News) -> Vec<Effect> {
    match news {
        News::Examined { path, revision, diagnosis, aids } => {
            let Some(desk) = app.model.desk.as_mut().filter(|desk| desk.reading == Some(ticket) && desk.editor.path == path) else {
                return Vec::new();
            };
            desk.reading = None;
            if !desk.editor.diagnosed(revision, *diagnosis) {
                // the text went on meanwhile; a pause that still runs will ask itself
                return if desk.read_pause.is_none() { examine(app) } else { Vec::new() };
            }
            desk.take_aids(*aids);
            if std::mem::take(&mut desk.seek_problem) && desk.editor.line_column() == (1, 1) && !desk.editor.problems().is_empty() {
                desk.editor.apply(editor::Command::Problem(true));
            }
            Vec::new()
        }
        News::Aside(path, revision, result) => aside_written(app, ticket, &path, revision, result),
        News::Saved(path, revision, result) => saved(app, &path, revision, result),
        News::Discarded(_) if app.model.desk.as_ref().is_some_and(|desk| desk.writing == Some(ticket)) => written(app),
        News::Discarded(_) => Vec::new(),
        News::Reread(path, result) => {
            let Some(desk) = app.model.desk.as_mut().filter(|desk| desk.editor.path == path) else { return Vec::new() };
            match result {
                Ok(text) => {
                    desk.editor.take_over(&text);
                    desk.aside_pause = None;
                    desk.aside = None;
                    app.say("this is the file as it is now; Ctrl-Z brings your text back");
                    let mut effects = write(app, Wanted::Discard);
                    effects.extend(examine(app));
                    effects
                }
                Err(sentence) => {
                    app.bad_news(sentence);
                    Vec::new()
                }
            }
        }
        _ => Vec::new(),
    }
}

fn aside_written(app: &mut App, ticket: Ticket, path: &Path, revision: u64, result: Result<(), String>) -> Vec<Effect> {
    if app.model.left.as_ref().is_some_and(|(latest, ..)| *latest == ticket) {
        app.model.left = None;
    }
    if let Some((_, path)) = app.model.to_discard.take_if(|(latest, _)| *latest == ticket) {
        return vec![background(app, Work::Discard(path)).1];
    }
    let Some(desk) = app.model.desk.as_mut().filter(|desk| desk.editor.path == path && desk.writing == Some(ticket)) else {
        if let Err(sentence) = result {
            app.bad_news(format!("the edits could not be kept aside: {sentence}"));
        }
        return Vec::new();
    };
    match result {
        Ok(()) => desk.aside = Some(revision),
        Err(sentence) => app.bad_news(format!("the edits could not be written aside: {sentence}; Ctrl-S saves the file itself")),
    }
    written(app)
}

fn saved(app: &mut App, path: &Path, revision: u64, result: Result<Fingerprint, SaveError>) -> Vec<Effect> {
    let Some(desk) = app.model.desk.as_mut().filter(|desk| desk.editor.path == path) else { return Vec::new() };
    let name = desk.name();
    match result {
        Ok(disk) => {
            desk.editor.saved(revision, disk);
            // a second save that waits goes on from what the first one wrote
            if let Some(Wanted::Save(since)) = &mut desk.next {
                *since = desk.editor.disk.clone();
            }
            desk.aside = None;
            let (modified, leaving, entry) = (desk.editor.text.modified(), std::mem::take(&mut desk.leaving), desk.entry.clone());
            let problems = if desk.editor.is_diagnosed() { format!("; {}", desk.editor.summary()) } else { String::new() };
            super::older::file_changed(app, &entry);
            let mut effects = written(app);
            if modified {
                // what was typed while it was written
                effects.extend(changed(app));
            } else if leaving {
                effects.extend(close(app, false));
            }
            effects.extend(update::read_project(app));
            app.say(format!("saved {name}{problems}"));
            effects
        }
        Err(SaveError::Changed(theirs)) => {
            desk.theirs = Some(theirs);
            super::questions::changed_on_disk(app, &name);
            written(app)
        }
        Err(SaveError::Gone) => {
            desk.theirs = Some(Fingerprint::default());
            super::questions::gone(app, &name);
            written(app)
        }
        Err(SaveError::Io(error)) => {
            desk.leaving = false;
            app.bad_news(format!("{name} was not saved: {error}"));
            written(app)
        }
    }
}

/// The answer to a question about the open file, or the one to be opened.
pub fn answer(app: &mut App, command: Command) -> Vec<Effect> {
    match command {
        Command::Recover(take_up) => {
            let Some(found) = app.model.found.take() else { return Vec::new() };
            let mut effects = begin(app, *found, take_up);
            if !take_up {
                effects.extend(write(app, Wanted::Discard));
            }
            effects
        }
        Command::Overwrite => overwrite(app),
        Command::TakeTheirs => reread(app),
        Command::SaveAndLeave => save(app, true),
        Command::LeaveAside => leave_aside(app),
        Command::DiscardAndLeave => {
            let discard = desk_has_aside(app);
            close(app, discard)
        }
        _ => Vec::new(),
    }
}

/// Whether the keys go to the editor.
#[must_use]
pub fn editing(app: &App) -> bool {
    app.screen == crate::tui::screen::Screen::Model && app.model.desk.is_some()
}

/// The name of the file whose edits are not saved.
#[must_use]
pub fn unsaved(app: &App) -> Option<String> {
    app.model.desk.as_ref().filter(|desk| desk.editor.text.modified()).map(|desk| desk.name())
}

/// The edited texts that are not in their files: to be written aside at once ([`editor::autosave::write_aside`]) when the program must end.
#[must_use]
pub fn rescue(app: &App) -> Vec<(PathBuf, String)> {
    let mut texts = Vec::new();
    if let Some((_, path, text)) = &app.model.left {
        texts.push((path.clone(), text.clone()));
    }
    if let Some(desk) = &app.model.desk
        && desk.editor.text.modified()
    {
        texts.push((desk.editor.path.clone(), desk.editor.text.text()));
    }
    texts
}
