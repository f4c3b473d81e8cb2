//! An operator who signs two reports for one revision loses its bond and its say.

use attention_protocol::dispute_event::DisputeEvent;
use attention_protocol::event::Event;
use attention_protocol::fraud::{Equivocation, FraudError, Target};
use attention_protocol::msg::{ConflictingQuorums, ExecuteMsg, ReportStatus, VoidReason};
use attention_protocol::proof_commit::proof_commit;
use attention_protocol::quorum::QuorumError;
use attention_protocol::{Hash, ReportBody};
use attention_rewards::DisputeError;
use cosmwasm_std::Binary;
use cw_multi_test::AppResponse;

use crate::suite::{BOND, Draft, Suite, assert_refused, dispute_event, spare_key};

/// Operator `signer` signs both bodies.
fn evidence(suite: &Suite, first: &ReportBody, second: &ReportBody, signer: u8) -> Equivocation {
    let signature = |body: &ReportBody| suite.sign(body, &[signer])[0].signature.clone();
    Equivocation {
        first: Binary::new(first.pack()),
        second: Binary::new(second.pack()),
        signer,
        first_signature: signature(first),
        second_signature: signature(second),
    }
}

fn other(body: &ReportBody, model_hash: Hash) -> ReportBody {
    ReportBody { model_hash, ..body.clone() }
}

fn prove(
    suite: &mut Suite,
    evidence: &Equivocation,
    quorums: Option<ConflictingQuorums>,
) -> Result<AppResponse, String> {
    let prover = suite.user("prover");
    let msg = ExecuteMsg::ProveEquivocation { evidence: evidence.clone(), quorums };
    suite.execute(&prover, &msg, &[])
}

fn bonded() -> (Suite, Draft) {
    let (mut suite, draft) = Suite::with_pending();
    suite.bond_operators(1_000);
    (suite, draft)
}

#[test]
fn the_signer_is_slashed_and_suspended() {
    let (mut suite, draft) = bonded();
    let twice = evidence(&suite, &draft.body, &other(&draft.body, [9; 32]), 2);
    let hash = proof_commit(&suite.account("prover"), &twice).unwrap();
    let prover = suite.user("prover");
    suite.commit_proof(&prover, hash).unwrap();
    suite.make_blocks(1);
    let response = prove(&mut suite, &twice, None).unwrap();
    let proven = DisputeEvent::FraudProven {
        epoch: 0,
        revision: 0,
        clause: "equivocation".into(),
        prover: prover.to_string(),
        slashed: 500,
    };
    assert_eq!(dispute_event(&response, "fraud_proven"), Event::Dispute(proven));
    assert_eq!(suite.owed_bond(&prover), 250);
    assert_eq!(
        [0, 1, 2, 3].map(|index| suite.bond_of(index)),
        [(1_000, false), (1_000, false), (500, true), (1_000, false),]
    );
    assert_eq!(suite.report_status(0), ReportStatus::Pending, "one signer does not void it");
    // Its signature does not count any more.
    suite.finalise();
    suite.close(1);
    let next = suite.draft(1);
    let signatures = suite.sign(&next.body, &[0, 1, 2]);
    assert_refused(suite.submit_signed(&next, signatures), QuorumError::SuspendedSigner { index: 2 });
    suite.submit(&next).unwrap();
}

#[test]
fn at_any_time() {
    let (mut suite, draft) = bonded();
    suite.finalise();
    suite.close(7);
    let twice = evidence(&suite, &draft.body, &other(&draft.body, [9; 32]), 3);
    prove(&mut suite, &twice, None).unwrap();
    assert_eq!(suite.bond_of(3), (500, true));
    assert_eq!(suite.report_status(0), ReportStatus::Final);
}

#[test]
fn two_quorums_void_the_pending_report() {
    let (mut suite, draft) = bonded();
    let second = other(&draft.body, [9; 32]);
    let twice = evidence(&suite, &draft.body, &second, 1);
    let quorums = |suite: &Suite, a: &[u8], b: &[u8]| {
        Some(ConflictingQuorums { first: suite.sign(&draft.body, a), second: suite.sign(&second, b) })
    };
    let few = quorums(&suite, &[0, 1, 3], &[1, 2]);
    let count = QuorumError::Count { given: 2, quorum: 3, operators: 4 };
    assert_refused(prove(&mut suite, &twice, few), count);
    // That one of them was convicted before does not save the report.
    prove(&mut suite, &twice, None).unwrap();
    let both = quorums(&suite, &[0, 1, 3], &[0, 1, 2]);
    let twice = evidence(&suite, &draft.body, &second, 0);
    prove(&mut suite, &twice, both).unwrap();
    assert_eq!(suite.bond_of(0), (500, true));
    let report = suite.report(0);
    assert_eq!((report.status, report.revision), (ReportStatus::Open, 1));
    assert_eq!(report.voided[0].why, VoidReason::Equivocation);
}

/// Quorums for a report that does not pend change nothing: nothing final is ever taken back.
#[test]
fn two_quorums_on_a_final_report_void_nothing() {
    let (mut suite, draft) = bonded();
    suite.finalise();
    let second = other(&draft.body, [9; 32]);
    let twice = evidence(&suite, &draft.body, &second, 1);
    let quorums = ConflictingQuorums {
        first: suite.sign(&draft.body, &[0, 1, 3]),
        second: suite.sign(&second, &[0, 1, 2]),
    };
    prove(&mut suite, &twice, Some(quorums)).unwrap();
    assert_eq!(suite.report_status(0), ReportStatus::Final);
    assert_eq!(suite.bond_of(1), (500, true));
}

