//! cw20 tokens: only allow-listed ones, only what arrived, and no token can take from another's campaign.

use attention_protocol::event::Event;
use attention_protocol::msg::{
    CampaignResponse, Cw20Deposit, Cw20ReceiveMsg, ExecuteMsg, InstantiateMsg, QueryMsg, SolvencyResponse,
};
use attention_rewards::ContractError;
use cosmwasm_std::{Binary, coin, to_json_binary};
use cw_multi_test::Executor;

use crate::suite::{ATT, Mode, NewCampaign, Setup, Suite, assert_refused, events};

/// A campaign of 1,000 tokens and the deployment around it.
fn funded() -> (Suite, String, u64) {
    let (mut suite, asset) = Suite::with_token();
    let campaign = NewCampaign::default().bringing(1_000, &asset).create(&mut suite);
    (suite, asset, campaign)
}

fn not_received(asset: &str, amount: u128, balance: u128, needed: u128) -> ContractError {
    ContractError::NotReceived { denom: asset.into(), amount, balance, needed }
}

#[test]
fn a_campaign_in_tokens_lives_as_one_in_coins_does() {
    let (mut suite, asset) = Suite::with_token();
    let sponsor = suite.sponsor.clone();
    let before = suite.balance(&sponsor, &asset);
    let response = NewCampaign::default().epochs(0, 2).bringing(1_000, &asset).attempt(&mut suite).unwrap();
    let Some(Event::CampaignCreated { campaign, sponsor: by, amount, fee, denom, .. }) =
        events(&response).pop()
    else {
        panic!("{response:?}")
    };
    assert_eq!((by, amount, fee, denom), (sponsor.to_string(), 1_000, 0, asset.clone()));
    let stored: CampaignResponse = suite.campaign(campaign);
    assert_eq!(
        (stored.denom, stored.sponsor, stored.refund_address),
        (asset.clone(), sponsor.clone(), sponsor.clone())
    );
    suite.fund(campaign, 200).unwrap();
    // 1,200 over two epochs; the second is not reported, and goes back.
    suite.run_epoch(0, &[(campaign, &[("alice", 1), ("bob", 2)])]);
    assert_eq!(suite.claimed_now("alice", campaign, 0), 200);
    assert_eq!(suite.claimed_now("bob", campaign, 0), 400);
    suite.close(1);
    suite.report_epoch(1, &[]);
    suite.finalise();
    suite.refund(campaign).unwrap();
    assert_eq!(suite.balance(&sponsor, &asset), before - 600);
    assert_eq!(suite.balance(&suite.contract, &asset), 0);
}

#[test]
fn anyone_funds_with_the_campaigns_token() {
    let (mut suite, asset, campaign) = funded();
    let donor = suite.user("donor");
    suite.mint_tokens(&asset, &donor, 7);
    let fund = Cw20Deposit::FundCampaign { campaign };
    let response = suite.deposit(&donor, (&asset, 7), &fund).unwrap();
    let expected = Event::CampaignFunded { campaign, sender: donor.to_string(), amount: 7, fee: 0 };
    assert_eq!(events(&response), [expected]);
    assert_eq!(suite.money(campaign).funded.u128(), 1_007);
}

/// Spoofed: whoever calls `receive` names itself as the token, and only tokens of the list count.
#[test]
fn only_a_listed_token_tells_of_deposits() {
    let (mut suite, _, campaign) = funded();
    let mallory = suite.user("mallory");
    let sponsor = suite.sponsor.clone();
    for sender in [&mallory, &sponsor] {
        let msg = Cw20ReceiveMsg {
            sender: sender.to_string(),
            amount: 1_000u128.into(),
            msg: to_json_binary(&Cw20Deposit::FundCampaign { campaign }).unwrap(),
        };
        let expected = ContractError::DenomNotAllowed { denom: format!("cw20:{sender}") };
        assert_refused(suite.execute(sender, &ExecuteMsg::Receive(msg), &[]), expected);
    }
    assert_eq!(suite.money(campaign).funded.u128(), 1_000);
}

#[test]
fn a_campaign_takes_its_own_token_only() {
    let mut suite = Suite::with(Setup { tokens: 2, ..Default::default() }).unwrap();
    let (first, second) = (suite.asset(0), suite.asset(1));
    let campaign = NewCampaign::default().bringing(10, &first).create(&mut suite);
    let sponsor = suite.sponsor.clone();
    let wrong = suite.deposit(&sponsor, (&second, 5), &Cw20Deposit::FundCampaign { campaign });
    assert_refused(wrong, ContractError::WrongDenom { campaign, expected: first, denom: second });
}

#[test]
fn an_unlisted_token_is_refused() {
    let (mut suite, asset, campaign) = funded();
    let unlisted = {
        let code = suite.app.contract_data(&suite.tokens[0]).unwrap().code_id;
        let maker = suite.user("maker");
        suite.app.instantiate_contract(code, maker, &serde_json::json!({}), &[], "other", None).unwrap()
    };
    let (sponsor, other) = (suite.sponsor.clone(), format!("cw20:{unlisted}"));
    suite.mint_tokens(&other, &sponsor, 100);
    let fund = Cw20Deposit::FundCampaign { campaign };
    let expected = ContractError::DenomNotAllowed { denom: other.clone() };
    assert_refused(suite.deposit(&sponsor, (&other, 100), &fund), expected.clone());
    let create = Cw20Deposit::CreateCampaign(Box::new(NewCampaign::default().msg));
    assert_refused(suite.deposit(&sponsor, (&other, 100), &create), expected);
    assert_eq!(suite.balance(&suite.contract, &asset), 1_000);
}

