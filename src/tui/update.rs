//! One message changes the state and says what is to be done. No input, no output, no clock.

use std::path::PathBuf;

use super::action::{Command, action_of};
use super::app::{App, Aspect, Item, Notice, Overlay, Pane, Place, RunningJob, Section};
use super::message::{Effect, Message, Ticket};
use super::record::Record;
use super::{layout, palette, search};
use crate::session::job::{Done, Request};
use crate::session::project::Project;
use crate::session::trial::TrialOptions;
use crate::session::work::{Failed, Progress, Task};

/// Columns of one step to the side.
const SIDE_STEP: usize = 8;

/// The first message of a workbench is no message: it reads its folder.
pub fn begin(app: &mut App) -> Vec<Effect> {
    read_project(app)
}

/// Takes in one message.
pub fn update(app: &mut App, message: Message) -> Vec<Effect> {
    match message {
        Message::Do(command) => ask(app, command),
        Message::Resized(columns, rows) => {
            app.size = (columns, rows);
            settle(app);
            Vec::new()
        }
        Message::ProjectRead(ticket, result) => {
            project_read(app, ticket, result);
            Vec::new()
        }
        Message::SheetRead(ticket, path, sheet) => {
            if ticket == app.last_reading {
                app.sheets.insert(path, sheet);
            }
            Vec::new()
        }
        Message::RunRead(ticket, path, result) => {
            run_read(app, ticket, path, *result);
            Vec::new()
        }
        Message::JobProgress(ticket, progress) => {
            if let Some(job) = app.jobs.values_mut().find(|job| job.ticket == ticket) {
                job.progress = progress;
            }
            Vec::new()
        }
        Message::JobFinished(ticket, result) => job_finished(app, ticket, *result),
        Message::WorkerPanicked(words) => {
            bad_news(app, format!("an error of the program, please report it: {}", words.lines().collect::<Vec<_>>().join(" ")));
            Vec::new()
        }
    }
}

fn say(app: &mut App, text: impl Into<String>) {
    app.notice = Some(Notice { text: text.into(), bad: false });
}

fn bad_news(app: &mut App, text: impl Into<String>) {
    app.notice = Some(Notice { text: text.into(), bad: true });
}

/// Does what the user asks for, or says why not.
fn ask(app: &mut App, command: Command) -> Vec<Effect> {
    if let Some(action) = action_of(app, command)
        && let Err(reason) = (action.available)(app)
    {
        // Esc with nothing to go back from is no mistake
        if command != Command::Back {
            say(app, reason);
        }
        return Vec::new();
    }
    app.notice = None;
    match command {
        Command::Quit if !app.jobs.is_empty() => app.overlay = Some(Overlay::ConfirmQuit),
        Command::Quit | Command::QuitAnyway => return vec![Effect::Quit],
        Command::CloseOverlay => {
            if app.overlay == Some(Overlay::Search) {
                app.search.clear();
            }
            app.overlay = None;
        }
        Command::Help => app.overlay = Some(Overlay::Help(0)),
        Command::Palette => {
            app.typed.clear();
            app.overlay = Some(Overlay::Palette(0));
        }
        Command::Choose => return choose(app),
        Command::Search => {
            app.search.clear();
            app.overlay = Some(Overlay::Search);
        }
        Command::Accept => accept(app),
        Command::Match(by) => to_match(app, by),
        Command::Type(character) => typed(app, Some(character)),
        Command::Erase => typed(app, None),
        Command::Reload => {
            let effects = read_project(app);
            app.reload_asked = app.reading;
            return effects;
        }
        Command::Enter => return enter(app),
        Command::Simulate => return start(app, Task::Simulate),
        Command::Fit => return start(app, Task::Fit),
        Command::Trial => return start(app, Task::Trial(TrialOptions::default())),
        Command::Cancel => return cancel(app),
        Command::Back if app.full_screen => app.full_screen = false,
        Command::Back => return cancel(app),
        Command::SwitchPane if app.full_screen => app.full_screen = false,
        Command::SwitchPane => app.pane = if app.pane == Pane::List { Pane::Detail } else { Pane::List },
        Command::Go(section) => go(app, section),
        Command::Show(aspect) => show(app, aspect),
        Command::FullScreen => full_screen(app),
        Command::Step(by) => step(app, by),
        Command::Move(by) => shift(app, by),
        Command::Page(by) => page(app, by),
        Command::First => shift(app, isize::MIN / 2),
        Command::Last => shift(app, isize::MAX / 2),
    }
    settle(app);
    Vec::new()
}

