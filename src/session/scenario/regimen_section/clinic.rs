//! The simulated clinic: imaging, estimator, laboratory, lesions, and what it knows of the patient.
use std::collections::BTreeMap;

use super::super::reading::{not_negative, positive, seed};
use super::Against;
use super::reading::{parameter, rising_times, valued};
use crate::model::checked::ObservableKind;
use crate::model::diagnostic::{Faults, Place, did_you_mean};
use crate::model::yaml::Node;
use crate::regimen::{
    Clinic, Estimator, ImagingProtocol, KnownValue, KnownValues, LaboratoryProtocol, MapParameter, MapProtocol, RecoveryCurve,
    SeveralScans, SingleScan, SizeProtocol, WhichCycles,
};
use crate::session::scenario::dosimetry_section::share;
use crate::session::scenario::sections::texts;
use crate::units::{DIMENSIONLESS, MINUTES_PER_HOUR, Quantity, TIME, Unit, VOLUME};

/// Most cycles of an arm.
pub(super) const MOST_CYCLES: usize = 50;

/// The clinic, and what it knows.
pub(super) struct Read {
    pub clinic: Clinic,
    pub known: KnownValues,
    pub risk_factors: Vec<String>,
}

impl Read {
    /// A clinic that measures nothing.
    pub fn without() -> Read {
        let clinic = Clinic {
            seed: 0,
            calibration_cv: 0.0,
            imaging: Vec::new(),
            estimator: Estimator::default(),
            laboratory: None,
            sizes: None,
            nights_per_cycle: 0.0,
        };
        Read { clinic, known: with_cycle(KnownValues::new()), risk_factors: Vec::new() }
    }
}

/// Every rule may read the number of the cycle.
fn with_cycle(mut known: KnownValues) -> KnownValues {
    known.insert("cycle".into(), KnownValue { value: 1.0, dimension: DIMENSIONLESS });
    known
}

pub(super) fn clinic(node: &Node<'_>, against: &Against<'_>, interval_min: Option<f64>, faults: &mut Faults) -> Option<Read> {
    let mut fields = node.fields(faults, "a mapping with `seed` and what is measured: `region`, `scans`, `cv`, or `imaging`")?;
    let seed = fields.require("seed", faults).and_then(|node| seed(&node, faults));
    let mut imaging = Vec::new();
    let mut places: Vec<(String, Place)> = Vec::new();
    let short = fields.get("region");
    if let Some(region) = &short {
        // one region, the short form
        let scans = fields.require("scans", faults).map(|node| rising_times(&node, interval_min, faults));
        let cv = fields.require("cv", faults).and_then(|node| share(&node, faults, "the CV of a scan"));
        let region = region_of(region, against, faults);
        if let (Some(region), Some(scans_min), Some(scan_cv)) = (region, scans, cv) {
            places.push((region.clone(), node.key_place()));
            imaging.push(ImagingProtocol {
                region,
                scans_min,
                cycles: WhichCycles::All,
                other_scans_min: Vec::new(),
                scan_cv,
                volume_cv: 0.0,
                recovery: None,
            });
        }
    }
    if let Some(node) = fields.get("imaging") {
        if let Some(region) = &short {
            faults.error(region.key_place(), "one region is said with `region`, several with `imaging`: not both");
        }
        for (name, entry) in node.entries(faults, "regions by name with their scans") {
            places.push((name.clone(), entry.key_place()));
            imaging.extend(protocol(name, &entry, against, interval_min, faults));
        }
    }
    let calibration_cv = fields.get("calibration_cv").and_then(|node| share(&node, faults, "the CV of the calibration")).unwrap_or(0.0);
    let estimator = match fields.get("estimator") {
        Some(node) => estimator(&node, against, &imaging, faults)?,
        None => Estimator::default(),
    };
    let laboratory = fields.get("laboratory").and_then(|node| laboratory(&node, against, faults));
    let sizes = fields.get("lesions").and_then(|node| sizes(&node, against, faults));
    let nights = fields.get("nights_per_cycle").and_then(|node| not_negative(&node, DIMENSIONLESS, faults, "nights in a bed"));
    let mut known = KnownValues::new();
    if let Some(list) = fields.get("knows") {
        let values = against.model.values(&against.model.parameter_values());
        for item in list.items(faults, "names of the patient's values that a clinic can measure, such as `[weight, bsa]`") {
            let Some(name) = item.text(faults, "a name") else { continue };
            if inside(&name, against) {
                not_knowable(&item, &name, against, faults);
                continue;
            }
            let dimension = against.model.parameter(&name).map(|position| against.model.parameters[position].dimension);
            let dimension =
                dimension.or_else(|| against.model.derived.iter().find(|derived| derived.path == name).map(|derived| derived.dimension));
            match (dimension, values.get(&name)) {
                (Some(dimension), Some(value)) => {
                    known.insert(name, KnownValue { value: *value, dimension });
                }
                _ => not_knowable(&item, &name, against, faults),
            }
        }
    }
    if let Some(node) = fields.get("covariates") {
        for (name, entry) in node.entries(faults, "values of the patient that the clinic recorded, by name, such as `weight: 70 kg`") {
            known.extend(covariate(name, &entry, against, faults));
        }
    }
    let risk_factors = fields.get("risk_factors").map(|node| texts(&node, faults)).unwrap_or_default();
    fields.get("provenance");
    fields.get("source");
    fields.finish(faults);
    let clinic = Clinic { seed: seed?, calibration_cv, imaging, estimator, laboratory, sizes, nights_per_cycle: nights.unwrap_or(0.0) };
    check_single_scans(&places, &clinic, against, faults);
    Some(Read { clinic, known: with_cycle(known), risk_factors })
}

