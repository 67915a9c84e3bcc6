//! A figure as plain data: panels, axes and marks. [`Figure::draw`] writes it as SVG and PNG beside the table it was drawn from.
//!
//! The description is serialisable, so that a run keeps it and can be redrawn without solving again. The same figure gives the same bytes.

mod axes;
mod bars;
mod cells;
mod clip;
mod compose;
mod counted_rows;
mod data_table;
mod extent;
mod fonts;
mod intervals;
mod labels;
mod layout;
mod legend;
mod lengths;
mod marks;
mod palette;
mod player;
#[cfg(test)]
pub(crate) mod readable;
mod samples;
mod scene;
mod series;
mod spans;
mod style;
mod tick_table;
mod ticks;
mod violins;

pub use palette::stable_index;
pub use series::{BarSeries, Curve, FiveNumbers, IntervalSeries, SpanSeries, TickRow, Violin};
pub use style::{Role, Style};

use super::ReportError;
use super::error::check_file_stem;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// A page of one or more panels with a title, notes and the research-use line.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// File stem of the three files: ASCII letters, digits, `.`, `_`, `-`.
    pub name: String,
    /// Title over all panels.
    pub title: String,
    /// A second, lighter line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subtitle: Option<String>,
    /// Panels in reading order.
    pub panels: Vec<Panel>,
    /// Panels side by side in one row; 0 and 1 both mean stacked.
    #[serde(default)]
    pub columns: usize,
    /// Sources, levels of evidence, assumptions: one paragraph each, wrapped under the plot.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caption: Vec<String>,
}

/// One plot with its two axes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Panel {
    /// Heading of the panel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// What is drawn, the first at the back (bands are always behind lines, lines behind points).
    pub marks: Vec<Mark>,
    /// Where the legend goes.
    #[serde(default)]
    pub legend: Legend,
}

/// Where a panel's legend goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Legend {
    /// In the emptiest corner when it hides nothing there; else to the right; else below. Panels of one page that share series share one below.
    #[default]
    Auto,
    /// Outside, to the right of the plot.
    Right,
    /// Outside, below the plot.
    Below,
    /// No legend.
    Hidden,
}

/// One axis.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Axis {
    /// The quantity, without its unit: "Time after injection".
    pub label: String,
    /// The unit as printed: "h", "MBq", "mGy/h"; empty for a pure number.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// Linear or logarithmic.
    #[serde(default)]
    pub scale: Scale,
    /// Fixed ends in the axis' unit; chosen from the data when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<(f64, f64)>,
    /// Names of the slots: those of bars or cells, left to right (x axis), those of cells or intervals, top to bottom (y axis).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub categories: Option<Vec<String>>,
}

/// Scale of an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// Equal steps.
    #[default]
    Linear,
    /// Equal ratios; zero and negative values cannot be shown and are counted in the caption.
    Log10,
}

/// Something drawn in a panel. All numbers are in the unit of their axis; NaN breaks a line and is counted in the caption.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// A polyline through the points in the order given.
    Line {
        /// Name in the legend; marks of one name share one entry.
        name: String,
        /// Abscissae.
        x: Vec<f64>,
        /// Ordinates, as many.
        y: Vec<f64>,
        /// Look.
        #[serde(default)]
        style: Style,
    },
    /// A staircase: each y holds until the next x.
    Steps {
        /// Name in the legend.
        name: String,
        /// Abscissae.
        x: Vec<f64>,
        /// Ordinates, as many.
        y: Vec<f64>,
        /// Look.
        #[serde(default)]
        style: Style,
    },
    /// Markers with optional error bars.
    Points {
        /// Name in the legend.
        name: String,
        /// Abscissae.
        x: Vec<f64>,
        /// Ordinates, as many.
        y: Vec<f64>,
        /// Lower ends of the error bars (values, not differences), as many.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        low: Option<Vec<f64>>,
        /// Upper ends of the error bars, as many.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        high: Option<Vec<f64>>,
        /// Look.
        #[serde(default)]
        style: Style,
    },
    /// A shaded region between two curves.
    Band {
        /// Name in the legend.
        name: String,
        /// Abscissae.
        x: Vec<f64>,
        /// Lower curve, as many.
        low: Vec<f64>,
        /// Upper curve, as many.
        high: Vec<f64>,
        /// Look.
        #[serde(default)]
        style: Style,
    },
    /// A line across the plot at one x, its label above the plot.
    VerticalLine {
        /// Position.
        x: f64,
        /// Text above the plot; may be empty.
        label: String,
    },
    /// A line across the plot at one y (a dose limit), its label to the right of the plot.
    HorizontalLine {
        /// Position.
        y: f64,
        /// Text beside the plot; may be empty.
        label: String,
    },
    /// Bars over the categories of the x axis.
    Bars {
        /// One series per colour, each with one value per category.
        series: Vec<BarSeries>,
        /// Stacked on one another instead of side by side.
        #[serde(default)]
        stacked: bool,
    },
    /// Many curves under one legend entry (the starts of a search); the table names each.
    Family {
        /// Name in the legend.
        name: String,
        /// The curves.
        curves: Vec<Curve>,
        /// Look of all of them.
        #[serde(default)]
        style: Style,
    },
    /// A matrix of coloured cells with the value printed in each: blue below zero, white at zero, orange above. Columns are the categories of
    /// the x axis, rows those of the y axis.
    Cells {
        /// What the values are, with their unit: "Correlation".
        name: String,
        /// Row by row from the top, one value per column; NaN leaves a cell empty.
        values: Vec<Vec<f64>>,
        /// Absolute value at which the colour is full: 1 for correlations.
        full: f64,
    },
    /// Horizontal intervals over the categories of the y axis, several series below each other in one slot.
    Intervals {
        /// One series per colour, each with one interval per category.
        series: Vec<IntervalSeries>,
    },
    /// Distributions over the categories of the x axis: violins of equal area, boxes, single points; those of one slot side by side.
    Violins {
        /// One distribution each.
        violins: Vec<Violin>,
    },
    /// Horizontal bars over the categories of the y axis, any number in a slot (what was done to a patient from when to when).
    Spans {
        /// One series per colour.
        series: Vec<SpanSeries>,
    },
    /// A table under the x axis: at each tick a number of every row (patients at risk).
    AtTicks {
        /// Heading of the table.
        title: String,
        /// Rows from the top.
        rows: Vec<TickRow>,
    },
}

