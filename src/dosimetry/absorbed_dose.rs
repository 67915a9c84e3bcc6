//! The MIRD sum for one target, every contribution kept: `D(T) = Σ_S Ã(S) · S(T←S)`.
//!
//! MIRD Pamphlet 21 (Bolch et al. 2009). The standard error is that of the time-integrated activities alone: S-values and masses are
//! taken as exact.

use super::organ_name::normalised;
use super::s_value::SValue;

/// A source region's part in the dose to one target.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceTerm {
    /// Source region.
    pub source: String,
    /// Time-integrated activity in it, MBq h.
    pub time_integrated_activity_mbq_h: f64,
    /// Its standard error, MBq h, where known.
    pub standard_error_mbq_h: Option<f64>,
    /// S-value of the target for this source.
    pub s_value: SValue,
}

/// One summand of the dose.
#[derive(Debug, Clone, PartialEq)]
pub struct Contribution {
    /// What went in.
    pub term: SourceTerm,
    /// Dose to the target from this source, Gy.
    pub dose_gy: f64,
    /// True where source and target are the same region.
    pub is_self_dose: bool,
}

/// Absorbed dose to one target.
#[derive(Debug, Clone, PartialEq)]
pub struct AbsorbedDose {
    /// Target region, in normal form.
    pub target: String,
    /// Every summand, in the order given.
    pub contributions: Vec<Contribution>,
    /// Standard error of the dose from the errors of the time-integrated activities, Gy; `None` where any of them is unknown.
    pub standard_error_gy: Option<f64>,
}

/// Why no dose could be computed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AbsorbedDoseError {
    /// No source regions.
    #[error("the absorbed dose to {target} needs at least one source region, found none")]
    NoSources {
        /// The target.
        target: String,
    },
    /// A source is listed twice, so its activity would count twice.
    #[error("source region {source_region} is listed twice for the dose to {target}: its activity would count twice")]
    RepeatedSource {
        /// The source.
        source_region: String,
        /// The target.
        target: String,
    },
    /// An activity or its error is not one.
    #[error(
        "source region {source_region}: the time-integrated activity must be finite and not negative and its standard error likewise, found {value} MBq h"
    )]
    BadActivity {
        /// The source.
        source_region: String,
        /// The offending number, MBq h.
        value: f64,
    },
    /// The correlation matrix does not fit.
    #[error(
        "the correlation matrix of {sources} source regions must be {sources} × {sources}, symmetric, with ones on the diagonal and entries within ±1: {problem}"
    )]
    BadCorrelation {
        /// Number of sources.
        sources: usize,
        /// What is wrong.
        problem: String,
    },
}

impl AbsorbedDose {
    /// The dose, Gy.
    pub fn total_gy(&self) -> f64 {
        self.contributions.iter().map(|contribution| contribution.dose_gy).sum()
    }

    /// The part from activity in the target itself, Gy.
    pub fn self_gy(&self) -> f64 {
        self.contributions.iter().filter(|contribution| contribution.is_self_dose).map(|contribution| contribution.dose_gy).sum()
    }

    /// The part from other regions, Gy.
    pub fn cross_gy(&self) -> f64 {
        self.contributions.iter().filter(|contribution| !contribution.is_self_dose).map(|contribution| contribution.dose_gy).sum()
    }

    /// Dose per administered activity, Gy/GBq (= mGy/MBq).
    pub fn per_administered_gy_per_gbq(&self, administered_mbq: f64) -> f64 {
        self.total_gy() / (administered_mbq * 1e-3)
    }
}

/// The MIRD sum. `correlation` is that of the time-integrated activities, in the order of `terms`; `None` takes them as independent.
pub fn absorbed_dose(target: &str, terms: Vec<SourceTerm>, correlation: Option<&[Vec<f64>]>) -> Result<AbsorbedDose, AbsorbedDoseError> {
    let target = normalised(target);
    check(&target, &terms)?;
    if let Some(correlation) = correlation {
        check_correlation(correlation, terms.len())?;
    }
    let standard_error_gy = standard_error_gy(&terms, correlation);
    let contributions = terms.into_iter().map(|term| Contribution {
        dose_gy: term.time_integrated_activity_mbq_h * term.s_value.gy_per_mbq_h,
        is_self_dose: normalised(&term.source) == target,
        term,
    });
    Ok(AbsorbedDose { contributions: contributions.collect(), target, standard_error_gy })
}

/// `sqrt(Σ_i Σ_j ρ_ij σ_i σ_j)` with σ_i = S_i · SE(Ã_i); `None` unless every term has a standard error.
fn standard_error_gy(terms: &[SourceTerm], correlation: Option<&[Vec<f64>]>) -> Option<f64> {
    let errors_gy: Option<Vec<f64>> = terms.iter().map(|term| Some(term.standard_error_mbq_h? * term.s_value.gy_per_mbq_h)).collect();
    let errors_gy = errors_gy?;
    let mut variance = 0.0;
    for (i, row_error) in errors_gy.iter().enumerate() {
        for (j, column_error) in errors_gy.iter().enumerate() {
            let rho = correlation.map_or(if i == j { 1.0 } else { 0.0 }, |matrix| matrix[i][j]);
            variance += rho * row_error * column_error;
        }
    }
    Some(variance.max(0.0).sqrt())
}

