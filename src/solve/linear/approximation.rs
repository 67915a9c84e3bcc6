//! The exponential on the negative axis as a rational function of order 16 (CRAM), in partial fractions:
//!
//! `exp(z) ≈ r(z) = α₀ + 2 Re Σₖ αₖ/(z − θₖ)`, eight poles in the upper half plane, `|r − exp| < 2.2e-16` for all z ≤ 0.
//!
//! Coefficients: M. Pusa, *Correction to partial fraction decomposition coefficients for Chebyshev rational approximation on the negative real
//! axis*, arXiv:1206.2880 (2012), table 2; method: M. Pusa, J. Leppänen, Nucl. Sci. Eng. 164 (2010) 140.
//!
//! The residues of the poles nearest to the axis are a hundred times the result: rounding the coefficients alone would shift `r` by 2.5e-14. Hence every
//! residue is held as the sum of two numbers; what remains is the rounding of the evaluation, below 3e-14, mostly below 1e-14.
//!
//! The integral comes from the same poles. With a constant state appended, `∫₀ʰ exp(At) x dt ≈ h · 2 Re Σₖ γₖ (hA − θₖ)⁻¹ x` with `γₖ = αₖ/θₖ`.

use crate::math::LANES;

/// One number per pole.
pub(super) type Lanes = [f64; LANES];

/// α₀, the limit of r towards minus infinity.
pub(super) const LIMIT: f64 = 2.124_853_710_495_223_7e-16;

/// θ, real parts.
pub(super) const POLE_RE: Lanes = [
    -10.843917078696988,
    -5.264971343442647,
    -1.4139284624888862,
    1.419375897185666,
    3.509103608414918,
    5.948152268951177,
    6.416177699099435,
    4.993174737717997,
];
/// θ, imaginary parts.
pub(super) const POLE_IM: Lanes = [
    19.27744616718165,
    16.22022147316793,
    13.497725698892745,
    10.925363484496723,
    8.436198985884374,
    3.587457362018322,
    1.1941223933701386,
    5.996881713603942,
];

/// Weights of the eight solutions: leading parts and what they leave out, real and imaginary.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weights {
    pub re: Lanes,
    pub re_rest: Lanes,
    pub im: Lanes,
    pub im_rest: Lanes,
}

/// α: weights of the state.
const RESIDUES: Weights = Weights {
    re: [
        -5.090152186522492e-07,
        0.0002115174218246603,
        0.04102313683541002,
        -1.4793007113557999,
        15.059585270023467,
        113.3977517848393,
        -64.50087802553965,
        -62.51839246320792,
    ],
    re_rest: [
        4.6763053436291363e-23,
        -3.7923650746931165e-21,
        6.221949480994663e-19,
        -9.18464346766239e-17,
        6.094125263714232e-16,
        4.643882380314171e-15,
        2.1796111233718693e-15,
        -2.0160553525276483e-15,
    ],
    im: [
        -2.422001765285229e-05,
        0.004389296964738067,
        -0.15743466173455467,
        1.7686588323782937,
        -5.751405277642182,
        101.94721704215857,
        -224.59440762652096,
        -11.190391094283228,
    ],
    im_rest: [
        1.0939482517682878e-21,
        1.8494293604898012e-19,
        -1.1300956885617925e-17,
        1.0236331880851649e-16,
        2.364877465755213e-16,
        -5.666066056117415e-15,
        1.1249460871890188e-15,
        -1.6736641760915518e-16,
    ],
};

/// γ = α/θ: weights of the integral.
const INTEGRAL_RESIDUES: Weights = Weights {
    re: [
        -9.431122134720727e-07,
        0.0002409834888946434,
        -0.011852108263600315,
        0.14189992543714447,
        0.05181452623865679,
        21.55918142707174,
        -16.012914572990613,
        -6.228369237870005,
    ],
    re_rest: [
        2.5756412130490348e-23,
        1.1262869849100565e-20,
        -4.2500480608189023e-19,
        8.044036103147077e-18,
        -1.7577681306530693e-18,
        -2.6358884811428714e-16,
        -1.3541888483629502e-15,
        -7.174560597460704e-17,
    ],
    im: [
        5.569226216140112e-07,
        -9.126192188846088e-05,
        -0.001797717938733659,
        0.15383561816672572,
        -1.7635623287128328,
        4.136506901639867,
        -32.02421089126471,
        5.2392323257304385,
    ],
    im_rest: [
        -4.570371860790622e-23,
        5.616246191740543e-21,
        -1.3218547817223144e-20,
        1.3464730189326438e-17,
        -5.887448985019232e-17,
        -5.190870394436234e-18,
        2.7761439096801155e-16,
        -3.29482110522009e-16,
    ],
};

