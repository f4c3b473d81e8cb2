//! A leaf of an allocation tree: one account's score, weight and everything it ever earned in a campaign.

use crate::account::AccountId;
use crate::bytes::Reader;
use crate::error::ProtocolError;
use crate::hash::{Hash, TAG_LEAF, sha256};
use crate::score::Score;
use crate::tree::{SumNode, TreeLeaf};

/// One account in one campaign and epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// Canonical address; leaves rise strictly by it.
    pub account: AccountId,
    /// Attention score of the epoch.
    pub score: Score,
    /// Consecutive epochs, this one included, whose score passed the gate.
    pub streak: u16,
    /// Boost, ppm; at most the rule's `boost_max_ppm`.
    pub boost_ppm: u32,
    /// `floor(g(s) · M / 10^6)`.
    pub weight: u64,
    /// Base units earned in the campaign since it began, this epoch included.
    pub cumulative: u128,
}

/// Bytes of the shortest packed leaf.
const LEAF_BYTES_MIN: usize = 55;

impl Leaf {
    /// `addr_len u8 ‖ addr ‖ score u32 ‖ streak u16 ‖ boost u32 ‖ weight u64 ‖ cumulative u128`: 55 or 67 bytes.
    pub fn pack(&self) -> Vec<u8> {
        let mut out = vec![self.account.len_u8()];
        out.extend_from_slice(self.account.as_slice());
        out.extend_from_slice(&self.score.ppm().to_be_bytes());
        out.extend_from_slice(&self.streak.to_be_bytes());
        out.extend_from_slice(&self.boost_ppm.to_be_bytes());
        out.extend_from_slice(&self.weight.to_be_bytes());
        out.extend_from_slice(&self.cumulative.to_be_bytes());
        out
    }

    /// Reads one packed leaf from the front of `reader`.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        let len = usize::from(reader.u8()?);
        if len != 20 && len != 32 {
            return Err(ProtocolError::AddressLength { len });
        }
        Ok(Self {
            account: AccountId::try_from(reader.take(len)?)?,
            score: Score::try_from(reader.u32()?)?,
            streak: reader.u16()?,
            boost_ppm: reader.u32()?,
            weight: reader.u64()?,
            cumulative: reader.u128()?,
        })
    }

    /// The packed leaf at the front of `bytes`, and what follows it.
    pub fn split(bytes: &[u8]) -> Result<(Self, &[u8]), ProtocolError> {
        let mut reader = Reader::new("packed leaf", bytes);
        let leaf = Self::read(&mut reader)?;
        Ok((leaf, reader.rest()))
    }

    /// All packed leaves in `bytes`, at most `max`.
    pub fn unpack_all(bytes: &[u8], max: usize) -> Result<Vec<Self>, ProtocolError> {
        let most = bytes.len().checked_div(LEAF_BYTES_MIN).unwrap_or(0);
        let mut leaves = Vec::with_capacity(most.min(max));
        let mut reader = Reader::new("packed leaves", bytes);
        while !reader.rest().is_empty() {
            if leaves.len() == max {
                return Err(ProtocolError::TooMany { what: "packed leaves", max, actual: most });
            }
            leaves.push(Self::read(&mut reader)?);
        }
        Ok(leaves)
    }
}

impl TreeLeaf for Leaf {
    type Node = SumNode;
    type Key = AccountId;

    fn key(&self) -> AccountId {
        self.account.clone()
    }

    /// `sha256(0x00 ‖ dom_A ‖ packed leaf)` with the leaf's weight and cumulative amount.
    fn node(&self, domain: &Hash) -> SumNode {
        SumNode {
            hash: sha256(&[&[TAG_LEAF], domain, &self.pack()]),
            weight: self.weight,
            cumulative: self.cumulative,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(len: usize) -> Leaf {
        Leaf {
            account: AccountId::try_from(vec![7; len].as_slice()).unwrap(),
            score: Score::try_from(1).unwrap(),
            streak: 2,
            boost_ppm: 3,
            weight: 4,
            cumulative: 5,
        }
    }

    #[test]
    fn layout_by_hand() {
        let mut expected = vec![20];
        expected.extend([7; 20]);
        expected.extend([0, 0, 0, 1, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 4]);
        expected.extend([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5]);
        assert_eq!(leaf(20).pack(), expected);
        assert_eq!(leaf(32).pack().len(), 67);
    }

    #[test]
    fn a_leaf_comes_back_and_its_rest_with_it() {
        let mut bytes = leaf(32).pack();
        bytes.extend([9, 9]);
        assert_eq!(Leaf::split(&bytes).unwrap(), (leaf(32), [9u8, 9].as_slice()));
        let all = [leaf(20).pack(), leaf(32).pack()].concat();
        assert_eq!(Leaf::unpack_all(&all, 2).unwrap(), vec![leaf(20), leaf(32)]);
        let too_many = ProtocolError::TooMany { what: "packed leaves", max: 1, actual: 2 };
        assert_eq!(Leaf::unpack_all(&all, 1).unwrap_err(), too_many);
        assert!(Leaf::unpack_all(&all[..60], 2).is_err());
    }

    #[test]
    fn the_shortest_leaf_is_as_long_as_said() {
        assert_eq!(leaf(20).pack().len(), LEAF_BYTES_MIN);
    }

    #[test]
    fn other_address_lengths_and_scores_are_refused() {
        let mut bytes = leaf(20).pack();
        bytes[0] = 21;
        assert_eq!(Leaf::split(&bytes).unwrap_err(), ProtocolError::AddressLength { len: 21 });
        let mut bytes = leaf(20).pack();
        bytes[21] = 1;
        assert!(matches!(Leaf::split(&bytes), Err(ProtocolError::ScoreOutOfRange { .. })));
    }
}
