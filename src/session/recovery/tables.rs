//! Tables, findings and figure of a study of recovery.
use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::coverage::{BAND, Coverage, Quantity, Verdict, chance_outside, coverages, wilson_interval};
use super::doses::Doses;
use super::patients::Patients;
use super::picture;
use super::replicate::Replicate;
use crate::report::number_text::significant;
use crate::report::{Cell, Column, Failure, Table};
use crate::session::fitting::Role;
use crate::session::scenario::TruthFrom;
use crate::session::work::Outcome;

/// How a quantity is named in tables.
pub struct Named {
    /// `parameter` or `absorbed dose`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// True value, or that it is drawn.
    pub truth: String,
}

/// Adds tables, figure and findings.
pub fn tabulate(patients: &Patients<'_>, doses: &Doses<'_>, replicates: &[Replicate], outcome: &mut Outcome) {
    let names = names(patients, doses, replicates);
    let found = coverages(replicates);
    outcome.findings.extend(simulated(patients));
    let sentences = ended(replicates, outcome);
    outcome.findings.extend(sentences);
    outcome.findings.push(verdict(&found, &names));
    outcome.tables.push(recovery_table(&found, &names, replicates));
    outcome.tables.push(replicate_table(&names, replicates));
    if !found.is_empty() {
        outcome.figures.push(picture::coverage(patients.fitting.scenario, &found, &names, replicates.len()));
    }
    let recovery = patients.recovery;
    for series in recovery.series.iter().filter(|series| series.assumed) {
        outcome.assumptions.push(format!("noise of the simulated values: {}", series.words));
    }
    for parameter in &patients.fitting.plan.parameters {
        if let Some(prior) = parameter.prior.as_ref().filter(|prior| prior.assumed) {
            outcome.assumptions.push(format!("prior of `{}`: {}", parameter.path, prior.words));
        }
    }
}

fn names(patients: &Patients<'_>, doses: &Doses<'_>, replicates: &[Replicate]) -> Vec<Named> {
    let truth_of = |drawn: bool, pick: &dyn Fn(&super::Found) -> f64| {
        if drawn {
            return "drawn".to_string();
        }
        replicates.iter().find_map(|r| r.found.as_ref().ok()).map_or_else(|| "?".to_string(), |found| significant(pick(found), 4))
    };
    let problem = &patients.problem;
    let rows = (0..problem.roles.len()).filter(|row| matches!(problem.roles[*row], Role::Model { .. }));
    let mut names: Vec<Named> = rows
        .enumerate()
        .map(|(at, row)| Named {
            kind: "parameter",
            name: problem.parameters[row].label.clone(),
            unit: problem.units[row].0.clone(),
            truth: truth_of(patients.is_drawn(row), &|found| found.parameters[at].truth),
        })
        .collect();
    let drawn = patients.recovery.truth == TruthFrom::Prior;
    names.extend(doses.names().into_iter().enumerate().map(|(at, name)| Named {
        kind: "absorbed dose",
        name,
        unit: "Gy".into(),
        truth: truth_of(drawn, &|found| found.doses[at].truth),
    }));
    names
}

/// What was simulated and from where fits start.
fn simulated(patients: &Patients<'_>) -> Vec<String> {
    let recovery = patients.recovery;
    let lines: Vec<String> = recovery.series.iter().map(|series| format!("\n  {}", series.words)).collect();
    let truth = match recovery.truth {
        TruthFrom::Fixed => "The truth is the scenario's, the same in every replicate; fits start elsewhere, where the scenario says.",
        TruthFrom::Prior => {
            "The truth is drawn from the priors of the fit, anew in every replicate; fits start at the same values in all of them."
        }
    };
    vec![format!("Simulated in every replicate, {} values:{}", recovery.point_count(), lines.concat()), truth.to_string()]
}

