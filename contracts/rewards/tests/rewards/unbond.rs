//! Asking a bond back: what has to stay, and the wait.

use attention_protocol::event::Event;
use attention_rewards::{ContractError, OperatorError};
use cosmwasm_std::Uint128;

use crate::suite::{Setup, Suite, admin, assert_refused, events, spare_key};

/// Operators need 100.
fn suite() -> Suite {
    let change = |msg: &mut attention_protocol::msg::InstantiateMsg| {
        msg.security.operator_bond_min = Uint128::new(100);
    };
    Suite::with(Setup { change, ..Setup::default() }).unwrap()
}

fn too_small(index: usize, bonded: u128) -> OperatorError {
    OperatorError::BondTooSmall { admin: admin(index), bonded, required: 100 }
}

#[test]
fn an_operator_in_force_keeps_the_minimum() {
    let mut suite = suite();
    suite.post_bond(&admin(0), 150).unwrap();
    assert_refused(suite.unbond(&admin(0), 51), too_small(0, 99));
    let response = suite.unbond(&admin(0), 50).unwrap();
    let ready_s = suite.now_s() + 5_000;
    let expected = Event::BondUnbonding { admin: admin(0).to_string(), amount: 50, ready_s };
    assert_eq!(events(&response), [expected]);
    assert_refused(suite.unbond(&admin(0), 1), too_small(0, 99));
    let bond = suite.bond(&admin(0));
    let parts = (bond.bonded.u128(), bond.unbonding.u128(), bond.ready_s, bond.required.u128());
    assert_eq!(parts, (100, 50, Some(ready_s), 100));
}

#[test]
fn who_was_rotated_out_is_free_after_its_last_epoch() {
    let mut suite = suite();
    for index in 0..4 {
        suite.post_bond(&admin(index), 100).unwrap();
    }
    let mut operators = suite.same_operators();
    operators.operators[0] = suite.new_operator("new", &spare_key(0));
    suite.propose(operators).unwrap();
    let new = suite.user("new");
    suite.post_bond(&new, 100).unwrap();
    let expected = OperatorError::BondTooSmall { admin: new.clone(), bonded: 99, required: 100 };
    assert_refused(suite.unbond(&new, 1), expected);
    suite.go_to(crate::suite::clock().window_start_s(3).unwrap());
    suite.accept_config().unwrap();
    assert_refused(suite.unbond(&admin(0), 1), too_small(0, 99));
    suite.go_to(crate::suite::clock().window_end_s(3).unwrap() - 1);
    assert_refused(suite.unbond(&admin(0), 1), too_small(0, 99));
    suite.wait(1);
    suite.unbond(&admin(0), 100).unwrap();
    assert_eq!(suite.bond(&admin(0)).required.u128(), 0);
}

#[test]
fn a_withdrawn_proposal_binds_nobody() {
    let mut suite = suite();
    let mut operators = suite.same_operators();
    operators.operators[0] = suite.new_operator("new", &spare_key(0));
    suite.propose(operators).unwrap();
    let new = suite.user("new");
    suite.post_bond(&new, 100).unwrap();
    suite.cancel_config().unwrap();
    suite.unbond(&new, 100).unwrap();
}

#[test]
fn a_second_unbond_starts_the_wait_anew_for_all() {
    let mut suite = Suite::new();
    suite.post_bond(&admin(0), 100).unwrap();
    suite.unbond(&admin(0), 60).unwrap();
    suite.wait(4_999);
    suite.unbond(&admin(0), 40).unwrap();
    suite.wait(1);
    let ready_s = suite.now_s() + 4_999;
    assert_refused(suite.withdraw_bond(&admin(0)), OperatorError::BondLocked { ready_s });
    suite.wait(4_999);
    suite.withdraw_bond(&admin(0)).unwrap();
}

#[test]
fn only_what_is_bonded_can_be_asked_back() {
    let mut suite = Suite::new();
    suite.post_bond(&admin(0), 10).unwrap();
    let invalid = |value: &str| ContractError::Invalid {
        field: "amount",
        value: value.into(),
        requirement: "1 to what is bonded",
    };
    assert_refused(suite.unbond(&admin(0), 0), invalid("0"));
    assert_refused(suite.unbond(&admin(0), 11), invalid("11"));
    suite.unbond(&admin(0), 10).unwrap();
    assert_refused(suite.unbond(&admin(0), 1), invalid("1"));
    let mallory = suite.user("mallory");
    assert_refused(suite.unbond(&mallory, 1), invalid("1"));
}
