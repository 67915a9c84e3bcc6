//! A compiled system, a dosing schedule and options → a trajectory.
