//! Finished blocks of a trial, kept in the unfinished run so that a killed run goes on where it was.
//!
//! One file a block: a line of JSON (what the block belongs to, failures, courses), then the numbers as little-endian doubles, then the SHA-256 of all that. A block is
//! written aside, flushed and moved into place, so a file under its own name is whole; one that is not (a full disk, a torn copy) is told of and done again.
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::trial::{ArmCourse, ArmRow, Block, PatientRow};

/// Version of the layout.
const LAYOUT: u32 = 1;
/// Bytes of the digest at the end.
const DIGEST: usize = 32;

/// Where blocks are kept.
pub enum BlockStore {
    /// In files of a folder.
    Folder(PathBuf),
    /// In memory, until they are folded: nothing is written, nothing can be resumed.
    Memory(Mutex<BTreeMap<usize, Vec<u8>>>),
}

/// What all blocks of a trial share; a block of another trial is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockKind {
    /// Digest of inputs and options.
    pub trial: String,
    /// Number of arms.
    pub arms: usize,
    /// Columns of an arm's row.
    pub columns: usize,
    /// Covariates of a patient.
    pub covariates: usize,
}

/// A block that cannot be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum BlockError {
    /// The system refuses.
    #[error("cannot {doing} `{}`: {source}", path.display())]
    Io {
        /// "write" or "read".
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is not whole, or not of this trial.
    #[error("block {number} (`{name}`) {problem}")]
    Broken {
        /// Its number.
        number: usize,
        /// Its file.
        name: String,
        /// What is wrong.
        problem: String,
    },
}

/// First line of a block.
#[derive(Serialize, Deserialize)]
struct Head {
    layout: u32,
    #[serde(flatten)]
    kind: BlockKind,
    number: usize,
    first: usize,
    patients: usize,
    rules: usize,
    failures: Vec<(usize, usize, String)>,
    courses: Vec<(usize, usize, ArmCourse)>,
}

impl BlockStore {
    /// An empty store in memory.
    pub fn in_memory() -> BlockStore {
        BlockStore::Memory(Mutex::new(BTreeMap::new()))
    }

    fn file(folder: &Path, number: usize) -> PathBuf {
        folder.join(format!("{number:06}.block"))
    }

    /// Keeps a block.
    ///
    /// # Errors
    /// What the system says: a full disk, a read-only folder.
    pub fn keep(&self, kind: &BlockKind, block: &Block) -> Result<(), BlockError> {
        let bytes = encode(kind, block);
        match self {
            BlockStore::Memory(held) => {
                held.lock().unwrap_or_else(PoisonError::into_inner).insert(block.number, bytes);
                Ok(())
            }
            BlockStore::Folder(folder) => {
                let path = Self::file(folder, block.number);
                let aside = path.with_extension("writing");
                let write = || {
                    use std::io::Write;
                    let mut file = std::fs::File::create(&aside)?;
                    file.write_all(&bytes)?;
                    file.sync_data()?;
                    std::fs::rename(&aside, &path)
                };
                write().map_err(|source| {
                    // what was begun helps nobody, and its place may be what is missing
                    let _ = std::fs::remove_file(&aside);
                    BlockError::Io { doing: "write", path: path.clone(), source }
                })
            }
        }
    }

    /// Reads block `number` back; one in memory is given up.
    ///
    /// # Errors
    /// It is not there, not whole, or of another trial.
    pub fn take(&self, kind: &BlockKind, number: usize) -> Result<Block, BlockError> {
        match self {
            BlockStore::Memory(held) => {
                let bytes = held.lock().unwrap_or_else(PoisonError::into_inner).remove(&number).unwrap_or_default();
                decode(kind, number, "memory", &bytes)
            }
            BlockStore::Folder(folder) => {
                let path = Self::file(folder, number);
                let bytes = std::fs::read(&path).map_err(|source| BlockError::Io { doing: "read", path: path.clone(), source })?;
                decode(kind, number, &path.display().to_string(), &bytes)
            }
        }
    }

