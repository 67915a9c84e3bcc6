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
use yaml::{Node, YamlFile};

/// Text → model: all problems at once. `overrides` replace the file's own values (a patient's).
///
/// On success the faults hold warnings and notes only.
pub fn read<'f>(file: &'f YamlFile, overrides: &[(String, ValueEntry<'f>)]) -> Result<(Model, Faults), Faults> {
    read_with_nuclide(file, overrides, None)
}

/// As [`read()`], labelled with another nuclide than the file says. A decay rate that the file states itself stays; that it is not the nuclide's is then said,
/// whether or not the file silences that check.
pub fn read_with_nuclide<'f>(
    file: &'f YamlFile,
    overrides: &[(String, ValueEntry<'f>)],
    nuclide: Option<(Node<'f>, String)>,
) -> Result<(Model, Faults), Faults> {
    let mut faults = Faults::new();
    let Some(mut document) = decode::decode(file.root(), &mut faults) else {
        faults.sort();
        return Err(faults);
    };
    if nuclide.is_some() {
        document.nuclide = nuclide;
        document.silences.retain(|silence| silence.lint.1 != check::HALF_LIFE);
    }
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
