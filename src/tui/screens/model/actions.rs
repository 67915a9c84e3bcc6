//! The actions of the Model screen: from here come keymap, footer, help and palette.

use super::{Aspect, Command, InEditor, Tab, panes};
use crate::tui::action::{self, Action, Where, control, key, letter};
use crate::tui::app::App;
use crate::tui::screen::Screen;
use crossterm::event::KeyCode;

const fn of(command: Command) -> action::Command {
    action::Command::Model(command)
}

fn always(_: &App) -> Result<(), String> {
    Ok(())
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
    Action {
        command: of(Command::Edit),
        name: "edit",
        help: "edit the selected file, with its problems marked while you type (also Enter)",
        keys: &[letter('i')],
        place: ON,
        footer: Some(1),
        available: can_edit,
    },
    Action {
        command: of(Command::Run),
        name: "run",
        help: "run all that the scenario declares and write a run folder (rpt run)",
        keys: &[letter('r')],
        place: ON,
        footer: Some(2),
        available: can_run,
    },
    Action {
        command: of(Command::Simulate),
        name: "simulate",
        help: "simulate only: curves and doses, nothing is written (rpt simulate)",
        keys: &[letter('s')],
        place: ON,
        footer: Some(3),
        available: can_run,
    },
    Action {
        command: of(Command::OtherTab),
        name: "models",
        help: "list the models, or the scenarios again",
        keys: &[letter('m')],
        place: ON,
        footer: Some(4),
        available: always,
    },
    Action {
        command: of(Command::New),
        name: "new",
        help: "begin a commented model or scenario file (rpt new)",
        keys: &[letter('+')],
        place: ON,
        footer: Some(5),
        available: always,
    },
    Action {
        command: of(Command::Show(Aspect::About)),
        name: "about",
        help: "what the file declares, or what is wrong in it (rpt check)",
        keys: &[letter('a')],
        place: ON,
        footer: None,
        available: has_row,
    },
    Action {
        command: of(Command::Show(Aspect::Text)),
        name: "written",
        help: "the file as it is written",
        keys: &[letter('w')],
        place: ON,
        footer: None,
        available: has_row,
    },
    Action {
        command: of(Command::Show(Aspect::Graph)),
        name: "graph",
        help: "compartments and flows of the model, parameters with units and sources, totals",
        keys: &[letter('x')],
        place: ON,
        footer: Some(6),
        available: has_row,
    },
    Action {
        command: of(Command::Show(Aspect::Plots)),
        name: "plots",
        help: "curves and doses of the last result as figures",
        keys: &[letter('p')],
        place: ON,
        footer: Some(7),
        available: has_figures,
    },
    Action {
        command: of(Command::Show(Aspect::Tables)),
        name: "tables",
        help: "doses and estimates of the last result as tables",
        keys: &[letter('t')],
        place: ON,
        footer: Some(8),
        available: has_tables,
    },
    Action {
        command: of(Command::Show(Aspect::Evidence)),
        name: "evidence",
        help: "findings, assumptions and evidence of the last result",
        keys: &[letter('e')],
        place: ON,
        footer: Some(9),
        available: has_record,
    },
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
