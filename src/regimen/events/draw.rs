//! The patient's own random numbers: how much cumulative hazard each event takes.
use super::EventPlan;
use crate::math::{exp, log};
use crate::random::RandomSource;

const STREAM: u32 = 4_500_000;
pub(super) const PROGRESSION: u32 = 0;
pub(super) const DEATH: u32 = 1;
const FRAILTY: u32 = 2;

/// Cumulative baseline hazard at which the event comes without a link: −ln U over the factor of the patient.
pub(super) fn hazard_needed(plan: &EventPlan, event: u32) -> f64 {
    let draws = RandomSource::new(plan.seed, 0, STREAM);
    let frailty = if plan.log_hazard_sd > 0.0 { exp(plan.log_hazard_sd * draws.standard_normal(FRAILTY)) } else { 1.0 };
    -log(draws.uniform(event)) / (frailty * plan.factor_on_hazard)
}
