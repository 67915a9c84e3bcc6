//! What a run prints of relations without a probability: limits of toxicity are kept or passed, thresholds of response reached or not, odds ratios compare.
use rptbench::radiobiology::ntcp::DoseResponse;
use rptbench::radiobiology::registry;
use rptbench::report::Cell;
use rptbench::session::scenario::{EffectPlan, UncertaintyPlan};
use rptbench::session::work::Task;

use crate::support::{close, number, outcome, scenario, table};

#[test]
fn a_run_words_limits_by_their_effect_and_gives_them_no_probability() {
    let mut p12 = scenario("p12_spect");
    let kidney = p12.targets.iter().position(|target| target.name == "left_kidney").unwrap();
    let named = |name: &str| registry::find(name).unwrap().clone();
    let mut low = named("liver_tumour_y90_glass_threshold");
    low.name = "low_threshold".into();
    low.curve = DoseResponse::Limit { limit_gy: 0.01 };
    let relations = [
        named("kidney_bed_limit_with_risk_factors"),
        named("liver_tumour_y90_glass_threshold"),
        low,
        named("dotatate_lesion_response_odds_alipour"),
    ];
    p12.effects = relations.into_iter().map(|relation| EffectPlan { target: kidney, relation }).collect();
    p12.fit.as_mut().unwrap().uncertainty = Some(UncertaintyPlan { draws: 100, seed: 7 });
    let outcome = outcome(&p12, Task::Run);
    let effects = table(&outcome, "effects");
    let column = |name: &str| effects.columns.iter().position(|column| column.name == name).unwrap();
    let dose_gy = number(table(&outcome, "doses"), &["left_kidney"], "absorbed_dose");
    let odds = (1.5_f64.ln() * dose_gy / 50.0).exp();
    let readings = [
        "within the limit of 28 Gy".to_owned(),
        "threshold of 205 Gy not reached".into(),
        "threshold of 0.01 Gy reached".into(),
        format!("odds {odds:.2} times those at 0 Gy"),
    ];
    for (row, reading) in effects.rows.iter().zip(&readings) {
        assert_eq!(row[column("reading")], Cell::Text(reading.clone()));
        assert_eq!(row[column("probability")], Cell::Missing);
    }
    // The draws: no row for a limit, a note that says on which side they lie; odds with an interval.
    let uncertainty = table(&outcome, "uncertainty");
    for (name, reading) in [("kidney_bed_limit_with_risk_factors", &readings[0]), ("low_threshold", &readings[2])] {
        let note = uncertainty.notes.iter().find(|note| note.contains(name)).unwrap();
        let counts = note.split_once(&format!("{reading}; so in ")).unwrap().1;
        let (same, all) = counts.trim_end_matches(" draws.").split_once(" of ").unwrap();
        assert_eq!(same, all, "every draw lies far from these limits: {note}");
        assert!(!uncertainty.rows.iter().any(|row| matches!(&row[1], Cell::Text(text) if text.contains(name))));
    }
    let row = ["left_kidney", "odds against 0 Gy by dotatate_lesion_response_odds_alipour"];
    close("odds", number(uncertainty, &row, "estimate"), odds, 1e-9);
    assert!(number(uncertainty, &row, "low_95") < odds && odds < number(uncertainty, &row, "high_95"));
}
