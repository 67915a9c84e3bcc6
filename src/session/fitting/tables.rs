//! Tables and figures of the fits.
use super::group::GroupFit;
use super::information::Information;
use crate::fit::estimate::{Bound, VarianceChoice};
use crate::fit::likelihood::Marginal;
use crate::fit::parameter::Scale;
use crate::report::{Cell, Column, Table};
use crate::session::figures;
use crate::session::scenario::{FitPlan, Scenario};
use crate::session::work::Outcome;
use crate::units::MINUTES_PER_HOUR;

/// Adds the tables `fit`, `fit_summary` and `fit_points`, the findings and the figure of the fits.
pub fn tabulate(scenario: &Scenario, plan: &FitPlan, fits: &[GroupFit], outcome: &mut Outcome) {
    outcome.tables.push(estimates(plan, fits));
    outcome.tables.push(summary(plan, fits));
    outcome.tables.push(points(fits));
    outcome.figures.push(figures::fits(scenario, fits));
    for fitted in fits {
        for warning in &fitted.estimate.warnings {
            outcome.findings.push(format!("{}: {warning}", fitted.name));
        }
        if !fitted.estimate.is_converged() {
            let words = fitted.estimate.record.termination.describe().to_string();
            outcome.findings.push(format!("{}: the fit did not converge: {words}", fitted.name));
            outcome.failures.push(crate::report::Failure { what: format!("fit of {}", fitted.name), count: 1, messages: vec![words] });
        }
    }
}

fn estimates(plan: &FitPlan, fits: &[GroupFit]) -> Table {
    let mut table = Table::new(
        "fit",
        "Fitted parameters",
        vec![
            Column::text("group"),
            Column::text("parameter"),
            Column::number("estimate", "").significant(6),
            Column::text("unit"),
            Column::number("standard_error", "").significant(5),
            Column::number("relative_standard_error", "%").significant(3),
            Column::number("robust_standard_error", "").significant(5),
            Column::number("low_95", "").significant(5),
            Column::number("high_95", "").significant(5),
            Column::number("ln_estimate", "").significant(6),
            Column::number("ln_standard_error", "").significant(5),
            Column::text("prior"),
            Column::text("bound"),
        ],
    );
    let priors = fits.iter().any(|fit| !fit.priors.is_empty());
    table.columns.retain(|column| priors || column.name != "prior");
    for fitted in fits {
        for (row, (parameter, unit)) in fitted.estimate.parameters.iter().zip(&fitted.units).enumerate() {
            let log = parameter.scale == Scale::Logarithmic;
            let prior = fitted.priors.iter().find(|prior| prior.position == row);
            let mut cells: Vec<Cell> = vec![
                fitted.name.as_str().into(),
                parameter.label.as_str().into(),
                parameter.value.into(),
                if unit.is_empty() { Cell::Text("1".into()) } else { unit.as_str().into() },
                parameter.standard_error.into(),
                parameter.standard_error.map(|error| 100.0 * error / parameter.value.abs()).into(),
                fitted.robust_errors[row].into(),
                parameter.interval_95.map(|(low, _)| low).into(),
                parameter.interval_95.map(|(_, high)| high).into(),
                log.then_some(parameter.transformed).into(),
                if log { parameter.standard_error_transformed.into() } else { Cell::Missing },
            ];
            cells.extend(priors.then(|| prior.map_or(Cell::Missing, |prior| prior_words(prior).into())));
            cells.push(match parameter.at_bound {
                Some(Bound::Lower) => "at its lower bound".into(),
                Some(Bound::Upper) => "at its upper bound".into(),
                None => Cell::Missing,
            });
            table.push(cells);
        }
    }
    table.notes.push(format!("Error model: {}.", plan.error_words));
    table.notes.push(match plan.variance {
        VarianceChoice::Estimated => "Standard errors from the residual variance of each fit; intervals by Student's t.".into(),
        VarianceChoice::Given if plan.needs_likelihood() => {
            "Standard errors from the expected information of the likelihood; intervals by the normal distribution.".into()
        }
        VarianceChoice::Given => "Standard errors take the error model's number as known; intervals by the normal distribution.".into(),
    });
    if plan.has_priors() {
        table
            .notes
            .push("Parameters with a prior: maximum a posteriori; errors from the curvature of the posterior at its maximum.".into());
    }
    table.notes.extend(plan.factors.iter().map(|factor| format!("{}.", factor.words)));
    if !plan.has_priors() {
        table.notes.push("Robust standard errors: sandwich of the scores, from the scatter about the curve and not from the error model; few data make them too small.".into());
    }
    table.notes.push("ln columns: estimate and standard error on the scale on which a `log` parameter was fitted.".into());
    table
}

