//! The short forms of messages and queries, and the usual terms.

use attention_protocol::Score;
use attention_protocol::gift::{
    CompletionsResponse, Condition, ConfigResponse, Delivery, EpochWindow, ExecuteMsg, GiftResponse,
    GiftStatusResponse, GiftTerms, HasPrivilegeResponse, PrivilegeTerms, QueryMsg, QuestReward, QuestTerms,
    Tier,
};
use attention_protocol::msg::ClaimItem;
use cosmwasm_std::Addr;
use cw_multi_test::AppResponse;

use super::{Bed, attribute};
use crate::suite::NewCampaign;

pub fn score_at_least(ppm: u32) -> Condition {
    Condition::ScoreAtLeast { score: Score::try_from(ppm).unwrap() }
}

impl Bed {
    /// Closes an epoch and settles these scores of the campaign.
    pub fn epoch(&mut self, epoch: u64, scores: &[(&str, u32)]) {
        let campaign = self.campaign;
        self.chain.run_epoch(epoch, &[(campaign, scores)]);
    }

    /// A campaign of somebody else's.
    pub fn foreign_campaign(&mut self, name: &str) -> (Addr, u64) {
        let other = self.user(name);
        self.chain.mint(&other, 20_000, crate::suite::ATT);
        let ours = std::mem::replace(&mut self.chain.sponsor, other.clone());
        let campaign = NewCampaign::default().create(&mut self.chain);
        self.chain.sponsor = ours;
        (other, campaign)
    }

    /// Mints from epochs 0..10 on 500,000 ppm: three tokens, two for one account.
    pub fn minted(&self, collection: &Addr) -> GiftTerms {
        GiftTerms {
            campaign: self.campaign,
            condition: Some(score_at_least(500_000)),
            collection: collection.to_string(),
            delivery: Delivery::Mint { token_uri: Some("ipfs://gift".into()) },
            supply: 3,
            per_account: 2,
            window: EpochWindow { first_epoch: 0, end_epoch: 10 },
            metadata: None,
        }
    }

    /// The same from deposits.
    pub fn handed_out(&self, collection: &Addr) -> GiftTerms {
        GiftTerms { delivery: Delivery::HandOut {}, ..self.minted(collection) }
    }

    pub fn try_create_gift(&mut self, terms: GiftTerms) -> Result<AppResponse, String> {
        let sponsor = self.sponsor.clone();
        self.execute(&sponsor, &ExecuteMsg::CreateGift(Box::new(terms)))
    }

    pub fn create_gift(&mut self, terms: GiftTerms) -> u64 {
        attribute(&self.try_create_gift(terms).unwrap(), "gift_created", "gift").parse().unwrap()
    }

    pub fn leaf(&self, name: &str, epoch: u64) -> ClaimItem {
        self.chain.claim_item(name, self.campaign, epoch)
    }

    pub fn claim(&mut self, name: &str, gift: u64, epoch: u64) -> Result<AppResponse, String> {
        let leaf = self.leaf(name, epoch);
        self.claim_with(name, gift, leaf)
    }

    pub fn claim_with(&mut self, name: &str, gift: u64, leaf: ClaimItem) -> Result<AppResponse, String> {
        let ClaimItem { epoch, position, proof, .. } = leaf;
        let user = self.user(name);
        self.execute(&user, &ExecuteMsg::ClaimGift { gift, epoch, position, proof })
    }

    pub fn claim_for(
        &mut self,
        sender: &str,
        name: &str,
        gift: u64,
        epoch: u64,
    ) -> Result<AppResponse, String> {
        let ClaimItem { position, proof, .. } = self.leaf(name, epoch);
        let (sender, account) = (self.user(sender), self.user(name).to_string());
        self.execute(&sender, &ExecuteMsg::ClaimGiftFor { account, gift, epoch, position, proof })
    }

    pub fn withdraw(
        &mut self,
        sender: &str,
        gift: u64,
        account: Option<&str>,
    ) -> Result<AppResponse, String> {
        let sender = self.user(sender);
        let account = account.map(|name| self.user(name).to_string());
        self.execute(&sender, &ExecuteMsg::WithdrawGift { gift, account })
    }

