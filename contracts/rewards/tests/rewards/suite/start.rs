//! Deployments: the usual one, and ones that differ from it in one thing.

use std::collections::{BTreeMap, BTreeSet};

use attention_protocol::EpochClock;
use attention_protocol::msg::{DenomPolicy, InstantiateMsg, Limits, OperatorInfo, Security, cw20_asset};
use attention_rewards::contract::{execute, instantiate, migrate, query, reply};
use cosmwasm_std::testing::MockApi;
use cosmwasm_std::{Addr, Binary, BlockInfo, Empty, Timestamp, Uint128};
use cw_multi_test::{App, AppBuilder, Contract, ContractWrapper, Executor, no_init};
use k256::ecdsa::SigningKey;

use super::token::token_code;
use super::{ATT, BOND, ODD, Suite, USD};

/// Block time of the instantiation.
pub const T0: u64 = 1_700_000_000;
/// Seven days.
const WEEK_S: u64 = 604_800;

/// Epochs of 1,000 s from T0 + 100 on; reports within 400 s, disputable for 300 s and 6 blocks.
pub fn clock() -> EpochClock {
    EpochClock {
        genesis_s: T0 + 100,
        epoch_length_s: 1_000,
        report_period_s: 400,
        dispute_window_s: 300,
        open_period_s: 100,
        min_blocks: 6,
    }
}

/// Four operators' keys.
pub fn operator_keys() -> Vec<SigningKey> {
    (1..=4u8).map(|i| SigningKey::from_slice(&[i; 32]).unwrap()).collect()
}

/// The usual instantiation: four operators of whom one may be faulty.
pub fn instantiate_msg(guardian: &Addr) -> InstantiateMsg {
    let operator = |(i, key): (usize, &SigningKey)| OperatorInfo {
        name: format!("operator {i}"),
        pubkey: Binary::new(key.verifying_key().to_sec1_bytes().to_vec()),
        admin: admin(i).to_string(),
    };
    InstantiateMsg {
        owner: None,
        guardian: Some(guardian.to_string()),
        operators: operator_keys().iter().enumerate().map(operator).collect(),
        faulty_max: 1,
        clock: clock(),
        spec_hash: Binary::from([7; 32]),
        limits: Limits {
            denoms: vec![policy(ATT, 1_000, 50), policy(USD, 1, 0)],
            settle_grace_s: WEEK_S,
            claim_period_s: 2 * WEEK_S,
            pause_max_s: 5_000,
            operator_fee_ppm: 0,
            price_change_max_ppm: 200_000,
        },
        security: Security {
            bond_denom: BOND.into(),
            operator_bond_min: Uint128::zero(),
            slash_ppm: 500_000,
            slash_recipient: None,
            unbonding_s: 5_000,
            demand_bond: Uint128::new(100),
            challenge_bond: Uint128::new(1_000),
            arbiter: Some(arbiter().to_string()),
            arbiter_period_s: 600,
            timelock_s: 2_000,
            anchor_grace_s: None,
        },
    }
}

/// The cold key of an operator.
pub fn admin(index: usize) -> Addr {
    MockApi::default().addr_make(&format!("admin {index}"))
}

/// Who decides challenges.
pub fn arbiter() -> Addr {
    MockApi::default().addr_make("arbiter")
}

fn policy(denom: &str, funding_min: u128, creation_fee: u128) -> DenomPolicy {
    DenomPolicy {
        denom: denom.into(),
        funding_min: Uint128::new(funding_min),
        creation_fee: Uint128::new(creation_fee),
    }
}

fn code() -> Box<dyn Contract<Empty>> {
    Box::new(ContractWrapper::new(execute, instantiate, query).with_migrate(migrate).with_reply(reply))
}

/// What a deployment can differ in.
pub struct Setup {
    pub chain_id: String,
    /// Contracts of the same code that are made before this one, so that its address differs.
    pub contracts_before: u32,
    /// cw20 tokens that campaigns may pay in: at least 1, no fee.
    pub tokens: u32,
    pub code: fn() -> Box<dyn Contract<Empty>>,
    pub change: fn(&mut InstantiateMsg),
}

impl Default for Setup {
    fn default() -> Self {
        Self { chain_id: "chain-1".into(), contracts_before: 0, tokens: 0, code, change: |_| {} }
    }
}

fn make_tokens(app: &mut App, count: u32) -> Vec<Addr> {
    if count == 0 {
        return Vec::new();
    }
    let code_id = app.store_code(token_code());
    let maker = app.api().addr_make("token maker");
    let make = |_| app.instantiate_contract(code_id, maker.clone(), &Empty {}, &[], "token", None).unwrap();
    (0..count).map(make).collect()
}

impl Suite {
    /// The usual deployment.
    pub fn new() -> Self {
        Self::with(Setup::default()).unwrap()
    }

    /// A deployment that differs.
    pub fn with(setup: Setup) -> Result<Self, String> {
        let block =
            BlockInfo { height: 1_000, time: Timestamp::from_seconds(T0), chain_id: setup.chain_id.clone() };
        let mut app: App = AppBuilder::default().with_block(block).build(no_init);
        let make = |name: &str| app.api().addr_make(name);
        let (owner, guardian, sponsor) = (make("owner"), make("guardian"), make("sponsor"));
        let code_id = app.store_code((setup.code)());
        let tokens = make_tokens(&mut app, setup.tokens);
        let mut msg = instantiate_msg(&guardian);
        msg.limits.denoms.extend(tokens.iter().map(|token| policy(&cw20_asset(token.as_str()), 1, 0)));
        for _ in 0..setup.contracts_before {
            app.instantiate_contract(code_id, owner.clone(), &msg, &[], "earlier", None).unwrap();
        }
        (setup.change)(&mut msg);
        let admin = Some(owner.to_string());
        let contract = app
            .instantiate_contract(code_id, owner.clone(), &msg, &[], "rewards", admin)
            .map_err(|error| error.to_string())?;
        let operators = operator_keys();
        let mut suite = Self {
            app,
            contract,
            owner,
            guardian,
            sponsor,
            operators,
            published: BTreeMap::new(),
            tokens,
            campaigns: Vec::new(),
            is_audited: true,
            unsound: BTreeSet::new(),
            code_id,
        };
        for denom in [ATT, USD, ODD] {
            let sponsor = suite.sponsor.clone();
            suite.mint(&sponsor, 1 << 100, denom);
        }
        for token in 0..suite.tokens.len() {
            let (sponsor, asset) = (suite.sponsor.clone(), suite.asset(token));
            suite.mint_tokens(&asset, &sponsor, 1 << 100);
        }
        Ok(suite)
    }

    /// The code's id on the simulated chain.
    pub fn code_id(&self) -> u64 {
        self.code_id
    }
}
