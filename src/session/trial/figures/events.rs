//! Survival curves: randomised arms, and groups that nobody randomised, naively and from a landmark on.
use super::Shown;
use crate::radiobiology::hazard_link::HazardLink;
use crate::report::Figure;
use crate::report::number_text::significant;
use crate::session::figures::trial::{SurvivalCurves, SurvivalGroup, SurvivalPoint, kaplan_meier as draw};
use crate::session::trial::endpoint_tables::DAYS_PER_MONTH;
use crate::trial::TrialOutcomes;
use crate::trial::design::{EndpointPlan, GroupEntry, GroupPlan, TrialPlan};
use crate::trial::survival::{DayCounts, cox_two_groups, kaplan_meier, log_rank};
use crate::units::MINUTES_PER_DAY;

/// Marks of censoring on one curve.
const MOST_CENSORED: usize = 40;

/// The figures of this page.
pub fn all(shown: &Shown, design: &TrialPlan, outcomes: &TrialOutcomes) -> Vec<Figure> {
    let mut found = Vec::new();
    for (endpoint, by_arm) in design.endpoints.iter().zip(&outcomes.endpoints) {
        found.extend(arms(shown, design, endpoint, by_arm));
    }
    for (group, by_endpoint) in design.groups.iter().zip(&outcomes.groups) {
        for (endpoint, by_arm) in design.endpoints.iter().zip(by_endpoint) {
            // the arm in which most patients enter is where the comparison means something
            let Some((arm, seen)) = by_arm.iter().enumerate().max_by_key(|(at, seen)| (seen.naive_in_group.patients(), usize::MAX - at))
            else {
                continue;
            };
            let name = &shown.regimen.arms[arm].title;
            if matches!(group.entry, GroupEntry::Above { .. }) || group.landmark_min.is_none() {
                let words = format!("Not randomised. All patients, taken through the arm “{name}”.");
                found.extend(pair(shown, endpoint, group, "", [&seen.naive_in_group, &seen.naive_not], words));
            } else {
                let words = format!(
                    "Naive: not randomised, and time before the entry counts for those who entered (immortal time). All patients, taken through the arm “{name}”."
                );
                found.extend(pair(shown, endpoint, group, "_naive", [&seen.naive_in_group, &seen.naive_not], words));
                let months = group.landmark_min.unwrap_or(0.0) / MINUTES_PER_DAY / DAYS_PER_MONTH;
                let words = format!(
                    "From the landmark at {} months on: {} patients with their event or censoring before it are left out; grouped by what had happened until then.",
                    significant(months, 3),
                    seen.excluded
                );
                found.extend(pair(shown, endpoint, group, "_landmark", [&seen.in_group, &seen.not], words));
            }
        }
    }
    found
}

fn comparison(reference: (&str, &DayCounts), other: (&str, &DayCounts)) -> String {
    let p = log_rank(&[reference.1, other.1]).map_or("not computed".to_owned(), |test| p_words(test.p));
    match cox_two_groups(reference.1, other.1) {
        Ok(found) => format!(
            "Hazard ratio {} v {}: {} (95 % interval {} to {}), log-rank {p}",
            other.0,
            reference.0,
            significant(found.ratio, 3),
            significant(found.interval_95.0, 3),
            significant(found.interval_95.1, 3)
        ),
        Err(error) => format!("{} v {}: no hazard ratio ({error}), log-rank {p}", other.0, reference.0),
    }
}

fn p_words(p: f64) -> String {
    if p < 0.001 { "p < 0.001".into() } else { format!("p = {}", significant(p, 2)) }
}

