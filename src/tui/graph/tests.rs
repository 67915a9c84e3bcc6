//! Drawings of real models, and what must hold for every model and width.
use super::*;
use crate::tui::editor::diagnostics::{DocumentKind, examine};

fn model(text: &str) -> Model {
    *examine(DocumentKind::Model, std::path::Path::new("m.yaml"), text).model.expect("a model")
}

fn text(lines: &[Line<'_>]) -> String {
    lines.iter().map(|line| line.to_string().trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

const TWO: &str = include_str!("../../../models/two_compartment_iv.yaml");
const ULM: &str = include_str!("../../../models/psma_it_ulm.yaml");

#[test]
fn drawings_of_two_models() {
    for (name, source) in [("two", TWO), ("ulm", ULM)] {
        let model = model(source);
        for width in [80, 120] {
            insta::assert_snapshot!(format!("graph_{name}_{width}"), text(&everything(&model, width, false)));
        }
    }
    insta::assert_snapshot!("graph_two_ascii", text(&graph(&model(TWO), 40, true)));
}

#[test]
fn every_model_is_drawn_at_every_width_and_every_flow_is_told() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    for entry in std::fs::read_dir(folder).expect("the models") {
        let source = std::fs::read_to_string(entry.expect("an entry").path()).expect("a text");
        let model = model(&source);
        for width in (1..=130).step_by(3).chain([40, 80, 120]) {
            for ascii in [false, true] {
                let lines = graph(&model, width, ascii);
                if ascii {
                    assert!(text(&lines).is_ascii() || !source.is_ascii(), "{}", model.name);
                }
                if (80..=120).contains(&width) {
                    let widest = lines.iter().map(Line::width).max().unwrap_or(0);
                    assert!(widest <= width, "{} is {widest} wide at {width}", model.name);
                }
                let list = flow_list(&model, width, ascii);
                assert!(list.len() >= model.flows.len());
                assert!(parameter_list(&model, width).len() >= model.parameters.len());
            }
        }
    }
}

#[test]
fn time_scales_are_those_of_the_textbook() {
    // two compartments: central empties by (CL + Q)/V1 = (5 + 5)/10 per hour, peripheral by Q/V2 = 5/20 per hour
    let scales = time_scales(&model(TWO)).expect("time scales");
    assert_eq!((scales.fastest.0.as_str(), scales.slowest.0.as_str()), ("central", "peripheral"));
    assert!((scales.fastest.1 * 60.0 - 1.0).abs() < 1e-12 && (scales.slowest.1 * 60.0 - 0.25).abs() < 1e-12, "{scales:?}");
    assert!((scales.ratio() - 4.0).abs() < 1e-12);
}

#[test]
fn the_ulm_model_has_118_states() {
    let model = model(ULM);
    assert_eq!(model.state_count(), 118);
    assert!(text(&totals(&model)).contains("states       118"));
    // the fastest is the interstitium of tumour 2, by hand from the file: binding k_on · density · volume / v_interstitial with 0.046 L/nmol/min,
    // 2412 nmol/L, 1 mL and 0.38 mL; exchange k_ps · volume / v_interstitial with 0.6 mL/min/g; decay
    let fastest = time_scales(&model).expect("time scales").fastest;
    let by_hand = 0.046 * 2412.0 / 0.38 + 0.6 / 0.38 + 7.15e-5;
    // the 1e-3 of mL cancel: 0.046 L/nmol/min · 2412 nmol/L · 1 mL = 110.952 mL/min, over 0.38 mL
    assert!((fastest.1 / by_hand - 1.0).abs() < 1e-9, "{fastest:?} {by_hand}");
}
