//! Population models of the literature against an independent implementation's curves, closed forms, and a second integration (classical Runge–Kutta with
//! fixed steps, here) of right-hand sides written out by hand in the papers' decay-corrected amounts and hours.
use std::collections::BTreeMap;

use rptbench::dosimetry::course::{Course, CoursePlan, SolveSettings};
use rptbench::nuclide;
use rptbench::session::fitting::dosed_course;
use rptbench::session::scenario::Scenario;
use rptbench::units::Unit;

use crate::support::{close, copy_project, project};

/// A scenario of a shipped model, from the text that follows `model:`.
pub fn scenario_of(model: &str, rest: &str) -> Scenario {
    let folder = tempfile::tempdir().unwrap();
    copy_project(folder.path());
    let own = folder.path().join("scenarios/own");
    std::fs::create_dir_all(&own).unwrap();
    std::fs::write(own.join("scenario.yaml"), format!("scenario: own\nmodel: ../../models/{model}.yaml\n{rest}")).unwrap();
    let (scenario, _) = Scenario::load(&own, &[]).unwrap_or_else(|faults| panic!("{faults}"));
    scenario
}

/// Curves of observables at times in h, in the units asked for; the balance of the labelled ligand is asserted.
fn curves(scenario: &Scenario, times_h: &[f64], wanted: &[(&str, &str)]) -> BTreeMap<String, Vec<f64>> {
    let plan = CoursePlan::new(scenario.model.clone(), scenario.targets.clone(), true).unwrap();
    let mut course: Course = dosed_course(&plan, scenario, &scenario.model.parameter_values(), None).unwrap();
    let times_min: Vec<f64> = times_h.iter().map(|time| time * 60.0).collect();
    let settings = SolveSettings { relative_tolerance: 1e-9, ..SolveSettings::default() };
    course.advance(*times_min.last().unwrap(), &times_min, &settings).unwrap();
    let residual = course.balance().unwrap().residual();
    assert!(residual.abs() <= 1e-9, "{}: residual {residual:e}", plan.model.name);
    let read = |(name, unit): &(&str, &str)| {
        let position = plan.model.observables.iter().position(|observable| observable.name == *name).unwrap_or_else(|| panic!("no {name}"));
        let unit = Unit::parse(unit).unwrap().in_internal_units;
        ((*name).to_owned(), course.samples.values[position].iter().map(|value| value / unit).collect())
    };
    wanted.iter().map(read).collect()
}

fn lambda_per_h() -> f64 {
    nuclide::find("Lu-177").unwrap().decay_constant_per_h()
}

/// Step of the classical Runge–Kutta method, h. The fastest rate is some 3 per h: local errors of (3 · 0.002)^5/120.
const STEP_H: f64 = 0.002;

/// One step of `step` from `state`.
fn runge_kutta(rates: &impl Fn(&[f64], &mut [f64]), state: &mut [f64], step: f64) {
    let moved =
        |slope: &[f64], share: f64| -> Vec<f64> { state.iter().zip(slope).map(|(value, rate)| value + share * step * rate).collect() };
    let mut slopes = vec![vec![0.0; state.len()]; 4];
    rates(state, &mut slopes[0]);
    for (stage, share) in [(1, 0.5), (2, 0.5), (3, 1.0)] {
        let place = moved(&slopes[stage - 1], share);
        rates(&place, &mut slopes[stage]);
    }
    for (position, value) in state.iter_mut().enumerate() {
        *value += step / 6.0 * (slopes[0][position] + 2.0 * slopes[1][position] + 2.0 * slopes[2][position] + slopes[3][position]);
    }
}

/// States at `times_h`, with `given` added to the first state at each of `doses_h`.
fn by_hand(rates: &impl Fn(&[f64], &mut [f64]), start: &[f64], given: f64, doses_h: &[f64], times_h: &[f64]) -> Vec<Vec<f64>> {
    let mut marks: Vec<f64> = times_h.iter().chain(doses_h).copied().collect();
    marks.sort_by(f64::total_cmp);
    marks.dedup();
    let (mut time, mut state) = (0.0, start.to_vec());
    let mut found = Vec::new();
    for mark in marks {
        let steps = ((mark - time) / STEP_H).ceil();
        for _ in 0..steps as usize {
            runge_kutta(rates, &mut state, (mark - time) / steps);
        }
        time = mark;
        if times_h.contains(&mark) {
            found.push(state.clone());
        }
        if doses_h.contains(&mark) {
            state[0] += given;
        }
    }
    found
}

