//! Queries: nothing here writes, and every page is bounded.

mod campaigns;
mod claims;
mod config;
mod consent;
mod disputes;
mod operators;
mod reports;
mod scores;
mod solvency;

use attention_protocol::AccountId;
use attention_protocol::msg::{PAGE_DEFAULT, PAGE_MAX, QueryMsg, cw20_token};
use cosmwasm_std::{Binary, Deps, Env, to_json_binary};

use crate::contract::{account, deployment};
use crate::error::Result;
use crate::payout::Claimant;
use crate::timeline::{Moment, Timeline};
use crate::token;

/// Answers any query.
pub(crate) fn answer(deps: Deps<'_>, env: &Env, msg: QueryMsg) -> Result<Binary> {
    let now = Moment::from(env);
    let storage = deps.storage;
    let timeline = || Timeline::load(storage, now);
    let account_of = |address: &str| validated(deps, address);
    let answer = match msg {
        QueryMsg::Config { epoch } => {
            let current = || timeline().map(|timeline| timeline.clock.receipt_epoch(now.time_s));
            let epoch = epoch.map_or_else(current, Ok)?;
            to_json_binary(&config::config(storage, epoch)?)
        }
        QueryMsg::ConfigProposal {} => to_json_binary(&operators::config_proposal(storage)?),
        QueryMsg::Bond { admin } => {
            let admin = deps.api.addr_validate(&admin)?;
            to_json_binary(&operators::bond(storage, &timeline()?, &admin)?)
        }
        QueryMsg::Participation {} => to_json_binary(&operators::participation(storage)?),
        QueryMsg::OperatorFees { denom } => to_json_binary(&operators::operator_fees(storage, &denom)?),
        QueryMsg::Pause {} => to_json_binary(&config::pause(storage, now.time_s)?),
        QueryMsg::Ownership {} => to_json_binary(&config::ownership(storage)?),
        QueryMsg::EpochStatus {} => to_json_binary(&reports::epoch_status(storage, &timeline()?)?),
        QueryMsg::Report { epoch } => to_json_binary(&reports::report(storage, &timeline()?, epoch)?),
        QueryMsg::Reports { before, limit } => {
            to_json_binary(&reports::reports(storage, &timeline()?, before, page(limit))?)
        }
        QueryMsg::Challenge { epoch, revision } => {
            to_json_binary(&disputes::challenge(storage, epoch, revision)?)
        }
        QueryMsg::Demands { epoch, revision, start_after, limit } => {
            let report = (epoch, revision);
            to_json_binary(&disputes::demands(storage, report, start_after.as_ref(), page(limit))?)
        }
        QueryMsg::Campaign { campaign } => {
            to_json_binary(&campaigns::campaign(storage, &timeline()?, campaign)?)
        }
        QueryMsg::Campaigns { start_after, limit } => {
            to_json_binary(&campaigns::campaigns(storage, &timeline()?, start_after, page(limit))?)
        }
        QueryMsg::CampaignMoney { campaign } => to_json_binary(&campaigns::money(storage, campaign)?),
        QueryMsg::Funding { campaign, epoch } => {
            to_json_binary(&campaigns::funding(storage, campaign, epoch)?)
        }
        QueryMsg::Allocation { campaign, epoch } => {
            to_json_binary(&campaigns::allocation(storage, campaign, epoch)?)
        }
        QueryMsg::Claimed { campaign, account } => {
            to_json_binary(&claims::claimed(storage, campaign, &account_of(&account)?)?)
        }
        QueryMsg::Claimable { account, items } => {
            let (account, deployment) = (account_of(&account)?, deployment(deps.api, env)?);
            let claimant = Claimant { account: &account, deployment: &deployment, now_s: now.time_s };
            to_json_binary(&claims::claimable(storage, &claimant, &items)?)
        }
        QueryMsg::PreviewClaim { account, items } => {
            let address = deps.api.addr_validate(&account)?;
            let (account, deployment) =
                (crate::contract::account(deps.api, &address)?, deployment(deps.api, env)?);
            let claimant = Claimant { account: &account, deployment: &deployment, now_s: now.time_s };
            to_json_binary(&claims::preview(storage, &claimant, address, &items)?)
        }
        QueryMsg::PayoutAddress { account } => {
            to_json_binary(&claims::payout_address(storage, &account_of(&account)?)?)
        }
        QueryMsg::RedirectNonce { account } => {
            to_json_binary(&claims::redirect_nonce(storage, &account_of(&account)?)?)
        }
        QueryMsg::Owed { denom, account } => {
            to_json_binary(&solvency::owed(storage, &denom, &deps.api.addr_validate(&account)?)?)
        }
        QueryMsg::Score { campaign, account, epoch } => {
            let account = account_of(&account)?;
            to_json_binary(&scores::score(storage, &timeline()?, (campaign, &account), epoch)?)
        }
        QueryMsg::ScoreHistory { campaign, account, before, limit } => {
            let account = account_of(&account)?;
            to_json_binary(&scores::history(storage, (campaign, &account), before, page(limit))?)
        }
        QueryMsg::AssetPrice { asset_id } => {
            to_json_binary(&scores::asset_price(storage, &timeline()?, &asset_id)?)
        }
        QueryMsg::Consent { account, epoch } => {
            let current = || timeline().map(|timeline| timeline.clock.receipt_epoch(now.time_s));
            let epoch = epoch.map_or_else(current, Ok)?;
            to_json_binary(&consent::consent(storage, &account_of(&account)?, epoch)?)
        }
        QueryMsg::ConsentChanges { start_after, limit } => {
            to_json_binary(&consent::changes(storage, deps.api, start_after, page(limit))?)
        }
        QueryMsg::Solvency { denom, start_after, limit } => {
            let contract = &env.contract.address;
            let balance = match cw20_token(&denom) {
                Some(address) => token::balance(deps.querier, address, contract)?.into(),
                None => deps.querier.query_balance(contract, &denom)?.amount,
            };
            to_json_binary(&solvency::solvency(storage, (&denom, balance), start_after, page(limit))?)
        }
        QueryMsg::Fees { denom } => to_json_binary(&solvency::fees(storage, &denom)?),
    };
    Ok(answer?)
}

fn validated(deps: Deps<'_>, address: &str) -> Result<AccountId> {
    account(deps.api, &deps.api.addr_validate(address)?)
}

/// The number of entries of a page: at least one, or a reader that asks for none would never get on.
fn page(limit: Option<u32>) -> u32 {
    limit.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX)
}
