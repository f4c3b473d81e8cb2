//! The stories of a review of the protocol: each tries to take money that is not due. A1 to A11, by their numbers there.

use attention_protocol::msg::AllocationStatus;
use attention_protocol::msg::{AllocationResponse, QueryMsg};
use attention_protocol::settle::RejectReason;
use attention_rewards::ContractError;

use crate::suite::{ATT, NewCampaign, Published, Suite, assert_refused, clock, outcomes};

fn status(suite: &Suite, campaign: u64, epoch: u64) -> AllocationStatus {
    suite.query::<AllocationResponse>(&QueryMsg::Allocation { campaign, epoch }).status
}

/// A1: a quorum forks back. Epoch 2 builds on epoch 0, so that epoch 1's earnings vanish and the delta looks right.
#[test]
fn a1_a_fork_of_the_allocation_chain_never_settles() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    suite.run_epoch(0, &[(campaign, &[("alice", 5)])]);
    let old: Published = suite.published[&(campaign, 0)].clone();
    suite.run_epoch(1, &[(campaign, &[("bob", 5)])]);
    suite.close(2);
    let mut draft = suite.draft(2);
    suite.commit_on(&mut draft, campaign, (Some(&old), 1_000), &[("mallory", 5)]);
    suite.submit(&draft).unwrap();
    suite.finalise();
    let stored = suite.app.dump_wasm_raw(&suite.contract);
    let item = suite.settle_item(&draft, campaign);
    assert_refused(suite.settle(vec![item]), ContractError::OtherBase { campaign, epoch: 2 });
    assert_eq!(suite.app.dump_wasm_raw(&suite.contract), stored, "nothing is written");
    // A forged base total does not help either.
    suite.close(3);
    let mut draft = suite.draft(3);
    suite.commit_on(&mut draft, campaign, (Some(&old), 1_000), &[("mallory", 5)]);
    let mut forged = draft.commitments[&campaign].clone();
    forged.commitment.base_total = 2_000;
    suite.put_as_is(&mut draft, forged);
    suite.submit(&draft).unwrap();
    suite.finalise();
    let item = suite.settle_item(&draft, campaign);
    assert_refused(suite.settle(vec![item]), ContractError::OtherBase { campaign, epoch: 3 });
    assert_eq!(suite.claimed_now("bob", campaign, 1), 1_000);
}

/// A2: a top-up after the window does not change the budget of the epoch, so it cannot make an honest report wrong.
#[test]
fn a2_a_top_up_changes_no_budget_that_is_fixed() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    suite.report_epoch(0, &[(campaign, &[("alice", 5)])]);
    suite.fund(campaign, 10).unwrap();
    suite.finalise();
    suite.fund(campaign, 10_000).unwrap();
    let draft_items = {
        let published = suite.published[&(campaign, 0)].clone();
        let mut draft = suite.draft(0);
        suite.put_as_is(&mut draft, published);
        suite.settle_items(&draft)
    };
    let response = suite.settle(draft_items).unwrap();
    assert_eq!(outcomes(&response)[0].0, "settled");
    assert_eq!(suite.claimed_now("alice", campaign, 0), 1_000);
}

/// A3: free attention. The sponsor stops and asks for the money back as soon as the window has ended.
#[test]
fn a3_a_stop_does_not_rob_the_epoch_that_was_lived() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    suite.go_to(clock().window_end_s(0).unwrap() - 1);
    suite.stop(campaign).unwrap();
    suite.close(0);
    assert!(suite.refund(campaign).unwrap_err().contains("is not over"));
    let draft = suite.report_epoch(0, &[(campaign, &[("alice", 5)])]);
    suite.finalise();
    assert!(suite.refund(campaign).unwrap_err().contains("is not settled"));
    let items = suite.settle_items(&draft);
    suite.settle(items).unwrap();
    suite.refund(campaign).unwrap();
    assert_eq!(suite.claimed_now("alice", campaign, 0), 1_000);
    assert_eq!(suite.money(campaign).refunded.u128(), 9_000);
}

