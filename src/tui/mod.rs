//! The terminal workbench face.
