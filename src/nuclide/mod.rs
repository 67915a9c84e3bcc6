//! Decay data of ICRP Publication 107: half-lives, mean energies per decay, progeny.
