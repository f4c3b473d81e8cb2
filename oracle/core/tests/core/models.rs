//! Specifications that ask for another model than logistic regression: their ranges, what is fitted, and operators who sign it.

use attention_core::interest::{InterestError, evaluate_interest, train_for_window};
use attention_core::spec::{OtherSpec, check_model};
use attention_core::verify::{Verdict, verify_report};
use attention_features::{
    AssetId, FEATURES, FeaturesError, ForestSpec, GbdtSpec, InterestSpecValues, LogisticSpec, ModelSpec,
    MonotoneSpec,
};
use attention_model::Predict;

use crate::chain::Terms;
use crate::faults::{CALM, mild};
use crate::learnt::{Learnt, spec};
use crate::rng::Rng;
use crate::simulation::Simulation;
use crate::world::{EPOCHS, build, campaigns, catalog, final_epoch, header, user};

/// Small trees, as the small world has few rows.
fn gbdt() -> GbdtSpec {
    GbdtSpec { rounds: 12, leaves_max: 6, min_rows_leaf: 10, min_gain_micro: 0, ..GbdtSpec::sales() }
}

fn models() -> [ModelSpec; 3] {
    [
        ModelSpec::Logistic(LogisticSpec::sales()),
        ModelSpec::Gbdt(gbdt()),
        ModelSpec::Forest(ForestSpec { trees: 7, min_rows_leaf: 10, ..ForestSpec::sales() }),
    ]
}

/// The ends of every range, as the estimators document them, and one beyond each.
#[test]
fn hyper_parameters_are_held_to_the_ranges_of_their_estimator() {
    type Of<T> = fn(&mut T, u32);
    let gbdt_fields: [(&str, u32, u32, Of<GbdtSpec>); 13] = [
        ("rounds", 1, 10_000, |s, v| s.rounds = v),
        ("leaves_max", 2, 4_096, |s, v| s.leaves_max = v),
        ("depth_max", 1, 64, |s, v| s.depth_max = v as u16),
        ("min_rows_leaf", 1, 16_777_216, |s, v| s.min_rows_leaf = v),
        ("min_hessian_micro", 1, u32::MAX, |s, v| s.min_hessian_micro = v),
        ("min_gain_micro", 0, u32::MAX, |s, v| s.min_gain_micro = v),
        ("learning_rate_ppm", 1, 1_000_000, |s, v| s.learning_rate_ppm = v),
        ("bins_max", 2, 255, |s, v| s.bins_max = v as u16),
        ("row_sample_ppm", 1, 1_000_000, |s, v| s.row_sample_ppm = v),
        ("feature_sample_ppm", 1, 1_000_000, |s, v| s.feature_sample_ppm = v),
        ("categories_max", 1, 255, |s, v| s.categories_max = v as u16),
        ("early_stopping_rounds", 0, 10_000, |s, v| s.early_stopping_rounds = v),
        ("validation_ppm", 1, 900_000, |s, v| s.validation_ppm = v),
    ];
    let forest_fields: [(&str, u32, u32, Of<ForestSpec>); 5] = [
        ("trees", 1, 10_000, |s, v| s.trees = v),
        ("depth_max", 1, 64, |s, v| s.depth_max = v as u16),
        ("min_rows_leaf", 1, 16_777_216, |s, v| s.min_rows_leaf = v),
        ("features_a_node", 0, 1_024, |s, v| s.features_a_node = v as u16),
        ("bins_max", 2, 255, |s, v| s.bins_max = v as u16),
    ];
    let mut refused = 0;
    let mut at_ends = |kind: &str, name: &str, (low, high): (u32, u32), model: &dyn Fn(u32) -> ModelSpec| {
        for value in [low, high] {
            check_model(&spec(model(value))).unwrap();
        }
        for value in [low.checked_sub(1), high.checked_add(1)].into_iter().flatten() {
            let error = check_model(&spec(model(value))).unwrap_err();
            let start = format!("specification field model.{kind}.{name} is {value}: must be ");
            assert!(error.to_string().starts_with(&start), "{error}");
            refused += 1;
        }
    };
    for (name, low, high, set) in gbdt_fields {
        at_ends("gbdt", name, (low, high), &|value| {
            let mut of = gbdt();
            set(&mut of, value);
            ModelSpec::Gbdt(of)
        });
    }
    for (name, low, high, set) in forest_fields {
        at_ends("forest", name, (low, high), &|value| {
            let mut of = ForestSpec::sales();
            set(&mut of, value);
            ModelSpec::Forest(of)
        });
    }
    assert_eq!(refused, 22 + 9, "two ends a range, but where an end is that of the type");
}

