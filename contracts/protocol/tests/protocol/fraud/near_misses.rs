//! Honest epochs that look like offences: every one of them stands.

use attention_protocol::fraud::{Clause, FraudError, FraudProof, RangeProof};
use attention_protocol::{Commitment, ProtocolError, ValidRule};
use cosmwasm_std::Binary;

use super::hand::{
    Hand, IDLE, NEW, OLD, PAD, account, asset, campaign, campaign_of, member, not_proven, rule,
};
use super::search;
use super::world::World;

const NO_BASE: &str = "the leaf is right by itself, and its base is not shown";
const RIGHT: &str = "the leaf is what the rule makes of its score and base";
const RISE: &str = "the two leaves rise";
const PADS: &str = "pads stand where they should, and nowhere else";
const SUMS: &str = "the sums on the path add up";
const NOT_ABSENT: Result<Clause, FraudError> = Err(FraudError::Protocol(ProtocolError::NotAbsent));

#[test]
fn clauses_1_and_2_the_highest_score_and_boost() {
    let mut top = member(account(1, 20), None, 1_000_000);
    top.boost = 100_000;
    let hand = Hand::honest(&campaign_of(5, &[top]));
    assert_eq!(hand.leaf(0), not_proven(NO_BASE));
    let nothing = RangeProof { start: 0, leaves: Binary::default(), siblings: Binary::default() };
    assert_eq!(hand.leaf_with(0, Some(nothing)), not_proven(RIGHT), "nothing is settled yet");
}

#[test]
fn clause_2_a_score_on_either_side_of_the_gate() {
    let hand = Hand::honest(&campaign_of(
        5,
        &[member(account(1, 20), None, 99_999), member(account(2, 32), None, 100_000)],
    ));
    assert_eq!(hand.leaf(0), not_proven(NO_BASE), "weight and streak 0");
    assert_eq!(hand.leaf(1), not_proven(NO_BASE));
}

#[test]
fn clause_3_streaks_that_stay_or_break() {
    let hand = Hand::honest(&campaign_of(
        5,
        &[
            member(account(1, 20), Some((u16::MAX, 1)), 500_000),
            member(account(2, 20), Some((u16::MAX, 1)), 99_999),
            member(account(3, 20), Some((0, 1)), 100_000),
        ],
    ));
    for position in 0..3 {
        assert_eq!(hand.leaf_on(position, Some((position, 1))), not_proven(RIGHT), "{position}");
    }
}

#[test]
fn clause_4_by_the_right_base_alone() {
    let hand = Hand::honest(&campaign());
    assert_eq!(hand.leaf_on(OLD, Some((0, 1))), not_proven(RIGHT));
    assert_eq!(hand.leaf_on(NEW, Some((0, 2))), not_proven(RIGHT));
    assert_eq!(hand.leaf_on(IDLE, Some((1, 1))), not_proven(RIGHT));
    // Another account's base leaf would make 3 and 4 look wrong: it shows no absence.
    assert_eq!(hand.leaf_on(OLD, Some((1, 1))), NOT_ABSENT);
    assert_eq!(hand.leaf_on(OLD, Some((0, 2))), NOT_ABSENT);
    assert_eq!(hand.leaf_on(NEW, Some((0, 1))), NOT_ABSENT);
    assert_eq!(hand.leaf_on(IDLE, Some((0, 1))), NOT_ABSENT);
    let nothing = RangeProof { start: 0, leaves: Binary::default(), siblings: Binary::default() };
    let count = ProtocolError::Position { position: 0, leaf_count: 2 };
    assert_eq!(hand.leaf_with(OLD, Some(nothing)), Err(count.into()), "there is a base");
}

#[test]
fn clauses_3_and_4_wait_for_the_base_to_settle() {
    let elsewhere: [fn(&mut Commitment); 2] = [|c| c.base_root[0] ^= 1, |c| c.base_total += 1];
    for change in elsewhere {
        let hand = Hand::changed(|draft| {
            draft.rows[0].cumulative += 1;
            change(&mut draft.commitment);
        });
        let other = Err(FraudError::OtherBase { campaign: 5 });
        assert_eq!(hand.leaf_on(OLD, Some((0, 1))), other);
        assert_eq!(hand.missing(0, (0, 1)), other);
        assert_eq!(hand.header(), other);
        assert_eq!(hand.leaf(OLD), not_proven(NO_BASE));
    }
}

