//! The correlation matrix of the estimates, coloured from −1 to 1, each value printed.

use super::pages::page;
use super::{About, Correlations};
use crate::report::{Axis, Figure, Legend, Mark, Panel};

/// Two estimates are named as strongly correlated from here on.
const STRONG: f64 = 0.95;
/// Pairs named at most.
const MOST_PAIRS: usize = 3;

/// The correlation matrix. Names in the caption the pairs that the data hardly tell apart.
#[must_use]
pub fn correlation_matrix(about: &About, correlations: &Correlations) -> Figure {
    let names = &correlations.parameters;
    let panel = Panel {
        x: Axis::of_categories("", names.clone()),
        y: Axis::of_categories("", names.clone()),
        marks: vec![Mark::Cells { name: "Correlation".into(), values: correlations.matrix.clone(), full: 1.0 }],
        legend: Legend::Hidden,
        title: None,
    };
    let mut figure = page("correlation_matrix", "Correlation of the estimates", about, vec![panel]);
    figure.subtitle = Some("correlation coefficient, a pure number: −1 blue, 0 white, 1 orange".into());
    figure.caption.extend(strong_pairs(correlations));
    figure
}

/// "Hardly told apart by these data: a and b (−0.98)."
fn strong_pairs(correlations: &Correlations) -> Option<String> {
    let names = &correlations.parameters;
    let mut pairs: Vec<(usize, usize, f64)> = Vec::new();
    for (i, row) in correlations.matrix.iter().enumerate().take(names.len()) {
        pairs.extend(row.iter().enumerate().take(i).filter(|(_, value)| value.abs() >= STRONG).map(|(j, value)| (j, i, *value)));
    }
    pairs.sort_by(|a, b| b.2.abs().total_cmp(&a.2.abs()));
    let words: Vec<String> = pairs
        .iter()
        .take(MOST_PAIRS)
        .map(|(i, j, value)| format!("{} and {} ({})", names[*i], names[*j], format!("{value:.3}").replace('-', "−")))
        .collect();
    let more = pairs.len().saturating_sub(MOST_PAIRS);
    let rest = if more > 0 { format!("; and {more} more") } else { String::new() };
    (!words.is_empty()).then(|| format!("Correlation beyond ±{STRONG}, hardly told apart by these data: {}{rest}.", words.join("; ")))
}
