//! The mono-exponential of a three-scan dosimetry: A(t) = A₀ e^(−λt), its effective half-life ln 2/λ and time-integrated activity Ã = A₀/λ.
//!
//! Fitted through the same least squares as any model, with ln A₀ and ln λ as parameters, from the weighted log-linear regression as start. Under
//! the log-normal error model that regression *is* the solution. Errors of derived quantities follow from the covariance of (ln A₀, ln λ):
//! var(ln Ã) = var(ln A₀) + var(ln λ) − 2 cov.

use crate::fit::error::{FitError, RowFault};
use crate::fit::error_model::ErrorModel;
use crate::fit::estimate::Estimate;
use crate::fit::least_squares::{ResidualFunction, Settings, fit};
use crate::fit::log_linear::log_linear_regression;
use crate::fit::parameter::FitParameter;

/// One measured activity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ActivityPoint {
    /// Row (line of the data file) for messages.
    pub row: u64,
    /// Time after administration, h.
    pub time_h: f64,
    /// Activity at that time (not decay-corrected), MBq.
    pub activity_mbq: f64,
}

/// A positive quantity with its uncertainty, which is symmetric in its logarithm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Uncertain {
    /// The estimate.
    pub value: f64,
    /// Standard error in the same unit (value × standard error of the logarithm).
    pub standard_error: Option<f64>,
    /// 95 % confidence interval.
    pub interval_95: Option<(f64, f64)>,
}

/// A fitted mono-exponential.
#[derive(Debug, Clone, PartialEq)]
pub struct MonoExponential {
    /// A₀, MBq.
    pub initial_activity_mbq: Uncertain,
    /// λ, effective decay constant, 1/h.
    pub decay_constant_per_h: Uncertain,
    /// ln 2/λ, h.
    pub effective_half_life_h: Uncertain,
    /// Ã = A₀/λ from time 0 to infinity, MBq·h.
    pub time_integrated_activity_mbq_h: Uncertain,
    /// Covariance matrix of (ln A₀, ln λ).
    pub logarithmic_covariance: Option<[[f64; 2]; 2]>,
    /// The fit behind it: residuals, warnings, the optimiser's account.
    pub estimate: Estimate,
}

impl MonoExponential {
    /// Fitted activity at `time_h`, MBq.
    pub fn activity_mbq(&self, time_h: f64) -> f64 {
        self.initial_activity_mbq.value * crate::math::exp(-self.decay_constant_per_h.value * time_h)
    }
}

/// Fits A(t) = A₀ e^(−λt) to `points`.
///
/// `slowest_decay_constant_per_h` is the physical decay constant of the nuclide, if λ may not fall below it.
///
/// # Errors
/// Fewer than two different times, values that the error model cannot take (all rows listed), or a fault of the fit itself.
pub fn fit_mono_exponential(
    points: &[ActivityPoint],
    error_model: &ErrorModel,
    slowest_decay_constant_per_h: Option<f64>,
    settings: &Settings,
) -> Result<MonoExponential, FitError> {
    error_model.check(points.iter().map(|p| (p.row, p.activity_mbq)))?;
    let timeless: Vec<RowFault> = points
        .iter()
        .filter(|p| !p.time_h.is_finite())
        .map(|p| RowFault { row: p.row, message: format!("the time is {} h, expected a finite number", p.time_h) })
        .collect();
    if !timeless.is_empty() {
        return Err(FitError::Data(timeless));
    }
    let parameters = start(points, error_model, slowest_decay_constant_per_h)?;
    let mut problem = ResidualFunction {
        parameter_count: 2,
        residual_count: points.len(),
        residuals: |p: &[f64], out: &mut [f64]| {
            for (residual, point) in out.iter_mut().zip(points) {
                let predicted = p[0] * crate::math::exp(-p[1] * point.time_h);
                *residual = error_model.residual(point.activity_mbq, predicted)?;
            }
            Ok(())
        },
    };
    Ok(derive(fit(&mut problem, &parameters, settings)?))
}

