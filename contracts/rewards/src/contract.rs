//! The entry points: they check funds and permissions, validate addresses, and dispatch.

use attention_protocol::hash::Deployment;
use attention_protocol::msg::{ExecuteMsg, InstantiateMsg, MigrateMsg, QueryMsg};
use attention_protocol::{AccountId, Hash};
#[cfg(not(feature = "library"))]
use cosmwasm_std::entry_point;
use cosmwasm_std::{Addr, Api, Binary, Deps, DepsMut, Env, HexBinary, MessageInfo, Response};
use cw_utils::{nonpayable, one_coin};

use crate::error::{ContractError, Result, refuse};
use crate::execute::anchor_input::Anchor;
use crate::execute::create_campaign::Sponsorship;
use crate::execute::prove_fraud::Prover;
use crate::execute::record_scores::ScoreRange;
use crate::payout::Claimant;
use crate::state::newest_report::convert_newest_report;
use crate::state::owner::Ownership;
use crate::timeline::{Moment, Timeline};
use crate::{execute as run, permission, query as ask};

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
    let ownership = Ownership { owner, proposed: None, guardian };
    let deployment = deployment(deps.api, &env)?;
    let now_s = Moment::from(&env).time_s;
    let digest =
        crate::instantiate::instantiate(deps.storage, deps.api, now_s, (&deployment, &ownership), msg)?;
    cw2::set_contract_version(deps.storage, CONTRACT_NAME, CONTRACT_VERSION)?;
    Ok(Response::new().add_attribute("config_digest", HexBinary::from(digest).to_hex()))
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
        ExecuteMsg::RecordScores { campaign, epoch, start, leaves, siblings } => {
            let range = ScoreRange { campaign, epoch, start, leaves: &leaves, siblings: &siblings };
            run::record_scores::record_scores(deps.storage, &deployment(deps.api, &env)?, &range)
        }
        ExecuteMsg::RefundCampaign { campaign, absences } => {
            let timeline = Timeline::load(deps.storage, now)?;
            let deployment = deployment(deps.api, &env)?;
            run::refund_campaign::refund_campaign(deps.storage, &timeline, &deployment, campaign, &absences)
        }
        ExecuteMsg::CreateCampaign(msg) => {
            let coin = one_coin(&info)?;
            let refund_address = validate_or(deps.api, msg.refund_address.as_deref(), &info.sender)?;
            let sponsorship = Sponsorship { sponsor: info.sender, refund_address, coin };
            run::create_campaign::create_campaign(deps.storage, now.time_s, sponsorship, *msg)
        }
        ExecuteMsg::FundCampaign { campaign } => {
            let coin = one_coin(&info)?;
            let timeline = Timeline::load(deps.storage, now)?;
            run::fund_campaign::fund_campaign(deps.storage, &timeline, &info.sender, campaign, &coin)
        }
        ExecuteMsg::StopCampaign { campaign } => {
            let timeline = Timeline::load(deps.storage, now)?;
            run::stop_campaign::stop_campaign(deps.storage, &timeline, campaign)
        }
        ExecuteMsg::AnchorInput { epoch, revision, input_root, index, signature } => {
            let timeline = Timeline::load(deps.storage, now)?;
            let (input_root, signature) = (hash("input_root", &input_root)?, signature.as_slice());
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
        ExecuteMsg::CommitProof { hash: bytes } => {
            run::commit_proof::commit_proof(deps.storage, now.height, &hash("hash", &bytes)?)
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
        ExecuteMsg::WithdrawFees { denom } => {
            run::withdraw_fees::withdraw_fees(deps.storage, &info.sender, denom)
        }
    }
}

/// Answers a query.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn query(deps: Deps<'_>, env: Env, msg: QueryMsg) -> Result<Binary> {
    ask::answer(deps, &env, msg)
}

/// Migrates a deployment to this code: the same contract, and no older version.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn migrate(deps: DepsMut<'_>, _env: Env, _msg: MigrateMsg) -> Result<Response> {
    let stored = cw2::get_contract_version(deps.storage)?;
    if stored.contract != CONTRACT_NAME {
        return refuse(ContractError::WrongContract { found: stored.contract, expected: CONTRACT_NAME });
    }
    if version(&stored.version)? > version(CONTRACT_VERSION)? {
        return refuse(ContractError::Downgrade { found: stored.version, new: CONTRACT_VERSION });
    }
    convert_newest_report(deps.storage)?;
    cw2::set_contract_version(deps.storage, CONTRACT_NAME, CONTRACT_VERSION)?;
    Ok(Response::new().add_attribute("version", CONTRACT_VERSION))
}

/// `major.minor.patch`, which is how this workspace numbers its releases.
fn version(text: &str) -> Result<[u64; 3]> {
    let parts: Result<Vec<u64>, _> = text.split('.').map(str::parse).collect();
    let parts = parts.ok().and_then(|parts| <[u64; 3]>::try_from(parts).ok());
    parts.ok_or_else(|| ContractError::invalid("the stored version", text, "major.minor.patch"))
}

fn validate_or(api: &dyn Api, address: Option<&str>, default: &Addr) -> Result<Addr> {
    match address {
        Some(address) => Ok(api.addr_validate(address)?),
        None => Ok(default.clone()),
    }
}

/// The 32 bytes of a hash.
fn hash(field: &'static str, bytes: &Binary) -> Result<Hash> {
    let wrong = |_| ContractError::invalid(field, bytes, "32 bytes in base64");
    Hash::try_from(bytes.as_slice()).map_err(wrong)
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
