//! The entry points: they check funds and permissions, validate addresses, and dispatch.

use attention_protocol::AccountId;
use attention_protocol::hash::Deployment;
use attention_protocol::msg::{
    CreateCampaign, Cw20Deposit, Cw20ReceiveMsg, ExecuteMsg, InstantiateMsg, MigrateMsg, QueryMsg, cw20_token,
};
use attention_storage::{Version, read_version};
#[cfg(not(feature = "library"))]
use cosmwasm_std::entry_point;
use cosmwasm_std::{Addr, Api, Binary, Coin, Deps, DepsMut, Env, MessageInfo, Reply, Response, from_json};
use cw_utils::{nonpayable, one_coin};

use crate::bounds::hash_of;
use crate::error::{ContractError, Result, refuse};
use crate::execute::anchor_input::Anchor;
use crate::execute::claim_for::Redirection;
use crate::execute::create_campaign::Sponsorship;
use crate::execute::prove_fraud::Prover;
use crate::execute::record_assets::AssetRange;
use crate::execute::record_scores::ScoreRange;
use crate::hex::hex;
use crate::migrate::{check_pending_rules, migrate_state};
use crate::payout::Claimant;
use crate::state::owner::Ownership;
use crate::timeline::{Moment, Timeline};
use crate::{execute as run, permission, query as ask, transfer};

/// Name that a migration checks.
pub const CONTRACT_NAME: &str = concat!("crates.io:", env!("CARGO_PKG_NAME"));
/// Version that a migration checks.
pub const CONTRACT_VERSION: &str = env!("CARGO_PKG_VERSION");

/// Creates a deployment.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn instantiate(deps: DepsMut<'_>, env: Env, info: MessageInfo, msg: InstantiateMsg) -> Result<Response> {
    nonpayable(&info)?;
    let owner = validate_or(deps.api, msg.owner.as_deref(), &info.sender)?;
    let guardian = msg.guardian.as_deref().map(|address| deps.api.addr_validate(address)).transpose()?;
    let ownership = Ownership { owner: Some(owner), proposed: None, guardian };
    let deployment = deployment(deps.api, &env)?;
    let now_s = Moment::from(&env).time_s;
    let digest =
        crate::instantiate::instantiate(deps.storage, deps.api, now_s, (&deployment, &ownership), msg)?;
    cw2::set_contract_version(deps.storage, CONTRACT_NAME, CONTRACT_VERSION)?;
    Ok(Response::new().add_attribute("config_digest", hex(&digest)))
}

