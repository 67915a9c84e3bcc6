//! The section `single_time_point`: what one scan would have said, and how far that may be expected to miss.
use super::DataPlan;
use super::reading::positive;
use crate::fit::single_time_point::HalfLifePopulation;
use crate::model::diagnostic::{Faults, did_you_mean};
use crate::model::document::Provenance;
use crate::model::yaml::Node;
use crate::units::{DIMENSIONLESS, MINUTES_PER_HOUR, TIME};

/// A way from one scan to the time-integrated activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SingleTimePointMethod {
    /// A(t)·2t/ln 2.
    Haenscheid,
    /// The population's median half-life.
    Madsen,
    /// The posterior under the population's half-lives.
    Map,
}

impl SingleTimePointMethod {
    /// Name in scenarios and tables.
    pub fn title(self) -> &'static str {
        match self {
            SingleTimePointMethod::Haenscheid => "haenscheid",
            SingleTimePointMethod::Madsen => "madsen",
            SingleTimePointMethod::Map => "map",
        }
    }
}

/// Effective half-lives of a population with where they come from.
#[derive(Clone, Debug, PartialEq)]
pub struct StatedPopulation {
    /// The distribution.
    pub population: HalfLifePopulation,
    /// Source and how sure it is.
    pub words: String,
    /// Whether it is assumed.
    pub assumed: bool,
}

/// Single-time-point estimates beside the full ones.
#[derive(Clone, Debug, PartialEq)]
pub struct SingleTimePointPlan {
    /// The scan nearest to this time (h) is taken; `None`: every scan in turn.
    pub time_h: Option<f64>,
    /// Methods.
    pub methods: Vec<SingleTimePointMethod>,
    /// Population of channels that have none of their own.
    pub half_life: Option<StatedPopulation>,
    /// Populations by channel.
    pub half_lives: Vec<(String, StatedPopulation)>,
    /// Coefficient of variation of one scan.
    pub cv: f64,
}

impl SingleTimePointPlan {
    /// The population of a channel.
    pub fn population_of(&self, channel: &str) -> Option<&StatedPopulation> {
        self.half_lives.iter().find(|(name, _)| name == channel).map(|(_, stated)| stated).or(self.half_life.as_ref())
    }
}

pub(super) fn single_time_point(node: &Node<'_>, data: Option<&DataPlan>, faults: &mut Faults) -> Option<SingleTimePointPlan> {
    let mut fields = node.fields(faults, "a mapping with `time`, `methods`, `half_life` and `cv`")?;
    let time_h = fields.require("time", faults).and_then(|node| {
        if node.scalar_text().is_some_and(|text| text == "each-scan") {
            return Some(None);
        }
        positive(&node, TIME, faults, "the time of the scan (or `each-scan`)").map(|minutes| Some(minutes / MINUTES_PER_HOUR))
    });
    let mut methods = Vec::new();
    for item in fields.require("methods", faults).map(|node| node.items(faults, "a list of methods")).unwrap_or_default() {
        methods.extend(item.one_of(
            faults,
            &[
                ("haenscheid", SingleTimePointMethod::Haenscheid),
                ("madsen", SingleTimePointMethod::Madsen),
                ("map", SingleTimePointMethod::Map),
            ],
        ));
    }
    let half_life = fields.get("half_life").and_then(|node| population(&node, faults));
    let mut half_lives = Vec::new();
    for (name, entry) in fields.get("half_lives").map(|node| node.entries(faults, "half-lives by channel")).unwrap_or_default() {
        let known: Vec<&str> = data.map(|data| data.channels.iter().map(|(name, _)| name.as_str()).collect()).unwrap_or_default();
        if data.is_some() && !known.contains(&name.as_str()) {
            let help = did_you_mean(&name, known.iter().copied());
            faults.error(entry.key_place(), format!("the data have no channel `{name}`")).help(help);
        }
        half_lives.extend(population(&entry, faults).map(|stated| (name, stated)));
    }
    let cv = fields.require("cv", faults).and_then(|node| positive(&node, DIMENSIONLESS, faults, "the CV of one scan"));
    fields.finish(faults);
    if half_life.is_none() && half_lives.is_empty() && !faults.has_errors() {
        faults
            .error(node.key_place(), "`single_time_point` needs the effective half-lives of a population: `half_life` or `half_lives`")
            .help("for example `half_life: {median: 51 h, cv: 0.3, source: …}`");
    }
    Some(SingleTimePointPlan { time_h: time_h?, methods, half_life, half_lives, cv: cv? })
}

fn population(node: &Node<'_>, faults: &mut Faults) -> Option<StatedPopulation> {
    let mut fields = node.fields(faults, "a mapping such as `{median: 51 h, cv: 0.3, source: …}`")?;
    let median = fields.require("median", faults).and_then(|node| positive(&node, TIME, faults, "a half-life"));
    let cv = fields.require("cv", faults).and_then(|node| positive(&node, DIMENSIONLESS, faults, "a coefficient of variation"));
    let source = fields.get("source").and_then(|node| node.text(faults, "a citation"));
    let provenance = fields.get("provenance").and_then(|node| node.one_of(faults, Provenance::CHOICES));
    fields.finish(faults);
    if source.is_none() && provenance.is_none() {
        faults.warning(node.place(), "this population has neither `source` nor `provenance`").lint("no-source");
    }
    let (median_h, cv) = (median? / MINUTES_PER_HOUR, cv?);
    let assumed = provenance == Some(Provenance::Assumed);
    let mut words = format!("median {median_h} h, CV {} %", 100.0 * cv);
    for more in source.into_iter().chain(assumed.then(|| "assumed".to_string())) {
        words.push_str(&format!(", {more}"));
    }
    Some(StatedPopulation { population: HalfLifePopulation { median_h, coefficient_of_variation: cv }, words, assumed })
}
