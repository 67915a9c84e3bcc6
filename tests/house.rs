//! The house: every file says what lives in it, every floor imports only from floors below, and only the terminal face knows a terminal.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

/// Floors from the ground; rooms of one line do not import each other.
const FLOORS: &[&[&str]] = &[
    &["math"],
    &["units", "nuclide", "random"],
    &["model"],
    &["solve"],
    &["dosimetry", "radiobiology"],
    &["data", "fit"],
    &["regimen"],
    &["trial"],
    &["report"],
    &["session"],
    &["tui"],
    &["cli"],
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn all() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    sources(&root, &mut found);
    found
        .into_iter()
        .map(|path| (path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/"), std::fs::read_to_string(&path).unwrap()))
        .collect()
}

fn floor_of(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

#[test]
fn every_file_says_what_lives_in_it() {
    for (path, text) in all() {
        assert!(text.starts_with("//!"), "src/{path} does not open with `//!`");
    }
}

#[test]
fn floors_import_only_downward() {
    let mut wrong = Vec::new();
    for (path, text) in all() {
        let Some((room, _)) = path.split_once('/') else { continue };
        let own = floor_of(room).unwrap_or_else(|| panic!("src/{room} is on no floor"));
        for (number, line) in text.lines().enumerate() {
            if line.trim_start().starts_with("//") {
                continue;
            }
            for (at, _) in line.match_indices("crate::") {
                let name: String = line[at + "crate::".len()..].chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                let Some(other) = floor_of(&name) else { continue };
                if other > own || (other == own && name != room) {
                    wrong.push(format!("src/{path}:{}: {room} imports {name}", number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "imports that do not go downward:\n{}", wrong.join("\n"));
}

#[test]
fn only_the_faces_know_a_terminal() {
    for (path, text) in all() {
        for word in ["ratatui", "crossterm"] {
            let names = text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(&format!("{word}::")));
            assert!(!names || path.starts_with("tui/") || path.starts_with("cli/"), "src/{path} names {word}");
        }
    }
}

#[test]
fn solver_and_physics_code_takes_its_mathematics_from_libm() {
    // the system's exp, ln, pow, sin, cos give other bits on other processors
    let rooms = ["model/expr/", "solve/", "dosimetry/", "radiobiology/", "random/", "regimen/"];
    let methods = [".exp()", ".ln()", ".powf(", ".sin()", ".cos()", ".tanh()", ".ln_1p()", ".exp_m1()", ".log10()", ".mul_add("];
    let mut wrong = Vec::new();
    for (path, text) in all() {
        if !rooms.iter().any(|room| path.starts_with(room)) || path.contains("reference") || path.contains("test") {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in code.lines().enumerate() {
            if !line.trim_start().starts_with("//") && methods.iter().any(|method| line.contains(method)) {
                wrong.push(format!("src/{path}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "standard-library mathematics:\n{}", wrong.join("\n"));
}

#[test]
fn one_room_names_libm_and_one_room_is_unsafe() {
    for (path, text) in all() {
        let names = |word: &str| text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(word));
        assert!(!names("libm::") || path == "math/mod.rs", "src/{path} names libm: take it from crate::math");
        let unsafe_words = ["unsafe {", "unsafe fn", "unsafe impl", "unsafe_code"];
        assert!(!unsafe_words.iter().any(|word| names(word)) || path.starts_with("math/machine/"), "src/{path} is unsafe");
    }
}
