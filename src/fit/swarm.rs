//! A global search before the fit: argmin's particle swarm within the bounds, then Levenberg–Marquardt from its best point.
//!
//! The swarm is the standard one (J. Kennedy, R. Eberhart, Proc. IEEE Int. Conf. Neural Networks 4 (1995) 1942–1948, with the constants of M. Clerc's
//! SPSO: inertia 1/(2 ln 2), attraction ½ + ln 2) on the fitted scale. It begins at the declared start and the points of a Latin hypercube, and
//! its random numbers are counter based, so that a seed decides everything.

use crate::fit::error::FitError;
use crate::fit::estimate::Estimate;
use crate::fit::latin_hypercube::latin_hypercube;
use crate::fit::least_squares::{FitProgress, Monitor, ProgressReport, Residuals, Settings, check, fit_monitored};
use crate::fit::multi_start::started_at;
use crate::fit::parameter::FitParameter;
use crate::fit::scaled_problem::{ScaledProblem, natural_values, transformed_bounds};
use crate::random::RandomSource;
use argmin::core::observers::{Observe, ObserverMode};
use argmin::core::{CostFunction, Error as ArgminError, Executor, KV, Operator, PopulationState};
use argmin::solver::particleswarm::{Particle, ParticleSwarm};
use nalgebra::DVector;
use rand_core::{RngCore, impls};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use thiserror::Error;

/// The streams of random numbers: first velocities, and the swarm's moves.
const VELOCITIES: u32 = 0x5357_4100;
const MOVES: u32 = 0x5357_4101;

/// Size and length of the search.
#[derive(Debug, Clone, PartialEq)]
pub struct Swarm {
    /// Number of particles, at least 2.
    pub particles: usize,
    /// Moves of the whole swarm.
    pub iterations: u64,
    /// Seed of the random numbers.
    pub seed: u64,
}

impl Default for Swarm {
    fn default() -> Self {
        Swarm { particles: 40, iterations: 100, seed: 1 }
    }
}

/// The fit from the swarm's best point.
#[derive(Debug, Clone, PartialEq)]
pub struct SwarmFit {
    /// The fit; its start values are the swarm's best point.
    pub estimate: Estimate,
    /// Objective at the swarm's best point.
    pub swarm_objective: f64,
    /// Best objective at the beginning and after each move.
    pub trace: Vec<f64>,
    /// Evaluations of the swarm.
    pub evaluations: usize,
    /// How many of them failed; such a place is avoided.
    pub failed_evaluations: usize,
}

/// Searches the whole region within the bounds, then fits. `monitor` is told of the swarm's moves and then of the fit's steps, both counted from 0.
///
/// # Errors
/// A parameter without two finite bounds on its fitted scale (all are named), inconsistent settings, no point that can be computed, or a cancel during the
/// search.
pub fn fit_from_swarm(
    problem: &mut dyn Residuals,
    parameters: &[FitParameter],
    settings: &Settings,
    options: &Swarm,
    monitor: &Monitor,
) -> Result<SwarmFit, FitError> {
    check(problem, parameters, settings)?;
    if options.particles < 2 {
        return Err(FitError::Setting { name: "particles", value: options.particles as f64, expected: "at least 2" });
    }
    let (lower, upper) = finite_bounds(parameters)?;
    let landscape =
        Landscape { problem: ScaledProblem::new(problem, parameters, settings.difference_step), cancel: monitor.cancel.clone() };
    let swarm = ParticleSwarm::new((lower.clone(), upper.clone()), options.particles)
        .with_rng_generator(CountedRandom { source: RandomSource::new(options.seed, 0, MOVES), next: 0 })
        .with_inertia_factor(0.5 / crate::math::log(2.0))
        .and_then(|swarm| swarm.with_cognitive_factor(0.5 + crate::math::log(2.0)))
        .and_then(|swarm| swarm.with_social_factor(0.5 + crate::math::log(2.0)))
        .map_err(|error| FitError::Optimiser(error.to_string()))?;
    let particles = first_particles(&landscape, parameters, options, &lower, &upper).map_err(|error| stopped(&error))?;
    let trace = Arc::new(Mutex::new(Vec::new()));
    let watcher = Watcher { parameters: parameters.to_vec(), trace: Arc::clone(&trace), report: monitor.progress.clone() };
    let result = Executor::new(&landscape, swarm)
        .configure(|state: PopulationState<_, f64>| state.population(particles).max_iters(options.iterations))
        .ctrlc(false)
        .timer(false)
        .add_observer(watcher, ObserverMode::Always)
        .run()
        .map_err(|error| stopped(&error))?;
    let (evaluations, failed_evaluations) = (landscape.problem.evaluations(), landscape.problem.failures());
    let best = result.state.best_individual.filter(|particle| particle.cost.is_finite()).ok_or_else(|| {
        let message = landscape.problem.last_failure().unwrap_or_else(|| "no message".into());
        FitError::Problem(format!("none of {evaluations} points within the bounds can be computed, the last because: {message}"))
    })?;
    let start = natural_values(parameters, best.position.as_slice());
    let estimate = fit_monitored(problem, &started_at(parameters, &start), settings, monitor)?;
    let trace = trace.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(SwarmFit { estimate, swarm_objective: best.cost, trace, evaluations, failed_evaluations })
}

