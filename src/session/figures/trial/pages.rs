//! Titles, captions, columns and pages that all figures of a trial share; how arms look; numbers as words.

use super::TrialAbout;
use crate::report::number_text::significant;
use crate::report::{Figure, Panel, Role, Style};

/// Panels on one page.
const MOST_PANELS: usize = 9;

/// One figure with panels in a grid; what it says of itself comes before what is said of the trial.
pub(super) fn page(name: &str, title: &str, about: &TrialAbout, panels: Vec<Panel>, own: Vec<String>) -> Figure {
    Figure {
        name: format!("trial_{name}"),
        title: if about.subject.is_empty() { title.to_owned() } else { format!("{title}: {}", about.subject) },
        columns: match panels.len() {
            0 | 1 => 1,
            2 | 4 => 2,
            _ => 3,
        },
        panels,
        caption: own.into_iter().chain(about.caption.iter().cloned()).filter(|line| !line.is_empty()).collect(),
        ..Figure::default()
    }
}

/// As many figures as the panels need, each panel with its own caption line (may be empty); none for no panels.
pub(super) fn pages(name: &str, title: &str, about: &TrialAbout, panels: Vec<(Panel, String)>, shared: &[String]) -> Vec<Figure> {
    let count = panels.len().div_ceil(MOST_PANELS);
    let each = panels.len().div_ceil(count.max(1)).max(1);
    panels
        .chunks(each)
        .enumerate()
        .map(|(index, chunk)| {
            let name = if index == 0 { name.to_owned() } else { format!("{name}_{}", index + 1) };
            let (panels, mut own): (Vec<Panel>, Vec<String>) = chunk.iter().cloned().unzip();
            own.extend(shared.iter().cloned());
            let figure = page(&name, title, about, panels, own);
            let subtitle = (count > 1).then(|| format!("page {} of {count}", index + 1));
            Figure { subtitle, ..figure }
        })
        .collect()
}

/// Letters of a title that still stands well beside a row or under a slot.
const LONGEST_TITLE: usize = 36;

/// What stands for arms (title, name) where there is little room: their titles, or all their names when one title is long.
pub(super) fn short_names(arms: &[(&str, &str)]) -> Vec<String> {
    let all_named = arms.iter().all(|(_, name)| !name.is_empty());
    let any_long = arms.iter().any(|(title, _)| title.chars().count() > LONGEST_TITLE);
    arms.iter().map(|(title, name)| if any_long && all_named { (*name).to_owned() } else { (*title).to_owned() }).collect()
}

/// Points of an arm among many patients.
pub(super) fn crowd(arm: usize) -> Style {
    Style::indexed(arm).with_role(Role::Crowd)
}

/// Three figures, a true minus sign.
pub(super) fn number(value: f64) -> String {
    significant(value, 3).replace('-', "−")
}

/// "41 %"; two figures below ten per cent.
pub(super) fn per_cent(share: f64) -> String {
    let percent = 100.0 * share;
    let text = if percent > 0.0 && percent < 0.1 { "below 0.1".to_owned() } else { significant(percent, 2) };
    format!("{} %", if percent >= 99.95 { "100".to_owned() } else { text })
}

/// "1 patient", "12 patients".
pub(super) fn patients(count: usize) -> String {
    if count == 1 { "1 patient".to_owned() } else { format!("{count} patients") }
}

/// "the only patient", "all 12 patients", "the first 150 of 10000 patients".
pub(super) fn shown(drawn: usize, all: usize) -> String {
    match (drawn, all) {
        (0, _) => "no patients".to_owned(),
        (1, 0 | 1) => "the only patient".to_owned(),
        _ if drawn >= all => format!("all {all} patients"),
        (1, _) => format!("the first of {all} patients"),
        _ => format!("the first {drawn} of {all} patients"),
    }
}
