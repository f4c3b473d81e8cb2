//! Records a completion of a quest, and gives its reward.

use attention_protocol::Leaf;
use attention_protocol::gift::{GiftEvent, QuestReward, QuestTerms};
use cosmwasm_std::{Response, Storage};

use crate::error::{ContractError, Result, refuse};
use crate::give::give;
use crate::rewards::{Holder, LeafProof, Rewards};
use crate::state::gift::{load_gift, one_more};
use crate::state::privilege::{HISTORIES, load_privilege};
use crate::state::quest::{COMPLETED, COMPLETIONS, CompletionsRow, load_quest};

/// Only the account itself may complete: which epoch it completes in decides when its cooldown ends. A reward that cannot be
/// given refuses the completion, so that it is not lost.
pub(crate) fn complete_quest(
    storage: &mut dyn Storage,
    rewards: &Rewards<'_>,
    holder: &Holder<'_>,
    quest: u64,
    shown: &LeafProof<'_>,
) -> Result<Response> {
    let epoch = shown.epoch;
    let terms = load_quest(storage, quest)?;
    if !terms.window.contains(epoch) {
        let (first_epoch, end_epoch) = (terms.window.first_epoch, terms.window.end_epoch);
        return refuse(ContractError::OutsideWindow { epoch, first_epoch, end_epoch });
    }
    let leaf = rewards.own_leaf(terms.campaign, shown, holder)?;
    if !terms.condition.is_met_by(&leaf) {
        let (score, streak) = (leaf.score.ppm(), leaf.streak);
        return refuse(ContractError::ConditionUnmet { epoch, score, streak });
    }
    let completed = record(storage, holder, (quest, &terms), epoch)?;
    let account = holder.address.to_string();
    let event = GiftEvent::QuestCompleted { quest, epoch, account, completed };
    let response = Response::new().add_event(event);
    match terms.reward {
        QuestReward::None {} => Ok(response),
        QuestReward::Gift { gift } => {
            let terms = load_gift(storage, gift)?;
            let (message, event) = give(storage, (gift, &terms), holder, epoch)?;
            Ok(response.add_event(event).add_submessage(message))
        }
        QuestReward::Boost { privilege, amount } => {
            Ok(response.add_event(boost(storage, holder, privilege, (epoch, &leaf), amount)?))
        }
    }
}

/// Counts the completion; completions of an account rise by epoch, a cooldown apart.
fn record(
    storage: &mut dyn Storage,
    holder: &Holder<'_>,
    (quest, terms): (u64, &QuestTerms),
    epoch: u64,
) -> Result<u32> {
    let (what, id) = ("quest", quest);
    let key = (quest, holder.account.as_slice());
    let before = COMPLETIONS.may_load(storage, key)?;
    if let Some(before) = before {
        if epoch == before.last_epoch {
            return refuse(ContractError::AlreadyCompleted { quest, epoch });
        }
        let ready_epoch = before.ready_epoch(terms)?;
        if epoch < ready_epoch {
            return refuse(ContractError::CoolingDown { quest, epoch, ready_epoch });
        }
        if before.completed >= terms.per_account {
            return refuse(ContractError::AccountLimit { what, id, max: terms.per_account });
        }
    }
    let total = COMPLETED.may_load(storage, quest)?.unwrap_or(0);
    if total >= u64::from(terms.supply) {
        return refuse(ContractError::SupplyExhausted { what, id, supply: terms.supply });
    }
    let overflow = || ContractError::overflow("the completions");
    COMPLETED.save(storage, quest, &total.checked_add(1).ok_or_else(overflow)?);
    let completed = one_more(before.map_or(0, |before| before.completed), "the account's completions")?;
    COMPLETIONS.save(storage, key, &CompletionsRow { completed, last_epoch: epoch });
    Ok(completed)
}

/// Adds to the account's decayed score; the proof of the quest proves the epoch's score as well.
fn boost(
    storage: &mut dyn Storage,
    holder: &Holder<'_>,
    privilege: u64,
    (epoch, leaf): (u64, &Leaf),
    amount: u64,
) -> Result<GiftEvent> {
    let row = load_privilege(storage, privilege)?;
    let key = (privilege, holder.account.as_slice());
    let mut history = HISTORIES.may_load(storage, key)?.unwrap_or_default();
    history.prove(&row.rule, epoch, leaf.score)?;
    history.boost(&row.rule, epoch, amount)?;
    HISTORIES.save(storage, key, &history);
    let (score, level) = history.standing(&row.rule)?.map_or((0, 0), |at| (at.score, at.level));
    let account = holder.address.to_string();
    Ok(GiftEvent::PrivilegeProven { privilege, epoch, account, score, level })
}
