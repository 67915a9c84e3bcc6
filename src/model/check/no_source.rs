//! A number without a source cannot be checked by the next reader.
use super::Case;
use super::finding::{Findings, list_names};
use crate::model::checked::Parameter;

/// More findings than this become one.
const SINGLE: usize = 8;

pub(super) fn check(case: &Case<'_, '_>, findings: &mut Findings) {
    let bare = |parameter: &&Parameter| parameter.origin.source.is_none() && parameter.origin.provenance.is_none();
    let found: Vec<&Parameter> = case.assembled.model.parameters.iter().filter(bare).collect();
    let help = "write `{value: …, source: …}`, or `provenance: assumed` where there is none";
    if found.len() > SINGLE {
        let names: Vec<String> = found.iter().map(|parameter| parameter.path.clone()).collect();
        let about: Vec<&str> = names.iter().map(String::as_str).collect();
        let message = format!("{} values have no source: {}", names.len(), list_names(&names, names.len()));
        findings.add(found[0].place.clone(), message, &about).fault().help(help);
        return;
    }
    for parameter in found {
        let message = format!("`{}` = {} has no source", parameter.path, parameter.text);
        findings.add(parameter.place.clone(), message, &[&parameter.path]).fault().help(help);
    }
}
