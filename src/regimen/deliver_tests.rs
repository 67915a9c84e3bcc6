//! Whole arms in one patient of a model with closed forms: an organ, a marrow and a lesion, each with one effective half-life.
use std::collections::BTreeMap;
use std::f64::consts::LN_2;

use super::arm::{ActivityRule, Adaptation, Arm, RegimenPlan};
use super::clinic::{Analyte, Clinic, Estimator, ImagingProtocol, LaboratoryProtocol, SingleScan, SizeProtocol, WhichCycles};
use super::deliver::deliver;
use super::delivered::ArmResult;
use super::fixtures_of_tests::{arm, formula, limit, target};
use super::formula::{Formula, KnownValue, KnownValues};
use super::gate::{Condition, Gate, Reduce};
use super::physiology::{CountsPlan, DriftPlan, KidneyPlan, LesionPlan, PhysiologyPlan, SymptomPlan};
use super::stop::StopRule;
use super::{LimitQuantity, StopCause};
use crate::dosimetry::course::{CoursePlan, SolveSettings};
use crate::model::yaml::YamlFile;
use crate::radiobiology::blood_counts::{CellKind, LineageCourse, default_lineages};
use crate::radiobiology::kidney_function::KidneyFunctionModel;
use crate::radiobiology::lesion::LesionParameters;
use crate::radiobiology::registry;
use crate::units::{ACTIVITY, MINUTES_PER_WEEK, Quantity};

const MODEL: &str = "
model: three
nuclide: Lu-177
amount: MBq
silence: [{lint: no-source, reason: a test}]
decay: {}
parameters: {kidney_share: 0.03, marrow_share: 0.005, lesion_share: 0.01, half_life: 50 h, clearance: 99 mL/min}
compartments: {kidneys: , marrow: , lesion: , elsewhere: , cleared: }
definitions: {biological: ln(2) / half_life - physical_decay}
flows:
  - {from: kidneys, to: cleared, k: biological}
  - {from: marrow, to: cleared, k: biological}
  - {from: lesion, to: cleared, k: biological}
dosing:
  site: {kidneys: kidney_share, marrow: marrow_share, lesion: lesion_share, elsewhere: 1 - kidney_share - marrow_share - lesion_share}
observables: {kidneys: {region: kidneys}, marrow: {region: marrow}, lesion: {region: lesion}}
";
/// Gy/(MBq h) of every target.
const S: f64 = 3e-4;
const RATE_PER_H: f64 = LN_2 / 50.0;
const WEEKS: f64 = 8.0;

fn plan() -> CoursePlan {
    let file = YamlFile::parse("three.yaml", MODEL.to_string()).unwrap();
    let (model, _) = crate::model::read(&file, &[]).unwrap();
    CoursePlan::new(model, vec![target("kidneys"), target("marrow"), target("lesion")], false).unwrap()
}

fn clinic() -> Clinic {
    Clinic {
        seed: 1,
        calibration_cv: 0.0,
        imaging: Vec::new(),
        estimator: Estimator::default(),
        laboratory: None,
        sizes: None,
        nights_per_cycle: 0.0,
    }
}

fn regimen(clinic: Clinic, physiology: PhysiologyPlan) -> RegimenPlan {
    RegimenPlan {
        site: 0,
        interval_min: WEEKS * MINUTES_PER_WEEK,
        duration_min: 0.0,
        unlabelled: 0.0,
        unlabelled_per_mbq: 0.0,
        primary: Some(0),
        clinic,
        known: super::fixtures_of_tests::known(),
        risk_factors: Vec::new(),
        physiology,
        survival_link: None,
        events: None,
        coarse_curves: false,
        arms: Vec::new(),
        assumptions: Vec::new(),
    }
}

fn run(regimen: &RegimenPlan, arm: &Arm) -> ArmResult {
    let plan = plan();
    let settings = SolveSettings { relative_tolerance: 1e-8, ..SolveSettings::default() };
    deliver(&plan, regimen, arm, &plan.model.parameter_values(), &settings).unwrap()
}

