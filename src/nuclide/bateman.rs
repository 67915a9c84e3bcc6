//! A decay chain through time: amount, activity and time-integrated activity of every member after a pure parent (H. Bateman 1910).
//!
//! Along one path of decays 1 → 2 → … → n with branching b_i and constants λ_i, from one atom of member 1,
//! `N_n(t) = Π_{i<n} (b_i λ_i t) · exp[−λ_1 t, …, −λ_n t]` with the divided difference of the exponential; members that several paths reach add
//! up. Every factor is positive and nothing is subtracted that is close, so that constants may be equal, almost equal or 10^12 apart. The decays of
//! a member until t are the amount of a stable member behind it: the same formula with one more node at 0.

use super::decay_data::Nuclide;
use super::exponential_difference::divided_difference_of_exp;
use super::icrp107::all;

/// One member of a chain.
#[derive(Debug, Clone, PartialEq)]
pub struct DecayChainMember {
    /// Its name, `Bi-213`.
    pub name: String,
    /// Decay constant λ, 1/h; 0 ends the chain.
    pub decay_constant_per_h: f64,
    /// What it decays to: position in the chain and branching fraction.
    pub progeny: Vec<(usize, f64)>,
}

/// A parent with everything that follows from it, parents before daughters.
#[derive(Debug, Clone, PartialEq)]
pub struct DecayChain {
    members: Vec<DecayChainMember>,
    /// Every way from the parent to a member.
    paths: Vec<Path>,
}

#[derive(Debug, Clone, PartialEq)]
struct Path {
    members: Vec<usize>,
    branching: f64,
}

/// A chain that cannot be.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("impossible decay chain at {member}: {problem}")]
pub struct ImpossibleChain {
    /// The member concerned.
    pub member: String,
    /// What is wrong.
    pub problem: String,
}

/// Branching fractions of ICRP 107 are rounded: those of 131I add up to 0.999 999, those of 111In to more than 1 by 1e-9.
const BRANCHING_ROUNDING: f64 = 1e-5;

impl DecayChain {
    /// The whole chain of `parent` by the tables. A name without a row of its own, stable or not in the tables (207Bi, 99Tc), ends the chain: its
    /// atoms are counted, its decays are not.
    pub fn of(parent: &Nuclide) -> Self {
        let mut names = Vec::new();
        order_after_parents(parent, &mut names);
        names.reverse();
        let position = |name: &str| names.iter().position(|known| *known == name);
        let members = names
            .iter()
            .map(|name| match row(name) {
                Some(nuclide) => DecayChainMember {
                    name: nuclide.name.clone(),
                    decay_constant_per_h: nuclide.decay_constant_per_h(),
                    progeny: nuclide.progeny.iter().filter_map(|next| Some((position(&next.name)?, next.branching))).collect(),
                },
                None => DecayChainMember { name: (*name).to_owned(), decay_constant_per_h: 0.0, progeny: Vec::new() },
            })
            .collect();
        Self::with_paths(members)
    }

    /// A chain of the caller's own, the parent first, parents before daughters.
    ///
    /// # Errors
    /// No members; a parent that does not decay; a constant that is not finite or below zero; a branch that does not lead forward in the list, from
    /// what does not decay, or outside 0 to 1 (also in sum).
    pub fn new(members: Vec<DecayChainMember>) -> Result<Self, ImpossibleChain> {
        let Some(parent) = members.first() else {
            return Err(ImpossibleChain { member: "the parent".into(), problem: "a chain needs at least one member".into() });
        };
        let fault =
            |member: &DecayChainMember, problem: &str| Err(ImpossibleChain { member: member.name.clone(), problem: problem.to_owned() });
        if parent.decay_constant_per_h == 0.0 {
            return fault(parent, "the parent does not decay");
        }
        for (index, member) in members.iter().enumerate() {
            let (rate, branches) = (member.decay_constant_per_h, &member.progeny);
            if !(rate.is_finite() && rate >= 0.0) {
                return fault(member, "its decay constant must be finite and not below zero");
            }
            if rate == 0.0 && !branches.is_empty() {
                return fault(member, "it does not decay but has progeny");
            }
            if branches.iter().any(|(next, _)| *next <= index || *next >= members.len()) {
                return fault(member, "its progeny must stand after it in the list");
            }
            let sum: f64 = branches.iter().map(|(_, branching)| branching).sum();
            if !(branches.iter().all(|(_, branching)| *branching >= 0.0) && sum <= 1.0 + BRANCHING_ROUNDING) {
                return fault(member, "branching fractions lie between 0 and 1, and so does their sum");
            }
        }
        Ok(Self::with_paths(members))
    }

