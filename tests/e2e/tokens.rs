//! Rewards in a real cw20 token, and gifts of a real cw721 collection.

use attention_e2e::chain::artifact;
use attention_e2e::{Account, Bed, BedOptions, CampaignBook, E2eError, EpochBook, Tx, Wasmd};
use attention_protocol::gift::{
    Condition, Delivery, EpochWindow, ExecuteMsg as GiftMsg, GiftTerms, InstantiateMsg as InstantiateGifts,
};
use attention_protocol::msg::{
    CreateCampaign, Cw20Deposit, DenomPolicy, ExecuteMsg, QueryMsg, SolvencyResponse, cw20_asset,
};
use attention_protocol::{CampaignTerms, Score, ZERO_HASH};
use cosmwasm_std::{Binary, Uint128, to_json_binary};
use serde_json::{Value, json};

use crate::rewards::{claim, first_epoch, fresh};
use crate::{Stage, terms};

/// Runs a message of a contract that is not ours.
fn run(wasmd: &Wasmd, from: &Account, contract: &str, message: &Value) -> Result<Tx, E2eError> {
    let tx = wasmd.execute(from, contract, message, "")?;
    tx.map_err(|failed| E2eError::Output(format!("{message}: {}", failed.log)))
}

/// Brings a contract to other code.
fn migrate(
    wasmd: &Wasmd,
    admin: &Account,
    contract: &str,
    code: &str,
    message: &Value,
) -> Result<(), E2eError> {
    let tx = wasmd.migrate(admin, contract, code, message)?;
    tx.map(drop).map_err(|failed| E2eError::Output(format!("migrating {contract}: {}", failed.log)))
}

/// The code that refuses everything.
pub struct Frozen {
    wasmd: Wasmd,
    code: String,
}

impl Frozen {
    pub fn store(wasmd: &Wasmd, from: &Account) -> Result<Self, E2eError> {
        let code = wasmd.store(&from.key, &artifact("tokens_frozen.wasm")?)?;
        Ok(Self { wasmd: wasmd.clone(), code })
    }

    /// A contract's admin freezes it. Its state stays.
    pub fn freeze(&self, admin: &Account, contract: &str) -> Result<(), E2eError> {
        migrate(&self.wasmd, admin, contract, &self.code, &json!({}))
    }
}

/// A cw20 token: its sponsor is its admin and has all of it.
pub struct Token {
    pub wasmd: Wasmd,
    pub sponsor: Account,
    pub address: String,
    code: String,
}

impl Token {
    pub fn create(stage: &Stage<'_>, name: &str) -> Result<Self, E2eError> {
        let wasmd = Wasmd::new(stage.chain)?;
        let sponsor = wasmd.add_key(&format!("{name}-sponsor"))?;
        stage.chain.fund(std::slice::from_ref(&sponsor.address), &["100000000uattn"])?;
        let code = wasmd.store(&sponsor.key, &artifact("tokens_cw20.wasm")?)?;
        let gold = json!({
            "name": "Gold", "symbol": "GOLD", "decimals": 6, "mint": null, "marketing": null,
            "initial_balances": [{"address": sponsor.address, "amount": "1000000"}],
        });
        let admin = Some(sponsor.address.as_str());
        let address = wasmd.instantiate_under(&sponsor.key, &code, &gold, "gold", admin)?;
        Ok(Self { wasmd, sponsor, address, code })
    }

    /// The asset that campaigns pay in.
    pub fn denom(&self) -> String {
        cw20_asset(&self.address)
    }

    /// A deployment whose campaigns may pay in it: at least 1,000, and 7 for the creation.
    pub fn bed(&self, stage: &Stage<'_>, name: &str, options: BedOptions) -> Result<Bed, E2eError> {
        let policy = DenomPolicy {
            denom: self.denom(),
            funding_min: Uint128::new(1_000),
            creation_fee: Uint128::new(7),
        };
        Bed::deploy_with(stage.chain, stage.code, name, options, |message| {
            message.limits.denoms.push(policy);
        })
    }

    fn send(&self, bed: &Bed, message: &Binary, amount: u128) -> Value {
        let amount = amount.to_string();
        json!({"send": {"contract": bed.contract, "amount": amount, "msg": message.to_base64()}})
    }

    /// The sponsor sends tokens with a campaign in their message.
    pub fn create_campaign(&self, bed: &Bed, terms: &CampaignTerms, amount: u128) -> Result<u64, E2eError> {
        let create = CreateCampaign {
            terms: terms.clone(),
            claim_deadline_s: self.wasmd.node.now()?.1 + 31_536_000,
            refund_address: None,
            metadata: None,
        };
        let message = to_json_binary(&Cw20Deposit::CreateCampaign(Box::new(create))).expect("JSON");
        let tx = run(&self.wasmd, &self.sponsor, &self.address, &self.send(bed, &message, amount))?;
        let id = tx.attribute("wasm-campaign_created", "campaign").and_then(|id| id.parse().ok());
        Ok(id.expect("the campaign's id"))
    }

    /// What an address has of it.
    pub fn held(&self, address: &str) -> Result<u128, E2eError> {
        let answer: Value =
            self.wasmd.node.smart(&self.address, &json!({"balance": {"address": address}}))?;
        Ok(answer["balance"].as_str().and_then(|amount| amount.parse().ok()).expect("a balance"))
    }

    /// Ends what [`Frozen::freeze`] began.
    pub fn thaw(&self) -> Result<(), E2eError> {
        migrate(&self.wasmd, &self.sponsor, &self.address, &self.code, &json!({}))
    }
}

/// A cw721 collection. The owner of the deployment is its admin.
pub struct Collection {
    wasmd: Wasmd,
    pub address: String,
    code: String,
}

