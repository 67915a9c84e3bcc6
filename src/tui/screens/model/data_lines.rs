//! The data of a scenario as lines: which column is what, then what a fit would see.

use ratatui::style::{Color, Style};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::lines::{dim, heading, remark};
use super::preview::{ColumnPreview, DataPreview, RowPreview, UnderstoodPreview};
use crate::tui::view::text::cut;
use crate::tui::words::wrapped;

/// Widest column of names or roles.
const WIDEST: usize = 22;
/// Longest value of a file that is shown whole.
const LONGEST: usize = 12;

/// The lines of a preview; a scenario without data says how to name them.
pub fn lines(data: Option<&DataPreview>, width: usize) -> Vec<Line<'static>> {
    let Some(data) = data else {
        return remark("This scenario has no section `data`. With `data: {file: imaging.csv}` its columns appear here.", width);
    };
    let mut out = Vec::new();
    for table in &data.tables {
        if !out.is_empty() {
            out.push(Line::default());
        }
        match &table.columns {
            Err(why) => out.push(Line::styled(format!("{}: {why}", table.file), Style::new().fg(Color::Red))),
            Ok(columns) => {
                out.push(heading(&format!("{}: {} columns, {} rows", table.file, columns.len(), table.rows)));
                column_lines(columns, width, &mut out);
            }
        }
    }
    out.push(Line::default());
    match &data.understood {
        None => out.extend(remark("What a fit would see appears when the scenario can be read.", width)),
        Some(_) if data.older => {
            out.extend(remark("The scenario cannot be read as it is now; what a fit would see is of its last sound text:", width));
            understood(data, width, &mut out);
        }
        Some(_) => understood(data, width, &mut out),
    }
    out
}

/// What a fit would see, or why nothing.
fn understood(data: &DataPreview, width: usize, out: &mut Vec<Line<'static>>) {
    match &data.understood {
        None => {}
        Some(Err(why)) => {
            out.push(heading("The data cannot be used"));
            out.extend(why.lines().flat_map(|line| wrapped(line, width)).map(|line| Line::styled(line, Style::new().fg(Color::Red))));
        }
        Some(Ok(understood)) => understood_lines(understood, width, out),
    }
}

/// One line a column: name, what it is used for, first values.
fn column_lines(columns: &[ColumnPreview], width: usize, out: &mut Vec<Line<'static>>) {
    let widest = |of: fn(&ColumnPreview) -> &str, least: usize| {
        columns.iter().map(|column| of(column).width()).max().unwrap_or(0).clamp(least, WIDEST)
    };
    let (names, roles) = (widest(|column| &column.name, 6), widest(|column| &column.role, 8));
    out.push(Line::from(dim(format!("  {:<names$}  {:<roles$}  first values", "column", "used as"))));
    for column in columns {
        let name = cut(&column.name, names);
        let (role, style) =
            if column.role.is_empty() { ("not used".to_owned(), None) } else { (cut(&column.role, roles), Some(Style::new().bold())) };
        let role = Span::styled(pad(&role, roles), style.unwrap_or_else(|| dim("").style));
        let short: Vec<String> = column.values.iter().map(|value| cut(value, LONGEST)).collect();
        let values = cut(&short.join(", "), width.saturating_sub(names + roles + 6));
        out.push(Line::from(vec![Span::raw(format!("  {}  ", pad(&name, names))), role, Span::raw("  "), dim(values)]));
    }
}

fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

fn understood_lines(understood: &UnderstoodPreview, width: usize, out: &mut Vec<Line<'static>>) {
    let (all, excluded) = understood.count;
    out.push(heading(&format!("As a fit sees them: {all} values, {excluded} left out")));
    let subjects = understood.rows.iter().any(|row| !row.subject.is_empty());
    let deviations = understood.rows.iter().any(|row| !row.sd.is_empty());
    let cells = |row: &RowPreview| {
        let mut cells = vec![row.line.clone()];
        cells.extend(subjects.then(|| row.subject.clone()));
        cells.extend([row.time_h.clone(), row.channel.clone(), row.value.clone()]);
        cells.extend(deviations.then(|| row.sd.clone()));
        cells.push(row.excluded.clone());
        cells
    };
    let title = |words: &str| words.to_owned();
    let head = RowPreview {
        line: title("line"),
        subject: title("subject"),
        time_h: title("time h"),
        channel: title("channel"),
        value: title("value"),
        sd: title("sd"),
        excluded: title("left out"),
    };
    let mut table = vec![cells(&head)];
    table.extend(understood.rows.iter().map(cells));
    let widths: Vec<usize> = (0..table[0].len()).map(|at| table.iter().map(|row| row[at].width()).max().unwrap_or(0)).collect();
    for (position, row) in table.iter().enumerate() {
        let words: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| pad(cell, *width)).collect();
        let line = cut(format!("  {}", words.join("  ")).trim_end(), width);
        out.push(if position == 0 { Line::from(dim(line)) } else { Line::raw(line) });
    }
    if understood.rows.len() < all {
        out.push(Line::from(dim(format!("  and {} more", all - understood.rows.len()))));
    }
    out.push(Line::default());
    for line in understood.words.lines() {
        let indent = if line.starts_with(' ') { 2 } else { 0 };
        let lines = wrapped(line, width.saturating_sub(indent)).into_iter();
        out.extend(lines.map(|line| Line::raw(format!("{}{line}", " ".repeat(indent)))));
    }
    for warning in &understood.warnings {
        out.extend(wrapped(&format!("look: {warning}"), width).into_iter().map(|line| Line::styled(line, Style::new().fg(Color::Yellow))));
    }
}
