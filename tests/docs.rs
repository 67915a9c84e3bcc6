//! The pages under `docs/` and the README: links resolve, whole scenarios load, and no key of the scenario language is missing.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rptbench::session::scenario::Scenario;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// README, changelog and everything under `docs/`.
fn pages() -> Vec<PathBuf> {
    let mut found = vec![root().join("README.md"), root().join("CHANGELOG.md")];
    for entry in std::fs::read_dir(root().join("docs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    found
}

/// The pages that describe the scenario language.
fn scenario_pages() -> String {
    ["docs/scenarios.md", "docs/regimens.md", "docs/trials.md"].map(|page| read(&root().join(page))).join("\n")
}

/// The text outside fenced blocks.
fn prose(text: &str) -> String {
    let mut fenced = false;
    let mut kept = String::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

/// Targets of `[words](target)`.
fn links(text: &str) -> Vec<String> {
    prose(text).split("](").skip(1).filter_map(|rest| rest.split_once(')').map(|(target, _)| target.to_string())).collect()
}

/// The name by which a heading is linked: lower case, spaces as hyphens, other marks dropped.
fn anchors(text: &str) -> BTreeSet<String> {
    prose(text)
        .lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| {
            let words = line.trim_start_matches('#').trim().to_lowercase();
            words.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).map(|c| if c == ' ' { '-' } else { c }).collect()
        })
        .collect()
}

#[test]
fn every_link_resolves() {
    let mut broken = Vec::new();
    for page in pages() {
        let text = read(&page);
        for link in links(&text) {
            if link.starts_with("https://") || link.starts_with("http://") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
            let whole = target.exists() && (anchor.is_empty() || anchors(&read(&target)).contains(anchor));
            if !whole {
                broken.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "broken links:\n{}", broken.join("\n"));
}

/// Files named in backticks that look like paths of the project.
#[test]
fn every_path_of_the_project_that_a_page_names_exists() {
    let mut missing = Vec::new();
    for page in pages() {
        for word in prose(&read(&page)).split('`').skip(1).step_by(2) {
            let is_path = ["src/", "tests/", "models/", "scenarios/", "docs/"].iter().any(|folder| word.starts_with(folder));
            if is_path && !word.contains(['<', '*', ' ']) && !root().join(word).exists() {
                missing.push(format!("{}: {word}", page.display()));
            }
        }
    }
    assert!(missing.is_empty(), "paths that do not exist:\n{}", missing.join("\n"));
}

#[test]
fn whole_scenarios_of_the_page_load() {
    let text = scenario_pages();
    let blocks: Vec<&str> = text
        .split("```yaml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .filter(|block| block.starts_with("scenario:"))
        .collect();
    assert!(!blocks.is_empty());
    // beside the models, as a project has it
    let project = tempfile::tempdir().unwrap();
    let models = project.path().join("models");
    std::fs::create_dir(&models).unwrap();
    for entry in std::fs::read_dir(root().join("models")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, models.join(path.file_name().unwrap())).unwrap();
    }
    for (number, block) in blocks.iter().enumerate() {
        let folder = project.path().join(format!("scenarios/{number}"));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("scenario.yaml"), block).unwrap();
        match Scenario::load(&folder, &[]) {
            Ok((_, faults)) => assert!(faults.is_empty(), "block {number}: {faults:?}"),
            Err(faults) => panic!("block {number}: {faults:?}"),
        }
    }
}

/// All files of a folder and the folders in it.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { sources(&path, found) } else { found.push(path) }
    }
}

/// String literals that follow one of `openings` directly.
fn literals<'t>(code: &'t str, openings: &[&str]) -> Vec<&'t str> {
    let mut found = Vec::new();
    for opening in openings {
        for (at, _) in code.match_indices(opening) {
            found.extend(code[at + opening.len()..].split('"').next());
        }
    }
    found
}

#[test]
fn every_key_and_choice_that_the_code_reads_is_on_the_page() {
    let page = scenario_pages();
    let mut missing = BTreeSet::new();
    let mut count = 0;
    let mut files = Vec::new();
    sources(&root().join("src/session/scenario"), &mut files);
    for path in files {
        let code = read(&path);
        let keys = literals(&code, &["get(\"", "require(\"", "number(\"", "dose(\""]);
        // choices are pairs such as ("log", Scale::Logarithmic)
        let choices = literals(&code, &["(\""]).into_iter().filter(|word| {
            code.match_indices(&format!("(\"{word}\", ")).any(|(at, whole)| {
                let rest = &code[at + whole.len()..];
                rest.split(')').next().is_some_and(|value| value.contains("::") || ["true", "false", "("].contains(&value))
            })
        });
        for word in keys.into_iter().chain(choices) {
            count += 1;
            // alone, or as a key of a mapping such as `{column: time_h, unit: h}`
            let named = page.contains(&format!("`{word}`")) || page.contains(&format!("{word}: "));
            if !named && word.chars().all(|c| c.is_ascii_lowercase() || "_-".contains(c)) {
                missing.insert(word.to_string());
            }
        }
    }
    assert!(count > 90, "only {count} keys found: the search no longer fits the code");
    assert!(missing.is_empty(), "not on the page: {missing:?}");
}
