//! Event tables in the manner of NONMEM: doses and samples in one table, told apart by the columns EVID and MDV.
//!
//! What is read: EVID 0 (sample), 1 (dose), 2 (other: left out and counted), 4 (reset and dose: a new occasion begins). EVID 3 and steady-state doses (SS)
//! are refused, as are the rates −1 and −2, which stand for parameters of a model that is not in the table. RATE > 0 is an infusion that lasts AMT/RATE.
//! ADDL further doses follow at the interval II. Conventions: the NONMEM Users Guide, part VI (PREDPP).

use std::collections::BTreeMap;

use crate::data::mapping::TableMapping;
use crate::data::number::parse_number;
use crate::data::problem::{Collector, TableProblems, nearest};
use crate::data::text::{Record, decode, delimiter, records};

/// Names of the columns that make a table an event table. Subject, time and occasion are those of the [`TableMapping`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventColumns {
    /// Amount of a dose.
    pub amount: String,
    /// Rate of an infusion, amount per unit of time.
    pub rate: String,
    /// Kind of event.
    pub event: String,
    /// Missing dependent variable.
    pub no_value: String,
    /// Compartment of a dose.
    pub compartment: String,
    /// Number of additional doses.
    pub additional: String,
    /// Interval between them.
    pub interval: String,
    /// Steady state.
    pub steady_state: String,
    /// Names that the user wrote: these columns must be there, the others may be absent.
    pub stated: Vec<String>,
}

impl Default for EventColumns {
    fn default() -> Self {
        EventColumns {
            amount: "AMT".into(),
            rate: "RATE".into(),
            event: "EVID".into(),
            no_value: "MDV".into(),
            compartment: "CMT".into(),
            additional: "ADDL".into(),
            interval: "II".into(),
            steady_state: "SS".into(),
            stated: Vec::new(),
        }
    }
}

/// One dose of an event table, additional doses expanded. Numbers in the units of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct DoseEvent {
    /// Line in the file, from 1.
    pub line: u64,
    /// Subject.
    pub subject: Option<String>,
    /// Occasion, from its column or counted by resets.
    pub occasion: Option<String>,
    /// Start.
    pub time: f64,
    /// Amount, positive.
    pub amount: f64,
    /// Length of the infusion; 0 for a bolus.
    pub duration: f64,
    /// Compartment as the cell has it.
    pub compartment: Option<String>,
}

/// The doses of an event table, and which of its lines hold no sample.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Events {
    /// Doses in the order of the file.
    pub doses: Vec<DoseEvent>,
    /// Lines that are no samples, with the reason.
    pub left_out: BTreeMap<u64, String>,
    /// Occasion of each line, where resets begin occasions.
    pub occasion_of_line: BTreeMap<u64, String>,
}

struct Positions {
    subject: Option<usize>,
    time: Option<usize>,
    occasion: Option<usize>,
    amount: Option<usize>,
    rate: Option<usize>,
    event: Option<usize>,
    no_value: Option<usize>,
    compartment: Option<usize>,
    additional: Option<usize>,
    interval: Option<usize>,
    steady_state: Option<usize>,
    filters: Vec<Option<usize>>,
}

/// Reads the doses of an event table. Rows whose cells do not match the header are left to [`crate::data::parse_table`], which reports them.
///
/// # Errors
/// Every event that cannot be taken, each with line and column.
pub fn parse_events(file: &str, bytes: &[u8], mapping: &TableMapping, columns: &EventColumns) -> Result<Events, TableProblems> {
    let mut problems = Collector::new(file);
    let Some(text) = decode(bytes, &mut problems) else { return Err(TableProblems(problems.problems)) };
    let all = records(text, delimiter(text, mapping), mapping.comment, &mut Collector::new(file));
    let Some((header, body)) = all.split_first() else { return Ok(Events::default()) };
    let position = |name: &str| header.cells.iter().position(|cell| cell == name);
    for name in columns.stated.iter().filter(|name| position(name).is_none()) {
        let names = header.cells.iter().map(String::as_str);
        let hint = nearest(name, names).map(|near| format!("did you mean `{near}`?"));
        problems.add(Some(header.line), None, format!("there is no column `{name}`, mapped in `columns`"), hint);
    }
    let positions = Positions {
        subject: mapping.subject.as_deref().and_then(position),
        time: position(&mapping.time),
        occasion: mapping.occasion.as_deref().and_then(position),
        amount: position(&columns.amount),
        rate: position(&columns.rate),
        event: position(&columns.event),
        no_value: position(&columns.no_value),
        compartment: position(&columns.compartment),
        additional: position(&columns.additional),
        interval: position(&columns.interval),
        steady_state: position(&columns.steady_state),
        filters: mapping.filters.iter().map(|filter| position(&filter.column)).collect(),
    };
    let mut reader = EventReader { mapping, columns, at: positions, events: Events::default(), resets: BTreeMap::new(), begun: Vec::new() };
    for record in body.iter().filter(|record| record.cells.len() == header.cells.len()) {
        reader.read(record, &mut problems);
    }
    let EventReader { mut events, resets, .. } = reader;
    if resets.is_empty() {
        events.occasion_of_line.clear();
        if mapping.occasion.is_none() {
            events.doses.iter_mut().for_each(|dose| dose.occasion = None);
        }
    }
    problems.finish(events)
}

