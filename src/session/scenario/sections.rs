//! The sections `patient`, `solve` and `administrations`.
use super::{Overrides, quantity};
use crate::model::Model;
use crate::model::decode;
use crate::model::diagnostic::{Faults, did_you_mean};
use crate::model::document::Origin;
use crate::model::yaml::Node;
use crate::solve::MethodChoice;
use crate::units::{ACTIVITY, TIME};

/// Horizon, tolerance and method of the simulation.
#[derive(Clone, Debug, PartialEq)]
pub struct SolvePlan {
    /// End of the simulation (min).
    pub until_min: f64,
    /// Local error relative to each state.
    pub relative_tolerance: f64,
    /// Which method.
    pub method: MethodChoice,
    /// Whether doses count what decays beyond the horizon; its share is printed either way.
    pub include_beyond: bool,
    /// Why not, where not.
    pub beyond_reason: Option<String>,
}

/// A dose of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    /// Position of the dosing site.
    pub site: usize,
    /// Start (min).
    pub at_min: f64,
    /// Activity (MBq), where the dose is an activity.
    pub activity_mbq: Option<f64>,
    /// Amount of the labelled or only ligand (unit of the model), where it is an amount.
    pub amount: Option<f64>,
    /// Amount of the unlabelled ligand.
    pub unlabelled: f64,
    /// Duration (min); 0 is a bolus.
    pub duration_min: f64,
    /// Whether the file says that the dose is assumed.
    pub assumed: bool,
}

/// A name that can be a folder name.
pub(super) fn scenario_name(node: &Node<'_>, faults: &mut Faults) -> Option<String> {
    let name = node.text(faults, "the scenario's name")?;
    let good = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c)) && !name.starts_with('.');
    if !good {
        faults.error(node.place(), format!("`{name}` cannot name a run folder")).help("use letters, digits, `_` and `-`");
    }
    good.then_some(name)
}

/// A list of texts, or a single one.
pub(super) fn texts(node: &Node<'_>, faults: &mut Faults) -> Vec<String> {
    if node.is_scalar() {
        return node.text(faults, "a sentence").into_iter().collect();
    }
    node.items(faults, "a list of sentences").into_iter().filter_map(|item| item.text(faults, "a sentence")).collect()
}

/// Name, values, and an earlier fit that the values come from.
pub(super) type Patient<'f> = (Option<String>, Overrides<'f>, Option<super::from_fit::FromFit<'f>>);

pub(super) fn patient<'f>(node: Option<&Node<'f>>, faults: &mut Faults) -> Patient<'f> {
    let Some(mut fields) = node.and_then(|node| node.fields(faults, "a mapping with `name` and `values`")) else {
        return (None, Vec::new(), None);
    };
    let from_fit = fields.get("from_fit").and_then(|node| super::from_fit::read(node, faults));
    let name = fields.get("name").and_then(|node| node.text(faults, "the patient's name"));
    // one `source` for all values of the patient
    let source = fields.get("source").and_then(|node| node.text(faults, "a citation"));
    let provenance = fields.get("provenance").and_then(|node| node.one_of(faults, crate::model::document::Provenance::CHOICES));
    let inherited = Origin { source, provenance, meaning: None };
    let mut overrides = Vec::new();
    if let Some(values) = fields.get("values") {
        for (path, entry) in values.entries(faults, "values by the name of a model parameter") {
            overrides.extend(decode::value(entry, &[], &inherited, faults).map(|value| (path, value)));
        }
    }
    fields.finish(faults);
    (name, overrides, from_fit)
}

/// The section `solve`, and whether it states a horizon.
pub(super) fn solve(node: Option<&Node<'_>>, model: &Model, faults: &mut Faults) -> (SolvePlan, bool) {
    // without a horizon: five half-lives of the nuclide, or two days
    let half_life_min = model.nuclide.map(|nuclide| std::f64::consts::LN_2 / nuclide.decay_constant_per_min());
    let mut plan = SolvePlan {
        until_min: half_life_min.map_or(2880.0, |half_life| 5.0 * half_life),
        relative_tolerance: 1e-6,
        method: MethodChoice::Automatic,
        include_beyond: true,
        beyond_reason: None,
    };
    let Some(mut fields) = node.and_then(|node| node.fields(faults, "a mapping with `until`, `relative_tolerance`, `method`")) else {
        return (plan, false);
    };
    let until = fields.get("until");
    let stated = until.is_some();
    if let Some(node) = until
        && let Some(until) = quantity(&node, TIME, faults, "the end of the simulation")
    {
        if until > 0.0 {
            plan.until_min = until;
        } else {
            faults.error(node.place(), "the end of the simulation must lie after its start");
        }
    }
    if let Some(node) = fields.get("relative_tolerance")
        && let Some(tolerance) = node.number(faults, "a relative tolerance such as 1e-6")
    {
        if (1e-12..=1e-2).contains(&tolerance) {
            plan.relative_tolerance = tolerance;
        } else {
            faults.error(node.place(), format!("the relative tolerance must lie between 1e-12 and 1e-2, this is {tolerance}"));
        }
    }
    if let Some(node) = fields.get("method") {
        const METHODS: &[(&str, MethodChoice)] = &[
            ("automatic", MethodChoice::Automatic),
            ("exact", MethodChoice::Exact),
            ("stiff", MethodChoice::Stiff),
            ("non-stiff", MethodChoice::NonStiff),
        ];
        plan.method = node.one_of(faults, METHODS).unwrap_or(plan.method);
    }
    if let Some(node) = fields.get("beyond_horizon") {
        plan.include_beyond = node.one_of(faults, &[("included", true), ("excluded", false)]).unwrap_or(true);
    }
    plan.beyond_reason = fields.get("reason").and_then(|node| node.text(faults, "the reason"));
    fields.finish(faults);
    (plan, stated)
}

