//! Horizontal bars over the categories of the y axis, light so that symbols and words on them can be read.

use super::SpanSeries;
use super::axes;
use super::fonts;
use super::marks::Plot;
use super::palette::{FAINT_GRID, INK, Look};
use super::scene::{Anchor, Rect, Scene, Text};

/// Share of a slot that a bar takes.
const SHARE: f64 = 0.66;
const HIGHEST: f64 = 16.0;
const OPACITY: f64 = 0.38;
/// Room for a symbol at the left end before the words.
const INDENT: f64 = 6.0;
const WORDS_EM: f64 = 9.0;

struct Placed<'a> {
    series: &'a SpanSeries,
    label: &'a str,
    area: Rect,
}

fn placed<'a>(plot: &Plot<'_>, series: &'a [SpanSeries]) -> Vec<Placed<'a>> {
    let frame = &plot.frame;
    let slots = (plot.y.high - plot.y.low).round().max(1.0);
    let slot_height = frame.height() / slots;
    let half = (SHARE * slot_height).min(HIGHEST) / 2.0;
    let mut all = Vec::new();
    for one in series {
        for (index, (slot, (from, to))) in one.slot.iter().zip(one.from.iter().zip(&one.to)).enumerate() {
            let (Some(from), Some(to)) = (plot.at_x_or_below(*from), plot.at_x(*to)) else { continue };
            if *slot as f64 >= slots || from.max(to) < frame.left || from.min(to) > frame.right {
                continue;
            }
            let middle = frame.top + (*slot as f64 + 0.5) * slot_height;
            let (left, right) = (from.min(to).max(frame.left), from.max(to).min(frame.right));
            let label = one.labels.get(index).map_or("", String::as_str);
            all.push(Placed { series: one, label, area: Rect { left, right, top: middle - half, bottom: middle + half } });
        }
    }
    all
}

/// The boxes of all bars, for the legend to keep off.
pub(crate) fn boxes(plot: &Plot<'_>, series: &[SpanSeries]) -> Vec<Rect> {
    placed(plot, series).into_iter().map(|one| one.area.grown(3.0)).collect()
}

/// Draws a faint line through every slot, then the bars and the words that fit into them.
pub(crate) fn draw(plot: &Plot<'_>, series: &[SpanSeries], scene: &mut Scene) {
    for y in axes::slot_middles(&plot.frame, plot.y.high - plot.y.low) {
        scene.stroke(vec![(plot.frame.left, y), (plot.frame.right, y)], 0.8, FAINT_GRID);
    }
    let all = placed(plot, series);
    for one in &all {
        draw_bar(&one.area, &plot.looks.look(&one.series.name, &one.series.style), scene);
    }
    for one in all.iter().filter(|one| !one.label.is_empty()) {
        let room = one.area.width() - INDENT - 2.0;
        // words higher than their bar or wider than it would run into others
        if one.area.height() < WORDS_EM || fonts::width(one.label, WORDS_EM, false) > room {
            continue;
        }
        let text = Text {
            text: String::new(),
            x: one.area.left + INDENT,
            y: (one.area.top + one.area.bottom) / 2.0 + 0.36 * WORDS_EM,
            em: WORDS_EM,
            bold: false,
            colour: INK,
            anchor: Anchor::Start,
            upright: false,
        };
        scene.lines(&[one.label.to_owned()], &text, WORDS_EM);
    }
}

fn draw_bar(area: &Rect, look: &Look, scene: &mut Scene) {
    scene.fill(area.corners(), look.colour, OPACITY);
    let mut edge = area.corners();
    edge.push((area.left, area.top));
    scene.stroke(edge, 0.8, look.colour);
}

/// A short sample for the legend.
pub(crate) fn draw_sample(swatch: &Rect, look: &Look, scene: &mut Scene) {
    let middle = (swatch.top + swatch.bottom) / 2.0;
    draw_bar(&Rect { left: swatch.left + 4.0, right: swatch.right - 4.0, top: middle - 5.0, bottom: middle + 5.0 }, look, scene);
}
