//! The deployment and the books beside it: who acts, how messages are sent, how time passes.

use std::collections::BTreeMap;

use attention_protocol::AssetLeaf;
use attention_protocol::msg::{Cw20Deposit, ExecuteMsg, InstantiateMsg};
use cosmwasm_std::{Addr, Coin, coins};
use cw_multi_test::{AppResponse, Executor};
use k256::ecdsa::SigningKey;

use super::messages::{Line, Paused, Who, line};
use super::model::operators::{BOND_MIN, Config, Operator};
use super::model::{Limits, Model, Now, Rules, Why};
use super::reports::Crooked;
use super::rng::Rng;
use super::{IRON, NAMES};
use crate::suite::{ATT, BOND, Draft, Setup, Suite, admin, arbiter, clock, spare_key};

/// Keys that operators may have; the first four have them at first.
pub const KEYS: u8 = 12;
/// `security.anchor_grace_s` where reports need an anchor.
pub const ANCHOR_GRACE_S: u64 = 60;
/// Every byte of the hash of the suite's first specification.
const SPEC: u8 = 7;

/// A report that was accepted and is not void.
pub struct Posted {
    pub draft: Draft,
    pub assets: Vec<(&'static str, &'static str, AssetLeaf)>,
    /// What is wrong with it.
    pub crooked: Option<Crooked>,
}

pub struct World {
    pub suite: Suite,
    pub model: Model,
    pub rng: Rng,
    /// By epoch.
    pub posted: BTreeMap<u64, Posted>,
    /// The price that an asset's next report starts from.
    pub walk: BTreeMap<&'static str, u128>,
    /// Whether the step that runs changed something.
    pub accepted: bool,
    /// How often each message was accepted.
    pub sent: BTreeMap<&'static str, u64>,
    /// What the step that runs has sent, to be told if it fails.
    pub trail: Vec<(Now, Addr, ExecuteMsg)>,
    /// Payouts of the message that runs, by account, recipient and asset.
    pub unpaid: BTreeMap<(Addr, Addr, String), u128>,
    /// The part of its steps that a world has seen, per cent.
    pub age: u64,
    pub keys: Vec<SigningKey>,
    people: Vec<Addr>,
    pub admins: Vec<Addr>,
}

fn bonded(msg: &mut InstantiateMsg) {
    msg.security.operator_bond_min = BOND_MIN.into();
}

fn anchored(msg: &mut InstantiateMsg) {
    bonded(msg);
    msg.security.anchor_grace_s = Some(ANCHOR_GRACE_S);
}

impl World {
    pub fn new(rng: Rng, rules: Rules) -> Self {
        let change = match (rules.anchors, rules.recipient) {
            (false, false) => bonded,
            (true, false) => anchored,
            (false, true) => |msg: &mut InstantiateMsg| {
                bonded(msg);
                msg.security.slash_recipient = Some(treasury().to_string());
            },
            (true, true) => |msg: &mut InstantiateMsg| {
                anchored(msg);
                msg.security.slash_recipient = Some(treasury().to_string());
            },
        };
        let suite = Suite::with(Setup { tokens: 2, change, ..Setup::default() }).unwrap();
        let mut people: Vec<Addr> = NAMES.iter().map(|name| suite.user(name)).collect();
        people.extend([suite.sponsor.clone(), suite.owner.clone(), treasury(), suite.user("vault")]);
        let mut admins: Vec<Addr> = (0..4).map(admin).collect();
        admins.extend(["new 0", "new 1", "new 2"].map(|name| suite.user(name)));
        let model = Model {
            rules,
            iron_asset: suite.asset(IRON),
            owner: Some(suite.owner.clone()),
            guardian: Some(suite.guardian.clone()),
            recipient: rules.recipient.then(treasury),
            ..Model::default()
        };
        let keys = (0..KEYS).map(|number| {
            suite.operators.get(usize::from(number)).cloned().unwrap_or_else(|| spare_key(number))
        });
        let keys = keys.collect();
        let mut world = Self {
            suite,
            model,
            rng,
            posted: BTreeMap::new(),
            walk: BTreeMap::new(),
            accepted: false,
            sent: BTreeMap::new(),
            trail: Vec::new(),
            unpaid: BTreeMap::new(),
            age: 0,
            keys,
            people,
            admins,
        };
        world.equip();
        world
    }

