//! One patient: curves, time-integrated activity, absorbed dose, BED, NTCP, and the balance of the labelled ligand.
mod budget;
mod draws;
mod tables;
mod uncertainty;

pub(crate) use draws::interval;
pub use uncertainty::StandardErrors;

use tables::{amount_size, amount_unit, balance_table, curve_table, dose_table, region_table, share_beyond};
use uncertainty::propagate;

use super::figures;
use super::fitting::{GroupFit, dosed_course};
use super::scenario::Scenario;
use super::work::{Control, Failed, Outcome};
use crate::dosimetry::course::{Course, CourseError, CoursePlan, Samples, SolveSettings, TargetDose};
use crate::report::{Column, Table};
use crate::trial::effect_quantity;
use crate::units::MINUTES_PER_HOUR;

/// How long the course is followed beyond the horizon, in half-lives of the nuclide: 2⁻³⁰ is 1e-9 of the activity.
pub(super) const BEYOND_HALF_LIVES: f64 = 30.0;
/// Points of the recorded curves.
const CURVE_POINTS: usize = 400;

/// A simulated patient.
#[derive(Clone, Debug)]
pub struct Simulated {
    /// Observables over time to the horizon.
    pub samples: Samples,
    /// Dose per target that counts: to the horizon, or to the end of decay.
    pub doses: Vec<TargetDose>,
    /// Share of each target's whole dose that falls beyond the horizon.
    pub beyond: Vec<f64>,
    /// Standard errors of the absorbed doses.
    pub dose_errors: Vec<StandardErrors>,
    /// Administered activity (MBq).
    pub activity_mbq: f64,
}

fn failed(error: CourseError) -> Failed {
    match error {
        CourseError::Solve { cancelled: true, sentence } => Failed::cancelled(sentence),
        other => Failed::because(other.to_string()),
    }
}

/// Simulates the scenario's patient with `parameters` and adds tables, figures and findings to the outcome.
pub fn simulate(
    scenario: &Scenario,
    parameters: &[f64],
    fits: &[GroupFit],
    outcome: &mut Outcome,
    control: &mut Control,
) -> Result<Simulated, Failed> {
    let balance = scenario.model.decay.is_some();
    let plan = CoursePlan::new(scenario.model.clone(), scenario.targets.clone(), balance).map_err(Failed::because)?;
    let settings = SolveSettings {
        relative_tolerance: scenario.solve.relative_tolerance,
        method: scenario.solve.method,
        cancel: Some(control.cancel),
        ..Default::default()
    };
    let mut course = dosed_course(&plan, scenario, parameters, None).map_err(Failed::because)?;
    let times = curve_times(scenario);
    course.advance(scenario.solve.until_min, &times, &settings).map_err(failed)?;
    let at_horizon = course.doses();
    let cumulated_at_horizon = cumulated(&course);
    let balanced = course.balance();
    let method = course.method.clone();
    let statistics = course.statistics;
    let whole = match scenario.model.nuclide {
        Some(nuclide) => {
            let end = scenario.solve.until_min + BEYOND_HALF_LIVES * nuclide.half_life_h * MINUTES_PER_HOUR;
            course.advance(end, &[], &settings).map_err(failed)?;
            course.doses()
        }
        None => at_horizon.clone(),
    };
    let cumulated_whole = cumulated(&course);
    let beyond: Vec<f64> = at_horizon.iter().zip(&whole).map(|(part, all)| share_beyond(part.absorbed_gy, all.absorbed_gy)).collect();
    let doses = if scenario.solve.include_beyond { whole } else { at_horizon };
    control.at("propagating the uncertainty of the fit", 0.55)?;
    let propagated = propagate(scenario, &plan, parameters, fits, &settings)?;
    let activity_mbq: f64 = scenario
        .administrations
        .iter()
        .map(|given| given.activity_mbq.unwrap_or_else(|| given.amount.unwrap_or(0.0) * course.activity_per_amount()))
        .sum();
    let simulated = Simulated { samples: course.samples, doses, beyond, dose_errors: propagated.doses, activity_mbq };
    if let Some((method, reason)) = method {
        outcome.methods.push((scenario.model.name.clone(), reason));
        outcome.findings.push(format!(
            "Solved by {method}: {} steps ({} refused), {} factorisations ({} pivoted), relative tolerance {:e}.",
            statistics.steps,
            statistics.rejected,
            statistics.factorisations,
            statistics.pivoted_fallbacks,
            scenario.solve.relative_tolerance
        ));
    }
    if !simulated.doses.is_empty() {
        outcome.tables.insert(0, dose_table(scenario, &simulated, fits));
        outcome.figures.extend(figures::doses(scenario, &simulated));
        toxicity(scenario, &simulated, outcome);
    }
    if !simulated.doses.is_empty() {
        for draw_plan in draws::plans(scenario, fits, parameters).map_err(Failed::because)? {
            let spread = draws::spread(scenario, &plan, &draw_plan, &simulated.doses, control)?;
            outcome.tables.insert(1.min(outcome.tables.len()), spread.table);
            outcome.figures.extend(spread.figures);
            outcome.seed = outcome.seed.or(Some(draw_plan.seed));
            if spread.failed > 0 {
                let messages = spread.last_failure.into_iter().collect();
                outcome.failures.push(crate::report::Failure {
                    what: format!("patients from {}", draw_plan.words),
                    count: spread.failed,
                    messages,
                });
            }
        }
    }
    if !fits.is_empty() {
        budget::add(scenario, &simulated.doses, &propagated.self_activities, outcome)?;
    }
    if scenario.model.nuclide.is_some() {
        outcome.tables.push(region_table(scenario, &simulated, &cumulated_at_horizon, &cumulated_whole));
    }
    if let Some(balanced) = &balanced {
        outcome.findings.push(format!(
            "Balance of the labelled ligand at the horizon: injected {:.6} {}, left {:.6}, decayed {:.6}, residual {:.1e} of what was injected.",
            balanced.injected / amount_size(scenario),
            amount_unit(scenario),
            balanced.left() / amount_size(scenario),
            balanced.decayed() / amount_size(scenario),
            balanced.residual()
        ));
        outcome.tables.push(balance_table(scenario, balanced));
    }
    outcome.figures.extend(figures::curves(scenario, &simulated, fits));
    outcome.tables.push(curve_table(scenario, &simulated));
    Ok(simulated)
}

