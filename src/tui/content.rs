//! The words of the right half as lines: overview, table, findings, help. Drawing shows a part of them, scrolling counts them.

use ratatui::style::{Color, Modifier, Style, Stylize};
use ratatui::text::{Line, Span};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::action::{ACTIONS, Action, Where};
use super::app::{App, Aspect, Item};
use crate::report::manifest::Status;
use crate::report::number_text::significant;
use crate::report::runs::RunEntry;
use crate::report::{RESEARCH_USE, Table};

/// Columns of the labels of an overview.
const LABEL: usize = 11;

/// The lines of the present aspect for a width; none for figures.
#[must_use]
pub fn lines(app: &App, width: usize) -> Vec<Line<'static>> {
    match app.shown() {
        Aspect::Overview => overview(app, width),
        Aspect::Figures => Vec::new(),
        Aspect::Tables => table_lines(app, width),
        Aspect::Findings => findings(app, width),
    }
}

/// `text` in lines of at most `width` columns, broken at spaces, inside a word where it must be.
#[must_use]
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.width() + 1 + word.width() > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        for character in word.chars() {
            if !line.is_empty() && line.width() + character.width().unwrap_or(0) > width {
                lines.push(std::mem::take(&mut line));
            }
            line.push(character);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

fn dim(text: impl Into<String>) -> Span<'static> {
    Span::styled(text.into(), Style::new().add_modifier(Modifier::DIM))
}

fn bad() -> Style {
    Style::new().fg(Color::Red)
}

/// A label with its words wrapped beside it.
fn labelled(label: &str, words: &str, width: usize, out: &mut Vec<Line<'static>>) {
    for (position, line) in wrapped(words, width.saturating_sub(LABEL)).into_iter().enumerate() {
        let label = if position == 0 { label } else { "" };
        out.push(Line::from(vec![dim(format!("{label:<LABEL$}")), Span::raw(line)]));
    }
}

/// Words that are shown line by line, as they are: a rendered diagnostic with its carets. Its first words tell how bad it is.
fn verbatim(text: &str, out: &mut Vec<Line<'static>>) {
    for line in text.lines() {
        let line = line.replace('\t', "    ");
        let style = if line.starts_with("error") {
            bad().bold()
        } else if line.starts_with("warning") {
            Style::new().fg(Color::Yellow).bold()
        } else {
            Style::new()
        };
        out.push(Line::styled(line, style));
    }
}

fn overview(app: &App, width: usize) -> Vec<Line<'static>> {
    let mut out = Vec::new();
    let Some(item) = app.item() else {
        return empty_list(app, width);
    };
    if !item.problems().is_empty() {
        verbatim(item.problems(), &mut out);
        return out;
    }
    for line in wrapped(item.title(), width) {
        out.push(Line::raw(line).bold());
    }
    if let Some(failure) = app.failure() {
        out.push(Line::default());
        out.push(Line::styled("The last attempt failed", bad().bold()));
        for line in failure.lines() {
            out.push(Line::styled(line.to_owned(), bad()));
        }
    }
    if !out.is_empty() {
        out.push(Line::default());
    }
    if let Item::Run(run) = item {
        run_rows(app, run, width, &mut out);
        return out;
    }
    labelled("File", &app.relative(item.path()), width, &mut out);
    let Some(sheet) = app.sheets.get(item.path()) else {
        out.push(Line::from(dim("reading …")));
        return out;
    };
    let mut before = "";
    for (label, words) in &sheet.rows {
        labelled(if label == before { "" } else { label }, words, width, &mut out);
        before = label;
    }
    if !sheet.warnings.is_empty() {
        out.push(Line::default());
        verbatim(&sheet.warnings, &mut out);
    }
    out
}

/// What to do where there is nothing to show.
fn empty_list(app: &App, width: usize) -> Vec<Line<'static>> {
    let Some(project) = &app.project else {
        return vec![Line::from(dim("reading the project folder …"))];
    };
    let folder = project.folder.display();
    let words = match app.section {
        super::app::Section::Scenarios => {
            format!(
                "No scenario in {folder}: a scenario is a file scenarios/<name>/scenario.yaml. `rpt new scenario NAME` writes one to start from, then `r` reads the folder again."
            )
        }
        super::app::Section::Models => {
            format!(
                "No model in {folder}: a model is a file models/<name>.yaml. `rpt new model NAME` writes one to start from, then `r` reads the folder again."
            )
        }
        super::app::Section::Runs => "No run yet: Enter on a scenario writes one into runs/.".to_owned(),
    };
    let mut out: Vec<Line<'static>> = wrapped(&words, width).into_iter().map(Line::raw).collect();
    for problem in &project.problems {
        out.push(Line::default());
        out.extend(wrapped(problem, width).into_iter().map(|line| Line::styled(line, bad())));
    }
    out
}

