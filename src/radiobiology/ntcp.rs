//! Dose–response curves: Lyman–Kutcher–Burman probit, log-logistic, logistic, and two that give no probability: bare limits and odds ratios.
//!
//! Probit: `P = Φ((x − TD50)/(m TD50))` (Lyman 1985; mean dose to a whole organ, so gEUD = D). Log-logistic: `P = 1/(1 + (D50/x)^(4 γ50))`. Logistic:
//! `P = 1/(1 + e^{−(b0 + b1 x)})`. x is absorbed dose, BED or EQD2 in Gy, as the curve was published. A probit of large m has
//! `P(0) = Φ(−1/m)` above zero: that is the published form and is not trimmed. An odds ratio per dose, `odds(x)/odds(x_0) = OR^{(x − x_0)/per}`, compares
//! two doses; it becomes a logistic with the probability at one dose (`logistic_from_odds_ratio`).

use serde::{Deserialize, Serialize};

use super::normal::{QUANTILE_95, cumulative, density};

/// A curve from dose (in whatever quantity it was published) to probability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "DoseResponseForm", into = "DoseResponseForm")]
pub enum DoseResponse {
    /// Lyman–Kutcher–Burman probit.
    Probit {
        /// Dose of 50 % probability, Gy.
        td50_gy: f64,
        /// Slope parameter.
        m: f64,
    },
    /// Log-logistic.
    LogLogistic {
        /// Dose of 50 % probability, Gy.
        d50_gy: f64,
        /// Normalised slope at D50: D dP/dD.
        gamma50: f64,
    },
    /// Logistic in dose.
    Logistic {
        /// Log-odds at zero dose.
        intercept: f64,
        /// Log-odds per Gy.
        slope_per_gy: f64,
    },
    /// A limit used in practice, without a probability.
    Limit {
        /// The limit, Gy.
        limit_gy: f64,
    },
    /// Odds ratio per dose, without the odds at any dose.
    OddsRatio {
        /// Odds at a dose over odds at one that is `per_gy` less.
        odds_ratio: f64,
        /// The step it holds for, Gy.
        per_gy: f64,
    },
}

/// How a curve is written in a file.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "form", rename_all = "snake_case", deny_unknown_fields)]
enum DoseResponseForm {
    Probit { td50_gy: f64, m: f64 },
    ProbitFromTolerance { td5_gy: f64, td50_gy: f64 },
    LogLogistic { d50_gy: f64, gamma50: f64 },
    Logistic { intercept: f64, slope_per_gy: f64 },
    LogisticThrough { lower_gy: f64, lower_probability: f64, upper_gy: f64, upper_probability: f64 },
    LogisticFromOddsRatio { odds_ratio: f64, per_gy: f64, at_gy: f64, probability: f64 },
    Limit { limit_gy: f64 },
    OddsRatio { odds_ratio: f64, per_gy: f64 },
}

/// A curve's parameters are impossible.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("impossible dose–response curve: {problem}")]
pub struct ImpossibleCurve {
    /// What is wrong.
    pub problem: String,
}

impl DoseResponse {
    /// The probit through 5 % at `td5_gy` and 50 % at `td50_gy`: m = (TD50 − TD5)/(1.6449 TD50).
    pub fn probit_from_tolerance(td5_gy: f64, td50_gy: f64) -> Result<Self, ImpossibleCurve> {
        if !(td5_gy > 0.0 && td50_gy > td5_gy && td50_gy.is_finite()) {
            return Err(ImpossibleCurve { problem: format!("needs 0 < TD5 < TD50, found {td5_gy} and {td50_gy} Gy") });
        }
        Self::Probit { td50_gy, m: (td50_gy - td5_gy) / (QUANTILE_95 * td50_gy) }.checked()
    }

