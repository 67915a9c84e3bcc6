//! Templates expanded: every organ's compartments, definitions, arguments and flows become names of one flat table, `organ.name`.
//! Patient overrides replace values here, before anything is resolved.
use std::collections::{BTreeMap, HashSet};

use super::diagnostic::{Faults, Place, did_you_mean};
use super::document::*;
use super::yaml::Node;
use crate::units::{Dimension, Unit};

/// Where an expression stands: names are looked up in the organ first, then in the whole body.
#[derive(Clone, Default)]
pub struct Scope {
    /// The organ, if any.
    pub organ: Option<String>,
    /// Where the organ asks for the template that holds the expression.
    pub used_by: Option<Place>,
}

impl Scope {
    /// `name` as a path of the flat table.
    pub fn path(&self, name: &str) -> String {
        match &self.organ {
            Some(organ) => format!("{organ}.{name}"),
            None => name.to_string(),
        }
    }
}

/// What a name of the flat table stands for.
#[expect(clippy::large_enum_variant, reason = "a model has hundreds of them, not millions")]
#[derive(Clone)]
pub enum Meaning<'f> {
    /// A parameter or an organ's argument.
    Value(ValueEntry<'f>),
    /// A shared expression, which may depend on amounts.
    Definition(Formula<'f>),
    /// A compartment, by position.
    Compartment(usize),
    /// Another name: an argument that names a compartment.
    Alias(Node<'f>, String),
}

/// One name of the flat table.
#[derive(Clone)]
pub struct Symbol<'f> {
    /// What it stands for.
    pub meaning: Meaning<'f>,
    /// Where its expression is evaluated.
    pub scope: Scope,
    /// Where it is declared.
    pub declared: Place,
    /// The dimension that its declaration asks for.
    pub expects: Option<Dimension>,
}

/// A compartment of the flat table.
#[derive(Clone)]
pub struct FlatCompartment<'f> {
    /// `organ.name`, or the bare name.
    pub path: String,
    /// As declared.
    pub entry: CompartmentEntry<'f>,
    /// Where its expressions are evaluated.
    pub scope: Scope,
}

/// A model with its templates expanded.
pub struct Flat<'f> {
    /// All names.
    pub symbols: BTreeMap<String, Symbol<'f>>,
    /// Names in the order of the file, for listings.
    pub order: Vec<String>,
    /// All compartments.
    pub compartments: Vec<FlatCompartment<'f>>,
    /// All flows.
    pub flows: Vec<(FlowEntry<'f>, Scope)>,
    /// Arguments that an organ does not give: reported there, and not again where the template uses them.
    pub missing: HashSet<String>,
    /// Templates that no organ uses.
    pub unused_templates: Vec<(String, Place)>,
}

