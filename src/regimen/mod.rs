//! Fixed and dose-adapted regimens, and the simulated clinic that measures what the rules may know.
