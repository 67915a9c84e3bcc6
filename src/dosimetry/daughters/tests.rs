//! Moving daughters against the equilibrium chain, hand calculation, conservation of energy and kinetics in time.
use super::*;
use crate::dosimetry::exponential_integral::ExponentialTerm;
use crate::dosimetry::self_dose::{Daughters, local_self_dose};
use crate::dosimetry::time_integrated::{BeforeFirst, Between, IntegrationChoices, Tail};
use crate::nuclide::{DecayChain, DecayChainMember, EmittedEnergy, GY_G_PER_MBQ_H_PER_MEV, RadiationWeights, chain_energy_per_decay, find};

fn close(found: f64, expected: f64, relative: f64) {
    assert!(found == expected || (found / expected - 1.0).abs() < relative, "found {found:e}, expected {expected:e}");
}

fn regions(tumour_mbq_h: f64, blood_mbq_h: f64) -> Vec<SourceRegion> {
    let region = |name: &str, parent| SourceRegion { name: name.into(), parent };
    vec![
        region("tumour", ParentActivity::Integrated(tumour_mbq_h)),
        region("blood", ParentActivity::Integrated(blood_mbq_h)),
        region("kidneys", ParentActivity::None),
        region("excreted", ParentActivity::None),
    ]
}

fn release(daughter: &str, from: &str, fraction: f64, to: &[(&str, f64)]) -> Release {
    let to = to.iter().map(|(name, share)| ((*name).to_owned(), *share)).collect();
    Release { daughter: daughter.into(), from: from.into(), fraction, to }
}

fn transfer(daughter: &str, from: &str, to: &str, rate_per_h: f64) -> Transfer {
    Transfer { daughter: daughter.into(), from: from.into(), to: to.into(), rate_per_h }
}

fn bismuth_per_h() -> f64 {
    find("Bi-213").unwrap().decay_constant_per_h()
}

/// 30 % of 221Fr and 20 % of 213Bi leave the tumour; free 213Bi moves blood → kidneys three times and kidneys → excreted as fast as it decays.
fn moving() -> DaughterMovement {
    DaughterMovement {
        releases: vec![
            release("Fr-221", "tumour", 0.3, &[("blood", 1.0)]),
            release("Bi-213", "tumour", 0.2, &[("blood", 0.5), ("kidneys", 0.5)]),
        ],
        transfers: vec![
            transfer("Bi-213", "blood", "kidneys", 3.0 * bismuth_per_h()),
            transfer("Bi-213", "kidneys", "excreted", bismuth_per_h()),
        ],
        free_at_injection: Vec::new(),
    }
}

/// Nothing released, with transfers of free daughters stated or not: the chain in equilibrium, energy and self-dose to 1e-9 and better.
#[test]
fn zero_release_is_equilibrium() {
    let actinium = find("Ac-225").unwrap();
    let chain = chain_energy_per_decay(actinium).unwrap();
    let still = DaughterMovement { releases: vec![release("Bi-213", "tumour", 0.0, &[("blood", 1.0)])], ..moving() };
    for movement in [DaughterMovement::default(), still] {
        let decays = daughter_decays(actinium, &regions(100.0, 7.0), &movement).unwrap();
        let energies = decays.energy_by_region().unwrap();
        for (energy, mbq_h) in energies.iter().zip([100.0, 7.0, 0.0, 0.0]) {
            close(energy.charged_gy_g(), mbq_h * chain.constant_gy_g_per_mbq_h(EmittedEnergy::ChargedParticles), 1e-9);
            close(energy.photon_gy_g, mbq_h * chain.constant_gy_g_per_mbq_h(EmittedEnergy::Photons), 1e-9);
        }
        let s_value = local_self_dose(actinium, 20.0, Daughters::SecularEquilibrium).unwrap().gy_per_mbq_h;
        close(energies[0].charged_gy_g() / 20.0, 100.0 * s_value, 1e-9);
    }
}

