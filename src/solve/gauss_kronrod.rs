//! Adaptive Gauss–Kronrod quadrature (7 and 15 points) of several integrands at once over one interval.
//!
//! Nodes and weights: R. Piessens et al., QUADPACK, Springer 1983. Error of a panel: the difference of the two rules, sharpened as there.

/// Non-negative nodes of the 15-point rule on [−1, 1]; the odd ones are those of the 7-point rule.
pub(crate) const NODES: [f64; 8] = [
    0.991_455_371_120_812_6,
    0.949_107_912_342_758_5,
    0.864_864_423_359_769_1,
    0.741_531_185_599_394_4,
    0.586_087_235_467_691_1,
    0.405_845_151_377_397_2,
    0.207_784_955_007_898_47,
    0.0,
];
const KRONROD: [f64; 8] = [
    0.022_935_322_010_529_224,
    0.063_092_092_629_978_55,
    0.104_790_010_322_250_19,
    0.140_653_259_715_525_92,
    0.169_004_726_639_267_9,
    0.190_350_578_064_785_4,
    0.204_432_940_075_298_89,
    0.209_482_141_084_727_82,
];
const GAUSS: [f64; 4] = [0.129_484_966_168_869_7, 0.279_705_391_489_276_64, 0.381_830_050_505_118_9, 0.417_959_183_673_469_4];

/// Relative error at which a panel is good enough.
pub(crate) const RELATIVE_ERROR: f64 = 1e-12;

/// Sums over one panel, for several integrands.
#[derive(Debug, Clone)]
pub(crate) struct Panel {
    /// Values at the 15 nodes from left to right, one row per node.
    values: Vec<f64>,
    count: usize,
    /// Integrals over the panel.
    pub integral: Vec<f64>,
}

impl Panel {
    /// A panel for `count` integrands.
    pub(crate) fn new(count: usize) -> Panel {
        Panel { values: vec![0.0; 15 * count], count, integral: vec![0.0; count] }
    }

    /// Position of node `node` (0 … 14, from left to right) as a fraction of the panel.
    pub(crate) fn fraction(node: usize) -> f64 {
        match node {
            0..=7 => 0.5 - 0.5 * NODES[node],
            _ => 0.5 + 0.5 * NODES[14 - node],
        }
    }

    /// Where the integrands' values at a node go.
    pub(crate) fn at(&mut self, node: usize) -> &mut [f64] {
        &mut self.values[node * self.count..][..self.count]
    }

    /// Integrates over a panel of length `length`. True if every integral is good enough relative to `totals` so far or to its own size.
    pub(crate) fn integrate(&mut self, length: f64, totals: &[f64]) -> bool {
        let mut good = true;
        for (index, &total) in totals.iter().enumerate() {
            let value = |node: usize| self.values[node * self.count + index];
            let folded = |node: usize| if node == 7 { value(7) } else { value(node) + value(14 - node) };
            let kronrod: f64 = (0..8).map(|node| KRONROD[node] * folded(node)).sum();
            let gauss: f64 = (0..4).map(|node| GAUSS[node] * folded(2 * node + 1)).sum();
            let weight = |node: usize| KRONROD[if node < 8 { node } else { 14 - node }];
            let size: f64 = (0..15).map(|node| weight(node) * value(node).abs()).sum();
            let spread: f64 = (0..15).map(|node| weight(node) * (value(node) - 0.5 * kronrod).abs()).sum();
            let mut error = (kronrod - gauss).abs();
            if spread > 0.0 {
                let ratio = 200.0 * error / spread;
                error = spread * f64::min(1.0, ratio * crate::math::sqrt(ratio));
            }
            self.integral[index] = 0.5 * length * kronrod;
            // 50 ε of the size is the least the rules can promise.
            let allowed = (RELATIVE_ERROR * total.abs()).max(50.0 * f64::EPSILON * 0.5 * length * size);
            good &= 0.5 * length * error <= allowed.max(RELATIVE_ERROR * 0.5 * length * size);
        }
        good
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel_of(function: impl Fn(f64) -> f64) -> (f64, bool) {
        let mut panel = Panel::new(1);
        for node in 0..15 {
            panel.at(node)[0] = function(Panel::fraction(node));
        }
        let good = panel.integrate(1.0, &[0.0]);
        (panel.integral[0], good)
    }

    #[test]
    fn polynomials_up_to_degree_22_are_exact() {
        for degree in 0..=22 {
            let (integral, _) = panel_of(|x| x.powi(degree));
            assert!((integral - 1.0 / f64::from(degree + 1)).abs() < 1e-15, "degree {degree}: {integral}");
        }
    }

    #[test]
    fn a_smooth_function_is_good_and_a_rough_one_is_not() {
        let (integral, good) = panel_of(f64::exp);
        assert!((integral - (std::f64::consts::E - 1.0)).abs() < 1e-15 && good);
        assert!(!panel_of(|x| (-1000.0 * x).exp()).1);
        assert!(panel_of(|_| 0.0).1);
    }
}
