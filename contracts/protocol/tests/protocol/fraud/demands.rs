//! Clause 10: what can be demanded, what answers, and what nobody can answer.

use std::collections::BTreeSet;

use attention_protocol::ProtocolError;
use attention_protocol::fraud::{Answer, FraudError, Target, check_answer, check_target};
use cosmwasm_std::Binary;

use super::hand::{Hand, NEW, OLD, PAD, campaign};
use super::search;

fn leaf_target(hand: &Hand, position: u32) -> Target {
    Target::Leaf { commitment: hand.commitment.clone(), position }
}

#[test]
fn keys_tell_targets_apart() {
    let hand = Hand::honest(&campaign());
    let key = |target: &Target| check_target(target, &hand.world.context());
    assert_eq!(key(&Target::Commitment { index: 0 }), Ok([0; 9]));
    assert_eq!(key(&leaf_target(&hand, NEW)), Ok([1, 0, 0, 0, 0, 0, 0, 0, 1]));
    assert_eq!(key(&Target::Asset { index: 1 }), Ok([2, 0, 0, 0, 1, 0, 0, 0, 0]));
    let targets = search::targets(&hand.world);
    let keys: BTreeSet<_> = targets.iter().map(|target| key(target).unwrap()).collect();
    assert_eq!((targets.len(), keys.len()), (1 + 2 + 3, 6));
}

#[test]
fn nothing_beyond_the_end_can_be_demanded() {
    let hand = Hand::honest(&campaign());
    let beyond = |position, leaf_count| Err(ProtocolError::Position { position, leaf_count }.into());
    let context = hand.world.context();
    assert_eq!(check_target(&Target::Commitment { index: 1 }, &context), beyond(1, 1));
    assert_eq!(check_target(&Target::Asset { index: 2 }, &context), beyond(2, 2));
    assert_eq!(check_target(&leaf_target(&hand, PAD), &context), beyond(3, 3));
    let mut foreign = hand.commitment.clone();
    foreign.start = 1;
    let target = Target::Leaf { commitment: foreign, position: OLD };
    assert_eq!(check_target(&target, &context), beyond(1, 1), "not the commitment's place");
}

#[test]
fn only_the_thing_itself_answers() {
    let hand = Hand::honest(&campaign());
    let context = hand.world.context();
    let targets = search::targets(&hand.world);
    for (i, target) in targets.iter().enumerate() {
        for (j, other) in targets.iter().enumerate() {
            let answer = search::answer(&hand.world, other).unwrap();
            assert_eq!(check_answer(target, &answer, &context).is_ok(), i == j, "{other:?} for {target:?}");
        }
    }
    let answer = search::answer(&hand.world, &targets[0]).unwrap();
    assert_eq!(check_answer(&leaf_target(&hand, OLD), &answer, &context), Err(FraudError::OtherKind));
}

#[test]
fn a_leaf_is_answered_in_full() {
    let hand = Hand::honest(&campaign());
    let target = leaf_target(&hand, NEW);
    let check = |opening: &[u8]| {
        let answer = Answer::Leaf { opening: Binary::new(opening.to_vec()) };
        check_answer(&target, &answer, &hand.world.context()).map(|_| ())
    };
    let opening = hand.tree.opening(NEW, 0);
    assert_eq!(opening.len(), 2 * 112 + 55);
    assert_eq!(check(&opening), Ok(()));
    let depth = |actual| Err(FraudError::OpeningDepth { expected: 2, actual });
    assert_eq!(check(&[]), depth(0));
    assert_eq!(check(&opening[..112]), depth(1));
    let length = ProtocolError::Length { what: "raw leaf", expected: 1, actual: 0 };
    assert_eq!(check(&opening[..224]), Err(length.into()), "the leaf is missing");
    assert_eq!(check(&opening[..278]), Err(ProtocolError::RootMismatch.into()));
    assert_eq!(check(&[opening.as_slice(), &[0]].concat()), Err(ProtocolError::RootMismatch.into()));
}

#[test]
fn what_is_wrong_can_still_be_answered() {
    let offences: [fn(&mut super::world::Draft); 3] = [
        |draft| draft.wrong.sums = Some(((1, 0), (1, 1))),
        |draft| draft.rows[1].score = u32::MAX,
        |draft| draft.rows[1].address = vec![2; 64],
    ];
    for offence in offences {
        let hand = Hand::changed(offence);
        let target = leaf_target(&hand, NEW);
        let answer = search::answer(&hand.world, &target).unwrap();
        assert_eq!(check_answer(&target, &answer, &hand.world.context()), Ok([1, 0, 0, 0, 0, 0, 0, 0, 1]));
    }
}

#[test]
fn who_hides_a_subtree_cannot_answer_for_any_leaf_below() {
    let hidden = |place| {
        let hand = Hand::changed(|draft| draft.wrong.hidden = Some(place));
        let open = search::unanswered(&hand.world).into_iter();
        let positions = open.map(|target| match target {
            Target::Leaf { position, .. } => position,
            other => panic!("{other:?}"),
        });
        positions.collect::<Vec<_>>()
    };
    assert_eq!(hidden((0, 1)), [1]);
    assert_eq!(hidden((1, 0)), [0, 1]);
    assert_eq!(hidden((1, 1)), [2]);
    assert_eq!(hidden((2, 0)), [0, 1, 2]);
}

#[test]
fn an_address_beyond_the_limit_cannot_be_answered() {
    let hand = Hand::changed(|draft| draft.rows[1].address = vec![2; 65]);
    let target = leaf_target(&hand, NEW);
    let answer = search::answer(&hand.world, &target).unwrap();
    let verdict = check_answer(&target, &answer, &hand.world.context());
    assert!(matches!(verdict, Err(FraudError::Protocol(ProtocolError::Invalid { .. }))), "{verdict:?}");
}