fn finite_bounds(parameters: &[FitParameter]) -> Result<(DVector<f64>, DVector<f64>), FitError> {
    let bounds: Vec<(f64, f64)> = parameters.iter().map(transformed_bounds).collect();
    let missing: Vec<String> = parameters
        .iter()
        .zip(&bounds)
        .filter(|(_, (lower, upper))| !(upper - lower).is_finite())
        .map(|(parameter, (lower, upper))| {
            let side = match (lower.is_finite(), upper.is_finite()) {
                (true, _) => "no upper bound",
                (_, true) => "no lower bound",
                _ => "no bounds",
            };
            format!("`{}` has {side} on its fitted scale (found {} to {})", parameter.name, parameter.lower, parameter.upper)
        })
        .collect();
    if missing.is_empty() {
        let (lower, upper): (Vec<f64>, Vec<f64>) = bounds.into_iter().unzip();
        Ok((DVector::from_vec(lower), DVector::from_vec(upper)))
    } else {
        Err(FitError::Problem(format!("a global search needs two bounds for every parameter: {}", missing.join(", "))))
    }
}

/// The declared start and a Latin hypercube, each moving half the way towards a random point of the region.
fn first_particles(
    landscape: &Landscape<'_>,
    parameters: &[FitParameter],
    options: &Swarm,
    lower: &DVector<f64>,
    upper: &DVector<f64>,
) -> Result<Vec<Particle<DVector<f64>, f64>>, ArgminError> {
    let starts = latin_hypercube(parameters, options.particles, 10.0, options.seed);
    (0_u64..)
        .zip(starts)
        .map(|(number, start)| {
            let source = RandomSource::new(options.seed, number, VELOCITIES);
            let place = DVector::from_iterator(start.len(), parameters.iter().zip(&start).map(|(p, &x)| p.scale.transform(x)));
            let velocity = DVector::from_fn(place.len(), |i, _| {
                let towards = lower[i] + source.uniform(i as u32) * (upper[i] - lower[i]);
                0.5 * (towards - place[i])
            });
            let cost = landscape.cost(&place)?;
            Ok(Particle::new(place, cost, velocity))
        })
        .collect()
}

/// Somebody cancelled during the search.
#[derive(Debug, Error)]
#[error("cancelled during the global search")]
struct Cancelled;

fn stopped(error: &ArgminError) -> FitError {
    match error.downcast_ref::<Cancelled>() {
        Some(cancelled) => FitError::Problem(cancelled.to_string()),
        None => FitError::Optimiser(error.to_string()),
    }
}

/// The objective as the swarm sees it: infinite where it cannot be computed.
struct Landscape<'a> {
    problem: ScaledProblem<'a>,
    cancel: Option<Arc<AtomicBool>>,
}

impl CostFunction for &Landscape<'_> {
    type Param = DVector<f64>;
    type Output = f64;

    fn cost(&self, place: &Self::Param) -> Result<f64, ArgminError> {
        if self.cancel.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed)) {
            return Err(Cancelled.into());
        }
        Ok((&self.problem).apply(place).map_or(f64::INFINITY, |found| found.objective))
    }
}

struct Watcher {
    parameters: Vec<FitParameter>,
    trace: Arc<Mutex<Vec<f64>>>,
    report: Option<ProgressReport>,
}

type SwarmState = PopulationState<Particle<DVector<f64>, f64>, f64>;

impl Watcher {
    fn note(&self, state: &SwarmState) {
        let mut trace = self.trace.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some(report), Some(best)) = (&self.report, &state.best_individual) {
            let parameters = natural_values(&self.parameters, best.position.as_slice());
            report(&FitProgress { iteration: trace.len() as u64, objective: state.best_cost, parameters });
        }
        trace.push(state.best_cost);
    }
}

impl Observe<SwarmState> for Watcher {
    fn observe_init(&mut self, _: &str, state: &SwarmState, _: &KV) -> Result<(), ArgminError> {
        self.note(state);
        Ok(())
    }

    fn observe_iter(&mut self, state: &SwarmState, _: &KV) -> Result<(), ArgminError> {
        self.note(state);
        Ok(())
    }
}

/// Draws of one source in turn, as the `rand` crates want them.
struct CountedRandom {
    source: RandomSource,
    next: u32,
}

impl RngCore for CountedRandom {
    fn next_u32(&mut self) -> u32 {
        (self.next_u64() >> 32) as u32
    }

