//! Marks as shapes: lines, families of lines, staircases, bands, points with error bars; and the ground they cover, so that a legend can keep off it.

use super::clip;
use super::extent::Span;
use super::palette::{Looks, Marker, SOFT_INK};
use super::samples::{ARROW_LENGTH, BAND_OPACITY, draw_arrow, draw_marker, family_width, line_width};
use super::scene::{Rect, Scene};
use super::{Mark, Panel, Style};

const ERROR_WIDTH: f64 = 1.1;
const ERROR_CAP: f64 = 3.0;
/// The dash of dose limits and administrations.
const RULE_DASH: &[f64] = &[5.0, 3.0];

/// Bends smaller than this many logical pixels are not drawn.
const SMALLEST_BEND: f64 = 0.06;

type Point = (f64, f64);

impl Mark {
    /// Name and style of each series in this mark.
    pub(crate) fn names_and_styles(&self) -> Vec<(&str, &Style)> {
        match self {
            Self::Line { name, style, .. }
            | Self::Steps { name, style, .. }
            | Self::Points { name, style, .. }
            | Self::Family { name, style, .. }
            | Self::Band { name, style, .. } => vec![(name, style)],
            Self::Bars { series, .. } => series.iter().map(|s| (s.name.as_str(), &s.style)).collect(),
            Self::Intervals { series } => series.iter().map(|s| (s.name.as_str(), &s.style)).collect(),
            Self::Violins { violins } => violins.iter().map(|v| (v.name.as_str(), &v.style)).collect(),
            Self::Spans { series } => series.iter().map(|s| (s.name.as_str(), &s.style)).collect(),
            Self::VerticalLine { .. } | Self::HorizontalLine { .. } | Self::Cells { .. } | Self::AtTicks { .. } => Vec::new(),
        }
    }

    /// Bands lie behind bars and violins, these behind rules (a dose limit crosses them), rules behind lines, lines behind points.
    fn depth(&self) -> usize {
        match self {
            Self::Band { .. } | Self::Cells { .. } | Self::AtTicks { .. } => 0,
            Self::Bars { .. } | Self::Spans { .. } | Self::Violins { .. } => 1,
            Self::VerticalLine { .. } | Self::HorizontalLine { .. } => 2,
            Self::Line { .. } | Self::Steps { .. } | Self::Family { .. } => 3,
            Self::Points { .. } | Self::Intervals { .. } => 4,
        }
    }
}

/// A panel with its place on the page: maps numbers to logical pixels.
pub(crate) struct Plot<'a> {
    pub panel: &'a Panel,
    pub frame: Rect,
    pub x: Span,
    pub y: Span,
    pub looks: &'a Looks,
}