    fn with_paths(members: Vec<DecayChainMember>) -> Self {
        let mut paths = vec![Path { members: vec![0], branching: 1.0 }];
        let mut position = 0;
        while let Some(path) = paths.get(position).cloned() {
            position += 1;
            let last = path.members[path.members.len() - 1];
            for &(next, branching) in &members[last].progeny {
                let mut longer = path.members.clone();
                longer.push(next);
                paths.push(Path { members: longer, branching: path.branching * branching });
            }
        }
        Self { members, paths }
    }

    /// The members, parents before daughters.
    pub fn members(&self) -> &[DecayChainMember] {
        &self.members
    }

    /// Where a member of that name stands.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.members.iter().position(|member| member.name == name)
    }

    /// Atoms of each member per atom of the parent at t = 0, `time_h` later (below zero counts as zero).
    pub fn amounts(&self, time_h: f64) -> Vec<f64> {
        self.over_paths(time_h, false)
    }

    /// Activity of each member per activity of the parent at t = 0; 0 for what ends the chain.
    pub fn activities(&self, time_h: f64) -> Vec<f64> {
        let parent_per_h = self.members[0].decay_constant_per_h;
        let amounts = self.amounts(time_h);
        amounts.iter().zip(&self.members).map(|(amount, member)| amount * (member.decay_constant_per_h / parent_per_h)).collect()
    }

    /// Activity of each member integrated from 0 to `time_h`, per activity of the parent at t = 0, h; 0 for what ends the chain.
    pub fn time_integrated_activities_h(&self, time_h: f64) -> Vec<f64> {
        let parent_per_h = self.members[0].decay_constant_per_h;
        let decays = self.over_paths(time_h, true);
        decays
            .iter()
            .zip(&self.members)
            .map(|(decays, member)| if member.decay_constant_per_h > 0.0 { decays / parent_per_h } else { 0.0 })
            .collect()
    }

    /// Activity of each member integrated to the end of time, per activity of the parent at t = 0, h; 0 for what ends the chain.
    pub fn total_time_integrated_activities_h(&self) -> Vec<f64> {
        let parent_per_h = self.members[0].decay_constant_per_h;
        let mut totals = vec![0.0; self.members.len()];
        for path in &self.paths {
            let last = path.members[path.members.len() - 1];
            if self.members[last].decay_constant_per_h > 0.0 {
                totals[last] += path.branching / parent_per_h;
            }
        }
        totals
    }

    /// Amounts, or with `behind` the amounts of a stable member behind each (its decays so far).
    fn over_paths(&self, time_h: f64, behind: bool) -> Vec<f64> {
        let time_h = time_h.max(0.0);
        let mut sums = vec![0.0; self.members.len()];
        let mut nodes = Vec::new();
        for path in &self.paths {
            let last = path.members[path.members.len() - 1];
            nodes.clear();
            nodes.extend(path.members.iter().map(|&member| -self.members[member].decay_constant_per_h * time_h));
            let decaying = if behind { nodes.len() } else { nodes.len() - 1 };
            let passed: f64 = nodes[..decaying].iter().map(|node| -node).product();
            if behind {
                nodes.push(0.0);
            }
            sums[last] += path.branching * passed * divided_difference_of_exp(&nodes);
        }
        sums
    }
}

fn row(name: &str) -> Option<&'static Nuclide> {
    all().iter().find(|known| known.name == name)
}

/// Depth first, each name after all its progeny: reversed, parents stand before daughters.
fn order_after_parents<'a>(nuclide: &'a Nuclide, done: &mut Vec<&'a str>) {
    for next in nuclide.progeny.iter().rev() {
        if done.contains(&next.name.as_str()) {
            continue;
        }
        match row(&next.name) {
            Some(daughter) => order_after_parents(daughter, done),
            None => done.push(&next.name),
        }
    }
    done.push(&nuclide.name);
}

#[cfg(test)]
mod tests;
