//! The simulated clinic in words: what every report must say of it.
use crate::regimen::{ImagingProtocol, RegimenPlan, SeveralScans, SingleScan, WhichCycles};
use crate::units::{MINUTES_PER_HOUR, MINUTES_PER_WEEK};

/// How the clinic measures and estimates, a sentence each.
pub(super) fn assumptions(regimen: &RegimenPlan) -> Vec<String> {
    let clinic = &regimen.clinic;
    let mut found: Vec<String> = clinic.imaging.iter().map(imaging).collect();
    if !clinic.imaging.is_empty() {
        found.push(format!("{}; {} % calibration error shared by the patient's scans", estimator(regimen), percent(clinic.calibration_cv)));
    }
    if let SeveralScans::Map(protocol) = &clinic.estimator.several {
        let names: Vec<String> = protocol.parameters.iter().map(|parameter| format!("`{}`", parameter.path)).collect();
        found.push(format!(
            "the MAP fit estimates {} and takes every other parameter of the model as known, which flatters it; what remains of earlier cycles is left out",
            names.join(", ")
        ));
    }
    if let Some(laboratory) = &clinic.laboratory {
        found.push(format!(
            "blood is sampled every {:.1} weeks and on the day of a cycle, with a CV of {} % for counts and {} % for clearance",
            laboratory.every_min / MINUTES_PER_WEEK,
            percent(laboratory.count_cv),
            percent(laboratory.clearance_cv)
        ));
    }
    if let Some(sizes) = &clinic.sizes {
        found.push(format!("lesions are measured every {} cycles with a CV of {} % of volume", sizes.every_cycles, percent(sizes.cv)));
    }
    if !regimen.risk_factors.is_empty() {
        found.push(format!("the patient has a risk factor: {}", regimen.risk_factors.join(", ")));
    }
    found
}

/// How doses are estimated, in one line.
pub(in crate::session) fn estimator(regimen: &RegimenPlan) -> &'static str {
    let clinic = &regimen.clinic;
    let several = clinic.imaging.iter().any(|protocol| protocol.scans_min.len() > 1 || protocol.other_scans_min.len() > 1);
    let single = clinic.imaging.iter().any(|protocol| protocol.scans_min.len() == 1 || protocol.other_scans_min.len() == 1);
    match (&clinic.estimator.several, several, single, clinic.estimator.single) {
        (SeveralScans::Map(_), ..) => "the clinic fits the whole model to the scans of a cycle (maximum a posteriori)",
        (_, true, false, _) => "the clinic fits one exponential",
        (_, true, true, SingleScan::OwnHalfLife) => "the clinic fits one exponential; a single scan takes the patient's own half-life",
        (_, true, true, SingleScan::Madsen) => "the clinic fits one exponential; a single scan takes the population's half-life",
        (_, true, true, SingleScan::Haenscheid) => "the clinic fits one exponential; a single scan is read by Hänscheid's rule",
        (_, _, _, SingleScan::OwnHalfLife) => {
            "the clinic reads a single scan with the patient's own half-life, before it is known the population's"
        }
        (_, _, _, SingleScan::Madsen) => "the clinic reads a single scan with the population's half-life",
        (_, _, _, SingleScan::Haenscheid) => "the clinic reads a single scan by Hänscheid's rule",
    }
}

fn imaging(protocol: &ImagingProtocol) -> String {
    let hours = |times: &[f64]| {
        times
            .iter()
            .map(|time| format!("{:.4}", time / MINUTES_PER_HOUR).trim_end_matches('0').trim_end_matches('.').to_owned())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let others =
        if protocol.other_scans_min.is_empty() { "no others".to_owned() } else { format!("others {} h", hours(&protocol.other_scans_min)) };
    let cycles = match &protocol.cycles {
        WhichCycles::All => String::new(),
        WhichCycles::First => format!(" in the first cycle, {others}"),
        WhichCycles::These(numbers) => {
            let numbers: Vec<String> = numbers.iter().map(usize::to_string).collect();
            format!(" in cycles {}, {others}", numbers.join(", "))
        }
    };
    let outline =
        if protocol.volume_cv > 0.0 { format!(", {} % of the outlined volume", percent(protocol.volume_cv)) } else { String::new() };
    let recovery = if protocol.recovery.is_some() { ", recovery by volume" } else { "" };
    format!(
        "the simulated clinic scans `{}` at {} h{cycles} with a CV of {} % a scan{outline}{recovery}",
        protocol.region,
        hours(&protocol.scans_min),
        percent(protocol.scan_cv)
    )
}

fn percent(share: f64) -> String {
    let text = format!("{:.2}", share * 100.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
