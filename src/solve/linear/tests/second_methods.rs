//! Second methods on random systems: the scaling-and-squaring propagator of the exact method, which shares no formula with the engine, and nalgebra's
//! matrix exponential.

use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;

use super::*;
use crate::solve::reference::options;

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Rates over eight decades, 30 days after a 30-minute infusion, against the propagator of the exact method (which reads the same matrix and so
    /// loses the slow rates behind the fast ones: hence powers of two, whose sums are exact here).
    #[test]
    fn twelve_compartments_agree_with_the_propagator(numbers in prop::collection::vec(0.0f64..1.0, 16), dose in 0.1f64..1000.0) {
        let numbers: Vec<f64> = numbers.iter().map(|&number| 2f64.powf((26.0 * number - 20.0).round())).collect();
        let decay = 2f64.powi(-14);
        let times: Vec<f64> = (1..=10).map(|day| 4320.0 * f64::from(day)).collect();
        let mut network = twelve(&numbers, decay);
        let found = run(&mut network, &[0.0; 12], &infusion(dose / 30.0, 30.0), &times);
        let span = Span { start: 0.0, stop: 43_200.0, samples: times };
        let expected = solve(&mut network, &[0.0; 12], &infusion(dose / 30.0, 30.0), &span, &options(12, 1e-10, 1e-10, MethodChoice::Exact));
        let deviation = error(&found.states, &expected.expect("solves").states, dose);
        prop_assert!(deviation < 1e-12, "{deviation:e}, {:?}", found.statistics);
    }

    /// Chains of up to twelve states whose rates lie close together, against the propagator (rates are exact in binary as above).
    #[test]
    fn chains_of_close_rates_agree_with_the_propagator(
        length in 3usize..13, numbers in prop::collection::vec(0.0f64..1.0, 13), spread in 0.0f64..2.0, time in -1.0f64..2.0,
    ) {
        let mut network = Network::new(length + 1);
        for (member, &number) in numbers[..length].iter().enumerate() {
            network = network.flow(member, member + 1, (1024.0 * 2f64.powf(spread * number)).round() / 1024.0);
        }
        let mut network = network.loss(length, 0.0).linear(length + 1);
        let times = [10f64.powf(time), 100.0];
        let found = run(&mut network, &bolus_in(length + 1), &Schedule::default(), &times);
        let span = Span { start: 0.0, stop: 100.0, samples: times.to_vec() };
        let options = options(length + 1, 1e-10, 1e-10, MethodChoice::Exact);
        let expected = solve(&mut network, &bolus_in(length + 1), &Schedule::default(), &span, &options).expect("solves");
        let found = error(&found.states, &expected.states, 1.0);
        prop_assert!(found < 1e-12, "{found:e}");
    }

    /// Moderate norms, where the package is accurate; states, integrals and input through the augmented matrix. Cycles included.
    #[test]
    fn agrees_with_nalgebra_where_that_is_accurate(
        size in 1usize..7,
        numbers in prop::collection::vec(0.0f64..1.0, 49),
        start in prop::collection::vec(0.0f64..1.0, 14),
        time in 0.01f64..10.0,
        sparse in any::<bool>(),
    ) {
        let mut network = Network::new(2 * size);
        for from in 0..size {
            network = network.loss(from, 0.1 + numbers[from * 8]).process(1.0, &[from], &[(size + from, 1.0)]);
            for to in (0..size).filter(|&to| to != from && !(sparse && numbers[from * 7 + to] < 0.6)) {
                network = network.flow(from, to, numbers[from * 7 + to]);
            }
        }
        let mut network = network.linear(size);
        let wide = 2 * size + 1;
        let mut augmented = DMatrix::zeros(wide, wide);
        let mut entries = vec![0.0; network.jacobian_pattern().len()];
        network.jacobian(0.0, &vec![0.0; 2 * size], &mut entries);
        for (&place, &value) in network.jacobian_pattern().iter().zip(&entries) {
            augmented[place] = value;
        }
        let rates: Vec<(usize, f64)> = start[7..7 + size].iter().copied().enumerate().collect();
        rates.iter().for_each(|&(state, rate)| augmented[(state, wide - 1)] = rate);
        let mut initial = start[..size].to_vec();
        initial.resize(2 * size, 0.0);
        let mut side = initial.clone();
        side.push(1.0);
        let expected = (augmented * time).exp() * DVector::from_vec(side);
        let schedule = Schedule { infusions: vec![Infusion { start: 0.0, stop: time, rates }], ..Schedule::default() };
        let found = run(&mut network, &initial, &schedule, &[time]);
        let given = initial.iter().sum::<f64>() + time * start[7..7 + size].iter().sum::<f64>();
        let states = error(&found.final_state[..size], &expected.as_slice()[..size], given);
        prop_assert!(states < 2e-13, "{states:e}");
        let integrals = error(&found.final_state[size..], &expected.as_slice()[size..2 * size], given * (1.0 + time));
        prop_assert!(integrals < 1e-12, "{integrals:e}");
    }

    /// Never a silent wrong number: any network of up to nine compartments, any directions and cycles, rates over eight decades (powers of two, as above).
    /// The engine solves it to 1e-12 of the dose or says that it cannot.
    #[test]
    fn any_network_agrees_with_the_propagator(
        size in 2usize..10,
        flows in prop::collection::vec((0usize..9, 0usize..9, -20i32..6), 1..24),
        losses in prop::collection::vec(-24i32..2, 9),
        time in -2.0f64..4.6,
    ) {
        let mut network = Network::new(size);
        for (from, to, exponent) in flows {
            let (from, to) = (from % size, to % size);
            if from != to {
                network = network.flow(from, to, 2f64.powi(exponent));
            }
        }
        for (state, &exponent) in losses[..size].iter().enumerate() {
            network = network.loss(state, 2f64.powi(exponent));
        }
        let mut network = network.linear(size);
        let times = [0.1 * 10f64.powf(time), 10f64.powf(time)];
        let job = job(&bolus_in(size), &Schedule::default(), &times, times[1]);
        let Ok(found) = engine(&mut network, best()).solve(&job) else { return Err(TestCaseError::reject("refused")) };
        let options = options(size, 1e-10, 1e-10, MethodChoice::Exact);
        let expected = solve(&mut network, &bolus_in(size), &Schedule::default(), &job.span, &options).expect("solves");
        let deviation = error(&found.states, &expected.states, 1.0);
        prop_assert!(deviation < 1e-12, "{deviation:e}, {:?}", found.statistics);
    }
}
