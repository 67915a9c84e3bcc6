//! The clinic's estimates of a cycle, under way.
use super::clinic::{DoseEstimate, Scan, SeveralScans};
use super::deliver::{Delivery, Problem};
use crate::dosimetry::course::Administration;

impl Delivery<'_> {
    /// The clinic's estimates of all targets.
    pub(super) fn estimate(
        &mut self,
        number: usize,
        activity_mbq: f64,
        dose: Administration,
        scans: &[Scan],
        outlines: &[f64],
    ) -> Result<Vec<Option<DoseEstimate>>, Problem> {
        let clinic = &self.to.regimen().clinic;
        let slowest = self.plan.model.nuclide.map(|nuclide| nuclide.decay_constant_per_h());
        let mut regions = Vec::new();
        if let SeveralScans::Map(protocol) = &clinic.estimator.several
            && !scans.is_empty()
        {
            let placed: Vec<(usize, &Scan, f64)> = scans
                .iter()
                .map(|scan| {
                    let cv = clinic.protocol(&scan.region).map_or(0.1, |protocol| protocol.scan_cv);
                    self.observable(&scan.region).map(|observable| (observable, scan, cv))
                })
                .collect::<Result<_, _>>()?;
            let found = protocol.estimate(self.plan, self.course.parameters(), dose, &placed, &self.settings)?;
            for (observable, estimate) in found {
                let name = self.plan.model.observables[observable].name.clone();
                let outline = clinic.imaging.iter().position(|protocol| protocol.region == name).map_or(1.0, |at| outlines[at]);
                regions.push((name, estimate, outline));
            }
        } else {
            for (protocol, outline) in clinic.imaging.iter().zip(outlines) {
                let of_region: Vec<Scan> = scans.iter().filter(|scan| scan.region == protocol.region).cloned().collect();
                if of_region.is_empty() {
                    continue;
                }
                let own = self.own_half_lives_h.get(&protocol.region).copied();
                let estimate = clinic.estimator.region(&of_region, protocol.scan_cv, own, slowest);
                let estimate =
                    estimate.map_err(|problem| format!("the clinic could not estimate the dose of cycle {number}: {problem}"))?;
                if of_region.len() > 1 {
                    self.own_half_lives_h.insert(protocol.region.clone(), estimate.half_life_h);
                }
                regions.push((protocol.region.clone(), estimate, *outline));
            }
        }
        Ok(self
            .plan
            .targets
            .iter()
            .enumerate()
            .map(|(position, target)| {
                clinic.estimator.dose(target, &regions).or_else(|| {
                    let last = self.record.cycles.last()?;
                    last.estimates[position].as_ref().map(|before| before.by_activity(activity_mbq / last.activity_mbq, target.repair))
                })
            })
            .collect())
    }
}
