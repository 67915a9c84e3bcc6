//! A fitted parameter: where it starts, where it may go, and the scale on which the optimiser sees it.
//!
//! Rate constants, clearances and receptor densities are positive and known within factors, so their logarithm is what should be fitted: the
//! optimiser then cannot make them negative, and a symmetric standard error of ln x is a sensible statement. Additive quantities stay natural.

use thiserror::Error;

/// The scale on which the optimiser moves a parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scale {
    /// As it is: t = x.
    Natural,
    /// Natural logarithm: t = ln x, for positive quantities.
    Logarithmic,
    /// t = ln((x − low)/(high − x)), for quantities between two limits that they never reach, such as a share between 0 and 1.
    Logit {
        /// Lower limit.
        low: f64,
        /// Upper limit.
        high: f64,
    },
}

impl Scale {
    /// From the natural value to the optimiser's value.
    pub fn transform(self, natural: f64) -> f64 {
        match self {
            Scale::Natural => natural,
            Scale::Logarithmic => crate::math::log(natural),
            Scale::Logit { low, high } => crate::math::log((natural - low) / (high - natural)),
        }
    }

    /// From the optimiser's value back to the natural one.
    pub fn back_transform(self, transformed: f64) -> f64 {
        match self {
            Scale::Natural => transformed,
            Scale::Logarithmic => crate::math::exp(transformed),
            // written so that neither end overflows
            Scale::Logit { low, high } if transformed > 0.0 => high - (high - low) / (1.0 + crate::math::exp(transformed)),
            Scale::Logit { low, high } => low + (high - low) / (1.0 + crate::math::exp(-transformed)),
        }
    }

    /// Whether steps on this scale are factors (of x, or of the odds), so that 1 is a long step.
    pub fn is_relative(self) -> bool {
        self != Scale::Natural
    }

    /// dx/dt at the natural value x: 1 for natural, x for logarithmic, (x − low)(high − x)/(high − low) for logit.
    pub fn derivative(self, natural: f64) -> f64 {
        match self {
            Scale::Natural => 1.0,
            Scale::Logarithmic => natural,
            Scale::Logit { low, high } => (natural - low) * (high - natural) / (high - low),
        }
    }
}

/// A parameter that a fit may change. All numbers are on the natural scale, in the unit that the problem uses.
#[derive(Debug, Clone, PartialEq)]
pub struct FitParameter {
    /// Name in the model, for example `k_int`.
    pub name: String,
    /// What it is, for people, with its unit: `internalisation rate, 1/min`.
    pub label: String,
    /// Where the optimiser starts.
    pub start: f64,
    /// Smallest allowed value; −∞ (natural) or 0 (logarithmic) for none.
    pub lower: f64,
    /// Largest allowed value; +∞ for none.
    pub upper: f64,
    /// Scale on which the optimiser works.
    pub scale: Scale,
}

impl FitParameter {
    /// An unbounded parameter on its natural scale.
    pub fn natural(name: impl Into<String>, start: f64) -> Self {
        let name = name.into();
        FitParameter { label: name.clone(), name, start, lower: f64::NEG_INFINITY, upper: f64::INFINITY, scale: Scale::Natural }
    }

    /// A positive parameter on the logarithmic scale, otherwise unbounded.
    pub fn logarithmic(name: impl Into<String>, start: f64) -> Self {
        FitParameter { lower: 0.0, scale: Scale::Logarithmic, ..FitParameter::natural(name, start) }
    }

    /// A parameter strictly between `low` and `high`, on the logit scale.
    pub fn logit(name: impl Into<String>, start: f64, low: f64, high: f64) -> Self {
        FitParameter { lower: low, upper: high, scale: Scale::Logit { low, high }, ..FitParameter::natural(name, start) }
    }

    /// The same parameter kept within `lower` and `upper`.
    #[must_use]
    pub fn within(mut self, lower: f64, upper: f64) -> Self {
        self.lower = lower;
        self.upper = upper;
        self
    }

