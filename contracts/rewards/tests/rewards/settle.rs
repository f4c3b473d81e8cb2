//! Settling: proofs, order, verdicts, and that one bad item stops no other. Holds I13: what is settled stays.

use attention_protocol::ProtocolError;
use attention_protocol::msg::{AllocationResponse, AllocationStatus, QueryMsg};
use attention_protocol::settle::RejectReason;
use attention_rewards::ContractError;
use cosmwasm_std::Binary;

use crate::suite::{NewCampaign, Published, Suite, USD, assert_refused, outcomes};

fn allocation(suite: &Suite, campaign: u64, epoch: u64) -> AllocationResponse {
    suite.query(&QueryMsg::Allocation { campaign, epoch })
}

fn words(response: &cw_multi_test::AppResponse) -> Vec<String> {
    outcomes(response).into_iter().map(|(outcome, _)| outcome).collect()
}

#[test]
fn the_budget_moves_from_unallocated_to_allocated() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    suite.run_epoch(0, &[(campaign, &[("alice", 750_000), ("bob", 250_000)])]);
    // 10,000 over 10 epochs: 1,000, of which nothing is lost to rounding.
    let money = suite.money(campaign);
    assert_eq!((money.unallocated.u128(), money.allocated.u128()), (9_000, 1_000));
    let row = allocation(&suite, campaign, 0);
    assert_eq!(row.status, AllocationStatus::Settled);
    assert_eq!((row.budget.u128(), row.released.u128(), row.leaf_count), (1_000, 1_000, 2));
    assert_eq!(suite.campaign(campaign).settled, Some(row));
    suite.run_epoch(1, &[(campaign, &[("carol", 1)])]);
    let row = allocation(&suite, campaign, 1);
    assert_eq!((row.cumulative_total.u128(), row.released.u128(), row.leaf_count), (2_000, 2_000, 3));
}

#[test]
fn only_final_reports_settle() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    let draft = suite.report_epoch(0, &[(campaign, &[("alice", 1)])]);
    let items = suite.settle_items(&draft);
    assert_refused(suite.settle(items.clone()), ContractError::NotFinal { epoch: 0 });
    suite.finalise();
    suite.settle(items).unwrap();
    let mut unknown = suite.settle_items(&draft);
    unknown[0].epoch = 7;
    assert_refused(suite.settle(unknown), ContractError::NotFinal { epoch: 7 });
}

#[test]
fn a_wrong_proof_is_refused() {
    let mut suite = Suite::new();
    let ids = [(); 3].map(|()| NewCampaign::default().create(&mut suite));
    let scores: &[(&str, u32)] = &[("alice", 5)];
    let draft = suite.report_epoch(0, &ids.map(|id| (id, scores)));
    suite.finalise();
    let good = suite.settle_item(&draft, ids[1]);
    let mut attempt = |change: &dyn Fn(&mut attention_protocol::msg::SettleItem)| {
        let mut item = good.clone();
        change(&mut item);
        suite.settle(vec![item])
    };
    let mismatch = ProtocolError::RootMismatch;
    assert_refused(attempt(&|item| item.position = 0), mismatch.clone());
    let position = ProtocolError::Position { position: 3, leaf_count: 3 };
    assert_refused(attempt(&|item| item.position = 3), position);
    let flip = |bytes: &Binary, at: usize| {
        let mut bytes = bytes.to_vec();
        bytes[at] ^= 1;
        Binary::new(bytes)
    };
    for at in [0, 8, 40, 100, 163] {
        assert_refused(attempt(&|item| item.commitment = flip(&item.commitment, at)), mismatch.clone());
    }
    assert_refused(attempt(&|item| item.siblings = flip(&item.siblings, 33)), mismatch);
    let long = ProtocolError::Length { what: "siblings of the proof", expected: 64, actual: 65 };
    assert_refused(attempt(&|item| item.siblings = Binary::new([&item.siblings[..], &[0]].concat())), long);
    let short = ProtocolError::Length { what: "packed commitment", expected: 164, actual: 163 };
    assert_refused(attempt(&|item| item.commitment = Binary::new(item.commitment[..163].to_vec())), short);
    suite.settle(vec![good]).unwrap();
}

#[test]
fn settled_again_is_skipped() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    let draft = suite.run_epoch(0, &[(campaign, &[("alice", 1)])]);
    let stored = suite.app.dump_wasm_raw(&suite.contract);
    let items = suite.settle_items(&draft);
    let twice = [items.clone(), items].concat();
    assert_eq!(words(&suite.settle(twice).unwrap()), ["skipped", "skipped"]);
    assert_eq!(suite.app.dump_wasm_raw(&suite.contract), stored);
}

#[test]
fn one_to_32_items() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    let draft = suite.run_epoch(0, &[(campaign, &[("alice", 1)])]);
    let item = suite.settle_item(&draft, campaign);
    let count = |actual| ContractError::Count { what: "items", max: 32, actual };
    assert_refused(suite.settle(vec![]), count(0));
    assert_refused(suite.settle(vec![item.clone(); 33]), count(33));
    suite.settle(vec![item; 32]).unwrap();
}

/// A6: one bad item reverts nothing.
#[test]
fn a_bad_item_does_not_stop_the_others() {
    let mut suite = Suite::new();
    let a = NewCampaign::default().create(&mut suite);
    let b = NewCampaign::default().create(&mut suite);
    let scores: &[(&str, u32)] = &[("alice", 5)];
    let draft = suite.report_epoch(0, &[(a, scores), (b, scores)]);
    suite.finalise();
    let mut bad = suite.settle_item(&draft, a);
    bad.position = 1;
    let mut undecodable = bad.clone();
    undecodable.commitment = Binary::from([1, 2]);
    let good = suite.settle_item(&draft, b);
    let response = suite.settle(vec![bad.clone(), undecodable, good]).unwrap();
    assert_eq!(words(&response), ["error", "error", "settled"]);
    assert_eq!(outcomes(&response)[0].1, ProtocolError::RootMismatch.to_string());
    assert_refused(suite.settle(vec![bad]), ProtocolError::RootMismatch);
}

