//! One virtual patient: candidates drawn until one is eligible.
//!
//! The draw of an entry has the address (seed, patient, stream, attempt · 2¹⁶ + position): one stream for what varies, one each for covariates, rows of tables and the
//! drawn risk factor. Memory and time do not grow with the cohort.
use super::distribution::{Around, Score};
use super::term::Values;
use super::{CohortPlan, CovariateOrigin, PopulationError, RiskFactor};
use crate::model::Model;
use crate::random::RandomSource;
use crate::regimen::RegimenPlan;

/// Stream of what varies.
const PARAMETER_STREAM: u32 = 0;
/// Stream of the risk factor.
const RISK_STREAM: u32 = 1;
/// Stream of covariates.
const COVARIATE_STREAM: u32 = 2;
/// Stream of the rows of tables.
const ROW_STREAM: u32 = 3;
/// Entries that one attempt has addresses for.
const ENTRIES: u32 = 1 << 16;
/// Candidates of whom at least one must be eligible.
pub const MOST_ATTEMPTS: u32 = 10_000;

/// A patient as a trial takes one.
#[derive(Clone, Debug, PartialEq)]
pub struct VirtualPatient {
    /// Parameters of the model.
    pub parameters: Vec<f64>,
    /// The regimen with this patient's physiology, covariates and noise.
    pub regimen: RegimenPlan,
    /// All covariates and varied quantities, in the order of [`CohortPlan::columns`], in internal units.
    pub covariates: Vec<(String, f64)>,
    /// Candidates screened, this one included.
    pub screened: u32,
    /// Candidates turned away, by the first rule that did.
    pub turned_away: Vec<u32>,
}

/// One candidate.
#[derive(Default)]
struct Candidate {
    covariates: Vec<f64>,
    parameters: Vec<f64>,
    varied: Vec<f64>,
    nodes: Vec<f64>,
}

impl Candidate {
    fn values(&self) -> Values<'_> {
        Values { covariates: &self.covariates, parameters: &self.parameters, varied: &self.varied, nodes: &self.nodes }
    }
}

impl CohortPlan {
    /// Patient `number` around the patient of `parameters` and `regimen`.
    ///
    /// # Errors
    /// A value that nobody can have; no eligible candidate among [`MOST_ATTEMPTS`].
    pub fn draw(&self, number: usize, model: &Model, parameters: &[f64], regimen: &RegimenPlan) -> Result<VirtualPatient, PopulationError> {
        let rules = &self.population.rules;
        let needs_nodes = rules.iter().any(|rule| rule.condition.reads_derived())
            || matches!(&self.population.risk_factor, RiskFactor::If(condition) if condition.reads_derived());
        let mut turned_away = vec![0; rules.len()];
        let mut candidate = Candidate::default();
        for attempt in 0..MOST_ATTEMPTS {
            self.candidate(number as u64, attempt, parameters, regimen, &mut candidate);
            if needs_nodes {
                candidate.nodes = model.graph.evaluate(&candidate.parameters, &[], 0.0);
            }
            let values = candidate.values();
            match rules.iter().position(|rule| rule.condition.holds(values) != rule.include) {
                Some(rule) => turned_away[rule] += 1,
                None => {
                    self.check(&candidate)?;
                    return Ok(self.patient(number, attempt, model, regimen, candidate, turned_away));
                }
            }
        }
        let turned_away = rules.iter().zip(turned_away).map(|(rule, count)| (format!("`{}`", rule.words()), count)).collect();
        Err(PopulationError::NoneEligible { screened: MOST_ATTEMPTS, turned_away })
    }

