//! Who signed the final reports: counted from their bitmaps when somebody asks, never while a report is posted.

use std::collections::BTreeMap;

use attention_protocol::msg::COUNTED_REPORTS_MAX;
use cosmwasm_std::{Addr, Storage};

use crate::error::{ContractError, Result};
use crate::state::config::about_at;
use crate::state::participation::ParticipationRow;
use crate::state::report::REPORTS;
use crate::timeline::Timeline;

/// What a stretch of epochs holds.
pub(crate) struct Tally {
    /// The first epoch that was not looked at.
    pub(crate) next_epoch: u64,
    /// The first epoch that is neither final nor missed: above `next_epoch` only if there were too many reports for one message.
    pub(crate) end_epoch: u64,
    /// By admin: keys change, admins stay.
    pub(crate) by_admin: BTreeMap<Addr, ParticipationRow>,
}

/// Counts at most 100 final reports on epochs from `from_epoch` on.
pub(crate) fn tally(storage: &dyn Storage, timeline: &Timeline, from_epoch: u64) -> Result<Tally> {
    let overflow = || ContractError::overflow("the participation");
    let end_epoch = timeline.open_epoch()?.max(from_epoch);
    let mut tally = Tally { next_epoch: end_epoch, end_epoch, by_admin: BTreeMap::new() };
    let Some(last) = end_epoch.checked_sub(1).filter(|last| *last >= from_epoch) else {
        return Ok(tally);
    };
    let (mut digest, mut operators) = (None, Vec::new());
    let rows = REPORTS.ascending(storage, from_epoch, last);
    for (count, row) in (1..=COUNTED_REPORTS_MAX).zip(rows) {
        let row = row?;
        if count == COUNTED_REPORTS_MAX {
            tally.next_epoch = row.body.epoch.checked_add(1).ok_or_else(overflow)?;
        }
        if !timeline.is_final(&row) {
            continue;
        }
        // The digest names the configuration: the operators are read once for each.
        if digest != Some(row.body.config_digest) {
            digest = Some(row.body.config_digest);
            operators = about_at(storage, row.body.epoch)?.operators;
        }
        for (index, (_, admin)) in (0u32..).zip(&operators) {
            let signed = row.signers.checked_shr(index).unwrap_or(0) & 1;
            let counted = tally.by_admin.entry(admin.clone()).or_default();
            counted.reports = counted.reports.checked_add(1).ok_or_else(overflow)?;
            counted.signed = counted.signed.checked_add(signed.into()).ok_or_else(overflow)?;
        }
    }
    Ok(tally)
}
