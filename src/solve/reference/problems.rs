//! The reference problems as values: system, start, doses, end, the end values expected there and where they come from.

use std::path::Path;

use super::classics::*;
use super::closed_forms::*;
use super::receptor::{BODY_OF_THREE_AT_4320, body, infusion};
use super::test_set::*;
use crate::model::system::{System, SystemBuilder};
use crate::model::{self, yaml::YamlFile};
use crate::solve::{Bolus, Dynamics, Infusion, MethodChoice, Options, Schedule, Span, solve};

/// A problem with a known end.
pub(crate) struct Problem {
    /// Its name in tables.
    pub name: &'static str,
    /// Where the expected end values come from.
    pub expectation: &'static str,
    pub dynamics: Box<dyn Dynamics>,
    pub initial: Vec<f64>,
    pub schedule: Schedule,
    pub stop: f64,
    /// State at `stop`.
    pub expected: Vec<f64>,
    /// Size of a value that still matters: the absolute tolerance is this times the relative one, and errors are weighed in the same way.
    pub floor: f64,
    /// Methods that can solve it, each with the bound on its error over its tolerance (exact method: on its error).
    pub methods: Vec<(MethodChoice, f64)>,
}

impl Problem {
    /// Largest error over `|expected| + floor`, so that 1 tolerance means 1 relative tolerance.
    pub(crate) fn error(&self, found: &[f64]) -> f64 {
        assert_eq!(found.len(), self.expected.len());
        let weighed = |(found, expected): (&f64, &f64)| (found - expected).abs() / (expected.abs() + self.floor);
        found.iter().zip(&self.expected).map(weighed).fold(0.0, f64::max)
    }
}

fn undosed(
    name: &'static str,
    expectation: &'static str,
    dynamics: impl Dynamics + 'static,
    start: &[f64],
    (stop, expected): (f64, &[f64]),
    floor: f64,
    methods: &[(MethodChoice, f64)],
) -> Problem {
    Problem {
        name,
        expectation,
        dynamics: Box::new(dynamics),
        initial: start.to_vec(),
        schedule: Schedule::default(),
        stop,
        expected: expected.to_vec(),
        floor,
        methods: methods.to_vec(),
    }
}

const TEST_SET: &str = "published, Test Set for IVP Solvers";

/// Every reference problem.
pub(crate) fn all() -> Vec<Problem> {
    let mut problems = linear();
    problems.extend(nonlinear());
    problems.extend(stiff());
    problems.push(ulm());
    problems
}

/// The shipped whole-body model of 118 states with its default patient, 8.4 and 139 nmol over 10 min, over 30 000 min. (Against another program it
/// is held elsewhere: `tests/references/ulm.rs`.)
fn ulm() -> Problem {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/psma_it_ulm.yaml");
    let file = YamlFile::read(&path).expect("the shipped model reads");
    let (model, _) = model::read(&file, &[]).expect("the shipped model is good");
    // Lives as long as the process: a bound system borrows its system, and a problem owns its dynamics.
    let system: &'static System = Box::leak(Box::new(SystemBuilder::new(&model).compile()));
    let parameters = model.parameter_values();
    let initial = system.initial_state(&parameters);
    let (veins, labelled) = (model.sites[0].shares[0].0, model.labelled());
    let rates = vec![(model.state(veins, labelled), 8.4 / 10.0), (model.state(veins, 1 - labelled), 139.0 / 10.0)];
    let schedule = Schedule { infusions: vec![Infusion { start: 0.0, stop: 10.0, rates }], ..Schedule::default() };
    let stop = 30_000.0;
    let mut dynamics = system.bind(&parameters);
    let span = Span { start: 0.0, stop, samples: Vec::new() };
    let tight = Options::new(1e-12, vec![1e-16; initial.len()]).with_method(MethodChoice::Stiff);
    let expected = solve(&mut dynamics, &initial, &schedule, &span, &tight).expect("solves at a tight tolerance").final_state;
    let mut problem = undosed(
        "Ulm model, 118 states",
        "Rodas5P itself at 1e-12",
        dynamics,
        &initial,
        (stop, &expected),
        1e-4,
        &[(MethodChoice::Stiff, 10.0)],
    );
    problem.schedule = schedule;
    problem
}

