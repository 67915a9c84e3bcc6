//! Size, seed and replicates: what the scenario declares until the user types something else.

use std::path::{Path, PathBuf};

use super::{Declared, State};
use crate::tui::action::Motion;
use crate::tui::app::App;
use crate::tui::message::Effect;
use crate::tui::screen::Screen;

/// Most patients of a trial: a hundred million, days of work.
const MOST_PATIENTS: u64 = 100_000_000;
/// Most trials at one size.
const MOST_REPLICATES: u64 = 10_000_000;

/// What the user changed; `None` is as the scenario declares it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    /// Patients.
    pub patients: Option<usize>,
    /// Seed.
    pub seed: Option<u64>,
    /// Trials at each size, for the power.
    pub replicates: Option<usize>,
}

/// A setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// Patients.
    Patients,
    /// Seed.
    Seed,
    /// Trials at each size.
    Replicates,
}

impl Field {
    /// The fields of the current scenario.
    pub fn of(app: &App) -> &'static [Field] {
        match declared(app) {
            Some(Ok(Declared { power: Some(_), .. })) => &[Field::Patients, Field::Seed, Field::Replicates],
            Some(Ok(_)) => &[Field::Patients, Field::Seed],
            _ => &[],
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Field::Patients => "patients",
            Field::Seed => "seed",
            Field::Replicates => "replicates",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Field::Patients => "virtual patients (empty: as the scenario has it)",
            Field::Seed => "seed of the cohort (empty: as the scenario has it)",
            Field::Replicates => "trials at each size (empty: as the scenario has it)",
        }
    }

    /// The value that holds, and whether the user typed it.
    pub fn value(self, settings: Settings, declared: &Declared) -> (String, bool) {
        let replicates = declared.power.as_ref().map_or(0, |power| power.replicates);
        let of = |own: Option<String>, other: String| (own.clone().unwrap_or(other), own.is_some());
        match self {
            Field::Patients => of(settings.patients.map(|count| count.to_string()), declared.patients.to_string()),
            Field::Seed => of(settings.seed.map(|seed| seed.to_string()), declared.seed.to_string()),
            Field::Replicates => of(settings.replicates.map(|count| count.to_string()), replicates.to_string()),
        }
    }
}

/// What the current scenario declares, as far as it is known.
pub fn declared(app: &App) -> Option<&Result<Declared, String>> {
    app.trial.declared.get(app.scenario.as_ref()?).map(|(_, declared)| declared)
}

/// What the user changed for the current scenario.
pub fn current(app: &App) -> Settings {
    app.scenario.as_ref().and_then(|path| app.trial.settings.get(path)).copied().unwrap_or_default()
}

/// Whether there is something to reset.
pub fn can_reset(app: &App) -> Result<(), String> {
    if current(app) == Settings::default() { Err("size, seed and replicates are those of the scenario".into()) } else { Ok(()) }
}

/// Moves among the fields and what stands below them.
pub fn go(app: &mut App, motion: Motion) -> Vec<Effect> {
    let last = Field::of(app).len().saturating_sub(1);
    let state = &mut app.trial;
    match motion {
        Motion::Rows(by) if by > 0 && state.field >= last => state.down = state.down.saturating_add_signed(by),
        Motion::Rows(by) if by < 0 && state.down > 0 => state.down = state.down.saturating_add_signed(by),
        Motion::Rows(by) => state.field = state.field.saturating_add_signed(by).min(last),
        Motion::Page(by) => state.down = state.down.saturating_add_signed(8 * by),
        Motion::First => (state.field, state.down) = (0, 0),
        Motion::Last => (state.field, state.down) = (last, usize::MAX),
        Motion::Enter => prompt(app),
        Motion::Side(_) | Motion::Pane(_) => {}
    }
    let room = super::draw::settings_room(app);
    app.trial.down = app.trial.down.min(room);
    Vec::new()
}

/// Opens the prompt of the present field.
pub fn prompt(app: &mut App) {
    let Some(Ok(declared)) = declared(app) else {
        return app.say("this scenario has no trial: `o` chooses another");
    };
    let Some(field) = Field::of(app).get(app.trial.field).copied() else { return };
    let (value, _) = field.value(current(app), declared);
    app.ask_for(Screen::Trial, field.name(), field.title(), value);
}

