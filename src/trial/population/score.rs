//! Correlated normal scores: z′ = L z with L Lᵀ = R, the matrix of the stated correlations (1 on its diagonal, 0 where nothing is stated).
//!
//! Only entries that a correlation names take part; all others keep their own z to the bit, and so does the first that takes part (its row of L is 1).
//! The Cholesky factor exists where R is positive definite. Where it is not, λ = Σᵢⱼ vᵢ vⱼ rᵢⱼ of the eigenvector v of the smallest eigenvalue
//! says which correlations pull it down: those with the most negative 2 vᵢ vⱼ rᵢⱼ.
use nalgebra::DMatrix;

/// A smallest eigenvalue at or below this is taken for none: the matrix is singular within rounding.
const SMALLEST_EIGENVALUE: f64 = 1e-10;
/// Most pairs that a fault names.
const PAIRS_NAMED: usize = 3;

/// A stated correlation between the scores of two entries, by position.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Correlation {
    /// The two entries.
    pub between: (usize, usize),
    /// The correlation of their normal scores.
    pub value: f64,
}

/// How independent scores become correlated ones.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Scores {
    /// Entries that take part, rising.
    members: Vec<usize>,
    /// The rows of L up to the diagonal.
    rows: Vec<Vec<f64>>,
}

/// Correlations that no patients can have.
#[derive(Clone, Debug, PartialEq)]
pub struct NotPositiveDefinite {
    /// The smallest eigenvalue of their matrix.
    pub smallest_eigenvalue: f64,
    /// Pairs that pull it down, the strongest first.
    pub pairs: Vec<(usize, usize)>,
}

impl Scores {
    /// The factor of a list of correlations, each pair at most once.
    ///
    /// # Errors
    /// A matrix that is not positive definite.
    pub fn new(correlations: &[Correlation]) -> Result<Scores, NotPositiveDefinite> {
        let mut members: Vec<usize> = correlations.iter().filter(|c| c.value != 0.0).flat_map(|c| [c.between.0, c.between.1]).collect();
        members.sort_unstable();
        members.dedup();
        let row_of = |entry: usize| members.iter().position(|member| *member == entry);
        let mut matrix = DMatrix::identity(members.len(), members.len());
        for correlation in correlations {
            if let (Some(a), Some(b)) = (row_of(correlation.between.0), row_of(correlation.between.1)) {
                matrix[(a, b)] = correlation.value;
                matrix[(b, a)] = correlation.value;
            }
        }
        if members.is_empty() {
            return Ok(Scores::default());
        }
        let eigen = matrix.clone().symmetric_eigen();
        let at = eigen.eigenvalues.imin();
        let smallest_eigenvalue = eigen.eigenvalues[at];
        match matrix.clone().cholesky().filter(|_| smallest_eigenvalue > SMALLEST_EIGENVALUE) {
            Some(factor) => {
                let lower = factor.l();
                let rows = (0..members.len()).map(|row| (0..=row).map(|column| lower[(row, column)]).collect()).collect();
                Ok(Scores { members, rows })
            }
            None => {
                let v = eigen.eigenvectors.column(at);
                let mut pulls: Vec<(f64, (usize, usize))> = Vec::new();
                for a in 0..members.len() {
                    for b in 0..a {
                        pulls.push((2.0 * v[a] * v[b] * matrix[(a, b)], (members[b], members[a])));
                    }
                }
                pulls.sort_by(|x, y| x.0.total_cmp(&y.0).then(x.1.cmp(&y.1)));
                let strongest = pulls.first().map_or(0.0, |pull| pull.0);
                let pairs = pulls.into_iter().filter(|pull| pull.0 < 0.0 && pull.0 <= 0.2 * strongest).take(PAIRS_NAMED).map(|pull| pull.1);
                Err(NotPositiveDefinite { smallest_eigenvalue, pairs: pairs.collect() })
            }
        }
    }

    /// Whether all scores are independent.
    pub fn are_independent(&self) -> bool {
        self.members.is_empty()
    }

    /// The correlated scores of those that take part, given the independent score of an entry.
    pub(super) fn correlated(&self, own: impl Fn(usize) -> f64) -> Vec<f64> {
        let own: Vec<f64> = self.members.iter().map(|member| own(*member)).collect();
        self.rows.iter().map(|row| row.iter().zip(&own).fold(0.0, |sum, (weight, z)| sum + weight * z)).collect()
    }

    /// Where an entry stands among those that take part.
    pub(super) fn row(&self, entry: usize) -> Option<usize> {
        self.members.binary_search(&entry).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn correlation(a: usize, b: usize, value: f64) -> Correlation {
        Correlation { between: (a, b), value }
    }

    /// By hand: L of [[1, r], [r, 1]] is [[1, 0], [r, √(1 − r²)]]; r = 0.6 gives 0.8. The first keeps its z to the bit.
    #[test]
    fn two_scores_by_hand() {
        let scores = Scores::new(&[correlation(5, 2, 0.6)]).unwrap();
        let z = |entry: usize| if entry == 2 { 0.123_456_789 } else { -1.5 };
        let found = scores.correlated(z);
        assert_eq!(found[0].to_bits(), 0.123_456_789_f64.to_bits());
        assert!((found[1] - (0.6 * 0.123_456_789 - 0.8 * 1.5)).abs() < 1e-15);
        assert_eq!((scores.row(2), scores.row(5), scores.row(3)), (Some(0), Some(1), None));
        assert!(Scores::new(&[correlation(0, 1, 0.0)]).unwrap().are_independent());
    }

    /// Equal correlations r among three have the eigenvalues 1 + 2r and 1 − r: −0.6 gives −0.2. Three of 0.9, 0.9 and −0.9: 1 − 2 · 0.9 = −0.8.
    #[test]
    fn the_smallest_eigenvalue_and_the_pairs_are_named() {
        let fault = Scores::new(&[correlation(0, 1, -0.6), correlation(0, 2, -0.6), correlation(1, 2, -0.6)]).unwrap_err();
        assert!((fault.smallest_eigenvalue + 0.2).abs() < 1e-12);
        assert_eq!(fault.pairs.len(), 3);
        // a fourth that fits is not blamed
        let more = [correlation(0, 1, 0.9), correlation(1, 4, 0.9), correlation(0, 4, -0.9), correlation(4, 7, 0.1)];
        let fault = Scores::new(&more).unwrap_err();
        assert!((fault.smallest_eigenvalue + 0.8).abs() < 0.02, "{fault:?}");
        let mut pairs = fault.pairs;
        pairs.sort_unstable();
        assert_eq!(pairs, [(0, 1), (0, 4), (1, 4)]);
    }

    /// 1, 1 and 1 hang together exactly: singular, refused.
    #[test]
    fn a_singular_matrix_is_refused() {
        let half = 0.5_f64.sqrt();
        assert!(Scores::new(&[correlation(0, 2, half), correlation(1, 2, half), correlation(0, 1, 0.0)]).is_err());
    }
}
