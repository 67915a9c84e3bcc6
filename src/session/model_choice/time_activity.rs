//! Families of time–activity functions fitted to every region, weighed against each other, their integrals and doses averaged.
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::time_activity_tables::{average_table, curves, dose_table, findings, models_table};
use super::{Region, time_after_administration_h};
use crate::fit::error_model::ErrorModel;
use crate::fit::estimate::VarianceChoice;
use crate::fit::least_squares::{Monitor, Settings};
use crate::fit::model_choice::{Candidate, Criterion, ModelAverage, average, rank};
use crate::fit::time_activity::{FamilyFit, FamilySettings, RegionPoint, fit_family};
use crate::session::figures::diagnostics::{About, ChannelWeights, ModelWeight, model_weights};
use crate::session::scenario::{Scenario, TimeActivityPlan};
use crate::session::work::{Control, Failed, Outcome};

/// Starts of each family.
const STARTS: usize = 6;
/// A family whose −2 ln L is no better than this below that of one with fewer parameters, and with a parameter at its limit or undetermined, is that other one.
const SAME_CURVE: f64 = 0.01;

/// What the families say about one region.
#[derive(Clone, Debug)]
pub struct RegionChoice {
    /// Name of the region in tables.
    pub name: String,
    /// Channel of the data.
    pub channel: String,
    /// Subject and occasion.
    pub person: (Option<String>, Option<String>),
    /// Name of the observable.
    pub observable: String,
    /// Fitted families with their weights and verdicts; those left out of the comparison have weight 0.
    pub fits: Vec<WeighedFit>,
    /// Families that were not fitted, with the reason.
    pub refused: Vec<(&'static str, String)>,
    /// Ã averaged over the families (MBq·h); the best one's alone where no average was asked for.
    pub integral: ModelAverage,
}

/// A fitted family among the others.
#[derive(Clone, Debug)]
pub struct WeighedFit {
    /// The fit.
    pub fit: FamilyFit,
    /// Its weight.
    pub weight: f64,
    /// Difference of the criterion to the best.
    pub difference: Option<f64>,
    /// In words.
    pub verdict: String,
}

impl RegionChoice {
    /// The family with the largest weight.
    pub fn best(&self) -> Option<&WeighedFit> {
        self.fits.iter().max_by(|a, b| a.weight.total_cmp(&b.weight))
    }
}

/// Fits all families to all regions; adds the tables `time_activity_models`, `time_activity_average` and `time_activity_dose`, and two figures.
///
/// # Errors
/// Values that no family can use, or a cancelled run.
pub fn choose_families(
    scenario: &Scenario,
    plan: &TimeActivityPlan,
    regions: &[Region],
    outcome: &mut Outcome,
    control: &mut Control,
) -> Result<Vec<RegionChoice>, Failed> {
    let mut chosen = Vec::new();
    for region in regions {
        control.at(&format!("fitting time–activity functions to {}", region.name), 0.46)?;
        match choose_region(scenario, plan, region, control) {
            Ok(choice) => chosen.push(choice),
            Err(error) if error.cancelled => return Err(error),
            Err(error) => {
                let what = format!("time–activity functions of {}", region.name);
                outcome.findings.push(format!("{what}: {}", error.sentence));
                outcome.failures.push(crate::report::Failure { what, count: 1, messages: vec![error.sentence] });
                outcome.incomplete = true;
            }
        }
    }
    if plan.error_assumed {
        outcome.assumptions.push(format!("error model of the time–activity functions: {}", plan.error_words));
    }
    findings(plan, &chosen, outcome);
    outcome.tables.push(models_table(plan, &chosen));
    outcome.tables.push(average_table(plan, &chosen));
    outcome.tables.extend(dose_table(scenario, plan, &chosen));
    outcome.figures.extend(curves(scenario, plan, regions, &chosen));
    let weights: Vec<ChannelWeights> = chosen
        .iter()
        .map(|choice| ChannelWeights {
            channel: choice.name.replace('_', " "),
            models: choice.fits.iter().map(|one| ModelWeight { model: one.fit.curve.family.name().into(), weight: one.weight }).collect(),
        })
        .collect();
    let about = About {
        subject: scenario.title.clone(),
        caption: vec![format!("Weights by {}. Error model: {}.", plan.criterion.title(), plan.error_words)],
    };
    outcome.figures.extend(model_weights(&about, &weights).into_iter().map(|mut figure| {
        figure.name = figure.name.replacen("model_weights", "time_activity_weights", 1);
        figure.title = format!("{} weights of time–activity functions: {}", plan.criterion.title(), about.subject);
        figure
    }));
    Ok(chosen)
}

/// Points of a region as the families take them.
pub(super) fn region_points(scenario: &Scenario, error: ErrorModel, region: &Region) -> Vec<RegionPoint> {
    region
        .used()
        .map(|point| RegionPoint {
            row: point.line,
            time_h: time_after_administration_h(scenario, point),
            activity_mbq: point.measured * point.unit_in_internal,
            error: match point.sd {
                Some(sd) => ErrorModel::Constant { standard_deviation: sd * point.unit_in_internal },
                None => error,
            },
        })
        .collect()
}

/// λ_phys of the scenario's nuclide, 1/h.
pub(super) fn physical_decay_per_h(scenario: &Scenario) -> f64 {
    scenario.model.nuclide.map_or(0.0, |nuclide| nuclide.decay_constant_per_h())
}

fn choose_region(scenario: &Scenario, plan: &TimeActivityPlan, region: &Region, control: &Control) -> Result<RegionChoice, Failed> {
    let points = region_points(scenario, plan.error, region);
    let settings = FamilySettings {
        physical_decay_per_h: physical_decay_per_h(scenario),
        starts: STARTS,
        fit: Settings { variance: plan.variance, ..Settings::default() },
    };
    let monitor = Monitor { cancel: Some(Arc::clone(control.cancel)), ..Monitor::default() };
    let mut fits: Vec<FamilyFit> = Vec::new();
    let mut refused = Vec::new();
    for family in &plan.families {
        match fit_family(*family, &points, &settings, &monitor) {
            Ok(fit) => fits.push(fit),
            Err(reason) => refused.push((family.name(), reason.to_string())),
        }
        if control.cancel.load(Ordering::Relaxed) {
            return Err(Failed::cancelled(format!("cancelled while fitting time–activity functions to {}", region.name)));
        }
    }
    if fits.is_empty() {
        let reasons: Vec<String> = refused.iter().map(|(name, reason)| format!("{name}: {reason}")).collect();
        return Err(Failed::because(format!("no family could be fitted; {}", reasons.join("; "))));
    }
    let simpler: Vec<Option<&'static str>> = fits.iter().map(|fit| same_as_simpler(fit, &fits)).collect();
    let compared: Vec<usize> = (0..fits.len()).filter(|&i| simpler[i].is_none() && fits[i].estimate.is_converged()).collect();
    let candidates: Vec<Candidate> = compared.iter().map(|&i| fits[i].candidate.clone()).collect();
    let ranked = rank(&candidates, plan.criterion)
        .map_err(|error| Failed::because(error.to_string() + few_points(plan.criterion, plan.variance)))?;
    let weighed: Vec<WeighedFit> = fits
        .into_iter()
        .enumerate()
        .map(|(i, fit)| {
            let place = compared.iter().position(|&c| c == i).map(|at| &ranked[at]);
            let verdict = match (place, simpler[i]) {
                (_, Some(other)) => format!("left out: it is `{other}`"),
                (None, None) => "left out: not converged".into(),
                (Some(place), _) => match place.difference {
                    Some(difference) => support(difference).into(),
                    None => format!("left out: {} needs more than {} points", plan.criterion.title(), fit.candidate.parameters + 1),
                },
            };
            WeighedFit { weight: place.map_or(0.0, |p| p.weight), difference: place.and_then(|p| p.difference), verdict, fit }
        })
        .collect();
    let terms: Vec<(f64, f64, Option<f64>)> = weighed
        .iter()
        .filter(|one| one.weight > 0.0)
        .map(|one| {
            let integral = one.fit.time_integrated_activity_mbq_h;
            (one.weight, integral.value, integral.standard_error)
        })
        .collect();
    let best = terms.iter().max_by(|a, b| a.0.total_cmp(&b.0)).copied().unwrap_or((1.0, f64::NAN, None));
    let integral = if plan.average { average(&terms) } else { average(&[(1.0, best.1, best.2)]) };
    Ok(RegionChoice {
        name: region.name.clone(),
        channel: region.channel.clone(),
        person: region.person.clone(),
        observable: scenario.model.observables[region.observable].name.clone(),
        fits: weighed,
        refused,
        integral,
    })
}

/// A fit with a parameter at its limit (or undetermined, or not converged) that describes the data no better than a family with fewer parameters: that family's name.
fn same_as_simpler(fit: &FamilyFit, all: &[FamilyFit]) -> Option<&'static str> {
    let parameters = fit.curve.family.parameter_count();
    all.iter()
        .filter(|_| fit.is_degenerate() || !fit.estimate.is_converged())
        .filter(|other| other.curve.family.parameter_count() < parameters && !other.is_degenerate())
        .find(|other| other.candidate.minus_two_log_likelihood - fit.candidate.minus_two_log_likelihood < SAME_CURVE)
        .map(|other| other.curve.family.name())
}

fn few_points(criterion: Criterion, variance: VarianceChoice) -> &'static str {
    match (criterion, variance) {
        (Criterion::Aicc, VarianceChoice::Given) => {
            "; its correction is for an estimated variance: with `variance: given`, `criterion: aic` is right for few points"
        }
        _ => "",
    }
}

/// Rules of thumb of Burnham and Anderson (2002, §2.6).
fn support(difference: f64) -> &'static str {
    match difference {
        0.0 => "best",
        d if d <= 2.0 => "substantial support",
        d if d <= 7.0 => "considerably less support",
        d if d <= 10.0 => "little support",
        _ => "essentially no support",
    }
}
