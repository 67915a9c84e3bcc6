//! Units of measured values: those of the models, and besides counts (`counts`, `cps`, `cpm/mL`) and shares of the injected activity (`%IA`, `%IA/mL`).
use crate::model::diagnostic::Faults;
use crate::model::yaml::Node;
use crate::session::scenario::quantity;
use crate::units::{Dimension, Unit, UnitError, scan_number};

/// What kind of number stands in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitKind {
    /// A quantity of a unit that models know.
    Plain,
    /// Percent of the injected activity (per volume).
    PercentInjected,
    /// A number of counts (per volume).
    Counts,
    /// A counting rate (per volume).
    CountRate,
}

/// A unit of values. For `%IA/mL` the unit is that of 0.01/mL.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueUnit {
    /// As written.
    pub text: String,
    /// What kind it is.
    pub kind: UnitKind,
    /// Dimension and size; without the activity of `%IA`.
    pub unit: Unit,
}

/// Reads a unit of values.
fn parse(text: &str) -> Result<(UnitKind, Unit), UnitError> {
    let text = text.trim();
    if text == "1" {
        return Ok((UnitKind::Plain, Unit::ONE));
    }
    for prefix in ["%IA", "%ID", "% IA", "% ID"] {
        let Some(rest) = text.strip_prefix(prefix) else { continue };
        if rest.is_empty() || rest.starts_with('/') {
            let unit = Unit::parse(&format!("1{rest}"))?;
            return Ok((UnitKind::PercentInjected, Unit { in_internal_units: unit.in_internal_units * 0.01, ..unit }));
        }
    }
    let (head, rest) = text.split_at(text.find('/').unwrap_or(text.len()));
    let counted = match head.trim() {
        "counts" => Some((UnitKind::Counts, "1")),
        "cps" => Some((UnitKind::CountRate, "1/s")),
        "cpm" => Some((UnitKind::CountRate, "1/min")),
        _ => None,
    };
    match counted {
        Some((kind, plain)) => Ok((kind, Unit::parse(&format!("{plain}{rest}"))?)),
        None => Ok((UnitKind::Plain, Unit::parse(text)?)),
    }
}

impl ValueUnit {
    /// Reads the unit of values in a node.
    pub(super) fn read(node: &Node<'_>, faults: &mut Faults) -> Option<ValueUnit> {
        let text = node.text(faults, "a unit")?;
        match parse(&text) {
            Ok((kind, unit)) => Some(ValueUnit { text: text.trim().to_string(), kind, unit }),
            Err(error) => {
                let fault = faults.error(node.place_of_offset(error.start, error.end), error.message);
                if let Some(help) = error.help {
                    fault.help(help);
                }
                None
            }
        }
    }

    /// What it measures, for people.
    pub(super) fn words(&self) -> String {
        match self.kind {
            UnitKind::Plain => self.unit.dimension.to_string(),
            UnitKind::PercentInjected => format!("a share of the injected activity ({})", self.text),
            UnitKind::Counts | UnitKind::CountRate => format!("counts ({})", self.text),
        }
    }
}

/// A quantity in a unit like that of the values, in that unit: `10 cps`, `0.1 MBq`.
pub(super) fn quantity_like(node: &Node<'_>, values: &ValueUnit, faults: &mut Faults, what: &str) -> Option<f64> {
    if values.kind == UnitKind::Plain {
        return quantity(node, values.unit.dimension, faults, what).map(|value| value / values.unit.in_internal_units);
    }
    let text = node.text(faults, what)?;
    let parsed = scan_number(text.trim()).ok().flatten().and_then(|(value, length)| Some((value, parse(&text.trim()[length..]).ok()?)));
    match parsed {
        Some((value, (kind, unit))) if kind == values.kind && unit.dimension == values.unit.dimension => {
            Some(value * unit.in_internal_units / values.unit.in_internal_units)
        }
        _ => {
            let message =
                format!("{what} must be a number with a unit like that of the values, such as `10 {}`, found `{text}`", values.text);
            faults.error(node.place(), message);
            None
        }
    }
}

/// A number with a unit that may be of counts, such as `25 cps/(kBq/mL)`: its size and dimension in internal units.
pub(super) fn calibration(node: &Node<'_>, faults: &mut Faults) -> Option<(f64, Dimension)> {
    let text = node.text(faults, "a calibration factor such as `25 cps/(kBq/mL)`")?;
    let parsed = scan_number(text.trim()).ok().flatten().and_then(|(value, length)| {
        let (_, unit) = parse(&text.trim()[length..]).ok()?;
        Some((value * unit.in_internal_units, unit.dimension))
    });
    if parsed.is_none() {
        let message = format!("expected a calibration factor such as `25 cps/(kBq/mL)`, found `{text}`");
        faults.error(node.place(), message);
    }
    parsed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{ACTIVITY, RATE, VOLUME};

    #[test]
    fn counts_and_shares_are_units_of_values() {
        // 1 count/s = 60/min; 1 %/mL = 0.01/mL = 10/L; 25 cps/(kBq/mL) = 1500/min per MBq/L
        let (kind, unit) = parse("cps/mL").expect("counts");
        assert_eq!((kind, unit.dimension), (UnitKind::CountRate, RATE.over(VOLUME)));
        assert!((unit.in_internal_units - 60_000.0).abs() < 1e-9);
        let (kind, unit) = parse("%IA/mL").expect("a share");
        assert!(kind == UnitKind::PercentInjected && (unit.in_internal_units - 10.0).abs() < 1e-12);
        assert_eq!(parse("kBq").expect("a unit").1.dimension, ACTIVITY);
        assert_eq!(parse("%").expect("percent").0, UnitKind::Plain);
        let per_concentration = parse("cps/(kBq/mL)").expect("a calibration").1;
        assert!((per_concentration.in_internal_units - 60.0).abs() < 1e-9);
        assert!(parse("cps/ml").is_err());
    }
}
