//! What can be turned: knobs with values, steps, ranges, and why one cannot be turned.
use super::edit::{Step, Way, find, keys};
use crate::model::diagnostic::Faults;
use crate::model::yaml::YamlFile;
use crate::regimen::{ActivityRule, Adaptation, LimitQuantity, RegimenPlan, SeveralScans, SingleScan};
use crate::session::scenario::Scenario;
use crate::units::{MINUTES_PER_HOUR, MINUTES_PER_WEEK, Quantity, Unit};

/// Where a knob stands on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnobGroup {
    /// Activity, cycles, interval, limits, unlabelled amount.
    Regimen,
    /// Parameters and covariates of the patient.
    Patient,
    /// Scan times and estimator.
    Clinic,
    /// Every other parameter of the model.
    Model,
}

impl KnobGroup {
    /// All, in the order of the screen.
    pub const ALL: [KnobGroup; 4] = [KnobGroup::Regimen, KnobGroup::Patient, KnobGroup::Clinic, KnobGroup::Model];

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            KnobGroup::Regimen => "Regimen",
            KnobGroup::Patient => "Patient",
            KnobGroup::Clinic => "Clinic",
            KnobGroup::Model => "Model",
        }
    }
}

/// The value of a knob.
#[derive(Clone, Debug, PartialEq)]
pub enum KnobValue {
    /// In the unit of the knob.
    Number(f64),
    /// Rising times in the unit of the knob.
    Times(Vec<f64>),
    /// One of the knob's choices.
    Choice(String),
}

/// One knob.
#[derive(Clone, Debug, PartialEq)]
pub struct Knob {
    /// Its name: `activity`, `fixed.activity`, `kidneys.density`.
    pub name: String,
    /// Words.
    pub title: String,
    /// Where it stands.
    pub group: KnobGroup,
    /// The one arm that it turns; `None`: all.
    pub arm: Option<String>,
    /// Unit of its numbers; empty for a pure number.
    pub unit: String,
    /// What the scenario says.
    pub default: KnobValue,
    /// A small step, in the unit.
    pub fine: f64,
    /// A large step, in the unit.
    pub coarse: f64,
    /// Smallest and largest value, where the scenario or the model states one.
    pub range: (Option<f64>, Option<f64>),
    /// Whether it counts.
    pub whole: bool,
    /// What can be chosen; empty for numbers.
    pub choices: &'static [&'static str],
    /// Why it cannot be turned.
    pub cannot: Option<String>,
    pub(super) ways: Vec<Way>,
    /// Whether it is written as a mapping with its origin.
    pub(super) with_origin: bool,
}

const SINGLE_SCAN: &[&str] = &["haenscheid", "madsen", "own-half-life"];

impl Knob {
    /// In how many places of the scenario it writes: of several arms, or of one.
    pub fn places(&self) -> usize {
        self.ways.len()
    }

    pub(super) fn number(name: impl Into<String>, title: impl Into<String>, group: KnobGroup, unit: &str, value: f64, way: Way) -> Knob {
        let coarse = nice(value.abs() / 10.0);
        Knob {
            name: name.into(),
            title: title.into(),
            group,
            arm: None,
            unit: unit.to_owned(),
            default: KnobValue::Number(value),
            fine: coarse / 10.0,
            coarse,
            range: (Some(0.0), None),
            whole: false,
            choices: &[],
            cannot: None,
            ways: vec![way],
            with_origin: false,
        }
    }

