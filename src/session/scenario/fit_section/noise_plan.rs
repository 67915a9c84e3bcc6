//! `error` and `errors`: how far measured values may lie from the prediction, given or to be estimated.
use crate::model::diagnostic::Faults;
use crate::model::document::Provenance;
use crate::model::yaml::Node;
use crate::session::scenario::DataPlan;
use crate::units::{DIMENSIONLESS, Dimension, Quantity};

/// The form of the noise of one channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoiseForm {
    /// Ordinary least squares.
    Unweighted,
    /// The same standard deviation for all values.
    Constant,
    /// Standard deviation proportional to the predicted value.
    Proportional,
    /// Constant and proportional parts.
    Combined,
    /// Log-normal.
    LogNormal,
}

/// A magnitude as the scenario states it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StatedMagnitude {
    /// Known: internal units.
    Given(f64),
    /// Part of the fit.
    Estimated,
}

/// The noise of one channel as the scenario states it.
#[derive(Clone, Debug, PartialEq)]
pub struct NoisePlan {
    /// Its form.
    pub form: NoiseForm,
    /// Constant standard deviation (internal units of the channel) with its dimension.
    pub constant: Option<(StatedMagnitude, Option<Dimension>)>,
    /// Coefficient of variation (a number).
    pub proportional: Option<StatedMagnitude>,
    /// For people.
    pub words: String,
    /// Whether its numbers are assumed.
    pub assumed: bool,
}

impl NoisePlan {
    /// Whether a magnitude is part of the fit.
    pub fn is_estimated(&self) -> bool {
        matches!(self.constant, Some((StatedMagnitude::Estimated, _))) || self.proportional == Some(StatedMagnitude::Estimated)
    }
}

fn magnitude(node: &Node<'_>, faults: &mut Faults, wanted: Option<Dimension>, what: &str) -> Option<(StatedMagnitude, Option<Dimension>)> {
    let text = node.text(faults, "a number, or `estimated`")?;
    if text.trim() == "estimated" {
        return Some((StatedMagnitude::Estimated, wanted));
    }
    let value = match wanted {
        Some(wanted) => super::super::quantity(node, wanted, faults, what)?,
        None => match Quantity::parse(&text) {
            Ok(quantity) => quantity.value,
            Err(error) => {
                faults.error(node.place_of_offset(error.start, error.end), error.message).help("or `estimated`");
                return None;
            }
        },
    };
    if value <= 0.0 {
        faults.error(node.place(), format!("{what} must be positive"));
        return None;
    }
    Some((StatedMagnitude::Given(value), wanted))
}

/// Reads one error model. `unit` is the dimension and the size (internal units) of the unit of its values, with the unit as written.
pub(super) fn noise(node: &Node<'_>, data: Option<&DataPlan>, faults: &mut Faults) -> Option<NoisePlan> {
    let mut fields = node.fields(faults, "a mapping such as `{model: log-normal, cv: 10 %}`")?;
    let form = fields.require("model", faults).and_then(|node| {
        node.one_of(
            faults,
            &[
                ("unweighted", NoiseForm::Unweighted),
                ("constant", NoiseForm::Constant),
                ("proportional", NoiseForm::Proportional),
                ("combined", NoiseForm::Combined),
                ("log-normal", NoiseForm::LogNormal),
            ],
        )
    });
    let proportional = fields.get("cv").and_then(|node| {
        let found = magnitude(&node, faults, Some(DIMENSIONLESS), "a coefficient of variation")?;
        Some((node, found.0))
    });
    let constant = fields.get("sd").and_then(|node| {
        // against the unit of the values
        let text = node.text(faults, "a standard deviation with its unit, or `estimated`")?;
        if text.trim() == "estimated" {
            return Some((node, (StatedMagnitude::Estimated, None)));
        }
        let allowed = data.map(DataPlan::value_dimensions).unwrap_or_default();
        match Quantity::parse(&text) {
            Ok(quantity) if quantity.value > 0.0 && (allowed.is_empty() || allowed.contains(&quantity.dimension)) => {
                Some((node, (StatedMagnitude::Given(quantity.value), Some(quantity.dimension))))
            }
            _ => {
                let unit = data.map_or("the unit of the values", |data| data.value_unit.as_str());
                let message = format!("expected a positive standard deviation in {unit} or a unit like it, found `{text}`");
                faults.error(node.place(), message);
                None
            }
        }
    });
    let provenance = fields.get("provenance").and_then(|node| node.one_of(faults, Provenance::CHOICES));
    let source = fields.get("source").and_then(|node| node.text(faults, "a citation"));
    fields.finish(faults);
    let form = form?;
    let (needs_constant, needs_proportional) = match form {
        NoiseForm::Unweighted => (false, false),
        NoiseForm::Constant => (true, false),
        NoiseForm::Combined => (true, true),
        NoiseForm::Proportional | NoiseForm::LogNormal => (false, true),
    };
    let mut complete = true;
    for (key, needed, found) in
        [("sd", needs_constant, constant.as_ref().map(|c| &c.0)), ("cv", needs_proportional, proportional.as_ref().map(|p| &p.0))]
    {
        if needed && found.is_none() {
            faults.error(node.place(), format!("this error model needs `{key}`")).help(format!("a number, or `{key}: estimated`"));
            complete = false;
        } else if let (false, Some(extra)) = (needed, found) {
            faults.error(extra.key_place(), format!("this error model has no `{key}`"));
            complete = false;
        }
    }
    if !complete {
        return None;
    }
    let constant = constant.map(|(_, found)| found);
    let proportional = proportional.map(|(_, found)| found);
    let cv = || match proportional {
        Some(StatedMagnitude::Given(cv)) => format!("CV {} %", cv * 100.0),
        _ => "CV estimated".to_string(),
    };
    let sd = || match constant {
        Some((StatedMagnitude::Given(_), _)) => "constant standard deviation as stated".to_string(),
        _ => "constant standard deviation estimated".to_string(),
    };
    let mut words = match form {
        NoiseForm::Unweighted => "unweighted (ordinary least squares)".to_string(),
        NoiseForm::Constant => sd(),
        NoiseForm::Proportional => format!("proportional to the predicted value, {}", cv()),
        NoiseForm::Combined => format!("combined: {} and proportional {}", sd(), cv()),
        NoiseForm::LogNormal => format!("log-normal, {}", cv()),
    };
    let assumed = provenance == Some(Provenance::Assumed);
    if assumed {
        words.push_str(" (assumed)");
    } else if let Some(source) = source {
        words.push_str(&format!(" ({source})"));
    }
    Some(NoisePlan { form, constant, proportional, words, assumed })
}
