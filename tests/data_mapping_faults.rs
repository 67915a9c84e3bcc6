//! Every option of the mapping where it is wrong, with the exact sentence; and what the checker says of a whole scenario.
#![allow(clippy::unwrap_used)]
mod support;

use rptbench::session::fitting::Measured;
use rptbench::session::scenario::Scenario;
use support::project;

const ORGANS: &str = "organ_monoexponential";
const BOLUS: &str = "administrations:\n  - {site: injection, activity: 7.4 GBq}\n";

/// Errors of the scenario, or of its table, or the warnings: message (help).
fn says(model: &str, doses: &str, data: &str, csv: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("models")).unwrap();
    let model_file = format!("models/{model}.yaml");
    std::fs::copy(project().join(&model_file), folder.path().join(&model_file)).unwrap();
    let place = folder.path().join("scenarios/s");
    std::fs::create_dir_all(&place).unwrap();
    std::fs::write(place.join("t.csv"), csv).unwrap();
    let text = format!("scenario: s\nmodel: ../../{model_file}\n{doses}data:\n{data}");
    std::fs::write(place.join("scenario.yaml"), text).unwrap();
    let shorten = |text: String| text.replace(&format!("{}/", place.display()), "");
    match Scenario::load(&place, &[]) {
        Err(faults) => faults
            .iter()
            .map(|fault| {
                let help = fault.help.join("; ");
                let line = fault.place.as_ref().map_or(String::new(), |place| format!("{}: ", place.line_column().0));
                if help.is_empty() { format!("{line}{}", fault.message) } else { format!("{line}{} ({help})", fault.message) }
            })
            .map(shorten)
            .collect(),
        Ok((scenario, _)) => match Measured::read(&scenario, scenario.data.as_ref().unwrap()) {
            Ok(measured) => measured.warnings.into_iter().map(shorten).collect(),
            Err(failed) => failed.sentence.lines().map(|line| shorten(line.to_string())).collect(),
        },
    }
}

/// The organs' scenario with 7.4 GBq at 0 h; `data` holds lines 5, 6, … of the file.
fn organs(data: &str, csv: &str) -> Vec<String> {
    says(ORGANS, BOLUS, data, csv)
}

const LONG: &str = "  file: t.csv\n  time: {column: t, unit: h}\n  value: {column: v, unit: MBq}\n  observable: liver\n";
const GOOD: &str = "t,v\n4,300\n24,200\n";

/// What `LONG` and one more line say. The line is line 10 of the file.
fn with(line: &str, csv: &str) -> Vec<String> {
    organs(&format!("{LONG}  {line}\n"), csv)
}

#[test]
fn the_table_of_these_tests_is_sound() {
    assert_eq!(organs(LONG, GOOD), [""; 0]);
}

#[test]
fn units_that_do_not_fit() {
    let unit = |unit: &str, more: &str| {
        let data =
            format!("  file: t.csv\n  time: {{column: t, unit: h}}\n  value: {{column: v, unit: \"{unit}\"}}\n  observable: liver\n{more}");
        organs(&data, GOOD)
    };
    assert_eq!(unit("mBq", ""), ["8: `mBq` is not a unit I know (did you mean `MBq`?)"]);
    assert_eq!(
        unit("kBq/mL", ""),
        [
            "8: observable `liver` is activity (MBq), the values are activity per volume (MBq/L) (a concentration becomes the activity of the region with its \
          `volume`: `volume: 150 mL`, or `{column: volume, unit: mL}`)"
        ]
    );
    assert_eq!(unit("cps", ""), ["8: values in `cps` need a calibration factor (write `counts: {calibration: 25 cps/(kBq/mL)}`)"]);
    assert_eq!(
        unit("counts", "  counts: {calibration: 3 cps/MBq}\n"),
        ["10: values in `counts` need `counting_time`, or a counting rate (`cps`, `cpm`) in the table"]
    );
    assert_eq!(
        unit("cps", "  counts: {calibration: 3 cps/mL}\n"),
        ["10: values in `cps` over this calibration factor are volume (L), expected activity, or activity per volume"]
    );
    assert_eq!(
        unit("cps", "  counts: {calibration: many}\n"),
        ["10: expected a calibration factor such as `25 cps/(kBq/mL)`, found `many`"]
    );
    assert_eq!(
        unit("%IA", ""),
        [
            "8: values in `%IA` need `decay_corrected` (write the time to which they were corrected, such as `0 h`, or `false` if they were not)"
        ]
    );
}

