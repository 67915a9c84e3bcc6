//! The screen without a terminal: every action, every size, bytes on the wire. Desks are those of shipped scenarios; answers are computed where a test needs them.
#![allow(clippy::unwrap_used)]
use super::*;
use crate::session::what_if::{Evaluator, KnobGroup, KnobValue, Stage};
use crate::tui::action::{Command as Shell, message_of};
use crate::tui::message::Message;
use crate::tui::screen::Screen;
use crate::tui::update::update;
use crate::tui::view::view;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::backend::{CrosstermBackend, TestBackend};
use ratatui::{Terminal, TerminalOptions, Viewport};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The workbench on What-if with the desk of a shipped scenario open, before any answer; and the request.
fn opened(name: &str, size: (u16, u16)) -> (App, Vec<Effect>) {
    let mut app = App { screen: Screen::WhatIf, ..App::new(root(), "rptbench", size, true) };
    app.scenario = Some(root().join("scenarios").join(name).join("scenario.yaml"));
    let effects = entered(&mut app);
    let [Effect::Desk(DeskWork::Open(ticket, path))] = &effects[..] else { panic!("{effects:?}") };
    let effects = take(&mut app, *ticket, News::Opened(Desk::open(path).map(Arc::new)));
    (app, effects)
}

/// Answers the request among the effects, as the engine would.
fn answer(app: &mut App, evaluator: &mut Evaluator, effects: &[Effect]) {
    for effect in effects {
        let Effect::Desk(DeskWork::Request(ticket, settings)) = effect else { panic!("{effect:?}") };
        let desk = Arc::clone(app.what_if.open_desk().unwrap());
        let result = desk
            .apply(settings)
            .and_then(|changed| evaluator.evaluate(&changed, Stage::Exact, &AtomicBool::new(false)).map_err(|refused| refused.to_string()));
        let answer = Answer {
            number: ticket.0,
            stage: Stage::Exact,
            more_follows: false,
            result: result.map(Arc::new),
            took: Duration::from_millis(42),
        };
        assert!(take(app, *ticket, News::Answered(answer)).is_empty());
    }
}

/// The same with the first answer.
fn answered_desk(name: &str, size: (u16, u16)) -> (App, Evaluator) {
    let (mut app, effects) = opened(name, size);
    let mut evaluator = Evaluator::default();
    answer(&mut app, &mut evaluator, &effects);
    (app, evaluator)
}

fn press(app: &mut App, code: KeyCode) -> Vec<Effect> {
    let message = message_of(app, &KeyEvent::new(code, KeyModifiers::NONE)).unwrap_or_else(|| panic!("{code:?} means nothing"));
    update(app, message)
}

fn type_text(app: &mut App, text: &str) -> Vec<Effect> {
    text.chars().for_each(|character| drop(update(app, Message::Do(Shell::Type(character)))));
    press(app, KeyCode::Enter)
}

fn text(app: &App) -> String {
    let mut terminal = Terminal::new(TestBackend::new(app.size.0, app.size.1)).unwrap();
    terminal
        .draw(|frame| {
            view(app, frame);
        })
        .unwrap();
    let buffer = terminal.backend().buffer().clone();
    let rows = buffer.content.chunks(app.size.0 as usize);
    rows.map(|row| row.iter().map(|cell| cell.symbol()).collect::<String>() + "\n").collect()
}

fn choose_knob(app: &mut App, name: &str) {
    let at = app.what_if.open_desk().unwrap().knobs.iter().position(|knob| knob.name == name).unwrap();
    go_to(app, at);
}

fn setting(app: &App, name: &str) -> Option<KnobValue> {
    app.what_if.settings().into_iter().find(|(other, _)| other == name).map(|(_, value)| value)
}

#[test]
fn a_step_sets_the_knob_at_once_and_asks_for_an_answer_that_may_come_late() {
    let (mut app, first) = opened("psma_it_p1", (120, 36));
    assert!(app.what_if.shown.is_none());
    choose_knob(&mut app, "activity");
    let second = press(&mut app, KeyCode::Right);
    assert_eq!(setting(&app, "activity"), Some(KnobValue::Number(7.45)));
    press(&mut app, KeyCode::Char('>'));
    assert_eq!(setting(&app, "activity"), Some(KnobValue::Number(7.95)));
    press(&mut app, KeyCode::Char('<'));
    press(&mut app, KeyCode::Left);
    assert_eq!(setting(&app, "activity"), None, "back at the scenario's own value");
    let mut evaluator = Evaluator::default();
    answer(&mut app, &mut evaluator, &first);
    answer(&mut app, &mut evaluator, &second);
    assert!(app.what_if.shown.is_none(), "answers to older requests are dropped");
    // steps of one knob in a row are one change, another way of turning is another
    assert!(undo(&mut app, true).is_ok());
    assert!(undo(&mut app, true).unwrap_err().contains("before"));
}

