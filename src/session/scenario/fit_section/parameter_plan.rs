//! A fitted parameter: scale, bounds, start, prior, and what it is shared by.
use super::{Grouping, unit_of};
use crate::fit::likelihood::Marginal;
use crate::fit::parameter::Scale;
use crate::math::{log, sqrt};
use crate::model::Model;
use crate::model::diagnostic::{Faults, Place, did_you_mean};
use crate::model::document::Provenance;
use crate::model::yaml::Node;
use crate::session::scenario::DataPlan;
use crate::units::Dimension;

/// What a fitted parameter is shared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum SharedBy {
    /// One value for the whole fit.
    #[default]
    Fit,
    /// One value a subject.
    Subject,
}

/// Prior knowledge of one parameter, on the scale on which it is fitted, in internal units.
#[derive(Clone, Debug, PartialEq)]
pub struct PriorPlan {
    /// Mean on the fitted scale (ln of the median in internal units, for a logarithmic one).
    pub mean: f64,
    /// Standard deviation on the fitted scale.
    pub standard_deviation: f64,
    /// For people.
    pub words: String,
    /// Whether it is assumed.
    pub assumed: bool,
}

/// A fitted parameter as the scenario names it.
#[derive(Clone, Debug, PartialEq)]
pub struct FitParameterPlan {
    /// Path in the model, perhaps with `{channel}`.
    pub path: String,
    /// Name for tables.
    pub label: Option<String>,
    /// Scale of the optimiser; limits of a logit scale in internal units.
    pub scale: Scale,
    /// Bounds in internal units.
    pub bounds: Option<(f64, f64)>,
    /// Start in internal units; the model's value unless given.
    pub start: Option<f64>,
    /// Prior of this parameter alone.
    pub prior: Option<PriorPlan>,
    /// What it is shared by.
    pub shared_by: SharedBy,
    /// Coefficient of variation (log scale) or standard deviation (internal units) between the occasions of one subject; `None`: the same in all.
    pub between_occasions: Option<f64>,
}

impl FitParameterPlan {
    /// The prior as the fit takes it, for the parameter at `position` whose unit has `size` internal units.
    pub fn marginal(&self, position: usize, size: f64) -> Option<Marginal> {
        let prior = self.prior.as_ref()?;
        let (scale, mean, standard_deviation) = match self.scale {
            Scale::Natural => (Scale::Natural, prior.mean / size, prior.standard_deviation / size),
            Scale::Logarithmic => (Scale::Logarithmic, prior.mean - log(size), prior.standard_deviation),
            Scale::Logit { low, high } => (Scale::Logit { low: low / size, high: high / size }, prior.mean, prior.standard_deviation),
        };
        Some(Marginal { position, scale, mean, standard_deviation })
    }
}

/// Standard deviation of ln x for a log-normal x with this coefficient of variation.
pub(super) fn log_deviation(cv: f64) -> f64 {
    sqrt(log(1.0 + cv * cv))
}

/// What a parameter's entry is read against.
pub(super) struct Against<'a> {
    pub grouping: Option<Grouping>,
    pub model: &'a Model,
    pub data: Option<&'a DataPlan>,
    pub what_if: &'a [String],
}

