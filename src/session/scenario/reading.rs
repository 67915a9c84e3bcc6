//! Small readings that several sections share: quantities with a sign, whole numbers between ends, seeds.
use super::quantity;
use crate::model::diagnostic::Faults;
use crate::model::yaml::Node;
use crate::units::Dimension;

/// A quantity above zero.
pub(super) fn positive(node: &Node<'_>, dimension: Dimension, faults: &mut Faults, what: &str) -> Option<f64> {
    let value = quantity(node, dimension, faults, what)?;
    if value <= 0.0 {
        faults.error(node.place(), format!("{what} must be positive"));
        return None;
    }
    Some(value)
}

/// A quantity of zero or more.
pub(super) fn not_negative(node: &Node<'_>, dimension: Dimension, faults: &mut Faults, what: &str) -> Option<f64> {
    let value = quantity(node, dimension, faults, what)?;
    if value < 0.0 {
        faults.error(node.place(), format!("{what} cannot be negative"));
        return None;
    }
    Some(value)
}

/// A whole number from `low` to `high`.
pub(super) fn count(node: &Node<'_>, low: i64, high: i64, faults: &mut Faults, what: &str) -> Option<usize> {
    let found = node.integer(faults, what)?;
    if !(low..=high).contains(&found) {
        faults.error(node.place(), format!("{what} lies between {low} and {high}, this is {found}"));
        return None;
    }
    usize::try_from(found).ok()
}

/// A seed.
pub(super) fn seed(node: &Node<'_>, faults: &mut Faults) -> Option<u64> {
    let found = node.integer(faults, "a whole number")?;
    if found < 0 {
        faults.error(node.place(), format!("a seed is 0 or more, this is {found}"));
    }
    u64::try_from(found).ok()
}
