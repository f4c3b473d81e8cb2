//! Rewards in a real cw20 token, and gifts of a real cw721 collection.

use attention_e2e::chain::artifact;
use attention_e2e::{Account, Bed, BedOptions, CampaignBook, E2eError, EpochBook, Wasmd};
use attention_protocol::gift::{
    Condition, Delivery, EpochWindow, ExecuteMsg as GiftMsg, GiftTerms, InstantiateMsg as InstantiateGifts,
};
use attention_protocol::msg::{
    CreateCampaign, Cw20Deposit, DenomPolicy, ExecuteMsg, QueryMsg, SolvencyResponse, cw20_asset,
};
use attention_protocol::{Score, ZERO_HASH};
use cosmwasm_std::{Binary, Uint128, to_json_binary};
use serde_json::{Value, json};

use crate::rewards::{first_epoch, fresh};
use crate::{Stage, terms};

/// Runs a message of a contract that is not ours.
fn run(
    wasmd: &Wasmd,
    from: &Account,
    contract: &str,
    message: &Value,
) -> Result<attention_e2e::Tx, E2eError> {
    let tx = wasmd.send(&from.key, &["wasm", "execute", contract, &message.to_string()])?;
    tx.map_err(|failed| E2eError::Output(format!("{message}: {}", failed.log)))
}

pub fn cw20_rewards(stage: &Stage<'_>) -> Result<(), E2eError> {
    let wasmd = Wasmd::new(stage.chain);
    let sponsor = wasmd.add_key("token-sponsor")?;
    stage.chain.fund(std::slice::from_ref(&sponsor.address), &["100000000uattn"])?;
    let code = wasmd.store(&sponsor.key, &artifact("tokens_cw20.wasm")?)?;
    let gold = json!({
        "name": "Gold", "symbol": "GOLD", "decimals": 6, "mint": null, "marketing": null,
        "initial_balances": [{"address": sponsor.address, "amount": "1000000"}],
    });
    let token = wasmd.instantiate(&sponsor.key, &code, &gold, "gold")?;
    let denom = cw20_asset(&token);
    let options = BedOptions { genesis_in_s: 45, ..Default::default() };
    let policy =
        DenomPolicy { denom: denom.clone(), funding_min: Uint128::new(1_000), creation_fee: Uint128::new(7) };
    let bed = Bed::deploy_with(stage.chain, stage.code, "token", options, |message| {
        message.limits.denoms.push(policy);
    })?;
    let (alice, safe) = (fresh(stage, &bed, "token-alice")?, fresh(stage, &bed, "token-safe")?);
    let held = |address: &str| -> Result<u128, E2eError> {
        let answer: Value = wasmd.smart(&token, &json!({"balance": {"address": address}}))?;
        Ok(answer["balance"].as_str().and_then(|amount| amount.parse().ok()).expect("a balance"))
    };

    // The sponsor sends 2,007 tokens with the campaign in their message: 7 are the fee.
    let terms = terms::plain(2);
    let create = CreateCampaign {
        terms: terms.clone(),
        claim_deadline_s: wasmd.now()?.1 + 31_536_000,
        refund_address: None,
        metadata: None,
    };
    let message = to_json_binary(&Cw20Deposit::CreateCampaign(Box::new(create))).expect("JSON");
    let send = |message: &Binary, amount: &str| json!({"send": {"contract": bed.contract, "amount": amount, "msg": message.to_base64()}});
    let tx = run(&wasmd, &sponsor, &token, &send(&message, "2007"))?;
    let id = tx.attribute("wasm-campaign_created", "campaign").and_then(|id| id.parse().ok());
    let id: u64 = id.expect("the campaign's id");
    let junk = wasmd
        .send(&sponsor.key, &["wasm", "execute", &token, &send(&Binary::from(b"{}"), "5").to_string()])?;
    junk.expect_err("tokens without a message for the contract go back with their transaction");
    assert_eq!(held(&bed.contract)?, 2_007);

    // One epoch, all of it Alice's: half is paid to herself, the rest where she says.
    let mut book = CampaignBook::new(id, &terms);
    let mut prev = ZERO_HASH;
    for (epoch, paid_to) in [(0, &alice), (1, &safe)] {
        let scores = [(alice.id.clone(), 400_000)];
        let allocated = book.allocate(&bed.deployment.allocation_domain(id, epoch), &scores, 1_000);
        let reported = EpochBook::new(&bed.deployment, epoch, &[&allocated]);
        (_, prev) = bed.report(&reported, prev)?;
        let settle = ExecuteMsg::Settle { items: reported.settle_items() };
        bed.execute(&bed.owner, &settle, "")?.expect("it settles");
        book.keep(&allocated);
        let items = vec![allocated.claim_item(epoch, &alice.id)];
        let claim = if epoch == 0 {
            bed.execute(&alice, &ExecuteMsg::Claim { items }, "")?
        } else {
            let there = ExecuteMsg::SetPayoutAddress { address: Some(safe.address.clone()) };
            bed.execute(&alice, &there, "")?.expect("an account says where it is paid");
            let account = alice.address.clone();
            bed.execute(&bed.owner, &ExecuteMsg::ClaimFor { account, items, redirect: None }, "")?
        };
        let tx = claim.expect("the claim is paid");
        println!("       {:>7} gas  claim in a cw20 token", tx.gas_used);
        assert_eq!(held(&paid_to.address)?, 1_000);
    }
    assert_eq!(held(&bed.contract)?, 7, "the fee is left");
    let solvency: SolvencyResponse =
        bed.query(&QueryMsg::Solvency { denom, start_after: None, limit: None })?;
    let (owed, fees, balance) = (solvency.owed.u128(), solvency.fees_due.u128(), solvency.balance.u128());
    assert_eq!((owed, fees, balance), (0, 7, 7));
    Ok(())
}

