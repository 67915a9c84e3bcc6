//! A population file: medians, spreads and correlations of model parameters between people, as one fit of several writes it and a prior reads it.
//!
//! ```yaml
//! population: psma_it_ulm_patients
//! model: psma_it_ulm
//! subjects: 5
//! source: two-stage summary of scenario …
//! parameters:
//!   kidneys.density: {median: 24.8 nmol/L, cv: 42 %}
//! correlations:
//!   - {between: [kidneys.density, k_release_kidneys], value: 0.3}
//! ```
//!
//! A parameter with `median` and `cv` is log-normal (ω² = ln(1 + cv²)), one with `mean` and `sd` normal. Correlations are those of the normal scale.
use std::path::Path;

use nalgebra::DMatrix;

use crate::math::{log, sqrt};
use crate::model::Model;
use crate::model::diagnostic::{Faults, did_you_mean};
use crate::model::yaml::YamlFile;
use crate::trial::{Correlation, Scores};
use crate::units::{DIMENSIONLESS, Quantity};

/// How one parameter differs between people.
#[derive(Clone, Debug, PartialEq)]
pub struct Spread {
    /// Path in the model.
    pub path: String,
    /// Whether it is log-normal; else normal.
    pub log_normal: bool,
    /// Mean on its scale: ln of the median in internal units, or the mean in internal units.
    pub mean: f64,
    /// Standard deviation on its scale.
    pub standard_deviation: f64,
}

/// How people differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Population {
    /// Its name.
    pub name: String,
    /// Where it comes from.
    pub source: Option<String>,
    /// Parameters.
    pub parameters: Vec<Spread>,
    /// Correlations on the normal scale.
    pub correlation: DMatrix<f64>,
}

