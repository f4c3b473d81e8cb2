//! A contract that uses both: it prices by attention and opens a door by privilege, and refuses what is stale.

use attention_protocol::asset::{asset_id_hash, denom_hash};
use attention_protocol::msg::{ClaimItem, ExecuteMsg as RewardsMsg};
use attention_protocol::{AssetLeaf, Score};
use attention_shop::ShopError;
use attention_shop::contract::{execute, instantiate, query};
use attention_shop::msg::{ExecuteMsg, FullPrice, InstantiateMsg, QueryMsg};
use cosmwasm_std::{Addr, Binary, Coin, coin, coins};
use cw_multi_test::{ContractWrapper, Executor};

use crate::bed::Bed;
use crate::suite::{ATT, USD};

fn open(bed: &mut Bed, privilege: u64) -> Addr {
    let code = Box::new(ContractWrapper::new(execute, instantiate, query));
    let code_id = bed.chain.app.store_code(code);
    let msg = InstantiateMsg {
        rewards: bed.chain.contract.to_string(),
        campaign: bed.campaign,
        stale_epochs_max: 1,
        gifts: bed.gifts.to_string(),
        privilege,
        level: 1,
        prices: vec![
            FullPrice::Fixed { price: coin(1_001, ATT) },
            FullPrice::Asset { asset_id: "punks/1".into(), denom: ATT.into() },
        ],
    };
    let keeper = bed.user("keeper");
    bed.chain.app.instantiate_contract(code_id, keeper, &msg, &[], "shop", None).unwrap()
}

fn visit(bed: &mut Bed, shop: &Addr, name: &str, msg: &ExecuteMsg, funds: &[Coin]) -> Result<(), String> {
    let visitor = bed.user(name);
    let result = bed.chain.app.execute_contract(visitor, shop.clone(), msg, funds);
    result.map(|_| ()).map_err(|error| error.to_string())
}

fn price(bed: &Bed, shop: &Addr, name: &str) -> Result<Coin, String> {
    price_of(bed, shop, name, 0)
}

fn price_of(bed: &Bed, shop: &Addr, name: &str, item: u32) -> Result<Coin, String> {
    let query = QueryMsg::Price { item, buyer: bed.user(name).to_string() };
    bed.chain.app.wrap().query_wasm_smart(shop, &query).map_err(|error| error.to_string())
}

/// Copies the newest score of an account into the rewards contract's state.
fn record(bed: &mut Bed, name: &str, epoch: u64) {
    let (campaign, stranger) = (bed.campaign, bed.user("stranger"));
    let ClaimItem { position, proof, .. } = bed.leaf(name, epoch);
    let (leaf, siblings) = proof.as_slice().split_at(55);
    let (leaves, siblings) = (Binary::new(leaf.to_vec()), Binary::new(siblings.to_vec()));
    let msg = RewardsMsg::RecordScores { campaign, epoch, start: position, leaves, siblings };
    bed.chain.execute(&stranger, &msg, &[]).unwrap();
}

#[track_caller]
fn turned_away<T: std::fmt::Debug>(result: Result<T, String>, expected: ShopError) {
    let (actual, expected) = (result.expect_err("it was let through"), expected.to_string());
    assert!(actual.ends_with(&expected), "expected: {expected}\nactual: {actual}");
}

#[test]
fn attention_lowers_the_price_and_stale_scores_are_refused() {
    let mut bed = Bed::new();
    let shop = open(&mut bed, 1);
    let (buyer, keeper) = (bed.user("alice"), bed.user("keeper"));
    bed.chain.mint(&buyer, 10_000, ATT);
    bed.epoch(0, &[("alice", 1_000_000), ("bob", 3)]);
    let no_score = || ShopError::NoScore { buyer: bed.user("alice") };
    turned_away(price(&bed, &shop, "alice"), no_score());
    record(&mut bed, "alice", 0);
    record(&mut bed, "bob", 0);
    // 1,001 − floor(1,001 / 2) = 501; 1,001 − floor(1,001 · 3 / 2·10^6) = 1,001
    assert_eq!(price(&bed, &shop, "alice").unwrap(), coin(501, ATT));
    assert_eq!(price(&bed, &shop, "bob").unwrap(), coin(1_001, ATT));
    let buy = ExecuteMsg::Buy { item: 0 };
    for paid in [500, 502] {
        let wrong = ShopError::WrongPrice { paid: coin(paid, ATT), price: coin(501, ATT) };
        turned_away(visit(&mut bed, &shop, "alice", &buy, &coins(paid, ATT)), wrong);
    }
    visit(&mut bed, &shop, "alice", &buy, &coins(501, ATT)).unwrap();
    assert_eq!(bed.chain.balance(&keeper, ATT), 501);
    let unknown = visit(&mut bed, &shop, "alice", &ExecuteMsg::Buy { item: 2 }, &coins(501, ATT));
    turned_away(unknown, ShopError::UnknownItem { item: 2 });
    // One closed epoch since is fine, two are not.
    bed.chain.close(1);
    assert_eq!(price(&bed, &shop, "alice").unwrap(), coin(501, ATT));
    bed.chain.close(2);
    let stale = ShopError::StaleScore { buyer, stale_epochs: 2, max: 1 };
    turned_away(visit(&mut bed, &shop, "alice", &buy, &coins(501, ATT)), stale);
}

