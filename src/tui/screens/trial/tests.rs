//! Every action of the screen through the shell's update, and drawing at all sizes. The state is made by hand: no clock, no files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::*;
use crate::report::manifest::{InputFile, Manifest, Status};
use crate::report::runs::RunEntry;
use crate::report::{Cell, Column, Table};
use crate::session::job::Done;
use crate::session::live::{ArmLive, BINS, Live, QuantityLive};
use crate::session::project::{Entry, Project};
use crate::session::trial::{PowerOptions, TrialOptions};
use crate::session::work::{Failed, Outcome, Progress, Task};
use crate::tui::action::Command as Do;
use crate::tui::message::Message;
use crate::tui::record::Record;
use crate::tui::sheet::Sheet;
use crate::tui::update::update;

const SCENARIO: &str = "/p/scenarios/one";

fn path() -> PathBuf {
    PathBuf::from(SCENARIO)
}

fn declared() -> Declared {
    Declared {
        patients: 400,
        seed: 7,
        arms: vec![("fixed".into(), "fixed 4 × 7.4 GBq".into()), ("adapted".into(), "until 23 Gy; number of cycles adapted".into())],
        link_tag: "null: no link from dose to outcome".into(),
        link: "No causal link from absorbed dose to hazard.".into(),
        design: vec!["accrual 24 months, follow-up 36 months".into()],
        power: Some(super::declared::DeclaredPower { replicates: 2000, sizes: vec![100, 200], hypotheses: vec!["no causal link".into()] }),
    }
}

fn entry(name: &str) -> Entry {
    Entry { name: name.into(), path: Path::new("/p/scenarios").join(name), title: name.into(), problems: String::new() }
}

/// The screen on a project of two scenarios, the first with a trial.
fn app() -> App {
    let mut app = App::new(Path::new("/p"), "p", (120, 36), true);
    app.project = Some(Project { folder: "/p".into(), scenarios: vec![entry("one"), entry("other")], ..Project::default() });
    app.sheets.insert(path(), Sheet { tries: true, ..Sheet::default() });
    app.scenario = Some(path());
    app.screen = Screen::Trial;
    let effects = entered(&mut app);
    let [Effect::Background(ticket, _)] = effects[..] else { panic!("{effects:?}") };
    tell(&mut app, ticket, path(), Ok(declared()));
    app
}

fn tell(app: &mut App, ticket: Ticket, path: PathBuf, declared: Result<Declared, String>) {
    let news = crate::tui::screens::News::Trial(News::Declared(path, Box::new(declared)));
    update(app, Message::News(ticket, Box::new(news)));
}

fn ask_for(app: &mut App, command: Command) -> Vec<Effect> {
    update(app, Message::Do(Do::Trial(command)))
}

fn moves(app: &mut App, motion: Motion) -> Vec<Effect> {
    update(app, Message::Do(Do::Go(motion)))
}

fn types(app: &mut App, text: &str) {
    update(app, Message::Do(Do::EraseAll));
    text.chars().for_each(|character| _ = update(app, Message::Do(Do::Type(character))));
    update(app, Message::Do(Do::Accept));
}

