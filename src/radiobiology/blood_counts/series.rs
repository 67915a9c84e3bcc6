//! One stretch of a lineage's course by Taylor series: all coefficients follow from those before them.
//!
//! With u = ln P, f = c^−γ and a dose rate r₀ + r₁ t the coefficients of order n + 1 are, C′ₙ = (n + 1) cₙ₊₁ and so on,
//!
//! `U′ₙ = k (q fₙ − [n = 0]) − α rₙ`, `P′ₙ = Σ Pⱼ U′ₙ₋ⱼ`, `T₁′ₙ = k (Pₙ − T₁ₙ)`, …, `C′ₙ = m (T₃ₙ − cₙ)`, `c₀ F′ₙ = −γ Σ fⱼ C′ₙ₋ⱼ − Σ_{j>0} cⱼ F′ₙ₋ⱼ`.
//!
//! (A. Griewank, A. Walther, Evaluating Derivatives, 2nd ed. 2008, chapter 13: series of exponentials and powers.)
use crate::math::{exp, log};

/// ln P, T₁, T₂, T₃, c.
pub(super) type State = [f64; 5];

/// Order of the series.
const ORDER: usize = 12;
/// Largest last term of a step, relative to each value (of ln P: absolute). What is left out is about a tenth of it.
const LAST_TERM: f64 = 1e-9;
/// A step is not made shorter than this part of its stretch: what is no number would be halved for ever.
const SHORTEST: f64 = 1e-9;

/// Constants of a lineage, its production and its dose rate.
#[derive(Debug, Clone, Copy)]
pub(super) struct Equations {
    pub transit_per_h: f64,
    pub loss_per_h: f64,
    pub feedback_exponent: f64,
    pub alpha_per_gy: f64,
    pub production: f64,
}

type Series = [f64; ORDER + 1];

impl Equations {
    /// Goes from `state` over `duration_h` in steps of at most `longest_h`; the dose rate (Gy/h) is linear.
    pub(super) fn cross(&self, state: &mut State, duration_h: f64, longest_h: f64, first_gy_per_h: f64, last_gy_per_h: f64) {
        let slope = (last_gy_per_h - first_gy_per_h) / duration_h;
        let mut done_h = 0.0;
        while done_h < duration_h {
            let series = self.series(state, first_gy_per_h + slope * done_h, slope);
            let left_h = duration_h - done_h;
            let mut step_h = left_h.min(longest_h);
            while !last_terms_are_small(&series, step_h) && step_h > SHORTEST * duration_h {
                step_h *= 0.7;
            }
            for (value, series) in state.iter_mut().zip(&series) {
                *value = series.iter().rev().fold(0.0, |sum, coefficient| sum * step_h + coefficient);
            }
            done_h = if step_h == left_h { duration_h } else { done_h + step_h };
        }
    }

    fn series(&self, state: &State, rate_gy_per_h: f64, slope: f64) -> [Series; 5] {
        let (k, m) = (self.transit_per_h, self.loss_per_h);
        let mut series = [[0.0; ORDER + 1]; 5];
        for (series, value) in series.iter_mut().zip(state) {
            series[0] = *value;
        }
        let [log_proliferating, first, second, third, circulating] = &mut series;
        let smallest = circulating[0].max(f64::MIN_POSITIVE);
        let (mut proliferating, mut feedback): (Series, Series) = ([0.0; ORDER + 1], [0.0; ORDER + 1]);
        proliferating[0] = exp(log_proliferating[0]);
        // exp(−γ ln c) for c^−γ: faster than a power, and exactly 1 at the steady state
        feedback[0] = exp(-self.feedback_exponent * log(smallest));
        // slopes: coefficients of the derivatives
        let (mut log_slope, mut circulating_slope, mut feedback_slope) = ([0.0; ORDER], [0.0; ORDER], [0.0; ORDER]);
        for n in 0..ORDER {
            let per_order = 1.0 / (n + 1) as f64;
            let constant = match n {
                0 => k + self.alpha_per_gy * rate_gy_per_h,
                1 => self.alpha_per_gy * slope,
                _ => 0.0,
            };
            log_slope[n] = k * self.production * feedback[n] - constant;
            circulating_slope[n] = m * (third[n] - circulating[n]);
            let (mut grown, mut fed, mut held) = (0.0, 0.0, 0.0);
            // the newest factors last, so that a sum need not wait for them from its beginning
            for j in (0..=n).rev() {
                grown += proliferating[j] * log_slope[n - j];
                fed += feedback[j] * circulating_slope[n - j];
            }
            for j in (1..=n).rev() {
                held += circulating[j] * feedback_slope[n - j];
            }
            feedback_slope[n] = (-self.feedback_exponent * fed - held) / smallest;
            feedback[n + 1] = feedback_slope[n] * per_order;
            log_proliferating[n + 1] = log_slope[n] * per_order;
            proliferating[n + 1] = grown * per_order;
            let transit = k * per_order;
            first[n + 1] = transit * (proliferating[n] - first[n]);
            second[n + 1] = transit * (first[n] - second[n]);
            third[n + 1] = transit * (second[n] - third[n]);
            circulating[n + 1] = circulating_slope[n] * per_order;
        }
        series
    }
}

fn last_terms_are_small(series: &[Series; 5], step_h: f64) -> bool {
    let power = (0..ORDER).fold(1.0, |power, _| power * step_h);
    series.iter().enumerate().all(|(position, series)| {
        let size = if position == 0 { 1.0 } else { series[0].abs() };
        series[ORDER].abs() * power <= LAST_TERM * size
    })
}
