//! One table: its rows as points in the unit that the model predicts, its doses, its columns of covariates.
use std::collections::BTreeMap;

use super::Problems;
use crate::data::conversion::poisson_deviation;
use crate::data::problem::TableProblems;
use crate::data::{
    ChannelColumn, Channels, Datum, DoseEvent, Events, Observation, Observations, Step, TableMapping, header_of, parse_events, parse_table,
    read_bytes,
};
use crate::session::fitting::point::Point;
use crate::session::scenario::{ChannelPlan, Deviation, Scenario, TablePlan};
use crate::units::MINUTES_PER_HOUR;

/// A table as it was read.
pub(super) struct ReadTable<'p> {
    pub plan: &'p TablePlan,
    /// File as people write it.
    pub file: String,
    /// The raw rows.
    pub observations: Observations,
    /// The channels, with the columns that an event table has by convention.
    pub channels: Vec<ChannelPlan>,
    /// Points, in the order of the rows.
    pub points: Vec<Point>,
    /// Doses of an event table.
    pub events: Option<Events>,
    /// Channels of the file that no observable is mapped to.
    pub unmapped: Vec<String>,
    /// Values that were numbers below the stated limit.
    pub found_below: usize,
    /// A mapped channel without rows.
    pub empty_channel: Option<String>,
    pub warnings: Vec<String>,
    mapping: TableMapping,
}

impl ReadTable<'_> {
    /// The number in a further column of a row.
    pub fn number(&self, row: &Observation, column: &str) -> Option<f64> {
        number_of(&self.mapping, row, column)
    }
}

fn number_of(mapping: &TableMapping, row: &Observation, column: &str) -> Option<f64> {
    let position = mapping.numbers.iter().position(|(name, _)| name == column)?;
    row.numbers.get(position).copied().flatten()
}

/// Columns of numbers beside the values, each once, with what they are for.
fn further_columns(plan: &TablePlan, channels: &[ChannelPlan]) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str, role: String| {
        if !found.iter().any(|(known, _)| known == name) {
            found.push((name.to_string(), role));
        }
    };
    for channel in channels {
        for (name, role) in channel.conversion.columns() {
            add(&name, role);
        }
        if let Some(name) = channel.counting_time.as_ref().and_then(Datum::column) {
            add(name, "counting time".into());
        }
        if let Some(name) = channel.limit.as_ref().and_then(Datum::column) {
            add(name, "limit of quantification".into());
        }
        if let Some(name) = &channel.below_flag {
            add(name, "mark: 1 below the limit of quantification".into());
        }
        if let Some(Deviation::Relative { name, .. }) = &channel.sd {
            add(name, "relative standard deviation".into());
        }
        // in a wide table each channel has its own column of deviations; in a long one channels may differ in it too
        if let Some(Deviation::Column { name, .. }) = &channel.sd {
            add(name, "standard deviation".into());
        }
    }
    if let Some((name, _)) = &plan.dose_column {
        add(name, "dose of the subject".into());
    }
    for covariate in &plan.covariates {
        add(&covariate.column, format!("`{}` of the subject", covariate.path));
    }
    found
}

fn mapping_of(plan: &TablePlan, channels: &[ChannelPlan]) -> TableMapping {
    let layout = match &plan.channel_column {
        Some(column) => {
            let value = channels.first().map_or_else(String::new, |channel| channel.value_column.clone());
            Channels::Long { channel: column.clone(), value, sd: None, value_scale: 1.0 }
        }
        None => Channels::Wide(channels.iter().map(|channel| ChannelColumn::new(&channel.name, &channel.value_column)).collect()),
    };
    let mut mapping = TableMapping::new(plan.time_column.clone(), layout);
    mapping.delimiter = plan.delimiter;
    mapping.decimal = plan.decimal;
    if let Some(marks) = &plan.missing {
        // an empty cell is no value, whatever the marks
        mapping.missing = std::iter::once(String::new()).chain(marks.iter().cloned()).collect();
    }
    mapping.below.clone_from(&plan.below);
    mapping.subject.clone_from(&plan.subject_column);
    mapping.occasion.clone_from(&plan.occasion_column);
    mapping.scan.clone_from(&plan.scan_column);
    mapping.excluded.clone_from(&plan.excluded_column);
    mapping.filters.clone_from(&plan.only);
    mapping.replicates = plan.replicates;
    mapping.earliest_time = plan.earliest_min / plan.time_in_min;
    mapping.numbers = further_columns(plan, channels);
    mapping
}

/// Columns LLOQ and BLQ of an event table mean what they are called, unless the scenario names others.
fn by_convention(channels: &mut [ChannelPlan], header: &[String]) {
    for channel in channels {
        if channel.limit.is_none() && header.iter().any(|name| name == "LLOQ") {
            channel.limit = Some(Datum::Column { name: "LLOQ".into(), scale: 1.0 });
        }
        if channel.below_flag.is_none() && header.iter().any(|name| name == "BLQ") {
            channel.below_flag = Some("BLQ".into());
        }
    }
}

