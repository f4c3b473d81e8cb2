//! Quests, and who has completed them.

use attention_protocol::AccountId;
use attention_protocol::gift::{CompletionsResponse, QuestResponse, QuestsResponse};
use cosmwasm_std::Storage;

use crate::error::{ContractError, Result};
use crate::state::quest::{COMPLETED, COMPLETIONS, QUESTS, load_quest};

/// One quest.
pub(super) fn quest(storage: &dyn Storage, quest: u64) -> Result<QuestResponse> {
    let terms = load_quest(storage, quest)?;
    let completed = COMPLETED.may_load(storage, quest)?.unwrap_or(0);
    let completed = u32::try_from(completed).map_err(|_| ContractError::overflow("the completions"))?;
    Ok(QuestResponse { quest, terms, completed })
}

/// A page of a campaign's quests.
pub(super) fn quests(
    storage: &dyn Storage,
    campaign: u64,
    start_after: Option<u64>,
    limit: usize,
) -> Result<QuestsResponse> {
    let ids = QUESTS.ids(storage, campaign, start_after).take(limit);
    Ok(QuestsResponse { quests: ids.map(|id| quest(storage, id?)).collect::<Result<_>>()? })
}

/// One account's completions.
pub(super) fn completions(
    storage: &dyn Storage,
    quest: u64,
    account: &AccountId,
) -> Result<CompletionsResponse> {
    let terms = load_quest(storage, quest)?;
    let row = COMPLETIONS.may_load(storage, (quest, account.as_slice()))?;
    let (completed, ready) = match row {
        None => (0, terms.window.first_epoch),
        Some(row) => (row.completed, row.ready_epoch(&terms)?.max(terms.window.first_epoch)),
    };
    let is_full = completed >= terms.per_account
        || COMPLETED.may_load(storage, quest)?.unwrap_or(0) >= u64::from(terms.supply);
    Ok(CompletionsResponse {
        completed,
        last_epoch: row.map(|row| row.last_epoch),
        ready_epoch: Some(ready).filter(|ready| !is_full && terms.window.contains(*ready)),
    })
}
