//! Time integrals to infinity: `∫₀^∞ x dt = −A⁻¹ x(0)`, by one real elimination without subtractions.
//!
//! The elimination of `pass` with θ = 0: the excess of a column is its loss alone. A block that is never left has the excess 0 at its last pivot.

use super::structure::{Block, Structure};
use super::values::Values;
use crate::solve::error::SolveError;

/// What a system comes to when it is left alone.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeIntegrals {
    /// ∫₀^∞ of each state, state unit × min. `None` for states that only collect (sinks, integrals): they do not decay.
    pub integrals: Vec<Option<f64>>,
    /// What each collecting state comes to; 0 for the others, which empty.
    pub limits: Vec<f64>,
}

/// The integrals from `state` on.
pub(super) fn time_integrals(structure: &Structure, values: &Values, state: &[f64], names: &[String]) -> Result<TimeIntegrals, SolveError> {
    if let Some(index) = values.production.iter().position(|&rate| rate != 0.0) {
        let problem = format!("`{}` is produced for ever: the integrals to infinity have no end", names[index]);
        return Err(SolveError::System { problem });
    }
    let mut side: Vec<f64> = structure.core.iter().map(|&index| state[index]).collect();
    for block in &structure.blocks {
        let members = block.first..block.last;
        if side[members.clone()].iter().any(|&amount| amount != 0.0) {
            let inside = |name: &str| {
                let members: Vec<String> = members.clone().map(|position| format!("`{}`", names[structure.core[position]])).collect();
                SolveError::System { problem: format!("{name} {}: the integrals to infinity have no end", members.join(", ")) }
            };
            solve_block(structure, values, block, &mut side).map_err(|trap| match trap {
                Trap::Closed => inside("nothing leaves"),
                Trap::Grows => inside("amounts grow in"),
            })?;
        }
        for &coupling in &block.couplings {
            let entry = structure.entries[coupling];
            side[entry.to] += values.rates[coupling] * side[entry.from];
        }
    }
    let mut integrals = vec![None; structure.state_count];
    let mut limits = vec![0.0; structure.state_count];
    for (&integral, &index) in side.iter().zip(&structure.core) {
        if !integral.is_finite() {
            return Err(SolveError::NotFinite { time: f64::INFINITY, state: index, quantity: "value" });
        }
        integrals[index] = Some(integral);
    }
    let mut weights = values.weights.iter();
    for collector in &structure.collectors {
        let own = collector.weights.iter().zip(weights.by_ref());
        limits[collector.state] = state[collector.state] + own.map(|(&(position, _), &weight)| weight * side[position]).sum::<f64>();
    }
    Ok(TimeIntegrals { integrals, limits })
}

enum Trap {
    Closed,
    Grows,
}

fn solve_block(structure: &Structure, values: &Values, block: &Block, side: &mut [f64]) -> Result<(), Trap> {
    let members = block.first..block.last;
    let mut excess = values.losses[members.clone()].to_vec();
    // A dense block: integrals to infinity are asked for once, not per interval.
    let size = excess.len();
    let mut flows = vec![0.0; size * size];
    for (entry, &rate) in structure.entries.iter().zip(&values.rates) {
        if members.contains(&entry.to) && members.contains(&entry.from) {
            flows[(entry.from - block.first) * size + entry.to - block.first] = rate;
        }
    }
    let mut pivots = vec![0.0; size];
    for pivot in 0..size {
        let leaving: f64 = flows[pivot * size + pivot + 1..(pivot + 1) * size].iter().sum();
        let value = excess[pivot] + leaving;
        if value.is_nan() || value < 0.0 || excess[pivot] < 0.0 {
            return Err(Trap::Grows);
        }
        if value == 0.0 {
            return Err(Trap::Closed);
        }
        pivots[pivot] = value;
        let part = excess[pivot] / value;
        for from in pivot + 1..size {
            let arriving = flows[from * size + pivot];
            excess[from] += arriving * part;
            for to in pivot + 1..size {
                flows[from * size + to] += arriving * (flows[pivot * size + to] / value);
            }
        }
        for to in pivot + 1..size {
            side[block.first + to] += flows[pivot * size + to] / value * side[block.first + pivot];
        }
    }
    for pivot in (0..size).rev() {
        let arriving: f64 = (pivot + 1..size).map(|from| flows[from * size + pivot] * side[block.first + from]).sum();
        side[block.first + pivot] = (side[block.first + pivot] + arriving) / pivots[pivot];
    }
    Ok(())
}
