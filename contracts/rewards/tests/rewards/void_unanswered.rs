//! A demand that nobody answers voids the report, and its signers pay.

use attention_protocol::dispute_event::DisputeEvent;
use attention_protocol::event::Event;
use attention_protocol::fraud::Target;
use attention_protocol::msg::{DemandStatus, ReportStatus, VoidReason};
use attention_rewards::DisputeError;

use crate::suite::{BOND, DEMAND_BOND, Suite, assert_refused, commitment_key, dispute_event};

const COMMITMENT: Target = Target::Commitment { index: 0 };

#[test]
fn the_signers_are_slashed_and_the_demander_gets_half() {
    let (mut suite, draft) = Suite::with_pending();
    suite.bond_operators(1_000);
    suite.demand(0, 0, COMMITMENT).unwrap();
    let (deadline_s, deadline_height) = (suite.now_s() + 100, suite.app.block_info().height + 6);
    let awaited = DisputeError::AnswerAwaited { deadline_s, deadline_height };
    assert_refused(suite.void_unanswered(0, 0, commitment_key(0)), awaited.clone());
    suite.pass_answer_time();
    assert_refused(suite.void_unanswered(0, 0, commitment_key(0)), awaited);
    suite.wait(1);
    let before = suite.balance(&suite.contract, BOND);
    let response = suite.void_unanswered(0, 0, commitment_key(0)).unwrap();
    let demander = suite.user("anyone");
    let proven = DisputeEvent::FraudProven {
        epoch: 0,
        revision: 0,
        clause: "unanswered".into(),
        prover: demander.to_string(),
        slashed: 1_500,
    };
    assert_eq!(dispute_event(&response, "fraud_proven"), Event::Dispute(proven));
    // Three signers lose half of 1,000 each: half of that to the demander besides the bond, the rest burns.
    assert_eq!([0, 1, 2, 3].map(|index| suite.bond_of(index).0), [500, 500, 1_000, 500]);
    assert_eq!(suite.owed_bond(&demander), DEMAND_BOND + 750);
    assert_eq!(before - suite.balance(&suite.contract, BOND), 750);
    let report = suite.report(0);
    assert_eq!((report.status, report.revision), (ReportStatus::Open, 1));
    assert_eq!(report.voided[0].why, VoidReason::Unanswered);
    assert_eq!(suite.demands_of(0, 0)[0].status, DemandStatus::Unanswered);
    let gone = DisputeError::NotPending { epoch: 0, revision: 0 };
    assert_refused(suite.void_unanswered(0, 0, commitment_key(0)), gone);
    assert_refused(suite.reclaim(0, 0, commitment_key(0)), DisputeError::NoDemand { epoch: 0, revision: 0 });
    // B9: each signer at most once an epoch.
    suite.resubmit(&draft);
    suite.demand(0, 1, COMMITMENT).unwrap();
    suite.wait(101);
    suite.void_unanswered(0, 1, commitment_key(0)).unwrap();
    assert_eq!([0, 1, 2, 3].map(|index| suite.bond_of(index).0), [500, 500, 1_000, 500]);
    assert_eq!(suite.owed_bond(&demander), 2 * DEMAND_BOND + 750);
}

/// A chain that stood still over the time to answer convicts nobody.
#[test]
fn the_blocks_have_to_pass_too() {
    let (mut suite, draft) = Suite::with_pending();
    suite.demand(0, 0, COMMITMENT).unwrap();
    let (deadline_s, deadline_height) = (suite.now_s() + 100, suite.app.block_info().height + 6);
    suite.set_time(deadline_s + 9_000);
    suite.make_blocks(6);
    let awaited = DisputeError::AnswerAwaited { deadline_s, deadline_height };
    assert_refused(suite.void_unanswered(0, 0, commitment_key(0)), awaited);
    let answer = suite.commitment_answer(&draft, 0);
    suite.answer((0, 0), COMMITMENT, answer).unwrap();
    assert_eq!(suite.report_status(0), ReportStatus::Final);
}

#[test]
fn only_an_open_demand() {
    let (mut suite, draft) = Suite::with_pending();
    let none = DisputeError::NoDemand { epoch: 0, revision: 0 };
    assert_refused(suite.void_unanswered(0, 0, commitment_key(0)), none.clone());
    suite.demand(0, 0, COMMITMENT).unwrap();
    let answer = suite.commitment_answer(&draft, 0);
    suite.answer((0, 0), COMMITMENT, answer).unwrap();
    suite.wait(101);
    assert_refused(suite.void_unanswered(0, 0, commitment_key(0)), none);
}
