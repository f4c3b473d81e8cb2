//! The entry points: they check funds and permissions, validate addresses, and dispatch.

use attention_protocol::gift::{ExecuteMsg, InstantiateMsg, MigrateMsg, QueryMsg};
use attention_storage::{Version, read_version};
#[cfg(not(feature = "library"))]
use cosmwasm_std::entry_point;
use cosmwasm_std::{Addr, Api, Binary, Deps, DepsMut, Env, HexBinary, MessageInfo, Reply, Response};
use cw_utils::nonpayable;

use crate::error::{ContractError, Result, refuse};
use crate::rewards::{Holder, LeafProof, Rewards};
use crate::state::config::CONFIG;
use crate::state::owner::Ownership;
use crate::{execute as run, permission, query as ask};

/// Name that a migration checks.
pub const CONTRACT_NAME: &str = concat!("crates.io:", env!("CARGO_PKG_NAME"));
/// Version that a migration checks.
pub const CONTRACT_VERSION: &str = env!("CARGO_PKG_VERSION");

/// Creates a deployment beside a rewards contract, which has to answer.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn instantiate(deps: DepsMut<'_>, env: Env, info: MessageInfo, msg: InstantiateMsg) -> Result<Response> {
    nonpayable(&info)?;
    let owner = validate_or(deps.api, msg.owner.as_deref(), &info.sender)?;
    let guardian = msg.guardian.as_deref().map(|address| deps.api.addr_validate(address)).transpose()?;
    let ownership = Ownership { owner, proposed: None, guardian };
    let address = deps.api.addr_validate(&msg.rewards)?;
    let chain_id = &env.block.chain_id;
    let rewards = Rewards { address: &address, chain_id, api: deps.api, querier: deps.querier };
    let config = rewards.config()?;
    crate::instantiate::instantiate(deps.storage, &ownership, address, config.clock, msg.pause_max_s)?;
    cw2::set_contract_version(deps.storage, CONTRACT_NAME, CONTRACT_VERSION)?;
    let digest = HexBinary::from(config.config_digest).to_hex();
    Ok(Response::new().add_attribute("rewards_config_digest", digest))
}

/// Runs a message.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn execute(deps: DepsMut<'_>, env: Env, info: MessageInfo, msg: ExecuteMsg) -> Result<Response> {
    let DepsMut { storage, api, querier } = deps;
    let config = CONFIG.load(storage, ())?;
    let now_s = env.block.time.seconds();
    let rewards = Rewards { address: &config.rewards, chain_id: &env.block.chain_id, api, querier };
    permission::check(permission::access(&msg), storage, &rewards, &info, now_s)?;
    match msg {
        ExecuteMsg::CreateGift(terms) => {
            let collection = api.addr_validate(&terms.collection)?;
            run::create_gift::create_gift(storage, querier, &info.sender, collection, *terms)
        }
        ExecuteMsg::ReceiveNft(received) => {
            run::receive_nft::receive_nft(storage, &rewards, &info.sender, received)
        }
        ExecuteMsg::ClaimGift { gift, epoch, position, proof } => {
            let shown = LeafProof { epoch, position, proof: &proof };
            run::claim_gift::claim_gift(storage, &rewards, &Holder::new(api, &info.sender)?, gift, &shown)
        }
        ExecuteMsg::ClaimGiftFor { account, gift, epoch, position, proof } => {
            let address = api.addr_validate(&account)?;
            let shown = LeafProof { epoch, position, proof: &proof };
            run::claim_gift::claim_gift(storage, &rewards, &Holder::new(api, &address)?, gift, &shown)
        }
        ExecuteMsg::WithdrawGift { gift, account } => {
            let address = validate_or(api, account.as_deref(), &info.sender)?;
            run::withdraw_gift::withdraw_gift(storage, &Holder::new(api, &address)?, gift)
        }
        ExecuteMsg::CloseGift { gift, before, limit } => {
            run::close_gift::close_gift(storage, &info.sender, gift, before, limit)
        }
        ExecuteMsg::CreatePrivilege(terms) => run::create_privilege::create_privilege(storage, *terms),
        ExecuteMsg::ProvePrivilege { privilege, epoch, position, proof } => {
            let shown = LeafProof { epoch, position, proof: &proof };
            run::prove_privilege::prove_privilege(storage, &rewards, privilege, &shown)
        }
        ExecuteMsg::CreateQuest(terms) => run::create_quest::create_quest(storage, *terms),
        ExecuteMsg::CompleteQuest { quest, epoch, position, proof } => {
            let shown = LeafProof { epoch, position, proof: &proof };
            let holder = Holder::new(api, &info.sender)?;
            run::complete_quest::complete_quest(storage, &rewards, &holder, quest, &shown)
        }
        ExecuteMsg::Pause {} => run::pause::pause(storage, now_s, config.pause_max_s),
        ExecuteMsg::Unpause {} => run::unpause::unpause(storage, now_s),
        ExecuteMsg::ProposeOwner { owner } => {
            let proposed = owner.map(|address| api.addr_validate(&address)).transpose()?;
            run::propose_owner::propose_owner(storage, proposed)
        }
        ExecuteMsg::AcceptOwner {} => run::accept_owner::accept_owner(storage, info.sender),
    }
}

/// Hears of a delivery or return that failed.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn reply(deps: DepsMut<'_>, _env: Env, reply: Reply) -> Result<Response> {
    crate::reply::reply(deps.storage, deps.api, &reply)
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
    cw2::set_contract_version(deps.storage, CONTRACT_NAME, CONTRACT_VERSION)?;
    Ok(Response::new().add_attribute("version", CONTRACT_VERSION))
}

/// Reads a version.
fn version(text: &str) -> Result<Version> {
    let (field, value) = ("the stored version", text.to_string());
    let requirement = "major.minor.patch";
    read_version(text).ok_or_else(|| ContractError::Invalid { field, value, requirement }.into())
}

fn validate_or(api: &dyn Api, address: Option<&str>, default: &Addr) -> Result<Addr> {
    match address {
        Some(address) => Ok(api.addr_validate(address)?),
        None => Ok(default.clone()),
    }
}