    /// The logistic curve through two points (dose in Gy, probability).
    pub fn logistic_through(lower: (f64, f64), upper: (f64, f64)) -> Result<Self, ImpossibleCurve> {
        let inside = |probability: f64| probability > 0.0 && probability < 1.0;
        if !(lower.0 < upper.0 && inside(lower.1) && inside(upper.1) && lower.1 < upper.1) {
            return Err(ImpossibleCurve {
                problem: format!("needs two rising points with probabilities between 0 and 1, found {lower:?} and {upper:?}"),
            });
        }
        let log_odds = |probability: f64| crate::math::log(probability / (1.0 - probability));
        let slope_per_gy = (log_odds(upper.1) - log_odds(lower.1)) / (upper.0 - lower.0);
        Self::Logistic { intercept: log_odds(lower.1) - slope_per_gy * lower.0, slope_per_gy }.checked()
    }

    /// The logistic with an odds ratio per `per_gy` and the probability known or assumed at one dose: slope ln OR/per, through (`at_gy`, `probability`).
    pub fn logistic_from_odds_ratio(odds_ratio: f64, per_gy: f64, at_gy: f64, probability: f64) -> Result<Self, ImpossibleCurve> {
        Self::OddsRatio { odds_ratio, per_gy }.checked()?;
        if !(probability > 0.0 && probability < 1.0 && at_gy.is_finite() && at_gy >= 0.0) {
            return Err(ImpossibleCurve {
                problem: format!("needs a probability between 0 and 1 at a dose, found {probability} at {at_gy} Gy"),
            });
        }
        let slope_per_gy = crate::math::log(odds_ratio) / per_gy;
        let log_odds = crate::math::log(probability / (1.0 - probability));
        Self::Logistic { intercept: log_odds - slope_per_gy * at_gy, slope_per_gy }.checked()
    }

    /// Odds at `dose_gy` over those at `reference_gy`; `None` for a limit, and where a probability of 0 or 1 has no odds.
    pub fn odds_ratio(&self, dose_gy: f64, reference_gy: f64) -> Option<f64> {
        match *self {
            Self::OddsRatio { odds_ratio, per_gy } => {
                Some(crate::math::exp(crate::math::log(odds_ratio) * (dose_gy - reference_gy) / per_gy))
            }
            _ => {
                let odds = |probability: f64| probability / (1.0 - probability);
                let ratio = odds(self.probability(dose_gy)?) / odds(self.probability(reference_gy)?);
                ratio.is_finite().then_some(ratio)
            }
        }
    }

    /// Passes a possible curve through.
    pub fn checked(self) -> Result<Self, ImpossibleCurve> {
        let positive = |value: f64| value.is_finite() && value > 0.0;
        let good = match self {
            Self::Probit { td50_gy, m } => positive(td50_gy) && positive(m),
            Self::LogLogistic { d50_gy, gamma50 } => positive(d50_gy) && positive(gamma50),
            Self::Logistic { intercept, slope_per_gy } => intercept.is_finite() && positive(slope_per_gy),
            Self::Limit { limit_gy } => positive(limit_gy),
            Self::OddsRatio { odds_ratio, per_gy } => positive(odds_ratio) && positive(per_gy),
        };
        if good {
            Ok(self)
        } else {
            Err(ImpossibleCurve { problem: format!("doses and slopes must be finite and above zero, found {self:?}") })
        }
    }

    /// Probability at `dose_gy` (below zero counts as zero); `None` for a limit or an odds ratio.
    pub fn probability(&self, dose_gy: f64) -> Option<f64> {
        let dose_gy = dose_gy.max(0.0);
        match *self {
            Self::Probit { td50_gy, m } => Some(cumulative((dose_gy - td50_gy) / (m * td50_gy))),
            Self::LogLogistic { d50_gy, gamma50 } => Some(logistic(log_log_odds(dose_gy, d50_gy, gamma50))),
            Self::Logistic { intercept, slope_per_gy } => Some(logistic(intercept + slope_per_gy * dose_gy)),
            Self::Limit { .. } | Self::OddsRatio { .. } => None,
        }
    }

