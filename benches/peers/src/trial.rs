//! A virtual trial with only the solver exchanged: the same patients, arms, clinic and blood counts, the pieces of the courses solved by ours in lanes or by diffsol's
//! BDF one by one. Processor time per patient, and the error of the true absorbed doses against ours at a relative tolerance of 1e-10.
//!
//! `cargo bench --manifest-path benches/peers/Cargo.toml --bench trial`; `PEERS_TRIAL_PATIENTS` (judged and given to diffsol, default 16), `PEERS_TRIAL_OURS` (given to
//! ours, default 128), `PEERS_ROUNDS` (default 3, the best counts).

mod clock;
mod compiled;
mod diffsol_equations;
mod diffsol_pieces;
#[allow(dead_code, reason = "the other bench reads more of it")]
mod emit;
#[path = "../../models/trial_cohort.rs"]
mod trial_cohort;

use std::collections::BTreeMap;

use clock::cpu_seconds;
use compiled::Code;
use diffsol::{FaerSparseLU, FaerSparseMat};
use diffsol_pieces::{System, with_bdf};
use rptbench::dosimetry::course::SolveSettings;
use rptbench::math::InstructionSet;
use rptbench::regimen::{ArmResult, DeliveredTo, Delivery, Step, deliver_with};
use rptbench::trial::deliver_patients;
use trial_cohort::Trial;

/// Amounts below this part of the ligand given are small: the absolute tolerance is the relative one times it, for both solvers.
const SMALL: f64 = 1e-6;
/// The doses of all targets by patient and arm.
type Doses = BTreeMap<(usize, usize), Vec<f64>>;

/// One solver at one tolerance.
struct Row {
    solver: &'static str,
    tolerance: f64,
    microseconds: f64,
    worst: f64,
    middle: f64,
}

fn main() {
    if let Err(problem) = run() {
        eprintln!("{problem}");
        std::process::exit(1);
    }
}

fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn settings(relative_tolerance: f64) -> SolveSettings<'static> {
    SolveSettings { relative_tolerance, amount_floor: SMALL * relative_tolerance, ..SolveSettings::default() }
}

fn doses(result: &ArmResult) -> Vec<f64> {
    result.totals.iter().map(|total| total.absorbed_gy).collect()
}

fn ours(trial: &Trial, tolerance: f64, patients: usize) -> Result<(f64, Doses), String> {
    let set = InstructionSet::chosen().map_err(|error| error.to_string())?;
    let (mut found, mut failure) = (Doses::new(), None);
    let began = cpu_seconds();
    let mut next = trial.queue(0..patients);
    deliver_patients(&trial.plan, &settings(tolerance), set, &mut next, &mut |number, arm, result| match result {
        Ok(result) => drop(found.insert((number, arm), doses(&result))),
        Err(error) => failure = Some(format!("patient {number}: {error}")),
    })
    .map_err(|error| error.to_string())?;
    failure.map_or(Ok(((cpu_seconds() - began) / patients as f64, found)), Err)
}

fn diffsol(trial: &Trial, system: &System, tolerance: f64, patients: usize) -> Result<(f64, Doses), String> {
    type Sparse = FaerSparseMat<f64>;
    let settings = settings(tolerance);
    // the largest amount is the unlabelled ligand's, the same in every cycle and arm, and so are the tolerances
    let (parameters, regimen) = trial.patient(0);
    let mut first = Delivery::new(&trial.plan, DeliveredTo::Shared { regimen, arm: 0 }, &parameters, &settings);
    let Step::Solve(job) = first.next().map_err(|error| error.to_string())? else { return Err("there is nothing to solve".into()) };
    let mut found = Doses::new();
    let seconds = with_bdf::<Sparse, FaerSparseLU<f64>, _>(system, tolerance, job.absolute_tolerances, |solver| -> Result<f64, String> {
        let began = cpu_seconds();
        let mut next = trial.queue(0..patients);
        while let Some(one) = next() {
            let to = DeliveredTo::Shared { regimen: one.regimen, arm: one.arm };
            let result = deliver_with(&trial.plan, to, &one.parameters, &settings, solver);
            let result = result.map_err(|error| format!("patient {}: {error}", one.number))?;
            found.insert((one.number, one.arm), doses(&result));
        }
        Ok(cpu_seconds() - began)
    })??;
    Ok((seconds / patients as f64, found))
}

