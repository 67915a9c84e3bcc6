//! YAML nodes → [`Document`]: which keys a model file has. Every problem becomes a fault; reading goes on.
use super::diagnostic::Faults;
use super::document::*;
use super::yaml::{Fields, Node};
use crate::units::is_unit_symbol;

/// Names that mean something in expressions already.
const RESERVED: &[&str] =
    &["time", "physical_decay", "if", "total", "sum", "min", "max", "exp", "ln", "log", "log10", "sqrt", "abs", "sin", "cos", "tanh"];

/// Reads a model file's root node.
pub fn decode<'f>(root: Node<'f>, faults: &mut Faults) -> Option<Document<'f>> {
    let mut fields = root.fields(faults, "a model: a mapping that starts with `model: name`")?;
    let name = fields.require("model", faults).and_then(|node| node.text(faults, "the model's name"));
    let title = text(&mut fields, "title", faults, "the model's title");
    let references = list(&mut fields, "references", faults, "a list of references");
    let nuclide = named(fields.get("nuclide"), faults, "a nuclide such as `Lu-177`");
    let amount = named(fields.get("amount"), faults, "the unit of the amounts, such as `nmol`");
    let ligands = names(fields.get("ligands"), faults, "a list of ligands such as `[labelled, unlabelled]`");
    let decay = fields.get("decay").and_then(|node| decay(node, faults));
    let activity_per_amount = formula(&mut fields, "activity_per_amount", faults, "an expression for activity per amount");
    let plasma_volume = formula(&mut fields, "plasma_volume", faults, "an expression for the plasma volume");
    let sources = sources(fields.get("sources"), faults);
    let silences = fields.get("silence").map(|node| silences(&node, faults)).unwrap_or_default();
    let parameters = values(fields.get("parameters"), &sources, &Origin::default(), faults);
    let parts = parts(&mut fields, faults);
    let mut templates = Vec::new();
    for (name, entry) in mapping(fields.get("templates"), faults, "templates by name") {
        good_name(&name, &entry, faults);
        templates.extend(template(name, entry, faults));
    }
    let mut organs = Vec::new();
    for (name, entry) in mapping(fields.get("organs"), faults, "organs by name") {
        good_name(&name, &entry, faults);
        organs.extend(organ(name, entry, &sources, faults));
    }
    let mut sites = Vec::new();
    for (name, entry) in mapping(fields.get("dosing"), faults, "dosing sites by name") {
        sites.extend(site(name, entry, faults));
    }
    let mut observables = Vec::new();
    for (name, entry) in mapping(fields.get("observables"), faults, "observables by name") {
        observables.extend(observable(name, entry, faults));
    }
    fields.finish(faults);
    Some(Document {
        root,
        name: name?,
        title,
        references,
        nuclide,
        amount,
        ligands,
        decay,
        activity_per_amount,
        plasma_volume,
        silences,
        parameters,
        parts,
        templates,
        organs,
        sites,
        observables,
    })
}

fn mapping<'f>(node: Option<Node<'f>>, faults: &mut Faults, expected: &str) -> Vec<(String, Node<'f>)> {
    node.filter(|node| !node.is_null()).map(|node| node.entries(faults, expected)).unwrap_or_default()
}

fn text(fields: &mut Fields<'_>, key: &'static str, faults: &mut Faults, expected: &str) -> Option<String> {
    fields.get(key).and_then(|node| node.text(faults, expected))
}

fn formula<'f>(fields: &mut Fields<'f>, key: &'static str, faults: &mut Faults, expected: &str) -> Option<Formula<'f>> {
    fields.get(key).and_then(|node| Formula::read(node, faults, expected))
}

fn named<'f>(node: Option<Node<'f>>, faults: &mut Faults, expected: &str) -> Option<(Node<'f>, String)> {
    node.and_then(|node| node.text(faults, expected).map(|text| (node, text)))
}

