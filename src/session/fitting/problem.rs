//! From a group of points to a likelihood: courses, parameters with their roles, noise, factors, priors.
use std::sync::atomic::AtomicBool;

use super::course_predictor::{CourseOf, CoursePredictor, Moved};
use super::point::{Point, Record};
use crate::dosimetry::course::CoursePlan;
use crate::fit::estimate::VarianceChoice;
use crate::fit::likelihood::{Likelihood, Magnitude, Marginal, Measurement, Noise, Prior};
use crate::fit::parameter::{FitParameter, Scale};
use crate::math::{exp, log, sqrt};
use crate::model::system::Tangents;
use crate::session::population::Population;
use crate::session::scenario::{
    FactorSharing, FitParameterPlan, FitPlan, NoiseForm, NoisePlan, Scenario, SharedBy, StatedMagnitude, unit_of,
};
use crate::session::work::Failed;
use crate::units::{MINUTES_PER_HOUR, Unit};

/// What a fitted value is.
#[derive(Clone, Debug, PartialEq)]
pub enum Role {
    /// A parameter of the model, at this position; of one subject where a fit has several values.
    Model {
        /// Position among the model's parameters.
        position: usize,
        /// The subject that it is of.
        subject: Option<String>,
    },
    /// The deviation of one occasion from a parameter of the model.
    Deviation {
        /// Position among the model's parameters.
        position: usize,
        /// The occasion.
        occasion: String,
    },
    /// A magnitude of the noise.
    Noise,
    /// A calibration or recovery factor.
    Factor,
}

/// A group of points ready to be fitted.
#[derive(Clone, Debug)]
pub struct GroupProblem {
    /// Its courses.
    pub courses: Vec<CourseOf>,
    /// Points that are fitted.
    pub used: Vec<Point>,
    /// The course of each used point.
    pub course_of: Vec<usize>,
    /// Fitted parameters: of the model and deviations first, then noise, then factors.
    pub parameters: Vec<FitParameter>,
    /// What each is.
    pub roles: Vec<Role>,
    /// Unit and its size of each.
    pub units: Vec<(String, f64)>,
    /// How many are of the model or deviations.
    pub structural: usize,
    /// Noise and factors of each used point.
    pub measurements: Vec<Measurement>,
    /// Priors.
    pub priors: Vec<Prior>,
    /// Whether it is plain least squares with a common variance.
    pub least_squares: bool,
    /// Positions of the model parameters that move.
    pub moving: Vec<usize>,
}

/// Factors and deviations stay within this many standard deviations of their prior: bounds for a global search.
const REACH: f64 = 8.0;
/// A start for estimated coefficients of variation.
const START_CV: f64 = 0.2;

impl GroupProblem {
    /// Prepares `points` of the group `name`. `start` are the model's parameters, `records` what the data say of each person.
    pub fn new(
        scenario: &Scenario,
        plan: &FitPlan,
        start: &[f64],
        name: &str,
        points: &[Point],
        records: &[Record],
    ) -> Result<GroupProblem, Failed> {
        let used: Vec<Point> = points.iter().filter(|point| point.excluded.is_none()).cloned().collect();
        let least_squares = plan.variance == VarianceChoice::Estimated;
        check_values(scenario, plan, points)?;
        let mut problem = GroupProblem {
            courses: Vec::new(),
            course_of: Vec::new(),
            parameters: Vec::new(),
            roles: Vec::new(),
            units: Vec::new(),
            structural: 0,
            measurements: Vec::new(),
            priors: Vec::new(),
            least_squares,
            moving: Vec::new(),
            used,
        };
        let keys = problem.make_courses(scenario, start, records);
        let mut marginals = problem.add_model_parameters(scenario, plan, start, name, &keys)?;
        problem.structural = problem.parameters.len();
        problem.add_noise(plan)?;
        marginals.extend(problem.add_factors(plan));
        if !marginals.is_empty() {
            problem.priors.push(Prior::new(&marginals, None).map_err(Failed::input)?);
        }
        if let Some(path) = &plan.population {
            let population = Population::read(path, &scenario.model).map_err(|faults| Failed::input(faults.to_string()))?;
            let prior = problem.population_prior(scenario, plan, &population)?;
            problem.priors.push(prior);
        }
        Ok(problem)
    }