fn laboratory() -> Option<LaboratoryProtocol> {
    Some(LaboratoryProtocol { every_min: 2.0 * MINUTES_PER_WEEK, count_cv: 0.0, clearance_cv: 0.0 })
}

fn platelets(alpha_per_gy: f64) -> Option<CountsPlan> {
    let mut lineage = default_lineages().iter().find(|lineage| lineage.kind == CellKind::Platelets).unwrap().clone();
    lineage.alpha_per_gy = alpha_per_gy;
    Some(CountsPlan { marrow: 1, lineages: vec![lineage], disease_deficit: 0.0 })
}

#[track_caller]
fn close(found: f64, expected: f64, relative: f64) {
    assert!((found / expected - 1.0).abs() <= relative, "{found} v {expected}");
}

/// D = A₀ · share · S · T/ln 2, for each cycle and in all.
#[test]
fn doses_are_those_of_the_closed_form() {
    let result = run(&regimen(clinic(), PhysiologyPlan::default()), &arm(3, Adaptation::Fixed, Vec::new()));
    assert_eq!(result.ended_by, Some(StopCause::Planned));
    for (position, share) in [(0, 0.03), (1, 0.005), (2, 0.01)] {
        let expected_gy = 7400.0 * share * S / RATE_PER_H;
        for cycle in &result.cycles {
            close(cycle.true_doses[position].absorbed_gy, expected_gy, 1e-6);
        }
        close(result.totals[position].absorbed_gy, 3.0 * expected_gy, 1e-6);
    }
}

/// Counts under the dose rate of the marrow in closed form, on a grid of an hour: Σ A₀ · share · S · e^(−λ(t − tᵢ)) over four cycles.
#[test]
fn blood_counts_follow_the_dose_rate_of_the_marrow() {
    let physiology = PhysiologyPlan { counts: platelets(2.1), follow_up_min: 20.0 * MINUTES_PER_WEEK, ..PhysiologyPlan::default() };
    let result = run(&regimen(Clinic { laboratory: laboratory(), ..clinic() }, physiology.clone()), &arm(4, Adaptation::Fixed, Vec::new()));
    let lineage = &physiology.counts.as_ref().unwrap().lineages[0];
    let mut course = LineageCourse::new(lineage);
    let cycle_h = WEEKS * 168.0;
    let mut hourly = Vec::new();
    for cycle in 0..4 {
        let times: Vec<f64> = (0..=1344).map(|hour| f64::from(cycle) * cycle_h + f64::from(hour)).collect();
        let rates: Vec<f64> = times
            .iter()
            .map(|time| {
                let given = (0..=cycle).map(|earlier| time - f64::from(earlier) * cycle_h);
                given.map(|since| 7400.0 * 0.005 * S * (-RATE_PER_H * since).exp()).sum()
            })
            .collect();
        let counts = course.advance(&times, &rates, 1.0).unwrap();
        hourly.extend(counts[..1344].iter().copied());
    }
    for (time_min, count) in result.curves.times_min.iter().zip(&result.curves.counts[0]) {
        let hour = (time_min / 60.0).round() as usize;
        // points that lie on a full hour, half-way between which a count moves by less than 0.1 %
        if (time_min / 60.0 - hour as f64).abs() < 0.01 && hour < hourly.len() {
            close(*count, hourly[hour], 2e-3);
        }
    }
    let lowest = hourly.iter().copied().fold(f64::INFINITY, f64::min);
    close(result.curves.nadir(0).unwrap().0, lowest, 2e-3);
    assert!(lowest < 0.8 * lineage.baseline, "nothing happened");
    // the laboratory without error reads the true counts: every two weeks in a cycle and on the day of each planned cycle
    assert_eq!(result.record.laboratory.len(), 1 + 4 * 4);
    for value in &result.record.laboratory {
        let hour = (value.time_min / 60.0).round() as usize;
        if hour < hourly.len() {
            close(value.value, hourly[hour], 5e-3);
        }
    }
}

