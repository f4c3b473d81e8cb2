//! Naming the guardian.

use attention_protocol::event::Event;
use attention_protocol::msg::{ExecuteMsg, OwnershipResponse, QueryMsg};
use attention_rewards::ContractError;
use cosmwasm_std::Addr;
use cw_multi_test::AppResponse;

use crate::suite::{Suite, assert_refused, events};

fn set(suite: &mut Suite, guardian: Option<&Addr>) -> Result<AppResponse, String> {
    let owner = suite.owner.clone();
    let guardian = guardian.map(Addr::to_string);
    suite.execute(&owner, &ExecuteMsg::SetGuardian { guardian }, &[])
}

#[test]
fn the_guardian_is_who_was_named_last_or_nobody() {
    let mut suite = Suite::new();
    let (old, new) = (suite.guardian.clone(), suite.user("new"));
    let response = set(&mut suite, Some(&new)).unwrap();
    assert_eq!(events(&response), [Event::GuardianSet { guardian: new.to_string() }]);
    let allowed = "the owner or the guardian";
    let refused = |sender: &Addr| ContractError::Unauthorized { sender: sender.clone(), allowed };
    let pause = suite.execute(&old, &ExecuteMsg::Pause {}, &[]);
    assert_refused(pause, refused(&old));
    suite.execute(&new, &ExecuteMsg::Pause {}, &[]).unwrap();
    let roles: OwnershipResponse = suite.query(&QueryMsg::Ownership {});
    assert_eq!((roles.owner, roles.guardian), (Some(suite.owner.clone()), Some(new.clone())));
    let response = set(&mut suite, None).unwrap();
    assert_eq!(events(&response), [Event::GuardianSet { guardian: String::new() }]);
    let pause = suite.execute(&new, &ExecuteMsg::Pause {}, &[]);
    assert_refused(pause, refused(&new));
    let owner = suite.owner.clone();
    let nobody = ExecuteMsg::SetGuardian { guardian: Some("nobody".into()) };
    assert!(suite.execute(&owner, &nobody, &[]).is_err());
}