pub(super) fn administrations(node: &Node<'_>, model: &Model, faults: &mut Faults) -> Vec<Given> {
    let mut found = Vec::new();
    for entry in node.items(faults, "a list of doses such as `- {site: vein, activity: 7.4 GBq}`") {
        let Some(mut fields) = entry.fields(faults, "a dose such as `{site: vein, activity: 7.4 GBq}`") else { continue };
        let site = fields.require("site", faults).and_then(|node| site(&node, model, faults));
        let (activity_node, amount_node) = (fields.get("activity"), fields.get("amount"));
        let mut number = |key: &'static str, dimension, what: &str, faults: &mut Faults| {
            let node = fields.get(key)?;
            let value = quantity(&node, dimension, faults, what)?;
            if value < 0.0 {
                faults.error(node.place(), format!("{what} cannot be negative"));
                return None;
            }
            Some(value)
        };
        let at_min = number("at", TIME, "the time of a dose", faults).unwrap_or(0.0);
        let activity_mbq = number("activity", ACTIVITY, "the activity of a dose", faults);
        let amount = number("amount", model.amount, "the amount of a dose", faults);
        let unlabelled = number("unlabelled", model.amount, "the unlabelled amount of a dose", faults).unwrap_or(0.0);
        let duration_min = number("duration", TIME, "the duration of a dose", faults).unwrap_or(0.0);
        let repeat = fields.get("repeat").and_then(|node| node.integer(faults, "how often the dose is given").map(|count| (node, count)));
        let every = fields.get("every").and_then(|node| quantity(&node, TIME, faults, "the interval between doses"));
        let provenance = fields.get("provenance").and_then(|node| node.one_of(faults, crate::model::document::Provenance::CHOICES));
        fields.get("source");
        fields.finish(faults);
        match (&activity_node, &amount_node) {
            (Some(node), None) if model.activity_per_amount.is_none() => {
                faults
                    .error(node.place(), format!("model `{}` has no nuclide, so a dose cannot be an activity", model.name))
                    .help(format!("give `amount` in {}", model.amount_unit));
            }
            (Some(_), Some(node)) => {
                faults.error(node.key_place(), "a dose has an `activity` or an `amount`, not both");
            }
            (None, None) => {
                let fault = faults.error(entry.place(), "a dose needs an `activity` or an `amount`");
                fault.help(match model.activity_per_amount {
                    Some(_) => "for example `activity: 7.4 GBq`".to_string(),
                    None => format!("for example `amount: 100 {}`", model.amount_unit),
                });
            }
            _ => {}
        }
        if unlabelled > 0.0 && model.decay.as_ref().is_none_or(|decay| decay.to.is_none()) {
            faults.error(entry.place(), format!("model `{}` has no unlabelled ligand, so a dose cannot have `unlabelled`", model.name));
        }
        let count = match repeat {
            Some((node, count)) if !(1..=1000).contains(&count) => {
                faults.error(node.place(), format!("a dose is repeated 1 to 1000 times, this is {count}"));
                1
            }
            Some((_, count)) => count,
            None => 1,
        };
        if count > 1 && every.is_none_or(|every| every <= 0.0) {
            faults.error(entry.place(), "a repeated dose needs a positive interval `every`");
        }
        let Some(site) = site else { continue };
        for cycle in 0..count {
            found.push(Given {
                site,
                at_min: at_min + cycle as f64 * every.unwrap_or(0.0),
                activity_mbq,
                amount,
                unlabelled,
                duration_min,
                assumed: provenance == Some(crate::model::document::Provenance::Assumed),
            });
        }
    }
    found.sort_by(|a, b| a.at_min.total_cmp(&b.at_min));
    found
}

/// A dosing site of the model by name.
pub(super) fn site(node: &Node<'_>, model: &Model, faults: &mut Faults) -> Option<usize> {
    let name = node.text(faults, "a dosing site of the model")?;
    let found = model.sites.iter().position(|site| site.name == name);
    if found.is_none() {
        let help = did_you_mean(&name, model.sites.iter().map(|site| site.name.as_str()));
        faults.error(node.place(), format!("model `{}` has no dosing site `{name}`", model.name)).help(help);
    }
    found
}
