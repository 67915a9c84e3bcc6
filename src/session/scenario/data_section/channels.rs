//! Which channels a table has: all rows one observable, a column that names the channel, or a column of values for each channel.
use super::Surroundings;
use super::measurement::{ChannelPlan, Measurement, Names};
use crate::model::Model;
use crate::model::diagnostic::{Faults, did_you_mean};
use crate::model::yaml::{Fields, Node};

/// The channels of a table and how they are told apart.
pub(super) struct Channels {
    /// Column that names the channel of a row.
    pub column: Option<String>,
    /// Whether every channel has a column of its own.
    pub is_wide: bool,
    /// The channels.
    pub channels: Vec<ChannelPlan>,
}

/// Column of the values and where it is written.
pub(super) struct Values<'f> {
    /// The node of `value`.
    pub node: Option<Node<'f>>,
    /// Name of the column.
    pub column: Option<String>,
}

/// Faults of one channel; those of a key that the table sets for all of them are told once.
fn add_once(found: Faults, faults: &mut Faults) {
    for fault in found {
        let key =
            |fault: &crate::model::diagnostic::Fault| (fault.message.clone(), fault.place.as_ref().map(|place| (place.start, place.end)));
        if !faults.iter().any(|known| key(known) == key(&fault)) {
            faults.push(fault);
        }
    }
}

pub(super) fn channels<'f>(
    table: &Node<'f>,
    fields: &mut Fields<'f>,
    values: &Values<'f>,
    shared: &Measurement<'f>,
    usual_column: Option<&str>,
    around: &Surroundings<'_>,
    faults: &mut Faults,
) -> Option<Channels> {
    let (observable_node, channel_node, wide_node) = (fields.get("observable"), fields.get("channel"), fields.get("channels"));
    let unit_node = fields.get("unit");
    let model = around.model;
    if let (Some(node), true) = (&unit_node, wide_node.is_none()) {
        faults.error(node.key_place(), "the unit of the values stands in `value`").help("`value: {column: …, unit: …}`");
    }
    match (&observable_node, &channel_node, &wide_node) {
        (Some(node), None, None) => {
            let observable = observable(node, model, faults)?;
            let names = Names { channel: &model.observables[observable].name, is_one_of_several: false, column: values.column.as_deref()? };
            let place = values.node.as_ref()?.place();
            let plan = Measurement::default().or(shared).understood(names, observable, &place, around, faults)?;
            Some(Channels { column: None, is_wide: false, channels: vec![plan] })
        }
        (None, Some(node), None) => {
            let mut inner = node.fields(faults, "a mapping such as `{column: region, map: {left_kidney: left_kidney}}`")?;
            let column = match usual_column {
                Some(usual) => inner.get("column").map_or(Some(usual.to_string()), |node| node.text(faults, "the name of a column")),
                None => inner.require("column", faults).and_then(|node| node.text(faults, "the name of a column")),
            };
            let map = inner.require("map", faults);
            inner.finish(faults);
            let mut found = Vec::new();
            let mut whole = true;
            for (name, entry) in map.map(|node| node.entries(faults, "channels by name")).unwrap_or_default() {
                let mut of_channel = Faults::new();
                let plan = long_channel(&name, &entry, values, shared, around, &mut of_channel);
                add_once(of_channel, faults);
                whole &= plan.is_some();
                found.extend(plan);
            }
            (whole && !found.is_empty()).then_some(())?;
            Some(Channels { column: Some(column?), is_wide: false, channels: found })
        }
        (None, None, Some(node)) => {
            if let Some(node) = &values.node {
                faults
                    .error(node.key_place(), "with `channels` every channel names its own column, so there is no `value`")
                    .help("a unit that they share is `unit: MBq` beside `channels`");
            }
            let mut shared = shared.clone();
            shared.unit = unit_node;
            let mut found = Vec::new();
            let mut whole = true;
            for (name, entry) in node.entries(faults, "channels by name, such as `{liver: {column: liver_MBq}}`") {
                let mut of_channel = Faults::new();
                let plan = wide_channel(&name, &entry, &shared, around, &mut of_channel);
                add_once(of_channel, faults);
                whole &= plan.is_some();
                found.extend(plan);
            }
            (whole && !found.is_empty()).then_some(Channels { column: None, is_wide: true, channels: found })
        }
        _ => {
            faults.error(
                table.key_place(),
                "`data` needs one of `observable` (all rows are one), `channel` (a column says which) and `channels` (a column for each)",
            );
            None
        }
    }
}

/// `left_kidney: left_kidney`, or `left_kidney: {observable: left_kidney, unit: kBq/mL, volume: 150 mL}`.
fn long_channel(
    name: &str,
    entry: &Node<'_>,
    values: &Values<'_>,
    shared: &Measurement<'_>,
    around: &Surroundings<'_>,
    faults: &mut Faults,
) -> Option<ChannelPlan> {
    let names = Names { channel: name, is_one_of_several: true, column: values.column.as_deref()? };
    let of_values = || values.node.as_ref().map(Node::place);
    if !entry.is_mapping() {
        let position = observable(entry, around.model, faults)?;
        return Measurement::default().or(shared).understood(names, position, &of_values()?, around, faults);
    }
    let mut fields = entry.fields(faults, "an observable, or a mapping such as `{observable: liver, unit: kBq/mL}`")?;
    let position = fields.require("observable", faults).and_then(|node| observable(&node, around.model, faults));
    let mut own = Measurement::of(&mut fields);
    own.unit = fields.get("unit");
    let place = own.unit.as_ref().map_or_else(of_values, |node| Some(node.place()));
    fields.finish(faults);
    own.or(shared).understood(names, position?, &place?, around, faults)
}

/// `liver: {column: liver_MBq, unit: MBq}`; the observable is that of the channel's name unless given.
fn wide_channel(
    name: &str,
    entry: &Node<'_>,
    shared: &Measurement<'_>,
    around: &Surroundings<'_>,
    faults: &mut Faults,
) -> Option<ChannelPlan> {
    let mut fields = entry.fields(faults, "a mapping such as `{column: liver_MBq, unit: MBq}`")?;
    let column = fields.require("column", faults).and_then(|node| node.text(faults, "the name of a column"));
    let position = match fields.get("observable") {
        Some(node) => observable(&node, around.model, faults),
        None => named_observable(name, entry, around.model, faults),
    };
    let mut own = Measurement::of(&mut fields);
    own.unit = fields.get("unit");
    fields.finish(faults);
    let own = own.or(shared);
    let Some(unit) = &own.unit else {
        faults
            .error(entry.key_place(), format!("channel `{name}` has no `unit`"))
            .help("write it for the channel, or beside `channels` for all");
        return None;
    };
    let (place, column) = (unit.place(), column?);
    let names = Names { channel: name, is_one_of_several: true, column: &column };
    own.understood(names, position?, &place, around, faults)
}

fn observable(node: &Node<'_>, model: &Model, faults: &mut Faults) -> Option<usize> {
    let name = node.text(faults, "an observable of the model")?;
    named_observable(&name, node, model, faults)
}

fn named_observable(name: &str, node: &Node<'_>, model: &Model, faults: &mut Faults) -> Option<usize> {
    let found = model.observables.iter().position(|observable| observable.name == name);
    if found.is_none() {
        let help = did_you_mean(name, model.observables.iter().map(|observable| observable.name.as_str()));
        faults.error(node.place(), format!("model `{}` has no observable `{name}`", model.name)).help(help);
    }
    found
}
