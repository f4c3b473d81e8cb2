//! Creating: every bound of a campaign, at the bound and one beyond.

use attention_protocol::ProtocolError;
use attention_protocol::event::Event;
use attention_protocol::msg::{FeesResponse, FundingResponse, Metadata, QueryMsg};
use attention_protocol::rule::{Curve, Unlock};
use attention_rewards::ContractError;
use cosmwasm_std::{HexBinary, Uint256};

use crate::suite::{ATT, NewCampaign, ODD, Suite, T0, USD, assert_refused, clock};

#[test]
fn the_fee_is_taken_and_the_rest_credited() {
    let mut suite = Suite::new();
    let response = NewCampaign::default().attempt(&mut suite).unwrap();
    let event = response.events.iter().find(|event| event.ty == "wasm-campaign_created").unwrap();
    let attribute = |key: &str| event.attributes.iter().find(|a| a.key == key).map(|a| a.value.as_str());
    let stored = suite.campaign(1);
    let rule_hash = NewCampaign::default().msg.terms.rule_hash();
    let expected = Event::CampaignCreated {
        campaign: 1,
        sponsor: suite.sponsor.to_string(),
        amount: 10_000,
        fee: 50,
        denom: ATT.into(),
        rule_hash: HexBinary::from(rule_hash).to_hex(),
    };
    assert_eq!(Event::parse(&event.ty, attribute), Some(expected));
    assert_eq!(stored.terms, NewCampaign::default().msg.terms);
    assert_eq!((stored.sponsor, stored.refund_address), (suite.sponsor.clone(), suite.sponsor.clone()));
    let money = suite.money(1);
    assert_eq!((money.funded.u128(), money.unallocated.u128(), money.fees.u128()), (10_050, 10_000, 50));
    assert_eq!(suite.query::<FeesResponse>(&QueryMsg::Fees { denom: ATT.into() }).due.u128(), 50);
    let funding: FundingResponse = suite.query(&QueryMsg::Funding { campaign: 1, epoch: 0 });
    assert_eq!(funding.credited.u128(), 10_000, "money from before genesis counts from epoch 0");
    assert_eq!(NewCampaign::default().create(&mut suite), 2);
}

#[test]
fn a_campaign_brings_its_minimum_net_of_the_fee() {
    let mut suite = Suite::new();
    let small =
        |amount| ContractError::FundingTooSmall { amount, denom: ATT.into(), funding_min: 1_000, fee: 50 };
    assert_refused(NewCampaign::default().bringing(1_049, ATT).attempt(&mut suite), small(1_049));
    assert_refused(NewCampaign::default().bringing(49, ATT).attempt(&mut suite), small(49));
    NewCampaign::default().bringing(1_050, ATT).attempt(&mut suite).unwrap();
    NewCampaign::default().bringing(1, USD).attempt(&mut suite).unwrap();
}

#[test]
fn a_campaign_holds_at_most_2_to_the_120() {
    let mut suite = Suite::new();
    let sponsor = suite.sponsor.clone();
    suite.mint(&sponsor, 1 << 121, USD);
    let expected = ContractError::FundingTooLarge { amount: Uint256::from((1u128 << 120) + 1) };
    assert_refused(
        NewCampaign::default().bringing((1 << 120) + 1, USD).attempt(&mut suite),
        expected.clone(),
    );
    let campaign = NewCampaign::default().bringing(1 << 120, USD).create(&mut suite);
    assert_refused(suite.fund(campaign, 1), expected);
}

#[test]
fn only_listed_denoms() {
    let mut suite = Suite::new();
    let expected = ContractError::DenomNotAllowed { denom: ODD.into() };
    assert_refused(NewCampaign::default().bringing(10_050, ODD).attempt(&mut suite), expected);
}

#[test]
fn the_first_epoch_is_a_future_one() {
    let mut suite = Suite::new();
    NewCampaign::default().epochs(0, 1).attempt(&mut suite).unwrap();
    suite.go_to(clock().genesis_s - 1);
    NewCampaign::default().epochs(0, 1).attempt(&mut suite).unwrap();
    suite.go_to(clock().genesis_s);
    let requirement = "not before the next epoch: the current one has begun without the campaign";
    let expected = ContractError::Invalid { field: "start_epoch", value: "0".into(), requirement };
    assert_refused(NewCampaign::default().epochs(0, 9).attempt(&mut suite), expected);
    NewCampaign::default().epochs(1, 2).attempt(&mut suite).unwrap();
}

