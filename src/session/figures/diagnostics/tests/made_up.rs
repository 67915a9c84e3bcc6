//! Made-up data of a fit, from closed forms and a fixed pattern of deviations: nothing here is a measurement.

use super::super::*;

/// Deviations in standard deviations, a fixed pattern with mean near zero.
const PATTERN: [f64; 9] = [0.4, -1.1, 0.9, -0.2, 1.6, -0.7, 0.1, -1.9, 0.8];

pub fn about() -> About {
    About {
        subject: "made-up patient, whole-body model".into(),
        caption: vec!["Error model: proportional, 10 %. Made-up data for looking at the figure, no measurement.".into()],
    }
}

fn panel(title: &str, channel: &str, quantity: &str, unit: &str, times: &[f64], of: impl Fn(f64) -> f64, cv: f64) -> FittedPanel {
    let last = times.iter().copied().fold(0.0, f64::max) * 1.1;
    let times_h: Vec<f64> = (0..150).map(|i| last * f64::from(i) / 149.0).collect();
    let values: Vec<f64> = times_h.iter().map(|t| of(*t)).collect();
    let scaled = |factor: f64| values.iter().map(|v| v * factor).collect();
    let shift = title.len() + title.bytes().map(usize::from).sum::<usize>();
    let points = times.iter().enumerate().map(|(i, time)| {
        let (predicted, deviation) = (of(*time), PATTERN[(i * 4 + shift) % PATTERN.len()]);
        FittedPoint {
            time_h: *time,
            measured: predicted * (1.0 + cv * deviation),
            standard_deviation: Some(cv * predicted),
            predicted,
            weighted_residual: deviation,
            status: PointStatus::Used,
        }
    });
    FittedPanel {
        title: title.into(),
        channel: channel.into(),
        quantity: quantity.into(),
        unit: unit.into(),
        points: points.collect(),
        curve: FittedCurve { band: Some((scaled(0.87), scaled(1.15))), times_h, values },
    }
}

/// Five organs in MBq and a blood concentration; one point excluded, one below the limit of quantification.
pub fn organs() -> Vec<FittedPanel> {
    let scans = [4.0, 24.0, 72.0, 168.0];
    let organ = |title: &str, scale: f64, fast: f64, slow: f64| {
        panel(title, title, "Activity", "MBq", &scans, move |t| scale * ((-slow * t).exp() - (-fast * t).exp()), 0.1)
    };
    let mut all = vec![
        organ("Kidneys", 260.0, 0.7, 0.017),
        organ("Spleen", 90.0, 0.9, 0.012),
        organ("Liver", 310.0, 1.4, 0.021),
        organ("Salivary glands", 60.0, 0.4, 0.024),
        organ("Tumour lesion 1 (retroperitoneal lymph node)", 45.0, 0.15, 0.0075),
    ];
    let blood = [0.1, 0.5, 1.0, 3.0, 6.0, 24.0, 72.0];
    all.push(panel("Blood", "Blood", "Concentration", "nmol/L", &blood, |t| 8.0 * (-1.1 * t).exp() + 1.2 * (-0.06 * t).exp(), 0.1));
    all[0].points[1].status = PointStatus::Excluded;
    all[0].points[1].measured *= 1.9;
    all[0].points[1].weighted_residual = 9.2;
    if let Some(last) = all[5].points.last_mut() {
        *last = FittedPoint { measured: 0.05, standard_deviation: None, status: PointStatus::BelowLimit, ..*last };
    }
    all
}

/// Subjects with an oral dose, sampled from time zero.
pub fn subjects(count: usize) -> Vec<FittedPanel> {
    let times = [0.0, 0.25, 0.5, 1.0, 2.0, 3.5, 5.0, 7.0, 9.0, 12.0, 24.0];
    (0..count)
        .map(|i| {
            let (up, down) = (1.5 + 0.13 * i as f64, 0.08 + 0.002 * i as f64);
            let of = move |t: f64| 10.5 * ((-down * t).exp() - (-up * t).exp());
            let mut one = panel(&format!("Subject {}", i + 1), "Theophylline in serum", "Concentration", "mg/L", &times, of, 0.1);
            one.points.iter_mut().for_each(|point| point.standard_deviation = None);
            if i == 3 {
                one.points[4].status = PointStatus::Excluded;
            }
            one
        })
        .collect()
}

pub fn names(count: usize) -> Vec<String> {
    let known = [
        "receptor density, kidneys",
        "release rate, kidneys",
        "receptor density, tumour lesion 1",
        "release rate, tumour lesion 1",
        "receptor density, salivary glands",
        "k_on",
        "non-specific uptake, liver and spleen together",
        "serum flow, tumour rest",
    ];
    (0..count).map(|i| known.get(i).map_or_else(|| format!("parameter {}", i + 1), |name| (*name).to_owned())).collect()
}

pub fn correlations(count: usize) -> Correlations {
    let value = |i: usize, j: usize| {
        if i == j { 1.0 } else { 0.97 * (1.9 * (i + j) as f64).cos() * (-0.25 * (i.abs_diff(j) as f64 - 1.0)).exp() }
    };
    Correlations { parameters: names(count), matrix: (0..count).map(|i| (0..count).map(|j| value(i, j)).collect()).collect() }
}

