//! Claims that somebody else sends: the account's money goes where the account says, or to itself.

use attention_protocol::event::Event;
use attention_protocol::msg::{ExecuteMsg, QueryMsg, Redirect, RedirectNonceResponse};
use attention_protocol::redirect::RedirectText;
use attention_rewards::ContractError;
use cosmwasm_std::{Addr, Binary};
use cw_multi_test::AppResponse;
use k256::ecdsa::Signature;
use k256::ecdsa::signature::hazmat::PrehashSigner;

use crate::suite::{ATT, Mode, NewCampaign, Setup, Suite, assert_refused, events, signing_key};

/// The account that signs.
const KEY: &str = "key of alice";

/// Epoch 0 settled: 750 for the account with the key, 250 for bob.
fn settled() -> (Suite, u64) {
    settled_on(Setup::default())
}

fn settled_on(setup: Setup) -> (Suite, u64) {
    let mut suite = Suite::with(setup).unwrap();
    let campaign = NewCampaign::default().create(&mut suite);
    suite.run_epoch(0, &[(campaign, &[(KEY, 750_000), ("bob", 250_000)])]);
    (suite, campaign)
}

fn claim_for(
    suite: &mut Suite,
    name: &str,
    (campaign, epoch): (u64, u64),
    redirect: Option<Redirect>,
) -> Result<AppResponse, String> {
    let items = vec![suite.claim_item(name, campaign, epoch)];
    let (account, relayer) = (suite.user(name).to_string(), suite.user("relayer"));
    suite.execute(&relayer, &ExecuteMsg::ClaimFor { account, items, redirect }, &[])
}

fn nonce(suite: &Suite, name: &str) -> u64 {
    let query = QueryMsg::RedirectNonce { account: suite.user(name).to_string() };
    suite.query::<RedirectNonceResponse>(&query).nonce
}

/// A redirect for the next nonce, good for an hour, signed by the name's key.
fn redirect(suite: &Suite, name: &str, recipient: &Addr) -> Redirect {
    signed(suite, name, recipient, (nonce(suite, name), suite.now_s() + 3_600))
}

fn signed(suite: &Suite, name: &str, recipient: &Addr, (nonce, expires_at_s): (u64, u64)) -> Redirect {
    let (chain_id, account) = (suite.app.block_info().chain_id, suite.user(name));
    let text = RedirectText {
        chain_id: &chain_id,
        contract: suite.contract.as_str(),
        account: account.as_str(),
        recipient: recipient.as_str(),
        nonce,
        expires_at_s,
    };
    let key = signing_key(name);
    let signature: Signature = key.sign_prehash(&text.digest()).unwrap();
    Redirect {
        recipient: recipient.to_string(),
        nonce,
        expires_at_s,
        pubkey: Binary::new(key.verifying_key().to_sec1_bytes().to_vec()),
        signature: Binary::new(signature.to_bytes().to_vec()),
    }
}

#[test]
fn anyone_pays_the_gas_and_the_account_is_paid() {
    let (mut suite, campaign) = settled();
    let response = claim_for(&mut suite, "bob", (campaign, 0), None).unwrap();
    let bob = suite.user("bob");
    let expected =
        Event::RewardClaimed { campaign, epoch: 0, account: bob.to_string(), amount: 250, denom: ATT.into() };
    assert_eq!(events(&response), [expected]);
    assert_eq!((suite.balance(&bob, ATT), suite.balance(&suite.user("relayer"), ATT)), (250, 0));
    assert_refused(claim_for(&mut suite, "bob", (campaign, 0), None), ContractError::NothingToClaim {});
    assert_refused(suite.claim_one("bob", campaign, 0), ContractError::NothingToClaim {});
}

#[test]
fn a_leaf_of_another_account_is_refused() {
    let (mut suite, campaign) = settled();
    let (account, relayer) = (suite.user("bob").to_string(), suite.user("relayer"));
    let items = vec![suite.claim_item(KEY, campaign, 0)];
    let msg = ExecuteMsg::ClaimFor { account, items, redirect: None };
    assert_refused(suite.execute(&relayer, &msg, &[]), ContractError::NotYourLeaf { campaign });
    let items = vec![suite.claim_item(KEY, campaign, 0)];
    let msg = ExecuteMsg::ClaimFor { account: "nobody".into(), items, redirect: None };
    assert!(suite.execute(&relayer, &msg, &[]).is_err());
}

