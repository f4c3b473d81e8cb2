//! Figures of one state: every message of the gifts contract, a campaign paid for in cw20 tokens, and the end of ownership.

use attention_protocol::Score;
use attention_protocol::gift::{
    Condition, Cw721HookMsg, Delivery, EpochWindow, ExecuteMsg as GiftMsg, GiftTerms,
    InstantiateMsg as InstantiateGifts, PrivilegeTerms, QuestReward, QuestTerms, Tier,
};
use attention_protocol::msg::{CreateCampaign, Cw20Deposit, DenomPolicy, ExecuteMsg, cw20_asset};
use cosmrs::Any;
use cosmwasm_std::{Binary, Uint128, to_json_binary};
use serde_json::{Value, json};

use super::script::Costs;
use super::site::{FUNDING, STEADY_END, Site, failed, terms};
use super::world::World;
use super::{STEADY, renounceable};
use crate::chain::{LocalChain, artifact};
use crate::direct::Direct;
use crate::error::E2eError;
use crate::wasmd::Wasmd;

/// The key that stored the contract's code.
const UPLOADER: &str = "uploader";

/// The gifts contract beside a rewards contract, with collections.
struct Shop<'a> {
    world: &'a World,
    gifts: String,
    /// The gifts contract mints its tokens.
    minted: String,
    /// The key mints its tokens.
    deposited: String,
    costs: Costs,
}

/// Measures all of it, in a deployment of its own.
///
/// # Errors
/// [`E2eError`].
pub fn measure(chain: &LocalChain, code: &str) -> Result<Costs, E2eError> {
    let store = |file: &str| Wasmd::new(chain)?.store(UPLOADER, &artifact(file)?);
    let (cw20, cw721) = (store("tokens_cw20.wasm")?, store("tokens_cw721.wasm")?);
    let (frozen, gifts) = (store("tokens_frozen.wasm")?, store("attention_gifts.wasm")?);
    let mut costs = Costs::new();
    let renounced = renounceable(chain, code)?;
    let renounce = renounced.call(&ExecuteMsg::RenounceOwnership {}, None)?;
    costs.insert("renounce_ownership".into(), renounced.client.simulate(&[renounce])?);

    let name = "gifts";
    let client = Direct::new(chain, name)?;
    chain.fund(std::slice::from_ref(&client.address), &["1000000000uattn"])?;
    let token = client.instantiate(
        &cw20,
        &json!({
            "name": "Gold", "symbol": "GOLD", "decimals": 6, "mint": null, "marketing": null,
            "initial_balances": [{"address": client.address, "amount": (FUNDING * 10).to_string()}],
        }),
    )?;
    let policy = DenomPolicy {
        denom: cw20_asset(&token),
        funding_min: Uint128::new(1_000),
        creation_fee: Uint128::new(7),
    };
    let site = Site::deploy(chain, code, name, STEADY, |message| message.limits.denoms.push(policy))?;
    let mut world = World::on(site)?;
    costs.insert("receive".into(), received(&world.site, &token)?);
    world.settle_epoch(false)?;

    let client = &world.site.client;
    let rewards = world.site.contract.clone();
    let own = client.address.clone();
    let message = InstantiateGifts { owner: None, guardian: None, rewards, pause_max_s: 3_600 };
    let gifts = client.instantiate(&gifts, &message)?;
    let hats = |minter: &str| {
        client.instantiate(&cw721, &json!({"name": "Hats", "symbol": "HAT", "minter": minter}))
    };
    let (minted, deposited) = (hats(&gifts)?, hats(&own)?);
    let mut shop = Shop { world: &world, gifts, minted, deposited, costs };
    shop.owners()?;
    shop.sponsors()?;
    shop.accounts()?;
    shop.owed(&frozen, &cw721)?;
    Ok(shop.costs)
}