    /// Derivative of the probability with respect to dose, 1/Gy; `None` without a probability.
    pub fn derivative_per_gy(&self, dose_gy: f64) -> Option<f64> {
        let dose_gy = dose_gy.max(0.0);
        match *self {
            Self::Probit { td50_gy, m } => Some(density((dose_gy - td50_gy) / (m * td50_gy)) / (m * td50_gy)),
            Self::LogLogistic { d50_gy, gamma50 } if dose_gy > 0.0 => {
                let log_odds = log_log_odds(dose_gy, d50_gy, gamma50);
                Some(4.0 * gamma50 / dose_gy * logistic(log_odds) * logistic(-log_odds))
            }
            // dP/dD ~ D^(4γ − 1): zero, 1/D50 or infinite at zero dose; a standard error there is meaningless and taken as zero.
            Self::LogLogistic { .. } => Some(0.0),
            Self::Logistic { intercept, slope_per_gy } => {
                let log_odds = intercept + slope_per_gy * dose_gy;
                Some(slope_per_gy * logistic(log_odds) * logistic(-log_odds))
            }
            Self::Limit { .. } | Self::OddsRatio { .. } => None,
        }
    }

    /// Standard error of the probability from that of the dose (Gy), first order; `None` without a probability. The curve's own uncertainty is not in it.
    pub fn standard_error(&self, dose_gy: f64, dose_standard_error_gy: f64) -> Option<f64> {
        self.derivative_per_gy(dose_gy).map(|slope_per_gy| slope_per_gy * dose_standard_error_gy)
    }

    /// Dose of 50 % probability, Gy; for a limit, the limit itself; an odds ratio has none.
    pub fn midpoint_gy(&self) -> Option<f64> {
        match *self {
            Self::Probit { td50_gy, .. } => Some(td50_gy),
            Self::LogLogistic { d50_gy, .. } => Some(d50_gy),
            Self::Logistic { intercept, slope_per_gy } => Some(-intercept / slope_per_gy),
            Self::Limit { limit_gy } => Some(limit_gy),
            Self::OddsRatio { .. } => None,
        }
    }
}

fn logistic(log_odds: f64) -> f64 {
    1.0 / (1.0 + crate::math::exp(-log_odds))
}

/// ln of (x/D50)^(4 γ50); −∞ at zero dose, which the logistic turns into probability zero.
fn log_log_odds(dose_gy: f64, d50_gy: f64, gamma50: f64) -> f64 {
    4.0 * gamma50 * crate::math::log(dose_gy / d50_gy)
}

impl TryFrom<DoseResponseForm> for DoseResponse {
    type Error = ImpossibleCurve;

    fn try_from(form: DoseResponseForm) -> Result<Self, ImpossibleCurve> {
        match form {
            DoseResponseForm::Probit { td50_gy, m } => Self::Probit { td50_gy, m }.checked(),
            DoseResponseForm::ProbitFromTolerance { td5_gy, td50_gy } => Self::probit_from_tolerance(td5_gy, td50_gy),
            DoseResponseForm::LogLogistic { d50_gy, gamma50 } => Self::LogLogistic { d50_gy, gamma50 }.checked(),
            DoseResponseForm::Logistic { intercept, slope_per_gy } => Self::Logistic { intercept, slope_per_gy }.checked(),
            DoseResponseForm::LogisticThrough { lower_gy, lower_probability, upper_gy, upper_probability } => {
                Self::logistic_through((lower_gy, lower_probability), (upper_gy, upper_probability))
            }
            DoseResponseForm::LogisticFromOddsRatio { odds_ratio, per_gy, at_gy, probability } => {
                Self::logistic_from_odds_ratio(odds_ratio, per_gy, at_gy, probability)
            }
            DoseResponseForm::Limit { limit_gy } => Self::Limit { limit_gy }.checked(),
            DoseResponseForm::OddsRatio { odds_ratio, per_gy } => Self::OddsRatio { odds_ratio, per_gy }.checked(),
        }
    }
}

