//! The project's own solvers on the cohort. Portable code: no native instruction set is asked for.

use rptbench::solve::{MethodChoice, solve};

use super::clock::cpu_seconds;
use super::problem::{Problem, Run, Solver};

/// Which of ours.
#[derive(Clone, Copy, PartialEq)]
pub enum Engine {
    /// Rodas5P, one patient at a time.
    Scalar,
}

/// All that are measured.
pub const ENGINES: [Engine; 1] = [Engine::Scalar];

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
        }
        .to_owned()
    }

    fn patients(&self) -> usize {
        match self.engine {
            Engine::Scalar => 128,
        }
    }

    fn run(&mut self, relative_tolerance: f64, patients: usize, output: &mut [f64]) -> Result<Run, String> {
        match self.engine {
            Engine::Scalar => scalar(self.problem, relative_tolerance, patients, output),
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
