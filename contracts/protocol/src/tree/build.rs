//! Building a tree, and the siblings that prove a leaf or a range of leaves.

use super::node::{Node, SumNode};
use super::{LEAF_COUNT_MAX, TreeLeaf, check_rising, depth};
use crate::error::ProtocolError;
use crate::hash::Hash;

/// A whole tree in memory: about two nodes a leaf. Pads are kept once a level.
#[derive(Debug, Clone)]
pub struct Tree<N> {
    leaf_count: u32,
    /// `levels[j]` holds the nodes of level j that are not pads; `levels[0]` are the leaves.
    levels: Vec<Vec<N>>,
    /// `pads[j]` is the pad of level j.
    pads: Vec<N>,
}

impl<N: Node> Tree<N> {
    /// Builds the tree over `leaves`, which must rise strictly by key; `what` names them in errors.
    ///
    /// # Errors
    /// [`ProtocolError::NotRising`], [`ProtocolError::TooMany`], [`ProtocolError::SumOverflow`].
    pub fn build<L: TreeLeaf<Node = N>>(
        what: &'static str,
        domain: &Hash,
        leaves: &[L],
    ) -> Result<Self, ProtocolError> {
        check_rising(what, leaves)?;
        let max = usize::try_from(LEAF_COUNT_MAX).unwrap_or(usize::MAX);
        let leaf_count = u32::try_from(leaves.len()).map_err(|_| ProtocolError::TooMany {
            what,
            max,
            actual: leaves.len(),
        })?;
        let mut pads = vec![N::pad(domain)];
        let mut levels = Vec::new();
        let mut level: Vec<N> = leaves.iter().map(|leaf| leaf.node(domain)).collect();
        let mut pad = N::pad(domain);
        for _ in 0..depth(leaf_count) {
            let above = level
                .chunks(2)
                .map(|pair| match pair {
                    [left, right] => N::parent(left, right),
                    [left] => N::parent(left, &pad),
                    _ => Ok(pad),
                })
                .collect::<Result<Vec<N>, _>>()?;
            levels.push(std::mem::replace(&mut level, above));
            pad = N::parent(&pad, &pad)?;
            pads.push(pad);
        }
        levels.push(level);
        Ok(Self { leaf_count, levels, pads })
    }

    /// The root with its sums; [`Node::EMPTY`] for a tree without leaves.
    pub fn root(&self) -> N {
        self.levels.last().and_then(|top| top.first()).copied().unwrap_or(N::EMPTY)
    }

    /// How many leaves the tree has.
    pub fn leaf_count(&self) -> u32 {
        self.leaf_count
    }

    /// The siblings that prove the leaf at `position`: one a level from the leaf up, without pads.
    pub fn prove(&self, position: u32) -> Result<Vec<u8>, ProtocolError> {
        self.prove_range(position, 1)
    }

    /// The siblings that prove the `count >= 1` leaves from `start` on: at each level from the leaves up, first the one
    /// to the left of the range, then the one to its right, where they exist and are not pads.
    pub fn prove_range(&self, start: u32, count: u32) -> Result<Vec<u8>, ProtocolError> {
        let last = super::proof::last_position(start, count, self.leaf_count)?;
        let (mut low, mut high) = (u64::from(start), last);
        let mut out = Vec::new();
        let Some((_root, below)) = self.levels.split_last() else { return Ok(out) };
        for level in below {
            if low % 2 == 1 {
                self.write(level, low.checked_sub(1), &mut out);
            }
            if high % 2 == 0 {
                self.write(level, high.checked_add(1), &mut out);
            }
            low /= 2;
            high /= 2;
        }
        Ok(out)
    }

    /// Appends the node at `index` unless it is a pad, which lies beyond the level's end.
    fn write(&self, level: &[N], index: Option<u64>, out: &mut Vec<u8>) {
        let index = index.and_then(|index| usize::try_from(index).ok());
        if let Some(node) = index.and_then(|index| level.get(index)) {
            node.write(out);
        }
    }

    /// The pad of `level`, 0 at the leaves.
    pub fn pad(&self, level: usize) -> Option<N> {
        self.pads.get(level).copied()
    }
}

impl Tree<SumNode> {
    /// The opening of the leaf at `position` for [`super::open`], without the leaf itself: the preimages of the nodes above
    /// it from the root down. Of a position beyond the leaves, down to the parent of the highest pad over it.
    ///
    /// # Errors
    /// [`ProtocolError::Position`] if the position is beyond the bottom level.
    pub fn open(&self, position: u32) -> Result<Vec<u8>, ProtocolError> {
        let depth = super::depth(self.leaf_count);
        if self.leaf_count == 0 || u64::from(position) >> depth != 0 {
            return Err(ProtocolError::Position { position: position.into(), leaf_count: self.leaf_count });
        }
        let lowest = super::pad_level(self.leaf_count, position).unwrap_or(0);
        let mut out = Vec::new();
        for level in (lowest..depth).rev() {
            let left = (u64::from(position) >> level) & !1;
            for index in [left, left | 1] {
                self.node(level, index).unwrap_or(SumNode::EMPTY).write_full(&mut out);
            }
        }
        Ok(out)
    }

    /// The node at `index` of `level`, pads included.
    fn node(&self, level: u32, index: u64) -> Option<SumNode> {
        let level = usize::try_from(level).ok()?;
        let index = usize::try_from(index).ok()?;
        self.levels.get(level)?.get(index).copied().or_else(|| self.pad(level))
    }
}