#[test]
fn only_the_two_deposits_of_more_than_nothing() {
    let (mut suite, asset, campaign) = funded();
    let sponsor = suite.sponsor.clone();
    let nothing = suite.deposit(&sponsor, (&asset, 0), &Cw20Deposit::FundCampaign { campaign });
    let requirement = "at least 1";
    assert_refused(nothing, ContractError::Invalid { field: "amount", value: "0".into(), requirement });
    let token = suite.tokens[0].clone();
    let mut tell = |msg: &[u8]| {
        let msg = Cw20ReceiveMsg { sender: "nobody".into(), amount: 0u128.into(), msg: Binary::from(msg) };
        suite.execute(&token, &ExecuteMsg::Receive(msg), &[])
    };
    assert!(tell(b"{}").unwrap_err().contains("amount is 0"), "the amount comes first");
    let many: u128 = (1 << 120) + 1;
    suite.mint_tokens(&asset, &sponsor, many);
    let fund = Cw20Deposit::FundCampaign { campaign };
    let expected = ContractError::FundingTooLarge { amount: many.into() };
    assert_refused(suite.deposit(&sponsor, (&asset, many), &fund), expected);
    let unknown = suite.deposit(&sponsor, (&asset, 1), &Cw20Deposit::FundCampaign { campaign: 9 });
    assert_refused(unknown, ContractError::UnknownCampaign { campaign: 9 });
    suite.pause();
    let until_s = suite.now_s() + 5_000;
    assert_refused(suite.deposit(&sponsor, (&asset, 1), &fund), ContractError::Paused { until_s });
}

/// A token that takes a fee on the way: the deposit is refused, so no other campaign pays for what is missing.
#[test]
fn a_fee_on_transfer_is_not_credited() {
    let (mut suite, asset, campaign) = funded();
    suite.become_mode(&asset, Mode::FeeOnTransfer);
    assert_refused(suite.fund(campaign, 100), not_received(&asset, 100, 1_090, 1_100));
    let create = NewCampaign::default().bringing(100, &asset).attempt(&mut suite);
    assert_refused(create, not_received(&asset, 100, 1_090, 1_100));
    // What is paid out leaves in full: the fee is the recipient's.
    suite.run_epoch(0, &[(campaign, &[("alice", 5)])]);
    suite.claim_one("alice", campaign, 0).unwrap();
    assert_eq!(suite.balance(&suite.user("alice"), &asset), 90);
    assert_eq!(suite.balance(&suite.contract, &asset), 900);
}

#[test]
fn tokens_that_never_came_are_not_credited() {
    let (mut suite, asset, campaign) = funded();
    suite.become_mode(&asset, Mode::Phantom);
    assert_refused(suite.fund(campaign, 50), not_received(&asset, 50, 1_000, 1_050));
    suite.become_mode(&asset, Mode::Fails("paused".into()));
    assert!(suite.fund(campaign, 50).unwrap_err().contains("paused"));
    // A balance that is one short is as good as none.
    suite.become_mode(&asset, Mode::Liar(1_049u128.into()));
    assert_refused(suite.fund(campaign, 50), not_received(&asset, 50, 1_049, 1_050));
    suite.become_mode(&asset, Mode::Honest);
    suite.fund(campaign, 50).unwrap();
}

/// A token that took more than it was told to: the next sponsor's deposit is refused until the hole is filled, other assets do not
/// notice, and accounts whose tokens are gone are owed them.
#[test]
fn a_token_that_robs_the_contract_harms_its_own_campaigns_only() {
    let (mut suite, asset, campaign) = funded();
    let coins = NewCampaign::default().create(&mut suite);
    let scores: &[(&str, u32)] = &[("alice", 900_000), ("bob", 100_000)];
    suite.run_epoch(0, &[(campaign, scores), (coins, scores)]);
    suite.become_mode(&asset, Mode::TaxOnSender);
    suite.claim_one("alice", campaign, 0).unwrap();
    assert_eq!(suite.balance(&suite.contract, &asset), 901, "90 were due, 99 are gone");
    suite.become_mode(&asset, Mode::Honest);
    assert_refused(suite.fund(campaign, 5), not_received(&asset, 5, 906, 915));
    assert_eq!(suite.claimed_now("bob", campaign, 0), 10);
    assert_eq!(suite.claimed_now("alice", coins, 0), 900);
    assert_eq!(suite.claimed_now("bob", coins, 0), 100);
}

