//! The section `fit`: which parameters, on which scale, with which error model, what is fitted together, and how uncertainty is told.
mod noise_plan;
mod parameter_plan;
mod search_plan;

pub use noise_plan::{NoiseForm, NoisePlan, StatedMagnitude};
pub use parameter_plan::{FitParameterPlan, PriorPlan, SharedBy};
pub use search_plan::{BootstrapKind, BootstrapPlan, FactorPlan, FactorSharing, StartsPlan, UncertaintyPlan};

use std::path::{Path, PathBuf};

use super::DataPlan;
use crate::fit::estimate::VarianceChoice;
use crate::model::Model;
use crate::model::diagnostic::{Faults, did_you_mean};
use crate::model::yaml::Node;
use crate::units::Unit;

/// What is fitted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// All channels and rows in one fit.
    Together,
    /// Every channel by itself; `{channel}` in a parameter's name stands for the channel.
    EachChannel,
    /// Every subject of the table by itself.
    EachSubject,
}

/// What is fitted and how.
#[derive(Clone, Debug, PartialEq)]
pub struct FitPlan {
    /// What is fitted together.
    pub grouping: Grouping,
    /// Only these subjects; all where empty.
    pub subjects: Vec<String>,
    /// Error model of the channels that have none of their own.
    pub error: NoisePlan,
    /// Error models of channels by name.
    pub errors: Vec<(String, NoisePlan)>,
    /// Words for the error models, with their numbers.
    pub error_words: String,
    /// Whether a number of an error model is assumed.
    pub error_assumed: bool,
    /// Where the variance of a weighted residual comes from.
    pub variance: VarianceChoice,
    /// Calibration and recovery factors.
    pub factors: Vec<FactorPlan>,
    /// Parameters.
    pub parameters: Vec<FitParameterPlan>,
    /// A population file whose medians, spreads and correlations are the prior of the parameters named in it.
    pub population: Option<PathBuf>,
    /// Starts.
    pub starts: StartsPlan,
    /// Parameters whose likelihood is profiled.
    pub profile: Vec<String>,
    /// Bootstrap.
    pub bootstrap: Option<BootstrapPlan>,
    /// Draws for the uncertainty of doses; `None`: the delta method alone.
    pub uncertainty: Option<UncertaintyPlan>,
}

impl FitPlan {
    /// The error model of a channel.
    pub fn noise_of(&self, channel: &str) -> &NoisePlan {
        self.errors.iter().find(|(name, _)| name == channel).map_or(&self.error, |(_, noise)| noise)
    }

    /// Whether the fit has priors.
    pub fn has_priors(&self) -> bool {
        self.population.is_some()
            || !self.factors.is_empty()
            || self.parameters.iter().any(|parameter| parameter.prior.is_some() || parameter.between_occasions.is_some())
    }

    /// Whether it needs a likelihood: priors or noise that is part of the fit.
    pub fn needs_likelihood(&self) -> bool {
        self.has_priors() || self.error.is_estimated() || self.errors.iter().any(|(_, noise)| noise.is_estimated())
    }
}

/// The unit in which a parameter is written, and its size in internal units.
pub fn unit_of(model: &Model, position: usize) -> (String, f64) {
    let parameter = &model.parameters[position];
    let text = parameter.text.trim_start_matches(['-', '+', '−']).trim_start();
    let digits = text.find(|c: char| !(c.is_ascii_digit() || ".eE+-".contains(c))).unwrap_or(text.len());
    // `3 eV`-like units do not occur here: an exponent is followed by digits, checked when the model was read
    let unit = text[digits..].trim();
    match Unit::parse(unit) {
        Ok(found) if found.dimension == parameter.dimension => (unit.to_string(), found.in_internal_units),
        _ => (parameter.dimension.internal_unit(), 1.0),
    }
}

