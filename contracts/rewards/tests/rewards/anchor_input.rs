//! Operators fix the input by rank; a report has to be computed from it.

use attention_protocol::Hash;
use attention_protocol::anchor::anchor_digest;
use attention_protocol::dispute_event::DisputeEvent;
use attention_protocol::event::Event;
use attention_protocol::msg::{ExecuteMsg, InstantiateMsg, ReportStatus};
use attention_protocol::quorum::QuorumError;
use attention_rewards::{ContractError, DisputeError};
use cosmwasm_std::{Binary, HexBinary};
use cw_multi_test::AppResponse;
use k256::ecdsa::Signature;
use k256::ecdsa::signature::hazmat::PrehashSigner;

use crate::suite::{Setup, Suite, assert_refused, clock, dispute_event};

/// A deployment that needs anchors 60 s after a window's end, at the end of epoch 0.
fn anchored() -> Suite {
    let change = |msg: &mut InstantiateMsg| msg.security.anchor_grace_s = Some(60);
    let mut suite = Suite::with(Setup { change, ..Setup::default() }).unwrap();
    suite.close(0);
    suite
}

fn anchor_msg(suite: &Suite, (epoch, revision): (u64, u32), input_root: Hash, index: u8) -> ExecuteMsg {
    let digest = anchor_digest(&suite.deployment(), epoch, revision, &input_root);
    let signature: Signature = suite.operators[usize::from(index)].sign_prehash(&digest).unwrap();
    ExecuteMsg::AnchorInput {
        epoch,
        revision,
        input_root: Binary::from(input_root),
        index,
        signature: Binary::new(signature.to_bytes().to_vec()),
    }
}

fn anchor(suite: &mut Suite, at: (u64, u32), input_root: Hash, index: u8) -> Result<AppResponse, String> {
    let (msg, relayer) = (anchor_msg(suite, at, input_root, index), suite.user("relayer"));
    suite.execute(&relayer, &msg, &[])
}

fn hex(hash: Hash) -> String {
    HexBinary::from(&hash).to_hex()
}

#[test]
fn a_report_carries_the_anchored_input() {
    let mut suite = anchored();
    let draft = suite.draft(0);
    assert_refused(suite.submit(&draft), DisputeError::AnchorMissing { epoch: 0, revision: 0 });
    suite.wait(60);
    let response = anchor(&mut suite, (0, 0), [7; 32], 0).unwrap();
    let event = DisputeEvent::InputAnchored { epoch: 0, revision: 0, input_root: hex([7; 32]), operator: 0 };
    assert_eq!(dispute_event(&response, "input_anchored"), Event::Dispute(event));
    let mismatch = DisputeError::AnchorMismatch { given: hex([11; 32]), expected: hex([7; 32]) };
    assert_refused(suite.submit(&draft), mismatch);
    assert_eq!(suite.epoch_status().input_root, Some(Binary::from([7; 32])));
    let draft = suite.draft(0);
    suite.submit(&draft).unwrap();
    suite.finalise();
    assert_eq!(suite.report_status(0), ReportStatus::Final);
    assert_eq!(suite.epoch_status().input_root, None);
}

#[test]
fn by_rank_first_and_by_any_later() {
    let mut suite = anchored();
    let opened_s = suite.now_s();
    let status = suite.epoch_status();
    assert_eq!(status.anchor_from_s, Some(opened_s + 60));
    // The halves of 60 to 400 meet at 230.
    assert_eq!((status.anchor_by_any_from_s, status.anchor_rank), (Some(opened_s + 230), Some(0)));
    suite.wait(59);
    let soon = DisputeError::AnchorTooSoon { epoch: 0, from_s: opened_s + 60, now_s: opened_s + 59 };
    assert_refused(anchor(&mut suite, (0, 0), [7; 32], 0), soon);
    suite.go_to(opened_s + 229);
    let turn = DisputeError::NotAnchorTurn { index: 3, rank: 0, from_s: opened_s + 230 };
    assert_refused(anchor(&mut suite, (0, 0), [7; 32], 3), turn);
    suite.wait(1);
    anchor(&mut suite, (0, 0), [7; 32], 3).unwrap();
    let taken = DisputeError::AlreadyAnchored { epoch: 0, revision: 0, input_root: hex([7; 32]) };
    assert_refused(anchor(&mut suite, (0, 0), [8; 32], 0), taken);
}

#[test]
fn only_the_operators_own_word() {
    let mut suite = anchored();
    suite.wait(60);
    let relayer = suite.user("relayer");
    let mut attempt = |change: &dyn Fn(&mut u8, &mut Binary, &mut Binary), expected: ContractError| {
        let mut msg = anchor_msg(&suite, (0, 0), [7; 32], 0);
        let ExecuteMsg::AnchorInput { index, input_root, signature, .. } = &mut msg else { panic!() };
        change(index, input_root, signature);
        assert_refused(suite.execute(&relayer, &msg, &[]), expected);
    };
    let bad = |index| ContractError::Quorum(QuorumError::BadSignature { index });
    attempt(&|_, root, _| *root = Binary::from([8; 32]), bad(0));
    attempt(&|_, _, signature| *signature = Binary::from([0; 64]), bad(0));
    attempt(&|_, _, signature| *signature = Binary::from([0; 63]), bad(0));
    let short = ContractError::Invalid {
        field: "input_root",
        value: Binary::from([8; 31]).to_string(),
        requirement: "32 bytes in base64",
    };
    attempt(&|_, root, _| *root = Binary::from([8; 31]), short);
    suite.go_to(clock().due_s(None, 0).unwrap());
    let mut late = |index: u8, expected: QuorumError| {
        let mut msg = anchor_msg(&suite, (0, 0), [7; 32], 0);
        if let ExecuteMsg::AnchorInput { index: signer, .. } = &mut msg {
            *signer = index;
        }
        assert_refused(suite.execute(&relayer, &msg, &[]), expected);
    };
    late(1, QuorumError::BadSignature { index: 1 });
    late(4, QuorumError::UnknownSigner { index: 4, operators: 4 });
    anchor(&mut suite, (0, 0), [7; 32], 2).unwrap();
}