#[test]
fn near_misses_convict_nobody() {
    let (mut suite, draft) = bonded();
    let refused = |suite: &mut Suite, twice: &Equivocation, why: FraudError| {
        assert_refused(prove(suite, twice, None), DisputeError::Fraud(why));
    };
    let same = evidence(&suite, &draft.body, &draft.body, 1);
    refused(&mut suite, &same, FraudError::SameReport);
    let later = ReportBody { revision: 1, ..draft.body.clone() };
    let revisions = evidence(&suite, &draft.body, &later, 1);
    refused(&mut suite, &revisions, FraudError::OtherRound { field: "revision" });
    let epoch = ReportBody { epoch: 1, ..draft.body.clone() };
    let epochs = evidence(&suite, &draft.body, &epoch, 1);
    refused(&mut suite, &epochs, FraudError::OtherRound { field: "epoch" });
    let elsewhere = ReportBody { config_digest: [1; 32], ..draft.body.clone() };
    let configs = evidence(&suite, &elsewhere, &other(&elsewhere, [9; 32]), 1);
    refused(&mut suite, &configs, FraudError::OtherRound { field: "config_digest" });
    let mut framed = evidence(&suite, &draft.body, &other(&draft.body, [9; 32]), 1);
    framed.signer = 2;
    refused(&mut suite, &framed, FraudError::BadSignature { index: 2, which: "first" });
    framed.signer = 4;
    refused(&mut suite, &framed, FraudError::UnknownSigner { index: 4, operators: 4 });
    assert_eq!([0, 1, 2, 3].map(|index| suite.bond_of(index)), [(1_000, false); 4]);
}

/// A stolen key signs whatever its thief likes, for epochs past and to come: it costs one fine, not the whole bond.
#[test]
fn an_operator_is_fined_once_for_all_its_equivocations() {
    let (mut suite, draft) = bonded();
    let twice = evidence(&suite, &draft.body, &other(&draft.body, [9; 32]), 2);
    prove(&mut suite, &twice, None).unwrap();
    for (epoch, revision) in [(0, 0), (0, 1), (7, 0)] {
        let body = ReportBody { epoch, revision, ..draft.body.clone() };
        let again = evidence(&suite, &body, &other(&body, [8; 32]), 2);
        let expected = DisputeError::AlreadySuspended { epoch, operator: 2 };
        assert_refused(prove(&mut suite, &again, None), expected);
    }
    assert_eq!(suite.bond_of(2), (500, true));
}

/// What was signed twice may be a report of an epoch to come, while an older one, under a configuration before the present one, still
/// waits for its report.
#[test]
fn a_convicted_signer_signs_for_the_open_epoch_no_more() {
    let mut suite = Suite::new();
    suite.close(0);
    // In epochs 1 and 2 operator 0 swaps its key: epochs 1, 2 and 3 each have a configuration of their own.
    suite.swap(0, &spare_key(0)).unwrap();
    let second = suite.draft(1);
    suite.go_to(crate::suite::clock().due_s(None, 0).unwrap() + 1);
    suite.close(1);
    suite.swap(0, &spare_key(1)).unwrap();
    let coming = suite.draft(3);
    let twice = evidence(&suite, &coming.body, &other(&coming.body, [9; 32]), 2);
    prove(&mut suite, &twice, None).unwrap();
    assert_eq!(suite.epoch_status().open_epoch, 1);
    assert_eq!([1, 2, 3].map(|epoch| suite.config_at(epoch).config_version), [1, 2, 3]);
    let signatures = suite.sign(&second.body, &[0, 1, 2]);
    assert_refused(suite.submit_signed(&second, signatures), QuorumError::SuspendedSigner { index: 2 });
    suite.submit(&second).unwrap();
}

/// An operator is fined for an epoch to come, and replaced before it: who has its place then is liable all the same.
#[test]
fn who_takes_the_place_of_a_convicted_operator_is_liable_for_the_same_epoch() {
    let mut suite = Suite::new();
    suite.bond_operators(1_000);
    let coming = suite.draft(5);
    let twice = evidence(&suite, &coming.body, &other(&coming.body, [9; 32]), 2);
    prove(&mut suite, &twice, None).unwrap();
    let mut operators = suite.same_operators();
    let new = suite.user("new");
    operators.operators[2] = suite.new_operator("new", &spare_key(7));
    suite.propose(operators).unwrap();
    suite.post_bond(&new, 1_000).unwrap();
    suite.wait(2_000);
    suite.accept_config().unwrap();
    suite.operators[2] = spare_key(7);
    suite.close(5);
    let mut draft = suite.draft(5);
    (draft.body.assets_root, draft.body.asset_count) = ([1; 32], 1);
    let signatures = suite.sign(&draft.body, &[0, 1, 2]);
    suite.submit_signed(&draft, signatures).unwrap();
    let anyone = suite.user("anyone");
    suite.mint(&anyone, 1_000, BOND);
    suite.demand(5, 0, Target::Asset { index: 0 }).unwrap();
    suite.pass_answer_time();
    suite.wait(1);
    suite.void_unanswered(5, 0, [2, 0, 0, 0, 0, 0, 0, 0, 0]).unwrap();
    assert_eq!([0, 1, 2, 3].map(|index| suite.bond_of(index).0), [500, 500, 500, 1_000]);
    assert_eq!(suite.bond(&new).bonded.u128(), 500);
}