/// A commitment that is wrong in one way, settled on an honest first epoch.
fn rejected(change: impl FnOnce(&Suite, &mut Published), expected: RejectReason) {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    suite.run_epoch(0, &[(campaign, &[("alice", 5), ("bob", 5)])]);
    suite.close(1);
    let mut draft = suite.draft(1);
    suite.commit(&mut draft, campaign, &[("alice", 5), ("bob", 5)]);
    let mut wrong = draft.commitments[&campaign].clone();
    change(&suite, &mut wrong);
    suite.put_as_is(&mut draft, wrong);
    suite.submit(&draft).unwrap();
    suite.finalise();
    let before = suite.money(campaign);
    let items = suite.settle_items(&draft);
    let response = suite.settle(items.clone()).unwrap();
    assert_eq!(words(&response), ["rejected"]);
    assert_eq!(allocation(&suite, campaign, 1).status, AllocationStatus::Rejected(expected));
    assert_eq!(suite.money(campaign), before, "no money moves");
    assert_eq!(suite.campaign(campaign).settled.unwrap().epoch, 0);
    assert_eq!(words(&suite.settle(items).unwrap()), ["skipped"], "rejected for good");
    // The campaign lives on from its last settled base.
    suite.run_epoch(2, &[(campaign, &[("alice", 5)])]);
    assert_eq!(suite.campaign(campaign).settled.unwrap().epoch, 2);
}

#[test]
fn each_rejection() {
    rejected(|_, p| p.commitment.cumulative_total = 2_001, RejectReason::OverBudget);
    rejected(|_, p| p.commitment.cumulative_total = 999, RejectReason::TotalFell);
    rejected(|_, p| p.commitment.budget = 1_001, RejectReason::WrongBudget);
    rejected(|_, p| p.commitment.budget = 999, RejectReason::WrongBudget);
    rejected(|_, p| p.commitment.rule_hash[31] ^= 1, RejectReason::WrongRuleHash);
    rejected(|_, p| p.commitment.weight_total = 0, RejectReason::Empty);
    rejected(|_, p| p.commitment.leaf_count = 1, RejectReason::LeavesFell);
    // Growth: 2 + 100 % + 100
    rejected(|_, p| p.commitment.leaf_count = 105, RejectReason::GrewTooFast);
}

#[test]
fn growth_up_to_the_limit_settles() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    suite.run_epoch(0, &[(campaign, &[("alice", 5), ("bob", 5)])]);
    let names: Vec<String> = (0..102).map(|i| format!("user {i}")).collect();
    let scores: Vec<(&str, u32)> = names.iter().map(|name| (name.as_str(), 7)).collect();
    suite.run_epoch(1, &[(campaign, &scores)]);
    assert_eq!(allocation(&suite, campaign, 1).leaf_count, 104);
    assert_eq!(allocation(&suite, campaign, 1).status, AllocationStatus::Settled);
}

#[test]
fn a_campaign_settles_only_while_it_runs() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().epochs(1, 2).create(&mut suite);
    let reason = |suite: &Suite, epoch| allocation(suite, campaign, epoch).status;
    suite.run_epoch(0, &[(campaign, &[("alice", 5)])]);
    assert_eq!(reason(&suite, 0), AllocationStatus::Rejected(RejectReason::NotRunning));
    suite.run_epoch(1, &[(campaign, &[("alice", 5)])]);
    assert_eq!(reason(&suite, 1), AllocationStatus::Settled);
    suite.run_epoch(2, &[(campaign, &[("alice", 5)])]);
    assert_eq!(reason(&suite, 2), AllocationStatus::Rejected(RejectReason::NotRunning));
}

#[test]
fn a_commitment_of_an_unknown_campaign_is_an_error() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    suite.close(0);
    let mut draft = suite.draft(0);
    suite.commit(&mut draft, campaign, &[("alice", 5)]);
    let mut stray = draft.commitments[&campaign].clone();
    stray.commitment.campaign = 9;
    suite.put_as_is(&mut draft, stray);
    suite.submit(&draft).unwrap();
    suite.finalise();
    let item = suite.settle_item(&draft, 9);
    assert_refused(suite.settle(vec![item]), ContractError::UnknownCampaign { campaign: 9 });
}

#[test]
fn epochs_before_the_settled_one_are_passed() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    let skipped = suite.report_epoch(0, &[(campaign, &[("alice", 5)])]);
    suite.finalise();
    suite.run_epoch(1, &[(campaign, &[("alice", 5)])]);
    let item = suite.settle_item(&skipped, campaign);
    let expected = ContractError::EpochPassed { campaign, epoch: 0, settled: 1 };
    assert_refused(suite.settle(vec![item]), expected);
}

/// Money that arrives in a window counts from that epoch on, not before.
#[test]
fn the_budget_counts_what_was_credited_before_the_end_of_the_epoch() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().bringing(100, USD).create(&mut suite);
    suite.close(0);
    suite.fund(campaign, 900).unwrap();
    assert_eq!((suite.budget(campaign, 0), suite.budget(campaign, 1)), (10, 1_000 / 9));
    suite.run_epoch(0, &[(campaign, &[("alice", 5)])]);
    assert_eq!(allocation(&suite, campaign, 0).budget.u128(), 10);
    suite.run_epoch(1, &[(campaign, &[("alice", 5)])]);
    assert_eq!(allocation(&suite, campaign, 1).budget.u128(), 990 / 9);
}
