//! What the screen keeps: the open desk, the newest answer, and for every scenario what was turned there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::rows;
use crate::session::what_if::{Desk, KnobValue, Settings, Stage, Variants, WhatIf};
use crate::tui::message::Ticket;

/// The panel in which the arrow keys move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pane {
    /// Knobs.
    #[default]
    Knobs,
    /// Doses, effects, counts.
    Doses,
    /// Dose rates and counts over time.
    Curves,
}

impl Pane {
    /// All, in the order of Tab.
    pub const ALL: [Pane; 3] = [Pane::Knobs, Pane::Doses, Pane::Curves];
}

/// What the numbers are compared with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Against {
    /// Nothing.
    #[default]
    Nothing,
    /// The first arm, in the same patient.
    FirstArm,
    /// A pinned variant, by name.
    Pinned(String),
}

/// The answer that is shown.
#[derive(Debug, Clone)]
pub struct Shown {
    /// What came out.
    pub answer: Arc<WhatIf>,
    /// How good it is.
    pub stage: Stage,
    /// Whether a better one follows.
    pub more_follows: bool,
    /// From request to answer.
    pub took: Duration,
    /// The request.
    pub ticket: Ticket,
}

/// Settings at one moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Moment {
    /// Knobs that were turned.
    pub settings: Settings,
    /// Those of them whose value a fit gave.
    pub from_fit: BTreeSet<String>,
}

/// A value that waits for the desk: of an earlier session, or of a fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingValue {
    /// The knob.
    pub knob: String,
    /// The value with its unit.
    pub text: String,
    /// Whether a fit gave it.
    pub from_fit: bool,
}

/// What was turned in one scenario.
#[derive(Debug, Clone, Default)]
pub struct Turned {
    /// Now.
    pub now: Moment,
    /// Before, the newest last.
    pub past: Vec<Moment>,
    /// What was taken back, the newest last.
    pub future: Vec<Moment>,
    /// The knob that the last step turned: further steps of it are one change.
    pub stepping: Option<String>,
    /// Values that wait for the desk.
    pub waiting: Vec<WaitingValue>,
    /// The settings in words, of when the desk was last open.
    pub words: BTreeMap<String, String>,
    /// Pinned variants.
    pub variants: Variants,
    /// Position of the chosen knob.
    pub chosen: usize,
    /// First row of the list that is shown.
    pub top: usize,
}

/// Changes that can be taken back.
const KEPT_MOMENTS: usize = 200;

impl Turned {
    /// Remembers the present settings before a change. Steps of one knob in a row are one change.
    pub fn remember(&mut self, stepping: Option<&str>) {
        let goes_on = stepping.is_some() && self.stepping.as_deref() == stepping;
        self.stepping = stepping.map(str::to_owned);
        self.future.clear();
        if !goes_on {
            self.past.push(self.now.clone());
            let excess = self.past.len().saturating_sub(KEPT_MOMENTS);
            self.past.drain(..excess);
        }
    }
}

/// The state of the screen.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// The scenario of the desk.
    pub path: Option<PathBuf>,
    /// The request that opened it.
    pub opening: Option<Ticket>,
    /// The reading of the project that it was opened after.
    pub reading: Ticket,
    /// The desk, or why there is none; `None` while it is opened.
    pub desk: Option<Result<Arc<Desk>, String>>,
    /// The newest request.
    pub asked: Option<Ticket>,
    /// The newest answer.
    pub shown: Option<Shown>,
    /// Why the newest request has no answer.
    pub refused: Option<String>,
    /// Where the arrow keys move.
    pub pane: Pane,
    /// The first curve that is shown.
    pub curve: usize,
    /// Whether curves have a logarithmic axis.
    pub log: bool,
    /// Lines that the doses are scrolled down.
    pub down: usize,
    /// The first arm that is shown.
    pub arm: usize,
    /// What the numbers are compared with.
    pub against: Against,
    /// Whether evidence and assumptions are shown in place of the doses.
    pub words: bool,
    /// By scenario.
    pub turned: BTreeMap<PathBuf, Turned>,
}

impl State {
    /// The desk, where it is open.
    #[must_use]
    pub fn open_desk(&self) -> Option<&Arc<Desk>> {
        self.desk.as_ref()?.as_ref().ok()
    }

    /// What was turned in the present scenario.
    #[must_use]
    pub fn present(&self) -> Option<&Turned> {
        self.turned.get(self.path.as_ref()?)
    }

    /// The same to be changed.
    pub fn present_mut(&mut self) -> Option<&mut Turned> {
        let path = self.path.clone()?;
        Some(self.turned.entry(path).or_default())
    }

    /// The settings of the present scenario.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.present().map(|turned| turned.now.settings.clone()).unwrap_or_default()
    }

    /// Name of the chosen knob.
    #[must_use]
    pub fn chosen_knob(&self) -> Option<&crate::session::what_if::Knob> {
        let desk = self.open_desk()?;
        desk.knobs.get(self.present().map_or(0, |turned| turned.chosen).min(desk.knobs.len().saturating_sub(1)))
    }

    /// The present value of a knob.
    #[must_use]
    pub fn value_of(&self, knob: &crate::session::what_if::Knob) -> KnobValue {
        self.open_desk().map_or_else(|| knob.default.clone(), |desk| desk.value(knob, &self.settings()).clone())
    }

    /// Whether the answer that is shown is that of the present settings.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.shown.as_ref().is_some_and(|shown| Some(shown.ticket) == self.asked)
    }

    /// Brings the chosen knob into the rows that are shown, of which there is room for `room`.
    pub fn show_chosen(&mut self, room: usize) {
        let Some(desk) = self.open_desk().cloned() else { return };
        let Some(turned) = self.present_mut() else { return };
        turned.chosen = turned.chosen.min(desk.knobs.len().saturating_sub(1));
        let list = rows::rows(&desk);
        let at = list.iter().position(|row| *row == rows::Row::Knob(turned.chosen)).unwrap_or(0);
        // the heading of a group comes with its first knob
        let first = if at > 0 && matches!(list[at - 1], rows::Row::Heading(_)) { at - 1 } else { at };
        if first < turned.top {
            turned.top = first;
        } else if at >= turned.top + room.max(1) {
            // half a page at once: a cursor that goes down moves the list seldom
            turned.top = (at + 1 + room / 2).saturating_sub(room.max(1));
        }
        turned.top = turned.top.min(list.len().saturating_sub(room.max(1)));
    }
}
