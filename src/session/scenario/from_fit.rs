//! `patient: {from_fit: …}`: the patient's values, with their covariance, are those that an earlier fit found.
use std::path::{Path, PathBuf};

use crate::fit::parameter_spread::ParameterSpread;
use crate::model::Model;
use crate::model::diagnostic::Faults;
use crate::model::document::Provenance;
use crate::model::yaml::Node;
use crate::session::stored_fit::StoredFit;

/// What is known of the patient's parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct PatientUncertainty {
    /// Estimates and covariance.
    pub spread: ParameterSpread,
    /// Draws of parameter sets.
    pub draws: usize,
    /// Seed of the draws.
    pub seed: u64,
    /// The file that the estimates were read from.
    pub file: PathBuf,
}

/// What the section says, before the model is known.
pub(super) struct FromFit<'f> {
    node: Node<'f>,
    path: String,
    draws: usize,
    seed: u64,
}

/// Reads `from_fit: runs/p12` or `from_fit: {run: runs/p12, draws: 200, seed: 1}`.
pub(super) fn read<'f>(node: Node<'f>, faults: &mut Faults) -> Option<FromFit<'f>> {
    let (mut draws, mut seed) = (200, 1);
    if node.is_scalar() {
        let path = node.text(faults, "the folder of a run")?;
        return Some(FromFit { node, path, draws, seed });
    }
    let mut fields = node.fields(faults, "the folder of a run, or a mapping such as `{run: ../../runs/p12_spect, draws: 200, seed: 1}`")?;
    let path = fields.require("run", faults).and_then(|node| node.text(faults, "the folder of a run"));
    if let Some(node) = fields.get("draws")
        && let Some(found) = node.integer(faults, "the number of draws")
    {
        match usize::try_from(found) {
            Ok(found) if (20..=100_000).contains(&found) => draws = found,
            _ => drop(faults.error(node.place(), format!("the number of draws must lie between 20 and 100000, this is {found}"))),
        }
    }
    if let Some(node) = fields.get("seed")
        && let Some(found) = node.integer(faults, "a seed")
    {
        seed = found.unsigned_abs();
    }
    fields.finish(faults);
    Some(FromFit { node, path: path?, draws, seed })
}

/// Puts the estimates into the model. `own` are values that the scenario or the command line gives besides, which stay.
pub(super) fn apply(
    from: &FromFit<'_>,
    folder: &Path,
    own: &[String],
    model: &mut Model,
    faults: &mut Faults,
) -> Option<PatientUncertainty> {
    // beside the scenario, or from where the program was started
    let beside = super::files::tidy(&folder.join(&from.path));
    let path = if beside.exists() { beside } else { PathBuf::from(&from.path) };
    let found = StoredFit::read(&path).and_then(|(stored, file)| Ok((stored.spread(model)?, stored, file)));
    let (spread, stored, file) = match found {
        Ok(found) => found,
        Err(sentence) => {
            faults.error(from.node.place(), sentence).help("`rpt fit SCENARIO --save` or `rpt run SCENARIO` leaves a run with `fit.yaml`");
            return None;
        }
    };
    for (position, value) in spread.positions().iter().zip(spread.values()) {
        let path = model.parameters[*position].path.clone();
        if own.contains(&path) {
            faults.warning(
                from.node.place(),
                format!("`{path}` has a value of its own here: the estimate of the fit is its start, its spread stays"),
            );
            continue;
        }
        let (unit, size) = super::unit_of(model, *position);
        let parameter = &mut model.parameters[*position];
        parameter.value = value;
        parameter.text = format!("{} {unit}", value / size).trim_end().to_string();
        parameter.origin.source = Some(format!("fit of scenario {}", stored.scenario));
        parameter.origin.provenance = Some(Provenance::Fitted);
    }
    Some(PatientUncertainty { spread, draws: from.draws, seed: from.seed, file })
}
