//! The series inside marks that hold several: bars of one colour, intervals of one colour, the curves of a family.

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
