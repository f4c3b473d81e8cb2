//! A leaf of an allocation tree as it was hashed, whether its contents are allowed or not.
//!
//! [`crate::Leaf`] cannot hold a score above one or an address of another length, so it cannot prove that a dishonest
//! tree contains one. This type can: it checks the layout alone.

use crate::bytes::Reader;
use crate::error::ProtocolError;
use crate::hash::{Hash, TAG_LEAF, sha256};
use crate::tree::{SumNode, TreeLeaf};

/// The longest address that a raw leaf can show. A tree with a longer one cannot be opened there.
pub const RAW_ADDRESS_MAX_BYTES: usize = 64;

/// A packed leaf, `len u8 ‖ address ‖ score u32 ‖ streak u16 ‖ boost u32 ‖ weight u64 ‖ cumulative u128`, with any address
/// of at most [`RAW_ADDRESS_MAX_BYTES`] and any score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawLeaf<'a> {
    bytes: &'a [u8],
    /// The address bytes; honest leaves have 20 or 32 and rise strictly by them.
    pub address: &'a [u8],
    /// The stated score, ppm; at most 10^6 in an honest leaf.
    pub score_ppm: u32,
    /// The stated streak.
    pub streak: u16,
    /// The stated boost, ppm.
    pub boost_ppm: u32,
    /// The stated weight.
    pub weight: u64,
    /// The stated cumulative amount, base units.
    pub cumulative: u128,
}

impl<'a> RawLeaf<'a> {
    /// Reads one raw leaf from the front of `reader`.
    ///
    /// # Errors
    /// [`ProtocolError::Invalid`] if the address is longer than [`RAW_ADDRESS_MAX_BYTES`], [`ProtocolError::Length`] if the
    /// bytes end too early.
    pub fn read(reader: &mut Reader<'a>) -> Result<Self, ProtocolError> {
        let bytes = reader.rest();
        let len = usize::from(reader.u8()?);
        if len > RAW_ADDRESS_MAX_BYTES {
            return Err(ProtocolError::invalid("the address length of a raw leaf", len, "at most 64 bytes"));
        }
        let address = reader.take(len)?;
        let leaf = Self {
            bytes: &[],
            address,
            score_ppm: reader.u32()?,
            streak: reader.u16()?,
            boost_ppm: reader.u32()?,
            weight: reader.u64()?,
            cumulative: reader.u128()?,
        };
        let behind = reader.rest().len();
        let bytes = bytes.get(..bytes.len().abs_diff(behind)).unwrap_or_default();
        Ok(Self { bytes, ..leaf })
    }

    /// Exactly one raw leaf.
    pub fn unpack(bytes: &'a [u8]) -> Result<Self, ProtocolError> {
        let mut reader = Reader::new("raw leaf", bytes);
        let leaf = Self::read(&mut reader)?;
        reader.finish()?;
        Ok(leaf)
    }

    /// All raw leaves in `bytes`, at most `max`.
    pub fn unpack_all(bytes: &'a [u8], max: usize) -> Result<Vec<Self>, ProtocolError> {
        let mut leaves = Vec::new();
        let mut reader = Reader::new("raw leaves", bytes);
        while !reader.rest().is_empty() {
            if leaves.len() == max {
                let actual = max.checked_add(1).unwrap_or(max);
                return Err(ProtocolError::TooMany { what: "raw leaves", max, actual });
            }
            leaves.push(Self::read(&mut reader)?);
        }
        Ok(leaves)
    }

    /// The packed leaf as it enters its hash.
    pub fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }
}

impl<'a> TreeLeaf for RawLeaf<'a> {
    type Node = SumNode;
    type Key = &'a [u8];

    fn key(&self) -> &'a [u8] {
        self.address
    }

    /// `sha256(0x00 ‖ dom_A ‖ packed leaf)` with the stated weight and cumulative amount, as for [`crate::Leaf`].
    fn node(&self, domain: &Hash) -> SumNode {
        SumNode {
            hash: sha256(&[&[TAG_LEAF], domain, self.bytes]),
            weight: self.weight,
            cumulative: self.cumulative,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AccountId, Leaf, Score};

    fn packed(len: u8, score: u32) -> Vec<u8> {
        let mut bytes = vec![len];
        bytes.extend(vec![7; usize::from(len)]);
        bytes.extend(score.to_be_bytes());
        bytes.extend([0, 2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 4]);
        bytes.extend(5u128.to_be_bytes());
        bytes
    }

    #[test]
    fn it_has_the_node_of_the_leaf_it_is() {
        for len in [20, 32] {
            let leaf = Leaf {
                account: AccountId::try_from(vec![7; len].as_slice()).unwrap(),
                score: Score::try_from(1).unwrap(),
                streak: 2,
                boost_ppm: 3,
                weight: 4,
                cumulative: 5,
            };
            let bytes = leaf.pack();
            let raw = RawLeaf::unpack(&bytes).unwrap();
            assert_eq!(raw.node(&[1; 32]), leaf.node(&[1; 32]));
            assert_eq!((raw.address, raw.score_ppm, raw.streak), (leaf.account.as_slice(), 1, 2));
            assert_eq!(
                (raw.boost_ppm, raw.weight, raw.cumulative, raw.as_bytes()),
                (3, 4, 5, bytes.as_slice())
            );
        }
    }

    #[test]
    fn it_shows_what_a_leaf_may_not_say() {
        for len in [0, 1, 21, 64] {
            let bytes = packed(len, u32::MAX);
            let raw = RawLeaf::unpack(&bytes).unwrap();
            assert_eq!((raw.address.len(), raw.score_ppm), (usize::from(len), u32::MAX));
        }
        let long = RawLeaf::unpack(&packed(65, 1)).map(|_| ()).unwrap_err();
        assert_eq!(long, ProtocolError::invalid("the address length of a raw leaf", 65, "at most 64 bytes"));
    }

    #[test]
    fn other_lengths_are_refused() {
        let bytes = packed(20, 1);
        let length = |expected, actual| ProtocolError::Length { what: "raw leaf", expected, actual };
        assert_eq!(RawLeaf::unpack(&bytes[..54]), Err(length(55, 54)));
        assert_eq!(RawLeaf::unpack(&[]), Err(length(1, 0)));
        let longer = [bytes.as_slice(), &[0]].concat();
        assert_eq!(RawLeaf::unpack(&longer), Err(length(55, 56)));
        let two = [bytes.clone(), packed(1, 1)].concat();
        assert_eq!(RawLeaf::unpack_all(&two, 2).unwrap().len(), 2);
        assert!(matches!(RawLeaf::unpack_all(&two, 1), Err(ProtocolError::TooMany { max: 1, .. })));
        assert_eq!(RawLeaf::unpack_all(&[], 2), Ok(Vec::new()));
    }
}
