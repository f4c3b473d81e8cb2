//! Random histories against plain books: what came in, what each account earned and was paid, campaign by campaign.
//! Holds I9, I10 and I11 after every message.

use std::collections::BTreeMap;

use attention_protocol::msg::ClaimedResponse;
use attention_protocol::msg::QueryMsg;
use proptest::prelude::*;

use crate::suite::{ATT, NewCampaign, Suite, USD, clock};

const NAMES: [&str; 4] = ["alice", "bob", "carol", "dao"];

/// One thing that happens.
#[derive(Debug, Clone)]
enum Step {
    Create {
        start: u64,
        epochs: u64,
        usd: bool,
        amount: u128,
    },
    Fund {
        campaign: u64,
        amount: u128,
    },
    Stop {
        campaign: u64,
    },
    Refund {
        campaign: u64,
    },
    /// The open epoch is closed, reported, made final; a part of the campaigns is settled.
    Report {
        scores: [u32; 4],
        settle: u8,
    },
    /// The open epoch is missed.
    Miss,
    Claim {
        name: usize,
    },
    Wait {
        seconds: u64,
    },
    Pause,
}

fn step() -> impl Strategy<Value = Step> {
    let campaign = 1u64..6;
    prop_oneof![
        2 => (0u64..3, 1u64..6, any::<bool>(), 2_000u128..50_000)
            .prop_map(|(start, epochs, usd, amount)| Step::Create { start, epochs, usd, amount }),
        3 => (campaign.clone(), 1u128..10_000).prop_map(|(campaign, amount)| Step::Fund { campaign, amount }),
        1 => campaign.clone().prop_map(|campaign| Step::Stop { campaign }),
        3 => campaign.prop_map(|campaign| Step::Refund { campaign }),
        6 => (proptest::array::uniform4(0u32..1_000_000), any::<u8>())
            .prop_map(|(scores, settle)| Step::Report { scores, settle }),
        1 => Just(Step::Miss),
        6 => (0usize..4).prop_map(|name| Step::Claim { name }),
        1 => (1u64..900_000).prop_map(|seconds| Step::Wait { seconds }),
        1 => Just(Step::Pause),
    ]
}

/// The books, kept without looking at the contract's.
#[derive(Default)]
struct Books {
    /// By campaign: paid in net of fees, paid out to accounts, paid back.
    campaigns: BTreeMap<u64, Account>,
}

#[derive(Default, Clone)]
struct Account {
    paid_in: u128,
    paid_out: u128,
    paid_back: u128,
    /// Σ earned over settled epochs.
    earned: u128,
    denom: &'static str,
}

impl Books {
    /// No campaign pays more than came into it, or more to accounts than they earned; the contract's books agree.
    fn check(&self, suite: &Suite) {
        for (campaign, account) in &self.campaigns {
            assert!(account.paid_out + account.paid_back <= account.paid_in, "campaign {campaign}");
            assert!(account.paid_out <= account.earned, "campaign {campaign}");
            let money = suite.money(*campaign);
            assert_eq!(money.funded.u128() - money.fees.u128(), account.paid_in);
            assert_eq!(money.claimed.u128(), account.paid_out);
            assert_eq!(money.refunded.u128(), account.paid_back);
        }
        for denom in [ATT, USD] {
            let of_denom = self.campaigns.values().filter(|account| account.denom == denom);
            let held: u128 = of_denom.map(|a| a.paid_in - a.paid_out - a.paid_back).sum();
            let fees = if denom == ATT { 50 * self.count_of(ATT) } else { 0 };
            assert_eq!(suite.balance(&suite.contract, denom), held + fees);
        }
    }

    fn count_of(&self, denom: &str) -> u128 {
        self.campaigns.values().filter(|account| account.denom == denom).count() as u128
    }
}

struct World {
    suite: Suite,
    books: Books,
    accepted: u32,
}

impl World {
    fn run(&mut self, step: &Step) {
        match step {
            Step::Create { start, epochs, usd, amount } => {
                self.create((*start, *epochs), if *usd { USD } else { ATT }, *amount);
            }
            Step::Fund { campaign, amount } => self.fund(*campaign, *amount),
            Step::Stop { campaign } if self.books.campaigns.contains_key(campaign) => {
                self.accepted += u32::from(self.suite.stop(*campaign).is_ok());
            }
            Step::Stop { .. } => {}
            Step::Refund { campaign } => self.refund(*campaign),
            Step::Report { scores, settle } => self.report(scores, *settle),
            Step::Miss => {
                let status = self.suite.epoch_status();
                if let Some(due_s) = status.due_s {
                    self.suite.go_to(due_s.max(self.suite.now_s()) + 1);
                }
            }
            Step::Claim { name } => NAMES.get(*name).into_iter().for_each(|name| self.claim(name)),
            Step::Wait { seconds } => self.suite.wait(*seconds),
            Step::Pause => {
                let guardian = self.suite.guardian.clone();
                let pause = attention_protocol::msg::ExecuteMsg::Pause {};
                self.accepted += u32::from(self.suite.execute(&guardian, &pause, &[]).is_ok());
            }
        }
        self.books.check(&self.suite);
    }

