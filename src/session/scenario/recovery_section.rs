//! The section `recovery`: what is measured in simulated patients, with which noise, and where their true parameters come from.
use super::{quantity, sections};
use crate::model::Model;
use crate::model::checked::ObservableKind;
use crate::model::diagnostic::{Faults, did_you_mean};
use crate::model::document::Provenance;
use crate::model::yaml::Node;
use crate::units::{DIMENSIONLESS, TIME};

/// Where the true parameters of a replicate come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TruthFrom {
    /// The scenario's values, the same in every replicate.
    Fixed,
    /// Drawn from the priors of the fit, new in every replicate.
    Prior,
}

/// Values measured together: the same times and the same noise.
#[derive(Clone, Debug, PartialEq)]
pub struct SimulatedSeries {
    /// Its name, for people.
    pub name: String,
    /// Positions of the observables that are measured. A channel has the observable's name.
    pub observables: Vec<usize>,
    /// Times (min) on the clock of the scenario, rising.
    pub times_min: Vec<f64>,
    /// Coefficient of variation of the log-normal noise of one value (a number).
    pub cv: f64,
    /// For people.
    pub words: String,
    /// Whether the CV is assumed.
    pub assumed: bool,
}

/// A study of recovery.
#[derive(Clone, Debug, PartialEq)]
pub struct RecoveryPlan {
    /// What is measured.
    pub series: Vec<SimulatedSeries>,
    /// Number of replicates.
    pub replicates: usize,
    /// Seed of truth and noise.
    pub seed: u64,
    /// Where the truth comes from.
    pub truth: TruthFrom,
}

impl RecoveryPlan {
    /// Number of values of one replicate.
    pub fn point_count(&self) -> usize {
        self.series.iter().map(|series| series.observables.len() * series.times_min.len()).sum()
    }
}

/// Most replicates.
const MOST: i64 = 100_000;

pub(super) fn recovery(node: &Node<'_>, model: &Model, faults: &mut Faults) -> Option<RecoveryPlan> {
    let mut fields = node.fields(faults, "a mapping with `measurements`, `replicates`, `seed`, `truth`")?;
    let mut series: Vec<SimulatedSeries> = Vec::new();
    let measurements = fields.require("measurements", faults);
    for (name, entry) in measurements.as_ref().map(|node| node.entries(faults, "measurements by name")).unwrap_or_default() {
        series.extend(one_series(name, &entry, model, faults));
    }
    let replicates = fields.require("replicates", faults).and_then(|node| {
        let count = node.integer(faults, "the number of replicates")?;
        if (2..=MOST).contains(&count) {
            return usize::try_from(count).ok();
        }
        faults.error(node.place(), format!("the number of replicates must lie between 2 and {MOST}, this is {count}"));
        None
    });
    let seed = fields.require("seed", faults).and_then(|node| {
        let seed = node.integer(faults, "a seed")?;
        if seed < 0 {
            faults.error(node.place(), format!("a seed cannot be negative, this is {seed}"));
        }
        u64::try_from(seed).ok()
    });
    let truth =
        fields.require("truth", faults).and_then(|node| node.one_of(faults, &[("fixed", TruthFrom::Fixed), ("prior", TruthFrom::Prior)]));
    fields.finish(faults);
    let measured = series.iter().map(|series| series.observables.len() * series.times_min.len()).sum::<usize>();
    if measured == 0
        && let Some(node) = &measurements
    {
        faults.error(node.key_place(), "nothing is measured: give at least one channel and one time");
        return None;
    }
    Some(RecoveryPlan { series, replicates: replicates?, seed: seed?, truth: truth? })
}

fn one_series(name: String, entry: &Node<'_>, model: &Model, faults: &mut Faults) -> Option<SimulatedSeries> {
    let mut fields = entry.fields(faults, "a mapping such as `{channels: [kidneys], times: [4 h, 24 h], cv: 10 %}`")?;
    let mut observables = Vec::new();
    for item in fields.require("channels", faults).map(|node| node.items(faults, "a list of observables")).unwrap_or_default() {
        let Some(wanted) = item.text(faults, "an observable of the model") else { continue };
        match model.observables.iter().position(|observable| observable.name == wanted) {
            Some(position) if observables.contains(&position) => {
                faults.error(item.place(), format!("`{wanted}` is named twice"));
            }
            Some(position) => observables.push(position),
            None => {
                let help = did_you_mean(&wanted, model.observables.iter().map(|observable| observable.name.as_str()));
                faults.error(item.place(), format!("model `{}` has no observable `{wanted}`", model.name)).help(help);
            }
        }
    }
    let mut times_min: Vec<f64> = Vec::new();
    for item in fields.require("times", faults).map(|node| node.items(faults, "a list of times")).unwrap_or_default() {
        let Some(time) = quantity(&item, TIME, faults, "the time of a measurement") else { continue };
        if time < 0.0 || times_min.last().is_some_and(|last| *last >= time) {
            faults.error(item.place(), "times must rise and cannot be negative");
        }
        times_min.push(time);
    }
    let cv_node = fields.require("cv", faults);
    let cv = cv_node.as_ref().and_then(|node| {
        let value = quantity(node, DIMENSIONLESS, faults, "the CV of a measured value")?;
        if value > 0.0 {
            return Some(value);
        }
        faults.error(node.place(), "the CV of a measured value must be positive");
        None
    });
    let provenance = fields.get("provenance").and_then(|node| node.one_of(faults, Provenance::CHOICES));
    let source = fields.get("source").map(|node| sections::texts(&node, faults).join("; "));
    fields.finish(faults);
    let cv = cv?;
    let assumed = provenance == Some(Provenance::Assumed);
    let remark = match (assumed, source) {
        (true, _) => " (assumed)".to_string(),
        (false, Some(source)) => format!(" ({source})"),
        (false, None) => String::new(),
    };
    let channels: Vec<&str> = observables.iter().map(|position| model.observables[*position].name.as_str()).collect();
    let times: Vec<String> = times_min.iter().map(|time| shown_time(*time)).collect();
    let words = format!("{name}: {} at {}, log-normal noise of {} %{remark}", channels.join(", "), times.join(", "), 100.0 * cv);
    Some(SimulatedSeries { name, observables, times_min, cv, words, assumed })
}

/// Minutes below two hours, hours above.
fn shown_time(time_min: f64) -> String {
    if time_min < 120.0 { format!("{time_min} min") } else { format!("{} h", time_min / crate::units::MINUTES_PER_HOUR) }
}

/// The unit in which an observable is simulated, its size in internal units, and whether it is an activity.
pub fn simulated_unit(model: &Model, observable: usize) -> (String, f64, bool) {
    let has_activity = model.nuclide.is_some() && model.activity_per_amount.is_some();
    let found = &model.observables[observable];
    match found.kind {
        // activities are in MBq, volumes in L
        ObservableKind::Region if has_activity => ("MBq".into(), 1.0, true),
        ObservableKind::Concentration if has_activity => ("MBq/L".into(), 1.0, true),
        ObservableKind::PercentInjected => ("1".into(), 1.0, false),
        _ => (found.dimension.internal_unit(), 1.0, false),
    }
}
