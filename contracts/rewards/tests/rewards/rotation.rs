//! Rotation in mid-flight: a report stays with the keys of its epoch, stolen keys die with the epoch they were stolen in.

use attention_protocol::msg::ReportStatus;
use attention_protocol::quorum::QuorumError;
use attention_rewards::{ContractError, OperatorError};
use cosmwasm_std::HexBinary;
use k256::ecdsa::SigningKey;

use crate::suite::{NewCampaign, Suite, admin, assert_refused, clock, spare_key};

fn hex(bytes: &[u8]) -> String {
    HexBinary::from(bytes).to_hex()
}

/// Rotates all four keys; whoever signs with `suite.operators` must say which.
fn rotate(suite: &mut Suite) -> Vec<SigningKey> {
    let mut operators = suite.same_operators();
    let keys: Vec<_> = (0..4).map(spare_key).collect();
    for (index, key) in keys.iter().enumerate() {
        operators.operators[index] = suite.new_operator(&format!("new {index}"), key);
    }
    suite.propose(operators).unwrap();
    keys
}

#[test]
fn a_pending_epoch_stays_with_the_old_keys_and_the_next_needs_the_new() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    let new = rotate(&mut suite);
    suite.run_epoch(0, &[(campaign, &[("alice", 5)])]);
    // Epoch 1's report is pending while the owner accepts, in epoch 2.
    let first = suite.report_epoch(1, &[(campaign, &[("alice", 5)])]);
    suite.accept_config().unwrap();
    assert_eq!([1, 2, 3].map(|epoch| suite.config_at(epoch).config_version), [1, 1, 2]);
    suite.finalise();
    let items = suite.settle_items(&first);
    suite.settle(items).unwrap();
    assert_eq!(suite.claimed_now("alice", campaign, 1), 2_000);
    // Epoch 2 began under the old configuration: its keys, though its window ends under the new one.
    suite.close(2);
    let draft = suite.draft(2);
    let old = std::mem::replace(&mut suite.operators, new.clone());
    assert_refused(suite.submit(&draft), QuorumError::BadSignature { index: 0 });
    suite.operators = old.clone();
    suite.submit(&draft).unwrap();
    suite.finalise();
    // Epoch 3 needs the new ones, over the new digest.
    suite.close(3);
    let draft = suite.draft(3);
    assert_refused(suite.submit(&draft), QuorumError::BadSignature { index: 0 });
    let mut stale = draft.clone();
    let old_digest = suite.config_at(2).config_digest;
    stale.body.config_digest = old_digest.as_slice().try_into().unwrap();
    let (given, expected) = (hex(&old_digest), hex(&draft.body.config_digest));
    assert_refused(suite.submit(&stale), ContractError::ConfigMismatch { given, expected });
    suite.operators = new;
    suite.submit(&draft).unwrap();
    suite.finalise();
    assert_eq!(suite.report_status(3), ReportStatus::Final);
}

/// Three keys are stolen in epoch 1, while a quorum of honest ones is impossible; each admin swaps its own.
#[test]
fn stolen_keys_are_worth_nothing_after_the_swaps() {
    let mut suite = Suite::new();
    suite.go_to(clock().window_start_s(1).unwrap());
    let stolen = suite.operators.clone();
    for index in 0..3 {
        suite.swap(index, &spare_key(index as u8)).unwrap();
        suite.operators[index] = spare_key(index as u8);
    }
    let honest = suite.operators.clone();
    // Epoch 0 is still theirs: it ended before. Epoch 1 too; both were written off before the swap.
    suite.go_to(clock().due_s(None, 1).unwrap() + 1);
    suite.close(2);
    let draft = suite.draft(2);
    suite.operators = stolen.clone();
    assert_refused(suite.submit(&draft), QuorumError::BadSignature { index: 0 });
    // With the digest of the old configuration the signatures are right, and the report is for another one.
    let mut stale = draft.clone();
    stale.body.config_digest = suite.config_at(1).config_digest.as_slice().try_into().unwrap();
    assert!(suite.submit(&stale).unwrap_err().contains("the report's config_digest is"));
    suite.operators = honest;
    suite.submit(&draft).unwrap();
}

