//! Screen 1, Model: the project's models and scenarios, what each says, the graph of its model and its results; and the editor for both.

mod about;
mod actions;
mod beginning;
mod data_lines;
mod desk;
mod desk_view;
mod detail;
mod editing;
mod job_line;
mod lines;
mod list;
mod mouse;
mod moving;
mod older;
mod panes;
mod preview;
mod questions;
mod work;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Work as AllWork;
use crate::session::work::Task;
use crate::tui::app::{App, JobKind};
use crate::tui::browse::{self, Browse, Place};
use crate::tui::message::{Effect, Ticket};
use crate::tui::{editor, start};

pub use actions::ACTIONS;
pub use beginning::answered;
pub use editing::{edit, editing, lost, rescue, unsaved};
pub use mouse::clicked;
pub use moving::{go, go_to, searchable};
pub use older::{computed_from_older_text, file_changed};
pub use work::{News, Work, carry_out};

/// What the list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tab {
    /// Scenarios of the project.
    #[default]
    Scenarios,
    /// Models of the project.
    Models,
}

impl Tab {
    /// Both, from left to right.
    pub const ALL: [Tab; 2] = [Tab::Scenarios, Tab::Models];

    /// Its heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Tab::Scenarios => "Scenarios",
            Tab::Models => "Models",
        }
    }
}

/// Where the arrow keys move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pane {
    /// The list.
    #[default]
    List,
    /// The selected file.
    Detail,
}

/// What is shown of the selected file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Aspect {
    /// What it declares, or what is wrong in it.
    #[default]
    About,
    /// The file as written.
    Text,
    /// Its model in characters, flows, parameters, totals.
    Graph,
    /// Figures of the result.
    Plots,
    /// Tables of the result.
    Tables,
    /// Findings, assumptions and evidence of the result.
    Evidence,
}

impl Aspect {
    /// All, from left to right.
    pub const ALL: [Aspect; 6] = [Aspect::About, Aspect::Text, Aspect::Graph, Aspect::Plots, Aspect::Tables, Aspect::Evidence];

    /// Its heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Aspect::About => "About",
            Aspect::Text => "Written",
            Aspect::Graph => "Graph x",
            Aspect::Plots => "Plots",
            Aspect::Tables => "Tables",
            Aspect::Evidence => "Evidence",
        }
    }

    /// The byte of the heading that is its key.
    #[must_use]
    pub fn key_at(self) -> usize {
        if self == Aspect::Graph { 6 } else { 0 }
    }
}

/// What the footer offers in the editor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InEditor {
    /// Write the file.
    Save,
    /// To the next problem.
    Problem,
    /// Another panel beside the text.
    Panel,
    /// Leave.
    Leave,
}

/// What the user can ask for on this screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// The other tab.
    OtherTab,
    /// Another aspect of the selected file.
    Show(Aspect),
    /// Edit the selected file.
    Edit,
    /// All that the scenario declares, into a run folder.
    Run,
    /// Simulate only; nothing is written.
    Simulate,
    /// Begin a file.
    New,
    /// Edits that were found aside are taken up, or discarded.
    Recover(bool),
    /// Write over what somebody else wrote.
    Overwrite,
    /// Take what somebody else wrote.
    TakeTheirs,
    /// Stay in the editor.
    Stay,
    /// Save and leave the editor.
    SaveAndLeave,
    /// Leave the editor, the edits kept aside.
    LeaveAside,
    /// Leave the editor without the edits.
    DiscardAndLeave,
    /// A key of the editor that the footer names.
    Editor(InEditor),
}

/// The state of the screen.
#[derive(Debug, Clone, Default)]
pub struct State {
    tab: Tab,
    rows: [usize; 2],
    pane: Pane,
    aspect: Aspect,
    place: Place,
    down: usize,
    right: usize,
    seen: Option<Box<work::Seen>>,
    looking: Option<(Ticket, PathBuf)>,
    /// The reading of the project that what was seen belongs to.
    seen_at: Ticket,
    /// The current scenario as this screen knows it: another one was chosen elsewhere.
    known_scenario: Option<PathBuf>,
    opening: Option<Ticket>,
    found: Option<Box<work::Opened>>,
    desk: Option<Box<desk::Desk>>,
    /// File and line where the editor was left, or is to open.
    line: Option<(PathBuf, usize)>,
    /// Edits that are being written aside for a file that is no longer open.
    left: Option<(Ticket, PathBuf, String)>,
    /// A file whose edits, which are being written aside, are to be forgotten.
    to_discard: Option<(Ticket, PathBuf)>,
    /// A file to select when the project has been read again.
    to_select: Option<PathBuf>,
    beginning: Option<Ticket>,
    older: BTreeSet<PathBuf>,
    older_running: BTreeSet<PathBuf>,
    latest: BTreeMap<PathBuf, JobKind>,
    /// The file that an earlier session had selected, and whether it was being edited, until the project is read.
    kept: Option<(String, bool)>,
}

