//! Carries out effects: reading in background threads, jobs by their ticket, work after a pause.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use super::message::{Effect, Message, Ticket};
use super::record::Record;
use super::runner::Event;
use super::screens::what_if::Bench;
use super::screens::{self, News, Work};
use super::sheet::Sheet;
use crate::session::job::{self, Job};
use crate::session::project::Project;

/// What only the owner of the terminal can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfTerminal {
    /// Send a text to its clipboard.
    Copy(String),
    /// Show a picture.
    Picture(Vec<u8>),
    /// Listen to its mouse, or no longer.
    Mouse(bool),
    /// Leave it.
    Quit,
}

/// What the effects need: where answers go, the jobs that run, the work that waits, the engine of the What-if screen.
pub struct Effects {
    events: Sender<Event>,
    jobs: BTreeMap<Ticket, Job>,
    waiting: Vec<(Instant, Ticket, Work)>,
    bench: Bench,
}

impl Effects {
    /// Nothing under way.
    #[must_use]
    pub fn new(events: Sender<Event>) -> Effects {
        let to = events.clone();
        let send = move |ticket, news| {
            let message = Message::News(ticket, Box::new(News::WhatIf(news)));
            // nobody listens any more once the workbench is left
            to.send(Event::Message(message)).unwrap_or_default();
        };
        Effects { events, jobs: BTreeMap::new(), waiting: Vec::new(), bench: Bench::new(send) }
    }

    /// Carries out one effect; gives it back where only the owner of the terminal can.
    pub fn carry_out(&mut self, effect: Effect) -> Option<OfTerminal> {
        match effect {
            Effect::ReadProject(ticket, folder) => self.in_background(move |send| read_project(ticket, folder, send)),
            Effect::ReadRun(ticket, path) => self.in_background(move |send| {
                let read = catch_unwind(|| Record::read(&path))
                    .unwrap_or_else(|_| Err("the run could not be read: an error of the program".into()));
                send(Message::RunRead(ticket, path, Box::new(read)));
            }),
            Effect::StartJob(ticket, request) => {
                let events = self.events.clone();
                let wake = move || events.send(Event::JobSpoke).unwrap_or_default();
                self.jobs.insert(ticket, Job::start(request, wake));
            }
            Effect::CancelJob(ticket) => {
                if let Some(job) = self.jobs.get(&ticket) {
                    job.cancel();
                }
            }
            Effect::Background(ticket, work) => self.work(ticket, work),
            Effect::After(pause, ticket, work) => self.later(Instant::now() + pause, ticket, work),
            Effect::Desk(work) => self.bench.take(work),
            Effect::Copy(text) => return Some(OfTerminal::Copy(text)),
            Effect::Picture(bytes) => return Some(OfTerminal::Picture(bytes)),
            Effect::Mouse(on) => return Some(OfTerminal::Mouse(on)),
            Effect::Quit => return Some(OfTerminal::Quit),
        }
        None
    }

    fn in_background(&self, work: impl FnOnce(&dyn Fn(Message)) + Send + 'static) {
        let events = self.events.clone();
        std::thread::spawn(move || work(&|message| events.send(Event::Message(message)).unwrap_or_default()));
    }

    /// A panic of the work is told of by the hook; who waits for its news hears that they never come.
    fn work(&self, ticket: Ticket, work: Work) {
        self.in_background(move |send| {
            send(match catch_unwind(AssertUnwindSafe(|| screens::carry_out(work))) {
                Ok(news) => Message::News(ticket, Box::new(news)),
                Err(_) => Message::WorkLost(ticket),
            });
        });
    }

    fn later(&mut self, at: Instant, ticket: Ticket, work: Work) {
        match self.waiting.iter_mut().find(|(.., waiting)| waiting.is_replaced_by(&work)) {
            Some(waiting) => (waiting.1, waiting.2) = (ticket, work),
            None => self.waiting.push((at, ticket, work)),
        }
    }

    /// When the next work that waits is due.
    #[must_use]
    pub fn due(&self) -> Option<Instant> {
        self.waiting.iter().map(|(at, ..)| *at).min()
    }

    /// Begins the work that is due.
    pub fn begin_due(&mut self, now: Instant) {
        let (due, waiting) = std::mem::take(&mut self.waiting).into_iter().partition(|(at, ..)| *at <= now);
        self.waiting = waiting;
        let due: Vec<(Instant, Ticket, Work)> = due;
        due.into_iter().for_each(|(_, ticket, work)| self.work(ticket, work));
    }

    /// What the jobs said since the last call; of the progress of a job only the latest.
    pub fn job_messages(&mut self) -> Vec<Message> {
        let mut messages = Vec::new();
        let mut ended = Vec::new();
        for (ticket, job) in &self.jobs {
            let mut latest = None;
            while let Some(said) = job.poll() {
                match said {
                    job::Message::Progress(progress) => latest = Some(progress),
                    job::Message::Finished(result) => {
                        messages.push(Message::JobFinished(*ticket, result));
                        ended.push(*ticket);
                    }
                }
            }
            if !ended.contains(ticket) {
                messages.extend(latest.map(|progress| Message::JobProgress(*ticket, progress)));
            }
        }
        ended.iter().for_each(|ticket| {
            self.jobs.remove(ticket);
        });
        messages
    }

    /// Asks all jobs to stop and gives them a moment to mark what they leave behind.
    pub fn stop(&mut self, patience: Duration) {
        self.jobs.values().for_each(Job::cancel);
        let until = Instant::now() + patience;
        while !self.jobs.is_empty() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(10));
            self.job_messages();
        }
    }
}

/// Reads the folder and then each file that can be used; answers as it goes.
fn read_project(ticket: Ticket, folder: PathBuf, send: &dyn Fn(Message)) {
    let Ok(project) = catch_unwind(AssertUnwindSafe(|| Project::open(&folder))) else {
        return send(Message::ProjectRead(ticket, Err("the folder could not be read: an error of the program".to_owned())));
    };
    let usable = |entries: &[crate::session::project::Entry]| -> Vec<PathBuf> {
        entries.iter().filter(|entry| entry.problems.is_empty()).map(|entry| entry.path.clone()).collect()
    };
    let (scenarios, models) = (usable(&project.scenarios), usable(&project.models));
    send(Message::ProjectRead(ticket, Ok(project)));
    for path in scenarios {
        let sheet = Sheet::of_scenario_file(&path);
        send(Message::SheetRead(ticket, path, sheet));
    }
    for path in models {
        let sheet = Sheet::of_model_file(&path);
        send(Message::SheetRead(ticket, path, sheet));
    }
}
