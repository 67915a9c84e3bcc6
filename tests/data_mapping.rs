//! From mapped tables to the points of a fit: units, counts, recovery, blood, limits, clocks, event tables. Expected numbers are reckoned by hand beside each.
#![allow(clippy::unwrap_used)]
mod support;

use std::path::Path;

use rptbench::session::fitting::{Measured, Point};
use rptbench::session::scenario::Scenario;
use rptbench::session::work::Task;
use support::{close, number, outcome, project, table};

/// A project folder with the shipped models and one scenario made of `files`.
fn load(files: &[(&str, &[u8])]) -> (tempfile::TempDir, Scenario) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("models")).unwrap();
    for entry in std::fs::read_dir(project().join("models")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, folder.path().join("models").join(path.file_name().unwrap())).unwrap();
    }
    let place = folder.path().join("scenarios/s");
    std::fs::create_dir_all(&place).unwrap();
    for (name, content) in files {
        std::fs::write(place.join(name), content).unwrap();
    }
    let (scenario, _) = Scenario::load(&place, &[]).unwrap_or_else(|faults| panic!("{faults}"));
    (folder, scenario)
}

fn fixture(name: &str) -> (tempfile::TempDir, Scenario) {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(project().join("tests/data").join(name)).unwrap() {
        let path = entry.unwrap().path();
        files.push((path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()));
    }
    load(&files.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect::<Vec<_>>())
}

fn measured(scenario: &Scenario) -> Measured {
    Measured::read(scenario, scenario.data.as_ref().unwrap()).unwrap_or_else(|failed| panic!("{failed}"))
}

/// What one organ table with `mapping` says, in the model of organs with 7.4 GBq injected at 0 h over `duration`.
fn organs(mapping: &str, csv: &str, dose: &str) -> (Scenario, Measured) {
    let text = format!("scenario: s\nmodel: ../../models/organ_monoexponential.yaml\nadministrations:\n  - {dose}\ndata:\n{mapping}");
    let (_folder, scenario) = load(&[("scenario.yaml", text.as_bytes()), ("t.csv", csv.as_bytes())]);
    let found = measured(&scenario);
    (scenario, found)
}

const BOLUS: &str = "{site: injection, activity: 7.4 GBq}";

fn point<'m>(measured: &'m Measured, channel: &str, line: u64) -> &'m Point {
    measured.points.iter().find(|point| point.channel == channel && point.line == line).unwrap()
}