#[test]
fn values_are_typed_reset_taken_back_and_made_again() {
    let (mut app, mut evaluator) = answered_desk("psma_it_p1", (120, 36));
    choose_knob(&mut app, "activity");
    press(&mut app, KeyCode::Enter);
    assert!(app.prompt.as_ref().unwrap().title.contains("activity per cycle (GBq)"));
    type_text(&mut app, "5 wk");
    assert!(app.prompt.as_ref().unwrap().error.as_ref().unwrap().contains("must be"));
    update(&mut app, Message::Do(Shell::EraseAll));
    let effects = type_text(&mut app, "6000 MBq");
    assert!(app.prompt.is_none());
    let doses = |app: &App| app.what_if.shown.as_ref().unwrap().answer.arms[0].targets[0].absorbed_gy;
    let before = doses(&app);
    assert!(text(&app).contains("following"));
    answer(&mut app, &mut evaluator, &effects);
    assert!(doses(&app) < before && text(&app).contains("exact 42 ms"));
    choose_knob(&mut app, "kidneys.density");
    press(&mut app, KeyCode::Right);
    assert_eq!(app.what_if.settings().len(), 2);
    press(&mut app, KeyCode::Char('d'));
    assert_eq!(app.what_if.settings().len(), 1);
    press(&mut app, KeyCode::Char('d'));
    assert!(app.notice.as_ref().unwrap().text.contains("as the scenario says"));
    press(&mut app, KeyCode::Char('u'));
    assert_eq!(app.what_if.settings().len(), 2);
    press(&mut app, KeyCode::Char('U'));
    press(&mut app, KeyCode::Char('D'));
    assert!(app.what_if.settings().is_empty());
    press(&mut app, KeyCode::Char('u'));
    assert_eq!(setting(&app, "activity"), Some(KnobValue::Number(6.0)));
}

#[test]
fn what_cannot_be_turned_or_computed_says_why() {
    let (mut app, mut evaluator) = answered_desk("iluminet", (80, 24));
    choose_knob(&mut app, "unlabelled");
    assert!(press(&mut app, KeyCode::Right).is_empty());
    assert!(app.notice.as_ref().unwrap().text.contains("no unlabelled ligand"));
    assert!(text(&app).contains('×'));
    let (mut other, effects) = opened("psma_it_p1", (120, 36));
    answer(&mut other, &mut evaluator, &effects);
    choose_knob(&mut other, "interval");
    press(&mut other, KeyCode::Enter);
    let effects = type_text(&mut other, "0.5 wk");
    answer(&mut other, &mut evaluator, &effects);
    assert!(other.what_if.shown.is_some() && text(&other).contains("last scan must lie before"), "{}", text(&other));
    let (app, _) = opened("indometacin", (200, 60));
    assert!(text(&app).contains("nothing is given") && text(&app).contains("`o` chooses another"));
    let mut empty = App { screen: Screen::WhatIf, ..App::new(root(), "rptbench", (80, 24), true) };
    assert!(entered(&mut empty).is_empty() && text(&empty).contains("no scenario is chosen"));
    assert!(press(&mut empty, KeyCode::Char('x')).is_empty() && empty.prompt.is_none());
}

#[test]
fn variants_are_pinned_compared_taken_up_and_away() {
    let (mut app, mut evaluator) = answered_desk("psma_it_p1", (120, 36));
    press(&mut app, KeyCode::Char('p'));
    choose_knob(&mut app, "activity");
    press(&mut app, KeyCode::Enter);
    let effects = type_text(&mut app, "3.7 GBq");
    press(&mut app, KeyCode::Char('p'));
    assert!(app.notice.as_ref().unwrap().text.contains("on its way"));
    answer(&mut app, &mut evaluator, &effects);
    // half of 7.4 GBq four times
    assert!(text(&app).contains("beyond pinned A") && text(&app).contains("−14.8"), "{}", text(&app));
    press(&mut app, KeyCode::Char('p'));
    assert_eq!(app.what_if.against, Against::Pinned("B".into()));
    press(&mut app, KeyCode::Char('v'));
    press(&mut app, KeyCode::Char('v'));
    assert_eq!(app.what_if.against, Against::Pinned("A".into()));
    assert!(app.notice.as_ref().unwrap().text.contains("as the scenario says"));
    press(&mut app, KeyCode::Char('w'));
    assert!(app.what_if.settings().is_empty());
    press(&mut app, KeyCode::Char('P'));
    assert_eq!(app.what_if.present().unwrap().variants.pinned.len(), 1);
    press(&mut app, KeyCode::Char('b'));
    assert!(text(&app).contains("beyond the first arm"));
    press(&mut app, KeyCode::Esc);
    assert_eq!(app.what_if.against, Against::Nothing);
}

