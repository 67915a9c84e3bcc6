//! Mass-action networks: any system whose rates are constants, linear or products of two states.

use crate::solve::Dynamics;

/// One process: `rate · Π reactants`, which changes states by the given amounts per unit.
#[derive(Debug, Clone)]
struct Process {
    rate: f64,
    reactants: Vec<usize>,
    changes: Vec<(usize, f64)>,
}

/// A network of processes. Quadratures are states that are changed but are no reactant.
#[derive(Debug, Clone, Default)]
pub(crate) struct Network {
    states: usize,
    linear: Option<usize>,
    processes: Vec<Process>,
    pattern: Vec<(usize, usize)>,
}

impl Network {
    pub(crate) fn new(states: usize) -> Network {
        Network { states, ..Network::default() }
    }

    /// Says that the first `count` states are linear and the others quadratures.
    pub(crate) fn linear(mut self, count: usize) -> Network {
        self.linear = Some(count);
        self
    }

    pub(crate) fn process(mut self, rate: f64, reactants: &[usize], changes: &[(usize, f64)]) -> Network {
        self.pattern.extend(changes.iter().flat_map(|&(row, _)| reactants.iter().map(move |&column| (row, column))));
        self.pattern.sort_unstable();
        self.pattern.dedup();
        self.processes.push(Process { rate, reactants: reactants.to_vec(), changes: changes.to_vec() });
        self
    }

    /// First-order flow between two compartments.
    pub(crate) fn flow(self, from: usize, to: usize, rate: f64) -> Network {
        self.process(rate, &[from], &[(from, -1.0), (to, 1.0)])
    }

    /// First-order loss from a compartment.
    pub(crate) fn loss(self, from: usize, rate: f64) -> Network {
        self.process(rate, &[from], &[(from, -1.0)])
    }
}

impl Dynamics for Network {
    fn state_count(&self) -> usize {
        self.states
    }

    fn rates(&mut self, _time: f64, state: &[f64], rates: &mut [f64]) {
        rates.fill(0.0);
        for process in &self.processes {
            let flux = process.reactants.iter().fold(process.rate, |flux, &index| flux * state[index]);
            process.changes.iter().for_each(|&(index, amount)| rates[index] += amount * flux);
        }
    }

    fn jacobian_pattern(&self) -> &[(usize, usize)] {
        &self.pattern
    }

    fn jacobian(&mut self, _time: f64, state: &[f64], values: &mut [f64]) {
        values.fill(0.0);
        for process in &self.processes {
            for (position, &column) in process.reactants.iter().enumerate() {
                let others = process.reactants.iter().enumerate().filter(|other| other.0 != position);
                let slope = others.fold(process.rate, |slope, (_, &index)| slope * state[index]);
                for &(row, amount) in &process.changes {
                    let entry = self.pattern.binary_search(&(row, column)).expect("the pattern holds every entry");
                    values[entry] += amount * slope;
                }
            }
        }
    }

    fn linear_states(&self) -> Option<usize> {
        self.linear
    }

    fn depends_on_time(&self) -> bool {
        false
    }

    fn time_derivative(&mut self, _time: f64, _state: &[f64], derivative: &mut [f64]) {
        derivative.fill(0.0);
    }
}
