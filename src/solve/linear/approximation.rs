//! The exponential on the negative axis as a rational function of order 16 (CRAM), in partial fractions:
//!
//! `exp(z) ≈ r(z) = α₀ + 2 Re Σₖ αₖ/(z − θₖ)`, eight poles in the upper half plane, `|r − exp| < 2.2e-16` for all z ≤ 0.
//!
//! Coefficients: M. Pusa, *Correction to partial fraction decomposition coefficients for Chebyshev rational approximation on the negative real
//! axis*, arXiv:1206.2880 (2012), table 2; method: M. Pusa, J. Leppänen, Nucl. Sci. Eng. 164 (2010) 140.
//!
//! The residues of the poles nearest to the axis are a hundred times the result: rounding the coefficients alone would shift `r` by 2.5e-14, at every step
//! the same way. Hence each residue is held as the sum of two numbers and is fitted (60 digits, least squares over the axis) to the poles as they are
//! rounded, which restores 2.2e-16; the last part of one is set such that `r(0)` is 1 as evaluated. What remains is the rounding of the evaluation: 7e-15 rms, below 3e-14.
//!
//! The integral comes from the same poles. With a constant state appended, `∫₀ʰ exp(At) x dt ≈ h · 2 Re Σₖ γₖ (hA − θₖ)⁻¹ x` with `γₖ = αₖ/θₖ`.
//!
//! The *probe* tells when the bound on the axis does not help. For a chain of states with one rate the error is a divided difference of `r − exp`:
//! 5e-14 of the dose for three states, 3e-13 for four, 2e-12 for five, 1.5e-9 for eleven (found with 50 digits). The probe is below 1.1e-14
//! on the axis; in chains of up to 25 states it exceeds 8e-14 at one of the states wherever the error of a state exceeds 5e-13.

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

/// Weights of the solutions of `(θ − hA) x = …` for the state: −2 α, see the head of the file.
pub(super) static STATE_WEIGHTS: Weights = Weights {
    re: [
        1.0180304373037047e-06,
        -0.00042303484364938795,
        -0.08204627367082,
        2.9586014227120927,
        -30.119170540046937,
        -226.79550356967863,
        129.00175605107933,
        125.0367849264158,
    ],
    re_rest: [
        3.095976277380391e-23,
        -1.6330151548137233e-20,
        -5.919972929098943e-18,
        -1.3928916741360414e-16,
        -1.0397547326203142e-15,
        1.2545984133936207e-14,
        2.078442520866684e-15,
        6.7651908735309466e-15,
    ],
    im: [
        4.8440035305710074e-05,
        -0.008778593929476141,
        0.314869323469109,
        -3.5373176647565874,
        11.50281055528439,
        -203.89443408431714,
        449.18881525304204,
        22.380782188566435,
    ],
    im_rest: [
        -1.6121130837534285e-22,
        5.0771412280747305e-19,
        -9.501630709747354e-18,
        2.8335366949988314e-17,
        5.027071844952878e-16,
        7.521527445611572e-15,
        4.225623824918668e-15,
        -9.099716437879107e-16,
    ],
};

/// The same for the integral divided by the step: −2 γ.
pub(super) static INTEGRAL_WEIGHTS: Weights = Weights {
    re: [
        1.8862244269443796e-06,
        -0.0004819669777892859,
        0.023704216527200603,
        -0.28379985087428333,
        -0.10362905247731123,
        -43.11836285414348,
        32.025829145981234,
        12.456738475740007,
    ],
    re_rest: [
        4.3890509656902143e-23,
        1.6044149818527664e-20,
        1.4887497813327572e-18,
        7.184766000644268e-18,
        -3.929832151852552e-18,
        -2.5473273897796203e-15,
        7.850004182940465e-16,
        -7.576393419140372e-16,
    ],
    im: [
        -1.1138452432281131e-06,
        0.00018252384377692558,
        0.0035954358774673185,
        -0.30767123633349464,
        3.5271246574256674,
        -8.273013803279733,
        64.04842178252943,
        -10.478464651460875,
    ],
    im_rest: [
        3.681350260590053e-23,
        1.1387525994256204e-20,
        -2.0851839718514787e-19,
        2.0647256743134256e-17,
        7.286967047008358e-17,
        -4.415375066441922e-16,
        -4.269032417624737e-16,
        1.7368770265009298e-16,
    ],
};

/// The same for the probe: a combination of the poles that is below 1e-14 on the whole axis and as large as it can be beside it.
pub(super) static PROBE_WEIGHTS: Weights = Weights {
    re: [
        -1.4027087802967388e-09,
        4.442049015862254e-09,
        6.22209801981558e-08,
        -1.4883502918794814e-07,
        -1.975116030023035e-07,
        1.3509814831505273e-07,
        -3.7566405002322495e-07,
        5.216465266650598e-07,
    ],
    im: [
        -2.3794222299105606e-10,
        -1.4593497647655829e-08,
        3.7058521157427536e-08,
        1.4350719416025223e-07,
        -3.4714321583722593e-07,
        5.318575993512925e-07,
        1.9867126932666664e-07,
        -1.7377084685803297e-07,
    ],
    re_rest: [0.0; LANES],
    im_rest: [0.0; LANES],
};

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
        over_poles(&part)
    }

    /// The same without what the leading parts leave out.
    #[inline(always)]
    pub(super) fn leading_sum(&self, re: &Lanes, im: &Lanes) -> f64 {
        let mut part = [0.0; LANES];
        for pole in 0..LANES {
            part[pole] = self.re[pole] * re[pole] - self.im[pole] * im[pole];
        }
        over_poles(&part)
    }
}

#[inline(always)]
fn over_poles(part: &Lanes) -> f64 {
    let mut half = [0.0; LANES / 2];
    for pole in 0..LANES / 2 {
        half[pole] = part[pole] + part[pole + LANES / 2];
    }
    (half[0] + half[2]) + (half[1] + half[3])
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

    /// Partial fractions of the published coefficients, rounded: the fitted ones may differ from them in the last digits only.
    #[test]
    fn the_weights_are_those_published() {
        let published: [(f64, f64); LANES] = [
            (-5.090152186522492e-07, -2.422001765285229e-05),
            (0.0002115174218246603, 0.004389296964738067),
            (0.04102313683541002, -0.15743466173455467),
            (-1.4793007113557999, 1.7686588323782937),
            (15.059585270023467, -5.751405277642182),
            (113.3977517848393, 101.94721704215857),
            (-64.50087802553965, -224.59440762652096),
            (-62.51839246320792, -11.190391094283228),
        ];
        for (pole, (re, im)) in published.into_iter().enumerate() {
            let size = re.hypot(im);
            let found = (STATE_WEIGHTS.re[pole] + 2.0 * re).hypot(STATE_WEIGHTS.im[pole] + 2.0 * im);
            assert!(found < 2.5e-13 * size, "pole {pole}: {:e}", found / size);
            let (a, b) = (POLE_RE[pole], POLE_IM[pole]);
            let (c, d) = (INTEGRAL_WEIGHTS.re[pole], INTEGRAL_WEIGHTS.im[pole]);
            assert!((a * c - b * d - STATE_WEIGHTS.re[pole]).hypot(a * d + b * c - STATE_WEIGHTS.im[pole]) < 1e-14 * size, "pole {pole}");
        }
    }
}
