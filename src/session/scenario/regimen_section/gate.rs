//! Gates: `{read: platelets, below: 75, …}`, by name under `gates`, or a label's by its name.
use super::super::reading::positive;
use super::Against;
use crate::model::diagnostic::{Faults, did_you_mean};
use crate::model::yaml::Node;
use crate::regimen::{Analyte, Condition, Gate, PhysiologyPlan, Reduce, label_rules};
use crate::session::scenario::dosimetry_section::share;
use crate::units::{ACTIVITY, MINUTES_PER_WEEK, TIME};

/// Analytes that the scenario's physiology has.
pub(super) fn analytes(physiology: &PhysiologyPlan) -> Vec<Analyte> {
    let mut found: Vec<Analyte> =
        physiology.counts.iter().flat_map(|counts| &counts.lineages).map(|lineage| Analyte::Cells(lineage.kind)).collect();
    found.extend(physiology.kidneys.as_ref().map(|_| Analyte::Clearance));
    found.extend(physiology.symptoms.iter().map(|symptom| Analyte::Symptom(symptom.name.clone())));
    found
}

/// The gates of the section, and the names of all that were written.
pub(super) fn gates(node: &Node<'_>, against: &Against<'_>, faults: &mut Faults) -> (Vec<Gate>, Vec<String>) {
    let entries = node.entries(faults, "gates by name such as `low_platelets: {read: platelets, below: 75}`");
    let written = entries.iter().map(|(name, _)| name.clone()).collect();
    (entries.into_iter().filter_map(|(name, entry)| gate(name, &entry, against, faults)).collect(), written)
}

/// The gates that an arm names: a label's rules, or gates of the section.
pub(super) fn named(node: &Node<'_>, (known, written): (&[Gate], &[String]), against: &Against<'_>, faults: &mut Faults) -> Vec<Gate> {
    let names: Vec<Node<'_>> = if node.is_sequence() { node.items(faults, "names of gates") } else { vec![node.clone()] };
    let mut found = Vec::new();
    for item in &names {
        let Some(name) = item.text(faults, "the name of a gate") else { continue };
        if let Some(label) = label_rules::find(&name) {
            let there = analytes(&against.physiology);
            let (usable, missing): (Vec<Gate>, Vec<Gate>) = label.into_iter().partition(|gate| there.contains(&gate.analyte));
            if usable.is_empty() {
                let message = format!("`{name}` can never fire: nothing that it reads is simulated");
                faults.error(item.place(), message).help("`physiology` with `blood_counts` or `kidney_function` gives what it reads");
            } else if !missing.is_empty() {
                let names: Vec<&str> = missing.iter().map(|gate| gate.name.as_str()).collect();
                faults.warning(
                    item.place(),
                    format!("of `{name}` these can never fire, what they read is not simulated: {}", names.join(", ")),
                );
            }
            found.extend(usable);
        } else if let Some(gate) = known.iter().find(|gate| gate.name == name) {
            found.push(gate.clone());
        } else if !written.contains(&name) {
            let names = written.iter().map(String::as_str).chain(label_rules::NAMES);
            let help = did_you_mean(&name, names);
            faults.error(item.place(), format!("there is no gate `{name}`")).help(help);
        }
    }
    found
}

fn gate(name: String, entry: &Node<'_>, against: &Against<'_>, faults: &mut Faults) -> Option<Gate> {
    let mut fields = entry.fields(faults, "a gate such as `{read: platelets, below: 75, recheck: 2 wk}`")?;
    let analyte = fields.require("read", faults).and_then(|node| analyte(&node, against, faults));
    // read before the analyte is known, so that a wrong analyte makes no unknown keys
    let stated = FIRES.map(|key| fields.get(key));
    let fires = analyte.as_ref().and_then(|analyte| condition(stated, analyte, entry, faults));
    let (until_at_least, until_grade) = (fields.get("until_at_least"), fields.get("until_grade"));
    let recovered = analyte.as_ref().and_then(|analyte| match (until_at_least, until_grade) {
        (Some(_), Some(node)) => {
            faults.error(node.key_place(), "a gate waits `until_at_least` a value or `until_grade`, not both");
            None
        }
        (Some(node), None) => number_of(&node, analyte, faults).map(Condition::Below),
        (None, Some(node)) => grade(&node, 0, 3, analyte, faults).map(|grade| Condition::GradeAtLeast(grade + 1)),
        (None, None) => fires,
    });
    let withhold_node = fields.get("withhold");
    let withhold = withhold_node.as_ref().and_then(|node| node.boolean(faults, "`true` or `false`")).unwrap_or(true);
    let since_last_cycle =
        fields.get("looks_at").and_then(|node| node.one_of(faults, &[("worst-since-last-cycle", true), ("day", false)])).unwrap_or(true);
    let recheck_min =
        fields.get("recheck").and_then(|node| positive(&node, TIME, faults, "the time to the next check")).unwrap_or(MINUTES_PER_WEEK);
    let longest_node = fields.get("longest_delay");
    let longest_delay_min = longest_node.as_ref().and_then(|node| positive(node, TIME, faults, "the longest delay"));
    let reduce_to_node = fields.get("reduce_to");
    let reduce_to = reduce_to_node.as_ref().and_then(|node| positive(node, ACTIVITY, faults, "the reduced activity"));
    let reduce_by_node = fields.get("reduce_by");
    let reduce_by = reduce_by_node.as_ref().and_then(|node| share(node, faults, "the reduction"));
    let re_escalate_node = fields.get("re_escalate");
    let re_escalate = re_escalate_node.as_ref().and_then(|node| node.boolean(faults, "`true` or `false`")).unwrap_or(false);
    let stop = fields.get("stop").and_then(|node| node.boolean(faults, "`true` or `false`")).unwrap_or(false);
    let stop_on_recurrence = fields.get("stop_on_recurrence").and_then(|node| node.boolean(faults, "`true` or `false`")).unwrap_or(false);
    let source = fields.get("source").and_then(|node| node.text(faults, "a citation"));
    fields.get("provenance");
    fields.finish(faults);
    let reduce = match (reduce_to, reduce_by) {
        (Some(_), Some(_)) => {
            faults.error(entry.place(), "a gate reduces either `reduce_to` an activity or `reduce_by` a share");
            return None;
        }
        (Some(mbq), None) => Reduce::To(mbq),
        (None, Some(share)) => Reduce::By(share),
        (None, None) => Reduce::No,
    };
    if let (Some(node), Some(longest)) = (&longest_node, longest_delay_min)
        && longest < recheck_min
    {
        faults.error(node.place(), "the longest delay is shorter than the time to the next check: every firing would end the treatment");
    }
    if let Some(node) = &re_escalate_node
        && re_escalate
        && reduce == Reduce::No
    {
        faults.error(node.key_place(), "there is nothing to return from: this gate does not reduce the activity");
    }
    if !withhold && reduce == Reduce::No && !stop && !stop_on_recurrence {
        faults.error(entry.place(), "this gate does nothing: it neither withholds, reduces nor stops");
    }
    Some(Gate {
        name,
        analyte: analyte?,
        fires: fires?,
        withhold: withhold.then_some(recovered?),
        since_last_cycle,
        recheck_min,
        longest_delay_min,
        reduce,
        re_escalate,
        stop,
        stop_on_recurrence,
        source,
    })
}

