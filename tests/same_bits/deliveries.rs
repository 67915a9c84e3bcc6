//! The same for whole deliveries: cycles that depend on what was measured, counts that live on the dose rate, on a stiff receptor model and on a linear one.
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rptbench::dosimetry::course::SolveSettings;
use rptbench::math::InstructionSet;
use rptbench::regimen::{ArmResult, RegimenError, deliver};
use rptbench::solve::{Method, MethodChoice};
use rptbench::trial::{PatientArm, deliver_patients};

use crate::trial_cohort::Trial;

type Results = BTreeMap<(usize, usize), Result<ArmResult, RegimenError>>;

fn best() -> InstructionSet {
    *InstructionSet::available().last().unwrap()
}

/// The arms in the order of `queue`.
fn deliver_queue(trial: &Trial, queue: Vec<PatientArm>, settings: &SolveSettings, set: InstructionSet) -> (Method, Results) {
    let mut queue = queue.into_iter();
    let mut found = Results::new();
    let work = deliver_patients(&trial.plan, settings, set, &mut || queue.next(), &mut |number, arm, result| {
        assert!(found.insert((number, arm), result).is_none(), "patient {number}, arm {arm} is told twice");
    });
    (work.unwrap().method, found)
}

fn everyone(trial: &Trial, patients: usize) -> Vec<PatientArm> {
    std::iter::from_fn(trial.queue(0..patients)).collect()
}

/// Every number with all its digits: no two differ in bits only.
#[track_caller]
fn same(what: &str, found: &Results, expected: &Results) {
    for (key, found) in found {
        assert!(format!("{found:?}") == format!("{:?}", expected[key]), "{what}: patient and arm {key:?}:\n{found:?}\n{:?}", expected[key]);
    }
}

fn nothing_matters_but_the_patient(trial: &Trial, patients: usize, method: Method) {
    let settings = trial.settings(1e-5);
    let queue = everyone(trial, patients);
    let (used, expected) = deliver_queue(trial, queue.clone(), &settings, InstructionSet::BASELINE);
    assert_eq!((used, expected.len()), (method, queue.len()));
    for (key, result) in &expected {
        let result = result.as_ref().unwrap_or_else(|error| panic!("{key:?}: {error}"));
        assert_eq!(result.cycles.len(), 4, "{key:?}: {}", result.ended);
    }
    let distinct: std::collections::BTreeSet<String> =
        expected.values().map(|result| format!("{:?}", result.as_ref().unwrap().totals)).collect();
    assert_eq!(distinct.len(), expected.len(), "patients and arms differ from each other");
    for set in InstructionSet::available() {
        same(set.name(), &deliver_queue(trial, queue.clone(), &settings, set).1, &expected);
    }
    let reversed: Vec<PatientArm> = queue.iter().rev().cloned().collect();
    same("another order", &deliver_queue(trial, reversed, &settings, best()).1, &expected);
    for one in queue.iter().take(3) {
        same("alone", &deliver_queue(trial, vec![one.clone()], &settings, best()).1, &expected);
    }
}

#[test]
fn deliveries_of_the_receptor_model_have_the_same_bits_in_any_company() {
    let trial = Trial::receptor();
    // more than the lanes hold
    nothing_matters_but_the_patient(&trial, 9, Method::Stiff);
    // and those of the solver for one patient
    let settings = SolveSettings { method: MethodChoice::Stiff, ..trial.settings(1e-5) };
    let queue = everyone(&trial, 2);
    let (_, expected) = deliver_queue(&trial, queue.clone(), &settings, best());
    for PatientArm { number, arm, parameters, regimen } in queue {
        let alone = deliver(&trial.plan, &regimen, &regimen.arms[arm], &parameters, &settings);
        same("one by one", &Results::from([((number, arm), alone)]), &expected);
    }
}

/// Patients of a linear model are solved exactly. The method for one patient does so too, in another way: the doses agree to rounding.
#[test]
fn deliveries_of_a_linear_model_have_the_same_bits_in_any_company() {
    let trial = Trial::sood();
    nothing_matters_but_the_patient(&trial, 40, Method::Exact);
    let settings = trial.settings(1e-5);
    let queue = everyone(&trial, 10);
    let (_, found) = deliver_queue(&trial, queue.clone(), &settings, best());
    for PatientArm { number, arm, parameters, regimen } in queue {
        let alone = deliver(&trial.plan, &regimen, &regimen.arms[arm], &parameters, &settings).unwrap();
        let (found, alone) = (found[&(number, arm)].as_ref().unwrap().totals[0].absorbed_gy, alone.totals[0].absorbed_gy);
        assert!((found / alone - 1.0).abs() < 1e-10, "patient {number}: {found} v {alone} Gy");
    }
}

/// A patient who cannot be treated says so, and changes nothing for the others.
#[test]
fn failures_stay_with_their_patient() {
    for (trial, place) in [(Trial::receptor(), "gfr"), (Trial::sood(), "clearance")] {
        let settings = trial.settings(1e-4);
        let mut queue = everyone(&trial, 4);
        let (_, healthy) = deliver_queue(&trial, queue.clone(), &settings, best());
        let position = trial.plan.model.parameter(place).unwrap();
        for ill in queue.iter_mut().filter(|one| one.number == 2) {
            let mut parameters = ill.parameters.to_vec();
            parameters[position] = f64::NAN;
            ill.parameters = parameters.into();
        }
        let (_, found) = deliver_queue(&trial, queue, &settings, best());
        for (key, result) in &found {
            match result {
                Ok(_) => same("beside a failure", &Results::from([(*key, result.clone())]), &healthy),
                Err(error) => assert!(key.0 == 2 && error.cycle == 1 && !error.cancelled, "{key:?}: {error}"),
            }
        }
        assert!(found.iter().all(|((number, _), result)| (*number == 2) == result.is_err()));
    }
}

/// Once cancelled nobody new is asked for, and those under way say that they were cancelled.
#[test]
fn a_cancelled_crew_stops() {
    for trial in [Trial::receptor(), Trial::sood()] {
        let cancel = AtomicBool::new(false);
        let settings = SolveSettings { cancel: Some(&cancel), ..trial.settings(1e-4) };
        let (parameters, regimen) = trial.patient(0);
        let (mut asked, mut delivered, mut cancelled) = (0, 0, 0);
        let mut next = || {
            asked += 1;
            let (parameters, regimen) = (Arc::clone(&parameters), Arc::clone(&regimen));
            Some(PatientArm { number: asked, arm: 0, parameters, regimen })
        };
        let work = deliver_patients(&trial.plan, &settings, best(), &mut next, &mut |_, _, result| match result {
            Ok(_) => {
                delivered += 1;
                cancel.store(true, Ordering::Relaxed);
            }
            Err(error) => {
                assert!(error.cancelled, "{error}");
                cancelled += 1;
            }
        });
        assert!(work.is_ok());
        assert!(delivered >= 1 && delivered + cancelled == asked && asked <= 32, "{asked} asked for, {delivered} delivered");
    }
}
