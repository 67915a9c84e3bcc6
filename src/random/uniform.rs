//! Random bits as a number strictly between 0 and 1.
//!
//! The result is an odd multiple of 2⁻⁵³: 52 random bits on the grid of 53. Each value is exact, the grid is symmetric about ½, and neither 0 nor 1
//! can occur, so that a logarithm or a normal quantile of it is always finite. (With 53 free bits and a half-step offset the largest value
//! would round to 1.)

/// 2⁻⁵³.
const GRID: f64 = 1.0 / 9_007_199_254_740_992.0;

/// A uniform number in [2⁻⁵³, 1 − 2⁻⁵³] from the first two words of a random block.
pub fn unit_interval(bits: [u32; 4]) -> f64 {
    let sixty_four = u64::from(bits[0]) << 32 | u64::from(bits[1]);
    ((sixty_four >> 12) * 2 + 1) as f64 * GRID
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_are_open_and_symmetric() {
        let smallest = unit_interval([0; 4]);
        let largest = unit_interval([u32::MAX; 4]);
        assert_eq!(smallest, 2_f64.powi(-53));
        assert_eq!(largest, 1.0 - 2_f64.powi(-53));
        assert_eq!(smallest, 1.0 - largest);
    }

    #[test]
    fn the_middle_is_where_the_top_bit_turns() {
        assert!(unit_interval([0x7fff_ffff, u32::MAX, 0, 0]) < 0.5);
        assert!(unit_interval([0x8000_0000, 0, 0, 0]) > 0.5);
    }
}