    pub fn close(
        &mut self,
        gift: u64,
        before: Option<u32>,
        limit: Option<u32>,
    ) -> Result<AppResponse, String> {
        let sponsor = self.sponsor.clone();
        self.execute(&sponsor, &ExecuteMsg::CloseGift { gift, before, limit })
    }

    pub fn gift(&self, gift: u64) -> GiftResponse {
        self.query(&QueryMsg::Gift { gift })
    }

    pub fn status(&self, gift: u64, name: &str) -> GiftStatusResponse {
        self.query(&QueryMsg::GiftStatus { gift, account: self.user(name).to_string() })
    }

    /// Half of a score is left after an epoch; bronze 800,000 (kept to 400,000), gold 1,200,000 (kept to 900,000); lasts
    /// three epochs.
    pub fn privilege_terms(&self) -> PrivilegeTerms {
        let tier = |level, grant_at, keep_at| Tier { level, grant_at, keep_at };
        PrivilegeTerms {
            campaign: self.campaign,
            name: "Backstage".into(),
            half_life_epochs: 1,
            tiers: vec![tier(1, 800_000, 400_000), tier(2, 1_200_000, 900_000)],
            ttl_epochs: 3,
        }
    }

    pub fn try_create_privilege(&mut self, terms: PrivilegeTerms) -> Result<AppResponse, String> {
        let sponsor = self.sponsor.clone();
        self.execute(&sponsor, &ExecuteMsg::CreatePrivilege(Box::new(terms)))
    }

    pub fn create_privilege(&mut self, terms: PrivilegeTerms) -> u64 {
        let response = self.try_create_privilege(terms).unwrap();
        attribute(&response, "privilege_created", "privilege").parse().unwrap()
    }

    /// Proves an account's score, as a stranger.
    pub fn prove(&mut self, name: &str, privilege: u64, epoch: u64) -> Result<AppResponse, String> {
        let ClaimItem { position, proof, .. } = self.leaf(name, epoch);
        let stranger = self.user("stranger");
        self.execute(&stranger, &ExecuteMsg::ProvePrivilege { privilege, epoch, position, proof })
    }

    pub fn has(&self, name: &str, privilege: u64, level: u8) -> HasPrivilegeResponse {
        self.query(&QueryMsg::HasPrivilege { privilege, account: self.user(name).to_string(), level })
    }

    /// Every second epoch of 0..10 on 500,000 ppm, without a reward: five completions, three by one account.
    pub fn quest_terms(&self) -> QuestTerms {
        QuestTerms {
            campaign: self.campaign,
            condition: score_at_least(500_000),
            cooldown_epochs: 2,
            per_account: 3,
            supply: 5,
            reward: QuestReward::None {},
            window: EpochWindow { first_epoch: 0, end_epoch: 10 },
            metadata: None,
        }
    }

    pub fn try_create_quest(&mut self, terms: QuestTerms) -> Result<AppResponse, String> {
        let sponsor = self.sponsor.clone();
        self.execute(&sponsor, &ExecuteMsg::CreateQuest(Box::new(terms)))
    }

    pub fn create_quest(&mut self, terms: QuestTerms) -> u64 {
        attribute(&self.try_create_quest(terms).unwrap(), "quest_created", "quest").parse().unwrap()
    }

    pub fn complete(&mut self, name: &str, quest: u64, epoch: u64) -> Result<AppResponse, String> {
        let ClaimItem { position, proof, .. } = self.leaf(name, epoch);
        let user = self.user(name);
        self.execute(&user, &ExecuteMsg::CompleteQuest { quest, epoch, position, proof })
    }

    pub fn completions(&self, name: &str, quest: u64) -> CompletionsResponse {
        self.query(&QueryMsg::Completions { quest, account: self.user(name).to_string() })
    }

    pub fn pause(&mut self) {
        let guardian = self.chain.guardian.clone();
        self.execute(&guardian, &ExecuteMsg::Pause {}).unwrap();
    }

    pub fn config(&self) -> ConfigResponse {
        self.query(&QueryMsg::Config {})
    }
}