    /// The same parameter with a label for people.
    #[must_use]
    pub fn labelled(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Everything that is wrong with the declaration; empty when it can be fitted.
    pub fn faults(&self) -> Vec<ParameterFault> {
        let mut faults = Vec::new();
        let name = || self.name.clone();
        if !self.start.is_finite() {
            faults.push(ParameterFault::NotFinite { name: name(), what: "start", value: self.start });
        }
        for (what, value) in [("lower bound", self.lower), ("upper bound", self.upper)] {
            if value.is_nan() {
                faults.push(ParameterFault::NotFinite { name: name(), what, value });
            }
        }
        if self.lower >= self.upper {
            faults.push(ParameterFault::BoundsReversed { name: name(), lower: self.lower, upper: self.upper });
        } else if self.start < self.lower || self.start > self.upper {
            faults.push(ParameterFault::StartOutside { name: name(), start: self.start, lower: self.lower, upper: self.upper });
        }
        if matches!(self.scale, Scale::Logit { low, high } if !(low < self.start && self.start < high)) && faults.is_empty() {
            // at a limit the logit is infinite
            faults.push(ParameterFault::StartOutside { name: name(), start: self.start, lower: self.lower, upper: self.upper });
        }
        if self.scale == Scale::Logarithmic {
            if self.start <= 0.0 {
                faults.push(ParameterFault::NotPositive { name: name(), what: "start", value: self.start });
            }
            if self.lower < 0.0 {
                faults.push(ParameterFault::NotPositive { name: name(), what: "lower bound", value: self.lower });
            }
        }
        faults
    }
}

/// One thing that is wrong with the declaration of a fitted parameter.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum ParameterFault {
    /// A number is missing, infinite or not a number.
    #[error("`{name}`: {what} is {value}, expected a finite number")]
    NotFinite {
        /// Parameter.
        name: String,
        /// Which number.
        what: &'static str,
        /// Value found.
        value: f64,
    },
    /// The bounds leave no room.
    #[error("`{name}`: lower bound {lower} is not below upper bound {upper}")]
    BoundsReversed {
        /// Parameter.
        name: String,
        /// Lower bound found.
        lower: f64,
        /// Upper bound found.
        upper: f64,
    },
    /// The start value is not within the bounds.
    #[error("`{name}`: start {start} lies outside the bounds {lower} to {upper}")]
    StartOutside {
        /// Parameter.
        name: String,
        /// Start value found.
        start: f64,
        /// Lower bound.
        lower: f64,
        /// Upper bound.
        upper: f64,
    },
    /// A logarithmic parameter needs positive numbers.
    #[error("`{name}`: {what} is {value}, but a parameter fitted on the logarithmic scale is positive")]
    NotPositive {
        /// Parameter.
        name: String,
        /// Which number.
        what: &'static str,
        /// Value found.
        value: f64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_invert_themselves_and_know_their_slope() {
        for scale in [Scale::Natural, Scale::Logarithmic, Scale::Logit { low: -1.0, high: 50.0 }] {
            for value in [1e-6, 0.3, 42.0] {
                let back = scale.back_transform(scale.transform(value));
                assert!((back - value).abs() <= 1e-14 * value.max(50.0 * f64::from(u8::from(matches!(scale, Scale::Logit { .. })))));
                let step = 1e-6;
                let t = scale.transform(value);
                let slope = (scale.back_transform(t + step) - scale.back_transform(t - step)) / (2.0 * step);
                assert!((slope - scale.derivative(value)).abs() < 1e-8 * (1.0 + value));
            }
        }
    }

    #[test]
    fn faults_carry_the_numbers_and_come_all_at_once() {
        let outside = FitParameter::natural("k", 3.0).within(0.0, 2.0);
        assert_eq!(outside.faults()[0].to_string(), "`k`: start 3 lies outside the bounds 0 to 2");
        let reversed = FitParameter::natural("k", 1.0).within(2.0, 0.5);
        assert_eq!(reversed.faults()[0].to_string(), "`k`: lower bound 2 is not below upper bound 0.5");
        let negative = FitParameter::logarithmic("k", -1.0).within(-5.0, 2.0);
        let faults: Vec<String> = negative.faults().iter().map(ToString::to_string).collect();
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert!(faults[0].contains("start is -1"));
        assert!(faults[1].contains("lower bound is -5"));
        assert!(FitParameter::logarithmic("k", 1.0).faults().is_empty());
        assert_eq!(FitParameter::natural("k", f64::NAN).faults().len(), 1);
    }
}
