//! Nodes and peers that lie: each gives a clear error or is passed over; none makes the daemon panic, hang or fill up.

mod peer;
mod rpc;
mod server;
