//! A patient is a pure function of seed and number, at addresses that stay.
use proptest::prelude::*;
use rptbench::fit::error_model::logarithmic_standard_deviation;
use rptbench::random::RandomSource;
use rptbench::session::scenario::Scenario;

use super::*;

/// The rule of the cohorts that were shipped before populations had rules, from the text of each scenario: own value × exp(σ z(seed, patient, 0, position) + m), m = −σ²/2
/// about the mean, cut to the factors of `at_least` and `at_most`; a risk factor where u(seed, patient, 1, 0) lies below its share.
#[test]
fn shipped_cohorts_draw_the_patients_that_they_always_drew() {
    let mut compared = 0;
    for folder in std::fs::read_dir(project().join("scenarios")).unwrap() {
        let file = folder.unwrap().path().join("scenario.yaml");
        let text: serde_yaml::Value = serde_yaml::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let Some(cohort) = text.get("cohort") else { continue };
        let own_keys = ["covariates", "population", "parameters", "include", "exclude", "correlations", "risk_factor"];
        if own_keys.iter().any(|key| cohort.get(key).is_some()) {
            continue;
        }
        let (scenario, _) = Scenario::load(&file, &[]).unwrap();
        let seed = cohort["seed"].as_u64().unwrap();
        let own = scenario.model.parameter_values();
        let number = |value: &serde_yaml::Value| {
            let text = value.as_str().map_or_else(|| value.as_f64().unwrap().to_string(), str::to_owned);
            Quantity::parse(&text).unwrap().value
        };
        for patient in [0, 1, 17, 199] {
            let drawn = draw(&scenario, patient).unwrap();
            assert_eq!((drawn.screened, drawn.turned_away.len()), (1, 0));
            let source = RandomSource::new(seed, patient as u64, 0);
            for (position, (name, entry)) in cohort["vary"].as_mapping().unwrap().iter().enumerate() {
                let Some(at) = scenario.model.parameter(name.as_str().unwrap()) else { continue };
                let sigma = logarithmic_standard_deviation(number(&entry["cv"]));
                let about_mean = entry.get("about").is_some_and(|about| about.as_str() == Some("mean"));
                let low = entry.get("at_least").map_or(0.0, number);
                let high = entry.get("at_most").map_or(f64::INFINITY, number);
                let shift = if about_mean { -0.5 * sigma * sigma } else { 0.0 };
                let factor = rptbench::math::exp(sigma * source.standard_normal(position as u32) + shift).clamp(low, high);
                assert_eq!(drawn.parameters[at].to_bits(), (own[at] * factor).to_bits(), "{} {name:?}", file.display());
                compared += 1;
            }
            if let Some(share) = cohort.get("risk_factor_share") {
                let has = RandomSource::new(seed, patient as u64, 1).uniform(0) < number(share);
                assert_eq!(!drawn.regimen.risk_factors.is_empty(), has, "{}", file.display());
            }
        }
    }
    assert!(compared > 150, "{compared}");
}