/// Expands `document`; `overrides` (path, value) take the place of the file's own values.
pub fn flatten<'f>(document: &Document<'f>, overrides: &[(String, ValueEntry<'f>)], faults: &mut Faults) -> Flat<'f> {
    let mut flat = Flat {
        symbols: BTreeMap::new(),
        order: Vec::new(),
        compartments: Vec::new(),
        flows: Vec::new(),
        missing: HashSet::new(),
        unused_templates: Vec::new(),
    };
    let body = Scope::default();
    for (name, value) in &document.parameters {
        flat.declare(name.clone(), Meaning::Value(value.clone()), &body, value.entry.key_place(), None, faults);
    }
    flat.add_parts(&document.parts, &body, faults);
    let mut used = HashSet::new();
    for organ in &document.organs {
        flat.add_organ(document, organ, &mut used, faults);
    }
    for template in &document.templates {
        if !used.contains(&template.name) {
            flat.unused_templates.push((template.name.clone(), template.entry.key_place()));
        }
    }
    for (path, value) in overrides {
        let known: Vec<&str> =
            flat.symbols.iter().filter(|(_, symbol)| matches!(symbol.meaning, Meaning::Value(_))).map(|(path, _)| path.as_str()).collect();
        if known.contains(&path.as_str()) {
            if let Some(symbol) = flat.symbols.get_mut(path) {
                symbol.meaning = Meaning::Value(value.clone());
                symbol.declared = value.entry.place();
            }
        } else {
            let help = did_you_mean(path, known);
            faults.error(value.entry.key_place(), format!("model `{}` has no parameter `{path}`", document.name)).help(help);
        }
    }
    flat
}

impl<'f> Flat<'f> {
    fn declare(
        &mut self,
        path: String,
        meaning: Meaning<'f>,
        scope: &Scope,
        declared: Place,
        expects: Option<Dimension>,
        faults: &mut Faults,
    ) {
        if let Some(other) = self.symbols.get(&path) {
            let first = other.declared.clone();
            faults.error(declared, format!("`{path}` is declared twice")).related(first, "it is declared here first");
            return;
        }
        self.order.push(path.clone());
        self.symbols.insert(path, Symbol { meaning, scope: scope.clone(), declared, expects });
    }

    fn add_parts(&mut self, parts: &Parts<'f>, scope: &Scope, faults: &mut Faults) {
        for entry in &parts.compartments {
            let path = scope.path(&entry.name);
            self.declare(path.clone(), Meaning::Compartment(self.compartments.len()), scope, entry.entry.key_place(), None, faults);
            self.compartments.push(FlatCompartment { path, entry: entry.clone(), scope: scope.clone() });
        }
        for (name, formula) in &parts.definitions {
            self.declare(scope.path(name), Meaning::Definition(formula.clone()), scope, formula.node.key_place(), None, faults);
        }
        self.flows.extend(parts.flows.iter().map(|flow| (flow.clone(), scope.clone())));
    }

    fn add_organ(&mut self, document: &Document<'f>, organ: &Organ<'f>, used: &mut HashSet<String>, faults: &mut Faults) {
        let scope = Scope { organ: Some(organ.name.clone()), used_by: Some(organ.entry.key_place()) };
        if let Some(other) = self.symbols.get(&organ.name) {
            let fault = faults.error(organ.entry.key_place(), format!("`{}` is a name of the whole body already", organ.name));
            fault.related(other.declared.clone(), "it is declared here");
        }
        let mut chain = Vec::new();
        collect(document, &organ.template, &mut chain, &mut Vec::new(), faults);
        let mut wanted: Vec<&Argument<'f>> = Vec::new();
        for template in &chain {
            used.insert(template.name.clone());
            for argument in &template.arguments {
                if !wanted.iter().any(|known| known.name == argument.name) {
                    wanted.push(argument);
                }
            }
        }
        for (name, value) in &organ.values {
            if !wanted.iter().any(|argument| argument.name == *name) && !chain.is_empty() {
                let help = did_you_mean(name, wanted.iter().map(|argument| argument.name.as_str()));
                faults
                    .error(value.entry.key_place(), format!("template `{}` has no argument `{name}`", organ.template.1))
                    .help(help)
                    .related(chain[0].entry.key_place(), "the template is here");
            }
        }
        for argument in wanted {
            let given = organ.values.iter().find(|(name, _)| *name == argument.name).map(|(_, value)| value);
            self.add_argument(organ, argument, given, &scope, faults);
        }
        for template in &chain {
            self.add_parts(&template.parts, &scope, faults);
        }
    }

    fn add_argument(
        &mut self,
        organ: &Organ<'f>,
        argument: &Argument<'f>,
        given: Option<&ValueEntry<'f>>,
        scope: &Scope,
        faults: &mut Faults,
    ) {
        let path = scope.path(&argument.name);
        let (meaning, declared, expects) = match (&argument.kind, given) {
            (ArgumentKind::Quantity { unit, .. }, Some(value)) => {
                (Meaning::Value(value.clone()), value.entry.key_place(), unit_dimension(unit, faults))
            }
            (ArgumentKind::Quantity { unit, default: Some(default) }, None) => {
                let origin = Origin { meaning: Some("default of the template".into()), ..Origin::default() };
                let value = ValueEntry { entry: default.node.clone(), formula: default.clone(), origin, range: None };
                (Meaning::Value(value), default.node.place(), unit_dimension(unit, faults))
            }
            (ArgumentKind::Compartment { .. }, Some(value)) => {
                (Meaning::Alias(value.formula.node.clone(), value.formula.text.clone()), value.entry.key_place(), None)
            }
            (ArgumentKind::Compartment { default: Some((node, name)) }, None) => {
                (Meaning::Alias(node.clone(), name.clone()), node.place(), None)
            }
            (_, None) => {
                faults
                    .error(organ.entry.key_place(), format!("organ `{}` needs `{}`", organ.name, argument.name))
                    .related(argument.entry.key_place(), "the template asks for it here");
                self.missing.insert(path);
                return;
            }
        };
        self.declare(path, meaning, scope, declared, expects, faults);
    }

    /// The full path of `name` seen from `scope`, with aliases followed.
    pub fn find(&self, name: &str, scope: &Scope) -> Option<&str> {
        let local = scope.path(name);
        let mut path = if self.symbols.contains_key(&local) { local } else { name.to_string() };
        for _ in 0..8 {
            let (key, symbol) = self.symbols.get_key_value(&path)?;
            match &symbol.meaning {
                // an alias is looked up from the whole body, so that an argument may carry the name of its target
                Meaning::Alias(_, target) if *target != path => path = target.clone(),
                _ => return Some(key),
            }
        }
        None
    }

    /// Whether `name` seen from `scope` is an argument that the organ should have given.
    pub fn is_missing(&self, name: &str, scope: &Scope) -> bool {
        self.missing.contains(&scope.path(name))
    }

    /// The compartment called `name` in `scope`, or a fault at `place`.
    pub fn compartment(&self, name: &str, scope: &Scope, place: Place, faults: &mut Faults) -> Option<usize> {
        if let Some(path) = self.find(name, scope)
            && let Meaning::Compartment(position) = self.symbols[path].meaning
        {
            return Some(position);
        }
        // an alias that leads nowhere is reported where the organ gives it
        let local = scope.path(name);
        let (place, name) = match self.symbols.get(&local).or_else(|| self.symbols.get(name)).map(|symbol| &symbol.meaning) {
            Some(Meaning::Alias(node, target)) => (node.place(), target.as_str()),
            _ => (place, name),
        };
        let known = self.compartments.iter().map(|compartment| match compartment.path.split_once('.') {
            Some((organ, local)) if scope.organ.as_deref() == Some(organ) => local,
            _ => compartment.path.as_str(),
        });
        let help = did_you_mean(name, known);
        let message = format!("no compartment is called `{name}`");
        // once for a template, however many organs use it
        if self.is_missing(name, scope) || faults.iter().any(|fault| fault.place.as_ref() == Some(&place) && fault.message == message) {
            return None;
        }
        let fault = faults.error(place, message);
        fault.help(help);
        if let (Some(organ), Some(used_by)) = (&scope.organ, &scope.used_by) {
            fault.related(used_by.clone(), format!("used by organ `{organ}`"));
        }
        None
    }
}

/// The dimension that an argument's unit asks for.
fn unit_dimension(unit: &Formula<'_>, faults: &mut Faults) -> Option<Dimension> {
    match Unit::parse(if unit.text.trim() == "1" { "" } else { &unit.text }) {
        Ok(unit) => Some(unit.dimension),
        Err(error) => {
            let fault = faults.error(unit.node.place_of_offset(error.start, error.end), error.message);
            if let Some(help) = error.help {
                fault.help(help);
            }
            None
        }
    }
}

/// How deep templates may extend each other.
const DEEPEST: usize = 32;

/// A template and all that it extends, itself first; circles and unknown names are faults.
fn collect<'d, 'f>(
    document: &'d Document<'f>,
    wanted: &(Node<'f>, String),
    chain: &mut Vec<&'d Template<'f>>,
    path: &mut Vec<String>,
    faults: &mut Faults,
) {
    let Some(template) = document.templates.iter().find(|template| template.name == wanted.1) else {
        let help = did_you_mean(&wanted.1, document.templates.iter().map(|template| template.name.as_str()));
        faults.error(wanted.0.place(), format!("no template is called `{}`", wanted.1)).help(help);
        return;
    };
    if path.len() >= DEEPEST {
        faults.error(wanted.0.place(), format!("templates extend each other more than {DEEPEST} deep"));
        return;
    }
    if path.contains(&template.name) {
        path.push(template.name.clone());
        faults.error(wanted.0.place(), format!("templates extend each other in a circle: {}", path.join(" → ")));
        path.pop();
        return;
    }
    if chain.iter().any(|known| known.name == template.name) {
        return;
    }
    chain.push(template);
    path.push(template.name.clone());
    for parent in &template.extends {
        collect(document, parent, chain, path, faults);
    }
    path.pop();
}
