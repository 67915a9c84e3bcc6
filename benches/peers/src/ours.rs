//! The project's own solvers on the cohort. Portable code: no native instruction set is asked for.

use rptbench::solve::{Crew, Job, MethodChoice, Sampling, solve, solve_cohort};

use super::clock::cpu_seconds;
use super::problem::{Problem, Run, Solver};

/// Which of ours.
#[derive(Clone, Copy, PartialEq)]
pub enum Engine {
    /// Rodas5P, one patient at a time.
    Scalar,
    /// Rodas5P in lanes on one thread; samples by interpolation.
    Lanes,
    /// The same, steps ending at every sample.
    LanesLanding,
}

/// All that are measured.
pub const ENGINES: [Engine; 3] = [Engine::Lanes, Engine::LanesLanding, Engine::Scalar];

/// Ours on the cohort.
pub struct Ours<'p> {
    /// The cohort.
    pub problem: &'p Problem,
    /// Which engine.
    pub engine: Engine,
}

impl Solver for Ours<'_> {
    fn name(&self) -> String {
        match self.engine {
            Engine::Scalar => "rptbench, one patient",
            Engine::Lanes => "rptbench, lanes, one thread",
            Engine::LanesLanding => "rptbench, lanes, one thread, landing on samples",
        }
        .to_owned()
    }

    fn patients(&self) -> usize {
        match self.engine {
            Engine::Scalar => 128,
            Engine::Lanes | Engine::LanesLanding => 1024,
        }
    }

    fn run(&mut self, relative_tolerance: f64, patients: usize, output: &mut [f64]) -> Result<Run, String> {
        match self.engine {
            Engine::Scalar => scalar(self.problem, relative_tolerance, patients, output),
            Engine::Lanes => lanes(self.problem, relative_tolerance, patients, output, Sampling::Dense),
            Engine::LanesLanding => lanes(self.problem, relative_tolerance, patients, output, Sampling::Landing),
        }
    }
}

/// Binding a patient's parameters counts.
fn scalar(problem: &Problem, relative_tolerance: f64, patients: usize, output: &mut [f64]) -> Result<Run, String> {
    let cohort = &problem.cohort;
    let options = cohort.options(relative_tolerance).with_method(MethodChoice::Stiff);
    let initial = cohort.initial();
    let mut steps = 0;
    let began = cpu_seconds();
    for (patient, given) in problem.patients[..patients].iter().enumerate() {
        let mut bound = cohort.system.bind(&given.parameters);
        let trajectory = solve(&mut bound, &initial, &cohort.schedule, &cohort.span, &options)
            .map_err(|error| format!("patient {patient}: {error:?}"))?;
        steps += trajectory.statistics.steps;
        problem.output_of(patient, output).copy_from_slice(&trajectory.states);
    }
    Ok(Run { seconds: cpu_seconds() - began, steps: Some(steps) })
}

/// Making a patient's job counts, and so does collecting the results.
fn lanes(problem: &Problem, relative_tolerance: f64, patients: usize, output: &mut [f64], sampling: Sampling) -> Result<Run, String> {
    let cohort = &problem.cohort;
    let mut options = cohort.options(relative_tolerance).with_method(MethodChoice::Stiff);
    options.sampling = sampling;
    let crew = Crew { threads: 1, ..Crew::of_this_machine().map_err(|error| error.to_string())? };
    let mut steps = 0;
    let mut failure = None;
    let job = |patient: usize| Job {
        index: patient,
        parameters: problem.patients[patient].parameters.clone(),
        initial: cohort.initial(),
        absolute_tolerances: options.absolute_tolerances.clone(),
        schedule: cohort.schedule.clone(),
        span: cohort.span.clone(),
    };
    let began = cpu_seconds();
    solve_cohort(&cohort.system, patients, &job, &options, crew, &mut |patient, result| match result {
        Ok(solution) => {
            steps += solution.statistics.steps;
            problem.output_of(patient, output).copy_from_slice(&solution.states);
        }
        Err(error) => failure = Some(format!("patient {patient}: {error}")),
    })
    .map_err(|error| error.to_string())?;
    match failure {
        Some(failure) => Err(failure),
        None => Ok(Run { seconds: cpu_seconds() - began, steps: Some(steps) }),
    }
}
