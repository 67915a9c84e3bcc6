//! What happens to the true patient, against closed forms and against the parts driven by hand.
use super::physiology::*;
use crate::radiobiology::blood_counts::{LineageCourse, default_lineages};
use crate::radiobiology::kidney_function::KidneyFunctionModel;
use crate::radiobiology::lesion::LesionParameters;
use crate::radiobiology::registry;

const YEAR_MIN: f64 = 525_960.0;

fn kidney_plan(parameters: Vec<usize>) -> PhysiologyPlan {
    let kidneys = KidneyPlan {
        target: 0,
        baseline_ml_per_min: 90.0,
        baseline_parameter: None,
        known_as: None,
        model: KidneyFunctionModel { background_loss_per_y: 0.01, loss_per_gy_y: 0.0015 },
        parameters,
    };
    PhysiologyPlan { kidneys: Some(kidneys), ..PhysiologyPlan::default() }
}

/// 20 Gy at a steady 1 % + 20 × 0.15 % a year: after two years 90 e^(−0.08) mL/min, however fine the steps; the filtration that the model uses falls by the same factor.
#[test]
fn clearance_falls_exponentially_at_a_constant_dose() {
    let plan = kidney_plan(vec![1]);
    for points in [2, 50] {
        let mut physiology = Physiology::new(&plan, 0, &[5.0, 0.2]);
        let times: Vec<f64> = (0..points).map(|point| 2.0 * YEAR_MIN * point as f64 / (points - 1) as f64).collect();
        physiology.live(&times, &[vec![0.0; points]], &[vec![20.0; points]], 0.0).unwrap();
        let factor = (-0.08_f64).exp();
        assert!((physiology.clearance_ml_per_min().unwrap() / (90.0 * factor) - 1.0).abs() < 1e-12);
        assert_eq!(physiology.curves.clearance_ml_per_min.len(), points);
        let parameters = physiology.parameters(2);
        assert_eq!(parameters[0], 5.0);
        assert!((parameters[1] / (0.2 * factor) - 1.0).abs() < 1e-12);
        // mean loss over the two years: (1 − e^(−0.08))/2 a year
        let loss = physiology.curves.clearance_loss_per_year().unwrap();
        assert!((loss / ((1.0 - factor) / 2.0) - 1.0).abs() < 1e-9, "{loss}");
    }
}

/// A dose that rises evenly from 0 to 20 Gy counts with its mean, 10 Gy.
#[test]
fn a_rising_dose_counts_with_its_mean() {
    let plan = kidney_plan(vec![]);
    let mut physiology = Physiology::new(&plan, 0, &[]);
    let times: Vec<f64> = (0..=100).map(|point| YEAR_MIN * f64::from(point) / 100.0).collect();
    let doses: Vec<f64> = (0..=100).map(|point| 20.0 * f64::from(point) / 100.0).collect();
    physiology.live(&times, &[vec![0.0; 101]], &[doses], 0.0).unwrap();
    assert!((physiology.clearance_ml_per_min().unwrap() / (90.0 * (-0.025_f64).exp()) - 1.0).abs() < 1e-12);
}

/// Counts are those of a lineage given the same dose rate, and go on where the last call left them.
#[test]
fn counts_are_those_of_a_lineage_under_the_same_dose_rate() {
    let counts = CountsPlan { marrow: 1, lineages: default_lineages().to_vec(), disease_deficit: 0.0 };
    let plan = PhysiologyPlan { counts: Some(counts), ..PhysiologyPlan::default() };
    let mut physiology = Physiology::new(&plan, 0, &[]);
    let times_h: Vec<f64> = (0..=400).map(|point| 5.0 * f64::from(point)).collect();
    let rates: Vec<f64> = times_h.iter().map(|time| 0.01 * (-0.01 * time).exp()).collect();
    let minutes: Vec<f64> = times_h.iter().map(|time| 60.0 * time).collect();
    for part in [0..201, 200..401] {
        let zeros = vec![0.0; part.len()];
        physiology.live(&minutes[part.clone()], &[zeros.clone(), rates[part].to_vec()], &[zeros.clone(), zeros], 0.0).unwrap();
    }
    for (position, lineage) in default_lineages().iter().enumerate() {
        let expected = LineageCourse::new(lineage).advance(&times_h, &rates, 1.0).unwrap();
        let last = physiology.circulating()[position];
        assert!((last / expected[400] - 1.0).abs() < 1e-12, "{}", lineage.kind.name());
        let lowest = expected.iter().copied().fold(f64::INFINITY, f64::min);
        let (nadir, day) = physiology.curves.nadir(position).unwrap();
        assert!((nadir / lowest - 1.0).abs() < 1e-12 && day > 0.0 && nadir < 0.97 * lineage.baseline, "{}", lineage.kind.name());
    }
}