impl Population {
    /// Reads a population of `model`. All problems at once.
    ///
    /// # Errors
    /// Syntax, unknown keys and names, wrong units, spreads that are not positive, correlations outside −1 to 1 or of unknown parameters.
    pub fn read(path: &Path, model: &Model) -> Result<Population, Faults> {
        let yaml = YamlFile::read(path)?;
        let mut faults = Faults::new();
        let expected = "a population: a mapping that starts with `population: name`";
        let Some(mut fields) = yaml.root().fields(&mut faults, expected) else { return Err(faults) };
        let name = fields.require("population", &mut faults).and_then(|node| node.text(&mut faults, "a name"));
        if let Some(node) = fields.get("model")
            && let Some(text) = node.text(&mut faults, "the name of the model")
            && text != model.name
        {
            faults.warning(node.place(), format!("this population is of model `{text}`, the scenario's is `{}`", model.name));
        }
        fields.get("subjects");
        let source = fields.get("source").and_then(|node| node.text(&mut faults, "a citation"));
        let mut parameters: Vec<Spread> = Vec::new();
        for (path, entry) in
            fields.require("parameters", &mut faults).map(|n| n.entries(&mut faults, "spreads by parameter")).unwrap_or_default()
        {
            let Some(position) = model.parameter(&path) else {
                let help = did_you_mean(&path, model.parameters.iter().map(|parameter| parameter.path.as_str()));
                faults.error(entry.key_place(), format!("model `{}` has no parameter `{path}`", model.name)).help(help);
                continue;
            };
            let Some(mut inner) = entry.fields(&mut faults, "a mapping such as `{median: 31 nmol/L, cv: 40 %}`") else { continue };
            let dimension = model.parameters[position].dimension;
            let mut read = |key: &'static str, wanted, faults: &mut Faults| {
                let node = inner.get(key)?;
                let text = node.text(faults, "a quantity")?;
                match Quantity::parse(&text) {
                    Ok(found) if found.dimension == wanted => Some(found.value),
                    Ok(found) => {
                        faults.error(node.place(), format!("`{key}` of `{path}` must be {wanted}, this is {}", found.dimension));
                        None
                    }
                    Err(error) => {
                        faults.error(node.place_of_offset(error.start, error.end), error.message);
                        None
                    }
                }
            };
            let (median, cv) = (read("median", dimension, &mut faults), read("cv", DIMENSIONLESS, &mut faults));
            let (mean, sd) = (read("mean", dimension, &mut faults), read("sd", dimension, &mut faults));
            inner.finish(&mut faults);
            let spread = match (median, cv, mean, sd) {
                (Some(median), Some(cv), None, None) if median > 0.0 && cv > 0.0 => {
                    Some(Spread { path, log_normal: true, mean: log(median), standard_deviation: sqrt(log(1.0 + cv * cv)) })
                }
                (None, None, Some(mean), Some(sd)) if sd > 0.0 => Some(Spread { path, log_normal: false, mean, standard_deviation: sd }),
                _ => {
                    faults.error(
                        entry.place(),
                        format!("`{path}` needs a positive `median` with a positive `cv`, or a `mean` with a positive `sd`"),
                    );
                    None
                }
            };
            parameters.extend(spread);
        }
        let mut correlation = DMatrix::identity(parameters.len(), parameters.len());
        for entry in fields.get("correlations").map(|node| node.items(&mut faults, "a list of correlations")).unwrap_or_default() {
            let Some(mut inner) = entry.fields(&mut faults, "a correlation such as `{between: [a, b], value: 0.3}`") else { continue };
            let names: Vec<String> = inner
                .require("between", &mut faults)
                .map(|node| node.items(&mut faults, "two parameters"))
                .unwrap_or_default()
                .into_iter()
                .filter_map(|item| item.text(&mut faults, "a parameter"))
                .collect();
            let value = inner.require("value", &mut faults).and_then(|node| node.number(&mut faults, "a correlation"));
            inner.finish(&mut faults);
            let positions: Vec<usize> = names.iter().filter_map(|name| parameters.iter().position(|p| p.path == *name)).collect();
            match (&positions[..], value) {
                (&[a, b], Some(value)) if a != b && value.abs() < 1.0 => {
                    correlation[(a, b)] = value;
                    correlation[(b, a)] = value;
                }
                _ => {
                    faults.error(entry.place(), "a correlation lies between -1 and 1, between two different parameters named above");
                }
            }
        }
        fields.finish(&mut faults);
        if !faults.has_errors() {
            check_positive_definite(&yaml, &parameters, &correlation, &mut faults);
        }
        match (name, faults.has_errors()) {
            (Some(name), false) => Ok(Population { name, source, parameters, correlation }),
            _ => Err(faults),
        }
    }

    /// The file's text; values in the units in which the model writes them.
    pub fn to_yaml(&self, model: &Model, subjects: usize) -> String {
        let mut text = format!("population: {}\nmodel: {}\nsubjects: {subjects}\n", self.name, model.name);
        if let Some(source) = &self.source {
            text.push_str(&format!("source: {:?}\n", source));
        }
        text.push_str("parameters:\n");
        for spread in &self.parameters {
            let Some(position) = model.parameter(&spread.path) else { continue };
            let (unit, size) = super::scenario::unit_of(model, position);
            let quantity = |value: f64| format!("{} {unit}", value / size).trim_end().to_string();
            let entry = if spread.log_normal {
                let variance = spread.standard_deviation * spread.standard_deviation;
                let cv = sqrt(crate::math::expm1(variance));
                format!("{{median: {}, cv: {} %}}", quantity(crate::math::exp(spread.mean)), 100.0 * cv)
            } else {
                format!("{{mean: {}, sd: {}}}", quantity(spread.mean), quantity(spread.standard_deviation))
            };
            text.push_str(&format!("  {}: {entry}\n", spread.path));
        }
        let mut correlations = String::new();
        for a in 0..self.parameters.len() {
            for b in 0..a {
                let value = self.correlation[(a, b)];
                if value != 0.0 {
                    correlations.push_str(&format!(
                        "  - {{between: [{}, {}], value: {value}}}\n",
                        self.parameters[b].path, self.parameters[a].path
                    ));
                }
            }
        }
        if !correlations.is_empty() {
            text.push_str("correlations:\n");
            text.push_str(&correlations);
        }
        text
    }
}

/// Correlations that no people can have: the smallest eigenvalue and the pairs that pull it down.
fn check_positive_definite(yaml: &YamlFile, parameters: &[Spread], correlation: &DMatrix<f64>, faults: &mut Faults) {
    let pairs = (0..parameters.len()).flat_map(|b| (0..b).map(move |a| (a, b)));
    let stated: Vec<Correlation> = pairs.map(|between| Correlation { between, value: correlation[between] }).collect();
    if let Err(fault) = Scores::new(&stated) {
        let pairs: Vec<String> =
            fault.pairs.iter().map(|(a, b)| format!("`{}` and `{}`", parameters[*a].path, parameters[*b].path)).collect();
        let value = fault.smallest_eigenvalue;
        let message =
            format!("these correlations contradict each other: their matrix is not positive definite (smallest eigenvalue {value:.3})");
        faults.error(yaml.root().place(), message).help(format!("look at {}", pairs.join(", ")));
    }
}
