//! Pictures of a summary made by hand, and of a real trial beside its tables.

use super::*;
use crate::trial::{ArmRow, Block, PatientRow};

fn watch() -> Watch {
    let one = |column: usize, name: &str, unit: &str, divisor: f64| Watched {
        column,
        name: name.into(),
        unit: unit.into(),
        divisor,
        tag: "simulated".into(),
        is_probability: false,
    };
    Watch {
        arms: vec!["fixed".into(), "adapted".into()],
        watched: vec![one(0, "kidneys dose", "Gy", 1.0), one(1, "reduced", SHARE_UNIT, 1.0), one(2, "pfs time", "months", 2.0)],
        link: "No causal link".into(),
        due: None,
        latest: None,
    }
}

/// 101 patients with doses 0, 1 … 100 Gy in the first arm, twice that in the second; the last cannot be delivered there.
fn summary() -> TrialSummary {
    let mut summary = TrialSummary::new(2, 3, 0);
    let row = |values: [f64; 3]| Ok(ArmRow { values: values.to_vec(), course: None });
    let patients = (0..=100)
        .map(|at| {
            let dose = f64::from(at);
            let second = if at == 100 { Err("no".to_owned()) } else { row([2.0 * dose, if at < 25 { 100.0 } else { 0.0 }, 6.0]) };
            PatientRow { covariates: Vec::new(), screened: 1, turned_away: Vec::new(), arms: vec![row([dose, 0.0, 6.0]), second] }
        })
        .collect();
    summary.fold(&Block { number: 0, first: 0, patients }).unwrap();
    summary
}

#[test]
fn a_picture_tells_quantiles_counts_failures_and_differences() {
    let pace = Pace { finished: 128, patients: 200, resumed: 0, rate_per_s: 50.0 };
    let live = watch().made(&summary(), pace);
    assert_eq!((live.finished, live.counted, live.failures, live.arms[1].failures), (128, 101, 1, 1));
    let dose = &live.arms[0].quantities[0];
    // 0, 1 … 100: the quantiles are the shares themselves, the mean is 50
    assert_eq!((dose.count, dose.mean, dose.quantiles), (101, 50.0, [5.0, 25.0, 50.0, 75.0, 95.0]));
    assert_eq!(dose.difference, None);
    let other = &live.arms[1].quantities[0];
    // 0, 2 … 198 beyond 0, 1 … 99: 49.5 on average, SD √((100² − 1)/12 · 100/99), over √100
    let (mean, error) = other.difference.unwrap();
    assert!((mean - 49.5).abs() < 1e-12 && (error - (9999.0_f64 / 12.0 * 100.0 / 99.0).sqrt() / 10.0).abs() < 1e-9);
    // the same ends in both arms; nobody is lost
    assert_eq!((dose.histogram.0, dose.histogram.1), (other.histogram.0, other.histogram.1));
    for one in [dose, other] {
        assert_eq!(one.histogram.2.len(), BINS);
        assert_eq!(one.histogram.2.iter().sum::<u64>() + one.outside.0 + one.outside.1, one.count as u64);
    }
    assert_eq!((dose.outside, other.outside), ((1, 0), (1, 1)));
}

#[test]
fn a_share_has_an_interval_and_equal_values_no_histogram() {
    let live = watch().made(&summary(), Pace::default());
    let reduced = &live.arms[1].quantities[1];
    assert!((reduced.mean - 25.0).abs() < 1e-12 && reduced.count == 100);
    // Wilson's interval of 25 of 100 (E. B. Wilson 1927): 17.5 to 34.3 %
    let (low, high) = reduced.share_interval.unwrap();
    assert!((low - 17.5).abs() < 0.1 && (high - 34.3).abs() < 0.1, "{low} {high}");
    assert!(reduced.histogram.2.is_empty());
    let time = &live.arms[0].quantities[2];
    assert_eq!((time.unit.as_str(), time.mean, time.quantiles[2]), ("months", 3.0, 3.0));
    assert!(time.histogram.2.is_empty(), "all values are equal");
}

#[test]
fn before_the_first_patient_nothing_is_told() {
    let live = watch().made(&TrialSummary::new(2, 3, 0), Pace::default());
    assert!(live.arms.iter().flat_map(|arm| &arm.quantities).all(|one| one.count == 0 && one.histogram.2.is_empty()));
    assert!(live.arms[0].quantities[0].quantiles[2].is_nan());
}

#[test]
fn pictures_are_made_when_due_and_at_the_end() {
    let mut watch = watch();
    let pace = |finished: usize| Pace { finished, ..Pace::default() };
    let first = watch.picture(&summary(), pace(1), false);
    assert_eq!(watch.picture(&summary(), pace(2), false).finished, first.finished, "not due yet");
    assert_eq!(watch.picture(&summary(), pace(3), true).finished, 3);
    watch.due = Some(Instant::now());
    assert_eq!(watch.picture(&summary(), pace(4), false).finished, 4);
}

#[test]
fn a_real_trial_ends_with_the_picture_of_its_tables() {
    use crate::report::Cell;
    use crate::session::live::Live;
    use crate::session::trial::TrialOptions;
    use crate::session::work::{Control, Progress, Task, perform};
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/trial_null");
    let (scenario, _) = crate::session::scenario::Scenario::load(&path, &[]).unwrap();
    let mut seen = Vec::new();
    let mut progress = |progress: Progress| {
        if let Some(Live::Trial(live)) = progress.live {
            seen.push(live);
        }
    };
    let cancel = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let options = TrialOptions { patients: Some(130), seed: None };
    let outcome = perform(&scenario, Task::Trial(options), &mut Control::new(&mut progress, &cancel)).unwrap();
    let last = seen.last().unwrap();
    assert_eq!((last.finished, last.counted, last.patients, last.resumed), (130, 130, 130, 0));
    // the table is made from the same summary by other code
    let cohort = outcome.tables.iter().find(|table| table.name == "cohort").unwrap();
    let row = cohort.rows.iter().find(|row| row[0] == "adapted".into() && row[1] == "kidneys_dose".into()).unwrap();
    let at = |name: &str| cohort.columns.iter().position(|column| column.name == name).unwrap();
    let dose = last.arms[1].quantities.iter().find(|quantity| quantity.name == "kidneys dose").unwrap();
    assert_eq!((&row[at("mean")], &row[at("median")]), (&Cell::Number(dose.mean), &Cell::Number(dose.quantiles[2])));
    let tags: Vec<(&str, &str)> = last.arms[0].quantities.iter().map(|one| (one.name.as_str(), one.tag.as_str())).collect();
    assert!(tags.contains(&("pfs time", "null: no link to dose")), "{tags:?}");
    let probability = last.arms[0].quantities.iter().find(|one| one.is_probability).unwrap();
    assert_eq!(probability.tag, "transferred", "the relation is one of external beam");
}

#[test]
fn a_quantile_of_counted_values_is_that_of_the_values() {
    let values = [1.0, 2.0, 2.0, 2.0, 5.0, 9.0];
    let counted = [(1.0, 1), (2.0, 3), (5.0, 1), (9.0, 1)];
    for share in [0.0, 0.1, 0.2, 0.5, 0.65, 0.8, 0.93, 1.0] {
        let expected = crate::fit::bootstrap::quantile_of_sorted(&values, share);
        assert!((quantile(&counted, share) - expected).abs() < 1e-12, "{share}");
    }
}
