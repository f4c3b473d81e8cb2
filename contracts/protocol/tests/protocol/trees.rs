//! Invariants of trees and proofs: I5 (only true proofs pass), I6 (sums bind), I7 (absence).

use attention_protocol::bytes::Reader;
use attention_protocol::hash::{Deployment, Hash, TAG_LEAF, TAG_NODE, sha256};
use attention_protocol::raw_leaf::RawLeaf;
use attention_protocol::tree::{
    Node, PREIMAGE_BYTES, PlainNode, Shape, SumNode, Tree, TreeLeaf, depth, verify_absence, verify_leaf,
    verify_range,
};
use attention_protocol::{AccountId, Commitment, Leaf, ProtocolError};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::strategies;

const DOMAIN: Hash = [7; 32];

fn tree(leaves: &[Leaf]) -> (Tree<SumNode>, Shape<SumNode>) {
    let tree = Tree::build("leaves", &DOMAIN, leaves).unwrap();
    let shape = Shape { domain: DOMAIN, leaf_count: tree.leaf_count(), root: tree.root() };
    (tree, shape)
}

/// The preimage of an inner node, hashed under a tag and perhaps the domain, with the sums it states.
struct Offered<'a> {
    tag: u8,
    domain: bool,
    preimage: &'a [u8],
}

