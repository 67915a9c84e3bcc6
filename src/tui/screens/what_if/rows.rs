//! The list of knobs as rows: groups with their headings.

use crate::session::what_if::{Desk, KnobGroup};

/// A row of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// A group.
    Heading(KnobGroup),
    /// A knob, by its position.
    Knob(usize),
}

/// All rows.
#[must_use]
pub fn rows(desk: &Desk) -> Vec<Row> {
    let mut list = Vec::with_capacity(desk.knobs.len() + KnobGroup::ALL.len());
    let mut group = None;
    for (position, knob) in desk.knobs.iter().enumerate() {
        if group != Some(knob.group) {
            group = Some(knob.group);
            list.push(Row::Heading(knob.group));
        }
        list.push(Row::Knob(position));
    }
    list
}

/// Heading of a group of this desk: without regimens it is one course.
#[must_use]
pub fn heading(desk: &Desk, group: KnobGroup) -> &'static str {
    match group {
        KnobGroup::Regimen if !desk.has_regimens => "Administration",
        KnobGroup::Model => "Model: all other parameters",
        other => other.title(),
    }
}
