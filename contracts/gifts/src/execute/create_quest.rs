//! Creates a quest, whose reward belongs to the same campaign.

use attention_protocol::gift::{GiftEvent, QuestReward, QuestTerms};
use cosmwasm_std::{Response, Storage};

use crate::error::{ContractError, Result, refuse};
use crate::state::gift::load_gift;
use crate::state::privilege::load_privilege;
use crate::state::quest::{QUESTS, QuestRow};

/// The sponsor's right was checked before; a reward of another campaign would be another sponsor's to give.
pub(crate) fn create_quest(storage: &mut dyn Storage, terms: QuestTerms) -> Result<Response> {
    terms.validate()?;
    let campaign = terms.campaign;
    let reward = match terms.reward {
        QuestReward::None {} => None,
        QuestReward::Gift { gift } => Some(("gift", gift, load_gift(storage, gift)?.campaign)),
        QuestReward::Boost { privilege, .. } => {
            Some(("privilege", privilege, load_privilege(storage, privilege)?.campaign))
        }
    };
    if let Some((what, id, found)) = reward.filter(|(_, _, found)| *found != campaign) {
        return refuse(ContractError::OtherCampaign { what, id, expected: campaign, found });
    }
    let quest = QUESTS.add(storage, campaign, &QuestRow(terms))?;
    Ok(Response::new().add_event(GiftEvent::QuestCreated { quest, campaign }))
}
