//! Published figures that stand beside what was simulated.
use crate::model::diagnostic::{Faults, did_you_mean};
use crate::model::yaml::Node;
use crate::regimen::RegimenPlan;

/// A published figure beside a simulated quantity.
#[derive(Clone, Debug, PartialEq)]
pub struct Published {
    /// Position of the arm.
    pub arm: usize,
    /// The quantity.
    pub quantity: String,
    /// What was published, in words: "median 5 (1 to 9)".
    pub words: String,
    /// Its middle, where it is one number in the unit of the quantity.
    pub middle: Option<f64>,
    /// Where.
    pub source: String,
    /// Whether something was tuned to it: then agreement proves nothing.
    pub calibrated: bool,
}

pub(super) fn one_published(item: &Node<'_>, regimens: &RegimenPlan, faults: &mut Faults) -> Option<Published> {
    let mut fields =
        item.fields(faults, "`{arm: adapted, quantity: cycles, published: \"median 5 (1 to 9)\", source: …, use: validation}`")?;
    let arm = fields.require("arm", faults).and_then(|node| {
        let name = node.text(faults, "the name of an arm")?;
        let found = regimens.arms.iter().position(|arm| arm.name == name);
        if found.is_none() {
            let help = did_you_mean(&name, regimens.arms.iter().map(|arm| arm.name.as_str()));
            faults.error(node.place(), format!("there is no arm `{name}`")).help(help);
        }
        found
    });
    let quantity = fields.require("quantity", faults).and_then(|node| node.text(faults, "a quantity such as `cycles`"));
    let words = fields.require("published", faults).and_then(|node| node.text(faults, "the published figure in words"));
    let middle = fields.get("middle").and_then(|node| node.number(faults, "a number in the unit of the quantity"));
    let source = fields.require("source", faults).and_then(|node| node.text(faults, "a citation"));
    fields.get("provenance");
    let uses = [("validation", false), ("calibration", true)];
    let calibrated = fields.require("use", faults).and_then(|node| node.one_of(faults, &uses));
    fields.finish(faults);
    Some(Published { arm: arm?, quantity: quantity?, words: words?, middle, source: source?, calibrated: calibrated? })
}
