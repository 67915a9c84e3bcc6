//! A museum of mistakes: every file of `tests/broken` with the exact text that a physicist gets to read.
//! A changed message shows up here as a changed snapshot under `tests/snapshots`; read it before accepting it.
use std::path::Path;

use rptbench::model::{self, yaml::YamlFile};

/// What `read` says about a text: all faults as rendered, whether it is a model or not.
fn says(name: &str, text: &str) -> String {
    let file = match YamlFile::parse(name, text.to_string()) {
        Ok(file) => file,
        Err(faults) => return faults.to_string(),
    };
    match model::read(&file, &[]) {
        Ok((_, faults)) => format!("a model\n\n{faults}"),
        Err(faults) => faults.to_string(),
    }
}

#[test]
fn every_broken_file_says_what_is_wrong_and_how_to_mend_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    assert!(files.len() >= 14, "{} broken files", files.len());
    for path in files {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let said = says(&format!("{name}.yaml"), &text);
        assert!(said.contains("error") || said.contains("warning"), "{name} is not broken:\n{said}");
        insta::assert_snapshot!(name, said);
    }
}

#[test]
fn problems_are_sorted_by_their_place() {
    let text = include_str!("broken/several_problems.yaml");
    let file = YamlFile::parse("several_problems.yaml", text.to_string()).unwrap();
    let faults = model::read(&file, &[]).unwrap_err();
    let starts: Vec<usize> = faults.iter().filter_map(|fault| fault.place.as_ref()).map(|place| place.start).collect();
    assert!(starts.len() >= 8, "{faults}");
    assert!(starts.is_sorted(), "{starts:?}");
}
