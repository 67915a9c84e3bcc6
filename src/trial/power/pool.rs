//! The pool of patients, each with what came of every arm, and the draw of a trial's patients from it.
use crate::random::RandomSource;
use crate::trial::allocation::shuffle;
use crate::trial::survival::Observed;

const STREAM: u32 = 5_200_000;

/// What is compared, patient by patient and within a patient arm by arm.
#[derive(Clone, Debug, PartialEq)]
pub enum PoolValues {
    /// Times to an event, with the patient's censoring.
    Times(Vec<Observed>),
    /// Numbers; NaN where a patient has none in an arm.
    Numbers(Vec<f64>),
}

/// Patients who went through every arm.
#[derive(Clone, Debug, PartialEq)]
pub struct Pool {
    /// Number of arms.
    pub arms: usize,
    /// What came of them: entry `patient · arms + arm`.
    pub values: PoolValues,
}

impl Pool {
    /// Number of patients.
    pub fn patients(&self) -> usize {
        let entries = match &self.values {
            PoolValues::Times(times) => times.len(),
            PoolValues::Numbers(numbers) => numbers.len(),
        };
        entries / self.arms.max(1)
    }
}

/// The patients of each trial: cuts of `size` from a random order of the pool until it is used up, then from the next order.
#[derive(Clone, Debug)]
pub struct Cuts {
    seed: u64,
    size: usize,
    per_order: usize,
    order_number: Option<u64>,
    order: Vec<u32>,
}

impl Cuts {
    /// Cuts of `size` patients (1 to `patients`, which are at most 2³²).
    pub fn new(seed: u64, patients: usize, size: usize) -> Cuts {
        Cuts { seed, size, per_order: (patients / size.max(1)).max(1), order_number: None, order: (0..patients as u32).collect() }
    }

    /// Patients of trial `number`. Numbers that follow each other share the work of an order.
    pub fn patients(&mut self, number: usize) -> &[u32] {
        let order_number = (number / self.per_order) as u64;
        if self.order_number != Some(order_number) {
            // from the unshuffled pool, so that an order does not depend on those before it
            self.order.iter_mut().enumerate().for_each(|(at, patient)| *patient = at as u32);
            shuffle(RandomSource::new(self.seed, order_number, STREAM), &mut self.order);
            self.order_number = Some(order_number);
        }
        let start = (number % self.per_order) * self.size;
        &self.order[start..(start + self.size).min(self.order.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_used_up_before_the_next() {
        let mut cuts = Cuts::new(5, 103, 10);
        for order in 0..3 {
            let mut seen: Vec<u32> = (0..10).flat_map(|cut| cuts.patients(order * 10 + cut).to_vec()).collect();
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), 100);
        }
    }

    #[test]
    fn a_cut_is_the_same_alone_and_in_any_order_of_asking() {
        let mut forward = Cuts::new(5, 50, 7);
        let all: Vec<Vec<u32>> = (0..40).map(|number| forward.patients(number).to_vec()).collect();
        for number in (0..40).rev() {
            assert_eq!(Cuts::new(5, 50, 7).patients(number), all[number]);
        }
        let mut backward = Cuts::new(5, 50, 7);
        for number in (0..40).rev() {
            assert_eq!(backward.patients(number), all[number]);
        }
    }

    #[test]
    fn every_patient_is_drawn_as_often() {
        let mut cuts = Cuts::new(8, 40, 10);
        let mut counts = [0_u32; 40];
        // the first cut of each order
        for order in 0..4000 {
            cuts.patients(order * 4).iter().for_each(|patient| counts[*patient as usize] += 1);
        }
        // mean 1000; hypergeometric spread √(4000 · ¼ · ¾) = 27.4, five of them
        assert!(counts.iter().all(|count| (f64::from(*count) - 1000.0).abs() < 137.0), "{counts:?}");
    }
}
