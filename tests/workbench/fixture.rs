//! A project and an outcome made by hand, without a clock. The numbers are round on purpose: nothing here is a result.

use std::path::{Path, PathBuf};

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use rptbench::report::manifest::Status;
use rptbench::report::runs::RunEntry;
use rptbench::report::{Axis, BarSeries, Column, Figure, InputFile, Manifest, Mark, Panel, Style, Table};
use rptbench::session::job::Done;
use rptbench::session::project::{Entry, Project};
use rptbench::session::publish::Published;
use rptbench::session::work::{Failed, Outcome, Progress, Task};
use rptbench::tui::action::Command;
use rptbench::tui::app::App;
use rptbench::tui::message::{Effect, Message, Ticket};
use rptbench::tui::sheet::Sheet;
use rptbench::tui::start::{With, start};
use rptbench::tui::update::{begin, update};
use rptbench::tui::view::view;

pub const FOLDER: &str = "project";

pub const PROBLEMS: &str = "\
error: unknown parameter `kidney.density`
 --> scenarios/broken/scenario.yaml:9:5
  |
9 |     kidney.density: 31 nmol/L
  |     ^^^^^^^^^^^^^^ not a parameter of model `psma`
  |
  = help: did you mean `kidneys.density`?";

fn entry(name: &str, folder: &str, file: &str, title: &str, problems: &str) -> Entry {
    Entry { name: name.into(), path: Path::new(FOLDER).join(folder).join(file), title: title.into(), problems: problems.into() }
}

pub fn project() -> Project {
    let done = Manifest {
        scenario: "patient_1".into(),
        title: "First patient".into(),
        status: Status::Done,
        started: "2026-01-02T03:04:05Z".into(),
        wall_time_s: 1.25,
        version: "0.1.0".into(),
        command: "rpt run scenarios/patient_1".into(),
        inputs: vec![InputFile { path: "scenarios/patient_1/scenario.yaml".into(), sha256: "0123456789abcdef".repeat(4) }],
        figures: vec!["activity".into()],
        tables: vec!["tables/doses.csv".into()],
        ..Manifest::default()
    };
    let cancelled = Manifest { status: Status::Cancelled, ..done.clone() };
    let run = |name: &str, partial, manifest| RunEntry {
        scenario: "patient_1".into(),
        name: name.into(),
        path: Path::new(FOLDER).join("runs/patient_1").join(name),
        partial,
        manifest,
    };
    Project {
        folder: FOLDER.into(),
        models: vec![entry("psma", "models", "psma.yaml", "Whole-body model of a PSMA ligand", "")],
        scenarios: vec![
            entry("broken", "scenarios/broken", "", "", PROBLEMS),
            entry("patient_1", "scenarios/patient_1", "", "First patient, four cycles of 7.4 GBq", ""),
            entry("patient_2", "scenarios/patient_2", "", "Second patient", ""),
        ],
        runs: vec![
            run("20260102T030405Z-0123456789ab", false, Some(done)),
            run("20260103T030405Z-0123456789ab.partial", true, Some(cancelled)),
        ],
        problems: Vec::new(),
    }
}

fn curve(name: &str, peak: f64, half_life_h: f64, index: usize) -> Mark {
    let x: Vec<f64> = (0..=168).map(f64::from).collect();
    let y = x.iter().map(|t| peak * (0.5_f64.powf(t / half_life_h) - 0.5_f64.powf(t / 2.0))).collect();
    Mark::Line { name: name.into(), x, y, style: Style::indexed(index) }
}

fn activity() -> Figure {
    let measured = Mark::Points {
        name: "Kidneys".into(),
        x: vec![4.0, 24.0, 72.0, 168.0],
        y: vec![150.0, 155.0, 80.0, 22.0],
        low: Some(vec![130.0, 140.0, 65.0, 15.0]),
        high: Some(vec![170.0, 170.0, 95.0, 29.0]),
        style: Style::indexed(0),
    };
    Figure {
        name: "activity".into(),
        title: "Activity of organs and lesions".into(),
        subtitle: Some("First patient".into()),
        panels: vec![
            Panel {
                title: Some("Organs".into()),
                x: Axis::linear("Time after injection", "h"),
                y: Axis::linear("Activity", "MBq"),
                marks: vec![curve("Kidneys", 220.0, 50.0, 0), measured, curve("Salivary glands", 90.0, 30.0, 1)],
                ..Panel::default()
            },
            Panel {
                title: Some("Lesion".into()),
                x: Axis::linear("Time after injection", "h"),
                y: Axis::log10("Activity", "MBq"),
                marks: vec![curve("Lesion", 60.0, 90.0, 2), Mark::HorizontalLine { y: 10.0, label: "limit".into() }],
                ..Panel::default()
            },
        ],
        columns: 2,
        caption: vec!["Measured values with one standard deviation.".into()],
    }
}

fn doses_figure() -> Figure {
    let series = BarSeries {
        name: "Absorbed dose".into(),
        values: vec![4.0, 8.0, 40.0],
        low: Some(vec![3.5, 7.0, 30.0]),
        high: Some(vec![4.5, 9.0, 50.0]),
        style: Style::solid(0),
    };
    Figure {
        name: "doses".into(),
        title: "Absorbed dose of one cycle".into(),
        panels: vec![Panel {
            x: Axis::of_categories("", vec!["Kidneys".into(), "Salivary glands".into(), "Lesion".into()]),
            y: Axis::linear("Absorbed dose", "Gy"),
            marks: vec![Mark::Bars { series: vec![series], stacked: false }],
            ..Panel::default()
        }],
        ..Figure::default()
    }
}

