//! Where everything stands: text is measured first, the plots get what is left, and the page grows when that would be too little.

use super::axes::{self, AxisLabels};
use super::extent::{self, Span};
use super::fonts;
use super::labels::{self, TopLabels};
use super::legend::{self, Entry, LegendBox};
use super::marks::Plot;
use super::palette::Looks;
use super::scene::Rect;
use super::{Figure, Legend, Panel};
use crate::report::RESEARCH_USE;

pub(crate) const TITLE_EM: f64 = 16.0;
pub(crate) const SUBTITLE_EM: f64 = 12.5;
pub(crate) const PANEL_TITLE_EM: f64 = 13.0;
pub(crate) const AXIS_EM: f64 = 12.5;
pub(crate) const TICK_EM: f64 = 11.5;
pub(crate) const LEGEND_EM: f64 = 11.5;
pub(crate) const LABEL_EM: f64 = 10.5;
pub(crate) const CAPTION_EM: f64 = 10.5;
pub(crate) const FOOTER_EM: f64 = 9.5;

pub(crate) const MARGIN: f64 = 16.0;
pub(crate) const TITLE_LINE: f64 = 21.0;
pub(crate) const SUBTITLE_LINE: f64 = 17.0;
pub(crate) const PANEL_TITLE_LINE: f64 = 18.0;
pub(crate) const CAPTION_LINE: f64 = 14.0;
const FOOTER_HEIGHT: f64 = 18.0;
const SMALLEST_PLOT_HEIGHT: f64 = 190.0;
const SMALLEST_PLOT_WIDTH: f64 = 260.0;
const PAGE_HEIGHT: f64 = 500.0;
const ROW_HEIGHT: f64 = 300.0;
/// More panels than this on a page are drawn smaller.
const MOST_LARGE_PANELS: usize = 6;
const DENSE_ROW_HEIGHT: f64 = 250.0;
const WIDEST_SIDE_NAME: f64 = 170.0;
/// Gap between a plot and a legend outside it.
const LEGEND_GAP: f64 = 8.0;

/// Space around the frame of a plot.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Insets {
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
}

/// Where a panel's own legend stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum LegendPlace {
    None,
    Inside(LegendBox, f64, f64),
    Right(LegendBox),
    Below(LegendBox),
}

/// One panel, measured and placed.
pub(crate) struct PanelPlan<'a> {
    pub panel: &'a Panel,
    pub title: Vec<String>,
    pub x: Span,
    pub y: Span,
    pub frame: Rect,
    pub axis_labels: AxisLabels,
    pub legend: LegendPlace,
    insets: Insets,
}

/// The page, measured and placed.
pub(crate) struct Page<'a> {
    pub width: f64,
    pub height: f64,
    pub title: Vec<String>,
    pub subtitle: Vec<String>,
    pub panels: Vec<PanelPlan<'a>>,
    pub shared_legend: Option<(LegendBox, f64, f64)>,
    pub caption: Vec<String>,
    pub caption_top: f64,
    pub footer: &'static str,
}

