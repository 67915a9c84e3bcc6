//! Tangents against derivatives by hand, and against extrapolated central differences of the compiled rates and Jacobian.
use super::*;
use crate::model::Model;
use crate::model::system::{Rider, SystemBuilder};
use crate::model::yaml::YamlFile;
use crate::random::RandomSource;

fn read(text: &str) -> Model {
    let file = YamlFile::parse("model.yaml", text.to_owned()).unwrap();
    crate::model::read(&file, &[]).unwrap_or_else(|faults| panic!("{faults}")).0
}

/// ḟ, J̇ (of the whole pattern) and the tangent of ∂f/∂t of a system at a state (the first half of `both`) that moves (the second half).
fn tangents_at(system: &System, chosen: &[usize], parameters: &[f64], rates: &[f64], time: f64, both: &[f64]) -> [Vec<f64>; 3] {
    // in the middle lane of three; the others move the opposite way and not at all
    let tangents = system.tangents(chosen, &[]);
    let parameter_rates: Vec<[f64; 3]> = rates.iter().map(|&rate| [-rate, rate, 0.0]).collect();
    let (state, moving) = both.split_at(system.state_count());
    let both: Vec<[f64; 3]> = state.iter().map(|&x| [x; 3]).chain(moving.iter().map(|&d| [-d, d, 0.0])).collect();
    let mut bound = tangents.bind(parameters, &parameter_rates, InstructionSet::BASELINE);
    let mut of_rates = vec![[0.0; 3]; system.state_count()];
    bound.evaluate_rates(time, &both, &mut of_rates);
    let mut moving = vec![[0.0; 3]; tangents.jacobian_positions().len()];
    bound.evaluate_jacobian(&mut moving);
    let mut of_time = vec![[0.0; 3]; system.state_count()];
    bound.evaluate_time_derivative(&mut of_time);
    let mut of_jacobian = vec![[0.0; 3]; system.pattern().len()];
    tangents.jacobian_positions().iter().zip(moving).for_each(|(position, value)| of_jacobian[*position as usize] = value);
    [of_rates, of_jacobian, of_time].map(|values| {
        assert!(values.iter().all(|lanes| lanes[0] == -lanes[1] && lanes[2] == 0.0), "tangents are linear in the direction");
        values.iter().map(|lanes| lanes[1]).collect()
    })
}

fn assert_close(found: f64, expected: f64, what: &str) {
    assert!((found - expected).abs() <= 1e-14 * (1e-3 + expected.abs()), "{what}: {found} v {expected}");
}

const SATURABLE: &str = "
model: saturable
amount: mg
silence: [{lint: no-source, reason: a test}]
parameters: {v: 4 L, v_max: 0.7 mg/min, k_m: 0.3 mg/L}
compartments: {central: {volume: v}, gone: }
flows: [{from: central, to: gone, rate: 'v_max * [central] / (k_m + [central])'}]
dosing: {vein: central}
";

#[test]
fn michaelis_menten_by_hand() {
    let model = read(SATURABLE);
    let system = SystemBuilder::new(&model).compile();
    let chosen = ["v", "v_max", "k_m"].map(|path| model.parameter(path).unwrap());
    let parameters = model.parameter_values();
    let [v, v_max, k_m] = chosen.map(|position| parameters[position]);
    let (dv, dv_max, dk_m, amount, d_amount) = (0.3, -0.2, 0.05, v * 1.7 * k_m, 0.11);
    let [rates, jacobian, _] = tangents_at(&system, &chosen, &parameters, &[dv, dv_max, dk_m], 0.0, &[amount, 0.0, d_amount, 0.0]);
    // c = A/V, R = V_max c/(K_m + c)
    let (c, dc) = (amount / v, d_amount / v - amount * dv / (v * v));
    let below = k_m + c;
    let expected = dv_max * c / below + v_max * (k_m * dc - c * dk_m) / (below * below);
    assert_close(rates[0], -expected, "rate");
    assert_close(rates[1], expected, "rate");
    // ∂R/∂A = V_max K_m / (V (K_m + c)²)
    let slope = v_max * k_m / (v * below * below);
    let expected = slope * (dv_max / v_max + dk_m / k_m - dv / v - 2.0 * (dk_m + dc) / below);
    assert_eq!(system.pattern(), [(0, 0), (1, 0)]);
    assert_close(jacobian[0], -expected, "slope");
    assert_close(jacobian[1], expected, "slope");
}

