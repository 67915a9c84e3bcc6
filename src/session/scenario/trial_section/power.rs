//! `power`: sizes, replicates, tests and hypotheses.
use super::super::reading::{count, seed};
use super::Against;
use super::reading::between;
use super::rewrite::find;
use crate::model::diagnostic::{Faults, did_you_mean};
use crate::model::yaml::Node;
use crate::trial::design::EndpointPlan;
use crate::trial::power::{Hypothesis, Measure, PowerPlan, PowerTest, TestKind};

const MOST_PATIENTS: i64 = 1_000_000;
const MOST_REPLICATES: i64 = 1_000_000;

/// What the section says elsewhere.
pub(super) struct Shared<'a, 'f> {
    pub against: &'a Against<'a>,
    /// The scenario.
    pub root: &'a Node<'f>,
    pub endpoints: &'a [EndpointPlan],
    /// Arms that patients are allocated to.
    pub arms: &'a [(usize, f64)],
    pub seed: u64,
}

pub(super) fn power(node: &Node<'_>, shared: &Shared<'_, '_>, faults: &mut Faults) -> Option<PowerPlan> {
    let mut fields = node.fields(faults, "a mapping with `sizes` and `tests`, such as `{sizes: [100, 200], tests: […]}`")?;
    let own_seed = fields.get("seed").and_then(|node| seed(&node, faults)).unwrap_or(shared.seed);
    let sizes = fields.require("sizes", faults).map(|node| sizes(&node, shared.against, faults)).unwrap_or_default();
    let replicates_node = fields.get("replicates");
    let replicates = replicates_node.map_or(Some(1000), |node| count(&node, 1, MOST_REPLICATES, faults, "the number of simulated trials"));
    let alpha = fields.get("alpha").map_or(Some(0.05), |node| between(&node, 1e-6, 0.5, faults, "the two-sided level of the tests"));
    let wanted_power = fields.get("power").map_or(Some(0.8), |node| between(&node, 0.01, 0.999, faults, "the wanted power"));
    let mut tests = Vec::new();
    let tests_node = fields.require("tests", faults);
    if let Some(node) = &tests_node {
        let items = node.items(faults, "tests such as `- {endpoint: pfs, test: log_rank, arms: [fixed, adapted]}`");
        if items.is_empty() && node.is_sequence() {
            faults.error(node.place(), "there is no test");
        }
        tests.extend(items.iter().filter_map(|item| test(item, shared, faults)));
    }
    let mut hypotheses = Vec::new();
    if let Some(node) = fields.get("hypotheses") {
        for (name, entry) in node.entries(faults, "hypotheses by name such as `null: {title: no causal link}`") {
            hypotheses.extend(hypothesis(name, &entry, shared, faults));
        }
    }
    if hypotheses.is_empty() {
        hypotheses.push(Hypothesis { name: "as_written".into(), title: "the scenario as written".into(), sets: Vec::new() });
    }
    fields.finish(faults);
    Some(PowerPlan { seed: own_seed, sizes, replicates: replicates?, alpha: alpha?, wanted_power: wanted_power?, tests, hypotheses })
}

fn sizes(node: &Node<'_>, against: &Against<'_>, faults: &mut Faults) -> Vec<usize> {
    let mut found: Vec<usize> = Vec::new();
    let items = node.items(faults, "numbers of patients such as `[100, 200, 400]`");
    if items.is_empty() && node.is_sequence() {
        faults.error(node.place(), "there is no size");
    }
    for item in items {
        let Some(size) = count(&item, 2, MOST_PATIENTS, faults, "the number of patients of a trial") else { continue };
        if found.last().is_some_and(|last| size <= *last) {
            faults.error(item.place(), "sizes must rise");
        }
        let patients = against.cohort.map(|cohort| cohort.plan.patients);
        if let Some(patients) = patients.filter(|patients| size > *patients) {
            faults
                .warning(item.place(), format!("a trial of {size} patients cannot be drawn from the {patients} of `cohort`"))
                .help("simulate more with `--patients`: several times the largest size");
        }
        found.push(size);
    }
    found
}