    /// One course a subject and occasion, in the order in which they appear; returns their keys.
    fn make_courses(&mut self, scenario: &Scenario, start: &[f64], records: &[Record]) -> Vec<(Option<String>, Option<String>)> {
        let mut keys: Vec<(Option<String>, Option<String>)> = Vec::new();
        for point in &self.used {
            let key = (point.subject.clone(), point.occasion.clone());
            let course = keys.iter().position(|known| *known == key).unwrap_or_else(|| {
                keys.push(key);
                keys.len() - 1
            });
            self.course_of.push(course);
        }
        for (subject, occasion) in &keys {
            let record = records.iter().find(|record| record.subject == *subject && record.occasion == *occasion);
            let mut base = start.to_vec();
            for (position, value) in record.map(|record| record.values.as_slice()).unwrap_or_default() {
                base[*position] = *value;
            }
            let words = [subject.as_ref().map(|s| format!("subject {s}")), occasion.as_ref().map(|o| format!("cycle {o}"))];
            self.courses.push(CourseOf {
                name: words.into_iter().flatten().collect::<Vec<_>>().join(", "),
                administrations: record
                    .and_then(|record| record.administrations.clone())
                    .unwrap_or_else(|| scenario.administrations.clone()),
                dose: record.and_then(|record| record.dose),
                base,
                moved: Vec::new(),
            });
        }
        keys
    }

    fn add(&mut self, parameter: FitParameter, role: Role, unit: (String, f64)) -> usize {
        self.parameters.push(parameter);
        self.roles.push(role);
        self.units.push(unit);
        self.parameters.len() - 1
    }

    fn add_model_parameters(
        &mut self,
        scenario: &Scenario,
        plan: &FitPlan,
        start: &[f64],
        name: &str,
        keys: &[(Option<String>, Option<String>)],
    ) -> Result<Vec<Marginal>, Failed> {
        let model = &scenario.model;
        let mut marginals = Vec::new();
        // values first, deviations after them
        let mut deviations: Vec<(usize, usize, &FitParameterPlan)> = Vec::new();
        for parameter in &plan.parameters {
            let path = parameter.path.replace("{channel}", name);
            let position = model.parameter(&path).ok_or_else(|| Failed::because(format!("the model has no parameter `{path}`")))?;
            let (unit, size) = unit_of(model, position);
            let begin = parameter.start.unwrap_or(start[position]) / size;
            let label = parameter.label.as_ref().map_or_else(|| path.clone(), |label| label.replace("{channel}", name));
            let mut subjects: Vec<Option<String>> = match parameter.shared_by {
                SharedBy::Fit => vec![None],
                SharedBy::Subject => keys.iter().map(|(subject, _)| subject.clone()).collect(),
            };
            subjects.dedup();
            for subject in subjects {
                let suffix = subject.as_ref().map_or(String::new(), |subject| format!(" [{subject}]"));
                let full = format!("{path}{suffix}");
                let declared = match parameter.scale {
                    Scale::Logarithmic => FitParameter::logarithmic(full, begin),
                    Scale::Logit { low, high } => FitParameter::logit(full, begin, low / size, high / size),
                    Scale::Natural => FitParameter::natural(full, begin),
                };
                let declared = match parameter.bounds {
                    Some((low, high)) => declared.within(low / size, high / size),
                    None => declared,
                };
                let role = Role::Model { position, subject: subject.clone() };
                let value = self.add(declared.labelled(format!("{label}{suffix}")), role, (unit.clone(), size));
                marginals.extend(parameter.marginal(value, size));
                for (course, key) in self.courses.iter_mut().zip(keys) {
                    if subject.is_none() || key.0 == subject {
                        course.moved.push(Moved { position, size, value, deviation: None });
                    }
                }
                if parameter.between_occasions.is_some() {
                    deviations.push((value, position, parameter));
                }
            }
            if !self.moving.contains(&position) {
                self.moving.push(position);
            }
        }
        for (value, position, parameter) in deviations {
            let Some(spread) = parameter.between_occasions else { continue };
            let size = self.units[value].1;
            let relative = parameter.scale.is_relative();
            let spread = if relative { sqrt(log(1.0 + spread * spread)) } else { spread / size };
            let occasions: Vec<usize> =
                (0..keys.len()).filter(|course| self.courses[*course].moved.iter().any(|moved| moved.value == value)).collect();
            if occasions.len() < 2 {
                continue;
            }
            for course in occasions {
                let occasion = self.courses[course].name.clone();
                let name = format!("{} deviation [{occasion}]", self.parameters[value].name);
                let label = format!("{}, {} in {occasion}", self.parameters[value].label, if relative { "ln factor" } else { "deviation" });
                let unit = if relative { (String::new(), 1.0) } else { self.units[value].clone() };
                let parameter = FitParameter::natural(name, 0.0).within(-REACH * spread, REACH * spread).labelled(label);
                let eta = self.add(parameter, Role::Deviation { position, occasion }, unit);
                marginals.push(Marginal { position: eta, scale: Scale::Natural, mean: 0.0, standard_deviation: spread });
                if let Some(moved) = self.courses[course].moved.iter_mut().find(|moved| moved.value == value) {
                    moved.deviation = Some((eta, relative));
                }
            }
        }
        Ok(marginals)
    }

