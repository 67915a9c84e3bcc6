//! Rules that end or suspend the treatment by the size of the lesions, as the clinic measured them.
use super::record::PatientRecord;
use crate::radiobiology::lesion::{Response, recist_of_sums, sum_of_diameters_mm};

/// One rule.
#[derive(Clone, Debug, PartialEq)]
pub enum StopRule {
    /// Ends on progression (sum of diameters 20 % and 5 mm above its smallest).
    Progression,
    /// Suspends once the sum of diameters is at least this share below the baseline; resumes on progression, and from then on lesions are compared with what they
    /// were at that time.
    ExceptionalResponse {
        /// Shrinkage of the sum of diameters, as a share of the baseline.
        shrinkage: f64,
        /// Longest suspension (min), after which the treatment ends.
        longest_min: f64,
    },
}

/// What a stop rule says.
#[derive(Clone, Debug, PartialEq)]
pub enum StopVerdict {
    /// Go on.
    Pass,
    /// Not now: suspended.
    Suspend,
    /// No further cycle.
    Stop(String),
}

/// Sums of diameters (mm) from the baseline on.
fn sums_mm(record: &PatientRecord) -> Vec<f64> {
    record.assessments.iter().skip(record.judged_from).map(|assessment| sum_of_diameters_mm(&assessment.volumes_ml)).collect()
}

/// Progression ends a suspension for exceptional response: the treatment goes on, and this assessment is the new baseline.
pub(super) fn resume(record: &mut PatientRecord) {
    if record.suspended_since_min.is_some() && response(record) == Some(Response::Progressive) {
        record.suspended_since_min = None;
        record.judged_from = record.assessments.len().saturating_sub(1);
    }
}

/// Response by the newest assessment.
pub fn response(record: &PatientRecord) -> Option<Response> {
    let sums = sums_mm(record);
    let (last, before) = sums.split_last()?;
    let baseline = *before.first()?;
    let nadir = before.iter().copied().fold(f64::INFINITY, f64::min);
    Some(recist_of_sums(baseline, nadir, *last))
}

impl StopRule {
    /// The verdict at the time of a planned cycle.
    pub fn judge(&self, record: &PatientRecord, now_min: f64) -> StopVerdict {
        match self {
            StopRule::Progression => match response(record) {
                Some(Response::Progressive) => StopVerdict::Stop("progression".into()),
                _ => StopVerdict::Pass,
            },
            StopRule::ExceptionalResponse { shrinkage, longest_min } => {
                let sums = sums_mm(record);
                let (Some(first), Some(last)) = (sums.first(), sums.last()) else { return StopVerdict::Pass };
                let small = sums.len() > 1 && *last <= first * (1.0 - shrinkage);
                if !small && record.suspended_since_min.is_none() {
                    return StopVerdict::Pass;
                }
                match record.suspended_since_min {
                    Some(since) if now_min - since >= *longest_min => StopVerdict::Stop("exceptional response that lasted".into()),
                    _ => StopVerdict::Suspend,
                }
            }
        }
    }
}
