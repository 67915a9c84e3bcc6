//! Fits a scenario's model to its data: reading, grouping, weighted least squares, tables.
mod course_predictor;
mod diagnostics;
mod group;
mod information;
mod measured;
mod piecewise;
mod point;
mod problem;
mod resampling;
mod search;
mod search_tables;
mod tables;
mod two_stage;
mod watched;

pub use course_predictor::{CourseOf, CoursePredictor, administrations};
pub use group::{FittedBlock, Fitting, GroupFit, dosed_course, fit_group};
pub use information::Information;
pub use measured::{DataLook, Measured, RowLook, RowState, TableLook};
pub use point::{Point, Record};
pub use problem::{GroupProblem, Role};
pub use search::SearchRecord;

use super::figures;
use super::figures::diagnostics::About;
use super::scenario::{FitPlan, Grouping, Scenario};
use super::stored_fit::{STORED_FIT_FILE, StoredFit};
use super::work::{Control, Failed, Outcome};
use crate::dosimetry::course::CoursePlan;

/// Fits the scenario's model to its data; `parameters` take the estimates (the last group's, where groups share a parameter).
/// Returns the fitted groups, for the uncertainty of doses and for figures.
pub fn fit(scenario: &Scenario, parameters: &mut [f64], outcome: &mut Outcome, control: &mut Control) -> Result<Vec<GroupFit>, Failed> {
    let (Some(data), Some(plan)) = (&scenario.data, &scenario.fit) else { return Ok(Vec::new()) };
    let measured = Measured::read(scenario, data)?;
    outcome.findings.push(measured.understood.clone());
    outcome.findings.extend(measured.warnings.iter().map(|warning| format!("Look at the data: {warning}")));
    let course = CoursePlan::new(scenario.model.clone(), Vec::new(), false).map_err(Failed::because)?;
    let groups = groups(plan, &measured)?;
    let mut fits = Vec::new();
    let fitting = group::Fitting { scenario, plan, course: &course, records: &measured.records };
    for (position, (name, points)) in groups.into_iter().enumerate() {
        let share = 0.05 + 0.4 * position as f64 / 12.0_f64.max(position as f64 + 1.0);
        control.at(&format!("fitting {name}"), share)?;
        control.watched = Some(share);
        match group::fit_group(&fitting, parameters, &name, points, control) {
            Ok(fitted) => fits.push(fitted),
            Err(error) if error.cancelled || error.bad_input => return Err(error),
            Err(error) => {
                let failures = &mut outcome.failures;
                failures.push(crate::report::Failure { what: format!("fit of {name}"), count: 1, messages: vec![error.sentence.clone()] });
                outcome.findings.push(format!("The fit of {name} failed: {}", error.sentence));
            }
        }
    }
    control.watched = None;
    if fits.is_empty() {
        return Err(Failed::because("no fit succeeded: see the findings above each"));
    }
    for fitted in &fits {
        // subjects are different people: their estimates stay in the table and do not become this patient's values
        let other_people = plan.grouping == Grouping::EachSubject && fits.len() > 1;
        for (position, value) in fitted.block.positions.iter().zip(&fitted.block.values) {
            if !other_people {
                parameters[*position] = *value;
            }
            outcome.fitted.push((scenario.model.parameters[*position].path.clone(), *value));
        }
    }
    let one_person = plan.grouping != Grouping::EachSubject || fits.len() == 1;
    if one_person && let Some(stored) = StoredFit::of(&scenario.name, &scenario.patient, &scenario.model, &fits, plan.variance) {
        outcome.files.push((STORED_FIT_FILE.into(), stored.to_yaml()));
    }
    if plan.error_assumed {
        outcome.assumptions.push(format!("error model of the data: {}", plan.error_words));
    }
    tables::tabulate(scenario, plan, &fits, outcome);
    search_tables::tabulate(&fits, outcome);
    let about = About { subject: scenario.title.clone(), caption: figures::caption(scenario, plan) };
    outcome.figures.extend(diagnostics::figures(scenario, &course, &fits, &about, control.cancel)?);
    if fits.len() > 1 && plan.grouping == Grouping::EachSubject {
        two_stage::summarise(scenario, plan, &fits, outcome);
    }
    if let Some(piecewise) = &scenario.piecewise {
        piecewise::compare(scenario, piecewise, &course, parameters, &fits, outcome)?;
    }
    Ok(fits)
}

