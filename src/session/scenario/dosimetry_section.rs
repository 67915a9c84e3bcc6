//! The sections `dosimetry` (targets, their sources and S-values) and `effects` (dose–effect relations).
use std::cell::RefCell;
use std::path::{Path, PathBuf};

use super::quantity;
use crate::dosimetry::course::{DoseTarget, Repair};
use crate::dosimetry::mass_scaling::scale_self_dose;
use crate::dosimetry::opendose;
use crate::dosimetry::phantom::Phantom;
use crate::dosimetry::s_value::{SValue, SValueMethod, SValueUnit};
use crate::dosimetry::self_dose::{Daughters, local_self_dose};
use crate::dosimetry::spheres::sphere_s_value;
use crate::dosimetry::user_table::UserTable;
use crate::model::Model;
use crate::model::checked::ObservableKind;
use crate::model::diagnostic::{Faults, did_you_mean};
use crate::model::yaml::Node;
use crate::nuclide::Nuclide;
use crate::radiobiology::organ_defaults;
use crate::radiobiology::registry::{self, DoseQuantity};
use crate::units::{ACTIVITY, DIMENSIONLESS, DOSE, Dimension, MASS, MINUTES_PER_HOUR, TIME, Unit};

/// A dose–effect relation applied to a target.
pub use crate::trial::Effect as EffectPlan;

struct Setting<'m> {
    folder: &'m Path,
    model: &'m Model,
    nuclide: &'static Nuclide,
    phantom: Phantom,
    /// User's tables that were read.
    tables: RefCell<Vec<PathBuf>>,
}

/// What the section says.
#[derive(Default)]
pub(super) struct Dosimetry<'f> {
    /// Targets with their S-values.
    pub targets: Vec<DoseTarget>,
    /// User's tables that were read.
    pub s_value_tables: Vec<PathBuf>,
    /// `uncertainty`, which is read against the fit.
    pub uncertainty: Option<Node<'f>>,
}

pub(super) fn dosimetry<'f>(node: &Node<'f>, folder: &Path, model: &Model, faults: &mut Faults) -> Dosimetry<'f> {
    let Some(nuclide) = model.nuclide else {
        faults.error(node.key_place(), format!("model `{}` has no nuclide, so there is no absorbed dose", model.name));
        return Dosimetry::default();
    };
    let Some(mut fields) = node.fields(faults, "a mapping with `targets`") else { return Dosimetry::default() };
    let phantom = fields
        .get("phantom")
        .and_then(|node| node.one_of(faults, &[("male", Phantom::AdultMale), ("female", Phantom::AdultFemale)]))
        .unwrap_or(Phantom::AdultMale);
    let uncertainty = fields.get("uncertainty");
    let setting = Setting { folder, model, nuclide, phantom, tables: RefCell::new(Vec::new()) };
    let mut found = Vec::new();
    for (name, entry) in fields.require("targets", faults).map(|node| node.entries(faults, "targets by name")).unwrap_or_default() {
        found.extend(target(name, &entry, &setting, faults));
    }
    fields.finish(faults);
    Dosimetry { targets: found, s_value_tables: setting.tables.into_inner(), uncertainty }
}

fn target(name: String, entry: &Node<'_>, setting: &Setting<'_>, faults: &mut Faults) -> Option<DoseTarget> {
    let mut fields = entry.fields(faults, "a target: a mapping with `sources`")?;
    let title = fields.get("title").and_then(|node| node.text(faults, "words for figures"));
    let organ = fields.get("organ").and_then(|node| node.text(faults, "an organ of the S-value table")).unwrap_or_else(|| name.clone());
    let mass_node = fields.get("mass");
    let mass_g = mass_node.as_ref().and_then(|node| {
        let mass = quantity(node, MASS, faults, "the mass of a target")?;
        if mass <= 0.0 {
            faults.error(node.place(), "the mass of a target must be positive");
            return None;
        }
        Some(mass)
    });
    let mut mass_used = false;
    let repair = fields.get("radiobiology").and_then(|node| repair(&node, faults));
    let sources = fields.require("sources", faults);
    fields.finish(faults);
    let mut terms = Vec::new();
    for (region, node) in sources?.entries(faults, "source regions with their S-values") {
        if !setting.model.observable(&region).is_some_and(|observable| observable.kind == ObservableKind::Region) {
            let regions = setting.model.observables.iter().filter(|o| o.kind == ObservableKind::Region).map(|o| o.name.as_str());
            let help = did_you_mean(&region, regions);
            faults.error(node.key_place(), format!("model `{}` has no region of interest `{region}`", setting.model.name)).help(help);
            continue;
        }
        if let Some(mut s_value) = s_value(&node, &region, &organ, setting, faults) {
            // only the self-dose follows the mass of the patient's organ
            mass_used |= region == name && s_value.target_mass_g.is_some();
            if let Some(mass_g) = mass_g
                && region == name
                && s_value.target_mass_g.is_some_and(|reference| reference != mass_g)
            {
                match scale_self_dose(&s_value, setting.nuclide, mass_g) {
                    Ok(scaled) => s_value = scaled,
                    Err(error) => {
                        faults.error(node.place(), error.to_string());
                        continue;
                    }
                }
            }
            terms.push((region, s_value));
        }
    }
    if terms.is_empty() && !faults.has_errors() {
        faults.error(entry.key_place(), format!("target `{name}` has no source, so its dose would be 0"));
    }
    if let Some(node) = mass_node.filter(|_| mass_g.is_some() && !mass_used) {
        let message = format!("the mass of `{name}` changes nothing: no source of that name has an S-value with a reference mass");
        faults.warning(node.place(), message);
    }
    Some(DoseTarget { title: title.unwrap_or_else(|| name.replace('_', " ")), name, terms, repair })
}

