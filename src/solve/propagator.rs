//! Exact propagation of `x' = A x + u` (A, u constant) and of `∫x dt` over any length of time.
//!
//! `x(h) = Φ x + Ψ u` and `∫x = Ψ x + Ω u` with `Φ = exp(Ah)`, `Ψ = ∫₀ʰ Φ`, `Ω = ∫₀ʰ Ψ`. The three are made once for a step so short that a
//! Taylor series is exact to rounding and then for its doubles, as far as needed:
//! `Φ(2h) = Φ², Ψ(2h) = Ψ + ΦΨ, Ω(2h) = Ω + hΨ + ΦΩ`. A length of time is written in binary, so each costs a few products of matrix and vector
//! and none repeats the work of another: the ladder is the cache for every step length.
//!
//! Why not the package's matrix exponential: scaling and squaring of `I + (small)` loses the slow processes of a stiff system, ε·‖A‖t relative,
//! which for exchange in a second over 30 days is more than 1e-10. Here off-diagonals come from sums of non-negative terms and diagonals by the
//! rule of `blocks`, so amounts keep their relative accuracy however small. The package's matrix products also use fused multiply-add where the
//! processor has it, so its bits differ between machines. The tests hold this propagator against it where it is accurate.

use super::blocks::{Blocks, Diagonal};

/// Entries below this are zero: subnormal arithmetic is slow, and no amount is that small.
const FLUSH_BELOW: f64 = 1e-280;
/// Norm of `A h` at the foot of the ladder.
const BASE_NORM: f64 = 0.25;
/// Times that one pass of the series serves: the fifteen nodes of a panel fit.
const LANES: usize = 16;
/// Terms of the Taylor series: 0.25¹⁵/15! is below 1e-21.
const TERMS: usize = 14;

/// One rung: Φ, Ψ, Ω (column-major) for one step length.
#[derive(Debug, Clone)]
struct Rung {
    step: f64,
    exponential: Vec<f64>,
    /// Φ's diagonal minus 1, accurate where Φ is close to 1.
    change: Vec<f64>,
    /// What a unit in each state has left its block by: column sums of Φ minus 1 within the block, negative.
    loss: Vec<f64>,
    first: Vec<f64>,
    second: Vec<f64>,
    /// Entries of Φ that are not zero, where they are few.
    few: Option<Few>,
}

/// The entries of a matrix that are not zero, row by row and within a row by column, so that a row's sum stays in a register.
#[derive(Debug, Clone)]
struct Rows {
    starts: Vec<u32>,
    entries: Vec<(u32, f64)>,
}

impl Rows {
    fn of(size: usize, matrix: &[f64]) -> Rows {
        let mut rows = Rows { starts: vec![0], entries: Vec::new() };
        for row in 0..size {
            let of_row = (0..size).map(|column| (column as u32, matrix[column * size + row])).filter(|(_, value)| *value != 0.0);
            rows.entries.extend(of_row);
            rows.starts.push(rows.entries.len() as u32);
        }
        rows
    }

    /// `matrix · vector`.
    fn product(&self, vector: &[f64], into: &mut [f64]) {
        for (ends, value) in self.starts.windows(2).zip(into) {
            let of_row = &self.entries[ends[0] as usize..ends[1] as usize];
            *value = of_row.iter().fold(0.0, |sum, (column, entry)| sum + entry * vector[*column as usize]);
        }
    }
}

/// Columns of a matrix with few entries: where each begins among the entries, and rows with values.
#[derive(Debug, Clone)]
struct Few {
    starts: Vec<u32>,
    entries: Vec<(u32, f64)>,
}

impl Few {
    /// Where fewer than a third of the entries are not zero: then leaving out the zeros, which add nothing, saves more than the scattered access costs.
    fn of(size: usize, matrix: &[f64]) -> Option<Few> {
        let count = matrix.iter().filter(|value| **value != 0.0).count();
        if 3 * count >= matrix.len() {
            return None;
        }
        let mut few = Few { starts: Vec::with_capacity(size + 1), entries: Vec::with_capacity(count) };
        for column in matrix.chunks_exact(size.max(1)) {
            few.starts.push(few.entries.len() as u32);
            few.entries.extend(column.iter().enumerate().filter(|(_, value)| **value != 0.0).map(|(row, value)| (row as u32, *value)));
        }
        few.starts.push(few.entries.len() as u32);
        Some(few)
    }

