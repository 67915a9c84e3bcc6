//! One table of the section `data`: file, clock, persons, channels, what is left out.
use std::path::PathBuf;

use super::Surroundings;
use super::channels::{Values, channels};
use super::datum::column;
use super::events::{EventPlan, events};
use super::measurement::{ChannelPlan, Measurement};
use crate::data::{DecimalSign, Delimiter, Filter};
use crate::model::Model;
use crate::model::diagnostic::{Faults, did_you_mean};
use crate::model::yaml::{Fields, Node};
use crate::session::scenario::files;
use crate::units::TIME;

/// When the clock of a table starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeZero {
    /// With the scenario.
    Scenario,
    /// With the first administration.
    StartOfInfusion,
    /// With the end of the first administration.
    EndOfInfusion,
}

/// A column that gives each subject's own value of a model parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct CovariatePlan {
    /// Path of the parameter.
    pub path: String,
    /// Its position.
    pub parameter: usize,
    /// The column.
    pub column: String,
    /// Internal units in one unit of it.
    pub in_internal: f64,
}

/// How one table is to be understood.
#[derive(Clone, Debug, PartialEq)]
pub struct TablePlan {
    /// The file.
    pub file: PathBuf,
    /// Sign between cells.
    pub delimiter: Delimiter,
    /// Sign before decimals.
    pub decimal: DecimalSign,
    /// Marks for missing values; `None`: the usual ones.
    pub missing: Option<Vec<String>>,
    /// Marks for values below the limit.
    pub below: Vec<String>,
    /// Column of the times.
    pub time_column: String,
    /// Minutes in one unit of it.
    pub time_in_min: f64,
    /// Unit of it as written.
    pub time_unit: String,
    /// When its clock starts.
    pub time_zero: TimeZero,
    /// Time (min) of the scenario at the start of the table's clock.
    pub shift_min: f64,
    /// Earliest time (min) of the table's clock that lies after the start of the administration.
    pub earliest_min: f64,
    /// Column that names the channel.
    pub channel_column: Option<String>,
    /// Whether every channel has a column of its own.
    pub is_wide: bool,
    /// Channels.
    pub channels: Vec<ChannelPlan>,
    /// Column that names the subject.
    pub subject_column: Option<String>,
    /// Column that names the occasion.
    pub occasion_column: Option<String>,
    /// Column that names the scan.
    pub scan_column: Option<String>,
    /// Column with the dose of each subject, and internal units in one unit of it.
    pub dose_column: Option<(String, f64)>,
    /// Columns with the subjects' own values.
    pub covariates: Vec<CovariatePlan>,
    /// Doses of an event table.
    pub events: Option<EventPlan>,
    /// Only rows that meet these.
    pub only: Vec<Filter>,
    /// Whether several values at one time are replicates.
    pub replicates: bool,
    /// Rows left out by the user: line of the file and reason.
    pub excluded: Vec<(usize, String)>,
    /// Column whose content is the reason for leaving a row out.
    pub excluded_column: Option<String>,
    /// Where the numbers come from.
    pub source: Option<String>,
}

#[derive(Clone, Copy, PartialEq)]
enum Format {
    Table,
    Events,
}