/// Runs a message.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn execute(deps: DepsMut<'_>, env: Env, info: MessageInfo, msg: ExecuteMsg) -> Result<Response> {
    let now = Moment::from(&env);
    permission::check(permission::access(&msg), deps.storage, &info, now.time_s)?;
    match msg {
        ExecuteMsg::SubmitReport { body, signatures } => {
            run::submit_report::submit_report(deps.storage, deps.api, now, &body, &signatures)
        }
        ExecuteMsg::Settle { items } => {
            let timeline = Timeline::load(deps.storage, now)?;
            run::settle::settle(deps.storage, &timeline, &deployment(deps.api, &env)?, &items)
        }
        ExecuteMsg::Claim { items } => {
            let deployment = deployment(deps.api, &env)?;
            let account = account(deps.api, &info.sender)?;
            let claimant = Claimant { account: &account, deployment: &deployment, now_s: now.time_s };
            run::claim::claim(deps.storage, &claimant, &info.sender, &items)
        }
        ExecuteMsg::ClaimFor { account, items, redirect } => {
            let (address, account) = validated(deps.api, &account)?;
            let deployment = deployment(deps.api, &env)?;
            let claimant = Claimant { account: &account, deployment: &deployment, now_s: now.time_s };
            let redirection = match &redirect {
                None => None,
                Some(redirect) => Some(Redirection {
                    api: deps.api,
                    chain_id: &env.block.chain_id,
                    contract: &env.contract.address,
                    redirect,
                    recipient: payee(deps.api, &env, "redirect.recipient", &redirect.recipient)?,
                }),
            };
            run::claim_for::claim_for(deps.storage, &claimant, &address, &items, redirection)
        }
        ExecuteMsg::ClaimBatch { claims } => {
            let deployment = deployment(deps.api, &env)?;
            let at = (&deployment, now.time_s);
            run::claim_batch::claim_batch(deps.storage, at, &claims, |text| validated(deps.api, text))
        }
        ExecuteMsg::SetPayoutAddress { address } => {
            let address = address.map(|text| payee(deps.api, &env, "address", &text)).transpose()?;
            let account = account(deps.api, &info.sender)?;
            run::set_payout_address::set_payout_address(deps.storage, &account, info.sender, address)
        }
        ExecuteMsg::WithdrawOwed { denom, recipient } => {
            let recipient = match recipient {
                Some(text) => payee(deps.api, &env, "recipient", &text)?,
                None => info.sender.clone(),
            };
            run::withdraw_owed::withdraw_owed(deps.storage, &info.sender, &recipient, denom)
        }
        ExecuteMsg::SetConsent { granted } => {
            let account = account(deps.api, &info.sender)?;
            run::set_consent::set_consent(deps.storage, now.time_s, &account, info.sender, granted)
        }
        ExecuteMsg::RecordScores { campaign, epoch, start, leaves, siblings } => {
            let range = ScoreRange { campaign, epoch, start, leaves: &leaves, siblings: &siblings };
            run::record_scores::record_scores(deps.storage, &deployment(deps.api, &env)?, &range)
        }
        ExecuteMsg::RecordAssets { epoch, start, assets, siblings } => {
            let timeline = Timeline::load(deps.storage, now)?;
            let range = AssetRange { epoch, start, assets: &assets, siblings: &siblings };
            run::record_assets::record_assets(deps.storage, &timeline, &deployment(deps.api, &env)?, &range)
        }
        ExecuteMsg::Receive(msg) => receive(deps, &env, now, &info.sender, &msg),
        ExecuteMsg::RefundCampaign { campaign, absences } => {
            let timeline = Timeline::load(deps.storage, now)?;
            let deployment = deployment(deps.api, &env)?;
            run::refund_campaign::refund_campaign(deps.storage, &timeline, &deployment, campaign, &absences)
        }
        ExecuteMsg::CreateCampaign(msg) => {
            let coin = native_coin(&info)?;
            create_campaign(deps, &env, now, (info.sender, coin), *msg)
        }
        ExecuteMsg::FundCampaign { campaign } => {
            let coin = native_coin(&info)?;
            let timeline = Timeline::load(deps.storage, now)?;
            run::fund_campaign::fund_campaign(deps.storage, &timeline, &info.sender, campaign, &coin)
        }
        ExecuteMsg::StopCampaign { campaign } => {
            let timeline = Timeline::load(deps.storage, now)?;
            run::stop_campaign::stop_campaign(deps.storage, &timeline, campaign)
        }
        ExecuteMsg::PostBond {} => run::post_bond::post_bond(deps.storage, &info.sender, one_coin(&info)?),
        ExecuteMsg::Unbond { amount } => {
            let timeline = Timeline::load(deps.storage, now)?;
            run::unbond::unbond(deps.storage, &timeline, &info.sender, amount.u128())
        }
        ExecuteMsg::WithdrawBond {} => {
            run::withdraw_bond::withdraw_bond(deps.storage, now.time_s, &info.sender)
        }
        ExecuteMsg::SwapSigner { pubkey, possession } => {
            let deployment = deployment(deps.api, &env)?;
            let key = (&pubkey, &possession);
            run::swap_signer::swap_signer(deps.storage, deps.api, now, &deployment, &info.sender, key)
        }
        ExecuteMsg::ProposeConfig(msg) => {
            let deployment = deployment(deps.api, &env)?;
            run::propose_config::propose_config(deps.storage, deps.api, now.time_s, &deployment, *msg)
        }
        ExecuteMsg::AcceptConfig {} => {
            run::accept_config::accept_config(deps.storage, now, &deployment(deps.api, &env)?)
        }
        ExecuteMsg::CancelConfig {} => run::cancel_config::cancel_config(deps.storage),
        ExecuteMsg::UpdateLimits(limits) => {
            run::update_limits::update_limits(deps.storage, deps.api, now.time_s, &limits)
        }
        ExecuteMsg::CountParticipation {} => {
            let timeline = Timeline::load(deps.storage, now)?;
            run::count_participation::count_participation(deps.storage, &timeline)
        }
        ExecuteMsg::DistributeOperatorFees { denom } => {
            let timeline = Timeline::load(deps.storage, now)?;
            run::distribute_operator_fees::distribute_operator_fees(deps.storage, &timeline, denom)
        }
        ExecuteMsg::ProposeSponsor { campaign, sponsor } => {
            let proposed = sponsor.map(|address| deps.api.addr_validate(&address)).transpose()?;
            run::propose_sponsor::propose_sponsor(deps.storage, campaign, proposed)
        }
        ExecuteMsg::AcceptSponsor { campaign } => {
            run::accept_sponsor::accept_sponsor(deps.storage, info.sender, campaign)
        }
        ExecuteMsg::AnchorInput { epoch, revision, input_root, index, signature } => {
            let timeline = Timeline::load(deps.storage, now)?;
            let (input_root, signature) = (hash_of("input_root", &input_root)?, signature.as_slice());
            let anchor = Anchor { epoch, revision, input_root, index, signature };
            let deployment = deployment(deps.api, &env)?;
            run::anchor_input::anchor_input(deps.storage, deps.api, &timeline, &deployment, &anchor)
        }
        ExecuteMsg::VoidReport { epoch, revision } => {
            let timeline = Timeline::load(deps.storage, now)?;
            run::void_report::void_report(deps.storage, &timeline, epoch, revision)
        }
        ExecuteMsg::ChallengeReport { epoch, revision, reason } => {
            let timeline = Timeline::load(deps.storage, now)?;
            run::challenge_report::challenge_report(deps.storage, &timeline, &info, (epoch, revision), reason)
        }
        ExecuteMsg::DecideChallenge { epoch, revision, stands } => {
            let timeline = Timeline::load(deps.storage, now)?;
            run::decide_challenge::decide_challenge(deps.storage, &timeline, (epoch, revision), stands)
        }
        ExecuteMsg::ResolveSilence { epoch, revision } => {
            let timeline = Timeline::load(deps.storage, now)?;
            run::resolve_silence::resolve_silence(deps.storage, &timeline, epoch, revision)
        }
        ExecuteMsg::DemandOpen { epoch, revision, target } => {
            let (timeline, deployment) = (Timeline::load(deps.storage, now)?, deployment(deps.api, &env)?);
            let demand = ((epoch, revision), &target);
            run::demand_open::demand_open(deps.storage, &timeline, &deployment, &info, demand)
        }
        ExecuteMsg::AnswerDemand { epoch, revision, target, answer } => {
            let (timeline, deployment) = (Timeline::load(deps.storage, now)?, deployment(deps.api, &env)?);
            let (report, shown) = ((epoch, revision), (&target, &answer));
            let sender = &info.sender;
            run::answer_demand::answer_demand(deps.storage, &timeline, &deployment, sender, report, shown)
        }
        ExecuteMsg::VoidUnanswered { epoch, revision, target } => {
            let timeline = Timeline::load(deps.storage, now)?;
            run::void_unanswered::void_unanswered(deps.storage, &timeline, (epoch, revision), &target)
        }
        ExecuteMsg::ReclaimDemand { epoch, revision, target } => {
            run::reclaim_demand::reclaim_demand(deps.storage, (epoch, revision), &target)
        }
        ExecuteMsg::CommitProof { hash } => {
            run::commit_proof::commit_proof(deps.storage, now.height, &hash_of("hash", &hash)?)
        }
        ExecuteMsg::ProveFraud { epoch, revision, proof } => {
            let timeline = Timeline::load(deps.storage, now)?;
            let (account, deployment) = (account(deps.api, &info.sender)?, deployment(deps.api, &env)?);
            let prover = Prover { sender: &info.sender, account: &account, deployment: &deployment };
            run::prove_fraud::prove_fraud(deps.storage, &timeline, &prover, (epoch, revision), &proof)
        }
        ExecuteMsg::ProveEquivocation { evidence, quorums } => {
            let timeline = Timeline::load(deps.storage, now)?;
            let (account, deployment) = (account(deps.api, &info.sender)?, deployment(deps.api, &env)?);
            let prover = Prover { sender: &info.sender, account: &account, deployment: &deployment };
            let (storage, quorums) = (deps.storage, quorums.as_ref());
            run::prove_equivocation::prove_equivocation(
                storage, deps.api, &timeline, &prover, &evidence, quorums,
            )
        }
        ExecuteMsg::Pause {} => run::pause::pause(deps.storage, now.time_s),
        ExecuteMsg::Unpause {} => run::unpause::unpause(deps.storage, now.time_s),
        ExecuteMsg::ProposeOwner { owner } => {
            let proposed = owner.map(|address| deps.api.addr_validate(&address)).transpose()?;
            run::propose_owner::propose_owner(deps.storage, proposed)
        }
        ExecuteMsg::AcceptOwner {} => run::accept_owner::accept_owner(deps.storage, info.sender),
        ExecuteMsg::RenounceOwnership {} => {
            run::renounce_ownership::renounce_ownership(deps.storage, now.time_s)
        }
        ExecuteMsg::SetGuardian { guardian } => {
            let guardian = guardian.map(|address| deps.api.addr_validate(&address)).transpose()?;
            run::set_guardian::set_guardian(deps.storage, guardian)
        }
        ExecuteMsg::WithdrawFees { denom } => {
            run::withdraw_fees::withdraw_fees(deps.storage, &info.sender, denom)
        }
    }
}

