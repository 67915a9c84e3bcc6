//! What treatment and time do to the true patient between cycles: blood counts, kidney function, lesions, drift of parameters, symptoms.
//!
//! Amounts and occupied receptors carry over by themselves: the course goes on. At the start of each cycle the parameters of the model are set anew: a lesion's volume
//! (and receptor density ∝ (V/V₀)^n), the filtration by the kidneys' remaining function, and parameters that drift by a trend and a log-normal draw a cycle. Within a
//! cycle they stay as they are. Self-dose to a lesion scales with V₀/V.
use crate::fit::error_model::logarithmic_standard_deviation;
use crate::math::{exp, pow};
use crate::radiobiology::blood_counts::{LineageCourse, LineageParameters};
use crate::radiobiology::kidney_function::KidneyFunctionModel;
use crate::radiobiology::lesion::{LesionCourse, LesionParameters, Response, recist_of_sums, sum_of_diameters_mm};
use crate::radiobiology::psa::{PsaCourse, PsaParameters};
use crate::radiobiology::registry::DoseEffectModel;
use crate::random::RandomSource;
use std::ops::Deref;

/// First stream of the drift.
const DRIFT_STREAM: u32 = 3_000_000;
/// Stream of the sensitivity to symptoms.
const SYMPTOM_STREAM: u32 = 3_900_000;
/// Hours in a year of 365.25 days.
const HOURS_PER_YEAR: f64 = 8766.0;
const DAYS_PER_YEAR: f64 = 365.25;
/// Below this volume (mL) the self-dose of a lesion does not grow any more: electrons of 177Lu then leave it (absorbed fraction 0.87 at 0.01 g,
/// Olguin et al. 2020), and what earlier cycles left would be divided by a mass that is gone.
const SMALLEST_ML: f64 = 0.01;

/// Blood counts driven by the dose rate to a target.
#[derive(Clone, Debug, PartialEq)]
pub struct CountsPlan {
    /// Position of the marrow among the targets.
    pub marrow: usize,
    /// The lineages.
    pub lineages: Vec<LineageParameters>,
    /// Loss of counts by disease: where lesions grow, counts tend to 1 − deficit × (volume of all lesions over that at the start − 1) of their baseline.
    pub disease_deficit: f64,
}

/// Kidney function.
#[derive(Clone, Debug, PartialEq)]
pub struct KidneyPlan {
    /// Position of the kidneys among the targets.
    pub target: usize,
    /// Clearance at the start (mL/min).
    pub baseline_ml_per_min: f64,
    /// The model's parameter that holds it, and its internal units per mL/min.
    pub baseline_parameter: Option<(usize, f64)>,
    /// The name under which rules may know it, and the internal units per mL/min.
    pub known_as: Option<(String, f64)>,
    /// The model of its fall.
    pub model: KidneyFunctionModel,
    /// Positions of the model's parameters that fall with it.
    pub parameters: Vec<usize>,
}

/// A lesion.
#[derive(Clone, Debug, PartialEq)]
pub struct LesionPlan {
    /// Its name.
    pub name: String,
    /// Position among the targets.
    pub target: usize,
    /// Volume at the start (mL).
    pub volume_ml: f64,
    /// Volume that the target's S-value is for (mL).
    pub reference_ml: f64,
    /// The model's volume parameter, and its internal units per mL.
    pub volume_parameter: Option<(usize, f64)>,
    /// The model's parameter that scales with (V/V₀)^exponent: receptor density or uptake.
    pub uptake_parameter: Option<(usize, f64)>,
    /// Growth and kill.
    pub growth: LesionParameters,
}

impl LesionPlan {
    /// The volume for kinetics and self-dose (mL): not below [`SMALLEST_ML`], unless the lesion began below it.
    fn not_gone_ml(&self, course: &LesionCourse) -> f64 {
        course.volume_ml().max(SMALLEST_ML.min(self.volume_ml))
    }
}

/// A parameter that differs from cycle to cycle.
#[derive(Clone, Debug, PartialEq)]
pub struct DriftPlan {
    /// Its path.
    pub path: String,
    /// Position in the model.
    pub parameter: usize,
    /// Relative change from cycle to cycle (−0.06 for −6 %).
    pub trend_per_cycle: f64,
    /// Coefficient of variation from cycle to cycle; the first cycle has the patient's own value.
    pub cv: f64,
}