    /// Coins for everybody, and the first operators and limits.
    fn equip(&mut self) {
        let assets = self.suite.assets();
        for person in self.people.clone() {
            for asset in &assets {
                if asset.starts_with("cw20:") {
                    self.suite.mint_tokens(asset, &person, 1 << 60);
                } else {
                    self.suite.mint(&person, 1 << 60, asset);
                }
                let held = self.suite.balance(&person, asset);
                self.model.held.insert((asset.clone(), person.clone()), held);
            }
        }
        for admin in self.admins.clone() {
            self.suite.mint(&admin, 1 << 60, BOND);
            self.model.held.insert((BOND.into(), admin), 1 << 60);
        }
        let operator = |(place, admin): (usize, &Addr)| Operator { admin: admin.clone(), key: place as u8 };
        let operators = self.admins.iter().take(4).enumerate().map(operator).collect();
        let first = Config { version: 1, spec: SPEC, operators, faulty_max: 1 };
        self.model.operators.configs.insert(0, first);
        let limits = Limits::from(self.suite.config_at(0).limits);
        self.model.limits.insert(0, limits);
    }

    pub fn now(&self) -> Now {
        Now { s: self.suite.now_s(), height: self.suite.app.block_info().height }
    }

    pub fn now_s(&self) -> u64 {
        self.suite.now_s()
    }

    /// The epoch that the block time lies in, 0 before genesis.
    pub fn current_epoch(&self) -> u64 {
        Model::receipt_epoch(self.now_s())
    }

    pub fn is_paused(&self) -> bool {
        self.model.is_paused(self.now_s())
    }

    /// Lets time and blocks pass.
    pub fn go_to(&mut self, time_s: u64, blocks: u64) {
        assert!(time_s >= self.now_s(), "time does not go back");
        self.suite.set_time(time_s);
        self.suite.make_blocks(blocks);
        self.model.epochs.advance(self.now());
    }

    /// Lets time pass up to a moment, if it has not come, and blocks enough for any window.
    pub fn reach(&mut self, time_s: u64) {
        self.go_to(time_s.max(self.now_s()), 10);
    }

    /// Lets time pass: mostly with blocks, sometimes while the chain stands still.
    pub fn wait(&mut self) {
        let (seconds, blocks) = (self.rng.of(1..1_500), *self.rng.pick(&[0, 1, 3, 7, 10, 10]));
        self.go_to((self.now_s() + seconds).max(clock().genesis_s), blocks);
        self.accepted = true;
    }

    /// A few epochs mostly; now and then long enough for graces and claim periods to end.
    pub fn wait_long(&mut self) {
        let most_s = if self.rng.once_in(4) { 2_000_000 } else { 10_000 };
        let seconds = self.rng.of(1..most_s);
        self.reach(self.now_s() + seconds);
        self.accepted = true;
    }

    /// A person who may own, sponsor or receive.
    pub fn person(&mut self) -> Addr {
        self.rng.pick(&self.people).clone()
    }

