//! `rpt power`: the trial over and over, under each hypothesis.
//!
//! For each hypothesis the scenario is read with its values exchanged and a pool of patients goes through every arm; every replicate draws its patients from the pool without
//! putting any back, allocates them at random, sees each in one arm and tests.
use std::sync::atomic::Ordering;

use super::run::run_blocks;
use super::{TrialOptions, block_kind, cohort_of, course_plan, declared, design_of, effects, observing, regimen_of, store_in, work_of};
use crate::model::yaml::YamlFile;
use crate::report::{Cell, Column, Table};
use crate::session::figures::trial::{PowerCurve, PowerCurves, PowerPoint, TrialAbout, power_curves};
use crate::session::numbered::numbered;
use crate::session::scenario::{Scenario, TrialSection, under_hypothesis};
use crate::session::work::{Control, Failed, Outcome};
use crate::trial::allocation::Allocation;
use crate::trial::design::{EndpointKind, censoring_min};
use crate::trial::power::{
    Experiment, Hypothesis, Measure, Outcome as OfOneTrial, Pool, PoolValues, PowerEstimate, PowerPlan, PowerTest, Reached, size_for,
};
use crate::trial::survival::Observed;
use crate::trial::{Block, Places};

/// What the command line changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PowerOptions {
    /// Patients of the pool, and the seed.
    pub trial: TrialOptions,
    /// Trials at each size.
    pub replicates: Option<usize>,
}

/// Trials of one piece of work.
const CHUNK: usize = 50;

/// What came of a hypothesis: per test, per size.
struct OfHypothesis<'p> {
    hypothesis: &'p Hypothesis,
    estimates: Vec<Vec<PowerEstimate>>,
    failed: usize,
}

/// Computes the power under every hypothesis.
pub fn power(
    scenario: &Scenario,
    sets: &[String],
    options: PowerOptions,
    outcome: &mut Outcome,
    control: &mut Control,
) -> Result<(), Failed> {
    let (_, section) = declared(scenario)?;
    let missing = |what: &str| Failed::input(format!("scenario `{}` declares no `{what}`, so there is no power to compute", scenario.name));
    let trial = scenario.trial.as_ref().ok_or_else(|| missing("trial"))?;
    let design = design_of(scenario, options.trial).ok_or_else(|| missing("trial"))?;
    let mut plan = design.power.clone().ok_or_else(|| missing("trial: {power: …}"))?;
    plan.replicates = options.replicates.unwrap_or(plan.replicates);
    let cohort = cohort_of(section, options.trial);
    if let Some(size) = plan.sizes.iter().find(|size| **size > cohort.patients) {
        return Err(Failed::input(format!(
            "a trial of {size} patients cannot be drawn from a pool of {}: simulate more with `--patients`, several times the largest size",
            cohort.patients
        )));
    }
    let yaml = YamlFile::read(&scenario.file).map_err(|faults| Failed::input(faults.to_string()))?;
    let count = plan.hypotheses.len() as f64;
    let mut found = Vec::new();
    for (number, hypothesis) in plan.hypotheses.iter().enumerate() {
        let (from, to) = (0.95 * number as f64 / count, 0.95 * (number + 1) as f64 / count);
        let rewritten = under_hypothesis(&yaml, &hypothesis.sets)
            .map_err(|problem| Failed::input(format!("hypothesis `{}`: {problem}", hypothesis.name)))?;
        let sets: Vec<String> = sets.iter().chain(&rewritten.parameters).cloned().collect();
        let (own, _) = Scenario::load_text(&scenario.file, rewritten.text, &sets)
            .map_err(|faults| Failed::input(format!("under hypothesis `{}` the scenario is not sound:\n{faults}", hypothesis.name)))?;
        found.push(under(&own, hypothesis, &plan, options, (from, to), outcome, control)?);
    }
    outcome.seed = Some(cohort.seed);
    outcome.assumptions.extend(section.assumptions.iter().chain(&trial.assumptions).cloned());
    outcome.tables.push(table(scenario, trial, &plan, &found));
    outcome.tables.push(sizes(scenario, trial, &plan, &found));
    words(scenario, trial, &plan, &found, outcome)?;
    let about = TrialAbout {
        subject: format!("{}: {} trials at each size, from {} virtual patients", scenario.title, plan.replicates, cohort.patients),
        caption: vec![
            format!("Model {}, {}.", scenario.model.name, scenario.patient),
            "Hypotheses are supposed, not shown. Without a link from dose to hazard the power is the level of the test.".into(),
        ],
        patients: 0,
    };
    for (position, test) in plan.tests.iter().enumerate() {
        let curves = found
            .iter()
            .map(|of| PowerCurve {
                title: of.hypothesis.title.clone(),
                points: of.estimates[position]
                    .iter()
                    .map(|one| PowerPoint { patients: one.size as f64, power: one.power, standard_error: one.standard_error })
                    .collect(),
            })
            .collect();
        let name = if plan.tests.len() > 1 { format!("power_{}", position + 1) } else { "power".into() };
        outcome
            .figures
            .push(power_curves(&about, &PowerCurves { name, test: test_words(scenario, trial, test), alpha: plan.alpha, curves }));
    }
    control.at("done", 1.0)
}

