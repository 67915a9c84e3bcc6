//! From what is known of the parameters to medians and intervals of time-integrated activity, absorbed dose, BED and probabilities: many patients drawn
//! from the estimates and their covariance, each solved like the patient himself.
use crate::dosimetry::course::{CoursePlan, SolveSettings, TargetDose};
use crate::fit::parameter_spread::ParameterSpread;
use crate::radiobiology::ntcp::DoseResponse;
use crate::report::{Column, Figure, Table};
use crate::session::figures::diagnostics::{About, Draws, Interval95, distribution};
use crate::session::fitting::{GroupFit, dosed_course};
use crate::session::scenario::Scenario;
use crate::session::work::{Control, Failed};
use crate::units::MINUTES_PER_HOUR;

use super::BEYOND_HALF_LIVES;
use crate::fit::estimate::VarianceChoice;
use crate::trial::effect_quantity;

/// Patients to be solved, and where they come from.
pub(super) struct DrawPlan {
    /// Parameters of every patient.
    pub patients: Vec<Vec<f64>>,
    /// Seed of the draws.
    pub seed: u64,
    /// For people.
    pub words: String,
    /// Short name of the method.
    pub method: &'static str,
}

fn drawn_from(spread: &ParameterSpread, draws: usize, seed: u64, parameters: &[f64], words: &str, method: &'static str) -> DrawPlan {
    let patients = (0..draws as u64).map(|draw| spread.draw(seed, draw, parameters)).collect();
    DrawPlan { patients, seed, words: words.into(), method }
}

/// The plans of a scenario: from its own fit where `fit.uncertainty` or `fit.bootstrap` asks, else from the fit that the patient comes from.
pub(super) fn plans(scenario: &Scenario, fits: &[GroupFit], parameters: &[f64]) -> Result<Vec<DrawPlan>, String> {
    let mut plans = Vec::new();
    if fits.is_empty() {
        let known = scenario.uncertainty.as_ref();
        plans.extend(known.map(|known| {
            drawn_from(&known.spread, known.draws, known.seed, parameters, "the fit that the patient's values come from", "covariance")
        }));
        return Ok(plans);
    }
    let Some(fit) = &scenario.fit else { return Ok(plans) };
    if let Some(asked) = &fit.uncertainty {
        let stored = crate::session::stored_fit::StoredFit::of(&scenario.name, &scenario.patient, &scenario.model, fits, fit.variance)
            .ok_or_else(|| "the estimates have no covariance, so doses have no distribution".to_string())?;
        let words = match fit.variance {
            VarianceChoice::Given => "estimates and covariance of the fit, error model as known",
            VarianceChoice::Estimated => "estimates and covariance of the fit, scaled by the scatter",
        };
        plans.push(drawn_from(&stored.spread(&scenario.model)?, asked.draws, asked.seed, parameters, words, "covariance"));
    }
    if let Some(asked) = &fit.bootstrap {
        plans.push(bootstrap_plan(fits, parameters, asked.seed));
    }
    Ok(plans)
}

/// Patients from the replicates of all fits; replicate i of one fit goes with replicate i of the others.
fn bootstrap_plan(fits: &[GroupFit], parameters: &[f64], seed: u64) -> DrawPlan {
    let replicates: Vec<Vec<&[f64]>> = fits.iter().filter_map(|fit| Some(fit.bootstrap.as_ref()?.fitted().collect())).collect();
    let count = replicates.iter().map(Vec::len).min().unwrap_or(0);
    let patients = (0..count)
        .map(|number| {
            let mut patient = parameters.to_vec();
            for (fit, of_fit) in fits.iter().zip(&replicates) {
                let Some(course) = fit.courses.first() else { continue };
                for moved in &course.moved {
                    patient[moved.position] = moved.size * of_fit[number][moved.value];
                }
            }
            patient
        })
        .collect();
    DrawPlan { patients, seed, words: "the bootstrap of the fit".into(), method: "bootstrap" }
}

/// One drawn patient.
struct Drawn {
    doses: Vec<TargetDose>,
    cumulated_mbq_h: Vec<Option<f64>>,
}

