//! A course under way: give a dose, advance, read off; the next dose may depend on what was measured.
use std::sync::atomic::AtomicBool;

use super::balance::{Balance, CompartmentBalance};
use super::plan::CoursePlan;
use crate::model::checked::ObservableKind;
use crate::solve::{Bolus, Infusion, Method, MethodChoice, Schedule, Statistics};

/// Doses given at one site at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Administration {
    /// When it starts (min).
    pub time_min: f64,
    /// Position of the dosing site.
    pub site: usize,
    /// Amount of the labelled (or only) ligand, in the model's unit of amounts.
    pub labelled: f64,
    /// Amount of the ligand that decay turns it into (the unlabelled one).
    pub unlabelled: f64,
    /// How long it takes (min); 0 is a bolus.
    pub duration_min: f64,
}

/// Tolerances and method of the solves of a course.
#[derive(Clone, Copy, Debug)]
pub struct SolveSettings<'a> {
    /// Local error relative to each state.
    pub relative_tolerance: f64,
    /// Absolute tolerance of amounts, relative to the largest amount given.
    pub amount_floor: f64,
    /// Which method.
    pub method: MethodChoice,
    /// Set from outside to stop.
    pub cancel: Option<&'a AtomicBool>,
}

impl Default for SolveSettings<'_> {
    fn default() -> Self {
        SolveSettings { relative_tolerance: 1e-6, amount_floor: 1e-12, method: MethodChoice::Automatic, cancel: None }
    }
}

/// A course that could not go on.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CourseError {
    /// The solver failed; the sentence names time and compartment.
    #[error("{sentence}")]
    Solve {
        /// What happened.
        sentence: String,
        /// Whether it was cancelled from outside.
        cancelled: bool,
    },
    /// A dose cannot be given.
    #[error("{0}")]
    Dose(String),
}

/// Observables over time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Samples {
    /// Times (min).
    pub times_min: Vec<f64>,
    /// Per observable: labelled amount, concentration, share of what was injected (1 is 100 %) or value in internal units, one per time.
    pub values: Vec<Vec<f64>>,
    /// Per observable: activity (MBq) or activity concentration (MBq/L); empty where the model has no activity.
    pub activities: Vec<Vec<f64>>,
    /// Per target: dose rate (Gy/h).
    pub dose_rates_gy_per_h: Vec<Vec<f64>>,
    /// Per target: absorbed dose so far (Gy).
    pub doses_gy: Vec<Vec<f64>>,
}

impl Samples {
    /// Forgets what was sampled.
    pub fn clear(&mut self) {
        self.times_min.clear();
        for curves in [&mut self.values, &mut self.activities, &mut self.dose_rates_gy_per_h, &mut self.doses_gy] {
            curves.iter_mut().for_each(Vec::clear);
        }
    }
}

/// Dose to a target up to the present time of a course.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TargetDose {
    /// Absorbed dose (Gy).
    pub absorbed_gy: f64,
    /// Lea–Catcheside integral 2∫R·y dt (Gy²), where the target has a repair half-time.
    pub protraction_gy2: Option<f64>,
    /// BED (Gy), where the target has α/β and a repair half-time.
    pub bed_gy: Option<f64>,
}

/// A course under way.
#[derive(Clone, Debug)]
pub struct Course<'p> {
    /// What is computed.
    pub plan: &'p CoursePlan,
    pub(super) parameters: Vec<f64>,
    registers: Vec<[f64; 1]>,
    /// Present time (min).
    pub time_min: f64,
    state: Vec<f64>,
    pub(super) schedule: Schedule,
    /// What was sampled so far.
    pub samples: Samples,
    /// Start (min), duration (min) and labelled amount of every dose, for shares of what was injected so far.
    given: Vec<(f64, f64, f64)>,
    pub(super) largest_amount: f64,
    /// What the solves cost so far.
    pub statistics: Statistics,
    /// The method of the last solve and why.
    pub method: Option<(Method, String)>,
}