const BINDING: &str = "
model: binding
silence: [{lint: no-source, reason: a test}]
parameters: {v: 0.5 L, k_on: 0.04 L/nmol/min, k_off: 0.02 1/min, receptors: 3 nmol}
compartments: {free: {volume: v, initial: 2 * receptors}, bound: }
flows:
  - {from: free, to: bound, rate: 'k_on * [free] * (receptors - bound)'}
  - {from: bound, to: free, k: k_off}
dosing: {vein: free}
";

#[test]
fn bimolecular_binding_by_hand() {
    let model = read(BINDING);
    let system = SystemBuilder::new(&model).compile();
    let chosen = ["k_on", "receptors"].map(|path| model.parameter(path).unwrap());
    let parameters = model.parameter_values();
    let [k_on, receptors] = chosen.map(|position| parameters[position]);
    let (v, k_off) = (0.5, 0.02);
    let (dk_on, d_receptors, free, bound, d_free, d_bound) = (0.01, 0.6, 1.3, 0.9, -0.2, 0.35);
    let both = [free, bound, d_free, d_bound];
    let [rates, jacobian, _] = tangents_at(&system, &chosen, &parameters, &[dk_on, d_receptors], 0.0, &both);
    let vacant = receptors - bound;
    let expected = (dk_on * free * vacant + k_on * d_free * vacant + k_on * free * (d_receptors - d_bound)) / v - k_off * d_bound;
    assert_close(rates[1], expected, "binding");
    assert_close(rates[0], -expected, "binding");
    // pattern: ∂free'/∂free, ∂free'/∂bound, ∂bound'/∂free, ∂bound'/∂bound
    assert_eq!(system.pattern(), [(0, 0), (0, 1), (1, 0), (1, 1)]);
    let by_free = (dk_on * vacant + k_on * (d_receptors - d_bound)) / v;
    let by_bound = -(dk_on * free + k_on * d_free) / v;
    for (found, expected) in jacobian.iter().zip([-by_free, -by_bound, by_free, by_bound]) {
        assert_close(*found, expected, "entry of the Jacobian");
    }
    let tangents = system.tangents(&chosen, &[]);
    assert_eq!(tangents.initial_tangent(&parameters, &[dk_on, d_receptors]), [2.0 * d_receptors, 0.0]);
}

#[test]
fn first_order_exchange_has_a_jacobian_that_stands_still() {
    let model = read(
        "
model: exchange
silence: [{lint: no-source, reason: a test}]
parameters: {k: 0.3 1/min, back: 0.1 1/min}
compartments: {one: , two: }
flows: [{from: one, to: two, k: k}, {from: two, to: one, k: back}]
dosing: {vein: one}
",
    );
    let system = SystemBuilder::new(&model).compile();
    assert_eq!(system.tangents(&[], &[]).jacobian_positions(), [0_u32; 0]);
    let back = model.parameter("back").unwrap();
    // only the entries of the flow back move, at −1 and 1 of its rate
    let tangents = system.tangents(&[back], &[]);
    assert_eq!(tangents.operation_counts().1, 0, "they follow from the parameters alone");
    let [_, jacobian, _] = tangents_at(&system, &[back], &model.parameter_values(), &[1.0], 0.0, &[1.0, 2.0, 3.0, 4.0]);
    assert_eq!(system.pattern(), [(0, 0), (0, 1), (1, 0), (1, 1)]);
    assert_eq!(jacobian, [0.0, 1.0, 0.0, -1.0]);
    assert_eq!(tangents.jacobian_positions(), [1, 3]);
}

const CORNERS: &str = "
model: corners
silence: [{lint: no-source, reason: a test}]
parameters: {k: 0.3 1/min, scale: 2 nmol, cap: 0.8 nmol/min, life: 30 min}
compartments: {one: , two: , three: , four: }
flows:
  - {from: one, to: two, rate: 'k * one * exp(-one / scale) * exp(-time / life)'}
  - {from: two, to: three, rate: 'min(k * two, cap)'}
  - {from: three, to: four, rate: 'max(k * three, cap)'}
  - {from: four, to: one, rate: 'if(four < scale, k * four, k * four * four / scale)'}
