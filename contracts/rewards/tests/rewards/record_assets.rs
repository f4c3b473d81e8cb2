//! Asset scores and prices in state: from final reports only, the newest wins, and no price jumps.

use attention_protocol::asset::{asset_id_hash, denom_hash};
use attention_protocol::event::Event;
use attention_protocol::msg::{AssetPriceResponse, ExecuteMsg, QueryMsg};
use attention_protocol::{AssetLeaf, ProtocolError, Score};
use attention_rewards::ContractError;
use cosmwasm_std::{Binary, HexBinary};
use cw_multi_test::AppResponse;

use crate::suite::{ATT, Draft, Suite, USD, assert_refused, events};

fn asset(id: &str, price: u128, denom: &str) -> AssetLeaf {
    let score = Score::try_from(7).unwrap();
    AssetLeaf { asset_id_hash: asset_id_hash(id), score, price, denom_hash: denom_hash(denom) }
}

/// Reports an epoch over these assets; returns them in tree order.
fn post(suite: &mut Suite, epoch: u64, assets: Vec<AssetLeaf>) -> Vec<AssetLeaf> {
    suite.close(epoch);
    let mut draft: Draft = suite.draft(epoch);
    let assets = suite.put_assets(&mut draft, assets);
    suite.submit(&draft).unwrap();
    assets
}

fn record_range(
    suite: &mut Suite,
    epoch: u64,
    assets: &[AssetLeaf],
    (start, count): (u32, u32),
) -> Result<AppResponse, String> {
    let siblings = suite.asset_tree(epoch, assets).prove_range(start, count.max(1)).unwrap();
    let shown = &assets[start as usize..(start + count) as usize];
    let anyone = suite.user("anyone");
    let msg = ExecuteMsg::RecordAssets {
        epoch,
        start,
        assets: Binary::new(shown.iter().flat_map(AssetLeaf::pack).collect()),
        siblings: Binary::new(siblings),
    };
    suite.execute(&anyone, &msg, &[])
}

/// Reports one asset and records it. What the events say: (recorded, skipped, refused).
fn record_one(suite: &mut Suite, epoch: u64, leaf: AssetLeaf) -> (u32, u32, u32) {
    let assets = post(suite, epoch, vec![leaf]);
    suite.finalise();
    counts(&record_range(suite, epoch, &assets, (0, 1)).unwrap())
}

fn counts(response: &AppResponse) -> (u32, u32, u32) {
    match events(response).last() {
        Some(Event::AssetsRecorded { recorded, skipped, refused, .. }) => (*recorded, *skipped, *refused),
        other => panic!("{other:?}"),
    }
}

fn price(suite: &Suite, id: &str) -> AssetPriceResponse {
    suite.query(&QueryMsg::AssetPrice { asset_id: id.into() })
}

#[test]
fn assets_are_recorded_by_ranges_and_age() {
    let mut suite = Suite::new();
    let leaves = (1..=13).map(|i| asset(&format!("asset {i}"), i, ATT)).collect();
    let assets = post(&mut suite, 0, leaves);
    suite.finalise();
    assert_eq!(counts(&record_range(&mut suite, 0, &assets, (3, 5)).unwrap()), (5, 0, 0));
    assert_eq!(counts(&record_range(&mut suite, 0, &assets, (0, 13)).unwrap()), (8, 5, 0));
    for i in 1..=13 {
        let answer = price(&suite, &format!("asset {i}"));
        assert_eq!((answer.price.u128(), answer.epoch, answer.stale_epochs), (i, Some(0), 0));
        assert_eq!(answer.denom_hash.unwrap().as_slice(), denom_hash(ATT));
        assert_eq!(answer.score.unwrap().ppm(), 7);
    }
    suite.close(3);
    assert_eq!(price(&suite, "asset 1").stale_epochs, 3);
    let unknown = price(&suite, "asset 14");
    assert_eq!(
        (unknown.price.u128(), unknown.denom_hash, unknown.score, unknown.epoch),
        (0, None, None, None)
    );
}

#[test]
fn only_final_reports_are_recorded() {
    let mut suite = Suite::new();
    let assets = post(&mut suite, 0, vec![asset("a", 5, ATT)]);
    assert_refused(record_range(&mut suite, 0, &assets, (0, 1)), ContractError::NotFinal { epoch: 0 });
    suite.finalise();
    record_range(&mut suite, 0, &assets, (0, 1)).unwrap();
    assert_refused(record_range(&mut suite, 1, &assets, (0, 1)), ContractError::NotFinal { epoch: 1 });
    suite.pause();
    let until_s = suite.now_s() + 5_000;
    assert_refused(record_range(&mut suite, 0, &assets, (0, 1)), ContractError::Paused { until_s });
}

#[test]
fn an_older_epoch_changes_nothing() {
    let mut suite = Suite::new();
    let old = post(&mut suite, 0, vec![asset("a", 100, ATT)]);
    suite.finalise();
    assert_eq!(record_one(&mut suite, 1, asset("a", 90, ATT)), (1, 0, 0));
    assert_eq!(counts(&record_range(&mut suite, 0, &old, (0, 1)).unwrap()), (0, 1, 0));
    assert_eq!((price(&suite, "a").price.u128(), price(&suite, "a").epoch), (90, Some(1)));
}

