//! Counter-based random numbers: a draw is a pure function of (seed, patient, stream, index).
