//! What travels along with a solve: every step that the values take is taken by the tangents too.

use super::direction::Direction;
use super::lanes::{Lanes, MovingEntries, StepValues};
use crate::math::{Block, InstructionSet, LANES};
use crate::model::system::{System, SystemLanes, Tangents};
use crate::solve::lane_dynamics::{LaneDynamics, Taken};
use crate::solve::rodas5p_tableau::A;
use crate::solve::schedule::Segment;

/// A system for one patient, and its tangents in blocks of lanes.
pub(super) struct Followed<'s> {
    values: SystemLanes<'s, 1>,
    directions: &'s [Direction],
    moving: MovingEntries,
    blocks: Vec<Lanes<'s, LANES>>,
    /// Arguments of the stages, of the core.
    arguments: [Vec<f64>; 8],
    /// Tangents at the samples, `[sample][direction][state]`.
    pub sampled: Vec<f64>,
    /// Where the first tangent was not a finite number: time (min) and state.
    pub broken: Option<(f64, usize)>,
}

impl<'s> Followed<'s> {
    pub(super) fn new(
        system: &'s System,
        tangents: &'s Tangents,
        parameters: &[f64],
        directions: &'s [Direction],
        set: InstructionSet,
    ) -> Followed<'s> {
        let core = system.pattern().iter().map(|&(_, column)| column + 1).max().unwrap_or(0);
        let quadrature_entries = system.pattern().iter().filter(|&&(row, _)| row >= core).count();
        let blocks = directions
            .chunks(LANES)
            .map(|directions| {
                let mut tangent = Block::zeros(tangents.state_count());
                let mut rates = vec![[0.0; LANES]; tangents.chosen().len()];
                for (lane, direction) in directions.iter().enumerate() {
                    tangent.set_lane(lane, &direction.initial);
                    rates.iter_mut().zip(&direction.parameters).for_each(|(rate, &value)| rate[lane] = value);
                }
                Lanes::new(tangents, (core, quadrature_entries), parameters, &rates, tangent, set)
            })
            .collect();
        Followed {
            values: system.lanes(set),
            directions,
            moving: MovingEntries::new(system.pattern(), core, tangents),
            blocks,
            arguments: std::array::from_fn(|_| vec![0.0; core]),
            sampled: Vec::new(),
            broken: None,
        }
    }

    /// Tangents now, `[direction][state]`.
    pub(super) fn present(&self) -> Vec<f64> {
        let mut present = Vec::new();
        for number in 0..self.directions.len() {
            present.extend(self.blocks[number / LANES].tangent.lane(number % LANES));
        }
        present
    }

    /// u_i of the core, as the values' own step had them.
    fn place_arguments(&mut self, taken: &Taken<'_, 1>) {
        let state = taken.state.lanes().as_flattened();
        for stage in 1..8 {
            let (before, rest) = self.arguments.split_at_mut(stage);
            for (index, target) in rest[0].iter_mut().enumerate() {
                let increment = |earlier: usize| taken.method.increments[earlier].lanes()[index][0];
                *target = if stage < 6 {
                    state[index] + (0..stage).fold(0.0, |sum, earlier| sum + A[stage][earlier] * increment(earlier))
                } else {
                    before[stage - 1][index] + increment(stage - 1)
                };
            }
        }
    }
}

impl LaneDynamics<1> for Followed<'_> {
    fn load(&mut self, lane: usize, parameters: &[f64]) {
        self.values.load(lane, parameters);
    }

    fn rates(&mut self, time: &[f64; 1], state: &[[f64; 1]], rates: &mut [[f64; 1]]) {
        self.values.rates(time, state, rates);
    }

    fn jacobian(&mut self, time: &[f64; 1], state: &[[f64; 1]], values: &mut [[f64; 1]]) {
        self.values.jacobian(time, state, values);
    }

    fn time_derivative(&mut self, time: &[f64; 1], state: &[[f64; 1]], derivative: &mut [[f64; 1]]) {
        self.values.time_derivative(time, state, derivative);
    }

    fn departed(&mut self, _lane: usize, segment: Option<&Segment>, samples: usize) {
        if let Some(segment) = segment {
            for (block, directions) in self.blocks.iter_mut().zip(self.directions.chunks(LANES)) {
                block.inputs.clear();
                for (lane, direction) in directions.iter().enumerate() {
                    let boluses = direction.doses.boluses.iter().filter(|bolus| bolus.time == segment.start);
                    for &(state, amount) in boluses.flat_map(|bolus| &bolus.amounts) {
                        block.tangent.lanes_mut()[state][lane] += amount;
                    }
                    for (state, rate) in direction.doses.inputs_between(segment.start, segment.stop) {
                        match block.inputs.iter_mut().find(|input| input.0 == state) {
                            Some(input) => input.1[lane] += rate,
                            None => {
                                let mut rates = [0.0; LANES];
                                rates[lane] = rate;
                                block.inputs.push((state, rates));
                            }
                        }
                    }
                }
            }
        }
        for _ in 0..samples {
            self.sampled.extend(self.present());
        }
    }

    fn stepped(&mut self, taken: &Taken<'_, 1>) {
        self.place_arguments(taken);
        let inside = taken.samples.partition_point(|&sample| sample < taken.reached);
        let values = StepValues { taken, arguments: &self.arguments, moving: &self.moving };
        for block in &mut self.blocks {
            block.step(&values);
            if inside > 0 {
                block.bend(&values);
            }
        }
        for &sample in &taken.samples[..inside] {
            let fraction = (sample - taken.time) / taken.step;
            for number in 0..self.directions.len() {
                let (block, lane) = (&self.blocks[number / LANES], number % LANES);
                self.sampled.extend((0..block.tangent.lanes().len()).map(|state| block.inside(fraction, state, lane)));
            }
        }
        for block in &mut self.blocks {
            if let Some(state) = block.accept()
                && self.broken.is_none()
            {
                self.broken = Some((taken.reached, state));
            }
        }
        for _ in inside..taken.samples.len() {
            self.sampled.extend(self.present());
        }
    }
}
