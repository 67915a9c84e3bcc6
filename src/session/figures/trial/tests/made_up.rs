//! Made-up data of a trial, from closed forms and an even sequence: nothing here is a measurement or a published number.

use super::super::*;

/// A number in (0, 1) that looks random: the bits of index and stream, mixed (SplitMix64).
pub fn even(index: usize, stream: usize) -> f64 {
    let mut z = (index as u64 * 8 + stream as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64 * (1.0 - 2e-9) + 1e-9
}

/// A normal deviate by Box and Muller from a number in (0, 1): its digits further down are the second.
pub fn bell(share: f64) -> f64 {
    let second = (share * 1e6).fract();
    (-2.0 * share.ln()).sqrt() * (2.0 * std::f64::consts::PI * second).cos()
}

pub fn about() -> TrialAbout {
    TrialAbout {
        patients: 0,
        subject: "made-up trial, 1000 virtual patients".into(),
        caption: vec![
            "Model: made-up, closed forms for looking at the figure, no measurement. Evidence: assumed.".into(),
            "Not proven: that adapting to dose helps patients. The arms show doses, not outcomes.".into(),
        ],
    }
}

pub fn arms(count: usize) -> Vec<ArmWords> {
    let known = [
        ("fixed", "Fixed: 4 × 7.4 GBq"),
        ("adapted", "Adapted to 23 Gy to the kidneys"),
        ("bed", "Adapted to BED 40 Gy, at most eight cycles of the usual activity"),
        ("escalated", "Escalated first cycle"),
        ("short", "Intervals of 4 weeks"),
        ("control", "Control"),
    ];
    known.iter().take(count).map(|(name, title)| ArmWords { name: (*name).into(), title: (*title).into() }).collect()
}

pub fn long_arms(count: usize) -> Vec<ArmWords> {
    let long = |arm: ArmWords| ArmWords {
        title: format!("{}, whose title says what it does at length, with the estimator and the schedule of its scans", arm.title),
        name: format!("{}_with_a_long_name", arm.name),
    };
    arms(count).into_iter().map(long).collect()
}

/// Log-normal values, counted in bins of 2 % width.
pub fn spread(median: f64, cv: f64, patients: usize, stream: usize) -> ArmSpread {
    let values: Vec<f64> = (0..patients).map(|i| median * (cv * bell(even(i, stream))).exp()).collect();
    let bin_of = |value: f64| (value.ln() / 0.02).floor() as i64;
    let mut counts = std::collections::BTreeMap::new();
    values.iter().for_each(|value| *counts.entry(bin_of(*value)).or_insert(0_u64) += 1);
    let bins = counts.into_iter().map(|(bin, count)| ((0.02 * bin as f64).exp(), (0.02 * (bin + 1) as f64).exp(), count));
    ArmSpread { histogram: Histogram::of_bins(bins), points: values.into_iter().take(MOST_POINTS).collect() }
}

pub fn differences(mean: f64, sd: f64, patients: usize, stream: usize) -> ArmSpread {
    let values: Vec<f64> = (0..patients).map(|i| mean + sd * bell(even(i, stream))).collect();
    ArmSpread { histogram: Histogram::of_values(&values), points: values.into_iter().take(MOST_POINTS).collect() }
}

pub fn organs(arms: usize, patients: usize) -> Vec<SpreadPanel> {
    let organ = |title: &str, median: f64, cv: f64, limit: Option<(f64, &str)>| SpreadPanel {
        title: title.into(),
        quantity: "Absorbed dose".into(),
        unit: "Gy".into(),
        limits: limit.map(|(value, words)| LimitLine { value, words: words.into() }).into_iter().collect(),
        arms: (0..arms).map(|arm| spread(median * (1.0 + 0.12 * arm as f64), cv / (1.0 + 0.5 * arm as f64), patients, arm)).collect(),
    };
    vec![
        organ("Kidneys", 18.0, 0.3, Some((23.0, "23 Gy (transferred)"))),
        organ("Red marrow", 0.9, 0.35, Some((2.0, "2 Gy (transferred)"))),
        organ("Tumour", 70.0, 0.7, None),
    ]
}

pub fn paired(arms: usize, patients: usize) -> Vec<SpreadPanel> {
    let organ = |title: &str, mean: f64, sd: f64| SpreadPanel {
        title: title.into(),
        quantity: "Difference in absorbed dose".into(),
        unit: "Gy".into(),
        arms: (0..arms).map(|arm| differences(mean * (1.0 + arm as f64), sd, patients, arm)).collect(),
        ..SpreadPanel::default()
    };
    vec![organ("Kidneys", 1.9, 4.0), organ("Red marrow", -0.02, 0.1), organ("Tumour", 9.0, 25.0), organ("Spleen", 0.0, 3.0)]
}

pub fn lineages(arms: usize, patients: usize) -> Vec<LineageNadirs> {
    let lineage = |kind, median: f64, cv: f64, day: f64| LineageNadirs {
        kind,
        nadirs: (0..arms).map(|arm| spread(median * (1.0 - 0.08 * arm as f64), cv, patients, arm)).collect(),
        days: (0..arms).map(|arm| spread(day + 9.0 * arm as f64, 0.15, patients, arm + 1)).collect(),
    };
    vec![lineage(CellKind::Platelets, 140.0, 0.35, 190.0), lineage(CellKind::Haemoglobin, 110.0, 0.12, 205.0)]
}

pub fn scatter(arms: usize, patients: usize) -> EffectScatter {
    let pair = |patient: usize, arm: usize| {
        let dose = 18.0 * (0.3 * bell(even(patient, 0))).exp() * (1.0 + 0.1 * arm as f64 * even(patient, 2));
        let tumour = 80.0 * (0.6 * bell(even(patient, 1))).exp() * (1.0 + 0.15 * arm as f64 * even(patient, 2));
        let ntcp = 100.0 / (1.0 + (-(dose - 38.0) / 4.0).exp());
        (ntcp, 100.0 / (1.0 + (-(tumour - 90.0) / 25.0).exp()))
    };
    EffectScatter {
        name: "ntcp_tcp".into(),
        x_quantity: "NTCP, kidneys: grade ≥ 2 nephropathy".into(),
        x_unit: "%".into(),
        y_quantity: "TCP, tumour".into(),
        y_unit: "%".into(),
        patients: (0..patients)
            .map(|p| EffectPatient {
                patient: p.to_string(),
                arms: (0..arms).map(|a| (p % 17 != 16 || a == 0).then(|| pair(p, a))).collect(),
            })
            .collect(),
        of_patients: 5 * patients,
        evidence: vec!["NTCP: logistic in dose, made up; evidence: transferred. TCP: logistic in dose, made up; evidence: assumed.".into()],
    }
}

pub fn changes(arms: usize, patients: usize) -> Vec<Vec<BestChange>> {
    let change = |patient: usize, arm: usize| {
        let change_percent = (-28.0 - 8.0 * arm as f64 + 40.0 * bell(even(patient, arm))).max(-100.0);
        let response = match change_percent {
            c if c <= -100.0 => Response::Complete,
            c if c <= -30.0 => Response::Partial,
            c if c < 20.0 => Response::Stable,
            _ => Response::Progressive,
        };
        BestChange { change_percent, response }
    };
    (0..arms).map(|arm| (0..patients).map(|patient| change(patient, arm)).collect()).collect()
}

pub fn swimmers(arms: usize, patients: usize) -> Vec<Vec<SwimmerPatient>> {
    let reasons = ["as planned", "limit on dose", "toxicity", "progression"];
    let one = |patient: usize, arm: usize| {
        let reason = if even(patient, arm) < 0.5 { 0 } else { 1 + (patient + arm) % 3 };
        let count = if reason == 0 { 4 + arm } else { 1 + (patient + arm) % 4 };
        let mut time_wk = 0.0;
        let cycles: Vec<SwimmerCycle> = (0..count)
            .map(|cycle| {
                let delay_wk = if cycle > 0 && even(patient * 7 + cycle, 1) > 0.8 { 4.0 } else { 0.0 };
                time_wk += if cycle > 0 { 8.0 + delay_wk } else { 0.0 };
                SwimmerCycle { time_wk, activity_gbq: if arm == 0 { 7.4 } else { 5.0 + 5.0 * even(patient, 2) }, delay_wk }
            })
            .collect();
        let running = patient % 11 == 10;
        SwimmerPatient { patient: patient.to_string(), cycles, end_wk: time_wk + 8.0, reason: (!running).then(|| reasons[reason].into()) }
    };
    (0..arms).map(|arm| (0..patients).map(|patient| one(patient, arm)).collect()).collect()
}

/// Exponential survival seen at its quantiles; the interval is that of a binomial share.
pub fn survival(groups: &[ArmWords], patients: usize) -> SurvivalCurves {
    let group = |index: usize, arm: &ArmWords| {
        let median = 14.0 + 2.5 * index as f64;
        let (mut steps, mut at_risk) = (Vec::new(), Vec::new());
        let n = patients as f64;
        for event in 1..=patients {
            let survival = 1.0 - event as f64 / n;
            let time = -median / 2.0_f64.ln() * (1.0 - (event as f64 - 0.5) / n).ln();
            at_risk.push((time.min(48.0), n - event as f64 + 1.0));
            if time > 48.0 {
                break;
            }
            let half = 1.96 * (survival * (1.0 - survival) / n).sqrt();
            let interval = (survival - half).max(0.0)..=(survival + half).min(1.0);
            steps.push(SurvivalPoint { time, survival, interval_95: (survival > 0.0).then(|| (*interval.start(), *interval.end())) });
        }
        let reached = steps.iter().any(|step| step.survival <= 0.5);
        SurvivalGroup {
            name: arm.name.clone(),
            title: arm.title.clone(),
            steps,
            at_risk,
            censored: (1..6).map(|i| 8.0 * f64::from(i) - 0.7 * index as f64).collect(),
            last: 48.0,
            median: reached.then_some((median, Some(0.9 * median), index.is_multiple_of(2).then_some(1.12 * median))),
        }
    };
    SurvivalCurves {
        name: "pfs".into(),
        endpoint: "Progression-free survival".into(),
        unit: "months".into(),
        groups: groups.iter().enumerate().map(|(index, arm)| group(index, arm)).collect(),
        comparison: vec!["Hazard ratio adapted v fixed 0.94 (95 % interval 0.78 to 1.13), log-rank p = 0.51".into()],
    }
}

pub fn power(curves: usize) -> PowerCurves {
    let curve = |index: usize| {
        let titles =
            ["no effect of dose", "hazard ratio 0.8 (assumed)", "hazard ratio 0.7 (assumed)", "hazard ratio 0.7, doses measured ± 20 %"];
        let points = (1..=8).map(|step| {
            let patients = 100.0 * f64::from(step);
            let shift = index as f64 * (patients / 4.0_f64).sqrt() * 0.12 - 1.96;
            let power = (0.05_f64).max(1.0 / (1.0 + (-1.7 * shift).exp())).min(1.0);
            PowerPoint { patients, power, standard_error: (power * (1.0 - power) / 1000.0).sqrt() }
        });
        PowerCurve { title: titles[index % 4].into(), points: points.collect() }
    };
    PowerCurves { name: "power".into(), test: "log-rank test, two-sided".into(), alpha: 0.05, curves: (0..curves).map(curve).collect() }
}

pub fn estimates(arms: usize, patients: usize) -> Vec<TargetEstimates> {
    let target = |title: &str, median: f64, cv: f64| TargetEstimates {
        title: title.into(),
        quantity: "absorbed dose".into(),
        unit: "Gy".into(),
        arms: (0..arms)
            .map(|arm| {
                (0..patients)
                    .map(|i| {
                        let truth = median * (cv * bell(even(i, arm))).exp();
                        (truth, truth * (0.03 + 0.12 * bell(even(i, arm + 1))).exp())
                    })
                    .collect()
            })
            .collect(),
    };
    vec![target("Kidneys", 19.0, 0.3), target("Tumour", 70.0, 0.8)]
}
