//! Booking what claims pay, and the payouts that come of it: shared by the three messages that claim.

use attention_protocol::event::Event;
use attention_protocol::msg::{CLAIM_ITEMS_MAX, ClaimItem};
use cosmwasm_std::{Addr, Response, Storage};

use crate::error::{ContractError, Result, check_count, refuse};
use crate::payout::{Claimant, Entitlement, entitlement};
use crate::state::claim::CLAIMED;
use crate::state::money::{TOTALS, TotalsRow};
use crate::transfer::{Payout, payout};

/// Whose claim it is, as an address, and where it is paid.
pub(crate) struct Payee<'a> {
    pub(crate) account: &'a Addr,
    pub(crate) recipient: &'a Addr,
}

/// Sums per asset, at most as many as items.
#[derive(Default)]
pub(crate) struct Payouts(Vec<(String, u128)>);

impl Payouts {
    /// Adds to the sum of an asset.
    pub(crate) fn add(&mut self, asset: String, amount: u128) -> Result<()> {
        match self.0.iter_mut().find(|(other, _)| *other == asset) {
            Some((_, sum)) => {
                let total = sum.checked_add(amount);
                *sum = total.ok_or_else(|| ContractError::overflow("the payout"))?;
            }
            None => self.0.push((asset, amount)),
        }
        Ok(())
    }

    /// The sums, in the order in which their assets came.
    pub(crate) fn into_sums(self) -> Vec<(String, u128)> {
        self.0
    }

    /// Whether nothing is paid.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Pays each asset on its own, so that one that fails stops no other.
    pub(crate) fn send(
        self,
        storage: &mut dyn Storage,
        payee: &Payee<'_>,
        mut response: Response,
    ) -> Result<Response> {
        if payee.account != payee.recipient && !self.is_empty() {
            let (account, recipient) = (payee.account.to_string(), payee.recipient.to_string());
            response = response.add_event(Event::PayoutRedirected { account, recipient });
        }
        for (asset, amount) in &self.0 {
            let Payee { account, recipient } = *payee;
            let amount = *amount;
            response =
                response.add_submessage(payout(storage, &Payout { account, recipient, asset, amount })?);
        }
        Ok(response)
    }
}

/// Books every item, then pays the sum per asset. An item that pays nothing is fine beside one that pays.
pub(crate) fn claim_all(
    storage: &mut dyn Storage,
    claimant: &Claimant<'_>,
    payee: &Payee<'_>,
    items: &[ClaimItem],
) -> Result<Response> {
    check_count("items", items.len(), CLAIM_ITEMS_MAX)?;
    let mut payouts = Payouts::default();
    let mut response = Response::new();
    let mut before = None;
    for item in items {
        // Strictly rising: no campaign can be claimed twice in one message.
        if before >= Some(item.campaign) {
            return refuse(ContractError::CampaignsNotRising { campaign: item.campaign });
        }
        before = Some(item.campaign);
        if let Some(event) = claim_item(storage, claimant, payee.account, item, &mut payouts)? {
            response = response.add_event(event);
        }
    }
    if payouts.is_empty() {
        return refuse(ContractError::NothingToClaim {});
    }
    payouts.send(storage, payee, response)
}

/// Books one item, adds it to the payouts and tells. `None` if it pays nothing. Nothing is written on an error.
pub(crate) fn claim_item(
    storage: &mut dyn Storage,
    claimant: &Claimant<'_>,
    account: &Addr,
    item: &ClaimItem,
    payouts: &mut Payouts,
) -> Result<Option<Event>> {
    let due = entitlement(storage, claimant, item)?;
    if due.amount == 0 {
        return Ok(None);
    }
    let Booked { claimed, total } = Booked::after(&due)?;
    payouts.add(due.denom.clone(), due.amount)?;
    CLAIMED.save(storage, (item.campaign, claimant.account.as_slice()), &claimed);
    TOTALS.save(storage, item.campaign, &TotalsRow { claimed: total, ..due.totals });
    Ok(Some(Event::RewardClaimed {
        campaign: item.campaign,
        epoch: item.epoch,
        account: account.to_string(),
        amount: due.amount,
        denom: due.denom,
    }))
}

/// The counters after a payment: the account's and the campaign's.
struct Booked {
    claimed: u128,
    total: u128,
}

impl Booked {
    fn after(due: &Entitlement) -> Result<Self> {
        let overflow = || ContractError::overflow("the claimed total");
        let claimed = due.claimed.checked_add(due.amount).ok_or_else(overflow)?;
        let total = due.totals.claimed.checked_add(due.amount).ok_or_else(overflow)?;
        Ok(Self { claimed, total })
    }
}
