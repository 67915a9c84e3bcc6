//! Representative and awkward figures, made from closed forms so that they need no other floor.

use super::super::*;

fn grid(from: f64, to: f64, count: usize) -> Vec<f64> {
    (0..count).map(|i| from + (to - from) * i as f64 / (count - 1) as f64).collect()
}

fn line(name: &str, x: &[f64], y: impl Fn(f64) -> f64) -> Mark {
    Mark::Line { name: name.into(), x: x.to_vec(), y: x.iter().map(|x| y(*x)).collect(), style: Style::default() }
}

/// Time–activity with data, error bars and fit on a log axis.
pub(super) fn time_activity() -> Figure {
    let times = grid(0.2, 200.0, 300);
    let organ = |scale: f64, up: f64, down: f64| move |t: f64| scale * ((-down * t).exp() - (-up * t).exp());
    let curves = [("kidneys", organ(220.0, 0.6, 0.016)), ("spleen", organ(70.0, 0.8, 0.012)), ("tumour 1", organ(40.0, 0.15, 0.0075))];
    let mut marks = Vec::new();
    for (index, (name, curve)) in curves.iter().enumerate() {
        let x = vec![1.0, 4.0, 24.0, 96.0, 168.0];
        let y: Vec<f64> = x.iter().enumerate().map(|(i, t)| curve(*t) * (1.0 + 0.07 * ((i * 7 + index * 3) % 5) as f64 - 0.14)).collect();
        let style = Style::solid(index);
        marks.push(Mark::Band {
            name: (*name).into(),
            x: times.clone(),
            low: times.iter().map(|t| curve(*t) * 0.88).collect(),
            high: times.iter().map(|t| curve(*t) * 1.13).collect(),
            style,
        });
        marks.push(Mark::Line { name: (*name).into(), x: times.clone(), y: times.iter().map(|t| curve(*t)).collect(), style });
        let low = y.iter().map(|v| v * 0.85).collect();
        let high = y.iter().map(|v| v * 1.15).collect();
        marks.push(Mark::Points { name: (*name).into(), x, y, low: Some(low), high: Some(high), style });
    }
    Figure {
        name: "time-activity".into(),
        title: "Time–activity curves, patient 2".into(),
        subtitle: Some("[¹⁷⁷Lu]Lu-PSMA-I&T, 7.3 GBq; points: quantitative SPECT ± 15 %, bands: 95 % interval of the fit".into()),
        panels: vec![Panel { x: Axis::linear("Time after injection", "h"), y: Axis::log10("Activity", "MBq"), marks, ..Panel::default() }],
        columns: 1,
        caption: vec!["Fit: weighted least squares, 3 parameters per organ. Recovery coefficients as declared in the scenario.".into()],
    }
}

/// Dose rate over four cycles with the administrations marked.
pub(super) fn cycles() -> Figure {
    let days = grid(0.0, 224.0, 1200);
    let rate = |share: f64, half_life: f64| {
        move |t: f64| {
            (0..4)
                .map(|c| t - 56.0 * c as f64)
                .filter(|d| *d >= 0.0)
                .map(|d| share * (0.5_f64).powf(d / half_life) * (1.0 - (-8.0 * d).exp()))
                .sum::<f64>()
        }
    };
    let mut marks: Vec<Mark> =
        (0..4).map(|c| Mark::VerticalLine { x: 56.0 * f64::from(c), label: format!("cycle {}, 7.4 GBq", c + 1) }).collect();
    marks.push(line("kidneys", &days, rate(62.0, 2.1)));
    marks.push(line("red marrow", &days, rate(4.0, 1.6)));
    marks.push(line("liver metastasis", &days, rate(140.0, 3.6)));
    marks.push(Mark::HorizontalLine { y: 100.0, label: "repair saturates (assumed)".into() });
    Figure {
        name: "cycles".into(),
        title: "Absorbed-dose rate over four cycles".into(),
        panels: vec![Panel { x: Axis::linear("Time", "d"), y: Axis::linear("Dose rate", "mGy/h"), marks, ..Panel::default() }],
        caption: vec!["Evidence: assumed. Kidney S values scaled to the patient's kidney mass.".into()],
        ..Figure::default()
    }
}

fn organs() -> Vec<String> {
    ["kidneys", "spleen", "liver", "red marrow", "salivary glands", "liver metastasis"].map(String::from).to_vec()
}