/// The pool under one hypothesis, and all tests at all sizes.
fn under<'p>(
    scenario: &Scenario,
    hypothesis: &'p Hypothesis,
    plan: &PowerPlan,
    options: PowerOptions,
    (from, to): (f64, f64),
    outcome: &mut Outcome,
    control: &mut Control,
) -> Result<OfHypothesis<'p>, Failed> {
    let (_, section) = declared(scenario)?;
    let design = design_of(scenario, options.trial).ok_or_else(|| Failed::because("the rewritten scenario has no trial"))?;
    let regimen = regimen_of(scenario, options.trial)?;
    let cohort = cohort_of(section, options.trial);
    let course = course_plan(scenario, &regimen)?;
    let parameters = scenario.model.parameter_values();
    let effects = effects(scenario);
    let mut work = work_of(scenario, &course, &regimen, &cohort, &parameters, &effects, control.cancel)?;
    work.observing = observing(scenario, Some(&design), &regimen, &cohort, &parameters)?;
    let columns = work.columns();
    let kind = block_kind(&work, &columns, control, &format!("hypothesis {}", hypothesis.name));
    let store = store_in(control, &format!("blocks_{}", hypothesis.name))?;
    let places = Places::new(&design, &columns);
    let quantities: Vec<Option<usize>> = plan
        .tests
        .iter()
        .map(|test| match &test.measure {
            Measure::Endpoint(_) => Ok(None),
            Measure::Quantity(name) => columns.iter().position(|column| column.name == *name).map(Some).ok_or_else(|| {
                let help = crate::model::diagnostic::did_you_mean(name, columns.iter().map(|column| column.name.as_str()));
                Failed::input(format!("there is no quantity `{name}` to test; {help}"))
            }),
        })
        .collect::<Result<_, Failed>>()?;
    let arms = regimen.arms.len();
    let mut pools: Vec<Pool> = plan
        .tests
        .iter()
        .map(|test| {
            let values = match test.measure {
                Measure::Endpoint(_) => PoolValues::Times(Vec::with_capacity(arms * cohort.patients)),
                Measure::Quantity(_) => PoolValues::Numbers(Vec::with_capacity(arms * cohort.patients)),
            };
            Pool { arms, values }
        })
        .collect();
    let mut enter = |block: &Block| -> Result<(), Failed> {
        for (offset, patient) in block.patients.iter().enumerate() {
            let censored_min = censoring_min(&design, design.seed, (block.first + offset) as u64);
            for row in &patient.arms {
                let values = row.as_ref().map_or(&[][..], |row| row.values.as_slice());
                for ((test, pool), quantity) in plan.tests.iter().zip(&mut pools).zip(&quantities) {
                    match (&test.measure, &mut pool.values) {
                        (Measure::Endpoint(endpoint), PoolValues::Times(times)) => {
                            // an arm that could not be delivered was never seen: censored at once
                            let seen = places.observed(*endpoint, values, censored_min);
                            times.push(seen.unwrap_or(Observed { day: 0, event: false }));
                        }
                        (_, PoolValues::Numbers(numbers)) => {
                            numbers.push(quantity.and_then(|at| values.get(at).copied()).unwrap_or(f64::NAN));
                        }
                        _ => {}
                    }
                }
            }
        }
        Ok(())
    };
    let middle = from + 0.7 * (to - from);
    let (summary, ran) = run_blocks(&work, &kind, &store, control, (from, middle), None, &mut enter)?;
    if ran.resumed > 0 {
        outcome.findings.push(format!(
            "{}: {} of {} virtual patients were taken over from the run that was stopped.",
            hypothesis.title, ran.resumed, cohort.patients
        ));
    }
    outcome.findings.extend(ran.broken.iter().map(|words| format!("{words}; its patients were done again.")));
    super::add_failures(&regimen, &summary, outcome);
    super::add_evidence(&effects, outcome);
    let mut estimates = Vec::new();
    let all = (plan.tests.len() * plan.sizes.len()) as f64;
    for (position, (test, pool)) in plan.tests.iter().zip(&pools).enumerate() {
        let mut of_test = Vec::new();
        for (at, size) in plan.sizes.iter().enumerate() {
            let done = (position * plan.sizes.len() + at) as f64;
            let share = (middle + (to - middle) * done / all, middle + (to - middle) * (done + 1.0) / all);
            of_test.push(estimate(pool, test, &design.allocation, plan, *size, share, control)?);
        }
        estimates.push(of_test);
    }
    Ok(OfHypothesis { hypothesis, estimates, failed: summary.failed() })
}

