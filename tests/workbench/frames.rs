//! Whole frames of the main states at three sizes, and every small size without a panic.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::{Color, Modifier};
use rptbench::session::work::Progress;
use rptbench::tui::action::Command;
use rptbench::tui::app::{App, Aspect, Section};
use rptbench::tui::message::Message;
use rptbench::tui::update::update;
use rptbench::tui::view::view;

use crate::fixture::{ask, failed, finished, fresh, opened, running, ticket};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 60)];

fn drawn(app: &App, (width, height): (u16, u16)) -> ratatui::buffer::Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a test terminal");
    terminal.draw(|frame| view(app, frame)).expect("drawn");
    terminal.backend().buffer().clone()
}

fn text(app: &App) -> String {
    let buffer = drawn(app, app.size);
    let row = |y| (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (0..buffer.area.height).map(|y| row(y).trim_end().to_owned() + "\n").collect()
}

type State = (&'static str, fn((u16, u16)) -> App);

const STATES: [State; 17] = [
    ("reading", fresh),
    ("scenario", opened),
    ("broken", broken),
    ("model", |size| seen(opened(size), &[Command::Go(Section::Models)])),
    ("run", |size| seen(opened(size), &[Command::Go(Section::Runs), Command::Move(1)])),
    ("running", running),
    ("trial", trial),
    ("figure", finished),
    ("bars", |size| seen(finished(size), &[Command::Step(1), Command::Step(1)])),
    ("table", |size| seen(finished(size), &[Command::Show(Aspect::Tables)])),
    ("full_screen", |size| seen(finished(size), &[Command::FullScreen])),
    ("help", |size| seen(opened(size), &[Command::Help])),
    ("palette", |size| typed(seen(opened(size), &[Command::Palette]), "ta")),
    ("search_typed", |size| typed(seen(opened(size), &[Command::SwitchPane, Command::Search]), "hemato")),
    ("search_text", |size| seen(typed(seen(opened(size), &[Command::SwitchPane, Command::Search]), "ki"), &[Command::Accept])),
    ("ascii", |size| App { ascii: true, ..finished(size) }),
    ("question", |size| seen(running(size), &[Command::Quit])),
];

fn trial(size: (u16, u16)) -> App {
    let mut app = opened(size);
    let job = ticket(&ask(&mut app, Command::Trial));
    let step = "512 of 1000 virtual patients, 12 a second".to_owned();
    update(&mut app, Message::JobProgress(job, Progress { step, done: 0.46, left_s: Some(200.0) }));
    app
}

fn broken(size: (u16, u16)) -> App {
    seen(opened(size), &[Command::Move(-1)])
}

fn typed(mut app: App, words: &str) -> App {
    for character in words.chars() {
        ask(&mut app, Command::Type(character));
    }
    app
}

fn seen(mut app: App, commands: &[Command]) -> App {
    for command in commands {
        ask(&mut app, *command);
    }
    app
}

#[test]
fn main_states_at_three_sizes() {
    for (name, state) in STATES {
        for size in SIZES {
            insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), text(&state(size)));
        }
    }
}

#[test]
fn findings_and_a_failure() {
    insta::assert_snapshot!("findings_80x24", text(&seen(finished((80, 24)), &[Command::Show(Aspect::Findings)])));
    let mut app = opened((80, 24));
    let job = ticket(&ask(&mut app, Command::Enter));
    update(&mut app, Message::JobFinished(job, Box::new(Err(failed("the step became too small at 4 h in `veins`", false)))));
    insta::assert_snapshot!("failure_80x24", text(&app));
}

#[test]
fn a_small_terminal_is_told_what_is_needed() {
    assert!(text(&opened((59, 24))).contains("rpt needs 60 × 16"));
    assert!(text(&opened((60, 15))).contains("this is 60 × 15"));
    assert!(text(&opened((60, 16))).contains("Scenarios"));
}

#[test]
fn every_size_is_drawn() {
    for (name, state) in STATES {
        let app = state((120, 40));
        for width in 1..=120 {
            // the narrow and the wide ones by every height, those between by some
            let step = if !(20..=70).contains(&width) && width % 7 != 0 { 9 } else { 1 };
            for height in (1..=40).step_by(step) {
                let buffer = drawn(&app, (width, height));
                assert_eq!((buffer.area.width, buffer.area.height), (width, height), "{name}");
            }
        }
    }
}

#[test]
fn without_colour_the_selection_and_the_headings_still_stand_out() {
    let plain = App { colour: false, ..finished((120, 36)) };
    let buffer = drawn(&plain, plain.size);
    assert!(buffer.content.iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset));
    assert!(buffer.content.iter().any(|cell| cell.modifier.contains(Modifier::REVERSED)));
    assert!(buffer.content.iter().any(|cell| cell.modifier.contains(Modifier::BOLD)));
}

#[test]
fn in_ascii_every_cell_is_ascii() {
    for (name, state) in STATES {
        let app = App { ascii: true, ..state((120, 36)) };
        let buffer = drawn(&app, app.size);
        assert!(buffer.content.iter().all(|cell| cell.symbol().is_ascii()), "{name}");
    }
}

#[test]
fn the_background_is_never_set() {
    for (name, state) in STATES {
        let app = state((120, 36));
        assert!(drawn(&app, app.size).content.iter().all(|cell| cell.bg == Color::Reset), "{name}");
    }
}
