//! The shipped small models, all linear, with random parameters over five orders of magnitude: the exact method against Rodas5P at a tight tolerance.
use std::path::Path;

use rptbench::model::checked::Parameter;
use rptbench::model::system::SystemBuilder;
use rptbench::model::{self, yaml::YamlFile};
use rptbench::random::RandomSource;
use rptbench::solve::{Method, MethodChoice, Options, Schedule, Span, solve};

const NAMES: [&str; 6] =
    ["biexponential", "one_compartment_oral", "organ_biexponential", "organ_monoexponential", "three_compartment_iv", "two_compartment_iv"];

#[test]
fn shipped_linear_models_are_exact_for_random_parameters() {
    let mut largest = (0.0, String::new());
    for name in NAMES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models").join(format!("{name}.yaml"));
        let file = YamlFile::read(&path).unwrap_or_else(|faults| panic!("{faults}"));
        let (model, _) = model::read(&file, &[]).unwrap_or_else(|faults| panic!("{faults}"));
        let system = SystemBuilder::new(&model).compile();
        let count = system.state_count();
        let initial: Vec<f64> = (0..count).map(|state| 1.0 + state as f64).collect();
        for patient in 0..300 {
            let source = RandomSource::new(3, patient, 4);
            let spread = |(index, parameter): (usize, &Parameter)| {
                let decades = 5.0 * (source.uniform(index as u32) - 0.5);
                let value = parameter.value * 10f64.powf(decades);
                match parameter.path.rsplit('.').next() {
                    // Shares of one whole.
                    Some("uptake") => value.min(0.2),
                    // Not longer than the physical half-life of 9572 min.
                    Some("effective_half_life") => value.min(9500.0),
                    // Logarithms of rates.
                    Some("lrc1" | "lrc2") => parameter.value + decades * std::f64::consts::LN_10,
                    _ => value,
                }
            };
            let parameters: Vec<f64> = model.parameters.iter().enumerate().map(spread).collect();
            let span = Span { start: 0.0, stop: 10_000.0, samples: vec![1.0, 100.0] };
            let run = |method: MethodChoice, tolerance: f64| {
                let options = Options::new(tolerance, vec![tolerance * 1e-6; count]).with_method(method);
                solve(&mut system.bind(&parameters), &initial, &Schedule::default(), &span, &options)
                    .unwrap_or_else(|error| panic!("{name}, patient {patient}: {error}: {parameters:?}"))
            };
            let exact = run(MethodChoice::Automatic, 1e-6);
            assert_eq!(exact.method, Method::Exact, "{name}");
            let lowest = exact.states.iter().chain(&exact.final_state).copied().fold(0.0, f64::min);
            assert!(lowest >= 0.0, "{name}: {lowest:e}: {parameters:?}");
            if model.decay.is_none() && !model.flows.is_empty() && name != "biexponential" {
                let total: f64 = exact.final_state.iter().sum::<f64>() / initial.iter().sum::<f64>() - 1.0;
                assert!(total.abs() < 1e-12, "{name}: {total:e}: {parameters:?}");
            }
            if patient % 10 == 0 {
                let stiff = run(MethodChoice::Stiff, 1e-11);
                let pairs = exact.states.iter().chain(&exact.final_state).zip(stiff.states.iter().chain(&stiff.final_state));
                let difference = pairs.map(|(a, b)| (a - b).abs() / (b.abs() + 1e-6)).fold(0.0, f64::max);
                if difference > largest.0 {
                    largest = (difference, format!("{name} {parameters:?}"));
                }
            }
        }
    }
    eprintln!("exact against Rodas5P at 1e-11: {:e} {}", largest.0, largest.1);
    assert!(largest.0 < 1e-8, "{:e} {}", largest.0, largest.1);
}

/// Absorption as fast as elimination, where the textbook formula divides by zero: its limit is `dose k t e^{−kt}`.
#[test]
fn absorption_as_fast_as_elimination() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/one_compartment_oral.yaml");
    let file = YamlFile::read(&path).unwrap_or_else(|faults| panic!("{faults}"));
    let (model, _) = model::read(&file, &[]).unwrap_or_else(|faults| panic!("{faults}"));
    let system = SystemBuilder::new(&model).compile();
    let mut parameters = model.parameter_values();
    let rate = parameters[model.parameter("ke").unwrap()];
    for excess in [0.0, 1e-15, 1e-12, 1e-8, 1e-4] {
        parameters[model.parameter("ka").unwrap()] = rate * (1.0 + excess);
        let span = Span { start: 0.0, stop: 2000.0, samples: Vec::new() };
        let options = Options::new(1e-6, vec![1e-9; 3]);
        let found = solve(&mut system.bind(&parameters), &[1.0, 0.0, 0.0], &Schedule::default(), &span, &options).unwrap().final_state;
        let k = rate * (1.0 + 0.5 * excess);
        // To the first order in the excess the two rates act as their mean, and absorption as itself.
        let expected = rate * (1.0 + excess) * 2000.0 * (-k * 2000.0).exp();
        let central = found[model.compartments.iter().position(|compartment| compartment.path == "central").unwrap()];
        assert!((central / expected - 1.0).abs() < 1e-12 + excess * excess * 10.0, "{excess:e}: {central} {expected}");
    }
}
