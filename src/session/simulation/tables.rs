//! The tables of a simulated patient.
use super::Simulated;
use crate::dosimetry::course::Balance;
use crate::model::checked::ObservableKind;
use crate::report::{Cell, Column, Table};
use crate::session::fitting::GroupFit;
use crate::session::scenario::{FitPlan, Scenario};
use crate::units::MINUTES_PER_HOUR;

pub(super) fn amount_unit(scenario: &Scenario) -> &str {
    &scenario.model.amount_unit
}

pub(super) fn amount_size(scenario: &Scenario) -> f64 {
    crate::units::Unit::parse(&scenario.model.amount_unit).map_or(1.0, |unit| unit.in_internal_units)
}

pub(super) fn share_beyond(part: f64, all: f64) -> f64 {
    if all > 0.0 { ((all - part) / all).max(0.0) } else { 0.0 }
}

pub(super) fn dose_table(scenario: &Scenario, simulated: &Simulated, fits: &[GroupFit]) -> Table {
    let mut columns = vec![
        Column::text("target"),
        Column::number("absorbed_dose", "Gy").significant(6),
        Column::number("standard_error_given_cv", "Gy").significant(3),
        Column::number("standard_error_residual", "Gy").significant(3),
        Column::number("per_activity", "Gy/GBq").significant(4),
        Column::number("bed", "Gy").significant(5),
        Column::number("beyond_horizon", "%").significant(2),
        Column::text("s_value"),
    ];
    let with_errors = !fits.is_empty();
    let likelihood = scenario.fit.as_ref().is_some_and(FitPlan::needs_likelihood);
    if !with_errors {
        columns.retain(|column| !column.name.starts_with("standard_error"));
    } else if likelihood {
        columns.retain(|column| column.name != "standard_error_residual");
        columns
            .iter_mut()
            .filter(|column| column.name == "standard_error_given_cv")
            .for_each(|column| column.name = "standard_error".into());
    }
    let mut table = Table::new("doses", "Absorbed dose", columns);
    for (position, target) in scenario.targets.iter().enumerate() {
        let dose = simulated.doses[position];
        let mut methods: Vec<&str> = target.terms.iter().map(|(_, s)| s.method.title()).collect();
        methods.dedup();
        let mut row: Vec<Cell> = vec![target.name.as_str().into(), dose.absorbed_gy.into()];
        if with_errors {
            row.push(simulated.dose_errors[position].given.into());
            if !likelihood {
                row.push(simulated.dose_errors[position].residual.into());
            }
        }
        let per_gbq = (simulated.activity_mbq > 0.0).then(|| dose.absorbed_gy / (simulated.activity_mbq / 1000.0));
        row.extend([per_gbq.into(), dose.bed_gy.into(), (100.0 * simulated.beyond[position]).into(), methods.join("; ").into()]);
        table.push(row);
    }
    if with_errors && likelihood {
        table.notes.push(
            "standard_error: from the covariance of the estimates, noise and factors as fitted. It does not hold the uncertainty of volume, recovery or S-value. A dose has none where a \
             region that gives 1 % of it or more was not fitted, or a parameter of it ended at a bound."
                .into(),
        );
    } else if with_errors {
        let words = scenario.fit.as_ref().map_or("", |fit| fit.error_words.as_str());
        let mut degrees: Vec<usize> = fits.iter().map(|fit| fit.estimate.degrees_of_freedom).collect();
        degrees.sort_unstable();
        degrees.dedup();
        let degrees = degrees.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
        table.notes.push(format!(
            "standard_error_given_cv: the error model's number taken as known ({words}); standard_error_residual: from the scatter about the fitted \
             curve instead, with {degrees} degree(s) of freedom in each fit (one degree of freedom: a 95 % interval is ± 12.7 standard errors). \
             Neither holds the uncertainty of volume, calibration, recovery or S-value. \
             A dose has none where a region that gives 1 % of it or more was not fitted, or a parameter of it ended at a bound."
        ));
    }
    table.notes.push(if scenario.solve.include_beyond {
        "Doses count all decay; beyond_horizon is the share after the end of the simulated curves.".to_string()
    } else {
        let reason = scenario.solve.beyond_reason.as_deref().unwrap_or("as the scenario asks");
        format!(
            "Doses end at the horizon of {:.1} h ({reason}); beyond_horizon is the share of the whole dose that is left out.",
            scenario.solve.until_min / MINUTES_PER_HOUR
        )
    });
    for target in &scenario.targets {
        for (region, s_value) in &target.terms {
            let mass = s_value.target_mass_g.map_or(String::new(), |mass| format!(", target mass {mass:.1} g"));
            table.notes.push(format!(
                "S({} ← {region}) = {:.5e} Gy/(MBq h){mass}: {}{}{}",
                target.name,
                s_value.gy_per_mbq_h,
                s_value.source,
                if s_value.extrapolated { "; EXTRAPOLATED beyond the table" } else { "" },
                s_value.notes.iter().map(|note| format!("; {note}")).collect::<String>()
            ));
        }
        if let Some(repair) = target.repair {
            table.notes.push(format!(
                "{}: BED with α/β {} Gy and a repair half-time of {} h, Lea–Catcheside by integration.",
                target.name, repair.alpha_beta_gy, repair.repair_half_time_h
            ));
        }
    }
    table
}

