//! Every action of the screen through the shell's update, drawing at all sizes, and work on real run folders.

use std::path::{Path, PathBuf};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::*;
use crate::report::manifest::{Failure, InputFile, Manifest, Status};
use crate::report::runs::RunEntry;
use crate::report::{Axis, Cell, Column, Figure, Mark, Panel, RunFolder, Table};
use crate::session::project::{Entry, Project};
use crate::session::trial::TrialOptions;
use crate::session::work::Task;
use crate::tui::action::Command as Do;
use crate::tui::browse::Aspect;
use crate::tui::message::Message;
use crate::tui::screens;
use crate::tui::update::update;

fn manifest(verb: &str, status: Status, seed: u64) -> Manifest {
    Manifest {
        scenario: "one".into(),
        title: "A trial of two arms".into(),
        status,
        verb: verb.into(),
        options: [("patients".to_owned(), "200".to_owned())].into(),
        settings: [("kidneys.mass".to_owned(), "300 g".to_owned())].into(),
        seed: Some(seed),
        inputs: vec![InputFile { path: "scenarios/one/scenario.yaml".into(), sha256: "0123456789abcdef".into() }],
        figures: vec!["doses".into()],
        tables: vec!["tables/cohort.csv".into()],
        failures: vec![Failure { what: "arm adapted, solve".into(), count: 2, messages: Vec::new() }],
        ..Manifest::default()
    }
}

fn run(scenario: &str, name: &str, manifest: Option<Manifest>) -> RunEntry {
    let path = Path::new("/p/runs").join(scenario).join(name);
    RunEntry { scenario: scenario.into(), name: name.into(), path, partial: name.ends_with(".partial"), manifest }
}

const LATEST: &str = "20261103T100000Z-c.partial";
const MIDDLE: &str = "20261102T100000Z-b";
const FIRST: &str = "20261101T100000Z-a";
const KILLED: &str = "20261031T100000Z-d.partial";

fn app() -> App {
    let entry =
        |name: &str| Entry { name: name.into(), path: Path::new("/p/scenarios").join(name), title: String::new(), problems: String::new() };
    let mut app = App::new(Path::new("/p"), "p", (120, 36), true);
    let mut other = manifest("fit", Status::Done, 3);
    other.inputs[0].path = "scenarios/gone/scenario.yaml".into();
    app.project = Some(Project {
        folder: "/p".into(),
        scenarios: vec![entry("one")],
        runs: vec![
            run("one", FIRST, Some(manifest("trial", Status::Done, 1))),
            run("one", MIDDLE, Some(manifest("trial", Status::Done, 2))),
            run("one", LATEST, Some(manifest("trial", Status::Cancelled, 2))),
            run("one", KILLED, None),
            run("gone", "20261101T120000Z-e", Some(other)),
        ],
        ..Project::default()
    });
    app.scenario = Some("/p/scenarios/one".into());
    app.screen = Screen::Runs;
    app
}

fn ask_for(app: &mut App, command: Command) -> Vec<Effect> {
    update(app, Message::Do(Do::Runs(command)))
}

fn moves(app: &mut App, motion: Motion) -> Vec<Effect> {
    update(app, Message::Do(Do::Go(motion)))
}

fn said(app: &App) -> &str {
    app.notice.as_ref().map_or("", |notice| notice.text.as_str())
}

fn select(app: &mut App, name: &str) {
    let at = history::rows(app).iter().position(|run| run.name == name).unwrap();
    history::select(app, at);
}

fn tell(app: &mut App, ticket: Ticket, news: News) -> Vec<Effect> {
    update(app, Message::News(ticket, Box::new(screens::News::Runs(news))))
}

/// The work of an effect of this screen.
fn work(effects: &[Effect]) -> (Ticket, Work) {
    match effects {
        [Effect::Background(ticket, screens::Work::Runs(work)) | Effect::After(_, ticket, screens::Work::Runs(work))] => {
            (*ticket, work.clone())
        }
        other => panic!("{other:?}"),
    }
}

