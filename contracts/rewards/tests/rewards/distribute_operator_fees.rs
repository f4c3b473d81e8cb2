//! The operators' share of fundings: taken from each, and shared by signatures.

use attention_protocol::event::Event;
use attention_protocol::msg::{ExecuteMsg, FundingResponse, OperatorFeesResponse, QueryMsg};
use attention_rewards::{ContractError, OperatorError};
use cw_multi_test::AppResponse;

use crate::suite::{ATT, NewCampaign, Setup, Suite, USD, admin, assert_refused, events};

/// Operators take 2.5 %.
fn suite() -> Suite {
    let change = |msg: &mut attention_protocol::msg::InstantiateMsg| msg.limits.operator_fee_ppm = 25_000;
    Suite::with(Setup { change, ..Setup::default() }).unwrap()
}

fn distribute(suite: &mut Suite, denom: &str) -> Result<AppResponse, String> {
    let anyone = suite.user("anyone");
    suite.execute(&anyone, &ExecuteMsg::DistributeOperatorFees { denom: denom.into() }, &[])
}

fn pot(suite: &Suite, denom: &str) -> (u128, u64) {
    let answer: OperatorFeesResponse = suite.query(&QueryMsg::OperatorFees { denom: denom.into() });
    (answer.due.u128(), answer.from_epoch)
}

fn report(suite: &mut Suite, epoch: u64, indices: &[u8]) {
    suite.close(epoch);
    let draft = suite.draft(epoch);
    let signatures = suite.sign(&draft.body, indices);
    suite.submit_signed(&draft, signatures).unwrap();
    suite.finalise();
}

fn owed(suite: &Suite, denom: &str) -> [u128; 4] {
    [0, 1, 2, 3].map(|index| suite.owed(denom, &admin(index)))
}

#[test]
fn every_funding_pays_its_share_floored() {
    let mut suite = suite();
    // 10,050: 251.25 for the operators, 50 for the owner.
    let response = NewCampaign::default().attempt(&mut suite).unwrap();
    let created = events(&response).remove(0);
    assert!(matches!(created, Event::CampaignCreated { amount: 9_749, fee: 301, .. }), "{created:?}");
    let money = suite.money(1);
    assert_eq!((money.funded.u128(), money.unallocated.u128(), money.fees.u128()), (10_050, 9_749, 301));
    assert_eq!(pot(&suite, ATT), (251, 0));
    let response = suite.fund(1, 79).unwrap();
    let sender = suite.sponsor.to_string();
    let funded = Event::CampaignFunded { campaign: 1, sender, amount: 78, fee: 1 };
    assert_eq!(events(&response), [funded]);
    suite.fund(1, 39).unwrap();
    assert_eq!((pot(&suite, ATT), suite.money(1).fees.u128()), ((252, 0), 302));
    let funding: FundingResponse = suite.query(&QueryMsg::Funding { campaign: 1, epoch: 0 });
    assert_eq!(funding.credited.u128(), 9_749 + 78 + 39, "budgets count what is left");
    assert_eq!(pot(&suite, USD), (0, 0));
}

#[test]
fn a_campaign_brings_its_minimum_net_of_both_fees() {
    let mut suite = suite();
    // 1,076 − 50 − 26 = 1,000; 1,075 − 50 − 26 = 999.
    let small =
        ContractError::FundingTooSmall { amount: 1_075, denom: ATT.into(), funding_min: 1_000, fee: 76 };
    assert_refused(NewCampaign::default().bringing(1_075, ATT).attempt(&mut suite), small);
    assert_eq!(pot(&suite, ATT).0, 0);
    NewCampaign::default().bringing(1_076, ATT).attempt(&mut suite).unwrap();
}

#[test]
fn off_by_default_nothing_is_taken() {
    let mut suite = Suite::new();
    NewCampaign::default().create(&mut suite);
    report(&mut suite, 0, &[0, 1, 2]);
    assert_eq!(pot(&suite, ATT), (0, 0));
    assert_refused(distribute(&mut suite, ATT), ContractError::NoFees { denom: ATT.into() });
}

