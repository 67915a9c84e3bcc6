//! Editing and undoing: any sequence of edits can be taken back and made again.
use proptest::prelude::*;

use super::*;
use crate::tui::editor::motion::{Motion, go};

#[derive(Debug, Clone)]
enum Deed {
    Insert(char),
    Paste(String),
    Newline,
    Indent,
    Shift(bool),
    Back,
    On,
    WordBack,
    WordOn,
    ToEnd,
    Cut,
    Move(u8, bool),
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        "[a-z :漢\u{301}\té]".prop_map(|text| Deed::Insert(text.chars().next().unwrap_or('x'))),
        "[a-z漢\n\r\u{301} -]{0,12}".prop_map(Deed::Paste),
        Just(Deed::Newline),
        Just(Deed::Indent),
        any::<bool>().prop_map(Deed::Shift),
        Just(Deed::Back),
        Just(Deed::On),
        Just(Deed::WordBack),
        Just(Deed::WordOn),
        Just(Deed::ToEnd),
        Just(Deed::Cut),
        (0_u8..12, any::<bool>()).prop_map(|(motion, select)| Deed::Move(motion, select)),
    ]
}

fn perform(buffer: &mut TextBuffer, deed: &Deed) {
    const MOTIONS: [Motion; 12] = [
        Motion::Left,
        Motion::Right,
        Motion::Up,
        Motion::Down,
        Motion::WordLeft,
        Motion::WordRight,
        Motion::Home,
        Motion::End,
        Motion::PageUp(3),
        Motion::PageDown(2),
        Motion::Top,
        Motion::Bottom,
    ];
    match deed {
        Deed::Insert(character) => insert(buffer, *character),
        Deed::Paste(text) => paste(buffer, text),
        Deed::Newline => newline(buffer),
        Deed::Indent => indent(buffer),
        Deed::Shift(deeper) => shift_lines(buffer, *deeper),
        Deed::Back => delete_back(buffer),
        Deed::On => delete_on(buffer),
        Deed::WordBack => delete_word_back(buffer),
        Deed::WordOn => delete_word_on(buffer),
        Deed::ToEnd => delete_to_end(buffer),
        Deed::Cut => drop(cut(buffer)),
        Deed::Move(motion, select) => go(buffer, MOTIONS[*motion as usize % 12], *select),
    }
}

proptest! {
    #[test]
    fn all_undos_give_the_original_and_all_redos_the_final_text(
        original in "(\u{feff})?[a-z :漢\u{301}\n]{0,40}|(a\r\n){1,4}",
        deeds in proptest::collection::vec(deed(), 0..40),
    ) {
        let mut buffer = TextBuffer::new(&original);
        prop_assert_eq!(buffer.text(), original.clone(), "opening changes nothing");
        for deed in &deeds {
            perform(&mut buffer, deed);
            let at = buffer.cursor();
            prop_assert_eq!(buffer.clamped(at), at, "the cursor is at a border");
        }
        let last = buffer.text();
        let mut steps = 0;
        while buffer.undo() {
            steps += 1;
        }
        prop_assert_eq!(buffer.text(), original);
        prop_assert!(!buffer.modified());
        for _ in 0..steps {
            prop_assert!(buffer.redo());
        }
        prop_assert!(!buffer.redo());
        prop_assert_eq!(buffer.text(), last);
    }
}

fn typed(buffer: &mut TextBuffer, text: &str) {
    text.chars().for_each(|character| insert(buffer, character));
}

#[test]
fn undo_goes_by_words_and_a_paste_is_one_step() {
    let mut buffer = TextBuffer::new("");
    typed(&mut buffer, "cl: 5");
    paste(&mut buffer, " L/h\nv: 1 L");
    assert_eq!(buffer.text(), "cl: 5 L/h\nv: 1 L");
    buffer.undo();
    assert_eq!(buffer.text(), "cl: 5");
    buffer.undo();
    assert_eq!(buffer.text(), "cl:");
    buffer.redo();
    buffer.redo();
    assert_eq!(buffer.text(), "cl: 5 L/h\nv: 1 L");
    buffer.mark_saved();
    assert!(!buffer.modified());
    typed(&mut buffer, "!");
    assert!(buffer.modified());
    buffer.undo();
    assert!(!buffer.modified(), "back at what was saved");
    buffer.undo();
    assert!(buffer.modified(), "before what was saved");
    typed(&mut buffer, "x");
    buffer.undo();
    assert!(buffer.modified(), "the saved text cannot come back");
}

#[test]
fn a_new_line_keeps_the_indentation() {
    let at_end = |text: &str| {
        let mut buffer = TextBuffer::new(text);
        go(&mut buffer, Motion::Bottom, false);
        newline(&mut buffer);
        buffer.line(buffer.cursor().line).to_owned()
    };
    assert_eq!(at_end("  cl: 5 L/h"), "  ");
    assert_eq!(at_end("  cl:"), "    ");
    assert_eq!(at_end("  cl:  # clearance"), "    ");
    assert_eq!(at_end("  - from: a"), "    ", "the next key of the item");
    assert_eq!(at_end("  - {from: a, to: b}"), "  ", "the next item");
}

#[test]
fn levels_cut_lines_and_backspace_in_the_indentation() {
    let mut buffer = TextBuffer::new("a\n  b\nc");
    buffer.select(Position::new(0, 0), Position::new(2, 0));
    indent(&mut buffer);
    assert_eq!(buffer.text(), "  a\n    b\nc");
    shift_lines(&mut buffer, false);
    assert_eq!(buffer.text(), "a\n  b\nc");
    buffer.go(Position::new(1, 2), false);
    delete_back(&mut buffer);
    assert_eq!(buffer.text(), "a\nb\nc");
    assert_eq!(cut(&mut buffer), "b\n");
    assert_eq!(buffer.text(), "a\nc");
}

#[test]
fn up_and_down_keep_the_column_through_short_and_wide_lines() {
    let mut buffer = TextBuffer::new("abcdef\nx\n漢漢漢漢");
    buffer.go(Position::new(0, 5), false);
    go(&mut buffer, Motion::Down, false);
    assert_eq!(buffer.cursor(), Position::new(1, 1));
    go(&mut buffer, Motion::Down, false);
    assert_eq!(buffer.column(), 4, "column 5 is the right half of the third character");
    go(&mut buffer, Motion::Up, false);
    go(&mut buffer, Motion::Up, false);
    assert_eq!(buffer.cursor(), Position::new(0, 5));
}
