//! A campaign's commitment in an epoch: the allocation tree's root and totals, its base, budget and rule.

use crate::bytes::Reader;
use crate::error::ProtocolError;
use crate::hash::{Hash, TAG_LEAF, sha256};
use crate::tree::{PlainNode, TreeLeaf};

/// Bytes of a packed commitment.
pub const COMMITMENT_BYTES: usize = 164;

/// What a report says about one campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commitment {
    /// The campaign; commitments rise strictly by it.
    pub campaign: u64,
    /// Root of the allocation tree this one builds on; zeros if there is none.
    pub base_root: Hash,
    /// Cumulative total of that tree, base units; 0 if there is none.
    pub base_total: u128,
    /// Root of the allocation tree.
    pub root: Hash,
    /// Its leaves, at least 1.
    pub leaf_count: u32,
    /// Sum of the leaves' weights.
    pub weight_total: u64,
    /// Sum of the leaves' cumulative amounts, base units.
    pub cumulative_total: u128,
    /// What the epoch may pay at most, base units.
    pub budget: u128,
    /// Hash of the campaign's terms.
    pub rule_hash: Hash,
}

impl Commitment {
    /// All fields in the order of the struct, big-endian, [`COMMITMENT_BYTES`] long.
    pub fn pack(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(COMMITMENT_BYTES);
        out.extend_from_slice(&self.campaign.to_be_bytes());
        out.extend_from_slice(&self.base_root);
        out.extend_from_slice(&self.base_total.to_be_bytes());
        out.extend_from_slice(&self.root);
        out.extend_from_slice(&self.leaf_count.to_be_bytes());
        out.extend_from_slice(&self.weight_total.to_be_bytes());
        out.extend_from_slice(&self.cumulative_total.to_be_bytes());
        out.extend_from_slice(&self.budget.to_be_bytes());
        out.extend_from_slice(&self.rule_hash);
        out
    }

    /// Reads one packed commitment from the front of `reader`.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self {
            campaign: reader.u64()?,
            base_root: reader.array()?,
            base_total: reader.u128()?,
            root: reader.array()?,
            leaf_count: reader.u32()?,
            weight_total: reader.u64()?,
            cumulative_total: reader.u128()?,
            budget: reader.u128()?,
            rule_hash: reader.array()?,
        })
    }

    /// Exactly one packed commitment.
    pub fn unpack(bytes: &[u8]) -> Result<Self, ProtocolError> {
        let mut reader = Reader::new("packed commitment", bytes);
        let commitment = Self::read(&mut reader)?;
        reader.finish()?;
        Ok(commitment)
    }
}

impl TreeLeaf for Commitment {
    type Node = PlainNode;
    type Key = u64;

    fn key(&self) -> u64 {
        self.campaign
    }

    /// `sha256(0x00 ‖ dom_C ‖ packed commitment)`.
    fn node(&self, domain: &Hash) -> PlainNode {
        PlainNode(sha256(&[&[TAG_LEAF], domain, &self.pack()]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_comes_back_and_has_no_other_length() {
        let commitment = Commitment {
            campaign: 1,
            base_root: [2; 32],
            base_total: 3,
            root: [4; 32],
            leaf_count: 5,
            weight_total: 6,
            cumulative_total: 7,
            budget: 8,
            rule_hash: [9; 32],
        };
        let bytes = commitment.pack();
        assert_eq!(bytes.len(), COMMITMENT_BYTES);
        assert_eq!(bytes[..8], [0, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(bytes[132..], [9; 32]);
        assert_eq!(Commitment::unpack(&bytes).unwrap(), commitment);
        assert!(Commitment::unpack(&bytes[..163]).is_err());
        assert!(Commitment::unpack(&[bytes.as_slice(), &[0]].concat()).is_err());
    }
}
