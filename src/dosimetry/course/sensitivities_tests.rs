//! Sensitivities of courses against closed forms, against central differences of tight solves, and the bits of the plain solve.
use super::*;
use crate::dosimetry::course::{DoseTarget, Repair};
use crate::dosimetry::s_value::{SValue, SValueMethod, SValueUnit};
use crate::model::Model;
use crate::model::yaml::YamlFile;

fn read(text: &str) -> Model {
    let file = YamlFile::parse("model.yaml", text.to_owned()).unwrap();
    crate::model::read(&file, &[]).unwrap_or_else(|faults| panic!("{faults}")).0
}

fn target(region: &str, gy_per_mbq_h: f64, repair: Option<Repair>) -> DoseTarget {
    let s = SValue::new(gy_per_mbq_h, SValueUnit::GyPerMbqH, SValueMethod::Stated, "test").unwrap();
    DoseTarget { name: region.into(), title: region.into(), terms: vec![(region.into(), s)], repair }
}

fn dose(time_min: f64, duration_min: f64, labelled: f64, unlabelled: f64) -> Administration {
    Administration { time_min, site: 0, labelled, unlabelled, duration_min }
}

/// What is in the blood leaves with `k`; the organ holds what it had at the start, and loses it by decay alone.
const ONE: &str = "
model: one
nuclide: Lu-177
amount: nmol
silence: [{lint: no-source, reason: a test}]
decay: {}
activity_per_amount: activity / labelled
parameters: {k: 0.01 1/min, volume: 5 L, start: 3 nmol, activity: 6000 MBq, labelled: 10 nmol}
compartments: {blood: {volume: volume}, organ: {initial: start}, urine: }
flows: [{from: blood, to: urine, k: k}]
dosing: {vein: blood}
observables:
  blood: {region: blood}
  concentration: {concentration: '[blood]'}
  in_blood: {percent_injected: blood}
  in_organ: {percent_injected: organ}
";

#[test]
fn one_compartment_has_the_derivatives_of_its_closed_form() {
    let plan = CoursePlan::new(read(ONE), vec![target("blood", 5e-4, None)], false).unwrap();
    let parameters = plan.model.parameter_values();
    let chosen = ["k", "volume", "start", "activity", "labelled"].map(|path| plan.model.parameter(path).unwrap());
    let tangents = plan.tangents(&chosen);
    let settings = SolveSettings { relative_tolerance: 1e-11, ..Default::default() };
    let (k, volume, start, activity, labelled) = (0.01, 5.0, 3.0, 6000.0, 10.0);
    let decay = plan.model.nuclide.unwrap().decay_constant_per_h() / MINUTES_PER_HOUR;
    let leaves = k + decay;
    let (amount, per_amount) = (10.0, activity / labelled);
    let times = [0.0, 10.0, 60.0, 250.0];
    for held in [Held::Amounts, Held::Activities] {
        let given = [dose(0.0, 0.0, amount, 0.0)];
        let found = course_sensitivities(&plan, &tangents, &parameters, &given, held, 300.0, &times, &settings).unwrap();
        // the amount given, a, follows f = activity/labelled where its activity is held: ȧ = −a ḟ/f
        let moved_amount = |parameter: usize| match (held, parameter) {
            (Held::Activities, 3) => -amount / activity,
            (Held::Activities, 4) => amount / labelled,
            _ => 0.0,
        };
        let moved_factor = [0.0, 0.0, 0.0, 1.0 / labelled, -activity / (labelled * labelled)];
        for (sample, &time) in times.iter().enumerate() {
            let (left, organ_left) = ((-leaves * time).exp(), (-decay * time).exp());
            let injected = start + amount;
            for parameter in 0..5 {
                let a = moved_amount(parameter);
                let by_k = if parameter == 0 { -time } else { 0.0 };
                let by_volume = if parameter == 1 { -1.0 / volume } else { 0.0 };
                let by_start = if parameter == 2 { 1.0 } else { 0.0 };
                let in_blood = left * (a + amount * by_k);
                let in_organ = organ_left * by_start;
                let moved_injected = by_start + a;
                let expected = [
                    in_blood,
                    in_blood / volume + amount * left / volume * by_volume,
                    (in_blood - amount * left / injected * moved_injected) / injected,
                    (in_organ - start * organ_left / injected * moved_injected) / injected,
                ];
                for (observable, expected) in expected.into_iter().enumerate() {
                    let value = found.values[parameter][observable][sample];
                    assert!(
                        (value - expected).abs() < 1e-8 * (1.0 + expected.abs()),
                        "{held:?} {parameter} {observable} {time}: {value} {expected}"
                    );
                }
                for (observable, size) in [(0, amount * left), (1, amount * left / volume)] {
                    let expected = per_amount * expected[observable] + moved_factor[parameter] * size;
                    let value = found.activities[parameter][observable][sample];
                    assert!(
                        (value - expected).abs() < 1e-8 * (1.0 + expected.abs()),
                        "{held:?} {parameter} {observable} {time}: {value} {expected}"
                    );
                }
            }
        }
        assert!(found.activities[0][2].is_empty(), "a share of what was injected has no activity");
        // Ã = f a (1 − e^(−λT))/λ
        let decays = leaves * 300.0;
        let integral = (1.0 - (-decays).exp()) / leaves / MINUTES_PER_HOUR;
        let by_k = (300.0 * (-decays).exp() - (1.0 - (-decays).exp()) / leaves) / leaves / MINUTES_PER_HOUR;
        for parameter in 0..5 {
            let expected = per_amount * moved_amount(parameter) * integral
                + moved_factor[parameter] * amount * integral
                + if parameter == 0 { per_amount * amount * by_k } else { 0.0 };
            let value = found.cumulated[parameter][0].unwrap();
            assert!((value - expected).abs() < 1e-8 * (1.0 + expected.abs()), "{held:?} {parameter}: {value} {expected}");
            assert!((found.absorbed[parameter][0] - 5e-4 * expected).abs() < 1e-11 * (1.0 + expected.abs()), "{held:?} {parameter}");
            assert_eq!((found.cumulated[parameter][1], found.bed[parameter][0]), (None, None));
        }
    }
}

