//! From a path to text fit for a YAML reader: size, encoding, byte-order mark, control characters.

use crate::model::diagnostic::{Faults, Place, SourceText, nearest};
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::sync::Arc;

/// The longest file read, bytes: 4 MiB, a thousand times a long model.
const LARGEST_FILE: usize = 4 << 20;
/// After this many control characters the file is not text, and more faults tell nothing.
const CONTROL_CHARACTERS_REPORTED: usize = 5;

/// Reads and checks the file at `path`.
pub(super) fn read_source(path: &Path) -> Result<SourceText, Faults> {
    let name = path.display().to_string();
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LARGEST_FILE as u64 + 1).read_to_end(&mut bytes));
    if let Err(error) = read {
        return Err(unreadable(path, &name, &error));
    }
    if bytes.len() > LARGEST_FILE {
        return Err(too_large(&name));
    }
    match String::from_utf8(bytes) {
        Ok(text) => check_text(&name, text),
        Err(error) => Err(not_utf8(&name, error.utf8_error().valid_up_to(), error.as_bytes())),
    }
}

/// Checks text that is already in memory and drops its byte-order mark.
pub(super) fn check_text(name: &str, mut text: String) -> Result<SourceText, Faults> {
    if text.len() > LARGEST_FILE {
        return Err(too_large(name));
    }
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    let source = SourceText::new(name, text);
    // Pure printable ASCII needs no second look; it is nearly every file.
    if source.text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t')) {
        return Ok(source);
    }
    let source = Arc::new(source);
    let mut faults = Faults::new();
    for (at, character) in source.text.char_indices() {
        let Some(reason) = refused_character(character, &source.text[at..]) else {
            continue;
        };
        if faults.len() == CONTROL_CHARACTERS_REPORTED {
            break;
        }
        let place = Place::new(Arc::clone(&source), at, at + character.len_utf8());
        faults
            .error(place, format!("the file contains {reason} (U+{:04X})", character as u32))
            .help("delete it, or save the file as plain UTF-8 text");
    }
    match Arc::try_unwrap(source) {
        Ok(source) if faults.is_empty() => Ok(source),
        _ => Err(faults),
    }
}

/// Why a character may not stand in a file. Line breaks other than LF and CR LF are refused because YAML 1.1 and 1.2 disagree on them;
/// bidirectional controls because they make the file read otherwise than it looks.
fn refused_character(character: char, rest: &str) -> Option<&'static str> {
    match character {
        '\t' | '\n' => None,
        '\r' if rest.starts_with("\r\n") => None,
        '\r' => Some("a carriage return without a line feed"),
        '\0' => Some("a NUL character"),
        '\u{85}' | '\u{2028}' | '\u{2029}' => Some("an unusual line break"),
        '\u{feff}' => Some("a byte-order mark that is not at its beginning"),
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => Some("an invisible character that changes the reading direction"),
        '\u{fffe}' | '\u{ffff}' => Some("a character that is not allowed in text"),
        _ if character.is_control() => Some("a control character"),
        _ => None,
    }
}

fn too_large(name: &str) -> Faults {
    let mut faults = Faults::new();
    faults.error(None, format!("`{name}` is larger than 4 MiB")).help("put measured data into CSV files and name them here");
    faults
}

fn not_utf8(name: &str, valid_up_to: usize, bytes: &[u8]) -> Faults {
    let mut faults = Faults::new();
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        faults.error(None, format!("`{name}` is UTF-16 text")).help("save it as UTF-8");
        return faults;
    }
    let text = String::from_utf8_lossy(bytes).into_owned();
    // The text before the bad byte is unchanged by the lossy reading, so its offset still holds.
    let place = Place::new(Arc::new(SourceText::new(name, text)), valid_up_to, valid_up_to + '\u{fffd}'.len_utf8());
    let byte = bytes.get(valid_up_to).copied().unwrap_or_default();
    faults.error(place, format!("the file is not UTF-8 text: byte 0x{byte:02X} cannot stand here")).help("save the file as UTF-8");
    faults
}

fn unreadable(path: &Path, name: &str, error: &std::io::Error) -> Faults {
    let mut faults = Faults::new();
    match error.kind() {
        ErrorKind::NotFound => {
            let fault = faults.error(None, format!("there is no file `{name}`"));
            if let Some(neighbour) = neighbour(path) {
                fault.help(format!("did you mean `{neighbour}`?"));
            }
        }
        ErrorKind::IsADirectory => {
            faults.error(None, format!("`{name}` is a folder, not a YAML file"));
        }
        ErrorKind::PermissionDenied => {
            faults.error(None, format!("`{name}` may not be read: permission denied"));
        }
        _ => {
            faults.error(None, format!("cannot read `{name}`: {error}"));
        }
    }
    faults
}

/// The file beside a missing one that was probably meant.
fn neighbour(path: &Path) -> Option<String> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let wanted = path.file_name()?.to_str()?;
    let mut names: Vec<String> =
        std::fs::read_dir(folder).ok()?.take(1000).filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort();
    let name = nearest(wanted, names.iter().map(String::as_str))?;
    Some(path.with_file_name(name).display().to_string())
}
