//! The sections `data` (which file, which columns, which units) and `piecewise` (integration of the data beside the fit).
use std::path::{Path, PathBuf};

use super::quantity;
use crate::dosimetry::time_integrated::{BeforeFirst, Between, IntegrationChoices, Tail};
use crate::model::Model;
use crate::model::checked::ObservableKind;
use crate::model::diagnostic::{Faults, did_you_mean};
use crate::model::yaml::Node;
use crate::units::{ACTIVITY, Dimension, TIME, Unit, VOLUME};

/// How a table of measurements is to be understood.
#[derive(Clone, Debug, PartialEq)]
pub struct DataPlan {
    /// The CSV file.
    pub file: PathBuf,
    /// Column of the times.
    pub time_column: String,
    /// Minutes in one unit of that column.
    pub time_in_min: f64,
    /// Unit of that column as written.
    pub time_unit: String,
    /// Column of the measured values.
    pub value_column: String,
    /// Internal units in one unit of that column.
    pub value_in_internal: f64,
    /// Unit of that column as written.
    pub value_unit: String,
    /// Column that names the channel (region); `None` where all rows are one channel.
    pub channel_column: Option<String>,
    /// Name of a channel in the file → position of the observable.
    pub channels: Vec<(String, usize)>,
    /// Column that names the subject.
    pub subject_column: Option<String>,
    /// Column with the dose of each subject, and internal units in one unit of it.
    pub dose_column: Option<(String, f64)>,
    /// Column with a measured standard deviation, in the unit of the values.
    pub sd_column: Option<String>,
    /// Time (min) to which activities were decay-corrected; `None`: as measured.
    pub decay_corrected_to_min: Option<f64>,
    /// Whether the values are activities (or activity concentrations) and not amounts.
    pub is_activity: bool,
    /// Rows left out by the user: line of the file and reason.
    pub excluded: Vec<(usize, String)>,
    /// Where the numbers come from.
    pub source: Option<String>,
}

impl DataPlan {
    /// Dimensions of the measured values, over all channels.
    pub fn value_dimensions(&self) -> Vec<Dimension> {
        Unit::parse(&self.value_unit).map(|unit| vec![unit.dimension]).unwrap_or_default()
    }

    /// Whether the rows name their subject.
    pub fn names_subjects(&self) -> bool {
        self.subject_column.is_some()
    }
}

/// Piecewise integration beside the fit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PiecewisePlan {
    /// What is assumed before, between and after the scans.
    pub choices: IntegrationChoices,
}

fn column(node: Option<Node<'_>>, wanted: Option<Dimension>, faults: &mut Faults, what: &str) -> Option<(String, Unit, String)> {
    let node = node?;
    let mut fields = node.fields(faults, "a mapping such as `{column: time_h, unit: h}`")?;
    let name = fields.require("column", faults).and_then(|node| node.text(faults, "the name of a column"));
    let unit = fields.require("unit", faults).and_then(|node| {
        let text = node.text(faults, "a unit")?;
        match Unit::parse(if text.trim() == "1" { "" } else { &text }) {
            Ok(unit) if wanted.is_none_or(|wanted| wanted == unit.dimension) => Some((unit, text)),
            Ok(unit) => {
                let expected = wanted.map(|dimension| dimension.to_string()).unwrap_or_default();
                faults.error(node.place(), format!("{what} must be {expected}, this unit is {}", unit.dimension));
                None
            }
            Err(error) => {
                let fault = faults.error(node.place_of_offset(error.start, error.end), error.message);
                if let Some(help) = error.help {
                    fault.help(help);
                }
                None
            }
        }
    });
    fields.finish(faults);
    let (unit, text) = unit?;
    Some((name?, unit, text))
}