/// Table, figures, and how many draws could not be solved with the last reason.
pub(super) struct Spread {
    pub table: Table,
    pub figures: Vec<Figure>,
    pub failed: usize,
    pub last_failure: Option<String>,
}

/// Median and 95 % interval of values (type 7 of R. J. Hyndman, Y. Fan, Am Stat 1996;50:361–365); `None` of nothing.
pub(crate) fn interval(values: &[f64]) -> Option<Interval95> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)? as f64;
    let quantile = |p: f64| {
        let at = p * last;
        let below = at.floor() as usize;
        let above = (below + 1).min(sorted.len() - 1);
        sorted[below] + (at - below as f64) * (sorted[above] - sorted[below])
    };
    Some(Interval95 { median: quantile(0.5), low: quantile(0.025), high: quantile(0.975) })
}

/// Solves the patients of a plan. `centre` are the doses of the patient himself.
pub(super) fn spread(
    scenario: &Scenario,
    course_plan: &CoursePlan,
    draw_plan: &DrawPlan,
    centre: &[TargetDose],
    control: &mut Control,
) -> Result<Spread, Failed> {
    let settings = SolveSettings {
        relative_tolerance: scenario.solve.relative_tolerance,
        method: scenario.solve.method,
        cancel: Some(control.cancel),
        ..Default::default()
    };
    let all = draw_plan.patients.len();
    let mut drawn = Vec::with_capacity(all);
    let (mut failed, mut last_failure) = (0, None);
    for (number, patient) in draw_plan.patients.iter().enumerate() {
        if number % 10 == 0 {
            control
                .at(&format!("solving patients from {} ({number} of {all})", draw_plan.words), 0.56 + 0.03 * number as f64 / all as f64)?;
        }
        match solve(scenario, course_plan, patient, &settings) {
            Ok(found) => drawn.push(found),
            Err(sentence) => {
                failed += 1;
                last_failure = Some(sentence);
            }
        }
    }
    control.at("drawing patients from the fit", 0.59)?;
    Ok(tabulate(scenario, draw_plan, centre, &drawn, failed, last_failure))
}

fn solve(scenario: &Scenario, plan: &CoursePlan, parameters: &[f64], settings: &SolveSettings) -> Result<Drawn, String> {
    let mut course = dosed_course(plan, scenario, parameters, None)?;
    let beyond = scenario.model.nuclide.filter(|_| scenario.solve.include_beyond);
    let end = scenario.solve.until_min + beyond.map_or(0.0, |nuclide| BEYOND_HALF_LIVES * nuclide.half_life_h * MINUTES_PER_HOUR);
    course.advance(end, &[], settings).map_err(|error| error.to_string())?;
    let cumulated_mbq_h = (0..plan.model.observables.len()).map(|observable| course.cumulated_mbq_h(observable)).collect();
    Ok(Drawn { doses: course.doses(), cumulated_mbq_h })
}

