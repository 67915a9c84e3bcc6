//! Axes of one panel: ticks chosen so that their labels fit, grid, frame, tick labels and the quantity with its unit.

use super::extent::Span;
use super::fonts;
use super::layout::{AXIS_EM, TICK_EM};
use super::marks::Plot;
use super::palette::{AXIS, FAINT_GRID, GRID, INK};
use super::scene::{Anchor, Rect, Scene, Text};
use super::tick_table::TickTable;
use super::ticks::{self, Ticks};
use super::{Axis, Mark, Panel, Scale, bars};

const AXIS_LINE: f64 = 16.0;
pub(crate) const TICK_LINE: f64 = 13.5;
const TICK_LENGTH: f64 = 4.0;
const TICK_GAP: f64 = 5.0;
const LONGEST_UPRIGHT: f64 = 150.0;
const WIDEST_ROW_NAME: f64 = 190.0;
/// Lines of a row name for which slots are made higher.
const MOST_ROW_LINES: usize = 3;
/// Slots of named rows: height of one, height per series in it, width of a cell.
const SMALLEST_SLOT: f64 = 27.0;
const SMALLEST_LANE: f64 = 15.0;
const SMALLEST_CELL: f64 = 36.0;
/// Height of a plot over a table.
const SMALLEST_OVER_TABLE: f64 = 280.0;

/// Names of the slots below a bar chart.
#[derive(Debug, Clone, PartialEq, Default)]
struct CategoryLabels {
    names: Vec<Vec<String>>,
    upright: bool,
    height: f64,
}

/// The measured text of both axes.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct AxisLabels {
    x_ticks: Ticks,
    y_ticks: Ticks,
    x_title: Vec<String>,
    y_title: Vec<String>,
    categories: Option<CategoryLabels>,
    /// Names of the slots beside the plot, from the top, each in one or more lines.
    rows: Option<Vec<Vec<String>>>,
    /// The numbers under the ticks.
    table: Option<TickTable>,
    /// Width that names of the table need left of the frame.
    table_left: f64,
    widest_y: f64,
    /// How far the last x label reaches beyond the frame.
    pub overhang: f64,
}

impl AxisLabels {
    /// Width left of the frame.
    pub fn left_width(&self) -> f64 {
        let title = if self.y_title.is_empty() { 0.0 } else { AXIS_LINE * self.y_title.len() as f64 + 6.0 };
        (self.widest_y + TICK_LENGTH + TICK_GAP + title + 4.0).max(20.0).max(self.table_left)
    }

    /// Height below the frame.
    pub fn bottom_height(&self) -> f64 {
        self.title_bottom() + self.table.as_ref().map_or(0.0, TickTable::height)
    }

    /// Height of tick labels and axis title.
    fn title_bottom(&self) -> f64 {
        self.label_height() + AXIS_LINE * self.x_title.len() as f64 + 6.0
    }

    fn label_height(&self) -> f64 {
        self.categories.as_ref().map_or(TICK_LINE, |c| c.height) + TICK_LENGTH + TICK_GAP
    }
}

