//! What a profile says in words: whether the data determine the parameter, and which others make up for its changes.
//!
//! A profile whose Δ stays at zero is a *structural* non-identifiability; one that rises but does not cross the threshold on a side is a *practical* one
//! (A. Raue et al., Bioinformatics 25 (2009) 1923–1929). Where a side is open, the outer half of its path shows what compensates:
//! d ln pⱼ / d ln pᵢ = +1 means that only the ratio is known, −1 only the product, and a constant pᵢ + pⱼ only the sum.

use crate::fit::parameter::FitParameter;
use crate::fit::profile::{ProfileEnd, ProfilePoint, Threshold};
use crate::fit::wording::{brief, listed, per_cent};

/// Below this fraction of the threshold a profile is flat.
const FLAT: f64 = 1e-3;
/// A flat profile must reach this far (ln of the factor, or share of the value) to count as one.
const FLAT_REACH: f64 = 0.5;
/// A combination is constant where it varies by less than this fraction of the parameter's own variation.
const CONSTANT: f64 = 0.05;
/// A companion has moved where its logarithm changed by more than this fraction of that of the profiled parameter.
const MOVED: f64 = 0.05;
/// A sum is preferred to a product or ratio only where it is this much more nearly constant.
const PREFERENCE: f64 = 0.1;

/// Whether the data determine a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identifiability {
    /// Both ends of the interval are found.
    Identifiable,
    /// The profile rises, but one or both sides stay below the threshold.
    PracticallyNot,
    /// The profile is flat: other parameters compensate exactly.
    StructurallyNot,
    /// A side could not be followed to its end.
    Unknown,
}

/// A combination of the profiled parameter with another that stays constant along the path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Combination {
    /// pⱼ/pᵢ.
    Ratio,
    /// pⱼ·pᵢ.
    Product,
    /// pⱼ + pᵢ.
    Sum,
    /// pⱼ − pᵢ.
    Difference,
    /// pⱼ follows pᵢ to this power, not ±1.
    Power(f64),
    /// pⱼ moves along without a simple law.
    Other,
}

/// The part of a path on which a law holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stretch {
    /// All of it (of the open side, where only one is open).
    Whole,
    /// The outer half towards small values.
    Small,
    /// The outer half towards large values.
    Large,
}

/// How another parameter goes with the profiled one.
#[derive(Debug, Clone, PartialEq)]
pub struct Companion {
    /// Place in the list of parameters.
    pub parameter: usize,
    /// Mean d ln pⱼ / d ln pᵢ along the path; `None` where one of them is not positive.
    pub slope: Option<f64>,
    /// What stays constant.
    pub combination: Combination,
    /// Whole variation of the combination along the path, relative to its size.
    pub variation: f64,
    /// Where along the path the combination was found.
    pub stretch: Stretch,
}

/// The conclusion from one profile.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// In one word.
    pub identifiability: Identifiability,
    /// Parameters that compensate along the open sides (along the whole path where both ends are found).
    pub companions: Vec<Companion>,
    /// Sentences for people.
    pub words: Vec<String>,
}

impl Verdict {
    /// The combination, if there is exactly one companion and it makes a simple law with the profiled parameter.
    pub fn only_known(&self) -> Option<&Companion> {
        match self.companions.as_slice() {
            [one] if !matches!(one.combination, Combination::Other) => Some(one),
            _ => None,
        }
    }
}