/// The reference's own curves, at each of its sixteen times.
#[test]
fn psma617_follows_the_reference_curves() {
    let text =
        std::fs::read_to_string(project().join("tests/data/psma_poppk/ref_siebinga2023_psma617_6000MBq_decaycorrected.csv")).unwrap();
    let rows: Vec<Vec<f64>> = text.lines().skip(1).map(|line| line.split(',').map(|field| field.parse().unwrap()).collect()).collect();
    assert_eq!(rows.len(), 16);
    let times: Vec<f64> = rows.iter().map(|row| row[0]).collect();
    let scenario = scenario_of("siebinga_psma617", "administrations: [{site: vein, activity: 6000 MBq}]\n");
    let wanted = [
        ("blood_decay_corrected", "MBq/L", 2),
        ("salivary_decay_corrected", "MBq", 3),
        ("kidneys_decay_corrected", "MBq", 4),
        ("liver_decay_corrected", "MBq", 5),
        ("tumour_decay_corrected", "MBq", 6),
        ("other_decay_corrected", "MBq", 7),
    ];
    let asked: Vec<(&str, &str)> = wanted.iter().map(|(name, unit, _)| (*name, *unit)).collect();
    let found = curves(&scenario, &times, &asked);
    let mut worst: f64 = 0.0;
    for (name, _, column) in wanted {
        for (row, value) in rows.iter().zip(&found[name]) {
            close(&format!("{name} at {} h", row[0]), *value, row[column], 1e-6);
            worst = worst.max((value / row[column] - 1.0).abs());
        }
    }
    println!("largest deviation {worst:.1e}");
    for (row, value) in rows.iter().zip(&found["blood_decay_corrected"]) {
        close("blood, MBq", value * 10.3, row[1], 1e-6);
    }
}

/// A camera sees the decay-corrected activity times exp(−λt), in every compartment, the saturable one included.
#[test]
fn what_a_camera_sees_of_psma617_is_the_decaying_part() {
    let scenario = scenario_of("siebinga_psma617", "administrations: [{site: vein, activity: 6000 MBq}]\n");
    let times = [1.0, 24.0, 72.0, 168.0];
    let organs = ["salivary", "kidneys", "liver", "tumour", "other"];
    let names: Vec<String> = organs.iter().flat_map(|organ| [(*organ).to_owned(), format!("{organ}_decay_corrected")]).collect();
    let asked: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "MBq")).collect();
    let found = curves(&scenario, &times, &asked);
    for organ in organs {
        for (position, time) in times.iter().enumerate() {
            let corrected = found[&format!("{organ}_decay_corrected")][position];
            close(organ, found[organ][position], corrected * (-lambda_per_h() * time).exp(), 1e-7);
        }
    }
}

/// Kinetics, effect compartment and PSA of the paper as ordinary differential equations, two cycles, a light patient with large tumours. The model carries
/// PSA in closed form and the effect as an amount that was eliminated, so that nothing but the numbers is shared.
#[test]
fn psma_it_and_psa_follow_the_equations_of_the_paper() {
    let (weight, volume_ml, cycle) = (62.0_f64, 110.0_f64, 0.731);
    let slower = (weight / 79.0).powf(-0.25);
    let relative = volume_ml / 44.3;
    let rates = move |x: &[f64], dx: &mut [f64]| {
        let [central, salivary, kidneys, tumour, other, effect, psa] = x[..] else { panic!() };
        let to_salivary = 0.0105 * relative.powf(0.0910) * slower * central * (1.0 - salivary / 134.0) - 0.0629 * slower * salivary;
        let to_kidneys = (0.0321 * central - 0.0625 * kidneys) * slower;
        let to_tumour = 0.00967 * relative.powf(1.08) * cycle * slower * central - 0.0150 * slower * tumour;
        let to_other = (0.275 * central - 0.0247 * other) * slower;
        let concentration = tumour / (volume_ml / 1000.0);
        dx[0] = -0.253 * slower * central - to_salivary - to_kidneys - to_tumour - to_other;
        dx[1] = to_salivary;
        dx[2] = to_kidneys;
        dx[3] = to_tumour;
        dx[4] = to_other;
        dx[5] = 0.00128 * (concentration - effect);
        dx[6] = (0.000408 - 0.00335 * concentration / 1000.0 / 24.0 - 3.28e-5 * effect / 24.0) * psa;
    };
    let baseline = 140.0 + 57.5 * relative;
    let times = [0.5, 4.0, 24.0, 72.0, 168.0, 600.0, 1008.5, 1032.0, 1176.0, 2016.0];
    let expected = by_hand(&rates, &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, baseline], 7400.0, &[0.0, 1008.0], &times);
    let scenario = scenario_of(
        "siebinga_psma_it_psa",
        &format!(
            "patient: {{values: {{weight: {weight} kg, tumour_volume: {volume_ml} mL, cycle_factor: {cycle}}}}}\n\
             administrations: [{{site: vein, activity: 7400 MBq, repeat: 2, every: 6 wk}}]\nsolve: {{until: 3000 h}}\n"
        ),
    );
    let asked = [
        ("salivary_decay_corrected", "MBq", 1),
        ("kidneys_decay_corrected", "MBq", 2),
        ("tumour_decay_corrected", "MBq", 3),
        ("psa", "ug/L", 6),
    ];
    let names: Vec<(&str, &str)> = asked.iter().map(|(name, unit, _)| (*name, *unit)).collect();
    let found = curves(&scenario, &times, &names);
    for (name, _, state) in asked {
        for (position, time) in times.iter().enumerate() {
            close(&format!("{name} at {time} h"), found[name][position], expected[position][state], 1e-6);
        }
    }
    // the central volume scales with weight: 7400 MBq in 10.3 L · 62/79
    let start = curves(&scenario, &[0.0, 1.0], &[("central", "MBq/L")])["central"][0];
    close("central at 0 h", start, 7400.0 / (10.3 * weight / 79.0), 1e-12);
}

