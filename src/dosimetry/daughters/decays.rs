//! Decays of every chain member by region: in place as the equilibrium chain, and of free daughters by a linear balance in each nuclide.

use super::movement::{DaughterError, DaughterMovement, region_at};
use super::parent::SourceRegion;
use crate::dosimetry::organ_name::nearest;
use crate::nuclide::{ChainMember, Nuclide, secular_equilibrium_chain};

/// Decays of one chain member, MBq h by region, in the order of [`ChainDecays::regions`].
#[derive(Debug, Clone, PartialEq)]
pub struct MemberDecays {
    /// The nuclide.
    pub nuclide: &'static Nuclide,
    /// Time-integrated activity of what never left where the parent decayed.
    pub in_place_mbq_h: Vec<f64>,
    /// Time-integrated activity of what was released on the way, or injected free.
    pub free_mbq_h: Vec<f64>,
}

/// Decays of a whole chain in all regions.
#[derive(Debug, Clone, PartialEq)]
pub struct ChainDecays {
    /// Names of the regions.
    pub regions: Vec<String>,
    /// The parent first; daughters behind their mothers.
    pub members: Vec<MemberDecays>,
}

impl ChainDecays {
    /// Time-integrated activity of a member in a region, MBq h; `None` for an unknown name.
    pub fn time_integrated_mbq_h(&self, nuclide: &str, region: &str) -> Option<f64> {
        let at = self.regions.iter().position(|name| name == region)?;
        let member = self.members.iter().find(|member| member.nuclide.name == nuclide)?;
        Some(member.in_place_mbq_h[at] + member.free_mbq_h[at])
    }
}

/// Decays of `parent` and its shorter-lived daughters in `regions`, with daughters moving as stated.
///
/// # Errors
/// Names that are not listed, numbers that cannot be, a curve of the parent that cannot be integrated.
pub fn daughter_decays(
    parent: &'static Nuclide,
    regions: &[SourceRegion],
    movement: &DaughterMovement,
) -> Result<ChainDecays, DaughterError> {
    movement.check()?;
    for (index, region) in regions.iter().enumerate() {
        if regions[..index].iter().any(|earlier| earlier.name == region.name) {
            return Err(DaughterError::RepeatedRegion(region.name.clone()));
        }
    }
    let chain = mothers_first(secular_equilibrium_chain(parent));
    let plan = Plan::resolve(parent, &chain, regions, movement)?;
    let parent_mbq_h =
        regions.iter().map(|region| region.parent.time_integrated_mbq_h(&region.name, parent)).collect::<Result<Vec<_>, _>>()?;
    let count = regions.len();
    let mut members: Vec<MemberDecays> = Vec::with_capacity(chain.len());
    for (position, nuclide) in chain.iter().copied().enumerate() {
        let (mut in_place_mbq_h, mut free_mbq_h) = (vec![0.0; count], vec![0.0; count]);
        if position == 0 {
            in_place_mbq_h.clone_from(&parent_mbq_h);
        }
        for mother in &members {
            let branching: f64 = mother.nuclide.progeny.iter().filter(|next| next.name == nuclide.name).map(|next| next.branching).sum();
            for region in 0..count {
                let born = branching * mother.in_place_mbq_h[region];
                let released = plan.released(position, region);
                in_place_mbq_h[region] += born * (1.0 - released.fraction);
                for &(to, share) in &released.to {
                    free_mbq_h[to] += born * released.fraction * share;
                }
                free_mbq_h[region] += branching * mother.free_mbq_h[region];
            }
        }
        for &(daughter, region, activity_mbq) in &plan.free_at_injection {
            if daughter == position {
                // All atoms of an activity decay: A/λ.
                free_mbq_h[region] += activity_mbq / nuclide.decay_constant_per_h();
            }
        }
        let rates = plan.transfers_of(position);
        if !rates.is_empty() {
            free_mbq_h = after_transfers(&free_mbq_h, &rates, nuclide.decay_constant_per_h());
        }
        members.push(MemberDecays { nuclide, in_place_mbq_h, free_mbq_h });
    }
    Ok(ChainDecays { regions: regions.iter().map(|region| region.name.clone()).collect(), members })
}