fn check(target: &str, terms: &[SourceTerm]) -> Result<(), AbsorbedDoseError> {
    if terms.is_empty() {
        return Err(AbsorbedDoseError::NoSources { target: target.to_owned() });
    }
    for (index, term) in terms.iter().enumerate() {
        let numbers = [Some(term.time_integrated_activity_mbq_h), term.standard_error_mbq_h];
        for value in numbers.into_iter().flatten() {
            if !(value.is_finite() && value >= 0.0) {
                return Err(AbsorbedDoseError::BadActivity { source_region: term.source.clone(), value });
            }
        }
        if terms[..index].iter().any(|earlier| normalised(&earlier.source) == normalised(&term.source)) {
            return Err(AbsorbedDoseError::RepeatedSource { source_region: term.source.clone(), target: target.to_owned() });
        }
    }
    Ok(())
}

fn check_correlation(correlation: &[Vec<f64>], sources: usize) -> Result<(), AbsorbedDoseError> {
    let bad = |problem: String| Err(AbsorbedDoseError::BadCorrelation { sources, problem });
    if correlation.len() != sources || correlation.iter().any(|row| row.len() != sources) {
        return bad(format!("found {} rows", correlation.len()));
    }
    for (i, row) in correlation.iter().enumerate() {
        for (j, &rho) in row.iter().enumerate() {
            let on_diagonal = i == j && (rho - 1.0).abs() > 1e-9;
            if !rho.is_finite() || rho.abs() > 1.0 + 1e-9 || on_diagonal || (rho - correlation[j][i]).abs() > 1e-9 {
                return bad(format!("row {}, column {} is {rho}", i + 1, j + 1));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dosimetry::opendose;
    use crate::dosimetry::phantom::Phantom;
    use crate::dosimetry::s_value::SValueMethod;
    use crate::nuclide::find;

    fn term(source: &str, activity: f64, error: Option<f64>, gy_per_mbq_h: f64) -> SourceTerm {
        let s_value = SValue::new(gy_per_mbq_h, crate::dosimetry::s_value::SValueUnit::GyPerMbqH, SValueMethod::UserTable, "test").unwrap();
        SourceTerm { source: source.to_owned(), time_integrated_activity_mbq_h: activity, standard_error_mbq_h: error, s_value }
    }

    #[test]
    fn self_and_cross_dose_add_up() {
        let dose = absorbed_dose("Kidneys", vec![term("kidneys", 1e4, None, 3e-4), term("liver", 5e4, None, 4e-7)], None).unwrap();
        assert!((dose.self_gy() - 3.0).abs() < 1e-12 && (dose.cross_gy() - 0.02).abs() < 1e-12);
        assert!((dose.total_gy() - 3.02).abs() < 1e-12);
        assert!((dose.per_administered_gy_per_gbq(7400.0) - 3.02 / 7.4).abs() < 1e-12);
        assert_eq!(dose.standard_error_gy, None);
    }

    /// Published consistency figure: 0.43 Gy/GBq to the male kidneys is a time-integrated activity coefficient of 1.54 h with S 7.76e-5 mGy/(MBq s).
    /// OpenDose S is within 3 % of that, and so is the dose.
    #[test]
    fn a_typical_kidney_gets_its_typical_dose() {
        let s_value = opendose::lookup(find("Lu-177").unwrap(), Phantom::AdultMale, "kidneys", "kidneys").unwrap();
        let kidneys =
            SourceTerm { source: "kidneys".into(), time_integrated_activity_mbq_h: 1.54 * 1000.0, standard_error_mbq_h: None, s_value };
        let dose = absorbed_dose("kidneys", vec![kidneys], None).unwrap();
        assert!((dose.per_administered_gy_per_gbq(1000.0) / 0.43 - 1.0).abs() < 0.03);
    }

    /// 3-4-5: independent errors of 3 and 4 Gy give 5, fully correlated ones 7, fully anti-correlated ones 1.
    #[test]
    fn errors_add_as_their_correlation_says() {
        let terms = || vec![term("a", 10.0, Some(3.0), 1.0), term("b", 10.0, Some(4.0), 1.0)];
        let error = |rho: f64| absorbed_dose("a", terms(), Some(&[vec![1.0, rho], vec![rho, 1.0]])).unwrap().standard_error_gy.unwrap();
        assert!((absorbed_dose("a", terms(), None).unwrap().standard_error_gy.unwrap() - 5.0).abs() < 1e-12);
        assert!((error(0.0) - 5.0).abs() < 1e-12 && (error(1.0) - 7.0).abs() < 1e-12 && (error(-1.0) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn wrong_input_is_named() {
        let error = |terms, matrix: Option<&[Vec<f64>]>| absorbed_dose("liver", terms, matrix).unwrap_err().to_string();
        assert!(error(vec![], None).contains("liver"));
        assert!(error(vec![term("Liver", 1.0, None, 1.0), term("liver", 1.0, None, 1.0)], None).contains("twice"));
        assert!(error(vec![term("liver", -1.0, None, 1.0)], None).contains("-1"));
        assert!(error(vec![term("liver", 1.0, Some(f64::NAN), 1.0)], None).contains("NaN"));
        assert!(error(vec![term("liver", 1.0, None, 1.0)], Some(&[])).contains("1 × 1"));
        assert!(error(vec![term("liver", 1.0, None, 1.0)], Some(&[vec![0.9]])).contains("0.9"));
    }
}
