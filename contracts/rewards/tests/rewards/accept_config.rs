//! Accepting a configuration: timelock, bonds, and from when it is in force.

use attention_protocol::config::OperatorSet;
use attention_protocol::event::Event;
use attention_protocol::{ConfigDigestInput, Hash};
use attention_rewards::OperatorError;
use cosmwasm_std::{Binary, HexBinary, Uint128};

use crate::suite::{Setup, Suite, T0, admin, assert_refused, clock, events, pubkey, spare_key};

/// The digest by the protocol crate over what the query shows.
fn digest(suite: &Suite, epoch: u64) -> Hash {
    let config = suite.config_at(epoch);
    let keys: Vec<_> = config.operators.iter().map(|operator| operator.pubkey.clone()).collect();
    ConfigDigestInput {
        deployment: &suite.deployment(),
        config_version: config.config_version,
        operators: &OperatorSet::new(&keys, config.faulty_max).unwrap(),
        spec_hash: &config.spec_hash.as_slice().try_into().unwrap(),
        clock: &clock(),
    }
    .digest()
}

#[test]
fn it_is_in_force_from_the_epoch_after_the_acceptance() {
    let mut suite = Suite::new();
    suite.go_to(clock().window_start_s(1).unwrap());
    let mut operators = suite.same_operators();
    operators.operators[2] = suite.new_operator("new", &spare_key(0));
    suite.propose(operators).unwrap();
    let ready_s = suite.now_s() + 2_000;
    suite.go_to(ready_s - 1);
    assert_refused(suite.accept_config(), OperatorError::Timelocked { ready_s });
    suite.wait(1);
    let response = suite.accept_config().unwrap();
    let changed = Event::ConfigChanged {
        config_version: 2,
        first_epoch: 4,
        config_digest: HexBinary::from(digest(&suite, 4)).to_hex(),
    };
    assert_eq!(events(&response), [changed]);
    for (epoch, version, key) in [(0, 1, 0), (3, 1, 0), (4, 2, 1), (5, 2, 1), (u64::MAX, 2, 1)] {
        let config = suite.config_at(epoch);
        assert_eq!(config.config_version, version, "epoch {epoch}");
        assert_eq!(config.config_digest, Binary::from(digest(&suite, epoch)), "epoch {epoch}");
        let keys = [pubkey(&suite.operators[2]), pubkey(&spare_key(0))];
        assert_eq!(config.operators[2].pubkey, keys[key]);
    }
    assert_eq!(suite.config_at(4).operators[2].admin, suite.user("new").to_string());
    assert_eq!(suite.config_at(4).spec_hash, Binary::from([7; 32]));
    let shown: attention_protocol::msg::ConfigResponse =
        suite.query(&attention_protocol::msg::QueryMsg::Config { epoch: None });
    assert_eq!(shown.config_version, 1, "the current epoch's");
    assert_refused(suite.accept_config(), OperatorError::NoProposal {});
    assert_eq!(suite.config_proposal().next_version, 3);
}

#[test]
fn before_genesis_it_is_in_force_from_epoch_0() {
    let change = |msg: &mut attention_protocol::msg::InstantiateMsg| msg.clock.genesis_s = T0 + 10_000;
    let mut suite = Suite::with(Setup { change, ..Setup::default() }).unwrap();
    suite.propose_spec(9).unwrap();
    suite.wait(2_000);
    suite.accept_config().unwrap();
    let config = suite.config_at(0);
    assert_eq!((config.config_version, config.spec_hash), (2, Binary::from([9; 32])));
    suite.propose_spec(8).unwrap();
    suite.wait(7_999);
    suite.accept_config().unwrap();
    assert_eq!(suite.config_at(0).config_version, 3);
}

#[test]
fn the_boundary_second_belongs_to_the_next_epoch() {
    let mut suite = Suite::new();
    suite.propose_spec(9).unwrap();
    suite.go_to(clock().window_end_s(2).unwrap());
    suite.accept_config().unwrap();
    assert_eq!([2, 3, 4].map(|epoch| suite.config_at(epoch).config_version), [1, 1, 2]);
}

#[test]
fn a_new_specification_alone_leaves_the_operators_as_they_are() {
    let mut suite = Suite::new();
    suite.suspend(3, &[0]);
    suite.propose_spec(9).unwrap();
    suite.wait(2_000);
    suite.accept_config().unwrap();
    let config = suite.config_at(u64::MAX);
    assert_eq!(config.spec_hash, Binary::from([9; 32]));
    assert_eq!(config.operators, suite.config_at(0).operators);
    assert_eq!(config.suspended, [3], "who is suspended stays so");
}

#[test]
fn every_operator_of_the_new_set_holds_its_bond() {
    let change = |msg: &mut attention_protocol::msg::InstantiateMsg| {
        msg.security.operator_bond_min = Uint128::new(100);
    };
    let mut suite = Suite::with(Setup { change, ..Setup::default() }).unwrap();
    // A change of the specification needs none.
    suite.propose_spec(9).unwrap();
    suite.wait(2_000);
    suite.accept_config().unwrap();
    let operators = suite.same_operators();
    suite.propose(operators).unwrap();
    suite.wait(2_000);
    let small = |index, bonded| OperatorError::BondTooSmall { admin: admin(index), bonded, required: 100 };
    for index in 0..4 {
        assert_refused(suite.accept_config(), small(index, 0));
        suite.post_bond(&admin(index), 99).unwrap();
        assert_refused(suite.accept_config(), small(index, 99));
        suite.post_bond(&admin(index), 1).unwrap();
    }
    suite.accept_config().unwrap();
}

#[test]
fn who_was_suspended_since_the_proposal_keeps_it_out() {
    let mut suite = Suite::new();
    let operators = suite.same_operators();
    suite.propose(operators).unwrap();
    suite.wait(2_000);
    suite.suspend(2, &[0]);
    assert_refused(suite.accept_config(), OperatorError::OperatorSuspended { admin: admin(2) });
    suite.cancel_config().unwrap();
}

#[test]
fn without_a_quorum_left_the_owner_need_not_wait() {
    let mut suite = Suite::new();
    suite.suspend(0, &[0]);
    let mut operators = suite.same_operators();
    operators.operators[0] = suite.new_operator("first", &spare_key(0));
    operators.operators[1] = suite.new_operator("second", &spare_key(1));
    suite.propose(operators).unwrap();
    let ready_s = suite.now_s() + 2_000;
    // Three of four are left: k.
    assert_refused(suite.accept_config(), OperatorError::Timelocked { ready_s });
    suite.suspend(1, &[0]);
    suite.accept_config().unwrap();
    let config = suite.config_at(u64::MAX);
    assert!(config.suspended.is_empty());
    // The newest configuration has a quorum again: the next change waits.
    suite.propose_spec(9).unwrap();
    assert!(suite.accept_config().unwrap_err().contains("can be accepted from"));
}
