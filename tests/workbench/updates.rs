//! Messages in, state and effects out: the shell. The screens' own updates are tested beside them.

use std::path::Path;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use rptbench::session::work::{Progress, Task};
use rptbench::tui::action::{self, Command, Motion};
use rptbench::tui::app::{App, JobKind, Overlay, Question};
use rptbench::tui::message::{Effect, Message};
use rptbench::tui::record::Record;
use rptbench::tui::screen::Screen;
use rptbench::tui::start::{With, cancel, start};
use rptbench::tui::update::update;

use crate::fixture::{FOLDER, ask, done, failed, finished, fresh, opened, outcome, project, running, scenario, ticket, typed};

const SIZE: (u16, u16) = (80, 24);

fn notice(app: &App) -> &str {
    app.notice.as_ref().map_or("", |notice| &notice.text)
}

fn press(app: &mut App, code: KeyCode) -> Vec<Effect> {
    action::message_of(app, &KeyEvent::new(code, KeyModifiers::NONE)).map_or_else(Vec::new, |message| update(app, message))
}

#[test]
fn number_keys_open_the_screens() {
    let mut app = opened(SIZE);
    for (number, screen) in ('1'..='6').zip(Screen::ALL) {
        press(&mut app, KeyCode::Char(number));
        assert_eq!(app.screen, screen);
    }
}

#[test]
fn a_run_is_published_and_a_simulation_is_not() {
    let mut app = opened(SIZE);
    let path = scenario(&app);
    let effects = start(&mut app, &path, Task::Run, With::default());
    let [Effect::StartJob(_, request)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((request.task.clone(), request.runs_root.as_deref()), (Task::Run, Some(Path::new(FOLDER).join("runs").as_path())));
    assert_eq!(request.command, "rpt run scenarios/patient_1");
    let effects = start(&mut app, &path, Task::Simulate, With { sets: vec!["kidneys.density=1 nmol/L".into()], ..With::default() });
    let [Effect::StartJob(_, request)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((request.task.clone(), request.runs_root.as_deref()), (Task::Simulate, None));
    assert_eq!(request.command, "rpt simulate scenarios/patient_1 --set \"kidneys.density=1 nmol/L\"");
    assert_eq!(app.jobs.len(), 2, "jobs of different kinds run side by side");
}

#[test]
fn the_newest_request_wins_and_a_stale_result_is_dropped() {
    let mut app = opened(SIZE);
    let path = scenario(&app);
    let first = ticket(&start(&mut app, &path, Task::Run, With::default()));
    let effects = start(&mut app, &path, Task::Run, With::default());
    let second = ticket(&effects);
    assert!(matches!(effects[0], Effect::CancelJob(cancelled) if cancelled == first));
    let mut other = done();
    other.outcome.tables.clear();
    assert!(update(&mut app, Message::JobFinished(first, Box::new(Ok(other)))).is_empty());
    update(&mut app, Message::JobProgress(first, Progress { step: "late".into(), done: 0.9, left_s: None, live: None }));
    assert!(app.result(&path, JobKind::Run).is_none());
    assert_eq!(app.jobs[&second].progress.done, 0.0);
    update(&mut app, Message::JobFinished(second, Box::new(Ok(done()))));
    assert_eq!(app.result(&path, JobKind::Run).and_then(|result| result.record.as_ref()), Some(&Record::from(outcome())));
    assert!(app.jobs.is_empty());
}

#[test]
fn results_of_different_kinds_stand_side_by_side() {
    let mut app = finished(SIZE);
    let path = scenario(&app);
    let job = ticket(&start(&mut app, &path, Task::Fit, With::default()));
    update(&mut app, Message::JobFinished(job, Box::new(Err(failed("no optimum\nwas found", false)))));
    assert!(app.result(&path, JobKind::Run).is_some_and(|result| result.record.is_some()));
    assert_eq!(app.result(&path, JobKind::Fit).and_then(|result| result.failure.as_deref()), Some("no optimum\nwas found"));
    assert!(app.notice.as_ref().is_some_and(|notice| notice.bad && notice.text.contains("no optimum")));
}

#[test]
fn a_failure_keeps_the_last_good_result() {
    let mut app = finished(SIZE);
    let path = scenario(&app);
    let job = ticket(&start(&mut app, &path, Task::Run, With::default()));
    update(&mut app, Message::JobFinished(job, Box::new(Err(failed("the step became too small", false)))));
    let result = app.result(&path, JobKind::Run).expect("a result");
    assert!(result.record.is_some() && result.failure.is_some());
}

#[test]
fn a_finished_run_says_where_it_is_and_the_folder_is_read_again() {
    let mut app = opened(SIZE);
    let path = scenario(&app);
    let job = ticket(&start(&mut app, &path, Task::Run, With::default()));
    let effects = update(&mut app, Message::JobFinished(job, Box::new(Ok(done()))));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::ReadProject(..))));
    assert!(notice(&app).contains("runs/patient_1/new"), "{}", notice(&app));
}

