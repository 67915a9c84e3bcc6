//! Keys of the editor. No mode to remember: letters write, the rest is as in most editors. Ctrl-C, Ctrl-P, Ctrl-Q and `?` are left to the workbench.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::motion::Motion;

/// Rows of a page of what stands beside the text.
const SIDE_PAGE: isize = 10;

/// What an editor can be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Write a character.
    Insert(char),
    /// Break the line; in a search, take it.
    Enter,
    /// Spaces to the next level, or the selected lines deeper; in a search, the other field.
    Indent,
    /// The lines one level out.
    Outdent,
    /// Delete before the cursor.
    Back,
    /// Delete behind the cursor.
    Delete,
    /// Delete the word before the cursor.
    WordBack,
    /// Delete the word behind the cursor.
    WordDelete,
    /// Delete to the end of the line.
    DeleteToEnd,
    /// Move; true also selects.
    Move(Motion, bool),
    /// A page down (true) or up; the second true also selects.
    Page(bool, bool),
    /// Select everything.
    SelectAll,
    /// Cut the selection or the line.
    Cut,
    /// Copy the selection or the line.
    Copy,
    /// Put in what was cut or copied here.
    PasteOwn,
    /// Put in what the terminal pasted: one step.
    Paste(String),
    /// Take back.
    Undo,
    /// Make again.
    Redo,
    /// Search.
    Find,
    /// Search and replace.
    Replace,
    /// The next place (true) or the one before.
    Next(bool),
    /// Replace every place.
    ReplaceEvery,
    /// To the next problem (true) or the one before.
    Problem(bool),
    /// Another panel beside the text (true), or the one before.
    Side(bool),
    /// Scroll what stands beside the text by so many rows.
    ScrollSide(isize),
    /// Complete the name before the cursor: the next one (true), or the one before.
    Complete(bool),
    /// Write the file.
    Save,
    /// Close the search, drop the selection, else leave.
    Escape,
}

/// The keys for people: key, what it does. For help and footer.
pub const KEYS: &[(&str, &str)] = &[
    ("Ctrl-S", "save the file"),
    ("Ctrl-Z / Ctrl-Y", "undo / redo"),
    ("Ctrl-F", "search; ↑ ↓ other places, Tab to replace"),
    ("Ctrl-G / Alt-G", "next / previous place"),
    ("Ctrl-R", "search and replace"),
    ("Alt-A", "replace every place"),
    ("F8 / Shift-F8", "next / previous problem (also Alt-N / Alt-P)"),
    ("Ctrl-X / Alt-C / Ctrl-V", "cut / copy / paste, a line where nothing is selected"),
    ("Shift with a motion", "select"),
    ("Ctrl-← / Ctrl-→", "by word (also Alt-B / Alt-F)"),
    ("Ctrl-Home / Ctrl-End", "to the beginning / end"),
    ("Ctrl-A", "select everything"),
    ("Ctrl-W / Ctrl-K", "delete the word before / to the end of the line"),
    ("Tab / Shift-Tab", "a level in / out"),
    ("Ctrl-N / Alt-/", "complete the name before the cursor: next / back (also Ctrl-Space)"),
    ("F6 / Ctrl-T", "what stands beside the text: graph, parameters, what is declared, data, problems"),
    ("Alt-↑ / Alt-↓", "scroll it (also Alt-PgUp / Alt-PgDn)"),
    ("Esc", "leave"),
];

