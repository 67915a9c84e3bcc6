//! The editor as a whole: keys in, text, cursor and screen out.
use std::path::Path;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::*;
use view::{Look, draw, text_size};

const LOOK: Look = Look { colour: true, focused: true };

fn press(editor: &mut Editor, code: KeyCode, modifiers: KeyModifiers) -> Outcome {
    editor.apply(keys::command(KeyEvent::new(code, modifiers)).expect("a key of the editor"))
}

fn control(editor: &mut Editor, character: char) -> Outcome {
    press(editor, KeyCode::Char(character), KeyModifiers::CONTROL)
}

fn write(editor: &mut Editor, text: &str) {
    text.chars().for_each(|character| drop(press(editor, KeyCode::Char(character), KeyModifiers::NONE)));
}

fn examined(path: &str, text: &str) -> Editor {
    let mut editor = Editor::open(Path::new(path), text);
    let found = diagnostics::examine(editor.kind, &editor.path, &editor.text.text());
    assert!(editor.diagnosed(editor.text.revision(), found));
    editor
}

fn screen(editor: &Editor, width: u16, height: u16) -> Vec<String> {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    draw(editor, LOOK, area, &mut buffer);
    let row = |y| (0..width).filter_map(|x| buffer.cell((x, y)).map(|cell| cell.symbol())).collect::<String>();
    (0..height).map(row).map(|line| line.trim_end().to_owned()).collect()
}

#[test]
fn a_mistake_is_marked_told_and_mended() {
    let text = include_str!("../../../models/two_compartment_iv.yaml");
    let mut editor = examined("m.yaml", text);
    control(&mut editor, 'f');
    write(&mut editor, "to: eliminated");
    press(&mut editor, KeyCode::Enter, KeyModifiers::NONE);
    press(&mut editor, KeyCode::Right, KeyModifiers::NONE);
    assert_eq!(press(&mut editor, KeyCode::Backspace, KeyModifiers::NONE), Outcome::Changed);
    assert!(editor.text.modified() && !editor.is_diagnosed());
    let found = diagnostics::examine(editor.kind, &editor.path, &editor.text.text());
    assert!(!editor.diagnosed(0, Diagnosis::default()), "a result for an older text is dropped");
    assert!(editor.diagnosed(editor.text.revision(), found));
    assert!(editor.model().is_some(), "the last good model is kept");
    press(&mut editor, KeyCode::Home, KeyModifiers::CONTROL);
    press(&mut editor, KeyCode::F(8), KeyModifiers::NONE);
    // models/two_compartment_iv.yaml, `  - {from: central, to: eliminated`: line 17, the name from column 25: 2 + `- {` 3 + `from: central, ` 15 + `to: ` 4
    assert_eq!(editor.line_column(), (17, 25));
    let shown = screen(&editor, 80, 24);
    assert!(shown.iter().any(|line| line.starts_with("E17")), "{shown:#?}");
    assert!(shown[22].starts_with("error: no compartment is called `eliminate`"), "{shown:#?}");
    control(&mut editor, 'z');
    assert!(!editor.text.modified());
    assert_eq!(editor.text.text(), text);
}

#[test]
fn searching_while_typing_begins_at_the_cursor_and_escape_goes_back() {
    let mut editor = Editor::open(Path::new("m.yaml"), "ab\nabc\nabd");
    control(&mut editor, 'f');
    write(&mut editor, "ab");
    assert_eq!(editor.text.selected_text(), "ab");
    write(&mut editor, "d");
    assert_eq!(editor.text.cursor(), Position::new(2, 3));
    press(&mut editor, KeyCode::Backspace, KeyModifiers::NONE);
    assert_eq!(editor.text.cursor(), Position::new(0, 2));
    press(&mut editor, KeyCode::Esc, KeyModifiers::NONE);
    assert_eq!((editor.text.cursor(), editor.mode), (Position::default(), Mode::Text));
    control(&mut editor, 'f');
    write(&mut editor, "abd");
    assert_eq!(editor.text.cursor(), Position::new(2, 3), "what is typed replaces the pattern before");
    press(&mut editor, KeyCode::Backspace, KeyModifiers::NONE);
    press(&mut editor, KeyCode::Tab, KeyModifiers::NONE);
    write(&mut editor, "x");
    press(&mut editor, KeyCode::Char('a'), KeyModifiers::ALT);
    assert_eq!(editor.text.text(), "x\nxc\nxd");
    control(&mut editor, 'z');
    assert_eq!(editor.text.text(), "ab\nabc\nabd", "one step");
    assert_eq!(press(&mut editor, KeyCode::Esc, KeyModifiers::NONE), Outcome::Leave);
}

