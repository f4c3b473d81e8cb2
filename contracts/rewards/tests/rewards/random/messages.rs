//! Who may send which message, and what a pause does to it: the table of the contract's README, by hand. A message that is new breaks
//! the build here.

use attention_protocol::msg::ExecuteMsg;
use cosmwasm_std::Addr;

use super::model::Model;

/// Who may send a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Anyone,
    Owner,
    OwnerOrGuardian,
    NextOwner,
    Sponsor(u64),
    NextSponsor(u64),
    /// An operator of the newest configuration.
    Operator,
    /// An operator in force or proposed.
    OperatorOrProposed,
    Arbiter,
}

/// What a pause does to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paused {
    Works,
    Refused,
    RepeatsOnly,
}

/// A line of the table: name, who may send it, what a pause does, whether it takes a coin.
pub struct Line {
    pub name: &'static str,
    pub who: Who,
    pub paused: Paused,
    pub takes_coin: bool,
}

pub fn line(msg: &ExecuteMsg) -> Line {
    use ExecuteMsg as M;
    use Paused::{Refused, RepeatsOnly, Works};
    use Who::{
        Anyone, Arbiter, NextOwner, NextSponsor, Operator, OperatorOrProposed, Owner, OwnerOrGuardian,
        Sponsor,
    };
    let (name, who, paused) = match msg {
        M::SubmitReport { .. } => ("submit_report", Anyone, RepeatsOnly),
        M::Settle { .. } => ("settle", Anyone, Works),
        M::Claim { .. } => ("claim", Anyone, Refused),
        M::ClaimFor { .. } => ("claim_for", Anyone, Refused),
        M::ClaimBatch { .. } => ("claim_batch", Anyone, Refused),
        M::SetPayoutAddress { .. } => ("set_payout_address", Anyone, Works),
        M::WithdrawOwed { .. } => ("withdraw_owed", Anyone, Works),
        M::SetConsent { .. } => ("set_consent", Anyone, Works),
        M::RecordScores { .. } => ("record_scores", Anyone, Refused),
        M::RecordAssets { .. } => ("record_assets", Anyone, Refused),
        M::Receive(_) => ("receive", Anyone, Refused),
        M::CreateCampaign(_) => ("create_campaign", Anyone, Refused),
        M::FundCampaign { .. } => ("fund_campaign", Anyone, Refused),
        M::StopCampaign { campaign } => ("stop_campaign", Sponsor(*campaign), Works),
        M::ProposeSponsor { campaign, .. } => ("propose_sponsor", Sponsor(*campaign), Works),
        M::AcceptSponsor { campaign } => ("accept_sponsor", NextSponsor(*campaign), Works),
        M::RefundCampaign { .. } => ("refund_campaign", Anyone, Works),
        M::AnchorInput { .. } => ("anchor_input", Anyone, Works),
        M::DemandOpen { .. } => ("demand_open", Anyone, Works),
        M::AnswerDemand { .. } => ("answer_demand", Anyone, Works),
        M::VoidUnanswered { .. } => ("void_unanswered", Anyone, Works),
        M::ReclaimDemand { .. } => ("reclaim_demand", Anyone, Works),
        M::CommitProof { .. } => ("commit_proof", Anyone, Works),
        M::ProveFraud { .. } => ("prove_fraud", Anyone, Works),
        M::ProveEquivocation { .. } => ("prove_equivocation", Anyone, Works),
        M::ChallengeReport { .. } => ("challenge_report", Anyone, Works),
        M::DecideChallenge { .. } => ("decide_challenge", Arbiter, Works),
        M::ResolveSilence { .. } => ("resolve_silence", Anyone, Works),
        M::VoidReport { .. } => ("void_report", OwnerOrGuardian, Works),
        M::PostBond {} => ("post_bond", OperatorOrProposed, Works),
        M::Unbond { .. } => ("unbond", Anyone, Works),
        M::WithdrawBond {} => ("withdraw_bond", Anyone, Works),
        M::SwapSigner { .. } => ("swap_signer", Operator, Works),
        M::ProposeConfig(_) => ("propose_config", Owner, Works),
        M::AcceptConfig {} => ("accept_config", Owner, Works),
        M::CancelConfig {} => ("cancel_config", Owner, Works),
        M::UpdateLimits(_) => ("update_limits", Owner, Works),
        M::CountParticipation {} => ("count_participation", Anyone, Works),
        M::DistributeOperatorFees { .. } => ("distribute_operator_fees", Anyone, Works),
        M::Pause {} => ("pause", OwnerOrGuardian, Works),
        M::Unpause {} => ("unpause", Owner, Works),
        M::WithdrawFees { .. } => ("withdraw_fees", Owner, Works),
        M::ProposeOwner { .. } => ("propose_owner", Owner, Works),
        M::AcceptOwner {} => ("accept_owner", NextOwner, Works),
        M::SetGuardian { .. } => ("set_guardian", Owner, Works),
        M::RenounceOwnership {} => ("renounce_ownership", Owner, Works),
    };
    let takes_coin = matches!(
        msg,
        M::CreateCampaign(_)
            | M::FundCampaign { .. }
            | M::PostBond {}
            | M::DemandOpen { .. }
            | M::ChallengeReport { .. }
    );
    Line { name, who, paused, takes_coin }
}

impl Model {
    /// Whether an account may send what only some may. `current` is the epoch that the block time lies in.
    pub fn may(&self, who: Who, sender: &Addr, (arbiter, current): (&Addr, u64)) -> bool {
        let campaign = |id: u64| &self.campaigns[&id];
        match who {
            Who::Anyone => true,
            Who::Owner => self.owner.as_ref() == Some(sender),
            Who::OwnerOrGuardian => {
                [&self.owner, &self.guardian].into_iter().flatten().any(|is| is == sender)
            }
            Who::NextOwner => self.next_owner.as_ref() == Some(sender),
            Who::Sponsor(id) => campaign(id).sponsor == *sender,
            Who::NextSponsor(id) => campaign(id).proposed.as_ref() == Some(sender),
            Who::Operator => self.operators.newest().place(sender).is_some(),
            Who::OperatorOrProposed => self.operators.may_post(sender, current),
            Who::Arbiter => arbiter == sender,
        }
    }
}