/// Parameters with start values from the log-linear regression.
fn start(
    points: &[ActivityPoint],
    error_model: &ErrorModel,
    slowest_decay_constant_per_h: Option<f64>,
) -> Result<[FitParameter; 2], FitError> {
    let weighted: Vec<(f64, f64, f64)> = points
        .iter()
        .map(|p| {
            let weight = error_model.logarithmic_weight(p.activity_mbq);
            (p.time_h, p.activity_mbq, weight)
        })
        .collect();
    let line = log_linear_regression(&weighted).ok_or_else(|| FitError::Start {
        at: "the log-linear regression".into(),
        message: "a mono-exponential needs positive activities at two different times at least".into(),
    })?;
    let last_time_h = points.iter().fold(0.0_f64, |t, p| t.max(p.time_h.abs()));
    // Without a physical bound: a curve that falls by less than 1e-4 over the data is flat, its integral meaningless.
    let slowest = slowest_decay_constant_per_h.unwrap_or(1e-4 / last_time_h);
    let decay_constant = line.decay_constant_per_h.max(slowest);
    Ok([
        FitParameter::logarithmic("initial_activity", crate::math::exp(line.intercept)).labelled("activity at time 0, MBq"),
        FitParameter::logarithmic("decay_constant", decay_constant)
            .within(slowest, f64::INFINITY)
            .labelled("effective decay constant, 1/h"),
    ])
}

