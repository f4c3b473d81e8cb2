//! The fixed-width bytes of a rule, a part of `rule_hash`.

use super::{Curve, Payout, Rule, Schedule};
use crate::hash::{ZERO_HASH, sha256};

impl Rule {
    /// `scale` to `unlock` of the layout documented at [`crate::CampaignTerms::rule_hash`].
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(192);
        out.extend_from_slice(&self.scale.u64().to_be_bytes());
        out.extend_from_slice(&self.min_score.to_be_bytes());
        out.extend_from_slice(&self.cap.to_be_bytes());
        out.extend_from_slice(&self.curve.encode());
        for ppm in [self.streak.step_ppm, self.streak.cap_ppm, self.boost_max_ppm, self.multiplier_max_ppm] {
            out.extend_from_slice(&ppm.to_be_bytes());
        }
        let (tag, amount) = match &self.schedule {
            Schedule::Even {} => (0u8, 0),
            Schedule::Fixed { amount } => (1, amount.u128()),
        };
        out.push(tag);
        out.extend_from_slice(&amount.to_be_bytes());
        let (tag, price) = match &self.payout {
            Payout::ProRata {} => (0u8, 0),
            Payout::CappedRate { price } => (1, price.u128()),
        };
        out.push(tag);
        out.extend_from_slice(&price.to_be_bytes());
        out.extend_from_slice(&self.share_cap_ppm.to_be_bytes());
        out.extend_from_slice(&self.growth.ppm.to_be_bytes());
        out.extend_from_slice(&self.growth.abs.to_be_bytes());
        out.extend_from_slice(&self.unlock.start_s.to_be_bytes());
        out.extend_from_slice(&self.unlock.end_s.to_be_bytes());
        out
    }
}

impl Curve {
    /// `tag u8 ‖ k u32 ‖ tiers_hash 32`; `tiers_hash` is SHA-256 over `count u8 ‖ count × (threshold u32 ‖ rate u32)`,
    /// zeros for the other curves.
    fn encode(&self) -> Vec<u8> {
        let (tag, k, tiers_hash) = match self {
            Self::Linear {} => (0u8, 0u32, ZERO_HASH),
            Self::ConvergentLinear { k } => (1, *k, ZERO_HASH),
            Self::Tiered { tiers } => {
                let mut bytes = vec![u8::try_from(tiers.len()).unwrap_or(u8::MAX)];
                for tier in tiers {
                    bytes.extend_from_slice(&tier.threshold.to_be_bytes());
                    bytes.extend_from_slice(&tier.rate_ppm.to_be_bytes());
                }
                (2, 0, sha256(&[&bytes]))
            }
            Self::Sqrt {} => (3, 0, ZERO_HASH),
        };
        let mut out = vec![tag];
        out.extend_from_slice(&k.to_be_bytes());
        out.extend_from_slice(&tiers_hash);
        out
    }
}
