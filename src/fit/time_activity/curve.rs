//! One time–activity function with its numbers: A(t), its integral from any time to infinity, and the exact derivatives of both.
//!
//! Both are F = Σⱼ Aⱼ (φ(μⱼ) − u φ(κ)): with φ(μ) = e^(−μt) the activity at t, with φ(μ) = e^(−μT)/μ the time-integrated activity from T on. The
//! difference with the uptake term is formed without cancellation, with Δ = κ − μ:
//!
//! e^(−μt) − e^(−κt) = −e^(−μt) expm1(−Δt),   e^(−μT)/μ − e^(−κT)/κ = e^(−μT) (Δ − μ expm1(−ΔT)) / (μκ).

use super::family::Family;
use crate::math::{exp, expm1};

/// A function of a family.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Which family.
    pub family: Family,
    /// λ_phys, 1/h; 0 without decay (a family with a physical tail has then no finite integral).
    pub physical_decay_per_h: f64,
    /// Parameters in the order of [`Family::parameter_names`], MBq and 1/h.
    pub parameters: Vec<f64>,
}

/// What is summed over the phases.
#[derive(Clone, Copy)]
enum Kernel {
    /// Activity at this time, h.
    At(f64),
    /// Integral from this time (h) to infinity.
    From(f64),
}

impl Kernel {
    fn value(self, rate: f64) -> f64 {
        match self {
            Kernel::At(time) => exp(-rate * time),
            Kernel::From(time) => exp(-rate * time) / rate,
        }
    }

    /// φ(rate) − φ(rate + gap).
    fn drop(self, rate: f64, gap: f64) -> f64 {
        match self {
            Kernel::At(time) => -exp(-rate * time) * expm1(-gap * time),
            Kernel::From(time) => exp(-rate * time) * (gap - rate * expm1(-gap * time)) / (rate * (rate + gap)),
        }
    }

    /// dφ/drate.
    fn slope(self, rate: f64) -> f64 {
        match self {
            Kernel::At(time) => -time * exp(-rate * time),
            Kernel::From(time) => -exp(-rate * time) * (time + 1.0 / rate) / rate,
        }
    }
}

impl Curve {
    /// Amplitudes of the phases, MBq, from the slowest.
    pub fn amplitudes_mbq(&self) -> &[f64] {
        &self.parameters[..self.family.phases]
    }

    /// Effective rates of the washout phases, 1/h, from the slowest.
    pub fn effective_rates_per_h(&self) -> Vec<f64> {
        self.rates().0
    }

    /// Effective rate κ of the uptake term, 1/h.
    pub fn uptake_rate_per_h(&self) -> Option<f64> {
        self.rates().1
    }

    fn rates(&self) -> (Vec<f64>, Option<f64>) {
        let mut given = self.parameters[self.family.phases..].iter().copied();
        let mut rate = if self.family.physical_tail { self.physical_decay_per_h } else { given.next().unwrap_or(f64::NAN) };
        let mut rates = vec![rate];
        for _ in 1..self.family.phases {
            rate += given.next().unwrap_or(f64::NAN);
            rates.push(rate);
        }
        (rates, self.family.uptake.then(|| rate + given.next().unwrap_or(f64::NAN)))
    }

    /// Activity at `time_h` ≥ 0, MBq.
    pub fn activity_mbq(&self, time_h: f64) -> f64 {
        self.sum(Kernel::At(time_h))
    }

    /// ∂A(t)/∂parameter, natural parameters in order.
    pub fn activity_gradient(&self, time_h: f64) -> Vec<f64> {
        self.gradient(Kernel::At(time_h))
    }

    /// Ã = ∫₀^∞ A dt, MBq·h.
    pub fn time_integrated_activity_mbq_h(&self) -> f64 {
        self.sum(Kernel::From(0.0))
    }

    /// ∂Ã/∂parameter, natural parameters in order.
    pub fn time_integrated_activity_gradient(&self) -> Vec<f64> {
        self.gradient(Kernel::From(0.0))
    }

    /// ∫ A dt from `time_h` to infinity, MBq·h.
    pub fn integral_from_mbq_h(&self, time_h: f64) -> f64 {
        self.sum(Kernel::From(time_h))
    }

    fn sum(&self, kernel: Kernel) -> f64 {
        self.amplitudes_mbq().iter().zip(self.terms(kernel)).map(|(amplitude, term)| amplitude * term).sum()
    }

    /// φ(μ) − u φ(κ) of each phase.
    fn terms(&self, kernel: Kernel) -> Vec<f64> {
        let rates = self.rates().0;
        if !self.family.uptake {
            return rates.into_iter().map(|rate| kernel.value(rate)).collect();
        }
        // the gap of each phase to the uptake is summed from the parameters: the difference of two nearly equal rates has no digits
        let gaps = &self.parameters[self.parameters.len() - self.family.phases..];
        rates.into_iter().enumerate().map(|(phase, rate)| kernel.drop(rate, gaps[phase..].iter().sum())).collect()
    }

