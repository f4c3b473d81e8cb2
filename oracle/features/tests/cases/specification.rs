//! The specification's checks and hash.

use attention_features::{FeaturesError, InterestSpecValues, ModelSpec, Replay};

type Change = fn(&mut InterestSpecValues);

#[test]
fn every_field_is_checked() {
    let cases: &[(&str, Change)] = &[
        ("data_start_s", |s| s.data_start_s = -1),
        ("epoch_length_s", |s| s.epoch_length_s = 1),
        ("horizon_s", |s| s.horizon_s = 0),
        ("lookback_s", |s| s.lookback_s = i64::MAX),
        ("first_cut", |s| s.first_cut = u32::MAX),
        ("negatives", |s| s.negatives = 0),
        ("features_version", |s| s.features_version += 1),
        ("features", |s| s.features.swap(0, 1)),
        ("features", |s| {
            s.features.pop();
        }),
        ("model.logistic.l2_micro", |s| {
            let ModelSpec::Logistic(logistic) = &mut s.model;
            logistic.l2_micro = 0;
        }),
        ("model.logistic.newton_rounds", |s| {
            let ModelSpec::Logistic(logistic) = &mut s.model;
            logistic.newton_rounds = 101;
        }),
        ("cleaning.below_market_factor", |s| s.cleaning.below_market_factor = 1),
        ("cleaning.reference_sales", |s| s.cleaning.reference_sales = 0),
        ("cleaning.reference_sales_min", |s| s.cleaning.reference_sales_min = 52),
        ("cleaning.reference_age_s", |s| s.cleaning.reference_age_s = 0),
        ("engagement.purchase_micro", |s| s.engagement.purchase_micro = u64::MAX),
        ("engagement.sale_micro", |s| s.engagement.sale_micro = u64::MAX),
        ("asset_scale", |s| s.asset_scale = 0),
        ("sql_hash", |s| s.sql_hash = "0".repeat(63)),
        ("sql_hash", |s| s.sql_hash = "A".repeat(64)),
        ("replay.data_start_s", |s| s.replay = replay(0, s.epoch_length_s, 0)),
        ("replay.data_epoch_length_s", |s| s.replay = replay(s.data_start_s, 1, 0)),
        ("replay.first", |s| s.replay = replay(s.data_start_s, s.epoch_length_s, u64::MAX)),
    ];
    for (expected, change) in cases {
        let mut values = InterestSpecValues::sales();
        change(&mut values);
        match values.check() {
            Err(FeaturesError::Spec { field, .. }) => assert_eq!(field, *expected),
            other => panic!("{expected}: {other:?}"),
        }
    }
}

#[allow(clippy::unnecessary_wraps, reason = "the field it fills is optional")]
fn replay(data_start_s: i64, data_epoch_length_s: i64, first: u64) -> Option<Replay> {
    Some(Replay { data_start_s, data_epoch_length_s, first })
}

/// Whatever changes a number changes the hash.
#[test]
fn every_field_is_hashed() {
    let changes: &[Change] = &[
        |_| {},
        |s| s.data_start_s += 1,
        |s| s.epoch_length_s += 1,
        |s| s.horizon_s += 1,
        |s| s.lookback_s += 1,
        |s| s.first_cut += 1,
        |s| s.negatives += 1,
        |s| s.seed += 1,
        |s| {
            let ModelSpec::Logistic(logistic) = &mut s.model;
            logistic.l2_micro += 1;
        },
        |s| {
            let ModelSpec::Logistic(logistic) = &mut s.model;
            logistic.newton_rounds += 1;
        },
        |s| s.cleaning.dust_price += 1,
        |s| s.cleaning.below_market_factor += 1,
        |s| s.cleaning.reference_sales += 1,
        |s| s.cleaning.reference_sales_min += 1,
        |s| s.cleaning.reference_age_s += 1,
        |s| s.cleaning.malformed_rows_max += 1,
        |s| s.engagement.purchase_micro += 1,
        |s| s.engagement.sale_micro += 1,
        |s| s.asset_scale += 1,
        |s| s.sql_hash = "1".repeat(64),
        |s| s.replay = replay(s.data_start_s, s.epoch_length_s, 0),
        |s| s.replay = replay(s.data_start_s, s.epoch_length_s, 35),
    ];
    let mut hashes: Vec<[u8; 32]> = changes
        .iter()
        .map(|change| {
            let mut values = InterestSpecValues::sales();
            change(&mut values);
            values.check().unwrap().hash()
        })
        .collect();
    hashes.sort();
    hashes.dedup();
    assert_eq!(hashes.len(), changes.len());
}

#[test]
fn cuts_epochs_and_replay() {
    let spec = InterestSpecValues::sales().check().unwrap();
    // 2020-01-09T00:00:00Z and 2020-09-05T00:00:00Z
    assert_eq!((spec.cut_s(31).unwrap(), spec.cut_s(39).unwrap()), (1_578_528_000, 1_599_264_000));
    assert!(spec.cut_s(u64::MAX).is_err());
    assert_eq!(spec.data_epoch_of(1_498_176_000), 0);
    assert_eq!(spec.data_epoch_of(1_498_175_999), -1);
    assert_eq!(spec.data_epoch_of(1_578_527_999), 30);
    assert_eq!(spec.data_epoch(3).unwrap(), 3);
    let mut values = InterestSpecValues::sales();
    values.replay = replay(values.data_start_s, values.epoch_length_s, 35);
    let replayed = values.check().unwrap();
    assert_eq!(replayed.data_epoch(2).unwrap(), 37);
    assert!(replayed.data_epoch(u64::MAX).is_err());
}

#[test]
fn a_file_with_unknown_fields_is_refused() {
    let text = serde_json::to_string(&InterestSpecValues::sales()).unwrap();
    assert_eq!(serde_json::from_str::<InterestSpecValues>(&text).unwrap(), InterestSpecValues::sales());
    let unknown = text.replacen('{', "{\"seeed\":1,", 1);
    assert!(serde_json::from_str::<InterestSpecValues>(&unknown).unwrap_err().to_string().contains("seeed"));
}
