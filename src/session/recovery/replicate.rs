//! One replicate: a patient simulated, fitted from the declared start, and compared with the truth.
use std::time::Instant;

use nalgebra::{DMatrix, DVector};

use super::doses::Doses;
use super::patients::{Patient, Patients};
use crate::session::fitting::{GroupFit, Role, fit_group};
use crate::session::work::{Control, Failed};

/// One quantity of one replicate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recovered {
    /// True value.
    pub truth: f64,
    /// Estimate.
    pub estimate: f64,
    /// 95 % interval; `None` where the fit gives none.
    pub interval: Option<(f64, f64)>,
    /// Standard error relative to the estimate; of a logarithm, that of the logarithm.
    pub relative_error: Option<f64>,
}

impl Recovered {
    /// Whether the interval holds the truth.
    pub fn holds_truth(&self) -> bool {
        self.interval.is_some_and(|(low, high)| (low..=high).contains(&self.truth))
    }
}

/// What a fit found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Whether it converged.
    pub converged: bool,
    /// How it ended.
    pub ended: String,
    /// Accepted steps of the optimiser.
    pub iterations: u64,
    /// Parameters of the model in the order of the fit.
    pub parameters: Vec<Recovered>,
    /// Absorbed doses of the targets (Gy).
    pub doses: Vec<Recovered>,
    /// (t̂ − t)ᵀ C⁻¹ (t̂ − t) of these parameters on the fitted scale: χ² with as many degrees of freedom where C is right and the fit nearly linear.
    pub distance: Option<f64>,
}

/// One replicate.
#[derive(Clone, Debug)]
pub struct Replicate {
    /// Its number, from 0.
    pub number: usize,
    /// What was found, or why nothing was.
    pub found: Result<Found, String>,
    /// Wall time of the fit alone (s). The only number here that another run does not repeat.
    pub fit_seconds: f64,
}

/// Simulates, fits and compares. An error ends the whole study: it was cancelled, or no replicate can be fitted.
pub fn replicate(patients: &Patients<'_>, doses: &Doses<'_>, number: usize, control: &mut Control) -> Result<Replicate, Failed> {
    let cancelled = || Failed::cancelled("cancelled while simulating");
    let failed = |sentence: String, fit_seconds: f64, control: &Control| {
        if control.cancel.load(std::sync::atomic::Ordering::Relaxed) {
            return Err(cancelled());
        }
        Ok(Replicate { number, found: Err(sentence), fit_seconds })
    };
    let patient = match patients.patient(number, control.cancel) {
        Ok(patient) => patient,
        Err(sentence) => return failed(sentence, 0.0, control),
    };
    let started = Instant::now();
    let fit = fit_group(patients.fitting, patients.start(), "simulated data", patient.points.clone(), control);
    let fit_seconds = started.elapsed().as_secs_f64();
    let fit = match fit {
        Ok(fit) => fit,
        Err(error) if error.cancelled || error.bad_input => return Err(error),
        Err(error) => return failed(error.sentence, fit_seconds, control),
    };
    match doses.recovered(&patient.parameters, &fit, control.cancel) {
        Ok(doses) => Ok(Replicate { number, found: Ok(compared(&patient, &fit, doses)), fit_seconds }),
        Err(sentence) => failed(format!("doses: {sentence}"), fit_seconds, control),
    }
}

fn compared(patient: &Patient, fit: &GroupFit, doses: Vec<Recovered>) -> Found {
    let of_model: Vec<usize> = (0..fit.roles.len()).filter(|row| matches!(fit.roles[*row], Role::Model { .. })).collect();
    let parameters = of_model
        .iter()
        .map(|&row| {
            let found = &fit.estimate.parameters[row];
            Recovered {
                truth: patient.fitted[row],
                estimate: found.value,
                interval: found.interval_95,
                relative_error: found.standard_error.map(|error| error / found.value.abs()),
            }
        })
        .collect();
    Found {
        converged: fit.estimate.is_converged(),
        ended: fit.estimate.record.termination.describe().to_string(),
        iterations: fit.estimate.record.iterations,
        parameters,
        doses,
        distance: distance(patient, fit, &of_model),
    }
}

/// Squared Mahalanobis distance of the estimate from the truth on the fitted scale; `None` without a covariance or with a parameter at a bound.
fn distance(patient: &Patient, fit: &GroupFit, rows: &[usize]) -> Option<f64> {
    let covariance = fit.estimate.covariance.as_ref().filter(|_| !fit.block.at_bound)?;
    let of_rows: DMatrix<f64> = covariance.select_rows(rows).select_columns(rows);
    let away = DVector::from_iterator(
        rows.len(),
        rows.iter().map(|&row| {
            let found = &fit.estimate.parameters[row];
            found.transformed - found.scale.transform(patient.fitted[row])
        }),
    );
    let solved = of_rows.cholesky()?.solve(&away);
    Some(away.dot(&solved)).filter(|distance| distance.is_finite())
}
