//! A message to a collection failed: the token stays owed, or held.

use attention_protocol::bytes::Reader;
use attention_protocol::gift::GiftEvent;
use attention_storage::Packed;
use cosmwasm_std::{Api, CanonicalAddr, Reply, Response, Storage};

use crate::delivery::{DELIVERY, RETURN};
use crate::error::{ContractError, Result, refuse};
use crate::state::gift::{DEPOSITS, TALLIES, TallyRow, one_more};
use crate::state::owed::{OWED, Parcel, ReturnParcel};

/// Only failures reply. Nothing here can fail but on damaged state: a failure would undo the claim.
pub(crate) fn reply(storage: &mut dyn Storage, api: &dyn Api, reply: &Reply) -> Result<Response> {
    let event = match reply.id {
        DELIVERY => keep_owed(storage, api, &payload(reply)?)?,
        RETURN => keep_held(storage, payload(reply)?)?,
        id => return refuse(ContractError::UnknownReply { id }),
    };
    Ok(Response::new().add_event(event))
}

fn keep_owed(storage: &mut dyn Storage, api: &dyn Api, parcel: &Parcel) -> Result<GiftEvent> {
    let Parcel { gift, account, owed } = parcel;
    let tally = TALLIES.load(storage, *gift)?;
    OWED.save(storage, (*gift, account.as_slice()), owed);
    TALLIES.save(storage, *gift, &TallyRow { owed: one_more(tally.owed, "the tokens owed")?, ..tally });
    let account = api.addr_humanize(&CanonicalAddr::from(account.as_slice()))?.into_string();
    Ok(GiftEvent::GiftOwed { gift: *gift, account, token_id: owed.token_id.clone() })
}

fn keep_held(storage: &mut dyn Storage, parcel: ReturnParcel) -> Result<GiftEvent> {
    let ReturnParcel { gift, deposit } = parcel;
    let tally = TALLIES.load(storage, gift)?;
    DEPOSITS.save(storage, (gift, deposit.serial.into()), &deposit);
    TALLIES.save(storage, gift, &TallyRow { held: one_more(tally.held, "the tokens held")?, ..tally });
    Ok(GiftEvent::ReturnFailed { gift, serial: deposit.serial, token_id: deposit.token_id })
}

fn payload<P: Packed>(reply: &Reply) -> Result<P> {
    let mut reader = Reader::new(P::WHAT, reply.payload.as_slice());
    let parcel = P::read(&mut reader)?;
    reader.finish()?;
    Ok(parcel)
}
