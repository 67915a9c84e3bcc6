//! The panels of the screen: what is declared on the left, distributions or results on the right.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::running::{self, resumable};
use super::settings::{Field, current, declared};
use super::{Declared, Pane, View, distributions, results};
use crate::session::live::TrialLive;
use crate::tui::app::{App, JobKind, RunningJob};
use crate::tui::browse::{self, Aspect};
use crate::tui::search;
use crate::tui::view::text::{put, scrolled};
use crate::tui::view::{dim, framed};
use crate::tui::words::{bad, verbatim, wrapped};

/// Columns of the settings: a share of the width, between these.
const SETTINGS: (u16, u16) = (24, 44);
/// Lines above the content: tabs, and how far the job is.
const ABOVE: u16 = 2;
/// From so many rows of content on, the chosen quantity is shown below the list.
const ROOMY: u16 = 30;

/// Where everything stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Areas {
    /// The settings with their border; empty where the right panel fills the screen.
    pub settings: Rect,
    /// The right panel with its border.
    pub shown: Rect,
    /// What lies within it, below its tabs.
    pub content: Rect,
}

/// The parts of the body.
pub fn areas(app: &App, area: Rect) -> Areas {
    let wanted = (area.width * 3 / 10).clamp(SETTINGS.0, SETTINGS.1).min(area.width);
    let width = match app.trial.pane {
        Pane::Shown if app.full_screen => 0,
        Pane::Settings if app.full_screen => area.width,
        _ => wanted,
    };
    let settings = Rect { width, ..area };
    let shown = Rect { x: area.x + width, width: area.width - width, ..area };
    let inside = inset(shown);
    let above = ABOVE.min(inside.height);
    Areas { settings, shown, content: Rect { y: inside.y + above, height: inside.height - above, ..inside } }
}

/// Within a border and a column of air.
fn inset(area: Rect) -> Rect {
    Rect {
        x: area.x + 2.min(area.width),
        y: area.y + 1.min(area.height),
        width: area.width.saturating_sub(4),
        height: area.height.saturating_sub(2),
    }
}

/// Draws the screen.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    let area = area.intersection(buffer.area);
    let areas = areas(app, area);
    if areas.settings.width > 0 {
        draw_settings(app, areas.settings, buffer);
    }
    if areas.shown.width > 0 {
        draw_shown(app, areas, buffer);
    }
}

/// How far the settings can be scrolled.
pub fn settings_room(app: &App) -> usize {
    let inside = inset(areas(app, crate::tui::update::body(app)).settings);
    settings_lines(app, inside.width as usize).len().saturating_sub(inside.height as usize)
}

fn draw_settings(app: &App, area: Rect, buffer: &mut Buffer) {
    let block = framed(" Trial ", app.trial.pane == Pane::Settings);
    block.render(area, buffer);
    let inside = inset(area);
    let lines = settings_lines(app, inside.width as usize);
    scrolled(buffer, inside, &lines, app.trial.down.min(lines.len().saturating_sub(inside.height as usize)), 0);
}

/// Fields, arms, what outcomes rest on, the design, the power.
fn settings_lines(app: &App, width: usize) -> Vec<Line<'static>> {
    let mut out = Vec::new();
    let declared = match declared(app) {
        None if app.scenario.is_none() => return paragraph("No scenario yet.", width, Style::new()),
        None => return paragraph("reading …", width, dim()),
        Some(Err(words)) => {
            verbatim(words, &mut out);
            return out.into_iter().flat_map(|line| paragraph(&line.to_string(), width, Style::new())).collect();
        }
        Some(Ok(declared)) => declared,
    };
    let settings = current(app);
    for (at, field) in Field::of(app).iter().enumerate() {
        let (value, own) = field.value(settings, declared);
        let chosen = app.trial.pane == Pane::Settings && at == app.trial.field;
        let style = if chosen { Style::new().add_modifier(Modifier::REVERSED) } else { Style::new() };
        let value_style = if own { style.add_modifier(Modifier::BOLD) } else { style };
        let origin = if own { " *" } else { "" };
        out.push(Line::from(vec![
            Span::styled(format!("{}{:11}", if chosen { "▸ " } else { "  " }, field.name()), style),
            Span::styled(value, value_style),
            Span::styled(origin, dim()),
        ]));
    }
    if settings != Default::default() {
        out.extend(paragraph("* yours; `x`: as the scenario", width, dim()));
    }
    out.push(Line::default());
    for (name, words) in &declared.arms {
        out.push(Line::styled(name.clone(), Style::new().add_modifier(Modifier::BOLD)));
        out.extend(paragraph(words, width, Style::new()));
    }
    if !declared.link_tag.is_empty() {
        out.push(Line::default());
        out.extend(paragraph(&declared.link, width, tag_style(&declared.link_tag)));
    }
    for words in &declared.design {
        out.extend(paragraph(words, width, dim()));
    }
    if let Some(power) = &declared.power {
        out.push(Line::default());
        let sizes: Vec<String> = power.sizes.iter().map(ToString::to_string).collect();
        out.push(Line::styled("Power", Style::new().add_modifier(Modifier::BOLD)));
        out.extend(paragraph(&format!("trials of {} patients under", sizes.join(", ")), width, Style::new()));
        power.hypotheses.iter().for_each(|title| out.extend(paragraph(&format!("· {title}"), width, Style::new())));
        out.extend(paragraph("Hypotheses are supposed, not shown.", width, dim()));
    }
    out
}

