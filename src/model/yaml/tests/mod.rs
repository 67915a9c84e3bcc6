//! What the reader refuses, in the words people see, and what it gives to a decoder.

mod characters;
mod files;
mod hostile;
mod places;
mod readings;
mod structure;
mod syntax_errors;

use super::YamlFile;
use crate::model::diagnostic::Faults;

/// The faults of a text that must be refused, as drawn.
fn refusal(text: &str) -> String {
    match YamlFile::parse("model.yaml", text.to_owned()) {
        Ok(file) => panic!("was accepted: {:?}", file.root().value()),
        Err(faults) => {
            assert!(faults.has_errors());
            faults.to_string()
        }
    }
}

/// A text that must be accepted.
fn accepted(text: &str) -> YamlFile {
    YamlFile::parse("model.yaml", text.to_owned()).unwrap_or_else(|faults| panic!("was refused:\n{faults}"))
}

/// The message and helps of the only fault.
fn only_fault(faults: &Faults) -> (String, Vec<String>) {
    assert_eq!(faults.len(), 1, "{faults}");
    let fault = faults.iter().next().expect("one fault");
    (fault.message.clone(), fault.help.clone())
}
