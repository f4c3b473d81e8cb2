//! Asking a bond back: what has to stay, and the wait.

use attention_protocol::event::Event;
use attention_protocol::msg::ReportStatus;
use attention_rewards::{ContractError, OperatorError};
use cosmwasm_std::Uint128;

use crate::suite::{BOND, Setup, Suite, admin, assert_refused, clock, events, spare_key};

/// Operators need 100.
fn suite() -> Suite {
    let change = |msg: &mut attention_protocol::msg::InstantiateMsg| {
        msg.security.operator_bond_min = Uint128::new(100);
    };
    Suite::with(Setup { change, ..Setup::default() }).unwrap()
}

/// All operators bond what they need, and "new" is proposed in the place of the first.
fn propose_new_for_first(suite: &mut Suite) {
    for index in 0..4 {
        suite.post_bond(&admin(index), 100).unwrap();
    }
    let mut operators = suite.same_operators();
    operators.operators[0] = suite.new_operator("new", &spare_key(0));
    suite.propose(operators).unwrap();
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
    propose_new_for_first(&mut suite);
    let new = suite.user("new");
    suite.post_bond(&new, 100).unwrap();
    let expected = OperatorError::BondTooSmall { admin: new.clone(), bonded: 99, required: 100 };
    assert_refused(suite.unbond(&new, 1), expected);
    suite.go_to(clock().window_start_s(3).unwrap());
    suite.accept_config().unwrap();
    assert_refused(suite.unbond(&admin(0), 1), too_small(0, 99));
    suite.go_to(clock().window_end_s(3).unwrap() - 1);
    assert_refused(suite.unbond(&admin(0), 1), too_small(0, 99));
    // The report on its last epoch may still come, until it is past due.
    suite.wait(1);
    assert_refused(suite.unbond(&admin(0), 1), too_small(0, 99));
    assert_eq!(suite.bond(&admin(0)).required.u128(), 100);
    suite.wait(clock().report_period_s);
    assert_refused(suite.unbond(&admin(0), 1), too_small(0, 99));
    suite.wait(1);
    suite.unbond(&admin(0), 100).unwrap();
    assert_eq!(suite.bond(&admin(0)).required.u128(), 0);
}

/// The wait begins when nothing can be signed any more: four revisions may take longer than it lasts.
#[test]
fn who_was_rotated_out_is_liable_for_every_revision_of_its_last_epoch() {
    let mut suite = suite();
    let anyone = suite.user("anyone");
    suite.mint(&anyone, 1 << 20, BOND);
    propose_new_for_first(&mut suite);
    let new = suite.user("new");
    suite.post_bond(&new, 100).unwrap();
    suite.go_to(clock().window_start_s(3).unwrap());
    suite.accept_config().unwrap();
    suite.close(3);
    for revision in 0..4 {
        let draft = suite.draft(3);
        suite.submit(&draft).unwrap();
        suite.challenge(3, revision).unwrap();
        suite.reach_deadline(3, revision);
        assert_refused(suite.unbond(&admin(0), 1), too_small(0, 99));
        suite.decide(3, revision, revision == 3).unwrap();
    }
    assert_eq!(suite.report_status(3), ReportStatus::Final);
    suite.unbond(&admin(0), 100).unwrap();
    assert_refused(suite.unbond(&admin(1), 1), too_small(1, 99));
    let expected = OperatorError::BondTooSmall { admin: new.clone(), bonded: 99, required: 100 };
    assert_refused(suite.unbond(&new, 1), expected);
}

/// While the dispute of an old epoch goes on, two changes come into force: who signs for the epochs in between is bound as well.
#[test]
fn who_signs_for_an_epoch_between_the_open_one_and_the_present_is_bound() {
    let mut suite = suite();
    let (new, anyone) = (suite.user("new"), suite.user("anyone"));
    suite.mint(&anyone, 1 << 20, BOND);
    propose_new_for_first(&mut suite);
    suite.post_bond(&new, 107).unwrap();
    suite.go_to(clock().window_start_s(2).unwrap());
    suite.make_blocks(20);
    suite.accept_config().unwrap();
    let mut fewer = suite.same_operators();
    fewer.operators.remove(0);
    fewer.faulty_max = 0;
    suite.propose(fewer).unwrap();
    suite.close(2);
    for revision in 0..3 {
        let draft = suite.draft(2);
        suite.submit(&draft).unwrap();
        suite.wait(clock().dispute_window_s - 1);
        suite.challenge(2, revision).unwrap();
        if revision == 1 {
            suite.accept_config().unwrap();
        }
        if revision < 2 {
            suite.reach_deadline(2, revision);
            suite.decide(2, revision, false).unwrap();
        }
    }
    assert_eq!(
        (suite.epoch_status().open_epoch, suite.now_s() >= clock().window_start_s(5).unwrap()),
        (2, true)
    );
    let is_in =
        |epoch| suite.config_at(epoch).operators.iter().any(|operator| operator.admin == new.as_str());
    assert_eq!([2, 3, 4, 5].map(is_in), [false, true, true, false]);
    suite.unbond(&new, 7).unwrap();
    let expected = OperatorError::BondTooSmall { admin: new.clone(), bonded: 99, required: 100 };
    assert_refused(suite.unbond(&new, 1), expected);
    suite.unbond(&admin(0), 1).unwrap_err();
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
