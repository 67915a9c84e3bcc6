//! A changed scenario → what its arms come to. What did not change is not computed again: neither the compiled course, nor arms, nor solved pieces.
use super::answer::{WhatIf, arm_answer, differences};
use super::apply::Changed;
use super::bands::{Bands, bands};
use super::course;
use super::engine::Stage;
use super::pieces::Pieces;
use crate::dosimetry::course::{CoursePlan, SolveSettings};
use crate::model::Model;
use crate::regimen::{Arm, ArmResult, DeliveredTo, RegimenError, RegimenPlan, SeveralScans, deliver_with};
use crate::session::scenario::Scenario;
use crate::solve::MethodChoice;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Tolerance of the quick stage.
const QUICK_TOLERANCE: f64 = 1e-4;
/// Delivered arms that are kept.
const KEPT_ARMS: usize = 32;

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

impl From<course::Failed> for Refused {
    fn from(failed: course::Failed) -> Refused {
        match failed {
            course::Failed::Cancelled => Refused::Cancelled,
            course::Failed::Because(words) => Refused::Because(words),
        }
    }
}

/// All that an arm's course follows from, the compiled model apart.
#[derive(Clone, Debug, PartialEq)]
struct Inputs {
    parameters: Arc<[f64]>,
    shared: Arc<RegimenPlan>,
    arm: Arm,
    relative_tolerance: f64,
}

impl Inputs {
    fn deliver(&self, plan: &CoursePlan, settings: &SolveSettings, pieces: &Pieces) -> Result<ArmResult, RegimenError> {
        let to = DeliveredTo::Lent { regimen: &self.shared, arm: &self.arm };
        deliver_with(plan, to, &self.parameters, settings, &mut |job| pieces.solve(plan, job, settings))
    }
}

/// Computes answers and keeps what is warm: the compiled course, the arms delivered last and the pieces of their courses.
#[derive(Debug, Default)]
pub struct Evaluator {
    plan: Option<(CoursePlan, MethodChoice)>,
    known: Vec<(Inputs, Arc<ArmResult>)>,
    pieces: Pieces,
}

impl Evaluator {
    /// Delivers the arms of a changed scenario; without regimens the course of its administrations.
    ///
    /// # Errors
    /// Cancelled, or no such model; an arm that cannot be delivered is counted in the answer.
    pub fn evaluate(&mut self, changed: &Changed, stage: Stage, cancel: &AtomicBool) -> Result<WhatIf, Refused> {
        let scenario = &changed.scenario;
        self.compile(scenario)?;
        let mut notes = Vec::new();
        let mut relative_tolerance = scenario.solve.relative_tolerance;
        if stage == Stage::Quick {
            relative_tolerance = relative_tolerance.max(QUICK_TOLERANCE);
            notes.push(format!("quick: relative tolerance {relative_tolerance:e}"));
        }
        let settings =
            SolveSettings { relative_tolerance, method: scenario.solve.method, cancel: Some(cancel), ..SolveSettings::default() };
        let Some(regimen) = &scenario.regimens else {
            let Some((plan, _)) = &self.plan else { return Err(Refused::Because("there is no compiled model".into())) };
            let arm = course::answer(plan, scenario, &settings)?;
            return Ok(WhatIf { arms: vec![arm], computed: 1, notes, ..WhatIf::default() });
        };
        let mut regimen = regimen.clone();
        if stage == Stage::Quick && matches!(regimen.clinic.estimator.several, SeveralScans::Map(_)) {
            regimen.clinic.estimator.several = SeveralScans::MonoExponential;
            notes.push("quick: one exponential until the MAP fit is done".into());
        }
        self.deliver_arms(scenario, regimen, notes, &settings)
    }

    /// How sure an answer is; `None` where the patient's values come from no fit. `so_far` gets what is known on the way.
    ///
    /// # Errors
    /// Cancelled.
    pub fn bands(&mut self, changed: &Changed, cancel: &AtomicBool, so_far: &mut dyn FnMut(Bands)) -> Result<Option<Bands>, Refused> {
        self.compile(&changed.scenario)?;
        let Some((plan, _)) = &self.plan else { return Ok(None) };
        bands(plan, &changed.scenario, cancel, so_far)
    }

    /// The compiled course of the scenario, from before where it fits.
    fn compile(&mut self, scenario: &Scenario) -> Result<(), Refused> {
        if self.plan.as_ref().is_some_and(|(plan, method)| fits(plan, scenario) && *method == scenario.solve.method) {
            return Ok(());
        }
        self.known.clear();
        self.pieces.clear();
        // as `rpt simulate` and the comparison of `rpt run` compile it: every state more is other steps
        let balance = scenario.regimens.is_none() && scenario.model.decay.is_some();
        let plan = CoursePlan::new(scenario.model.clone(), scenario.targets.clone(), balance).map_err(Refused::Because)?;
        self.plan = Some((plan, scenario.solve.method));
        Ok(())
    }

    fn deliver_arms(
        &mut self,
        scenario: &Scenario,
        mut regimen: RegimenPlan,
        notes: Vec<String>,
        settings: &SolveSettings,
    ) -> Result<WhatIf, Refused> {
        let Some((plan, _)) = &self.plan else { return Err(Refused::Because("there is no compiled model".into())) };
        let parameters: Arc<[f64]> = scenario.model.parameter_values().into();
        let arms = std::mem::take(&mut regimen.arms);
        let regimen = Arc::new(regimen);
        let inputs: Vec<Inputs> = arms
            .into_iter()
            .map(|arm| Inputs {
                parameters: Arc::clone(&parameters),
                shared: Arc::clone(&regimen),
                arm,
                relative_tolerance: settings.relative_tolerance,
            })
            .collect();
        let known: Vec<Option<Arc<ArmResult>>> =
            inputs.iter().map(|one| self.known.iter().find(|(other, _)| other == one).map(|(_, result)| Arc::clone(result))).collect();
        let pieces = &self.pieces;
        let delivered: Vec<Result<Arc<ArmResult>, RegimenError>> = std::thread::scope(|scope| {
            let under_way: Vec<_> = inputs
                .iter()
                .zip(&known)
                .map(|(one, known)| match known {
                    Some(result) => Err(Arc::clone(result)),
                    None => Ok(scope.spawn(move || one.deliver(plan, settings, pieces))),
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
        let mut answer = WhatIf { notes, ..WhatIf::default() };
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
