//! Tables of times to events: randomised arms, and groups that nobody randomised.
use crate::regimen::RegimenPlan;
use crate::report::{Cell, Column, Table};
use crate::trial::TrialOutcomes;
use crate::trial::design::{GroupEntry, TrialPlan};
use crate::trial::survival::{DayCounts, SurvivalError, cox_two_groups, kaplan_meier, log_rank};
use crate::units::MINUTES_PER_DAY;

/// Days of a month: a year of 365.25 days over 12.
pub const DAYS_PER_MONTH: f64 = 30.4375;

fn months(day: f64) -> f64 {
    day / DAYS_PER_MONTH
}

/// Median and its interval (months) as cells.
fn median(group: &DayCounts) -> [Cell; 3] {
    let curve = kaplan_meier(group);
    let (low, high) = curve.median_interval_95();
    [curve.median(), low, high].map(|day| day.map(months).into())
}

/// Events, medians and what is left at the years, by arm; every patient in the arm of the allocation.
pub fn survival(design: &TrialPlan, regimen: &RegimenPlan, outcomes: &TrialOutcomes) -> Option<Table> {
    (!design.endpoints.is_empty()).then_some(())?;
    let years: Vec<u32> = (1..=5)
        .map(|year| (365.25 * f64::from(year)) as u32)
        .filter(|day| f64::from(*day) * MINUTES_PER_DAY <= design.longest_min())
        .collect();
    let mut columns = vec![
        Column::text("endpoint"),
        Column::text("arm"),
        Column::number("patients", ""),
        Column::number("events", ""),
        Column::number("median", "months").significant(3),
        Column::number("median_low", "months").significant(3),
        Column::number("median_high", "months").significant(3),
    ];
    columns.extend((1..=years.len()).map(|year| Column::number(&format!("without_event_at_{year}_y"), "%").significant(3)));
    let mut table = Table::new("survival", "Endpoints by arm of the allocation", columns);
    for (endpoint, by_arm) in design.endpoints.iter().zip(&outcomes.endpoints) {
        for (arm, group) in regimen.arms.iter().zip(by_arm).filter(|(_, group)| group.patients() > 0) {
            let curve = kaplan_meier(group);
            let mut cells = vec![
                endpoint.name.as_str().into(),
                arm.name.as_str().into(),
                (group.patients() as usize).into(),
                (group.total_events() as usize).into(),
            ];
            cells.extend(median(group));
            cells.extend(years.iter().map(|day| Cell::from((curve.at_risk_at(&[*day])[0] > 0).then(|| 100.0 * curve.at(*day)))));
            table.push(cells);
        }
    }
    table.notes.push(
        "Each patient is counted in the arm of the randomised allocation and in no other, as a trial would see it. Kaplan–Meier; intervals 95 %, on the log(−log) scale. Nothing where \
         nobody was at risk any more."
            .into(),
    );
    if outcomes.without_result > 0 {
        table.notes.push(format!("{} allocated patients have no result: their arm could not be delivered.", outcomes.without_result));
    }
    Some(table)
}

/// Hazard ratios of the further allocated arms over the first.
pub fn hazard_ratios(design: &TrialPlan, regimen: &RegimenPlan, outcomes: &TrialOutcomes) -> Option<Table> {
    let (reference, others) = design.allocation.arms.split_first()?;
    (!others.is_empty() && !design.endpoints.is_empty()).then_some(())?;
    let number = |name: &str| Column::number(name, "").significant(3);
    let mut table = Table::new(
        "hazard_ratios",
        "Hazard ratios between randomised arms",
        vec![
            Column::text("endpoint"),
            Column::text("arm"),
            Column::text("reference"),
            number("hazard_ratio"),
            number("low"),
            number("high"),
            number("p_wald"),
            number("p_log_rank"),
            Column::text("remark"),
        ],
    );
    for (endpoint, by_arm) in design.endpoints.iter().zip(&outcomes.endpoints) {
        for (arm, _) in others {
            let (one, two) = (&by_arm[reference.0], &by_arm[*arm]);
            let mut cells = vec![
                endpoint.name.as_str().into(),
                regimen.arms[*arm].name.as_str().into(),
                regimen.arms[reference.0].name.as_str().into(),
            ];
            cells.extend(ratio_cells(one, two));
            table.push(cells);
        }
    }
    table.notes.push("Cox's model of two groups, ties by Efron; from the randomised allocation alone, never from the paired arms.".into());
    Some(table)
}

