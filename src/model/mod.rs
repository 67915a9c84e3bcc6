//! The model language: YAML text → document → checked model → compiled system.
pub mod assemble;
pub mod check;
pub mod checked;
pub mod decode;
pub mod diagnostic;
pub mod document;
pub mod expr;
pub mod flatten;
pub mod resolve;
pub mod system;
pub mod yaml;

pub use checked::Model;

use diagnostic::Faults;
use document::ValueEntry;
use yaml::YamlFile;

/// Text → model: all problems at once. `overrides` replace the file's own values (a patient's).
///
/// On success the faults hold warnings and notes only.
pub fn read<'f>(file: &'f YamlFile, overrides: &[(String, ValueEntry<'f>)]) -> Result<(Model, Faults), Faults> {
    let mut faults = Faults::new();
    let Some(document) = decode::decode(file.root(), &mut faults) else {
        faults.sort();
        return Err(faults);
    };
    check::check_names(&document, &mut faults);
    let mut assembled = assemble::assemble(&document, overrides, &mut faults);
    if let Some(assembled) = &mut assembled {
        check::check(&document, assembled, &mut faults);
    }
    faults.sort();
    match assembled {
        Some(assembled) if !faults.has_errors() => Ok((assembled.model, faults)),
        _ => Err(faults),
    }
}