/// All trials of one test at one size.
fn estimate(
    pool: &Pool,
    test: &PowerTest,
    allocation: &Allocation,
    plan: &PowerPlan,
    size: usize,
    share: (f64, f64),
    control: &mut Control,
) -> Result<PowerEstimate, Failed> {
    let experiment = Experiment::new(pool, test, allocation, size, plan.seed).map_err(|fault| Failed::input(fault.to_string()))?;
    let cancel = control.cancel;
    let chunks = numbered(plan.replicates.div_ceil(CHUNK), "fifty trials", share, control, |number, _| {
        if cancel.load(Ordering::Relaxed) {
            return Err(Failed::cancelled("cancelled"));
        }
        let first = number * CHUNK;
        Ok(experiment.clone().outcomes(first..(first + CHUNK).min(plan.replicates)))
    })?;
    let outcomes: Vec<OfOneTrial> = chunks.into_iter().flatten().collect();
    Ok(PowerEstimate::of(size, &outcomes, plan.alpha, experiment.times_used(plan.replicates)))
}

/// "pfs, log-rank test, adapted v fixed".
fn test_words(scenario: &Scenario, trial: &TrialSection, test: &PowerTest) -> String {
    let measure = match &test.measure {
        Measure::Endpoint(at) => trial.plan.endpoints[*at].name.clone(),
        Measure::Quantity(name) => test.threshold.map_or(name.clone(), |threshold| format!("{name} above {threshold}")),
    };
    let arm = |at: usize| scenario.regimens.as_ref().map_or(String::new(), |regimen| regimen.arms[at].name.clone());
    format!("{measure}: {}, {} v {}", test.kind.title(), arm(test.arms.1), arm(test.arms.0))
}

fn table(scenario: &Scenario, trial: &TrialSection, plan: &PowerPlan, found: &[OfHypothesis]) -> Table {
    let number = |name: &str, unit: &str| Column::number(name, unit).significant(3);
    let mut table = Table::new(
        "power",
        "Power of the trial",
        vec![
            Column::text("hypothesis"),
            Column::text("test"),
            Column::number("patients", ""),
            number("power", "%"),
            number("monte_carlo_error", "%"),
            number("low", "%"),
            number("high", "%"),
            number("mean_hazard_ratio", ""),
            number("ratio_low", ""),
            number("ratio_high", ""),
            number("mean_difference", ""),
            number("difference_error", ""),
            Column::number("trials", ""),
            Column::number("not_computed", ""),
            number("times_used", ""),
        ],
    );
    for of in found {
        for (test, estimates) in plan.tests.iter().zip(&of.estimates) {
            for one in estimates {
                let ratio = one.hazard_ratio.as_ref();
                table.push(vec![
                    of.hypothesis.name.as_str().into(),
                    test_words(scenario, trial, test).into(),
                    one.size.into(),
                    (100.0 * one.power).into(),
                    (100.0 * one.standard_error).into(),
                    (100.0 * one.interval_95.0).into(),
                    (100.0 * one.interval_95.1).into(),
                    ratio.map(|ratio| ratio.ratio).into(),
                    ratio.map(|ratio| ratio.interval_95.0).into(),
                    ratio.map(|ratio| ratio.interval_95.1).into(),
                    one.difference.map(|(mean, _)| mean).into(),
                    one.difference.map(|(_, error)| error).into(),
                    one.replicates.into(),
                    one.failed.into(),
                    one.times_used.into(),
                ]);
            }
        }
    }
    table.notes.push(format!(
        "Two-sided tests at the level {} %. Patients: all arms together. Intervals (Wilson) and errors are those of the simulation, not of a trial. A trial whose test cannot be \
         computed counts as not rejecting.",
        100.0 * plan.alpha
    ));
    table.notes.push(
        "times_used: how often a patient of the pool stood in a trial, on average. Far above 1 the trials share patients, and the error of the pool itself, which is not in the \
         interval, may be larger than that of the simulation: simulate more with `--patients`."
            .into(),
    );
    table
}

