//! Every path of the picture in docs/ARCHITECTURE.md, "One report at a time".

use attention_protocol::fraud::Target;
use attention_protocol::msg::{QueryMsg, ReportStatus, ReportsResponse, VoidReason};
use attention_rewards::ContractError;
use cosmwasm_std::Binary;

use crate::suite::{Draft, NewCampaign, Suite, assert_refused, clock, commitment_key};

#[test]
fn a_fourth_void_makes_the_epoch_missed_and_the_next_one_is_not_lost() {
    let (mut suite, draft) = Suite::with_pending();
    for revision in 0..4u32 {
        suite.wait(200);
        suite.void(0, revision).unwrap();
        let expected = if revision < 3 { ReportStatus::Open } else { ReportStatus::Missed };
        assert_eq!(suite.report_status(0), expected, "revision {revision}");
        if revision < 3 {
            suite.resubmit(&draft);
        }
    }
    let voided_s = suite.now_s();
    assert_eq!(suite.report(0).voided.len(), 4);
    assert!(suite.report(0).voided.iter().all(|voided| voided.why == VoidReason::Guardian));
    let over = ContractError::PastDue { epoch: 0, open: 1 };
    let mut fifth = draft.clone();
    fifth.body.revision = 4;
    assert_refused(suite.submit(&fifth), over);
    // T = the fourth void: the next epoch has its whole report period, and follows no report.
    let status = suite.epoch_status();
    let due_s = voided_s.max(clock().window_end_s(1).unwrap()) + 400;
    assert_eq!((status.open_epoch, status.revision, status.due_s), (1, 0, Some(due_s)));
    assert_eq!(status.prev_digest, Some(Binary::from([0; 32])));
    suite.go_to(due_s);
    let next = suite.pend(1);
    suite.finalise();
    assert_eq!(suite.report_status(1), ReportStatus::Final);
    assert_eq!(suite.report(1).body, Some(Binary::new(next.body.pack())));
}

#[test]
fn a_reopened_epoch_that_nobody_reports_is_missed_at_its_due_time() {
    let (mut suite, _) = Suite::with_pending();
    suite.void(0, 0).unwrap();
    let due_s = suite.now_s() + 400;
    suite.go_to(due_s);
    assert_eq!(suite.report_status(0), ReportStatus::Open);
    suite.wait(1);
    let report = suite.report(0);
    assert_eq!((report.status, report.revision), (ReportStatus::Missed, 0));
    let status = suite.epoch_status();
    let next_due_s = due_s.max(clock().window_end_s(1).unwrap()) + 400;
    assert_eq!((status.open_epoch, status.due_s), (1, Some(next_due_s)));
}

/// B11: neither a reopened epoch nor the one behind it is lost to a chain that stands still.
#[test]
fn a_halt_after_a_void_loses_nothing() {
    let (mut suite, draft) = Suite::with_pending();
    suite.void(0, 0).unwrap();
    suite.set_time(suite.now_s() + 100_000);
    suite.make_blocks(6);
    assert_eq!(suite.report_status(0), ReportStatus::Open);
    suite.resubmit(&draft);
    suite.make_blocks(6);
    suite.finalise();
    assert_eq!(suite.report_status(0), ReportStatus::Final);

    let (mut suite, _) = Suite::with_pending();
    suite.void(0, 0).unwrap();
    suite.set_time(suite.now_s() + 100_000);
    suite.make_blocks(7);
    assert_eq!(suite.report_status(0), ReportStatus::Missed);
    assert_eq!(suite.epoch_status().open_epoch, 1, "it has its own blocks");
    suite.make_blocks(5);
    let next = suite.draft(1);
    suite.submit(&next).unwrap();
}

/// The epochs behind a long dispute wait, and are posted one by one.
#[test]
fn the_backlog_of_a_dispute_is_posted_one_by_one() {
    let (mut suite, _) = Suite::with_pending();
    suite.challenge(0, 0).unwrap();
    suite.reach_deadline(0, 0);
    suite.wait(clock().epoch_length_s * 3);
    let early = suite.draft(1);
    let pending = suite.report(0);
    let expected = ContractError::PreviousPending {
        epoch: 0,
        ends_at_s: pending.ends_at_s.unwrap(),
        ends_height: pending.ends_height.unwrap(),
    };
    assert_refused(suite.submit(&early), expected);
    suite.resolve_silence(0, 0).unwrap();
    let draft = suite.draft(0);
    assert_eq!(draft.body.revision, 1);
    suite.submit(&draft).unwrap();
    suite.finalise();
    for epoch in 1..4 {
        let draft = suite.draft(epoch);
        suite.submit(&draft).unwrap();
        suite.finalise();
        assert_eq!(suite.report_status(epoch), ReportStatus::Final);
    }
}

