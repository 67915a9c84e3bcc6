//! A hypothesis on survival: `survival_link: {target: tumour1, log_hazard_per_dose: -0.01 1/Gy, hypothesis: …}`. Without it dose does not touch survival.
use super::reading::target;
use crate::dosimetry::course::DoseTarget;
use crate::model::diagnostic::Faults;
use crate::model::yaml::Node;
use crate::radiobiology::hazard_link::HazardLink;
use crate::session::scenario::quantity;
use crate::units::{DIMENSIONLESS, DOSE, Unit};

pub(super) fn survival_link(node: &Node<'_>, targets: &[DoseTarget], faults: &mut Faults) -> Option<(usize, HazardLink)> {
    let mut fields = node.fields(faults, "a mapping such as `{target: tumour1, log_hazard_per_dose: -0.01 1/Gy, hypothesis: …}`")?;
    let target = fields.require("target", faults).and_then(|node| target(&node, targets, faults, "the survival link"));
    let slope = fields.require("log_hazard_per_dose", faults);
    let gray = Unit::parse("Gy").ok()?.in_internal_units;
    let slope_per_gy =
        slope.as_ref().and_then(|node| quantity(node, DIMENSIONLESS.over(DOSE), faults, "the change of the log hazard")).map(|s| s * gray);
    let hypothesis = fields.require("hypothesis", faults).and_then(|node| node.text(faults, "what is supposed, in your words"));
    fields.get("source");
    fields.get("provenance");
    fields.finish(faults);
    match HazardLink::new(slope_per_gy?, hypothesis?) {
        Ok(link) => Some((target?, link)),
        Err(error) => {
            faults.error(node.place(), error.to_string());
            None
        }
    }
}
