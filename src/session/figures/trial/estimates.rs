//! What the clinic estimated against what was true: one panel a target, one point a patient and arm.

use super::pages::{crowd, number, pages, short_names, shown};
use super::{ArmWords, MOST_POINTS, TargetEstimates, TrialAbout};
use crate::report::{Axis, Figure, Legend, Mark, Panel, Role, Style};

/// Arms that can be told apart in one cloud of points.
const MOST_TOGETHER: usize = 2;
/// Half width of the corridor drawn.
const CORRIDOR: f64 = 0.2;
const IDENTITY: &str = "estimated = true";
/// Ratio of highest to lowest dose from which logarithmic axes read better.
const LOG_RATIO: f64 = 20.0;

/// Estimated against true values with the line of identity and those 20 % off; the caption counts the points within.
#[must_use]
pub fn estimated_v_true(about: &TrialAbout, arms: &[ArmWords], targets: &[TargetEstimates]) -> Vec<Figure> {
    let one_panel = arms.len() <= MOST_TOGETHER;
    let panels = targets
        .iter()
        .flat_map(|target| {
            let apart = (0..if one_panel { 0 } else { arms.len() }).map(|arm| panel(target, arms, Some(arm)));
            let together = one_panel.then(|| panel(target, arms, None));
            let words = std::iter::once(within(target, arms)).chain(std::iter::repeat(String::new()));
            together.into_iter().chain(apart).zip(words).collect::<Vec<_>>()
        })
        .collect();
    let given = targets.iter().flat_map(|target| &target.arms).map(Vec::len).max().unwrap_or(0);
    let all = given.max(about.patients);
    let drawn = format!("Drawn: {} of each arm.", shown(given.min(MOST_POINTS), all));
    pages("estimated_true", "Estimated and true", about, panels, &[drawn])
}

/// All arms in one plot, or one of them; its ends are those of all arms.
fn panel(target: &TargetEstimates, arms: &[ArmWords], only: Option<usize>) -> Panel {
    let drawn = |pairs: &[(f64, f64)]| -> Vec<(f64, f64)> { pairs.iter().copied().take(MOST_POINTS).collect() };
    let values = || target.arms.iter().flat_map(|pairs| drawn(pairs)).flat_map(|(a, b)| [a, b]).filter(|value| value.is_finite());
    let (low, high) = values().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    let log = low > 0.0 && high >= LOG_RATIO * low;
    let ends = if low > high || high <= 0.0 {
        (0.0, 1.0)
    } else if log {
        (low / 1.3, high * 1.3)
    } else if low < 0.5 * high {
        (low.min(0.0), 1.05 * high)
    } else {
        (low - 0.1 * (high - low).max(0.2 * high), high + 0.1 * (high - low).max(0.2 * high))
    };
    let line = |name: &str, factor: f64, style: Style| Mark::Line {
        name: name.into(),
        x: vec![ends.0, ends.1],
        y: vec![factor * ends.0, factor * ends.1],
        style,
    };
    let corridor = format!("±{} %", number(100.0 * CORRIDOR).trim_end_matches(".0"));
    let dashed = Style { dash: Some(1), ..Style::muted() };
    let mut marks = vec![
        line(IDENTITY, 1.0, Style { dash: Some(0), role: Role::Muted, ..Style::default() }),
        line(&corridor, 1.0 - CORRIDOR, dashed),
        line(&corridor, 1.0 + CORRIDOR, dashed),
    ];
    for (index, (arm, pairs)) in arms.iter().zip(&target.arms).enumerate().filter(|(index, _)| only.is_none_or(|only| only == *index)) {
        let (x, y): (Vec<f64>, Vec<f64>) = drawn(pairs).into_iter().unzip();
        if !x.is_empty() {
            marks.push(Mark::Points { name: arm.title.clone(), x, y, low: None, high: None, style: crowd(index) });
        }
    }
    let axis = |what: &str| {
        let label = format!("{what} {}", target.quantity);
        let axis = if log { Axis::log10(&label, &target.unit) } else { Axis::linear(&label, &target.unit) };
        axis.between(ends.0, ends.1)
    };
    let words: Vec<(&str, &str)> = arms.iter().map(|arm| (arm.title.as_str(), arm.name.as_str())).collect();
    let title = match only.and_then(|index| short_names(&words).into_iter().nth(index)) {
        Some(arm) => format!("{}: {arm}", target.title),
        None => target.title.clone(),
    };
    Panel { title: Some(title), x: axis("True"), y: axis("Estimated"), marks, legend: Legend::Auto }
}

/// "Kidneys within ±20 %: fixed 94 %, adapted 92 %, of those drawn."
fn within(target: &TargetEstimates, arms: &[ArmWords]) -> String {
    let shares: Vec<String> = arms
        .iter()
        .zip(&target.arms)
        .filter(|(_, pairs)| !pairs.is_empty())
        .map(|(arm, pairs)| {
            let drawn: Vec<&(f64, f64)> = pairs.iter().take(MOST_POINTS).collect();
            let inside = drawn.iter().filter(|(truth, estimate)| (estimate - truth).abs() <= CORRIDOR * truth.abs()).count();
            format!("{} {inside} of {}", arm.name, drawn.len())
        })
        .collect();
    if shares.is_empty() { String::new() } else { format!("{}, points within ±20 %: {}.", target.title, shares.join(", ")) }
}