fn figure(name: &str) -> Figure {
    let line = Mark::Line { name: "kidneys".into(), x: vec![0.0, 1.0, 2.0], y: vec![3.0, 2.0, 1.0], style: Default::default() };
    let axis = |label: &str| Axis { label: label.into(), ..Axis::default() };
    let panel = Panel { x: axis("Time"), y: axis("Dose"), marks: vec![line], ..Panel::default() };
    Figure { name: name.into(), title: "Doses".into(), panels: vec![panel], ..Figure::default() }
}

fn table(dose_gy: f64) -> Table {
    let mut table = Table::new("cohort", "Cohort", vec![Column::text("target"), Column::number("dose", "Gy")]);
    table.push(vec!["kidneys".into(), Cell::Number(dose_gy)]);
    table
}

fn record() -> Record {
    Record { figures: vec![figure("doses"), figure("nadirs")], tables: vec![table(20.0)], words: Vec::new() }
}

fn frame(app: &App, width: u16, height: u16) -> String {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    draw(app, area, &mut buffer);
    (0..height).map(|y| (0..width).map(|x| buffer[(x, y)].symbol().to_owned()).collect::<String>() + "\n").collect()
}

#[test]
fn the_latest_run_comes_first_and_is_selected() {
    let mut app = app();
    let names: Vec<&str> = history::rows(&app).iter().map(|run| run.name.as_str()).collect();
    assert_eq!(names, [LATEST, MIDDLE, "20261101T120000Z-e", FIRST, KILLED]);
    assert_eq!(history::selected(&app).unwrap().name, LATEST);
    let text = frame(&app, 120, 33);
    for words in
        ["5 runs", "11-03 10:00 trial", "cancelled", "r` goes on", "patients = 200", "kidneys.mass = 300 g", "! arm adapted, solve: 2 ×"]
    {
        assert!(text.contains(words), "`{words}` is missing:\n{text}");
    }
    ask_for(&mut app, Command::OfScenario);
    assert_eq!(history::rows(&app).len(), 4);
    app.scenario = None;
    assert_eq!(history::rows(&app).len(), 5, "without a scenario all are listed");
}

#[test]
fn a_selected_run_stays_selected_and_is_read_soon() {
    let mut app = app();
    assert!(entered(&mut app).is_empty(), "an unfinished run has nothing to read");
    let effects = moves(&mut app, Motion::Rows(1));
    let (ticket, Work::Read(path)) = work(&effects) else { panic!("{effects:?}") };
    assert!(matches!(effects[..], [Effect::After(..)]) && path.ends_with(MIDDLE));
    assert!(entered(&mut app).is_empty(), "it is asked for once");
    tell(&mut app, ticket, News::Record(path, Box::new(Ok(record()))));
    assert!(entered(&mut app).is_empty());
    // a new run on top does not move the selection
    let newer = run("one", "20261104T100000Z-f", Some(manifest("run", Status::Done, 2)));
    app.project.as_mut().unwrap().runs.push(newer);
    assert_eq!(history::selected(&app).unwrap().name, MIDDLE);
    moves(&mut app, Motion::Enter);
    assert_eq!((app.runs.view, app.runs.pane), (View::Result, Pane::Detail));
    assert!(frame(&app, 120, 33).contains("Doses"));
    ask_for(&mut app, Command::Show(Aspect::Tables));
    assert!(frame(&app, 120, 33).contains("kidneys"));
    ask_for(&mut app, Command::Manifest);
    assert_eq!(app.runs.view, View::Manifest);
    for motion in [Motion::Last, Motion::First, Motion::Page(1), Motion::Rows(-1)] {
        moves(&mut app, motion);
    }
    ask_for(&mut app, Command::Show(Aspect::Figures));
    assert!(back(&mut app) && app.runs.view == View::Manifest);
    assert!(back(&mut app) && app.runs.pane == Pane::List);
    assert!(!back(&mut app));
}

#[test]
fn only_some_runs_are_held() {
    let mut app = app();
    for at in 0..40 {
        let path = PathBuf::from(format!("/p/runs/one/{at:02}"));
        tell(&mut app, Ticket(at), News::Record(path, Box::new(Ok(record()))));
    }
    assert!(app.results.len() <= 12, "{}", app.results.len());
}

