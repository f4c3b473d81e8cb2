//! A campaign's money, split by who writes it, so that no message writes more bytes than it changes.
//!
//! `unallocated` is nowhere stored: it is `funded − fees − allocated − refunded unallocated`, so the sum cannot be wrong.

use attention_protocol::ProtocolError;
use attention_protocol::bytes::Reader;

use super::packed::{Packed, PackedMap};
use super::tag;

/// By campaign: written by create, fund and refund.
pub(crate) const FUNDS: PackedMap<u64, FundsRow> = PackedMap::new(tag::FUNDS);
/// By campaign: written by settle, claim and refund. It holds nothing else, so that a claim writes few bytes.
pub(crate) const TOTALS: PackedMap<u64, TotalsRow> = PackedMap::new(tag::TOTALS);
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
            funded: u128::read(reader)?,
            fees: u128::read(reader)?,
            refunded_unallocated: u128::read(reader)?,
            refunded_unclaimed: u128::read(reader)?,
        })
    }
}

/// What was promised and what was paid, base units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TotalsRow {
    /// Epoch of the newest settled allocation.
    pub(crate) settled_epoch: Option<u64>,
    /// Σ deltas of settled allocations; claims never exceed it.
    pub(crate) allocated: u128,
    /// Σ amounts paid to accounts.
    pub(crate) claimed: u128,
    /// Unclaimed money went back: nothing more is paid.
    pub(crate) closed: bool,
}

impl TotalsRow {
    /// Before the first settlement.
    pub(crate) const NEW: Self = Self { settled_epoch: None, allocated: 0, claimed: 0, closed: false };
}

impl Packed for TotalsRow {
    const WHAT: &'static str = "stored totals";

    /// The epoch is stored plus one, so that zero says "none"; the last byte is there only once claims have closed.
    fn pack(&self, out: &mut Vec<u8>) {
        let settled = self.settled_epoch.and_then(|epoch| epoch.checked_add(1)).unwrap_or(0);
        settled.pack(out);
        self.allocated.pack(out);
        self.claimed.pack(out);
        if self.closed {
            out.push(1);
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        let settled = u64::read(reader)?;
        let (allocated, claimed) = (u128::read(reader)?, u128::read(reader)?);
        let closed = !reader.rest().is_empty() && reader.u8()? == 1;
        Ok(Self { settled_epoch: settled.checked_sub(1), allocated, claimed, closed })
    }
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::testing::MockStorage;

    use super::*;

    #[test]
    fn totals_come_back() {
        let mut storage = MockStorage::new();
        let row = TotalsRow { settled_epoch: Some(0), allocated: u128::MAX, claimed: 256, closed: true };
        for row in [row, TotalsRow { settled_epoch: None, closed: false, ..row }, TotalsRow::NEW] {
            TOTALS.save(&mut storage, 1, &row);
            assert_eq!(TOTALS.load(&storage, 1).unwrap(), row);
        }
    }
}
