//! Time to an event, in whole days: counts that stay small however many patients there are, and what is computed from them.
//!
//! `day_counts`: patients with an event and censored, by day; `risk_sets`: who was at risk on the days of events; `kaplan_meier`; `log_rank`; `cox`: two groups with ties
//! by Efron; `landmark`: groups that are entered on the way. The step of a day makes ties of events that were not at the same moment: Efron's ties keep that harmless.
mod cox;
mod day_counts;
mod kaplan_meier;
mod landmark;
mod log_rank;
#[cfg(test)]
mod published_data;
mod risk_sets;

pub use cox::{HazardRatio, Ties, cox_two_groups, cox_two_groups_with};
pub use day_counts::{DayCounts, LONGEST_DAY, Observed, day_of, observed};
pub use kaplan_meier::{KaplanMeier, SurvivalStep, kaplan_meier};
pub use landmark::{Landmark, landmark};
pub use log_rank::{LogRank, log_rank};

/// Why there is no statistic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SurvivalError {
    /// Fewer than two groups.
    #[error("a comparison needs two groups or more")]
    FewGroups,
    /// A group without patients.
    #[error("group {0} has no patients")]
    EmptyGroup(usize),
    /// Nobody had an event.
    #[error("nobody had an event")]
    NoEvents,
    /// No event in a group: the hazard ratio has no finite estimate.
    #[error("nobody in group {0} had an event, so the hazard ratio has no finite estimate")]
    NoEventsInGroup(usize),
    /// While both groups were at risk, all events were in one: the likelihood rises without end.
    #[error(
        "while both groups were at risk only one of them had events: the likelihood rises without end and the hazard ratio has no finite estimate"
    )]
    Monotone,
    /// The groups were never at risk together when something happened.
    #[error("the groups were not at risk together on a day of an event, so they cannot be compared")]
    NeverTogether,
    /// Newton's method did not settle.
    #[error("the estimate of the hazard ratio did not settle")]
    NotSettled,
}