/// By hand, 100 MBq h of 225Ac in the tumour. 221Fr and 217At: 70 there, 30 in blood. 213Bi: 69.9916 born in place, of which 55.993 28 stay and 13.998 32 go in
/// halves to blood and kidneys; with 29.9964 from 217At in blood 36.995 56 are free there. A quarter decays there (9.248 89), the rest reaches the
/// kidneys: 34.745 83, of which half decays (17.372 915) and half is excreted.
#[test]
fn a_case_by_hand() {
    let decays = daughter_decays(find("Ac-225").unwrap(), &regions(100.0, 0.0), &moving()).unwrap();
    let at = |nuclide: &str, region: &str| decays.time_integrated_mbq_h(nuclide, region).unwrap();
    for (nuclide, region, expected) in [
        ("Ac-225", "tumour", 100.0),
        ("Ac-225", "kidneys", 0.0),
        ("Fr-221", "tumour", 70.0),
        ("Fr-221", "blood", 30.0),
        ("At-217", "blood", 30.0),
        ("Bi-213", "tumour", 55.99328),
        ("Bi-213", "blood", 9.24889),
        ("Bi-213", "kidneys", 17.372_915),
        ("Bi-213", "excreted", 17.372_915),
        ("Po-213", "kidneys", 17.372_915 * 0.9791),
        ("Tl-209", "kidneys", 17.372_915 * 0.0209),
        ("Pb-209", "kidneys", 17.372_915),
    ] {
        close(at(nuclide, region), expected, 1e-12);
    }
    assert_eq!(decays.time_integrated_mbq_h("Bi-213", "liver"), None);
    // Kidneys in Gy g by hand: 17.372915 MBq h × (0.44405 + 0.12218 + 0.00234 + 0.9791 × (8.37654 + 0.16042) + 0.0209 × 0.68755 + 0.19744) MeV × 0.576784 Gy g/(MBq h MeV).
    let energy = decays.energy_by_region().unwrap()[2];
    close(energy.charged_gy_g(), 17.372_915 * 9.13892 * 0.576_784, 1e-5);
    // α and recoil five times: 5 × 8.48306 + 0.65586 MeV.
    let five = RadiationWeights { electrons: 1.0, alphas_and_recoil: 5.0 };
    close(energy.weighted_charged_gy_g(&five), 17.372_915 * 43.071_16 * 0.576_784, 1e-5);
}

/// However daughters move, every kind of energy adds up to that of the chain; so with daughters that come back and go in circles.
#[test]
fn energy_is_conserved() {
    for (parent, first, second) in [("Ac-225", "Fr-221", "Bi-213"), ("Pb-212", "Bi-212", "Tl-208")] {
        let nuclide = find(parent).unwrap();
        let chain = chain_energy_per_decay(nuclide).unwrap();
        for (a, b, rate_per_h) in [(0.0, 1.0, 0.0), (0.36, 0.5, 2.0), (1.0, 1.0, 1e4), (0.01, 0.0, 1e-6)] {
            let movement = DaughterMovement {
                releases: vec![
                    release(first, "tumour", a, &[("blood", 0.25), ("kidneys", 0.75)]),
                    release(first, "blood", b, &[("tumour", 1.0)]),
                    release(second, "tumour", b, &[("excreted", 0.5), ("tumour", 0.5)]),
                ],
                transfers: vec![
                    transfer(first, "blood", "kidneys", rate_per_h),
                    transfer(first, "kidneys", "blood", 0.5 * rate_per_h),
                    transfer(second, "blood", "tumour", 3.0 * rate_per_h),
                    transfer(first, "kidneys", "excreted", 0.1),
                    transfer(first, "tumour", "blood", rate_per_h),
                ],
                free_at_injection: Vec::new(),
            };
            let energies = daughter_decays(nuclide, &regions(80.0, 20.0), &movement).unwrap().energy_by_region().unwrap();
            let sum = |part: fn(&RegionEnergy) -> f64| energies.iter().map(part).sum::<f64>();
            close(sum(|energy| energy.alpha_gy_g), 100.0 * chain.alpha_mev * GY_G_PER_MBQ_H_PER_MEV, 1e-11);
            close(sum(|energy| energy.electron_gy_g), 100.0 * chain.electron_mev * GY_G_PER_MBQ_H_PER_MEV, 1e-11);
            close(
                sum(RegionEnergy::emitted_gy_g),
                100.0 * (chain.photon_mev + chain.of(EmittedEnergy::ChargedParticles)) * GY_G_PER_MBQ_H_PER_MEV,
                1e-11,
            );
            assert!(energies.iter().all(|energy| energy.charged_gy_g() >= 0.0));
        }
    }
}

/// A second method: the way 225Ac in tumour (biological half-time 200 h) → 221Fr in blood → … → 213Bi in kidneys as Bateman's solution of compartments, run
/// through time to 10^5 h.
#[test]
fn kinetics_in_time_give_the_same_integrals() {
    let actinium = find("Ac-225").unwrap();
    let constant = |name: &str| find(name).unwrap().decay_constant_per_h();
    let (parent_per_h, bi_per_h) = (constant("Ac-225"), bismuth_per_h());
    let effective_per_h = parent_per_h + std::f64::consts::LN_2 / 200.0;
    let mut tumour = regions(0.0, 0.0);
    tumour[0].parent = ParentActivity::Exponentials(vec![ExponentialTerm { amplitude_mbq: 5.0, decay_per_h: effective_per_h }]);
    let movement = DaughterMovement { releases: vec![release("Fr-221", "tumour", 0.3, &[("blood", 1.0)])], ..moving() };
    let decays = daughter_decays(actinium, &tumour, &movement).unwrap();

    let member = |rate: f64, progeny: Vec<(usize, f64)>| DecayChainMember { name: "x".into(), decay_constant_per_h: rate, progeny };
    let chain = DecayChain::new(vec![
        member(effective_per_h, vec![(1, 0.3 * parent_per_h / effective_per_h)]),
        member(constant("Fr-221"), vec![(2, 1.0)]),
        member(constant("At-217"), vec![(3, 0.99988)]),
        member(4.0 * bi_per_h, vec![(4, 0.75)]),
        member(2.0 * bi_per_h, vec![]),
    ])
    .unwrap();
    let passed = chain.time_integrated_activities_h(1e5);
    // Atoms at the start: 5 MBq/λ; of what passes 213Bi in blood a quarter decays there, in the kidneys half.
    let atoms = 5.0 / parent_per_h * effective_per_h;
    close(decays.time_integrated_mbq_h("Fr-221", "blood").unwrap(), atoms * passed[1], 1e-11);
    close(decays.time_integrated_mbq_h("Bi-213", "blood").unwrap(), atoms * passed[3] / 4.0, 1e-11);
    close(decays.time_integrated_mbq_h("Bi-213", "kidneys").unwrap(), atoms * passed[4] / 2.0, 1e-11);
}

