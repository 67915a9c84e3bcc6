//! Groups that a patient enters on the way ("reached 23 Gy"): the naive comparison, and the one from a landmark on.
//!
//! Naive: who ever entered against who never did, counted from the start. Who enters must live to do so, so that group looks better even where entering means nothing
//! (immortal time). Landmark (Anderson, Cain and Gelber, J Clin Oncol 1, 1983, 710–719): only who is still under observation after the landmark, grouped by what had
//! happened until then, counted from the landmark.
use super::DayCounts;

/// Both comparisons of one grouping; parts of a cohort merge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Landmark {
    /// Day of the landmark.
    pub landmark_day: u32,
    /// Entered by the landmark; days from the landmark.
    pub in_group: DayCounts,
    /// Had not entered by the landmark; days from the landmark.
    pub not: DayCounts,
    /// Patients with their event or censoring on or before the landmark.
    pub excluded: u64,
    /// Of them, with the event.
    pub excluded_events: u64,
    /// Ever entered; days from the start.
    pub naive_in_group: DayCounts,
    /// Never entered; days from the start.
    pub naive_not: DayCounts,
}

impl Landmark {
    /// Nobody yet.
    pub fn new(landmark_day: u32) -> Landmark {
        Landmark { landmark_day, ..Landmark::default() }
    }

    /// Adds a patient with the event or the censoring on `day`, who entered the group on `entered` (an entry after `day` was never seen).
    pub fn add(&mut self, day: u32, event: bool, entered: Option<u32>) {
        let entered = entered.filter(|entered| *entered <= day);
        if entered.is_some() { &mut self.naive_in_group } else { &mut self.naive_not }.add(day, event);
        if day <= self.landmark_day {
            self.excluded += 1;
            self.excluded_events += u64::from(event);
            return;
        }
        let in_time = entered.is_some_and(|entered| entered <= self.landmark_day);
        if in_time { &mut self.in_group } else { &mut self.not }.add(day - self.landmark_day, event);
    }

    /// Adds the patients of `other`, which has the same landmark.
    pub fn merge(&mut self, other: &Landmark) {
        self.in_group.merge(&other.in_group);
        self.not.merge(&other.not);
        self.excluded += other.excluded;
        self.excluded_events += other.excluded_events;
        self.naive_in_group.merge(&other.naive_in_group);
        self.naive_not.merge(&other.naive_not);
    }
}

/// Both comparisons of patients given as (day of event or censoring, whether it is the event, day of entry into the group).
pub fn landmark(entries: impl IntoIterator<Item = (u32, bool, Option<u32>)>, landmark_day: u32) -> Landmark {
    let mut found = Landmark::new(landmark_day);
    for (day, event, entered) in entries {
        found.add(day, event, entered);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::{cox_two_groups, day_of};
    use super::*;
    use crate::math::log;
    use crate::random::RandomSource;

    #[test]
    fn who_counts_where() {
        let patients = [
            (5, true, Some(2)),    // gone before the landmark
            (10, false, None),     // gone on it
            (12, true, Some(10)),  // in, two days after
            (30, false, Some(11)), // entered too late: not in, though in by the naive rule
            (40, true, None),
            (20, true, Some(25)), // never seen to enter
        ];
        let found = landmark(patients, 10);
        assert_eq!((found.excluded, found.excluded_events), (2, 1));
        assert_eq!((found.in_group.patients(), found.in_group.events[2]), (1, 1));
        assert_eq!((found.not.patients(), found.not.censored[20], found.not.events[30], found.not.events[10]), (3, 1, 1, 1));
        assert_eq!((found.naive_in_group.patients(), found.naive_not.patients()), (3, 3));
        let mut halves = landmark(patients[..3].iter().copied(), 10);
        halves.merge(&landmark(patients[3..].iter().copied(), 10));
        assert_eq!(halves, found);
    }

    #[test]
    fn immortal_time_makes_a_gap_that_the_landmark_removes() {
        // exponential events of mean 400 d, entry after 4 cycles of 56 d for half of the patients, drawn without regard to the event: no effect by construction
        let patients = (0..20_000).map(|number| {
            let draws = RandomSource::new(23, number, 0);
            let day = day_of(-log(draws.uniform(0)) * 400.0 * 1440.0);
            (day, true, (draws.uniform(1) < 0.5).then_some(224))
        });
        let found = landmark(patients, 250);
        let naive = cox_two_groups(&found.naive_not, &found.naive_in_group).unwrap();
        assert!(naive.interval_95.1 < 0.8, "{naive:?}");
        let honest = cox_two_groups(&found.not, &found.in_group).unwrap();
        assert!(honest.interval_95.0 < 1.0 && honest.interval_95.1 > 1.0, "{honest:?}");
        assert!((honest.log_ratio).abs() < 0.1);
    }
}
