//! The immutable terms of a campaign, and their canonical hash.

use cosmwasm_schema::cw_serde;

use crate::error::ProtocolError;
use crate::hash::{Hash, sha256};
use crate::rule::{Rule, ValidRule};
use crate::targets::Targets;

/// What the attention is for. It does not change any number; pages and reports group by it.
#[cw_serde]
#[derive(Copy, Eq)]
pub enum CampaignKind {
    /// Placement of advertisements.
    AdPlacement,
    /// Display of virtual assets.
    AssetDisplay,
    /// Social interaction: messages, friendships.
    SocialInteraction,
    /// Creation of content.
    ContentCreation,
    /// Virtual events.
    VirtualEvent,
    /// Anything else.
    Custom,
}

impl CampaignKind {
    const fn tag(self) -> u8 {
        match self {
            Self::AdPlacement => 0,
            Self::AssetDisplay => 1,
            Self::SocialInteraction => 2,
            Self::ContentCreation => 3,
            Self::VirtualEvent => 4,
            Self::Custom => 5,
        }
    }
}

/// How often a missed last epoch may move the end of a campaign by one.
pub const END_EXTENSIONS_MAX: u32 = 3;

/// The last epoch number a campaign may name. It keeps every window inside `u64` seconds.
pub const EPOCH_MAX: u64 = 1 << 32;

/// The terms that are fixed when a campaign is created.
#[cw_serde]
#[derive(Eq)]
pub struct CampaignTerms {
    /// What the attention is for.
    pub kind: CampaignKind,
    /// Which behaviour counts.
    pub targets: Targets,
    /// How scores become rewards.
    pub rule: Rule,
    /// First epoch with an allocation.
    pub start_epoch: u64,
    /// First epoch without one; above `start_epoch`.
    pub end_epoch: u64,
}

impl CampaignTerms {
    /// Checks every bound; the rule that comes back is total.
    pub fn validate(&self) -> Result<ValidRule, ProtocolError> {
        self.targets.validate()?;
        if self.end_epoch <= self.start_epoch || self.end_epoch > EPOCH_MAX {
            let requirement = "above start_epoch and at most 2^32";
            return Err(ProtocolError::invalid("end_epoch", self.end_epoch, requirement));
        }
        ValidRule::try_from(self.rule.clone())
    }

    /// `rule_hash`: SHA-256 of `version u8 ‖ kind u8 ‖ targets_hash 32 ‖ scale u64 ‖ min_score u32 ‖ cap u32 ‖
    /// curve (tag u8 ‖ k u32 ‖ tiers_hash 32) ‖ streak step u32 ‖ streak cap u32 ‖ boost_max u32 ‖ M_max u32 ‖
    /// schedule (tag u8 ‖ amount u128) ‖ payout (tag u8 ‖ price u128) ‖ share_cap u32 ‖ growth (ppm u32 ‖ abs
    /// u32) ‖ unlock (start u64 ‖ end u64) ‖ start u64 ‖ scheduled_end u64 ‖ split_gain u8`.
    pub fn rule_hash(&self) -> Hash {
        let mut bytes = vec![1, self.kind.tag()];
        bytes.extend_from_slice(&self.targets.hash());
        bytes.extend_from_slice(&self.rule.encode());
        bytes.extend_from_slice(&self.start_epoch.to_be_bytes());
        bytes.extend_from_slice(&self.end_epoch.to_be_bytes());
        bytes.push(u8::from(self.rule.split_gain));
        sha256(&[&bytes])
    }
}

/// The first epoch without an allocation when a sponsor stops the campaign in epoch `now_epoch`:
/// `min(scheduled_end, max(now_epoch + 1, start))`. What users do up to then is still paid.
pub fn stop_epoch(now_epoch: u64, start_epoch: u64, end_epoch: u64) -> Result<u64, ProtocolError> {
    let next = now_epoch.checked_add(1).ok_or(ProtocolError::Overflow { what: "the epoch number" })?;
    Ok(end_epoch.min(next.max(start_epoch)))
}