/// Does the chosen action of the palette as if its key were pressed; one that cannot be done says why, and the palette stays.
fn choose(app: &mut App) -> Vec<Effect> {
    let Some(Overlay::Palette(chosen)) = app.overlay else { return Vec::new() };
    let Some(action) = palette::found(app).get(chosen).copied() else { return Vec::new() };
    if let Err(reason) = (action.available)(app) {
        say(app, reason);
        return Vec::new();
    }
    app.overlay = None;
    ask(app, action.command)
}

fn typed(app: &mut App, character: Option<char>) {
    let searching = app.overlay == Some(Overlay::Search);
    let words = if searching { &mut app.search } else { &mut app.typed };
    match character {
        Some(character) => words.push(character),
        None => {
            words.pop();
        }
    }
    if !searching {
        app.overlay = Some(Overlay::Palette(0));
    }
}

/// The search begins where the user looks.
fn accept(app: &mut App) {
    app.overlay = None;
    if !app.search.is_empty() {
        to_match(app, 0);
    }
}

fn to_match(app: &mut App, by: isize) {
    let found = search::found(app);
    let from = if search::in_text(app) { app.place.down } else { app.position() };
    let Some((order, to)) = search::next(&found, from, by, layout::scroll_room(app).0.max(1), search::in_text(app)) else {
        let words = format!("`{}` is not in the {}", app.search, search::place_words(app));
        return say(app, words);
    };
    if search::in_text(app) {
        app.place.down = to;
    } else if to != app.position() {
        app.selected[app.section as usize] = to;
        app.place = Place::default();
    }
    let words = format!("{} of {}: {}", order + 1, found.len(), app.search);
    say(app, words);
}

fn read_project(app: &mut App) -> Vec<Effect> {
    let ticket = app.ticket();
    app.reading = Some(ticket);
    app.last_reading = ticket;
    vec![Effect::ReadProject(ticket, app.folder.clone())]
}

fn project_read(app: &mut App, ticket: Ticket, result: Result<Project, String>) {
    if app.reading != Some(ticket) {
        return;
    }
    app.reading = None;
    let project = match result {
        Ok(project) => project,
        Err(sentence) => return bad_news(app, sentence),
    };
    let paths: Vec<Option<PathBuf>> = Section::ALL
        .iter()
        .map(|section| app.items(*section).get(app.selected[*section as usize]).map(|item| item.path().to_path_buf()))
        .collect();
    app.project = Some(project);
    // the selection stays on its file, wherever that stands in the list now
    for (section, path) in Section::ALL.into_iter().zip(paths) {
        let items = app.items(section);
        let again = items.iter().position(|item| Some(item.path()) == path.as_deref());
        let last = items.len().saturating_sub(1);
        // unless the user is looking at the runs, the latest is selected
        let position = if section == Section::Runs && app.section != Section::Runs { Some(0) } else { again };
        app.selected[section as usize] = position.unwrap_or(app.selected[section as usize]).min(last);
    }
    if app.reload_asked == Some(ticket) && app.notice.is_none() {
        say(app, "the folder was read again");
    }
    settle(app);
}

fn enter(app: &mut App) -> Vec<Effect> {
    let Some(Item::Run(run)) = app.item() else { return start(app, Task::Run) };
    let path = run.path.clone();
    if app.results.contains_key(&path) && app.failure().is_none() {
        app.wanted = Aspect::Figures;
        return Vec::new();
    }
    let ticket = app.ticket();
    app.opening = Some((ticket, path.clone()));
    say(app, "reading the run …");
    vec![Effect::ReadRun(ticket, path)]
}

fn run_read(app: &mut App, ticket: Ticket, path: PathBuf, result: Result<Record, String>) {
    if app.opening.as_ref().is_none_or(|(latest, _)| *latest != ticket) {
        return;
    }
    app.opening = None;
    app.notice = None;
    keep(app, path.clone(), result);
    if app.item().is_some_and(|item| item.path() == path) {
        app.place = Place::default();
        app.wanted = Aspect::Figures;
    }
}