/// Measures and places everything.
pub(crate) fn page_of<'a>(figure: &'a Figure, looks: &Looks) -> Page<'a> {
    let columns = figure.columns.clamp(1, figure.panels.len().max(1));
    let rows = figure.panels.len().div_ceil(columns);
    let dense = figure.panels.len() > MOST_LARGE_PANELS;
    let width = match columns {
        1 => 800.0,
        _ if dense => 80.0 + 380.0 * columns as f64,
        _ => 160.0 + 480.0 * columns as f64,
    };
    let widest = figure.panels.iter().map(axes::cells_width).fold(0.0, f64::max);
    let width = f64::max(width, (widest + MARGIN) * columns as f64).ceil();
    let text_width = width - 2.0 * MARGIN;

    let title = fonts::wrap(&figure.title, TITLE_EM, true, text_width);
    let subtitle = fonts::wrap(figure.subtitle.as_deref().unwrap_or(""), SUBTITLE_EM, false, text_width);
    let caption = caption_lines(figure, text_width);
    let entries: Vec<Vec<Entry>> = figure.panels.iter().map(|panel| legend::entries(panel, looks)).collect();
    let shared = shared_legend(figure, &entries, text_width);

    let head = MARGIN + TITLE_LINE * title.len() as f64 + SUBTITLE_LINE * subtitle.len() as f64;
    let shared_height = shared.as_ref().map_or(0.0, |legend| legend.height + LEGEND_GAP);
    let caption_height = if caption.is_empty() { 0.0 } else { CAPTION_LINE * caption.len() as f64 + 8.0 };
    let foot = shared_height + caption_height + FOOTER_HEIGHT + 8.0;

    let mut panels: Vec<PanelPlan<'a>> = figure.panels.iter().map(|panel| PanelPlan::new(panel, width / columns as f64)).collect();
    let cell_width = (width - MARGIN) / columns as f64;
    let row_height = ((PAGE_HEIGHT - head - foot) / rows.max(1) as f64).max(match rows {
        0 | 1 => 0.0,
        _ if dense => DENSE_ROW_HEIGHT,
        _ => ROW_HEIGHT,
    });
    // ticks depend on the frame and the frame on the ticks: four rounds are more than it takes to settle
    let mut heights = vec![row_height; rows];
    for round in 0..5 {
        heights = place_frames(&mut panels, columns, head, cell_width, row_height);
        if round == 1 {
            panels.iter_mut().zip(&entries).for_each(|(plan, entries)| {
                plan.place_legend(if shared.is_some() { &[] } else { entries }, looks, cell_width);
            });
        }
        panels.iter_mut().for_each(|plan| plan.measure(looks));
    }
    // an inside place was found for an early frame: look again in the final one
    let mut moved = false;
    for plan in &mut panels {
        moved |= plan.settle_legend(looks, cell_width);
    }
    if moved {
        for _ in 0..4 {
            panels.iter_mut().for_each(|plan| plan.measure(looks));
            heights = place_frames(&mut panels, columns, head, cell_width, row_height);
        }
    }
    panels.iter_mut().for_each(|plan| plan.measure(looks));

    let plots_bottom = head + heights.iter().sum::<f64>();
    let shared_legend = shared.map(|legend| {
        let left = ((width - legend.width) / 2.0).max(MARGIN);
        (legend, left, plots_bottom + LEGEND_GAP / 2.0)
    });
    let caption_top = plots_bottom + shared_height + 8.0;
    let height = (plots_bottom + foot).ceil();
    Page { width, height, title, subtitle, panels, shared_legend, caption, caption_top, footer: RESEARCH_USE }
}

fn caption_lines(figure: &Figure, text_width: f64) -> Vec<String> {
    let several = figure.panels.len() > 1;
    let dropped = figure.panels.iter().enumerate().flat_map(|(index, panel)| {
        let name = several.then(|| panel.title.clone().unwrap_or_else(|| format!("panel {}", index + 1)));
        extent::dropped(panel).notes(name.as_deref())
    });
    let paragraphs = figure.caption.iter().cloned().chain(dropped);
    paragraphs.flat_map(|text| fonts::wrap(&text, CAPTION_EM, false, text_width)).collect()
}

/// Several panels with automatic legends share one, unless a name looks different in two of them.
fn shared_legend(figure: &Figure, entries: &[Vec<Entry>], text_width: f64) -> Option<LegendBox> {
    if figure.panels.len() < 2 || figure.panels.iter().any(|panel| panel.legend != Legend::Auto) {
        return None;
    }
    let repeated = entries.iter().filter(|of_panel| !of_panel.is_empty()).count() > 1;
    let all = legend::shared(entries)?;
    let saves_space = all.len() < entries.iter().map(Vec::len).sum::<usize>();
    (repeated && saves_space).then(|| LegendBox::rows(&all, text_width))
}

/// Gives every panel its frame; left and right insets agree down a column, top and bottom across a row. Returns the row heights.
fn place_frames(panels: &mut [PanelPlan<'_>], columns: usize, head: f64, cell_width: f64, row_height: f64) -> Vec<f64> {
    let most = |of: &dyn Fn(&Insets) -> f64, chosen: &dyn Fn(usize) -> bool, panels: &[PanelPlan<'_>]| -> f64 {
        panels.iter().enumerate().filter(|(i, _)| chosen(*i)).map(|(_, plan)| of(&plan.insets)).fold(0.0, f64::max)
    };
    let rows = panels.len().div_ceil(columns);
    let mut heights = Vec::with_capacity(rows);
    let mut top = head;
    for row in 0..rows {
        let in_row = |i: usize| i / columns == row;
        let above = most(&|i| i.top, &in_row, panels);
        let below = most(&|i| i.bottom, &in_row, panels);
        let smallest_of = |plan: &PanelPlan<'_>| {
            axes::smallest_rows_height(plan.panel).max(axes::smallest_height_over_table(plan.panel)).max(SMALLEST_PLOT_HEIGHT)
        };
        let smallest = panels.iter().enumerate().filter(|(i, _)| in_row(*i)).map(|(_, plan)| smallest_of(plan)).fold(0.0, f64::max);
        let height = row_height.max(above + below + smallest);
        for column in 0..columns {
            let Some(index) = Some(row * columns + column).filter(|i| *i < panels.len()) else {
                continue;
            };
            let in_column = |i: usize| i % columns == column;
            let left = MARGIN / 2.0 + cell_width * column as f64 + most(&|i| i.left, &in_column, panels);
            let right = MARGIN / 2.0 + cell_width * (column + 1) as f64 - most(&|i| i.right, &in_column, panels);
            panels[index].frame = Rect { left, right: right.max(left + 40.0), top: top + above, bottom: top + height - below };
        }
        top += height;
        heights.push(height);
    }
    heights
}

