//! One hand-made offence per clause, with the exact verdict.

use attention_protocol::fraud::{Clause, FraudProof};
use attention_protocol::settle::RejectReason;
use attention_protocol::tree::depth;

use super::forge::Node;
use super::hand::{Hand, IDLE, NEW, OLD, PAD, account, asset, campaign, campaign_of, member};
use super::search;
use super::world::{Draft, World, deployment};

const FOREIGN: Node = Node { hash: [7; 32], weight: 0, cumulative: 0 };

fn row(position: u32, change: impl FnOnce(&mut super::world::Row)) -> Hand {
    Hand::changed(|draft| change(&mut draft.rows[position as usize]))
}

#[test]
fn clause_1_malformed_leaf() {
    assert_eq!(row(NEW, |r| r.score = 1_000_001).leaf(NEW), Ok(Clause::MalformedLeaf));
    assert_eq!(row(NEW, |r| r.boost = 100_001).leaf(NEW), Ok(Clause::MalformedLeaf));
    for len in [0, 19, 21, 31, 33, 64] {
        let address = vec![2; len];
        assert_eq!(row(NEW, |r| r.address = address).leaf(NEW), Ok(Clause::MalformedLeaf), "{len}");
    }
}

#[test]
fn clause_2_wrong_weight() {
    assert_eq!(row(NEW, |r| r.weight += 1).leaf(NEW), Ok(Clause::WrongWeight));
    assert_eq!(row(OLD, |r| r.weight -= 1).leaf(OLD), Ok(Clause::WrongWeight));
    assert_eq!(row(IDLE, |r| r.weight = 1).leaf(IDLE), Ok(Clause::WrongWeight), "no score, no weight");
    // A score below the gate weighs nothing: 99,999 < min_score.
    assert_eq!(row(IDLE, |r| (r.score, r.weight) = (99_999, 99_999)).leaf(IDLE), Ok(Clause::WrongWeight));
}

#[test]
fn clause_3_wrong_streak() {
    // 4 instead of 3: the bonus is at its cap of 10 % already, so the weight is right.
    assert_eq!(row(OLD, |r| r.streak = 4).leaf_on(OLD, Some((0, 1))), Ok(Clause::WrongStreak));
    // A new account begins with 1; by hand 600,000 · 1.05 = 630,000.
    let began_with_2 = row(NEW, |r| (r.streak, r.weight) = (2, 630_000));
    assert_eq!(began_with_2.leaf_on(NEW, Some((0, 2))), Ok(Clause::WrongStreak));
    assert_eq!(row(IDLE, |r| r.streak = 4).leaf_on(IDLE, Some((1, 1))), Ok(Clause::WrongStreak));
}

#[test]
fn clause_4_wrong_cumulative() {
    assert_eq!(row(OLD, |r| r.cumulative += 1).leaf_on(OLD, Some((0, 1))), Ok(Clause::WrongCumulative));
    assert_eq!(row(NEW, |r| r.cumulative -= 1).leaf_on(NEW, Some((0, 2))), Ok(Clause::WrongCumulative));
    assert_eq!(row(IDLE, |r| r.cumulative = 49).leaf_on(IDLE, Some((1, 1))), Ok(Clause::WrongCumulative));
}

#[test]
fn clause_5_unordered_leaves() {
    assert_eq!(Hand::changed(|draft| draft.rows.swap(0, 1)).unordered(0), Ok(Clause::UnorderedLeaves));
    let twice = Hand::changed(|draft| draft.rows.insert(1, draft.rows[0].clone()));
    assert_eq!(twice.unordered(0), Ok(Clause::UnorderedLeaves));
    // The longer of two addresses that begin alike comes second.
    let prefix = Hand::changed(|draft| {
        draft.rows[0].address = vec![2; 32];
    });
    assert_eq!(prefix.unordered(0), Ok(Clause::UnorderedLeaves));
}

#[test]
fn clause_5_unordered_assets() {
    for assets in [[asset(2), asset(1)], [asset(1), asset(1)]] {
        let world = World::honest(&[campaign()], &assets);
        let assets = search::assets(&world).range(0, 2).unwrap();
        assert_eq!(world.judge(&FraudProof::UnorderedAssets { assets }), Ok(Clause::UnorderedAssets));
    }
}

