//! Evidence that is no evidence: a precise error, never a panic, never a conviction.

use attention_protocol::ProtocolError;
use attention_protocol::fraud::{
    Answer, FraudError, FraudProof, RangeProof, Target, check_answer, check_target,
};
use cosmwasm_std::Binary;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::hand::{Hand, OLD, PAD, asset, campaign};
use super::world::World;
use super::{search, strategy};

fn length(what: &'static str, expected: usize, actual: usize) -> FraudError {
    ProtocolError::Length { what, expected, actual }.into()
}

fn cut(binary: &Binary, by: usize) -> Binary {
    Binary::new(binary.as_slice()[..binary.len() - by].to_vec())
}

fn longer(binary: &Binary) -> Binary {
    Binary::new([binary.as_slice(), &[0]].concat())
}

#[test]
fn commitments_of_another_length() {
    let hand = Hand::honest(&campaign());
    let judge = |commitment| hand.judge(&FraudProof::Commitment { commitment });
    let good = &hand.commitment;
    let with = |leaves| RangeProof { leaves, ..good.clone() };
    assert_eq!(judge(with(cut(&good.leaves, 1))), Err(length("packed commitment", 164, 163)));
    assert_eq!(judge(with(longer(&good.leaves))), Err(length("packed commitment", 164, 165)));
    assert_eq!(judge(with(Binary::default())), Err(length("packed commitment", 8, 0)));
    let siblings = RangeProof { siblings: longer(&good.siblings), ..good.clone() };
    assert_eq!(judge(siblings), Err(length("siblings of the proof", 0, 1)));
    let position = ProtocolError::Position { position: u64::from(u32::MAX), leaf_count: 1 };
    assert_eq!(judge(RangeProof { start: u32::MAX, ..good.clone() }), Err(position.into()));
    let pair = FraudProof::UnorderedCommitments { commitments: good.clone() };
    assert_eq!(hand.judge(&pair), Err(length("packed commitments", 172, 164)), "one is no pair");
}

#[test]
fn assets_of_another_length() {
    let world = World::honest(&[campaign()], &[asset(1), asset(2)]);
    let good = search::assets(&world).range(0, 2).unwrap();
    let judge =
        |leaves| world.judge(&FraudProof::UnorderedAssets { assets: RangeProof { leaves, ..good.clone() } });
    assert_eq!(judge(cut(&good.leaves, 1)), Err(length("packed assets", 168, 167)));
    assert_eq!(judge(longer(&good.leaves)), Err(length("packed assets", 168, 169)));
}

#[test]
fn leaves_of_another_number_or_length() {
    let hand = Hand::honest(&campaign());
    let judge =
        |leaf| hand.judge(&FraudProof::Leaf { commitment: hand.commitment.clone(), leaf, base: None });
    let (one, two) = (hand.tree.range(0, 1).unwrap(), hand.tree.range(0, 2).unwrap());
    let count = |what, expected, actual| Err(FraudError::Count { what, expected, actual });
    assert_eq!(judge(two.clone()), count("the leaf", 1, 2));
    let none = RangeProof { leaves: Binary::default(), ..one.clone() };
    assert_eq!(judge(none), count("the leaf", 1, 0));
    let cut_short = RangeProof { leaves: cut(&one.leaves, 1), ..one.clone() };
    assert_eq!(judge(cut_short), Err(length("raw leaves", 55, 54)));
    let long = RangeProof { leaves: longer(&one.leaves), ..one.clone() };
    assert_eq!(judge(long), Err(length("raw leaves", 60, 56)), "a second leaf of an empty address begins");
    let mut bytes = one.leaves.to_vec();
    bytes[0] = 65;
    let refused = judge(RangeProof { leaves: bytes.into(), ..one.clone() });
    let requirement = "at most 64 bytes";
    let field = "the address length of a raw leaf";
    let invalid = ProtocolError::Invalid { field, value: "65".to_string(), requirement };
    assert_eq!(refused, Err(invalid.into()));
    let three = RangeProof { leaves: Binary::new(one.leaves.repeat(3)), ..one.clone() };
    let many = ProtocolError::TooMany { what: "raw leaves", max: 2, actual: 3 };
    assert_eq!(judge(three), Err(many.into()));
    let pair =
        |leaves| hand.judge(&FraudProof::UnorderedLeaves { commitment: hand.commitment.clone(), leaves });
    assert_eq!(pair(one), count("the neighbours", 2, 1));
    let base = hand.base.range(0, 2).unwrap();
    let missing = FraudProof::MissingAccount { commitment: hand.commitment.clone(), base, absence: two };
    assert_eq!(hand.judge(&missing), count("the leaf in the base", 1, 2));
}

