//! Dimensions and unit expressions (`L/nmol/min`), conversion to the internal units; no physics.
