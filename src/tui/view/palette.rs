//! The palette: all actions of the registry by name, with their keys and why they cannot be done now; and the picker of scenarios.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_width::UnicodeWidthStr;

use super::text::put;
use super::{boxed, dim};
use crate::tui::app::App;
use crate::tui::{action, palette};

/// Columns of the names and of the keys.
const NAMES: u16 = 18;
const KEYS: u16 = 10;

/// Draws the palette with the action at `chosen` marked.
pub fn draw(app: &App, chosen: usize, screen: Rect, buffer: &mut Buffer) {
    let inside = boxed(" Actions ", super::help::area(screen), buffer);
    put(buffer, inside, 0, 0, &format!("> {}_", app.typed), Style::new().add_modifier(Modifier::BOLD));
    let list = Rect { y: inside.y + 1, height: inside.height.saturating_sub(1), ..inside };
    let found = palette::found(app);
    if found.is_empty() {
        put(buffer, list, 0, 0, "no action is called so", dim());
    }
    let first = chosen.saturating_sub((list.height as usize).saturating_sub(1));
    for (row, action) in found.iter().skip(first).take(list.height as usize).enumerate() {
        let row = row as u16;
        let reason = (action.available)(app).err();
        let style = if reason.is_some() { dim() } else { Style::new() };
        let words = reason.map_or_else(|| action.help.to_owned(), |reason| format!("not now: {reason}"));
        let words = action::elsewhere(app, action).map_or(words.clone(), |screen| format!("{}: {words}", screen.title()));
        let key = action.keys.first().map(|key| key.name()).unwrap_or_default();
        put(buffer, Rect { width: NAMES.min(list.width), ..list }, 0, row, action.name, style.add_modifier(Modifier::BOLD));
        put(buffer, list, NAMES, row, &key, style);
        put(buffer, list, NAMES + KEYS, row, &words, style);
        bar(first + row as usize == chosen, list, row, buffer);
    }
}

/// Reverses the chosen row.
fn bar(chosen: bool, list: Rect, row: u16, buffer: &mut Buffer) {
    if chosen {
        let bar = Rect { y: list.y + row, height: 1, ..list }.intersection(buffer.area);
        buffer.set_style(bar, Style::new().add_modifier(Modifier::REVERSED));
    }
}

/// Draws the picker with the scenario at `chosen` marked.
pub fn draw_picker(app: &App, chosen: usize, screen: Rect, buffer: &mut Buffer) {
    let inside = boxed(" Scenarios ", super::help::area(screen), buffer);
    put(buffer, inside, 0, 0, &format!("> {}_", app.typed), Style::new().add_modifier(Modifier::BOLD));
    let list = Rect { y: inside.y + 1, height: inside.height.saturating_sub(1), ..inside };
    let found = palette::scenarios(app);
    if found.is_empty() {
        put(buffer, list, 0, 0, "no scenario is called so", dim());
    }
    let names = found.iter().map(|entry| entry.name.width()).max().unwrap_or(0).min(inside.width as usize / 2) as u16 + 2;
    let first = chosen.saturating_sub((list.height as usize).saturating_sub(1));
    for (row, entry) in found.iter().skip(first).take(list.height as usize).enumerate() {
        let row = row as u16;
        let name = Rect { width: names.min(list.width), ..list };
        let words = if entry.problems.is_empty() { entry.title.as_str() } else { "has problems" };
        put(buffer, name, 0, row, &entry.name, Style::new().add_modifier(Modifier::BOLD));
        put(buffer, list, names, row, words, dim());
        bar(first + row as usize == chosen, list, row, buffer);
    }
}
