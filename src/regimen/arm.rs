//! What a regimen is: its arms with their limits, and what all arms share.
use super::clinic::Clinic;
use super::events::EventPlan;
use super::formula::{Formula, KnownValues};
use super::gate::Gate;
use super::physiology::PhysiologyPlan;
use super::stop::StopRule;
use crate::model::Model;
use crate::radiobiology::hazard_link::HazardLink;

/// What an arm adapts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adaptation {
    /// Nothing: the activity follows its formula in every cycle.
    Fixed,
    /// The activity of each further cycle, so that the estimated total meets the limit after the planned number of cycles.
    Activity,
    /// The number of cycles: go on while the estimated total plus the predicted next cycle stays within the limit.
    Cycles,
}

impl Adaptation {
    /// Words for tables.
    pub fn words(self) -> &'static str {
        match self {
            Adaptation::Fixed => "fixed",
            Adaptation::Activity => "activity adapted",
            Adaptation::Cycles => "number of cycles adapted",
        }
    }
}

/// In what a limit is expressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitQuantity {
    /// Absorbed dose (Gy).
    AbsorbedDose,
    /// Biologically effective dose (Gy).
    Bed,
}

impl LimitQuantity {
    /// Words for tables.
    pub fn words(self) -> &'static str {
        match self {
            LimitQuantity::AbsorbedDose => "absorbed dose",
            LimitQuantity::Bed => "BED",
        }
    }
}

/// A cumulative limit on a target, or the total that an adapted activity aims at.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// Position of the target.
    pub target: usize,
    /// In what it is expressed.
    pub quantity: LimitQuantity,
    /// The limit (Gy).
    pub limit_gy: f64,
    /// The limit of patients with a risk factor (Gy), where it differs.
    pub with_risk_factor_gy: Option<f64>,
    /// How far the number of cycles may pass it (Gy).
    pub tolerance_gy: f64,
    /// Where it comes from.
    pub source: Option<String>,
}

impl Limit {
    /// The limit of a patient (Gy).
    pub fn of_patient_gy(&self, risk_factor: bool) -> f64 {
        if risk_factor { self.with_risk_factor_gy.unwrap_or(self.limit_gy) } else { self.limit_gy }
    }
}

/// A limit on what a region still holds at a time after an administration, as a scan then reads it (Benua's rule on 48-h retention).
#[derive(Clone, Debug, PartialEq)]
pub struct RetentionLimit {
    /// The region.
    pub region: String,
    /// When (min after the administration).
    pub at_min: f64,
    /// The largest activity there then (MBq).
    pub limit_mbq: f64,
    /// That of patients with a risk factor (MBq), where it differs.
    pub with_risk_factor_mbq: Option<f64>,
    /// Where it comes from.
    pub source: Option<String>,
}

impl RetentionLimit {
    /// The limit of a patient (MBq).
    pub fn of_patient_mbq(&self, risk_factor: bool) -> f64 {
        if risk_factor { self.with_risk_factor_mbq.unwrap_or(self.limit_mbq) } else { self.limit_mbq }
    }
}

/// One arm.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// Its name.
    pub name: String,
    /// Words for figures.
    pub title: String,
    /// Activity of a cycle; where it is adapted, of the first.
    pub activity: ActivityRule,
    /// Planned number of cycles; the largest number where it is adapted.
    pub cycles: usize,
    /// From one administration to the next (min), where it is not that of the regimen.
    pub interval_min: Option<f64>,
    /// What is adapted.
    pub adaptation: Adaptation,
    /// What an adapted arm keeps.
    pub limits: Vec<Limit>,
    /// What a region may still hold at a time.
    pub retentions: Vec<RetentionLimit>,
    /// Share of the limits that is prescribed (1 unless the patient is impaired).
    pub prescribed_share: f64,
    /// Smallest activity of a further cycle (MBq): below it the treatment ends.
    pub smallest_mbq: Option<f64>,
    /// Largest activity (MBq) of the first, second, … cycle; the last entry holds for all that follow. Empty: no cap.
    pub largest_mbq: Vec<f64>,
    /// Rules that withhold, delay, reduce or stop.
    pub gates: Vec<Gate>,
    /// Rules that end or suspend the treatment.
    pub stops: Vec<StopRule>,
}

impl Arm {
    /// The cap of cycle `number` (from 1), MBq.
    pub fn cap_mbq(&self, number: usize) -> Option<f64> {
        self.largest_mbq.get(number.saturating_sub(1)).or(self.largest_mbq.last()).copied()
    }
}

/// Where the activity comes from before anything was measured.
#[derive(Clone, Debug, PartialEq)]
pub enum ActivityRule {
    /// A formula (MBq) of what the clinic knows, evaluated for every cycle.
    Formula(Formula),
    /// The limit, shared among the cycles, over a predicted dose per activity (a formula in dose per activity).
    Predicted(Formula),
}

/// What all arms of a comparison share.
#[derive(Clone, Debug, PartialEq)]
pub struct RegimenPlan {
    /// Position of the dosing site.
    pub site: usize,
    /// From one administration to the next (min).
    pub interval_min: f64,
    /// Duration of an infusion (min).
    pub duration_min: f64,
    /// Unlabelled amount in every cycle (unit of the model).
    pub unlabelled: f64,
    /// Further unlabelled amount per activity (unit of the model per MBq).
    pub unlabelled_per_mbq: f64,
    /// The target that tables and figures put first: that of the first limit, else the first that is imaged.
    pub primary: Option<usize>,
    /// What the clinic measures and knows.
    pub clinic: Clinic,
    /// Values of the patient that the clinic knows.
    pub known: KnownValues,
    /// Whether the patient has a risk factor that lowers a two-tier limit.
    pub risk_factors: Vec<String>,
    /// What treatment and time do to the true patient.
    pub physiology: PhysiologyPlan,
    /// A link from the absorbed dose of a target (by position) to a hazard: none unless the user states a hypothesis.
    pub survival_link: Option<(usize, HazardLink)>,
    /// Progression and death, drawn without regard to dose unless a link is stated; the patient's own seed.
    pub events: Option<EventPlan>,
    /// Whether the curves may be coarse where nothing depends on them: a cohort keeps none.
    pub coarse_curves: bool,
    /// The arms.
    pub arms: Vec<Arm>,
    /// Assumptions that every report must print.
    pub assumptions: Vec<String>,
}

impl RegimenPlan {
    /// Lets what physiology and clinic hold of the model follow the `parameters` of another patient: volumes of lesions, clearance at the start, known values.
    pub fn follow(&mut self, model: &Model, parameters: &[f64]) {
        for lesion in &mut self.physiology.lesions {
            if let Some((at, per_ml)) = lesion.volume_parameter {
                lesion.volume_ml = parameters[at] / per_ml;
            }
        }
        if let Some(kidneys) = &mut self.physiology.kidneys
            && let Some((at, per_ml_per_min)) = kidneys.baseline_parameter
        {
            kidneys.baseline_ml_per_min = parameters[at] / per_ml_per_min;
        }
        // derived values cost the whole graph: only where one is known
        let mut nodes: Option<Vec<f64>> = None;
        for (name, known) in &mut self.known {
            if let Some(at) = model.parameter(name) {
                known.value = parameters[at];
            } else if let Some(derived) = model.derived.iter().find(|derived| derived.path == *name) {
                let nodes = nodes.get_or_insert_with(|| model.graph.evaluate(parameters, &[], 0.0));
                known.value = nodes[derived.node.0 as usize];
            }
        }
    }
}
