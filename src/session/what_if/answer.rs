//! What comes out of a changed scenario: arms with doses, effects, counts and curves; what they differ in; how sure it is.
use super::bands::Bands;
use crate::dosimetry::course::TargetDose;
use crate::radiobiology::blood_counts::ctcae_grade;
use crate::radiobiology::registry::Effect;
use crate::regimen::{Adaptation, ArmResult, RegimenPlan, SeveralScans};
use crate::session::scenario::{EffectPlan, Scenario};
use crate::trial::effect_quantity;

/// Dose to one target in one arm.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetAnswer {
    /// Its name.
    pub name: String,
    /// Words.
    pub title: String,
    /// True absorbed dose (Gy).
    pub absorbed_gy: f64,
    /// True BED (Gy), where it has radiobiology.
    pub bed_gy: Option<f64>,
    /// What the clinic estimated (Gy), where every cycle has an estimate.
    pub estimated_gy: Option<f64>,
    /// Dose rate (Gy/h) at the times of the arm.
    pub dose_rate_gy_per_h: Vec<f64>,
}

/// A dose–effect relation in one arm.
#[derive(Clone, Debug, PartialEq)]
pub struct EffectAnswer {
    /// Name of the target.
    pub target: String,
    /// Name of the relation.
    pub relation: String,
    /// `NTCP` or `TCP`.
    pub kind: &'static str,
    /// What is counted.
    pub endpoint: String,
    /// What it reads of the dose (Gy).
    pub value_gy: Option<f64>,
    /// Probability (0 to 1); `None` for limits, which have a reading.
    pub probability: Option<f64>,
    /// What a limit says.
    pub reading: Option<String>,
    /// The evidence in one word.
    pub evidence: &'static str,
    /// All that a report says of it: source, evidence, caveats.
    pub sentences: Vec<String>,
}

/// One lineage of blood cells in one arm.
#[derive(Clone, Debug, PartialEq)]
pub struct Counts {
    /// Words.
    pub title: &'static str,
    /// Unit of the counts.
    pub unit: &'static str,
    /// Before treatment.
    pub baseline: f64,
    /// Lowest value and its day after the first administration.
    pub nadir: Option<(f64, f64)>,
    /// CTCAE grade of the nadir.
    pub grade: u8,
    /// At the times of the counts.
    pub values: Vec<f64>,
}

/// One arm.
#[derive(Clone, Debug, PartialEq)]
pub struct ArmAnswer {
    /// Its name.
    pub name: String,
    /// Words.
    pub title: String,
    /// What it adapts, in words.
    pub rule: &'static str,
    /// Whether it adapts anything.
    pub adapts: bool,
    /// Time (min) and activity (MBq) of each cycle.
    pub cycles: Vec<(f64, f64)>,
    /// Activity of all cycles (MBq).
    pub activity_mbq: f64,
    /// Doses, one per target.
    pub targets: Vec<TargetAnswer>,
    /// Dose–effect relations.
    pub effects: Vec<EffectAnswer>,
    /// Blood counts.
    pub counts: Vec<Counts>,
    /// Times of the dose rates (min).
    pub times_min: Vec<f64>,
    /// Times of the counts (min).
    pub count_times_min: Vec<f64>,
    /// Further curves at the times of the dose rates: the observables of a single course.
    pub observed: Vec<Observed>,
    /// Why it ended.
    pub ended: String,
    /// Cycles whose activity was cut to the largest allowed, and cycles that were held back.
    pub cut_and_delayed: (usize, usize),
}

/// An observable of a single course over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// Words.
    pub title: String,
    /// Unit of its values.
    pub unit: String,
    /// At the times of the dose rates.
    pub values: Vec<f64>,
}

/// What a later arm gives beyond the first.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The arm.
    pub arm: String,
    /// The arm it is compared with.
    pub reference: String,
    /// More activity (MBq).
    pub activity_mbq: f64,
    /// More cycles.
    pub cycles: i64,
    /// More absorbed dose (Gy), one per target.
    pub absorbed_gy: Vec<f64>,
    /// More BED (Gy), one per target.
    pub bed_gy: Vec<Option<f64>>,
    /// Higher probability, one per relation.
    pub probability: Vec<Option<f64>>,
}

/// The answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WhatIf {
    /// Arms that could be delivered.
    pub arms: Vec<ArmAnswer>,
    /// Arms that could not, with the reason.
    pub failures: Vec<String>,
    /// Every later arm against the first.
    pub differences: Vec<Difference>,
    /// Arms that were computed; the others were known.
    pub computed: usize,
    /// What a quick answer leaves out, and what else must be known of the numbers.
    pub notes: Vec<String>,
    /// How sure the numbers are, where the patient's values come from a fit: after the numbers.
    pub bands: Option<Bands>,
}

