//! Frames of the screens Data and Fit, on a shipped scenario; background work is done at once.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rptbench::session::job::{self, Request};
use rptbench::session::live::{Live, SearchLive};
use rptbench::session::project::{Entry, Project};
use rptbench::session::work::Progress;
use rptbench::tui::action::{Command, Motion};
use rptbench::tui::app::App;
use rptbench::tui::browse::Aspect;
use rptbench::tui::message::{Effect, Message};
use rptbench::tui::screen::Screen;
use rptbench::tui::screens::{self, data, fit};
use rptbench::tui::update::{open_screen, update};

use crate::fixture::{SIZES, ask, text, typed};

/// A workbench on a shipped scenario, everything read. Paths are relative to this crate, so that frames are the same everywhere.
fn opened(scenario: &str, screen: Screen, size: (u16, u16)) -> App {
    let mut app = App::new(Path::new(""), "project", size, true);
    let path = Path::new("scenarios").join(scenario);
    let entry = Entry { name: scenario.into(), path: path.clone(), title: String::new(), problems: String::new() };
    let project = Project { folder: "".into(), models: Vec::new(), scenarios: vec![entry], runs: Vec::new(), problems: Vec::new() };
    app.project = Some(project);
    app.scenario = Some(path);
    let effects = open_screen(&mut app, screen);
    settle(&mut app, effects);
    app
}

/// Does the background work; jobs are given back.
fn settle(app: &mut App, effects: Vec<Effect>) -> Vec<Effect> {
    let mut others = Vec::new();
    for effect in effects {
        match effect {
            Effect::Background(ticket, work) => {
                let more = update(app, Message::News(ticket, Box::new(screens::carry_out(work))));
                others.extend(settle(app, more));
            }
            other => others.push(other),
        }
    }
    others
}

fn press(app: &mut App, command: Command) -> Vec<Effect> {
    let effects = ask(app, command);
    settle(app, effects)
}

fn excluded(mut app: App) -> App {
    press(&mut app, Command::Go(Motion::Rows(1)));
    press(&mut app, Command::Data(data::Command::Exclude));
    typed(&mut app, "patient moved");
    press(&mut app, Command::Accept);
    app
}

/// A fit under way: the numbers are round on purpose, nothing here is a result.
fn searching(mut app: App) -> App {
    let effects = press(&mut app, Command::Fit(fit::Command::Start));
    let live = SearchLive {
        group: "liver".into(),
        start: 0,
        objectives: vec![640.0, 320.0, 80.0, 20.0, 18.0, 17.5],
        parameters: vec![("liver.uptake".into(), 0.05, String::new()), ("liver.effective_half_life".into(), 20.0, "h".into())],
    };
    for effect in effects {
        if let Effect::StartJob(ticket, _) = effect {
            let live = Some(Live::Search(Arc::new(live.clone())));
            update(&mut app, Message::JobProgress(ticket, Progress { step: "fitting liver".into(), done: 0.2, left_s: None, live }));
        }
    }
    app
}

fn fitted(mut app: App) -> App {
    for effect in press(&mut app, Command::Fit(fit::Command::Start)) {
        let Effect::StartJob(ticket, request) = effect else { continue };
        // nothing is written: a run folder would have the time in its name
        let request = Request { runs_root: None, ..request };
        let done = job::carry_out(&request, &Arc::new(AtomicBool::new(false)), &mut |_| {});
        let effects = update(&mut app, Message::JobFinished(ticket, Box::new(done)));
        settle(&mut app, effects);
    }
    app
}

fn compared(app: App) -> App {
    let mut app = fitted(app);
    press(&mut app, Command::Fit(fit::Command::Keep));
    press(&mut app, Command::Go(Motion::Pane(1)));
    press(&mut app, Command::Fit(fit::Command::Include));
    let mut app = fitted(app);
    press(&mut app, Command::Fit(fit::Command::Compare));
    app
}

type State = (&'static str, fn((u16, u16)) -> App);

const STATES: [State; 8] = [
    ("data", |size| opened("p12_spect", Screen::Data, size)),
    ("data_excluded", |size| excluded(opened("p12_spect", Screen::Data, size))),
    ("data_none", |size| opened("psma_it_p1", Screen::Data, size)),
    ("fit", |size| opened("p12_spect", Screen::Fit, size)),
    ("fit_search", |size| searching(opened("p12_spect", Screen::Fit, size))),
    ("fit_plots", |size| fitted(opened("p12_spect", Screen::Fit, size))),
    ("fit_tables", |size| {
        let mut app = fitted(opened("p12_spect", Screen::Fit, size));
        press(&mut app, Command::Fit(fit::Command::Show(Aspect::Tables)));
        app
    }),
    ("fit_compare", |size| compared(opened("p12_spect", Screen::Fit, size))),
];

#[test]
fn data_and_fit_at_three_sizes() {
    for (name, state) in STATES {
        for size in SIZES {
            insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), text(&state(size)));
        }
    }
}

#[test]
fn data_and_fit_are_drawn_at_every_size() {
    for (name, state) in STATES {
        let mut app = state((120, 40));
        for width in 1..=120 {
            let step = if !(20..=70).contains(&width) && width % 7 != 0 { 9 } else { 1 };
            for height in (1..=40).step_by(step) {
                app.size = (width, height);
                assert_eq!(text(&app).lines().count(), usize::from(height), "{name}");
            }
        }
    }
}
