//! What is wrong in the text, found by the readers that every verb uses, as marks at line and column.
//!
//! [`diagnose`] reads a whole file and whatever it names: it belongs into a job, not between two keys.

use std::path::Path;

use crate::model::Model;
use crate::model::diagnostic::{Fault, Faults, Severity};
use crate::model::yaml::YamlFile;
use crate::session::fitting::check_data;
use crate::session::scenario::Scenario;

/// What a text is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    /// A model file.
    Model,
    /// A scenario file: also regimen rules and the columns of its data.
    Scenario,
}

impl DocumentKind {
    /// What a text seems to be: a scenario says `scenario:` at its beginning of a line.
    #[must_use]
    pub fn of(text: &str) -> DocumentKind {
        let is_scenario = text.trim_start_matches('\u{feff}').lines().any(|line| line.starts_with("scenario:"));
        if is_scenario { DocumentKind::Scenario } else { DocumentKind::Model }
    }
}

/// A problem at its place. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// Its line.
    pub line: usize,
    /// Its first column.
    pub column: usize,
    /// The column behind it, on the same line.
    pub end: usize,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// How to mend it; may be empty.
    pub help: String,
}

/// What reading a text gave.
#[derive(Debug, Clone, Default)]
pub struct Diagnosis {
    /// All problems in the order of their places.
    pub problems: Vec<Marked>,
    /// The model (of the scenario, too) where it could be read: for hover and graph.
    pub model: Option<Box<Model>>,
    /// `2 errors, 1 warning`, `no problems`.
    pub summary: String,
    /// The scenario where the text is one that could be read; its model is [`Diagnosis::model`].
    pub scenario: Option<Box<Scenario>>,
    /// What was read beside the problems: warnings and notes as the checker words them.
    pub faults: Faults,
}

/// Reads a text as the file at `path` would be read, and gives all its problems.
#[must_use]
pub fn diagnose(kind: DocumentKind, path: &Path, text: &str) -> Vec<Marked> {
    examine(kind, path, text).problems
}

/// As [`diagnose`], with the model that was read on the way.
#[must_use]
pub fn examine(kind: DocumentKind, path: &Path, text: &str) -> Diagnosis {
    let mut scenario_read = None;
    let (model, faults) = match kind {
        DocumentKind::Model => read_model(path, text),
        DocumentKind::Scenario => match Scenario::load_text(path, text.to_owned(), &[]) {
            Ok((scenario, mut faults)) => {
                match check_data(&scenario) {
                    Ok(warnings) => warnings.into_iter().for_each(|warning| {
                        faults.warning(None, warning);
                    }),
                    Err(failed) => failed.sentence.lines().for_each(|line| {
                        faults.error(None, line);
                    }),
                }
                let model = scenario.model.clone();
                scenario_read = Some(Box::new(scenario));
                (Some(model), faults)
            }
            Err(faults) => (None, faults),
        },
    };
    let own = path.display().to_string();
    let mut problems: Vec<Marked> = faults.iter().map(|fault| marked(fault, &own, text)).collect();
    problems.sort_by_key(|problem| (problem.line, problem.column));
    Diagnosis { problems, model: model.map(Box::new), summary: faults.summary(), scenario: scenario_read, faults }
}

fn read_model(path: &Path, text: &str) -> (Option<Model>, Faults) {
    let read = YamlFile::parse(&path.display().to_string(), text.to_owned()).and_then(|file| crate::model::read(&file, &[]));
    match read {
        Ok((model, faults)) => (Some(model), faults),
        Err(faults) => (None, faults),
    }
}

fn marked(fault: &Fault, own: &str, text: &str) -> Marked {
    let mut message = fault.message.clone();
    let (line, column, end) = match &fault.place {
        Some(place) if place.file.name == own => {
            let (line, column) = place.line_column();
            let (last, end) = place.end_line_column();
            let length = place.file.line(line).chars().count();
            (line, column, if last == line { end.max(column + 1) } else { (length + 1).max(column + 1) })
        }
        elsewhere => {
            // a fault of a file that this one names stands at the line that names it, one without a place at the beginning
            let named = elsewhere.as_ref().and_then(|place| {
                message = format!("{place}: {message}");
                let file = Path::new(&place.file.name).file_name()?.to_string_lossy().into_owned();
                text.lines().position(|line| line.contains(&file) && !line.trim_start().starts_with('#'))
            });
            let index = named.unwrap_or(0);
            let length = text.lines().nth(index).map_or(0, |line| line.trim_start_matches('\u{feff}').chars().count());
            (index + 1, 1, length.max(1) + 1)
        }
    };
    if let Some(label) = &fault.label {
        message = format!("{message}: {label}");
    }
    if let Some(lint) = fault.lint {
        message = format!("{message} [{lint}]");
    }
    Marked { line, column, end, severity: fault.severity, message, help: fault.help.join("; ") }
}

