//! What a regimen costs patient and clinic: scans, samples, visits, nights.
use super::delivered::CycleRecord;
use super::record::PatientRecord;

/// A scan later than this after the administration is a visit of its own (h).
const SAME_DAY_H: f64 = 12.0;

/// Counts of one arm.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Workload {
    /// Sessions of imaging: all regions at one time are one.
    pub scans: usize,
    /// Blood samples.
    pub samples: usize,
    /// Visits: one to give, one for each day of imaging 12 h or later, one for each blood sample on another day.
    pub visits: usize,
    /// Assessments of lesions.
    pub assessments: usize,
    /// Nights in a bed.
    pub nights: f64,
}

impl Workload {
    /// Counts what was done.
    pub(super) fn of(cycles: &[CycleRecord], samples: usize, record: &PatientRecord, nights_per_cycle: f64) -> Workload {
        let mut scans = 0;
        let mut days: Vec<i64> = Vec::new();
        let day = |time_min: f64| (time_min / 1440.0).round() as i64;
        for cycle in cycles {
            let mut times: Vec<f64> = cycle.scans.iter().map(|scan| scan.time_h).collect();
            times.sort_by(f64::total_cmp);
            times.dedup();
            scans += times.len();
            days.push(day(cycle.time_min));
            days.extend(times.iter().filter(|time| **time >= SAME_DAY_H).map(|time| day(cycle.time_min + time * 60.0)));
        }
        days.extend(record.laboratory.iter().map(|value| day(value.time_min)));
        days.sort_unstable();
        days.dedup();
        Workload {
            scans,
            samples,
            visits: days.len(),
            assessments: record.assessments.len(),
            nights: nights_per_cycle * cycles.len() as f64,
        }
    }
}
