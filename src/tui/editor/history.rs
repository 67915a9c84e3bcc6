//! What was changed, so that it can be undone: steps of replacements, neighbouring key presses of one kind in one step.

use super::buffer::Position;

/// What kind of edit a step is; only neighbours of the same kind grow together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Characters typed one after the other.
    Typing,
    /// Characters deleted one after the other.
    Deleting,
    /// Anything else: a step of its own.
    Single,
}

/// One replacement: at `at`, `removed` gave way to `inserted`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where.
    pub at: Position,
    /// The text that was there.
    pub removed: String,
    /// The text that is there now.
    pub inserted: String,
}

/// What one undo takes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its replacements, in the order in which they were made.
    pub changes: Vec<Change>,
    /// The cursor before the first.
    pub before: Position,
    /// The cursor behind the last.
    pub after: Position,
    kind: Kind,
}

/// Steps done and steps undone.
#[derive(Debug, Clone, Default)]
pub struct History {
    steps: Vec<Step>,
    /// Steps that are done; those behind can be redone.
    done: usize,
    /// The number of steps at which the text was that of the file; none where an undone step was lost.
    saved: Option<usize>,
    /// Whether the next change may not join the last step.
    closed: bool,
}

impl History {
    /// Nothing done, text as in the file.
    #[must_use]
    pub fn new() -> History {
        History { saved: Some(0), ..History::default() }
    }

    /// Records replacements that were made together. Steps that were undone are forgotten.
    pub fn record(&mut self, changes: Vec<Change>, before: Position, after: Position, kind: Kind) {
        if changes.iter().all(|change| change.removed == change.inserted) {
            return;
        }
        if self.done < self.steps.len() {
            self.steps.truncate(self.done);
            self.saved = self.saved.filter(|saved| *saved <= self.done);
            self.closed = true;
        }
        let joins = !self.closed && kind != Kind::Single && self.saved != Some(self.done);
        self.closed = false;
        if joins
            && let Some(last) = self.steps.last_mut()
            && last.kind == kind
            && last.after == before
        {
            last.changes.extend(changes);
            last.after = after;
            return;
        }
        self.steps.push(Step { changes, before, after, kind });
        self.done = self.steps.len();
    }

    /// The next change begins a new step.
    pub fn close(&mut self) {
        self.closed = true;
    }

    /// The step to take back, if any.
    pub fn undo(&mut self) -> Option<Step> {
        self.closed = true;
        self.done = self.done.checked_sub(1)?;
        self.steps.get(self.done).cloned()
    }

    /// The step to make again, if any.
    pub fn redo(&mut self) -> Option<Step> {
        self.closed = true;
        let step = self.steps.get(self.done).cloned()?;
        self.done += 1;
        Some(step)
    }

    /// Whether a step can be undone, and whether one can be redone.
    #[must_use]
    pub fn available(&self) -> (bool, bool) {
        (self.done > 0, self.done < self.steps.len())
    }

    /// The text is now that of the file.
    pub fn mark_saved(&mut self) {
        self.saved = Some(self.done);
        self.closed = true;
    }

    /// The text is that of no file: recovered, or the file changed below it.
    pub fn mark_unsaved(&mut self) {
        self.saved = None;
    }

    /// Whether the text differs from the file.
    #[must_use]
    pub fn modified(&self) -> bool {
        self.saved != Some(self.done)
    }
}