fn request(effects: &[Effect]) -> (Ticket, crate::session::job::Request) {
    let found = effects.iter().find_map(|effect| match effect {
        Effect::StartJob(ticket, request) => Some((*ticket, request.clone())),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no job in {effects:?}"))
}

fn said(app: &App) -> &str {
    app.notice.as_ref().map_or("", |notice| notice.text.as_str())
}

pub(crate) fn live() -> TrialLive {
    let quantity = |name: &str, tag: &str, share: bool, shift: f64| QuantityLive {
        name: name.into(),
        unit: if share { "% of patients" } else { "Gy" }.into(),
        tag: tag.into(),
        is_probability: name.contains("TCP"),
        count: 192,
        mean: 20.0 + shift,
        standard_error: Some(0.4),
        share_interval: share.then_some((15.0, 26.0)),
        quantiles: [10.0, 15.0, 19.0, 25.0, 33.0].map(|value| value + shift),
        histogram: (8.0, 40.0, if share { Vec::new() } else { (0..BINS as u64).map(|bin| bin * (BINS as u64 - bin) / 8).collect() }),
        outside: (1, 3),
        difference: (shift != 0.0).then_some((shift, 0.1)),
    };
    let arm = |name: &str, shift: f64, failures: usize| ArmLive {
        name: name.into(),
        failures,
        quantities: vec![
            quantity("kidneys dose", "simulated", false, shift),
            quantity("kidneys BED", "simulated", false, shift),
            quantity("kidneys NTCP: kidney_bed", "transferred", false, shift),
            quantity("platelets grade 3 or 4", "simulated", true, shift),
            quantity("pfs time", "HYPOTHESIS: link to dose", false, shift),
            quantity("tumour TCP: guess", "assumed", false, shift),
            QuantityLive { name: "lesions, best change".into(), ..QuantityLive::default() },
        ],
    };
    TrialLive {
        finished: 256,
        patients: 400,
        resumed: 64,
        counted: 192,
        failures: 2,
        rate_per_s: 52.0,
        link: "No causal link".into(),
        arms: vec![arm("fixed", 0.0, 0), arm("adapted", -1.5, 2)],
    }
}

fn progress(app: &mut App, ticket: Ticket) {
    let live = Some(Live::Trial(Arc::new(live())));
    let step = "256 of 400 virtual patients, 52 a second".into();
    update(app, Message::JobProgress(ticket, Progress { step, done: 0.6, left_s: Some(2.8), live }));
}

fn running() -> (App, Ticket) {
    let mut app = app();
    let (ticket, _) = request(&ask_for(&mut app, Command::Start));
    progress(&mut app, ticket);
    (app, ticket)
}

fn outcome() -> Outcome {
    let table = |name: &str| {
        let mut table = Table::new(name, name, vec![Column::text("arm"), Column::number("mean", "Gy")]);
        table.push(vec!["adapted".into(), Cell::Number(19.0)]);
        table
    };
    Outcome {
        tables: ["cohort", "cohort_differences", "drawn", "survival", "groups"].map(table).to_vec(),
        findings: vec!["No causal link.".into()],
        ..Outcome::default()
    }
}

fn finish(app: &mut App, ticket: Ticket, result: Result<Outcome, Failed>) {
    let result = result.map(|outcome| Done { outcome, published: None });
    update(app, Message::JobFinished(ticket, Box::new(result)));
}

fn cancelled() -> Failed {
    Failed::cancelled("cancelled after 256 of 400 virtual patients; marked cancelled in runs/one/x.partial; `--resume` goes on")
}

fn frame(app: &App, width: u16, height: u16) -> String {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    draw(app, area, &mut buffer);
    (0..height).map(|y| (0..width).map(|x| buffer[(x, y)].symbol().to_owned()).collect::<String>() + "\n").collect()
}

#[test]
fn a_trial_starts_with_what_the_scenario_declares() {
    let mut app = app();
    let (_, request) = request(&ask_for(&mut app, Command::Start));
    assert_eq!(request.task, Task::Trial(TrialOptions { patients: None, seed: None }));
    assert!(request.runs_root.is_some() && !request.resume);
    assert_eq!((app.trial.view, app.trial.pane), (View::Running, Pane::Shown));
    // a second start is refused with its reason
    assert!(ask_for(&mut app, Command::Start).is_empty());
    assert!(said(&app).contains("under way"), "{}", said(&app));
    assert!(frame(&app, 120, 33).contains("The first patients are under way"));
}

#[test]
fn size_seed_and_replicates_are_typed_taken_back_and_reset() {
    let mut app = app();
    moves(&mut app, Motion::Enter);
    assert_eq!(app.prompt.as_ref().map(|prompt| prompt.text.as_str()), Some("400"));
    types(&mut app, "many");
    assert!(app.prompt.as_ref().is_some_and(|prompt| prompt.error.as_ref().is_some_and(|error| error.contains("whole number"))));
    types(&mut app, "2 000");
    assert!(app.prompt.is_none());
    moves(&mut app, Motion::Rows(1));
    moves(&mut app, Motion::Enter);
    types(&mut app, "12");
    moves(&mut app, Motion::Rows(1));
    moves(&mut app, Motion::Enter);
    types(&mut app, "50");
    let options = TrialOptions { patients: Some(2000), seed: Some(12) };
    let (_, of_power) = request(&ask_for(&mut app, Command::Power));
    assert_eq!(of_power.task, Task::Power(PowerOptions { trial: options, replicates: Some(50) }));
    let (_, of_trial) = request(&ask_for(&mut app, Command::Start));
    assert_eq!(of_trial.task, Task::Trial(options));
    assert_eq!(of_trial.command, "rpt trial scenarios/one --patients 2000 --seed 12");
    // back one by one, and again
    update(&mut app, Message::Do(Do::Undo(true)));
    update(&mut app, Message::Do(Do::Undo(true)));
    assert_eq!(settings::current(&app), Settings { patients: Some(2000), ..Settings::default() });
    update(&mut app, Message::Do(Do::Undo(false)));
    assert_eq!(settings::current(&app).seed, Some(12));
    ask_for(&mut app, Command::Reset);
    assert_eq!(settings::current(&app), Settings::default());
    ask_for(&mut app, Command::Reset);
    assert!(said(&app).contains("those of the scenario"));
    // a value as declared is none of the user's
    assert!(answered(&mut app, "patients", "400").is_ok() && answered(&mut app, "seed", "7").is_ok());
    assert_eq!(settings::current(&app), Settings::default());
    assert!(answered(&mut app, "patients", "0").is_err() && answered(&mut app, "seed", "-1").is_err());
}

#[test]
fn settings_are_found_again_by_a_later_session() {
    let mut before = app();
    answered(&mut before, "patients", "200").unwrap();
    answered(&mut before, "seed", "0").unwrap();
    let mut later = app();
    let mut words = kept(&before);
    words.push(("patients scenarios/other".into(), "no number".into()));
    words.push(("nonsense".into(), "1".into()));
    restored(&mut later, &words);
    assert_eq!(settings::current(&later), Settings { patients: Some(200), seed: Some(0), replicates: None });
    assert_eq!(later.trial.settings.len(), 1);
}

#[test]
fn distributions_are_listed_with_what_they_rest_on() {
    let (mut app, _) = running();
    let text = frame(&app, 120, 33);
    for words in [
        "kidneys dose, Gy",
        "simulated",
        "transferred",
        "HYPOTHESIS: link to dose",
        "19.0 (10.0–33.0)",
        "-1.50 ±0.100",
        "failed: adapted 2",
    ] {
        assert!(text.contains(words), "`{words}` is missing:\n{text}");
    }
    assert!(text.contains("192 of 400 patients counted, 64 taken over"), "{text}");
    assert!(text.contains("3 s left") && text.contains("52 a second"), "{text}");
    assert!(text.contains("null: no link from dose to outcome"));
    moves(&mut app, Motion::Rows(3));
    assert_eq!(app.trial.quantity, 3);
    moves(&mut app, Motion::Enter);
    let text = frame(&app, 120, 33);
    assert!(text.contains("18.5 % of patients (95 % interval 15.0 to 26.0)"), "{text}");
    assert!(back(&mut app) && !app.trial.alone);
    moves(&mut app, Motion::Last);
    assert_eq!(app.trial.quantity, 6);
    moves(&mut app, Motion::First);
    moves(&mut app, Motion::Page(1));
    assert_eq!(app.trial.quantity, 4);
    assert!(back(&mut app), "to the settings");
    assert!(!back(&mut app));
}

#[test]
fn a_paused_trial_says_how_far_it_is_and_goes_on_with_the_same_options() {
    let mut app = app();
    answered(&mut app, "patients", "400").unwrap();
    answered(&mut app, "seed", "3").unwrap();
    let (ticket, first) = request(&ask_for(&mut app, Command::Start));
    progress(&mut app, ticket);
    let effects = ask_for(&mut app, Command::Pause);
    assert!(matches!(effects[..], [Effect::CancelJob(of)] if of == ticket), "{effects:?}");
    assert!(said(&app).contains("pausing"));
    ask_for(&mut app, Command::Pause);
    assert!(said(&app).contains("no trial"), "a stop is asked for once: {}", said(&app));
    finish(&mut app, ticket, Err(cancelled()));
    assert!(said(&app).contains("paused at 256 of 400 patients"), "{}", said(&app));
    // what was seen stays in sight
    let text = frame(&app, 120, 33);
    assert!(text.contains("paused at 256 of 400") && text.contains("kidneys dose"), "{text}");
    // other settings meanwhile do not matter
    answered(&mut app, "seed", "4").unwrap();
    let (again, request) = request(&ask_for(&mut app, Command::Resume));
    assert_eq!((request.task, request.resume), (first.task, true));
    finish(&mut app, again, Ok(outcome()));
    assert!(ask_for(&mut app, Command::Resume).is_empty());
    assert!(said(&app).contains("was stopped"), "{}", said(&app));
}

#[test]
fn an_unfinished_run_of_an_earlier_session_is_resumed() {
    let mut app = app();
    let mut options = std::collections::BTreeMap::new();
    options.insert("patients".to_owned(), "500".to_owned());
    let manifest = Manifest {
        status: Status::Cancelled,
        verb: "trial".into(),
        options,
        inputs: vec![InputFile { path: "scenarios/one/scenario.yaml".into(), sha256: String::new() }],
        settings: [("kidneys.mass".to_owned(), "300 g".to_owned())].into(),
        ..Manifest::default()
    };
    let run = |name: &str, partial: bool, manifest: &Manifest| RunEntry {
        scenario: "one".into(),
        name: name.into(),
        path: Path::new("/p/runs/one").join(name),
        partial,
        manifest: Some(manifest.clone()),
    };
    let unfinished = run("20260101T000000Z-a.partial", true, &manifest);
    app.project.as_mut().unwrap().runs = vec![unfinished.clone()];
    let (_, request) = request(&ask_for(&mut app, Command::Resume));
    assert_eq!(request.task, Task::Trial(TrialOptions { patients: Some(500), seed: None }));
    assert_eq!((request.sets, request.resume), (vec!["kidneys.mass=300 g".to_owned()], true));
    // a later finished trial makes it stale; that one is read back where it is asked for
    let mut app = self::app();
    let finished = Manifest { status: Status::Done, ..manifest };
    app.project.as_mut().unwrap().runs = vec![unfinished, run("20260102T000000Z-b", false, &finished)];
    assert!(running::can_resume(&app).is_err());
    let effects = ask_for(&mut app, Command::Show(Aspect::Tables));
    assert!(matches!(&effects[..], [Effect::ReadRun(_, path)] if path.ends_with("20260102T000000Z-b")), "{effects:?}");
    let read = Record { tables: outcome().tables, ..Record::default() };
    update(&mut app, Message::RunRead(Ticket(9), "/p/runs/one/20260102T000000Z-b".into(), Box::new(Ok(read))));
    assert!(frame(&app, 120, 33).contains("of an earlier session"));
}

#[test]
fn the_result_comes_with_outcomes_and_differences_first() {
    let (mut app, ticket) = running();
    finish(&mut app, ticket, Ok(outcome()));
    assert_eq!((app.trial.view, app.trial.outcomes.wanted), (View::Outcomes, Aspect::Tables));
    let names: Vec<&str> = results::record(&app).unwrap().tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["survival", "cohort_differences", "groups", "cohort", "drawn"]);
    assert!(!draw::title(&app).contains("immortal"));
    moves(&mut app, Motion::Side(1));
    moves(&mut app, Motion::Side(1));
    // the table of groups that nobody randomised
    assert!(draw::title(&app).contains("not randomised: immortal time"), "{}", draw::title(&app));
    ask_for(&mut app, Command::Show(Aspect::Findings));
    assert!(frame(&app, 120, 33).contains("No causal link."));
    // what was seen under way can be seen again
    ask_for(&mut app, Command::Running);
    assert!(frame(&app, 120, 33).contains("kidneys dose"));
    ask_for(&mut app, Command::Other);
    assert!(said(&app).contains("`w` computes it"));
}

#[test]
fn a_failure_leaves_the_last_result_and_is_said() {
    let (mut app, ticket) = running();
    finish(&mut app, ticket, Ok(outcome()));
    let (ticket, _) = request(&ask_for(&mut app, Command::Start));
    finish(&mut app, ticket, Err(Failed::because("the disk is gone")));
    assert!(results::record(&app).is_some());
    assert!(frame(&app, 120, 33).contains("failed: the disk is gone"));
    assert!(running::can_resume(&app).is_err());
}

#[test]
fn power_asks_for_what_it_needs() {
    let mut app = app();
    answered(&mut app, "patients", "150").unwrap();
    ask_for(&mut app, Command::Power);
    assert!(said(&app).contains("200 patients cannot be drawn from a pool of 150"), "{}", said(&app));
    ask_for(&mut app, Command::Reset);
    let (ticket, _) = request(&ask_for(&mut app, Command::Power));
    assert_eq!(app.trial.view, View::Power);
    assert!(draw::title(&app).contains("hypotheses, supposed"));
    ask_for(&mut app, Command::Power);
    assert!(said(&app).contains("under way"));
    finish(&mut app, ticket, Ok(outcome()));
    assert!(results::record(&app).is_some());
    assert_eq!(app.trial.power.wanted, Aspect::Tables);
    // without a plan for it
    let reading = app.last_reading;
    app.trial.declared.insert(path(), (reading, Ok(Declared { power: None, ..declared() })));
    ask_for(&mut app, Command::Power);
    assert!(said(&app).contains("declares no `trial: {power: …}`"));
    assert_eq!(Field::of(&app).len(), 2);
}

#[test]
fn a_scenario_without_a_cohort_says_so_and_names_others() {
    let mut app = app();
    app.scenario = Some("/p/scenarios/other".into());
    let effects = entered(&mut app);
    let [Effect::Background(ticket, _)] = effects[..] else { panic!("{effects:?}") };
    // an answer to an older question is not taken
    tell(&mut app, Ticket(0), "/p/scenarios/other".into(), Ok(declared()));
    assert!(settings::declared(&app).is_none());
    tell(&mut app, ticket, "/p/scenarios/other".into(), Err("`other` declares no `cohort`, so there are no virtual patients".into()));
    let text = frame(&app, 80, 21);
    assert!(text.contains("declares no `cohort`") && text.contains("With virtual patients: one."), "{text}");
    ask_for(&mut app, Command::Start);
    assert!(said(&app).contains("declares no `cohort`"));
    moves(&mut app, Motion::Enter);
    assert!(app.prompt.is_none());
}

#[test]
fn an_assumed_link_stands_in_every_heading() {
    let (mut app, ticket) = running();
    let reading = app.last_reading;
    let link_tag = "HYPOTHESIS, assumed: -0.02 log hazard per Gy".to_owned();
    app.trial.declared.insert(path(), (reading, Ok(Declared { link_tag, ..declared() })));
    assert!(draw::title(&app).contains("HYPOTHESIS, assumed: -0.02"));
    finish(&mut app, ticket, Ok(outcome()));
    for aspect in Aspect::ALL {
        ask_for(&mut app, Command::Show(aspect));
        assert!(frame(&app, 120, 33).lines().next().unwrap().contains("HYPOTHESIS, assumed"));
    }
}

#[test]
fn searching_and_clicking_go_to_a_quantity() {
    let (mut app, _) = running();
    let (rows, present) = searchable(&app).unwrap();
    assert_eq!((rows[4].as_str(), present), ("pfs time", 0));
    go_to(&mut app, 4);
    assert_eq!(app.trial.quantity, 4);
    let area = Rect::new(0, 1, 120, 33);
    let areas = draw::areas(&app, area);
    app.trial.quantity = 0;
    // heading and two arms each: the second quantity begins on line 2 + 3
    clicked(&mut app, area, areas.content.x + 3, areas.content.y + 5);
    assert_eq!(app.trial.quantity, 1);
    clicked(&mut app, area, areas.settings.x + 5, areas.settings.y + 2);
    assert_eq!((app.trial.pane, app.prompt.as_ref().map(|prompt| prompt.what.as_str())), (Pane::Settings, Some("seed")));
}

#[test]
fn every_size_is_drawn() {
    let (mut with_live, ticket) = running();
    let empty = App::default();
    let mut paused = with_live.clone();
    finish(&mut paused, ticket, Err(cancelled()));
    let mut alone = with_live.clone();
    alone.trial.alone = true;
    let mut full = with_live.clone();
    full.full_screen = true;
    finish(&mut with_live, ticket, Ok(outcome()));
    for app in [&empty, &app(), &with_live, &paused, &alone, &full] {
        for (width, height) in
            (0..=40).flat_map(|width| (0..=20).map(move |height| (width, height))).chain([(80, 21), (120, 33), (200, 57)])
        {
            frame(app, width, height);
        }
    }
}

#[test]
fn a_tall_terminal_shows_the_chosen_quantity_below_the_list() {
    let (app, _) = running();
    let text = frame(&app, 200, 57);
    assert!(text.contains("half within 15.0 to 25.0, 90 % within 10.0 to 33.0") && text.contains("1 below and 3 above the axis"), "{text}");
    // at 80 columns everything of a row has room
    let text = frame(&app, 80, 21);
    assert!(text.contains("kidneys dose, Gy") && text.contains("19.0 (10.0–33.0)"), "{text}");
}
