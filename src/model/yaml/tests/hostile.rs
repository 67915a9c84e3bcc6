//! Files made to hurt: bombs, depths, lengths; and that no text at all makes the reader panic.

use super::{accepted, refusal};
use crate::model::diagnostic::{Faults, border_after, border_before, render, to_json};
use crate::model::yaml::{Node, YamlFile};
use proptest::prelude::*;
use std::time::{Duration, Instant};

#[test]
fn an_alias_bomb_is_refused_before_it_grows() {
    let mut text = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (inner, outer) in "abcdefghijklmnopqrstuvwxy".chars().zip("bcdefghijklmnopqrstuvwxyz".chars()) {
        let aliases = vec![format!("*{inner}"); 10].join(", ");
        text += &format!("{outer}: &{outer} [{aliases}]\n");
    }
    insta::assert_snapshot!(refusal(&text), @r"
    error: the file holds more than 100000 values
     --> model.yaml:5:36
      |
    5 | e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]
      |                                    ^^ counted up to here, aliases followed
    ");
}

#[test]
fn many_values_are_refused_and_just_fewer_are_read() {
    // The mapping, the list and its items are values.
    let list = |items: usize| format!("a: [{}]\n", vec!["1"; items].join(","));
    accepted(&list(99_998));
    assert!(refusal(&list(99_999)).contains("more than 100000 values"));
}

#[test]
fn nesting_is_refused_beyond_64_and_read_up_to_it() {
    let nest = |levels: usize| format!("{}1{}\n", "[".repeat(levels), "]".repeat(levels));
    accepted(&nest(64));
    for text in [
        nest(65),
        "[".repeat(100_000),
        "{a: ".repeat(100_000),
        "- ".repeat(100_000),
        (0..2000).map(|level| format!("{}a:\n", " ".repeat(level))).collect(),
    ] {
        let start = Instant::now();
        assert!(refusal(&text).contains("more than 64 deep"), "{}", refusal(&text));
        assert!(start.elapsed() < Duration::from_secs(5));
    }
    // Depth by way of an alias: 40 levels below 40 levels.
    let open = "[".repeat(40);
    let close = "]".repeat(40);
    assert!(refusal(&format!("a: &a {open}1{close}\nb: {open}*a{close}\n")).contains("more than 64 deep"));
}

#[test]
fn long_and_broken_texts_take_no_long_time() {
    for text in [
        "a: \"".to_owned() + &"x".repeat(1 << 20),
        "a: '".to_owned() + &"\n".repeat(1 << 20),
        "]".to_owned() + &"{a: ".repeat(1 << 18),
        "{a: b}} ".to_owned() + &"[".repeat(1 << 20),
        "a:b\n".repeat(1 << 18),
        "a: &".to_owned() + &"x".repeat(1 << 20),
        "#".repeat(1 << 20) + "\n\t[",
        "- a\n".repeat(1 << 18),
        "a: |\n".to_owned() + &" x\n".repeat(1 << 18) + "b: [",
        ": ".repeat(1 << 20),
        "\r\n".repeat(1 << 20),
        "% ".repeat(1 << 20),
        "? ".repeat(1 << 20),
        "ß: @".to_owned() + &"ß".repeat(1 << 20),
    ] {
        let start = Instant::now();
        let _ = YamlFile::parse("m.yaml", text.clone()).map_err(|faults| render(&faults, false));
        let elapsed = start.elapsed();
        assert!(elapsed < Duration::from_secs(5), "{:?} took {elapsed:?}", text.chars().take(20).collect::<String>());
    }
}

#[test]
fn a_model_of_two_hundred_lines_is_read_quickly() {
    let organ = |number: usize| format!("  organ{number}:\n    template: receptor_organ\n    mass: 310 g\n    flow: \"0.19 * cardiac\"\n");
    let text = "organs:\n".to_owned() + &(0..50).map(organ).collect::<String>();
    let fastest = (0..20).map(|_| {
        let start = Instant::now();
        accepted(&text);
        start.elapsed()
    });
    // 0.7 ms on a shared core; the fastest of twenty does not depend on who else is at work.
    let fastest = fastest.min().expect("twenty runs");
    assert!(cfg!(debug_assertions) || fastest < Duration::from_millis(2), "{fastest:?}");
}

/// Asks everything of every node.
fn walk(node: &Node<'_>, faults: &mut Faults) {
    let text = node.scalar_text().unwrap_or_default();
    node.place_of_offset(text.len() / 3, text.len() / 2 + 1);
    node.text(faults, "text");
    node.number(faults, "a number");
    node.integer(faults, "a number");
    node.boolean(faults, "a choice");
    node.one_of(faults, &[("fixed", 1), ("adapted", 2)]);
    if node.is_mapping() {
        node.entries(faults, "a mapping").iter().for_each(|(_, child)| walk(child, faults));
    } else {
        node.items(faults, "a list").iter().for_each(|child| walk(child, faults));
    }
    if let Some(mut fields) = node.fields(faults, "a mapping") {
        fields.require("flows", faults);
        fields.finish(faults);
    }
}

fn nothing_panics(text: String) {
    let mut faults = match YamlFile::parse("m.yaml", text) {
        Ok(file) => {
            let mut faults = Faults::new();
            walk(&file.root(), &mut faults);
            faults
        }
        Err(faults) => {
            assert!(faults.has_errors());
            faults
        }
    };
    faults.sort();
    render(&faults, true);
    to_json(&faults);
}

const GOOD: &str = "model: psma617\ntitle: \"[177Lu]Lu-PSMA-617 ß\"\nnuclide: Lu-177\nligands: [labelled, 'un''labelled']\n\
    parameters: &p\n  weight: {value: 80 kg}\n  k_on: {value: 1e-3 1/min, fit: {prior: {median: 1e-3, cv: .4}}}\n\
    templates:\n  organ:\n    rate: >-\n      k_on * [x]\n        * free\n\n    note: |\n      one\n      two\n\
    flows:\n- {from: a, to: b, rate: \"k * [a]\"}\n- from: b\n  to: a\nagain: *p # comment\n";

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics(text in any::<String>()) {
        nothing_panics(text);
    }

    #[test]
    fn no_text_of_yaml_marks_panics(text in r#"([-?:,\[\]{}#&*!|>'"%@` \n\ta1.~ß<=]|\r\n|- |: |\n  ){0,60}"#) {
        nothing_panics(text);
    }

    #[test]
    fn no_damaged_file_panics(cuts in prop::collection::vec((0..GOOD.len(), 0usize..12, "[-:\\[\\]{}#&*!|>'\"\n\t a1ß]{0,4}"), 1..5)) {
        let mut text = GOOD.to_owned();
        for (at, length, insert) in cuts {
            let start = border_before(&text, at);
            let end = border_after(&text, (start + length).min(text.len()));
            text.replace_range(start..end, &insert);
        }
        nothing_panics(text);
    }
}

#[test]
fn the_undamaged_file_is_good() {
    accepted(GOOD);
}
