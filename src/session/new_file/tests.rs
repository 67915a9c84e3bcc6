//! Files to start from pass the checker, for every shipped model, and never replace anything.

use super::*;
use crate::model::diagnostic::Faults;
use crate::session::fitting::check_data;

fn read_model(path: &Path) -> Result<(Model, Faults), Faults> {
    let file = YamlFile::read(path)?;
    crate::model::read(&file, &[])
}

#[test]
fn a_new_model_passes_the_checker_without_a_word() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = new_file(folder.path(), NewFile::Model, "my_model", None).expect("written");
    assert_eq!(path, folder.path().join("models/my_model.yaml"));
    let (model, faults) = read_model(&path).expect("sound");
    assert!(faults.is_empty(), "{faults}");
    assert_eq!(model.name, "my_model");
    // every constant says where it comes from
    assert!(model.parameters.iter().all(|one| one.origin.provenance.is_some() || one.origin.source.is_some()));
}

#[test]
fn a_new_scenario_comes_with_its_model_and_gives_doses() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = new_file(folder.path(), NewFile::Scenario, "my-patient", None).expect("written");
    let (scenario, faults) = Scenario::load(&path, &[]).expect("sound");
    assert!(faults.is_empty(), "{faults}");
    assert_eq!(check_data(&scenario).expect("no data").len(), 0);
    assert_eq!(scenario.targets.len(), 2, "kidneys and liver");
    assert!(scenario.administrations.iter().all(|given| given.assumed));
    assert!(folder.path().join("models/my-patient.yaml").is_file());
}

#[test]
fn what_stands_there_as_a_comment_is_right_when_it_is_taken_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = new_file(folder.path(), NewFile::Scenario, "one", None).expect("written");
    std::fs::write(path.with_file_name("imaging.csv"), "time_h,region,value\n4,kidneys,50\n24,kidneys,41\n96,kidneys,20\n")
        .expect("written");
    let text = std::fs::read_to_string(&path).expect("read");
    let keys = ["# data:", "# fit:", "  # values:", "    # tumour:"];
    let taken_in = |line: &str| {
        let is_part = keys.iter().any(|key| line.starts_with(key)) || line.starts_with("#   ") || line.starts_with("  #   ");
        if is_part { line.replacen("# ", "", 1) } else { line.to_owned() }
    };
    let text: Vec<String> = text.lines().map(taken_in).collect();
    let (scenario, faults) = Scenario::load_text(&path, text.join("\n"), &[]).unwrap_or_else(|faults| panic!("{faults}"));
    assert!(scenario.data.is_some() && scenario.fit.is_some() && scenario.targets.len() == 3);
    assert!(faults.is_empty(), "{faults}");
    check_data(&scenario).expect("the data can be fitted");
}

#[test]
fn every_shipped_model_can_be_begun_with() {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("models")).expect("made");
    let mut seen = 0;
    for entry in std::fs::read_dir(models).expect("the models") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        if path.extension().is_none_or(|ending| ending != "yaml") {
            continue;
        }
        std::fs::copy(&path, folder.path().join("models").join(format!("{name}.yaml"))).expect("copied");
        let begun = new_file(folder.path(), NewFile::Scenario, &format!("of_{name}"), Some(&name));
        let path = begun.unwrap_or_else(|error| panic!("{name}: {error}"));
        let loaded = Scenario::load(&path, &[]);
        assert!(loaded.is_ok(), "{name}: {}", loaded.err().map(|faults| faults.to_string()).unwrap_or_default());
        seen += 1;
    }
    assert!(seen >= 20, "{seen} models");
}

#[test]
fn what_is_there_is_never_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    for what in [NewFile::Model, NewFile::Scenario] {
        let path = new_file(folder.path(), what, "one", None).or_else(|error| match error {
            NewFileError::Exists(path) => Ok(path),
            other => Err(other),
        });
        let path = path.expect("written");
        std::fs::write(&path, "mine").expect("written");
        assert!(matches!(new_file(folder.path(), what, "one", None), Err(NewFileError::Exists(_))));
        assert_eq!(std::fs::read_to_string(&path).expect("read"), "mine");
        std::fs::remove_file(&path).expect("removed");
    }
}

#[test]
fn wrong_names_and_missing_models_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["", "../up", "a b", "1st", ".hidden", "a/b"] {
        assert!(matches!(new_file(folder.path(), NewFile::Model, name, None), Err(NewFileError::Name(_))), "{name}");
    }
    new_file(folder.path(), NewFile::Model, "two_tissues", None).expect("written");
    let error = new_file(folder.path(), NewFile::Scenario, "s", Some("two_tisues")).expect_err("no such model");
    assert!(error.to_string().contains("did you mean `two_tissues`?"), "{error}");
    std::fs::write(folder.path().join("models/two_tissues.yaml"), "model: 1: 2").expect("written");
    let error = new_file(folder.path(), NewFile::Scenario, "s", Some("two_tissues")).expect_err("broken");
    assert!(matches!(error, NewFileError::BrokenModel(..)));
    assert!(!folder.path().join("scenarios/s").exists());
}
