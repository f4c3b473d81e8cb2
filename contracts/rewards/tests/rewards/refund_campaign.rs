//! Refunds: unallocated money once nothing can be settled any more, unclaimed money once claims have closed.

use attention_protocol::ProtocolError;
use attention_protocol::msg::ExecuteMsg;
use attention_rewards::ContractError;
use cosmwasm_std::Binary;

use crate::suite::{ATT, NewCampaign, Suite, assert_refused, clock};

/// `limits` of the suite.
const GRACE_S: u64 = 604_800;
const CLAIM_PERIOD_S: u64 = 1_209_600;

/// What the refund address gets.
fn refunded_now(suite: &mut Suite, campaign: u64) -> u128 {
    let to = suite.campaign(campaign).refund_address;
    let before = suite.balance(&to, ATT);
    suite.refund(campaign).unwrap();
    suite.balance(&to, ATT) - before
}

fn not_over(campaign: u64, epoch: u64) -> ContractError {
    let window_end_s = clock().window_end_s(epoch).unwrap();
    ContractError::CampaignNotOver { campaign, epoch, window_end_s }
}

/// A campaign over one epoch whose report holds another campaign's commitment only.
fn left_out() -> (Suite, u64, crate::suite::Draft) {
    let mut suite = Suite::new();
    let before = NewCampaign::default().create(&mut suite);
    let campaign = NewCampaign::default().epochs(0, 1).create(&mut suite);
    let after = NewCampaign::default().create(&mut suite);
    let scores: &[(&str, u32)] = &[("alice", 5)];
    let draft = suite.report_epoch(0, &[(before, scores), (after, scores)]);
    (suite, campaign, draft)
}

#[test]
fn unallocated_money_waits_for_the_last_epoch() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().epochs(0, 2).rule(|rule| rule.min_score = 10).create(&mut suite);
    assert_refused(suite.refund(campaign), not_over(campaign, 0));
    suite.run_epoch(0, &[(campaign, &[("alice", 50)])]);
    assert_refused(suite.refund(campaign), not_over(campaign, 1));
    // Nobody passes the gate in epoch 1: no commitment, and its report holds none at all.
    let draft = suite.report_epoch(1, &[]);
    assert_eq!(draft.body.campaign_count, 0);
    assert_refused(suite.refund(campaign), not_over(campaign, 1));
    suite.finalise();
    assert_eq!(refunded_now(&mut suite, campaign), 5_000);
    let outstanding = 5_000;
    let claims_close_s = suite.campaign(campaign).claims_close_s;
    let expected = ContractError::NothingToRefund { campaign, outstanding, claims_close_s };
    assert_refused(suite.refund(campaign), expected);
    assert_eq!(suite.claimed_now("alice", campaign, 0), 5_000, "claims go on");
}

#[test]
fn settling_the_last_epoch_frees_the_rest() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default()
        .epochs(0, 1)
        .rule(|rule| rule.payout = attention_protocol::rule::Payout::CappedRate { price: 100u128.into() })
        .create(&mut suite);
    suite.run_epoch(0, &[(campaign, &[("alice", 1_000_000)])]);
    assert_eq!(refunded_now(&mut suite, campaign), 9_900);
    assert_eq!(suite.claimed_now("alice", campaign, 0), 100);
}

#[test]
fn an_unsettled_epoch_keeps_the_money_until_the_grace_has_passed() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().epochs(0, 1).create(&mut suite);
    let draft = suite.report_epoch(0, &[(campaign, &[("alice", 5)])]);
    suite.finalise();
    let grace_ends_s = suite.now_s() + GRACE_S;
    let pending = ContractError::SettlementPending { campaign, epoch: 0, grace_ends_s };
    assert_refused(suite.refund(campaign), pending.clone());
    suite.go_to(grace_ends_s - 1);
    assert_refused(suite.refund(campaign), pending);
    suite.go_to(grace_ends_s);
    assert_eq!(refunded_now(&mut suite, campaign), 10_000);
    // What was not settled by then is dead: nothing is available, so the budget is wrong.
    let items = suite.settle_items(&draft);
    let response = suite.settle(items).unwrap();
    assert_eq!(crate::suite::outcomes(&response)[0], ("rejected".into(), "wrong_budget".into()));
}