#[test]
fn a_suspended_signer_does_not_count() {
    let mut suite = Suite::new();
    suite.suspend(1, &[0]);
    suite.close(0);
    let draft = suite.draft(0);
    assert_refused(suite.submit(&draft), QuorumError::SuspendedSigner { index: 1 });
    let two = suite.sign(&draft.body, &[0, 3]);
    let count = QuorumError::Count { given: 2, quorum: 3, operators: 4 };
    assert_refused(suite.submit_signed(&draft, two), count);
    let three = suite.sign(&draft.body, &[0, 2, 3]);
    suite.submit_signed(&draft, three).unwrap();
    assert_eq!(suite.report(0).signers, [0, 2, 3]);
}

/// A whole new set under a specification of its own, all in one epoch with a swap, and nobody is asked twice.
#[test]
fn a_rotation_a_specification_and_a_swap_meet_in_one_epoch() {
    let mut suite = Suite::new();
    suite.propose_spec(9).unwrap();
    suite.wait(2_000);
    suite.accept_config().unwrap();
    suite.swap(2, &spare_key(9)).unwrap();
    let mut operators = suite.same_operators();
    operators.operators.truncate(3);
    operators.faulty_max = 0;
    suite.suspend(3, &[0]);
    suite.suspend(1, &[0]);
    suite.suspend(0, &[0]);
    assert!(suite.propose(operators).is_err());
    let mut operators = suite.same_operators();
    operators.operators = vec![operators.operators[2].clone()];
    operators.faulty_max = 0;
    suite.propose(operators).unwrap();
    let newest = suite.config_proposal().next_version - 1;
    assert_eq!(newest, 3);
    suite.wait(2_000);
    suite.accept_config().unwrap();
    let config = suite.config_at(u64::MAX);
    assert_eq!((config.config_version, config.quorum, config.operators.len()), (4, 1, 1));
    assert_eq!(config.operators[0].admin, admin(2).to_string());
    let epoch = clock().epoch_at(suite.now_s()).unwrap() + 1;
    suite.close(epoch);
    let draft = suite.draft(epoch);
    suite.operators = vec![spare_key(9)];
    let signatures = suite.sign(&draft.body, &[0]);
    suite.submit_signed(&draft, signatures).unwrap();
}

/// Each swap makes another configuration, so one in front of a proposal makes its proofs of possession name the wrong version. An
/// operator can delay new keys by that, but not its own removal: the keys that stay need no proof.
#[test]
fn who_swaps_in_front_of_every_proposal_is_removed_all_the_same() {
    let mut suite = Suite::new();
    let mut wanted = suite.same_operators();
    wanted.operators[3] = suite.new_operator("new", &spare_key(9));
    suite.swap(3, &spare_key(0)).unwrap();
    let new = suite.user("new");
    let expected = |config_version| OperatorError::NotPossessed { admin: new.clone(), config_version };
    assert_refused(suite.propose(wanted.clone()), expected(3));
    wanted.operators[3] = suite.new_operator("new", &spare_key(9));
    suite.swap(3, &spare_key(1)).unwrap();
    assert_refused(suite.propose(wanted), expected(4));
    let mut fewer = suite.same_operators();
    fewer.operators.pop();
    fewer.faulty_max = 0;
    suite.swap(3, &spare_key(2)).unwrap();
    suite.propose(fewer).unwrap();
    suite.swap(3, &spare_key(3)).unwrap();
    suite.wait(2_000);
    suite.accept_config().unwrap();
    let allowed = "the admin of an operator of the newest configuration";
    assert_refused(suite.swap(3, &spare_key(4)), ContractError::Unauthorized { sender: admin(3), allowed });
    let mut wanted = suite.same_operators();
    wanted.operators.push(suite.new_operator("new", &spare_key(9)));
    wanted.faulty_max = 1;
    suite.propose(wanted).unwrap();
}
