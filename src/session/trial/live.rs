//! What a trial has come to while it still runs: distributions of the main quantities by arm, for people who watch.
//!
//! Read from the summary that is folded anyway; nothing here reaches the result. A picture is made at most four times a second, and never more often than a fortieth of
//! the time can pay for.
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::endpoint_tables::DAYS_PER_MONTH;
use crate::dosimetry::course::DoseTarget;
use crate::radiobiology::evidence::Provenance;
use crate::radiobiology::hazard_link::HazardLink;
use crate::radiobiology::registry::Effect as Kind;
use crate::regimen::RegimenPlan;
use crate::session::live::{ArmLive, BINS, QuantityLive, TrialLive};
use crate::session::recovery::wilson_interval;
use crate::trial::design::{EndpointKind, TrialPlan};
use crate::trial::{Effect, RowColumn, Spread, TrialSummary, endpoint_column};

/// Shortest time between two pictures.
const PAUSE: Duration = Duration::from_millis(250);
/// A picture may take this part of the time.
const SHARE: u32 = 40;

/// A column that is watched.
#[derive(Clone, Debug, PartialEq)]
struct Watched {
    column: usize,
    name: String,
    unit: String,
    /// What the values are divided by for people.
    divisor: f64,
    tag: String,
    is_probability: bool,
}

/// Makes the pictures of one trial.
pub struct Watch {
    arms: Vec<String>,
    watched: Vec<Watched>,
    link: String,
    due: Option<Instant>,
    latest: Option<Arc<TrialLive>>,
}

/// How far the work is, beside what it came to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pace {
    /// Patients done.
    pub finished: usize,
    /// Patients in all.
    pub patients: usize,
    /// Patients taken over.
    pub resumed: usize,
    /// Patients a second.
    pub rate_per_s: f64,
}

impl Pace {
    /// How long the rest takes (s).
    pub fn left_s(self) -> f64 {
        self.patients.saturating_sub(self.finished) as f64 / self.rate_per_s.max(1e-9)
    }
}

impl Watch {
    /// Finds the columns that people watch.
    pub fn new(
        regimen: &RegimenPlan,
        targets: &[DoseTarget],
        effects: &[Effect],
        design: Option<&TrialPlan>,
        columns: &[RowColumn],
    ) -> Watch {
        let link = regimen.events.as_ref().and_then(|events| events.link.as_ref()).or(regimen.survival_link.as_ref());
        Watch {
            arms: regimen.arms.iter().map(|arm| arm.name.clone()).collect(),
            watched: watched(regimen, targets, effects, design, columns),
            link: link.map_or_else(|| HazardLink::default().words(), |(_, link)| link.words()),
            due: None,
            latest: None,
        }
    }

    /// The picture to show: a new one where it is due or `last`, else the one before.
    pub fn picture(&mut self, summary: &TrialSummary, pace: Pace, last: bool) -> Arc<TrialLive> {
        let now = Instant::now();
        if let Some(latest) = self.latest.as_ref().filter(|_| !last && self.due.is_some_and(|due| now < due)) {
            return Arc::clone(latest);
        }
        let made = Arc::new(self.made(summary, pace));
        self.due = Some(now + PAUSE.max(now.elapsed() * SHARE));
        self.latest = Some(Arc::clone(&made));
        made
    }

