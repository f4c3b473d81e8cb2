//! Every message of the rewards contract at one state of the chain: what a transaction that holds nothing else uses.
//!
//! A message that can be sent now is simulated by itself. One that needs others before it (an answer needs a demand) is simulated
//! behind them in one transaction, and what they use without it is taken off: gas adds up.

use std::collections::BTreeMap;

use attention_protocol::ReportBody;
use attention_protocol::fraud::{Answer, Equivocation, FraudProof, Target};
use attention_protocol::msg::{
    AccountClaim, ConfigProposalResponse, ConfigResponse, ExecuteMsg, ProposeConfig, QueryMsg,
};
use attention_protocol::possession::Possession;
use cosmrs::Any;
use cosmwasm_std::{Binary, Uint128};
use k256::ecdsa::SigningKey;

use super::site::{FUNDING, Site, failed, sign_with};
use super::world::{World, shown};
use crate::bed::{BOND, REWARD};
use crate::error::E2eError;
use crate::ledger::{CampaignEpoch, EpochBook};
use crate::tamper::RawTree;

/// Gas by message.
pub type Costs = BTreeMap<String, u64>;

/// `security.demand_bond` and `security.challenge_bond` of a bed.
const DEMAND_BOND: u128 = 1_000;
const CHALLENGE_BOND: u128 = 10_000;
/// How far a block and the simulation before it may be apart: the signature and the sequence have other bytes, the event another time.
const AGREEMENT: u64 = 300;
/// Campaigns of one settlement, and leaves of one range, that are measured if there are as many.
const SETTLED: usize = 20;
const RECORDED: usize = 100;

/// Simulates and keeps the figures.
struct Meter<'a> {
    site: &'a Site,
    /// What a transaction uses beside its message.
    empty: u64,
    costs: Costs,
}

impl<'a> Meter<'a> {
    fn new(site: &'a Site) -> Result<Self, E2eError> {
        let idle = site.call(&ExecuteMsg::SetPayoutAddress { address: None }, None)?;
        let one = site.client.simulate(std::slice::from_ref(&idle))?;
        let two = site.client.simulate(&[idle.clone(), idle])?;
        let empty = (2 * one).checked_sub(two).ok_or_else(|| failed("an empty transaction", two))?;
        Ok(Self { site, empty, costs: Costs::new() })
    }

    fn keep(&mut self, name: &str, gas: u64) {
        self.costs.insert(name.into(), gas);
    }

    fn alone(
        &mut self,
        name: &str,
        message: &ExecuteMsg,
        funds: Option<(u128, &str)>,
    ) -> Result<(), E2eError> {
        let call = self.site.call(message, funds)?;
        self.of(name, call)
    }

    fn of(&mut self, name: &str, call: Any) -> Result<(), E2eError> {
        let gas = self.site.client.simulate(&[call]).map_err(|error| failed(name, error))?;
        self.keep(name, gas);
        Ok(())
    }

    fn after(&mut self, name: &str, before: &[Any], message: &ExecuteMsg) -> Result<(), E2eError> {
        let call = self.site.call(message, None)?;
        let simulate = |calls: &[Any]| self.site.client.simulate(calls).map_err(|error| failed(name, error));
        let (without, with) = (simulate(before)?, simulate(&[before, &[call]].concat())?);
        self.keep(name, with - without + self.empty);
        Ok(())
    }
}

