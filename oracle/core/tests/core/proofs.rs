//! Every proof the crate makes is accepted by the contract's own verification.

use attention_core::proof::{AllocationProofs, commitment_absence, record_scores, settle_items};
use attention_core::report_builder::EpochOutput;
use attention_protocol::msg::ExecuteMsg;
use attention_protocol::tree::{PlainNode, Shape, SumNode, verify_absence, verify_leaf, verify_range};
use attention_protocol::{Commitment, Leaf, ProtocolError};

use crate::world::*;

fn output() -> EpochOutput {
    build(header(0), campaigns(), &[], &attention(3, 0))
}

fn commitments_shape(output: &EpochOutput) -> Shape<PlainNode> {
    Shape {
        domain: deployment().commitments_domain(0),
        leaf_count: output.body.campaign_count,
        root: PlainNode(output.body.campaigns_root),
    }
}

fn allocation_shape(commitment: &Commitment) -> Shape<SumNode> {
    let root = SumNode {
        hash: commitment.root,
        weight: commitment.weight_total,
        cumulative: commitment.cumulative_total,
    };
    let domain = deployment().allocation_domain(commitment.campaign, 0);
    Shape { domain, leaf_count: commitment.leaf_count, root }
}

#[test]
fn settle_items_prove_every_commitment() {
    let output = output();
    let items = settle_items(&deployment(), &output.body, &output.file).unwrap();
    assert_eq!(items.len(), 2);
    for item in &items {
        let commitment = Commitment::unpack(&item.commitment).unwrap();
        verify_leaf(&commitments_shape(&output), item.position, &commitment, &item.siblings).unwrap();
    }
    let mut other = output.file.clone();
    other.campaigns[0].commitment.budget += 1;
    let refused = settle_items(&deployment(), &output.body, &other);
    assert_eq!(refused, Err(ProtocolError::RootMismatch));
}

#[test]
fn every_account_can_claim_and_strangers_cannot() {
    let output = output();
    for campaign in &output.file.campaigns {
        assert!(!campaign.leaves.is_empty());
        let proofs = AllocationProofs::new(&deployment(), 0, campaign.clone()).unwrap();
        assert_eq!(proofs.leaf_count() as usize, campaign.leaves.len());
        for leaf in &campaign.leaves {
            let item = proofs.claim(&leaf.account).unwrap().unwrap();
            assert_eq!((item.campaign, item.epoch), (campaign.commitment.campaign, 0));
            let (shown, siblings) = Leaf::split(&item.proof).unwrap();
            assert_eq!(&shown, leaf);
            verify_leaf(&allocation_shape(&campaign.commitment), item.position, leaf, siblings).unwrap();
        }
        assert_eq!(proofs.claim(&account(200)), Ok(None));
        let other_epoch = AllocationProofs::new(&deployment(), 1, campaign.clone());
        assert_eq!(other_epoch.unwrap_err(), ProtocolError::RootMismatch, "another epoch is another domain");
    }
}

#[test]
fn any_range_of_scores_is_proven() {
    let output = output();
    let campaign = &output.file.campaigns[0];
    let count = campaign.commitment.leaf_count;
    for start in 0..count {
        for len in 1..=count - start {
            let message = record_scores(&deployment(), 0, campaign, start, len).unwrap();
            let ExecuteMsg::RecordScores { leaves, siblings, start: at, .. } = message else { panic!() };
            let leaves = Leaf::unpack_all(&leaves, 256).unwrap();
            assert_eq!((at, leaves.len() as u32), (start, len));
            verify_range(&allocation_shape(&campaign.commitment), start, &leaves, &siblings).unwrap();
        }
    }
    assert!(matches!(
        record_scores(&deployment(), 0, campaign, 0, 257),
        Err(ProtocolError::TooMany { max: 256, actual: 257, .. })
    ));
    assert!(matches!(
        record_scores(&deployment(), 0, campaign, count, 1),
        Err(ProtocolError::Position { .. })
    ));
}

#[test]
fn absence_is_proven_on_every_side() {
    let mut views = campaigns();
    (views[0].id, views[1].id) = (10, 20);
    let output = build(header(0), views, &[], &attention(3, 0));
    for absent in [0, 9, 11, 19, 21, u64::MAX] {
        let proof = commitment_absence(&deployment(), &output.body, &output.file, absent).unwrap().unwrap();
        let shown: Vec<Commitment> =
            proof.commitments.iter().map(|bytes| Commitment::unpack(bytes).unwrap()).collect();
        let shape = commitments_shape(&output);
        verify_absence(&shape, &absent, proof.start, &shown, &proof.siblings).unwrap();
    }
    assert_eq!(commitment_absence(&deployment(), &output.body, &output.file, 10), Ok(None));
    let empty = build(header(0), vec![], &[], &attention(3, 0));
    let proof = commitment_absence(&deployment(), &empty.body, &empty.file, 5).unwrap().unwrap();
    let shown: [Commitment; 0] = [];
    verify_absence(&commitments_shape(&empty), &5, proof.start, &shown, &proof.siblings).unwrap();
}