/// Dose per organ and cycle, stacked over cycles.
pub(super) fn stacked() -> Figure {
    let series = (0..4)
        .map(|c| {
            let values: Vec<f64> = [4.8, 5.6, 2.1, 0.25, 3.1, 19.0].iter().map(|d| d * (1.0 - 0.06 * f64::from(c))).collect();
            BarSeries { name: format!("cycle {}", c + 1), values, ..BarSeries::default() }
        })
        .collect();
    Figure {
        name: "stacked".into(),
        title: "Cumulative absorbed dose per organ and cycle".into(),
        panels: vec![Panel {
            x: Axis::of_categories("", organs()),
            y: Axis::linear("Absorbed dose", "Gy"),
            marks: vec![
                Mark::HorizontalLine { y: 23.0, label: "23 Gy kidneys (transferred)".into() },
                Mark::Bars { series, stacked: true },
            ],
            ..Panel::default()
        }],
        caption: vec!["23 Gy: customary limit transferred from external beam. Evidence: transferred.".into()],
        ..Figure::default()
    }
}

/// Dose per organ and arm, side by side with error bars.
pub(super) fn grouped() -> Figure {
    let arm = |name: &str, factor: f64| {
        let values: Vec<f64> = [19.3, 21.0, 8.4, 0.9, 12.4, 76.0].iter().map(|d| d * factor).collect();
        let low = values.iter().map(|d| d * 0.86).collect();
        let high = values.iter().map(|d| d * 1.15).collect();
        BarSeries { name: name.into(), values, low: Some(low), high: Some(high), ..BarSeries::default() }
    };
    Figure {
        name: "grouped".into(),
        title: "Absorbed dose per organ, fixed against adapted".into(),
        subtitle: Some("medians and interquartile ranges of 500 virtual patients".into()),
        panels: vec![Panel {
            x: Axis::of_categories("", organs()),
            y: Axis::log10("Absorbed dose", "Gy"),
            marks: vec![Mark::Bars {
                series: vec![arm("fixed, 4 × 7.4 GBq", 1.0), arm("adapted to BED 27 Gy", 1.3), arm("adapted, blood gated", 1.1)],
                stacked: false,
            }],
            ..Panel::default()
        }],
        ..Figure::default()
    }
}

/// NTCP against dose with the patient's points on the curve and a band.
pub(super) fn ntcp() -> Figure {
    let dose = grid(0.0, 50.0, 200);
    let curve = |d50: f64| move |d: f64| 100.0 / (1.0 + (-4.0 * 2.1 * (d / d50 - 1.0)).exp());
    let points = vec![9.8, 19.3, 27.5];
    let y = points.iter().map(|d| curve(34.0)(*d)).collect();
    Figure {
        name: "ntcp".into(),
        title: "Kidney: complication probability against BED".into(),
        panels: vec![Panel {
            x: Axis::linear("Kidney BED", "Gy"),
            y: Axis::linear("NTCP, grade ≥ 2 at 5 years", "%").between(0.0, 100.0),
            marks: vec![
                Mark::Band {
                    name: "95 % interval of D50".into(),
                    x: dose.clone(),
                    low: dose.iter().map(|d| curve(38.0)(*d)).collect(),
                    high: dose.iter().map(|d| curve(30.0)(*d)).collect(),
                    style: Style::indexed(0),
                },
                Mark::Line { name: "logistic, D50 = 34 Gy".into(), x: dose.clone(), y: dose.iter().map(|d| curve(34.0)(*d)).collect(), style: Style::solid(0) },
                Mark::Points { name: "this patient after cycles 2, 4 and 6".into(), x: points, y, low: None, high: None, style: Style::indexed(1) },
                Mark::VerticalLine { x: 27.0, label: "limit 27 Gy".into() },
            ],
            ..Panel::default()
        }],
        caption: vec![
            "Dose–effect model: logistic on BED, transferred from external beam of the kidney (α/β = 2.5 Gy). Endpoint: creatinine clearance loss, grade 2 or more. Evidence: transferred; no randomised data exist for this endpoint in radiopharmaceutical therapy, read the curve as an assumption, not as a prediction for one person.".into(),
        ],
        ..Figure::default()
    }
}