/// Whether the clinic sees the target itself. Without its own region an estimate is the cross-dose of others alone, and would be read as its dose.
/// A MAP fit predicts regions that are not imaged; a target without a region of its own has its dose from others.
fn is_imaged(regimen: &RegimenPlan, scenario: &Scenario, target: &str) -> bool {
    let clinic = &regimen.clinic;
    let has_region = scenario.model.observables.iter().any(|observable| observable.name == target);
    !has_region
        || matches!(clinic.estimator.several, SeveralScans::Map(_))
        || clinic.imaging.iter().any(|protocol| protocol.region == target)
}

/// What one delivered arm came to.
pub(super) fn arm_answer(scenario: &Scenario, regimen: &RegimenPlan, result: &ArmResult) -> ArmAnswer {
    let targets = scenario.targets.iter().enumerate().map(|(position, target)| TargetAnswer {
        name: target.name.clone(),
        title: target.title.clone(),
        absorbed_gy: result.totals[position].absorbed_gy,
        bed_gy: result.totals[position].bed_gy,
        estimated_gy: result.estimated_gy(position).filter(|_| !result.cycles.is_empty() && is_imaged(regimen, scenario, &target.name)),
        dose_rate_gy_per_h: result.dose_rates_gy_per_h[position].clone(),
    });
    let lineages = regimen.physiology.counts.iter().flat_map(|counts| &counts.lineages).enumerate();
    let counts = lineages.map(|(position, lineage)| {
        let nadir = result.curves.nadir(position);
        Counts {
            title: lineage.kind.title(),
            unit: lineage.kind.unit(),
            baseline: lineage.baseline,
            nadir,
            grade: nadir.map_or(0, |(nadir, _)| ctcae_grade(lineage.kind, nadir)),
            values: result.curves.counts[position].clone(),
        }
    });
    ArmAnswer {
        name: result.arm.name.clone(),
        title: result.arm.title.clone(),
        rule: result.arm.adaptation.words(),
        adapts: result.arm.adaptation != Adaptation::Fixed,
        cycles: result.cycles.iter().map(|cycle| (cycle.time_min, cycle.activity_mbq)).collect(),
        activity_mbq: result.activity_mbq(),
        targets: targets.collect(),
        effects: effects_of(scenario, &result.totals),
        counts: counts.collect(),
        times_min: result.times_min.clone(),
        count_times_min: result.curves.times_min.clone(),
        observed: Vec::new(),
        ended: result.ended.clone(),
        cut_and_delayed: (
            result.cycles.iter().filter(|cycle| cycle.wanted_mbq.is_some()).count(),
            result.cycles.iter().filter(|cycle| cycle.delay_min > 0.0).count(),
        ),
    }
}

/// What the dose–effect relations say of these doses, one per target.
pub(super) fn effects_of(scenario: &Scenario, doses: &[TargetDose]) -> Vec<EffectAnswer> {
    let of_one = |effect: &EffectPlan| {
        let target = &scenario.targets[effect.target];
        let value_gy = effect_quantity(effect.relation.quantity, &doses[effect.target], target.repair);
        EffectAnswer {
            target: target.name.clone(),
            relation: effect.relation.name.clone(),
            kind: match effect.relation.effect {
                Effect::Toxicity => "NTCP",
                Effect::Response => "TCP",
            },
            endpoint: effect.relation.endpoint.clone(),
            value_gy,
            probability: value_gy.and_then(|value| effect.relation.curve.probability(value)),
            reading: value_gy.and_then(|value| effect.relation.reading(value)),
            evidence: effect.relation.evidence.word(),
            sentences: effect.relation.report_sentences(),
        }
    };
    scenario.effects.iter().map(of_one).collect()
}

/// Every later arm against the first.
pub(super) fn differences(arms: &[ArmAnswer]) -> Vec<Difference> {
    let Some((first, others)) = arms.split_first() else { return Vec::new() };
    let less = |a: Option<f64>, b: Option<f64>| a.zip(b).map(|(a, b)| a - b);
    others
        .iter()
        .map(|arm| {
            let targets = || arm.targets.iter().zip(&first.targets);
            Difference {
                arm: arm.name.clone(),
                reference: first.name.clone(),
                activity_mbq: arm.activity_mbq - first.activity_mbq,
                cycles: arm.cycles.len() as i64 - first.cycles.len() as i64,
                absorbed_gy: targets().map(|(a, b)| a.absorbed_gy - b.absorbed_gy).collect(),
                bed_gy: targets().map(|(a, b)| less(a.bed_gy, b.bed_gy)).collect(),
                probability: arm.effects.iter().zip(&first.effects).map(|(a, b)| less(a.probability, b.probability)).collect(),
            }
        })
        .collect()
}
