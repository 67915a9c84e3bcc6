//! Violins, spans and numbers at the ticks: figures from closed forms, and what must hold of them.

use super::super::*;
use super::assert_readable;
use scene::{Rect, Shape};

/// A violin of a triangular density around `middle` in bins of very different width.
fn violin(name: &str, slot: usize, middle: f64, scale: f64) -> Violin {
    let edges = [-4.0, -2.0, -1.5, -1.0, -0.5, 0.0, 0.1, 0.2, 1.0, 3.0, 4.0].map(|e| middle + scale * e);
    let cumulative = |x: f64| {
        let t = ((x - middle) / (4.0 * scale)).clamp(-1.0, 1.0);
        if t < 0.0 { 0.5 * (1.0 + t) * (1.0 + t) } else { 1.0 - 0.5 * (1.0 - t) * (1.0 - t) }
    };
    Violin {
        name: name.into(),
        slot,
        low: edges[..10].to_vec(),
        high: edges[1..].to_vec(),
        count: edges.windows(2).map(|pair| 1000.0 * (cumulative(pair[1]) - cumulative(pair[0]))).collect(),
        summary: Some(FiveNumbers {
            low: middle - 2.7 * scale,
            lower_quartile: middle - 1.2 * scale,
            median: middle,
            upper_quartile: middle + 1.2 * scale,
            high: middle + 2.7 * scale,
        }),
        points: (0..60).map(|i| middle + 0.06 * scale * (f64::from(i) - 30.0)).collect(),
        style: Style::default(),
    }
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|i| format!("arm {}", i + 1)).collect()
}

fn violins(name: &str, slots: Vec<String>, y: Axis, violins: Vec<Violin>) -> Figure {
    Figure {
        name: name.into(),
        title: "Distributions".into(),
        panels: vec![Panel {
            x: Axis::of_categories("", slots),
            y,
            marks: vec![Mark::Violins { violins }, Mark::HorizontalLine { y: 23.0, label: "23 Gy".into() }],
            ..Panel::default()
        }],
        ..Figure::default()
    }
}

fn two_violins() -> Figure {
    violins("violins", names(2), Axis::linear("Dose", "Gy"), vec![violin("one", 0, 20.0, 2.0), violin("other", 1, 25.0, 4.0)])
}

fn spans(name: &str, rows: Vec<String>, labels: bool) -> Figure {
    let slots: Vec<usize> = (0..rows.len()).flat_map(|slot| [slot, slot]).collect();
    let from: Vec<f64> = slots.iter().enumerate().map(|(i, _)| 8.0 * (i % 2) as f64).collect();
    let to = from.iter().map(|from| from + 7.0).collect();
    let labels = if labels { slots.iter().map(|slot| format!("{}.4", slot % 10)).collect() } else { Vec::new() };
    let y = Axis::of_categories("Patient", rows);
    let ends = Mark::Points {
        name: "end".into(),
        x: vec![15.0; slots.len() / 2],
        y: (0..slots.len() / 2).map(|slot| y.middle_of_row(slot)).collect(),
        low: None,
        high: None,
        style: Style::indexed(1),
    };
    let series = vec![SpanSeries { name: "cycle".into(), slot: slots, from, to, labels, style: Style::default() }];
    Figure {
        name: name.into(),
        title: "Spans".into(),
        panels: vec![Panel { x: Axis::linear("Time", "wk"), y, marks: vec![Mark::Spans { series }, ends], ..Panel::default() }],
        ..Figure::default()
    }
}

