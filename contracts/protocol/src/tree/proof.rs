//! Verifying that leaves stand at their positions in a tree.

use super::node::Node;
use super::{TreeLeaf, depth};
use crate::bytes::Reader;
use crate::error::ProtocolError;
use crate::hash::Hash;

/// What is known of a tree when a proof against it is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape<N> {
    /// The tree's domain.
    pub domain: Hash,
    /// Its number of leaves.
    pub leaf_count: u32,
    /// Its root, with its sums where it has any.
    pub root: N,
}

/// The position of the last of `count` leaves from `start` on, if they all lie inside the tree.
pub(super) fn last_position(start: u32, count: u32, leaf_count: u32) -> Result<u64, ProtocolError> {
    let last = u64::from(start).checked_add(u64::from(count)).and_then(|end| end.checked_sub(1));
    match last {
        Some(last) if count > 0 && last < u64::from(leaf_count) => Ok(last),
        _ => Err(ProtocolError::Position { position: last.unwrap_or(u64::from(start)), leaf_count }),
    }
}

/// Checks that `leaf` stands at `position`: `siblings` are those of [`super::Tree::prove`], exactly.
pub fn verify_leaf<L: TreeLeaf>(
    shape: &Shape<L::Node>,
    position: u32,
    leaf: &L,
    siblings: &[u8],
) -> Result<(), ProtocolError> {
    verify_range(shape, position, std::slice::from_ref(leaf), siblings)
}

/// Checks that `leaves`, at least one, stand at `start` and the positions after it: `siblings` are those of
/// [`super::Tree::prove_range`], exactly. All leaves of a tree need none. The keys' order is not looked at.
pub fn verify_range<L: TreeLeaf>(
    shape: &Shape<L::Node>,
    start: u32,
    leaves: &[L],
    siblings: &[u8],
) -> Result<(), ProtocolError> {
    let count = u32::try_from(leaves.len()).unwrap_or(u32::MAX);
    let last = last_position(start, count, shape.leaf_count)?;
    let nodes = leaves.iter().map(|leaf| leaf.node(&shape.domain)).collect();
    if root_of_range(shape, (u64::from(start), last), nodes, siblings)? != shape.root {
        return Err(ProtocolError::RootMismatch);
    }
    Ok(())
}

/// The pads of a tree, computed as they are needed: most proofs need none, and each costs a hash.
struct Pads<'a, N> {
    domain: &'a Hash,
    /// The highest pad so far, and its level.
    highest: Option<(u32, N)>,
}

impl<N: Node> Pads<'_, N> {
    /// The pad of `level`; levels are asked for in rising order.
    fn at(&mut self, level: u32) -> Result<N, ProtocolError> {
        let (from, mut pad) = self.highest.unwrap_or_else(|| (0, N::pad(self.domain)));
        for _ in from..level {
            pad = N::parent(&pad, &pad)?;
        }
        self.highest = Some((level, pad));
        Ok(pad)
    }
}

/// Folds the nodes at positions `low..=high` of the bottom level up to the root.
fn root_of_range<N: Node>(
    shape: &Shape<N>,
    (mut low, mut high): (u64, u64),
    mut nodes: Vec<N>,
    siblings: &[u8],
) -> Result<N, ProtocolError> {
    let mut reader = Reader::new("siblings of the proof", siblings);
    let mut pads = Pads { domain: &shape.domain, highest: None };
    let mut level_end = u64::from(shape.leaf_count);
    for level in 0..depth(shape.leaf_count) {
        if low % 2 == 1 {
            nodes.insert(0, N::read(&mut reader)?);
        }
        if high % 2 == 0 {
            // A sibling that stands wholly beyond the leaves is a pad: computed, never sent.
            let beyond = high.checked_add(1).is_none_or(|right| right >= level_end);
            nodes.push(if beyond { pads.at(level)? } else { N::read(&mut reader)? });
        }
        nodes = nodes
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => N::parent(left, right),
                _ => Err(ProtocolError::RootMismatch),
            })
            .collect::<Result<_, _>>()?;
        low /= 2;
        high /= 2;
        level_end = level_end.div_ceil(2);
    }
    reader.finish()?;
    match nodes.as_slice() {
        [root] => Ok(*root),
        _ => Err(ProtocolError::RootMismatch),
    }
}
