//! A run's folder: written aside as `<time>-<hash>.partial`, moved to `<time>-<hash>` when whole.
//!
//! Ends of a run: [`RunFolder::finish`] moves it into place; [`RunFolder::cancel`] leaves it under its partial name with a manifest that says
//! `cancelled`; a folder that is dropped without either (an error on the way) stays partial with a manifest that says `failed`, or is removed
//! if nothing was written. A killed process leaves a partial folder without a manifest.

use super::digest::sha256_of_file;
use super::error::check_file_stem;
use super::manifest::{MANIFEST_FILE, Manifest, Status, compact};
use super::verify::{self, SUMS_FILE};
use super::{Figure, ReportError, Table};
use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

/// Ending of a folder that is not whole.
pub const PARTIAL_ENDING: &str = ".partial";
/// Folder of tables within a run.
pub const TABLES: &str = "tables";
/// Folder of figures within a run.
pub const FIGURES: &str = "figures";
/// The report's text within a run.
pub const REPORT_FILE: &str = "report.md";

/// A run being written.
#[derive(Debug)]
pub struct RunFolder {
    /// Folder of all runs of the scenario.
    parent: PathBuf,
    /// Name when whole, before a number is added because it is taken.
    name: String,
    partial: PathBuf,
    draft: Manifest,
    ended: bool,
    written: bool,
}

impl RunFolder {
    /// Makes `<runs_root>/<scenario>/<time>-<hash>.partial`; `input_hash` is hexadecimal, its first 12 digits are used.
    ///
    /// # Errors
    /// A scenario name that cannot be a folder name; a file where a folder should be; whatever the system says.
    pub fn begin(runs_root: &Path, scenario: &str, input_hash: &str, started: jiff::Timestamp) -> Result<Self, ReportError> {
        check_file_stem("scenario", scenario)?;
        let hash = input_hash.get(..12).unwrap_or(input_hash);
        check_file_stem("input hash", hash)?;
        let parent = runs_root.join(scenario);
        make_folders(&parent)?;
        let base = format!("{}-{hash}", compact(started));
        for attempt in 1..=10_000_u32 {
            let name = numbered(&base, attempt);
            let partial = parent.join(format!("{name}{PARTIAL_ENDING}"));
            if parent.join(&name).symlink_metadata().is_ok() {
                continue;
            }
            match fs::create_dir(&partial) {
                Ok(()) => {
                    let draft = Manifest::begun(scenario, "", started);
                    return Ok(Self { parent, name, partial, draft, ended: false, written: false });
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(ReportError::io("make the folder", &partial)(error)),
            }
        }
        Err(ReportError::Name { what: "run", name: base, reason: "ten thousand runs of this name exist already" })
    }

    /// Takes up a partial folder again, to complete it.
    ///
    /// # Errors
    /// When `partial` is not a folder, or its name does not end in `.partial`.
    pub fn resume(partial: &Path) -> Result<Self, ReportError> {
        let file_name = partial.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let Some(name) = file_name.strip_suffix(PARTIAL_ENDING).filter(|name| !name.is_empty()) else {
            return Err(ReportError::Name { what: "partial run", name: file_name.to_owned(), reason: "it does not end in `.partial`" });
        };
        if !partial.is_dir() {
            return Err(ReportError::NotAFolder { path: partial.to_path_buf() });
        }
        let parent = partial.parent().unwrap_or(Path::new(".")).to_path_buf();
        let draft = Manifest::read(partial).unwrap_or_default();
        Ok(Self { parent, name: name.to_owned(), partial: partial.to_path_buf(), draft, ended: false, written: true })
    }

    /// Where the run is being written.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.partial
    }

    /// What is known so far of the manifest; a run that fails is marked with it.
    pub fn draft_mut(&mut self) -> &mut Manifest {
        &mut self.draft
    }