    fn create(&mut self, (start, epochs): (u64, u64), denom: &'static str, amount: u128) {
        if self.books.campaigns.len() >= 5 {
            return;
        }
        let next = self.suite.epoch_status().current_epoch.map_or(0, |epoch| epoch + 1);
        let new = NewCampaign::default().epochs(next + start, next + start + epochs).bringing(amount, denom);
        if new.attempt(&mut self.suite).is_ok() {
            let fee = if denom == ATT { 50 } else { 0 };
            let id = self.books.campaigns.len() as u64 + 1;
            let account = Account { paid_in: amount - fee, denom, ..Account::default() };
            self.books.campaigns.insert(id, account);
            self.accepted += 1;
        }
    }

    fn fund(&mut self, campaign: u64, amount: u128) {
        if let Some(account) = self.books.campaigns.get_mut(&campaign)
            && self.suite.fund(campaign, amount).is_ok()
        {
            account.paid_in += amount;
            self.accepted += 1;
        }
    }

    fn refund(&mut self, campaign: u64) {
        let Some(account) = self.books.campaigns.get_mut(&campaign) else {
            return;
        };
        let before = self.suite.balance(&self.suite.sponsor, account.denom);
        if self.suite.refund(campaign).is_ok() {
            account.paid_back += self.suite.balance(&self.suite.sponsor, account.denom) - before;
            self.accepted += 1;
        }
    }

    /// Reports the open epoch with a commitment of every campaign that has a budget, settles those whose bit is set.
    fn report(&mut self, scores: &[u32; 4], settle: u8) {
        let status = self.suite.epoch_status();
        if status.due_s.is_none() {
            self.suite.finalise();
            return;
        }
        let epoch = status.open_epoch;
        self.suite.close(epoch);
        let scores: Vec<(&str, u32)> = NAMES.into_iter().zip(*scores).collect();
        let mut draft = self.suite.draft(epoch);
        for campaign in self.books.campaigns.keys() {
            let stored = self.suite.campaign(*campaign);
            let runs = stored.terms.start_epoch <= epoch && epoch < stored.end_epoch;
            let is_refunded = self.suite.money(*campaign).refunded.u128() > 0;
            if runs && !is_refunded && self.suite.budget(*campaign, epoch) > 0 {
                self.suite.commit(&mut draft, *campaign, &scores);
            }
        }
        if self.suite.submit(&draft).is_err() {
            return;
        }
        self.accepted += 1;
        self.suite.finalise();
        for (campaign, published) in &draft.commitments {
            if settle & (1 << campaign) == 0 {
                continue;
            }
            let item = self.suite.settle_item(&draft, *campaign);
            self.suite.settle(vec![item]).unwrap();
            if self.suite.campaign(*campaign).settled.is_some_and(|settled| settled.epoch == epoch) {
                let earned: u128 = published.leaves.iter().map(|leaf| leaf.cumulative).sum();
                self.books.campaigns.get_mut(campaign).unwrap().earned = earned;
                self.accepted += 1;
            }
        }
    }

    /// Claims everything the account can, one message per campaign, twice: the second time pays nothing.
    fn claim(&mut self, name: &str) {
        for campaign in self.books.campaigns.keys().copied().collect::<Vec<_>>() {
            let Some(settled) = self.suite.campaign(campaign).settled else {
                continue;
            };
            let account = self.books.campaigns.get_mut(&campaign).unwrap();
            let before = self.suite.balance(&self.suite.user(name), account.denom);
            if self.suite.claim_one(name, campaign, settled.epoch).is_err() {
                continue;
            }
            let paid = self.suite.balance(&self.suite.user(name), account.denom) - before;
            account.paid_out += paid;
            self.accepted += 1;
            assert!(self.suite.claim_one(name, campaign, settled.epoch).is_err(), "a second claim");
            let leaves = &self.suite.published[&(campaign, settled.epoch)].leaves;
            let own = self.suite.account(name);
            let leaf = leaves.iter().find(|leaf| leaf.account == own).unwrap();
            let account = self.suite.user(name).to_string();
            let claimed: ClaimedResponse = self.suite.query(&QueryMsg::Claimed { campaign, account });
            assert_eq!(claimed.claimed.u128(), leaf.cumulative, "all that was earned, once");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    /// 40 histories of 50 steps: 2,000 steps, after each of which both books are compared.
    #[test]
    fn no_history_makes_or_loses_a_coin(steps in proptest::collection::vec(step(), 50)) {
        let mut world = World { suite: Suite::new(), books: Books::default(), accepted: 0 };
        world.create((0, 4), ATT, 20_000);
        world.create((0, 2), USD, 9_999);
        world.suite.go_to(clock().genesis_s);
        for step in &steps {
            world.run(step);
        }
        prop_assert!(world.accepted >= 2, "the histories do something");
    }
}
