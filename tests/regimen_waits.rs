//! Cycles that are held back: whose dose it is, how long one waits, what a suspension leaves of a gate's delay. Expected values follow from conservation (the doses of the
//! cycles are the total) and from the rule as written, not from the program.
use rptbench::dosimetry::course::{CoursePlan, DoseTarget, SolveSettings};
use rptbench::dosimetry::s_value::{SValue, SValueMethod, SValueUnit};
use rptbench::model::{self, Model, yaml::YamlFile};
use rptbench::radiobiology::kidney_function::KidneyFunctionModel;
use rptbench::radiobiology::lesion::LesionParameters;
use rptbench::regimen::{
    ActivityRule, Adaptation, Analyte, Arm, Assessment, Clinic, Condition, Decision, Estimator, Formula, Gate, KidneyPlan, KnownCycle,
    KnownValues, LaboratoryProtocol, LaboratoryValue, LesionPlan, PatientRecord, Physiology, PhysiologyPlan, Reduce, RegimenPlan,
    StopCause, StopRule, decide, deliver,
};
use rptbench::trial::{CohortPlan, PopulationPlan, Variation, Varied};
use rptbench::units::{ACTIVITY, MINUTES_PER_WEEK};

const ORGAN: &str = "
model: organ
nuclide: Lu-177
amount: MBq
silence: [{lint: no-source, reason: a test}]
decay: {}
parameters: {share: 0.02, half_life: 50 h, clearance: 90 mL/min}
compartments: {organ: , elsewhere: }
flows: [{from: organ, to: elsewhere, k: ln(2) / half_life - physical_decay + 0 * clearance / 1 mL}]
dosing: {site: {organ: share, elsewhere: 1 - share}}
observables: {organ: {region: organ}}
";

fn organ() -> Model {
    let file = YamlFile::parse("model.yaml", ORGAN.to_owned()).expect("sound YAML");
    model::read(&file, &[]).unwrap_or_else(|faults| panic!("{faults}")).0
}

fn plan() -> CoursePlan {
    let s = SValue::new(5e-4, SValueUnit::GyPerMbqH, SValueMethod::Stated, "test").expect("a sound S-value");
    let target = DoseTarget { name: "organ".into(), title: "Organ".into(), terms: vec![("organ".into(), s)], repair: None };
    CoursePlan::new(organ(), vec![target], false).expect("it compiles")
}

/// Clearance below 40 mL/min holds the next cycle back, looked at every week.
fn gate(longest_delay_min: Option<f64>) -> Gate {
    Gate {
        name: "clearance".into(),
        analyte: Analyte::Clearance,
        fires: Condition::Below(40.0),
        withhold: Some(Condition::Below(40.0)),
        since_last_cycle: true,
        recheck_min: MINUTES_PER_WEEK,
        longest_delay_min,
        reduce: Reduce::No,
        re_escalate: false,
        stop: false,
        stop_on_recurrence: false,
        source: None,
    }
}

fn arm(gates: Vec<Gate>, stops: Vec<StopRule>) -> Arm {
    Arm {
        name: "arm".into(),
        title: "arm".into(),
        activity: ActivityRule::Formula(Formula::read("7.4 GBq", &KnownValues::new(), ACTIVITY).expect("a sound formula")),
        cycles: 4,
        interval_min: None,
        adaptation: Adaptation::Fixed,
        limits: Vec::new(),
        retentions: Vec::new(),
        prescribed_share: 1.0,
        smallest_mbq: None,
        largest_mbq: Vec::new(),
        gates,
        stops,
    }
}

/// Cycles three days apart: half of the dose of a cycle comes after its interval. The clearance starts at `clearance` and halves in about a year without any dose.
fn regimen(clearance_ml_per_min: f64, arm: Arm) -> RegimenPlan {
    RegimenPlan {
        site: 0,
        interval_min: 3.0 * 1440.0,
        duration_min: 0.0,
        unlabelled: 0.0,
        unlabelled_per_mbq: 0.0,
        primary: Some(0),
        clinic: Clinic {
            seed: 1,
            calibration_cv: 0.0,
            imaging: Vec::new(),
            estimator: Estimator::default(),
            laboratory: Some(LaboratoryProtocol { every_min: MINUTES_PER_WEEK, count_cv: 0.0, clearance_cv: 0.0 }),
            sizes: None,
            nights_per_cycle: 0.0,
        },
        known: KnownValues::new(),
        risk_factors: Vec::new(),
        physiology: PhysiologyPlan {
            kidneys: Some(KidneyPlan {
                target: 0,
                baseline_ml_per_min: clearance_ml_per_min,
                baseline_parameter: None,
                known_as: None,
                model: KidneyFunctionModel { background_loss_per_y: 0.7, loss_per_gy_y: 0.0 },
                parameters: Vec::new(),
            }),
            ..PhysiologyPlan::default()
        },
        survival_link: None,
        events: None,
        coarse_curves: false,
        arms: vec![arm],
        assumptions: Vec::new(),
    }
}

