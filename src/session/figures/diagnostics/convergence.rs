//! Convergence of the search: how far each start lies above the best objective found, iteration by iteration.
//!
//! However many starts there are, the legend has at most three entries: the best, those that reached the same optimum, and the others. The
//! table names every start.

use super::pages::page;
use super::{About, SearchTrace};
use crate::report::{Axis, Curve, Figure, Legend, Mark, Panel, Style};

/// Smaller differences of −2 log-likelihood are drawn here: they cannot matter, and a logarithmic axis has no zero.
const FLOOR: f64 = 1e-6;
/// Starts that end within this of the best have found the same optimum.
const SAME_OPTIMUM: f64 = 1e-2;

/// Objective above the best of all starts (logarithmic) v iteration.
#[must_use]
pub fn convergence(about: &About, starts: &[SearchTrace]) -> Figure {
    let lowest = |trace: &SearchTrace| trace.objective.iter().copied().filter(|v| v.is_finite()).fold(f64::INFINITY, f64::min);
    let best = starts.iter().map(lowest).fold(f64::INFINITY, f64::min);
    let winner = starts.iter().position(|trace| lowest(trace) == best && best.is_finite());
    let (mut first, mut same, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for (index, trace) in starts.iter().enumerate() {
        let curve = Curve {
            name: trace.name.clone(),
            x: (0..trace.objective.len()).map(|iteration| iteration as f64).collect(),
            // a value that is not a number stays one, so that the gap is seen and counted
            y: trace.objective.iter().map(|value| if value.is_finite() { (value - best).max(FLOOR) } else { f64::NAN }).collect(),
        };
        match winner {
            Some(winner) if winner == index => first.push(curve),
            _ if lowest(trace) - best <= SAME_OPTIMUM => same.push(curve),
            _ => others.push(curve),
        }
    }
    let count = |count: usize| if count == 1 { "1 start".to_owned() } else { format!("{count} starts") };
    let mut marks = Vec::new();
    let mut push = |name: String, curves: Vec<Curve>, style: Style| {
        if !curves.is_empty() {
            marks.push(Mark::Family { name, curves, style });
        }
    };
    push(format!("ended elsewhere: {}", count(others.len())), others, Style::muted());
    push(format!("reached the same optimum: {}", count(same.len())), same, Style::solid(1));
    push("best start".into(), first, Style::solid(0));
    let panel = Panel {
        x: Axis::linear("Iteration", ""),
        y: Axis::log10("−2 log-likelihood above the best", ""),
        marks,
        legend: Legend::Auto,
        title: None,
    };
    let mut figure = page("convergence", "Convergence of the search", about, vec![panel]);
    figure
        .caption
        .push(format!("{}; differences below 10⁻⁶ are drawn at 10⁻⁶; the same optimum: within 0.01 of the best.", count(starts.len())));
    figure
}
