//! What a scenario declares of a trial, in words: arms, size, seed, what outcomes rest on, what power is asked for.

use std::path::Path;

use crate::radiobiology::hazard_link::HazardLink;
use crate::regimen::{ActivityRule, Arm};
use crate::report::number_text::{shortest, significant};
use crate::session::scenario::Scenario;
use crate::trial::design::{EndpointKind, TrialPlan};
use crate::units::MINUTES_PER_WEEK;

/// Minutes of a month of 30.4375 days.
const MINUTES_PER_MONTH: f64 = 43_830.0;

/// A trial as the scenario declares it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Declared {
    /// Patients of the cohort.
    pub patients: usize,
    /// Its seed.
    pub seed: u64,
    /// Name of each arm, and what it does.
    pub arms: Vec<(String, String)>,
    /// What outcomes rest on, short, for headings: `null: dose does nothing`; empty where no outcome is drawn.
    pub link_tag: String,
    /// The same in a sentence.
    pub link: String,
    /// Accrual, follow-up, endpoints, groups: a sentence each.
    pub design: Vec<String>,
    /// What power is asked for.
    pub power: Option<DeclaredPower>,
}

/// What power is asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeclaredPower {
    /// Trials at each size.
    pub replicates: usize,
    /// Patients of the trials.
    pub sizes: Vec<usize>,
    /// Titles of the hypotheses.
    pub hypotheses: Vec<String>,
}

/// Reads a scenario.
///
/// # Errors
/// Why it cannot be read, or what it lacks for a trial.
pub fn read(path: &Path) -> Result<Declared, String> {
    let (scenario, _) = Scenario::load(path, &[]).map_err(|faults| faults.to_string())?;
    of(&scenario)
}

/// What a scenario declares.
///
/// # Errors
/// What it lacks for a trial.
pub fn of(scenario: &Scenario) -> Result<Declared, String> {
    let missing: Vec<&str> = [("`regimens`", scenario.regimens.is_some()), ("`cohort`", scenario.cohort.is_some())]
        .into_iter()
        .filter_map(|(what, there)| (!there).then_some(what))
        .collect();
    let (Some(regimens), Some(cohort)) = (&scenario.regimens, &scenario.cohort) else {
        return Err(format!("`{}` declares no {}, so there are no virtual patients", scenario.name, missing.join(" and no ")));
    };
    let target = |at: usize| scenario.targets.get(at).map_or("", |target| target.name.as_str());
    let trial = scenario.trial.as_ref();
    let link = trial.and_then(|trial| trial.events.as_ref()?.link.as_ref()).or(regimens.survival_link.as_ref());
    let (tag, words) = link_words(link.map(|(_, link)| link), trial.map(|trial| &trial.plan));
    Ok(Declared {
        patients: cohort.plan.patients,
        seed: cohort.plan.seed,
        arms: regimens.arms.iter().map(|arm| (arm.name.clone(), arm_words(arm, regimens.interval_min, target))).collect(),
        link_tag: tag,
        link: words,
        design: trial.map(|trial| design_words(&trial.plan)).unwrap_or_default(),
        power: trial.and_then(|trial| trial.plan.power.as_ref()).map(|power| DeclaredPower {
            replicates: power.replicates,
            sizes: power.sizes.clone(),
            hypotheses: power.hypotheses.iter().map(|hypothesis| hypothesis.title.clone()).collect(),
        }),
    })
}

/// What outcomes rest on: for headings, and in a sentence. Nothing where no outcome is drawn.
fn link_words(link: Option<&HazardLink>, plan: Option<&TrialPlan>) -> (String, String) {
    let endpoints = plan.map_or(&[][..], |plan| &plan.endpoints);
    let by_lesions = endpoints.iter().any(|endpoint| endpoint.kind == EndpointKind::ProgressionOfLesions);
    let slope = link.map_or(0.0, HazardLink::log_hazard_per_gy);
    let words = link.map_or_else(|| HazardLink::default().words(), HazardLink::words);
    let tag = if slope != 0.0 {
        format!("HYPOTHESIS, assumed: {slope:+} log hazard per Gy")
    } else if by_lesions {
        "HYPOTHESIS, assumed: dose acts on progression".to_owned()
    } else if endpoints.is_empty() {
        return (String::new(), String::new());
    } else {
        "null: no link from dose to outcome".to_owned()
    };
    (tag, words)
}

fn gbq(mbq: f64) -> String {
    format!("{} GBq", significant(mbq / 1e3, 3))
}

