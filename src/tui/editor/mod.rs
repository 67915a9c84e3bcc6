//! The text editor of the Model screen: models, scenarios, regimen rules and data columns, all YAML.
//!
//! Plain state and functions: a key becomes a [`Command`] ([`keys`]), [`Editor::apply`] changes the state and says what is to be done outside
//! ([`Outcome`]), [`view::draw`] only reads. Reading the text for problems ([`diagnostics::examine`]) and writing files ([`autosave`]) are the caller's
//! effects; what they gave comes back through [`Editor::diagnosed`], [`Editor::saved`].
//!
//! Why not `ratatui-textarea` 0.9.4 (MIT, well kept): it has no styled stretches for syntax and problems, no gutter, no undo in words, no kept
//! indentation, no replacing, and its search brings a regular-expression engine; its drawing, the larger half, could not have been used.

pub mod autosave;
pub mod buffer;
pub mod cluster;
pub mod complete;
pub mod diagnostics;
pub mod edit;
pub mod highlight;
pub mod history;
pub mod hover;
pub mod keys;
pub mod motion;
pub mod search;
pub mod view;

use std::path::{Path, PathBuf};

use crate::model::Model;
use autosave::Fingerprint;
use buffer::{Position, TextBuffer};
use complete::Completion;
use diagnostics::{Diagnosis, DocumentKind, Marked};
use highlight::Stretch;
use hover::Hover;
pub use keys::Command;
use search::Search;

/// What keys do besides editing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// They edit the text.
    #[default]
    Text,
    /// They write the pattern of the search.
    Find,
    /// They write the replacement.
    Replace,
}

/// What the caller has to do after a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing but drawing.
    Nothing,
    /// The text changed: read it again ([`diagnostics::examine`]) and write it aside ([`autosave::write_aside`]), both after a pause.
    Changed,
    /// Write the file ([`autosave::save`]).
    Save,
    /// Send this to the clipboard of the terminal.
    Copy(String),
    /// As [`Outcome::Copy`], and the text changed.
    Cut(String),
    /// Another panel beside the text (true), or the one before.
    Side(bool),
    /// Scroll the panel beside the text by so many rows.
    ScrollSide(isize),
    /// The editor is left; nothing is saved yet.
    Leave,
    /// To be said to the user.
    Say(String),
}

/// A file being edited.
#[derive(Debug, Clone)]
pub struct Editor {
    /// The file.
    pub path: PathBuf,
    /// What it is read as.
    pub kind: DocumentKind,
    /// Its text.
    pub text: TextBuffer,
    /// What keys do.
    pub mode: Mode,
    /// The search, also after it was closed: next and previous go on with it.
    pub search: Search,
    /// The file as it was read or last written.
    pub disk: Fingerprint,
    /// First line and first column that are shown.
    pub scroll: (usize, usize),
    clipboard: String,
    page: (usize, usize),
    stretches: Vec<Vec<Stretch>>,
    stretched: u64,
    diagnosis: Diagnosis,
    diagnosed: Option<u64>,
    completion: Option<Completion>,
}

impl Editor {
    /// Opens a text that was read from `path`.
    #[must_use]
    pub fn open(path: &Path, text: &str) -> Editor {
        let buffer = TextBuffer::new(text);
        Editor {
            path: path.to_path_buf(),
            kind: DocumentKind::of(text),
            mode: Mode::Text,
            search: Search::default(),
            disk: Fingerprint::of(text.as_bytes()),
            scroll: (0, 0),
            clipboard: String::new(),
            page: (80, 20),
            stretches: highlight::highlight(buffer.lines()),
            stretched: buffer.revision(),
            diagnosis: Diagnosis::default(),
            diagnosed: None,
            completion: None,
            text: buffer,
        }
    }

    /// Opens the text that was written aside for a file whose own text is `on_disk`: modified from the beginning.
    #[must_use]
    pub fn recovered(path: &Path, on_disk: &str, aside: &str) -> Editor {
        let mut editor = Editor::open(path, aside);
        editor.disk = Fingerprint::of(on_disk.as_bytes());
        editor.text.mark_unsaved();
        editor
    }

    /// Carries a command out.
    pub fn apply(&mut self, command: Command) -> Outcome {
        let before = self.text.revision();
        let outcome = match self.mode {
            Mode::Text => self.in_text(command),
            Mode::Find | Mode::Replace => self.in_search(command),
        };
        let changed = self.text.revision() != before;
        if changed {
            self.stretches = highlight::highlight(self.text.lines());
            self.stretched = self.text.revision();
        }
        self.scroll = view::following(self.scroll, self.page, &self.text);
        match outcome {
            Outcome::Nothing if changed => Outcome::Changed,
            other => other,
        }
    }

