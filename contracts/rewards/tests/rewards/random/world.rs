//! The deployment and the books beside it, and how they are compared.

use std::collections::BTreeMap;

use attention_protocol::AssetLeaf;
use attention_protocol::msg::{AllocationResponse, ClaimedResponse, ExecuteMsg, QueryMsg};
use attention_rewards::permission::{WhilePaused, access};
use cosmwasm_std::{Addr, Coin};
use cw_multi_test::AppResponse;

use super::model::Model;
use super::rng::Rng;
use super::{IRON, NAMES};
use crate::suite::{ATT, Draft, Setup, Suite, USD};

/// A report that was accepted.
pub struct Posted {
    pub draft: Draft,
    pub assets: Vec<(&'static str, &'static str, AssetLeaf)>,
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
    /// Payouts of the message that runs, by account, recipient and asset.
    pub unpaid: BTreeMap<(Addr, Addr, String), u128>,
    people: Vec<Addr>,
}

impl World {
    pub fn new(rng: Rng) -> Self {
        let mut suite = Suite::with(Setup { tokens: 2, ..Setup::default() }).unwrap();
        let mut people: Vec<Addr> = NAMES.iter().map(|name| suite.user(name)).collect();
        people.extend([suite.sponsor.clone(), suite.owner.clone()]);
        people.extend(["treasury", "vault"].map(|name| suite.user(name)));
        let assets = [ATT.to_string(), USD.to_string(), suite.asset(0), suite.asset(1)];
        let mut model = Model { iron_asset: suite.asset(IRON), ..Model::default() };
        for person in &people {
            for asset in &assets {
                if asset.starts_with("cw20:") {
                    suite.mint_tokens(asset, person, 1 << 60);
                } else {
                    suite.mint(person, 1 << 60, asset);
                }
                model.held.insert((asset.clone(), person.clone()), suite.balance(person, asset));
            }
        }
        Self {
            suite,
            model,
            rng,
            posted: BTreeMap::new(),
            walk: BTreeMap::new(),
            accepted: false,
            unpaid: BTreeMap::new(),
            people,
        }
    }

    pub fn now_s(&self) -> u64 {
        self.suite.now_s()
    }

    pub fn is_paused(&self) -> bool {
        self.model.is_paused(self.now_s())
    }

    /// A person who may own, sponsor or receive.
    pub fn person(&mut self) -> Addr {
        let people = self.people.clone();
        self.rng.pick(&people).clone()
    }

    pub fn name(&mut self) -> &'static str {
        self.rng.pick::<&str>(&NAMES)
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

    /// Sends a message; whether a pause refuses it has to go with the permission table.
    pub fn send(&mut self, sender: &Addr, msg: &ExecuteMsg, funds: &[Coin]) -> Result<AppResponse, String> {
        let is_paused = self.is_paused();
        let result = self.suite.execute(sender, msg, funds);
        self.accepted |= result.is_ok();
        let says_paused = matches!(&result, Err(error) if error.contains("the contract is paused until"));
        match access(msg).while_paused {
            WhilePaused::Refused => assert_eq!(says_paused, is_paused, "{msg:?}: {result:?}"),
            WhilePaused::Works => assert!(!says_paused, "{msg:?}: {result:?}"),
            WhilePaused::OnlyRepeats => assert!(is_paused || !says_paused, "{msg:?}: {result:?}"),
        }
        result
    }

    /// The contract's answer about an allocation, to be compared later.
    pub fn allocation(&self, campaign: u64, epoch: u64) -> serde_json::Value {
        let answer: AllocationResponse = self.suite.query(&QueryMsg::Allocation { campaign, epoch });
        serde_json::to_value(answer).unwrap()
    }

    /// After every step: all books, all balances.
    pub fn check(&mut self) {
        for (id, campaign) in &self.model.campaigns {
            let money = self.suite.money(*id);
            let credited = campaign.credited(u64::MAX);
            let refunded = campaign.back_unallocated + campaign.back_unclaimed;
            let ours = [
                credited + campaign.fee,
                campaign.unallocated(),
                campaign.allocated - campaign.back_unclaimed,
                campaign.paid_out(),
                refunded,
                campaign.fee,
                campaign.outstanding(),
            ];
            let theirs = [
                money.funded,
                money.unallocated,
                money.allocated,
                money.claimed,
                money.refunded,
                money.fees,
                money.outstanding,
            ];
            assert_eq!(theirs.map(|amount| amount.u128()), ours, "campaign {id}: {campaign:?}");
            assert_eq!(money.closed, campaign.closed, "campaign {id}");
            assert!(campaign.paid_out() + refunded <= credited, "campaign {id} paid more than came in");
        }
        for asset in self.suite.assets() {
            let held = self.suite.balance(&self.suite.contract, &asset);
            assert_eq!(held, self.model.debts(&asset), "{asset}");
        }
        for ((asset, person), held) in &self.model.held {
            assert_eq!(self.suite.balance(person, asset), *held, "{person} in {asset}");
        }
    }

    /// Now and then: what does not change, and what each account was paid and is owed.
    pub fn check_all(&self) {
        for (id, campaign) in &self.model.campaigns {
            let settled = campaign.settled.iter().map(|(epoch, settled)| (epoch, &settled.answer));
            for (epoch, answer) in settled.chain(&campaign.rejected) {
                assert_eq!(&self.allocation(*id, *epoch), answer, "campaign {id} in epoch {epoch}");
            }
            for name in NAMES {
                let account = self.suite.user(name).to_string();
                let query = QueryMsg::Claimed { campaign: *id, account };
                let claimed = self.suite.query::<ClaimedResponse>(&query).claimed.u128();
                assert_eq!(claimed, campaign.claimed.get(name).copied().unwrap_or(0), "{name} in {id}");
                assert!(claimed <= campaign.earned(name), "{name} in {id}");
            }
        }
        for ((asset, account), owed) in &self.model.owed {
            assert_eq!(self.suite.owed(asset, account), *owed, "{account} in {asset}");
        }
        self.check_records();
    }
}