#[test]
fn openings_of_another_length() {
    let hand = Hand::honest(&campaign());
    let whole = hand.tree.opening(OLD, 0);
    assert_eq!(hand.wrong_sum(OLD, whole[..111].to_vec()), Err(length("opening", 112, 111)));
    assert_eq!(hand.wrong_sum(OLD, whole[..113].to_vec()), Err(length("opening", 224, 113)));
    let mismatch = Err(ProtocolError::RootMismatch.into());
    assert_eq!(hand.wrong_sum(OLD, whole[112..].to_vec()), mismatch, "the root's preimage is missing");
    assert_eq!(hand.wrong_sum(OLD, whole[..225].to_vec()), mismatch, "half a leaf");
    assert_eq!(hand.wrong_sum(OLD, [whole.as_slice(), &[0; 112]].concat()), mismatch);
    let beyond = |position| ProtocolError::Position { position, leaf_count: 3 }.into();
    assert_eq!(hand.wrong_sum(4, whole.clone()), Err(beyond(4)));
    assert_eq!(hand.bad_pad(u32::MAX, whole.clone()), Err(beyond(u64::from(u32::MAX))));
    let depth = |expected, actual| Err(FraudError::OpeningDepth { expected, actual });
    assert_eq!(hand.bad_pad(PAD, hand.tree.opening(PAD, 1)), depth(2, 1));
    assert_eq!(hand.bad_pad(PAD, Vec::new()), depth(2, 0));
}

#[test]
fn an_opening_is_at_most_32_nodes_deep() {
    // A count of 2^32 − 1 makes the deepest tree: a path of 32 nodes, all on the left.
    let mut nodes = super::forge::Published::new();
    let rows = campaign().draft(&super::world::deployment()).rows;
    let row = &rows[0];
    let domain = super::world::deployment().allocation_domain(5, super::world::EPOCH);
    let mut node =
        super::forge::allocation(&domain, &[row.pack()], &super::forge::Wrong::default(), &mut nodes);
    let zero = super::forge::Node { hash: [0; 32], weight: 0, cumulative: 0 };
    for _ in 0..32 {
        node = super::forge::parent(node, zero, &mut nodes);
    }
    let hand = Hand::changed(|draft| {
        draft.sealed = false;
        draft.commitment.root = node.hash;
        draft.commitment.leaf_count = u32::MAX;
        draft.commitment.weight_total = node.weight;
        draft.commitment.cumulative_total = node.cumulative;
    });
    let mut world = hand.world;
    world.published.extend(nodes);
    let hand = Hand::new(world);
    let opening = hand.tree.opening(0, 0);
    assert_eq!(opening.len(), 32 * 112 + 55);
    let target = Target::Leaf { commitment: hand.commitment.clone(), position: 0 };
    let answer = |opening: &[u8]| {
        let answer = Answer::Leaf { opening: Binary::new(opening.to_vec()) };
        check_answer(&target, &answer, &hand.world.context())
    };
    assert_eq!(answer(&opening), Ok([1, 0, 0, 0, 0, 0, 0, 0, 0]));
    let deeper = [&opening[..32 * 112], &opening[..112]].concat();
    assert_eq!(answer(&deeper), Err(ProtocolError::RootMismatch.into()), "a 33rd node is no leaf");
}

