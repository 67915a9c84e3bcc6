//! A value some thousand or million times its neighbours: kBq among MBq, Bq among MBq.

use super::{Finding, Series, Severity, short};

/// A ratio of neighbours counts as a change of unit between these powers of ten around 10³ and 10⁶ (assumed).
const HALF_WIDTH: f64 = 0.5;
/// The other neighbours of the series may differ by up to this power of ten (assumed); a curve that falls steeply everywhere is no unit jump.
const QUIET: f64 = 1.5;

/// The power of a thousand that a ratio of neighbours looks like.
fn thousandfold(log_ratio: f64) -> Option<i32> {
    [1, 2].into_iter().find(|power| (log_ratio.abs() - 3.0 * f64::from(*power)).abs() <= HALF_WIDTH)
}

/// Points out the first jump of a series; the jump back is the same mistake.
pub(super) fn unit_jump(series: &Series, findings: &mut Vec<Finding>) {
    let samples: Vec<_> = series.measured().filter(|sample| sample.value > 0.0).collect();
    if samples.len() < 3 {
        return;
    }
    let logs: Vec<f64> = samples.windows(2).map(|pair| crate::math::log10(pair[1].value / pair[0].value)).collect();
    let jumps: Vec<usize> = (0..logs.len()).filter(|&step| thousandfold(logs[step]).is_some()).collect();
    let Some(&first) = jumps.first() else { return };
    let others = || (0..logs.len()).filter(|step| !jumps.contains(step));
    // one jump of two steps leaves one quiet step to judge by; two opposite jumps are a single odd value between its neighbours
    let opposite = jumps.len() == 2 && jumps[1] == first + 1 && logs[first] * logs[first + 1] < 0.0;
    if jumps.len() > 2 || others().any(|step| logs[step].abs() > QUIET) || (others().count() == 0 && !opposite) {
        return;
    }
    // the odd one of the two is that on the shorter side of the jump
    let odd = if !opposite && jumps.len() == 1 && first < samples.len() - 1 - (first + 1) { first } else { first + 1 };
    let other = if odd == first { first + 1 } else { first };
    let ratio = samples[odd].value / samples[other].value;
    let factor = if ratio > 1.0 { format!("{} times", short(ratio)) } else { format!("1/{} of", short(1.0 / ratio)) };
    let message = format!(
        "{} is {} {} at {} h, {factor} the value at {} h (line {}): is it in the same unit?",
        series.words(),
        short(samples[odd].value),
        series.unit,
        short(samples[odd].time_h),
        short(samples[other].time_h),
        samples[other].line
    );
    findings.push(series.finding(Severity::Warning, Some(samples[odd].line), message));
}
