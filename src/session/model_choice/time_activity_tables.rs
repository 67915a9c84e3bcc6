//! What weighing families of time–activity functions found: sentences, tables, the curves through the data.
use super::Region;
use super::time_activity::{RegionChoice, region_points};
use crate::fit::error_model::ErrorModel;
use crate::fit::estimate::VarianceChoice;
use crate::fit::time_activity::RegionPoint;
use crate::report::{Axis, Cell, Column, Figure, Legend, Mark, Panel, Style, Table};
use crate::session::scenario::{Scenario, TimeActivityPlan};
use crate::session::work::Outcome;

pub(super) fn findings(plan: &TimeActivityPlan, chosen: &[RegionChoice], outcome: &mut Outcome) {
    for choice in chosen {
        let Some(best) = choice.best() else { continue };
        let integral = best.fit.time_integrated_activity_mbq_h.value;
        outcome.findings.push(format!(
            "{}: {} of {} families could be compared; {} describes it best by {} (weight {:.2}, {}).",
            choice.name,
            choice.fits.iter().filter(|one| one.difference.is_some()).count(),
            choice.fits.len() + choice.refused.len(),
            best.fit.curve.family.name(),
            plan.criterion.title(),
            best.weight,
            best.fit.curve.family.describe(),
        ));
        if best.fit.candidate.observations == best.fit.curve.family.parameter_count() {
            outcome.findings.push(format!(
                "{}: {} has as many parameters as there are scans and goes through them whatever they are: its weight says that the simpler functions fail, \
                 not that it is right.",
                choice.name,
                best.fit.curve.family.name()
            ));
        }
        for warning in &best.fit.warnings {
            outcome.findings.push(format!("{}, {}: {warning}.", choice.name, best.fit.curve.family.name()));
        }
        if choice.integral.between_models > 0.1 * integral {
            outcome.findings.push(format!(
                "{}: the families disagree by {:.0} % (one standard deviation) about the time-integrated activity: the choice of function matters more \
                 than its standard error says.",
                choice.name,
                100.0 * choice.integral.between_models / choice.integral.value
            ));
        }
    }
}

pub(super) fn models_table(plan: &TimeActivityPlan, chosen: &[RegionChoice]) -> Table {
    let mut table = Table::new(
        "time_activity_models",
        "Families of time–activity functions",
        vec![
            Column::text("region"),
            Column::text("family"),
            Column::text("function"),
            Column::number("points", ""),
            Column::number("parameters", ""),
            Column::number("time_integrated_activity", "MBq h").significant(5),
            Column::number("standard_error", "MBq h").significant(3),
            Column::number("low_95", "MBq h").significant(4),
            Column::number("high_95", "MBq h").significant(4),
            Column::text("effective_half_lives_h"),
            Column::text("estimates"),
            Column::number("after_last_scan", "%").significant(3),
            Column::number("chi_squared", "").decimals(3),
            Column::number("aic", "").significant(6),
            Column::number("aicc", "").significant(6),
            Column::number("bic", "").significant(6),
            Column::number("difference", "").significant(4),
            Column::number("weight", "").decimals(3),
            Column::text("verdict"),
        ],
    );
    for choice in chosen {
        for one in &choice.fits {
            let (fit, integral) = (&one.fit, one.fit.time_integrated_activity_mbq_h);
            let number = crate::report::number_text::significant;
            let estimates: Vec<String> = fit
                .estimate
                .parameters
                .iter()
                .map(|p| match p.standard_error {
                    Some(error) => format!("{} {} ± {}", p.name, number(p.value, 4), number(error, 2)),
                    None => format!("{} {}", p.name, number(p.value, 4)),
                })
                .collect();
            let half_lives: Vec<String> = fit.effective_half_lives_h.iter().map(|h| number(*h, 4)).collect();
            table.push(vec![
                choice.name.as_str().into(),
                fit.curve.family.name().into(),
                fit.curve.family.symbol().into(),
                fit.candidate.observations.into(),
                fit.candidate.parameters.into(),
                integral.value.into(),
                integral.standard_error.into(),
                integral.interval_95.map(|(low, _)| low).into(),
                integral.interval_95.map(|(_, high)| high).into(),
                half_lives.join(", ").into(),
                estimates.join("; ").into(),
                (100.0 * fit.share_after_last).into(),
                fit.estimate.weighted_sum_of_squares.into(),
                fit.candidate.aic().into(),
                fit.candidate.aicc().into(),
                fit.candidate.bic().into(),
                one.difference.into(),
                one.weight.into(),
                one.verdict.as_str().into(),
            ]);
        }
    }
    table.notes.extend(refusals(chosen));
    table.notes.push(format!("Error model: {}. Compared by {}.", plan.error_words, plan.criterion.title()));
    table.notes.push(match plan.variance {
        VarianceChoice::Given => {
            "The error model's number is taken as known: AIC is then unbiased for few points too, and AICc's correction, made for an estimated variance, \
             is too strict."
                .to_string()
        }
        VarianceChoice::Estimated => "The residual variance is estimated and counts as a parameter.".to_string(),
    });
    table.notes.push("parameters counts what was estimated; A in MBq, mu and delta in 1/h; half-lives from the slowest phase.".into());
    table.notes.push(
        "Verdicts after Burnham and Anderson (2002): a difference to the best up to 2 is substantial support, above 10 essentially none."
            .into(),
    );
    table
}

