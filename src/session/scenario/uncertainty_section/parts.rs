//! What `dosimetry.uncertainty` states, once for all targets and again for one: numbers, each with a source or a provenance.
use super::super::dosimetry_section::share;
use super::super::quantity;
use crate::model::diagnostic::{Faults, Place};
use crate::model::document::Provenance;
use crate::model::yaml::{Fields, Node};
use crate::units::{DIMENSIONLESS, Dimension, LENGTH, Unit, VOLUME};

/// Where a number comes from: a citation, a tag, or both.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct NumberOrigin {
    source: Option<String>,
    provenance: Option<Provenance>,
}

impl NumberOrigin {
    /// Reads `source` and `provenance`; what is not there comes from `outer`, whose tag does not stand for another source.
    pub(super) fn read(fields: &mut Fields<'_>, outer: &NumberOrigin, faults: &mut Faults) -> NumberOrigin {
        let source = fields.get("source").and_then(|node| node.text(faults, "a citation"));
        let provenance = fields.get("provenance").and_then(|node| node.one_of(faults, Provenance::CHOICES));
        if source.is_none() && provenance.is_none() { outer.clone() } else { NumberOrigin { source, provenance } }
    }

    fn words(&self) -> String {
        let tag = self.provenance.map(|tag| tag.word().to_string());
        [tag, self.source.clone()].into_iter().flatten().collect::<Vec<_>>().join(": ")
    }
}

/// Numbers that were read, as reports print them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Ledger {
    /// All of them.
    pub stated: Vec<String>,
    /// Those that are assumed.
    pub assumed: Vec<String>,
}

/// The recovery of a region and how well it is known.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RecoveryPart {
    /// u(R)/R, where it is stated as such.
    pub relative: Option<f64>,
    /// R, where there is no curve.
    pub coefficient: Option<f64>,
    /// v50 (mL) and exponent.
    pub curve: Option<(f64, f64)>,
    /// Standard deviations of v50 (mL) and the exponent, and their correlation.
    pub spread: Option<(f64, f64, f64)>,
    pub place: Place,
}

/// The volume of a region and how well it is known.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct VolumePart {
    /// Volume (mL).
    pub size_ml: f64,
    /// u(v)/v, where it is stated.
    pub relative: Option<f64>,
    /// Diameter (mm), where the uncertainty follows from the outline.
    pub diameter_mm: Option<f64>,
    pub place: Place,
}

/// S-value at known mass.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SValuePart {
    pub relative: f64,
    /// Exponent s of S ∝ mass^−s, where it is stated.
    pub mass_exponent: Option<f64>,
}

/// What is stated for one target, or for all.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Parts {
    pub volume: Option<VolumePart>,
    pub recovery: Option<RecoveryPart>,
    pub calibration: Option<(f64, Place)>,
    pub counts: Option<f64>,
    pub s_value: Option<SValuePart>,
    pub fwhm_mm: Option<f64>,
    pub outline_fwhm_mm: Option<f64>,
    pub voxel_mm: Option<f64>,
}

/// Reads numbers of one level of the section.
pub(super) struct Reader<'r> {
    /// `left_kidney`, or `all targets`.
    pub about: &'r str,
    /// Origin of the numbers that have none of their own.
    pub outer: &'r NumberOrigin,
    pub ledger: &'r mut Ledger,
    pub faults: &'r mut Faults,
}

