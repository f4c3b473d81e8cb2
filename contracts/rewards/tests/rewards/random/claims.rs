//! Claims by the account and by others, and what the contract owes.

use attention_protocol::msg::{
    AccountClaim, ClaimItem, ExecuteMsg, PreviewClaimResponse, QueryMsg, Redirect, RedirectNonceResponse,
};
use attention_protocol::redirect::RedirectText;
use cosmwasm_std::{Addr, Binary};
use k256::ecdsa::Signature;
use k256::ecdsa::signature::hazmat::PrehashSigner;

use super::model::NOBODY;
use super::world::World;
use crate::suite::signing_key;

/// Campaigns with the epoch of one of their settled allocations, rising.
type Picks = Vec<(u64, u64)>;

/// What is wrong with a redirect.
const FAULTS: [&str; 4] = ["nonce", "expired", "recipient", "key"];

impl World {
    fn picks(&mut self) -> Picks {
        let mut picks = Vec::new();
        let ids: Vec<u64> = self.model.campaigns.keys().copied().collect();
        for id in ids {
            let epochs: Vec<u64> = self.model.campaigns[&id].settled.keys().copied().collect();
            let is_closed = self.model.campaigns[&id].closed;
            if epochs.is_empty() || self.rng.once_in(2) || (is_closed && !self.rng.once_in(20)) {
                continue;
            }
            let newest = *epochs.last().unwrap();
            picks.push((id, if self.rng.once_in(4) { *self.rng.pick(&epochs) } else { newest }));
        }
        picks
    }

    fn items(&self, name: &str, picks: &Picks) -> Vec<ClaimItem> {
        picks.iter().map(|(id, epoch)| self.suite.claim_item(name, *id, *epoch)).collect()
    }

    /// Where others pay a name.
    fn payee(&self, name: &str) -> Addr {
        self.model.payout.get(name).cloned().unwrap_or_else(|| self.suite.user(name))
    }

    /// Sends the claim; the books say beforehand whether it is paid, and how much.
    pub fn claim(&mut self) {
        let (name, picks) = (self.name(), self.picks());
        let (now_s, account) = (self.now_s(), self.suite.user(name));
        let items = self.items(name, &picks);
        let due = |(id, epoch): &(u64, u64)| self.model.campaigns[id].due(name, *epoch, now_s);
        let total = picks.iter().map(due).sum::<Option<u128>>().filter(|total| *total > 0);
        self.preview(name, &items, total.filter(|_| !self.is_paused()));
        let mut expected = total.is_some() && !self.is_paused();
        let account_text = account.to_string();
        let mut is_signed = false;
        let (sender, msg, recipient) = match self.rng.of(0..4) {
            0 => {
                let msg = ExecuteMsg::ClaimFor { account: account_text, items, redirect: None };
                (self.person(), msg, self.payee(name))
            }
            1 if name.starts_with("key") => {
                let to = self.person();
                let fault = if self.rng.once_in(4) { Some(*self.rng.pick(&FAULTS)) } else { None };
                (is_signed, expected) = (true, expected && fault.is_none());
                let redirect = Some(self.redirect(name, &to, fault));
                (self.person(), ExecuteMsg::ClaimFor { account: account_text, items, redirect }, to)
            }
            _ => (account.clone(), ExecuteMsg::Claim { items }, account.clone()),
        };
        let result = self.send(&sender, &msg, &[]);
        assert_eq!(result.is_ok(), expected, "{result:?}");
        if !expected {
            return;
        }
        for pick in &picks {
            self.book(name, *pick, (&account, &recipient), now_s);
        }
        self.pay_now();
        if is_signed {
            *self.model.nonces.entry(name).or_default() += 1;
            self.send(&sender, &msg, &[]).unwrap_err();
        }
        let query = QueryMsg::RedirectNonce { account: account.to_string() };
        let nonce = self.suite.query::<RedirectNonceResponse>(&query).nonce;
        assert_eq!(nonce, self.model.nonces.get(name).copied().unwrap_or(0));
    }

    /// What the query says beforehand is what the claim pays.
    fn preview(&self, name: &str, items: &[ClaimItem], expected: Option<u128>) {
        let account = self.suite.user(name).to_string();
        let query = QueryMsg::PreviewClaim { account, items: items.to_vec() };
        let answer: PreviewClaimResponse = self.suite.query(&query);
        let total: u128 = answer.payouts.iter().map(|payout| payout.amount.u128()).sum();
        if let Some(expected) = expected {
            assert_eq!(total, expected);
        }
    }