pub(super) fn table(node: &Node<'_>, around: &Surroundings<'_>, faults: &mut Faults) -> Option<TablePlan> {
    let mut fields = node.fields(faults, "a mapping with `file`, `time`, `value`")?;
    let file = file(&mut fields, around, faults);
    let format = fields.get("format").and_then(|node| node.one_of(faults, &[("table", Format::Table), ("nonmem", Format::Events)]));
    let is_events = format == Some(Format::Events);
    let name_of = |node: Option<Node<'_>>, faults: &mut Faults| node.and_then(|node| node.text(faults, "the name of a column"));
    let time = column(fields.require("time", faults), is_events.then_some("TIME"), Some(TIME), faults, "the time");
    let wide = fields.get("channels").is_some();
    let value_node = if wide { fields.get("value") } else { fields.require("value", faults) };
    let (value_column, value_unit) = value(value_node.as_ref(), is_events, faults);
    let subject_column = name_of(fields.get("subject"), faults).or_else(|| is_events.then(|| "ID".to_string()));
    let occasion_column = name_of(fields.get("occasion"), faults);
    let scan_column = name_of(fields.get("scan"), faults);
    let dose_node = fields.get("subject_dose");
    let dose_column = column(dose_node.clone(), None, Some(around.model.amount), faults, "the dose of a subject");
    if dose_column.is_some() && subject_column.is_none() {
        faults.error(node.key_place(), "`subject_dose` needs `subject`, the column that names them");
    }
    let source = fields.get("source").and_then(|node| node.text(faults, "a citation"));
    let mut shared = Measurement::of(&mut fields);
    shared.unit = value_unit;
    let values = Values { node: value_node, column: value_column };
    let channels = channels(node, &mut fields, &values, &shared, is_events.then_some("DVID"), around, faults);
    let signs = signs(&mut fields, faults);
    let covariates = covariates(fields.get("covariates"), around.model, faults);
    let time_zero = fields.get("time_zero");
    let clock = clock(time_zero.as_ref(), is_events, around, faults);
    let only = only(fields.get("only"), faults);
    let replicates = fields.get("replicates").and_then(|node| node.boolean(faults, "`true` or `false`")).unwrap_or(false);
    let (excluded, excluded_column) = exclusions(fields.get("exclude"), faults);
    let mut doses = None;
    if is_events {
        if let Some(node) = &dose_node {
            faults.error(node.key_place(), "an event table has its doses in its rows, so there is no `subject_dose`");
        }
        doses = Some(events(node, &mut fields, around, faults)?);
    } else {
        let of_events = [fields.get("amount"), fields.get("columns"), fields.get("sites"), fields.get("site")];
        for node in of_events.into_iter().flatten() {
            let fault = faults.error(node.key_place(), format!("`{}` belongs to an event table", node.name()));
            fault.help("write `format: nonmem`");
        }
    }
    fields.finish(faults);
    let (time_column, time_unit, time_text) = time?;
    let (channels, (delimiter, decimal, missing, below), (time_zero, shift_min, earliest_min)) = (channels?, signs, clock);
    Some(TablePlan {
        file: file?,
        delimiter,
        decimal,
        missing,
        below,
        time_column,
        time_in_min: time_unit.in_internal_units,
        time_unit: time_text,
        time_zero,
        shift_min,
        earliest_min,
        channel_column: channels.column,
        is_wide: channels.is_wide,
        channels: channels.channels,
        subject_column,
        occasion_column,
        scan_column,
        dose_column: dose_column.map(|(name, unit, _)| (name, unit.in_internal_units)),
        covariates,
        events: doses,
        only,
        replicates,
        excluded,
        excluded_column,
        source,
    })
}

fn file(fields: &mut Fields<'_>, around: &Surroundings<'_>, faults: &mut Faults) -> Option<PathBuf> {
    let node = fields.require("file", faults)?;
    let path = around.folder.join(node.text(faults, "the path of a CSV file, relative to the scenario")?);
    let path = files::tidy(&path);
    if !path.is_file() {
        let fault = faults.error(node.place(), format!("there is no data file `{}`", path.display()));
        if let Some(help) = files::near(&path) {
            fault.help(help);
        }
    }
    Some(path)
}

/// Column and unit of the values; the unit is read where it is used.
fn value<'f>(node: Option<&Node<'f>>, is_events: bool, faults: &mut Faults) -> (Option<String>, Option<Node<'f>>) {
    let Some(mut fields) = node.and_then(|node| node.fields(faults, "a mapping such as `{column: activity_MBq, unit: MBq}`")) else {
        return (None, None);
    };
    let name = if is_events {
        fields.get("column").map_or(Some("DV".to_string()), |node| node.text(faults, "the name of a column"))
    } else {
        fields.require("column", faults).and_then(|node| node.text(faults, "the name of a column"))
    };
    let unit = fields.require("unit", faults);
    fields.finish(faults);
    (name, unit)
}

type Signs = (Delimiter, DecimalSign, Option<Vec<String>>, Vec<String>);

fn signs(fields: &mut Fields<'_>, faults: &mut Faults) -> Signs {
    const DELIMITERS: &[(&str, Delimiter)] = &[("comma", Delimiter::Comma), ("semicolon", Delimiter::Semicolon), ("tab", Delimiter::Tab)];
    const DECIMALS: &[(&str, DecimalSign)] = &[("point", DecimalSign::Point), ("comma", DecimalSign::Comma)];
    let delimiter = fields.get("delimiter").and_then(|node| node.one_of(faults, DELIMITERS)).unwrap_or_default();
    let decimal_node = fields.get("decimal");
    let decimal = decimal_node.as_ref().and_then(|node| node.one_of(faults, DECIMALS)).unwrap_or_default();
    if let Some(node) = &decimal_node
        && (delimiter, decimal) == (Delimiter::Comma, DecimalSign::Comma)
    {
        faults.error(node.place(), "the comma cannot stand between cells and before decimals").help("`delimiter: semicolon`?");
    }
    let mut marks = |node: Option<Node<'_>>| {
        let node = node?;
        let items = node.items(faults, "a list of marks such as `[NA, \".\"]`");
        Some(items.iter().filter_map(|item| item.text(faults, "a mark, in quotes if it is a number or a sign")).collect::<Vec<_>>())
    };
    let missing = marks(fields.get("missing"));
    let below_node = fields.get("below");
    let below = marks(below_node.clone()).unwrap_or_default();
    if let (Some(missing), Some(node)) = (&missing, below_node)
        && let Some(both) = below.iter().find(|mark| missing.contains(mark))
    {
        faults.error(
            node.place(),
            format!("`{both}` is a mark for missing values and for values below the limit: it can be only one of them"),
        );
    }
    (delimiter, decimal, missing, below)
}