fn reached(value: Reached) -> Cell {
    match value {
        Reached::At(size) => size.into(),
        Reached::AtMost(size) => format!("at most {size}").into(),
        Reached::Above(size) => format!("more than {size}").into(),
    }
}

fn sizes(scenario: &Scenario, trial: &TrialSection, plan: &PowerPlan, found: &[OfHypothesis]) -> Table {
    let columns = ["hypothesis", "test", "patients_needed", "at_least", "at_most"].map(Column::text).to_vec();
    let mut table = Table::new("sample_size", &format!("Patients for a power of {} %", 100.0 * plan.wanted_power), columns);
    for of in found {
        for (test, estimates) in plan.tests.iter().zip(&of.estimates) {
            let Some(size) = size_for(plan.wanted_power, estimates) else { continue };
            let words = test_words(scenario, trial, test);
            table.push(vec![
                of.hypothesis.name.as_str().into(),
                words.into(),
                reached(size.size),
                reached(size.fewest),
                reached(size.most),
            ]);
        }
    }
    table.notes.push("Interpolated between the sizes simulated; at_least and at_most follow the ends of the Monte-Carlo intervals.".into());
    table
}

/// Whether nothing can make the arms differ by this test: the scenario as written, without a link, and an endpoint that comes whatever is given.
fn is_null(scenario: &Scenario, trial: &TrialSection, hypothesis: &Hypothesis, test: &PowerTest) -> Result<bool, Failed> {
    let link = regimen_of(scenario, TrialOptions::default())?.events.and_then(|events| events.link);
    let without_link = link.is_none_or(|(_, link)| link.log_hazard_per_gy() == 0.0);
    let drawn = match test.measure {
        Measure::Endpoint(at) => trial.plan.endpoints[at].kind != EndpointKind::ProgressionOfLesions,
        Measure::Quantity(_) => false,
    };
    Ok(hypothesis.sets.is_empty() && without_link && drawn)
}

/// What people read first: how often the scenario as written rejects, and beside it the level where that is what it should be; failures.
fn words(scenario: &Scenario, trial: &TrialSection, plan: &PowerPlan, found: &[OfHypothesis], outcome: &mut Outcome) -> Result<(), Failed> {
    for of in found {
        if of.hypothesis.sets.is_empty() {
            for (test, estimates) in plan.tests.iter().zip(&of.estimates) {
                let null = is_null(scenario, trial, of.hypothesis, test)?;
                for one in estimates {
                    let held = one.interval_95.0 <= plan.alpha && plan.alpha <= one.interval_95.1;
                    let level = match (null, held) {
                        (false, _) => String::new(),
                        (true, true) => format!("; the level of {} % lies within", 100.0 * plan.alpha),
                        (true, false) => format!("; the level of {} % does not lie within", 100.0 * plan.alpha),
                    };
                    let ratio = one.hazard_ratio.as_ref().map_or(String::new(), |ratio| {
                        format!("; mean hazard ratio {:.3} ({:.3} to {:.3})", ratio.ratio, ratio.interval_95.0, ratio.interval_95.1)
                    });
                    outcome.findings.push(format!(
                        "{}; {}: {} of {} trials of {} patients reject ({:.1} %, {:.1} to {:.1} %){level}{ratio}.",
                        of.hypothesis.title,
                        test_words(scenario, trial, test),
                        one.rejected,
                        one.replicates,
                        one.size,
                        100.0 * one.power,
                        100.0 * one.interval_95.0,
                        100.0 * one.interval_95.1,
                    ));
                }
            }
        }
        if of.failed > 0 {
            outcome.findings.push(format!("{}: {} arms of virtual patients could not be delivered.", of.hypothesis.title, of.failed));
        }
    }
    Ok(())
}
