//! Boxes below each other on the left, lanes on the right, drawn into a grid of characters.
//!
//! A line that runs from a box to the right always ends at its own lane: `┤ ┐ ┘` join, `┼` only crosses. In ASCII a lane that is crossed stays `|`.

use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::groups::{Grouping, organ_and_name};
use super::lanes::Lane;
use super::lists::{cut, wrapped};
use crate::model::Model;
use crate::report::number_text::significant;

/// Columns of the narrowest and of the widest box, borders included.
const BOX: (usize, usize) = (16, 44);

const UP: u8 = 1;
const DOWN: u8 = 2;
const LEFT: u8 = 4;
const RIGHT: u8 = 8;
/// A horizontal line that passes a lane without touching it.
const PASSES: u8 = 16;

#[derive(Clone, Copy)]
struct Cell {
    /// Directions of lines, or 0.
    lines: u8,
    text: char,
    style: Style,
}

const EMPTY: Cell = Cell { lines: 0, text: ' ', style: Style::new() };

/// What a drawing is made of: a number of a flow, an arrow head.
fn number_style() -> Style {
    Style::new().fg(Color::Cyan)
}

fn line_of(cell: Cell, ascii: bool) -> char {
    if cell.lines == 0 {
        return cell.text;
    }
    let directions = cell.lines & (UP | DOWN | LEFT | RIGHT);
    if ascii {
        return match directions {
            _ if cell.lines & PASSES != 0 && directions & (UP | DOWN) != 0 => '|',
            d if d & (UP | DOWN) == 0 => '-',
            d if d & (LEFT | RIGHT) == 0 => '|',
            _ => '+',
        };
    }
    match directions {
        d if d == LEFT | RIGHT | UP | DOWN => '┼',
        d if d == UP | DOWN | LEFT => '┤',
        d if d == UP | DOWN | RIGHT => '├',
        d if d == LEFT | RIGHT | DOWN => '┬',
        d if d == LEFT | RIGHT | UP => '┴',
        d if d == LEFT | DOWN => '┐',
        d if d == LEFT | UP => '┘',
        d if d == RIGHT | DOWN => '┌',
        d if d == RIGHT | UP => '└',
        d if d & (LEFT | RIGHT) == 0 => '│',
        _ => '─',
    }
}

/// A lane end with its place: the row of the drawing.
struct Placed {
    lane: usize,
    end: usize,
    row: usize,
}

/// The words inside a box.
fn content(model: &Model, grouping: &Grouping, group: usize, room: usize, volumes: &[f64]) -> Vec<String> {
    let volume = |member: usize| model.compartments[member].volume.and_then(|node| volumes.get(node.0 as usize));
    match grouping.groups[group].members.as_slice() {
        [one] => volume(*one).map(|volume| vec![cut(&format!("{} L", significant(*volume, 3)), room)]).unwrap_or_default(),
        members => {
            let names: Vec<&str> = members.iter().map(|member| organ_and_name(&model.compartments[*member].path).1).collect();
            wrapped(&names.join(", "), room)
        }
    }
}