/// Takes cw20 tokens in for what their sender wants.
fn receive(
    deps: DepsMut<'_>,
    env: &Env,
    now: Moment,
    token: &Addr,
    msg: &Cw20ReceiveMsg,
) -> Result<Response> {
    let deposit = (msg.amount.u128(), now.time_s);
    let coin = run::receive::receive(deps.storage, deps.querier, (&env.contract.address, token), deposit)?;
    let sender = deps.api.addr_validate(&msg.sender)?;
    match from_json(&msg.msg)? {
        Cw20Deposit::CreateCampaign(create) => create_campaign(deps, env, now, (sender, coin), *create),
        Cw20Deposit::FundCampaign { campaign } => {
            let timeline = Timeline::load(deps.storage, now)?;
            run::fund_campaign::fund_campaign(deps.storage, &timeline, &sender, campaign, &coin)
        }
    }
}

fn create_campaign(
    deps: DepsMut<'_>,
    env: &Env,
    now: Moment,
    (sponsor, coin): (Addr, Coin),
    msg: CreateCampaign,
) -> Result<Response> {
    let refund_address = match &msg.refund_address {
        Some(text) => payee(deps.api, env, "refund_address", text)?,
        None => sponsor.clone(),
    };
    let sponsorship = Sponsorship { sponsor, refund_address, coin };
    run::create_campaign::create_campaign(deps.storage, now.time_s, sponsorship, msg)
}