/// Measured values and free daughters at injection: 1 MBq of 212Bi decays 60.55 min/ln 2 = 1.455 919 MBq h times in all.
#[test]
fn measured_parents_and_daughters_in_the_vial() {
    let choices = IntegrationChoices { before_first: BeforeFirst::Constant, between: Between::Linear, tail: Tail::PhysicalDecay };
    let lead = find("Pb-212").unwrap();
    let measured = ParentActivity::Measured { times_h: vec![2.0, 6.0], activities_mbq: vec![10.0, 5.0], choices };
    let free = FreeAtInjection { daughter: "Bi-212".into(), region: "rest".into(), activity_mbq: 1.0 };
    let movement = DaughterMovement { free_at_injection: vec![free], ..DaughterMovement::default() };
    let regions =
        [SourceRegion { name: "liver".into(), parent: measured }, SourceRegion { name: "rest".into(), parent: ParentActivity::None }];
    let decays = daughter_decays(lead, &regions, &movement).unwrap();
    // 20 + 30 + 5 · 10.64/ln 2.
    close(decays.time_integrated_mbq_h("Bi-212", "liver").unwrap(), 50.0 + 53.2 / std::f64::consts::LN_2, 1e-12);
    close(decays.time_integrated_mbq_h("Bi-212", "rest").unwrap(), 1.455_919, 1e-6);
    close(decays.time_integrated_mbq_h("Po-212", "rest").unwrap(), 1.455_919 * 0.6406, 1e-6);
    assert_eq!(decays.time_integrated_mbq_h("Pb-212", "rest"), Some(0.0));
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let actinium = find("Ac-225").unwrap();
    let refused = |movement: DaughterMovement| daughter_decays(actinium, &regions(1.0, 0.0), &movement).unwrap_err().to_string();
    let one = |release| DaughterMovement { releases: vec![release], ..DaughterMovement::default() };
    assert!(refused(one(release("Bi-213", "tumor", 0.1, &[("blood", 1.0)]))).contains("nearest: tumour"));
    assert!(refused(one(release("Bi-214", "tumour", 0.1, &[("blood", 1.0)]))).contains("nearest: Bi-213"));
    assert!(refused(one(release("Ac-225", "tumour", 0.1, &[("blood", 1.0)]))).contains("no daughter"));
    assert!(refused(one(release("Bi-213", "tumour", 1.1, &[("blood", 1.0)]))).contains("between 0 and 1"));
    assert!(refused(one(release("Bi-213", "tumour", f64::NAN, &[("blood", 1.0)]))).contains("between 0 and 1"));
    assert!(refused(one(release("Bi-213", "tumour", 0.1, &[("blood", 0.9)]))).contains("add up to 1"));
    let twice = vec![release("Bi-213", "tumour", 0.1, &[("blood", 1.0)]); 2];
    assert!(refused(DaughterMovement { releases: twice, ..DaughterMovement::default() }).contains("twice"));
    let transfers = vec![transfer("Bi-213", "blood", "kidneys", -1.0)];
    assert!(refused(DaughterMovement { transfers, ..DaughterMovement::default() }).contains("rate"));
    assert!(daughter_decays(actinium, &regions(f64::NAN, 0.0), &DaughterMovement::default()).is_err());
    let doubled = [regions(1.0, 1.0), regions(1.0, 1.0)].concat();
    assert_eq!(daughter_decays(actinium, &doubled, &DaughterMovement::default()), Err(DaughterError::RepeatedRegion("tumour".into())));
    // 223Ra has daughters without energies: its decays are told, its energy is not.
    let radium = daughter_decays(find("Ra-223").unwrap(), &regions(1.0, 0.0), &DaughterMovement::default()).unwrap();
    assert!(radium.energy_by_region().is_err());
}
