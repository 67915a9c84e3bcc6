//! Doses, effects and counts of the arms side by side: rows with one cell an arm.

use super::state::Against;
use crate::report::number_text::significant;
use crate::session::what_if::{ArmAnswer, ArmBands, Band, WhatIf};

/// One number of one arm.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cell {
    /// Now.
    pub now: Option<f64>,
    /// Words in place of a number.
    pub words: Option<String>,
    /// How sure it is.
    pub band: Option<Band>,
    /// What it is compared with.
    pub other: Option<f64>,
    /// Words behind the number.
    pub behind: String,
    /// Whether it counts.
    pub whole: bool,
    /// Whether two digits say all that is known: a probability of a dose–effect relation.
    pub coarse: bool,
}

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct DoseRow {
    /// What.
    pub label: String,
    /// Its unit.
    pub unit: String,
    /// Whether it belongs to the row above.
    pub below: bool,
    /// One an arm.
    pub cells: Vec<Cell>,
}

/// A number of an arm.
type Of<'f> = &'f dyn Fn(&ArmAnswer) -> Option<f64>;
/// How sure it is.
type BandOf<'f> = &'f dyn Fn(&ArmBands) -> Option<Band>;

/// What the numbers of an arm are compared with.
fn other<'a>(answer: &'a WhatIf, arm: &ArmAnswer, against: &Against, pinned: Option<&'a WhatIf>) -> Option<&'a ArmAnswer> {
    match against {
        Against::Nothing => None,
        Against::FirstArm => answer.arms.first(),
        Against::Pinned(_) => pinned?.arms.iter().find(|other| other.name == arm.name),
    }
}

/// All rows of an answer.
#[must_use]
pub fn rows(answer: &WhatIf, against: &Against, pinned: Option<&WhatIf>) -> Vec<DoseRow> {
    let mut rows = Vec::new();
    let Some(first) = answer.arms.first() else { return rows };
    let band_of = |arm: &ArmAnswer| answer.bands.as_ref().and_then(|bands| bands.arms.iter().find(|other| other.name == arm.name));
    let make = |label: String, unit: &str, below: bool, of: Of<'_>, band: BandOf<'_>| {
        let whole = label == "Cycles";
        let cells = answer.arms.iter().map(|arm| Cell {
            now: of(arm),
            band: band_of(arm).and_then(band),
            other: other(answer, arm, against, pinned).and_then(of),
            whole,
            ..Cell::default()
        });
        DoseRow { label, unit: unit.to_owned(), below, cells: cells.collect() }
    };
    let none = |_: &ArmBands| None;
    if first.cycles.len() > 1 || answer.arms.len() > 1 {
        rows.push(make("Cycles".into(), "", false, &|arm| Some(arm.cycles.len() as f64), &none));
    }
    if answer.arms.iter().any(|arm| arm.activity_mbq > 0.0) {
        rows.push(make("Activity".into(), "GBq", false, &|arm| Some(arm.activity_mbq / 1e3), &none));
    }
    for (position, target) in first.targets.iter().enumerate() {
        let of = |arm: &ArmAnswer| arm.targets.get(position).map(|target| target.absorbed_gy);
        rows.push(make(target.title.clone(), "Gy", false, &of, &|bands| bands.targets.get(position)?.0));
        if answer.arms.iter().any(|arm| arm.targets.get(position).is_some_and(|target| target.estimated_gy.is_some())) {
            rows.push(make("estimated".into(), "Gy", true, &|arm| arm.targets.get(position)?.estimated_gy, &none));
        }
        if target.bed_gy.is_some() {
            rows.push(make("BED".into(), "Gy", true, &|arm| arm.targets.get(position)?.bed_gy, &|bands| bands.targets.get(position)?.1));
        }
        let of_target = |effect: &&crate::session::what_if::EffectAnswer| effect.target == target.name && effect.probability.is_some();
        let several = first.effects.iter().filter(of_target).count() > 1;
        let mut number = 0;
        for (at, effect) in first.effects.iter().enumerate().filter(|(_, effect)| of_target(effect)) {
            number += 1;
            let number = if several { format!(" {number}") } else { String::new() };
            let label = format!("{}{number} {}", effect.kind, effect.evidence);
            let percent = |band: Band| Band { low: 100.0 * band.low, high: 100.0 * band.high };
            let of = |arm: &ArmAnswer| arm.effects.get(at)?.probability.map(|p| 100.0 * p);
            let mut row = make(label, "%", true, &of, &|bands| (*bands.effects.get(at)?).map(percent));
            row.cells.iter_mut().for_each(|cell| cell.coarse = true);
            rows.push(row);
        }
    }
    for (position, counts) in first.counts.iter().enumerate() {
        let of = |arm: &ArmAnswer| arm.counts.get(position)?.nadir.map(|(low, _)| low);
        let mut row = make(format!("{} nadir", counts.title), counts.unit, false, &of, &none);
        for (cell, arm) in row.cells.iter_mut().zip(&answer.arms) {
            cell.behind = arm.counts.get(position).map_or_else(String::new, |counts| format!(" G{}", counts.grade));
        }
        rows.push(row);
    }
    let words = |label: &str, of: &dyn Fn(&ArmAnswer) -> String| DoseRow {
        label: label.to_owned(),
        unit: String::new(),
        below: false,
        cells: answer.arms.iter().map(|arm| Cell { words: Some(of(arm)), ..Cell::default() }).collect(),
    };
    if answer.arms.iter().any(|arm| arm.cut_and_delayed.0 > 0) {
        rows.push(words("Cycles cut at cap", &|arm| arm.cut_and_delayed.0.to_string()));
    }
    if answer.arms.iter().any(|arm| arm.cut_and_delayed.1 > 0) {
        rows.push(words("Cycles held back", &|arm| arm.cut_and_delayed.1.to_string()));
    }
    if answer.arms.iter().any(|arm| !arm.ended.is_empty()) {
        rows.push(words("Ended", &|arm| arm.ended.clone()));
    }
    rows
}

