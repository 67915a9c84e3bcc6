//! The loop: waits for an event, updates the state, carries out effects, draws when something changed.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use crossterm::event::{Event as Input, MouseButton, MouseEventKind};

use super::action::{Command, Motion};
use super::app::App;
use super::effects::{Effects, OfTerminal};
use super::message::{Effect, Message};
use super::screens::model;
use super::terminal::Screen;
use super::update::{begin, update};
use super::{Options, TuiError, action, editor, hang_up, panics, session_file};

/// Progress alone is drawn no more often than this: a slow link has better things to do.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(250);
/// How long jobs may take to mark what they leave behind when the user leaves.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long the frame of a key waits for the answer to what it asked for: too short to be felt, and the terminal gets one frame in place of two.
const GATHER: Duration = Duration::from_millis(15);
/// How long after a signal the program may last.
const GIVE_UP: Duration = Duration::from_secs(10);

/// What wakes the loop.
#[derive(Debug)]
pub enum Event {
    /// A key, or another size.
    Input(Input),
    /// The terminal can no longer be read.
    InputLost,
    /// A job has something to say.
    JobSpoke,
    /// A message from a background thread.
    Message(Message),
    /// A signal.
    Interrupted,
}

/// Runs the workbench on a folder until its user leaves.
///
/// # Errors
/// A terminal that fails, or an interruption.
pub fn run(folder: &Path, options: Options) -> Result<(), TuiError> {
    let (sender, events) = channel();
    let panicked = sender.clone();
    let words = std::sync::Arc::new(std::sync::Mutex::new(Vec::<String>::new()));
    let kept = std::sync::Arc::clone(&words);
    let watch = panics::watch(move |text| {
        if let Ok(mut kept) = kept.lock() {
            kept.push(text.clone());
        }
        panicked.send(Event::Message(Message::WorkerPanicked(text))).unwrap_or_default();
    });
    let interrupted = sender.clone();
    // a handler that is set already (by the command line) keeps its way of ending the program
    let _ = ctrlc::set_handler(move || {
        interrupted.send(Event::Interrupted).unwrap_or_default();
        // a terminal that takes no more bytes keeps the loop in a write for ever; edits are on disk a second after they were made
        std::thread::spawn(|| {
            std::thread::sleep(GIVE_UP);
            // standard output is held by the write that does not end; the line discipline can be given back without it
            let _ = crossterm::terminal::disable_raw_mode();
            std::process::exit(130);
        });
    });
    let mut screen = Screen::take()?;
    let mut effects = Effects::new(sender.clone());
    hang_up::watch(sender.clone());
    read_input(sender);
    let colour = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let mut rescued = Vec::new();
    let ended = screen.size().map_err(TuiError::from).and_then(|size| {
        let mut app = App { ascii: options.ascii, ..App::new(folder, &name_of(folder), size, colour) };
        let file = session_file::file_of(folder, |name| std::env::var_os(name));
        app.restoring = file.as_deref().map(session_file::load).unwrap_or_default();
        // whatever ends the loop, a panic of its own too: edits and session are on disk before anything else happens
        let ended = catch_unwind(AssertUnwindSafe(|| {
            Loop { screen: &mut screen, app: &mut app, effects: &mut effects, events: &events, picture: false, asked: false }.run()
        }));
        rescued = rescue(&app, file.as_deref());
        match ended {
            Ok(ended) => ended,
            Err(panic) => {
                rescued.iter().for_each(|words| last_words(words));
                resume_unwind(panic)
            }
        }
    });
    drop(screen);
    drop(watch);
    effects.stop(PATIENCE);
    rescued.iter().for_each(|words| last_words(words));
    // what a worker died of is not lost with the screen
    if let Ok(words) = words.lock() {
        words.iter().for_each(|text| last_words(&format!("an error of the program, please report it: {text}")));
    }
    ended
}

/// Says something on standard error, which may be gone with its terminal: `eprintln!` would panic then.
pub fn last_words(words: &str) {
    let _ = writeln!(std::io::stderr(), "rpt: {words}");
}

/// Writes edits aside and keeps the session; gives what the user should know.
fn rescue(app: &App, file: Option<&Path>) -> Vec<String> {
    let mut words = Vec::new();
    for (path, text) in model::rescue(app) {
        words.push(match editor::autosave::write_aside(&path, &text) {
            Ok(()) => format!("the edits of `{}` are kept aside; the workbench offers them again", app.relative(&path)),
            Err(error) => format!("the edits of `{}` are lost: {error}", app.relative(&path)),
        });
    }
    if app.project.is_some()
        && let Some(file) = file
        && let Err(error) = session_file::save(file, &session_file::words(app))
    {
        words.push(format!("the session is not kept: {error}"));
    }
    words
}

/// The last part of the folder's full path: "." has a name too.
fn name_of(folder: &Path) -> String {
    let whole = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    whole.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// One thread reads keys for as long as there is a terminal.
fn read_input(sender: Sender<Event>) {
    std::thread::spawn(move || {
        while let Ok(input) = crossterm::event::read() {
            if sender.send(Event::Input(input)).is_err() {
                return;
            }
        }
        sender.send(Event::InputLost).unwrap_or_default();
    });
}

/// How soon a change must be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Urgency {
    /// Nothing changed.
    None,
    /// Progress only.
    Progress,
    /// Now.
    Now,
}

