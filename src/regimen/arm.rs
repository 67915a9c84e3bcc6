//! What a regimen is: arms, the limit on an organ, and what all arms share.
use super::clinic::Clinic;

/// What an arm adapts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adaptation {
    /// Nothing: the same activity in every cycle.
    Fixed,
    /// The activity of each further cycle, so that the estimated total meets the limit after the planned number of cycles.
    Activity,
    /// The number of cycles: the same activity while the estimated total plus the predicted next cycle stays within the limit.
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

/// One arm.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// Its name.
    pub name: String,
    /// Words for figures.
    pub title: String,
    /// Activity of the first cycle (MBq), and of every cycle where it is not adapted.
    pub first_activity_mbq: f64,
    /// Planned number of cycles; the largest number where it is adapted.
    pub cycles: usize,
    /// What is adapted.
    pub adaptation: Adaptation,
    /// Smallest activity of a further cycle (MBq): below it the treatment ends.
    pub smallest_mbq: Option<f64>,
    /// Largest activity of a cycle (MBq).
    pub largest_mbq: Option<f64>,
}

/// In what the limit is expressed.
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

/// A cumulative limit on a target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// Position of the target.
    pub target: usize,
    /// In what it is expressed.
    pub quantity: LimitQuantity,
    /// The limit (Gy).
    pub limit_gy: f64,
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
    /// The limit that adapted arms keep.
    pub limit: Limit,
    /// What the clinic measures.
    pub clinic: Clinic,
    /// The arms.
    pub arms: Vec<Arm>,
    /// Assumptions that every report must print.
    pub assumptions: Vec<String>,
}
