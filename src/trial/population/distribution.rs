//! How one quantity is distributed between patients, and its value for one uniform or normal score.
//!
//! Log-normal: typical value × exp(σ z + m), σ = √ln(1 + cv²), m = 0 about the median and −σ²/2 about the mean; the typical value is the patient's own or a stated one.
//! Normal: mean + SD z. Uniform: low + u (high − low). Categories: the value whose cumulative share is the first above u. Ends either hold those outside (they
//! take the end, as today's entry criteria do) or truncate: the score is then drawn between those of the ends, z′ = Φ⁻¹(Φ(a) + Φ(z) (Φ(b) − Φ(a))).
use crate::math::{exp, log};
use crate::radiobiology::normal::cumulative;
use crate::random::standard_normal_quantile;

/// Share of a distribution between its ends at or below which nothing is left of it.
pub const NOTHING_LEFT: f64 = 1e-9;

/// How a quantity differs between patients. Values in the unit in which the quantity is held.
#[derive(Clone, Debug, PartialEq)]
pub enum Distribution {
    /// Log-normal.
    LogNormal {
        /// Median or mean; `None`: the patient's own value.
        typical: Option<f64>,
        /// Standard deviation of the logarithm.
        log_sd: f64,
        /// Added to the logarithm: −σ²/2 where the typical value is the mean.
        shift: f64,
        /// Its ends.
        ends: Ends,
    },
    /// Normal.
    Normal {
        /// Mean.
        mean: f64,
        /// Standard deviation.
        sd: f64,
        /// Its ends.
        ends: Ends,
    },
    /// Uniform.
    Uniform {
        /// Lowest.
        low: f64,
        /// Highest.
        high: f64,
    },
    /// Values with shares: the cumulative share up to and with each, and the value.
    Categories(Vec<(f64, f64)>),
    /// A column of a table of people, one row a patient.
    Row {
        /// Position of the table.
        table: usize,
        /// Position of the column.
        column: usize,
    },
    /// One distribution for each category of an earlier covariate.
    By {
        /// Position of the covariate.
        covariate: usize,
        /// In the order of its categories.
        cases: Vec<Distribution>,
    },
}

/// Ends of a distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ends {
    /// Smallest and largest factor on the typical value.
    pub factors: (f64, f64),
    /// Smallest and largest value.
    pub values: (f64, f64),
    /// Whether the distribution is truncated there; else those outside take the end.
    pub truncate: bool,
}

impl Default for Ends {
    fn default() -> Self {
        Ends { factors: (0.0, f64::INFINITY), values: (f64::NEG_INFINITY, f64::INFINITY), truncate: false }
    }
}

/// The score of an entry: its own, or one correlated with others.
#[derive(Clone, Copy, Debug)]
pub(super) enum Score {
    /// A uniform number.
    Uniform(f64),
    /// A normal number.
    Normal(f64),
}

impl Score {
    fn uniform(self) -> f64 {
        match self {
            Score::Uniform(u) => u,
            Score::Normal(z) => cumulative(z),
        }
    }

    fn normal(self) -> f64 {
        match self {
            Score::Uniform(u) => standard_normal_quantile(u),
            Score::Normal(z) => z,
        }
    }

    /// The normal score between `a` and `b`: the same share of what lies between them. Reckoned in the lower tail, where Φ keeps its digits.
    fn between(self, a: f64, b: f64) -> f64 {
        if a > 0.0 {
            return -mirrored(self.uniform(), -b, -a, true);
        }
        mirrored(self.uniform(), a, b, false)
    }
}

fn mirrored(u: f64, a: f64, b: f64, from_above: bool) -> f64 {
    let (low, high) = (cumulative(a), cumulative(b));
    let share = if from_above { high - u * (high - low) } else { low + u * (high - low) };
    standard_normal_quantile(share).max(a).min(b)
}

/// What a draw reads besides its score.
pub(super) struct Around<'a> {
    /// The patient's typical value.
    pub typical: f64,
    /// Covariates so far.
    pub covariates: &'a [f64],
    /// The row of each table, and the tables.
    pub rows: &'a [usize],
    /// The tables.
    pub tables: &'a [super::PeopleTable],
}

impl Distribution {
    /// Whether its value rises with a normal score, so that correlations can reach it.
    pub fn has_score(&self) -> bool {
        match self {
            Distribution::LogNormal { .. } | Distribution::Normal { .. } | Distribution::Uniform { .. } => true,
            Distribution::Categories(_) | Distribution::Row { .. } => false,
            Distribution::By { cases, .. } => cases.iter().all(Distribution::has_score),
        }
    }

