//! The arbiter's decision: a bond for a bond, a void for a void, and never an operator's money.

use attention_protocol::msg::{ChallengeStatus, ExecuteMsg, InstantiateMsg, ReportStatus, VoidReason};
use attention_rewards::{ContractError, DisputeError};

use crate::suite::{BOND, CHALLENGE_BOND, Setup, Suite, assert_refused, clock};

#[test]
fn a_report_that_stands_is_final_and_costs_the_challenger_the_bond() {
    let (mut suite, _) = Suite::with_pending();
    suite.challenge(0, 0).unwrap();
    let before = suite.balance(&suite.contract, BOND);
    suite.decide(0, 0, true).unwrap();
    assert_eq!(before - suite.balance(&suite.contract, BOND), CHALLENGE_BOND, "burned");
    assert_eq!(suite.owed_bond(&suite.user("anyone")), 0);
    assert_eq!(suite.challenge_of(0, 0).unwrap().status, ChallengeStatus::Stands);
    // Decided inside the window: the window's end is what counts.
    assert_eq!(suite.report_status(0), ReportStatus::Pending);
    suite.finalise();
    assert_eq!(suite.report_status(0), ReportStatus::Final);
}

#[test]
fn the_lost_bond_is_owed_to_the_slash_recipient() {
    let change = |msg: &mut InstantiateMsg| {
        let treasury = cosmwasm_std::testing::MockApi::default().addr_make("treasury");
        msg.security.slash_recipient = Some(treasury.into_string());
    };
    let mut suite = Suite::with(Setup { change, ..Setup::default() }).unwrap();
    suite.pend(0);
    suite.challenge(0, 0).unwrap();
    suite.decide(0, 0, true).unwrap();
    let treasury = suite.app.api().addr_make("treasury");
    assert_eq!(suite.owed_bond(&treasury), CHALLENGE_BOND);
}

/// T is the decision, if it comes after the window: the next epoch's time starts then.
#[test]
fn a_late_decision_moves_the_end() {
    let (mut suite, _) = Suite::with_pending();
    suite.challenge(0, 0).unwrap();
    suite.reach_deadline(0, 0);
    let decided_s = suite.now_s();
    suite.decide(0, 0, true).unwrap();
    let report = suite.report(0);
    assert_eq!((report.status, report.ends_at_s), (ReportStatus::Final, Some(decided_s)));
    let status = suite.epoch_status();
    let window_end_s = clock().window_end_s(1).unwrap();
    assert!(decided_s < window_end_s);
    assert_eq!((status.open_epoch, status.due_s), (1, Some(window_end_s + 400)));
}

#[test]
fn a_report_that_falls_is_voided_and_nobody_is_slashed() {
    let (mut suite, draft) = Suite::with_pending();
    suite.bond_operators(1_000);
    suite.challenge(0, 0).unwrap();
    suite.decide(0, 0, false).unwrap();
    assert_eq!(suite.owed_bond(&suite.user("anyone")), CHALLENGE_BOND);
    let report = suite.report(0);
    assert_eq!((report.status, report.revision), (ReportStatus::Open, 1));
    assert_eq!(report.voided[0].why, VoidReason::Challenge);
    assert_eq!(suite.challenge_of(0, 0).unwrap().status, ChallengeStatus::Falls);
    for index in 0..4 {
        assert_eq!(suite.bond_of(index), (1_000, false));
    }
    suite.resubmit(&draft);
}

#[test]
fn only_the_arbiter_in_time_and_only_what_is_challenged() {
    let (mut suite, _) = Suite::with_pending();
    let nothing = DisputeError::NoChallenge { epoch: 0, revision: 0 };
    assert_refused(suite.decide(0, 0, true), nothing.clone());
    assert_refused(suite.decide(0, 1, true), DisputeError::NotPending { epoch: 0, revision: 1 });
    suite.challenge(0, 0).unwrap();
    let owner = suite.owner.clone();
    let msg = ExecuteMsg::DecideChallenge { epoch: 0, revision: 0, stands: true };
    let sender = owner.clone();
    let refused = ContractError::Unauthorized { sender, allowed: "the arbiter" };
    assert_refused(suite.execute(&owner, &msg, &[]), refused);
    suite.reach_deadline(0, 0);
    let deadline_s = suite.now_s();
    suite.wait(1);
    assert_refused(suite.decide(0, 0, true), DisputeError::DecisionLate { deadline_s });

    let (mut suite, _) = Suite::with_pending();
    suite.challenge(0, 0).unwrap();
    suite.decide(0, 0, true).unwrap();
    assert_refused(suite.decide(0, 0, false), nothing);
}
