//! Standard deviations that cannot carry the weight that a fit puts on them.

use super::{Finding, Series, Severity, short};

/// Warns where some rows lack a standard deviation, and of one above its value.
pub(super) fn deviations(series: &Series, findings: &mut Vec<Finding>) {
    if !series.has_sd {
        return;
    }
    let without: Vec<String> = series.measured().filter(|sample| sample.sd.is_none()).map(|sample| sample.line.to_string()).collect();
    if !without.is_empty() {
        let (noun, verb) = if without.len() == 1 { ("line", "has") } else { ("lines", "have") };
        let message =
            format!("{}: {noun} {} {verb} no standard deviation: the error model weights such a row", series.words(), without.join(", "));
        findings.push(series.finding(Severity::Warning, None, message));
    }
    for sample in series.measured() {
        if let Some(sd) = sample.sd
            && sample.value > 0.0
            && sd > sample.value
        {
            let message = format!(
                "the standard deviation of {} is {} {}, larger than the value {}: is it a percentage?",
                series.words(),
                short(sd),
                series.unit,
                short(sample.value)
            );
            findings.push(series.finding(Severity::Warning, Some(sample.line), message));
        }
    }
}