impl<'p> Course<'p> {
    /// A course at time 0 with nothing given. `parameters` in the order of the model's.
    pub fn new(plan: &'p CoursePlan, parameters: &[f64]) -> Course<'p> {
        let state = plan.system.initial_state(parameters);
        let ligands = plan.model.ligands.len();
        let labelled = plan.model.labelled();
        let injected = (0..plan.model.compartments.len()).map(|compartment| state[compartment * ligands + labelled]).sum();
        let observables = plan.model.observables.len();
        let mut registers = plan.outputs.prepare(parameters);
        plan.outputs.evaluate(&mut registers, 0.0, &state[..plan.model.state_count()]);
        Course {
            plan,
            parameters: parameters.to_vec(),
            registers,
            time_min: 0.0,
            largest_amount: state.iter().copied().fold(0.0, f64::max),
            state,
            schedule: Schedule::default(),
            samples: Samples {
                times_min: Vec::new(),
                values: vec![Vec::new(); observables],
                activities: vec![Vec::new(); observables],
                dose_rates_gy_per_h: vec![Vec::new(); plan.targets.len()],
                doses_gy: vec![Vec::new(); plan.targets.len()],
            },
            given: vec![(0.0, 0.0, injected)],
            statistics: Statistics::default(),
            method: None,
        }
    }

    /// The parameters that hold now, in the order of the model's.
    pub fn parameters(&self) -> &[f64] {
        &self.parameters
    }

    /// Changes the parameters from the present time on; amounts stay where they are.
    pub fn set_parameters(&mut self, parameters: &[f64]) {
        self.parameters = parameters.to_vec();
        self.registers = self.plan.outputs.prepare(parameters);
        self.plan.outputs.evaluate(&mut self.registers, self.time_min, &self.state[..self.plan.model.state_count()]);
    }

    pub(super) fn outputs(&self) -> Vec<f64> {
        let mut found = vec![0.0; self.plan.output_count];
        self.plan.outputs.outputs(&self.registers, &mut found);
        found
    }

    /// MBq per unit of amount of the labelled ligand; 0 where the model has no activity.
    pub fn activity_per_amount(&self) -> f64 {
        self.outputs()[self.plan.model.observables.len()]
    }

    /// Gives a dose at or after the present time.
    pub fn administer(&mut self, dose: Administration) -> Result<(), CourseError> {
        let refuse = |sentence: String| Err(CourseError::Dose(sentence));
        if dose.time_min < self.time_min {
            return refuse(format!("a dose at {} min lies before the present {} min", dose.time_min, self.time_min));
        }
        for (what, value) in
            [("labelled amount", dose.labelled), ("unlabelled amount", dose.unlabelled), ("duration (min)", dose.duration_min)]
        {
            if !value.is_finite() || value < 0.0 {
                return refuse(format!("the {what} of a dose must be 0 or more, found {value}"));
            }
        }
        let model = &self.plan.model;
        let first: usize = model.sites[..dose.site].iter().map(|site| site.shares.len()).sum();
        let shares = &self.outputs()[model.observables.len() + 1 + first..];
        let labelled = model.labelled();
        let partner = model.decay.as_ref().and_then(|decay| decay.to);
        if dose.unlabelled > 0.0 && partner.is_none() {
            return refuse("an unlabelled amount needs a model whose labelled ligand decays to an unlabelled one".into());
        }
        let mut amounts = Vec::new();
        for ((compartment, _), share) in model.sites[dose.site].shares.iter().zip(shares) {
            if !share.is_finite() || *share < 0.0 {
                let path = &model.compartments[*compartment].path;
                return refuse(format!("the share of the dose that goes to `{path}` must be 0 or more, found {share}"));
            }
            for (ligand, amount) in [(Some(labelled), dose.labelled), (partner, dose.unlabelled)] {
                if let Some(ligand) = ligand
                    && amount * share > 0.0
                {
                    amounts.push((model.state(*compartment, ligand), amount * share));
                }
            }
        }
        let taken: f64 = amounts.iter().filter(|(state, _)| state % model.ligands.len() == labelled).map(|(_, amount)| amount).sum();
        self.given.push((dose.time_min, dose.duration_min, taken));
        self.largest_amount = amounts.iter().map(|(_, amount)| *amount).fold(self.largest_amount, f64::max);
        if dose.duration_min == 0.0 {
            self.schedule.boluses.push(Bolus { time: dose.time_min, amounts });
        } else {
            // late in a course `start + duration` is rounded: divide by the time that the infusion really takes
            let (start, stop) = (dose.time_min, dose.time_min + dose.duration_min);
            if stop <= start {
                return refuse(format!("an infusion of {} min is too short at {start} min", dose.duration_min));
            }
            let rates = amounts.into_iter().map(|(state, amount)| (state, amount / (stop - start))).collect();
            self.schedule.infusions.push(Infusion { start, stop, rates });
        }
        Ok(())
    }

    /// Takes over what a solve until `until_min` has reached.
    pub(super) fn take_state(&mut self, until_min: f64, state: Vec<f64>, part: Statistics) {
        self.state = state;
        self.time_min = until_min;
        let total = &mut self.statistics;
        total.steps += part.steps;
        total.rejected += part.rejected;
        total.rate_evaluations += part.rate_evaluations;
        total.jacobian_evaluations += part.jacobian_evaluations;
        total.factorisations += part.factorisations;
        total.pivoted_fallbacks += part.pivoted_fallbacks;
    }

    /// Samples everything at a state of the course.
    pub(super) fn record(&mut self, time_min: f64, state: &[f64]) {
        let model = &self.plan.model;
        self.plan.outputs.evaluate(&mut self.registers, time_min, &state[..model.state_count()]);
        let mut found = vec![0.0; self.plan.output_count];
        self.plan.outputs.outputs(&self.registers, &mut found);
        let factor = found[model.observables.len()];
        self.samples.times_min.push(time_min);
        let injected = self.injected_until(time_min);
        for (position, observable) in model.observables.iter().enumerate() {
            if observable.kind == ObservableKind::PercentInjected {
                self.samples.values[position].push(if injected > 0.0 { found[position] / injected } else { 0.0 });
                continue;
            }
            self.samples.values[position].push(found[position]);
            if factor > 0.0 && observable.kind != ObservableKind::Value {
                self.samples.activities[position].push(found[position] * factor);
            }
        }
        for (target, terms) in self.plan.dose_terms.iter().enumerate() {
            let per_min: f64 = terms.iter().map(|(observable, s)| s * factor * found[*observable]).sum();
            self.samples.dose_rates_gy_per_h[target].push(per_min * crate::units::MINUTES_PER_HOUR);
            self.samples.doses_gy[target].push(absorbed_gy(self.plan, target, state));
        }
    }

    /// Labelled amount given until `time_min`; an infusion counts as far as it went.
    pub(super) fn injected_until(&self, time_min: f64) -> f64 {
        given_until(&self.given, time_min)
    }

    /// Present state, riders included.
    pub fn state(&self) -> &[f64] {
        &self.state
    }

    /// Time-integrated activity so far of each observable that is a region (MBq·h).
    pub fn cumulated_mbq_h(&self, observable: usize) -> Option<f64> {
        self.plan.cumulated[observable].map(|state| self.state[state] / crate::units::MINUTES_PER_HOUR)
    }

    /// Doses so far, one per target.
    pub fn doses(&self) -> Vec<TargetDose> {
        (0..self.plan.targets.len())
            .map(|target| {
                let absorbed = absorbed_gy(self.plan, target, &self.state);
                let protraction = self.plan.protraction[target].map(|state| self.state[state]);
                let bed = protraction
                    .zip(self.plan.targets[target].repair)
                    .map(|(protraction, repair)| absorbed + protraction / repair.alpha_beta_gy);
                TargetDose { absorbed_gy: absorbed, protraction_gy2: protraction, bed_gy: bed }
            })
            .collect()
    }

    /// The balance of the labelled ligand at the present time; `None` where the plan did not ask for it.
    pub fn balance(&self) -> Option<Balance> {
        let model = &self.plan.model;
        let decay_rate = self.outputs()[self.plan.output_count - 1];
        let compartments = model
            .compartments
            .iter()
            .enumerate()
            .map(|(position, compartment)| {
                let integral = self.state[self.plan.compartment_integrals[position]?];
                Some(CompartmentBalance {
                    path: compartment.path.clone(),
                    left: self.state[model.state(position, model.labelled())],
                    decayed: if compartment.decays { decay_rate * integral } else { 0.0 },
                })
            })
            .collect::<Option<Vec<_>>>()?;
        Some(Balance { injected: self.injected_until(self.time_min), compartments })
    }
}

pub(super) fn absorbed_gy(plan: &CoursePlan, target: usize, state: &[f64]) -> f64 {
    plan.dose_terms[target].iter().map(|(observable, s)| plan.cumulated[*observable].map_or(0.0, |position| s * state[position])).sum()
}

/// How much of `given`, each with start (min), duration (min) and amount, was given until `time_min`; an infusion counts as far as it went.
pub(super) fn given_until(given: &[(f64, f64, f64)], time_min: f64) -> f64 {
    let share = |start: f64, duration: f64| {
        if time_min < start {
            0.0
        } else if duration > 0.0 {
            ((time_min - start) / duration).min(1.0)
        } else {
            1.0
        }
    };
    given.iter().map(|(start, duration, amount)| amount * share(*start, *duration)).sum()
}
