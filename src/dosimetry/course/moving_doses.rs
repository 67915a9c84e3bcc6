//! How the doses of a course move along a direction of parameters: the shares of the dosing sites follow the parameters and, where activities are
//! held, so do the amounts: amount = activity / (activity per amount), hence `ȧ = −a · ḟ/f`.

use super::progress::{Administration, Course};
use crate::model::system::Tangents;
use crate::solve::{Bolus, Direction, Infusion, Schedule};

/// What of the doses given stays the same when a parameter changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// The labelled amounts.
    Amounts,
    /// The labelled activities: where the activity per amount depends on the parameter, the amounts follow.
    Activities,
}

/// Doses under way along one direction.
pub(super) struct MovingDoses {
    /// Rates of change of boluses and infusions, for the solver.
    pub schedule: Schedule,
    /// Start (min), duration (min) and rate of change of the labelled amount: first of what was there at time 0, then of every dose.
    pub labelled: Vec<(f64, f64, f64)>,
}

/// Doses `given` in `course` at time 0, along `direction`.
pub(super) fn moving_doses(
    course: &Course,
    tangents: &Tangents,
    direction: &Direction,
    given: &[Administration],
    held: Held,
) -> MovingDoses {
    let model = &course.plan.model;
    let values = course.outputs();
    let moving = tangents.outputs_along(&course.parameters, &direction.parameters).at(course.time_min, course.state(), &direction.initial);
    let factor = model.observables.len();
    let per_amount = match held {
        Held::Activities if values[factor] > 0.0 => -moving[factor] / values[factor],
        _ => 0.0,
    };
    let partner = model.decay.as_ref().and_then(|decay| decay.to);
    let labelled_state = |compartment: usize| model.state(compartment, model.labelled());
    let present: f64 = (0..model.compartments.len()).map(|compartment| direction.initial[labelled_state(compartment)]).sum();
    let mut doses = MovingDoses { schedule: Schedule::default(), labelled: vec![(0.0, 0.0, present)] };
    for dose in given {
        let first = factor + 1 + model.sites[..dose.site].iter().map(|site| site.shares.len()).sum::<usize>();
        let (mut amounts, mut taken) = (Vec::new(), 0.0);
        for (number, (compartment, _)) in model.sites[dose.site].shares.iter().enumerate() {
            let (share, moving) = (values[first + number], moving[first + number]);
            let labelled = dose.labelled * (per_amount * share + moving);
            taken += labelled;
            amounts.push((labelled_state(*compartment), labelled));
            amounts.extend(partner.map(|ligand| (model.state(*compartment, ligand), dose.unlabelled * moving)));
        }
        doses.labelled.push((dose.time_min, dose.duration_min, taken));
        amounts.retain(|(_, amount)| *amount != 0.0);
        if amounts.is_empty() {
            continue;
        }
        if dose.duration_min == 0.0 {
            doses.schedule.boluses.push(Bolus { time: dose.time_min, amounts });
        } else {
            let (start, stop) = (dose.time_min, dose.time_min + dose.duration_min);
            let rates = amounts.into_iter().map(|(state, amount)| (state, amount / (stop - start))).collect();
            doses.schedule.infusions.push(Infusion { start, stop, rates });
        }
    }
    doses
}
