//! The program against numbers that do not come from it: published and independently computed tables, closed forms, hand-written rules.
#![allow(clippy::unwrap_used)]
mod support;

#[path = "references/bateman.rs"]
mod bateman;
#[path = "references/chain_models.rs"]
mod chain_models;
#[path = "references/cohorts.rs"]
mod cohorts;
#[path = "references/dose_response.rs"]
mod dose_response;
#[path = "references/fits.rs"]
mod fits;
#[path = "references/limit_words.rs"]
mod limit_words;
#[path = "references/model_choice.rs"]
mod model_choice;
#[path = "references/p12.rs"]
mod p12;
#[path = "references/pbpk_calibration.rs"]
mod pbpk_calibration;
#[path = "references/planning_models.rs"]
mod planning_models;
#[path = "references/population_models.rs"]
mod population_models;
#[path = "references/properties.rs"]
mod properties;
#[path = "references/regimen_vectors.rs"]
mod regimen_vectors;
#[path = "references/regimens.rs"]
mod regimens;
#[path = "references/ulm.rs"]
mod ulm;
#[path = "references/uncertainty_budget.rs"]
mod uncertainty_budget;