    /// Which of the blocks 0 to `count` − 1 are there and whole, and the words on those that are there and are not.
    pub fn finished(&self, kind: &BlockKind, count: usize) -> (Vec<bool>, Vec<String>) {
        let mut broken = Vec::new();
        let whole = (0..count)
            .map(|number| match self {
                BlockStore::Memory(_) => false,
                BlockStore::Folder(folder) => {
                    Self::file(folder, number).exists() && self.take(kind, number).map_err(|error| broken.push(error.to_string())).is_ok()
                }
            })
            .collect();
        (whole, broken)
    }
}

fn encode(kind: &BlockKind, block: &Block) -> Vec<u8> {
    let mut failures = Vec::new();
    let mut courses = Vec::new();
    let rules = block.patients.iter().map(|patient| patient.turned_away.len()).max().unwrap_or(0);
    let mut numbers: Vec<f64> = Vec::new();
    for (offset, patient) in block.patients.iter().enumerate() {
        numbers.push(f64::from(patient.screened));
        numbers.extend((0..rules).map(|rule| f64::from(patient.turned_away.get(rule).copied().unwrap_or(0))));
        numbers.extend((0..kind.covariates).map(|at| patient.covariates.get(at).copied().unwrap_or(f64::NAN)));
        for (arm, row) in patient.arms.iter().enumerate() {
            match row {
                Ok(row) => {
                    numbers.extend(&row.values);
                    courses.extend(row.course.iter().map(|course| (offset, arm, course.clone())));
                }
                Err(sentence) => {
                    numbers.extend(std::iter::repeat_n(f64::NAN, kind.columns));
                    failures.push((offset, arm, sentence.clone()));
                }
            }
        }
    }
    let (number, first, patients) = (block.number, block.first, block.patients.len());
    let head = Head { layout: LAYOUT, kind: kind.clone(), number, first, patients, rules, failures, courses };
    // names, counts and finite numbers always have a JSON form
    let mut bytes = serde_json::to_vec(&head).unwrap_or_default();
    bytes.push(b'\n');
    bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    let digest = Sha256::digest(&bytes);
    bytes.extend_from_slice(&digest);
    bytes
}