/// Asks for background work.
fn background(app: &mut App, work: Work) -> (Ticket, Effect) {
    let ticket = app.ticket();
    (ticket, Effect::Background(ticket, AllWork::Model(work)))
}

/// Asks for background work after a pause.
fn after(app: &mut App, pause: Duration, work: Work) -> (Ticket, Effect) {
    let ticket = app.ticket();
    (ticket, Effect::After(pause, ticket, AllWork::Model(work)))
}

/// How results are shown.
fn browse_of(app: &App) -> Browse {
    let wanted = match panes::aspect(app) {
        Aspect::Plots => browse::Aspect::Figures,
        Aspect::Tables => browse::Aspect::Tables,
        _ => browse::Aspect::Findings,
    };
    Browse { wanted, place: app.model.place }
}

/// Reads the selected row in the background, one at a time.
fn look(app: &mut App) -> Vec<Effect> {
    let Some(path) = panes::selected(app).map(|entry| entry.path.clone()) else { return Vec::new() };
    // once for each reading of the project
    let known = panes::seen(app).is_some() && app.model.seen_at == app.last_reading;
    if app.model.looking.is_some() || known {
        return Vec::new();
    }
    let (ticket, effect) = background(app, Work::Look(path.clone()));
    app.model.looking = Some((ticket, path));
    app.model.seen_at = app.last_reading;
    vec![effect]
}

/// The screen was opened, or the current scenario or the project changed.
pub fn entered(app: &mut App) -> Vec<Effect> {
    if app.scenario != app.model.known_scenario
        && let Some(scenario) = app.scenario.clone()
    {
        app.model.known_scenario = Some(scenario.clone());
        moving::select(app, &scenario);
    }
    let mut effects = Vec::new();
    if let Some((file, edited)) = app.model.kept.take_if(|_| app.project.is_some()) {
        let file = app.folder.join(file);
        moving::select(app, &file);
        if edited && let Some(entry) = panes::entry(app, &file).map(|entry| entry.path.clone()) {
            effects.extend(editing::open(app, entry));
        }
    }
    // a file that was just begun is listed now
    if let Some(path) = app.model.to_select.take_if(|path| app.project.as_ref().is_some_and(|project| lists(project, path))) {
        moving::select(app, &path);
    }
    moving::settle(app);
    panes::fit(app);
    effects.extend(look(app));
    effects
}

/// Whether a project lists a file.
fn lists(project: &crate::session::project::Project, path: &Path) -> bool {
    project.scenarios.iter().chain(&project.models).any(|entry| path.starts_with(&entry.path))
}

/// Does what the user asks for.
pub fn ask(app: &mut App, command: Command) -> Vec<Effect> {
    match command {
        Command::OtherTab => {
            if app.model.tab == Tab::Scenarios {
                // to the model of the scenario
                if let Some(model) = panes::selected(app).and_then(|entry| older::model_of(app, &entry.path)) {
                    moving::select(app, &model);
                }
                moving::turn_to(app, Tab::Models)
            } else {
                moving::turn_to(app, Tab::Scenarios)
            }
        }
        Command::Show(aspect) => {
            if app.model.aspect != aspect {
                (app.model.down, app.model.right) = (0, 0);
            }
            app.model.aspect = aspect;
            Vec::new()
        }
        Command::Edit => match panes::selected(app).map(|entry| entry.path.clone()) {
            Some(path) if app.model.desk.is_none() => editing::open(app, path),
            _ => Vec::new(),
        },
        Command::Run => run(app, Task::Run),
        Command::Simulate => run(app, Task::Simulate),
        Command::New => {
            beginning::ask(app);
            Vec::new()
        }
        Command::Stay => {
            if let Some(desk) = &mut app.model.desk {
                (desk.theirs, desk.leaving) = (None, false);
            }
            Vec::new()
        }
        Command::Editor(what) => edit(
            app,
            match what {
                InEditor::Save => editor::Command::Save,
                InEditor::Problem => editor::Command::Problem(true),
                InEditor::Panel => editor::Command::Side(true),
                InEditor::Leave => editor::Command::Escape,
            },
        ),
        other => editing::answer(app, other),
    }
}

fn run(app: &mut App, task: Task) -> Vec<Effect> {
    let Some(path) = panes::selected(app).map(|entry| entry.path.clone()) else { return Vec::new() };
    app.model.older_running.remove(&path);
    if editing::unsaved(app).is_some() {
        app.say("the text on disk is taken: what is not saved is not in it");
    }
    start::start(app, &path, task, start::With::default())
}

