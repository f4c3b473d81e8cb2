//! Other operators' APIs: pulled, never pushed to, and believed in nothing that is not checked here.

mod client;
mod wire;

pub use client::{PeerClient, PeerError};
pub use wire::{CheckedSignature, SignatureAnswer, WireError, check_answer, verify_signature};
