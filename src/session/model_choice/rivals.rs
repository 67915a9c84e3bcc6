//! Rival compartment models: other scenarios fitted to the same data, weighed by their criteria, their doses averaged.
use crate::fit::model_choice::{Candidate, ChoiceError, Criterion, DataFingerprint, Ranked, average, rank};
use crate::report::digest::sha256_of_file;
use crate::report::{Column, Table};
use crate::session::fitting::{GroupFit, fit};
use crate::session::scenario::Scenario;
use crate::session::simulation::simulate;
use crate::session::work::{Control, Failed, Outcome};

/// A model that took part.
struct Rival {
    scenario: Scenario,
    candidate: Candidate,
    /// Absorbed dose and standard error of each target, Gy.
    doses: Vec<(String, f64, Option<f64>)>,
}

/// Fits every rival, compares it with this scenario's own fit, and adds the tables `rival_models` and `rival_doses`.
///
/// # Errors
/// A rival that cannot be loaded or fitted, or that was fitted to other data.
pub fn compare_rivals(
    scenario: &Scenario,
    parameters: &[f64],
    fits: &[GroupFit],
    outcome: &mut Outcome,
    control: &mut Control,
) -> Result<(), Failed> {
    if scenario.rivals.is_empty() {
        return Ok(());
    }
    let mut rivals = vec![Rival {
        candidate: candidate(scenario, fits)?,
        doses: doses(scenario, parameters, fits, control)?,
        scenario: scenario.clone(),
    }];
    for path in &scenario.rivals {
        let (rival, _) = Scenario::load(path, &[])
            .map_err(|faults| Failed::input(format!("rival `{}` cannot be read: {}", path.display(), faults.summary())))?;
        control.at(&format!("fitting rival {}", rival.name), 0.48)?;
        if rival.fit.is_none() {
            return Err(Failed::input(format!("rival `{}` declares no `fit`", rival.name)));
        }
        let mut values = rival.model.parameter_values();
        let mut aside = Outcome::default();
        // the checkpoints of the run are those of its own fit
        let mut apart = Control {
            progress: &mut *control.progress,
            cancel: control.cancel,
            threads: control.threads,
            checkpoints: None,
            sets: Vec::new(),
            watched: None,
            live: None,
        };
        let fitted = fit(&rival, &mut values, &mut aside, &mut apart)?;
        if let Some(failure) = aside.failures.first() {
            return Err(Failed::because(format!("rival `{}`: {} failed: {}", rival.name, failure.what, failure.messages.join("; "))));
        }
        rivals.push(Rival { candidate: candidate(&rival, &fitted)?, doses: doses(&rival, &values, &fitted, control)?, scenario: rival });
    }
    let candidates: Vec<Candidate> = rivals.iter().map(|rival| rival.candidate.clone()).collect();
    // AICc where every model has one, else AIC: a criterion for some of them would drop the others
    let criterion = if candidates.iter().all(|c| c.aicc().is_some()) { Criterion::Aicc } else { Criterion::Aic };
    let ranked = rank(&candidates, criterion).map_err(|error| match &error {
        ChoiceError::DifferentData { .. } => Failed::input(format!("rivals need the same file, rows, units and error model: {error}")),
        _ => Failed::because(error.to_string()),
    })?;
    if let Some(best) = ranked.iter().max_by(|a, b| a.weight.total_cmp(&b.weight)) {
        let names = rivals.len();
        outcome.findings.push(format!(
            "Of {names} models, `{}` describes the data best by {} (weight {:.2}).",
            candidates[best.candidate].name,
            criterion.title(),
            best.weight
        ));
    }
    outcome.tables.push(models_table(&rivals, &ranked, criterion));
    outcome.tables.extend(doses_table(&rivals, &ranked));
    Ok(())
}

