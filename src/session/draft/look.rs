//! What a changed scenario says of its data and its fit, for people.
use std::path::Path;

use super::{Edit, applied};
use crate::fit::estimate::VarianceChoice;
use crate::fit::parameter::Scale;
use crate::math::{exp, sqrt};
use crate::model::diagnostic::{Faults, Severity};
use crate::model::yaml::YamlFile;
use crate::report::number_text::{shortest, significant};
use crate::session::fitting::{DataLook, group_sizes, look_at_data};
use crate::session::population::Population;
use crate::session::scenario::{FitParameterPlan, FitPlan, Grouping, Scenario, SharedBy, unit_of};
use crate::session::what_if::edit::{find, keys};

/// A fitted parameter, or one that is left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ParameterLook {
    /// Path as in the scenario, perhaps with `{channel}`.
    pub path: String,
    /// Name in tables.
    pub label: String,
    /// Whether it is fitted.
    pub fitted: bool,
    /// Start with its unit; the model's value unless the scenario gives one.
    pub start: String,
    /// Whether the scenario gives the start.
    pub own_start: bool,
    /// Bounds with their unit; empty without.
    pub bounds: String,
    /// Prior in words; empty without.
    pub prior: String,
    /// Prior as it is written; empty without.
    pub prior_text: String,
    /// `natural`, `log` or `logit`.
    pub scale: String,
    /// What else is said of it: of each subject, between occasions.
    pub more: String,
}

/// The section `fit`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FitLook {
    /// What is fitted together, error model, starts: a line for people.
    pub words: Vec<String>,
    /// What is minimised.
    pub objective: String,
    /// Whether every subject is fitted by itself.
    pub each_subject: bool,
    /// Parameters in the order of the scenario, those left out among them.
    pub parameters: Vec<ParameterLook>,
    /// What is fitted together, with the number of values in each group.
    pub groups: Vec<(String, usize)>,
    /// Parameters of the model that could be fitted too.
    pub others: Vec<String>,
}

/// A scenario with its changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Look {
    /// Its name.
    pub name: String,
    /// Its text as it is on disk.
    pub base: String,
    /// Its text with the changes.
    pub text: String,
    /// Why it cannot be read, as `rpt check` says it; empty when it can.
    pub faults: String,
    /// Its data; `None` where it has none.
    pub data: Option<DataLook>,
    /// Its fit; `None` where it has none.
    pub fit: Option<FitLook>,
}

/// Reads the scenario `file`, whose text is `base`, with the changes made.
///
/// # Errors
/// A change that cannot be made, or that the reader of scenarios refuses: its position and the reader's words. A scenario that is broken as it stands is
/// no error: the look says why.
pub fn look(file: &Path, base: &str, edits: &[Edit]) -> Result<Look, (usize, String)> {
    let text = applied(base, edits)?;
    let name = file.parent().and_then(Path::file_name).map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let mut look = Look { name, base: base.to_owned(), text: text.clone(), ..Look::default() };
    let scenario = match Scenario::load_text(file, text.clone(), &[]) {
        Ok((scenario, _)) => scenario,
        Err(faults) => {
            let broken_before = Scenario::load_text(file, base.to_owned(), &[]).is_err();
            if !edits.is_empty() && !broken_before {
                return Err((edits.len() - 1, in_one_line(&faults)));
            }
            look.faults = faults.to_string();
            return Ok(look);
        }
    };
    look.name.clone_from(&scenario.name);
    look.data = look_at_data(&scenario);
    if let Some(plan) = &scenario.fit {
        look.fit = Some(fit_look(file, (base, &text), edits, &scenario, plan));
    }
    Ok(look)
}

/// The faults without their places: messages and hints.
fn in_one_line(faults: &Faults) -> String {
    let errors = faults.iter().filter(|fault| fault.severity == Severity::Error);
    let words: Vec<String> =
        errors.map(|fault| std::iter::once(&fault.message).chain(&fault.help).cloned().collect::<Vec<_>>().join(": ")).collect();
    words.join("; ")
}

/// The prior of a parameter as it is written, without its braces; empty without one, or where it takes several lines.
fn prior_text(text: &str, path: &str) -> String {
    let Ok(file) = YamlFile::parse("the scenario", text.to_owned()) else { return String::new() };
    let root = file.root();
    let Some(node) = find(&root, &keys(&["fit", "parameters", path, "prior"])) else { return String::new() };
    let place = node.place();
    let written = &text[place.start..place.end];
    if written.contains('\n') { String::new() } else { written.trim_start_matches('{').trim_end_matches('}').trim().to_owned() }
}

