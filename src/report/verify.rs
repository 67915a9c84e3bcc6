//! `SHA256SUMS`: written so that `sha256sum -c SHA256SUMS` checks a run without us; read back to tell what changed.

use super::ReportError;
use super::digest::sha256_of_file;
use std::collections::BTreeMap;
use std::path::Path;

/// Name of the list of digests within a run.
pub const SUMS_FILE: &str = "SHA256SUMS";

/// One way in which a run differs from its list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mismatch {
    /// Listed, but not there.
    Missing {
        /// Path within the run.
        path: String,
    },
    /// There, with other contents.
    Changed {
        /// Path within the run.
        path: String,
        /// Digest in the list.
        expected: String,
        /// Digest of the file.
        found: String,
    },
    /// There, but not listed.
    Extra {
        /// Path within the run.
        path: String,
    },
}

impl std::fmt::Display for Mismatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let short = |digest: &str| digest.get(..12).unwrap_or(digest).to_owned();
        match self {
            Self::Missing { path } => write!(f, "{path}: missing"),
            Self::Changed { path, expected, found } => {
                write!(f, "{path}: changed (recorded {}…, found {}…)", short(expected), short(found))
            }
            Self::Extra { path } => write!(f, "{path}: not part of the recorded run"),
        }
    }
}

/// Checks a run folder against its list; an empty answer means that nothing differs.
///
/// # Errors
/// No list, a list that cannot be understood, or a file that cannot be read.
pub fn verify(run: &Path) -> Result<Vec<Mismatch>, ReportError> {
    let listed = read_sums(run)?;
    let found = files_of(run)?;
    let mut mismatches = Vec::new();
    for (path, expected) in &listed {
        if !found.contains(path) {
            mismatches.push(Mismatch::Missing { path: path.clone() });
            continue;
        }
        let digest = sha256_of_file(&run.join(path))?;
        if digest != *expected {
            mismatches.push(Mismatch::Changed { path: path.clone(), expected: expected.clone(), found: digest });
        }
    }
    let extra = found.into_iter().filter(|path| path != SUMS_FILE && !listed.contains_key(path));
    mismatches.extend(extra.map(|path| Mismatch::Extra { path }));
    Ok(mismatches)
}

/// One line of the list.
pub(crate) fn sum_line(relative: &str, digest: &str) -> String {
    format!("{digest}  {relative}\n")
}

/// The list: path within the run → digest.
pub(crate) fn read_sums(run: &Path) -> Result<BTreeMap<String, String>, ReportError> {
    let path = run.join(SUMS_FILE);
    let text = std::fs::read_to_string(&path).map_err(ReportError::io("read", &path))?;
    let mut sums = BTreeMap::new();
    for (index, line) in text.lines().enumerate() {
        let parts = line.split_once("  ").or_else(|| line.split_once(" *"));
        let is_digest = |d: &str| d.len() == 64 && d.chars().all(|c| c.is_ascii_hexdigit());
        let Some((digest, name)) = parts.filter(|(digest, name)| is_digest(digest) && !name.is_empty()) else {
            let reason = format!("line {}: expected 64 hexadecimal digits, two spaces and a path, found `{line}`", index + 1);
            return Err(ReportError::Content { path, expected: "a list of SHA-256 digests", reason });
        };
        sums.insert(name.to_owned(), digest.to_ascii_lowercase());
    }
    Ok(sums)
}

/// Every file below `folder`, as paths with `/`, sorted.
pub(crate) fn files_of(folder: &Path) -> Result<Vec<String>, ReportError> {
    let mut files = Vec::new();
    collect(folder, "", &mut files)?;
    files.sort();
    Ok(files)
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<String>) -> Result<(), ReportError> {
    for entry in std::fs::read_dir(folder).map_err(ReportError::io("list", folder))? {
        let entry = entry.map_err(ReportError::io("list", folder))?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type().map_err(ReportError::io("look at", folder))?;
        if kind.is_dir() {
            collect(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.push(name);
        }
    }
    Ok(())
}