/// `what_if` names the values set on the command line: a simulation may have them where no fit could start; a fit then says so itself.
pub(super) fn fit(
    node: &Node<'_>,
    folder: &Path,
    model: &Model,
    data: Option<&DataPlan>,
    what_if: &[String],
    faults: &mut Faults,
) -> Option<FitPlan> {
    let mut fields = node.fields(faults, "a mapping with `parameters` and `error`")?;
    let grouping = fields.get("each").map_or(Some(Grouping::Together), |node| {
        node.one_of(faults, &[("channel", Grouping::EachChannel), ("subject", Grouping::EachSubject)])
    });
    if let (Some(Grouping::EachSubject), Some(data)) = (grouping, data)
        && !data.names_subjects()
    {
        faults.error(node.key_place(), "fitting each subject needs `data.subject`, the column that names them");
    }
    let subjects = fields.get("subjects").map(|node| super::sections::texts(&node, faults)).unwrap_or_default();
    let error = fields.require("error", faults).and_then(|node| noise_plan::noise(&node, data, faults));
    let mut errors = Vec::new();
    for (name, entry) in fields.get("errors").map(|node| node.entries(faults, "error models by channel")).unwrap_or_default() {
        let known: Vec<&str> = data.map(|data| data.channels.iter().map(|(name, _)| name.as_str()).collect()).unwrap_or_default();
        if data.is_some() && !known.contains(&name.as_str()) {
            let help = did_you_mean(&name, known.iter().copied());
            faults.error(entry.key_place(), format!("the data have no channel `{name}`")).help(help);
        }
        errors.extend(noise_plan::noise(&entry, data, faults).map(|noise| (name, noise)));
    }
    let variance_node = fields.get("variance");
    let variance = variance_node
        .as_ref()
        .and_then(|node| node.one_of(faults, &[("estimated", VarianceChoice::Estimated), ("given", VarianceChoice::Given)]));
    let factors = fields.get("factors").map(|node| search_plan::factors(&node, data, faults)).unwrap_or_default();
    let population_node = fields.get("population");
    let population = population_node.as_ref().and_then(|node| {
        let path = super::files::tidy(&folder.join(node.text(faults, "the path of a population file, relative to the scenario")?));
        if !path.is_file() {
            let fault = faults.error(node.place(), format!("there is no population file `{}`", path.display()));
            if let Some(help) = super::files::near(&path) {
                fault.help(help);
            }
            return None;
        }
        Some(path)
    });
    let starts = fields.get("starts").and_then(|node| search_plan::starts(&node, faults)).unwrap_or_default();
    let profile_node = fields.get("profile");
    let bootstrap = fields.get("bootstrap").and_then(|node| search_plan::bootstrap(&node, faults));
    let uncertainty = fields.get("uncertainty").and_then(|node| search_plan::uncertainty(&node, faults));
    let against = parameter_plan::Against { grouping, model, data, what_if };
    let mut parameters = Vec::new();
    for (path, entry) in fields.require("parameters", faults).map(|n| n.entries(faults, "parameters by name")).unwrap_or_default() {
        parameters.extend(parameter_plan::parameter(path, &entry, &against, faults));
    }
    let profile = profile_node.map(|node| profiled(&node, &parameters, faults)).unwrap_or_default();
    fields.finish(faults);
    if parameters.is_empty() {
        faults.error(node.key_place(), "`fit` names no parameter");
    }
    let error = error?;
    let mut error_words = error.words.clone();
    for (name, noise) in &errors {
        error_words.push_str(&format!("; {name}: {}", noise.words));
    }
    let mut error_assumed = error.assumed || errors.iter().any(|(_, noise)| noise.assumed);
    if let Some(column) = data.and_then(|data| data.sd_column.as_ref()) {
        error_words = format!("standard deviations of column `{column}`; rows without one: {error_words}");
        error_assumed = false;
    }
    let mut plan = FitPlan {
        grouping: grouping?,
        subjects,
        variance: VarianceChoice::Estimated,
        error,
        errors,
        error_words,
        error_assumed,
        factors,
        parameters,
        population,
        starts,
        profile,
        bootstrap,
        uncertainty,
    };
    let likelihood = plan.needs_likelihood();
    if likelihood && let (Some(VarianceChoice::Estimated), Some(node)) = (variance, &variance_node) {
        faults
            .error(
                node.place(),
                "`variance: estimated` rescales plain least squares; this fit has priors, factors or an error model that is estimated",
            )
            .help("leave `variance` out: the likelihood holds all of them");
    }
    if likelihood && plan.error.form == NoiseForm::Unweighted && data.is_none_or(|data| data.sd_column.is_none()) {
        faults
            .error(node.key_place(), "priors, factors and estimated error models need an error model with a size, `unweighted` has none")
            .help("for example `error: {model: constant, sd: estimated}`");
    }
    plan.variance = variance.unwrap_or(if likelihood { VarianceChoice::Given } else { VarianceChoice::Estimated });
    Some(plan)
}

fn profiled(node: &Node<'_>, parameters: &[FitParameterPlan], faults: &mut Faults) -> Vec<String> {
    let known: Vec<&str> = parameters.iter().map(|parameter| parameter.path.as_str()).collect();
    if node.scalar_text().is_some_and(|text| text == "all") {
        return known.into_iter().map(str::to_string).collect();
    }
    let mut chosen = Vec::new();
    for item in node.items(faults, "`all`, or a list of fitted parameters") {
        let Some(path) = item.text(faults, "a fitted parameter") else { continue };
        if !known.contains(&path.as_str()) {
            let help = did_you_mean(&path, known.iter().copied());
            faults.error(item.place(), format!("`{path}` is not fitted, so it has no profile")).help(help);
        }
        chosen.push(path);
    }
    chosen
}