/// The nuclides of a chain so that every mother stands before her daughters.
fn mothers_first(chain: Vec<ChainMember>) -> Vec<&'static Nuclide> {
    let mut waiting: Vec<&'static Nuclide> = chain.into_iter().map(|member| member.nuclide).collect();
    let mut ordered = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let born_of = |mother: &Nuclide, name: &str| mother.progeny.iter().any(|next| next.name == name);
        // Decay only goes down in energy: there is always one that no other waiting one decays to.
        let next = waiting.iter().position(|one| !waiting.iter().any(|mother| born_of(mother, &one.name))).unwrap_or(0);
        ordered.push(waiting.remove(next));
    }
    ordered
}

/// Names of a movement resolved to positions.
struct Plan {
    releases: Vec<(usize, usize, Released)>,
    transfers: Vec<(usize, Rate)>,
    free_at_injection: Vec<(usize, usize, f64)>,
}

#[derive(Default, Clone)]
struct Released {
    fraction: f64,
    to: Vec<(usize, f64)>,
}

#[derive(Clone, Copy)]
struct Rate {
    from: usize,
    to: usize,
    per_h: f64,
}

impl Plan {
    fn resolve(
        parent: &Nuclide,
        chain: &[&'static Nuclide],
        regions: &[SourceRegion],
        movement: &DaughterMovement,
    ) -> Result<Self, DaughterError> {
        let daughter_at = |asked: &str| {
            let found = chain.iter().position(|nuclide| nuclide.name == asked).filter(|position| *position > 0);
            found.ok_or_else(|| DaughterError::UnknownDaughter {
                asked: asked.to_owned(),
                parent: parent.name.clone(),
                nearest: nearest(asked, chain.iter().skip(1).map(|nuclide| nuclide.name.as_str())),
            })
        };
        let mut plan = Self { releases: Vec::new(), transfers: Vec::new(), free_at_injection: Vec::new() };
        for release in &movement.releases {
            let to =
                release.to.iter().map(|(name, share)| Ok((region_at(regions, name)?, *share))).collect::<Result<_, DaughterError>>()?;
            let released = Released { fraction: release.fraction, to };
            plan.releases.push((daughter_at(&release.daughter)?, region_at(regions, &release.from)?, released));
        }
        for transfer in &movement.transfers {
            let (from, to) = (region_at(regions, &transfer.from)?, region_at(regions, &transfer.to)?);
            plan.transfers.push((daughter_at(&transfer.daughter)?, Rate { from, to, per_h: transfer.rate_per_h }));
        }
        for free in &movement.free_at_injection {
            plan.free_at_injection.push((daughter_at(&free.daughter)?, region_at(regions, &free.region)?, free.activity_mbq));
        }
        Ok(plan)
    }

    fn released(&self, daughter: usize, region: usize) -> Released {
        let stated = self.releases.iter().find(|(of, from, _)| *of == daughter && *from == region);
        stated.map(|(_, _, released)| released.clone()).unwrap_or_default()
    }

    fn transfers_of(&self, daughter: usize) -> Vec<Rate> {
        self.transfers.iter().filter(|(of, rate)| *of == daughter && rate.from != rate.to).map(|(_, rate)| *rate).collect()
    }
}

/// Decays by region of what is born free as `born_mbq_h` and moves by `rates` until it decays: the linear balance of the room's header.
///
/// Every column of the matrix adds up to 1 and all but its diagonal is negative, so that elimination needs no pivots.
fn after_transfers(born_mbq_h: &[f64], rates: &[Rate], decay_per_h: f64) -> Vec<f64> {
    let count = born_mbq_h.len();
    let mut matrix = vec![vec![0.0; count]; count];
    (0..count).for_each(|region| matrix[region][region] = 1.0);
    for &Rate { from, to, per_h } in rates {
        matrix[from][from] += per_h / decay_per_h;
        matrix[to][from] -= per_h / decay_per_h;
    }
    let mut value = born_mbq_h.to_vec();
    for pivot in 0..count {
        for row in pivot + 1..count {
            let factor = matrix[row][pivot] / matrix[pivot][pivot];
            if factor != 0.0 {
                for column in pivot..count {
                    matrix[row][column] -= factor * matrix[pivot][column];
                }
                value[row] -= factor * value[pivot];
            }
        }
    }
    for row in (0..count).rev() {
        let known: f64 = (row + 1..count).map(|column| matrix[row][column] * value[column]).sum();
        value[row] = (value[row] - known) / matrix[row][row];
    }
    value
}
