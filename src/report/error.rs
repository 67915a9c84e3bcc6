//! What can go wrong while results are written or read back: which path, what was being done, what the system said.

use std::io;
use std::path::{Path, PathBuf};

/// An error of the report floor.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A file operation failed; `doing` reads like "write" or "make the folder".
    #[error("cannot {doing} `{}`: {source}", path.display())]
    Io {
        /// What was being done, as a verb phrase.
        doing: &'static str,
        /// The path it was done to.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A folder was needed where something else lies.
    #[error("`{}` is not a folder, and the run needs one there", path.display())]
    NotAFolder {
        /// The path that is taken.
        path: PathBuf,
    },
    /// A name that cannot become a file name in a run folder.
    #[error("{what} name `{name}` cannot be a file name: {reason}")]
    Name {
        /// What is named: "figure", "table", "scenario" or "file".
        what: &'static str,
        /// The offending name.
        name: String,
        /// Why it is refused.
        reason: &'static str,
    },
    /// The drawing library refused.
    #[error("cannot draw figure `{figure}`: {reason}")]
    Drawing {
        /// Name of the figure.
        figure: String,
        /// What the library said.
        reason: String,
    },
    /// A series whose columns differ in length.
    #[error("figure `{figure}`, series `{series}`: {expected} x values but {found} {column} values")]
    SeriesLength {
        /// Name of the figure.
        figure: String,
        /// Name of the series.
        series: String,
        /// The column that differs.
        column: &'static str,
        /// Length of the x column (or the number of categories).
        expected: usize,
        /// Length found.
        found: usize,
    },
    /// A table row with too few or too many cells.
    #[error("table `{table}`, row {row}: {found} cells for {expected} columns")]
    RowLength {
        /// Name of the table.
        table: String,
        /// Row number, from 1.
        row: usize,
        /// Number of columns.
        expected: usize,
        /// Number of cells found.
        found: usize,
    },
    /// A stored file (manifest, figure, sums) that cannot be understood.
    #[error("cannot read `{}` as {expected}: {reason}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What it should have been, e.g. "a run manifest".
        expected: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A figure's stored description is not the one the run wrote.
    #[error("`{}` changed since the run was finished (SHA256SUMS disagrees); it is not redrawn", path.display())]
    SourceChanged {
        /// The changed file.
        path: PathBuf,
    },
}

impl ReportError {
    /// A closure for `map_err` that remembers what was being done to which path; a folder in the way gets its own sentence.
    pub(crate) fn io<'a>(doing: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Self + 'a {
        move |source| match source.kind() {
            io::ErrorKind::NotADirectory => Self::NotAFolder { path: blocking_file(path) },
            _ => Self::Io { doing, path: path.to_path_buf(), source },
        }
    }
}

/// The nearest ancestor (or the path itself) that exists and is not a folder.
fn blocking_file(path: &Path) -> PathBuf {
    path.ancestors().find(|p| p.exists() && !p.is_dir()).unwrap_or(path).to_path_buf()
}

/// Refuses names that would leave the run folder or puzzle a file system: letters, digits, `.`, `_`, `-` only.
///
/// # Errors
/// [`ReportError::Name`] with the reason.
pub fn check_file_stem(what: &'static str, name: &str) -> Result<(), ReportError> {
    let refuse = |reason| Err(ReportError::Name { what, name: name.to_owned(), reason });
    if name.is_empty() {
        return refuse("it is empty");
    }
    if name.len() > 120 {
        return refuse("it is longer than 120 bytes");
    }
    if name.starts_with('.') || name.starts_with('-') {
        return refuse("it begins with `.` or `-`");
    }
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')) {
        return refuse("only ASCII letters, digits, `.`, `_` and `-` are allowed");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_escape_the_folder_are_refused() {
        for bad in ["", "../x", "a/b", ".hidden", "-rf", "a b", "naïve"] {
            assert!(check_file_stem("figure", bad).is_err(), "{bad}");
        }
        assert!(check_file_stem("figure", "kidney-dose_rate.v2").is_ok());
    }
}