/// Takes a typed value.
///
/// # Errors
/// What it should be.
pub fn answered(app: &mut App, what: &str, text: &str) -> Result<Vec<Effect>, String> {
    let mut settings = current(app);
    let number = |most: u64, words: &str| -> Result<Option<u64>, String> {
        let text: String = text.chars().filter(|character| !matches!(character, ' ' | '_' | '\'')).collect();
        match text.parse::<u64>() {
            _ if text.is_empty() => Ok(None),
            Ok(value) if (1..=most).contains(&value) => Ok(Some(value)),
            _ => Err(format!("{words}: a whole number from 1 to {most}")),
        }
    };
    match what {
        "patients" => settings.patients = number(MOST_PATIENTS, "virtual patients")?.map(|count| count as usize),
        "seed" => {
            settings.seed = match text.trim() {
                "" => None,
                text => Some(text.parse().map_err(|_| format!("a seed is a whole number from 0 to {}", u64::MAX))?),
            }
        }
        "replicates" => settings.replicates = number(MOST_REPLICATES, "trials at each size")?.map(|count| count as usize),
        _ => return Ok(Vec::new()),
    }
    // a value as declared is no change
    if let Some(Ok(declared)) = declared(app) {
        settings.patients = settings.patients.filter(|count| *count != declared.patients);
        settings.seed = settings.seed.filter(|seed| *seed != declared.seed);
        let replicates = declared.power.as_ref().map(|power| power.replicates);
        settings.replicates = settings.replicates.filter(|count| Some(*count) != replicates);
    }
    change(app, settings);
    Ok(Vec::new())
}

fn change(app: &mut App, settings: Settings) {
    let Some(path) = app.scenario.clone() else { return };
    let before = current(app);
    if before != settings {
        app.trial.history.0.push((path.clone(), before));
        app.trial.history.1.clear();
        set(&mut app.trial, &path, settings);
    }
}

fn set(state: &mut State, path: &Path, settings: Settings) {
    if settings == Settings::default() {
        state.settings.remove(path);
    } else {
        state.settings.insert(path.to_path_buf(), settings);
    }
}

/// All as the scenario has it.
pub fn reset(app: &mut App) {
    change(app, Settings::default());
    app.say("size, seed and replicates are those of the scenario");
}

/// Takes the last change back, or makes it again.
///
/// # Errors
/// There is none.
pub fn undo(app: &mut App, back: bool) -> Result<Vec<Effect>, String> {
    let history = &mut app.trial.history;
    let from = if back { &mut history.0 } else { &mut history.1 };
    let Some((path, settings)) = from.pop() else {
        return Err(if back { "no change of size or seed to take back".into() } else { "no change of size or seed to make again".into() });
    };
    let present = app.trial.settings.get(&path).copied().unwrap_or_default();
    let to = if back { &mut app.trial.history.1 } else { &mut app.trial.history.0 };
    to.push((path.clone(), present));
    set(&mut app.trial, &path, settings);
    app.say(if back { "taken back" } else { "made again" });
    Ok(Vec::new())
}

/// Settings by scenario, for a later session.
pub fn kept(app: &App) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for (path, settings) in &app.trial.settings {
        let values = [
            ("patients", settings.patients.map(|count| count as u64)),
            ("seed", settings.seed),
            ("replicates", settings.replicates.map(|count| count as u64)),
        ];
        let path = app.relative(path);
        out.extend(values.into_iter().filter_map(|(name, value)| Some((format!("{name} {path}"), value?.to_string()))));
    }
    out
}

/// Takes them up again.
pub fn restored(app: &mut App, kept: &[(String, String)]) {
    for (name, value) in kept {
        let (Some((name, path)), Ok(value)) = (name.split_once(' '), value.parse::<u64>()) else { continue };
        let path: PathBuf = app.folder.join(path);
        let settings = app.trial.settings.entry(path).or_default();
        match name {
            "patients" if (1..=MOST_PATIENTS).contains(&value) => settings.patients = Some(value as usize),
            "seed" => settings.seed = Some(value),
            "replicates" if value > 0 => settings.replicates = Some(value as usize),
            _ => {}
        }
    }
    app.trial.settings.retain(|_, settings| *settings != Settings::default());
}
