//! Bytes as errors and events show them.

use attention_protocol::Hash;
use cosmwasm_std::HexBinary;

/// A hash.
pub(crate) fn hex(hash: &Hash) -> String {
    HexBinary::from(hash).to_hex()
}

/// Any bytes.
pub(crate) fn hex_of(bytes: &[u8]) -> String {
    HexBinary::from(bytes).to_hex()
}