/// Also before there is anything to fit, when any model is the class prior.
#[test]
fn nothing_is_trained_by_a_model_out_of_range() {
    let learnt = Learnt::new(ModelSpec::Gbdt(GbdtSpec { rounds: 0, ..gbdt() }), 0, 1);
    for data_epoch in [0, 1, 10] {
        let cut_s = learnt.spec.cut_s(data_epoch).unwrap();
        let refused = train_for_window(&learnt.log, cut_s, &catalog(), &learnt.spec).unwrap_err();
        let InterestError::Hyperparameter { field, value, .. } = &refused else { panic!("{refused}") };
        assert_eq!((field.as_str(), value.as_str()), ("model.gbdt.rounds", "0"));
    }
    let values = InterestSpecValues {
        model: ModelSpec::Gbdt(GbdtSpec { monotone: vec![MonotoneSpec::Rising], ..gbdt() }),
        ..InterestSpecValues::sales()
    };
    let refused = values.check().unwrap_err();
    assert!(matches!(refused, FeaturesError::Spec { field: "model.gbdt.monotone", .. }), "{refused}");
}

#[test]
fn every_kind_is_the_same_on_any_threads_and_in_any_order_and_explains_itself() {
    for model in models() {
        let first = Learnt::new(model.clone(), 1, 1);
        let fitted = first.model(4);
        assert_eq!(fitted.kind(), model.kind());
        for (order, threads) in [(2, 2), (3, 3), (4, 8)] {
            assert_eq!(Learnt::new(model.clone(), order, threads).model(4).to_bytes(), fitted.to_bytes());
        }
        let moved = first.predicting(4, |predictor, _| {
            let mut moved = 0;
            for asset in (0..8).map(AssetId) {
                for number in 0..10 {
                    let told = predictor.reasons(&user(number), asset).unwrap();
                    let interest = predictor.probability(&user(number), asset).unwrap();
                    assert!((told.interest - interest).abs() < 1e-12, "{}: {told:?}", model.kind());
                    assert_eq!(told.reasons.len(), FEATURES.len());
                    moved += told.reasons.iter().filter(|reason| reason.adds != 0.0).count();
                }
            }
            moved
        });
        assert!(moved > 80, "{}: features move the interest: {moved}", model.kind());
        // It has learnt what the market is made of: users like assets of their own parity.
        let (likes, dislikes) = first.predicting(4, |predictor, _| {
            let mean = |parity: u64| {
                let of = |user_asset: (u64, u32)| {
                    predictor.probability(&user(user_asset.0), AssetId(user_asset.1))
                };
                let pairs = (0..10u64).flat_map(|u| (0..8u32).map(move |a| (u, a)));
                let pairs = pairs.filter(|(u, a)| u64::from(a % 2) == (u + parity) % 2);
                pairs.map(|pair| of(pair).unwrap()).sum::<f64>() / 40.0
            };
            (mean(0), mean(1))
        });
        assert!(likes > dislikes + 0.05, "{}: {likes} {dislikes}", model.kind());
    }
}

/// A constraint reaches the fit: interest that may not rise with a feature does not, where it did without.
#[test]
fn constraints_bind() {
    let at = FEATURES.iter().position(|feature| feature.name == "attribute_lift_sum").unwrap();
    let mut monotone = vec![MonotoneSpec::Free; FEATURES.len()];
    monotone[at] = MonotoneSpec::Falling;
    let rises = |monotone| {
        let learnt = Learnt::new(ModelSpec::Gbdt(GbdtSpec { monotone, ..gbdt() }), 0, 2);
        let model = learnt.model(4);
        let mut row = vec![0; FEATURES.len()];
        let margins: Vec<f64> = (-400_000..=400_000)
            .step_by(20_000)
            .map(|value| {
                row[at] = value;
                model.margin(&row).unwrap()
            })
            .collect();
        margins.windows(2).any(|pair| pair[1] > pair[0])
    };
    assert!(rises(Vec::new()), "or the test says nothing");
    assert!(!rises(monotone));
}