/// A4: a user dropped unnoticed makes the leaves of two trees promise more than was allocated.
#[test]
fn a4_claims_never_exceed_what_was_allocated() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    let bystander = NewCampaign::default().create(&mut suite);
    suite.run_epoch(0, &[(campaign, &[("alice", 5)]), (bystander, &[("carol", 5)])]);
    let base = suite.published[&(campaign, 0)].clone();
    suite.close(1);
    let mut draft = suite.draft(1);
    // Alice's 1,000 move to Bob: 2,000 in one leaf, the totals as they should be.
    suite.commit_on(&mut draft, campaign, (Some(&base), 1_000), &[("bob", 5)]);
    let mut stolen = draft.commitments[&campaign].clone();
    let alice = suite.account("alice");
    stolen.leaves.retain(|leaf| leaf.account != alice);
    stolen.leaves[0].cumulative = 2_000;
    suite.put(&mut draft, stolen);
    suite.submit(&draft).unwrap();
    suite.finalise();
    let items = suite.settle_items(&draft);
    suite.settle(items).unwrap();
    assert_eq!(suite.claimed_now("alice", campaign, 0), 1_000);
    let expected =
        ContractError::AllocationExhausted { campaign, claimed: 1_000, allocated: 2_000, amount: 2_000 };
    assert_refused(suite.claim_one("bob", campaign, 1), expected);
    assert_eq!(suite.claimed_now("carol", bystander, 0), 1_000, "another campaign's money is untouched");
}

/// A4 in the other order: a crooked tree becomes final, and the thieves claim first. They get the budget and what is
/// outstanding; who has claimed, what is not allocated and the other campaign are safe. No tree repairs it.
#[test]
fn a4_a_crooked_tree_that_nobody_proves_takes_what_is_outstanding_and_no_more() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    let bystander = NewCampaign::default().create(&mut suite);
    let both: &[(&str, u32)] = &[("alice", 5), ("bob", 5)];
    suite.run_epoch(0, &[(campaign, both), (bystander, &[("carol", 5)])]);
    assert_eq!(suite.claimed_now("alice", campaign, 0), 500);
    let base = suite.published[&(campaign, 0)].clone();
    suite.close(1);
    let mut draft = suite.draft(1);
    // Mallory's leaf holds the 1,000 of the epoch and the 500 that Bob has not claimed; Bob is left out.
    suite.commit_on(&mut draft, campaign, (Some(&base), 1_000), &[("mallory", 5)]);
    let mut crooked = draft.commitments[&campaign].clone();
    let (bob, mallory) = (suite.account("bob"), suite.account("mallory"));
    crooked.leaves.retain(|leaf| leaf.account != bob);
    crooked.leaves.iter_mut().filter(|leaf| leaf.account == mallory).for_each(|leaf| leaf.cumulative = 1_500);
    suite.put(&mut draft, crooked);
    suite.submit(&draft).unwrap();
    suite.finalise();
    let items = suite.settle_items(&draft);
    assert_eq!(outcomes(&suite.settle(items).unwrap())[0].0, "settled", "the totals are right");
    assert_eq!(suite.claimed_now("mallory", campaign, 1), 1_500);
    let exhausted =
        |amount| ContractError::AllocationExhausted { campaign, claimed: 2_000, allocated: 2_000, amount };
    assert_refused(suite.claim_one("bob", campaign, 0), exhausted(500));
    let money = suite.money(campaign);
    assert_eq!((money.claimed.u128(), money.unallocated.u128(), money.outstanding.u128()), (2_000, 8_000, 0));
    assert_eq!(suite.claimed_now("carol", bystander, 0), 1_000, "another campaign's money is untouched");
    // What is not allocated goes back once the sponsor has stopped.
    suite.stop(campaign).unwrap();
    suite.report_epoch(2, &[]);
    suite.finalise();
    suite.refund(campaign).unwrap();
    assert_eq!(suite.money(campaign).refunded.u128(), 8_000);
}

/// A5: pausing until the deadline confiscates nothing.
#[test]
fn a5_a_pause_does_not_run_the_claim_period_down() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().epochs(0, 1).create(&mut suite);
    suite.run_epoch(0, &[(campaign, &[("alice", 5)])]);
    let closes_s = suite.campaign(campaign).claims_close_s;
    suite.go_to(closes_s - 1_000);
    suite.pause();
    suite.go_to(closes_s + 3_000);
    assert_eq!(suite.campaign(campaign).claims_close_s, closes_s + 4_000);
    assert!(suite.refund(campaign).unwrap_err().contains("nothing is due back"));
    suite.unpause();
    assert_eq!(suite.claimed_now("alice", campaign, 0), 10_000);
}

/// A6: a commitment that cannot settle is rejected, and the campaign goes on.
#[test]
fn a6_an_unsettleable_commitment_kills_no_campaign() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    suite.close(0);
    let mut draft = suite.draft(0);
    suite.commit_on(&mut draft, campaign, (None, 5_000), &[("mallory", 5)]);
    suite.submit(&draft).unwrap();
    suite.finalise();
    let items = suite.settle_items(&draft);
    suite.settle(items).unwrap();
    assert_eq!(status(&suite, campaign, 0), AllocationStatus::Rejected(RejectReason::WrongBudget));
    assert_refused(suite.claim_one("mallory", campaign, 0), ContractError::NotSettled { campaign, epoch: 0 });
    suite.run_epoch(1, &[(campaign, &[("alice", 5)])]);
    // Nothing was taken from the budget: 10,000 over the 9 epochs left.
    assert_eq!(suite.claimed_now("alice", campaign, 1), 1_111);
}

