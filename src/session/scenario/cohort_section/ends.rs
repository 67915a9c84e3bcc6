//! Ends of a distribution: `at_least`, `at_most`, `truncate`. A bare number is a factor on the patient's own value where the spread is about that, else a value.
use super::distribution::{Amounts, Wanted};
use crate::model::diagnostic::Faults;
use crate::model::yaml::{Fields, Node};
use crate::session::scenario::quantity;
use crate::trial::Ends;
use crate::units::{DIMENSIONLESS, Quantity};

/// About what a distribution lies.
pub(super) struct Centre {
    /// The patient's own value, where the spread is about that and it is known.
    pub own: Option<f64>,
    /// A stated median or mean.
    pub stated: Option<f64>,
}

/// Asks for the keys, so that they are not unknown where something else is wrong.
pub(super) fn drop(fields: &mut Fields<'_>) {
    fields.get("at_least");
    fields.get("at_most");
    fields.get("truncate");
}

/// Ends where they have no place.
pub(super) fn refuse(fields: &mut Fields<'_>, faults: &mut Faults) {
    for node in [fields.get("at_least"), fields.get("at_most"), fields.get("truncate")].into_iter().flatten() {
        faults.error(node.key_place(), format!("`{}` belongs to a log-normal or a normal distribution", node.name()));
    }
}

pub(super) fn ends(
    entry: &Node<'_>,
    fields: &mut Fields<'_>,
    amounts: &mut Amounts,
    centre: &Centre,
    wanted: &Wanted<'_>,
    faults: &mut Faults,
) -> Option<Ends> {
    let mut found = Ends::default();
    let (low, high) = (fields.get("at_least"), fields.get("at_most"));
    let truncate_node = fields.get("truncate");
    let relative = centre.stated.is_none();
    for (node, is_low) in [(&low, true), (&high, false)] {
        let Some(node) = node else { continue };
        let as_factor = relative && node.scalar_text().is_some_and(|text| is_factor(&text, wanted));
        let value = if as_factor {
            let value = quantity(node, DIMENSIONLESS, faults, "a factor on the patient's own value");
            if value.is_some_and(|value| value <= 0.0) {
                faults.error(node.place(), "a factor on the patient's own value must be positive");
            }
            value
        } else {
            amounts.read(node, faults, "an end of the distribution")
        };
        let pair = if as_factor { &mut found.factors } else { &mut found.values };
        match (value, is_low) {
            (Some(value), true) => pair.0 = value,
            (Some(value), false) => pair.1 = value,
            (None, _) => {}
        }
    }
    found.truncate = truncate_node.as_ref().and_then(|node| node.boolean(faults, "true or false")).unwrap_or(false);
    if let (Some(node), true) = (&truncate_node, found.truncate && low.is_none() && high.is_none()) {
        faults.error(node.key_place(), "`truncate` needs `at_least` or `at_most`");
    }
    if found.factors.0 > 1.0 || found.factors.1 < 1.0 {
        faults.error(entry.place(), "the patient's own value (factor 1) must lie between `at_least` and `at_most`");
        return None;
    }
    if found.values.0 >= found.values.1 {
        faults.error(entry.place(), "`at_least` must lie below `at_most`");
        return None;
    }
    // those outside would all stand at one end
    if let Some(middle) = centre.stated.or(centre.own)
        && !found.truncate
        && !(found.values.0..=found.values.1).contains(&middle)
    {
        let what = if relative { "the patient's own value" } else { "the centre of the distribution" };
        faults.error(entry.place(), format!("{what} must lie between `at_least` and `at_most`, unless they `truncate`"));
        return None;
    }
    Some(found)
}

/// Whether an end about the patient's own value is a factor: a pure number (for pure numbers too, which are held as they are).
fn is_factor(text: &str, wanted: &Wanted<'_>) -> bool {
    wanted.dimension.is_none_or(|dimension| dimension.is_dimensionless())
        || Quantity::parse(text).map_or(true, |found| found.dimension.is_dimensionless())
}