fn linear() -> Vec<Problem> {
    use MethodChoice::{Exact, NonStiff, Stiff};
    // A bolus at 0 and an infusion from 60 to 90 min; the amount and its integral at 240 min.
    let k = 0.02;
    let doses = Schedule {
        boluses: vec![Bolus { time: 0.0, amounts: vec![(0, 3.0)] }],
        infusions: vec![Infusion { start: 60.0, stop: 90.0, rates: vec![(0, 0.1)] }],
    };
    let (bolus, infused) = (one_compartment_bolus(3.0, k, 240.0), one_compartment_infusion(0.1, 30.0, k, 180.0));
    let mut one = undosed(
        "one compartment, bolus and infusion",
        "closed form",
        one_compartment(k),
        &[0.0; 2],
        (240.0, &[bolus[0] + infused[0], bolus[1] + infused[1]]),
        1e-3,
        &[(Exact, 1e-14), (Stiff, 10.0), (NonStiff, 10.0)],
    );
    one.schedule = doses;
    let two = two_compartments_bolus(7.0, 0.05, 0.3, 0.02, 300.0);
    let rates = [2.0, 0.5, 0.11, 0.03, 0.007, 0.0013];
    let chain_end = chain_bolus_by_randomisation(2.0, rates, 300.0);
    let equals = chain_of_equals_bolus::<6>(2.0, 0.02, 300.0);
    // Rates over eight decades; their differences are exact enough for Bateman's sum at this time.
    let wide_rates = [1e3, 10.0, 0.1, 1e-3, 1e-5];
    let wide = chain_bolus(2.0, wide_rates, 1000.0);
    let start = |count: usize, dose: f64| {
        let mut start = vec![0.0; count];
        start[0] = dose;
        start
    };
    vec![
        one,
        undosed(
            "two compartments, bolus",
            "closed form",
            two_compartments(0.05, 0.3, 0.02),
            &start(2, 7.0),
            (300.0, &two),
            1e-3,
            &[(Exact, 1e-14), (Stiff, 10.0), (NonStiff, 10.0)],
        ),
        undosed(
            "Bateman chain of 6",
            "randomisation; Bateman's sum agrees to 1e-11",
            chain(rates),
            &start(6, 2.0),
            (300.0, &chain_end),
            1e-3,
            &[(Exact, 1e-13), (Stiff, 10.0), (NonStiff, 30.0)],
        ),
        undosed(
            "Bateman chain of 6 equal rates",
            "closed form (Erlang)",
            chain([0.02; 6]),
            &start(6, 2.0),
            (300.0, &equals),
            1e-3,
            &[(Exact, 1e-13), (Stiff, 10.0), (NonStiff, 10.0)],
        ),
        undosed(
            "Bateman chain of 5, rates over 8 decades",
            "closed form (Bateman)",
            chain(wide_rates),
            &start(5, 2.0),
            (1000.0, &wide),
            1e-8,
            &[(Exact, 1e-13), (Stiff, 10.0)],
        ),
    ]
}

fn nonlinear() -> Vec<Problem> {
    use MethodChoice::{NonStiff, Stiff};
    let saturable = Saturable { v: 0.3, k: 2.0 };
    let prothero = |rate: f64| Prothero { rate };
    let end = [10f64.cos(), 10f64.sin() + 50.0];
    vec![
        undosed(
            "Michaelis–Menten",
            "Lambert's W",
            saturable,
            &[10.0],
            (60.0, &[saturable.solution(10.0, 60.0)]),
            1e-6,
            // The end is 5 times as sensitive as the start, relative to their sizes.
            &[(Stiff, 50.0), (NonStiff, 150.0)],
        ),
        undosed(
            "van der Pol, ε = 1",
            "Taylor series with 30 digits",
            VanDerPol { epsilon: 1.0 },
            &[2.0, 0.0],
            (10.0, &VAN_DER_POL_OF_1_AT_10),
            1e-2,
            // The second state passes through zero there: an error in phase counts about 40 times.
            &[(Stiff, 150.0), (NonStiff, 30.0)],
        ),
        undosed(
            "Prothero–Robinson, rate 1",
            "closed form",
            prothero(1.0),
            &[1.0, 0.0],
            (10.0, &end),
            1e-2,
            &[(Stiff, 10.0), (NonStiff, 10.0)],
        ),
        undosed("Prothero–Robinson, rate 1e4", "closed form", prothero(1e4), &[1.0, 0.0], (10.0, &end), 1e-2, &[(Stiff, 10.0)]),
    ]
}

fn stiff() -> Vec<Problem> {
    use MethodChoice::Stiff;
    let start = [1.0, 0.0, 0.0];
    let model = body(3, 1);
    let mut receptors = undosed(
        "receptor kinetics, 25 states and their integrals",
        "scipy's Radau at 3e-13",
        model.network,
        &model.initial,
        (4320.0, &BODY_OF_THREE_AT_4320),
        1e-6,
        &[(Stiff, 10.0)],
    );
    receptors.schedule = infusion(0.0);
    vec![
        undosed("Robertson to 40", TEST_SET, robertson(), &start, (40.0, &ROBERTSON_AT_40), 1e-6, &[(Stiff, 10.0)]),
        undosed("Robertson to 1e11", TEST_SET, robertson(), &start, (1e11, &ROBERTSON_AT_1E11), 1e-13, &[(Stiff, 10.0)]),
        undosed("HIRES", TEST_SET, hires(), &HIRES_START, (321.8122, &HIRES_END), 1e-5, &[(Stiff, 10.0)]),
        undosed(
            "van der Pol, ε = 1e-6",
            TEST_SET,
            VanDerPol { epsilon: 1e-6 },
            &[2.0, 0.0],
            (2.0, &VAN_DER_POL_AT_2),
            1e-2,
            &[(Stiff, 10.0)],
        ),
        undosed("OREGO", TEST_SET, orego(), &OREGO_START, (360.0, &OREGO_END), 1e-3, &[(Stiff, 10.0)]),
        undosed("POLLU", TEST_SET, pollu(), &pollu_start(), (60.0, &POLLU_END), 1e-9, &[(Stiff, 10.0)]),
        receptors,
    ]
}