fn lesion(volume_parameter: Option<(usize, f64)>, uptake_parameter: Option<(usize, f64)>) -> PhysiologyPlan {
    // no dose and a doubling time of 100 d: V = V₀ 2^(t/100 d)
    let growth = LesionParameters { doubling_time_d: 100.0, carrying_volume_ml: None, ..LesionParameters::neuroendocrine() };
    let lesion =
        LesionPlan { name: "lesion".into(), target: 1, volume_ml: 20.0, reference_ml: 10.0, volume_parameter, uptake_parameter, growth };
    PhysiologyPlan { lesions: vec![lesion], ..PhysiologyPlan::default() }
}

/// After two doublings: 80 mL in the model's unit (here litres), uptake × 4^0.25 = √2, self-dose by 80 mL over the 10 mL of the S-value.
#[test]
fn a_lesion_sets_its_volume_uptake_and_mass() {
    let plan = lesion(Some((0, 1e-3)), Some((1, 0.25)));
    let mut physiology = Physiology::new(&plan, 0, &[0.020, 3.0, 7.0]);
    assert!(physiology.volume_ratios(2)[0] == 1.0 && (physiology.volume_ratios(2)[1] - 2.0).abs() < 1e-12);
    let times = [0.0, 200.0 * 1440.0];
    physiology.live(&times, &[vec![0.0; 2], vec![0.0; 2]], &[vec![0.0; 2], vec![0.0; 2]], 0.0).unwrap();
    assert!((physiology.lesion_volumes_ml()[0] / 80.0 - 1.0).abs() < 1e-9);
    let parameters = physiology.parameters(2);
    assert!((parameters[0] / 0.080 - 1.0).abs() < 1e-9);
    assert!((parameters[1] / (3.0 * 2.0_f64.sqrt()) - 1.0).abs() < 1e-9);
    assert_eq!(parameters[2], 7.0);
    assert!((physiology.volume_ratios(2)[1] / 8.0 - 1.0).abs() < 1e-9);
}

fn drift(cv: f64, trend_per_cycle: f64) -> PhysiologyPlan {
    PhysiologyPlan { drift: vec![DriftPlan { path: "uptake".into(), parameter: 0, trend_per_cycle, cv }], ..PhysiologyPlan::default() }
}

/// −6 % a cycle: 0.94^(n − 1) of the patient's own value.
#[test]
fn a_trend_without_noise_is_exact() {
    let plan = drift(0.0, -0.06);
    let physiology = Physiology::new(&plan, 0, &[2.0]);
    for (cycle, factor) in [(1, 1.0), (2, 0.94), (3, 0.8836), (4, 0.830584)] {
        assert!((physiology.parameters(cycle)[0] / (2.0 * factor) - 1.0).abs() < 1e-12, "cycle {cycle}");
    }
}