#[test]
fn the_desk_is_exported_under_a_free_name() {
    let (mut app, _) = answered_desk("p12_spect", (80, 24));
    let project = tempfile::tempdir().unwrap();
    app.folder = project.path().to_path_buf();
    press(&mut app, KeyCode::Char('x'));
    assert_eq!(app.prompt.as_ref().unwrap().text, "p12_spect_what_if");
    let effects = press(&mut app, KeyCode::Enter);
    let [Effect::Background(ticket, crate::tui::screens::Work::WhatIf(work))] = &effects[..] else { panic!("{effects:?}") };
    let effects = take(&mut app, *ticket, carry_out(work.clone()));
    assert!(matches!(effects[..], [Effect::ReadProject(..)]) && app.notice.as_ref().unwrap().text.contains("scenarios/p12_spect_what_if"));
    assert!(take(&mut app, *ticket, carry_out(work.clone())).is_empty());
    assert!(app.notice.as_ref().unwrap().bad && app.notice.as_ref().unwrap().text.contains("already"));
    assert!(answered(&mut app, "export", " ").is_err());
}

#[test]
fn estimates_of_a_fit_set_their_knobs_or_wait() {
    let fitted =
        [("left_kidney.uptake".to_owned(), 0.0141, "1".to_owned()), ("left_kidney.effective_half_life".to_owned(), 48.5, "h".to_owned())];
    let (mut app, _) = answered_desk("p12_spect", (80, 24));
    let path = app.scenario.clone().unwrap();
    assert!(text(&app).contains("6 of 6 fitted values not set"), "{}", text(&app));
    let effects = take_estimates(&mut app, &path, &fitted);
    assert!(matches!(effects[..], [Effect::Desk(DeskWork::Request(..))]));
    assert_eq!(setting(&app, "left_kidney.uptake"), Some(KnobValue::Number(0.0141)));
    assert!(text(&app).contains("4 of 6"));
    choose_knob(&mut app, "left_kidney.uptake");
    assert!(text(&app).contains("from fit"), "{}", text(&app));
    press(&mut app, KeyCode::Right);
    assert!(!app.what_if.present().unwrap().now.from_fit.contains("left_kidney.uptake"), "turned by hand it is no longer the fit's");
    press(&mut app, KeyCode::Char('u'));
    press(&mut app, KeyCode::Char('u'));
    assert!(app.what_if.settings().is_empty());
    let mut early = App { screen: Screen::Fit, ..App::new(root(), "rptbench", (80, 24), true) };
    assert!(take_estimates(&mut early, &path, &fitted).is_empty());
    early.scenario = Some(path);
    early.screen = Screen::WhatIf;
    let effects = entered(&mut early);
    let [Effect::Desk(DeskWork::Open(ticket, path))] = &effects[..] else { panic!("{effects:?}") };
    let effects = take(&mut early, *ticket, News::Opened(Desk::open(path).map(Arc::new)));
    let [Effect::Desk(DeskWork::Request(_, settings))] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(settings.len(), 2);
}

#[test]
fn a_later_session_finds_the_settings_again() {
    let (mut app, _) = answered_desk("psma_it_p1", (80, 24));
    choose_knob(&mut app, "scans.kidneys");
    press(&mut app, KeyCode::Enter);
    type_text(&mut app, "24 h, 96 h");
    press(&mut app, KeyCode::Char('y'));
    let kept = kept(&app);
    let (mut again, _) = opened("iluminet", (80, 24));
    restored(&mut again, &kept);
    again.what_if.turned.retain(|path, _| path.ends_with("psma_it_p1/scenario.yaml"));
    again.scenario = app.scenario.clone();
    let effects = entered(&mut again);
    let [Effect::Desk(DeskWork::Open(ticket, path))] = &effects[..] else { panic!("{effects:?}") };
    take(&mut again, *ticket, News::Opened(Desk::open(path).map(Arc::new)));
    assert_eq!(again.what_if.settings(), [("scans.kidneys".to_owned(), KnobValue::Times(vec![24.0, 96.0]))]);
    assert!(again.what_if.log);
    restored(&mut again, &[("nonsense".into(), "x".into()), ("set a".into(), "x".into())]);
}

