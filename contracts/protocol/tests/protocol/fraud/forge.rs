//! Builds trees that need not be honest, by hashing alone and without the crate's builder, and publishes their preimages.

use std::collections::HashMap;

use attention_protocol::hash::{Hash, sha256};

/// Every preimage that somebody published, by its hash.
pub type Published = HashMap<Hash, Vec<u8>>;

/// A node: hash and stated sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    pub hash: Hash,
    pub weight: u64,
    pub cumulative: u128,
}

/// What is wrong with the nodes of a tree. Levels count from the bottom.
#[derive(Debug, Clone, Default)]
pub struct Wrong {
    /// Another node in place of the one at (level, index), before it enters its parent.
    pub replaced: Option<((usize, usize), Node)>,
    /// Other sums for the node at (level, index), as its parent states them.
    pub sums: Option<((usize, usize), (u64, u128))>,
    /// The preimage of the node at (level, index) is kept back.
    pub hidden: Option<(usize, usize)>,
}

fn publish(published: &mut Published, preimage: Vec<u8>) -> Hash {
    let hash = sha256(&[&preimage]);
    published.insert(hash, preimage);
    hash
}

fn bottom_width(count: usize) -> usize {
    count.next_power_of_two()
}

/// The allocation tree over packed leaves; gives its root with the sums it states.
pub fn allocation(domain: &Hash, leaves: &[Vec<u8>], wrong: &Wrong, published: &mut Published) -> Node {
    if leaves.is_empty() {
        return Node { hash: [0; 32], weight: 0, cumulative: 0 };
    }
    let mut level: Vec<Node> = leaves
        .iter()
        .map(|leaf| {
            let (rest, cumulative) = leaf.split_at(leaf.len() - 16);
            let weight = &rest[rest.len() - 8..];
            Node {
                hash: publish(published, [&[0], domain.as_slice(), leaf].concat()),
                weight: u64::from_be_bytes(weight.try_into().unwrap()),
                cumulative: u128::from_be_bytes(cumulative.try_into().unwrap()),
            }
        })
        .collect();
    let pad = Node { hash: publish(published, [&[2], domain.as_slice()].concat()), weight: 0, cumulative: 0 };
    level.resize(bottom_width(leaves.len()), pad);
    for height in 0.. {
        let at = |place: &(usize, usize)| (place.0 == height && place.1 < level.len()).then_some(place.1);
        if let Some(index) = wrong.hidden.as_ref().and_then(at) {
            published.remove(&level[index].hash);
        }
        let replaced = wrong.replaced.as_ref().and_then(|(place, node)| Some((at(place)?, *node)));
        let sums = wrong.sums.as_ref().and_then(|(place, sums)| Some((at(place)?, *sums)));
        if let Some((index, node)) = replaced {
            level[index] = node;
        }
        if let Some((index, (weight, cumulative))) = sums {
            level[index] = Node { weight, cumulative, ..level[index] };
        }
        if level.len() == 1 {
            break;
        }
        level = level.chunks(2).map(|pair| parent(pair[0], pair[1], published)).collect();
    }
    level[0]
}

/// The parent of two nodes. Sums that overflow wrap: the crate must never come to the same.
pub fn parent(left: Node, right: Node, published: &mut Published) -> Node {
    let mut preimage = vec![1];
    for node in [left, right] {
        preimage.extend(node.hash);
        preimage.extend(node.weight.to_be_bytes());
        preimage.extend(node.cumulative.to_be_bytes());
    }
    Node {
        hash: publish(published, preimage),
        weight: left.weight.wrapping_add(right.weight),
        cumulative: left.cumulative.wrapping_add(right.cumulative),
    }
}

/// The tree over packed commitments or assets; gives its root.
pub fn plain(domain: &Hash, leaves: &[Vec<u8>], published: &mut Published) -> Hash {
    if leaves.is_empty() {
        return [0; 32];
    }
    let mut level: Vec<Hash> =
        leaves.iter().map(|leaf| publish(published, [&[0], domain.as_slice(), leaf].concat())).collect();
    let pad = publish(published, [&[2], domain.as_slice()].concat());
    level.resize(bottom_width(leaves.len()), pad);
    while level.len() > 1 {
        level = level
            .chunks(2)
            .map(|pair| publish(published, [[1].as_slice(), &pair[0], &pair[1]].concat()))
            .collect();
    }
    level[0]
}