#[test]
fn one_to_32_items_and_not_while_paused() {
    let (mut suite, campaign) = settled();
    let (account, relayer) = (suite.user("bob").to_string(), suite.user("relayer"));
    let item = suite.claim_item("bob", campaign, 0);
    for actual in [0, 33] {
        let items = vec![item.clone(); actual];
        let msg = ExecuteMsg::ClaimFor { account: account.clone(), items, redirect: None };
        let expected = ContractError::Count { what: "items", max: 32, actual };
        assert_refused(suite.execute(&relayer, &msg, &[]), expected);
    }
    let items = vec![item.clone(), item];
    let msg = ExecuteMsg::ClaimFor { account, items, redirect: None };
    assert_refused(suite.execute(&relayer, &msg, &[]), ContractError::CampaignsNotRising { campaign });
    suite.pause();
    let until_s = suite.now_s() + 5_000;
    assert_refused(claim_for(&mut suite, "bob", (campaign, 0), None), ContractError::Paused { until_s });
}

#[test]
fn a_signature_pays_elsewhere_once() {
    let (mut suite, campaign) = settled();
    let (alice, safe) = (suite.user(KEY), suite.user("safe"));
    let good = redirect(&suite, KEY, &safe);
    let response = claim_for(&mut suite, KEY, (campaign, 0), Some(good.clone())).unwrap();
    let redirected = Event::PayoutRedirected { account: alice.to_string(), recipient: safe.to_string() };
    assert!(events(&response).contains(&redirected));
    assert_eq!((suite.balance(&safe, ATT), suite.balance(&alice, ATT)), (750, 0));
    assert_eq!((nonce(&suite, KEY), nonce(&suite, "bob")), (1, 0));
    suite.run_epoch(1, &[(campaign, &[(KEY, 5)])]);
    let replay = claim_for(&mut suite, KEY, (campaign, 1), Some(Redirect { expires_at_s: u64::MAX, ..good }));
    assert_refused(replay, ContractError::WrongNonce { nonce: 0, expected: 1 });
    let early = signed(&suite, KEY, &safe, (2, u64::MAX));
    let early = claim_for(&mut suite, KEY, (campaign, 1), Some(early));
    assert_refused(early, ContractError::WrongNonce { nonce: 2, expected: 1 });
    let next = redirect(&suite, KEY, &safe);
    claim_for(&mut suite, KEY, (campaign, 1), Some(next)).unwrap();
    assert_eq!(suite.balance(&safe, ATT), 750 + 1_000);
}

/// It goes before the payout address, and does not change it.
#[test]
fn a_redirect_is_for_one_message_only() {
    let (mut suite, campaign) = settled();
    let (alice, vault, safe) = (suite.user(KEY), suite.user("vault"), suite.user("safe"));
    let set = ExecuteMsg::SetPayoutAddress { address: Some(vault.to_string()) };
    suite.execute(&alice, &set, &[]).unwrap();
    let good = redirect(&suite, KEY, &safe);
    claim_for(&mut suite, KEY, (campaign, 0), Some(good)).unwrap();
    suite.run_epoch(1, &[(campaign, &[(KEY, 5)])]);
    claim_for(&mut suite, KEY, (campaign, 1), None).unwrap();
    assert_eq!((suite.balance(&safe, ATT), suite.balance(&vault, ATT)), (750, 1_000));
}

#[test]
fn a_claim_of_nothing_uses_no_nonce_up() {
    let (mut suite, campaign) = settled();
    suite.claim_one(KEY, campaign, 0).unwrap();
    let safe = suite.user("safe");
    let good = redirect(&suite, KEY, &safe);
    let refused = claim_for(&mut suite, KEY, (campaign, 0), Some(good));
    assert_refused(refused, ContractError::NothingToClaim {});
    assert_eq!(nonce(&suite, KEY), 0);
}

#[test]
fn it_expires_with_the_block_time() {
    let (mut suite, campaign) = settled();
    let safe = suite.user("safe");
    let expires_at_s = suite.now_s() + 10;
    let good = signed(&suite, KEY, &safe, (0, expires_at_s));
    suite.wait(10);
    let late = claim_for(&mut suite, KEY, (campaign, 0), Some(good.clone()));
    assert_refused(late, ContractError::RedirectExpired { expires_at_s, now_s: expires_at_s });
    suite.set_time(expires_at_s - 1);
    claim_for(&mut suite, KEY, (campaign, 0), Some(good)).unwrap();
}

