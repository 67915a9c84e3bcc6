//! How sure the numbers are: the arms (or the one course) in many patients drawn from the fit that the patient's values come from, each with noise of its own in the
//! clinic; 95 % intervals. Seeds and draws are those of the table `regimens_uncertainty` of a run. Arms go through the lanes of the solver on two threads.
use super::answer::effects_of;
use super::course;
use super::evaluate::Refused;
use crate::dosimetry::course::{CoursePlan, SolveSettings, TargetDose};
use crate::math::InstructionSet;
use crate::session::scenario::{PatientUncertainty, Scenario};
use crate::session::simulation::interval;
use crate::trial::{PatientArm, deliver_patients};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;

/// What is known so far is told after so many patients, and whenever they have doubled.
const FIRST_TOLD: usize = 20;

/// A 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    /// 2.5 % of the patients lie below.
    pub low: f64,
    /// 2.5 % of the patients lie above.
    pub high: f64,
}

/// Intervals of one arm.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ArmBands {
    /// The arm.
    pub name: String,
    /// Absorbed dose and BED (Gy), one per target.
    pub targets: Vec<(Option<Band>, Option<Band>)>,
    /// Probability (0 to 1), one per relation.
    pub effects: Vec<Option<Band>>,
}

/// Intervals of all arms.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bands {
    /// One per arm of the scenario.
    pub arms: Vec<ArmBands>,
    /// Patients solved so far.
    pub drawn: usize,
    /// Patients to be solved.
    pub of: usize,
    /// Arms that could not be delivered to a drawn patient: they are in no interval.
    pub failed: usize,
}

/// The doses of the drawn patients, by arm.
struct Drawn<'s> {
    scenario: &'s Scenario,
    names: Vec<String>,
    doses: Vec<Vec<Vec<TargetDose>>>,
    delivered: usize,
    failed: usize,
    of: usize,
}

impl<'s> Drawn<'s> {
    fn new(scenario: &'s Scenario, names: Vec<String>, of: usize) -> Drawn<'s> {
        Drawn { scenario, doses: vec![Vec::new(); names.len()], names, delivered: 0, failed: 0, of }
    }

    fn take(&mut self, arm: usize, doses: Option<Vec<TargetDose>>, so_far: &mut dyn FnMut(Bands)) {
        let before = self.patients();
        self.delivered += 1;
        match doses {
            Some(doses) => self.doses[arm].push(doses),
            None => self.failed += 1,
        }
        let now = self.patients();
        if now > before && now < self.of && now >= FIRST_TOLD && (now / FIRST_TOLD).is_power_of_two() && now.is_multiple_of(FIRST_TOLD) {
            so_far(self.bands());
        }
    }

    fn patients(&self) -> usize {
        self.delivered / self.names.len().max(1)
    }

    fn bands(&self) -> Bands {
        let band = |values: Vec<f64>| interval(&values).map(|found| Band { low: found.low, high: found.high });
        let arms = self.names.iter().zip(&self.doses).map(|(name, patients)| {
            let of_target = |target: usize| {
                let absorbed = patients.iter().map(|doses| doses[target].absorbed_gy).collect();
                (band(absorbed), band(patients.iter().filter_map(|doses| doses[target].bed_gy).collect()))
            };
            let effects: Vec<_> = patients.iter().map(|doses| effects_of(self.scenario, doses)).collect();
            let of_effect = |effect: usize| band(effects.iter().filter_map(|of_patient| of_patient[effect].probability).collect());
            ArmBands {
                name: name.clone(),
                targets: (0..self.scenario.targets.len()).map(of_target).collect(),
                effects: (0..self.scenario.effects.len()).map(of_effect).collect(),
            }
        });
        Bands { arms: arms.collect(), drawn: self.patients(), of: self.of, failed: self.failed }
    }
}

/// The intervals of a scenario's arms, or of its course.
pub(super) fn bands(
    plan: &CoursePlan,
    scenario: &Scenario,
    cancel: &AtomicBool,
    so_far: &mut dyn FnMut(Bands),
) -> Result<Option<Bands>, Refused> {
    let Some(known) = &scenario.uncertainty else { return Ok(None) };
    // the fit's spread lies about its own estimates
    for (at, estimate) in known.spread.positions().iter().zip(known.spread.values()) {
        let parameter = &scenario.model.parameters[*at];
        if (parameter.value - estimate).abs() > 1e-9 * estimate.abs() {
            return Err(Refused::Because(format!("`{}` was turned away from the fit's estimate", parameter.path)));
        }
    }
    let settings = SolveSettings {
        relative_tolerance: scenario.solve.relative_tolerance,
        method: scenario.solve.method,
        cancel: Some(cancel),
        ..SolveSettings::default()
    };
    let parameters = scenario.model.parameter_values();
    let drawn = match &scenario.regimens {
        None => of_course(plan, scenario, known, &parameters, &settings, so_far)?,
        Some(_) => of_arms(plan, scenario, known, &parameters, &settings, so_far)?,
    };
    if cancel.load(Ordering::Relaxed) { Err(Refused::Cancelled) } else { Ok(Some(drawn.bands())) }
}

fn of_course<'s>(
    plan: &CoursePlan,
    scenario: &'s Scenario,
    known: &PatientUncertainty,
    parameters: &[f64],
    settings: &SolveSettings,
    so_far: &mut dyn FnMut(Bands),
) -> Result<Drawn<'s>, Refused> {
    let mut drawn = Drawn::new(scenario, vec!["course".into()], known.draws);
    for draw in 0..known.draws {
        let patient = known.spread.draw(known.seed, draw as u64, parameters);
        match course::doses(plan, scenario, &patient, settings) {
            Ok(doses) => drawn.take(0, Some(doses), so_far),
            Err(course::Failed::Cancelled) => return Err(Refused::Cancelled),
            Err(course::Failed::Because(_)) => drawn.take(0, None, so_far),
        }
    }
    Ok(drawn)
}