/// Reads the scenario's data as a fit would, without fitting: what `rpt check` adds to the scenario's own problems. Gives the warnings.
pub fn check_data(scenario: &Scenario) -> Result<Vec<String>, Failed> {
    let Some(data) = &scenario.data else { return Ok(Vec::new()) };
    let measured = Measured::read(scenario, data)?;
    let Some(plan) = &scenario.fit else { return Ok(measured.warnings) };
    let mut problems = Vec::new();
    for (_, points) in groups(plan, &measured)? {
        problems.extend(problem::check_values(scenario, plan, &points).err().map(|failed| failed.sentence));
    }
    if problems.is_empty() { Ok(measured.warnings) } else { Err(Failed::input(problems.join("\n"))) }
}

/// What the scenario's tables hold and how a fit would understand them, for people to read before it begins; `None` where nothing is fitted.
pub fn understood(scenario: &Scenario) -> Option<String> {
    let (data, _) = scenario.data.as_ref().zip(scenario.fit.as_ref())?;
    // problems of the tables are the fit's to tell
    Measured::read(scenario, data).ok().map(|measured| measured.understood)
}

/// The scenario's tables row by row, for people: what is used, what is not and why. `None` where it has none.
pub fn look_at_data(scenario: &Scenario) -> Option<DataLook> {
    let mut found = measured::look(scenario, scenario.data.as_ref()?);
    if found.problems.is_empty()
        && let Err(failed) = check_data(scenario)
    {
        found.problems.extend(failed.sentence.lines().map(str::to_owned));
    }
    Some(found)
}

/// What is fitted together: names of the groups with how many values each uses.
pub fn group_sizes(scenario: &Scenario) -> Result<Vec<(String, usize)>, Failed> {
    let (Some(data), Some(plan)) = (&scenario.data, &scenario.fit) else { return Ok(Vec::new()) };
    let measured = Measured::read(scenario, data)?;
    let used = |points: &[Point]| points.iter().filter(|point| point.excluded.is_none()).count();
    Ok(groups(plan, &measured)?.into_iter().map(|(name, points)| (name, used(&points))).collect())
}

type Group = (String, Vec<Point>);

fn groups(plan: &FitPlan, measured: &Measured) -> Result<Vec<Group>, Failed> {
    let wanted = |subject: &Option<String>| plan.subjects.is_empty() || subject.as_ref().is_some_and(|s| plan.subjects.contains(s));
    let known = measured.subjects();
    if let Some(missing) = plan.subjects.iter().find(|subject| !known.contains(subject)) {
        return Err(Failed::input(format!("the data have no subject `{missing}`; they have {}", known.join(", "))));
    }
    let chosen: Vec<&Point> = measured.points.iter().filter(|point| measured.subject_column.is_none() || wanted(&point.subject)).collect();
    let mut groups: Vec<Group> = Vec::new();
    for point in chosen {
        let name = match plan.grouping {
            Grouping::Together => "all data".to_string(),
            Grouping::EachChannel => point.channel.clone(),
            Grouping::EachSubject => point.subject.clone().unwrap_or_default(),
        };
        match groups.iter_mut().find(|(known, _)| *known == name) {
            Some((_, points)) => points.push(point.clone()),
            None => groups.push((name, vec![point.clone()])),
        }
    }
    if groups.is_empty() {
        return Err(Failed::input("the data hold no value that can be fitted"));
    }
    Ok(groups)
}