fn kidneys(baseline: f64, parameter: Option<usize>) -> KidneyPlan {
    let millilitre = Quantity::parse("1 mL/min").unwrap().value;
    KidneyPlan {
        target: 0,
        baseline_ml_per_min: baseline,
        baseline_parameter: None,
        known_as: Some(("clearance".into(), millilitre)),
        model: KidneyFunctionModel { background_loss_per_y: 0.02, loss_per_gy_y: 0.01 },
        parameters: parameter.into_iter().collect(),
    }
}

/// ln(GFR/GFR₀) = −(0.02/y · T + 0.01/(Gy y) · ∫D dt) with ∫D dt = D∞ (T − (1 − e^(−λT))/λ) for one cycle followed 8 + 26 weeks.
#[test]
fn clearance_at_the_end_is_the_closed_form() {
    let physiology =
        PhysiologyPlan { kidneys: Some(kidneys(90.0, None)), follow_up_min: 26.0 * MINUTES_PER_WEEK, ..PhysiologyPlan::default() };
    let result = run(&regimen(clinic(), physiology), &arm(1, Adaptation::Fixed, Vec::new()));
    let (span_h, total_gy) = (34.0 * 168.0, 7400.0 * 0.03 * S / RATE_PER_H);
    let dose_h = total_gy * (span_h - (1.0 - (-RATE_PER_H * span_h).exp()) / RATE_PER_H);
    let expected = 90.0 * (-(0.02 * span_h + 0.01 * dose_h) / 8766.0).exp();
    close(*result.curves.clearance_ml_per_min.last().unwrap(), expected, 1e-6);
    assert_eq!(result.curves.times_min.last().copied(), Some(34.0 * MINUTES_PER_WEEK));
}

/// Rules read the clearance as it was measured last: 0.1 GBq per mL/min of 60 mL/min that fall.
#[test]
fn a_formula_reads_the_measured_clearance() {
    let physiology = PhysiologyPlan { kidneys: Some(kidneys(60.0, None)), ..PhysiologyPlan::default() };
    let arm = Arm {
        activity: ActivityRule::Formula(formula("clearance / (1 mL/min) * 0.1 GBq", ACTIVITY)),
        ..arm(2, Adaptation::Fixed, Vec::new())
    };
    let result = run(&regimen(Clinic { laboratory: laboratory(), ..clinic() }, physiology), &arm);
    close(result.cycles[0].activity_mbq, 6000.0, 1e-12);
    let at_second = result.record.laboratory.iter().find(|value| value.time_min == result.cycles[1].time_min).unwrap();
    assert_eq!(at_second.analyte, Analyte::Clearance);
    assert!(at_second.value < 60.0);
    close(result.cycles[1].activity_mbq, 100.0 * at_second.value, 1e-12);
}

fn growing_lesion(volume_parameter: Option<(usize, f64)>) -> LesionPlan {
    // no kill; V = 20 mL · 2^(t/56 d): one doubling a cycle
    let growth =
        LesionParameters { doubling_time_d: 56.0, carrying_volume_ml: None, alpha_per_gy: 0.0, ..LesionParameters::neuroendocrine() };
    LesionPlan { name: "lesion".into(), target: 2, volume_ml: 20.0, reference_ml: 20.0, volume_parameter, uptake_parameter: None, growth }
}

