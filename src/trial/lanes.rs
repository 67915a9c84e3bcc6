//! Many deliveries side by side in one thread: the pieces of their courses go through the lanes of the solver together.
//!
//! As many deliveries are under way as there are lanes. A piece that is solved makes the next one of the same delivery: it goes before new patients, into the lane that has
//! just become free. What a patient gets does not depend on company, order or instruction set (`solve::solve_queue`), so the caller may cut a cohort into blocks and
//! threads as it likes.
use crate::dosimetry::course::{CoursePlan, SolveSettings};
use crate::math::InstructionSet;
use crate::regimen::{ArmResult, DeliveredTo, Delivery, RegimenError, RegimenPlan, Step};
use crate::solve::{CohortWork, Job, PATIENT_LANES, SolveError, solve_queue};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// One arm to be delivered to one patient.
#[derive(Clone, Debug)]
pub struct PatientArm {
    /// The patient's number, handed back with the result.
    pub number: usize,
    /// Position of the arm among those of the regimen, handed back too.
    pub arm: usize,
    /// Parameters of the model, in its order.
    pub parameters: Arc<[f64]>,
    /// The patient's regimen: one for all arms.
    pub regimen: Arc<RegimenPlan>,
}

/// Delivers the arms that `next` gives, on the calling thread, and hands each result to `done` with the patient's number and the position of the arm, in the order in
/// which they finish. `next` is not asked again once it has nothing.
///
/// A system without products in its rates and riders is solved exactly; every other one by the stiff method in lanes, whose bits are those of a patient alone. Once
/// `settings.cancel` is set `next` is not asked any more, and what is under way ends with an error that says so.
///
/// # Errors
/// Settings that make no sense for the system: nothing was delivered then. Panics if a regimen has no arm at the position asked for.
pub fn deliver_patients(
    plan: &CoursePlan,
    settings: &SolveSettings,
    set: InstructionSet,
    next: &mut dyn FnMut() -> Option<PatientArm>,
    done: &mut dyn FnMut(usize, usize, Result<ArmResult, RegimenError>),
) -> Result<CohortWork, SolveError> {
    let crew =
        RefCell::new(Crew { plan, settings, next, done, exhausted: false, places: Vec::new(), free: Vec::new(), ready: VecDeque::new() });
    let options = plan.shared_options(settings);
    solve_queue(&plan.system, &options, set, &mut || crew.borrow_mut().next_job(), &mut |place, solution| {
        let mut crew = crew.borrow_mut();
        if let Some(under_way) = &mut crew.places[place] {
            under_way.delivery.solved(solution);
            crew.go_on(place);
        }
    })
}

/// A delivery under way.
struct UnderWay<'a> {
    number: usize,
    arm: usize,
    delivery: Delivery<'a>,
}

/// The deliveries under way, each at a place whose number is the index of its jobs.
struct Crew<'a, 'f> {
    plan: &'a CoursePlan,
    settings: &'a SolveSettings<'a>,
    next: &'f mut dyn FnMut() -> Option<PatientArm>,
    done: &'f mut dyn FnMut(usize, usize, Result<ArmResult, RegimenError>),
    exhausted: bool,
    places: Vec<Option<UnderWay<'a>>>,
    free: Vec<usize>,
    ready: VecDeque<Job>,
}

impl Crew<'_, '_> {
    /// A piece that is ready, or the first one of a new patient.
    fn next_job(&mut self) -> Option<Job> {
        self.exhausted |= self.settings.cancel.is_some_and(|cancel| cancel.load(Ordering::Relaxed));
        while self.ready.is_empty() && !self.exhausted && self.places.len() - self.free.len() < PATIENT_LANES {
            match (self.next)() {
                None => self.exhausted = true,
                Some(patient) => self.admit(patient),
            }
        }
        self.ready.pop_front()
    }

    fn admit(&mut self, patient: PatientArm) {
        let PatientArm { number, arm, parameters, regimen } = patient;
        let delivery = Delivery::new(self.plan, DeliveredTo::Shared { regimen, arm }, &parameters, self.settings);
        let place = self.free.pop().unwrap_or_else(|| {
            self.places.push(None);
            self.places.len() - 1
        });
        self.places[place] = Some(UnderWay { number, arm, delivery });
        self.go_on(place);
    }

    /// The next piece of a delivery, or its end.
    fn go_on(&mut self, place: usize) {
        let Some(mut under_way) = self.places[place].take() else { return };
        let outcome = match under_way.delivery.next() {
            Ok(Step::Solve(job)) => {
                self.ready.push_back(Job { index: place, ..job });
                self.places[place] = Some(under_way);
                return;
            }
            Ok(Step::Finished) => Ok(under_way.delivery.finish()),
            Err(error) => Err(error),
        };
        self.free.push(place);
        (self.done)(under_way.number, under_way.arm, outcome);
    }
}