pub(super) fn data(node: &Node<'_>, folder: &Path, model: &Model, faults: &mut Faults) -> Option<DataPlan> {
    let mut fields = node.fields(faults, "a mapping with `file`, `time`, `value`")?;
    let file_node = fields.require("file", faults);
    let file = file_node.as_ref().and_then(|node| node.text(faults, "the path of a CSV file, relative to the scenario"));
    if let (Some(file), Some(node)) = (&file, &file_node)
        && !folder.join(file).is_file()
    {
        let path = super::files::tidy(&folder.join(file));
        let fault = faults.error(node.place(), format!("there is no data file `{}`", path.display()));
        if let Some(help) = super::files::near(&path) {
            fault.help(help);
        }
    }
    let time = column(fields.require("time", faults), Some(TIME), faults, "the time");
    let value_node = fields.require("value", faults);
    let value = column(value_node.clone(), None, faults, "the value");
    let subject_column = fields.get("subject").and_then(|node| node.text(faults, "the name of a column"));
    let sd_column = fields.get("sd").and_then(|node| node.text(faults, "the name of a column"));
    let dose_column = column(fields.get("subject_dose"), Some(model.amount), faults, "the dose of a subject");
    if dose_column.is_some() && subject_column.is_none() {
        faults.error(node.key_place(), "`subject_dose` needs `subject`, the column that names them");
    }
    let source = fields.get("source").and_then(|node| node.text(faults, "a citation"));
    let decay_corrected_to_min = fields.get("decay_corrected").and_then(|node| {
        if node.scalar_text().is_some_and(|text| text == "false" || text == "no") {
            return None;
        }
        quantity(&node, TIME, faults, "`decay_corrected`: `false`, or the time to which activities were corrected, such as `0 h`,")
    });
    let mut channels = Vec::new();
    let mut channel_column = None;
    let observable_node = fields.get("observable");
    let channel_node = fields.get("channel");
    match (&observable_node, &channel_node) {
        (Some(node), None) => channels.extend(observable(node, model, faults).map(|position| (String::new(), position))),
        (None, Some(node)) => {
            if let Some(mut inner) = node.fields(faults, "a mapping such as `{column: region, map: {left_kidney: left_kidney}}`") {
                channel_column = inner.require("column", faults).and_then(|node| node.text(faults, "the name of a column"));
                for (name, entry) in inner.require("map", faults).map(|n| n.entries(faults, "channels by name")).unwrap_or_default() {
                    channels.extend(observable(&entry, model, faults).map(|position| (name, position)));
                }
                inner.finish(faults);
            }
        }
        _ => {
            faults.error(node.key_place(), "`data` needs either `observable` (all rows are one) or `channel` (a column says which)");
        }
    }
    let mut excluded = Vec::new();
    for entry in fields.get("exclude").map(|node| node.items(faults, "a list such as `- {line: 4, reason: …}`")).unwrap_or_default() {
        let Some(mut inner) = entry.fields(faults, "a mapping with `line` and `reason`") else { continue };
        let line = inner.require("line", faults).and_then(|node| node.integer(faults, "a line of the data file"));
        let reason = inner.require("reason", faults).and_then(|node| node.text(faults, "the reason"));
        inner.finish(faults);
        if let (Some(line), Some(reason)) = (line, reason) {
            excluded.push((usize::try_from(line).unwrap_or(0), reason));
        }
    }
    fields.finish(faults);
    let value = value?;
    let is_activity = value.1.dimension == ACTIVITY || value.1.dimension == ACTIVITY.over(VOLUME);
    for (name, position) in &channels {
        let observable = &model.observables[*position];
        let expected = match observable.kind {
            ObservableKind::Value => vec![observable.dimension],
            ObservableKind::PercentInjected => vec![crate::units::DIMENSIONLESS],
            ObservableKind::Region => vec![ACTIVITY, model.amount],
            ObservableKind::Concentration => vec![ACTIVITY.over(VOLUME), observable.dimension],
        };
        if !expected.contains(&value.1.dimension)
            && let Some(node) = &value_node
        {
            let what = if name.is_empty() { String::new() } else { format!(" (channel `{name}`)") };
            let mut wanted: Vec<String> = expected.iter().map(ToString::to_string).collect();
            wanted.dedup();
            faults.error(
                node.place(),
                format!("observable `{}`{what} is {}, the values are {}", observable.name, wanted.join(" or "), value.1.dimension),
            );
        }
    }
    let time = time?;
    Some(DataPlan {
        file: super::files::tidy(&folder.join(file?)),
        time_column: time.0,
        time_in_min: time.1.in_internal_units,
        time_unit: time.2,
        value_column: value.0,
        value_in_internal: value.1.in_internal_units,
        value_unit: value.2,
        channel_column,
        channels,
        subject_column,
        dose_column: dose_column.map(|(name, unit, _)| (name, unit.in_internal_units)),
        sd_column,
        decay_corrected_to_min,
        is_activity,
        excluded,
        source,
    })
}

fn observable(node: &Node<'_>, model: &Model, faults: &mut Faults) -> Option<usize> {
    let name = node.text(faults, "an observable of the model")?;
    let found = model.observables.iter().position(|observable| observable.name == name);
    if found.is_none() {
        let help = did_you_mean(&name, model.observables.iter().map(|observable| observable.name.as_str()));
        faults.error(node.place(), format!("model `{}` has no observable `{name}`", model.name)).help(help);
    }
    found
}

pub(super) fn piecewise(node: &Node<'_>, faults: &mut Faults) -> Option<PiecewisePlan> {
    const BEFORE: &[(&str, BeforeFirst)] = &[
        ("constant", BeforeFirst::Constant),
        ("linear-from-zero", BeforeFirst::LinearFromZero),
        ("physical-decay", BeforeFirst::PhysicalDecay),
    ];
    const BETWEEN: &[(&str, Between)] = &[("linear", Between::Linear), ("log-where-falling", Between::LogWhereFalling)];
    const AFTER: &[(&str, Tail)] = &[("physical-decay", Tail::PhysicalDecay), ("terminal-slope", Tail::TerminalSlope { points: 2 })];
    let mut fields = node.fields(faults, "a mapping with `before`, `between` and `after`")?;
    let before = fields.require("before", faults).and_then(|node| node.one_of(faults, BEFORE));
    let between = fields.require("between", faults).and_then(|node| node.one_of(faults, BETWEEN));
    let after = fields.require("after", faults).and_then(|node| node.one_of(faults, AFTER));
    fields.finish(faults);
    Some(PiecewisePlan { choices: IntegrationChoices { before_first: before?, between: between?, tail: after? } })
}