/// The same activity in a mass that doubles each cycle: the dose halves (V₀/V = 1, 1/2, 1/4); ∫R y dt by (V₀/V)². Other targets stay.
#[test]
fn the_dose_of_a_lesion_goes_with_its_start_volume_over_its_present_one() {
    let physiology = PhysiologyPlan { lesions: vec![growing_lesion(None)], ..PhysiologyPlan::default() };
    let result = run(&regimen(clinic(), physiology), &arm(3, Adaptation::Fixed, Vec::new()));
    let first_gy = 7400.0 * 0.01 * S / RATE_PER_H;
    let total: f64 = result.cycles.iter().map(|cycle| cycle.true_doses[2].absorbed_gy).sum();
    for (cycle, factor) in result.cycles.iter().zip([1.0, 0.5, 0.25]) {
        close(cycle.true_doses[2].absorbed_gy, first_gy * factor, 1e-6);
        let protraction = |cycle: usize| result.cycles[cycle].true_doses[2].protraction_gy2.unwrap();
        close(cycle.true_doses[2].protraction_gy2.unwrap(), protraction(0) * factor * factor, 1e-5);
        close(cycle.true_doses[0].absorbed_gy, 3.0 * first_gy, 1e-6);
    }
    close(result.totals[2].absorbed_gy, total, 1e-9);
    close(result.curves.lesion_ml[0][0], 20.0, 1e-12);
}

/// The model's parameter follows the volume: here the share taken up, set to 0.0005 per mL, so the dose stays when mass and uptake double together.
#[test]
fn the_models_volume_follows_the_lesion() {
    let physiology = PhysiologyPlan { lesions: vec![growing_lesion(Some((2, 0.0005)))], ..PhysiologyPlan::default() };
    let result = run(&regimen(clinic(), physiology), &arm(3, Adaptation::Fixed, Vec::new()));
    for cycle in &result.cycles {
        close(cycle.true_doses[2].absorbed_gy, 7400.0 * 0.01 * S / RATE_PER_H, 1e-6);
    }
}

/// −6 % a cycle without noise: the dose is 1, 0.94, 0.8836 of the first.
#[test]
fn a_trend_of_uptake_is_a_trend_of_dose() {
    let drift = vec![DriftPlan { path: "kidney_share".into(), parameter: 0, trend_per_cycle: -0.06, cv: 0.0 }];
    let result = run(&regimen(clinic(), PhysiologyPlan { drift, ..PhysiologyPlan::default() }), &arm(3, Adaptation::Fixed, Vec::new()));
    for (cycle, factor) in result.cycles.iter().zip([1.0, 0.94, 0.8836]) {
        close(cycle.true_doses[0].absorbed_gy, 7400.0 * 0.03 * S / RATE_PER_H * factor, 1e-6);
    }
}

fn imaged(estimator: Estimator, other_scans_h: &[f64]) -> Clinic {
    let protocol = ImagingProtocol {
        region: "kidneys".into(),
        scans_min: [24.0, 96.0, 168.0].map(|time| time * 60.0).into(),
        cycles: if other_scans_h.is_empty() { WhichCycles::All } else { WhichCycles::First },
        other_scans_min: other_scans_h.iter().map(|time| time * 60.0).collect(),
        scan_cv: 0.0,
        volume_cv: 0.0,
        recovery: None,
    };
    Clinic { imaging: vec![protocol], estimator, ..clinic() }
}

/// One scan at 48 h in later cycles: the patient's own 50 h make it exact, the population's 60 h do not (e^(ln 2 · 48 (1/60 − 1/50)) · 60/50 = 1.07403).
#[test]
fn own_half_life_of_the_first_cycle_serves_the_later_ones() {
    for (single, ratio) in [(SingleScan::OwnHalfLife, 1.0), (SingleScan::Madsen, 1.07403)] {
        let estimator = Estimator { single, half_lives_h: BTreeMap::from([("kidneys".to_owned(), 60.0)]), ..Estimator::default() };
        let result = run(&regimen(imaged(estimator, &[48.0]), PhysiologyPlan::default()), &arm(3, Adaptation::Fixed, Vec::new()));
        for (number, cycle) in result.cycles.iter().enumerate() {
            let estimated = cycle.estimates[0].as_ref().unwrap().absorbed_gy;
            close(estimated / cycle.true_doses[0].absorbed_gy, if number == 0 { 1.0 } else { ratio }, 2e-5);
        }
    }
}

