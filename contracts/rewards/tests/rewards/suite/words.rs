//! Accounts, time, and the short forms of messages and queries.

use attention_protocol::AccountId;
use attention_protocol::event::Event;
use attention_protocol::msg::{
    CampaignMoney, CampaignResponse, ClaimItem, CommitmentAbsence, Cw20Deposit, EpochStatusResponse,
    ExecuteMsg, OwedResponse, QueryMsg, ReportResponse, ReportStatus, SettleItem, cw20_token,
};
use cosmwasm_std::{Addr, Api, CanonicalAddr, Timestamp, coins};
use cw_multi_test::AppResponse;
use k256::ecdsa::SigningKey;
use sha2::{Digest, Sha256};

use super::{Suite, clock};

impl Suite {
    /// The account of a name: that of its key if the name begins with `key`, 32 canonical bytes if it ends with `dao`, else 20.
    pub fn account(&self, name: &str) -> AccountId {
        if name.starts_with("key") {
            return AccountId::of_key(&signing_key(name).verifying_key().to_sec1_bytes());
        }
        let hash = Sha256::digest(name.as_bytes());
        let len = if name.ends_with("dao") { 32 } else { 20 };
        AccountId::try_from(&hash[..len]).unwrap()
    }

    /// Its address.
    pub fn user(&self, name: &str) -> Addr {
        let canonical = CanonicalAddr::from(self.account(name).as_slice());
        self.app.api().addr_humanize(&canonical).unwrap()
    }

    /// Block time, unix seconds.
    pub fn now_s(&self) -> u64 {
        self.app.block_info().time.seconds()
    }

    /// Sets the block time; no block is made.
    pub fn set_time(&mut self, time_s: u64) {
        self.app.update_block(|block| block.time = Timestamp::from_seconds(time_s));
    }

    /// Makes blocks without time passing.
    pub fn make_blocks(&mut self, blocks: u64) {
        self.app.update_block(|block| block.height += blocks);
    }

    /// Lets time pass until `time_s`, with blocks enough for any dispute window.
    pub fn go_to(&mut self, time_s: u64) {
        assert!(time_s >= self.now_s(), "time does not go back");
        self.set_time(time_s);
        self.make_blocks(10);
    }

    /// Lets time pass.
    pub fn wait(&mut self, seconds: u64) {
        self.go_to(self.now_s() + seconds);
    }

    /// Goes to the first second after an epoch's window, unless it has passed.
    pub fn close(&mut self, epoch: u64) {
        self.go_to(clock().window_end_s(epoch).unwrap().max(self.now_s()));
    }

    /// Lets the dispute window pass.
    pub fn finalise(&mut self) {
        self.wait(clock().dispute_window_s);
    }

    pub fn settle(&mut self, items: Vec<SettleItem>) -> Result<AppResponse, String> {
        let anyone = self.user("anyone");
        self.execute(&anyone, &ExecuteMsg::Settle { items }, &[])
    }

    pub fn claim(&mut self, name: &str, items: Vec<ClaimItem>) -> Result<AppResponse, String> {
        let user = self.user(name);
        self.execute(&user, &ExecuteMsg::Claim { items }, &[])
    }

    /// What an account may withdraw of an asset.
    pub fn owed(&self, asset: &str, account: &Addr) -> u128 {
        let query = QueryMsg::Owed { denom: asset.into(), account: account.to_string() };
        self.query::<OwedResponse>(&query).owed.u128()
    }

    pub fn withdraw_owed(
        &mut self,
        account: &Addr,
        asset: &str,
        recipient: Option<&Addr>,
    ) -> Result<AppResponse, String> {
        let recipient = recipient.map(Addr::to_string);
        self.execute(account, &ExecuteMsg::WithdrawOwed { denom: asset.into(), recipient }, &[])
    }

    /// Claims one campaign's leaf of an epoch.
    pub fn claim_one(&mut self, name: &str, campaign: u64, epoch: u64) -> Result<AppResponse, String> {
        let item = self.claim_item(name, campaign, epoch);
        self.claim(name, vec![item])
    }

    /// Claims, and says how much came in.
    pub fn claimed_now(&mut self, name: &str, campaign: u64, epoch: u64) -> u128 {
        let denom = self.campaign(campaign).denom;
        let before = self.balance(&self.user(name), &denom);
        self.claim_one(name, campaign, epoch).unwrap();
        self.balance(&self.user(name), &denom) - before
    }

    pub fn fund(&mut self, campaign: u64, amount: u128) -> Result<AppResponse, String> {
        let (sponsor, denom) = (self.sponsor.clone(), self.campaign(campaign).denom);
        if cw20_token(&denom).is_some() {
            return self.deposit(&sponsor, (&denom, amount), &Cw20Deposit::FundCampaign { campaign });
        }
        self.execute(&sponsor, &ExecuteMsg::FundCampaign { campaign }, &coins(amount, denom))
    }

    pub fn stop(&mut self, campaign: u64) -> Result<AppResponse, String> {
        let sponsor = self.sponsor.clone();
        self.execute(&sponsor, &ExecuteMsg::StopCampaign { campaign }, &[])
    }

    pub fn refund(&mut self, campaign: u64) -> Result<AppResponse, String> {
        self.refund_with(campaign, vec![])
    }

    pub fn refund_with(
        &mut self,
        campaign: u64,
        absences: Vec<CommitmentAbsence>,
    ) -> Result<AppResponse, String> {
        let anyone = self.user("anyone");
        self.execute(&anyone, &ExecuteMsg::RefundCampaign { campaign, absences }, &[])
    }

    pub fn pause(&mut self) {
        let guardian = self.guardian.clone();
        self.execute(&guardian, &ExecuteMsg::Pause {}, &[]).unwrap();
    }

    pub fn unpause(&mut self) {
        let owner = self.owner.clone();
        self.execute(&owner, &ExecuteMsg::Unpause {}, &[]).unwrap();
    }

    pub fn campaign(&self, campaign: u64) -> CampaignResponse {
        self.query(&QueryMsg::Campaign { campaign })
    }

    pub fn money(&self, campaign: u64) -> CampaignMoney {
        self.query(&QueryMsg::CampaignMoney { campaign })
    }

    pub fn epoch_status(&self) -> EpochStatusResponse {
        self.query(&QueryMsg::EpochStatus {})
    }

    pub fn report(&self, epoch: u64) -> ReportResponse {
        self.query(&QueryMsg::Report { epoch })
    }

    pub fn report_status(&self, epoch: u64) -> ReportStatus {
        self.report(epoch).status
    }
}

/// The key of a name.
pub fn signing_key(name: &str) -> SigningKey {
    SigningKey::from_slice(&Sha256::digest(name.as_bytes())).unwrap()
}

/// The contract's events in a response, read back.
pub fn events(response: &AppResponse) -> Vec<Event> {
    let read = |event: &cosmwasm_std::Event| {
        let attribute = |key: &str| event.attributes.iter().find(|a| a.key == key).map(|a| a.value.as_str());
        Event::parse(&event.ty, attribute)
    };
    response.events.iter().filter_map(read).collect()
}

/// The `outcome` and `reason` of every `commitment_settled` event, in order.
pub fn outcomes(response: &AppResponse) -> Vec<(String, String)> {
    let value = |event: &cosmwasm_std::Event, key: &str| {
        event.attributes.iter().find(|a| a.key == key).map(|a| a.value.clone()).unwrap()
    };
    let settled = response.events.iter().filter(|event| event.ty == "wasm-commitment_settled");
    settled.map(|event| (value(event, "outcome"), value(event, "reason"))).collect()
}
