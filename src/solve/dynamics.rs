//! What a system of ordinary differential equations must offer to be solved.

/// A system of ordinary differential equations `dx/dt = f(t, x)` whose right-hand side and Jacobian are evaluated by a compiled program.
///
/// Times are in min; the unit of each state is the system's own. The solver reads the pattern once per solve, so it must not change in between.
///
/// States on which nothing depends (not even they themselves: an empty Jacobian column) are *quadratures*. Put them last: the trailing run of
/// quadratures takes no part in the elimination and costs the stiff method a third of what an ordinary state costs.
pub trait Dynamics {
    /// Number of states, quadratures included.
    fn state_count(&self) -> usize;

    /// Writes dx/dt at `time` (min) for `state` into `rates`, in state units per min. Doses are not part of it: the solver adds them from the schedule.
    fn rates(&mut self, time: f64, state: &[f64], rates: &mut [f64]);

    /// Fixed pattern of the Jacobian: (row, column) of every entry that can differ from zero, sorted by row then column, without duplicates.
    fn jacobian_pattern(&self) -> &[(usize, usize)];

    /// Writes ∂(rates)/∂(state) at `time` (min) into `values`, one value per entry of the pattern and in its order.
    fn jacobian(&mut self, time: f64, state: &[f64], values: &mut [f64]);

    /// Number n of leading states that form a closed linear system with constant coefficients (`x' = A x`, a constant production is allowed).
    ///
    /// The states after them may only be quadratures: their rates depend on `x[..n]` alone (by any function) and nothing depends on them.
    /// `None`: the system is not of this form.
    fn linear_states(&self) -> Option<usize>;

    /// Whether the rates depend on time explicitly.
    fn depends_on_time(&self) -> bool;

    /// Writes ∂(rates)/∂(time) at fixed state (per min²). Called only if [`Dynamics::depends_on_time`].
    fn time_derivative(&mut self, time: f64, state: &[f64], derivative: &mut [f64]);
}
