//! A rewards contract with a campaign, a gifts contract beside it, and words to talk to both in.
//!
//! After every message, accepted or not, the money of the rewards contract still adds up and the gifts contract holds no coin.

mod items;
mod words;

pub use words::score_at_least;

use std::fmt::Debug;

use attention_gifts::ContractError;
use attention_gifts::contract::{execute, instantiate, migrate, query, reply};
use attention_protocol::gift::{ExecuteMsg, InstantiateMsg, QueryMsg};
use cosmwasm_std::{Addr, Coin, Empty};
use cw_multi_test::{AppResponse, Contract, ContractWrapper, Executor};
use serde::de::DeserializeOwned;

use crate::suite::{ATT, NewCampaign, ODD, Suite, USD};

/// `pause_max_s` of the bed.
pub const PAUSE_MAX_S: u64 = 5_000;

/// The simulated chain and both contracts.
pub struct Bed {
    pub chain: Suite,
    pub gifts: Addr,
    pub sponsor: Addr,
    /// The sponsor's campaign, in epochs 0..40.
    pub campaign: u64,
    pub code_id: u64,
}

/// The usual instantiation.
pub fn instantiate_msg(chain: &Suite) -> InstantiateMsg {
    InstantiateMsg {
        owner: None,
        guardian: Some(chain.guardian.to_string()),
        rewards: chain.contract.to_string(),
        pause_max_s: PAUSE_MAX_S,
    }
}

pub fn code() -> Box<dyn Contract<Empty>> {
    Box::new(ContractWrapper::new(execute, instantiate, query).with_migrate(migrate).with_reply(reply))
}

impl Bed {
    pub fn new() -> Self {
        Self::with_code(code())
    }

    /// The same with other code for the gifts contract.
    pub fn with_code(code: Box<dyn Contract<Empty>>) -> Self {
        let mut chain = Suite::new();
        let campaign = NewCampaign::default().epochs(0, 40).rule(|rule| rule.growth.abs = u32::MAX);
        let campaign = campaign.create(&mut chain);
        let code_id = chain.app.store_code(code);
        let (owner, msg) = (chain.owner.clone(), instantiate_msg(&chain));
        let admin = Some(owner.to_string());
        let gifts = chain.app.instantiate_contract(code_id, owner, &msg, &[], "gifts", admin).unwrap();
        let sponsor = chain.sponsor.clone();
        Self { chain, gifts, sponsor, campaign, code_id }
    }

    /// Sends a message without coins.
    pub fn execute(&mut self, sender: &Addr, msg: &ExecuteMsg) -> Result<AppResponse, String> {
        self.execute_with(sender, msg, &[])
    }

    /// Sends a message.
    pub fn execute_with(
        &mut self,
        sender: &Addr,
        msg: &ExecuteMsg,
        funds: &[Coin],
    ) -> Result<AppResponse, String> {
        let result = self.chain.app.execute_contract(sender.clone(), self.gifts.clone(), msg, funds);
        if self.chain.is_audited {
            self.chain.check_conservation();
            for denom in [ATT, USD, ODD] {
                assert_eq!(self.chain.balance(&self.gifts, denom), 0);
            }
        }
        result.map_err(|error| error.to_string())
    }

    /// Asks the gifts contract.
    pub fn query<T: DeserializeOwned>(&self, msg: &QueryMsg) -> T {
        self.chain.app.wrap().query_wasm_smart(&self.gifts, msg).unwrap()
    }

    /// Asks what it refuses.
    pub fn query_error(&self, msg: &QueryMsg) -> Result<serde_json::Value, String> {
        let answer = self.chain.app.wrap().query_wasm_smart::<serde_json::Value>(&self.gifts, msg);
        answer.map_err(|error| error.to_string())
    }

    pub fn user(&self, name: &str) -> Addr {
        self.chain.user(name)
    }
}

/// The call was refused with exactly this error.
#[track_caller]
pub fn assert_refused<T: Debug>(result: Result<T, String>, expected: impl Into<ContractError>) {
    let expected = expected.into().to_string();
    let actual = result.expect_err("the call was accepted");
    let is_expected =
        actual.ends_with(&format!("\n{expected}")) || actual.ends_with(&format!(": {expected}"));
    assert!(is_expected, "expected: {expected}\nactual: {actual}");
}

/// An attribute of the one event of a kind.
#[track_caller]
pub fn attribute(response: &AppResponse, kind: &str, key: &str) -> String {
    let kind = format!("wasm-{kind}");
    let event = response.events.iter().find(|event| event.ty == kind).expect("no such event");
    event.attributes.iter().find(|attribute| attribute.key == key).unwrap().value.clone()
}

/// Whether there is an event of a kind.
pub fn has_event(response: &AppResponse, kind: &str) -> bool {
    let kind = format!("wasm-{kind}");
    response.events.iter().any(|event| event.ty == kind)
}
