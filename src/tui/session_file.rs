//! The session: which screen, scenario and settings a later start finds again.
//!
//! It is kept outside the project, in the user's state folder (`$XDG_STATE_HOME/rptbench`, else `~/.local/state/rptbench`), one file for each
//! project folder: a project stays as its user wrote it. It holds no results, only words; words that fit nothing any more are ignored.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::app::App;
use super::screen::Screen;
use super::screens;
use crate::report::digest::sha256_hex;

/// What is to be kept.
#[must_use]
pub fn words(app: &App) -> Vec<(String, String)> {
    let mut out = vec![("screen".to_owned(), app.screen.title().to_owned()), ("mouse".to_owned(), app.mouse.to_string())];
    if let Some(path) = &app.scenario {
        out.push(("scenario".to_owned(), app.relative(path)));
    }
    for screen in Screen::ALL {
        out.extend(screens::kept(app, screen).into_iter().map(|(name, value)| (format!("{}/{name}", screen.title()), value)));
    }
    out
}

/// Takes kept words up again.
pub fn restore(app: &mut App, words: &[(String, String)]) {
    let of = |name: &str| words.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    if let Some(screen) = of("screen").and_then(|title| Screen::ALL.into_iter().find(|screen| screen.title() == title)) {
        app.screen = screen;
    }
    app.mouse = of("mouse") == Some("true");
    if let Some(path) = of("scenario") {
        let path = app.folder.join(path);
        if app.scenarios().iter().any(|entry| entry.path == path) {
            app.scenario = Some(path);
        }
    }
    for screen in Screen::ALL {
        let prefix = format!("{}/", screen.title());
        let kept: Vec<(String, String)> =
            words.iter().filter_map(|(key, value)| Some((key.strip_prefix(&prefix)?.to_owned(), value.clone()))).collect();
        screens::restored(app, screen, &kept);
    }
}

/// The file of a project folder's session; `None` where there is no home.
#[must_use]
pub fn file_of(folder: &Path, variable: impl Fn(&str) -> Option<std::ffi::OsString>) -> Option<PathBuf> {
    let absolute = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")))?;
    let whole = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    let hash = sha256_hex(whole.as_os_str().as_encoded_bytes());
    Some(state.join("rptbench").join(format!("{}.yaml", &hash[..16])))
}

/// Reads a session file; one that is missing or broken gives nothing.
#[must_use]
pub fn load(file: &Path) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    serde_yaml::from_str::<BTreeMap<String, String>>(&text).unwrap_or_default().into_iter().collect()
}

/// Writes a session file, whole or not at all.
///
/// # Errors
/// The state folder cannot be written.
pub fn save(file: &Path, words: &[(String, String)]) -> std::io::Result<()> {
    let map: BTreeMap<&str, &str> = words.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let text = serde_yaml::to_string(&map).map_err(std::io::Error::other)?;
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let part = file.with_extension(format!("{}.part", std::process::id()));
    std::fs::write(&part, text).and_then(|()| std::fs::rename(&part, file)).inspect_err(|_| {
        // the half-written part is nobody's
        let _ = std::fs::remove_file(&part);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_found_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("deep/state.yaml");
        assert!(load(&file).is_empty());
        let app = App { screen: Screen::WhatIf, mouse: true, ..App::default() };
        save(&file, &words(&app)).expect("written");
        let mut again = App::default();
        restore(&mut again, &load(&file));
        assert_eq!(again.screen, Screen::WhatIf);
        std::fs::write(&file, "{broken").expect("written");
        assert!(load(&file).is_empty());
        let names: Vec<_> = std::fs::read_dir(file.parent().expect("a folder")).expect("read").collect();
        assert_eq!(names.len(), 1, "nothing is left beside it");
    }

    #[test]
    fn every_folder_has_a_file_of_its_own_in_the_state_folder() {
        let home = |name: &str| (name == "HOME").then(|| "/home/me".into());
        let one = file_of(Path::new("/project/one"), home).expect("a file");
        assert!(one.starts_with("/home/me/.local/state/rptbench"));
        assert_ne!(Some(one), file_of(Path::new("/project/two"), home));
        assert_eq!(file_of(Path::new("/project"), |_| None), None);
        let relative = |name: &str| (name == "XDG_STATE_HOME").then(|| "state".into());
        assert_eq!(file_of(Path::new("/project"), relative), None, "a relative folder is ignored, as the XDG rules say");
    }
}
