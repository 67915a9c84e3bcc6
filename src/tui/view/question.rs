//! Questions with a few answers: whether to leave although something is lost, and those of the screens.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::boxed;
use super::text::put;
use crate::tui::action::{self, Where};
use crate::tui::app::{App, Question};
use crate::tui::screens::model;
use crate::tui::words::wrapped;

/// Draws the question whether to leave, with what would be lost.
pub fn draw_leaving(app: &App, screen: Rect, buffer: &mut Buffer) {
    let mut words = Vec::new();
    match app.jobs.len() {
        0 => {}
        1 => words.push("A job is still running; what it wrote can be resumed.".to_owned()),
        count => words.push(format!("{count} jobs are still running; what they wrote can be resumed.")),
    }
    if let Some(file) = model::unsaved(app) {
        words.push(format!("The edits of {file} are not saved; they are kept aside and offered again."));
    }
    let answers: Vec<(String, String)> = action::here(app)
        .filter(|action| action.place == Where::Leaving)
        .map(|action| (action.keys.first().map(|key| key.name()).unwrap_or_default(), action.name.to_owned()))
        .collect();
    draw_box(" Quit ", &words, &answers, screen, buffer);
}

/// Draws the question of a screen.
pub fn draw(question: &Question, screen: Rect, buffer: &mut Buffer) {
    let mut answers: Vec<(String, String)> = question.answers.iter().map(|(key, words, _)| (key.to_string(), words.clone())).collect();
    answers.push(("Esc".to_owned(), "none of them".to_owned()));
    draw_box(&format!(" {} ", question.title), &question.words, &answers, screen, buffer);
}

fn draw_box(title: &str, words: &[String], answers: &[(String, String)], screen: Rect, buffer: &mut Buffer) {
    let width = screen.width.saturating_sub(4).min(64);
    let lines: Vec<String> = words.iter().flat_map(|words| wrapped(words, width.saturating_sub(4) as usize)).collect();
    let height = (lines.len() as u16 + answers.len() as u16 + 3).min(screen.height);
    let area = Rect { x: screen.x + (screen.width - width) / 2, y: screen.y + (screen.height - height) / 2, width, height };
    let inside = boxed(title, area, buffer);
    for (row, line) in lines.iter().enumerate() {
        put(buffer, inside, 0, row as u16, line, Style::new());
    }
    for (row, (key, words)) in answers.iter().enumerate() {
        let row = (lines.len() + 1 + row) as u16;
        put(buffer, inside, 0, row, key, Style::new().add_modifier(Modifier::BOLD));
        put(buffer, inside, 5, row, words, Style::new());
    }
}