/// A prior for people: median and 95 % range.
fn prior_words(prior: &Marginal) -> String {
    let end = |sign: f64| prior.scale.back_transform(prior.mean + sign * 1.959_964 * prior.standard_deviation);
    let shown = |value: f64| crate::report::number_text::significant(value, 4);
    format!("{} ({} to {})", shown(prior.scale.back_transform(prior.mean)), shown(end(-1.0)), shown(end(1.0)))
}

fn summary(plan: &FitPlan, fits: &[GroupFit]) -> Table {
    let mut table = Table::new(
        "fit_summary",
        "How the fits ended",
        vec![
            Column::text("group"),
            Column::number("points", ""),
            Column::number("parameters", ""),
            Column::number("degrees_of_freedom", ""),
            Column::number("weighted_sum_of_squares", "").significant(6),
            Column::number("residual_standard_error", "").significant(5),
            Column::number("minus_two_log_likelihood", "").significant(6),
            Column::number("aic", "").significant(6),
            Column::number("aicc", "").significant(6),
            Column::number("bic", "").significant(6),
            Column::number("condition_number", "").significant(3),
            Column::number("iterations", ""),
            Column::number("evaluations", ""),
            Column::number("failed_evaluations", ""),
            Column::text("ended"),
        ],
    );
    for fitted in fits {
        let estimate = &fitted.estimate;
        let information = fitted.information.as_ref();
        table.push(vec![
            fitted.name.as_str().into(),
            fitted.points.iter().filter(|point| point.excluded.is_none()).count().into(),
            estimate.parameters.len().into(),
            estimate.degrees_of_freedom.into(),
            estimate.weighted_sum_of_squares.into(),
            estimate.residual_variance.map(f64::sqrt).into(),
            information.map(|found| found.minus_two_log_likelihood).into(),
            information.map(Information::aic).into(),
            information.and_then(Information::aicc).into(),
            information.map(Information::bic).into(),
            estimate.condition_number.into(),
            (estimate.record.iterations as usize).into(),
            estimate.record.evaluations.into(),
            estimate.record.failed_evaluations.into(),
            estimate.record.termination.describe().into(),
        ]);
    }
    table.notes.push(format!(
        "The residual standard error is in units of the error model ({}): 1 means that the scatter is what the model says.",
        plan.error_words
    ));
    if plan.error.form == crate::session::scenario::NoiseForm::Unweighted {
        table.notes.pop();
        table.notes.push("Unweighted: the residual standard error is in the unit of the data.".into());
    }
    table
}

fn points(fits: &[GroupFit]) -> Table {
    // one unit: in the headings; several: in a column of their own
    let units: std::collections::BTreeSet<&str> = fits.iter().flat_map(|fit| &fit.points).map(|point| point.unit.as_str()).collect();
    let several = units.len() > 1;
    let unit = if several { "" } else { units.first().copied().unwrap_or_default() };
    let mut table = Table::new(
        "fit_points",
        "Measured and fitted values",
        vec![
            Column::text("group"),
            Column::text("channel"),
            Column::number("line", ""),
            Column::number("time", "h").significant(5),
            Column::number("measured", unit).significant(5),
            Column::number("fitted", unit).significant(5),
            Column::number("deviation", "%").significant(3),
            Column::number("weighted_residual", "").significant(3),
            Column::text("unit"),
            Column::text("below_limit"),
            Column::text("excluded"),
        ],
    );
    let limits = fits.iter().flat_map(|fit| &fit.points).any(|point| point.below_limit);
    table.columns.retain(|column| (several || column.name != "unit") && (limits || column.name != "below_limit"));
    for fitted in fits {
        for ((point, predicted), weighted) in fitted.points.iter().zip(&fitted.predicted).zip(&fitted.weighted) {
            let mut row: Vec<Cell> = vec![
                fitted.name.as_str().into(),
                point.channel.as_str().into(),
                (point.line as usize).into(),
                (point.time_min / MINUTES_PER_HOUR).into(),
                point.measured.into(),
                (*predicted).into(),
                if *predicted == 0.0 { Cell::Missing } else { (100.0 * (point.measured - predicted) / predicted).into() },
                (*weighted).into(),
            ];
            row.extend(several.then(|| Cell::from(point.unit.as_str())));
            row.extend(limits.then(|| if point.below_limit { "below".into() } else { Cell::Missing }));
            row.push(point.excluded.as_deref().map_or(Cell::Missing, Into::into));
            table.push(row);
        }
    }
    table
}
