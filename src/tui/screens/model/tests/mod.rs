//! The Model screen as its user meets it: keys in, files and frames out. Effects are carried out in place; pauses end when a test says so.

mod editor;
mod frames;
mod rows;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::*;
use crate::session::new_file::{NewFile, new_file};
use crate::session::project::Project;
use crate::tui::action::message_of;
use crate::tui::message::Message;
use crate::tui::screens;
use crate::tui::update::{self, update};
use crate::tui::view::view;

/// A workbench on a folder of its own.
struct Bench {
    app: App,
    folder: tempfile::TempDir,
    /// Work that waits for the end of a pause.
    waiting: Vec<(Duration, Ticket, AllWork)>,
    /// Background work that was asked for and is not done yet, where [`Bench::holds`].
    held: Vec<(Ticket, AllWork)>,
    holds: bool,
    copied: Vec<String>,
    jobs: Vec<crate::session::job::Request>,
    quit: bool,
}

impl Bench {
    /// A project with one scenario `one` of the model `two`, read and open on the Model screen.
    fn new(size: (u16, u16)) -> Bench {
        let folder = tempfile::tempdir().expect("a folder");
        new_file(folder.path(), NewFile::Model, "two", None).expect("a model");
        new_file(folder.path(), NewFile::Scenario, "one", Some("two")).expect("a scenario");
        Bench::on(folder, size)
    }

    fn on(folder: tempfile::TempDir, size: (u16, u16)) -> Bench {
        let app = App::new(folder.path(), "project", size, true);
        let (waiting, held, copied, jobs) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut bench = Bench { app, folder, waiting, held, holds: false, copied, jobs, quit: false };
        let effects = update::begin(&mut bench.app);
        bench.carry_out(effects);
        bench
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.path(file)).expect("a file")
    }

    fn tell(&mut self, message: Message) {
        let effects = update(&mut self.app, message);
        self.carry_out(effects);
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::ReadProject(ticket, folder) => {
                    let project = Project::open(&folder);
                    self.tell(Message::ProjectRead(ticket, Ok(project.clone())));
                    for entry in project.scenarios.iter().chain(&project.models).filter(|entry| entry.problems.is_empty()) {
                        let is_model = project.models.iter().any(|model| model.path == entry.path);
                        let read =
                            if is_model { crate::tui::sheet::Sheet::of_model_file } else { crate::tui::sheet::Sheet::of_scenario_file };
                        self.tell(Message::SheetRead(ticket, entry.path.clone(), read(&entry.path)));
                    }
                }
                Effect::Background(ticket, work) if self.holds => self.held.push((ticket, work)),
                Effect::Background(ticket, work) => self.work(ticket, work),
                Effect::After(pause, ticket, work) => match self.waiting.iter_mut().find(|(.., waiting)| waiting.is_replaced_by(&work)) {
                    Some(waiting) => (waiting.1, waiting.2) = (ticket, work),
                    None => self.waiting.push((pause, ticket, work)),
                },
                Effect::Copy(text) => self.copied.push(text),
                Effect::StartJob(_, request) => self.jobs.push(request),
                Effect::CancelJob(_) => {}
                Effect::Quit => self.quit = true,
                other => panic!("an effect that this screen has no use for: {other:?}"),
            }
        }
    }

    fn work(&mut self, ticket: Ticket, work: AllWork) {
        let news = screens::carry_out(work);
        self.tell(Message::News(ticket, Box::new(news)));
    }

    /// All held work is done, the oldest first.
    fn release(&mut self) {
        self.holds = false;
        for (ticket, work) in std::mem::take(&mut self.held) {
            self.work(ticket, work);
        }
    }

    /// Of the held work the ends of pauses are done: what they set off is held.
    fn release_pauses(&mut self) {
        let (pauses, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut self.held)
            .into_iter()
            .partition(|(_, work)| matches!(work, AllWork::Model(Work::PauseToRead | Work::PauseToKeep)));
        self.held = rest;
        pauses.into_iter().for_each(|(ticket, work)| self.work(ticket, work));
    }

    /// So much time goes by.
    fn wait(&mut self, time: Duration) {
        let (due, waiting) = std::mem::take(&mut self.waiting).into_iter().partition(|(pause, ..)| *pause <= time);
        self.waiting = waiting;
        let due: Vec<(Duration, Ticket, AllWork)> = due;
        due.into_iter().for_each(|(_, ticket, work)| self.carry_out(vec![Effect::Background(ticket, work)]));
    }

    fn press(&mut self, code: KeyCode, modifiers: KeyModifiers) {
        if let Some(message) = message_of(&self.app, &KeyEvent::new(code, modifiers)) {
            self.tell(message);
        }
    }

    fn key(&mut self, code: KeyCode) {
        self.press(code, KeyModifiers::NONE);
    }

    fn control(&mut self, character: char) {
        self.press(KeyCode::Char(character), KeyModifiers::CONTROL);
    }

    fn write(&mut self, text: &str) {
        text.chars().for_each(|character| self.key(KeyCode::Char(character)));
    }

    fn frame(&self) -> String {
        let mut terminal = Terminal::new(TestBackend::new(self.app.size.0, self.app.size.1)).expect("a terminal");
        terminal
            .draw(|frame| {
                view(&self.app, frame);
            })
            .expect("drawn");
        let buffer = terminal.backend().buffer().clone();
        let row = |y| (0..buffer.area.width).filter_map(|x| buffer.cell((x, y)).map(|cell| cell.symbol())).collect::<String>();
        (0..buffer.area.height).map(|y| row(y).trim_end().to_owned()).collect::<Vec<_>>().join("\n")
    }

    fn shows(&self, words: &str) {
        assert!(self.frame().contains(words), "`{words}` is not in\n{}", self.frame());
    }

    fn notice(&self) -> &str {
        self.app.notice.as_ref().map_or("", |notice| &notice.text)
    }

    fn editor(&self) -> &crate::tui::editor::Editor {
        &self.app.model.desk.as_ref().expect("an open file").editor
    }
}

fn file(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a file")
}
