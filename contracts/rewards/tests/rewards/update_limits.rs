//! Changing the limits: the same bounds as at first, from the next epoch on, and nothing for campaigns that exist.

use attention_protocol::event::Event;
use attention_protocol::msg::{DenomPolicy, ExecuteMsg, Limits};
use attention_rewards::ContractError;
use cosmwasm_std::Uint128;
use cw_multi_test::AppResponse;

use crate::suite::{ATT, NewCampaign, ODD, Suite, USD, assert_refused, clock, events};

const WEEK_S: u64 = 604_800;

fn update(suite: &mut Suite, change: impl FnOnce(&mut Limits)) -> Result<AppResponse, String> {
    let mut limits = suite.config_at(u64::MAX).limits;
    change(&mut limits);
    let owner = suite.owner.clone();
    suite.execute(&owner, &ExecuteMsg::UpdateLimits(Box::new(limits)), &[])
}

fn policy(denom: &str, funding_min: u128) -> DenomPolicy {
    let funding_min = Uint128::new(funding_min);
    DenomPolicy { denom: denom.into(), funding_min, creation_fee: Uint128::zero() }
}

#[test]
fn new_limits_are_in_force_from_the_next_epoch() {
    let mut suite = Suite::new();
    suite.go_to(clock().window_start_s(2).unwrap());
    let response = update(&mut suite, |limits| {
        limits.denoms = vec![policy(ODD, 1), policy(ATT, 5_000)];
        limits.pause_max_s = 77;
    })
    .unwrap();
    assert_eq!(events(&response), [Event::LimitsUpdated { first_epoch: 3 }]);
    assert_eq!(suite.config_at(2).limits.pause_max_s, 5_000);
    assert_eq!(suite.config_at(3).limits.pause_max_s, 77);
    let denoms = |suite: &Suite, epoch| {
        suite.config_at(epoch).limits.denoms.into_iter().map(|policy| policy.denom).collect::<Vec<_>>()
    };
    assert_eq!(denoms(&suite, 2), [ATT, USD]);
    assert_eq!(denoms(&suite, 3), [ATT, ODD]);
    let new = |denom| NewCampaign::default().epochs(5, 6).bringing(4_999, denom);
    let odd = || ContractError::DenomNotAllowed { denom: ODD.into() };
    assert_refused(new(ODD).attempt(&mut suite), odd());
    new(ATT).attempt(&mut suite).unwrap();
    suite.close(2);
    new(ODD).attempt(&mut suite).unwrap();
    let small =
        ContractError::FundingTooSmall { amount: 4_999, denom: ATT.into(), funding_min: 5_000, fee: 0 };
    assert_refused(new(ATT).attempt(&mut suite), small);
    let usd = ContractError::DenomNotAllowed { denom: USD.into() };
    assert_refused(new(USD).attempt(&mut suite), usd);
    suite.pause();
    let pause: attention_protocol::msg::PauseResponse =
        suite.query(&attention_protocol::msg::QueryMsg::Pause {});
    assert_eq!(pause.until_s, Some(suite.now_s() + 77));
}

#[test]
fn a_second_change_in_an_epoch_replaces_the_first_whole() {
    let mut suite = Suite::new();
    suite.go_to(clock().window_start_s(2).unwrap());
    update(&mut suite, |limits| limits.denoms = vec![policy(ODD, 1), policy("uother", 1)]).unwrap();
    update(&mut suite, |limits| limits.denoms = vec![policy(USD, 3)]).unwrap();
    assert_eq!(suite.config_at(3).limits.denoms, [policy(USD, 3)]);
    assert_eq!(suite.config_at(2).limits.denoms.len(), 2);
}

/// Before genesis campaigns are created under the limits of epoch 0, so those stand.
#[test]
fn before_genesis_limits_change_from_epoch_1_on() {
    let mut suite = Suite::new();
    let response = update(&mut suite, |limits| limits.denoms = vec![policy(ODD, 1)]).unwrap();
    assert_eq!(events(&response), [Event::LimitsUpdated { first_epoch: 1 }]);
    NewCampaign::default().attempt(&mut suite).unwrap();
    suite.go_to(clock().window_start_s(0).unwrap());
    NewCampaign::default().epochs(1, 2).attempt(&mut suite).unwrap();
    suite.close(0);
    assert!(NewCampaign::default().epochs(2, 3).attempt(&mut suite).is_err());
}

