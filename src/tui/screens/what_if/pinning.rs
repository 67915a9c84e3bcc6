//! Variants: pinned, compared with the present, taken up again, taken away; and the export of the desk.

use super::Work;
use super::state::Against;
use super::turning;
use crate::session::what_if::Stage;
use crate::tui::app::App;
use crate::tui::message::Effect;
use crate::tui::screen::Screen;

/// Whether the present answer can be pinned.
///
/// # Errors
/// Why not.
pub fn can_pin(app: &App) -> Result<(), String> {
    match &app.what_if.shown {
        None => Err("there is no answer yet".to_owned()),
        Some(_) if !app.what_if.is_current() => Err("the answer is on its way".to_owned()),
        Some(shown) if shown.stage == Stage::Quick => Err("the exact answer is on its way".to_owned()),
        Some(_) => Ok(()),
    }
}

/// Whether something is pinned.
///
/// # Errors
/// That nothing is.
pub fn has_pinned(app: &App) -> Result<(), String> {
    let some = app.what_if.present().is_some_and(|turned| !turned.variants.pinned.is_empty());
    if some { Ok(()) } else { Err("nothing is pinned: `p` pins the present settings".to_owned()) }
}

/// Whether there are arms to compare.
///
/// # Errors
/// That there is one alone.
pub fn has_arms(app: &App) -> Result<(), String> {
    let several = app.what_if.shown.as_ref().is_some_and(|shown| shown.answer.arms.len() > 1);
    if several { Ok(()) } else { Err("there is one arm alone".to_owned()) }
}

/// Pins the present settings with their answer, under the next free letter.
pub fn pin(app: &mut App) {
    let Some(answer) = app.what_if.shown.as_ref().map(|shown| std::sync::Arc::clone(&shown.answer)) else { return };
    let settings = app.what_if.settings();
    let Some(turned) = app.what_if.present_mut() else { return };
    let taken: Vec<String> = turned.variants.pinned.iter().map(|variant| variant.name.clone()).collect();
    let Some(name) = ('A'..='Z').map(String::from).find(|name| !taken.contains(name)) else {
        return app.say("26 variants are pinned: `P` takes one away");
    };
    turned.variants.pin(&name, settings, answer);
    app.what_if.against = Against::Pinned(name.clone());
    app.say(format!("pinned as {name}: the doses show what differs from it; `v` compares with another, `P` takes it away"));
}

/// Takes away what is compared with, else the newest.
pub fn unpin(app: &mut App) {
    let against = app.what_if.against.clone();
    let Some(turned) = app.what_if.present_mut() else { return };
    let newest = turned.variants.pinned.last().map(|variant| variant.name.clone());
    let name = match against {
        Against::Pinned(name) => Some(name),
        _ => newest,
    };
    let Some(name) = name else { return };
    turned.variants.unpin(&name);
    if app.what_if.against == Against::Pinned(name.clone()) {
        app.what_if.against = Against::Nothing;
    }
    app.say(format!("{name} is no longer pinned"));
}

/// Compares with the next pinned variant, after the last with nothing.
pub fn compare(app: &mut App) {
    let pinned = app.what_if.present().map(|turned| turned.variants.pinned.clone()).unwrap_or_default();
    let next = match &app.what_if.against {
        Against::Pinned(now) => pinned.iter().position(|variant| variant.name == *now).and_then(|at| pinned.get(at + 1)),
        _ => pinned.first(),
    };
    match next {
        Some(variant) => {
            app.what_if.against = Against::Pinned(variant.name.clone());
            let words = format!("{}: {}", variant.name, settings_words(app, &variant.settings));
            app.say(words);
        }
        None => {
            app.what_if.against = Against::Nothing;
            app.say("compared with nothing");
        }
    }
}

fn settings_words(app: &App, settings: &[(String, crate::session::what_if::KnobValue)]) -> String {
    if settings.is_empty() {
        return "as the scenario says".to_owned();
    }
    let one = |(name, value): &(String, crate::session::what_if::KnobValue)| {
        let knob = app.what_if.open_desk().and_then(|desk| desk.knob(name).ok());
        format!("{name} = {}", knob.map_or_else(String::new, |knob| super::knob_list::value_text(knob, value)))
    };
    settings.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// The knobs as the variant has them that is compared with.
pub fn take_up(app: &mut App) -> Vec<Effect> {
    let name = match &app.what_if.against {
        Against::Pinned(name) => name.clone(),
        _ => {
            app.say("`v` chooses the pinned variant first");
            return Vec::new();
        }
    };
    let pinned = app.what_if.present().and_then(|turned| turned.variants.pinned.iter().find(|variant| variant.name == name));
    let Some(settings) = pinned.map(|variant| variant.settings.clone()) else { return Vec::new() };
    app.say(format!("the knobs are as {name} has them; `u` takes that back"));
    turning::take_settings(app, settings)
}

/// Asks for the name of the new scenario.
pub fn ask_export(app: &mut App) {
    let Some(desk) = app.what_if.open_desk() else { return };
    let taken = |name: &str| app.scenarios().iter().any(|entry| entry.name == name);
    let free = (1..).map(|number| if number == 1 { format!("{}_what_if", desk.name) } else { format!("{}_what_if_{number}", desk.name) });
    let preset = free.into_iter().find(|name| !taken(name)).unwrap_or_default();
    app.ask_for(Screen::WhatIf, "export", "name of the new scenario", preset);
}

/// A name was typed for the new scenario.
///
/// # Errors
/// A name that is taken, or none.
pub fn export(app: &mut App, name: &str) -> Result<Vec<Effect>, String> {
    let name = name.trim();
    if name.is_empty() {
        return Err("it needs a name".to_owned());
    }
    if app.scenarios().iter().any(|entry| entry.name == name) {
        return Err(format!("there is a scenario `{name}` already"));
    }
    let Some(desk) = app.what_if.open_desk().cloned() else { return Ok(Vec::new()) };
    let (settings, ticket) = (app.what_if.settings(), app.ticket());
    let work = Work::Export { desk, settings, name: name.to_owned(), scenarios: app.folder.join("scenarios") };
    Ok(vec![Effect::Background(ticket, crate::tui::screens::Work::WhatIf(work))])
}