pub(super) fn parameter(path: String, entry: &Node<'_>, against: &Against<'_>, faults: &mut Faults) -> Option<FitParameterPlan> {
    let Against { grouping, model, data, what_if } = *against;
    // `{channel}.uptake` is checked for every channel
    let paths: Vec<String> = match data {
        Some(data) if path.contains("{channel}") && grouping == Some(Grouping::EachChannel) => {
            data.channels.iter().map(|(name, _)| path.replace("{channel}", name)).collect()
        }
        _ => vec![path.clone()],
    };
    if path.contains("{channel}") && paths.first() == Some(&path) {
        faults
            .error(entry.key_place(), format!("`{path}` stands for one parameter of every channel, but the fit is not by channel"))
            .help("write `each: channel` in `fit`, and say in `data.channel` which column names the channel");
        return None;
    }
    for wanted in &paths {
        check_path(wanted, entry.key_place(), model, faults);
    }
    let first = paths.first().and_then(|path| model.parameter(path));
    let dimension = first.map(|position| model.parameters[position].dimension);
    let mut plan = FitParameterPlan {
        path: path.clone(),
        label: None,
        scale: Scale::Natural,
        bounds: None,
        start: None,
        prior: None,
        shared_by: SharedBy::Fit,
        between_occasions: None,
    };
    if !entry.is_null() {
        let mut fields = entry.fields(faults, "nothing, or a mapping such as `{scale: log, bounds: [0.1 1/h, 10 1/h]}`")?;
        plan.label = fields.get("label").and_then(|node| node.text(faults, "a name for tables"));
        #[derive(Clone, Copy)]
        enum Kind {
            Natural,
            Log,
            Logit,
        }
        let scale_node = fields.get("scale");
        let kind = scale_node
            .as_ref()
            .and_then(|node| node.one_of(faults, &[("natural", Kind::Natural), ("log", Kind::Log), ("logit", Kind::Logit)]))
            .unwrap_or(Kind::Natural);
        let value = |node: Node<'_>, faults: &mut Faults, what: &str| super::super::quantity(&node, dimension?, faults, what);
        plan.start = fields.get("start").and_then(|node| value(node, faults, "the start value"));
        if let Some(node) = fields.get("bounds") {
            let ends = node.items(faults, "bounds `[low, high]`");
            if let [low, high] = &ends[..] {
                plan.bounds = value(low.clone(), faults, "the lower bound").zip(value(high.clone(), faults, "the upper bound"));
                if plan.bounds.is_some_and(|(low, high)| low >= high) {
                    faults.error(node.place(), "the lower bound must lie below the upper bound");
                }
            } else {
                faults.error(node.place(), format!("bounds have two ends `[low, high]`, this has {}", ends.len()));
            }
        }
        plan.scale = match (kind, plan.bounds) {
            (Kind::Natural, _) => Scale::Natural,
            (Kind::Log, _) => Scale::Logarithmic,
            (Kind::Logit, Some((low, high))) => Scale::Logit { low, high },
            (Kind::Logit, None) => {
                let place = scale_node.map_or(entry.place(), |node| node.place());
                faults
                    .error(place, "the logit scale needs `bounds`: the limits that the value never reaches")
                    .help("for example `bounds: [0, 1]`");
                Scale::Natural
            }
        };
        plan.prior = fields.get("prior").and_then(|node| prior(&node, plan.scale, dimension, faults));
        let shared_node = fields.get("per");
        plan.shared_by = shared_node
            .as_ref()
            .and_then(|node| node.one_of(faults, &[("fit", SharedBy::Fit), ("subject", SharedBy::Subject)]))
            .unwrap_or_default();
        if let (SharedBy::Subject, Some(node)) = (plan.shared_by, &shared_node)
            && grouping != Some(Grouping::Together)
        {
            faults
                .error(node.place(), "`per: subject` belongs to one fit of all subjects together")
                .help("leave `each` out; `each: subject` fits every subject by itself");
        }
        plan.between_occasions = fields.get("between_occasions").and_then(|node| match plan.scale {
            Scale::Logit { .. } => {
                faults
                    .error(node.key_place(), "a parameter on the logit scale has no deviations between occasions here")
                    .help("fit it on the log scale");
                None
            }
            Scale::Natural => positive(value(node.clone(), faults, "the standard deviation between occasions"), &node, faults),
            _ => positive(
                super::super::quantity(&node, crate::units::DIMENSIONLESS, faults, "the coefficient of variation between occasions"),
                &node,
                faults,
            ),
        });
        fields.finish(faults);
    }
    check_start(&plan, &paths, entry, model, what_if, faults);
    Some(plan)
}

fn positive(value: Option<f64>, node: &Node<'_>, faults: &mut Faults) -> Option<f64> {
    let value = value?;
    if value > 0.0 {
        return Some(value);
    }
    faults.error(node.place(), "this must be positive");
    None
}

/// A quantity of a prior with the node that states it.
fn quantity<'f>(node: Option<Node<'f>>, wanted: Option<Dimension>, what: &str, faults: &mut Faults) -> Option<(Node<'f>, f64)> {
    let node = node?;
    let value = super::super::quantity(&node, wanted?, faults, what)?;
    Some((node, value))
}

