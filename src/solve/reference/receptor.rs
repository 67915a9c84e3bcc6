//! Receptor kinetics as in radioligand therapy: labelled and unlabelled ligand compete for receptors; exchange in seconds to minutes, release in days.

use super::Network;
use crate::solve::{Infusion, Schedule};

/// Physical decay of Lu-177, per min (half-life 6.647 d).
const DECAY: f64 = std::f64::consts::LN_2 / (6.647 * 1440.0);

/// A whole body in one network.
#[derive(Debug, Clone)]
pub(crate) struct Body {
    pub network: Network,
    /// Amounts before the first dose (free receptors), nmol.
    pub initial: Vec<f64>,
    /// Number of states that are no quadratures.
    pub core: usize,
    /// Per organ: free receptors, bound labelled, bound unlabelled.
    pub receptors: Vec<[usize; 3]>,
}

/// Body with `organs` receptor-carrying organs of seven states each, plasma, excreta; then `quadratures` integrals per core state, of which every
/// third is the product with the next state.
pub(crate) fn body(organs: usize, quadratures: usize) -> Body {
    let core = 4 + 7 * organs;
    let mut network = Network::new(core * (1 + quadratures));
    let mut initial = vec![0.0; core * (1 + quadratures)];
    let mut labelled = vec![0, 2];
    let mut receptors = Vec::new();
    for (plasma, excreta) in [(0, 2), (1, 3)] {
        network = network.flow(plasma, excreta, 0.03);
    }
    for organ in 0..organs {
        let first = 4 + 7 * organ;
        let spread = 1.0 + (organ as f64 * 0.618_033_988_7).fract();
        let free = first + 6;
        initial[free] = 4.0 * spread * spread;
        for label in 0..2 {
            let [interstitial, bound, internal] = [first + label, first + 2 + label, first + 4 + label];
            network = network
                .flow(label, interstitial, 0.05 * spread)
                .flow(interstitial, label, 2.0 * spread)
                .process(0.4 / spread, &[interstitial, free], &[(interstitial, -1.0), (free, -1.0), (bound, 1.0)])
                .process(0.04, &[bound], &[(bound, -1.0), (free, 1.0), (interstitial, 1.0)])
                .process(1e-3 * spread, &[bound], &[(bound, -1.0), (free, 1.0), (internal, 1.0)])
                .flow(internal, 2 + label, 1.5e-4 * spread);
        }
        labelled.extend([first, first + 2, first + 4]);
        receptors.push([free, first + 2, first + 3]);
    }
    for &state in &labelled {
        network = network.flow(state, state + 1, DECAY);
    }
    for state in 0..core {
        for quadrature in 0..quadratures {
            let target = core * (1 + quadrature) + state;
            network = if quadrature % 3 == 2 {
                network.process(1e-3, &[state, (state + 1) % core], &[(target, 1.0)])
            } else {
                network.process(1e-3, &[state], &[(target, 1.0)])
            };
        }
    }
    Body { network, initial, core, receptors }
}

/// 10 nmol labelled and 90 nmol unlabelled over 30 min.
pub(crate) fn infusion(start: f64) -> Schedule {
    Schedule {
        infusions: vec![Infusion { start, stop: start + 30.0, rates: vec![(0, 10.0 / 30.0), (1, 90.0 / 30.0)] }],
        ..Schedule::default()
    }
}
