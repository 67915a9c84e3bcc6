//! All keys, made from the registry of actions: those of the open screen first.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style, Stylize};
use ratatui::text::{Line, Span};

use super::text::scrolled;
use super::{boxed, dim};
use crate::report::RESEARCH_USE;
use crate::tui::action::{self, Action, Where};
use crate::tui::app::App;
use crate::tui::editor;
use crate::tui::screen::Screen;
use crate::tui::screens::model;
use crate::tui::words::wrapped;

/// The box of the help on a screen.
#[must_use]
pub fn area(screen: Rect) -> Rect {
    let width = screen.width.saturating_sub(4).min(96);
    let height = screen.height.saturating_sub(3).min(40);
    Rect { x: screen.x + (screen.width - width) / 2, y: screen.y + 1.min(screen.height), width, height }
}

/// Draws the help from line `down` on.
pub fn draw(app: &App, down: usize, screen: Rect, buffer: &mut Buffer) {
    let inside = boxed(" Keys ", area(screen), buffer);
    let lines = lines(app, inside.width as usize);
    let down = down.min(lines.len().saturating_sub(inside.height as usize));
    scrolled(buffer, inside, &lines, down, 0);
}

/// How far the help can be scrolled.
#[must_use]
pub fn room(app: &App) -> usize {
    let area = area(Rect::new(0, 0, app.size.0, app.size.1));
    lines(app, area.width.saturating_sub(4) as usize).len().saturating_sub(area.height.saturating_sub(2) as usize)
}

fn heading(words: String) -> Line<'static> {
    Line::raw(words).bold()
}

/// The lines: the editor's keys while it is open, else the screen's, then those of every screen.
fn lines(app: &App, width: usize) -> Vec<Line<'static>> {
    let mut out = Vec::new();
    if app.screen == Screen::Model && model::editing(app) {
        out.push(heading("Editor".to_owned()));
        for (keys, words) in editor::keys::KEYS {
            row(keys, words, Style::new(), width, &mut out);
        }
        of_place(app, Where::Editor, width, &mut out);
        out.push(Line::default());
    }
    out.push(heading(format!("{} screen", app.screen.title())));
    of_place(app, Where::On(app.screen), width, &mut out);
    out.push(Line::default());
    out.push(heading("Everywhere".to_owned()));
    of_place(app, Where::Screen, width, &mut out);
    out.push(Line::default());
    out.push(Line::from(Span::styled(RESEARCH_USE, dim())));
    out
}

fn of_place(app: &App, place: Where, width: usize, out: &mut Vec<Line<'static>>) {
    for action in action::all().filter(|action| action.place == place) {
        of_action(action, app, width, out);
    }
}

fn of_action(action: &Action, app: &App, width: usize, out: &mut Vec<Line<'static>>) {
    let keys: Vec<String> = action.keys.iter().map(|key| key.name()).collect();
    match (action.available)(app) {
        Err(reason) => row(&keys.join(" "), &format!("{} — not now: {reason}", action.help), dim(), width, out),
        Ok(()) => row(&keys.join(" "), action.help, Style::new(), width, out),
    }
}

fn row(keys: &str, words: &str, style: Style, width: usize, out: &mut Vec<Line<'static>>) {
    const KEYS: usize = 18;
    // keys too long for their column have a line of their own
    let long = keys.chars().count() >= KEYS;
    if long {
        out.push(Line::from(Span::styled(keys.to_owned(), style.add_modifier(Modifier::BOLD))));
    }
    for (position, line) in wrapped(words, width.saturating_sub(KEYS)).into_iter().enumerate() {
        let keys = if position == 0 && !long { keys } else { "" };
        out.push(Line::from(vec![Span::styled(format!("{keys:<KEYS$}"), style.add_modifier(Modifier::BOLD)), Span::styled(line, style)]));
    }
}