/// Peptide in µg as in the paper, 151 µg with 7271 MBq; the model has nmol of labelled and unlabelled peptide.
#[test]
fn ha_dotatate_follows_the_equations_of_the_paper() {
    let (tumour_l, all_tumours_l) = (0.25_f64, 0.6_f64);
    let rates = move |x: &[f64], dx: &mut [f64]| {
        let capacity_ug = |nmol_per_l: f64, volume_l: f64| nmol_per_l * volume_l * 1628.5 / 1000.0;
        let organs = [
            (0.0607 * (-0.4 * all_tumours_l).exp(), capacity_ug(16.7, 0.21), 0.01),
            (0.107, capacity_ug(6.7, 0.3), 0.01),
            (0.157 * (tumour_l / 0.080).powf(0.67), capacity_ug(30.0, tumour_l), 0.00375),
            (2.5, capacity_ug(2.4, 4.0), 0.01),
            (1.0, f64::INFINITY, 0.01),
        ];
        dx[0] = -0.575 * x[0];
        for (organ, (uptake, capacity, loss)) in organs.into_iter().enumerate() {
            let flux = uptake * 0.57 * x[0] * (1.0 - x[organ + 1] / capacity);
            dx[0] -= flux;
            dx[organ + 1] = flux - loss * x[organ + 1];
        }
    };
    let times = [0.25, 1.0, 4.0, 24.0, 72.0, 168.0];
    let expected = by_hand(&rates, &[0.0; 6], 151.0, &[0.0], &times);
    let labelled_nmol = 7271.0 / nuclide::find("Lu-177").unwrap().mbq_per_nmol();
    let unlabelled_nmol = 151.0 / 1628.5 * 1000.0 - labelled_nmol;
    // the dose that the model file names
    assert!((labelled_nmol - 10.0).abs() < 0.05 && (unlabelled_nmol - 82.7).abs() < 0.05, "{labelled_nmol} {unlabelled_nmol}");
    let scenario = scenario_of(
        "siebinga_ha_dotatate",
        &format!(
            "patient: {{values: {{tumour_volume: 250 mL, total_tumour_volume: 600 mL}}}}\nadministrations: [{{site: vein, activity: 7271 MBq, unlabelled: {unlabelled_nmol:?} nmol}}]\n"
        ),
    );
    let asked = ["spleen", "kidneys", "tumour", "receptor_organs", "other"];
    let names: Vec<(&str, &str)> = asked.iter().map(|name| (*name, "nmol")).collect();
    let found = curves(&scenario, &times, &names);
    for (organ, name) in asked.into_iter().enumerate() {
        for (position, time) in times.iter().enumerate() {
            let labelled_share = labelled_nmol / (151.0 / 1628.5 * 1000.0) * (-lambda_per_h() * time).exp();
            let nmol = expected[position][organ + 1] / 1628.5 * 1000.0 * labelled_share;
            close(&format!("{name} at {time} h"), found[name][position], nmol, 1e-6);
        }
    }
}

/// Two compartments in closed form times exp(−λt).
#[test]
fn dotatate_of_adolescents_follows_two_exponentials() {
    let (k10, k12, k21) = (5.92 / 17.86, 2.63 / 17.86, 2.63 / 99.42_f64);
    let sum = k10 + k12 + k21;
    let root = (sum * sum - 4.0 * k10 * k21).sqrt();
    let (alpha, beta) = ((sum + root) / 2.0, (sum - root) / 2.0);
    let central = |time: f64| 7400.0 * ((alpha - k21) * (-alpha * time).exp() + (k21 - beta) * (-beta * time).exp()) / (alpha - beta);
    let times = [0.1, 1.0, 6.0, 24.0, 96.0, 240.0];
    let scenario = scenario_of("sood_dotatate_adolescent", "administrations: [{site: vein, activity: 7400 MBq}]\n");
    let found = curves(&scenario, &times, &[("central", "MBq"), ("blood", "MBq/L")]);
    for (position, time) in times.into_iter().enumerate() {
        let expected = central(time) * (-lambda_per_h() * time).exp();
        close("central", found["central"][position], expected, 1e-9);
        close("blood", found["blood"][position], expected / 17.86, 1e-9);
    }
}
