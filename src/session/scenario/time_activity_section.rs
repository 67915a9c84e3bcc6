//! The section `time_activity`: which families of time–activity functions are fitted to each region, and by what they are compared.
use super::reading::positive;
use super::{DataPlan, Given};
use crate::fit::error_model::{ErrorModel, WeightFrom};
use crate::fit::estimate::VarianceChoice;
use crate::fit::model_choice::Criterion;
use crate::fit::time_activity::Family;
use crate::model::Model;
use crate::model::checked::ObservableKind;
use crate::model::diagnostic::Faults;
use crate::model::document::Provenance;
use crate::model::yaml::Node;
use crate::units::{ACTIVITY, DIMENSIONLESS};

/// Families of time–activity functions side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeActivityPlan {
    /// Families, those with fewer parameters first.
    pub families: Vec<Family>,
    /// By what they are compared.
    pub criterion: Criterion,
    /// Error model; a constant standard deviation in MBq.
    pub error: ErrorModel,
    /// Words for it.
    pub error_words: String,
    /// Whether its number is assumed.
    pub error_assumed: bool,
    /// Whether its number is known, or known up to a common factor.
    pub variance: VarianceChoice,
    /// Whether the integrals are averaged over the families.
    pub average: bool,
}

/// What `time_activity` and `single_time_point` need of the rest of the scenario.
pub(super) fn check_data(node: &Node<'_>, model: &Model, data: Option<&DataPlan>, given: &[Given], faults: &mut Faults) {
    let regions = |data: &DataPlan| data.channels.iter().all(|(_, position)| model.observables[*position].kind == ObservableKind::Region);
    let problem = match data {
        None => Some("`data`"),
        Some(data) if !data.is_activity || !regions(data) => Some("data that are activities in regions of interest"),
        Some(_) if model.nuclide.is_none() => Some("a model with a nuclide"),
        Some(_) if given.len() != 1 => Some("exactly one administration"),
        Some(_) => None,
    };
    if let Some(problem) = problem {
        faults.error(node.key_place(), format!("`{}` needs {problem}", node.name()));
    }
}

pub(super) fn time_activity(node: &Node<'_>, faults: &mut Faults) -> Option<TimeActivityPlan> {
    let mut fields = node.fields(faults, "a mapping with `families` and `error`")?;
    let families = fields.require("families", faults).and_then(|node| families(&node, faults));
    let criterion = fields
        .get("criterion")
        .and_then(|node| node.one_of(faults, &[("aic", Criterion::Aic), ("aicc", Criterion::Aicc), ("bic", Criterion::Bic)]));
    let error = fields.require("error", faults).and_then(|node| error_model(&node, faults));
    let variance = fields
        .get("variance")
        .and_then(|node| node.one_of(faults, &[("given", VarianceChoice::Given), ("estimated", VarianceChoice::Estimated)]));
    let average = fields.get("average").map_or(Some(true), |node| node.boolean(faults, "whether integrals are averaged over the families"));
    fields.finish(faults);
    let (error, error_words, error_assumed) = error?;
    if error == ErrorModel::Unweighted && variance == Some(VarianceChoice::Given) {
        faults.error(node.key_place(), "`variance: given` takes the error model's number as known, but `unweighted` has none");
    }
    let variance = variance.unwrap_or(if error == ErrorModel::Unweighted { VarianceChoice::Estimated } else { VarianceChoice::Given });
    Some(TimeActivityPlan {
        families: families?,
        // with a known variance AIC needs no correction for few data
        criterion: criterion.unwrap_or(if variance == VarianceChoice::Given { Criterion::Aic } else { Criterion::Aicc }),
        error,
        error_words,
        error_assumed,
        variance,
        average: average?,
    })
}

fn families(node: &Node<'_>, faults: &mut Faults) -> Option<Vec<Family>> {
    if node.scalar_text().is_some_and(|text| text == "all") {
        return Some(Family::ALL.to_vec());
    }
    let known: Vec<(&str, Family)> = Family::ALL.iter().map(|family| (family.name(), *family)).collect();
    let items = node.items(faults, "`all`, or a list of families such as `[mono, bi, bi-uptake]`");
    let mut chosen: Vec<Family> = items.iter().filter_map(|item| item.one_of(faults, &known)).collect();
    if chosen.is_empty() && !faults.has_errors() {
        faults.error(node.place(), "`families` names none").help("write `all`, or a list such as `[mono, bi, bi-uptake]`");
    }
    chosen.sort_by_key(|family| Family::ALL.iter().position(|other| other == family));
    chosen.dedup();
    (!chosen.is_empty()).then_some(chosen)
}

fn error_model(node: &Node<'_>, faults: &mut Faults) -> Option<(ErrorModel, String, bool)> {
    #[derive(Clone, Copy)]
    enum Form {
        Unweighted,
        Constant,
        Proportional,
        LogNormal,
    }
    let mut fields = node.fields(faults, "a mapping such as `{model: log-normal, cv: 10 %}`")?;
    let form = fields.require("model", faults).and_then(|node| {
        node.one_of(
            faults,
            &[
                ("log-normal", Form::LogNormal),
                ("proportional", Form::Proportional),
                ("constant", Form::Constant),
                ("unweighted", Form::Unweighted),
            ],
        )
    });
    let cv = fields.get("cv").and_then(|node| positive(&node, DIMENSIONLESS, faults, "a coefficient of variation"));
    let sd = fields.get("sd").and_then(|node| positive(&node, ACTIVITY, faults, "a standard deviation of activities"));
    let provenance = fields.get("provenance").and_then(|node| node.one_of(faults, Provenance::CHOICES));
    let source = fields.get("source").and_then(|node| node.text(faults, "a citation"));
    fields.finish(faults);
    let mut need = |value: Option<f64>, key: &str| {
        if value.is_none() && !faults.has_errors() {
            faults.error(node.place(), format!("this error model needs `{key}`"));
        }
        value
    };
    let (error, mut words) = match form? {
        Form::Unweighted => (ErrorModel::Unweighted, "unweighted (ordinary least squares)".to_string()),
        Form::Constant => {
            let sd = need(sd, "sd")?;
            (ErrorModel::Constant { standard_deviation: sd }, format!("constant standard deviation {sd} MBq"))
        }
        Form::Proportional => {
            let cv = need(cv, "cv")?;
            let error = ErrorModel::Proportional { coefficient_of_variation: cv, weight_from: WeightFrom::Measured };
            (error, format!("proportional to the measured value, CV {} %", 100.0 * cv))
        }
        Form::LogNormal => {
            let cv = need(cv, "cv")?;
            (ErrorModel::LogNormal { coefficient_of_variation: cv }, format!("log-normal, CV {} %", 100.0 * cv))
        }
    };
    let assumed = provenance == Some(Provenance::Assumed);
    if assumed {
        words.push_str(" (assumed)");
    } else if let Some(source) = source {
        words.push_str(&format!(" ({source})"));
    }
    Some((error, words, assumed))
}
