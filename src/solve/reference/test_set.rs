//! Further stiff classics with published end values: OREGO, E5 and POLLU.
//!
//! Equations and end values: F. Mazzia, C. Magherini, Test Set for Initial Value Problem Solvers, release 2.4 (2008), problems orego, e5 and pollu
//! (computed there by Radau at a relative tolerance of 1.1e-18). A second method, scipy's Radau with analytic Jacobians at 1e-12 to 1e-13, was run
//! on the printed equations; how far it agrees stands beside the values.

use super::Network;

/// OREGO: the Oregonator, a limit cycle of the Belousov–Zhabotinskii reaction (R. J. Field, R. M. Noyes 1974), over 360 time units:
/// `x' = s (y − x y + x − q x²)`, `y' = (−y − x y + z)/s`, `z' = w (x − z)`.
pub(crate) fn orego() -> Network {
    let (s, w, q) = (77.27, 0.161, 8.375e-6);
    Network::new(3)
        .process(s, &[1], &[(0, 1.0)])
        .process(s, &[0, 1], &[(0, -1.0)])
        .process(s, &[0], &[(0, 1.0)])
        .process(s * q, &[0, 0], &[(0, -1.0)])
        .loss(1, 1.0 / s)
        .process(1.0 / s, &[0, 1], &[(1, -1.0)])
        .process(1.0 / s, &[2], &[(1, 1.0)])
        .process(w, &[0], &[(2, 1.0)])
        .loss(2, w)
}

/// Initial state of OREGO.
pub(crate) const OREGO_START: [f64; 3] = [1.0, 2.0, 3.0];
/// OREGO at t = 360.
pub(crate) const OREGO_END: [f64; 3] = [0.1000814870318523e1, 0.1228178521549917e4, 0.1320554942846706e3];

/// E5: pyrolysis over 1e13 time units (W. H. Enright, T. E. Hull, B. Lindberg 1975). The second species is always the sum of the third and the
/// fourth; where rounding breaks that, the third may become negative and the first grow without bound.
pub(crate) fn e5() -> Network {
    Network::new(4)
        .process(7.89e-10, &[0], &[(0, -1.0), (1, 1.0), (2, 1.0)])
        .process(1.1e7, &[0, 2], &[(0, -1.0), (2, -1.0), (3, 1.0)])
        .process(1.13e9, &[1, 2], &[(1, -1.0), (2, -1.0)])
        .process(1.13e3, &[3], &[(3, -1.0), (2, 1.0)])
}

/// Initial state of E5.
pub(crate) const E5_START: [f64; 4] = [1.76e-3, 0.0, 0.0, 0.0];
/// E5 at t = 1e13.
pub(crate) const E5_END: [f64; 4] = [0.1152903278711829e-290, 0.886765551764212e-22, 0.8854814626268838e-22, 0.0];

/// POLLU: 25 reactions of 20 species in polluted air (J. G. Verwer, SIAM J. Sci. Comput. 15 (1994) 1243), over 60 minutes.
pub(crate) fn pollu() -> Network {
    // Rate, reactants, products; species numbered from 1 as in the paper.
    let reactions: [(f64, &[usize], &[usize]); 25] = [
        (0.35, &[1], &[2, 3]),
        (26.6, &[2, 4], &[1]),
        (1.23e4, &[5, 2], &[1, 6]),
        (8.6e-4, &[7], &[5, 5, 8]),
        (8.2e-4, &[7], &[8]),
        (1.5e4, &[7, 6], &[5, 8]),
        (1.3e-4, &[9], &[10, 5, 8]),
        (2.4e4, &[9, 6], &[11]),
        (1.65e4, &[11, 2], &[1, 10, 12]),
        (9e3, &[11, 1], &[13]),
        (0.022, &[13], &[11, 1]),
        (1.2e4, &[10, 2], &[14, 1]),
        (1.88, &[14], &[7, 5]),
        (1.63e4, &[1, 6], &[15]),
        (4.8e6, &[3], &[4]),
        (3.5e-4, &[4], &[16]),
        (0.0175, &[4], &[3]),
        (1e8, &[16], &[6, 6]),
        (4.44e11, &[16], &[3]),
        (1240.0, &[17, 6], &[18, 5]),
        (2.1, &[19], &[2]),
        (5.78, &[19], &[1, 3]),
        (0.0474, &[1, 4], &[19]),
        (1780.0, &[19, 1], &[20]),
        (3.12, &[20], &[1, 19]),
    ];
    reactions.iter().fold(Network::new(20), |network, &(rate, reactants, products)| {
        let reactants: Vec<usize> = reactants.iter().map(|species| species - 1).collect();
        let taken = reactants.iter().map(|&species| (species, -1.0));
        let changes: Vec<(usize, f64)> = taken.chain(products.iter().map(|species| (species - 1, 1.0))).collect();
        network.process(rate, &reactants, &changes)
    })
}

