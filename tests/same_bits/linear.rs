//! The same for a linear system, which a cohort solves by the exact engine. There the patient alone is the cohort of one: [`solve`] has a method
//! of its own for linear systems and agrees with it to rounding.
use rptbench::math::InstructionSet;
use rptbench::model::system::SystemBuilder;
use rptbench::model::{self, yaml::YamlFile};
use rptbench::random::RandomSource;
use rptbench::solve::{Bolus, Crew, Infusion, Job, Method, Options, Schedule, Solution, SolveError, Span, solve, solve_cohort};

use crate::same;

/// Plasma with five tissues, one of them deep, and a way back: rates from seconds to weeks.
const TEXT: &str = r#"
model: mammillary
parameters:
  k_fast: {value: 3 1/min, provenance: assumed}
  k_back: {value: 0.7 1/min, provenance: assumed}
  k_slow: {value: 2e-3 1/min, provenance: assumed}
  k_return: {value: 5e-4 1/min, provenance: assumed}
  k_deep: {value: 1e-4 1/min, provenance: assumed}
  k_out: {value: 4e-3 1/min, provenance: assumed}
compartments:
  plasma: {initial: 1 nmol}
  lungs:
  liver:
  bone:
  marrow:
  urine:
flows:
  - {from: plasma, to: lungs, k: k_fast}
  - {from: lungs, to: plasma, k: k_back}
  - {from: plasma, to: liver, k: k_slow}
  - {from: liver, to: plasma, k: k_return}
  - {from: liver, to: bone, k: k_deep}
  - {from: bone, to: marrow, k: k_deep}
  - {from: marrow, to: plasma, k: k_return}
  - {from: plasma, to: urine, k: k_out}
"#;

#[test]
fn a_linear_cohort_has_the_same_bits_however_it_is_solved() {
    let file = YamlFile::parse("mammillary.yaml", TEXT.to_owned()).unwrap_or_else(|faults| panic!("{faults}"));
    let (model, _) = model::read(&file, &[]).unwrap_or_else(|faults| panic!("{faults}"));
    let system = SystemBuilder::new(&model).compile();
    let count = system.state_count();
    let job = |patient: usize| {
        let source = RandomSource::new(5, patient as u64, 3);
        let mut parameters = model.parameter_values();
        for (draw, parameter) in parameters.iter_mut().enumerate() {
            *parameter *= rptbench::math::exp(source.standard_normal(draw as u32));
        }
        let mut job = Job {
            index: patient,
            initial: system.initial_state(&parameters),
            absolute_tolerances: vec![1e-12; count],
            schedule: Schedule {
                boluses: vec![Bolus { time: 1000.0, amounts: vec![(0, 2.0)] }],
                infusions: vec![Infusion { start: 5.0, stop: 35.0, rates: vec![(0, 0.1)] }],
            },
            span: Span { start: 0.0, stop: 20_000.0, samples: vec![0.0, 1.0, 20.0, 1000.0, 5000.0] },
            parameters,
        };
        match patient % 9 {
            2 => job.parameters[3] = f64::NAN,
            4 => job.initial.truncate(2),
            6 => job.schedule.boluses[0].amounts[0].0 = 1000,
            8 => job.parameters.push(1.0),
            _ => {}
        }
        job
    };
    let options = Options::new(1e-9, vec![1e-12; count]);
    let solve_all = |order: &[usize], crew: Crew| {
        let mut found: Vec<Option<Result<Solution, SolveError>>> = vec![None; order.len()];
        let work = solve_cohort(&system, order.len(), &|place| job(order[place]), &options, crew, &mut |place, result| {
            assert!(found[place].replace(result).is_none(), "patient {place} is told twice");
        });
        assert_eq!(work.unwrap().method, Method::Exact);
        found.into_iter().map(|result| result.expect("every patient is told")).collect::<Vec<_>>()
    };
    let everyone: Vec<usize> = (0..100).collect();
    let one = Crew { threads: 1, instruction_set: InstructionSet::BASELINE };
    let expected = solve_all(&everyone, one);
    for (patient, result) in expected.iter().enumerate() {
        let hostile = [2, 4, 6, 8].contains(&(patient % 9));
        assert_eq!(result.is_err(), hostile, "patient {patient}: {result:?}");
        let Ok(found) = result else { continue };
        let job = job(patient);
        let alone = solve(&mut system.bind(&job.parameters), &job.initial, &job.schedule, &job.span, &options).unwrap();
        for (found, alone) in found.states.iter().zip(&alone.states) {
            assert!((found - alone).abs() <= 1e-11, "patient {patient}: {found} v {alone} of 6 nmol");
        }
    }
    for instruction_set in InstructionSet::available() {
        for threads in [1, 2, 3] {
            for (patient, found) in solve_all(&everyone, Crew { threads, instruction_set }).iter().enumerate() {
                same(&format!("{threads} threads, {}", instruction_set.name()), patient, found, &expected[patient]);
            }
        }
    }
    let reversed: Vec<usize> = everyone.iter().rev().copied().collect();
    for (&patient, found) in reversed.iter().zip(solve_all(&reversed, Crew { threads: 2, ..one })) {
        same("reversed", patient, &found, &expected[patient]);
    }
    for &patient in &everyone {
        same("a cohort of one", patient, &solve_all(&[patient], one)[0], &expected[patient]);
    }
}