/// Any evidence of the given bytes.
fn any_proof(parts: [RangeProof; 3], position: u32, opening: Vec<u8>, kind: u8) -> FraudProof {
    let [commitment, leaf, other] = parts;
    let opening = Binary::new(opening);
    match kind % 8 {
        0 => FraudProof::Leaf { commitment, leaf, base: Some(other) },
        1 => FraudProof::UnorderedLeaves { commitment, leaves: leaf },
        2 => FraudProof::MissingAccount { commitment, base: leaf, absence: other },
        3 => FraudProof::BadPad { commitment, position, opening },
        4 => FraudProof::WrongSum { commitment, position, opening },
        5 => FraudProof::Commitment { commitment },
        6 => FraudProof::UnorderedCommitments { commitments: leaf },
        _ => FraudProof::UnorderedAssets { assets: leaf },
    }
}

fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..500)
}

fn any_range() -> impl Strategy<Value = RangeProof> {
    (prop_oneof![0..4u32, any::<u32>()], any_bytes(), any_bytes()).prop_map(|(start, leaves, siblings)| {
        RangeProof { start, leaves: leaves.into(), siblings: siblings.into() }
    })
}

/// One byte of `bytes` flipped, cut off or added.
fn damaged(bytes: &Binary, at: &Index, how: u8) -> Binary {
    let mut bytes = bytes.to_vec();
    match how % 3 {
        0 if !bytes.is_empty() => {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << (how / 3 % 8);
        }
        1 if !bytes.is_empty() => bytes.truncate(at.index(bytes.len())),
        _ => bytes.push(how),
    }
    bytes.into()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn random_evidence_is_refused(
        parts in [any_range(), any_range(), any_range()], position: u32, opening in any_bytes(), kind: u8,
    ) {
        let hand = Hand::honest(&campaign());
        let target = Target::Leaf { commitment: parts[0].clone(), position };
        prop_assert!(check_target(&target, &hand.world.context()).is_err());
        let proof = any_proof(parts.clone(), position, opening.clone(), kind);
        prop_assert!(hand.judge(&proof).is_err(), "{proof:?}");
        // With the true commitment, the rest is reached too.
        let [_, leaf, other] = parts;
        let proof = any_proof([hand.commitment.clone(), leaf, other], position, opening.clone(), kind);
        prop_assert!(hand.judge(&proof).is_err(), "{proof:?}");
        let target = Target::Leaf { commitment: hand.commitment.clone(), position: position % 3 };
        let answer = Answer::Leaf { opening: opening.into() };
        prop_assert!(check_answer(&target, &answer, &hand.world.context()).is_err());
    }

    /// True evidence about an honest epoch with one byte changed: refused for what it does not lead to.
    #[test]
    fn damaged_evidence_is_refused(
        campaigns in strategy::campaigns(), at: Index, byte: Index, how: u8, part in 0..3u8,
    ) {
        let world = World::honest(&campaigns, &[asset(1), asset(2)]);
        let proofs = search::proofs(&world);
        let mut proof = proofs[at.index(proofs.len())].clone();
        let (range, opening) = match &mut proof {
            FraudProof::Leaf { leaf, base, .. } => (Some(base.as_mut().unwrap_or(leaf)), None),
            FraudProof::UnorderedLeaves { leaves, .. } => (Some(leaves), None),
            FraudProof::MissingAccount { base, absence, .. } => {
                (Some(if part == 0 { base } else { absence }), None)
            }
            FraudProof::BadPad { opening, .. } | FraudProof::WrongSum { opening, .. } => (None, Some(opening)),
            FraudProof::Commitment { commitment } => (Some(commitment), None),
            FraudProof::UnorderedCommitments { commitments } => (Some(commitments), None),
            FraudProof::UnorderedAssets { assets } => (Some(assets), None),
        };
        if let Some(range) = range {
            match part {
                0 => range.leaves = damaged(&range.leaves, &byte, how),
                1 => range.siblings = damaged(&range.siblings, &byte, how),
                _ => range.start = range.start.wrapping_add(1 + u32::from(how)),
            }
        }
        if let Some(opening) = opening {
            *opening = damaged(opening, &byte, how);
        }
        prop_assert!(world.judge(&proof).is_err(), "{proof:?}");
    }
}
