//! Renouncing: for good, and only when nothing is left that needs an owner.

use attention_protocol::event::Event;
use attention_protocol::msg::{ExecuteMsg, OwnershipResponse, QueryMsg};
use attention_rewards::ContractError;
use cosmwasm_std::Uint128;
use cw_multi_test::AppResponse;

use crate::suite::{ATT, NewCampaign, Suite, assert_refused, events, spare_key};

fn renounce(suite: &mut Suite) -> Result<AppResponse, String> {
    let owner = suite.owner.clone();
    suite.execute(&owner, &ExecuteMsg::RenounceOwnership {}, &[])
}

fn by_owner(suite: &mut Suite, msg: &ExecuteMsg) {
    let owner = suite.owner.clone();
    suite.execute(&owner, msg, &[]).unwrap();
}

fn not_yet(reason: &'static str) -> ContractError {
    ContractError::NotRenounceable { reason }
}

#[test]
fn everything_that_needs_an_owner_has_to_go_first() {
    let mut suite = Suite::new();
    NewCampaign::default().create(&mut suite);
    let next = Some(suite.user("next").to_string());
    by_owner(&mut suite, &ExecuteMsg::ProposeOwner { owner: next });
    suite.propose_spec(9).unwrap();
    assert_refused(renounce(&mut suite), not_yet("an owner is proposed"));
    by_owner(&mut suite, &ExecuteMsg::ProposeOwner { owner: None });
    assert_refused(renounce(&mut suite), not_yet("nobody could take the guardian's right away"));
    by_owner(&mut suite, &ExecuteMsg::SetGuardian { guardian: None });
    assert_refused(renounce(&mut suite), not_yet("a configuration is proposed"));
    suite.cancel_config().unwrap();
    assert_refused(renounce(&mut suite), not_yet("nobody could withdraw the creation fees that are asked"));
    let mut limits = suite.config_at(0).limits;
    limits.denoms[0].creation_fee = Uint128::zero();
    by_owner(&mut suite, &ExecuteMsg::UpdateLimits(Box::new(limits)));
    assert_refused(renounce(&mut suite), not_yet("nobody could withdraw the creation fees that are asked"));
    suite.close(0);
    assert_refused(renounce(&mut suite), not_yet("creation fees are due"));
    by_owner(&mut suite, &ExecuteMsg::WithdrawFees { denom: ATT.into() });
    let response = renounce(&mut suite).unwrap();
    assert_eq!(events(&response), [Event::OwnershipRenounced {}]);
    let roles: OwnershipResponse = suite.query(&QueryMsg::Ownership {});
    assert_eq!(roles, OwnershipResponse { owner: None, proposed: None, guardian: None });
}

#[test]
fn without_an_owner_nobody_is_one_and_the_rest_goes_on() {
    let mut suite = Suite::new();
    let owner = suite.owner.clone();
    by_owner(&mut suite, &ExecuteMsg::SetGuardian { guardian: None });
    let mut limits = suite.config_at(0).limits;
    limits.denoms[0].creation_fee = Uint128::zero();
    by_owner(&mut suite, &ExecuteMsg::UpdateLimits(Box::new(limits)));
    let campaign =
        NewCampaign::default().bringing(10_000, crate::suite::USD).epochs(0, 20).create(&mut suite);
    suite.close(0);
    renounce(&mut suite).unwrap();
    let expected = ContractError::Unauthorized { sender: owner.clone(), allowed: "the owner" };
    assert_refused(renounce(&mut suite), expected.clone());
    assert_refused(suite.propose_spec(9), expected);
    let pause = suite.execute(&owner, &ExecuteMsg::Pause {}, &[]);
    let allowed = "the owner or the guardian";
    assert_refused(pause, ContractError::Unauthorized { sender: owner, allowed });
    let next = suite.user("next");
    let accept = suite.execute(&next, &ExecuteMsg::AcceptOwner {}, &[]);
    assert_refused(accept, ContractError::NoOwnerProposed {});
    // Operators still swap their keys, and reports go on.
    suite.swap(0, &spare_key(0)).unwrap();
    let draft = suite.draft(0);
    suite.submit(&draft).unwrap();
    suite.finalise();
    suite.close(1);
    suite.operators[0] = spare_key(0);
    let draft = suite.draft(1);
    assert!(suite.submit(&draft).is_err(), "epoch 1 is the old key's");
    suite.operators[0] = k256::ecdsa::SigningKey::from_slice(&[1; 32]).unwrap();
    suite.run_epoch(1, &[(campaign, &[("alice", 5)])]);
    suite.operators[0] = spare_key(0);
    suite.run_epoch(2, &[(campaign, &[("alice", 5)])]);
    assert!(suite.claimed_now("alice", campaign, 2) > 0);
}
