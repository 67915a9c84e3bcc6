//! Bootstrap: the fit repeated on data sets drawn anew, for intervals without normal theory.
//!
//! *Parametric*: the fitted values with noise from the error model. *Residual*: the fitted values with the fit's own residuals, centred, widened by
//! √(n/(n − p)) and drawn with replacement (B. Efron, R. J. Tibshirani, An Introduction to the Bootstrap, 1993, ch. 9). Intervals are percentiles of the
//! refitted parameters (type 7 of R. J. Hyndman, Y. Fan, The American Statistician 50 (1996) 361–365). A replicate draws only from its own source of
//! random numbers, so that the numbers are the same on any number of threads.

use crate::fit::checkpoint::exact_list;
use crate::fit::error::FitError;
use crate::fit::estimate::{Estimate, Termination};
use crate::fit::least_squares::{Monitor, Residuals, Settings, fit_monitored};
use crate::fit::multi_start::started_at;
use crate::fit::numbered_work::{BatchMonitor, run_numbered};
use crate::fit::parameter::FitParameter;
use crate::random::RandomSource;
use serde::{Deserialize, Serialize};

/// The stream of random numbers of the bootstrap; the replicate's number stands in the place of the patient.
const STREAM: u32 = 0x424f_4f54;

/// What makes a new data set, and the problem of fitting it, from draws.
pub trait Resample: Sync {
    /// The problem of one replicate; all its draws come from `source`.
    ///
    /// # Errors
    /// A sentence saying why there is none; the replicate counts as failed.
    fn replicate(&self, source: RandomSource) -> Result<Box<dyn Residuals + Send + '_>, String>;
}

/// How new measured values scatter about the fitted ones.
#[derive(Debug, Clone, PartialEq)]
pub enum Scatter {
    /// Normal, with a standard deviation for each value.
    Normal(Vec<f64>),
    /// Log-normal with the fitted value as median, with a standard deviation of the logarithm for each value.
    LogNormal(Vec<f64>),
    /// Residuals (measured − fitted, in the unit of the data) drawn with replacement, as [`prepared_residuals`] gives them.
    Residuals(Vec<f64>),
    /// Residuals relative to the fitted value (measured/fitted − 1), drawn with replacement: for errors in proportion to the value.
    RelativeResiduals(Vec<f64>),
}

impl Scatter {
    /// New values about `fitted`, draw k of `source` for value k.
    ///
    /// # Errors
    /// A list of another length than `fitted`, or no residuals to draw from.
    pub fn around(&self, fitted: &[f64], source: RandomSource) -> Result<Vec<f64>, String> {
        let same_length = |list: &[f64]| {
            if list.len() == fitted.len() {
                Ok(())
            } else {
                Err(format!("{} standard deviations were given for {} values", list.len(), fitted.len()))
            }
        };
        let drawn = |list: &[f64], k: u32| list[((source.uniform(k) * list.len() as f64) as usize).min(list.len() - 1)];
        let values = (0_u32..).zip(fitted);
        match self {
            Scatter::Normal(sd) => {
                same_length(sd)?;
                Ok(values.zip(sd).map(|((k, f), s)| f + s * source.standard_normal(k)).collect())
            }
            Scatter::LogNormal(sd) => {
                same_length(sd)?;
                Ok(values.zip(sd).map(|((k, f), s)| f * crate::math::exp(s * source.standard_normal(k))).collect())
            }
            Scatter::Residuals(list) | Scatter::RelativeResiduals(list) if list.is_empty() => {
                Err("there are no residuals to draw from".into())
            }
            Scatter::Residuals(list) => Ok(values.map(|(k, f)| f + drawn(list, k)).collect()),
            Scatter::RelativeResiduals(list) => Ok(values.map(|(k, f)| f * (1.0 + drawn(list, k))).collect()),
        }
    }
}