#[test]
fn clause_6_missing_account() {
    let drop = |position: u32| {
        Hand::changed(|draft| {
            draft.rows.remove(position as usize);
        })
    };
    assert_eq!(drop(OLD).missing(0, (0, 1)), Ok(Clause::MissingAccount), "below the first");
    assert_eq!(drop(IDLE).missing(1, (1, 1)), Ok(Clause::MissingAccount), "above the last");
    let between = Hand::changed(|draft| draft.rows[0].address = vec![0; 20]);
    assert_eq!(between.missing(0, (0, 2)), Ok(Clause::MissingAccount), "between two");
}

#[test]
fn clause_7_bad_pad() {
    let replaced = |place, node| Hand::changed(|draft| draft.wrong.replaced = Some((place, node)));
    let beyond = replaced((0, PAD as usize), FOREIGN);
    assert_eq!(beyond.bad_pad(PAD, beyond.tree.opening(PAD, 0)), Ok(Clause::BadPad));
    let sums = Hand::changed(|draft| draft.wrong.sums = Some(((0, PAD as usize), (0, 1))));
    assert_eq!(sums.bad_pad(PAD, sums.tree.opening(PAD, 0)), Ok(Clause::BadPad));
    // A pad at the place of a leaf.
    let domain = deployment().allocation_domain(5, super::world::EPOCH);
    let pad = Node { hash: attention_protocol::hash::sha256(&[&[2], &domain]), weight: 0, cumulative: 0 };
    let within = replaced((0, IDLE as usize), pad);
    assert_eq!(within.bad_pad(IDLE, within.tree.opening(IDLE, 0)), Ok(Clause::BadPad));
    // Five leaves: positions 6 and 7 hang below one pad of level 1.
    let five = Hand::changed(|draft| {
        draft.rows.extend([draft.rows[2].clone(), draft.rows[2].clone()]);
        draft.wrong.replaced = Some(((1, 3), FOREIGN));
    });
    for position in [6, 7] {
        assert_eq!(five.bad_pad(position, five.tree.opening(position, 1)), Ok(Clause::BadPad));
    }
}

#[test]
fn clause_8_wrong_sum() {
    for (level, index) in [(0usize, 0usize), (0, 2), (1, 0), (1, 1), (2, 0)] {
        for sums in [(1_040_001, 1_149), (1_040_000, 1_150), (u64::MAX, u128::MAX)] {
            let hand = Hand::changed(|draft| draft.wrong.sums = Some(((level, index), sums)));
            let position = (index << level) as u32;
            let whole = hand.tree.opening(position, 0);
            assert_eq!(hand.wrong_sum(position, whole.clone()), Ok(Clause::WrongSum), "{level} {index}");
            // The opening need not go below the wrong node; for a leaf, it is the leaf that differs.
            let needed = if level == 0 { whole.len() } else { 112 * (3 - level) };
            assert_eq!(hand.wrong_sum(position, whole[..needed].to_vec()), Ok(Clause::WrongSum));
        }
    }
}

#[test]
fn clause_8_in_a_tree_of_one_leaf() {
    let campaign = campaign_of(5, &[member(account(1, 20), None, 400_000)]);
    let publish = |change: fn(&mut Draft)| {
        let mut draft = campaign.draft(&deployment());
        change(&mut draft);
        Hand::new(World::publish(std::slice::from_ref(&campaign), &mut [draft], &[]))
    };
    let offences: [fn(&mut Draft); 2] = [
        |draft| draft.wrong.sums = Some(((0, 0), (400_000, 1_001))),
        |draft| draft.wrong.sums = Some(((0, 0), (400_001, 1_000))),
    ];
    for hand in offences.map(publish) {
        assert_eq!(depth(hand.tree.leaf_count), 0);
        assert_eq!(hand.wrong_sum(0, hand.tree.opening(0, 0)), Ok(Clause::WrongSum));
    }
}

