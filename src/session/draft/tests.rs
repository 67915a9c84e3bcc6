//! Changes made to shipped scenarios.
use super::*;
use crate::session::fitting::RowState;
use crate::session::scenario::Scenario;
use std::path::{Path, PathBuf};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name).join("scenario.yaml")
}

fn look_of(name: &str, edits: &[Edit]) -> Result<Look, (usize, String)> {
    let file = file(name);
    look(&file, &std::fs::read_to_string(&file).unwrap(), edits)
}

fn set(path: &str, field: Field, words: &str) -> Edit {
    Edit::Set { path: path.into(), field, words: words.into() }
}

#[test]
fn the_rows_of_p12_are_shown_as_they_stand_in_its_file() {
    let look = look_of("p12_spect", &[]).unwrap();
    let data = look.data.unwrap();
    assert_eq!((data.rows.len(), data.problems.len()), (9, 0));
    // the first row of tac_p12_cycle1.csv
    let text = std::fs::read_to_string(file("p12_spect").with_file_name("tac_p12_cycle1.csv")).unwrap();
    let first: Vec<&str> = text.lines().nth(1).unwrap().split(',').collect();
    let row = data.rows.iter().find(|row| row.line == 2).unwrap();
    assert!(first.contains(&row.channel.as_str()));
    assert!(first.iter().any(|cell| cell.parse() == Ok(row.value.unwrap())));
    assert!(first.iter().any(|cell| cell.parse() == Ok(row.time.unwrap())));
    assert_eq!((row.unit.as_str(), &row.state), ("MBq", &RowState::Used));
    assert!(data.tables[0].understood.iter().any(|line| line.contains("as measured, not decay-corrected")));
    let fit = look.fit.unwrap();
    // in the order of the file
    assert_eq!(fit.groups, [("liver".into(), 3), ("spleen".into(), 3), ("left_kidney".into(), 3)]);
    assert_eq!(fit.parameters[0].path, "{channel}.uptake");
    assert_eq!((fit.parameters[1].bounds.as_str(), fit.parameters[1].scale.as_str()), ("0.5 h to 159.5 h", "log"));
}

