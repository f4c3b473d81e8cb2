//! Who consents to be scored.

use attention_protocol::AccountId;
use attention_protocol::msg::{ConsentChange, ConsentChangesResponse, ConsentResponse};
use cosmwasm_std::{Api, CanonicalAddr, Storage};

use crate::error::Result;
use crate::state::consent::{change, change_count, consent_at};

/// What the account said last with effect in an epoch.
pub(super) fn consent(storage: &dyn Storage, account: &AccountId, epoch: u64) -> Result<ConsentResponse> {
    let row = consent_at(storage, account, epoch)?;
    Ok(ConsentResponse { granted: row.map(|row| row.granted), from_epoch: row.map(|row| row.from_epoch) })
}

/// A page of the log of changes.
pub(super) fn changes(
    storage: &dyn Storage,
    api: &dyn Api,
    start_after: Option<u64>,
    limit: u32,
) -> Result<ConsentChangesResponse> {
    let count = change_count(storage)?;
    let after = start_after.unwrap_or(0).min(count);
    let last = after.checked_add(u64::from(limit)).map_or(count, |last| last.min(count));
    let one = |sequence: u64| -> Result<ConsentChange> {
        let row = change(storage, sequence)?;
        Ok(ConsentChange {
            sequence,
            account: api.addr_humanize(&CanonicalAddr::from(row.account.as_slice()))?,
            granted: row.consent.granted,
            from_epoch: row.consent.from_epoch,
        })
    };
    let sequences = (after..last).map_while(|sequence| sequence.checked_add(1));
    Ok(ConsentChangesResponse { changes: sequences.map(one).collect::<Result<_>>()? })
}