    pub fn name(&mut self) -> &'static str {
        self.rng.pick::<&str>(&NAMES)
    }

    /// Somebody who may be an operator's admin.
    pub fn admin(&mut self) -> Addr {
        self.rng.pick(&self.admins).clone()
    }

    /// The owner, or if there is none somebody whom everything is refused.
    pub fn owner(&mut self) -> Addr {
        match &self.model.owner {
            Some(owner) => owner.clone(),
            None => self.person(),
        }
    }

    /// Whether there is an owner: what only it may do works then.
    pub fn is_owned(&self) -> bool {
        self.model.owner.is_some()
    }

    /// A campaign that exists, if any does: mostly one that still holds money.
    pub fn campaign(&mut self) -> Option<u64> {
        let all = &self.model.campaigns;
        let mut ids: Vec<u64> = all.keys().copied().collect();
        if !self.rng.once_in(5) {
            ids.retain(|id| all[id].unallocated() + all[id].outstanding() > 0);
        }
        (!ids.is_empty()).then(|| *self.rng.pick(&ids))
    }

    /// Sends a message. Whether a pause refuses it has to go with the table; who has no right to it, or sends coins with it that it
    /// does not take, is refused.
    pub fn send(&mut self, sender: &Addr, msg: &ExecuteMsg, funds: &[Coin]) -> Result<AppResponse, String> {
        let Line { name, who, paused, takes_coin } = line(msg);
        self.trail.push((self.now(), sender.clone(), msg.clone()));
        if who != Who::Anyone && self.rng.once_in(12) {
            let stranger = self.person();
            if !self.model.may(who, &stranger, (&arbiter(), self.current_epoch())) {
                let refused =
                    self.suite.app.execute_contract(stranger, self.suite.contract.clone(), msg, funds);
                assert!(refused.is_err(), "a stranger's {msg:?} was accepted");
            }
        }
        if !takes_coin && self.rng.once_in(30) {
            let person = self.person();
            let funded =
                self.suite.app.execute_contract(person, self.suite.contract.clone(), msg, &coins(1, ATT));
            assert!(funded.is_err(), "a coin came with {msg:?}");
        }
        let result = self.execute(sender, msg, funds);
        self.accepted |= result.is_ok();
        let is_paused = self.is_paused();
        let says_paused = matches!(&result, Err(error) if error.contains("the contract is paused until"));
        match paused {
            Paused::Refused => assert_eq!(says_paused, is_paused, "{msg:?}: {result:?}"),
            Paused::Works => assert!(!says_paused, "{msg:?}: {result:?}"),
            Paused::RepeatsOnly => assert!(is_paused || !says_paused, "{msg:?}: {result:?}"),
        }
        if result.is_ok() {
            assert!(
                self.model.may(who, sender, (&arbiter(), self.current_epoch())),
                "{sender} has no right to {msg:?}"
            );
            *self.sent.entry(name).or_default() += 1;
        }
        result
    }

    /// The books are compared after the step, all of them; where the chain lets nobody burn, the bank finds nothing to burn.
    fn execute(&mut self, sender: &Addr, msg: &ExecuteMsg, funds: &[Coin]) -> Result<AppResponse, String> {
        let run = |suite: &mut Suite| {
            let result = suite.app.execute_contract(sender.clone(), suite.contract.clone(), msg, funds);
            result.map_err(|error| error.to_string())
        };
        let may_burn = matches!(
            msg,
            ExecuteMsg::DecideChallenge { .. }
                | ExecuteMsg::ResolveSilence { .. }
                | ExecuteMsg::ProveFraud { .. }
                | ExecuteMsg::ProveEquivocation { .. }
                | ExecuteMsg::VoidUnanswered { .. }
        );
        if may_burn && self.model.rules.no_burn {
            self.suite.without_bonds(run)
        } else {
            run(&mut self.suite)
        }
    }

    /// Pays an asset in for something: coins with the message, tokens by their own `send`.
    pub fn pay_in(
        &mut self,
        sender: &Addr,
        (asset, amount): (&str, u128),
        deposit: Cw20Deposit,
    ) -> Result<AppResponse, String> {
        if asset.starts_with("cw20:") {
            let result = self.suite.deposit(sender, (asset, amount), &deposit);
            if result.is_ok() {
                self.accepted = true;
                *self.sent.entry("receive").or_default() += 1;
            }
            return result;
        }
        let msg = match deposit {
            Cw20Deposit::CreateCampaign(create) => ExecuteMsg::CreateCampaign(create),
            Cw20Deposit::FundCampaign { campaign } => ExecuteMsg::FundCampaign { campaign },
        };
        self.send(sender, &msg, &coins(amount, asset))
    }

    /// The pending report is void, and gone.
    pub fn voided(&mut self, why: Why) {
        self.posted.remove(&self.model.epochs.open);
        self.model.void(self.now(), why);
    }
}

/// Who gets what is lost, in some deployments.
fn treasury() -> Addr {
    cosmwasm_std::testing::MockApi::default().addr_make("treasury")
}
