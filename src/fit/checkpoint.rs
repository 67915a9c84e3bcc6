//! Files from which cancelled work goes on: what is finished, readable as text and exact to the last bit.
//!
//! A checkpoint is one JSON document: what wrote it (`kind`), for which problem (`fingerprint`, given by the caller: a hash of model, data and
//! scenario, say), under which set-up (`setup`: parameters, settings, seed), and the content. A checkpoint of another problem or set-up is refused.
//! Numbers are written as the shortest decimal that reads back to the same bits. A file is written aside and renamed, so that it is whole at any time.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use thiserror::Error;

const FORMAT: &str = "rptbench fit checkpoint 1";
/// Finished items are written at most this often, and always at the end.
const WRITE_EVERY: Duration = Duration::from_millis(500);

/// Why a checkpoint cannot be used or written.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The file cannot be read or written.
    #[error("{what} the checkpoint {}: {message}", path.display())]
    File {
        /// `reading` or `writing`.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system or the parser said.
        message: String,
    },
    /// It was written for other work.
    #[error("the checkpoint {} belongs to another {what}: found {found}, expected {expected}; remove it to start afresh", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// `kind of work`, `problem` or `set-up`.
        what: &'static str,
        /// What the file says.
        found: String,
        /// What this work is.
        expected: String,
    },
}

/// Where the state of a fit is kept, and for which problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointFile {
    /// The file; its folder must exist.
    pub path: PathBuf,
    /// What identifies the problem (model, data, error model); a checkpoint with another fingerprint is refused.
    pub fingerprint: String,
}

#[derive(Deserialize)]
struct Header {
    format: String,
    kind: String,
    fingerprint: String,
    setup: String,
}

#[derive(Deserialize)]
struct Content<T> {
    content: T,
}

#[derive(Serialize)]
struct Document<'a, T> {
    format: &'a str,
    kind: &'a str,
    fingerprint: &'a str,
    setup: &'a str,
    content: &'a T,
}

impl CheckpointFile {
    /// A checkpoint at `path` for the problem `fingerprint`.
    pub fn new(path: impl AsRef<Path>, fingerprint: impl Into<String>) -> Self {
        CheckpointFile { path: path.as_ref().to_path_buf(), fingerprint: fingerprint.into() }
    }

    /// What is stored for work `kind` under `setup`; `None` where there is no file yet.
    ///
    /// # Errors
    /// The file cannot be read, is no checkpoint, or belongs to another kind of work, problem or set-up.
    pub fn read<T: DeserializeOwned>(&self, kind: &str, setup: &str) -> Result<Option<T>, CheckpointError> {
        let text = match std::fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.fault("reading", &error)),
        };
        let header: Header = serde_json::from_str(&text).map_err(|error| self.fault("reading", &error))?;
        for (what, found, expected) in [
            ("version", header.format.as_str(), FORMAT),
            ("kind of work", header.kind.as_str(), kind),
            ("problem", header.fingerprint.as_str(), self.fingerprint.as_str()),
            ("set-up", header.setup.as_str(), setup),
        ] {
            if found != expected {
                return Err(CheckpointError::Foreign {
                    path: self.path.clone(),
                    what,
                    found: format!("`{found}`"),
                    expected: format!("`{expected}`"),
                });
            }
        }
        let document: Content<T> = serde_json::from_str(&text).map_err(|error| self.fault("reading", &error))?;
        Ok(Some(document.content))
    }

    /// Writes `content` aside and moves it into place.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write<T: Serialize>(&self, kind: &str, setup: &str, content: &T) -> Result<(), CheckpointError> {
        let document = Document { format: FORMAT, kind, fingerprint: &self.fingerprint, setup, content };
        let text = serde_json::to_string_pretty(&document).map_err(|error| self.fault("writing", &error))?;
        let mut aside = self.path.clone().into_os_string();
        aside.push(".partial");
        std::fs::write(&aside, text).and_then(|()| std::fs::rename(&aside, &self.path)).map_err(|error| self.fault("writing", &error))
    }

    /// Removes the file, if there is one.
    ///
    /// # Errors
    /// It is there and cannot be removed.
    pub fn remove(&self) -> Result<(), CheckpointError> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(self.fault("removing", &error)),
            _ => Ok(()),
        }
    }

    fn fault(&self, what: &'static str, error: &dyn std::fmt::Display) -> CheckpointError {
        CheckpointError::File { what, path: self.path.clone(), message: error.to_string() }
    }
}

/// The finished items of numbered work, kept in memory and, where asked, in a file.
pub struct FinishedItems<T> {
    file: Option<CheckpointFile>,
    kind: &'static str,
    setup: String,
    shelf: Mutex<Shelf<T>>,
}

struct Shelf<T> {
    items: BTreeMap<usize, T>,
    written: Instant,
    fault: Option<CheckpointError>,
}

impl<T: Clone + Serialize + DeserializeOwned> FinishedItems<T> {
    /// What earlier runs of the same work finished; the file is written once, so that a fault shows before the work and not after it.
    ///
    /// # Errors
    /// As [`CheckpointFile::read`] and [`CheckpointFile::write`].
    pub fn open(file: Option<&CheckpointFile>, kind: &'static str, setup: String) -> Result<Self, CheckpointError> {
        let items = match file {
            Some(file) => file.read(kind, &setup)?.unwrap_or_default(),
            None => BTreeMap::new(),
        };
        let opened =
            FinishedItems { file: file.cloned(), kind, setup, shelf: Mutex::new(Shelf { items, written: Instant::now(), fault: None }) };
        opened.save()?;
        Ok(opened)
    }