/// The end that is in force: a missed last epoch moves it by one, at most [`END_EXTENSIONS_MAX`] times. A campaign
/// that was stopped before its first epoch has none, and no last epoch to miss.
pub fn effective_end<E>(
    start_epoch: u64,
    end_epoch: u64,
    mut is_missed: impl FnMut(u64) -> Result<bool, E>,
) -> Result<u64, E> {
    let mut end = end_epoch;
    for _ in 0..END_EXTENSIONS_MAX {
        let (Some(last), Some(next)) = (end.checked_sub(1), end.checked_add(1)) else {
            break;
        };
        if end <= start_epoch || !is_missed(last)? {
            break;
        }
        end = next;
    }
    Ok(end)
}

/// Epochs that are left to share what is available, from `epoch` on: `max(scheduled_end − epoch, 1)`.
pub fn epochs_left(end_epoch: u64, epoch: u64) -> u64 {
    end_epoch.checked_sub(epoch).unwrap_or(1).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{Curve, Growth, Payout, Schedule, Streak, Unlock};

    #[test]
    fn a_stop_never_reaches_back() {
        assert_eq!(stop_epoch(9, 0, 20).unwrap(), 10);
        assert_eq!(stop_epoch(9, 15, 20).unwrap(), 15, "not started yet: it never runs");
        assert_eq!(stop_epoch(30, 0, 20).unwrap(), 20);
    }

    #[test]
    fn a_missed_last_epoch_moves_the_end_three_times_at_most() {
        let end = |missed: &[u64]| effective_end::<()>(0, 5, |e| Ok(missed.contains(&e))).unwrap();
        assert_eq!(end(&[]), 5);
        assert_eq!(end(&[3]), 5);
        assert_eq!(end(&[4]), 6);
        assert_eq!(end(&[4, 6]), 6);
        assert_eq!(end(&[4, 5, 6, 7, 8]), 8);
        assert_eq!(effective_end::<()>(5, 5, |_| Ok(true)).unwrap(), 5, "stopped before it began");
    }

    #[test]
    fn the_last_epoch_has_one_left() {
        assert_eq!(epochs_left(5, 0), 5);
        assert_eq!(epochs_left(5, 4), 1);
        assert_eq!(epochs_left(5, 6), 1);
    }

    #[test]
    fn a_campaign_ends_after_its_start_and_by_2_to_the_32() {
        let rule = Rule {
            scale: 1u64.into(),
            min_score: 0,
            cap: 1_000_000,
            curve: Curve::Linear {},
            streak: Streak { step_ppm: 0, cap_ppm: 0 },
            boost_max_ppm: 0,
            multiplier_max_ppm: 1_000_000,
            schedule: Schedule::Even {},
            payout: Payout::ProRata {},
            share_cap_ppm: 1_000_000,
            growth: Growth { ppm: 1_000_000, abs: 100 },
            unlock: Unlock { start_s: 0, end_s: 0 },
            split_gain: false,
        };
        let kind = CampaignKind::Custom;
        let terms = |start_epoch, end_epoch| {
            let (targets, rule) = (Targets::All {}, rule.clone());
            CampaignTerms { kind, targets, rule, start_epoch, end_epoch }.validate().map(|_| ())
        };
        let refused = |end: u64| {
            let requirement = "above start_epoch and at most 2^32";
            Err(ProtocolError::Invalid { field: "end_epoch", value: end.to_string(), requirement })
        };
        assert_eq!(terms(5, 4), refused(4));
        assert_eq!(terms(5, 5), refused(5));
        assert_eq!(terms(5, 6), Ok(()));
        assert_eq!(terms(5, 4_294_967_296), Ok(()));
        assert_eq!(terms(5, 4_294_967_297), refused(4_294_967_297));
    }
}
