//! Who may send which message, and whether a pause stops it: one table. No message takes funds.

use attention_protocol::gift::ExecuteMsg;
use cosmwasm_std::{Addr, MessageInfo, Storage};
use cw_utils::nonpayable;

use crate::error::{ContractError, Result, refuse};
use crate::rewards::Rewards;
use crate::state::gift::load_gift;
use crate::state::owner::OWNERSHIP;
use crate::state::pause::PAUSE;

/// Who may send a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// Anyone.
    Anyone,
    /// The sponsor, by the rewards contract's word, of the campaign that is named.
    Sponsor {
        /// The campaign.
        campaign: u64,
    },
    /// The sponsor of the campaign of the gift that is named.
    GiftSponsor {
        /// The gift.
        gift: u64,
    },
    /// The collection of the gift that a token is deposited for; the message's own file reads which, and checks it.
    Collection,
    /// The owner.
    Owner,
    /// The owner or the guardian.
    OwnerOrGuardian,
    /// Whom the owner proposed.
    ProposedOwner,
}

/// What a pause does to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhilePaused {
    /// Nothing.
    Works,
    /// It is refused.
    Refused,
}

/// One line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// Who may send it.
    pub caller: Caller,
    /// What a pause does to it.
    pub while_paused: WhilePaused,
}

/// The table.
pub fn access(msg: &ExecuteMsg) -> Access {
    use Caller::{Anyone, Collection, GiftSponsor, Owner, OwnerOrGuardian, ProposedOwner, Sponsor};
    use WhilePaused::{Refused, Works};
    let (caller, while_paused) = match msg {
        ExecuteMsg::CreateGift(terms) => (Sponsor { campaign: terms.campaign }, Refused),
        ExecuteMsg::ReceiveNft(_) => (Collection, Refused),
        ExecuteMsg::ClaimGift { .. } => (Anyone, Refused),
        ExecuteMsg::ClaimGiftFor { .. } => (Anyone, Refused),
        ExecuteMsg::WithdrawGift { .. } => (Anyone, Works),
        ExecuteMsg::CloseGift { gift, .. } => (GiftSponsor { gift: *gift }, Works),
        ExecuteMsg::CreatePrivilege(terms) => (Sponsor { campaign: terms.campaign }, Refused),
        ExecuteMsg::ProvePrivilege { .. } => (Anyone, Refused),
        ExecuteMsg::CreateQuest(terms) => (Sponsor { campaign: terms.campaign }, Refused),
        ExecuteMsg::CompleteQuest { .. } => (Anyone, Refused),
        ExecuteMsg::Pause {} => (OwnerOrGuardian, Works),
        ExecuteMsg::Unpause {} => (Owner, Works),
        ExecuteMsg::ProposeOwner { .. } => (Owner, Works),
        ExecuteMsg::AcceptOwner {} => (ProposedOwner, Works),
    };
    Access { caller, while_paused }
}

/// Refuses whom, what and when the table does not let through.
pub(crate) fn check(
    access: Access,
    storage: &dyn Storage,
    rewards: &Rewards<'_>,
    info: &MessageInfo,
    now_s: u64,
) -> Result<()> {
    nonpayable(info)?;
    if access.while_paused == WhilePaused::Refused
        && let Some(pause) = PAUSE.may_load(storage, ())?.filter(|pause| pause.is_active(now_s))
    {
        return refuse(ContractError::Paused { until_s: pause.end_s });
    }
    check_caller(access.caller, storage, rewards, &info.sender)
}

fn check_caller(caller: Caller, storage: &dyn Storage, rewards: &Rewards<'_>, sender: &Addr) -> Result<()> {
    let (is_allowed, allowed) = match caller {
        Caller::Anyone | Caller::Collection => return Ok(()),
        Caller::Sponsor { campaign } => (rewards.sponsor(campaign)? == *sender, "the campaign's sponsor"),
        Caller::GiftSponsor { gift } => {
            let campaign = load_gift(storage, gift)?.campaign;
            (rewards.sponsor(campaign)? == *sender, "the campaign's sponsor")
        }
        Caller::Owner => (OWNERSHIP.load(storage, ())?.owner == *sender, "the owner"),
        Caller::OwnerOrGuardian => {
            let roles = OWNERSHIP.load(storage, ())?;
            let is_guardian = roles.guardian.as_ref() == Some(sender);
            (roles.owner == *sender || is_guardian, "the owner or the guardian")
        }
        Caller::ProposedOwner => {
            let proposed = OWNERSHIP.load(storage, ())?.proposed;
            let proposed = proposed.ok_or(ContractError::NoOwnerProposed {})?;
            (proposed == *sender, "the proposed owner")
        }
    };
    if is_allowed {
        return Ok(());
    }
    refuse(ContractError::Unauthorized { sender: sender.clone(), allowed })
}
