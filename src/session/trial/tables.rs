//! Tables of a trial: spreads by arm, paired differences, simulated beside published.
use crate::regimen::RegimenPlan;
use crate::report::{Cell, Column, Table};
use crate::session::scenario::CohortSection;
use crate::trial::{CohortPlan, EXACT, RELATIVE_ERROR, RowColumn, Spread, TrialSummary};

/// A share of patients is its mean; other numbers of it say nothing.
fn is_share(column: &RowColumn) -> bool {
    column.unit == "% of patients"
}

fn unit_cell(column: &RowColumn) -> Cell {
    if column.unit.is_empty() { "1".into() } else { column.unit.as_str().into() }
}

/// Columns of [`statistics`].
fn statistics_columns() -> impl Iterator<Item = Column> {
    ["mean", "sd", "smallest", "p5", "median", "p95", "largest"].into_iter().map(|name| Column::number(name, "").significant(4))
}

/// Mean, SD, ends and quantiles of a spread, in a unit of `in_unit`; of a share of patients the mean alone.
fn statistics(spread: &Spread, in_unit: f64, is_share: bool) -> impl Iterator<Item = Cell> {
    let (smallest, largest) = spread.ends().unzip();
    let others = [spread.standard_deviation(), smallest, spread.quantile(0.05), spread.quantile(0.5), spread.quantile(0.95), largest];
    let others = others.map(|value| value.filter(|_| !is_share));
    std::iter::once(spread.mean()).chain(others).map(move |value| Cell::from(value.map(|value| value / in_unit)))
}

/// Whether anything differs by more than rounding.
fn differs(spread: &Spread) -> bool {
    spread.ends().is_some_and(|(low, high)| low.abs().max(high.abs()) > 1e-9)
}

/// All quantities of all arms.
pub fn spreads(regimen: &RegimenPlan, cohort: &CohortPlan, columns: &[RowColumn], summary: &TrialSummary) -> Table {
    let mut table = Table::new(
        "cohort",
        "Virtual patients through every arm: true values",
        vec![Column::text("arm"), Column::text("quantity"), Column::text("unit"), Column::number("patients", "")]
            .into_iter()
            .chain(statistics_columns())
            .collect(),
    );
    for (arm, spreads) in regimen.arms.iter().zip(&summary.arms) {
        for (column, spread) in columns.iter().zip(spreads).filter(|(_, spread)| spread.count() > 0) {
            let mut cells =
                vec![arm.name.as_str().into(), column.name.as_str().into(), unit_cell(column), (spread.count() as usize).into()];
            cells.extend(statistics(spread, 1.0, is_share(column)));
            table.push(cells);
        }
    }
    let failed = summary.failed();
    table.notes.push(format!(
        "{} patients (seed {}), all through every arm with the same noise in the clinic; {failed} arms could not be delivered. A quantity that a patient does not have (no cycle \
         given, no progression) is left out of its row: see the number of patients.",
        cohort.patients, cohort.seed
    ));
    if cohort.patients > EXACT {
        table.notes.push(format!("Beyond {EXACT} patients quantiles are within {} % of the value.", 100.0 * RELATIVE_ERROR));
    }
    table
}

/// What every further arm gave beyond the first in the same patient; `None` with one arm.
pub fn differences(regimen: &RegimenPlan, columns: &[RowColumn], summary: &TrialSummary) -> Option<Table> {
    let reference = regimen.arms.first().filter(|_| regimen.arms.len() > 1)?;
    let number = |name: &str| Column::number(name, "").significant(3);
    let mut table = Table::new(
        "cohort_differences",
        &format!("Differences from arm {} in the same patient: true values", reference.name),
        vec![
            Column::text("arm"),
            Column::text("quantity"),
            Column::text("unit"),
            Column::number("patients", ""),
            number("mean"),
            number("standard_error"),
            number("sd"),
            number("p5"),
            number("median"),
            number("p95"),
        ],
    );
    for (arm, spreads) in regimen.arms[1..].iter().zip(&summary.differences) {
        for (column, spread) in columns.iter().zip(spreads).filter(|(_, spread)| differs(spread)) {
            let unless_share = |value: Option<f64>| value.filter(|_| !is_share(column));
            table.push(vec![
                arm.name.as_str().into(),
                column.name.as_str().into(),
                unit_cell(column),
                (spread.count() as usize).into(),
                spread.mean().into(),
                spread.standard_error().into(),
                unless_share(spread.standard_deviation()).into(),
                unless_share(spread.quantile(0.05)).into(),
                unless_share(spread.quantile(0.5)).into(),
                unless_share(spread.quantile(0.95)).into(),
            ]);
        }
    }
    table.notes.push(
        "Every patient goes through every arm, so a difference is free of chance between patients: no trial could see it so. Shares of patients differ by percentage points. \
         Quantities that never differ are left out."
            .into(),
    );
    Some(table)
}