#[test]
fn clause_9_header() {
    use RejectReason::*;
    let header = |change: fn(&mut Draft)| Hand::changed(change).header();
    let rejected = |reason| Ok(Clause::WrongCommitment(reason));
    assert_eq!(header(|draft| draft.commitment.budget += 1), rejected(WrongBudget));
    assert_eq!(header(|draft| draft.commitment.budget -= 1), rejected(WrongBudget));
    assert_eq!(header(|draft| draft.commitment.rule_hash[0] ^= 1), rejected(WrongRuleHash));
    assert_eq!(header(|draft| draft.rows[0].cumulative += 2), rejected(OverBudget), "999 + 2 > 1,000");
    assert_eq!(header(|draft| draft.rows.truncate(1)), rejected(LeavesFell));
    assert_eq!(header(|draft| draft.rows.insert(2, draft.rows[2].clone())), rejected(GrewTooFast));
    let fell = |draft: &mut Draft| draft.rows.iter_mut().for_each(|row| row.cumulative = 49);
    assert_eq!(header(fell), rejected(TotalFell), "147 < 150");
    assert_eq!(header(|draft| draft.rows.iter_mut().for_each(|row| row.weight = 0)), rejected(Empty));
}

#[test]
fn clause_9_no_such_campaign_or_not_running() {
    let mut hand = Hand::honest(&campaign());
    hand.world.facts.get_mut(&5).unwrap().settle.running = false;
    assert_eq!(hand.header(), Ok(Clause::WrongCommitment(RejectReason::NotRunning)));
    hand.world.facts.clear();
    assert_eq!(hand.header(), Ok(Clause::UnknownCampaign));
    assert_eq!(hand.leaf(NEW), Ok(Clause::UnknownCampaign), "whatever its leaves are");
}

#[test]
fn clause_9_that_needs_no_base() {
    let elsewhere = |draft: &mut Draft| draft.commitment.base_total += 1;
    let hand = Hand::changed(|draft| {
        elsewhere(draft);
        draft.commitment.rule_hash[31] ^= 1;
    });
    assert_eq!(hand.header(), Ok(Clause::WrongCommitment(RejectReason::WrongRuleHash)));
    let mut hand = Hand::changed(elsewhere);
    hand.world.facts.get_mut(&5).unwrap().settle.running = false;
    assert_eq!(hand.header(), Ok(Clause::WrongCommitment(RejectReason::NotRunning)));
}

#[test]
fn clause_9_unordered_commitments() {
    let other = |id| campaign_of(id, &[member(account(1, 20), None, 400_000)]);
    for ids in [[6, 5], [5, 5]] {
        let campaigns = ids.map(other);
        let mut drafts = campaigns.clone().map(|campaign| campaign.draft(&deployment()));
        let world = World::publish(&campaigns, &mut drafts, &[]);
        let commitments = search::commitments(&world).range(0, 2).unwrap();
        let verdict = world.judge(&FraudProof::UnorderedCommitments { commitments });
        assert_eq!(verdict, Ok(Clause::UnorderedCommitments));
    }
}

#[test]
fn clauses_have_numbers_and_words() {
    use Clause::*;
    let entries = [
        (MalformedLeaf, 1, "malformed_leaf"),
        (WrongWeight, 2, "wrong_weight"),
        (WrongStreak, 3, "wrong_streak"),
        (WrongCumulative, 4, "wrong_cumulative"),
        (UnorderedLeaves, 5, "unordered_leaves"),
        (UnorderedAssets, 5, "unordered_assets"),
        (MissingAccount, 6, "missing_account"),
        (BadPad, 7, "bad_pad"),
        (WrongSum, 8, "wrong_sum"),
        (UnknownCampaign, 9, "unknown_campaign"),
        (WrongCommitment(RejectReason::Empty), 9, "wrong_commitment"),
        (UnorderedCommitments, 9, "unordered_commitments"),
        (Unanswered, 10, "unanswered"),
        (Equivocation, 11, "equivocation"),
    ];
    for (clause, number, word) in entries {
        assert_eq!((clause.number(), clause.word()), (number, word));
    }
}
