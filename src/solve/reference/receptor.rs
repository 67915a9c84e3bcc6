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
    body_with(organs, quadratures, &mut |rate| rate)
}

/// The same with every rate, and every number of receptors, changed by `change`.
pub(crate) fn body_with(organs: usize, quadratures: usize, change: &mut dyn FnMut(f64) -> f64) -> Body {
    let core = 4 + 7 * organs;
    let mut network = Network::new(core * (1 + quadratures));
    let mut initial = vec![0.0; core * (1 + quadratures)];
    let mut labelled = vec![0, 2];
    let mut receptors = Vec::new();
    for (plasma, excreta) in [(0, 2), (1, 3)] {
        network = network.flow(plasma, excreta, change(0.03));
    }
    for organ in 0..organs {
        let first = 4 + 7 * organ;
        let spread = 1.0 + (organ as f64 * 0.618_033_988_7).fract();
        let free = first + 6;
        initial[free] = change(4.0 * spread * spread);
        for label in 0..2 {
            let [interstitial, bound, internal] = [first + label, first + 2 + label, first + 4 + label];
            network = network
                .flow(label, interstitial, change(0.05 * spread))
                .flow(interstitial, label, change(2.0 * spread))
                .process(change(0.4 / spread), &[interstitial, free], &[(interstitial, -1.0), (free, -1.0), (bound, 1.0)])
                .process(change(0.04), &[bound], &[(bound, -1.0), (free, 1.0), (interstitial, 1.0)])
                .process(change(1e-3 * spread), &[bound], &[(bound, -1.0), (free, 1.0), (internal, 1.0)])
                .flow(internal, 2 + label, change(1.5e-4 * spread));
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

/// The body of three organs with one integral per state, 4320 min after the start of the infusion: scipy's Radau with analytic Jacobian at a relative
/// tolerance of 3e-13 (absolute 1e-17), from a transcription of the description above; restarted at the end of the infusion.
pub(crate) const BODY_OF_THREE_AT_4320: [f64; 50] = [
    1.106590991626882e-12,
    1.400704010355174e-11,
    7.175258262784425e+00,
    9.082550747070232e+01,
    3.14254523761265e-14,
    3.977780182879684e-13,
    1.440267977595093e-12,
    1.823066650161021e-11,
    3.064350317137469e-02,
    3.879171597934333e-01,
    3.999999999980327e+00,
    3.082638541689248e-14,
    3.901951308560301e-13,
    2.246212447894012e-12,
    2.843217419698379e-11,
    7.037309972064994e-02,
    8.908494700301491e-01,
    1.047213595432311e+01,
    3.118674646652307e-14,
    3.947565195824221e-13,
    1.754879707592364e-12,
    2.221296814012331e-11,
    4.535110120570357e-02,
    5.740999325010865e-01,
    6.111456178990958e+00,
    3.160235277622951e-01,
    2.858990013820386e+00,
    3.515271122287108e+01,
    3.752867602854689e+02,
    7.859053747046246e-03,
    7.11270055378519e-02,
    7.692885390884037e-02,
    7.01629655408969e-01,
    2.081021825703684e-01,
    2.191883459782997e+00,
    1.650144149068216e+01,
    7.816244718639877e-03,
    7.074483256671879e-02,
    1.611258084246136e-01,
    1.46739669997257e+00,
    6.040016299503749e-01,
    6.292360300178576e+00,
    4.361110481441114e+01,
    7.843795707454885e-03,
    7.099110715316324e-02,
    1.068646475199036e-01,
    9.740067103580627e-01,
    3.364309520812561e-01,
    3.528402010489324e+00,
    2.532061933546642e+01,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::RandomSource;
    use crate::solve::reference::options;
    use crate::solve::{MethodChoice, Span, solve};

    /// Receptors and ligand of random bodies, every rate of its own over five orders of magnitude, are conserved to 1e-9 over 30 days: in exact
    /// arithmetic they are to the last digit, so that this measures rounding.
    #[test]
    fn random_bodies_keep_their_receptors_and_their_ligand() {
        let mut worst = (0.0f64, 0.0f64);
        for patient in 0..1000 {
            let source = RandomSource::new(11, patient, 3);
            let mut index = 0;
            let mut model = body_with(3, 0, &mut |rate| {
                index += 1;
                rate * 10f64.powf(5.0 * (source.uniform(index) - 0.5))
            });
            let span = Span { start: 0.0, stop: 43_200.0, samples: vec![1.0, 30.0, 1000.0] };
            let run =
                solve(&mut model.network, &model.initial, &infusion(0.0), &span, &options(model.core, 1e-6, 1e-10, MethodChoice::Stiff))
                    .unwrap_or_else(|error| panic!("patient {patient}: {error}"));
            for state in [run.state(1), run.state(2), run.final_state.as_slice()] {
                let free: f64 = model.receptors.iter().map(|organ| state[organ[0]]).sum();
                worst.0 = worst.0.max(((state[..model.core].iter().sum::<f64>() - free) / 100.0 - 1.0).abs());
                for organ in &model.receptors {
                    let total: f64 = organ.iter().map(|&index| state[index]).sum();
                    worst.1 = worst.1.max((total / model.initial[organ[0]] - 1.0).abs());
                }
            }
        }
        eprintln!("ligand {:e}, receptors {:e}", worst.0, worst.1);
        assert!(worst.0 < 1e-9 && worst.1 < 1e-9, "ligand {:e}, receptors {:e}", worst.0, worst.1);
    }
}
