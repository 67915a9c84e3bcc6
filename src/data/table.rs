//! Reads a table of measurements by an explicit mapping; all problems at once, each with line and column.

use crate::data::mapping::{Channels, TableMapping};
use crate::data::observations::{Observation, Observations, distinct};
use crate::data::problem::{Collector, TableProblems, nearest};
use crate::data::text::{Record, decode, delimiter, records};
use crate::data::{columns::Columns, row::RowReader};
use std::path::Path;

/// Reads the file `path`; see [`parse_table`].
///
/// # Errors
/// As [`parse_table`], or a file that cannot be read (with the nearest name in its folder).
pub fn read_table(path: &Path, mapping: &TableMapping) -> Result<Observations, TableProblems> {
    parse_table(&path.display().to_string(), &read_bytes(path)?, mapping)
}

/// The content of a file.
///
/// # Errors
/// A file that cannot be read, with the nearest name in its folder.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, TableProblems> {
    std::fs::read(path).map_err(|error| {
        let mut problems = Collector::new(&path.display().to_string());
        let hint = neighbour(path).map(|near| format!("did you mean `{near}`?"));
        problems.add(None, None, format!("cannot be read: {error}"), hint);
        TableProblems(problems.problems)
    })
}

/// Names of the columns; none where the file has no readable header, which [`parse_table`] then reports.
pub fn header_of(bytes: &[u8], mapping: &TableMapping) -> Vec<String> {
    let mut ignored = Collector::new("");
    let Some(text) = decode(bytes, &mut ignored) else { return Vec::new() };
    let all = records(text, delimiter(text, mapping), mapping.comment, &mut ignored);
    all.into_iter().next().map(|header| header.cells).unwrap_or_default()
}

/// The file in the same folder whose name is nearest.
fn neighbour(path: &Path) -> Option<String> {
    let wanted = path.file_name()?.to_str()?;
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let names: Vec<String> = std::fs::read_dir(folder).ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    nearest(wanted, names.iter().map(String::as_str)).map(str::to_string)
}

/// Understands `bytes`, the content of the file called `file`, as `mapping` says.
///
/// # Errors
/// Every problem found: encoding, header, unknown columns, cells that are not numbers, negative or repeated times, standard deviations that are not
/// positive, no row left.
pub fn parse_table(file: &str, bytes: &[u8], mapping: &TableMapping) -> Result<Observations, TableProblems> {
    let mut problems = Collector::new(file);
    check_scales(mapping, &mut problems);
    let Some(text) = decode(bytes, &mut problems) else {
        return Err(TableProblems(problems.problems));
    };
    let sign = delimiter(text, mapping);
    let all = records(text, sign, mapping.comment, &mut problems);
    let Some((header, body)) = all.split_first() else {
        problems.add(None, None, "there is no header: only comments", None);
        return Err(TableProblems(problems.problems));
    };
    let Some(columns) = Columns::find(header, mapping, &mut problems) else {
        return Err(TableProblems(problems.problems));
    };
    let mut reader = RowReader::new(&columns, mapping);
    for record in body {
        reader.read(record, &mut problems);
    }
    let RowReader { rows, dropped, .. } = reader;
    if rows.is_empty() && problems.problems.is_empty() {
        report_nothing(&dropped, body, &columns, mapping, &mut problems);
    }
    let mut notices = Vec::new();
    let rows = in_order(rows, &mut notices);
    if !mapping.replicates {
        report_repeats(&rows, &columns.time_name, &mut problems);
    }
    problems.finish(Observations {
        file: file.to_string(),
        rows,
        delimiter: sign,
        decimal: mapping.decimal,
        columns_used: columns.used,
        columns_unused: columns.unused,
        rows_read: body.len(),
        dropped,
        notices,
    })
}

fn check_scales(mapping: &TableMapping, problems: &mut Collector) {
    let mut check = |what: String, scale: f64| {
        if !(scale.is_finite() && scale > 0.0) {
            let message = format!("the scale of {what} is {scale}, expected a positive number");
            problems.add(None, None, message, None);
        }
    };
    check("the times".into(), mapping.time_scale);
    match &mapping.channels {
        Channels::Long { value_scale, .. } => check("the values".into(), *value_scale),
        Channels::Wide(channels) => {
            for channel in channels {
                check(format!("channel `{}`", channel.channel), channel.value_scale);
            }
        }
    }
}

/// Says why no row is left.
fn report_nothing(dropped: &[(String, usize)], body: &[Record], columns: &Columns, mapping: &TableMapping, problems: &mut Collector) {
    if body.is_empty() {
        problems.add(None, None, "there are no rows below the header", None);
        return;
    }
    let reasons: Vec<String> = dropped.iter().map(|(reason, count)| format!("{count}: {reason}")).collect();
    let values: Vec<String> = columns
        .filters
        .iter()
        .zip(&mapping.filters)
        .map(|(&index, filter)| {
            let found = distinct(body.iter().filter_map(|r| r.cells.get(index)));
            let shown: Vec<&str> = found.iter().take(8).map(|s| s.as_str()).collect();
            let more = if found.len() > shown.len() { ", …" } else { "" };
            format!("`{}` holds {}{more}", filter.column, shown.join(", "))
        })
        .collect();
    problems.add(
        None,
        None,
        format!("no row is left of {} ({})", body.len(), reasons.join("; ")),
        (!values.is_empty()).then(|| values.join("; ")),
    );
}

/// Rows by subject, channel (both in order of appearance) and time; says so where times were not in order.
fn in_order(rows: Vec<Observation>, notices: &mut Vec<String>) -> Vec<Observation> {
    let key = |row: &Observation| (row.subject.clone(), row.occasion.clone(), row.channel.clone());
    let mut ordered: Vec<Observation> = Vec::with_capacity(rows.len());
    for group in distinct(rows.iter().map(key)) {
        let mut members: Vec<Observation> = rows.iter().filter(|r| key(r) == group).cloned().collect();
        if let Some(late) = members.windows(2).find(|pair| pair[1].time < pair[0].time) {
            notices.push(format!("times of {} are not in order (line {}): sorted", describe(&members[0]), late[1].line));
        }
        members.sort_by(|a, b| a.time.total_cmp(&b.time));
        ordered.extend(members);
    }
    // Subjects stay together even where the file takes turns between them.
    let subjects = distinct(ordered.iter().map(|r| r.subject.clone()));
    let occasions = distinct(ordered.iter().map(|r| r.occasion.clone()));
    ordered.sort_by_key(|row| (subjects.iter().position(|s| *s == row.subject), occasions.iter().position(|o| *o == row.occasion)));
    ordered
}

fn describe(row: &Observation) -> String {
    let mut words = format!("`{}`", row.channel);
    if let Some(subject) = &row.subject {
        words.push_str(&format!(" of subject {subject}"));
    }
    if let Some(occasion) = &row.occasion {
        words.push_str(&format!(", occasion {occasion}"));
    }
    words
}

/// Adds a problem for every usable value at the same time as the one before it.
fn report_repeats(rows: &[Observation], time_column: &str, problems: &mut Collector) {
    let usable: Vec<&Observation> = rows.iter().filter(|row| row.is_usable()).collect();
    for pair in usable.windows(2) {
        let (first, second) = (pair[0], pair[1]);
        let same_group = first.subject == second.subject && first.occasion == second.occasion && first.channel == second.channel;
        if same_group && first.time == second.time {
            problems.add(
                Some(second.line),
                Some(time_column),
                format!("{} has a value at the same time already on line {}", describe(second), first.line),
                Some("exclude one, or allow replicates in the mapping".into()),
            );
        }
    }
}
