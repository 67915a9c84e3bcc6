//! Strongly connected blocks of a linear system, and which of them lose matter but never create it.
//!
//! The diagonal of a matrix exponential of a stiff system cannot be had by squaring `I + (small)`: what distinguishes a slow process from none
//! is lost behind the 1. But in a block of compartments that only exchange and lose matter, one minus the diagonal is what left, a sum of
//! non-negative terms. (The idea of W. K. Grassmann, M. I. Taksar, D. P. Heyman, Oper. Res. 33 (1985) 1107; entrywise accuracy of exponentials
//! obtained so: J. Xue, Q. Ye, Math. Comp. 82 (2013) 1577.)

/// How the diagonal of the exponential is obtained in a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Diagonal {
    /// One state without a way back to itself: the scalar exponential.
    Alone,
    /// Exchange and loss only: from what left.
    Lossy,
    /// Anything else: by squaring.
    General,
}

/// The blocks of a square matrix given by columns.
#[derive(Debug, Clone)]
pub(crate) struct Blocks {
    /// For each state, the states of its block (itself included), ascending.
    pub members: Vec<Vec<usize>>,
    /// For each state, how its diagonal is obtained.
    pub diagonal: Vec<Diagonal>,
    /// For each state of a lossy block, the sum of its column within the block: minus the rate at which matter leaves the block.
    pub loss: Vec<f64>,
}

impl Blocks {
    /// Finds the blocks of the `size` × `size` matrix `matrix` (column-major).
    pub(crate) fn new(size: usize, matrix: &[f64]) -> Blocks {
        let reachable: Vec<Vec<bool>> = (0..size).map(|from| reachable_from(from, size, matrix)).collect();
        let members: Vec<Vec<usize>> =
            (0..size).map(|state| (0..size).filter(|&other| reachable[state][other] && reachable[other][state]).collect()).collect();
        let loss: Vec<f64> = (0..size).map(|state| column_sum(state, size, matrix, &members[state])).collect();
        let diagonal = members
            .iter()
            .map(|block| {
                let exchanges = |&column: &usize| block.iter().all(|&row| row == column || matrix[column * size + row] >= 0.0);
                if block.len() == 1 {
                    Diagonal::Alone
                } else if block.iter().all(exchanges) && block.iter().all(|&column| loss[column] <= 0.0) {
                    Diagonal::Lossy
                } else {
                    Diagonal::General
                }
            })
            .collect();
        Blocks { members, diagonal, loss }
    }
}

/// Sum of a column within its block; zero where rounding alone explains it, so that closed systems stay closed.
fn column_sum(column: usize, size: usize, matrix: &[f64], block: &[usize]) -> f64 {
    let values = block.iter().map(|&row| matrix[column * size + row]);
    let sum: f64 = values.clone().sum();
    let magnitude: f64 = values.map(f64::abs).sum();
    if sum.abs() <= f64::EPSILON * magnitude { 0.0 } else { sum }
}

fn reachable_from(start: usize, size: usize, matrix: &[f64]) -> Vec<bool> {
    let mut seen = vec![false; size];
    let mut pending = vec![start];
    seen[start] = true;
    while let Some(column) = pending.pop() {
        for row in 0..size {
            if !seen[row] && matrix[column * size + row] != 0.0 {
                seen[row] = true;
                pending.push(row);
            }
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_a_small_model() {
        // 0 ⇌ 1 with loss from 0 to 2 (creating 5 there), 2 alone, 3 ⇄ 4 with creation.
        let mut matrix = vec![0.0; 25];
        let mut set = |row: usize, column: usize, value: f64| matrix[column * 5 + row] = value;
        set(0, 0, -3.0);
        set(1, 0, 2.0);
        set(2, 0, 5.0);
        set(0, 1, 0.1);
        set(1, 1, -0.1);
        set(2, 2, -1.0);
        set(3, 3, -1.0);
        set(4, 3, 2.0);
        set(3, 4, 1.0);
        let blocks = Blocks::new(5, &matrix);
        assert_eq!(blocks.members[0], [0, 1]);
        assert_eq!(blocks.members[2], [2]);
        assert_eq!(blocks.diagonal, [Diagonal::Lossy, Diagonal::Lossy, Diagonal::Alone, Diagonal::General, Diagonal::General]);
        assert_eq!(blocks.loss[0], -1.0);
        assert_eq!(blocks.loss[1], 0.0);
    }
}