impl Plot<'_> {
    /// Logical x of a number, unclipped.
    pub fn at_x(&self, value: f64) -> Option<f64> {
        self.x.share(value).map(|share| self.frame.left + share * self.frame.width())
    }

    /// Logical y of a number, unclipped.
    pub fn at_y(&self, value: f64) -> Option<f64> {
        self.y.share(value).map(|share| self.frame.bottom - share * self.frame.height())
    }

    /// Logical x of the low end of an interval: what a log axis cannot show lies left of its low end.
    pub fn at_x_or_below(&self, value: f64) -> Option<f64> {
        self.x.share_or_below(value).map(|share| self.frame.left + share * self.frame.width())
    }

    /// Logical y of the end of a bar or error bar: what a log axis cannot show lies below its low end.
    pub fn at_y_or_below(&self, value: f64) -> Option<f64> {
        self.y.share_or_below(value).map(|share| self.frame.bottom - share * self.frame.height())
    }

    /// Runs of consecutive points that can be drawn.
    fn runs(&self, x: &[f64], y: &[f64]) -> Vec<Vec<Point>> {
        let mut runs = vec![Vec::new()];
        for (x, y) in x.iter().zip(y) {
            match (self.at_x(*x), self.at_y(*y)) {
                (Some(px), Some(py)) => {
                    if let Some(run) = runs.last_mut() {
                        run.push((px, py));
                    }
                }
                _ => runs.push(Vec::new()),
            }
        }
        runs.retain(|run| !run.is_empty());
        runs
    }

    /// The polylines of a line or staircase, cut to the frame.
    fn paths(&self, x: &[f64], y: &[f64], staircase: bool) -> Vec<Vec<Point>> {
        let mut paths = Vec::new();
        for run in self.runs(x, y) {
            let run = if staircase { stairs(&run) } else { run };
            if let [only] = run[..] {
                // a curve of one point is a dot, not nothing
                if self.frame.contains(only) {
                    paths.push(vec![(only.0 - 2.0, only.1), (only.0 + 2.0, only.1)]);
                }
                continue;
            }
            paths.extend(clip::path(&run, &self.frame).iter().map(|path| clip::simplified(path, SMALLEST_BEND)));
        }
        paths
    }

    fn band_areas(&self, x: &[f64], low: &[f64], high: &[f64]) -> Vec<Vec<Point>> {
        let mut areas = Vec::new();
        let (mut above, mut below): (Vec<Point>, Vec<Point>) = (Vec::new(), Vec::new());
        let mut close = |above: &mut Vec<Point>, below: &mut Vec<Point>| {
            let mut area = clip::simplified(above, SMALLEST_BEND);
            area.extend(clip::simplified(below, SMALLEST_BEND).into_iter().rev());
            above.clear();
            below.clear();
            let cut = clip::polygon(&area, &self.frame);
            if cut.len() > 2 {
                areas.push(cut);
            }
        };
        for (x, (low, high)) in x.iter().zip(low.iter().zip(high)) {
            match (self.at_x(*x), self.at_y_or_below(*low), self.at_y(*high)) {
                (Some(px), Some(bottom), Some(top)) => {
                    above.push((px, top));
                    below.push((px, bottom));
                }
                _ => close(&mut above, &mut below),
            }
        }
        close(&mut above, &mut below);
        areas
    }

    /// Draws every mark, back to front.
    pub fn draw_marks(&self, scene: &mut Scene) {
        for depth in 0..=4 {
            self.panel.marks.iter().filter(|mark| mark.depth() == depth).for_each(|mark| self.draw_mark(mark, scene));
        }
    }

    fn draw_mark(&self, mark: &Mark, scene: &mut Scene) {
        let frame = &self.frame;
        match mark {
            Mark::Line { name, x, y, style } | Mark::Steps { name, x, y, style } => {
                let look = self.looks.look(name, style);
                for path in self.paths(x, y, matches!(mark, Mark::Steps { .. })) {
                    scene.dashed(&path, look.dash, line_width(&look), look.colour);
                }
            }
            Mark::Family { name, curves, style } => {
                let look = self.looks.look(name, style);
                for path in curves.iter().flat_map(|curve| self.paths(&curve.x, &curve.y, false)) {
                    scene.dashed(&path, look.dash, family_width(&look, curves.len()), look.colour);
                }
            }
            Mark::Band { name, x, low, high, style } => {
                let look = self.looks.look(name, style);
                for area in self.band_areas(x, low, high) {
                    scene.fill(area, look.colour, BAND_OPACITY);
                }
            }
            Mark::Points { name, x, y, low, high, style } => {
                let look = self.looks.look(name, style);
                for (i, (x, y)) in x.iter().zip(y).enumerate() {
                    let (Some(px), Some(py)) = (self.at_x(*x), self.at_y(*y)) else {
                        continue;
                    };
                    if !frame.contains((px, py)) {
                        continue;
                    }
                    let end = |ends: &Option<Vec<f64>>| ends.as_ref().and_then(|v| v.get(i)).and_then(|v| self.at_y_or_below(*v));
                    self.draw_error_bar(px, end(low).unwrap_or(py), end(high).unwrap_or(py), look.colour, scene);
                    if look.marker == Marker::ArrowDown {
                        // it may touch the axis but not the tick labels below
                        draw_arrow((px, py), ARROW_LENGTH.min(frame.bottom - py + 5.0), &look, scene);
                    } else {
                        draw_marker((px, py), &look, scene);
                    }
                }
            }
            Mark::VerticalLine { x, .. } => {
                if let Some(px) = self.at_x(*x).filter(|px| (frame.left..=frame.right).contains(px)) {
                    scene.dashed(&[(px, frame.top), (px, frame.bottom)], RULE_DASH, 1.1, SOFT_INK);
                }
            }
            Mark::HorizontalLine { y, .. } => {
                if let Some(py) = self.at_y(*y).filter(|py| (frame.top..=frame.bottom).contains(py)) {
                    scene.dashed(&[(frame.left, py), (frame.right, py)], RULE_DASH, 1.1, SOFT_INK);
                }
            }
            Mark::Bars { series, stacked } => super::bars::draw(self, series, *stacked, scene),
            Mark::Cells { values, full, .. } => super::cells::draw(self, values, *full, scene),
            Mark::Intervals { series } => super::intervals::draw(self, series, scene),
            Mark::Violins { violins } => super::violins::draw(self, violins, scene),
            Mark::Spans { series } => super::spans::draw(self, series, scene),
            // drawn with the axis
            Mark::AtTicks { .. } => {}
        }
    }

    /// An error bar from `bottom` to `top` (logical y) at `px`; a cap is drawn only at an end inside the frame.
    pub fn draw_error_bar(&self, px: f64, bottom: f64, top: f64, colour: super::palette::Colour, scene: &mut Scene) {
        let cut = (bottom.min(self.frame.bottom), top.max(self.frame.top));
        if cut.0 - cut.1 < 0.5 {
            return;
        }
        scene.stroke(vec![(px, cut.0), (px, cut.1)], ERROR_WIDTH, colour);
        for (end, kept) in [(bottom, cut.0), (top, cut.1)] {
            if end == kept {
                scene.stroke(vec![(px - ERROR_CAP, end), (px + ERROR_CAP, end)], ERROR_WIDTH, colour);
            }
        }
    }

    /// Small boxes over everything a legend must not hide; rules across the plot only when `with_rules`.
    pub fn covered(&self, with_rules: bool) -> Vec<Rect> {
        let frame = &self.frame;
        let mut boxes = Vec::new();
        for mark in &self.panel.marks {
            match mark {
                Mark::Line { x, y, .. } | Mark::Steps { x, y, .. } => {
                    for path in self.paths(x, y, matches!(mark, Mark::Steps { .. })) {
                        boxes.extend(path.windows(2).flat_map(|pair| beads(pair[0], pair[1])));
                    }
                }
                Mark::Family { curves, .. } => {
                    for path in curves.iter().flat_map(|curve| self.paths(&curve.x, &curve.y, false)) {
                        boxes.extend(path.windows(2).flat_map(|pair| beads(pair[0], pair[1])));
                    }
                }
                Mark::Band { x, low, high, .. } => {
                    for pair in self.band_areas(x, low, high) {
                        boxes.extend(pair.windows(2).flat_map(|pair| beads(pair[0], pair[1])));
                    }
                }
                Mark::Points { x, y, low, high, .. } => {
                    for (i, (x, y)) in x.iter().zip(y).enumerate() {
                        let (Some(px), Some(py)) = (self.at_x(*x), self.at_y(*y)) else {
                            continue;
                        };
                        let end = |ends: &Option<Vec<f64>>| {
                            ends.as_ref().and_then(|v| v.get(i)).and_then(|v| self.at_y_or_below(*v)).unwrap_or(py)
                        };
                        boxes.push(Rect { left: px, right: px, top: end(high).min(py), bottom: end(low).max(py) }.grown(4.0));
                    }
                }
                Mark::VerticalLine { x, .. } => {
                    boxes.extend(self.at_x(*x).filter(|_| with_rules).map(|px| Rect { left: px, right: px, ..*frame }));
                }
                Mark::HorizontalLine { y, .. } => {
                    boxes.extend(self.at_y(*y).map(|py| Rect { top: py, bottom: py, ..*frame }));
                }
                Mark::Bars { series, stacked } => boxes.extend(super::bars::boxes(self, series, *stacked)),
                Mark::Cells { .. } => boxes.push(*frame),
                Mark::Intervals { series } => boxes.extend(super::intervals::boxes(self, series)),
                Mark::Violins { violins } => boxes.extend(super::violins::boxes(self, violins)),
                Mark::Spans { series } => boxes.extend(super::spans::boxes(self, series)),
                Mark::AtTicks { .. } => {}
            }
        }
        boxes
    }
}

/// A chain of small boxes along a segment.
fn beads(from: Point, to: Point) -> Vec<Rect> {
    let count = (crate::math::hypot(to.0 - from.0, to.1 - from.1) / 4.0).ceil().clamp(1.0, 4000.0);
    (0..=count as usize)
        .map(|i| {
            let share = i as f64 / count;
            Rect::new(from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1), 0.0, 0.0).grown(2.0)
        })
        .collect()
}

fn stairs(run: &[Point]) -> Vec<Point> {
    let mut points: Vec<Point> = Vec::with_capacity(2 * run.len());
    for point in run {
        if let Some(before) = points.last().copied() {
            points.push((point.0, before.1));
        }
        points.push(*point);
    }
    points
}
