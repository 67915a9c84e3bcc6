//! Published data that the statistics are tested on; their times are weeks, which stand for days here.
use super::DayCounts;

/// Counts of a list.
pub fn of(patients: &[(u32, bool)]) -> DayCounts {
    let mut counts = DayCounts::default();
    for (day, event) in patients {
        counts.add(*day, *event);
    }
    counts
}

fn with(events: &[u32], censored: &[u32]) -> DayCounts {
    let mut counts = DayCounts::default();
    events.iter().for_each(|day| counts.add(*day, true));
    censored.iter().for_each(|day| counts.add(*day, false));
    counts
}

/// Remission on 6-mercaptopurine (weeks): Freireich et al., Blood 21 (1963) 699–716, as in Gehan 1965 and Cox 1972.
pub fn mercaptopurine() -> DayCounts {
    with(&[6, 6, 6, 7, 10, 13, 16, 22, 23], &[6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35])
}

/// Remission on placebo (weeks), same trial.
pub fn placebo() -> DayCounts {
    with(&[1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23], &[])
}

/// Acute myelogenous leukaemia, chemotherapy maintained (weeks): R. G. Miller, Survival Analysis, Wiley 1981.
pub fn aml_maintained() -> DayCounts {
    with(&[9, 13, 18, 23, 31, 34, 48], &[13, 28, 45, 161])
}

/// The same, not maintained.
pub fn aml_not_maintained() -> DayCounts {
    with(&[5, 5, 8, 8, 12, 23, 27, 30, 33, 43, 45], &[16])
}