/// Judges the profile of parameter `i` about `estimate`; `points` are sorted by value.
pub fn judge(
    i: usize,
    parameters: &[FitParameter],
    points: &[ProfilePoint],
    lower: &ProfileEnd,
    upper: &ProfileEnd,
    estimate: f64,
    threshold: Threshold,
) -> Verdict {
    let (least, greatest) = match (points.first(), points.last()) {
        (Some(first), Some(last)) => (first.value, last.value),
        _ => (estimate, estimate),
    };
    let highest = points.iter().fold(0.0_f64, |most, point| most.max(point.delta));
    let reach = if least > 0.0 { crate::math::log(greatest / least) } else { (greatest - least) / estimate.abs().max(f64::MIN_POSITIVE) };
    let is_open = |end: &ProfileEnd| !matches!(end, ProfileEnd::Crossed(_));
    let identifiability = if !is_open(lower) && !is_open(upper) {
        Identifiability::Identifiable
    } else if highest <= FLAT * threshold.value() && reach >= FLAT_REACH {
        Identifiability::StructurallyNot
    } else if matches!(lower, ProfileEnd::Failed { .. }) || matches!(upper, ProfileEnd::Failed { .. }) {
        Identifiability::Unknown
    } else {
        Identifiability::PracticallyNot
    };
    let path: Vec<&ProfilePoint> = match (is_open(lower), is_open(upper)) {
        (true, false) => outer_half(points.iter().filter(|p| p.value <= estimate).collect(), false),
        (false, true) => outer_half(points.iter().filter(|p| p.value >= estimate).collect(), true),
        _ => points.iter().filter(|p| p.delta <= 1.5 * threshold.value()).collect(),
    };
    // With both sides open the law may hold on one of them only: a saturating term makes two regimes.
    let parts: Vec<(Stretch, Vec<&ProfilePoint>)> = if is_open(lower) && is_open(upper) {
        vec![
            (Stretch::Large, outer_half(points.iter().filter(|p| p.value >= estimate).collect(), true)),
            (Stretch::Small, outer_half(points.iter().filter(|p| p.value <= estimate).collect(), false)),
        ]
    } else {
        Vec::new()
    };
    let best_companion = |j: usize| {
        let whole = companion(i, j, &path)?;
        if whole.combination != Combination::Other {
            return Some(whole);
        }
        let lawful = |(stretch, part): &(Stretch, Vec<&ProfilePoint>)| {
            companion(i, j, part).filter(|c| c.combination != Combination::Other).map(|c| Companion { stretch: *stretch, ..c })
        };
        parts.iter().find_map(lawful).or(Some(whole))
    };
    let companions: Vec<Companion> = (0..parameters.len()).filter(|&j| j != i).filter_map(best_companion).collect();
    let mut words = vec![headline(&parameters[i].name, identifiability, lower, upper, estimate, threshold)];
    words.extend(open_sides(lower, upper, highest, threshold, identifiability));
    match monomial(i, parameters, &companions, &path).filter(|_| identifiability != Identifiability::Identifiable) {
        Some(sentence) => words.push(sentence),
        None => words.extend(told_companions(i, parameters, identifiability, &companions)),
    }
    if let Some(lowest) = points.iter().min_by(|a, b| a.delta.total_cmp(&b.delta)).filter(|p| p.delta < -FLAT * threshold.value()) {
        words.push(format!(
            "A better point than the estimate lies on this profile, at `{}` = {} ({} lower): fit again from there.",
            parameters[i].name,
            brief(lowest.value),
            brief(-lowest.delta)
        ));
    }
    // Where Δ is next to nothing an upper limit says all there is to say.
    let unfinished = points.iter().filter(|p| !p.converged && p.delta > FLAT * threshold.value()).count();
    if unfinished > 0 {
        words.push(format!("{unfinished} of {} refits did not converge; Δ is an upper limit there.", points.len()));
    }
    Verdict { identifiability, companions, words }
}

/// The half of an open side that is farther from the estimate (in ln where values are positive).
fn outer_half(side: Vec<&ProfilePoint>, upward: bool) -> Vec<&ProfilePoint> {
    let place = |value: f64| if value > 0.0 { crate::math::log(value) } else { value };
    let all_positive = side.iter().all(|p| p.value > 0.0);
    let at = |p: &ProfilePoint| if all_positive { place(p.value) } else { p.value };
    let (low, high) = side.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), p| (low.min(at(p)), high.max(at(p))));
    let middle = 0.5 * (low + high);
    side.into_iter().filter(|p| if upward { at(p) >= middle } else { at(p) <= middle }).collect()
}

fn range(values: impl Iterator<Item = f64>) -> f64 {
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    (high - low).max(0.0)
}