    fn next_u64(&mut self) -> u64 {
        let [high, low, ..] = self.source.bits(self.next);
        match self.next.checked_add(1) {
            Some(next) => self.next = next,
            None => {
                self.source.patient += 1;
                self.next = 0;
            }
        }
        u64::from(high) << 32 | u64::from(low)
    }

    fn fill_bytes(&mut self, destination: &mut [u8]) {
        impls::fill_bytes_via_next(self, destination);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::least_squares::{ResidualFunction, fit};

    /// Two frequencies without noise but a small third one: many local minima, the best near (2, 5).
    fn problem() -> impl Residuals {
        ResidualFunction {
            parameter_count: 2,
            residual_count: 60,
            residuals: |p: &[f64], out: &mut [f64]| {
                if p[0] + p[1] > 14.0 {
                    return Err("too fast".to_owned());
                }
                for (i, r) in out.iter_mut().enumerate() {
                    let x = 0.1 * i as f64;
                    *r = (2.0 * x).cos() + 0.5 * (5.0 * x).sin() + 0.01 * (9.0 * x).cos() - (p[0] * x).cos() - 0.5 * (p[1] * x).sin();
                }
                Ok(())
            },
        }
    }

    fn parameters() -> [FitParameter; 2] {
        [FitParameter::logarithmic("slow", 8.0).within(0.2, 10.0), FitParameter::natural("fast", 1.0).within(0.2, 10.0)]
    }

    fn run(options: &Swarm) -> SwarmFit {
        fit_from_swarm(&mut problem(), &parameters(), &Settings::default(), options, &Monitor::default()).expect("fits")
    }

    #[test]
    fn it_finds_the_optimum_that_the_declared_start_misses() {
        let declared = fit(&mut problem(), &parameters(), &Settings::default()).expect("fits");
        assert!(declared.objective > 1.0, "a local minimum: {}", declared.objective);
        let found = run(&Swarm::default());
        let values = found.estimate.values();
        assert!((values[0] - 2.0).abs() < 0.02 && (values[1] - 5.0).abs() < 0.02, "{values:?}");
        assert!(found.estimate.is_converged() && found.estimate.objective <= found.swarm_objective);
        assert_eq!(found.trace.len(), 101);
        assert!(found.trace.windows(2).all(|pair| pair[1] <= pair[0]));
        assert_eq!(found.trace.last().copied(), Some(found.swarm_objective));
        assert_eq!(found.evaluations, 40 * 101);
        assert!(found.failed_evaluations > 0, "the corner that cannot be computed was visited");
    }

    #[test]
    fn the_seed_decides_every_bit() {
        let short = |seed| Swarm { particles: 12, iterations: 15, seed };
        assert_eq!(run(&short(4)), run(&short(4)));
        assert_ne!(run(&short(4)).trace, run(&short(5)).trace);
    }

    #[test]
    fn missing_bounds_are_all_named() {
        let open = [FitParameter::logarithmic("slow", 8.0).within(0.0, 10.0), FitParameter::natural("fast", 1.0)];
        let refused = fit_from_swarm(&mut problem(), &open, &Settings::default(), &Swarm::default(), &Monitor::default());
        assert_eq!(
            refused.expect_err("open").to_string(),
            "a global search needs two bounds for every parameter: `slow` has no lower bound on its fitted scale (found 0 to 10), \
             `fast` has no bounds on its fitted scale (found -inf to inf)"
        );
    }

    #[test]
    fn a_cancel_and_a_hopeless_region_say_so() {
        let monitor = Monitor { cancel: Some(Arc::new(AtomicBool::new(true))), progress: None };
        let refused = fit_from_swarm(&mut problem(), &parameters(), &Settings::default(), &Swarm::default(), &monitor);
        assert_eq!(refused.expect_err("cancelled").to_string(), "cancelled during the global search");
        let fast = [FitParameter::natural("slow", 9.5).within(9.2, 10.0), FitParameter::natural("fast", 9.5).within(9.2, 10.0)];
        let refused = fit_from_swarm(&mut problem(), &fast, &Settings::default(), &Swarm::default(), &Monitor::default());
        let message = refused.expect_err("nothing computes").to_string();
        assert!(message.contains("none of 4040 points") && message.contains("too fast"), "{message}");
    }

    #[test]
    fn the_sequence_is_the_sources_own() {
        let source = RandomSource::new(7, 3, 9);
        let mut sequence = CountedRandom { source, next: u32::MAX };
        let [high, low, ..] = source.bits(u32::MAX);
        assert_eq!(sequence.next_u64(), u64::from(high) << 32 | u64::from(low));
        let [high, ..] = RandomSource::new(7, 4, 9).bits(0);
        assert_eq!(sequence.next_u32(), high, "a new block follows the last index");
    }
}
