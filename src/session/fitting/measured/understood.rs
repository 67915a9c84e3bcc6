//! What was read and how it was understood, for people: before anything is fitted, so that a wrong unit is seen and not fitted.
use super::rows::ReadTable;
use crate::data::Step;
use crate::session::scenario::{ChannelPlan, Scenario, TimeZero};
use crate::units::MINUTES_PER_HOUR;

pub(super) fn understood(scenario: &Scenario, table: &ReadTable<'_>) -> String {
    let plan = table.plan;
    let mut lines = vec![table.observations.summary().trim_end().to_string()];
    lines.push(format!("  times in {}, {}", plan.time_unit, clock(scenario, table)));
    for channel in &table.channels {
        lines.push(format!("  {}", channel_words(scenario, table, channel)));
    }
    let by_user: Vec<String> = table.points.iter().filter_map(|point| excluded_words(table, point)).collect();
    lines.extend(by_user);
    if table.found_below > 0 {
        let (noun, verb) =
            if table.found_below == 1 { ("value is", "counts as an upper limit") } else { ("values are", "count as upper limits") };
        lines.push(format!("  {} {noun} below the stated limit of quantification and {verb}", table.found_below));
    }
    if let Some(events) = &plan.events {
        let doses = table.doses();
        let infusions = doses.iter().filter(|dose| dose.duration > 0.0).count();
        lines.push(format!(
            "  {} doses in {}, {infusions} of them infusions, additional doses written out",
            doses.len(),
            events.amount_unit
        ));
    }
    if !plan.covariates.is_empty() {
        let words: Vec<String> =
            plan.covariates.iter().map(|covariate| format!("`{}` from `{}`", covariate.path, covariate.column)).collect();
        lines.push(format!("  subjects' own values: {}", words.join(", ")));
    }
    lines.push(format!(
        "  scans: {}",
        match &plan.scan_column {
            Some(column) => format!("column `{column}`"),
            None => "values at one time of a subject and occasion are one scan".to_string(),
        }
    ));
    if !table.unmapped.is_empty() {
        lines.push(format!("  channels not mapped and left out: {}", table.unmapped.join(", ")));
    }
    if let Some(source) = &plan.source {
        lines.push(format!("  source: {source}"));
    }
    lines.join("\n")
}

/// Rows that the scenario leaves out; those that the table itself leaves out stand in the summary of the reading.
fn excluded_words(table: &ReadTable<'_>, point: &crate::session::fitting::point::Point) -> Option<String> {
    let (_, reason) = table.plan.excluded.iter().find(|(line, _)| *line as u64 == point.line)?;
    (point.excluded.as_ref() == Some(reason)).then(|| format!("  line {} ({}) excluded: {reason}", point.line, point.channel))
}

fn clock(scenario: &Scenario, table: &ReadTable<'_>) -> String {
    let plan = table.plan;
    let hours = |min: f64| crate::data::observations::short(min / MINUTES_PER_HOUR);
    match plan.time_zero {
        TimeZero::Scenario if plan.events.is_some() => "on the clock of the doses in the table".to_string(),
        TimeZero::Scenario => "counted from the start of the scenario".to_string(),
        TimeZero::StartOfInfusion => format!("counted from the start of the first administration at {} h", hours(plan.shift_min)),
        TimeZero::EndOfInfusion => {
            let duration = scenario.administrations.first().map_or(0.0, |given| given.duration_min);
            format!(
                "counted from the end of the first administration: {} h are added ({} h of infusion)",
                hours(plan.shift_min),
                hours(duration)
            )
        }
    }
}

fn channel_words(scenario: &Scenario, table: &ReadTable<'_>, channel: &ChannelPlan) -> String {
    let observable = &scenario.model.observables[channel.observable].name;
    let points = || table.points.iter().filter(|point| point.channel == channel.name);
    let used = points().filter(|point| point.excluded.is_none()).count();
    let mut words =
        if *observable == channel.name { format!("{}: ", channel.name) } else { format!("{} is observable {observable}: ", channel.name) };
    words.push_str(&format!("{used} of {} values used, in {}", points().count(), channel.unit.text));
    if let Some(background) = &channel.conversion.background {
        words.push_str(&format!("; less the background ({})", background.words()));
    }
    for step in &channel.conversion.steps {
        words.push_str(&format!("; {}", step.words()));
        if let (Step::Calibration(_), Some(text)) = (step, &channel.calibration) {
            words.push_str(&format!(" ({text})"));
        }
    }
    if channel.result_unit != channel.unit.text {
        words.push_str(&format!("; result in {}", channel.result_unit));
    }
    match channel.decay_corrected_to_min {
        Some(reference) => words.push_str(&format!("; decay-corrected to {} h of the table's clock", reference / MINUTES_PER_HOUR)),
        None if channel.is_activity => words.push_str("; activities as measured, not decay-corrected"),
        None => {}
    }
    if let Some(limit) = &channel.limit {
        let unit = if limit.column().is_some() { String::new() } else { format!(" {}", channel.unit.text) };
        words.push_str(&format!("; limit of quantification {}{unit}", limit.words()));
    }
    let deviations = points().filter(|point| point.sd.is_some()).count();
    if deviations > 0 {
        words.push_str(&format!("; {deviations} with a standard deviation"));
    }
    words
}