/// The solutions are of `(θ − hA) x = …`, the formulas of `(hA − θ) x = …`, and each pole stands for its conjugate too: all weights times −2.
const fn for_the_mirrored(weights: &Weights) -> Weights {
    let mut mirrored = *weights;
    let mut pole = 0;
    while pole < LANES {
        mirrored.re[pole] *= -2.0;
        mirrored.re_rest[pole] *= -2.0;
        mirrored.im[pole] *= -2.0;
        mirrored.im_rest[pole] *= -2.0;
        pole += 1;
    }
    mirrored
}

/// Weights of the solutions of `(θ − hA) x = …` for the state.
pub(super) static STATE_WEIGHTS: Weights = for_the_mirrored(&RESIDUES);
/// The same for the integral divided by the step.
pub(super) static INTEGRAL_WEIGHTS: Weights = for_the_mirrored(&INTEGRAL_RESIDUES);

impl Weights {
    /// `Re Σ wₖ xₖ` over the poles. The order of the sum is fixed: halves, quarters, pairs.
    #[inline(always)]
    pub(super) fn sum(&self, re: &Lanes, im: &Lanes) -> f64 {
        let mut part = [0.0; LANES];
        for pole in 0..LANES {
            let leading = self.re[pole] * re[pole] - self.im[pole] * im[pole];
            let rest = self.re_rest[pole] * re[pole] - self.im_rest[pole] * im[pole];
            part[pole] = leading + rest;
        }
        let half: [f64; LANES / 2] = std::array::from_fn(|pole| part[pole] + part[pole + LANES / 2]);
        (half[0] + half[2]) + (half[1] + half[3])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// r and the integral's r for one real number, by the weights.
    fn evaluate(z: f64) -> (f64, f64) {
        let norm: Lanes = std::array::from_fn(|pole| (POLE_RE[pole] - z).powi(2) + POLE_IM[pole].powi(2));
        let re: Lanes = std::array::from_fn(|pole| (POLE_RE[pole] - z) / norm[pole]);
        let im: Lanes = std::array::from_fn(|pole| -POLE_IM[pole] / norm[pole]);
        (LIMIT + STATE_WEIGHTS.sum(&re, &im), INTEGRAL_WEIGHTS.sum(&re, &im))
    }

    #[test]
    fn the_coefficients_give_the_exponential_and_its_integral() {
        let mut worst = (0.0f64, 0.0f64);
        for step in 0..=6000 {
            let z = if step == 0 { 0.0 } else { -10f64.powf(f64::from(step) / 400.0 - 5.0) };
            let (exponential, integral) = evaluate(z);
            worst.0 = worst.0.max((exponential - z.exp()).abs());
            let expected = if z == 0.0 { 1.0 } else { z.exp_m1() / z };
            worst.1 = worst.1.max((integral - expected).abs());
        }
        println!("exponential {:.1e}, integral {:.1e}", worst.0, worst.1);
        assert!(worst.0 < 5e-14 && worst.1 < 5e-14, "{worst:?}");
    }

    /// The integral's weights are those of the state over the poles.
    #[test]
    fn the_two_sets_of_weights_agree() {
        for pole in 0..LANES {
            let (a, b) = (POLE_RE[pole], POLE_IM[pole]);
            let (c, d) = (INTEGRAL_RESIDUES.re[pole], INTEGRAL_RESIDUES.im[pole]);
            let size = RESIDUES.re[pole].hypot(RESIDUES.im[pole]);
            assert!((a * c - b * d - RESIDUES.re[pole]).abs() < 1e-15 * size, "pole {pole}");
            assert!((a * d + b * c - RESIDUES.im[pole]).abs() < 1e-15 * size, "pole {pole}");
            assert!(RESIDUES.im_rest[pole].abs() <= 0.5 * f64::EPSILON * RESIDUES.im[pole].abs());
        }
    }
}
