//! Withdrawing a bond: after the wait, once.

use attention_protocol::event::Event;
use attention_rewards::OperatorError;

use crate::suite::{BOND, Suite, admin, assert_refused, events};

#[test]
fn what_has_waited_is_owed_once() {
    let mut suite = Suite::new();
    suite.post_bond(&admin(0), 100).unwrap();
    let nothing = || OperatorError::NothingUnbonding { admin: admin(0) };
    assert_refused(suite.withdraw_bond(&admin(0)), nothing());
    suite.unbond(&admin(0), 60).unwrap();
    let ready_s = suite.now_s() + 5_000;
    suite.wait(4_999);
    assert_refused(suite.withdraw_bond(&admin(0)), OperatorError::BondLocked { ready_s });
    suite.wait(1);
    let response = suite.withdraw_bond(&admin(0)).unwrap();
    let expected = Event::BondWithdrawn { admin: admin(0).to_string(), amount: 60 };
    assert_eq!(events(&response), [expected]);
    assert_eq!(suite.owed(BOND, &admin(0)), 60);
    let bond = suite.bond(&admin(0));
    assert_eq!((bond.bonded.u128(), bond.unbonding.u128(), bond.ready_s), (40, 0, None));
    assert_refused(suite.withdraw_bond(&admin(0)), nothing());
    suite.unbond(&admin(0), 40).unwrap();
    suite.wait(5_000);
    suite.withdraw_bond(&admin(0)).unwrap();
    assert_eq!(suite.owed(BOND, &admin(0)), 100);
    assert_eq!(suite.balance(&suite.contract, BOND), 100, "owed, until it is fetched");
}