/// A symptom: there once the dose reaches the patient's own tolerance, drawn from a dose–effect relation.
#[derive(Clone, Debug, PartialEq)]
pub struct SymptomPlan {
    /// Its name.
    pub name: String,
    /// Position of the target.
    pub target: usize,
    /// The relation in absorbed dose.
    pub relation: DoseEffectModel,
}

/// PSA, driven by the activity concentration in a target that is its own only source.
#[derive(Clone, Debug, PartialEq)]
pub struct PsaPlan {
    /// Position of the target.
    pub target: usize,
    /// PSA before the first cycle (µg/L).
    pub initial_ug_per_l: f64,
    /// Dose rate (Gy/h) of a concentration of 1 MBq/L at 1 kg/L with all charged particles absorbed.
    pub gy_per_h_per_mbq_per_l: f64,
    /// Decay constant of the nuclide (1/h).
    pub decay_per_h: f64,
    /// The model.
    pub parameters: PsaParameters,
}

/// What changes in the patient.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct PhysiologyPlan {
    /// Seed of drift and symptoms.
    pub seed: u64,
    /// Blood counts.
    pub counts: Option<CountsPlan>,
    /// Kidney function.
    pub kidneys: Option<KidneyPlan>,
    /// Lesions.
    pub lesions: Vec<LesionPlan>,
    /// Drift.
    pub drift: Vec<DriftPlan>,
    /// Symptoms.
    pub symptoms: Vec<SymptomPlan>,
    /// PSA.
    pub psa: Option<PsaPlan>,
    /// How long the patient is followed after the last cycle (min).
    pub follow_up_min: f64,
}

impl PhysiologyPlan {
    /// Whether anything needs the time between and after the cycles.
    pub fn is_empty(&self) -> bool {
        self.counts.is_none()
            && self.kidneys.is_none()
            && self.lesions.is_empty()
            && self.drift.is_empty()
            && self.symptoms.is_empty()
            && self.psa.is_none()
    }
}

/// The patient's physiology under way.
#[derive(Clone, Debug)]
pub struct Physiology<P> {
    plan: P,
    patient: u64,
    own: Vec<f64>,
    counts: Vec<LineageCourse>,
    clearance_ml_per_min: f64,
    lesions: Vec<LesionCourse>,
    psa: Option<PsaCourse>,
    /// What was recorded.
    pub curves: PhysiologyCurves,
}

/// True courses, one entry a sample.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PhysiologyCurves {
    /// Times (min).
    pub times_min: Vec<f64>,
    /// Circulating cells, by lineage.
    pub counts: Vec<Vec<f64>>,
    /// Clearance (mL/min).
    pub clearance_ml_per_min: Vec<f64>,
    /// Volumes (mL), by lesion.
    pub lesion_ml: Vec<Vec<f64>>,
    /// PSA (µg/L).
    pub psa_ug_per_l: Vec<f64>,
}

impl<P: Deref<Target = PhysiologyPlan>> Physiology<P> {
    /// The patient before the first cycle; `parameters` are the patient's own of the model. `plan` may be lent or owned.
    pub fn new(plan: P, patient: u64, parameters: &[f64]) -> Physiology<P> {
        let counts: Vec<LineageCourse> = plan.counts.iter().flat_map(|counts| &counts.lineages).map(LineageCourse::new).collect();
        let lesions: Vec<LesionCourse> = plan.lesions.iter().map(|lesion| LesionCourse::new(&lesion.growth, lesion.volume_ml)).collect();
        Physiology {
            patient,
            own: parameters.to_vec(),
            clearance_ml_per_min: plan.kidneys.as_ref().map_or(0.0, |kidneys| kidneys.baseline_ml_per_min),
            curves: PhysiologyCurves {
                counts: vec![Vec::new(); counts.len()],
                lesion_ml: vec![Vec::new(); lesions.len()],
                ..PhysiologyCurves::default()
            },
            counts,
            lesions,
            psa: plan.psa.as_ref().map(|psa| PsaCourse::new(psa.parameters, psa.initial_ug_per_l)),
            plan,
        }
    }

