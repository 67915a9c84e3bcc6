//! Columns of a figure that must be equally long, and the refusal when they are not.

use super::{Axis, Figure, Mark};
use crate::report::ReportError;

impl Figure {
    pub(super) fn check_lengths(&self) -> Result<(), ReportError> {
        for panel in &self.panels {
            let count = |axis: &Axis| axis.categories.as_ref().map(Vec::len);
            for mark in &panel.marks {
                for (series, column, expected, found) in mark.lengths(count(&panel.x), count(&panel.y)) {
                    if expected != found {
                        return Err(ReportError::SeriesLength {
                            figure: self.name.clone(),
                            series: series.to_owned(),
                            column,
                            expected,
                            found,
                        });
                    }
                }
            }
        }
        Ok(())
    }
}

impl Mark {
    /// (series, column, expected length, found length) of every column that must match another.
    fn lengths(&self, slots: Option<usize>, rows: Option<usize>) -> Vec<(&str, &'static str, usize, usize)> {
        let optional =
            |name, column, expected, values: &Option<Vec<f64>>| values.as_ref().map(|values| (name, column, expected, values.len()));
        match self {
            Self::Line { name, x, y, .. } | Self::Steps { name, x, y, .. } => {
                vec![(name.as_str(), "y", x.len(), y.len())]
            }
            Self::Points { name, x, y, low, high, .. } => {
                let mut found = vec![(name.as_str(), "y", x.len(), y.len())];
                found.extend(optional(name.as_str(), "low", x.len(), low));
                found.extend(optional(name.as_str(), "high", x.len(), high));
                found
            }
            Self::Band { name, x, low, high, .. } => {
                vec![(name.as_str(), "low", x.len(), low.len()), (name.as_str(), "high", x.len(), high.len())]
            }
            Self::VerticalLine { .. } | Self::HorizontalLine { .. } => Vec::new(),
            Self::Violins { violins } => violins
                .iter()
                .flat_map(|one| {
                    let (name, bins) = (one.name.as_str(), one.low.len());
                    [(name, "high", bins, one.high.len()), (name, "count", bins, one.count.len())]
                })
                .collect(),
            Self::Spans { series } => series
                .iter()
                .flat_map(|one| {
                    let (name, bars) = (one.name.as_str(), one.slot.len());
                    let labels = if one.labels.is_empty() { bars } else { one.labels.len() };
                    [(name, "from", bars, one.from.len()), (name, "to", bars, one.to.len()), (name, "label", bars, labels)]
                })
                .collect(),
            Self::AtTicks { rows, .. } => rows.iter().map(|row| (row.name.as_str(), "y", row.x.len(), row.y.len())).collect(),
            Self::Bars { series, .. } => series
                .iter()
                .flat_map(|bars| {
                    let expected = slots.unwrap_or(bars.values.len());
                    let name = bars.name.as_str();
                    let mut found = vec![(name, "y", expected, bars.values.len())];
                    found.extend(optional(name, "low", expected, &bars.low));
                    found.extend(optional(name, "high", expected, &bars.high));
                    found
                })
                .collect(),
            Self::Family { curves, .. } => curves.iter().map(|c| (c.name.as_str(), "y", c.x.len(), c.y.len())).collect(),
            Self::Cells { name, values, .. } => {
                let name = name.as_str();
                let of_rows = rows.map(|rows| (name, "row", rows, values.len()));
                let of_columns = values.iter().map(|row| (name, "cell", slots.unwrap_or(row.len()), row.len()));
                of_rows.into_iter().chain(of_columns).collect()
            }
            Self::Intervals { series } => series
                .iter()
                .flat_map(|one| {
                    let expected = rows.unwrap_or(one.middle.len());
                    let columns = [("middle", &one.middle), ("low", &one.low), ("high", &one.high)];
                    columns.map(|(column, values)| (one.name.as_str(), column, expected, values.len()))
                })
                .collect(),
        }
    }
}
