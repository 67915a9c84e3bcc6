//! New files: the prompt for a name, and what comes of it. The CLI twin is `rpt new`.

use std::path::PathBuf;

use super::work::Work;
use super::{Tab, background, older, panes};
use crate::model::diagnostic::did_you_mean;
use crate::session::new_file::NewFile;
use crate::tui::app::App;
use crate::tui::message::{Effect, Ticket};
use crate::tui::screen::Screen;
use crate::tui::update;

/// The model that a new scenario gets where none is named: that of the selected scenario.
fn usual_model(app: &App) -> Option<String> {
    let path = older::model_of(app, &panes::selected(app)?.path)?;
    panes::entry(app, &path).map(|entry| entry.name.clone())
}

/// Asks for the name of a new file of the present tab.
pub fn ask(app: &mut App) {
    let (what, words) = match (app.model.tab, usual_model(app)) {
        (Tab::Models, _) => ("model", "New model, its name".to_owned()),
        (Tab::Scenarios, Some(model)) => ("scenario", format!("New scenario of model {model}: NAME, or NAME OTHER_MODEL")),
        (Tab::Scenarios, None) => ("scenario", "New scenario with a model of its own, its name".to_owned()),
    };
    app.ask_for(Screen::Model, what, words, "");
}

/// The prompt was answered: the name of a new file, for a scenario also that of its model.
///
/// # Errors
/// Why it cannot be, in words.
pub fn answered(app: &mut App, what: &str, text: &str) -> Result<Vec<Effect>, String> {
    let mut words = text.split_whitespace();
    let Some(name) = words.next() else { return Err("type a name, or Esc".to_owned()) };
    let named = words.next().map(str::to_owned);
    let what = if what == "model" { NewFile::Model } else { NewFile::Scenario };
    if words.next().is_some() || (what == NewFile::Model && named.is_some()) {
        return Err("one name, without spaces".to_owned());
    }
    let (tab, words) = if what == NewFile::Model { (Tab::Models, "model") } else { (Tab::Scenarios, "scenario") };
    if panes::entries(app, tab).iter().any(|entry| entry.name == name) {
        return Err(format!("there is a {words} `{name}` already"));
    }
    let known: Vec<&str> = panes::entries(app, Tab::Models).iter().map(|entry| entry.name.as_str()).collect();
    if let Some(model) = named.as_deref().filter(|model| *model != name && !known.contains(model)) {
        return Err(format!("no model `{model}`; {}", did_you_mean(model, known)));
    }
    let model = named.or_else(|| usual_model(app)).filter(|_| what == NewFile::Scenario);
    let work = Work::Begin { folder: app.folder.clone(), what, name: name.to_owned(), model };
    let (ticket, effect) = background(app, work);
    app.model.beginning = Some(ticket);
    Ok(vec![effect])
}

/// The file was begun, or not: it is selected when the project has been read again.
pub fn begun(app: &mut App, ticket: Ticket, result: Result<PathBuf, String>) -> Vec<Effect> {
    if app.model.beginning.take_if(|latest| *latest == ticket).is_none() {
        return Vec::new();
    }
    match result {
        Ok(path) => {
            app.say(format!("begun: {}; Enter edits it", app.relative(&path)));
            app.model.to_select = Some(path);
            update::read_project(app)
        }
        Err(sentence) => {
            app.bad_news(sentence);
            Vec::new()
        }
    }
}
