//! Points in time of the curves of a delivery, and values between them.

/// Linear between the points of a curve.
pub(super) fn between(times: &[f64], values: &[f64], at: f64) -> f64 {
    let next = times.partition_point(|time| *time < at);
    match (next.checked_sub(1).and_then(|before| values.get(before)), values.get(next)) {
        (Some(low), Some(high)) => {
            let (from, to) = (times[next - 1], times[next]);
            if to > from { low + (high - low) * (at - from) / (to - from) } else { *high }
        }
        (None, Some(only)) | (Some(only), None) => *only,
        (None, None) => f64::NAN,
    }
}

/// Times of a wait: the start, then in steps, then the end.
pub(super) fn waiting_times(start: f64, end: f64, step_min: f64) -> Vec<f64> {
    let count = ((end - start) / step_min).ceil().max(1.0) as usize;
    (0..=count).map(|point| (start + (end - start) * point as f64 / count as f64).min(end)).collect()
}

/// Times of the curves of a cycle, dense after the administration, with the scan times among them; and where those stand.
pub(super) fn sample_times(start: f64, end: f64, scans_min: &[f64], points: usize) -> (Vec<f64>, Vec<usize>) {
    let span = end - start;
    let mut times: Vec<f64> = (0..points)
        .map(|point| {
            let share = point as f64 / (points - 1) as f64;
            (start + span * share * share).min(end)
        })
        .chain(scans_min.iter().map(|scan| start + scan))
        .filter(|time| *time <= end)
        .collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    let positions = scans_min.iter().map(|scan| times.partition_point(|time| *time < start + scan)).collect();
    (times, positions)
}
