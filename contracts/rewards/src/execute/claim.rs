//! Pays the sender what its leaves allow and was not paid yet: one transfer an asset, however many campaigns.

use attention_protocol::msg::ClaimItem;
use cosmwasm_std::{Addr, Response, Storage};

use crate::booking::{Payee, claim_all};
use crate::error::Result;
use crate::payout::Claimant;

/// The sender is paid whatever its payout address is: who signs the claim can say where the money goes next.
pub(crate) fn claim(
    storage: &mut dyn Storage,
    claimant: &Claimant<'_>,
    sender: &Addr,
    items: &[ClaimItem],
) -> Result<Response> {
    claim_all(storage, claimant, &Payee { account: sender, recipient: sender }, items)
}
