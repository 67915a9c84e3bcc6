//! Tables and figures of how an optimum was found and how sure it is: starts, profiles, bootstrap.
use super::group::GroupFit;
use crate::fit::multi_start::StartOutcome;
use crate::fit::profile::{Profile, ProfileEnd, Threshold};
use crate::report::{Cell, Column, Failure, Table};
use crate::session::figures::diagnostics::{self as pictures, ParameterProfile, SearchTrace};
use crate::session::work::Outcome;

/// Adds what there is of it.
pub fn tabulate(fits: &[GroupFit], outcome: &mut Outcome) {
    if fits.iter().any(|fit| !fit.search.outcomes.is_empty()) {
        starts(fits, outcome);
    }
    if fits.iter().any(|fit| !fit.profiles.is_empty()) {
        profiles(fits, outcome);
    }
    if fits.iter().any(|fit| fit.bootstrap.is_some()) {
        bootstraps(fits, outcome);
    }
}

/// Convergence of all starts as the figure wants it.
pub fn traces(fits: &[GroupFit]) -> Vec<SearchTrace> {
    let several = fits.len() > 1;
    let of = |fit: &GroupFit| -> Vec<SearchTrace> {
        let named = |number: usize| match (several, fit.search.traces.len() > 1) {
            (true, false) => fit.name.clone(),
            (true, true) => format!("{}, start {number}", fit.name),
            (false, _) => format!("start {number}"),
        };
        fit.search.traces.iter().map(|(number, objective)| SearchTrace { name: named(*number), objective: objective.clone() }).collect()
    };
    fits.iter().flat_map(of).collect()
}

fn starts(fits: &[GroupFit], outcome: &mut Outcome) {
    let mut table = Table::new(
        "starts",
        "Starts of the search",
        vec![
            Column::text("group"),
            Column::number("start", ""),
            Column::number("objective", "").significant(8),
            Column::number("above_best", "").significant(3),
            Column::number("iterations", ""),
            Column::text("ended"),
        ],
    );
    for fit in fits {
        let best = fit.estimate.objective;
        for StartOutcome { number, result, .. } in &fit.search.outcomes {
            table.push(match result {
                Ok(found) => vec![
                    fit.name.as_str().into(),
                    (*number).into(),
                    found.objective.into(),
                    (found.objective - best).into(),
                    (found.iterations as usize).into(),
                    found.termination.describe().into(),
                ],
                Err(message) => vec![
                    fit.name.as_str().into(),
                    (*number).into(),
                    Cell::Missing,
                    Cell::Missing,
                    Cell::Missing,
                    format!("failed: {message}").into(),
                ],
            });
        }
        outcome.findings.extend(fit.search.words.iter().map(|words| format!("{}: {words}", fit.name)));
        let failed: Vec<&String> = fit.search.outcomes.iter().filter_map(|outcome| outcome.result.as_ref().err()).collect();
        if let Some(first) = failed.first() {
            let what = format!("starts of {}", fit.name);
            outcome.failures.push(Failure { what, count: failed.len(), messages: vec![(*first).clone()] });
        }
    }
    table.notes.push(
        "Start 0 is the declared one, the others are a Latin hypercube. objective: what was minimised, −2 ln L or the sum of squares."
            .into(),
    );
    outcome.tables.push(table);
}

fn end_words(end: &ProfileEnd) -> (Cell, &'static str) {
    match end {
        ProfileEnd::Crossed(value) => ((*value).into(), "found"),
        ProfileEnd::ReachedBound(value) => ((*value).into(), "open at its bound"),
        ProfileEnd::NeverCrosses(value) => ((*value).into(), "open as far as followed"),
        ProfileEnd::Failed { at, .. } => ((*at).into(), "could not be followed"),
    }
}