#[test]
fn imaging_and_blood_of_one_patient() {
    let (_folder, scenario) = fixture("imaging_and_blood");
    let found = measured(&scenario);
    assert_eq!(found.points.len(), 14);
    // tumour at 24 h: 3000 kBq/mL / 0.6 · 12 mL = 60 MBq, 10 % of it 6 MBq
    let tumour = point(&found, "tumour1", 6);
    close("tumour", tumour.measured, 60.0, 1e-12);
    close("its deviation", tumour.sd.unwrap(), 6.0, 1e-12);
    assert_eq!((tumour.unit.as_str(), tumour.is_activity, tumour.scan.as_deref()), ("MBq", true, Some("B")));
    // kidneys: 190 MBq / 0.9
    let kidneys = point(&found, "kidneys", 5);
    close("kidneys", kidneys.measured, 190.0 / 0.9, 1e-12);
    close("their deviation", kidneys.sd.unwrap(), 0.05 * 190.0 / 0.9, 1e-12);
    assert_eq!(point(&found, "kidneys", 3).excluded.as_deref(), Some("urine in the renal pelvis"));
    // `<150` kBq/mL / 0.6 · 12 mL = 3 MBq
    let limit = point(&found, "tumour1", 10);
    assert!(limit.below_limit && limit.sd.is_none());
    close("limit", limit.measured, 3.0, 1e-12);
    // blood: 2500.5 cps / 5 / (1 − 0.45), 10 min of infusion before the clock starts; √(2500.5 · 60) counts in 60 s
    let blood = point(&found, "serum", 2);
    close("blood", blood.measured, 500.1 / 0.55, 1e-12);
    close("its deviation", blood.sd.unwrap(), (2500.5_f64 * 60.0).sqrt() / 60.0 / 5.0 / 0.55, 1e-12);
    assert_eq!((blood.unit.as_str(), blood.time_min, blood.scan.as_deref()), ("kBq/mL", 15.0, Some("blood 5 min")));
    assert_eq!(point(&found, "serum", 5).excluded.as_deref(), Some("haemolytic"));
    // the mark and the number below it: both the limit, 10 cps
    for line in [6, 7] {
        assert!(point(&found, "serum", line).below_limit);
        close("limit of blood", point(&found, "serum", line).measured, 2.0 / 0.55, 1e-12);
    }
    assert_eq!(found.records.len(), 1);
    assert!(found.records[0].administrations.is_none() && found.records[0].subject.is_none());
    assert_eq!(found.warnings, [""; 0]);
    let words = found.understood.replace(&*scenario.file.parent().unwrap().to_string_lossy(), "…");
    assert_eq!(
        words,
        "…/imaging.csv: 8 rows, delimiter comma, decimal point\n  \
         `time_h` read as time\n  `region` read as channel\n  `value` read as value\n  `scan` read as scan\n  `recovery` read as recovery coefficient\n  \
         `sd_percent` read as relative standard deviation\n  `volume_mL` read as volume\n  `remark` read as reason for exclusion\n  \
         kidneys: 3 values, time 24 to 168, 1 excluded\n  tumour1: 4 values, time 1 to 168, 1 below the limit of quantification\n  \
         line 3 (kidneys) excluded: urine in the renal pelvis\n  \
         times in h, counted from the start of the scenario\n  \
         kidneys: 3 of 4 values used, in MBq; divided by the recovery coefficient (column `recovery`); activities as measured, not decay-corrected; \
         3 with a standard deviation\n  \
         tumour1: 4 of 4 values used, in kBq/mL; divided by the recovery coefficient (column `recovery`); times the volume (column `volume_mL`); \
         result in MBq; activities as measured, not decay-corrected; 3 with a standard deviation\n  \
         scans: column `scan`\n\
         …/blood.csv: 6 rows, delimiter semicolon, decimal comma\n  \
         `Zeit_min` read as time\n  `Rate_cps` read as value of `serum`\n  `Messzeit_s` read as counting time\n  not read: Bemerkung\n  \
         serum: 6 values, time 5 to 4320, 1 below the limit of quantification\n  \
         times in min, counted from the end of the first administration: 0.17 h are added (0.17 h of infusion)\n  \
         serum: 5 of 6 values used, in cps; counting rate over the calibration factor (5 cps/(kBq/mL)); \
         whole blood to plasma, over 1 − hematocrit (0.45); result in kBq/mL; activities as measured, not decay-corrected; \
         limit of quantification 10 cps; 3 with a standard deviation\n  \
         line 5 (serum) excluded: haemolytic\n  \
         1 value is below the stated limit of quantification and counts as an upper limit\n  \
         scans: values at one time of a subject and occasion are one scan"
    );
}

#[test]
fn an_event_table_gives_the_points_and_doses_of_the_long_table() {
    let (_folder, scenario) = fixture("theophylline_events");
    let found = measured(&scenario);
    let long = support::scenario("theophylline");
    let expected = measured(&long);
    let values = |measured: &Measured| -> Vec<_> {
        measured.points.iter().map(|p| (p.subject.clone(), p.time_min, p.measured, p.observable, p.unit.clone())).collect()
    };
    assert_eq!(values(&found), values(&expected));
    assert_eq!(found.records.len(), 12);
    for record in &found.records {
        let given = record.administrations.as_ref().unwrap();
        let dose = expected.dose_of(record.subject.as_ref().unwrap()).unwrap();
        assert_eq!((given.len(), given[0].site, given[0].at_min), (1, 0, 0.0));
        close("dose", given[0].amount.unwrap(), dose, 1e-15);
    }
    assert!(found.understood.contains("12 rows left out: dose records"), "{}", found.understood);
    assert!(found.understood.contains("12 doses in mg, 0 of them infusions, additional doses written out"), "{}", found.understood);
}

/// R's `nls` (tests/data/pk_classics/README.md).
#[test]
fn the_event_table_fits_as_r_does() {
    let (_folder, scenario) = fixture("theophylline_events");
    let done = outcome(&scenario, Task::Fit);
    let fits = table(&done, "fit");
    for (subject, parameter, reference) in [
        ("1", "lKe", -2.91961),
        ("1", "lKa", 0.57516),
        ("1", "lCl", -3.91586),
        ("5", "lKe", -2.425486),
        ("5", "lKa", 0.386285),
        ("5", "lCl", -3.132600),
    ] {
        close(parameter, number(fits, &[subject, parameter], "ln_estimate"), reference, 5e-5);
    }
}

