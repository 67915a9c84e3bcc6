//! A changed scenario → what its arms come to. What did not change is not computed again.
use super::apply::Changed;
use super::engine::Stage;
use crate::dosimetry::course::{CoursePlan, SolveSettings};
use crate::model::Model;
use crate::radiobiology::blood_counts::ctcae_grade;
use crate::regimen::{Arm, ArmResult, RegimenError, RegimenPlan, SeveralScans, deliver};
use crate::session::scenario::Scenario;
use crate::trial::effect_quantity;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Tolerance of the quick stage.
const QUICK_TOLERANCE: f64 = 1e-4;
/// Delivered arms that are kept.
const KEPT_ARMS: usize = 32;

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
    /// Why it ended.
    pub ended: String,
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
#[derive(Clone, Debug, PartialEq)]
pub struct WhatIf {
    /// Arms that could be delivered.
    pub arms: Vec<ArmAnswer>,
    /// Arms that could not, with the reason.
    pub failures: Vec<String>,
    /// Every later arm against the first.
    pub differences: Vec<Difference>,
    /// Arms that were computed; the others were known.
    pub computed: usize,
    /// What a quick answer leaves out.
    pub notes: Vec<String>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refused {
    /// Cancelled, as a newer request came.
    #[error("cancelled")]
    Cancelled,
    /// The settings make no sense, or the model cannot be compiled.
    #[error("{0}")]
    Because(String),
}

/// All that an arm's course follows from, the compiled model apart.
#[derive(Clone, Debug, PartialEq)]
struct Inputs {
    parameters: Vec<f64>,
    shared: RegimenPlan,
    arm: Arm,
    relative_tolerance: f64,
}

/// Computes answers and keeps what is warm: the compiled course and the arms delivered last.
#[derive(Debug, Default)]
pub struct Evaluator {
    plan: Option<(CoursePlan, crate::solve::MethodChoice)>,
    known: Vec<(Inputs, Arc<ArmResult>)>,
}

impl Evaluator {
    /// Delivers the arms of a changed scenario.
    ///
    /// # Errors
    /// Cancelled, or no such model; an arm that cannot be delivered is counted in the answer.
    pub fn evaluate(&mut self, changed: &Changed, stage: Stage, cancel: &AtomicBool) -> Result<WhatIf, Refused> {
        let scenario = &changed.scenario;
        let none = || Refused::Because(format!("scenario `{}` declares no `regimens`", scenario.name));
        let mut regimen = scenario.regimens.clone().ok_or_else(none)?;
        let mut notes = Vec::new();
        let mut relative_tolerance = scenario.solve.relative_tolerance;
        if stage == Stage::Quick {
            relative_tolerance = relative_tolerance.max(QUICK_TOLERANCE);
            notes.push(format!("quick: relative tolerance {relative_tolerance:e}"));
            if matches!(regimen.clinic.estimator.several, SeveralScans::Map(_)) {
                regimen.clinic.estimator.several = SeveralScans::MonoExponential;
                notes.push("quick: one exponential until the MAP fit is done".into());
            }
        }
        if !self.plan.as_ref().is_some_and(|(plan, method)| fits(plan, scenario) && *method == scenario.solve.method) {
            self.known.clear();
            let plan = CoursePlan::new(scenario.model.clone(), scenario.targets.clone(), false).map_err(Refused::Because)?;
            self.plan = Some((plan, scenario.solve.method));
        }
        let Some((plan, method)) = &self.plan else { return Err(none()) };
        let settings = SolveSettings { relative_tolerance, method: *method, cancel: Some(cancel), ..SolveSettings::default() };
        let parameters = scenario.model.parameter_values();
        let arms = std::mem::take(&mut regimen.arms);
        let inputs: Vec<Inputs> = arms
            .into_iter()
            .map(|arm| Inputs { parameters: parameters.clone(), shared: regimen.clone(), arm, relative_tolerance })
            .collect();
        let known: Vec<Option<Arc<ArmResult>>> =
            inputs.iter().map(|one| self.known.iter().find(|(other, _)| other == one).map(|(_, result)| Arc::clone(result))).collect();
        let delivered: Vec<Result<Arc<ArmResult>, RegimenError>> = std::thread::scope(|scope| {
            let under_way: Vec<_> = inputs
                .iter()
                .zip(&known)
                .map(|(one, known)| match known {
                    Some(result) => Err(Arc::clone(result)),
                    None => Ok(scope.spawn(move || deliver(plan, &one.shared, &one.arm, &one.parameters, &settings))),
                })
                .collect();
            under_way
                .into_iter()
                .zip(&inputs)
                .map(|(one, inputs)| match one {
                    Err(known) => Ok(known),
                    Ok(thread) => match thread.join() {
                        Ok(result) => result.map(Arc::new),
                        Err(_) => Err(RegimenError {
                            arm: inputs.arm.name.clone(),
                            cycle: 0,
                            problem: "the work ended by an error of the program; please report it".into(),
                            cancelled: false,
                        }),
                    },
                })
                .collect()
        });
        let mut answer = WhatIf { arms: Vec::new(), failures: Vec::new(), differences: Vec::new(), computed: 0, notes };
        let mut cancelled = false;
        for ((inputs, known), result) in inputs.into_iter().zip(known).zip(delivered) {
            match result {
                Ok(result) => {
                    answer.arms.push(arm_answer(scenario, &regimen, &result));
                    // newest last
                    self.known.retain(|(other, _)| *other != inputs);
                    self.known.push((inputs, result));
                    answer.computed += usize::from(known.is_none());
                }
                Err(error) if error.cancelled => cancelled = true,
                Err(error) => answer.failures.push(error.to_string()),
            }
        }
        let excess = self.known.len().saturating_sub(KEPT_ARMS);
        self.known.drain(..excess);
        if cancelled {
            return Err(Refused::Cancelled);
        }
        answer.differences = differences(&answer.arms);
        Ok(answer)
    }
}

/// Whether the compiled course is that of the scenario, whatever the values of its parameters.
fn fits(plan: &CoursePlan, scenario: &Scenario) -> bool {
    let (a, b) = (&plan.model, &scenario.model);
    let shape = |model: &Model| {
        let compartments: Vec<_> = model.compartments.iter().map(|one| (one.path.clone(), one.volume, one.initial, one.decays)).collect();
        let flows: Vec<_> = model.flows.iter().map(|flow| (flow.from, flow.to, flow.rates.clone())).collect();
        let observables: Vec<_> = model.observables.iter().map(|one| (one.name.clone(), one.kind, one.nodes.clone())).collect();
        let sites: Vec<_> = model.sites.iter().map(|site| (site.name.clone(), site.shares.clone())).collect();
        let decay = model.decay.as_ref().map(|decay| (decay.rate, decay.from, decay.to));
        (compartments, flows, observables, sites, decay, model.activity_per_amount, model.nuclide.map(|nuclide| nuclide.name.clone()))
    };
    let same_targets = plan.targets.len() == scenario.targets.len()
        && plan.targets.iter().zip(&scenario.targets).all(|(a, b)| a.name == b.name && a.terms == b.terms && a.repair == b.repair);
    let paths = |model: &Model| model.parameters.iter().map(|parameter| parameter.path.clone()).collect::<Vec<_>>();
    let derived = |model: &Model| model.derived.iter().map(|derived| (derived.path.clone(), derived.node)).collect::<Vec<_>>();
    same_targets && a.graph.nodes() == b.graph.nodes() && paths(a) == paths(b) && derived(a) == derived(b) && shape(a) == shape(b)
}

fn arm_answer(scenario: &Scenario, regimen: &RegimenPlan, result: &ArmResult) -> ArmAnswer {
    let targets = scenario.targets.iter().enumerate().map(|(position, target)| TargetAnswer {
        name: target.name.clone(),
        title: target.title.clone(),
        absorbed_gy: result.totals[position].absorbed_gy,
        bed_gy: result.totals[position].bed_gy,
        estimated_gy: result.estimated_gy(position).filter(|_| !result.cycles.is_empty()),
        dose_rate_gy_per_h: result.dose_rates_gy_per_h[position].clone(),
    });
    let effects = scenario.effects.iter().map(|effect| {
        let target = &scenario.targets[effect.target];
        let value_gy = effect_quantity(effect.relation.quantity, &result.totals[effect.target], target.repair);
        EffectAnswer {
            target: target.name.clone(),
            relation: effect.relation.name.clone(),
            endpoint: effect.relation.endpoint.clone(),
            value_gy,
            probability: value_gy.and_then(|value| effect.relation.curve.probability(value)),
            reading: value_gy.and_then(|value| effect.relation.reading(value)),
            evidence: effect.relation.evidence.word(),
        }
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
        cycles: result.cycles.iter().map(|cycle| (cycle.time_min, cycle.activity_mbq)).collect(),
        activity_mbq: result.activity_mbq(),
        targets: targets.collect(),
        effects: effects.collect(),
        counts: counts.collect(),
        times_min: result.times_min.clone(),
        count_times_min: result.curves.times_min.clone(),
        ended: result.ended.clone(),
    }
}

fn differences(arms: &[ArmAnswer]) -> Vec<Difference> {
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