fn profiles(fits: &[GroupFit], outcome: &mut Outcome) {
    let mut table = Table::new(
        "profiles",
        "Profile likelihood: 95 % intervals and verdicts",
        vec![
            Column::text("group"),
            Column::text("parameter"),
            Column::number("estimate", "").significant(5),
            Column::number("low_95", "").significant(5),
            Column::text("lower_end"),
            Column::number("high_95", "").significant(5),
            Column::text("upper_end"),
            Column::text("verdict"),
        ],
    );
    let mut curves = Table::new(
        "profile_points",
        "Profile likelihood: the paths",
        vec![
            Column::text("group"),
            Column::text("parameter"),
            Column::number("value", "").significant(6),
            Column::number("objective_above_minimum", "").significant(6),
            Column::text("converged"),
        ],
    );
    for fit in fits {
        for profile in &fit.profiles {
            let (low, lower) = end_words(&profile.lower);
            let (high, upper) = end_words(&profile.upper);
            let unit = &fit.units[profile.parameter];
            let named = if unit.is_empty() { profile.name.clone() } else { format!("{} ({unit})", profile.name) };
            table.push(vec![
                fit.name.as_str().into(),
                named.into(),
                profile.estimate.into(),
                low,
                lower.into(),
                high,
                upper.into(),
                profile.verdict.words.first().cloned().unwrap_or_default().into(),
            ]);
            outcome.findings.extend(profile.verdict.words.iter().map(|words| format!("{}: {words}", fit.name)));
            for point in &profile.points {
                curves.push(vec![
                    fit.name.as_str().into(),
                    profile.name.as_str().into(),
                    point.value.into(),
                    point.delta.into(),
                    if point.converged { "yes" } else { "no" }.into(),
                ]);
            }
        }
    }
    let threshold = fits.iter().flat_map(|fit| &fit.profiles).map(|profile| profile.threshold).next();
    table.notes.push(match threshold {
        Some(Threshold::ProfileT { degrees_of_freedom, .. }) => {
            format!("Ends where the sum of squares rises by s² t² ({degrees_of_freedom} degrees of freedom; Bates and Watts' profile t).")
        }
        _ => "Ends where −2 ln L rises by 3.84 with all others refitted.".into(),
    });
    outcome.tables.push(table);
    outcome.tables.push(curves);
}

/// Profiles as the figure wants them: Δ in units where 3.84 is the threshold.
pub fn profile_pictures(fits: &[GroupFit]) -> Vec<ParameterProfile> {
    let end = |end: &ProfileEnd| match end {
        ProfileEnd::Crossed(value) => pictures::ProfileEnd::Crosses(*value),
        ProfileEnd::ReachedBound(value) => pictures::ProfileEnd::ReachesBound(*value),
        ProfileEnd::NeverCrosses(_) | ProfileEnd::Failed { .. } => pictures::ProfileEnd::NeverCrosses,
    };
    let of = |fit: &GroupFit, profile: &Profile| {
        let parameter = &fit.estimate.parameters[profile.parameter];
        let scale = 3.841_458_820_694_124 / profile.threshold.value();
        ParameterProfile {
            parameter: if fits.len() > 1 { format!("{}: {}", fit.name, parameter.label) } else { parameter.label.clone() },
            unit: fit.units[profile.parameter].clone(),
            estimate: profile.estimate,
            standard_error: if parameter.scale.is_relative() { parameter.standard_error_transformed } else { parameter.standard_error }
                .unwrap_or(f64::NAN),
            logarithmic: parameter.scale == crate::fit::parameter::Scale::Logarithmic,
            values: profile.points.iter().map(|point| point.value).collect(),
            differences: profile.points.iter().map(|point| point.delta * scale).collect(),
            lower: end(&profile.lower),
            upper: end(&profile.upper),
        }
    };
    fits.iter().flat_map(|fit| fit.profiles.iter().map(move |profile| of(fit, profile))).collect()
}

fn bootstraps(fits: &[GroupFit], outcome: &mut Outcome) {
    let mut table = Table::new(
        "bootstrap",
        "Bootstrap of the parameters",
        vec![
            Column::text("group"),
            Column::text("parameter"),
            Column::number("estimate", "").significant(5),
            Column::text("unit"),
            Column::number("median", "").significant(5),
            Column::number("standard_deviation", "").significant(4),
            Column::number("low_95", "").significant(5),
            Column::number("high_95", "").significant(5),
        ],
    );
    for fit in fits {
        let Some(result) = &fit.bootstrap else { continue };
        for (summary, unit) in result.summaries.iter().zip(&fit.units) {
            table.push(vec![
                fit.name.as_str().into(),
                summary.name.as_str().into(),
                summary.estimate.into(),
                if unit.is_empty() { "1".into() } else { unit.as_str().into() },
                summary.median.into(),
                summary.standard_deviation.into(),
                summary.interval_95.0.into(),
                summary.interval_95.1.into(),
            ]);
        }
        table.notes.push(format!("{}: {}", fit.name, result.describe()));
        if result.failed > 0 {
            let what = format!("bootstrap replicates of {}", fit.name);
            outcome.failures.push(Failure { what, count: result.failed, messages: vec![result.describe()] });
        }
    }
    outcome.tables.push(table);
}