/// Largest and median relative difference over patients, arms and targets of the reference.
fn errors(found: &Doses, reference: &Doses) -> (f64, f64) {
    let mut all: Vec<f64> = reference
        .iter()
        .flat_map(|(key, expected)| {
            let difference = |(found, expected): (&f64, &f64)| {
                let difference = (found / expected - 1.0).abs();
                if difference.is_nan() { f64::INFINITY } else { difference }
            };
            found[key].iter().zip(expected).map(difference).collect::<Vec<f64>>()
        })
        .collect();
    all.sort_by(f64::total_cmp);
    (all[all.len() - 1], all[all.len() / 2])
}

fn run() -> Result<(), String> {
    let (judged, patients) = (setting("PEERS_TRIAL_PATIENTS", 16), setting("PEERS_TRIAL_OURS", 128));
    let rounds = setting("PEERS_ROUNDS", 3);
    let trial = Trial::receptor();
    let plan = &trial.plan;
    let labelled = plan.model.labelled();
    let mut dosed: Vec<usize> = plan.model.sites[trial.regimen.site]
        .shares
        .iter()
        .flat_map(|(compartment, _)| (0..plan.model.ligands.len()).map(|ligand| plan.model.state(*compartment, ligand)))
        .collect();
    dosed.sort_unstable();
    let equations = emit::Equations::of(plan.system.graph().clone(), plan.system.rate_nodes().to_vec(), dosed);
    let folder = std::env::temp_dir().join(format!("rptbench-trial-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let generated = folder.join("model.c");
    std::fs::write(&generated, equations.c_code(plan.system.model_state_count())).map_err(|error| error.to_string())?;
    let code = compiled::compile(&folder, "model", &[&generated], &["-lm"]).and_then(|object| Code::load(&object));
    let _ = std::fs::remove_dir_all(&folder);
    let code = code?;
    let system = System { equations: &equations, code: &code, states: plan.system.state_count() };
    println!(
        "{} states ({} of the model, ligand {labelled} labelled), {} Jacobian entries; {} arms; {judged} patients judged and given to diffsol, {patients} to ours; best of {rounds}",
        system.states,
        plan.system.model_state_count(),
        equations.pattern.len(),
        trial.arms
    );
    let reference = ours(&trial, 1e-10, judged)?.1;
    let mut rows: Vec<Row> = Vec::new();
    for _ in 0..rounds {
        // half decades: one of ours is found that is just as good as each of theirs
        for half in 6..=16 {
            let tolerance = 10_f64.powi(-half / 2) * if half % 2 == 1 { 0.3 } else { 1.0 };
            let mut found = vec![("ours in lanes", ours(&trial, tolerance, patients.max(judged)))];
            // looser ones end in negative dose rates, which the blood counts refuse
            if half >= 8 {
                found.push(("diffsol BDF", diffsol(&trial, &system, tolerance, judged)));
            }
            for (solver, found) in found {
                let (seconds, found) = match found {
                    Ok(found) => found,
                    Err(problem) => {
                        println!("{solver} at {tolerance:e}: {problem}");
                        continue;
                    }
                };
                let microseconds = seconds * 1e6;
                match rows.iter_mut().find(|row| (row.solver, row.tolerance) == (solver, tolerance)) {
                    Some(row) => row.microseconds = row.microseconds.min(microseconds),
                    None => {
                        let (worst, middle) = errors(&found, &reference);
                        rows.push(Row { solver, tolerance, microseconds, worst, middle });
                    }
                }
            }
        }
    }
    print(&rows);
    Ok(())
}

fn print(rows: &[Row]) {
    println!("{:14} {:>9} {:>16} {:>14} {:>14}", "solver", "tolerance", "µs a patient", "largest error", "median error");
    for row in rows {
        println!("{:14} {:>9.0e} {:16.0} {:14.1e} {:14.1e}", row.solver, row.tolerance, row.microseconds, row.worst, row.middle);
    }
    println!("\nat no larger error (largest, and median):");
    for theirs in rows.iter().filter(|row| row.solver.starts_with("diffsol")) {
        let best = |as_good: &dyn Fn(&Row) -> bool| {
            let candidates = rows.iter().filter(|row| row.solver.starts_with("ours") && as_good(row));
            candidates.min_by(|a, b| a.microseconds.total_cmp(&b.microseconds)).map_or("none of ours is as good".to_owned(), |row| {
                format!("ours at {:.0e}: {:.1} times faster", row.tolerance, theirs.microseconds / row.microseconds)
            })
        };
        println!(
            "diffsol at {:.0e}: {}; {}",
            theirs.tolerance,
            best(&|row| row.worst <= theirs.worst),
            best(&|row| row.worst <= theirs.worst && row.middle <= theirs.middle)
        );
    }
}
