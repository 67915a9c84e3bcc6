//! What a trial observes of a delivered arm: endpoints, and when the patient entered each group.
use super::design::{EndpointKind, GroupEntry, TrialPlan, dose_reached_min, responded_min};
use super::quantities::Quantity;
use crate::regimen::events::EventTimes;
use crate::regimen::{ArmResult, StopCause};
use crate::units::MINUTES_PER_DAY;

/// A time beyond so many days is one that never comes (200 years).
const NEVER_DAYS: f64 = 73_050.0;

/// Name of the column that holds an endpoint's time.
pub fn endpoint_column(endpoint: &str) -> String {
    format!("{endpoint}_day")
}

/// Name of the column that holds the time of entry into a group.
pub fn group_column(group: &str) -> String {
    format!("{group}_entered_day")
}

/// Times of endpoints and of entries into groups, uncensored (d after the first administration); nothing where they never come. `above`: of each group by a property,
/// whether the patient is above its threshold.
pub fn observed_quantities(design: &TrialPlan, arm: &ArmResult, above: &[bool]) -> Vec<Quantity> {
    let day = |time_min: f64| Some(time_min / MINUTES_PER_DAY).filter(|day| *day <= NEVER_DAYS);
    let never = EventTimes { progression_min: f64::INFINITY, death_min: f64::INFINITY };
    let events = arm.events.unwrap_or(never);
    let lesions_progressed_min = arm.curves.best_response().and_then(|(_, progressed)| progressed);
    let number = |name: String, value: Option<f64>| Quantity { name, unit: "d", value };
    let mut found: Vec<Quantity> = design
        .endpoints
        .iter()
        .map(|endpoint| number(endpoint_column(&endpoint.name), day(endpoint.kind.time_min(events, lesions_progressed_min))))
        .collect();
    for (position, group) in design.groups.iter().enumerate() {
        let entered_min = match &group.entry {
            GroupEntry::EndedBy(cause) => (arm.ended_by == Some(*cause)).then_some(arm.ended_min),
            GroupEntry::Reached { target, absorbed_gy } => {
                arm.doses_gy.get(*target).and_then(|doses| dose_reached_min(&arm.times_min, doses, *absorbed_gy))
            }
            GroupEntry::Responded => responded_min(&arm.curves),
            GroupEntry::Above { .. } => above.get(position).copied().unwrap_or(false).then_some(0.0),
        };
        found.push(number(group_column(&group.name), entered_min.and_then(day)));
    }
    let share = |name: &str, cause: StopCause| Quantity {
        name: name.into(),
        unit: "% of patients",
        value: Some(if arm.ended_by == Some(cause) { 100.0 } else { 0.0 }),
    };
    if design.endpoints.iter().any(|endpoint| endpoint.kind != EndpointKind::ProgressionOfLesions) {
        found.push(share("ended_by_progression", StopCause::Progression));
        found.push(share("ended_by_death", StopCause::Death));
    }
    found
}
