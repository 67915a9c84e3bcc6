//! What the Model screen does in the background: reading files and their problems, writing them, and beginning new ones.

use std::path::{Path, PathBuf};

use ratatui::text::Line;

use super::preview::{DataPreview, preview};
use crate::session::new_file::{NewFile, new_file};
use crate::session::scenario::Scenario;
use crate::tui::editor::autosave::{self, Fingerprint, SaveError};
use crate::tui::editor::diagnostics::{Diagnosis, DocumentKind, examine};
use crate::tui::editor::highlight::{self, Stretch};
use crate::tui::graph;
use crate::tui::sheet::Sheet;

/// What is to be done.
#[derive(Debug, Clone)]
pub enum Work {
    /// Nothing: the pause before the text is read is over.
    PauseToRead,
    /// Nothing: the pause before it is written aside is over.
    PauseToKeep,
    /// Read a row of the project (a file, or the folder of a scenario) for the panels.
    Look(PathBuf),
    /// Read a row of the project for the editor, with the edits that were written aside.
    Open(PathBuf),
    /// Read what a file of the open editor says now.
    Reread(PathBuf),
    /// Read a text as the file at a path would be read.
    Examine {
        /// The file.
        path: PathBuf,
        /// Revision of the text.
        revision: u64,
        /// The text.
        text: String,
    },
    /// Write the edits of a file aside.
    Aside {
        /// The file.
        path: PathBuf,
        /// Revision of the text.
        revision: u64,
        /// The text.
        text: String,
    },
    /// Write a file, if it still is what was read.
    Save {
        /// The file.
        path: PathBuf,
        /// Revision of the text.
        revision: u64,
        /// The text.
        text: String,
        /// What the file was.
        since: Fingerprint,
    },
    /// Forget the edits that were written aside.
    Discard(PathBuf),
    /// Begin a file.
    Begin {
        /// The project folder.
        folder: PathBuf,
        /// Model or scenario.
        what: NewFile,
        /// Its name.
        name: String,
        /// The scenario's model.
        model: Option<String>,
    },
}

/// What the panels show of a file, besides what the project knows.
#[derive(Debug, Clone, Default)]
pub struct Aids {
    /// Totals of the model: states, flows, stiffness.
    pub totals: Vec<Line<'static>>,
    /// What the file declares.
    pub sheet: Option<Sheet>,
    /// The data of a scenario.
    pub data: Option<DataPreview>,
}

/// A file as it was read for the panels.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The row of the project that it belongs to: the file, or the folder of a scenario.
    pub entry: PathBuf,
    /// The file.
    pub path: PathBuf,
    /// Its lines.
    pub lines: Vec<String>,
    /// Stretches of each line for its colours.
    pub stretches: Vec<Vec<Stretch>>,
    /// Its problems and its model.
    pub diagnosis: Diagnosis,
    /// What else is shown.
    pub aids: Aids,
}

/// A file as it was read for the editor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The row of the project.
    pub entry: PathBuf,
    /// The file.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// The edits that were written aside, where they differ.
    pub aside: Option<String>,
}

/// What came out.
#[derive(Debug)]
pub enum News {
    /// A pause is over.
    Paused,
    /// A row of the project was read for the panels; the error is a sentence.
    Looked(PathBuf, Result<Box<Seen>, String>),
    /// A row of the project was read for the editor; the error is a sentence.
    Opened(Result<Box<Opened>, String>),
    /// What a file of the open editor says now.
    Reread(PathBuf, Result<String, String>),
    /// A text was read.
    Examined {
        /// The file.
        path: PathBuf,
        /// Revision of the text.
        revision: u64,
        /// What is wrong in it.
        diagnosis: Box<Diagnosis>,
        /// What stands beside it.
        aids: Box<Aids>,
    },
    /// Edits of a revision were written aside.
    Aside(PathBuf, u64, Result<(), String>),
    /// A file was written with the text of a revision.
    Saved(PathBuf, u64, Result<Fingerprint, SaveError>),
    /// What was written aside is forgotten.
    Discarded(PathBuf),
    /// A file was begun; the error is a sentence.
    Begun(Result<PathBuf, String>),
}

/// Carries out background work. Touches the disk; takes as long as it takes.
#[must_use]
pub fn carry_out(work: Work) -> News {
    match work {
        Work::PauseToRead | Work::PauseToKeep => News::Paused,
        Work::Look(entry) => {
            let seen = read(&Scenario::file_of(&entry)).map(|text| Box::new(look(&entry, text)));
            News::Looked(entry, seen)
        }
        Work::Open(entry) => {
            let path = Scenario::file_of(&entry);
            let aside = autosave::recover(&path);
            News::Opened(read(&path).map(|text| Box::new(Opened { entry, path, text, aside })))
        }
        Work::Reread(path) => {
            let text = read(&path);
            News::Reread(path, text)
        }
        Work::Examine { path, revision, text } => {
            let (diagnosis, aids) = examined(&path, &text);
            News::Examined { path, revision, diagnosis: Box::new(diagnosis), aids: Box::new(aids) }
        }
        Work::Aside { path, revision, text } => {
            let written = autosave::write_aside(&path, &text).map_err(|error| error.to_string());
            News::Aside(path, revision, written)
        }
        Work::Save { path, revision, text, since } => {
            let saved = autosave::save(&path, &text, &since);
            News::Saved(path, revision, saved)
        }
        Work::Discard(path) => {
            autosave::discard(&path);
            News::Discarded(path)
        }
        Work::Begin { folder, what, name, model } => {
            News::Begun(new_file(&folder, what, &name, model.as_deref()).map_err(|error| error.to_string()))
        }
    }
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))
}

/// Problems, model, and what stands beside a text.
fn examined(path: &Path, text: &str) -> (Diagnosis, Aids) {
    let mut diagnosis = examine(DocumentKind::of(text), path, text);
    // the scenario goes into words here: it is large and nothing else of it is shown
    let scenario = diagnosis.scenario.take();
    let aids = Aids {
        totals: diagnosis.model.as_deref().map(graph::totals).unwrap_or_default(),
        sheet: match (&scenario, DocumentKind::of(text)) {
            (Some(scenario), _) => Some(Sheet::of_scenario(scenario, &diagnosis.faults)),
            (None, DocumentKind::Model) => diagnosis.model.as_deref().map(|model| Sheet::of_model(model, &diagnosis.faults)),
            (None, DocumentKind::Scenario) => None,
        },
        data: if DocumentKind::of(text) == DocumentKind::Scenario { preview(path, text, scenario.as_deref()) } else { None },
    };
    (diagnosis, aids)
}

fn look(entry: &Path, text: String) -> Seen {
    let path = Scenario::file_of(entry);
    let (diagnosis, aids) = examined(&path, &text);
    // as the editor shows it: no mark at the beginning, no carriage returns
    let lines: Vec<String> = text.trim_start_matches('\u{feff}').lines().map(str::to_owned).collect();
    Seen { entry: entry.to_path_buf(), path, stretches: highlight::highlight(&lines), lines, diagnosis, aids }
}
