//! Campaigns: what was agreed, and what settling has to know of it.

use attention_protocol::bytes::Reader;
use attention_protocol::msg::Metadata;
use attention_protocol::rule::{Growth, Schedule, Unlock};
use attention_protocol::{Hash, ProtocolError};
use cosmwasm_std::{Addr, Storage, Uint128};

use super::packed::{Packed, PackedMap, push_metadata, push_text, read_metadata, read_text, text};
use super::tag;
use crate::error::{ContractError, Result};

/// How many campaigns there are; ids run from 1 to this.
pub(crate) const CAMPAIGN_COUNT: PackedMap<(), u64> = PackedMap::new(tag::CAMPAIGN_COUNT);
/// By campaign: what was agreed. Written at creation and when the sponsorship is handed over.
pub(crate) const CAMPAIGNS: PackedMap<u64, Campaign> = PackedMap::new(tag::CAMPAIGN);
/// By campaign: when it runs and what an epoch may pay. Written at creation and when it is stopped.
pub(crate) const RUNS: PackedMap<u64, RunRow> = PackedMap::new(tag::RUN);

/// The run of a campaign that has to exist.
pub(crate) fn load_run(storage: &dyn Storage, campaign: u64) -> Result<RunRow> {
    Ok(RUNS.may_load(storage, campaign)?.ok_or(ContractError::UnknownCampaign { campaign })?)
}

/// A campaign as it was created; only the sponsor may change.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Campaign {
    pub(crate) sponsor: Addr,
    pub(crate) refund_address: Addr,
    /// Its terms in JSON: only the query reads them.
    pub(crate) terms: Vec<u8>,
    pub(crate) claim_deadline_s: u64,
    pub(crate) created_at_s: u64,
    /// Seconds the contract had been paused by then; later ones push the closing of claims back.
    pub(crate) paused_before_s: u64,
    pub(crate) metadata: Option<Metadata>,
}

impl Packed for Campaign {
    const WHAT: &'static str = "stored campaign";

    /// The terms are the rest of the row.
    fn pack(&self, out: &mut Vec<u8>) {
        for number in [self.claim_deadline_s, self.created_at_s, self.paused_before_s] {
            number.pack(out);
        }
        for part in [&self.sponsor, &self.refund_address] {
            push_text(out, part.as_str());
        }
        push_metadata(out, self.metadata.as_ref());
        out.extend_from_slice(&self.terms);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        let (claim_deadline_s, created_at_s, paused_before_s) =
            (u64::read(reader)?, u64::read(reader)?, u64::read(reader)?);
        let (sponsor, refund_address) = (read_text(reader)?, read_text(reader)?);
        let metadata = read_metadata(reader)?;
        Ok(Self {
            sponsor: Addr::unchecked(sponsor),
            refund_address: Addr::unchecked(refund_address),
            terms: reader.take(reader.rest().len())?.to_vec(),
            claim_deadline_s,
            created_at_s,
            paused_before_s,
            metadata,
        })
    }
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
            seconds.pack(out);
        }
        out.extend_from_slice(&self.share_cap_ppm.to_be_bytes());
        out.extend_from_slice(self.denom.as_bytes());
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self {
            unlock: Unlock { start_s: u64::read(reader)?, end_s: u64::read(reader)? },
            share_cap_ppm: reader.u32()?,
            denom: text(reader.take(reader.rest().len())?),
        })
    }
}

impl Packed for RunRow {
    const WHAT: &'static str = "stored campaign run";

    fn pack(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.rule_hash);
        // An amount of zero never passes validation, so it can stand for the schedule without one.
        let amount = match &self.schedule {
            Schedule::Even {} => 0,
            Schedule::Fixed { amount } => amount.u128(),
        };
        amount.pack(out);
        out.extend_from_slice(&self.growth.ppm.to_be_bytes());
        out.extend_from_slice(&self.growth.abs.to_be_bytes());
        for epoch in [self.start_epoch, self.scheduled_end, self.end_epoch] {
            out.extend_from_slice(&epoch.to_be_bytes());
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

#[cfg(test)]
mod tests {
    use cosmwasm_std::testing::MockStorage;

    use super::*;

    #[test]
    fn a_campaign_comes_back_with_and_without_metadata() {
        let mut storage = MockStorage::new();
        let campaign = |metadata| Campaign {
            sponsor: Addr::unchecked("wasm1sponsor"),
            refund_address: Addr::unchecked("wasm1treasury"),
            terms: b"{}".to_vec(),
            claim_deadline_s: 1 << 60,
            created_at_s: 300,
            paused_before_s: 0,
            metadata,
        };
        let name = "n".repeat(128);
        let link = Some("u".repeat(256));
        let named = |url| Some(Metadata { name: name.clone(), url });
        for row in [campaign(None), campaign(named(None)), campaign(named(link))] {
            CAMPAIGNS.save(&mut storage, 1, &row);
            assert_eq!(CAMPAIGNS.load(&storage, 1).unwrap(), row);
        }
    }
}