/// Chooses ticks and wraps labels for a frame.
pub(crate) fn measure(panel: &Panel, x: &Span, y: &Span, frame: &Rect) -> AxisLabels {
    let label_width = |label: &str| fonts::width(label, TICK_EM, false);
    let x_position = |value: f64| x.share(value).unwrap_or(0.0) * frame.width();
    let y_position = |value: f64| y.share(value).unwrap_or(0.0) * frame.height();
    let mut table = TickTable::of(panel);
    let width_at = |(value, label): &(f64, String)| label_width(label).max(table.as_ref().map_or(0.0, |t| t.number_width(*value)));
    let x_fit = |ticks: &[(f64, String)]| {
        ticks.windows(2).all(|pair| {
            let half = (width_at(&pair[0]) + width_at(&pair[1])) / 2.0;
            x_position(pair[1].0) - x_position(pair[0].0) > half + 9.0
        })
    };
    let y_fit = |ticks: &[(f64, String)]| ticks.windows(2).all(|p| y_position(p[1].0) - y_position(p[0].0) > 17.0);
    let most_x = (frame.width() / 62.0).clamp(2.0, 12.0) as usize;
    let most_y = (frame.height() / 34.0).clamp(2.0, 12.0) as usize;
    let categories = panel.x.categories.as_ref().map(|names| category_labels(names, frame.width()));
    let x_ticks = if categories.is_some() { Ticks::default() } else { ticks_of(x, &panel.x, most_x, x_fit) };
    let rows = panel.y.categories.as_ref().map(|names| row_labels(names, frame.height()));
    let y_ticks = if rows.is_some() { Ticks::default() } else { ticks_of(y, &panel.y, most_y, y_fit) };
    let overhang = x_ticks.major.last().map_or(0.0, |tick| (x_position(tick.0) + width_at(tick) / 2.0 - frame.width() + 4.0).max(0.0));
    if let Some(table) = &mut table {
        table.ticks = x_ticks.major.iter().map(|(value, _)| *value).collect();
    }
    AxisLabels {
        table_left: table.as_ref().map_or(0.0, |t| t.left_width(t.ticks.first().map_or(0.0, |tick| x_position(*tick)))),
        table,
        widest_y: {
            let names = rows.iter().flatten().flatten();
            y_ticks.major.iter().map(|(_, label)| label).chain(names).map(|label| label_width(label)).fold(0.0, f64::max)
        },
        x_title: fonts::wrap(&panel.x.text(), AXIS_EM, false, frame.width() + 10.0),
        y_title: fonts::wrap(&panel.y.text(), AXIS_EM, false, frame.height() + 6.0),
        categories,
        rows,
        x_ticks,
        y_ticks,
        overhang,
    }
}

fn ticks_of(span: &Span, axis: &Axis, most: usize, fit: impl Fn(&[(f64, String)]) -> bool) -> Ticks {
    match span.scale {
        Scale::Linear => ticks::linear(span.low, span.high, &axis.unit, most, fit),
        Scale::Log10 => ticks::log10(span.low, span.high, most, fit),
    }
}

/// Slot names side by side when their words fit, else upright; crowded upright names are thinned out.
fn category_labels(names: &[String], width: f64) -> CategoryLabels {
    let slot = width / names.len().max(1) as f64;
    if names.iter().all(|name| fonts::words_fit(name, TICK_EM, slot - 8.0)) {
        let lines: Vec<Vec<String>> = names.iter().map(|n| fonts::wrap(n, TICK_EM, false, slot - 8.0)).collect();
        let most = lines.iter().map(Vec::len).max().unwrap_or(1).max(1);
        return CategoryLabels { names: lines, upright: false, height: TICK_LINE * most as f64 };
    }
    let every = (TICK_LINE / slot).ceil().max(1.0) as usize;
    let most_lines = (slot * every as f64 / TICK_LINE).floor().max(1.0) as usize;
    let lines: Vec<Vec<String>> = names
        .iter()
        .enumerate()
        .map(|(index, name)| {
            if index % every != 0 {
                return Vec::new();
            }
            wrapped_into(name, most_lines, LONGEST_UPRIGHT)
        })
        .collect();
    let longest = lines.iter().flatten().map(|line| fonts::width(line, TICK_EM, false)).fold(0.0, f64::max);
    CategoryLabels { names: lines, upright: true, height: longest + 2.0 }
}

/// Slot names beside the plot: in as many lines as a slot has room for, wider where they must.
fn row_labels(names: &[String], height: f64) -> Vec<Vec<String>> {
    let slot = height / names.len().max(1) as f64;
    let most_lines = (slot / TICK_LINE).floor().max(1.0) as usize;
    let fitted = |name: &String| {
        let lines = row_lines(name);
        if lines.len() <= most_lines { lines } else { wrapped_into(name, most_lines, WIDEST_ROW_NAME) }
    };
    names.iter().map(fitted).collect()
}

