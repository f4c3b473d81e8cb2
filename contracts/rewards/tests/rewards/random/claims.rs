//! Claims by the account and by others, and what the contract owes.

use attention_protocol::msg::{
    AccountClaim, ClaimItem, ExecuteMsg, PreviewClaimResponse, QueryMsg, Redirect, RedirectNonceResponse,
};
use attention_protocol::redirect::RedirectText;
use cosmwasm_std::{Addr, Binary};
use k256::ecdsa::Signature;
use k256::ecdsa::signature::hazmat::PrehashSigner;

use super::Action;
use super::model::Iron;
use super::world::World;
use crate::suite::signing_key;

/// Campaigns with the epoch of one of their settled allocations, rising.
pub type Picks = Vec<(u64, u64)>;

/// How a claim comes in.
#[derive(Debug, Clone)]
pub enum Way {
    /// By the account.
    Own,
    /// By somebody else.
    For,
    /// By somebody else, with the account's signature for this recipient.
    Signed(Addr),
}

fn picks(world: &mut World) -> Picks {
    let mut picks = Vec::new();
    let ids: Vec<u64> = world.model.campaigns.keys().copied().collect();
    for id in ids {
        let epochs: Vec<u64> = world.model.campaigns[&id].settled.keys().copied().collect();
        let is_closed = world.model.campaigns[&id].closed;
        if epochs.is_empty() || world.rng.once_in(2) || (is_closed && !world.rng.once_in(20)) {
            continue;
        }
        let newest = *epochs.last().unwrap();
        picks.push((id, if world.rng.once_in(4) { *world.rng.pick(&epochs) } else { newest }));
    }
    picks
}

pub fn draw_claim(world: &mut World) -> Action {
    let (name, picks) = (world.name(), picks(world));
    let way = match world.rng.of(0..4) {
        0 => Way::For,
        1 if name.starts_with("key") => Way::Signed(world.person()),
        _ => Way::Own,
    };
    Action::Claim { name, picks, way }
}

pub fn draw_claim_batch(world: &mut World) -> Action {
    let mut claims = Vec::new();
    for _ in 0..world.rng.of(1..4) {
        let (name, mut picks) = (world.name(), picks(world));
        picks.truncate(8);
        claims.push((name, picks));
    }
    Action::ClaimBatch { claims }
}

pub fn draw_set_payout_address(world: &mut World) -> Action {
    let to = if world.rng.once_in(3) { None } else { Some(world.person()) };
    Action::SetPayoutAddress { name: world.name(), to }
}

pub fn draw_withdraw_owed(world: &mut World) -> Action {
    let owed: Vec<(String, Addr)> = world.model.owed.keys().cloned().collect();
    let (asset, account) = match owed.as_slice() {
        [] => (world.suite.asset(0), world.person()),
        owed => world.rng.pick(owed).clone(),
    };
    Action::WithdrawOwed { asset, account, to: world.person() }
}

impl World {
    fn items(&self, name: &str, picks: &Picks) -> Vec<ClaimItem> {
        picks.iter().map(|(id, epoch)| self.suite.claim_item(name, *id, *epoch)).collect()
    }

