//! Figures (plotters), tables, the run folder and its manifest.