fn row_lines(name: &str) -> Vec<String> {
    lines_near(name, WIDEST_ROW_NAME)
}

/// A name at its usual width, or a little wider where that saves a line (a last line of one short word).
pub(crate) fn lines_near(name: &str, limit: f64) -> Vec<String> {
    let lines = fonts::wrap(name, TICK_EM, false, limit);
    let wider = fonts::wrap(name, TICK_EM, false, 1.2 * limit);
    if wider.len() < lines.len() { wider } else { lines }
}

/// Wraps at `limit`, or as much wider as it takes to need no more than `most_lines`.
fn wrapped_into(name: &str, most_lines: usize, mut limit: f64) -> Vec<String> {
    loop {
        let lines = lines_near(name, limit);
        if lines.len() <= most_lines || limit > 1e5 {
            return lines;
        }
        limit *= 1.3;
    }
}

/// Height that the slots of a panel need at least; zero without named rows.
pub(crate) fn smallest_rows_height(panel: &Panel) -> f64 {
    let lanes = panel.marks.iter().map(|mark| if let Mark::Intervals { series } = mark { series.len() } else { 1 }).max().unwrap_or(1);
    let Some(names) = &panel.y.categories else { return 0.0 };
    let lines = names.iter().map(|name| row_lines(name).len()).max().unwrap_or(1);
    let spans = panel.marks.iter().any(|mark| matches!(mark, Mark::Spans { .. }));
    let smallest = if spans { SMALLEST_LANE } else { SMALLEST_SLOT };
    let slot = smallest.max(SMALLEST_LANE * lanes as f64).max(TICK_LINE * lines.min(MOST_ROW_LINES) as f64 + 2.0);
    slot * names.len() as f64
}

/// Height that a plot with a table under it keeps at least; zero without one.
pub(crate) fn smallest_height_over_table(panel: &Panel) -> f64 {
    if panel.marks.iter().any(|mark| matches!(mark, Mark::AtTicks { .. })) { SMALLEST_OVER_TABLE } else { 0.0 }
}

/// Logical y of the middle of each of `slots` named rows.
pub(crate) fn slot_middles(frame: &Rect, slots: f64) -> impl Iterator<Item = f64> {
    let (top, height) = (frame.top, frame.height() / slots.round().max(1.0));
    (0..slots.round().max(1.0) as usize).map(move |index| top + (index as f64 + 0.5) * height)
}

/// Width beyond which a panel of cells needs a wider page.
pub(crate) fn cells_width(panel: &Panel) -> f64 {
    let has_cells = panel.marks.iter().any(|mark| matches!(mark, Mark::Cells { .. }));
    panel.x.categories.as_ref().filter(|_| has_cells).map_or(0.0, |names| WIDEST_ROW_NAME + 50.0 + SMALLEST_CELL * names.len() as f64)
}

/// Draws the grid behind the marks.
pub(crate) fn draw_grid(plot: &Plot<'_>, labels: &AxisLabels, scene: &mut Scene) {
    let frame = &plot.frame;
    let vertical = !bars::has_bars(&plot.panel.marks);
    let inside = |p: f64, low: f64, high: f64| p >= low - 0.1 && p <= high + 0.1;
    let minor_colour = [FAINT_GRID, GRID];
    for (colour, major) in [(minor_colour[0], false), (minor_colour[1], true)] {
        let pick = |ticks: &Ticks| -> Vec<f64> { if major { ticks.major.iter().map(|(v, _)| *v).collect() } else { ticks.minor.clone() } };
        for x in pick(&labels.x_ticks).into_iter().filter(|_| vertical).filter_map(|v| plot.at_x(v)) {
            if inside(x, frame.left, frame.right) {
                scene.stroke(vec![(x, frame.top), (x, frame.bottom)], 0.8, colour);
            }
        }
        for y in pick(&labels.y_ticks).into_iter().filter_map(|v| plot.at_y(v)) {
            if inside(y, frame.top, frame.bottom) {
                scene.stroke(vec![(frame.left, y), (frame.right, y)], 0.8, colour);
            }
        }
    }
}

