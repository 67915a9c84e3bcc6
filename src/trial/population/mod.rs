//! Virtual patients around one: covariates, parameters and physiology drawn from stated distributions, screened by rules, each a pure function of (seed, number).
//!
//! A candidate of patient i: covariates in their order (drawn, or formulas of earlier ones), then what varies (about the patient's own value, about a formula of
//! covariates, or from a distribution of its own), then the rules. Candidates are drawn by (seed, patient, attempt) until one is eligible; attempt 0 is the patient of
//! a cohort without rules. Patient 417 is therefore the same in any order, any subset and on any machine. Adding an entry at the end changes no other draw.
//!
//! `varied`: what may differ; `distribution`: how; `score`: correlations; `people_table`: people in a table; `term`, `condition`: formulas and rules; `draw`: one patient;
//! `error`: why one could not be drawn.
mod condition;
mod distribution;
mod draw;
mod error;
mod people_table;
mod score;
mod term;
mod varied;

use std::sync::Arc;

pub use condition::Condition;
pub use distribution::{Distribution, Ends, NOTHING_LEFT};
pub use draw::{MOST_ATTEMPTS, VirtualPatient};
pub use error::PopulationError;
pub use people_table::PeopleTable;
pub use score::{Correlation, NotPositiveDefinite, Scores};
pub use term::{Names, Source, Term};
pub use varied::Varied;

use crate::fit::error_model::logarithmic_standard_deviation;

/// What values nobody can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Possible {
    /// Any number.
    Any,
    /// Not below zero.
    NotNegative,
    /// Above zero.
    Positive,
}

impl Possible {
    /// What a quantity can be whose usual value is `usual`: sizes, rates and densities stay above zero, positive pure numbers are not negative.
    pub fn like(usual: f64, dimensionless: bool) -> Possible {
        match (usual > 0.0, dimensionless) {
            (true, false) => Possible::Positive,
            (true, true) => Possible::NotNegative,
            (false, _) => Possible::Any,
        }
    }

    /// Whether somebody can have `value`.
    pub fn allows(self, value: f64) -> bool {
        value.is_finite()
            && match self {
                Possible::Any => true,
                Possible::NotNegative => value >= 0.0,
                Possible::Positive => value > 0.0,
            }
    }
}

/// Where the value of a covariate comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum CovariateOrigin {
    /// It is drawn.
    Drawn(Distribution),
    /// It follows from earlier ones.
    Formula(Term),
}

/// Something known of each patient: sex, weight, kidney function, earlier treatment. Values in internal units, or the code of a category.
#[derive(Clone, Debug, PartialEq)]
pub struct Covariate {
    /// Its name.
    pub name: String,
    /// The unit in which it is shown.
    pub unit: String,
    /// Internal units per that unit.
    pub internal_per_unit: f64,
    /// Its categories; empty for a number.
    pub categories: Vec<String>,
    /// Where it comes from.
    pub origin: CovariateOrigin,
    /// What nobody can have.
    pub possible: Possible,
}

/// One quantity that differs, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Variation {
    /// Its name in the scenario.
    pub name: String,
    /// What it is.
    pub varied: Varied,
    /// The unit in which it is shown.
    pub unit: String,
    /// Internal units per that unit.
    pub internal_per_unit: f64,
    /// A formula for the patient's typical value; `None`: that of the scenario's patient.
    pub formula: Option<Term>,
    /// How it spreads; `None`: it is the typical value.
    pub spread: Option<Distribution>,
    /// What nobody can have.
    pub possible: Possible,
}

impl Variation {
    /// Log-normal about the patient's own value with a coefficient of variation; `factors`: smallest and largest factor on it (those outside take the end).
    pub fn log_normal(name: impl Into<String>, varied: Varied, cv: f64, about_mean: bool, factors: (f64, f64)) -> Variation {
        let log_sd = logarithmic_standard_deviation(cv);
        let shift = if about_mean { -0.5 * log_sd * log_sd } else { 0.0 };
        let ends = Ends { factors, ..Ends::default() };
        Variation {
            name: name.into(),
            varied,
            unit: String::new(),
            internal_per_unit: 1.0,
            formula: None,
            spread: Some(Distribution::LogNormal { typical: None, log_sd, shift, ends }),
            possible: Possible::Any,
        }
    }
}

/// A rule that a candidate must meet, or must not.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Whether those who meet it are taken; else they are turned away.
    pub include: bool,
    /// What it asks.
    pub condition: Condition,
}

impl Rule {
    /// As a reader of a table knows it: `include: gfr >= 40 mL/min`.
    pub fn words(&self) -> String {
        format!("{}: {}", if self.include { "include" } else { "exclude" }, self.condition.text)
    }
}

/// Who has a risk factor that lowers a two-tier limit.
#[derive(Clone, Debug, PartialEq)]
pub enum RiskFactor {
    /// As the scenario's patient.
    AsPatient,
    /// A share of all, drawn.
    Share(f64),
    /// Those who meet a rule.
    If(Condition),
}

/// How the patients of a cohort differ.
#[derive(Clone, Debug, PartialEq)]
pub struct PopulationPlan {
    /// What is known of each patient, in the order in which it is drawn.
    pub covariates: Vec<Covariate>,
    /// What differs in the model and the physiology.
    pub variations: Vec<Variation>,
    /// Correlations between the scores of covariates (their position) and variations (behind the covariates).
    pub scores: Scores,
    /// Tables of people.
    pub tables: Vec<PeopleTable>,
    /// Who is eligible.
    pub rules: Vec<Rule>,
    /// Who has a risk factor.
    pub risk_factor: RiskFactor,
}

impl PopulationPlan {
    /// Independent variations and nothing else.
    pub fn of(variations: Vec<Variation>) -> PopulationPlan {
        PopulationPlan {
            covariates: Vec::new(),
            variations,
            scores: Scores::default(),
            tables: Vec::new(),
            rules: Vec::new(),
            risk_factor: RiskFactor::AsPatient,
        }
    }
}

/// A cohort.
#[derive(Clone, Debug, PartialEq)]
pub struct CohortPlan {
    /// Number of patients.
    pub patients: usize,
    /// Seed.
    pub seed: u64,
    /// How they differ; shared, so that a plan with another number of patients costs nothing.
    pub population: Arc<PopulationPlan>,
}

impl CohortPlan {
    /// The columns of a table of patients, in the order of [`VirtualPatient::covariates`]: name, unit, internal units per unit. Categories are codes: the unit says which.
    pub fn columns(&self) -> Vec<(String, String, f64)> {
        let covariates = self.population.covariates.iter().map(|covariate| {
            let codes: Vec<String> = covariate.categories.iter().enumerate().map(|(code, label)| format!("{code} = {label}")).collect();
            let unit = if codes.is_empty() { covariate.unit.clone() } else { codes.join(", ") };
            (covariate.name.clone(), unit, covariate.internal_per_unit)
        });
        let variations = self.population.variations.iter().map(|one| (one.name.clone(), one.unit.clone(), one.internal_per_unit));
        covariates.chain(variations).collect()
    }

    /// The rules of eligibility in words, in the order of [`VirtualPatient::turned_away`].
    pub fn rules(&self) -> Vec<String> {
        self.population.rules.iter().map(Rule::words).collect()
    }
}
