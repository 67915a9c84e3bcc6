//! How a fit searches and what it says of its uncertainty: `starts`, `profile`, `bootstrap`, `uncertainty`, `factors`.
use crate::model::diagnostic::{Faults, did_you_mean};
use crate::model::document::Provenance;
use crate::model::yaml::Node;
use crate::session::scenario::DataPlan;
use crate::units::DIMENSIONLESS;

/// Starts of a fit besides the declared one.
#[derive(Clone, Debug, PartialEq)]
pub struct StartsPlan {
    /// Number of starts, the declared one included.
    pub count: usize,
    /// Seed of the Latin hypercube.
    pub seed: u64,
    /// Unbounded parameters start within this factor of the declared start.
    pub factor: f64,
    /// Particles of a swarm that looks for a start over the whole box; `None`: no swarm.
    pub swarm: Option<usize>,
}

impl Default for StartsPlan {
    fn default() -> Self {
        StartsPlan { count: 1, seed: 1, factor: 5.0, swarm: None }
    }
}

/// How a bootstrap makes new data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BootstrapKind {
    /// From the fitted error model.
    Parametric,
    /// By drawing the standardised residuals with replacement.
    Residual,
}

/// A bootstrap.
#[derive(Clone, Debug, PartialEq)]
pub struct BootstrapPlan {
    /// How data are made.
    pub kind: BootstrapKind,
    /// How many.
    pub replicates: usize,
    /// Seed.
    pub seed: u64,
}

/// What a factor is shared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactorSharing {
    /// One factor for all values of the fit.
    Fit,
    /// One factor a scan.
    Scan,
    /// One factor a channel.
    Channel,
    /// One factor a subject.
    Subject,
}

/// A calibration or recovery factor on the predictions, log-normal about 1.
#[derive(Clone, Debug, PartialEq)]
pub struct FactorPlan {
    /// Its name.
    pub name: String,
    /// What it is shared by.
    pub shared_by: FactorSharing,
    /// Its coefficient of variation (a number).
    pub cv: f64,
    /// Only these channels; all where empty.
    pub channels: Vec<String>,
    /// For people.
    pub words: String,
    /// Whether its CV is assumed.
    pub assumed: bool,
}

/// How uncertainty is carried to doses.
#[derive(Clone, Debug, PartialEq)]
pub struct UncertaintyPlan {
    /// Draws from the covariance of the estimates.
    pub draws: usize,
    /// Seed of the draws.
    pub seed: u64,
}

fn count(node: &Node<'_>, range: std::ops::RangeInclusive<i64>, what: &str, faults: &mut Faults) -> Option<usize> {
    let value = node.integer(faults, what)?;
    if range.contains(&value) {
        return usize::try_from(value).ok();
    }
    faults.error(node.place(), format!("{what} must lie between {} and {}, this is {value}", range.start(), range.end()));
    None
}

fn seed(node: Option<Node<'_>>, faults: &mut Faults) -> Option<u64> {
    count(&node?, 0..=i64::MAX, "a seed", faults).map(|seed| seed as u64)
}

pub(super) fn starts(node: &Node<'_>, faults: &mut Faults) -> Option<StartsPlan> {
    let mut plan = StartsPlan::default();
    if node.is_scalar() {
        plan.count = count(node, 1..=10_000, "the number of starts", faults)?;
        return Some(plan);
    }
    let mut fields = node.fields(faults, "a number, or a mapping such as `{count: 20, seed: 1, factor: 5}`")?;
    plan.count = fields.require("count", faults).and_then(|node| count(&node, 1..=10_000, "the number of starts", faults))?;
    plan.seed = seed(fields.get("seed"), faults).unwrap_or(plan.seed);
    if let Some(node) = fields.get("factor")
        && let Some(factor) = node.number(faults, "a factor such as 5")
    {
        if factor > 1.0 {
            plan.factor = factor;
        } else {
            faults.error(node.place(), format!("starts lie within a factor above 1 of the declared ones, this is {factor}"));
        }
    }
    plan.swarm = fields.get("swarm").and_then(|node| count(&node, 4..=10_000, "the number of particles", faults));
    fields.finish(faults);
    Some(plan)
}

