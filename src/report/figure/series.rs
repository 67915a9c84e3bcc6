//! The series inside marks that hold several: bars, intervals or spans of one colour, the curves of a family, violins, rows of a table.

use super::Style;
use serde::{Deserialize, Serialize};

/// One colour of a bar chart.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BarSeries {
    /// Name in the legend.
    pub name: String,
    /// One value per category, in the unit of the y axis.
    pub values: Vec<f64>,
    /// Lower ends of the error bars (values, not differences; on the top of the stack when stacked).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<Vec<f64>>,
    /// Upper ends of the error bars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<Vec<f64>>,
    /// Look.
    #[serde(default)]
    pub style: Style,
}

/// One colour of a chart of horizontal intervals.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntervalSeries {
    /// Name in the legend.
    pub name: String,
    /// Marked values inside the intervals (medians), one per category, in the unit of the x axis; NaN where there is none.
    pub middle: Vec<f64>,
    /// Lower ends, as many.
    pub low: Vec<f64>,
    /// Upper ends, as many.
    pub high: Vec<f64>,
    /// Look.
    #[serde(default)]
    pub style: Style,
}

/// One curve of a family.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Curve {
    /// Name in the table: "start 7".
    pub name: String,
    /// Abscissae.
    pub x: Vec<f64>,
    /// Ordinates, as many.
    pub y: Vec<f64>,
}

/// The distribution of one group over a category of the x axis. Without bins a box and its points are drawn, without a summary the violin alone.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Violin {
    /// Name in the legend.
    pub name: String,
    /// Category it stands over, from 0.
    pub slot: usize,
    /// Lower ends of the bins, ascending, in the unit of the y axis; bins need not touch or be equal.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub low: Vec<f64>,
    /// Upper ends of the bins, as many.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub high: Vec<f64>,
    /// How many values lie in each bin, as many.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub count: Vec<f64>,
    /// The box and its whiskers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<FiveNumbers>,
    /// Single values drawn as small points.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<f64>,
    /// Look.
    #[serde(default)]
    pub style: Style,
}

/// A distribution in five numbers, in the unit of the y axis.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FiveNumbers {
    /// Lower end of the whisker.
    pub low: f64,
    /// Lower quartile.
    pub lower_quartile: f64,
    /// Median.
    pub median: f64,
    /// Upper quartile.
    pub upper_quartile: f64,
    /// Upper end of the whisker.
    pub high: f64,
}

impl FiveNumbers {
    /// From the lowest to the highest.
    #[must_use]
    pub fn values(&self) -> [f64; 5] {
        [self.low, self.lower_quartile, self.median, self.upper_quartile, self.high]
    }
}

/// Horizontal bars of one colour.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpanSeries {
    /// Name in the legend.
    pub name: String,
    /// Category of each bar, from 0 at the top.
    pub slot: Vec<usize>,
    /// Left ends, as many, in the unit of the x axis.
    pub from: Vec<f64>,
    /// Right ends, as many.
    pub to: Vec<f64>,
    /// Text in each bar, as many or none; drawn where it fits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// Look.
    #[serde(default)]
    pub style: Style,
}

/// One row of a table under the x axis. At a tick stands the y of the first x at or after it, 0 beyond the last: the patients at risk.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TickRow {
    /// Name beside the row.
    pub name: String,
    /// Abscissae, ascending.
    pub x: Vec<f64>,
    /// Numbers, as many.
    pub y: Vec<f64>,
    /// Look of the sample before the name; its colour is that of the curve the row belongs to.
    #[serde(default)]
    pub style: Style,
}

impl TickRow {
    /// The number at `tick`.
    #[must_use]
    pub fn at(&self, tick: f64) -> f64 {
        // a tick is a multiple of a step: 0.3 may be 0.30000000000000004
        let reached = |x: f64| x >= tick - 1e-9 * tick.abs();
        self.x.iter().zip(&self.y).find(|(x, _)| reached(**x)).map_or(0.0, |(_, y)| *y)
    }
}
