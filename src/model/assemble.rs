//! Document → checked model: every expression resolved, every flow proven to be amount per time, every end of a flow found.
use super::checked::*;
use super::diagnostic::{Faults, did_you_mean};
use super::document::{self as doc, Document, ValueEntry};
use super::flatten::{Flat, Meaning, Scope, flatten};
use super::resolve::{Context, Resolver};
use super::yaml::Node;
use crate::nuclide::{self, Nuclide};
use crate::units::{AMOUNT, DIMENSIONLESS, Dimension, RATE, TIME, Unit, VOLUME_FLOW};

/// What the checks of physiology need beside the model.
pub struct Assembled<'f> {
    /// The model.
    pub model: Model,
    /// Its flat table.
    pub flat: Flat<'f>,
    /// Names that some expression, flow, site or observable uses.
    pub used: std::collections::BTreeSet<String>,
    /// Node of the plasma volume that the file states.
    pub plasma_volume: Option<crate::model::expr::graph::NodeId>,
}

/// Builds the model; `None` if there are errors (all of them in `faults`).
pub fn assemble<'f>(document: &Document<'f>, overrides: &[(String, ValueEntry<'f>)], faults: &mut Faults) -> Option<Assembled<'f>> {
    let flat = flatten(document, overrides, faults);
    let nuclide = document.nuclide.as_ref().and_then(|(node, name)| find_nuclide(node, name, faults));
    let (amount, amount_unit) = amount_dimension(document, faults);
    let named: Vec<String> = document.ligands.iter().map(|(_, name)| name.clone()).collect();
    for (position, (node, name)) in document.ligands.iter().enumerate() {
        if named[..position].contains(name) {
            faults.error(node.place(), format!("ligand `{name}` is named twice"));
        }
    }
    let ligands = if named.is_empty() { vec![String::new()] } else { named };
    let mut resolver = Resolver::new(&flat, &ligands, amount, nuclide);
    let body = Context { scope: Scope::default(), ligand: None, constant: true };

    // parameters in the order of the file, so that listings and knobs read like it
    let mut derived_nodes = Vec::new();
    for path in &flat.order {
        let symbol = &flat.symbols[path];
        if let Meaning::Value(entry) = &symbol.meaning
            && let Some((node, dimension)) = resolver.symbol(path, None, faults)
            && !resolver.parameters.iter().any(|parameter| parameter.path == *path)
        {
            derived_nodes.push((path.clone(), node, dimension, entry.clone()));
        }
    }
    let compartments = compartments(&flat, &mut resolver, faults);
    let flows = flows(&flat, &mut resolver, faults);
    let decay = decay(document, &ligands, nuclide, &mut resolver, faults);
    let activity_per_amount = activity_per_amount(document, nuclide, amount, &mut resolver, &body, faults);
    let plasma_volume = document
        .plasma_volume
        .as_ref()
        .and_then(|formula| resolver.formula_as(formula, crate::units::VOLUME, "the plasma volume", &body, faults));
    let sites = document.sites.iter().filter_map(|site| dosing_site(site, &flat, &mut resolver, &body, faults)).collect();
    let observables = document.observables.iter().filter_map(|entry| observable(entry, &ligands, &mut resolver, faults)).collect();
    // definitions that nothing used are still checked
    for path in &flat.order {
        if let Meaning::Definition(_) = flat.symbols[path].meaning
            && !resolver.used.contains(path)
        {
            resolver.symbol(path, Some(0), faults);
        }
    }
    if flat.compartments.is_empty() {
        faults.error(document.root.place(), "a model needs at least one compartment").label("none is declared");
    }
    let Resolver { graph, parameters, mut used, .. } = resolver;
    let derived = derived_nodes
        .into_iter()
        .map(|(path, node, dimension, entry)| Derived {
            range: fixed_range(&entry, dimension),
            path,
            node,
            dimension,
            place: entry.entry.key_place(),
            origin: entry.origin,
        })
        .collect();
    for (flow, scope) in &flat.flows {
        for (_, name) in [&flow.from, &flow.to] {
            used.extend(flat.find(name, scope).map(str::to_string));
            used.insert(scope.path(name));
        }
    }
    for site in &document.sites {
        used.extend(site.shares.iter().map(|(_, name, _)| name.clone()));
    }
    if faults.has_errors() {
        return None;
    }
    let model = Model {
        name: document.name.clone(),
        title: document.title.clone().unwrap_or_else(|| document.name.clone()),
        references: document.references.clone(),
        nuclide,
        amount,
        amount_unit,
        ligands,
        decay,
        activity_per_amount,
        parameters,
        derived,
        compartments,
        flows,
        sites,
        observables,
        graph,
        silenced: Vec::new(),
    };
    Some(Assembled { model, flat, used, plasma_volume })
}

fn fixed_range(entry: &ValueEntry<'_>, dimension: Dimension) -> Option<(f64, f64)> {
    let end = |formula: &doc::Formula<'_>| {
        crate::units::Quantity::parse(&formula.text).ok().filter(|quantity| quantity.dimension == dimension).map(|quantity| quantity.value)
    };
    entry.range.as_ref().and_then(|(low, high)| end(low).zip(end(high)))
}

fn find_nuclide(node: &Node<'_>, name: &str, faults: &mut Faults) -> Option<&'static Nuclide> {
    match nuclide::find(name) {
        Ok(nuclide) => Some(nuclide),
        Err(error) => {
            faults.error(node.place(), error.to_string());
            None
        }
    }
}

fn amount_dimension(document: &Document<'_>, faults: &mut Faults) -> (Dimension, String) {
    let Some((node, text)) = &document.amount else { return (AMOUNT, "nmol".to_string()) };
    match Unit::parse(text) {
        Ok(unit) => (unit.dimension, text.clone()),
        Err(error) => {
            let fault = faults.error(node.place_of_offset(error.start, error.end), error.message);
            if let Some(help) = error.help {
                fault.help(help);
            }
            (AMOUNT, "nmol".to_string())
        }
    }
}

fn compartments<'f>(flat: &Flat<'f>, resolver: &mut Resolver<'_, 'f>, faults: &mut Faults) -> Vec<Compartment> {
    let amount = resolver.amount;
    let mut found = Vec::new();
    for (position, compartment) in flat.compartments.iter().enumerate() {
        let context = Context { scope: compartment.scope.clone(), ligand: None, constant: true };
        let initial =
            compartment.entry.initial.as_ref().and_then(|formula| resolver.formula_as(formula, amount, "`initial`", &context, faults));
        found.push(Compartment {
            path: compartment.path.clone(),
            volume: resolver.volume(position, faults),
            initial,
            decays: compartment.entry.decays,
            plasma: compartment.entry.plasma,
            place: compartment.entry.entry.key_place(),
        });
    }
    found
}

fn flows<'f>(flat: &Flat<'f>, resolver: &mut Resolver<'_, 'f>, faults: &mut Faults) -> Vec<Flow> {
    let per_time = resolver.amount.over(TIME);
    let mut found = Vec::new();
    for (entry, scope) in &flat.flows {
        let from = flat.compartment(&entry.from.1, scope, entry.from.0.place(), faults);
        let to = flat.compartment(&entry.to.1, scope, entry.to.0.place(), faults);
        let only = match &entry.of {
            None => None,
            Some((node, name)) => {
                let position = resolver.ligands.iter().position(|ligand| ligand == name);
                if position.is_none() {
                    let help = did_you_mean(name, resolver.ligands.iter().map(String::as_str));
                    faults.error(node.place(), format!("no ligand is called `{name}`")).help(help);
                    continue;
                }
                position
            }
        };
        let place = entry.entry.place();
        if let (Some(from), Some(to)) = (from, to)
            && from == to
        {
            faults.error(place.clone(), format!("this flow goes from `{}` to itself", flat.compartments[from].path));
            continue;
        }
        let constant = Context { scope: scope.clone(), ligand: None, constant: false };
        let coefficient = match &entry.kind {
            doc::FlowKind::Rate(_) => None,
            doc::FlowKind::Carried(formula) => {
                resolver.formula_as(formula, VOLUME_FLOW, "a `flow`", &constant, faults).map(|node| (node, FlowKind::Carried, formula))
            }
            doc::FlowKind::Clearance(formula) => resolver
                .formula_as(formula, VOLUME_FLOW, "a `clearance`", &constant, faults)
                .map(|node| (node, FlowKind::Clearance, formula)),
            doc::FlowKind::FirstOrder(formula) => resolver
                .formula_as(formula, RATE, "a rate constant `k`", &constant, faults)
                .map(|node| (node, FlowKind::FirstOrder, formula)),
            doc::FlowKind::Exchange(formula) => resolver
                .formula_as(formula, VOLUME_FLOW, "a `permeability` (permeability times surface)", &constant, faults)
                .map(|node| (node, FlowKind::Exchange, formula)),
        };
        let text = match &entry.kind {
            doc::FlowKind::Rate(f)
            | doc::FlowKind::Carried(f)
            | doc::FlowKind::Clearance(f)
            | doc::FlowKind::FirstOrder(f)
            | doc::FlowKind::Exchange(f) => f.text.trim().to_string(),
        };
        let organ = scope.organ.clone().zip(scope.used_by.clone());
        let mut directions = vec![(from, to, &entry.from)];
        if matches!(entry.kind, doc::FlowKind::Exchange(_)) {
            directions.push((to, from, &entry.to));
        }
        for (from, to, origin) in directions {
            let mut rates = Vec::new();
            for ligand in 0..resolver.ligands.len() {
                if only.is_some_and(|only| only != ligand) {
                    rates.push(None);
                    continue;
                }
                let context = Context { scope: scope.clone(), ligand: Some(ligand), constant: false };
                let rate = match (&entry.kind, &coefficient) {
                    (doc::FlowKind::Rate(formula), _) => resolver.formula_as(formula, per_time, "a `rate`", &context, faults),
                    (_, Some((node, FlowKind::FirstOrder, _))) => from.map(|from| {
                        let amount = resolver.amount_node(from, ligand);
                        resolver.graph.multiply(*node, amount)
                    }),
                    (_, Some((node, ..))) => from
                        .and_then(|from| resolver.concentration(from, ligand, origin.0.place(), &context, faults))
                        .map(|concentration| resolver.graph.multiply(*node, concentration)),
                    (_, None) => None,
                };
                rates.push(rate);
            }
            if let (Some(from), Some(to)) = (from, to) {
                found.push(Flow {
                    from,
                    to,
                    kind: coefficient.as_ref().map_or(FlowKind::Rate, |(_, kind, _)| *kind),
                    coefficient: coefficient.as_ref().map(|(node, ..)| *node),
                    rates,
                    place: place.clone(),
                    organ: organ.clone(),
                    text: text.clone(),
                });
            }
        }
    }
    found
}

