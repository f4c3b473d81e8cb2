//! The incentive rules: how a score becomes a weight, a weight an amount, an amount a claim.
//!
//! The order of operations is normative: gate → curve → multiplier → budget → earned → unlocked. Every function of
//! a [`ValidRule`] is total: no score, streak, boost or amount in its stated range can make it fail.

mod budget;
mod curve;
mod earned;
mod encode;
mod growth;
mod unlock;
mod validate;
mod weight;

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Uint64, Uint128};

pub use growth::admitted_leaves;
pub use unlock::unlocked;
pub use weight::{STREAK_MAX, next_streak};

/// Most brackets of a tiered curve.
pub const TIERS_MAX: usize = 16;
/// The largest multiplier, three, in ppm.
pub const MULTIPLIER_MAX_PPM: u32 = 3_000_000;
/// The most a campaign can hold, in base units of its asset: 2^120.
pub const AMOUNT_MAX: u128 = 1 << 120;
/// The highest price per weight under [`Payout::CappedRate`]: 2^64.
pub const PRICE_MAX: u128 = 1 << 64;

/// How a gated score becomes a base weight g(s), both in ppm.
#[cw_serde]
#[derive(Eq)]
pub enum Curve {
    /// `g = s`.
    Linear {},
    /// `g = floor(s(s + 2k) / (s + 4k))`: a small score earns half as much per point as a large one, so splitting
    /// an account loses. `k` in `1..=10^6`. (Convergent linear, as used for comment rewards by Hive.)
    ConvergentLinear {
        /// The score, in ppm, around which the pay per point rises.
        k: u32,
    },
    /// Marginal brackets: `g = floor(Σ rate_i · overlap_i / 10^6)`.
    Tiered {
        /// 1 to 16 brackets, thresholds strictly rising.
        tiers: Vec<Tier>,
    },
    /// `g = isqrt(s · 10^6)`.
    Sqrt {},
}

/// One bracket of [`Curve::Tiered`]: it reaches from its threshold to the next one, the last to 10^6.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct Tier {
    /// Score, in ppm, at which the bracket begins; below 10^6.
    pub threshold: u32,
    /// Weight per point of score inside the bracket, in ppm, at most 10^6.
    pub rate_ppm: u32,
}

/// The bonus for coming back every epoch.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct Streak {
    /// Bonus for each epoch after the first, ppm.
    pub step_ppm: u32,
    /// Most that the bonus can reach, ppm.
    pub cap_ppm: u32,
}

/// What an epoch may pay out of what is available.
#[cw_serde]
#[derive(Eq)]
pub enum Schedule {
    /// `floor(available / epochs_left)`.
    Even {},
    /// `min(amount, available)`.
    Fixed {
        /// Base units per epoch, at least 1.
        amount: Uint128,
    },
}

/// How an epoch's budget becomes earnings.
#[cw_serde]
#[derive(Eq)]
pub enum Payout {
    /// `floor(budget · w / W)`.
    ProRata {},
    /// `floor(w · price / 10^6)` while the budget covers that for all, else pro rata.
    CappedRate {
        /// Base units per 10^6 of weight, 1 to 2^64.
        price: Uint128,
    },
}

/// How fast the allocation tree may grow from one epoch to the next.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct Growth {
    /// New leaves as a share of the base tree's, ppm, at most 10^8 (a hundredfold).
    pub ppm: u32,
    /// New leaves besides, at least 1.
    pub abs: u32,
}

/// When earnings become claimable: nothing up to `start_s`, all from `end_s` on, linear between. The schedule is the
/// campaign's, not the earning's: what is earned late is unlocked as far as what was earned early.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct Unlock {
    /// Unix seconds.
    pub start_s: u64,
    /// Unix seconds, not before `start_s`. Both zero: everything is claimable at once.
    pub end_s: u64,
}

/// The incentive rule of a campaign as it travels in messages. It is immutable.
#[cw_serde]
#[derive(Eq)]
pub struct Rule {
    /// Raw attention, in engagement micro-units, that makes a score of one; at least 1. Fixed at creation, at a level
    /// that one person cannot honestly pass.
    pub scale: Uint64,
    /// Scores below this (and below 1) count as none, ppm.
    pub min_score: u32,
    /// Scores above this count as this much, ppm, at least 1. Below 10^6 it rewards splitting.
    pub cap: u32,
    /// From score to base weight.
    pub curve: Curve,
    /// Bonus for consecutive epochs.
    pub streak: Streak,
    /// Highest boost a leaf may carry, ppm; 0 = none.
    pub boost_max_ppm: u32,
    /// Highest multiplier, `10^6..=3·10^6` ppm.
    pub multiplier_max_ppm: u32,
    /// The budget of an epoch.
    pub schedule: Schedule,
    /// From weights to amounts.
    pub payout: Payout,
    /// Largest part of an epoch's budget that one account can earn, ppm, at least 1. Below 10^6 it rewards splitting.
    pub share_cap_ppm: u32,
    /// How fast the tree may grow.
    pub growth: Growth,
    /// When earnings become claimable.
    pub unlock: Unlock,
    /// Must be true if the rule pays more to who splits an account.
    pub split_gain: bool,
}

/// A [`Rule`] that passed [`ValidRule::try_from`]: all its functions are total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidRule(Rule);

impl ValidRule {
    /// The rule as it travels.
    pub fn rule(&self) -> &Rule {
        &self.0
    }
}

#[cfg(test)]
pub(crate) mod fixture {
    use super::*;

    /// Linear, no bonus, even budget, pro rata, no cap.
    pub(crate) fn plain_rule() -> Rule {
        Rule {
            scale: Uint64::new(1),
            min_score: 0,
            cap: 1_000_000,
            curve: Curve::Linear {},
            streak: Streak { step_ppm: 0, cap_ppm: 0 },
            boost_max_ppm: 0,
            multiplier_max_ppm: 1_000_000,
            schedule: Schedule::Even {},
            payout: Payout::ProRata {},
            share_cap_ppm: 1_000_000,
            growth: Growth { ppm: 1_000_000, abs: 1_000 },
            unlock: Unlock { start_s: 0, end_s: 0 },
            split_gain: false,
        }
    }

    pub(crate) fn valid(rule: Rule) -> ValidRule {
        ValidRule::try_from(rule).unwrap()
    }
}
