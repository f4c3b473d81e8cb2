//! Two-step ownership: a wrong address cannot lock the contract.

use attention_gifts::ContractError;
use attention_protocol::gift::ExecuteMsg;
use cosmwasm_std::Addr;

use crate::bed::{Bed, assert_refused};

fn propose(bed: &mut Bed, sender: &Addr, owner: Option<&Addr>) -> Result<(), String> {
    let owner = owner.map(Addr::to_string);
    bed.execute(sender, &ExecuteMsg::ProposeOwner { owner }).map(|_| ())
}

fn accept(bed: &mut Bed, sender: &Addr) -> Result<(), String> {
    bed.execute(sender, &ExecuteMsg::AcceptOwner {}).map(|_| ())
}

#[test]
fn the_next_owner_has_to_accept() {
    let mut bed = Bed::new();
    let (owner, next, other) = (bed.chain.owner.clone(), bed.user("next"), bed.user("other"));
    assert_refused(accept(&mut bed, &next), ContractError::NoOwnerProposed {});
    propose(&mut bed, &owner, Some(&other)).unwrap();
    propose(&mut bed, &owner, Some(&next)).unwrap();
    let allowed = "the proposed owner";
    assert_refused(accept(&mut bed, &other), ContractError::Unauthorized { sender: other, allowed });
    assert_eq!((bed.config().owner, bed.config().proposed), (owner.clone(), Some(next.clone())));
    accept(&mut bed, &next).unwrap();
    assert_eq!((bed.config().owner, bed.config().proposed), (next.clone(), None));
    assert_eq!(bed.config().guardian, Some(bed.chain.guardian.clone()));
    let expected = ContractError::Unauthorized { sender: owner.clone(), allowed: "the owner" };
    assert_refused(propose(&mut bed, &owner, None), expected);
}

#[test]
fn a_proposal_can_be_withdrawn() {
    let mut bed = Bed::new();
    let (owner, next) = (bed.chain.owner.clone(), bed.user("next"));
    propose(&mut bed, &owner, Some(&next)).unwrap();
    propose(&mut bed, &owner, None).unwrap();
    assert_refused(accept(&mut bed, &next), ContractError::NoOwnerProposed {});
    let nowhere = ExecuteMsg::ProposeOwner { owner: Some("nowhere".into()) };
    assert!(bed.execute(&owner, &nowhere).is_err());
}
