//! Campaigns: what was agreed, and what settling has to know of it.

use attention_protocol::bytes::Reader;
use attention_protocol::msg::Metadata;
use attention_protocol::rule::{Growth, Schedule, Unlock};
use attention_protocol::{CampaignTerms, Hash, ProtocolError};
use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Storage, Uint128};
use cw_storage_plus::{Item, Map};

use super::packed::{Packed, PackedMap};
use super::tag;
use crate::error::{ContractError, Result};

/// How many campaigns there are; ids run from 1 to this.
pub(crate) const CAMPAIGN_COUNT: Item<u64> = Item::new("campaign_count");
/// By campaign: what was agreed. Written once.
pub(crate) const CAMPAIGNS: Map<u64, Campaign> = Map::new("campaigns");
/// By campaign: when it runs and what an epoch may pay. Written at creation and when it is stopped.
pub(crate) const RUNS: PackedMap<u64, RunRow> = PackedMap::new(tag::RUN);

/// The run of a campaign that has to exist.
pub(crate) fn load_run(storage: &dyn Storage, campaign: u64) -> Result<RunRow> {
    Ok(RUNS.may_load(storage, campaign)?.ok_or(ContractError::UnknownCampaign { campaign })?)
}

/// A campaign as its sponsor created it.
#[cw_serde]
pub(crate) struct Campaign {
    pub(crate) sponsor: Addr,
    pub(crate) refund_address: Addr,
    pub(crate) terms: CampaignTerms,
    pub(crate) claim_deadline_s: u64,
    pub(crate) created_at_s: u64,
    /// Seconds the contract had been paused by then; later ones push the closing of claims back.
    pub(crate) paused_before_s: u64,
    pub(crate) metadata: Option<Metadata>,
}

/// What settling reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunRow {
    pub(crate) rule_hash: Hash,
    pub(crate) schedule: Schedule,
    pub(crate) growth: Growth,
    pub(crate) start_epoch: u64,
    /// First epoch without an allocation as agreed; it shares the budget, stopped or not.
    pub(crate) scheduled_end: u64,
    /// The same as in force: lower if the sponsor stopped the campaign.
    pub(crate) end_epoch: u64,
    pub(crate) stopped: bool,
    pub(crate) payout: PayoutTerms,
}

/// What a claim has to know of a campaign. Every settled allocation repeats it, so that a claim reads one row less.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PayoutTerms {
    pub(crate) unlock: Unlock,
    pub(crate) share_cap_ppm: u32,
    pub(crate) denom: String,
}

impl Packed for PayoutTerms {
    const WHAT: &'static str = "stored payout terms";

    /// The denom is what is left of the row.
    fn pack(&self, out: &mut Vec<u8>) {
        for seconds in [self.unlock.start_s, self.unlock.end_s] {
            u128::from(seconds).pack(out);
        }
        out.extend_from_slice(&self.share_cap_ppm.to_be_bytes());
        out.extend_from_slice(self.denom.as_bytes());
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        let mut seconds = || {
            let seconds = u64::try_from(u128::read(reader)?);
            seconds.map_err(|_| ProtocolError::Overflow { what: "the stored unlock" })
        };
        Ok(Self {
            unlock: Unlock { start_s: seconds()?, end_s: seconds()? },
            share_cap_ppm: reader.u32()?,
            denom: String::from_utf8_lossy(reader.take(reader.rest().len())?).into_owned(),
        })
    }
}

impl Packed for RunRow {
    const WHAT: &'static str = "stored campaign run";

    fn pack(&self, out: &mut Vec<u8>) {
        out.extend(self.rule_hash);
        // An amount of zero never passes validation, so it can stand for the schedule without one.
        let amount = match &self.schedule {
            Schedule::Even {} => 0,
            Schedule::Fixed { amount } => amount.u128(),
        };
        amount.pack(out);
        out.extend(self.growth.ppm.to_be_bytes());
        out.extend(self.growth.abs.to_be_bytes());
        for epoch in [self.start_epoch, self.scheduled_end, self.end_epoch] {
            out.extend(epoch.to_be_bytes());
        }
        out.push(u8::from(self.stopped));
        self.payout.pack(out);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self {
            rule_hash: reader.array()?,
            schedule: match u128::read(reader)? {
                0 => Schedule::Even {},
                amount => Schedule::Fixed { amount: Uint128::new(amount) },
            },
            growth: Growth { ppm: reader.u32()?, abs: reader.u32()? },
            start_epoch: reader.u64()?,
            scheduled_end: reader.u64()?,
            end_epoch: reader.u64()?,
            stopped: reader.u8()? != 0,
            payout: PayoutTerms::read(reader)?,
        })
    }
}
