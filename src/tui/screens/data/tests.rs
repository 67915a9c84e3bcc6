//! Updates and drawing of the screen.