fn run_rows(app: &App, run: &RunEntry, width: usize, out: &mut Vec<Line<'static>>) {
    labelled("Folder", &app.relative(&run.path), width, out);
    labelled("Scenario", &run.scenario, width, out);
    let Some(manifest) = &run.manifest else {
        labelled("State", "without a manifest: it was killed, or is still being written", width, out);
        return;
    };
    let state = match manifest.status {
        Status::Done => "done",
        Status::Cancelled => "cancelled",
        Status::Failed => "failed",
    };
    labelled("State", state, width, out);
    labelled("Started", &manifest.started, width, out);
    labelled("Took", &format!("{} s", significant(manifest.wall_time_s, 3)), width, out);
    labelled("Version", &manifest.version, width, out);
    labelled("Command", &manifest.command, width, out);
    if let Some(seed) = manifest.seed {
        labelled("Seed", &seed.to_string(), width, out);
    }
    for (name, value) in &manifest.settings {
        labelled("Set", &format!("{name} = {value}"), width, out);
    }
    for input in &manifest.inputs {
        labelled("Input", &format!("{} ({})", input.path, input.sha256.get(..12).unwrap_or(&input.sha256)), width, out);
    }
    labelled("Figures", &manifest.figures.join(", "), width, out);
    labelled("Tables", &manifest.tables.join(", "), width, out);
    for failure in &manifest.failures {
        labelled("Failures", &format!("{}: {} ×", failure.what, failure.count), width, out);
    }
    if app.record().is_none() && manifest.status == Status::Done {
        out.push(Line::default());
        out.push(Line::from(dim("Enter opens its figures and tables")));
    }
}

/// The selected table as text. Where it cannot stand as a table, columns are left out from the right, and named.
#[must_use]
pub fn table_lines(app: &App, width: usize) -> Vec<Line<'static>> {
    let Some(table) = app.record().and_then(|record| record.tables.get(app.place.table)) else { return Vec::new() };
    let (text, left_out) = fitted(table, width);
    let title_lines = if table.title.is_empty() { 0 } else { wrapped(&table.title, width).len() };
    let styled = |(position, line): (usize, &str)| {
        if position < title_lines { Line::raw(line.to_owned()).bold() } else { Line::raw(line.to_owned()) }
    };
    let mut out: Vec<Line<'static>> = text.lines().enumerate().map(styled).collect();
    if !left_out.is_empty() {
        let words = format!("`f` shows also: {}", left_out.join(", "));
        let rule = out.iter().rposition(|line| line.to_string().starts_with('─')).unwrap_or(0);
        let below = (rule + 1 + table.rows.len()).min(out.len());
        let words = wrapped(&words, width).into_iter().map(|line| Line::from(dim(line)));
        out.splice(below..below, words);
    }
    out
}

/// The table as text with as many columns as can stand side by side, and the headings of the others; all as blocks where not even two can.
fn fitted(table: &Table, width: usize) -> (String, Vec<String>) {
    let whole = table.to_terminal(width);
    let is_grid = |text: &str| text.lines().any(|line| line.starts_with('─'));
    if is_grid(&whole) {
        return (whole, Vec::new());
    }
    for kept in (2..table.columns.len()).rev() {
        let mut narrow = table.clone();
        narrow.columns.truncate(kept);
        narrow.rows.iter_mut().for_each(|row| row.truncate(kept));
        let text = narrow.to_terminal(width);
        if is_grid(&text) {
            return (text, table.columns[kept..].iter().map(|column| column.heading()).collect());
        }
    }
    (whole, Vec::new())
}

fn findings(app: &App, width: usize) -> Vec<Line<'static>> {
    let Some(record) = app.record() else { return Vec::new() };
    let mut out = Vec::new();
    for (heading, sentences) in &record.words {
        out.push(Line::raw(heading.clone()).bold());
        for sentence in sentences {
            for (position, line) in wrapped(sentence, width.saturating_sub(2)).into_iter().enumerate() {
                out.push(Line::raw(format!("{}{line}", if position == 0 { "• " } else { "  " })));
            }
        }
        out.push(Line::default());
    }
    out.push(Line::from(dim(RESEARCH_USE)));
    out
}

/// The help: every action of the screen with its keys, and why it cannot be done now where it cannot.
#[must_use]
pub fn help(app: &App, width: usize) -> Vec<Line<'static>> {
    let mut out = Vec::new();
    for action in ACTIONS.iter().filter(|action| action.place == Where::Screen) {
        help_of(action, app, width, &mut out);
    }
    out.push(Line::default());
    out.push(Line::from(dim(RESEARCH_USE)));
    out
}

fn help_of(action: &Action, app: &App, width: usize, out: &mut Vec<Line<'static>>) {
    let keys: Vec<String> = action.keys.iter().map(|key| key.name()).collect();
    let reason = (action.available)(app).err();
    let words = match &reason {
        Some(reason) => format!("{} — not now: {reason}", action.help),
        None => action.help.to_owned(),
    };
    const KEYS: usize = 18;
    let style = if reason.is_some() { Style::new().add_modifier(Modifier::DIM) } else { Style::new() };
    for (position, line) in wrapped(&words, width.saturating_sub(KEYS)).into_iter().enumerate() {
        let keys = if position == 0 { keys.join(" ") } else { String::new() };
        out.push(Line::from(vec![Span::styled(format!("{keys:<KEYS$}"), style.bold()), Span::styled(line, style)]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_wrap_at_spaces_and_long_words_within() {
        assert_eq!(wrapped("kidneys and marrow", 8), ["kidneys", "and", "marrow"]);
        assert_eq!(wrapped("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrapped("", 3), Vec::<String>::new());
        assert_eq!(wrapped("µ", 0), ["µ"]);
    }
}