#[test]
fn the_list_is_searched_grouped_and_clicked() {
    let (mut app, _) = answered_desk("psma_it_p1", (80, 24));
    let (titles, _) = searchable(&app).unwrap();
    assert!(titles.iter().any(|title| title == "kidneys.density"));
    let group = |app: &App| app.what_if.chosen_knob().unwrap().group;
    for expected in [KnobGroup::Patient, KnobGroup::Clinic, KnobGroup::Model, KnobGroup::Regimen] {
        press(&mut app, KeyCode::Char('s'));
        assert_eq!(group(&app), expected);
    }
    press(&mut app, KeyCode::End);
    assert_eq!(group(&app), KnobGroup::Model);
    press(&mut app, KeyCode::Home);
    press(&mut app, KeyCode::PageDown);
    press(&mut app, KeyCode::Up);
    press(&mut app, KeyCode::Home);
    // the heading of the group is the first row
    let area = body(&app);
    assert!(clicked(&mut app, area, area.x + 3, area.y + 3).is_empty());
    assert_eq!(app.what_if.present().unwrap().chosen, 1);
    clicked(&mut app, area, area.x + 26, area.y + 3);
    assert!(app.prompt.is_some(), "a second click on the value asks for one");
    app.prompt = None;
    clicked(&mut app, area, area.x + 40, area.y + 20);
    assert_eq!(app.what_if.pane, Pane::Curves);
}

#[test]
fn panels_follow_tab_and_the_full_screen_shows_the_focused_one() {
    let (mut app, _) = answered_desk("netter1", (80, 24));
    press(&mut app, KeyCode::Tab);
    assert_eq!(app.what_if.pane, Pane::Doses);
    press(&mut app, KeyCode::Down);
    assert_eq!(app.what_if.down, 1);
    press(&mut app, KeyCode::End);
    press(&mut app, KeyCode::Home);
    press(&mut app, KeyCode::Right);
    press(&mut app, KeyCode::Char('f'));
    assert!(text(&app).contains("Platelets nadir") && !text(&app).contains("Knobs"));
    press(&mut app, KeyCode::Char('f'));
    press(&mut app, KeyCode::Char('e'));
    assert!(text(&app).contains("Evidence: transferred") || text(&app).contains("kidney_bed_external_beam"), "{}", text(&app));
    press(&mut app, KeyCode::Esc);
    press(&mut app, KeyCode::Tab);
    press(&mut app, KeyCode::Down);
    press(&mut app, KeyCode::Char('t'));
    press(&mut app, KeyCode::Char('T'));
    assert_eq!(app.what_if.curve, 1);
    press(&mut app, KeyCode::BackTab);
    assert_eq!(app.what_if.pane, Pane::Doses);
}

#[test]
fn eighty_columns_hold_knobs_doses_and_a_curve() {
    let (mut app, _) = answered_desk("psma_it_p1", (80, 24));
    choose_knob(&mut app, "activity");
    let text = text(&app);
    for words in ["Knobs", "Regimen", "7.4 GBq", "Kidneys", "BED", "NTCP transferred", "Gy", "dose rate", "mGy/h", "fixed", "adapted"] {
        assert!(text.contains(words), "{words} missing:\n{text}");
    }
}

#[test]
fn frames_at_three_sizes() {
    for (name, size) in [("psma_it_p1", (80, 24)), ("netter1", (120, 36)), ("psma_it_p1", (200, 60)), ("psma_it_p2", (80, 24))] {
        let (mut app, mut evaluator) = answered_desk(name, size);
        press(&mut app, KeyCode::Down);
        let effects = press(&mut app, KeyCode::Left);
        answer(&mut app, &mut evaluator, &effects);
        insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), text(&app));
    }
}