/// Baselines see some of the features: constraints follow them.
#[test]
fn evaluation_fits_model_and_baselines_by_the_specification() {
    let monotone = vec![MonotoneSpec::Rising; FEATURES.len()];
    for model in models().into_iter().chain([ModelSpec::Gbdt(GbdtSpec { monotone, ..gbdt() })]) {
        let learnt = Learnt::new(model.clone(), 0, 2);
        let report = evaluate_interest(&learnt.log, &catalog(), &learnt.spec, 8..=9).unwrap();
        assert_eq!((report.kind, report.model_hashes.len()), (model.kind(), 2));
        assert_eq!(report.model_hashes[0], hex::encode(learnt.model(0).hash()));
        assert!(report.model.auc > 0.5, "{report:?}");
    }
}

/// Four operators with other threads and other orders of events, crashes and lost messages; what is final verifies.
#[test]
fn operators_agree_on_boosted_trees_to_the_last_byte() {
    let model = ModelSpec::Gbdt(gbdt());
    let auditor = Learnt::new(model.clone(), 99, 3);
    for seed in 0..3 {
        let faults = mild(&mut Rng::new(seed + 5_000_000), 1);
        let learnt =
            (0..4u8).map(|index| Learnt::new(model.clone(), u64::from(index), 1 + usize::from(index)));
        let sim = Simulation::new(seed, (4, 1), Terms::default(), faults)
            .with_models(auditor.spec.hash(), learnt.collect())
            .run();
        sim.check();
        sim.check_live();
        assert!(sim.record.idle.is_empty());
        let mut history = Vec::new();
        for (epoch, theirs) in sim.chain.finals.range(..EPOCHS) {
            let (attention, model_hash) = auditor.scored(*epoch);
            let mut header = header(*epoch);
            (header.config_digest, header.prev_digest) = (theirs.config_digest, theirs.prev_digest);
            (header.revision, header.model_hash) = (theirs.revision, model_hash);
            let ours = build(header, campaigns(), &history, &attention);
            assert_eq!(verify_report(&ours.body, theirs), Verdict::Match, "seed {seed} epoch {epoch}");
            history.push(final_epoch(&ours));
        }
    }
}

/// Who has another specification signs nothing and is told both hashes; what it would have computed is another report.
#[test]
fn an_operator_with_another_model_is_out() {
    let (boosted, logistic) = (ModelSpec::Gbdt(gbdt()), ModelSpec::Logistic(LogisticSpec::sales()));
    let in_force = spec(boosted.clone()).hash();
    let team = |others: u8| -> Vec<Learnt> {
        let of = |index| if index < others { logistic.clone() } else { boosted.clone() };
        (0..4).map(|index| Learnt::new(of(index), u64::from(index), 2)).collect()
    };
    let sim = Simulation::new(1, (4, 1), Terms::default(), CALM).with_models(in_force, team(1)).run();
    sim.check();
    sim.check_live();
    let ours = spec(logistic.clone()).hash();
    let reason = OtherSpec { config_version: 1, ours, theirs: in_force }.to_string();
    assert!(reason.contains(&hex::encode(ours)) && reason.contains(&hex::encode(in_force)), "{reason}");
    assert_eq!(sim.record.idle.keys().collect::<Vec<_>>(), [&0]);
    assert!(sim.record.idle[&0].iter().all(|told| *told == reason), "{:?}", sim.record.idle);
    assert!(sim.record.signed.keys().all(|(index, ..)| *index != 0), "it signed nothing");
    // Had it gone on: another configuration to begin with, and other scores from the same events.
    let theirs = &sim.chain.finals[&0];
    let of = |model: &ModelSpec, config_digest| {
        let (attention, model_hash) = Learnt::new(model.clone(), 0, 1).scored(0);
        let header = attention_core::report_builder::ReportHeader {
            config_digest,
            prev_digest: theirs.prev_digest,
            model_hash,
            ..header(0)
        };
        build(header, campaigns(), &[], &attention).body
    };
    assert_eq!(verify_report(&of(&boosted, theirs.config_digest), theirs), Verdict::Match);
    for (config_digest, differs) in [([9; 32], "config_digest"), (theirs.config_digest, "campaigns_root")] {
        let Verdict::Mismatch { field, .. } = verify_report(&of(&logistic, config_digest), theirs) else {
            panic!("the models predict the same");
        };
        assert_eq!(field, differs);
    }

    let halted = Simulation::new(1, (4, 1), Terms::default(), CALM).with_models(in_force, team(2)).run();
    halted.check();
    assert!(halted.chain.finals.is_empty(), "two of four are no quorum of three");
}
