//! Every check with its exact message, and data that it must leave alone. Expected numbers are reckoned by hand beside each.

use super::*;

/// (time h, value) as lines 2, 3, … of a table.
fn series(channel: &str, values: &[(f64, f64)]) -> Series {
    let samples = values.iter().enumerate().map(|(i, (time_h, value))| Sample {
        line: i as u64 + 2,
        time_h: *time_h,
        value: *value,
        sd: None,
        below_limit: false,
        excluded: false,
    });
    Series {
        file: "t.csv".into(),
        channel: channel.into(),
        subject: None,
        occasion: None,
        measure: Measure::Activity { mbq_in_unit: 1.0 },
        unit: "MBq".into(),
        whole_body: false,
        urine: false,
        has_sd: false,
        injections: vec![Injection { start_h: 0.0, activity_mbq: Some(1000.0) }],
        samples: samples.collect(),
    }
}

fn said(all: &[Series]) -> Vec<String> {
    check(all, Some(100.0)).iter().map(|finding| format!("{:?}: {finding}", finding.severity)).collect()
}

#[test]
fn sound_data_raise_nothing() {
    let mut whole = series("body", &[(1.0, 990.0), (24.0, 500.0), (72.0, 200.0)]);
    whole.whole_body = true;
    assert_eq!(said(&[series("liver", &[(4.0, 100.0), (24.0, 80.0), (72.0, 30.0)]), whole]), [""; 0]);
}

#[test]
fn a_whole_body_that_rises() {
    // half-life 100 h: 400 at 100 h is 800, 250 at 200 h is 1000 = 800 · 1.25
    let mut whole = series("body", &[(100.0, 400.0), (200.0, 250.0)]);
    whole.whole_body = true;
    let expected = "Warning: t.csv:3: the decay-corrected activity of `body` rises by 25 % from 100 h to 200 h without an administration between (line 2): \
                    look at calibration, dead time and the decay correction of the table";
    assert_eq!(said(&[whole.clone()]), [expected]);
    whole.injections.push(Injection { start_h: 150.0, activity_mbq: Some(1000.0) });
    assert_eq!(said(&[whole]), [""; 0]);
}

#[test]
fn regions_above_what_was_injected() {
    // at 100 h 500 MBq are left; 300 + 240 is 8 % above, which is a warning; 900 alone at 0 h is fine
    let (mut liver, mut tumour) = (series("liver", &[(0.0, 900.0), (100.0, 300.0)]), series("tumour", &[(100.0, 240.0), (200.0, 10.0)]));
    assert_eq!(
        said(&[liver.clone(), tumour.clone()]),
        ["Warning: t.csv:3: the 2 regions together hold 540 MBq at 100 h, more than the 500 MBq that are left of the injected activity: \
          look at unit, calibration and decay correction"]
    );
    // 1100 MBq is more than twice 500: an error; the subject is named
    tumour.samples[0].value = 800.0;
    for one in [&mut liver, &mut tumour] {
        one.subject = Some("A".into());
    }
    assert_eq!(
        said(&[liver, tumour]),
        [
            "Error: t.csv:2: the 2 regions of subject A together hold 1100 MBq at 100 h, more than the 500 MBq that are left of the injected activity: \
          look at unit, calibration and decay correction"
        ]
    );
    // a unit of GBq: 1.2 GBq of 1 GBq
    let mut kidney = series("kidney", &[(0.0, 1.2), (50.0, 0.1)]);
    kidney.measure = Measure::Activity { mbq_in_unit: 1000.0 };
    assert!(said(&[kidney])[0].contains("`kidney` holds 1200 MBq at 0 h, more than the 1000 MBq"));
}

#[test]
fn amounts_and_unknown_doses_are_not_compared_with_an_activity() {
    let mut liver = series("liver", &[(1.0, 5000.0), (2.0, 5000.0)]);
    liver.injections[0].activity_mbq = None;
    assert_eq!(said(&[liver]), [""; 0]);
}

#[test]
fn a_negative_activity() {
    assert_eq!(
        said(&[series("liver", &[(4.0, 5.0), (24.0, -0.25)])]),
        [
            "Warning: t.csv:3: `liver` is -0.25 MBq: an activity cannot be negative (background subtracted twice?), and no log-normal or proportional \
          error model takes it"
        ]
    );
}