    /// The model's parameters for cycle `number` (from 1).
    pub fn parameters(&self, number: usize) -> Vec<f64> {
        let mut parameters = self.own.clone();
        for (position, drift) in self.plan.drift.iter().enumerate() {
            let cycles = (number - 1) as f64;
            let noise = if number == 1 || drift.cv == 0.0 {
                0.0
            } else {
                let draw = RandomSource::new(self.plan.seed, self.patient, DRIFT_STREAM + position as u32).standard_normal(number as u32);
                logarithmic_standard_deviation(drift.cv) * draw
            };
            parameters[drift.parameter] *= pow(1.0 + drift.trend_per_cycle, cycles) * exp(noise);
        }
        if let Some(kidneys) = &self.plan.kidneys {
            for position in &kidneys.parameters {
                parameters[*position] *= self.clearance_ml_per_min / kidneys.baseline_ml_per_min;
            }
        }
        for (lesion, course) in self.plan.lesions.iter().zip(&self.lesions) {
            // a volume of nothing would be divided by in the model's rates
            let volume_ml = lesion.not_gone_ml(course);
            let ratio = volume_ml / lesion.volume_ml;
            if let Some((position, per_ml)) = lesion.volume_parameter {
                parameters[position] = volume_ml * per_ml;
            }
            if let Some((position, exponent)) = lesion.uptake_parameter {
                parameters[position] *= pow(ratio, exponent);
            }
        }
        parameters
    }

    /// By target: present volume of the lesion over that of its S-value; 1 for what is no lesion.
    pub fn volume_ratios(&self, targets: usize) -> Vec<f64> {
        let mut ratios = vec![1.0; targets];
        for (lesion, course) in self.plan.lesions.iter().zip(&self.lesions) {
            ratios[lesion.target] = lesion.not_gone_ml(course) / lesion.reference_ml;
        }
        ratios
    }

    /// Present volumes (mL).
    pub fn lesion_volumes_ml(&self) -> Vec<f64> {
        self.lesions.iter().map(LesionCourse::volume_ml).collect()
    }

    /// Circulating cells now, in the order of the plan's lineages.
    pub fn circulating(&self) -> Vec<f64> {
        self.counts.iter().map(LineageCourse::circulating).collect()
    }

    /// Clearance now (mL/min).
    pub fn clearance_ml_per_min(&self) -> Option<f64> {
        self.plan.kidneys.as_ref().map(|_| self.clearance_ml_per_min)
    }

    /// Symptoms now, given the total absorbed dose (Gy) by target.
    pub fn symptoms(&self, doses_gy: &[f64]) -> Vec<(String, bool)> {
        self.plan
            .symptoms
            .iter()
            .enumerate()
            .map(|(position, symptom)| {
                let tolerance = RandomSource::new(self.plan.seed, self.patient, SYMPTOM_STREAM).uniform(position as u32);
                let risk = symptom.relation.curve.probability(doses_gy[symptom.target]).unwrap_or(0.0);
                (symptom.name.clone(), risk > tolerance)
            })
            .collect()
    }