/// A6: nobody can kill an epoch by settling it before its base.
#[test]
fn a6_settling_out_of_order_writes_nothing() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    let first = suite.report_epoch(0, &[(campaign, &[("alice", 5)])]);
    suite.finalise();
    let base = suite.published[&(campaign, 0)].clone();
    suite.close(1);
    let mut second = suite.draft(1);
    suite.commit_on(&mut second, campaign, (Some(&base), 1_000), &[("alice", 5)]);
    suite.submit(&second).unwrap();
    suite.finalise();
    let (first, second) = (suite.settle_item(&first, campaign), suite.settle_item(&second, campaign));
    assert_refused(suite.settle(vec![second.clone()]), ContractError::OtherBase { campaign, epoch: 1 });
    let response = suite.settle(vec![first, second]).unwrap();
    assert_eq!(outcomes(&response).iter().filter(|(outcome, _)| outcome == "settled").count(), 2);
    assert_eq!(suite.claimed_now("alice", campaign, 1), 2_000);
}

/// A10: what a missed last epoch would have paid is paid by the epoch that is added.
#[test]
fn a10_a_missed_last_epoch_is_made_up_for() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().epochs(0, 2).create(&mut suite);
    suite.run_epoch(0, &[(campaign, &[("alice", 5)])]);
    suite.close(2);
    suite.make_blocks(20);
    suite.run_epoch(2, &[(campaign, &[("alice", 5)])]);
    assert_eq!(status(&suite, campaign, 2), AllocationStatus::Settled);
    assert_eq!(suite.claimed_now("alice", campaign, 2), 10_000);
}

/// A11: Settle sees totals only; the claim refuses a leaf above what one account can have earned.
#[test]
fn a11_no_leaf_above_its_share_is_paid() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default()
        .rule(|rule| {
            rule.share_cap_ppm = 300_000;
            rule.split_gain = true;
        })
        .create(&mut suite);
    suite.close(0);
    let mut draft = suite.draft(0);
    suite.commit(&mut draft, campaign, &[("alice", 500_000), ("bob", 500_000)]);
    let mut greedy = draft.commitments[&campaign].clone();
    let alice = suite.account("alice");
    let leaf = greedy.leaves.iter_mut().find(|leaf| leaf.account == alice).unwrap();
    assert_eq!(leaf.cumulative, 300, "the honest leaf is capped");
    leaf.cumulative = 301;
    suite.put(&mut draft, greedy);
    suite.submit(&draft).unwrap();
    suite.finalise();
    let items = suite.settle_items(&draft);
    suite.settle(items).unwrap();
    let expected = ContractError::AboveShareCap { campaign, cumulative: 301, cap: 300 };
    assert_refused(suite.claim_one("alice", campaign, 0), expected);
    assert_eq!(suite.claimed_now("bob", campaign, 0), 300);
}

/// A whole life by hand: 10,000 over 4 epochs, stopped in the third. Budgets 2,500, 2,500 and 5,000 / 2; three equal
/// scores earn floor(2,500 / 3) = 833 each, and the 1 left over goes back with what was never budgeted.
#[test]
fn the_worked_example() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().epochs(0, 4).create(&mut suite);
    suite.run_epoch(0, &[(campaign, &[("alice", 600_000), ("bob", 200_000)])]);
    assert_eq!(suite.claimed_now("alice", campaign, 0), 1_875);
    suite.run_epoch(1, &[(campaign, &[("bob", 300_000)])]);
    assert_eq!(suite.claimed_now("bob", campaign, 1), 625 + 2_500);
    suite.go_to(clock().window_end_s(2).unwrap() - 1);
    suite.stop(campaign).unwrap();
    suite.run_epoch(2, &[(campaign, &[("alice", 100_000), ("bob", 100_000), ("carol", 100_000)])]);
    let sponsor = suite.sponsor.clone();
    let before = suite.balance(&sponsor, ATT);
    suite.refund(campaign).unwrap();
    assert_eq!(suite.balance(&sponsor, ATT) - before, 2_501);
    assert_eq!(suite.claimed_now("alice", campaign, 2), 833);
    assert_eq!(suite.claimed_now("carol", campaign, 2), 833);
    let money = suite.money(campaign);
    let figures =
        [money.funded, money.fees, money.refunded, money.claimed, money.outstanding, money.unallocated];
    assert_eq!(figures.map(|amount| amount.u128()), [10_050, 50, 2_501, 6_666, 833, 0]);
}
