//! The state of the workbench, and questions about it. It changes in [`super::update`] only.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::message::Ticket;
use super::record::Record;
use super::sheet::Sheet;
use crate::report::runs::RunEntry;
use crate::session::project::{Entry, Project};
use crate::session::work::Progress;

/// What the list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Section {
    /// Scenarios of the project.
    #[default]
    Scenarios,
    /// Models of the project.
    Models,
    /// Runs of the project, the latest first.
    Runs,
}

impl Section {
    /// All, in the order of their number keys.
    pub const ALL: [Section; 3] = [Section::Scenarios, Section::Models, Section::Runs];

    /// Its heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Section::Scenarios => "Scenarios",
            Section::Models => "Models",
            Section::Runs => "Runs",
        }
    }
}

/// Which half of the screen the arrow keys move in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pane {
    /// The list on the left.
    #[default]
    List,
    /// What is selected, on the right.
    Detail,
}

/// What the right half shows of the selected item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Aspect {
    /// What the file declares, or what is wrong in it.
    #[default]
    Overview,
    /// Figures of the result.
    Figures,
    /// Tables of the result.
    Tables,
    /// Findings, assumptions and evidence of the result.
    Findings,
}

impl Aspect {
    /// All, from left to right.
    pub const ALL: [Aspect; 4] = [Aspect::Overview, Aspect::Figures, Aspect::Tables, Aspect::Findings];

    /// Its heading; the first letter is its key.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Aspect::Overview => "Overview",
            Aspect::Figures => "Plots",
            Aspect::Tables => "Tables",
            Aspect::Findings => "Evidence",
        }
    }
}

/// Something in front of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlay {
    /// All actions with their keys, scrolled by so many lines.
    Help(usize),
    /// Asks whether to leave although jobs run.
    ConfirmQuit,
    /// The actions that fit what is typed, the one at this position chosen.
    Palette(usize),
    /// The words to search are typed.
    Search,
}

/// The line above the footer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What is to be said.
    pub text: String,
    /// Whether it is bad news.
    pub bad: bool,
}

/// A job as the state knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct RunningJob {
    /// Its request's number.
    pub ticket: Ticket,
    /// The name of its scenario.
    pub name: String,
    /// The latest progress.
    pub progress: Progress,
    /// Whether it was asked to stop.
    pub cancelling: bool,
}

/// What came out for one scenario or run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Result {
    /// The last result.
    pub record: Option<Record>,
    /// Why the last attempt failed, where it did.
    pub failure: Option<String>,
}

/// Where in the detail the user looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place {
    /// Position of the figure.
    pub figure: usize,
    /// First panel of the figure that is shown.
    pub panel: usize,
    /// Position of the table.
    pub table: usize,
    /// Lines scrolled down.
    pub down: usize,
    /// Columns scrolled to the right.
    pub right: usize,
}

/// The state.
#[derive(Debug, Clone, Default)]
pub struct App {
    /// The project folder.
    pub folder: PathBuf,
    /// What people call it.
    pub folder_name: String,
    /// What was found there; `None` until it was read once.
    pub project: Option<Project>,
    /// The reading under way.
    pub reading: Option<Ticket>,
    /// The reading that the user asked for; others happen without a word.
    pub reload_asked: Option<Ticket>,
    /// The latest reading, whose sheets still arrive.
    pub last_reading: Ticket,
    /// What was read in each scenario and model.
    pub sheets: BTreeMap<PathBuf, Sheet>,
    /// Results by scenario or run.
    pub results: BTreeMap<PathBuf, Result>,
    /// Jobs by scenario.
    pub jobs: BTreeMap<PathBuf, RunningJob>,
    /// The run folder being read.
    pub opening: Option<(Ticket, PathBuf)>,
    /// What the list shows.
    pub section: Section,
    /// Position of the selection in each section.
    pub selected: [usize; 3],
    /// Where the arrow keys move.
    pub pane: Pane,
    /// What the user wants the right half to show; see [`App::shown`].
    pub wanted: Aspect,
    /// Where in it.
    pub place: Place,
    /// Whether the right half fills the screen.
    pub full_screen: bool,
    /// What is typed in the palette.
    pub typed: String,
    /// The words that are searched; empty without a search.
    pub search: String,
    /// What lies in front.
    pub overlay: Option<Overlay>,
    /// The line above the footer.
    pub notice: Option<Notice>,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// Whether colours may be used.
    pub colour: bool,
    /// Whether only ASCII may be drawn: no braille, no box characters.
    pub ascii: bool,
    /// The last number given to a request.
    pub last_ticket: Ticket,
}

