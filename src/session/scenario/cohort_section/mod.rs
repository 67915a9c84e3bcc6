//! The section `cohort`: virtual patients around the scenario's, who go through every arm, and published figures to stand beside them.
//!
//! `covariates`: what is known of each; `variation`: what varies about the patient; `fitted`: a fitted population file; `formulas`: parameters that follow from
//! covariates; `distribution` (with `ends`, `categories`, `people`): how one quantity is distributed; `correlations`; `rules`; `published`.
mod categories;
mod correlations;
mod covariates;
mod distribution;
mod ends;
mod fitted;
mod formulas;
mod people;
mod published;
mod rules;
mod variation;
mod varied_name;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use published::Published;

use super::dosimetry_section::share;
use crate::dosimetry::course::DoseTarget;
use crate::model::Model;
use crate::model::diagnostic::Faults;
use crate::model::yaml::Node;
use crate::regimen::{FormulaFault, RegimenPlan};
use crate::trial::{CohortPlan, Covariate, PopulationError, PopulationPlan, RiskFactor, Variation};
use crate::units::Dimension;

/// Most patients of a cohort.
const MOST: i64 = 10_000_000;

/// The cohort and what it is held against.
#[derive(Clone, Debug, PartialEq)]
pub struct CohortSection {
    /// The patients.
    pub plan: CohortPlan,
    /// Published figures.
    pub published: Vec<Published>,
    /// What is assumed of the spread, for people.
    pub assumptions: Vec<String>,
    /// Files that the patients come from.
    pub files: Vec<PathBuf>,
}

/// Against what the section is read.
#[derive(Clone, Copy)]
pub(super) struct Against<'a> {
    /// The folder of the scenario.
    pub folder: &'a Path,
    /// The model with the patient's values.
    pub model: &'a Model,
    /// The targets of `dosimetry`.
    pub targets: &'a [DoseTarget],
    /// The regimens.
    pub regimens: &'a RegimenPlan,
}

/// What has been read of the population so far.
#[derive(Default)]
struct Draft {
    covariates: Vec<Covariate>,
    /// Dimensions of the covariates.
    dimensions: Vec<Dimension>,
    variations: Vec<Variation>,
    /// Names whose own faults have been told of.
    broken: BTreeSet<String>,
    people: people::People,
    assumptions: Vec<String>,
}

pub(super) fn cohort(node: &Node<'_>, against: Against<'_>, faults: &mut Faults) -> Option<CohortSection> {
    let mut fields = node.fields(faults, "a mapping such as `{patients: 200, seed: 1, vary: {kidneys.uptake: {cv: 35 %}}}`")?;
    let patients = fields.require("patients", faults).and_then(|node| {
        let count = node.integer(faults, "a number of patients")?;
        if !(1..=MOST).contains(&count) {
            faults.error(node.place(), format!("a cohort has 1 to {MOST} patients, this is {count}"));
            return None;
        }
        usize::try_from(count).ok()
    });
    let seed = fields.require("seed", faults).and_then(|node| super::reading::seed(&node, faults));
    let covariates_node = fields.get("covariates");
    let population_node = fields.get("population");
    let formulas_node = fields.get("parameters");
    let share_node = fields.get("risk_factor_share");
    let others = [&covariates_node, &population_node, &formulas_node];
    let vary_node = if others.iter().any(|node| node.is_some()) { fields.get("vary") } else { fields.require("vary", faults) };
    let fitted = population_node.as_ref().and_then(|node| fitted::read(node, &against, faults));
    let mut draft = Draft::default();
    let changed = variation::changed(vary_node.as_ref(), formulas_node.as_ref(), fitted.as_ref(), &against);
    if let Some(node) = &covariates_node {
        covariates::covariates(node, &against, &changed, &mut draft, faults);
    }
    if let Some(node) = &vary_node {
        variation::variations(node, &against, &changed, &mut draft, faults);
    }
    if let (Some(node), Some(fitted)) = (&population_node, &fitted) {
        fitted::add(node, fitted, &against, &mut draft, faults);
    }
    if let Some(node) = &formulas_node {
        formulas::formulas(node, &against, &changed, &mut draft, faults);
    }
    let correlations_node = fields.get("correlations");
    let scores = correlations::correlations(correlations_node.as_ref(), population_node.as_ref(), fitted.as_ref(), &mut draft, faults);
    let names = rules::names(&against, &draft);
    let (include_node, exclude_node) = (fields.get("include"), fields.get("exclude"));
    let mut rules = Vec::new();
    for (node, include) in [(&include_node, true), (&exclude_node, false)] {
        rules.extend(node.iter().flat_map(|node| rules::rules(node, include, &names, faults)));
    }
    let risk_node = fields.get("risk_factor");
    let risk_share = share_node.as_ref().and_then(|node| share(node, faults, "the share of patients with a risk factor"));
    let risk_condition = risk_node.as_ref().and_then(|node| rules::condition(node, &names, faults));
    if let (Some(_), Some(node)) = (&share_node, &risk_node) {
        faults.error(node.key_place(), "`risk_factor_share` draws who has a risk factor, `risk_factor` says who: give one of them");
    }
    let risk_factor = match (risk_share, risk_condition) {
        (_, Some(condition)) => RiskFactor::If(condition),
        (Some(share), None) => RiskFactor::Share(share),
        (None, None) => RiskFactor::AsPatient,
    };
    let mut published = Vec::new();
    if let Some(node) = fields.get("published") {
        for item in node.items(faults, "published figures") {
            published.extend(published::one_published(&item, against.regimens, faults));
        }
    }
    fields.finish(faults);
    let mut files = draft.people.files();
    files.extend(fitted.map(|fitted| fitted.file));
    let scores = scores?;
    let mut assumptions = draft.assumptions;
    if scores.are_independent() {
        assumptions.push("varied quantities are drawn independently of each other".into());
    }
    assumptions.extend(rules.iter().map(|rule| format!("patients are screened: {}", rule.words())));
    let population = PopulationPlan {
        covariates: draft.covariates,
        variations: draft.variations,
        scores,
        tables: draft.people.tables(),
        rules,
        risk_factor,
    };
    let plan = CohortPlan { patients: patients?, seed: seed?, population: Arc::new(population) };
    if !faults.has_errors() {
        check_eligible(&plan, &against, [&include_node, &exclude_node], faults);
    }
    Some(CohortSection { plan, published, assumptions, files })
}

/// Whether rules leave anybody: the first patient is drawn.
fn check_eligible(plan: &CohortPlan, against: &Against<'_>, nodes: [&Option<Node<'_>>; 2], faults: &mut Faults) {
    let Some(node) = nodes.into_iter().flatten().next() else { return };
    let drawn = plan.draw(0, against.model, &against.model.parameter_values(), against.regimens);
    if let Err(error @ PopulationError::NoneEligible { .. }) = drawn {
        faults.error(node.place(), error.to_string()).help("a rule may ask for what nobody has, or stand in another unit than is meant");
    }
}

/// Tells of a formula that cannot be read, at its place in the text.
fn tell(node: &Node<'_>, fault: FormulaFault, faults: &mut Faults) {
    let told = faults.error(node.place_of_offset(fault.start, fault.end), fault.message);
    if let Some(help) = fault.help {
        told.help(help);
    }
}

/// Where figures come from, for people.
fn origin_words(source: Option<&str>, provenance: Option<&str>) -> String {
    match (source, provenance) {
        (Some(source), Some(provenance)) => format!("{provenance}: {source}"),
        (Some(text), None) | (None, Some(text)) => text.to_owned(),
        (None, None) => "assumed".to_owned(),
    }
}
