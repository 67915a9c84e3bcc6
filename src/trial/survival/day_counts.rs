//! Patients by the whole day of their event or censoring.
//!
//! A time is rounded up: what happens at any moment of day d counts on day d. On one day events come before censorings, as Kaplan and Meier have it.
use crate::math::ceil;
use crate::units::MINUTES_PER_DAY;

/// The last day that is counted, 200 years: who is there longer is censored then.
pub const LONGEST_DAY: u32 = 73_050;

/// Patients of one group, by day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DayCounts {
    /// Patients with their event on day 0, 1, ….
    pub events: Vec<u64>,
    /// Patients censored on day 0, 1, …; as long as `events`.
    pub censored: Vec<u64>,
}

/// One patient as the trial sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observed {
    /// Day of the event or of the censoring.
    pub day: u32,
    /// Whether the event was seen.
    pub event: bool,
}

/// The whole day of a time (min), rounded up; days beyond [`LONGEST_DAY`] and times that are no number come to one day more than that.
pub fn day_of(time_min: f64) -> u32 {
    let day = ceil(time_min / MINUTES_PER_DAY);
    if day <= f64::from(LONGEST_DAY) { day.max(0.0) as u32 } else { LONGEST_DAY + 1 }
}

/// What is seen of an event at `event_min` in a patient who is followed until `censored_min` (both min).
pub fn observed(event_min: f64, censored_min: f64) -> Observed {
    let event = event_min <= censored_min;
    let day = day_of(if event { event_min } else { censored_min });
    Observed { day: day.min(LONGEST_DAY), event: event && day <= LONGEST_DAY }
}

impl DayCounts {
    /// Adds a patient; beyond [`LONGEST_DAY`] as censored on that day.
    pub fn add(&mut self, day: u32, event: bool) {
        let beyond = day > LONGEST_DAY;
        let at = day.min(LONGEST_DAY) as usize;
        self.reach(at + 1);
        let list = if event && !beyond { &mut self.events } else { &mut self.censored };
        list[at] += 1;
    }

    /// Adds the patients of `other`.
    pub fn merge(&mut self, other: &DayCounts) {
        self.reach(other.events.len().max(other.censored.len()));
        for (own, more) in self.events.iter_mut().zip(&other.events) {
            *own += more;
        }
        for (own, more) in self.censored.iter_mut().zip(&other.censored) {
            *own += more;
        }
    }

    fn reach(&mut self, length: usize) {
        let length = length.max(self.events.len()).max(self.censored.len());
        self.events.resize(length, 0);
        self.censored.resize(length, 0);
    }

    /// All patients.
    pub fn patients(&self) -> u64 {
        self.total_events() + self.censored.iter().sum::<u64>()
    }

    /// Patients with an event.
    pub fn total_events(&self) -> u64 {
        self.events.iter().sum()
    }

    /// Patients whose event or censoring is on `day` or later.
    pub fn at_risk(&self, day: u32) -> u64 {
        let from = |list: &[u64]| list.iter().skip(day as usize).sum::<u64>();
        from(&self.events) + from(&self.censored)
    }

    /// Number of days counted: one more than the last of them.
    pub(super) fn days(&self) -> usize {
        self.events.len().max(self.censored.len())
    }

    pub(super) fn on(&self, day: usize) -> (u64, u64) {
        let of = |list: &[u64]| list.get(day).copied().unwrap_or(0);
        (of(&self.events), of(&self.censored))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_holds_every_moment_of_it() {
        assert_eq!([0.0, 0.5, 1440.0, 1440.1, 2880.0].map(day_of), [0, 1, 1, 2, 2]);
        assert_eq!([f64::INFINITY, f64::NAN, -3.0].map(day_of), [LONGEST_DAY + 1, LONGEST_DAY + 1, 0]);
    }

    #[test]
    fn an_event_on_the_day_of_censoring_is_seen_if_it_came_before() {
        assert_eq!(observed(100.0, 200.0), Observed { day: 1, event: true });
        assert_eq!(observed(200.0, 100.0), Observed { day: 1, event: false });
        assert_eq!(observed(f64::INFINITY, f64::INFINITY), Observed { day: LONGEST_DAY, event: false });
    }

    #[test]
    fn parts_merge_to_the_whole() {
        let patients = [(3, true), (3, false), (7, true), (0, false), (LONGEST_DAY + 5, true)];
        let mut whole = DayCounts::default();
        let (mut left, mut right) = (DayCounts::default(), DayCounts::default());
        for (number, (day, event)) in patients.into_iter().enumerate() {
            whole.add(day, event);
            if number % 2 == 0 { &mut left } else { &mut right }.add(day, event);
        }
        left.merge(&right);
        assert_eq!(left, whole);
        assert_eq!((whole.patients(), whole.total_events()), (5, 2));
        assert_eq!([0, 1, 3, 4, 8].map(|day| whole.at_risk(day)), [5, 4, 4, 2, 1]);
    }
}
