//! Who may send which message, with which funds, and whether a pause stops it: one table.

use attention_protocol::msg::ExecuteMsg;
use cosmwasm_std::{Addr, MessageInfo, Storage};
use cw_utils::nonpayable;

use crate::bonds::is_proposed;
use crate::configuration::{Configuration, is_operator};
use crate::error::{ContractError, DisputeError, Result, refuse};
use crate::state::campaign::CAMPAIGNS;
use crate::state::config::SECURITY;
use crate::state::owner::OWNERSHIP;
use crate::state::pause::PAUSE;
use crate::state::sponsor::PROPOSED_SPONSORS;

/// Who may send a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// Anyone.
    Anyone,
    /// The sponsor of the campaign that is named.
    Sponsor {
        /// The campaign.
        campaign: u64,
    },
    /// The owner.
    Owner,
    /// The owner or the guardian.
    OwnerOrGuardian,
    /// Whom the owner proposed.
    ProposedOwner,
    /// The admin of an operator of the newest configuration.
    Operator,
    /// The admin of an operator that is in force or proposed.
    OperatorOrProposed,
    /// Whom the sponsor of the campaign proposed.
    ProposedSponsor {
        /// The campaign.
        campaign: u64,
    },
    /// Who decides challenges.
    Arbiter,
}

/// Which funds a message takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Funds {
    /// None.
    None,
    /// Exactly one coin; the message's own file says which.
    OneCoin,
}

/// What a pause does to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhilePaused {
    /// Nothing.
    Works,
    /// It is refused.
    Refused,
    /// It is refused unless it repeats what is recorded already.
    OnlyRepeats,
}

/// One line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// Who may send it.
    pub caller: Caller,
    /// What it takes.
    pub funds: Funds,
    /// What a pause does to it.
    pub while_paused: WhilePaused,
}

/// The table.
pub fn access(msg: &ExecuteMsg) -> Access {
    use Caller::{
        Anyone, Arbiter, Operator, OperatorOrProposed, Owner, OwnerOrGuardian, ProposedOwner,
        ProposedSponsor, Sponsor,
    };
    use Funds::{None, OneCoin};
    use WhilePaused::{OnlyRepeats, Refused, Works};
    let (caller, funds, while_paused) = match msg {
        ExecuteMsg::SubmitReport { .. } => (Anyone, None, OnlyRepeats),
        ExecuteMsg::Settle { .. } => (Anyone, None, Works),
        ExecuteMsg::Claim { .. } => (Anyone, None, Refused),
        ExecuteMsg::ClaimFor { .. } | ExecuteMsg::ClaimBatch { .. } => (Anyone, None, Refused),
        ExecuteMsg::SetPayoutAddress { .. } | ExecuteMsg::SetConsent { .. } => (Anyone, None, Works),
        ExecuteMsg::WithdrawOwed { .. } => (Anyone, None, Works),
        ExecuteMsg::RecordScores { .. } | ExecuteMsg::RecordAssets { .. } => (Anyone, None, Refused),
        // That the sender is a token that campaigns may pay in is checked where the deposit is.
        ExecuteMsg::Receive(_) => (Anyone, None, Refused),
        ExecuteMsg::CreateCampaign(_) => (Anyone, OneCoin, Refused),
        ExecuteMsg::FundCampaign { .. } => (Anyone, OneCoin, Refused),
        ExecuteMsg::StopCampaign { campaign } => (Sponsor { campaign: *campaign }, None, Works),
        ExecuteMsg::ProposeSponsor { campaign, .. } => (Sponsor { campaign: *campaign }, None, Works),
        ExecuteMsg::AcceptSponsor { campaign } => (ProposedSponsor { campaign: *campaign }, None, Works),
        ExecuteMsg::RefundCampaign { .. } => (Anyone, None, Works),
        ExecuteMsg::PostBond {} => (OperatorOrProposed, OneCoin, Works),
        ExecuteMsg::Unbond { .. } => (Anyone, None, Works),
        ExecuteMsg::WithdrawBond {} => (Anyone, None, Works),
        ExecuteMsg::SwapSigner { .. } => (Operator, None, Works),
        ExecuteMsg::ProposeConfig(_) => (Owner, None, Works),
        ExecuteMsg::AcceptConfig {} => (Owner, None, Works),
        ExecuteMsg::CancelConfig {} => (Owner, None, Works),
        ExecuteMsg::UpdateLimits(_) => (Owner, None, Works),
        ExecuteMsg::CountParticipation {} => (Anyone, None, Works),
        ExecuteMsg::DistributeOperatorFees { .. } => (Anyone, None, Works),
        ExecuteMsg::AnchorInput { .. } => (Anyone, None, Works),
        ExecuteMsg::VoidReport { .. } => (OwnerOrGuardian, None, Works),
        ExecuteMsg::ChallengeReport { .. } => (Anyone, OneCoin, Works),
        ExecuteMsg::DecideChallenge { .. } => (Arbiter, None, Works),
        ExecuteMsg::ResolveSilence { .. } => (Anyone, None, Works),
        ExecuteMsg::DemandOpen { .. } => (Anyone, OneCoin, Works),
        ExecuteMsg::AnswerDemand { .. } => (Anyone, None, Works),
        ExecuteMsg::VoidUnanswered { .. } => (Anyone, None, Works),
        ExecuteMsg::ReclaimDemand { .. } => (Anyone, None, Works),
        ExecuteMsg::CommitProof { .. } => (Anyone, None, Works),
        ExecuteMsg::ProveFraud { .. } => (Anyone, None, Works),
        ExecuteMsg::ProveEquivocation { .. } => (Anyone, None, Works),
        ExecuteMsg::Pause {} => (OwnerOrGuardian, None, Works),
        ExecuteMsg::Unpause {} => (Owner, None, Works),
        ExecuteMsg::ProposeOwner { .. } => (Owner, None, Works),
        ExecuteMsg::AcceptOwner {} => (ProposedOwner, None, Works),
        ExecuteMsg::RenounceOwnership {} => (Owner, None, Works),
        ExecuteMsg::SetGuardian { .. } => (Owner, None, Works),
        ExecuteMsg::WithdrawFees { .. } => (Owner, None, Works),
    };
    Access { caller, funds, while_paused }
}