    /// Reads a typed value; a number alone is in the unit of the knob.
    ///
    /// # Errors
    /// A sentence: not a value, a wrong unit, outside the range, or why the knob cannot be turned.
    pub fn parse(&self, text: &str) -> Result<KnobValue, String> {
        if let Some(reason) = &self.cannot {
            return Err(reason.clone());
        }
        let text = text.trim();
        let value = match &self.default {
            KnobValue::Choice(_) => {
                let found = self.choices.iter().find(|choice| **choice == text);
                KnobValue::Choice(found.ok_or_else(|| format!("`{text}` is none of {}", self.choices.join(", ")))?.to_string())
            }
            KnobValue::Times(_) => {
                let list = text.trim_start_matches('[').trim_end_matches(']').split(',');
                KnobValue::Times(list.map(|one| self.one(one)).collect::<Result<_, _>>()?)
            }
            KnobValue::Number(_) => KnobValue::Number(self.one(text)?),
        };
        self.check(&value)?;
        Ok(value)
    }

    fn one(&self, text: &str) -> Result<f64, String> {
        let found =
            Quantity::parse(text).map_err(|error| error.help.map_or(error.message.clone(), |help| format!("{}: {help}", error.message)))?;
        let unit = Unit::parse(&self.unit).map_err(|error| error.message)?;
        if text.trim().parse::<f64>().is_ok() {
            return Ok(found.value);
        }
        if found.dimension != unit.dimension {
            let wanted = if self.unit.is_empty() { "a pure number".to_owned() } else { format!("{} ({})", unit.dimension, self.unit) };
            return Err(format!("{} must be {wanted}, `{}` is {}", self.title, text.trim(), found.dimension));
        }
        Ok(found.value / unit.in_internal_units)
    }

    /// Whether the value may be set.
    ///
    /// # Errors
    /// A sentence that says why not.
    pub fn check(&self, value: &KnobValue) -> Result<(), String> {
        if let Some(reason) = &self.cannot {
            return Err(reason.clone());
        }
        let KnobValue::Number(number) = value else { return Ok(()) };
        let (low, high) = self.range;
        if self.whole && number.fract() != 0.0 {
            return Err(format!("{} is a whole number, this is {number}", self.title));
        }
        if !number.is_finite() || low.is_some_and(|low| *number < low) {
            return Err(format!("{} is at least {} {}, this is {number}", self.title, low.unwrap_or(0.0), self.unit));
        }
        if let Some(high) = high.filter(|high| number > high) {
            return Err(format!("{} is at most {high} {}, this is {number}", self.title, self.unit));
        }
        Ok(())
    }

    /// One step from `value`, up or down. Of times the last one moves; choices go round.
    ///
    /// # Errors
    /// The end of the range, or why the knob cannot be turned.
    pub fn step(&self, value: &KnobValue, up: bool, coarse: bool) -> Result<KnobValue, String> {
        let size = if coarse { self.coarse } else { self.fine };
        let moved = |value: f64| {
            let at = value + if up { size } else { -size };
            // 7.4 + 0.1 is 7.5: rounded to a thousandth of the step
            let digits = 3.0 - crate::math::floor(crate::math::log10(size.max(1e-300)));
            let text = if digits > 15.0 { format!("{at:.9e}") } else { format!("{at:.*}", digits.max(0.0) as usize) };
            text.parse().unwrap_or(at)
        };
        let next = match value {
            KnobValue::Number(number) => KnobValue::Number(moved(*number)),
            KnobValue::Times(times) => {
                let mut times = times.clone();
                if let Some(last) = times.last_mut() {
                    *last = moved(*last);
                }
                KnobValue::Times(times)
            }
            KnobValue::Choice(now) => {
                let at = self.choices.iter().position(|choice| choice == now).unwrap_or(0);
                let count = self.choices.len().max(1);
                let next = if up { (at + 1) % count } else { (at + count - 1) % count };
                KnobValue::Choice(self.choices.get(next).map_or_else(String::new, ToString::to_string))
            }
        };
        self.check(&next)?;
        Ok(next)
    }

    /// A value with its unit, to the last digit.
    pub fn shown(&self, value: &KnobValue) -> String {
        let one = |value: f64| format!("{value} {}", self.unit).trim_end().to_owned();
        match value {
            KnobValue::Number(number) => one(*number),
            KnobValue::Times(times) => times.iter().map(|time| one(*time)).collect::<Vec<_>>().join(", "),
            KnobValue::Choice(choice) => choice.clone(),
        }
    }