#[test]
fn a_pasted_model_is_one_step_and_cutting_reaches_the_clipboard() {
    let mut editor = Editor::open(Path::new("m.yaml"), "");
    assert_eq!(editor.apply(Command::Paste("a: 1\r\nb: 2\r\n".into())), Outcome::Changed);
    assert_eq!(editor.text.lines(), ["a: 1", "b: 2", ""]);
    control(&mut editor, 'z');
    assert_eq!(editor.text.text(), "");
    editor.apply(Command::Paste("a: 1\nb: 2".into()));
    assert_eq!(control(&mut editor, 'x'), Outcome::Cut("b: 2\n".into()));
    assert_eq!(control(&mut editor, 's'), Outcome::Save);
    editor.saved(editor.text.revision(), Fingerprint::default());
    assert!(!editor.text.modified());
    let recovered = Editor::recovered(Path::new("m.yaml"), "old", "new");
    assert!(recovered.text.modified() && recovered.disk == Fingerprint::of(b"old"));
}

#[test]
fn long_lines_scroll_and_wide_characters_are_not_cut_in_half() {
    let mut editor = Editor::open(Path::new("m.yaml"), "漢字漢字漢字漢字漢字\nb");
    editor.resize(text_size(&editor, Rect::new(0, 0, 11, 3)));
    assert_eq!(screen(&editor, 11, 3)[0].replace(' ', ""), "漢字漢字漢›");
    editor.apply(Command::Move(motion::Motion::End, false));
    let area = Rect::new(0, 0, 11, 3);
    let mut buffer = Buffer::empty(area);
    let at = draw(&editor, LOOK, area, &mut buffer).expect("a cursor");
    assert!(at.0 < 11 && at.1 == 0, "{at:?}");
    assert!(editor.scroll.1 > 0);
}

#[test]
fn every_size_is_drawn() {
    let text = format!("{}\n\t漢字 tab: \"x\n{}", include_str!("../../../tests/broken/several_problems.yaml"), "y".repeat(300));
    let mut editor = examined("several_problems.yaml", &text);
    for end in [motion::Motion::Top, motion::Motion::Bottom] {
        editor.apply(Command::Move(end, true));
        for width in 1..=120 {
            for height in 1..=40 {
                let area = Rect::new(0, 0, width, height);
                let mut buffer = Buffer::empty(area);
                let cursor = draw(&editor, Look { colour: width % 2 == 0, focused: true }, area, &mut buffer);
                let (x, y) = cursor.expect("the cursor is always seen");
                assert!(x < width && y < height, "{width}×{height}");
            }
        }
    }
    draw(&editor, LOOK, Rect::new(5, 5, 10, 10), &mut Buffer::empty(Rect::new(0, 0, 8, 8)));
}

#[test]
fn without_colour_nothing_is_coloured_and_the_rest_is_told_by_weight() {
    let editor = examined("several_problems.yaml", include_str!("../../../tests/broken/several_problems.yaml"));
    let area = Rect::new(0, 0, 80, 24);
    let mut buffer = Buffer::empty(area);
    draw(&editor, Look { colour: false, focused: true }, area, &mut buffer);
    assert!(buffer.content.iter().all(|cell| cell.fg == ratatui::style::Color::Reset && cell.bg == ratatui::style::Color::Reset));
    assert!(buffer.content.iter().any(|cell| cell.modifier.contains(ratatui::style::Modifier::UNDERLINED)));
}
