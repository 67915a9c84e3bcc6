//! The scenario as it lies on disk and the changes to it that are not written: shared by the screens Data and Fit.
//!
//! A change is kept as an [`Edit`]; the changed text is made and read in the background, and what the reader refuses is taken back with its words.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{News, Work};
use crate::session::draft::{Edit, Look, look};
use crate::session::scenario::Scenario;
use crate::tui::action::Command;
use crate::tui::app::{App, Prompt, Question};
use crate::tui::editor::autosave::{Fingerprint, SaveError, save};
use crate::tui::message::{Effect, Ticket};
use crate::tui::screens::{self, model};

/// Changes of one scenario, with those before and those taken back.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Draft {
    /// Changes in force.
    pub edits: Vec<Edit>,
    past: Vec<Vec<Edit>>,
    future: Vec<Vec<Edit>>,
}

/// What was read, and what is changed.
#[derive(Debug, Clone, Default)]
pub struct Desk {
    drafts: BTreeMap<PathBuf, Draft>,
    look: Option<(PathBuf, Arc<Look>)>,
    since: Fingerprint,
    asked: Option<(Ticket, PathBuf)>,
    saving: Option<Ticket>,
    failure: Option<String>,
    /// What was typed for the last change: asked for again where the reader refuses it.
    typed: Option<Prompt>,
}

/// While a draft is written it stays as it is: what came meanwhile would not be in the file.
const BEING_WRITTEN: &str = "the changes are being written: once more in a moment";

/// The answer of a reading.
#[derive(Debug)]
pub enum Found {
    /// The scenario with its changes, and what its file was when it was read.
    Look(Box<Look>, Fingerprint),
    /// The change at this position was refused, in these words.
    Refused(usize, String),
    /// The file cannot be read.
    Failed(String),
}

impl Desk {
    /// What was read of a scenario; `None` until it was.
    #[must_use]
    pub fn look_of(&self, path: &Path) -> Option<&Arc<Look>> {
        self.look.as_ref().filter(|(of, _)| of == path).map(|(_, look)| look)
    }

    /// Why the scenario's file cannot be read.
    #[must_use]
    pub fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// The changes of a scenario that are not written.
    #[must_use]
    pub fn edits(&self, path: &Path) -> &[Edit] {
        self.drafts.get(path).map_or(&[], |draft| &draft.edits)
    }

    /// Whether the last change is still being read.
    #[must_use]
    pub fn is_reading(&self) -> bool {
        self.asked.is_some()
    }

    /// What was read, put there by hand: for tests and pictures.
    #[doc(hidden)]
    pub fn put(&mut self, path: &Path, look: Look) {
        self.look = Some((path.to_path_buf(), Arc::new(look)));
        self.asked = None;
    }
}

/// What was read of the current scenario.
#[must_use]
pub fn current(app: &App) -> Option<&Arc<Look>> {
    app.data.desk.look_of(app.scenario.as_ref()?)
}

/// The changes of the current scenario that are not written.
#[must_use]
pub fn edits(app: &App) -> &[Edit] {
    app.scenario.as_ref().map_or(&[], |path| app.data.desk.edits(path))
}

/// Asks for the current scenario to be read, with its changes.
pub fn read(app: &mut App) -> Vec<Effect> {
    let Some(path) = app.scenario.clone() else {
        app.data.desk.asked = None;
        return Vec::new();
    };
    let ticket = app.ticket();
    let edits = app.data.desk.edits(&path).to_vec();
    app.data.desk.asked = Some((ticket, path.clone()));
    vec![Effect::Background(ticket, screens::Work::Data(Work::Read { path, edits }))]
}

/// The same, unless that is under way: a window that is being drawn larger calls for it many times.
pub fn read_once(app: &mut App) -> Vec<Effect> {
    let under_way = app.data.desk.asked.as_ref().is_some_and(|(_, path)| Some(path) == app.scenario.as_ref());
    if under_way { Vec::new() } else { read(app) }
}