/// `limits.price_change_max_ppm` of the suite is 200,000: a fifth an epoch.
#[test]
fn a_price_changes_by_a_fifth_an_epoch_at_most() {
    let mut suite = Suite::new();
    assert_eq!(record_one(&mut suite, 0, asset("a", 1_000, ATT)), (1, 0, 0), "the first price is free");
    assert_eq!(record_one(&mut suite, 1, asset("a", 1_200, ATT)), (1, 0, 0));
    let assets = post(&mut suite, 2, vec![asset("a", 1_441, ATT)]);
    suite.finalise();
    let response = record_range(&mut suite, 2, &assets, (0, 1)).unwrap();
    let id = HexBinary::from(asset_id_hash("a")).to_hex();
    let refused =
        Event::PriceRefused { epoch: 2, asset: id, price: 1_441, recorded: 1_200, recorded_epoch: 1 };
    let totals = Event::AssetsRecorded { epoch: 2, recorded: 0, skipped: 0, refused: 1 };
    assert_eq!(events(&response), [refused, totals]);
    let kept = price(&suite, "a");
    assert_eq!((kept.price.u128(), kept.epoch, kept.stale_epochs), (1_200, Some(1), 1));
    // Two epochs since epoch 1: two fifths.
    assert_eq!(record_one(&mut suite, 3, asset("a", 1_680, ATT)), (1, 0, 0));
    assert_eq!(record_one(&mut suite, 4, asset("a", 1_343, ATT)), (0, 0, 1));
    assert_eq!(record_one(&mut suite, 5, asset("a", 1_008, ATT)), (1, 0, 0));
}

/// One asset's jump stops no other.
#[test]
fn the_others_are_recorded() {
    let mut suite = Suite::new();
    let assets = post(&mut suite, 0, vec![asset("a", 1_000, ATT), asset("b", 1_000, ATT)]);
    suite.finalise();
    record_range(&mut suite, 0, &assets, (0, 2)).unwrap();
    let assets = post(&mut suite, 1, vec![asset("a", 5_000, ATT), asset("b", 1_100, ATT)]);
    suite.finalise();
    assert_eq!(counts(&record_range(&mut suite, 1, &assets, (0, 2)).unwrap()), (1, 0, 1));
    assert_eq!(["a", "b"].map(|id| price(&suite, id).price.u128()), [1_000, 1_100]);
}

/// Neither an epoch without a price nor a detour over another denom makes the next price a first one.
#[test]
fn the_bound_outlives_gaps_and_other_denoms() {
    let mut suite = Suite::new();
    record_one(&mut suite, 0, asset("a", 1_000, ATT));
    assert_eq!(record_one(&mut suite, 1, asset("a", 0, ATT)), (1, 0, 0));
    assert_eq!(
        (price(&suite, "a").price.u128(), price(&suite, "a").epoch),
        (0, Some(1)),
        "no price, and it says so"
    );
    assert_eq!(record_one(&mut suite, 2, asset("a", 9_000, ATT)), (0, 0, 1));
    assert_eq!(record_one(&mut suite, 3, asset("a", 9_000, USD)), (1, 0, 0), "a first price in its denom");
    assert_eq!(price(&suite, "a").denom_hash.unwrap().as_slice(), denom_hash(USD));
    assert_eq!(record_one(&mut suite, 4, asset("a", 9_000, ATT)), (0, 0, 1));
    assert_eq!(record_one(&mut suite, 5, asset("a", 2_000, ATT)), (1, 0, 0), "five epochs of a fifth");
}

#[test]
fn one_to_256_assets_that_are_proven() {
    let mut suite = Suite::new();
    let leaves = (0..257).map(|i| asset(&format!("asset {i}"), 5, ATT)).collect();
    let assets = post(&mut suite, 0, leaves);
    suite.finalise();
    let count = ContractError::Count { what: "assets", max: 256, actual: 0 };
    assert_refused(record_range(&mut suite, 0, &assets, (0, 0)), count);
    let many = ProtocolError::TooMany { what: "packed assets", max: 256, actual: 257 };
    assert_refused(record_range(&mut suite, 0, &assets, (0, 257)), many);
    assert_eq!(counts(&record_range(&mut suite, 0, &assets, (1, 256)).unwrap()), (256, 0, 0));
    let anyone = suite.user("anyone");
    let mut attempt = |start, assets: Vec<u8>, siblings: Vec<u8>| {
        let (assets, siblings) = (Binary::new(assets), Binary::new(siblings));
        suite.execute(&anyone, &ExecuteMsg::RecordAssets { epoch: 0, start, assets, siblings }, &[])
    };
    let position = ProtocolError::Position { position: 257, leaf_count: 257 };
    assert_refused(attempt(257, assets[0].pack(), vec![]), position);
    let domain = 9;
    let siblings = vec![0; 32 * domain];
    assert_refused(attempt(0, assets[0].pack(), siblings), ProtocolError::RootMismatch);
    let forged = AssetLeaf { price: 6, ..assets[0].clone() };
    assert!(attempt(0, forged.pack(), vec![]).is_err());
}
