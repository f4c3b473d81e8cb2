//! Posting a bond: who may, in what, and that it adds up.

use attention_protocol::event::Event;
use attention_protocol::msg::{BondResponse, ExecuteMsg};
use attention_rewards::{ContractError, OperatorError};
use cosmwasm_std::{Coin, Uint128, coins};

use crate::suite::{ATT, BOND, Setup, Suite, admin, assert_refused, events, spare_key};

#[test]
fn an_operators_admin_posts_and_tops_up() {
    let mut suite = Suite::new();
    let response = suite.post_bond(&admin(0), 700).unwrap();
    let expected = Event::BondPosted { admin: admin(0).to_string(), amount: 700 };
    assert_eq!(events(&response), [expected]);
    suite.post_bond(&admin(0), 300).unwrap();
    suite.post_bond(&admin(3), 5).unwrap();
    let bond = |bonded: u128| BondResponse {
        bonded: bonded.into(),
        unbonding: Uint128::zero(),
        ready_s: None,
        required: Uint128::zero(),
        suspended: false,
    };
    assert_eq!(suite.bond(&admin(0)), bond(1_000));
    assert_eq!(suite.bond(&admin(3)), bond(5));
    assert_eq!(suite.bond(&admin(1)), bond(0));
    assert_eq!(suite.balance(&suite.contract, BOND), 1_005);
}

#[test]
fn nobody_else_posts() {
    let mut suite = Suite::new();
    for sender in [suite.owner.clone(), suite.user("mallory")] {
        let allowed = "the admin of an operator in force or proposed";
        let expected = ContractError::Unauthorized { sender: sender.clone(), allowed };
        assert_refused(suite.post_bond(&sender, 1), expected);
    }
}

#[test]
fn who_is_proposed_posts_before_it_is_an_operator_and_who_left_does_not() {
    let mut suite = Suite::with(Setup {
        change: |msg| msg.security.operator_bond_min = Uint128::new(9),
        ..Setup::default()
    })
    .unwrap();
    let mut operators = suite.same_operators();
    operators.operators[0] = suite.new_operator("new", &spare_key(0));
    let new = suite.user("new");
    assert!(suite.post_bond(&new, 9).is_err());
    suite.propose(operators).unwrap();
    let mallory = suite.user("mallory");
    let allowed = "the admin of an operator in force or proposed";
    let stranger = ContractError::Unauthorized { sender: mallory.clone(), allowed };
    assert_refused(suite.post_bond(&mallory, 9), stranger);
    suite.post_bond(&new, 9).unwrap();
    assert_eq!(suite.bond(&new).required.u128(), 9);
    for index in 1..4 {
        suite.post_bond(&admin(index), 9).unwrap();
    }
    suite.wait(2_000);
    suite.accept_config().unwrap();
    suite.post_bond(&admin(0), 1).unwrap();
    suite.wait(1_000);
    assert!(suite.post_bond(&admin(0), 1).is_err(), "its last epoch is over");
}

#[test]
fn only_one_coin_in_the_bond_denom_is_a_bond() {
    let mut suite = Suite::new();
    suite.mint(&admin(0), 10, ATT);
    suite.mint(&admin(0), 10, BOND);
    let mut attempt = |funds: &[Coin]| suite.execute(&admin(0), &ExecuteMsg::PostBond {}, funds).map(|_| ());
    let wrong = OperatorError::WrongBondDenom { expected: BOND.into(), denom: ATT.into() };
    assert_refused(attempt(&coins(1, ATT)), wrong);
    assert_refused(attempt(&[]), ContractError::Payment("No funds sent".into()));
    let two = [coins(1, ATT), coins(1, BOND)].concat();
    let many = ContractError::Payment("Sent more than one denomination".into());
    assert_refused(attempt(&two), many);
}

#[test]
fn a_pause_stops_no_bond() {
    let mut suite = Suite::new();
    suite.pause();
    suite.post_bond(&admin(0), 10).unwrap();
    suite.unbond(&admin(0), 10).unwrap();
    suite.wait(5_000);
    suite.withdraw_bond(&admin(0)).unwrap();
}
