//! Work and precision of every method on every reference problem: error against tolerance within stated bounds, and the cost pinned.
//!
//! The figures stand in `docs/work-precision.md`, one table a problem, and are held there by a test: counts exactly, errors within a factor of 2
//! (they are rounding at the tight end, where another order of additions moves them). After a change of the methods,
//! `UPDATE_WORK_PRECISION=1 cargo test --release --lib work_precision` writes the page anew, and the difference is what a review has to judge.

use std::fmt::Write as _;
use std::path::PathBuf;

use super::problems::{Problem, all};
use super::test_set::{E5_END, E5_START, e5};
use crate::solve::{MethodChoice, Options, Schedule, Span, Statistics, Trajectory, solve};

const TOLERANCES: [f64; 8] = [1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10];
/// Below this an error is rounding and need not fall further.
const ROUNDING: f64 = 1e-12;

const HEADER: &str = "# Work and precision

What every method costs and achieves on every reference problem; written and held by a test (`src/solve/reference/work_precision.rs`), so that a
slower or less accurate change shows in review. After such a change:

```text
UPDATE_WORK_PRECISION=1 cargo test --release --lib work_precision
```

**error**: at the end, the largest over all states of |found − expected| / (|expected| + floor). The absolute tolerance is the relative one times
the floor. Counts are over the whole solve. The exact method has no tolerance; its factorisations are squarings of the exponential. Counts of
Dop853 hang on the standard library's powers and may differ by a step on another processor; all others are the same everywhere.
";

/// One line of a table.
#[derive(Debug, Clone)]
struct Line {
    method: MethodChoice,
    tolerance: f64,
    error: f64,
    cost: Statistics,
}

fn method_name(method: MethodChoice) -> &'static str {
    match method {
        MethodChoice::Exact => "exact",
        MethodChoice::Stiff => "Rodas5P",
        MethodChoice::NonStiff => "Dop853",
        MethodChoice::Automatic => "automatic",
    }
}

impl Line {
    fn tolerance_text(&self) -> String {
        if self.method == MethodChoice::Exact { "–".to_owned() } else { format!("{:.0e}", self.tolerance) }
    }

    /// The cells that are pinned exactly, behind method and tolerance.
    fn counts(&self) -> String {
        let cost = self.cost;
        format!("{} | {} | {} | {} | {}", cost.steps, cost.rejected, cost.rate_evaluations, cost.jacobian_evaluations, cost.factorisations)
    }
}

fn solve_at(problem: &mut Problem, method: MethodChoice, tolerance: f64) -> Result<Trajectory, String> {
    let span = Span { start: 0.0, stop: problem.stop, samples: Vec::new() };
    let options = Options::new(tolerance, vec![tolerance * problem.floor; problem.initial.len()]).with_method(method);
    solve(problem.dynamics.as_mut(), &problem.initial, &problem.schedule, &span, &options)
        .map_err(|error| format!("{}, {} at {tolerance:.0e}: {error}", problem.name, method_name(method)))
}

fn lines_of(problem: &mut Problem, method: MethodChoice, faults: &mut Vec<String>) -> Vec<Line> {
    let tolerances = if method == MethodChoice::Exact { &TOLERANCES[..1] } else { &TOLERANCES[..] };
    let mut lines = Vec::new();
    for &tolerance in tolerances {
        match solve_at(problem, method, tolerance) {
            Ok(run) => lines.push(Line { method, tolerance, error: problem.error(&run.final_state), cost: run.statistics }),
            Err(fault) => faults.push(fault),
        }
    }
    lines
}

fn table(problem: &Problem, lines: &[Line]) -> String {
    let mut text = format!("\n## {}\n\nExpected: {}. Floor {:e}.\n\n", problem.name, problem.expectation, problem.floor);
    text.push_str("| method | tolerance | error | steps | rejected | rates | Jacobians | factorisations |\n");
    text.push_str("|---|---|---|---|---|---|---|---|\n");
    for line in lines {
        writeln!(text, "| {} | {} | {:.1e} | {} |", method_name(line.method), line.tolerance_text(), line.error, line.counts())
            .expect("a string takes everything");
    }
    text
}

