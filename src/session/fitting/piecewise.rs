//! The piecewise integral beside the fit: what depends on the shape of the curve is shown, not hidden.
use super::group::{GroupFit, dosed_course};
use crate::dosimetry::course::{CoursePlan, SolveSettings};
use crate::dosimetry::time_integrated::{TimeIntegratedActivity, integrate};
use crate::report::{Column, Table};
use crate::session::scenario::{PiecewisePlan, Scenario};
use crate::session::work::{Failed, Outcome};
use crate::units::MINUTES_PER_HOUR;

/// A region whose two integrals differ by more than this share is pointed out.
const WORTH_SAYING: f64 = 0.1;
/// A point that misses the curve by more than this share is pointed out.
const MISSED: f64 = 0.2;

/// Piecewise integral of the measured activities of one group (MBq·h).
pub fn integral_of(scenario: &Scenario, plan: &PiecewisePlan, fitted: &GroupFit) -> Result<TimeIntegratedActivity, String> {
    let nuclide = scenario.model.nuclide.ok_or_else(|| "piecewise integration needs a nuclide".to_string())?;
    let used: Vec<_> = fitted.points.iter().filter(|point| point.excluded.is_none()).collect();
    // the clock of the integral starts with the only administration
    let given_min = scenario.administrations.first().map_or(0.0, |given| given.at_min);
    let times: Vec<f64> = used.iter().map(|point| (point.time_min - given_min) / MINUTES_PER_HOUR).collect();
    let activities: Vec<f64> = used.iter().map(|point| point.measured * point.unit_in_internal).collect();
    integrate(&times, &activities, nuclide.decay_constant_per_h(), plan.choices).map_err(|error| error.to_string())
}

