//! The faults that a widely used machine-readable PSMA model carries, put one by one into the shipped Ulm model, and what the checker says.
//! The faults are those listed in `tests/data/psma_it_ulm/README.md`, section "What static checks must catch".
use rptbench::model::diagnostic::{Faults, Severity};
use rptbench::model::{self, Model, yaml::YamlFile};

const ULM: &str = include_str!("../models/psma_it_ulm.yaml");
const EXCHANGE: &str = "- {between: [vascular, interstitial], permeability: permeability}";

fn read(text: &str) -> Result<(Model, Faults), Faults> {
    let file = YamlFile::parse("model.yaml", text.to_string()).expect("sound YAML");
    model::read(&file, &[])
}

fn found(text: &str) -> Faults {
    read(text).map_or_else(|faults| faults, |(_, faults)| faults)
}

/// The Ulm model with pieces of its text replaced, each of which must be there exactly once.
fn ulm_with(replacements: &[(&str, &str)]) -> String {
    let mut text = ULM.to_string();
    for (old, new) in replacements {
        assert_eq!(text.matches(old).count(), 1, "`{old}` must stand once in the model");
        text = text.replace(old, new);
    }
    text
}

fn lints(faults: &Faults) -> Vec<&'static str> {
    let mut names: Vec<_> = faults.iter().filter_map(|fault| fault.lint).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn expect(name: &str, replacements: &[(&str, &str)], expected: &[&str]) {
    let faults = found(&ulm_with(replacements));
    assert_eq!(lints(&faults), expected, "{name}:\n{faults}");
    insta::assert_snapshot!(name, faults.to_string());
}

#[test]
fn the_shipped_model_is_clean_and_says_what_it_silences() {
    let (model, faults) = read(ULM).unwrap();
    assert!(faults.is_empty(), "{faults}");
    assert_eq!(model.silenced.len(), 1);
    assert_eq!(model.silenced[0].0, "half-life");
}

#[test]
fn lungs_that_carry_less_than_the_arteries_deliver() {
    expect("lungs_carry_less", &[("perfusion: total_flow, k_ps", "perfusion: cardiac_flow, k_ps")], &["flow-balance", "unused"]);
}

#[test]
fn a_liver_with_more_inflow_than_outflow() {
    expect("liver_outflow", &[("outflow: perfusion + spleen.perfusion + gi.perfusion", "outflow: perfusion")], &["flow-balance"]);
}

#[test]
fn an_exchange_that_runs_one_way_only() {
    expect(
        "one_way_rate",
        &[(EXCHANGE, "- {from: vascular, to: interstitial, rate: \"permeability * [vascular]\"}")],
        &["one-way-exchange"],
    );
    expect("one_way_clearance", &[(EXCHANGE, "- {from: vascular, to: interstitial, clearance: permeability}")], &["one-way-exchange"]);
}

#[test]
fn a_return_flow_divided_by_the_wrong_volume() {
    let there = "- {from: vascular, to: interstitial, rate: \"permeability * vascular / v_vascular\"}";
    let back =
        |volume: &str| format!("{there}\n      - {{from: interstitial, to: vascular, rate: \"permeability * interstitial / {volume}\"}}");
    expect("return_by_foreign_volume", &[(EXCHANGE, &back("v_vascular"))], &["foreign-volume"]);
    expect("return_by_dummy_volume", &[(EXCHANGE, &back("1 L"))], &["foreign-volume"]);
    assert!(found(&ulm_with(&[(EXCHANGE, &back("v_interstitial"))])).is_empty());
    assert!(found(&ulm_with(&[(EXCHANGE, &back("(1.5 * v_interstitial / 1.5)"))])).is_empty());
    // a partition coefficient beside the own volume is physiology, not a fault
    assert!(found(&ulm_with(&[(EXCHANGE, &back("v_interstitial / 0.7"))])).is_empty());
    let constant = format!("{there}\n      - {{from: interstitial, to: vascular, k: permeability / v_vascular}}");
    expect("constant_by_foreign_volume", &[(EXCHANGE, &constant)], &["foreign-volume"]);
}

#[test]
fn a_labelled_state_that_does_not_decay() {
    expect("state_without_decay", &[("{bound: , internal: }", "{bound: , internal: {decays: false}}")], &["no-decay"]);
    let decay = "decay: {rate: lambda_physical, from: labelled, to: unlabelled}\n";
    let lines: Vec<&str> = ULM.lines().filter(|line| line.starts_with("silence:") || line.contains("{lint: half-life")).collect();
    assert_eq!(lines.len(), 2);
    expect(
        "no_decay_at_all",
        &[
            (decay, ""),
            (lines[0], ""),
            (lines[1], ""),
            ("  lambda_physical: {value: 7.15e-5 1/min, source: G, meaning: physical decay as in the paper}\n", ""),
        ],
        &["no-decay"],
    );
}

#[test]
fn a_half_life_that_contradicts_the_tables() {
    let silence = ULM.lines().find(|line| line.contains("{lint: half-life")).unwrap();
    expect("half_life", &[(&format!("silence:\n{silence}\n"), "")], &["half-life"]);
}

