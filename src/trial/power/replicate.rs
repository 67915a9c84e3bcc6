//! One trial: its patients drawn, allocated, each seen in one arm, tested.
use super::plan::{PowerTest, TestKind};
use super::pool::{Cuts, Pool, PoolValues};
use crate::trial::allocation::Allocation;
use crate::trial::survival::{DayCounts, cox_two_groups, log_rank};
use crate::trial::two_sample::{FourCounts, Moments, chi_square, fisher_exact, student_t, welch_t, wilcoxon};

/// Shares of patients are 0 or 100 %.
const HALF_PERCENT: f64 = 50.0;

/// What one trial found.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Outcome {
    /// Two-sided p; `None` where the test could not be computed.
    pub p: Option<f64>,
    /// Log hazard ratio of the other arm over the reference, for times to an event; `None` where it has no finite estimate.
    pub log_ratio: Option<f64>,
    /// Mean or share in the other arm less that in the reference, for numbers.
    pub difference: Option<f64>,
    /// Patients allocated to the two arms without a value there.
    pub missing: usize,
}

/// A question that cannot be asked of this pool.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PowerFault {
    /// Too few patients.
    #[error("a trial of {size} patients cannot be drawn from a pool of {pool}: simulate at least as many patients")]
    SmallPool {
        /// Patients of the trial.
        size: usize,
        /// Patients of the pool.
        pool: usize,
    },
    /// No patient in the trial.
    #[error("a trial needs at least two patients")]
    NoPatients,
    /// A log-rank test of numbers, or another test of times.
    #[error("a {test} does not fit {what}")]
    WrongTest {
        /// The test.
        test: &'static str,
        /// What there is.
        what: &'static str,
    },
    /// An arm beyond those of the pool.
    #[error("the pool has no arm {0}")]
    NoArm(usize),
}

/// A test of trials of one size from one pool.
#[derive(Clone, Debug)]
pub struct Experiment<'p> {
    pool: &'p Pool,
    test: &'p PowerTest,
    allocation: &'p Allocation,
    size: usize,
    cuts: Cuts,
}

impl<'p> Experiment<'p> {
    /// An experiment.
    ///
    /// # Errors
    /// A trial larger than the pool, a test that does not fit the pool's values, an arm that is not there.
    pub fn new(pool: &'p Pool, test: &'p PowerTest, allocation: &'p Allocation, size: usize, seed: u64) -> Result<Self, PowerFault> {
        let patients = pool.patients();
        if size < 2 {
            return Err(PowerFault::NoPatients);
        }
        if size > patients {
            return Err(PowerFault::SmallPool { size, pool: patients });
        }
        let what = match &pool.values {
            PoolValues::Times(_) => "times to an event",
            PoolValues::Numbers(_) => "numbers",
        };
        if matches!(pool.values, PoolValues::Times(_)) != (test.kind == TestKind::LogRank) {
            return Err(PowerFault::WrongTest { test: test.kind.title(), what });
        }
        let arms = allocation.arms.iter().map(|(arm, _)| *arm).chain([test.arms.0, test.arms.1]);
        if let Some(arm) = arms.into_iter().find(|arm| *arm >= pool.arms) {
            return Err(PowerFault::NoArm(arm));
        }
        Ok(Experiment { pool, test, allocation, size, cuts: Cuts::new(seed, patients, size) })
    }

    /// Patients of the trial.
    pub fn size(&self) -> usize {
        self.size
    }

    /// How often each patient of the pool is used by so many replicates.
    pub fn times_used(&self, replicates: usize) -> f64 {
        replicates as f64 * self.size as f64 / self.pool.patients() as f64
    }

    /// Trials `numbers`, in order. Ranges of any cut give the same outcomes.
    pub fn outcomes(&mut self, numbers: std::ops::Range<usize>) -> Vec<Outcome> {
        numbers.map(|number| self.outcome(number)).collect()
    }

    /// Trial `number`.
    pub fn outcome(&mut self, number: usize) -> Outcome {
        let allocation = self.allocation.replicate(number as u64);
        let (arms, pool_arms) = (self.test.arms, self.pool.arms);
        let patients = self.cuts.patients(number).iter().enumerate();
        // where in the pool each patient is seen, and whether that is the other arm
        let seen = patients.filter_map(|(slot, patient)| {
            let arm = allocation.arm(slot as u64)?;
            let entry = *patient as usize * pool_arms + arm;
            (arm == arms.0 || arm == arms.1).then_some((entry, arm == arms.1))
        });
        match &self.pool.values {
            PoolValues::Times(times) => {
                let (mut reference, mut other) = (DayCounts::default(), DayCounts::default());
                for (entry, is_other) in seen {
                    let observed = times[entry];
                    if is_other { &mut other } else { &mut reference }.add(observed.day, observed.event);
                }
                Outcome {
                    p: log_rank(&[&reference, &other]).ok().map(|test| test.p),
                    log_ratio: cox_two_groups(&reference, &other).ok().map(|found| found.log_ratio),
                    ..Outcome::default()
                }
            }
            PoolValues::Numbers(numbers) => {
                let (mut reference, mut other, mut missing) = (Vec::new(), Vec::new(), 0);
                for (entry, is_other) in seen {
                    match numbers[entry] {
                        value if value.is_nan() => missing += 1,
                        value => if is_other { &mut other } else { &mut reference }.push(value),
                    }
                }
                Outcome { missing, ..of_numbers(self.test, &reference, &other) }
            }
        }
    }
}

fn of_numbers(test: &PowerTest, reference: &[f64], other: &[f64]) -> Outcome {
    let means = |found: Option<crate::trial::two_sample::MeanTest>| Outcome {
        p: found.map(|test| test.p),
        difference: found.map(|test| test.difference),
        ..Outcome::default()
    };
    match test.kind {
        TestKind::LogRank => Outcome::default(),
        TestKind::Welch => means(welch_t(&Moments::of(reference), &Moments::of(other))),
        TestKind::Student => means(student_t(&Moments::of(reference), &Moments::of(other))),
        TestKind::Wilcoxon => Outcome {
            p: wilcoxon(reference, other).map(|test| test.p),
            difference: mean_difference(reference, other),
            ..Outcome::default()
        },
        TestKind::Fisher | TestKind::ChiSquare => {
            let threshold = test.threshold.unwrap_or(HALF_PERCENT);
            let mut counts = FourCounts::default();
            reference.iter().for_each(|value| counts.add(false, *value > threshold));
            other.iter().for_each(|value| counts.add(true, *value > threshold));
            let found = if test.kind == TestKind::Fisher { fisher_exact(counts) } else { chi_square(counts, false) };
            Outcome {
                p: found.map(|test| test.p),
                difference: Some(100.0 * counts.difference()).filter(|d| d.is_finite()),
                ..Outcome::default()
            }
        }
    }
}

fn mean_difference(reference: &[f64], other: &[f64]) -> Option<f64> {
    (!reference.is_empty() && !other.is_empty()).then(|| Moments::of(other).mean - Moments::of(reference).mean)
}
