//! Error models: how far a measured value may lie from the predicted one, as a weighted residual.
//!
//! | model | residual r | standard deviation of the measurement |
//! |---|---|---|
//! | unweighted | y − f | equal for all, unknown |
//! | constant | (y − f)/σ | σ |
//! | proportional, by measured value | (y − f)/(cv·y) | cv·y |
//! | proportional, by prediction | (y − f)/(cv·f) | cv·f |
//! | log-normal | (ln y − ln f)/σ_ln, σ_ln = √ln(1 + cv²) | cv·f for the log-normal distribution whose coefficient of variation is exactly cv |
//!
//! Weights by the measured value favour points that came out low, weights by the prediction (as plain least squares) favour high predictions; both
//! biases are of order cv². The log-normal model has neither, and its residual is linear in ln f: prefer it for activities.
//! A row that carries its own standard deviation is a constant model of that row.

use crate::fit::error::{FitError, RowFault};

/// Where a proportional standard deviation is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeightFrom {
    /// The measured value.
    Measured,
    /// The predicted value.
    Predicted,
}

/// The error model of one channel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ErrorModel {
    /// Ordinary least squares.
    Unweighted,
    /// The same standard deviation for all values.
    Constant {
        /// Standard deviation in the unit of the data, positive.
        standard_deviation: f64,
    },
    /// Standard deviation proportional to the value.
    Proportional {
        /// Standard deviation divided by the value, positive (0.1 for 10 %).
        coefficient_of_variation: f64,
        /// Which value.
        weight_from: WeightFrom,
    },
    /// Log-normal about the prediction.
    LogNormal {
        /// Standard deviation divided by the mean of the log-normal distribution, positive (0.1 for 10 %).
        coefficient_of_variation: f64,
    },
}

impl ErrorModel {
    /// Checks the model's own numbers and every measured value (`row`, `value`) against it.
    ///
    /// # Errors
    /// A standard deviation or coefficient of variation that is not positive, or the list of all rows whose value the model cannot take.
    pub fn check(&self, measured: impl IntoIterator<Item = (u64, f64)>) -> Result<(), FitError> {
        let number = match *self {
            ErrorModel::Unweighted => None,
            ErrorModel::Constant { standard_deviation } => Some(("standard_deviation", standard_deviation)),
            ErrorModel::Proportional { coefficient_of_variation, .. } | ErrorModel::LogNormal { coefficient_of_variation } => {
                Some(("coefficient_of_variation", coefficient_of_variation))
            }
        };
        if let Some((name, value)) = number
            && !(value > 0.0 && value.is_finite())
        {
            return Err(FitError::Setting { name, value, expected: "a positive finite number" });
        }
        let faults: Vec<RowFault> =
            measured.into_iter().filter_map(|(row, value)| self.row_fault(value).map(|message| RowFault { row, message })).collect();
        if faults.is_empty() { Ok(()) } else { Err(FitError::Data(faults)) }
    }

    fn row_fault(&self, value: f64) -> Option<String> {
        if !value.is_finite() {
            return Some(format!("the measured value is {value}, expected a finite number"));
        }
        let kind = match self {
            ErrorModel::LogNormal { .. } => "a log-normal",
            ErrorModel::Proportional { weight_from: WeightFrom::Measured, .. } => "a proportional",
            _ => return None,
        };
        (value <= 0.0).then(|| {
            format!(
                "the measured value is {value}, but {kind} error model needs positive values: exclude the row or use a constant standard deviation"
            )
        })
    }

    /// Weighted residual of a measured and a predicted value in the same unit.
    ///
    /// # Errors
    /// A sentence when the prediction has no place in the model (not positive under a log-normal or prediction-weighted model).
    pub fn residual(&self, measured: f64, predicted: f64) -> Result<f64, String> {
        let positive = |model: &str| {
            if predicted > 0.0 {
                Ok(())
            } else {
                Err(format!("the prediction is {predicted}, but a {model} error model needs it positive"))
            }
        };
        match *self {
            ErrorModel::Unweighted => Ok(measured - predicted),
            ErrorModel::Constant { standard_deviation } => Ok((measured - predicted) / standard_deviation),
            ErrorModel::Proportional { coefficient_of_variation, weight_from: WeightFrom::Measured } => {
                Ok((measured - predicted) / (coefficient_of_variation * measured))
            }
            ErrorModel::Proportional { coefficient_of_variation, weight_from: WeightFrom::Predicted } => {
                positive("prediction-weighted")?;
                Ok((measured - predicted) / (coefficient_of_variation * predicted))
            }
            ErrorModel::LogNormal { coefficient_of_variation } => {
                positive("log-normal")?;
                Ok((crate::math::log(measured) - crate::math::log(predicted)) / logarithmic_standard_deviation(coefficient_of_variation))
            }
        }
    }

    /// Reciprocal variance of ln y to first order: the weight of a measured value in a log-linear regression.
    pub fn logarithmic_weight(&self, measured: f64) -> f64 {
        match *self {
            ErrorModel::Unweighted => measured * measured,
            ErrorModel::Constant { standard_deviation } => {
                let ratio = measured / standard_deviation;
                ratio * ratio
            }
            ErrorModel::Proportional { coefficient_of_variation: cv, .. } => 1.0 / (cv * cv),
            ErrorModel::LogNormal { coefficient_of_variation } => {
                let sd = logarithmic_standard_deviation(coefficient_of_variation);
                1.0 / (sd * sd)
            }
        }
    }
}

/// Standard deviation of ln y for a log-normal y with coefficient of variation `coefficient_of_variation`: √ln(1 + cv²).
pub fn logarithmic_standard_deviation(coefficient_of_variation: f64) -> f64 {
    crate::math::log1p(coefficient_of_variation * coefficient_of_variation).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn residuals_by_hand() {
        let close = |found: Result<f64, String>, expected: f64| {
            let found = found.expect("computable");
            assert!((found - expected).abs() < 1e-14, "{found} v {expected}");
        };
        close(ErrorModel::Unweighted.residual(12.0, 10.0), 2.0);
        let constant = ErrorModel::Constant { standard_deviation: 4.0 };
        close(constant.residual(12.0, 10.0), 0.5);
        let proportional = |weight_from| ErrorModel::Proportional { coefficient_of_variation: 0.1, weight_from };
        close(proportional(WeightFrom::Measured).residual(12.5, 10.0), 2.0);
        close(proportional(WeightFrom::Predicted).residual(12.0, 10.0), 2.0);
        // cv² = e − 1 makes σ_ln exactly 1.
        let wide = ErrorModel::LogNormal { coefficient_of_variation: (std::f64::consts::E - 1.0).sqrt() };
        close(wide.residual(std::f64::consts::E * 3.0, 3.0), 1.0);
    }

    #[test]
    fn values_that_have_no_logarithm_are_named_by_row() {
        let model = ErrorModel::LogNormal { coefficient_of_variation: 0.1 };
        let error = model.check([(2, 5.0), (3, 0.0), (7, -1.5)]).expect_err("two bad rows");
        let text = error.to_string();
        assert!(text.contains("row 3: the measured value is 0"), "{text}");
        assert!(text.contains("row 7: the measured value is -1.5"), "{text}");
        assert!(ErrorModel::Unweighted.check([(3, 0.0)]).is_ok());
        assert!(model.residual(1.0, 0.0).is_err());
    }

    #[test]
    fn a_spread_that_is_not_positive_is_refused() {
        let error = ErrorModel::Constant { standard_deviation: 0.0 }.check([]).expect_err("zero spread");
        assert_eq!(error.to_string(), "setting `standard_deviation` is 0, expected a positive finite number");
    }
}