/// A value that the clinic recorded and the model does not hold.
fn covariate(name: String, entry: &Node<'_>, against: &Against<'_>, faults: &mut Faults) -> Option<(String, KnownValue)> {
    let is_name = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !is_name || !name.starts_with(|c: char| c.is_ascii_lowercase()) || name == "cycle" {
        faults.error(
            entry.key_place(),
            format!("`{name}` cannot be a covariate: a name has small letters, digits and `_`, and is not `cycle`"),
        );
        return None;
    }
    if against.model.parameter(&name).is_some() || against.model.derived.iter().any(|derived| derived.path == name) {
        let message = format!("model `{}` has `{name}` itself", against.model.name);
        faults.error(entry.key_place(), message).help(format!("`knows: [{name}]` lets the rules read the patient's value"));
        return None;
    }
    let value = valued(entry, faults)?;
    let text = value.text(faults, "a quantity such as `70 kg`")?;
    match Quantity::parse(&text) {
        Ok(quantity) => Some((name, KnownValue { value: quantity.value, dimension: quantity.dimension })),
        Err(error) => {
            faults.error(value.place_of_offset(error.start, error.end), error.message);
            None
        }
    }
}

/// Whether it is a value of an organ other than its size: what it takes up and how fast it lets go is the truth that scans only estimate.
fn inside(name: &str, against: &Against<'_>) -> bool {
    let of_organ = name.rsplit_once('.').is_some_and(|(_, property)| !matches!(property, "volume" | "mass"));
    of_organ && (against.model.parameter(name).is_some() || against.model.derived.iter().any(|derived| derived.path == name))
}

fn not_knowable(item: &Node<'_>, name: &str, against: &Against<'_>, faults: &mut Faults) {
    let truth = inside(name, against) || against.targets.iter().any(|target| target.name == name) || name.contains("dose");
    if truth || against.model.observable(name).is_some() {
        let message =
            format!("a clinic cannot know `{name}`: what is truly in the patient or absorbed there is only estimated, from scans");
        faults.error(item.place(), message).help("`imaging` says what is scanned; a `limit` acts on the estimate");
    } else {
        let names = against.model.parameters.iter().map(|parameter| parameter.path.as_str());
        faults.error(item.place(), format!("model `{}` has no value `{name}`", against.model.name)).help(did_you_mean(name, names));
    }
}

