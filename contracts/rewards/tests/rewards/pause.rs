//! Pauses: what they stop, how long, and that they take no time from users.

use attention_protocol::msg::{ExecuteMsg, PauseResponse, QueryMsg};
use attention_rewards::ContractError;
use attention_rewards::permission::{WhilePaused, access};
use cosmwasm_std::coins;

use crate::funds::every_message;
use crate::suite::{ATT, NewCampaign, Suite, assert_refused};

/// `limits.pause_max_s` of the suite.
const PAUSE_MAX_S: u64 = 5_000;

fn status(suite: &Suite) -> (bool, u64) {
    let answer: PauseResponse = suite.query(&QueryMsg::Pause {});
    (answer.paused, answer.paused_seconds)
}

/// Every message against a pause: refused as paused, or not.
#[test]
fn the_matrix() {
    let mut suite = Suite::new();
    NewCampaign::default().create(&mut suite);
    suite.pause();
    let paused = ContractError::Paused { until_s: suite.now_s() + PAUSE_MAX_S };
    let sponsor = suite.sponsor.clone();
    for (name, msg) in every_message(&suite) {
        let funds = match msg {
            ExecuteMsg::CreateCampaign(_) | ExecuteMsg::FundCampaign { .. } => coins(10_050, ATT),
            _ => vec![],
        };
        let result = suite.execute(&sponsor, &msg, &funds);
        match access(&msg).while_paused {
            WhilePaused::Refused => assert_refused(result, paused.clone()),
            _ => assert!(!format!("{result:?}").contains("contract is paused until"), "{name}"),
        }
    }
}

#[test]
fn a_pause_stops_new_reports_but_no_repeats_and_no_settlement() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    let first = suite.report_epoch(0, &[(campaign, &[("alice", 5)])]);
    suite.pause();
    let until_s = suite.now_s() + PAUSE_MAX_S;
    suite.submit(&first).unwrap();
    suite.finalise();
    let items = suite.settle_items(&first);
    suite.settle(items).unwrap();
    assert_refused(suite.claim_one("alice", campaign, 0), ContractError::Paused { until_s });
    suite.close(1);
    let second = suite.draft(1);
    assert_refused(suite.submit(&second), ContractError::Paused { until_s });
    suite.unpause();
    suite.submit(&second).unwrap();
    suite.claim_one("alice", campaign, 0).unwrap();
}

#[test]
fn it_ends_by_itself() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    suite.pause();
    let start_s = suite.now_s();
    suite.go_to(start_s + PAUSE_MAX_S - 1);
    assert_eq!(status(&suite), (true, PAUSE_MAX_S - 1));
    assert!(suite.fund(campaign, 1).is_err());
    suite.go_to(start_s + PAUSE_MAX_S);
    assert_eq!(status(&suite), (false, PAUSE_MAX_S));
    suite.fund(campaign, 1).unwrap();
    suite.wait(99);
    assert_eq!(status(&suite), (false, PAUSE_MAX_S));
}

/// A guardian cannot chain pauses: between two lies at least as long as one may last.
#[test]
fn pauses_cannot_be_chained() {
    let mut suite = Suite::new();
    suite.pause();
    let guardian = suite.guardian.clone();
    let until_s = suite.now_s() + PAUSE_MAX_S;
    let again = suite.execute(&guardian, &ExecuteMsg::Pause {}, &[]);
    assert_refused(again, ContractError::AlreadyPaused { until_s });
    let from_s = until_s + PAUSE_MAX_S;
    for time_s in [until_s, from_s - 1] {
        suite.go_to(time_s);
        let soon = suite.execute(&guardian, &ExecuteMsg::Pause {}, &[]);
        assert_refused(soon, ContractError::PauseTooSoon { from_s });
    }
    suite.go_to(from_s);
    suite.pause();
    suite.wait(10);
    assert_eq!(status(&suite), (true, PAUSE_MAX_S + 10));
}

#[test]
fn only_the_owner_ends_it_early() {
    let mut suite = Suite::new();
    let (owner, guardian) = (suite.owner.clone(), suite.guardian.clone());
    let idle = suite.execute(&owner, &ExecuteMsg::Unpause {}, &[]);
    assert_refused(idle, ContractError::NotPaused {});
    suite.pause();
    suite.wait(40);
    let sender = guardian.clone();
    let refused = suite.execute(&guardian, &ExecuteMsg::Unpause {}, &[]);
    assert_refused(refused, ContractError::Unauthorized { sender, allowed: "the owner" });
    suite.unpause();
    assert_eq!(status(&suite), (false, 40));
    let from_s = suite.now_s() + PAUSE_MAX_S;
    let soon = suite.execute(&owner, &ExecuteMsg::Pause {}, &[]);
    assert_refused(soon, ContractError::PauseTooSoon { from_s });
}

/// A5: the seconds paused since a campaign's creation push the closing of its claims back; earlier ones do not.
#[test]
fn paused_seconds_push_claim_deadlines_back() {
    let mut suite = Suite::new();
    suite.pause();
    suite.wait(70);
    suite.unpause();
    let campaign = NewCampaign::default().epochs(20, 30).create(&mut suite);
    let before_s = suite.campaign(campaign).claims_close_s;
    suite.wait(PAUSE_MAX_S);
    suite.pause();
    suite.wait(30);
    assert_eq!(suite.campaign(campaign).claims_close_s, before_s + 30);
    suite.unpause();
    suite.wait(500);
    assert_eq!(suite.campaign(campaign).claims_close_s, before_s + 30);
}
