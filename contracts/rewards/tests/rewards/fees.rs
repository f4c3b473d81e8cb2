//! Creation fees: collected per denom, paid to the owner.

use attention_protocol::msg::{ExecuteMsg, FeesResponse, QueryMsg};
use attention_rewards::ContractError;

use crate::suite::{ATT, NewCampaign, Suite, USD, assert_refused};

fn withdraw(suite: &mut Suite, denom: &str) -> Result<(), String> {
    let owner = suite.owner.clone();
    suite.execute(&owner, &ExecuteMsg::WithdrawFees { denom: denom.into() }, &[]).map(|_| ())
}

#[test]
fn fees_go_to_the_owner_once() {
    let mut suite = Suite::new();
    for _ in 0..3 {
        NewCampaign::default().create(&mut suite);
    }
    NewCampaign::default().bringing(500, USD).create(&mut suite);
    withdraw(&mut suite, ATT).unwrap();
    assert_eq!(suite.balance(&suite.owner, ATT), 150);
    assert_eq!(suite.query::<FeesResponse>(&QueryMsg::Fees { denom: ATT.into() }).due.u128(), 0);
    assert_refused(withdraw(&mut suite, ATT), ContractError::NoFees { denom: ATT.into() });
    assert_refused(withdraw(&mut suite, USD), ContractError::NoFees { denom: USD.into() });
    NewCampaign::default().create(&mut suite);
    withdraw(&mut suite, ATT).unwrap();
    assert_eq!(suite.balance(&suite.owner, ATT), 200);
}