/// Forms: `opendose` | `{opendose: source organ}` | `{s_value: 4.82e-6 Gy/MBq/min, source: …}` | `{sphere: 2 g}` | `{local: 21 g}` |
/// `{table: file.csv}`.
fn s_value(node: &Node<'_>, region: &str, organ: &str, setting: &Setting<'_>, faults: &mut Faults) -> Option<SValue> {
    let fail = |node: &Node<'_>, error: String, faults: &mut Faults| {
        faults.error(node.place(), error);
        None
    };
    let open_dose = |node: &Node<'_>, source: &str, faults: &mut Faults| match opendose::lookup(
        setting.nuclide,
        setting.phantom,
        source,
        organ,
    ) {
        Ok(found) => Some(found),
        Err(error) => {
            faults.error(node.place(), error.to_string()).help(
                    "for lesions and other organs: `{sphere: 2 g}`, `{local: 50 g}`, `{s_value: 1e-5 Gy/MBq/min, source: …}` or `{table: file.csv}`",
                );
            None
        }
    };
    if node.is_scalar() {
        node.one_of(faults, &[("opendose", ())])?;
        return open_dose(node, region, faults);
    }
    let mut fields = node.fields(faults, "`opendose`, or a mapping with `s_value`, `opendose`, `sphere`, `local` or `table`")?;
    let direct = fields.get("s_value");
    let from_table = fields.get("opendose");
    let sphere = fields.get("sphere");
    let local = fields.get("local");
    let user_table = fields.get("table");
    let citation = fields.get("source").and_then(|node| node.text(faults, "a citation"));
    let daughters = fields
        .get("daughters")
        .and_then(|node| node.one_of(faults, &[("left-out", Daughters::LeftOut), ("equilibrium", Daughters::SecularEquilibrium)]))
        .unwrap_or(Daughters::LeftOut);
    fields.finish(faults);
    let given = [&direct, &from_table, &sphere, &local, &user_table].iter().filter(|form| form.is_some()).count();
    if given != 1 {
        faults.error(node.place(), "an S-value needs exactly one of `s_value`, `opendose`, `sphere`, `local` and `table`");
        return None;
    }
    if let Some(node) = direct {
        let wanted: Dimension = DOSE.over(ACTIVITY).over(TIME);
        let value = quantity(&node, wanted, faults, "an S-value")?;
        if citation.is_none() {
            faults.warning(node.place(), "this S-value has no `source`").lint("no-source");
        }
        let unit = Unit::parse("Gy/MBq/min").ok()?;
        let gy_per_mbq_min = value / unit.in_internal_units;
        let source = citation.unwrap_or_else(|| "no source given".into());
        return match SValue::new(gy_per_mbq_min * MINUTES_PER_HOUR, SValueUnit::GyPerMbqH, SValueMethod::Stated, source) {
            Ok(found) => Some(found),
            Err(error) => fail(&node, error.to_string(), faults),
        };
    }
    if let Some(node) = from_table {
        let source = node.text(faults, "a source organ of OpenDose")?;
        return open_dose(&node, &source, faults);
    }
    if let Some(node) = sphere {
        let mass_g = quantity(&node, MASS, faults, "the mass of a sphere")?;
        return match sphere_s_value(setting.nuclide, mass_g) {
            Ok(found) => Some(found),
            Err(error) => fail(&node, error.to_string(), faults),
        };
    }
    if let Some(node) = local {
        let mass_g = quantity(&node, MASS, faults, "the mass that absorbs")?;
        return match local_self_dose(setting.nuclide, mass_g, daughters) {
            Ok(found) => Some(found),
            Err(error) => fail(&node, error.to_string(), faults),
        };
    }
    let node = user_table?;
    let name = node.text(faults, "the path of a CSV file with S-values")?;
    let path = setting.folder.join(&name);
    setting.tables.borrow_mut().push(path.clone());
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) => return fail(&node, format!("cannot read the S-value table `{}`: {error}", path.display()), faults),
    };
    let table = match UserTable::read(&text, &name, None) {
        Ok(table) => table,
        Err(error) => return fail(&node, error.to_string(), faults),
    };
    match table.lookup(region, organ) {
        Ok(found) => Some(found.clone()),
        Err(error) => fail(&node, error.to_string(), faults),
    }
}