#[test]
fn a_campaign_keeps_the_periods_it_was_created_under() {
    let mut suite = Suite::new();
    let old = NewCampaign::default().epochs(0, 1).create(&mut suite);
    suite.run_epoch(0, &[(old, &[("alice", 5)])]);
    let closes_s = suite.campaign(old).claims_close_s;
    assert_eq!(closes_s, suite.now_s() + 2 * WEEK_S);
    update(&mut suite, |limits| {
        limits.claim_period_s = WEEK_S;
        limits.settle_grace_s = 9 * WEEK_S;
    })
    .unwrap();
    suite.close(1);
    assert_eq!(suite.campaign(old).claims_close_s, closes_s);
    let new = NewCampaign::default().epochs(3, 4).create(&mut suite);
    let deadline_s = suite.campaign(new).claim_deadline_s;
    assert_eq!(suite.campaign(new).claims_close_s, deadline_s.max(WEEK_S));
    suite.close(2);
    suite.run_epoch(3, &[(new, &[("bob", 5)])]);
    assert_eq!(suite.campaign(new).claims_close_s, suite.now_s() + WEEK_S);
    suite.go_to(closes_s - 1);
    assert!(suite.refund(old).is_err());
    suite.wait(1);
    suite.refund(old).unwrap();
    assert_eq!(suite.money(old).refunded.u128(), 10_000);
}

#[test]
fn the_settlement_grace_of_a_campaign_does_not_change_either() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().epochs(0, 1).create(&mut suite);
    update(&mut suite, |limits| limits.settle_grace_s = 9 * WEEK_S).unwrap();
    suite.report_epoch(0, &[(campaign, &[("alice", 5)])]);
    suite.finalise();
    let grace_ends_s = suite.now_s() + WEEK_S;
    suite.go_to(grace_ends_s - 1);
    let pending = ContractError::SettlementPending { campaign, epoch: 0, grace_ends_s };
    assert_refused(suite.refund(campaign), pending);
    suite.wait(1);
    suite.refund(campaign).unwrap();
}

#[test]
fn a_removed_denom_stops_new_campaigns_only() {
    let mut suite = Suite::new();
    let campaign = NewCampaign::default().create(&mut suite);
    update(&mut suite, |limits| limits.denoms = vec![policy(USD, 1)]).unwrap();
    suite.run_epoch(0, &[(campaign, &[("alice", 5)])]);
    suite.close(1);
    let gone = ContractError::DenomNotAllowed { denom: ATT.into() };
    assert_refused(NewCampaign::default().epochs(3, 4).attempt(&mut suite), gone);
    suite.fund(campaign, 1_000).unwrap();
    assert_eq!(suite.claimed_now("alice", campaign, 0), 1_000);
    suite.stop(campaign).unwrap();
}

#[test]
fn the_bounds_are_those_of_the_instantiation() {
    let mut suite = Suite::new();
    let invalid =
        |field, value: &str, requirement| ContractError::Invalid { field, value: value.into(), requirement };
    let period = "604800 (7 days) to 3153600000 (100 years)";
    let result = update(&mut suite, |limits| limits.settle_grace_s = WEEK_S - 1);
    assert_refused(result, invalid("limits.settle_grace_s", "604799", period));
    let result = update(&mut suite, |limits| limits.claim_period_s = WEEK_S - 1);
    assert_refused(result, invalid("limits.claim_period_s", "604799", period));
    let result = update(&mut suite, |limits| limits.pause_max_s = 2_592_001);
    assert_refused(result, invalid("limits.pause_max_s", "2592001", "1 to 2592000 (30 days)"));
    let result = update(&mut suite, |limits| limits.operator_fee_ppm = 100_001);
    assert_refused(result, invalid("limits.operator_fee_ppm", "100001", "at most 100000 (10 %)"));
    let result = update(&mut suite, |limits| limits.price_change_max_ppm = 0);
    assert_refused(result, invalid("limits.price_change_max_ppm", "0", "at least 1"));
    let result = update(&mut suite, |limits| limits.denoms.clear());
    assert_refused(result, ContractError::Count { what: "limits.denoms", max: 32, actual: 0 });
    let many: Vec<_> = (0..33).map(|i| policy(&format!("denom{i}"), 1)).collect();
    let (most, all) = (many[..32].to_vec(), many);
    let result = update(&mut suite, |limits| limits.denoms = all);
    assert_refused(result, ContractError::Count { what: "limits.denoms", max: 32, actual: 33 });
    let result = update(&mut suite, |limits| limits.denoms = vec![policy(ATT, 1), policy(ATT, 2)]);
    assert_refused(result, invalid("limits.denoms.denom", ATT, "named only once"));
    update(&mut suite, |limits| {
        limits.denoms = most;
        limits.operator_fee_ppm = 100_000;
    })
    .unwrap();
    let token = format!("cw20:{}", crate::suite::admin(0));
    update(&mut suite, |limits| limits.denoms = vec![policy(&token, 1)]).unwrap();
    assert_eq!(suite.config_at(u64::MAX).limits.denoms, [policy(&token, 1)]);
}
