//! What the tables say about each subject and occasion besides the values: doses and the subjects' own parameters.
use super::Problems;
use super::rows::ReadTable;
use crate::data::DoseEvent;
use crate::session::fitting::point::Record;
use crate::session::scenario::{EventPlan, Given, Scenario};

type Key = (Option<String>, Option<String>);

/// Subjects and occasions in the order of the tables; a single unnamed one where the tables name none.
fn keys(tables: &[ReadTable<'_>]) -> Vec<Key> {
    let mut found: Vec<Key> = Vec::new();
    for table in tables {
        let of_rows = table.observations.rows.iter().map(|row| (row.subject.clone(), row.occasion.clone()));
        let of_doses = table.doses().iter().map(|dose| (dose.subject.clone(), dose.occasion.clone()));
        for key in of_rows.chain(of_doses) {
            if !found.contains(&key) {
                found.push(key);
            }
        }
    }
    if found.is_empty() {
        found.push((None, None));
    }
    found
}

pub(super) fn records(scenario: &Scenario, tables: &[ReadTable<'_>], problems: &mut Problems) -> Vec<Record> {
    let mut records: Vec<Record> =
        keys(tables).into_iter().map(|(subject, occasion)| Record { subject, occasion, ..Record::default() }).collect();
    for table in tables {
        for record in &mut records {
            covariates(scenario, table, record, problems);
        }
        doses(scenario, table, &mut records, problems);
        if let Some(plan) = &table.plan.events
            && !table.doses().is_empty()
        {
            administrations(scenario, table, plan, &mut records, problems);
        }
    }
    records
}

fn person(record: &Record) -> String {
    let mut words = record.subject.as_ref().map_or_else(|| "the data".to_string(), |subject| format!("subject {subject}"));
    if let Some(occasion) = &record.occasion {
        words.push_str(&format!(", occasion {occasion}"));
    }
    words
}

/// A column of one number for each subject and occasion; rows that disagree are a problem.
fn covariates(scenario: &Scenario, table: &ReadTable<'_>, record: &mut Record, problems: &mut Problems) {
    for covariate in &table.plan.covariates {
        let mut known: Option<(u64, f64)> = None;
        let of_record = |key: (&Option<String>, &Option<String>)| *key.0 == record.subject && *key.1 == record.occasion;
        for row in table.observations.rows.iter().filter(|row| of_record((&row.subject, &row.occasion))) {
            let Some(value) = table.number(row, &covariate.column) else { continue };
            match known {
                Some((line, first)) if first != value => {
                    let message = format!(
                        "`{}` of {} is {value} here and {first} on line {line}: it must be one number for a subject and occasion",
                        covariate.path,
                        person(record)
                    );
                    problems.add(&table.file, Some(row.line), Some(&covariate.column), message, None);
                    break;
                }
                Some(_) => {}
                None => known = Some((row.line, value)),
            }
        }
        let Some((line, value)) = known else { continue };
        let internal = value * covariate.in_internal;
        let parameter = &scenario.model.parameters[covariate.parameter];
        if let Some((low, high)) = parameter.range
            && !(low..=high).contains(&internal)
        {
            let (low, high) = (low / covariate.in_internal, high / covariate.in_internal);
            let message = format!("`{}` of {} is {value}, the model takes {low} to {high} in this unit", covariate.path, person(record));
            problems.add(&table.file, Some(line), Some(&covariate.column), message, None);
        }
        match record.values.iter().find(|(position, _)| *position == covariate.parameter) {
            Some((_, other)) if *other != internal => {
                let message = format!("`{}` of {} is {value} here and another in an earlier table", covariate.path, person(record));
                problems.add(&table.file, Some(line), Some(&covariate.column), message, None);
            }
            Some(_) => {}
            None => record.values.push((covariate.parameter, internal)),
        }
    }
}

/// The column of doses: one dose for each subject, positive.
fn doses(scenario: &Scenario, table: &ReadTable<'_>, records: &mut [Record], problems: &mut Problems) {
    let Some((column, in_internal)) = &table.plan.dose_column else { return };
    for row in &table.observations.rows {
        let (Some(subject), Some(value)) = (&row.subject, table.number(row, column)) else { continue };
        let dose = value * in_internal;
        if dose <= 0.0 {
            let message = format!("the dose of subject {subject} must be positive, found {value}");
            problems.add(&table.file, Some(row.line), Some(column), message, None);
            continue;
        }
        for record in records.iter_mut().filter(|record| record.subject.as_ref() == Some(subject) && record.occasion == row.occasion) {
            match record.dose {
                Some(known) if known != dose => {
                    let message = format!("{} of scenario `{}` has two doses", person(record), scenario.name);
                    problems.add(&table.file, Some(row.line), Some(column), message, None);
                }
                _ => record.dose = Some(dose),
            }
        }
    }
}

fn administrations(scenario: &Scenario, table: &ReadTable<'_>, plan: &EventPlan, records: &mut [Record], problems: &mut Problems) {
    let mut given: Vec<(Key, Given)> = Vec::new();
    let mut told: Vec<u64> = Vec::new();
    for dose in table.doses() {
        let Some(site) = site(scenario, table, plan, dose, &mut told, problems) else { continue };
        let amount = dose.amount * plan.amount_in_internal;
        let administration = Given {
            site,
            at_min: dose.time * table.plan.time_in_min,
            activity_mbq: plan.is_activity.then_some(amount),
            amount: (!plan.is_activity).then_some(amount),
            unlabelled: 0.0,
            duration_min: dose.duration * table.plan.time_in_min,
            assumed: false,
        };
        given.push(((dose.subject.clone(), dose.occasion.clone()), administration));
    }
    for record in records {
        let key = (record.subject.clone(), record.occasion.clone());
        let mut own: Vec<Given> = given.iter().filter(|(of, _)| *of == key).map(|(_, given)| given.clone()).collect();
        own.sort_by(|a, b| a.at_min.total_cmp(&b.at_min));
        if own.is_empty() && told.is_empty() && record.administrations.is_none() {
            let message = format!("{} has values but no dose record", person(record));
            let row = table.observations.rows.iter().find(|row| (&row.subject, &row.occasion) == (&record.subject, &record.occasion));
            if let Some(row) = row {
                problems.add(&table.file, Some(row.line), None, message, Some("leave its rows out with `only`, or add its dose"));
            }
            continue;
        }
        if !own.is_empty() {
            record.administrations.get_or_insert_default().extend(own);
        }
    }
}

fn site(
    scenario: &Scenario,
    table: &ReadTable<'_>,
    plan: &EventPlan,
    dose: &DoseEvent,
    told: &mut Vec<u64>,
    problems: &mut Problems,
) -> Option<usize> {
    if let Some(site) = plan.only_site {
        return Some(site);
    }
    let same = |name: &str, cell: &str| name == cell || name.parse::<f64>().ok().is_some_and(|number| cell.parse() == Ok(number));
    let compartment = dose.compartment.as_deref();
    let found = plan.sites.iter().find(|(name, _)| compartment.is_some_and(|cell| same(name, cell))).map(|(_, site)| *site);
    if found.is_none() && !told.contains(&dose.line) {
        told.push(dose.line);
        let known: Vec<String> = plan.sites.iter().map(|(name, site)| format!("{name} ({})", scenario.model.sites[*site].name)).collect();
        let message = match compartment {
            Some(cell) => {
                format!("a dose into compartment {cell}, which `sites` does not map to a dosing site; it maps {}", known.join(", "))
            }
            None => "a dose without a compartment".to_string(),
        };
        problems.add(&table.file, Some(dose.line), Some(&plan.columns.compartment), message, None);
    }
    found
}
