//! A report that breaks the rules falls, without a judge, and its signers pay.

use attention_protocol::RULES_VERSION;
use attention_protocol::dispute_event::DisputeEvent;
use attention_protocol::event::Event;
use attention_protocol::fraud::{FraudError, FraudProof, RangeProof};
use attention_protocol::msg::{ExecuteMsg, ReportStatus, VoidReason};
use attention_protocol::proof_commit::proof_commit;
use attention_rewards::DisputeError;
use cosmwasm_std::Binary;
use cw_multi_test::Executor;

use crate::suite::{BOND, Draft, NewCampaign, Published, Suite, assert_refused, dispute_event};

/// A campaign, and a report on epoch 0 whose commitment was changed before it was posted.
fn dishonest(change: impl FnOnce(&mut Published)) -> (Suite, Draft) {
    let mut suite = Suite::new();
    NewCampaign::default().create(&mut suite);
    suite.bond_operators(1_000);
    suite.close(0);
    let mut draft = suite.draft(0);
    suite.commit(&mut draft, 1, &[("alice", 750_000), ("bob", 250_000)]);
    let mut published = draft.commitments[&1].clone();
    change(&mut published);
    suite.put(&mut draft, published);
    suite.submit(&draft).unwrap();
    (suite, draft)
}

fn commitment_proof(suite: &Suite, draft: &Draft) -> RangeProof {
    RangeProof {
        start: 0,
        leaves: Binary::new(draft.commitments[&1].commitment.pack()),
        siblings: Binary::new(suite.commitment_tree(draft).prove(0).unwrap()),
    }
}

fn header_proof(suite: &Suite, draft: &Draft) -> FraudProof {
    FraudProof::Commitment { commitment: commitment_proof(suite, draft) }
}

fn leaf_proof(suite: &Suite, draft: &Draft, position: u32, base: Option<RangeProof>) -> FraudProof {
    let leaves = &draft.commitments[&1].leaves;
    let tree = suite.allocation_tree(1, draft.body.epoch, leaves);
    let leaf = RangeProof {
        start: position,
        leaves: Binary::new(leaves[position as usize].pack()),
        siblings: Binary::new(tree.prove(position).unwrap()),
    };
    FraudProof::Leaf { commitment: commitment_proof(suite, draft), leaf, base }
}

const NO_BASE: fn() -> RangeProof =
    || RangeProof { start: 0, leaves: Binary::default(), siblings: Binary::default() };

#[test]
fn a_wrong_budget_voids_and_slashes() {
    let (mut suite, draft) = dishonest(|published| published.commitment.budget += 1);
    let prover = suite.user("prover");
    let proof = header_proof(&suite, &draft);
    let before = suite.balance(&suite.contract, BOND);
    let response = suite.prove(&prover, &draft.body, proof.clone()).unwrap();
    let proven = DisputeEvent::FraudProven {
        epoch: 0,
        revision: 0,
        clause: "wrong_commitment".into(),
        prover: prover.to_string(),
        slashed: 1_500,
    };
    assert_eq!(dispute_event(&response, "fraud_proven"), Event::Dispute(proven));
    assert_eq!(
        [0, 1, 2, 3].map(|index| suite.bond_of(index)),
        [500, 500, 1_000, 500].map(|bond| (bond, false))
    );
    // Without a reservation the prover gets nothing: all of it burns.
    assert_eq!(suite.owed_bond(&prover), 0);
    assert_eq!(before - suite.balance(&suite.contract, BOND), 1_500);
    let report = suite.report(0);
    assert_eq!((report.status, report.revision), (ReportStatus::Open, 1));
    assert_eq!(report.voided[0].why, VoidReason::Fraud);
    assert_refused(
        suite.prove(&prover, &draft.body, proof),
        DisputeError::NotPending { epoch: 0, revision: 0 },
    );
}

