//! Who claims when: some every time they earned, one after a long absence, one without a coin for the fee.

use std::collections::{BTreeMap, BTreeSet};

use attention_protocol::AccountId;
use attention_protocol::leaves_file::LeavesFile;
use serde::Deserialize;

use super::Log;
use super::cast::{Cast, Wallet};
use super::deploy::Deployed;
use super::outcome::{Claim, ClaimKind};
use super::plan;
use crate::chain::LocalChain;
use crate::error::E2eError;

/// New wallets that claim after each epoch but the last.
const EARLY_PER_EPOCH: usize = 2;
/// Wallets that claim a second time at the end.
const RETURNING: usize = 3;
/// What an account gets for its fees, in the fee denom.
const GAS_MONEY: u128 = 1_000_000;

/// What is known about an account from the published leaves.
#[derive(Debug, Clone, Default)]
pub(super) struct Earner {
    /// Cumulative earnings by campaign.
    cumulative: BTreeMap<u64, u128>,
    /// Epochs in which it earned something.
    epochs: u32,
    /// Earned in the newest epoch, over all campaigns.
    newest: u128,
    claimed: bool,
    /// Epochs with earnings since the last claim.
    unclaimed_epochs: u32,
}

/// A wallet that is to claim, and how.
#[derive(Debug, Clone)]
pub(super) struct Claimant {
    account: AccountId,
    wallet: Wallet,
    kind: ClaimKind,
}

/// Adds an epoch's leaves.
pub(super) fn note_earnings(earners: &mut BTreeMap<AccountId, Earner>, file: &LeavesFile) {
    earners.values_mut().for_each(|earner| earner.newest = 0);
    for campaign in &file.campaigns {
        for leaf in &campaign.leaves {
            let earner = earners.entry(leaf.account.clone()).or_default();
            let before = earner.cumulative.insert(campaign.commitment.campaign, leaf.cumulative);
            earner.newest += leaf.cumulative - before.unwrap_or(0);
        }
    }
    for earner in earners.values_mut().filter(|earner| earner.newest > 0) {
        earner.epochs += 1;
        earner.unclaimed_epochs += 1;
    }
}

/// Notes that these have claimed.
pub(super) fn mark_claimed(earners: &mut BTreeMap<AccountId, Earner>, claimants: &[Claimant]) {
    for claimant in claimants {
        if let Some(earner) = earners.get_mut(&claimant.account) {
            (earner.claimed, earner.unclaimed_epochs) = (true, 0);
        }
    }
}

/// Those who claim right after an epoch: of the accounts that earned in it for the first time, the ones that earned most.
pub(super) fn early(
    earners: &BTreeMap<AccountId, Earner>,
    wallets: &BTreeMap<AccountId, Wallet>,
) -> Vec<Claimant> {
    let is_new = |earner: &Earner| !earner.claimed && earner.epochs == 1 && earner.newest > 0;
    let mut found: Vec<_> = earners.iter().filter(|(_, earner)| is_new(earner)).collect();
    found.sort_by_key(|(_, earner)| std::cmp::Reverse(earner.newest));
    let found = found.into_iter().take(EARLY_PER_EPOCH);
    found.filter_map(|(account, _)| claimant(wallets, account, ClaimKind::Early)).collect()
}

fn claimant(wallets: &BTreeMap<AccountId, Wallet>, account: &AccountId, kind: ClaimKind) -> Option<Claimant> {
    let wallet = wallets.get(account)?.clone();
    Some(Claimant { account: account.clone(), wallet, kind })
}

/// The last claims: one who was away, one without coins, some who come back, and others until there are enough wallets.
pub(super) fn final_round(
    log: &Log,
    chain: &LocalChain,
    cast: &Cast,
    deployed: &Deployed,
    earners: &BTreeMap<AccountId, Earner>,
    claims: &mut Vec<Claim>,
) -> Result<(), E2eError> {
    let chosen = choose_last(earners, &cast.wallets, claims)?;
    claim_all(log, chain, cast, deployed, &chosen, claims)?;
    let wallets: BTreeSet<&str> = claims.iter().map(|claim| claim.account.as_str()).collect();
    if wallets.len() < plan::WALLETS_MIN {
        let text =
            format!("only {} wallets earned something; {} should claim", wallets.len(), plan::WALLETS_MIN);
        return Err(E2eError::Output(text));
    }
    Ok(())
}