dosing: {vein: one}
";

#[test]
fn exponentials_and_corners_by_hand() {
    let model = read(CORNERS);
    let system = SystemBuilder::new(&model).compile();
    let chosen = ["k", "scale", "cap", "life"].map(|path| model.parameter(path).unwrap());
    let parameters = model.parameter_values();
    let [k, scale, cap, life] = chosen.map(|position| parameters[position]);
    let direction = [0.05, -0.3, 0.07, 4.0];
    let [dk, d_scale, d_cap, d_life] = direction;
    let time = 12.0;
    for amounts in [[1.5, 0.6, 0.9, 1.1], [0.4, 5.0, 6.0, 7.0]] {
        let moving = [0.2, -0.1, 0.4, 0.3];
        let both = [amounts, moving].concat();
        let [rates, _, of_time] = tangents_at(&system, &chosen, &parameters, &direction, time, &both);
        let ([one, two, three, four], [d_one, d_two, d_three, d_four]) = (amounts, moving);
        let first = k * one * (-one / scale).exp() * (-time / life).exp();
        let d_first = first * (dk / k + d_one / one - d_one / scale + one * d_scale / (scale * scale) + time * d_life / (life * life));
        let second = if k * two < cap { dk * two + k * d_two } else { d_cap };
        let third = if k * three > cap { dk * three + k * d_three } else { d_cap };
        let fourth = if four < scale {
            dk * four + k * d_four
        } else {
            (dk * four * four + 2.0 * k * four * d_four) / scale - k * four * four * d_scale / (scale * scale)
        };
        for (found, expected) in rates.iter().zip([fourth - d_first, d_first - second, second - third, third - fourth]) {
            assert_close(*found, expected, "rate");
        }
        // ∂f/∂t = −first/life in `two`, so its tangent is −(d first)/life + first·d life/life²
        let expected = -d_first / life + first * d_life / (life * life);
        assert_close(of_time[0], -expected, "derivative in time");
        assert_close(of_time[1], expected, "derivative in time");
        assert_eq!(of_time[2..], [0.0, 0.0]);
    }
}

/// d/dε of `values` at ε = 0 by central differences at 1, 1/2 and 1/4 of `step`, extrapolated twice: the error falls with step⁶.
fn extrapolated(step: f64, mut values: impl FnMut(f64) -> Vec<f64>) -> Vec<f64> {
    let mut central =
        |step: f64| -> Vec<f64> { values(step).iter().zip(values(-step)).map(|(plus, minus)| (plus - minus) / (2.0 * step)).collect() };
    let [whole, half, quarter] = [1.0, 0.5, 0.25].map(|part| central(part * step));
    let refine = |coarse: &[f64], fine: &[f64], power: f64| -> Vec<f64> {
        fine.iter().zip(coarse).map(|(fine, coarse)| fine + (fine - coarse) / (power - 1.0)).collect()
    };
    refine(&refine(&whole, &half, 4.0), &refine(&half, &quarter, 4.0), 16.0)
}