fn region_of(node: &Node<'_>, against: &Against<'_>, faults: &mut Faults) -> Option<String> {
    let name = node.text(faults, "a region of interest")?;
    known_region(&node.place(), name, against, faults)
}

fn known_region(place: &Place, name: String, against: &Against<'_>, faults: &mut Faults) -> Option<String> {
    let model = against.model;
    match model.observable(&name) {
        Some(observable) if observable.kind == ObservableKind::Region => {
            if !against.targets.iter().any(|target| target.terms.iter().any(|(region, _)| *region == name)) {
                let message = format!("the clinic measures `{name}`, which is no source of any target: no dose follows from it");
                faults.error(place.clone(), message).help("measure the region that gives a target its self-dose");
                return None;
            }
            Some(name)
        }
        Some(_) => {
            faults.error(place.clone(), format!("`{name}` is no region of interest: a scan measures the activity of a region"));
            None
        }
        None => {
            let help = did_you_mean(&name, model.observables.iter().map(|observable| observable.name.as_str()));
            faults.error(place.clone(), format!("model `{}` has no region `{name}`", model.name)).help(help);
            None
        }
    }
}

fn protocol(
    name: String,
    entry: &Node<'_>,
    against: &Against<'_>,
    interval_min: Option<f64>,
    faults: &mut Faults,
) -> Option<ImagingProtocol> {
    let region = known_region(&entry.key_place(), name, against, faults);
    let mut fields = entry.fields(faults, "a mapping such as `{scans: [24 h, 96 h, 168 h], cv: 10 %}`")?;
    let scans = fields.require("scans", faults).map(|node| rising_times(&node, interval_min, faults));
    let cv = fields.require("cv", faults).and_then(|node| share(&node, faults, "the CV of a scan"));
    let cycles = fields.get("cycles").and_then(|node| which_cycles(&node, faults)).unwrap_or(WhichCycles::All);
    let others_node = fields.get("other_cycles");
    let other_scans_min = others_node.as_ref().map(|node| rising_times(node, interval_min, faults)).unwrap_or_default();
    if let Some(node) = &others_node
        && cycles == WhichCycles::All
    {
        faults.error(node.key_place(), "`other_cycles` can never be used: `cycles` holds for all");
    }
    let volume_cv = fields.get("volume_cv").and_then(|node| share(&node, faults, "the CV of the outlined volume")).unwrap_or(0.0);
    let recovery = fields.get("recovery").and_then(|node| recovery(&node, faults));
    fields.get("source");
    fields.get("provenance");
    fields.finish(faults);
    Some(ImagingProtocol { region: region?, scans_min: scans?, cycles, other_scans_min, scan_cv: cv?, volume_cv, recovery })
}

fn which_cycles(node: &Node<'_>, faults: &mut Faults) -> Option<WhichCycles> {
    if node.is_sequence() {
        let numbers = node.items(faults, "numbers of cycles");
        return Some(WhichCycles::These(
            numbers.iter().filter_map(|item| super::super::reading::count(item, 1, 50, faults, "the number of a cycle")).collect(),
        ));
    }
    node.one_of(faults, &[("all", true), ("first", false)]).map(|all| if all { WhichCycles::All } else { WhichCycles::First })
}

