//! Terms of the campaigns that the scenarios use.

use attention_e2e::rule::plain_rule;
use attention_protocol::rule::{Growth, Rule};
use attention_protocol::{CampaignKind, CampaignTerms, Targets};
use cosmwasm_std::Uint64;

/// Linear, even budget, pro rata, no bonus, epochs 0 to `end_epoch` (exclusive).
pub fn plain(end_epoch: u64) -> CampaignTerms {
    CampaignTerms {
        kind: CampaignKind::AssetDisplay,
        targets: Targets::All {},
        rule: Rule {
            scale: Uint64::new(1_000_000),
            growth: Growth { ppm: 1_000_000, abs: u32::MAX },
            ..plain_rule()
        },
        start_epoch: 0,
        end_epoch,
    }
}