#[test]
fn unit_jumps() {
    // 90 MBq, 60 000 kBq, 30 MBq: the middle one
    assert_eq!(
        said(&[Series { measure: Measure::Concentration, ..series("liver", &[(4.0, 90.0), (24.0, 60_000.0), (72.0, 30.0)]) }]),
        ["Warning: t.csv:3: `liver` is 60000 MBq at 24 h, 666.7 times the value at 4 h (line 2): is it in the same unit?"]
    );
    // a million, at the end
    let end = Series { measure: Measure::Concentration, ..series("liver", &[(4.0, 90.0), (24.0, 60.0), (72.0, 3e7)]) };
    assert_eq!(
        said(&[end]),
        ["Warning: t.csv:4: `liver` is 30000000 MBq at 72 h, 500000 times the value at 24 h (line 3): is it in the same unit?"]
    );
    // at the start, too small
    let start = Series { measure: Measure::Concentration, ..series("liver", &[(4.0, 0.09), (24.0, 60.0), (72.0, 30.0), (99.0, 20.0)]) };
    assert_eq!(
        said(&[start]),
        ["Warning: t.csv:2: `liver` is 0.09 MBq at 4 h, 1/666.7 of the value at 24 h (line 3): is it in the same unit?"]
    );
    // a curve that falls steeply all along is no jump
    let steep = Series { measure: Measure::Other, ..series("blood", &[(0.1, 1e6), (1.0, 1e3), (4.0, 1.0), (24.0, 1e-3)]) };
    assert_eq!(said(&[steep]), [""; 0]);
}

#[test]
fn a_kidney_with_urine() {
    let mut kidney = series("kidney_left", &[(1.0, 50.0), (4.0, 30.0), (169.0, 20.0)]);
    kidney.urine = true;
    kidney.injections.push(Injection { start_h: 168.0, activity_mbq: Some(1000.0) });
    let expected = |line: u64| {
        format!(
            "Warning: t.csv:{line}: `kidney_left` is measured 1 h after the administration: before 1.5 h urine in the renal pelvis counts as kidney \
             (exclude it, or write `urine: false` for the channel)"
        )
    };
    assert_eq!(said(&[kidney.clone()]), [expected(2), expected(4)]);
    kidney.samples[0].excluded = true;
    kidney.samples[2].excluded = true;
    assert_eq!(
        said(&[kidney]),
        ["Warning: t.csv:3: `kidney_left` has one point: no rate can be found from it without knowledge from elsewhere"]
    );
}

#[test]
fn channels_with_too_little() {
    let mut liver = series("liver", &[(4.0, 5.0), (24.0, 5.0)]);
    liver.samples.iter_mut().for_each(|sample| sample.below_limit = true);
    assert_eq!(said(&[liver.clone()]), ["Warning: t.csv:2: every value of `liver` lies below the limit of quantification"]);
    liver.samples.iter_mut().for_each(|sample| sample.excluded = true);
    assert_eq!(said(&[liver]), ["Warning: t.csv:2: every value of `liver` is excluded"]);
}

#[test]
fn standard_deviations() {
    let mut liver = series("liver", &[(4.0, 50.0), (24.0, 5.0), (72.0, 2.0)]);
    liver.has_sd = true;
    liver.samples[0].sd = Some(5.0);
    liver.samples[1].sd = Some(10.0);
    assert_eq!(
        said(&[liver]),
        [
            "Warning: t.csv: `liver`: line 4 has no standard deviation: the error model weights such a row",
            "Warning: t.csv:3: the standard deviation of `liver` is 10 MBq, larger than the value 5: is it a percentage?",
        ]
    );
}

#[test]
fn numbers_in_sentences_have_four_digits() {
    let texts: Vec<String> = [0.0, 1.0, 0.25, 666.6667, 12345.6, 1e-4, 1e12, -0.25].into_iter().map(short).collect();
    assert_eq!(texts, ["0", "1", "0.25", "666.7", "12346", "0.0001", "1.000e12", "-0.25"]);
}
