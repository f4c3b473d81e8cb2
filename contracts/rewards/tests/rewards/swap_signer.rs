//! Swapping a signer: an operator's own business, from the next epoch on, and nothing is lost between two changes.

use attention_protocol::ProtocolError;
use attention_protocol::event::Event;
use attention_protocol::msg::ExecuteMsg;
use attention_rewards::{ContractError, OperatorError};
use cosmwasm_std::Binary;

use crate::suite::{Suite, admin, assert_refused, clock, events, pubkey, spare_key};

#[test]
fn a_swap_is_in_force_from_the_next_epoch_without_a_timelock() {
    let mut suite = Suite::new();
    suite.go_to(clock().window_start_s(5).unwrap());
    let response = suite.swap(1, &spare_key(0)).unwrap();
    let changed = Event::ConfigChanged {
        config_version: 2,
        first_epoch: 6,
        config_digest: cosmwasm_std::HexBinary::from(suite.config_at(6).config_digest.to_vec()).to_hex(),
    };
    let swapped = Event::SignerSwapped { admin: admin(1).to_string(), index: 1 };
    assert_eq!(events(&response), [swapped, changed]);
    assert_eq!(suite.config_at(5).operators[1].pubkey, pubkey(&suite.operators[1]));
    let config = suite.config_at(6);
    assert_eq!(config.operators[1].pubkey, pubkey(&spare_key(0)));
    assert_ne!(config.config_digest, suite.config_at(5).config_digest);
    for index in [0, 2, 3] {
        assert_eq!(config.operators[index], suite.config_at(5).operators[index]);
    }
}

#[test]
fn changes_in_one_epoch_build_on_each_other() {
    let mut suite = Suite::new();
    suite.propose_spec(9).unwrap();
    suite.go_to(clock().window_start_s(2).unwrap());
    suite.swap(0, &spare_key(0)).unwrap();
    suite.accept_config().unwrap();
    suite.swap(3, &spare_key(3)).unwrap();
    suite.swap(0, &spare_key(4)).unwrap();
    let config = suite.config_at(3);
    assert_eq!((config.config_version, config.spec_hash), (5, Binary::from([9; 32])));
    let keys: Vec<_> = config.operators.iter().map(|operator| operator.pubkey.clone()).collect();
    let expected = [&spare_key(4), &suite.operators[1], &suite.operators[2], &spare_key(3)];
    assert_eq!(keys, expected.map(pubkey));
    assert_eq!(suite.config_at(2).config_version, 1, "nothing changes in the epoch itself");
}

/// The key was stolen while a proposal that keeps it was waiting: accepting it does not bring the key back.
#[test]
fn an_acceptance_does_not_undo_a_swap() {
    let mut suite = Suite::new();
    let mut operators = suite.same_operators();
    operators.operators[2] = suite.new_operator("new", &spare_key(0));
    operators.operators.swap(1, 3);
    suite.propose(operators).unwrap();
    suite.swap(1, &spare_key(1)).unwrap();
    suite.swap(2, &spare_key(2)).unwrap();
    assert_eq!(suite.config_proposal().proposal.unwrap().operators.unwrap()[3].pubkey, pubkey(&spare_key(1)));
    suite.wait(2_000);
    suite.accept_config().unwrap();
    let config = suite.config_at(u64::MAX);
    let keys: Vec<_> = config.operators.iter().map(|operator| operator.pubkey.clone()).collect();
    let expected = [&suite.operators[0], &suite.operators[3], &spare_key(0), &spare_key(1)];
    assert_eq!(keys, expected.map(pubkey));
    let admins: Vec<_> = config.operators.iter().map(|operator| operator.admin.clone()).collect();
    let expected = [admin(0), admin(3), suite.user("new"), admin(1)];
    assert_eq!(admins, expected.map(|admin| admin.to_string()));
}

#[test]
fn a_key_is_new_well_formed_possessed_and_nobody_elses() {
    let mut suite = Suite::new();
    let (key, own) = (spare_key(0), suite.operators[0].clone());
    let not_possessed = || OperatorError::NotPossessed { admin: admin(0), config_version: 2 };
    for possession in [
        suite.possession(&key, &admin(1)),
        suite.possession_in(&key, &admin(0), 1),
        suite.possession_in(&key, &admin(0), 3),
        suite.possession(&own, &admin(0)),
        Binary::default(),
    ] {
        assert_refused(suite.swap_with(&admin(0), &key, possession), not_possessed());
    }
    let same = ContractError::Invalid {
        field: "pubkey",
        value: pubkey(&own).to_string(),
        requirement: "another key than the operator's newest",
    };
    assert_refused(suite.swap(0, &own), same);
    let other = suite.operators[1].clone();
    let taken = ProtocolError::Invalid {
        field: "operators.pubkey",
        value: pubkey(&other).to_string(),
        requirement: "different from the others",
    };
    assert_refused(suite.swap(0, &other), taken);
    let short = Binary::from([2; 32]);
    let malformed = ContractError::Invalid {
        field: "pubkey",
        value: short.to_string(),
        requirement: "a compressed secp256k1 key of 33 bytes",
    };
    let msg = ExecuteMsg::SwapSigner { pubkey: short, possession: Binary::from([1; 64]) };
    assert_refused(suite.execute(&admin(0), &msg, &[]), malformed);
}

/// A proof names the version it is for: what was shown once cannot be shown again after another change.
#[test]
fn an_old_proof_brings_no_old_key_back() {
    let mut suite = Suite::new();
    let proof = suite.possession(&spare_key(0), &admin(0));
    suite.swap_with(&admin(0), &spare_key(0), proof.clone()).unwrap();
    suite.swap(0, &spare_key(1)).unwrap();
    let expected = OperatorError::NotPossessed { admin: admin(0), config_version: 4 };
    assert_refused(suite.swap_with(&admin(0), &spare_key(0), proof), expected);
}

#[test]
fn only_an_operator_that_is_not_suspended_swaps() {
    let mut suite = Suite::new();
    let (key, mallory) = (spare_key(0), suite.user("mallory"));
    let allowed = "the admin of an operator of the newest configuration";
    for sender in [mallory, suite.owner.clone()] {
        let proof = suite.possession(&key, &sender);
        let expected = ContractError::Unauthorized { sender: sender.clone(), allowed };
        assert_refused(suite.swap_with(&sender, &key, proof), expected);
    }
    suite.suspend(0, &[0]);
    assert_refused(suite.swap(0, &key), OperatorError::OperatorSuspended { admin: admin(0) });
    // Another's swap keeps the suspension.
    suite.swap(1, &key).unwrap();
    assert_eq!(suite.config_at(u64::MAX).suspended, [0]);
}

/// Who is proposed and is no operator yet has nothing to swap; who was rotated out, no more.
#[test]
fn a_swap_goes_by_the_newest_configuration() {
    let mut suite = Suite::new();
    let mut operators = suite.same_operators();
    operators.operators[0] = suite.new_operator("new", &spare_key(0));
    suite.propose(operators).unwrap();
    let new = suite.user("new");
    let proof = suite.possession(&spare_key(1), &new);
    assert!(suite.swap_with(&new, &spare_key(1), proof).is_err());
    suite.wait(2_000);
    suite.accept_config().unwrap();
    assert!(suite.swap(0, &spare_key(2)).is_err(), "it signs this epoch, and will not sign the next");
    let proof = suite.possession(&spare_key(1), &new);
    suite.swap_with(&new, &spare_key(1), proof).unwrap();
}
