//! The list, the aspects, jobs, new files, clicks, and what a later session finds again.

use super::*;
use crate::tui::action::Motion;
use crate::tui::app;
use crate::tui::record::Record;

fn figure() -> crate::report::Figure {
    crate::report::Figure { name: "f".into(), title: "A figure".into(), ..crate::report::Figure::default() }
}

#[test]
fn the_list_shows_scenarios_then_models_and_the_selected_scenario_is_everybodys() {
    let mut bench = Bench::new((120, 36));
    new_file(bench.folder.path(), NewFile::Scenario, "zwei", Some("two")).expect("a scenario");
    bench.key(KeyCode::F(5));
    bench.shows("Scenarios 2");
    bench.key(KeyCode::Down);
    assert_eq!(bench.app.scenario, Some(bench.path("scenarios/zwei")));
    bench.shows("kidneys, liver");
    new_file(bench.folder.path(), NewFile::Model, "first_by_name", None).expect("a model");
    bench.key(KeyCode::F(5));
    bench.write("m");
    bench.shows("Used by    one, zwei");
    assert_eq!(bench.app.scenario, Some(bench.path("scenarios/zwei")), "a model is no scenario");
    bench.write("m");
    bench.key(KeyCode::Home);
    assert_eq!(bench.app.scenario, Some(bench.path("scenarios/one")));
    // chosen on another screen
    bench.app.scenario = Some(bench.path("scenarios/zwei"));
    let effects = entered(&mut bench.app);
    bench.carry_out(effects);
    assert_eq!(panes::selected(&bench.app).map(|entry| entry.name.clone()).as_deref(), Some("zwei"));
}

#[test]
fn every_aspect_has_its_key() {
    let mut bench = Bench::new((120, 36));
    for (key, words) in [("w", "administrations:"), ("x", "kidneys.tissue"), ("a", "File")] {
        bench.write(key);
        bench.shows(words);
    }
    for key in ["p", "t", "e"] {
        bench.write(key);
        assert!(bench.notice().contains("no result yet"), "{}", bench.notice());
    }
    bench.write("m");
    bench.write("p");
    assert!(bench.notice().contains("a model has no result of its own"), "{}", bench.notice());
    bench.write("r");
    assert!(bench.notice().contains("through a scenario"), "{}", bench.notice());
    assert!(bench.jobs.is_empty());
}

#[test]
fn jobs_are_started_and_their_results_shown_until_the_file_changes() {
    let mut bench = Bench::new((120, 36));
    bench.write("s");
    bench.write("r");
    assert_eq!(bench.jobs.iter().map(|job| job.task.clone()).collect::<Vec<_>>(), [Task::Simulate, Task::Run]);
    bench.shows("0 %");
    let path = bench.path("scenarios/one");
    bench.app.jobs.clear();
    let record = Record { figures: vec![figure()], ..Record::default() };
    let result = app::Result { record: Some(record), ..app::Result::default() };
    bench.app.results.insert((path.clone(), JobKind::Run), result);
    job_ended(&mut bench.app, &path, JobKind::Run);
    assert_eq!(panes::aspect(&bench.app), Aspect::Plots);
    bench.write("e");
    bench.shows("Evidence");
    bench.write("t");
    assert!(bench.notice().contains("no table"));
    assert!(!computed_from_older_text(&bench.app, &path));
    let model = bench.path("models/two.yaml");
    older::file_changed(&mut bench.app, &model);
    assert!(computed_from_older_text(&bench.app, &path), "its model was saved");
    bench.write("p");
    bench.shows("of an older text");
    job_ended(&mut bench.app, &path, JobKind::Run);
    assert!(!computed_from_older_text(&bench.app, &path));
    // a failure is told where the file is told of
    bench.app.results.entry((path.clone(), JobKind::Run)).or_default().failure = Some("the solver stopped at 3 h".into());
    job_ended(&mut bench.app, &path, JobKind::Run);
    bench.shows("the solver stopped at 3 h");
}

