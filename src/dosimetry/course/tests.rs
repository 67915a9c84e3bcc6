//! Courses of small models against closed forms.
use super::*;
use crate::dosimetry::s_value::{SValue, SValueMethod, SValueUnit};
use crate::model::yaml::YamlFile;

/// One organ that holds `share` of the dose and loses it with an effective half-life of 50 h; time in h.
const ORGAN: &str = "
model: organ
nuclide: Lu-177
amount: MBq
silence: [{lint: no-source, reason: a test}]
decay: {}
parameters: {share: 0.02, half_life: 50 h}
compartments: {organ: , elsewhere: , cleared: }
flows: [{from: organ, to: cleared, k: ln(2) / half_life - physical_decay}]
dosing: {site: {organ: share, elsewhere: 1 - share}}
observables: {organ: {region: organ}, percent: {percent_injected: organ}}
";

const EFFECTIVE_PER_H: f64 = std::f64::consts::LN_2 / 50.0;

fn plan() -> CoursePlan {
    let file = YamlFile::parse("organ.yaml", ORGAN.to_string()).unwrap();
    let (model, _) = crate::model::read(&file, &[]).unwrap();
    let s = SValue::new(5e-4, SValueUnit::GyPerMbqH, SValueMethod::Stated, "test").unwrap();
    let target = DoseTarget {
        name: "organ".into(),
        title: "Organ".into(),
        terms: vec![("organ".into(), s)],
        repair: Some(Repair { alpha_beta_gy: 2.6, repair_half_time_h: 2.8 }),
    };
    CoursePlan::new(model, vec![target], true).unwrap()
}

fn give(course: &mut Course, at_h: f64, activity_mbq: f64) {
    let dose = Administration { time_min: at_h * 60.0, site: 0, labelled: activity_mbq, unlabelled: 0.0, duration_min: 0.0 };
    course.administer(dose).unwrap();
}

#[test]
fn a_mono_exponential_organ_follows_its_closed_form() {
    let plan = plan();
    let mut course = Course::new(&plan, &plan.model.parameter_values());
    give(&mut course, 0.0, 7400.0);
    let times_h = [0.0, 1.0, 24.0, 100.0];
    course.advance(100.0 * 60.0, &times_h.map(|time| time * 60.0), &SolveSettings::default()).unwrap();
    for (sample, time) in times_h.iter().enumerate() {
        let activity = 148.0 * (-EFFECTIVE_PER_H * time).exp();
        assert!((course.samples.activities[0][sample] / activity - 1.0).abs() < 1e-12);
        assert!((course.samples.values[1][sample] * 7400.0 / activity - 1.0).abs() < 1e-12, "share of what was injected");
    }
    let cumulated = 148.0 / EFFECTIVE_PER_H * (1.0 - (-EFFECTIVE_PER_H * 100.0).exp());
    assert!((course.cumulated_mbq_h(0).unwrap() / cumulated - 1.0).abs() < 1e-12);
    let balance = course.balance().unwrap();
    assert!(balance.residual().abs() < 1e-13, "{}", balance.residual());
    // what decayed anywhere: physical decay of all that was injected
    let physical = plan.model.nuclide.unwrap().decay_constant_per_h();
    assert!((balance.decayed() / (7400.0 * (1.0 - (-physical * 100.0).exp())) - 1.0).abs() < 1e-12);
}

#[test]
fn bed_of_two_cycles_is_that_of_the_closed_lea_catcheside_integral() {
    let plan = plan();
    let mut course = Course::new(&plan, &plan.model.parameter_values());
    give(&mut course, 0.0, 7400.0);
    give(&mut course, 1344.0, 7400.0);
    course.advance(4000.0 * 60.0, &[], &SolveSettings::default()).unwrap();
    let dose = course.doses()[0];
    let initial_gy_per_h = 148.0 * 5e-4;
    let single = initial_gy_per_h / EFFECTIVE_PER_H;
    // cycles 8 weeks apart do not meet: 27 half-lives of the organ
    assert!((dose.absorbed_gy / (2.0 * single) - 1.0).abs() < 1e-7);
    // Lea–Catcheside of one exponential: G = T_rep/(T_rep + T_eff), BED = D (1 + G D/(α/β)) for each cycle
    let protraction = 2.8 / (2.8 + 50.0);
    let bed = 2.0 * single * (1.0 + protraction * single / 2.6);
    assert!((dose.bed_gy.unwrap() / bed - 1.0).abs() < 1e-7, "{:?} {bed}", dose.bed_gy);
}

#[test]
fn an_infusion_approaches_its_steady_state() {
    let plan = plan();
    let mut course = Course::new(&plan, &plan.model.parameter_values());
    let dose = Administration { time_min: 0.0, site: 0, labelled: 1000.0, unlabelled: 0.0, duration_min: 600.0 };
    course.administer(dose).unwrap();
    course.advance(600.0, &[600.0], &SolveSettings::default()).unwrap();
    // 2 MBq/h into the organ for 10 h: A = (rate/λ)(1 − e^(−λt))
    let expected = 2.0 / EFFECTIVE_PER_H * (1.0 - (-EFFECTIVE_PER_H * 10.0).exp());
    assert!((course.samples.activities[0][0] / expected - 1.0).abs() < 1e-11);
}

#[test]
fn impossible_doses_are_refused_with_the_number() {
    let plan = plan();
    let mut course = Course::new(&plan, &plan.model.parameter_values());
    let dose = |labelled: f64, unlabelled: f64| Administration { time_min: 0.0, site: 0, labelled, unlabelled, duration_min: 0.0 };
    assert!(course.administer(dose(-1.0, 0.0)).unwrap_err().to_string().contains("found -1"));
    assert!(course.administer(dose(f64::NAN, 0.0)).is_err());
    assert!(course.administer(dose(1.0, 5.0)).unwrap_err().to_string().contains("unlabelled"));
    course.advance(60.0, &[], &SolveSettings::default()).unwrap();
    assert!(course.administer(dose(1.0, 0.0)).unwrap_err().to_string().contains("before the present"));
}