fn fit_look(file: &Path, (base, text): (&str, &str), edits: &[Edit], scenario: &Scenario, plan: &FitPlan) -> FitLook {
    // those left out stand where they stood
    let kept: Vec<Edit> = edits.iter().filter(|edit| !matches!(edit, Edit::LeaveOut { .. })).cloned().collect();
    let whole = applied(base, &kept).ok().and_then(|text| Scenario::load_text(file, text, &[]).ok()).map(|(scenario, _)| scenario);
    let all = whole.as_ref().and_then(|scenario| scenario.fit.as_ref()).unwrap_or(plan);
    // one that cannot be read is the fit's to tell
    let population = plan.population.as_ref().and_then(|path| Population::read(path, &scenario.model).ok());
    let fitted = |path: &str| plan.parameters.iter().any(|parameter| parameter.path == path);
    let parameters: Vec<ParameterLook> = all
        .parameters
        .iter()
        .map(|parameter| {
            let own = plan.parameters.iter().find(|own| own.path == parameter.path).unwrap_or(parameter);
            let look = parameter_look(scenario, own, fitted(&parameter.path));
            let prior = if look.prior.is_empty() { population_prior(scenario, population.as_ref(), &parameter.path) } else { look.prior };
            ParameterLook { prior_text: prior_text(text, &parameter.path), prior, ..look }
        })
        .collect();
    let groups = group_sizes(scenario).unwrap_or_default();
    let together = match plan.grouping {
        Grouping::Together => "all data in one fit",
        Grouping::EachChannel => "a fit of each channel",
        Grouping::EachSubject => "a fit of each subject",
    };
    let mut words = vec![format!("{together}; error model: {}", plan.error_words)];
    if plan.starts.count > 1 {
        words.push(format!("{} starts", plan.starts.count));
    }
    words.extend(plan.starts.swarm.map(|particles| format!("a swarm of {particles} particles")));
    words.extend(plan.population.as_ref().map(|path| format!("priors of population {}", path.display())));
    words.extend(plan.factors.iter().map(|factor| factor.words.clone()));
    let others = scenario.model.parameters.iter().map(|parameter| parameter.path.clone());
    let is_listed = |path: &String| parameters.iter().any(|parameter| parameter.path == *path);
    FitLook {
        objective: match plan.variance {
            _ if plan.has_priors() => "−2 ln posterior".into(),
            VarianceChoice::Given => "−2 ln likelihood".into(),
            VarianceChoice::Estimated => "weighted sum of squares".into(),
        },
        each_subject: plan.grouping == Grouping::EachSubject,
        others: others.filter(|path| !is_listed(path)).collect(),
        parameters,
        groups,
        words,
    }
}

/// The prior that a parameter has from the population of the fit, in words; empty without one.
fn population_prior(scenario: &Scenario, population: Option<&Population>, path: &str) -> String {
    let found = population.and_then(|population| Some((population, population.parameters.iter().find(|spread| spread.path == path)?)));
    let (Some((population, spread)), Some(position)) = (found, scenario.model.parameter(path)) else { return String::new() };
    let (unit, size) = unit_of(&scenario.model, position);
    let sd = spread.standard_deviation;
    let words = if spread.log_normal {
        let cv = 100.0 * sqrt(exp(sd * sd) - 1.0);
        format!("log-normal, median {} {unit}, CV {} %", significant(exp(spread.mean) / size, 3), significant(cv, 2))
    } else {
        format!("normal, mean {} {unit}, SD {} {unit}", significant(spread.mean / size, 3), significant(sd / size, 2))
    };
    format!("{words} (population {})", population.name)
}

/// At most six digits that count, none of them idle.
fn rounded(value: f64) -> String {
    format!("{value:.5e}").parse().map_or_else(|_| value.to_string(), shortest)
}

fn parameter_look(scenario: &Scenario, plan: &FitParameterPlan, fitted: bool) -> ParameterLook {
    let model = &scenario.model;
    // `{channel}.uptake` is shown as that of the first channel
    let channels = scenario.data.as_ref().map(|data| data.channels.as_slice()).unwrap_or_default();
    let path = channels.first().map_or_else(|| plan.path.clone(), |(channel, _)| plan.path.replace("{channel}", channel));
    let position = model.parameter(&path);
    let (unit, size) = position.map_or_else(|| (String::new(), 1.0), |position| unit_of(model, position));
    let in_unit = |value: f64| format!("{} {unit}", rounded(value / size)).trim_end().to_owned();
    let start = plan.start.or(position.map(|position| model.parameters[position].value));
    let mut more = Vec::new();
    if plan.shared_by == SharedBy::Subject {
        more.push("one a subject".to_owned());
    }
    if let Some(spread) = plan.between_occasions {
        let words =
            if plan.scale.is_relative() { format!("CV {} %", significant(100.0 * spread, 3)) } else { format!("SD {}", in_unit(spread)) };
        more.push(format!("between occasions {words}"));
    }
    ParameterLook {
        label: plan.label.clone().unwrap_or_else(|| plan.path.clone()),
        path: plan.path.clone(),
        fitted,
        start: start.map(in_unit).unwrap_or_default(),
        own_start: plan.start.is_some(),
        bounds: plan.bounds.map(|(low, high)| format!("{} to {}", in_unit(low), in_unit(high))).unwrap_or_default(),
        prior: plan.prior.as_ref().map(|prior| prior.words.clone()).unwrap_or_default(),
        prior_text: String::new(),
        scale: match plan.scale {
            Scale::Natural => "natural".into(),
            Scale::Logarithmic => "log".into(),
            Scale::Logit { .. } => "logit".into(),
        },
        more: more.join("; "),
    }
}