#[test]
fn vascular_volumes_that_sum_to_more_than_the_plasma() {
    let rest = "v_vascular: \"serum_volume - sum(arteries_volume";
    expect("plasma_volume", &[(rest, "v_vascular: \"1.33 * serum_volume - sum(arteries_volume")], &["plasma-volume"]);
}

#[test]
fn a_body_height_of_160_m() {
    let bsa = "  bsa: {value: 2.0 m^2, source: \"G: Table S1\", provenance: measured}";
    let formula = "  height: {value: 160 m, provenance: assumed}\n  bsa: {value: \"0.007184 m^2 * (weight / 1 kg)^0.425 * (height / 1 cm)^0.725\", source: DuBois}";
    let faults = found(&ulm_with(&[(bsa, formula)]));
    assert!(faults.iter().any(|fault| fault.message.starts_with("`height` is 160 m,") && fault.lint == Some("range")), "{faults}");
    insta::assert_snapshot!("height_of_160_m", faults.to_string());
}

#[test]
fn organs_ten_times_the_patients() {
    let faults = found(&ulm_with(&[("scale: {value: weight / 71 kg,", "scale: {value: weight / 7.1 kg,")]));
    assert!(lints(&faults).contains(&"range"), "{faults}");
    insta::assert_snapshot!("organs_times_ten", faults.to_string());
}

#[test]
fn an_affinity_of_another_ligand_is_out_of_reach() {
    // K_D 8 nmol/L with the densities fitted at 1 nmol/L: every number is possible, only the pair is wrong
    assert!(found(&ulm_with(&[("k_d: {value: 1 nmol/L,", "k_d: {value: 8 nmol/L,")])).is_empty());
}

const TWO_STATES: &str = "model: hand_written
nuclide: Lu-177
compartments: {plasma_hot: {volume: 3 L}, plasma_cold: {volume: 3 L}, tissue_hot: , tissue_cold: }
flows:
  - {from: plasma_hot, to: tissue_hot, k: 0.01 1/min}
  - {from: tissue_hot, to: plasma_hot, k: 0.02 1/min}
  - {from: plasma_cold, to: tissue_cold, k: 0.01 1/min}
  - {from: tissue_cold, to: plasma_cold, k: 0.02 1/min}
  - {from: plasma_hot, to: plasma_cold, k: physical_decay}
  - {from: tissue_hot, to: tissue_cold, k: physical_decay}
dosing: {hot: plasma_hot, cold: plasma_cold}
";

#[test]
fn decay_written_by_hand_is_seen_where_it_is_missing() {
    assert!(found(TWO_STATES).is_empty(), "{}", found(TWO_STATES));
    let faults = found(&TWO_STATES.replace("  - {from: tissue_hot, to: tissue_cold, k: physical_decay}\n", ""));
    insta::assert_snapshot!("hand_written_without_decay", faults.to_string());
    let faults = found(&TWO_STATES.replace("k: physical_decay}\n  - {from: tissue", "k: 7.15e-5 1/min}\n  - {from: tissue"));
    insta::assert_snapshot!("hand_written_half_life", faults.to_string());
}

#[test]
fn what_nothing_uses_and_what_has_no_source() {
    let text = "model: idle
parameters:
  k: 0.1 1/h
  kk: 0.2 1/h
  weight: {value: 70 kg, range: [3 kg, 60 kg]}
  uptake: 1.2
definitions: {half: 0.5 * central}
templates:
  tissue:
    arguments: {volume: L, density: {unit: nmol/L, default: 5 nmol/L}}
    compartments: {vascular: {volume: volume}, idle: }
  spare: {compartments: {vascular: }}
organs: {liver: {template: tissue, volume: 19 L}}
compartments: {central: {volume: 3 L}, urine: , left_over: }
flows:
  - {from: central, to: urine, k: k}
dosing: {vein: {central: uptake, liver.vascular: -0.1}}
";
    insta::assert_snapshot!("idle_parts", found(text).to_string());
}

#[test]
fn silences_drop_only_what_they_name() {
    let text = |silence: &str| {
        format!(
            "model: silent\nsilence:\n{silence}\nparameters:\n  a: 1 1/h\n  ab: 2 1/h\ncompartments: {{central: {{volume: 3 L}}, urine: }}\nflows:\n  - {{from: central, to: urine, k: a + ab}}\ndosing: {{vein: central}}\n"
        )
    };
    let (model, faults) = read(&text("  - {lint: no-source, at: a, reason: a test}")).unwrap();
    assert_eq!(faults.iter().map(|fault| fault.message.as_str()).collect::<Vec<_>>(), ["`ab` = 2 1/h has no source"]);
    assert_eq!(model.silenced, [("no-source".to_string(), "a test".to_string())]);
    let (model, faults) = read(&text("  - {lint: no-source, reason: a test}\n  - {lint: half-life, reason: none}")).unwrap();
    assert_eq!(faults.count(Severity::Note), 1);
    assert_eq!(faults.iter().next().unwrap().lint, Some("unused-silence"));
    assert_eq!(model.silenced.len(), 1);
}