pub(super) fn region_table(scenario: &Scenario, simulated: &Simulated, at_horizon: &[Option<f64>], whole: &[Option<f64>]) -> Table {
    let mut table = Table::new(
        "regions",
        "Time-integrated activity of the regions",
        vec![
            Column::text("region"),
            Column::number("time_integrated_activity", "MBq h").significant(6),
            Column::number("coefficient", "h").significant(4),
            Column::number("beyond_horizon", "%").significant(2),
        ],
    );
    for (position, observable) in scenario.model.observables.iter().enumerate() {
        let (Some(part), Some(all)) = (at_horizon[position], whole[position]) else { continue };
        let counted = if scenario.solve.include_beyond { all } else { part };
        let coefficient = (simulated.activity_mbq > 0.0).then(|| counted / simulated.activity_mbq);
        table.push(vec![observable.name.as_str().into(), counted.into(), coefficient.into(), (100.0 * share_beyond(part, all)).into()]);
    }
    table
}

pub(super) fn balance_table(scenario: &Scenario, balance: &Balance) -> Table {
    let unit = amount_unit(scenario);
    let size = amount_size(scenario);
    let mut table = Table::new(
        "balance",
        "Where the labelled ligand is and where it decayed, at the horizon",
        vec![
            Column::text("compartment"),
            Column::number("left", unit).significant(4),
            Column::number("decayed", unit).significant(4),
            Column::number("decayed_share", "%").significant(3),
        ],
    );
    for compartment in &balance.compartments {
        table.push(vec![
            compartment.path.as_str().into(),
            (compartment.left / size).into(),
            (compartment.decayed / size).into(),
            if balance.injected > 0.0 { (100.0 * compartment.decayed / balance.injected).into() } else { Cell::Missing },
        ]);
    }
    table.notes.push(format!(
        "Injected {:.9e} {unit} = left {:.9e} + decayed {:.9e}; residual {:.2e} of what was injected.",
        balance.injected / size,
        balance.left() / size,
        balance.decayed() / size,
        balance.residual()
    ));
    table
}

pub(super) fn curve_table(scenario: &Scenario, simulated: &Simulated) -> Table {
    let samples = &simulated.samples;
    let mut columns = vec![Column::number("time", "h")];
    let mut series: Vec<(&[f64], f64)> = Vec::new();
    let size = amount_size(scenario);
    for (position, observable) in scenario.model.observables.iter().enumerate() {
        let amounts = matches!(observable.kind, ObservableKind::Region | ObservableKind::Concentration);
        let (unit, scale) = match observable.kind {
            ObservableKind::Region => (scenario.model.amount_unit.clone(), size),
            ObservableKind::Concentration => (format!("{}/L", scenario.model.amount_unit), size),
            ObservableKind::PercentInjected => ("%".to_string(), 0.01),
            ObservableKind::Value => scenario.unit_of_observable(position),
        };
        columns.push(Column::number(&observable.name, &unit));
        series.push((&samples.values[position], scale));
        if amounts && !samples.activities[position].is_empty() && scenario.model.amount != crate::units::ACTIVITY {
            let unit = if observable.kind == ObservableKind::Region { "MBq" } else { "MBq/L" };
            columns.push(Column::number(&format!("{}_activity", observable.name), unit));
            series.push((&samples.activities[position], 1.0));
        }
    }
    for (position, target) in scenario.targets.iter().enumerate() {
        columns.push(Column::number(&format!("{}_dose_rate", target.name), "Gy/h"));
        series.push((&samples.dose_rates_gy_per_h[position], 1.0));
        columns.push(Column::number(&format!("{}_dose", target.name), "Gy"));
        series.push((&samples.doses_gy[position], 1.0));
    }
    let mut table = Table::new("curves", "Curves", columns);
    for (sample, time) in samples.times_min.iter().enumerate() {
        let mut row: Vec<Cell> = vec![(time / MINUTES_PER_HOUR).into()];
        row.extend(series.iter().map(|(values, scale)| Cell::from(values[sample] / scale)));
        table.push(row);
    }
    table
}
