//! Property tests of the rules, trees and encodings.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::unwrap_used,
    clippy::indexing_slicing
)]

mod encodings;
mod fraud;
mod fuzz_seeds;
mod gift_terms;
mod leaves_file;
mod phase;
mod rewards;
mod trees;

/// What the tests share: strategies for valid rules and sorted leaves.
mod strategies {
    use attention_protocol::rule::{Curve, Growth, Payout, Rule, Schedule, Streak, Tier, Unlock, ValidRule};
    use attention_protocol::{AccountId, AssetLeaf, Commitment, Leaf, PPM, Score};
    use cosmwasm_std::{Uint64, Uint128};
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;

    pub fn curve() -> impl Strategy<Value = Curve> {
        prop_oneof![
            Just(Curve::Linear {}),
            Just(Curve::Sqrt {}),
            (1..=PPM).prop_map(|k| Curve::ConvergentLinear { k }),
            btree_map(0..PPM, 0..=PPM, 1..=16).prop_map(|tiers| Curve::Tiered {
                tiers: tiers.into_iter().map(|(threshold, rate_ppm)| Tier { threshold, rate_ppm }).collect(),
            }),
        ]
    }

    pub fn payout() -> impl Strategy<Value = Payout> {
        prop_oneof![
            Just(Payout::ProRata {}),
            (1u128..=1 << 64).prop_map(|price| Payout::CappedRate { price: Uint128::new(price) }),
            (1u128..=20_000_000).prop_map(|price| Payout::CappedRate { price: Uint128::new(price) }),
        ]
    }

    pub fn rule() -> impl Strategy<Value = ValidRule> {
        let score = (1u64.., 0..=PPM, 1..=PPM, curve());
        let bonus = (0..=3_000_000u32, 0..=3_000_000u32, 0..=3_000_000u32, PPM..=3_000_000u32);
        let schedule = prop_oneof![
            Just(Schedule::Even {}),
            (1u128..=1 << 120).prop_map(|amount| Schedule::Fixed { amount: Uint128::new(amount) }),
        ];
        let money = (schedule, payout(), 1..=PPM, 0..=100_000_000u32, 1u32..);
        (score, bonus, money, any::<(u64, u64)>()).prop_map(|(score, bonus, money, unlock)| {
            let rule = Rule {
                scale: Uint64::new(score.0),
                min_score: score.1,
                cap: score.2,
                curve: score.3,
                streak: Streak { step_ppm: bonus.0, cap_ppm: bonus.1 },
                boost_max_ppm: bonus.2,
                multiplier_max_ppm: bonus.3,
                schedule: money.0,
                payout: money.1,
                share_cap_ppm: money.2,
                growth: Growth { ppm: money.3, abs: money.4 },
                unlock: Unlock { start_s: unlock.0.min(unlock.1), end_s: unlock.0.max(unlock.1) },
                split_gain: true,
            };
            ValidRule::try_from(rule).unwrap()
        })
    }

    /// A rule that pays nothing for splitting.
    pub fn neutral_rule() -> impl Strategy<Value = ValidRule> {
        let curve =
            prop_oneof![Just(Curve::Linear {}), (1..=PPM).prop_map(|k| Curve::ConvergentLinear { k })];
        (rule(), curve).prop_map(|(rule, curve)| {
            let neutral =
                Rule { curve, cap: PPM, share_cap_ppm: PPM, split_gain: false, ..rule.rule().clone() };
            ValidRule::try_from(neutral).unwrap()
        })
    }

    pub fn score() -> impl Strategy<Value = Score> {
        (0..=PPM).prop_map(|ppm| Score::try_from(ppm).unwrap())
    }

    pub fn account() -> impl Strategy<Value = AccountId> {
        prop_oneof![vec(any::<u8>(), 20), vec(any::<u8>(), 32)]
            .prop_map(|bytes| AccountId::try_from(bytes.as_slice()).unwrap())
    }

    prop_compose! {
        pub fn leaf()(
            account in account(), score in score(), streak: u16, boost_ppm: u32,
            weight in 0..=3_000_000u64, cumulative in 0u128..1 << 100,
        ) -> Leaf {
            Leaf { account, score, streak, boost_ppm, weight, cumulative }
        }
    }

    prop_compose! {
        pub fn commitment()(
            campaign: u64, base_root: [u8; 32], base_total: u128, root: [u8; 32], leaf_count: u32,
            weight_total: u64, cumulative_total: u128, budget: u128, rule_hash: [u8; 32],
        ) -> Commitment {
            Commitment {
                campaign, base_root, base_total, root, leaf_count, weight_total, cumulative_total, budget, rule_hash,
            }
        }
    }

    prop_compose! {
        pub fn asset()(
            asset_id_hash: [u8; 32], score in score(), price: u128, denom_hash: [u8; 32],
        ) -> AssetLeaf {
            AssetLeaf { asset_id_hash, score, price, denom_hash }
        }
    }

    /// 1 to `max` commitments, strictly rising by campaign.
    pub fn commitments(max: usize) -> impl Strategy<Value = Vec<Commitment>> {
        vec(commitment(), 1..=max).prop_map(|mut all| {
            all.sort_by_key(|one| one.campaign);
            all.dedup_by_key(|one| one.campaign);
            all
        })
    }

    /// 1 to `max` assets, strictly rising by id.
    pub fn assets(max: usize) -> impl Strategy<Value = Vec<AssetLeaf>> {
        vec(asset(), 1..=max).prop_map(|mut all| {
            all.sort_by_key(|one| one.asset_id_hash);
            all.dedup_by_key(|one| one.asset_id_hash);
            all
        })
    }

    /// 1 to `max` leaves, strictly rising by account.
    pub fn leaves(max: usize) -> impl Strategy<Value = Vec<Leaf>> {
        vec(leaf(), 1..=max).prop_map(|mut leaves| {
            leaves.sort_by(|a, b| a.account.cmp(&b.account));
            leaves.dedup_by(|a, b| a.account == b.account);
            leaves
        })
    }
}