/// What is settled goes on being claimed while a later epoch is in dispute, and what is not final settles never.
#[test]
fn claims_go_on_and_nothing_disputed_settles() {
    let mut suite = Suite::new();
    let anyone = suite.user("anyone");
    suite.mint(&anyone, 1 << 100, crate::suite::BOND);
    let campaign = NewCampaign::default().create(&mut suite);
    let unsettled = suite.report_epoch(0, &[(campaign, &[("alice", 750_000), ("bob", 250_000)])]);
    suite.finalise();
    let items = suite.settle_items(&unsettled);
    suite.close(1);
    let disputed = suite.draft(1);
    suite.submit(&disputed).unwrap();
    suite.challenge(1, 0).unwrap();
    suite.settle(items).unwrap();
    assert_eq!(suite.claimed_now("alice", campaign, 0), 750);
    let mut with_money = suite.draft(1);
    suite.commit(&mut with_money, campaign, &[("alice", 5)]);
    let refused = suite.settle(suite.settle_items(&with_money));
    assert_refused(refused, ContractError::NotFinal { epoch: 1 });
    // The window is over, and it still is not final.
    suite.finalise();
    let refused = suite.settle(suite.settle_items(&with_money));
    assert_refused(refused, ContractError::NotFinal { epoch: 1 });
    suite.decide(1, 0, false).unwrap();
    suite.pause();
    suite.unpause();
    with_money.body.revision = 1;
    with_money.body.prev_digest = unsettled.body.digest();
    suite.submit(&with_money).unwrap();
    let refused = suite.settle(suite.settle_items(&with_money));
    assert_refused(refused, ContractError::NotFinal { epoch: 1 });
    suite.finalise();
    suite.settle(suite.settle_items(&with_money)).unwrap();
    assert_eq!(suite.claimed_now("bob", campaign, 0), 250);
}

#[test]
fn final_waits_for_every_demand_and_the_decision() {
    let (mut suite, draft) = Suite::with_pending();
    suite.challenge(0, 0).unwrap();
    suite.wait(250);
    suite.demand(0, 0, Target::Commitment { index: 0 }).unwrap();
    suite.pass_answer_time();
    suite.decide(0, 0, true).unwrap();
    assert_eq!(suite.report_status(0), ReportStatus::Pending, "the demand is open");
    let answer = suite.commitment_answer(&draft, 0);
    suite.answer((0, 0), Target::Commitment { index: 0 }, answer).unwrap();
    assert_eq!(suite.report_status(0), ReportStatus::Final);
    let statuses = |suite: &Suite| {
        let msg = QueryMsg::Reports { before: None, limit: None };
        let page: ReportsResponse = suite.query(&msg);
        page.reports.iter().map(|report| (report.epoch, report.status.clone())).collect::<Vec<_>>()
    };
    suite.pend(1);
    suite.challenge(1, 0).unwrap();
    assert_eq!(statuses(&suite), [(1, ReportStatus::Challenged), (0, ReportStatus::Final)]);
    suite.void(1, 0).unwrap();
    assert_eq!(statuses(&suite), [(0, ReportStatus::Final)]);
}

/// A pause blocks no dispute: it cannot be used to let a wrong report become final.
#[test]
fn a_pause_blocks_no_dispute() {
    fn paused() -> (Suite, Draft) {
        let (mut suite, draft) = Suite::with_pending();
        suite.pause();
        (suite, draft)
    }
    let target = || Target::Commitment { index: 0 };
    let (mut suite, draft) = paused();
    suite.demand(0, 0, target()).unwrap();
    let answer = suite.commitment_answer(&draft, 0);
    suite.answer((0, 0), target(), answer).unwrap();
    suite.challenge(0, 0).unwrap();
    suite.decide(0, 0, false).unwrap();

    let (mut suite, _) = paused();
    suite.demand(0, 0, target()).unwrap();
    suite.challenge(0, 0).unwrap();
    suite.wait(601);
    suite.resolve_silence(0, 0).unwrap();
    suite.reclaim(0, 0, commitment_key(0)).unwrap();

    let (mut suite, _) = paused();
    suite.demand(0, 0, target()).unwrap();
    suite.wait(101);
    suite.void_unanswered(0, 0, commitment_key(0)).unwrap();
}