    /// Whether item `number` is finished.
    pub fn contains(&self, number: usize) -> bool {
        self.shelf().items.contains_key(&number)
    }

    /// Adds a finished item.
    pub fn record(&self, number: usize, item: T) {
        let mut shelf = self.shelf();
        shelf.items.insert(number, item);
        if shelf.written.elapsed() >= WRITE_EVERY {
            shelf.written = Instant::now();
            if let Err(fault) = self.write(&shelf.items) {
                shelf.fault.get_or_insert(fault);
            }
        }
    }

    /// Everything that is finished, by number, after a last writing.
    ///
    /// # Errors
    /// The file could not be written.
    pub fn close(self) -> Result<Vec<(usize, T)>, CheckpointError> {
        self.save()?;
        let shelf = self.shelf.into_inner().unwrap_or_else(PoisonError::into_inner);
        match shelf.fault {
            Some(fault) => Err(fault),
            None => Ok(shelf.items.into_iter().collect()),
        }
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf<T>> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn save(&self) -> Result<(), CheckpointError> {
        self.write(&self.shelf().items)
    }

    fn write(&self, items: &BTreeMap<usize, T>) -> Result<(), CheckpointError> {
        self.file.as_ref().map_or(Ok(()), |file| file.write(self.kind, &self.setup, items))
    }
}

/// Serde form of one number: its shortest exact decimal, in quotes, read by the standard library (a JSON number may lose the last bit).
pub mod exact {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes the number.
    ///
    /// # Errors
    /// Those of the serialiser.
    pub fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{value:e}"))
    }

    /// Reads the number.
    ///
    /// # Errors
    /// The text is no number.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|_| D::Error::custom(format!("`{text}` is not a number")))
    }
}

/// Serde form of a list of numbers, as [`exact`], in one line with blanks between.
pub mod exact_list {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes the numbers.
    ///
    /// # Errors
    /// Those of the serialiser.
    pub fn serialize<S: Serializer>(values: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&values.iter().map(|value| format!("{value:e}")).collect::<Vec<_>>().join(" "))
    }

    /// Reads the numbers.
    ///
    /// # Errors
    /// A word is no number.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.split_whitespace().map(|word| word.parse().map_err(|_| D::Error::custom(format!("`{word}` is not a number")))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Item {
        #[serde(with = "exact")]
        one: f64,
        #[serde(with = "exact_list")]
        many: Vec<f64>,
    }

    fn item() -> Item {
        // The doubles next to 1/10, the smallest one, and those that JSON has no word for.
        Item { one: 0.1_f64.next_up(), many: vec![5e-324, f64::MAX, -0.0, 0.1_f64.next_down(), f64::INFINITY, 1.0 / 3.0] }
    }

    fn bits(item: &Item) -> Vec<u64> {
        std::iter::once(&item.one).chain(&item.many).map(|value| value.to_bits()).collect()
    }

    #[test]
    fn numbers_come_back_with_the_same_bits() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = CheckpointFile::new(folder.path().join("state.json"), "problem a");
        assert_eq!(file.read::<Item>("test", "s").expect("no file is no fault"), None);
        file.write("test", "s", &item()).expect("written");
        let back: Item = file.read("test", "s").expect("read").expect("there");
        assert_eq!(bits(&back), bits(&item()));
        assert_eq!(std::fs::read_dir(folder.path()).expect("folder").count(), 1, "nothing stays aside");
    }

    #[test]
    fn another_problem_set_up_or_kind_is_refused_by_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = CheckpointFile::new(folder.path().join("state.json"), "problem a");
        file.write("test", "seed 1", &item()).expect("written");
        let other = CheckpointFile::new(&file.path, "problem b");
        let message = other.read::<Item>("test", "seed 1").expect_err("refused").to_string();
        assert!(message.contains("another problem: found `problem a`, expected `problem b`"), "{message}");
        let message = file.read::<Item>("test", "seed 2").expect_err("refused").to_string();
        assert!(message.contains("another set-up: found `seed 1`, expected `seed 2`"), "{message}");
        let message = file.read::<Item>("other", "seed 1").expect_err("refused").to_string();
        assert!(message.contains("another kind of work"), "{message}");
        std::fs::write(&file.path, "{\"format\": 3").expect("written");
        let message = file.read::<Item>("test", "seed 1").expect_err("refused").to_string();
        assert!(message.starts_with("reading the checkpoint"), "{message}");
    }

    #[test]
    fn finished_items_are_found_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = CheckpointFile::new(folder.path().join("items.json"), "p");
        let first = FinishedItems::open(Some(&file), "test", "s".into()).expect("new");
        first.record(3, item());
        first.close().expect("written");
        let second = FinishedItems::<Item>::open(Some(&file), "test", "s".into()).expect("opened");
        assert!(second.contains(3) && !second.contains(2));
        let nowhere = CheckpointFile::new(folder.path().join("missing/items.json"), "p");
        let fault = FinishedItems::<Item>::open(Some(&nowhere), "test", "s".into()).err().expect("fault before the work").to_string();
        assert!(fault.starts_with("writing the checkpoint"), "{fault}");
    }
}