/// Other changes in place of those in force. `typed`: the prompt that is opened again where they are refused.
pub fn change(app: &mut App, edits: Vec<Edit>, typed: Option<Prompt>) -> Vec<Effect> {
    let Some(path) = app.scenario.clone() else { return Vec::new() };
    if app.data.desk.saving.is_some() {
        app.say(BEING_WRITTEN);
        return Vec::new();
    }
    let draft = app.data.desk.drafts.entry(path).or_default();
    let before = std::mem::replace(&mut draft.edits, edits);
    draft.past.push(before);
    draft.future.clear();
    app.data.desk.typed = typed;
    read(app)
}

/// One change more.
pub fn add(app: &mut App, edit: Edit, typed: Option<Prompt>) -> Vec<Effect> {
    let mut changed = edits(app).to_vec();
    changed.push(edit);
    change(app, changed, typed)
}

/// Takes the last change back, or makes it again.
///
/// # Errors
/// There is none.
pub fn undo(app: &mut App, back: bool) -> Result<Vec<Effect>, String> {
    let nothing = || if back { "no change to take back" } else { "no change to make again" }.to_owned();
    let path = app.scenario.clone().ok_or_else(nothing)?;
    if app.data.desk.saving.is_some() {
        return Err(BEING_WRITTEN.to_owned());
    }
    let draft = app.data.desk.drafts.get_mut(&path).ok_or_else(nothing)?;
    let (from, to) = if back { (&mut draft.past, &mut draft.future) } else { (&mut draft.future, &mut draft.past) };
    let other = from.pop().ok_or_else(nothing)?;
    let before = std::mem::replace(&mut draft.edits, other);
    let (longer, shorter) = if before.len() >= draft.edits.len() { (&before, &draft.edits) } else { (&draft.edits, &before) };
    let what = longer.iter().find(|edit| !shorter.contains(edit)).map_or_else(|| "the last change".to_owned(), Edit::words);
    to.push(before);
    app.data.desk.typed = None;
    app.say(if back { format!("taken back: {what}") } else { format!("made again: {what}") });
    Ok(read(app))
}

/// Asks whether to write the changes into the scenario's file.
pub fn ask_to_write(app: &mut App, yes: Command) -> Vec<Effect> {
    let Some(path) = app.scenario.clone() else { return Vec::new() };
    if app.data.desk.is_reading() || app.data.desk.saving.is_some() {
        app.say(if app.data.desk.saving.is_some() { BEING_WRITTEN } else { "the changes are being read: once more in a moment" });
        return Vec::new();
    }
    let mut words: Vec<String> = app.data.desk.edits(&path).iter().map(Edit::words).collect();
    let count = words.len();
    if count > 6 {
        words.truncate(5);
        words.push(format!("… and {} more", count - 5));
    }
    words.insert(0, format!("Into {}:", app.relative(&Scenario::file_of(&path))));
    app.question = Some(Question {
        title: "Write the changes".into(),
        words,
        answers: vec![('y', "write them into the scenario's file".into(), yes)],
    });
    Vec::new()
}

/// Writes the changed text.
pub fn write(app: &mut App) -> Vec<Effect> {
    let Some((path, look)) = app.data.desk.look.clone().filter(|(path, _)| Some(path) == app.scenario.as_ref()) else { return Vec::new() };
    let ticket = app.ticket();
    app.data.desk.saving = Some(ticket);
    let since = app.data.desk.since.clone();
    vec![Effect::Background(ticket, screens::Work::Data(Work::Save { path, text: look.text.clone(), since }))]
}

/// Reads a scenario with changes; in the background.
pub(super) fn carry_out_read(path: &Path, edits: &[Edit]) -> Found {
    let file = Scenario::file_of(path);
    let bytes = match std::fs::read(&file) {
        Ok(bytes) => bytes,
        Err(error) => return Found::Failed(format!("cannot read `{}`: {error}", file.display())),
    };
    let since = Fingerprint::of(&bytes);
    let Ok(text) = String::from_utf8(bytes) else { return Found::Failed(format!("`{}` is not written in UTF-8", file.display())) };
    // an answer comes in any case: the next reading waits for it
    match std::panic::catch_unwind(|| look(&file, &text, edits)) {
        Ok(Ok(look)) => Found::Look(Box::new(look), since),
        Ok(Err((position, words))) => Found::Refused(position, words),
        Err(_) => Found::Failed(format!("`{}` could not be read: an error of the program", file.display())),
    }
}

