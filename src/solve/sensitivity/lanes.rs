//! One step of Rodas5P differentiated in the `N` directions of one block of lanes.

use super::kernels::{AcceptTangents, AddMoving};
use crate::math::{Block, InstructionSet};
use crate::model::system::{BoundTangents, Tangents};
use crate::solve::lane_dynamics::Taken;
use crate::solve::rodas5p_kernels::{Add, CombineQuadratures, NotFinite, WeightedSum};
use crate::solve::rodas5p_tableau::{A, C, DENSE, STAGE_TIMES, TIME_WEIGHTS, quadrature_weights};

/// (row, column) of the entries of J̇.
#[derive(Debug, Clone)]
pub(super) struct MovingEntries {
    /// Those in the rows of the core, which come first.
    in_core: Vec<(u32, u32)>,
    /// Those in the rows of quadratures, counted from the first quadrature.
    in_quadratures: Vec<(u32, u32)>,
}

impl MovingEntries {
    pub(super) fn new(pattern: &[(usize, usize)], core: usize, tangents: &Tangents) -> MovingEntries {
        let moving: Vec<(usize, usize)> = tangents.jacobian_positions().iter().map(|&position| pattern[position as usize]).collect();
        let (in_core, in_quadratures) = moving.split_at(moving.partition_point(|&(row, _)| row < core));
        MovingEntries {
            in_core: in_core.iter().map(|&(row, column)| (row as u32, column as u32)).collect(),
            in_quadratures: in_quadratures.iter().map(|&(row, column)| ((row - core) as u32, column as u32)).collect(),
        }
    }
}

/// What all directions share of a step: the step itself, and the arguments u_i of its stages (of the core).
pub(super) struct StepValues<'s> {
    pub taken: &'s Taken<'s, 1>,
    pub arguments: &'s [Vec<f64>; 8],
    pub moving: &'s MovingEntries,
}

/// `N` directions under way.
pub(super) struct Lanes<'t, const N: usize> {
    bound: BoundTangents<'t, N>,
    set: InstructionSet,
    core: usize,
    count: usize,
    /// ẋ of all states at the start of the present step.
    pub tangent: Block<N>,
    /// ẋ at its end.
    next: Block<N>,
    /// Constant inputs of the present segment: (state, rate per min).
    pub inputs: Vec<(usize, [f64; N])>,
    /// Values and then tangents: what the programs read.
    both: Block<N>,
    rates: Block<N>,
    /// ḟ of the quadratures at every stage.
    quadrature_rates: [Block<N>; 8],
    /// k̇_i of the core.
    increments: [Block<N>; 8],
    /// J̇ at the start of the step.
    jacobian: Block<N>,
    /// J in the rows of quadratures, the same in every lane.
    quadrature_entries: Block<N>,
    time_derivative: Block<N>,
    scratch: Block<N>,
    bends: [Block<N>; 3],
}