fn names<'f>(node: Option<Node<'f>>, faults: &mut Faults, expected: &str) -> Vec<(Node<'f>, String)> {
    let Some(node) = node else { return Vec::new() };
    if node.is_scalar() {
        return named(Some(node), faults, expected).into_iter().collect();
    }
    node.items(faults, expected).into_iter().filter_map(|item| named(Some(item), faults, "a name")).collect()
}

fn list(fields: &mut Fields<'_>, key: &'static str, faults: &mut Faults, expected: &str) -> Vec<String> {
    names(fields.get(key), faults, expected).into_iter().map(|(_, text)| text).collect()
}

/// Complains about a name that an expression could not use.
fn good_name(name: &str, entry: &Node<'_>, faults: &mut Faults) -> bool {
    let letters =
        name.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_') && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    let problem = if !letters {
        Some("a name is made of letters, digits and `_` and starts with a letter")
    } else if is_unit_symbol(name) {
        Some("this is the symbol of a unit")
    } else if RESERVED.contains(&name) {
        Some("this word has a meaning in expressions")
    } else {
        None
    };
    if let Some(problem) = problem {
        faults.error(entry.key_place(), format!("`{name}` cannot be a name")).label(problem);
    }
    problem.is_none()
}

fn sources(node: Option<Node<'_>>, faults: &mut Faults) -> Vec<(String, String)> {
    mapping(node, faults, "short names of sources")
        .into_iter()
        .filter_map(|(key, entry)| entry.text(faults, "a citation").map(|citation| (key, citation)))
        .collect()
}

/// `source`, `provenance` and `meaning` of an entry; a source that is a key of `sources` stands for its citation.
fn origin(fields: &mut Fields<'_>, sources: &[(String, String)], inherited: &Origin, faults: &mut Faults) -> Origin {
    let source = text(fields, "source", faults, "a citation or a key of `sources`");
    // `S: ref 14` cites a place within the source S
    let source = source.map(|written| {
        let (key, detail) = written.split_once(':').map_or((written.as_str(), ""), |(key, detail)| (key.trim(), detail.trim()));
        match sources.iter().find(|(known, _)| known == key) {
            Some((_, citation)) if detail.is_empty() => citation.clone(),
            Some((_, citation)) => format!("{citation}, {detail}"),
            None => written,
        }
    });
    let provenance = fields.get("provenance").and_then(|node| node.one_of(faults, Provenance::CHOICES));
    let meaning = text(fields, "meaning", faults, "what the value means, in words");
    Origin { source: source.or_else(|| inherited.source.clone()), provenance: provenance.or(inherited.provenance), meaning }
}

/// A value entry: `weight: 71 kg` or `weight: {value: 71 kg, source: …}`.
pub fn value<'f>(entry: Node<'f>, sources: &[(String, String)], inherited: &Origin, faults: &mut Faults) -> Option<ValueEntry<'f>> {
    const EXPECTED: &str = "a value such as `310 g`, or a mapping with `value:`";
    if !entry.is_mapping() {
        let formula = Formula::read(entry.clone(), faults, EXPECTED)?;
        return Some(ValueEntry { entry, formula, origin: inherited.clone(), range: None });
    }
    let mut fields = entry.fields(faults, EXPECTED)?;
    let formula = fields.require("value", faults).and_then(|node| Formula::read(node, faults, "a quantity or an expression"));
    let origin = origin(&mut fields, sources, inherited, faults);
    let range = fields.get("range").and_then(|node| {
        let ends = node.items(faults, "a range `[low, high]`");
        if ends.len() != 2 {
            faults.error(node.place(), format!("a range has two ends `[low, high]`, this has {}", ends.len()));
            return None;
        }
        let mut ends = ends.into_iter().map(|end| Formula::read(end, faults, "a quantity"));
        ends.next().flatten().zip(ends.next().flatten())
    });
    fields.finish(faults);
    Some(ValueEntry { entry, formula: formula?, origin, range })
}