#[test]
fn a_proof_of_absence_frees_the_money_at_once() {
    let (mut suite, campaign, draft) = left_out();
    suite.finalise();
    let grace_ends_s = suite.now_s() + GRACE_S;
    assert_refused(
        suite.refund(campaign),
        ContractError::SettlementPending { campaign, epoch: 0, grace_ends_s },
    );
    let proof = suite.absence(&draft, campaign);
    assert_eq!(proof.commitments.len(), 2);
    suite.refund_with(campaign, vec![proof]).unwrap();
    assert_eq!(suite.money(campaign).refunded.u128(), 10_000);
}

/// B4: at the edges of the commitment tree one neighbour is enough.
#[test]
fn absence_is_provable_at_both_edges() {
    for (present, campaign) in [(1, 2), (2, 1)] {
        let mut suite = Suite::new();
        for _ in 0..2 {
            NewCampaign::default().epochs(0, 1).create(&mut suite);
        }
        let draft = suite.report_epoch(0, &[(present, &[("alice", 5)])]);
        suite.finalise();
        let proof = suite.absence(&draft, campaign);
        assert_eq!(proof.commitments.len(), 1);
        suite.refund_with(campaign, vec![proof]).unwrap();
    }
}

#[test]
fn a_false_proof_of_absence_frees_nothing() {
    let (mut suite, campaign, draft) = left_out();
    suite.finalise();
    let good = suite.absence(&draft, campaign);
    let mut attempt = |change: &dyn Fn(&mut attention_protocol::msg::CommitmentAbsence)| {
        let mut proof = good.clone();
        change(&mut proof);
        suite.refund_with(campaign, vec![proof])
    };
    let one = |at: usize| vec![good.commitments[at].clone()];
    assert!(attempt(&|proof| proof.commitments = one(0)).is_err());
    assert!(attempt(&|proof| proof.commitments.reverse()).is_err());
    assert!(attempt(&|proof| proof.start = 1).is_err());
    assert!(attempt(&|proof| proof.siblings = Binary::from([0; 32])).is_err());
    assert!(attempt(&|proof| proof.commitments.clear()).is_err());
    assert!(attempt(&|proof| proof.commitments = vec![good.commitments[0].clone(); 300]).is_err());
    // A true proof that the tree encloses another place proves nothing about this campaign.
    let present = suite.refund_with(1, vec![good.clone()]);
    assert!(present.is_err());
    suite.refund_with(campaign, vec![good]).unwrap();
}

/// A commitment that is there cannot be proven away.
#[test]
fn a_present_commitment_is_not_absent() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().epochs(0, 1).create(&mut suite);
    let draft = suite.report_epoch(0, &[(campaign, &[("alice", 5)])]);
    suite.finalise();
    let mut proof = suite.absence(&draft, campaign + 1);
    assert_refused(suite.refund_with(campaign, vec![proof.clone()]), ProtocolError::NotAbsent);
    proof.commitments.clear();
    assert!(suite.refund_with(campaign, vec![proof]).is_err());
}

#[test]
fn proofs_rise_and_are_at_most_32() {
    let (mut suite, campaign, draft) = left_out();
    suite.finalise();
    let proof = suite.absence(&draft, campaign);
    let requirement = "above the one before it";
    let twice = ContractError::Invalid { field: "absences.epoch", value: "0".into(), requirement };
    assert_refused(suite.refund_with(campaign, vec![proof.clone(), proof.clone()]), twice);
    let many = ContractError::Count { what: "absences", max: 32, actual: 33 };
    assert_refused(suite.refund_with(campaign, vec![proof.clone(); 33]), many);
    // One is needed; the others, for epochs that nobody asks about, are not looked at.
    let rising = |epoch| attention_protocol::msg::CommitmentAbsence { epoch, ..proof.clone() };
    suite.refund_with(campaign, (0..32).map(rising).collect()).unwrap();
    assert_eq!(suite.money(campaign).refunded.u128(), 10_000);
}

/// A10: missed epochs hold nothing; a missed last one moves the end, three times at most.
#[test]
fn missed_epochs_move_the_end_and_then_free_the_money() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().epochs(0, 2).create(&mut suite);
    let due_s = |epoch| clock().due_s(None, epoch).unwrap();
    suite.go_to(due_s(1) + 1);
    assert_eq!(suite.campaign(campaign).end_epoch, 3);
    assert_refused(suite.refund(campaign), not_over(campaign, 2));
    suite.go_to(due_s(3) + 1);
    assert_eq!(suite.campaign(campaign).end_epoch, 5);
    suite.go_to(due_s(4));
    assert_refused(suite.refund(campaign), not_over(campaign, 4));
    suite.go_to(due_s(4) + 1);
    assert_eq!(suite.campaign(campaign).end_epoch, 5, "three extensions are all");
    assert_eq!(refunded_now(&mut suite, campaign), 10_000);
}

