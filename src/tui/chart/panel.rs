//! One panel with axes: curves, staircases, bands and lines in braille, data points as markers with error bars.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::Marker;
use ratatui::widgets::Widget;
use ratatui::widgets::canvas::{Canvas, Context};
use unicode_width::UnicodeWidthStr;

use super::look::{Look, Looks};
use super::span::{Span, x_span, y_span};
use super::stroke::Stroke;
use super::ticks::{Ticks, ticks};
use super::{as_intervals, bars, cells, intervals, legend};
use crate::report::{Mark, Panel};
use crate::tui::view::text::put;

/// Columns and rows below which a panel is not drawn.
pub const SMALLEST: (u16, u16) = (24, 7);

type Points = Vec<Option<(f64, f64)>>;

/// A straight line over the whole plot has this dash pattern.
const LIMIT_DASH: &[usize] = &[1, 4];

/// Draws a panel: heading, legend, plot, axes.
pub fn draw(panel: &Panel, looks: &Looks, area: Rect, buffer: &mut Buffer) {
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        put(buffer, area, 0, 0, "no room for the plot: `f` shows it alone", dim());
        return;
    }
    let mut top = heading(panel, area, buffer);
    let below = Rect { y: area.y + top, height: area.height - top, ..area };
    for mark in &panel.marks {
        match mark {
            Mark::Bars { .. } => return bars::draw(panel, looks, below, buffer),
            Mark::Cells { values, full, .. } => return cells::draw(panel, values, *full, below, buffer),
            Mark::Intervals { series } => return intervals::draw(panel, series, looks, below, buffer),
            Mark::Violins { violins } => {
                let (panel, series) = as_intervals::of_violins(panel, violins);
                return intervals::draw(&panel, &series, looks, below, buffer);
            }
            Mark::Spans { series } => {
                let (panel, series) = as_intervals::of_spans(panel, series);
                return intervals::draw(&panel, &series, looks, below, buffer);
            }
            _ => {}
        }
    }
    let most = if area.height >= 12 { (area.height as usize / 5).max(1) } else { 1 };
    for row in legend::rows(panel, looks, area.width as usize, most) {
        buffer.set_line(area.x, area.y + top, &row, area.width);
        top += 1;
    }
    let (x, y) = (x_span(panel), y_span(panel));
    // below the plot: the axis, its labels, its quantity
    let height = area.height.saturating_sub(top + 3);
    let y_ticks = ticks(&y, &panel.y.unit, |ticks| rows_apart(&y, ticks, height));
    let labels = y_ticks.iter().map(|(_, label)| label.width()).max().unwrap_or(0) as u16;
    let left = labels + 1;
    if height < 2 || area.width < left + 12 {
        put(buffer, area, 0, top, "no room for the plot: `f` shows it alone", dim());
        return;
    }
    let plot = Rect { x: area.x + left, y: area.y + top, width: area.width - left, height };
    let x_ticks = ticks(&x, &panel.x.unit, |ticks| columns_apart(&x, ticks, plot.width));
    axes(panel, plot, (&x, &x_ticks), (&y, &y_ticks), buffer);
    let canvas = Canvas::default().marker(Marker::Braille).x_bounds([0.0, 1.0]).y_bounds([0.0, 1.0]);
    canvas.paint(|context| strokes(panel, looks, (&x, &y), context)).render(plot, buffer);
    markers(panel, looks, plot, (&x, &y), buffer);
    line_labels(panel, plot, (&x, &y), buffer);
}

fn dim() -> Style {
    Style::new().add_modifier(Modifier::DIM)
}

/// The title and the quantity of the vertical axis. Returns the rows taken.
fn heading(panel: &Panel, area: Rect, buffer: &mut Buffer) -> u16 {
    let title = panel.title.as_deref().unwrap_or_default();
    let quantity = panel.y.text();
    put(buffer, area, 0, 0, title, Style::new().add_modifier(Modifier::BOLD));
    if quantity.is_empty() || quantity == title {
        return u16::from(!title.is_empty());
    }
    let beside = if title.is_empty() { 0 } else { title.width() as u16 + 2 };
    if beside as usize + quantity.width() <= area.width as usize {
        put(buffer, area, beside, 0, &quantity, dim());
        return 1;
    }
    put(buffer, area, 0, 1, &quantity, dim());
    2
}