#[test]
fn what_never_recovers_is_not_awaited_for_ever_and_its_dose_belongs_to_the_last_cycle() {
    let (plan, arm) = (plan(), arm(vec![gate(None)], Vec::new()));
    let regimen = regimen(40.1, arm.clone());
    let result = deliver(&plan, &regimen, &arm, &plan.model.parameter_values(), &SolveSettings::default()).unwrap();
    assert_eq!(result.ended_by, Some(StopCause::Toxicity), "{}", result.ended);
    assert_eq!(result.cycles.len(), 1);
    assert!(result.delays.len() <= 104, "{}", result.delays.len());
    let of_cycles: f64 = result.cycles.iter().map(|cycle| cycle.true_doses[0].absorbed_gy).sum();
    let total = result.totals[0].absorbed_gy;
    assert!((of_cycles / total - 1.0).abs() < 1e-9, "{of_cycles} of {total} Gy");
    // D = S A0 share T/ln 2, all of it
    let expected = 5e-4 * 7400.0 * 0.02 * 50.0 / std::f64::consts::LN_2;
    assert!((total / expected - 1.0).abs() < 1e-5, "{total} {expected}");
}

#[test]
fn a_suspension_leaves_a_gate_its_whole_delay() {
    let weeks = |weeks: f64| weeks * MINUTES_PER_WEEK;
    let suspend = StopRule::ExceptionalResponse { shrinkage: 0.4, longest_min: weeks(52.0) };
    let arm = arm(vec![gate(Some(weeks(4.0)))], vec![suspend]);
    let mut record = PatientRecord {
        cycles: vec![KnownCycle { time_min: 0.0, activity_mbq: 7400.0, estimates: Vec::new(), scans: Vec::new() }],
        assessments: vec![
            Assessment { time_min: 0.0, volumes_ml: vec![100.0] },
            Assessment { time_min: weeks(8.0), volumes_ml: vec![1.0] },
        ],
        laboratory: vec![LaboratoryValue { time_min: 0.0, analyte: Analyte::Clearance, value: 90.0 }],
        ..PatientRecord::default()
    };
    assert!(matches!(decide(&arm, &[], &mut record, weeks(8.0)), Decision::Wait { .. }));
    record.waiting_since_min = Some(weeks(8.0));
    // 12 weeks later the lesion has grown again, and now the clearance is low
    record.assessments.push(Assessment { time_min: weeks(20.0), volumes_ml: vec![90.0] });
    record.laboratory.push(LaboratoryValue { time_min: weeks(20.0), analyte: Analyte::Clearance, value: 35.0 });
    for week in 20..24 {
        let decision = decide(&arm, &[], &mut record, weeks(f64::from(week)));
        assert!(matches!(decision, Decision::Wait { .. }), "week {week}: {decision:?}");
    }
    assert!(matches!(decide(&arm, &[], &mut record, weeks(24.0)), Decision::Stop { cause: StopCause::Toxicity, .. }));
}

#[test]
fn a_reduced_activity_is_not_taken_for_what_the_limit_leaves() {
    let mut arm = arm(vec![Gate { withhold: None, reduce: Reduce::To(2000.0), ..gate(None) }], Vec::new());
    (arm.adaptation, arm.smallest_mbq) = (Adaptation::Activity, Some(3000.0));
    let mut record = PatientRecord {
        laboratory: vec![LaboratoryValue { time_min: 0.0, analyte: Analyte::Clearance, value: 35.0 }],
        ..PatientRecord::default()
    };
    let decision = decide(&arm, &[], &mut record, 0.0);
    assert!(matches!(decision, Decision::Stop { cause: StopCause::Toxicity, .. }), "{decision:?}");
}

#[test]
fn a_lesion_that_is_gone_keeps_a_volume_to_divide_by() {
    let growth = LesionParameters::named("neuroendocrine").unwrap();
    let lesion = LesionPlan {
        name: "organ".into(),
        target: 0,
        volume_ml: 1.0,
        reference_ml: 1.0,
        volume_parameter: Some((1, 1.0)),
        uptake_parameter: Some((0, -1.0)),
        growth: LesionParameters { alpha_per_gy: 5.0, ..growth },
    };
    let plan = PhysiologyPlan { lesions: vec![lesion], ..PhysiologyPlan::default() };
    let mut physiology = Physiology::new(&plan, 0, &[1.0, 1.0]);
    let times: Vec<f64> = (0..2000).map(|hour| f64::from(hour) * 60.0 * 12.0).collect();
    let rates = vec![1.0; times.len()];
    physiology.live(&times, &[rates], &[vec![0.0; times.len()]], 0.0).unwrap();
    assert!(physiology.lesion_volumes_ml()[0] < 1e-3);
    // 0.01 mL, and the uptake that goes with 1/V
    let parameters = physiology.parameters(2);
    assert!((parameters[1] - 0.01).abs() < 1e-15 && (parameters[0] - 100.0).abs() < 1e-9, "{parameters:?}");
}

#[test]
fn the_clearance_of_a_drawn_patient_is_that_of_the_parameter_that_holds_it() {
    let (model, arm) = (organ(), arm(Vec::new(), Vec::new()));
    let at = model.parameter("clearance").unwrap();
    let mut regimen = regimen(90.0, arm);
    let per_ml_per_min = model.parameters[at].value / 90.0;
    regimen.physiology.kidneys.as_mut().unwrap().baseline_parameter = Some((at, per_ml_per_min));
    let variation = Variation::log_normal("clearance", Varied::Parameter(at), 0.3, false, (0.0, 1e9));
    let cohort = CohortPlan { patients: 2, seed: 3, population: std::sync::Arc::new(PopulationPlan::of(vec![variation])) };
    let drawn = cohort.draw(1, &model, &model.parameter_values(), &regimen).unwrap();
    let (parameters, own) = (drawn.parameters, drawn.regimen);
    let clearance = own.physiology.kidneys.unwrap().baseline_ml_per_min;
    assert!((clearance - 90.0).abs() > 0.1);
    assert!((clearance - parameters[at] / per_ml_per_min).abs() < 1e-9);
}
