//! Merkle trees over sorted leaves: allocation trees carry sums, commitment and asset trees do not.
//!
//! A tree of `n` leaves has depth `ceil(log2 n)`. Leaf positions `n..2^depth` hold a pad that everybody can compute,
//! `pad_0 = sha256(0x02 ‖ domain)` and `pad_{j+1} = node(pad_j, pad_j)`, so a proof never carries one, and no sum can
//! hide behind one. The bits of a position say on which side each sibling stands: they bind the position.

mod absence;
mod build;
mod node;
mod opening;
mod proof;

pub use absence::verify_absence;
pub use build::Tree;
pub use node::{Node, PREIMAGE_BYTES, PlainNode, SumNode};
pub use opening::{OpenNode, Opened, open, pad_at, pad_level};
pub use proof::{Shape, verify_leaf, verify_range};

use crate::error::ProtocolError;
use crate::hash::Hash;

/// The most leaves a tree can have; its depth is then 32.
pub const LEAF_COUNT_MAX: u32 = u32::MAX;

/// What stands at the bottom of a tree.
pub trait TreeLeaf {
    /// The kind of node it becomes.
    type Node: Node;
    /// What the leaves are sorted by, strictly rising.
    type Key: Ord;

    /// Its sort key.
    fn key(&self) -> Self::Key;

    /// Its node under the tree's domain.
    fn node(&self, domain: &Hash) -> Self::Node;
}

/// `ceil(log2 count)`; 0 for one leaf, and for none.
pub fn depth(leaf_count: u32) -> u32 {
    match leaf_count.checked_sub(1) {
        None | Some(0) => 0,
        Some(last) => u32::BITS.abs_diff(last.leading_zeros()),
    }
}

/// How many nodes of `level` are not pads; 0 at the bottom, where they are the leaves.
fn level_end(leaf_count: u32, level: u32) -> u64 {
    let covered = 1u64.checked_shl(level).unwrap_or(u64::MAX);
    u64::from(leaf_count).div_ceil(covered)
}

/// Refuses leaves that do not rise strictly by key; `what` names the list.
pub fn check_rising<L: TreeLeaf>(what: &'static str, leaves: &[L]) -> Result<(), ProtocolError> {
    let falls = |pair: &[L]| matches!(pair, [a, b] if a.key() >= b.key());
    match leaves.windows(2).position(falls) {
        Some(index) => Err(ProtocolError::NotRising { what, index: index.checked_add(1).unwrap_or(index) }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_by_hand() {
        let depths = [0, 1, 2, 3, 4, 5, 8, 9, 1 << 20, (1 << 20) + 1, u32::MAX].map(depth);
        assert_eq!(depths, [0, 0, 1, 2, 2, 3, 3, 4, 20, 21, 32]);
    }
}
