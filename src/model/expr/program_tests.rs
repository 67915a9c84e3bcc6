//! Programs against the graph they were compiled from, and lanes against one patient.
use super::*;

#[test]
fn a_program_gives_the_bits_of_the_graph() {
    let mut graph = Graph::default();
    let (p, q) = (graph.parameter(0), graph.parameter(1));
    let (x, y) = (graph.state(0), graph.state(1));
    let volume = graph.multiply(p, q);
    let clearance = graph.unary(Function::Exp, volume);
    let concentration = graph.divide(x, clearance);
    let bound = graph.multiply(concentration, y);
    let less = graph.binary(Operation::Less, bound, p);
    let time = graph.time();
    let chosen = graph.select(less, bound, time);
    let difference = graph.subtract(chosen, y);
    let outputs = [difference, clearance, bound, q];
    let program = Program::compile(&graph, &outputs, 2, 2);
    for (parameters, states, time) in [([0.3, 1.7], [2.0, 0.01], 3.0), ([0.3, 1.7], [2.0, 5.0], 4.0)] {
        let mut registers = program.prepare(&parameters);
        program.evaluate(&mut registers, time, &states);
        let mut found = [0.0; 4];
        program.outputs(&registers, &mut found);
        let reference = graph.evaluate(&parameters, &states, time);
        for (value, id) in found.iter().zip(outputs) {
            assert_eq!(value.to_bits(), reference[id.0 as usize].to_bits());
        }
    }
    assert_eq!(program.operation_count(0), 5);
}

#[test]
fn long_sums_with_products_give_the_graph_s_value() {
    let mut graph = Graph::default();
    let states: Vec<NodeId> = (0..4).map(|index| graph.state(index)).collect();
    let parameters: Vec<NodeId> = (0..2).map(|index| graph.parameter(index)).collect();
    let flux = graph.multiply(parameters[0], states[0]);
    let binding = graph.multiply(states[1], states[2]);
    let binding = graph.multiply(parameters[1], binding);
    // a − (flux − b) + binding − flux·c, and the same flux added elsewhere; `binding` is an output itself
    let inner = graph.subtract(flux, states[1]);
    let outer = graph.subtract(states[3], inner);
    let outer = graph.add(outer, binding);
    let last = graph.multiply(flux, states[2]);
    let outer = graph.subtract(outer, last);
    let second = graph.add(states[2], flux);
    let outputs = [outer, second, binding];
    let program = Program::compile(&graph, &outputs, 2, 4);
    let (parameters, states) = ([0.3, 1.7], [2.0, 0.01, 5.0, -3.0]);
    let mut registers = program.prepare(&parameters);
    program.evaluate(&mut registers, 0.0, &states);
    let mut found = [0.0; 3];
    program.outputs(&registers, &mut found);
    // by hand: flux 0.6, binding 1.7·0.01·5 = 0.085; −3 − (0.6 − 0.01) + 0.085 − 0.6·5
    for (found, expected) in found.iter().zip([-6.505, 5.6, 0.085]) {
        assert!((found - expected).abs() < 1e-14, "{found} {expected}");
    }
    // lane by lane the bits of one patient alone
    let mut lanes = vec![[0.0; 8]; program.register_count()];
    let mut scratch = program.prepare(&parameters);
    for lane in 0..8 {
        program.prepare_lane(&[0.3 * (lane + 1) as f64, 1.7], &mut scratch, &mut lanes, lane);
    }
    let points: Vec<[f64; 8]> = states.iter().map(|&state| std::array::from_fn(|lane| state / (lane + 1) as f64)).collect();
    program.set_point(&mut lanes, &[0.0; 8], &points);
    program.evaluate_phase(0, &mut lanes);
    let mut of_lanes = [[0.0; 8]; 3];
    program.phase_outputs(0, &lanes, &mut of_lanes);
    for lane in 0..8 {
        let mut alone = program.prepare(&[0.3 * (lane + 1) as f64, 1.7]);
        let states: Vec<f64> = points.iter().map(|point| point[lane]).collect();
        program.evaluate(&mut alone, 0.0, &states);
        let mut found = [0.0; 3];
        program.outputs(&alone, &mut found);
        for (found, lanes) in found.iter().zip(&of_lanes) {
            assert_eq!(found.to_bits(), lanes[lane].to_bits());
        }
    }
}

#[test]
fn a_later_phase_does_not_compute_the_terms_of_a_known_sum_again() {
    let mut graph = Graph::default();
    let states: Vec<NodeId> = (0..4).map(|index| graph.state(index)).collect();
    let product = graph.multiply(states[0], states[1]);
    let sum = graph.add(states[2], states[3]);
    let sum = graph.add(sum, product);
    let further = graph.multiply(sum, states[0]);
    let program = Program::compile_phases(&graph, &[&[sum], &[further]], 0, 4);
    assert_eq!(program.operation_count(1), 1);
}
