//! Frames of the screens Model, Trial and Runs on shipped files, and all six screens at every size.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rptbench::session::job::{self, Request};
use rptbench::session::live::{ArmLive, Live, QuantityLive, TrialLive};
use rptbench::session::project::{Entry, Project};
use rptbench::session::work::Progress;
use rptbench::tui::action::{Command, Motion};
use rptbench::tui::app::App;
use rptbench::tui::browse::Aspect;
use rptbench::tui::editor;
use rptbench::tui::message::{Effect, Message};
use rptbench::tui::record::Record;
use rptbench::tui::screen::Screen;
use rptbench::tui::screens::{self, model, runs, trial};
use rptbench::tui::sheet::Sheet;
use rptbench::tui::update::{begin, open_screen, update};

use crate::fixture::{SIZES, ask, failed, finished, outcome, running, text, ticket};

const SCENARIOS: [&str; 3] = ["netter1", "p12_spect", "psma_it_p1"];
const MODELS: [&str; 3] = ["dotatate_organs", "one_compartment_oral", "psma_it_ulm"];

/// A workbench on shipped files, everything read. Paths are relative to this crate, so that frames are the same everywhere.
fn opened(scenario: &str, screen: Screen, size: (u16, u16)) -> App {
    let mut app = App::new(Path::new(""), "project", size, true);
    let entry = |name: &str, path: std::path::PathBuf| Entry {
        name: name.into(),
        path,
        title: format!("Title of {name}"),
        problems: String::new(),
    };
    let scenarios: Vec<Entry> = SCENARIOS.map(|name| entry(name, Path::new("scenarios").join(name))).into();
    let models: Vec<Entry> = MODELS.map(|name| entry(name, Path::new("models").join(format!("{name}.yaml")))).into();
    let reading = ticket(&begin(&mut app));
    let project =
        Project { folder: "".into(), models: models.clone(), scenarios: scenarios.clone(), runs: Vec::new(), problems: Vec::new() };
    app.scenario = Some(Path::new("scenarios").join(scenario));
    let effects = update(&mut app, Message::ProjectRead(reading, Ok(project)));
    settle(&mut app, effects);
    for entry in &scenarios {
        update(&mut app, Message::SheetRead(reading, entry.path.clone(), Sheet::of_scenario_file(&entry.path)));
    }
    for entry in &models {
        update(&mut app, Message::SheetRead(reading, entry.path.clone(), Sheet::of_model_file(&entry.path)));
    }
    let effects = open_screen(&mut app, screen);
    settle(&mut app, effects);
    app
}

/// Does the background work, pauses left out; all else is given back. What would be written aside is not.
fn settle(app: &mut App, effects: Vec<Effect>) -> Vec<Effect> {
    let mut others = Vec::new();
    for effect in effects {
        match effect {
            Effect::After(_, _, screens::Work::Model(model::Work::PauseToKeep)) => {}
            Effect::Background(ticket, work) | Effect::After(_, ticket, work) => {
                let more = update(app, Message::News(ticket, Box::new(screens::carry_out(work))));
                others.extend(settle(app, more));
            }
            other => others.push(other),
        }
    }
    others
}

fn press(mut app: App, commands: &[Command]) -> App {
    for command in commands {
        let effects = ask(&mut app, *command);
        settle(&mut app, effects);
    }
    app
}

/// The editor with a mistake in the first line.
fn mistaken(size: (u16, u16)) -> App {
    let mut app = press(opened("p12_spect", Screen::Model, size), &[Command::Model(model::Command::Edit)]);
    for character in "x [".chars() {
        let effects = update(&mut app, Message::Edit(editor::Command::Insert(character)));
        settle(&mut app, effects);
    }
    app
}

