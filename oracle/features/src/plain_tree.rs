//! A Merkle tree without sums, built leaf by leaf in memory that grows with its depth alone.
//!
//! node = `sha256(0x01 ‖ L ‖ R)`; the leaves are padded to the next power of two by
//! `pad_0 = sha256(0x02 ‖ domain)`, `pad_{j+1} = node(pad_j, pad_j)`. One leaf is its own root; no leaf is 32
//! zero bytes.

use sha2::{Digest, Sha256};

/// A tree that is being built.
#[derive(Debug, Clone)]
pub(crate) struct PlainTree {
    pad: [u8; 32],
    leaves: u64,
    /// At level j the root of a finished subtree of 2^j leaves that waits for its right neighbour.
    waiting: Vec<Option<[u8; 32]>>,
}

impl PlainTree {
    /// An empty tree whose pads belong to `domain`.
    pub(crate) fn new(domain: &[u8]) -> Self {
        Self { pad: hash(&[&[0x02], domain]), leaves: 0, waiting: Vec::new() }
    }

    /// The number of leaves so far.
    pub(crate) fn leaves(&self) -> u64 {
        self.leaves
    }

    /// Appends the next leaf's hash.
    pub(crate) fn push(&mut self, leaf: [u8; 32]) {
        self.leaves += 1;
        let mut finished = leaf;
        for slot in &mut self.waiting {
            match slot.take() {
                None => {
                    *slot = Some(finished);
                    return;
                }
                Some(left) => finished = node(&left, &finished),
            }
        }
        self.waiting.push(Some(finished));
    }

    /// The root of the leaves pushed so far.
    pub(crate) fn root(&self) -> [u8; 32] {
        let Some((top, below)) = self.waiting.split_last() else { return [0; 32] };
        let mut pad = self.pad;
        let mut right: Option<[u8; 32]> = None;
        for slot in below {
            right = match (slot, right) {
                (Some(left), right) => Some(node(left, &right.unwrap_or(pad))),
                (None, Some(alone)) => Some(node(&alone, &pad)),
                (None, None) => None,
            };
            pad = node(&pad, &pad);
        }
        match (top, right) {
            (Some(top), Some(right)) => node(top, &right),
            (Some(top), None) => *top,
            // Invariant: the highest level always waits, because it is pushed filled and only carries upwards.
            (None, _) => [0; 32],
        }
    }
}

pub(crate) fn node(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    hash(&[&[0x01], left, right])
}

/// sha256 of the parts side by side.
pub(crate) fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Level by level over all leaves, as the definition reads.
    fn by_definition(leaves: &[[u8; 32]]) -> [u8; 32] {
        let mut width = 1;
        while width < leaves.len() {
            width *= 2;
        }
        let mut level = leaves.to_vec();
        level.resize(width, hash(&[&[0x02], b"test"]));
        while level.len() > 1 {
            level = level.chunks_exact(2).map(|pair| node(&pair[0], &pair[1])).collect();
        }
        level[0]
    }

    #[test]
    fn leaf_by_leaf_gives_the_root_of_the_whole_level() {
        let mut tree = PlainTree::new(b"test");
        assert_eq!(tree.root(), [0; 32]);
        let mut leaves = Vec::new();
        for number in 0..70u8 {
            leaves.push(hash(&[&[number]]));
            tree.push(hash(&[&[number]]));
            assert_eq!((tree.leaves(), tree.root()), (leaves.len() as u64, by_definition(&leaves)));
        }
    }
}