#[test]
fn shares_need_one_injected_activity() {
    let data =
        "  file: t.csv\n  time: {column: t, unit: h}\n  value: {column: v, unit: \"%IA\"}\n  observable: liver\n  decay_corrected: 0 h\n";
    let twice = "administrations:\n  - {site: injection, activity: 7.4 GBq, repeat: 2, every: 8 wk}\n";
    let help = "(write `injected_activity: 7.4 GBq`, or a column: `{column: injected, unit: MBq}`)";
    assert_eq!(
        says(ORGANS, "", data, GOOD),
        [format!("6: values in `%IA` need one injected activity, but the scenario gives no dose {help}")]
    );
    assert_eq!(
        says(ORGANS, twice, data, GOOD),
        [format!("8: values in `%IA` need one injected activity, but the scenario gives 2 doses {help}")]
    );
    let amount = "administrations:\n  - {site: injection, amount: 7400 MBq}\n";
    assert_eq!(
        says(ORGANS, amount, data, GOOD),
        [format!("8: values in `%IA` need one injected activity, but the dose of the scenario is an amount {help}")]
    );
}

#[test]
fn options_that_contradict_each_other() {
    assert_eq!(
        with("volume: 150 mL\n  channel: {column: r, map: {liver: liver}}", GOOD),
        ["5: `data` needs one of `observable` (all rows are one), `channel` (a column says which) and `channels` (a column for each)"]
    );
    assert_eq!(
        organs(
            "  file: t.csv\n  time: {column: t, unit: h}\n  value: {column: v, unit: MBq}\n  channel: {column: r, map: {liver: {observable: liver, volume: 1 L}}}\n",
            GOOD
        ),
        ["9: `volume` turns an activity concentration into an activity, but the values are activity (MBq)"]
    );
    assert_eq!(
        with("counts: {calibration: 3 cps/MBq}", GOOD),
        [
            "10: `counts` gives a calibration factor, but the values are in `MBq` (the units of counts are `counts`, `cps` and `cpm`, also per volume: `cps/mL`)"
        ]
    );
    assert_eq!(
        with("decimal: comma\n  delimiter: comma", GOOD),
        ["10: the comma cannot stand between cells and before decimals (`delimiter: semicolon`?)"]
    );
    assert_eq!(
        with("missing: [NA, BLQ]\n  below: [BLQ]", GOOD),
        ["11: `BLQ` is a mark for missing values and for values below the limit: it can be only one of them"]
    );
    assert_eq!(with("unit: kBq", GOOD), ["10: the unit of the values stands in `value` (`value: {column: …, unit: …}`)"]);
    assert_eq!(with("sites: {\"1\": injection}", GOOD), ["10: `sites` belongs to an event table (write `format: nonmem`)"]);
    assert_eq!(with("exclude: [{column: a}, {column: b}]", GOOD), ["10: only one column can hold the reasons for leaving rows out"]);
    assert_eq!(with("subject_dose: {column: d, unit: MBq}", GOOD), ["5: `subject_dose` needs `subject`, the column that names them"]);
}