#[test]
fn half_goes_to_whoever_reserved_the_proof_a_block_before() {
    let (mut suite, draft) = dishonest(|published| published.commitment.budget += 1);
    let (prover, copier) = (suite.user("prover"), suite.user("copier"));
    let proof = header_proof(&suite, &draft);
    let hash = proof_commit(&suite.account("prover"), &proof).unwrap();
    suite.commit_proof(&prover, hash).unwrap();
    suite.make_blocks(1);
    suite.prove(&prover, &draft.body, proof.clone()).unwrap();
    assert_eq!(suite.owed_bond(&prover), 750);

    // In the same block, or by another sender, it pays nothing.
    let (mut suite, draft) = dishonest(|published| published.commitment.budget += 1);
    suite.commit_proof(&prover, hash).unwrap();
    suite.prove(&prover, &draft.body, proof.clone()).unwrap();
    assert_eq!(suite.owed_bond(&prover), 0);

    let (mut suite, draft) = dishonest(|published| published.commitment.budget += 1);
    suite.commit_proof(&prover, hash).unwrap();
    suite.make_blocks(1);
    suite.prove(&copier, &draft.body, proof).unwrap();
    assert_eq!((suite.owed_bond(&prover), suite.owed_bond(&copier)), (0, 0));
}

#[test]
fn a_wrong_weight_and_a_wrong_amount_are_convicted_by_the_stored_rule() {
    let (mut suite, draft) = dishonest(|published| published.leaves[0].weight += 1);
    let prover = suite.user("prover");
    let proof = leaf_proof(&suite, &draft, 0, None);
    let response = suite.prove(&prover, &draft.body, proof).unwrap();
    let Event::Dispute(DisputeEvent::FraudProven { clause, .. }) = dispute_event(&response, "fraud_proven")
    else {
        panic!("another event")
    };
    assert_eq!(clause, "wrong_weight");

    let (mut suite, draft) = dishonest(|published| {
        published.leaves[0].cumulative += 1;
        published.leaves[1].cumulative -= 1;
    });
    let proof = leaf_proof(&suite, &draft, 0, Some(NO_BASE()));
    let response = suite.prove(&prover, &draft.body, proof).unwrap();
    let Event::Dispute(DisputeEvent::FraudProven { clause, .. }) = dispute_event(&response, "fraud_proven")
    else {
        panic!("another event")
    };
    assert_eq!(clause, "wrong_cumulative");
}

/// The base is the settled allocation, with its own weights: a later epoch is judged on it.
#[test]
fn the_settled_base_counts() {
    let mut suite = Suite::new();
    NewCampaign::default().create(&mut suite);
    suite.run_epoch(0, &[(1, &[("alice", 500_000), ("bob", 500_000)])]);
    suite.close(1);
    let mut draft = suite.draft(1);
    suite.commit(&mut draft, 1, &[("alice", 500_000), ("bob", 500_000)]);
    let base_leaves = suite.published[&(1, 0)].leaves.clone();
    let base = |suite: &Suite, position: u32| RangeProof {
        start: position,
        leaves: Binary::new(base_leaves[position as usize].pack()),
        siblings: Binary::new(suite.allocation_tree(1, 0, &base_leaves).prove(position).unwrap()),
    };
    let mut published = draft.commitments[&1].clone();
    let honest = draft.clone();
    published.leaves[1].streak += 1;
    suite.put(&mut draft, published);
    suite.submit(&draft).unwrap();
    let prover = suite.user("prover");
    let right = leaf_proof(&suite, &draft, 0, Some(base(&suite, 0)));
    let nothing = suite.prove(&prover, &draft.body, right).unwrap_err();
    assert!(nothing.contains("nothing is proven"), "{nothing}");
    let wrong = leaf_proof(&suite, &draft, 1, Some(base(&suite, 1)));
    suite.prove(&prover, &draft.body, wrong).unwrap();
    // The honest report on the same base stands against the same proof.
    let second = suite.resubmit(&honest);
    let near_miss = leaf_proof(&suite, &second, 1, Some(base(&suite, 1)));
    assert!(suite.prove(&prover, &second.body, near_miss).unwrap_err().contains("nothing is proven"));
}

