//! Valid values out of a fuzzer's bytes.

use attention_protocol::rule::{
    AMOUNT_MAX, Curve, Growth, MULTIPLIER_MAX_PPM, PRICE_MAX, Payout, Rule, Schedule, Streak, TIERS_MAX,
    Tier, Unlock,
};
use attention_protocol::{AccountId, AssetLeaf, Commitment, Leaf, PPM, Score};
use cosmwasm_std::{Uint64, Uint128};
use libfuzzer_sys::arbitrary::{Result, Unstructured};

use crate::Packed;

/// A score, `0..=10^6`.
pub fn score(u: &mut Unstructured<'_>) -> Result<Score> {
    Ok(Score::try_from(u.int_in_range(0..=PPM)?).expect("it is in range"))
}

/// An address of 20 or 32 bytes; few bytes decide, so that neighbours and prefixes are common.
pub fn account(u: &mut Unstructured<'_>) -> Result<AccountId> {
    let [first, fill, last]: [u8; 3] = u.arbitrary()?;
    let mut bytes = vec![fill; if u.arbitrary()? { 32 } else { 20 }];
    bytes[0] = first;
    bytes[19] = last;
    Ok(AccountId::try_from(bytes.as_slice()).expect("20 and 32 bytes are addresses"))
}

/// A leaf of an allocation tree; 2^16 of them have sums that fit.
pub fn leaf(u: &mut Unstructured<'_>) -> Result<Leaf> {
    Ok(Leaf {
        account: account(u)?,
        score: score(u)?,
        streak: u.arbitrary()?,
        boost_ppm: u.arbitrary()?,
        weight: u.int_in_range(0..=3_000_000)?,
        cumulative: u.int_in_range(0..=1 << 100)?,
    })
}

/// A leaf of a commitment tree.
pub fn commitment(u: &mut Unstructured<'_>) -> Result<Commitment> {
    Ok(Commitment {
        campaign: u.arbitrary()?,
        base_root: [u.arbitrary()?; 32],
        base_total: u.arbitrary()?,
        root: [u.arbitrary()?; 32],
        leaf_count: u.arbitrary()?,
        weight_total: u.arbitrary()?,
        cumulative_total: u.arbitrary()?,
        budget: u.arbitrary()?,
        rule_hash: [u.arbitrary()?; 32],
    })
}

/// A leaf of an asset tree.
pub fn asset(u: &mut Unstructured<'_>) -> Result<AssetLeaf> {
    let mut asset_id_hash = [u.arbitrary()?; 32];
    asset_id_hash[31] = u.arbitrary()?;
    Ok(AssetLeaf { asset_id_hash, score: score(u)?, price: u.arbitrary()?, denom_hash: [u.arbitrary()?; 32] })
}

/// 1 to 40 leaves, strictly rising by key.
pub fn rising<L: Packed>(
    u: &mut Unstructured<'_>,
    one: impl Fn(&mut Unstructured<'_>) -> Result<L>,
) -> Result<Vec<L>> {
    let count = u.int_in_range(1..=40)?;
    let mut leaves = (0..count).map(|_| one(u)).collect::<Result<Vec<L>>>()?;
    leaves.sort_by_key(L::key);
    leaves.dedup_by_key(|leaf| leaf.key());
    Ok(leaves)
}

/// A rule, nearly always a valid one: each bound is passed by one now and then.
pub fn rule(u: &mut Unstructured<'_>) -> Result<Rule> {
    Ok(Rule {
        scale: Uint64::new(u.arbitrary()?),
        min_score: u.int_in_range(0..=PPM + 1)?,
        cap: u.int_in_range(0..=PPM + 1)?,
        curve: curve(u)?,
        streak: Streak { step_ppm: bonus(u)?, cap_ppm: bonus(u)? },
        boost_max_ppm: bonus(u)?,
        multiplier_max_ppm: u.int_in_range(PPM - 1..=MULTIPLIER_MAX_PPM + 1)?,
        schedule: if u.arbitrary()? {
            Schedule::Even {}
        } else {
            Schedule::Fixed { amount: Uint128::new(u.int_in_range(0..=AMOUNT_MAX + 1)?) }
        },
        payout: match u.int_in_range(0..=2)? {
            0 => Payout::ProRata {},
            1 => Payout::CappedRate { price: Uint128::new(u.int_in_range(0..=PRICE_MAX + 1)?) },
            _ => Payout::CappedRate { price: Uint128::new(u.int_in_range(1..=20_000_000)?) },
        },
        share_cap_ppm: u.int_in_range(0..=PPM + 1)?,
        growth: Growth { ppm: u.int_in_range(0..=100_000_001)?, abs: u.arbitrary()? },
        unlock: Unlock { start_s: u.arbitrary()?, end_s: u.arbitrary()? },
        split_gain: u.arbitrary()?,
    })
}

fn bonus(u: &mut Unstructured<'_>) -> Result<u32> {
    u.int_in_range(0..=MULTIPLIER_MAX_PPM + 1)
}

fn curve(u: &mut Unstructured<'_>) -> Result<Curve> {
    Ok(match u.int_in_range(0..=3)? {
        0 => Curve::Linear {},
        1 => Curve::ConvergentLinear { k: u.int_in_range(0..=PPM + 1)? },
        2 => Curve::Sqrt {},
        _ => {
            let count = u.int_in_range(0..=TIERS_MAX + 1)?;
            let mut tiers = (0..count)
                .map(|_| {
                    Ok(Tier { threshold: u.int_in_range(0..=PPM)?, rate_ppm: u.int_in_range(0..=PPM + 1)? })
                })
                .collect::<Result<Vec<Tier>>>()?;
            tiers.sort_by_key(|tier| tier.threshold);
            Curve::Tiered { tiers }
        }
    })
}