fn tabulate(
    scenario: &Scenario,
    plan: &DrawPlan,
    centre: &[TargetDose],
    drawn: &[Drawn],
    failed: usize,
    last_failure: Option<String>,
) -> Spread {
    let mut table = Table::new(
        if plan.method == "bootstrap" { "uncertainty_bootstrap" } else { "uncertainty" },
        &format!("Median and 95 % interval from the uncertainty of the fit ({})", plan.method),
        vec![
            Column::text("of"),
            Column::text("quantity"),
            Column::text("unit"),
            Column::number("estimate", "").significant(5),
            Column::number("median", "").significant(5),
            Column::number("low_95", "").significant(5),
            Column::number("high_95", "").significant(5),
        ],
    );
    let mut add = |of: &str, quantity: &str, unit: &str, estimate: Option<f64>, values: &[f64]| {
        let found = interval(values);
        table.push(vec![
            of.into(),
            quantity.into(),
            unit.into(),
            estimate.into(),
            found.map(|i| i.median).into(),
            found.map(|i| i.low).into(),
            found.map(|i| i.high).into(),
        ]);
        found
    };
    let mut pictures = Vec::new();
    for (target, (declared, best)) in scenario.targets.iter().zip(centre).enumerate() {
        let absorbed: Vec<f64> = drawn.iter().map(|patient| patient.doses[target].absorbed_gy).collect();
        if let Some(found) = add(&declared.name, "absorbed dose", "Gy", Some(best.absorbed_gy), &absorbed) {
            pictures.push(Draws {
                target: declared.title.clone(),
                quantity: "Absorbed dose".into(),
                unit: "Gy".into(),
                values: absorbed,
                estimate: Some(best.absorbed_gy),
                interval: found,
            });
        }
        if declared.repair.is_some() {
            let bed: Vec<f64> = drawn.iter().filter_map(|patient| patient.doses[target].bed_gy).collect();
            add(&declared.name, "BED", "Gy", best.bed_gy, &bed);
        }
    }
    let (mut evidence, mut limits) = (Vec::new(), Vec::new());
    for effect in &scenario.effects {
        let repair = scenario.targets[effect.target].repair;
        let quantity_gy = |doses: &[TargetDose]| effect_quantity(effect.relation.quantity, &doses[effect.target], repair);
        let target = &scenario.targets[effect.target].name;
        let name = &effect.relation.name;
        // a limit gives no interval: it is told how many draws are on the same side of it
        if let (DoseResponse::Limit { .. }, Some(reading)) =
            (effect.relation.curve, quantity_gy(centre).and_then(|value| effect.relation.reading(value)))
        {
            let readings: Vec<String> = drawn.iter().filter_map(|patient| effect.relation.reading(quantity_gy(&patient.doses)?)).collect();
            let same = readings.iter().filter(|other| **other == reading).count();
            limits.push(format!("{target}, {name}: {reading}; so in {same} of {} draws.", readings.len()));
            continue;
        }
        let (what, unit, scale) = match effect.relation.curve {
            DoseResponse::OddsRatio { .. } => ("odds against 0 Gy", "", 1.0),
            _ => ("probability", "%", 100.0),
        };
        let told = |doses: &[TargetDose]| {
            let value = quantity_gy(doses)?;
            let curve = effect.relation.curve;
            curve.probability(value).or_else(|| curve.odds_ratio(value, 0.0)).map(|told| scale * told)
        };
        let values: Vec<f64> = drawn.iter().filter_map(|patient| told(&patient.doses)).collect();
        add(target, &format!("{what} by {name}"), unit, told(centre), &values);
        evidence.push(format!("{} ({} evidence)", effect.relation.name, effect.relation.evidence.word()));
    }
    for (position, observable) in scenario.model.observables.iter().enumerate() {
        let values: Vec<f64> = drawn.iter().filter_map(|patient| patient.cumulated_mbq_h[position]).collect();
        if !values.is_empty() {
            add(&observable.name, "time-integrated activity", "MBq h", None, &values);
        }
    }
    table.notes.push(format!(
        "{} patients from {} (seed {}); {failed} of them could not be solved. Volume, calibration, recovery and S-value are as known here, and so is everything \
         that was not fitted.",
        plan.patients.len(),
        plan.words,
        plan.seed
    ));
    table.notes.extend(limits);
    if !evidence.is_empty() {
        table.notes.push(format!(
            "The intervals of probabilities hold the uncertainty of the dose alone, not that of the relation: {}.",
            evidence.join(", ")
        ));
    }
    let about = About {
        subject: scenario.title.clone(),
        caption: vec![format!("{} patients from {}, seed {}.", plan.patients.len(), plan.words, plan.seed)],
    };
    let mut figures = if drawn.is_empty() { Vec::new() } else { distribution(&about, &pictures) };
    for figure in &mut figures {
        figure.name = format!("{}_{}", figure.name, plan.method);
    }
    Spread { table, figures, failed, last_failure }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_type_seven() {
        // R: quantile(c(1, 2, 3, 4, 10), c(.025, .5, .975)) gives 1.1, 3, 9.4
        let found = interval(&[4.0, 1.0, 10.0, 3.0, 2.0]).expect("values");
        assert!((found.low - 1.1).abs() < 1e-12 && found.median == 3.0 && (found.high - 9.4).abs() < 1e-12, "{found:?}");
        assert_eq!(interval(&[]), None);
    }
}