fn values<'f>(
    node: Option<Node<'f>>,
    sources: &[(String, String)],
    inherited: &Origin,
    faults: &mut Faults,
) -> Vec<(String, ValueEntry<'f>)> {
    let mut found = Vec::new();
    for (name, entry) in mapping(node, faults, "values by name") {
        good_name(&name, &entry, faults);
        found.extend(value(entry, sources, inherited, faults).map(|value| (name, value)));
    }
    found
}

fn parts<'f>(fields: &mut Fields<'f>, faults: &mut Faults) -> Parts<'f> {
    let mut parts = Parts::default();
    for (name, entry) in mapping(fields.get("compartments"), faults, "compartments by name") {
        good_name(&name, &entry, faults);
        parts.compartments.extend(compartment(name, entry, faults));
    }
    for (name, entry) in mapping(fields.get("definitions"), faults, "shared expressions by name") {
        good_name(&name, &entry, faults);
        parts.definitions.extend(Formula::read(entry, faults, "an expression").map(|formula| (name, formula)));
    }
    if let Some(node) = fields.get("flows").filter(|node| !node.is_null()) {
        parts.flows = node.items(faults, "a list of flows").into_iter().filter_map(|entry| flow(entry, faults)).collect();
    }
    parts
}

fn compartment<'f>(name: String, entry: Node<'f>, faults: &mut Faults) -> Option<CompartmentEntry<'f>> {
    let mut found = CompartmentEntry { name, entry: entry.clone(), volume: None, initial: None, decays: true, plasma: false };
    if entry.is_null() {
        return Some(found);
    }
    let mut fields = entry.fields(faults, "nothing, or a mapping such as `{volume: 2 L}`")?;
    found.volume = formula(&mut fields, "volume", faults, "an expression for the volume");
    found.initial = formula(&mut fields, "initial", faults, "an expression for the amount at the start");
    found.decays = fields.get("decays").and_then(|node| node.boolean(faults, "`true` or `false`")).unwrap_or(true);
    found.plasma = fields.get("plasma").and_then(|node| node.boolean(faults, "`true` or `false`")).unwrap_or(false);
    fields.finish(faults);
    Some(found)
}

