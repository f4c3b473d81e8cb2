//! Nodes and peers that lie: each gives a clear error or is passed over; none makes the daemon panic, hang or fill up.

mod binary;
mod consent;
mod contract;
#[path = "../cli/data.rs"]
#[allow(dead_code, reason = "shared with the tests of the command line, which use all of it")]
mod data;
mod idle;
mod peer;
mod rpc;
mod server;
#[path = "../cli/world.rs"]
#[allow(dead_code, reason = "shared with the tests of the command line, which use all of it")]
mod world;
