//! Ends a gift and returns what is promised to nobody.

use attention_protocol::gift::{GiftEvent, RETURNS_MAX};
use attention_protocol::msg::PAGE_DEFAULT;
use cosmwasm_std::{Addr, Response, Storage};

use crate::delivery::give_back;
use crate::error::{ContractError, Result, refuse};
use crate::state::gift::{DEPOSITS, DepositRow, TALLIES, TallyRow, load_gift};
use crate::state::owed::ReturnParcel;

/// The sponsor's right was checked before. Owed tokens are no deposits any more, so none of them is ever returned. A token
/// that cannot be moved does not hold up the ones below it: `before` skips it.
pub(crate) fn close_gift(
    storage: &mut dyn Storage,
    sponsor: &Addr,
    gift: u64,
    before: Option<u32>,
    limit: Option<u32>,
) -> Result<Response> {
    let terms = load_gift(storage, gift)?;
    let tally = TALLIES.load(storage, gift)?;
    let limit = limit.unwrap_or(PAGE_DEFAULT).clamp(1, RETURNS_MAX);
    let deposits = page(storage, gift, before, limit)?;
    if deposits.is_empty() && tally.closed {
        return refuse(ContractError::NothingToReturn { gift });
    }
    let mut response = Response::new();
    let mut returned = 0u32;
    for deposit in deposits {
        DEPOSITS.remove(storage, (gift, deposit.serial.into()));
        returned = returned.checked_add(1).ok_or_else(|| ContractError::overflow("the tokens returned"))?;
        response = response.add_submessage(give_back(&terms, sponsor, &ReturnParcel { gift, deposit })?);
    }
    let held = tally.held.checked_sub(returned).ok_or_else(|| ContractError::overflow("the tokens held"))?;
    TALLIES.save(storage, gift, &TallyRow { held, closed: true, ..tally });
    Ok(response.add_event(GiftEvent::GiftClosed { gift, returned, held }))
}

/// At most `limit` deposits below a serial, the newest first.
fn page(storage: &dyn Storage, gift: u64, before: Option<u32>, limit: u32) -> Result<Vec<DepositRow>> {
    let highest = match before {
        None => Some(u32::MAX),
        Some(before) => before.checked_sub(1),
    };
    let Some(highest) = highest else {
        return Ok(Vec::new());
    };
    let rows = DEPOSITS.descending(storage, (gift, 0), (gift, highest.into())).zip(0..limit);
    Ok(rows.map(|(row, _)| row).collect::<Result<_, _>>()?)
}
