//! Updates and drawing of the screen, on shipped scenarios.
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::*;
use crate::session::draft::Field;
use crate::session::job::carry_out as do_job;
use crate::session::live::{Live, SearchLive};
use crate::session::work::Progress;
use crate::tui::message::Message;
use crate::tui::screens::data::tests::support::*;
use crate::tui::update::update;
use crossterm::event::KeyCode;

/// Does the jobs among the effects, and tells the workbench of their progress and end. Gives what was shown while they ran.
fn run_jobs(app: &mut App, effects: Vec<Effect>) -> Vec<SearchLive> {
    let mut shown = Vec::new();
    for effect in effects {
        let Effect::StartJob(ticket, request) = effect else { continue };
        let cancel = Arc::new(AtomicBool::new(false));
        let mut told = Vec::new();
        let done = do_job(&request, &cancel, &mut |progress| told.push(progress));
        for progress in told {
            if let Some(Live::Search(live)) = &progress.live {
                shown.push((**live).clone());
            }
            update(app, Message::JobProgress(ticket, progress));
            screen(app, 80, 24);
        }
        let effects = update(app, Message::JobFinished(ticket, Box::new(done)));
        settle(app, effects);
    }
    shown
}

fn fitted(app: &mut App) -> Vec<SearchLive> {
    let effects = press(app, 's');
    assert!(effects.iter().any(|effect| matches!(effect, Effect::StartJob(..))), "{}", notice(app));
    run_jobs(app, effects)
}

#[test]
fn p12_is_fitted_and_its_estimates_are_seen() {
    let folder = folder("p12_spect");
    let mut app = opened(folder.path(), "p12_spect", Screen::Fit);
    let seen = screen(&mut app, 80, 24);
    for words in ["Fit of p12_spect", "{channel}.uptake", "0.5 h to 159.5 h", "a fit of each channel", "`s` starts the fit"] {
        assert!(seen.contains(words), "`{words}` is not in\n{seen}");
    }
    at_all_sizes(&mut app);
    let shown = fitted(&mut app);
    let mut groups: Vec<&str> = shown.iter().map(|live| live.group.as_str()).collect();
    groups.dedup();
    assert_eq!(groups, ["liver", "spleen", "left_kidney"], "each group tells of its last step");
    press(&mut app, 't');
    let seen = screen(&mut app, 120, 36);
    for words in ["Fitted parameters", "standard error", "as the file has it"] {
        assert!(seen.contains(words), "`{words}` is not in\n{seen}");
    }
    press(&mut app, 'p');
    at_all_sizes(&mut app);
    press(&mut app, 'e');
    assert!(screen(&mut app, 120, 36).contains("Findings"));
    assert!(searchable(&app).is_some());
    let estimates = estimates::of_model(super::record(&app).unwrap(), fit_of(&app).unwrap(), None);
    assert_eq!(estimates.len(), 6);
    assert!(
        estimates.iter().any(|(path, value, unit)| path == "liver.effective_half_life" && *value > 0.0 && unit == "h"),
        "{estimates:?}"
    );
    press(&mut app, 'w');
    assert_eq!(app.screen, Screen::WhatIf);
}

/// Plain least squares: what is minimised is the sum of squares that the table of the result has.
#[test]
fn the_last_step_that_is_shown_is_what_the_fit_came_to() {
    let folder = folder("indometacin");
    let mut app = opened(folder.path(), "indometacin", Screen::Fit);
    let shown = fitted(&mut app);
    let record = record(&app).expect("a result");
    let ended: Vec<_> = estimates::criteria(record).into_iter().filter(|one| one.name == "weighted SS").collect();
    assert_eq!(ended.len(), 6);
    for group in &ended {
        let last = shown.iter().rfind(|live| live.group == group.group).expect("it was shown");
        let objective = *last.objectives.last().unwrap();
        assert!((objective / group.value.unwrap() - 1.0).abs() < 1e-12, "{group:?} {objective}");
        assert!(last.objectives.windows(2).all(|pair| pair[1] <= pair[0]), "it never rises");
        let estimates = estimates::of_record(record);
        for (name, value, _) in &last.parameters {
            let estimate = estimates.iter().find(|one| one.group == group.group && one.name == *name).unwrap();
            assert_eq!(estimate.value, *value, "{name}");
        }
    }
}

