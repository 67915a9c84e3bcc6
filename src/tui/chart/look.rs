//! Colour, dash pattern and marker of a series by its index.

use ratatui::style::Color;

use crate::report::figure::Style;
use crate::report::{Figure, Mark, Role};

/// Those that read on dark and on light backgrounds first.
const COLOURS: [Color; 6] = [Color::Cyan, Color::Red, Color::Green, Color::Magenta, Color::Blue, Color::Yellow];

/// On and off lengths in braille dots (half a column each), and how the pattern looks in a legend.
const DASHES: [(&[usize], &str); 5] = [(&[], "──"), (&[6, 3], "╴╴"), (&[2, 2], "··"), (&[7, 3, 1, 3], "─·"), (&[3, 3], "╌╌")];

const MARKERS: [char; 8] = ['●', '■', '▲', '◆', '▼', '×', '+', '○'];

/// How one series looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Its colour, one of the terminal's 16.
    pub colour: Color,
    /// On and off lengths in braille dots; empty is solid.
    pub dash: &'static [usize],
    /// The dash pattern in a legend.
    pub sample: &'static str,
    /// Its data marker.
    pub marker: char,
}

impl Look {
    fn of(style: &Style, order: usize) -> Look {
        let index = style.colour.unwrap_or(order);
        let muted = style.role == Role::Muted;
        let (dash, sample) = DASHES[style.dash.unwrap_or(if muted { 0 } else { index }) % DASHES.len()];
        let marker = match style.role {
            Role::Plain | Role::Crowd => MARKERS[style.marker.unwrap_or(index) % MARKERS.len()],
            Role::Muted => '○',
            Role::BelowLimit => '↓',
        };
        Look { colour: if muted { Color::DarkGray } else { COLOURS[index % COLOURS.len()] }, dash, sample, marker }
    }
}

/// Names and styles of the series of a mark.
fn series(mark: &Mark) -> Vec<(&str, &Style)> {
    match mark {
        Mark::Line { name, style, .. }
        | Mark::Steps { name, style, .. }
        | Mark::Points { name, style, .. }
        | Mark::Family { name, style, .. }
        | Mark::Band { name, style, .. } => {
            vec![(name, style)]
        }
        Mark::Bars { series, .. } => series.iter().map(|one| (one.name.as_str(), &one.style)).collect(),
        Mark::Intervals { series } => series.iter().map(|one| (one.name.as_str(), &one.style)).collect(),
        Mark::Violins { violins } => violins.iter().map(|one| (one.name.as_str(), &one.style)).collect(),
        Mark::Spans { series } => series.iter().map(|one| (one.name.as_str(), &one.style)).collect(),
        Mark::VerticalLine { .. } | Mark::HorizontalLine { .. } | Mark::Cells { .. } | Mark::AtTicks { .. } => Vec::new(),
    }
}

/// Palette index of every series name of a figure: given indices first, the other names take the free ones in order of appearance.
#[derive(Debug, Clone, Default)]
pub struct Looks {
    indices: Vec<(String, usize)>,
}

impl Looks {
    /// The looks of a figure.
    #[must_use]
    pub fn of(figure: &Figure) -> Looks {
        let all: Vec<(&str, &Style)> =
            figure.panels.iter().flat_map(|panel| &panel.marks).flat_map(series).filter(|(_, s)| s.role != Role::Muted).collect();
        let taken: Vec<usize> = all.iter().filter_map(|(_, style)| style.colour).collect();
        let mut free = (0..).filter(|index| !taken.contains(index));
        let mut indices: Vec<(String, usize)> = Vec::new();
        for (name, style) in all {
            if indices.iter().all(|(known, _)| known != name)
                && let Some(index) = style.colour.or_else(|| free.next())
            {
                indices.push((name.to_owned(), index));
            }
        }
        Looks { indices }
    }

    /// The look of one series.
    #[must_use]
    pub fn look(&self, name: &str, style: &Style) -> Look {
        Look::of(style, self.indices.iter().find(|(known, _)| known == name).map_or(0, |(_, index)| *index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_thirty_series_differ_in_colour_or_pattern() {
        let looks: Vec<Look> = (0..30).map(|index| Look::of(&Style::default(), index)).collect();
        for (position, look) in looks.iter().enumerate() {
            assert!(looks[position + 1..].iter().all(|other| (look.colour, look.dash) != (other.colour, other.dash)), "{position}");
        }
    }
}