/// A row of the list.
#[derive(Debug, Clone, Copy)]
pub enum Item<'a> {
    /// A scenario.
    Scenario(&'a Entry),
    /// A model.
    Model(&'a Entry),
    /// A run.
    Run(&'a RunEntry),
}

impl<'a> Item<'a> {
    /// The file or folder.
    #[must_use]
    pub fn path(&self) -> &'a Path {
        match self {
            Item::Scenario(entry) | Item::Model(entry) => &entry.path,
            Item::Run(run) => &run.path,
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        match self {
            Item::Scenario(entry) | Item::Model(entry) => &entry.name,
            Item::Run(run) => &run.name,
        }
    }

    /// Its title, where it has one.
    #[must_use]
    pub fn title(&self) -> &'a str {
        match self {
            Item::Scenario(entry) | Item::Model(entry) => &entry.title,
            Item::Run(run) => run.manifest.as_ref().map_or("", |manifest| &manifest.title),
        }
    }

    /// What is wrong with it, as `rpt check` says it; empty when it can be used.
    #[must_use]
    pub fn problems(&self) -> &'a str {
        match self {
            Item::Scenario(entry) | Item::Model(entry) => &entry.problems,
            Item::Run(_) => "",
        }
    }
}

impl App {
    /// An empty workbench on a folder.
    #[must_use]
    pub fn new(folder: &Path, folder_name: &str, size: (u16, u16), colour: bool) -> App {
        App { folder: folder.to_path_buf(), folder_name: folder_name.to_owned(), size, colour, ..App::default() }
    }

    /// The next number for a request.
    pub(super) fn ticket(&mut self) -> Ticket {
        self.last_ticket = Ticket(self.last_ticket.0 + 1);
        self.last_ticket
    }

    /// The rows of a section.
    #[must_use]
    pub fn items(&self, section: Section) -> Vec<Item<'_>> {
        let Some(project) = &self.project else { return Vec::new() };
        match section {
            Section::Scenarios => project.scenarios.iter().map(Item::Scenario).collect(),
            Section::Models => project.models.iter().map(Item::Model).collect(),
            Section::Runs => {
                let mut runs: Vec<&RunEntry> = project.runs.iter().collect();
                runs.sort_by(|a, b| b.name.cmp(&a.name));
                runs.into_iter().map(Item::Run).collect()
            }
        }
    }

    /// Position of the selection in the present section.
    #[must_use]
    pub fn position(&self) -> usize {
        self.selected[self.section as usize]
    }

    /// The selected row.
    #[must_use]
    pub fn item(&self) -> Option<Item<'_>> {
        self.items(self.section).get(self.position()).copied()
    }

    /// The result of the selected row.
    #[must_use]
    pub fn record(&self) -> Option<&Record> {
        self.item().and_then(|item| self.results.get(item.path())).and_then(|result| result.record.as_ref())
    }

    /// What the right half shows: what is wanted, or the nearest to it that the selected row has.
    #[must_use]
    pub fn shown(&self) -> Aspect {
        let Some(record) = self.record() else { return Aspect::Overview };
        let has = |aspect: Aspect| match aspect {
            Aspect::Overview | Aspect::Findings => true,
            Aspect::Figures => !record.figures.is_empty(),
            Aspect::Tables => !record.tables.is_empty(),
        };
        [self.wanted, Aspect::Figures, Aspect::Tables].into_iter().find(|aspect| has(*aspect)).unwrap_or(Aspect::Findings)
    }

    /// Why the last attempt with the selected row failed, where it did.
    #[must_use]
    pub fn failure(&self) -> Option<&str> {
        self.item().and_then(|item| self.results.get(item.path())).and_then(|result| result.failure.as_deref())
    }

    /// The job of the selected row.
    #[must_use]
    pub fn job(&self) -> Option<&RunningJob> {
        self.item().and_then(|item| self.jobs.get(item.path()))
    }

    /// The job that a cancel means: that of the selected row, else the newest.
    #[must_use]
    pub fn job_to_cancel(&self) -> Option<&RunningJob> {
        self.job().or_else(|| self.jobs.values().max_by_key(|job| job.ticket))
    }

    /// A path as people write it: relative to the project folder where it lies within.
    #[must_use]
    pub fn relative(&self, path: &Path) -> String {
        path.strip_prefix(&self.folder).unwrap_or(path).display().to_string()
    }
}
