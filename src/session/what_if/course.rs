//! A scenario without regimens: its administrations as they are given, one course; doses, effects and the observables over time as `rpt simulate` has them.
use super::answer::{ArmAnswer, Observed, TargetAnswer, effects_of};
use crate::dosimetry::course::{Course, CourseError, CoursePlan, SolveSettings, TargetDose};
use crate::model::checked::ObservableKind;
use crate::session::fitting::dosed_course;
use crate::session::scenario::Scenario;
use crate::session::simulation::{BEYOND_HALF_LIVES, curve_times};
use crate::units::MINUTES_PER_HOUR;

/// Why a course has no end.
pub(super) enum Failed {
    /// Cancelled from outside.
    Cancelled,
    /// With the reason.
    Because(String),
}

impl From<CourseError> for Failed {
    fn from(error: CourseError) -> Failed {
        match error {
            CourseError::Solve { cancelled: true, .. } => Failed::Cancelled,
            other => Failed::Because(other.to_string()),
        }
    }
}

/// The course to its horizon with curves, and the doses that count.
fn run<'p>(
    plan: &'p CoursePlan,
    scenario: &Scenario,
    parameters: &[f64],
    times: &[f64],
    settings: &SolveSettings,
) -> Result<(Course<'p>, Vec<TargetDose>), Failed> {
    let mut course = dosed_course(plan, scenario, parameters, None).map_err(Failed::Because)?;
    course.advance(scenario.solve.until_min, times, settings)?;
    let mut doses = course.doses();
    if let Some(nuclide) = scenario.model.nuclide.filter(|_| scenario.solve.include_beyond) {
        let end = scenario.solve.until_min + BEYOND_HALF_LIVES * nuclide.half_life_h * MINUTES_PER_HOUR;
        let mut rest = course.clone();
        rest.advance(end, &[], settings)?;
        doses = rest.doses();
    }
    Ok((course, doses))
}

/// The doses alone.
pub(super) fn doses(
    plan: &CoursePlan,
    scenario: &Scenario,
    parameters: &[f64],
    settings: &SolveSettings,
) -> Result<Vec<TargetDose>, Failed> {
    run(plan, scenario, parameters, &[], settings).map(|(_, doses)| doses)
}

/// All of it.
pub(super) fn answer(plan: &CoursePlan, scenario: &Scenario, settings: &SolveSettings) -> Result<ArmAnswer, Failed> {
    let (mut course, doses) = run(plan, scenario, &scenario.model.parameter_values(), &curve_times(scenario), settings)?;
    let per_amount = course.activity_per_amount();
    let mut cycles: Vec<(f64, f64)> = Vec::new();
    for given in &scenario.administrations {
        let activity_mbq = given.activity_mbq.unwrap_or_else(|| given.amount.unwrap_or(0.0) * per_amount);
        match cycles.last_mut() {
            Some((at_min, all_mbq)) if *at_min == given.at_min => *all_mbq += activity_mbq,
            _ => cycles.push((given.at_min, activity_mbq)),
        }
    }
    let samples = std::mem::take(&mut course.samples);
    let observed = scenario.model.observables.iter().enumerate().map(|(position, observable)| {
        let (unit, size) = scenario.unit_of_observable(position);
        let activities = &samples.activities[position];
        // a region is looked at as activity
        let (unit, values) = match observable.kind {
            ObservableKind::Region if !activities.is_empty() => ("MBq".to_owned(), activities.clone()),
            ObservableKind::PercentInjected => ("%".to_owned(), samples.values[position].iter().map(|share| 100.0 * share).collect()),
            _ => (unit, samples.values[position].iter().map(|value| value / size).collect()),
        };
        Observed { title: observable.title.clone(), unit, values }
    });
    let targets = scenario.targets.iter().enumerate().map(|(position, target)| TargetAnswer {
        name: target.name.clone(),
        title: target.title.clone(),
        absorbed_gy: doses[position].absorbed_gy,
        bed_gy: doses[position].bed_gy,
        estimated_gy: None,
        dose_rate_gy_per_h: samples.dose_rates_gy_per_h[position].clone(),
    });
    Ok(ArmAnswer {
        name: "course".into(),
        title: "as given".into(),
        rule: "one course",
        adapts: false,
        activity_mbq: cycles.iter().map(|(_, activity)| activity).sum(),
        targets: targets.collect(),
        effects: effects_of(scenario, &doses),
        counts: Vec::new(),
        observed: observed.collect(),
        cycles,
        times_min: samples.times_min.clone(),
        count_times_min: Vec::new(),
        ended: String::new(),
        cut_and_delayed: (0, 0),
    })
}