#[test]
fn wide_tables_have_a_column_and_a_unit_for_each_channel() {
    let mapping = "  file: t.csv\n  time: {column: t, unit: d}\n  unit: MBq\n  channels:\n    liver: {column: L, sd: sL}\n    \
                   kidney: {column: K, unit: kBq, observable: left_kidney}\n";
    let (_, found) = organs(mapping, "t,L,sL,K\n1,300,30,90000\n3,200,20,60000\n", BOLUS);
    assert_eq!(found.points.len(), 4);
    let (liver, kidney) = (point(&found, "liver", 3), point(&found, "kidney", 3));
    assert_eq!((liver.measured, liver.sd, liver.time_min), (200.0, Some(20.0), 4320.0));
    assert_eq!((kidney.measured, kidney.unit.as_str(), kidney.unit_in_internal), (60000.0, "kBq", 1e-3));
    // both at one time: one scan
    assert_eq!((liver.scan.as_deref(), kidney.scan.as_deref()), (Some("3 d"), Some("3 d")));
}

#[test]
fn shares_of_the_injected_activity_become_activities_as_they_were() {
    // 2 %IA of 7400 MBq, corrected to 0 h: 148 MBq · 2^(−t/T); with T = 6.647 d of 177Lu (ICRP 107) at 6.647 d: 74 MBq
    let mapping =
        "  file: t.csv\n  time: {column: t, unit: d}\n  value: {column: v, unit: \"%IA\"}\n  observable: liver\n  decay_corrected: 0 h\n";
    let (scenario, found) = organs(mapping, "t,v\n0,2\n6.647,2\n", BOLUS);
    close("half-life", scenario.model.nuclide.unwrap().half_life_h, 6.647 * 24.0, 1e-12);
    close("at once", found.points[0].measured, 148.0, 1e-12);
    close("after one half-life", found.points[1].measured, 74.0, 1e-9);
    // per volume: 0.01 %IA/mL · 7400 MBq · 1500 mL = 1110 MBq
    let mapping = "  file: t.csv\n  time: {column: t, unit: d}\n  value: {column: v, unit: \"%IA/mL\"}\n  observable: liver\n  decay_corrected: false\n  \
                   volume: 1500 mL\n";
    close("per volume", organs(mapping, "t,v\n0.5,0.01\n2,0.005\n", BOLUS).1.points[0].measured, 1110.0, 1e-12);
    // the injected activity of another day, from a column: 2 % of 200 MBq
    let mapping = "  file: t.csv\n  time: {column: t, unit: d}\n  value: {column: v, unit: \"%IA\"}\n  observable: liver\n  decay_corrected: false\n  \
                   injected_activity: {column: A0, unit: MBq}\n";
    close("own activity", organs(mapping, "t,v,A0\n0.5,2,200\n2,1,200\n", BOLUS).1.points[0].measured, 4.0, 1e-12);
}

#[test]
fn background_is_taken_off_before_recovery_and_a_channel_may_say_otherwise() {
    let mapping = "  file: t.csv\n  time: {column: t, unit: h}\n  value: {column: v, unit: MBq}\n  background: 10 MBq\n  recovery_coefficient: 80 %\n  \
                   channel: {column: r, map: {liver: liver, spleen: {observable: spleen, recovery_coefficient: 0.5}}}\n";
    let (_, found) = organs(mapping, "t,r,v\n4,liver,90\n24,liver,50\n4,spleen,60\n24,spleen,35\n", BOLUS);
    // (90 − 10) / 0.8 and (60 − 10) / 0.5, both 100 MBq
    close("liver", point(&found, "liver", 2).measured, 100.0, 1e-12);
    close("spleen", point(&found, "spleen", 4).measured, 100.0, 1e-12);
}

#[test]
fn clocks_start_where_the_mapping_says() {
    let table = |zero: &str| {
        format!(
            "  file: t.csv\n  time: {{column: t, unit: h}}\n  value: {{column: v, unit: MBq}}\n  observable: liver\n  time_zero: {zero}\n"
        )
    };
    let dose = "{site: injection, activity: 7.4 GBq, at: 2 h, duration: 30 min}";
    let first = |zero: &str, csv: &str| organs(&table(zero), csv, dose).1.points[0].time_min;
    assert_eq!(first("scenario", "t,v\n4,9\n5,8\n"), 240.0);
    assert_eq!(first("start_of_infusion", "t,v\n4,9\n5,8\n"), 360.0);
    assert_eq!(first("end_of_infusion", "t,v\n4,9\n5,8\n"), 390.0);
    // a sample during the infusion lies before the end of it
    assert_eq!(first("end_of_infusion", "t,v\n-0.25,9\n5,8\n"), 135.0);
}

