//! Whoever shows what was demanded gets the bond.

use attention_protocol::ProtocolError;
use attention_protocol::dispute_event::DisputeEvent;
use attention_protocol::event::Event;
use attention_protocol::fraud::{Answer, FraudError, RangeProof, Target};
use attention_protocol::msg::{DemandStatus, ExecuteMsg, ReportStatus};
use attention_rewards::DisputeError;
use cosmwasm_std::{Binary, coins};

use crate::suite::{BOND, DEMAND_BOND, Suite, assert_refused, dispute_event};

const COMMITMENT: Target = Target::Commitment { index: 0 };

#[test]
fn the_answerer_is_owed_the_bond() {
    let (mut suite, draft) = Suite::with_pending();
    let answer = suite.commitment_answer(&draft, 0);
    let none = DisputeError::NoDemand { epoch: 0, revision: 0 };
    assert_refused(suite.answer((0, 0), COMMITMENT, answer.clone()), none.clone());
    suite.demand(0, 0, COMMITMENT).unwrap();
    let response = suite.answer((0, 0), COMMITMENT, answer.clone()).unwrap();
    let answerer = suite.user("answerer");
    let event = DisputeEvent::DemandClosed {
        epoch: 0,
        revision: 0,
        target: "000000000000000000".into(),
        recipient: answerer.to_string(),
        bond: DEMAND_BOND,
    };
    assert_eq!(dispute_event(&response, "demand_closed"), Event::Dispute(event));
    assert_eq!(suite.owed_bond(&answerer), DEMAND_BOND);
    assert_eq!(suite.demands_of(0, 0)[0].status, DemandStatus::Answered);
    assert_eq!(suite.report(0).open_demands, 0);
    assert_refused(suite.answer((0, 0), COMMITMENT, answer), none);
    let ends_at_s = suite.report(0).ends_at_s.unwrap();
    suite.go_to(ends_at_s);
    let report = suite.report(0);
    assert_eq!(
        (report.status, report.ends_at_s),
        (ReportStatus::Final, Some(ends_at_s)),
        "in time: T is the window's end"
    );
}

/// A leaf is opened by hashes alone; the demand names its commitment with a proof.
#[test]
fn leaves_are_opened_too() {
    let (mut suite, draft) = Suite::with_pending();
    let published = &draft.commitments[&1];
    let commitment = RangeProof {
        start: 0,
        leaves: Binary::new(published.commitment.pack()),
        siblings: Binary::new(suite.commitment_tree(&draft).prove(0).unwrap()),
    };
    let target = Target::Leaf { commitment, position: 1 };
    suite.demand(0, 0, target.clone()).unwrap();
    let tree = suite.allocation_tree(1, 0, &published.leaves);
    let opening = [tree.open(1).unwrap(), published.leaves[1].pack()].concat();
    let answer = |opening: Vec<u8>| Answer::Leaf { opening: Binary::new(opening) };
    let other = [tree.open(1).unwrap(), published.leaves[0].pack()].concat();
    assert!(suite.answer((0, 0), target.clone(), answer(other)).is_err());
    suite.answer((0, 0), target, answer(opening)).unwrap();
    assert_eq!(suite.demands_of(0, 0)[0].target.as_slice(), [1, 0, 0, 0, 0, 0, 0, 0, 1]);
}

#[test]
fn only_what_was_demanded_answers() {
    let (mut suite, draft) = Suite::with_pending();
    suite.demand(0, 0, COMMITMENT).unwrap();
    let empty = Binary::default;
    let kind = Answer::Asset { asset: empty(), siblings: empty() };
    assert_refused(suite.answer((0, 0), COMMITMENT, kind), DisputeError::Fraud(FraudError::OtherKind));
    let mut commitment = draft.commitments[&1].commitment.clone();
    commitment.budget += 1;
    let wrong = Answer::Commitment { commitment: Binary::new(commitment.pack()), siblings: empty() };
    let mismatch = DisputeError::Fraud(FraudError::Protocol(ProtocolError::RootMismatch));
    assert_refused(suite.answer((0, 0), COMMITMENT, wrong), mismatch);
    let answer = suite.commitment_answer(&draft, 0);
    let not = DisputeError::NotPending { epoch: 0, revision: 1 };
    assert_refused(suite.answer((0, 1), COMMITMENT, answer), not);
}

/// T is the answer, if it comes after the window, and the report is final at once.
#[test]
fn a_late_answer_moves_the_end() {
    let (mut suite, draft) = Suite::with_pending();
    suite.wait(250);
    suite.demand(0, 0, COMMITMENT).unwrap();
    suite.pass_answer_time();
    let answered_s = suite.now_s();
    assert_eq!(suite.report_status(0), ReportStatus::Pending);
    let answer = suite.commitment_answer(&draft, 0);
    suite.answer((0, 0), COMMITMENT, answer).unwrap();
    let report = suite.report(0);
    assert_eq!((report.status, report.ends_at_s), (ReportStatus::Final, Some(answered_s)));
}

#[test]
fn the_time_to_answer_needs_its_blocks() {
    let (mut suite, draft) = Suite::with_pending();
    let deadline_height = suite.app.block_info().height + 6;
    suite.demand(0, 0, COMMITMENT).unwrap();
    let deadline_s = suite.now_s() + 100;
    let answer = suite.commitment_answer(&draft, 0);
    suite.set_time(deadline_s + 5_000);
    suite.make_blocks(6);
    // The chain stood still: the last block of the six still takes an answer.
    let mut second = suite_copy(&draft);
    assert_refused(
        {
            suite.make_blocks(1);
            suite.answer((0, 0), COMMITMENT, answer.clone())
        },
        DisputeError::AnswerLate { deadline_s, deadline_height },
    );
    second.answer((0, 0), COMMITMENT, answer).unwrap();
}

/// The same deployment at the sixth block after a demand.
fn suite_copy(draft: &crate::suite::Draft) -> Suite {
    let (mut suite, same) = Suite::with_pending();
    assert_eq!(same.body, draft.body);
    suite.demand(0, 0, COMMITMENT).unwrap();
    suite.set_time(suite.now_s() + 5_100);
    suite.make_blocks(6);
    suite
}

#[test]
fn an_answer_takes_no_coins() {
    let (mut suite, draft) = Suite::with_pending();
    suite.demand(0, 0, COMMITMENT).unwrap();
    let answer = suite.commitment_answer(&draft, 0);
    let msg = ExecuteMsg::AnswerDemand { epoch: 0, revision: 0, target: COMMITMENT, answer };
    let anyone = suite.user("anyone");
    assert!(suite.execute(&anyone, &msg, &coins(1, BOND)).is_err());
}
