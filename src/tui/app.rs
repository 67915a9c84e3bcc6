//! The state of the workbench, and questions about it. It changes in [`super::update`] and in the screens' own updates only.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::action::Command;
use super::message::Ticket;
use super::record::Record;
use super::screen::Screen;
use super::screens::{data, fit, model, runs, trial, what_if};
use super::sheet::Sheet;
use crate::session::live::Live;
use crate::session::project::{Entry, Project};
use crate::session::work::{Progress, Task};

/// Something in front of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlay {
    /// All actions with their keys, scrolled by so many lines.
    Help(usize),
    /// Asks whether to leave although something would be lost.
    ConfirmQuit,
    /// The actions that fit what is typed, the one at this position chosen.
    Palette(usize),
    /// The scenarios that fit what is typed, the one at this position chosen.
    Picker(usize),
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

/// One line that is typed: a value, a name, a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// The screen that gets the answer.
    pub screen: Screen,
    /// What is asked for, in that screen's own words.
    pub what: String,
    /// What is asked for, for people.
    pub title: String,
    /// What is typed.
    pub text: String,
    /// Whether the preset is still untouched: the first character replaces it.
    pub fresh: bool,
    /// Why the last answer was not taken.
    pub error: Option<String>,
}

/// A question with a few answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Heading of its box.
    pub title: String,
    /// What is asked.
    pub words: Vec<String>,
    /// Key, what it does, and the command; Esc gives none of them.
    pub answers: Vec<(char, String, Command)>,
}

/// What a result came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum JobKind {
    /// A simulation; nothing is written.
    Simulate,
    /// A fit.
    Fit,
    /// All that a scenario declares; recoveries too.
    Run,
    /// Virtual patients, all or one replayed.
    Trial,
    /// Power of a trial.
    Power,
    /// A run folder read back.
    Opened,
}

impl JobKind {
    /// Of a task.
    #[must_use]
    pub fn of(task: &Task) -> JobKind {
        match task {
            Task::Simulate => JobKind::Simulate,
            Task::Fit => JobKind::Fit,
            Task::Run | Task::Recover(_) => JobKind::Run,
            Task::Trial(_) | Task::Replay(_) => JobKind::Trial,
            Task::Power(_) => JobKind::Power,
        }
    }

    /// For people.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            JobKind::Simulate => "simulation",
            JobKind::Fit => "fit",
            JobKind::Run => "run",
            JobKind::Trial => "trial",
            JobKind::Power => "power",
            JobKind::Opened => "run",
        }
    }
}

/// A job as the state knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct RunningJob {
    /// The scenario.
    pub path: PathBuf,
    /// What it does.
    pub kind: JobKind,
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
    /// The run folder that was written, where one was.
    pub folder: Option<PathBuf>,
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
    /// Results by scenario (or run folder) and kind.
    pub results: BTreeMap<(PathBuf, JobKind), Result>,
    /// Jobs under way.
    pub jobs: BTreeMap<Ticket, RunningJob>,
    /// What the job that ended last had to show while it ran.
    pub last_live: Option<Live>,
    /// The screen that is shown.
    pub screen: Screen,
    /// The current scenario.
    pub scenario: Option<PathBuf>,
    /// State of the Model screen.
    pub model: model::State,
    /// State of the Data screen.
    pub data: data::State,
    /// State of the Fit screen.
    pub fit: fit::State,
    /// State of the What-if screen.
    pub what_if: what_if::State,
    /// State of the Trial screen.
    pub trial: trial::State,
    /// State of the Runs screen.
    pub runs: runs::State,
    /// Whether the focused panel fills the screen.
    pub full_screen: bool,
    /// What is typed in the palette or the picker.
    pub typed: String,
    /// The words that are searched; empty without a search.
    pub search: String,
    /// What lies in front.
    pub overlay: Option<Overlay>,
    /// The line that is typed.
    pub prompt: Option<Prompt>,
    /// The question that waits.
    pub question: Option<Question>,
    /// The line above the footer.
    pub notice: Option<Notice>,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// Whether colours may be used.
    pub colour: bool,
    /// Whether only ASCII may be drawn: no braille, no box characters.
    pub ascii: bool,
    /// Whether the mouse is listened to.
    pub mouse: bool,
    /// Words of the session before, until the project was read.
    pub restoring: Vec<(String, String)>,
    /// The last number given to a request.
    pub last_ticket: Ticket,
}

impl App {
    /// An empty workbench on a folder.
    #[must_use]
    pub fn new(folder: &Path, folder_name: &str, size: (u16, u16), colour: bool) -> App {
        App { folder: folder.to_path_buf(), folder_name: folder_name.to_owned(), size, colour, ..App::default() }
    }

    /// The next number for a request.
    pub fn ticket(&mut self) -> Ticket {
        self.last_ticket = Ticket(self.last_ticket.0 + 1);
        self.last_ticket
    }

    /// Says something in the line above the footer.
    pub fn say(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), bad: false });
    }

    /// Says something bad there.
    pub fn bad_news(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), bad: true });
    }

    /// Opens the prompt; the answer goes to the screen's `answered`.
    pub fn ask_for(&mut self, screen: Screen, what: impl Into<String>, title: impl Into<String>, preset: impl Into<String>) {
        let (what, title, text) = (what.into(), title.into(), preset.into());
        self.prompt = Some(Prompt { screen, what, title, text, fresh: true, error: None });
    }

    /// The scenarios of the project.
    #[must_use]
    pub fn scenarios(&self) -> &[Entry] {
        self.project.as_ref().map_or(&[], |project| &project.scenarios)
    }

    /// The current scenario's row of the project.
    #[must_use]
    pub fn scenario_entry(&self) -> Option<&Entry> {
        let path = self.scenario.as_ref()?;
        self.scenarios().iter().find(|entry| entry.path == *path)
    }

    /// The result of a scenario (or run folder) and kind.
    #[must_use]
    pub fn result(&self, path: &Path, kind: JobKind) -> Option<&Result> {
        // the map's key owns its path
        self.results.get(&(path.to_path_buf(), kind))
    }

    /// The job under way for a scenario and kind.
    #[must_use]
    pub fn job_of(&self, path: &Path, kind: JobKind) -> Option<(Ticket, &RunningJob)> {
        self.jobs.iter().rev().find(|(_, job)| job.path == path && job.kind == kind).map(|(ticket, job)| (*ticket, job))
    }

    /// The job that a cancel means: the newest of the current scenario, else the newest.
    #[must_use]
    pub fn job_to_cancel(&self) -> Option<(Ticket, &RunningJob)> {
        let of_scenario = self.jobs.iter().rev().find(|(_, job)| Some(&job.path) == self.scenario.as_ref());
        of_scenario.or_else(|| self.jobs.iter().next_back()).map(|(ticket, job)| (*ticket, job))
    }

    /// A path as people write it: relative to the project folder where it lies within.
    #[must_use]
    pub fn relative(&self, path: &Path) -> String {
        path.strip_prefix(&self.folder).unwrap_or(path).display().to_string()
    }
}
