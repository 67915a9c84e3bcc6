//! The section `piecewise`: integration of the data beside the fit.
use crate::dosimetry::time_integrated::{BeforeFirst, Between, IntegrationChoices, Tail};
use crate::model::diagnostic::Faults;
use crate::model::yaml::Node;

/// Piecewise integration beside the fit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PiecewisePlan {
    /// What is assumed before, between and after the scans.
    pub choices: IntegrationChoices,
}

pub(in crate::session::scenario) fn piecewise(node: &Node<'_>, faults: &mut Faults) -> Option<PiecewisePlan> {
    const BEFORE: &[(&str, BeforeFirst)] = &[
        ("constant", BeforeFirst::Constant),
        ("linear-from-zero", BeforeFirst::LinearFromZero),
        ("physical-decay", BeforeFirst::PhysicalDecay),
    ];
    const BETWEEN: &[(&str, Between)] = &[("linear", Between::Linear), ("log-where-falling", Between::LogWhereFalling)];
    const AFTER: &[(&str, Tail)] = &[("physical-decay", Tail::PhysicalDecay), ("terminal-slope", Tail::TerminalSlope { points: 2 })];
    let mut fields = node.fields(faults, "a mapping with `before`, `between` and `after`")?;
    let before = fields.require("before", faults).and_then(|node| node.one_of(faults, BEFORE));
    let between = fields.require("between", faults).and_then(|node| node.one_of(faults, BETWEEN));
    let after = fields.require("after", faults).and_then(|node| node.one_of(faults, AFTER));
    fields.finish(faults);
    Some(PiecewisePlan { choices: IntegrationChoices { before_first: before?, between: between?, tail: after? } })
}
