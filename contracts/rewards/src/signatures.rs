//! Signatures: the one place that asks the chain whether one is valid.

use attention_protocol::Hash;
use attention_protocol::config::Pubkey;
use attention_protocol::msg::SignatureEntry;
use attention_protocol::quorum::{IndexedSignature, SIGNATURE_BYTES};
use cosmwasm_std::Api;

/// Only a verification that ran and said yes counts: an error and a no are the same.
pub(crate) fn check_signature(api: &dyn Api, digest: &Hash, signature: &[u8], key: &[u8]) -> Result<(), ()> {
    match api.secp256k1_verify(digest, signature, key) {
        Ok(true) => Ok(()),
        Ok(false) | Err(_) => Err(()),
    }
}

/// The same for keys and signatures of the lengths that operators have.
pub(crate) fn verifier(
    api: &dyn Api,
) -> impl Fn(&Hash, &[u8; SIGNATURE_BYTES], &Pubkey) -> Result<(), ()> + use<'_> {
    |digest, signature, key| check_signature(api, digest, signature, key)
}

/// Signatures as they travel, as they are counted.
pub(crate) fn indexed(signatures: &[SignatureEntry]) -> Vec<IndexedSignature<'_>> {
    signatures
        .iter()
        .map(|entry| IndexedSignature { index: entry.index, signature: entry.signature.as_slice() })
        .collect()
}
