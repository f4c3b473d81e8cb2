//! Gifts, and what accounts got of them.

use attention_protocol::AccountId;
use attention_protocol::gift::{GiftResponse, GiftStatusResponse, GiftsResponse, OwedItem};
use cosmwasm_std::Storage;

use crate::error::{ContractError, Result};
use crate::state::gift::{CLAIM_COUNTS, GIFTS, TALLIES, load_gift};
use crate::state::owed::OWED;

/// One gift.
pub(super) fn gift(storage: &dyn Storage, gift: u64) -> Result<GiftResponse> {
    let terms = load_gift(storage, gift)?;
    let tally = TALLIES.load(storage, gift)?;
    Ok(GiftResponse {
        gift,
        terms,
        claimed: tally.claimed,
        owed: tally.owed,
        held: tally.held,
        closed: tally.closed,
    })
}

/// A page of a campaign's gifts.
pub(super) fn gifts(
    storage: &dyn Storage,
    campaign: u64,
    start_after: Option<u64>,
    limit: usize,
) -> Result<GiftsResponse> {
    let ids = GIFTS.ids(storage, campaign, start_after).take(limit);
    Ok(GiftsResponse { gifts: ids.map(|id| gift(storage, id?)).collect::<Result<_>>()? })
}

/// What one account got of a gift.
pub(super) fn status(storage: &dyn Storage, gift: u64, account: &AccountId) -> Result<GiftStatusResponse> {
    let terms = load_gift(storage, gift)?;
    let tally = TALLIES.load(storage, gift)?;
    let key = (gift, account.as_slice());
    let count = CLAIM_COUNTS.may_load(storage, key)?.unwrap_or(0);
    let claimed = u32::try_from(count).map_err(|_| ContractError::overflow("the account's tokens"))?;
    let of_account = left(terms.per_account, claimed)?;
    let of_all = left(terms.supply, tally.claimed)?;
    Ok(GiftStatusResponse {
        claimed,
        left: if tally.closed { 0 } else { of_account.min(of_all) },
        owed: OWED
            .may_load(storage, key)?
            .map(|owed| OwedItem { epoch: owed.epoch, token_id: owed.token_id }),
    })
}

/// What a limit leaves; no count ever passes its limit.
fn left(limit: u32, used: u32) -> Result<u32> {
    limit.checked_sub(used).ok_or_else(|| ContractError::overflow("a count beyond its limit"))
}
