//! A matrix of coloured cells: blue below zero, white at zero, orange above, the value printed in each where it has room.
//!
//! Both ends darken alike, so in grey the strength reads from the shade and the sign from the printed number.

use super::fonts;
use super::layout::TICK_EM;
use super::marks::Plot;
use super::palette::{Colour, FAINT_GRID, INK, WHITE};
use super::scene::{Anchor, Rect, Scene, Text};
use crate::report::number_text::decimals;

/// The two ends of the scale: blue and vermillion of the palette.
const NEGATIVE: Colour = (0, 114, 178);
const POSITIVE: Colour = (213, 94, 0);
/// Text smaller than this is not printed.
const SMALLEST_EM: f64 = 7.5;
/// Ground darker than this (of 255) takes white text.
const DARK: f64 = 115.0;

/// The cell of a row (from the top) and a column.
fn place(frame: &Rect, rows: usize, columns: usize, row: usize, column: usize) -> Rect {
    let (width, height) = (frame.width() / columns.max(1) as f64, frame.height() / rows.max(1) as f64);
    Rect::new(frame.left + width * column as f64, frame.top + height * row as f64, width, height)
}

/// Colour of a value: white at zero, full at ±`full`.
fn colour_of(value: f64, full: f64) -> Colour {
    if !value.is_finite() {
        return FAINT_GRID;
    }
    let share = (value / full).clamp(-1.0, 1.0);
    let end = if share < 0.0 { NEGATIVE } else { POSITIVE };
    let mix = |end: u8| (255.0 + share.abs() * (f64::from(end) - 255.0)).round() as u8;
    (mix(end.0), mix(end.1), mix(end.2))
}

/// Grey value of a colour (ITU-R BT.601 luma), 0 to 255.
fn luma((red, green, blue): Colour) -> f64 {
    0.299 * f64::from(red) + 0.587 * f64::from(green) + 0.114 * f64::from(blue)
}

/// The printed value: three figures at the full value, a true minus sign.
pub(crate) fn text_of(value: f64, full: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    let places = (2.0 - crate::math::floor(crate::math::log10(full.abs().max(1e-12)))).clamp(0.0, 6.0) as usize;
    decimals(value, places).replace('-', "−")
}

/// Draws all cells; the values all in one size, or none when that would be too small to read.
pub(crate) fn draw(plot: &Plot<'_>, values: &[Vec<f64>], full: f64, scene: &mut Scene) {
    let columns = values.iter().map(Vec::len).max().unwrap_or(0);
    let at = |row: usize, column: usize| place(&plot.frame, values.len(), columns, row, column);
    let widest = values.iter().flatten().map(|v| fonts::width(&text_of(*v, full), 1.0, false)).fold(0.0, f64::max);
    let cell = at(0, 0);
    let em = TICK_EM.min((cell.width() - 4.0) / widest.max(1e-9)).min((cell.height() - 3.0) / 1.1);
    for (row, of_row) in values.iter().enumerate() {
        for (column, value) in of_row.iter().enumerate() {
            let area = at(row, column);
            let ground = colour_of(*value, full);
            scene.fill(area.corners(), ground, 1.0);
            let mut edge = area.corners();
            edge.push((area.left, area.top));
            scene.stroke(edge, 1.0, WHITE);
            if em < SMALLEST_EM || !value.is_finite() {
                continue;
            }
            let text = Text {
                text: String::new(),
                x: (area.left + area.right) / 2.0,
                y: (area.top + area.bottom) / 2.0 + 0.36 * em,
                em,
                bold: false,
                colour: if luma(ground) < DARK { WHITE } else { INK },
                anchor: Anchor::Middle,
                upright: false,
            };
            scene.lines(&[text_of(*value, full)], &text, em);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strength_reads_in_grey_and_sign_in_colour() {
        assert_eq!(colour_of(0.0, 1.0), WHITE);
        assert_eq!((colour_of(-1.0, 1.0), colour_of(7.0, 1.0)), (NEGATIVE, POSITIVE));
        let greys: Vec<f64> = (0..=10).map(|i| luma(colour_of(-f64::from(i) / 10.0, 1.0))).collect();
        assert!(greys.windows(2).all(|pair| pair[1] < pair[0]), "{greys:?}");
    }

    #[test]
    fn values_are_printed_with_a_true_minus_and_no_negative_zero() {
        assert_eq!(text_of(-0.954, 1.0), "−0.95");
        assert_eq!(text_of(-0.001, 1.0), "0.00");
        assert_eq!(text_of(12.34, 100.0), "12");
        assert_eq!(text_of(f64::NAN, 1.0), "");
    }
}