    fn gradient(&self, kernel: Kernel) -> Vec<f64> {
        let (rates, uptake) = self.rates();
        let amplitudes = self.amplitudes_mbq();
        let mut gradient = self.terms(kernel);
        // a rate moves its own phase and, as the others are counted from it, all faster ones
        let mut slopes: Vec<f64> = amplitudes.iter().zip(&rates).map(|(amplitude, &rate)| amplitude * kernel.slope(rate)).collect();
        if let Some(uptake) = uptake {
            slopes.push(-amplitudes.iter().sum::<f64>() * kernel.slope(uptake));
        }
        let first = usize::from(self.family.physical_tail);
        gradient.extend((first..slopes.len()).map(|from| slopes[from..].iter().sum::<f64>()));
        gradient
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHYSICAL: f64 = 0.004_344;

    fn example(family: Family) -> Curve {
        let amplitudes = [40.0, 90.0, 25.0];
        let mut parameters = amplitudes[..family.phases].to_vec();
        let rates = [0.012, 0.05, 0.3];
        if !family.physical_tail {
            parameters.push(rates[0]);
        }
        parameters.extend(&rates[1..family.phases]);
        if family.uptake {
            parameters.push(0.9);
        }
        assert_eq!(parameters.len(), family.parameter_count());
        Curve { family, physical_decay_per_h: PHYSICAL, parameters }
    }

    fn close(found: f64, expected: f64, relative: f64, what: &str) {
        assert!((found - expected).abs() <= relative * expected.abs().max(1e-12), "{what}: {found} v {expected}");
    }

    #[test]
    fn a_bi_exponential_with_uptake_written_out() {
        let curve = example(Family::named("bi-uptake").expect("a family"));
        let (m1, m2, k): (f64, f64, f64) = (0.012, 0.062, 0.962);
        for t in [0.0_f64, 0.5, 3.0, 24.0, 168.0] {
            let by_hand = 40.0 * ((-m1 * t).exp() - (-k * t).exp()) + 90.0 * ((-m2 * t).exp() - (-k * t).exp());
            close(curve.activity_mbq(t), by_hand, 1e-13, "A(t)");
        }
        close(curve.time_integrated_activity_mbq_h(), 40.0 / m1 + 90.0 / m2 - 130.0 / k, 1e-14, "integral");
        assert_eq!(curve.activity_mbq(0.0), 0.0);
    }

    #[test]
    fn the_tail_decays_as_the_nuclide() {
        let curve = example(Family::named("bi-tail").expect("a family"));
        assert_eq!(curve.effective_rates_per_h(), [PHYSICAL, PHYSICAL + 0.05]);
        // after 1000 h only the tail is left: 40 e^(−λt)
        close(curve.activity_mbq(1000.0), 40.0 * (-PHYSICAL * 1000.0).exp(), 1e-12, "tail");
    }

    #[test]
    fn integrals_agree_with_simpsons_rule() {
        for family in Family::ALL {
            let curve = example(family);
            for from in [0.0, 7.0, 120.0] {
                // Simpson over 100 000 panels of 0.1 h: the rest beyond 10 000 h is below e^-43
                let steps = 100_000;
                let h = 0.1;
                let weight = |i: usize| {
                    if i == 0 || i == steps {
                        1.0
                    } else if i % 2 == 1 {
                        4.0
                    } else {
                        2.0
                    }
                };
                let sum: f64 = (0..=steps).map(|i| weight(i) * curve.activity_mbq(from + h * i as f64)).sum();
                close(curve.integral_from_mbq_h(from), sum * h / 3.0, 1e-7, family.name());
            }
            assert_eq!(curve.integral_from_mbq_h(0.0), curve.time_integrated_activity_mbq_h());
        }
    }

    #[test]
    fn derivatives_agree_with_differences() {
        for family in Family::ALL {
            let curve = example(family);
            for i in 0..family.parameter_count() {
                let step = 1e-5 * curve.parameters[i];
                let moved = |sign: f64| {
                    let mut other = curve.clone();
                    other.parameters[i] += sign * step;
                    other
                };
                let (ahead, behind) = (moved(1.0), moved(-1.0));
                for t in [0.3, 5.0, 60.0] {
                    let slope = (ahead.activity_mbq(t) - behind.activity_mbq(t)) / (2.0 * step);
                    let scale = curve.activity_mbq(t) / curve.parameters[i];
                    assert!((curve.activity_gradient(t)[i] - slope).abs() < 1e-8 * scale, "{} {i} {t}", family.name());
                }
                let slope = (ahead.time_integrated_activity_mbq_h() - behind.time_integrated_activity_mbq_h()) / (2.0 * step);
                close(curve.time_integrated_activity_gradient()[i], slope, 1e-8, family.name());
            }
        }
    }

    #[test]
    fn nearly_equal_rates_lose_no_digits() {
        // for κ → μ the function tends to A Δ t e^(−μt), its integral to A Δ/μ²
        let family = Family::named("mono-uptake").expect("a family");
        let curve = Curve { family, physical_decay_per_h: 0.0, parameters: vec![1e9, 0.02, 1e-12] };
        close(curve.activity_mbq(30.0), 1e-3 * 30.0 * (-0.6_f64).exp(), 1e-10, "A");
        close(curve.time_integrated_activity_mbq_h(), 1e-3 / 4e-4, 1e-10, "integral");
    }
}