/// Reports one price of the asset in an epoch, as the only thing in the report, and records it.
fn record_price(bed: &mut Bed, epoch: u64, price: u128, denom: &str) {
    let chain = &mut bed.chain;
    chain.close(epoch);
    let mut draft = chain.draft(epoch);
    let leaf = AssetLeaf {
        asset_id_hash: asset_id_hash("punks/1"),
        score: Score::ZERO,
        price,
        denom_hash: denom_hash(denom),
    };
    let assets = chain.put_assets(&mut draft, vec![leaf]);
    chain.submit(&draft).unwrap();
    chain.finalise();
    let (packed, siblings) = (Binary::new(assets[0].pack()), Binary::default());
    let msg = RewardsMsg::RecordAssets { epoch, start: 0, assets: packed, siblings };
    let stranger = chain.user("stranger");
    chain.execute(&stranger, &msg, &[]).unwrap();
}

#[test]
fn an_asset_price_sets_one_only_if_it_is_fresh_and_in_the_right_denom() {
    let mut bed = Bed::new();
    let shop = open(&mut bed, 1);
    bed.epoch(0, &[("alice", 1_000_000)]);
    record(&mut bed, "alice", 0);
    let asset_id = || "punks/1".to_string();
    let ask = |bed: &Bed| price_of(bed, &shop, "alice", 1);
    turned_away(ask(&bed), ShopError::NoPrice { asset_id: asset_id() });
    record_price(&mut bed, 1, 2_000, ATT);
    // Full attention halves it.
    assert_eq!(ask(&bed).unwrap(), coin(1_000, ATT));
    record_price(&mut bed, 2, 0, ATT);
    bed.epoch(3, &[("alice", 1_000_000)]);
    record(&mut bed, "alice", 3);
    turned_away(ask(&bed), ShopError::NoPrice { asset_id: asset_id() });
    record_price(&mut bed, 4, 2_000, USD);
    turned_away(ask(&bed), ShopError::OtherDenom { asset_id: asset_id(), denom: ATT.into() });
    record_price(&mut bed, 5, 2_000, ATT);
    for epoch in [6, 7] {
        bed.epoch(epoch, &[("alice", 1_000_000)]);
        record(&mut bed, "alice", epoch);
        if epoch == 6 {
            assert_eq!(ask(&bed).unwrap(), coin(1_000, ATT), "one epoch has closed since");
        }
    }
    turned_away(ask(&bed), ShopError::StalePrice { asset_id: asset_id(), stale_epochs: 2, max: 1 });
}

#[test]
fn the_door_opens_to_who_holds_the_privilege_now() {
    let mut bed = Bed::new();
    let privilege = bed.create_privilege(bed.privilege_terms());
    let shop = open(&mut bed, privilege);
    let door = ExecuteMsg::OpenDoor {};
    let shut = |name: &str, bed: &Bed| ShopError::DoorShut { visitor: bed.user(name), level: 1, privilege };
    bed.epoch(0, &[("alice", 800_000), ("bob", 799_999)]);
    for name in ["alice", "bob", "carol"] {
        let expected = shut(name, &bed);
        turned_away(visit(&mut bed, &shop, name, &door, &[]), expected);
    }
    for name in ["alice", "bob"] {
        bed.prove(name, privilege, 0).unwrap();
    }
    visit(&mut bed, &shop, "alice", &door, &[]).unwrap();
    let expected = shut("bob", &bed);
    turned_away(visit(&mut bed, &shop, "bob", &door, &[]), expected);
    // 400,000 are left after epoch 1, 200,000 after epoch 2.
    bed.chain.close(1);
    visit(&mut bed, &shop, "alice", &door, &[]).unwrap();
    bed.chain.close(2);
    let expected = shut("alice", &bed);
    turned_away(visit(&mut bed, &shop, "alice", &door, &[]), expected);
}

/// No answer is a no: while the contract is paused, and where there is no such privilege.
#[test]
fn the_door_fails_closed() {
    let mut bed = Bed::new();
    let privilege = bed.create_privilege(bed.privilege_terms());
    let (shop, nowhere) = (open(&mut bed, privilege), open(&mut bed, privilege + 1));
    let door = ExecuteMsg::OpenDoor {};
    bed.epoch(0, &[("alice", 1_000_000)]);
    bed.prove("alice", privilege, 0).unwrap();
    let visitor = bed.user("alice");
    let unknown = ShopError::DoorShut { visitor: visitor.clone(), level: 1, privilege: privilege + 1 };
    turned_away(visit(&mut bed, &nowhere, "alice", &door, &[]), unknown);
    visit(&mut bed, &shop, "alice", &door, &[]).unwrap();
    bed.pause();
    turned_away(
        visit(&mut bed, &shop, "alice", &door, &[]),
        ShopError::DoorShut { visitor, level: 1, privilege },
    );
}