/// A liar can hide a hole from the books only in its own asset.
#[test]
fn a_lie_about_the_balance_moves_no_money() {
    let (mut suite, asset, campaign) = funded();
    suite.become_mode(&asset, Mode::Liar(u128::MAX.into()));
    let query = QueryMsg::Solvency { denom: asset.clone(), start_after: None, limit: None };
    let answer: SolvencyResponse = suite.query(&query);
    assert_eq!((answer.owed.u128(), answer.balance.u128()), (1_000, u128::MAX));
    suite.fund(campaign, 50).unwrap();
    suite.run_epoch(0, &[(campaign, &[("alice", 5)])]);
    assert_eq!(suite.claimed_now("alice", campaign, 0), 105);
}

#[test]
fn a_token_without_a_balance_takes_no_deposits_but_pays() {
    let (mut suite, asset, campaign) = funded();
    suite.run_epoch(0, &[(campaign, &[("alice", 5)])]);
    // The books are compared by a query that needs the token's answer: not while it gives none.
    suite.unsound.insert(asset.clone());
    suite.become_mode(&asset, Mode::Mute);
    let query = QueryMsg::Solvency { denom: asset.clone(), start_after: None, limit: None };
    assert!(suite.query_error(&query).contains("no answer"));
    let (alice, contract) = (suite.user("alice"), suite.contract.clone());
    let claim = ExecuteMsg::Claim { items: vec![suite.claim_item("alice", campaign, 0)] };
    suite.app.execute_contract(alice.clone(), contract, &claim, &[]).unwrap();
    assert_eq!(suite.balance(&alice, &asset), 100);
}

/// A token that calls back while it pays: the claim is booked before, so it pays once.
#[test]
fn a_token_that_calls_back_gains_nothing() {
    let (mut suite, asset) = Suite::with_token();
    let campaign = NewCampaign::default().bringing(1_000, &asset).create(&mut suite);
    suite.run_epoch(0, &[(campaign, &[("alice", 600_000), ("bob", 400_000)])]);
    let (alice, contract) = (suite.user("alice"), suite.contract.clone());
    let again = |suite: &Suite, name: &str| ExecuteMsg::ClaimFor {
        account: suite.user(name).to_string(),
        items: vec![suite.claim_item(name, campaign, 0)],
        redirect: None,
    };
    // Alice's own claim again: refused inside, so the whole transfer fails, and she is owed it.
    let msg = to_json_binary(&again(&suite, "alice")).unwrap();
    suite.become_mode(&asset, Mode::Reenters(contract.clone(), msg));
    suite.claim_one("alice", campaign, 0).unwrap();
    assert_eq!((suite.owed(&asset, &alice), suite.balance(&alice, &asset)), (60, 0));
    suite.become_mode(&asset, Mode::Honest);
    suite.withdraw_owed(&alice, &asset, None).unwrap();
    assert_eq!(suite.balance(&alice, &asset), 60);
    // Her withdrawal while a withdrawal is being paid: the token may be anybody's tool, but it is not her.
    let msg = to_json_binary(&ExecuteMsg::WithdrawOwed { denom: asset.clone(), recipient: None }).unwrap();
    suite.become_mode(&asset, Mode::Reenters(contract, msg));
    suite.claim_one("bob", campaign, 0).unwrap();
    assert_eq!(suite.owed(&asset, &suite.user("bob")), 40);
}

/// Coins whose denom looks like a token: some chains let users make denoms.
#[test]
fn a_coin_is_never_a_token() {
    let (mut suite, asset, campaign) = funded();
    let sponsor = suite.sponsor.clone();
    let fake = vec![coin(10_050, asset.clone())];
    let all = vec![coin(10_050, asset.clone()), coin(10_050, ATT)];
    suite.app.init_modules(|router, _, storage| router.bank.init_balance(storage, &sponsor, all).unwrap());
    let expected = ContractError::DenomNotAllowed { denom: asset.clone() };
    let fund = ExecuteMsg::FundCampaign { campaign };
    assert_refused(suite.execute(&sponsor, &fund, &fake), expected.clone());
    let create = ExecuteMsg::CreateCampaign(Box::new(NewCampaign::default().msg));
    assert_refused(suite.execute(&sponsor, &create, &fake), expected);
}

#[test]
fn listed_tokens_are_addresses_and_bonds_are_coins() {
    let with =
        |change: fn(&mut InstantiateMsg)| Suite::with(Setup { change, ..Default::default() }).map(|_| ());
    assert!(with(|msg| msg.limits.denoms[1].denom = "cw20:nobody".into()).is_err());
    assert!(with(|msg| msg.limits.denoms[1].denom = "cw20:".into()).is_err());
    let upper = with(|msg| {
        msg.limits.denoms[1].denom = format!("cw20:{}", msg.operators[0].admin.to_uppercase());
    });
    assert!(upper.is_err(), "one spelling only");
    let requirement = "a bank denom: a letter, then 2 to 127 letters, digits or any of / : . _ -";
    let bond = with(|msg| msg.security.bond_denom = format!("cw20:{}", msg.operators[0].admin));
    let error = bond.unwrap_err();
    assert!(error.contains("security.bond_denom") && error.ends_with(requirement), "{error}");
    with(|msg| msg.limits.denoms[1].denom = format!("cw20:{}", msg.operators[0].admin)).unwrap();
}
