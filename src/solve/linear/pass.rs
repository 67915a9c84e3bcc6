//! One step of the approximation: eight complex sparse systems at once, one pole per lane.
//!
//! For each pole `(θ − hA) x = x₀ + h u/θ` (u: constant input, eliminated by hand from the augmented system) is factorised and solved. Off-diagonals of
//! `θ − hA` are −f with f ≥ 0 in compartment models, and its columns sum to the *excess* `e = θ + h·loss`. The elimination keeps the excess instead of
//! the diagonal (W. K. Grassmann, M. I. Taksar, D. P. Heyman, Oper. Res. 33 (1985) 1107, here with a complex shift):
//!
//! `d = e + Σ f` over what is left of the column, `f_ij += f_ip f_pj/d_p`, `e_j += f_pj e_p/d_p`.
//!
//! No large numbers are subtracted, so fast exchange does not drown slow loss. In a tree the f are real and Im e only grows, so that no pivot is smaller
//! than the least |Im θ| = 1.19.

use super::approximation::{INTEGRAL_WEIGHTS, LIMIT, Lanes, POLE_IM, POLE_RE, PROBE_WEIGHTS, STATE_WEIGHTS};
use super::structure::{Block, Net, ROOT, Structure};
use super::values::Values;
use crate::math::{Kernel, LANES};

/// Where less than this part of a block's amount comes and goes in a step, what came and went tells the amount better than the sum over the poles,
/// whose rounding would add up from step to step.
const SLOW: f64 = 0.25;

/// One complex number per pole.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(super) struct Complex {
    re: Lanes,
    im: Lanes,
}

const ZERO: Complex = Complex { re: [0.0; LANES], im: [0.0; LANES] };

impl Complex {
    #[inline(always)]
    fn times(&self, other: &Complex) -> Complex {
        let mut product = ZERO;
        for pole in 0..LANES {
            product.re[pole] = self.re[pole] * other.re[pole] - self.im[pole] * other.im[pole];
            product.im[pole] = self.re[pole] * other.im[pole] + self.im[pole] * other.re[pole];
        }
        product
    }

    #[inline(always)]
    fn inverse(&self) -> Complex {
        let mut inverse = ZERO;
        for pole in 0..LANES {
            let scale = 1.0 / (self.re[pole] * self.re[pole] + self.im[pole] * self.im[pole]);
            inverse.re[pole] = self.re[pole] * scale;
            inverse.im[pole] = -self.im[pole] * scale;
        }
        inverse
    }

    /// `self += weight · other`
    #[inline(always)]
    fn add_scaled(&mut self, weight: f64, other: &Complex) {
        for pole in 0..LANES {
            self.re[pole] += weight * other.re[pole];
            self.im[pole] += weight * other.im[pole];
        }
    }

    /// `self += left · right`
    #[inline(always)]
    fn add_product(&mut self, left: &Complex, right: &Complex) {
        let product = left.times(right);
        for pole in 0..LANES {
            self.re[pole] += product.re[pole];
            self.im[pole] += product.im[pole];
        }
    }

    #[inline(always)]
    fn add_real(&mut self, value: f64) {
        for pole in 0..LANES {
            self.re[pole] += value;
        }
    }
}

/// Factors for one step length, and the numbers on the way.
#[derive(Debug, Clone)]
pub(super) struct Workspace {
    /// Step for which the factors are made, min; not a number if for none.
    step_min: f64,
    scaled: Vec<f64>,
    excess: Vec<Complex>,
    inverses: Vec<Complex>,
    slots: Vec<Complex>,
    side: Vec<Complex>,
    /// What each block has got from those before it.
    arrived: Vec<f64>,
    /// Factorisations since it last forgot, each of all eight poles.
    pub factorisations: usize,
}

impl Workspace {
    pub(super) fn new(structure: &Structure) -> Workspace {
        let size = structure.core.len();
        Workspace {
            step_min: f64::NAN,
            scaled: vec![0.0; structure.entries.len()],
            excess: vec![ZERO; size],
            inverses: vec![ZERO; size],
            slots: vec![ZERO; structure.slot_count],
            side: vec![ZERO; size],
            arrived: vec![0.0; structure.blocks.len()],
            factorisations: 0,
        }
    }

    /// Forgets the factors and their count: the matrix is another.
    pub(super) fn forget(&mut self) {
        self.step_min = f64::NAN;
        self.factorisations = 0;
    }
}

/// One step of one patient as a kernel: moves `core` over `step_min` and writes `∫core dt`.
pub(super) struct Pass<'a> {
    pub structure: &'a Structure,
    pub values: &'a Values,
    pub workspace: &'a mut Workspace,
    /// Length of the step, min; positive.
    pub step_min: f64,
    /// Constant input at each position, per min.
    pub input: Option<&'a [f64]>,
    /// Amounts at each position.
    pub core: &'a mut [f64],
    /// ∫ amounts dt at each position.
    pub integral: &'a mut [f64],
    /// The probe at each position: large where the approximation may be poor.
    pub probe: &'a mut [f64],
}

