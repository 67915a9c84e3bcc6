//! Files of the editor: edits written aside, recovered, and never written over what somebody else wrote since.
//!
//! These are the only functions of the editor that touch the disk: effects for the runner.

use std::io;
use std::path::{Path, PathBuf};

use crate::report::digest::sha256_hex;

/// The content of a file by its SHA-256; none for a file that is not there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fingerprint(Option<String>);

impl Fingerprint {
    /// Of bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Fingerprint {
        Fingerprint(Some(sha256_hex(bytes)))
    }

    /// Of the file as it is on disk.
    ///
    /// # Errors
    /// The file is there and cannot be read.
    pub fn of_file(path: &Path) -> io::Result<Fingerprint> {
        match std::fs::read(path) {
            Ok(bytes) => Ok(Fingerprint::of(&bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Fingerprint(None)),
            Err(error) => Err(error),
        }
    }

    /// Whether there was a file.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.0.is_some()
    }
}

/// Where the edits of a file are written aside: `.name.rpt-autosave` beside it.
#[must_use]
pub fn aside_of(path: &Path) -> PathBuf {
    let name = path.file_name().map_or_else(|| "unnamed".to_owned(), |name| name.to_string_lossy().into_owned());
    path.with_file_name(format!(".{name}.rpt-autosave"))
}

/// Writes the edits of a file aside.
///
/// # Errors
/// The folder cannot be written.
pub fn write_aside(path: &Path, text: &str) -> io::Result<()> {
    write_whole(&aside_of(path), text)
}

/// Edits of a file that were written aside and never saved; `None` where there are none, or where they are what the file says.
#[must_use]
pub fn recover(path: &Path) -> Option<String> {
    let aside = std::fs::read_to_string(aside_of(path)).ok()?;
    (std::fs::read_to_string(path).ok().as_ref() != Some(&aside)).then_some(aside)
}

/// Forgets the edits that were written aside.
pub fn discard(path: &Path) {
    // nothing there is as good as removed
    let _ = std::fs::remove_file(aside_of(path));
}

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// It is not what was read: ask, then save with what is there now as `since`.
    #[error("the file changed on disk since it was read")]
    Changed(Fingerprint),
    /// It was deleted: ask, then save with the empty fingerprint as `since`.
    #[error("the file was deleted since it was read")]
    Gone,
    /// The disk refused.
    #[error("cannot write the file: {0}")]
    Io(#[from] io::Error),
}

/// Whether the file is no longer what was read.
///
/// # Errors
/// The file is there and cannot be read.
pub fn changed(path: &Path, since: &Fingerprint) -> io::Result<bool> {
    Ok(Fingerprint::of_file(path)? != *since)
}

/// Writes a file if it still is what was read (`since`), whole or not at all, and forgets the edits written aside.
///
/// # Errors
/// [`SaveError`]; the file is then untouched.
pub fn save(path: &Path, text: &str, since: &Fingerprint) -> Result<Fingerprint, SaveError> {
    let now = Fingerprint::of_file(path)?;
    if now != *since {
        return Err(if now.exists() { SaveError::Changed(now) } else { SaveError::Gone });
    }
    // a link stays a link: the file behind it is replaced
    let target = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    write_whole(&target, text)?;
    discard(path);
    Ok(Fingerprint::of(text.as_bytes()))
}

/// Writes beside and moves into place, so that a killed program leaves the old file or the new one. The permissions stay.
fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let name = path.file_name().map_or_else(|| "unnamed".to_owned(), |name| name.to_string_lossy().into_owned());
    let part = path.with_file_name(format!(".{}.{}.part", name.trim_start_matches('.'), std::process::id()));
    let write = || {
        use io::Write as _;
        let mut file = std::fs::File::create(&part)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        if let Ok(known) = std::fs::metadata(path) {
            std::fs::set_permissions(&part, known.permissions())?;
        }
        std::fs::rename(&part, path)
    };
    write().inspect_err(|_| {
        let _ = std::fs::remove_file(&part);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_written_aside_come_back_until_they_are_saved() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("m.yaml");
        std::fs::write(&file, "old").expect("written");
        let read = Fingerprint::of_file(&file).expect("read");
        assert_eq!(recover(&file), None);
        write_aside(&file, "new").expect("written aside");
        assert_eq!(std::fs::read_to_string(&file).expect("read"), "old", "the file itself is untouched");
        assert_eq!(recover(&file).as_deref(), Some("new"));
        let saved = save(&file, "new", &read).expect("saved");
        assert_eq!((recover(&file), changed(&file, &saved).expect("read")), (None, false));
        let names: Vec<_> =
            std::fs::read_dir(folder.path()).expect("the folder").map(|entry| entry.expect("an entry").file_name()).collect();
        assert_eq!(names, ["m.yaml"], "nothing is left beside it");
    }

    #[test]
    fn what_somebody_else_wrote_is_not_overwritten_unasked() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("m.yaml");
        std::fs::write(&file, "old").expect("written");
        let read = Fingerprint::of_file(&file).expect("read");
        std::fs::write(&file, "theirs").expect("written");
        assert!(changed(&file, &read).expect("read"));
        let Err(SaveError::Changed(theirs)) = save(&file, "mine", &read) else { panic!("it was overwritten") };
        assert_eq!(std::fs::read_to_string(&file).expect("read"), "theirs");
        save(&file, "mine", &theirs).expect("saved after asking");
        std::fs::remove_file(&file).expect("removed");
        assert!(matches!(save(&file, "mine", &Fingerprint::of(b"mine")), Err(SaveError::Gone)));
        save(&file, "mine", &Fingerprint::default()).expect("a new file");
    }
}
