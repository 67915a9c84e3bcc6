//! Every model that is shipped reads without an error or a warning; the small ones move as their closed forms say.
use std::path::Path;

use rptbench::model::system::SystemBuilder;
use rptbench::model::{self, Model, diagnostic::Severity, yaml::YamlFile};
use rptbench::session::population::Population;

fn shipped(name: &str) -> Model {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models").join(format!("{name}.yaml"));
    let file = YamlFile::read(&path).unwrap_or_else(|faults| panic!("{faults}"));
    let (model, faults) = model::read(&file, &[]).unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!((faults.count(Severity::Error), faults.count(Severity::Warning)), (0, 0), "{faults}");
    model
}

#[test]
fn every_shipped_model_reads_without_error_or_warning() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            assert_eq!(shipped(&name).name, name, "the name in the file is the name of the file");
            count += 1;
        }
    }
    assert!(count >= 13, "{count} models");
}

/// Each population file names parameters of the model of its own name, in their units, and its medians are the model's typical values.
#[test]
fn populations_belong_to_their_models() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/populations");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let model = shipped(&path.file_stem().unwrap().to_string_lossy());
        let population = Population::read(&path, &model).unwrap_or_else(|faults| panic!("{faults}"));
        let values = model.parameter_values();
        for spread in &population.parameters {
            let typical = values[model.parameter(&spread.path).unwrap()];
            assert!(spread.log_normal && (spread.mean.exp() / typical - 1.0).abs() < 1e-12, "{} of {}", spread.path, model.name);
        }
        count += 1;
    }
    assert_eq!(count, 4);
}

/// The rates of the compiled system at the closed-form amounts must be the closed form's own derivatives, by central difference.
fn follows(model: &Model, amounts: &dyn Fn(f64) -> Vec<(&'static str, f64)>, times_min: &[f64]) {
    let system = SystemBuilder::new(model).compile();
    let mut bound = system.bind(&model.parameter_values());
    for &time in times_min {
        let state_at = |time: f64| {
            let mut state = vec![0.0; system.state_count()];
            for (path, amount) in amounts(time) {
                let position = model.compartments.iter().position(|compartment| compartment.path == path).expect("a compartment");
                state[position] = amount;
            }
            state
        };
        let mut rates = vec![0.0; system.state_count()];
        bound.evaluate_rates(time, &state_at(time), &mut rates);
        let step = 0.05;
        for (path, _) in amounts(time) {
            let position = model.compartments.iter().position(|compartment| compartment.path == path).expect("a compartment");
            let slope = (state_at(time + step)[position] - state_at(time - step)[position]) / (2.0 * step);
            let size = rates.iter().fold(0.0_f64, |largest, rate| largest.max(rate.abs()));
            assert!((rates[position] - slope).abs() <= 1e-6 * size, "{path} at {time} min: {} v {slope}", rates[position]);
        }
    }
}

const LAMBDA_PER_MIN: f64 = std::f64::consts::LN_2 / (6.647 * 24.0 * 60.0); // ICRP 107, Lu-177

#[test]
fn organs_with_an_effective_half_life_follow_one_exponential() {
    let model = shipped("organ_monoexponential");
    let decay =
        |share: f64, half_life_h: f64| move |time: f64| 1000.0 * share * (-std::f64::consts::LN_2 * time / (half_life_h * 60.0)).exp();
    let (kidney, liver, spleen) = (decay(0.0105, 51.0), decay(0.06, 67.0), decay(0.02, 71.0));
    follows(
        &model,
        &|time| {
            let rest = 1000.0 * (1.0 - 0.021 - 0.06 - 0.02) * (-LAMBDA_PER_MIN * time).exp();
            vec![
                ("left_kidney.tissue", kidney(time)),
                ("right_kidney.tissue", kidney(time)),
                ("liver.tissue", liver(time)),
                ("spleen.tissue", spleen(time)),
                ("elsewhere", rest),
            ]
        },
        &[10.0, 1000.0, 10_000.0],
    );
    let values = model.graph.evaluate(&model.parameter_values(), &[], 0.0);
    let shares: Vec<f64> = model.sites[0].shares.iter().map(|(_, node)| values[node.0 as usize]).collect();
    assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-15);
    assert!((shares[4] - 0.899).abs() < 1e-15);
}

