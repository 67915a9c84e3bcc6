//! The cumulative hazard of one event along the course, and the moment at which it is enough.
//!
//! Over a step from a to b with β D linear from p to q: ∫ h₀(u) e^(p + s (u − a)) du, s = (q − p)/(b − a). Constant dose: e^p (H₀(b) − H₀(a)). Shape 1: closed by expm1,
//! its inverse by log1p. Else by Gauss and Legendre's rule of 10 points on pieces so short that it is exact to rounding, with the power series of the incomplete gamma
//! function from time 0, where h₀ has a branch point; its inverse by Newton between brackets.
use crate::math::{exp, expm1, log, log1p, pow};

/// One event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk {
    median_min: f64,
    shape: f64,
    /// Cumulative hazard still to come.
    left: f64,
    time_min: Option<f64>,
}

impl Walk {
    /// An event that takes the cumulative hazard `needed`; `free` of any link it is settled at once.
    pub fn new(median_min: f64, shape: f64, needed: f64, free: bool) -> Walk {
        let mut walk = Walk { median_min, shape, left: needed, time_min: None };
        if free {
            walk.time_min = Some(walk.inverse(needed));
        }
        walk
    }

    pub fn time_min(&self) -> Option<f64> {
        self.time_min
    }

    /// H₀(t).
    fn cumulative(&self, time_min: f64) -> f64 {
        std::f64::consts::LN_2 * pow(time_min / self.median_min, self.shape)
    }

    /// The t with H₀(t) = `hazard`.
    fn inverse(&self, hazard: f64) -> f64 {
        self.median_min * pow(hazard / std::f64::consts::LN_2, 1.0 / self.shape)
    }

    /// h₀(t).
    fn rate(&self, time_min: f64) -> f64 {
        std::f64::consts::LN_2 * self.shape / self.median_min * pow(time_min / self.median_min, self.shape - 1.0)
    }

    /// Lives from `from` to `to` (min), the log factor on the hazard going linearly from `p` to `q`.
    pub fn step(&mut self, from: f64, to: f64, p: f64, q: f64) {
        if self.time_min.is_some() || to <= from {
            return;
        }
        let slope = (q - p) / (to - from);
        let gained = self.gained(from, to, p, slope);
        if gained < self.left {
            self.left -= gained;
        } else {
            self.time_min = Some(self.moment(from, to, p, slope));
        }
    }

    /// The time of the event where the log factor stays at `p` from `from` (min) on.
    pub fn end(self, from: f64, p: f64) -> f64 {
        // H₀(t) = H₀(from) + left e^(−p); a factor that underflows never comes to it
        self.time_min.unwrap_or_else(|| self.inverse(self.cumulative(from) + self.left * exp(-p)).max(from))
    }

    fn gained(&self, from: f64, to: f64, p: f64, slope: f64) -> f64 {
        if slope == 0.0 {
            return exp(p) * (self.cumulative(to) - self.cumulative(from));
        }
        if self.shape == 1.0 {
            let growth = slope * (to - from);
            // far up, the two exponentials apart: one may be nothing where the other is beyond number
            let gained = if growth > 30.0 { exp(p + growth) - exp(p) } else { exp(p) * expm1(growth) };
            return self.rate(from) * gained / slope;
        }
        self.integral(from, to, p, slope)
    }

    fn moment(&self, from: f64, to: f64, p: f64, slope: f64) -> f64 {
        let found = if slope == 0.0 {
            self.inverse(self.cumulative(from) + self.left * exp(-p))
        } else if self.shape == 1.0 {
            let needed = slope * self.left / self.rate(from);
            let growth = log1p(needed * exp(-p));
            from + if growth.is_infinite() && needed > 0.0 { log(needed) - p } else { growth } / slope
        } else {
            return self.root(from, to, p, slope);
        };
        // rounding at the ends of the step
        if found.is_nan() { to } else { found.clamp(from, to) }
    }

    /// Newton's method for integral = left, kept between brackets.
    fn root(&self, from: f64, to: f64, p: f64, slope: f64) -> f64 {
        let (mut low, mut high) = (from, to);
        let mut guess = 0.5 * (from + to);
        for _ in 0..200 {
            let excess = self.integral(from, guess, p, slope) - self.left;
            if excess < 0.0 {
                low = guess;
            } else {
                high = guess;
            }
            let by_newton = guess - excess / (self.rate(guess) * exp(p + slope * (guess - from)));
            let next = if by_newton > low && by_newton < high { by_newton } else { 0.5 * (low + high) };
            if (next - guess).abs() <= 4.0 * f64::EPSILON * to || high - low <= 2.0 * f64::EPSILON * to {
                return next;
            }
            guess = next;
        }
        guess
    }

    /// ∫ h₀(u) e^(p + slope (u − from)) du from `from` to `to`.
    fn integral(&self, from: f64, to: f64, p: f64, slope: f64) -> f64 {
        let short = 1.0 / slope.abs();
        let (mut sum, mut at) = (0.0, from);
        if from == 0.0 {
            at = to.min(short);
            sum = exp(p) * self.integral_of_first(at, slope);
        }
        while at < to {
            // twice the time at most (the branch point stays three half-lengths away), and one e-fold of the factor
            let next = to.min(2.0 * at).min(at + short);
            let (middle, half) = (0.5 * (at + next), 0.5 * (next - at));
            let value = |time: f64| self.rate(time) * exp(p + slope * (time - from));
            sum += half
                * GAUSS_10.iter().map(|(node, weight)| weight * (value(middle - half * node) + value(middle + half * node))).sum::<f64>();
            if next <= at {
                break;
            }
            at = next;
        }
        sum
    }

    /// ∫ h₀(u) e^(slope u) du from 0 to `to`, |slope · to| ≤ 1: H₀(to) Σ k (slope · to)^j / (j! (k + j)).
    fn integral_of_first(&self, to: f64, slope: f64) -> f64 {
        let x = slope * to;
        let (mut term, mut sum) = (1.0, 1.0);
        for j in 1..40 {
            let j = f64::from(j);
            term *= x / j;
            sum += term * self.shape / (self.shape + j);
            if term.abs() < 1e-18 {
                break;
            }
        }
        self.cumulative(to) * sum
    }
}

/// Gauss and Legendre's rule of 10 points: positive nodes and their weights (Abramowitz and Stegun, table 25.4).
const GAUSS_10: [(f64, f64); 5] = [
    (0.148_874_338_981_631_22, 0.295_524_224_714_752_87),
    (0.433_395_394_129_247_2, 0.269_266_719_309_996_35),
    (0.679_409_568_299_024_4, 0.219_086_362_515_982_04),
    (0.865_063_366_688_984_5, 0.149_451_349_150_580_6),
    (0.973_906_528_517_171_7, 0.066_671_344_308_688_14),
];