#[test]
fn c_cancels_and_the_answer_is_waited_for() {
    let mut app = running(SIZE);
    let effects = press(&mut app, KeyCode::Char('c'));
    let [Effect::CancelJob(job)] = effects.as_slice() else { panic!("{effects:?}") };
    assert!(app.jobs[job].cancelling);
    ask(&mut app, Command::Cancel);
    assert!(notice(&app).contains("stopping already"), "{}", notice(&app));
    update(&mut app, Message::JobFinished(*job, Box::new(Err(failed("cancelled while simulating", true)))));
    assert!(app.jobs.is_empty());
    let path = scenario(&app);
    assert!(app.result(&path, JobKind::Run).is_none(), "a cancelled job is no failure");
    assert!(cancel(&mut app, *job).is_empty(), "it is gone");
    ask(&mut app, Command::Cancel);
    assert_eq!(notice(&app), "no job is running");
}

#[test]
fn escape_leaves_the_full_screen_and_stops_no_job() {
    let mut app = running(SIZE);
    ask(&mut app, Command::FullScreen);
    assert!(app.full_screen);
    press(&mut app, KeyCode::Esc);
    assert!(!app.full_screen);
    assert!(press(&mut app, KeyCode::Esc).is_empty());
    assert!(app.jobs.values().all(|job| !job.cancelling));
}

#[test]
fn quit_asks_only_while_something_would_be_lost() {
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
    let path = scenario(&app);
    let job = ticket(&start(&mut app, &path, Task::Run, With::default()));
    ask(&mut app, Command::Quit);
    update(&mut app, Message::JobFinished(job, Box::new(Ok(done()))));
    assert_eq!(app.overlay, None);
}

#[test]
fn the_current_scenario_stays_while_it_is_there() {
    let mut app = opened(SIZE);
    app.scenario = Some(project().scenarios[2].path.clone());
    let reading = ticket(&ask(&mut app, Command::Reload));
    let mut changed = project();
    changed.scenarios.remove(0);
    update(&mut app, Message::ProjectRead(reading, Ok(changed)));
    assert_eq!(app.scenario_entry().map(|entry| entry.name.as_str()), Some("patient_2"));
    assert_eq!(notice(&app), "the folder was read again");
    let reading = ticket(&ask(&mut app, Command::Reload));
    let mut emptied = project();
    emptied.scenarios.clear();
    update(&mut app, Message::ProjectRead(reading, Ok(emptied)));
    assert_eq!(app.scenario, None);
    ask(&mut app, Command::ChooseScenario);
    assert_eq!(notice(&app), "the project has no scenario");
}

