//! A cw20 token that does what it is told, for better or worse.

use cosmwasm_std::{
    Addr, Binary, Deps, DepsMut, Empty, Env, Event, MessageInfo, Response, StdError, StdResult, Storage,
    Uint128, WasmMsg, to_json_binary,
};
use cw_multi_test::{Contract, ContractWrapper};
use serde::{Deserialize, Serialize};

use attention_protocol::msg::{Cw20BalanceResponse, Cw20QueryMsg, Cw20ReceiveMsg};

/// How the token behaves.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// As the standard says.
    Honest,
    /// A tenth of every transfer is burned on the way.
    FeeOnTransfer,
    /// The sender loses a tenth more than it sends.
    TaxOnSender,
    /// Transfers fail: the token is paused, blocks the address, or ran into its gas limit.
    Fails(String),
    /// `send` tells the receiver of tokens that it does not move.
    Phantom,
    /// The balance query answers this.
    Liar(Uint128),
    /// The balance query fails.
    Mute,
    /// Every transfer calls this message of this contract first, as the token.
    Reenters(Addr, Binary),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenMsg {
    Transfer { recipient: String, amount: Uint128 },
    Send { contract: String, amount: Uint128, msg: Binary },
    Mint { recipient: String, amount: Uint128 },
    Become(Mode),
}

const MODE: &[u8] = b"mode";

fn key(address: &str) -> Vec<u8> {
    [b"balance ", address.as_bytes()].concat()
}

/// What the ledger says, whatever the token answers.
pub fn ledger(storage: &dyn Storage, address: &str) -> u128 {
    storage.get(&key(address)).map_or(0, |bytes| u128::from_be_bytes(bytes.try_into().unwrap()))
}

fn set(storage: &mut dyn Storage, address: &str, amount: u128) {
    storage.set(&key(address), &amount.to_be_bytes());
}

fn mode(storage: &dyn Storage) -> Mode {
    storage.get(MODE).map_or(Mode::Honest, |bytes| serde_json::from_slice(&bytes).unwrap())
}

fn move_tokens(storage: &mut dyn Storage, (from, to): (&str, &str), amount: u128) -> StdResult<()> {
    let (debit, credit) = match mode(storage) {
        Mode::FeeOnTransfer => (amount, amount - amount / 10),
        Mode::TaxOnSender => (amount + amount / 10, amount),
        Mode::Fails(reason) => return Err(StdError::msg(reason)),
        _ => (amount, amount),
    };
    let left = ledger(storage, from).checked_sub(debit).ok_or_else(|| StdError::msg("too few tokens"))?;
    set(storage, from, left);
    let after = ledger(storage, to) + credit;
    set(storage, to, after);
    Ok(())
}

fn execute(deps: DepsMut<'_>, _: Env, info: MessageInfo, msg: TokenMsg) -> StdResult<Response> {
    let sender = info.sender.to_string();
    let told = Response::new().add_event(Event::new("token"));
    match msg {
        TokenMsg::Transfer { recipient, amount } => {
            move_tokens(deps.storage, (&sender, &recipient), amount.u128())?;
            Ok(match mode(deps.storage) {
                Mode::Reenters(contract, msg) => {
                    told.add_message(WasmMsg::Execute { contract_addr: contract.into(), msg, funds: vec![] })
                }
                _ => told,
            })
        }
        TokenMsg::Send { contract, amount, msg } => {
            if !matches!(mode(deps.storage), Mode::Phantom) {
                move_tokens(deps.storage, (&sender, &contract), amount.u128())?;
            }
            let receive = Receiver::Receive(Cw20ReceiveMsg { sender, amount, msg });
            let msg = to_json_binary(&receive)?;
            Ok(told.add_message(WasmMsg::Execute { contract_addr: contract, msg, funds: vec![] }))
        }
        TokenMsg::Mint { recipient, amount } => {
            let after = ledger(deps.storage, &recipient) + amount.u128();
            set(deps.storage, &recipient, after);
            Ok(told)
        }
        TokenMsg::Become(mode) => {
            deps.storage.set(MODE, &serde_json::to_vec(&mode).unwrap());
            Ok(told)
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Receiver {
    Receive(Cw20ReceiveMsg),
}

fn query(deps: Deps<'_>, _: Env, msg: Cw20QueryMsg) -> StdResult<Binary> {
    let Cw20QueryMsg::Balance { address } = msg;
    let balance = match mode(deps.storage) {
        Mode::Liar(amount) => amount,
        Mode::Mute => return Err(StdError::msg("no answer")),
        _ => ledger(deps.storage, &address).into(),
    };
    to_json_binary(&Cw20BalanceResponse { balance })
}

pub fn token_code() -> Box<dyn Contract<Empty>> {
    let instantiate =
        |_: DepsMut<'_>, _: Env, _: MessageInfo, _: Empty| -> StdResult<Response> { Ok(Response::new()) };
    Box::new(ContractWrapper::new(execute, instantiate, query))
}