/// Esc: true when there was something to close.
pub fn back(app: &mut App) -> bool {
    if app.model.pane == Pane::Detail {
        app.model.pane = Pane::List;
        return true;
    }
    false
}

/// Undo outside the editor.
///
/// # Errors
/// Nothing can be taken back here, in words.
pub fn undo(app: &mut App, _back: bool) -> Result<Vec<Effect>, String> {
    Err(match panes::selected(app) {
        Some(entry) => format!("nothing was changed here; Enter edits `{}`, and there Ctrl-Z undoes", entry.name),
        None => "nothing was changed here".to_owned(),
    })
}

/// Takes in what background work gave; what is stale is dropped.
pub fn take(app: &mut App, ticket: Ticket, news: News) -> Vec<Effect> {
    match news {
        News::Paused => editing::paused(app, ticket),
        News::Looked(entry, result) => {
            if app.model.looking.take_if(|(latest, _)| *latest == ticket).is_none() {
                return Vec::new();
            }
            let here = panes::selected(app).is_some_and(|selected| selected.path == entry);
            match result {
                Ok(seen) => app.model.seen = Some(seen),
                Err(sentence) if here => {
                    app.bad_news(sentence);
                    return Vec::new();
                }
                Err(_) => {}
            }
            moving::settle(app);
            // the selection went on meanwhile, or the folder was read again
            look(app)
        }
        News::Opened(result) => editing::opened(app, ticket, result),
        News::Begun(result) => beginning::begun(app, ticket, result),
        other => editing::take(app, ticket, other),
    }
}

/// A job of this screen ended.
pub fn job_ended(app: &mut App, path: &Path, kind: JobKind) -> Vec<Effect> {
    older::job_ended(app, path);
    app.model.latest.insert(path.to_path_buf(), kind);
    if panes::selected(app).is_some_and(|entry| entry.path == path) {
        app.model.place = Place::default();
        if panes::failure(app, path).is_some() {
            app.model.aspect = Aspect::About;
        } else if matches!(app.model.aspect, Aspect::About | Aspect::Text | Aspect::Graph) {
            app.model.aspect = Aspect::Plots;
        }
        moving::settle(app);
    }
    Vec::new()
}

/// Draws the screen between header and notice line.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return;
    }
    let areas = panes::areas(app, area);
    if let Some(area) = areas.list {
        list::draw(app, area, buffer);
    }
    if areas.main.is_empty() {
        return;
    }
    match app.model.desk {
        Some(_) => desk_view::draw(app, areas.main, buffer),
        None => detail::draw(app, areas.main, buffer),
    }
}

/// Where the terminal's own cursor belongs, if the editor has it.
#[must_use]
pub fn cursor(app: &App, area: Rect) -> Option<(u16, u16)> {
    let desk = app.model.desk.as_ref().filter(|_| editing(app))?;
    let (_, text, _) = panes::desk_areas(app, panes::areas(app, area).main);
    editor::view::cursor(&desk.editor, text?)
}

/// What a later session should find again: the selected file, its aspect, and the line where it was edited.
#[must_use]
pub fn kept(app: &App) -> Vec<(String, String)> {
    let mut words = vec![("aspect".to_owned(), app.model.aspect.title().to_owned())];
    let selected = app.model.desk.as_ref().map(|desk| &desk.entry).or(panes::selected(app).map(|entry| &entry.path));
    words.extend(selected.map(|path| ("file".to_owned(), app.relative(path))));
    let open = app.model.desk.as_ref().map(|desk| (desk.editor.path.clone(), desk.editor.line_column().0));
    if let Some((path, line)) = open.or_else(|| app.model.line.clone()) {
        words.push(("edited".to_owned(), app.relative(&path)));
        words.push(("line".to_owned(), line.to_string()));
        words.push(("open".to_owned(), app.model.desk.is_some().to_string()));
    }
    words
}

/// Takes up what an earlier session kept.
pub fn restored(app: &mut App, kept: &[(String, String)]) {
    let word = |wanted: &str| kept.iter().find(|(key, _)| key == wanted).map(|(_, word)| word.as_str());
    if let Some(aspect) = Aspect::ALL.into_iter().find(|aspect| Some(aspect.title()) == word("aspect")) {
        app.model.aspect = aspect;
    }
    app.model.kept = word("file").map(|file| (file.to_owned(), word("open") == Some("true")));
    let line = word("line").and_then(|line| line.parse().ok());
    app.model.line = word("edited").map(|file| app.folder.join(file)).zip(line);
}
