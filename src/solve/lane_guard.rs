//! The guard of states that cannot be negative, for a batch: what `integrator::SignGuard` says for one patient, lane by lane.

use super::integrator::Violation;
use super::options::Options;
use crate::math::{Block, Kernel};

/// Notices guarded states below −10 × (absolute tolerance + relative tolerance × largest value so far), or twice as negative as they began.
#[derive(Debug, Clone)]
pub(crate) struct LaneGuard<const N: usize> {
    guarded: Vec<u32>,
    relative_tolerance: f64,
    largest: Block<N>,
    floor: Block<N>,
}

impl<const N: usize> LaneGuard<N> {
    pub(crate) fn new(options: &Options, count: usize) -> LaneGuard<N> {
        let guarded: Vec<u32> = (0..count as u32).filter(|&index| options.non_negative.get(index as usize) == Some(&true)).collect();
        let (largest, floor) = (Block::zeros(guarded.len()), Block::zeros(guarded.len()));
        LaneGuard { guarded, relative_tolerance: options.relative_tolerance, largest, floor }
    }

    /// Begins anew in one lane.
    pub(crate) fn begin(&mut self, lane: usize, initial: &[f64]) {
        for ((&index, largest), floor) in self.guarded.iter().zip(self.largest.lanes_mut()).zip(self.floor.lanes_mut()) {
            largest[lane] = initial[index as usize].max(0.0);
            floor[lane] = 2.0 * initial[index as usize].min(0.0);
        }
    }

    /// The first violation of one lane, if any.
    pub(crate) fn find(&self, lane: usize, next: &Block<N>, absolute_tolerances: &Block<N>) -> Option<Violation> {
        self.guarded.iter().enumerate().find_map(|(position, &index)| {
            let value = next.lanes()[index as usize][lane];
            let allowed = self.allowed(position, lane, &absolute_tolerances.lanes()[index as usize]);
            (value < allowed).then_some(Violation { state: index as usize, value, allowed })
        })
    }

    #[inline(always)]
    fn allowed(&self, position: usize, lane: usize, absolute: &[f64; N]) -> f64 {
        let (largest, floor) = (self.largest.lanes()[position][lane], self.floor.lanes()[position][lane]);
        let allowed = -10.0 * (absolute[lane] + self.relative_tolerance * largest);
        if allowed < floor { allowed } else { floor }
    }
}

/// Whether any lane has a guarded state below its allowance: 1 per such lane.
pub(crate) struct Below<'a, const N: usize> {
    pub guard: &'a LaneGuard<N>,
    pub next: &'a Block<N>,
    pub absolute_tolerances: &'a Block<N>,
}

impl<const N: usize> Kernel for Below<'_, N> {
    type Output = [f64; N];

    #[inline(always)]
    fn run(self) -> [f64; N] {
        let (next, absolute) = (self.next.lanes(), self.absolute_tolerances.lanes());
        let mut below = [0.0; N];
        for (position, &index) in self.guard.guarded.iter().enumerate() {
            let (value, absolute) = (&next[index as usize], &absolute[index as usize]);
            for lane in 0..N {
                let allowed = self.guard.allowed(position, lane, absolute);
                below[lane] = if value[lane] < allowed { 1.0 } else { below[lane] };
            }
        }
        below
    }
}

/// Remembers the largest values in the lanes where a step was accepted.
pub(crate) struct Remember<'a, const N: usize> {
    pub guard: &'a mut LaneGuard<N>,
    pub next: &'a Block<N>,
    pub accepted: &'a [bool; N],
}

impl<const N: usize> Kernel for Remember<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let next = self.next.lanes();
        for (largest, &index) in self.guard.largest.lanes_mut().iter_mut().zip(&self.guard.guarded) {
            let value = &next[index as usize];
            let mut kept = *largest;
            for lane in 0..N {
                kept[lane] = if self.accepted[lane] && value[lane] > kept[lane] { value[lane] } else { kept[lane] };
            }
            *largest = kept;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solve::integrator::SignGuard;

    #[test]
    fn lanes_are_judged_as_patients_alone() {
        let mut options = Options::new(1e-6, vec![1e-9; 2]);
        options.non_negative = vec![true, false];
        let mut guard = LaneGuard::<3>::new(&options, 2);
        let initial = [[100.0, 0.0], [-3e-8, 0.0], [0.0, 0.0]];
        let mut alone: Vec<SignGuard> = initial.iter().map(|initial| SignGuard::new(&options, initial)).collect();
        initial.iter().enumerate().for_each(|(lane, initial)| guard.begin(lane, initial));
        let mut absolute = Block::zeros(2);
        absolute.lanes_mut().fill([1e-9; 3]);
        let mut next = Block::zeros(2);
        for values in [[-0.9e-3, -4e-8, 1.0], [-1.1e-3, -7e-8, -1e-9], [5.0, 5.0, -2e-5]] {
            next.lanes_mut()[0] = values;
            let expected: Vec<Option<Violation>> = (0..3).map(|lane| alone[lane].check(&options, &[values[lane], -5.0])).collect();
            let found: Vec<Option<Violation>> = (0..3).map(|lane| guard.find(lane, &next, &absolute)).collect();
            assert_eq!(found, expected);
            let below = Below { guard: &guard, next: &next, absolute_tolerances: &absolute }.run();
            assert_eq!(below.map(|flag| flag == 1.0).to_vec(), expected.iter().map(Option::is_some).collect::<Vec<_>>());
            Remember { guard: &mut guard, next: &next, accepted: &[true; 3] }.run();
        }
    }
}