/// The three files of a figure, in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct DrawnFigure {
    /// Vector picture, 800×500 logical pixels for one panel.
    pub svg: String,
    /// Bitmap of the same size, smoothed.
    pub png: Vec<u8>,
    /// The table it was drawn from: panel, series, mark, x, y, low, high; and count, where a mark has counts.
    pub csv: String,
}

impl Figure {
    /// Draws the figure in memory.
    ///
    /// # Errors
    /// A name that cannot be a file name, columns of different length, or a refusal of the drawing library.
    pub fn render(&self) -> Result<DrawnFigure, ReportError> {
        check_file_stem("figure", &self.name)?;
        self.check_lengths()?;
        let scene = compose::scene_of(self);
        Ok(DrawnFigure { svg: player::svg(&scene, &self.name)?, png: player::png(&scene, &self.name)?, csv: data_table::csv_of(self) })
    }

    /// Draws the figure and writes `<name>.svg`, `<name>.png` and `<name>.csv` into `folder`, which must exist. Returns the three paths.
    ///
    /// # Errors
    /// As [`Figure::render`], and [`ReportError::Io`] when a file cannot be written.
    pub fn draw(&self, folder: &Path) -> Result<Vec<PathBuf>, ReportError> {
        let drawn = self.render()?;
        let files = [("svg", drawn.svg.as_bytes()), ("png", drawn.png.as_slice()), ("csv", drawn.csv.as_bytes())];
        let mut paths = Vec::with_capacity(files.len());
        for (ending, bytes) in files {
            let path = folder.join(format!("{}.{ending}", self.name));
            std::fs::write(&path, bytes).map_err(ReportError::io("write", &path))?;
            paths.push(path);
        }
        Ok(paths)
    }
}

impl Axis {
    /// A linear axis with a quantity and its unit.
    #[must_use]
    pub fn linear(label: &str, unit: &str) -> Self {
        Self { label: label.to_owned(), unit: unit.to_owned(), ..Self::default() }
    }

    /// A logarithmic axis with a quantity and its unit.
    #[must_use]
    pub fn log10(label: &str, unit: &str) -> Self {
        Self { scale: Scale::Log10, ..Self::linear(label, unit) }
    }

    /// An axis of named slots for bars, cells or intervals.
    #[must_use]
    pub fn of_categories(label: &str, categories: Vec<String>) -> Self {
        Self { label: label.to_owned(), categories: Some(categories), ..Self::default() }
    }

    /// Where the middle of slot `index` lies on this axis when it is the x axis (slots from the left).
    #[must_use]
    pub fn middle_of_column(index: usize) -> f64 {
        index as f64 + 0.5
    }

    /// Where the middle of slot `index` lies on this axis when it is the y axis (slots from the top).
    #[must_use]
    pub fn middle_of_row(&self, index: usize) -> f64 {
        self.categories.as_ref().map_or(0, Vec::len) as f64 - index as f64 - 0.5
    }

    /// The same axis with fixed ends.
    #[must_use]
    pub fn between(self, low: f64, high: f64) -> Self {
        Self { range: Some((low, high)), ..self }
    }

    /// "Quantity (unit)".
    #[must_use]
    pub fn text(&self) -> String {
        match (self.label.is_empty(), self.unit.is_empty()) {
            (_, true) => self.label.clone(),
            (true, false) => self.unit.clone(),
            (false, false) => format!("{} ({})", self.label, self.unit),
        }
    }
}

#[cfg(test)]
mod tests;