#[test]
fn a_run_that_cannot_be_read_says_why() {
    let mut app = app();
    select(&mut app, FIRST);
    let (ticket, Work::Read(path)) = work(&ask_for(&mut app, Command::Show(Aspect::Tables))) else { panic!() };
    assert!(frame(&app, 120, 33).contains("reading the run"));
    tell(&mut app, ticket, News::Record(path, Box::new(Err("cannot read `cohort.csv`".into()))));
    assert!(frame(&app, 120, 33).contains("cannot read `cohort.csv`"));
}

#[test]
fn two_runs_are_compared() {
    let mut app = app();
    select(&mut app, FIRST);
    ask_for(&mut app, Command::Compare);
    assert!(said(&app).contains("mark a run with `m` first"));
    ask_for(&mut app, Command::Mark);
    assert!(frame(&app, 80, 21).contains("m✓"));
    ask_for(&mut app, Command::Compare);
    assert!(said(&app).contains("is the marked one"));
    select(&mut app, MIDDLE);
    let (ticket, Work::Compare(first, second)) = work(&ask_for(&mut app, Command::Compare)) else { panic!() };
    assert!(first.ends_with(FIRST) && second.ends_with(MIDDLE));
    assert!(frame(&app, 120, 33).contains("comparing …"));
    let line = |words: &str| difference::DiffLine { kind: difference::Kind::Plain, words: words.into() };
    tell(&mut app, Ticket(0), News::Compared(Ok(vec![line("stale")])));
    assert!(frame(&app, 120, 33).contains("comparing …"), "an older answer is dropped");
    tell(&mut app, ticket, News::Compared(Ok((0..100).map(|at| line(&format!("seed {at}"))).collect())));
    assert!(frame(&app, 120, 33).contains("seed 3"));
    moves(&mut app, Motion::Last);
    assert!(frame(&app, 120, 33).contains("seed 99"));
    assert!(back(&mut app));
    // marking again takes the mark away; an unreadable run has none
    select(&mut app, FIRST);
    ask_for(&mut app, Command::Mark);
    assert_eq!(app.runs.marked, None);
    select(&mut app, KILLED);
    ask_for(&mut app, Command::Mark);
    assert!(said(&app).contains("no manifest") && app.runs.marked.is_none());
}

#[test]
fn digests_are_checked_on_request() {
    let mut app = app();
    ask_for(&mut app, Command::Verify);
    assert!(said(&app).contains("not finished"));
    select(&mut app, FIRST);
    let (ticket, Work::Verify(path)) = work(&ask_for(&mut app, Command::Verify)) else { panic!() };
    assert!(frame(&app, 120, 33).contains("being checked"));
    tell(&mut app, Ticket(0), News::Verified(path.clone(), Ok(vec!["stale".into()])));
    assert!(!frame(&app, 120, 33).contains("stale"));
    tell(&mut app, ticket, News::Verified(path.clone(), Ok(Vec::new())));
    assert!(frame(&app, 120, 33).contains("every file is as it was written") && frame(&app, 120, 33).contains(" ✓="));
    let (ticket, _) = work(&ask_for(&mut app, Command::Verify));
    tell(&mut app, ticket, News::Verified(path, Ok(vec!["tables/cohort.csv: changed".into()])));
    let text = frame(&app, 120, 33);
    assert!(text.contains("! tables/cohort.csv: changed") && text.contains(" ✓!") && said(&app).contains("1 file differ"), "{text}");
}