fn decode(kind: &BlockKind, number: usize, name: &str, bytes: &[u8]) -> Result<Block, BlockError> {
    let broken = |problem: String| BlockError::Broken { number, name: name.to_owned(), problem };
    let body = bytes.len().checked_sub(DIGEST).map(|end| &bytes[..end]);
    let Some(body) = body.filter(|body| Sha256::digest(body).as_slice() == &bytes[bytes.len() - DIGEST..]) else {
        return Err(broken(format!("is not whole: its {} bytes do not match the digest at their end", bytes.len())));
    };
    let end = body.iter().position(|byte| *byte == b'\n').unwrap_or(body.len());
    let head: Head = serde_json::from_slice(&body[..end]).map_err(|error| broken(format!("has no head: {error}")))?;
    if head.layout != LAYOUT || head.kind != *kind {
        return Err(broken("belongs to another trial: other inputs, options or version".into()));
    }
    if head.number != number {
        return Err(broken(format!("is block {} under another name", head.number)));
    }
    let numbers: Vec<f64> = body[(end + 1).min(body.len())..]
        .chunks_exact(8)
        .map(|eight| f64::from_le_bytes([eight[0], eight[1], eight[2], eight[3], eight[4], eight[5], eight[6], eight[7]]))
        .collect();
    let width = 1 + head.rules + kind.covariates + kind.arms * kind.columns;
    if numbers.len() != head.patients * width {
        return Err(broken(format!("holds {} numbers where {} belong", numbers.len(), head.patients * width)));
    }
    let mut patients: Vec<PatientRow> = numbers
        .chunks_exact(width)
        .map(|row| {
            let (counts, rest) = row.split_at(1 + head.rules);
            let (covariates, arms) = rest.split_at(kind.covariates);
            PatientRow {
                covariates: covariates.to_vec(),
                screened: counts[0] as u32,
                turned_away: counts[1..].iter().map(|count| *count as u32).collect(),
                arms: arms.chunks_exact(kind.columns.max(1)).map(|values| Ok(ArmRow { values: values.to_vec(), course: None })).collect(),
            }
        })
        .collect();
    for (patient, arm, sentence) in head.failures {
        if let Some(place) = patients.get_mut(patient).and_then(|patient| patient.arms.get_mut(arm)) {
            *place = Err(sentence);
        }
    }
    for (patient, arm, course) in head.courses {
        if let Some(Ok(row)) = patients.get_mut(patient).and_then(|patient| patient.arms.get_mut(arm)) {
            row.course = Some(course);
        }
    }
    Ok(Block { number, first: head.first, patients })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial::GivenCycle;

    fn kind() -> BlockKind {
        BlockKind { trial: "abc".into(), arms: 2, columns: 3, covariates: 1 }
    }

    fn block(number: usize) -> Block {
        let course = ArmCourse {
            cycles: vec![GivenCycle { week: 0.0, activity_gbq: 7.4, delayed_wk: 0.1 + 0.2, reduced: false }],
            ended_wk: 8.0,
            ended_by: "limit".into(),
            ended: "a limit\nin two lines".into(),
        };
        let row = |value: f64, course: Option<ArmCourse>| Ok(ArmRow { values: vec![value, -0.0, 1.0 / value], course });
        let patient = |value: f64| PatientRow {
            covariates: vec![value.sqrt()],
            screened: 3,
            turned_away: vec![2, 0],
            arms: vec![row(value, Some(course.clone())), Err("cycle 2: no".into())],
        };
        Block { number, first: 64 * number, patients: vec![patient(0.1), patient(f64::MIN_POSITIVE)] }
    }

    #[test]
    fn a_block_comes_back_to_the_bit() {
        let folder = tempfile::tempdir().unwrap();
        for store in [BlockStore::in_memory(), BlockStore::Folder(folder.path().to_path_buf())] {
            store.keep(&kind(), &block(5)).unwrap();
            assert_eq!(store.take(&kind(), 5).unwrap(), block(5));
        }
    }

    #[test]
    fn what_is_not_whole_or_of_another_trial_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let store = BlockStore::Folder(folder.path().to_path_buf());
        store.keep(&kind(), &block(0)).unwrap();
        store.keep(&kind(), &block(1)).unwrap();
        assert_eq!(store.finished(&kind(), 3), (vec![true, true, false], Vec::new()));
        let path = folder.path().join("000001.block");
        let whole = std::fs::read(&path).unwrap();
        for length in [0, 10, whole.len() - 1] {
            std::fs::write(&path, &whole[..length]).unwrap();
            let (finished, broken) = store.finished(&kind(), 2);
            assert_eq!(finished, [true, false]);
            assert!(broken[0].contains("block 1") && broken[0].contains("not whole"), "{broken:?}");
        }
        let mut changed = whole.clone();
        changed[whole.len() / 2] ^= 1;
        std::fs::write(&path, &changed).unwrap();
        assert!(store.take(&kind(), 1).is_err());
        std::fs::write(&path, &whole).unwrap();
        let other = BlockKind { trial: "other".into(), ..kind() };
        assert!(store.take(&other, 1).unwrap_err().to_string().contains("another trial"));
        assert!(store.take(&kind(), 7).unwrap_err().to_string().contains("cannot read"));
    }

    #[test]
    fn a_place_that_cannot_be_written_is_named() {
        let store = BlockStore::Folder(PathBuf::from("/nowhere/at/all"));
        assert!(store.keep(&kind(), &block(0)).unwrap_err().to_string().starts_with("cannot write `/nowhere/at/all/000000.block`"));
    }
}
