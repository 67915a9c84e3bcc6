//! `fit.yaml` of a run folder: the estimates of one person with their covariance, so that another scenario can go on from them (`patient: {from_fit: …}`).
use std::path::{Path, PathBuf};

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use super::fitting::GroupFit;
use super::scenario::unit_of;
use crate::fit::estimate::VarianceChoice;
use crate::fit::parameter::Scale;
use crate::fit::parameter_spread::ParameterSpread;
use crate::model::Model;
use crate::report::Manifest;

/// The file within a run.
pub const STORED_FIT_FILE: &str = "fit.yaml";

/// One estimated parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredParameter {
    /// Path in the model.
    pub path: String,
    /// Estimate in `unit`.
    pub value: f64,
    /// Unit as the model writes it; empty for a number.
    pub unit: String,
    /// `natural`, `log` or `logit`.
    pub scale: String,
    /// Limits of a logit scale, in `unit`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<(f64, f64)>,
}

/// The estimates of one person.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredFit {
    /// Scenario that was fitted.
    pub scenario: String,
    /// Patient.
    pub patient: String,
    /// Model.
    pub model: String,
    /// Parameters.
    pub parameters: Vec<StoredParameter>,
    /// Covariance on the fitted scales, row by row; zero for a parameter that ended at a bound.
    pub covariance: Vec<Vec<f64>>,
    /// What a reader should know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

impl StoredFit {
    /// From the fits of one person, each of other parameters; `None` where a fit has no covariance.
    pub fn of(scenario: &str, patient: &str, model: &Model, fits: &[GroupFit], variance: VarianceChoice) -> Option<StoredFit> {
        let mut stored =
            StoredFit { scenario: scenario.into(), patient: patient.into(), model: model.name.clone(), ..StoredFit::default() };
        let count = fits.iter().map(|fit| fit.block.positions.len()).sum();
        let mut covariance = DMatrix::zeros(count, count);
        let mut first = 0;
        for fit in fits {
            let block = &fit.block;
            let scatter = match (variance, block.residual_variance) {
                (VarianceChoice::Given, _) => 1.0,
                (VarianceChoice::Estimated, Some((variance, _))) => variance,
                (VarianceChoice::Estimated, None) => return None,
            };
            let part = block.unscaled_covariance.as_ref()?;
            let size = block.positions.len();
            covariance.view_mut((first, first), (size, size)).copy_from(&(part * scatter));
            first += size;
            if block.at_bound {
                stored.notes.push(format!("{}: a parameter ended at a bound and is taken as known", fit.name));
            }
            for (index, position) in block.positions.iter().enumerate() {
                let (unit, _) = unit_of(model, *position);
                let (scale, limits) = match block.scales[index] {
                    Scale::Natural => ("natural", None),
                    Scale::Logarithmic => ("log", None),
                    Scale::Logit { low, high } => ("logit", Some((low, high))),
                };
                stored.parameters.push(StoredParameter {
                    path: model.parameters[*position].path.clone(),
                    value: block.values[index] / block.unit[index],
                    unit,
                    scale: scale.into(),
                    limits,
                });
            }
        }
        stored.covariance = covariance.row_iter().map(|row| row.iter().copied().collect()).collect();
        Some(stored)
    }

    /// The file's text.
    pub fn to_yaml(&self) -> String {
        serde_yaml::to_string(self).unwrap_or_default()
    }

    /// Reads the fit of a run: a copy of its file, its folder, or the folder of a scenario's runs, whose newest finished one is taken. Returns the file too.
    ///
    /// # Errors
    /// A sentence: no such folder, no finished run in it, a run without a fit of one person.
    pub fn read(path: &Path) -> Result<(StoredFit, PathBuf), String> {
        let file = if path.is_file() { path.to_path_buf() } else { run_of(path)?.join(STORED_FIT_FILE) };
        let text = std::fs::read_to_string(&file).map_err(|error| {
            if file.is_file() {
                format!("cannot read `{}`: {error}", file.display())
            } else {
                format!("there is no `{}`: the run has no fit of one person with a covariance", file.display())
            }
        })?;
        let stored = serde_yaml::from_str(&text).map_err(|error| format!("`{}`: {error}", file.display()))?;
        Ok((stored, file))
    }

    /// As a distribution of the parameters of `model`.
    ///
    /// # Errors
    /// A sentence for every parameter that the model does not have or whose unit differs.
    pub fn spread(&self, model: &Model) -> Result<ParameterSpread, String> {
        let mut problems = Vec::new();
        let (mut positions, mut values, mut scales, mut sizes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for parameter in &self.parameters {
            let Some(position) = model.parameter(&parameter.path) else {
                problems
                    .push(format!("model `{}` has no parameter `{}`, which was fitted in `{}`", model.name, parameter.path, self.model));
                continue;
            };
            let size = match crate::units::Unit::parse(&parameter.unit) {
                Ok(unit) if unit.dimension == model.parameters[position].dimension => unit.in_internal_units,
                _ => {
                    problems.push(format!("`{}` was fitted in `{}`, which is no unit of it here", parameter.path, parameter.unit));
                    continue;
                }
            };
            let scale = match (parameter.scale.as_str(), parameter.limits) {
                ("log", _) => Scale::Logarithmic,
                ("logit", Some((low, high))) => Scale::Logit { low, high },
                ("natural", _) => Scale::Natural,
                (other, _) => {
                    problems.push(format!("`{}` has the scale `{other}`, expected natural, log or logit with limits", parameter.path));
                    continue;
                }
            };
            positions.push(position);
            values.push(parameter.value * size);
            scales.push(scale);
            sizes.push(size);
        }
        if !problems.is_empty() {
            return Err(problems.join("; "));
        }
        let count = positions.len();
        if self.covariance.len() != count || self.covariance.iter().any(|row| row.len() != count) {
            return Err(format!("the covariance has {} rows for {count} parameters", self.covariance.len()));
        }
        let covariance = DMatrix::from_fn(count, count, |i, j| self.covariance[i][j]);
        ParameterSpread::new(positions, &values, scales, sizes, covariance)
    }
}

/// The run folder that `path` means.
fn run_of(path: &Path) -> Result<PathBuf, String> {
    if path.join(crate::report::MANIFEST_FILE).is_file() {
        return Ok(path.to_path_buf());
    }
    let entries = std::fs::read_dir(path).map_err(|error| format!("there is no run `{}`: {error}", path.display()))?;
    let mut finished: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|run| Manifest::read(run).is_ok_and(|manifest| manifest.status == crate::report::Status::Done))
        .filter(|run| run.join(STORED_FIT_FILE).is_file())
        .collect();
    // names begin with the time of the run
    finished.sort();
    finished.pop().ok_or_else(|| format!("`{}` holds no finished run with a fit of one person", path.display()))
}