    /// A value as YAML.
    pub(super) fn written(&self, value: &KnobValue) -> String {
        match value {
            KnobValue::Times(_) => format!("[{}]", self.shown(value)),
            _ if self.with_origin => format!("{{value: \"{}\", source: set in What-if, provenance: assumed}}", self.shown(value)),
            _ => self.shown(value),
        }
    }
}

/// The power of ten, twice or five times one, below a value.
fn nice(value: f64) -> f64 {
    if !(value > 0.0 && value.is_finite()) {
        return 1.0;
    }
    // read from its decimal text: 2e-5, and not a neighbour of it
    let power = crate::math::floor(crate::math::log10(value)) as i32;
    let sizes = ["5", "2", "1"].into_iter().map(|factor| format!("{factor}e{power}").parse().unwrap_or(value));
    sizes.into_iter().find(|size| *size <= value * (1.0 + 1e-9)).unwrap_or(value)
}

/// Number and unit of a quantity as written.
pub(super) fn number_and_unit(text: &str) -> Option<(f64, String)> {
    let (number, unit) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
    let unit = unit.trim();
    (Unit::parse(unit).is_ok()).then_some(())?;
    Some((number.parse().ok()?, unit.to_owned()))
}

/// All knobs of a scenario whose text is `file`: those of the regimen (or of the administrations), then the patient, the clinic, the rest of the model.
pub fn knobs(scenario: &Scenario, file: &YamlFile) -> Vec<Knob> {
    let mut found = Vec::new();
    match &scenario.regimens {
        Some(regimen) => {
            let reader = Reader { scenario, regimen, file };
            reader.regimen(&mut found);
            super::patient_knobs::of(scenario, file, &mut found);
            reader.clinic(&mut found);
        }
        None => {
            administrations(scenario, file, &mut found);
            super::patient_knobs::of(scenario, file, &mut found);
        }
    }
    tell_apart(&mut found);
    found.sort_by_key(|knob| KnobGroup::ALL.iter().position(|group| *group == knob.group));
    found
}

/// Two limits of one organ, or a parameter that is called as a knob of the regimen: every knob has a name of its own, else one would turn the other.
fn tell_apart(found: &mut [Knob]) {
    let mut taken = std::collections::BTreeSet::new();
    for knob in found {
        let plain = knob.name.clone();
        let mut number = 1;
        while !taken.insert(knob.name.clone()) {
            number += 1;
            knob.name = format!("{plain}#{number}");
        }
    }
}

/// The doses of a scenario without regimens, item by item.
fn administrations(scenario: &Scenario, file: &YamlFile, found: &mut Vec<Knob>) {
    let model = &scenario.model;
    let Some(list) = find(&file.root(), &keys(&["administrations"])) else { return };
    let items = list.items(&mut Faults::new(), "");
    let several = items.len() > 1;
    let partner = model.decay.as_ref().is_some_and(|decay| decay.to.is_some());
    for (position, item) in items.iter().enumerate() {
        let mut put = |key: &str, title: &str, absent: Option<&str>, cannot: Option<String>, whole: bool| {
            let written = super::edit::child(item, &Step::Key(key.into())).and_then(|node| node.scalar_text());
            let Some((value, unit)) = written.or(absent.map(str::to_owned)).and_then(|text| number_and_unit(&text)) else { return };
            let way = vec![Step::Key("administrations".into()), Step::Item(position), Step::Key(key.into())];
            let (name, title) = match several {
                true => (format!("dose{}.{key}", position + 1), format!("dose {}: {title}", position + 1)),
                false => (key.to_owned(), title.to_owned()),
            };
            let knob = Knob { cannot, ..Knob::number(name, title, KnobGroup::Regimen, &unit, value, way) };
            found.push(if whole { Knob { whole, fine: 1.0, coarse: 1.0, range: (Some(1.0), Some(50.0)), ..knob } } else { knob });
        };
        put("activity", "activity", None, None, false);
        put("amount", "amount", None, None, false);
        put("repeat", "cycles", None, None, true);
        put("every", "interval", None, None, false);
        let none = (!partner).then(|| format!("model `{}` has no unlabelled ligand", model.name));
        put("unlabelled", "unlabelled amount", Some(&format!("0 {}", model.amount_unit)), none, false);
        put("duration", "duration", Some("0 min"), None, false);
    }
}