impl Kernel for Pass<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Pass { structure, values, workspace, step_min, input, core, integral, probe } = self;
        if workspace.step_min != step_min {
            factorise(structure, values, workspace, step_min);
        }
        load(workspace, step_min, input, core);
        for block in &structure.blocks {
            match &block.net {
                None => solve_tree(structure, workspace, block),
                Some(net) => solve_net(workspace, block, net),
            }
            for &coupling in &block.couplings {
                let entry = structure.entries[coupling];
                let amount = workspace.side[entry.from];
                workspace.side[entry.to].add_scaled(workspace.scaled[coupling], &amount);
            }
        }
        workspace.arrived.fill(0.0);
        for (number, block) in structure.blocks.iter().enumerate() {
            let members = block.first..block.last;
            let before: f64 = core[members.clone()].iter().sum();
            let mut put_in = 0.0;
            let mut left = 0.0;
            for position in members.clone() {
                let side = &workspace.side[position];
                probe[position] = PROBE_WEIGHTS.leading_sum(&side.re, &side.im);
                core[position] = LIMIT * core[position] + STATE_WEIGHTS.sum(&side.re, &side.im);
                integral[position] = step_min * INTEGRAL_WEIGHTS.sum(&side.re, &side.im);
                left += values.losses[position] * integral[position];
                put_in += input.map_or(0.0, |input| step_min * input[position]);
            }
            let arrived = workspace.arrived[number] + put_in;
            if before > 0.0 && left.abs() + arrived.abs() <= SLOW * before {
                let after: f64 = core[members.clone()].iter().sum();
                let correction = (before + (arrived - left)) / after;
                core[members].iter_mut().for_each(|amount| *amount *= correction);
            }
            for &coupling in &block.couplings {
                let entry = structure.entries[coupling];
                workspace.arrived[structure.block_of[entry.to]] += values.rates[coupling] * integral[entry.from];
            }
        }
    }
}

#[inline(always)]
fn load(workspace: &mut Workspace, step_min: f64, input: Option<&[f64]>, core: &[f64]) {
    for (side, &amount) in workspace.side.iter_mut().zip(core) {
        *side = Complex { re: [amount; LANES], im: [0.0; LANES] };
    }
    if let Some(input) = input {
        let inverse = Complex { re: POLE_RE, im: POLE_IM }.inverse();
        for (side, &rate) in workspace.side.iter_mut().zip(input) {
            side.add_scaled(step_min * rate, &inverse);
        }
    }
}

#[inline(always)]
fn factorise(structure: &Structure, values: &Values, workspace: &mut Workspace, step_min: f64) {
    workspace.step_min = step_min;
    workspace.factorisations += 1;
    for (scaled, &rate) in workspace.scaled.iter_mut().zip(&values.rates) {
        *scaled = step_min * rate;
    }
    for (excess, &loss) in workspace.excess.iter_mut().zip(&values.losses) {
        *excess = Complex { re: POLE_RE, im: POLE_IM };
        excess.add_real(step_min * loss);
    }
    for block in &structure.blocks {
        match &block.net {
            None => factorise_tree(structure, workspace, block),
            Some(net) => factorise_net(workspace, block, net),
        }
    }
}

#[inline(always)]
fn factorise_tree(structure: &Structure, workspace: &mut Workspace, block: &Block) {
    let Workspace { scaled, excess, inverses, .. } = workspace;
    for position in block.first..block.last {
        let link = structure.links[position];
        let own = excess[position];
        if link.parent == ROOT {
            inverses[position] = own.inverse();
        } else {
            let mut pivot = own;
            pivot.add_real(scaled[link.outward]);
            let inverse = pivot.inverse();
            inverses[position] = inverse;
            excess[link.parent].add_scaled(scaled[link.back], &own.times(&inverse));
        }
    }
}

#[inline(always)]
fn solve_tree(structure: &Structure, workspace: &mut Workspace, block: &Block) {
    let Workspace { scaled, inverses, side, .. } = workspace;
    for position in block.first..block.last {
        let link = structure.links[position];
        if link.parent != ROOT {
            let passed = side[position].times(&inverses[position]);
            side[link.parent].add_scaled(scaled[link.outward], &passed);
        }
    }
    for position in (block.first..block.last).rev() {
        let link = structure.links[position];
        let mut amount = side[position];
        if link.parent != ROOT {
            amount.add_scaled(scaled[link.back], &side[link.parent]);
        }
        side[position] = amount.times(&inverses[position]);
    }
}

#[inline(always)]
fn factorise_net(workspace: &mut Workspace, block: &Block, net: &Net) {
    let Workspace { scaled, excess, inverses, slots, .. } = workspace;
    slots[net.first_slot..net.last_slot].fill(ZERO);
    for &(slot, entry) in &net.filled {
        slots[slot].add_real(scaled[entry]);
    }
    for (((position, outward), back), targets) in (block.first..block.last).zip(&net.outward).zip(&net.back).zip(&net.targets) {
        let own = excess[position];
        let mut pivot = own;
        for &(slot, _) in outward {
            let leaving = slots[slot];
            for pole in 0..LANES {
                pivot.re[pole] += leaving.re[pole];
                pivot.im[pole] += leaving.im[pole];
            }
        }
        let inverse = pivot.inverse();
        inverses[position] = inverse;
        let part = own.times(&inverse);
        for &(slot, from) in back {
            let arriving = slots[slot];
            excess[from].add_product(&arriving, &part);
        }
        for (&(slot, _), targets) in outward.iter().zip(targets.chunks_exact(back.len().max(1))) {
            let share = slots[slot].times(&inverse);
            slots[slot] = share;
            for (&(arriving, _), &target) in back.iter().zip(targets) {
                if let Some(target) = target {
                    let arriving = slots[arriving];
                    slots[target].add_product(&share, &arriving);
                }
            }
        }
    }
}

#[inline(always)]
fn solve_net(workspace: &mut Workspace, block: &Block, net: &Net) {
    let Workspace { inverses, slots, side, .. } = workspace;
    for (position, outward) in (block.first..block.last).zip(&net.outward) {
        let amount = side[position];
        for &(slot, to) in outward {
            side[to].add_product(&slots[slot], &amount);
        }
    }
    for (position, back) in (block.first..block.last).zip(&net.back).rev() {
        let mut amount = side[position];
        for &(slot, from) in back {
            amount.add_product(&slots[slot], &side[from]);
        }
        side[position] = amount.times(&inverses[position]);
    }
}
