//! Which optima a multi-start found, how often, and what that means, in words.

use crate::fit::estimate::{Estimate, VarianceChoice};
use crate::fit::multi_start::{StartFit, StartOutcome};
use crate::fit::parameter::FitParameter;
use crate::fit::wording::{brief, listed};

/// Ends of starts at the best objective count as different where a parameter differs by more than this on its fitted scale …
const LEAST_DIFFERENCE: f64 = 1e-3;
/// … and by more than this share of its standard error.
const SHARE_OF_STANDARD_ERROR: f64 = 0.5;
/// Objectives closer than this share of where the descent began cannot be told from rounding.
const ROUNDING: f64 = 1e-10;
/// Optima that are put into words.
const TOLD: usize = 3;

/// One optimum: all starts that ended at its objective.
#[derive(Debug, Clone, PartialEq)]
pub struct Optimum {
    /// Lowest objective of its starts.
    pub objective: f64,
    /// By how much that lies above the best.
    pub above_best: f64,
    /// Parameters there, natural values.
    pub parameters: Vec<f64>,
    /// Numbers of the starts that ended here, that of the lowest objective first.
    pub starts: Vec<usize>,
}

/// A parameter that took different values at the same best objective.
#[derive(Debug, Clone, PartialEq)]
pub struct Undecided {
    /// Its place in the list of parameters.
    pub parameter: usize,
    /// Smallest value.
    pub least: f64,
    /// Largest value.
    pub greatest: f64,
}

/// Where the starts of a multi-start ended.
#[derive(Debug, Clone, PartialEq)]
pub struct SpreadOfOptima {
    /// Starts that were finished.
    pub starts: usize,
    /// Converged starts at the best objective.
    pub reached_best: usize,
    /// Starts that ended without converging; they belong to no optimum.
    pub not_converged: usize,
    /// Starts from which nothing could be computed.
    pub failed: usize,
    /// The distinct optima, best first.
    pub optima: Vec<Optimum>,
    /// Parameters that differ among the starts at the best objective.
    pub undecided: Vec<Undecided>,
    names: Vec<String>,
}

/// Sorts the ends of all starts into optima; `tolerance` is in units of 1 (likelihood, given weights) or of s² of the best estimate.
pub fn spread_of_optima(outcomes: &[StartOutcome], parameters: &[FitParameter], best: Option<&Estimate>, tolerance: f64) -> SpreadOfOptima {
    let fits: Vec<(usize, &StartFit)> = outcomes.iter().filter_map(|o| o.result.as_ref().ok().map(|fit| (o.number, fit))).collect();
    let mut converged: Vec<(usize, &StartFit)> = fits.iter().copied().filter(|(_, fit)| fit.termination.is_converged()).collect();
    converged.sort_by(|a, b| a.1.objective.total_cmp(&b.1.objective).then(a.0.cmp(&b.0)));
    let unit = match best {
        Some(estimate) if estimate.variance_choice == VarianceChoice::Estimated => estimate.residual_variance.unwrap_or(0.0),
        _ => 1.0,
    };
    let height = fits.iter().filter_map(|(_, fit)| fit.trace.first()).fold(0.0_f64, |most, first| most.max(first.abs()));
    let margin = (tolerance * unit).max(ROUNDING * height);
    let mut optima: Vec<Optimum> = Vec::new();
    for (number, fit) in &converged {
        match optima.last_mut() {
            Some(optimum) if fit.objective - optimum.objective <= margin => optimum.starts.push(*number),
            _ => optima.push(Optimum {
                objective: fit.objective,
                above_best: fit.objective - converged[0].1.objective,
                parameters: fit.parameters.clone(),
                starts: vec![*number],
            }),
        }
    }
    let at_best: Vec<&StartFit> = optima.first().map_or_else(Vec::new, |optimum| {
        converged.iter().filter(|(number, _)| optimum.starts.contains(number)).map(|(_, fit)| *fit).collect()
    });
    SpreadOfOptima {
        starts: outcomes.len(),
        reached_best: at_best.len(),
        not_converged: fits.len() - converged.len(),
        failed: outcomes.len() - fits.len(),
        undecided: undecided(&at_best, parameters, best),
        optima,
        names: parameters.iter().map(|p| p.name.clone()).collect(),
    }
}

fn undecided(at_best: &[&StartFit], parameters: &[FitParameter], best: Option<&Estimate>) -> Vec<Undecided> {
    let mut found = Vec::new();
    for (i, parameter) in parameters.iter().enumerate() {
        let values = at_best.iter().map(|fit| fit.parameters[i]);
        let (least, greatest) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        if least >= greatest {
            continue;
        }
        let (low, high) = (parameter.scale.transform(least), parameter.scale.transform(greatest));
        let size = crate::fit::scaled_problem::typical_size(parameter, low);
        let error = best.and_then(|estimate| estimate.parameters[i].standard_error_transformed).unwrap_or(0.0);
        if high - low > (LEAST_DIFFERENCE * size).max(SHARE_OF_STANDARD_ERROR * error) {
            found.push(Undecided { parameter: i, least, greatest });
        }
    }
    found
}