    /// `target += matrix · vector` in the order of [`add_product`]: the same bits.
    fn add_product(&self, vector: &[f64], target: &mut [f64]) {
        for (ends, &weight) in self.starts.windows(2).zip(vector) {
            if weight != 0.0 {
                for &(row, value) in &self.entries[ends[0] as usize..ends[1] as usize] {
                    target[row as usize] += weight * value;
                }
            }
        }
    }
}

/// Propagator of one linear system.
#[derive(Debug, Clone)]
pub(crate) struct Propagator {
    size: usize,
    rows: Rows,
    rates: Vec<f64>,
    blocks: Blocks,
    integrals: Integrals,
    rungs: Vec<Rung>,
    scratch: [Vec<f64>; 3],
    /// The same for several times side by side.
    lanes: [Vec<[f64; LANES]>; 3],
    /// Squarings made so far.
    pub squarings: usize,
}

/// Which integrals are carried along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Integrals {
    /// Φ only: no input, no integral.
    None,
    /// Φ and Ψ: input or integral, not both.
    First,
    /// Φ, Ψ, Ω.
    Second,
}

impl Propagator {
    /// A propagator for the `size` × `size` matrix `matrix` (column-major, per min).
    pub(crate) fn new(size: usize, matrix: &[f64], integrals: Integrals) -> Propagator {
        let mut propagator = Propagator {
            size,
            rows: Rows::of(size, matrix),
            rates: (0..size).map(|state| matrix[state * size + state]).collect(),
            blocks: Blocks::new(size, matrix),
            integrals,
            rungs: Vec::new(),
            scratch: std::array::from_fn(|_| vec![0.0; size]),
            lanes: std::array::from_fn(|_| vec![[0.0; LANES]; size]),
            squarings: 0,
        };
        propagator.lay_foot(matrix);
        propagator
    }

    /// Moves `state` over `duration` (min) with constant `input` and adds `∫state dt` to `integral`, if one is wanted.
    pub(crate) fn advance(&mut self, duration: f64, state: &mut [f64], input: Option<&[f64]>, mut integral: Option<&mut [f64]>) {
        let foot = self.rungs[0].step;
        // Both exact: the foot is a power of two. Beyond 2^53 feet the remainder is zero.
        let feet = (duration / foot).floor();
        self.advance_by_series(duration - feet * foot, state, input, integral.as_deref_mut());
        self.advance_by_feet(feet, state, input, integral);
    }

    /// The states at up to [`LANES`] times after `state`, one after the other in `states`: bit by bit what [`Self::advance`] gives for each.
    pub(crate) fn advance_each(&mut self, durations: &[f64], state: &[f64], input: Option<&[f64]>, states: &mut [f64]) {
        let foot = self.rungs[0].step;
        let mut feet = [0.0; LANES];
        let mut rests = [0.0; LANES];
        for (lane, duration) in durations.iter().enumerate() {
            feet[lane] = (duration / foot).floor();
            rests[lane] = duration - feet[lane] * foot;
        }
        self.series_in_lanes(&rests, state, input);
        for (lane, into) in states.chunks_exact_mut(self.size.max(1)).take(durations.len()).enumerate() {
            match rests[lane] > 0.0 {
                true => into.iter_mut().zip(&self.lanes[2]).for_each(|(value, total)| *value = total[lane]),
                false => into.copy_from_slice(state),
            }
            self.advance_by_feet(feet[lane], into, input, None);
        }
    }

    /// As [`Self::advance_by_series`] without an integral, operation by operation, for all lanes at once; the totals are left in the third of the lanes.
    fn series_in_lanes(&mut self, rests: &[f64; LANES], state: &[f64], input: Option<&[f64]>) {
        let [term, next, total] = &mut self.lanes;
        for (row, &value) in state.iter().enumerate() {
            (term[row], total[row]) = ([value; LANES], [value; LANES]);
        }
        for order in 1..=TERMS {
            let weights = rests.map(|rest| rest / order as f64);
            for (row, ends) in self.rows.starts.windows(2).enumerate() {
                let mut sum = [0.0; LANES];
                for (column, entry) in &self.rows.entries[ends[0] as usize..ends[1] as usize] {
                    let of_column = &term[*column as usize];
                    (0..LANES).for_each(|lane| sum[lane] += entry * of_column[lane]);
                }
                if let (1, Some(input)) = (order, input) {
                    sum.iter_mut().for_each(|sum| *sum += input[row]);
                }
                for lane in 0..LANES {
                    next[row][lane] = weights[lane] * sum[lane];
                    total[row][lane] += next[row][lane];
                }
            }
            std::mem::swap(term, next);
        }
    }

