//! Sends a token again whose delivery failed.

use attention_protocol::gift::GiftEvent;
use cosmwasm_std::{Response, Storage};

use crate::delivery::deliver;
use crate::error::{ContractError, Result};
use crate::rewards::Holder;
use crate::state::gift::{TALLIES, TallyRow, load_gift, one_less};
use crate::state::owed::{OWED, Parcel};

/// If it fails again, the reply owes it again.
pub(crate) fn withdraw_gift(storage: &mut dyn Storage, holder: &Holder<'_>, gift: u64) -> Result<Response> {
    let terms = load_gift(storage, gift)?;
    let key = (gift, holder.account.as_slice());
    let nothing = || ContractError::NothingOwed { gift, account: holder.address.clone() };
    let owed = OWED.may_load(storage, key)?.ok_or_else(nothing)?;
    OWED.remove(storage, key);
    let tally = TALLIES.load(storage, gift)?;
    TALLIES.save(storage, gift, &TallyRow { owed: one_less(tally.owed, "the tokens owed")?, ..tally });
    let (account, token_id) = (holder.address.to_string(), owed.token_id.clone());
    let message = deliver(&terms, holder.address, &Parcel { gift, account: holder.account.clone(), owed })?;
    let event = GiftEvent::GiftWithdrawn { gift, account, token_id };
    Ok(Response::new().add_event(event).add_submessage(message))
}