/// While an infusion runs only what has gone in counts as injected.
#[test]
fn an_infusion_under_way_counts_as_far_as_it_went() {
    let plan = CoursePlan::new(read(ONE), vec![], false).unwrap();
    let parameters = plan.model.parameter_values();
    let chosen = ["start", "labelled"].map(|path| plan.model.parameter(path).unwrap());
    let tangents = plan.tangents(&chosen);
    let settings = SolveSettings { relative_tolerance: 1e-11, ..Default::default() };
    let leaves = 0.01 + plan.model.nuclide.unwrap().decay_constant_per_h() / MINUTES_PER_HOUR;
    let (amount, duration) = (8.0, 100.0);
    let times = [25.0, 100.0];
    let given = [dose(0.0, duration, amount, 0.0)];
    let found = course_sensitivities(&plan, &tangents, &parameters, &given, Held::Activities, 200.0, &times, &settings).unwrap();
    for (sample, time) in times.into_iter().enumerate() {
        let went = amount * time / duration;
        let blood = amount / duration / leaves * (1.0 - (-leaves * time).exp());
        let by_start = -blood / (3.0 + went).powi(2);
        let by_labelled = blood / 10.0 / (3.0 + went) - blood * went / 10.0 / (3.0 + went).powi(2);
        for (parameter, expected) in [by_start, by_labelled].into_iter().enumerate() {
            let value = found.values[parameter][2][sample];
            assert!((value - expected).abs() < 1e-9, "{parameter} at {time}: {value} {expected}");
        }
    }
}

fn ulm() -> CoursePlan {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("models/psma_it_ulm.yaml");
    let repair = Repair { alpha_beta_gy: 2.5, repair_half_time_h: 2.8 };
    let targets = vec![target("kidneys", 2.9e-4, Some(repair)), target("tumour1", 0.17, None), target("salivary", 1.6e-3, None)];
    CoursePlan::new(read(&std::fs::read_to_string(path).unwrap()), targets, false).unwrap()
}

const ULM_PATHS: [&str; 6] = ["kidneys.density", "k_release_kidneys", "salivary.density", "bsa", "injected_labelled", "injected_activity"];

