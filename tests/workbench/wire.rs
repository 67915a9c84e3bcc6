//! Bytes on the wire: what a step of the cursor costs over a slow link, and that a frame without a change costs next to nothing.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use rptbench::tui::action::{Command, Motion};
use rptbench::tui::app::App;
use rptbench::tui::view::view;

use crate::fixture::{ask, opened};

/// Counts what is sent.
#[derive(Clone, Default)]
struct Wire(Arc<Mutex<Vec<u8>>>);

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("not poisoned").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Bytes of each frame: the first, one without a change, and one after each command.
fn bytes(mut app: App, commands: &[Command]) -> Vec<usize> {
    crossterm::style::force_color_output(true);
    let wire = Wire::default();
    let viewport = Viewport::Fixed(Rect::new(0, 0, app.size.0, app.size.1));
    let mut terminal = Terminal::with_options(CrosstermBackend::new(wire.clone()), TerminalOptions { viewport }).expect("a terminal");
    let mut counts = Vec::new();
    let mut draw = |app: &App| {
        terminal
            .draw(|frame| {
                view(app, frame);
            })
            .expect("drawn");
        counts.push(std::mem::take(&mut *wire.0.lock().expect("not poisoned")).len());
    };
    draw(&app);
    draw(&app);
    for command in commands {
        ask(&mut app, *command);
        draw(&app);
    }
    counts
}

#[test]
fn a_step_in_the_palette_costs_less_than_two_kilobytes() {
    for size in [(80, 24), (120, 36), (200, 60)] {
        let down = Command::Go(Motion::Rows(1));
        let counts = bytes(opened(size), &[Command::Palette, down, down]);
        assert!(counts[1] < 64, "a frame without a change: {counts:?}");
        assert!(counts[3] < 2048 && counts[4] < 2048, "{size:?}: {counts:?}");
    }
}

#[test]
fn a_character_in_the_search_costs_less_than_half_a_kilobyte() {
    let counts = bytes(opened((120, 36)), &[Command::Search, Command::Type('p'), Command::Type('a')]);
    assert!(counts[4] < 512, "{counts:?}");
}

#[test]
fn a_first_frame_asks_the_terminal_nothing() {
    let wire = Wire::default();
    let viewport = Viewport::Fixed(Rect::new(0, 0, 80, 24));
    let mut terminal = Terminal::with_options(CrosstermBackend::new(wire.clone()), TerminalOptions { viewport }).expect("a terminal");
    terminal
        .draw(|frame| {
            view(&opened((80, 24)), frame);
        })
        .expect("drawn");
    let sent = String::from_utf8_lossy(&wire.0.lock().expect("not poisoned")).into_owned();
    // cursor position, device attributes, colours
    for question in ["\x1b[6n", "\x1b[c", "\x1b[>c", "\x1b]10;?", "\x1b]11;?"] {
        assert!(!sent.contains(question), "{question:?}");
    }
}
