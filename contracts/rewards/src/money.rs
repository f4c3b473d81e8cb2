//! A campaign's money as one view over its three rows.

use attention_protocol::msg::CampaignMoney;
use cosmwasm_std::Storage;

use crate::error::ContractError;
use crate::state::money::{CLAIMED_TOTAL, FUNDS, FundsRow, PAYOUTS, PayoutRow};

/// Everything stored about a campaign's money.
pub(crate) struct Money {
    pub(crate) funds: FundsRow,
    pub(crate) payout: PayoutRow,
    /// Paid to accounts, base units.
    pub(crate) claimed: u128,
}

impl Money {
    /// Reads the three rows.
    pub(crate) fn load(storage: &dyn Storage, campaign: u64) -> Result<Self, ContractError> {
        let payout = load_payout(storage, campaign)?;
        let funds = FUNDS.load(storage, campaign)?;
        let claimed = CLAIMED_TOTAL.may_load(storage, campaign)?.unwrap_or(0);
        Ok(Self { funds, payout, claimed })
    }

    /// Not promised to anybody, base units.
    pub(crate) fn unallocated(&self) -> Result<u128, ContractError> {
        unallocated(&self.funds, self.payout.allocated)
    }

    /// Promised and not paid, base units; 0 once unclaimed money went back.
    pub(crate) fn outstanding(&self) -> Result<u128, ContractError> {
        let paid = self.claimed.checked_add(self.funds.refunded_unclaimed);
        paid.and_then(|paid| self.payout.allocated.checked_sub(paid))
            .ok_or(ContractError::Overflow { what: "the campaign's outstanding money" })
    }

    /// As queries show it.
    pub(crate) fn view(&self, campaign: u64) -> Result<CampaignMoney, ContractError> {
        let overflow = ContractError::Overflow { what: "the campaign's refunds" };
        let (funds, payout) = (&self.funds, &self.payout);
        let allocated = payout.allocated.checked_sub(funds.refunded_unclaimed).ok_or(overflow.clone())?;
        let refunded = funds.refunded_unallocated.checked_add(funds.refunded_unclaimed).ok_or(overflow)?;
        Ok(CampaignMoney {
            campaign,
            funded: funds.funded.into(),
            unallocated: self.unallocated()?.into(),
            allocated: allocated.into(),
            claimed: self.claimed.into(),
            refunded: refunded.into(),
            fees: funds.fees.into(),
            outstanding: self.outstanding()?.into(),
            closed: payout.closed,
        })
    }
}

/// `funded − fees − refunded − allocated`, where what was allocated and went back unclaimed counts as allocated.
pub(crate) fn unallocated(funds: &FundsRow, allocated: u128) -> Result<u128, ContractError> {
    funds
        .funded
        .checked_sub(funds.fees)
        .and_then(|left| left.checked_sub(funds.refunded_unallocated))
        .and_then(|left| left.checked_sub(allocated))
        .ok_or(ContractError::Overflow { what: "the campaign's unallocated money" })
}

/// The payout row of a campaign that has to exist.
pub(crate) fn load_payout(storage: &dyn Storage, campaign: u64) -> Result<PayoutRow, ContractError> {
    PAYOUTS.may_load(storage, campaign)?.ok_or(ContractError::UnknownCampaign { campaign })
}