    /// The noise of each used point; estimated magnitudes become parameters.
    fn add_noise(&mut self, plan: &FitPlan) -> Result<(), Failed> {
        // (channel with its own error model, unit, which magnitude) → parameter
        let mut known: Vec<(Option<String>, String, bool, usize)> = Vec::new();
        for index in 0..self.used.len() {
            let point = self.used[index].clone();
            let noise = match point.sd {
                Some(sd) => Noise::Constant(Magnitude::Given(sd)),
                None => {
                    let stated = plan.noise_of(&point.channel);
                    let own = plan.errors.iter().any(|(name, _)| *name == point.channel).then(|| point.channel.clone());
                    self.noise_of(stated, own.as_deref(), &point, &mut known)?
                }
            };
            self.measurements.push(Measurement { value: point.measured, below_limit: point.below_limit, noise, factors: Vec::new() });
        }
        Ok(())
    }

    fn noise_of(
        &mut self,
        stated: &NoisePlan,
        own: Option<&str>,
        point: &Point,
        known: &mut Vec<(Option<String>, String, bool, usize)>,
    ) -> Result<Noise, Failed> {
        let of_channel =
            |other: &Point| own.is_none_or(|channel| other.channel == channel) && other.unit == point.unit && other.sd.is_none();
        let mut estimated = |problem: &mut GroupProblem, constant: bool| {
            let unit = if constant { point.unit.clone() } else { String::new() };
            let key = (own.map(str::to_string), unit.clone(), constant);
            if let Some((.., position)) = known.iter().find(|(channel, unit, which, _)| (channel, unit, which) == (&key.0, &key.1, &key.2))
            {
                return Magnitude::Estimated(*position);
            }
            let whose = own.map_or(String::new(), |channel| format!("{channel} "));
            let parameter = if constant {
                let mut sizes: Vec<f64> = problem.used.iter().filter(|other| of_channel(other)).map(|other| other.measured.abs()).collect();
                sizes.sort_by(f64::total_cmp);
                let middle = sizes.get(sizes.len() / 2).copied().filter(|size| *size > 0.0).unwrap_or(1.0);
                FitParameter::logarithmic(format!("{whose}error sd"), 0.1 * middle).within(1e-6 * middle, 1e3 * middle)
            } else {
                FitParameter::logarithmic(format!("{whose}error cv"), START_CV).within(1e-4, 10.0)
            };
            let size = if constant { point.unit_in_internal } else { 1.0 };
            let position = problem.add(parameter, Role::Noise, (unit, size));
            known.push((key.0, key.1, key.2, position));
            Magnitude::Estimated(position)
        };
        let constant = |problem: &mut GroupProblem, estimated: &mut dyn FnMut(&mut GroupProblem, bool) -> Magnitude| match stated.constant {
            Some((StatedMagnitude::Given(sd), dimension)) => {
                let unit = Unit::parse(&point.unit).ok().map(|unit| unit.dimension);
                if dimension.is_some() && unit.is_some() && dimension != unit {
                    return Err(Failed::input(format!(
                        "the standard deviation of the error model does not fit channel `{}`, whose values are in {}: give the channel its own error model in `errors`",
                        point.channel, point.unit
                    )));
                }
                Ok(Magnitude::Given(sd / point.unit_in_internal))
            }
            _ => Ok(estimated(problem, true)),
        };
        let cv = |problem: &mut GroupProblem, estimated: &mut dyn FnMut(&mut GroupProblem, bool) -> Magnitude| match stated.proportional {
            Some(StatedMagnitude::Given(cv)) => Magnitude::Given(cv),
            _ => estimated(problem, false),
        };
        Ok(match stated.form {
            NoiseForm::Unweighted => Noise::Constant(Magnitude::Given(1.0)),
            NoiseForm::Constant => Noise::Constant(constant(self, &mut estimated)?),
            NoiseForm::Proportional => match cv(self, &mut estimated) {
                // least squares has no place for weights that move: the measured value gives them
                Magnitude::Given(cv) if self.least_squares => Noise::Constant(Magnitude::Given(cv * point.measured)),
                cv => Noise::Proportional(cv),
            },
            NoiseForm::Combined => match (constant(self, &mut estimated)?, cv(self, &mut estimated)) {
                (Magnitude::Given(sd), Magnitude::Given(cv)) if self.least_squares => {
                    Noise::Constant(Magnitude::Given(sqrt(sd * sd + cv * cv * point.measured * point.measured)))
                }
                (constant, proportional) => Noise::Combined { constant, proportional },
            },
            NoiseForm::LogNormal => Noise::LogNormal(cv(self, &mut estimated)),
        })
    }

