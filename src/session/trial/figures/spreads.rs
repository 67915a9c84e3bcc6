//! Distributions by arm: doses, shares above a dose, differences between arms, lowest counts.
use super::Shown;
use crate::dosimetry::course::DoseTarget;
use crate::regimen::LimitQuantity;
use crate::report::Figure;
use crate::report::number_text::shortest;
use crate::session::figures::trial::{
    ArmSpread, Histogram, LimitLine, LineageNadirs, MOST_POINTS, SpreadPanel, dose_distributions, exceedance, nadirs, paired_differences,
};

/// The figures of this page.
pub fn all(shown: &Shown) -> Vec<Figure> {
    let about = shown.about(&[]);
    let arms = shown.arms();
    let organs = organs(shown, |shown, name| shown.arm_spreads(name));
    let mut found = Vec::new();
    if organs.is_empty() {
        return found;
    }
    found.extend(dose_distributions(&about, &arms, &organs));
    found.extend(exceedance(&about, &arms, &organs));
    if arms.len() > 1 {
        let differences = self::organs(shown, differences);
        if differences.iter().any(|organ| organ.arms.iter().any(|arm| arm.histogram.ends().is_some_and(|(low, high)| high - low > 1e-9))) {
            found.extend(paired_differences(&about, &arms, 0, &differences));
        }
    }
    if let Some(counts) = &shown.regimen.physiology.counts {
        let lineages: Vec<LineageNadirs> = counts
            .lineages
            .iter()
            .map(|lineage| {
                let name = lineage.kind.name();
                let days = shown.arm_spreads(&format!("{name}_nadir_day"));
                LineageNadirs { kind: lineage.kind, nadirs: shown.arm_spreads(&format!("{name}_nadir")), days }
            })
            .collect();
        found.extend(nadirs(&about, &arms, &lineages));
    }
    found
}

/// One panel a target: absorbed dose, and BED where the rules look at it.
fn organs(shown: &Shown, spreads: impl Fn(&Shown, &str) -> Vec<ArmSpread>) -> Vec<SpreadPanel> {
    let mut panels = Vec::new();
    for (position, target) in shown.scenario.targets.iter().enumerate() {
        let mut add = |quantity: &str, name: String, limit: LimitQuantity| {
            let arms = spreads(shown, &name);
            if arms.iter().any(|arm| !arm.histogram.is_empty()) {
                panels.push(SpreadPanel {
                    title: target.title.clone(),
                    quantity: quantity.to_owned(),
                    unit: "Gy".to_owned(),
                    limits: limits(shown, position, limit),
                    arms,
                });
            }
        };
        add("Absorbed dose", format!("{}_dose", target.name), LimitQuantity::AbsorbedDose);
        if looks_at_bed(shown, position, target) {
            add("BED", format!("{}_bed", target.name), LimitQuantity::Bed);
        }
    }
    panels
}

fn looks_at_bed(shown: &Shown, position: usize, target: &DoseTarget) -> bool {
    let limits = shown.regimen.arms.iter().flat_map(|arm| &arm.limits);
    target.repair.is_some() && limits.clone().any(|limit| limit.target == position && limit.quantity == LimitQuantity::Bed)
}

fn limits(shown: &Shown, target: usize, quantity: LimitQuantity) -> Vec<LimitLine> {
    let mut found: Vec<LimitLine> = Vec::new();
    for limit in shown.regimen.arms.iter().flat_map(|arm| &arm.limits).filter(|limit| limit.target == target && limit.quantity == quantity)
    {
        for value in [Some(limit.limit_gy), limit.with_risk_factor_gy].into_iter().flatten() {
            if !found.iter().any(|line| line.value == value) {
                found.push(LimitLine { value, words: format!("{} Gy", shortest(value)) });
            }
        }
    }
    found
}

/// What each arm gave beyond the first; nothing for the first itself.
fn differences(shown: &Shown, name: &str) -> Vec<ArmSpread> {
    let Some(column) = shown.column(name) else { return Vec::new() };
    let first = shown.values(0, name);
    let mut found = vec![ArmSpread::default()];
    for (before, spreads) in shown.summary.differences.iter().enumerate() {
        let own = shown.values(before + 1, name);
        let points = own.iter().zip(&first).filter_map(|(own, first)| Some((*own)? - (*first)?)).take(MOST_POINTS).collect();
        let histogram = spreads.get(column).map(|spread| Histogram::of_bins(spread.bins())).unwrap_or_default();
        found.push(ArmSpread { histogram, points });
    }
    found
}