/// Draws the axis lines, ticks and all axis text over the marks.
pub(crate) fn draw_axes(plot: &Plot<'_>, labels: &AxisLabels, scene: &mut Scene) {
    let frame = &plot.frame;
    scene.stroke(vec![(frame.left, frame.top), (frame.left, frame.bottom), (frame.right, frame.bottom)], 1.0, AXIS);
    for (value, label) in &labels.x_ticks.major {
        let Some(x) = plot.at_x(*value) else { continue };
        scene.stroke(vec![(x, frame.bottom), (x, frame.bottom + TICK_LENGTH)], 1.0, AXIS);
        let y = frame.bottom + TICK_LENGTH + TICK_GAP + 0.72 * TICK_EM;
        scene.lines(std::slice::from_ref(label), &text(x, y, TICK_EM, Anchor::Middle, false), TICK_LINE);
    }
    for (value, label) in &labels.y_ticks.major {
        let Some(y) = plot.at_y(*value) else { continue };
        scene.stroke(vec![(frame.left - TICK_LENGTH, y), (frame.left, y)], 1.0, AXIS);
        let x = frame.left - TICK_LENGTH - TICK_GAP + 1.0;
        scene.lines(std::slice::from_ref(label), &text(x, y + 0.36 * TICK_EM, TICK_EM, Anchor::End, false), TICK_LINE);
    }
    if let Some(categories) = &labels.categories {
        draw_categories(categories, frame, scene);
    }
    let rows = labels.rows.as_deref().unwrap_or_default();
    for (middle, lines) in slot_middles(frame, rows.len() as f64).zip(rows) {
        let y = middle + 0.36 * TICK_EM - TICK_LINE * (lines.len() as f64 - 1.0) / 2.0;
        scene.lines(lines, &text(frame.left - TICK_LENGTH - TICK_GAP + 1.0, y, TICK_EM, Anchor::End, false), TICK_LINE);
    }
    let title_y = frame.bottom + labels.label_height() + 0.85 * AXIS_EM;
    let middle = (frame.left + frame.right) / 2.0;
    scene.lines(&labels.x_title, &text(middle, title_y, AXIS_EM, Anchor::Middle, false), AXIS_LINE);
    if let Some(table) = &labels.table {
        table.draw(plot, frame.bottom + labels.title_bottom(), scene);
    }
    let count = labels.y_title.len() as f64;
    let mut x = frame.left - labels.widest_y - TICK_LENGTH - TICK_GAP - 8.0 - AXIS_LINE * (count - 1.0);
    for line in &labels.y_title {
        let y = (frame.top + frame.bottom) / 2.0;
        scene.lines(std::slice::from_ref(line), &text(x, y, AXIS_EM, Anchor::Middle, true), AXIS_LINE);
        x += AXIS_LINE;
    }
}

fn draw_categories(categories: &CategoryLabels, frame: &Rect, scene: &mut Scene) {
    let slot = frame.width() / categories.names.len().max(1) as f64;
    let top = frame.bottom + TICK_LENGTH + TICK_GAP;
    for (index, lines) in categories.names.iter().enumerate() {
        let centre = frame.left + (index as f64 + 0.5) * slot;
        if !categories.upright {
            let first = text(centre, top + 0.72 * TICK_EM, TICK_EM, Anchor::Middle, false);
            scene.lines(lines, &first, TICK_LINE);
            continue;
        }
        let mut x = centre + 0.36 * TICK_EM - TICK_LINE * (lines.len() as f64 - 1.0) / 2.0;
        for line in lines {
            scene.lines(std::slice::from_ref(line), &text(x, top, TICK_EM, Anchor::End, true), TICK_LINE);
            x += TICK_LINE;
        }
    }
}

fn text(x: f64, y: f64, em: f64, anchor: Anchor, upright: bool) -> Text {
    Text { text: String::new(), x, y, em, bold: false, colour: INK, anchor, upright }
}