#[test]
fn the_pot_is_shared_by_signatures_and_the_rest_stays() {
    let mut suite = suite();
    NewCampaign::default().create(&mut suite);
    NewCampaign::default().bringing(4_000, USD).create(&mut suite);
    assert_refused(distribute(&mut suite, ATT), OperatorError::NothingToCount { epoch: 0 });
    report(&mut suite, 0, &[0, 1, 3]);
    report(&mut suite, 1, &[0, 1, 2, 3]);
    let response = distribute(&mut suite, ATT).unwrap();
    // 251 over 7 signatures: 2/7 → 71, 71, 1/7 → 35, 71; 3 stay.
    let shared = |index, amount, signed| Event::OperatorFeesShared {
        admin: admin(index).to_string(),
        amount,
        denom: ATT.into(),
        signed,
    };
    let mut expected = vec![shared(0, 71, 2), shared(1, 71, 2), shared(2, 35, 1), shared(3, 71, 2)];
    expected.sort_by_key(|event| format!("{event:?}"));
    let mut actual = events(&response);
    actual.sort_by_key(|event| format!("{event:?}"));
    assert_eq!(actual, expected);
    assert_eq!(owed(&suite, ATT), [71, 71, 35, 71]);
    assert_eq!(pot(&suite, ATT), (3, 2));
    assert_eq!((owed(&suite, USD), pot(&suite, USD)), ([0; 4], (100, 0)), "each asset by itself");
    assert_refused(distribute(&mut suite, ATT), OperatorError::NothingToCount { epoch: 2 });
    suite.fund(1, 4_000).unwrap();
    report(&mut suite, 2, &[1, 2, 3]);
    distribute(&mut suite, ATT).unwrap();
    // 103 over 3: 34 each, 1 stays.
    assert_eq!((owed(&suite, ATT), pot(&suite, ATT)), ([71, 105, 69, 105], (1, 3)));
    distribute(&mut suite, USD).unwrap();
    // 100 over 10 signatures.
    assert_eq!((owed(&suite, USD), pot(&suite, USD)), ([20, 30, 20, 30], (0, 3)));
}

/// Money that comes into an empty pot is for those who sign from then on, not for whoever signed years ago.
#[test]
fn an_empty_pot_starts_anew_with_the_epoch_of_the_next_funding() {
    let mut suite = suite();
    report(&mut suite, 0, &[0, 1, 2]);
    report(&mut suite, 1, &[0, 1, 2]);
    NewCampaign::default().epochs(5, 6).bringing(4_000, USD).create(&mut suite);
    assert_eq!(pot(&suite, USD), (100, 2));
    report(&mut suite, 2, &[1, 2, 3]);
    distribute(&mut suite, USD).unwrap();
    assert_eq!((owed(&suite, USD), pot(&suite, USD)), ([0, 33, 33, 33], (1, 3)));
}

/// Of 150 epochs the first 100 get their two thirds, whoever calls; the next message pays the others.
#[test]
fn a_long_wait_is_paid_in_parts_of_100_reports() {
    let mut suite = suite();
    NewCampaign::default().epochs(0, 200).bringing(400_000, USD).create(&mut suite);
    for epoch in 0..150 {
        report(&mut suite, epoch, if epoch < 100 { &[0, 1, 2] } else { &[1, 2, 3] });
    }
    assert_eq!(pot(&suite, USD), (10_000, 0));
    distribute(&mut suite, USD).unwrap();
    // floor(10,000 · 100 / 150) = 6,666 over three.
    assert_eq!((owed(&suite, USD), pot(&suite, USD)), ([2_222, 2_222, 2_222, 0], (3_334, 100)));
    distribute(&mut suite, USD).unwrap();
    assert_eq!((owed(&suite, USD), pot(&suite, USD)), ([2_222, 3_333, 3_333, 1_111], (1, 150)));
}

#[test]
fn the_share_of_an_epoch_is_the_one_in_force_when_the_money_comes() {
    let mut suite = suite();
    let campaign = NewCampaign::default().bringing(4_000, USD).create(&mut suite);
    let mut limits = suite.config_at(0).limits;
    limits.operator_fee_ppm = 0;
    let owner = suite.owner.clone();
    suite.execute(&owner, &ExecuteMsg::UpdateLimits(Box::new(limits)), &[]).unwrap();
    suite.fund(campaign, 4_000).unwrap();
    assert_eq!(pot(&suite, USD).0, 200);
    suite.close(0);
    suite.fund(campaign, 4_000).unwrap();
    assert_eq!(pot(&suite, USD).0, 200);
}