/// Two panels side by side that share their series.
pub(super) fn fixed_against_adapted() -> Figure {
    let days = grid(0.0, 224.0, 400);
    let build = |title: &str, factor: f64| {
        let rise = move |share: f64| {
            move |t: f64| {
                (0..4)
                    .map(|c| t - 56.0 * c as f64)
                    .filter(|d| *d >= 0.0)
                    .enumerate()
                    .map(|(c, d)| share * (1.0 + (factor - 1.0) * c as f64) * (1.0 - (-d / 4.0).exp()))
                    .sum::<f64>()
            }
        };
        Panel {
            title: Some(title.into()),
            x: Axis::linear("Time", "d"),
            y: Axis::linear("Cumulative absorbed dose", "Gy").between(0.0, 40.0),
            marks: vec![
                line("kidneys", &days, rise(4.9)),
                line("spleen", &days, rise(5.6)),
                line("red marrow", &days, rise(0.25)),
                Mark::HorizontalLine { y: 27.0, label: "limit".into() },
            ],
            legend: Legend::Auto,
        }
    };
    Figure {
        name: "fixed-adapted".into(),
        title: "The same patient under two regimens".into(),
        subtitle: Some("patient 17 of seed 42".into()),
        panels: vec![build("Fixed: 4 × 7.4 GBq", 1.0), build("Adapted to kidney BED 27 Gy", 1.25)],
        columns: 2,
        caption: vec!["Decisions from simulated scans at 24 h and 96 h; doses shown are the true doses.".into()],
    }
}

/// A staircase and points over four stacked panels.
fn stacked_panels() -> Figure {
    let days = grid(0.0, 224.0, 40);
    let panel = |title: &str, label: &str, unit: &str, scale: f64| Panel {
        title: Some(title.into()),
        x: Axis::linear("Time", "d"),
        y: Axis::linear(label, unit),
        marks: vec![
            Mark::Steps {
                name: format!("{label}, weekly"),
                x: days.clone(),
                y: days.iter().map(|d| scale * (2.0 + (d / 20.0).sin())).collect(),
                style: Style::default(),
            },
            line(&format!("{label}, model"), &days, |d| scale * (2.0 + (d / 20.0).cos())),
        ],
        legend: Legend::Auto,
    };
    Figure {
        name: "four-panels".into(),
        title: "Blood counts".into(),
        panels: vec![
            panel("Platelets", "Platelets", "10⁹/L", 100.0),
            panel("Neutrophils", "Neutrophils", "10⁹/L", 2.0),
            panel("Haemoglobin", "Haemoglobin", "g/dL", 5.0),
            panel("GFR", "GFR", "mL/min/1.73 m²", 40.0),
        ],
        columns: 2,
        ..Figure::default()
    }
}

fn survival() -> Figure {
    let t = grid(0.0, 60.0, 21);
    let steps = |name: &str, rate: f64| Mark::Steps {
        name: name.into(),
        x: t.clone(),
        y: t.iter().map(|t| 100.0 * (-rate * t).exp()).collect(),
        style: Style::default(),
    };
    Figure {
        name: "freedom".into(),
        title: "Freedom from grade ≥ 2 nephrotoxicity".into(),
        panels: vec![Panel {
            x: Axis::linear("Time", "months"),
            y: Axis::linear("Patients without event", "%").between(0.0, 100.0),
            marks: vec![steps("fixed", 0.012), steps("adapted", 0.007)],
            ..Panel::default()
        }],
        ..Figure::default()
    }
}

fn twelve_series() -> Figure {
    let x = grid(0.0, 10.0, 60);
    let marks = (0..12)
        .map(|i| line(&format!("organ number {}", i + 1), &x, move |t| f64::from(i) * 0.4 + (t * 0.7 + f64::from(i)).sin()))
        .collect();
    Figure {
        name: "twelve-series".into(),
        title: "Twelve series".into(),
        panels: vec![Panel { x: Axis::linear("x", ""), y: Axis::linear("y", ""), marks, ..Panel::default() }],
        ..Figure::default()
    }
}

/// Figures that should look right.
pub(super) fn all() -> Vec<Figure> {
    vec![time_activity(), cycles(), stacked(), grouped(), ntcp(), fixed_against_adapted(), stacked_panels(), survival(), twelve_series()]
}

fn single(name: &str, y: Axis, marks: Vec<Mark>) -> Figure {
    Figure {
        name: name.into(),
        title: name.into(),
        panels: vec![Panel { x: Axis::linear("x", ""), y, marks, ..Panel::default() }],
        ..Figure::default()
    }
}

