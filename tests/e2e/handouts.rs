//! Gifts that a sponsor deposits and the contract hands out.

use attention_e2e::{Account, Bed, BedOptions, E2eError, Tx, Wasmd};
use attention_protocol::Score;
use attention_protocol::gift::{
    Condition, Cw721HookMsg, Delivery, EpochWindow, ExecuteMsg as GiftMsg, GiftResponse, GiftStatusResponse,
    GiftTerms, OwedItem, QueryMsg as GiftQuery,
};
use cosmwasm_std::to_json_binary;
use serde_json::json;

use crate::Stage;
use crate::rewards::{first_epoch, fresh};
use crate::tokens::{Collection, Frozen, Gifts};

/// What a test holds of one gift.
struct Shelf<'a> {
    wasmd: &'a Wasmd,
    gifts: Gifts,
    hats: Collection,
    gift: u64,
}

impl Shelf<'_> {
    /// The sponsor mints a token and sends it to be handed out.
    fn deposit(&self, bed: &Bed, token_id: &str) -> Result<(), E2eError> {
        let sponsor = &bed.owner;
        let mint = json!({"mint": {
            "token_id": token_id, "owner": sponsor.address, "token_uri": null, "extension": {},
        }});
        self.hats.run(sponsor, &mint)?;
        let hook = to_json_binary(&Cw721HookMsg::Deposit { gift: self.gift }).expect("JSON");
        let msg = hook.to_base64();
        let send = json!({"send_nft": {"contract": self.gifts.address, "token_id": token_id, "msg": msg}});
        let tx = self.hats.run(sponsor, &send)?;
        assert_eq!(tx.attribute("wasm-token_deposited", "token_id"), Some(token_id), "{:?}", tx.events);
        Ok(())
    }

    fn execute(&self, from: &Account, message: &GiftMsg, why: &str) -> Result<Tx, E2eError> {
        let tx = self.wasmd.execute(from, &self.gifts.address, message, "")?;
        tx.map_err(|failed| E2eError::Output(format!("{why}: {}", failed.log)))
    }

    fn owed(&self, account: &Account) -> Result<Option<OwedItem>, E2eError> {
        let query = GiftQuery::GiftStatus { gift: self.gift, account: account.address.clone() };
        Ok(self.wasmd.node.smart::<GiftStatusResponse>(&self.gifts.address, &query)?.owed)
    }
}

/// The collection is frozen when the first account claims: the claim goes through and the token stays the account's, however often
/// its delivery fails and whoever comes next. What nobody claimed goes back to the sponsor.
pub fn a_handed_out_gift_outlives_a_frozen_collection(stage: &Stage<'_>) -> Result<(), E2eError> {
    let options = BedOptions { genesis_in_s: 35, ..Default::default() };
    let bed = Bed::deploy(stage.chain, stage.code, "handout", options)?;
    let wasmd = &bed.wasmd;
    let (alice, bob) = (fresh(stage, &bed, "handout-alice")?, fresh(stage, &bed, "handout-bob")?);
    let (_, epoch) = first_epoch(&bed, &[(&alice, 600_000), (&bob, 550_000)])?;
    let gifts = Gifts::create(&bed)?;
    let hats = Collection::create(&bed, &bed.owner.address)?;
    let frozen = Frozen::store(wasmd, &bed.owner)?;
    let terms = GiftTerms {
        campaign: epoch.commitment.campaign,
        condition: Some(Condition::ScoreAtLeast { score: Score::try_from(500_000).expect("a score") }),
        collection: hats.address.clone(),
        delivery: Delivery::HandOut {},
        supply: 3,
        per_account: 1,
        window: EpochWindow { first_epoch: 0, end_epoch: 1 },
        metadata: None,
    };
    let gift = gifts.create_gift(&bed.owner, terms)?;
    let shelf = Shelf { wasmd, gifts, hats, gift };
    let claim = |account: &Account| {
        let item = epoch.claim_item(0, &account.id);
        GiftMsg::ClaimGift { gift, epoch: 0, position: item.position, proof: item.proof }
    };
    wasmd.execute(&alice, &shelf.gifts.address, &claim(&alice), "")?.expect_err("nothing is deposited yet");
    for token_id in ["red", "green", "blue"] {
        shelf.deposit(&bed, token_id)?;
    }

    // The first token is Alice's, though it cannot be moved.
    frozen.freeze(&bed.owner, &shelf.hats.address)?;
    let withdraw = GiftMsg::WithdrawGift { gift, account: Some(alice.address.clone()) };
    for (from, message, why) in [(&alice, claim(&alice), "a claim"), (&bob, withdraw.clone(), "another try")]
    {
        let tx = shelf.execute(from, &message, why)?;
        assert_eq!(tx.attribute("wasm-gift_owed", "token_id"), Some("red"), "{why}: {:?}", tx.events);
        assert_eq!(shelf.owed(&alice)?, Some(OwedItem { epoch: 0, token_id: "red".into() }), "{why}");
    }
    wasmd.execute(&alice, &shelf.gifts.address, &claim(&alice), "")?.expect_err("one for an epoch");

    // It moves again: who comes next gets the next token, and Alice hers.
    shelf.hats.thaw(&bed.owner)?;
    let tx = shelf.execute(&bob, &claim(&bob), "the next claim")?;
    println!("       {:>7} gas  claim of a handed-out cw721 gift", tx.gas_used);
    shelf.execute(&bob, &withdraw, "anybody sends it again, to Alice")?;
    assert_eq!(shelf.owed(&alice)?, None);
    wasmd.execute(&alice, &shelf.gifts.address, &withdraw, "")?.expect_err("nothing is owed any more");
    shelf.execute(&bed.owner, &GiftMsg::CloseGift { gift, before: None, limit: None }, "the end")?;
    let owners = ["red", "green", "blue"].map(|token_id| shelf.hats.owner_of(token_id));
    let owners = owners.into_iter().collect::<Result<Vec<_>, _>>()?;
    assert_eq!(owners, [&alice, &bob, &bed.owner].map(|account| account.address.clone()));
    let left: GiftResponse = wasmd.node.smart(&shelf.gifts.address, &GiftQuery::Gift { gift })?;
    assert_eq!((left.claimed, left.owed, left.held, left.closed), (2, 0, 0, true));
    Ok(())
}