fn page_path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/work-precision.md")
}

/// What of two lines of the page differs: anything but the error, or the error by more than a factor of 2.
fn differs(pinned: &str, found: &str) -> bool {
    let cells = |line: &str| -> Vec<String> { line.split('|').map(|cell| cell.trim().to_owned()).collect() };
    let (mut pinned, mut found) = (cells(pinned), cells(found));
    if let (Some(Ok(pinned_error)), Some(Ok(found_error))) =
        (pinned.get(3).map(|cell| cell.parse::<f64>()), found.get(3).map(|cell| cell.parse::<f64>()))
    {
        let near = (0.5..=2.0).contains(&(found_error / pinned_error)) || pinned_error.max(found_error) < ROUNDING;
        if near {
            pinned[3].clear();
            found[3].clear();
        }
    }
    pinned != found
}

#[test]
fn errors_follow_the_tolerance_and_costs_are_pinned() {
    let mut page = HEADER.to_owned();
    let mut faults = Vec::new();
    for mut problem in all() {
        let mut lines = Vec::new();
        for (method, bound) in problem.methods.clone() {
            let found = lines_of(&mut problem, method, &mut faults);
            for line in &found {
                let allowed = if method == MethodChoice::Exact { bound } else { (bound * line.tolerance).max(ROUNDING) };
                if line.cost.pivoted_fallbacks > 0 {
                    faults.push(format!("{}: a pivoting factorisation was needed at {:.0e}", problem.name, line.tolerance));
                }
                if line.error > allowed {
                    faults.push(format!("{}, {}: error {:.1e} > {allowed:.1e}", problem.name, method_name(method), line.error));
                }
            }
            // Over three decades: at one tolerance alone, errors of either sign may happen to cancel.
            for four in found.windows(4) {
                if four[3].error > four[0].error.max(ROUNDING) {
                    faults.push(format!("{}, {}: error grows to {:.1e}", problem.name, method_name(method), four[3].error));
                }
            }
            for pair in found.windows(2) {
                if pair[1].cost.steps < pair[0].cost.steps {
                    faults.push(format!("{}, {}: fewer steps at {:.0e}", problem.name, method_name(method), pair[1].tolerance));
                }
            }
            lines.extend(found);
        }
        page.push_str(&table(&problem, &lines));
    }
    if std::env::var_os("UPDATE_WORK_PRECISION").is_some() {
        std::fs::write(page_path(), &page).expect("the page can be written");
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let pinned = std::fs::read_to_string(page_path()).expect("the page is in the project");
    let pairs = pinned.lines().zip(page.lines()).filter(|(pinned, found)| differs(pinned, found));
    let changed: Vec<String> = pairs.map(|(pinned, found)| format!("- {pinned}\n+ {found}")).collect();
    assert!(
        changed.is_empty() && pinned.lines().count() == page.lines().count(),
        "the cost of a method has changed; if that is meant, write docs/work-precision.md anew (its head says how):\n{}",
        changed.join("\n")
    );
}

/// E5's second and third species end at 9e-23, below the rounding of the first at its start (1.76e-3 · 2.2e-16) as it goes through sums of rates
/// times steps. What can be asked is that every value comes out to that rounding, and that the first species does not grow, as it does once the
/// third is negative.
#[test]
fn e5_comes_out_to_the_rounding_of_its_start() {
    let span = Span { start: 0.0, stop: 1e13, samples: vec![1e-3, 1.0, 1e3, 1e5, 1e7, 1e9, 1e11] };
    for tolerance in [1e-4, 1e-6, 1e-8, 1e-10] {
        let options = Options::new(tolerance, vec![tolerance * 1e-18; 4]).with_method(MethodChoice::Stiff);
        let run = solve(&mut e5(), &E5_START, &Schedule::default(), &span, &options).expect("solves");
        for (found, expected) in run.final_state.iter().zip(E5_END) {
            assert!((found - expected).abs() < f64::EPSILON * E5_START[0], "{tolerance}: {:?}", run.final_state);
        }
        assert!(run.series(0).collect::<Vec<_>>().is_sorted_by(|earlier, later| earlier >= later), "{:?}", run.states);
    }
}
