//! The section `fit`: which parameters, on which scale, with which error model, and what is fitted together.
use super::data_section::DataPlan;
use crate::fit::error_model::{ErrorModel, WeightFrom};
use crate::fit::estimate::VarianceChoice;
use crate::fit::parameter::Scale;
use crate::model::Model;
use crate::model::diagnostic::{Faults, Place, did_you_mean};
use crate::model::document::Provenance;
use crate::model::yaml::Node;
use crate::units::{Quantity, Unit};

/// What is fitted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// All channels and rows in one fit.
    Together,
    /// Every channel by itself; `{channel}` in a parameter's name stands for the channel.
    EachChannel,
    /// Every subject of the table by itself.
    EachSubject,
}

/// A fitted parameter as the scenario names it.
#[derive(Clone, Debug, PartialEq)]
pub struct FitParameterPlan {
    /// Path in the model, perhaps with `{channel}`.
    pub path: String,
    /// Name for tables.
    pub label: Option<String>,
    /// Scale of the optimiser.
    pub scale: Scale,
    /// Bounds in internal units.
    pub bounds: Option<(f64, f64)>,
    /// Start in internal units; the model's value unless given.
    pub start: Option<f64>,
}

/// What is fitted and how.
#[derive(Clone, Debug, PartialEq)]
pub struct FitPlan {
    /// What is fitted together.
    pub grouping: Grouping,
    /// Only these subjects; all where empty.
    pub subjects: Vec<String>,
    /// Error model.
    pub error: ErrorModel,
    /// Words for the error model, with its number.
    pub error_words: String,
    /// Whether the error model's number is assumed.
    pub error_assumed: bool,
    /// Where the residual variance comes from.
    pub variance: VarianceChoice,
    /// Parameters.
    pub parameters: Vec<FitParameterPlan>,
}

/// The unit in which a parameter is written, and its size in internal units.
pub fn unit_of(model: &Model, position: usize) -> (String, f64) {
    let parameter = &model.parameters[position];
    let text = parameter.text.trim_start_matches(['-', '+', '−']).trim_start();
    let digits = text.find(|c: char| !(c.is_ascii_digit() || ".eE+-".contains(c))).unwrap_or(text.len());
    // `3 eV`-like units do not occur here: an exponent is followed by digits, checked when the model was read
    let unit = text[digits..].trim();
    match Unit::parse(unit) {
        Ok(found) if found.dimension == parameter.dimension => (unit.to_string(), found.in_internal_units),
        _ => (parameter.dimension.internal_unit(), 1.0),
    }
}

/// `what_if` names the values set on the command line: a simulation may have them where no fit could start; a fit then says so itself.
pub(super) fn fit(node: &Node<'_>, model: &Model, data: Option<&DataPlan>, what_if: &[String], faults: &mut Faults) -> Option<FitPlan> {
    let mut fields = node.fields(faults, "a mapping with `parameters` and `error`")?;
    if data.is_none() {
        faults.error(node.key_place(), "`fit` needs `data`");
    }
    let grouping = fields.get("each").map_or(Some(Grouping::Together), |node| {
        node.one_of(faults, &[("channel", Grouping::EachChannel), ("subject", Grouping::EachSubject)])
    });
    if let (Some(Grouping::EachSubject), Some(data)) = (grouping, data)
        && data.subject_column.is_none()
    {
        faults.error(node.key_place(), "fitting each subject needs `data.subject`, the column that names them");
    }
    let subjects = fields.get("subjects").map(|node| super::sections::texts(&node, faults)).unwrap_or_default();
    let error = fields.require("error", faults).and_then(|node| error_model(&node, data, faults));
    let variance = fields
        .get("variance")
        .and_then(|node| node.one_of(faults, &[("estimated", VarianceChoice::Estimated), ("given", VarianceChoice::Given)]));
    let mut parameters = Vec::new();
    for (path, entry) in fields.require("parameters", faults).map(|n| n.entries(faults, "parameters by name")).unwrap_or_default() {
        parameters.extend(parameter(path, &entry, grouping, model, data, what_if, faults));
    }
    fields.finish(faults);
    if parameters.is_empty() {
        faults.error(node.key_place(), "`fit` names no parameter");
    }
    let (error, mut error_words, mut error_assumed) = error?;
    if let Some(column) = data.and_then(|data| data.sd_column.as_ref()) {
        error_words = format!("standard deviations of column `{column}`; rows without one: {error_words}");
        error_assumed = false;
    }
    Some(FitPlan {
        grouping: grouping?,
        subjects,
        variance: variance.unwrap_or(VarianceChoice::Estimated),
        error,
        error_words,
        error_assumed,
        parameters,
    })
}

