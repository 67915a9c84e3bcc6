//! Coefficients of Rodas5P: G. Steinebach, Construction of Rosenbrock–Wanner method Rodas5P and numerical benchmarks within the Julia
//! Differential Equations package, BIT Numer. Math. 63 (2023) 27. Order 5 with an embedded order 4, eight stages, stiffly accurate, L-stable.
//!
//! In the transformed form, with `W = I/(hγ) − J`:
//! `W k_i = f(t + c_i h, x + Σ_j a_ij k_j) + Σ_j (C_ij/h) k_j + h d_i ∂f/∂t`, `x_new = x + Σ_j a_8j k_j + k_8`, error estimate `k_8`.

/// Diagonal coefficient γ.
pub(crate) const GAMMA: f64 = 0.21193756319429014;

/// Weights a_ij of earlier stages in the argument of stage i (row i − 1, column j − 1).
pub(crate) const A: [[f64; 8]; 8] = {
    const A6: [f64; 5] = [-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256, 0.030198172008377946];
    [
        [0.0; 8],
        [3.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [2.849394379747939, 0.45842242204463923, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [-6.954028509809101, 2.489845061869568, -10.358996098473584, 0.0, 0.0, 0.0, 0.0, 0.0],
        [2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641, 0.0, 0.0, 0.0, 0.0],
        [A6[0], A6[1], A6[2], A6[3], A6[4], 0.0, 0.0, 0.0],
        [A6[0], A6[1], A6[2], A6[3], A6[4], 1.0, 0.0, 0.0],
        [A6[0], A6[1], A6[2], A6[3], A6[4], 1.0, 1.0, 0.0],
    ]
};

/// Weights C_ij of earlier stages in the right-hand side of stage i, times h.
#[rustfmt::skip]
pub(crate) const C: [[f64; 8]; 8] = [
    [0.0; 8],
    [-14.155112264123755, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    [-17.97296035885952, -2.859693295451294, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    [147.12150275711716, -1.41221402718213, 71.68940251302358, 0.0, 0.0, 0.0, 0.0, 0.0],
    [165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306, 0.0, 0.0, 0.0, 0.0],
    [24.854864614690072, -3.0009227002832186, 47.4931110020768, 5.5814197821558125, -0.6610691825249471, 0.0, 0.0, 0.0],
    [30.91273214028599, -3.1208243349937974, 77.79954646070892, 34.28646028294783, -19.097331116725623, -28.087943162872662, 0.0, 0.0],
    [37.80277123390563, -3.2571969029072276, 112.26918849496327, 66.9347231244047, -40.06618937091002, -54.66780262877968,
     -9.48861652309627, 0.0],
];

/// Times of the stages as fractions of the step.
pub(crate) const STAGE_TIMES: [f64; 8] =
    [0.0, 0.6358126895828704, 0.4095798393397535, 0.9769306725060716, 0.4288403609558664, 1.0, 1.0, 1.0];

/// Weights d_i of the derivative in time.
pub(crate) const TIME_WEIGHTS: [f64; 8] =
    [0.21193756319429014, -0.42387512638858027, -0.3384627126235924, 1.8046452872882734, 2.325825639765069, 0.0, 0.0, 0.0];

/// Weights H_mi of the dense output: with `q_m = Σ_i H_mi k_i`,
/// `x(t + θh) = (1 − θ) x0 + θ (x1 + (1 − θ)(q_1 + θ(q_2 + θ q_3)))`, of order 4.
#[rustfmt::skip]
pub(crate) const DENSE: [[f64; 8]; 3] = [
    [25.948786856663858, -2.5579724845846235, 10.433815404888879, -2.3679251022685204, 0.524948541321073, 1.1241088310450404,
     0.4272876194431874, -0.17202221070155493],
    [-9.91568850695171, -0.9689944594115154, 3.0438037242978453, -24.495224566215796, 20.176138334709044, 15.98066361424651,
     -6.789040303419874, -6.710236069923372],
    [11.419903575922262, 2.8879645146136994, 72.92137995996029, 80.12511834622643, -52.072871366152654, -59.78993625266729,
     -0.15582684282751913, 4.883087185713722],
];

/// For a state on which nothing depends, `W` has only the diagonal `1/(hγ)` in its column, and the stages can be summed up beforehand:
/// any combination `Σ_i m_i k_i` equals `h Σ_i β_i g_i` with `g_i = f_i + J k_i + h d_i ∂f/∂t` (J k over the other states) and
/// `β = γ (I − γ C)^{-T} m`. Returns β for the combination m.
pub(crate) fn quadrature_weights(combination: &[f64; 8]) -> [f64; 8] {
    let mut weights = *combination;
    for stage in (0..8).rev() {
        for later in stage + 1..8 {
            weights[stage] += GAMMA * C[later][stage] * weights[later];
        }
    }
    weights.map(|weight| GAMMA * weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_transformed_coefficients_satisfy_the_conditions_of_order_one_and_two() {
        // Untransformed, Γ = (1/γ I − C)^{-1} and α = A Γ. Stage times are row sums of α, time weights d row sums of Γ, and b = m Γ sums to 1.
        // Independent of the published d and c: both follow from A, C and γ.
        let unit = |stage: usize| -> [f64; 8] { std::array::from_fn(|index| if index == stage { 1.0 } else { 0.0 }) };
        for stage in 0..8 {
            let row_of_gamma = quadrature_weights(&unit(stage));
            assert!((row_of_gamma.iter().sum::<f64>() - TIME_WEIGHTS[stage]).abs() < 1e-13, "d of stage {stage}");
            let row_of_alpha = quadrature_weights(&A[stage]);
            assert!((row_of_alpha.iter().sum::<f64>() - STAGE_TIMES[stage]).abs() < 1e-13, "c of stage {stage}");
        }
        let mut solution = A[7];
        solution[7] = 1.0;
        let weights = quadrature_weights(&solution);
        assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-13);
        // Order 5 integrates t^p over the unit step exactly up to p = 4: Σ b_i c_i^p = 1/(p + 1), with the term of ∂f/∂t for p = 1.
        for power in 1..5 {
            let mut sum: f64 = weights.iter().zip(&STAGE_TIMES).map(|(weight, time)| weight * time.powi(power)).sum();
            if power == 1 {
                sum += weights.iter().zip(&TIME_WEIGHTS).map(|(weight, time)| weight * time).sum::<f64>();
            }
            assert!((sum - 1.0 / f64::from(power + 1)).abs() < 1e-12, "moment {power}: {sum}");
        }
        assert!((quadrature_weights(&unit(7)).iter().sum::<f64>()).abs() < 1e-13, "the error estimate vanishes for a constant rate");
    }
}