    fn in_text(&mut self, command: Command) -> Outcome {
        let text = &mut self.text;
        match command {
            Command::Insert(character) => edit::insert(text, character),
            Command::Enter => edit::newline(text),
            Command::Indent => edit::indent(text),
            Command::Outdent => edit::shift_lines(text, false),
            Command::Back => edit::delete_back(text),
            Command::Delete => edit::delete_on(text),
            Command::WordBack => edit::delete_word_back(text),
            Command::WordDelete => edit::delete_word_on(text),
            Command::DeleteToEnd => edit::delete_to_end(text),
            Command::Move(motion, select) => motion::go(text, motion, select),
            Command::Page(down, select) => {
                let by = self.page.1.saturating_sub(1).max(1);
                motion::go(text, if down { motion::Motion::PageDown(by) } else { motion::Motion::PageUp(by) }, select);
            }
            Command::SelectAll => {
                let end = text.end();
                text.select(Position::default(), end);
            }
            Command::Cut => {
                self.clipboard = edit::cut(text);
                return Outcome::Cut(self.clipboard.clone());
            }
            Command::Copy => {
                self.clipboard = edit::copied(text);
                return Outcome::Copy(self.clipboard.clone());
            }
            Command::PasteOwn => edit::paste(text, &self.clipboard),
            Command::Paste(words) => edit::paste(text, &words),
            Command::Undo => {
                if !text.undo() {
                    return Outcome::Say("nothing to undo".to_owned());
                }
            }
            Command::Redo => {
                if !text.redo() {
                    return Outcome::Say("nothing to redo".to_owned());
                }
            }
            Command::Find | Command::Replace => {
                self.search.origin = text.selection().map_or(text.cursor(), |(start, _)| start);
                let selected = text.selected_text();
                if !selected.is_empty() && !selected.contains('\n') {
                    self.search.pattern = selected;
                }
                self.search.fresh = true;
                self.mode = Mode::Find;
                if command == Command::Replace && !self.search.pattern.is_empty() {
                    self.mode = Mode::Replace;
                }
            }
            Command::Next(forward) => return self.jump(forward),
            Command::ReplaceEvery => return self.replace_every(),
            Command::Problem(forward) => return self.go_to_problem(forward),
            Command::Complete(forward) => {
                let before = self.completion.take();
                self.completion = complete::complete(text, self.diagnosis.model.as_deref(), before, forward);
                if self.completion.is_none() {
                    return Outcome::Say("no name begins so".to_owned());
                }
            }
            Command::Save => return Outcome::Save,
            Command::Side(next) => return Outcome::Side(next),
            Command::ScrollSide(by) => return Outcome::ScrollSide(by),
            Command::Escape if text.selection().is_some() => {
                let at = text.cursor();
                text.go(at, false);
            }
            Command::Escape => return Outcome::Leave,
        }
        Outcome::Nothing
    }

    fn in_search(&mut self, command: Command) -> Outcome {
        let fresh = std::mem::take(&mut self.search.fresh) && self.mode == Mode::Find;
        let field = if self.mode == Mode::Find { &mut self.search.pattern } else { &mut self.search.replacement };
        if fresh && matches!(command, Command::Insert(_) | Command::Paste(_)) {
            field.clear();
        }
        match command {
            Command::Insert(character) => field.push(character),
            Command::Paste(words) => field.push_str(words.lines().next().unwrap_or("")),
            Command::Back => field.truncate(cluster::before(field, field.len())),
            Command::WordBack => field.truncate(motion::word_before(field, field.len())),
            Command::Escape => {
                if self.mode == Mode::Find {
                    let origin = self.search.origin;
                    self.text.go(origin, false);
                }
                self.mode = Mode::Text;
                return Outcome::Nothing;
            }
            Command::Enter if self.mode == Mode::Replace => {
                search::replace_one(&mut self.text, &self.search);
                return Outcome::Nothing;
            }
            Command::Enter => {
                self.mode = Mode::Text;
                return Outcome::Nothing;
            }
            Command::Indent | Command::Outdent | Command::Replace => {
                self.mode = if self.mode == Mode::Find { Mode::Replace } else { Mode::Find };
                return Outcome::Nothing;
            }
            Command::ReplaceEvery => {
                self.mode = Mode::Text;
                return self.replace_every();
            }
            Command::Move(motion::Motion::Down, _) | Command::Next(true) | Command::Find => return self.jump(true),
            Command::Move(motion::Motion::Up, _) | Command::Next(false) => return self.jump(false),
            // anything else is meant for the text
            other => {
                self.mode = Mode::Text;
                return self.in_text(other);
            }
        }
        if self.mode == Mode::Find {
            let origin = self.search.origin;
            match search::next(&self.text, &self.search.pattern, origin) {
                Some((start, end)) => self.text.select(start, end),
                None => self.text.go(origin, false),
            }
        }
        Outcome::Nothing
    }

    fn jump(&mut self, forward: bool) -> Outcome {
        let pattern = self.search.pattern.clone();
        if pattern.is_empty() {
            Outcome::Say("nothing was searched yet".to_owned())
        } else if search::jump(&mut self.text, &pattern, forward) {
            Outcome::Nothing
        } else {
            Outcome::Say(format!("`{pattern}` is not in this text"))
        }
    }

