//! I8: encodings are injective: different values have different bytes, and every field reaches the hash.

use attention_protocol::bytes::Reader;
use attention_protocol::hash::Deployment;
use attention_protocol::possession::Possession;
use attention_protocol::rule::{Curve, Growth, Payout, Rule, Schedule, Streak, Tier, Unlock};
use attention_protocol::targets::Attribute;
use attention_protocol::{
    AccountId, AssetLeaf, CampaignKind, CampaignTerms, Commitment, ConfigDigestInput, EpochClock, Hash, Leaf,
    OperatorSet, Targets,
};
use cosmwasm_std::{Binary, Uint64, Uint128};
use proptest::prelude::*;

use crate::strategies;

proptest! {
    #[test]
    fn a_packed_leaf_comes_back(leaf in strategies::leaf()) {
        let packed = leaf.pack();
        prop_assert_eq!(Leaf::split(&packed).unwrap(), (leaf, [].as_slice()));
    }

    #[test]
    fn different_leaves_have_different_bytes(a in strategies::leaf(), b in strategies::leaf()) {
        prop_assert_eq!(a == b, a.pack() == b.pack());
        // No packed leaf is a prefix of another: what follows a leaf in a file or proof cannot be taken for part of it.
        prop_assert!(a == b || !a.pack().starts_with(&b.pack()));
    }

    #[test]
    fn packed_commitments_and_assets_come_back(commitment in strategies::commitment(), asset in strategies::asset()) {
        prop_assert_eq!(Commitment::unpack(&commitment.pack()).unwrap(), commitment);
        let packed = asset.pack();
        let mut reader = Reader::new("asset", &packed);
        prop_assert_eq!(AssetLeaf::read(&mut reader).unwrap(), asset);
        prop_assert!(reader.finish().is_ok());
    }

    #[test]
    fn different_commitments_and_assets_have_different_bytes(
        commitments in (strategies::commitment(), strategies::commitment()),
        assets in (strategies::asset(), strategies::asset()),
        at in 0usize..164,
        bit in 0u8..8,
    ) {
        prop_assert_eq!(commitments.0 == commitments.1, commitments.0.pack() == commitments.1.pack());
        prop_assert_eq!(assets.0 == assets.1, assets.0.pack() == assets.1.pack());
        // Each bit belongs to some field.
        let mut packed = commitments.0.pack();
        packed[at] ^= 1 << bit;
        prop_assert_ne!(Commitment::unpack(&packed).unwrap(), commitments.0);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Ok((leaf, rest)) = Leaf::split(&bytes) {
            prop_assert_eq!([leaf.pack().as_slice(), rest].concat(), bytes.clone());
        }
        if let Ok(commitment) = Commitment::unpack(&bytes) {
            prop_assert_eq!(commitment.pack(), bytes.clone());
        }
        if let Ok(body) = attention_protocol::ReportBody::unpack(&bytes) {
            prop_assert_eq!(body.pack(), bytes);
        }
    }
}

fn terms() -> CampaignTerms {
    CampaignTerms {
        kind: CampaignKind::AssetDisplay,
        targets: Targets::All {},
        rule: Rule {
            scale: Uint64::new(1),
            min_score: 2,
            cap: 3,
            curve: Curve::Linear {},
            streak: Streak { step_ppm: 4, cap_ppm: 5 },
            boost_max_ppm: 6,
            multiplier_max_ppm: 1_000_007,
            schedule: Schedule::Even {},
            payout: Payout::ProRata {},
            share_cap_ppm: 8,
            growth: Growth { ppm: 9, abs: 10 },
            unlock: Unlock { start_s: 11, end_s: 12 },
            split_gain: true,
        },
        start_epoch: 13,
        end_epoch: 14,
    }
}

