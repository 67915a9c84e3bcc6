//! A fitted population file: `population: ../../examples/populations/sood_dotatate_adolescent.yaml`. Its medians, spreads and correlations join what varies.
use std::path::PathBuf;

use super::distribution::tell_impossible;
use super::variation::{possible, warn_of_masses};
use super::varied_name::written;
use super::{Against, Draft};
use crate::model::diagnostic::Faults;
use crate::model::yaml::Node;
use crate::session::population::Population;
use crate::session::scenario::{extend, files};
use crate::trial::{Distribution, Ends, Variation, Varied};

/// A population file as read.
pub(super) struct Fitted {
    pub file: PathBuf,
    pub population: Population,
}

pub(super) fn read(node: &Node<'_>, against: &Against<'_>, faults: &mut Faults) -> Option<Fitted> {
    let text = node.text(faults, "the path of a population file, relative to the scenario")?;
    let file = files::tidy(&against.folder.join(text));
    match Population::read(&file, against.model) {
        Ok(population) => Some(Fitted { file, population }),
        Err(problems) => {
            if file.is_file() {
                extend(faults, problems);
            } else {
                let fault = faults.error(node.place(), format!("there is no population file `{}`", file.display()));
                if let Some(help) = files::near(&file) {
                    fault.help(help);
                }
            }
            None
        }
    }
}

pub(super) fn add(node: &Node<'_>, fitted: &Fitted, against: &Against<'_>, draft: &mut Draft, faults: &mut Faults) {
    let population = &fitted.population;
    for spread in &population.parameters {
        let Some(at) = against.model.parameter(&spread.path) else { continue };
        let varied = Varied::Parameter(at);
        if let Some(before) = draft.variations.iter().find(|one| one.varied == varied) {
            let message = format!("`{}` is under `vary` and in the population file `{}`", before.name, population.name);
            faults.error(node.place(), message).help("leave it out of one of them");
            continue;
        }
        let (log_sd, ends) = (spread.standard_deviation, Ends::default());
        let distribution = if spread.log_normal {
            Distribution::LogNormal { typical: Some(crate::math::exp(spread.mean)), log_sd, shift: 0.0, ends }
        } else {
            Distribution::Normal { mean: spread.mean, sd: spread.standard_deviation, ends }
        };
        let possible = possible(varied, against);
        tell_impossible(node, &spread.path, &distribution, possible, faults);
        warn_of_masses(&spread.path, at, node, against, faults);
        let shown = written(varied, against.model, against.regimens);
        draft.variations.push(Variation {
            name: spread.path.clone(),
            varied,
            unit: shown.unit,
            internal_per_unit: shown.internal_per_unit,
            formula: None,
            spread: Some(distribution),
            possible,
        });
    }
    let source = population.source.as_deref().unwrap_or("no source stated");
    draft
        .assumptions
        .push(format!("between patients the parameters of population `{}` differ as fitted there ({source})", population.name));
}