pub fn cw721_gifts(stage: &Stage<'_>) -> Result<(), E2eError> {
    let options = BedOptions { genesis_in_s: 50, ..Default::default() };
    let bed = Bed::deploy(stage.chain, stage.code, "gift", options)?;
    let wasmd = &bed.wasmd;
    let (alice, bob) = (fresh(stage, &bed, "gift-alice")?, fresh(stage, &bed, "gift-bob")?);
    let code = wasmd.store(&bed.owner.key, &artifact("attention_gifts.wasm")?)?;
    let instantiate =
        InstantiateGifts { owner: None, guardian: None, rewards: bed.contract.clone(), pause_max_s: 3_600 };
    let gifts = wasmd.instantiate(&bed.owner.key, &code, &instantiate, "gifts")?;
    let code = wasmd.store(&bed.owner.key, &artifact("tokens_cw721.wasm")?)?;
    let hats = json!({"name": "Hats", "symbol": "HAT", "minter": gifts});
    let collection = wasmd.instantiate(&bed.owner.key, &code, &hats, "hats")?;

    let (_, epoch) = first_epoch(&bed, &[(&alice, 600_000), (&bob, 100_000)])?;
    let terms = GiftTerms {
        campaign: epoch.commitment.campaign,
        condition: Some(Condition::ScoreAtLeast { score: Score::try_from(500_000).expect("a score") }),
        collection: collection.clone(),
        delivery: Delivery::Mint { token_uri: None },
        supply: 1,
        per_account: 1,
        window: EpochWindow { first_epoch: 0, end_epoch: 1 },
        metadata: None,
    };
    let execute = |from: &Account, message: &GiftMsg| {
        let message = serde_json::to_string(message).expect("JSON");
        wasmd.send(&from.key, &["wasm", "execute", &gifts, &message])
    };
    let create = GiftMsg::CreateGift(Box::new(terms));
    execute(&alice, &create)?.expect_err("only the campaign's sponsor");
    let tx = execute(&bed.owner, &create)?.expect("the sponsor creates a gift");
    let gift = tx.attribute("wasm-gift_created", "gift").and_then(|gift| gift.parse().ok());
    let gift: u64 = gift.expect("the gift's number");
    let claim = |account: &Account| {
        let item = epoch.claim_item(0, &account.id);
        GiftMsg::ClaimGift { gift, epoch: 0, position: item.position, proof: item.proof }
    };
    execute(&bob, &claim(&bob))?.expect_err("a score of 100,000 is below the condition");
    let tx = execute(&alice, &claim(&alice))?.expect("a score of 600,000 is enough");
    println!("       {:>7} gas  claim of a minted cw721 gift", tx.gas_used);
    execute(&alice, &claim(&alice))?.expect_err("once");
    let token = format!("g{gift}-0");
    let answer: Value = wasmd.smart(&collection, &json!({"owner_of": {"token_id": token}}))?;
    assert_eq!(answer["owner"].as_str(), Some(alice.address.as_str()), "{answer}");
    Ok(())
}