    /// Lives through `times_min` (the first is the present), with the dose rates (Gy/h) and total doses (Gy) of the targets at those times, the newest administration
    /// having been at `administered_min`.
    pub fn live(
        &mut self,
        times_min: &[f64],
        rates_gy_per_h: &[Vec<f64>],
        doses_gy: &[Vec<f64>],
        administered_min: f64,
    ) -> Result<(), String> {
        let times_h: Vec<f64> = times_min.iter().map(|time| time / crate::units::MINUTES_PER_HOUR).collect();
        for ((lesion, course), curve) in self.plan.lesions.iter().zip(&mut self.lesions).zip(&mut self.curves.lesion_ml) {
            let volumes = course.advance(&times_h, &rates_gy_per_h[lesion.target]).map_err(|e| format!("{}: {e}", lesion.name))?;
            curve.extend(volumes);
        }
        if let Some(plan) = &self.plan.counts {
            let (now, start): (f64, f64) = self
                .plan
                .lesions
                .iter()
                .zip(&self.lesions)
                .fold((0.0, 0.0), |(now, start), (lesion, course)| (now + course.volume_ml(), start + lesion.volume_ml));
            let burden = if start > 0.0 { now / start } else { 1.0 };
            // disease that grows leaves this share of the counts
            let share = (1.0 - plan.disease_deficit * (burden - 1.0).max(0.0)).max(0.05);
            for ((lineage, course), curve) in plan.lineages.iter().zip(&mut self.counts).zip(&mut self.curves.counts) {
                let production = lineage.production_for_share(share);
                let values = course.advance(&times_h, &rates_gy_per_h[plan.marrow], production);
                curve.extend(values.map_err(|e| format!("{}: {e}", lineage.kind.title()))?);
            }
        }
        if let Some(kidneys) = &self.plan.kidneys {
            let doses = &doses_gy[kidneys.target];
            for (position, time_h) in times_h.iter().enumerate() {
                if position > 0 {
                    let years = (time_h - times_h[position - 1]) / HOURS_PER_YEAR;
                    let dose_gy = 0.5 * (doses[position] + doses[position - 1]);
                    self.clearance_ml_per_min = kidneys.model.advance(self.clearance_ml_per_min, dose_gy, years);
                }
                self.curves.clearance_ml_per_min.push(self.clearance_ml_per_min);
            }
        }
        if let (Some(plan), Some(course)) = (&self.plan.psa, &mut self.psa) {
            // the published constants belong to concentrations corrected for decay to the administration
            let corrected = |(rate, time): (&f64, &f64)| {
                let since_h = (time - administered_min) / crate::units::MINUTES_PER_HOUR;
                (rate / plan.gy_per_h_per_mbq_per_l).max(0.0) * exp(plan.decay_per_h * since_h)
            };
            let levels: Vec<f64> = rates_gy_per_h[plan.target].iter().zip(times_min).map(corrected).collect();
            self.curves.psa_ug_per_l.extend(course.advance(&times_h, &levels).map_err(|e| format!("PSA: {e}"))?);
        }
        self.curves.times_min.extend_from_slice(times_min);
        Ok(())
    }
}

impl PhysiologyCurves {
    /// Best response of all lesions together before they progress, and when they do (min); `None` without lesions.
    pub fn best_response(&self) -> Option<(Response, Option<f64>)> {
        let sum_mm =
            |at: usize| sum_of_diameters_mm(&self.lesion_ml.iter().filter_map(|volumes| volumes.get(at).copied()).collect::<Vec<_>>());
        self.lesion_ml.first().filter(|volumes| !volumes.is_empty())?;
        let baseline = sum_mm(0);
        let (mut nadir, mut best) = (baseline, Response::Stable);
        for (at, time_min) in self.times_min.iter().enumerate() {
            let now = sum_mm(at);
            let category = recist_of_sums(baseline, nadir, now);
            if category == Response::Progressive {
                return Some((best, Some(*time_min)));
            }
            best = best.min(category);
            nadir = nadir.min(now);
        }
        Some((best, None))
    }

    /// Lowest sum of diameters over that at the start, less 1, before the lesions progress; `None` without lesions.
    pub fn best_change(&self) -> Option<f64> {
        let (_, progressed_min) = self.best_response()?;
        let sums: Vec<f64> = (0..self.times_min.len())
            .take_while(|at| progressed_min.is_none_or(|end| self.times_min[*at] <= end))
            .map(|at| sum_of_diameters_mm(&self.lesion_ml.iter().filter_map(|volumes| volumes.get(at).copied()).collect::<Vec<_>>()))
            .collect();
        let (baseline, later) = sums.split_first()?;
        let lowest = later.iter().copied().fold(f64::INFINITY, f64::min);
        (lowest.is_finite() && *baseline > 0.0).then(|| lowest / baseline - 1.0)
    }

    /// Lowest value of a lineage and its day after the first administration.
    pub fn nadir(&self, lineage: usize) -> Option<(f64, f64)> {
        let curve = self.counts.get(lineage)?;
        let lowest = curve.iter().zip(&self.times_min).min_by(|a, b| a.0.total_cmp(b.0))?;
        Some((*lowest.0, lowest.1 / 1440.0))
    }

    /// Mean loss of clearance per year, as a share of the start, over the time followed.
    pub fn clearance_loss_per_year(&self) -> Option<f64> {
        let (first, last) = (self.clearance_ml_per_min.first()?, self.clearance_ml_per_min.last()?);
        let days = (self.times_min.last()? - self.times_min.first()?) / 1440.0;
        (days > 0.0).then(|| (1.0 - last / first) * DAYS_PER_YEAR / days)
    }
}