fn decay<'f>(
    document: &Document<'f>,
    ligands: &[String],
    nuclide: Option<&'static Nuclide>,
    resolver: &mut Resolver<'_, 'f>,
    faults: &mut Faults,
) -> Option<Decay> {
    let entry = document.decay.as_ref()?;
    let find = |end: &Option<(Node<'f>, String)>, faults: &mut Faults| -> Option<Option<usize>> {
        let Some((node, name)) = end else { return Some(None) };
        let position = ligands.iter().position(|ligand| ligand == name);
        if position.is_none() {
            let help = did_you_mean(name, ligands.iter().map(String::as_str));
            faults.error(node.place(), format!("no ligand is called `{name}`")).help(help);
            return None;
        }
        Some(position)
    };
    let from = find(&entry.from, faults)?;
    let to = find(&entry.to, faults)?;
    if from.is_none() && ligands.len() > 1 {
        faults.error(entry.entry.place(), "with several ligands, `decay` needs `from: ` the one that decays");
        return None;
    }
    let from = from.unwrap_or(0);
    if to == Some(from) {
        faults.error(entry.entry.place(), "a ligand cannot decay into itself");
        return None;
    }
    let context = Context { scope: Scope::default(), ligand: None, constant: true };
    let rate = match &entry.rate {
        Some(formula) => resolver.formula_as(formula, RATE, "the decay `rate`", &context, faults)?,
        None => match nuclide {
            Some(nuclide) => resolver.graph.constant(nuclide.decay_constant_per_min()),
            None => {
                faults.error(entry.entry.place(), "`decay` needs a `rate`, or the model a `nuclide`");
                return None;
            }
        },
    };
    Some(Decay { rate, from, to, place: entry.entry.key_place() })
}

