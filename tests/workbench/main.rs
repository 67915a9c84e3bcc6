//! The workbench: messages in and state out, whole frames, and the built program on a pseudo-terminal.

mod fixture;
mod frames;
mod program;
mod updates;
mod wire;
