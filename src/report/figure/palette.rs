//! Colours, dashes, markers and hatches of a series by its index, so that it reads for the colour-blind and in grey.
//!
//! Colours: Okabe M, Ito K, "Color Universal Design" (2008), reordered by contrast on white; yellow is left out (too faint on paper).

use super::{Figure, Mark, Role, Style};

/// An opaque colour, red green blue.
pub(crate) type Colour = (u8, u8, u8);

pub(crate) const WHITE: Colour = (255, 255, 255);
pub(crate) const INK: Colour = (34, 34, 34);
pub(crate) const SOFT_INK: Colour = (96, 96, 96);
/// Excluded points and lines of less interest.
pub(crate) const MUTED: Colour = (150, 150, 150);
pub(crate) const AXIS: Colour = (80, 80, 80);
pub(crate) const GRID: Colour = (226, 226, 226);
pub(crate) const FAINT_GRID: Colour = (242, 242, 242);

const COLOURS: [Colour; 7] = [
    (0, 114, 178),   // blue
    (213, 94, 0),    // vermillion
    (0, 158, 115),   // bluish green
    (204, 121, 167), // reddish purple
    (0, 0, 0),       // black
    (230, 159, 0),   // orange
    (86, 180, 233),  // sky blue
];

/// On and off lengths in logical pixels; an empty pattern is a solid line.
const DASHES: [&[f64]; 6] = [&[], &[8.0, 4.0], &[2.0, 3.0], &[9.0, 3.0, 2.0, 3.0], &[14.0, 5.0], &[6.0, 3.0, 2.0, 3.0, 2.0, 3.0]];

/// The shape of a data point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Marker {
    Circle,
    Square,
    TriangleUp,
    Diamond,
    TriangleDown,
    Cross,
    Plus,
    Ring,
    /// Points down from a limit; only by [`Role::BelowLimit`].
    ArrowDown,
}

const MARKERS: [Marker; 8] =
    [Marker::Circle, Marker::Square, Marker::TriangleUp, Marker::Diamond, Marker::TriangleDown, Marker::Cross, Marker::Plus, Marker::Ring];

/// White strokes over a bar, so that stacks read in grey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hatch {
    None,
    Rising,
    Falling,
    Crossed,
    Level,
}

const HATCHES: [Hatch; 5] = [Hatch::None, Hatch::Rising, Hatch::Falling, Hatch::Level, Hatch::Crossed];

/// How one series looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Look {
    pub colour: Colour,
    pub dash: &'static [f64],
    pub marker: Marker,
    pub hatch: Hatch,
    /// Greyed: markers hollow, lines thin.
    pub muted: bool,
    /// One of many: markers small, lines thin.
    pub small: bool,
}

impl Look {
    /// The look of a style; what the style leaves open follows from its colour index, and that from `order`.
    pub fn of(style: &Style, order: usize) -> Self {
        let index = style.colour.unwrap_or(order);
        let muted = style.role == Role::Muted;
        let marker = MARKERS[style.marker.unwrap_or(index) % MARKERS.len()];
        Self {
            colour: if muted { MUTED } else { COLOURS[index % COLOURS.len()] },
            dash: DASHES[style.dash.unwrap_or(if muted { 0 } else { index }) % DASHES.len()],
            marker: if style.role == Role::BelowLimit { Marker::ArrowDown } else { marker },
            hatch: HATCHES[index % HATCHES.len()],
            muted,
            small: style.role == Role::Crowd,
        }
    }
}

/// Palette index of every series name of a figure.
pub(crate) struct Looks {
    indices: Vec<(String, usize)>,
}

impl Looks {
    /// Explicit indices first; the other names take the free ones in order of first appearance.
    pub fn of(figure: &Figure) -> Self {
        // what is grey anyway takes no colour from the others
        let coloured = figure.panels.iter().flat_map(|p| &p.marks).flat_map(Mark::names_and_styles).filter(|(_, s)| s.role != Role::Muted);
        let named: Vec<(&str, Option<usize>)> = coloured.map(|(n, s)| (n, s.colour)).collect();
        let taken: Vec<usize> = named.iter().filter_map(|(_, colour)| *colour).collect();
        let mut free = (0..).filter(|index| !taken.contains(index));
        let mut indices: Vec<(String, usize)> = Vec::new();
        for (name, colour) in named {
            if indices.iter().all(|(known, _)| known != name)
                && let Some(index) = colour.or_else(|| free.next())
            {
                indices.push((name.to_owned(), index));
            }
        }
        Self { indices }
    }

    /// The look of one series.
    pub fn look(&self, name: &str, style: &Style) -> Look {
        let order = self.indices.iter().find(|(known, _)| known == name).map_or(0, |(_, index)| *index);
        Look::of(style, order)
    }
}

/// Position of `name` among `all`: an index for [`Style::colour`] that gives an organ one colour in every figure.
#[must_use]
pub fn stable_index(all: &[String], name: &str) -> Option<usize> {
    all.iter().position(|known| known == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_thirty_series_all_look_different() {
        let looks: Vec<Look> = (0..30).map(|i| Look::of(&Style::default(), i)).collect();
        for (i, a) in looks.iter().enumerate() {
            assert!(looks[i + 1..].iter().all(|b| (a.colour, a.dash) != (b.colour, b.dash)), "line {i}");
            assert!(looks[i + 1..].iter().all(|b| (a.colour, a.marker) != (b.colour, b.marker)), "marker {i}");
            assert!(looks[i + 1..].iter().all(|b| (a.colour, a.hatch) != (b.colour, b.hatch)), "hatch {i}");
        }
    }
}