#[test]
fn a_run_is_done_again_or_gone_on_with() {
    let mut app = app();
    let start = |effects: Vec<Effect>| match &effects[..] {
        [Effect::StartJob(_, request)] => request.clone(),
        other => panic!("{other:?}"),
    };
    select(&mut app, MIDDLE);
    let request = start(ask_for(&mut app, Command::Again));
    assert_eq!(request.task, Task::Trial(TrialOptions { patients: Some(200), seed: None }));
    assert_eq!((request.sets.as_slice(), request.resume), (&["kidneys.mass=300 g".to_owned()][..], false));
    assert_eq!(request.scenario, Path::new("/p/scenarios/one"));
    ask_for(&mut app, Command::Again);
    assert!(said(&app).contains("under way"));
    let mut app = self::app();
    moves(&mut app, Motion::Enter);
    assert!(said(&app).contains("cancelled") && said(&app).contains("`r` goes on"), "{}", said(&app));
    assert!(start(ask_for(&mut app, Command::Again)).resume);
    select(&mut app, "20261101T120000Z-e");
    ask_for(&mut app, Command::Again);
    assert!(said(&app).contains("is not in this project"));
    select(&mut app, KILLED);
    moves(&mut app, Motion::Enter);
    assert!(said(&app).contains("no manifest"));
    assert!(frame(&app, 120, 33).contains("--resume"));
}

#[test]
fn paths_and_commands_are_copied() {
    let mut app = app();
    select(&mut app, FIRST);
    assert!(matches!(&ask_for(&mut app, Command::CopyPath)[..], [Effect::Copy(text)] if *text == format!("/p/runs/one/{FIRST}")));
    let effects = ask_for(&mut app, Command::CopyCheck);
    assert!(matches!(&effects[..], [Effect::Copy(text)] if *text == format!("(cd '/p/runs/one/{FIRST}' && sha256sum -c SHA256SUMS)")));
    assert_eq!(asked::check_command(Path::new("/a'b")), r"(cd '/a'\''b' && sha256sum -c SHA256SUMS)");
}

#[test]
fn a_figure_is_sent_as_a_picture_on_request() {
    let mut app = app();
    ask_for(&mut app, Command::Picture);
    assert!(said(&app).contains("no result to show"));
    select(&mut app, FIRST);
    let (ticket, Work::Picture { png, protocol, cells }) = work(&ask_for(&mut app, Command::Picture)) else { panic!() };
    assert!(png.ends_with(format!("{FIRST}/figures/doses.png")) && protocol.is_none());
    assert_eq!(cells, (120, 35));
    tell(&mut app, ticket, News::Picture(Err("this terminal does not say".into())));
    assert!(said(&app).contains("does not say"));
    ask_for(&mut app, Command::Protocol);
    assert_eq!(app.prompt.as_ref().map(|prompt| prompt.text.as_str()), Some("auto"));
    app.prompt = None;
    assert!(answered(&mut app, "protocol", "jpeg").is_err());
    answered(&mut app, "protocol", "kitty").unwrap();
    // the figure that is looked at
    let path = history::selected(&app).unwrap().path.clone();
    tell(&mut app, Ticket(0), News::Record(path, Box::new(Ok(record()))));
    ask_for(&mut app, Command::Show(Aspect::Figures));
    moves(&mut app, Motion::Side(1));
    let (ticket, Work::Picture { png, protocol, .. }) = work(&ask_for(&mut app, Command::Picture)) else { panic!() };
    assert!(png.ends_with("nadirs.png") && protocol == Some(Protocol::Kitty));
    let effects = tell(&mut app, ticket, News::Picture(Ok(b"picture".to_vec())));
    assert!(matches!(&effects[..], [Effect::Picture(bytes)] if bytes == b"picture"));
    assert!(tell(&mut app, ticket, News::Picture(Ok(Vec::new()))).is_empty(), "it is shown once");
}

#[test]
fn searching_clicking_and_a_later_session() {
    let mut app = app();
    let (rows, present) = searchable(&app).unwrap();
    assert!(rows[1].contains("seed 2") && rows[3].contains("2026-11-01") && present == 0);
    go_to(&mut app, 3);
    assert_eq!(history::selected(&app).unwrap().name, FIRST);
    let area = Rect::new(0, 1, 120, 33);
    let areas = draw::areas(&app, area);
    clicked(&mut app, area, areas.rows.x + 4, areas.rows.y + 1);
    assert_eq!(history::selected(&app).unwrap().name, MIDDLE);
    clicked(&mut app, area, areas.content.x + 1, areas.content.y + 1);
    assert_eq!(app.runs.pane, Pane::Detail);
    assert!(searchable(&app).unwrap().0.iter().any(|line| line.contains("A trial of two arms")));
    go_to(&mut app, 2);
    moves(&mut app, Motion::Pane(1));
    ask_for(&mut app, Command::Mark);
    ask_for(&mut app, Command::OfScenario);
    app.runs.protocol = Some(Protocol::Sixel);
    let mut later = self::app();
    restored(&mut later, &kept(&app));
    assert_eq!((later.runs.marked.clone(), later.runs.of_scenario, later.runs.protocol), (app.runs.marked, true, Some(Protocol::Sixel)));
    restored(&mut later, &[("marked".into(), "runs/none".into()), ("pictures".into(), "?".into()), ("x".into(), "y".into())]);
    assert_eq!((later.runs.marked, later.runs.protocol), (None, None));
    assert!(undo(&mut self::app(), true).unwrap_err().contains("never changed"));
}