    /// Factors of the points, with their priors.
    fn add_factors(&mut self, plan: &FitPlan) -> Vec<Marginal> {
        let mut marginals = Vec::new();
        for factor in &plan.factors {
            let mut known: Vec<(String, usize)> = Vec::new();
            for index in 0..self.used.len() {
                let point = &self.used[index];
                if !factor.channels.is_empty() && !factor.channels.contains(&point.channel) {
                    continue;
                }
                let key = match factor.shared_by {
                    FactorSharing::Fit => String::new(),
                    FactorSharing::Channel => point.channel.clone(),
                    FactorSharing::Subject => point.subject.clone().unwrap_or_default(),
                    FactorSharing::Scan => scan_of(point),
                };
                let position = match known.iter().find(|(name, _)| *name == key) {
                    Some((_, position)) => *position,
                    None => {
                        let name = if key.is_empty() { factor.name.clone() } else { format!("{} [{key}]", factor.name) };
                        let deviation = sqrt(log(1.0 + factor.cv * factor.cv));
                        let reach = exp(REACH * deviation);
                        let parameter = FitParameter::logarithmic(name, 1.0).within(1.0 / reach, reach);
                        let position = self.add(parameter, Role::Factor, (String::new(), 1.0));
                        marginals.push(Marginal { position, scale: Scale::Logarithmic, mean: 0.0, standard_deviation: deviation });
                        known.push((key, position));
                        position
                    }
                };
                self.measurements[index].factors.push(position);
            }
        }
        marginals
    }