fn activity_per_amount<'f>(
    document: &Document<'f>,
    nuclide: Option<&'static Nuclide>,
    amount: Dimension,
    resolver: &mut Resolver<'_, 'f>,
    body: &Context,
    faults: &mut Faults,
) -> Option<crate::model::expr::graph::NodeId> {
    let activity = crate::units::ACTIVITY;
    if let Some(formula) = &document.activity_per_amount {
        return resolver.formula_as(formula, activity.over(amount), "`activity_per_amount`", body, faults);
    }
    let nuclide = nuclide?;
    // A = λ N: what a nanomole of the pure labelled ligand has
    if amount == AMOUNT {
        return Some(resolver.graph.constant(nuclide.mbq_per_nmol()));
    }
    (amount == activity).then(|| resolver.graph.constant(1.0))
}

fn dosing_site<'f>(
    site: &doc::SiteEntry<'f>,
    flat: &Flat<'f>,
    resolver: &mut Resolver<'_, 'f>,
    body: &Context,
    faults: &mut Faults,
) -> Option<Site> {
    let mut shares = Vec::new();
    for (node, name, share) in &site.shares {
        let place = if share.is_some() { node.key_place() } else { node.place() };
        let compartment = flat.compartment(name, &Scope::default(), place, faults);
        let node = match share {
            Some(formula) => resolver.formula_as(formula, DIMENSIONLESS, "a share of the dose", body, faults),
            None => Some(resolver.graph.constant(1.0)),
        };
        shares.extend(compartment.zip(node));
    }
    if site.shares.is_empty() {
        faults.error(site.entry.place(), format!("dosing site `{}` names no compartment", site.name));
    }
    Some(Site { name: site.name.clone(), shares })
}