fn paragraph(words: &str, width: usize, style: Style) -> Vec<Line<'static>> {
    wrapped(words, width).into_iter().map(|line| Line::styled(line, style)).collect()
}

fn tag_style(tag: &str) -> Style {
    if tag.starts_with("HYPOTHESIS") { Style::new().fg(Color::Yellow).add_modifier(Modifier::BOLD) } else { Style::new() }
}

/// What the heading of the right panel says: what is seen, and what its outcomes rest on.
pub fn title(app: &App) -> String {
    let what = match (app.trial.view, results::browse(app).wanted) {
        (View::Running, _) => "Distributions",
        (View::Outcomes, _) => "Trial",
        (View::Power, _) => "Power",
    };
    let mut words = format!(" {what}");
    let Some(Ok(Declared { link_tag, .. })) = declared(app) else { return format!("{words} ") };
    if app.trial.view == View::Power {
        words.push_str(" · hypotheses, supposed");
    } else if !link_tag.is_empty() {
        words.push_str(&format!(" · {link_tag}"));
    }
    if naive(app) {
        words.push_str(" · not randomised: immortal time");
    }
    words.push(' ');
    words
}

/// Whether a table or figure of groups that nobody randomised is seen.
fn naive(app: &App) -> bool {
    if app.trial.view == View::Running {
        return false;
    }
    let Some(record) = results::record(app) else { return false };
    let browse = results::browse(app);
    match browse.shown(record) {
        Aspect::Tables => record.tables.get(browse.place.table).is_some_and(|table| table.name == "groups"),
        Aspect::Figures => record.figures.get(browse.place.figure).is_some_and(|figure| figure.name.ends_with("_naive")),
        Aspect::Findings => false,
    }
}

fn draw_shown(app: &App, areas: Areas, buffer: &mut Buffer) {
    let title = title(app);
    let block = framed(&title, app.trial.pane == Pane::Shown || app.full_screen);
    block.render(areas.shown, buffer);
    let inside = inset(areas.shown);
    if inside.width == 0 || inside.height == 0 {
        return;
    }
    buffer.set_line(inside.x, inside.y, &tabs(app), inside.width);
    if inside.height > 1 {
        draw_state(app, Rect { y: inside.y + 1, height: 1, ..inside }, buffer);
    }
    let content = areas.content;
    if content.width == 0 || content.height == 0 {
        return;
    }
    if app.trial.view == View::Running {
        return draw_running(app, content, buffer);
    }
    match results::record(app) {
        Some(record) => browse::draw(record, results::browse(app), app, content, buffer),
        None => scrolled(buffer, content, &empty(app, content.width as usize), 0, 0),
    }
}

/// The tabs with their keys, the shown one reversed.
fn tabs(app: &App) -> Line<'static> {
    let mut line = Line::default();
    let aspect = results::record(app).map(|record| results::browse(app).shown(record));
    let result = app.trial.view != View::Running;
    let tabs = [
        ("d", "Running", !result, true),
        ("t", "Tables", result && aspect == Some(Aspect::Tables), aspect.is_some()),
        ("p", "Plots", result && aspect == Some(Aspect::Figures), aspect.is_some()),
        ("e", "Evidence", result && aspect == Some(Aspect::Findings), aspect.is_some()),
    ];
    for (key, name, shown, there) in tabs {
        let style = match (shown, there) {
            (true, _) => Style::new().add_modifier(Modifier::REVERSED),
            (false, true) => Style::new(),
            (false, false) => dim(),
        };
        line.push_span(Span::styled(format!(" {key} "), style.add_modifier(Modifier::BOLD)));
        line.push_span(Span::styled(format!("{name} "), style));
    }
    if let Some(record) = results::record(app).filter(|record| result && record.tables.len() > 1)
        && aspect == Some(Aspect::Tables)
    {
        let at = results::browse(app).place.table.min(record.tables.len() - 1) + 1;
        line.push_span(Span::styled(format!(" ←→ {at} of {}", record.tables.len()), dim()));
    }
    line
}

