//! The size at which a wanted power is reached, between the sizes that were simulated.
//!
//! The power of these tests is near Φ(δ √n − z): the normal quantile of the power is interpolated linearly in √n. Nothing is said beyond the sizes simulated.
use super::estimate::PowerEstimate;
use crate::math::sqrt;
use crate::random::standard_normal_quantile;

/// Where a curve reaches the wanted power.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reached {
    /// Already at the smallest size simulated.
    AtMost(usize),
    /// Between two sizes: patients, rounded up.
    At(usize),
    /// Not at the largest size simulated.
    Above(usize),
}

/// Size for a wanted power.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SizeFor {
    /// By the estimates.
    pub size: Reached,
    /// By the upper ends of their 95 % intervals: the fewest patients that may do.
    pub fewest: Reached,
    /// By the lower ends: the most that may be needed.
    pub most: Reached,
}

/// The size for `power` (between 0 and 1) from `estimates` at rising sizes; `None` without estimates.
pub fn size_for(power: f64, estimates: &[PowerEstimate]) -> Option<SizeFor> {
    let reached = |curve: &dyn Fn(&PowerEstimate) -> f64| {
        let at = |estimate: &PowerEstimate| {
            // shares of 0 and 1 have no quantile: half a trial is kept back
            let least = 0.5 / (estimate.replicates as f64 + 1.0);
            (sqrt(estimate.size as f64), standard_normal_quantile(curve(estimate).clamp(least, 1.0 - least)))
        };
        let wanted = standard_normal_quantile(power);
        let (first, last) = (estimates.first()?, estimates.last()?);
        if at(first).1 >= wanted {
            return Some(Reached::AtMost(first.size));
        }
        for pair in estimates.windows(2) {
            let ((x0, y0), (x1, y1)) = (at(&pair[0]), at(&pair[1]));
            if y0 < wanted && y1 >= wanted {
                let root = x0 + (wanted - y0) / (y1 - y0) * (x1 - x0);
                return Some(Reached::At(crate::math::ceil(root * root) as usize));
            }
        }
        Some(Reached::Above(last.size))
    };
    Some(SizeFor {
        size: reached(&|estimate| estimate.power)?,
        fewest: reached(&|estimate| estimate.interval_95.1)?,
        most: reached(&|estimate| estimate.interval_95.0)?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::estimate::wilson_95;
    use super::*;
    use crate::math::erfc;

    fn estimate(size: usize, power: f64) -> PowerEstimate {
        let replicates = 100_000;
        let rejected = (power * replicates as f64).round() as usize;
        PowerEstimate {
            size,
            replicates,
            rejected,
            failed: 0,
            power,
            standard_error: 0.0,
            interval_95: wilson_95(rejected, replicates),
            hazard_ratio: None,
            difference: None,
            missing: 0,
            times_used: 1.0,
        }
    }

    #[test]
    fn a_normal_power_curve_is_met_exactly() {
        // two-sample z test: power Φ(δ√n/2 − 1.96); 80 % at n = 4 (1.95996 + 0.84162)²/δ² = 313.96/… with δ = 0.3: 348.84
        let phi = |z: f64| 0.5 * erfc(-z / std::f64::consts::SQRT_2);
        let curve: Vec<PowerEstimate> =
            [100, 200, 300, 400, 600].map(|n| estimate(n, phi(0.15 * (n as f64).sqrt() - 1.959_963_985))).to_vec();
        let found = size_for(0.8, &curve).unwrap();
        assert_eq!(found.size, Reached::At(349));
        let (Reached::At(fewest), Reached::At(most)) = (found.fewest, found.most) else { panic!("{found:?}") };
        assert!(fewest < 349 && most > 349 && most - fewest < 12);
        assert_eq!(size_for(0.99, &curve[..4]).unwrap().size, Reached::Above(400));
        assert_eq!(size_for(0.2, &curve).unwrap().size, Reached::AtMost(100));
        assert_eq!(size_for(0.8, &[]), None);
    }

    #[test]
    fn powers_of_nought_and_one_do_not_break_it() {
        let curve = [estimate(10, 0.0), estimate(20, 1.0)];
        let Some(Reached::At(size)) = size_for(0.8, &curve).map(|found| found.size) else { panic!() };
        assert!((10..=20).contains(&size));
    }
}
