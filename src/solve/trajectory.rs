//! What a solve returns: states at the sample times, the state at the end, how it was done and what it cost.

/// The method that produced a trajectory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Matrix exponential of a linear system; non-linear quadratures by adaptive Gauss–Kronrod.
    Exact,
    /// Rodas5P, a Rosenbrock–Wanner method of order 5.
    Stiff,
    /// Dop853, an explicit Runge–Kutta method of order 8.
    NonStiff,
}

impl std::fmt::Display for Method {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Method::Exact => "exact propagation",
            Method::Stiff => "Rodas5P",
            Method::NonStiff => "Dop853",
        })
    }
}

/// What a solve cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Statistics {
    /// Accepted steps (exact method: propagated intervals).
    pub steps: usize,
    /// Steps tried and refused (exact method: panels of a quadrature that had to be halved).
    pub rejected: usize,
    /// Evaluations of the right-hand side.
    pub rate_evaluations: usize,
    /// Evaluations of the Jacobian.
    pub jacobian_evaluations: usize,
    /// Sparse factorisations (exact method: squarings of the exponential).
    pub factorisations: usize,
    /// Factorisations that had to be repeated densely with pivoting because the fixed pivot order was not accurate enough.
    pub pivoted_fallbacks: usize,
}

/// The solution of one span.
#[derive(Debug, Clone, PartialEq)]
pub struct Trajectory {
    /// Sample times, min: those of the span, in their order.
    pub times: Vec<f64>,
    /// States at the sample times, row-major: `states[sample * state_count + state]`.
    pub states: Vec<f64>,
    /// Number of states.
    pub state_count: usize,
    /// State at the end of the span, before any bolus given at that very time: the initial state from which the next span continues.
    pub final_state: Vec<f64>,
    /// What it cost.
    pub statistics: Statistics,
    /// The method used.
    pub method: Method,
    /// Why that method: a sentence for people.
    pub reason: String,
}

impl Trajectory {
    /// All states at one sample. Panics if there is no such sample.
    pub fn state(&self, sample: usize) -> &[f64] {
        &self.states[sample * self.state_count..][..self.state_count]
    }

    /// One state over all samples, in their order.
    pub fn series(&self, state: usize) -> impl Iterator<Item = f64> + '_ {
        self.states.chunks_exact(self.state_count.max(1)).filter_map(move |row| row.get(state).copied())
    }
}
