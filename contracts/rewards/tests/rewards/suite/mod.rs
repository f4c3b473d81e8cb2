//! A deployment with four operators on a simulated chain, and words to talk to it in.
//!
//! Every message that goes through [`Suite::execute`] is followed by a check that no coin was made or lost.

mod campaign;
mod conservation;
pub mod counting;
mod disputes;
mod operators;
mod oracle;
mod start;
mod token;
mod tokens;
mod words;

pub use campaign::NewCampaign;
pub use conservation::Debts;
pub use disputes::{CHALLENGE_BOND, DEMAND_BOND, commitment_key, dispute_event};
pub use operators::{pubkey, spare_key};
pub use oracle::{Draft, sign_with};
pub use start::{Setup, T0, admin, arbiter, clock};
pub use token::Mode;
pub use words::{events, outcomes, signing_key};

use std::collections::{BTreeMap, BTreeSet};

use attention_protocol::Leaf;
use attention_protocol::msg::{ExecuteMsg, QueryMsg, cw20_token};
use attention_rewards::ContractError;
use cosmwasm_std::{Addr, Coin, Uint128, coins};
use cw_multi_test::{App, AppResponse, Executor};
use k256::ecdsa::SigningKey;
use serde::de::DeserializeOwned;

/// The denom that most campaigns pay in: at least 1,000 net of a fee of 50.
pub const ATT: &str = "uatt";
/// Another one: at least 1, no fee.
pub const USD: &str = "uusd";
/// The denom of bonds.
pub const BOND: &str = "ubond";
/// A denom that the deployment does not know.
pub const ODD: &str = "uodd";

/// The leaves and the packed commitment of an allocation that was submitted.
#[derive(Clone)]
pub struct Published {
    pub commitment: attention_protocol::Commitment,
    pub leaves: Vec<Leaf>,
}

/// The simulated chain, the deployment and everything its operators published.
pub struct Suite {
    pub app: App,
    pub contract: Addr,
    pub owner: Addr,
    pub guardian: Addr,
    pub sponsor: Addr,
    pub operators: Vec<SigningKey>,
    /// By (campaign, epoch).
    pub published: BTreeMap<(u64, u64), Published>,
    /// cw20 tokens that campaigns may pay in.
    pub tokens: Vec<Addr>,
    /// Every campaign that was created, with its asset.
    pub campaigns: Vec<(u64, String)>,
    /// Whether the books are compared after every message: a few queries for each campaign.
    pub is_audited: bool,
    /// Assets that took what nobody sent.
    pub unsound: BTreeSet<String>,
    code_id: u64,
}

impl Suite {
    /// Sends a message and checks that the money still adds up, whether it was accepted or not.
    pub fn execute(
        &mut self,
        sender: &Addr,
        msg: &ExecuteMsg,
        funds: &[Coin],
    ) -> Result<AppResponse, String> {
        let result = self.app.execute_contract(sender.clone(), self.contract.clone(), msg, funds);
        let result = result.map_err(|error| error.to_string());
        self.after(&result);
        result
    }

    /// Asks the contract.
    pub fn query<T: DeserializeOwned>(&self, msg: &QueryMsg) -> T {
        self.app.wrap().query_wasm_smart(&self.contract, msg).unwrap()
    }

    /// Asks the contract what it refuses.
    pub fn query_error(&self, msg: &QueryMsg) -> String {
        self.app.wrap().query_wasm_smart::<serde_json::Value>(&self.contract, msg).unwrap_err().to_string()
    }

    /// What an account holds of an asset: by the bank, or by the token's ledger.
    pub fn balance(&self, account: &Addr, denom: &str) -> u128 {
        if let Some(token) = cw20_token(denom) {
            return self.ledger(token, account);
        }
        let held = self.app.wrap().query_balance(account, denom).unwrap().amount;
        Uint128::try_from(held).unwrap().u128()
    }

    /// Gives an account coins out of nothing.
    pub fn mint(&mut self, account: &Addr, amount: u128, denom: &str) {
        let total = self.balance(account, denom) + amount;
        let others: Vec<Coin> = [ATT, USD, ODD, BOND]
            .iter()
            .filter(|other| **other != denom)
            .map(|other| self.app.wrap().query_balance(account, *other).unwrap())
            .filter(|coin| !coin.amount.is_zero())
            .collect();
        let all = coins(total, denom).into_iter().chain(others).collect();
        self.app.init_modules(|router, _, storage| router.bank.init_balance(storage, account, all).unwrap());
    }
}

/// The call was refused with exactly this error.
#[track_caller]
pub fn assert_refused<T: std::fmt::Debug>(result: Result<T, String>, expected: impl Into<ContractError>) {
    let expected = expected.into().to_string();
    let actual = result.expect_err("the call was accepted");
    let is_expected =
        actual.ends_with(&format!("\n{expected}")) || actual.ends_with(&format!(": {expected}"));
    assert!(is_expected, "expected: {expected}\nactual: {actual}");
}