fn at_ticks(name: &str, rows: Vec<String>, columns: usize) -> Figure {
    let x: Vec<f64> = (0..=48).map(f64::from).collect();
    let curve = |row: usize| -> Vec<f64> { x.iter().map(|t| 100.0 * (-(0.01 + 0.01 * row as f64) * t).exp()).collect() };
    let mut marks: Vec<Mark> = rows
        .iter()
        .enumerate()
        .map(|(i, name)| Mark::Steps { name: name.clone(), x: x.clone(), y: curve(i), style: Style::indexed(i) })
        .collect();
    let rows = rows
        .into_iter()
        .enumerate()
        .map(|(i, name)| TickRow { name, x: x.clone(), y: curve(i).iter().map(|y| (1e4 * y).round()).collect(), style: Style::indexed(i) })
        .collect();
    marks.push(Mark::AtTicks { title: "Number at risk".into(), rows });
    let panel = Panel { x: Axis::linear("Time", "months"), y: Axis::linear("Free", "%").between(0.0, 100.0), marks, ..Panel::default() };
    Figure { name: name.into(), title: "At the ticks".into(), panels: vec![panel; columns], columns, ..Figure::default() }
}

pub(super) fn all() -> Vec<Figure> {
    vec![two_violins(), spans("spans", names(12), true), at_ticks("at-ticks", names(6), 1), at_ticks("at-ticks-2", names(3), 2)]
}

pub(super) fn awkward() -> Vec<Figure> {
    let gy = || Axis::linear("Dose", "Gy");
    let long = "a name that goes on and on with its schedule, its estimator, its limits and the weather of the day".to_owned();
    let broken =
        Violin { low: vec![f64::NAN, 3.0], high: vec![2.0, 3.0], count: vec![5.0, f64::INFINITY], ..violin("broken", 0, 5.0, 1.0) };
    let mut outside = two_violins();
    outside.name = "violins-outside".into();
    outside.panels[0].y = gy().between(22.0, 24.0);
    let mut negative = spans("spans-outside", names(3), true);
    negative.panels[0].x = Axis::log10("Time", "wk").between(5.0, 10.0);
    let mut nowhere = spans("spans-nowhere", names(2), false);
    if let Mark::Spans { series } = &mut nowhere.panels[0].marks[0] {
        series[0].slot[0] = 99;
        series[0].from[1] = f64::NAN;
    }
    vec![
        violins("violins-none", vec![], gy(), vec![]),
        violins("violins-nowhere", names(1), gy(), vec![violin("a", 7, 5.0, 1.0)]),
        violins("violins-one-slot", names(1), gy(), (0..5).map(|i| violin(&format!("arm {i}"), 0, 5.0 + i as f64, 0.5)).collect()),
        violins("violins-many", names(30), gy(), (0..30).map(|i| violin("a", i, 20.0, 2.0)).collect()),
        violins("violins-log", names(2), Axis::log10("Dose", "Gy"), vec![violin("a", 0, 3.0, 1.0), violin("b", 1, 30.0, 5.0)]),
        violins("violins-broken", names(1), gy(), vec![broken]),
        outside,
        spans("spans-none", vec![], true),
        spans("spans-eighty", names(80), true),
        spans("spans-long", vec![long.clone(); 3], true),
        negative,
        nowhere,
        at_ticks("at-ticks-long", vec![long; 6], 1),
        at_ticks("at-ticks-none", vec![], 1),
    ]
}

/// The fills of a figure that are not white, each with the rectangle around it.
fn fills(figure: &Figure) -> Vec<(Vec<(f64, f64)>, Rect)> {
    let shapes = compose::scene_of(figure).shapes;
    let filled = shapes.into_iter().filter_map(|shape| match shape {
        Shape::Fill { points, opacity, .. } if opacity < 0.5 => Some(points),
        _ => None,
    });
    filled
        .map(|points| {
            let start = Rect { left: f64::INFINITY, top: f64::INFINITY, right: f64::NEG_INFINITY, bottom: f64::NEG_INFINITY };
            let around = points.iter().fold(start, |r, (x, y)| Rect {
                left: r.left.min(*x),
                top: r.top.min(*y),
                right: r.right.max(*x),
                bottom: r.bottom.max(*y),
            });
            (points, around)
        })
        .collect()
}

/// Area of a polygon (shoelace).
fn area(points: &[(f64, f64)]) -> f64 {
    let next = points.iter().cycle().skip(1);
    (points.iter().zip(next).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum::<f64>() / 2.0).abs()
}