fn cumulated(course: &Course) -> Vec<Option<f64>> {
    (0..course.plan.model.observables.len()).map(|observable| course.cumulated_mbq_h(observable)).collect()
}

/// Times of the curves (min): dense after every dose and at every measurement, coarser later.
pub(in crate::session) fn curve_times(scenario: &Scenario) -> Vec<f64> {
    let until = scenario.solve.until_min;
    let mut starts: Vec<f64> = scenario.administrations.iter().map(|given| given.at_min).filter(|at| *at < until).collect();
    starts.insert(0, 0.0);
    starts.dedup();
    let mut times = Vec::new();
    let points = (CURVE_POINTS / starts.len()).max(40);
    for (position, start) in starts.iter().enumerate() {
        let end = starts.get(position + 1).copied().unwrap_or(until);
        // cubic spacing: minutes after a dose, hours at the end
        times.extend((0..points).map(|point| {
            let share = point as f64 / (points - 1) as f64;
            (start + (end - start) * share * share * share).min(end)
        }));
    }
    times.retain(|time| *time <= until);
    times.sort_by(f64::total_cmp);
    times.dedup();
    times
}

/// NTCP and TCP of the targets, each with its evidence.
fn toxicity(scenario: &Scenario, simulated: &Simulated, outcome: &mut Outcome) {
    if scenario.effects.is_empty() {
        return;
    }
    let mut table = Table::new(
        "effects",
        "Dose–effect relations",
        vec![
            Column::text("target"),
            Column::text("endpoint"),
            Column::text("quantity"),
            Column::number("value", "Gy").significant(4),
            Column::number("probability", "%").significant(3),
            Column::text("reading"),
            Column::text("evidence"),
            Column::text("relation"),
        ],
    );
    for effect in &scenario.effects {
        let value = effect_quantity(effect.relation.quantity, &simulated.doses[effect.target], scenario.targets[effect.target].repair);
        let probability = value.and_then(|value| effect.relation.curve.probability(value));
        table.push(vec![
            scenario.targets[effect.target].name.as_str().into(),
            effect.relation.endpoint.as_str().into(),
            effect.relation.quantity.title().into(),
            value.into(),
            probability.map(|p| 100.0 * p).into(),
            // limits and odds ratios have no probability: what they say instead, in words
            value.and_then(|value| effect.relation.reading(value)).unwrap_or_default().into(),
            effect.relation.evidence.word().into(),
            effect.relation.name.as_str().into(),
        ]);
        for sentence in effect.relation.report_sentences() {
            table.notes.push(sentence.clone());
        }
        outcome.evidence.push(effect.relation.report_sentences().join(" "));
    }
    outcome.tables.insert(1.min(outcome.tables.len()), table);
    outcome.figures.extend(figures::effects(scenario, simulated));
}
