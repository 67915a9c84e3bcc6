//! Figures of a trial: what was counted, put into the shapes that `session::figures::trial` draws.
//!
//! `cumulative`: cycles, activity and dose at a glance; `spreads`: distributions, limits, differences; `patients`: one mark a patient; `events`: survival.
mod cumulative;
mod events;
mod patients;
mod spreads;

use crate::regimen::RegimenPlan;
use crate::report::Figure;
use crate::session::figures::proof;
use crate::session::figures::trial::{ArmSpread, ArmWords, Histogram, MOST_POINTS, TrialAbout};
use crate::session::scenario::{CohortSection, Scenario};
use crate::trial::design::TrialPlan;
use crate::trial::{CohortPlan, RowColumn, Spread, TrialOutcomes, TrialSummary};

/// What figures are made of.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// Its regimens.
    pub regimen: &'a RegimenPlan,
    /// The cohort as declared.
    pub section: &'a CohortSection,
    /// The cohort as run.
    pub cohort: &'a CohortPlan,
    /// Columns of the rows.
    pub columns: &'a [RowColumn],
    /// What came out.
    pub summary: &'a TrialSummary,
}

/// All of them.
pub fn all(shown: &Shown, observed: Option<(&TrialPlan, &TrialOutcomes)>) -> Vec<Figure> {
    let mut found: Vec<Figure> = cumulative::distribution(shown).into_iter().collect();
    found.extend(spreads::all(shown));
    found.extend(patients::all(shown));
    if let Some((design, outcomes)) = observed {
        found.extend(events::all(shown, design, outcomes));
    }
    found
}

impl Shown<'_> {
    /// Position of a column.
    fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// What an arm's patients spread over in a column; `None` where nobody has a value.
    fn spread(&self, arm: usize, name: &str) -> Option<&Spread> {
        self.summary.arms.get(arm)?.get(self.column(name)?).filter(|spread| spread.count() > 0)
    }

    /// The value of each shown patient in an arm.
    fn values(&self, arm: usize, name: &str) -> Vec<Option<f64>> {
        let Some(column) = self.column(name) else { return Vec::new() };
        let of_patient = |arms: &Vec<Option<Vec<f64>>>| arms.get(arm)?.as_ref()?.get(column).copied().filter(|value| value.is_finite());
        self.summary.shown.iter().map(|(_, arms)| of_patient(arms)).collect()
    }

    /// A column of all arms, for violins with points.
    fn arm_spreads(&self, name: &str) -> Vec<ArmSpread> {
        (0..self.regimen.arms.len())
            .map(|arm| ArmSpread {
                histogram: self.spread(arm, name).map(|spread| Histogram::of_bins(spread.bins())).unwrap_or_default(),
                points: self.values(arm, name).into_iter().flatten().take(MOST_POINTS).collect(),
            })
            .collect()
    }

    fn arms(&self) -> Vec<ArmWords> {
        self.regimen
            .arms
            .iter()
            .map(|arm| ArmWords { name: arm.name.clone(), title: crate::session::figures::capitalised(&arm.title) })
            .collect()
    }

    /// Title words and the captions of every figure; `more`: of this one.
    fn about(&self, more: &[String]) -> TrialAbout {
        let mut about = self.about_events(more);
        about.caption.push(proof(self.scenario).to_owned());
        about
    }

    /// The same where outcomes are shown: what they follow from is among `more`.
    fn about_events(&self, more: &[String]) -> TrialAbout {
        let mut caption = vec![format!(
            "Virtual patients around {} (seed {}); model {}; true values unless said otherwise.",
            self.scenario.patient, self.cohort.seed, self.scenario.model.title
        )];
        caption.extend(more.iter().cloned());
        TrialAbout {
            subject: format!("{}, {} virtual patients", self.scenario.title, self.cohort.patients),
            caption,
            patients: self.cohort.patients,
        }
    }
}
