//! Paths as people should read them, and the file that was probably meant.
use std::path::{Component, Path, PathBuf};

use crate::model::diagnostic::did_you_mean;

/// `scenarios/a/../../models/m.yaml` as `models/m.yaml`, where that is the same file (a link on the way may make it another).
pub(super) fn tidy(path: &Path) -> PathBuf {
    let mut short = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir if matches!(short.components().next_back(), Some(Component::Normal(_))) => {
                short.pop();
            }
            Component::CurDir => {}
            other => short.push(other),
        }
    }
    let folder = |path: &Path| {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        parent.canonicalize().ok()
    };
    match (folder(&short), folder(path)) {
        (Some(a), Some(b)) if a == b => short,
        _ => path.to_path_buf(),
    }
}

/// Help for a file that is not there: the nearest name among the files of its folder with the same ending.
pub(super) fn near(path: &Path) -> Option<String> {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let wanted = path.file_name()?.to_string_lossy().into_owned();
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Some(format!("there is no folder `{}` either", folder.display()));
    };
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|found| found.extension() == path.extension())
        .filter_map(|found| found.file_name().map(|name| name.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    (!names.is_empty()).then(|| did_you_mean(&wanted, names.iter().map(String::as_str)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_loses_its_detours_only_where_it_stays_the_same_file() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(tidy(&root.join("scenarios/theophylline/../../models/biexponential.yaml")), root.join("models/biexponential.yaml"));
        assert_eq!(tidy(Path::new("../models/./m.yaml")), Path::new("../models/m.yaml"));
        let nowhere = Path::new("nowhere/a/../../elsewhere/m.yaml");
        assert_eq!(tidy(nowhere), nowhere, "folders that do not exist are left as written");
    }

    #[test]
    fn the_nearest_file_is_named() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(near(&root.join("models/biexponentail.yaml")).unwrap(), "did you mean `biexponential.yaml`?");
        assert!(near(&root.join("modles/biexponential.yaml")).unwrap().starts_with("there is no folder"));
    }
}
