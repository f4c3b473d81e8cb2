//! A campaign's money, split by who writes it, so that no message writes more bytes than it changes.
//!
//! `unallocated` is nowhere stored: it is `funded − fees − allocated − refunded unallocated`, so the sum cannot be wrong.

use attention_protocol::ProtocolError;
use attention_protocol::bytes::Reader;
use attention_protocol::rule::Unlock;

use super::packed::{Packed, PackedMap};
use super::tag;

/// By campaign: written by create, fund and refund.
pub(crate) const FUNDS: PackedMap<u64, FundsRow> = PackedMap::new(tag::FUNDS);
/// By campaign: written by settle and refund, read by every claim.
pub(crate) const PAYOUTS: PackedMap<u64, PayoutRow> = PackedMap::new(tag::PAYOUT);
/// By campaign: what was paid to accounts, base units. Written by every claim, therefore alone.
pub(crate) const CLAIMED_TOTAL: PackedMap<u64, u128> = PackedMap::new(tag::CLAIMED_TOTAL);
/// By (campaign, epoch of receipt): everything credited up to then, net of fees, base units.
pub(crate) const CREDITED: PackedMap<(u64, u64), u128> = PackedMap::new(tag::CREDITED);
/// By denom: creation fees that wait for the owner, base units.
pub(crate) const FEES: PackedMap<&str, u128> = PackedMap::new(tag::FEES);

/// What came in and what went back, base units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FundsRow {
    pub(crate) funded: u128,
    pub(crate) fees: u128,
    pub(crate) refunded_unallocated: u128,
    pub(crate) refunded_unclaimed: u128,
}

impl Packed for FundsRow {
    const WHAT: &'static str = "stored funds";

    fn pack(&self, out: &mut Vec<u8>) {
        for amount in [self.funded, self.fees, self.refunded_unallocated, self.refunded_unclaimed] {
            amount.pack(out);
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self {
            funded: reader.u128()?,
            fees: reader.u128()?,
            refunded_unallocated: reader.u128()?,
            refunded_unclaimed: reader.u128()?,
        })
    }
}

/// What claims may pay, and on which conditions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PayoutRow {
    /// Σ deltas of settled allocations, base units; claims never exceed it.
    pub(crate) allocated: u128,
    /// Epoch of the newest settled allocation.
    pub(crate) settled_epoch: Option<u64>,
    /// Unclaimed money went back: nothing more is paid.
    pub(crate) closed: bool,
    pub(crate) unlock: Unlock,
    pub(crate) share_cap_ppm: u32,
    pub(crate) denom: String,
}

impl Packed for PayoutRow {
    const WHAT: &'static str = "stored payout terms";

    /// Epochs are stored plus one, so that zero says "none"; the denom is what is left of the row.
    fn pack(&self, out: &mut Vec<u8>) {
        self.allocated.pack(out);
        let settled = self.settled_epoch.and_then(|epoch| epoch.checked_add(1)).unwrap_or(0);
        out.extend(settled.to_be_bytes());
        out.push(u8::from(self.closed));
        out.extend(self.unlock.start_s.to_be_bytes());
        out.extend(self.unlock.end_s.to_be_bytes());
        out.extend(self.share_cap_ppm.to_be_bytes());
        out.extend(self.denom.as_bytes());
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self {
            allocated: reader.u128()?,
            settled_epoch: reader.u64()?.checked_sub(1),
            closed: reader.u8()? != 0,
            unlock: Unlock { start_s: reader.u64()?, end_s: reader.u64()? },
            share_cap_ppm: reader.u32()?,
            denom: String::from_utf8_lossy(reader.take(reader.rest().len())?).into_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::testing::MockStorage;

    use super::*;

    #[test]
    fn a_payout_row_comes_back() {
        let mut storage = MockStorage::new();
        let row = PayoutRow {
            allocated: 5,
            settled_epoch: Some(0),
            closed: true,
            unlock: Unlock { start_s: 1, end_s: 2 },
            share_cap_ppm: 3,
            denom: "ibc/27394FB092D2ECCD56123C74F36E4C1F926001CEADA9CA97EA622B25F41E5EB2".into(),
        };
        PAYOUTS.save(&mut storage, 1, &row);
        assert_eq!(PAYOUTS.load(&storage, 1).unwrap(), row);
        let unsettled = PayoutRow { settled_epoch: None, ..row };
        PAYOUTS.save(&mut storage, 1, &unsettled);
        assert_eq!(PAYOUTS.load(&storage, 1).unwrap(), unsettled);
    }
}
