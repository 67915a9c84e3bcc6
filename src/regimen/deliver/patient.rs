//! Whose delivery it is: a regimen and one of its arms, lent for a single delivery or shared by those that are under way together.
use super::super::arm::{Arm, RegimenPlan};
use super::super::physiology::PhysiologyPlan;
use std::ops::Deref;
use std::sync::Arc;

/// The patient's regimen and the arm to be delivered.
#[derive(Clone, Debug)]
pub enum DeliveredTo<'a> {
    /// Both lent.
    Lent {
        /// What all arms share.
        regimen: &'a RegimenPlan,
        /// The arm, which need not be among those of the regimen.
        arm: &'a Arm,
    },
    /// The regimen shared, with the position of the arm in it.
    Shared {
        /// What all arms share, and the arms.
        regimen: Arc<RegimenPlan>,
        /// Position of the arm.
        arm: usize,
    },
}

impl DeliveredTo<'_> {
    /// The regimen.
    pub fn regimen(&self) -> &RegimenPlan {
        match self {
            DeliveredTo::Lent { regimen, .. } => regimen,
            DeliveredTo::Shared { regimen, .. } => regimen,
        }
    }

    /// The arm. Panics if the regimen has none at that position.
    pub fn arm(&self) -> &Arm {
        match self {
            DeliveredTo::Lent { arm, .. } => arm,
            DeliveredTo::Shared { regimen, arm } => &regimen.arms[*arm],
        }
    }
}

/// The physiology of such a regimen.
#[derive(Clone, Debug)]
pub(in super::super) struct PhysiologyOf<'a>(pub DeliveredTo<'a>);

impl Deref for PhysiologyOf<'_> {
    type Target = PhysiologyPlan;

    fn deref(&self) -> &PhysiologyPlan {
        &self.0.regimen().physiology
    }
}