    fn candidate(&self, patient: u64, attempt: u32, parameters: &[f64], regimen: &RegimenPlan, candidate: &mut Candidate) {
        let population = &*self.population;
        let first = attempt * ENTRIES;
        let stream = |stream: u32| RandomSource::new(self.seed, patient, stream);
        let (of_covariates, of_variations) = (stream(COVARIATE_STREAM), stream(PARAMETER_STREAM));
        let known = population.covariates.len();
        let address = |entry: usize| match entry.checked_sub(known) {
            None => (&of_covariates, first + entry as u32),
            Some(position) => (&of_variations, first + position as u32),
        };
        let own = |entry: usize| {
            let (source, index) = address(entry);
            source.standard_normal(index)
        };
        let correlated = population.scores.correlated(own);
        let score = |entry: usize| match population.scores.row(entry) {
            Some(row) => Score::Normal(correlated[row]),
            None => {
                let (source, index) = address(entry);
                Score::Uniform(source.uniform(index))
            }
        };
        let of_rows = stream(ROW_STREAM);
        let rows: Vec<usize> =
            population.tables.iter().enumerate().map(|(at, table)| table.row(of_rows.uniform(first + at as u32))).collect();
        candidate.covariates.clear();
        candidate.varied.clear();
        candidate.parameters.clear();
        candidate.parameters.extend_from_slice(parameters);
        for (entry, covariate) in population.covariates.iter().enumerate() {
            let value = match &covariate.origin {
                CovariateOrigin::Drawn(distribution) => {
                    let around = Around { typical: f64::NAN, covariates: &candidate.covariates, rows: &rows, tables: &population.tables };
                    distribution.value(score(entry), &around)
                }
                // formulas of covariates read parameters that nothing changes
                CovariateOrigin::Formula(term) => term.value(Values { varied: &[], nodes: &[], parameters, ..candidate.values() }),
            };
            candidate.covariates.push(value);
        }
        for (position, variation) in population.variations.iter().enumerate() {
            let typical = match &variation.formula {
                Some(term) => {
                    let values = Values { covariates: &candidate.covariates, parameters, varied: &[], nodes: &[] };
                    term.value(values) / variation.varied.internal_per_held()
                }
                None => variation.varied.own(parameters, regimen).unwrap_or(f64::NAN),
            };
            let value = match &variation.spread {
                Some(distribution) => {
                    let around = Around { typical, covariates: &candidate.covariates, rows: &rows, tables: &population.tables };
                    distribution.value(score(known + position), &around)
                }
                None => typical,
            };
            if let super::Varied::Parameter(at) = variation.varied
                && let Some(parameter) = candidate.parameters.get_mut(at)
            {
                *parameter = value;
            }
            candidate.varied.push(value);
        }
    }

    /// Whether somebody can have these values.
    fn check(&self, candidate: &Candidate) -> Result<(), PopulationError> {
        let impossible = |name: &str, value: f64, unit: &str| PopulationError::Impossible { name: name.into(), value, unit: unit.into() };
        for (covariate, value) in self.population.covariates.iter().zip(&candidate.covariates) {
            if !covariate.possible.allows(*value) {
                return Err(impossible(&covariate.name, value / covariate.internal_per_unit, &covariate.unit));
            }
        }
        for (variation, value) in self.population.variations.iter().zip(&candidate.varied) {
            if !variation.possible.allows(*value) {
                let shown = value * variation.varied.internal_per_held() / variation.internal_per_unit;
                return Err(impossible(&variation.name, shown, &variation.unit));
            }
        }
        Ok(())
    }

    fn patient(
        &self,
        number: usize,
        attempt: u32,
        model: &Model,
        regimen: &RegimenPlan,
        candidate: Candidate,
        turned_away: Vec<u32>,
    ) -> VirtualPatient {
        let population = &*self.population;
        let mut regimen = RegimenPlan { coarse_curves: true, ..regimen.clone() };
        for factors in [false, true] {
            for (variation, value) in population.variations.iter().zip(&candidate.varied) {
                if variation.varied.is_factor() == factors {
                    variation.varied.put(*value, &mut regimen.physiology);
                }
            }
        }
        regimen.follow(model, &candidate.parameters);
        for (covariate, value) in population.covariates.iter().zip(&candidate.covariates) {
            if let Some(known) = regimen.known.get_mut(&covariate.name) {
                known.value = *value;
            }
        }
        let has_risk = match &population.risk_factor {
            RiskFactor::AsPatient => None,
            RiskFactor::Share(share) => Some(RandomSource::new(self.seed, number as u64, RISK_STREAM).uniform(attempt * ENTRIES) < *share),
            RiskFactor::If(condition) => Some(condition.holds(candidate.values())),
        };
        if let Some(has) = has_risk {
            regimen.risk_factors = if has { vec!["drawn".into()] } else { Vec::new() };
        }
        let own = (number as u64).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        regimen.clinic.seed = regimen.clinic.seed.wrapping_add(own);
        regimen.physiology.seed = regimen.physiology.seed.wrapping_add(own);
        if let Some(events) = &mut regimen.events {
            events.seed = events.seed.wrapping_add(own);
        }
        let varied = population.variations.iter().zip(&candidate.varied);
        let covariates = population
            .covariates
            .iter()
            .zip(&candidate.covariates)
            .map(|(covariate, value)| (covariate.name.clone(), *value))
            .chain(varied.map(|(variation, value)| (variation.name.clone(), value * variation.varied.internal_per_held())))
            .collect();
        VirtualPatient { parameters: candidate.parameters, regimen, covariates, screened: attempt + 1, turned_away }
    }
}