#[test]
fn organs_fed_by_the_blood_follow_two_exponentials() {
    let model = shipped("organ_biexponential");
    let ln2 = std::f64::consts::LN_2;
    let blood_rate = ln2 / 90.0;
    let organ = |share: f64, half_life_h: f64| {
        let out = ln2 / (half_life_h * 60.0);
        move |time: f64| {
            1000.0 * share * blood_rate / (blood_rate - out)
                * ((-out * time).exp() - (-blood_rate * time).exp())
                * (-LAMBDA_PER_MIN * time).exp()
        }
    };
    let (kidney, liver, spleen) = (organ(0.015, 75.0), organ(0.06, 115.0), organ(0.02, 130.0));
    follows(
        &model,
        &|time| {
            vec![
                ("blood", 1000.0 * (-(blood_rate + LAMBDA_PER_MIN) * time).exp()),
                ("left_kidney.tissue", kidney(time)),
                ("right_kidney.tissue", kidney(time)),
                ("liver.tissue", liver(time)),
                ("spleen.tissue", spleen(time)),
            ]
        },
        &[10.0, 100.0, 1000.0, 5000.0],
    );
}

#[test]
fn an_oral_dose_follows_the_bateman_function() {
    let model = shipped("one_compartment_oral");
    let (ka, ke, dose) = (1.5 / 60.0, 0.08 / 60.0, 300.0_f64);
    follows(
        &model,
        &|time| {
            let central = dose * ka / (ka - ke) * ((-ke * time).exp() - (-ka * time).exp());
            vec![("gut", dose * (-ka * time).exp()), ("central", central)]
        },
        &[5.0, 60.0, 600.0],
    );
    // the volume is cl / ke
    let values = model.graph.evaluate(&model.parameter_values(), &[], 0.0);
    let volume = model.compartments.iter().find_map(|compartment| compartment.volume).unwrap();
    assert!((values[volume.0 as usize] - 0.5).abs() < 1e-12);
}

#[test]
fn the_sum_of_exponentials_starts_at_its_amplitudes() {
    let model = shipped("biexponential");
    let (fast, slow) = (0.5_f64.exp() / 60.0, (-1.5_f64).exp() / 60.0);
    let system = SystemBuilder::new(&model).compile();
    let start = system.initial_state(&model.parameter_values());
    // mg/L in internal units is g/L
    let at = |path: &str| model.compartments.iter().position(|compartment| compartment.path == path).map(|position| start[position]);
    assert!((at("first").unwrap() - 2e-3).abs() < 1e-18 && (at("second").unwrap() - 2e-4).abs() < 1e-18);
    follows(&model, &|time| vec![("first", 2e-3 * (-fast * time).exp()), ("second", 2e-4 * (-slow * time).exp())], &[5.0, 60.0, 600.0]);
}

#[test]
fn mammillary_models_lose_only_by_clearance() {
    for (name, central, clearance_l_min) in [("two_compartment_iv", 10.0, 5.0 / 60.0), ("three_compartment_iv", 10.0, 5.0 / 60.0)] {
        let model = shipped(name);
        let system = SystemBuilder::new(&model).compile();
        let mut rates = vec![0.0; system.state_count()];
        let state: Vec<f64> = (1..=system.state_count()).map(|position| position as f64).collect();
        system.bind(&model.parameter_values()).evaluate_rates(0.0, &state, &mut rates);
        let position = |path: &str| model.compartments.iter().position(|compartment| compartment.path == path).unwrap();
        let eliminated = rates[position("eliminated")];
        assert!((eliminated - clearance_l_min / central * state[position("central")]).abs() < 1e-15, "{name}");
        assert!(rates.iter().sum::<f64>().abs() < 1e-15, "{name} makes or loses amount");
    }
}