#[test]
fn violins_of_one_mark_cover_the_same_area_on_either_scale() {
    for y in [Axis::linear("Dose", "Gy"), Axis::log10("Dose", "Gy")] {
        let mut figure = violins("v", names(2), y, vec![violin("one", 0, 20.0, 2.0), violin("other", 1, 25.0, 4.0)]);
        figure.panels[0].legend = Legend::Hidden;
        let areas: Vec<f64> = fills(&figure).iter().map(|(points, _)| area(points)).collect();
        assert_eq!(areas.len(), 2);
        assert!((areas[0] / areas[1] - 1.0).abs() < 1e-9, "{areas:?}");
    }
}

#[test]
fn what_is_filled_stays_in_its_frame() {
    for figure in all().into_iter().chain(awkward()) {
        let figure = Figure { panels: figure.panels.into_iter().map(|p| Panel { legend: Legend::Hidden, ..p }).collect(), ..figure };
        let looks = palette::Looks::of(&figure);
        let frames: Vec<Rect> = layout::page_of(&figure, &looks).panels.iter().map(|plan| plan.frame.grown(0.01)).collect();
        for (points, around) in fills(&figure) {
            let inside = frames.iter().any(|frame| around.corners().into_iter().all(|corner| frame.contains(corner)));
            assert!(inside, "{}: {points:?} {frames:?}", figure.name);
        }
    }
}

#[test]
fn the_numbers_stand_under_their_ticks() {
    let figure = at_ticks("t", names(2), 1);
    let texts: Vec<scene::Text> = assert_readable(&figure).texts().cloned().collect();
    // the first row: exp(−0.01 · 12) = 0.886920 and exp(−0.01 · 24) = 0.786628 of a million
    for (tick, number) in [("12", "886920"), ("24", "786628")] {
        let below = texts.iter().find(|text| text.text == number).expect("it is printed");
        let above = |text: &&scene::Text| text.text == tick && text.y < below.y && text.anchor == scene::Anchor::Middle;
        let tick = texts.iter().find(above).expect("a tick");
        assert!((tick.x - below.x).abs() < 1e-9, "{} {}", tick.x, below.x);
    }
}

#[test]
fn tables_of_the_new_marks_name_slots_and_count() {
    let csv = two_violins().render().expect("drawn").csv;
    assert_eq!(csv.lines().next(), Some("panel,series,mark,x,y [Dose (Gy)],low [Dose (Gy)],high [Dose (Gy)],count"));
    // the lowest bin of the triangle: (4 − 2)²/(2 · 4²) = 1/8 of 1000
    assert!(csv.contains("1,one,bin,arm 1,,12,16,125\n"), "{csv}");
    assert!(csv.contains("1,other,quartiles,arm 2,25,20.2,29.8,\n"), "{csv}");
    let csv = spans("s", names(2), true).render().expect("drawn").csv;
    assert_eq!(csv.lines().next(), Some("panel,series,mark,x [Time (wk)],y [Patient],low [Time (wk)],high [Time (wk)]"));
    assert!(csv.contains("1,cycle: 1.4,span,,arm 2,8,15\n") && csv.contains("1,end,points,15,arm 1,,\n"), "{csv}");
    let csv = at_ticks("t", names(1), 1).render().expect("drawn").csv;
    assert!(csv.contains("1,Number at risk: arm 1,at ticks,0,,,,1000000\n"), "{csv}");
}

#[test]
fn columns_of_different_length_are_refused_by_name() {
    let mut figure = two_violins();
    if let Mark::Violins { violins } = &mut figure.panels[0].marks[0] {
        violins[1].count.pop();
    }
    assert_eq!(
        figure.render().expect_err("lengths differ").to_string(),
        "figure `violins`, series `other`: 10 x values but 9 count values"
    );
    let mut figure = spans("s", names(2), true);
    if let Mark::Spans { series } = &mut figure.panels[0].marks[0] {
        series[0].labels.pop();
    }
    assert_eq!(figure.render().expect_err("lengths differ").to_string(), "figure `s`, series `cycle`: 4 x values but 3 label values");
}
