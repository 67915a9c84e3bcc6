//! Run folders: what is in them, that they are the same twice, and that they can be checked without the program.
use std::path::Path;

use crate::{end, good, only_run, project, runs_of};

/// Every file below a folder, relative, sorted.
fn files(folder: &Path) -> Vec<String> {
    fn collect(folder: &Path, prefix: &str, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
            if path.is_dir() { collect(&path, &format!("{name}/"), found) } else { found.push(name) }
        }
    }
    let mut found = Vec::new();
    collect(folder, "", &mut found);
    found.sort();
    found
}

/// `sha256sum -c`, where the system has it.
fn sums_hold(run: &Path) {
    match std::process::Command::new("sha256sum").args(["--check", "--quiet", "SHA256SUMS"]).current_dir(run).output() {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout)),
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::NotFound),
    }
}

#[test]
fn a_run_folder_holds_tables_figures_inputs_and_sums() {
    let folder = project();
    good(folder.path(), &["run", "scenarios/p12_spect"]);
    let run = folder.path().join(only_run(folder.path(), "p12_spect"));
    let found = files(&run);
    for name in
        ["manifest.yaml", "report.md", "SHA256SUMS", "inputs/scenario.yaml", "inputs/model.yaml", "tables/doses.csv", "tables/fit.csv"]
    {
        assert!(found.iter().any(|file| file == name), "{name} in {found:?}");
    }
    let stems: Vec<&str> = found.iter().filter_map(|file| file.strip_prefix("figures/")?.strip_suffix(".svg")).collect();
    assert!(stems.len() >= 5, "{found:?}");
    for stem in &stems {
        for ending in ["png", "csv", "yaml"] {
            assert!(found.contains(&format!("figures/{stem}.{ending}")), "{stem}.{ending}");
        }
        let svg = std::fs::read_to_string(run.join(format!("figures/{stem}.svg"))).unwrap();
        assert!(svg.contains("esearch use only"), "{stem} has no notice");
    }
    assert_eq!(found.iter().filter(|file| file.starts_with("figures/")).count(), 4 * stems.len());
    sums_hold(&run);
    let manifest: serde_yaml::Value = serde_yaml::from_str(&std::fs::read_to_string(run.join("manifest.yaml")).unwrap()).unwrap();
    assert_eq!(manifest["status"], "done");
    let inputs = manifest["inputs"].as_sequence().unwrap();
    let paths: Vec<&str> = inputs.iter().map(|input| input["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["scenarios/p12_spect/scenario.yaml", "models/organ_monoexponential.yaml", "scenarios/p12_spect/tac_p12_cycle1.csv"]);
    let report = std::fs::read_to_string(run.join("report.md")).unwrap();
    assert!(report.contains("not a medical device") && report.contains("ssumptions") && report.contains("transferred"), "{report}");
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let folder = project();
    for scenario in ["psma_it_p1", "p12_spect"] {
        good(folder.path(), &["run", &format!("scenarios/{scenario}"), "--runs", "once/runs"]);
        good(folder.path(), &["run", &format!("scenarios/{scenario}"), "--runs", "again/runs"]);
        let run = |which: &str| {
            let parent = folder.path().join(which).join("runs").join(scenario);
            std::fs::read_dir(parent).unwrap().next().unwrap().unwrap().path()
        };
        let (once, again) = (run("once"), run("again"));
        assert_eq!(files(&once), files(&again));
        let compared: Vec<String> = files(&once).into_iter().filter(|f| f.starts_with("tables/") || f.starts_with("figures/")).collect();
        assert!(compared.len() > 20);
        for file in compared {
            assert!(std::fs::read(once.join(&file)).unwrap() == std::fs::read(again.join(&file)).unwrap(), "{scenario}/{file} differs");
        }
    }
}

#[test]
fn plot_leaves_the_sums_valid_and_verify_sees_a_touched_file() {
    let folder = project();
    good(folder.path(), &["run", "scenarios/theophylline"]);
    let relative = only_run(folder.path(), "theophylline");
    let run = folder.path().join(&relative);
    let relative = relative.to_str().unwrap();
    let drawing = files(&run).into_iter().find(|file| file.ends_with(".svg")).unwrap();
    let before = std::fs::read(run.join(&drawing)).unwrap();
    std::fs::remove_file(run.join(&drawing)).unwrap();
    let verified = end(folder.path(), &["verify", relative]);
    assert_eq!(verified.code, Some(1));
    assert!(verified.out.contains(&format!("{drawing}: missing")), "{}", verified.out);
    assert!(good(folder.path(), &["plot", relative]).out.contains(&format!("changed: {drawing}")));
    assert!(std::fs::read(run.join(&drawing)).unwrap() == before, "the same drawing again");
    sums_hold(&run);
    good(folder.path(), &["verify", relative]);
    std::fs::write(run.join("tables/fit.csv"), "all is well\n").unwrap();
    let verified = end(folder.path(), &["verify", relative]);
    assert_eq!(verified.code, Some(1));
    assert!(verified.out.contains("tables/fit.csv: changed"), "{}", verified.out);
    let redrawn = end(folder.path(), &["plot", "runs/theophylline"]);
    assert_eq!(redrawn.code, Some(2));
    assert!(redrawn.err.contains("is no run folder"), "{}", redrawn.err);
}

#[test]
fn a_place_that_cannot_be_written_is_told_and_is_exit_code_1() {
    let folder = project();
    std::fs::write(folder.path().join("runs"), "a file where the folder should be").unwrap();
    let ended = end(folder.path(), &["run", "scenarios/theophylline"]);
    assert_eq!(ended.code, Some(1), "{}", ended.err);
    assert!(ended.err.contains("runs"), "{}", ended.err);
    assert_eq!(std::fs::read_to_string(folder.path().join("runs")).unwrap(), "a file where the folder should be");
    let json = crate::document(&end(folder.path(), &["run", "scenarios/theophylline", "--json"]));
    assert_eq!(json["ok"], false);
    std::fs::remove_file(folder.path().join("runs")).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let runs = folder.path().join("runs");
        std::fs::create_dir(&runs).unwrap();
        std::fs::set_permissions(&runs, std::fs::Permissions::from_mode(0o555)).unwrap();
        // root may write anywhere: then there is nothing to refuse
        let writable = std::fs::create_dir(runs.join("probe")).is_ok();
        let ended = end(folder.path(), &["run", "scenarios/theophylline"]);
        if !writable {
            assert_eq!(ended.code, Some(1), "{}", ended.err);
            assert!(ended.err.contains("runs"), "{}", ended.err);
        }
        std::fs::set_permissions(&runs, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
}

#[test]
fn a_set_value_is_in_the_manifest_and_in_the_name() {
    let folder = project();
    good(folder.path(), &["simulate", "scenarios/psma_it_p1", "--save"]);
    good(folder.path(), &["simulate", "scenarios/psma_it_p1", "--save", "--set", "kidneys.density=20 nmol/L"]);
    let runs = runs_of(folder.path(), "psma_it_p1");
    assert_eq!(runs.len(), 2);
    let hash = |name: &str| name.rsplit('-').next().unwrap().to_string();
    assert_ne!(hash(&runs[0]), hash(&runs[1]), "other inputs, another hash");
    let manifests: Vec<String> = runs
        .iter()
        .map(|run| std::fs::read_to_string(folder.path().join("runs/psma_it_p1").join(run).join("manifest.yaml")).unwrap())
        .collect();
    assert!(manifests.iter().any(|manifest| manifest.contains("kidneys.density: 20 nmol/L")), "{manifests:?}");
}