/// How the fits ended, and how long they took.
fn ended(replicates: &[Replicate], outcome: &mut Outcome) -> Vec<String> {
    let converged = replicates.iter().filter(|r| r.found.as_ref().is_ok_and(|found| found.converged)).count();
    let unfinished: Vec<&str> = replicates
        .iter()
        .filter_map(|r| r.found.as_ref().ok())
        .filter(|found| !found.converged)
        .map(|found| found.ended.as_str())
        .collect();
    let failed: Vec<&str> = replicates.iter().filter_map(|r| r.found.as_ref().err()).map(String::as_str).collect();
    for (what, messages) in [("fits of replicates that did not converge", &unfinished), ("replicates that failed", &failed)] {
        if !messages.is_empty() {
            let mut distinct: Vec<String> = messages.iter().map(|message| (*message).to_string()).collect();
            distinct.sort();
            distinct.dedup();
            distinct.truncate(5);
            outcome.failures.push(Failure { what: what.into(), count: messages.len(), messages: distinct });
        }
    }
    outcome.incomplete |= converged == 0;
    let mut sentences = vec![format!(
        "{converged} of {} fits converged, {} did not, {} failed. What did not converge counts as not covered.",
        replicates.len(),
        unfinished.len(),
        failed.len()
    )];
    let mut seconds: Vec<f64> = replicates.iter().map(|r| r.fit_seconds).collect();
    seconds.sort_by(f64::total_cmp);
    if let (Some(median), Some(longest)) = (seconds.get(seconds.len() / 2), seconds.last()) {
        sentences.push(format!("Time of one fit on one thread: median {median:.2} s, longest {longest:.2} s."));
    }
    sentences
}

fn verdict(found: &[Coverage], names: &[Named]) -> String {
    let outside: Vec<String> = found
        .iter()
        .zip(names)
        .filter(|(coverage, _)| coverage.verdict() != Verdict::Within)
        .map(|(coverage, named)| format!("{} {} {:.1} %", named.kind, named.name, coverage.percent()))
        .collect();
    let band = format!("{} to {} %", BAND.0, BAND.1);
    if found.is_empty() {
        "No replicate gave an estimate.".into()
    } else if outside.is_empty() {
        format!("The coverage of all {} intervals lies within {band}.", found.len())
    } else {
        format!("Coverage outside {band}: {}; the other {} lie within.", outside.join(", "), found.len() - outside.len())
    }
}

fn recovery_table(found: &[Coverage], names: &[Named], replicates: &[Replicate]) -> Table {
    let mut table = Table::new(
        "recovery",
        "Recovery of known parameters and doses: coverage of the 95 % intervals",
        vec![
            Column::text("kind"),
            Column::text("quantity"),
            Column::text("truth"),
            Column::text("unit"),
            Column::number("replicates", ""),
            Column::number("covered", ""),
            Column::number("coverage", "%").decimals(1),
            Column::number("coverage_low", "%").decimals(1),
            Column::number("coverage_high", "%").decimals(1),
            Column::number("bias", "%").significant(3),
            Column::number("rmse", "%").significant(3),
            Column::number("relative_standard_error", "%").significant(3),
            Column::text("verdict"),
        ],
    );
    for (coverage, named) in found.iter().zip(names) {
        let (low, high) = coverage.interval_percent();
        table.push(vec![
            named.kind.into(),
            named.name.as_str().into(),
            named.truth.as_str().into(),
            named.unit.as_str().into(),
            coverage.replicates.into(),
            coverage.covered.into(),
            coverage.percent().into(),
            low.into(),
            high.into(),
            coverage.bias_percent.into(),
            coverage.error_percent.into(),
            coverage.standard_error_percent.into(),
            words(coverage.verdict()).into(),
        ]);
    }
    if let Some(row) = joint_row(replicates, &mut table.notes) {
        table.push(row);
    }
    let (low, high) = BAND;
    table.notes.push(
        "coverage_low, coverage_high: 95 % interval of the coverage (Wilson). bias, rmse: of estimate/truth − 1, over fits that converged. \
         relative_standard_error: median."
            .into(),
    );
    if let Some(chance) = chance_outside(replicates.len()) {
        table.notes.push(format!(
            "With {} replicates a right 95 % interval has a coverage outside {low} to {high} % by chance in {} % of studies.",
            replicates.len(),
            significant(100.0 * chance, 2)
        ));
    }
    table
}

