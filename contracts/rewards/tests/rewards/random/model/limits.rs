//! The owner's limits, by the first epoch they are in force for.

use std::collections::BTreeMap;

use attention_protocol::msg::{DenomPolicy, Limits as LimitsMsg};
use cosmwasm_std::Uint128;

/// Bounds on campaigns, fees and pauses.
#[derive(Debug, Clone)]
pub struct Limits {
    /// By asset: what a campaign must bring net of fees, and the creation fee.
    pub assets: BTreeMap<String, (u128, u128)>,
    pub settle_grace_s: u64,
    pub claim_period_s: u64,
    pub pause_max_s: u64,
    pub operator_fee_ppm: u128,
    pub price_change_max_ppm: u128,
}

impl Limits {
    /// As the owner sends them.
    pub fn msg(&self) -> LimitsMsg {
        let policy = |(denom, (funding_min, creation_fee)): (&String, &(u128, u128))| DenomPolicy {
            denom: denom.clone(),
            funding_min: Uint128::new(*funding_min),
            creation_fee: Uint128::new(*creation_fee),
        };
        LimitsMsg {
            denoms: self.assets.iter().map(policy).collect(),
            settle_grace_s: self.settle_grace_s,
            claim_period_s: self.claim_period_s,
            pause_max_s: self.pause_max_s,
            operator_fee_ppm: self.operator_fee_ppm as u32,
            price_change_max_ppm: self.price_change_max_ppm as u32,
        }
    }

    pub fn creation_fee(&self, asset: &str) -> u128 {
        self.assets.get(asset).map_or(0, |(_, fee)| *fee)
    }

    /// The operators' share of a funding.
    pub fn operator_fee(&self, amount: u128) -> u128 {
        amount * self.operator_fee_ppm / 1_000_000
    }
}

impl From<LimitsMsg> for Limits {
    fn from(msg: LimitsMsg) -> Self {
        let asset =
            |policy: DenomPolicy| (policy.denom, (policy.funding_min.u128(), policy.creation_fee.u128()));
        Self {
            assets: msg.denoms.into_iter().map(asset).collect(),
            settle_grace_s: msg.settle_grace_s,
            claim_period_s: msg.claim_period_s,
            pause_max_s: msg.pause_max_s,
            operator_fee_ppm: msg.operator_fee_ppm.into(),
            price_change_max_ppm: msg.price_change_max_ppm.into(),
        }
    }
}
