//! Redrawing the figures of a finished run from the descriptions it keeps, without solving again.
//!
//! A description that `SHA256SUMS` does not vouch for is refused. Where this version of the program draws other bytes than the one that made
//! the run, the files are replaced, the list is brought up to date, and the change is reported.

use super::digest::sha256_hex;
use super::run_folder::FIGURES;
use super::verify::{SUMS_FILE, read_sums, sum_line};
use super::{Figure, ReportError};
use std::fs;
use std::path::{Path, PathBuf};

/// What redrawing did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Redrawn {
    /// Names of the figures, sorted.
    pub figures: Vec<String>,
    /// Files whose bytes are now other than before (or were missing), relative to the run.
    pub changed: Vec<String>,
}

impl Figure {
    /// The description as YAML, as a run keeps it.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        serde_yaml::to_string(self).expect("strings, numbers and lists always have a YAML form")
    }

    /// Reads a stored description.
    ///
    /// # Errors
    /// [`ReportError::Io`] or [`ReportError::Content`].
    pub fn read(path: &Path) -> Result<Self, ReportError> {
        let text = fs::read_to_string(path).map_err(ReportError::io("read", path))?;
        parsed(path, &text)
    }
}

fn parsed(path: &Path, text: &str) -> Result<Figure, ReportError> {
    serde_yaml::from_str(text).map_err(|error| ReportError::Content {
        path: path.to_path_buf(),
        expected: "a stored figure",
        reason: error.to_string(),
    })
}

/// Redraws every figure of a finished run.
///
/// # Errors
/// No `SHA256SUMS` (not a finished run), a description that changed since, or a file that cannot be written.
pub fn redraw(run: &Path) -> Result<Redrawn, ReportError> {
    let mut sums = read_sums(run)?;
    let ending = ".yaml";
    let sources: Vec<String> =
        sums.keys().filter(|path| path.starts_with(&format!("{FIGURES}/")) && path.ends_with(ending)).cloned().collect();
    let mut redrawn = Redrawn::default();
    for source in sources {
        let path = run.join(&source);
        let text = fs::read_to_string(&path).map_err(ReportError::io("read", &path))?;
        if sums.get(&source).is_none_or(|digest| *digest != sha256_hex(text.as_bytes())) {
            return Err(ReportError::SourceChanged { path });
        }
        let figure = parsed(&path, &text)?;
        let drawn = figure.render()?;
        let stem = source.trim_end_matches(ending);
        for (kind, bytes) in [("svg", drawn.svg.as_bytes()), ("png", &drawn.png), ("csv", drawn.csv.as_bytes())] {
            let relative = format!("{stem}.{kind}");
            let target = run.join(&relative);
            if fs::read(&target).ok().as_deref() != Some(bytes) {
                replace(&target, bytes)?;
                redrawn.changed.push(relative.clone());
            }
            sums.insert(relative, sha256_hex(bytes));
        }
        redrawn.figures.push(figure.name);
    }
    let list: String = sums.iter().map(|(path, digest)| sum_line(path, digest)).collect();
    let list_path = run.join(SUMS_FILE);
    if fs::read(&list_path).ok().as_deref() != Some(list.as_bytes()) {
        replace(&list_path, list.as_bytes())?;
    }
    Ok(redrawn)
}

/// Replaces a file so that readers see the old or the new one, never a part.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), ReportError> {
    let mut aside = path.as_os_str().to_owned();
    aside.push(".new");
    let aside = PathBuf::from(aside);
    fs::write(&aside, bytes).map_err(ReportError::io("write", &aside))?;
    fs::rename(&aside, path).map_err(ReportError::io("replace", path))
}