    /// The picture of a summary.
    fn made(&self, summary: &TrialSummary, pace: Pace) -> TrialLive {
        let mut arms: Vec<ArmLive> = self
            .arms
            .iter()
            .enumerate()
            .map(|(arm, name)| ArmLive {
                name: name.clone(),
                failures: summary.failures.iter().filter(|((of, _), _)| *of == arm).map(|(_, failure)| failure.count).sum(),
                quantities: Vec::with_capacity(self.watched.len()),
            })
            .collect();
        for watched in &self.watched {
            let values: Vec<Vec<(f64, u64)>> = summary.arms.iter().map(|spreads| spreads[watched.column].histogram()).collect();
            let is_share = watched.unit == SHARE_UNIT;
            let ends = if is_share { None } else { ends(&values) };
            for (at, (arm, values)) in arms.iter_mut().zip(&values).enumerate() {
                let spread = &summary.arms[at][watched.column];
                let difference = at.checked_sub(1).and_then(|before| summary.differences.get(before)).map(|of| &of[watched.column]);
                arm.quantities.push(quantity(watched, spread, values, ends, difference));
            }
        }
        TrialLive {
            finished: pace.finished,
            patients: pace.patients,
            resumed: pace.resumed,
            counted: summary.patients,
            failures: summary.failed(),
            rate_per_s: pace.rate_per_s,
            link: self.link.clone(),
            arms,
        }
    }
}

/// What a quantity rests on that follows from a model of toxicity or response with such parameters.
fn model(provenance: Provenance) -> &'static str {
    if provenance == Provenance::Assumed { "assumed model" } else { "simulated" }
}

/// Unit of a share of patients.
const SHARE_UNIT: &str = "% of patients";

/// The columns in the order in which people ask for them: doses, probabilities, counts, outcomes, what was given.
fn watched(
    regimen: &RegimenPlan,
    targets: &[DoseTarget],
    effects: &[Effect],
    design: Option<&TrialPlan>,
    columns: &[RowColumn],
) -> Vec<Watched> {
    let mut found: Vec<Watched> = Vec::new();
    let mut add = |column: &str, name: String, tag: &str| {
        if let Some(at) = columns.iter().position(|own| own.name == column)
            && !found.iter().any(|known| known.column == at)
        {
            found.push(Watched {
                column: at,
                name,
                unit: columns[at].unit.clone(),
                divisor: 1.0,
                tag: tag.to_owned(),
                is_probability: false,
            });
        }
    };
    let simulated = "simulated";
    for target in targets {
        add(&format!("{}_dose", target.name), format!("{} dose", target.name), simulated);
        if target.repair.is_some() {
            add(&format!("{}_bed", target.name), format!("{} BED", target.name), simulated);
        }
    }
    let mut probabilities: Vec<String> = Vec::new();
    for Effect { target, relation } in effects {
        let Some(target) = targets.get(*target) else { continue };
        let kind = if relation.effect == Kind::Toxicity { "NTCP" } else { "TCP" };
        let name = format!("{} {kind}: {}", target.name, relation.name);
        add(&format!("{}_{}", target.name, relation.name), name, relation.evidence.word());
        probabilities.push(format!("{}_{}", target.name, relation.name));
    }
    for lineage in regimen.physiology.counts.iter().flat_map(|counts| &counts.lineages) {
        let name = lineage.kind.name();
        let tag = model(lineage.provenance);
        add(&format!("{name}_nadir"), format!("{name} nadir"), tag);
        add(&format!("{name}_grade_3_or_4"), format!("{name} grade 3 or 4"), tag);
    }
    add("clearance_loss_per_year", "clearance loss a year".into(), simulated);
    // growth and kill of the lesions are what response and PSA follow
    let lesions = &regimen.physiology.lesions;
    let tag = lesions.iter().map(|lesion| lesion.growth.provenance).max().map_or(simulated, model);
    add("lesions_best_change", "lesions, best change".into(), tag);
    add("responded", "responded".into(), tag);
    add("psa50", "PSA fall of 50 %".into(), tag);
    let link = regimen.events.as_ref().and_then(|events| events.link.as_ref()).map_or(0.0, |(_, link)| link.log_hazard_per_gy());
    let months: Vec<usize> = design
        .iter()
        .flat_map(|design| &design.endpoints)
        .map(|endpoint| {
            let tag = match endpoint.kind {
                EndpointKind::ProgressionOfLesions => "HYPOTHESIS: dose acts",
                _ if link == 0.0 => "null: no link to dose",
                _ => "HYPOTHESIS: link to dose",
            };
            add(&endpoint_column(&endpoint.name), format!("{} time", endpoint.name), tag);
            columns.iter().position(|own| own.name == endpoint_column(&endpoint.name)).unwrap_or(usize::MAX)
        })
        .collect();
    add("activity", "activity".into(), simulated);
    add("cycles", "cycles".into(), simulated);
    for name in ["delayed", "reduced", "ended_by_limit", "ended_by_toxicity"] {
        add(name, name.replace('_', " "), simulated);
    }
    for one in &mut found {
        one.is_probability = probabilities.contains(&columns[one.column].name);
    }
    for one in found.iter_mut().filter(|one| months.contains(&one.column)) {
        (one.unit, one.divisor) = ("months".into(), DAYS_PER_MONTH);
    }
    found
}

