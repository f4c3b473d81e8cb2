//! Queries: pages are bounded and complete, states are what they say.

use attention_protocol::msg::{
    CampaignsResponse, EpochStatusResponse, QueryMsg, ReportStatus, ReportsResponse, SolvencyResponse,
};

use crate::suite::{ATT, NewCampaign, Suite, USD, clock};

fn campaigns(suite: &Suite, start_after: Option<u64>, limit: Option<u32>) -> Vec<u64> {
    let page: CampaignsResponse = suite.query(&QueryMsg::Campaigns { start_after, limit });
    page.campaigns.into_iter().map(|campaign| campaign.campaign).collect()
}

fn reports(suite: &Suite, before: Option<u64>, limit: Option<u32>) -> Vec<u64> {
    let page: ReportsResponse = suite.query(&QueryMsg::Reports { before, limit });
    page.reports.into_iter().map(|report| report.epoch).collect()
}

#[test]
fn pages_of_campaigns_hold_10_and_at_most_50() {
    let mut suite = Suite::new();
    for _ in 0..53 {
        NewCampaign::default().create(&mut suite);
    }
    let ids = |from: u64, to: u64| (from..=to).collect::<Vec<_>>();
    assert_eq!(campaigns(&suite, None, None), ids(1, 10));
    assert_eq!(campaigns(&suite, None, Some(1_000)), ids(1, 50));
    assert_eq!(campaigns(&suite, Some(50), Some(50)), ids(51, 53));
    assert_eq!(campaigns(&suite, Some(0), Some(0)), [1], "a page holds at least one");
    assert_eq!(campaigns(&suite, Some(53), None), [0u64; 0]);
    assert_eq!(campaigns(&suite, Some(u64::MAX), None), [0u64; 0]);
}

#[test]
fn pages_of_reports_run_from_the_newest() {
    let mut suite = Suite::new();
    for epoch in 0..60 {
        suite.report_epoch(epoch, &[]);
        suite.finalise();
    }
    let epochs = |from: u64, to: u64| (to..=from).rev().collect::<Vec<_>>();
    assert_eq!(reports(&suite, None, None), epochs(59, 50));
    assert_eq!(reports(&suite, None, Some(u32::MAX)), epochs(59, 10));
    assert_eq!(reports(&suite, Some(3), None), epochs(2, 0));
    assert_eq!(reports(&suite, Some(0), None), [0u64; 0]);
}

#[test]
fn solvency_adds_up_one_denom_at_a_time() {
    let mut suite = Suite::new();
    for denom in [ATT, USD, ATT, USD, ATT] {
        NewCampaign::default().bringing(10_050, denom).create(&mut suite);
    }
    let page = |start_after, limit| -> SolvencyResponse {
        suite.query(&QueryMsg::Solvency { denom: ATT.into(), start_after, limit: Some(limit) })
    };
    let first = page(None, 2);
    assert_eq!((first.owed.u128(), first.fees_due.u128(), first.next), (10_000, 150, Some(2)));
    let second = page(first.next, 50);
    assert_eq!((second.owed.u128(), second.fees_due.u128(), second.next), (20_000, 0, None));
    assert_eq!(first.balance.u128(), 30_150);
}

#[test]
fn the_clock_says_which_epoch_is_awaited_until_when() {
    let mut suite = Suite::new();
    let status = |suite: &Suite| -> EpochStatusResponse { suite.query(&QueryMsg::EpochStatus {}) };
    let before = status(&suite);
    assert_eq!((before.current_epoch, before.open_epoch), (None, 0));
    suite.go_to(clock().genesis_s);
    assert_eq!(status(&suite).current_epoch, Some(0));
    suite.close(0);
    let open = status(&suite);
    assert_eq!((open.current_epoch, open.open_epoch, open.revision), (Some(1), 0, 0));
    assert_eq!((open.window_end_s, open.due_s), (suite.now_s(), Some(suite.now_s() + 400)));
    let draft = suite.draft(0);
    suite.submit(&draft).unwrap();
    let pending = status(&suite);
    assert_eq!((pending.open_epoch, pending.due_s, pending.prev_digest), (0, None, None));
    suite.finalise();
    let next = status(&suite);
    assert_eq!((next.open_epoch, next.due_s), (1, Some(clock().window_end_s(1).unwrap() + 400)));
    assert_eq!(next.prev_digest.unwrap().as_slice(), draft.body.digest());
}

#[test]
fn an_epoch_is_open_pending_final_or_missed() {
    let mut suite = Suite::new();
    suite.go_to(clock().due_s(None, 0).unwrap() + 1);
    suite.report_epoch(1, &[]);
    let states = |suite: &Suite| [0, 1, 2, 9].map(|epoch| suite.report_status(epoch));
    use ReportStatus::{Final, Missed, Open, Pending};
    assert_eq!(states(&suite), [Missed, Pending, Open, Open]);
    suite.finalise();
    assert_eq!(states(&suite), [Missed, Final, Open, Open]);
}

#[test]
fn what_is_not_there_is_named() {
    let suite = Suite::new();
    let account = suite.user("alice").to_string();
    let asked = [
        QueryMsg::Campaign { campaign: 7 },
        QueryMsg::CampaignMoney { campaign: 7 },
        QueryMsg::Funding { campaign: 7, epoch: 0 },
        QueryMsg::Claimed { campaign: 7, account: account.clone() },
        QueryMsg::Score { campaign: 7, account: account.clone(), epoch: None },
        QueryMsg::ScoreHistory { campaign: 7, account, before: None, limit: None },
    ];
    for query in asked {
        assert!(suite.query_error(&query).contains("there is no campaign 7"), "{query:?}");
    }
    let allocation = QueryMsg::Allocation { campaign: 7, epoch: 3 };
    assert!(suite.query_error(&allocation).contains("campaign 7 has no settled allocation in epoch 3"));
    let nobody = QueryMsg::Claimed { campaign: 7, account: "nobody".into() };
    assert!(!suite.query_error(&nobody).contains("there is no campaign"), "the address comes first");
}
