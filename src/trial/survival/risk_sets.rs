//! The days on which something happened, with who was at risk and who had the event, group by group.
use super::DayCounts;

/// Risk sets of several groups, one row a day with an event in any of them.
pub(super) struct RiskSets {
    groups: usize,
    /// The days, rising.
    pub days: Vec<u32>,
    at_risk: Vec<u64>,
    events: Vec<u64>,
}

impl RiskSets {
    pub fn of(groups: &[&DayCounts]) -> RiskSets {
        let mut sets = RiskSets { groups: groups.len(), days: Vec::new(), at_risk: Vec::new(), events: Vec::new() };
        let mut left: Vec<u64> = groups.iter().map(|group| group.patients()).collect();
        let days = groups.iter().map(|group| group.days()).max().unwrap_or(0);
        for day in 0..days {
            let here = groups.iter().map(|group| group.on(day));
            if here.clone().any(|(events, _)| events > 0) {
                sets.days.push(day as u32);
                sets.at_risk.extend_from_slice(&left);
                sets.events.extend(here.clone().map(|(events, _)| events));
            }
            for (left, (events, censored)) in left.iter_mut().zip(here) {
                *left -= events + censored;
            }
        }
        sets
    }

    /// By day: patients at risk and events, both by group.
    pub fn rows(&self) -> impl Iterator<Item = (&[u64], &[u64])> {
        let width = self.groups.max(1);
        self.at_risk.chunks_exact(width).zip(self.events.chunks_exact(width))
    }
}
