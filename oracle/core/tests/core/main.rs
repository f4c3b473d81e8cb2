//! The crate as its users see it: whole epochs, proofs, and operators under faults in virtual time.

mod chain;
mod consent;
mod epochs;
mod faults;
mod interest;
mod learnt;
mod models;
mod operator;
mod parts;
mod proofs;
mod rng;
mod rounds;
mod simulation;
mod watch;
mod world;
