//! One patient: curves, time-integrated activity, absorbed dose, BED, NTCP, and the balance of the labelled ligand.
use nalgebra::DVector;

use super::figures;
use super::fitting::{GroupFit, dosed_course};
use super::scenario::Scenario;
use super::work::{Control, Failed, Outcome};
use crate::dosimetry::course::{Balance, Course, CourseError, CoursePlan, Samples, SolveSettings, TargetDose};
use crate::model::checked::ObservableKind;
use crate::radiobiology::registry::DoseQuantity;
use crate::report::{Cell, Column, Table};
use crate::units::MINUTES_PER_HOUR;

/// How long the course is followed beyond the horizon, in half-lives of the nuclide: 2⁻³⁰ is 1e-9 of the activity.
const BEYOND_HALF_LIVES: f64 = 30.0;
/// Points of the recorded curves.
const CURVE_POINTS: usize = 400;

/// Standard errors of one number, from the fits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StandardErrors {
    /// With the measurement errors of the error model taken as known.
    pub given: Option<f64>,
    /// With the scatter of the residuals instead.
    pub residual: Option<f64>,
}

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
    let dose_errors = propagate(scenario, &plan, parameters, fits, &settings)?;
    let activity_mbq: f64 = scenario
        .administrations
        .iter()
        .map(|given| given.activity_mbq.unwrap_or_else(|| given.amount.unwrap_or(0.0) * course.activity_per_amount()))
        .sum();
    let simulated = Simulated { samples: course.samples, doses, beyond, dose_errors, activity_mbq };
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

fn amount_unit(scenario: &Scenario) -> &str {
    &scenario.model.amount_unit
}

fn amount_size(scenario: &Scenario) -> f64 {
    crate::units::Unit::parse(&scenario.model.amount_unit).map_or(1.0, |unit| unit.in_internal_units)
}

fn share_beyond(part: f64, all: f64) -> f64 {
    if all > 0.0 { ((all - part) / all).max(0.0) } else { 0.0 }
}

fn cumulated(course: &Course) -> Vec<Option<f64>> {
    (0..course.plan.model.observables.len()).map(|observable| course.cumulated_mbq_h(observable)).collect()
}