/// Residuals made ready to be drawn: centred, and widened by √(n/(n − p)) because a fit with `parameter_count` parameters makes them too small.
/// Without degrees of freedom they are only centred.
pub fn prepared_residuals(residuals: &[f64], parameter_count: usize) -> Vec<f64> {
    let n = residuals.len();
    let mean = residuals.iter().sum::<f64>() / n.max(1) as f64;
    let widening = if n > parameter_count { (n as f64 / (n - parameter_count) as f64).sqrt() } else { 1.0 };
    residuals.iter().map(|r| widening * (r - mean)).collect()
}

/// New data about fitted values, made into a problem by a closure.
pub struct Resampled<F> {
    /// Fitted values in the order of the data.
    pub fitted: Vec<f64>,
    /// How new values scatter about them.
    pub scatter: Scatter,
    /// The problem of fitting the given values in place of the measured ones.
    pub problem: F,
}

impl<F> Resample for Resampled<F>
where
    F: Fn(Vec<f64>) -> Result<Box<dyn Residuals + Send>, String> + Sync,
{
    fn replicate(&self, source: RandomSource) -> Result<Box<dyn Residuals + Send + '_>, String> {
        (self.problem)(self.scatter.around(&self.fitted, source)?).map(|problem| problem as Box<dyn Residuals + Send + '_>)
    }
}

/// How many replicates, from which seed.
#[derive(Debug, Clone, PartialEq)]
pub struct Bootstrap {
    /// Number of replicates; percentile intervals of 95 % want about a thousand.
    pub replicates: usize,
    /// Seed of the draws.
    pub seed: u64,
    /// Threads to work on.
    pub threads: usize,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Bootstrap { replicates: 1000, seed: 1, threads: 1 }
    }
}

/// What became of one replicate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Replicate {
    /// Its parameters, natural values.
    Fitted(#[serde(with = "exact_list")] Vec<f64>),
    /// Why it has none: the data could not be made, the fit not started or not converged.
    Failed(String),
}

/// Distribution of one parameter over the replicates.
#[derive(Debug, Clone, PartialEq)]
pub struct BootstrapSummary {
    /// Name of the parameter.
    pub name: String,
    /// Its estimate from the measured data.
    pub estimate: f64,
    /// Mean of the replicates.
    pub mean: f64,
    /// Median of the replicates.
    pub median: f64,
    /// Standard deviation of the replicates (divisor n − 1); `None` for fewer than two.
    pub standard_deviation: Option<f64>,
    /// 2.5 and 97.5 % quantiles.
    pub interval_95: (f64, f64),
}

/// The replicates and what they say.
#[derive(Debug, Clone, PartialEq)]
pub struct BootstrapResult {
    /// Finished replicates with their numbers, in order.
    pub replicates: Vec<(usize, Replicate)>,
    /// One entry per parameter; empty where every replicate failed.
    pub summaries: Vec<BootstrapSummary>,
    /// Number of replicates that failed.
    pub failed: usize,
    /// Whether replicates are missing because somebody cancelled.
    pub cancelled: bool,
}

impl BootstrapResult {
    /// Parameter vectors of the replicates that were fitted, in order.
    pub fn fitted(&self) -> impl Iterator<Item = &[f64]> {
        self.replicates.iter().filter_map(|(_, replicate)| match replicate {
            Replicate::Fitted(parameters) => Some(parameters.as_slice()),
            Replicate::Failed(_) => None,
        })
    }

    /// One sentence: how many replicates, how many of them failed and for what reason first.
    pub fn describe(&self) -> String {
        let all = self.replicates.len();
        let first = self.replicates.iter().find_map(|(number, replicate)| match replicate {
            Replicate::Failed(message) => Some((number, message)),
            Replicate::Fitted(_) => None,
        });
        let failures = match first {
            None => "all were fitted".to_owned(),
            Some((number, message)) => format!("{} failed (first replicate {number}: {message})", self.failed),
        };
        format!("{all} bootstrap replicates{}: {failures}.", if self.cancelled { ", then cancelled" } else { "" })
    }
}