impl From<DoseResponse> for DoseResponseForm {
    fn from(curve: DoseResponse) -> Self {
        match curve {
            DoseResponse::Probit { td50_gy, m } => Self::Probit { td50_gy, m },
            DoseResponse::LogLogistic { d50_gy, gamma50 } => Self::LogLogistic { d50_gy, gamma50 },
            DoseResponse::Logistic { intercept, slope_per_gy } => Self::Logistic { intercept, slope_per_gy },
            DoseResponse::Limit { limit_gy } => Self::Limit { limit_gy },
            DoseResponse::OddsRatio { odds_ratio, per_gy } => Self::OddsRatio { odds_ratio, per_gy },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BURMAN_KIDNEY: DoseResponse = DoseResponse::Probit { td50_gy: 28.0, m: 0.10 };

    fn probability(curve: DoseResponse, dose_gy: f64) -> f64 {
        curve.probability(dose_gy).unwrap()
    }

    /// Burman 1991, kidney: NTCP(23 Gy) = 3.7 %.
    #[test]
    fn burman_kidney_at_23_gy() {
        assert!((probability(BURMAN_KIDNEY, 23.0) - 0.037).abs() <= 0.0005);
        assert!((probability(BURMAN_KIDNEY, 28.0) - 0.5).abs() < 1e-15);
    }

    #[test]
    fn a_probit_from_tolerance_doses_goes_through_them() {
        let kidney = DoseResponse::probit_from_tolerance(40.7, 49.5).unwrap();
        assert!((probability(kidney, 40.7) - 0.05).abs() < 1e-12 && (probability(kidney, 49.5) - 0.5).abs() < 1e-15);
        assert!(DoseResponse::probit_from_tolerance(50.0, 40.0).is_err());
    }

    /// Sigmoid through BED5 33 and BED50 44 Gy: m 0.152, NTCP 0.6 % at 27, 27 % at 40, 82 % at 50 Gy (computed elsewhere, to the printed digit).
    #[test]
    fn the_sigmoid_of_reviews_has_its_printed_values() {
        let DoseResponse::Probit { m, .. } = DoseResponse::probit_from_tolerance(33.0, 44.0).unwrap() else { panic!("a probit") };
        assert!((m - 0.152).abs() <= 0.0005);
        let curve = DoseResponse::Probit { td50_gy: 44.0, m };
        for (bed_gy, percent, half_digit) in [(27.0, 0.6, 0.05), (40.0, 27.0, 0.5), (50.0, 82.0, 0.5)] {
            assert!((probability(curve, bed_gy) * 100.0 - percent).abs() <= half_digit + 1e-9, "{bed_gy}");
        }
    }

    #[test]
    fn logistic_curves_go_through_their_points() {
        let curve = DoseResponse::logistic_through((10.0, 0.3), (14.0, 0.6)).unwrap();
        assert!((probability(curve, 10.0) - 0.3).abs() < 1e-12 && (probability(curve, 14.0) - 0.6).abs() < 1e-12);
        let curve = DoseResponse::LogLogistic { d50_gy: 292.0, gamma50: 1.0 };
        assert!((probability(curve, 292.0) - 0.5).abs() < 1e-15);
        assert_eq!(probability(curve, 0.0), 0.0);
        // γ50 is D dP/dD at D50.
        assert!((curve.derivative_per_gy(292.0).unwrap() * 292.0 - 1.0).abs() < 1e-12);
    }

    #[test]
    fn derivatives_are_those_of_the_curves() {
        let curves = [
            BURMAN_KIDNEY,
            DoseResponse::LogLogistic { d50_gy: 30.0, gamma50: 0.8 },
            DoseResponse::Logistic { intercept: -4.0, slope_per_gy: 0.15 },
        ];
        for curve in curves {
            for dose_gy in [5.0, 20.0, 28.0, 40.0] {
                let step_gy = 1e-4;
                let numerical = (probability(curve, dose_gy + step_gy) - probability(curve, dose_gy - step_gy)) / (2.0 * step_gy);
                let exact = curve.derivative_per_gy(dose_gy).unwrap();
                assert!((numerical - exact).abs() < 1e-9, "{curve:?} at {dose_gy}");
                assert!((curve.standard_error(dose_gy, 2.0).unwrap() - 2.0 * exact).abs() < 1e-15);
            }
        }
    }

    #[test]
    fn a_limit_gives_no_probability() {
        let limit = DoseResponse::Limit { limit_gy: 40.0 };
        assert_eq!((limit.probability(41.0), limit.derivative_per_gy(41.0), limit.midpoint_gy()), (None, None, Some(40.0)));
    }

    /// Odds 1.5 times for 50 Gy, so 2.25 times for 100 and 1/1.5 for −50; with 24 % at 50 Gy, by hand: odds 0.24/0.76 · 1.5 = 0.473 684, P = 0.321 429.
    #[test]
    fn an_odds_ratio_compares_doses_and_needs_a_baseline_for_more() {
        let ratio = DoseResponse::OddsRatio { odds_ratio: 1.5, per_gy: 50.0 };
        assert_eq!((ratio.probability(50.0), ratio.derivative_per_gy(50.0), ratio.midpoint_gy()), (None, None, None));
        assert!((ratio.odds_ratio(150.0, 50.0).unwrap() - 2.25).abs() < 1e-12);
        assert!((ratio.odds_ratio(0.0, 50.0).unwrap() * 1.5 - 1.0).abs() < 1e-12);
        let curve = DoseResponse::logistic_from_odds_ratio(1.5, 50.0, 50.0, 0.24).unwrap();
        assert!((probability(curve, 50.0) - 0.24).abs() < 1e-12 && (probability(curve, 100.0) - 0.321_429).abs() < 1e-6);
        assert!((curve.odds_ratio(120.0, 70.0).unwrap() - 1.5).abs() < 1e-12);
        assert_eq!(DoseResponse::Limit { limit_gy: 2.0 }.odds_ratio(3.0, 1.0), None);
        assert_eq!(DoseResponse::LogLogistic { d50_gy: 30.0, gamma50: 1.0 }.odds_ratio(30.0, 0.0), None);
        assert!(DoseResponse::logistic_from_odds_ratio(1.5, 50.0, 50.0, 1.0).is_err());
        assert!(DoseResponse::logistic_from_odds_ratio(0.9, 50.0, 50.0, 0.2).is_err());
        let read = serde_yaml::from_str::<DoseResponse>;
        assert_eq!(read("{form: odds_ratio, odds_ratio: 1.5, per_gy: 50}").unwrap(), ratio);
        assert_eq!(read("{form: logistic_from_odds_ratio, odds_ratio: 1.5, per_gy: 50, at_gy: 50, probability: 0.24}").unwrap(), curve);
        assert!(read("{form: odds_ratio, odds_ratio: .nan, per_gy: 50}").is_err());
    }

    #[test]
    fn files_are_checked_when_read() {
        let read = serde_yaml::from_str::<DoseResponse>;
        assert_eq!(read("{form: probit, td50_gy: 28, m: 0.1}").unwrap(), BURMAN_KIDNEY);
        assert!(read("{form: probit, td50_gy: 28, m: 0}").unwrap_err().to_string().contains("above zero"));
        assert!(read("{form: probit, td50_gy: 28, m: 0.1, n: 0.7}").is_err());
        assert!(read("{form: logistic_through, lower_gy: 1, lower_probability: 0, upper_gy: 2, upper_probability: 0.5}").is_err());
    }
}
