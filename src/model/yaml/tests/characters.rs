//! Characters and encodings: what may not stand in a file, and what may.

use super::refusal;
use insta::assert_snapshot;

#[test]
fn nul_and_escape() {
    assert_snapshot!(refusal("a: x\u{0}y\u{1b}[31m\n"), @r#"
    error: the file contains a NUL character (U+0000)
     --> model.yaml:1:5
      |
    1 | a: x␀y␛[31m
      |     ^
      |
      = help: delete it, or save the file as plain UTF-8 text

    error: the file contains a control character (U+001B)
     --> model.yaml:1:7
      |
    1 | a: x␀y␛[31m
      |       ^
      |
      = help: delete it, or save the file as plain UTF-8 text
    "#);
}

#[test]
fn a_lone_carriage_return() {
    assert_snapshot!(refusal("a: 1\rb: 2\n"), @r#"
    error: the file contains a carriage return without a line feed (U+000D)
     --> model.yaml:1:5
      |
    1 | a: 1␍b: 2
      |     ^
      |
      = help: delete it, or save the file as plain UTF-8 text
    "#);
}

#[test]
fn a_change_of_reading_direction() {
    assert_snapshot!(refusal("a\u{202e}: 1\n"), @r#"
    error: the file contains an invisible character that changes the reading direction (U+202E)
     --> model.yaml:1:2
      |
    1 | a�: 1
      |  ^
      |
      = help: delete it, or save the file as plain UTF-8 text
    "#);
}

#[test]
fn a_byte_order_mark_does_not_move_places() {
    assert_snapshot!(refusal("\u{feff}a: 1\na: 2\n"), @r#"
    error: duplicate key `a`
     --> model.yaml:2:1
      |
    1 | a: 1
      | - first given here
    2 | a: 2
      | ^ given again here
      |
      = help: keep one of the two: YAML readers would silently take the last
    "#);
}

#[test]
fn windows_line_ends_do_not_move_places() {
    assert_snapshot!(refusal("a: 1\r\nβ: {x: 1,\r\n  x: 2}\r\n"), @r#"
    error: duplicate key `x`
     --> model.yaml:3:3
      |
    2 | β: {x: 1,
      |     - first given here
    3 |   x: 2}
      |   ^ given again here
      |
      = help: keep one of the two: YAML readers would silently take the last
    "#);
}
