//! Imaging and blood tables: reading, units, decay correction, what was understood.