/// One sentence for each reason: which families, and in which regions where not in all.
fn refusals(chosen: &[RegionChoice]) -> Vec<String> {
    let mut reasons: Vec<(&str, Vec<&str>, Vec<&str>)> = Vec::new();
    for choice in chosen {
        for (name, reason) in &choice.refused {
            let known = reasons.iter().position(|(other, ..)| other == reason).unwrap_or_else(|| {
                reasons.push((reason, Vec::new(), Vec::new()));
                reasons.len() - 1
            });
            let (_, families, regions) = &mut reasons[known];
            if !families.contains(name) {
                families.push(name);
            }
            if !regions.contains(&choice.name.as_str()) {
                regions.push(&choice.name);
            }
        }
    }
    reasons
        .into_iter()
        .map(|(reason, families, regions)| {
            let place = if regions.len() == chosen.len() { String::new() } else { format!(" in {}", regions.join(", ")) };
            format!("Not fitted{place}: {}: {reason}.", families.join(", "))
        })
        .collect()
}

pub(super) fn average_table(plan: &TimeActivityPlan, chosen: &[RegionChoice]) -> Table {
    let mut table = Table::new(
        "time_activity_average",
        "Time-integrated activity over the families",
        vec![
            Column::text("region"),
            Column::number("families_compared", ""),
            Column::text("best_family"),
            Column::number("weight_of_best", "").decimals(3),
            Column::number("best", "MBq h").significant(5),
            Column::number("standard_error_of_best", "MBq h").significant(3),
            Column::number("averaged", "MBq h").significant(5),
            Column::number("standard_error", "MBq h").significant(3),
            Column::number("between_families", "MBq h").significant(3),
            Column::number("smallest", "MBq h").significant(5),
            Column::number("largest", "MBq h").significant(5),
        ],
    );
    for choice in chosen {
        let Some(best) = choice.best() else { continue };
        let integral = best.fit.time_integrated_activity_mbq_h;
        let compared = || choice.fits.iter().filter(|one| one.difference.is_some()).map(|one| one.fit.time_integrated_activity_mbq_h.value);
        table.push(vec![
            choice.name.as_str().into(),
            compared().count().into(),
            best.fit.curve.family.name().into(),
            best.weight.into(),
            integral.value.into(),
            integral.standard_error.into(),
            choice.integral.value.into(),
            choice.integral.standard_error.into(),
            choice.integral.between_models.into(),
            compared().fold(f64::INFINITY, f64::min).into(),
            compared().fold(0.0, f64::max).into(),
        ]);
    }
    table.notes.push(if plan.average {
        format!(
            "Averaged with the weights of {}; standard error Σ w √(se² + (θ − mean)²) after Buckland, Burnham and Augustin (1997), which holds the \
             families' disagreement.",
            plan.criterion.title()
        )
    } else {
        "No average was asked for: the best family alone.".to_string()
    });
    table.notes.push("The error of scans is all that is counted: not that of volume, calibration and recovery.".into());
    table
}

