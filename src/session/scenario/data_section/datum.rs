//! A column with its unit, or a number for all rows: the two ways in which a table's mapping gives a quantity.
use super::value_unit::{ValueUnit, quantity_like};
use crate::data::Datum;
use crate::model::diagnostic::Faults;
use crate::model::yaml::Node;
use crate::session::scenario::quantity;
use crate::units::{DIMENSIONLESS, Dimension, Unit};

/// The unit in a node, of the dimension `wanted` where it is given.
pub(super) fn unit(node: &Node<'_>, wanted: Option<Dimension>, faults: &mut Faults, what: &str) -> Option<(Unit, String)> {
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
}

/// `{column: time_h, unit: h}`; the name of the column may be left out where there is a usual one.
pub(super) fn column(
    node: Option<Node<'_>>,
    usual: Option<&str>,
    wanted: Option<Dimension>,
    faults: &mut Faults,
    what: &str,
) -> Option<(String, Unit, String)> {
    let node = node?;
    let mut fields = node.fields(faults, "a mapping such as `{column: time_h, unit: h}`")?;
    let name = match usual {
        Some(usual) => fields.get("column").map_or(Some(usual.to_string()), |node| node.text(faults, "the name of a column")),
        None => fields.require("column", faults).and_then(|node| node.text(faults, "the name of a column")),
    };
    let unit = fields.require("unit", faults).and_then(|node| unit(&node, wanted, faults, what));
    fields.finish(faults);
    let (unit, text) = unit?;
    Some((name?, unit, text))
}

/// A quantity for all rows (`150 mL`), or the column that gives it for each (`{column: volume, unit: mL}`), in internal units. A pure number needs no unit.
pub(super) fn datum(node: &Node<'_>, wanted: Dimension, faults: &mut Faults, what: &str) -> Option<Datum> {
    if !node.is_mapping() {
        return quantity(node, wanted, faults, what).map(Datum::Constant);
    }
    let mut fields = node.fields(faults, "a quantity, or a mapping such as `{column: volume, unit: mL}`")?;
    let name = fields.require("column", faults).and_then(|node| node.text(faults, "the name of a column"));
    let unit_node = if wanted == DIMENSIONLESS { fields.get("unit") } else { fields.require("unit", faults) };
    let scale = match unit_node {
        Some(node) => unit(&node, Some(wanted), faults, what).map(|(unit, _)| unit.in_internal_units),
        None if wanted == DIMENSIONLESS => Some(1.0),
        None => None,
    };
    fields.finish(faults);
    Some(Datum::Column { name: name?, scale: scale? })
}

/// The same for a number in the unit of the values, in that unit: a constant with a unit like it, or a column in the unit of the values.
pub(super) fn datum_like_values(node: &Node<'_>, values: &ValueUnit, faults: &mut Faults, what: &str) -> Option<Datum> {
    if !node.is_mapping() {
        return quantity_like(node, values, faults, what).map(Datum::Constant);
    }
    let mut fields = node.fields(faults, "a quantity, or a mapping such as `{column: limit}`")?;
    let name = fields.require("column", faults).and_then(|node| node.text(faults, "the name of a column"));
    let scale = match fields.get("unit") {
        Some(node) => ValueUnit::read(&node, faults).and_then(|found| {
            if found.kind == values.kind && found.unit.dimension == values.unit.dimension {
                return found.unit.per(values.unit);
            }
            let message = format!("{what} must be in a unit like that of the values (`{}`), this unit is {}", values.text, found.words());
            faults.error(node.place(), message);
            None
        }),
        None => Some(1.0),
    };
    fields.finish(faults);
    Some(Datum::Column { name: name?, scale: scale? })
}