/// The command of a key; none for keys that are not the editor's.
#[must_use]
pub fn command(key: KeyEvent) -> Option<Command> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    let shift = key.modifiers.contains(KeyModifiers::SHIFT);
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    let alt = key.modifiers.contains(KeyModifiers::ALT);
    let by_word = control || alt;
    let go = |motion| Some(Command::Move(motion, shift));
    match key.code {
        KeyCode::Left => go(if by_word { Motion::WordLeft } else { Motion::Left }),
        KeyCode::Right => go(if by_word { Motion::WordRight } else { Motion::Right }),
        KeyCode::Up if alt => Some(Command::ScrollSide(-1)),
        KeyCode::Down if alt => Some(Command::ScrollSide(1)),
        KeyCode::PageUp if alt => Some(Command::ScrollSide(-SIDE_PAGE)),
        KeyCode::PageDown if alt => Some(Command::ScrollSide(SIDE_PAGE)),
        KeyCode::Up => go(Motion::Up),
        KeyCode::Down => go(Motion::Down),
        KeyCode::Home => go(if control { Motion::Top } else { Motion::Home }),
        KeyCode::End => go(if control { Motion::Bottom } else { Motion::End }),
        KeyCode::PageUp => Some(Command::Page(false, shift)),
        KeyCode::PageDown => Some(Command::Page(true, shift)),
        KeyCode::Enter => Some(Command::Enter),
        KeyCode::Tab if shift => Some(Command::Outdent),
        KeyCode::Tab => Some(Command::Indent),
        KeyCode::BackTab => Some(Command::Outdent),
        KeyCode::Backspace => Some(if by_word { Command::WordBack } else { Command::Back }),
        KeyCode::Delete if shift => Some(Command::Cut),
        KeyCode::Delete => Some(if by_word { Command::WordDelete } else { Command::Delete }),
        KeyCode::Insert if shift => Some(Command::PasteOwn),
        KeyCode::Insert if control => Some(Command::Copy),
        KeyCode::Esc => Some(Command::Escape),
        KeyCode::F(3) => Some(Command::Next(!shift)),
        KeyCode::F(8) => Some(Command::Problem(!shift)),
        // many terminals send Shift-F8 as F20, and Shift-F6 as F18
        KeyCode::F(20) => Some(Command::Problem(false)),
        KeyCode::F(6) => Some(Command::Side(!shift)),
        KeyCode::F(18) => Some(Command::Side(false)),
        // what many terminals send for Ctrl-Space
        KeyCode::Null => Some(Command::Complete(true)),
        KeyCode::Char(character) if control && !alt => match character.to_ascii_lowercase() {
            's' => Some(Command::Save),
            'z' if shift => Some(Command::Redo),
            'z' => Some(Command::Undo),
            'y' => Some(Command::Redo),
            'x' => Some(Command::Cut),
            'v' => Some(Command::PasteOwn),
            'a' => Some(Command::SelectAll),
            'f' => Some(Command::Find),
            'r' => Some(Command::Replace),
            'g' => Some(Command::Next(!shift)),
            'w' => Some(Command::WordBack),
            'k' => Some(Command::DeleteToEnd),
            // what some terminals send for the backspace key
            'h' => Some(Command::Back),
            'e' => go(Motion::End),
            't' => Some(Command::Side(true)),
            'n' | ' ' => Some(Command::Complete(true)),
            _ => None,
        },
        KeyCode::Char(character) if alt && !control => match character.to_ascii_lowercase() {
            'c' => Some(Command::Copy),
            'a' => Some(Command::ReplaceEvery),
            'g' => Some(Command::Next(false)),
            'n' => Some(Command::Problem(true)),
            'p' => Some(Command::Problem(false)),
            'b' => go(Motion::WordLeft),
            'f' => go(Motion::WordRight),
            'd' => Some(Command::WordDelete),
            '/' => Some(Command::Complete(false)),
            _ => None,
        },
        // AltGr comes as Ctrl-Alt on some keyboards: a character all the same
        KeyCode::Char(character) => Some(Command::Insert(character)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_become_commands() {
        let key = |code, modifiers| command(KeyEvent::new(code, modifiers));
        assert_eq!(key(KeyCode::Char('?'), KeyModifiers::NONE), Some(Command::Insert('?')));
        assert_eq!(key(KeyCode::Char('Z'), KeyModifiers::CONTROL | KeyModifiers::SHIFT), Some(Command::Redo));
        assert_eq!(key(KeyCode::Left, KeyModifiers::CONTROL | KeyModifiers::SHIFT), Some(Command::Move(Motion::WordLeft, true)));
        assert_eq!(key(KeyCode::Char('@'), KeyModifiers::CONTROL | KeyModifiers::ALT), Some(Command::Insert('@')));
        for workbench in ['c', 'p', 'q'] {
            assert_eq!(key(KeyCode::Char(workbench), KeyModifiers::CONTROL), None, "Ctrl-{workbench} is the workbench's");
        }
    }
}
