//! What a terminal cannot draw, as intervals: a violin as its whiskers and median, the bars of a row as the time from the first to the last.

use crate::report::{Axis, IntervalSeries, Mark, Panel, SpanSeries, Violin};

/// Name of the series when every slot holds one violin.
const WHISKERS: &str = "median, 5 % to 95 %";

/// The panel lying on its side with one row a slot, and its intervals.
pub fn of_violins(panel: &Panel, violins: &[Violin]) -> (Panel, Vec<IntervalSeries>) {
    let slots = slots(&panel.x, violins.iter().map(|one| one.slot));
    let alone = (0..slots).all(|slot| violins.iter().filter(|one| one.slot == slot).count() <= 1);
    let mut series: Vec<IntervalSeries> = Vec::new();
    for one in violins {
        let name = if alone { WHISKERS } else { &one.name };
        let position = series.iter().position(|known| known.name == name).unwrap_or_else(|| {
            series.push(empty(name, slots, one.style));
            series.len() - 1
        });
        let (Some(of_name), Some(five)) = (series.get_mut(position), &one.summary) else { continue };
        put(of_name, one.slot, (five.low, five.median, five.high));
    }
    (Panel { x: panel.y.clone(), y: panel.x.clone(), marks: vec![Mark::Intervals { series: series.clone() }], ..panel.clone() }, series)
}

/// The same panel with one interval a row and series.
pub fn of_spans(panel: &Panel, spans: &[SpanSeries]) -> (Panel, Vec<IntervalSeries>) {
    let slots = slots(&panel.y, spans.iter().flat_map(|one| one.slot.iter().copied()));
    let series: Vec<IntervalSeries> = spans
        .iter()
        .map(|one| {
            let mut found = empty(&one.name, slots, one.style);
            for slot in 0..slots {
                let own = |ends: &[f64]| -> Vec<f64> { one.slot.iter().zip(ends).filter(|(s, _)| **s == slot).map(|(_, v)| *v).collect() };
                let low = own(&one.from).into_iter().fold(f64::INFINITY, f64::min);
                let high = own(&one.to).into_iter().fold(f64::NEG_INFINITY, f64::max);
                if low <= high {
                    put(&mut found, slot, (low, high, high));
                }
            }
            found
        })
        .collect();
    (Panel { marks: vec![Mark::Intervals { series: series.clone() }], ..panel.clone() }, series)
}

fn slots(axis: &Axis, used: impl Iterator<Item = usize>) -> usize {
    axis.categories.as_ref().map_or_else(|| used.max().map_or(0, |last| last + 1), Vec::len)
}

fn empty(name: &str, slots: usize, style: crate::report::Style) -> IntervalSeries {
    let none = vec![f64::NAN; slots];
    IntervalSeries { name: name.to_owned(), middle: none.clone(), low: none.clone(), high: none, style }
}

fn put(series: &mut IntervalSeries, slot: usize, (low, middle, high): (f64, f64, f64)) {
    for (values, value) in [(&mut series.low, low), (&mut series.middle, middle), (&mut series.high, high)] {
        if let Some(place) = values.get_mut(slot) {
            *place = value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::FiveNumbers;

    #[test]
    fn one_violin_a_slot_is_one_series_and_two_are_two() {
        let five = FiveNumbers { low: 1.0, lower_quartile: 2.0, median: 3.0, upper_quartile: 4.0, high: 5.0 };
        let violin = |name: &str, slot| Violin { name: name.into(), slot, summary: Some(five), ..Violin::default() };
        let panel = Panel { x: Axis::of_categories("", vec!["a".into(), "b".into()]), y: Axis::linear("Dose", "Gy"), ..Panel::default() };
        let (turned, series) = of_violins(&panel, &[violin("a", 0), violin("b", 1)]);
        assert_eq!((turned.x.text().as_str(), series.len(), series[0].middle.as_slice()), ("Dose (Gy)", 1, &[3.0, 3.0][..]));
        assert_eq!(of_violins(&panel, &[violin("a", 0), violin("b", 0)]).1.len(), 2);
    }

    #[test]
    fn a_row_of_spans_reaches_from_its_first_to_its_last() {
        let spans = SpanSeries { slot: vec![0, 0, 7], from: vec![0.0, 8.0, 1.0], to: vec![8.0, 14.0, 2.0], ..SpanSeries::default() };
        let panel = Panel { y: Axis::of_categories("", vec!["1".into()]), ..Panel::default() };
        let (_, series) = of_spans(&panel, &[spans]);
        assert_eq!((series[0].low[0], series[0].high[0], series[0].low.len()), (0.0, 14.0, 1));
    }
}