pub(super) fn read<'p>(
    scenario: &Scenario,
    plan: &'p TablePlan,
    is_one_of_several: bool,
    problems: &mut Problems,
) -> Result<ReadTable<'p>, TableProblems> {
    read_without(scenario, plan, is_one_of_several, &BTreeMap::new(), problems)
}

/// The same without some lines, each with the reason.
pub(super) fn read_without<'p>(
    scenario: &Scenario,
    plan: &'p TablePlan,
    is_one_of_several: bool,
    without: &BTreeMap<u64, String>,
    problems: &mut Problems,
) -> Result<ReadTable<'p>, TableProblems> {
    let file = plan.file.display().to_string();
    let bytes = read_bytes(&plan.file)?;
    let mut channels = plan.channels.clone();
    let mut mapping = mapping_of(plan, &channels);
    let mut events = None;
    let mut refused = None;
    mapping.left_out.clone_from(without);
    if let Some(event_plan) = &plan.events {
        by_convention(&mut channels, &header_of(&bytes, &mapping));
        mapping.numbers = further_columns(plan, &channels);
        match parse_events(&file, &bytes, &mapping, &event_plan.columns) {
            Ok(found) => {
                mapping.left_out.extend(found.left_out.iter().map(|(line, reason)| (*line, reason.clone())));
                mapping.occasion_of_line.clone_from(&found.occasion_of_line);
                events = Some(found);
            }
            Err(found) => refused = Some(found),
        }
    }
    let observations = match (parse_table(&file, &bytes, &mapping), refused) {
        (Ok(observations), None) => observations,
        (Ok(_), Some(found)) => return Err(found),
        (Err(found), None) => return Err(found),
        (Err(of_rows), Some(mut found)) => {
            // a broken file is broken for both readings; dose rows that were not told apart are no news
            if found.0.iter().any(|problem| problem.line.is_none()) {
                return Err(found);
            }
            let lines: Vec<Option<u64>> = found.0.iter().map(|problem| problem.line).collect();
            found.0.extend(of_rows.0.into_iter().filter(|problem| !lines.contains(&problem.line)));
            found.0.sort_by_key(|problem| problem.line);
            return Err(found);
        }
    };
    let mut table = ReadTable {
        plan,
        file,
        observations,
        channels,
        points: Vec::new(),
        events,
        unmapped: Vec::new(),
        found_below: 0,
        empty_channel: None,
        warnings: Vec::new(),
        mapping,
    };
    points(scenario, &mut table, is_one_of_several, problems);
    Ok(table)
}

fn points(scenario: &Scenario, table: &mut ReadTable<'_>, is_one_of_several: bool, problems: &mut Problems) {
    let plan = table.plan;
    let rows = std::mem::take(&mut table.observations.rows);
    let stem = plan.file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    for row in &rows {
        let Some(channel) = table.channel_of(&row.channel) else {
            if !table.unmapped.contains(&row.channel) {
                table.unmapped.push(row.channel.clone());
            }
            continue;
        };
        let by_user = plan.excluded.iter().find(|(line, _)| *line as u64 == row.line).map(|(_, reason)| reason.clone());
        let excluded = row.excluded.clone().or(by_user);
        let Some(value) = converted(table, channel, row, excluded.is_some(), problems) else { continue };
        let time = format!("{} {}", crate::data::observations::short(row.time), plan.time_unit);
        let point = Point {
            line: row.line,
            time_min: row.time * plan.time_in_min + plan.shift_min,
            channel: channel.name.clone(),
            observable: channel.observable,
            subject: row.subject.clone(),
            measured: value.measured,
            sd: value.sd,
            occasion: row.occasion.clone(),
            // samples of another table at the same time are another batch
            scan: Some(row.scan.clone().unwrap_or_else(|| if is_one_of_several { format!("{stem} {time}") } else { time })),
            below_limit: value.below_limit,
            is_activity: channel.is_activity,
            unit: channel.result_unit.clone(),
            unit_in_internal: channel.result_in_internal,
            excluded,
        };
        table.found_below += usize::from(value.found_below);
        table.points.push(point);
    }
    table.observations.rows = rows;
    for channel in &table.channels {
        if table.points.iter().any(|point| point.channel == channel.name) {
            continue;
        }
        let sentence = if plan.channel_column.is_some() {
            let known: Vec<String> = table.observations.channels().into_iter().map(|channel| channel.channel).collect();
            format!("`{}` has no row of channel `{}`; it has {}", table.file, channel.name, known.join(", "))
        } else {
            format!("`{}` has no value of `{}`", table.file, scenario.model.observables[channel.observable].name)
        };
        table.empty_channel.get_or_insert(sentence);
    }
    for (line, _) in &plan.excluded {
        if !table.observations.rows.iter().any(|row| row.line == *line as u64) {
            table.empty_channel.get_or_insert(format!("line {line} of `{}`, which is to be excluded, holds no value", table.file));
        }
    }
    for notice in &table.observations.notices {
        table.warnings.push(format!("{}: {notice}", table.file));
    }
}