impl Collection {
    pub fn create(bed: &Bed, minter: &str) -> Result<Self, E2eError> {
        let (wasmd, owner) = (bed.wasmd.clone(), &bed.owner);
        let code = wasmd.store(&owner.key, &artifact("tokens_cw721.wasm")?)?;
        let hats = json!({"name": "Hats", "symbol": "HAT", "minter": minter});
        let address = wasmd.instantiate_under(&owner.key, &code, &hats, "hats", Some(&owner.address))?;
        Ok(Self { wasmd, address, code })
    }

    pub fn run(&self, from: &Account, message: &Value) -> Result<Tx, E2eError> {
        run(&self.wasmd, from, &self.address, message)
    }

    pub fn owner_of(&self, token_id: &str) -> Result<String, E2eError> {
        let answer: Value =
            self.wasmd.node.smart(&self.address, &json!({"owner_of": {"token_id": token_id}}))?;
        Ok(answer["owner"].as_str().expect("an owner").to_string())
    }

    /// Ends what [`Frozen::freeze`] began.
    pub fn thaw(&self, admin: &Account) -> Result<(), E2eError> {
        let message = json!({"with_update": {"minter": null, "creator": null}});
        migrate(&self.wasmd, admin, &self.address, &self.code, &message)
    }
}

/// The gifts contract of a deployment.
pub struct Gifts {
    wasmd: Wasmd,
    pub address: String,
}

impl Gifts {
    pub fn create(bed: &Bed) -> Result<Self, E2eError> {
        let wasmd = bed.wasmd.clone();
        let code = wasmd.store(&bed.owner.key, &artifact("attention_gifts.wasm")?)?;
        let rewards = bed.contract.clone();
        let message = InstantiateGifts { owner: None, guardian: None, rewards, pause_max_s: 3_600 };
        let address = wasmd.instantiate(&bed.owner.key, &code, &message, "gifts")?;
        Ok(Self { wasmd, address })
    }

    /// Creates a gift and returns its number.
    pub fn create_gift(&self, sponsor: &Account, terms: GiftTerms) -> Result<u64, E2eError> {
        let create = GiftMsg::CreateGift(Box::new(terms));
        let tx = self.wasmd.execute(sponsor, &self.address, &create, "")?;
        let tx = tx.map_err(|failed| E2eError::Output(format!("creating a gift: {}", failed.log)))?;
        let gift = tx.attribute("wasm-gift_created", "gift").and_then(|gift| gift.parse().ok());
        Ok(gift.expect("the gift's number"))
    }
}

pub fn cw20_rewards(stage: &Stage<'_>) -> Result<(), E2eError> {
    let gold = Token::create(stage, "token")?;
    let denom = gold.denom();
    let bed = gold.bed(stage, "token", BedOptions { genesis_in_s: 45, ..Default::default() })?;
    let (alice, safe) = (fresh(stage, &bed, "token-alice")?, fresh(stage, &bed, "token-safe")?);

    // The sponsor sends 2,007 tokens with the campaign in their message: 7 are the fee.
    let terms = terms::plain(2);
    let id = gold.create_campaign(&bed, &terms, 2_007)?;
    let junk = gold.send(&bed, &Binary::from(b"{}"), 5);
    let junk = gold.wasmd.execute(&gold.sponsor, &gold.address, &junk, "")?;
    junk.expect_err("tokens without a message for the contract go back with their transaction");
    assert_eq!(gold.held(&bed.contract)?, 2_007);

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
        let claimed = if epoch == 0 {
            bed.execute(&alice, &claim(items), "")?
        } else {
            let there = ExecuteMsg::SetPayoutAddress { address: Some(safe.address.clone()) };
            bed.execute(&alice, &there, "")?.expect("an account says where it is paid");
            let account = alice.address.clone();
            bed.execute(&bed.owner, &ExecuteMsg::ClaimFor { account, items, redirect: None }, "")?
        };
        let tx = claimed.expect("the claim is paid");
        println!("       {:>7} gas  claim in a cw20 token", tx.gas_used);
        assert_eq!(gold.held(&paid_to.address)?, 1_000);
    }
    assert_eq!(gold.held(&bed.contract)?, 7, "the fee is left");
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
    let gifts = Gifts::create(&bed)?;
    let hats = Collection::create(&bed, &gifts.address)?;

    let (_, epoch) = first_epoch(&bed, &[(&alice, 600_000), (&bob, 100_000)])?;
    let terms = GiftTerms {
        campaign: epoch.commitment.campaign,
        condition: Some(Condition::ScoreAtLeast { score: Score::try_from(500_000).expect("a score") }),
        collection: hats.address.clone(),
        delivery: Delivery::Mint { token_uri: None },
        supply: 1,
        per_account: 1,
        window: EpochWindow { first_epoch: 0, end_epoch: 1 },
        metadata: None,
    };
    let execute = |from: &Account, message: &GiftMsg| wasmd.execute(from, &gifts.address, message, "");
    let create = GiftMsg::CreateGift(Box::new(terms.clone()));
    execute(&alice, &create)?.expect_err("only the campaign's sponsor");
    let gift = gifts.create_gift(&bed.owner, terms)?;
    let claim = |account: &Account| {
        let item = epoch.claim_item(0, &account.id);
        GiftMsg::ClaimGift { gift, epoch: 0, position: item.position, proof: item.proof }
    };
    execute(&bob, &claim(&bob))?.expect_err("a score of 100,000 is below the condition");
    let tx = execute(&alice, &claim(&alice))?.expect("a score of 600,000 is enough");
    println!("       {:>7} gas  claim of a minted cw721 gift", tx.gas_used);
    execute(&alice, &claim(&alice))?.expect_err("once");
    assert_eq!(hats.owner_of(&format!("g{gift}-0"))?, alice.address);
    Ok(())
}
