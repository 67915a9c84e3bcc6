//! The language reference keeps its word: its examples are read, its tables hold what the program holds.
use std::collections::BTreeSet;

use rptbench::model::{self, check::LINTS, yaml::YamlFile};
use rptbench::units::symbols;

const PAGE: &str = include_str!("../docs/model-language.md");

fn section(heading: &str) -> &'static str {
    let start = PAGE.find(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no section `{heading}`"));
    let body = &PAGE[start + heading.len() + 2..];
    let level = heading.split(' ').next().unwrap_or_default();
    body.split(&format!("\n{level} ")).next().unwrap_or_default()
}

/// Everything between backticks in the rows of the section's tables.
fn quoted_in_tables(text: &str) -> BTreeSet<&str> {
    text.lines().filter(|line| line.starts_with('|')).flat_map(|line| line.split('`').skip(1).step_by(2)).collect()
}

#[test]
fn every_example_is_a_model_without_error_or_warning() {
    let mut count = 0;
    for block in PAGE.split("```yaml\n").skip(1) {
        let text = block.split("```").next().unwrap();
        assert!(text.starts_with("model:"), "snippets that are no models are marked as text");
        let file = YamlFile::parse("docs/model-language.md", text.to_string()).unwrap_or_else(|faults| panic!("{faults}"));
        let (_, faults) = model::read(&file, &[]).unwrap_or_else(|faults| panic!("{faults}"));
        assert!(faults.is_empty(), "{faults}");
        count += 1;
    }
    assert!(count >= 1);
}

#[test]
fn the_table_of_units_is_complete() {
    let known: BTreeSet<&str> = symbols().iter().map(|unit| unit.symbol).collect();
    assert_eq!(quoted_in_tables(section("## Units")), known);
}

#[test]
fn the_table_of_lints_is_the_registry() {
    let rows: Vec<String> = LINTS.iter().map(|lint| format!("| `{}` | {} | {} |", lint.name, lint.severity.word(), lint.summary)).collect();
    let page: Vec<&str> = section("## The checker").lines().filter(|line| line.starts_with("| `")).take(rows.len()).collect();
    assert_eq!(page, rows);
    for lint in LINTS.iter().filter(|lint| lint.name != "unused-silence") {
        assert!(PAGE.contains(&format!("* **{}.**", lint.name)), "no rule of `{}`", lint.name);
    }
}

#[test]
fn every_key_of_the_file_is_on_the_page() {
    // the reader lists its keys when it meets one that is nothing like them
    let file = YamlFile::parse("m.yaml", "model: m\ncompartments: {a: {zzzzzzzzzzzzzz: 1}}\n".to_string()).unwrap();
    let faults = model::read(&file, &[]).err().unwrap();
    let help = faults.iter().flat_map(|fault| fault.help.iter()).find(|help| help.starts_with("known: ")).unwrap().clone();
    let page = quoted_in_tables(section("## Compartments"));
    for key in help.split('`').skip(1).step_by(2) {
        assert!(page.contains(key), "`{key}` of a compartment is not on the page");
    }
}
