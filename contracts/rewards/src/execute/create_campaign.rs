//! Creates a campaign: checks its terms, takes the fees, credits the rest.

use attention_protocol::EpochClock;
use attention_protocol::event::Event;
use attention_protocol::msg::{CreateCampaign, METADATA_NAME_MAX_BYTES, METADATA_URL_MAX_BYTES, Metadata};
use cosmwasm_std::{Addr, Coin, Response, Storage, to_json_vec};

use crate::bounds::check_length;
use crate::credit::{amount_of, credit};
use crate::error::{ContractError, Result};
use crate::hex::hex;
use crate::operator_fees::take_operator_fee;
use crate::state::campaign::{CAMPAIGN_COUNT, CAMPAIGNS, Campaign, PayoutTerms, RUNS, RunRow};
use crate::state::config::{CLOCK, DenomRow, denom_at};
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
    let receipt_epoch = clock.receipt_epoch(now_s);
    let policy = denom_at(storage, receipt_epoch, &coin.denom)?;
    let policy = policy.ok_or_else(|| ContractError::DenomNotAllowed { denom: coin.denom.clone() })?;
    let amount = amount_of(&coin)?;
    let operator_fee = take_operator_fee(storage, receipt_epoch, &coin.denom, amount)?;
    let fee = policy.creation_fee.checked_add(operator_fee);
    let fee = fee.ok_or_else(|| ContractError::overflow("the fees"))?;
    let net = check_funding((amount, &coin.denom), policy, fee)?;

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
    credit(storage, campaign, (amount, fee), receipt_epoch)?;
    collect_fee(storage, &coin.denom, policy.creation_fee)?;
    Ok(Response::new().add_event(Event::CampaignCreated {
        campaign,
        sponsor: sponsor.into_string(),
        amount: net,
        fee,
        denom: coin.denom,
        rule_hash: hex(&rule_hash),
    }))
}

/// The first epoch is a future one, and claims stay open until all is earned and unlocked.
fn check_times(clock: &EpochClock, now_s: u64, msg: &CreateCampaign) -> Result<()> {
    let terms = &msg.terms;
    if terms.start_epoch < clock.next_epoch(now_s)? {
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

/// What is left of a funding for the campaign.
fn check_funding((amount, denom): (u128, &str), policy: DenomRow, fee: u128) -> Result<u128> {
    let net = amount.checked_sub(fee).filter(|net| *net >= policy.funding_min);
    let too_small = || ContractError::FundingTooSmall {
        amount,
        denom: denom.to_string(),
        funding_min: policy.funding_min,
        fee,
    };
    Ok(net.ok_or_else(too_small)?)
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