/// Refuses whom, what and when the table does not let through.
pub(crate) fn check(access: Access, storage: &dyn Storage, info: &MessageInfo, now_s: u64) -> Result<()> {
    if access.funds == Funds::None {
        nonpayable(info)?;
    }
    check_caller(access.caller, storage, &info.sender, now_s)?;
    if access.while_paused == WhilePaused::Refused {
        check_running(storage, now_s)?;
    }
    Ok(())
}

/// Refuses while the contract is paused.
pub(crate) fn check_running(storage: &dyn Storage, now_s: u64) -> Result<()> {
    match PAUSE.may_load(storage, ())? {
        Some(pause) if pause.is_active(now_s) => refuse(ContractError::Paused { until_s: pause.end_s }),
        _ => Ok(()),
    }
}

fn check_caller(caller: Caller, storage: &dyn Storage, sender: &Addr, now_s: u64) -> Result<()> {
    let (is_allowed, allowed) = match caller {
        Caller::Anyone => return Ok(()),
        Caller::Sponsor { campaign } => {
            let stored = CAMPAIGNS.may_load(storage, campaign)?;
            let sponsor = stored.ok_or(ContractError::UnknownCampaign { campaign })?.sponsor;
            (sponsor == *sender, "the campaign's sponsor")
        }
        Caller::Owner => (OWNERSHIP.load(storage, ())?.owner.as_ref() == Some(sender), "the owner"),
        Caller::OwnerOrGuardian => {
            let roles = OWNERSHIP.load(storage, ())?;
            let is_one = [roles.owner, roles.guardian].iter().flatten().any(|role| role == sender);
            (is_one, "the owner or the guardian")
        }
        Caller::ProposedOwner => {
            let proposed = OWNERSHIP.load(storage, ())?.proposed;
            let proposed = proposed.ok_or(ContractError::NoOwnerProposed {})?;
            (proposed == *sender, "the proposed owner")
        }
        Caller::Operator => {
            let is_operator = Configuration::newest(storage)?.operator(sender).is_some();
            (is_operator, "the admin of an operator of the newest configuration")
        }
        Caller::OperatorOrProposed => {
            let is_one = is_operator(storage, now_s, sender)? || is_proposed(storage, sender)?;
            (is_one, "the admin of an operator in force or proposed")
        }
        Caller::ProposedSponsor { campaign } => {
            let proposed = PROPOSED_SPONSORS.may_load(storage, campaign)?.and_then(|row| row.0);
            let proposed = proposed.ok_or(ContractError::NoSponsorProposed { campaign })?;
            (proposed == *sender, "the proposed sponsor")
        }
        Caller::Arbiter => {
            let arbiter = SECURITY.load(storage, ())?.arbiter.ok_or(DisputeError::NoArbiter {})?;
            (arbiter == *sender, "the arbiter")
        }
    };
    if is_allowed {
        return Ok(());
    }
    refuse(ContractError::Unauthorized { sender: sender.clone(), allowed })
}
