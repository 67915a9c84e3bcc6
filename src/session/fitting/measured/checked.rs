//! The points and doses as the data checker sees them.
use super::rows::ReadTable;
use crate::data::check::{Finding, Injection, Measure, Sample, Series, check as check_series};
use crate::session::fitting::point::{Point, Record};
use crate::session::scenario::Scenario;
use crate::units::{ACTIVITY, MINUTES_PER_HOUR};

pub(super) fn check(scenario: &Scenario, tables: &[ReadTable<'_>], records: &[Record]) -> Vec<Finding> {
    let mut all: Vec<Series> = Vec::new();
    for table in tables {
        for point in &table.points {
            let is_of = |one: &Series| {
                one.file == table.file && one.channel == point.channel && one.subject == point.subject && one.occasion == point.occasion
            };
            let position = all.iter().position(is_of).unwrap_or_else(|| {
                all.push(series(scenario, table, point, records));
                all.len() - 1
            });
            all[position].samples.push(Sample {
                line: point.line,
                time_h: point.time_min / MINUTES_PER_HOUR,
                value: point.measured,
                sd: point.sd,
                below_limit: point.below_limit,
                excluded: point.excluded.is_some(),
            });
        }
    }
    check_series(&all, scenario.model.nuclide.map(|nuclide| nuclide.half_life_h))
}

fn series(scenario: &Scenario, table: &ReadTable<'_>, point: &Point, records: &[Record]) -> Series {
    let channel = table.channels.iter().find(|channel| channel.name == point.channel);
    let record = records.iter().find(|record| record.subject == point.subject && record.occasion == point.occasion);
    let given = record.and_then(|record| record.administrations.as_deref()).unwrap_or(&scenario.administrations);
    let own_dose = record.and_then(|record| record.dose);
    // a model of activities is dosed with them
    let as_activity = |amount: Option<f64>| amount.filter(|_| scenario.model.amount == ACTIVITY);
    let injections = given.iter().map(|given| Injection {
        start_h: given.at_min / MINUTES_PER_HOUR,
        activity_mbq: match own_dose {
            Some(dose) => as_activity(Some(dose)),
            None => given.activity_mbq.or(as_activity(given.amount)),
        },
    });
    let region = scenario.model.observables[point.observable].kind == crate::model::checked::ObservableKind::Region;
    Series {
        file: table.file.clone(),
        channel: point.channel.clone(),
        subject: point.subject.clone(),
        occasion: point.occasion.clone(),
        measure: match (point.is_activity, region) {
            (true, true) => Measure::Activity { mbq_in_unit: point.unit_in_internal },
            (true, false) => Measure::Concentration,
            _ => Measure::Other,
        },
        unit: point.unit.clone(),
        whole_body: channel.is_some_and(|channel| channel.whole_body),
        urine: channel.is_some_and(|channel| channel.urine),
        has_sd: channel.is_some_and(|channel| channel.sd.is_some()),
        injections: injections.collect(),
        samples: Vec::new(),
    }
}
