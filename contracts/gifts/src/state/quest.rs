//! Quests: what was agreed, and who has completed them.

use attention_protocol::ProtocolError;
use attention_protocol::bytes::Reader;
use attention_protocol::gift::{QuestReward, QuestTerms};
use attention_storage::{Packed, PackedMap, push_metadata, read_metadata};
use cosmwasm_std::Storage;

use super::catalogue::Catalogue;
use super::parts::{push_condition, push_window, read_condition, read_window, unknown};
use super::tag;
use crate::error::{ContractError, Result};

/// What was agreed. Written once.
pub(crate) const QUESTS: Catalogue<QuestRow> = Catalogue::new(tag::QUESTS);
/// By quest: completions so far.
pub(crate) const COMPLETED: PackedMap<u64, u64> = PackedMap::new(tag::COMPLETED);
/// By (quest, canonical address): the account's completions.
pub(crate) const COMPLETIONS: PackedMap<(u64, &[u8]), CompletionsRow> = PackedMap::new(tag::COMPLETIONS);

/// The terms of a quest that has to exist.
pub(crate) fn load_quest(storage: &dyn Storage, quest: u64) -> Result<QuestTerms> {
    Ok(QUESTS.may_load(storage, quest)?.ok_or(ContractError::UnknownQuest { quest })?.0)
}

/// The terms of a quest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct QuestRow(pub(crate) QuestTerms);

impl Packed for QuestRow {
    const WHAT: &'static str = "stored quest";

    fn pack(&self, out: &mut Vec<u8>) {
        let terms = &self.0;
        terms.campaign.pack(out);
        push_condition(out, Some(&terms.condition));
        for count in [terms.cooldown_epochs, terms.per_account, terms.supply] {
            out.extend_from_slice(&count.to_be_bytes());
        }
        let (kind, id, amount) = match terms.reward {
            QuestReward::None {} => (0, 0, 0),
            QuestReward::Gift { gift } => (1, gift, 0),
            QuestReward::Boost { privilege, amount } => (2, privilege, amount),
        };
        out.push(kind);
        id.pack(out);
        amount.pack(out);
        push_window(out, terms.window);
        push_metadata(out, terms.metadata.as_ref());
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        let campaign = u64::read(reader)?;
        let condition = read_condition(reader)?.ok_or_else(|| unknown("stored condition", 0))?;
        let (cooldown_epochs, per_account, supply) = (reader.u32()?, reader.u32()?, reader.u32()?);
        let reward = match (reader.u8()?, u64::read(reader)?, u64::read(reader)?) {
            (0, ..) => QuestReward::None {},
            (1, gift, _) => QuestReward::Gift { gift },
            (2, privilege, amount) => QuestReward::Boost { privilege, amount },
            (kind, ..) => return Err(unknown("stored reward", kind)),
        };
        let (window, metadata) = (read_window(reader)?, read_metadata(reader)?);
        Ok(Self(QuestTerms {
            campaign,
            condition,
            cooldown_epochs,
            per_account,
            supply,
            reward,
            window,
            metadata,
        }))
    }
}

/// `completed u32 ‖ last epoch`. Completions rise by epoch, so the newest one is all that has to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CompletionsRow {
    pub(crate) completed: u32,
    pub(crate) last_epoch: u64,
}

impl CompletionsRow {
    /// The first epoch of the next completion.
    pub(crate) fn ready_epoch(&self, terms: &QuestTerms) -> Result<u64> {
        let ready = self.last_epoch.checked_add(u64::from(terms.cooldown_epochs));
        ready.ok_or_else(|| ContractError::overflow("the end of the cooldown"))
    }
}

impl Packed for CompletionsRow {
    const WHAT: &'static str = "stored completions";

    fn pack(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.completed.to_be_bytes());
        self.last_epoch.pack(out);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ProtocolError> {
        Ok(Self { completed: reader.u32()?, last_epoch: u64::read(reader)? })
    }
}

#[cfg(test)]
mod tests {
    use attention_protocol::gift::{Condition, EpochWindow};
    use cosmwasm_std::testing::MockStorage;

    use super::*;

    #[test]
    fn every_kind_of_quest_comes_back() {
        let mut storage = MockStorage::new();
        let rewards = [
            QuestReward::None {},
            QuestReward::Gift { gift: 300 },
            QuestReward::Boost { privilege: 1, amount: u64::MAX },
        ];
        for reward in rewards {
            let row = QuestRow(QuestTerms {
                campaign: 1,
                condition: Condition::StreakAtLeast { streak: 3 },
                cooldown_epochs: 4,
                per_account: 5,
                supply: 6,
                reward,
                window: EpochWindow { first_epoch: 0, end_epoch: 9 },
                metadata: None,
            });
            let quest = QUESTS.add(&mut storage, 1, &row).unwrap();
            assert_eq!(QUESTS.may_load(&storage, quest).unwrap(), Some(row));
        }
    }
}