fn arm_words<'a>(arm: &Arm, interval_min: f64, target: impl Fn(usize) -> &'a str) -> String {
    let activity = match &arm.activity {
        ActivityRule::Formula(formula) => formula.text.clone(),
        ActivityRule::Predicted(formula) => format!("the limit over a predicted {}", formula.text),
    };
    let cycles = match (arm.cycles, arm.adaptation) {
        (1, _) => "1 cycle".to_owned(),
        (count, crate::regimen::Adaptation::Cycles) => format!("up to {count} cycles"),
        (count, _) => format!("{count} cycles"),
    };
    let mut words = format!("{}: {activity}, {cycles}", arm.title);
    if arm.cycles > 1 {
        let weeks = arm.interval_min.unwrap_or(interval_min) / MINUTES_PER_WEEK;
        words.push_str(&format!(" every {} wk", shortest(weeks)));
    }
    words.push_str(&format!("; {}", arm.adaptation.words()));
    let adapts = arm.adaptation != crate::regimen::Adaptation::Fixed;
    for limit in arm.limits.iter().filter(|_| adapts) {
        let lower = limit.with_risk_factor_gy.map_or(String::new(), |lower| format!(" ({} Gy with a risk factor)", shortest(lower)));
        words.push_str(&format!("; {} to {} {} Gy{lower}", target(limit.target), limit.quantity.words(), shortest(limit.limit_gy)));
    }
    for retention in arm.retentions.iter().filter(|_| adapts) {
        words.push_str(&format!("; {} holds at most {}", retention.region, gbq(retention.limit_mbq)));
    }
    if let Some(most) = arm.largest_mbq.iter().copied().reduce(f64::max) {
        words.push_str(&format!("; at most {} a cycle", gbq(most)));
    }
    for (count, what) in [(arm.gates.len(), "rule"), (arm.stops.len(), "stopping rule")] {
        if count > 0 {
            words.push_str(&format!("; {count} {what}{}", if count == 1 { "" } else { "s" }));
        }
    }
    words
}

fn design_words(plan: &TrialPlan) -> Vec<String> {
    let months = |minutes: f64| format!("{} months", shortest((minutes / MINUTES_PER_MONTH * 10.0).round() / 10.0));
    let mut found = vec![format!("accrual {}, follow-up {}", months(plan.accrual_min), months(plan.follow_up_min))];
    let names: Vec<&str> = plan.endpoints.iter().map(|endpoint| endpoint.name.as_str()).collect();
    if !names.is_empty() {
        found.push(format!("endpoints {}", names.join(", ")));
    }
    for group in &plan.groups {
        let landmark = group.landmark_min.map_or("naive comparison only: immortal time".to_owned(), |minutes| {
            format!("naive (immortal time), and from the landmark at {}", months(minutes))
        });
        found.push(format!("group `{}`, not randomised: {landmark}", group.name));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped(name: &str) -> Result<Declared, String> {
        read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name))
    }

    #[test]
    fn a_shipped_trial_is_told_as_its_file_declares_it() {
        let declared = shipped("trial_null").unwrap();
        assert_eq!((declared.patients, declared.seed), (4000, 6001));
        assert_eq!(declared.arms[0].0, "fixed");
        assert!(declared.arms[0].1.starts_with("fixed 4 × 7.4 GBq: 7.4 GBq, 4 cycles every 8 wk; fixed"), "{}", declared.arms[0].1);
        assert!(declared.arms[1].1.contains("up to 8 cycles") && declared.arms[1].1.contains("kidneys to absorbed dose 23 Gy"));
        assert_eq!(declared.link_tag, "null: no link from dose to outcome");
        let power = declared.power.unwrap();
        assert_eq!((power.replicates, &power.sizes[..]), (2000, &[100, 200, 400, 800][..]));
        assert!(declared.design[0].contains("accrual 24 months, follow-up 36 months"), "{:?}", declared.design);
    }

    #[test]
    fn groups_that_nobody_randomised_say_so() {
        let declared = shipped("trial_immortal_time").unwrap();
        assert!(declared.design.iter().any(|words| words.contains("not randomised") && words.contains("immortal time")), "{declared:?}");
    }

    #[test]
    fn what_a_scenario_lacks_is_named() {
        assert!(shipped("theophylline").unwrap_err().contains("no `regimens` and no `cohort`"));
        assert!(shipped("nowhere").is_err());
    }

    #[test]
    fn an_assumed_link_is_a_hypothesis_in_every_heading() {
        let plan = |kind| TrialPlan { endpoints: vec![crate::trial::design::EndpointPlan { name: "pfs".into(), kind }], ..shipped_plan() };
        let link = HazardLink::new(-0.02, "").unwrap();
        let (tag, words) = link_words(Some(&link), Some(&plan(EndpointKind::ProgressionFree)));
        assert!(tag.starts_with("HYPOTHESIS, assumed: -0.02") && words.starts_with("HYPOTHESIS"));
        let (tag, _) = link_words(None, Some(&plan(EndpointKind::ProgressionOfLesions)));
        assert!(tag.contains("HYPOTHESIS"));
        assert_eq!(link_words(None, None), (String::new(), String::new()));
    }

    fn shipped_plan() -> TrialPlan {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/trial_null");
        Scenario::load(&path, &[]).unwrap().0.trial.unwrap().plan
    }
}
