//! The distribution of a measured value about its prediction f, with magnitudes that are given or estimated.
//!
//! | form | distribution | standard deviation |
//! |---|---|---|
//! | constant | normal | a |
//! | proportional | normal | b·f |
//! | combined | normal | √(a² + b² f²) |
//! | log-normal | ln y normal about ln f | √ln(1 + b²) of ln y, so that b is the coefficient of variation of y |
//!
//! a is in the unit of the data, b a number. A measured value that carries its own standard deviation has the constant form with that number.

use crate::math::{log, sqrt};

/// A magnitude of the noise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Magnitude {
    /// Known.
    Given(f64),
    /// Estimated: position among the parameters of the fit.
    Estimated(usize),
}

impl Magnitude {
    fn value(self, parameters: &[f64]) -> f64 {
        match self {
            Magnitude::Given(value) => value,
            Magnitude::Estimated(position) => parameters[position],
        }
    }

    /// Whether it is estimated.
    pub fn is_estimated(self) -> bool {
        matches!(self, Magnitude::Estimated(_))
    }
}

/// The noise of one channel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Noise {
    /// The same standard deviation everywhere.
    Constant(Magnitude),
    /// Standard deviation proportional to the prediction.
    Proportional(Magnitude),
    /// Constant and proportional parts, independent: their variances add.
    Combined {
        /// a, in the unit of the data.
        constant: Magnitude,
        /// b, a number.
        proportional: Magnitude,
    },
    /// Log-normal with this coefficient of variation.
    LogNormal(Magnitude),
}

/// The standard deviation at one prediction, and how it moves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Standard deviation of the value, or of its logarithm (log-normal).
    pub sigma: f64,
    /// ∂σ/∂f; 0 for the constant and log-normal forms.
    pub by_prediction: f64,
    /// ∂σ/∂θ for each estimated magnitude.
    pub by_magnitude: [Option<(usize, f64)>; 2],
}

impl Spread {
    /// Whether σ depends on what is fitted.
    pub fn moves(&self) -> bool {
        self.by_prediction != 0.0 || self.by_magnitude.iter().any(Option::is_some)
    }
}

impl Noise {
    /// Whether values are compared on the logarithmic scale.
    pub fn is_log_normal(&self) -> bool {
        matches!(self, Noise::LogNormal(_))
    }

    /// The magnitudes.
    pub fn magnitudes(&self) -> Vec<Magnitude> {
        match *self {
            Noise::Constant(a) => vec![a],
            Noise::Proportional(b) | Noise::LogNormal(b) => vec![b],
            Noise::Combined { constant, proportional } => vec![constant, proportional],
        }
    }

    /// Whether σ depends on the prediction or on an estimated magnitude, so that its size is part of what is minimised.
    pub fn moves(&self) -> bool {
        matches!(self, Noise::Proportional(_) | Noise::Combined { .. }) || self.magnitudes().iter().any(|m| m.is_estimated())
    }

    /// The spread at the prediction f.
    ///
    /// # Errors
    /// A sentence where the form has no place for f (not positive under a proportional or log-normal form).
    pub fn spread(&self, f: f64, parameters: &[f64]) -> Result<Spread, String> {
        let of = |magnitude: Magnitude, slope: f64| match magnitude {
            Magnitude::Given(_) => None,
            Magnitude::Estimated(position) => Some((position, slope)),
        };
        let positive = |words: &str| {
            if f > 0.0 { Ok(()) } else { Err(format!("the prediction is {f}, but {words} noise needs it positive")) }
        };
        match *self {
            Noise::Constant(a) => Ok(Spread { sigma: a.value(parameters), by_prediction: 0.0, by_magnitude: [of(a, 1.0), None] }),
            Noise::Proportional(b) => {
                positive("proportional")?;
                let cv = b.value(parameters);
                Ok(Spread { sigma: cv * f, by_prediction: cv, by_magnitude: [of(b, f), None] })
            }
            Noise::Combined { constant, proportional } => {
                let (a, b) = (constant.value(parameters), proportional.value(parameters));
                let sigma = sqrt(a * a + b * b * f * f);
                Ok(Spread {
                    sigma,
                    by_prediction: b * b * f / sigma,
                    by_magnitude: [of(constant, a / sigma), of(proportional, b * f * f / sigma)],
                })
            }
            Noise::LogNormal(b) => {
                positive("log-normal")?;
                let cv = b.value(parameters);
                let sigma = sqrt(log(1.0 + cv * cv));
                // σ² = ln(1 + b²): dσ/db = b/((1 + b²) σ)
                Ok(Spread { sigma, by_prediction: 0.0, by_magnitude: [of(b, cv / ((1.0 + cv * cv) * sigma)), None] })
            }
        }
    }

    /// Standard deviation of a value whose prediction is f, in the unit of the data (for a log-normal form b·f).
    pub fn standard_deviation(&self, f: f64, parameters: &[f64]) -> f64 {
        match *self {
            Noise::LogNormal(b) => b.value(parameters) * f,
            _ => self.spread(f, parameters).map_or(f64::NAN, |spread| spread.sigma),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_of_the_spread_are_those_of_differences() {
        let parameters = [0.7, 0.3];
        let forms = [
            Noise::Constant(Magnitude::Estimated(0)),
            Noise::Proportional(Magnitude::Estimated(1)),
            Noise::Combined { constant: Magnitude::Estimated(0), proportional: Magnitude::Estimated(1) },
            Noise::LogNormal(Magnitude::Estimated(1)),
        ];
        for form in forms {
            let here = form.spread(2.5, &parameters).expect("a positive prediction");
            let step = 1e-6;
            let at = |f: f64, p: &[f64]| form.spread(f, p).expect("a positive prediction").sigma;
            let by_prediction = (at(2.5 + step, &parameters) - at(2.5 - step, &parameters)) / (2.0 * step);
            assert!((by_prediction - here.by_prediction).abs() < 1e-8, "{form:?}");
            for (position, slope) in here.by_magnitude.into_iter().flatten() {
                let (mut up, mut down) = (parameters, parameters);
                up[position] += step;
                down[position] -= step;
                assert!(((at(2.5, &up) - at(2.5, &down)) / (2.0 * step) - slope).abs() < 1e-8, "{form:?}");
            }
        }
    }

    #[test]
    fn the_coefficient_of_variation_of_a_log_normal_form_is_exact() {
        // variance of a log-normal value over its squared mean: e^(σ²) − 1 = cv²
        let spread = Noise::LogNormal(Magnitude::Given(0.4)).spread(10.0, &[]).expect("a positive prediction");
        assert!((crate::math::exp(spread.sigma * spread.sigma) - 1.0 - 0.16).abs() < 1e-14);
    }
}