fn choose_last(
    earners: &BTreeMap<AccountId, Earner>,
    wallets: &BTreeMap<AccountId, Wallet>,
    claims: &[Claim],
) -> Result<Vec<Claimant>, E2eError> {
    let mut fresh: Vec<_> =
        earners.iter().filter(|(_, earner)| !earner.claimed && earner.unclaimed_epochs > 0).collect();
    // Longest unclaimed first, then the most earned, then by address.
    fresh.sort_by_key(|(_, earner)| {
        let total: u128 = earner.cumulative.values().sum();
        (std::cmp::Reverse(earner.unclaimed_epochs), std::cmp::Reverse(total))
    });
    let away = fresh.first().filter(|(_, earner)| earner.unclaimed_epochs >= 2);
    if away.is_none() {
        let text = "no wallet earned in two epochs without claiming: nobody can come back from an absence";
        return Err(E2eError::Output(text.into()));
    }
    let claimed: BTreeSet<&str> = claims.iter().map(|claim| claim.account.as_str()).collect();
    let missing = plan::WALLETS_MIN.saturating_sub(claimed.len()).max(2);
    let kinds =
        [ClaimKind::Away, ClaimKind::FeeGranted].into_iter().chain(std::iter::repeat(ClaimKind::Last));
    let mut chosen: Vec<Claimant> = fresh
        .iter()
        .zip(kinds)
        .take(missing)
        .filter_map(|((account, _), kind)| claimant(wallets, account, kind))
        .collect();
    let again = earners.iter().filter(|(_, earner)| earner.claimed && earner.unclaimed_epochs > 0);
    chosen.extend(
        again.take(RETURNING).filter_map(|(account, _)| claimant(wallets, account, ClaimKind::Returning)),
    );
    Ok(chosen)
}

#[derive(Deserialize)]
struct Answer {
    items: Vec<AnswerItem>,
    tx_hash: String,
    gas_used: u64,
    balances: Vec<AnswerBalance>,
}

#[derive(Deserialize)]
struct AnswerItem {
    campaign: u64,
    epoch: u64,
    denom: String,
    score_ppm: u32,
    amount: String,
}

#[derive(Deserialize)]
struct AnswerBalance {
    denom: String,
    before: String,
    after: String,
}

/// Funds the accounts that need it, then lets each claim everything it can in one transaction.
pub(super) fn claim_all(
    log: &Log,
    chain: &LocalChain,
    cast: &Cast,
    deployed: &Deployed,
    claimants: &[Claimant],
    claims: &mut Vec<Claim>,
) -> Result<(), E2eError> {
    let needs_gas =
        |claimant: &&Claimant| matches!(claimant.kind, ClaimKind::Early | ClaimKind::Away | ClaimKind::Last);
    let needy: Vec<String> =
        claimants.iter().filter(needs_gas).map(|claimant| claimant.wallet.address.clone()).collect();
    if !needy.is_empty() {
        chain.fund(&needy, &[&format!("{GAS_MONEY}{}", chain.info().denom)])?;
    }
    for claimant in claimants {
        let granter = match claimant.kind {
            ClaimKind::FeeGranted => Some(grant_fee(chain, deployed, &claimant.wallet)?),
            _ => None,
        };
        claim(log, cast, deployed, claimant, granter.as_deref(), claims)?;
    }
    Ok(())
}

/// The deployer pays the fee of an account that has no coin at all.
fn grant_fee(chain: &LocalChain, deployed: &Deployed, wallet: &Wallet) -> Result<String, E2eError> {
    let limit = format!("{GAS_MONEY}{}", chain.info().denom);
    let deployer = &deployed.deployer;
    let grant = ["feegrant", "grant", &deployer.key, &wallet.address, "--spend-limit", &limit];
    let sent = deployed.wasmd.send(&deployer.key, &grant)?;
    sent.map_err(|failed| E2eError::Output(format!("the fee grant: {}", failed.log)))?;
    Ok(deployer.address.clone())
}

fn claim(
    log: &Log,
    cast: &Cast,
    deployed: &Deployed,
    claimant: &Claimant,
    granter: Option<&str>,
    claims: &mut Vec<Claim>,
) -> Result<(), E2eError> {
    let Wallet { address, index } = &claimant.wallet;
    let (words, index) = (cast.words(), index.to_string());
    // Any operator can be asked; this takes them in turn.
    let api =
        cast.operators.get(claims.len() % cast.operators.len()).map_or("", |operator| operator.api.as_str());
    let mut arguments = vec!["claim", "--mnemonic-file", &words, "--index", &index, "--api", api];
    arguments.extend(granter.into_iter().flat_map(|granter| ["--fee-granter", granter]));
    let answer: Answer = cast.sponsor.run(&arguments)?;
    let number = |text: &str| {
        text.parse::<u128>().map_err(|_| E2eError::Output(format!("claim: {text:?} is no amount")))
    };
    for item in answer.items {
        let balance = answer.balances.iter().find(|balance| balance.denom == item.denom);
        let balance =
            balance.ok_or_else(|| E2eError::Output(format!("claim: no balance of {}", item.denom)))?;
        claims.push(Claim {
            account: address.clone(),
            campaign: item.campaign,
            epoch: item.epoch,
            score_ppm: item.score_ppm,
            amount: number(&item.amount)?,
            denom: item.denom,
            kind: claimant.kind,
            gas_used: answer.gas_used,
            tx_hash: answer.tx_hash.clone(),
            balance_before: number(&balance.before)?,
            balance_after: number(&balance.after)?,
        });
    }
    let fee_balance = deployed.wasmd.node.balance(address, &deployed.fee_denom)?;
    if claimant.kind == ClaimKind::FeeGranted && fee_balance != 0 {
        return Err(E2eError::Output(format!(
            "{address} was to claim without a coin, and has {fee_balance}"
        )));
    }
    log.say(&format!("{address} claims ({})", claimant.kind.describe()));
    Ok(())
}