/// Initial state of POLLU.
pub(crate) fn pollu_start() -> [f64; 20] {
    let mut start = [0.0; 20];
    for (species, amount) in [(2, 0.2), (4, 0.04), (7, 0.1), (8, 0.3), (9, 0.01), (17, 0.007)] {
        start[species - 1] = amount;
    }
    start
}

/// POLLU at t = 60.
pub(crate) const POLLU_END: [f64; 20] = [
    0.5646255480022769e-1,
    0.1342484130422339,
    0.4139734331099427e-8,
    0.5523140207484359e-2,
    0.2018977262302196e-6,
    0.1464541863493966e-6,
    0.7784249118997964e-1,
    0.3245075353396018,
    0.7494013383880406e-2,
    0.1622293157301561e-7,
    0.1135863833257075e-7,
    0.2230505975721359e-2,
    0.208716288279863e-3,
    0.1396921016840158e-4,
    0.8964884856898295e-2,
    0.4352846369330103e-17,
    0.6899219696263405e-2,
    0.1007803037365946e-3,
    0.1772146513969984e-5,
    0.5682943292316392e-4,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solve::Dynamics;

    fn rates_of(mut network: Network, state: &[f64]) -> Vec<f64> {
        let mut rates = vec![0.0; state.len()];
        network.rates(0.0, state, &mut rates);
        rates
    }

    fn assert_same(found: &[f64], expected: &[f64]) {
        let size = expected.iter().fold(0.0, |size: f64, rate| size.max(rate.abs()));
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-14 * size, "{found} {expected}");
        }
    }

    /// The right-hand sides as printed in the test set, against the networks.
    #[test]
    fn the_networks_are_the_published_systems() {
        let [x, y, z] = [1.7, 0.3, 2.9];
        let published = [77.27 * (y - x * y + x - 8.375e-6 * x * x), (-y - x * y + z) / 77.27, 0.161 * (x - z)];
        assert_same(&rates_of(orego(), &[x, y, z]), &published);

        let y = [1.5e-3, 2e-4, 3e-5, 4e-6];
        let products = [7.89e-10 * y[0], 1.1e7 * y[0] * y[2], 1.13e9 * y[1] * y[2], 1.13e3 * y[3]];
        let (second, fourth) = (products[0] - products[2], products[1] - products[3]);
        assert_same(&rates_of(e5(), &y), &[-products[0] - products[1], second, second - fourth, fourth]);

        let y: Vec<f64> = (0..20).map(|species| 0.3 + (f64::from(species) * 0.618).fract()).collect();
        // Flow of the printed reactions, numbered from 1.
        let r = [
            0.0,
            0.35 * y[0],
            26.6 * y[1] * y[3],
            1.23e4 * y[4] * y[1],
            8.6e-4 * y[6],
            8.2e-4 * y[6],
            1.5e4 * y[6] * y[5],
            1.3e-4 * y[8],
            2.4e4 * y[8] * y[5],
            1.65e4 * y[10] * y[1],
            9e3 * y[10] * y[0],
            0.022 * y[12],
            1.2e4 * y[9] * y[1],
            1.88 * y[13],
            1.63e4 * y[0] * y[5],
            4.8e6 * y[2],
            3.5e-4 * y[3],
            0.0175 * y[3],
            1e8 * y[15],
            4.44e11 * y[15],
            1240.0 * y[16] * y[5],
            2.1 * y[18],
            5.78 * y[18],
            0.0474 * y[0] * y[3],
            1780.0 * y[18] * y[0],
            3.12 * y[19],
        ];
        let published = [
            -r[1] - r[10] - r[14] - r[23] - r[24] + r[2] + r[3] + r[9] + r[11] + r[12] + r[22] + r[25],
            -r[2] - r[3] - r[9] - r[12] + r[1] + r[21],
            -r[15] + r[1] + r[17] + r[19] + r[22],
            -r[2] - r[16] - r[17] - r[23] + r[15],
            -r[3] + 2.0 * r[4] + r[6] + r[7] + r[13] + r[20],
            -r[6] - r[8] - r[14] - r[20] + r[3] + 2.0 * r[18],
            -r[4] - r[5] - r[6] + r[13],
            r[4] + r[5] + r[6] + r[7],
            -r[7] - r[8],
            -r[12] + r[7] + r[9],
            -r[9] - r[10] + r[8] + r[11],
            r[9],
            -r[11] + r[10],
            -r[13] + r[12],
            r[14],
            -r[18] - r[19] + r[16],
            -r[20],
            r[20],
            -r[21] - r[22] - r[24] + r[23] + r[25],
            -r[25] + r[24],
        ];
        assert_same(&rates_of(pollu(), &y), &published);
    }
}
