//! The workbench: messages in, state and effects out; whole frames; bytes on the wire; the built program on a pseudo-terminal.
mod browsing;
mod fixture;
mod frames;
mod keys;
mod measured;
mod program;
mod rooms;
mod terminal;
mod updates;
mod weather;
mod wire;
