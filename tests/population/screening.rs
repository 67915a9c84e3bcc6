//! Rules of eligibility: who is taken, how many were screened, and what happens where nobody is left.
use std::sync::Arc;

use rptbench::trial::{Condition, Names, PopulationPlan, Rule, Source, Variation, Varied};
use rptbench::units::VOLUME_FLOW;

use super::*;

const OPEN: &str = "  patients: 1
  seed: 31
  covariates:
    gfr: {mean: 70 mL/min, sd: 20 mL/min, at_least: 10 mL/min, truncate: true}
    age: {mean: 60 y, sd: 10 y}
  vary:
    clearance: 30 %
";
const RULES: &str = "  include: [\"gfr >= 60 mL/min\", \"clearance > 5 L/h\"]\n  exclude: [\"age > 70 y\"]\n";

#[test]
fn the_first_eligible_candidate_is_taken_and_the_others_are_counted() {
    let (open, screened) = (load(OPEN), load(&format!("{OPEN}{RULES}")));
    assert_eq!(plan(&screened).rules(), ["include: gfr >= 60 mL/min", "include: clearance > 5 L/h", "exclude: age > 70 y"]);
    let count = 4000;
    let (mut total, mut first, mut turned) = (0, 0, [0; 3]);
    for number in 0..count {
        let patient = draw(&screened, number).unwrap();
        let eligible = |patient: &VirtualPatient| {
            value(patient, "gfr") >= internal("60 mL/min")
                && value(patient, "clearance") > internal("5 L/h")
                && value(patient, "age") <= internal("70 y")
        };
        assert!(eligible(&patient));
        assert_eq!(patient.screened, 1 + patient.turned_away.iter().sum::<u32>());
        let before = draw(&open, number).unwrap();
        assert_eq!(patient.screened == 1, eligible(&before));
        if patient.screened == 1 {
            // the first attempt is the patient of a cohort without rules
            assert_eq!(patient.covariates, before.covariates);
            assert_eq!(patient.parameters, before.parameters);
            first += 1;
        }
        assert_eq!(patient.regimen.clinic.seed, before.regimen.clinic.seed, "noise is the patient's, whoever was turned away before");
        total += patient.screened;
        turned.iter_mut().zip(&patient.turned_away).for_each(|(sum, count)| *sum += count);
    }
    // Candidates are independent, so a share p of them is eligible and 1/p are screened for each: p = P(gfr ≥ 60 | gfr ≥ 10) · P(clearance > 5) · P(age ≤ 70).
    // Φ(0.5) = 0.691462 over Φ(3) = 0.998650; ln(5/5.92)/σ = −0.168899/0.293560 = −0.575346, Φ(0.575346) = 0.717471; Φ(1) = 0.841345
    let kidneys = 0.691_462 / 0.998_650;
    let p = kidneys * 0.717_471 * 0.841_345;
    let se = (p * (1.0 - p) / f64::from(total)).sqrt();
    assert!((count as f64 / f64::from(total) - p).abs() < 5.0 * se, "{count} of {total}, expected {p}");
    assert!((f64::from(first) / count as f64 - p).abs() < 5.0 * (p * (1.0 - p) / count as f64).sqrt());
    // counted at the first rule that turns away
    let expected = [1.0 - kidneys, kidneys * (1.0 - 0.717_471), kidneys * 0.717_471 * (1.0 - 0.841_345)];
    for (found, expected) in turned.iter().zip(expected) {
        let se = (expected * (1.0 - expected) / f64::from(total)).sqrt();
        assert!((f64::from(*found) / f64::from(total) - expected).abs() < 5.0 * se, "{turned:?} of {total}");
    }
}

/// A rule that nobody can meet: the error counts whom it turned away.
#[test]
fn nobody_eligible_is_an_error_and_no_endless_search() {
    let scenario = load(OPEN);
    let at = scenario.model.parameter("clearance").unwrap();
    let mut names = Names::default();
    names.add("clearance", Source::Parameter(at), VOLUME_FLOW);
    let rule = |text: &str, include: bool| Rule { include, condition: Condition::read(text, &names).unwrap() };
    let mut population = PopulationPlan::of(vec![Variation::log_normal("clearance", Varied::Parameter(at), 0.3, false, (0.5, 2.0))]);
    population.rules = vec![rule("clearance > 5.92 L/h", false), rule("clearance > 100 L/h", true)];
    let plan = CohortPlan { patients: 1, seed: 2, population: Arc::new(population) };
    let error = plan.draw(0, &scenario.model, &scenario.model.parameter_values(), scenario.regimens.as_ref().unwrap()).unwrap_err();
    let PopulationError::NoneEligible { screened, turned_away } = &error else { panic!("{error}") };
    assert_eq!(*screened, 10_000);
    assert_eq!(turned_away.iter().map(|(_, count)| count).sum::<u32>(), 10_000);
    // half are above the median: five binomial standard errors
    assert!((f64::from(turned_away[0].1) - 5000.0).abs() < 250.0, "{error}");
    assert!(error.to_string().starts_with("none of 10000 candidates is eligible: `exclude: clearance > 5.92 L/h` turned away "), "{error}");
    let read = load_with(&format!("{OPEN}  include: \"gfr < 5 mL/min\"\n"), &[]).unwrap_err().to_string();
    assert!(read.contains("none of 10000 candidates is eligible: `include: gfr < 5 mL/min` turned away 10000"), "{read}");
}

/// A formula that gives nobody's clearance to those above 80 years: they fail, all others are drawn. Φ((80 − 60)/10) = 0.977250.
#[test]
fn an_impossible_value_is_a_failure_of_that_patient_alone() {
    let cohort = OPEN.replace("  vary:\n    clearance: 30 %\n", "  parameters:\n    clearance: \"5.92 L/h * (1 - age / (80 y))\"\n");
    let scenario = load(&cohort);
    let mut failed = 0;
    for number in 0..4000 {
        match draw(&scenario, number) {
            Ok(patient) => assert!(patient.parameters[scenario.model.parameter("clearance").unwrap()] > 0.0),
            Err(error) => {
                assert!(
                    matches!(&error, PopulationError::Impossible { name, value, .. } if name == "clearance" && *value <= 0.0),
                    "{error}"
                );
                assert!(error.to_string().contains("L/h, which nobody can have"), "{error}");
                failed += 1;
            }
        }
    }
    let share = f64::from(failed) / 4000.0;
    assert!((share - 0.022_750).abs() < 5.0 * (0.022_75_f64 * 0.977_25 / 4000.0).sqrt(), "{share}");
}