#[test]
fn every_shipped_model_agrees_with_extrapolated_differences() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    for (number, entry) in std::fs::read_dir(folder).unwrap().enumerate() {
        let path = entry.unwrap().path();
        let model = read(&std::fs::read_to_string(&path).unwrap());
        let mut builder = SystemBuilder::new(&model);
        // riders as in dosimetry: an integral of each observable, and a quadratic one
        let observed: Vec<NodeId> = model.observables.iter().map(|observable| observable.nodes[0]).collect();
        for (position, &rate) in observed.iter().enumerate() {
            builder.ride(Rider { name: format!("integral {position}"), rate, scale: 1.0 });
            let square = builder.graph.multiply(rate, rate);
            builder.ride(Rider { name: format!("square {position}"), rate: square, scale: 1.0 });
        }
        let system = builder.compile();
        let count = system.state_count();
        let chosen: Vec<usize> = (0..model.parameters.len()).collect();
        let tangents = system.tangents(&chosen, &observed);
        for patient in 0..4 {
            let random = RandomSource::new(20_261_123, patient, number as u32);
            let normal = |index: usize| random.standard_normal(index as u32);
            let state: Vec<f64> = (0..count).map(|index| (1.5 * normal(index)).exp()).collect();
            let moving: Vec<f64> = (0..count).map(|index| state[index] * normal(count + index)).collect();
            let parameters: Vec<f64> =
                model.parameter_values().iter().enumerate().map(|(index, value)| value * (0.1 * normal(2000 + index)).exp()).collect();
            let direction: Vec<f64> = parameters.iter().enumerate().map(|(index, value)| value * normal(4000 + index)).collect();
            let moved = |base: &[f64], along: &[f64], by: f64| -> Vec<f64> { base.iter().zip(along).map(|(x, d)| x + by * d).collect() };
            let both = [state.clone(), moving.clone()].concat();
            let [of_rates, of_jacobian, _] = tangents_at(&system, &chosen, &parameters, &direction, 0.0, &both);

            let mut jacobian = vec![0.0; system.pattern().len()];
            system.bind(&parameters).evaluate_jacobian(0.0, &state, &mut jacobian);
            let mut size = vec![0.0; count];
            for (&(row, column), entry) in system.pattern().iter().zip(&jacobian) {
                size[row] += (entry * state[column]).abs();
            }
            let reference = extrapolated(1e-2, |by| {
                let mut rates = vec![0.0; count];
                system.bind(&moved(&parameters, &direction, by)).evaluate_rates(0.0, &moved(&state, &moving, by), &mut rates);
                rates
            });
            for row in 0..count {
                let (found, reference) = (of_rates[row], reference[row]);
                let name = &system.state_names()[row];
                assert!(
                    (found - reference).abs() <= 1e-10 * (size[row] + reference.abs()),
                    "{}: rate of {name}: {found} v {reference}",
                    model.name
                );
            }

            let reference = extrapolated(1e-2, |by| {
                let mut entries = vec![0.0; jacobian.len()];
                system.bind(&moved(&parameters, &direction, by)).evaluate_jacobian(0.0, &moved(&state, &moving, by), &mut entries);
                entries
            });
            for (entry, (found, reference)) in of_jacobian.iter().zip(reference).enumerate() {
                let place = system.pattern()[entry];
                assert!(
                    (found - reference).abs() <= 1e-10 * (jacobian[entry].abs() + reference.abs()),
                    "{}: entry {place:?}: {found} v {reference}",
                    model.name
                );
            }

            let found = tangents.output_tangents(&parameters, &direction, 0.0, &state, &moving);
            let values_at = |by: f64| {
                let all = model.graph.evaluate(&moved(&parameters, &direction, by), &moved(&state, &moving, by), 0.0);
                observed.iter().map(|node| all[node.0 as usize]).collect::<Vec<f64>>()
            };
            for ((found, reference), value) in found.iter().zip(extrapolated(1e-2, values_at)).zip(values_at(0.0)) {
                assert!((found - reference).abs() <= 1e-10 * (value.abs() + reference.abs()), "{}: {found} v {reference}", model.name);
            }
            let initial_at = |by: f64| system.initial_state(&moved(&parameters, &direction, by));
            for ((found, reference), value) in
                tangents.initial_tangent(&parameters, &direction).iter().zip(extrapolated(1e-2, initial_at)).zip(initial_at(0.0))
            {
                assert!((found - reference).abs() <= 1e-10 * (value.abs() + reference.abs()), "{}: {found} v {reference}", model.name);
            }
        }
    }
}

/// Pinned, so that a slower change is seen: operations of one evaluation, and the entries of the Jacobian that move.
#[test]
fn what_the_tangents_of_the_ulm_model_cost() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("models/psma_it_ulm.yaml");
    let model = read(&std::fs::read_to_string(path).unwrap());
    let system = SystemBuilder::new(&model).compile();
    let chosen: Vec<usize> = (0..8).map(|position| position * model.parameters.len() / 8).collect();
    let tangents = system.tangents(&chosen, &[]);
    assert_eq!((system.state_count(), system.operation_counts()), (118, (1137, 180)), "the values themselves");
    assert_eq!(tangents.operation_counts(), (1616, 78));
    assert_eq!((tangents.jacobian_positions().len(), system.pattern().len()), (224, 419));
}