    /// What was replaced is seen in the text; the number of places is told by the search line before.
    fn replace_every(&mut self) -> Outcome {
        match search::replace_every(&mut self.text, &self.search) {
            0 => Outcome::Say(format!("`{}` is not in this text", self.search.pattern)),
            _ => Outcome::Nothing,
        }
    }

    fn go_to_problem(&mut self, forward: bool) -> Outcome {
        let Some(problem) = diagnostics::neighbour(&self.diagnosis.problems, self.line_column(), forward) else {
            return Outcome::Say("no problems".to_owned());
        };
        let (line, column) = (problem.line - 1, problem.column - 1);
        let byte = byte_of_character(self.text.line(line), column);
        self.text.go(Position::new(line, byte), false);
        Outcome::Nothing
    }

    /// Takes what reading the text of a revision gave. Stale results are dropped; gives whether it was taken.
    /// The last model that could be read is kept for hover and graph.
    pub fn diagnosed(&mut self, revision: u64, found: Diagnosis) -> bool {
        if revision != self.text.revision() {
            return false;
        }
        let before = std::mem::replace(&mut self.diagnosis, found);
        self.diagnosis.model = self.diagnosis.model.take().or(before.model);
        self.diagnosed = Some(revision);
        true
    }

    /// The file was written with the text of a revision.
    pub fn saved(&mut self, revision: u64, disk: Fingerprint) {
        self.disk = disk;
        if revision == self.text.revision() {
            self.text.mark_saved();
        } else {
            // what undo comes back to is no longer what the file says
            self.text.mark_unsaved();
        }
    }

    /// The columns and rows that the text has on the screen, gutter and bottom line not counted ([`view::text_size`]).
    pub fn resize(&mut self, size: (usize, usize)) {
        self.page = size;
        self.scroll = view::following(self.scroll, self.page, &self.text);
    }

    /// Line and column of the cursor, from 1, the column in characters.
    #[must_use]
    pub fn line_column(&self) -> (usize, usize) {
        let at = self.text.cursor();
        let column = self.text.line(at.line).get(..at.byte).unwrap_or("").chars().count();
        (at.line + 1, column + 1)
    }

    /// Puts the cursor at a line and column, from 1, the column in characters; beyond an end, at that end.
    pub fn place_cursor(&mut self, line: usize, column: usize) {
        let line = line.saturating_sub(1).min(self.text.lines().len() - 1);
        let byte = byte_of_character(self.text.line(line), column.saturating_sub(1));
        self.text.go(Position::new(line, byte), false);
        self.scroll = view::following(self.scroll, self.page, &self.text);
    }

    /// Takes over what the file says now, as one step that can be undone; the text counts as saved.
    pub fn take_over(&mut self, on_disk: &str) {
        let cursor = self.text.cursor();
        let (end, now) = (self.text.end(), TextBuffer::new(on_disk));
        self.text.replace(Position::default(), end, &now.lines().join("\n"), history::Kind::Single);
        self.text.go(cursor, false);
        self.text.mark_saved();
        self.disk = Fingerprint::of(on_disk.as_bytes());
        self.stretches = highlight::highlight(self.text.lines());
        self.stretched = self.text.revision();
        self.scroll = view::following(self.scroll, self.page, &self.text);
    }

    /// The problems of the last reading.
    #[must_use]
    pub fn problems(&self) -> &[Marked] {
        &self.diagnosis.problems
    }

    /// `2 errors, 1 warning`; empty before the first reading.
    #[must_use]
    pub fn summary(&self) -> &str {
        &self.diagnosis.summary
    }

    /// Whether the problems are those of the text as it is now.
    #[must_use]
    pub fn is_diagnosed(&self) -> bool {
        self.diagnosed == Some(self.text.revision())
    }

    /// The last model that could be read.
    #[must_use]
    pub fn model(&self) -> Option<&Model> {
        self.diagnosis.model.as_deref()
    }

    /// The problem under the cursor.
    #[must_use]
    pub fn problem(&self) -> Option<&Marked> {
        diagnostics::at(&self.diagnosis.problems, self.line_column())
    }

    /// The names that the one before the cursor may become, while it is being completed.
    #[must_use]
    pub fn completion(&self) -> Option<&Completion> {
        self.completion.as_ref().filter(|completion| completion.is_on(&self.text))
    }

    /// What is known of the name under the cursor.
    #[must_use]
    pub fn hover(&self) -> Option<Hover> {
        hover::hover(self.model(), self.text.lines(), self.text.cursor())
    }

    /// The stretches of a line for its colours.
    #[must_use]
    pub fn stretches(&self, line: usize) -> &[Stretch] {
        let fresh = self.stretched == self.text.revision();
        self.stretches.get(line).filter(|_| fresh).map_or(&[], Vec::as_slice)
    }
}

/// The byte of a character of a line, both from 0; the end of the line beyond it.
pub(super) fn byte_of_character(line: &str, character: usize) -> usize {
    line.char_indices().nth(character).map_or(line.len(), |(byte, _)| byte)
}

#[cfg(test)]
mod tests;
