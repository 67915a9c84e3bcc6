//! Virtual trials through the program: the same bytes whatever happens on the way, replays, a full disk, what the tests of a trial claim, bias, mistakes.
#![allow(clippy::unwrap_used)]
mod support;

#[path = "trial/bias.rs"]
mod bias;
#[path = "trial/bytes.rs"]
mod bytes;
#[path = "trial/columns.rs"]
mod columns;
#[path = "trial/disk.rs"]
mod disk;
#[path = "trial/failures.rs"]
mod failures;
#[path = "trial/mistakes.rs"]
mod mistakes;
#[path = "trial/null.rs"]
mod null;
#[path = "trial/paired.rs"]
mod paired;
#[path = "trial/place.rs"]
mod place;
#[path = "trial/replay.rs"]
mod replay;
#[path = "trial/runs.rs"]
mod runs;

use place::{Ended, Place, Row, csv, files, number, only};
