//! Notes whether an account consents to be scored, from the next epoch on.

use attention_protocol::AccountId;
use attention_protocol::event::Event;
use cosmwasm_std::{Addr, Response, Storage};

use crate::error::{ContractError, Result, refuse};
use crate::state::config::CLOCK;
use crate::state::consent::{ConsentRow, change_consent, consent_at};

/// The epoch that runs keeps what was said before it. Saying the same again is refused: the log is for changes.
pub(crate) fn set_consent(
    storage: &mut dyn Storage,
    now_s: u64,
    account: &AccountId,
    sender: Addr,
    granted: bool,
) -> Result<Response> {
    let from_epoch = CLOCK.load(storage, ())?.next_epoch(now_s)?;
    if consent_at(storage, account, from_epoch)?.is_some_and(|row| row.granted == granted) {
        return refuse(ContractError::ConsentUnchanged { granted });
    }
    let sequence = change_consent(storage, account, ConsentRow { from_epoch, granted })?;
    let account = sender.into_string();
    Ok(Response::new().add_event(Event::ConsentSet { sequence, account, granted, from_epoch }))
}