#[test]
fn occasions_and_subjects_have_records_with_their_own_values() {
    let text = "scenario: s\nmodel: ../../models/psma_it_ulm.yaml\nadministrations:\n  - {site: vein, activity: 6 GBq}\ndata:\n  file: t.csv\n  \
                time: {column: t, unit: h}\n  value: {column: v, unit: MBq}\n  observable: tumour1\n  subject: who\n  occasion: cycle\n  \
                covariates: {weight: {column: W, unit: kg}, hematocrit: {column: H, unit: \"%\"}}\n  only: {use: 1}\n";
    let csv = "who,cycle,t,v,W,H,use\nB,1,24,9,70,40,1\nB,1,72,5,70,40,1\nB,2,24,7,68,50,1\nB,2,72,4,68,50,1\nA,1,24,3,50,.,1\nA,1,72,2,50,.,1\nC,1,24,3,50,40,0\n";
    let (_folder, scenario) = load(&[("scenario.yaml", text.as_bytes()), ("t.csv", csv.as_bytes())]);
    let found = measured(&scenario);
    let names: Vec<_> =
        found.records.iter().map(|record| (record.subject.as_deref().unwrap(), record.occasion.as_deref().unwrap())).collect();
    assert_eq!(names, [("B", "1"), ("B", "2"), ("A", "1")]);
    let position = |path: &str| scenario.model.parameter(path).unwrap();
    assert_eq!(found.records[1].values, [(position("weight"), 68_000.0), (position("hematocrit"), 0.5)]);
    assert_eq!(found.records[2].values, [(position("weight"), 50_000.0)]);
    assert_eq!(found.subjects(), ["B", "A"]);
}

#[test]
fn event_tables_know_infusions_limits_and_occasions() {
    let text = "scenario: s\nmodel: ../../models/two_compartment_iv.yaml\ndata:\n  file: t.csv\n  format: nonmem\n  time: {unit: h}\n  \
                amount: {column: DOSE, unit: g}\n  value: {unit: mg/L}\n  observable: concentration\n  columns: {rate: R}\n";
    // 0.2 g at 0.1 g/h: 2 h; two more doses at 12 h; BLQ 1: the limit stands in LLOQ; a reset begins occasion 2
    let csv = "ID,TIME,DOSE,R,EVID,MDV,ADDL,II,DV,LLOQ,BLQ\n1,0,0.2,0.1,1,1,2,12,.,.,.\n1,1,.,.,0,0,.,.,5,0.5,0\n1,30,.,.,0,0,.,.,0,0.5,1\n\
               1,31,.,.,0,1,.,.,7,0.5,0\n1,0,0.1,0,4,1,0,0,.,.,.\n1,1,.,.,0,0,.,.,4,0.5,0\n1,3,.,.,2,1,.,.,.,.,.\n1,4,.,.,0,0,.,.,2,0.5,0\n";
    let (_folder, scenario) = load(&[("scenario.yaml", text.as_bytes()), ("t.csv", csv.as_bytes())]);
    let found = measured(&scenario);
    assert_eq!(found.records.len(), 2);
    let given = found.records[0].administrations.as_ref().unwrap();
    let doses: Vec<_> = given.iter().map(|given| (given.at_min, given.amount.unwrap(), given.duration_min)).collect();
    // the model's internal unit of mass is the gram
    assert_eq!(doses, [(0.0, 0.2, 120.0), (720.0, 0.2, 120.0), (1440.0, 0.2, 120.0)]);
    assert_eq!(found.records[1].administrations.as_ref().unwrap()[0].amount, Some(0.1));
    let points: Vec<_> = found.points.iter().map(|p| (p.occasion.as_deref().unwrap(), p.line, p.measured, p.below_limit)).collect();
    assert_eq!(points, [("1", 3, 5.0, false), ("1", 4, 0.5, true), ("2", 7, 4.0, false), ("2", 9, 2.0, false)]);
    for reason in ["2 rows left out: dose records", "1 rows left out: `MDV` is 1", "1 rows left out: `EVID` is 2 (another event)"] {
        assert!(found.understood.contains(reason), "{}", found.understood);
    }
}

/// The shipped scenarios read as before.
#[test]
fn shipped_tables_read_without_a_warning() {
    for (name, count) in [("p12_spect", 9), ("theophylline", 132), ("indometacin", 66)] {
        let scenario = support::scenario(name);
        let found = measured(&scenario);
        assert_eq!(found.points.len(), count, "{name}");
        assert_eq!(found.warnings, [""; 0], "{name}");
        assert!(Path::new(&scenario.inputs()[2]).is_file());
    }
}