#[test]
fn clause_5_an_address_and_one_that_goes_on() {
    let members = [member(account(1, 20), None, 500_000), member(account(1, 32), None, 500_000)];
    assert_eq!(Hand::honest(&campaign_of(5, &members)).unordered(0), not_proven(RISE));
    let world = World::honest(&[campaign()], &[asset(1), asset(2)]);
    let assets = search::assets(&world).range(0, 2).unwrap();
    assert_eq!(world.judge(&FraudProof::UnorderedAssets { assets }), not_proven(RISE));
}

#[test]
fn clause_6_accounts_that_are_there() {
    let hand = Hand::honest(&campaign());
    for position in 0..2 {
        for around in [(0, 1), (1, 1), (2, 1), (0, 2), (1, 2)] {
            assert_eq!(hand.missing(position, around), NOT_ABSENT, "{position} by {around:?}");
        }
    }
}

#[test]
fn clause_7_pads_of_every_level() {
    for count in 1..=17u8 {
        let members: Vec<_> = (0..count).map(|byte| member(account(byte, 20), None, 500_000)).collect();
        let hand = Hand::honest(&campaign_of(5, &members));
        for position in hand.tree.positions() {
            let level = attention_protocol::tree::pad_level(count.into(), position).unwrap_or(0);
            let mut opening = hand.tree.opening(position, level);
            opening.truncate(opening.len() / 112 * 112);
            assert_eq!(hand.bad_pad(position, opening), not_proven(PADS), "{position} of {count}");
        }
    }
}

#[test]
fn clause_8_sums_at_every_depth() {
    let hand = Hand::honest(&campaign());
    for position in [OLD, NEW, IDLE, PAD] {
        let whole = hand.tree.opening(position, 0);
        for len in [0, 112, 224, whole.len()] {
            assert_eq!(hand.wrong_sum(position, whole[..len].to_vec()), not_proven(SUMS), "{position} {len}");
        }
    }
}

#[test]
fn clause_8_sums_close_to_the_top() {
    // The base's amounts and the budget reach to the last unit of 128 bits.
    let huge = u128::MAX - 1_000;
    let hand = Hand::honest(&campaign_of(5, &[member(account(1, 20), Some((0, huge)), 500_000)]));
    assert_eq!(hand.wrong_sum(0, hand.tree.opening(0, 0)), not_proven(SUMS));
    assert_eq!(hand.leaf_on(0, Some((0, 1))), not_proven(RIGHT));
}

#[test]
fn clause_9_the_whole_budget_and_the_whole_growth() {
    // One account earns all of it: the delta is the budget.
    let hand = Hand::honest(&campaign_of(5, &[member(account(1, 20), Some((1, 7)), 500_000)]));
    assert_eq!(hand.header(), not_proven("the commitment is one that settles"));
    // By the rule of growth one new account is admitted, and one there is.
    assert_eq!(Hand::honest(&campaign()).header(), not_proven("the commitment is one that settles"));
}

#[test]
fn clause_9_neighbouring_campaigns() {
    let other = |id| campaign_of(id, &[member(account(1, 20), None, 400_000)]);
    let world = World::honest(&[other(5), other(6), other(1 << 40)], &[]);
    for start in 0..2 {
        let commitments = search::commitments(&world).range(start, 2).unwrap();
        assert_eq!(world.judge(&FraudProof::UnorderedCommitments { commitments }), not_proven(RISE));
    }
}

#[test]
fn a_leaf_is_judged_by_its_own_campaign() {
    let lower = {
        // The same accounts under a rule that boosts nobody and has no gate.
        let mut other = campaign();
        other.id = 6;
        let open = attention_protocol::Rule { min_score: 0, boost_max_ppm: 0, ..rule() };
        other.rule = ValidRule::try_from(open).unwrap();
        other
    };
    let world = World::honest(&[campaign(), lower], &[]);
    for (opened, commitment) in search::opened_commitments(&world) {
        let leaf = search::allocation(&world, &opened).range(OLD, 1).unwrap();
        let other = if opened.campaign == 5 { 6 } else { 5 };
        let base = search::base(&world, other).range(0, 1);
        let proof = FraudProof::Leaf { commitment, leaf, base };
        assert_eq!(world.judge(&proof), Err(ProtocolError::RootMismatch.into()), "the other campaign's base");
    }
}
