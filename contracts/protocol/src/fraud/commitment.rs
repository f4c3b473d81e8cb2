//! Clause 9: the header of a commitment.

use super::clause::Clause;
use super::context::CampaignFacts;
use super::error::FraudError;
use crate::commitment::Commitment;
use crate::settle::{RejectReason, SettleVerdict, check_settle};

/// Judges the header. Whether the campaign runs and what its terms are does not depend on the base, the rest does.
pub(super) fn header(commitment: &Commitment, facts: &CampaignFacts) -> Result<Clause, FraudError> {
    let reason = match check_settle(commitment, &facts.settle) {
        SettleVerdict::Rejected(reason) => reason,
        SettleVerdict::Settled { .. } => {
            return Err(FraudError::NotProven { why: "the commitment is one that settles" });
        }
        SettleVerdict::OtherBase if !facts.settle.running => RejectReason::NotRunning,
        SettleVerdict::OtherBase if commitment.rule_hash != facts.settle.rule_hash => {
            RejectReason::WrongRuleHash
        }
        SettleVerdict::OtherBase => {
            return Err(FraudError::OtherBase { campaign: commitment.campaign });
        }
    };
    Ok(Clause::WrongCommitment(reason))
}