fn flow<'f>(entry: Node<'f>, faults: &mut Faults) -> Option<FlowEntry<'f>> {
    const EXPECTED: &str = "a flow such as `{from: a, to: b, flow: Q}`";
    let mut fields = entry.fields(faults, EXPECTED)?;
    let between = fields.get("between");
    let from = fields.get("from");
    let to = fields.get("to");
    let mut kinds = Vec::new();
    for (key, make) in [
        ("rate", FlowKind::Rate as fn(Formula<'f>) -> FlowKind<'f>),
        ("flow", FlowKind::Carried),
        ("clearance", FlowKind::Clearance),
        ("k", FlowKind::FirstOrder),
        ("permeability", FlowKind::Exchange),
    ] {
        if let Some(node) = fields.get(key) {
            kinds.push((key, Formula::read(node, faults, "an expression").map(make)));
        }
    }
    let of = named(fields.get("of"), faults, "the name of a ligand");
    fields.get("meaning");
    fields.get("source");
    fields.finish(faults);
    if kinds.len() != 1 {
        let words: Vec<_> = kinds.iter().map(|(key, _)| format!("`{key}`")).collect();
        faults
            .error(entry.place(), "a flow needs exactly one of `flow`, `clearance`, `k`, `rate` and `permeability`")
            .label(if words.is_empty() { "none is given".to_string() } else { format!("{} are given", words.join(" and ")) })
            .help("`flow` and `clearance`: volume per time; `k`: per time; `rate`: amount per time; `permeability`: volume per time, both ways");
        return None;
    }
    let (key, kind) = kinds.pop()?;
    let exchange = key == "permeability";
    let ends: Option<[(Node<'f>, String); 2]> = match (between, from, to) {
        (Some(node), None, None) if exchange => {
            let ends = names(Some(node.clone()), faults, "two compartments `[a, b]`");
            let count = ends.len();
            ends.try_into().ok().or_else(|| {
                faults.error(node.place(), format!("an exchange is between two compartments, this names {count}"));
                None
            })
        }
        (None, Some(from), Some(to)) if !exchange => {
            named(Some(from), faults, "a compartment").zip(named(Some(to), faults, "a compartment")).map(|(a, b)| [a, b])
        }
        _ if exchange => {
            faults.error(entry.place(), "an exchange by `permeability` needs `between: [a, b]`").help("one way only: write `clearance`");
            None
        }
        (between, from, to) => {
            let missing = match (between, from, to) {
                (Some(_), ..) => "`between` belongs to `permeability`",
                (_, None, _) => "`from` is missing",
                _ => "`to` is missing",
            };
            faults.error(entry.place(), format!("a flow by `{key}` needs `from` and `to`")).label(missing);
            None
        }
    };
    let [from, to] = ends?;
    Some(FlowEntry { entry, from, to, kind: kind?, of })
}

fn argument<'f>(name: String, entry: Node<'f>, faults: &mut Faults) -> Option<Argument<'f>> {
    const EXPECTED: &str = "a unit such as `L/min`, `compartment`, or a mapping with `unit:` and `default:`";
    good_name(&name, &entry, faults);
    let unit_text = |node: &Node<'f>, text: String| Formula { node: node.clone(), text, tree: None };
    if !entry.is_mapping() {
        let text = entry.text(faults, EXPECTED)?;
        let kind = if text == "compartment" {
            ArgumentKind::Compartment { default: None }
        } else {
            ArgumentKind::Quantity { unit: unit_text(&entry, text), default: None }
        };
        return Some(Argument { name, entry, kind });
    }
    let mut fields = entry.fields(faults, EXPECTED)?;
    let unit_node = fields.require("unit", faults);
    let unit = named(unit_node, faults, "a unit or `compartment`");
    let default = fields.get("default");
    fields.get("meaning");
    fields.finish(faults);
    let (node, unit) = unit?;
    let kind = if unit == "compartment" {
        ArgumentKind::Compartment { default: named(default, faults, "a compartment") }
    } else {
        ArgumentKind::Quantity {
            unit: unit_text(&node, unit),
            default: default.and_then(|node| Formula::read(node, faults, "a quantity or an expression")),
        }
    };
    Some(Argument { name, entry, kind })
}

fn template<'f>(name: String, entry: Node<'f>, faults: &mut Faults) -> Option<Template<'f>> {
    let mut fields = entry.fields(faults, "a template: a mapping with `arguments`, `compartments`, `flows`")?;
    let extends = names(fields.get("extends"), faults, "the templates it extends");
    let arguments = mapping(fields.get("arguments"), faults, "arguments by name")
        .into_iter()
        .filter_map(|(name, entry)| argument(name, entry, faults))
        .collect();
    let parts = parts(&mut fields, faults);
    fields.get("meaning");
    fields.finish(faults);
    Some(Template { name, entry, extends, arguments, parts })
}

fn organ<'f>(name: String, entry: Node<'f>, sources: &[(String, String)], faults: &mut Faults) -> Option<Organ<'f>> {
    const EXPECTED: &str = "an organ: a mapping with `template:` and its arguments";
    let mut template = None;
    let mut inherited = Origin::default();
    let mut arguments = Vec::new();
    for (key, node) in entry.entries(faults, EXPECTED) {
        match key.as_str() {
            "template" => template = named(Some(node), faults, "the name of a template"),
            "source" | "provenance" | "meaning" => {}
            _ => arguments.push((key, node)),
        }
    }
    if entry.is_mapping() {
        // `source`, `provenance` and `meaning` of the organ hold for all its values; the arguments have names of the author's own
        let mut fields = entry.fields(faults, EXPECTED)?;
        inherited = Origin { meaning: None, ..origin(&mut fields, sources, &inherited, faults) };
    }
    let values =
        arguments.into_iter().filter_map(|(key, node)| value(node, sources, &inherited, faults).map(|value| (key, value))).collect();
    if template.is_none() && entry.is_mapping() {
        faults.error(entry.key_place(), format!("organ `{name}` needs a `template`"));
    }
    Some(Organ { name, entry, template: template?, values })
}