    /// Writes a text file; `relative` stays within the run (`inputs/scenario.yaml`). Folders are made on the way.
    ///
    /// # Errors
    /// A path that leaves the run, or whatever the system says.
    pub fn write_text(&mut self, relative: &str, contents: &str) -> Result<PathBuf, ReportError> {
        self.write_bytes(relative, contents.as_bytes())
    }

    /// Writes a file of bytes; as [`RunFolder::write_text`].
    ///
    /// # Errors
    /// As [`RunFolder::write_text`].
    pub fn write_bytes(&mut self, relative: &str, contents: &[u8]) -> Result<PathBuf, ReportError> {
        check_relative(relative)?;
        let path = self.partial.join(relative);
        if let Some(folder) = path.parent() {
            make_folders(folder)?;
        }
        fs::write(&path, contents).map_err(ReportError::io("write", &path))?;
        self.written = true;
        Ok(path)
    }

    /// Writes `tables/<name>.csv` and notes it in the manifest.
    ///
    /// # Errors
    /// A row of the wrong length, a bad name, or whatever the system says.
    pub fn write_table(&mut self, table: &Table) -> Result<PathBuf, ReportError> {
        check_file_stem("table", &table.name)?;
        table.check()?;
        let relative = format!("{TABLES}/{}.csv", table.name);
        let path = self.write_text(&relative, &table.to_csv())?;
        note(&mut self.draft.tables, relative);
        Ok(path)
    }

    /// Takes over a file that lies within the run already, under the path `relative`; a table is noted in the manifest.
    ///
    /// # Errors
    /// A path that leaves the run, or whatever the system says.
    pub fn take_over(&mut self, path: &Path, relative: &str) -> Result<PathBuf, ReportError> {
        check_relative(relative)?;
        let place = self.partial.join(relative);
        if let Some(folder) = place.parent() {
            make_folders(folder)?;
        }
        fs::rename(path, &place).map_err(ReportError::io("move into place", path))?;
        self.written = true;
        if relative.starts_with(TABLES) {
            note(&mut self.draft.tables, relative.to_owned());
        }
        Ok(place)
    }

    /// Writes `figures/<name>.svg`, `.png`, `.csv`, and the figure itself as `.yaml` for redrawing; notes it in the manifest.
    ///
    /// # Errors
    /// As [`Figure::render`], or whatever the system says.
    pub fn draw(&mut self, figure: &Figure) -> Result<Vec<PathBuf>, ReportError> {
        let drawn = figure.render()?;
        let stored = figure.to_yaml();
        let files: [(&str, &[u8]); 4] =
            [("svg", drawn.svg.as_bytes()), ("png", &drawn.png), ("csv", drawn.csv.as_bytes()), ("yaml", stored.as_bytes())];
        let mut paths = Vec::with_capacity(files.len());
        for (ending, bytes) in files {
            paths.push(self.write_bytes(&format!("{FIGURES}/{}.{ending}", figure.name), bytes)?);
        }
        note(&mut self.draft.figures, figure.name.clone());
        Ok(paths)
    }

    /// Writes `report.md`, `manifest.yaml` (status done; tables and figures filled in) and `SHA256SUMS`, flushes all to disk and moves the
    /// folder into place. Returns its final path.
    ///
    /// # Errors
    /// Whatever the system says; the folder then stays under its partial name.
    pub fn finish(mut self, manifest: Manifest, report: &str) -> Result<PathBuf, ReportError> {
        self.write_text(REPORT_FILE, report)?;
        let manifest = self.completed(manifest, Status::Done);
        self.write_text(MANIFEST_FILE, &manifest.to_yaml())?;
        let files = verify::files_of(&self.partial)?;
        let mut sums = String::new();
        for relative in files.iter().filter(|relative| relative.as_str() != SUMS_FILE) {
            let path = self.partial.join(relative);
            sums.push_str(&verify::sum_line(relative, &sha256_of_file(&path)?));
        }
        self.write_text(SUMS_FILE, &sums)?;
        flush_tree(&self.partial)?;
        let place = self.free_place();
        fs::rename(&self.partial, &place).map_err(ReportError::io("move the finished run to", &place))?;
        self.ended = true;
        flush(&self.parent)?;
        Ok(place)
    }