fn error_model(node: &Node<'_>, data: Option<&DataPlan>, faults: &mut Faults) -> Option<(ErrorModel, String, bool)> {
    #[derive(Clone, Copy, PartialEq)]
    enum Kind {
        Unweighted,
        Constant,
        Proportional,
        LogNormal,
    }
    let mut fields = node.fields(faults, "a mapping such as `{model: log-normal, cv: 10 %}`")?;
    let kind = fields.require("model", faults).and_then(|node| {
        node.one_of(
            faults,
            &[
                ("unweighted", Kind::Unweighted),
                ("constant", Kind::Constant),
                ("proportional", Kind::Proportional),
                ("log-normal", Kind::LogNormal),
            ],
        )
    });
    let positive = |node: Node<'_>, faults: &mut Faults, dimension, what: &str| {
        let value = super::quantity(&node, dimension, faults, what)?;
        if value <= 0.0 {
            faults.error(node.place(), format!("{what} must be positive"));
            return None;
        }
        Some(value)
    };
    let cv = fields.get("cv").and_then(|node| positive(node, faults, crate::units::DIMENSIONLESS, "a coefficient of variation"));
    let sd = fields.get("sd").and_then(|node| {
        let text = node.text(faults, "a standard deviation with its unit")?;
        let data = data?;
        let unit = Unit::parse(&data.value_unit).ok()?;
        match Quantity::parse(&text) {
            Ok(quantity) if quantity.value > 0.0 && quantity.dimension == unit.dimension => Some(quantity.value / unit.in_internal_units),
            _ => {
                let message = format!("expected a positive standard deviation in {} or a unit like it, found `{text}`", data.value_unit);
                faults.error(node.place(), message);
                None
            }
        }
    });
    let provenance = fields.get("provenance").and_then(|node| node.one_of(faults, Provenance::CHOICES));
    fields.get("source");
    fields.finish(faults);
    let missing = |what: &str, faults: &mut Faults| {
        faults.error(node.place(), format!("this error model needs `{what}`"));
    };
    let (model, words) = match kind? {
        Kind::Unweighted => (ErrorModel::Unweighted, "unweighted (ordinary least squares)".to_string()),
        Kind::Constant => {
            let Some(sd) = sd else {
                missing("sd", faults);
                return None;
            };
            (ErrorModel::Constant { standard_deviation: sd }, format!("constant standard deviation {sd}"))
        }
        kind => {
            let Some(cv) = cv else {
                missing("cv", faults);
                return None;
            };
            if kind == Kind::LogNormal {
                (ErrorModel::LogNormal { coefficient_of_variation: cv }, format!("log-normal, CV {} %", cv * 100.0))
            } else {
                let model = ErrorModel::Proportional { coefficient_of_variation: cv, weight_from: WeightFrom::Measured };
                (model, format!("proportional to the measured value, CV {} %", cv * 100.0))
            }
        }
    };
    let assumed = provenance == Some(Provenance::Assumed);
    let words = if assumed { format!("{words} (assumed)") } else { words };
    Some((model, words, assumed))
}

fn parameter(
    path: String,
    entry: &Node<'_>,
    grouping: Option<Grouping>,
    model: &Model,
    data: Option<&DataPlan>,
    what_if: &[String],
    faults: &mut Faults,
) -> Option<FitParameterPlan> {
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
    let (mut label, mut scale, mut bounds, mut start) = (None, Scale::Natural, None, None);
    if !entry.is_null() {
        let mut fields = entry.fields(faults, "nothing, or a mapping such as `{scale: log, bounds: [0.1 1/h, 10 1/h]}`")?;
        label = fields.get("label").and_then(|node| node.text(faults, "a name for tables"));
        let scale_node = fields.get("scale");
        scale = scale_node
            .and_then(|node| node.one_of(faults, &[("natural", Scale::Natural), ("log", Scale::Logarithmic)]))
            .unwrap_or(Scale::Natural);
        let dimension = first.map(|position| model.parameters[position].dimension);
        let value = |node: Node<'_>, faults: &mut Faults, what: &str| super::quantity(&node, dimension?, faults, what);
        start = fields.get("start").and_then(|node| value(node, faults, "the start value"));
        if let Some(node) = fields.get("bounds") {
            let ends = node.items(faults, "bounds `[low, high]`");
            if let [low, high] = &ends[..] {
                bounds = value(low.clone(), faults, "the lower bound").zip(value(high.clone(), faults, "the upper bound"));
                if bounds.is_some_and(|(low, high)| low >= high) {
                    faults.error(node.place(), "the lower bound must lie below the upper bound");
                }
            } else {
                faults.error(node.place(), format!("bounds have two ends `[low, high]`, this has {}", ends.len()));
            }
        }
        fields.finish(faults);
    }
    if scale == Scale::Logarithmic {
        for wanted in paths.iter().filter(|path| start.is_some() || !what_if.contains(path)) {
            let Some(position) = model.parameter(wanted) else { continue };
            if start.unwrap_or(model.parameters[position].value) <= 0.0 {
                let shown = start.map_or_else(|| model.parameters[position].text.clone(), |start| start.to_string());
                faults
                    .error(entry.key_place(), format!("`{wanted}` cannot be fitted on the log scale: it starts at {shown}"))
                    .help("a logarithm needs a positive value: give a `start`, or leave out `scale: log`");
            }
        }
    }
    if let (Some((low, high)), Some(position)) = (bounds, first)
        && low < high
        && (start.is_some() || paths.first().is_none_or(|path| !what_if.contains(path)))
    {
        let begins = start.unwrap_or(model.parameters[position].value);
        if !(low..=high).contains(&begins) {
            let (unit, size) = unit_of(model, position);
            let in_unit = |value: f64| format!("{} {unit}", value / size).trim_end().to_string();
            faults.error(entry.key_place(), format!("`{path}` starts at {}, outside its bounds", in_unit(begins))).help(format!(
                "the bounds are {} and {}; `start` says where to begin",
                in_unit(low),
                in_unit(high)
            ));
        }
    }
    Some(FitParameterPlan { path, label, scale, bounds, start })
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