/// Names are the same text; numbers of an event table (`1`, `1.0`) are the same number.
fn channel_is(name: &str, cell: &str, as_number: bool) -> bool {
    name == cell || (as_number && name.parse::<f64>().ok().is_some_and(|number| cell.parse() == Ok(number)))
}

struct Converted {
    measured: f64,
    sd: Option<f64>,
    below_limit: bool,
    /// Below the limit by its number, without a mark.
    found_below: bool,
}

fn converted(
    table: &ReadTable<'_>,
    channel: &ChannelPlan,
    row: &Observation,
    is_excluded: bool,
    problems: &mut Problems,
) -> Option<Converted> {
    if !row.is_present() {
        return None;
    }
    let before = problems.list.len();
    let mut add = |column: Option<&str>, message: String, hint: Option<&str>| {
        if !is_excluded {
            problems.add(&table.file, Some(row.line), column, message, hint);
        }
    };
    let cell = |name: &str| table.number(row, name);
    let time_min = row.time * table.plan.time_in_min;
    let conversion = match channel.conversion.of_row(&cell, time_min / MINUTES_PER_HOUR) {
        Ok(conversion) => conversion,
        Err(faults) => {
            for fault in faults {
                add(fault.column.as_deref(), fault.message, None);
            }
            return None;
        }
    };
    let flagged = match channel.below_flag.as_deref().and_then(|name| cell(name).map(|flag| (name, flag))) {
        Some((_, 1.0)) => true,
        Some((name, flag)) if flag != 0.0 => {
            add(Some(name), format!("the mark for a value below the limit is {flag}, expected 0 or 1"), None);
            false
        }
        _ => false,
    };
    let limit = channel.limit.as_ref().and_then(|limit| limit.of(&cell));
    if let (Some(value), Some(name)) = (limit.filter(|limit| *limit <= 0.0), channel.limit.as_ref().and_then(Datum::column)) {
        add(Some(name), format!("the limit of quantification is {value}, expected a positive number"), None);
    }
    let found_below = !row.below_limit && !flagged && row.value.zip(limit).is_some_and(|(value, limit)| value < limit);
    if row.below_limit || flagged || found_below {
        // `<0.5` gives its own limit; a mark takes that of the mapping, or the value is the limit
        let own = if row.below_limit { row.value.or(limit) } else { limit.or(row.value) };
        let Some(limit) = own else {
            let message = "the value lies below the limit of quantification, but no limit is given".to_string();
            add(Some(&channel.value_column), message, Some("write `limit` in the mapping, or the limit into the cell: `<0.5`"));
            return None;
        };
        if problems.list.len() > before {
            return None;
        }
        return Some(Converted { measured: conversion.width(limit), sd: None, below_limit: true, found_below });
    }
    let raw = row.value?;
    let sd = match &channel.sd {
        Some(Deviation::Column { name, scale }) => cell(name).map(|sd| (name, sd, sd * scale)),
        Some(Deviation::Relative { name, scale }) => cell(name).map(|sd| (name, sd, sd * scale * raw.abs())),
        None => None,
    };
    let sd = match sd {
        Some((name, cell, _)) if cell <= 0.0 => {
            add(Some(name), format!("the standard deviation is {cell}, expected a positive number"), None);
            None
        }
        Some((.., sd)) if sd > 0.0 => Some(sd),
        Some(_) => None,
        None => counted(channel, &cell, raw),
    };
    if problems.list.len() > before {
        return None;
    }
    let sd = sd.filter(|_| !is_excluded).map(|sd| conversion.width(sd));
    Some(Converted { measured: conversion.value(raw), sd, below_limit: false, found_below: false })
}

/// Standard deviation of counts by Poisson, in the unit of the values, where the counting time is known.
fn counted(channel: &ChannelPlan, cell: &dyn Fn(&str) -> Option<f64>, raw: f64) -> Option<f64> {
    let time_min = channel.counting_time.as_ref()?.of(cell).filter(|time| *time > 0.0)?;
    if channel.conversion.steps.iter().any(|step| matches!(step, Step::CountingTime(_))) {
        return (raw > 0.0).then(|| crate::math::sqrt(raw));
    }
    let per_min = channel.unit.unit.in_internal_units;
    (raw > 0.0).then(|| poisson_deviation(raw * per_min, time_min) / per_min)
}

impl ReadTable<'_> {
    /// The channel that the name in a row means.
    pub fn channel_of(&self, name: &str) -> Option<&ChannelPlan> {
        self.channels.iter().find(|channel| channel_is(&channel.name, name, self.plan.events.is_some()))
    }

    /// Doses of the event table, in the order of the file.
    pub fn doses(&self) -> &[DoseEvent] {
        self.events.as_ref().map_or(&[], |events| &events.doses)
    }
}
