//! A campaign's money as one view over its two rows.

use attention_protocol::msg::CampaignMoney;
use cosmwasm_std::Storage;

use crate::error::{ContractError, Result};
use crate::state::money::{FUNDS, FundsRow, TOTALS, TotalsRow};

/// Everything stored about a campaign's money.
pub(crate) struct Money {
    pub(crate) funds: FundsRow,
    pub(crate) totals: TotalsRow,
}

impl Money {
    /// Reads both rows.
    pub(crate) fn load(storage: &dyn Storage, campaign: u64) -> Result<Self> {
        let totals = load_totals(storage, campaign)?;
        let funds = FUNDS.load(storage, campaign)?;
        Ok(Self { funds, totals })
    }

    /// Not promised to anybody, base units.
    pub(crate) fn unallocated(&self) -> Result<u128> {
        unallocated(&self.funds, self.totals.allocated)
    }

    /// Promised and not paid, base units; 0 once unclaimed money went back.
    pub(crate) fn outstanding(&self) -> Result<u128> {
        let paid = self.totals.claimed.checked_add(self.funds.refunded_unclaimed);
        paid.and_then(|paid| self.totals.allocated.checked_sub(paid))
            .ok_or_else(|| ContractError::overflow("the campaign's outstanding money"))
    }

    /// As queries show it.
    pub(crate) fn view(&self, campaign: u64) -> Result<CampaignMoney> {
        let overflow = || ContractError::overflow("the campaign's refunds");
        let (funds, totals) = (&self.funds, &self.totals);
        let allocated = totals.allocated.checked_sub(funds.refunded_unclaimed).ok_or_else(overflow)?;
        let refunded =
            funds.refunded_unallocated.checked_add(funds.refunded_unclaimed).ok_or_else(overflow)?;
        Ok(CampaignMoney {
            campaign,
            funded: funds.funded.into(),
            unallocated: self.unallocated()?.into(),
            allocated: allocated.into(),
            claimed: totals.claimed.into(),
            refunded: refunded.into(),
            fees: funds.fees.into(),
            outstanding: self.outstanding()?.into(),
            closed: totals.closed,
        })
    }
}

/// `funded − fees − refunded − allocated`, where what was allocated and went back unclaimed counts as allocated.
pub(crate) fn unallocated(funds: &FundsRow, allocated: u128) -> Result<u128> {
    funds
        .funded
        .checked_sub(funds.fees)
        .and_then(|left| left.checked_sub(funds.refunded_unallocated))
        .and_then(|left| left.checked_sub(allocated))
        .ok_or_else(|| ContractError::overflow("the campaign's unallocated money"))
}

/// The totals of a campaign that has to exist.
pub(crate) fn load_totals(storage: &dyn Storage, campaign: u64) -> Result<TotalsRow> {
    Ok(TOTALS.may_load(storage, campaign)?.ok_or(ContractError::UnknownCampaign { campaign })?)
}