/// Measures every message over one epoch.
///
/// # Errors
/// [`E2eError`], also if a message is refused.
pub fn measure(world: &mut World) -> Result<Costs, E2eError> {
    let site = &world.site;
    let mut meter = Meter::new(site)?;
    meter.keep("(empty transaction)", meter.empty);
    sponsors(&mut meter)?;
    owners(&mut meter)?;
    operators(&mut meter)?;
    let own = site.client.address.clone();
    meter.alone("set_consent", &ExecuteMsg::SetConsent { granted: true }, None)?;
    let elsewhere = crate::direct::bech32_address(&site.prefix, &[9; 20])?;
    meter.alone("set_payout_address", &ExecuteMsg::SetPayoutAddress { address: Some(elsewhere) }, None)?;
    meter.alone("commit_proof", &ExecuteMsg::CommitProof { hash: Binary::from([1; 32]) }, None)?;

    let epoch = world.next_epoch()?;
    let honest = world.allocate(epoch);
    disputed(world, &mut meter, &honest, epoch)?;
    let book = world.book(epoch, honest.commitment.clone());
    let body = world.body(&book)?;
    site.client.send(vec![site.anchor(&body)?, site.submit(&body)?])?;
    site.wait_final(epoch)?;
    final_report(world, &mut meter, &book)?;
    let (costs, empty) = (std::mem::take(&mut meter.costs), meter.empty);
    world.close(&book, honest)?;

    let mut meter = Meter { site: &world.site, empty, costs };
    paid(world, &mut meter, &own)?;
    Ok(meter.costs)
}

fn sponsors(meter: &mut Meter<'_>) -> Result<(), E2eError> {
    let site = meter.site;
    let start = site.first_epoch()?;
    meter.of("create_campaign", site.create(start, Site::end_of(start))?)?;
    meter.alone("fund_campaign", &ExecuteMsg::FundCampaign { campaign: 1 }, Some((FUNDING, REWARD)))?;
    let own = Some(site.client.address.clone());
    let propose = ExecuteMsg::ProposeSponsor { campaign: 1, sponsor: own };
    meter.alone("propose_sponsor", &propose, None)?;
    let before = [site.call(&propose, None)?];
    meter.after("accept_sponsor", &before, &ExecuteMsg::AcceptSponsor { campaign: 1 })?;
    meter.alone("stop_campaign", &ExecuteMsg::StopCampaign { campaign: 1 }, None)
}

fn owners(meter: &mut Meter<'_>) -> Result<(), E2eError> {
    let site = meter.site;
    let config: ConfigResponse = site.query(&QueryMsg::Config { epoch: None })?;
    let own = Some(site.client.address.clone());
    meter.alone("update_limits", &ExecuteMsg::UpdateLimits(Box::new(config.limits)), None)?;
    meter.alone("pause", &ExecuteMsg::Pause {}, None)?;
    meter.after("unpause", &[site.call(&ExecuteMsg::Pause {}, None)?], &ExecuteMsg::Unpause {})?;
    let propose = ExecuteMsg::ProposeOwner { owner: own.clone() };
    meter.alone("propose_owner", &propose, None)?;
    meter.after("accept_owner", &[site.call(&propose, None)?], &ExecuteMsg::AcceptOwner {})?;
    meter.alone("set_guardian", &ExecuteMsg::SetGuardian { guardian: own }, None)?;
    meter.alone("withdraw_fees", &ExecuteMsg::WithdrawFees { denom: REWARD.into() }, None)?;
    let spec_hash = Some(Binary::from([8; 32]));
    let propose = ExecuteMsg::ProposeConfig(Box::new(ProposeConfig { operators: None, spec_hash }));
    meter.alone("propose_config", &propose, None)?;
    let before = [site.call(&propose, None)?];
    meter.after("cancel_config", &before, &ExecuteMsg::CancelConfig {})?;
    meter.after("accept_config", &before, &ExecuteMsg::AcceptConfig {})
}

fn operators(meter: &mut Meter<'_>) -> Result<(), E2eError> {
    let site = meter.site;
    meter.alone("post_bond", &ExecuteMsg::PostBond {}, Site::bond(1_000_000))?;
    meter.alone("unbond", &ExecuteMsg::Unbond { amount: Uint128::new(1_000) }, None)?;
    let proposal: ConfigProposalResponse = site.query(&QueryMsg::ConfigProposal {})?;
    let key = SigningKey::from_slice(&[77; 32]).map_err(|error| failed("a test key", error))?;
    let pubkey = Binary::from(key.verifying_key().to_encoded_point(true).as_bytes());
    let possession = Possession {
        deployment: &site.deployment,
        config_version: proposal.next_version,
        admin: &site.client.id,
        pubkey: &pubkey.as_slice().try_into().map_err(|error| failed("a test key", error))?,
    };
    let possession = sign_with(&key, &possession.digest())?;
    meter.alone("swap_signer", &ExecuteMsg::SwapSigner { pubkey, possession }, None)
}

