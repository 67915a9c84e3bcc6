//! One patient's curves: activity, dose rate, absorbed dose.
use super::{hours, log_axis, patient_line, visible};
use crate::model::checked::ObservableKind;
use crate::report::{Axis, Figure, Legend, Mark, Panel, Style};
use crate::session::fitting::GroupFit;
use crate::session::scenario::Scenario;
use crate::session::simulation::Simulated;

/// Curves of the observables: activity where there is a nuclide, else what they are.
pub fn curves(scenario: &Scenario, simulated: &Simulated, fits: &[GroupFit]) -> Vec<Figure> {
    let samples = &simulated.samples;
    let x = hours(&samples.times_min);
    let mut figures = Vec::new();
    let regions: Vec<usize> = (0..scenario.model.observables.len())
        .filter(|position| {
            scenario.model.observables[*position].kind == ObservableKind::Region
                && samples.activities[*position].iter().any(|activity| *activity > 0.0)
        })
        .collect();
    if !regions.is_empty() {
        let series: Vec<&[f64]> = regions.iter().map(|position| samples.activities[*position].as_slice()).collect();
        let y_axis = log_axis("Activity", "MBq", &series);
        let floor = y_axis.range.map_or(0.0, |(low, _)| low);
        let marks = regions
            .iter()
            .enumerate()
            .map(|(colour, position)| {
                let (x, y) = visible(&x, &samples.activities[*position], floor);
                Mark::Line { name: scenario.model.observables[*position].title.clone(), x, y, style: Style::indexed(colour) }
            })
            .collect();
        figures.push(Figure {
            name: "time_activity".into(),
            title: format!("Activity over time: {}", scenario.title),
            panels: vec![Panel { x: Axis::linear("Time after administration", "h"), y: y_axis, marks, legend: Legend::Auto, title: None }],
            caption: vec![patient_line(scenario)],
            ..Figure::default()
        });
    } else if fits.is_empty() {
        for (position, observable) in scenario.model.observables.iter().enumerate() {
            let mark = Mark::Line {
                name: observable.title.clone(),
                x: x.clone(),
                y: samples.values[position].clone(),
                style: Style::solid(position),
            };
            figures.push(Figure {
                name: format!("curve_{}", observable.name),
                title: format!("{}: {}", observable.title, scenario.title),
                panels: vec![Panel {
                    x: Axis::linear("Time", "h"),
                    y: Axis::linear(&observable.title, &observable.dimension.internal_unit()),
                    marks: vec![mark],
                    legend: Legend::Hidden,
                    title: None,
                }],
                caption: vec![patient_line(scenario)],
                ..Figure::default()
            });
        }
    }
    figures
}

/// Dose rate and cumulative dose of the targets.
pub fn doses(scenario: &Scenario, simulated: &Simulated) -> Vec<Figure> {
    let samples = &simulated.samples;
    let x = hours(&samples.times_min);
    let rates: Vec<Vec<f64>> = samples.dose_rates_gy_per_h.iter().map(|series| series.iter().map(|rate| rate * 1e3).collect()).collect();
    let rate_axis = log_axis("Dose rate", "mGy/h", &rates.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let floor = rate_axis.range.map_or(0.0, |(low, _)| low);
    let dose_slices: Vec<&[f64]> = samples.doses_gy.iter().map(Vec::as_slice).collect();
    let finals: Vec<f64> = simulated.doses.iter().map(|dose| dose.absorbed_gy).collect();
    let spread = finals.iter().copied().fold(0.0, f64::max) / finals.iter().copied().fold(f64::INFINITY, f64::min).max(1e-300);
    // organs and lesions of very different dose need a logarithmic axis to be seen together
    let dose_axis = if spread > 20.0 {
        let largest = finals.iter().copied().fold(0.0, f64::max);
        Axis::log10("Absorbed dose", "Gy").between(largest * 1e-4, largest * 2.0)
    } else {
        Axis::linear("Absorbed dose", "Gy")
    };
    let dose_floor = dose_axis.range.map_or(f64::NEG_INFINITY, |(low, _)| low);
    let line = |position: usize, series: &[f64], floor: f64| {
        let (x, y) = visible(&x, series, floor);
        Mark::Line { name: scenario.targets[position].title.clone(), x, y, style: Style::indexed(position) }
    };
    let caption = || {
        let mut lines = vec![patient_line(scenario)];
        let methods: std::collections::BTreeSet<&str> =
            scenario.targets.iter().flat_map(|target| target.terms.iter().map(|(_, s)| s.method.title())).collect();
        lines.push(format!("S-values: {}.", methods.into_iter().collect::<Vec<_>>().join(", ")));
        lines
    };
    vec![
        Figure {
            name: "dose_rate".into(),
            title: format!("Dose rate: {}", scenario.title),
            panels: vec![Panel {
                x: Axis::linear("Time after administration", "h"),
                y: rate_axis,
                marks: rates.iter().enumerate().map(|(position, series)| line(position, series, floor)).collect(),
                legend: Legend::Auto,
                title: None,
            }],
            caption: caption(),
            ..Figure::default()
        },
        Figure {
            name: "cumulative_dose".into(),
            title: format!("Absorbed dose so far: {}", scenario.title),
            panels: vec![Panel {
                x: Axis::linear("Time after administration", "h"),
                y: dose_axis,
                marks: dose_slices.iter().enumerate().map(|(position, series)| line(position, series, dose_floor)).collect(),
                legend: Legend::Auto,
                title: None,
            }],
            caption: caption(),
            ..Figure::default()
        },
    ]
}