    /// Moves `state` over so many feet.
    fn advance_by_feet(&mut self, feet: f64, state: &mut [f64], input: Option<&[f64]>, mut integral: Option<&mut [f64]>) {
        let mut count = feet as u128;
        let mut level = 0;
        while count > 0 {
            if count & 1 == 1 {
                self.climb_to(level);
                self.advance_by_rung(level, state, input, integral.as_deref_mut());
            }
            count >>= 1;
            level += 1;
        }
    }

    fn advance_by_rung(&mut self, level: usize, state: &mut [f64], input: Option<&[f64]>, integral: Option<&mut [f64]>) {
        let Propagator { rungs, scratch, .. } = self;
        let rung = &rungs[level];
        if let Some(integral) = integral {
            add_product(&rung.first, state, integral);
            if let Some(input) = input {
                add_product(&rung.second, input, integral);
            }
        }
        let next = &mut scratch[0];
        next.fill(0.0);
        match &rung.few {
            Some(few) => few.add_product(state, next),
            None => add_product(&rung.exponential, state, next),
        }
        if let Some(input) = input {
            add_product(&rung.first, input, next);
        }
        state.copy_from_slice(next);
    }

    /// The same over less than one foot, by the Taylor series of `x` itself: `x⁽ʲ⁺¹⁾ = A x⁽ʲ⁾`, `x' = A x + u`.
    fn advance_by_series(&mut self, duration: f64, state: &mut [f64], input: Option<&[f64]>, mut integral: Option<&mut [f64]>) {
        if duration <= 0.0 {
            return;
        }
        let [term, product, total] = &mut self.scratch;
        term.copy_from_slice(state);
        total.copy_from_slice(state);
        for order in 1..=TERMS {
            if let Some(integral) = integral.as_deref_mut() {
                let weight = duration / order as f64;
                integral.iter_mut().zip(term.iter()).for_each(|(value, term)| *value += weight * term);
            }
            self.rows.product(term, product);
            if let (1, Some(input)) = (order, input) {
                product.iter_mut().zip(input).for_each(|(value, input)| *value += input);
            }
            let weight = duration / order as f64;
            for ((term, product), total) in term.iter_mut().zip(product.iter()).zip(total.iter_mut()) {
                *term = weight * product;
                *total += *term;
            }
        }
        state.copy_from_slice(total);
    }

    fn lay_foot(&mut self, matrix: &[f64]) {
        let size = self.size;
        let norm = matrix.chunks_exact(size.max(1)).map(|column| column.iter().map(|value| value.abs()).sum::<f64>()).fold(0.0, f64::max);
        let exponent = if norm > 0.0 && norm.is_finite() { crate::math::floor(crate::math::log2(BASE_NORM / norm)) } else { 0.0 };
        let step = crate::math::scalbn(1.0, exponent.clamp(-1000.0, 1000.0) as i32);
        let scaled: Vec<f64> = matrix.iter().map(|value| value * step).collect();
        let mut term = vec![0.0; size * size];
        (0..size).for_each(|state| term[state * size + state] = 1.0);
        let mut exponential = term.clone();
        let mut first: Vec<f64> = term.iter().map(|value| value * step).collect();
        let mut second: Vec<f64> = term.iter().map(|value| 0.5 * value * step * step).collect();
        let mut change = vec![0.0; size];
        for order in 1..=TERMS {
            let mut next = vec![0.0; size * size];
            add_matrix_product(size, &scaled, &term, &mut next);
            let order = order as f64;
            next.iter_mut().for_each(|value| *value /= order);
            term = next;
            for (place, &value) in term.iter().enumerate() {
                exponential[place] += value;
                first[place] += value * step / (order + 1.0);
                second[place] += value * step * step / ((order + 1.0) * (order + 2.0));
            }
            (0..size).for_each(|state| change[state] += term[state * size + state]);
        }
        let loss = self.loss_over_foot(&scaled, step);
        let mut rung = Rung { step, exponential, change, loss, first: Vec::new(), second: Vec::new(), few: None };
        self.settle_diagonal(&mut rung);
        rung.few = Few::of(size, &rung.exponential);
        if self.integrals >= Integrals::First {
            rung.first = first;
        }
        if self.integrals >= Integrals::Second {
            rung.second = second;
        }
        self.rungs.push(rung);
    }

