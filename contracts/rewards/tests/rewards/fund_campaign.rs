//! Adding money: the campaign's own denom, until it has ended.

use attention_protocol::msg::{ExecuteMsg, FundingResponse, QueryMsg};
use attention_rewards::ContractError;
use cosmwasm_std::coins;

use crate::suite::{ATT, NewCampaign, Suite, USD, assert_refused, clock};

fn credited(suite: &Suite, campaign: u64, epoch: u64) -> u128 {
    suite.query::<FundingResponse>(&QueryMsg::Funding { campaign, epoch }).credited.u128()
}

#[test]
fn money_counts_from_the_epoch_it_arrives_in() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    suite.go_to(clock().window_end_s(2).unwrap() - 1);
    suite.fund(campaign, 7).unwrap();
    suite.go_to(clock().window_end_s(2).unwrap());
    suite.fund(campaign, 11).unwrap();
    suite.fund(campaign, 13).unwrap();
    assert_eq!([1, 2, 3, 9].map(|epoch| credited(&suite, campaign, epoch)), [10_000, 10_007, 10_031, 10_031]);
    assert_eq!(suite.money(campaign).unallocated.u128(), 10_031);
}

#[test]
fn anyone_funds_in_the_campaigns_denom() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    let donor = suite.user("donor");
    suite.mint(&donor, 100, ATT);
    suite.mint(&donor, 100, USD);
    suite.execute(&donor, &ExecuteMsg::FundCampaign { campaign }, &coins(5, ATT)).unwrap();
    let wrong = suite.execute(&donor, &ExecuteMsg::FundCampaign { campaign }, &coins(5, USD));
    assert_refused(wrong, ContractError::WrongDenom { campaign, expected: ATT.into(), denom: USD.into() });
    let unknown = suite.execute(&donor, &ExecuteMsg::FundCampaign { campaign: 9 }, &coins(5, ATT));
    assert_refused(unknown, ContractError::UnknownCampaign { campaign: 9 });
}

#[test]
fn a_campaign_takes_money_until_its_last_second() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().epochs(0, 2).create(&mut suite);
    suite.close(0);
    let draft = suite.draft(0);
    suite.submit(&draft).unwrap();
    suite.go_to(clock().window_end_s(1).unwrap() - 1);
    suite.fund(campaign, 1).unwrap();
    suite.go_to(clock().window_end_s(1).unwrap());
    assert_refused(suite.fund(campaign, 1), ContractError::CampaignEnded { campaign, end_epoch: 2 });
}

/// A10: a missed last epoch moves the end, and money can come in again.
#[test]
fn a_moved_end_takes_money_again() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().epochs(0, 1).create(&mut suite);
    let due_s = clock().due_s(None, 0).unwrap();
    suite.go_to(due_s);
    assert_refused(suite.fund(campaign, 1), ContractError::CampaignEnded { campaign, end_epoch: 1 });
    suite.go_to(due_s + 1);
    suite.fund(campaign, 1).unwrap();
}

#[test]
fn a_campaign_stopped_before_it_began_takes_none() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().epochs(3, 9).create(&mut suite);
    suite.stop(campaign).unwrap();
    assert_refused(suite.fund(campaign, 1), ContractError::CampaignEnded { campaign, end_epoch: 3 });
}