/// Row (0 at the top) or column (0 at the left) of a share of so many cells.
fn cell(share: f64, cells: u16) -> u16 {
    (share * f64::from(cells) - 0.5).round().clamp(0.0, f64::from(cells.saturating_sub(1))) as u16
}

fn row_of(span: &Span, value: f64, height: u16) -> Option<u16> {
    span.share(value).filter(|share| (-1e-9..=1.0 + 1e-9).contains(share)).map(|share| cell(1.0 - share, height))
}

fn column_of(span: &Span, value: f64, width: u16) -> Option<u16> {
    span.share(value).filter(|share| (-1e-9..=1.0 + 1e-9).contains(share)).map(|share| cell(share, width))
}

/// Whether every label has a row, with one row between.
fn rows_apart(span: &Span, ticks: &Ticks, height: u16) -> bool {
    let rows: Vec<u16> = ticks.iter().filter_map(|(value, _)| row_of(span, *value, height)).collect();
    rows.windows(2).all(|pair| pair[0].abs_diff(pair[1]) >= 2)
}

/// Whether the labels stand side by side.
fn columns_apart(span: &Span, ticks: &Ticks, width: u16) -> bool {
    let mut free = 0_i32;
    ticks.iter().all(|(value, label)| {
        let Some(column) = column_of(span, *value, width) else { return true };
        let start = label_start(column, label, width);
        let fits = start >= free;
        free = start + label.width() as i32 + 2;
        fits
    })
}

/// Where a label under a tick begins: in the middle, but within the plot.
fn label_start(column: u16, label: &str, width: u16) -> i32 {
    let wide = label.width() as i32;
    (i32::from(column) - wide / 2).min(i32::from(width) - wide).max(0)
}

fn axes(panel: &Panel, plot: Rect, (x, x_ticks): (&Span, &Ticks), (y, y_ticks): (&Span, &Ticks), buffer: &mut Buffer) {
    let grey = dim();
    let axis = Rect { x: plot.x - 1, width: plot.width + 1, y: plot.y, height: plot.height + 1 };
    for row in 0..plot.height {
        put(buffer, axis, 0, row, "│", grey);
    }
    put(buffer, axis, 0, plot.height, &format!("└{}", "─".repeat(plot.width as usize)), grey);
    for (value, label) in y_ticks {
        let Some(row) = row_of(y, *value, plot.height) else { continue };
        put(buffer, axis, 0, row, "┤", grey);
        let width = label.width() as u16;
        let area = Rect { x: (plot.x - 1).saturating_sub(width), y: plot.y, width, height: plot.height };
        put(buffer, area, 0, row, label, Style::new());
    }
    let below = Rect { y: plot.bottom() + 1, height: 2, ..plot };
    for (value, label) in x_ticks {
        let Some(column) = column_of(x, *value, plot.width) else { continue };
        put(buffer, axis, column + 1, plot.height, "┬", grey);
        put(buffer, below, label_start(column, label, plot.width) as u16, 0, label, Style::new());
    }
    let quantity = panel.x.text();
    let start = (plot.width as usize).saturating_sub(quantity.width()) / 2;
    put(buffer, below, start as u16, 1, &quantity, grey);
}

/// Pairs of values as shares of the plot.
fn shares(x: &[f64], y: &[f64], (x_span, y_span): (&Span, &Span)) -> Points {
    x.iter().zip(y).map(|(x, y)| Some((x_span.share(*x)?, y_span.share(*y)?))).collect()
}

