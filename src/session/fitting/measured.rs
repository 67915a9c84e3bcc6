//! The scenario's table as points for the fit, in the unit of the table.
use super::point::Point;
use crate::data::mapping::{Channels, TableMapping};
use crate::data::read_table;
use crate::session::scenario::{DataPlan, Scenario};
use crate::session::work::Failed;

/// What was measured.
#[derive(Clone, Debug)]
pub struct Measured {
    /// Points in the order of the table, excluded ones among them.
    pub points: Vec<Point>,
    /// Column that names subjects.
    pub subject_column: Option<String>,
    /// Dose of each subject, in the model's unit of amounts, where a column gives it.
    pub doses: Vec<(String, f64)>,
    /// What the data say of each subject and occasion besides.
    pub records: Vec<super::point::Record>,
    /// What was read and how it was understood, for people.
    pub understood: String,
}

/// Name of the single channel of a table without a channel column.
const ONLY_CHANNEL: &str = "value";

impl Measured {
    /// Reads the table. All problems of it in one failure.
    pub fn read(scenario: &Scenario, data: &DataPlan) -> Result<Measured, Failed> {
        let sd = data.sd_column.clone();
        let channels = match &data.channel_column {
            Some(column) => Channels::Long { channel: column.clone(), value: data.value_column.clone(), sd, value_scale: 1.0 },
            None => Channels::Wide(vec![crate::data::mapping::ChannelColumn {
                channel: ONLY_CHANNEL.into(),
                value: data.value_column.clone(),
                sd,
                value_scale: 1.0,
            }]),
        };
        let mut mapping = TableMapping::new(data.time_column.clone(), channels);
        mapping.subject = data.subject_column.clone();
        let observations = read_table(&data.file, &mapping).map_err(|problems| Failed::input(problems.to_string()))?;
        let mut points = Vec::new();
        let mut ignored = Vec::new();
        for row in &observations.rows {
            let channel = data.channels.iter().find(|(name, _)| name.is_empty() || *name == row.channel);
            let Some((name, observable)) = channel else {
                if !ignored.contains(&row.channel) {
                    ignored.push(row.channel.clone());
                }
                continue;
            };
            let Some(value) = row.value else { continue };
            let by_user = data.excluded.iter().find(|(line, _)| *line as u64 == row.line).map(|(_, reason)| reason.clone());
            points.push(Point {
                line: row.line,
                time_min: row.time * data.time_in_min,
                channel: if name.is_empty() { scenario.model.observables[*observable].name.clone() } else { name.clone() },
                observable: *observable,
                subject: row.subject.clone(),
                measured: as_measured(scenario, data, value, row.time * data.time_in_min),
                sd: row.sd.map(|sd| as_measured(scenario, data, sd, row.time * data.time_in_min)),
                occasion: None,
                scan: None,
                below_limit: false,
                is_activity: data.is_activity,
                unit: data.value_unit.clone(),
                unit_in_internal: data.value_in_internal,
                excluded: row.excluded.clone().or(by_user),
            });
        }
        for (name, _) in data.channels.iter().filter(|(name, _)| !name.is_empty()) {
            if !points.iter().any(|point| point.channel == *name) {
                let known: Vec<String> = observations.channels().into_iter().map(|channel| channel.channel).collect();
                return Err(Failed::input(format!(
                    "`{}` has no row of channel `{name}`; it has {}",
                    data.file.display(),
                    known.join(", ")
                )));
            }
        }
        for (line, _) in &data.excluded {
            if !observations.rows.iter().any(|row| row.line == *line as u64) {
                return Err(Failed::input(format!("line {line} of `{}`, which is to be excluded, holds no value", data.file.display())));
            }
        }
        let mut understood = observations.summary();
        let correction = match data.decay_corrected_to_min {
            Some(reference) => {
                format!("; activities were decay-corrected to {} h and are taken back to the time of measurement", reference / 60.0)
            }
            None if data.is_activity => "; activities as measured, not decay-corrected".to_string(),
            None => String::new(),
        };
        understood.push_str(&format!("\n  times in {}, values in {}{correction}", data.time_unit, data.value_unit));
        if !ignored.is_empty() {
            understood.push_str(&format!("\n  channels not mapped and left out: {}", ignored.join(", ")));
        }
        if let Some(source) = &data.source {
            understood.push_str(&format!("\n  source: {source}"));
        }
        let doses = doses(scenario, data)?;
        let mut records: Vec<super::point::Record> = Vec::new();
        for point in &points {
            if !records.iter().any(|record| record.subject == point.subject) {
                let dose = doses.iter().find(|(name, _)| Some(name) == point.subject.as_ref()).map(|(_, dose)| *dose);
                records.push(super::point::Record { subject: point.subject.clone(), dose, ..Default::default() });
            }
        }
        Ok(Measured { points, subject_column: data.subject_column.clone(), doses, records, understood })
    }

    /// Names of the subjects, in the order of the table.
    pub fn subjects(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for subject in self.points.iter().filter_map(|point| point.subject.as_ref()) {
            if !names.contains(subject) {
                names.push(subject.clone());
            }
        }
        names
    }

    /// The dose of a subject, where a column gives it.
    pub fn dose_of(&self, subject: &str) -> Option<f64> {
        self.doses.iter().find(|(name, _)| name == subject).map(|(_, dose)| *dose)
    }
}

/// Takes a decay-corrected value (or its standard deviation) back to what was there at the time.
fn as_measured(scenario: &Scenario, data: &DataPlan, value: f64, time_min: f64) -> f64 {
    match (data.decay_corrected_to_min, scenario.model.nuclide) {
        (Some(reference), Some(nuclide)) => value * crate::math::exp(-nuclide.decay_constant_per_min() * (time_min - reference)),
        _ => value,
    }
}

/// The column of doses, read as a channel of its own; a subject whose rows disagree is a failure.
fn doses(scenario: &Scenario, data: &DataPlan) -> Result<Vec<(String, f64)>, Failed> {
    let (Some((column, in_internal)), Some(subject)) = (&data.dose_column, &data.subject_column) else { return Ok(Vec::new()) };
    let mut mapping = TableMapping::new(data.time_column.clone(), Channels::one("dose", column.clone()));
    mapping.subject = Some(subject.clone());
    let observations = read_table(&data.file, &mapping).map_err(|problems| Failed::input(problems.to_string()))?;
    let mut doses: Vec<(String, f64)> = Vec::new();
    for row in &observations.rows {
        let (Some(subject), Some(value)) = (&row.subject, row.value) else { continue };
        let dose = value * in_internal;
        if dose <= 0.0 {
            let file = data.file.display();
            return Err(Failed::input(format!(
                "{file}:{}: the dose of subject {subject} in column `{column}` must be positive, found {value}",
                row.line
            )));
        }
        match doses.iter().find(|(name, _)| name == subject) {
            Some((_, known)) if *known != dose => {
                return Err(Failed::input(format!(
                    "subject {subject} of scenario `{}` has two doses in column `{column}`: line {}",
                    scenario.name, row.line
                )));
            }
            Some(_) => {}
            None => doses.push((subject.clone(), dose)),
        }
    }
    Ok(doses)
}