impl TreeLeaf for Offered<'_> {
    type Node = SumNode;
    type Key = ();

    fn key(&self) {}

    fn node(&self, domain: &Hash) -> SumNode {
        let domain = if self.domain { domain.as_slice() } else { &[] };
        let mut children = self.preimage.chunks(PREIMAGE_BYTES / 2).map(|child| {
            let (weight, cumulative) = child[32..].split_at(8);
            let cumulative = u128::from_be_bytes(cumulative.try_into().unwrap());
            (u64::from_be_bytes(weight.try_into().unwrap()), cumulative)
        });
        let (left, right) = (children.next().unwrap(), children.next().unwrap());
        SumNode {
            hash: sha256(&[&[self.tag], domain, self.preimage]),
            weight: left.0 + right.0,
            cumulative: left.1 + right.1,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Every leaf of every tree proves itself, and the root carries the true sums.
    #[test]
    fn every_leaf_has_a_proof(leaves in strategies::leaves(70)) {
        let (tree, shape) = tree(&leaves);
        prop_assert_eq!(shape.root.weight, leaves.iter().map(|leaf| leaf.weight).sum::<u64>());
        prop_assert_eq!(shape.root.cumulative, leaves.iter().map(|leaf| leaf.cumulative).sum::<u128>());
        for (position, leaf) in (0u32..).zip(&leaves) {
            let siblings = tree.prove(position).unwrap();
            prop_assert_eq!(verify_leaf(&shape, position, leaf, &siblings), Ok(()));
        }
    }

    /// I5: one changed bit of leaf or proof, another position, another length: refused.
    #[test]
    fn a_changed_proof_is_refused(leaves in strategies::leaves(70), at: Index, byte: Index, bit in 0u8..8) {
        let (tree, shape) = tree(&leaves);
        let position = at.index(leaves.len()) as u32;
        let leaf = &leaves[position as usize];
        let siblings = tree.prove(position).unwrap();
        let packed = [leaf.pack(), siblings.clone()].concat();
        let mut changed = packed.clone();
        changed[byte.index(packed.len())] ^= 1 << bit;
        let verdict = Leaf::split(&changed).and_then(|(leaf, rest)| verify_leaf(&shape, position, &leaf, rest));
        prop_assert!(verdict.is_err());
        for other in 0..=shape.leaf_count {
            prop_assert_eq!(verify_leaf(&shape, other, leaf, &siblings).is_ok(), other == position);
        }
        prop_assert!(verify_leaf(&shape, u32::MAX, leaf, &siblings).is_err());
        let longer = [siblings.as_slice(), &[0]].concat();
        prop_assert!(verify_leaf(&shape, position, leaf, &longer).is_err());
        let more = [siblings.as_slice(), &[0; 33]].concat();
        prop_assert!(verify_leaf(&shape, position, leaf, &more).is_err());
        if let Some((_, shorter)) = siblings.split_last() {
            prop_assert!(verify_leaf(&shape, position, leaf, shorter).is_err());
            prop_assert!(verify_leaf(&shape, position, leaf, &siblings[33..]).is_err());
        }
    }

    /// I6: a root whose sums differ from the tree's, or another count or domain, refuses every proof.
    #[test]
    fn sums_count_and_domain_bind(leaves in strategies::leaves(40), at: Index, more in 1u64..1_000) {
        let (tree, shape) = tree(&leaves);
        let position = at.index(leaves.len()) as u32;
        let leaf = &leaves[position as usize];
        let siblings = tree.prove(position).unwrap();
        let refused = |shape: Shape<SumNode>| verify_leaf(&shape, position, leaf, &siblings).is_err();
        let root = shape.root;
        let cumulative = root.cumulative + u128::from(more);
        let others = [
            Shape { root: SumNode { weight: root.weight + more, ..root }, ..shape },
            Shape { root: SumNode { cumulative, ..root }, ..shape },
            Shape { domain: [8; 32], ..shape },
            Shape { leaf_count: 0, ..shape },
            Shape { leaf_count: shape.leaf_count * 2 + 1, ..shape },
        ];
        for (i, other) in others.into_iter().enumerate() {
            prop_assert!(refused(other), "change {}", i);
        }
    }

    /// I5: the preimage of an inner node is no leaf, neither in the tree nor in the shorter one whose leaves its level would
    /// be. As the node that it is, it does lead to the root there: nothing but the tag and the domain keeps it out.
    #[test]
    fn an_inner_node_is_no_leaf(mut leaves in strategies::leaves(70), at: Index) {
        leaves.truncate(1 << leaves.len().ilog2());
        let (tree, shape) = tree(&leaves);
        let position = at.index(leaves.len()) as u32;
        let siblings = tree.prove(position).unwrap();
        let opening = tree.open(position).unwrap();
        let mut above = Reader::new("siblings", &siblings);
        for (level, preimage) in (1u32..).zip(opening.chunks(PREIMAGE_BYTES).rev()) {
            SumNode::read(&mut above).unwrap();
            let shorter = Shape { leaf_count: shape.leaf_count >> level, ..shape };
            let offer = |tag, domain| Offered { tag, domain, preimage };
            let leads = |offered: &Offered<'_>| verify_leaf(&shorter, position >> level, offered, above.rest());
            prop_assert_eq!(leads(&offer(TAG_NODE, false)), Ok(()), "the control");
            prop_assert_eq!(leads(&offer(TAG_LEAF, true)), Err(ProtocolError::RootMismatch));
            prop_assert_eq!(leads(&offer(TAG_LEAF, false)), Err(ProtocolError::RootMismatch));
            for other in 0..shape.leaf_count {
                prop_assert!(verify_leaf(&shape, other, &offer(TAG_LEAF, true), &siblings).is_err());
            }
            prop_assert!(RawLeaf::unpack(preimage).is_err(), "it has no leaf's length, whatever its first byte says");
        }
        prop_assert_eq!(opening.len(), PREIMAGE_BYTES * depth(shape.leaf_count) as usize);
    }

    /// I5 for the trees without sums: commitments and assets.
    #[test]
    fn plain_proofs(
        commitments in strategies::commitments(40), assets in strategies::assets(40),
        at: Index, byte: Index, bit in 0u8..8,
    ) {
        only_true_proofs_pass(&commitments, at.index(commitments.len()), |len| (byte.index(len), bit));
        only_true_proofs_pass(&assets, at.index(assets.len()), |len| (byte.index(len), bit));
    }

    /// Ranges prove themselves; a changed bit, a shifted start, a dropped or swapped leaf does not.
    #[test]
    fn ranges(leaves in strategies::leaves(60), a: Index, b: Index, byte: Index, bit in 0u8..8) {
        let (tree, shape) = tree(&leaves);
        let (a, b) = (a.index(leaves.len()), b.index(leaves.len()));
        let (start, end) = (a.min(b), a.max(b) + 1);
        let siblings = tree.prove_range(start as u32, (end - start) as u32).unwrap();
        let range = &leaves[start..end];
        prop_assert_eq!(verify_range(&shape, start as u32, range, &siblings), Ok(()));
        prop_assert_eq!(start == 0 && end == leaves.len(), siblings.is_empty());
        for other in 0..shape.leaf_count {
            let ok = verify_range(&shape, other, range, &siblings).is_ok();
            prop_assert_eq!(ok, other as usize == start);
            let none = ProtocolError::Position { position: u64::from(other.max(1)) - 1, leaf_count: shape.leaf_count };
            prop_assert_eq!(verify_range::<Leaf>(&shape, other, &[], &[]), Err(none));
        }
        prop_assert!(verify_range(&shape, start as u32, &range[1..], &siblings).is_err());
        if range.len() > 1 {
            let mut swapped = range.to_vec();
            swapped.swap(0, 1);
            prop_assert!(verify_range(&shape, start as u32, &swapped, &siblings).is_err());
        }
        if !siblings.is_empty() {
            let mut changed = siblings.clone();
            changed[byte.index(siblings.len())] ^= 1 << bit;
            prop_assert!(verify_range(&shape, start as u32, range, &changed).is_err());
        }
    }

    /// I7: an account is provably absent exactly if it has no leaf.
    #[test]
    fn absence(leaves in strategies::leaves(40), stranger in strategies::account(), at: Index) {
        let (tree, shape) = tree(&leaves);
        let show = |start: usize, end: usize| {
            let siblings = tree.prove_range(start as u32, (end - start) as u32).unwrap();
            (start as u32, leaves[start..end].to_vec(), siblings)
        };
        let absent = |account: &AccountId, (start, shown, siblings): (u32, Vec<Leaf>, Vec<u8>)| {
            verify_absence(&shape, account, start, &shown, &siblings)
        };
        let place = leaves.partition_point(|leaf| leaf.account < stranger);
        if leaves.iter().all(|leaf| leaf.account != stranger) {
            let around = match place {
                0 => show(0, 1),
                last if last == leaves.len() => show(last - 1, last),
                place => show(place - 1, place + 1),
            };
            prop_assert_eq!(absent(&stranger, around), Ok(()));
        }
        // A present account cannot be shown absent by any one leaf or pair of neighbours.
        let present = &leaves[at.index(leaves.len())].account;
        for start in 0..leaves.len() {
            prop_assert_eq!(absent(present, show(start, start + 1)), Err(ProtocolError::NotAbsent));
            if start + 2 <= leaves.len() {
                prop_assert_eq!(absent(present, show(start, start + 2)), Err(ProtocolError::NotAbsent));
            }
        }
    }

    /// An inner node offered as a leaf, or a leaf of another campaign, epoch, chain or contract, is refused.
    #[test]
    fn a_leaf_belongs_to_one_tree(leaves in strategies::leaves(20), campaign: u64, epoch: u64) {
        let account = AccountId::try_from([1; 32].as_slice()).unwrap();
        let here = Deployment::new("chain-1", &account).unwrap();
        let domains = [
            here.allocation_domain(campaign, epoch),
            here.allocation_domain(campaign ^ 1, epoch),
            here.allocation_domain(campaign, epoch ^ 1),
            Deployment::new("chain-2", &account).unwrap().allocation_domain(campaign, epoch),
            Deployment::new("chain-1", &AccountId::try_from([2; 32].as_slice()).unwrap())
                .unwrap()
                .allocation_domain(campaign, epoch),
        ];
        let trees: Vec<_> = domains.iter().map(|d| Tree::build("leaves", d, &leaves).unwrap()).collect();
        for (i, domain) in domains.iter().enumerate() {
            let shape = Shape { domain: *domain, leaf_count: trees[i].leaf_count(), root: trees[i].root() };
            for (j, tree) in trees.iter().enumerate() {
                let verdict = verify_leaf(&shape, 0, &leaves[0], &tree.prove(0).unwrap());
                // A tree of one leaf has no siblings: its proof is the same everywhere, and right only at home.
                prop_assert_eq!(verdict.is_ok(), i == j || leaves.len() == 1);
            }
        }
    }
}

/// The leaf at `at` passes with its siblings, and with nothing else: no other leaf, position, bit or length.
fn only_true_proofs_pass<L: TreeLeaf<Node = PlainNode>>(
    leaves: &[L],
    at: usize,
    change: impl Fn(usize) -> (usize, u8),
) {
    let tree = Tree::build("leaves", &DOMAIN, leaves).unwrap();
    let shape = Shape { domain: DOMAIN, leaf_count: tree.leaf_count(), root: tree.root() };
    let siblings = tree.prove(at as u32).unwrap();
    for (other, leaf) in leaves.iter().enumerate() {
        assert_eq!(verify_leaf(&shape, at as u32, leaf, &siblings).is_ok(), other == at);
        assert_eq!(verify_leaf(&shape, other as u32, &leaves[at], &siblings).is_ok(), other == at);
    }
    let refused = |siblings: &[u8]| assert!(verify_leaf(&shape, at as u32, &leaves[at], siblings).is_err());
    refused(&[siblings.as_slice(), &[0]].concat());
    refused(&[siblings.as_slice(), &[0; 32]].concat());
    if !siblings.is_empty() {
        refused(&siblings[1..]);
        refused(&siblings[32..]);
        let mut changed = siblings.clone();
        let (byte, bit) = change(changed.len());
        changed[byte] ^= 1 << bit;
        refused(&changed);
    }
}

#[test]
fn an_empty_tree_has_the_zero_root_and_everything_is_absent() {
    let (tree, shape) = tree(&[]);
    assert_eq!(tree.root(), SumNode { hash: [0; 32], weight: 0, cumulative: 0 });
    let account = AccountId::try_from([1; 20].as_slice()).unwrap();
    assert_eq!(verify_absence::<Leaf>(&shape, &account, 0, &[], &[]), Ok(()));
    assert_eq!(verify_absence::<Leaf>(&shape, &account, 0, &[], &[0]), Err(ProtocolError::NotAbsent));
    assert!(tree.prove(0).is_err());
}

#[test]
fn unsorted_equal_and_overflowing_leaves_are_refused() {
    let leaf = |byte: u8, cumulative: u128| Leaf {
        account: AccountId::try_from([byte; 20].as_slice()).unwrap(),
        score: attention_protocol::Score::ZERO,
        streak: 0,
        boost_ppm: 0,
        weight: 0,
        cumulative,
    };
    let build = |leaves: &[Leaf]| Tree::build("leaves", &DOMAIN, leaves).map(|tree| tree.root()).unwrap_err();
    assert_eq!(build(&[leaf(2, 0), leaf(1, 0)]), ProtocolError::NotRising { what: "leaves", index: 1 });
    assert_eq!(build(&[leaf(1, 0), leaf(1, 0)]), ProtocolError::NotRising { what: "leaves", index: 1 });
    assert_eq!(build(&[leaf(1, u128::MAX), leaf(2, 1)]), ProtocolError::SumOverflow);
}

#[test]
fn commitments_are_absent_by_campaign_id() {
    let commitment = |campaign| Commitment {
        campaign,
        base_root: [0; 32],
        base_total: 0,
        root: [1; 32],
        leaf_count: 1,
        weight_total: 1,
        cumulative_total: 1,
        budget: 1,
        rule_hash: [2; 32],
    };
    let all = [commitment(2), commitment(5), commitment(9)];
    let tree = Tree::build("commitments", &DOMAIN, &all).unwrap();
    let shape = Shape { domain: DOMAIN, leaf_count: 3, root: tree.root() };
    let pair = tree.prove_range(0, 2).unwrap();
    assert_eq!(verify_absence(&shape, &3, 0, &all[..2], &pair), Ok(()));
    assert_eq!(verify_absence(&shape, &5, 0, &all[..2], &pair), Err(ProtocolError::NotAbsent));
    assert_eq!(verify_absence(&shape, &1, 0, &all[..1], &tree.prove(0).unwrap()), Ok(()));
    assert_eq!(verify_absence(&shape, &10, 2, &all[2..], &tree.prove(2).unwrap()), Ok(()));
    assert_eq!(
        verify_absence(&shape, &7, 2, &all[2..], &tree.prove(2).unwrap()),
        Err(ProtocolError::NotAbsent)
    );
}
