//! The specification's checks and hash.

use attention_features::{
    FEATURES, FeaturesError, ForestSpec, GbdtSpec, InterestSpecValues, LogisticSpec, ModelSpec, MonotoneSpec,
    Replay,
};

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
            s.model = ModelSpec::Logistic(LogisticSpec { l2_micro: 0, ..LogisticSpec::sales() });
        }),
        ("model.logistic.newton_rounds", |s| {
            s.model = ModelSpec::Logistic(LogisticSpec { newton_rounds: 101, ..LogisticSpec::sales() });
        }),
        ("model.gbdt.monotone", |s| {
            let monotone = vec![MonotoneSpec::Free; FEATURES.len() - 1];
            s.model = ModelSpec::Gbdt(GbdtSpec { monotone, ..GbdtSpec::sales() });
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
        |s| s.model = ModelSpec::Logistic(LogisticSpec { l2_micro: 1, ..LogisticSpec::sales() }),
        |s| s.model = ModelSpec::Logistic(LogisticSpec { newton_rounds: 1, ..LogisticSpec::sales() }),
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

/// Whatever changes a tree model changes the hash, the kind included.
#[test]
fn every_parameter_of_a_model_is_hashed() {
    let mut models = vec![ModelSpec::Logistic(LogisticSpec::sales())];
    let gbdt: &[fn(&mut GbdtSpec)] = &[
        |_| {},
        |s| s.rounds += 1,
        |s| s.leaves_max += 1,
        |s| s.depth_max += 1,
        |s| s.min_rows_leaf += 1,
        |s| s.min_hessian_micro += 1,
        |s| s.min_gain_micro += 1,
        |s| s.learning_rate_ppm += 1,
        |s| s.l2_micro += 1,
        |s| s.bins_max += 1,
        |s| s.row_sample_ppm += 1,
        |s| s.feature_sample_ppm += 1,
        |s| s.category_smoothing_micro += 1,
        |s| s.category_l2_micro += 1,
        |s| s.categories_max += 1,
        |s| s.early_stopping_rounds += 1,
        |s| s.validation_ppm += 1,
        |s| s.monotone = vec![MonotoneSpec::Free; FEATURES.len()],
        |s| {
            s.monotone = vec![MonotoneSpec::Free; FEATURES.len()];
            s.monotone[32] = MonotoneSpec::Rising;
        },
        |s| {
            s.monotone = vec![MonotoneSpec::Free; FEATURES.len()];
            s.monotone[32] = MonotoneSpec::Falling;
        },
        |s| s.seed += 1,
    ];
    let forest: &[fn(&mut ForestSpec)] = &[
        |_| {},
        |s| s.trees += 1,
        |s| s.depth_max += 1,
        |s| s.min_rows_leaf += 1,
        |s| s.features_a_node += 1,
        |s| s.bins_max += 1,
        |s| s.seed += 1,
    ];
    for change in gbdt {
        let mut spec = GbdtSpec::sales();
        change(&mut spec);
        models.push(ModelSpec::Gbdt(spec));
    }
    for change in forest {
        let mut spec = ForestSpec::sales();
        change(&mut spec);
        models.push(ModelSpec::Forest(spec));
    }
    let count = models.len();
    let hash = |model| InterestSpecValues { model, ..InterestSpecValues::sales() }.check().unwrap().hash();
    let mut hashes: Vec<[u8; 32]> = models.into_iter().map(hash).collect();
    hashes.sort();
    hashes.dedup();
    assert_eq!(hashes.len(), count);
}

/// The bytes of each kind and the hash of the whole specification, as another program wrote them from the formula. The first
/// hash is that of 0.1.0: what operators signed under it stays what it was.
#[test]
fn bytes_and_hashes_are_those_of_another_program() {
    let directions = [MonotoneSpec::Free, MonotoneSpec::Rising, MonotoneSpec::Falling];
    let gbdt = GbdtSpec {
        rounds: 1,
        leaves_max: 2,
        depth_max: 3,
        min_rows_leaf: 4,
        min_hessian_micro: 5,
        min_gain_micro: 6,
        learning_rate_ppm: 7,
        l2_micro: 8,
        bins_max: 9,
        row_sample_ppm: 10,
        feature_sample_ppm: 11,
        category_smoothing_micro: 12,
        category_l2_micro: 13,
        categories_max: 14,
        early_stopping_rounds: 15,
        validation_ppm: 16,
        monotone: directions.repeat(11),
        seed: 17,
    };
    let forest =
        ForestSpec { trees: 1, depth_max: 2, min_rows_leaf: 3, features_a_node: 4, bins_max: 5, seed: 6 };
    let cases = [
        (
            ModelSpec::Logistic(LogisticSpec::sales()),
            "0100000bb800000008",
            "4e449682e7c9fdfbf3a53e892063f9e014a8a10fb7ab78642c27f12de0337308",
        ),
        (
            ModelSpec::Gbdt(gbdt),
            "02000000010000000200030000000400000005000000060000000700000008\
             00090000000a0000000b0000000c0000000d000e0000000f00000010\
             0021000102000102000102000102000102000102000102000102000102000102000102\
             0000000000000011",
            "a39f1c7a8b01b0d1b37ed3b45496618e1857a7a1a65d0ff4f6405e6bbba37763",
        ),
        (
            ModelSpec::Forest(forest),
            "0300000001000200000003000400050000000000000006",
            "86aa2c2149b3bf9855e435032961e75074130d7826e642785b8d32cf8916eecd",
        ),
    ];
    for (model, bytes, hash) in cases {
        let kind = model.kind();
        let spec = InterestSpecValues { model, ..InterestSpecValues::sales() }.check().unwrap();
        let canonical = hex::encode(spec.canonical_bytes());
        // Between the last name of the features and two zeros: no calibration, no integrity rules.
        assert!(
            canonical.contains(&format!("{}{bytes}0000", hex::encode("partner_bought"))),
            "{kind}: {canonical}"
        );
        assert_eq!(hex::encode(spec.hash()), hash, "{kind}");
    }
}

#[test]
fn kinds_have_names_and_values_and_files() {
    for kind in ModelSpec::KINDS {
        let model = ModelSpec::sales(kind).unwrap();
        assert_eq!(model.kind(), kind);
        let text = serde_json::to_string(&model).unwrap();
        assert!(text.starts_with(&format!("{{\"{kind}\":{{")), "{text}");
        assert_eq!(serde_json::from_str::<ModelSpec>(&text).unwrap(), model);
        InterestSpecValues { model, ..InterestSpecValues::sales() }.check().unwrap();
    }
    assert_eq!(ModelSpec::sales("mlp"), None);
    let file = "{\"logistic\":{\"l2_micro\":3000,\"newton_rounds\":8}}";
    assert_eq!(serde_json::from_str::<ModelSpec>(file).unwrap(), InterestSpecValues::sales().model);
    let mut missing = serde_json::to_value(ModelSpec::sales("gbdt")).unwrap();
    missing["gbdt"].as_object_mut().unwrap().remove("rounds");
    let error = serde_json::from_value::<ModelSpec>(missing).unwrap_err().to_string();
    assert!(error.contains("missing field `rounds`"), "no parameter has a default: {error}");
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
