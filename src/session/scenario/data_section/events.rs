//! The keys of an event table (`format: nonmem`): the columns of doses, their unit, and the dosing site behind each compartment number.
use super::Surroundings;
use super::datum::column;
use crate::data::EventColumns;
use crate::model::diagnostic::Faults;
use crate::model::yaml::{Fields, Node};
use crate::session::scenario::sections::site;
use crate::units::{ACTIVITY, Unit};

/// How the doses of an event table are understood.
#[derive(Clone, Debug, PartialEq)]
pub struct EventPlan {
    /// Names of the columns.
    pub columns: EventColumns,
    /// Internal units in one unit of the amounts.
    pub amount_in_internal: f64,
    /// Unit of the amounts as written.
    pub amount_unit: String,
    /// Whether the amounts are activities that the model takes as such.
    pub is_activity: bool,
    /// Compartment as the table has it → dosing site; empty: all doses go to `only_site`.
    pub sites: Vec<(String, usize)>,
    /// The site of every dose, where no map is given.
    pub only_site: Option<usize>,
}

pub(super) fn events(table: &Node<'_>, fields: &mut Fields<'_>, around: &Surroundings<'_>, faults: &mut Faults) -> Option<EventPlan> {
    let model = around.model;
    let mut columns = EventColumns::default();
    if let Some(node) = fields.get("columns")
        && let Some(mut inner) = node.fields(faults, "a mapping such as `{rate: RATE, evid: EVID}`")
    {
        let stated = &mut columns.stated;
        let mut name = |node: Option<Node<'_>>, place: &mut String| {
            if let Some(text) = node.and_then(|node| node.text(faults, "the name of a column")) {
                stated.push(text.clone());
                *place = text;
            }
        };
        name(inner.get("rate"), &mut columns.rate);
        name(inner.get("evid"), &mut columns.event);
        name(inner.get("mdv"), &mut columns.no_value);
        name(inner.get("cmt"), &mut columns.compartment);
        name(inner.get("addl"), &mut columns.additional);
        name(inner.get("ii"), &mut columns.interval);
        name(inner.get("ss"), &mut columns.steady_state);
        inner.finish(faults);
    }
    let amount_node = fields.require("amount", faults);
    let amount = column(amount_node.clone(), Some(&columns.amount), None, faults, "the amount of a dose");
    if let Some((name, unit, _)) = &amount {
        if *name != columns.amount {
            columns.stated.push(name.clone());
        }
        columns.amount = name.clone();
        check_amount(unit, amount_node.as_ref(), around, faults);
    }
    let (map_node, site_node) = (fields.get("sites"), fields.get("site"));
    let mut sites = Vec::new();
    let mut only_site = None;
    match (&map_node, &site_node) {
        (Some(node), None) => {
            for (name, entry) in node.entries(faults, "dosing sites by the number of the compartment, such as `{\"1\": oral}`") {
                sites.extend(site(&entry, model, faults).map(|position| (name, position)));
            }
        }
        (None, Some(node)) => only_site = Some(site(node, model, faults)?),
        (None, None) if model.sites.len() == 1 => only_site = Some(0),
        (None, None) => {
            let names: Vec<&str> = model.sites.iter().map(|site| site.name.as_str()).collect();
            let fault =
                faults.error(table.key_place(), "an event table needs `sites`: which compartment number is which dosing site of the model");
            fault.help(format!("the model has {}", names.join(", ")));
        }
        (Some(_), Some(node)) => {
            faults.error(node.key_place(), "an event table has `site` (all doses) or `sites` (by compartment number), not both");
        }
    }
    let (_, unit, text) = amount?;
    Some(EventPlan {
        columns,
        amount_in_internal: unit.in_internal_units,
        amount_unit: text,
        is_activity: unit.dimension == ACTIVITY && model.activity_per_amount.is_some(),
        sites,
        only_site,
    })
}

fn check_amount(unit: &Unit, node: Option<&Node<'_>>, around: &Surroundings<'_>, faults: &mut Faults) {
    let model = around.model;
    let takes_activity = model.activity_per_amount.is_some();
    if unit.dimension == model.amount || (unit.dimension == ACTIVITY && takes_activity) {
        return;
    }
    let expected =
        if takes_activity && model.amount != ACTIVITY { format!("activity or {}", model.amount) } else { model.amount.to_string() };
    faults.error(node.map(Node::place), format!("the amount of a dose must be {expected}, this unit is {}", unit.dimension));
}