/// More than 32 unsettled epochs are not looked at one by one.
#[test]
fn a_long_unsettled_stretch_waits_for_the_grace() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().epochs(0, 33).create(&mut suite);
    let shorter = NewCampaign::default().epochs(0, 32).create(&mut suite);
    for epoch in 0..33 {
        suite.report_epoch(epoch, &[]);
        suite.finalise();
    }
    suite.refund(shorter).unwrap();
    let grace_ends_s = suite.now_s() + GRACE_S;
    assert_refused(
        suite.refund(campaign),
        ContractError::SettlementPending { campaign, epoch: 32, grace_ends_s },
    );
    suite.go_to(grace_ends_s);
    suite.refund(campaign).unwrap();
}

#[test]
fn a_campaign_stopped_before_it_began_is_refunded_at_once() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().epochs(3, 9).create(&mut suite);
    assert_refused(suite.refund(campaign), not_over(campaign, 3));
    suite.stop(campaign).unwrap();
    assert_eq!(refunded_now(&mut suite, campaign), 10_000);
}

#[test]
fn unclaimed_money_goes_back_once_claims_have_closed() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().epochs(0, 1).create(&mut suite);
    suite.run_epoch(0, &[(campaign, &[("alice", 600_000), ("bob", 400_000)])]);
    let settled_s = suite.now_s();
    assert_eq!(suite.claimed_now("alice", campaign, 0), 6_000);
    let claims_close_s = settled_s + CLAIM_PERIOD_S;
    assert_eq!(suite.campaign(campaign).claims_close_s, claims_close_s);
    suite.go_to(claims_close_s - 1);
    let early = ContractError::NothingToRefund { campaign, outstanding: 4_000, claims_close_s };
    assert_refused(suite.refund(campaign), early);
    suite.go_to(claims_close_s);
    assert_eq!(refunded_now(&mut suite, campaign), 4_000);
    assert_refused(suite.claim_one("bob", campaign, 0), ContractError::ClaimsClosed { campaign });
    let money = suite.money(campaign);
    assert!(money.closed);
    assert_eq!((money.allocated.u128(), money.claimed.u128(), money.refunded.u128()), (6_000, 6_000, 4_000));
    let expected = ContractError::NothingToRefund { campaign, outstanding: 0, claims_close_s };
    assert_refused(suite.refund(campaign), expected);
}

/// Claims stay open until somebody takes the unclaimed money back.
#[test]
fn a_late_claim_before_the_refund_is_paid() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().epochs(0, 1).create(&mut suite);
    suite.run_epoch(0, &[(campaign, &[("alice", 5)])]);
    suite.wait(2 * CLAIM_PERIOD_S);
    assert_eq!(suite.claimed_now("alice", campaign, 0), 10_000);
    assert!(suite.refund(campaign).is_err());
}

/// A5: a late settlement starts the claim period anew.
#[test]
fn a_late_settlement_keeps_claims_open() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().epochs(0, 1).create(&mut suite);
    let draft = suite.report_epoch(0, &[(campaign, &[("alice", 5)])]);
    suite.wait(5 * CLAIM_PERIOD_S);
    let items = suite.settle_items(&draft);
    suite.settle(items).unwrap();
    assert_eq!(suite.campaign(campaign).claims_close_s, suite.now_s() + CLAIM_PERIOD_S);
    assert_eq!(suite.claimed_now("alice", campaign, 0), 10_000);
}

#[test]
fn money_goes_to_the_recorded_address_alone() {
    let mut suite = Suite::new();
    let treasury = suite.user("treasury");
    let to = treasury.to_string();
    let campaign =
        NewCampaign::default().epochs(3, 9).change(|msg| msg.refund_address = Some(to)).create(&mut suite);
    suite.stop(campaign).unwrap();
    let mallory = suite.user("mallory");
    let msg = ExecuteMsg::RefundCampaign { campaign, absences: vec![] };
    suite.execute(&mallory, &msg, &[]).unwrap();
    assert_eq!((suite.balance(&treasury, ATT), suite.balance(&mallory, ATT)), (10_000, 0));
}

#[test]
fn a_pause_does_not_hold_a_due_refund_back() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().epochs(3, 9).create(&mut suite);
    suite.stop(campaign).unwrap();
    suite.pause();
    assert_eq!(refunded_now(&mut suite, campaign), 10_000);
    assert_refused(suite.refund(9), ContractError::UnknownCampaign { campaign: 9 });
}