/// Profiles: one nearly quadratic, one skewed, one that reaches a bound, one flat towards zero.
pub fn profiles() -> Vec<ParameterProfile> {
    let profile = |name: &str, unit: &str, estimate: f64, se: f64, shape: &dyn Fn(f64) -> f64, lower, upper| {
        let steps: Vec<f64> = (-12..=12).map(|i| 0.22 * f64::from(i)).collect();
        ParameterProfile {
            parameter: name.into(),
            unit: unit.into(),
            estimate,
            standard_error: se,
            logarithmic: true,
            values: steps.iter().map(|step| estimate * (se * step).exp()).collect(),
            differences: steps.iter().map(|step| shape(*step)).collect(),
            lower,
            upper,
        }
    };
    let at = |estimate: f64, se: f64, z: f64| ProfileEnd::Crosses(estimate * (se * z).exp());
    vec![
        profile("receptor density, kidneys", "nmol/L", 16.2, 0.2, &|z| z * z, at(16.2, 0.2, -1.96), at(16.2, 0.2, 1.96)),
        profile(
            "release rate, kidneys",
            "1/min",
            2.9e-4,
            0.3,
            &|z| z * z * (1.0 + 0.15 * z),
            at(2.9e-4, 0.3, -2.47),
            at(2.9e-4, 0.3, 1.745),
        ),
        profile(
            "k_on",
            "L/nmol/min",
            0.4,
            0.5,
            &|z| if z < 0.0 { z * z } else { 0.3 * z },
            at(0.4, 0.5, -1.96),
            ProfileEnd::ReachesBound(1.5),
        ),
        profile(
            "serum flow, tumour rest",
            "mL/min/g",
            0.1,
            0.6,
            &|z| if z > 0.0 { z * z } else { 1.0 - z.exp() },
            ProfileEnd::NeverCrosses,
            at(0.1, 0.6, 1.96),
        ),
    ]
}

pub fn starts(count: usize) -> Vec<SearchTrace> {
    (0..count)
        .map(|i| {
            let (rate, end) = (0.25 + 0.03 * (i * 7 % 11) as f64, if i % 6 == 4 { 35.0 + i as f64 } else { 1e-7 * i as f64 });
            let length = 20 + i * 5 % 30;
            let objective = (0..length).map(|step| 212.4 + end + 4e3 * (1.0 + i as f64) * (-rate * (step * step) as f64 / 12.0).exp());
            SearchTrace { name: format!("start {}", i + 1), objective: objective.collect() }
        })
        .collect()
}

pub fn updates() -> Vec<ParameterUpdate> {
    let shrinkages = [0.78, 0.55, 0.41, 0.03, 0.29, 0.0, -0.04, 0.66];
    names(8)
        .into_iter()
        .zip(shrinkages)
        .enumerate()
        .map(|(i, (parameter, shrinkage))| {
            let (median, sigma) = (0.5 + i as f64, 0.25 + 0.06 * i as f64);
            let interval = |shift: f64, sigma: f64| Interval95 {
                median: median * shift.exp(),
                low: median * (shift - 1.96 * sigma).exp(),
                high: median * (shift + 1.96 * sigma).exp(),
            };
            let shift = 0.5 * shrinkage * if i % 2 == 0 { 1.0 } else { -1.0 };
            ParameterUpdate { parameter, prior: interval(0.0, sigma), posterior: interval(shift, sigma * (1.0 - shrinkage)), shrinkage }
        })
        .collect()
}

pub fn budgets() -> Vec<TargetBudget> {
    let target = |name: &str, percent: f64, [volume, recovery, calibration, counts, fit, s_value]: [f64; 6]| TargetBudget {
        target: name.into(),
        relative_uncertainty_percent: percent,
        shares: VarianceShares { volume, recovery, calibration, counts, fit, s_value },
    };
    vec![
        target("Kidneys", 9.8, [0.22, 0.11, 0.16, 0.03, 0.28, 0.20]),
        target("Salivary glands", 21.4, [0.31, 0.25, 0.04, 0.06, 0.24, 0.10]),
        target("Red marrow", 28.0, [0.05, 0.02, 0.03, 0.15, 0.45, 0.30]),
        target("Tumour lesion 1", 34.2, [0.46, 0.30, 0.02, 0.05, 0.12, 0.05]),
    ]
}

pub fn weights() -> Vec<ChannelWeights> {
    let models = ["mono-exponential", "bi-exponential", "bi-exponential with uptake", "tri-exponential", "mono-exponential, physical tail"];
    let channel = |name: &str, weights: [f64; 5]| ChannelWeights {
        channel: name.into(),
        models: models.iter().zip(weights).map(|(model, weight)| ModelWeight { model: (*model).into(), weight }).collect(),
    };
    vec![
        channel("Kidneys", [0.02, 0.31, 0.6, 0.05, 0.02]),
        channel("Spleen", [0.44, 0.3, 0.16, 0.01, 0.09]),
        channel("Tumour lesion 1", [0.72, 0.12, 0.04, 0.02, 0.1]),
    ]
}

/// Quantiles of a log-normal dose, as draws.
pub fn draws() -> Vec<Draws> {
    let draws = |target: &str, median: f64, sigma: f64| {
        // logistic quantiles, near enough to normal ones for a picture
        let quantile = |share: f64| median * (sigma * 0.5513 * (share / (1.0 - share)).ln()).exp();
        Draws {
            target: target.into(),
            quantity: "Absorbed dose".into(),
            unit: "Gy".into(),
            values: (0..1000).map(|i| quantile((f64::from(i) + 0.5) / 1000.0)).collect(),
            estimate: Some(median * 0.98),
            interval: Interval95 { median, low: quantile(0.025), high: quantile(0.975) },
        }
    };
    vec![draws("Kidneys", 19.3, 0.12), draws("Red marrow", 0.31, 0.3), draws("Tumour lesion 1", 96.0, 0.25)]
}