/// Starts a job for the selected scenario; the newest request wins.
fn start(app: &mut App, task: Task) -> Vec<Effect> {
    let Some(Item::Scenario(entry)) = app.item() else { return Vec::new() };
    let (path, name) = (entry.path.clone(), entry.name.clone());
    let verb = match task {
        Task::Simulate => "simulate",
        Task::Fit => "fit",
        Task::Run => "run",
        Task::Recover(_) => "recover",
        Task::Trial(_) | Task::Replay(_) => "trial",
        Task::Power(_) => "power",
    };
    let command = format!("rpt {verb} {}", app.relative(&path));
    let runs_root = (task != Task::Simulate).then(|| Project::runs_root(&app.folder));
    let ticket = app.ticket();
    let progress = Progress { step: "starting".to_owned(), done: 0.0, left_s: None, live: None };
    let earlier = app.jobs.insert(path.clone(), RunningJob { ticket, name, progress, cancelling: false });
    let request = Request { scenario: path, sets: Vec::new(), task, runs_root, command, threads: None, resume: false, text: None };
    let mut effects: Vec<Effect> = earlier.into_iter().map(|job| Effect::CancelJob(job.ticket)).collect();
    effects.push(Effect::StartJob(ticket, request));
    effects
}

fn cancel(app: &mut App) -> Vec<Effect> {
    let Some(ticket) = app.job_to_cancel().map(|job| job.ticket) else { return Vec::new() };
    let mut name = String::new();
    for job in app.jobs.values_mut().filter(|job| job.ticket == ticket) {
        job.cancelling = true;
        name.clone_from(&job.name);
    }
    say(app, format!("stopping `{name}` …"));
    vec![Effect::CancelJob(ticket)]
}

fn job_finished(app: &mut App, ticket: Ticket, result: Result<Done, Failed>) -> Vec<Effect> {
    // a job that a newer request replaced is nobody's any more
    let Some((path, name)) = app.jobs.iter().find(|(_, job)| job.ticket == ticket).map(|(path, job)| (path.clone(), job.name.clone()))
    else {
        return Vec::new();
    };
    app.jobs.remove(&path);
    if app.jobs.is_empty() && app.overlay == Some(Overlay::ConfirmQuit) {
        app.overlay = None;
    }
    let selected = app.item().is_some_and(|item| item.path() == path);
    let mut wrote = false;
    match result {
        Ok(done) => {
            wrote = done.published.is_some();
            match &done.published {
                Some(published) => say(app, format!("`{name}` is done: {}", app.relative(&published.folder))),
                None => say(app, format!("`{name}` is simulated; Enter runs it and writes a run folder")),
            }
            keep(app, path, Ok(Record::from(done.outcome)));
        }
        Err(failed) if failed.cancelled => {
            wrote = true;
            say(app, format!("`{name}`: {}", failed.sentence));
        }
        Err(failed) => {
            bad_news(app, format!("`{name}` failed: {}", failed.sentence.lines().next().unwrap_or_default()));
            keep(app, path, Err(failed.sentence));
        }
    }
    if selected {
        app.place = Place::default();
        if app.failure().is_some() {
            app.wanted = Aspect::Overview;
        } else if app.wanted == Aspect::Overview {
            app.wanted = Aspect::Figures;
        }
    }
    settle(app);
    if wrote { read_project(app) } else { Vec::new() }
}

/// Keeps a result; a failure leaves the last good one in place.
fn keep(app: &mut App, path: PathBuf, result: Result<Record, String>) {
    let kept = app.results.entry(path).or_default();
    match result {
        Ok(record) => *kept = super::app::Result { record: Some(record), failure: None },
        Err(sentence) => kept.failure = Some(sentence),
    }
}

fn show(app: &mut App, aspect: Aspect) {
    if app.shown() != aspect {
        (app.place.down, app.place.right) = (0, 0);
    }
    app.wanted = aspect;
}