#[test]
fn options_with_values_that_cannot_be() {
    assert_eq!(
        with("recovery_coefficient: 85", GOOD),
        ["10: the recovery coefficient is 85, expected a number above 0 and not far above 1"]
    );
    assert_eq!(with("recovery_coefficient: 5 mL", GOOD), ["10: the recovery coefficient must be a pure number, this is volume (L)"]);
    assert_eq!(with("background: 3 kBq/mL", GOOD), ["10: the background must be activity (MBq), this is activity per volume (MBq/L)"]);
    assert_eq!(with("limit: 0 MBq", GOOD), ["10: the limit of quantification must be positive"]);
    assert_eq!(
        with("limit: {column: L, unit: h}", GOOD),
        ["10: the limit of quantification must be in a unit like that of the values (`MBq`), this unit is time (min)"]
    );
    assert_eq!(
        organs(
            "  file: t.csv\n  time: {column: t, unit: h}\n  value: {column: v, unit: cps}\n  observable: liver\n  counts: {calibration: 3 cps/MBq}\n  limit: 3 MBq\n",
            GOOD
        ),
        ["11: the limit of quantification must be a number with a unit like that of the values, such as `10 cps`, found `3 MBq`"]
    );
    assert_eq!(with("limit: 3 mL", GOOD), ["10: the limit of quantification must be activity (MBq), this is volume (L)"]);
    assert_eq!(
        with("sd: {column: s, unit: h}", GOOD),
        ["10: a standard deviation is in a unit like that of the values (`MBq`) or relative (`%`), this unit is time (min)"]
    );
    assert_eq!(
        with("time_zero: injection", GOOD),
        ["10: `data.time_zero` must be `scenario`, `start_of_infusion` or `end_of_infusion`, found `injection`"]
    );
    assert_eq!(
        with("time_zero: end_of_infusion", GOOD),
        [
            "10: the clock starts with the end of the infusion, but the first administration is a bolus without `duration` (give the administration its \
          `duration`, or write `start_of_infusion`)"
        ]
    );
    assert_eq!(
        says(ORGANS, "", &format!("{LONG}  time_zero: start_of_infusion\n"), GOOD),
        ["8: `time_zero` is that of an administration, but the scenario gives none"]
    );
    assert_eq!(with("format: excel", GOOD), ["10: `data.format` must be `table` or `nonmem`, found `excel`"]);
    assert_eq!(with("decimal: dot", GOOD), ["10: `data.decimal` must be `point` or `comma`, found `dot`"]);
    assert_eq!(
        with("decay_corrected: 3 mL", GOOD),
        [
            "10: `decay_corrected`: `false`, or the time to which activities were corrected, such as `0 h`, must be time (min), this is volume (L)"
        ]
    );
    assert_eq!(with("scann: s", GOOD), ["10: unknown key `scann` in `data` (did you mean `scan`?)"]);
}

#[test]
fn names_that_are_unknown() {
    assert_eq!(
        organs(
            "  file: t.csv\n  time: {column: t, unit: h}\n  value: {column: v, unit: MBq}\n  channel: {column: r, map: {a: {observable: livr}}}\n",
            GOOD
        ),
        ["9: model `organ_monoexponential` has no observable `livr` (did you mean `liver`?)"]
    );
    assert_eq!(
        organs("  file: t.csv\n  time: {column: t, unit: h}\n  unit: MBq\n  channels: {splen: {column: v}}\n", GOOD),
        ["9: model `organ_monoexponential` has no observable `splen` (did you mean `spleen`?)"]
    );
    assert_eq!(
        organs("  file: t.csv\n  time: {column: t, unit: h}\n  channels: {spleen: {column: v}}\n", GOOD),
        ["8: channel `spleen` has no `unit` (write it for the channel, or beside `channels` for all)"]
    );
    assert_eq!(
        with("covariates: {weight: {column: W, unit: kg}}", GOOD),
        [
            "10: model `organ_monoexponential` has no parameter `weight` (known: `left_kidney.uptake`, `left_kidney.effective_half_life`, `liver.uptake`, \
          `liver.effective_half_life`, `spleen.uptake`, `spleen.effective_half_life`)"
        ]
    );
    // columns, each with the nearest name of the header
    assert_eq!(
        with(
            "recovery_coefficient: {column: RC}\n  background: {column: bgr}\n  scan: scn\n  occasion: cycel\n  exclude: [{column: note}]",
            "t,v,rc,bg,scan,cycle,notes\n4,3,1,0,A,1,\n"
        ),
        [
            "t.csv:1: there is no column `cycel`, mapped as occasion (did you mean `cycle`?)",
            "t.csv:1: there is no column `scn`, mapped as scan (did you mean `scan`?)",
            "t.csv:1: there is no column `bgr`, mapped as background (did you mean `bg`?)",
            "t.csv:1: there is no column `RC`, mapped as recovery coefficient (did you mean `rc`?)",
            "t.csv:1: there is no column `note`, mapped as reason for exclusion (did you mean `notes`?)",
        ]
    );
}