/// Ratio, interval, both p, remark.
fn ratio_cells(reference: &DayCounts, other: &DayCounts) -> Vec<Cell> {
    let p = log_rank(&[reference, other]).ok().map(|test| test.p);
    match cox_two_groups(reference, other) {
        Ok(found) => {
            vec![found.ratio.into(), found.interval_95.0.into(), found.interval_95.1.into(), found.p.into(), p.into(), "".into()]
        }
        Err(error) => vec![Cell::Missing, Cell::Missing, Cell::Missing, Cell::Missing, p.into(), words(&error).into()],
    }
}

fn words(error: &SurvivalError) -> String {
    error.to_string()
}

/// Groups that were entered on the way or by a property: naively, and from a landmark on.
pub fn groups(design: &TrialPlan, regimen: &RegimenPlan, outcomes: &TrialOutcomes) -> Option<Table> {
    (!design.groups.is_empty() && !design.endpoints.is_empty()).then_some(())?;
    let number = |name: &str, unit: &str| Column::number(name, unit).significant(3);
    let mut table = Table::new(
        "groups",
        "Groups that nobody randomised: the naive comparison, and from a landmark on",
        vec![
            Column::text("group"),
            Column::text("arm"),
            Column::text("endpoint"),
            Column::text("comparison"),
            Column::number("in_group", ""),
            Column::number("not", ""),
            Column::number("left_out", ""),
            number("median_in_group", "months"),
            number("median_not", "months"),
            number("hazard_ratio", ""),
            number("low", ""),
            number("high", ""),
            number("p_log_rank", ""),
            Column::text("remark"),
        ],
    );
    for (group, by_endpoint) in design.groups.iter().zip(&outcomes.groups) {
        for (endpoint, by_arm) in design.endpoints.iter().zip(by_endpoint) {
            for (arm, seen) in regimen.arms.iter().zip(by_arm) {
                let at_start = matches!(group.entry, GroupEntry::Above { .. });
                let mut row = |comparison: String, inside: &DayCounts, outside: &DayCounts, left_out: u64| {
                    let mut cells: Vec<Cell> = vec![
                        group.name.as_str().into(),
                        arm.name.as_str().into(),
                        endpoint.name.as_str().into(),
                        comparison.into(),
                        (inside.patients() as usize).into(),
                        (outside.patients() as usize).into(),
                        (left_out as usize).into(),
                        median(inside)[0].clone(),
                        median(outside)[0].clone(),
                    ];
                    let mut ratio = ratio_cells(outside, inside);
                    ratio.remove(3);
                    cells.extend(ratio);
                    table.push(cells);
                };
                let naive = if at_start { "from the start" } else { "naive: ever entered" };
                row(naive.into(), &seen.naive_in_group, &seen.naive_not, 0);
                if let Some(landmark_min) = group.landmark_min {
                    let words = format!("landmark at {:.1} months", months(landmark_min / MINUTES_PER_DAY));
                    row(words, &seen.in_group, &seen.not, seen.excluded);
                }
            }
        }
    }
    table.notes.push(
        "All patients, taken through the arm named. The naive comparison counts time before the entry for those who entered: they had to live to enter (immortal time), so they look better \
         even where entering does nothing. From the landmark on only those still under observation count, grouped by what had happened until then; medians from the landmark. A hazard ratio here \
         is of groups, not of treatments: below 1 where those in the group do better."
            .into(),
    );
    Some(table)
}
