//! Activities against what was injected: nothing in a patient is negative, the whole body only loses, and the regions together hold no more than was given.

use super::{Finding, Measure, Series, Severity, person, short};

/// A decay-corrected whole body that rises by more than this share is pointed out; counting and dead time alone make a few percent (assumed).
const WHOLE_BODY_RISE: f64 = 0.05;
/// Above the injected activity by more than this share: pointed out (assumed).
const ABOVE_INJECTED: f64 = 0.05;
/// Above the injected activity by more than this factor: no noise explains it, a unit or a calibration is wrong (assumed).
const FAR_ABOVE_INJECTED: f64 = 2.0;

pub(super) fn negative(series: &Series, findings: &mut Vec<Finding>) {
    if series.measure == Measure::Other {
        return;
    }
    for sample in series.measured().filter(|sample| sample.value < 0.0) {
        let message = format!(
            "{} is {} {}: an activity cannot be negative (background subtracted twice?), and no log-normal or proportional error model takes it",
            series.words(),
            short(sample.value),
            series.unit
        );
        findings.push(series.finding(Severity::Warning, Some(sample.line), message));
    }
}

/// Between administrations the whole body, corrected for decay, can only lose activity.
pub(super) fn rising_whole_body(series: &Series, half_life_h: Option<f64>, findings: &mut Vec<Finding>) {
    let (true, Some(half_life_h)) = (series.whole_body, half_life_h) else { return };
    let corrected = |value: f64, time_h: f64| value * crate::math::exp(std::f64::consts::LN_2 / half_life_h * time_h);
    let measured: Vec<_> = series.measured().collect();
    for pair in measured.windows(2) {
        let (first, second) = (pair[0], pair[1]);
        let given_between = series.injections.iter().any(|dose| dose.start_h > first.time_h && dose.start_h <= second.time_h);
        let (before, after) = (corrected(first.value, first.time_h), corrected(second.value, second.time_h));
        if !given_between && before > 0.0 && after > before * (1.0 + WHOLE_BODY_RISE) {
            let message = format!(
                "the decay-corrected activity of {} rises by {:.0} % from {} h to {} h without an administration between (line {}): \
                 look at calibration, dead time and the decay correction of the table",
                series.words(),
                100.0 * (after / before - 1.0),
                short(first.time_h),
                short(second.time_h),
                first.line
            );
            findings.push(series.finding(Severity::Warning, Some(second.line), message));
        }
    }
}

/// Activity (MBq) that is left at `time_h` of what was injected until then; `None` where a dose is no activity, or none was given.
fn injected_mbq(series: &Series, time_h: f64, half_life_h: f64) -> Option<f64> {
    let left = |start_h: f64| crate::math::exp(-std::f64::consts::LN_2 / half_life_h * (time_h - start_h));
    let given = series.injections.iter().filter(|dose| dose.start_h <= time_h);
    let parts: Option<Vec<f64>> = given.map(|dose| Some(dose.activity_mbq? * left(dose.start_h))).collect();
    parts.map(|parts| parts.iter().sum()).filter(|sum: &f64| *sum > 0.0)
}

/// At each time: the sum over the regions, and the whole body by itself, against what is left of the injected activity.
pub(super) fn above_injected(series: &[Series], half_life_h: Option<f64>, findings: &mut Vec<Finding>) {
    let Some(half_life_h) = half_life_h else { return };
    let mut people: Vec<(&Option<String>, &Option<String>)> = Vec::new();
    for one in series {
        if !people.contains(&(&one.subject, &one.occasion)) {
            people.push((&one.subject, &one.occasion));
        }
    }
    for (subject, occasion) in people {
        for whole in [false, true] {
            let of_group = |one: &&Series| one.subject == *subject && one.occasion == *occasion && one.whole_body == whole;
            let regions: Vec<&Series> =
                series.iter().filter(of_group).filter(|one| matches!(one.measure, Measure::Activity { .. })).collect();
            let mut times: Vec<f64> = regions.iter().flat_map(|one| one.measured().map(|sample| sample.time_h)).collect();
            times.sort_by(f64::total_cmp);
            times.dedup();
            for time_h in times {
                let at_time: Vec<(&Series, u64, f64)> = regions
                    .iter()
                    .flat_map(|one| one.measured().filter(|s| s.time_h == time_h).map(|s| (*one, s.line, mbq(one, s.value))))
                    .collect();
                let sum: f64 = at_time.iter().map(|(_, _, value)| value).sum();
                let Some((largest, line, _)) = at_time.iter().max_by(|a, b| a.2.total_cmp(&b.2)).copied() else { continue };
                let Some(injected) = injected_mbq(largest, time_h, half_life_h) else { continue };
                if sum <= injected * (1.0 + ABOVE_INJECTED) {
                    continue;
                }
                let severity = if sum > injected * FAR_ABOVE_INJECTED { Severity::Error } else { Severity::Warning };
                let what = match at_time.len() {
                    1 => format!("`{}`{} holds", largest.channel, person(subject, occasion)),
                    count => format!("the {count} regions{} together hold", person(subject, occasion)),
                };
                let message = format!(
                    "{what} {} MBq at {} h, more than the {} MBq that are left of the injected activity: look at unit, calibration and decay correction",
                    short(sum),
                    short(time_h),
                    short(injected)
                );
                findings.push(largest.finding(severity, Some(line), message));
            }
        }
    }
}

fn mbq(series: &Series, value: f64) -> f64 {
    match series.measure {
        Measure::Activity { mbq_in_unit } => value * mbq_in_unit,
        _ => 0.0,
    }
}
