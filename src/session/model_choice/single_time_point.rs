//! What one scan would have said: estimates by several methods beside the full fit, each with the error to be expected over a population.
use super::Region;
use super::time_activity::{RegionChoice, physical_decay_per_h, region_points};
use crate::fit::error_model::ErrorModel;
use crate::fit::estimate::VarianceChoice;
use crate::fit::least_squares::{Monitor, Settings};
use crate::fit::single_time_point::{Method, best_time, expected_error, haenscheid, known_half_life, posterior};
use crate::fit::time_activity::{Family, FamilySettings, RegionPoint, fit_family};
use crate::report::{Cell, Column, Table};
use crate::session::scenario::{Scenario, SingleTimePointMethod, SingleTimePointPlan};
use crate::session::work::{Failed, Outcome};

/// Adds the table `single_time_point`.
///
/// # Errors
/// None at present; a region without a usable scan or without a population is said to be so.
pub fn single_time_points(
    scenario: &Scenario,
    plan: &SingleTimePointPlan,
    regions: &[Region],
    chosen: &[RegionChoice],
    outcome: &mut Outcome,
) -> Result<(), Failed> {
    let mut table = Table::new(
        "single_time_point",
        "Time-integrated activity from one scan",
        vec![
            Column::text("region"),
            Column::number("scan", "h").significant(4),
            Column::text("method"),
            Column::number("time_integrated_activity", "MBq h").significant(5),
            Column::number("low_95", "MBq h").significant(4),
            Column::number("high_95", "MBq h").significant(4),
            Column::number("full_fit", "MBq h").significant(5),
            Column::number("ratio_to_full_fit", "").significant(4),
            Column::number("expected_bias", "%").significant(3),
            Column::number("expected_sd", "%").significant(3),
            Column::number("expected_low_95", "").significant(3),
            Column::number("expected_high_95", "").significant(3),
            Column::number("best_time", "h").significant(3),
            Column::number("expected_error_at_best_time", "%").significant(3),
        ],
    );
    let error = ErrorModel::LogNormal { coefficient_of_variation: plan.cv };
    for region in regions {
        let Some(stated) = plan.population_of(&region.channel) else {
            outcome.findings.push(format!("{}: no population of half-lives is stated, so no single-time-point estimate.", region.name));
            continue;
        };
        let points: Vec<RegionPoint> =
            region_points(scenario, error, region).into_iter().filter(|p| p.activity_mbq > 0.0 && p.time_h > 0.0).collect();
        let full = full_fit(scenario, region, &points, chosen);
        let scans: Vec<RegionPoint> = match plan.time_h {
            None => points.clone(),
            Some(wanted) => {
                points.iter().min_by(|a, b| (a.time_h - wanted).abs().total_cmp(&(b.time_h - wanted).abs())).copied().into_iter().collect()
            }
        };
        if scans.is_empty() {
            outcome
                .findings
                .push(format!("{}: no positive activity after the administration, so no single-time-point estimate.", region.name));
        }
        for scan in &scans {
            for method in &plan.methods {
                let (time, activity, population) = (scan.time_h, scan.activity_mbq, stated.population);
                let (value, interval, expected) = match method {
                    SingleTimePointMethod::Haenscheid => (haenscheid(activity, time), None, Method::Haenscheid),
                    SingleTimePointMethod::Madsen => (known_half_life(activity, time, population.median_h), None, Method::PopulationMedian),
                    SingleTimePointMethod::Map => {
                        let found = posterior(activity, time, plan.cv, population, None);
                        (found.median_mbq_h, Some(found.interval_95), Method::PosteriorMedian)
                    }
                };
                let error = expected_error(expected, time, population, plan.cv);
                let best = best_time(expected, population, plan.cv);
                let at_best = expected_error(expected, best, population, plan.cv);
                table.push(vec![
                    region.name.as_str().into(),
                    time.into(),
                    method.title().into(),
                    value.into(),
                    interval.map(|(low, _)| low).into(),
                    interval.map(|(_, high)| high).into(),
                    full.as_ref().map(|(value, _)| *value).into(),
                    full.as_ref().map_or(Cell::Missing, |(full, _)| (value / full).into()),
                    (100.0 * error.bias).into(),
                    (100.0 * error.standard_deviation).into(),
                    error.range_95.0.into(),
                    error.range_95.1.into(),
                    best.into(),
                    (100.0 * at_best.root_mean_square).into(),
                ]);
            }
        }
        let reference = full.map_or("no full fit".to_string(), |(_, words)| words);
        table.notes.push(format!("{}: effective half-life {}; full fit: {reference}.", region.name, stated.words));
        if stated.assumed {
            outcome.assumptions.push(format!("effective half-lives of {} in the population: {}", region.name, stated.words));
        }
    }
    table.notes.push(
        "haenscheid: A(t)·2t/ln 2 (Hänscheid 2018); madsen: the population's median half-life (Madsen 2018); map: posterior median and interval with the \
         population's log-normal half-lives as prior and none on the uptake (its mode is madsen's value, its mean is infinite)."
            .into(),
    );
    table.notes.push(format!(
        "expected_…: estimate/true over the population's half-lives and a scan error of CV {} %, for a mono-exponential course; best_time has the least root \
         mean square error. A course of several phases, or one outside the population, misses by more.",
        100.0 * plan.cv
    ));
    table.notes.push(
        "Level of evidence: observational; a single scan was never shown to serve patients as well as several (research use only).".into(),
    );
    outcome.tables.push(table);
    Ok(())
}

/// The integral that all scans give (MBq·h), and how it was found.
fn full_fit(scenario: &Scenario, region: &Region, points: &[RegionPoint], chosen: &[RegionChoice]) -> Option<(f64, String)> {
    if let Some(choice) = chosen.iter().find(|choice| choice.name == region.name) {
        return Some((choice.integral.value, "the families' average".to_string()));
    }
    let settings = FamilySettings {
        physical_decay_per_h: physical_decay_per_h(scenario),
        starts: 3,
        fit: Settings { variance: VarianceChoice::Given, ..Settings::default() },
    };
    let mono = Family { phases: 1, uptake: false, physical_tail: false };
    let fit = fit_family(mono, points, &settings, &Monitor::default()).ok()?;
    Some((fit.time_integrated_activity_mbq_h.value, format!("a mono-exponential through {} scans", points.len())))
}