/// Writes a changed scenario; in the background.
pub(super) fn carry_out_save(path: &Path, text: &str, since: &Fingerprint) -> Result<(), SaveError> {
    save(&Scenario::file_of(path), text, since).map(|_| ())
}

/// Takes what was found.
pub(super) fn take(app: &mut App, ticket: Ticket, news: News) -> Vec<Effect> {
    match news {
        News::Read(found) => {
            let Some((_, path)) = app.data.desk.asked.take_if(|(asked, _)| *asked == ticket) else { return Vec::new() };
            take_read(app, path, found)
        }
        News::Saved(path, result) => {
            if app.data.desk.saving.take_if(|asked| *asked == ticket).is_none() {
                return Vec::new();
            }
            take_saved(app, path, result)
        }
    }
}

/// Work panicked: what waited for it waits no longer.
pub fn lost(app: &mut App, ticket: Ticket) {
    app.data.desk.saving.take_if(|asked| *asked == ticket);
}

fn take_read(app: &mut App, path: PathBuf, found: Found) -> Vec<Effect> {
    match found {
        Found::Look(look, since) => {
            app.data.desk.look = Some((path, Arc::from(look)));
            app.data.desk.since = since;
            app.data.desk.failure = None;
            app.data.desk.typed = None;
            super::stay_within(app);
            Vec::new()
        }
        Found::Failed(sentence) => {
            app.data.desk.look = None;
            app.data.desk.failure = Some(sentence);
            Vec::new()
        }
        Found::Refused(position, words) => {
            let typed = app.data.desk.typed.take();
            let Some(draft) = app.data.desk.drafts.get_mut(&path) else { return Vec::new() };
            let refused = draft.edits.get(position).map_or_else(String::new, Edit::words);
            // back to what was before, or at least without the change that cannot be
            match draft.past.pop() {
                Some(before) => draft.edits = before,
                None => draft.edits.truncate(position),
            }
            match typed.filter(|_| app.prompt.is_none() && app.question.is_none()) {
                Some(prompt) => app.prompt = Some(Prompt { error: Some(words), fresh: false, ..prompt }),
                None => app.bad_news(format!("{refused}: {words}")),
            }
            if app.scenario.as_ref() == Some(&path) { read(app) } else { Vec::new() }
        }
    }
}

fn take_saved(app: &mut App, path: PathBuf, result: Result<(), SaveError>) -> Vec<Effect> {
    let file = app.relative(&Scenario::file_of(&path));
    match result {
        Ok(()) => {
            app.data.desk.drafts.remove(&path);
            model::file_changed(app, &path);
            app.say(format!("written: {file}"));
        }
        Err(SaveError::Changed(_)) => {
            app.bad_news(format!("{file} changed on disk: nothing was written; the changes stand now on its new text, `W` writes them"));
        }
        Err(error) => app.bad_news(format!("{file}: {error}; nothing was written")),
    }
    let mut effects = if app.scenario.as_ref() == Some(&path) { read(app) } else { Vec::new() };
    effects.extend(crate::tui::update::read_project(app));
    effects
}

/// Changes that are not written, for people; `None` where there are none.
#[must_use]
pub fn unsaved(app: &App) -> Option<String> {
    let count: usize = app.data.desk.drafts.values().map(|draft| draft.edits.len()).sum();
    (count > 0).then(|| format!("{count} change{} of data and fit not written", if count == 1 { "" } else { "s" }))
}

/// The changes for a later session.
pub(super) fn kept(app: &App) -> Vec<(String, String)> {
    let drafts = app.data.desk.drafts.iter().filter(|(_, draft)| !draft.edits.is_empty());
    drafts
        .filter_map(|(path, draft)| Some((format!("changes {}", app.relative(path)), serde_json::to_string(&draft.edits).ok()?)))
        .collect()
}

/// Takes them up again.
pub(super) fn restored(app: &mut App, kept: &[(String, String)]) {
    for (name, value) in kept {
        let Some(path) = name.strip_prefix("changes ") else { continue };
        let Ok(edits) = serde_json::from_str::<Vec<Edit>>(value) else { continue };
        let path = app.folder.join(path);
        if app.scenarios().iter().any(|entry| entry.path == path) {
            app.data.desk.drafts.insert(path, Draft { edits, ..Draft::default() });
        }
    }
}