#[test]
fn what_is_left_out_of_the_data_is_left_out_of_the_fit_and_the_run_keeps_its_text() {
    let folder = folder("p12_spect");
    let file = file(folder.path(), "p12_spect");
    let before = std::fs::read_to_string(&file).unwrap();
    let mut app = opened(folder.path(), "p12_spect", Screen::Data);
    press(&mut app, 'x');
    answer(&mut app, "blurred");
    let effects = open_screen(&mut app, Screen::Fit);
    settle(&mut app, effects);
    assert!(fit_of(&app).unwrap().groups.contains(&("liver".into(), 2)));
    fitted(&mut app);
    let path = app.scenario.clone().unwrap();
    let result = app.result(&path, JobKind::Fit).unwrap();
    let points = result.record.as_ref().unwrap().tables.iter().find(|table| table.name == "fit_points").unwrap();
    assert!(points.rows.iter().flatten().any(|cell| *cell == crate::report::Cell::Text("blurred".into())));
    let run = result.folder.clone().expect("a run folder");
    let kept = std::fs::read_to_string(run.join("inputs/scenario.yaml")).unwrap();
    assert!(kept.contains("blurred") && !before.contains("blurred"));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), before, "the file is untouched");
    let manifest = crate::report::Manifest::read(&run).unwrap();
    assert_eq!(manifest.changed_scenario.as_deref(), Some("inputs/scenario.yaml"));
    assert_eq!(manifest.inputs[0].sha256, crate::report::digest::sha256_hex(kept.as_bytes()));
    let cancel = Arc::new(AtomicBool::new(false));
    let again = crate::session::reproduce::reproduce(&run, None, None, &cancel, &mut |_| {}).unwrap();
    assert!(again.different.is_empty() && again.same > 5, "{again:?}");
    press(&mut app, 'e');
    assert!(screen(&mut app, 120, 36).contains("changed in the workbench"));
}

#[test]
fn parameters_are_changed_by_keys() {
    let folder = folder("theophylline");
    let mut app = opened(folder.path(), "theophylline", Screen::Fit);
    key(&mut app, KeyCode::Enter);
    assert_eq!(app.prompt.as_ref().unwrap().what, "start ke");
    answer(&mut app, "3 mg");
    let prompt = app.prompt.as_ref().expect("asked again");
    assert!(prompt.error.as_ref().is_some_and(|words| words.contains("per time")), "{prompt:?}");
    assert_eq!(prompt.text, "3 mg");
    answer(&mut app, "0.1 1/h");
    assert!(app.prompt.is_none());
    assert_eq!(selected(&app).unwrap().start, "0.1 1/h");
    press(&mut app, 'b');
    answer(&mut app, "0.1 1/h");
    assert!(app.prompt.as_ref().unwrap().error.as_ref().unwrap().contains("two values"));
    answer(&mut app, "0.01 1/h, 1 1/h");
    assert_eq!(selected(&app).unwrap().bounds, "0.01 1/h to 1 1/h");
    press(&mut app, 'z');
    assert_eq!(selected(&app).unwrap().scale, "logit");
    press(&mut app, 'u');
    assert_eq!(selected(&app).unwrap().scale, "log");
    press(&mut app, 'r');
    answer(&mut app, "median: 0.1 1/h, cv: 30 %");
    assert!(app.prompt.as_ref().unwrap().error.is_some(), "least squares have no priors");
    key(&mut app, KeyCode::Esc);
    press(&mut app, 'j');
    press(&mut app, 'i');
    assert!(!selected(&app).unwrap().fitted, "{}", notice(&app));
    press(&mut app, 'b');
    assert!(notice(&app).contains("left out of the fit"));
    at_all_sizes(&mut app);
    press(&mut app, 'i');
    assert!(selected(&app).unwrap().fitted);
    press(&mut app, 'a');
    answer(&mut app, "kk");
    assert!(app.prompt.as_ref().unwrap().error.as_ref().unwrap().contains("no parameter `kk`"));
    key(&mut app, KeyCode::Esc);
    let edits = desk::edits(&app).to_vec();
    assert_eq!(edits[0], Edit::Set { path: "ke".into(), field: Field::Start, words: "0.1 1/h".into() });
    let seen = screen(&mut app, 120, 36);
    assert!(seen.contains("2 changed, not written"), "{seen}");
    press(&mut app, 'W');
    assert!(app.question.is_some());
    press(&mut app, 'y');
    assert!(
        std::fs::read_to_string(file(folder.path(), "theophylline"))
            .unwrap()
            .contains("ke: {bounds: [0.01 1/h, 1 1/h], start: 0.1 1/h, scale: log")
    );
}

#[test]
fn a_parameter_more_is_fitted_and_taken_out_again() {
    let folder = folder("theophylline");
    let mut app = opened(folder.path(), "theophylline", Screen::Fit);
    let Some(other) = fit_of(&app).unwrap().others.first().cloned() else { return };
    press(&mut app, 'a');
    answer(&mut app, &other);
    let parameters = |app: &App| fit_of(app).unwrap().parameters.iter().map(|parameter| parameter.path.clone()).collect::<Vec<_>>();
    if app.prompt.is_none() {
        assert!(parameters(&app).contains(&other));
        assert_eq!(selected(&app).unwrap().path, other);
        press(&mut app, 'i');
        assert!(!parameters(&app).contains(&other));
    }
}