    /// `1ᵀ(exp(B) − I)` within each block by its own series, which starts with the loss and so keeps its relative accuracy.
    fn loss_over_foot(&self, scaled: &[f64], step: f64) -> Vec<f64> {
        let mut term: Vec<f64> = self.blocks.loss.iter().map(|loss| loss * step).collect();
        let mut total = term.clone();
        for order in 2..=TERMS {
            let next: Vec<f64> = (0..self.size)
                .map(|column| {
                    let block = &self.blocks.members[column];
                    block.iter().map(|&row| term[row] * scaled[column * self.size + row]).sum::<f64>() / order as f64
                })
                .collect();
            total.iter_mut().zip(&next).for_each(|(total, next)| *total += next);
            term = next;
        }
        total
    }

    /// Puts the accurate diagonal in place of the one left by the products.
    fn settle_diagonal(&self, rung: &mut Rung) {
        let size = self.size;
        for state in 0..size {
            let place = state * size + state;
            match self.blocks.diagonal[state] {
                Diagonal::Alone => {
                    rung.change[state] = crate::math::expm1(self.rates[state] * rung.step);
                    rung.exponential[place] = crate::math::exp(self.rates[state] * rung.step);
                    continue;
                }
                Diagonal::Lossy => {
                    let left: f64 = self.blocks.members[state]
                        .iter()
                        .filter(|&&other| other != state)
                        .map(|&other| rung.exponential[state * size + other])
                        .sum();
                    rung.change[state] = rung.loss[state] - left;
                }
                Diagonal::General => {}
            }
            // Close to 1, the change is accurate; far from it, the product of the squaring is, up to what left the block.
            if rung.change[state] > -0.5 {
                rung.exponential[place] = 1.0 + rung.change[state];
            } else if self.blocks.diagonal[state] == Diagonal::Lossy && rung.loss[state] > -0.5 {
                let block = &self.blocks.members[state];
                let sum: f64 = block.iter().map(|&other| rung.exponential[state * size + other]).sum();
                let correction = (1.0 + rung.loss[state]) / sum;
                block.iter().for_each(|&other| rung.exponential[state * size + other] *= correction);
            }
        }
    }

    fn climb_to(&mut self, level: usize) {
        while self.rungs.len() <= level {
            let rung = self.double(&self.rungs[self.rungs.len() - 1]);
            self.rungs.push(rung);
            self.squarings += 1;
        }
    }

    fn double(&self, lower: &Rung) -> Rung {
        let size = self.size;
        let phi = &lower.exponential;
        let mut exponential = vec![0.0; size * size];
        add_matrix_product(size, phi, phi, &mut exponential);
        let change = (0..size)
            .map(|state| {
                let through: f64 = self.blocks.members[state]
                    .iter()
                    .filter(|&&other| other != state)
                    .map(|&other| phi[other * size + state] * phi[state * size + other])
                    .sum();
                let change = lower.change[state];
                2.0 * change + change * change + through
            })
            .collect();
        let loss = (0..size)
            .map(|column| {
                let block = &self.blocks.members[column];
                lower.loss[column] + block.iter().map(|&row| lower.loss[row] * phi[column * size + row]).sum::<f64>()
            })
            .collect();
        let mut first = Vec::new();
        let mut second = Vec::new();
        if self.integrals >= Integrals::First {
            first.clone_from(&lower.first);
            add_matrix_product(size, phi, &lower.first, &mut first);
        }
        if self.integrals >= Integrals::Second {
            second = lower.second.iter().zip(&lower.first).map(|(second, first)| second + lower.step * first).collect();
            add_matrix_product(size, phi, &lower.second, &mut second);
        }
        let mut rung = Rung { step: 2.0 * lower.step, exponential, change, loss, first, second, few: None };
        self.settle_diagonal(&mut rung);
        for value in rung.exponential.iter_mut().filter(|value| value.abs() < FLUSH_BELOW) {
            *value = 0.0;
        }
        rung.few = Few::of(size, &rung.exponential);
        rung
    }
}

/// `target += left · right`, all column-major.
fn add_matrix_product(size: usize, left: &[f64], right: &[f64], target: &mut [f64]) {
    for (right, target) in right.chunks_exact(size.max(1)).zip(target.chunks_exact_mut(size.max(1))) {
        add_product(left, right, target);
    }
}

/// `target += matrix · vector`, column by column.
fn add_product(matrix: &[f64], vector: &[f64], target: &mut [f64]) {
    for (column, &weight) in matrix.chunks_exact(vector.len().max(1)).zip(vector) {
        if weight != 0.0 {
            for (target, &value) in target.iter_mut().zip(column) {
                *target += weight * value;
            }
        }
    }
}

#[cfg(test)]
#[path = "propagator_tests.rs"]
mod tests;