/// The job of the view: how far, how fast, how long still; paused at; failed.
fn draw_state(app: &App, area: Rect, buffer: &mut Buffer) {
    let kind = if app.trial.view == View::Power { JobKind::Power } else { JobKind::Trial };
    let other = if kind == JobKind::Power { JobKind::Trial } else { JobKind::Power };
    if let Some((_, job)) = running::job(app, kind).or_else(|| running::job(app, other)) {
        return draw_job(job, area, buffer);
    }
    if let Some((kind, stopped)) = resumable(app) {
        let words = format!("{}: {} — `r` resumes", kind.word(), stopped.words());
        return put(buffer, area, 0, 0, &words, Style::new().add_modifier(Modifier::BOLD));
    }
    if let Some(failure) = results::failure(app) {
        let words = format!("failed: {}", failure.lines().next().unwrap_or_default());
        return put(buffer, area, 0, 0, &words, bad());
    }
    if app.trial.view != View::Running
        && let Some(folder) = results::is_stored(app)
    {
        put(buffer, area, 0, 0, &format!("of an earlier session: {}", app.relative(&folder)), dim());
    }
}

fn draw_job(job: &RunningJob, area: Rect, buffer: &mut Buffer) {
    let track = (area.width as usize / 5).min(24);
    let full = (job.progress.done.clamp(0.0, 1.0) * track as f64).round() as usize;
    put(buffer, area, 0, 0, &format!("{}{}", "█".repeat(full), "░".repeat(track - full)), Style::new());
    let step = if job.cancelling { "pausing …" } else { job.progress.step.as_str() };
    let words = format!("{:.0} %{}: {step}", 100.0 * job.progress.done, left(job.progress.left_s));
    put(buffer, area, track as u16 + 1, 0, &words, Style::new());
}

/// ", 3 min left"; nothing where the work cannot tell.
fn left(left_s: Option<f64>) -> String {
    match left_s {
        Some(left) if left >= 5400.0 => format!(", {:.1} h left", left / 3600.0),
        Some(left) if left >= 90.0 => format!(", {:.0} min left", left / 60.0),
        Some(left) if left.is_finite() => format!(", {:.0} s left", left.max(0.0)),
        _ => String::new(),
    }
}

/// The list of quantities, from the first that is seen, and below it the chosen one where there is room.
struct Listing {
    list: Rect,
    first: usize,
    room: usize,
    below: Option<Rect>,
}

fn listing(app: &App, live: &TrialLive, content: Rect) -> Listing {
    let each = distributions::lines_of(live.arms.len());
    let quantities = live.arms.first().map_or(0, |arm| arm.quantities.len());
    let alone = (live.arms.len() * 7 + 2) as u16;
    let below =
        (content.height >= ROOMY.max(alone + 3 * each as u16)).then(|| Rect { y: content.bottom() - alone, height: alone, ..content });
    let height = content.height - below.map_or(0, |below| below.height);
    // two lines above: what is counted, and the names of the columns
    let list = Rect { y: content.y + 2.min(height), height: height.saturating_sub(2), ..content };
    let room = (list.height as usize / each).max(1);
    let chosen = app.trial.quantity.min(quantities.saturating_sub(1));
    let first = chosen.saturating_sub(room / 2).min(quantities.saturating_sub(room));
    Listing { list, first, room, below }
}

/// The quantity that stands at a row of the content.
pub fn quantity_at(app: &App, content: Rect, row: u16) -> Option<usize> {
    let live = results::live(app)?;
    let Listing { list, first, room, .. } = listing(app, live, content);
    let line = (content.y + row).checked_sub(list.y)? as usize;
    let at = line / distributions::lines_of(live.arms.len());
    (at < room && line < list.height as usize).then_some(first + at).filter(|at| *at < live.arms[0].quantities.len())
}

