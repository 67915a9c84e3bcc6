//! `rpt new`: a commented file to start from.
use std::path::Path;

use serde_json::json;

use super::output::{print, print_json};
use super::{BAD_INPUT, DONE, FAILED};
use crate::session::new_file::{NewFile, NewFileError, new_file};

/// Writes a model or a scenario to start from into a project folder.
pub fn new(folder: &Path, what: NewFile, name: &str, model: Option<&str>, as_json: bool) -> u8 {
    if !folder.is_dir() {
        eprintln!("rpt: `{}` is not a folder", folder.display());
        return BAD_INPUT;
    }
    match new_file(folder, what, name, model) {
        Ok(path) if as_json => print_json(&json!({"written": path.display().to_string()})),
        Ok(path) => {
            // one that was named without its folder reads better so
            let path = path.strip_prefix(".").unwrap_or(&path).display().to_string();
            let next = if what == NewFile::Model { "check" } else { "simulate" };
            print(&format!("{path} is written; every number in it is assumed. `rpt {next} {path}` reads it.\n"));
        }
        Err(error) => {
            eprintln!("rpt: {error}");
            return if matches!(error, NewFileError::Io(..)) { FAILED } else { BAD_INPUT };
        }
    }
    DONE
}