#[test]
fn cells_that_cannot_be_used_come_all_at_once() {
    let more = "recovery_coefficient: {column: rc}\n  sd: s\n  limit: {column: L}\n  below_limit: B\n  below: [BLQ]";
    assert_eq!(
        with(more, "t,v,rc,s,L,B\n1,3,85,1,.,0\n2,3,.,1,.,0\n3,3,1,0,.,0\n4,BLQ,1,.,.,0\n5,3,1,.,-2,0\n6,3,1,.,.,2\n7,<LLOQ,1,.,.,0\n"),
        ["t.csv:8: column `v`: `<LLOQ` seems to mean a value below the limit of quantification (name the mark in `below`)"]
    );
    assert_eq!(
        with(more, "t,v,rc,s,L,B\n1,3,85,1,.,0\n2,3,.,1,.,0\n3,3,1,0,.,0\n4,BLQ,1,.,.,0\n5,3,1,.,-2,0\n6,3,1,.,.,2\n"),
        [
            "t.csv:2: column `rc`: the recovery coefficient is 85, expected a number above 0 and not far above 1",
            "t.csv:3: column `rc`: the recovery coefficient is missing",
            "t.csv:4: column `s`: the standard deviation is 0, expected a positive number",
            "t.csv:5: column `v`: the value lies below the limit of quantification, but no limit is given (write `limit` in the mapping, or the limit \
             into the cell: `<0.5`)",
            "t.csv:6: column `L`: the limit of quantification is -2, expected a positive number",
            "t.csv:7: column `B`: the mark for a value below the limit is 2, expected 0 or 1",
        ]
    );
    // a row that is left out may hold anything
    assert_eq!(with("recovery_coefficient: {column: rc}\n  exclude: [{line: 3, reason: no}]", "t,v,rc\n1,3,1\n2,3,.\n3,2,1\n"), [""; 0]);
    assert_eq!(with("exclude: [{line: 9, reason: no}]", GOOD), ["line 9 of `t.csv`, which is to be excluded, holds no value"]);
    assert_eq!(
        says(
            ORGANS,
            "administrations:\n  - {site: injection, activity: 7.4 GBq, duration: 30 min}\n",
            &format!("{LONG}  time_zero: end_of_infusion\n"),
            "t,v\n-1,3\n4,2\n"
        ),
        ["t.csv:2: column `t`: the time -1 is before the start of the infusion at -0.5 (filter out or exclude samples from before)"]
    );
    assert_eq!(
        with("replicates: false", "t,v\n4,300\n4,310\n"),
        ["t.csv:3: column `t`: `liver` has a value at the same time already on line 2 (exclude one, or allow replicates in the mapping)"]
    );
    assert_eq!(with("replicates: true", "t,v\n4,300\n4,310\n"), [""; 0]);
}

#[test]
fn blood_that_cannot_be_converted() {
    let blood = |blood: &str| {
        let data = format!(
            "  file: t.csv\n  time: {{column: t, unit: h}}\n  value: {{column: v, unit: kBq/mL}}\n  observable: serum\n  blood: {blood}\n"
        );
        says("psma_it_ulm", "administrations:\n  - {site: vein, activity: 6 GBq}\n", &data, GOOD)
    };
    assert_eq!(blood("{from: whole-blood, to: plasma, hematocrit: 0.4}"), [""; 0]);
    assert_eq!(
        blood("{from: plasma, to: plasma, hematocrit: 0.4}"),
        ["10: `from` and `to` are the same fluid: there is nothing to convert (leave `blood` out)"]
    );
    assert_eq!(blood("{from: whole-blood, to: plasma, hematocrit: 42}"), ["10: the hematocrit is 42, expected a number between 0 and 1"]);
    assert_eq!(
        blood("{from: whole-blood, to: plasma, hematocrit: hematocrt}"),
        ["10: model `psma_it_ulm` has no value `hematocrt` (did you mean `hematocrit`?)"]
    );
    assert_eq!(
        blood("{from: blood, to: plasma, hematocrit: 0.4}"),
        ["10: `data.blood.from` must be `whole-blood` or `plasma`, found `blood`"]
    );
    let of_region = "  file: t.csv\n  time: {column: t, unit: h}\n  value: {column: v, unit: MBq}\n  channel: {column: r, map: {liver: {observable: liver, blood: \
                     {from: whole-blood, to: plasma, hematocrit: 0.4}}}}\n";
    assert_eq!(organs(of_region, GOOD), ["9: `blood` converts concentrations, but observable `liver` is none"]);
}

