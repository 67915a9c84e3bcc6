//! Fixed and dose-adapted regimens for one patient, and the simulated clinic that measures what the rules may know.
//!
//! A rule never sees the true dose. It reads a [`PatientRecord`]: covariates, activities given, estimates made from noisy scans, laboratory values with their error,
//! measured sizes of lesions. What the patient really received, and what it did, comes from the model and from `physiology`.
//!
//! `formula`, `arm`, `gate`, `stop`: what a user writes; `clinic`: what is measured; `record`: what is known; `decide`: the rule; `deliver`: one arm in one patient, with
//! `estimating` and `measuring` (what the clinic does meanwhile), `points` and `totals`; `delivered`: what came of it; `events`: progression and death.
mod arm;
mod clinic;
mod decide;
mod deliver;
mod delivered;
mod estimating;
pub mod events;
mod formula;
mod gate;
pub mod label_rules;
mod measuring;
mod physiology;
pub mod planning;
mod points;
mod record;
mod stop;
mod totals;
mod workload;

#[cfg(test)]
mod decide_tests;
#[cfg(test)]
mod deliver_tests;
#[cfg(test)]
mod fixtures_of_tests;
#[cfg(test)]
mod gate_tests;
#[cfg(test)]
mod physiology_tests;

pub use arm::{ActivityRule, Adaptation, Arm, Limit, LimitQuantity, RegimenPlan, RetentionLimit};
pub use clinic::{
    Analyte, Clinic, DoseEstimate, Estimator, ImagingProtocol, LaboratoryProtocol, MapParameter, MapProtocol, RecoveryCurve, Scan,
    SeveralScans, SingleScan, SizeProtocol, WhichCycles,
};
pub use decide::{Decision, StopCause, decide};
pub use deliver::{DeliveredTo, Delivery, Step, deliver, deliver_with};
pub use delivered::{ArmResult, CycleRecord, RegimenError};
pub use formula::{Formula, FormulaFault, KnownValue, KnownValues};
pub use gate::{Condition, Gate, Reduce, Verdict};
pub use physiology::{CountsPlan, DriftPlan, KidneyPlan, LesionPlan, Physiology, PhysiologyCurves, PhysiologyPlan, PsaPlan, SymptomPlan};
pub use record::{Assessment, KnownCycle, LaboratoryValue, PatientRecord, Reduction};
pub use stop::{StopRule, StopVerdict, response};
pub use workload::Workload;
