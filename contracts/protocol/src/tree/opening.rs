//! Opening a tree with sums from the root down by its preimages, whatever sums they state.
//!
//! A proof from the leaf up adds the sums itself, so in a tree whose sums do not add up it leads to another root. An
//! opening hashes what was hashed when the tree was built: it can be given for every tree, and shows where one is wrong.

use super::node::{Node, PREIMAGE_BYTES, SumNode};
use super::proof::Shape;
use super::{depth, level_end};
use crate::bytes::Reader;
use crate::error::ProtocolError;
use crate::hash::{TAG_LEAF, TAG_NODE, sha256};

/// An inner node on an opened path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenNode {
    /// The node with the sums its parent states for it, or the tree's totals at the root.
    pub stated: SumNode,
    /// Its left child as its preimage states it.
    pub left: SumNode,
    /// Its right child as its preimage states it.
    pub right: SumNode,
}

impl OpenNode {
    /// Whether the children's stated sums add up to the node's.
    pub fn adds_up(&self) -> bool {
        SumNode::sums(&self.left, &self.right) == Ok((self.stated.weight, self.stated.cumulative))
    }
}

/// What an opening shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened<'a> {
    /// The inner nodes from the root down; none in a tree of one leaf.
    pub nodes: Vec<OpenNode>,
    /// The node at which the path ends, as its parent states it: `depth − nodes` levels above the leaves.
    pub end: SumNode,
    /// The preimage of `end` behind tag and domain if that is a leaf and was given; empty otherwise.
    pub leaf: &'a [u8],
}

/// Opens the path from the root towards `position`, which may be a pad's. `bytes` are the preimages of the nodes from the
/// root down, each `L 32 ‖ weight_L u64 ‖ cumulative_L u128 ‖ R 32 ‖ weight_R u64 ‖ cumulative_R u128`, as many as the caller
/// has; all of them may be followed by a packed leaf. Only hashes are checked; each preimage is hashed once.
///
/// # Errors
/// [`ProtocolError::Position`] beyond the bottom level, [`ProtocolError::Length`] if a preimage is cut short,
/// [`ProtocolError::RootMismatch`] if one is not that of the node above it.
pub fn open<'a>(shape: &Shape<SumNode>, position: u32, bytes: &'a [u8]) -> Result<Opened<'a>, ProtocolError> {
    let mut level = depth(shape.leaf_count);
    if shape.leaf_count == 0 || u64::from(position) >> level != 0 {
        let leaf_count = shape.leaf_count;
        return Err(ProtocolError::Position { position: position.into(), leaf_count });
    }
    let mut reader = Reader::new("opening", bytes);
    let mut opened = Opened { nodes: Vec::new(), end: shape.root, leaf: &[] };
    while level > 0 && !reader.rest().is_empty() {
        let preimage = reader.take(PREIMAGE_BYTES)?;
        if sha256(&[&[TAG_NODE], preimage]) != opened.end.hash {
            return Err(ProtocolError::RootMismatch);
        }
        let (left, right) = SumNode::read_pair(preimage)?;
        opened.nodes.push(OpenNode { stated: opened.end, left, right });
        level = level.abs_diff(1);
        opened.end = if (u64::from(position) >> level) % 2 == 1 { right } else { left };
    }
    if !reader.rest().is_empty() {
        opened.leaf = reader.rest();
        if sha256(&[&[TAG_LEAF], &shape.domain, opened.leaf]) != opened.end.hash {
            return Err(ProtocolError::RootMismatch);
        }
    }
    Ok(opened)
}

/// The level of the highest node over `position` that stands wholly beyond the leaves, 0 at the bottom; none if a leaf has
/// the position. An honest tree has the pad of that level there.
pub fn pad_level(leaf_count: u32, position: u32) -> Option<u32> {
    let beyond = |level: &u32| u64::from(position) >> level >= level_end(leaf_count, *level);
    (0..depth(leaf_count)).rev().find(beyond)
}

/// The pad of `level` in the tree's domain.
///
/// # Errors
/// None in practice: pads have no sums that could overflow.
pub fn pad_at(shape: &Shape<SumNode>, level: u32) -> Result<SumNode, ProtocolError> {
    let mut pad = SumNode::pad(&shape.domain);
    for _ in 0..level {
        pad = SumNode::parent(&pad, &pad)?;
    }
    Ok(pad)
}