impl SpreadOfOptima {
    /// Sentences for people: how sure one can be that the best optimum was found, which others there are, and what failed.
    pub fn describe(&self) -> Vec<String> {
        let mut words = Vec::new();
        match self.optima.first() {
            None => words.push(format!("None of {} converged.", count(self.starts, "start"))),
            Some(best) => words.push(format!(
                "{} of {} reached the best optimum (objective {}){}",
                self.reached_best,
                count(self.starts, "start"),
                brief(best.objective),
                match (self.reached_best, self.starts) {
                    (_, 1) => ": one start says nothing about other optima.",
                    (1, _) => ": only one did, so a better one may have been missed; try more starts or narrower bounds.",
                    _ => ".",
                }
            )),
        }
        for optimum in self.optima.iter().skip(1).take(TOLD) {
            let place: Vec<String> =
                self.names.iter().zip(&optimum.parameters).map(|(name, &value)| format!("`{name}` = {}", brief(value))).collect();
            words.push(format!(
                "{} ended at a poorer optimum, {} above the best: {}.",
                count(optimum.starts.len(), "start"),
                brief(optimum.above_best),
                place.join(", ")
            ));
        }
        if self.optima.len() > TOLD + 1 {
            words.push(format!("There are {} still poorer ones.", self.optima.len() - TOLD - 1));
        }
        if !self.undecided.is_empty() {
            let names = listed(self.undecided.iter().map(|u| self.names[u.parameter].as_str()));
            let ranges: Vec<String> = self
                .undecided
                .iter()
                .map(|u| format!("`{}` {} to {}", self.names[u.parameter], brief(u.least), brief(u.greatest)))
                .collect();
            words.push(format!(
                "The best objective is reached at different values of {names} ({}): the data do not decide.",
                ranges.join(", ")
            ));
        }
        if self.not_converged > 0 {
            words.push(format!("{} ended without converging.", count(self.not_converged, "start")));
        }
        if self.failed > 0 {
            words.push(format!("{} could not be computed.", count(self.failed, "start")));
        }
        words
    }
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::estimate::Termination;

    fn outcome(number: usize, objective: f64, parameters: &[f64], termination: Termination) -> StartOutcome {
        let fit = StartFit {
            objective,
            parameters: parameters.to_vec(),
            termination,
            iterations: 1,
            evaluations: 1,
            trace: vec![100.0, objective],
        };
        StartOutcome { number, start: parameters.to_vec(), result: Ok(fit) }
    }

    #[test]
    fn ends_are_grouped_by_objective_and_told() {
        let parameters = [FitParameter::logarithmic("k_a", 1.0), FitParameter::logarithmic("k_e", 1.0)];
        let mut outcomes = vec![
            outcome(0, 7.0, &[1.0, 2.0], Termination::Gradient),
            outcome(1, 3.004, &[2.0, 1.0], Termination::CostChange),
            outcome(2, 3.0, &[2.0, 1.0], Termination::Gradient),
            outcome(3, 2.0, &[9.0, 9.0], Termination::Stalled),
            outcome(4, 3.001, &[0.5, 1.0], Termination::Gradient),
        ];
        outcomes.push(StartOutcome { number: 5, start: vec![1.0, 1.0], result: Err("overflow".into()) });
        let spread = spread_of_optima(&outcomes, &parameters, None, 0.01);
        assert_eq!((spread.starts, spread.reached_best, spread.not_converged, spread.failed), (6, 3, 1, 1));
        assert_eq!(spread.optima[0].starts, vec![2, 4, 1]);
        assert_eq!(spread.optima[1].starts, vec![0]);
        assert_eq!(spread.optima[1].above_best, 4.0);
        assert_eq!(spread.undecided, vec![Undecided { parameter: 0, least: 0.5, greatest: 2.0 }]);
        assert_eq!(
            spread.describe(),
            [
                "3 of 6 starts reached the best optimum (objective 3.000).",
                "1 start ended at a poorer optimum, 4.000 above the best: `k_a` = 1.000, `k_e` = 2.000.",
                "The best objective is reached at different values of `k_a` (`k_a` 0.5000 to 2.000): the data do not decide.",
                "1 start ended without converging.",
                "1 start could not be computed.",
            ]
        );
    }

    #[test]
    fn exact_data_end_at_one_optimum_whatever_the_rounding() {
        let parameters = [FitParameter::logarithmic("k", 1.0)];
        let outcomes = [outcome(0, 1e-25, &[1.0], Termination::ExactFit), outcome(1, 3e-18, &[1.0], Termination::Gradient)];
        let spread = spread_of_optima(&outcomes, &parameters, None, 0.0);
        assert_eq!((spread.reached_best, spread.optima.len()), (2, 1));
    }
}