#[test]
fn a_stale_reading_is_dropped() {
    let mut app = opened(SIZE);
    let first = ticket(&ask(&mut app, Command::Reload));
    let second = ticket(&ask(&mut app, Command::Reload));
    let mut emptied = project();
    emptied.scenarios.clear();
    update(&mut app, Message::ProjectRead(first, Ok(emptied)));
    assert_eq!(app.scenarios().len(), 3);
    update(&mut app, Message::ProjectRead(second, Ok(project())));
    assert_eq!(app.reading, None);
}

#[test]
fn a_folder_that_cannot_be_read_says_so() {
    let mut app = fresh(SIZE);
    let reading = ticket(&rptbench::tui::update::begin(&mut app));
    update(&mut app, Message::ProjectRead(reading, Err("the folder is gone".into())));
    assert_eq!(notice(&app), "the folder is gone");
}

#[test]
fn a_run_that_was_read_is_kept_under_its_folder() {
    let mut app = opened(SIZE);
    let path = project().runs[0].path.clone();
    let number = app.ticket();
    update(&mut app, Message::RunRead(number, path.clone(), Box::new(Ok(Record::from(outcome())))));
    assert!(app.result(&path, JobKind::Opened).is_some_and(|result| result.record.is_some()));
    update(&mut app, Message::RunRead(number, path.clone(), Box::new(Err("no manifest\nhere".into()))));
    assert!(app.result(&path, JobKind::Opened).is_some_and(|result| result.failure.is_some()));
    assert_eq!(notice(&app), "no manifest");
}

#[test]
fn a_worker_that_panics_is_told_of() {
    let mut app = fresh(SIZE);
    update(&mut app, Message::WorkerPanicked("thread 'job' panicked:\nlane 3".into()));
    assert!(notice(&app).contains("please report it") && notice(&app).contains("lane 3"));
}

#[test]
fn the_palette_does_what_is_chosen() {
    let mut app = opened(SIZE);
    ask(&mut app, Command::Palette);
    typed(&mut app, "relo");
    let effects = press(&mut app, KeyCode::Enter);
    assert!(matches!(effects.as_slice(), [Effect::ReadProject(..)]), "{effects:?}");
    assert_eq!(app.overlay, None);
    ask(&mut app, Command::Palette);
    typed(&mut app, "cancelx");
    ask(&mut app, Command::Erase);
    assert!(ask(&mut app, Command::Choose).is_empty());
    assert_eq!(notice(&app), "no job is running");
    assert!(matches!(app.overlay, Some(Overlay::Palette(_))), "the palette stays where nothing could be done");
    typed(&mut app, "zzzz");
    assert!(ask(&mut app, Command::Choose).is_empty(), "nothing is called so");
    ask(&mut app, Command::EraseAll);
    assert_eq!(app.typed, "");
    ask(&mut app, Command::CloseOverlay);
    assert_eq!(app.overlay, None);
}

#[test]
fn the_choice_of_the_palette_stops_at_both_ends() {
    let mut app = opened(SIZE);
    ask(&mut app, Command::Palette);
    ask(&mut app, Command::Go(Motion::Rows(-1)));
    assert_eq!(app.overlay, Some(Overlay::Palette(0)));
    for _ in 0..100 {
        ask(&mut app, Command::Go(Motion::Page(1)));
    }
    assert_eq!(app.overlay, Some(Overlay::Palette(rptbench::tui::palette::found(&app).len() - 1)));
}

#[test]
fn a_scenario_is_chosen_by_a_part_of_its_name() {
    let mut app = opened(SIZE);
    press(&mut app, KeyCode::Char('o'));
    typed(&mut app, "t_2");
    press(&mut app, KeyCode::Enter);
    assert_eq!(app.scenario_entry().map(|entry| entry.name.as_str()), Some("patient_2"));
    press(&mut app, KeyCode::Char('o'));
    assert_eq!(app.overlay, Some(Overlay::Picker(2)), "the present one is chosen first");
    typed(&mut app, "first pat");
    press(&mut app, KeyCode::Enter);
    assert_eq!(app.scenario_entry().map(|entry| entry.name.as_str()), Some("patient_1"), "by its title too");
}