pub fn outcome() -> Outcome {
    let columns = || vec![Column::text("target"), Column::number("absorbed_dose", "Gy"), Column::number("bed", "Gy")];
    let mut doses = Table::new("doses", "Doses of one cycle", columns());
    doses.push(vec!["Kidneys".into(), 4.0.into(), 4.25.into()]);
    doses.push(vec!["Salivary glands".into(), 8.0.into(), None::<f64>.into()]);
    doses.push(vec!["Lesion".into(), 40.0.into(), 44.0.into()]);
    doses.notes.push("BED with the repair of external-beam studies (transferred).".into());
    let mut balance = Table::new("balance", "Balance of activity", columns());
    balance.push(vec!["all".into(), 1.0.into(), 0.0.into()]);
    Outcome {
        scenario: "patient_1".into(),
        title: "First patient, four cycles of 7.4 GBq".into(),
        tables: vec![doses, balance],
        figures: vec![activity(), doses_figure()],
        findings: vec!["The kidneys get 4.00 Gy in one cycle.".into()],
        assumptions: vec!["hematocrit 0.45 is assumed".into()],
        evidence: vec!["kidney toxicity by BED: transferred from external beam".into()],
        ..Outcome::default()
    }
}

pub fn done() -> Done {
    Done { outcome: outcome(), published: Some(Published { folder: Path::new(FOLDER).join("runs/patient_1/new"), figures: Vec::new() }) }
}

pub fn failed(sentence: &str, cancelled: bool) -> Failed {
    Failed { cancelled, ..Failed::because(sentence) }
}

fn sheet() -> Sheet {
    let row = |label: &str, words: &str| (label.to_owned(), words.to_owned());
    Sheet {
        rows: vec![
            row("Model", "psma — Whole-body model of a PSMA ligand"),
            row("Nuclide", "Lu-177, half-life 6.65 d"),
            row("Given", "7.40 GBq at 0 h over 10.0 min, vein"),
            row("Doses of", "Kidneys, Salivary glands, Lesion"),
            row("Assumed", "hematocrit 0.45 is assumed: it is not published for this patient"),
        ],
        warnings: String::new(),
        fits: false,
        tries: true,
    }
}

/// The number that the latest effect of a kind bears.
pub fn ticket(effects: &[Effect]) -> Ticket {
    effects
        .iter()
        .rev()
        .find_map(|effect| match effect {
            Effect::ReadProject(ticket, _) | Effect::ReadRun(ticket, _) | Effect::StartJob(ticket, _) => Some(*ticket),
            _ => None,
        })
        .expect("an effect with an answer")
}

/// A workbench that has not read its folder yet.
pub fn fresh(size: (u16, u16)) -> App {
    App::new(Path::new(FOLDER), FOLDER, size, true)
}

/// A workbench that has read the project; the first scenario that can be used is the current one.
pub fn opened(size: (u16, u16)) -> App {
    let mut app = fresh(size);
    let reading = ticket(&begin(&mut app));
    update(&mut app, Message::ProjectRead(reading, Ok(project())));
    for entry in &project().scenarios[1..] {
        update(&mut app, Message::SheetRead(reading, entry.path.clone(), sheet()));
    }
    app
}

pub fn ask(app: &mut App, command: Command) -> Vec<Effect> {
    update(app, Message::Do(command))
}

pub fn typed(app: &mut App, words: &str) {
    for character in words.chars() {
        ask(app, Command::Type(character));
    }
}

/// The current scenario.
pub fn scenario(app: &App) -> PathBuf {
    app.scenario.clone().expect("a current scenario")
}

/// A workbench with a running job.
pub fn running(size: (u16, u16)) -> App {
    let mut app = opened(size);
    let path = scenario(&app);
    let job = ticket(&start(&mut app, &path, Task::Run, With::default()));
    let progress = Progress { step: "comparing regimens".into(), done: 0.62, left_s: Some(200.0), live: None };
    update(&mut app, Message::JobProgress(job, progress));
    app
}

/// A workbench whose job has ended well.
pub fn finished(size: (u16, u16)) -> App {
    let mut app = opened(size);
    let path = scenario(&app);
    let job = ticket(&start(&mut app, &path, Task::Run, With::default()));
    let effects = update(&mut app, Message::JobFinished(job, Box::new(Ok(done()))));
    let reading = ticket(&effects);
    update(&mut app, Message::ProjectRead(reading, Ok(project())));
    app
}

/// The sizes of the frames that are kept.
pub const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 60)];

/// The whole screen as a user sees it.
pub fn drawn(app: &App, (width, height): (u16, u16)) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a test terminal");
    terminal
        .draw(|frame| {
            view(app, frame);
        })
        .expect("drawn");
    terminal.backend().buffer().clone()
}

/// Its text, line by line.
pub fn text(app: &App) -> String {
    let buffer = drawn(app, app.size);
    let row = |y| (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (0..buffer.area.height).map(|y| row(y).trim_end().to_owned() + "\n").collect()
}
