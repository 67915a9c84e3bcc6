//! Knobs turned by step, by typed value, reset; taken back and made again. Every change asks for a new answer and waits for none.

use super::state::{Moment, Turned};
use super::{DeskWork, knob_list};
use crate::session::what_if::{Knob, KnobValue, Settings};
use crate::tui::app::App;
use crate::tui::message::Effect;
use crate::tui::screen::Screen;

/// Asks for the answer to the present settings.
pub fn request(app: &mut App) -> Vec<Effect> {
    let Some(desk) = app.what_if.open_desk().cloned() else { return Vec::new() };
    if let Some(turned) = app.what_if.present_mut() {
        let shown = |(name, value): &(String, KnobValue)| Some((name.clone(), desk.knob(name).ok()?.shown(value)));
        turned.words = turned.now.settings.iter().filter_map(shown).collect();
    }
    let ticket = app.ticket();
    app.what_if.asked = Some(ticket);
    app.what_if.refused = None;
    vec![Effect::Desk(DeskWork::Request(ticket, app.what_if.settings()))]
}

/// The chosen knob, where it can be turned.
///
/// # Errors
/// Why not.
pub fn chosen(app: &App) -> Result<Knob, String> {
    let knob = app.what_if.chosen_knob().ok_or_else(|| "there is no knob here".to_owned())?;
    match &knob.cannot {
        Some(reason) => Err(reason.clone()),
        None => Ok(knob.clone()),
    }
}

/// Changes the settings; `stepping` names the knob where it is one of many steps.
fn change(app: &mut App, stepping: Option<&str>, with: impl FnOnce(&mut Settings) -> Result<(), String>) -> Result<Vec<Effect>, String> {
    let mut settings = app.what_if.settings();
    with(&mut settings)?;
    let Some(turned) = app.what_if.present_mut() else { return Ok(Vec::new()) };
    if turned.now.settings == settings {
        return Ok(Vec::new());
    }
    turned.remember(stepping);
    // what is turned by hand is no longer the fit's
    let of = |settings: &Settings, name: &str| settings.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone());
    let before = std::mem::replace(&mut turned.now.settings, settings);
    let now = &turned.now.settings;
    turned.now.from_fit.retain(|name| of(now, name).is_some() && of(now, name) == of(&before, name));
    Ok(request(app))
}

/// Sets a knob.
///
/// # Errors
/// What the knob refuses.
pub fn set(app: &mut App, knob: &Knob, value: KnobValue, stepping: bool) -> Result<Vec<Effect>, String> {
    let Some(desk) = app.what_if.open_desk().cloned() else { return Ok(Vec::new()) };
    change(app, stepping.then_some(knob.name.as_str()), |settings| desk.turn(settings, &knob.name, value))
}

/// One step of the chosen knob.
pub fn step(app: &mut App, up: bool, coarse: bool) -> Vec<Effect> {
    let stepped = chosen(app).and_then(|knob| {
        let next = knob.step(&app.what_if.value_of(&knob), up, coarse)?;
        set(app, &knob, next, true)
    });
    stepped.unwrap_or_else(|words| {
        app.say(words);
        Vec::new()
    })
}

/// Asks for a value of the chosen knob; one of few choices goes to the next.
pub fn ask_value(app: &mut App) -> Vec<Effect> {
    match chosen(app) {
        Err(words) => app.say(words),
        Ok(knob) if !knob.choices.is_empty() => return step(app, true, false),
        Ok(knob) => {
            let unit = if knob.unit.is_empty() { String::new() } else { format!(" ({})", knob.unit) };
            let times = if matches!(knob.default, KnobValue::Times(_)) { ", several with commas" } else { "" };
            let now = knob.shown(&app.what_if.value_of(&knob));
            app.ask_for(Screen::WhatIf, format!("value {}", knob.name), format!("{}{unit}{times}", knob.title), now);
        }
    }
    Vec::new()
}

/// A value was typed for a knob.
///
/// # Errors
/// Why it cannot be set.
pub fn typed(app: &mut App, name: &str, text: &str) -> Result<Vec<Effect>, String> {
    let Some(desk) = app.what_if.open_desk().cloned() else { return Ok(Vec::new()) };
    let knob = desk.knob(name)?;
    let value = knob.parse(text)?;
    set(app, knob, value, false)
}

/// The chosen knob back to the scenario's value.
pub fn reset(app: &mut App) -> Vec<Effect> {
    let Some(knob) = app.what_if.chosen_knob().cloned() else { return Vec::new() };
    let Some(desk) = app.what_if.open_desk().cloned() else { return Vec::new() };
    let done = change(app, None, |settings| {
        if desk.reset(settings, &knob.name) {
            return Ok(());
        }
        let now = desk.value(&knob, settings).clone();
        if now == knob.default {
            Err(format!("{} is as the scenario says", knob.title))
        } else {
            desk.turn(settings, &knob.name, knob.default.clone())
        }
    });
    match done {
        Ok(effects) => {
            let now = knob_list::value_text(&knob, &app.what_if.value_of(&knob));
            app.say(format!("{}: {now}", knob.title));
            effects
        }
        Err(words) => {
            app.say(words);
            Vec::new()
        }
    }
}

/// All knobs back to the scenario's values.
pub fn reset_all(app: &mut App) -> Vec<Effect> {
    let effects = change(app, None, |settings| {
        settings.clear();
        Ok(())
    });
    app.say("all knobs are as the scenario says; `u` takes that back");
    effects.unwrap_or_default()
}

/// Other settings as one change.
pub fn take_settings(app: &mut App, other: Settings) -> Vec<Effect> {
    change(app, None, |settings| {
        *settings = other;
        Ok(())
    })
    .unwrap_or_default()
}

/// Takes the last change back, or makes it again.
///
/// # Errors
/// There is none.
pub fn undo(app: &mut App, back: bool) -> Result<Vec<Effect>, String> {
    let nothing = if back { "no knob was turned here before" } else { "nothing was taken back" };
    let swap = |turned: &mut Turned| {
        let (from, to) = if back { (&mut turned.past, &mut turned.future) } else { (&mut turned.future, &mut turned.past) };
        let moment: Moment = from.pop()?;
        to.push(std::mem::replace(&mut turned.now, moment));
        turned.stepping = None;
        Some(())
    };
    app.what_if.present_mut().and_then(swap).ok_or(nothing)?;
    Ok(request(app))
}