impl<'t, const N: usize> Lanes<'t, N> {
    /// Directions that start from `tangent`, with `parameter_rates` for the chosen parameters; `core` states go through the stages, and the rows
    /// of the others have `quadrature_entries` entries.
    pub(super) fn new(
        tangents: &'t Tangents,
        (core, quadrature_entries): (usize, usize),
        parameters: &[f64],
        parameter_rates: &[[f64; N]],
        tangent: Block<N>,
        set: InstructionSet,
    ) -> Lanes<'t, N> {
        let count = tangents.state_count();
        Lanes {
            bound: tangents.bind(parameters, parameter_rates, set),
            set,
            core,
            count,
            next: Block::zeros(count),
            inputs: Vec::new(),
            both: Block::zeros(2 * count),
            rates: Block::zeros(count),
            quadrature_rates: std::array::from_fn(|_| Block::zeros(count - core)),
            increments: std::array::from_fn(|_| Block::zeros(core)),
            jacobian: Block::zeros(tangents.jacobian_positions().len()),
            quadrature_entries: Block::zeros(quadrature_entries),
            time_derivative: Block::zeros(count),
            scratch: Block::zeros(core),
            bends: std::array::from_fn(|_| Block::zeros(count)),
            tangent,
        }
    }

    /// Differentiates a step: from `tangent` to what [`Self::accept`] will take over.
    pub(super) fn step(&mut self, values: &StepValues) {
        self.start(values);
        self.stage::<0>(values);
        self.place::<1>(values);
        self.stage::<1>(values);
        self.place::<2>(values);
        self.stage::<2>(values);
        self.place::<3>(values);
        self.stage::<3>(values);
        self.place::<4>(values);
        self.stage::<4>(values);
        self.place::<5>(values);
        self.stage::<5>(values);
        self.place::<6>(values);
        self.stage::<6>(values);
        self.place::<7>(values);
        self.stage::<7>(values);
        let core = self.core;
        let next = &mut self.next.lanes_mut()[..core];
        next.copy_from_slice(&self.both.lanes()[self.count..][..core]);
        self.set.run(Add { to: next, values: self.increments[7].lanes() });
        let mut weights = A[7];
        weights[7] = 1.0;
        self.combine_quadratures(values, &quadrature_weights(&weights), Target::Next);
        self.set.run(Add { to: &mut self.next.lanes_mut()[core..], values: &self.tangent.lanes()[core..] });
    }

    /// Differentiates the dense output of the step.
    pub(super) fn bend(&mut self, values: &StepValues) {
        for (number, weights) in DENSE.iter().enumerate() {
            let columns = self.increments.each_ref().map(Block::lanes);
            let target = &mut self.bends[number].lanes_mut()[..self.core];
            target.fill([0.0; N]);
            self.scratch.lanes_mut().fill([0.0; N]);
            self.set.run(WeightedSum { base: self.scratch.lanes(), factor: &[1.0; N], weights, columns, target });
            self.combine_quadratures(values, &quadrature_weights(weights), Target::Bend(number));
        }
    }

    /// The tangent of one state in one direction at the fraction `fraction` of the step, after [`Self::bend`].
    pub(super) fn inside(&self, fraction: f64, state: usize, lane: usize) -> f64 {
        let rest = 1.0 - fraction;
        let [first, second, third] = self.bends.each_ref().map(|bend| bend.lanes()[state][lane]);
        let (before, after) = (self.tangent.lanes()[state][lane], self.next.lanes()[state][lane]);
        rest * before + fraction * (after + rest * (first + fraction * (second + fraction * third)))
    }

    /// Takes the end of the step for the start of the next. Returns a state whose tangent is not a finite number, if there is one.
    pub(super) fn accept(&mut self) -> Option<usize> {
        let not_finite = self.set.run(NotFinite(self.next.lanes()));
        let broken = not_finite.iter().any(|&flag| flag != 0.0);
        self.set.run(AcceptTangents { next: self.next.lanes(), tangent: self.tangent.lanes_mut() });
        if !broken {
            return None;
        }
        self.next.lanes().iter().position(|lanes| lanes.iter().any(|value| !value.is_finite()))
    }

    /// ḟ, J̇ and the tangent of ∂f/∂t at the start of the step.
    fn start(&mut self, values: &StepValues) {
        let taken = values.taken;
        let (of_values, of_tangents) = self.both.lanes_mut().split_at_mut(self.count);
        of_values.iter_mut().zip(taken.state.lanes()).for_each(|(target, value)| *target = [value[taken.lane]; N]);
        of_tangents.copy_from_slice(self.tangent.lanes());
        self.bound.evaluate_rates(taken.time, self.both.lanes(), self.rates.lanes_mut());
        self.bound.evaluate_jacobian(self.jacobian.lanes_mut());
        if self.bound.tangents.time_derivative_moves() {
            self.bound.evaluate_time_derivative(self.time_derivative.lanes_mut());
        }
        let entries = &taken.method.jacobian.lanes()[taken.method.quadratures.first_entry..];
        self.quadrature_entries.lanes_mut().iter_mut().zip(entries).for_each(|(target, entry)| *target = [entry[taken.lane]; N]);
    }

    /// Sets the core of u_i and u̇_i for the stage after `EARLIER` others, and evaluates ḟ there.
    fn place<const EARLIER: usize>(&mut self, values: &StepValues) {
        let core = self.core;
        let (of_values, of_tangents) = self.both.lanes_mut().split_at_mut(self.count);
        of_values.iter_mut().zip(&values.arguments[EARLIER]).for_each(|(target, &value)| *target = [value; N]);
        let target = &mut of_tangents[..core];
        if EARLIER < 6 {
            let columns: [&[[f64; N]]; EARLIER] = std::array::from_fn(|index| self.increments[index].lanes());
            let base = &self.tangent.lanes()[..core];
            self.set.run(WeightedSum { base, factor: &[1.0; N], weights: &A[EARLIER], columns, target });
        } else {
            // all that changes from stage 6 on
            self.set.run(Add { to: target, values: self.increments[EARLIER - 1].lanes() });
        }
        let time = values.taken.time + STAGE_TIMES[EARLIER] * values.taken.step;
        self.bound.evaluate_rates(time, self.both.lanes(), self.rates.lanes_mut());
    }

    /// k̇ of the stage after `EARLIER` others: ḟ is in `rates`.
    fn stage<const EARLIER: usize>(&mut self, values: &StepValues) {
        let (core, taken) = (self.core, values.taken);
        let rates = self.rates.lanes_mut();
        for (state, rate) in &self.inputs {
            rates[*state].iter_mut().zip(rate).for_each(|(value, input)| *value += input);
        }
        self.quadrature_rates[EARLIER].lanes_mut().copy_from_slice(&rates[core..]);
        let (earlier, rest) = self.increments.split_at_mut(EARLIER);
        let columns: [&[[f64; N]]; EARLIER] = std::array::from_fn(|index| earlier[index].lanes());
        let target = rest[0].lanes_mut();
        self.set.run(WeightedSum { base: &rates[..core], factor: &[1.0 / taken.step; N], weights: &C[EARLIER], columns, target });
        if self.bound.tangents.time_derivative_moves() && TIME_WEIGHTS[EARLIER] != 0.0 {
            let weight = taken.step * TIME_WEIGHTS[EARLIER];
            for (target, derivative) in target.iter_mut().zip(self.time_derivative.lanes()) {
                target.iter_mut().zip(derivative).for_each(|(value, derivative)| *value += weight * derivative);
            }
        }
        let increment = taken.method.increments[EARLIER].lanes().as_flattened();
        self.set.run(AddMoving { entries: &values.moving.in_core, values: self.jacobian.lanes(), columns: increment, target });
        taken.method.matrix.solve_sides(self.set, taken.lane, target, self.scratch.lanes_mut());
    }

    /// Sums up the stages for the quadratures: `h Σ β_i (ḟ_i + J k̇_i + J̇ k_i + h d_i ḟ_t)`.
    fn combine_quadratures(&mut self, values: &StepValues, weights: &[f64; 8], target: Target) {
        let (core, taken) = (self.core, values.taken);
        if core == self.count {
            return;
        }
        let target = match target {
            Target::Next => &mut self.next.lanes_mut()[core..],
            Target::Bend(number) => &mut self.bends[number].lanes_mut()[core..],
        };
        self.set.run(CombineQuadratures {
            quadratures: &taken.method.quadratures,
            increments: self.increments.each_ref().map(Block::lanes),
            rates: self.quadrature_rates.each_ref().map(Block::lanes),
            entries: self.quadrature_entries.lanes(),
            derivative: &self.time_derivative.lanes()[core..],
            step: &[taken.step; N],
            weights,
            sums: self.scratch.lanes_mut(),
            target,
        });
        if !values.moving.in_quadratures.is_empty() {
            let increments = taken.method.increments.each_ref().map(|increment| increment.lanes().as_flattened());
            let sums: Vec<f64> = (0..core)
                .map(|column| {
                    taken.step * weights.iter().zip(increments).map(|(weight, increment)| weight * increment[column]).sum::<f64>()
                })
                .collect();
            let of_quadratures = &self.jacobian.lanes()[values.moving.in_core.len()..];
            self.set.run(AddMoving { entries: &values.moving.in_quadratures, values: of_quadratures, columns: &sums, target });
        }
    }
}

#[derive(Clone, Copy)]
enum Target {
    Next,
    Bend(usize),
}