/// Coverage of the joint 95 % ellipsoid of all parameters.
fn joint_row(replicates: &[Replicate], notes: &mut Vec<String>) -> Option<Vec<Cell>> {
    let found = || replicates.iter().filter_map(|r| r.found.as_ref().ok()).filter(|found| found.converged);
    let count = found().next()?.parameters.len();
    let limit = ChiSquared::new(count as f64).ok()?.inverse_cdf(0.95);
    let distances: Vec<f64> = found().filter_map(|found| found.distance).collect();
    let covered = distances.iter().filter(|distance| **distance <= limit).count();
    let mean = distances.iter().sum::<f64>() / distances.len().max(1) as f64;
    notes.push(format!(
        "joint: all parameters together, by (t̂ − t)ᵀ C⁻¹ (t̂ − t) ≤ {}, the 95 % quantile of χ² with {count} degrees of freedom. Its mean is {}, expected {count}.",
        significant(limit, 4),
        significant(mean, 4)
    ));
    let (low, high) = wilson_interval(covered, replicates.len());
    let coverage = Coverage {
        quantity: Quantity::Parameter(count),
        replicates: replicates.len(),
        covered,
        bias_percent: f64::NAN,
        error_percent: f64::NAN,
        standard_error_percent: f64::NAN,
    };
    Some(vec![
        "joint".into(),
        "all parameters".into(),
        "".into(),
        "".into(),
        replicates.len().into(),
        covered.into(),
        coverage.percent().into(),
        (100.0 * low).into(),
        (100.0 * high).into(),
        Cell::Missing,
        Cell::Missing,
        Cell::Missing,
        words(coverage.verdict()).into(),
    ])
}

fn words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::TooLow => "too low",
        Verdict::Within => "within",
        Verdict::TooHigh => "too high",
    }
}

fn replicate_table(names: &[Named], replicates: &[Replicate]) -> Table {
    let mut table = Table::new(
        "recovery_replicates",
        "Every replicate",
        vec![
            Column::number("replicate", ""),
            Column::text("kind"),
            Column::text("quantity"),
            Column::text("unit"),
            Column::number("truth", "").significant(6),
            Column::number("estimate", "").significant(6),
            Column::number("low_95", "").significant(6),
            Column::number("high_95", "").significant(6),
            Column::text("covered"),
            Column::number("joint_distance", "").significant(5),
            Column::number("iterations", ""),
            Column::text("ended"),
        ],
    );
    for replicate in replicates {
        match &replicate.found {
            Ok(found) => {
                for (named, one) in names.iter().zip(found.parameters.iter().chain(&found.doses)) {
                    table.push(vec![
                        replicate.number.into(),
                        named.kind.into(),
                        named.name.as_str().into(),
                        named.unit.as_str().into(),
                        one.truth.into(),
                        one.estimate.into(),
                        one.interval.map(|(low, _)| low).into(),
                        one.interval.map(|(_, high)| high).into(),
                        if found.converged && one.holds_truth() { "yes" } else { "no" }.into(),
                        found.distance.into(),
                        (found.iterations as usize).into(),
                        found.ended.as_str().into(),
                    ]);
                }
            }
            Err(sentence) => {
                let mut row = vec![replicate.number.into()];
                row.extend(std::iter::repeat_n(Cell::Missing, 7));
                row.extend(["no".into(), Cell::Missing, Cell::Missing, sentence.as_str().into()]);
                table.push(row);
            }
        }
    }
    table
}