    /// The account's permission to pay one claim elsewhere, or what is none.
    fn redirect(&mut self, name: &'static str, to: &Addr, fault: Option<&str>) -> Redirect {
        let (chain_id, account) = (self.suite.app.block_info().chain_id, self.suite.user(name));
        let next = self.model.nonces.get(name).copied().unwrap_or(0);
        let nonce = if fault == Some("nonce") { next + 1 } else { next };
        let expires_at_s = self.now_s() + u64::from(fault != Some("expired"));
        let text = RedirectText {
            chain_id: &chain_id,
            contract: self.suite.contract.as_str(),
            account: account.as_str(),
            recipient: if fault == Some("recipient") { account.as_str() } else { to.as_str() },
            nonce,
            expires_at_s,
        };
        let key = signing_key(if fault == Some("key") { "another key" } else { name });
        let signature: Signature = key.sign_prehash(&text.digest()).unwrap();
        let mut recipient = to.clone();
        if fault == Some("recipient") && *to == account {
            // The signed recipient is the one that is asked for: ask for another.
            recipient = self.suite.user("mallory");
        }
        Redirect {
            recipient: recipient.to_string(),
            nonce,
            expires_at_s,
            pubkey: Binary::new(key.verifying_key().to_sec1_bytes().to_vec()),
            signature: Binary::new(signature.to_bytes().to_vec()),
        }
    }

    /// Books one paid item, and says how much it pays: nothing if it pays nothing.
    fn book(&mut self, name: &'static str, (id, epoch): (u64, u64), to: (&Addr, &Addr), now_s: u64) -> u128 {
        let campaign = self.model.campaigns.get_mut(&id).unwrap();
        let due = campaign.due(name, epoch, now_s).unwrap_or(0);
        *campaign.claimed.entry(name).or_default() += due;
        let asset = campaign.asset.clone();
        // Payouts of one message are summed per asset before they are sent: a fee on the way is taken once.
        *self.unpaid.entry((to.0.clone(), to.1.clone(), asset)).or_default() += due;
        due
    }

    /// Pays what a message booked.
    fn pay_now(&mut self) {
        for ((account, recipient, asset), amount) in std::mem::take(&mut self.unpaid) {
            self.model.pay((&account, &recipient), &asset, amount);
        }
    }

    /// Items are paid one after the other; whatever stands twice, is closed or exhausted is passed over.
    pub fn claim_batch(&mut self) {
        let mut claims = Vec::new();
        for _ in 0..self.rng.of(1..4) {
            let (name, mut picks) = (self.name(), self.picks());
            picks.truncate(8);
            claims.push((name, picks));
        }
        let now_s = self.now_s();
        let claim = |(name, picks): &(&str, Picks)| AccountClaim {
            account: self.suite.user(name).to_string(),
            items: self.items(name, picks),
        };
        let msg = ExecuteMsg::ClaimBatch { claims: claims.iter().map(claim).collect() };
        let sender = self.person();
        let result = self.send(&sender, &msg, &[]);
        if self.is_paused() {
            return;
        }
        let mut paid = 0;
        for (name, picks) in claims {
            let (account, recipient) = (self.suite.user(name), self.payee(name));
            for pick in picks {
                paid += self.book(name, pick, (&account, &recipient), now_s);
            }
            // Each entry of the batch is a payout of its own.
            self.pay_now();
        }
        assert_eq!(result.is_ok(), paid > 0, "{result:?}");
    }

    pub fn set_payout_address(&mut self) {
        let name = self.name();
        let to = if self.rng.once_in(3) { None } else { Some(self.person()) };
        let account = self.suite.user(name);
        let msg = ExecuteMsg::SetPayoutAddress { address: to.as_ref().map(Addr::to_string) };
        self.send(&account, &msg, &[]).unwrap();
        match to {
            Some(to) => self.model.payout.insert(name, to),
            None => self.model.payout.remove(name),
        };
    }

    /// Flows always, also while paused, unless the token itself refuses.
    pub fn withdraw_owed(&mut self) {
        let owed = self.model.owed.keys().filter(|(_, account)| account.as_str() != NOBODY);
        let owed: Vec<(String, Addr)> = owed.cloned().collect();
        let (asset, account) = match owed.as_slice() {
            [] => (self.suite.asset(0), self.person()),
            owed => self.rng.pick(owed).clone(),
        };
        let to = self.person();
        let msg = ExecuteMsg::WithdrawOwed { denom: asset.clone(), recipient: Some(to.to_string()) };
        let result = self.send(&account, &msg, &[]);
        let key = (asset, account);
        let due = self.model.owed.get(&key).copied().unwrap_or(0);
        let is_blocked = self.model.is_blocked(&key.0);
        assert_eq!(result.is_ok(), due > 0 && !is_blocked, "{result:?}");
        if result.is_ok() {
            self.model.owed.remove(&key);
            self.model.arrive(&to, &key.0, due);
        }
    }
}
