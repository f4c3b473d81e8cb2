//! The owner and the guardian may void a pending report, and nothing more.

use attention_protocol::dispute_event::DisputeEvent;
use attention_protocol::event::Event;
use attention_protocol::msg::{ChallengeStatus, ExecuteMsg, ReportStatus, VoidReason, VoidedReport};
use attention_rewards::{ContractError, DisputeError};
use cosmwasm_std::Binary;

use crate::suite::{CHALLENGE_BOND, Suite, assert_refused, dispute_event};

#[test]
fn the_epoch_is_reported_again() {
    let (mut suite, draft) = Suite::with_pending();
    suite.bond_operators(1_000);
    suite.wait(100);
    let response = suite.void(0, 0).unwrap();
    let reason = "guardian".to_string();
    let voided = DisputeEvent::ReportVoided { epoch: 0, revision: 0, reason, missed: false };
    assert_eq!(dispute_event(&response, "report_voided"), Event::Dispute(voided));
    let report = suite.report(0);
    assert_eq!((report.status, report.revision, report.body), (ReportStatus::Open, 1, None));
    let digest = Binary::from(draft.body.digest());
    let row = VoidedReport { revision: 0, digest, signers: vec![0, 1, 3], why: VoidReason::Guardian };
    assert_eq!(report.voided, [row]);
    let status = suite.epoch_status();
    assert_eq!((status.open_epoch, status.revision), (0, 1));
    assert_eq!(status.due_s, Some(suite.now_s() + 400));
    for index in 0..4 {
        assert_eq!(suite.bond_of(index), (1_000, false), "a word takes no bond");
    }
    // D4: the voided report is no repeat, and no later revision is taken.
    let stale = ContractError::StaleRevision { epoch: 0, revision: 0, expected: 1 };
    assert_refused(suite.submit(&draft), stale);
    let mut next = draft.clone();
    next.body.revision = 2;
    let future = ContractError::FutureRevision { epoch: 0, revision: 2, expected: 1 };
    assert_refused(suite.submit(&next), future);
    let second = suite.resubmit(&draft);
    suite.finalise();
    let report = suite.report(0);
    assert_eq!((report.status, report.revision), (ReportStatus::Final, 1));
    assert_eq!(report.voided.len(), 1);
    assert_eq!(suite.epoch_status().prev_digest, Some(Binary::from(second.body.digest())));
}

#[test]
fn only_what_pends_at_that_revision() {
    let (mut suite, draft) = Suite::with_pending();
    let not = |epoch, revision| DisputeError::NotPending { epoch, revision };
    assert_refused(suite.void(0, 1), not(0, 1));
    assert_refused(suite.void(1, 0), not(1, 0));
    let owner = suite.owner.clone();
    suite.execute(&owner, &ExecuteMsg::VoidReport { epoch: 0, revision: 0 }, &[]).unwrap();
    assert_refused(suite.void(0, 0), not(0, 0));
    assert_refused(suite.void(0, 1), not(0, 1));
    suite.resubmit(&draft);
    suite.finalise();
    assert_refused(suite.void(0, 1), not(0, 1));
    assert_eq!(suite.report_status(0), ReportStatus::Final);
}

/// The event says whether that was the last revision, in the first epoch and in a later one.
#[test]
fn the_event_tells_of_a_missed_epoch() {
    let (mut suite, draft) = Suite::with_pending();
    let is_missed = |suite: &mut Suite, epoch, revision| {
        let response = suite.void(epoch, revision).unwrap();
        match dispute_event(&response, "report_voided") {
            Event::Dispute(DisputeEvent::ReportVoided { missed, .. }) => missed,
            other => panic!("{other:?}"),
        }
    };
    for revision in 0..3 {
        assert!(!is_missed(&mut suite, 0, revision), "revision {revision}");
        suite.resubmit(&draft);
    }
    assert!(is_missed(&mut suite, 0, 3));
    suite.pend(1);
    assert!(!is_missed(&mut suite, 1, 0), "the epoch before it was missed, not this one");
}

/// Only the arbiter's silence counts as one: two words, and then a first silence, leave the epoch open.
#[test]
fn a_word_is_no_silence() {
    let (mut suite, draft) = Suite::with_pending();
    for revision in 0..2 {
        suite.void(0, revision).unwrap();
        assert_eq!(suite.report_status(0), ReportStatus::Open, "revision {revision}");
        suite.resubmit(&draft);
    }
    suite.challenge(0, 2).unwrap();
    suite.reach_deadline(0, 2);
    suite.wait(1);
    suite.resolve_silence(0, 2).unwrap();
    let report = suite.report(0);
    assert_eq!((report.status, report.revision), (ReportStatus::Open, 3));
}

#[test]
fn a_challenge_becomes_moot_and_its_bond_goes_back() {
    let (mut suite, _) = Suite::with_pending();
    suite.challenge(0, 0).unwrap();
    suite.void(0, 0).unwrap();
    assert_eq!(suite.owed_bond(&suite.user("anyone")), CHALLENGE_BOND);
    assert_eq!(suite.challenge_of(0, 0).unwrap().status, ChallengeStatus::Moot);
    assert_refused(suite.decide(0, 0, true), DisputeError::NotPending { epoch: 0, revision: 0 });
}