fn recovery(node: &Node<'_>, faults: &mut Faults) -> Option<(RecoveryCurve, f64)> {
    let mut fields = node.fields(faults, "a mapping with `v50`, `exponent` and the region's `volume`")?;
    let millilitre = Unit::parse("mL").ok()?.in_internal_units;
    let v50 = fields.require("v50", faults).and_then(|node| positive(&node, VOLUME, faults, "the volume of half recovery"));
    let exponent = fields.require("exponent", faults).and_then(|node| positive(&node, DIMENSIONLESS, faults, "the exponent"));
    let volume = fields.require("volume", faults).and_then(|node| positive(&node, VOLUME, faults, "the region's volume"));
    fields.get("source");
    fields.get("provenance");
    fields.finish(faults);
    Some((RecoveryCurve { v50_ml: v50? / millilitre, exponent: exponent? }, volume? / millilitre))
}

fn estimator(node: &Node<'_>, against: &Against<'_>, imaging: &[ImagingProtocol], faults: &mut Faults) -> Option<Estimator> {
    let mut fields = node.fields(faults, "a mapping with `scans`, `single_scan`, `half_lives`")?;
    let map_node = fields.get("map");
    let map = map_node.as_ref().and_then(|node| map(node, against, faults));
    let is_map = fields
        .get("scans")
        .and_then(|node| node.one_of(faults, &[("mono-exponential", false), ("map", true)]).map(|found| (found, node.place())));
    let choices = [("haenscheid", SingleScan::Haenscheid), ("madsen", SingleScan::Madsen), ("own-half-life", SingleScan::OwnHalfLife)];
    let single = fields.get("single_scan").and_then(|node| node.one_of(faults, &choices)).unwrap_or(SingleScan::Haenscheid);
    let mut half_lives_h = BTreeMap::new();
    if let Some(node) = fields.get("half_lives") {
        for (region, entry) in node.entries(faults, "effective half-lives of the population by region") {
            if !imaging.iter().any(|protocol| protocol.region == region) {
                let help = did_you_mean(&region, imaging.iter().map(|protocol| protocol.region.as_str()));
                faults.error(entry.key_place(), format!("`{region}` is not imaged: its half-life can never be used")).help(help);
            }
            let Some(value) = valued(&entry, faults) else { continue };
            if let Some(half_life) = positive(&value, TIME, faults, "a half-life") {
                half_lives_h.insert(region, half_life / MINUTES_PER_HOUR);
            }
        }
    }
    fields.finish(faults);
    let several = match (is_map, map) {
        (Some((true, place)), None) => {
            if map_node.is_none() {
                let help = "for example `map: {kidneys.uptake: {median: 0.03, cv: 40 %}}`";
                faults.error(place, "a MAP estimate needs `map` with its parameters and priors").help(help);
            }
            return None;
        }
        (Some((true, _)), Some(map)) => SeveralScans::Map(map),
        (_, Some(_)) => {
            let place = map_node.as_ref().unwrap_or(node).key_place();
            faults.error(place, "`map` is never used: say `scans: map`");
            return None;
        }
        (_, None) => SeveralScans::MonoExponential,
    };
    Some(Estimator { several, single, half_lives_h })
}

fn map(node: &Node<'_>, against: &Against<'_>, faults: &mut Faults) -> Option<MapProtocol> {
    let mut parameters = Vec::new();
    let entries = node.entries(faults, "parameters by name with `median` and `cv` of their prior");
    if entries.is_empty() {
        faults.error(node.key_place(), "a MAP estimate needs a parameter or more");
        return None;
    }
    for (path, entry) in entries {
        let position = parameter(&entry.key_place(), &path, against.model, faults);
        let Some(mut fields) = entry.fields(faults, "`{median: 31 nmol/L, cv: 40 %}`") else { continue };
        let dimension = position.map_or(DIMENSIONLESS, |position| against.model.parameters[position].dimension);
        let median = fields.require("median", faults).and_then(|node| positive(&node, dimension, faults, "the prior median"));
        let cv = fields.require("cv", faults).and_then(|node| positive(&node, DIMENSIONLESS, faults, "the prior's CV"));
        fields.get("source");
        fields.get("provenance");
        fields.finish(faults);
        if let (Some(position), Some(median), Some(cv)) = (position, median, cv) {
            parameters.push(MapParameter { path, position, median, cv });
        }
    }
    (!parameters.is_empty()).then_some(MapProtocol { parameters })
}