impl<'a> PanelPlan<'a> {
    fn new(panel: &'a Panel, cell_width: f64) -> Self {
        let title = fonts::wrap(panel.title.as_deref().unwrap_or(""), PANEL_TITLE_EM, true, cell_width - 110.0);
        Self {
            panel,
            title,
            x: extent::x_span(panel),
            y: extent::y_span(panel),
            frame: Rect::new(0.0, 0.0, cell_width - 90.0, 320.0),
            axis_labels: AxisLabels::default(),
            legend: LegendPlace::None,
            insets: Insets { left: 60.0, right: 20.0, top: 10.0, bottom: 45.0 },
        }
    }

    /// The plot at its present frame.
    pub fn plot<'b>(&'b self, looks: &'b Looks) -> Plot<'b> {
        Plot { panel: self.panel, frame: self.frame, x: self.x, y: self.y, looks }
    }

    /// Measures ticks and labels at the present frame and derives the insets.
    fn measure(&mut self, looks: &Looks) {
        self.axis_labels = axes::measure(self.panel, &self.x, &self.y, &self.frame);
        let top_labels = TopLabels::of(&self.plot(looks)).height();
        let (legend_right, legend_below) = match &self.legend {
            LegendPlace::Right(legend) => (legend.width + LEGEND_GAP, 0.0),
            LegendPlace::Below(legend) => (0.0, legend.height + LEGEND_GAP),
            _ => (0.0, 0.0),
        };
        let side = labels::side_width(self.panel);
        self.insets = Insets {
            left: self.axis_labels.left_width(),
            right: self.axis_labels.overhang.max(side).max(12.0) + legend_right,
            top: 10.0 + PANEL_TITLE_LINE * self.title.len() as f64 + top_labels,
            bottom: self.axis_labels.bottom_height() + legend_below,
        };
    }

    fn place_legend(&mut self, entries: &[Entry], looks: &Looks, cell_width: f64) {
        if entries.is_empty() || self.panel.legend == Legend::Hidden {
            return;
        }
        let column = LegendBox::column(entries, WIDEST_SIDE_NAME);
        if self.panel.legend == Legend::Auto
            && let Some((x, y)) = legend::free_corner(&self.plot(looks), &column)
        {
            self.legend = LegendPlace::Inside(column, x, y);
            return;
        }
        self.place_outside(entries, column, cell_width);
    }

    fn place_outside(&mut self, entries: &[Entry], column: LegendBox, cell_width: f64) {
        let room = self.frame.width() - column.width - LEGEND_GAP >= SMALLEST_PLOT_WIDTH;
        let right = match self.panel.legend {
            Legend::Below => false,
            _ => room && column.height <= self.frame.height().max(SMALLEST_PLOT_HEIGHT) + 20.0,
        };
        self.legend = if right { LegendPlace::Right(column) } else { LegendPlace::Below(LegendBox::rows(entries, cell_width - MARGIN)) };
    }

    /// Looks again for the inside place in the final frame; moves the legend outside (and says so) when there is none any more.
    fn settle_legend(&mut self, looks: &Looks, cell_width: f64) -> bool {
        let LegendPlace::Inside(legend, ..) = &self.legend else {
            return false;
        };
        let legend = legend.clone();
        if let Some((x, y)) = legend::free_corner(&self.plot(looks), &legend) {
            self.legend = LegendPlace::Inside(legend, x, y);
            return false;
        }
        let entries = legend::entries(self.panel, looks);
        self.place_outside(&entries, legend, cell_width);
        true
    }

    /// Upper left corner of a legend outside the frame.
    pub fn outside_corner(&self, legend: &LegendBox) -> (f64, f64) {
        let side = self.axis_labels.overhang.max(labels::side_width(self.panel)).max(12.0);
        if matches!(self.legend, LegendPlace::Right(_)) {
            (self.frame.right + side + LEGEND_GAP / 2.0, self.frame.top - 4.0)
        } else {
            let centred = (self.frame.left + self.frame.right - legend.width) / 2.0;
            let left_edge = self.frame.left - self.axis_labels.left_width();
            let rightmost = self.frame.right + side - legend.width;
            (centred.min(rightmost).max(left_edge), self.frame.bottom + self.axis_labels.bottom_height() + LEGEND_GAP / 2.0)
        }
    }
}
