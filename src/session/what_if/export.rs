//! The desk as a scenario file of its own: what was set in What-if is written out, and a run of it gives the numbers of the desk.
//!
//! Left out is what would replace those values: `fit` and what hangs on it. Paths of files follow the new place.
use super::apply::{Desk, Settings};
use super::edit::{self, keys};
use crate::model::diagnostic::Faults;
use crate::model::yaml::{Node, YamlFile};
use crate::session::scenario::Scenario;
use std::path::{Component, Path, PathBuf};

/// Sections whose results would replace what was set, or that need them.
const LEFT_OUT: [&[&str]; 7] =
    [&["fit"], &["piecewise"], &["rivals"], &["recovery"], &["time_activity"], &["single_time_point"], &["dosimetry", "uncertainty"]];

impl Desk {
    /// Writes `<scenarios>/<name>/scenario.yaml` with these settings and gives its path. Nothing is overwritten.
    ///
    /// # Errors
    /// A sentence: no name for a folder, a folder that exists, settings that the reader refuses, or a disk that does.
    pub fn export(&self, settings: &Settings, name: &str, scenarios: &Path) -> Result<PathBuf, String> {
        let good = !name.is_empty() && !name.starts_with('.') && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c));
        if !good {
            return Err(format!("`{name}` cannot name a scenario: use letters, digits, `_` and `-`"));
        }
        let text = self.exported(settings, name, &scenarios.join(name))?;
        std::fs::create_dir_all(scenarios).map_err(|error| format!("{} cannot be made: {error}", scenarios.display()))?;
        let folder = scenarios.join(name);
        std::fs::create_dir(&folder).map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => format!("there is a scenario `{name}` already: choose another name"),
            _ => format!("{} cannot be made: {error}", folder.display()),
        })?;
        let file = folder.join("scenario.yaml");
        let written = std::fs::write(&file, &text).map_err(|error| format!("{} cannot be written: {error}", file.display()));
        let sound = written.and_then(|()| Scenario::load(&file, &[]).map_err(|faults| faults.to_string()));
        if let Err(words) = sound {
            // nothing was in this folder before
            let _ = std::fs::remove_file(&file);
            let _ = std::fs::remove_dir(&folder);
            return Err(words);
        }
        Ok(file)
    }

    /// The text of the new scenario, to lie in `folder`.
    fn exported(&self, settings: &Settings, name: &str, folder: &Path) -> Result<String, String> {
        let mut text = edit::set(&self.apply(settings)?.text, &keys(&["scenario"]), name)?;
        if find_text(&text, "title")?.is_some() {
            text = edit::set(&text, &keys(&["title"]), &quoted(&format!("{} (What-if)", self.title)))?;
        }
        for section in LEFT_OUT {
            text = without(&text, section)?;
        }
        let own = self.file.parent().unwrap_or(Path::new("."));
        text = moved(&text, own, folder)?;
        let set: Vec<String> = settings
            .iter()
            .map(|(name, value)| Ok(format!("{name} = {}", self.knob(name)?.shown(value))))
            .collect::<Result<_, String>>()?;
        let set = if set.is_empty() { "nothing changed".to_owned() } else { set.join("; ") };
        let text = text.trim_start_matches('\u{feff}');
        Ok(format!("# from What-if of `{}`: {set}\n{text}", self.name))
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn parsed(text: &str) -> Result<YamlFile, String> {
    YamlFile::parse("what-if", text.to_owned()).map_err(|faults| faults.to_string())
}

fn find_text(text: &str, key: &str) -> Result<Option<String>, String> {
    Ok(edit::find(&parsed(text)?.root(), &keys(&[key])).and_then(|node| node.scalar_text()))
}

/// The text without what stands under a way of one key or two, whose lines are its own.
fn without(text: &str, way: &[&str]) -> Result<String, String> {
    let file = parsed(text)?;
    let Some((key, before)) = way.split_last() else { return Ok(text.to_owned()) };
    let Some(parent) = edit::find(&file.root(), &keys(before)) else { return Ok(text.to_owned()) };
    let line = |node: &Node<'_>| {
        let key = node.key_place().start;
        text[..key].rfind('\n').map_or(0, |at| at + 1)
    };
    let siblings = parent.entries(&mut Faults::new(), "");
    let Some((_, section)) = siblings.iter().find(|(name, _)| name == key) else { return Ok(text.to_owned()) };
    let begin = line(section);
    if !text[begin..section.key_place().start].trim().is_empty() {
        return Err(format!("`{}` does not begin a line, so it cannot be left out", way.join(".")));
    }
    let sections = file.root().entries(&mut Faults::new(), "");
    let end = sections.iter().chain(&siblings).map(|(_, node)| line(node)).filter(|start| *start > begin).min().unwrap_or(text.len());
    Ok(format!("{}{}", &text[..begin], &text[end..]))
}

/// The text with every scalar that names a file beside the old place naming it from the new one.
fn moved(text: &str, from: &Path, to: &Path) -> Result<String, String> {
    let file = parsed(text)?;
    let mut exchanges: Vec<(usize, usize, String)> = Vec::new();
    collect(&file.root(), &mut |node: &Node<'_>| {
        let Some(path) = node.scalar_text().filter(|path| path.contains(['.', '/'])) else { return };
        let old = tidy(&from.join(&path));
        if old.exists() && tidy(&to.join(&path)) != old && Path::new(&path).is_relative() {
            exchanges.push((node.place().start, node.place().end, quoted(&relative(&old, to).display().to_string())));
        }
    });
    exchanges.sort_by_key(|(start, ..)| std::cmp::Reverse(*start));
    let mut changed = text.to_owned();
    for (start, end, written) in exchanges {
        changed.replace_range(start..end, &written);
    }
    Ok(changed)
}

fn collect(node: &Node<'_>, with: &mut dyn FnMut(&Node<'_>)) {
    if node.is_scalar() {
        return with(node);
    }
    if node.is_mapping() {
        return node.entries(&mut Faults::new(), "").iter().for_each(|(_, child)| collect(child, with));
    }
    if node.is_sequence() {
        node.items(&mut Faults::new(), "").iter().for_each(|child| collect(child, with));
    }
}

/// Without `.` and `..`, by the words of the path alone.
fn tidy(path: &Path) -> PathBuf {
    let mut tidied = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if tidied.file_name().is_some() => drop(tidied.pop()),
            other => tidied.push(other),
        }
    }
    tidied
}

/// `path` as seen from `folder`; both tidy, both absolute or from the same place.
fn relative(path: &Path, folder: &Path) -> PathBuf {
    let folder = tidy(folder);
    let shared = path.components().zip(folder.components()).take_while(|(a, b)| a == b).count();
    let up = folder.components().skip(shared).map(|_| Component::ParentDir);
    up.chain(path.components().skip(shared)).collect()
}