fn observable<'f>(
    entry: &doc::ObservableEntry<'f>,
    ligands: &[String],
    resolver: &mut Resolver<'_, 'f>,
    faults: &mut Faults,
) -> Option<Observable> {
    let (kind, formula) = match &entry.kind {
        doc::ObservableKind::Region(formula) => (ObservableKind::Region, formula),
        doc::ObservableKind::Concentration(formula) => (ObservableKind::Concentration, formula),
        doc::ObservableKind::PercentInjected(formula) => (ObservableKind::PercentInjected, formula),
        doc::ObservableKind::Value(formula) => (ObservableKind::Value, formula),
    };
    let wanted = match kind {
        ObservableKind::Region => Some((resolver.amount, "a `region`")),
        ObservableKind::Concentration => Some((resolver.concentration_dimension(), "a `concentration`")),
        ObservableKind::PercentInjected => Some((resolver.amount, "a `percent_injected`")),
        ObservableKind::Value => None,
    };
    let mut nodes = Vec::new();
    let mut dimension = DIMENSIONLESS;
    for ligand in 0..ligands.len() {
        let context = Context { scope: Scope::default(), ligand: Some(ligand), constant: false };
        match wanted {
            Some((wanted, what)) => {
                nodes.push(resolver.formula_as(formula, wanted, what, &context, faults)?);
                dimension = wanted;
            }
            None => {
                let (node, found) = resolver.formula(formula, &context, faults)?;
                nodes.push(node);
                dimension = found;
            }
        }
    }
    Some(Observable {
        name: entry.name.clone(),
        title: entry.title.clone().unwrap_or_else(|| entry.name.replace('_', " ")),
        kind,
        nodes,
        dimension,
        place: entry.entry.key_place(),
    })
}
