//! Anyone may have the arbiter decide on a pending report, once a revision, for a bond.

use attention_protocol::dispute_event::DisputeEvent;
use attention_protocol::event::Event;
use attention_protocol::msg::{ChallengeStatus, ExecuteMsg, ReportStatus};
use attention_rewards::{ContractError, DisputeError};
use cosmwasm_std::{Coin, coin, coins};

use crate::suite::{ATT, BOND, CHALLENGE_BOND, Setup, Suite, assert_refused, dispute_event};

fn attempt(suite: &mut Suite, reason: String, funds: &[Coin]) -> Result<cw_multi_test::AppResponse, String> {
    let anyone = suite.user("anyone");
    suite.execute(&anyone, &ExecuteMsg::ChallengeReport { epoch: 0, revision: 0, reason }, funds)
}

#[test]
fn a_challenged_report_waits_for_the_arbiter() {
    let (mut suite, _) = Suite::with_pending();
    let response = suite.challenge(0, 0).unwrap();
    let (challenger, deadline_s) = (suite.user("anyone"), suite.now_s() + 600);
    let event = DisputeEvent::ReportChallenged {
        epoch: 0,
        revision: 0,
        challenger: challenger.to_string(),
        deadline_s,
        reason: "wrong scores".into(),
    };
    assert_eq!(dispute_event(&response, "report_challenged"), Event::Dispute(event));
    let stored = suite.challenge_of(0, 0).unwrap();
    assert_eq!((stored.challenger, stored.deadline_s), (challenger, deadline_s));
    assert_eq!((stored.status, stored.bond.u128()), (ChallengeStatus::Open, CHALLENGE_BOND));
    assert_eq!(suite.report_status(0), ReportStatus::Challenged);
    suite.finalise();
    suite.wait(10_000);
    assert_eq!(suite.report_status(0), ReportStatus::Challenged, "it is never final by itself");
    assert_eq!(suite.challenge_of(0, 1), None);
}

#[test]
fn the_bond_is_exact() {
    let (mut suite, _) = Suite::with_pending();
    let wrong = |given: u128, denom: &str| DisputeError::WrongBond {
        expected: CHALLENGE_BOND,
        denom: BOND.into(),
        given: given.to_string(),
        given_denom: denom.into(),
    };
    let anyone = suite.user("anyone");
    suite.mint(&anyone, 5_000, ATT);
    let mut attempt = |funds: &[Coin]| attempt(&mut suite, "x".into(), funds);
    assert_refused(attempt(&coins(999, BOND)), wrong(999, BOND));
    assert_refused(attempt(&coins(1_001, BOND)), wrong(1_001, BOND));
    assert_refused(attempt(&coins(1_000, ATT)), wrong(1_000, ATT));
    assert_refused(attempt(&[]), ContractError::Payment("No funds sent".into()));
    let many = ContractError::Payment("Sent more than one denomination".into());
    assert_refused(attempt(&[coin(1, ATT), coin(1_000, BOND)]), many);
    attempt(&coins(1_000, BOND)).unwrap();
}

#[test]
fn the_reason_has_1_to_256_bytes() {
    let (mut suite, _) = Suite::with_pending();
    for reason in [String::new(), "r".repeat(257)] {
        let expected = ContractError::Invalid {
            field: "reason",
            value: format!("{reason:?}"),
            requirement: "1 to 256 bytes long",
        };
        assert_refused(attempt(&mut suite, reason, &coins(1_000, BOND)), expected);
    }
    attempt(&mut suite, "r".repeat(256), &coins(1_000, BOND)).unwrap();
}

#[test]
fn once_a_revision() {
    let (mut suite, draft) = Suite::with_pending();
    suite.challenge(0, 0).unwrap();
    let again = DisputeError::AlreadyChallenged { epoch: 0, revision: 0 };
    assert_refused(suite.challenge(0, 0), again.clone());
    suite.decide(0, 0, true).unwrap();
    assert_refused(suite.challenge(0, 0), again);
    suite.void(0, 0).unwrap();
    suite.resubmit(&draft);
    suite.challenge(0, 1).unwrap();
}

#[test]
fn only_in_the_dispute_window() {
    let (mut suite, _) = Suite::with_pending();
    assert_refused(suite.challenge(0, 1), DisputeError::NotPending { epoch: 0, revision: 1 });
    let ends_at_s = suite.now_s() + 300;
    // The window needs its blocks too: a chain that stood still can be challenged after it.
    suite.set_time(ends_at_s);
    suite.challenge(0, 0).unwrap();

    let (mut suite, draft) = Suite::with_pending();
    let ends_at_s = suite.now_s() + 300;
    let demand = attention_protocol::fraud::Target::Commitment { index: 0 };
    suite.demand(0, 0, demand).unwrap();
    suite.go_to(ends_at_s);
    assert_eq!(suite.report_status(0), ReportStatus::Pending, "a demand is open");
    assert_refused(suite.challenge(0, 0), DisputeError::WindowOver { epoch: 0, ends_at_s });
    drop(draft);
}

#[test]
fn without_an_arbiter_there_are_none() {
    let change = |msg: &mut attention_protocol::msg::InstantiateMsg| msg.security.arbiter = None;
    let mut suite = Suite::with(Setup { change, ..Setup::default() }).unwrap();
    suite.pend(0);
    assert_refused(suite.challenge(0, 0), DisputeError::NoArbiter {});
    assert_refused(suite.decide(0, 0, true), DisputeError::NoArbiter {});
}