#[test]
fn every_field_is_bound_by_the_signature() {
    let (mut suite, campaign) = settled();
    let [safe, mallory] = ["safe", "mallory"].map(|name| suite.user(name));
    let account = suite.user(KEY);
    let good = redirect(&suite, KEY, &safe);
    let bad = ContractError::BadSignature { account: account.clone() };
    let mut short = good.signature.to_vec();
    short.pop();
    let mut flipped = good.signature.to_vec();
    flipped[40] ^= 1;
    let changed = [
        Redirect { recipient: mallory.to_string(), ..good.clone() },
        Redirect { expires_at_s: good.expires_at_s + 1, ..good.clone() },
        Redirect { signature: Binary::default(), ..good.clone() },
        Redirect { signature: Binary::new(short), ..good.clone() },
        Redirect { signature: Binary::new(flipped), ..good.clone() },
        Redirect { signature: Binary::new(vec![0; 64]), ..good.clone() },
    ];
    for redirect in changed {
        assert_refused(claim_for(&mut suite, KEY, (campaign, 0), Some(redirect)), bad.clone());
    }
    assert_eq!(nonce(&suite, KEY), 0);
    claim_for(&mut suite, KEY, (campaign, 0), Some(good)).unwrap();
}

/// Another chain, another contract, another account's key: the same text is never signed.
#[test]
fn it_is_bound_to_chain_contract_and_account() {
    let (mut suite, campaign) = settled();
    let safe = suite.user("safe");
    let account = suite.user(KEY);
    let bad = ContractError::BadSignature { account: account.clone() };
    for setup in [
        Setup { chain_id: "chain-2".into(), ..Default::default() },
        Setup { contracts_before: 1, ..Default::default() },
    ] {
        let (other, _) = settled_on(setup);
        let foreign = signed(&other, KEY, &safe, (0, u64::MAX));
        assert_refused(claim_for(&mut suite, KEY, (campaign, 0), Some(foreign)), bad.clone());
    }
    // Mallory signs for herself, and the relayer presents it for another account.
    let hers = redirect(&suite, "key of mallory", &safe);
    let stolen = claim_for(&mut suite, KEY, (campaign, 0), Some(hers.clone()));
    assert_refused(stolen, ContractError::NotTheAccountsKey { account: account.clone() });
    let pubkey = redirect(&suite, KEY, &safe).pubkey;
    let forged = claim_for(&mut suite, KEY, (campaign, 0), Some(Redirect { pubkey, ..hers.clone() }));
    assert_refused(forged, bad);
    // An account that is no key's: a name of the suite, and a contract.
    let bob = suite.user("bob");
    let refused = claim_for(&mut suite, "bob", (campaign, 0), Some(hers));
    assert_refused(refused, ContractError::NotTheAccountsKey { account: bob });
}

#[test]
fn the_recipient_is_a_valid_address_other_than_the_contracts() {
    let (mut suite, campaign) = settled();
    let contract = suite.contract.clone();
    let to_itself = redirect(&suite, KEY, &contract);
    let requirement = "another address than this contract's";
    let (field, value) = ("redirect.recipient", contract.to_string());
    let expected = ContractError::Invalid { field, value, requirement };
    assert_refused(claim_for(&mut suite, KEY, (campaign, 0), Some(to_itself)), expected);
    let nowhere = redirect(&suite, KEY, &Addr::unchecked("nobody"));
    assert!(claim_for(&mut suite, KEY, (campaign, 0), Some(nowhere)).is_err());
}

/// A payment that fails is owed to the account, not to where it should have gone.
#[test]
fn what_fails_is_owed_to_the_account() {
    let (mut suite, asset) = Suite::with_token();
    let campaign = NewCampaign::default().bringing(1_000, &asset).create(&mut suite);
    suite.run_epoch(0, &[(campaign, &[(KEY, 5)])]);
    let (alice, safe) = (suite.user(KEY), suite.user("safe"));
    let good = redirect(&suite, KEY, &safe);
    suite.become_mode(&asset, Mode::Fails("blocked".into()));
    claim_for(&mut suite, KEY, (campaign, 0), Some(good)).unwrap();
    assert_eq!((suite.owed(&asset, &alice), suite.owed(&asset, &safe)), (100, 0));
}
