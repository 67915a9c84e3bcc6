//! Careless structure: what YAML allows and a model must not do, with the words people see.

use super::refusal;
use insta::assert_snapshot;

#[test]
fn duplicate_keys_at_every_depth_show_both_places() {
    assert_snapshot!(refusal("organs:\n  liver: {mass: 1, mass: 2}\n  kidneys: 1\n  kidneys: 2\norgans: 3\n"), @r#"
    error: duplicate key `mass`
     --> model.yaml:2:20
      |
    2 |   liver: {mass: 1, mass: 2}
      |           ----     ^^^^ given again here
      |           |
      |           first given here
      |
      = help: keep one of the two: YAML readers would silently take the last

    error: duplicate key `kidneys`
     --> model.yaml:4:3
      |
    3 |   kidneys: 1
      |   ------- first given here
    4 |   kidneys: 2
      |   ^^^^^^^ given again here
      |
      = help: keep one of the two: YAML readers would silently take the last

    error: duplicate key `organs`
     --> model.yaml:5:1
      |
    1 | organs:
      | ------ first given here
    ...
    5 | organs: 3
      | ^^^^^^ given again here
      |
      = help: keep one of the two: YAML readers would silently take the last
    "#);
}

#[test]
fn a_second_document() {
    assert_snapshot!(refusal("model: a\n---\nmodel: b\n"), @r#"
    error: a second document begins here, but a file holds one document
     --> model.yaml:2:1
      |
    2 | ---
      | ^^^
      |
      = help: delete the line `---`, or make it two files
    "#);
}

#[test]
fn a_merge_key() {
    assert_snapshot!(refusal("base: &b {x: 1}\nkidneys:\n  <<: *b\n  y: 2\n"), @r#"
    error: merge keys (`<<`) are not read: what a merged model means is too easily overlooked
     --> model.yaml:3:3
      |
    3 |   <<: *b
      |   ^^
      |
      = help: write the keys out, or use a template
    "#);
}

#[test]
fn tags() {
    assert_snapshot!(refusal("a: !dose 3\nb: !!str 3\n"), @r#"
    error: YAML tags (`!…`) are not read
     --> model.yaml:1:4
      |
    1 | a: !dose 3
      |    ^^^^^
      |
      = help: delete the tag; text that begins with `!` must stand in quotes

    error: YAML tags (`!…`) are not read
     --> model.yaml:2:4
      |
    2 | b: !!str 3
      |    ^^^^^
      |
      = help: delete the tag; text that begins with `!` must stand in quotes
    "#);
}

#[test]
fn keys_that_are_not_text() {
    assert_snapshot!(refusal("1: a\ntrue: b\n~: c\n"), @r#"
    error: the key `1` is read as a number, but keys must be text
     --> model.yaml:1:1
      |
    1 | 1: a
      | ^
      |
      = help: put it in quotes if it is a name: "1"

    error: the key `true` is read as true/false, but keys must be text
     --> model.yaml:2:1
      |
    2 | true: b
      | ^^^^
      |
      = help: put it in quotes if it is a name: "true"

    error: the key `~` is read as nothing (null), but keys must be text
     --> model.yaml:3:1
      |
    3 | ~: c
      | ^
      |
      = help: put it in quotes if it is a name: "~"
    "#);
}

#[test]
fn a_list_as_key() {
    assert_snapshot!(refusal("? [a, b]\n: c\n"), @r#"
    error: a list or mapping cannot be a key
     --> model.yaml:1:3
      |
    1 | ? [a, b]
      |   ^
      |
      = help: keys are plain words
    "#);
}

#[test]
fn an_anchor_at_a_key() {
    assert_snapshot!(refusal("&a a: 1\nb: *a\n"), @r#"
    error: an anchor (`&…`) cannot stand at a key
     --> model.yaml:1:4
      |
    1 | &a a: 1
      |    ^
      |
      = help: put it behind the `:`
    "#);
}

#[test]
fn an_alias_as_key() {
    assert_snapshot!(refusal("a: &a x\n*a : 3\n"), @r#"
    error: an alias cannot be a key
     --> model.yaml:2:1
      |
    2 | *a : 3
      | ^^
      |
      = help: write the key out
    "#);
}

#[test]
fn an_alias_to_what_contains_it() {
    assert_snapshot!(refusal("a: &x [*x]\n"), @r#"
    error: this alias refers to a value that contains it
     --> model.yaml:1:8
      |
    1 | a: &x [*x]
      |        ^^
    "#);
}

#[test]
fn a_key_that_is_not_there() {
    assert_snapshot!(refusal(": x\n"), @r#"
    error: a key is missing before this `:`
     --> model.yaml:1:1
      |
    1 | : x
      | ^
    "#);
}

#[test]
fn a_comma_that_cuts_a_formula() {
    assert_snapshot!(refusal("- {from: a, rate: f(a, b)}\n"), @r#"
    error: `b)` stands among keys, but has no `:` and no value
     --> model.yaml:1:24
      |
    1 | - {from: a, rate: f(a, b)}
      |                        ^^
      |
      = help: inside `{…}` a value that contains a comma must stand in quotes
    "#);
}

#[test]
fn numbers_that_are_not_finite() {
    assert_snapshot!(refusal("a: .nan\nb: [1, -.INF]\n"), @r#"
    error: `.nan` is not a finite number
     --> model.yaml:1:4
      |
    1 | a: .nan
      |    ^^^^
      |
      = help: put it in quotes if it is text

    error: `-.INF` is not a finite number
     --> model.yaml:2:8
      |
    2 | b: [1, -.INF]
      |        ^^^^^
      |
      = help: put it in quotes if it is text
    "#);
}

#[test]
fn a_number_with_too_many_digits() {
    assert_snapshot!(refusal("a: 99999999999999999999\n"), @r#"
    error: this whole number has more digits than can be read
     --> model.yaml:1:4
      |
    1 | a: 99999999999999999999
      |    ^^^^^^^^^^^^^^^^^^^^
      |
      = help: write it with an exponent, or in quotes if it is text
    "#);
}

#[test]
fn an_empty_file() {
    assert_snapshot!(refusal(""), @r#"
    error: the file is empty
    --> model.yaml
    "#);
}

#[test]
fn only_comments() {
    assert_snapshot!(refusal("# model\n"), @r#"
    error: the file holds nothing but comments
     --> model.yaml:1:1
      |
    1 | # model
      | ^
    "#);
}

#[test]
fn only_nothing() {
    assert_snapshot!(refusal("---\n~\n"), @r#"
    error: the file holds nothing
     --> model.yaml:1:1
      |
    1 | ---
      | ^
    "#);
}
