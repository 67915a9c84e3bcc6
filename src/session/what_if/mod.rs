//! What if another activity, interval or patient? The engine behind the workbench's screen; no terminal in it.
//!
//! A knob turned is a value exchanged in the text of the scenario, which is then read again: whatever the reader checks holds, and what is exported is what was computed.
//! `edit`: values in YAML text; `knobs`: what can be turned; `apply`: settings → changed scenario; `evaluate`: changed scenario → answer; `engine`: in the
//! background, the newest request wins; `variants`: pinned answers side by side, export.
mod apply;
pub(crate) mod edit;
mod engine;
mod evaluate;
mod knobs;
mod variants;

#[cfg(test)]
mod tests;

pub use apply::{Changed, Desk, Settings};
pub use engine::{Answer, Engine, Stage};
pub use evaluate::{ArmAnswer, Counts, Difference, EffectAnswer, Evaluator, Refused, TargetAnswer, WhatIf};
pub use knobs::{Knob, KnobGroup, KnobValue, knobs};
pub use variants::{Variant, VariantRow, Variants};