#[test]
fn every_size_is_drawn_without_a_panic() {
    for name in ["psma_it_p1", "psma_it_p2", "netter1"] {
        let (mut app, _) = answered_desk(name, (80, 24));
        press(&mut app, KeyCode::Char('p'));
        for pane in Pane::ALL {
            for full in [false, true] {
                for (words, log) in [(false, false), (true, true)] {
                    (app.what_if.pane, app.full_screen, app.what_if.words, app.what_if.log) = (pane, full, words, log);
                    for (width, height) in
                        (0..46).map(|size| (1 + size * 3, 1 + size)).chain([(80, 21), (120, 33), (200, 57), (1, 57), (200, 1), (0, 0)])
                    {
                        let area = Rect::new(0, 0, width, height);
                        let mut buffer = Buffer::empty(area);
                        draw(&app, area, &mut buffer);
                    }
                }
            }
        }
    }
}

/// Counts what is sent.
#[derive(Clone, Default)]
struct Wire(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A step is two frames: the knob at once, then its answer. Bound: 2 kB for both at 120×36.
#[test]
fn a_fine_step_of_a_knob_costs_at_most_two_kilobytes() {
    crossterm::style::force_color_output(true);
    let mut found = Vec::new();
    for (name, knob) in [
        ("psma_it_p1", "activity"),
        ("psma_it_p1", "kidneys.density"),
        ("psma_it_p1", "limit.kidneys"),
        ("netter1", "activity"),
        ("p12_spect", "left_kidney.effective_half_life"),
        ("psma_it_p2", "activity"),
    ] {
        let (mut app, mut evaluator) = answered_desk(name, (120, 36));
        choose_knob(&mut app, knob);
        let wire = Wire::default();
        let viewport = Viewport::Fixed(Rect::new(0, 0, 120, 36));
        let mut terminal = Terminal::with_options(CrosstermBackend::new(wire.clone()), TerminalOptions { viewport }).unwrap();
        let mut draw = |app: &App| {
            terminal
                .draw(|frame| {
                    view(app, frame);
                })
                .unwrap();
            std::mem::take(&mut *wire.0.lock().unwrap()).len()
        };
        draw(&app);
        for _ in 0..3 {
            let effects = press(&mut app, KeyCode::Right);
            let at_once = draw(&app);
            answer(&mut app, &mut evaluator, &effects);
            let followed = draw(&app);
            found.push((name, knob, at_once, followed));
        }
    }
    println!("{found:?}");
    for (name, knob, at_once, followed) in found {
        assert!(at_once + followed <= 2048, "{name}, {knob}: {at_once} and {followed} bytes");
    }
}

/// The engine beside the effects: opens, answers the newest request, and tells with the number of the request.
#[test]
fn the_bench_answers_with_the_number_of_the_request() {
    let (tell, told) = std::sync::mpsc::channel();
    let mut bench = Bench::new(move |ticket, news| drop(tell.send((ticket, news))));
    let path = root().join("scenarios/p12_spect/scenario.yaml");
    bench.take(DeskWork::Open(Ticket(7), path));
    bench.take(DeskWork::Request(Ticket(8), vec![("activity".into(), KnobValue::Number(5.0))]));
    let next = || told.recv_timeout(Duration::from_secs(60)).unwrap();
    assert!(matches!(next(), (Ticket(7), News::Opened(Ok(_)))));
    let (ticket, news) = next();
    let News::Answered(answer) = news else { panic!("{news:?}") };
    assert_eq!((ticket, answer.number, answer.result.unwrap().arms[0].cycles[0].1), (Ticket(8), 8, 5000.0));
    bench.take(DeskWork::Close);
    bench.take(DeskWork::Request(Ticket(9), Vec::new()));
    assert!(told.recv_timeout(Duration::from_millis(200)).is_err());
}

/// Where the clinic fits the whole model, a quick answer with one exponential comes first and the MAP fit follows.
#[test]
fn a_quick_answer_goes_before_map_fits() {
    let (tell, told) = std::sync::mpsc::channel();
    let mut bench = Bench::new(move |ticket, news| drop(tell.send((ticket, news))));
    bench.take(DeskWork::Open(Ticket(1), root().join("scenarios/benua_131i/scenario.yaml")));
    bench.take(DeskWork::Request(Ticket(2), Vec::new()));
    let mut stages = Vec::new();
    while stages.last() != Some(&Stage::Exact) {
        if let (Ticket(2), News::Answered(answer)) = told.recv_timeout(Duration::from_secs(60)).unwrap() {
            assert_eq!(answer.more_follows, answer.stage == Stage::Quick);
            assert_eq!(
                answer.result.unwrap().notes.iter().any(|note| note.contains("until the MAP fit is done")),
                answer.stage == Stage::Quick
            );
            stages.push(answer.stage);
        }
    }
    assert_eq!(stages, [Stage::Quick, Stage::Exact]);
}