/// Simulated beside published.
pub fn published(
    regimen: &RegimenPlan,
    section: &CohortSection,
    columns: &[RowColumn],
    summary: &TrialSummary,
    findings: &mut Vec<String>,
) -> Table {
    let number = |name: &str| Column::number(name, "").significant(3);
    let mut table = Table::new(
        "beside_published",
        "Simulated beside published",
        vec![
            Column::text("arm"),
            Column::text("quantity"),
            Column::text("unit"),
            number("mean"),
            number("sd"),
            number("median"),
            number("p5"),
            number("p95"),
            Column::text("published"),
            Column::text("use"),
            Column::text("source"),
        ],
    );
    for one in &section.published {
        let arm = regimen.arms[one.arm].name.as_str();
        let there = |(column, spread): &(&RowColumn, &Spread)| column.name == one.quantity && spread.count() > 0;
        let Some((column, spread)) = columns.iter().zip(&summary.arms[one.arm]).find(there) else {
            let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
            let help = crate::model::diagnostic::did_you_mean(&one.quantity, names);
            findings.push(format!(
                "Nothing simulated is called `{}` in arm {arm}, to stand beside the published figure; {help}.",
                one.quantity
            ));
            continue;
        };
        let unless_share = |value: Option<f64>| value.filter(|_| !is_share(column));
        table.push(vec![
            arm.into(),
            one.quantity.as_str().into(),
            unit_cell(column),
            spread.mean().into(),
            unless_share(spread.standard_deviation()).into(),
            unless_share(spread.quantile(0.5)).into(),
            unless_share(spread.quantile(0.05)).into(),
            unless_share(spread.quantile(0.95)).into(),
            one.words.as_str().into(),
            if one.calibrated { "calibration" } else { "validation" }.into(),
            one.source.as_str().into(),
        ]);
    }
    table
        .notes
        .push("Calibration: something in the scenario was tuned to this figure, so agreement proves only that the tuning worked.".into());
    table
}

/// How many candidates it took, in words; nothing where everybody is eligible.
pub fn screening_words(cohort: &CohortPlan, summary: &TrialSummary) -> Option<String> {
    let turned_away = summary.screened.saturating_sub(summary.patients as u64);
    (!cohort.population.rules.is_empty()).then(|| {
        format!(
            "{} candidates were screened for {} patients; {turned_away} ({:.1} %) were turned away.",
            summary.screened,
            summary.patients,
            100.0 * turned_away as f64 / summary.screened.max(1) as f64
        )
    })
}

/// Candidates turned away, by rule.
pub fn screening(cohort: &CohortPlan, summary: &TrialSummary) -> Option<Table> {
    let rules = cohort.rules();
    (!rules.is_empty()).then_some(())?;
    let columns = vec![Column::text("rule"), Column::number("turned_away", ""), Column::number("of_screened", "%").significant(3)];
    let mut table = Table::new("screening", "Candidates turned away, by the first rule that did", columns);
    for (position, rule) in rules.iter().enumerate() {
        let count = summary.turned_away.get(position).copied().unwrap_or(0);
        table.push(vec![rule.as_str().into(), (count as usize).into(), (100.0 * count as f64 / summary.screened.max(1) as f64).into()]);
    }
    table.notes.push(format!("{} candidates for {} patients.", summary.screened, summary.patients));
    Some(table)
}

/// What was drawn, over the patients.
pub fn drawn(cohort: &CohortPlan, summary: &TrialSummary) -> Option<Table> {
    let columns = cohort.columns();
    (!columns.is_empty()).then_some(())?;
    let head = [Column::text("quantity"), Column::text("unit")];
    let mut table = Table::new("drawn", "What differs between the patients", head.into_iter().chain(statistics_columns()).collect());
    for ((name, unit, in_unit), spread) in columns.iter().zip(&summary.covariates) {
        let unit = if unit.is_empty() { "1" } else { unit };
        let mut cells: Vec<Cell> = vec![name.as_str().into(), unit.into()];
        cells.extend(statistics(spread, *in_unit, false));
        table.push(cells);
    }
    Some(table)
}