fn site<'f>(name: String, entry: Node<'f>, faults: &mut Faults) -> Option<SiteEntry<'f>> {
    good_name(&name, &entry, faults);
    if !entry.is_mapping() {
        let into = named(Some(entry.clone()), faults, "a compartment, or a mapping of compartments to shares")?;
        return Some(SiteEntry { name, entry, shares: vec![(into.0, into.1, None)] });
    }
    let shares = entry
        .entries(faults, "compartments with their shares of the dose")
        .into_iter()
        .filter_map(|(compartment, node)| {
            Formula::read(node.clone(), faults, "a share of the dose").map(|share| (node, compartment, Some(share)))
        })
        .collect();
    Some(SiteEntry { name, entry, shares })
}

fn observable<'f>(name: String, entry: Node<'f>, faults: &mut Faults) -> Option<ObservableEntry<'f>> {
    const EXPECTED: &str = "an observable: a mapping with `region`, `concentration`, `percent_injected` or `value`";
    good_name(&name, &entry, faults);
    let mut fields = entry.fields(faults, EXPECTED)?;
    let title = text(&mut fields, "title", faults, "words for figures");
    let mut kinds = Vec::new();
    for (key, make) in [
        ("region", ObservableKind::Region as fn(Formula<'f>) -> ObservableKind<'f>),
        ("concentration", ObservableKind::Concentration),
        ("percent_injected", ObservableKind::PercentInjected),
        ("value", ObservableKind::Value),
    ] {
        if let Some(node) = fields.get(key) {
            kinds.push(Formula::read(node, faults, "an expression").map(make));
        }
    }
    fields.finish(faults);
    if kinds.len() != 1 {
        faults.error(
            entry.key_place(),
            format!("observable `{name}` needs exactly one of `region`, `concentration`, `percent_injected` and `value`"),
        );
        return None;
    }
    Some(ObservableEntry { name, entry, title, kind: kinds.pop()?? })
}

fn decay<'f>(node: Node<'f>, faults: &mut Faults) -> Option<DecayEntry<'f>> {
    let mut fields = node.fields(faults, "a mapping such as `{from: labelled, to: unlabelled}`")?;
    let rate = formula(&mut fields, "rate", faults, "a rate constant");
    let from = named(fields.get("from"), faults, "a ligand");
    let to = named(fields.get("to"), faults, "a ligand");
    fields.finish(faults);
    Some(DecayEntry { entry: node, rate, from, to })
}

fn silences<'f>(node: &Node<'f>, faults: &mut Faults) -> Vec<Silence<'f>> {
    let mut found = Vec::new();
    for entry in node.items(faults, "a list such as `- {lint: half-life, reason: …}`") {
        let Some(mut fields) = entry.fields(faults, "a mapping with `lint` and `reason`") else { continue };
        let lint = named(fields.require("lint", faults), faults, "the name of a lint");
        let at = text(&mut fields, "at", faults, "a name of the model");
        let reason = fields.require("reason", faults).and_then(|node| node.text(faults, "the reason"));
        fields.finish(faults);
        if let (Some(lint), Some(reason)) = (lint, reason) {
            if reason.trim().is_empty() {
                faults.error(entry.place(), "a lint is silenced with a reason, this one is empty");
            }
            found.push(Silence { entry, lint, at, reason });
        }
    }
    found
}