/// Draws boxes and lanes.
pub fn draw(model: &Model, grouping: &Grouping, lanes: Vec<Lane>, width: usize, ascii: bool) -> Vec<Line<'static>> {
    let values = model.graph.evaluate(&model.parameter_values(), &vec![0.0; model.state_count()], 0.0);
    let label_width = lanes.iter().flat_map(|lane| &lane.ends).map(|end| end.label.len()).max().unwrap_or(0);
    // the first guess of the lanes' room decides the boxes; the lanes are packed once the rows are known
    let wanted = grouping.groups.iter().map(|group| group.title.width() + 6).max().unwrap_or(0);
    let lanes_room = label_width + 4 + 3 * lanes.len().min(6);
    let most = width.saturating_sub(lanes_room).clamp(BOX.0, BOX.1);
    let roomy = if width >= 100 { 36 } else { 24 };
    let box_width = wanted.max(roomy).clamp(BOX.0, most);

    // rows: borders, then one row for each end or line of words
    let mut top = 0;
    let mut tops = Vec::new();
    let mut words = Vec::new();
    let mut placed: Vec<Placed> = Vec::new();
    for group in 0..grouping.groups.len() {
        let mut ends: Vec<(usize, usize, usize)> = Vec::new();
        for (lane, all) in lanes.iter().enumerate() {
            for (end, one) in all.ends.iter().enumerate().filter(|(_, one)| one.group == group) {
                // lines to boxes above leave above: fewer crossings
                let others: usize = all.ends.iter().filter(|other| other.group != one.group).map(|other| other.group).sum();
                ends.push((100 * others / (all.ends.len() - 1).max(1), lane, end));
            }
        }
        ends.sort_unstable();
        let text = content(model, grouping, group, box_width - 4, &values);
        let rows = ends.len().max(text.len()).max(1);
        placed.extend(ends.into_iter().enumerate().map(|(row, (_, lane, end))| Placed { lane, end, row: top + 1 + row }));
        tops.push((top, rows));
        words.push(text);
        top += rows + 2;
    }
    let (columns, lane_count) = pack(&lanes, &placed);
    let first = box_width + 2 + label_width;
    let spare = width.saturating_sub(first + 1 + 2 * lane_count) / lane_count.max(1);
    let gap = 2 + spare.min(3);
    let at = |lane: usize| first + 1 + columns[lane] * gap;
    let full = first + 2 + lane_count.saturating_sub(1) * gap;
    let mut grid = vec![vec![EMPTY; full.max(box_width)]; top];

    for (lane, _) in lanes.iter().enumerate() {
        let rows: Vec<usize> = placed.iter().filter(|one| one.lane == lane).map(|one| one.row).collect();
        let (Some(&low), Some(&high)) = (rows.iter().min(), rows.iter().max()) else { continue };
        for (row, cells) in grid.iter_mut().enumerate().take(high + 1).skip(low) {
            cells[at(lane)].lines |= if row > low { UP } else { 0 } | if row < high { DOWN } else { 0 };
        }
    }
    for (group, (top, rows)) in tops.iter().enumerate() {
        frame(&mut grid, *top, *rows, box_width);
        let title = cut(&grouping.groups[group].title, box_width - 4);
        write(&mut grid[*top], 1, &format!(" {title} "), Style::new().add_modifier(Modifier::BOLD));
        for (line, text) in words[group].iter().enumerate() {
            write(&mut grid[top + 1 + line], 2, text, Style::new());
        }
    }
    for one in &placed {
        let end = &lanes[one.lane].ends[one.end];
        let cells = &mut grid[one.row];
        let lane = at(one.lane);
        for cell in &mut cells[box_width..lane] {
            cell.lines |= LEFT | RIGHT | if cell.lines & (UP | DOWN) != 0 { PASSES } else { 0 };
        }
        cells[lane].lines |= LEFT;
        if end.arrow {
            cells[box_width] = Cell { lines: 0, text: if ascii { '<' } else { '◀' }, style: number_style() };
        } else {
            cells[box_width - 1].lines |= RIGHT;
        }
        write(cells, box_width + 1, &end.label, number_style());
    }
    grid.into_iter().map(|cells| to_line(&cells, ascii)).collect()
}

/// A lane for each line, counted from the boxes: short ones near, none over another. Gives the columns and how many there are.
fn pack(lanes: &[Lane], placed: &[Placed]) -> (Vec<usize>, usize) {
    let span = |lane: usize| {
        let rows = || placed.iter().filter(|one| one.lane == lane).map(|one| one.row);
        (rows().min().unwrap_or(0), rows().max().unwrap_or(0))
    };
    let mut order: Vec<usize> = (0..lanes.len()).collect();
    order.sort_by_key(|lane| (span(*lane).1 - span(*lane).0, *lane));
    let mut taken: Vec<Vec<(usize, usize)>> = Vec::new();
    let mut columns = vec![0; lanes.len()];
    for lane in order {
        let (low, high) = span(lane);
        let free = taken.iter().position(|spans| spans.iter().all(|(from, to)| high < *from || low > *to));
        let column = free.unwrap_or(taken.len());
        if free.is_none() {
            taken.push(Vec::new());
        }
        taken[column].push((low, high));
        columns[lane] = column;
    }
    (columns, taken.len())
}

fn frame(grid: &mut [Vec<Cell>], top: usize, rows: usize, width: usize) {
    let bottom = top + rows + 1;
    for (row, cells) in grid.iter_mut().enumerate().take(bottom + 1).skip(top) {
        let vertical = if row > top { UP } else { 0 } | if row < bottom { DOWN } else { 0 };
        cells[0].lines |= vertical;
        cells[width - 1].lines |= vertical;
        if row == top || row == bottom {
            cells[0].lines |= RIGHT;
            cells[width - 1].lines |= LEFT;
            for cell in &mut cells[1..width - 1] {
                cell.lines |= LEFT | RIGHT;
            }
        }
    }
}

fn write(cells: &mut [Cell], from: usize, text: &str, style: Style) {
    for (cell, character) in cells.iter_mut().skip(from).zip(text.chars()) {
        *cell = Cell { lines: 0, text: character, style };
    }
}

fn to_line(cells: &[Cell], ascii: bool) -> Line<'static> {
    let mut spans: Vec<Span<'static>> = Vec::new();
    for cell in cells {
        let character = line_of(*cell, ascii);
        match spans.last_mut() {
            Some(span) if span.style == cell.style => span.content.to_mut().push(character),
            _ => spans.push(Span::styled(character.to_string(), cell.style)),
        }
    }
    if let Some(last) = spans.last_mut() {
        let end = last.content.trim_end().len();
        last.content.to_mut().truncate(end);
    }
    Line::from(spans)
}
