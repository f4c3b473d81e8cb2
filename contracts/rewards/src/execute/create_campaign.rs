//! Creates a campaign: checks its terms, takes the fee, credits the rest.

use attention_protocol::EpochClock;
use attention_protocol::event::Event;
use attention_protocol::msg::{CreateCampaign, METADATA_NAME_MAX_BYTES, METADATA_URL_MAX_BYTES, Metadata};
use cosmwasm_std::{Addr, Coin, HexBinary, Response, Storage, to_json_vec};

use crate::credit::{amount_of, credit};
use crate::error::{ContractError, Result};
use crate::instantiate::check_length;
use crate::state::campaign::{CAMPAIGN_COUNT, CAMPAIGNS, Campaign, PayoutTerms, RUNS, RunRow};
use crate::state::config::{CLOCK, DENOMS, DenomRow};
use crate::state::money::{FEES, TOTALS, TotalsRow};
use crate::state::pause::PAUSE;

/// The latest claim deadline, 2^60: whatever is added to it stays far inside `u64`.
const DEADLINE_MAX_S: u64 = 1 << 60;

/// Who creates a campaign, and with what: a native coin, or cw20 tokens that have arrived, as the coin of their asset.
pub(crate) struct Sponsorship {
    pub(crate) sponsor: Addr,
    pub(crate) refund_address: Addr,
    pub(crate) coin: Coin,
}

/// Checks every bound and stores the campaign under the next id.
pub(crate) fn create_campaign(
    storage: &mut dyn Storage,
    now_s: u64,
    sponsorship: Sponsorship,
    msg: CreateCampaign,
) -> Result<Response> {
    let clock = CLOCK.load(storage, ())?;
    let rule = msg.terms.validate()?;
    check_times(&clock, now_s, &msg)?;
    check_metadata(msg.metadata.as_ref())?;
    let Sponsorship { sponsor, refund_address, coin } = sponsorship;
    let policy = DENOMS.may_load(storage, &coin.denom)?;
    let policy = policy.ok_or_else(|| ContractError::DenomNotAllowed { denom: coin.denom.clone() })?;
    let (amount, net) = check_funding(&coin, policy)?;

    let campaign = next_id(storage)?;
    let rule_hash = msg.terms.rule_hash();
    let rule = rule.rule();
    let run = RunRow {
        rule_hash,
        schedule: rule.schedule.clone(),
        growth: rule.growth,
        start_epoch: msg.terms.start_epoch,
        scheduled_end: msg.terms.end_epoch,
        end_epoch: msg.terms.end_epoch,
        stopped: false,
        payout: PayoutTerms {
            unlock: rule.unlock,
            share_cap_ppm: rule.share_cap_ppm,
            denom: coin.denom.clone(),
        },
    };
    RUNS.save(storage, campaign, &run);
    TOTALS.save(storage, campaign, &TotalsRow::NEW);
    let stored = Campaign {
        sponsor: sponsor.clone(),
        refund_address,
        terms: to_json_vec(&msg.terms)?,
        claim_deadline_s: msg.claim_deadline_s,
        created_at_s: now_s,
        paused_before_s: PAUSE.may_load(storage, ())?.map_or(Ok(0), |pause| pause.total_s(now_s))?,
        metadata: msg.metadata,
    };
    CAMPAIGNS.save(storage, campaign, &stored);
    credit(storage, campaign, (amount, policy.creation_fee), clock.receipt_epoch(now_s))?;
    collect_fee(storage, &coin.denom, policy.creation_fee)?;
    Ok(Response::new().add_event(Event::CampaignCreated {
        campaign,
        sponsor: sponsor.into_string(),
        amount: net,
        fee: policy.creation_fee,
        denom: coin.denom,
        rule_hash: HexBinary::from(rule_hash).to_hex(),
    }))
}

/// The first epoch is a future one, and claims stay open until all is earned and unlocked.
fn check_times(clock: &EpochClock, now_s: u64, msg: &CreateCampaign) -> Result<()> {
    let terms = &msg.terms;
    let next = match clock.epoch_at(now_s) {
        Some(current) => current.checked_add(1).ok_or_else(|| ContractError::overflow("the epoch number"))?,
        None => 0,
    };
    if terms.start_epoch < next {
        let requirement = "not before the next epoch: the current one has begun without the campaign";
        return Err(ContractError::invalid("start_epoch", terms.start_epoch, requirement));
    }
    let over_s = clock.window_start_s(terms.end_epoch)?;
    let earliest_s = terms.rule.unlock.end_s.max(over_s);
    if msg.claim_deadline_s < earliest_s || msg.claim_deadline_s > DEADLINE_MAX_S {
        let requirement = "not before rule.unlock.end_s nor the end of the last epoch, and at most 2^60";
        return Err(ContractError::invalid("claim_deadline_s", msg.claim_deadline_s, requirement));
    }
    Ok(())
}

fn check_metadata(metadata: Option<&Metadata>) -> Result<()> {
    let Some(metadata) = metadata else {
        return Ok(());
    };
    check_length("metadata.name", &metadata.name, 1..=METADATA_NAME_MAX_BYTES, "1 to 128 bytes long")?;
    let url = metadata.url.as_deref().unwrap_or_default();
    check_length("metadata.url", url, 0..=METADATA_URL_MAX_BYTES, "at most 256 bytes long")
}

/// What was sent, and what of it is left for the campaign.
fn check_funding(coin: &Coin, policy: DenomRow) -> Result<(u128, u128)> {
    let amount = amount_of(coin)?;
    let net = amount.checked_sub(policy.creation_fee).filter(|net| *net >= policy.funding_min);
    let net = net.ok_or_else(|| ContractError::FundingTooSmall {
        amount,
        denom: coin.denom.clone(),
        funding_min: policy.funding_min,
        fee: policy.creation_fee,
    })?;
    Ok((amount, net))
}

/// Ids run from 1.
fn next_id(storage: &mut dyn Storage) -> Result<u64> {
    let overflow = || ContractError::overflow("the number of campaigns");
    let id = CAMPAIGN_COUNT.load(storage, ())?.checked_add(1).ok_or_else(overflow)?;
    CAMPAIGN_COUNT.save(storage, (), &id);
    Ok(id)
}

fn collect_fee(storage: &mut dyn Storage, denom: &str, fee: u128) -> Result<()> {
    if fee == 0 {
        return Ok(());
    }
    let before = FEES.may_load(storage, denom)?.unwrap_or(0);
    let due = before.checked_add(fee).ok_or_else(|| ContractError::overflow("the fees due"))?;
    FEES.save(storage, denom, &due);
    Ok(())
}
