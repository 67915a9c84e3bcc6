//! Checks across sections: what each section allows by itself and the others make meaningless.
use super::fit_section::{Grouping, NoiseForm};
use super::{DataPlan, FitPlan, Given, RecoveryPlan, SolvePlan, TruthFrom};
use crate::fit::estimate::VarianceChoice;
use crate::model::Model;
use crate::model::checked::ObservableKind;
use crate::model::diagnostic::Faults;
use crate::model::yaml::Node;
use crate::units::MINUTES_PER_HOUR;

/// The sections as nodes, for the places of faults.
pub(super) struct Sections<'s, 'f> {
    /// `data`
    pub data: Option<&'s Node<'f>>,
    /// `fit`
    pub fit: Option<&'s Node<'f>>,
    /// `piecewise`
    pub piecewise: Option<&'s Node<'f>>,
    /// `dosimetry`
    pub dosimetry: Option<&'s Node<'f>>,
}

/// Every dose must be over before the horizon; a horizon that the file does not give is moved behind the last dose.
pub(super) fn horizon(solve: &mut SolvePlan, given: &[Given], stated: bool, section: Option<&Node<'_>>, faults: &mut Faults) {
    let last_min = given.iter().map(|dose| dose.at_min + dose.duration_min).fold(0.0, f64::max);
    if !stated {
        solve.until_min += last_min;
    } else if last_min >= solve.until_min && !given.is_empty() {
        let message = format!(
            "the simulation ends at {:.1} h, but the last dose is over at {:.1} h",
            solve.until_min / MINUTES_PER_HOUR,
            last_min / MINUTES_PER_HOUR
        );
        faults.error(section.map(Node::place), message).help("move `until` behind the last dose, or leave it out");
    }
}

/// Fits, data, piecewise integral and doses must speak of the same person and the same regions.
pub(super) fn fit_and_doses(
    sections: &Sections<'_, '_>,
    model: &Model,
    data: Option<&DataPlan>,
    fit: Option<&FitPlan>,
    given: &[Given],
    faults: &mut Faults,
) {
    let Some(data) = data else { return };
    if let Some(node) = sections.piecewise {
        let regions = data.channels.iter().all(|(_, position)| model.observables[*position].kind == ObservableKind::Region);
        let problem = if fit.is_none_or(|fit| fit.grouping != Grouping::EachChannel) {
            Some("a `fit` with `each: channel`: it integrates one region after the other")
        } else if !data.is_activity || !regions {
            Some("activities in regions of interest")
        } else if given.len() != 1 {
            Some("exactly one administration")
        } else {
            None
        };
        if let Some(problem) = problem {
            faults.error(node.key_place(), format!("`piecewise` needs {problem}"));
        }
    }
    let Some(fit) = fit else { return };
    if data.dose_column.is_some() && fit.grouping != Grouping::EachSubject {
        faults.error(
            sections.data.map(Node::key_place),
            "`subject_dose` needs a `fit` with `each: subject`: otherwise all rows share one dose",
        );
    }
    if fit.grouping == Grouping::EachSubject
        && let Some(node) = sections.dosimetry
    {
        let message = "absorbed doses are of one patient, but `fit` has `each: subject`";
        faults.error(node.key_place(), message).help("make a scenario for the one subject, or leave `dosimetry` out");
    }
    if fit.grouping == Grouping::EachChannel && data.channels.len() > 1 {
        for parameter in fit.parameters.iter().filter(|parameter| !parameter.path.contains("{channel}")) {
            let message = format!("`each: channel` fits every channel by itself, but `{}` is the same for all of them", parameter.path);
            faults
                .error(sections.fit.map(Node::key_place), message)
                .help("name it with `{channel}`, or leave `each` out to fit all together");
        }
    }
    if fit.variance == VarianceChoice::Given && fit.error.form == NoiseForm::Unweighted && data.sd_column.is_none() {
        let message = "`variance: given` takes the error model's number as known, but `unweighted` has none";
        faults.error(sections.fit.map(Node::key_place), message).help("write `variance: estimated`, or an error model with `cv` or `sd`");
    }
}

/// A study of recovery fits all that it simulates for one person at once, and draws from priors where it is told to.
pub(super) fn recovery_and_fit(
    node: Option<&Node<'_>>,
    recovery: Option<&RecoveryPlan>,
    has_fit: bool,
    fit: Option<&FitPlan>,
    model: &Model,
    faults: &mut Faults,
) {
    let Some(node) = node else { return };
    if !has_fit {
        faults.error(node.key_place(), "`recovery` needs `fit`, which says what is to be found again");
    }
    let (Some(recovery), Some(fit)) = (recovery, fit) else { return };
    if fit.grouping != Grouping::Together || !fit.subjects.is_empty() {
        faults.error(node.key_place(), "`recovery` simulates one person, all channels together: leave `each` and `subjects` out of `fit`");
    }
    let priors = fit.population.is_some() || fit.parameters.iter().any(|parameter| parameter.prior.is_some());
    if recovery.truth == TruthFrom::Prior && !priors {
        faults
            .error(node.key_place(), "`truth: prior` needs a prior to draw from")
            .help("give parameters of `fit` a `prior`, or write `truth: fixed`");
    }
    let known: Vec<&str> = recovery
        .series
        .iter()
        .flat_map(|series| series.observables.iter().map(|position| model.observables[*position].name.as_str()))
        .collect();
    let named = fit.errors.iter().map(|(name, _)| name).chain(fit.factors.iter().flat_map(|factor| &factor.channels));
    for name in named.filter(|name| !known.contains(&name.as_str())) {
        let help = crate::model::diagnostic::did_you_mean(name, known.iter().copied());
        faults.error(node.key_place(), format!("`fit` names channel `{name}`, which `recovery` does not measure")).help(help);
    }
}
