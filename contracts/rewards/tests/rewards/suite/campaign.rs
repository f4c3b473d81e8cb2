//! Campaigns to create: the usual one, and what a test changes about it.

use attention_protocol::msg::{CreateCampaign, Cw20Deposit, ExecuteMsg, Metadata, cw20_token};
use attention_protocol::rule::{Curve, Growth, Payout, Rule, Schedule, Streak, Unlock};
use attention_protocol::{CampaignKind, CampaignTerms, Targets};
use cosmwasm_std::{Coin, Uint64, Uint128, coin};
use cw_multi_test::AppResponse;

use super::{ATT, Suite, clock};

/// A campaign to create. The usual one: 10,000 net of the fee over epochs 0..10, linear, even, pro rata.
pub struct NewCampaign {
    pub msg: CreateCampaign,
    pub funds: Vec<Coin>,
}

impl Default for NewCampaign {
    fn default() -> Self {
        let rule = Rule {
            scale: Uint64::new(1),
            min_score: 0,
            cap: 1_000_000,
            curve: Curve::Linear {},
            streak: Streak { step_ppm: 0, cap_ppm: 0 },
            boost_max_ppm: 0,
            multiplier_max_ppm: 1_000_000,
            schedule: Schedule::Even {},
            payout: Payout::ProRata {},
            share_cap_ppm: 1_000_000,
            growth: Growth { ppm: 1_000_000, abs: 100 },
            unlock: Unlock { start_s: 0, end_s: 0 },
            split_gain: false,
        };
        let terms = CampaignTerms {
            kind: CampaignKind::AssetDisplay,
            targets: Targets::All {},
            rule,
            start_epoch: 0,
            end_epoch: 10,
        };
        let msg = CreateCampaign {
            terms,
            claim_deadline_s: clock().window_start_s(10).unwrap(),
            refund_address: None,
            metadata: Some(Metadata { name: "Spring".into(), url: None }),
        };
        Self { msg, funds: vec![coin(10_050, ATT)] }
    }
}

impl NewCampaign {
    /// Runs in `start..end`.
    pub fn epochs(mut self, start: u64, end: u64) -> Self {
        self.msg.terms.start_epoch = start;
        self.msg.terms.end_epoch = end;
        self.msg.claim_deadline_s = clock().window_start_s(end).unwrap();
        self
    }

    /// Brings one coin.
    pub fn bringing(mut self, amount: u128, denom: &str) -> Self {
        self.funds = vec![coin(amount, denom)];
        self
    }

    /// Changes the rule.
    pub fn rule(mut self, change: impl FnOnce(&mut Rule)) -> Self {
        change(&mut self.msg.terms.rule);
        self
    }

    /// Changes anything.
    pub fn change(mut self, change: impl FnOnce(&mut CreateCampaign)) -> Self {
        change(&mut self.msg);
        self
    }

    /// Tries to create it: with coins, or by sending the tokens.
    pub fn attempt(self, suite: &mut Suite) -> Result<AppResponse, String> {
        let sponsor = suite.sponsor.clone();
        if let [coin] = self.funds.as_slice()
            && cw20_token(&coin.denom).is_some()
        {
            let amount = Uint128::try_from(coin.amount).unwrap().u128();
            let deposit = Cw20Deposit::CreateCampaign(Box::new(self.msg));
            return suite.deposit(&sponsor, (&coin.denom, amount), &deposit);
        }
        suite.execute(&sponsor, &ExecuteMsg::CreateCampaign(Box::new(self.msg)), &self.funds)
    }

    /// Creates it and returns its id.
    pub fn create(self, suite: &mut Suite) -> u64 {
        let response = self.attempt(suite).unwrap();
        let created = response.events.iter().find(|event| event.ty == "wasm-campaign_created").unwrap();
        let id = created.attributes.iter().find(|attribute| attribute.key == "campaign").unwrap();
        id.value.parse().unwrap()
    }
}