/// The half-life belongs to the region that was scanned, whatever the target is called.
#[test]
fn own_half_life_is_that_of_the_region() {
    let file = YamlFile::parse("three.yaml", MODEL.to_string()).unwrap();
    let (model, _) = crate::model::read(&file, &[]).unwrap();
    let both = crate::dosimetry::course::DoseTarget { name: "both_kidneys".into(), ..target("kidneys") };
    let plan = CoursePlan::new(model, vec![both], false).unwrap();
    let half_lives_h = BTreeMap::from([("kidneys".to_owned(), 60.0)]);
    let estimator = Estimator { single: SingleScan::OwnHalfLife, half_lives_h, ..Estimator::default() };
    let regimen = regimen(imaged(estimator, &[48.0]), PhysiologyPlan::default());
    let settings = SolveSettings { relative_tolerance: 1e-8, ..SolveSettings::default() };
    let arm = arm(2, Adaptation::Fixed, Vec::new());
    let result = deliver(&plan, &regimen, &arm, &plan.model.parameter_values(), &settings).unwrap();
    close(result.estimated_gy(0).unwrap() / result.totals[0].absorbed_gy, 1.0, 2e-5);
}

/// Not scanned in later cycles: the estimate of the first by activity. The goal of 23 Gy over four cycles is met exactly by a clinic without error.
#[test]
fn a_perfect_clinic_meets_the_goal() {
    let arm = arm(4, Adaptation::Activity, vec![limit(LimitQuantity::AbsorbedDose, 23.0, 0.0)]);
    let mut clinic = imaged(Estimator::default(), &[]);
    for cycles in [WhichCycles::All, WhichCycles::First] {
        clinic.imaging[0].cycles = cycles;
        let result = run(&regimen(clinic.clone(), PhysiologyPlan::default()), &arm);
        close(result.totals[0].absorbed_gy, 23.0, 1e-6);
        close(result.estimated_gy(0).unwrap(), 23.0, 1e-9);
    }
}

/// A gate on a count that recovers: the cycle is late by whole checks, and what follows is counted from there.
#[test]
fn a_withheld_cycle_is_given_late_and_the_next_interval_starts_there() {
    let physiology = PhysiologyPlan { counts: platelets(6.0), ..PhysiologyPlan::default() };
    let regimen = regimen(Clinic { laboratory: laboratory(), ..clinic() }, physiology);
    let gate = Gate {
        name: "low".into(),
        analyte: Analyte::Cells(CellKind::Platelets),
        fires: Condition::Below(190.0),
        withhold: Some(Condition::Below(190.0)),
        since_last_cycle: false,
        recheck_min: 2.0 * MINUTES_PER_WEEK,
        longest_delay_min: None,
        reduce: Reduce::No,
        re_escalate: false,
        stop: false,
        stop_on_recurrence: false,
        source: None,
    };
    let result = run(&regimen, &Arm { gates: vec![gate], ..arm(3, Adaptation::Fixed, Vec::new()) });
    assert_eq!(result.cycles.len(), 3);
    assert!(result.cycles[1].delay_min > 0.0, "{:?}", result.record.laboratory);
    for pair in result.cycles.windows(2) {
        assert_eq!(pair[1].delay_min % (2.0 * MINUTES_PER_WEEK), 0.0);
        assert_eq!(pair[1].time_min, pair[0].time_min + WEEKS * MINUTES_PER_WEEK + pair[1].delay_min);
        let on_the_day = result.record.laboratory.iter().find(|value| value.time_min == pair[1].time_min).unwrap();
        assert!(on_the_day.value >= 190.0);
    }
    let checks: f64 = result.cycles.iter().map(|cycle| cycle.delay_min / (2.0 * MINUTES_PER_WEEK)).sum();
    assert_eq!(result.delays.len() as f64, checks);
}

