//! Openings of honest trees: the crate's builder, the independent one, and what they show agree.

use attention_protocol::raw_leaf::RawLeaf;
use attention_protocol::tree::{OpenNode, Shape, Tree, depth, open, pad_at, pad_level};
use attention_protocol::{Leaf, ProtocolError};
use proptest::prelude::*;
use proptest::sample::Index;

use super::forge::{self, Published, Wrong};
use crate::strategies;

const DOMAIN: [u8; 32] = [7; 32];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_position_opens(leaves in strategies::leaves(40)) {
        let tree = Tree::build("leaves", &DOMAIN, &leaves).unwrap();
        let shape = Shape { domain: DOMAIN, leaf_count: tree.leaf_count(), root: tree.root() };
        let packed: Vec<_> = leaves.iter().map(Leaf::pack).collect();
        let mut published = Published::new();
        let root = forge::allocation(&DOMAIN, &packed, &Wrong::default(), &mut published);
        prop_assert_eq!((root.hash, root.weight, root.cumulative), (shape.root.hash, shape.root.weight, shape.root.cumulative));
        for position in 0..1u32 << depth(shape.leaf_count) {
            let mut opening = tree.open(position).unwrap();
            if let Some(leaf) = packed.get(position as usize) {
                opening.extend(leaf);
            }
            let opened = open(&shape, position, &opening).unwrap();
            prop_assert!(opened.nodes.iter().all(OpenNode::adds_up));
            match leaves.get(position as usize) {
                Some(leaf) => {
                    let raw = RawLeaf::unpack(opened.leaf).unwrap();
                    prop_assert_eq!(raw.address, leaf.account.as_slice());
                    prop_assert_eq!((opened.end.weight, opened.end.cumulative), (leaf.weight, leaf.cumulative));
                    prop_assert_eq!(pad_level(shape.leaf_count, position), None);
                }
                None => {
                    let level = pad_level(shape.leaf_count, position).unwrap();
                    prop_assert_eq!(Ok(opened.end), pad_at(&shape, level));
                    prop_assert_eq!(tree.pad(level as usize), Some(opened.end));
                }
            }
        }
        prop_assert!(tree.open(1 << depth(shape.leaf_count)).is_err());
    }

    /// One changed bit of an opening, or another position's: refused.
    #[test]
    fn a_changed_opening_is_refused(leaves in strategies::leaves(40), at: Index, byte: Index, bit in 0u8..8) {
        let tree = Tree::build("leaves", &DOMAIN, &leaves).unwrap();
        let shape = Shape { domain: DOMAIN, leaf_count: tree.leaf_count(), root: tree.root() };
        let position = at.index(leaves.len()) as u32;
        let opening = [tree.open(position).unwrap(), leaves[position as usize].pack()].concat();
        let mut changed = opening.clone();
        changed[byte.index(opening.len())] ^= 1 << bit;
        prop_assert_eq!(open(&shape, position, &changed), Err(ProtocolError::RootMismatch));
        for other in (0..1u32 << depth(shape.leaf_count)).filter(|other| *other != position) {
            prop_assert_eq!(open(&shape, other, &opening), Err(ProtocolError::RootMismatch));
        }
        let elsewhere = Shape { domain: [8; 32], ..shape };
        prop_assert_eq!(open(&elsewhere, position, &opening), Err(ProtocolError::RootMismatch));
    }
}

#[test]
fn pads_by_hand() {
    // Five leaves in a tree of depth 3: position 5 is a pad by itself, 6 and 7 hang below one of level 1.
    let levels: Vec<_> = (0..8).map(|position| pad_level(5, position)).collect();
    assert_eq!(levels, [None, None, None, None, None, Some(0), Some(1), Some(1)]);
    assert_eq!(pad_level(1, 0), None);
    assert_eq!(pad_level(u32::MAX, u32::MAX - 1), None);
    assert_eq!(pad_level(u32::MAX, u32::MAX), Some(0));
    // 2^31 + 1 leaves: the right half of the tree is the last leaf and 30 pads beside its path.
    assert_eq!(pad_level((1 << 31) + 1, u32::MAX), Some(30));
}

#[test]
fn a_tree_without_leaves_has_nothing_to_open() {
    let tree = Tree::build::<Leaf>("leaves", &DOMAIN, &[]).unwrap();
    let shape = Shape { domain: DOMAIN, leaf_count: 0, root: tree.root() };
    let nothing = ProtocolError::Position { position: 0, leaf_count: 0 };
    assert_eq!(open(&shape, 0, &[]), Err(nothing.clone()));
    assert_eq!(tree.open(0), Err(nothing));
}
