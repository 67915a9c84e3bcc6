//! Virtual patients through every arm: how cycles, activity, doses and toxicity spread, beside what was published.
use crate::dosimetry::course::{CoursePlan, SolveSettings};
use crate::fit::bootstrap::quantile_of_sorted;
use crate::regimen::{RegimenPlan, deliver};
use crate::report::{Axis, Column, Failure, Figure, Legend, Mark, Panel, Style, Table};
use crate::session::numbered::numbered;
use crate::session::scenario::{CohortSection, Scenario};
use crate::session::simulation::effect_quantity;
use crate::session::work::{Control, Failed, Outcome};
use crate::trial::{Quantity, quantities};

/// One arm of one patient: its quantities, or why it failed.
type ArmOfPatient = Result<Vec<Quantity>, String>;

/// One quantity of one arm over the patients.
struct Spread {
    arm: usize,
    name: String,
    unit: &'static str,
    sorted: Vec<f64>,
}

impl Spread {
    fn mean(&self) -> f64 {
        self.sorted.iter().sum::<f64>() / self.sorted.len() as f64
    }

    fn standard_deviation(&self) -> Option<f64> {
        let mean = self.mean();
        let squares: f64 = self.sorted.iter().map(|value| (value - mean) * (value - mean)).sum();
        // equal values differ from their mean by rounding alone
        if self.sorted.first() == self.sorted.last() {
            return (self.sorted.len() > 1).then_some(0.0);
        }
        (self.sorted.len() > 1).then(|| (squares / (self.sorted.len() - 1) as f64).sqrt())
    }

    fn quantile(&self, share: f64) -> f64 {
        quantile_of_sorted(&self.sorted, share)
    }
}

/// Adds the cohort's tables, figure and failures.
#[allow(clippy::too_many_arguments)]
pub(super) fn add(
    scenario: &Scenario,
    plan: &CoursePlan,
    regimen: &RegimenPlan,
    section: &CohortSection,
    parameters: &[f64],
    settings: &SolveSettings,
    outcome: &mut Outcome,
    control: &mut Control,
) -> Result<(), Failed> {
    let cancel = control.cancel;
    let patients = numbered(section.plan.patients, "virtual patients", (0.75, 0.95), control, |number, _| {
        let settings = SolveSettings { cancel: Some(cancel), ..*settings };
        let drawn = match section.plan.draw(number, &plan.model, parameters, regimen) {
            Ok(drawn) => drawn,
            Err(error) => return Ok(regimen.arms.iter().map(|_| Err(error.to_string())).collect()),
        };
        let (own, of_patient) = (drawn.parameters, drawn.regimen);
        of_patient
            .arms
            .iter()
            .map(|arm| one(scenario, plan, &of_patient, arm, &own, &settings))
            .collect::<Result<Vec<ArmOfPatient>, Failed>>()
    })?;
    let mut failed: Vec<&String> = Vec::new();
    for patient in &patients {
        failed.extend(patient.iter().filter_map(|arm| arm.as_ref().err()));
    }
    if let Some(first) = failed.first() {
        let what = "arms of virtual patients that could not be delivered".to_owned();
        outcome.failures.push(Failure { what, count: failed.len(), messages: vec![(*first).clone()] });
    }
    let spreads = spreads(regimen, &patients);
    outcome.assumptions.extend(section.assumptions.iter().cloned());
    outcome.tables.push(cohort_table(regimen, section, &spreads, failed.len()));
    if !section.published.is_empty() {
        let table = published_table(regimen, section, &spreads, &mut outcome.findings);
        outcome.tables.push(table);
    }
    outcome.figures.extend(figure(scenario, regimen, section, &spreads));
    Ok(())
}

fn one(
    scenario: &Scenario,
    plan: &CoursePlan,
    regimen: &RegimenPlan,
    arm: &crate::regimen::Arm,
    parameters: &[f64],
    settings: &SolveSettings,
) -> Result<ArmOfPatient, Failed> {
    match deliver(plan, regimen, arm, parameters, settings) {
        Ok(result) => {
            let mut found = quantities(&scenario.targets, regimen, &result);
            for effect in scenario.effects.iter().filter(|effect| effect.relation.curve.probability(1.0).is_some()) {
                let (target, relation) = (&scenario.targets[effect.target], &effect.relation);
                let value = effect_quantity(relation.quantity, &result.totals[effect.target], target.repair);
                let value = value.and_then(|value| relation.curve.probability(value)).map(|p| 100.0 * p);
                found.push(Quantity { name: format!("{}_{}", target.name, relation.name), unit: "%", value });
            }
            Ok(Ok(found))
        }
        Err(error) if error.cancelled => Err(error.into()),
        Err(error) => Ok(Err(error.to_string())),
    }
}

fn spreads(regimen: &RegimenPlan, patients: &[Vec<ArmOfPatient>]) -> Vec<Spread> {
    let mut found = Vec::new();
    for arm in 0..regimen.arms.len() {
        let delivered: Vec<&Vec<Quantity>> = patients.iter().filter_map(|patient| patient[arm].as_ref().ok()).collect();
        let Some(first) = delivered.first() else { continue };
        for (position, quantity) in first.iter().enumerate() {
            let mut sorted: Vec<f64> = delivered.iter().filter_map(|one| one[position].value).filter(|value| value.is_finite()).collect();
            sorted.sort_by(f64::total_cmp);
            if !sorted.is_empty() {
                found.push(Spread { arm, name: quantity.name.clone(), unit: quantity.unit, sorted });
            }
        }
    }
    found
}