/// Derived quantities of a fit of (ln A₀, ln λ).
fn derive(estimate: Estimate) -> MonoExponential {
    let (initial, decay) = (estimate.parameters[0].value, estimate.parameters[1].value);
    let quantile = estimate.quantile_95();
    let uncertain = |value: f64, logarithmic_error: Option<f64>| Uncertain {
        value,
        standard_error: logarithmic_error.map(|e| e * value),
        interval_95: logarithmic_error.zip(quantile).map(|(e, q)| (value * crate::math::exp(-q * e), value * crate::math::exp(q * e))),
    };
    let decay_error = estimate.parameters[1].standard_error_transformed;
    MonoExponential {
        initial_activity_mbq: uncertain(initial, estimate.parameters[0].standard_error_transformed),
        decay_constant_per_h: uncertain(decay, decay_error),
        effective_half_life_h: uncertain(std::f64::consts::LN_2 / decay, decay_error),
        time_integrated_activity_mbq_h: uncertain(initial / decay, estimate.derived_standard_error(&[1.0, -1.0])),
        logarithmic_covariance: estimate.covariance.as_ref().map(|c| [[c[(0, 0)], c[(0, 1)]], [c[(1, 0)], c[(1, 1)]]]),
        estimate,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::{Bound, Settings, VarianceChoice};

    const LOG_NORMAL: ErrorModel = ErrorModel::LogNormal { coefficient_of_variation: 0.1 };

    fn points(values: &[(f64, f64)]) -> Vec<ActivityPoint> {
        values.iter().enumerate().map(|(i, &(time_h, activity_mbq))| ActivityPoint { row: i as u64 + 2, time_h, activity_mbq }).collect()
    }

    /// Region → scans of the published SPECT series (`tests/data/spect_p12`).
    fn spect_series(region: &str) -> Vec<ActivityPoint> {
        include_str!("../../tests/data/spect_p12/tac_p12_cycle1.csv")
            .lines()
            .enumerate()
            .filter_map(|(i, line)| {
                let cells: Vec<&str> = line.split(',').collect();
                (cells[1] == region).then(|| ActivityPoint {
                    row: i as u64 + 1,
                    time_h: cells[0].parse().expect("a time"),
                    activity_mbq: cells[2].parse().expect("an activity"),
                })
            })
            .collect()
    }

    fn close(found: f64, expected: f64, relative: f64, what: &str) {
        assert!(((found - expected) / expected).abs() < relative, "{what}: {found} v {expected}");
    }

    #[test]
    fn a_real_series_is_fitted_as_the_closed_form_says() {
        for region in ["liver", "spleen", "left_kidney"] {
            let data = spect_series(region);
            assert_eq!(data.len(), 3);
            let found = fit_mono_exponential(&data, &LOG_NORMAL, None, &Settings::default()).expect("a fit");
            // Textbook regression of ln A on t with equal weights, written out independently.
            let n = 3.0;
            let sum = |f: &dyn Fn(&ActivityPoint) -> f64| data.iter().map(f).sum::<f64>();
            let (st, stt) = (sum(&|p| p.time_h), sum(&|p| p.time_h * p.time_h));
            let (sy, sty) = (sum(&|p| p.activity_mbq.ln()), sum(&|p| p.time_h * p.activity_mbq.ln()));
            let determinant = n * stt - st * st;
            let slope = (n * sty - st * sy) / determinant;
            let intercept = (sy - slope * st) / n;
            let (initial, decay) = (intercept.exp(), -slope);
            close(found.initial_activity_mbq.value, initial, 1e-9, "A0");
            close(found.decay_constant_per_h.value, decay, 1e-9, "decay constant");
            close(found.effective_half_life_h.value, 2_f64.ln() / decay, 1e-9, "T_eff");
            let integral = &found.time_integrated_activity_mbq_h;
            close(integral.value, initial / decay, 1e-9, "integral");
            let rss = sum(&|p| (p.activity_mbq.ln() - intercept - slope * p.time_h).powi(2));
            let (var_a, var_b, cov_ab) = (rss * stt / determinant, rss * n / determinant, -rss * st / determinant);
            close(found.initial_activity_mbq.standard_error.expect("1 df"), initial * var_a.sqrt(), 1e-7, "standard error of A0");
            close(found.decay_constant_per_h.standard_error.expect("1 df"), var_b.sqrt(), 1e-7, "standard error of the decay constant");
            // ln(A0/λ) = a − ln λ, λ = −b: gradient (1, 1/λ) in (a, b).
            let variance = var_a + var_b / (decay * decay) + 2.0 * cov_ab / decay;
            close(integral.standard_error.expect("1 df"), initial / decay * variance.sqrt(), 1e-7, "standard error of the integral");
        }
    }

    #[test]
    fn given_weights_need_no_degrees_of_freedom() {
        // Two points of 200 e^(−0.02 t): the curve goes through both. With σ_ln = √ln 1.01 per point, var(λ) = 2σ²/Δt².
        let data = points(&[(10.0, 200.0 * (-0.2_f64).exp()), (60.0, 200.0 * (-1.2_f64).exp())]);
        let estimated = fit_mono_exponential(&data, &LOG_NORMAL, None, &Settings::default()).expect("a fit");
        close(estimated.initial_activity_mbq.value, 200.0, 1e-9, "A0");
        close(estimated.decay_constant_per_h.value, 0.02, 1e-9, "λ");
        assert_eq!(estimated.decay_constant_per_h.standard_error, None);
        assert!(estimated.estimate.warnings[0].contains("no degrees of freedom"));
        let settings = Settings { variance: VarianceChoice::Given, ..Settings::default() };
        let given = fit_mono_exponential(&data, &LOG_NORMAL, None, &settings).expect("a fit");
        close(given.decay_constant_per_h.standard_error.expect("given"), (2.0 * 1.01_f64.ln()).sqrt() / 50.0, 1e-7, "standard error");
    }

    #[test]
    fn noise_free_data_come_back_under_every_error_model() {
        let data = points(&[1.0, 4.0, 24.0, 72.0, 168.0].map(|t: f64| (t, 50.0 * (-0.013 * t).exp())));
        for model in [
            ErrorModel::Unweighted,
            ErrorModel::Constant { standard_deviation: 2.0 },
            ErrorModel::Proportional { coefficient_of_variation: 0.1, weight_from: crate::fit::WeightFrom::Measured },
            ErrorModel::Proportional { coefficient_of_variation: 0.1, weight_from: crate::fit::WeightFrom::Predicted },
            LOG_NORMAL,
        ] {
            let found = fit_mono_exponential(&data, &model, None, &Settings::default()).expect("a fit");
            assert!(found.estimate.is_converged(), "{model:?}");
            close(found.time_integrated_activity_mbq_h.value, 50.0 / 0.013, 1e-9, "integral");
        }
    }

    #[test]
    fn activity_that_does_not_fall_is_held_at_physical_decay() {
        let physical = 2_f64.ln() / 159.5;
        let data = points(&[(4.0, 100.0), (24.0, 101.0), (96.0, 99.0), (168.0, 102.0)]);
        let found = fit_mono_exponential(&data, &LOG_NORMAL, Some(physical), &Settings::default()).expect("a fit");
        assert_eq!(found.estimate.parameters[1].at_bound, Some(Bound::Lower));
        close(found.decay_constant_per_h.value, physical, 1e-12, "λ");
        assert_eq!(found.effective_half_life_h.standard_error, None);
        // With λ held, ln A0 is the mean of ln A + λ t.
        let mean = data.iter().map(|p| p.activity_mbq.ln() + physical * p.time_h).sum::<f64>() / 4.0;
        close(found.initial_activity_mbq.value, mean.exp(), 1e-9, "A0");
        assert!(found.estimate.warnings.iter().any(|w| w.contains("lower bound")));
    }

    #[test]
    fn unusable_data_are_refused_with_their_rows() {
        let zero = points(&[(1.0, 10.0), (2.0, 0.0), (3.0, 5.0)]);
        let error = fit_mono_exponential(&zero, &LOG_NORMAL, None, &Settings::default()).expect_err("a zero");
        assert!(error.to_string().contains("row 3"), "{error}");
        let same = points(&[(1.0, 10.0), (1.0, 9.0)]);
        assert!(fit_mono_exponential(&same, &LOG_NORMAL, None, &Settings::default()).is_err());
        assert!(fit_mono_exponential(&[], &LOG_NORMAL, None, &Settings::default()).is_err());
    }
}
