//! Messages in, state and effects out.

use std::path::Path;

use rptbench::session::work::{Progress, Task};
use rptbench::tui::action::Command;
use rptbench::tui::app::{Aspect, Overlay, Pane, Section};
use rptbench::tui::message::{Effect, Message};
use rptbench::tui::record::Record;
use rptbench::tui::update::update;

use crate::fixture::{FOLDER, ask, done, failed, finished, fresh, opened, outcome, project, running, ticket};

const SIZE: (u16, u16) = (80, 24);

fn name(app: &rptbench::tui::app::App) -> String {
    app.item().map(|item| item.name().to_owned()).unwrap_or_default()
}

fn notice(app: &rptbench::tui::app::App) -> &str {
    app.notice.as_ref().map_or("", |notice| &notice.text)
}

#[test]
fn the_list_stops_at_both_ends() {
    let mut app = opened(SIZE);
    ask(&mut app, Command::First);
    assert_eq!(name(&app), "broken");
    ask(&mut app, Command::Move(-1));
    assert_eq!(name(&app), "broken");
    ask(&mut app, Command::Last);
    ask(&mut app, Command::Move(1));
    assert_eq!(name(&app), "patient_2");
}

#[test]
fn enter_starts_a_run_that_is_published_and_s_one_that_is_not() {
    let mut app = opened(SIZE);
    let effects = ask(&mut app, Command::Enter);
    let [Effect::StartJob(_, request)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((request.task.clone(), request.runs_root.as_deref()), (Task::Run, Some(Path::new(FOLDER).join("runs").as_path())));
    assert_eq!(request.command, "rpt run scenarios/patient_1");
    ask(&mut app, Command::Move(1));
    let effects = ask(&mut app, Command::Simulate);
    let [Effect::StartJob(_, request)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((request.task.clone(), request.runs_root.as_deref()), (Task::Simulate, None));
    assert_eq!(app.jobs.len(), 2, "scenarios run side by side");
}

#[test]
fn the_newest_request_wins_and_a_stale_result_is_dropped() {
    let mut app = opened(SIZE);
    let first = ticket(&ask(&mut app, Command::Enter));
    let effects = ask(&mut app, Command::Enter);
    let second = ticket(&effects);
    assert!(matches!(effects[0], Effect::CancelJob(cancelled) if cancelled == first));
    let mut other = done();
    other.outcome.tables.clear();
    assert!(update(&mut app, Message::JobFinished(first, Box::new(Ok(other)))).is_empty());
    update(&mut app, Message::JobProgress(first, Progress { step: "late".into(), done: 0.9, left_s: None }));
    assert!(app.record().is_none());
    assert_eq!(app.job().map(|job| job.progress.done), Some(0.0));
    update(&mut app, Message::JobFinished(second, Box::new(Ok(done()))));
    assert_eq!(app.record(), Some(&Record::from(outcome())));
    assert!(app.jobs.is_empty());
}

#[test]
fn a_finished_run_is_shown_and_the_folder_read_again() {
    let app = finished(SIZE);
    assert_eq!(app.shown(), Aspect::Figures);
    assert!(notice(&app).contains("runs/patient_1/new"), "{}", notice(&app));
    assert_eq!(app.reading, None);
}

#[test]
fn a_result_of_another_row_does_not_change_what_is_shown() {
    let mut app = opened(SIZE);
    let job = ticket(&ask(&mut app, Command::Enter));
    ask(&mut app, Command::Move(1));
    update(&mut app, Message::JobFinished(job, Box::new(Ok(done()))));
    assert_eq!((name(&app).as_str(), app.shown()), ("patient_2", Aspect::Overview));
    ask(&mut app, Command::Move(-1));
    ask(&mut app, Command::Show(Aspect::Tables));
    ask(&mut app, Command::Move(1));
    assert_eq!(app.shown(), Aspect::Overview, "there is no table here");
    ask(&mut app, Command::Move(-1));
    assert_eq!(app.shown(), Aspect::Tables, "what the user wants to see comes back");
}

#[test]
fn a_failure_keeps_the_last_good_result_and_says_why() {
    let mut app = finished(SIZE);
    let job = ticket(&ask(&mut app, Command::Enter));
    update(&mut app, Message::JobFinished(job, Box::new(Err(failed("the step became too small at 4 h\nin `veins`", false)))));
    assert_eq!(app.failure(), Some("the step became too small at 4 h\nin `veins`"));
    assert!(app.record().is_some());
    assert_eq!(app.shown(), Aspect::Overview);
    assert!(app.notice.as_ref().is_some_and(|notice| notice.bad));
}

#[test]
fn escape_and_c_cancel_and_the_answer_is_waited_for() {
    for command in [Command::Cancel, Command::Back] {
        let mut app = running(SIZE);
        let effects = ask(&mut app, command);
        let [Effect::CancelJob(job)] = effects.as_slice() else { panic!("{effects:?}") };
        assert!(app.job().is_some_and(|running| running.cancelling));
        ask(&mut app, Command::Cancel);
        assert!(notice(&app).contains("stopping already"), "{}", notice(&app));
        update(&mut app, Message::JobFinished(*job, Box::new(Err(failed("cancelled while simulating", true)))));
        assert!(app.jobs.is_empty());
        assert_eq!(app.failure(), None, "a cancelled job is no failure");
    }
}

#[test]
fn escape_leaves_the_full_screen_before_it_cancels() {
    let mut app = running(SIZE);
    ask(&mut app, Command::FullScreen);
    assert!(ask(&mut app, Command::Back).is_empty());
    assert!(!app.full_screen);
    assert_eq!(ask(&mut app, Command::Back).len(), 1);
}

#[test]
fn quit_asks_only_while_a_job_runs() {
    let mut app = opened(SIZE);
    assert!(matches!(ask(&mut app, Command::Quit).as_slice(), [Effect::Quit]));
    let mut app = running(SIZE);
    assert!(ask(&mut app, Command::Quit).is_empty());
    assert_eq!(app.overlay, Some(Overlay::ConfirmQuit));
    ask(&mut app, Command::CloseOverlay);
    assert_eq!(app.overlay, None);
    ask(&mut app, Command::Quit);
    assert!(matches!(ask(&mut app, Command::QuitAnyway).as_slice(), [Effect::Quit]));
}

#[test]
fn the_question_goes_away_with_the_last_job() {
    let mut app = opened(SIZE);
    let job = ticket(&ask(&mut app, Command::Enter));
    ask(&mut app, Command::Quit);
    update(&mut app, Message::JobFinished(job, Box::new(Ok(done()))));
    assert_eq!(app.overlay, None);
}

#[test]
fn what_cannot_be_done_says_why() {
    let mut app = opened(SIZE);
    assert!(ask(&mut app, Command::Show(Aspect::Figures)).is_empty());
    assert!(notice(&app).contains("Enter runs the scenario"), "{}", notice(&app));
    ask(&mut app, Command::First);
    assert!(ask(&mut app, Command::Enter).is_empty());
    assert!(notice(&app).contains("`broken` has problems"), "{}", notice(&app));
    ask(&mut app, Command::Go(Section::Models));
    assert!(ask(&mut app, Command::Simulate).is_empty());
    assert!(notice(&app).contains("through a scenario"), "{}", notice(&app));
    ask(&mut app, Command::Cancel);
    assert_eq!(notice(&app), "no job is running");
}

#[test]
fn the_selection_stays_on_its_file_when_the_folder_changes() {
    let mut app = opened(SIZE);
    ask(&mut app, Command::Last);
    let reading = ticket(&ask(&mut app, Command::Reload));
    let mut changed = project();
    changed.scenarios.remove(0);
    update(&mut app, Message::ProjectRead(reading, Ok(changed)));
    assert_eq!(name(&app), "patient_2");
    let reading = ticket(&ask(&mut app, Command::Reload));
    let mut emptied = project();
    emptied.scenarios.clear();
    update(&mut app, Message::ProjectRead(reading, Ok(emptied)));
    assert_eq!(name(&app), "");
}

#[test]
fn a_stale_reading_is_dropped() {
    let mut app = opened(SIZE);
    let first = ticket(&ask(&mut app, Command::Reload));
    let second = ticket(&ask(&mut app, Command::Reload));
    let mut emptied = project();
    emptied.scenarios.clear();
    update(&mut app, Message::ProjectRead(first, Ok(emptied)));
    assert_eq!(app.items(Section::Scenarios).len(), 3);
    update(&mut app, Message::ProjectRead(second, Ok(project())));
    assert_eq!(app.reading, None);
}

#[test]
fn a_run_is_opened_by_enter_and_a_cancelled_one_says_why_not() {
    let mut app = opened(SIZE);
    ask(&mut app, Command::Go(Section::Runs));
    assert!(ask(&mut app, Command::Enter).is_empty(), "the latest run is partial");
    assert!(notice(&app).contains("not whole"), "{}", notice(&app));
    ask(&mut app, Command::Move(1));
    let effects = ask(&mut app, Command::Enter);
    let [Effect::ReadRun(reading, path)] = effects.as_slice() else { panic!("{effects:?}") };
    update(&mut app, Message::RunRead(*reading, path.clone(), Box::new(Ok(Record::from(outcome())))));
    assert_eq!(app.shown(), Aspect::Figures);
}

#[test]
fn arrows_step_through_panels_and_figures_and_stop_at_the_ends() {
    let mut app = finished(SIZE);
    let mut seen = vec![(app.place.figure, app.place.panel)];
    for _ in 0..4 {
        ask(&mut app, Command::Step(1));
        seen.push((app.place.figure, app.place.panel));
    }
    assert_eq!(seen, [(0, 0), (0, 1), (1, 0), (1, 0), (1, 0)]);
    ask(&mut app, Command::Step(-1));
    assert_eq!((app.place.figure, app.place.panel), (0, 0));
}

#[test]
fn the_right_half_scrolls_no_further_than_its_end() {
    let mut app = finished((80, 16));
    ask(&mut app, Command::Show(Aspect::Findings));
    ask(&mut app, Command::SwitchPane);
    assert_eq!(app.pane, Pane::Detail);
    for _ in 0..100 {
        ask(&mut app, Command::Move(1));
    }
    let bottom = app.place.down;
    ask(&mut app, Command::Page(1));
    assert_eq!(app.place.down, bottom);
    update(&mut app, Message::Resized(200, 50));
    assert_eq!(app.place.down, 0, "all of it is in sight now");
}

#[test]
fn a_worker_that_panics_is_told_of() {
    let mut app = fresh(SIZE);
    update(&mut app, Message::WorkerPanicked("thread 'job' panicked:\nlane 3".into()));
    assert!(notice(&app).contains("please report it") && notice(&app).contains("lane 3"));
}

fn typed(app: &mut rptbench::tui::app::App, words: &str) {
    words.chars().for_each(|character| {
        ask(app, Command::Type(character));
    });
}

#[test]
fn the_palette_does_what_is_chosen_and_says_why_not() {
    let mut app = opened(SIZE);
    ask(&mut app, Command::Palette);
    typed(&mut app, "simu");
    let effects = ask(&mut app, Command::Choose);
    assert!(matches!(effects.as_slice(), [Effect::StartJob(_, request)] if request.task == Task::Simulate), "{effects:?}");
    assert_eq!(app.overlay, None);
    ask(&mut app, Command::Palette);
    typed(&mut app, "plotsx");
    ask(&mut app, Command::Erase);
    assert!(ask(&mut app, Command::Choose).is_empty());
    assert!(notice(&app).contains("no result yet"), "{}", notice(&app));
    assert_eq!(app.overlay, Some(Overlay::Palette(0)), "the palette stays where nothing could be done");
    typed(&mut app, "zzzz");
    assert!(ask(&mut app, Command::Choose).is_empty(), "nothing is called so");
    ask(&mut app, Command::CloseOverlay);
    assert_eq!(app.overlay, None);
}

#[test]
fn the_choice_of_the_palette_stops_at_both_ends() {
    let mut app = opened(SIZE);
    ask(&mut app, Command::Palette);
    ask(&mut app, Command::Move(-1));
    assert_eq!(app.overlay, Some(Overlay::Palette(0)));
    for _ in 0..100 {
        ask(&mut app, Command::Page(1));
    }
    assert_eq!(app.overlay, Some(Overlay::Palette(rptbench::tui::palette::found(&app).len() - 1)));
}

#[test]
fn a_search_of_the_list_goes_from_match_to_match() {
    let mut app = opened(SIZE);
    ask(&mut app, Command::First);
    ask(&mut app, Command::Search);
    typed(&mut app, "patient");
    ask(&mut app, Command::Accept);
    assert_eq!((name(&app).as_str(), notice(&app)), ("patient_1", "1 of 2: patient"));
    ask(&mut app, Command::Match(1));
    assert_eq!(name(&app), "patient_2");
    ask(&mut app, Command::Match(1));
    assert_eq!(name(&app), "patient_1", "around the end");
    ask(&mut app, Command::Match(-1));
    assert_eq!(name(&app), "patient_2");
    ask(&mut app, Command::Search);
    typed(&mut app, "nowhere");
    ask(&mut app, Command::Accept);
    assert!(notice(&app).contains("`nowhere` is not in the list"), "{}", notice(&app));
    ask(&mut app, Command::Search);
    ask(&mut app, Command::CloseOverlay);
    ask(&mut app, Command::Match(1));
    assert!(notice(&app).contains("nothing is searched"), "{}", notice(&app));
}

#[test]
fn a_trial_and_a_fit_are_started_where_the_scenario_declares_them() {
    let mut app = opened(SIZE);
    let effects = ask(&mut app, Command::Trial);
    let [Effect::StartJob(_, request)] = effects.as_slice() else { panic!("{effects:?}") };
    assert!(matches!(&request.task, Task::Trial(options) if options.patients.is_none() && options.seed.is_none()));
    assert_eq!(request.command, "rpt trial scenarios/patient_1");
    assert!(request.runs_root.is_some(), "a trial writes a run folder");
    assert!(ask(&mut app, Command::Fit).is_empty());
    assert!(notice(&app).contains("declares no fit"), "{}", notice(&app));
}