/// Fits every replicate from the estimate.
///
/// # Errors
/// The estimate does not belong to the parameters, no replicates are asked for, or the checkpoint belongs to other work.
pub fn bootstrap(
    resample: &dyn Resample,
    parameters: &[FitParameter],
    estimate: &Estimate,
    settings: &Settings,
    options: &Bootstrap,
    monitor: &BatchMonitor,
) -> Result<BootstrapResult, FitError> {
    if estimate.parameters.len() != parameters.len() {
        return Err(FitError::ParameterCount { expected: parameters.len(), found: estimate.parameters.len() });
    }
    if options.replicates == 0 {
        return Err(FitError::Setting { name: "replicates", value: 0.0, expected: "at least 1" });
    }
    let started = started_at(parameters, &estimate.values());
    let work = |number: usize| {
        let mut problem = match resample.replicate(RandomSource::new(options.seed, number as u64, STREAM)) {
            Ok(problem) => problem,
            Err(message) => return Some(Replicate::Failed(message)),
        };
        let watch = Monitor { cancel: monitor.cancel.clone(), progress: None };
        match fit_monitored(problem.as_mut(), &started, settings, &watch) {
            Ok(found) if found.record.termination == Termination::Cancelled => None,
            Ok(found) if found.is_converged() => Some(Replicate::Fitted(found.values())),
            Ok(found) => Some(Replicate::Failed(format!("not converged: {}", found.record.termination.describe()))),
            Err(error) => Some(Replicate::Failed(error.to_string())),
        }
    };
    let setup = format!("{} replicates, seed {}; {started:?}; {settings:?}", options.replicates, options.seed);
    let batch = run_numbered(options.replicates, options.threads, monitor, "bootstrap", setup, &work)?;
    let failed = batch.finished.iter().filter(|(_, replicate)| matches!(replicate, Replicate::Failed(_))).count();
    let mut result = BootstrapResult { replicates: batch.finished, summaries: Vec::new(), failed, cancelled: batch.cancelled };
    if result.fitted().next().is_some() {
        let columns = (0..parameters.len()).map(|i| result.fitted().map(|values| values[i]).collect::<Vec<f64>>());
        let summaries = columns.zip(&estimate.parameters).map(|(values, own)| summarise(own.name.clone(), own.value, values)).collect();
        result.summaries = summaries;
    }
    Ok(result)
}

/// `values` must not be empty.
fn summarise(name: String, estimate: f64, mut values: Vec<f64>) -> BootstrapSummary {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    values.sort_by(f64::total_cmp);
    BootstrapSummary {
        name,
        estimate,
        mean,
        median: quantile_of_sorted(&values, 0.5),
        standard_deviation: (values.len() > 1).then(|| (squares / (n - 1.0)).sqrt()),
        interval_95: (quantile_of_sorted(&values, 0.025), quantile_of_sorted(&values, 0.975)),
    }
}

