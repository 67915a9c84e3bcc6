//! Quantities of a trial under way as lines: a heading with what the quantity rests on, and one row an arm with its distribution and its numbers.

use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::braille::{fullest, histogram};
use crate::report::number_text::significant;
use crate::session::live::{QuantityLive, TrialLive};
use crate::tui::view::dim;
use crate::tui::view::text::cut;

/// Columns of an arm's name.
const NAME: usize = 10;
/// Columns of the numbers.
const NUMBERS: usize = 22;
/// Columns of the difference from the first arm.
const DIFFERENCE: usize = 18;
/// From so many columns on the difference is shown.
const WITH_DIFFERENCE: usize = 66;
/// Most columns of a distribution in the list.
const MOST_WIDE: usize = 48;
/// Most columns of a distribution that is shown alone.
const WIDEST: usize = 96;
/// Rows of a distribution that is shown alone.
const HIGH: usize = 4;

/// Lines of one quantity in the list.
pub fn lines_of(arms: usize) -> usize {
    arms + 1
}

/// Columns of the distributions in a list of so many.
fn wide(width: usize) -> usize {
    let difference = if width >= WITH_DIFFERENCE { DIFFERENCE } else { 0 };
    width.saturating_sub(NAME + NUMBERS + difference + 1).min(MOST_WIDE)
}

fn number(value: f64) -> String {
    if value.is_finite() { significant(value, 3) } else { "–".to_owned() }
}

/// A number of a quantity: of a probability nothing below a thousandth of a per cent.
fn of(quantity: &QuantityLive, value: f64) -> String {
    match value {
        value if quantity.is_probability && value < 0.001 => "0.00".to_owned(),
        value => number(value),
    }
}

/// What stands over the columns of the list.
pub fn columns(width: usize, first: &str) -> Line<'static> {
    let mut words =
        format!("{:NAME$} {:wide$} {:NUMBERS$}", "arm", "distribution", "median (5–95 %)", wide = wide(width).saturating_sub(1));
    if width >= WITH_DIFFERENCE {
        words.push_str(&cut(&format!("beyond {first} ± SE"), DIFFERENCE));
    }
    Line::styled(cut(&words, width), dim())
}

/// How much a tag stands out.
fn tag_style(tag: &str) -> Style {
    let style = Style::new();
    match tag {
        "simulated" => dim(),
        tag if tag.starts_with("HYPOTHESIS") => style.fg(Color::Yellow).add_modifier(Modifier::BOLD),
        tag if tag.starts_with("assumed") => style.fg(Color::Yellow).add_modifier(Modifier::BOLD),
        _ => style.add_modifier(Modifier::BOLD),
    }
}

/// "kidneys dose, Gy", the ends of the axis, and at the right edge what it rests on.
fn heading(quantity: &QuantityLive, width: usize, chosen: bool) -> Line<'static> {
    let tag = cut(&quantity.tag, width / 2);
    let unit = if quantity.unit.is_empty() { String::new() } else { format!(", {}", quantity.unit) };
    let (low, high, bins) = &quantity.histogram;
    let axis = if bins.is_empty() { String::new() } else { format!("  {} to {}", of(quantity, *low), of(quantity, *high)) };
    let room = width.saturating_sub(tag.width() + 3);
    let name = cut(&format!("{}{unit}", quantity.name), room);
    let axis = if name.width() + axis.width() <= room { axis } else { String::new() };
    let gap = width.saturating_sub(2 + name.width() + axis.width() + tag.width());
    let style =
        if chosen { Style::new().add_modifier(Modifier::BOLD | Modifier::REVERSED) } else { Style::new().add_modifier(Modifier::BOLD) };
    Line::from(vec![
        Span::raw(if chosen { "▸ " } else { "  " }),
        Span::styled(name, style),
        Span::styled(axis, dim()),
        Span::raw(" ".repeat(gap)),
        Span::styled(tag, tag_style(&quantity.tag)),
    ])
}

/// The share in per cent as a bar.
fn bar(share: f64, columns: usize) -> String {
    let full = (share / 100.0 * columns as f64).round().clamp(0.0, columns as f64) as usize;
    format!("{}{}", "█".repeat(full), "·".repeat(columns - full))
}

/// "19.4 (9.80–33.1)"; of a share of patients the share with its interval, of a probability its mean.
fn numbers(quantity: &QuantityLive) -> String {
    match quantity.share_interval {
        _ if quantity.count == 0 => "no value".to_owned(),
        Some((low, high)) => format!("{} ({}–{})", number(quantity.mean), number(low), number(high)),
        None => {
            let [low, _, median, _, high] = quantity.quantiles.map(|value| of(quantity, value));
            // the mean of a probability is how often it happens
            let middle = if quantity.is_probability { format!("mean {}", of(quantity, quantity.mean)) } else { median };
            format!("{middle} ({low}–{high})")
        }
    }
}