/// The ends of a histogram for all arms: 1 % of an arm at most lies beyond each; `None` where there is nothing to spread over.
fn ends(values: &[Vec<(f64, u64)>]) -> Option<(f64, f64)> {
    let of_arms = || values.iter().filter(|values| !values.is_empty());
    let low = of_arms().map(|values| quantile(values, 0.01)).fold(f64::INFINITY, f64::min);
    let high = of_arms().map(|values| quantile(values, 0.99)).fold(f64::NEG_INFINITY, f64::max);
    (low < high).then_some((low, high))
}

/// The value below which a `share` of the counted values lies, linear between neighbours; NaN without values.
fn quantile(values: &[(f64, u64)], share: f64) -> f64 {
    let count: u64 = values.iter().map(|(_, count)| count).sum();
    let place = share * count.saturating_sub(1) as f64;
    let mut passed = 0;
    for (at, (value, own)) in values.iter().enumerate() {
        passed += own;
        let last = (passed as f64) - 1.0;
        if place <= last {
            return *value;
        }
        if let Some((next, _)) = values.get(at + 1).filter(|_| place < last + 1.0) {
            return value + (place - last) * (next - value);
        }
    }
    values.last().map_or(f64::NAN, |(value, _)| *value)
}

fn quantity(
    watched: &Watched,
    spread: &Spread,
    values: &[(f64, u64)],
    ends: Option<(f64, f64)>,
    difference: Option<&Spread>,
) -> QuantityLive {
    let in_unit = |value: f64| value / watched.divisor;
    let is_share = watched.unit == SHARE_UNIT;
    let mean = spread.mean().map_or(f64::NAN, in_unit);
    let count = spread.count() as usize;
    let share_interval = is_share.then(|| {
        let (low, high) = wilson_interval((mean / 100.0 * count as f64).round() as usize, count);
        (100.0 * low, 100.0 * high)
    });
    let quantiles = if is_share { [mean; 5] } else { [0.05, 0.25, 0.5, 0.75, 0.95].map(|share| in_unit(quantile(values, share))) };
    let (mut histogram, mut outside) = ((0.0, 0.0, Vec::new()), (0, 0));
    if let Some((low, high)) = ends {
        let mut counts = vec![0; BINS];
        for (value, count) in values {
            match (value - low) / (high - low) * BINS as f64 {
                place if place < 0.0 => outside.0 += count,
                _ if *value > high => outside.1 += count,
                place => counts[(place as usize).min(BINS - 1)] += count,
            }
        }
        histogram = (in_unit(low), in_unit(high), counts);
    }
    let difference =
        difference.and_then(|spread| spread.mean().zip(spread.standard_error())).map(|(mean, error)| (in_unit(mean), in_unit(error)));
    QuantityLive {
        name: watched.name.clone(),
        unit: watched.unit.clone(),
        tag: watched.tag.clone(),
        is_probability: watched.is_probability,
        count,
        mean,
        standard_error: spread.standard_error().map(in_unit),
        share_interval,
        quantiles,
        histogram,
        outside,
        difference,
    }
}

#[cfg(test)]
mod tests;
