//! Where explicit methods are at home: `two_compartment_iv`, a bolus of 100 mg, ten samples over a day, against the closed form.

use super::clock::cpu_seconds;
use diffsol::{NalgebraMat, OdeBuilder, OdeSolverMethod};
use ode_solvers::{Dop853, Dopri5, OutputType, System, Vector3};
use rptbench::model::system::SystemBuilder;
use rptbench::model::yaml::YamlFile;
use rptbench::solve::{Bolus, MethodChoice, Options, Schedule, Span, solve};

const DOSE_MG: f64 = 100.0;
const STOP_MIN: f64 = 1440.0;
const INTERVAL_MIN: f64 = 144.0;
const REPEATS: usize = 200;

/// Clearance, central volume, exchange, peripheral volume as rate constants: k10, k12, k21 (1/min).
#[derive(Clone, Copy)]
struct Rates(f64, f64, f64);

impl System<f64, Vector3<f64>> for Rates {
    fn system(&self, _t: f64, x: &Vector3<f64>, dx: &mut Vector3<f64>) {
        dx[0] = self.2 * x[1] - (self.0 + self.1) * x[0];
        dx[1] = self.1 * x[0] - self.2 * x[1];
        dx[2] = self.0 * x[0];
    }
}

/// Amount in the central compartment after a bolus into it.
fn closed_form(rates: Rates, time: f64) -> f64 {
    let Rates(k10, k12, k21) = rates;
    let sum = k10 + k12 + k21;
    let root = (sum * sum - 4.0 * k10 * k21).sqrt();
    let (alpha, beta) = ((sum + root) / 2.0, (sum - root) / 2.0);
    DOSE_MG * ((alpha - k21) / (alpha - beta) * (-alpha * time).exp() + (k21 - beta) / (alpha - beta) * (-beta * time).exp())
}

/// One row: name, µs per simulation, largest error relative to the dose-normalised peak.
pub struct Row {
    /// The method.
    pub name: &'static str,
    /// Best time per simulation, µs.
    pub microseconds: f64,
    /// Largest error of the central amount over the samples, relative to the dose.
    pub error: f64,
}

/// Times all methods at one tolerance; absolute tolerance 1e-9 mg.
pub fn rows(tolerance: f64, rounds: usize) -> Result<Vec<Row>, String> {
    let text = include_str!("../../../models/two_compartment_iv.yaml").to_owned();
    let file = YamlFile::parse("two_compartment_iv.yaml", text).map_err(|_| "the model does not read")?;
    let (model, _) = rptbench::model::read(&file, &[]).map_err(|_| "the model is not good")?;
    let value = |path: &str| model.parameter(path).map(|at| model.parameters[at].value).ok_or(format!("no `{path}`"));
    let (cl, v1, q, v2) = (value("cl")?, value("v1")?, value("q")?, value("v2")?);
    let rates = Rates(cl / v1, q / v1, q / v2);
    let system = SystemBuilder::new(&model).compile();
    let parameters = model.parameter_values();
    let samples: Vec<f64> = (1..=10).map(|k| k as f64 * INTERVAL_MIN).collect();
    let schedule = Schedule { boluses: vec![Bolus { time: 0.0, amounts: vec![(0, DOSE_MG)] }], infusions: Vec::new() };
    let span = Span { start: 0.0, stop: STOP_MIN, samples: samples.clone() };
    let ours = |method: MethodChoice| -> Vec<f64> {
        let options = Options::new(tolerance, vec![1e-9; 3]).with_method(method);
        let mut bound = system.bind(&parameters);
        solve(&mut bound, &[0.0; 3], &schedule, &span, &options).map(|found| found.series(0).collect()).unwrap_or_default()
    };
    let start = || Vector3::new(DOSE_MG, 0.0, 0.0);
    let sampled = |times: &[f64], states: &[Vector3<f64>]| -> Vec<f64> {
        samples.iter().filter_map(|t| times.iter().position(|at| (at - t).abs() < 1e-6).map(|at| states[at][0])).collect()
    };
    let tsit45 = OdeBuilder::<NalgebraMat<f64>>::new()
        .rtol(tolerance)
        .atol([1e-9; 3])
        .rhs_implicit(
            move |x, _p, _t, y| {
                y[0] = rates.2 * x[1] - (rates.0 + rates.1) * x[0];
                y[1] = rates.1 * x[0] - rates.2 * x[1];
                y[2] = rates.0 * x[0];
            },
            move |_x, _p, _t, v, y| {
                y[0] = rates.2 * v[1] - (rates.0 + rates.1) * v[0];
                y[1] = rates.1 * v[0] - rates.2 * v[1];
                y[2] = rates.0 * v[0];
            },
        )
        .init(|_p, _t, y| y.copy_from_slice(&[DOSE_MG, 0.0, 0.0]), 3)
        .build()
        .map_err(|error| error.to_string())?;
    type Method<'m> = (&'static str, Box<dyn Fn() -> Vec<f64> + 'm>);
    let methods: Vec<Method> = vec![
        ("rptbench, automatic (exact)", Box::new(|| ours(MethodChoice::Automatic))),
        ("rptbench, Dop853", Box::new(|| ours(MethodChoice::NonStiff))),
        ("rptbench, Rodas5P", Box::new(|| ours(MethodChoice::Stiff))),
        (
            "ode_solvers Dopri5",
            Box::new(|| {
                let mut solver = Dopri5::new(rates, 0.0, STOP_MIN, INTERVAL_MIN, start(), tolerance, 1e-9);
                solver.set_output(OutputType::Dense);
                if solver.integrate().is_err() { Vec::new() } else { sampled(solver.x_out(), solver.y_out()) }
            }),
        ),
        (
            "ode_solvers Dop853",
            Box::new(|| {
                let mut solver = Dop853::new(rates, 0.0, STOP_MIN, INTERVAL_MIN, start(), tolerance, 1e-9);
                solver.set_output(OutputType::Dense);
                if solver.integrate().is_err() { Vec::new() } else { sampled(solver.x_out(), solver.y_out()) }
            }),
        ),
        (
            "diffsol Tsit45",
            Box::new(|| {
                let Ok(mut solver) = tsit45.tsit45() else { return Vec::new() };
                match solver.solve_dense(&samples) {
                    Ok((found, _)) => (0..samples.len()).map(|k| diffsol::DenseMatrix::get_index(&found, 0, k)).collect(),
                    Err(_) => Vec::new(),
                }
            }),
        ),
    ];
    let mut rows: Vec<Row> = methods
        .iter()
        .map(|(name, method)| {
            let found = method();
            let error = if found.len() == samples.len() {
                found.iter().zip(&samples).map(|(x, t)| (x - closed_form(rates, *t)).abs() / DOSE_MG).fold(0.0, f64::max)
            } else {
                f64::INFINITY
            };
            Row { name, microseconds: f64::INFINITY, error }
        })
        .collect();
    for _ in 0..rounds {
        for (row, (_, method)) in rows.iter_mut().zip(&methods) {
            let began = cpu_seconds();
            (0..REPEATS).for_each(|_| drop(std::hint::black_box(method())));
            row.microseconds = row.microseconds.min((cpu_seconds() - began) * 1e6 / REPEATS as f64);
        }
    }
    Ok(rows)
}
