//! Several people fitted one by one, summarised: the standard two-stage method.
//!
//! For a parameter fitted on the log scale the mean and standard deviation are those of ln x over the people (geometric mean; CV = √(e^(s²) − 1)), for a natural one of x.
//! The spread holds the uncertainty of each estimate too, so it is too wide (J. L. Steimer et al., Drug Metab Rev 1984;15:265–292); the population file says so.
use nalgebra::DMatrix;

use super::group::GroupFit;
use super::problem::Role;
use crate::fit::parameter::Scale;
use crate::math::{exp, expm1, log, sqrt};
use crate::report::{Column, Table};
use crate::session::population::{Population, Spread};
use crate::session::scenario::{FitPlan, Scenario};
use crate::session::work::Outcome;

/// The file within a run.
pub const POPULATION_FILE: &str = "population.yaml";
/// Fewer people give no correlation worth writing.
const LEAST_FOR_CORRELATION: usize = 4;

/// Adds the tables `population` and `population_correlations` and the population file; people whose fit did not converge, or ended at a bound, are left out and counted.
pub fn summarise(scenario: &Scenario, plan: &FitPlan, fits: &[GroupFit], outcome: &mut Outcome) {
    let usable: Vec<&GroupFit> = fits
        .iter()
        .filter(|fit| fit.estimate.is_converged() && fit.estimate.parameters.iter().all(|parameter| parameter.at_bound.is_none()))
        .collect();
    if usable.len() < fits.len() {
        let left: Vec<&str> =
            fits.iter().filter(|fit| !usable.iter().any(|used| used.name == fit.name)).map(|fit| fit.name.as_str()).collect();
        outcome.findings.push(format!("Two-stage summary without {}: not converged, or at a bound.", left.join(", ")));
    }
    let Some(first) = usable.first().filter(|_| usable.len() >= 2) else {
        outcome.findings.push("No two-stage summary: fewer than two people have a fit that can be used.".into());
        return;
    };
    let rows: Vec<usize> = (0..first.roles.len()).filter(|row| matches!(first.roles[*row], Role::Model { .. })).collect();
    let count = usable.len() as f64;
    let values: Vec<Vec<f64>> =
        rows.iter().map(|row| usable.iter().map(|fit| fit.estimate.parameters[*row].transformed).collect()).collect();
    let means: Vec<f64> = values.iter().map(|v| v.iter().sum::<f64>() / count).collect();
    let covariance = |a: usize, b: usize| {
        let pairs = values[a].iter().zip(&values[b]);
        pairs.map(|(x, y)| (x - means[a]) * (y - means[b])).sum::<f64>() / (count - 1.0)
    };
    let mut table = Table::new(
        "population",
        "Between people: two-stage summary",
        vec![
            Column::text("parameter"),
            Column::text("distribution"),
            Column::number("centre", "").significant(5),
            Column::text("unit"),
            Column::number("cv", "%").significant(4),
            Column::number("smallest", "").significant(4),
            Column::number("largest", "").significant(4),
            Column::number("mean_relative_standard_error", "%").significant(3),
            Column::number("subjects", ""),
        ],
    );
    let mut spreads = Vec::new();
    let mut kept = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let parameter = &first.estimate.parameters[*row];
        let deviation = sqrt(covariance(index, index));
        let (words, centre, cv) = match parameter.scale {
            Scale::Natural => ("normal", means[index], deviation / means[index].abs()),
            Scale::Logarithmic => ("log-normal", exp(means[index]), sqrt(expm1(deviation * deviation))),
            Scale::Logit { .. } => ("logit-normal", parameter.scale.back_transform(means[index]), f64::NAN),
        };
        let natural: Vec<f64> = usable.iter().map(|fit| fit.estimate.parameters[*row].value).collect();
        let errors: Vec<f64> = usable
            .iter()
            .filter_map(|fit| {
                fit.estimate.parameters[*row].standard_error.map(|error| 100.0 * error / fit.estimate.parameters[*row].value.abs())
            })
            .collect();
        table.push(vec![
            parameter.label.as_str().into(),
            words.into(),
            centre.into(),
            if first.units[*row].is_empty() { "1".into() } else { first.units[*row].as_str().into() },
            cv.is_finite().then_some(100.0 * cv).into(),
            natural.iter().copied().fold(f64::INFINITY, f64::min).into(),
            natural.iter().copied().fold(f64::NEG_INFINITY, f64::max).into(),
            (!errors.is_empty()).then(|| errors.iter().sum::<f64>() / errors.len() as f64).into(),
            usable.len().into(),
        ]);
        let size = first.block.positions.iter().zip(&first.block.unit).find_map(|(position, size)| match &first.roles[*row] {
            Role::Model { position: wanted, .. } if wanted == position => Some(*size),
            _ => None,
        });
        let (Some(size), Role::Model { position, .. }) = (size, &first.roles[*row]) else { continue };
        let path = scenario.model.parameters[*position].path.clone();
        let (mean, standard_deviation) = match parameter.scale {
            Scale::Natural => (means[index] * size, deviation * size),
            Scale::Logarithmic => (means[index] + log(size), deviation),
            Scale::Logit { .. } => {
                outcome.findings.push(format!("`{path}` is not in {POPULATION_FILE}: it is logit-normal, which the file cannot hold."));
                continue;
            }
        };
        spreads.push(Spread { path, log_normal: parameter.scale != Scale::Natural, mean, standard_deviation });
        kept.push(index);
    }
    table.notes.push(
        "Each person fitted alone; the spread between people holds the uncertainty of their estimates too, so it is wider than the true one. centre: geometric mean, or mean of a \
         normal parameter."
            .into(),
    );
    let correlation = DMatrix::from_fn(kept.len(), kept.len(), |a, b| {
        let product = covariance(kept[a], kept[a]) * covariance(kept[b], kept[b]);
        if a == b || product <= 0.0 { f64::from(u8::from(a == b)) } else { covariance(kept[a], kept[b]) / sqrt(product) }
    });
    let written = usable.len() >= LEAST_FOR_CORRELATION && usable.len() > kept.len();
    let mut correlations = Table::new(
        "population_correlations",
        "Correlations between people",
        vec![Column::text("parameter"), Column::text("with"), Column::number("correlation", "").significant(3)],
    );
    for a in 0..kept.len() {
        for b in 0..a {
            correlations.push(vec![spreads[b].path.as_str().into(), spreads[a].path.as_str().into(), correlation[(a, b)].into()]);
        }
    }
    if !written {
        correlations.notes.push(format!("{} people: too few for a correlation matrix, so the population file has none.", usable.len()));
    }
    let population = Population {
        name: scenario.name.clone(),
        source: Some(format!(
            "two-stage summary of {} people of scenario {}, error model: {}; spreads hold the uncertainty of each estimate",
            usable.len(),
            scenario.name,
            plan.error_words
        )),
        correlation: if written { correlation } else { DMatrix::identity(kept.len(), kept.len()) },
        parameters: spreads,
    };
    outcome.files.push((POPULATION_FILE.into(), population.to_yaml(&scenario.model, usable.len())));
    outcome.tables.push(table);
    if kept.len() > 1 {
        outcome.tables.push(correlations);
    }
}
