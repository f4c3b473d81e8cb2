//! A proof can be reserved, so that nobody who sees it on its way takes the reward.

use attention_protocol::dispute_event::DisputeEvent;
use attention_protocol::event::Event;
use attention_protocol::msg::ExecuteMsg;
use attention_rewards::{ContractError, DisputeError};
use cosmwasm_std::Binary;

use crate::suite::{Suite, assert_refused, dispute_event};

#[test]
fn the_first_height_counts() {
    let mut suite = Suite::new();
    let (prover, copier) = (suite.user("prover"), suite.user("copier"));
    let response = suite.commit_proof(&prover, [0xab; 32]).unwrap();
    let event = DisputeEvent::ProofCommitted { hash: "ab".repeat(32) };
    assert_eq!(dispute_event(&response, "proof_committed"), Event::Dispute(event));
    let height = suite.app.block_info().height;
    suite.make_blocks(3);
    let again = DisputeError::AlreadyCommitted { height };
    assert_refused(suite.commit_proof(&copier, [0xab; 32]), again);
}

#[test]
fn a_hash_has_32_bytes() {
    let mut suite = Suite::new();
    let anyone = suite.user("anyone");
    let hash = Binary::from([1; 31]);
    let expected =
        ContractError::Invalid { field: "hash", value: hash.to_string(), requirement: "32 bytes in base64" };
    assert_refused(suite.execute(&anyone, &ExecuteMsg::CommitProof { hash }, &[]), expected);
}
