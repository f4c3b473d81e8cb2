//! The tokens of a deployment, in the suite's words.

use attention_protocol::msg::{Cw20Deposit, cw20_asset, cw20_token};
use cosmwasm_std::{Addr, Uint128, to_json_binary};
use cw_multi_test::{AppResponse, Executor};

use super::Suite;
use super::token::{Mode, TokenMsg, ledger};

impl Suite {
    /// The usual deployment with one cw20 token, and that token's asset.
    pub fn with_token() -> (Self, String) {
        let suite = Self::with(super::Setup { tokens: 1, ..Default::default() }).unwrap();
        let asset = suite.asset(0);
        (suite, asset)
    }

    /// The asset of a token.
    pub fn asset(&self, token: usize) -> String {
        cw20_asset(self.tokens[token].as_str())
    }

    /// What an account holds by a token's ledger.
    pub(super) fn ledger(&self, token: &str, account: &Addr) -> u128 {
        ledger(&*self.app.contract_storage(&Addr::unchecked(token)), account.as_str())
    }

    /// Changes a token's behaviour. One that takes what it is not given can break any contract's books, so these are no longer
    /// compared.
    pub fn become_mode(&mut self, asset: &str, mode: Mode) {
        if matches!(mode, Mode::TaxOnSender) {
            self.unsound.insert(asset.to_string());
        }
        self.tell(asset, &self.sponsor.clone(), &TokenMsg::Become(mode)).unwrap();
    }

    /// Gives an account tokens out of nothing.
    pub fn mint_tokens(&mut self, asset: &str, account: &Addr, amount: u128) {
        let mint = TokenMsg::Mint { recipient: account.to_string(), amount: Uint128::new(amount) };
        self.tell(asset, account, &mint).unwrap();
    }

    /// Sends tokens to the contract for something; the books are compared afterwards.
    pub fn deposit(
        &mut self,
        sender: &Addr,
        (asset, amount): (&str, u128),
        deposit: &Cw20Deposit,
    ) -> Result<AppResponse, String> {
        let (contract, amount) = (self.contract.to_string(), Uint128::new(amount));
        let send = TokenMsg::Send { contract, amount, msg: to_json_binary(deposit).unwrap() };
        let result = self.tell(asset, sender, &send);
        self.after(&result);
        result
    }

    fn tell(&mut self, asset: &str, sender: &Addr, msg: &TokenMsg) -> Result<AppResponse, String> {
        let token = Addr::unchecked(cw20_token(asset).unwrap());
        let result = self.app.execute_contract(sender.clone(), token, msg, &[]);
        result.map_err(|error| error.to_string())
    }
}