fn laboratory(node: &Node<'_>, against: &Against<'_>, faults: &mut Faults) -> Option<LaboratoryProtocol> {
    let mut fields = node.fields(faults, "a mapping such as `{every: 2 wk, count_cv: 5 %}`")?;
    let every = fields.require("every", faults).and_then(|node| positive(&node, TIME, faults, "the time between samples"));
    let count_cv = fields.get("count_cv").and_then(|node| share(&node, faults, "the CV of a count")).unwrap_or(0.0);
    let clearance_cv = fields.get("clearance_cv").and_then(|node| share(&node, faults, "the CV of a clearance")).unwrap_or(0.0);
    fields.get("source");
    fields.get("provenance");
    fields.finish(faults);
    if super::gate::analytes(&against.physiology).is_empty() {
        let message = "the laboratory has nothing to measure: neither blood counts nor kidney function nor symptoms are simulated";
        faults.error(node.key_place(), message).help("add `physiology:` with `blood_counts`, `kidney_function` or `symptoms`");
    }
    Some(LaboratoryProtocol { every_min: every?, count_cv, clearance_cv })
}

fn sizes(node: &Node<'_>, against: &Against<'_>, faults: &mut Faults) -> Option<SizeProtocol> {
    let mut fields = node.fields(faults, "a mapping such as `{every_cycles: 2, cv: 10 %}`")?;
    let every_cycles = match fields.get("every_cycles") {
        Some(node) => super::super::reading::count(&node, 1, 50, faults, "the number of cycles between assessments").unwrap_or(1),
        None => 1,
    };
    let cv = fields.require("cv", faults).and_then(|node| share(&node, faults, "the CV of a volume"));
    fields.get("source");
    fields.get("provenance");
    fields.finish(faults);
    if against.physiology.lesions.is_empty() {
        faults.error(node.key_place(), "no lesion is simulated that could be measured").help("add `physiology: {lesions: …}`");
    }
    Some(SizeProtocol { every_cycles, cv: cv? })
}

/// A region that some cycles scan once needs what its estimator asks for.
fn check_single_scans(places: &[(String, Place)], clinic: &Clinic, against: &Against<'_>, faults: &mut Faults) {
    for protocol in &clinic.imaging {
        let place = || places.iter().find(|(name, _)| *name == protocol.region).map(|(_, place)| place.clone());
        if protocol.scans_min.is_empty() && protocol.other_scans_min.is_empty() {
            faults.error(place(), format!("`{}` is never scanned", protocol.region));
        }
        if matches!(clinic.estimator.several, SeveralScans::Map(_)) {
            continue;
        }
        let once = protocol.scans_min.len() == 1 || protocol.other_scans_min.len() == 1;
        // the patient's own half-life is known once a cycle had several scans of a region that is a target of its own
        let first = (1..=MOST_CYCLES).map(|cycle| protocol.times_min(cycle).len()).find(|scans| *scans > 0);
        let own = first.is_some_and(|scans| scans > 1) && against.targets.iter().any(|target| target.name == protocol.region);
        let population = clinic.estimator.half_lives_h.contains_key(&protocol.region);
        let needs = match clinic.estimator.single {
            SingleScan::Haenscheid => false,
            SingleScan::Madsen => once && !population,
            SingleScan::OwnHalfLife => once && !own && !population,
        };
        if needs {
            let message = match clinic.estimator.single {
                SingleScan::OwnHalfLife => {
                    format!("one scan of `{}` before its own half-life is known needs the population's half-life", protocol.region)
                }
                _ => format!("one scan of `{}` by `madsen` needs the population's half-life", protocol.region),
            };
            faults.error(place(), message).help(format!("`estimator: {{half_lives: {{{}: 51 h}}}}`", protocol.region));
        }
    }
}
