//! Queries: nothing here writes, and every page is bounded.

mod config;
mod gifts;
mod privileges;
mod quests;

use attention_protocol::AccountId;
use attention_protocol::gift::QueryMsg;
use attention_protocol::msg::{PAGE_DEFAULT, PAGE_MAX};
use cosmwasm_std::{Binary, Deps, Env, to_json_binary};

use crate::error::Result;
use crate::rewards::account;

/// Answers any query.
pub(crate) fn answer(deps: Deps<'_>, env: &Env, msg: QueryMsg) -> Result<Binary> {
    let storage = deps.storage;
    let now_s = env.block.time.seconds();
    let account_of = |address: &str| validated(deps, address);
    let answer = match msg {
        QueryMsg::Config {} => to_json_binary(&config::config(storage, now_s)?),
        QueryMsg::Gift { gift } => to_json_binary(&gifts::gift(storage, gift)?),
        QueryMsg::Gifts { campaign, start_after, limit } => {
            to_json_binary(&gifts::gifts(storage, campaign, start_after, page(limit))?)
        }
        QueryMsg::GiftStatus { gift, account } => {
            to_json_binary(&gifts::status(storage, gift, &account_of(&account)?)?)
        }
        QueryMsg::Privilege { privilege } => to_json_binary(&privileges::privilege(storage, privilege)?),
        QueryMsg::Privileges { campaign, start_after, limit } => {
            to_json_binary(&privileges::privileges(storage, campaign, start_after, page(limit))?)
        }
        QueryMsg::HasPrivilege { privilege, account, level } => {
            let account = account_of(&account)?;
            to_json_binary(&privileges::has_privilege(storage, now_s, (privilege, level), &account)?)
        }
        QueryMsg::Quest { quest } => to_json_binary(&quests::quest(storage, quest)?),
        QueryMsg::Quests { campaign, start_after, limit } => {
            to_json_binary(&quests::quests(storage, campaign, start_after, page(limit))?)
        }
        QueryMsg::Completions { quest, account } => {
            to_json_binary(&quests::completions(storage, quest, &account_of(&account)?)?)
        }
    };
    Ok(answer?)
}

fn validated(deps: Deps<'_>, address: &str) -> Result<AccountId> {
    account(deps.api, &deps.api.addr_validate(address)?)
}

/// The number of entries of a page: at least one, or a reader that asks for none would never get on.
fn page(limit: Option<u32>) -> usize {
    let limit = limit.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX);
    usize::try_from(limit).unwrap_or(usize::MAX)
}