    /// Whether it is a spread about the patient's own value.
    pub fn is_relative(&self) -> bool {
        match self {
            Distribution::LogNormal { typical, .. } => typical.is_none(),
            Distribution::By { cases, .. } => cases.iter().any(Distribution::is_relative),
            _ => false,
        }
    }

    /// The share that lies between the ends, where they truncate; `None` where they do not.
    pub fn share_kept(&self, typical: f64) -> Option<f64> {
        let (a, b) = match self {
            Distribution::LogNormal { typical: stated, log_sd, shift, ends } if ends.truncate => {
                log_scores(stated.unwrap_or(typical), *log_sd, *shift, ends)
            }
            Distribution::Normal { mean, sd, ends } if ends.truncate => ((ends.values.0 - mean) / sd, (ends.values.1 - mean) / sd),
            _ => return None,
        };
        Some(if a >= b {
            0.0
        } else if a > 0.0 {
            cumulative(-a) - cumulative(-b)
        } else {
            cumulative(b) - cumulative(a)
        })
    }

    /// The share below zero (`zero_too`: or at it): Φ(−mean/SD) of a normal whose lower end lets it (of what its ends leave), the part of a uniform, the shares of categories.
    pub fn share_below_zero(&self, zero_too: bool) -> f64 {
        let impossible = |value: f64| value < 0.0 || (zero_too && value == 0.0);
        match self {
            Distribution::Normal { mean, sd, ends } if ends.values.0 < 0.0 || (impossible(ends.values.0) && !ends.truncate) => {
                let below = cumulative(-mean / sd);
                if !ends.truncate {
                    return below;
                }
                let (low, high) = (cumulative((ends.values.0 - mean) / sd), cumulative((ends.values.1 - mean) / sd));
                ((below - low) / (high - low)).clamp(0.0, 1.0)
            }
            Distribution::Uniform { low, high } if *low < 0.0 => (-low / (high - low)).min(1.0),
            Distribution::Categories(values) => {
                let starts = std::iter::once(0.0).chain(values.iter().map(|(up_to, _)| *up_to));
                starts.zip(values).filter(|(_, (_, value))| impossible(*value)).map(|(from, (up_to, _))| up_to - from).sum()
            }
            Distribution::By { cases, .. } => cases.iter().map(|case| case.share_below_zero(zero_too)).fold(0.0, f64::max),
            _ => 0.0,
        }
    }

    /// The value for a score; not a number where truncation leaves nothing.
    pub(super) fn value(&self, score: Score, around: &Around<'_>) -> f64 {
        match self {
            Distribution::LogNormal { typical, log_sd, shift, ends } => {
                let typical = typical.unwrap_or(around.typical);
                if ends.truncate {
                    let (a, b) = log_scores(typical, *log_sd, *shift, ends);
                    if a.partial_cmp(&b) != Some(std::cmp::Ordering::Less) {
                        return f64::NAN;
                    }
                    return typical * exp(log_sd * score.between(a, b) + shift);
                }
                let factor = exp(log_sd * score.normal() + shift).clamp(ends.factors.0, ends.factors.1);
                (typical * factor).clamp(ends.values.0, ends.values.1)
            }
            Distribution::Normal { mean, sd, ends } => {
                let (a, b) = ((ends.values.0 - mean) / sd, (ends.values.1 - mean) / sd);
                if ends.truncate {
                    mean + sd * score.between(a, b)
                } else {
                    (mean + sd * score.normal()).clamp(ends.values.0, ends.values.1)
                }
            }
            Distribution::Uniform { low, high } => low + score.uniform() * (high - low),
            Distribution::Categories(values) => {
                let u = score.uniform();
                values.iter().find(|(up_to, _)| u < *up_to).or(values.last()).map_or(f64::NAN, |(_, value)| *value)
            }
            Distribution::Row { table, column } => around.tables[*table].value(around.rows[*table], *column),
            Distribution::By { covariate, cases } => match cases.get(around.covariates[*covariate] as usize) {
                Some(case) => case.value(score, around),
                None => f64::NAN,
            },
        }
    }
}

/// Normal scores of the ends of a log-normal.
fn log_scores(typical: f64, log_sd: f64, shift: f64, ends: &Ends) -> (f64, f64) {
    let low = ends.factors.0.max(ends.values.0 / typical);
    let high = ends.factors.1.min(ends.values.1 / typical);
    let score = |factor: f64| if factor > 0.0 { (log(factor) - shift) / log_sd } else { f64::NEG_INFINITY };
    (score(low), score(high))
}
