//! What if another activity, interval or patient? The engine behind the workbench's screen; no terminal in it.
//!
//! A knob turned is a value exchanged in the text of the scenario, which is then read again: whatever the reader checks holds, and what is exported is what was computed.
//! `edit`: values in YAML text; `knobs`, `patient_knobs`: what can be turned; `apply`: settings → changed scenario; `evaluate`: changed scenario → `answer`, with
//! `pieces` solved before, `course` without regimens, `bands` from a fit; `engine`: in the background, the newest request wins; `variants`: pinned answers side by side;
//! `export`: the desk as a scenario file.
mod answer;
mod apply;
mod bands;
mod course;
pub(crate) mod edit;
mod engine;
mod evaluate;
mod export;
mod knobs;
mod patient_knobs;
mod pieces;
mod variants;

#[cfg(test)]
mod tests;

pub use answer::{ArmAnswer, Counts, Difference, EffectAnswer, Observed, TargetAnswer, WhatIf};
pub use apply::{Changed, Desk, Settings};
pub use bands::{ArmBands, Band, Bands};
pub use engine::{Answer, Engine, Said, Stage};
pub use evaluate::{Evaluator, Refused};
pub use knobs::{Knob, KnobGroup, KnobValue, knobs};
pub use variants::{Variant, VariantRow, Variants};