#[test]
fn a_job_that_began_before_the_file_was_saved_gives_an_older_result() {
    let mut bench = Bench::new((120, 36));
    let path = bench.path("scenarios/one");
    bench.write("s");
    older::file_changed(&mut bench.app, &path);
    job_ended(&mut bench.app, &path, JobKind::Simulate);
    assert!(computed_from_older_text(&bench.app, &path));
    bench.write("s");
    job_ended(&mut bench.app, &path, JobKind::Simulate);
    assert!(!computed_from_older_text(&bench.app, &path));
}

#[test]
fn a_broken_file_tells_its_problems_as_the_checker_does() {
    let mut bench = Bench::new((120, 36));
    let text = bench.read("models/two.yaml").replace("rate_of: x", "").replace("from: tissue, to: cleared", "from: tissue, to: cleard");
    std::fs::write(bench.path("models/two.yaml"), text).expect("written");
    bench.key(KeyCode::F(5));
    bench.write("m");
    bench.shows("error: no compartment is called `cleard`");
    bench.shows("did you mean `cleared`?");
    bench.shows("✗");
    bench.key(KeyCode::Enter);
    assert!(bench.editor().line_column().0 > 1, "at the first problem");
}

#[test]
fn files_are_begun_by_name_and_never_replaced() {
    let mut bench = Bench::new((120, 36));
    bench.write("+");
    bench.write("one");
    bench.key(KeyCode::Enter);
    bench.shows("there is a scenario `one` already");
    bench.control('u');
    bench.write("three two");
    bench.key(KeyCode::Enter);
    assert!(bench.path("scenarios/three/scenario.yaml").is_file());
    assert_eq!(panes::selected(&bench.app).map(|entry| entry.name.clone()).as_deref(), Some("three"));
    assert_eq!(bench.app.scenario, Some(bench.path("scenarios/three")));
    bench.write("m");
    bench.write("+");
    bench.write("four");
    bench.key(KeyCode::Enter);
    bench.shows("four");
    assert!(bench.notice().starts_with("begun: models/four.yaml"), "{}", bench.notice());
    bench.write("+");
    bench.write("a b");
    bench.key(KeyCode::Enter);
    bench.shows("one name, without spaces");
    bench.key(KeyCode::Esc);
    bench.write("m");
    bench.write("+");
    bench.shows("of model two");
    bench.write("five tow");
    bench.key(KeyCode::Enter);
    bench.shows("no model `tow`");
    bench.control('u');
    bench.write("five");
    bench.key(KeyCode::Enter);
    assert!(bench.read("scenarios/five/scenario.yaml").contains("models/two.yaml"), "as the selected one");
    bench.write("+");
    bench.write("six six");
    bench.key(KeyCode::Enter);
    assert!(bench.path("models/six.yaml").is_file(), "with a model of its own");
    bench.write("+");
    bench.write("7th");
    bench.key(KeyCode::Enter);
    assert!(bench.notice().contains("cannot be a name"), "{}", bench.notice());
}

#[test]
fn an_empty_project_says_what_to_do() {
    let bench = Bench::on(tempfile::tempdir().expect("a folder"), (80, 24));
    bench.shows("`+` begins one");
}

#[test]
fn lists_and_texts_are_searched() {
    let mut bench = Bench::new((120, 36));
    new_file(bench.folder.path(), NewFile::Scenario, "zwei", Some("two")).expect("a scenario");
    bench.key(KeyCode::F(5));
    bench.write("/zwe");
    bench.key(KeyCode::Enter);
    assert_eq!(bench.app.scenario, Some(bench.path("scenarios/zwei")));
    bench.write("w");
    assert!(panes::seen(&bench.app).is_some(), "it was read after the search, too");
    bench.key(KeyCode::Tab);
    bench.write("/dosimetry:");
    bench.key(KeyCode::Enter);
    bench.shows("dosimetry:");
    assert!(searchable(&bench.app).is_some_and(|(lines, _)| lines.iter().any(|line| line.contains("dosimetry:"))));
    assert!(bench.notice().starts_with("1 of"), "{}", bench.notice());
}