/// How `j` goes with `i` along `path`; `None` where it hardly moves.
fn companion(i: usize, j: usize, path: &[&ProfilePoint]) -> Option<Companion> {
    if path.len() < 2 {
        return None;
    }
    let pairs: Vec<(f64, f64)> = path.iter().map(|point| (point.parameters[i], point.parameters[j])).collect();
    let own = range(pairs.iter().map(|p| p.0));
    let size = |f: fn(&(f64, f64)) -> f64| pairs.iter().map(|p| f(p).abs()).fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let sum = range(pairs.iter().map(|p| p.0 + p.1)) / own;
    let difference = range(pairs.iter().map(|p| p.1 - p.0)) / own;
    let additive = if sum <= difference {
        (Combination::Sum, sum, sum * own / size(|p| p.0 + p.1))
    } else {
        (Combination::Difference, difference, difference * own / size(|p| p.1 - p.0))
    };
    if pairs.iter().any(|&(x, y)| x <= 0.0 || y <= 0.0) {
        if range(pairs.iter().map(|p| p.1)) <= MOVED * own {
            return None;
        }
        let (combination, _, variation) = if additive.1 <= CONSTANT { additive } else { (Combination::Other, 1.0, f64::NAN) };
        return Some(Companion { parameter: j, slope: None, combination, variation, stretch: Stretch::Whole });
    }
    let logs: Vec<(f64, f64)> = pairs.iter().map(|&(x, y)| (crate::math::log(x), crate::math::log(y))).collect();
    let own_log = range(logs.iter().map(|p| p.0));
    if own_log <= 0.0 || range(logs.iter().map(|p| p.1)) <= MOVED * own_log {
        return None;
    }
    let n = logs.len() as f64;
    let (mean_x, mean_y) = (logs.iter().map(|p| p.0).sum::<f64>() / n, logs.iter().map(|p| p.1).sum::<f64>() / n);
    let (mut xx, mut xy) = (0.0, 0.0);
    for (x, y) in &logs {
        xx += (x - mean_x) * (x - mean_x);
        xy += (x - mean_x) * (y - mean_y);
    }
    let slope = xy / xx;
    let spread = |power: f64| range(logs.iter().map(|(x, y)| y - power * x));
    let (combination, power) = if spread(1.0) <= spread(-1.0) { (Combination::Ratio, 1.0) } else { (Combination::Product, -1.0) };
    let multiplicative = spread(power) / own_log;
    let relative = |log_range: f64| crate::math::exp(log_range) - 1.0;
    let (combination, variation) = if additive.1 <= CONSTANT && additive.1 < PREFERENCE * multiplicative {
        (additive.0, additive.2)
    } else if multiplicative <= CONSTANT {
        (combination, relative(spread(power)))
    } else if spread(slope) <= CONSTANT * own_log * slope.abs() {
        (Combination::Power(slope), relative(spread(slope)))
    } else {
        (Combination::Other, f64::NAN)
    };
    Some(Companion { parameter: j, slope: Some(slope), combination, variation, stretch: Stretch::Whole })
}

/// The sentence for several companions whose product with the profiled parameter, each to the power 1 or −1, stays constant.
fn monomial(i: usize, parameters: &[FitParameter], companions: &[Companion], path: &[&ProfilePoint]) -> Option<String> {
    if companions.len() < 2 || path.len() < 2 || path.iter().any(|point| point.parameters[i] <= 0.0) {
        return None;
    }
    let powers: Vec<(usize, f64)> =
        companions.iter().map(|c| c.slope.map(|slope| (c.parameter, if slope < 0.0 { 1.0 } else { -1.0 }))).collect::<Option<_>>()?;
    let own = |point: &ProfilePoint| crate::math::log(point.parameters[i]);
    let joint =
        |point: &&ProfilePoint| own(point) + powers.iter().map(|&(j, power)| power * crate::math::log(point.parameters[j])).sum::<f64>();
    let spread = range(path.iter().map(joint));
    if spread > CONSTANT * range(path.iter().map(|point| own(point))) {
        return None;
    }
    let factors = |wanted: f64| powers.iter().filter(|p| p.1 == wanted).map(|p| format!("`{}`", parameters[p.0].name)).collect::<Vec<_>>();
    let mut product = vec![format!("`{}`", parameters[i].name)];
    product.extend(factors(1.0));
    let below = factors(-1.0);
    let quotient = match below.len() {
        0 => product.join("·"),
        1 => format!("{}/{}", product.join("·"), below[0]),
        _ => format!("{}/({})", product.join("·"), below.join("·")),
    };
    let variation = per_cent(crate::math::exp(spread) - 1.0);
    Some(format!("Along the profile {quotient} stays constant to {variation}, so only this combination is known from these data."))
}