/// A campaign that is created by sending tokens: the token's own work is part of it.
fn received(site: &Site, token: &str) -> Result<u64, E2eError> {
    let create = CreateCampaign {
        terms: terms(STEADY_END, STEADY_END + 1),
        claim_deadline_s: site.clock.genesis_s + (STEADY_END + 1) * site.clock.epoch_length_s,
        refund_address: None,
        metadata: None,
    };
    let deposit = to_json_binary(&Cw20Deposit::CreateCampaign(Box::new(create)));
    let msg = deposit.map_err(|error| failed("a deposit", error))?.to_base64();
    let send = json!({"send": {"contract": site.contract, "amount": FUNDING.to_string(), "msg": msg}});
    site.client.simulate(&[site.client.call(token, &send, vec![])?])
}

impl Shop<'_> {
    fn client(&self) -> &Direct {
        &self.world.site.client
    }

    fn call(&self, message: &GiftMsg) -> Result<Any, E2eError> {
        self.client().call(&self.gifts, message, vec![])
    }

    fn keep(&mut self, name: &str, gas: u64) {
        self.costs.insert(format!("gifts: {name}"), gas);
    }

    fn alone(&mut self, name: &str, call: Any) -> Result<(), E2eError> {
        let gas = self.client().simulate(&[call]).map_err(|error| failed(name, error))?;
        self.keep(name, gas);
        Ok(())
    }

    /// What a message uses behind another, as if its transaction held nothing else.
    fn after(&mut self, name: &str, before: Any, call: Any) -> Result<(), E2eError> {
        let simulate = |calls: &[Any]| self.client().simulate(calls).map_err(|error| failed(name, error));
        let idle = self.client().call(&self.gifts, &GiftMsg::ProposeOwner { owner: None }, vec![])?;
        let (one, two) = (simulate(std::slice::from_ref(&idle))?, simulate(&[idle.clone(), idle])?);
        let (without, with) = (simulate(std::slice::from_ref(&before))?, simulate(&[before, call])?);
        self.keep(name, with - without + 2 * one - two);
        Ok(())
    }

    fn owners(&mut self) -> Result<(), E2eError> {
        let own = Some(self.client().address.clone());
        let propose = self.call(&GiftMsg::ProposeOwner { owner: own })?;
        let (accept, pause) = (self.call(&GiftMsg::AcceptOwner {})?, self.call(&GiftMsg::Pause {})?);
        let unpause = self.call(&GiftMsg::Unpause {})?;
        self.alone("propose_owner", propose.clone())?;
        self.after("accept_owner", propose, accept)?;
        self.alone("pause", pause.clone())?;
        self.after("unpause", pause, unpause)
    }

    fn gift(&self, collection: &str, delivery: Delivery) -> Result<Any, E2eError> {
        let score = Score::try_from(1).map_err(|error| failed("a score", error))?;
        self.call(&GiftMsg::CreateGift(Box::new(GiftTerms {
            campaign: 1,
            condition: Some(Condition::ScoreAtLeast { score }),
            collection: collection.into(),
            delivery,
            supply: 10,
            per_account: 1,
            window: EpochWindow { first_epoch: 0, end_epoch: STEADY_END },
            metadata: None,
        })))
    }

    /// Creates gift 1, which is minted, and gift 2, which is handed out and has one token.
    fn sponsors(&mut self) -> Result<(), E2eError> {
        let minted = self.gift(&self.minted, Delivery::Mint { token_uri: None })?;
        let deposited = self.gift(&self.deposited, Delivery::HandOut {})?;
        self.alone("create_gift", minted.clone())?;
        let own = self.client().address.clone();
        let mint =
            |id: &str| json!({"mint": {"token_id": id, "owner": own, "token_uri": null, "extension": {}}});
        let collection = |message: &Value| self.client().call(&self.deposited, message, vec![]);
        let hook =
            to_json_binary(&Cw721HookMsg::Deposit { gift: 2 }).map_err(|error| failed("a hook", error))?;
        let send =
            |id: &str| json!({"send_nft": {"contract": self.gifts, "token_id": id, "msg": hook.to_base64()}});
        let (red, blue) = (collection(&mint("red"))?, collection(&mint("blue"))?);
        let (first, second) = (collection(&send("red"))?, collection(&send("blue"))?);
        self.client().send(vec![minted, deposited, red, first, blue])?;
        self.alone("receive_nft", second)?;
        let close = self.call(&GiftMsg::CloseGift { gift: 2, before: None, limit: None })?;
        self.alone("close_gift", close)?;

        let privilege = GiftMsg::CreatePrivilege(Box::new(PrivilegeTerms {
            campaign: 1,
            name: "early".into(),
            half_life_epochs: 4,
            tiers: vec![Tier { level: 1, grant_at: 1, keep_at: 1 }],
            ttl_epochs: 10,
        }));
        let privilege = self.call(&privilege)?;
        self.alone("create_privilege", privilege.clone())?;
        let score = Score::try_from(1).map_err(|error| failed("a score", error))?;
        let quest = self.call(&GiftMsg::CreateQuest(Box::new(QuestTerms {
            campaign: 1,
            condition: Condition::ScoreAtLeast { score },
            cooldown_epochs: 1,
            per_account: 1,
            supply: 10,
            reward: QuestReward::Gift { gift: 1 },
            window: EpochWindow { first_epoch: 0, end_epoch: STEADY_END },
            metadata: None,
        })))?;
        self.alone("create_quest", quest.clone())?;
        self.client().send(vec![privilege, quest]).map(drop)
    }

    fn accounts(&mut self) -> Result<(), E2eError> {
        let settled = self.world.settled.as_ref().ok_or_else(|| failed("a gift", "nothing is settled"))?;
        let (epoch, item) = (settled.0, settled.1.claim_item(settled.0, &self.client().id));
        let (position, proof): (u32, Binary) = (item.position, item.proof);
        let own = self.client().address.clone();
        let claim = |gift| GiftMsg::ClaimGift { gift, epoch, position, proof: proof.clone() };
        let (mint, hand_out) = (self.call(&claim(1))?, self.call(&claim(2))?);
        self.alone("claim_gift (minted)", mint)?;
        self.alone("claim_gift (handed out)", hand_out)?;
        let claim_for =
            GiftMsg::ClaimGiftFor { account: own, gift: 1, epoch, position, proof: proof.clone() };
        let claim_for = self.call(&claim_for)?;
        self.alone("claim_gift_for", claim_for)?;
        let prove =
            self.call(&GiftMsg::ProvePrivilege { privilege: 1, epoch, position, proof: proof.clone() })?;
        self.alone("prove_privilege", prove)?;
        let complete = self.call(&GiftMsg::CompleteQuest { quest: 1, epoch, position, proof })?;
        self.alone("complete_quest (minted gift)", complete)
    }

    /// A token whose collection was frozen when it was claimed, and no longer is.
    fn owed(&mut self, frozen: &str, cw721: &str) -> Result<(), E2eError> {
        let settled = self.world.settled.as_ref().ok_or_else(|| failed("a gift", "nothing is settled"))?;
        let (epoch, item) = (settled.0, settled.1.claim_item(settled.0, &self.client().id));
        let (position, proof) = (item.position, item.proof);
        let claim = self.call(&GiftMsg::ClaimGift { gift: 2, epoch, position, proof })?;
        let freeze = self.client().migrate(&self.deposited, frozen, &json!({}))?;
        self.client().send(vec![freeze, claim])?;
        let update = json!({"with_update": {"minter": null, "creator": null}});
        let thaw = self.client().migrate(&self.deposited, cw721, &update)?;
        let withdraw = self.call(&GiftMsg::WithdrawGift { gift: 2, account: None })?;
        self.after("withdraw_gift", thaw, withdraw)
    }
}