#[test]
fn every_size_is_drawn() {
    let mut with_record = app();
    select(&mut with_record, FIRST);
    let path = history::selected(&with_record).unwrap().path.clone();
    tell(&mut with_record, Ticket(0), News::Record(path, Box::new(Ok(record()))));
    let mut result = with_record.clone();
    result.runs.view = View::Result;
    let mut full = result.clone();
    (full.full_screen, full.runs.pane) = (true, Pane::Detail);
    for app in [&App::default(), &app(), &with_record, &result, &full] {
        for (width, height) in
            (0..=40).flat_map(|width| (0..=20).map(move |height| (width, height))).chain([(80, 21), (120, 33), (200, 57)])
        {
            frame(app, width, height);
        }
    }
    assert!(frame(&App::default(), 80, 21).contains("reading"));
    assert!(frame(&with_record, 200, 57).contains("Doses"), "the first figure stands below the manifest");
}

#[test]
fn work_on_real_folders() {
    let root = tempfile::tempdir().unwrap();
    let write = |seed: u64, dose_gy: f64, second: i64| {
        let started = jiff::Timestamp::from_second(second).unwrap();
        let mut folder = RunFolder::begin(root.path(), "one", "abcdef", started).unwrap();
        folder.write_table(&table(dose_gy)).unwrap();
        folder.draw(&figure("doses")).unwrap();
        folder.finish(manifest("trial", Status::Done, seed), "report").unwrap()
    };
    let (first, second) = (write(1, 20.0, 0), write(2, 22.0, 60));
    let News::Record(_, read) = carry_out(Work::Read(first.clone())) else { panic!() };
    let read = read.unwrap();
    assert_eq!((read.figures.len(), read.tables.len()), (1, 1));
    let News::Compared(Ok(lines)) = carry_out(Work::Compare(first.clone(), second.clone())) else { panic!() };
    assert!(lines.iter().any(|line| line.words.contains("kidneys · dose_gy: 20 → 22  (+10.000 %)")), "{lines:#?}");
    assert!(lines.iter().any(|line| line.words == "seed: 1 → 2"));
    assert!(matches!(carry_out(Work::Verify(first.clone())), News::Verified(_, Ok(found)) if found.is_empty()));
    std::fs::write(first.join("tables/cohort.csv"), "target,dose_gy\nkidneys,21\n").unwrap();
    assert!(matches!(carry_out(Work::Verify(first.clone())), News::Verified(_, Ok(found)) if found[0].contains("changed")));
    let picture = |protocol| carry_out(Work::Picture { png: first.join("figures/doses.png"), protocol: Some(protocol), cells: (80, 23) });
    assert!(matches!(picture(Protocol::Kitty), News::Picture(Ok(bytes)) if bytes.starts_with(b"\x1b_Ga=T")));
    assert!(matches!(picture(Protocol::Sixel), News::Picture(Ok(bytes)) if bytes.starts_with(b"\x1bPq")));
    let none = Work::Picture { png: first.join("figures/none.png"), protocol: Some(Protocol::Kitty), cells: (80, 23) };
    assert!(matches!(carry_out(none), News::Picture(Err(words)) if words.contains("none.png")));
    assert!(matches!(carry_out(Work::Compare(first, root.path().into())), News::Compared(Err(_))));
}
