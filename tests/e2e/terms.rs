//! Terms of the campaigns that the scenarios use.

use attention_protocol::rule::{Curve, Growth, Payout, Rule, Schedule, Streak, Unlock};
use attention_protocol::{CampaignKind, CampaignTerms, Targets};
use cosmwasm_std::Uint64;

/// Linear, even budget, pro rata, no bonus, epochs 0 to `end_epoch` (exclusive).
pub fn plain(end_epoch: u64) -> CampaignTerms {
    CampaignTerms {
        kind: CampaignKind::AssetDisplay,
        targets: Targets::All {},
        rule: Rule {
            scale: Uint64::new(1_000_000),
            min_score: 0,
            cap: 1_000_000,
            curve: Curve::Linear {},
            streak: Streak { step_ppm: 0, cap_ppm: 0 },
            boost_max_ppm: 0,
            multiplier_max_ppm: 1_000_000,
            schedule: Schedule::Even {},
            payout: Payout::ProRata {},
            share_cap_ppm: 1_000_000,
            growth: Growth { ppm: 1_000_000, abs: u32::MAX },
            unlock: Unlock { start_s: 0, end_s: 0 },
            split_gain: false,
        },
        start_epoch: 0,
        end_epoch,
    }
}