/// Adds the table `time_integrated_activity` and says where the two ways disagree.
pub fn compare(
    scenario: &Scenario,
    plan: &PiecewisePlan,
    course: &CoursePlan,
    parameters: &[f64],
    fits: &[GroupFit],
    outcome: &mut Outcome,
) -> Result<(), Failed> {
    let Some(nuclide) = scenario.model.nuclide else {
        return Err(Failed::because("piecewise integration needs a model with a nuclide"));
    };
    let mut table = Table::new(
        "time_integrated_activity",
        "Time-integrated activity: fitted curve and piecewise integral",
        vec![
            Column::text("region"),
            Column::text("method"),
            Column::number("time_integrated_activity", "MBq h").significant(5),
            Column::number("before_first_scan", "%").significant(3),
            Column::number("between_scans", "%").significant(3),
            Column::number("after_last_scan", "%").significant(3),
            Column::number("ratio_to_fit", "").significant(4),
            Column::number("absorbed_dose", "Gy").significant(5),
        ],
    );
    // both ways for all regions first: the dose to a target takes every region
    let mut both = Vec::new();
    for fitted in fits {
        let Some(observable) = fitted.points.first().map(|point| point.observable) else { continue };
        let fit = fitted_integral(scenario, course, parameters, fitted, observable, nuclide.half_life_h)?;
        let piecewise = integral_of(scenario, plan, fitted).map_err(|error| Failed::because(format!("{}: {error}", fitted.name)))?;
        both.push((fitted, scenario.model.observables[observable].name.clone(), fit, piecewise));
    }
    let dose = |region: &str, by_piecewise: bool| {
        let target = scenario.targets.iter().find(|target| target.name == region)?;
        let integral = |source: &str| {
            both.iter()
                .find(|(_, name, ..)| name == source)
                .map_or(0.0, |(_, _, fit, piecewise)| if by_piecewise { piecewise.total_mbq_h() } else { fit.iter().sum() })
        };
        Some(target.terms.iter().map(|(source, s_value)| s_value.gy_per_mbq_h * integral(source)).sum::<f64>())
    };
    for (fitted, region, fit, piecewise) in &both {
        let total = fit.iter().sum::<f64>();
        let ratio = piecewise.total_mbq_h() / total;
        let share = |part: f64| (100.0 * part / total).into();
        table.push(vec![
            fitted.name.as_str().into(),
            "fitted curve".into(),
            total.into(),
            share(fit[0]),
            share(fit[1]),
            share(fit[2]),
            1.0.into(),
            dose(region, false).into(),
        ]);
        table.push(vec![
            fitted.name.as_str().into(),
            "piecewise".into(),
            piecewise.total_mbq_h().into(),
            (100.0 * piecewise.share_before_first()).into(),
            (100.0 * piecewise.share_between()).into(),
            (100.0 * piecewise.share_after_last()).into(),
            ratio.into(),
            dose(region, true).into(),
        ]);
        for note in &piecewise.notes {
            table.notes.push(format!("{}: {note}.", fitted.name));
        }
        let missed: Vec<String> = fitted
            .points
            .iter()
            .zip(&fitted.predicted)
            .filter(|(point, _)| point.excluded.is_none())
            .filter(|(point, predicted)| (point.measured / *predicted - 1.0).abs() > MISSED)
            .map(|(point, predicted)| {
                format!("{:+.0} % at {:.0} h", 100.0 * (point.measured / predicted - 1.0), point.time_min / MINUTES_PER_HOUR)
            })
            .collect();
        let percent = 100.0 * (ratio - 1.0);
        let difference =
            format!("the piecewise integral is {:.0} % {} the fit's", percent.abs(), if percent < 0.0 { "below" } else { "above" });
        let used = fitted.points.iter().filter(|point| point.excluded.is_none()).count();
        if used <= fitted.units.len() {
            outcome.findings.push(format!(
                "{}: {used} scans and {} parameters: the curve goes through all of them, so nothing tests it; {difference}.",
                fitted.name,
                fitted.units.len()
            ));
        } else if !missed.is_empty() {
            outcome.findings.push(format!(
                "{}: one exponential does not describe these scans: measured against fitted {}; {difference}. \
                 The activity falls in more than one phase: this fit's standard error from the scan CV is too small.",
                fitted.name,
                missed.join(", ")
            ));
        } else if (ratio - 1.0).abs() > WORTH_SAYING {
            outcome.findings.push(format!(
                "{}: the curve describes the scans, but {difference}: {:.0} % of it lies after the last scan, where the piecewise way assumes \
                 physical decay alone.",
                fitted.name,
                100.0 * piecewise.share_after_last()
            ));
        }
    }
    table.notes.push("absorbed_dose: to the target of the region's name, from all regions integrated in the same way.".into());
    outcome.tables.push(table);
    Ok(())
}

/// Integral of the fitted curve before the first, between, and after the last scan (MBq·h).
fn fitted_integral(
    scenario: &Scenario,
    plan: &CoursePlan,
    parameters: &[f64],
    fitted: &GroupFit,
    observable: usize,
    half_life_h: f64,
) -> Result<[f64; 3], Failed> {
    let settings = SolveSettings { relative_tolerance: 1e-10, method: scenario.solve.method, ..Default::default() };
    let mut course = dosed_course(plan, scenario, parameters, fitted.dose).map_err(Failed::because)?;
    let used = || fitted.points.iter().filter(|point| point.excluded.is_none()).map(|point| point.time_min);
    let first = used().fold(f64::INFINITY, f64::min);
    let last = used().fold(0.0, f64::max);
    let mut at = [0.0; 3];
    for (slot, until) in at.iter_mut().zip([first, last, last + 30.0 * half_life_h * MINUTES_PER_HOUR]) {
        course.advance(until, &[], &settings).map_err(|error| Failed::because(error.to_string()))?;
        *slot = course.cumulated_mbq_h(observable).unwrap_or(f64::NAN);
    }
    Ok([at[0], at[1] - at[0], at[2] - at[1]])
}
