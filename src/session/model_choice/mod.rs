//! Model choice of a scenario: families of time–activity functions, single-time-point estimates beside them, rival compartment models.
mod rivals;
mod single_time_point;
mod time_activity;
mod time_activity_tables;

pub use rivals::compare_rivals;
pub use single_time_point::single_time_points;
pub use time_activity::{RegionChoice, choose_families};

use super::fitting::{Measured, Point};
use super::scenario::Scenario;
use super::work::{Control, Failed, Outcome};
use crate::units::MINUTES_PER_HOUR;

/// Fits the families of `time_activity` and tells what one scan would have said; nothing where the scenario asks for neither.
///
/// # Errors
/// Data that cannot be read, or a cancelled run.
pub fn choose(scenario: &Scenario, outcome: &mut Outcome, control: &mut Control) -> Result<(), Failed> {
    if scenario.time_activity.is_none() && scenario.single_time_point.is_none() {
        return Ok(());
    }
    let Some(data) = &scenario.data else { return Ok(()) };
    let measured = Measured::read(scenario, data)?;
    if scenario.fit.is_none() {
        outcome.findings.push(measured.understood.clone());
    }
    let regions = regions(&measured);
    let mut chosen = Vec::new();
    if let Some(plan) = &scenario.time_activity {
        chosen = choose_families(scenario, plan, &regions, outcome, control)?;
    }
    if let Some(plan) = &scenario.single_time_point {
        control.at("single time points", 0.47)?;
        single_time_points(scenario, plan, &regions, &chosen, outcome)?;
    }
    Ok(())
}

/// The measured activities of one region of one subject (and occasion).
#[derive(Clone, Debug)]
pub struct Region {
    /// For tables: the channel, with subject and occasion where the data name them.
    pub name: String,
    /// Channel of the data.
    pub channel: String,
    /// Subject and occasion.
    pub person: (Option<String>, Option<String>),
    /// Position of the observable.
    pub observable: usize,
    /// Points, excluded ones among them.
    pub points: Vec<Point>,
}

impl Region {
    /// Points that are fitted.
    pub fn used(&self) -> impl Iterator<Item = &Point> {
        self.points.iter().filter(|point| point.excluded.is_none() && !point.below_limit)
    }
}

fn regions(measured: &Measured) -> Vec<Region> {
    let mut regions: Vec<Region> = Vec::new();
    for point in &measured.points {
        let person = (point.subject.clone(), point.occasion.clone());
        match regions.iter_mut().find(|region| region.channel == point.channel && region.person == person) {
            Some(region) => region.points.push(point.clone()),
            None => {
                let more: Vec<&str> = [&person.0, &person.1].into_iter().flatten().map(String::as_str).collect();
                let name = if more.is_empty() { point.channel.clone() } else { format!("{} ({})", point.channel, more.join(", ")) };
                let (channel, observable) = (point.channel.clone(), point.observable);
                regions.push(Region { name, channel, person, observable, points: vec![point.clone()] });
            }
        }
    }
    regions
}

/// Time after the only administration, h.
fn time_after_administration_h(scenario: &Scenario, point: &Point) -> f64 {
    let given_min = scenario.administrations.first().map_or(0.0, |given| given.at_min);
    (point.time_min - given_min) / MINUTES_PER_HOUR
}