fn cohort_table(regimen: &RegimenPlan, section: &CohortSection, spreads: &[Spread], failed: usize) -> Table {
    let number = |name: &str| Column::number(name, "").significant(4);
    let mut table = Table::new(
        "cohort",
        "Virtual patients through every arm: true values",
        vec![
            Column::text("arm"),
            Column::text("quantity"),
            Column::text("unit"),
            Column::number("patients", ""),
            number("mean"),
            number("sd"),
            number("smallest"),
            number("p5"),
            number("median"),
            number("p95"),
            number("largest"),
        ],
    );
    for spread in spreads {
        let is_share = spread.unit == "% of patients";
        let unless_share = |value: f64| (!is_share).then_some(value);
        table.push(vec![
            regimen.arms[spread.arm].name.as_str().into(),
            spread.name.as_str().into(),
            if spread.unit.is_empty() { "1".into() } else { spread.unit.into() },
            spread.sorted.len().into(),
            spread.mean().into(),
            spread.standard_deviation().filter(|_| !is_share).into(),
            unless_share(spread.quantile(0.0)).into(),
            unless_share(spread.quantile(0.05)).into(),
            unless_share(spread.quantile(0.5)).into(),
            unless_share(spread.quantile(0.95)).into(),
            unless_share(spread.quantile(1.0)).into(),
        ]);
    }
    table.notes.push(format!(
        "{} patients (seed {}), all through every arm with the same noise in the clinic; {failed} arms could not be delivered. A quantity that a patient does not have (no cycle \
         given, no progression) is left out of its row: see the number of patients.",
        section.plan.patients, section.plan.seed
    ));
    table
}

fn published_table(regimen: &RegimenPlan, section: &CohortSection, spreads: &[Spread], findings: &mut Vec<String>) -> Table {
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
        let Some(spread) = spreads.iter().find(|spread| spread.arm == one.arm && spread.name == one.quantity) else {
            let mut names: Vec<&str> = spreads.iter().filter(|spread| spread.arm == one.arm).map(|spread| spread.name.as_str()).collect();
            names.dedup();
            let help = crate::model::diagnostic::did_you_mean(&one.quantity, names);
            findings.push(format!(
                "Nothing simulated is called `{}` in arm {arm}, to stand beside the published figure; {help}.",
                one.quantity
            ));
            continue;
        };
        let is_share = spread.unit == "% of patients";
        table.push(vec![
            arm.into(),
            one.quantity.as_str().into(),
            if spread.unit.is_empty() { "1".into() } else { spread.unit.into() },
            spread.mean().into(),
            spread.standard_deviation().filter(|_| !is_share).into(),
            (!is_share).then(|| spread.quantile(0.5)).into(),
            (!is_share).then(|| spread.quantile(0.05)).into(),
            (!is_share).then(|| spread.quantile(0.95)).into(),
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

/// Distribution over the patients of cycles, activity and the dose that rules look at.
fn figure(scenario: &Scenario, regimen: &RegimenPlan, section: &CohortSection, spreads: &[Spread]) -> Option<Figure> {
    let primary = &scenario.targets[super::super::figures::shown_target(scenario, regimen)?];
    let shown = [
        ("cycles".to_owned(), "Cycles".to_owned(), ""),
        ("activity".to_owned(), "Cumulative activity".to_owned(), "GBq"),
        (format!("{}_dose", primary.name), format!("Dose to {}", super::super::figures::lower_first(&primary.title)), "Gy"),
    ];
    // one number for all patients of all arms is no distribution
    let spreads_out = |name: &str| {
        let mut values = spreads.iter().filter(|spread| spread.name == name).flat_map(|spread| &spread.sorted);
        values.next().is_some_and(|first| values.any(|value| (value - first).abs() > 1e-9 * first.abs()))
    };
    let panels: Vec<Panel> = shown
        .iter()
        .filter(|(name, ..)| spreads_out(name))
        .enumerate()
        .map(|(number, (name, title, unit))| {
            let mut marks: Vec<Mark> = spreads
                .iter()
                .filter(|spread| spread.name == *name)
                .map(|spread| {
                    let count = spread.sorted.len() as f64;
                    let mut x = vec![spread.sorted[0]];
                    let mut y = vec![0.0];
                    for (position, value) in spread.sorted.iter().enumerate() {
                        x.push(*value);
                        y.push(100.0 * (position + 1) as f64 / count);
                    }
                    let name = super::super::figures::capitalised(&regimen.arms[spread.arm].title);
                    Mark::Steps { name, x, y, style: Style::indexed(spread.arm) }
                })
                .collect();
            let published = section.published.iter().filter(|one| one.quantity == *name).filter_map(|one| one.middle);
            marks.extend(published.map(|x| Mark::VerticalLine { x, label: "publ.".into() }));
            Panel {
                title: None,
                x: Axis::linear(title, unit),
                y: Axis::linear("Patients at or below", "%").between(0.0, 100.0),
                marks,
                legend: if number == 0 { Legend::Auto } else { Legend::Hidden },
            }
        })
        .collect();
    if panels.is_empty() {
        return None;
    }
    Some(Figure {
        name: "cohort".into(),
        title: format!("{} virtual patients: {}", section.plan.patients, scenario.title),
        columns: panels.len(),
        panels,
        caption: vec![
            format!(
                "Virtual patients around {}; true values. publ.: the published middle, see the table beside_published.",
                scenario.patient
            ),
            "The arms show doses, not outcomes: a link from dose to survival is not assumed.".into(),
        ],
        ..Figure::default()
    })
}
