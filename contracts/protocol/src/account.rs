//! `AccountId`: the canonical bytes of an address, the key and the order of every allocation tree.

use crate::error::ProtocolError;

/// Canonical address bytes: 20 (a key's account) or 32 (a contract's). Ordered as raw bytes; where one is a
/// prefix of the other, the shorter comes first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(Vec<u8>);

impl AccountId {
    /// The canonical bytes.
    pub fn as_slice(&self) -> &[u8] {
        &self.0
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

    #[test]
    fn raw_bytes_decide_the_order() {
        let id = |byte: u8, len: usize| AccountId::try_from(vec![byte; len].as_slice()).unwrap();
        assert!(id(1, 32) < id(2, 20), "the bytes come before the length");
        assert!(id(1, 20) < id(1, 32), "a prefix sorts first");
    }
}
