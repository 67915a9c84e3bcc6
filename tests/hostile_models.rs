//! No text makes the reader of models panic, overflow its stack or run for minutes: mutations of the shipped model and files built to hurt.
use proptest::prelude::*;
use rptbench::model::{self, diagnostic::Faults, yaml::YamlFile};

const ULM: &str = include_str!("../models/psma_it_ulm.yaml");

fn read(text: String) -> Result<usize, Faults> {
    let file = YamlFile::parse("model.yaml", text)?;
    model::read(&file, &[]).map(|(model, faults)| {
        let _ = faults.to_string();
        model.state_count()
    })
}

/// Runs with half the stack that a worker thread has.
fn on_a_small_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new().stack_size(1 << 20).spawn(work).expect("a thread").join().expect("no panic")
}

/// The messages that a text gets.
fn refused(text: String) -> String {
    let faults = on_a_small_stack(|| read(text)).expect_err("the text is refused");
    assert!(faults.to_string().len() < 1_000_000);
    faults.iter().map(|fault| fault.message.as_str()).collect::<Vec<_>>().join("\n")
}

#[derive(Debug, Clone)]
enum Mutation {
    DeleteLine(usize),
    DuplicateLine(usize),
    SwapLines(usize, usize),
    DeleteToken(usize),
    DuplicateToken(usize),
    ReplaceToken(usize, usize),
    InsertCharacter(usize, char),
}

fn tokens(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices() {
        if c.is_alphanumeric() || c == '_' {
            start.get_or_insert(at);
            continue;
        }
        found.extend(start.take().map(|from| (from, at)));
        if !c.is_whitespace() {
            found.push((at, at + c.len_utf8()));
        }
    }
    found
}

