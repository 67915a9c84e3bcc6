//! A measured value as a fit sees it, and what the data say about each person besides.
use crate::session::scenario::Given;

/// A measured value.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Line of the table.
    pub line: u64,
    /// Time (min) on the clock of the subject's (and occasion's) administrations.
    pub time_min: f64,
    /// Channel of the table, or the observable's name.
    pub channel: String,
    /// Position of the observable.
    pub observable: usize,
    /// Subject.
    pub subject: Option<String>,
    /// Cycle of therapy (or other occasion) of the subject.
    pub occasion: Option<String>,
    /// The scan (or batch of samples) that the value comes from: values of one scan share its calibration.
    pub scan: Option<String>,
    /// Value in `unit`, as it was at the time of measurement; for a value below the limit of quantification, that limit.
    pub measured: f64,
    /// Its standard deviation in `unit`, where the table gives one.
    pub sd: Option<f64>,
    /// Whether the value is only known to lie below `measured`, the limit of quantification.
    pub below_limit: bool,
    /// Whether the value is an activity (or activity concentration) and not an amount.
    pub is_activity: bool,
    /// Unit of the value as written.
    pub unit: String,
    /// Internal units in one `unit`.
    pub unit_in_internal: f64,
    /// Why it is left out, if it is.
    pub excluded: Option<String>,
}

/// What the data say about one subject and occasion besides the measured values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// Subject; `None` where the table names none.
    pub subject: Option<String>,
    /// Occasion; `None` where the table names none.
    pub occasion: Option<String>,
    /// Administrations that the table gives; `None`: those of the scenario.
    pub administrations: Option<Vec<Given>>,
    /// Amount (model's unit of amounts) that replaces that of every administration of the scenario.
    pub dose: Option<f64>,
    /// The subject's own values of model parameters: position and value in internal units.
    pub values: Vec<(usize, f64)>,
}
