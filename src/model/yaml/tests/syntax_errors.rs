//! Syntax errors: the usual slips, with the words people see.

use super::refusal;
use insta::assert_snapshot;

#[test]
fn a_tab_in_the_indentation() {
    assert_snapshot!(refusal("organs:\n\tliver: 1\n"), @r#"
    error: a tab stands in the indentation, where YAML takes only spaces
     --> model.yaml:2:1
      |
    2 |     liver: 1
      | ^
      |
      = help: replace the tab by spaces
    "#);
}

#[test]
fn a_title_that_begins_with_a_bracket() {
    assert_snapshot!(refusal("title: [177Lu]Lu-PSMA-617\nx: 1\n"), @r#"
    error: YAML reads `[177Lu]` as a list, and text cannot follow it
     --> model.yaml:1:8
      |
    1 | title: [177Lu]Lu-PSMA-617
      |        ^^^^^^^^^^^^^^^^^^
      |
      = help: put the whole value in quotes: "[177Lu]Lu-PSMA-617"
    "#);
}

#[test]
fn a_list_item_that_begins_with_a_bracket() {
    assert_snapshot!(refusal("- [177Lu]Lu-DOTATATE\n"), @r#"
    error: YAML reads `[177Lu]` as a list, and text cannot follow it
     --> model.yaml:1:3
      |
    1 | - [177Lu]Lu-DOTATATE
      |   ^^^^^^^^^^^^^^^^^^
      |
      = help: put the whole value in quotes: "[177Lu]Lu-DOTATATE"
    "#);
}

#[test]
fn a_rate_that_begins_with_a_bracket() {
    assert_snapshot!(refusal("- {from: a, rate: [interstitial] * k_on}\n"), @r#"
    error: YAML reads `[interstitial]` as a list, and text cannot follow it
     --> model.yaml:1:19
      |
    1 | - {from: a, rate: [interstitial] * k_on}
      |                   ^^^^^^^^^^^^^^^^^^^^^
      |
      = help: put the whole value in quotes: "[interstitial] * k_on"
    "#);
}

#[test]
fn a_value_with_a_colon() {
    assert_snapshot!(refusal("title: a study: part 2\n"), @r#"
    error: a value that contains `: ` must stand in quotes
     --> model.yaml:1:8
      |
    1 | title: a study: part 2
      |        ^^^^^^^^^^^^^^^
      |
      = help: put the whole value in quotes: "a study: part 2"
    "#);
}

#[test]
fn a_space_missing_behind_the_colon() {
    assert_snapshot!(refusal("liver: 1\nmass:310 g\nx: 2\n"), @r#"
    error: a space is missing behind `mass:`
     --> model.yaml:2:1
      |
    2 | mass:310 g
      | ^^^^^
      |
      = help: write `mass: 310 g`
    "#);
}

#[test]
fn a_no_break_space_behind_the_colon() {
    assert_snapshot!(refusal("mass:\u{a0}310 g\nx: 2\n"), @r#"
    error: a special space (U+00A0) stands behind `mass:`, where YAML takes only a plain one
     --> model.yaml:1:6
      |
    1 | mass: 310 g
      |      ^
      |
      = help: write `mass: 310 g`
    "#);
}

#[test]
fn an_open_quote() {
    assert_snapshot!(refusal("title: \"a study\nx: 1\n"), @r#"
    error: this quote is never closed
     --> model.yaml:1:8
      |
    1 | title: "a study
      |        ^
      |
      = help: close it on the same line
    "#);
}

#[test]
fn an_open_bracket() {
    assert_snapshot!(refusal("ligands: [a, b\nx: 1\n"), @r#"
    error: this bracket is not closed, or a comma is missing in it
     --> model.yaml:1:10
      |
    1 | ligands: [a, b
      |          ^
      |
      = help: text with brackets or commas must stand in quotes
    "#);
}

#[test]
fn a_closing_bracket_too_many() {
    assert_snapshot!(refusal("{a: b}}\n"), @r#"
    error: this bracket closes nothing
     --> model.yaml:1:7
      |
    1 | {a: b}}
      |       ^
    "#);
}

#[test]
fn text_behind_a_quote() {
    assert_snapshot!(refusal("title: 'Lu's dose'\n"), @r#"
    error: text follows the closing quote
     --> model.yaml:1:12
      |
    1 | title: 'Lu's dose'
      |            ^^^^^^^
      |
      = help: put the whole value in one pair of quotes; inside '…' a quote is written twice
    "#);
}

#[test]
fn an_escape_that_is_none() {
    assert_snapshot!(refusal("path: \"C:\\qa\"\n"), @r#"
    error: in double quotes `\` begins an escape, and this is none
     --> model.yaml:1:10
      |
    1 | path: "C:\qa"
      |          ^
      |
      = help: write `\\`, or use single quotes
    "#);
}

#[test]
fn an_alias_that_was_meant_as_a_product() {
    assert_snapshot!(refusal("rate: *k_on\n"), @r#"
    error: `*k_on` at the beginning of a value is an alias for YAML, and nothing is anchored by that name
     --> model.yaml:1:7
      |
    1 | rate: *k_on
      |       ^^^^^
      |
      = help: put the whole value in quotes if it is a formula
    "#);
}

#[test]
fn a_reserved_first_character() {
    assert_snapshot!(refusal("site: @hospital\n"), @r#"
    error: a value cannot begin with `@`
     --> model.yaml:1:7
      |
    1 | site: @hospital
      |       ^
      |
      = help: put the whole value in quotes
    "#);
}

#[test]
fn a_list_on_the_line_of_its_key() {
    assert_snapshot!(refusal("ligands: - a\n"), @r#"
    error: a list cannot begin on the line of its key
     --> model.yaml:1:10
      |
    1 | ligands: - a
      |          ^
      |
      = help: begin it on the next line, or put text that begins with `- ` in quotes
    "#);
}

#[test]
fn a_list_among_keys() {
    assert_snapshot!(refusal("a: 1\n- b\n"), @r#"
    error: a list item stands among keys
     --> model.yaml:2:1
      |
    2 | - b
      | ^^^
      |
      = help: indent the list below the key that it belongs to
    "#);
}

#[test]
fn a_key_among_items() {
    assert_snapshot!(refusal("- a\nb: 1\n"), @r#"
    error: a list item `- …` is expected here
     --> model.yaml:2:1
      |
    2 | b: 1
      | ^^^^
      |
      = help: a list holds only items, a mapping only keys
    "#);
}

#[test]
fn a_line_indented_too_far() {
    assert_snapshot!(refusal("a: 1\n b: 2\n"), @r#"
    error: this line is indented as if it went on with the value above
     --> model.yaml:2:2
      |
    2 |  b: 2
      |  ^^^^
      |
      = help: begin it under the first letter of the line above, or give the key above no value of its own
    "#);
}

#[test]
fn a_line_indented_in_between() {
    assert_snapshot!(refusal("a:\n   b: 1\n  c: 2\n"), @r#"
    error: this line is indented unlike the lines it belongs to
     --> model.yaml:3:3
      |
    3 |   c: 2
      |   ^^^^
      |
      = help: keys of one mapping begin in the same column
    "#);
}

#[test]
fn a_line_without_colon() {
    assert_snapshot!(refusal("a: 1\nb\n"), @r#"
    error: this line is neither `key: value` nor `- item`
     --> model.yaml:2:1
      |
    2 | b
      | ^
      |
      = help: write `key: value` or `- item`
    "#);
}

#[test]
fn a_dash_without_space() {
    assert_snapshot!(refusal("a:\n- c\n-d\n"), @r#"
    error: this line is neither `key: value` nor `- item`
     --> model.yaml:3:1
      |
    3 | -d
      | ^^
      |
      = help: a space is needed behind `-`
    "#);
}

#[test]
fn anything_else_repeats_the_reader() {
    assert_snapshot!(refusal("a: }\n"), @r#"
    error: this is not YAML: did not find expected node content – while parsing a block node
     --> model.yaml:1:4
      |
    1 | a: }
      |    ^
    "#);
}