fn mutate(text: &str, mutation: &Mutation) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let (line_count, spans) = (lines.len(), tokens(text));
    let token = |at: usize| spans[at % spans.len()];
    match *mutation {
        Mutation::DeleteLine(at) => drop(lines.remove(at % line_count)),
        Mutation::DuplicateLine(at) => lines.insert(at % line_count, lines[at % line_count]),
        Mutation::SwapLines(a, b) => lines.swap(a % line_count, b % line_count),
        Mutation::DeleteToken(at) => return [&text[..token(at).0], &text[token(at).1..]].concat(),
        Mutation::DuplicateToken(at) => {
            let (start, end) = token(at);
            return [&text[..end], " ", &text[start..]].concat();
        }
        Mutation::ReplaceToken(at, by) => {
            let ((start, end), (from, to)) = (token(at), token(by));
            return [&text[..start], &text[from..to], &text[end..]].concat();
        }
        Mutation::InsertCharacter(at, c) => {
            let at = (0..=at % text.len()).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            return format!("{}{c}{}", &text[..at], &text[at..]);
        }
    }
    lines.join("\n")
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let at = 0usize..1_000_000;
    prop_oneof![
        at.clone().prop_map(Mutation::DeleteLine),
        at.clone().prop_map(Mutation::DuplicateLine),
        (at.clone(), at.clone()).prop_map(|(a, b)| Mutation::SwapLines(a, b)),
        at.clone().prop_map(Mutation::DeleteToken),
        at.clone().prop_map(Mutation::DuplicateToken),
        (at.clone(), at.clone()).prop_map(|(a, b)| Mutation::ReplaceToken(a, b)),
        (at, any::<char>()).prop_map(|(at, c)| Mutation::InsertCharacter(at, c)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_mutation_of_the_ulm_model_panics(mutations in prop::collection::vec(mutation(), 1..4)) {
        let text = mutations.iter().fold(ULM.to_string(), |text, mutation| mutate(&text, mutation));
        match read(text) {
            Ok(_) => {}
            Err(faults) => prop_assert!(faults.has_errors() && !faults.to_string().is_empty()),
        }
    }
}

fn with_parameters(parameters: &str) -> String {
    format!(
        "model: hostile\nparameters:\n{parameters}compartments: {{a: {{volume: 1 L}}, b: }}\nflows: [{{from: a, to: b, k: 1 1/h}}]\ndosing: {{a: a}}\n"
    )
}

#[test]
fn deep_brackets_are_refused() {
    let deep = format!("  x: {{value: {}1{}}}\n", "(".repeat(5000), ")".repeat(5000));
    assert!(refused(with_parameters(&deep)).contains("nest deeper than 64"));
}

#[test]
fn a_sum_of_thousands_is_refused_and_one_of_hundreds_is_not() {
    let sum = |terms: usize| {
        with_parameters(&format!("  x: {{value: 1{}}}\n", " + x0".repeat(terms)).replace("value: 1", "value: x0"))
            .replace("parameters:\n", "parameters:\n  x0: {value: 1, source: none}\n")
    };
    assert!(refused(sum(4000)).contains("more than 500 operations deep"));
    assert_eq!(on_a_small_stack(move || read(sum(400))).unwrap(), 2);
    assert!(refused(sum(40_000)).contains("more than 10000 parts"));
}

#[test]
fn a_chain_of_thousands_of_names_is_refused() {
    let chain: String = (0..20_000).map(|i| format!("  x{i}: {{value: x{} + 1}}\n", i + 1)).collect();
    assert!(refused(with_parameters(&format!("{chain}  x20000: {{value: 1}}\n"))).contains("more than 500 operations deep"));
}

#[test]
fn a_ladder_of_templates_is_refused() {
    let ladder: String = (0..5000).map(|i| format!("  t{i}: {{extends: t{}}}\n", i + 1)).collect();
    let text = format!("model: hostile\ntemplates:\n{ladder}  t5000: {{compartments: {{a: }}}}\norgans: {{o: {{template: t0}}}}\n");
    assert!(refused(text).contains("more than 32 deep"));
}

#[test]
fn templates_that_share_parents_do_not_multiply() {
    let levels: String =
        (0..20).map(|i| format!("  a{i}: {{extends: [a{0}, b{0}]}}\n  b{i}: {{extends: [a{0}, b{0}]}}\n", i + 1)).collect();
    let text = format!(
        "model: diamond\ntemplates:\n{levels}  a20: {{compartments: {{x: {{volume: 1 L}}}}}}\n  b20: {{compartments: {{z: }}, flows: [{{from: x, to: z, k: 1 1/h}}]}}\norgans: {{o: {{template: a0}}}}\ndosing: {{o: o.x}}\n"
    );
    assert_eq!(read(text).unwrap(), 2);
}

#[test]
fn aliases_that_lead_to_each_other_end() {
    let text = "model: loop
templates:
  t:
    arguments: {inlet: compartment}
    compartments: {v: {volume: 1 L}}
    flows: [{from: inlet, to: v, k: 1 1/h}]
organs:
  a: {template: t, inlet: b.inlet}
  b: {template: t, inlet: a.inlet}
  c: {template: t, inlet: c.inlet}
dosing: {v: a.v}
";
    assert!(refused(text.to_string()).contains("no compartment is called"));
}

#[test]
fn many_organs_are_read_in_a_moment() {
    let organs: String =
        (0..300).map(|i| format!("  o{i}: {{template: t, source: none, volume: {} L, perfusion: 10 mL/min}}\n", i + 1)).collect();
    let text = format!(
        "model: many
templates:
  t:
    arguments: {{volume: L, perfusion: L/min}}
    compartments: {{v: {{volume: volume}}, i: {{volume: volume}}}}
    flows:
      - {{from: plasma, to: v, flow: perfusion}}
      - {{from: v, to: plasma, flow: perfusion}}
      - {{from: v, to: i, rate: \"perfusion * [v]\"}}
      - {{from: i, to: v, rate: \"perfusion * [i]\"}}
organs:
{organs}compartments: {{plasma: {{volume: 3 L}}}}
dosing: {{plasma: plasma}}
"
    );
    let start = std::time::Instant::now();
    assert_eq!(read(text).unwrap(), 601);
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}

#[test]
fn an_organ_may_not_be_called_like_a_parameter() {
    let text = with_parameters("  liver: {value: 1}\n") + "templates: {t: {compartments: {v: }}}\norgans: {liver: {template: t}}\n";
    assert!(refused(text).contains("`liver` is a name of the whole body already"));
}
