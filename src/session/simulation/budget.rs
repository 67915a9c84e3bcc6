//! The uncertainty budget of the absorbed doses after a fit: what the scenario states, the fit's share from its covariance, table and figure.
use super::uncertainty::StandardErrors;
use crate::dosimetry::course::TargetDose;
use crate::dosimetry::uncertainty_budget::{Budget, DoseInputs, dose_budget};
use crate::fit::estimate::VarianceChoice;
use crate::report::{Cell, Column, Table};
use crate::session::figures::diagnostics::{About, TargetBudget, VarianceShares, uncertainty_budget};
use crate::session::scenario::{Scenario, TargetUncertainty};
use crate::session::work::{Failed, Outcome};

/// Adds the budget of every target that the scenario has one for. `self_activities` holds the time-integrated activity of each target's own region
/// (MBq h) with its standard errors.
pub(super) fn add(
    scenario: &Scenario,
    doses: &[TargetDose],
    self_activities: &[(f64, StandardErrors)],
    outcome: &mut Outcome,
) -> Result<(), Failed> {
    let mut table = empty_table();
    let mut bars = Vec::new();
    let mut assumptions: Vec<String> = Vec::new();
    for stated in &scenario.budget {
        let target = &scenario.targets[stated.target];
        let (time_integrated_mbq_h, errors) = self_activities[stated.target];
        let Some((fit, basis)) = share_of_fit(scenario, time_integrated_mbq_h, errors) else {
            outcome.findings.push(format!(
                "No uncertainty budget of {}: its time-integrated activity has no standard error (region not fitted, parameter at a bound, or no \
                 covariance).",
                target.name
            ));
            continue;
        };
        let budget =
            dose_budget(&DoseInputs { fit, ..stated.inputs }).map_err(|error| Failed::because(format!("{}: {error}", target.name)))?;
        let self_dose_gy = stated.s_value_gy_per_mbq_h * time_integrated_mbq_h;
        fill(&mut table, &target.name, &budget, self_dose_gy);
        table.notes.push(describe(&target.name, stated, basis, self_dose_gy, doses[stated.target].absorbed_gy));
        bars.push(TargetBudget {
            target: target.title.clone(),
            relative_uncertainty_percent: 100.0 * budget.relative,
            shares: shares(&stated.inputs, fit, budget.relative),
        });
        // common numbers are on the list of every target
        for words in &stated.stated {
            let sentence = format!("{words}.");
            if !table.notes.contains(&sentence) {
                table.notes.push(sentence);
            }
        }
        for words in stated.assumed.iter().chain(&budget.assumptions) {
            let sentence = format!("uncertainty budget: {words}");
            if !assumptions.contains(&sentence) {
                assumptions.push(sentence);
            }
        }
    }
    if bars.is_empty() {
        return Ok(());
    }
    outcome.assumptions.extend(assumptions);
    outcome.figures.push(uncertainty_budget(&about(scenario), &bars));
    outcome.tables.push(table);
    Ok(())
}

fn empty_table() -> Table {
    let columns = vec![
        Column::text("target"),
        Column::text("contribution"),
        Column::number("relative_standard_uncertainty", "%").significant(4),
        Column::number("variance_share", "%").significant(4),
        Column::number("self_dose", "Gy").significant(6),
        Column::number("standard_uncertainty", "Gy").significant(3),
    ];
    let mut table = Table::new("uncertainty_budget", "Uncertainty budget of the absorbed dose", columns);
    table.notes.push(
        "First-order propagation after Gear et al., Eur J Nucl Med Mol Imaging 2018;45:2456. Standard uncertainties (one standard deviation, no coverage \
         factor) of the self-dose. Rows with × are covariances: what the volume does to two quantities at once; a negative share lessens the variance."
            .to_string(),
    );
    table
}

/// Relative standard error of the time-integrated activity, by the variance that the fit was asked for, and words for it.
fn share_of_fit(scenario: &Scenario, time_integrated_mbq_h: f64, errors: StandardErrors) -> Option<(f64, &'static str)> {
    let given = errors.given.map(|error| (error, "the error model's number taken as known"));
    let residual = errors.residual.map(|error| (error, "the scatter of the residuals"));
    let plan = scenario.fit.as_ref()?;
    // a likelihood with priors or estimated noise has its scatter in the covariance already
    let (error, basis) =
        if plan.needs_likelihood() || plan.variance == VarianceChoice::Given { given.or(residual)? } else { residual.or(given)? };
    let relative = error / time_integrated_mbq_h;
    relative.is_finite().then_some((relative, basis))
}

fn fill(table: &mut Table, target: &str, budget: &Budget, self_dose_gy: f64) {
    for line in &budget.contributions {
        let relative = line.relative.map_or(Cell::Missing, |relative| Cell::from(100.0 * relative));
        table.push(vec![target.into(), line.name.into(), relative, (100.0 * line.share).into(), Cell::Missing, Cell::Missing]);
    }
    let whole: f64 = budget.contributions.iter().map(|line| line.share).sum();
    table.push(vec![
        target.into(),
        "total".into(),
        (100.0 * budget.relative).into(),
        (100.0 * whole).into(),
        self_dose_gy.into(),
        (budget.relative * self_dose_gy).into(),
    ]);
}

fn describe(name: &str, stated: &TargetUncertainty, basis: &str, self_dose_gy: f64, absorbed_gy: f64) -> String {
    let inputs = &stated.inputs;
    let cross = if absorbed_gy > 0.0 { 100.0 * (absorbed_gy - self_dose_gy) / absorbed_gy } else { 0.0 };
    format!(
        "{name}: one per cent of volume changes the counts by {:.3} %, the recovery by {:.3} %, the S-value by {:.3} %. Fit: {basis}. Cross-dose is \
         {cross:.2} % of the absorbed dose and has no uncertainty here.",
        inputs.counts_follow_volume,
        inputs.recovery_follows_volume,
        0.0 - inputs.s_value_exponent
    )
}

/// Shares for the figure. All that the volume does, squares and covariances together, is `(c − r − s)² u²`: one bar that is never negative.
fn shares(inputs: &DoseInputs, fit: f64, relative: f64) -> VarianceShares {
    let share = |part: f64| if relative > 0.0 { part * part / (relative * relative) } else { 0.0 };
    VarianceShares {
        volume: share((inputs.counts_follow_volume - inputs.recovery_follows_volume - inputs.s_value_exponent) * inputs.volume),
        recovery: share(inputs.recovery),
        calibration: share(inputs.calibration),
        counts: share(inputs.counts),
        fit: share(fit),
        s_value: share(inputs.s_value),
    }
}

fn about(scenario: &Scenario) -> About {
    About {
        subject: scenario.patient.clone(),
        caption: vec![
            format!("Model {}; self-dose only, standard uncertainties.", scenario.model.title),
            "volume: all that it does through counts, recovery and S-value, their covariances with it; the other bars hold at a known volume.".to_string(),
        ],
    }
}
