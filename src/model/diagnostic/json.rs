//! Faults for programs.

use super::{Faults, Place};
use serde_json::{Value, json};

/// A list of objects `{severity, lint, message, file, line, column, end_line, end_column, label, help, related}` in the faults' order.
///
/// Lines and columns count from 1, columns in characters, the end is behind the last character; what is not known is null.
pub fn to_json(faults: &Faults) -> Value {
    let list = faults.iter().map(|fault| {
        let mut object = json!({
            "severity": fault.severity.word(),
            "lint": fault.lint,
            "message": fault.message,
        });
        add_place(&mut object, fault.place.as_ref());
        object["label"] = json!(fault.label);
        object["help"] = json!(fault.help);
        let related = fault.related.iter().map(|(place, words)| {
            let mut object = json!({ "message": words });
            add_place(&mut object, Some(place));
            object
        });
        object["related"] = related.collect();
        object
    });
    list.collect()
}

fn add_place(object: &mut Value, place: Option<&Place>) {
    let start = place.map(Place::line_column);
    let end = place.map(Place::end_line_column);
    object["file"] = json!(place.map(|place| place.file.name.as_str()));
    object["line"] = json!(start.map(|(line, _)| line));
    object["column"] = json!(start.map(|(_, column)| column));
    object["end_line"] = json!(end.map(|(line, _)| line));
    object["end_column"] = json!(end.map(|(_, column)| column));
}

#[cfg(test)]
mod tests {
    use super::super::SourceText;
    use super::*;
    use std::sync::Arc;

    #[test]
    fn places_count_characters_from_one() {
        let file = Arc::new(SourceText::new("m.yaml", "a: 1\nβ: kidny\n"));
        let mut faults = Faults::new();
        faults.error(Place::new(file.clone(), 9, 14), "no compartment").lint("names").help("did you mean `kidney`?");
        faults.note(None, "no place").related(Place::new(file, 0, 1), "here");
        assert_eq!(
            to_json(&faults),
            json!([
                {"severity": "error", "lint": "names", "message": "no compartment", "file": "m.yaml",
                 "line": 2, "column": 4, "end_line": 2, "end_column": 9,
                 "label": null, "help": ["did you mean `kidney`?"], "related": []},
                {"severity": "note", "lint": null, "message": "no place", "file": null,
                 "line": null, "column": null, "end_line": null, "end_column": null, "label": null, "help": [],
                 "related": [{"message": "here", "file": "m.yaml", "line": 1, "column": 1, "end_line": 1, "end_column": 2}]}
            ])
        );
    }
}