fn prior(node: &Node<'_>, scale: Scale, dimension: Option<Dimension>, faults: &mut Faults) -> Option<PriorPlan> {
    let mut fields = node.fields(faults, "a prior such as `{median: 31 nmol/L, cv: 40 %, source: …}`")?;
    let (median_node, cv_node, mean_node, sd_node) = (fields.get("median"), fields.get("cv"), fields.get("mean"), fields.get("sd"));
    let provenance = fields.get("provenance").and_then(|node| node.one_of(faults, Provenance::CHOICES));
    let source = fields.get("source").and_then(|node| node.text(faults, "a citation"));
    fields.finish(faults);
    let shown = |node: &Option<Node<'_>>| node.as_ref().and_then(Node::scalar_text).unwrap_or_default();
    let (mean, standard_deviation, words) = match scale {
        Scale::Logarithmic => {
            if let Some(extra) = mean_node.as_ref().or(sd_node.as_ref()) {
                faults.error(extra.key_place(), "a parameter fitted on the log scale has a log-normal prior: give `median` and `cv`");
                return None;
            }
            let words = format!("log-normal, median {}, CV {}", shown(&median_node), shown(&cv_node));
            let (median_node, median) = quantity(median_node, dimension, "the median of a prior", faults)?;
            let (cv_node, cv) = quantity(cv_node, Some(crate::units::DIMENSIONLESS), "the CV of a prior", faults)?;
            if median <= 0.0 {
                faults.error(median_node.place(), "the median of a log-normal prior must be positive");
                return None;
            }
            (log(median), log_deviation(positive(Some(cv), &cv_node, faults)?), words)
        }
        Scale::Natural => {
            if let Some(extra) = median_node.as_ref().or(cv_node.as_ref()) {
                faults
                    .error(extra.key_place(), "a parameter fitted on its natural scale has a normal prior: give `mean` and `sd`")
                    .help("or `scale: log` for a log-normal one");
                return None;
            }
            let words = format!("normal, mean {}, SD {}", shown(&mean_node), shown(&sd_node));
            let (_, mean) = quantity(mean_node, dimension, "the mean of a prior", faults)?;
            let (sd_node, sd) = quantity(sd_node, dimension, "the standard deviation of a prior", faults)?;
            (mean, positive(Some(sd), &sd_node, faults)?, words)
        }
        Scale::Logit { low, high } => {
            // the standard deviation is of the logit, a number
            let words = format!("logit-normal, median {}, SD of the logit {}", shown(&median_node), shown(&sd_node));
            let (median_node, median) = quantity(median_node, dimension, "the median of a prior", faults)?;
            let (sd_node, sd) = quantity(sd_node, Some(crate::units::DIMENSIONLESS), "the standard deviation of the logit", faults)?;
            if !(low < median && median < high) {
                faults.error(median_node.place(), "the median of a logit-normal prior must lie between the bounds");
                return None;
            }
            (scale.transform(median), positive(Some(sd), &sd_node, faults)?, words)
        }
    };
    let assumed = provenance == Some(Provenance::Assumed);
    let words = match (assumed, source) {
        (true, _) => format!("{words} (assumed)"),
        (false, Some(source)) => format!("{words} ({source})"),
        (false, None) => words,
    };
    Some(PriorPlan { mean, standard_deviation, words, assumed })
}

/// A start that the scale or the bounds exclude.
fn check_start(plan: &FitParameterPlan, paths: &[String], entry: &Node<'_>, model: &Model, what_if: &[String], faults: &mut Faults) {
    let first = paths.first().and_then(|path| model.parameter(path));
    if plan.scale == Scale::Logarithmic {
        for wanted in paths.iter().filter(|path| plan.start.is_some() || !what_if.contains(path)) {
            let Some(position) = model.parameter(wanted) else { continue };
            if plan.start.unwrap_or(model.parameters[position].value) <= 0.0 {
                let shown = plan.start.map_or_else(|| model.parameters[position].text.clone(), |start| start.to_string());
                faults
                    .error(entry.key_place(), format!("`{wanted}` cannot be fitted on the log scale: it starts at {shown}"))
                    .help("a logarithm needs a positive value: give a `start`, or leave out `scale: log`");
            }
        }
    }
    if let (Some((low, high)), Some(position)) = (plan.bounds, first)
        && low < high
        && (plan.start.is_some() || paths.first().is_none_or(|path| !what_if.contains(path)))
    {
        let begins = plan.start.unwrap_or(model.parameters[position].value);
        let open = matches!(plan.scale, Scale::Logit { .. });
        if !(low..=high).contains(&begins) || open && (begins == low || begins == high) {
            let (unit, size) = unit_of(model, position);
            let in_unit = |value: f64| format!("{} {unit}", value / size).trim_end().to_string();
            faults.error(entry.key_place(), format!("`{}` starts at {}, outside its bounds", plan.path, in_unit(begins))).help(format!(
                "the bounds are {} and {}; `start` says where to begin",
                in_unit(low),
                in_unit(high)
            ));
        }
    }
}

fn check_path(path: &str, place: Place, model: &Model, faults: &mut Faults) {
    if model.parameter(path).is_some() {
        return;
    }
    if model.derived.iter().any(|derived| derived.path == path) {
        faults.error(place, format!("`{path}` follows from other values, so it cannot be fitted")).help("fit what it is computed from");
        return;
    }
    let help = did_you_mean(path, model.parameters.iter().map(|parameter| parameter.path.as_str()));
    faults.error(place, format!("model `{}` has no parameter `{path}`", model.name)).help(help);
}