#[test]
fn a_fault_of_the_table_is_told_once_and_not_for_each_channel() {
    let data = "  file: t.csv\n  time: {column: t, unit: h}\n  value: {column: v, unit: MBq}\n  recovery_coefficient: 85\n  \
                channel: {column: r, map: {liver: liver, spleen: spleen}}\n";
    assert_eq!(organs(data, GOOD), ["9: the recovery coefficient is 85, expected a number above 0 and not far above 1"]);
}

#[test]
fn covariates_are_one_number_for_each_subject() {
    let data = "  file: t.csv\n  time: {column: t, unit: h}\n  value: {column: v, unit: MBq}\n  observable: tumour1\n  subject: who\n  \
                covariates: {weight: {column: W, unit: kg}}\n";
    let doses = "administrations:\n  - {site: vein, activity: 6 GBq}\n";
    assert_eq!(
        says("psma_it_ulm", doses, data, "who,t,v,W\nA,4,30,70\nA,24,20,71\n"),
        ["t.csv:3: column `W`: `weight` of subject A is 71 here and 70 on line 2: it must be one number for a subject and occasion"]
    );
    let derived = data.replace("weight: {column: W, unit: kg}", "serum_volume: {column: W, unit: L}");
    assert_eq!(
        says("psma_it_ulm", doses, &derived, GOOD),
        ["11: `serum_volume` follows from other values, so a table cannot give it (give what it is computed from)"]
    );
    let mass = data.replace("unit: kg", "unit: h");
    assert_eq!(says("psma_it_ulm", doses, &mass, GOOD), ["11: `weight` must be mass (g), this unit is time (min)"]);
}

#[test]
fn tables_of_one_scenario_agree_on_persons_and_channels() {
    let one = "  - file: t.csv\n    time: {column: t, unit: h}\n    value: {column: v, unit: MBq}\n    ";
    let data =
        format!("{one}subject: who\n    channel: {{column: r, map: {{a: liver}}}}\n{one}channel: {{column: r, map: {{a: spleen}}}}\n");
    assert_eq!(
        organs(&data, GOOD),
        [
            "5: `t.csv` has a column of the subject, `t.csv` has none: whose values are they? (name the column with `subject` in every table, or in none)",
            "5: channel `a` stands for observable `liver` in one table and `spleen` in another",
        ]
    );
    assert_eq!(organs("  []\n", GOOD), ["6: `data` names no table"]);
}

#[test]
fn event_tables_that_cannot_be_read() {
    let events = |more: &str, csv: &str| {
        let data =
            format!("  file: t.csv\n  format: nonmem\n  time: {{unit: h}}\n  value: {{unit: mg/L}}\n  observable: concentration\n{more}");
        says("one_compartment_oral", "", &data, csv)
    };
    let good = "ID,TIME,AMT,EVID,CMT,DV\n1,0,100,1,1,.\n1,1,.,0,2,3\n1,4,.,0,2,2\n";
    let amount = "  amount: {unit: mg}\n";
    let all = format!("{amount}  sites: {{\"1\": oral}}\n");
    assert_eq!(events(&all, good), [""; 0]);
    assert_eq!(
        events(amount, good),
        ["3: an event table needs `sites`: which compartment number is which dosing site of the model (the model has oral, intravenous)"]
    );
    assert_eq!(
        events(&format!("{all}  site: oral\n"), good),
        ["11: an event table has `site` (all doses) or `sites` (by compartment number), not both"]
    );
    assert_eq!(
        events("  amount: {unit: nmol}\n  site: oral\n", good),
        ["9: the amount of a dose must be mass (g), this unit is amount of substance (nmol)"]
    );
    assert_eq!(
        events(&format!("{amount}  sites: {{\"1\": orl}}\n"), good),
        ["10: model `one_compartment_oral` has no dosing site `orl` (did you mean `oral`?)"]
    );
    assert_eq!(
        events(&format!("{all}  time_zero: start_of_infusion\n"), good),
        ["11: doses and samples of an event table share one clock, so `time_zero` is the scenario's"]
    );
    assert_eq!(
        events(&format!("{all}  subject_dose: {{column: AMT, unit: mg}}\n"), good),
        ["11: an event table has its doses in its rows, so there is no `subject_dose`"]
    );
    assert_eq!(
        events(&format!("{amount}  sites: {{\"3\": oral}}\n"), good),
        ["t.csv:2: column `CMT`: a dose into compartment 1, which `sites` does not map to a dosing site; it maps 3 (oral)"]
    );
    assert_eq!(
        events(&all, "ID,TIME,AMT,EVID,CMT,DV\n1,0,100,1,1,.\n1,1,.,0,2,3\n1,4,.,0,2,2\n2,1,.,0,2,3\n2,4,.,0,2,2\n"),
        ["t.csv:5: subject 2 has values but no dose record (leave its rows out with `only`, or add its dose)"]
    );
    // what both readings find comes together
    assert_eq!(
        events(&format!("{all}  columns: {{rate: RAT}}\n"), "ID,TIME,AMT,RATE,EVID,CMT,DV\n1,0,100,-2,1,1,.\n1,1,.,.,0,2,x\n"),
        ["t.csv:1: there is no column `RAT`, mapped in `columns` (did you mean `RATE`?)", "t.csv:3: column `DV`: `x` is not a number",]
    );
}