/// Times of the curves (min): dense after every dose and at every measurement, coarser later.
fn curve_times(scenario: &Scenario) -> Vec<f64> {
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

/// Standard errors of the absorbed doses by the delta method: central differences along every fitted parameter, the covariance of each fit.
fn propagate(
    scenario: &Scenario,
    plan: &CoursePlan,
    parameters: &[f64],
    fits: &[GroupFit],
    settings: &SolveSettings,
) -> Result<Vec<StandardErrors>, Failed> {
    let mut variances = vec![(0.0, 0.0); scenario.targets.len()];
    let (mut given_known, mut residual_known) = (!fits.is_empty(), !fits.is_empty());
    // subjects are different people: their fits say nothing about this patient
    let apply = fits.iter().filter(|fit| fit.dose.is_none());
    for fit in apply {
        let block = &fit.block;
        let Some(covariance) = &block.unscaled_covariance else {
            given_known = false;
            residual_known = false;
            continue;
        };
        let mut slopes = vec![DVector::zeros(block.positions.len()); scenario.targets.len()];
        for (index, position) in block.positions.iter().enumerate() {
            // a step on the fitted scale: of the logarithm, or of the value in its own unit
            let unit = block.unit[index];
            let step = if block.log_scale[index] { 1e-4 } else { 1e-4 * (parameters[*position] / unit).abs().max(1e-8) };
            let at = |sign: f64| -> Result<Vec<TargetDose>, Failed> {
                let mut moved = parameters.to_vec();
                moved[*position] = if block.log_scale[index] {
                    parameters[*position] * libm::exp(sign * step)
                } else {
                    parameters[*position] + sign * step * unit
                };
                final_doses(scenario, plan, &moved, settings)
            };
            let (up, down) = (at(1.0)?, at(-1.0)?);
            for (target, slope) in slopes.iter_mut().enumerate() {
                slope[index] = (up[target].absorbed_gy - down[target].absorbed_gy) / (2.0 * step);
            }
        }
        for (variance, slope) in variances.iter_mut().zip(&slopes) {
            let known = slope.dot(&(covariance * slope));
            variance.0 += known;
            match block.residual_variance {
                Some((scatter, _)) => variance.1 += known * scatter,
                None => residual_known = false,
            }
        }
    }
    Ok(variances
        .into_iter()
        .map(|(given, residual)| StandardErrors {
            given: given_known.then(|| given.sqrt()),
            residual: residual_known.then(|| residual.sqrt()),
        })
        .collect())
}

fn final_doses(scenario: &Scenario, plan: &CoursePlan, parameters: &[f64], settings: &SolveSettings) -> Result<Vec<TargetDose>, Failed> {
    let settings = SolveSettings { relative_tolerance: settings.relative_tolerance.min(1e-9), ..*settings };
    let mut course = dosed_course(plan, scenario, parameters, None).map_err(Failed::because)?;
    course.advance(scenario.solve.until_min, &[], &settings).map_err(failed)?;
    if let Some(nuclide) = scenario.model.nuclide.filter(|_| scenario.solve.include_beyond) {
        let end = scenario.solve.until_min + BEYOND_HALF_LIVES * nuclide.half_life_h * MINUTES_PER_HOUR;
        course.advance(end, &[], &settings).map_err(failed)?;
    }
    Ok(course.doses())
}

fn dose_table(scenario: &Scenario, simulated: &Simulated, fits: &[GroupFit]) -> Table {
    let mut columns = vec![
        Column::text("target"),
        Column::number("absorbed_dose", "Gy").significant(6),
        Column::number("standard_error_given_cv", "Gy").significant(3),
        Column::number("standard_error_residual", "Gy").significant(3),
        Column::number("per_activity", "Gy/GBq").significant(4),
        Column::number("bed", "Gy").significant(5),
        Column::number("beyond_horizon", "%").significant(2),
        Column::text("s_value"),
    ];
    let with_errors = simulated.dose_errors.iter().any(|errors| errors.given.is_some() || errors.residual.is_some());
    if !with_errors {
        columns.retain(|column| !column.name.starts_with("standard_error"));
    }
    let mut table = Table::new("doses", "Absorbed dose", columns);
    for (position, target) in scenario.targets.iter().enumerate() {
        let dose = simulated.doses[position];
        let mut methods: Vec<&str> = target.terms.iter().map(|(_, s)| s.method.title()).collect();
        methods.dedup();
        let mut row: Vec<Cell> = vec![target.name.as_str().into(), dose.absorbed_gy.into()];
        if with_errors {
            row.push(simulated.dose_errors[position].given.into());
            row.push(simulated.dose_errors[position].residual.into());
        }
        let per_gbq = (simulated.activity_mbq > 0.0).then(|| dose.absorbed_gy / (simulated.activity_mbq / 1000.0));
        row.extend([per_gbq.into(), dose.bed_gy.into(), (100.0 * simulated.beyond[position]).into(), methods.join("; ").into()]);
        table.push(row);
    }
    if with_errors {
        let words = scenario.fit.as_ref().map_or("", |fit| fit.error_words.as_str());
        let mut degrees: Vec<usize> = fits.iter().map(|fit| fit.estimate.degrees_of_freedom).collect();
        degrees.sort_unstable();
        degrees.dedup();
        let degrees = degrees.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
        table.notes.push(format!(
            "standard_error_given_cv: the error model's number taken as known ({words}); standard_error_residual: from the scatter about the fitted \
             curve instead, with {degrees} degree(s) of freedom in each fit (one degree of freedom: a 95 % interval is ± 12.7 standard errors). \
             Neither holds the uncertainty of volume, calibration, recovery or S-value."
        ));
    }
    table.notes.push(if scenario.solve.include_beyond {
        "Doses count all decay; beyond_horizon is the share after the end of the simulated curves.".to_string()
    } else {
        let reason = scenario.solve.beyond_reason.as_deref().unwrap_or("as the scenario asks");
        format!(
            "Doses end at the horizon of {:.1} h ({reason}); beyond_horizon is the share of the whole dose that is left out.",
            scenario.solve.until_min / MINUTES_PER_HOUR
        )
    });
    for target in &scenario.targets {
        for (region, s_value) in &target.terms {
            let mass = s_value.target_mass_g.map_or(String::new(), |mass| format!(", target mass {mass:.1} g"));
            table.notes.push(format!(
                "S({} ← {region}) = {:.5e} Gy/(MBq h){mass}: {}{}{}",
                target.name,
                s_value.gy_per_mbq_h,
                s_value.source,
                if s_value.extrapolated { "; EXTRAPOLATED beyond the table" } else { "" },
                s_value.notes.iter().map(|note| format!("; {note}")).collect::<String>()
            ));
        }
        if let Some(repair) = target.repair {
            table.notes.push(format!(
                "{}: BED with α/β {} Gy and a repair half-time of {} h, Lea–Catcheside by integration.",
                target.name, repair.alpha_beta_gy, repair.repair_half_time_h
            ));
        }
    }
    table
}

fn region_table(scenario: &Scenario, simulated: &Simulated, at_horizon: &[Option<f64>], whole: &[Option<f64>]) -> Table {
    let mut table = Table::new(
        "regions",
        "Time-integrated activity of the regions",
        vec![
            Column::text("region"),
            Column::number("time_integrated_activity", "MBq h").significant(6),
            Column::number("coefficient", "h").significant(4),
            Column::number("beyond_horizon", "%").significant(2),
        ],
    );
    for (position, observable) in scenario.model.observables.iter().enumerate() {
        let (Some(part), Some(all)) = (at_horizon[position], whole[position]) else { continue };
        let counted = if scenario.solve.include_beyond { all } else { part };
        let coefficient = (simulated.activity_mbq > 0.0).then(|| counted / simulated.activity_mbq);
        table.push(vec![observable.name.as_str().into(), counted.into(), coefficient.into(), (100.0 * share_beyond(part, all)).into()]);
    }
    table
}

fn balance_table(scenario: &Scenario, balance: &Balance) -> Table {
    let unit = amount_unit(scenario);
    let size = amount_size(scenario);
    let mut table = Table::new(
        "balance",
        "Where the labelled ligand is and where it decayed, at the horizon",
        vec![
            Column::text("compartment"),
            Column::number("left", unit).significant(4),
            Column::number("decayed", unit).significant(4),
            Column::number("decayed_share", "%").significant(3),
        ],
    );
    for compartment in &balance.compartments {
        table.push(vec![
            compartment.path.as_str().into(),
            (compartment.left / size).into(),
            (compartment.decayed / size).into(),
            if balance.injected > 0.0 { (100.0 * compartment.decayed / balance.injected).into() } else { Cell::Missing },
        ]);
    }
    table.notes.push(format!(
        "Injected {:.9e} {unit} = left {:.9e} + decayed {:.9e}; residual {:.2e} of what was injected.",
        balance.injected / size,
        balance.left() / size,
        balance.decayed() / size,
        balance.residual()
    ));
    table
}

fn curve_table(scenario: &Scenario, simulated: &Simulated) -> Table {
    let samples = &simulated.samples;
    let mut columns = vec![Column::number("time", "h")];
    let mut series: Vec<(&[f64], f64)> = Vec::new();
    let size = amount_size(scenario);
    for (position, observable) in scenario.model.observables.iter().enumerate() {
        let amounts = observable.kind != ObservableKind::Value;
        let (unit, scale) = match observable.kind {
            ObservableKind::Region => (scenario.model.amount_unit.clone(), size),
            ObservableKind::Concentration => (format!("{}/L", scenario.model.amount_unit), size),
            ObservableKind::Value => (observable.dimension.internal_unit(), 1.0),
        };
        columns.push(Column::number(&observable.name, &unit));
        series.push((&samples.values[position], scale));
        if amounts && !samples.activities[position].is_empty() && scenario.model.amount != crate::units::ACTIVITY {
            let unit = if observable.kind == ObservableKind::Region { "MBq" } else { "MBq/L" };
            columns.push(Column::number(&format!("{}_activity", observable.name), unit));
            series.push((&samples.activities[position], 1.0));
        }
    }
    for (position, target) in scenario.targets.iter().enumerate() {
        columns.push(Column::number(&format!("{}_dose_rate", target.name), "Gy/h"));
        series.push((&samples.dose_rates_gy_per_h[position], 1.0));
        columns.push(Column::number(&format!("{}_dose", target.name), "Gy"));
        series.push((&samples.doses_gy[position], 1.0));
    }
    let mut table = Table::new("curves", "Curves", columns);
    for (sample, time) in samples.times_min.iter().enumerate() {
        let mut row: Vec<Cell> = vec![(time / MINUTES_PER_HOUR).into()];
        row.extend(series.iter().map(|(values, scale)| Cell::from(values[sample] / scale)));
        table.push(row);
    }
    table
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

/// The quantity on the axis of a relation (Gy).
pub fn effect_quantity(quantity: DoseQuantity, dose: &TargetDose, repair: Option<crate::dosimetry::course::Repair>) -> Option<f64> {
    match quantity {
        DoseQuantity::AbsorbedDose => Some(dose.absorbed_gy),
        DoseQuantity::Bed => dose.bed_gy,
        DoseQuantity::Eqd2 => dose.bed_gy.zip(repair).map(|(bed, repair)| crate::radiobiology::bed::eqd2_gy(bed, repair.alpha_beta_gy)),
    }
}
