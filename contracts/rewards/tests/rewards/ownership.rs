//! Two-step ownership: a wrong address cannot lock the contract.

use attention_protocol::msg::{ExecuteMsg, OwnershipResponse, QueryMsg};
use attention_rewards::ContractError;
use cosmwasm_std::Addr;

use crate::suite::{Suite, assert_refused};

fn propose(suite: &mut Suite, sender: &Addr, owner: Option<&Addr>) -> Result<(), String> {
    let owner = owner.map(Addr::to_string);
    suite.execute(sender, &ExecuteMsg::ProposeOwner { owner }, &[]).map(|_| ())
}

fn accept(suite: &mut Suite, sender: &Addr) -> Result<(), String> {
    suite.execute(sender, &ExecuteMsg::AcceptOwner {}, &[]).map(|_| ())
}

#[test]
fn the_next_owner_has_to_accept() {
    let mut suite = Suite::new();
    let (owner, next, other) = (suite.owner.clone(), suite.user("next"), suite.user("other"));
    assert_refused(accept(&mut suite, &next), ContractError::NoOwnerProposed {});
    propose(&mut suite, &owner, Some(&next)).unwrap();
    let allowed = "the proposed owner";
    assert_refused(accept(&mut suite, &other), ContractError::Unauthorized { sender: other, allowed });
    assert_eq!(suite.query::<OwnershipResponse>(&QueryMsg::Ownership {}).owner, Some(owner.clone()));
    accept(&mut suite, &next).unwrap();
    let roles: OwnershipResponse = suite.query(&QueryMsg::Ownership {});
    assert_eq!((roles.owner, roles.proposed), (Some(next.clone()), None));
    assert_eq!(roles.guardian, Some(suite.guardian.clone()));
    assert_refused(accept(&mut suite, &next), ContractError::NoOwnerProposed {});
    let sender = owner.clone();
    let expected = ContractError::Unauthorized { sender, allowed: "the owner" };
    assert_refused(propose(&mut suite, &owner, None), expected);
}

#[test]
fn a_proposal_can_be_replaced_and_withdrawn() {
    let mut suite = Suite::new();
    let (owner, first, second) = (suite.owner.clone(), suite.user("first"), suite.user("second"));
    propose(&mut suite, &owner, Some(&first)).unwrap();
    propose(&mut suite, &owner, Some(&second)).unwrap();
    assert!(accept(&mut suite, &first).is_err());
    propose(&mut suite, &owner, None).unwrap();
    assert_refused(accept(&mut suite, &second), ContractError::NoOwnerProposed {});
}
