//! The treatment of single patients: one row each, its cycles with their activity, delays, and why it ended.

use super::pages::{page, shown};
use super::{ArmWords, MOST_SWIMMERS, SwimmerPatient, TrialAbout};
use crate::report::number_text::significant;
use crate::report::{Axis, Figure, Legend, Mark, Panel, Role, SpanSeries, Style};

const CYCLE: &str = "Cycle (activity in GBq)";
const DELAY: &str = "Delay";
const GIVEN: &str = "Administration";
/// Palette index of black.
const BLACK: usize = 4;
/// Palette indices of the reasons for stopping: unlike the blue of the cycles.
const REASON_LOOKS: [usize; 6] = [2, 1, 3, 5, 6, 4];

/// One panel an arm, the same patients in the same rows; at most [`MOST_SWIMMERS`].
#[must_use]
pub fn swimmer(about: &TrialAbout, arms: &[ArmWords], patients: &[Vec<SwimmerPatient>]) -> Figure {
    let mut reasons: Vec<&str> = Vec::new();
    for reason in patients.iter().flatten().filter_map(|one| one.reason.as_deref()) {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    // in an order of their own, so that a reason looks alike whoever has it first
    reasons.sort_unstable();
    let drawn = |of_arm: &[SwimmerPatient]| -> Vec<SwimmerPatient> { of_arm.iter().take(MOST_SWIMMERS).cloned().collect() };
    let ends = patients.iter().flat_map(|of_arm| drawn(of_arm)).flat_map(|one| {
        let cycles: Vec<f64> = one.cycles.iter().map(|cycle| cycle.time_wk).collect();
        cycles.into_iter().chain([one.end_wk])
    });
    let last = ends.filter(|end| end.is_finite()).fold(0.0, f64::max);
    let last = if last > 0.0 { last } else { 1.0 };
    let panels = arms.iter().zip(patients).map(|(arm, of_arm)| panel(arm, &drawn(of_arm), &reasons, last)).collect();
    let given = patients.iter().map(Vec::len).max().unwrap_or(0);
    let all = given.max(about.patients);
    let running = patients.iter().any(|of_arm| drawn(of_arm).iter().any(|one| one.reason.is_none()));
    let mut own =
        vec![format!("Drawn: {} in each arm. Numbers in a bar: activity of the cycle in GBq.", shown(given.min(MOST_SWIMMERS), all))];
    if running {
        own.push("Without a symbol: treatment not ended when last seen.".to_owned());
    }
    page("swimmer", "Cycles of single patients", about, panels, own)
}

fn panel(arm: &ArmWords, patients: &[SwimmerPatient], reasons: &[&str], last: f64) -> Panel {
    let y = Axis::of_categories("Patient", patients.iter().map(|one| one.patient.clone()).collect());
    let mut cycles = SpanSeries { name: CYCLE.into(), style: Style::solid(0), ..SpanSeries::default() };
    let mut delays = SpanSeries { name: DELAY.into(), style: Style::muted(), ..SpanSeries::default() };
    let (mut given_x, mut given_y) = (Vec::new(), Vec::new());
    for (slot, one) in patients.iter().enumerate() {
        for (index, cycle) in one.cycles.iter().enumerate() {
            let next = one.cycles.get(index + 1).map(|next| next.time_wk - next.delay_wk);
            cycles.slot.push(slot);
            cycles.from.push(cycle.time_wk);
            cycles.to.push(next.unwrap_or(one.end_wk).max(cycle.time_wk));
            cycles.labels.push(significant(cycle.activity_gbq, 2));
            if cycle.delay_wk > 0.0 {
                delays.slot.push(slot);
                delays.from.push(cycle.time_wk - cycle.delay_wk);
                delays.to.push(cycle.time_wk);
            }
            given_x.push(cycle.time_wk);
            given_y.push(y.middle_of_row(slot));
        }
    }
    let mut marks = Vec::new();
    let spans: Vec<SpanSeries> = [cycles, delays].into_iter().filter(|series| !series.slot.is_empty()).collect();
    if !spans.is_empty() {
        marks.push(Mark::Spans { series: spans });
    }
    let points =
        |name: &str, x: Vec<f64>, y: Vec<f64>, style: Style| Mark::Points { name: name.into(), x, y, low: None, high: None, style };
    if !given_x.is_empty() {
        let style = Style { marker: Some(0), ..Style::indexed(BLACK) }.with_role(Role::Crowd);
        marks.push(points(GIVEN, given_x, given_y, style));
    }
    for (position, reason) in reasons.iter().enumerate() {
        let ended = patients.iter().enumerate().filter(|(_, one)| one.reason.as_deref() == Some(reason));
        let (x, at): (Vec<f64>, Vec<f64>) = ended.map(|(slot, one)| (one.end_wk, y.middle_of_row(slot))).unzip();
        if !x.is_empty() {
            let style = Style { marker: Some(1 + position), ..Style::indexed(REASON_LOOKS[position % REASON_LOOKS.len()]) };
            marks.push(points(&format!("Ended: {reason}"), x, at, style));
        }
    }
    Panel {
        title: Some(arm.title.clone()),
        x: Axis::linear("Time after the first administration", "wk").between(0.0, 1.03 * last),
        y,
        marks,
        legend: Legend::Auto,
    }
}
