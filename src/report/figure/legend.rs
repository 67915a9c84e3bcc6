//! The legend: what each series looks like, arranged as a column or as flowing rows, and the search for a corner that hides nothing.

use super::bars;
use super::fonts;
use super::intervals;
use super::layout::LEGEND_EM;
use super::marks::Plot;
use super::palette::{GRID, INK, Look, Looks, Marker, WHITE};
use super::samples::{ARROW_LENGTH, draw_band_sample, draw_marker, line_width};
use super::scene::{Anchor, Rect, Scene, Text};
use super::spans;
use super::{Mark, Panel};

const SWATCH: f64 = 30.0;
const SWATCH_GAP: f64 = 6.0;
const LINE_HEIGHT: f64 = 15.0;
const ENTRY_GAP: f64 = 2.0;
const COLUMN_GAP: f64 = 18.0;
const PADDING: f64 = 7.0;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Sample {
    Line(Look),
    Marker(Look),
    Band(Look),
    Bar(Look),
    Interval(Look),
    Span(Look),
}

impl Sample {
    fn depth(self) -> usize {
        match self {
            Self::Band(_) => 0,
            Self::Bar(_) | Self::Span(_) => 1,
            Self::Line(_) => 2,
            Self::Marker(_) | Self::Interval(_) => 3,
        }
    }
}

/// One series: its name and everything drawn under that name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    name: String,
    samples: Vec<Sample>,
}

/// The named series of a panel, one entry per name, in order of appearance.
pub(crate) fn entries(panel: &Panel, looks: &Looks) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for mark in &panel.marks {
        for (name, style) in mark.names_and_styles().into_iter().filter(|(name, _)| !name.is_empty()) {
            let look = looks.look(name, style);
            let sample = match mark {
                Mark::Points { .. } => Sample::Marker(look),
                Mark::Band { .. } => Sample::Band(look),
                Mark::Spans { .. } | Mark::Violins { .. } => Sample::Span(look),
                Mark::Bars { .. } => Sample::Bar(look),
                Mark::Intervals { .. } => Sample::Interval(look),
                _ => Sample::Line(look),
            };
            match entries.iter_mut().find(|entry| entry.name == name) {
                Some(entry) if !entry.samples.contains(&sample) => entry.samples.push(sample),
                Some(_) => {}
                None => entries.push(Entry { name: name.to_owned(), samples: vec![sample] }),
            }
        }
    }
    entries
}

/// The union of several panels' entries, or `None` if one name looks different in two panels.
pub(crate) fn shared(panels: &[Vec<Entry>]) -> Option<Vec<Entry>> {
    let mut all: Vec<Entry> = Vec::new();
    for entry in panels.iter().flatten() {
        let Some(known) = all.iter_mut().find(|known| known.name == entry.name) else {
            all.push(entry.clone());
            continue;
        };
        for sample in &entry.samples {
            let same_kind = known.samples.iter().find(|s| s.depth() == sample.depth());
            match same_kind {
                Some(other) if other != sample => return None,
                Some(_) => {}
                None => known.samples.push(*sample),
            }
        }
    }
    Some(all)
}

/// Entries with their places relative to the upper left corner of the legend.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LegendBox {
    entries: Vec<(Entry, Vec<String>, f64, f64)>,
    pub width: f64,
    pub height: f64,
}

impl LegendBox {
    /// One entry below the other, names wrapped at `widest_name`.
    pub fn column(entries: &[Entry], widest_name: f64) -> Self {
        let mut placed = Vec::new();
        let (mut y, mut width) = (PADDING, 0.0_f64);
        for entry in entries {
            let lines = fonts::wrap(&entry.name, LEGEND_EM, false, widest_name);
            width = width.max(widest(&lines));
            let height = LINE_HEIGHT * lines.len() as f64 + ENTRY_GAP;
            placed.push((entry.clone(), lines, PADDING, y));
            y += height;
        }
        Self { entries: placed, width: width + SWATCH + SWATCH_GAP + 2.0 * PADDING, height: y - ENTRY_GAP + PADDING }
    }

