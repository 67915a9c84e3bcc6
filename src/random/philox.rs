//! Philox4x32-10: a block cipher in miniature that turns a counter and a key into 128 random bits.
//!
//! Source: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11 (2011),
//! doi:10.1145/2063384.2063405. It passes TestU01's BigCrush with any of its counter words running.

const MULTIPLIER: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
/// Key increments: the golden ratio and √3 − 1, as 32-bit fractions.
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
const ROUNDS: usize = 10;

/// 128 random bits for the given counter and key; a bijection of the counter for every key, so no two counters share a block.
pub fn philox4x32_10(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let mut block = counter;
    let mut key = key;
    for round in 0..ROUNDS {
        if round > 0 {
            key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
        }
        let (high_0, low_0) = multiply(MULTIPLIER[0], block[0]);
        let (high_1, low_1) = multiply(MULTIPLIER[1], block[2]);
        block = [high_1 ^ block[1] ^ key[0], low_1, high_0 ^ block[3] ^ key[1], low_0];
    }
    block
}

/// High and low word of the 64-bit product.
fn multiply(a: u32, b: u32) -> (u32, u32) {
    let product = u64::from(a) * u64::from(b);
    ((product >> 32) as u32, (product & 0xffff_ffff) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The three known answers that the authors publish with their library (file `kat_vectors`).
    #[test]
    fn published_known_answers() {
        assert_eq!(philox4x32_10([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(philox4x32_10([0xffff_ffff; 4], [0xffff_ffff; 2]), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
        assert_eq!(
            philox4x32_10([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0]),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }
}
