//! Power of a randomised trial by simulation: patients are drawn from a pool in which each went through every arm, allocated at random, seen in one arm only, and tested.
//!
//! `plan`: what is asked; `pool`: what patients came to; `replicate`: one trial; `estimate`: the share of trials that reject, with its Monte-Carlo error; `size`: the size
//! for a wanted power. A replicate is a pure function of (pool, test, seed, number), so any process may compute any of them; the estimate folds them in order.
//!
//! A pool is finite: once `replicates · size` exceeds it, patients are used again and the Monte-Carlo error no longer holds what the draw of the pool itself adds
//! ([`PowerEstimate::times_used`] says how often). Where arms share their random numbers the pool's own difference between the arms carries little of that.
mod estimate;
mod plan;
mod pool;
mod replicate;
mod size;
#[cfg(test)]
mod tests;

pub use estimate::{PowerEstimate, wilson_95};
pub use plan::{Hypothesis, Measure, PowerPlan, PowerTest, TestKind};
pub use pool::{Cuts, Pool, PoolValues};
pub use replicate::{Experiment, Outcome, PowerFault};
pub use size::{Reached, SizeFor, size_for};