fn test(item: &Node<'_>, shared: &Shared<'_, '_>, faults: &mut Faults) -> Option<PowerTest> {
    let mut fields = item.fields(faults, "a test such as `{endpoint: pfs, test: log_rank, arms: [fixed, adapted]}`")?;
    let (endpoint_node, quantity_node) = (fields.get("endpoint"), fields.get("quantity"));
    let measure = match (&endpoint_node, &quantity_node) {
        (Some(node), None) => endpoint(node, shared.endpoints, faults).map(Measure::Endpoint),
        (None, Some(node)) => node.text(faults, "a quantity such as `kidneys_dose`").map(Measure::Quantity),
        (Some(_), Some(node)) => {
            faults.error(node.key_place(), "a test is of an `endpoint` or of a `quantity`, not of both");
            None
        }
        (None, None) => {
            faults.error(item.place(), "a test needs an `endpoint` or a `quantity`");
            None
        }
    };
    let kind_node = fields.require("test", faults);
    let kind = kind_node.as_ref().and_then(|node| node.one_of(faults, TestKind::CHOICES));
    let arms = fields.require("arms", faults).and_then(|node| two_arms(&node, shared, faults));
    let above_node = fields.get("above");
    let threshold = above_node.as_ref().and_then(|node| node.number(faults, "a number in the unit of the quantity"));
    fields.finish(faults);
    if let (Some(kind), Some(node)) = (kind, &kind_node) {
        if endpoint_node.is_some() && quantity_node.is_none() && kind != TestKind::LogRank {
            faults.error(node.place(), "an endpoint is a time to an event: its test is `log_rank`");
        }
        if quantity_node.is_some() && endpoint_node.is_none() && kind == TestKind::LogRank {
            let help = "`welch`, `student` or `wilcoxon` for numbers, `fisher` or `chi_square` for shares";
            faults.error(node.place(), "`log_rank` compares times to an event, and a quantity is a number").help(help);
        }
        if let Some(above) = above_node.as_ref().filter(|_| !kind.of_shares()) {
            faults.error(above.key_place(), "`above` makes shares of patients, which `fisher` and `chi_square` compare");
        }
    }
    Some(PowerTest { measure: measure?, kind: kind?, arms: arms?, threshold })
}

fn endpoint(node: &Node<'_>, endpoints: &[EndpointPlan], faults: &mut Faults) -> Option<usize> {
    let name = node.text(faults, "an endpoint of the trial")?;
    let found = endpoints.iter().position(|endpoint| endpoint.name == name);
    if found.is_none() {
        let help = did_you_mean(&name, endpoints.iter().map(|endpoint| endpoint.name.as_str()));
        faults.error(node.place(), format!("`{name}` is not among the `endpoints` of the trial")).help(help);
    }
    found
}

fn two_arms(node: &Node<'_>, shared: &Shared<'_, '_>, faults: &mut Faults) -> Option<(usize, usize)> {
    let items = node.items(faults, "the reference arm and the other, such as `[fixed, adapted]`");
    let [reference, other] = items.as_slice() else {
        if node.is_sequence() {
            faults.error(node.place(), format!("a test compares two arms, these are {}", items.len()));
        }
        return None;
    };
    let mut arm = |item: &Node<'_>| {
        let name = item.text(faults, "the name of an arm")?;
        let arm = shared.against.arm(&name, item, faults)?;
        if !shared.arms.iter().any(|(allocated, _)| *allocated == arm) {
            faults.error(item.place(), format!("no patient is allocated to `{name}`")).help("give it a weight under `allocation`");
        }
        Some(arm)
    };
    let (first, second) = (arm(reference), arm(other));
    let (first, second) = (first?, second?);
    if first == second {
        faults.error(node.place(), "an arm cannot be compared with itself");
        return None;
    }
    Some((first, second))
}

fn hypothesis(name: String, node: &Node<'_>, shared: &Shared<'_, '_>, faults: &mut Faults) -> Option<Hypothesis> {
    let mut fields = node.fields(faults, "a hypothesis such as `{title: …, set: {trial.events.link.log_hazard_per_dose: -0.01 1/Gy}}`")?;
    let title = fields.get("title").and_then(|node| node.text(faults, "a title"));
    let mut sets = Vec::new();
    if let Some(node) = fields.get("set") {
        for (path, value) in node.entries(faults, "values by their path in the scenario") {
            check_path(&path, &value, shared, faults);
            sets.extend(value.text(faults, "a value as it would be written in its place").map(|text| (path, text)));
        }
    }
    fields.finish(faults);
    Some(Hypothesis { title: title.unwrap_or_else(|| name.clone()), name, sets })
}

fn check_path(path: &str, value: &Node<'_>, shared: &Shared<'_, '_>, faults: &mut Faults) {
    match find(shared.root, path) {
        Some(found) if found.is_scalar() => {}
        Some(_) => {
            faults.error(value.key_place(), format!("`{path}` is not one value")).help("name a value inside it");
        }
        None if shared.against.model.parameter(path).is_some() => {}
        None => {
            let help = if path.starts_with("trial.events.link") {
                "write the link in `events` with `log_hazard_per_dose: 0 1/Gy`, which is no link, and let hypotheses change it"
            } else {
                "a hypothesis changes values that are written in the scenario, or parameters of the model"
            };
            faults.error(value.key_place(), format!("the scenario has no `{path}` to set")).help(help);
        }
    }
}