/// Every item of the checker once, through a scenario: the messages themselves are tested beside the checks.
#[test]
fn the_checker_sees_scenarios() {
    let data = "  file: t.csv\n  time: {column: t, unit: h}\n  value: {column: v, unit: MBq}\n  sd: s\n  \
                channel: {column: r, map: {left_kidney: left_kidney, liver: liver, body: {observable: spleen, whole_body: true}}}\n  \
                exclude: [{line: 3, reason: patient moved}]\n";
    let csv = "t,r,v,s\n24,left_kidney,80,8\n72,left_kidney,60,6\n1,left_kidney,0.09,9\n4,liver,300,\n24,liver,-2,1\n24,body,3000,\n72,body,5000,\n";
    assert_eq!(
        organs(data, csv),
        [
            "t.csv: times of `left_kidney` are not in order (line 4): sorted",
            "t.csv:4: `left_kidney` is measured 1 h after the administration: before 1.5 h urine in the renal pelvis counts as kidney (exclude it, or write \
             `urine: false` for the channel)",
            "t.csv:4: the standard deviation of `left_kidney` is 9 MBq, larger than the value 0.09: is it a percentage?",
            "t.csv:6: `liver` is -2 MBq: an activity cannot be negative (background subtracted twice?), and no log-normal or proportional error model takes it",
            "t.csv: `liver`: line 5 has no standard deviation: the error model weights such a row",
            "t.csv:8: the decay-corrected activity of `body` rises by 105 % from 24 h to 72 h without an administration between (line 7): look at calibration, \
             dead time and the decay correction of the table",
            "t.csv: `body`: lines 7, 8 have no standard deviation: the error model weights such a row",
        ]
    );
    // more than twice what is left of 7400 MBq at 4 h: 7400 · 2^(−4/159.528) = 7272
    assert_eq!(
        organs(LONG, "t,v\n4,300000\n24,200\n"),
        [
            "t.csv:2: `liver` holds 300000 MBq at 4 h, more than the 7272 MBq that are left of the injected activity: look at unit, calibration and decay \
          correction"
        ]
    );
}

/// `rpt check` prints the warnings of the table, which are no reason to fail unless asked for; `fit` prints them before its results.
#[test]
fn check_and_fit_print_the_warnings() {
    let folder = tempfile::tempdir().unwrap();
    support::copy_project(folder.path());
    let table = folder.path().join("scenarios/p12_spect/tac_p12_cycle1.csv");
    let text = std::fs::read_to_string(&table).unwrap();
    std::fs::write(&table, format!("{}\n1.0,left_kidney,100\n", text.trim_end())).unwrap();
    let rpt = |arguments: &[&str]| {
        let mut command = assert_cmd::Command::cargo_bin("rpt").unwrap();
        let output = command.current_dir(folder.path()).env_clear().args(arguments).output().unwrap();
        (output.status.code(), format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
    };
    let warning = "`left_kidney` is measured 1 h after the administration: before 1.5 h urine in the renal pelvis counts as kidney";
    let (code, said) = rpt(&["check", "scenarios/p12_spect"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("warning: ") && said.contains(warning), "{said}");
    assert_eq!(rpt(&["check", "--strict", "scenarios/p12_spect"]).0, Some(2));
    let (code, said) = rpt(&["fit", "scenarios/p12_spect"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.find(warning).unwrap() < said.find("Fitted parameters").unwrap(), "{said}");
}