    /// The joint prior of the fitted parameters that the population names.
    fn population_prior(&self, scenario: &Scenario, plan: &FitPlan, population: &Population) -> Result<Prior, Failed> {
        let mut marginals = Vec::new();
        let mut rows = Vec::new();
        let mut problems = Vec::new();
        for (row, spread) in population.parameters.iter().enumerate() {
            let wanted = scenario.model.parameter(&spread.path);
            for (position, role) in self.roles.iter().enumerate() {
                let Role::Model { position: of_model, .. } = role else { continue };
                if Some(*of_model) != wanted {
                    continue;
                }
                if plan.parameters.iter().any(|parameter| parameter.path == spread.path && parameter.prior.is_some()) {
                    problems
                        .push(format!("`{}` has a prior of its own and one from population `{}`: keep one", spread.path, population.name));
                }
                let (scale, size) = (self.parameters[position].scale, self.units[position].1);
                let mean = match (scale, spread.log_normal) {
                    (Scale::Logarithmic, true) => spread.mean - log(size),
                    (Scale::Natural, false) => spread.mean / size,
                    _ => {
                        let (found, needed) = if spread.log_normal { ("log-normal", "log") } else { ("normal", "natural") };
                        problems.push(format!(
                            "`{}` is {found} in population `{}`: fit it with `scale: {needed}`",
                            spread.path, population.name
                        ));
                        continue;
                    }
                };
                let standard_deviation = if spread.log_normal { spread.standard_deviation } else { spread.standard_deviation / size };
                marginals.push(Marginal { position, scale, mean, standard_deviation });
                rows.push(row);
            }
        }
        if marginals.is_empty() && problems.is_empty() {
            problems.push(format!("population `{}` names none of the fitted parameters", population.name));
        }
        if !problems.is_empty() {
            return Err(Failed::input(problems.join("\n")));
        }
        let mut correlation = nalgebra::DMatrix::identity(rows.len(), rows.len());
        for (i, a) in rows.iter().enumerate() {
            for (j, b) in rows.iter().enumerate() {
                // the same parameter of two subjects: different people, independent
                if i != j && a != b {
                    correlation[(i, j)] = population.correlation[(*a, *b)];
                }
            }
        }
        Prior::new(&marginals, Some(&correlation)).map_err(Failed::input)
    }

    /// The likelihood; may be made any number of times, also on several threads.
    pub fn likelihood<'a>(
        &'a self,
        course: &'a CoursePlan,
        tangents: &'a Tangents,
        scenario: &Scenario,
        cancel: &'a AtomicBool,
    ) -> Result<Likelihood<CoursePredictor<'a>>, String> {
        self.likelihood_of(self.measurements.clone(), course, tangents, scenario, cancel)
    }

    /// The same for other measured values at the same places.
    pub fn likelihood_of<'a>(
        &'a self,
        measurements: Vec<Measurement>,
        course: &'a CoursePlan,
        tangents: &'a Tangents,
        scenario: &Scenario,
        cancel: &'a AtomicBool,
    ) -> Result<Likelihood<CoursePredictor<'a>>, String> {
        let places = (self.used.as_slice(), self.course_of.as_slice());
        let predictor = CoursePredictor::new(course, tangents, &self.courses, places, self.structural, (scenario.solve.method, cancel));
        let likelihood = Likelihood::new(predictor, measurements, self.parameters.len(), self.priors.clone())?;
        if self.least_squares { likelihood.as_least_squares() } else { Ok(likelihood) }
    }
}

/// Name of the scan that a value comes from.
fn scan_of(point: &Point) -> String {
    point.scan.clone().unwrap_or_else(|| {
        let time = format!("{} h", point.time_min / MINUTES_PER_HOUR);
        [point.subject.clone(), point.occasion.clone(), Some(time)].into_iter().flatten().collect::<Vec<_>>().join(" ")
    })
}

/// Refuses measured values that the error model cannot take, each with file and line.
pub fn check_values(scenario: &Scenario, plan: &FitPlan, points: &[Point]) -> Result<(), Failed> {
    let file = scenario.data.as_ref().map_or(String::new(), |data| data.file.display().to_string());
    let mut problems = Vec::new();
    for point in points.iter().filter(|point| point.excluded.is_none()) {
        let (place, value) = (format!("{file}:{}", point.line), point.measured);
        if !value.is_finite() {
            problems.push(format!("{place}: the measured value is {value}, expected a finite number"));
            continue;
        }
        if point.below_limit && plan.variance == VarianceChoice::Estimated {
            problems.push(format!(
                "{place}: a value below the limit {value} {} needs a likelihood: write `variance: given`, or an error model with a size that is given or estimated",
                point.unit
            ));
        }
        if point.sd.is_some() {
            continue;
        }
        let kind = match plan.noise_of(&point.channel).form {
            NoiseForm::LogNormal => "a log-normal",
            NoiseForm::Proportional if plan.variance == VarianceChoice::Estimated => "a proportional",
            _ => continue,
        };
        if value <= 0.0 {
            problems.push(format!(
                "{place}: the measured value is {value}, but {kind} error model needs positive values: exclude the row or use a constant standard deviation"
            ));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Failed::input(problems.join("\n"))) }
}
