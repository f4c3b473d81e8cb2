//! A campaign as the chain shows it: its terms, when it runs, and what it may pay in an epoch.

use std::collections::BTreeMap;

use attention_protocol::campaign::epochs_left;
use attention_protocol::{CampaignTerms, ProtocolError, ValidRule};
use thiserror::Error;

/// Why a campaign cannot be computed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CampaignError {
    /// The chain's answer about its funding is missing.
    #[error("campaign {campaign}: what was credited before the end of epoch {epoch} is missing; query it")]
    CreditMissing {
        /// The campaign.
        campaign: u64,
        /// The epoch.
        epoch: u64,
    },
    /// Its terms break a bound, which the contract would never have accepted.
    #[error("campaign {campaign}: {error}")]
    Terms {
        /// The campaign.
        campaign: u64,
        /// The bound.
        error: ProtocolError,
    },
}

/// What the chain says about a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignView {
    /// Its id.
    pub id: u64,
    /// Its immutable terms.
    pub terms: CampaignTerms,
    /// The end in force, exclusive: earlier than scheduled if it was stopped, later if its last epoch was missed.
    pub end_epoch: u64,
    /// The denom it pays in.
    pub denom: String,
    /// Credited before the end of an epoch, net of fees, base units: for the epoch that is built, and for every epoch
    /// whose final report holds a commitment of the campaign.
    pub credited: BTreeMap<u64, u128>,
}

impl CampaignView {
    /// The terms' rule, checked.
    ///
    /// # Errors
    /// [`CampaignError::Terms`].
    pub fn rule(&self) -> Result<ValidRule, CampaignError> {
        self.terms.validate().map_err(|error| CampaignError::Terms { campaign: self.id, error })
    }

    /// Whether the campaign has an allocation in `epoch`: `start <= epoch < end in force`.
    pub fn is_running(&self, epoch: u64) -> bool {
        self.terms.start_epoch <= epoch && epoch < self.end_epoch
    }

    /// The budget of `epoch`, base units, when everything up to `base_total` was allocated before:
    /// `schedule(credited(epoch) − base_total, epochs_left)`. A campaign that was credited less than it allocated (which
    /// no chain state allows) has none.
    ///
    /// # Errors
    /// [`CampaignError::CreditMissing`].
    pub fn budget(&self, epoch: u64, base_total: u128) -> Result<u128, CampaignError> {
        let credited = self.credited.get(&epoch);
        let credited = credited.ok_or(CampaignError::CreditMissing { campaign: self.id, epoch })?;
        let available = credited.checked_sub(base_total).unwrap_or(0);
        let left = epochs_left(self.terms.end_epoch, epoch);
        Ok(self.terms.rule.schedule.budget(available, left))
    }
}

#[cfg(test)]
pub(crate) mod fixture {
    use attention_protocol::rule::{Curve, Growth, Payout, Schedule, Streak, Unlock};
    use attention_protocol::{CampaignKind, Rule, Targets};

    use super::*;

    /// Campaign 1, everything, linear, even, pro rata; epochs 0 to 9; 1,000 base units from the start.
    pub(crate) fn view() -> CampaignView {
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
            growth: Growth { ppm: 1_000_000, abs: 1_000 },
            unlock: Unlock { start_s: 0, end_s: 0 },
            split_gain: false,
        };
        let targets = Targets::All {};
        let terms =
            CampaignTerms { kind: CampaignKind::AssetDisplay, targets, rule, start_epoch: 0, end_epoch: 10 };
        let credited = (0..10).map(|epoch| (epoch, 1_000)).collect();
        CampaignView { id: 1, terms, end_epoch: 10, denom: "ureward".into(), credited }
    }
}

#[cfg(test)]
mod tests {
    use super::fixture::view;
    use super::*;

    #[test]
    fn the_end_is_exclusive_and_a_stop_moves_it() {
        let mut view = view();
        view.terms.start_epoch = 2;
        assert_eq!([1, 2, 9, 10].map(|epoch| view.is_running(epoch)), [false, true, true, false]);
        view.end_epoch = 4;
        assert_eq!([3, 4].map(|epoch| view.is_running(epoch)), [true, false]);
    }

    #[test]
    fn budget_by_hand() {
        let mut view = view();
        assert_eq!(view.budget(0, 0), Ok(100), "1000 over ten epochs");
        assert_eq!(view.budget(5, 300), Ok(140), "700 over five");
        assert_eq!(view.budget(9, 1_000), Ok(0));
        assert_eq!(view.budget(9, 1_001), Ok(0));
        view.end_epoch = 6;
        assert_eq!(view.budget(5, 300), Ok(140), "a stop does not change earlier budgets");
        assert_eq!(view.budget(10, 0), Err(CampaignError::CreditMissing { campaign: 1, epoch: 10 }));
    }
}