const EVERYTHING: &str = "  patients: 50
  seed: 9
  covariates:
    sex: {values: {female: 45 %, male: 55 %}}
    age: {mean: 62 y, sd: 11 y, at_least: 18 y, at_most: 90 y, truncate: true}
    weight: {by: sex, female: {median: 68 kg, cv: 18 %}, male: {median: 82 kg, cv: 16 %}}
    lean: {formula: \"weight * if(sex.female > 0.5, 0.65, 0.75)\"}
  parameters:
    clearance: \"5.92 L/h * (weight / (70 kg))^0.75\"
  vary:
    clearance: {cv: 14.1 %}
    central_volume: {uniform: [15 L, 20 L]}
  correlations:
    - {between: [weight, central_volume], value: 0.5}
  include: [\"age <= 80 y\", \"clearance > 4 L/h\"]
  exclude: [\"sex = female and weight < 50 kg\"]
  risk_factor: \"age > 70 y\"
";

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any order, any subset, any size of the cohort: the same patients.
    #[test]
    fn a_patient_is_a_function_of_seed_and_number(numbers in proptest::collection::vec(0usize..2_000_000_000, 1..8)) {
        let scenario = load(EVERYTHING);
        let forwards: Vec<_> = numbers.iter().map(|number| draw(&scenario, *number)).collect();
        let larger = load(&EVERYTHING.replace("patients: 50", "patients: 1000000"));
        for (number, before) in numbers.iter().zip(&forwards).rev() {
            prop_assert_eq!(&draw(&larger, *number), before);
        }
    }
}

#[test]
fn covariates_enter_parameters_and_what_varies_is_about_them() {
    let scenario = load(&EVERYTHING.replace("  include:", "  # include:").replace("  exclude:", "  # exclude:"));
    let at = scenario.model.parameter("clearance").unwrap();
    for number in 0..200 {
        let patient = draw(&scenario, number).unwrap();
        let (weight, sex) = (value(&patient, "weight"), value(&patient, "sex"));
        // by hand: 5.92 L/h (weight/70 kg)^0.75 exp(σ z), z at the address of the first that varies
        let z = RandomSource::new(9, number as u64, 0).standard_normal(0);
        let expected = internal("5.92 L/h") * (weight / internal("70 kg")).powf(0.75) * (logarithmic_standard_deviation(0.141) * z).exp();
        assert!((patient.parameters[at] / expected - 1.0).abs() < 1e-12);
        assert_eq!(value(&patient, "clearance"), patient.parameters[at]);
        // median by sex, and z′ = z for the first of the correlated: the covariate of position 2 in its stream
        let z = RandomSource::new(9, number as u64, 2).standard_normal(2);
        let (median, cv) = if sex == 0.0 { ("68 kg", 0.18) } else { ("82 kg", 0.16) };
        let expected = internal(median) * (logarithmic_standard_deviation(cv) * z).exp();
        assert!((weight / expected - 1.0).abs() < 1e-12);
        let lean = weight * if sex == 0.0 { 0.65 } else { 0.75 };
        assert!((value(&patient, "lean") / lean - 1.0).abs() < 1e-15);
        // the clinic weighs this patient, and rules read that
        assert_eq!(patient.regimen.known["weight"].value, weight);
        assert_eq!(patient.regimen.risk_factors.is_empty(), value(&patient, "age") <= internal("70 y"));
    }
}

#[test]
fn an_entry_that_is_added_at_the_end_changes_no_other_draw() {
    let (few, more) = ("  patients: 2\n  seed: 4\n  vary:\n    clearance: 20 %\n    central_volume: 30 %\n", "    exchange: 25 %\n");
    let correlated = "  correlations: [{between: [exchange, clearance], value: 0.7}]\n";
    let (few, more) = (load(few), load(&format!("{few}{more}{correlated}")));
    for number in 0..20 {
        let (a, b) = (draw(&few, number).unwrap(), draw(&more, number).unwrap());
        for name in ["clearance", "central_volume"] {
            assert_eq!(value(&a, name).to_bits(), value(&b, name).to_bits(), "{name}");
        }
    }
}

#[test]
fn columns_name_what_every_patient_carries() {
    let scenario = load(EVERYTHING);
    let columns = plan(&scenario).columns();
    let names: Vec<&str> = columns.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, ["sex", "age", "weight", "lean", "clearance", "central_volume"]);
    let units: Vec<&str> = columns.iter().map(|(_, unit, _)| unit.as_str()).collect();
    assert_eq!(units, ["0 = female, 1 = male", "y", "kg", "g", "L/h", "L"]);
    let patient = draw(&scenario, 3).unwrap();
    let carried: Vec<&str> = patient.covariates.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(carried, names);
    for ((_, unit, per), wanted) in columns.iter().zip([1.0, 525_960.0, 1000.0, 1.0, 1.0 / 60.0, 1.0]) {
        assert!((per / wanted - 1.0).abs() < 1e-12, "{unit}");
    }
}

#[test]
fn people_of_a_table_stay_whole() {
    let table = "# invented\nsex,weight,k\nfemale,60,2\nmale,90,3\nmale,75,5\n";
    let cohort = "  patients: 2
  seed: 4
  covariates:
    sex: {table: people.csv, column: sex}
    weight: {table: people.csv, column: weight, unit: kg}
  vary:
    clearance: {table: people.csv, column: k, unit: L/h}
";
    let scenario = load_with(cohort, &[("people.csv", table)]).unwrap_or_else(|faults| panic!("{faults}"));
    let mut seen = [0; 3];
    for number in 0..600 {
        let patient = draw(&scenario, number).unwrap();
        let found = (value(&patient, "sex"), value(&patient, "weight"), value(&patient, "clearance"));
        let of_table = [(0.0, "60 kg", "2 L/h"), (1.0, "90 kg", "3 L/h"), (1.0, "75 kg", "5 L/h")];
        let row = of_table.iter().position(|(sex, weight, k)| (*sex, internal(weight), internal(k)) == found).unwrap();
        seen[row] += 1;
    }
    // a third each: five binomial standard errors of 600
    for count in seen {
        assert!((f64::from(count) - 200.0).abs() < 5.0 * (600.0_f64 / 3.0 * 2.0 / 3.0).sqrt(), "{seen:?}");
    }
    assert!(scenario.inputs().iter().any(|file| file.ends_with("people.csv")), "the run's manifest names the table");
}

/// Within a patient, from cycle to cycle: `drift` reaches every parameter of the model, drawn or not. The first cycle has the patient's own value, later ones a log-normal
/// factor with its CV (σ = √ln(1 + cv²)) and the trend's power; cycles and patients are independent. Five standard errors of 4000 patients.
#[test]
fn every_parameter_can_differ_from_cycle_to_cycle() {
    let mut scenario = load("  patients: 1\n  seed: 4\n  vary:\n    clearance: 20 %\n");
    let count = 4000;
    for (parameter, path) in scenario.model.parameters.iter().map(|parameter| parameter.path.clone()).enumerate() {
        let drift = rptbench::regimen::DriftPlan { path, parameter, trend_per_cycle: -0.1, cv: 0.3 };
        scenario.regimens.as_mut().unwrap().physiology.drift.push(drift);
    }
    let sigma = (1.0_f64 + 0.09).ln().sqrt();
    let root = f64::from(count).sqrt();
    for at in 0..scenario.model.parameters.len() {
        let ratios: Vec<(f64, f64)> = (0..count as usize)
            .map(|number| {
                let patient = draw(&scenario, number).unwrap();
                let physiology = rptbench::regimen::Physiology::new(&patient.regimen.physiology, 0, &patient.parameters);
                assert_eq!(physiology.parameters(1)[at], patient.parameters[at]);
                let ratio = |cycle: usize| (physiology.parameters(cycle)[at] / patient.parameters[at]).ln();
                (ratio(2) - 0.9_f64.ln(), ratio(3) - 2.0 * 0.9_f64.ln())
            })
            .collect();
        let (second, third): (Vec<f64>, Vec<f64>) = ratios.into_iter().unzip();
        for values in [&second, &third] {
            let (mean, sd) = moments(values);
            assert!(mean.abs() < 5.0 * sigma / root, "{at}: {mean}");
            assert!((sd - sigma).abs() < 5.0 * sigma / (2.0_f64.sqrt() * root), "{at}: {sd}");
        }
        let product: f64 = second.iter().zip(&third).map(|(a, b)| a * b).sum::<f64>() / f64::from(count) / (sigma * sigma);
        assert!(product.abs() < 5.0 / root, "{at}: cycles hang together by {product}");
    }
}