fn staircase(x: &[f64], y: &[f64], spans: (&Span, &Span)) -> Points {
    let held: (Vec<f64>, Vec<f64>) =
        (0..x.len().min(y.len())).flat_map(|i| if i == 0 { vec![(x[0], y[0])] } else { vec![(x[i], y[i - 1]), (x[i], y[i])] }).unzip();
    shares(&held.0, &held.1, spans)
}

/// The first mark lies at the back; a dot takes the colour of the last curve through its cell.
fn strokes(panel: &Panel, looks: &Looks, spans: (&Span, &Span), context: &mut Context) {
    let stroke =
        |context: &mut Context, points: Points, dash: &[usize], colour: Color| context.draw(&Stroke { points: &points, dash, colour });
    for mark in &panel.marks {
        match mark {
            Mark::HorizontalLine { y, .. } => {
                let points = spans.1.share(*y).map(|share| [0.0, 1.0].map(|x| Some((x, share))).to_vec());
                stroke(context, points.unwrap_or_default(), LIMIT_DASH, Color::Reset);
            }
            Mark::VerticalLine { x, .. } => {
                let points = spans.0.share(*x).map(|share| [0.0, 1.0].map(|y| Some((share, y))).to_vec());
                stroke(context, points.unwrap_or_default(), LIMIT_DASH, Color::Reset);
            }
            Mark::Band { name, x, low, high, style } => {
                let look = looks.look(name, style);
                stroke(context, shares(x, low, spans), &[1, 3], look.colour);
                stroke(context, shares(x, high, spans), &[1, 3], look.colour);
            }
            _ => {}
        }
    }
    for mark in &panel.marks {
        match mark {
            Mark::Line { name, x, y, style } => {
                let look = looks.look(name, style);
                stroke(context, shares(x, y, spans), look.dash, look.colour);
            }
            Mark::Family { name, curves, style } => {
                let look = looks.look(name, style);
                curves.iter().for_each(|curve| stroke(context, shares(&curve.x, &curve.y, spans), look.dash, look.colour));
            }
            Mark::Steps { name, x, y, style } => {
                let look = looks.look(name, style);
                stroke(context, staircase(x, y, spans), look.dash, look.colour);
            }
            Mark::Points { name, x, low: Some(low), high: Some(high), style, .. } => {
                let look = looks.look(name, style);
                for ((x, low), high) in x.iter().zip(low).zip(high) {
                    let ends = [low, high].map(|end| Some((spans.0.share(*x)?, spans.1.share_or_below(*end)?)));
                    stroke(context, ends.to_vec(), &[], look.colour);
                }
            }
            _ => {}
        }
    }
}

fn markers(panel: &Panel, looks: &Looks, plot: Rect, (x_span, y_span): (&Span, &Span), buffer: &mut Buffer) {
    for mark in &panel.marks {
        let Mark::Points { name, x, y, style, .. } = mark else { continue };
        let Look { marker, colour, .. } = looks.look(name, style);
        for (x, y) in x.iter().zip(y) {
            if let (Some(column), Some(row)) = (column_of(x_span, *x, plot.width), row_of(y_span, *y, plot.height)) {
                put(buffer, plot, column, row, &marker.to_string(), Style::new().fg(colour));
            }
        }
    }
}

/// Words of the straight lines: at the right above a level, at the top beside a time.
fn line_labels(panel: &Panel, plot: Rect, (x_span, y_span): (&Span, &Span), buffer: &mut Buffer) {
    for mark in &panel.marks {
        match mark {
            Mark::HorizontalLine { y, label } if !label.is_empty() => {
                let Some(row) = row_of(y_span, *y, plot.height) else { continue };
                let start = (plot.width as usize).saturating_sub(label.width()) as u16;
                put(buffer, plot, start, if row == 0 { 1 } else { row - 1 }, label, Style::new());
            }
            Mark::VerticalLine { x, label } if !label.is_empty() => {
                let Some(column) = column_of(x_span, *x, plot.width) else { continue };
                let room = (plot.width as usize).saturating_sub(label.width()) as u16;
                put(buffer, plot, (column + 1).min(room), 0, label, Style::new());
            }
            _ => {}
        }
    }
}
