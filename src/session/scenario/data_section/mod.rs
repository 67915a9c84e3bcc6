//! The section `data`: which files, which columns, which units, and what the numbers are before they are activities. A list of tables, or one.
//!
//! A table sets keys for all its channels, and a channel may set them for itself ([`measurement`]).
mod channels;
mod datum;
mod events;
mod measurement;
mod piecewise;
mod table;
mod value_unit;

use std::path::{Path, PathBuf};

pub use events::EventPlan;
pub use measurement::{ChannelPlan, Deviation};
pub use piecewise::PiecewisePlan;
pub(super) use piecewise::piecewise;
pub use table::{CovariatePlan, TablePlan, TimeZero};
pub use value_unit::{UnitKind, ValueUnit};

use super::Given;
use crate::model::Model;
use crate::model::diagnostic::Faults;
use crate::model::yaml::Node;
use crate::units::Dimension;

/// All tables of a scenario, and what they have in common.
#[derive(Clone, Debug, PartialEq)]
pub struct DataPlan {
    /// The tables, in the order of the scenario.
    pub tables: Vec<TablePlan>,
    /// The first file.
    pub file: PathBuf,
    /// Unit of the values that a fit sees, of the first channel.
    pub value_unit: String,
    /// Internal units in one of it.
    pub value_in_internal: f64,
    /// Channels of all tables with the position of their observable, each once.
    pub channels: Vec<(String, usize)>,
    /// Column that names the subject, in the first table that has one.
    pub subject_column: Option<String>,
    /// Column with the dose of each subject, and internal units in one unit of it.
    pub dose_column: Option<(String, f64)>,
    /// Column with measured standard deviations, of the first channel that has one.
    pub sd_column: Option<String>,
    /// Time (min) to which activities of a channel were decay-corrected; `None`: all as measured.
    pub decay_corrected_to_min: Option<f64>,
    /// Whether all values are activities (or activity concentrations) and not amounts.
    pub is_activity: bool,
    /// Where the numbers come from.
    pub source: Option<String>,
}

impl DataPlan {
    /// Dimensions of the converted values, over all channels, each once.
    pub fn value_dimensions(&self) -> Vec<Dimension> {
        let mut found = Vec::new();
        for channel in self.tables.iter().flat_map(|table| &table.channels) {
            if !found.contains(&channel.result_dimension) {
                found.push(channel.result_dimension);
            }
        }
        found
    }

    /// Whether the rows name their subject.
    pub fn names_subjects(&self) -> bool {
        self.subject_column.is_some()
    }
}

/// What the tables are read against.
pub(super) struct Surroundings<'s> {
    /// Folder of the scenario.
    pub folder: &'s Path,
    /// The model.
    pub model: &'s Model,
    /// Doses of the scenario.
    pub administrations: &'s [Given],
}

pub(super) fn data(node: &Node<'_>, around: &Surroundings<'_>, faults: &mut Faults) -> Option<DataPlan> {
    let nodes = if node.is_sequence() { node.items(faults, "a list of tables") } else { vec![node.clone()] };
    if nodes.is_empty() {
        faults.error(node.place(), "`data` names no table");
        return None;
    }
    let read: Vec<Option<TablePlan>> = nodes.iter().map(|node| table::table(node, around, faults)).collect();
    let tables: Vec<TablePlan> = read.into_iter().collect::<Option<_>>()?;
    agree(node, &tables, around.model, faults);
    let mut channels: Vec<(String, usize)> = Vec::new();
    for channel in tables.iter().flat_map(|table| &table.channels) {
        if !channels.iter().any(|(name, _)| *name == channel.name) {
            channels.push((channel.name.clone(), channel.observable));
        }
    }
    let all = || tables.iter().flat_map(|table| &table.channels);
    let first = all().next()?;
    Some(DataPlan {
        file: tables.first()?.file.clone(),
        value_unit: first.result_unit.clone(),
        value_in_internal: first.result_in_internal,
        channels,
        subject_column: tables.iter().find_map(|table| table.subject_column.clone()),
        dose_column: tables.iter().find_map(|table| table.dose_column.clone()),
        sd_column: all().find_map(|channel| channel.sd.as_ref().map(|sd| sd.column().to_string())),
        decay_corrected_to_min: all().find_map(|channel| channel.decay_corrected_to_min),
        is_activity: all().all(|channel| channel.is_activity),
        source: {
            let sources: Vec<&str> = tables.iter().filter_map(|table| table.source.as_deref()).collect();
            (!sources.is_empty()).then(|| sources.join("; "))
        },
        tables,
    })
}

/// Tables of one scenario must name the same persons and mean the same by a channel.
fn agree(node: &Node<'_>, tables: &[TablePlan], model: &Model, faults: &mut Faults) {
    let mut differ = |key: &str, has: &dyn Fn(&TablePlan) -> bool| {
        let (with, without) = (tables.iter().find(|table| has(table)), tables.iter().find(|table| !has(table)));
        if let (Some(with), Some(without)) = (with, without) {
            let message = format!(
                "`{}` has a column of the {key}, `{}` has none: whose values are they?",
                with.file.display(),
                without.file.display()
            );
            faults.error(node.key_place(), message).help(format!("name the column with `{key}` in every table, or in none"));
        }
    };
    differ("subject", &|table| table.subject_column.is_some());
    differ("occasion", &|table| table.occasion_column.is_some());
    let all: Vec<&ChannelPlan> = tables.iter().flat_map(|table| &table.channels).collect();
    for (position, channel) in all.iter().enumerate() {
        if let Some(other) = all[..position].iter().find(|other| other.name == channel.name && other.observable != channel.observable) {
            let name = |observable: usize| &model.observables[observable].name;
            let message = format!(
                "channel `{}` stands for observable `{}` in one table and `{}` in another",
                channel.name,
                name(other.observable),
                name(channel.observable)
            );
            faults.error(node.key_place(), message);
        }
    }
}
