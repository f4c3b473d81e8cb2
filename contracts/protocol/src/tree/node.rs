//! The two kinds of node: with sums and without.

use crate::bytes::{Reader, significant};
use crate::error::ProtocolError;
use crate::hash::{Hash, TAG_NODE, TAG_PAD, ZERO_HASH, sha256};

/// A node of a tree, as it travels in proofs and enters its parent.
pub trait Node: Copy + Eq + std::fmt::Debug {
    /// The root of a tree without leaves: zeros.
    const EMPTY: Self;

    /// The pad at the bottom level.
    fn pad(domain: &Hash) -> Self;

    /// The parent of two siblings.
    ///
    /// # Errors
    /// [`ProtocolError::SumOverflow`] if the sums do not fit.
    fn parent(left: &Self, right: &Self) -> Result<Self, ProtocolError>;

    /// Appends the node as it stands in a proof.
    fn write(&self, out: &mut Vec<u8>);

    /// Reads a node from the front of `reader`.
    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError>;
}

/// Bytes of a [`SumNode`] in its parent's hash: `hash 32 ‖ weight u64 ‖ cumulative u128`.
const SUM_NODE_BYTES: usize = 56;
/// Bytes of an inner node's preimage behind the tag: its two children.
pub const PREIMAGE_BYTES: usize = 2 * SUM_NODE_BYTES;
/// One more than the bytes of the longest cumulative amount.
const SIZES_BASE: u8 = 17;

/// A node of an allocation tree. In a proof it is `hash 32 ‖ sizes u8 ‖ weight ‖ cumulative`, both sums without leading
/// zeros and `sizes = 17 · bytes of the weight + bytes of the cumulative amount`: every byte of a claim costs its sender gas.
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
    const EMPTY: Self = Self { hash: ZERO_HASH, weight: 0, cumulative: 0 };

    fn pad(domain: &Hash) -> Self {
        Self { hash: sha256(&[&[TAG_PAD], domain]), weight: 0, cumulative: 0 }
    }

    /// `sha256(0x01 ‖ L ‖ weight_L ‖ cumulative_L ‖ R ‖ weight_R ‖ cumulative_R)` with the checked sums.
    fn parent(left: &Self, right: &Self) -> Result<Self, ProtocolError> {
        // One buffer instead of seven updates: this runs twice per leaf of every tree.
        let mut bytes = [0; 1 + PREIMAGE_BYTES];
        let (tag, pair) = bytes.split_at_mut(1);
        tag.fill(TAG_NODE);
        let (left_bytes, right_bytes) = pair.split_at_mut(SUM_NODE_BYTES);
        left.fill(left_bytes);
        right.fill(right_bytes);
        let (weight, cumulative) = Self::sums(left, right)?;
        Ok(Self { hash: sha256(&[&bytes]), weight, cumulative })
    }

    fn write(&self, out: &mut Vec<u8>) {
        let (weight, cumulative) = (self.weight.to_be_bytes(), self.cumulative.to_be_bytes());
        let (weight, cumulative) = (significant(&weight), significant(&cumulative));
        out.extend_from_slice(&self.hash);
        out.push(sizes(weight, cumulative));
        out.extend_from_slice(weight);
        out.extend_from_slice(cumulative);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        let hash = reader.array()?;
        let sizes = reader.u8()?;
        let (weight, cumulative) = (sizes.div_euclid(SIZES_BASE), sizes.rem_euclid(SIZES_BASE));
        let weight = u64::try_from(reader.number(weight.into())?).map_err(|_| ProtocolError::SumOverflow)?;
        Ok(Self { hash, weight, cumulative: reader.number(cumulative.into())? })
    }
}

/// At most 8 · 17 + 16.
fn sizes(weight: &[u8], cumulative: &[u8]) -> u8 {
    let sizes =
        weight.len().checked_mul(SIZES_BASE.into()).and_then(|sizes| sizes.checked_add(cumulative.len()));
    sizes.and_then(|sizes| u8::try_from(sizes).ok()).unwrap_or(u8::MAX)
}

impl SumNode {
    /// The sums of a parent: weight and cumulative amount.
    pub(super) fn sums(left: &Self, right: &Self) -> Result<(u64, u128), ProtocolError> {
        let weight = left.weight.checked_add(right.weight).ok_or(ProtocolError::SumOverflow)?;
        let cumulative = left.cumulative.checked_add(right.cumulative).ok_or(ProtocolError::SumOverflow)?;
        Ok((weight, cumulative))
    }

    /// The two children in a preimage of exactly [`PREIMAGE_BYTES`] bytes.
    pub(super) fn read_pair(preimage: &[u8]) -> Result<(Self, Self), ProtocolError> {
        let mut reader = Reader::new("preimage of a node", preimage);
        let mut child = || {
            let (hash, weight) = (reader.array()?, reader.u64()?);
            Ok(Self { hash, weight, cumulative: reader.u128()? })
        };
        Ok((child()?, child()?))
    }

    /// Appends the node with all its bytes, as it stands in its parent's preimage.
    pub fn write_full(&self, out: &mut Vec<u8>) {
        let mut bytes = [0; SUM_NODE_BYTES];
        self.fill(&mut bytes);
        out.extend_from_slice(&bytes);
    }

    /// Writes the node into a slice of exactly [`SUM_NODE_BYTES`] bytes.
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
    const EMPTY: Self = Self(ZERO_HASH);

    fn pad(domain: &Hash) -> Self {
        Self(sha256(&[&[TAG_PAD], domain]))
    }

    /// `sha256(0x01 ‖ L ‖ R)`.
    fn parent(left: &Self, right: &Self) -> Result<Self, ProtocolError> {
        Ok(Self(sha256(&[&[TAG_NODE], &left.0, &right.0])))
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self(reader.array()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(weight: u64, cumulative: u128) -> SumNode {
        SumNode { hash: [7; 32], weight, cumulative }
    }

    #[test]
    fn a_node_travels_without_leading_zeros() {
        let written = |node: SumNode| {
            let mut out = Vec::new();
            node.write(&mut out);
            out
        };
        assert_eq!(written(node(0, 0)), [[7; 32].as_slice(), &[0]].concat());
        assert_eq!(
            written(node(0x0102, 0x030405)),
            [[7; 32].as_slice(), &[2 * 17 + 3, 1, 2, 3, 4, 5]].concat()
        );
        for node in [node(0, 0), node(1, 0), node(0, 256), node(u64::MAX, u128::MAX)] {
            let bytes = written(node);
            let mut reader = Reader::new("node", &bytes);
            assert_eq!(SumNode::read(&mut reader).unwrap(), node);
            assert!(reader.finish().is_ok());
        }
    }

    #[test]
    fn other_encodings_of_a_node_are_refused() {
        let read = |sizes: u8, sums: &[u8]| {
            let bytes = [[7; 32].as_slice(), &[sizes], sums].concat();
            SumNode::read(&mut Reader::new("node", &bytes))
        };
        assert_eq!(read(17 + 1, &[5, 6]), Ok(node(5, 6)));
        assert!(read(17 + 1, &[0, 6]).is_err(), "a weight of 0 has no bytes");
        assert!(read(17 + 2, &[5, 0, 6]).is_err(), "a leading zero");
        assert!(read(17 + 1, &[5]).is_err());
        assert_eq!(read(9 * 17, &[1; 9]), Err(ProtocolError::SumOverflow));
        assert!(read(255, &[1; 15]).is_err());
    }
}