/// A trial under way. The numbers are made up, and round on purpose: nothing here is a result.
fn trying(size: (u16, u16)) -> App {
    let mut app = opened("netter1", Screen::Trial, size);
    let effects = ask(&mut app, Command::Trial(trial::Command::Start));
    let quantity = |name: &str, unit: &str, tag: &str, median: f64| QuantityLive {
        name: name.into(),
        unit: unit.into(),
        tag: tag.into(),
        count: 100,
        mean: median,
        quantiles: [0.5 * median, 0.8 * median, median, 1.25 * median, 2.0 * median],
        histogram: (0.0, 2.0 * median, vec![0, 2, 8, 20, 30, 22, 10, 5, 2, 1]),
        ..QuantityLive::default()
    };
    let arm = |name: &str, scale: f64| ArmLive {
        name: name.into(),
        quantities: vec![
            quantity("kidneys dose", "Gy", "simulated", 20.0 * scale),
            quantity("platelets nadir", "10⁹/L", "simulated", 100.0),
        ],
        failures: 1,
    };
    let live = TrialLive {
        finished: 104,
        patients: 200,
        counted: 100,
        failures: 1,
        link: "null: no link to dose".into(),
        rate_per_s: 50.0,
        arms: vec![arm("fixed", 1.0), arm("label", 0.9)],
        ..TrialLive::default()
    };
    let progress = Progress {
        step: "100 of 200 virtual patients, 50 a second".into(),
        done: 0.5,
        left_s: Some(2.0),
        live: Some(Live::Trial(Arc::new(live))),
    };
    for effect in effects {
        if let Effect::StartJob(number, _) = effect {
            update(&mut app, Message::JobProgress(number, progress.clone()));
        }
    }
    app
}

/// A trial of twelve patients that has ended, in memory: a run folder would have the time in its name.
fn tried(size: (u16, u16)) -> App {
    let mut app = opened("netter1", Screen::Trial, size);
    for effect in ask(&mut app, Command::Trial(trial::Command::Start)) {
        let Effect::StartJob(number, request) = effect else { continue };
        let task = rptbench::session::work::Task::Trial(rptbench::session::trial::TrialOptions { patients: Some(12), seed: Some(1) });
        let request = Request { runs_root: None, task, ..request };
        let done = job::carry_out(&request, &Arc::new(AtomicBool::new(false)), &mut |_| {});
        let effects = update(&mut app, Message::JobFinished(number, Box::new(done)));
        settle(&mut app, effects);
    }
    press(app, &[Command::Trial(trial::Command::Show(Aspect::Tables))])
}

/// The runs of the project that is made by hand; the whole one was read.
fn with_runs(size: (u16, u16)) -> App {
    let mut app = finished(size);
    let path = crate::fixture::project().runs[0].path.clone();
    let number = app.ticket();
    update(&mut app, Message::RunRead(number, path, Box::new(Ok(Record::from(outcome())))));
    let effects = open_screen(&mut app, Screen::Runs);
    settle(&mut app, effects);
    press(app, &[Command::Go(Motion::Last)])
}

/// Its figures.
fn with_figures(size: (u16, u16)) -> App {
    press(with_runs(size), &[Command::Runs(runs::Command::Show(Aspect::Figures))])
}

fn unsound(size: (u16, u16)) -> App {
    let app = crate::fixture::opened(size);
    press(app, &[Command::Go(Motion::First)])
}

fn without_success(size: (u16, u16)) -> App {
    let mut app = running(size);
    let number = *app.jobs.keys().next().expect("a job");
    update(&mut app, Message::JobFinished(number, Box::new(Err(failed("the step became too small at 4 h in `veins`", false)))));
    app
}

type State = (&'static str, fn((u16, u16)) -> App);

const STATES: [State; 14] = [
    ("model_scenario", |size| opened("p12_spect", Screen::Model, size)),
    ("model_broken", unsound),
    ("model_failed", without_success),
    ("model_result", |size| press(finished(size), &[Command::Model(model::Command::Show(model::Aspect::Plots))])),
    ("model_graph", |size| {
        let graph = Command::Model(model::Command::Show(model::Aspect::Graph));
        press(opened("netter1", Screen::Model, size), &[Command::Model(model::Command::OtherTab), graph])
    }),
    ("model_editor", |size| press(opened("p12_spect", Screen::Model, size), &[Command::Model(model::Command::Edit)])),
    ("model_mistake", mistaken),
    ("trial", |size| opened("netter1", Screen::Trial, size)),
    ("trial_none", |size| opened("p12_spect", Screen::Trial, size)),
    ("trial_running", trying),
    ("trial_tables", tried),
    ("runs", with_runs),
    ("runs_figures", with_figures),
    ("what_if_reading", |size| opened("netter1", Screen::WhatIf, size)),
];

#[test]
fn model_trial_and_runs_at_three_sizes() {
    for (name, state) in STATES {
        for size in SIZES {
            insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), text(&state(size)));
        }
    }
}

#[test]
fn they_are_drawn_at_every_size() {
    for (name, state) in STATES {
        let mut app = state((120, 40));
        for (width, height) in (1..=120).flat_map(|width| (1..=40).map(move |height| (width, height))) {
            app.size = (width, height);
            assert_eq!(text(&app).lines().count(), usize::from(height), "{name}");
        }
    }
}
