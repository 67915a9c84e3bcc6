//! Best change of the sum of diameters, patient by patient from growth to shrinkage, coloured by best response.

use super::pages::{page, patients};
use super::{ArmWords, BestChange, MOST_BARS, TrialAbout};
use crate::radiobiology::lesion::Response;
use crate::report::{Axis, BarSeries, Figure, Legend, Mark, Panel, Style};

/// Growth beyond this is cut off.
const TOP_PERCENT: f64 = 100.0;
/// Fewer patients leave slots empty.
const FEWEST_SLOTS: usize = 5;
/// Palette indices: green, blue, orange, vermillion.
const LOOKS: [(Response, usize); 4] = [(Response::Complete, 2), (Response::Partial, 0), (Response::Stable, 5), (Response::Progressive, 1)];

/// One panel an arm, one bar a patient, with the lines of response (−30 %) and progression (+20 %).
#[must_use]
pub fn waterfall(about: &TrialAbout, arms: &[ArmWords], changes: &[Vec<BestChange>]) -> Figure {
    let used: Vec<(Response, usize)> =
        LOOKS.into_iter().filter(|(response, _)| changes.iter().flatten().any(|one| one.response == *response)).collect();
    let highest = changes.iter().flatten().map(|one| one.change_percent).filter(|c| c.is_finite()).fold(30.0, f64::max);
    let top = (10.0 * crate::math::ceil(1.05 * highest / 10.0)).min(TOP_PERCENT);
    let panels: Vec<Panel> = arms.iter().zip(changes).map(|(arm, of_arm)| panel(arm, of_arm, &used, top)).collect();
    let mut own = vec![
        "Best change of the sum of diameters against the start; dashed: −30 % (partial response) and +20 % (progression, against the lowest).".to_owned(),
    ];
    if changes.iter().any(|of_arm| of_arm.len() > MOST_BARS) {
        own.push(format!("Of more than {MOST_BARS} patients {MOST_BARS} are drawn, evenly by rank."));
    }
    let beyond = changes.iter().flatten().filter(|one| one.change_percent > TOP_PERCENT).count();
    if beyond > 0 {
        own.push(format!("Cut off at +{TOP_PERCENT:.0} %: {}.", patients(beyond)));
    }
    page("waterfall", "Best change of the sum of diameters", about, panels, own)
}

fn panel(arm: &ArmWords, changes: &[BestChange], used: &[(Response, usize)], top: f64) -> Panel {
    let mut sorted: Vec<BestChange> = changes.iter().copied().filter(|one| one.change_percent.is_finite()).collect();
    sorted.sort_by(|a, b| b.change_percent.total_cmp(&a.change_percent).then(b.response.cmp(&a.response)));
    let drawn = evenly(&sorted, MOST_BARS);
    let series = used
        .iter()
        .map(|(response, index)| BarSeries {
            name: capital(response.words()),
            values: drawn.iter().map(|one| if one.response == *response { one.change_percent } else { f64::NAN }).collect(),
            style: Style::solid(*index),
            ..BarSeries::default()
        })
        .collect();
    let line = |y: f64, label: &str| Mark::HorizontalLine { y, label: label.into() };
    let label = if drawn.len() < sorted.len() { "Patients by rank, a selection" } else { "Patients by rank" };
    Panel {
        title: Some(format!("{}: {}", arm.title, patients(sorted.len()))),
        x: Axis::linear(label, "").between(0.0, drawn.len().max(FEWEST_SLOTS) as f64),
        y: Axis::linear("Best change", "%").between(-100.0, top),
        marks: vec![Mark::Bars { series, stacked: true }, line(-30.0, "−30 %"), line(20.0, "+20 %")],
        legend: Legend::Auto,
    }
}

/// At most `most` of all, the first and the last among them.
fn evenly(all: &[BestChange], most: usize) -> Vec<BestChange> {
    if all.len() <= most {
        return all.to_vec();
    }
    (0..most).map(|i| all[i * (all.len() - 1) / (most - 1)]).collect()
}

fn capital(words: &str) -> String {
    crate::session::figures::capitalised(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_keeps_both_ends_and_every_rank_once() {
        let all: Vec<BestChange> = (0..1000).map(|i| BestChange { change_percent: f64::from(i), response: Response::Stable }).collect();
        let drawn = evenly(&all, MOST_BARS);
        assert_eq!((drawn.len(), drawn[0].change_percent, drawn[MOST_BARS - 1].change_percent), (MOST_BARS, 0.0, 999.0));
        assert!(drawn.windows(2).all(|pair| pair[1].change_percent > pair[0].change_percent));
        assert_eq!(evenly(&all[..3], MOST_BARS).len(), 3);
    }
}