/// A report that lies about what one account earned, and everything that can be done about it. It ends void.
fn disputed(
    world: &World,
    meter: &mut Meter<'_>,
    honest: &CampaignEpoch,
    epoch: u64,
) -> Result<(), E2eError> {
    let (site, own) = (&world.site, &world.site.client.id);
    let domain = site.deployment.allocation_domain(1, epoch);
    let mut leaves = honest.leaves.clone();
    let position = leaves.iter().position(|leaf| leaf.account == *own).unwrap_or_default();
    leaves[position].cumulative += 1;
    let lie = RawTree::new(&domain, leaves.iter().map(|leaf| leaf.pack()).collect());
    let book = world.book(epoch, lie.commit(&honest.commitment));
    let body = world.body(&book)?;
    let anchor = site.anchor(&body)?;
    meter.of("anchor_input", anchor.clone())?;
    let submit = site.submit(&body)?;
    let simulate =
        |calls: &[Any]| site.client.simulate(calls).map_err(|error| failed("submit_report", error));
    let gas = simulate(&[anchor.clone(), submit.clone()])? - simulate(std::slice::from_ref(&anchor))?;
    meter.keep("submit_report", gas + meter.empty);

    // A demand keeps the report pending for as long as the rest takes.
    let revision = body.revision;
    let first = Target::Commitment { index: 0 };
    let demand = |target: Target| {
        site.call(&ExecuteMsg::DemandOpen { epoch, revision, target }, Site::bond(DEMAND_BOND))
    };
    site.client.send(vec![anchor, submit, demand(first.clone())?])?;
    let leaf = Target::Leaf { commitment: book.proof(0), position: 0 };
    let demand = demand(leaf.clone())?;
    meter.of("demand_open", demand.clone())?;
    let answer = Answer::Leaf { opening: lie.open_leaf(0) };
    let answer = ExecuteMsg::AnswerDemand { epoch, revision, target: leaf, answer };
    meter.after("answer_demand", &[demand], &answer)?;
    let challenge = ExecuteMsg::ChallengeReport { epoch, revision, reason: "wrong scores".into() };
    meter.alone("challenge_report", &challenge, Site::bond(CHALLENGE_BOND))?;
    let challenge = site.call(&challenge, Site::bond(CHALLENGE_BOND))?;
    let decide = ExecuteMsg::DecideChallenge { epoch, revision, stands: false };
    meter.after("decide_challenge", std::slice::from_ref(&challenge), &decide)?;
    let void = ExecuteMsg::VoidReport { epoch, revision };
    meter.alone("void_report", &void, None)?;
    let void = site.call(&void, None)?;
    let key = Binary::from([0; 9]);
    let reclaim = ExecuteMsg::ReclaimDemand { epoch, revision, target: key.clone() };
    meter.after("reclaim_demand", std::slice::from_ref(&void), &reclaim)?;
    let reclaimed = [void.clone(), site.call(&reclaim, None)?];
    let withdraw = ExecuteMsg::WithdrawOwed { denom: BOND.into(), recipient: None };
    meter.after("withdraw_owed", &reclaimed, &withdraw)?;
    fraud(world, meter, &lie, (&book, &body))?;

    let used = site.client.send(vec![challenge])?.gas_used;
    let said = meter.costs.get("challenge_report").copied().unwrap_or(0);
    if used.abs_diff(said) > AGREEMENT {
        return Err(failed("challenge_report", format!("{used} gas in a block, {said} by simulation")));
    }
    site.wait_until(site.client.node.now()?.1 + 3)?;
    meter.alone("resolve_silence", &ExecuteMsg::ResolveSilence { epoch, revision }, None)?;
    let unanswered = ExecuteMsg::VoidUnanswered { epoch, revision, target: key };
    meter.alone("void_unanswered", &unanswered, None)?;
    site.client.send(vec![void])?;
    Ok(())
}