/// Quantile of type 7 (linear between order statistics) of ascending `sorted`; NaN for an empty list.
pub fn quantile_of_sorted(sorted: &[f64], probability: f64) -> f64 {
    if sorted.is_empty() {
        return f64::NAN;
    }
    let place = probability.clamp(0.0, 1.0) * (sorted.len() - 1) as f64;
    let below = crate::math::floor(place) as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::checkpoint::CheckpointFile;
    use crate::fit::least_squares::{ResidualFunction, fit};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    const X: [f64; 8] = [0., 1., 2., 3., 4., 5., 6., 7.];

    fn line(data: Vec<f64>) -> Result<Box<dyn Residuals + Send>, String> {
        let residuals = move |p: &[f64], out: &mut [f64]| {
            for ((r, x), y) in out.iter_mut().zip(X).zip(&data) {
                *r = (y - p[0] - p[1] * x) / 0.5;
            }
            Ok(())
        };
        Ok(Box::new(ResidualFunction { parameter_count: 2, residual_count: 8, residuals }))
    }

    fn parameters() -> [FitParameter; 2] {
        [FitParameter::natural("a", 1.0), FitParameter::natural("b", 1.0)]
    }

    fn fitted_line() -> (Estimate, Vec<f64>) {
        let data: Vec<f64> = X.iter().map(|x| 2.0 + 0.7 * x + 0.4 * (9.0 * x).sin()).collect();
        let estimate = fit(line(data).expect("a problem").as_mut(), &parameters(), &Settings::default()).expect("fits");
        let values = estimate.values();
        (estimate, X.iter().map(|x| values[0] + values[1] * x).collect())
    }

    fn run(scatter: Scatter, options: &Bootstrap, monitor: &BatchMonitor) -> (Estimate, BootstrapResult) {
        let (estimate, fitted) = fitted_line();
        let resample = Resampled { fitted, scatter, problem: line };
        let result = bootstrap(&resample, &parameters(), &estimate, &Settings::default(), options, monitor).expect("replicates");
        (estimate, result)
    }

    #[test]
    fn the_parametric_bootstrap_of_a_line_has_the_textbook_variance() {
        // σ = 1/2: var(a) = σ² Σx²/(n Σx² − (Σx)²) = 0.25·140/336, var(b) = σ² n/336. Of 2000 replicates a standard deviation has a relative
        // standard error of 1/√4000, the mean one of sd/√2000, a 2.5 % quantile about 2.67 sd/√2000; five of each.
        let options = Bootstrap { replicates: 2000, ..Default::default() };
        let (estimate, result) = run(Scatter::Normal(vec![0.5; 8]), &options, &BatchMonitor::default());
        assert_eq!((result.failed, result.fitted().count()), (0, 2000));
        for (summary, variance) in result.summaries.iter().zip([0.25 * 140.0 / 336.0, 0.25 * 8.0 / 336.0_f64]) {
            let sd = variance.sqrt();
            let own = estimate.parameter(&summary.name).expect("there").value;
            let root = 2000_f64.sqrt();
            let found = summary.standard_deviation.expect("many");
            assert!((found / sd - 1.0).abs() < 5.0 / 4000_f64.sqrt(), "{found} v {sd}");
            assert!((summary.mean - own).abs() < 5.0 * sd / root);
            assert!((summary.interval_95.0 - own + 1.96 * sd).abs() < 5.0 * 2.67 * sd / root, "{:?}", summary.interval_95);
            assert!((summary.interval_95.1 - own - 1.96 * sd).abs() < 5.0 * 2.67 * sd / root);
        }
        assert_eq!(result.describe(), "2000 bootstrap replicates: all were fitted.");
    }

    #[test]
    fn the_residual_bootstrap_keeps_the_residual_variance() {
        // Drawn residuals have variance Σ (r − r̄)²/(n − p) = s², so var(b) = s² n/336 as for the fit itself.
        let (estimate, fitted) = fitted_line();
        let raw: Vec<f64> = estimate.residuals.iter().map(|r| 0.5 * r).collect();
        let options = Bootstrap { replicates: 2000, ..Default::default() };
        let resample = Resampled { fitted, scatter: Scatter::Residuals(prepared_residuals(&raw, 2)), problem: line };
        let result =
            bootstrap(&resample, &parameters(), &estimate, &Settings::default(), &options, &BatchMonitor::default()).expect("replicates");
        for (summary, own) in result.summaries.iter().zip(&estimate.parameters) {
            let (found, expected) = (summary.standard_deviation.expect("many"), own.standard_error.expect("regular"));
            assert!((found / expected - 1.0).abs() < 5.0 / 4000_f64.sqrt(), "{found} v {expected}");
        }
    }

    #[test]
    fn threads_and_resuming_change_no_bit() {
        let scatter = || Scatter::LogNormal(vec![0.1; 8]);
        let options = |threads| Bootstrap { replicates: 40, seed: 9, threads };
        let (_, whole) = run(scatter(), &options(1), &BatchMonitor::default());
        assert_eq!(run(scatter(), &options(2), &BatchMonitor::default()).1, whole);
        for threads in [1, 2] {
            let folder = tempfile::tempdir().expect("a folder");
            let cancel = Arc::new(AtomicBool::new(false));
            let flag = Arc::clone(&cancel);
            let monitor = BatchMonitor {
                cancel: Some(Arc::clone(&cancel)),
                progress: Some(Arc::new(move |done, _| flag.store(done >= 11, Ordering::Relaxed))),
                steps: None,
                checkpoint: Some(CheckpointFile::new(folder.path().join("bootstrap.json"), "line")),
            };
            let (_, first) = run(scatter(), &options(threads), &monitor);
            assert!(first.cancelled && (11..=12).contains(&first.replicates.len()));
            let resumed = BatchMonitor { cancel: None, progress: None, ..monitor };
            assert_eq!(run(scatter(), &options(threads), &resumed).1, whole, "{threads} threads");
            let (estimate, fitted) = fitted_line();
            let other = Bootstrap { seed: 10, ..options(1) };
            let resample = Resampled { fitted, scatter: scatter(), problem: line };
            let refused = bootstrap(&resample, &parameters(), &estimate, &Settings::default(), &other, &resumed);
            assert!(refused.expect_err("another seed").to_string().contains("another set-up"));
        }
    }

    #[test]
    fn failed_replicates_are_counted_and_told() {
        let (estimate, fitted) = fitted_line();
        let threshold = fitted[0];
        let problem = move |data: Vec<f64>| if data[0] > threshold { line(data) } else { Err("no activity left".to_owned()) };
        let resample = Resampled { fitted, scatter: Scatter::Normal(vec![0.5; 8]), problem };
        let options = Bootstrap { replicates: 50, ..Default::default() };
        let result =
            bootstrap(&resample, &parameters(), &estimate, &Settings::default(), &options, &BatchMonitor::default()).expect("replicates");
        // The first value lies above its median in half of the replicates: 25 ± 5·√12.5.
        assert!((8..=42).contains(&result.failed), "{}", result.failed);
        assert_eq!(result.fitted().count() + result.failed, 50);
        assert!(result.describe().contains("failed (first replicate") && result.describe().contains("no activity left"));
    }

    #[test]
    fn quantiles_are_of_type_seven() {
        // R: quantile(c(1, 2, 4, 8, 16), c(0.025, 0.25, 0.4, 0.975), type = 7): h = 4 p, by hand 1.1, 2, 3.2, 15.2.
        let sorted = [1.0, 2.0, 4.0, 8.0, 16.0];
        for (probability, expected) in [(0.025, 1.1), (0.25, 2.0), (0.4, 3.2), (0.975, 15.2), (0.0, 1.0), (1.0, 16.0)] {
            assert!((quantile_of_sorted(&sorted, probability) - expected).abs() < 1e-12);
        }
        assert!(quantile_of_sorted(&[], 0.5).is_nan());
    }

    #[test]
    fn scatter_of_the_wrong_length_is_refused() {
        let source = RandomSource::new(1, 0, 0);
        let message = Scatter::Normal(vec![1.0]).around(&[1.0, 2.0], source).expect_err("too short");
        assert_eq!(message, "1 standard deviations were given for 2 values");
        assert!(Scatter::Residuals(Vec::new()).around(&[1.0], source).is_err());
        let prepared = prepared_residuals(&[1.0, 2.0, 6.0], 1);
        // Centred: −2, −1, 3; widened by √(3/2).
        assert!(prepared.iter().zip([-2.0, -1.0, 3.0]).all(|(p, r)| (p - r * 1.5_f64.sqrt()).abs() < 1e-14));
    }
}