fn analyte(node: &Node<'_>, against: &Against<'_>, faults: &mut Faults) -> Option<Analyte> {
    let name = node.text(faults, "what the gate reads")?;
    let there = analytes(&against.physiology);
    if let Some(found) = there.iter().find(|analyte| analyte.name() == name) {
        return Some(found.clone());
    }
    let of_target =
        |target: &crate::dosimetry::course::DoseTarget| [format!("{}_dose", target.name), format!("{}_bed", target.name)].contains(&name);
    let is_dose = against.targets.iter().any(of_target) || name.contains("dose") || name.contains("true_");
    let inside = against.model.observable(&name).is_some() || against.model.parameter(&name).is_some();
    let names: Vec<&str> = there.iter().map(Analyte::name).collect();
    let known = if names.is_empty() { "nothing is simulated that a gate could read".to_owned() } else { did_you_mean(&name, names) };
    let end = if known.ends_with('?') { "" } else { ";" };
    let message = if is_dose {
        format!("a rule cannot read `{name}`: the true dose is not known to a clinic. A `limit` acts on the estimated dose")
    } else if inside {
        format!(
            "a gate cannot read `{name}`: it is inside the patient; a gate reads what a laboratory reports, a `limit` acts on what scans tell"
        )
    } else {
        format!("the gate can never fire: `{name}` is not simulated")
    };
    faults.error(node.place(), message).help(format!("{known}{end} `physiology` says what is simulated"));
    None
}

/// Keys that say when a gate fires.
const FIRES: [&str; 4] = ["below", "grade", "fallen_by", "present"];

fn condition(
    [below, grades, fallen, present]: [Option<Node<'_>>; 4],
    analyte: &Analyte,
    entry: &Node<'_>,
    faults: &mut Faults,
) -> Option<Condition> {
    let stated = [&below, &grades, &fallen, &present].into_iter().flatten().count();
    if stated != 1 {
        let help = "for example `below: 75`, `grade: 2`, `fallen_by: 40 %`, or `present: true` for a symptom";
        faults.error(entry.place(), format!("a gate has one condition, this has {stated}")).help(help);
        return None;
    }
    if let Some(node) = below {
        return number_of(&node, analyte, faults).map(Condition::Below);
    }
    if let Some(node) = grades {
        return grade(&node, 1, 4, analyte, faults).map(Condition::GradeAtLeast);
    }
    if let Some(node) = fallen {
        return share(&node, faults, "the fall").map(Condition::FallenBy);
    }
    let node = present?;
    match analyte {
        Analyte::Symptom(_) => Some(Condition::Present),
        _ => {
            faults.error(node.place(), format!("`{}` is a value, no symptom", analyte.name()));
            None
        }
    }
}

/// A value in the analyte's unit.
fn number_of(node: &Node<'_>, analyte: &Analyte, faults: &mut Faults) -> Option<f64> {
    let value = node.number(faults, &format!("a number in {}", analyte.unit()))?;
    if matches!(analyte, Analyte::Symptom(_)) {
        faults.error(node.place(), format!("`{}` is a symptom, it has no value: use `present: true`", analyte.name()));
        return None;
    }
    if value <= 0.0 {
        faults.error(node.place(), format!("no value lies below {value} {}: this can never be met", analyte.unit()));
        return None;
    }
    Some(value)
}

fn grade(node: &Node<'_>, low: i64, high: i64, analyte: &Analyte, faults: &mut Faults) -> Option<u8> {
    let grade = super::super::reading::count(node, low, high, faults, "a CTCAE grade here")?;
    if analyte.grade(1.0).is_none() {
        faults.error(node.place(), format!("`{}` has no CTCAE grades here", analyte.name()));
        return None;
    }
    u8::try_from(grade).ok()
}
