//! What a decoder asks of a node, and the faults it gets when the answer is not there.

use super::{accepted, only_fault};
use crate::model::diagnostic::{Faults, render};

/// Reads `a: <value>` with `reading`; gives the fault's message and helps.
fn fault_of<T: std::fmt::Debug>(
    value: &str,
    reading: impl Fn(&crate::model::yaml::Node<'_>, &mut Faults) -> Option<T>,
) -> (String, Vec<String>) {
    let file = accepted(&format!("a: {value}\n"));
    let mut faults = Faults::new();
    let node = file.root().entries(&mut faults, "a mapping").swap_remove(0).1;
    let answer = reading(&node, &mut faults);
    assert!(answer.is_none(), "{value} was read as {answer:?}");
    only_fault(&faults)
}

#[test]
fn all_faults_of_a_file_come_at_once() {
    let file = accepted("modle: psma\nkind: adaptd\nactivity: [7.4]\ncycles: 4.0\nfit: yes\nweight: 80 kg\nprior: {cv: 0.4, medain: 1}\n");
    let mut faults = Faults::new();
    let mut fields = file.root().fields(&mut faults, "a mapping").expect("a mapping");
    fields.require("model", &mut faults);
    fields.get("kind").and_then(|node| node.one_of(&mut faults, &[("fixed", 1), ("adapted", 2)]));
    fields.get("activity").and_then(|node| node.text(&mut faults, "a quantity such as `7.4 GBq`"));
    fields.get("cycles").and_then(|node| node.integer(&mut faults, "a whole number"));
    fields.get("fit").and_then(|node| node.boolean(&mut faults, "true or false"));
    fields.get("weight").and_then(|node| node.number(&mut faults, "a number"));
    if let Some(mut prior) = fields.get("prior").and_then(|node| node.fields(&mut faults, "a mapping")) {
        prior.get("cv");
        prior.require("median", &mut faults);
        prior.finish(&mut faults);
    }
    fields.finish(&mut faults);
    faults.sort();
    insta::assert_snapshot!(render(&faults, false), @r"
    error: the file lacks the key `model`
     --> model.yaml:1:1
      |
    1 | modle: psma
      | ^ `model` must be given here

    error: unknown key `modle`
     --> model.yaml:1:1
      |
    1 | modle: psma
      | ^^^^^
      |
      = help: did you mean `model`?

    error: `kind` must be `fixed` or `adapted`, found `adaptd`
     --> model.yaml:2:7
      |
    2 | kind: adaptd
      |       ^^^^^^
      |
      = help: did you mean `adapted`?

    error: `activity` must be a quantity such as `7.4 GBq`, found a list
     --> model.yaml:3:11
      |
    3 | activity: [7.4]
      |           ^^^^^

    error: `cycles` must be a whole number, found `4.0`
     --> model.yaml:4:9
      |
    4 | cycles: 4.0
      |         ^^^
      |
      = help: write it as a whole number: 4

    error: `fit` must be true or false, found `yes`
     --> model.yaml:5:6
      |
    5 | fit: yes
      |      ^^^
      |
      = help: `yes` is only text here: write `true`

    error: `weight` must be a number, found `80 kg`
     --> model.yaml:6:9
      |
    6 | weight: 80 kg
      |         ^^^^^
      |
      = help: it must be a number alone, without `kg`

    error: `prior` lacks the key `median`
     --> model.yaml:7:1
      |
    7 | prior: {cv: 0.4, medain: 1}
      | ^^^^^ `median` must be given here

    error: unknown key `medain` in `prior`
     --> model.yaml:7:18
      |
    7 | prior: {cv: 0.4, medain: 1}
      |                  ^^^^^^
      |
      = help: did you mean `median`?
    ");
    assert_eq!(faults.summary(), "9 errors");
}

#[test]
fn numbers_are_read_as_written() {
    let file = accepted("[0.40, 1e-3, -2, +5, .5, '7', 6.02E23, 0]\n");
    let mut faults = Faults::new();
    let numbers: Vec<f64> =
        file.root().items(&mut faults, "a list").iter().filter_map(|node| node.number(&mut faults, "a number")).collect();
    assert_eq!(numbers, [0.4, 0.001, -2.0, 5.0, 0.5, 7.0, 6.02e23, 0.0]);
    assert!(faults.is_empty());
}

#[test]
fn what_only_looks_like_a_number_is_refused_with_the_right_way_to_write_it() {
    for (value, found, help) in [
        ("1e", "`1e`", "the exponent is missing: write 1 or 1e0"),
        ("1e-", "`1e-`", "the exponent is missing: write 1 or 1e0"),
        ("3.", "`3.`", "a digit is missing behind the point: write 3 or 3.0"),
        ("-3.", "`-3.`", "a digit is missing behind the point: write -3 or -3.0"),
        ("3.e5", "`3.e5`", "a digit is missing behind the point: write 3.0e5"),
        ("010", "`010`", "a leading zero means octal to some readers: write 10"),
        ("-007", "`-007`", "a leading zero means octal to some readers: write -7"),
        ("0x1F", "`0x1F`", "hexadecimal notation is not read: write 31"),
        ("0o17", "`0o17`", "octal notation is not read: write 15"),
        ("0b11", "`0b11`", "binary notation is not read: write 3"),
        ("1_000", "`1_000`", "underscores are not read in numbers: write 1000"),
        ("1,5", "`1,5`", "the decimal sign is the point: write 1.5"),
        ("1,500", "`1,500`", "commas are not read in numbers: write 1500 or 1.500"),
        ("1,500,000", "`1,500,000`", "commas are not read in numbers: write 1500000"),
        ("12:30", "`12:30`", "it is read as text; times and base-60 numbers are not numbers here"),
        ("−5", "`−5`", "this sign is not the minus of the keyboard: write -5"),
        ("1e400", "`1e400`", "it is too large: the largest number is about 1.8e308"),
        ("1e-400", "`1e-400`", "it is too small to be told from 0"),
        ("'.inf'", "`.inf`", "numbers must be finite"),
        ("nan", "`nan`", "numbers must be finite"),
        ("yes", "`yes`", "write a number such as 0.4 or 1e-3"),
        ("true", "`true`", "write a number such as 0.4 or 1e-3"),
        ("310 g", "`310 g`", "it must be a number alone, without `g`"),
        ("5%", "`5%`", "it must be a number alone, without `%`"),
        ("''", "``", "no number is written"),
    ] {
        let (message, helps) = fault_of(value, |node, faults| node.number(faults, "a number"));
        assert_eq!(message, format!("`a` must be a number, found {found}"), "{value}");
        assert_eq!(helps, [help], "{value}");
    }
}

#[test]
fn whole_numbers_are_written_with_digits() {
    for (value, help) in [
        ("4.0", "write it as a whole number: 4"),
        ("1e3", "write it as a whole number: 1000"),
        ("4.5", "it must be a whole number"),
        ("9223372036854775808", "it is too large: whole numbers reach to 9223372036854775807"),
        ("010", "a leading zero means octal to some readers: write 10"),
    ] {
        assert_eq!(fault_of(value, |node, faults| node.integer(faults, "a whole number")).1, [help], "{value}");
    }
    let file = accepted("[4, -4, +4]\n");
    let mut faults = Faults::new();
    let numbers: Vec<i64> = file.root().items(&mut faults, "a list").iter().filter_map(|node| node.integer(&mut faults, "x")).collect();
    assert_eq!(numbers, [4, -4, 4]);
}

#[test]
fn booleans_are_true_and_false() {
    for (value, help) in [
        ("yes", "`yes` is only text here: write `true`"),
        ("No", "`No` is only text here: write `false`"),
        ("off", "`off` is only text here: write `false`"),
        ("1", "`1` is only a number here: write `true`"),
        ("maybe", "write `true` or `false`"),
    ] {
        let (message, helps) = fault_of(value, |node, faults| node.boolean(faults, "true or false"));
        assert_eq!((message, helps), (format!("`a` must be true or false, found `{value}`"), vec![help.to_owned()]));
    }
    let file = accepted("[true, false]\n");
    let mut faults = Faults::new();
    let read: Vec<bool> = file.root().items(&mut faults, "a list").iter().filter_map(|node| node.boolean(&mut faults, "x")).collect();
    assert_eq!(read, [true, false]);
}

#[test]
fn the_wrong_kind_of_value_is_named() {
    let text = |value: &str| fault_of(value, |node, faults| node.text(faults, "a name"));
    assert_eq!(text("").0, "`a` must be a name, found nothing");
    assert_eq!(text("~").0, "`a` must be a name, found nothing");
    assert_eq!(text("{b: 1}").0, "`a` must be a name, found a mapping");
    assert_eq!(text("[1, 2]"), ("`a` must be a name, found a list".to_owned(), vec![]));
    assert_eq!(text("[177Lu]").1, ["text that begins with `[` must stand in quotes: \"[177Lu]…\""]);
    let mapping = |value: &str| fault_of(value, |node, faults| node.fields(faults, "a mapping").map(|_| ()));
    assert_eq!(
        mapping("b:1"),
        ("`a` must be a mapping, found `b:1`".to_owned(), vec!["if it is a key and a value, a space is missing: `b: 1`".to_owned()])
    );
    let long = mapping(&"x".repeat(200)).0;
    assert_eq!(long, format!("`a` must be a mapping, found `{}…`", "x".repeat(40)));
}

#[test]
fn a_word_of_a_choice_is_exact() {
    let choose = |value: &str| fault_of(value, |node, faults| node.one_of(faults, &[("fixed", 1), ("adapted", 2), ("none", 3)]));
    assert_eq!(
        choose("Fixed"),
        ("`a` must be `fixed`, `adapted` or `none`, found `Fixed`".to_owned(), vec!["did you mean `fixed`?".to_owned()])
    );
    assert_eq!(choose("random").1, Vec::<String>::new());
}

#[test]
fn the_root_is_called_the_file() {
    let file = accepted("just words\n");
    let mut faults = Faults::new();
    assert!(file.root().fields(&mut faults, "a mapping").is_none());
    assert_eq!(only_fault(&faults).0, "the file must be a mapping, found `just words`");
}