struct EventReader<'a> {
    mapping: &'a TableMapping,
    columns: &'a EventColumns,
    at: Positions,
    events: Events,
    /// Number of resets of each subject so far.
    resets: BTreeMap<Option<String>, usize>,
    /// Subject and occasion of every event so far, where a column names occasions.
    begun: Vec<(Option<String>, Option<String>)>,
}

impl EventReader<'_> {
    fn text(&self, record: &Record, position: Option<usize>) -> Option<String> {
        let cell = &record.cells[position?];
        (!self.mapping.missing.iter().any(|mark| mark.trim() == cell)).then(|| cell.clone())
    }

    fn number(&self, record: &Record, position: Option<usize>, name: &str, problems: &mut Collector) -> Option<f64> {
        let cell = self.text(record, position)?;
        match parse_number(&cell, self.mapping.decimal) {
            Ok(number) => Some(number),
            Err(fault) => {
                problems.add(Some(record.line), Some(name), fault.message, fault.hint);
                None
            }
        }
    }

    fn is_filtered_out(&self, record: &Record) -> bool {
        self.at.filters.iter().zip(&self.mapping.filters).any(|(position, filter)| {
            let Some(cell) = position.map(|position| record.cells[position].as_str()) else { return false };
            let number = |text: &str| parse_number(text, self.mapping.decimal).ok();
            cell != filter.value.trim() && (number(cell).is_none() || number(cell) != number(&filter.value))
        })
    }

    fn read(&mut self, record: &Record, problems: &mut Collector) {
        if record.cells.iter().all(String::is_empty) || self.is_filtered_out(record) {
            return;
        }
        let line = Some(record.line);
        let columns = self.columns;
        let subject = self.text(record, self.at.subject);
        let amount = self.number(record, self.at.amount, &columns.amount, problems).unwrap_or(0.0);
        let no_value = self.number(record, self.at.no_value, &columns.no_value, problems);
        let event = self.number(record, self.at.event, &columns.event, problems).unwrap_or(if amount == 0.0 { 0.0 } else { 1.0 });
        if let Some(flag) = no_value
            && flag != 0.0
            && flag != 1.0
        {
            problems.add(line, Some(&columns.no_value), format!("the mark for a missing value is {flag}, expected 0 or 1"), None);
        }
        match event {
            e if e == 0.0 && amount != 0.0 => {
                let message = format!("a sample (EVID 0) has the amount {amount}: it is a dose or a sample, not both");
                problems.add(line, Some(&columns.amount), message, Some("write EVID 1 for a dose, or the amount 0".into()));
            }
            0.0 => {
                if no_value == Some(1.0) {
                    self.events.left_out.insert(record.line, format!("`{}` is 1", columns.no_value));
                }
            }
            e if e == 1.0 || e == 4.0 => {}
            2.0 => {
                self.events.left_out.insert(record.line, format!("`{}` is 2 (another event)", columns.event));
            }
            3.0 => problems.add(
                line,
                Some(&columns.event),
                "a reset without a dose (EVID 3) is not supported",
                Some("a reset with the next dose (EVID 4) begins a new occasion".into()),
            ),
            other => problems.add(line, Some(&columns.event), format!("the kind of event is {other}, expected 0, 1, 2, 3 or 4"), None),
        }
        let occasion = self.occasion(record, &subject, event == 4.0, problems);
        if event == 1.0 || event == 4.0 {
            self.events.left_out.insert(record.line, "dose records".to_string());
            self.dose(record, subject, occasion, amount, problems);
        }
    }

    fn occasion(&mut self, record: &Record, subject: &Option<String>, is_reset: bool, problems: &mut Collector) -> Option<String> {
        if self.at.occasion.is_some() {
            let occasion = self.text(record, self.at.occasion);
            let here = (subject.clone(), occasion.clone());
            if is_reset && self.begun.contains(&here) {
                problems.add(
                    Some(record.line),
                    Some(&self.columns.event),
                    "a reset (EVID 4) in the middle of an occasion",
                    Some("a reset begins a new occasion: give its rows a new name in the column of occasions".into()),
                );
            }
            self.begun.push(here);
            return occasion;
        }
        if is_reset {
            *self.resets.entry(subject.clone()).or_insert(0) += 1;
        }
        let number = (1 + self.resets.get(subject).copied().unwrap_or(0)).to_string();
        self.events.occasion_of_line.insert(record.line, number.clone());
        Some(number)
    }

    fn dose(&mut self, record: &Record, subject: Option<String>, occasion: Option<String>, amount: f64, problems: &mut Collector) {
        let (line, columns) = (Some(record.line), self.columns);
        let time = self.number(record, self.at.time, &self.mapping.time, problems);
        let rate = self.number(record, self.at.rate, &columns.rate, problems).unwrap_or(0.0);
        let additional = self.number(record, self.at.additional, &columns.additional, problems).unwrap_or(0.0);
        let interval = self.number(record, self.at.interval, &columns.interval, problems).unwrap_or(0.0);
        let steady = self.number(record, self.at.steady_state, &columns.steady_state, problems).unwrap_or(0.0);
        let before = problems.problems.len();
        if steady != 0.0 {
            problems.add(
                line,
                Some(&columns.steady_state),
                "steady-state doses are not supported",
                Some("write the earlier doses out with ADDL and II".into()),
            );
        }
        if amount <= 0.0 {
            problems.add(line, Some(&columns.amount), format!("the amount of a dose is {amount}, expected a positive number"), None);
        }
        match time {
            Some(time) if time < 0.0 => {
                problems.add(line, Some(&self.mapping.time), format!("a dose at the negative time {time}"), None);
            }
            None if self.at.time.is_some() => problems.add(line, Some(&self.mapping.time), "a dose has no time", None),
            _ => {}
        }
        if rate == -1.0 || rate == -2.0 {
            let what = if rate == -1.0 { "rate" } else { "duration" };
            problems.add(
                line,
                Some(&columns.rate),
                format!("RATE {rate} makes the {what} of the infusion a parameter, which is not supported"),
                Some("write the rate of the infusion, or 0 for a bolus".into()),
            );
        } else if rate < 0.0 {
            problems.add(line, Some(&columns.rate), format!("the rate of an infusion is {rate}, expected 0 (a bolus) or more"), None);
        }
        if additional < 0.0 || additional.fract() != 0.0 || additional > 1000.0 {
            let message = format!("the number of additional doses is {additional}, expected a whole number from 0 to 1000");
            problems.add(line, Some(&columns.additional), message, None);
        } else if additional > 0.0 && interval <= 0.0 {
            let message = format!("{additional} additional doses need a positive interval, found {interval}");
            problems.add(line, Some(&columns.interval), message, None);
        }
        let Some(time) = time else { return };
        if problems.problems.len() > before {
            return;
        }
        let compartment = self.text(record, self.at.compartment);
        for number in 0..=(additional as usize) {
            self.events.doses.push(DoseEvent {
                line: record.line,
                subject: subject.clone(),
                occasion: occasion.clone(),
                time: time + number as f64 * interval,
                amount,
                duration: if rate > 0.0 { amount / rate } else { 0.0 },
                compartment: compartment.clone(),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::mapping::Channels;

    fn mapping() -> TableMapping {
        TableMapping { subject: Some("ID".into()), ..TableMapping::new("TIME", Channels::one("y", "DV")) }
    }

    fn events(text: &str) -> Events {
        parse_events("t.csv", text.as_bytes(), &mapping(), &EventColumns::default()).expect("good events")
    }

    fn faults(text: &str) -> Vec<String> {
        let problems = parse_events("t.csv", text.as_bytes(), &mapping(), &EventColumns::default()).expect_err("bad events");
        problems.0.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn infusions_last_amount_over_rate_and_additional_doses_follow_at_the_interval() {
        // by hand: 100/50 = 2 h long, at 0, 12 and 24 h
        let found = events("ID,TIME,AMT,RATE,ADDL,II,EVID,DV\n7,0,100,50,2,12,1,.\n7,1,.,.,.,.,0,3\n");
        let times: Vec<(f64, f64)> = found.doses.iter().map(|dose| (dose.time, dose.duration)).collect();
        assert_eq!(times, [(0.0, 2.0), (12.0, 2.0), (24.0, 2.0)]);
        assert_eq!(found.doses[0].subject.as_deref(), Some("7"));
        assert_eq!(found.left_out.keys().copied().collect::<Vec<_>>(), [2]);
        assert!(found.occasion_of_line.is_empty() && found.doses[0].occasion.is_none());
    }

    #[test]
    fn without_evid_an_amount_makes_a_dose() {
        let found = events("ID,TIME,AMT,DV\n1,0,5,.\n1,1,0,2\n1,2,.,1\n");
        assert_eq!((found.doses.len(), found.left_out.len()), (1, 1));
    }

    #[test]
    fn a_reset_with_dose_begins_an_occasion_of_its_subject() {
        let found = events("ID,TIME,AMT,EVID,DV\n1,0,5,1,.\n1,1,.,0,2\n1,0,5,4,.\n1,1,.,0,2\n2,0,5,1,.\n");
        let occasions: Vec<_> = found.doses.iter().map(|dose| dose.occasion.as_deref()).collect();
        assert_eq!(occasions, [Some("1"), Some("2"), Some("1")]);
        assert_eq!(found.occasion_of_line[&3], "1");
        assert_eq!(found.occasion_of_line[&5], "2");
    }

    #[test]
    fn rows_that_are_neither_are_left_out_with_the_reason() {
        let found = events("ID,TIME,AMT,EVID,MDV,DV\n1,0,5,1,1,.\n1,1,.,0,1,2\n1,2,.,2,1,.\n");
        assert_eq!(found.left_out[&3], "`MDV` is 1");
        assert_eq!(found.left_out[&4], "`EVID` is 2 (another event)");
    }

    #[test]
    fn what_cannot_be_taken_is_said_with_its_place() {
        assert_eq!(
            faults(
                "ID,TIME,AMT,RATE,EVID,ADDL,II,SS,MDV,DV\n1,0,5,-1,1,0,0,0,1,.\n1,0,5,-2,1,0,0,0,1,.\n1,0,5,-3,1,0,0,0,1,.\n1,0,0,0,1,0,0,0,1,.\n\
                 1,0,5,0,1,2,0,0,1,.\n1,0,5,0,1,1.5,6,0,1,.\n1,0,5,0,1,0,0,1,1,.\n1,0,0,0,3,0,0,0,1,.\n1,0,0,0,7,0,0,0,1,.\n1,0,5,0,0,0,0,0,0,1\n\
                 1,-1,5,0,1,0,0,0,1,.\n1,1,0,0,0,0,0,0,3,1\n1,.,5,0,1,0,0,0,1,.\n"
            ),
            [
                "t.csv:2: column `RATE`: RATE -1 makes the rate of the infusion a parameter, which is not supported (write the rate of the infusion, or 0 for a bolus)",
                "t.csv:3: column `RATE`: RATE -2 makes the duration of the infusion a parameter, which is not supported (write the rate of the infusion, or 0 for a bolus)",
                "t.csv:4: column `RATE`: the rate of an infusion is -3, expected 0 (a bolus) or more",
                "t.csv:5: column `AMT`: the amount of a dose is 0, expected a positive number",
                "t.csv:6: column `II`: 2 additional doses need a positive interval, found 0",
                "t.csv:7: column `ADDL`: the number of additional doses is 1.5, expected a whole number from 0 to 1000",
                "t.csv:8: column `SS`: steady-state doses are not supported (write the earlier doses out with ADDL and II)",
                "t.csv:9: column `EVID`: a reset without a dose (EVID 3) is not supported (a reset with the next dose (EVID 4) begins a new occasion)",
                "t.csv:10: column `EVID`: the kind of event is 7, expected 0, 1, 2, 3 or 4",
                "t.csv:11: column `AMT`: a sample (EVID 0) has the amount 5: it is a dose or a sample, not both (write EVID 1 for a dose, or the amount 0)",
                "t.csv:12: column `TIME`: a dose at the negative time -1",
                "t.csv:13: column `MDV`: the mark for a missing value is 3, expected 0 or 1",
                "t.csv:14: column `TIME`: a dose has no time",
            ]
        );
    }

    #[test]
    fn a_reset_inside_a_named_occasion_is_a_contradiction() {
        let mapping = TableMapping { occasion: Some("OCC".into()), ..mapping() };
        let text = "ID,OCC,TIME,AMT,EVID,DV\n1,a,0,5,1,.\n1,b,0,5,4,.\n1,b,9,5,4,.\n";
        let problems = parse_events("t.csv", text.as_bytes(), &mapping, &EventColumns::default()).expect_err("a contradiction");
        assert_eq!(
            problems.to_string(),
            "t.csv:4: column `EVID`: a reset (EVID 4) in the middle of an occasion (a reset begins a new occasion: give its rows a new name in the \
             column of occasions)"
        );
    }

    #[test]
    fn a_column_that_the_user_named_must_be_there() {
        let columns = EventColumns { rate: "Rat".into(), stated: vec!["Rat".into()], ..EventColumns::default() };
        let problems = parse_events("t.csv", b"ID,TIME,AMT,RATE,DV\n1,0,5,0,.\n", &mapping(), &columns).expect_err("no such column");
        assert_eq!(problems.to_string(), "t.csv:1: there is no column `Rat`, mapped in `columns` (did you mean `RATE`?)");
    }
}
