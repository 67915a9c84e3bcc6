//! Survival of the groups with 95 % bands, marks of censoring, medians, and the numbers at risk under the axis.

use super::pages::{number, page, short_names};
use super::{SurvivalCurves, SurvivalGroup, TrialAbout};
use crate::report::{Axis, Figure, Legend, Mark, Panel, Role, Style, TickRow};

/// Palette index of the plus.
const PLUS: usize = 6;
/// Groups whose names still find room in or beside the plot.
const MOST_BESIDE: usize = 3;

/// The curves of one endpoint.
#[must_use]
pub fn kaplan_meier(about: &TrialAbout, curves: &SurvivalCurves) -> Figure {
    let mut marks = Vec::new();
    let mut rows = Vec::new();
    let titles: Vec<(&str, &str)> = curves.groups.iter().map(|group| (group.title.as_str(), group.name.as_str())).collect();
    for ((index, group), short) in curves.groups.iter().enumerate().zip(short_names(&titles)) {
        let name = legend_name(group, &curves.unit);
        let style = Style::indexed(index);
        let (x, y) = staircase(group);
        marks.extend(band(group).map(|(x, low, high)| Mark::Band { name: name.clone(), x, low, high, style }));
        marks.push(Mark::Steps { name: name.clone(), x: x.clone(), y: y.clone(), style });
        if !group.censored.is_empty() {
            let heights = group.censored.iter().map(|time| height_at(&x, &y, *time)).collect();
            let style = Style { marker: Some(PLUS), ..style }.with_role(Role::Crowd);
            marks.push(Mark::Points { name, x: group.censored.clone(), y: heights, low: None, high: None, style });
        }
        let (x, y) = without_repetition(&group.at_risk);
        rows.push(TickRow { name: short, x, y, style });
    }
    if curves.groups.iter().any(|group| group.median.is_some()) {
        marks.push(Mark::HorizontalLine { y: 50.0, label: String::new() });
    }
    if !rows.is_empty() {
        marks.push(Mark::AtTicks { title: "Number at risk".into(), rows });
    }
    let last = curves.groups.iter().map(|group| group.last).filter(|last| last.is_finite()).fold(0.0, f64::max);
    let axis = Axis::linear("Time", &curves.unit);
    let panel = Panel {
        x: if last > 0.0 { axis.between(0.0, last) } else { axis },
        y: Axis::linear(&curves.endpoint, "%").between(0.0, 100.0),
        marks,
        // many names beside the plot would leave it little room
        legend: if curves.groups.len() > MOST_BESIDE { Legend::Below } else { Legend::Auto },
        title: None,
    };
    let censored = curves.groups.iter().any(|group| !group.censored.is_empty());
    let mut own = vec![format!("Kaplan–Meier estimate, band: 95 % interval at each time.{}", if censored { " +: censored." } else { "" })];
    let medians: Vec<String> = curves.groups.iter().filter_map(|group| median_words(group, &curves.unit)).collect();
    if !medians.is_empty() {
        own.push(format!("Medians with 95 % interval: {}.", medians.join("; ")));
    }
    let figure = page(&curves.name, &curves.endpoint, about, vec![panel], own);
    Figure { subtitle: (!curves.comparison.is_empty()).then(|| curves.comparison.join("; ")), ..figure }
}

/// Starts at 100 %, ends when the last patient was seen.
fn staircase(group: &SurvivalGroup) -> (Vec<f64>, Vec<f64>) {
    let (mut x, mut y) = (vec![0.0], vec![100.0]);
    for step in &group.steps {
        x.push(step.time);
        y.push(100.0 * step.survival);
    }
    let end = y.last().copied().unwrap_or(100.0);
    if x.last().is_some_and(|time| *time < group.last) {
        x.push(group.last);
        y.push(end);
    }
    (x, y)
}

