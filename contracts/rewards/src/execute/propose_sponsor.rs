//! Names the next sponsor of a campaign, who has to accept: a wrong address cannot take it out of everybody's hands.

use attention_protocol::event::Event;
use cosmwasm_std::{Addr, Response, Storage};

use crate::error::Result;
use crate::state::payout::AddressRow;
use crate::state::sponsor::PROPOSED_SPONSORS;

/// `None` withdraws a proposal. The sponsor's right was checked before.
pub(crate) fn propose_sponsor(
    storage: &mut dyn Storage,
    campaign: u64,
    proposed: Option<Addr>,
) -> Result<Response> {
    let sponsor = proposed.as_ref().map(Addr::to_string).unwrap_or_default();
    PROPOSED_SPONSORS.save(storage, campaign, &AddressRow(proposed));
    Ok(Response::new().add_event(Event::SponsorProposed { campaign, sponsor }))
}