fn headline(name: &str, verdict: Identifiability, lower: &ProfileEnd, upper: &ProfileEnd, estimate: f64, threshold: Threshold) -> String {
    let method = match threshold {
        Threshold::ChiSquare(_) => "likelihood ratio, χ² with 1 degree of freedom".to_owned(),
        Threshold::ProfileT { degrees_of_freedom, .. } => format!("profile t with {degrees_of_freedom} degrees of freedom"),
    };
    match (verdict, lower, upper) {
        (Identifiability::Identifiable, ProfileEnd::Crossed(low), ProfileEnd::Crossed(high)) => {
            format!("`{name}` is identifiable: {}, 95 % interval {} to {} ({method}).", brief(estimate), brief(*low), brief(*high))
        }
        (Identifiability::StructurallyNot, ..) => {
            format!("`{name}` is structurally non-identifiable: any value fits equally well when the others follow ({method}).")
        }
        (Identifiability::Unknown, ..) => format!("The profile of `{name}` could not be finished ({method})."),
        _ => format!("`{name}` is practically non-identifiable: its 95 % interval is open ({method})."),
    }
}

fn open_sides(lower: &ProfileEnd, upper: &ProfileEnd, highest: f64, threshold: Threshold, verdict: Identifiability) -> Vec<String> {
    let mut words = Vec::new();
    for (side, end) in [("lower", lower), ("upper", upper)] {
        match end {
            ProfileEnd::Crossed(value) if verdict != Identifiability::Identifiable => {
                words.push(format!("Its {side} limit is {}.", brief(*value)));
            }
            ProfileEnd::Crossed(_) => {}
            ProfileEnd::ReachedBound(value) => {
                words.push(format!("The data give no {side} limit: only the declared bound {} ends it.", brief(*value)));
            }
            ProfileEnd::NeverCrosses(value) => words.push(format!("The data give no {side} limit, searched to {}.", brief(*value))),
            ProfileEnd::Failed { at, message } => {
                words.push(format!("Towards its {side} limit nothing could be computed beyond {}: {message}.", brief(*at)));
            }
        }
    }
    if matches!(verdict, Identifiability::StructurallyNot) {
        words.push(format!("Δ reaches {} where {} would be needed.", brief(highest), brief(threshold.value())));
    }
    words
}

fn told_companions(i: usize, parameters: &[FitParameter], verdict: Identifiability, companions: &[Companion]) -> Vec<String> {
    if verdict == Identifiability::Identifiable || companions.is_empty() {
        return Vec::new();
    }
    let own = &parameters[i].name;
    let only = companions.len() == 1;
    let mut words = Vec::new();
    let mut loose = Vec::new();
    for companion in companions {
        let name = &parameters[companion.parameter].name;
        let law = match companion.combination {
            Combination::Ratio => "ratio",
            Combination::Product => "product",
            Combination::Sum => "sum",
            Combination::Difference => "difference",
            Combination::Power(power) => {
                words.push(format!(
                    "`{own}` and `{name}` trade off: along the profile `{name}` follows the power {power:.2} of `{own}` to {}.",
                    per_cent(companion.variation)
                ));
                continue;
            }
            Combination::Other => {
                loose.push(name.as_str());
                continue;
            }
        };
        words.push(format!(
            "`{own}` and `{name}` trade off: along the profile{} their {law} stays constant to {}{}.",
            match companion.stretch {
                Stretch::Whole => "",
                Stretch::Small => ", towards small values,",
                Stretch::Large => ", towards large values,",
            },
            per_cent(companion.variation),
            if only { format!(", so only their {law} is known from these data") } else { String::new() }
        ));
    }
    if !loose.is_empty() {
        words.push(format!("{} {} with it.", listed(loose.iter().copied()), if loose.len() == 1 { "moves" } else { "move" }));
    }
    words
}
