//! `silence:` of a model file: findings that its author has looked at and keeps, with the reason.
use super::LINTS;
use super::finding::Findings;
use crate::model::diagnostic::{Faults, did_you_mean};
use crate::model::document::Document;

const UNUSED: &str = "unused-silence";

/// Reports entries that name no lint.
pub fn check_names(document: &Document<'_>, faults: &mut Faults) {
    for silence in &document.silences {
        let (node, name) = &silence.lint;
        if !LINTS.iter().any(|lint| lint.name == name) {
            let help = did_you_mean(name, LINTS.iter().map(|lint| lint.name));
            faults.error(node.place(), format!("no lint is called `{name}`")).help(help);
        }
    }
}

/// Drops the findings that the file silences and returns (lint, reason) of every entry that dropped any. An entry without
/// findings is a note.
pub fn apply(document: &Document<'_>, findings: &mut Findings, faults: &mut Faults) -> Vec<(String, String)> {
    let mut silenced = Vec::new();
    for silence in &document.silences {
        let name = &silence.lint.1;
        if !LINTS.iter().any(|lint| lint.name == name) {
            continue;
        }
        let at = silence.at.as_deref();
        let dropped = findings.remove(|finding| finding.fault.lint == Some(name.as_str()) && at.is_none_or(|at| finding.is_about(at)));
        if dropped > 0 {
            silenced.push((name.clone(), silence.reason.clone()));
            continue;
        }
        if !document.silences.iter().any(|other| other.lint.1 == UNUSED) {
            let whom = at.map(|at| format!(" about `{at}`")).unwrap_or_default();
            let fault = faults.note(silence.entry.place(), format!("`{name}` finds nothing{whom}, so there is nothing to silence"));
            fault.lint(UNUSED).help("remove the entry");
        }
    }
    silenced
}
