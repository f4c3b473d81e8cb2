//! Dishonest allocation trees: built node by node, so that any of them can lie, with the proofs and openings that show it.

use attention_protocol::fraud::RangeProof;
use attention_protocol::hash::{TAG_LEAF, sha256};
use attention_protocol::raw_leaf::RawLeaf;
use attention_protocol::tree::{Node, SumNode};
use attention_protocol::{Commitment, Hash};
use cosmwasm_std::Binary;

/// A whole tree over packed leaves in any order, right or wrong, pads included.
#[derive(Debug, Clone)]
pub struct RawTree {
    leaves: Vec<Vec<u8>>,
    /// `levels[0]` are the leaves and their pads; the last level is the root.
    levels: Vec<Vec<SumNode>>,
}

impl RawTree {
    /// The honest nodes over `leaves`, which need not be honest themselves.
    ///
    /// # Panics
    /// Without leaves, or if one is not laid out as a leaf: a mistake in the test.
    pub fn new(domain: &Hash, leaves: Vec<Vec<u8>>) -> Self {
        assert!(!leaves.is_empty(), "a tree of a test has leaves");
        let mut level: Vec<SumNode> = leaves
            .iter()
            .map(|leaf| {
                let raw = RawLeaf::unpack(leaf).expect("a leaf of a test has the layout of one");
                let hash = sha256(&[&[TAG_LEAF], domain, leaf]);
                SumNode { hash, weight: raw.weight, cumulative: raw.cumulative }
            })
            .collect();
        level.resize(leaves.len().next_power_of_two(), SumNode::pad(domain));
        let mut tree = Self { leaves, levels: vec![level] };
        tree.hash_above(0);
        tree
    }

    /// Puts another node at `index` of `level`, 0 at the leaves, and hashes anew all that stands above it.
    pub fn replace(&mut self, level: usize, index: usize, node: SumNode) {
        self.levels[level][index] = node;
        self.hash_above(level);
    }

    /// The node at `index` of `level`.
    pub fn node(&self, level: usize, index: usize) -> SumNode {
        self.levels[level][index]
    }

    fn hash_above(&mut self, level: usize) {
        self.levels.truncate(level + 1);
        while self.levels[self.levels.len() - 1].len() > 1 {
            let below = &self.levels[self.levels.len() - 1];
            let above = below.chunks(2).map(|pair| SumNode::parent(&pair[0], &pair[1]).expect("small sums"));
            let above = above.collect();
            self.levels.push(above);
        }
    }

    /// The commitment like `honest`, over this tree.
    pub fn commit(&self, honest: &Commitment) -> Commitment {
        let root = self.levels[self.levels.len() - 1][0];
        Commitment {
            root: root.hash,
            leaf_count: u32::try_from(self.leaves.len()).expect("few leaves"),
            weight_total: root.weight,
            cumulative_total: root.cumulative,
            ..honest.clone()
        }
    }

    /// `count` leaves from `start` on, with their siblings from the leaves up.
    pub fn prove(&self, start: usize, count: usize) -> RangeProof {
        let (mut low, mut high, mut end) = (start, start + count - 1, self.leaves.len());
        let mut siblings = Vec::new();
        for level in &self.levels[..self.levels.len() - 1] {
            if low % 2 == 1 {
                level[low - 1].write(&mut siblings);
            }
            if high % 2 == 0 && high + 1 < end {
                level[high + 1].write(&mut siblings);
            }
            (low, high, end) = (low / 2, high / 2, end.div_ceil(2));
        }
        RangeProof {
            start: u32::try_from(start).expect("few leaves"),
            leaves: Binary::from(self.leaves[start..start + count].concat()),
            siblings: Binary::from(siblings),
        }
    }

    /// The preimages of the nodes from the root down to those just above `level`, on the way to `position`.
    pub fn open(&self, position: usize, level: usize) -> Vec<u8> {
        let mut out = Vec::new();
        for below in (level..self.levels.len() - 1).rev() {
            let left = (position >> below) & !1;
            for node in &self.levels[below][left..left + 2] {
                node.write_full(&mut out);
            }
        }
        out
    }

    /// The whole way to the leaf at `position`, and the leaf.
    pub fn open_leaf(&self, position: usize) -> Binary {
        let mut opening = self.open(position, 0);
        opening.extend_from_slice(&self.leaves[position]);
        Binary::from(opening)
    }
}

#[cfg(test)]
mod tests {
    use attention_protocol::tree::{Shape, Tree, verify_range};
    use attention_protocol::{AccountId, Leaf, Score};

    use super::*;

    fn leaf(byte: u8) -> Leaf {
        Leaf {
            account: AccountId::try_from([byte; 20].as_slice()).unwrap(),
            score: Score::try_from(u32::from(byte)).unwrap(),
            streak: 1,
            boost_ppm: 0,
            weight: u64::from(byte),
            cumulative: 100 + u128::from(byte),
        }
    }

    #[test]
    fn an_honest_raw_tree_is_the_protocols_tree() {
        let domain = [5; 32];
        for count in 1..=9u8 {
            let leaves: Vec<Leaf> = (1..=count).map(leaf).collect();
            let tree = Tree::build("leaves", &domain, &leaves).unwrap();
            let raw = RawTree::new(&domain, leaves.iter().map(Leaf::pack).collect());
            let shape = Shape { domain, leaf_count: tree.leaf_count(), root: tree.root() };
            for start in 0..usize::from(count) {
                for len in 1..=(usize::from(count) - start).min(2) {
                    let proof = raw.prove(start, len);
                    let shown = &leaves[start..start + len];
                    verify_range(&shape, proof.start, shown, proof.siblings.as_slice()).unwrap();
                }
                assert_eq!(raw.open(start, 0), tree.open(u32::try_from(start).unwrap()).unwrap());
            }
        }
    }
}