#[test]
fn every_field_of_the_terms_reaches_the_rule_hash() {
    type Change = fn(&mut CampaignTerms);
    let tier = |threshold, rate_ppm| Tier { threshold, rate_ppm };
    let changes: Vec<Change> = vec![
        |t| t.kind = CampaignKind::Custom,
        |t| t.targets = Targets::AssetIds(vec!["1".into()]),
        |t| t.targets = Targets::Interactions(vec!["1".into()]),
        |t| t.targets = Targets::Attributes(vec![Attribute { name: "1".into(), value: "2".into() }]),
        |t| t.rule.scale = Uint64::new(99),
        |t| t.rule.min_score = 99,
        |t| t.rule.cap = 99,
        |t| t.rule.curve = Curve::Sqrt {},
        |t| t.rule.curve = Curve::ConvergentLinear { k: 1 },
        |t| t.rule.curve = Curve::ConvergentLinear { k: 2 },
        |t| t.rule.streak.step_ppm = 99,
        |t| t.rule.streak.cap_ppm = 99,
        |t| t.rule.boost_max_ppm = 99,
        |t| t.rule.multiplier_max_ppm = 99,
        |t| t.rule.schedule = Schedule::Fixed { amount: Uint128::new(1) },
        |t| t.rule.schedule = Schedule::Fixed { amount: Uint128::new(2) },
        |t| t.rule.payout = Payout::CappedRate { price: Uint128::new(1) },
        |t| t.rule.payout = Payout::CappedRate { price: Uint128::new(2) },
        |t| t.rule.share_cap_ppm = 99,
        |t| t.rule.growth.ppm = 99,
        |t| t.rule.growth.abs = 99,
        |t| t.rule.unlock.start_s = 99,
        |t| t.rule.unlock.end_s = 99,
        |t| t.start_epoch = 99,
        |t| t.end_epoch = 99,
        |t| t.rule.split_gain = false,
    ];
    let mut hashes: Vec<Hash> = vec![terms().rule_hash()];
    hashes.extend(changes.into_iter().map(|change| {
        let mut changed = terms();
        change(&mut changed);
        changed.rule_hash()
    }));
    let tiered = [vec![tier(0, 1)], vec![tier(0, 2)], vec![tier(1, 1)], vec![tier(0, 1), tier(1, 1)]];
    hashes.extend(tiered.map(|tiers| {
        let mut changed = terms();
        changed.rule.curve = Curve::Tiered { tiers };
        changed.rule_hash()
    }));
    let count = hashes.len();
    hashes.sort_unstable();
    hashes.dedup();
    assert_eq!(hashes.len(), count, "two different terms have one hash");
}

#[test]
fn every_field_of_a_possession_reaches_its_digest() {
    let account = |byte: u8, len: usize| AccountId::try_from(vec![byte; len].as_slice()).unwrap();
    let digest = |chain: &str, contract: u8, version: u64, admin: &AccountId, key: u8| {
        let deployment = Deployment::new(chain, &account(contract, 32)).unwrap();
        let pubkey = [key; 33];
        Possession { deployment: &deployment, config_version: version, admin, pubkey: &pubkey }.digest()
    };
    let admin = account(7, 20);
    let mut digests = vec![
        digest("c", 1, 2, &admin, 2),
        digest("d", 1, 2, &admin, 2),
        digest("c", 2, 2, &admin, 2),
        digest("c", 1, 3, &admin, 2),
        digest("c", 1, 2, &account(8, 20), 2),
        digest("c", 1, 2, &account(7, 32), 2),
        digest("c", 1, 2, &admin, 3),
    ];
    let count = digests.len();
    digests.sort_unstable();
    digests.dedup();
    assert_eq!(digests.len(), count);
}

#[test]
fn every_field_of_the_configuration_reaches_its_digest() {
    let account = |byte: u8| AccountId::try_from([byte; 32].as_slice()).unwrap();
    let key = |byte: u8| Binary::from([[2].as_slice(), &[byte; 32]].concat());
    let clock = EpochClock {
        genesis_s: 1,
        epoch_length_s: 2,
        report_period_s: 3,
        dispute_window_s: 4,
        open_period_s: 5,
        min_blocks: 6,
    };
    let digest =
        |chain: &str, contract: u8, version: u64, keys: &[u8], f: u8, spec: u8, clock: EpochClock| {
            let keys: Vec<_> = keys.iter().map(|byte| key(*byte)).collect();
            ConfigDigestInput {
                deployment: &Deployment::new(chain, &account(contract)).unwrap(),
                config_version: version,
                operators: &OperatorSet::new(&keys, f).unwrap(),
                spec_hash: &[spec; 32],
                clock: &clock,
            }
            .digest()
        };
    let four = [1, 2, 3, 4];
    let mut digests = vec![
        digest("c", 1, 1, &four, 1, 1, clock),
        digest("d", 1, 1, &four, 1, 1, clock),
        digest("c", 2, 1, &four, 1, 1, clock),
        digest("c", 1, 2, &four, 1, 1, clock),
        digest("c", 1, 1, &[2, 1, 3, 4], 1, 1, clock),
        digest("c", 1, 1, &[1, 2, 3, 4, 5], 1, 1, clock),
        digest("c", 1, 1, &four, 0, 1, clock),
        digest("c", 1, 1, &four, 1, 2, clock),
        digest("c", 1, 1, &four, 1, 1, EpochClock { genesis_s: 9, ..clock }),
        digest("c", 1, 1, &four, 1, 1, EpochClock { epoch_length_s: 9, ..clock }),
        digest("c", 1, 1, &four, 1, 1, EpochClock { report_period_s: 9, ..clock }),
        digest("c", 1, 1, &four, 1, 1, EpochClock { dispute_window_s: 9, ..clock }),
        digest("c", 1, 1, &four, 1, 1, EpochClock { min_blocks: 9, ..clock }),
    ];
    let count = digests.len();
    digests.sort_unstable();
    digests.dedup();
    assert_eq!(digests.len(), count);
    assert!(Deployment::new("", &account(1)).is_err());
    assert!(Deployment::new(&"x".repeat(65), &account(1)).is_err());
}