fn arms(shown: &Shown, design: &TrialPlan, endpoint: &EndpointPlan, by_arm: &[DayCounts]) -> Option<Figure> {
    let names: Vec<&str> = shown.regimen.arms.iter().map(|arm| arm.name.as_str()).collect();
    let there: Vec<usize> = (0..by_arm.len()).filter(|arm| by_arm[*arm].patients() > 0).collect();
    let (first, others) = there.split_first()?;
    let groups = there
        .iter()
        .map(|arm| group(names[*arm], &crate::session::figures::capitalised(&shown.regimen.arms[*arm].title), &by_arm[*arm]))
        .collect();
    let comparison: Vec<String> =
        others.iter().map(|arm| comparison((names[*first], &by_arm[*first]), (names[*arm], &by_arm[*arm]))).collect();
    let mut more = vec![link_words(shown)];
    if design.allocation.arms.len() > 1 {
        more.push("Each patient is counted in the arm of the randomised allocation alone.".into());
    }
    let curves = SurvivalCurves {
        name: endpoint.name.clone(),
        endpoint: crate::session::figures::capitalised(endpoint.kind.title()),
        unit: "months".into(),
        groups,
        comparison,
    };
    Some(draw(&shown.about_events(&more), &curves))
}

/// Whether dose touches the events, in the words of the link, and where their medians come from.
fn link_words(shown: &Shown) -> String {
    let events = shown.regimen.events.as_ref();
    let link = events.and_then(|events| events.link.as_ref());
    let mut words = link.map_or_else(|| HazardLink::default().words(), |(_, link)| link.words());
    for (name, baseline) in events.iter().flat_map(|events| [("Progression", &events.progression), ("Death", &events.death)]) {
        let Some(baseline) = baseline else { continue };
        let origin: Vec<&str> = [&baseline.provenance, &baseline.source].into_iter().flatten().map(String::as_str).collect();
        let origin = if origin.is_empty() { "no source".to_owned() } else { origin.join(": ") };
        words.push_str(&format!(
            " {name}: median {} months ({origin}).",
            significant(baseline.median_min / MINUTES_PER_DAY / DAYS_PER_MONTH, 3)
        ));
    }
    words
}

fn pair(
    shown: &Shown,
    endpoint: &EndpointPlan,
    plan: &GroupPlan,
    ending: &str,
    [inside, outside]: [&DayCounts; 2],
    words: String,
) -> Option<Figure> {
    (inside.patients() + outside.patients() > 0).then_some(())?;
    let title = crate::session::figures::capitalised(&plan.title);
    let groups = vec![group("not", &format!("Not: {}", plan.title), outside), group("in the group", &title, inside)];
    let curves = SurvivalCurves {
        name: format!("{}_{}{ending}", endpoint.name, plan.name),
        endpoint: crate::session::figures::capitalised(endpoint.kind.title()),
        unit: "months".into(),
        groups: groups.into_iter().filter(|group| !group.at_risk.is_empty()).collect(),
        comparison: vec![comparison(("not in the group", outside), ("in the group", inside))],
    };
    let link = link_words(shown);
    Some(draw(&shown.about_events(&[words, link]), &curves))
}

fn group(name: &str, title: &str, counts: &DayCounts) -> SurvivalGroup {
    let curve = kaplan_meier(counts);
    let months = |day: u32| f64::from(day) / DAYS_PER_MONTH;
    let in_months = |day: f64| day / DAYS_PER_MONTH;
    let days = counts.events.len().max(counts.censored.len()) as u32;
    let mut at_risk = Vec::new();
    let mut last_seen = 0;
    for (day, number) in (0..days).zip(curve.at_risk_at(&(0..days).collect::<Vec<_>>())) {
        if number > 0 {
            last_seen = day;
        }
        at_risk.push((months(day), number as f64));
    }
    let censored: Vec<u32> = (0..days).filter(|day| counts.censored.get(*day as usize).is_some_and(|count| *count > 0)).collect();
    let every = censored.len().div_ceil(MOST_CENSORED).max(1);
    let (low, high) = curve.median_interval_95();
    SurvivalGroup {
        name: name.to_owned(),
        title: title.to_owned(),
        steps: curve
            .steps
            .iter()
            .map(|step| SurvivalPoint { time: months(step.day), survival: step.survival, interval_95: step.interval_95 })
            .collect(),
        at_risk: if counts.patients() > 0 { at_risk } else { Vec::new() },
        censored: censored.into_iter().step_by(every).map(months).collect(),
        last: months(last_seen),
        median: curve.median().map(|median| (in_months(median), low.map(in_months), high.map(in_months))),
    }
}