    /// Aligned columns as many as fit into `available` width, filled row by row.
    pub fn rows(entries: &[Entry], available: f64) -> Self {
        let around = SWATCH + SWATCH_GAP;
        let longest = entries.iter().map(|e| fonts::width(&e.name, LEGEND_EM, false)).fold(0.0, f64::max);
        let name_width = longest.min(available - around - 2.0 * PADDING);
        let cell = around + name_width + COLUMN_GAP;
        let columns = ((available - 2.0 * PADDING + COLUMN_GAP) / cell).floor().max(1.0) as usize;
        let columns = columns.min(entries.len().max(1));
        let mut placed = Vec::new();
        let mut y = PADDING;
        for row in entries.chunks(columns) {
            let mut height = 0.0_f64;
            for (column, entry) in row.iter().enumerate() {
                let lines = fonts::wrap(&entry.name, LEGEND_EM, false, name_width + 0.5);
                height = height.max(LINE_HEIGHT * lines.len() as f64);
                placed.push((entry.clone(), lines, PADDING + cell * column as f64, y));
            }
            y += height + ENTRY_GAP;
        }
        Self { entries: placed, width: cell * columns as f64 - COLUMN_GAP + 2.0 * PADDING, height: y - ENTRY_GAP + PADDING }
    }

    /// True when there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Draws it with its upper left corner at (`left`, `top`); on a white ground with a thin edge when inside a plot.
    pub fn draw(&self, left: f64, top: f64, inside: bool, scene: &mut Scene) {
        if inside {
            let ground = Rect::new(left, top, self.width, self.height);
            scene.fill(ground.corners(), WHITE, 0.9);
            let mut edge = ground.corners();
            edge.push((ground.left, ground.top));
            scene.stroke(edge, 0.8, GRID);
        }
        for (entry, lines, x, y) in &self.entries {
            let swatch = Rect::new(left + x, top + y, SWATCH, LINE_HEIGHT);
            let mut samples = entry.samples.clone();
            samples.sort_by_key(|sample| sample.depth());
            samples.into_iter().for_each(|sample| draw_sample(sample, &swatch, scene));
            let text = Text {
                text: String::new(),
                x: left + x + SWATCH + SWATCH_GAP,
                y: top + y + 0.78 * LINE_HEIGHT,
                em: LEGEND_EM,
                bold: false,
                colour: INK,
                anchor: Anchor::Start,
                upright: false,
            };
            scene.lines(lines, &text, LINE_HEIGHT);
        }
    }
}

fn widest(lines: &[String]) -> f64 {
    lines.iter().map(|line| fonts::width(line, LEGEND_EM, false)).fold(0.0, f64::max)
}

fn draw_sample(sample: Sample, swatch: &Rect, scene: &mut Scene) {
    let middle = (swatch.top + swatch.bottom) / 2.0;
    match sample {
        Sample::Line(look) => {
            scene.dashed(&[(swatch.left, middle), (swatch.right, middle)], look.dash, line_width(&look), look.colour);
        }
        Sample::Marker(look) => {
            let up = if look.marker == Marker::ArrowDown { ARROW_LENGTH / 2.0 } else { 0.0 };
            draw_marker(((swatch.left + swatch.right) / 2.0, middle - up), &look, scene);
        }
        Sample::Interval(look) => intervals::draw_sample(swatch, &look, scene),
        Sample::Band(look) => draw_band_sample(&Rect { top: middle - 5.0, bottom: middle + 5.0, ..*swatch }, &look, scene),
        Sample::Span(look) => spans::draw_sample(swatch, &look, scene),
        Sample::Bar(look) => {
            let area = Rect { left: swatch.left + 6.0, right: swatch.right - 6.0, top: middle - 5.5, bottom: middle + 5.5 };
            bars::draw_bar(&area, &look, scene);
        }
    }
}

/// A place inside the plot where `legend` covers nothing: the corners first, then the middles of the edges.
pub(crate) fn free_corner(plot: &Plot<'_>, legend: &LegendBox) -> Option<(f64, f64)> {
    let frame = &plot.frame;
    if legend.width > 0.46 * frame.width() || legend.height > 0.6 * frame.height() {
        return None;
    }
    let margin = 7.0;
    let (left, right) = (frame.left + margin, frame.right - margin - legend.width);
    let (top, bottom) = (frame.top + margin, frame.bottom - margin - legend.height);
    let (centre, middle) = ((left + right) / 2.0, (top + bottom) / 2.0);
    let places =
        [(right, top), (left, top), (right, bottom), (left, bottom), (centre, top), (centre, bottom), (right, middle), (left, middle)];
    [true, false].into_iter().find_map(|with_rules| {
        let covered = plot.covered(with_rules);
        places.into_iter().find(|(x, y)| {
            let area = Rect::new(*x, *y, legend.width, legend.height).grown(3.0);
            covered.iter().all(|thing| !thing.overlaps(&area))
        })
    })
}