/// Dose per target by the best families and by the average; `None` where no target has all its sources.
pub(super) fn dose_table(scenario: &Scenario, plan: &TimeActivityPlan, chosen: &[RegionChoice]) -> Option<Table> {
    let mut table = Table::new(
        "time_activity_dose",
        "Absorbed dose from the time–activity functions",
        vec![
            Column::text("target"),
            Column::text("subject"),
            Column::number("best_families", "Gy").significant(5),
            Column::number("averaged", "Gy").significant(5),
            Column::number("standard_error", "Gy").significant(3),
        ],
    );
    let mut people: Vec<&(Option<String>, Option<String>)> = Vec::new();
    for choice in chosen {
        if !people.contains(&&choice.person) {
            people.push(&choice.person);
        }
    }
    for target in &scenario.targets {
        for person in &people {
            let sources: Option<Vec<_>> = target
                .terms
                .iter()
                .map(|(source, s_value)| {
                    let choice = chosen.iter().find(|choice| choice.observable == *source && choice.person == **person)?;
                    Some((s_value.gy_per_mbq_h, choice))
                })
                .collect();
            let Some(sources) = sources else { continue };
            let best =
                sources.iter().map(|(s, choice)| s * choice.best().map_or(f64::NAN, |best| best.fit.time_integrated_activity_mbq_h.value));
            let errors: Option<Vec<f64>> =
                sources.iter().map(|(s, choice)| choice.integral.standard_error.map(|error| (s * error).powi(2))).collect();
            let words: Vec<&str> = [&person.0, &person.1].into_iter().flatten().map(String::as_str).collect();
            table.push(vec![
                target.name.as_str().into(),
                if words.is_empty() { Cell::Missing } else { words.join(", ").into() },
                best.sum::<f64>().into(),
                sources.iter().map(|(s, choice)| s * choice.integral.value).sum::<f64>().into(),
                errors.map(|errors| errors.iter().sum::<f64>().sqrt()).into(),
            ]);
        }
    }
    let averaged = if plan.average { "averaged integrals" } else { "integrals of the best family" };
    table.notes.push(format!("Σ Ã·S over the target's sources, {averaged}; regions are taken as independent."));
    (!table.rows.is_empty()).then_some(table)
}

/// One panel a region: the measured activities and every family that was compared.
pub(super) fn curves(scenario: &Scenario, plan: &TimeActivityPlan, regions: &[Region], chosen: &[RegionChoice]) -> Option<Figure> {
    const STEPS: usize = 200;
    let mut panels = Vec::new();
    for choice in chosen {
        let Some(region) = regions.iter().find(|region| region.name == choice.name) else { continue };
        let points = region_points(scenario, plan.error, region);
        let last = points.iter().map(|point| point.time_h).fold(0.0, f64::max);
        let smallest = points.iter().map(|point| point.activity_mbq).filter(|a| *a > 0.0).fold(f64::INFINITY, f64::min);
        let floor = 0.1 * smallest;
        let mut marks = Vec::new();
        for one in choice.fits.iter().filter(|one| one.difference.is_some()) {
            let family = one.fit.curve.family;
            let times = (0..=STEPS).map(|i| 1.6 * last * (i as f64 / STEPS as f64).powi(2));
            let (x, y) = times.map(|time| (time, one.fit.curve.activity_mbq(time))).filter(|(_, a)| *a > floor).unzip();
            let colour = crate::fit::time_activity::Family::ALL.iter().position(|other| *other == family).unwrap_or(0);
            marks.push(Mark::Line { name: family.name().into(), x, y, style: Style { marker: None, ..Style::indexed(colour) } });
        }
        let half = |point: &RegionPoint| match point.error {
            ErrorModel::Unweighted => 0.0,
            ErrorModel::Constant { standard_deviation } => standard_deviation,
            ErrorModel::Proportional { coefficient_of_variation, .. } | ErrorModel::LogNormal { coefficient_of_variation } => {
                coefficient_of_variation * point.activity_mbq
            }
        };
        marks.push(Mark::Points {
            name: "measured ± standard deviation".into(),
            x: points.iter().map(|point| point.time_h).collect(),
            y: points.iter().map(|point| point.activity_mbq).collect(),
            low: Some(points.iter().map(|point| (point.activity_mbq - half(point)).max(floor)).collect()),
            high: Some(points.iter().map(|point| point.activity_mbq + half(point)).collect()),
            style: Style { marker: Some(0), ..Style::solid(4) },
        });
        panels.push(Panel {
            title: Some(choice.name.replace('_', " ")),
            x: Axis::linear("Time after administration", "h"),
            y: Axis::log10("Activity", "MBq"),
            marks,
            legend: Legend::Auto,
        });
    }
    (!panels.is_empty()).then(|| Figure {
        name: "time_activity_models".into(),
        title: format!("Time–activity functions: {}", scenario.title),
        columns: if panels.len() == 1 { 1 } else { 2 },
        panels,
        caption: vec![
            format!(
                "Patient {}. Families that were compared by {}; what follows the last scan is extrapolated.",
                scenario.patient,
                plan.criterion.title()
            ),
            format!("Error model: {}.", plan.error_words),
        ],
        ..Figure::default()
    })
}
