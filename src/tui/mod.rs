//! The terminal workbench face.
use std::path::Path;

/// Why the workbench could not open.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct TuiError(pub String);

/// Opens the workbench on a folder.
pub fn open(_folder: &Path) -> Result<(), TuiError> {
    Err(TuiError("the workbench needs a terminal; use `rpt list` and `rpt run SCENARIO`".into()))
}
