//! rptbench beside its peers: processor time per patient, achieved error, and the comparison at equal achieved error.
//!
//! `cargo bench --manifest-path benches/peers/Cargo.toml`; settings by environment, see `README.md` beside this crate.

mod clock;
#[path = "../../models/receptor_cohort.rs"]
mod cohort;
mod compiled;
mod cvodes;
mod diffsol_equations;
mod diffsol_peer;
mod emit;
mod ours;
mod problem;
mod roadrunner;
mod sbml;
mod table;
mod two_compartment;

use std::path::{Path, PathBuf};

use compiled::Code;
use cvodes::{Cvodes, Kind};
use diffsol::{FaerLU, FaerMat, FaerSparseLU, FaerSparseMat, NalgebraLU, NalgebraMat};
use diffsol_peer::{Diffsol, Method};
use ours::Ours;
use problem::{Problem, Solver};
use table::Point;

/// Patients whose error is measured: the first ones of the cohort, the same for every solver.
const JUDGED: usize = 64;

fn main() {
    if let Err(problem) = run() {
        eprintln!("{problem}");
        std::process::exit(1);
    }
}

fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn run() -> Result<(), String> {
    let only = std::env::var("PEERS_ONLY").unwrap_or_default();
    let rounds = setting("PEERS_ROUNDS", 5);
    let judged = setting("PEERS_JUDGED", JUDGED);
    let folder = std::env::temp_dir().join(format!("rptbench-peers-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let outcome = compare(&folder, &only, rounds, judged);
    if std::env::var_os("PEERS_KEEP").is_none() {
        let _ = std::fs::remove_dir_all(&folder);
    }
    outcome
}

fn compare(folder: &Path, only: &str, rounds: usize, judged: usize) -> Result<(), String> {
    let problem = Problem::new(cohort::PATIENTS);
    let generated = folder.join("model.c");
    std::fs::write(&generated, problem.equations.c_code(problem.core)).map_err(|error| error.to_string())?;
    let code = Code::load(&compiled::compile(folder, "model", &[&generated], &["-lm"])?)?;
    println!(
        "{} states, {} Jacobian entries, {} constants of a patient; {} samples; best of {rounds} rounds; error over {judged} patients",
        problem.states,
        problem.equations.pattern.len(),
        problem.equations.hoisted.len(),
        problem.cohort.span.samples.len()
    );

    let cvodes = cvodes::build(folder, &generated);
    let reference = problem.reference(judged)?;
    match &cvodes {
        Ok(driver) => {
            let mut output = vec![0.0; judged * problem.row()];
            Cvodes::new(&problem, Kind::Klu, driver)?.run(1e-13, judged, &mut output)?;
            let (worst, at_end) = problem.error(&output, &reference);
            println!(
                "reference: ours at 1e-12; CVODES with KLU at 1e-13 differs from it by {worst:.1e} at most, at the end by {at_end:.1e}"
            );
            if worst > 1e-8 {
                return Err("the two references do not agree: the comparison is void".to_owned());
            }
        }
        Err(why) => println!("reference: ours at 1e-12, NOT cross-checked: CVODES is missing ({why})"),
    }

    let mut solvers: Vec<Box<dyn Solver + '_>> = Vec::new();
    for engine in ours::ENGINES {
        solvers.push(Box::new(Ours { problem: &problem, engine }));
    }
    if let Ok(driver) = &cvodes {
        for kind in [Kind::Klu, Kind::KluQuadratures, Kind::Dense] {
            solvers.push(Box::new(Cvodes::new(&problem, kind, driver)?));
        }
    }
    type Sparse = FaerSparseMat<f64>;
    type SparseLu = FaerSparseLU<f64>;
    solvers.push(Box::new(Diffsol::<Sparse, SparseLu>::new(&problem, &code, Method::Bdf, "faer sparse LU")));
    #[cfg(feature = "klu")]
    solvers.push(Box::new(Diffsol::<Sparse, diffsol::KLU<Sparse>>::new(&problem, &code, Method::Bdf, "KLU")));
    solvers.push(Box::new(Diffsol::<FaerMat<f64>, FaerLU<f64>>::new(&problem, &code, Method::Bdf, "faer dense LU")));
    solvers.push(Box::new(Diffsol::<NalgebraMat<f64>, NalgebraLU<f64>>::new(&problem, &code, Method::Bdf, "nalgebra dense LU")));
    solvers.push(Box::new(Diffsol::<Sparse, SparseLu>::new(&problem, &code, Method::TrBdf2, "faer sparse LU")));
    solvers.push(Box::new(Diffsol::<Sparse, SparseLu>::new(&problem, &code, Method::Esdirk34, "faer sparse LU")));
    for form in [sbml::Form::Reactions, sbml::Form::RateRules] {
        match roadrunner::RoadRunner::new(&problem, folder, form) {
            Ok(solver) => solvers.push(Box::new(solver)),
            Err(why) => println!("libRoadRunner skipped: {why}"),
        }
    }
    solvers.retain(|solver| {
        only.is_empty() || solver.name().starts_with("rptbench") || only.split(',').any(|part| solver.name().contains(part))
    });

    let points = measure(&problem, &mut solvers, &reference, rounds, judged);
    table::print(&points);
    let path = std::env::var("PEERS_CSV")
        .map_or_else(|_| Path::new(env!("CARGO_MANIFEST_DIR")).join("results/receptor_pbpk_47.csv"), PathBuf::from);
    table::write(&path, &points)?;
    println!("\nwritten to {}", path.display());

    println!(
        "\nTwo compartments, not stiff: bolus, ten samples over a day, relative tolerance 1e-6; error of the amount relative to the dose"
    );
    for row in two_compartment::rows(1e-6, rounds)? {
        println!("  {:32} {:9.1} µs  {:8.1e}", row.name, row.microseconds, row.error);
    }
    Ok(())
}

/// Round robin over solvers and tolerances, so that a busy stretch of the machine meets all alike; the best time of each counts.
fn measure(problem: &Problem, solvers: &mut [Box<dyn Solver + '_>], reference: &[f64], rounds: usize, judged: usize) -> Vec<Point> {
    let mut points: Vec<Point> = Vec::new();
    let tolerances: Vec<f64> = (3..=9).map(|exponent| 10_f64.powi(-exponent)).collect();
    let mut output = vec![0.0; cohort::PATIENTS * problem.row()];
    for round in 0..rounds {
        for tolerance in &tolerances {
            for solver in solvers.iter_mut() {
                let name = solver.name();
                if *tolerance < solver.tightest() {
                    continue;
                }
                let known = points.iter().position(|point| point.name == name && point.tolerance == *tolerance);
                if known.is_some_and(|at| points[at].failure.is_some()) {
                    continue;
                }
                // tight tolerances take longer: fewer patients there
                let patients = if *tolerance < 1e-7 { solver.patients().div_ceil(4) } else { solver.patients() };
                let count = if round == 0 { patients.max(judged.min(problem.patients.len())) } else { patients };
                let run = solver.run(*tolerance, count, &mut output);
                let mut found = Point { name, tolerance: *tolerance, ..Point::default() };
                match run {
                    Ok(run) => {
                        found.microseconds = run.seconds * 1e6 / count as f64;
                        found.steps = run.steps.map(|steps| steps as f64 / count as f64);
                        if round == 0 {
                            (found.error, found.error_at_end) = problem.error(&output[..reference.len()], reference);
                        }
                    }
                    Err(why) => found.failure = Some(why),
                }
                match known {
                    None => points.push(found),
                    Some(at) => points[at].microseconds = points[at].microseconds.min(found.microseconds),
                }
            }
        }
    }
    points
}
