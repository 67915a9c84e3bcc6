//! A dose enters whole: the shares of a dosing site add up to 1, none is negative, and the model has a way in.
use super::finding::Findings;
use super::show::number;
use super::{Case, nearly};
use crate::model::diagnostic::Severity;

pub(super) fn check(case: &Case<'_, '_>, findings: &mut Findings) {
    let model = &case.assembled.model;
    for (entry, site) in case.document.sites.iter().zip(&model.sites) {
        let shares: Vec<f64> = site.shares.iter().map(|(_, node)| case.value(*node)).collect();
        for ((compartment, _), share) in site.shares.iter().zip(&shares) {
            if share.is_nan() || *share < 0.0 {
                let message = format!("the share of `{}` in a dose to `{}` is {}", case.path(*compartment), site.name, number(*share));
                let help = "shares lie between 0 and 1";
                findings.add_as(Severity::Error, entry.entry.key_place(), message, &[&site.name]).fault().help(help);
            }
        }
        let total: f64 = shares.iter().sum();
        if total.is_finite() && !nearly(total, 1.0, 1e-6) {
            let message = format!(
                "the shares of `{}` add up to {}, so {:.3} of a dose is {}",
                site.name,
                number(total),
                (total - 1.0).abs(),
                lost(total)
            );
            let finding = findings.add(entry.entry.key_place(), message, &[&site.name]);
            finding.fault().help("shares add up to 1: give what no organ takes to a compartment of its own");
        }
        let mut named: Vec<usize> = site.shares.iter().map(|(compartment, _)| *compartment).collect();
        named.sort_unstable();
        if let Some(twice) = named.windows(2).find(|pair| pair[0] == pair[1]) {
            let message = format!("`{}` gives two shares to `{}`", site.name, case.path(twice[0]));
            findings.add(entry.entry.key_place(), message, &[&site.name]);
        }
    }
    let starts_with_something =
        model.compartments.iter().any(|compartment| compartment.initial.is_some_and(|node| case.value(node) != 0.0));
    if model.sites.is_empty() && !starts_with_something {
        let message = "nothing can enter this model: it has no dosing site and every compartment starts empty".to_string();
        let place = model.compartments.first().map_or_else(|| case.document.root.place(), |compartment| compartment.place.clone());
        findings.add(place, message, &["dosing"]).fault().help("add `dosing: {name: compartment}`, or `initial:` to a compartment");
    }
}

fn lost(total: f64) -> &'static str {
    if total < 1.0 { "lost" } else { "made from nothing" }
}
