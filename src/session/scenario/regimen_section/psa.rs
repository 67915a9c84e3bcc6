//! PSA under treatment: `psa: {target: bone_metastasis, initial: 140 ug/L}`.
use super::reading::target;
use crate::dosimetry::course::DoseTarget;
use crate::model::Model;
use crate::model::diagnostic::Faults;
use crate::model::yaml::Node;
use crate::nuclide::EmittedEnergy;
use crate::radiobiology::psa::SIEBINGA_2024;
use crate::regimen::PsaPlan;

pub(super) fn psa(node: &Node<'_>, model: &Model, targets: &[DoseTarget], faults: &mut Faults) -> Option<PsaPlan> {
    let mut fields = node.fields(faults, "a mapping such as `{target: bone_metastasis, initial: 140}`")?;
    let place = node.place();
    let target = fields.require("target", faults).and_then(|node| target(&node, targets, faults, "PSA"));
    let initial = fields.require("initial", faults).and_then(|node| {
        let value = node.number(faults, "PSA before the first cycle, a number in µg/L")?;
        if value <= 0.0 {
            faults.error(node.place(), "PSA before the first cycle must be positive");
            return None;
        }
        Some(value)
    });
    fields.get("source");
    fields.get("provenance");
    fields.finish(faults);
    let constants = model.nuclide.and_then(|nuclide| {
        let energy = nuclide.energy_constant_gy_g_per_mbq_h(EmittedEnergy::ChargedParticles).ok()?;
        Some((energy, nuclide.decay_constant_per_h()))
    });
    let Some((constant, decay_per_h)) = constants else {
        faults.error(place, "PSA follows the activity concentration, which needs a nuclide with its energy per decay");
        return None;
    };
    if let Some(found) = target
        && targets[found].terms.iter().any(|(region, _)| *region != targets[found].name)
    {
        faults
            .error(place, format!("PSA is driven by the concentration in `{0}`: `{0}` must have its self-dose only", targets[found].name));
        return None;
    }
    Some(PsaPlan {
        target: target?,
        initial_ug_per_l: initial?,
        gy_per_h_per_mbq_per_l: constant / 1000.0,
        decay_per_h,
        parameters: SIEBINGA_2024,
    })
}