/// Figures that must not fail.
pub(super) fn awkward() -> Vec<Figure> {
    let long = "a very long name of a series with the organ, the arm, the estimator, the schedule and the weather, ".repeat(3);
    let word = "Donaudampfschifffahrtsgesellschaftskapitän".repeat(4);
    let points = |x: Vec<f64>, y: Vec<f64>| Mark::Points { name: "data".into(), x, y, low: None, high: None, style: Style::default() };
    let x = grid(0.0, 5.0, 6);
    let mut figures = vec![
        Figure { name: "no-panels".into(), ..Figure::default() },
        single("no-marks", Axis::linear("y", ""), vec![]),
        single("empty-line", Axis::log10("y", "Gy"), vec![line("nothing", &[], |t| t)]),
        single("all-equal", Axis::linear("y", "Gy"), vec![line("flat", &x, |_| 5.0)]),
        single("all-zero", Axis::linear("y", "Gy"), vec![line("flat", &x, |_| 0.0)]),
        single("all-equal-log", Axis::log10("y", "Gy"), vec![line("flat", &x, |_| 0.3)]),
        single("zeros-on-log", Axis::log10("y", "Gy"), vec![line("some", &x, |t| t - 1.0)]),
        single(
            "not-a-number",
            Axis::linear("y", "Gy"),
            vec![line("gap", &x, |t| if t == 2.0 { f64::NAN } else { t }), points(vec![f64::INFINITY, 1.0], vec![1.0, 1.0])],
        ),
        single("one-point", Axis::linear("y", "Gy"), vec![points(vec![3.0], vec![7.0]), line("curve of one", &[3.1], |_| 7.1)]),
        single("huge-log", Axis::log10("y", "Bq"), vec![line("wide", &grid(0.0, 15.0, 40), |t| 1e-9 * 10.0_f64.powf(t))]),
        single("huge-linear", Axis::linear("y", "Bq"), vec![line("wide", &grid(0.0, 15.0, 40), |t| 1e-9 * 10.0_f64.powf(t))]),
        single("extreme", Axis::linear("y", ""), vec![line("extreme", &x, |t| if t > 2.0 { f64::MAX } else { -1e300 })]),
        single("tiny-change", Axis::linear("y", ""), vec![line("tiny", &x, |t| 1e6 + 1e-4 * t)]),
        single("negative", Axis::linear("y", "Gy"), vec![line("negative", &x, |t| -t * t)]),
        single(
            "outside",
            Axis::linear("y", "Gy").between(0.0, 1.0),
            vec![line("outside", &x, |t| 1e12 * (t - 2.0)), points(vec![1.0], vec![50.0])],
        ),
        single("bad-range", Axis::log10("y", "Gy").between(-1.0, f64::NAN), vec![line("l", &x, |t| t + 1.0)]),
        single("long-name", Axis::linear(&long, "Gy"), vec![line(&long, &x, |t| t), line(&word, &x, |t| t * t)]),
        single(
            "rules",
            Axis::linear("y", "Gy"),
            (0..14)
                .map(|i| Mark::VerticalLine { x: f64::from(i % 7), label: format!("administration {i}") })
                .chain((0..14).map(|i| Mark::HorizontalLine { y: f64::from(i / 3), label: format!("limit {i} of something long") }))
                .collect(),
        ),
    ];
    let mut titled = single("long-title", Axis::linear("y", ""), vec![line("a", &x, |t| t)]);
    titled.title = long.clone();
    titled.subtitle = Some(word.clone());
    titled.panels[0].title = Some(long.clone());
    titled.caption = vec![long.repeat(3), word.clone()];
    figures.push(titled);
    let many: Vec<String> = (0..40).map(|i| format!("organ with a name {i}")).collect();
    let bars = |names: &[String], count: usize| Mark::Bars {
        series: (0..count)
            .map(|s| BarSeries {
                name: format!("arm {s}"),
                values: (0..names.len()).map(|i| i as f64 - 3.0 * s as f64).collect(),
                ..BarSeries::default()
            })
            .collect(),
        stacked: false,
    };
    let mut crowded = single("many-bars", Axis::linear("y", "Gy"), vec![bars(&many, 3)]);
    crowded.panels[0].x = Axis::of_categories("Organ", many);
    figures.push(crowded);
    let mut empty_bars = single("empty-bars", Axis::linear("y", "Gy"), vec![bars(&[], 2)]);
    empty_bars.panels[0].x = Axis::of_categories("Organ", vec![]);
    figures.push(empty_bars);
    let mut log_x = single("log-x", Axis::log10("y", "Gy"), vec![line("l", &[1e-3, 1.0, 1e4], |t| t * t)]);
    log_x.panels[0].x = Axis::log10("Amount of ligand", "nmol");
    figures.push(log_x);
    let mut hundred = single(
        "hundred-series",
        Axis::linear("y", ""),
        (0..60).map(|i| line(&format!("series {i}"), &x, move |t| t * f64::from(i))).collect(),
    );
    hundred.panels[0].legend = Legend::Below;
    figures.push(hundred);
    figures
}
