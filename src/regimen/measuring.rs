//! Blood, symptoms and lesions as the clinic finds them, under way.
use super::clinic::Analyte;
use super::deliver::Delivery;
use super::points::between;
use super::record::{Assessment, LaboratoryValue};

impl Delivery<'_> {
    /// Blood and symptoms now.
    pub(super) fn sample_blood(&mut self, now: f64) {
        let Some(laboratory) = &self.to.regimen().clinic.laboratory else { return };
        let mut found: Vec<(Analyte, f64)> = Vec::new();
        if let Some(counts) = &self.to.regimen().physiology.counts {
            let kinds = counts.lineages.iter().map(|lineage| Analyte::Cells(lineage.kind));
            found.extend(kinds.zip(self.physiology.circulating()));
        }
        found.extend(self.physiology.clearance_ml_per_min().map(|value| (Analyte::Clearance, value)));
        let doses: Vec<f64> = self.totals.iter().map(|dose| dose.absorbed_gy).collect();
        found
            .extend(self.physiology.symptoms(&doses).into_iter().map(|(name, there)| (Analyte::Symptom(name), f64::from(u8::from(there)))));
        let seed = self.to.regimen().clinic.seed;
        for (analyte, value) in found {
            let value = laboratory.measure(seed, 0, &analyte, now, value);
            self.record.laboratory.push(LaboratoryValue { time_min: now, analyte, value });
        }
        self.samples_drawn += 1;
    }

    /// Blood at a time that has been lived through, read from the curves between their points.
    pub(super) fn sample_blood_from_curves(&mut self, time: f64, first_curve: usize, doses: &[Vec<f64>], times: &[f64]) {
        let Some(laboratory) = &self.to.regimen().clinic.laboratory else { return };
        let seed = self.to.regimen().clinic.seed;
        let at = |curve: &[f64]| between(times, curve, time);
        let mut found: Vec<(Analyte, f64)> = Vec::new();
        if let Some(counts) = &self.to.regimen().physiology.counts {
            for (lineage, curve) in counts.lineages.iter().zip(&self.physiology.curves.counts) {
                found.push((Analyte::Cells(lineage.kind), at(&curve[first_curve..])));
            }
        }
        if self.to.regimen().physiology.kidneys.is_some() {
            found.push((Analyte::Clearance, at(&self.physiology.curves.clearance_ml_per_min[first_curve..])));
        }
        let doses: Vec<f64> = doses.iter().map(|curve| at(curve)).collect();
        found
            .extend(self.physiology.symptoms(&doses).into_iter().map(|(name, there)| (Analyte::Symptom(name), f64::from(u8::from(there)))));
        for (analyte, value) in found {
            let value = laboratory.measure(seed, 0, &analyte, time, value);
            self.record.laboratory.push(LaboratoryValue { time_min: time, analyte, value });
        }
        self.samples_drawn += 1;
    }

    /// A clearance that the laboratory measured takes the place of the one that was known before.
    pub(super) fn tell_clearance(&mut self) {
        let Some(known) = self.to.regimen().physiology.kidneys.as_ref().and_then(|kidneys| kidneys.known_as.as_ref()) else { return };
        let Some(measured) = self.record.latest(&Analyte::Clearance) else { return };
        if let Some(value) = self.record.known.get_mut(&known.0) {
            value.value = measured * known.1;
        }
    }

    pub(super) fn assess_lesions(&mut self, now: f64) {
        let Some(protocol) = &self.to.regimen().clinic.sizes else { return };
        let due = self.cycles.len().is_multiple_of(protocol.every_cycles) || self.record.waiting_since_min.is_some();
        let done = self.record.assessments.last().is_some_and(|last| last.time_min == now);
        if !due || done || self.to.regimen().physiology.lesions.is_empty() {
            return;
        }
        let number = self.record.assessments.len();
        if let Some(volumes_ml) = self.to.regimen().clinic.measure_sizes(0, number, &self.physiology.lesion_volumes_ml()) {
            self.record.assessments.push(Assessment { time_min: now, volumes_ml });
        }
    }
}
