//! A figure as a list of shapes in logical pixels, before any backend: what is tested for overlap, and what both backends play.

#[cfg(test)]
use super::fonts;
use super::palette::Colour;

/// An upright rectangle: left, top, right, bottom in logical pixels, y downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rect {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Rect {
    pub fn new(left: f64, top: f64, width: f64, height: f64) -> Self {
        Self { left, top, right: left + width, bottom: top + height }
    }

    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }

    pub fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    pub fn contains(&self, (x, y): (f64, f64)) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }

    pub fn grown(&self, by: f64) -> Self {
        Self { left: self.left - by, top: self.top - by, right: self.right + by, bottom: self.bottom + by }
    }

    pub fn corners(&self) -> Vec<(f64, f64)> {
        vec![(self.left, self.top), (self.right, self.top), (self.right, self.bottom), (self.left, self.bottom)]
    }
}

/// Where the given x lies in a line of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// One line of text. `x`, `y` are the anchor on the baseline; `upright` text reads from bottom to top.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Text {
    pub text: String,
    pub x: f64,
    pub y: f64,
    pub em: f64,
    pub bold: bool,
    pub colour: Colour,
    pub anchor: Anchor,
    pub upright: bool,
}

impl Text {
    /// Box of the line, for the tests of overlap: 0.76 em above the baseline, 0.22 em below.
    #[cfg(test)]
    pub fn bounds(&self) -> Rect {
        let width = fonts::width(&self.text, self.em, self.bold);
        let back = match self.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => width / 2.0,
            Anchor::End => width,
        };
        let (up, down) = (0.76 * self.em, 0.22 * self.em);
        if self.upright {
            Rect { left: self.x - up, right: self.x + down, top: self.y + back - width, bottom: self.y + back }
        } else {
            Rect { left: self.x - back, right: self.x - back + width, top: self.y - up, bottom: self.y + down }
        }
    }
}

/// One thing to draw.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    Stroke { points: Vec<(f64, f64)>, width: f64, colour: Colour, opacity: f64 },
    Fill { points: Vec<(f64, f64)>, colour: Colour, opacity: f64 },
    Disc { centre: (f64, f64), radius: f64, colour: Colour },
    Text(Text),
}

/// The whole page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scene {
    pub width: f64,
    pub height: f64,
    pub shapes: Vec<Shape>,
}

impl Scene {
    pub fn stroke(&mut self, points: Vec<(f64, f64)>, width: f64, colour: Colour) {
        if points.len() > 1 {
            self.shapes.push(Shape::Stroke { points, width, colour, opacity: 1.0 });
        }
    }

    pub fn fill(&mut self, points: Vec<(f64, f64)>, colour: Colour, opacity: f64) {
        if points.len() > 2 {
            self.shapes.push(Shape::Fill { points, colour, opacity });
        }
    }

    /// Strokes a path with a dash pattern (on, off, on, off … in logical pixels), measured along the path.
    pub fn dashed(&mut self, points: &[(f64, f64)], pattern: &[f64], width: f64, colour: Colour) {
        if pattern.is_empty() {
            self.stroke(points.to_vec(), width, colour);
            return;
        }
        let (mut step, mut left, mut on) = (0, pattern[0], true);
        let mut dash: Vec<(f64, f64)> = points.first().copied().into_iter().collect();
        for pair in points.windows(2) {
            let (mut from, to) = (pair[0], pair[1]);
            let mut length = crate::math::hypot(to.0 - from.0, to.1 - from.1);
            while length > left {
                let share = left / length;
                from = (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1));
                length -= left;
                if on {
                    dash.push(from);
                    self.stroke(std::mem::take(&mut dash), width, colour);
                } else {
                    dash = vec![from];
                }
                on = !on;
                step = (step + 1) % pattern.len();
                left = pattern[step];
            }
            left -= length;
            if on {
                dash.push(to);
            }
        }
        if on {
            self.stroke(dash, width, colour);
        }
    }

    /// Lines of text one below the other, the first baseline at `y`; returns the y below the last.
    pub fn lines(&mut self, lines: &[String], first: &Text, line_height: f64) -> f64 {
        let mut y = first.y;
        for line in lines {
            self.shapes.push(Shape::Text(Text { text: line.clone(), y, ..first.clone() }));
            y += line_height;
        }
        y
    }

    /// Every text of the page.
    #[cfg(test)]
    pub fn texts(&self) -> impl Iterator<Item = &Text> {
        self.shapes.iter().filter_map(|shape| if let Shape::Text(text) = shape { Some(text) } else { None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_cover_their_share_of_the_path() {
        let mut scene = Scene { width: 1.0, height: 1.0, shapes: Vec::new() };
        scene.dashed(&[(0.0, 0.0), (50.0, 0.0), (120.0, 0.0)], &[8.0, 4.0], 1.0, (0, 0, 0));
        let drawn: f64 = scene
            .shapes
            .iter()
            .map(|s| match s {
                Shape::Stroke { points, .. } => points[points.len() - 1].0 - points[0].0,
                _ => 0.0,
            })
            .sum();
        // 120 = ten periods of 12, each with 8 drawn
        assert!((drawn - 80.0).abs() < 1e-9, "{drawn}");
    }
}