/// The whole way of the 118-state model: two cycles, serum and regions, doses and BED, against differences over 0.4 % and 0.2 % of each parameter,
/// extrapolated.
#[test]
fn the_ulm_model_agrees_with_central_differences_of_tight_solves() {
    let plan = ulm();
    let parameters = plan.model.parameter_values();
    let chosen = ULM_PATHS.map(|path| plan.model.parameter(path).unwrap());
    let tangents = plan.tangents(&chosen);
    let settings = SolveSettings { relative_tolerance: 1e-8, ..Default::default() };
    let tight = SolveSettings { relative_tolerance: 1e-11, method: MethodChoice::Stiff, ..Default::default() };
    let until_min = 12_000.0;
    let times_min = [5.0, 60.0, 1440.0, 5900.0, 6030.0, 10_080.0];
    let given = |per_amount: f64| [dose(0.0, 10.0, 6000.0 / per_amount, 139.0), dose(6000.0, 0.0, 6000.0 / per_amount, 139.0)];
    let per_amount = Course::new(&plan, &parameters).activity_per_amount();
    for held in [Held::Activities, Held::Amounts] {
        let found =
            course_sensitivities(&plan, &tangents, &parameters, &given(per_amount), held, until_min, &times_min, &settings).unwrap();
        let mut largest = 0.0_f64;
        for (number, &parameter) in chosen.iter().enumerate() {
            // all figures of a course in one row
            let figures = |course: &Course| -> Vec<f64> {
                let samples = course.samples.values.iter().chain(&course.samples.activities).flatten().copied();
                let doses = course.doses();
                let doses = doses.iter().flat_map(|dose| [Some(dose.absorbed_gy), dose.bed_gy]).flatten();
                let cumulated = (0..plan.model.observables.len()).filter_map(|observable| course.cumulated_mbq_h(observable));
                samples.chain(doses).chain(cumulated).collect()
            };
            let at = |factor: f64| {
                let mut moved = parameters.clone();
                moved[parameter] *= factor;
                let mut course = Course::new(&plan, &moved);
                let per_amount = if held == Held::Activities { course.activity_per_amount() } else { per_amount };
                given(per_amount).into_iter().for_each(|dose| course.administer(dose).unwrap());
                course.advance(until_min, &times_min, &tight).unwrap();
                figures(&course)
            };
            let central = |step: f64| -> Vec<f64> {
                at(1.0 + step).iter().zip(at(1.0 - step)).map(|(plus, minus)| (plus - minus) / (2.0 * step)).collect()
            };
            let (whole, half) = (central(4e-3), central(2e-3));
            let reference = half.iter().zip(whole).map(|(half, whole)| half + (half - whole) / 3.0);
            let sizes = at(1.0);
            let exact = found.values[number]
                .iter()
                .chain(&found.activities[number])
                .flatten()
                .copied()
                .chain(
                    (0..plan.targets.len()).flat_map(|target| [Some(found.absorbed[number][target]), found.bed[number][target]]).flatten(),
                )
                .chain(found.cumulated[number].iter().flatten().copied())
                .map(|derivative| derivative * parameters[parameter]);
            let mut compared = 0;
            for (position, ((exact, reference), size)) in exact.zip(reference).zip(&sizes).enumerate() {
                let error = (exact - reference).abs() / reference.abs().max(size.abs());
                assert!(error < 1e-6, "{held:?}, figure {position} by {}: {exact} {reference} {size}", ULM_PATHS[number]);
                largest = largest.max(error);
                compared += 1;
            }
            assert_eq!(compared, sizes.len());
        }
        eprintln!("{held:?}: largest error relative to the figure or its sensitivity {largest:e}");
    }
}

#[test]
fn values_have_the_bits_of_a_plain_stiff_solve() {
    let plan = ulm();
    let parameters = plan.model.parameter_values();
    let tangents = plan.tangents(&[plan.model.parameter("kidneys.density").unwrap(), plan.model.parameter("bsa").unwrap()]);
    let given = [dose(0.0, 10.0, 8.4, 139.0), dose(6000.0, 0.0, 8.4, 139.0)];
    let settings = SolveSettings { method: MethodChoice::Stiff, ..Default::default() };
    // few samples are landed on, many interpolated
    for count in [4, 100] {
        let times_min: Vec<f64> = (0..count).map(|sample| 10_000.0 * sample as f64 / count as f64).collect();
        let found = course_sensitivities(&plan, &tangents, &parameters, &given, Held::Activities, 12_000.0, &times_min, &settings).unwrap();
        let mut course = Course::new(&plan, &parameters);
        given.into_iter().for_each(|dose| course.administer(dose).unwrap());
        course.advance(12_000.0, &times_min, &settings).unwrap();
        let bits = |values: &[Vec<f64>]| values.iter().flatten().map(|value| value.to_bits()).collect::<Vec<u64>>();
        assert_eq!(found.samples.times_min, course.samples.times_min);
        for (found, plain) in [
            (&found.samples.values, &course.samples.values),
            (&found.samples.activities, &course.samples.activities),
            (&found.samples.dose_rates_gy_per_h, &course.samples.dose_rates_gy_per_h),
            (&found.samples.doses_gy, &course.samples.doses_gy),
        ] {
            assert_eq!(bits(found), bits(plain));
        }
        assert_eq!((found.doses, found.statistics), (course.doses(), course.statistics));
        let cumulated: Vec<Option<f64>> = (0..plan.model.observables.len()).map(|observable| course.cumulated_mbq_h(observable)).collect();
        assert_eq!(found.cumulated_mbq_h, cumulated);
    }
}

#[test]
fn what_cannot_be_done_is_told() {
    let plan = CoursePlan::new(read(ONE), vec![], false).unwrap();
    let parameters = plan.model.parameter_values();
    let tangents = plan.tangents(&[0]);
    let run = |labelled: f64, times_min: &[f64]| {
        let given = [dose(0.0, 0.0, labelled, 0.0)];
        course_sensitivities(&plan, &tangents, &parameters, &given, Held::Amounts, 100.0, times_min, &SolveSettings::default())
    };
    assert!(matches!(run(-1.0, &[]), Err(CourseError::Dose(_))));
    assert!(matches!(run(1.0, &[50.0, 10.0]), Err(CourseError::Solve { cancelled: false, .. })), "samples in disorder");
    assert!(matches!(run(1.0, &[150.0]), Err(CourseError::Solve { cancelled: false, .. })), "a sample after the end");
}
