//! The same bytes on any number of threads, by any instruction set, after a kill, after Ctrl-C, after blocks were broken.
use std::collections::BTreeMap;

use rptbench::math::InstructionSet;

use crate::{Place, files, only};

/// Features without which glibc chooses other versions of `exp`, `log`, `pow`, `sin`.
#[cfg(all(target_arch = "x86_64", target_os = "linux", target_env = "gnu"))]
const WITHOUT_FMA: &str = "glibc.cpu.hwcaps=-AVX2,-FMA,-AVX2_Usable,-FMA_Usable";

/// A scenario and how many patients it is done with: several blocks of 64 and a shorter one.
#[derive(Clone, Copy)]
struct Case {
    scenario: &'static str,
    patients: &'static str,
    blocks: usize,
}

/// Exact solution of a linear model; 31 blocks of 64 and one of 16. Its rows are few enough for a CSV beside the Parquet.
const LINEAR: Case = Case { scenario: "trial_null", patients: "2000", blocks: 32 };
/// A stiff model with blood counts in the lanes; blocks of 64, 64 and 2.
const STIFF: Case = Case { scenario: "receptor_counts", patients: "130", blocks: 3 };

impl Case {
    /// `rpt trial` into the folder `runs`.
    fn arguments<'a>(&'a self, path: &'a str, runs: &'a str, more: &[&'a str]) -> Vec<&'a str> {
        [&["trial", path, "--patients", self.patients, "--runs", runs][..], more].concat()
    }
}

#[track_caller]
fn same(what: &str, found: &BTreeMap<String, Vec<u8>>, expected: &BTreeMap<String, Vec<u8>>) {
    assert!(found.keys().eq(expected.keys()), "{what}: {:?} v {:?}", found.keys(), expected.keys());
    for (name, bytes) in found {
        assert!(bytes == &expected[name], "{what}: {name} has other bytes");
    }
}

/// All ways to the same bytes; the first way is one thread without anything in between.
fn all_ways(case: Case) {
    let place = Place::new();
    let path = format!("scenarios/{}", case.scenario);
    let run = |runs: &str| files(&only(&place, runs, case.scenario));
    place.good(&case.arguments(&path, "one", &["--threads", "1"]));
    let expected = run("one");
    for table in ["tables/cohort.csv", "tables/virtual_patients.csv", "tables/virtual_patients.parquet", "tables/cohort_differences.csv"] {
        assert!(expected[table].len() > 200, "{table}");
    }
    place.good(&case.arguments(&path, "two", &["--threads", "2"]));
    same("two threads", &run("two"), &expected);
    for set in InstructionSet::available() {
        let runs = format!("by_{}", set.name());
        place.good_with(&[("RPT_INSTRUCTION_SET", set.name())], &case.arguments(&path, &runs, &["--threads", "2"]));
        same(set.name(), &run(&runs), &expected);
    }
    #[cfg(all(target_arch = "x86_64", target_os = "linux", target_env = "gnu"))]
    {
        place.good_with(&[("GLIBC_TUNABLES", WITHOUT_FMA)], &case.arguments(&path, "masked", &["--threads", "2"]));
        same("without the system's fast mathematics", &run("masked"), &expected);
    }
    #[cfg(unix)]
    {
        killed(&place, case, &path, &expected);
        cancelled(&place, case, &path, &expected);
    }
}

#[cfg(unix)]
fn killed(place: &Place, case: Case, path: &str, expected: &BTreeMap<String, Vec<u8>>) {
    let blocks = || place.blocks("killed", case.scenario).len();
    let ended = place.stop_when(&case.arguments(path, "killed", &["--threads", "1"]), || blocks() >= 1, "KILL");
    assert_eq!(ended.code, None, "ended by the signal");
    let kept = blocks();
    assert!((1..case.blocks).contains(&kept), "{kept} blocks: it was killed while blocks were being made");
    let partial = place.partial("killed", case.scenario);
    assert!(!partial[0].join("manifest.yaml").exists(), "nobody was there to write one");
    // another number of threads is the same work
    let again = place.good(&case.arguments(path, "killed", &["--threads", "2", "--resume"]));
    let words = format!(" of {} virtual patients were taken over from the run that was stopped", case.patients);
    assert!(again.out.contains(&format!("{}{words}", kept * 64)), "{}", again.out);
    let run = only(place, "killed", case.scenario);
    assert!(!run.join("checkpoints").exists());
    same("killed and resumed", &files(&run), expected);
}

#[cfg(unix)]
fn cancelled(place: &Place, case: Case, path: &str, expected: &BTreeMap<String, Vec<u8>>) {
    let arguments = case.arguments(path, "cancelled", &["--threads", "1"]);
    let ended = place.stop_when(&arguments, || !place.blocks("cancelled", case.scenario).is_empty(), "INT");
    assert_eq!(ended.code, Some(130), "{}", ended.err);
    assert!(ended.err.contains("cancelled after ") && ended.err.contains("--resume"), "{}", ended.err);
    let partial = place.partial("cancelled", case.scenario);
    assert_eq!(partial.len(), 1);
    assert!(std::fs::read_to_string(partial[0].join("manifest.yaml")).unwrap().contains("status: cancelled"));
    place.good(&case.arguments(path, "cancelled", &["--threads", "2", "--resume"]));
    same("cancelled and resumed", &files(&only(place, "cancelled", case.scenario)), expected);
}

#[test]
fn a_linear_trial_has_the_same_bytes_whatever_happens_on_the_way() {
    all_ways(LINEAR);
}

#[test]
fn a_stiff_trial_with_counts_has_the_same_bytes_whatever_happens_on_the_way() {
    all_ways(STIFF);
}

/// Ctrl-C when all patients are done and figures are being drawn: marked as what it is, and taken up again.
#[cfg(unix)]
#[test]
fn a_trial_that_is_cancelled_while_it_draws_says_so_and_is_taken_up() {
    let place = Place::new();
    let arguments = ["trial", "scenarios/trial_null", "--patients", "130"];
    place.good(&[&arguments[..], &["--runs", "whole"]].concat());
    let first_figure = || place.partial("runs", "trial_null").iter().any(|partial| partial.join("figures/cohort.yaml").exists());
    let ended = place.stop_when(&arguments, first_figure, "INT");
    assert_eq!(ended.code, Some(130), "{}", ended.err);
    assert!(ended.err.contains("cancelled while drawing") && ended.err.contains("marked cancelled in runs/trial_null/"), "{}", ended.err);
    let partial = place.partial("runs", "trial_null");
    assert!(std::fs::read_to_string(partial[0].join("manifest.yaml")).unwrap().contains("status: cancelled"));
    let again = place.good(&[&arguments[..], &["--resume"]].concat());
    assert!(again.out.contains("130 of 130 virtual patients were taken over"), "{}", again.out);
    same("resumed", &files(&only(&place, "runs", "trial_null")), &files(&only(&place, "whole", "trial_null")));
}

/// Blocks cut short, changed in one bit, or under another's name are told of, done again, and change nothing.
#[cfg(unix)]
#[test]
fn broken_blocks_are_told_of_and_done_again() {
    let place = Place::new();
    let path = "scenarios/trial_null";
    place.good(&LINEAR.arguments(path, "whole", &["--threads", "1"]));
    let arguments = LINEAR.arguments(path, "runs", &["--threads", "1"]);
    place.stop_when(&arguments, || place.blocks("runs", "trial_null").len() >= 4, "KILL");
    let blocks = place.blocks("runs", "trial_null");
    assert!((4..LINEAR.blocks).contains(&blocks.len()), "{} blocks", blocks.len());
    let bytes = |number: usize| std::fs::read(&blocks[number]).unwrap();
    let mut flipped = bytes(1);
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0x10;
    let cut = bytes(0)[..middle].to_vec();
    let other = bytes(3);
    for (number, broken) in [(0, &cut), (1, &flipped), (2, &other)] {
        std::fs::write(&blocks[number], broken).unwrap();
    }
    // one that was being written when the run was killed
    std::fs::write(blocks[0].with_file_name("000009.writing"), &cut).unwrap();
    let again = place.good(&LINEAR.arguments(path, "runs", &["--threads", "2", "--resume"]));
    let run = only(&place, "runs", "trial_null");
    let report = std::fs::read_to_string(run.join("report.md")).unwrap();
    for text in [&again.out, &report] {
        for (number, what) in [(0, "is not whole"), (1, "is not whole"), (2, "is block 3 under another name")] {
            let found = text.lines().find(|line| line.contains(&format!("block {number} (")));
            let line = found.unwrap_or_else(|| panic!("block {number} is not told of: {text}"));
            assert!(line.contains(what) && line.contains("its patients were done again"), "{line}");
        }
    }
    let taken_over = 64 * (blocks.len() - 3);
    assert!(again.out.contains(&format!("{taken_over} of 2000 virtual patients were taken over")), "{}", again.out);
    same("after broken blocks", &files(&run), &files(&only(&place, "whole", "trial_null")));
}

/// The work goes on for the same patients only: other options are another run.
#[cfg(unix)]
#[test]
fn another_trial_is_not_taken_up() {
    let place = Place::new();
    let path = "scenarios/trial_null";
    place.stop_when(&LINEAR.arguments(path, "runs", &["--threads", "1"]), || !place.blocks("runs", "trial_null").is_empty(), "KILL");
    for other in [&["--seed", "5"][..], &["--set", "kidneys.uptake=0.03"]] {
        let ended = place.end(&LINEAR.arguments(path, "runs", &[other, &["--resume"]].concat()));
        assert_eq!(ended.code, Some(2), "{}", ended.err);
        assert!(ended.err.contains("there is nothing to resume"), "{}", ended.err);
    }
    let ended = place.end(&["trial", path, "--patients", "1999", "--resume"]);
    assert!(ended.code == Some(2) && ended.err.contains("there is nothing to resume"), "{}", ended.err);
}

/// `rpt power` is resumed too: the pool of each hypothesis is kept in blocks.
#[cfg(unix)]
#[test]
fn power_that_was_killed_ends_with_the_same_bytes() {
    let place = Place::new();
    let arguments = |runs: &'static str| ["power", "scenarios/trial_null", "--patients", "2000", "--replicates", "60", "--runs", runs];
    place.good(&arguments("whole"));
    // into the second of the four hypotheses
    let enough = || place.blocks("runs", "trial_null").len() >= LINEAR.blocks + 2;
    let ended = place.stop_when(&arguments("runs"), enough, "KILL");
    assert_eq!(ended.code, None);
    assert!(place.blocks("runs", "trial_null").len() < 4 * LINEAR.blocks);
    place.good(&[&arguments("runs")[..], &["--resume", "--threads", "1"]].concat());
    let found = files(&only(&place, "runs", "trial_null"));
    assert!(found.contains_key("tables/power.csv") && found.contains_key("tables/sample_size.csv"));
    same("power resumed", &found, &files(&only(&place, "whole", "trial_null")));
}