struct Reader<'a> {
    scenario: &'a Scenario,
    regimen: &'a RegimenPlan,
    file: &'a YamlFile,
}

impl Reader<'_> {
    /// Number and unit written at a way, else `otherwise`.
    fn at(&self, way: &Way, otherwise: (f64, &str)) -> (f64, String) {
        let text = find(&self.file.root(), way).and_then(|node| node.scalar_text());
        text.and_then(|text| number_and_unit(&text)).unwrap_or((otherwise.0, otherwise.1.to_owned()))
    }

    fn regimen(&self, found: &mut Vec<Knob>) {
        let mut of_arms = Vec::new();
        let group = KnobGroup::Regimen;
        for arm in &self.regimen.arms {
            let way = |key: &str| keys(&["regimens", "arms", &arm.name, key]);
            let (gbq, cannot) = match &arm.activity {
                ActivityRule::Formula(formula) => (formula.value(&self.regimen.known) / 1e3, None),
                ActivityRule::Predicted(_) => {
                    (1.0, Some("the activity follows from the limit and a predicted dose per activity: turn the limit".to_owned()))
                }
            };
            let (value, unit) = self.at(&way("activity"), (gbq, "GBq"));
            let activity = Knob { cannot, ..Knob::number("activity", "activity per cycle", group, &unit, value, way("activity")) };
            let cycles = Knob {
                whole: true,
                fine: 1.0,
                coarse: 1.0,
                range: (Some(1.0), Some(50.0)),
                ..Knob::number(
                    "cycles",
                    if arm.adaptation == Adaptation::Fixed { "cycles" } else { "cycles at most" },
                    group,
                    "",
                    arm.cycles as f64,
                    way("cycles"),
                )
            };
            of_arms.push((&arm.name, activity));
            of_arms.push((&arm.name, cycles));
            if let Some(min) = arm.interval_min {
                let (value, unit) = self.at(&way("interval"), (min / MINUTES_PER_WEEK, "wk"));
                of_arms.push((
                    &arm.name,
                    Knob { fine: 1.0, coarse: 2.0, ..Knob::number("interval", "interval", group, &unit, value, way("interval")) },
                ));
            }
            self.limits(&keys(&["regimens", "arms", &arm.name, "limit"]), &mut |knob| of_arms.push((&arm.name, knob)));
        }
        // one knob for all arms only where they begin alike: arms that differ, differ on purpose, and a tracer's activity is not a therapy's
        for name in ["activity", "cycles"] {
            let all: Vec<&Knob> =
                of_arms.iter().filter(|(_, knob)| knob.name == name && knob.cannot.is_none()).map(|(_, knob)| knob).collect();
            let Some(first) = all.first() else { continue };
            if all.iter().all(|knob| knob.default == first.default && knob.unit == first.unit) {
                let ways = all.iter().flat_map(|knob| knob.ways.clone()).collect();
                found.push(Knob { ways, title: first.title.replace(" at most", ""), ..(*first).clone() });
            }
        }
        let way = keys(&["regimens", "interval"]);
        let (value, unit) = self.at(&way, (self.regimen.interval_min / MINUTES_PER_WEEK, "wk"));
        found.push(Knob { fine: 1.0, coarse: 2.0, ..Knob::number("interval", "interval", group, &unit, value, way) });
        let adapts = self.regimen.arms.iter().any(|arm| arm.adaptation != Adaptation::Fixed);
        self.limits(&keys(&["regimens", "limit"]), &mut |knob| {
            let cannot = (!adapts).then(|| "no arm adapts anything: the limit is only shown".to_owned());
            found.push(Knob { cannot, ..knob });
        });
        let model = &self.scenario.model;
        let way = keys(&["regimens", "unlabelled"]);
        let (value, unit) = self.at(&way, (self.regimen.unlabelled, &model.amount_unit));
        let none = model.decay.as_ref().is_none_or(|decay| decay.to.is_none());
        let cannot = none.then(|| format!("model `{}` has no unlabelled ligand", model.name));
        found.push(Knob { cannot, ..Knob::number("unlabelled", "unlabelled amount", group, &unit, value, way) });
        for (arm, knob) in of_arms {
            found.push(Knob {
                name: format!("{arm}.{}", knob.name),
                title: format!("{arm}: {}", knob.title),
                arm: Some(arm.clone()),
                ..knob
            });
        }
    }

    fn limits(&self, way: &Way, put: &mut dyn FnMut(Knob)) {
        let Some(node) = find(&self.file.root(), way) else { return };
        let count = if node.is_sequence() { node.items(&mut Faults::new(), "").len() } else { 1 };
        for position in 0..count {
            let mut item = way.clone();
            if node.is_sequence() {
                item.push(Step::Item(position));
            }
            let text = |key: &str| {
                let mut inner = item.clone();
                inner.push(Step::Key(key.into()));
                find(&self.file.root(), &inner).and_then(|node| node.scalar_text()).map(|text| (inner, text))
            };
            let of = text("target").or_else(|| text("region")).map_or_else(String::new, |(_, name)| name);
            let words = [
                ("absorbed_dose", LimitQuantity::AbsorbedDose.words()),
                ("bed", LimitQuantity::Bed.words()),
                ("retained", "retained activity"),
                ("with_risk_factor", "with a risk factor"),
            ];
            for (key, words) in words {
                let Some((inner, value)) = text(key) else { continue };
                let Some((value, unit)) = number_and_unit(&value) else { continue };
                let name = if key == "with_risk_factor" { format!("limit.{of}.with_risk_factor") } else { format!("limit.{of}") };
                put(Knob::number(name, format!("limit of {of}, {words}"), KnobGroup::Regimen, &unit, value, inner));
            }
        }
    }

    fn clinic(&self, found: &mut Vec<Knob>) {
        let clinic = &self.regimen.clinic;
        let short = find(&self.file.root(), &keys(&["regimens", "clinic", "scans"])).is_some();
        for protocol in &clinic.imaging {
            let way = if short {
                keys(&["regimens", "clinic", "scans"])
            } else {
                keys(&["regimens", "clinic", "imaging", &protocol.region, "scans"])
            };
            let times = protocol.scans_min.iter().map(|time| time / MINUTES_PER_HOUR).collect();
            let name = format!("scans.{}", protocol.region);
            let knob = Knob::number(name, format!("scans of {}", protocol.region), KnobGroup::Clinic, "h", 0.0, way);
            found.push(Knob { default: KnobValue::Times(times), fine: 1.0, coarse: 24.0, ..knob });
        }
        if clinic.imaging.is_empty() {
            return;
        }
        let now = match clinic.estimator.single {
            SingleScan::Haenscheid => 0,
            SingleScan::Madsen => 1,
            SingleScan::OwnHalfLife => 2,
        };
        let cannot =
            matches!(clinic.estimator.several, SeveralScans::Map(_)).then(|| "every estimate is a MAP fit, single scans too".to_owned());
        let way = keys(&["regimens", "clinic", "estimator", "single_scan"]);
        let knob = Knob::number("estimator", "estimate of a single scan", KnobGroup::Clinic, "", 0.0, way);
        found.push(Knob { default: KnobValue::Choice(SINGLE_SCAN[now].into()), choices: SINGLE_SCAN, cannot, ..knob });
    }
}