/// The interval as stairs of its own; it ends where there is none any more.
fn band(group: &SurvivalGroup) -> Option<(Vec<f64>, Vec<f64>, Vec<f64>)> {
    let (mut x, mut low, mut high) = (vec![0.0], vec![100.0], vec![100.0]);
    let mut open = true;
    for step in &group.steps {
        let before = (low[low.len() - 1], high[high.len() - 1]);
        x.push(step.time);
        low.push(before.0);
        high.push(before.1);
        let Some((bottom, top)) = step.interval_95 else {
            open = false;
            break;
        };
        x.push(step.time);
        low.push(100.0 * bottom);
        high.push(100.0 * top);
    }
    if open && x.last().is_some_and(|time| *time < group.last) {
        x.push(group.last);
        low.extend(low.last().copied());
        high.extend(high.last().copied());
    }
    group.steps.iter().any(|step| step.interval_95.is_some()).then_some((x, low, high))
}

fn height_at(x: &[f64], y: &[f64], time: f64) -> f64 {
    x.iter().zip(y).take_while(|(x, _)| **x <= time).last().map_or(100.0, |(_, y)| *y)
}

/// Of times with one number the last is enough: before it the number is the same.
fn without_repetition(at_risk: &[(f64, f64)]) -> (Vec<f64>, Vec<f64>) {
    let next = at_risk.iter().skip(1).map(|(_, number)| Some(*number)).chain([None]);
    at_risk.iter().zip(next).filter(|((_, number), next)| *next != Some(*number)).map(|(pair, _)| *pair).unzip()
}

fn legend_name(group: &SurvivalGroup, unit: &str) -> String {
    match group.median {
        Some((median, ..)) => format!("{}: median {} {unit}", group.title, number(median)),
        None => format!("{}: median not reached", group.title),
    }
}

/// "fixed 14.0 months (12.6 to 15.7)".
fn median_words(group: &SurvivalGroup, unit: &str) -> Option<String> {
    let (median, low, high) = group.median?;
    let end = |end: Option<f64>| end.map_or("not reached".to_owned(), number);
    let name = if group.name.is_empty() { &group.title } else { &group.name };
    Some(format!("{name} {} {unit} ({} to {})", number(median), end(low), end(high)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::figures::trial::SurvivalPoint;

    fn group() -> SurvivalGroup {
        let step = |time, survival, interval_95| SurvivalPoint { time, survival, interval_95 };
        SurvivalGroup {
            steps: vec![step(2.0, 0.75, Some((0.3, 0.9))), step(5.0, 0.0, None)],
            at_risk: vec![(1.0, 4.0), (2.0, 4.0), (3.0, 3.0), (5.0, 1.0)],
            last: 6.0,
            ..SurvivalGroup::default()
        }
    }

    #[test]
    fn a_curve_starts_at_hundred_and_holds_to_the_last_time() {
        assert_eq!(staircase(&group()), (vec![0.0, 2.0, 5.0, 6.0], vec![100.0, 75.0, 0.0, 0.0]));
        let (x, y) = staircase(&group());
        assert_eq!((height_at(&x, &y, 1.9), height_at(&x, &y, 2.0), height_at(&x, &y, 9.0)), (100.0, 75.0, 0.0));
    }

    #[test]
    fn the_band_ends_where_its_interval_does() {
        assert_eq!(band(&group()), Some((vec![0.0, 2.0, 2.0, 5.0], vec![100.0, 100.0, 30.0, 30.0], vec![100.0, 100.0, 90.0, 90.0])));
    }

    #[test]
    fn numbers_at_risk_are_those_just_before_the_tick() {
        let (x, y) = without_repetition(&group().at_risk);
        assert_eq!((x.as_slice(), y.as_slice()), (&[2.0, 3.0, 5.0][..], &[4.0, 3.0, 1.0][..]));
        let row = TickRow { x, y, ..TickRow::default() };
        assert_eq!([0.0, 1.5, 2.0, 2.5, 4.0, 5.0, 5.1].map(|tick| row.at(tick)), [4.0, 4.0, 4.0, 3.0, 1.0, 1.0, 0.0]);
    }
}