#[test]
fn epochs_rise_and_are_bounded() {
    let mut suite = Suite::new();
    assert!(NewCampaign::default().epochs(3, 3).attempt(&mut suite).unwrap_err().contains("end_epoch is 3"));
    NewCampaign::default().epochs(3, 1 << 32).attempt(&mut suite).unwrap();
    let end = (1 << 32) + 1;
    assert!(NewCampaign::default().epochs(3, end).attempt(&mut suite).unwrap_err().contains("4294967297"));
}

/// A5: the deadline lies behind the last epoch and the unlock.
#[test]
fn claims_stay_open_until_all_is_earned_and_unlocked() {
    let mut suite = Suite::new();
    let requirement = "not before rule.unlock.end_s nor the end of the last epoch, and at most 2^60";
    let refused = |value: u64| ContractError::Invalid {
        field: "claim_deadline_s",
        value: value.to_string(),
        requirement,
    };
    let over_s = clock().window_start_s(10).unwrap();
    let early = NewCampaign::default().change(|msg| msg.claim_deadline_s = over_s - 1);
    assert_refused(early.attempt(&mut suite), refused(over_s - 1));
    let end_s = T0 + 1_000_000;
    let unlocking = |deadline_s| {
        NewCampaign::default()
            .rule(|rule| rule.unlock = Unlock { start_s: T0, end_s })
            .change(|msg| msg.claim_deadline_s = deadline_s)
    };
    assert_refused(unlocking(end_s - 1).attempt(&mut suite), refused(end_s - 1));
    unlocking(end_s).attempt(&mut suite).unwrap();
    unlocking(1 << 60).attempt(&mut suite).unwrap();
    assert_refused(unlocking((1 << 60) + 1).attempt(&mut suite), refused((1 << 60) + 1));
}

/// A7: what could make a rule fail later is refused now.
#[test]
fn a_rule_that_could_fail_or_hides_a_split_gain_is_refused() {
    let mut suite = Suite::new();
    let bad = NewCampaign::default().rule(|rule| rule.curve = Curve::ConvergentLinear { k: 0 });
    let expected =
        ProtocolError::Invalid { field: "rule.curve.k", value: "0".into(), requirement: "1 to 1000000 ppm" };
    assert_refused(bad.attempt(&mut suite), expected);
    let sqrt = NewCampaign::default().rule(|rule| rule.curve = Curve::Sqrt {});
    assert_refused(sqrt.attempt(&mut suite), ProtocolError::SplitGain { field: "rule.curve sqrt" });
}

#[test]
fn what_pages_show_is_bounded() {
    let mut suite = Suite::new();
    let mut attempt = |name: usize, url: Option<usize>| {
        let text = |len: usize| "x".repeat(len);
        let metadata = Metadata { name: text(name), url: url.map(text) };
        NewCampaign::default().change(|msg| msg.metadata = Some(metadata)).attempt(&mut suite)
    };
    attempt(1, Some(256)).unwrap();
    attempt(128, None).unwrap();
    assert!(attempt(0, None).unwrap_err().contains("metadata.name"));
    assert!(attempt(129, None).unwrap_err().contains("metadata.name"));
    assert!(attempt(1, Some(257)).unwrap_err().contains("metadata.url"));
    NewCampaign::default().change(|msg| msg.metadata = None).attempt(&mut suite).unwrap();
}

#[test]
fn the_refund_address_is_validated() {
    let mut suite = Suite::new();
    let elsewhere = suite.user("elsewhere");
    let to = |address: String| NewCampaign::default().change(|msg| msg.refund_address = Some(address));
    assert!(to("nobody".into()).attempt(&mut suite).is_err());
    assert!(to(elsewhere.to_string().to_uppercase()).attempt(&mut suite).is_err());
    let campaign = to(elsewhere.to_string()).create(&mut suite);
    assert_eq!(suite.campaign(campaign).refund_address, elsewhere);
}

#[test]
fn an_amount_beyond_128_bits_is_refused() {
    let mut suite = Suite::new();
    let mut new = NewCampaign::default().bringing(1, USD);
    new.funds[0].amount = Uint256::MAX;
    // The simulated bank refuses it first, as a chain's would; nothing is created.
    assert!(new.attempt(&mut suite).is_err());
    assert!(suite.query_error(&QueryMsg::Campaign { campaign: 1 }).contains("there is no campaign 1"));
}