#[test]
fn long_texts_scroll_to_their_end_and_no_further() {
    let mut bench = Bench::new((80, 24));
    bench.write("w");
    bench.key(KeyCode::Tab);
    bench.key(KeyCode::End);
    let down = bench.app.model.down;
    assert!(down > 0);
    bench.key(KeyCode::Down);
    assert_eq!(bench.app.model.down, down);
    bench.key(KeyCode::PageUp);
    assert!(bench.app.model.down < down);
    bench.key(KeyCode::Right);
    bench.key(KeyCode::Home);
    assert_eq!((bench.app.model.down, bench.app.model.right), (0, 0));
    assert!(back(&mut bench.app) && !back(&mut bench.app), "Esc goes back to the list once");
    assert!(undo(&mut bench.app, true).is_err());
}

#[test]
fn a_click_selects_a_row_a_tab_or_a_place_of_the_text() {
    let mut bench = Bench::new((120, 36));
    new_file(bench.folder.path(), NewFile::Scenario, "zwei", Some("two")).expect("a scenario");
    bench.key(KeyCode::F(5));
    bench.tell(Message::Click(5, 4));
    assert_eq!(bench.app.scenario, Some(bench.path("scenarios/zwei")), "rows of two lines below the frame");
    bench.tell(Message::Click(60, 10));
    assert_eq!(bench.app.model.pane, Pane::Detail);
    bench.tell(Message::Click(5, 1));
    assert_eq!(bench.app.model.tab, Tab::Models);
    bench.key(KeyCode::Enter);
    // below the title row; the gutter takes its columns
    bench.tell(Message::Click(10, 3));
    assert_eq!(bench.editor().line_column().0, 2);
    bench.tell(Message::Click(119, 20));
    assert_eq!(bench.editor().line_column().0, 2, "beside the text nothing happens");
}

#[test]
fn a_later_session_finds_file_aspect_and_line_again() {
    let mut bench = Bench::new((120, 36));
    bench.write("mx");
    bench.key(KeyCode::Enter);
    bench.key(KeyCode::Down);
    bench.key(KeyCode::Down);
    let words = kept(&bench.app);
    assert!(words.contains(&("file".to_owned(), "models/two.yaml".to_owned())), "{words:?}");
    assert!(words.contains(&("open".to_owned(), "true".to_owned())), "{words:?}");
    let mut again = Bench::new((120, 36));
    std::fs::write(again.path("models/two.yaml"), bench.read("models/two.yaml")).expect("written");
    restored(&mut again.app, &words);
    let effects = entered(&mut again.app);
    again.carry_out(effects);
    assert_eq!((again.app.model.tab, again.app.model.aspect), (Tab::Models, Aspect::Graph));
    assert_eq!(again.editor().line_column(), (3, 1), "what was open is open again");
    again.key(KeyCode::Esc);
    restored(&mut again.app, &[("file".into(), "gone.yaml".into()), ("aspect".into(), "Nothing".into()), ("line".into(), "x".into())]);
    entered(&mut again.app);
    assert_eq!(again.app.model.aspect, Aspect::Graph, "words that fit nothing are ignored");
}

#[test]
fn moving_on_while_a_file_is_read_reads_the_last_one() {
    let mut bench = Bench::new((120, 36));
    for name in ["a", "b", "c"] {
        new_file(bench.folder.path(), NewFile::Scenario, name, Some("two")).expect("a scenario");
    }
    bench.holds = true;
    bench.key(KeyCode::F(5));
    for _ in 0..3 {
        let effects = go(&mut bench.app, Motion::Rows(1));
        bench.carry_out(effects);
    }
    assert_eq!(bench.held.len(), 1, "one reading at a time");
    bench.release();
    assert_eq!(panes::seen(&bench.app).map(|seen| seen.entry.clone()), panes::selected(&bench.app).map(|entry| entry.path.clone()));
}
