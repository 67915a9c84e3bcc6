//! The loop: waits for an event, updates the state, carries out effects, draws when something changed.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use crossterm::event::Event as Input;

use super::app::App;
use super::effects::Effects;
use super::message::Message;
use super::terminal::Screen;
use super::update::{begin, update};
use super::{Options, TuiError, action, panics};

/// Progress alone is drawn no more often than this: a slow link has better things to do.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(250);
/// How long jobs may take to mark what they leave behind when the user leaves.
const PATIENCE: Duration = Duration::from_secs(3);

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
    let _ = ctrlc::set_handler(move || interrupted.send(Event::Interrupted).unwrap_or_default());
    let mut screen = Screen::take()?;
    let mut effects = Effects::new(sender.clone());
    read_input(sender);
    let colour = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let ended = screen.size().map_err(TuiError::from).and_then(|size| {
        let mut app = App { ascii: options.ascii, ..App::new(folder, &name_of(folder), size, colour) };
        Loop { screen: &mut screen, app: &mut app, effects: &mut effects, events: &events }.run()
    });
    drop(screen);
    drop(watch);
    effects.stop(PATIENCE);
    // what a worker died of is not lost with the screen
    if let Ok(words) = words.lock() {
        words.iter().for_each(|text| eprintln!("rpt: an error of the program, please report it: {text}"));
    }
    ended
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
            let event = match urgency {
                Urgency::None => self.events.recv().map_err(|_| RecvTimeoutError::Disconnected),
                _ => self.events.recv_timeout((drawn + PROGRESS_INTERVAL).saturating_duration_since(Instant::now())),
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
            if urgency == Urgency::Now || (urgency == Urgency::Progress && drawn.elapsed() >= PROGRESS_INTERVAL) {
                self.screen.draw(self.app)?;
                drawn = Instant::now();
                urgency = Urgency::None;
            }
        }
    }

    /// Takes in one event; `None` when it is time to leave.
    fn take_in(&mut self, event: Event) -> Result<Option<Urgency>, TuiError> {
        let messages = match event {
            Event::Input(Input::Key(key)) => match action::command_of(self.app, &key) {
                Some(command) => vec![Message::Do(command)],
                None => return Ok(Some(Urgency::None)),
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
                if !self.effects.carry_out(effect) {
                    return Ok(None);
                }
            }
        }
        Ok(Some(urgency))
    }
}
