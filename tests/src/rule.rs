//! The rule that campaigns of the demonstration and the scenarios differ from.

use attention_protocol::rule::{Curve, Growth, Payout, Rule, Schedule, Streak, Unlock};
use cosmwasm_std::Uint64;

/// Scale 1, linear, even budget, pro rata, no bonus, no cap, everything claimable at once.
pub fn plain_rule() -> Rule {
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
