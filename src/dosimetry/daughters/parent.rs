//! The parent's activity in a region, as a curve in any of the forms in use, and its time integral.

use super::movement::DaughterError;
use crate::dosimetry::exponential_integral::{ExponentialTerm, integrate_exponentials};
use crate::dosimetry::time_integrated::{IntegrationChoices, integrate};
use crate::nuclide::Nuclide;

/// A region with the parent's activity in it.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceRegion {
    /// Its name; each once.
    pub name: String,
    /// Activity of the parent there.
    pub parent: ParentActivity,
}

/// Activity of the parent from injection on.
#[derive(Debug, Clone, PartialEq)]
pub enum ParentActivity {
    /// None: a region that only daughters reach.
    None,
    /// Its time integral, MBq h.
    Integrated(f64),
    /// A sum of exponentials.
    Exponentials(Vec<ExponentialTerm>),
    /// Measured values, not decay corrected, integrated as chosen.
    Measured {
        /// Times after injection, h, rising.
        times_h: Vec<f64>,
        /// Activities, MBq.
        activities_mbq: Vec<f64>,
        /// What is assumed before, between and after.
        choices: IntegrationChoices,
    },
}

impl ParentActivity {
    /// Ã of the parent, MBq h.
    ///
    /// # Errors
    /// What the integration refuses, or an integral that is below zero or not finite.
    pub fn time_integrated_mbq_h(&self, region: &str, parent: &Nuclide) -> Result<f64, DaughterError> {
        let fault = |problem: String| DaughterError::Parent { region: region.to_owned(), problem };
        let integral_mbq_h = match self {
            Self::None => 0.0,
            Self::Integrated(integral_mbq_h) => *integral_mbq_h,
            Self::Exponentials(terms) => integrate_exponentials(terms, 0.0, 0.0).map_err(|error| fault(error.to_string()))?.total_mbq_h(),
            Self::Measured { times_h, activities_mbq, choices } => {
                let integrated = integrate(times_h, activities_mbq, parent.decay_constant_per_h(), *choices);
                integrated.map_err(|error| fault(error.to_string()))?.total_mbq_h()
            }
        };
        if integral_mbq_h.is_finite() && integral_mbq_h >= 0.0 {
            Ok(integral_mbq_h)
        } else {
            Err(fault(format!("its time-integrated activity must be finite and not below zero, found {integral_mbq_h} MBq h")))
        }
    }
}
