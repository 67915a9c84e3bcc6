//! When was measured: too early for a kidney, too seldom for a curve.

use super::{Finding, Series, Severity, short};

/// Before this time after an administration much of a kidney's activity is urine in its pelvis (assumed; usual protocols begin later).
const URINE_CLEARS_H: f64 = 1.5;

/// Warns of early values of a region in which urine stands.
pub(super) fn early_urine(series: &Series, findings: &mut Vec<Finding>) {
    if !series.urine {
        return;
    }
    for sample in series.measured() {
        let last = series.injections.iter().map(|dose| dose.start_h).filter(|start| *start <= sample.time_h).reduce(f64::max);
        let since_h = sample.time_h - last.unwrap_or(0.0);
        if since_h < URINE_CLEARS_H {
            let message = format!(
                "{} is measured {} h after the administration: before {URINE_CLEARS_H} h urine in the renal pelvis counts as kidney (exclude it, or write \
                 `urine: false` for the channel)",
                series.words(),
                short(since_h)
            );
            findings.push(series.finding(Severity::Warning, Some(sample.line), message));
        }
    }
}

/// Warns of a channel with one point, or with upper limits alone.
pub(super) fn too_few(series: &Series, findings: &mut Vec<Finding>) {
    let (used, measured) = (series.used().count(), series.measured().count());
    let line = series.used().next().map(|sample| sample.line);
    if used == 0 {
        let message = format!("every value of {} is excluded", series.words());
        findings.push(series.finding(Severity::Warning, series.samples.first().map(|sample| sample.line), message));
    } else if measured == 0 {
        let message = format!("every value of {} lies below the limit of quantification", series.words());
        findings.push(series.finding(Severity::Warning, line, message));
    } else if used == 1 {
        let message = format!("{} has one point: no rate can be found from it without knowledge from elsewhere", series.words());
        findings.push(series.finding(Severity::Warning, line, message));
    }
}