/// What model choice needs of a fit: the sum over its groups, which are independent.
fn candidate(scenario: &Scenario, fits: &[GroupFit]) -> Result<Candidate, Failed> {
    let data = scenario.data.as_ref().ok_or_else(|| Failed::input(format!("scenario `{}` has no data", scenario.name)))?;
    let plan = scenario.fit.as_ref().ok_or_else(|| Failed::input(format!("scenario `{}` declares no `fit`", scenario.name)))?;
    let (mut likelihood, mut observations, mut parameters) = (0.0, 0, 0);
    for group in fits {
        let information = group
            .information
            .as_ref()
            .ok_or_else(|| Failed::because(format!("the fit of {} in `{}` has no likelihood", group.name, scenario.name)))?;
        likelihood += information.minus_two_log_likelihood;
        observations += information.observations;
        parameters += information.parameters;
    }
    let hash = sha256_of_file(&data.file).map_err(|error| Failed::input(error.to_string()))?;
    let mut rows: Vec<String> = fits
        .iter()
        .flat_map(|group| &group.points)
        .filter(|point| point.excluded.is_none())
        .map(|point| {
            format!(
                "{} {} {:?} {:?} {:?} {} {}",
                point.line, point.channel, point.time_min, point.measured, point.sd, point.below_limit, point.unit
            )
        })
        .collect();
    rows.sort_unstable();
    let words = format!("{hash}\n{}\n{:?} {:?}\n{}", plan.error_words, plan.variance, plan.factors.len(), rows.join("\n"));
    Ok(Candidate {
        name: scenario.name.clone(),
        minus_two_log_likelihood: likelihood,
        observations,
        parameters,
        data: DataFingerprint::of(words.as_bytes()),
    })
}

fn doses(
    scenario: &Scenario,
    parameters: &[f64],
    fits: &[GroupFit],
    control: &mut Control,
) -> Result<Vec<(String, f64, Option<f64>)>, Failed> {
    if scenario.targets.is_empty() {
        return Ok(Vec::new());
    }
    let simulated = simulate(scenario, parameters, fits, &mut Outcome::default(), control)?;
    Ok(scenario
        .targets
        .iter()
        .zip(simulated.doses.iter().zip(&simulated.dose_errors))
        .map(|(target, (dose, error))| (target.name.clone(), dose.absorbed_gy, error.given))
        .collect())
}

fn models_table(rivals: &[Rival], ranked: &[Ranked], criterion: Criterion) -> Table {
    let mut table = Table::new(
        "rival_models",
        "Rival models of the same data",
        vec![
            Column::text("scenario"),
            Column::text("model"),
            Column::number("values", ""),
            Column::number("parameters", ""),
            Column::number("minus_2_ln_likelihood", "").significant(6),
            Column::number("aic", "").significant(6),
            Column::number("aicc", "").significant(6),
            Column::number("bic", "").significant(6),
            Column::number("difference", "").significant(4),
            Column::number("weight", "").decimals(3),
            Column::number("evidence_ratio", "").significant(3),
        ],
    );
    for (rival, place) in rivals.iter().zip(ranked) {
        let candidate = &rival.candidate;
        table.push(vec![
            candidate.name.as_str().into(),
            rival.scenario.model.name.as_str().into(),
            candidate.observations.into(),
            candidate.parameters.into(),
            candidate.minus_two_log_likelihood.into(),
            candidate.aic().into(),
            candidate.aicc().into(),
            candidate.bic().into(),
            place.difference.into(),
            place.weight.into(),
            place.evidence_ratio.into(),
        ]);
    }
    table.notes.push(format!(
        "Differences, weights and evidence ratios by {}{}. Same data file, rows, units and error model, as was checked.",
        criterion.title(),
        if criterion == Criterion::Aic { " (AICc needs more values than some model has)" } else { "" }
    ));
    if rivals.iter().any(|rival| rival.scenario.fit.as_ref().is_some_and(|plan| plan.has_priors())) {
        table.notes.push("A model with priors is compared at its posterior mode, where its likelihood is below the maximum.".into());
    }
    table
}

/// Doses of the targets that every model has.
fn doses_table(rivals: &[Rival], ranked: &[Ranked]) -> Option<Table> {
    let mut columns = vec![Column::text("target")];
    columns.extend(rivals.iter().map(|rival| Column::number(&rival.candidate.name, "Gy").significant(5)));
    columns.extend([Column::number("averaged", "Gy").significant(5), Column::number("standard_error", "Gy").significant(3)]);
    let mut table = Table::new("rival_doses", "Absorbed dose by the rival models", columns);
    for (name, ..) in &rivals.first()?.doses {
        let all: Option<Vec<_>> = rivals.iter().map(|rival| rival.doses.iter().find(|(other, ..)| other == name)).collect();
        let Some(all) = all else { continue };
        let terms: Vec<(f64, f64, Option<f64>)> =
            ranked.iter().zip(&all).map(|(place, (_, dose, error))| (place.weight, *dose, *error)).collect();
        let mean = average(&terms);
        let mut row = vec![name.as_str().into()];
        row.extend(all.iter().map(|(_, dose, _)| (*dose).into()));
        row.extend([mean.value.into(), mean.standard_error.into()]);
        table.push(row);
    }
    table.notes.push("Averaged over the models with their weights; standard error with the models' disagreement (Buckland 1997).".into());
    (!table.rows.is_empty()).then_some(table)
}
