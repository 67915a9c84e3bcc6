//! The problem that all solve, what a solver is to the harness, and the error it reached.

use rptbench::solve::{MethodChoice, Options, Sampling, solve};

use super::cohort::{Cohort, INFUSION_MIN, STOP_MIN};
use super::emit::Equations;

/// A stretch of time with constant infusion rates.
pub struct Segment {
    /// First instant, min.
    pub start: f64,
    /// Last instant, min.
    pub stop: f64,
    /// Samples in it, min.
    pub samples: Vec<f64>,
    /// Infusion rates of the dosed states.
    pub rates: Vec<f64>,
}

/// One patient.
pub struct Patient {
    /// Values of all parameters.
    pub parameters: Vec<f64>,
    /// The constants of the generated code.
    pub constants: Vec<f64>,
}

/// The cohort as the peers see it.
pub struct Problem {
    /// Model, system, schedule.
    pub cohort: Cohort,
    /// Nodes for generated code.
    pub equations: Equations,
    /// Who is solved.
    pub patients: Vec<Patient>,
    /// Number of states.
    pub states: usize,
    /// States of the model itself; the others are time integrals.
    pub core: usize,
    /// Infusion, then the rest.
    pub segments: Vec<Segment>,
}

/// What a run over several patients took.
pub struct Run {
    /// Processor time, s.
    pub seconds: f64,
    /// Accepted steps over all patients, where known.
    pub steps: Option<usize>,
}

/// One method under test.
pub trait Solver {
    /// Its name in the table.
    fn name(&self) -> String;
    /// How many patients it solves per run.
    fn patients(&self) -> usize;
    /// Tolerances tighter than this are left out: they take too long.
    fn tightest(&self) -> f64 {
        0.0
    }
    /// Solves the first `patients`; `output[(patient · samples + sample) · states + state]`.
    fn run(&mut self, relative_tolerance: f64, patients: usize, output: &mut [f64]) -> Result<Run, String>;
}

impl Problem {
    /// The first `count` patients of the cohort.
    pub fn new(count: usize) -> Problem {
        let cohort = Cohort::new();
        let infusion = &cohort.schedule.infusions[0];
        let dosed: Vec<usize> = infusion.rates.iter().map(|rate| rate.0).collect();
        let rates: Vec<f64> = infusion.rates.iter().map(|rate| rate.1).collect();
        let equations = Equations::new(&cohort.builder, dosed);
        let patients = (0..count)
            .map(|patient| {
                let parameters = cohort.parameters(patient);
                Patient { constants: equations.constants(&parameters), parameters }
            })
            .collect();
        let samples = &cohort.span.samples;
        let split = samples.partition_point(|time| *time <= INFUSION_MIN);
        let none = vec![0.0; rates.len()];
        let segments = vec![
            Segment { start: 0.0, stop: INFUSION_MIN, samples: samples[..split].to_vec(), rates },
            Segment { start: INFUSION_MIN, stop: STOP_MIN, samples: samples[split..].to_vec(), rates: none },
        ];
        let (states, core) = (cohort.system.state_count(), cohort.system.model_state_count());
        Problem { cohort, equations, patients, states, core, segments }
    }

    /// Values per patient in an output.
    pub fn row(&self) -> usize {
        self.cohort.span.samples.len() * self.states
    }

    /// One patient's part of an output.
    pub fn output_of<'o>(&self, patient: usize, output: &'o mut [f64]) -> &'o mut [f64] {
        &mut output[patient * self.row()..][..self.row()]
    }

    /// Sets the infusion rates of a segment among the constants.
    pub fn infuse(&self, constants: &mut [f64], segment: &Segment) {
        let first = constants.len() - segment.rates.len();
        constants[first..].copy_from_slice(&segment.rates);
    }

    /// Absolute tolerances that go with a relative one: see [`Cohort::options`].
    pub fn absolute_tolerances(&self, relative_tolerance: f64) -> Vec<f64> {
        self.cohort.options(relative_tolerance).absolute_tolerances
    }

    /// Our own solution at a relative tolerance of 1e-12, landing on every sample.
    pub fn reference(&self, count: usize) -> Result<Vec<f64>, String> {
        let mut output = vec![0.0; count * self.row()];
        let mut options: Options = self.cohort.options(1e-12).with_method(MethodChoice::Stiff);
        options.sampling = Sampling::Landing;
        for patient in 0..count {
            let mut bound = self.cohort.system.bind(&self.patients[patient].parameters);
            let trajectory = solve(&mut bound, &self.cohort.initial(), &self.cohort.schedule, &self.cohort.span, &options)
                .map_err(|error| format!("patient {patient}: {error:?}"))?;
            self.output_of(patient, &mut output).copy_from_slice(&trajectory.states);
        }
        Ok(output)
    }

    /// Largest difference over patients, samples and states, relative to the state's largest size over that patient's samples: over all samples,
    /// and at the end alone.
    pub fn error(&self, output: &[f64], reference: &[f64]) -> (f64, f64) {
        let samples = self.cohort.span.samples.len();
        let (mut worst, mut at_end) = (0.0_f64, 0.0_f64);
        for (found, expected) in output.chunks(self.row()).zip(reference.chunks(self.row())) {
            for state in 0..self.states {
                let size = (0..samples).map(|sample| expected[sample * self.states + state].abs()).fold(0.0, f64::max);
                for sample in 0..samples {
                    let difference = (found[sample * self.states + state] - expected[sample * self.states + state]).abs() / size;
                    // NaN counts as infinitely wrong
                    let difference = if difference.is_nan() { f64::INFINITY } else { difference };
                    worst = worst.max(difference);
                    if sample + 1 == samples {
                        at_end = at_end.max(difference);
                    }
                }
            }
        }
        (worst, at_end)
    }
}
