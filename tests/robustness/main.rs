//! What happens far from the usual: random patients over five orders of magnitude, schedules that nobody would write, compartments that run dry.
//! Every solve must end, with the right answer or with a reason.
#![allow(clippy::unwrap_used)]

mod company;
mod draws;
mod reasons;
mod receptor_body;
mod schedules;
mod shipped;
