//! What can be asked for on the screen, by which key, and why it cannot be done now.

use super::{desk, kept, record, selected};
use crate::tui::action::{self, Action, Where, letter};
use crate::tui::app::{App, JobKind};
use crate::tui::browse::Aspect;
use crate::tui::screen::Screen;
use crate::tui::screens::data;

/// What only this screen can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Start the fit.
    Start,
    /// Fit the parameter, or not.
    Include,
    /// Ask for a start value.
    StartValue,
    /// Ask for bounds.
    Bounds,
    /// Ask for a prior.
    Prior,
    /// The next scale.
    Scale,
    /// Ask for one more parameter.
    Add,
    /// Show an aspect of the result.
    Show(Aspect),
    /// Keep the result.
    Keep,
    /// Kept fits side by side, or the next one on the left.
    Compare,
    /// Ask whether to forget a kept fit.
    Discard,
    /// Forget it.
    DiscardNow,
    /// Estimates to the screen What-if.
    Send,
    /// Ask whether to write the changes.
    Write,
}

const HERE: Where = Where::On(Screen::Fit);

const fn act(command: Command, name: &'static str, help: &'static str, keys: &'static [action::Key]) -> Action {
    Action::new(action::Command::Fit(command), name, help, keys, HERE)
}

/// The actions of the screen.
pub const ACTIONS: &[Action] = &[
    act(Command::Start, "start", "start the fit with what is chosen here", &[letter('s')]).footer(1).when(can_start),
    act(Command::Include, "in/out", "fit the selected parameter, or leave it at its value", &[letter('i')]).footer(10).when(has_parameter),
    act(Command::StartValue, "start value", "where the search begins; Enter on the list does the same", &[letter('v')])
        .footer(11)
        .when(is_fitted),
    act(Command::Bounds, "bounds", "between which values the parameter stays", &[letter('b')]).footer(12).when(is_fitted),
    act(Command::Prior, "prior", "what is known of the parameter beforehand", &[letter('r')]).footer(13).when(is_fitted),
    act(Command::Scale, "scale", "natural, logarithmic, logit scale of the parameter", &[letter('z')]).when(is_fitted),
    act(Command::Add, "add", "fit one more parameter of the model", &[letter('a')]).when(has_fit),
    act(Command::Show(Aspect::Figures), "plots", "curves through the data, residuals, correlations", &[letter('p')]).when(has_result),
    act(Command::Show(Aspect::Tables), "tables", "estimates with their errors, how the fit ended", &[letter('t')])
        .footer(20)
        .when(has_result),
    act(Command::Show(Aspect::Findings), "evidence", "findings, failures, assumptions", &[letter('e')]).when(has_result),
    act(Command::Keep, "keep", "keep this fit, to compare it with others", &[letter('K')]).footer(21).when(has_result),
    act(Command::Compare, "compare", "two kept fits side by side; again takes the next on the left", &[letter('C')])
        .footer(22)
        .when(has_pair),
    act(Command::Discard, "discard", "forget the kept fit on the left", &[letter('X')]).when(has_kept),
    act(Command::Send, "to what-if", "take the estimates to the screen What-if", &[letter('w')]).footer(23).when(has_estimates),
    act(Command::Write, "write", "write the changes into the scenario's file; asks first", &[letter('W')]).footer(24).when(data::can_write),
];

pub(super) fn has_fit(app: &App) -> Result<(), String> {
    match (app.scenario.is_some(), desk::current(app)) {
        (false, _) => Err("no scenario is chosen: `o` chooses one".to_owned()),
        (true, None) => Err("the scenario is still being read".to_owned()),
        (true, Some(look)) if !look.faults.is_empty() => Err("the scenario cannot be read: screen Model shows why".to_owned()),
        (true, Some(look)) => look.fit.as_ref().map(|_| ()).ok_or_else(|| "the scenario declares no `fit`".to_owned()),
    }
}

pub(super) fn can_start(app: &App) -> Result<(), String> {
    has_fit(app)?;
    let look = desk::current(app);
    if app.data.desk.is_reading() && !desk::edits(app).is_empty() {
        return Err("the last change is still being read".to_owned());
    }
    match look.and_then(|look| look.data.as_ref()) {
        None => Err("the scenario has no data: `rpt recover` simulates them".to_owned()),
        Some(data) if !data.problems.is_empty() => Err("the data cannot be fitted: screen Data shows why".to_owned()),
        Some(_) => Ok(()),
    }
}

fn has_parameter(app: &App) -> Result<(), String> {
    has_fit(app)?;
    selected(app).map(|_| ()).ok_or_else(|| "the fit names no parameter".to_owned())
}

pub(super) fn is_fitted(app: &App) -> Result<(), String> {
    has_parameter(app)?;
    match selected(app) {
        Some(parameter) if !parameter.fitted => Err(format!("`{}` is left out of the fit: `i` takes it in", parameter.path)),
        _ => Ok(()),
    }
}

fn has_result(app: &App) -> Result<(), String> {
    if record(app).is_some() { Ok(()) } else { Err("nothing is fitted yet: `s` starts".to_owned()) }
}

fn has_kept(app: &App) -> Result<(), String> {
    if kept::of_scenario(app).next().is_some() { Ok(()) } else { Err("no fit is kept: `K` keeps one".to_owned()) }
}

fn has_pair(app: &App) -> Result<(), String> {
    has_kept(app)?;
    if kept::choices(app).len() > 1 {
        Ok(())
    } else {
        Err("one fit is kept and there is no other: change something and fit again".to_owned())
    }
}

fn has_estimates(app: &App) -> Result<(), String> {
    has_result(app)?;
    let last = app.scenario.as_ref().and_then(|path| app.result(path, JobKind::Fit));
    if last.is_some_and(|result| result.failure.is_some()) {
        return Err("the last fit failed: these would be the estimates of the one before".to_owned());
    }
    has_fit(app)
}
