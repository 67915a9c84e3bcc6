//! The figures of a virtual trial: how doses, counts and outcomes spread over the patients of each arm, and what a trial could show.
//!
//! Pure functions from the plain data below to [`Figure`](crate::report::Figure)s, one file a figure. Every figure takes [`TrialAbout`]: which trial
//! it is and what to say under it (model, parameters, sources, levels of evidence). Arms keep their place, and with it their colour, in every figure.

mod effects;
mod estimates;
mod exceedance;
mod histogram;
mod kaplan_meier;
mod nadirs;
mod pages;
mod power;
mod spreads;
mod swimmer;
#[cfg(test)]
mod tests;
mod waterfall;

pub use effects::ntcp_tcp;
pub use estimates::estimated_v_true;
pub use exceedance::exceedance;
pub use histogram::Histogram;
pub use kaplan_meier::kaplan_meier;
pub use nadirs::nadirs;
pub use power::power_curves;
pub use spreads::{dose_distributions, paired_differences};
pub use swimmer::swimmer;
pub use waterfall::waterfall;

use crate::radiobiology::blood_counts::CellKind;
use crate::radiobiology::lesion::Response;

/// Single patients drawn in a distribution.
pub const MOST_POINTS: usize = 200;
/// Patients drawn in a scatter with joined arms.
pub const MOST_JOINED: usize = 150;
/// Patients drawn in a swimmer plot, each arm.
pub const MOST_SWIMMERS: usize = 40;
/// Bars drawn in a waterfall, each arm; of more patients every so many-th by rank is drawn.
pub const MOST_BARS: usize = 150;

/// Which trial it is, and what to say under every figure of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TrialAbout {
    /// Scenario and size in a few words, for the titles: "177Lu-DOTATATE, 1000 virtual patients".
    pub subject: String,
    /// Caption lines: model and parameters with their sources, level of evidence, what is not proven.
    pub caption: Vec<String>,
    /// How many patients there are in all, where figures of single patients get the first of them only; 0: as many as they get.
    pub patients: usize,
}

/// An arm in words.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ArmWords {
    /// Its name in the scenario, for tables and captions: "adapted".
    pub name: String,
    /// Its title, for people: "Adapted to 23 Gy to the kidneys".
    pub title: String,
}

/// A line across a plot.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LimitLine {
    /// Where, in the unit of the quantity.
    pub value: f64,
    /// Its words: "23 Gy (transferred)".
    pub words: String,
}

/// One quantity of one arm over the patients.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ArmSpread {
    /// All patients, counted.
    pub histogram: Histogram,
    /// The first patients one by one, in the order of their index; at most [`MOST_POINTS`] are drawn.
    pub points: Vec<f64>,
}

/// One quantity over the patients of all arms: one panel.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SpreadPanel {
    /// Heading: "Kidneys".
    pub title: String,
    /// The quantity: "Absorbed dose", "BED".
    pub quantity: String,
    /// Its unit as printed: "Gy".
    pub unit: String,
    /// Limits on it.
    pub limits: Vec<LimitLine>,
    /// One per arm, in the order of the arms; an arm that nobody reached has an empty histogram.
    pub arms: Vec<ArmSpread>,
}

/// Lowest counts of one lineage, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct LineageNadirs {
    /// The lineage; its unit and its CTCAE thresholds follow from it.
    pub kind: CellKind,
    /// Lowest counts in the unit of the lineage, one per arm.
    pub nadirs: Vec<ArmSpread>,
    /// Day of the lowest count after the first administration, one per arm; empty when it is not to be shown.
    pub days: Vec<ArmSpread>,
}

/// Toxicity against effect, patient by patient.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EffectScatter {
    /// File stem after `trial_`: "ntcp_tcp", "ntcp_tumour_dose".
    pub name: String,
    /// Horizontal quantity: "NTCP, kidneys: grade ≥ 2 nephropathy".
    pub x_quantity: String,
    /// Its unit: "%".
    pub x_unit: String,
    /// Vertical quantity: "TCP, lesion 1" or "Dose to lesion 1".
    pub y_quantity: String,
    /// Its unit: "%", "Gy".
    pub y_unit: String,
    /// The first patients; at most [`MOST_JOINED`] are drawn.
    pub patients: Vec<EffectPatient>,
    /// How many patients there are in all.
    pub of_patients: usize,
    /// Sentences about the relations used: source, endpoint, evidence.
    pub evidence: Vec<String>,
}

