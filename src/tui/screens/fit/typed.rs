//! What is typed of a parameter: start value, bounds, prior, a further parameter. The reader of scenarios judges it.

use super::{Command, Panel, fit_of, selected};
use crate::model::diagnostic::did_you_mean;
use crate::session::draft::{Edit, Field};
use crate::tui::app::{App, Prompt};
use crate::tui::message::Effect;
use crate::tui::screen::Screen;
use crate::tui::screens::data::desk;

/// Opens the prompt of a command.
pub fn ask(app: &mut App, command: Command) -> Vec<Effect> {
    app.fit.panel = Panel::Parameters;
    if command == Command::Add {
        let prompt = prompt("add", "which parameter of the model is fitted too? (log scale; `z` changes that)", "");
        app.prompt = Some(prompt);
        return Vec::new();
    }
    let Some(parameter) = selected(app) else { return Vec::new() };
    let path = &parameter.path;
    let (field, words, preset) = match command {
        Command::Bounds => {
            let words = "low and high with units, a comma between; nothing takes them away";
            (Field::Bounds, words, parameter.bounds.replace(" to ", ", "))
        }
        Command::Prior => {
            let words = match parameter.scale.as_str() {
                "log" => "as `median: 5 1/h, cv: 30 %, source: …`; without a source it is an assumption",
                "logit" => "as `median: 0.3, sd: 1, source: …`; without a source it is an assumption",
                _ => "as `mean: 5 1/h, sd: 1 1/h, source: …`; without a source it is an assumption",
            };
            (Field::Prior, words, parameter.prior_text.clone())
        }
        _ => (Field::Start, "value with unit; nothing: the model's value", parameter.start.clone()),
    };
    let title = format!("{} of {path}: {words}", field.key());
    app.prompt = Some(prompt(&format!("{} {path}", field.key()), &title, &preset));
    Vec::new()
}

fn prompt(what: &str, title: &str, preset: &str) -> Prompt {
    Prompt { screen: Screen::Fit, what: what.into(), title: title.into(), text: preset.into(), fresh: true, error: None }
}

/// Takes what was typed: a change, which is read in the background and comes back where it is refused.
///
/// # Errors
/// Why it cannot be taken.
pub fn answered(app: &mut App, what: &str, text: &str) -> Result<Vec<Effect>, String> {
    let again = |title: &str| Prompt { text: text.to_owned(), ..prompt(what, title, "") };
    if what == "add" {
        let path = text.trim().to_owned();
        let fit = fit_of(app).ok_or("there is no fit")?;
        if fit.parameters.iter().any(|parameter| parameter.path == path) {
            return Err(format!("`{path}` is in the list already"));
        }
        if !fit.others.contains(&path) {
            return Err(format!("the model has no parameter `{path}`: {}", did_you_mean(&path, fit.others.iter().map(String::as_str))));
        }
        app.fit.row = fit.parameters.len();
        return Ok(desk::add(app, Edit::Add { path }, Some(again("which parameter of the model is fitted too?"))));
    }
    let Some((key, path)) = what.split_once(' ') else { return Ok(Vec::new()) };
    let Some(field) = [Field::Start, Field::Bounds, Field::Prior].into_iter().find(|field| field.key() == key) else {
        return Ok(Vec::new());
    };
    let words = text.trim().to_owned();
    if field == Field::Bounds && !words.is_empty() && words.trim_matches(['[', ']']).split(',').count() != 2 {
        return Err("two values with a comma between, such as `0.1 1/h, 10 1/h`".into());
    }
    let title = format!("{key} of {path}");
    Ok(set(app, path, field, words, Some(again(&title))))
}

/// Sets a field; a change of the same field is replaced.
fn set(app: &mut App, path: &str, field: Field, words: String, typed: Option<Prompt>) -> Vec<Effect> {
    let same = |edit: &Edit| matches!(edit, Edit::Set { path: of, field: which, .. } if of == path && *which == field);
    let mut edits: Vec<Edit> = desk::edits(app).iter().filter(|edit| !same(edit)).cloned().collect();
    edits.push(Edit::Set { path: path.to_owned(), field, words });
    desk::change(app, edits, typed)
}

/// The next of the scales; bounds are needed for the last.
pub fn next_scale(app: &mut App) -> Vec<Effect> {
    let Some(parameter) = selected(app) else { return Vec::new() };
    let next = match parameter.scale.as_str() {
        "natural" => "log",
        "log" if !parameter.bounds.is_empty() => "logit",
        _ => "natural",
    };
    let path = parameter.path.clone();
    set(app, &path, Field::Scale, next.into(), None)
}
