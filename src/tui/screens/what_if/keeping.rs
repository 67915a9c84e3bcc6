//! Values from outside: those of an earlier session and the estimates of a fit. They wait as words until the desk of their scenario is open.

use std::path::Path;

use super::state::{Moment, Turned, WaitingValue};
use super::turning;
use crate::session::what_if::Desk;
use crate::tui::app::App;
use crate::tui::message::Effect;

/// Sets what waits; gives what could not be set, in words.
pub fn settle(desk: &Desk, turned: &mut Turned) -> Vec<String> {
    let mut refused = Vec::new();
    let known = |name: &str, value: &_| desk.knob(name).is_ok_and(|knob| knob.check(value).is_ok());
    let gone: Vec<String> = turned.now.settings.iter().filter(|(name, value)| !known(name, value)).map(|(name, _)| name.clone()).collect();
    turned.now.settings.retain(|(name, _)| !gone.contains(name));
    refused.extend(gone.into_iter().map(|name| format!("`{name}` is no knob of this scenario any more")));
    let waiting = std::mem::take(&mut turned.waiting);
    if !waiting.is_empty() && !turned.now.settings.is_empty() {
        turned.remember(None);
    }
    for value in waiting {
        let set = desk.knob(&value.knob).and_then(|knob| knob.parse(&value.text)).and_then(|parsed| {
            let mut settings = turned.now.settings.clone();
            desk.turn(&mut settings, &value.knob, parsed)?;
            Ok(settings)
        });
        match set {
            Ok(settings) => {
                let from_fit = value.from_fit && settings.iter().any(|(name, _)| *name == value.knob);
                turned.now.settings = settings;
                if from_fit {
                    turned.now.from_fit.insert(value.knob);
                } else {
                    turned.now.from_fit.remove(&value.knob);
                }
            }
            Err(words) => refused.push(words),
        }
    }
    refused
}

/// Takes the estimates of a fit: name, value, unit.
pub fn take_estimates(app: &mut App, scenario: &Path, fitted: &[(String, f64, String)]) -> Vec<Effect> {
    let turned = app.what_if.turned.entry(scenario.to_path_buf()).or_default();
    for (name, value, unit) in fitted {
        turned.waiting.retain(|waiting| waiting.knob != *name);
        let unit = if unit == "1" { "" } else { unit.as_str() };
        turned.waiting.push(WaitingValue { knob: name.clone(), text: format!("{value} {unit}").trim_end().to_owned(), from_fit: true });
    }
    let count = fitted.len();
    if app.what_if.path.as_deref() != Some(scenario) {
        app.say(format!("{count} estimates wait in What-if (4)"));
        return Vec::new();
    }
    let Some(desk) = app.what_if.open_desk().cloned() else { return Vec::new() };
    let Some(turned) = app.what_if.present_mut() else { return Vec::new() };
    let before: Moment = turned.now.clone();
    let refused = settle(&desk, turned);
    if turned.now != before && turned.past.last() != Some(&before) {
        turned.past.push(before);
    }
    match refused.first() {
        Some(words) => app.bad_news(format!("{} of {count} estimates were not taken: {words}", refused.len())),
        None => app.say(format!("{count} estimates are in What-if (4)")),
    }
    turning::request(app)
}

/// What a later session should find again: by scenario and knob the value, and whether curves are logarithmic.
#[must_use]
pub fn kept(app: &App) -> Vec<(String, String)> {
    let state = &app.what_if;
    let mut words = Vec::new();
    if state.log {
        words.push(("log".to_owned(), "yes".to_owned()));
    }
    for (path, turned) in &state.turned {
        let newer = |name: &str| turned.waiting.iter().any(|value| value.knob == name);
        let of_now =
            turned.words.iter().filter(|(name, _)| !newer(name)).map(|(name, text)| (name, text, turned.now.from_fit.contains(name)));
        let waiting = turned.waiting.iter().map(|value| (&value.knob, &value.text, value.from_fit));
        // the order counts: of two settings that turn one place, the later wins
        for (position, (name, text, from_fit)) in of_now.chain(waiting).enumerate() {
            let kind = if from_fit { "fit" } else { "set" };
            words.push((format!("{position:03} {kind} {} {name}", app.relative(path)), text.clone()));
        }
    }
    words
}

/// Takes up what an earlier session kept.
pub fn restored(app: &mut App, kept: &[(String, String)]) {
    for (key, text) in kept {
        if key == "log" {
            app.what_if.log = text == "yes";
            continue;
        }
        let Some((kind, rest)) = key.split_once(' ').and_then(|(_, key)| key.split_once(' ')) else { continue };
        let Some((path, knob)) = rest.rsplit_once(' ').filter(|_| kind == "set" || kind == "fit") else { continue };
        let turned = app.what_if.turned.entry(app.folder.join(path)).or_default();
        turned.waiting.push(WaitingValue { knob: knob.to_owned(), text: text.clone(), from_fit: kind == "fit" });
    }
}