pub(super) fn bootstrap(node: &Node<'_>, faults: &mut Faults) -> Option<BootstrapPlan> {
    let mut fields = node.fields(faults, "a mapping such as `{kind: parametric, replicates: 200, seed: 1}`")?;
    let kind = fields
        .require("kind", faults)
        .and_then(|node| node.one_of(faults, &[("parametric", BootstrapKind::Parametric), ("residual", BootstrapKind::Residual)]));
    let replicates = fields.require("replicates", faults).and_then(|node| count(&node, 10..=100_000, "the number of replicates", faults));
    let seed = seed(fields.get("seed"), faults).unwrap_or(1);
    fields.finish(faults);
    Some(BootstrapPlan { kind: kind?, replicates: replicates?, seed })
}

pub(super) fn uncertainty(node: &Node<'_>, faults: &mut Faults) -> Option<UncertaintyPlan> {
    let mut fields = node.fields(faults, "a mapping such as `{draws: 500, seed: 1}`")?;
    let draws = fields.require("draws", faults).and_then(|node| count(&node, 20..=100_000, "the number of draws", faults));
    let seed = seed(fields.get("seed"), faults).unwrap_or(1);
    fields.finish(faults);
    Some(UncertaintyPlan { draws: draws?, seed })
}

/// `factors: {calibration: {shared_by: scan, cv: 4 %, channels: [kidneys]}}`
pub(super) fn factors(node: &Node<'_>, data: Option<&DataPlan>, faults: &mut Faults) -> Vec<FactorPlan> {
    let mut found = Vec::new();
    for (name, entry) in node.entries(faults, "factors by name, such as `calibration: {shared_by: scan, cv: 4 %}`") {
        let Some(mut fields) = entry.fields(faults, "a mapping such as `{shared_by: scan, cv: 4 %}`") else { continue };
        let shared_by = fields.require("shared_by", faults).and_then(|node| {
            let choices = [
                ("fit", FactorSharing::Fit),
                ("scan", FactorSharing::Scan),
                ("channel", FactorSharing::Channel),
                ("subject", FactorSharing::Subject),
            ];
            node.one_of(faults, &choices)
        });
        let cv_node = fields.require("cv", faults);
        let cv = cv_node.as_ref().and_then(|node| {
            let value = super::super::quantity(node, DIMENSIONLESS, faults, "the CV of a factor")?;
            if value > 0.0 {
                return Some(value);
            }
            faults.error(node.place(), "the CV of a factor must be positive");
            None
        });
        let mut channels = Vec::new();
        if let Some(node) = fields.get("channels") {
            for item in node.items(faults, "a list of channels") {
                let Some(channel) = item.text(faults, "a channel of the data") else { continue };
                let known = data.map(|data| data.channels.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>()).unwrap_or_default();
                if data.is_some() && !known.contains(&channel.as_str()) {
                    let help = did_you_mean(&channel, known.iter().copied());
                    faults.error(item.place(), format!("the data have no channel `{channel}`")).help(help);
                }
                channels.push(channel);
            }
        }
        let provenance = fields.get("provenance").and_then(|node| node.one_of(faults, Provenance::CHOICES));
        let source = fields.get("source").and_then(|node| node.text(faults, "a citation"));
        fields.finish(faults);
        let (Some(shared_by), Some(cv)) = (shared_by, cv) else { continue };
        let assumed = provenance == Some(Provenance::Assumed);
        let sharing = match shared_by {
            FactorSharing::Fit => "all values",
            FactorSharing::Scan => "the values of one scan",
            FactorSharing::Channel => "the values of one channel",
            FactorSharing::Subject => "the values of one subject",
        };
        let mut words = format!("factor `{name}` shared by {sharing}, log-normal about 1, CV {} %", cv * 100.0);
        if assumed {
            words.push_str(" (assumed)");
        } else if let Some(source) = source {
            words.push_str(&format!(" ({source})"));
        }
        found.push(FactorPlan { name, shared_by, cv, channels, words, assumed });
    }
    found
}
