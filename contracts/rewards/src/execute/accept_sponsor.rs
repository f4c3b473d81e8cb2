//! The proposed sponsor takes a campaign over. Where refunds go was fixed at creation and stays.

use attention_protocol::event::Event;
use cosmwasm_std::{Addr, Response, Storage};

use crate::error::Result;
use crate::state::campaign::{CAMPAIGNS, Campaign};
use crate::state::payout::AddressRow;
use crate::state::sponsor::PROPOSED_SPONSORS;

/// That `sender` is the proposed sponsor was checked before.
pub(crate) fn accept_sponsor(storage: &mut dyn Storage, sender: Addr, campaign: u64) -> Result<Response> {
    let stored = CAMPAIGNS.load(storage, campaign)?;
    let sponsor = sender.to_string();
    CAMPAIGNS.save(storage, campaign, &Campaign { sponsor: sender, ..stored });
    PROPOSED_SPONSORS.save(storage, campaign, &AddressRow(None));
    Ok(Response::new().add_event(Event::SponsorAccepted { campaign, sponsor }))
}
