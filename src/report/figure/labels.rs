//! Labels of rules: those of vertical lines stand above the plot in as many rows as they need, those of horizontal lines to its right.

use super::fonts;
use super::layout::LABEL_EM;
use super::marks::Plot;
use super::palette::SOFT_INK;
use super::scene::{Anchor, Scene, Text};
use super::{Mark, Panel};

const LINE_HEIGHT: f64 = 13.0;
const WIDEST_TOP: f64 = 170.0;
const WIDEST_SIDE: f64 = 116.0;
const GAP: f64 = 6.0;

/// A label of a vertical line: its lines, centre and row (0 is next to the plot).
struct TopLabel {
    lines: Vec<String>,
    centre: f64,
    row: usize,
}

/// Labels above the plot.
pub(crate) struct TopLabels {
    labels: Vec<TopLabel>,
    row_heights: Vec<f64>,
}

impl TopLabels {
    /// Height they take above the frame.
    pub fn height(&self) -> f64 {
        self.row_heights.iter().sum()
    }

    /// Places each label in the lowest row that is free there.
    pub fn of(plot: &Plot<'_>) -> Self {
        let mut wanted: Vec<(f64, Vec<String>)> = plot
            .panel
            .marks
            .iter()
            .filter_map(|mark| match mark {
                Mark::VerticalLine { x, label } if !label.is_empty() => {
                    let px = plot.at_x(*x).filter(|px| (plot.frame.left..=plot.frame.right).contains(px))?;
                    Some((px, fonts::wrap(label, LABEL_EM, false, WIDEST_TOP.min(plot.frame.width()))))
                }
                _ => None,
            })
            .collect();
        wanted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut row_ends: Vec<f64> = Vec::new();
        let mut row_heights: Vec<f64> = Vec::new();
        let mut labels = Vec::new();
        for (px, lines) in wanted {
            let half = lines.iter().map(|line| fonts::width(line, LABEL_EM, false)).fold(0.0, f64::max) / 2.0;
            let centre =
                px.clamp(plot.frame.left + half.min(plot.frame.width() / 2.0), plot.frame.right - half.min(plot.frame.width() / 2.0));
            let row = row_ends.iter().position(|end| centre - half > end + GAP).unwrap_or(row_ends.len());
            if row == row_ends.len() {
                row_ends.push(0.0);
                row_heights.push(0.0);
            }
            row_ends[row] = centre + half;
            row_heights[row] = row_heights[row].max(LINE_HEIGHT * lines.len() as f64 + 2.0);
            labels.push(TopLabel { lines, centre, row });
        }
        Self { labels, row_heights }
    }

    /// Draws them upwards from the top of the frame.
    pub fn draw(&self, frame_top: f64, scene: &mut Scene) {
        for label in &self.labels {
            let below: f64 = self.row_heights[..label.row].iter().sum();
            let last_baseline = frame_top - below - 4.0;
            let y = last_baseline - LINE_HEIGHT * (label.lines.len() - 1) as f64;
            scene.lines(&label.lines, &small_text(label.centre, y, Anchor::Middle), LINE_HEIGHT);
        }
    }
}

/// Width that labels of horizontal lines need to the right of the frame.
pub(crate) fn side_width(panel: &Panel) -> f64 {
    let widest = side_texts(panel).flat_map(|(_, lines)| lines).map(|line| fonts::width(&line, LABEL_EM, false)).fold(0.0, f64::max);
    if widest > 0.0 { widest + GAP + 2.0 } else { 0.0 }
}

fn side_texts(panel: &Panel) -> impl Iterator<Item = (f64, Vec<String>)> + '_ {
    panel.marks.iter().filter_map(|mark| match mark {
        Mark::HorizontalLine { y, label } if !label.is_empty() => Some((*y, fonts::wrap(label, LABEL_EM, false, WIDEST_SIDE))),
        _ => None,
    })
}

/// Draws the labels of horizontal lines beside the frame, pushed apart where lines are close.
pub(crate) fn draw_side(plot: &Plot<'_>, scene: &mut Scene) {
    let mut labels: Vec<(f64, Vec<String>)> = side_texts(plot.panel)
        .filter_map(|(y, lines)| {
            let py = plot.at_y(y).filter(|py| (plot.frame.top..=plot.frame.bottom).contains(py))?;
            Some((py - LINE_HEIGHT * lines.len() as f64 / 2.0, lines))
        })
        .collect();
    labels.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut next_free = f64::NEG_INFINITY;
    for (top, lines) in &mut labels {
        *top = top.max(next_free);
        next_free = *top + LINE_HEIGHT * lines.len() as f64 + 2.0;
    }
    // what was pushed below the frame is moved up again, the lowest first
    let mut limit = plot.frame.bottom + LINE_HEIGHT / 2.0;
    for (top, lines) in labels.iter_mut().rev() {
        *top = top.min(limit - LINE_HEIGHT * lines.len() as f64);
        limit = *top - 2.0;
    }
    for (top, lines) in labels {
        scene.lines(&lines, &small_text(plot.frame.right + GAP, top + 0.78 * LINE_HEIGHT, Anchor::Start), LINE_HEIGHT);
    }
}

fn small_text(x: f64, y: f64, anchor: Anchor) -> Text {
    Text { text: String::new(), x, y, em: LABEL_EM, bold: false, colour: SOFT_INK, anchor, upright: false }
}