/// The next problem behind a line and column (from 1), else the first; with `forward` false the one before, else the last.
#[must_use]
pub fn neighbour(problems: &[Marked], (line, column): (usize, usize), forward: bool) -> Option<&Marked> {
    let place = |problem: &&Marked| (problem.line, problem.column);
    if forward {
        problems.iter().find(|problem| place(problem) > (line, column)).or(problems.first())
    } else {
        problems.iter().rev().find(|problem| place(problem) < (line, column)).or(problems.last())
    }
}

/// The problem under a line and column, else the worst of the line.
#[must_use]
pub fn at(problems: &[Marked], (line, column): (usize, usize)) -> Option<&Marked> {
    let here = || problems.iter().filter(move |problem| problem.line == line);
    here()
        .filter(|problem| (problem.column..=problem.end).contains(&column))
        .min_by_key(|problem| problem.severity)
        .or(here().min_by_key(|problem| problem.severity))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Line and column of every fault as `tests/snapshots/broken_files__*.snap` shows them to people.
    fn shown(snapshot: &str) -> Vec<(usize, usize)> {
        let places = snapshot.lines().filter_map(|line| line.trim_start().strip_prefix("--> "));
        let number = |text: Option<&str>| text.and_then(|text| text.parse().ok()).unwrap_or(0);
        places
            .map(|place| {
                let mut parts = place.rsplit(':');
                let column = number(parts.next());
                (number(parts.next()), column)
            })
            .collect()
    }

    #[test]
    fn every_broken_file_is_marked_where_the_command_line_shows_it() {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
        let mut seen = 0;
        for entry in std::fs::read_dir(tests.join("broken")).expect("the folder of broken files") {
            let path = entry.expect("an entry").path();
            if path.extension().is_none_or(|extension| extension != "yaml") {
                continue;
            }
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            let snapshot = std::fs::read_to_string(tests.join(format!("snapshots/broken_files__{name}.snap"))).expect("its snapshot");
            let text = std::fs::read_to_string(&path).expect("its text");
            let problems = diagnose(DocumentKind::Model, Path::new(&format!("{name}.yaml")), &text);
            let mut expected = shown(&snapshot);
            expected.sort_unstable();
            let found: Vec<(usize, usize)> = problems.iter().map(|problem| (problem.line, problem.column)).collect();
            assert_eq!(found, expected, "{name}");
            assert!(problems.iter().all(|problem| problem.end > problem.column), "{name}");
            seen += 1;
        }
        assert!(seen >= 14, "{seen} broken files");
    }

    #[test]
    fn problems_are_met_in_order_and_round_the_end() {
        let text = include_str!("../../../tests/broken/several_problems.yaml");
        let problems = diagnose(DocumentKind::of(text), Path::new("several_problems.yaml"), text);
        let first = neighbour(&problems, (1, 1), true).expect("a problem");
        assert_eq!((first.line, first.column, first.end), (2, 10, 16), "Lu-178");
        let second = neighbour(&problems, (2, 10), true).expect("a problem");
        assert_eq!((second.line, second.column, second.help.as_str()), (4, 22, "did you mean `kg`?"));
        assert_eq!(neighbour(&problems, (99, 1), true).expect("a problem").line, 2);
        assert_eq!(neighbour(&problems, (2, 10), false).expect("a problem").line, 16);
        assert_eq!(at(&problems, (5, 43)).expect("a problem").column, 41, "the one under the cursor, not the first of the line");
    }

    #[test]
    fn a_broken_model_of_a_scenario_is_marked_where_it_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("m.yaml"), include_str!("../../../tests/broken/wrong_unit.yaml")).expect("written");
        let text = "scenario: s\nmodel: m.yaml\nsolve: {until: 1 h}\n";
        let problems = diagnose(DocumentKind::of(text), &folder.path().join("scenario.yaml"), text);
        assert!(problems.iter().any(|problem| problem.line == 2 && problem.message.contains("m.yaml:")), "{problems:?}");
    }

    #[test]
    fn a_sound_model_comes_with_itself() {
        let text = include_str!("../../../models/two_compartment_iv.yaml");
        let found = examine(DocumentKind::Model, Path::new("m.yaml"), text);
        assert_eq!(found.model.map(|model| model.state_count()), Some(3));
        assert!(found.problems.iter().all(|problem| problem.severity != Severity::Error));
    }
}