#[test]
fn a_line_left_out_is_shown_with_its_reason_and_comes_back() {
    let out = Edit::Exclude { table: 0, line: 3, reason: "patient moved, \"blurred\"".into() };
    let look = look_of("p12_spect", std::slice::from_ref(&out)).unwrap();
    assert!(look.text.contains(r#"exclude: [{line: 3, reason: "patient moved, \"blurred\""}]"#), "{}", look.text);
    let row = |look: &Look| look.data.as_ref().unwrap().rows.iter().find(|row| row.line == 3).unwrap().clone();
    assert_eq!(row(&look).state, RowState::Excluded("patient moved, \"blurred\"".into()));
    assert_eq!(look.fit.as_ref().unwrap().groups.iter().map(|(_, count)| count).sum::<usize>(), 8);
    let back = look_of("p12_spect", &[out, Edit::Include { table: 0, line: 3 }]).unwrap();
    assert_eq!(row(&back).state, RowState::Used);
    let nothing = look_of("p12_spect", &[Edit::Include { table: 0, line: 3 }]).unwrap_err();
    assert_eq!(nothing, (0, "the scenario does not leave out line 3".into()));
}

#[test]
fn a_line_that_the_file_leaves_out_can_be_taken_in() {
    // the shipped scenario leaves out a line itself
    let before = look_of("psma_ga68_scan", &[]).unwrap();
    let data = before.data.unwrap();
    let row = data.rows.iter().find(|row| matches!(row.state, RowState::Excluded(_))).unwrap();
    let after = look_of("psma_ga68_scan", &[Edit::Include { table: row.table, line: row.line }]).unwrap();
    let again = after.data.unwrap();
    assert!(again.rows.iter().filter(|other| other.line == row.line).all(|row| row.state.is_used()));
}

#[test]
fn parameters_are_changed_as_the_scenario_language_has_it() {
    let edits = [
        set("ke", Field::Start, "0.1 1/h"),
        set("ke", Field::Bounds, "0.01 1/h, 1 1/h"),
        set("ka", Field::Scale, "natural"),
        Edit::LeaveOut { path: "cl".into() },
    ];
    let look = look_of("theophylline", &edits).unwrap();
    let fit = look.fit.unwrap();
    let named = |path: &str| fit.parameters.iter().find(|parameter| parameter.path == path).unwrap();
    assert_eq!((named("ke").start.as_str(), named("ke").own_start), ("0.1 1/h", true));
    assert_eq!(named("ke").bounds, "0.01 1/h to 1 1/h");
    assert_eq!(named("ka").scale, "natural");
    assert!(!named("cl").fitted && named("ke").fitted);
    let (scenario, _) = Scenario::load_text(&file("theophylline"), look.text, &[]).unwrap();
    assert_eq!(scenario.fit.unwrap().parameters.len(), 2);
}

#[test]
fn a_prior_without_a_source_says_that_it_is_assumed() {
    let prior = [set("A1", Field::Prior, "mean: 2 mg/L, sd: 1 mg/L")];
    let (position, words) = look_of("indometacin", &prior).unwrap_err();
    // unweighted least squares has no size, as docs/scenarios.md says of priors
    assert_eq!(position, 0);
    assert!(words.contains("priors") || words.contains("prior"), "{words}");
    let mapped = look_of("theophylline", &[set("ke", Field::Prior, "median: 0.1 1/h, cv: 30 %")]).unwrap_err();
    assert!(mapped.1.contains("variance") || mapped.1.contains("error model"), "{}", mapped.1);
    let text =
        applied(&std::fs::read_to_string(file("p12_spect")).unwrap(), &[set("{channel}.uptake", Field::Prior, "{median: 0.01, cv: 50 %}")]);
    assert!(text.unwrap().contains("prior: {median: 0.01, cv: 50 %, provenance: assumed}"));
}

#[test]
fn what_the_reader_refuses_is_said_in_its_words() {
    let (position, words) = look_of("theophylline", &[set("ke", Field::Start, "3 mg")]).unwrap_err();
    assert_eq!(position, 0);
    assert!(words.contains("the start value must be per time"), "{words}");
    let (_, words) = look_of("theophylline", &[set("ke", Field::Bounds, "1 1/h, 0.1 1/h")]).unwrap_err();
    assert!(words.contains("lower bound"), "{words}");
    let (_, words) = look_of("theophylline", &[Edit::Add { path: "nonsense".into() }]).unwrap_err();
    assert!(words.contains("no parameter `nonsense`"), "{words}");
}

#[test]
fn priors_of_a_population_are_shown_beside_the_parameters() {
    let look = look_of("psma_ga68_scan", &[]).unwrap();
    let fit = look.fit.unwrap();
    let kidneys = fit.parameters.iter().find(|parameter| parameter.path == "kidneys.density").unwrap();
    // population.yaml beside it: `kidneys.density: {median: 29.46 nmol/L, cv: 34 %}`
    assert!(kidneys.prior.starts_with("log-normal, median 29.5 nmol/L, CV 34 % (population"), "{}", kidneys.prior);
}

/// The states that the README beside the tables tells of.
#[test]
fn rows_of_imaging_and_blood_say_what_is_done_with_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = root.join("tests/data/imaging_and_blood/scenario.yaml");
    let text = std::fs::read_to_string(&file).unwrap().replace("../../models", &root.join("models").display().to_string());
    let look = super::look(&file, &text, &[]).unwrap();
    let data = look.data.unwrap_or_else(|| panic!("{}", look.faults));
    let lines = |table: usize, wanted: &dyn Fn(&RowState) -> bool| -> Vec<u64> {
        data.rows.iter().filter(|row| row.table == table && wanted(&row.state)).map(|row| row.line).collect()
    };
    assert_eq!((data.tables.len(), data.rows.len()), (2, 14));
    let by_table = |state: &RowState| *state == RowState::ExcludedByTable("urine in the renal pelvis".into());
    assert_eq!((lines(0, &by_table), lines(0, &|state| *state == RowState::BelowLimit)), (vec![3], vec![10]));
    let by_scenario = |state: &RowState| *state == RowState::Excluded("haemolytic".into());
    assert_eq!((lines(1, &by_scenario), lines(1, &|state| *state == RowState::BelowLimit)), (vec![5], vec![6, 7]));
    // line 5 of imaging.csv: 190 MBq over a recovery of 0.9, 5 % of it
    let kidneys = data.rows.iter().find(|row| (row.table, row.line) == (0, 5)).unwrap();
    assert_eq!((kidneys.as_read, kidneys.read_unit.as_deref(), kidneys.unit.as_str()), (Some(190.0), Some("MBq"), "MBq"));
    assert!((kidneys.value.unwrap() - 190.0 / 0.9).abs() < 1e-9 && (kidneys.sd.unwrap() - 0.05 * 190.0 / 0.9).abs() < 1e-9);
    // times of the blood count from the end of an infusion of 10 min
    let blood = data.rows.iter().find(|row| (row.table, row.line) == (1, 2)).unwrap();
    assert_eq!((blood.time, blood.read_unit.as_deref()), (Some(5.0), Some("cps")));
    assert!((blood.time_h.unwrap() - 15.0 / 60.0).abs() < 1e-12);
}

#[test]
fn a_scenario_without_data_and_one_that_is_broken_are_shown() {
    let look = look_of("psma_it_p1", &[]).unwrap();
    assert!(look.data.is_none() && look.fit.is_none() && look.faults.is_empty());
    let broken = super::look(&file("p12_spect"), "scenario: x\nmodel: nowhere.yaml\n", &[]).unwrap();
    assert!(broken.faults.contains("nowhere.yaml"), "{}", broken.faults);
}

#[test]
fn a_row_that_cannot_be_read_is_refused_and_the_others_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(file("p12_spect")).unwrap();
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let text = text.replace("../../models", &models.display().to_string());
    let table = std::fs::read_to_string(file("p12_spect").with_file_name("tac_p12_cycle1.csv")).unwrap();
    let lines: Vec<String> =
        table
            .lines()
            .enumerate()
            .map(|(position, line)| {
                if position == 3 {
                    line.rsplit_once(',').map_or(line.into(), |(rest, _)| format!("{rest},blurred"))
                } else {
                    line.to_owned()
                }
            })
            .collect();
    std::fs::write(folder.path().join("tac_p12_cycle1.csv"), lines.join("\n")).unwrap();
    let look = super::look(&folder.path().join("scenario.yaml"), &text, &[]).unwrap();
    let data = look.data.unwrap();
    assert_eq!(data.rows.len(), 9);
    let refused: Vec<u64> = data.rows.iter().filter(|row| matches!(row.state, RowState::Refused(_))).map(|row| row.line).collect();
    assert_eq!(refused, [4]);
    assert!(data.problems.iter().any(|problem| problem.contains(":4:") && problem.contains("blurred")), "{:?}", data.problems);
}