/// Its turn passes unused: from half way on another one fixes the input.
#[test]
fn a_suspended_operator_anchors_nothing() {
    let mut suite = anchored();
    suite.suspend(0, &[0]);
    suite.wait(60);
    let suspended = || QuorumError::SuspendedSigner { index: 0 };
    assert_refused(anchor(&mut suite, (0, 0), [7; 32], 0), suspended());
    suite.go_to(clock().due_s(None, 0).unwrap());
    assert_refused(anchor(&mut suite, (0, 0), [7; 32], 0), suspended());
    anchor(&mut suite, (0, 0), [7; 32], 1).unwrap();
}

#[test]
fn only_for_the_awaited_report() {
    let mut suite = anchored();
    suite.wait(60);
    let not =
        |epoch, revision| DisputeError::AnchorNotAwaited { epoch, revision, awaited: 0, awaited_revision: 0 };
    assert_refused(anchor(&mut suite, (1, 0), [7; 32], 1), not(1, 0));
    assert_refused(anchor(&mut suite, (0, 1), [7; 32], 1), not(0, 1));
    anchor(&mut suite, (0, 0), [7; 32], 0).unwrap();
    let draft = suite.draft(0);
    suite.submit(&draft).unwrap();
    let report = suite.report(0);
    let pending = ContractError::PreviousPending {
        epoch: 0,
        ends_at_s: report.ends_at_s.unwrap(),
        ends_height: report.ends_height.unwrap(),
    };
    assert_refused(anchor(&mut suite, (0, 0), [7; 32], 0), pending);
}

/// Each revision has its own anchor, and the next operator its turn.
#[test]
fn a_void_asks_for_another_anchor() {
    let mut suite = anchored();
    suite.wait(60);
    anchor(&mut suite, (0, 0), [7; 32], 0).unwrap();
    let draft = suite.draft(0);
    suite.submit(&draft).unwrap();
    suite.wait(10);
    suite.void(0, 0).unwrap();
    let status = suite.epoch_status();
    assert_eq!((status.input_root, status.anchor_rank), (None, Some(1)));
    assert_eq!(status.anchor_from_s, Some(suite.now_s() + 60));
    let mut next = draft.clone();
    next.body.revision = 1;
    assert_refused(suite.submit(&next), DisputeError::AnchorMissing { epoch: 0, revision: 1 });
    suite.wait(60);
    let turn =
        DisputeError::NotAnchorTurn { index: 0, rank: 1, from_s: status.anchor_by_any_from_s.unwrap() };
    assert_refused(anchor(&mut suite, (0, 1), [8; 32], 0), turn);
    anchor(&mut suite, (0, 1), [8; 32], 1).unwrap();
    let next = suite.draft(0);
    suite.submit(&next).unwrap();
}

/// An input that nobody can compute from costs a revision, not the epoch; after the last it does.
#[test]
fn an_anchored_epoch_without_a_report_gets_other_revisions() {
    let mut suite = anchored();
    let opened_s = suite.now_s();
    for revision in 0..4u32 {
        let start_s = opened_s + 400 * u64::from(revision);
        suite.go_to(start_s + 399);
        let status = suite.epoch_status();
        assert_eq!((status.open_epoch, status.revision, status.due_s), (0, revision, Some(start_s + 400)));
        anchor(&mut suite, (0, revision), [revision as u8; 32], 2).unwrap();
        suite.make_blocks(10);
        suite.go_to(start_s + 401);
    }
    assert_eq!(suite.report_status(0), ReportStatus::Missed);
    // T is the last due time, 1,600 after the window's end: epoch 1 waits from then on.
    let status = suite.epoch_status();
    assert_eq!((status.open_epoch, status.revision, status.due_s), (1, 0, Some(opened_s + 2_000)));
}

#[test]
fn without_one_the_epoch_is_missed() {
    let mut suite = anchored();
    suite.go_to(clock().due_s(None, 0).unwrap() + 1);
    assert_eq!(suite.report_status(0), ReportStatus::Missed);
    // One anchored revision, and none after: missed when the second is due.
    let mut suite = anchored();
    let opened_s = suite.now_s();
    suite.wait(60);
    anchor(&mut suite, (0, 0), [7; 32], 0).unwrap();
    suite.go_to(opened_s + 800);
    let status = suite.epoch_status();
    assert_eq!((status.open_epoch, status.revision), (0, 1));
    suite.wait(1);
    assert_eq!(suite.report_status(0), ReportStatus::Missed);
}

#[test]
fn a_deployment_without_anchors_takes_none() {
    let (mut suite, _) = Suite::with_pending();
    assert_refused(anchor(&mut suite, (0, 0), [7; 32], 0), DisputeError::AnchorsOff {});
    let status = suite.epoch_status();
    assert_eq!((status.anchor_from_s, status.anchor_rank), (None, None));
}
