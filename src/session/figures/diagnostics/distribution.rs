//! The distribution of bootstrap draws as a histogram, with the median and the 95 % interval.

use super::pages::pages;
use super::{About, Draws};
use crate::math::{cbrt, ceil};
use crate::report::number_text::significant;
use crate::report::{Axis, Figure, Legend, Mark, Panel, Style};

const FEWEST_BINS: f64 = 8.0;
const MOST_BINS: f64 = 60.0;

/// One histogram a target, twelve a figure.
#[must_use]
pub fn distribution(about: &About, targets: &[Draws]) -> Vec<Figure> {
    let mut figures = pages("distribution", "Bootstrap distribution", about, targets.iter().map(panel_of).collect());
    let lost: usize = targets.iter().flat_map(|draws| &draws.values).filter(|value| !value.is_finite()).count();
    if lost > 0 {
        let words = format!("Not shown: {lost} {} without a finite value.", if lost == 1 { "draw" } else { "draws" });
        figures.iter_mut().for_each(|figure| figure.caption.push(words.clone()));
    }
    figures
}

fn panel_of(draws: &Draws) -> Panel {
    let mut sorted: Vec<f64> = draws.values.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let (edges, counts) = histogram(&sorted);
    let (x, y) = outline(&edges, &counts);
    let name = format!("{} draws", sorted.len());
    let style = Style::solid(0);
    let number = |value: f64| significant(value, 3).replace('-', "−");
    let mut marks = Vec::new();
    if !x.is_empty() {
        marks.push(Mark::Band { name: name.clone(), x: x.clone(), low: vec![0.0; x.len()], high: y.clone(), style });
        marks.push(Mark::Line { name, x, y, style });
    }
    let Draws { interval, unit, .. } = draws;
    let lines = [(interval.low, "2.5 %"), (interval.median, "median"), (interval.high, "97.5 %")];
    let estimate = draws.estimate.map(|estimate| (estimate, format!("best fit {}", number(estimate))));
    for (x, label) in lines.map(|(x, label)| (x, label.to_owned())).into_iter().chain(estimate) {
        if x.is_finite() {
            marks.push(Mark::VerticalLine { x, label });
        }
    }
    Panel {
        title: Some(format!(
            "{}: {} {unit} ({} to {})",
            draws.target,
            number(interval.median),
            number(interval.low),
            number(interval.high)
        )),
        x: Axis::linear(&draws.quantity, unit),
        y: Axis::linear("Draws per bin", ""),
        marks,
        legend: Legend::Auto,
    }
}

/// Edges and counts of equal bins of width 2 IQR n^(−1/3) (Freedman and Diaconis 1981), within sensible numbers of bins.
fn histogram(sorted: &[f64]) -> (Vec<f64>, Vec<usize>) {
    let (Some(first), Some(last)) = (sorted.first().copied(), sorted.last().copied()) else {
        return (Vec::new(), Vec::new());
    };
    // draws that do not differ still get one bin with a width
    let (low, high) = if last > first { (first, last) } else { (first - 0.05 * first.abs().max(1e-6), last + 0.05 * last.abs().max(1e-6)) };
    let at = |share: f64| sorted[((sorted.len() - 1) as f64 * share).round() as usize];
    let width = 2.0 * (at(0.75) - at(0.25)) / cbrt(sorted.len() as f64);
    let count = if width > 0.0 { ceil((high - low) / width).clamp(FEWEST_BINS, MOST_BINS) } else { FEWEST_BINS } as usize;
    let edges: Vec<f64> = (0..=count).map(|i| low + (high - low) * i as f64 / count as f64).collect();
    let mut counts = vec![0; count];
    for value in sorted {
        let bin = ((value - low) / (high - low) * count as f64) as usize;
        counts[bin.min(count - 1)] += 1;
    }
    (edges, counts)
}

/// The outline of the bars, from zero up and back to zero.
fn outline(edges: &[f64], counts: &[usize]) -> (Vec<f64>, Vec<f64>) {
    let (Some(first), Some(last)) = (edges.first(), edges.last()) else {
        return (Vec::new(), Vec::new());
    };
    let tops = counts.iter().zip(edges.windows(2)).flat_map(|(count, edge)| [(edge[0], *count as f64), (edge[1], *count as f64)]);
    std::iter::once((*first, 0.0)).chain(tops).chain(std::iter::once((*last, 0.0))).unzip()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_draw_is_in_one_bin_and_the_edges_are_the_extremes() {
        let sorted: Vec<f64> = (0..=1000).map(|i| f64::from(i) * 0.01).collect();
        let (edges, counts) = histogram(&sorted);
        assert_eq!(counts.iter().sum::<usize>(), 1001);
        assert_eq!((edges[0], edges[edges.len() - 1]), (0.0, 10.0));
        // uniform: the range is twice the IQR, so there are n^(1/3) = 10.003 bin widths in it, which take 11 bins
        assert_eq!(counts.len(), 11);
    }

    #[test]
    fn equal_draws_and_no_draws_are_no_trouble() {
        assert_eq!(histogram(&[2.0; 5]).1.iter().sum::<usize>(), 5);
        assert_eq!(histogram(&[]), (vec![], vec![]));
        assert_eq!(outline(&[], &[]), (vec![], vec![]));
    }
}
