//! What an arbiter's silence leads to.

use attention_protocol::msg::{ChallengeStatus, ReportStatus, VoidReason};
use attention_rewards::DisputeError;

use crate::suite::{BOND, CHALLENGE_BOND, Suite, assert_refused, clock};

#[test]
fn a_silence_voids_and_costs_a_tenth() {
    let (mut suite, draft) = Suite::with_pending();
    suite.bond_operators(1_000);
    assert_refused(suite.resolve_silence(0, 0), DisputeError::NoChallenge { epoch: 0, revision: 0 });
    suite.challenge(0, 0).unwrap();
    suite.reach_deadline(0, 0);
    let deadline_s = suite.now_s();
    assert_refused(suite.resolve_silence(0, 0), DisputeError::DecisionAwaited { deadline_s });
    suite.wait(1);
    let before = suite.balance(&suite.contract, BOND);
    suite.resolve_silence(0, 0).unwrap();
    assert_eq!(suite.owed_bond(&suite.user("anyone")), 900);
    assert_eq!(before - suite.balance(&suite.contract, BOND), CHALLENGE_BOND / 10, "burned");
    assert_eq!(suite.challenge_of(0, 0).unwrap().status, ChallengeStatus::Silent);
    let report = suite.report(0);
    assert_eq!((report.status, report.revision), (ReportStatus::Open, 1));
    assert_eq!(report.voided[0].why, VoidReason::Silence);
    assert_eq!(suite.bond_of(0), (1_000, false));
    suite.resubmit(&draft);
}

/// B10: a sleeping arbiter stalls an epoch twice, not for ever.
#[test]
fn the_second_silence_in_an_epoch_makes_it_missed() {
    let (mut suite, draft) = Suite::with_pending();
    suite.challenge(0, 0).unwrap();
    suite.reach_deadline(0, 0);
    suite.wait(1);
    suite.resolve_silence(0, 0).unwrap();
    // A void for another reason in between does not wipe the first silence out.
    suite.resubmit(&draft);
    suite.void(0, 1).unwrap();
    suite.resubmit(&draft);
    suite.challenge(0, 2).unwrap();
    suite.reach_deadline(0, 2);
    suite.wait(1);
    let resolved_s = suite.now_s();
    suite.resolve_silence(0, 2).unwrap();
    assert_eq!(suite.report_status(0), ReportStatus::Missed);
    assert_eq!(suite.owed_bond(&suite.user("anyone")), 1_800);
    let status = suite.epoch_status();
    let due_s = resolved_s.max(clock().window_end_s(1).unwrap()) + 400;
    assert_eq!((status.open_epoch, status.revision, status.due_s), (1, 0, Some(due_s)));
    suite.pend(1);
    // The next epoch starts without silences.
    suite.challenge(1, 0).unwrap();
    suite.reach_deadline(1, 0);
    suite.wait(1);
    suite.resolve_silence(1, 0).unwrap();
    assert_eq!(suite.report_status(1), ReportStatus::Open);
}