/// One patient of a scatter.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EffectPatient {
    /// The patient's index as printed.
    pub patient: String,
    /// (x, y) of each arm, in the order of the arms; `None` where an arm failed.
    pub arms: Vec<Option<(f64, f64)>>,
}

/// The best change of one patient.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BestChange {
    /// Best change of the sum of diameters against the start, %.
    pub change_percent: f64,
    /// Best response.
    pub response: Response,
}

/// One cycle of a swimmer.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SwimmerCycle {
    /// Administration, weeks after the first.
    pub time_wk: f64,
    /// Activity given, GBq.
    pub activity_gbq: f64,
    /// How long it was put off, wk; 0 when given as planned.
    pub delay_wk: f64,
}

/// The treatment of one patient in one arm.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SwimmerPatient {
    /// The patient's index as printed.
    pub patient: String,
    /// Cycles given, in order.
    pub cycles: Vec<SwimmerCycle>,
    /// Week in which the treatment ended or was last seen.
    pub end_wk: f64,
    /// Why it ended, in words that several patients share: "as planned", "limit", "toxicity"; `None` while it goes on.
    pub reason: Option<String>,
}

/// One step of a survival curve.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SurvivalPoint {
    /// Time of the events, in the unit of the figure.
    pub time: f64,
    /// Share without event from then on, 0 to 1.
    pub survival: f64,
    /// 95 % interval of that share, 0 to 1; `None` where there is none.
    pub interval_95: Option<(f64, f64)>,
}

/// One group of a survival figure.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SurvivalGroup {
    /// Its short name, for captions, and for the table of numbers at risk where the title is long.
    pub name: String,
    /// Its title, for the legend.
    pub title: String,
    /// Steps in order of time, without the start at 1.
    pub steps: Vec<SurvivalPoint>,
    /// (time, patients at risk just before it) in order of time; nobody is at risk after the last.
    pub at_risk: Vec<(f64, f64)>,
    /// Times of censoring that are marked; give few.
    pub censored: Vec<f64>,
    /// Where the curve ends: the last time anybody was seen.
    pub last: f64,
    /// Median and its 95 % interval, as far as reached.
    pub median: Option<(f64, Option<f64>, Option<f64>)>,
}

/// Survival of up to six groups.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SurvivalCurves {
    /// File stem after `trial_`: "pfs".
    pub name: String,
    /// The endpoint: "Progression-free survival".
    pub endpoint: String,
    /// Unit of all times: "months", "d".
    pub unit: String,
    /// The groups, in the order of the arms.
    pub groups: Vec<SurvivalGroup>,
    /// What the comparison says: "Hazard ratio adapted v fixed 0.94 (95 % interval 0.78 to 1.13), log-rank p = 0.51".
    pub comparison: Vec<String>,
}

/// Power at one number of patients.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PowerPoint {
    /// Patients in all arms together.
    pub patients: f64,
    /// Share of simulated trials that reject, 0 to 1.
    pub power: f64,
    /// Its Monte-Carlo standard error, 0 to 1.
    pub standard_error: f64,
}

/// Power under one hypothesis.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PowerCurve {
    /// The hypothesis: "no effect of dose", "hazard ratio 0.7 per 10 Gy (assumed)".
    pub title: String,
    /// Points in order of the number of patients.
    pub points: Vec<PowerPoint>,
}

/// Power of a trial under several hypotheses.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PowerCurves {
    /// File stem after `trial_`: "power".
    pub name: String,
    /// The test: "log-rank test, two-sided".
    pub test: String,
    /// Its level, 0 to 1.
    pub alpha: f64,
    /// One curve a hypothesis, the null among them.
    pub curves: Vec<PowerCurve>,
}

/// What was estimated against what was true, for one target.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TargetEstimates {
    /// Heading: "Kidneys".
    pub title: String,
    /// The quantity: "absorbed dose".
    pub quantity: String,
    /// Its unit.
    pub unit: String,
    /// Per arm, patient by patient: (true, estimated). At most [`MOST_POINTS`] are drawn.
    pub arms: Vec<Vec<(f64, f64)>>,
}