#[test]
fn a_preset_is_replaced_by_the_first_character_or_mended_from_its_end() {
    let mut app = opened(SIZE);
    app.ask_for(Screen::Trial, "nothing of ours", "Size", "200");
    typed(&mut app, "50");
    assert_eq!(app.prompt.as_ref().map(|prompt| prompt.text.as_str()), Some("50"));
    app.ask_for(Screen::Trial, "nothing of ours", "Size", "200");
    press(&mut app, KeyCode::Backspace);
    update(&mut app, Message::Paste("7\n8".into()));
    assert_eq!(app.prompt.as_ref().map(|prompt| prompt.text.as_str()), Some("207"), "one line is taken of what is pasted");
    press(&mut app, KeyCode::Esc);
    assert_eq!(app.prompt, None);
}

#[test]
fn a_question_takes_its_answers_and_nothing_else() {
    let mut app = opened(SIZE);
    let question = || Question {
        title: "Saving".into(),
        words: vec!["It changed.".into()],
        answers: vec![('r', "read again".into(), Command::Reload)],
    };
    app.question = Some(question());
    assert!(press(&mut app, KeyCode::Char('x')).is_empty());
    assert!(app.question.is_some());
    assert!(matches!(press(&mut app, KeyCode::Char('R')).as_slice(), [Effect::ReadProject(..)]));
    assert!(app.question.is_none());
    app.question = Some(question());
    press(&mut app, KeyCode::Esc);
    assert!(app.question.is_none());
}

#[test]
fn the_mouse_is_asked_for_and_given_back() {
    let mut app = opened(SIZE);
    assert!(matches!(press(&mut app, KeyCode::Char('M')).as_slice(), [Effect::Mouse(true)]));
    assert!(matches!(press(&mut app, KeyCode::Char('M')).as_slice(), [Effect::Mouse(false)]));
}

#[test]
fn a_click_on_a_name_in_the_header_opens_its_screen() {
    let mut app = opened(SIZE);
    // " rpt " and then " 1 Model " of nine columns
    update(&mut app, Message::Click(5 + 9 + 2, 0));
    assert_eq!(app.screen, Screen::Data);
    ask(&mut app, Command::Help);
    update(&mut app, Message::Click(6, 0));
    assert_eq!(app.screen, Screen::Data, "what lies in front takes no click through");
}

#[test]
fn a_search_without_anything_to_search_says_so() {
    let mut app = opened(SIZE);
    ask(&mut app, Command::Match(1));
    assert!(notice(&app).contains("nothing is searched"), "{}", notice(&app));
    ask(&mut app, Command::Search);
    typed(&mut app, "zzzz");
    ask(&mut app, Command::Accept);
    assert!(notice(&app).contains("not here") || notice(&app).contains("nothing to search"), "{}", notice(&app));
    ask(&mut app, Command::Search);
    ask(&mut app, Command::CloseOverlay);
    assert_eq!(app.search, "");
}

#[test]
fn every_action_does_something_or_says_why_not() {
    let states: [fn((u16, u16)) -> App; 4] = [fresh, opened, running, finished];
    for state in states {
        for screen in Screen::ALL {
            let mut app = state(SIZE);
            ask(&mut app, Command::Screen(screen));
            let here: Vec<&action::Action> = action::here(&app).collect();
            for action in here {
                let mut tried = app.clone();
                let reason = (action.available)(&tried).err();
                let effects = ask(&mut tried, action.command);
                if let Some(reason) = reason {
                    assert!(effects.is_empty(), "{} on {screen:?} is not available and was done", action.name);
                    assert_eq!(notice(&tried), reason, "{} on {screen:?}", action.name);
                    assert!(!reason.is_empty());
                }
            }
        }
    }
}
