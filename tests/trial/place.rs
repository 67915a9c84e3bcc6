//! A project folder of its own, the program in it, and its tables.
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::copy_project;

/// A receptor model through two arms of two cycles, with blood counts: stiff, so that patients go through the lanes.
const STIFF: &str = include_str!("receptor_counts.yaml");
/// Longest wait for a process; a machine that others use too is slow.
const PATIENCE: Duration = Duration::from_secs(120);

/// How a call ended.
pub struct Ended {
    /// Exit code; `None` where a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Ended {
    pub fn of(output: std::process::Output) -> Ended {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program writes UTF-8");
        let ended = Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) };
        assert!(!ended.err.contains("panicked"), "{}", ended.err);
        ended
    }
}

/// The shipped models and scenarios, and the stiff one of these tests.
pub struct Place {
    folder: TempDir,
}

impl Place {
    pub fn new() -> Place {
        let folder = tempfile::tempdir().unwrap();
        copy_project(folder.path());
        let place = Place { folder };
        place.write("receptor_counts", STIFF);
        place
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The file of a scenario.
    pub fn scenario(&self, name: &str) -> PathBuf {
        self.path().join("scenarios").join(name).join("scenario.yaml")
    }

    fn write(&self, name: &str, text: &str) {
        let file = self.scenario(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }

    /// A scenario like `from`, called `name`, with texts replaced; each must be there.
    pub fn variant(&self, from: &str, name: &str, changes: &[(&str, &str)]) {
        let mut text = std::fs::read_to_string(self.scenario(from)).unwrap();
        for (old, new) in [(&*format!("scenario: {from}\n"), &*format!("scenario: {name}\n"))].iter().chain(changes) {
            assert!(text.contains(old), "{from} does not hold `{old}`");
            text = text.replace(old, new);
        }
        self.write(name, &text);
    }

    /// The program here, without anything of the caller's environment.
    pub fn command(&self, environment: &[(&str, &str)], arguments: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin("rpt"));
        command.current_dir(self.path()).env_clear().envs(environment.iter().copied()).args(arguments);
        command
    }

    /// Runs the program to its end.
    pub fn end(&self, arguments: &[&str]) -> Ended {
        Ended::of(self.command(&[], arguments).output().unwrap())
    }

    /// Runs the program, which must succeed.
    #[track_caller]
    pub fn good(&self, arguments: &[&str]) -> Ended {
        self.good_with(&[], arguments)
    }

    /// As [`Place::good`], with variables of the environment.
    #[track_caller]
    pub fn good_with(&self, environment: &[(&str, &str)], arguments: &[&str]) -> Ended {
        let ended = Ended::of(self.command(environment, arguments).output().unwrap());
        assert_eq!(ended.code, Some(0), "{environment:?} {arguments:?}: {}{}", ended.out, ended.err);
        ended
    }

    /// Starts the program, waits until `enough` holds, and sends it a signal. The program must still be at work then.
    #[cfg(unix)]
    pub fn stop_when(&self, arguments: &[&str], enough: impl Fn() -> bool, signal: &str) -> Ended {
        let mut child = self.command(&[], arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let begun = Instant::now();
        while !enough() {
            assert!(child.try_wait().unwrap().is_none(), "{arguments:?} ended before it could be stopped");
            assert!(begun.elapsed() < PATIENCE, "{arguments:?} did not get there");
            std::thread::sleep(Duration::from_millis(1));
        }
        let sent = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        wait(child)
    }

    /// The unfinished runs of a scenario below the folder `runs`.
    pub fn partial(&self, runs: &str, scenario: &str) -> Vec<PathBuf> {
        below(&self.path().join(runs).join(scenario)).into_iter().filter(|path| path.to_string_lossy().ends_with(".partial")).collect()
    }

    /// The finished blocks of the unfinished runs of a scenario, sorted.
    pub fn blocks(&self, runs: &str, scenario: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for partial in self.partial(runs, scenario) {
            for folder in below(&partial.join("checkpoints")) {
                found.extend(below(&folder).into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "block")));
            }
        }
        found
    }
}

fn wait(mut child: Child) -> Ended {
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begun.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("the program did not end");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Ended::of(child.wait_with_output().unwrap())
}

/// What lies in a folder, sorted; nothing where there is none.
fn below(folder: &Path) -> Vec<PathBuf> {
    // a file may go while the folder is read: the program is at work
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut found: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    found.sort();
    found
}

/// The only run of a scenario below `runs`, which must be finished.
#[track_caller]
pub fn only(place: &Place, runs: &str, scenario: &str) -> PathBuf {
    let found = below(&place.path().join(runs).join(scenario));
    assert!(found.len() == 1 && !found[0].to_string_lossy().ends_with(".partial"), "{found:?}");
    found[0].clone()
}

/// Tables and figures of a run by name: all that it computes.
pub fn files(run: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for part in ["tables", "figures"] {
        for path in below(&run.join(part)) {
            found.insert(format!("{part}/{}", path.file_name().unwrap().to_str().unwrap()), std::fs::read(path).unwrap());
        }
    }
    found
}

/// A row of a table, by the names of its columns.
pub type Row = BTreeMap<String, String>;

/// The rows of a table of a run.
pub fn csv(run: &Path, table: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(run.join("tables").join(format!("{table}.csv"))).unwrap();
    let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let row = |record: csv::StringRecord| names.iter().cloned().zip(record.iter().map(str::to_owned)).collect();
    reader.records().map(|record| row(record.unwrap())).collect()
}

/// A number of a row.
#[track_caller]
pub fn number(row: &Row, column: &str) -> f64 {
    row.get(column).unwrap_or_else(|| panic!("no column {column} in {row:?}")).parse().unwrap_or_else(|_| panic!("{column} in {row:?}"))
}
