//! Judges a proof against a pending report.

use attention_protocol::fraud::{CampaignFacts, Context, FraudProof, judge};
use attention_protocol::hash::Deployment;
use attention_protocol::msg::VoidReason;
use attention_protocol::proof_commit::proof_commit;
use attention_protocol::{AccountId, CampaignTerms, Hash, RULES_VERSION, ValidRule};
use cosmwasm_std::{Addr, Response, Storage, from_json};

use super::settle::{Base, settle_context};
use crate::configuration::is_by_our_rules;
use crate::disputing::convict;
use crate::error::{DisputeError, Result, refuse};
use crate::state::campaign::{CAMPAIGNS, RUNS};
use crate::state::dispute::PROOF_COMMITS;
use crate::state::money::TOTALS;
use crate::state::report::REPORTS;
use crate::timeline::Timeline;

/// Who shows a proof, and where.
pub(crate) struct Prover<'a> {
    pub(crate) sender: &'a Addr,
    pub(crate) account: &'a AccountId,
    pub(crate) deployment: &'a Deployment,
}

/// Convicts the report or refuses the proof: nothing in it is taken on trust, and nobody decides.
pub(crate) fn prove_fraud(
    storage: &mut dyn Storage,
    timeline: &Timeline,
    prover: &Prover<'_>,
    (epoch, revision): (u64, u32),
    proof: &FraudProof,
) -> Result<Response> {
    let pending = timeline.disputed(epoch, revision)?;
    let report = REPORTS.load(storage, epoch)?.body;
    if !is_by_our_rules(storage, prover.deployment, &timeline.clock, &report)? {
        return refuse(DisputeError::OtherRules { epoch, rules_version: RULES_VERSION });
    }
    let context = Context { deployment: prover.deployment, report: &report };
    let clause = judge(proof, &context, |campaign| facts(storage, timeline, campaign, epoch))?;
    let hash = proof_commit(prover.account, proof)?;
    let reward = take_reservation(storage, timeline.now.height, prover, &hash)?;
    convict(storage, timeline, &pending, (VoidReason::Fraud, clause), (prover.sender, reward))
}

/// What the chain knows of a campaign, as settling the epoch would see it now.
fn facts(
    storage: &dyn Storage,
    timeline: &Timeline,
    campaign: u64,
    epoch: u64,
) -> Result<Option<CampaignFacts>> {
    let Some(totals) = TOTALS.may_load(storage, campaign)? else {
        return Ok(None);
    };
    let run = RUNS.load(storage, campaign)?;
    let base = Base::load(storage, campaign, &totals)?;
    let settle = settle_context(storage, timeline, (&run, &base), (campaign, epoch))?;
    let terms: CampaignTerms = from_json(CAMPAIGNS.load(storage, campaign)?.terms)?;
    Ok(Some(CampaignFacts {
        rule: ValidRule::try_from(terms.rule)?,
        settle,
        base_epoch: totals.settled_epoch.unwrap_or(0),
        base_weight_total: base.weight_total,
    }))
}

/// The sender, if it reserved the proof with this hash at least one block before. The reservation is used up.
pub(super) fn take_reservation<'a>(
    storage: &mut dyn Storage,
    height: u64,
    prover: &Prover<'a>,
    hash: &Hash,
) -> Result<Option<&'a Addr>> {
    let reserved = PROOF_COMMITS.may_load(storage, hash.as_slice())?;
    if reserved.is_none_or(|reserved| reserved >= height) {
        return Ok(None);
    }
    PROOF_COMMITS.remove(storage, hash.as_slice());
    Ok(Some(prover.sender))
}
