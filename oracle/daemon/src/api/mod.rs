//! What an operator serves: health, state, its signatures, published files, claim proofs. Read-only, bounded.

mod routes;
mod server;
mod shared;

pub use routes::router;
pub use server::{ApiError, bind, serve};
pub use shared::{NodeState, SIGNATURES_KEPT_MAX, Shared};