fn of_arms<'s>(
    plan: &CoursePlan,
    scenario: &'s Scenario,
    known: &PatientUncertainty,
    parameters: &[f64],
    settings: &SolveSettings,
    so_far: &mut dyn FnMut(Bands),
) -> Result<Drawn<'s>, Refused> {
    let set = InstructionSet::chosen().map_err(|error| Refused::Because(error.to_string()))?;
    let Some(regimen) = &scenario.regimens else { return Err(Refused::Because("there are no regimens".into())) };
    let arms = regimen.arms.len();
    let mut drawn = Drawn::new(scenario, regimen.arms.iter().map(|arm| arm.name.clone()).collect(), known.draws);
    let patient = |draw: usize| {
        let parameters = known.spread.draw(known.seed, draw as u64, parameters);
        let mut regimen = regimen.clone();
        regimen.follow(&plan.model, &parameters);
        regimen.clinic.seed = regimen.clinic.seed.wrapping_add(1 + draw as u64);
        regimen.physiology.seed = regimen.physiology.seed.wrapping_add(1 + draw as u64);
        regimen.coarse_curves = true;
        (Arc::<[f64]>::from(parameters), Arc::new(regimen))
    };
    let (tell, told) = channel();
    std::thread::scope(|scope| {
        for worker in 0..2 {
            let (tell, patient) = (tell.clone(), &patient);
            scope.spawn(move || {
                let mut draws = (worker..known.draws).step_by(2);
                let mut last: Option<PatientArm> = None;
                let mut next = || {
                    let further = last.as_ref().filter(|last| last.arm + 1 < arms);
                    let one = match further {
                        Some(last) => PatientArm { arm: last.arm + 1, ..last.clone() },
                        None => {
                            let number = draws.next()?;
                            let (parameters, regimen) = patient(number);
                            PatientArm { number, arm: 0, parameters, regimen }
                        }
                    };
                    last = Some(one.clone());
                    Some(one)
                };
                // nobody may be listening any more
                let mut done =
                    |_, arm, result: Result<crate::regimen::ArmResult, _>| drop(tell.send((arm, result.ok().map(|result| result.totals))));
                deliver_patients(plan, settings, set, &mut next, &mut done).map(drop)
            });
        }
        drop(tell);
        told.iter().for_each(|(arm, doses)| drawn.take(arm, doses, so_far));
    });
    Ok(drawn)
}