    /// Leaves the folder under its partial name, marked cancelled. Returns that path.
    ///
    /// # Errors
    /// When the manifest cannot be written.
    pub fn cancel(mut self, manifest: Manifest) -> Result<PathBuf, ReportError> {
        let manifest = self.completed(manifest, Status::Cancelled);
        self.write_text(MANIFEST_FILE, &manifest.to_yaml())?;
        self.ended = true;
        flush_tree(&self.partial)?;
        Ok(self.partial.clone())
    }

    fn completed(&self, manifest: Manifest, status: Status) -> Manifest {
        let mut completed = Manifest { status, ..manifest };
        self.draft.tables.iter().for_each(|table| note(&mut completed.tables, table.clone()));
        self.draft.figures.iter().for_each(|figure| note(&mut completed.figures, figure.clone()));
        completed
    }

    /// The run's name, with a number if another run took it meanwhile.
    fn free_place(&self) -> PathBuf {
        let free = |place: &PathBuf| place.symlink_metadata().is_err();
        let mut places = (1..).map(|attempt| self.parent.join(numbered(&self.name, attempt)));
        places.find(free).unwrap_or_else(|| self.parent.join(&self.name))
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        // a destructor cannot report; what is left is a partial folder without a manifest, which readers take for a killed run
        if self.written {
            let manifest = self.completed(self.draft.clone(), Status::Failed);
            let _ = fs::write(self.partial.join(MANIFEST_FILE), manifest.to_yaml());
        } else {
            let _ = fs::remove_dir(&self.partial);
        }
    }
}

fn note(list: &mut Vec<String>, item: String) {
    if !list.contains(&item) {
        list.push(item);
    }
}

fn numbered(base: &str, attempt: u32) -> String {
    if attempt == 1 { base.to_owned() } else { format!("{base}-{attempt}") }
}

/// `create_dir_all` that names the file in the way.
fn make_folders(path: &Path) -> Result<(), ReportError> {
    if let Some(in_the_way) = path.ancestors().find(|p| p.symlink_metadata().is_ok()).filter(|p| !p.is_dir()) {
        return Err(ReportError::NotAFolder { path: in_the_way.to_path_buf() });
    }
    fs::create_dir_all(path).map_err(ReportError::io("make the folder", path))
}

fn check_relative(relative: &str) -> Result<(), ReportError> {
    let refuse = |reason| Err(ReportError::Name { what: "file", name: relative.to_owned(), reason });
    if relative.is_empty() || relative.chars().any(|c| c.is_control() || c == '\\') {
        return refuse("it is empty or holds a backslash or a control character");
    }
    if !Path::new(relative).components().all(|part| matches!(part, Component::Normal(_))) {
        return refuse("it leaves the run folder");
    }
    Ok(())
}

/// Flushes every file and folder below `folder`, so that the move into place cannot overtake the contents.
fn flush_tree(folder: &Path) -> Result<(), ReportError> {
    for entry in fs::read_dir(folder).map_err(ReportError::io("list", folder))? {
        let path = entry.map_err(ReportError::io("list", folder))?.path();
        if path.is_dir() { flush_tree(&path)? } else { flush(&path)? }
    }
    flush(folder)
}

fn flush(path: &Path) -> Result<(), ReportError> {
    match fs::File::open(path).and_then(|file| file.sync_all()) {
        // some file systems cannot flush a folder; their renames need none
        Err(error)
            if path.is_dir() && matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::PermissionDenied | ErrorKind::Unsupported) =>
        {
            Ok(())
        }
        result => result.map_err(ReportError::io("flush to disk", path)),
    }
}

#[cfg(test)]
mod tests;