#[test]
fn an_unknown_campaign_is_no_campaign() {
    let mut suite = Suite::new();
    NewCampaign::default().create(&mut suite);
    suite.close(0);
    let mut draft = suite.draft(0);
    suite.commit(&mut draft, 1, &[("alice", 9)]);
    let mut published = draft.commitments.remove(&1).unwrap();
    published.commitment.campaign = 2;
    suite.put_as_is(&mut draft, published.clone());
    suite.submit(&draft).unwrap();
    let commitment = RangeProof {
        start: 0,
        leaves: Binary::new(published.commitment.pack()),
        siblings: Binary::new(suite.commitment_tree(&draft).prove(0).unwrap()),
    };
    let prover = suite.user("prover");
    let response = suite.prove(&prover, &draft.body, FraudProof::Commitment { commitment }).unwrap();
    let Event::Dispute(DisputeEvent::FraudProven { clause, .. }) = dispute_event(&response, "fraud_proven")
    else {
        panic!("another event")
    };
    assert_eq!(clause, "unknown_campaign");
}

#[test]
fn an_honest_report_stands() {
    let (mut suite, draft) = dishonest(|_| {});
    let prover = suite.user("prover");
    for proof in [
        header_proof(&suite, &draft),
        leaf_proof(&suite, &draft, 0, Some(NO_BASE())),
        leaf_proof(&suite, &draft, 1, Some(NO_BASE())),
    ] {
        let refused = suite.prove(&prover, &draft.body, proof).unwrap_err();
        assert!(refused.contains("nothing is proven"), "{refused}");
    }
    let foreign = FraudProof::Commitment {
        commitment: RangeProof { leaves: Binary::from([0; 164]), ..commitment_proof(&suite, &draft) },
    };
    let mismatch = FraudError::Protocol(attention_protocol::ProtocolError::RootMismatch);
    assert_refused(suite.prove(&prover, &draft.body, foreign), DisputeError::Fraud(mismatch));
    assert_eq!(suite.report_status(0), ReportStatus::Pending);
}

#[test]
fn proofs_come_while_pending_or_challenged_and_not_after() {
    let (mut suite, draft) = dishonest(|published| published.commitment.budget += 1);
    let prover = suite.user("prover");
    suite.mint(&suite.user("anyone"), 10_000, BOND);
    suite.challenge(0, 0).unwrap();
    suite.finalise();
    let proof = header_proof(&suite, &draft);
    suite.prove(&prover, &draft.body, proof).unwrap();
    assert_eq!(suite.owed_bond(&suite.user("anyone")), 1_000, "the challenge is moot");

    let (mut suite, draft) = dishonest(|published| published.commitment.budget += 1);
    suite.finalise();
    let proof = header_proof(&suite, &draft);
    let over = DisputeError::NotPending { epoch: 0, revision: 0 };
    assert_refused(suite.prove(&prover, &draft.body, proof), over);
}

/// A report by other rules than this code's is judged by none.
#[test]
fn other_rules_are_not_judged() {
    let mut suite = Suite::new();
    NewCampaign::default().create(&mut suite);
    suite.store_other_rules();
    suite.close(0);
    let mut draft = suite.draft(0);
    suite.commit(&mut draft, 1, &[("alice", 5)]);
    let mut published = draft.commitments[&1].clone();
    published.commitment.budget += 1;
    suite.put(&mut draft, published);
    suite.submit(&draft).unwrap();
    let (prover, proof) = (suite.user("prover"), header_proof(&suite, &draft));
    let expected = DisputeError::OtherRules { epoch: 0, rules_version: RULES_VERSION };
    assert_refused(suite.prove(&prover, &draft.body, proof), expected);
}

/// A chain need not let a contract burn. What cannot be burned stays, owed to nobody: it must not save whom a proof convicts.
#[test]
fn a_burn_that_the_chain_refuses_saves_nobody() {
    let (mut suite, draft) = dishonest(|published| published.commitment.budget += 1);
    let (prover, contract) = (suite.user("prover"), suite.contract.clone());
    let held = suite.balance(&contract, BOND);
    let proof = Box::new(header_proof(&suite, &draft));
    let msg = ExecuteMsg::ProveFraud { epoch: 0, revision: 0, proof };
    suite.without_bonds(|suite| {
        suite.app.execute_contract(prover.clone(), contract.clone(), &msg, &[]).unwrap()
    });
    suite.check_conservation();
    assert_eq!(suite.report(0).voided[0].why, VoidReason::Fraud);
    assert_eq!([0, 1, 2, 3].map(|index| suite.bond_of(index).0), [500, 500, 1_000, 500]);
    assert_eq!(suite.balance(&contract, BOND), held);
    assert_eq!(suite.debts(BOND).withdrawable, 1_500);
}
