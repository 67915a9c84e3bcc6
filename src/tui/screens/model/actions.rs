//! The actions of the Model screen: from here come keymap, footer, help and palette.

use super::{Aspect, Command, InEditor, Tab, panes};
use crate::tui::action::{self, Action, Where, control, key, letter};
use crate::tui::app::App;
use crate::tui::screen::Screen;
use crossterm::event::KeyCode;

const fn of(command: Command) -> action::Command {
    action::Command::Model(command)
}

fn has_row(app: &App) -> Result<(), String> {
    match panes::selected(app) {
        Some(_) => Ok(()),
        None => Err(format!("there are no {} here; `+` begins one", app.model.tab.title().to_lowercase())),
    }
}

fn can_edit(app: &App) -> Result<(), String> {
    has_row(app)?;
    if app.model.desk.is_some() { Err("a file is being edited already; Esc in the editor leaves it".to_owned()) } else { Ok(()) }
}

fn can_run(app: &App) -> Result<(), String> {
    has_row(app)?;
    if app.model.tab == Tab::Models {
        return Err("a model runs through a scenario that names it; `m` lists the scenarios".to_owned());
    }
    match panes::selected(app) {
        Some(entry) if !entry.problems.is_empty() => Err(format!("`{}` has problems; Enter edits it", entry.name)),
        _ => Ok(()),
    }
}

fn has_record(app: &App) -> Result<(), String> {
    has_row(app)?;
    if panes::record(app).is_some() {
        return Ok(());
    }
    Err(match app.model.tab {
        Tab::Models => "a model has no result of its own; `m` lists the scenarios".to_owned(),
        Tab::Scenarios => "there is no result yet; `r` runs the scenario, `s` simulates it".to_owned(),
    })
}

fn has_figures(app: &App) -> Result<(), String> {
    has_record(app)?;
    if panes::has(app, Aspect::Plots) { Ok(()) } else { Err("this result has no figure".to_owned()) }
}

fn has_tables(app: &App) -> Result<(), String> {
    has_record(app)?;
    if panes::has(app, Aspect::Tables) { Ok(()) } else { Err("this result has no table".to_owned()) }
}

const ON: Where = Where::On(Screen::Model);

/// Every action of the screen, in the order of the help.
pub const ACTIONS: &[Action] = &[
    Action::new(
        of(Command::Edit),
        "edit",
        "edit the selected file, with its problems marked while you type (also Enter)",
        &[letter('i')],
        ON,
    )
    .footer(1)
    .when(can_edit),
    Action::new(of(Command::Run), "run", "run all that the scenario declares and write a run folder (rpt run)", &[letter('r')], ON)
        .footer(2)
        .when(can_run),
    Action::new(
        of(Command::Simulate),
        "simulate",
        "simulate only: curves and doses, nothing is written (rpt simulate)",
        &[letter('s')],
        ON,
    )
    .footer(3)
    .when(can_run),
    Action::new(of(Command::OtherTab), "models", "list the models, or the scenarios again", &[letter('m')], ON).footer(4),
    Action::new(of(Command::New), "new", "begin a commented model or scenario file (rpt new)", &[letter('+')], ON).footer(5),
    Action::new(
        of(Command::Show(Aspect::About)),
        "about",
        "what the file declares, or what is wrong in it (rpt check)",
        &[letter('a')],
        ON,
    )
    .when(has_row),
    Action::new(of(Command::Show(Aspect::Text)), "written", "the file as it is written", &[letter('w')], ON).when(has_row),
    Action::new(
        of(Command::Show(Aspect::Graph)),
        "graph",
        "compartments and flows of the model, parameters with units and sources, totals",
        &[letter('x')],
        ON,
    )
    .footer(6)
    .when(has_row),
    Action::new(of(Command::Show(Aspect::Plots)), "plots", "curves and doses of the last result as figures", &[letter('p')], ON)
        .footer(7)
        .when(has_figures),
    Action::new(of(Command::Show(Aspect::Tables)), "tables", "doses and estimates of the last result as tables", &[letter('t')], ON)
        .footer(8)
        .when(has_tables),
    Action::new(
        of(Command::Show(Aspect::Evidence)),
        "evidence",
        "findings, assumptions and evidence of the last result",
        &[letter('e')],
        ON,
    )
    .footer(9)
    .when(has_record),
    // in the editor; its other keys are in the editor's own table
    in_editor(InEditor::Save, "save", "write the file; asks when it was changed by another program", &[control('s')]).footer(1),
    in_editor(InEditor::Problem, "next problem", "to the next problem", &[key(KeyCode::F(8))]).footer(2).when(has_problems),
    in_editor(InEditor::Panel, "panels", "what stands beside the text: graph, parameters, data, problems", &[key(KeyCode::F(6))]).footer(3),
    in_editor(InEditor::Leave, "leave", "leave the editor; asks when the text is not saved", &[key(KeyCode::Esc)]).footer(4),
];

const fn in_editor(what: InEditor, name: &'static str, help: &'static str, keys: &'static [action::Key]) -> Action {
    Action::new(of(Command::Editor(what)), name, help, keys, Where::Editor)
}

fn has_problems(app: &App) -> Result<(), String> {
    match &app.model.desk {
        Some(desk) if desk.editor.problems().is_empty() => Err("no problems".to_owned()),
        _ => Ok(()),
    }
}