fn clock(node: Option<&Node<'_>>, is_events: bool, around: &Surroundings<'_>, faults: &mut Faults) -> (TimeZero, f64, f64) {
    const ZEROS: &[(&str, TimeZero)] =
        &[("scenario", TimeZero::Scenario), ("start_of_infusion", TimeZero::StartOfInfusion), ("end_of_infusion", TimeZero::EndOfInfusion)];
    let zero = node.and_then(|node| node.one_of(faults, ZEROS)).unwrap_or(TimeZero::Scenario);
    let Some(node) = node.filter(|_| zero != TimeZero::Scenario) else { return (zero, 0.0, 0.0) };
    if is_events {
        faults.error(node.place(), "doses and samples of an event table share one clock, so `time_zero` is the scenario's");
        return (zero, 0.0, 0.0);
    }
    let Some(first) = around.administrations.first() else {
        faults.error(node.place(), "`time_zero` is that of an administration, but the scenario gives none");
        return (zero, 0.0, 0.0);
    };
    match zero {
        TimeZero::EndOfInfusion if first.duration_min == 0.0 => {
            let message = "the clock starts with the end of the infusion, but the first administration is a bolus without `duration`";
            faults.error(node.place(), message).help("give the administration its `duration`, or write `start_of_infusion`");
            (zero, 0.0, 0.0)
        }
        TimeZero::EndOfInfusion => (zero, first.at_min + first.duration_min, -first.duration_min),
        _ => (zero, first.at_min, 0.0),
    }
}

fn covariates(node: Option<Node<'_>>, model: &Model, faults: &mut Faults) -> Vec<CovariatePlan> {
    let mut found = Vec::new();
    let Some(node) = node else { return found };
    for (path, entry) in node.entries(faults, "columns by the name of a model parameter, such as `{weight: {column: WT, unit: kg}}`") {
        let Some(parameter) = model.parameter(&path) else {
            if model.derived.iter().any(|derived| derived.path == path) {
                let message = format!("`{path}` follows from other values, so a table cannot give it");
                faults.error(entry.key_place(), message).help("give what it is computed from");
            } else {
                let help = did_you_mean(&path, model.parameters.iter().map(|parameter| parameter.path.as_str()));
                faults.error(entry.key_place(), format!("model `{}` has no parameter `{path}`", model.name)).help(help);
            }
            continue;
        };
        let dimension = model.parameters[parameter].dimension;
        if let Some((column, unit, _)) = column(Some(entry), None, Some(dimension), faults, &format!("`{path}`")) {
            found.push(CovariatePlan { path, parameter, column, in_internal: unit.in_internal_units });
        }
    }
    found
}

fn only(node: Option<Node<'_>>, faults: &mut Faults) -> Vec<Filter> {
    let Some(node) = node else { return Vec::new() };
    let entries = node.entries(faults, "values by column, such as `{cycle: 1}`");
    entries
        .into_iter()
        .filter_map(|(column, entry)| Some(Filter { column, value: entry.text(faults, "the value of the cells to keep")? }))
        .collect()
}

/// `- {line: 4, reason: …}`, and `- {column: note}` for a column that holds the reasons.
fn exclusions(node: Option<Node<'_>>, faults: &mut Faults) -> (Vec<(usize, String)>, Option<String>) {
    let (mut lines, mut column) = (Vec::new(), None);
    for entry in node.map(|node| node.items(faults, "a list such as `- {line: 4, reason: …}`")).unwrap_or_default() {
        let Some(mut inner) = entry.fields(faults, "a mapping with `line` and `reason`, or with `column`") else { continue };
        if let Some(node) = inner.get("column") {
            if column.is_some() {
                faults.error(node.place(), "only one column can hold the reasons for leaving rows out");
            }
            column = node.text(faults, "the name of a column that holds the reasons");
            inner.finish(faults);
            continue;
        }
        let line = inner.require("line", faults).and_then(|node| node.integer(faults, "a line of the data file"));
        let reason = inner.require("reason", faults).and_then(|node| node.text(faults, "the reason"));
        inner.finish(faults);
        if let (Some(line), Some(reason)) = (line, reason) {
            lines.push((usize::try_from(line).unwrap_or(0), reason));
        }
    }
    (lines, column)
}
