//! The numbers of one patient in the places of the structure, and the rate at which each state leaves its block.
//!
//! What leaves a block is the small difference of large numbers where exchange is fast: the diagonal −(60 + 1e-4) per min keeps 1e-4 to 1e-10 only. The
//! loss of a column of the whole model is therefore put right within what rounding leaves open: to zero, or to the rate that the best
//! determined column tells (physical decay is the same everywhere). The other ways out are entries of their own and are added to it.

use super::structure::{Block, Structure};

/// Rounding of a diagonal that is the sum of several rates, in units of the sum of the column's absolute values.
const ROUNDING: f64 = 8.0 * f64::EPSILON;

/// One patient's numbers.
#[derive(Debug, Clone, Default)]
pub(super) struct Values {
    /// Off-diagonal entries of the core, per min.
    pub rates: Vec<f64>,
    /// For each position, the rate at which its block is left, per min; for a block of one state its own rate of loss.
    pub losses: Vec<f64>,
    /// Weights of the collectors, one after the other.
    pub weights: Vec<f64>,
    /// Constant production of every state, per min.
    pub production: Vec<f64>,
    /// Largest column sum of absolute values within a block that may have complex or positive eigenvalues, per min; 0 if there is none.
    pub doubtful_rate: f64,
    /// Column sums over the model's states and what rounding leaves open in them.
    column_losses: Vec<(f64, f64)>,
}

impl Values {
    /// Takes over the entries of a pattern (per min). The first `model_states` states conserve matter: what one loses another gains, or it is lost.
    pub(super) fn set(&mut self, structure: &Structure, entries: &[f64], production: &[f64], model_states: usize) {
        self.rates.clear();
        self.rates.extend(structure.entries.iter().map(|entry| entries[entry.source]));
        self.weights.clear();
        self.weights.extend(structure.collectors.iter().flat_map(|collector| &collector.weights).map(|&(_, source)| entries[source]));
        self.production.clear();
        self.production.extend_from_slice(production);
        self.settle_column_losses(structure, entries, model_states);
        self.losses.clear();
        self.doubtful_rate = 0.0;
        for block in &structure.blocks {
            self.settle_block(structure, block, entries, model_states);
        }
    }

    fn settle_column_losses(&mut self, structure: &Structure, entries: &[f64], model_states: usize) {
        self.column_losses.clear();
        self.column_losses.extend(structure.columns.iter().map(|column| {
            let inside = column.iter().filter(|&&(row, _)| row < model_states).map(|&(_, source)| entries[source]);
            inside.fold((0.0, 0.0), |(loss, open), value| (loss - value, open + ROUNDING * value.abs()))
        }));
        let determined = |&(loss, open): &(f64, f64)| loss > open;
        let best = self.column_losses.iter().copied().filter(determined).min_by(|a, b| (a.1 / a.0).total_cmp(&(b.1 / b.0)));
        for (loss, open) in &mut self.column_losses {
            if loss.abs() <= *open {
                *loss = 0.0;
            } else if let Some((rate, _)) = best
                && (*loss - rate).abs() <= *open
            {
                *loss = rate;
            }
        }
    }

    fn settle_block(&mut self, structure: &Structure, block: &Block, entries: &[f64], model_states: usize) {
        let members = &structure.core[block.first..block.last];
        if members.len() == 1 {
            let rate = structure.diagonals[block.first].map_or(0.0, |source| entries[source]);
            self.losses.push(-rate);
            if rate > 0.0 {
                self.doubtful_rate = self.doubtful_rate.max(rate);
            }
            return;
        }
        let conserves = members.iter().all(|&state| state < model_states);
        let mut tame = block.net.is_none();
        let mut largest = 0.0f64;
        for position in block.first..block.last {
            let mut size = 0.0;
            let mut inside = 0.0;
            let mut elsewhere = 0.0;
            for &(row, source) in &structure.columns[position] {
                let value = entries[source];
                if members.contains(&row) {
                    size += value.abs();
                    inside += value;
                    tame &= value >= 0.0 || row == structure.core[position];
                } else if row < model_states {
                    elsewhere += value;
                }
            }
            let loss = if conserves { self.column_losses[position].0 + elsewhere } else { -inside };
            tame &= loss >= 0.0;
            largest = largest.max(size);
            self.losses.push(loss);
        }
        if !tame {
            self.doubtful_rate = self.doubtful_rate.max(largest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fast_exchange_hides_is_put_right() {
        // 0 ⇌ 1 with 60 per min, 1 leaves to 2 with 1e-7, all decay with 7.1e-5; 2 decays alone and tells the rate exactly.
        let (fast, slow, decay) = (60.0, 1e-7, 7.1e-5);
        let pattern = [(0, 0), (0, 1), (1, 0), (1, 1), (2, 1), (2, 2)];
        let entries = [-(fast + decay), fast, fast, -(fast + slow + decay), slow, -decay];
        let structure = Structure::new(3, &pattern);
        let mut values = Values::default();
        values.set(&structure, &entries, &[0.0; 3], 3);
        let loss_of = |state: usize| values.losses[structure.core.iter().position(|&other| other == state).expect("in the core")];
        assert_eq!(loss_of(0), decay);
        assert_eq!(loss_of(1), decay + slow);
        assert_eq!(values.doubtful_rate, 0.0);
        assert_ne!(-(entries[0] + fast), decay, "the entries alone would not tell");
    }

    #[test]
    fn a_circulation_and_a_growth_are_doubtful() {
        let mut values = Values::default();
        let pattern = [(0, 0), (0, 2), (1, 0), (1, 1), (2, 1), (2, 2)];
        values.set(&Structure::new(3, &pattern), &[-2.0, 1.0, 2.0, -3.0, 3.0, -1.0], &[0.0; 3], 3);
        assert_eq!(values.doubtful_rate, 6.0);
        values.set(&Structure::new(1, &[(0, 0)]), &[0.5], &[0.0], 1);
        assert_eq!(values.doubtful_rate, 0.5);
    }
}
