//! Whole frames of the main states at three sizes, and every small size without a panic.

use ratatui::style::{Color, Modifier};
use rptbench::tui::action::Command;
use rptbench::tui::app::{App, Question};
use rptbench::tui::screen::Screen;

use crate::fixture::{SIZES, ask, drawn, fresh, opened, running, text, typed};

type State = (&'static str, fn((u16, u16)) -> App);

const STATES: [State; 8] = [
    ("reading", fresh),
    ("running", running),
    ("help", |size| seen(opened(size), &[Command::Help])),
    ("palette", |size| palette(opened(size), "ta")),
    ("picker", |size| seen(opened(size), &[Command::ChooseScenario])),
    ("leaving", |size| seen(running(size), &[Command::Quit])),
    ("prompt", prompt),
    ("question", question),
];

fn palette(app: App, words: &str) -> App {
    let mut app = seen(app, &[Command::Palette]);
    typed(&mut app, words);
    app
}

fn prompt(size: (u16, u16)) -> App {
    let mut app = opened(size);
    app.ask_for(Screen::Trial, "size", "Virtual patients", "200");
    if let Some(prompt) = &mut app.prompt {
        prompt.error = Some("a whole number is wanted".to_owned());
    }
    app
}

fn question(size: (u16, u16)) -> App {
    let mut app = opened(size);
    let answers = vec![('o', "write over it".to_owned(), Command::Reload), ('r', "read theirs".to_owned(), Command::Reload)];
    let words = vec!["`scenario.yaml` changed on disk since it was read here.".to_owned()];
    app.question = Some(Question { title: "Saving".to_owned(), words, answers });
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
fn a_small_terminal_is_told_what_is_needed() {
    assert!(text(&opened((59, 24))).contains("rpt needs 60 × 16"));
    assert!(text(&opened((60, 15))).contains("this is 60 × 15"));
    assert!(text(&opened((60, 16))).contains("1 Model"));
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
    let plain = App { colour: false, ..running((120, 36)) };
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
