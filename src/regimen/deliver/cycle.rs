//! One cycle: the administration before it is solved, scans and estimates after.
use super::super::delivered::CycleRecord;
use super::super::points::sample_times;
use super::super::record::KnownCycle;
use super::super::totals::add;
use super::stages::{PieceKind, Stage};
use super::{Delivery, Problem};
use crate::dosimetry::course::{Administration, TargetDose};

/// What was given, while its course is solved.
#[derive(Clone, Debug)]
pub(super) struct CycleUnderWay {
    /// Times of blood samples (min).
    pub blood_min: Vec<f64>,
    dose: Administration,
    activity_mbq: f64,
    wanted_mbq: Option<f64>,
    reduced_by: Vec<String>,
    delay_min: f64,
    /// Scan times after the administration (min), each once, and where they stand among the samples.
    scan_times: Vec<f64>,
    positions: Vec<usize>,
}

impl Delivery<'_> {
    /// Gives the activity, and asks for the course until the next cycle is planned.
    pub(super) fn begin_cycle(&mut self, activity_mbq: f64, wanted_mbq: Option<f64>, reduced_by: Vec<String>) -> Result<Stage, Problem> {
        let regimen = self.to.regimen();
        let start = self.course.time_min;
        let end = start + self.to.arm().interval_min.unwrap_or(regimen.interval_min);
        let number = self.cycles.len() + 1;
        let delay_min = self.record.end_wait(start);
        if !regimen.physiology.is_empty() {
            self.course.set_parameters(&self.physiology.parameters(number));
            self.self_dose = self.physiology.volume_ratios(self.plan.targets.len()).into_iter().map(|ratio| 1.0 / ratio).collect();
        }
        let dose = Administration {
            time_min: start,
            site: regimen.site,
            labelled: activity_mbq / self.course.activity_per_amount(),
            unlabelled: regimen.unlabelled + regimen.unlabelled_per_mbq * activity_mbq,
            duration_min: regimen.duration_min,
        };
        self.course.administer(dose)?;
        self.administered_min = start;
        let mut scan_times: Vec<f64> = regimen.clinic.imaging.iter().flat_map(|protocol| protocol.times_min(number)).copied().collect();
        scan_times.sort_by(f64::total_cmp);
        scan_times.dedup();
        let (times, positions) = sample_times(start, end, &scan_times, self.resolution().0);
        let blood_min = regimen.clinic.laboratory.as_ref().map(|laboratory| laboratory.times_min(start, end)).unwrap_or_default();
        let cycle = CycleUnderWay { blood_min, dose, activity_mbq, wanted_mbq, reduced_by, delay_min, scan_times, positions };
        Ok(self.begin(end, times, PieceKind::Cycle(Box::new(cycle))))
    }

    /// Scans and estimates of a cycle that was lived through.
    pub(super) fn end_cycle(&mut self, cycle: CycleUnderWay) -> Result<(), Problem> {
        let CycleUnderWay { dose, activity_mbq, wanted_mbq, reduced_by, delay_min, scan_times, positions, .. } = cycle;
        let number = self.cycles.len() + 1;
        let clinic = &self.to.regimen().clinic;
        let mut scans = Vec::new();
        let mut outlines = Vec::new();
        for (position, protocol) in clinic.imaging.iter().enumerate() {
            let observable = self.observable(&protocol.region)?;
            let activities = &self.course.samples.activities[observable];
            let true_mbq: Vec<f64> = protocol
                .times_min(number)
                .iter()
                .map(|time| scan_times.partition_point(|scan| scan < time))
                .map(|scan| activities[positions[scan]])
                .collect();
            let ratio = self.plan.target(&protocol.region).map_or(1.0, |target| 1.0 / self.self_dose[target]);
            let (measured, outline) = clinic.scan(0, position, number, &true_mbq, ratio);
            scans.extend(measured);
            outlines.push(outline);
        }
        let estimates = self.estimate(number, activity_mbq, dose, &scans, &outlines)?;
        let mut true_doses = vec![TargetDose::default(); self.plan.targets.len()];
        add(&mut true_doses, &self.totals_before, &self.totals);
        let time_min = dose.time_min;
        self.record.enter_cycle(KnownCycle { time_min, activity_mbq, estimates: estimates.clone(), scans: scans.clone() });
        self.cycles.push(CycleRecord { time_min, activity_mbq, wanted_mbq, delay_min, reduced_by, true_doses, scans, estimates });
        Ok(())
    }

    pub(in super::super) fn observable(&self, region: &str) -> Result<usize, Problem> {
        let found = self.plan.model.observables.iter().position(|observable| observable.name == region);
        found.ok_or_else(|| Problem::from(format!("the model has no region `{region}` to scan")))
    }

    /// What is absorbed after an interval, until the next administration, belongs to the cycle before.
    pub(super) fn add_to_last_cycle(&mut self) {
        if let Some(last) = self.cycles.last_mut() {
            add(&mut last.true_doses, &self.totals_before, &self.totals);
        }
    }
}
