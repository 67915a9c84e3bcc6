//! What nothing uses was probably meant to be used: a misspelt override, a flow that was forgotten.
use std::collections::{BTreeMap, BTreeSet};

use super::Case;
use super::finding::Findings;
use crate::model::document::Template;
use crate::model::flatten::{Meaning, Symbol};

pub(super) fn check(case: &Case<'_, '_>, findings: &mut Findings) {
    let flat = &case.assembled.flat;
    let used = |path: &str| case.assembled.used.contains(path);
    for (name, place) in &flat.unused_templates {
        findings.add(place.clone(), format!("no organ uses the template `{name}`"), &[name]);
    }
    // what a template declares is used if it is used in one organ
    let mut declarations: BTreeMap<(usize, usize), Vec<(&str, &Symbol<'_>)>> = BTreeMap::new();
    for (path, symbol) in &flat.symbols {
        if symbol.scope.organ.is_none() || matches!(symbol.meaning, Meaning::Definition(_) | Meaning::Compartment(_)) {
            declarations.entry((symbol.declared.start, symbol.declared.end)).or_default().push((path, symbol));
        }
    }
    for symbols in declarations.values() {
        let Some((path, symbol)) = symbols.first().filter(|_| !symbols.iter().any(|(path, _)| used(path))) else { continue };
        let local = if symbol.scope.organ.is_some() { path.rsplit('.').next().unwrap_or(path) } else { path };
        match &symbol.meaning {
            // what an organ's argument is given is judged with the template's argument below
            Meaning::Value(_) if symbol.scope.organ.is_some() => {}
            Meaning::Value(_) => {
                findings.add(symbol.declared.clone(), format!("nothing uses the parameter `{local}`"), &[path]);
            }
            Meaning::Definition(_) => {
                findings.add(symbol.declared.clone(), format!("nothing uses the definition `{local}`"), &[path]);
            }
            Meaning::Compartment(_) => {
                let message = format!("no flow, dosing site or observable touches the compartment `{local}`");
                findings.add(symbol.declared.clone(), message, &[path]);
            }
            Meaning::Alias(..) => {}
        }
    }
    let chains: Vec<(&str, BTreeSet<&str>)> =
        case.document.organs.iter().map(|organ| (organ.name.as_str(), chain(&case.document.templates, &organ.template.1))).collect();
    for template in &case.document.templates {
        let organs: Vec<&str> =
            chains.iter().filter(|(_, chain)| chain.contains(template.name.as_str())).map(|(organ, _)| *organ).collect();
        for argument in &template.arguments {
            let paths: Vec<String> = organs.iter().map(|organ| format!("{organ}.{}", argument.name)).collect();
            if !paths.is_empty() && !paths.iter().any(|path| used(path)) {
                let message = format!("nothing uses the argument `{}` of template `{}`", argument.name, template.name);
                let about: Vec<&str> = paths.iter().map(String::as_str).chain([template.name.as_str()]).collect();
                findings.add(argument.entry.key_place(), message, &about);
            }
        }
    }
}

/// The names of a template and of all that it extends.
fn chain<'d>(templates: &'d [Template<'_>], template: &'d str) -> BTreeSet<&'d str> {
    let mut found = BTreeSet::new();
    let mut pending = vec![template];
    while let Some(name) = pending.pop() {
        if found.insert(name) {
            let parents = templates.iter().find(|known| known.name == name).map(|known| known.extends.as_slice()).unwrap_or_default();
            pending.extend(parents.iter().map(|(_, parent)| parent.as_str()));
        }
    }
    found
}
