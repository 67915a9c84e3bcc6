//! Where values stand, in every way YAML can write them.

use super::accepted;
use crate::model::diagnostic::Faults;
use crate::model::yaml::{Node, YamlFile};

/// The node at a path of keys and item numbers.
fn at<'f>(file: &'f YamlFile, path: &[&str]) -> Node<'f> {
    let mut faults = Faults::new();
    let mut node = file.root();
    for step in path {
        node = match step.parse::<usize>() {
            Ok(index) => node.items(&mut faults, "a list").swap_remove(index),
            Err(_) => node.entries(&mut faults, "a mapping").into_iter().find(|(key, _)| key == step).expect("the key").1,
        };
    }
    assert!(faults.is_empty(), "{faults}");
    node
}

#[test]
fn values_know_path_place_and_text() {
    let file = accepted(
        "βeta: 0.40\nquoted: \"x y\"\nblock:\n  literal: |\n    one\n    two\n\n  folded: >-\n    f * g\n    h\nflow: {list: [1, 2], nothing: }\nlist:\n- x\n- y: 1e-3\n  z: 310 g # comment\n",
    );
    for (path, line_column, end, source, text) in [
        (&["βeta"][..], (1, 7), (1, 11), "0.40", Some("0.40")),
        (&["quoted"], (2, 9), (2, 14), "\"x y\"", Some("x y")),
        (&["block"], (4, 3), (10, 6), "literal: |\n    one\n    two\n\n  folded: >-\n    f * g\n    h", None),
        (&["block", "literal"], (5, 5), (6, 8), "one\n    two", Some("one\ntwo\n")),
        (&["block", "folded"], (9, 5), (10, 6), "f * g\n    h", Some("f * g h")),
        (&["flow"], (11, 7), (11, 32), "{list: [1, 2], nothing: }", None),
        (&["flow", "list"], (11, 14), (11, 20), "[1, 2]", None),
        (&["flow", "list", "1"], (11, 18), (11, 19), "2", Some("2")),
        (&["flow", "nothing"], (11, 22), (11, 29), "nothing", None),
        (&["list"], (13, 3), (15, 11), "x\n- y: 1e-3\n  z: 310 g", None),
        (&["list", "1", "y"], (14, 6), (14, 10), "1e-3", Some("1e-3")),
        (&["list", "1", "z"], (15, 6), (15, 11), "310 g", Some("310 g")),
    ] {
        let node = at(&file, path);
        let place = node.place();
        assert_eq!(place.text(), source);
        assert_eq!((place.line_column(), place.end_line_column()), (line_column, end), "{source}");
        assert_eq!(node.scalar_text().as_deref(), text);
    }
    let node = at(&file, &["list", "1", "z"]);
    assert_eq!((node.path().as_str(), node.name()), ("list[1].z", "z"));
    assert_eq!(node.key_place().text(), "z");
    let item = at(&file, &["list", "0"]);
    assert_eq!((item.path().as_str(), item.name(), item.key_place().text()), ("list[0]", "", "x"));
}

#[test]
fn an_alias_points_at_itself_and_shows_its_value() {
    let file = accepted("a: &A # here\n  x: 1\nb: *A\nc: &C\n  text\nd: [*C , 2]\n");
    assert_eq!(at(&file, &["a"]).place().text(), "x: 1");
    assert_eq!(at(&file, &["b"]).place().text(), "*A");
    assert_eq!(at(&file, &["b", "x"]).place().line_column(), (2, 6));
    assert_eq!(at(&file, &["b", "x"]).path(), "b.x");
    assert_eq!(at(&file, &["c"]).place().text(), "text");
    let alias = at(&file, &["d", "0"]);
    assert_eq!((alias.place().text(), alias.scalar_text().as_deref()), ("*C", Some("text")));
    assert_eq!(alias.place_of_offset(0, 2).text(), "*C");
    let mut faults = Faults::new();
    alias.number(&mut faults, "a number");
    let fault = faults.iter().next().expect("a fault");
    assert_eq!(fault.related[0].0.text(), "text");
}

#[test]
fn a_piece_of_a_formula_is_found_in_the_file() {
    let file = accepted("ß: \"k_on * kidny\"\nrate: >-\n  k_on\n  * kidny\n  * free\nplain: k_on * kidny # kidny\n");
    for (key, line_column) in [("ß", (1, 12)), ("rate", (4, 5)), ("plain", (6, 15))] {
        let node = at(&file, &[key]);
        let start = node.scalar_text().and_then(|text| text.find("kidny")).expect("the word");
        let place = node.place_of_offset(start, start + 5);
        assert_eq!((place.text(), place.line_column()), ("kidny", line_column));
    }
}