impl Reader<'_> {
    /// Every key of the level; the caller finishes the mapping.
    pub(super) fn parts(&mut self, fields: &mut Fields<'_>) -> Parts {
        Parts {
            volume: fields.get("volume").and_then(|node| self.volume(&node)),
            recovery: fields.get("recovery").and_then(|node| self.recovery(&node)),
            calibration: fields
                .get("calibration")
                .and_then(|node| self.relative(&node, "the uncertainty of the calibration factor").map(|value| (value, node.key_place()))),
            counts: fields.get("counts").and_then(|node| self.relative(&node, "the uncertainty of the counts")),
            s_value: fields.get("s_value").and_then(|node| self.s_value(&node)),
            fwhm_mm: fields.get("fwhm").and_then(|node| self.length(&node, "the resolution (FWHM) of the emission image", false)),
            outline_fwhm_mm: fields
                .get("outline_fwhm")
                .and_then(|node| self.length(&node, "the resolution (FWHM) of the image of the outline", true)),
            voxel_mm: fields.get("voxel").and_then(|node| self.length(&node, "the voxel size of the image of the outline", false)),
        }
    }

    /// Puts a number on the ledger; one without source and provenance is a fault.
    fn enter(&mut self, node: &Node<'_>, what: &str, text: &str, origin: &NumberOrigin) {
        if *origin == NumberOrigin::default() {
            self.faults
                .error(node.place(), format!("{what} has neither `source` nor `provenance`"))
                .help("for example `{value: 4 %, provenance: assumed}`, or one `provenance` for the whole section");
        }
        let words = format!("{}, {what}: {text} ({})", self.about, origin.words());
        if origin.provenance == Some(Provenance::Assumed) {
            self.ledger.assumed.push(words.clone());
        }
        self.ledger.stated.push(words);
    }

    /// `4 %`, or `{value: 4 %, source: …}`: the number with the node that holds it.
    fn stated(&mut self, node: &Node<'_>, wanted: Dimension, what: &str) -> Option<f64> {
        if node.is_scalar() {
            let value = quantity(node, wanted, self.faults, what);
            self.enter(node, what, &node.scalar_text().unwrap_or_default(), self.outer);
            return value;
        }
        let mut fields = node.fields(self.faults, "a number with its unit, or a mapping such as `{value: 4 %, provenance: assumed}`")?;
        let origin = NumberOrigin::read(&mut fields, self.outer, self.faults);
        let value_node = fields.require("value", self.faults);
        fields.finish(self.faults);
        let value_node = value_node?;
        let value = quantity(&value_node, wanted, self.faults, what);
        self.enter(node, what, &value_node.scalar_text().unwrap_or_default(), &origin);
        value
    }

    /// A relative standard uncertainty from 0 to 100 %.
    fn relative(&mut self, node: &Node<'_>, what: &str) -> Option<f64> {
        let value = self.stated(node, DIMENSIONLESS, what)?;
        if (0.0..=1.0).contains(&value) {
            return Some(value);
        }
        self.faults.error(node.place(), format!("{what} must lie between 0 and 100 %, this is {} %", 100.0 * value));
        None
    }

    fn length(&mut self, node: &Node<'_>, what: &str, zero_allowed: bool) -> Option<f64> {
        let value = self.stated(node, LENGTH, what)?;
        if value > 0.0 || (zero_allowed && value == 0.0) {
            return Some(value / millimetre());
        }
        self.faults.error(node.place(), format!("{what} must be positive"));
        None
    }

    /// A positive quantity of a mapping whose origin stands beside it, in `unit`.
    fn positive(&mut self, node: &Node<'_>, wanted: Dimension, unit: &str, what: &str) -> Option<f64> {
        let value = quantity(node, wanted, self.faults, what)?;
        let size = Unit::parse(unit).map_or(1.0, |unit| unit.in_internal_units);
        if value > 0.0 {
            return Some(value / size);
        }
        self.faults.error(node.place(), format!("{what} must be positive"));
        None
    }

    /// `{value: 10 %, size: 150 mL}` | `{diameter: 70 mm}`
    fn volume(&mut self, node: &Node<'_>) -> Option<VolumePart> {
        let mut fields = node.fields(self.faults, "`{value: 10 %, size: 150 mL, …}` or `{diameter: 70 mm, …}`")?;
        let origin = NumberOrigin::read(&mut fields, self.outer, self.faults);
        let (value, size, diameter) = (fields.get("value"), fields.get("size"), fields.get("diameter"));
        fields.finish(self.faults);
        match (value, size, diameter) {
            (Some(value), Some(size), None) => {
                let what = "the uncertainty of the volume";
                let words = format!("{} of {}", shown(&value), shown(&size));
                self.enter(node, what, &words, &origin);
                let relative = share(&value, self.faults, what);
                let size_ml = self.positive(&size, VOLUME, "mL", "the volume of a region");
                Some(VolumePart { size_ml: size_ml?, relative: Some(relative?), diameter_mm: None, place: node.key_place() })
            }
            (None, None, Some(diameter)) => {
                let what = "the diameter of a region";
                self.enter(node, what, &shown(&diameter), &origin);
                let diameter_mm = self.positive(&diameter, LENGTH, "mm", what)?;
                let size_ml = std::f64::consts::PI / 6.0 * diameter_mm * diameter_mm * diameter_mm / 1e3;
                Some(VolumePart { size_ml, relative: None, diameter_mm: Some(diameter_mm), place: node.key_place() })
            }
            _ => {
                let message = "a volume has a `value` (its relative uncertainty) with its `size`, or a `diameter`, from which both follow";
                self.faults.error(node.place(), message).help("for example `{value: 10 %, size: 150 mL}` or `{diameter: 70 mm}`");
                None
            }
        }
    }

    /// `{value: 5 %, coefficient: 0.9}` | `{v50: 2 mL, exponent: 0.8, v50_sd: 0.2 mL, exponent_sd: 0.04, correlation: -0.5}`
    fn recovery(&mut self, node: &Node<'_>) -> Option<RecoveryPart> {
        let mut fields = node.fields(self.faults, "`{value: 5 %, coefficient: 0.9, …}` or `{v50: 2 mL, exponent: 0.8, …}`")?;
        let origin = NumberOrigin::read(&mut fields, self.outer, self.faults);
        let (value, coefficient) = (fields.get("value"), fields.get("coefficient"));
        let (v50, exponent) = (fields.get("v50"), fields.get("exponent"));
        let (v50_sd, exponent_sd, correlation) = (fields.get("v50_sd"), fields.get("exponent_sd"), fields.get("correlation"));
        fields.finish(self.faults);
        let by_curve = [&v50, &exponent, &v50_sd, &exponent_sd, &correlation].into_iter().any(Option::is_some);
        if by_curve && (value.is_some() || coefficient.is_some()) || !by_curve && value.is_none() && coefficient.is_none() {
            let message =
                "a recovery is either a `value` (its relative uncertainty) with a `coefficient`, or a curve with `v50` and `exponent`";
            self.faults.error(node.place(), message);
            return None;
        }
        let words = |pairs: &[(&str, &Option<Node<'_>>)]| {
            let stated = pairs.iter().filter_map(|(key, node)| node.as_ref().map(|node| format!("{key} {}", shown(node))));
            stated.collect::<Vec<_>>().join(", ")
        };
        let mut part = RecoveryPart { relative: None, coefficient: None, curve: None, spread: None, place: node.key_place() };
        if !by_curve {
            let text = words(&[("uncertainty", &value), ("coefficient", &coefficient)]);
            self.enter(node, "the recovery coefficient", &text, &origin);
            part.relative = value.as_ref().and_then(|node| share(node, self.faults, "the uncertainty of the recovery coefficient"));
            let coefficient = coefficient.as_ref();
            part.coefficient = coefficient.and_then(|node| self.positive(node, DIMENSIONLESS, "", "a recovery coefficient"));
            return Some(part);
        }
        let text = words(&[
            ("v50", &v50),
            ("exponent", &exponent),
            ("v50_sd", &v50_sd),
            ("exponent_sd", &exponent_sd),
            ("correlation", &correlation),
        ]);
        self.enter(node, "the recovery curve", &text, &origin);
        let (Some(v50), Some(exponent)) = (v50, exponent) else {
            self.faults.error(node.place(), "a recovery curve needs both `v50` and `exponent`");
            return None;
        };
        let v50 = self.positive(&v50, VOLUME, "mL", "the volume of half recovery");
        let exponent = self.positive(&exponent, DIMENSIONLESS, "", "the exponent of a recovery curve");
        part.curve = Some((v50?, exponent?));
        part.spread = match (v50_sd, exponent_sd) {
            (Some(v50_sd), Some(exponent_sd)) => {
                let v50_sd = self.positive(&v50_sd, VOLUME, "mL", "the standard deviation of v50");
                let exponent_sd = self.positive(&exponent_sd, DIMENSIONLESS, "", "the standard deviation of the exponent");
                let correlation = correlation.map_or(Some(0.0), |node| {
                    let value = quantity(&node, DIMENSIONLESS, self.faults, "the correlation of v50 and exponent")?;
                    if !(-1.0..=1.0).contains(&value) {
                        self.faults.error(node.place(), format!("a correlation lies between -1 and 1, this is {value}"));
                    }
                    Some(value)
                });
                Some((v50_sd?, exponent_sd?, correlation?))
            }
            (None, None) => None,
            _ => {
                self.faults.error(node.place(), "a recovery curve has both `v50_sd` and `exponent_sd`, or neither");
                return None;
            }
        };
        Some(part)
    }

    /// `{value: 5 %, mass_exponent: 1}`, or as other numbers.
    fn s_value(&mut self, node: &Node<'_>) -> Option<SValuePart> {
        let what = "the uncertainty of the S-value";
        if node.is_scalar() {
            return Some(SValuePart { relative: self.relative(node, what)?, mass_exponent: None });
        }
        let mut fields = node.fields(self.faults, "a number, or a mapping such as `{value: 5 %, provenance: assumed}`")?;
        let origin = NumberOrigin::read(&mut fields, self.outer, self.faults);
        let value = fields.require("value", self.faults);
        let exponent = fields.get("mass_exponent");
        fields.finish(self.faults);
        let value = value?;
        let with = exponent.as_ref().map_or(String::new(), |node| format!(", mass exponent {}", shown(node)));
        self.enter(node, what, &format!("{}{with}", shown(&value)), &origin);
        let relative = share(&value, self.faults, what);
        let mass_exponent = match exponent {
            Some(node) => {
                let value = quantity(&node, DIMENSIONLESS, self.faults, "the exponent of the mass")?;
                if !(0.0..=2.0).contains(&value) {
                    self.faults.error(node.place(), format!("the exponent of the mass lies between 0 and 2, this is {value}"));
                }
                Some(value)
            }
            None => None,
        };
        Some(SValuePart { relative: relative?, mass_exponent })
    }
}

fn shown(node: &Node<'_>) -> String {
    node.scalar_text().unwrap_or_default()
}

/// A millimetre in internal units.
fn millimetre() -> f64 {
    Unit::parse("mm").map_or(1.0, |unit| unit.in_internal_units)
}
