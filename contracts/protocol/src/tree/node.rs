//! The two kinds of node: with sums and without.

use crate::bytes::Reader;
use crate::error::ProtocolError;
use crate::hash::{Hash, TAG_NODE, TAG_PAD, ZERO_HASH, sha256};

/// A node of a tree, as it travels in proofs and enters its parent.
pub trait Node: Copy + Eq + std::fmt::Debug {
    /// Bytes of a node on the wire.
    const WIDTH: usize;

    /// The root of a tree without leaves: zeros.
    const EMPTY: Self;

    /// The pad at the bottom level.
    fn pad(domain: &Hash) -> Self;

    /// The parent of two siblings.
    ///
    /// # Errors
    /// [`ProtocolError::SumOverflow`] if the sums do not fit.
    fn parent(left: &Self, right: &Self) -> Result<Self, ProtocolError>;

    /// Appends the node's [`Node::WIDTH`] bytes.
    fn write(&self, out: &mut Vec<u8>);

    /// Reads a node from the front of `reader`.
    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError>;
}

/// A node of an allocation tree: `hash 32 ‖ weight u64 ‖ cumulative u128`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SumNode {
    /// The node's hash, which binds the sums of its children.
    pub hash: Hash,
    /// Sum of the weights below.
    pub weight: u64,
    /// Sum of the cumulative amounts below, base units.
    pub cumulative: u128,
}

impl Node for SumNode {
    const WIDTH: usize = 56;
    const EMPTY: Self = Self { hash: ZERO_HASH, weight: 0, cumulative: 0 };

    fn pad(domain: &Hash) -> Self {
        Self { hash: sha256(&[&[TAG_PAD], domain]), weight: 0, cumulative: 0 }
    }

    /// `sha256(0x01 ‖ L ‖ weight_L ‖ cumulative_L ‖ R ‖ weight_R ‖ cumulative_R)` with the checked sums.
    fn parent(left: &Self, right: &Self) -> Result<Self, ProtocolError> {
        // One buffer instead of seven updates: this runs twice per leaf of every tree.
        let mut bytes = [0; 1 + 2 * Self::WIDTH];
        let (tag, pair) = bytes.split_at_mut(1);
        tag.fill(TAG_NODE);
        let (left_bytes, right_bytes) = pair.split_at_mut(Self::WIDTH);
        left.fill(left_bytes);
        right.fill(right_bytes);
        Ok(Self {
            hash: sha256(&[&bytes]),
            weight: left.weight.checked_add(right.weight).ok_or(ProtocolError::SumOverflow)?,
            cumulative: left.cumulative.checked_add(right.cumulative).ok_or(ProtocolError::SumOverflow)?,
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        let mut bytes = [0; Self::WIDTH];
        self.fill(&mut bytes);
        out.extend(bytes);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self { hash: reader.array()?, weight: reader.u64()?, cumulative: reader.u128()? })
    }
}

impl SumNode {
    /// Writes the node into a slice of exactly [`Node::WIDTH`] bytes.
    fn fill(&self, out: &mut [u8]) {
        let (hash, sums) = out.split_at_mut(32);
        let (weight, cumulative) = sums.split_at_mut(8);
        hash.copy_from_slice(&self.hash);
        weight.copy_from_slice(&self.weight.to_be_bytes());
        cumulative.copy_from_slice(&self.cumulative.to_be_bytes());
    }
}

/// A node of a commitment or asset tree: its hash alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlainNode(pub Hash);

impl Node for PlainNode {
    const WIDTH: usize = 32;
    const EMPTY: Self = Self(ZERO_HASH);

    fn pad(domain: &Hash) -> Self {
        Self(sha256(&[&[TAG_PAD], domain]))
    }

    /// `sha256(0x01 ‖ L ‖ R)`.
    fn parent(left: &Self, right: &Self) -> Result<Self, ProtocolError> {
        Ok(Self(sha256(&[&[TAG_NODE], &left.0, &right.0])))
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.0);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self(reader.array()?))
    }
}
