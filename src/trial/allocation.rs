//! Random allocation of patients to arms: a pure function of (seed, patient), the same in any shard.
//!
//! Simple: every patient by a draw of its own. Permuted blocks (Zelen, J Chronic Dis 27, 1974, 365–375): within each block every arm has its share exactly.
use crate::random::RandomSource;

const SIMPLE_STREAM: u32 = 5_000_000;
const BLOCK_STREAM: u32 = 5_000_001;

/// Arms and how patients come to them.
#[derive(Clone, Debug, PartialEq)]
pub struct Allocation {
    /// Seed.
    pub seed: u64,
    /// Position of each arm and its weight (a whole number of patients in a block where blocks are permuted).
    pub arms: Vec<(usize, f64)>,
    /// Whether blocks are permuted.
    pub blocks: bool,
}

impl Allocation {
    /// The same arms under the seed of replicate `number`.
    pub fn replicate(&self, number: u64) -> Allocation {
        let own = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        Allocation { seed: self.seed.wrapping_add(own), ..self.clone() }
    }

    /// Position of the arm of `patient`; `None` without arms.
    pub fn arm(&self, patient: u64) -> Option<usize> {
        let slot = if self.blocks {
            let sizes: Vec<usize> = self.arms.iter().map(|(_, weight)| *weight as usize).collect();
            arm_of_blocks(self.seed, patient, &sizes)
        } else {
            pick(self.seed, patient, self.arms.iter().map(|(_, weight)| *weight))
        };
        self.arms.get(slot).map(|(arm, _)| *arm)
    }
}

/// Which of the `weights` (each 0 or more, not all 0) `patient` falls to.
pub fn arm_of(seed: u64, patient: u64, weights: &[f64]) -> usize {
    pick(seed, patient, weights.iter().copied())
}

fn pick(seed: u64, patient: u64, weights: impl Iterator<Item = f64> + Clone) -> usize {
    let draw = RandomSource::new(seed, patient, SIMPLE_STREAM).uniform(0) * weights.clone().sum::<f64>();
    let (mut sum, mut last) = (0.0, 0);
    for (arm, weight) in weights.enumerate() {
        sum += weight;
        if draw < sum {
            return arm;
        }
        if weight > 0.0 {
            // should the last sum round down
            last = arm;
        }
    }
    last
}

/// Which arm `patient` falls to in permuted blocks with `sizes` patients of each arm.
pub fn arm_of_blocks(seed: u64, patient: u64, sizes: &[usize]) -> usize {
    let length = sizes.iter().sum::<usize>().max(1);
    let mut block: Vec<usize> = sizes.iter().enumerate().flat_map(|(arm, size)| std::iter::repeat_n(arm, *size)).collect();
    shuffle(RandomSource::new(seed, patient / length as u64, BLOCK_STREAM), &mut block);
    block.get((patient % length as u64) as usize).copied().unwrap_or(0)
}

/// Puts `items` into a random order (Fisher and Yates).
pub(super) fn shuffle<T>(draws: RandomSource, items: &mut [T]) {
    for at in (1..items.len()).rev() {
        let pick = draws.uniform(at as u32) * (at + 1) as f64;
        items.swap(at, (pick as usize).min(at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_those_of_the_weights() {
        let patients = 40_000_u64;
        let mut counts = [0_u32; 3];
        for patient in 0..patients {
            counts[arm_of(4, patient, &[1.0, 0.0, 3.0])] += 1;
        }
        // binomial, five standard deviations
        let sd = (patients as f64 * 0.25 * 0.75).sqrt();
        assert!((f64::from(counts[0]) - 10_000.0).abs() < 5.0 * sd && counts[1] == 0, "{counts:?}");
        assert_ne!(
            (0..64).map(|patient| arm_of(4, patient, &[1.0, 1.0])).collect::<Vec<_>>(),
            (0..64).map(|patient| arm_of(5, patient, &[1.0, 1.0])).collect::<Vec<_>>()
        );
    }

    #[test]
    fn every_block_has_its_arms_in_an_order_of_its_own() {
        let orders: std::collections::BTreeSet<Vec<usize>> = (0..2000_u64)
            .map(|block| {
                let order: Vec<usize> = (0..4).map(|at| arm_of_blocks(9, 4 * block + at, &[2, 2])).collect();
                assert_eq!(order.iter().sum::<usize>(), 2);
                order
            })
            .collect();
        assert_eq!(orders.len(), 6);
    }

    #[test]
    fn every_order_is_as_likely() {
        let mut counts = std::collections::BTreeMap::new();
        for number in 0..24_000 {
            let mut items = [0, 1, 2, 3];
            shuffle(RandomSource::new(1, number, 7), &mut items);
            *counts.entry(items).or_insert(0_u32) += 1;
        }
        assert_eq!(counts.len(), 24);
        // χ² of 23 degrees of freedom, 0.001 point 49.7
        let chi_square: f64 = counts.values().map(|count| (f64::from(*count) - 1000.0).powi(2) / 1000.0).sum();
        assert!(chi_square < 49.7, "{chi_square}");
    }

    #[test]
    fn an_allocation_names_positions_of_arms() {
        let simple = Allocation { seed: 3, arms: vec![(2, 1.0), (5, 1.0)], blocks: false };
        assert!((0..50).all(|patient| [2, 5].contains(&simple.arm(patient).unwrap())));
        let blocks = Allocation { blocks: true, ..simple.clone() };
        assert_eq!((0..50).filter(|patient| blocks.arm(*patient) == Some(2)).count(), 25);
        assert_eq!(Allocation { arms: Vec::new(), ..simple }.arm(0), None);
    }
}