/// CV 15 % from cycle to cycle: ln of SD √ln 1.0225 = 0.149166 about the trend, the first cycle without; five standard errors.
#[test]
fn drift_is_log_normal_about_the_patients_own_value() {
    let mut draws = Vec::new();
    for seed in 0..4000 {
        let plan = PhysiologyPlan { seed, ..drift(0.15, -0.06) };
        let physiology = Physiology::new(&plan, 0, &[2.0]);
        assert_eq!(physiology.parameters(1)[0], 2.0);
        draws.push((physiology.parameters(3)[0] / (2.0 * 0.8836)).ln());
    }
    let n = draws.len() as f64;
    let mean = draws.iter().sum::<f64>() / n;
    let sd = (draws.iter().map(|draw| (draw - mean) * (draw - mean)).sum::<f64>() / (n - 1.0)).sqrt();
    assert!(mean.abs() < 5.0 * 0.149166 / n.sqrt(), "{mean}");
    assert!((sd - 0.149166).abs() < 5.0 * 0.149166 / (2.0 * n).sqrt(), "{sd}");
}

/// A symptom comes at the patient's own dose and stays; over patients its share is the relation's probability: Φ((23 − 26)/(0.40 × 26)) = 0.3865 at
/// 23 Gy, the 39 % of VISION (five binomial standard errors).
#[test]
fn symptoms_come_once_and_as_often_as_the_relation_says() {
    let relation = registry::find("salivary_any_dry_mouth").unwrap().clone();
    let plan = |seed| PhysiologyPlan {
        seed,
        symptoms: vec![SymptomPlan { name: "dry_mouth".into(), target: 0, relation: relation.clone() }],
        ..PhysiologyPlan::default()
    };
    let dose_gy = 23.0;
    let mut there = 0;
    for seed in 0..4000 {
        let plan = plan(seed);
        let physiology = Physiology::new(&plan, 0, &[]);
        let at = |dose: f64| physiology.symptoms(&[dose])[0].1;
        let course: Vec<bool> = (0..=60).map(|dose| at(f64::from(dose))).collect();
        assert!(course.windows(2).all(|pair| pair[0] <= pair[1]), "a symptom that goes away with more dose");
        there += u32::from(at(dose_gy));
    }
    let expected: f64 = 0.3865;
    let share = f64::from(there) / 4000.0;
    assert!((share - expected).abs() < 5.0 * (expected * (1.0 - expected) / 4000.0).sqrt(), "{share} v {expected}");
}

/// A steady concentration of 2000 MBq/L (corrected for decay) for 1000 h: e = C (1 − e^(−k_e0 t)), ∫e = C t − e/k_e0,
/// ln(PSA/PSA₀) = k_G t − k_dir C t/24 000 − k_del ∫e/24, with the constants of Siebinga et al. 2024. The dose rate falls by decay while the corrected concentration stays.
#[test]
fn psa_follows_the_concentration_corrected_for_decay() {
    let (decay_per_h, gy_per_h_per_mbq_per_l) = (0.004_345, 8.532e-5);
    let psa = PsaPlan {
        target: 0,
        initial_ug_per_l: 140.0,
        gy_per_h_per_mbq_per_l,
        decay_per_h,
        parameters: crate::radiobiology::psa::SIEBINGA_2024,
    };
    let plan = PhysiologyPlan { psa: Some(psa), ..PhysiologyPlan::default() };
    let mut physiology = Physiology::new(&plan, 0, &[]);
    let administered_h = 500.0;
    let times_h: Vec<f64> = (0..=100).map(|point| administered_h + 10.0 * f64::from(point)).collect();
    let rates: Vec<f64> =
        times_h.iter().map(|time| 2000.0 * gy_per_h_per_mbq_per_l * (-decay_per_h * (time - administered_h)).exp()).collect();
    let minutes: Vec<f64> = times_h.iter().map(|time| 60.0 * time).collect();
    physiology.live(&minutes, &[rates], &[vec![0.0; 101]], 60.0 * administered_h).unwrap();
    let effect = 2000.0 * (1.0 - (-1.28_f64).exp());
    let exposure = 2000.0 * 1000.0 - effect / 0.001_28;
    let log_ratio = 0.000_408 * 1000.0 - 0.003_35 * 2000.0 * 1000.0 / 24_000.0 - 3.28e-5 * exposure / 24.0;
    let last = physiology.curves.psa_ug_per_l[100];
    assert!((last / (140.0 * log_ratio.exp()) - 1.0).abs() < 1e-9, "{last}");
}