/// `radiobiology: kidneys` takes the defaults of a tissue; a mapping states α/β and the half-time of repair.
fn repair(node: &Node<'_>, faults: &mut Faults) -> Option<Repair> {
    if node.is_scalar() {
        let name = node.text(faults, "a tissue")?;
        return match organ_defaults::defaults_of(&name) {
            Ok(found) => Some(Repair { alpha_beta_gy: found.alpha_beta_gy, repair_half_time_h: found.repair_half_time_h }),
            Err(error) => {
                faults.error(node.place(), error.to_string());
                None
            }
        };
    }
    let mut fields = node.fields(faults, "a tissue, or a mapping with `alpha_beta` and `repair_half_time`")?;
    let alpha_beta = fields.require("alpha_beta", faults);
    let half_time = fields.require("repair_half_time", faults);
    fields.get("source");
    fields.get("provenance");
    fields.finish(faults);
    let positive = |node: Node<'_>, dimension, what: &str, faults: &mut Faults| {
        let value = quantity(&node, dimension, faults, what)?;
        if value <= 0.0 {
            faults.error(node.place(), format!("{what} must be positive"));
            return None;
        }
        Some(value)
    };
    let gray = Unit::parse("Gy").ok()?.in_internal_units;
    let alpha_beta = alpha_beta.and_then(|node| positive(node, DOSE, "α/β", faults));
    let half_time = half_time.and_then(|node| positive(node, TIME, "the half-time of repair", faults));
    Some(Repair { alpha_beta_gy: alpha_beta? / gray, repair_half_time_h: half_time? / MINUTES_PER_HOUR })
}

pub(super) fn effects(node: &Node<'_>, targets: &[DoseTarget], faults: &mut Faults) -> Vec<EffectPlan> {
    let mut found = Vec::new();
    for entry in node.items(faults, "a list such as `- {target: kidneys, model: kidney_bed_external_beam}`") {
        let Some(mut fields) = entry.fields(faults, "a mapping with `target` and `model`") else { continue };
        let target_node = fields.require("target", faults);
        let model_node = fields.require("model", faults);
        fields.finish(faults);
        let target = target_node.as_ref().and_then(|node| {
            let name = node.text(faults, "a target of `dosimetry`")?;
            let position = targets.iter().position(|target| target.name == name);
            if position.is_none() {
                let help = did_you_mean(&name, targets.iter().map(|target| target.name.as_str()));
                faults.error(node.place(), format!("no target is called `{name}`")).help(help);
            }
            position
        });
        let relation = model_node.as_ref().and_then(|node| {
            let name = node.text(faults, "the name of a dose–effect relation")?;
            match registry::find(&name) {
                Ok(relation) => Some(relation.clone()),
                Err(error) => {
                    faults.error(node.place(), error.to_string());
                    None
                }
            }
        });
        let (Some(target), Some(relation)) = (target, relation) else { continue };
        if relation.quantity != DoseQuantity::AbsorbedDose && targets[target].repair.is_none() {
            let message = format!(
                "`{}` works on {}, but target `{}` has no `radiobiology`",
                relation.name,
                relation.quantity.title(),
                targets[target].name
            );
            faults.error(entry.place(), message).help("give the target `radiobiology:` with α/β and the half-time of repair");
            continue;
        }
        if let (Some(repair), Some(published)) = (targets[target].repair, relation.alpha_beta_gy)
            && (repair.alpha_beta_gy - published).abs() > 1e-9 * published
        {
            let message = format!(
                "`{}` was published for α/β {published} Gy, target `{}` has {}",
                relation.name, targets[target].name, repair.alpha_beta_gy
            );
            faults.warning(entry.place(), message);
        }
        found.push(EffectPlan { target, relation });
    }
    found
}

/// A share between 0 and 100 %.
pub(super) fn share(node: &Node<'_>, faults: &mut Faults, what: &str) -> Option<f64> {
    let value = quantity(node, DIMENSIONLESS, faults, what)?;
    if !(0.0..=1.0).contains(&value) {
        faults.error(node.place(), format!("{what} must lie between 0 and 100 %, this is {} %", 100.0 * value));
        return None;
    }
    Some(value)
}
