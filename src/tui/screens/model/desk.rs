//! The open file: the editor, what its last reading gave, and the writing that is under way. Plain state; the effects are named in [`super::editing`].

use std::path::PathBuf;

use super::preview::DataPreview;
use super::work::Aids;
use crate::tui::editor::Editor;
use crate::tui::editor::autosave::Fingerprint;
use crate::tui::editor::diagnostics::DocumentKind;
use crate::tui::message::Ticket;

/// What stands beside the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Side {
    /// What a scenario declares.
    Sheet,
    /// The data of a scenario as read.
    Data,
    /// Compartments and flows.
    #[default]
    Graph,
    /// Flows, parameters and totals as lists.
    Lists,
    /// All problems.
    Problems,
    /// Nothing: the text alone.
    Text,
}

impl Side {
    /// Its heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Side::Sheet => "Declared",
            Side::Data => "Data as read",
            Side::Graph => "Graph",
            Side::Lists => "Flows, parameters",
            Side::Problems => "Problems",
            Side::Text => "Text",
        }
    }
}

/// What is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// The edits, aside.
    Aside,
    /// The file, if it still is this.
    Save(Fingerprint),
    /// Nothing: what was written aside is to go.
    Discard,
}

/// A file being edited.
#[derive(Debug, Clone)]
pub struct Desk {
    /// The row of the project that it belongs to.
    pub entry: PathBuf,
    /// The text.
    pub editor: Editor,
    /// What stands beside it.
    pub side: Side,
    /// Whether it stands in place of the text, where there is no room beside it.
    pub covered: bool,
    /// Rows that the panel beside it is scrolled by.
    pub side_down: usize,
    /// What the last reading gave; of the last text that could be read, where the present cannot.
    pub aids: Aids,
    /// Whether the first reading is to put the cursor at the first problem.
    pub seek_problem: bool,
    /// The pause after the last change, until the text is read.
    pub read_pause: Option<Ticket>,
    /// The reading under way.
    pub reading: Option<Ticket>,
    /// The pause after the last change, until it is written aside.
    pub aside_pause: Option<Ticket>,
    /// The revision that was written aside last.
    pub aside: Option<u64>,
    /// The writing under way: one at a time, so that a late one never undoes a newer.
    pub writing: Option<Ticket>,
    /// What is to be written after it.
    pub next: Option<Wanted>,
    /// Whether the editor closes when it is saved.
    pub leaving: bool,
    /// What the file is now, where it is not what was read: what overwriting it would replace.
    pub theirs: Option<Fingerprint>,
}

impl Desk {
    /// An editor with nothing under way.
    #[must_use]
    pub fn new(entry: PathBuf, editor: Editor) -> Desk {
        Desk {
            entry,
            editor,
            side: Side::default(),
            covered: false,
            side_down: 0,
            aids: Aids::default(),
            seek_problem: false,
            read_pause: None,
            reading: None,
            aside_pause: None,
            aside: None,
            writing: None,
            next: None,
            leaving: false,
            theirs: None,
        }
    }

    /// The name of the file for people: a scenario's file is always called the same.
    #[must_use]
    pub fn name(&self) -> String {
        let part = |path: Option<&std::path::Path>| path.and_then(|path| path.file_name()).map(|name| name.to_string_lossy().into_owned());
        let file = part(Some(&self.editor.path)).unwrap_or_default();
        match part(self.editor.path.parent()) {
            Some(folder) => format!("{folder}/{file}"),
            None => file,
        }
    }

    /// Panels that the file has, in their order.
    #[must_use]
    pub fn sides(&self) -> Vec<Side> {
        match self.editor.kind {
            DocumentKind::Model => vec![Side::Graph, Side::Lists, Side::Problems, Side::Text],
            DocumentKind::Scenario if self.aids.data.is_some() => {
                vec![Side::Sheet, Side::Data, Side::Graph, Side::Lists, Side::Problems, Side::Text]
            }
            DocumentKind::Scenario => vec![Side::Sheet, Side::Graph, Side::Lists, Side::Problems, Side::Text],
        }
    }

    /// Takes in what a reading gave besides the problems; what the present text does not give stays as it was.
    pub fn take_aids(&mut self, found: Aids) {
        let before = std::mem::take(&mut self.aids);
        let data = match (found.data, before.data) {
            // a mistake elsewhere in the scenario does not take the table away
            (Some(DataPreview { tables, understood: None, .. }), Some(last)) => {
                let older = last.understood.is_some();
                Some(DataPreview { tables, understood: last.understood, older })
            }
            (found, last) => found.or(last),
        };
        self.aids =
            Aids { totals: if found.totals.is_empty() { before.totals } else { found.totals }, sheet: found.sheet.or(before.sheet), data };
    }
}
