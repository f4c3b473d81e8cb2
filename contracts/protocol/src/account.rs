//! `AccountId`: the canonical bytes of an address, the key and the order of every allocation tree.

use ripemd::{Digest, Ripemd160};

use crate::error::ProtocolError;
use crate::hash::sha256;

/// Canonical address bytes: 20 (a key's account) or 32 (a contract's). Ordered as raw bytes; where one is a
/// prefix of the other, the shorter comes first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(Vec<u8>);

impl AccountId {
    /// The canonical bytes.
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }

    /// The account of a compressed secp256k1 key: `ripemd160(sha256(key))`.
    pub fn of_key(key: &[u8]) -> Self {
        Self(Ripemd160::digest(sha256(&[key])).to_vec())
    }

    /// Their number, 20 or 32, as the one byte that precedes them in a leaf.
    pub(crate) fn len_u8(&self) -> u8 {
        if self.0.len() == 32 { 32 } else { 20 }
    }
}

impl TryFrom<&[u8]> for AccountId {
    type Error = ProtocolError;

    fn try_from(bytes: &[u8]) -> Result<Self, ProtocolError> {
        match bytes.len() {
            20 | 32 => Ok(Self(bytes.to_vec())),
            len => Err(ProtocolError::AddressLength { len }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_20_and_32_bytes_are_addresses() {
        for len in 0..40usize {
            assert_eq!(AccountId::try_from(vec![1; len].as_slice()).is_ok(), len == 20 || len == 32, "{len}");
        }
    }

    /// The key of the curve's generator, whose hash every address format shows as its example.
    #[test]
    fn a_keys_account_is_its_hash() {
        let key = hex::decode("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798").unwrap();
        assert_eq!(
            hex::encode(AccountId::of_key(&key).as_slice()),
            "751e76e8199196d454941c45d1b3a323f1433bd6"
        );
    }

    #[test]
    fn raw_bytes_decide_the_order() {
        let id = |byte: u8, len: usize| AccountId::try_from(vec![byte; len].as_slice()).unwrap();
        assert!(id(1, 32) < id(2, 20), "the bytes come before the length");
        assert!(id(1, 20) < id(1, 32), "a prefix sorts first");
    }
}