#[test]
fn fits_are_kept_compared_and_discarded() {
    let folder = folder("indometacin");
    let mut app = opened(folder.path(), "indometacin", Screen::Fit);
    press(&mut app, 'K');
    assert!(notice(&app).contains("nothing is fitted yet"));
    fitted(&mut app);
    press(&mut app, 'K');
    assert!(notice(&app).contains("kept as A"));
    press(&mut app, 'K');
    assert!(notice(&app).contains("is kept as A"));
    press(&mut app, 'C');
    assert!(notice(&app).contains("no other"));
    key(&mut app, KeyCode::Tab);
    press(&mut app, 'i');
    assert_eq!(app.fit.panel, Panel::Parameters);
    fitted(&mut app);
    press(&mut app, 'K');
    press(&mut app, 'C');
    let seen = screen(&mut app, 120, 36);
    for words in ["Kept fits side by side", "A: as the file has it", "A1 not fitted", "weighted SS", "not fitted"] {
        assert!(seen.contains(words), "`{words}` is not in\n{seen}");
    }
    at_all_sizes(&mut app);
    press(&mut app, 'l');
    press(&mut app, 'j');
    press(&mut app, 'X');
    press(&mut app, 'y');
    assert_eq!(kept::of_scenario(&app).count(), 1);
    assert!(notice(&app).contains("no longer kept"));
    // six subjects are six people: the workbench asks whose estimates
    press(&mut app, 'w');
    answer(&mut app, "nobody");
    assert!(app.prompt.as_ref().unwrap().error.is_some());
    answer(&mut app, "1");
    assert_eq!(app.screen, Screen::WhatIf);
}

#[test]
fn a_running_search_shows_its_objective_and_values() {
    let folder = folder("theophylline");
    let mut app = opened(folder.path(), "theophylline", Screen::Fit);
    let effects = press(&mut app, 's');
    let Some(Effect::StartJob(ticket, _)) = effects.into_iter().find(|effect| matches!(effect, Effect::StartJob(..))) else { panic!() };
    assert!(screen(&mut app, 80, 24).contains("has not taken its first step"));
    let live = SearchLive {
        group: "3".into(),
        start: 0,
        objectives: vec![900.0, 40.0, 12.5, 11.25],
        parameters: vec![("lKe".into(), 0.08125, "1/h".into()), ("lKa".into(), 1.5, "1/h".into())],
    };
    let progress = Progress { step: "fitting 3".into(), done: 0.25, left_s: None, live: Some(Live::Search(Arc::new(live))) };
    update(&mut app, Message::JobProgress(ticket, progress));
    let seen = screen(&mut app, 80, 24);
    for words in ["25 % fitting 3", "weighted sum of squares 11.25", "after 3 steps", "0.08125", "1/h"] {
        assert!(seen.contains(words), "`{words}` is not in\n{seen}");
    }
    at_all_sizes(&mut app);
    press(&mut app, 'c');
    assert!(screen(&mut app, 80, 24).contains("stopping"));
}

#[test]
fn a_scenario_without_a_fit_says_so() {
    let folder = folder("psma_it_p1");
    let mut app = opened(folder.path(), "psma_it_p1", Screen::Fit);
    let seen = screen(&mut app, 80, 24);
    assert!(seen.contains("declares no `fit`"), "{seen}");
    for character in ['s', 'i', 'b', 'p', 'a', 'K', 'C', 'X', 'w', 'W', 'r', 't', 'e', 'z', 'v'] {
        press(&mut app, character);
        assert!(!notice(&app).is_empty() && app.prompt.is_none() && app.jobs.is_empty(), "{character}");
    }
    at_all_sizes(&mut app);
}

#[test]
fn rows_are_clicked_searched_and_the_screen_is_kept() {
    let folder = folder("theophylline");
    let mut app = opened(folder.path(), "theophylline", Screen::Fit);
    let area = body(&app);
    clicked(&mut app, area, 4, area.y + 4);
    assert_eq!(app.fit.row, 1);
    clicked(&mut app, area, 4, area.bottom() - 2);
    assert_eq!(app.fit.panel, Panel::Result);
    press(&mut app, 'f');
    screen(&mut app, 80, 24);
    press(&mut app, 'f');
    assert!(back(&mut app) && !back(&mut app));
    press(&mut app, '/');
    "cl".chars().for_each(|character| drop(press(&mut app, character)));
    key(&mut app, KeyCode::Enter);
    assert_eq!(selected(&app).unwrap().path, "cl");
    app.fit.browse.show(Aspect::Tables);
    let words = kept(&app);
    app.fit.browse.show(Aspect::Figures);
    restored(&mut app, &words);
    assert_eq!(app.fit.browse.wanted, Aspect::Tables);
}
