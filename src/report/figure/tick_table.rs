//! The table under the x axis: its numbers stand below the ticks, the names of its rows left of the plot.

use super::axes::{TICK_LINE, lines_near};
use super::fonts;
use super::layout::TICK_EM;
use super::marks::Plot;
use super::palette::INK;
use super::samples::line_width;
use super::scene::{Anchor, Scene, Text};
use super::{Mark, Panel, TickRow};
use crate::report::number_text::decimals;

const WIDEST_NAME: f64 = 165.0;
const SAMPLE: f64 = 16.0;
const GAP: f64 = 6.0;
/// Between the names and the first number.
const NAME_GAP: f64 = 11.0;
const ROW_GAP: f64 = 3.0;
const ABOVE: f64 = 4.0;

/// One measured row.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    row: TickRow,
    lines: Vec<String>,
}

/// The measured table.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct TickTable {
    title: Vec<String>,
    rows: Vec<Row>,
    widest_name: f64,
    /// Ticks to which the numbers belong.
    pub ticks: Vec<f64>,
}

/// The number as it is printed.
fn text_of(value: f64) -> String {
    decimals(value, usize::from(value.fract() != 0.0)).replace('-', "−")
}

impl TickTable {
    /// The table of a panel, if it has one; several marks follow each other under the first heading.
    pub fn of(panel: &Panel) -> Option<Self> {
        let mut table = Self::default();
        for mark in &panel.marks {
            let Mark::AtTicks { title, rows } = mark else { continue };
            if table.title.is_empty() {
                table.title = fonts::wrap(title, TICK_EM, true, 1.6 * WIDEST_NAME);
            }
            table.rows.extend(rows.iter().map(|row| Row { row: row.clone(), lines: lines_near(&row.name, WIDEST_NAME) }));
        }
        let lines = table.rows.iter().flat_map(|row| &row.lines);
        table.widest_name = lines.map(|line| fonts::width(line, TICK_EM, false)).fold(0.0, f64::max);
        (!table.rows.is_empty()).then_some(table)
    }

    /// Width of the widest number at a tick.
    pub fn number_width(&self, tick: f64) -> f64 {
        self.rows.iter().map(|row| fonts::width(&text_of(row.row.at(tick)), TICK_EM, false)).fold(0.0, f64::max)
    }

    /// Width left of the frame, when the first number stands `room` right of its left side.
    pub fn left_width(&self, room: f64) -> f64 {
        let first = self.ticks.first().map_or(0.0, |tick| self.number_width(*tick) / 2.0);
        self.widest_name + SAMPLE + 2.0 * GAP + NAME_GAP + (first - room).max(0.0)
    }

    /// Height of all rows and the heading.
    pub fn height(&self) -> f64 {
        ABOVE
            + TICK_LINE * self.title.len() as f64
            + self.rows.iter().map(|row| TICK_LINE * row.lines.len().max(1) as f64 + ROW_GAP).sum::<f64>()
    }

    /// Draws it from `top` down.
    pub fn draw(&self, plot: &Plot<'_>, top: f64, scene: &mut Scene) {
        let text = |x: f64, y: f64, anchor: Anchor, bold: bool| Text {
            text: String::new(),
            x,
            y: y + 0.76 * TICK_EM,
            em: TICK_EM,
            bold,
            colour: INK,
            anchor,
            upright: false,
        };
        let first = self.ticks.first().and_then(|tick| Some((plot.at_x(*tick)?, self.number_width(*tick) / 2.0)));
        let names_end = first.map_or(plot.frame.left, |(x, half)| plot.frame.left.min(x - half)) - NAME_GAP;
        let mut y = top + ABOVE;
        let names_start = names_end - self.widest_name - GAP - SAMPLE;
        y = scene.lines(&self.title, &text(names_start, y, Anchor::Start, true), TICK_LINE) - 0.76 * TICK_EM;
        for Row { row, lines } in &self.rows {
            let look = plot.looks.look(&row.name, &row.style);
            let middle = y + 0.5 * TICK_LINE - 1.5;
            scene.dashed(&[(names_start, middle), (names_start + SAMPLE, middle)], look.dash, line_width(&look), look.colour);
            scene.lines(lines, &text(names_end - self.widest_name, y, Anchor::Start, false), TICK_LINE);
            for tick in &self.ticks {
                let Some(x) = plot.at_x(*tick) else { continue };
                scene.lines(&[text_of(row.at(*tick))], &text(x, y, Anchor::Middle, false), TICK_LINE);
            }
            y += TICK_LINE * lines.len().max(1) as f64 + ROW_GAP;
        }
    }
}