/// As many of four digits as there is room for, of a probability two; what is small beside any dose or percentage is only said to be so.
fn number_text(value: f64, cell: &Cell, room: usize) -> String {
    if cell.whole {
        return format!("{value}");
    }
    if value > 0.0 && value < 0.001 {
        return "<0.001".to_owned();
    }
    with_digits(value, if cell.coarse { 2 } else { 4 }, room)
}

/// As many digits as there is room for, at least one: a number is never cut.
fn with_digits(value: f64, most: usize, room: usize) -> String {
    let texts = (1..=most).rev().map(|digits| significant(value, digits));
    texts.clone().find(|text| text.len() <= room).unwrap_or_else(|| significant(value, 1))
}

/// A difference with its sign; one that is small beside any dose or percentage is told as none that counts.
fn difference_text(difference: f64, cell: &Cell, room: usize) -> String {
    let (sign, size) = if difference > 0.0 { ("+", difference) } else { ("−", -difference) };
    if difference == 0.0 {
        "=".to_owned()
    } else if cell.whole {
        format!("{sign}{size}")
    } else if size < 0.001 {
        "~0".to_owned()
    } else {
        format!("{sign}{}", with_digits(size, if cell.coarse { 2 } else { 3 }, room.saturating_sub(1)))
    }
}

/// The text of a cell in `width` columns.
#[must_use]
pub fn cell_text(cell: &Cell, against: &Against, width: usize) -> String {
    if let Some(words) = &cell.words {
        return words.clone();
    }
    let Some(now) = cell.now else { return "–".to_owned() };
    let number = format!("{}{}", number_text(now, cell, width.saturating_sub(1 + cell.behind.len())), cell.behind);
    if *against != Against::Nothing {
        let beside = width >= 17;
        let room = if beside { 8 } else { width.saturating_sub(1) };
        let difference = cell.other.map_or_else(|| "–".to_owned(), |other| difference_text(now - other, cell, room));
        return if beside { format!("{number} {difference:>8}") } else { difference };
    }
    match cell.band {
        Some(band) if width >= 20 => format!("{number} ({}–{})", significant(band.low, 3), significant(band.high, 3)),
        // half of the 95 % interval, in percent of the number
        Some(band) if now != 0.0 => format!("{number}±{:.0}%", 50.0 * (band.high - band.low) / now.abs()),
        _ => number,
    }
}
