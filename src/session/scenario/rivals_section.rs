//! The section `rivals`: other scenarios whose models are fitted to the same data.
use std::path::{Path, PathBuf};

use crate::model::diagnostic::Faults;
use crate::model::yaml::Node;

pub(super) fn rivals(node: &Node<'_>, own: &Path, folder: &Path, has_fit: bool, faults: &mut Faults) -> Vec<PathBuf> {
    if !has_fit && !faults.has_errors() {
        faults.error(node.key_place(), "`rivals` needs a `fit`, against which they are compared");
    }
    let mut found = Vec::new();
    for item in node.items(faults, "a list of scenario files, relative to this one") {
        let Some(text) = item.text(faults, "the path of a scenario, relative to this one") else { continue };
        let path = super::files::tidy(&super::Scenario::file_of(&folder.join(text)));
        if !path.is_file() {
            let fault = faults.error(item.place(), format!("there is no scenario `{}`", path.display()));
            if let Some(help) = super::files::near(&path) {
                fault.help(help);
            }
        } else if path.canonicalize().ok() == own.canonicalize().ok() {
            faults.error(item.place(), "a scenario cannot be its own rival");
        } else {
            found.push(path);
        }
    }
    found
}
