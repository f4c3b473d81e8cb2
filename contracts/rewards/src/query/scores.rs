//! Recorded scores.

use attention_protocol::AccountId;
use attention_protocol::msg::ScoreResponse;
use cosmwasm_std::Storage;

use crate::error::Result;
use crate::money::load_totals;
use crate::state::score::SCORES;
use crate::timeline::Timeline;

/// The newest recorded score of an account in a campaign, and how many epochs have closed since.
pub(super) fn score(
    storage: &dyn Storage,
    timeline: &Timeline,
    campaign: u64,
    account: &AccountId,
) -> Result<ScoreResponse> {
    load_totals(storage, campaign)?;
    let Some(row) = SCORES.may_load(storage, (campaign, account.as_slice()))? else {
        return Ok(ScoreResponse { score: None, epoch: None, streak: 0, weight: 0, stale_epochs: 0 });
    };
    // A recorded epoch has closed, so the current one is at least one above it.
    let current = timeline.clock.epoch_at(timeline.now.time_s).unwrap_or(0);
    let stale_epochs = row.epoch.checked_add(1).and_then(|next| current.checked_sub(next)).unwrap_or(0);
    Ok(ScoreResponse {
        score: Some(row.score),
        epoch: Some(row.epoch),
        streak: row.streak,
        weight: row.weight,
        stale_epochs,
    })
}