fn go(app: &mut App, section: Section) {
    if app.section != section {
        app.place = Place::default();
    }
    app.section = section;
    app.full_screen = false;
    app.pane = Pane::List;
}

/// From the overview it is the figure that is wanted large, where there is one.
fn full_screen(app: &mut App) {
    app.full_screen = !app.full_screen;
    if app.full_screen && app.shown() == Aspect::Overview && app.record().is_some_and(|record| !record.figures.is_empty()) {
        show(app, Aspect::Figures);
    }
}

fn moved(position: usize, by: isize, last: usize) -> usize {
    position.saturating_add_signed(by).min(last)
}

fn step(app: &mut App, by: isize) {
    let (_, right) = layout::scroll_room(app);
    let at_once = layout::panels_at_once(app);
    let Some(record) = app.record() else {
        app.place.right = moved(app.place.right, by * SIDE_STEP as isize, right);
        return;
    };
    let place = app.place;
    match app.shown() {
        Aspect::Figures => {
            let pages = |figure: usize| record.figures.get(figure).map_or(1, |figure| figure.panels.len().div_ceil(at_once).max(1));
            let page = place.panel / at_once;
            if by > 0 && page + 1 < pages(place.figure) {
                app.place.panel = (page + 1) * at_once;
            } else if by < 0 && page > 0 {
                app.place.panel = (page - 1) * at_once;
            } else {
                let figure = moved(place.figure, by, record.figures.len().saturating_sub(1));
                if figure != place.figure {
                    (app.place.figure, app.place.panel) = (figure, 0);
                }
            }
        }
        Aspect::Tables => {
            let table = moved(place.table, by, record.tables.len().saturating_sub(1));
            if table != place.table {
                (app.place.table, app.place.down) = (table, 0);
            }
        }
        Aspect::Overview | Aspect::Findings => app.place.right = moved(place.right, by * SIDE_STEP as isize, right),
    }
}

fn shift(app: &mut App, by: isize) {
    if let Some(Overlay::Palette(chosen)) = app.overlay {
        let last = palette::found(app).len().saturating_sub(1);
        app.overlay = Some(Overlay::Palette(moved(chosen, by, last)));
        return;
    }
    if let Some(Overlay::Help(down)) = app.overlay {
        // the help knows its own length; drawing stops at its end
        app.overlay = Some(Overlay::Help(moved(down, by, help_room(app))));
        return;
    }
    if app.full_screen || app.pane == Pane::Detail {
        // in a figure there is nothing to scroll, so up and down step through the figures
        if app.shown() == Aspect::Figures {
            return step(app, by.signum());
        }
        let (down, _) = layout::scroll_room(app);
        app.place.down = moved(app.place.down, by, down);
        return;
    }
    let last = app.items(app.section).len().saturating_sub(1);
    let position = moved(app.position(), by, last);
    if position != app.position() {
        app.selected[app.section as usize] = position;
        app.place = Place::default();
    }
}

fn page(app: &mut App, by: isize) {
    let height = layout::content_of(app).height.saturating_sub(1).max(1) as isize;
    if app.overlay.is_some() {
        return shift(app, by * height);
    }
    let (down, _) = layout::scroll_room(app);
    app.place.down = moved(app.place.down, by * height, down);
}

fn help_room(app: &App) -> usize {
    let area = super::view::help::area(ratatui::layout::Rect::new(0, 0, app.size.0, app.size.1));
    let lines = super::content::help(app, area.width.saturating_sub(4) as usize).len();
    lines.saturating_sub(area.height.saturating_sub(2) as usize)
}

/// Brings what is shown back to what there is: positions within their ends.
fn settle(app: &mut App) {
    let (figures, tables) = app.record().map_or((0, 0), |record| (record.figures.len(), record.tables.len()));
    app.place.figure = app.place.figure.min(figures.saturating_sub(1));
    app.place.table = app.place.table.min(tables.saturating_sub(1));
    let panels = app.record().and_then(|record| record.figures.get(app.place.figure)).map_or(0, |figure| figure.panels.len());
    app.place.panel = app.place.panel.min(panels.saturating_sub(1));
    let (down, right) = layout::scroll_room(app);
    app.place.down = app.place.down.min(down);
    app.place.right = app.place.right.min(right);
}