/// Deals with a payout that failed.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn reply(deps: DepsMut<'_>, _env: Env, reply: Reply) -> Result<Response> {
    transfer::payout_failed(deps.storage, reply)
}

/// Answers a query.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn query(deps: Deps<'_>, env: Env, msg: QueryMsg) -> Result<Binary> {
    ask::answer(deps, &env, msg)
}

/// Migrates a deployment to this code: the same contract, no older version, and no pending report by other rules.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn migrate(deps: DepsMut<'_>, env: Env, msg: MigrateMsg) -> Result<Response> {
    let stored = cw2::get_contract_version(deps.storage)?;
    if stored.contract != CONTRACT_NAME {
        return refuse(ContractError::WrongContract { found: stored.contract, expected: CONTRACT_NAME });
    }
    let from = version(&stored.version)?;
    if from > version(CONTRACT_VERSION)? {
        return refuse(ContractError::Downgrade { found: stored.version, new: CONTRACT_VERSION });
    }
    migrate_state(deps.storage, deps.api, (from, &stored.version), msg)?;
    let timeline = Timeline::load(deps.storage, Moment::from(&env))?;
    check_pending_rules(deps.storage, &timeline, &deployment(deps.api, &env)?)?;
    cw2::set_contract_version(deps.storage, CONTRACT_NAME, CONTRACT_VERSION)?;
    Ok(Response::new().add_attribute("version", CONTRACT_VERSION))
}

/// Reads a version.
fn version(text: &str) -> Result<Version> {
    read_version(text).ok_or_else(|| ContractError::invalid("the stored version", text, "major.minor.patch"))
}

/// The one coin that was sent. No bank denom passes for a cw20 token, whatever a chain lets its denoms be called.
fn native_coin(info: &MessageInfo) -> Result<Coin> {
    let coin = one_coin(info)?;
    if cw20_token(&coin.denom).is_some() {
        return refuse(ContractError::DenomNotAllowed { denom: coin.denom });
    }
    Ok(coin)
}

/// Who is paid: anybody but this contract, in which the money would belong to nobody.
fn payee(api: &dyn Api, env: &Env, field: &'static str, text: &str) -> Result<Addr> {
    let address = api.addr_validate(text)?;
    if address == env.contract.address {
        return Err(ContractError::invalid(field, address, "another address than this contract's"));
    }
    Ok(address)
}

/// An address and its canonical bytes.
fn validated(api: &dyn Api, text: &str) -> Result<(Addr, AccountId)> {
    let address = api.addr_validate(text)?;
    let account = account(api, &address)?;
    Ok((address, account))
}

fn validate_or(api: &dyn Api, address: Option<&str>, default: &Addr) -> Result<Addr> {
    match address {
        Some(address) => Ok(api.addr_validate(address)?),
        None => Ok(default.clone()),
    }
}

/// Where this contract lives, as every digest and tree is bound to it.
pub(crate) fn deployment(api: &dyn Api, env: &Env) -> Result<Deployment> {
    Ok(Deployment::new(&env.block.chain_id, &account(api, &env.contract.address)?)?)
}

/// The canonical bytes of an address.
pub(crate) fn account(api: &dyn Api, address: &Addr) -> Result<AccountId> {
    let canonical = api.addr_canonicalize(address.as_str())?;
    Ok(AccountId::try_from(canonical.as_slice())?)
}