/// A symptom stays: the treatment must end, after a year of waiting, not never.
#[test]
fn a_symptom_that_stays_ends_the_treatment() {
    let relation = registry::find("salivary_any_dry_mouth").unwrap().clone();
    let symptoms = vec![SymptomPlan { name: "dry_mouth".into(), target: 0, relation }];
    let mut regimen = regimen(Clinic { laboratory: laboratory(), ..clinic() }, PhysiologyPlan { symptoms, ..PhysiologyPlan::default() });
    regimen.interval_min = 6.0 * MINUTES_PER_WEEK;
    let mouth = Analyte::Symptom("dry_mouth".into());
    let gate = Gate {
        name: "mouth".into(),
        analyte: mouth,
        fires: Condition::Present,
        withhold: Some(Condition::Present),
        since_last_cycle: true,
        recheck_min: 4.0 * MINUTES_PER_WEEK,
        longest_delay_min: None,
        reduce: Reduce::No,
        re_escalate: false,
        stop: false,
        stop_on_recurrence: false,
        source: None,
    };
    let strong =
        Arm { activity: ActivityRule::Formula(formula("60 GBq", ACTIVITY)), gates: vec![gate], ..arm(40, Adaptation::Fixed, Vec::new()) };
    let result = run(&regimen, &strong);
    assert_eq!(result.ended_by, Some(StopCause::Toxicity), "{}", result.ended);
    assert_eq!(result.delays.len(), 13);
}

/// Progression by what the clinic measured: 20 mL doubling each cycle is 34.3 mm diameter × 2^(1/3) = 1.26 a cycle: it ends before the second.
#[test]
fn progression_ends_a_course() {
    let physiology = PhysiologyPlan { lesions: vec![growing_lesion(None)], ..PhysiologyPlan::default() };
    let clinic = Clinic { sizes: Some(SizeProtocol { every_cycles: 1, cv: 0.0 }), ..clinic() };
    let result = run(&regimen(clinic, physiology), &Arm { stops: vec![StopRule::Progression], ..arm(4, Adaptation::Fixed, Vec::new()) });
    assert_eq!((result.cycles.len(), result.ended_by), (1, Some(StopCause::Lesions)));
}

/// Two patients whose uptake differs and whom the clinic does not scan get the same activities: a fixed rule knows nothing of the truth.
#[test]
fn what_is_not_measured_changes_no_decision() {
    let plan = plan();
    let regimen = regimen(clinic(), PhysiologyPlan::default());
    let mut other = plan.model.parameter_values();
    other[plan.model.parameter("kidney_share").unwrap()] *= 3.0;
    let settings = SolveSettings::default();
    let arm = arm(4, Adaptation::Fixed, Vec::new());
    let here = deliver(&plan, &regimen, &arm, &plan.model.parameter_values(), &settings).unwrap();
    let there = deliver(&plan, &regimen, &arm, &other, &settings).unwrap();
    assert_eq!(here.record, there.record);
    close(there.totals[0].absorbed_gy, 3.0 * here.totals[0].absorbed_gy, 1e-6);
}

/// 3 scans, and samples at weeks 0, 2, 4, 6 of each of two cycles and at the end; days of visits: 0, 1, 4, 7 and 14, 28, 42 of each cycle, and the last check.
#[test]
fn workload_is_counted() {
    let physiology = PhysiologyPlan { counts: platelets(0.0), ..PhysiologyPlan::default() };
    let clinic = Clinic { laboratory: laboratory(), nights_per_cycle: 2.0, ..imaged(Estimator::default(), &[]) };
    let workload = run(&regimen(clinic, physiology), &arm(2, Adaptation::Fixed, Vec::new())).workload;
    assert_eq!((workload.scans, workload.samples, workload.visits, workload.nights), (6, 9, 15, 4.0));
}

#[test]
fn a_formula_reads_no_parameter_of_the_patient() {
    let known: KnownValues = [("cycle".to_owned(), KnownValue { value: 1.0, dimension: crate::units::DIMENSIONLESS })].into();
    let fault = Formula::read("7.4 GBq * kidney_share", &known, ACTIVITY).unwrap_err();
    assert!(fault.message.contains("the clinic does not know `kidney_share`"), "{}", fault.message);
}