struct Loop<'l> {
    screen: &'l mut Screen,
    app: &'l mut App,
    effects: &'l mut Effects,
    events: &'l Receiver<Event>,
    /// Whether a picture is shown in place of the workbench.
    picture: bool,
    /// Whether something was asked for in the background since the last frame.
    asked: bool,
}

impl Loop<'_> {
    fn run(mut self) -> Result<(), TuiError> {
        for effect in begin(self.app) {
            self.effects.carry_out(effect);
        }
        self.screen.draw(self.app)?;
        let mut drawn = Instant::now();
        let mut urgency = Urgency::None;
        loop {
            let frame = (urgency != Urgency::None).then(|| drawn + PROGRESS_INTERVAL);
            let event = match frame.into_iter().chain(self.effects.due()).min() {
                None => self.events.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(until) => self.events.recv_timeout(until.saturating_duration_since(Instant::now())),
            };
            let mut next = match event {
                Ok(event) => Some(event),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            };
            // everything that waits is taken in before the next frame: held keys and bursts of progress cost one frame
            while let Some(event) = next {
                let Some(changed) = self.take_in(event)? else { return Ok(()) };
                urgency = urgency.max(changed);
                next = self.events.try_recv().ok();
            }
            // what was just asked for in the background often comes at once: it shares the frame of the key that asked for it
            if std::mem::take(&mut self.asked) {
                let until = Instant::now() + GATHER;
                while Instant::now() < until {
                    let Ok(event) = self.events.recv_timeout(until.saturating_duration_since(Instant::now())) else { break };
                    let Some(changed) = self.take_in(event)? else { return Ok(()) };
                    urgency = urgency.max(changed);
                }
                self.asked = false;
            }
            self.effects.begin_due(Instant::now());
            let due = urgency == Urgency::Now || (urgency == Urgency::Progress && drawn.elapsed() >= PROGRESS_INTERVAL);
            if due && !self.picture {
                self.screen.draw(self.app)?;
                drawn = Instant::now();
                urgency = Urgency::None;
            } else if self.picture {
                urgency = Urgency::None;
            }
        }
    }

    /// Takes in one event; `None` when it is time to leave.
    fn take_in(&mut self, event: Event) -> Result<Option<Urgency>, TuiError> {
        if self.picture && matches!(event, Event::Input(Input::Key(_) | Input::Resize(..))) {
            // the key only takes the picture away
            self.picture = false;
            self.screen.forget()?;
            if matches!(event, Event::Input(Input::Key(_))) {
                return Ok(Some(Urgency::Now));
            }
        }
        let messages = match event {
            Event::Input(Input::Key(key)) => match action::message_of(self.app, &key) {
                Some(message) => vec![message],
                None => return Ok(Some(Urgency::None)),
            },
            Event::Input(Input::Paste(text)) => vec![Message::Paste(text)],
            Event::Input(Input::Mouse(mouse)) => match mouse.kind {
                MouseEventKind::Down(MouseButton::Left) => vec![Message::Click(mouse.column, mouse.row)],
                MouseEventKind::ScrollUp => vec![wheel(self.app, -1)],
                MouseEventKind::ScrollDown => vec![wheel(self.app, 1)],
                _ => return Ok(Some(Urgency::None)),
            },
            Event::Input(Input::Resize(columns, rows)) => vec![Message::Resized(columns, rows)],
            Event::Input(_) => return Ok(Some(Urgency::None)),
            Event::JobSpoke => self.effects.job_messages(),
            Event::Message(message) => vec![message],
            Event::InputLost | Event::Interrupted => return Err(TuiError::Interrupted),
        };
        let mut urgency = Urgency::None;
        for message in messages {
            urgency = urgency.max(if matches!(message, Message::JobProgress(..)) { Urgency::Progress } else { Urgency::Now });
            for effect in update(self.app, message) {
                if !self.carry_out(effect)? {
                    return Ok(None);
                }
            }
        }
        Ok(Some(urgency))
    }

    /// Carries out one effect; false when it is time to leave.
    fn carry_out(&mut self, effect: Effect) -> Result<bool, TuiError> {
        self.asked |= matches!(effect, Effect::Background(..) | Effect::Desk(_));
        match self.effects.carry_out(effect) {
            None => {}
            Some(OfTerminal::Copy(text)) => self.screen.copy(&text)?,
            Some(OfTerminal::Mouse(on)) => self.screen.mouse(on)?,
            Some(OfTerminal::Picture(bytes)) => {
                self.screen.picture(&bytes)?;
                self.picture = true;
            }
            Some(OfTerminal::Quit) => return Ok(false),
        }
        Ok(true)
    }
}

/// Rows of one step of the wheel.
const WHEEL: isize = 3;

/// The wheel moves as the arrow keys do.
fn wheel(app: &App, direction: isize) -> Message {
    if action::place_of(app) == action::Where::Editor {
        let motion = if direction > 0 { editor::motion::Motion::Down } else { editor::motion::Motion::Up };
        return Message::Edit(editor::Command::Move(motion, false));
    }
    Message::Do(Command::Go(Motion::Rows(direction * WHEEL)))
}