/// Both kinds of proof, with the bond of one signer at stake.
fn fraud(
    world: &World,
    meter: &mut Meter<'_>,
    lie: &RawTree,
    (book, body): (&EpochBook, &ReportBody),
) -> Result<(), E2eError> {
    let (site, own) = (&world.site, &world.site.client.id);
    let (settled_in, settled) = world.settled.as_ref().ok_or_else(|| failed("a base", "none settled"))?;
    let position = settled.position(own).ok_or_else(|| failed("a base", "the key has no leaf"))?;
    let proof = FraudProof::Leaf {
        commitment: book.proof(0),
        leaf: lie.prove(position as usize, 1),
        base: Some(shown(settled, *settled_in, own)),
    };
    let (epoch, revision) = (body.epoch, body.revision);
    meter.alone("prove_fraud", &ExecuteMsg::ProveFraud { epoch, revision, proof: Box::new(proof) }, None)?;
    let twin = ReportBody { model_hash: [7; 32], ..body.clone() };
    let evidence = Equivocation {
        first: Binary::from(body.pack()),
        second: Binary::from(twin.pack()),
        signer: 0,
        first_signature: site.sign(0, &body.digest())?,
        second_signature: site.sign(0, &twin.digest())?,
    };
    meter.alone("prove_equivocation", &ExecuteMsg::ProveEquivocation { evidence, quorums: None }, None)
}

/// What a final report is good for before anything of it settles.
fn final_report(world: &World, meter: &mut Meter<'_>, book: &EpochBook) -> Result<(), E2eError> {
    let items = book.settle_items();
    let main = vec![items[0].clone()];
    meter.alone("settle", &ExecuteMsg::Settle { items: main }, None)?;
    // The main campaign stands first, and is settled alone: the others are all alike.
    if items.len() > SETTLED {
        let some = items[1..=SETTLED].to_vec();
        meter.alone("settle of 20", &ExecuteMsg::Settle { items: some }, None)?;
    }
    let (assets, _) = world.assets(book.epoch)?;
    let record = ExecuteMsg::RecordAssets {
        epoch: book.epoch,
        start: 0,
        assets: Binary::from(
            assets.iter().flat_map(attention_protocol::AssetLeaf::pack).collect::<Vec<u8>>(),
        ),
        siblings: Binary::default(),
    };
    meter.alone("record_assets", &record, None)?;
    meter.alone("count_participation", &ExecuteMsg::CountParticipation {}, None)?;
    let share = ExecuteMsg::DistributeOperatorFees { denom: REWARD.into() };
    meter.alone("distribute_operator_fees", &share, None)?;
    let refund = ExecuteMsg::RefundCampaign { campaign: world.lone, absences: vec![world.absence()?] };
    meter.alone("refund_campaign", &refund, None)
}

/// What a settled allocation is good for, and a bond that has waited.
fn paid(world: &World, meter: &mut Meter<'_>, own: &str) -> Result<(), E2eError> {
    let (epoch, settled) = world.settled.as_ref().ok_or_else(|| failed("a claim", "nothing is settled"))?;
    let items = vec![settled.claim_item(*epoch, &world.site.client.id)];
    meter.alone("claim", &ExecuteMsg::Claim { items: items.clone() }, None)?;
    let account = own.to_string();
    let claims = vec![AccountClaim { account: account.clone(), items: items.clone() }];
    meter.alone("claim_for", &ExecuteMsg::ClaimFor { account, items, redirect: None }, None)?;
    meter.alone("claim_batch", &ExecuteMsg::ClaimBatch { claims }, None)?;
    meter.alone("withdraw_bond", &ExecuteMsg::WithdrawBond {}, None)?;
    meter.of("record_scores", world.record(*epoch, settled, 0, 1)?)?;
    if settled.leaves.len() >= RECORDED {
        meter.of("record_scores of 100", world.record(*epoch, settled, 0, RECORDED)?)?;
    }
    Ok(())
}