    /// Sends the claim; the books say beforehand whether it is paid, and how much.
    pub fn claim(&mut self, name: &'static str, picks: &Picks, way: &Way) {
        let (now_s, account) = (self.now_s(), self.suite.user(name));
        let items = self.items(name, picks);
        let is_open = picks.iter().all(|(id, _)| !self.model.campaigns[id].closed);
        let due = |(id, epoch): &(u64, u64)| self.model.campaigns[id].due(name, *epoch, now_s);
        let total: u128 = picks.iter().map(due).sum();
        let expected = is_open && total > 0 && !self.is_paused();
        self.preview(name, &items, expected.then_some(total));
        let payout = self.model.payout.get(name).cloned().unwrap_or_else(|| account.clone());
        let (sender, msg, recipient) = match way {
            Way::Own => (account.clone(), ExecuteMsg::Claim { items }, account.clone()),
            Way::For => {
                let msg = ExecuteMsg::ClaimFor { account: account.to_string(), items, redirect: None };
                (self.person(), msg, payout)
            }
            Way::Signed(to) => {
                let redirect = Some(self.redirect(name, to));
                let msg = ExecuteMsg::ClaimFor { account: account.to_string(), items, redirect };
                (self.person(), msg, to.clone())
            }
        };
        let result = self.send(&sender, &msg, &[]);
        assert_eq!(result.is_ok(), expected, "{result:?}");
        if !expected {
            return;
        }
        for pick in picks {
            self.book(name, *pick, (&account, &recipient), now_s);
        }
        if matches!(way, Way::Signed(_)) {
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

    fn redirect(&self, name: &'static str, to: &Addr) -> Redirect {
        let (chain_id, account) = (self.suite.app.block_info().chain_id, self.suite.user(name));
        let nonce = self.model.nonces.get(name).copied().unwrap_or(0);
        let expires_at_s = self.now_s() + 1;
        let text = RedirectText {
            chain_id: &chain_id,
            contract: self.suite.contract.as_str(),
            account: account.as_str(),
            recipient: to.as_str(),
            nonce,
            expires_at_s,
        };
        let key = signing_key(name);
        let signature: Signature = key.sign_prehash(&text.digest()).unwrap();
        Redirect {
            recipient: to.to_string(),
            nonce,
            expires_at_s,
            pubkey: Binary::new(key.verifying_key().to_sec1_bytes().to_vec()),
            signature: Binary::new(signature.to_bytes().to_vec()),
        }
    }

    /// Books one paid item.
    fn book(&mut self, name: &'static str, (id, epoch): (u64, u64), to: (&Addr, &Addr), now_s: u64) -> u128 {
        let campaign = self.model.campaigns.get_mut(&id).unwrap();
        let due = campaign.due(name, epoch, now_s);
        *campaign.claimed.entry(name).or_default() += due;
        let asset = campaign.asset.clone();
        self.pay_later(to, &asset, due);
        due
    }

    /// Payouts of one message are summed per asset before they are sent: a fee on the way is taken once.
    fn pay_later(&mut self, (account, recipient): (&Addr, &Addr), asset: &str, amount: u128) {
        let key = (account.clone(), recipient.clone(), asset.to_string());
        *self.unpaid.entry(key).or_default() += amount;
    }

    /// Pays what a message booked.
    pub fn pay_now(&mut self) {
        for ((account, recipient, asset), amount) in std::mem::take(&mut self.unpaid) {
            self.model.pay((&account, &recipient), &asset, amount);
        }
    }

    /// Items are paid one after the other; whatever stands twice or is closed is passed over.
    pub fn claim_batch(&mut self, claims: &[(&'static str, Picks)]) {
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
            let account = self.suite.user(name);
            let recipient = self.model.payout.get(name).cloned().unwrap_or_else(|| account.clone());
            for pick in picks {
                if !self.model.campaigns[&pick.0].closed {
                    paid += self.book(name, *pick, (&account, &recipient), now_s);
                }
            }
            // Each entry of the batch is a payout of its own.
            self.pay_now();
        }
        assert_eq!(result.is_ok(), paid > 0, "{result:?}");
    }

    pub fn set_payout_address(&mut self, name: &'static str, to: Option<&Addr>) {
        let account = self.suite.user(name);
        let msg = ExecuteMsg::SetPayoutAddress { address: to.map(Addr::to_string) };
        self.send(&account, &msg, &[]).unwrap();
        match to {
            Some(to) => self.model.payout.insert(name, to.clone()),
            None => self.model.payout.remove(name),
        };
    }

    /// Flows always, also while paused, unless the token itself refuses.
    pub fn withdraw_owed(&mut self, asset: &str, account: &Addr, to: &Addr) {
        let msg = ExecuteMsg::WithdrawOwed { denom: asset.to_string(), recipient: Some(to.to_string()) };
        let result = self.send(account, &msg, &[]);
        let key = (asset.to_string(), account.clone());
        let due = self.model.owed.get(&key).copied().unwrap_or(0);
        let is_blocked = asset == self.model.iron_asset && self.model.iron == Iron::Fails;
        assert_eq!(result.is_ok(), due > 0 && !is_blocked, "{result:?}");
        if result.is_ok() {
            self.model.owed.remove(&key);
            self.model.arrive(to, asset, due);
        }
    }
}