fn difference(quantity: &QuantityLive) -> String {
    let signed = |value: f64| if value > 0.0 { format!("+{}", number(value)) } else { number(value) };
    quantity.difference.map_or(String::new(), |(mean, error)| format!("{} ±{}", signed(mean), number(error)))
}

/// The quantity at a position in every arm.
fn of_arms(live: &TrialLive, at: usize) -> impl Iterator<Item = (&str, &QuantityLive)> {
    live.arms.iter().filter_map(move |arm| Some((arm.name.as_str(), arm.quantities.get(at)?)))
}

/// One quantity in the list.
pub fn block(live: &TrialLive, at: usize, width: usize, chosen: bool) -> Vec<Line<'static>> {
    let mut out: Vec<Line<'static>> = of_arms(live, at).next().map(|(_, quantity)| heading(quantity, width, chosen)).into_iter().collect();
    let wide = wide(width);
    for (name, quantity) in of_arms(live, at) {
        // one row has four steps: each arm fills its own
        let full = fullest(&quantity.histogram.2, wide);
        let drawn = if quantity.share_interval.is_some() {
            bar(quantity.mean, wide)
        } else if quantity.histogram.2.is_empty() {
            let words = if quantity.count > 0 { "all equal" } else { "" };
            format!("{:wide$}", cut(words, wide))
        } else {
            histogram(&quantity.histogram.2, full, wide, 1).concat()
        };
        let mut spans = vec![
            Span::raw(format!("  {:8}", cut(name, NAME - 2))),
            Span::styled(drawn, Style::new().fg(Color::Cyan)),
            Span::raw(format!(" {:NUMBERS$}", cut(&numbers(quantity), NUMBERS))),
        ];
        if width >= WITH_DIFFERENCE {
            spans.push(Span::raw(cut(&difference(quantity), DIFFERENCE)));
        }
        out.push(Line::from(spans));
    }
    out
}

/// One quantity alone, with all that is known of it.
pub fn alone(live: &TrialLive, at: usize, width: usize) -> Vec<Line<'static>> {
    let mut out: Vec<Line<'static>> = of_arms(live, at).next().map(|(_, quantity)| heading(quantity, width, true)).into_iter().collect();
    let wide = width.saturating_sub(2).min(WIDEST);
    let full = of_arms(live, at).map(|(_, quantity)| fullest(&quantity.histogram.2, wide)).fold(0.0, f64::max);
    let first = live.arms.first().map_or("", |arm| arm.name.as_str());
    for (name, quantity) in of_arms(live, at) {
        let (low, high, bins) = &quantity.histogram;
        let rows = match quantity.share_interval {
            Some(_) => vec![bar(quantity.mean, wide)],
            None if bins.is_empty() => Vec::new(),
            None => histogram(bins, full, wide, HIGH),
        };
        out.extend(rows.into_iter().map(|row| Line::styled(format!("  {row}"), Style::new().fg(Color::Cyan))));
        if !bins.is_empty() {
            let (low, high) = (of(quantity, *low), of(quantity, *high));
            let gap = wide.saturating_sub(low.width() + high.width());
            out.push(Line::styled(format!("  {low}{}{high}", " ".repeat(gap)), dim()));
        }
        out.extend(crate::tui::words::wrapped(&sentence(name, first, quantity), width).into_iter().map(Line::raw));
        out.push(Line::default());
    }
    out
}

/// All that is known of a quantity in an arm.
fn sentence(arm: &str, first: &str, quantity: &QuantityLive) -> String {
    let unit = if quantity.unit.is_empty() { String::new() } else { format!(" {}", quantity.unit) };
    if quantity.count == 0 {
        return format!("{arm}: no patient has a value.");
    }
    let mut words = format!("{arm}: {} patients; ", quantity.count);
    match quantity.share_interval {
        Some((low, high)) => {
            words.push_str(&format!("{}{unit} (95 % interval {} to {})", number(quantity.mean), number(low), number(high)));
        }
        None => {
            let [lowest, lower, median, upper, highest] = quantity.quantiles.map(|value| of(quantity, value));
            let error = quantity.standard_error.map_or(String::new(), |error| format!(" ± {} (SE)", number(error)));
            words.push_str(&format!(
                "mean {}{error}{unit}; median {median}, half within {lower} to {upper}, 90 % within {lowest} to {highest}",
                number(quantity.mean)
            ));
        }
    }
    let (below, above) = quantity.outside;
    if below + above > 0 {
        words.push_str(&format!("; {below} below and {above} above the axis"));
    }
    if quantity.difference.is_some() {
        words.push_str(&format!("; beyond {first} in the same patient {}{unit} (SE)", difference(quantity)));
    }
    words.push('.');
    words
}