fn draw_running(app: &App, content: Rect, buffer: &mut Buffer) {
    let width = content.width as usize;
    let Some(live) = results::live(app).filter(|live| live.arms.iter().any(|arm| !arm.quantities.is_empty())) else {
        return scrolled(buffer, content, &empty(app, width), 0, 0);
    };
    let quantities = live.arms[0].quantities.len();
    let chosen = app.trial.quantity.min(quantities - 1);
    if app.trial.alone {
        return scrolled(buffer, content, &distributions::alone(live, chosen, width), 0, 0);
    }
    let Listing { list, first, room, below } = listing(app, live, content);
    let taken = if live.resumed > 0 { format!(", {} taken over", live.resumed) } else { String::new() };
    let failed: Vec<String> = live.arms.iter().filter(|arm| arm.failures > 0).map(|arm| format!("{} {}", arm.name, arm.failures)).collect();
    let failed = if failed.is_empty() { "no failures".to_owned() } else { format!("failed: {}", failed.join(", ")) };
    let words = format!("{} of {} patients counted{taken}; {failed}", live.counted, live.patients);
    put(buffer, content, 0, 0, &words, if live.failures > 0 { bad() } else { Style::new() });
    let position = format!(" {}–{} of {quantities}", first + 1, (first + room).min(quantities));
    let at = width.saturating_sub(position.chars().count());
    if at > words.chars().count() {
        put(buffer, content, at as u16, 0, &position, dim());
    }
    if content.height > 1 {
        scrolled(buffer, Rect { y: content.y + 1, height: 1, ..content }, &[distributions::columns(width, &live.arms[0].name)], 0, 0);
    }
    let mut lines: Vec<Line<'static>> =
        (first..quantities.min(first + room)).flat_map(|at| distributions::block(live, at, width, at == chosen)).collect();
    search::highlight(&mut lines, &app.search);
    scrolled(buffer, list, &lines, 0, 0);
    if let Some(below) = below {
        put(buffer, below, 0, 0, &"─".repeat(width), dim());
        let below = Rect { y: below.y + 1, height: below.height - 1, ..below };
        scrolled(buffer, below, &distributions::alone(live, chosen, width), 0, 0);
    }
}

/// What to do where there is nothing to show.
fn empty(app: &App, width: usize) -> Vec<Line<'static>> {
    let plain = |words: &str| paragraph(words, width, Style::new());
    let declared = match declared(app) {
        None if app.project.is_none() => return paragraph("reading the project folder …", width, dim()),
        None if app.scenario.is_none() => return plain("No scenario here: `rpt new scenario NAME` writes one to start from."),
        None => return paragraph("reading the scenario …", width, dim()),
        Some(Err(words)) => {
            let mut out: Vec<Line<'static>> = words.lines().flat_map(plain).collect();
            out.push(Line::default());
            let names: Vec<&str> = app
                .scenarios()
                .iter()
                .filter(|entry| app.sheets.get(&entry.path).is_some_and(|sheet| sheet.tries))
                .map(|entry| entry.name.as_str())
                .collect();
            out.extend(match names.is_empty() {
                true => plain("No scenario of this project has both `regimens` and `cohort` (docs: regimens, virtual patients)."),
                false => plain(&format!("With virtual patients: {}. `o` chooses another scenario.", names.join(", "))),
            });
            return out;
        }
        Some(Ok(declared)) => declared,
    };
    let patients = current(app).patients.unwrap_or(declared.patients);
    match app.trial.view {
        View::Power => match (&declared.power, running::job(app, JobKind::Power)) {
            (_, Some(_)) => plain("Pools of virtual patients are simulated, then trials are drawn from them. `b` goes back to the trial."),
            (Some(power), None) => plain(&format!(
                "No power yet. `w` simulates {patients} virtual patients under each of {} hypotheses and draws {} trials of each size.",
                power.hypotheses.len(),
                current(app).replicates.unwrap_or(power.replicates)
            )),
            (None, None) => plain("The scenario declares no `trial: {power: …}`."),
        },
        _ if running::job(app, JobKind::Trial).is_some() => plain("The first patients are under way …"),
        _ => plain(&format!(
            "Nothing runs. `s` sends {patients} virtual patients through {} arm{} and shows how doses, counts and probabilities are distributed meanwhile; `t` shows the latest result.",
            declared.arms.len(),
            if declared.arms.len() == 1 { "" } else { "s" }
        )),
    }
}
