//! A cw721 collection as small as can be, honest until it is told otherwise.

use attention_protocol::gift::Cw721ReceiveMsg;
use cosmwasm_schema::cw_serde;
use cosmwasm_std::{
    Addr, Binary, Deps, DepsMut, Empty, Env, MessageInfo, Response, StdError, StdResult, Storage, WasmMsg,
    from_json, to_json_binary, to_json_vec,
};
use cw_multi_test::{Contract, ContractWrapper};

/// How a collection behaves.
#[cw_serde]
pub enum Mode {
    Honest,
    /// Refuses to mint and to transfer.
    Reverting,
    /// Refuses to transfer this token.
    Stuck {
        token_id: String,
    },
    /// Says that it worked, and does nothing.
    Lying,
    /// Mints and transfers, and calls somebody back meanwhile.
    CallingBack {
        contract: String,
        msg: Binary,
    },
}

#[cw_serde]
pub struct InstantiateMsg {
    pub minter: String,
}

/// The messages of a cw721 that matter here, and two that only a hostile one has.
#[cw_serde]
pub enum ExecuteMsg {
    Mint { token_id: String, owner: String, token_uri: Option<String>, extension: Empty },
    TransferNft { recipient: String, token_id: String },
    SendNft { contract: String, token_id: String, msg: Binary },
    SetMode { mode: Mode },
    Spoof { contract: String, received: Cw721ReceiveMsg },
}

#[cw_serde]
pub enum QueryMsg {
    /// `Option<Token>`.
    Token { token_id: String },
}

#[cw_serde]
pub struct Token {
    pub owner: String,
    pub token_uri: Option<String>,
}

/// The hook, as it stands on the wire.
#[cw_serde]
enum Hook {
    ReceiveNft(Cw721ReceiveMsg),
}

pub fn code() -> Box<dyn Contract<Empty>> {
    Box::new(ContractWrapper::new(execute, instantiate, query))
}

fn instantiate(deps: DepsMut<'_>, _: Env, _: MessageInfo, msg: InstantiateMsg) -> StdResult<Response> {
    deps.storage.set(b"minter", msg.minter.as_bytes());
    deps.storage.set(b"mode", &to_json_vec(&Mode::Honest)?);
    Ok(Response::new())
}

fn execute(deps: DepsMut<'_>, _: Env, info: MessageInfo, msg: ExecuteMsg) -> StdResult<Response> {
    let mode: Mode = from_json(deps.storage.get(b"mode").unwrap())?;
    let moves = matches!(msg, ExecuteMsg::Mint { .. } | ExecuteMsg::TransferNft { .. });
    let response = match msg {
        ExecuteMsg::SetMode { mode } => {
            deps.storage.set(b"mode", &to_json_vec(&mode)?);
            return Ok(Response::new());
        }
        ExecuteMsg::Spoof { contract, received } => return hook(contract, received),
        _ if mode == Mode::Lying => return Ok(Response::new()),
        _ if moves && mode == Mode::Reverting => return Err(StdError::msg("frozen")),
        ExecuteMsg::TransferNft { token_id, .. } if mode == (Mode::Stuck { token_id: token_id.clone() }) => {
            return Err(StdError::msg("stuck"));
        }
        ExecuteMsg::Mint { token_id, owner, token_uri, .. } => {
            if deps.storage.get(b"minter").unwrap() != info.sender.as_bytes() {
                return Err(StdError::msg("not the minter"));
            }
            if load(deps.storage, &token_id)?.is_some() {
                return Err(StdError::msg("minted before"));
            }
            save(deps.storage, &token_id, &Token { owner, token_uri })?;
            Response::new()
        }
        ExecuteMsg::TransferNft { recipient, token_id } => {
            hand_over(deps.storage, &info.sender, &token_id, recipient)?;
            Response::new()
        }
        ExecuteMsg::SendNft { contract, token_id, msg } => {
            hand_over(deps.storage, &info.sender, &token_id, contract.clone())?;
            return hook(contract, Cw721ReceiveMsg { sender: info.sender.to_string(), token_id, msg });
        }
    };
    Ok(match mode {
        Mode::CallingBack { contract, msg } => {
            response.add_message(WasmMsg::Execute { contract_addr: contract, msg, funds: vec![] })
        }
        _ => response,
    })
}

fn query(deps: Deps<'_>, _: Env, msg: QueryMsg) -> StdResult<Binary> {
    let QueryMsg::Token { token_id } = msg;
    to_json_binary(&load(deps.storage, &token_id)?)
}

fn hook(contract_addr: String, received: Cw721ReceiveMsg) -> StdResult<Response> {
    let msg = to_json_binary(&Hook::ReceiveNft(received))?;
    Ok(Response::new().add_message(WasmMsg::Execute { contract_addr, msg, funds: vec![] }))
}

fn hand_over(storage: &mut dyn Storage, sender: &Addr, token_id: &str, to: String) -> StdResult<()> {
    let token = load(storage, token_id)?.filter(|token| token.owner == sender.as_str());
    let token = token.ok_or_else(|| StdError::msg("not the owner"))?;
    save(storage, token_id, &Token { owner: to, ..token })
}

fn key(token_id: &str) -> Vec<u8> {
    format!("token {token_id}").into_bytes()
}

fn load(storage: &dyn Storage, token_id: &str) -> StdResult<Option<Token>> {
    storage.get(&key(token_id)).map(from_json).transpose()
}

fn save(storage: &mut dyn Storage, token_id: &str, token: &Token) -> StdResult<()> {
    storage.set(&key(token_id), &to_json_vec(token)?);
    Ok(())
}
