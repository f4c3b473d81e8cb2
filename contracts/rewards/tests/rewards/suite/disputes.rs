//! Words for disputes: short forms of their messages, and the bonds as they are stored.

use attention_protocol::event::Event;
use attention_protocol::fraud::{Answer, FraudProof, Target, TargetKey};
use attention_protocol::msg::{
    ChallengeInfo, ChallengeResponse, DemandInfo, DemandsResponse, ExecuteMsg, QueryMsg,
};
use attention_protocol::{Hash, ReportBody};
use cosmwasm_std::{Addr, Binary, coin, coins};
use cw_multi_test::AppResponse;

use super::{ATT, BOND, Draft, NewCampaign, Suite, USD, admin, arbiter, clock};

/// `security.challenge_bond` and `security.demand_bond` of the suite.
pub const CHALLENGE_BOND: u128 = 1_000;
pub const DEMAND_BOND: u128 = 100;

impl Suite {
    /// A deployment whose epoch 0 has a pending report at revision 0, and the report. `anyone` can pay bonds.
    pub fn with_pending() -> (Self, Draft) {
        let mut suite = Self::new();
        let draft = suite.pend(0);
        (suite, draft)
    }

    /// Closes an epoch and posts a report on it with one commitment and everything a demand may ask for.
    pub fn pend(&mut self, epoch: u64) -> Draft {
        let anyone = self.user("anyone");
        if self.balance(&anyone, BOND) == 0 {
            self.mint(&anyone, 1 << 100, BOND);
        }
        if self.campaigns.is_empty() {
            NewCampaign::default().create(self);
        }
        self.report_epoch(epoch, &[(1, &[("alice", 750_000), ("bob", 250_000)])])
    }

    /// Posts the next revision of the epoch, with other contents.
    pub fn resubmit(&mut self, draft: &Draft) -> Draft {
        let mut next = draft.clone();
        next.body.revision = self.epoch_status().revision;
        self.submit(&next).unwrap();
        next
    }

    pub fn void(&mut self, epoch: u64, revision: u32) -> Result<AppResponse, String> {
        let guardian = self.guardian.clone();
        self.execute(&guardian, &ExecuteMsg::VoidReport { epoch, revision }, &[])
    }

    pub fn challenge(&mut self, epoch: u64, revision: u32) -> Result<AppResponse, String> {
        let anyone = self.user("anyone");
        let msg = ExecuteMsg::ChallengeReport { epoch, revision, reason: "wrong scores".into() };
        self.execute(&anyone, &msg, &coins(CHALLENGE_BOND, BOND))
    }

    pub fn decide(&mut self, epoch: u64, revision: u32, stands: bool) -> Result<AppResponse, String> {
        self.execute(&arbiter(), &ExecuteMsg::DecideChallenge { epoch, revision, stands }, &[])
    }

    pub fn resolve_silence(&mut self, epoch: u64, revision: u32) -> Result<AppResponse, String> {
        let user = self.user("relayer");
        self.execute(&user, &ExecuteMsg::ResolveSilence { epoch, revision }, &[])
    }

    /// Demands with the bond that is due, paid by `anyone`.
    pub fn demand(&mut self, epoch: u64, revision: u32, target: Target) -> Result<AppResponse, String> {
        let anyone = self.user("anyone");
        let doublings = self.report(epoch).open_demands / 16;
        let msg = ExecuteMsg::DemandOpen { epoch, revision, target };
        self.execute(&anyone, &msg, &coins(DEMAND_BOND << doublings, BOND))
    }

    pub fn answer(
        &mut self,
        (epoch, revision): (u64, u32),
        target: Target,
        answer: Answer,
    ) -> Result<AppResponse, String> {
        let user = self.user("answerer");
        self.execute(&user, &ExecuteMsg::AnswerDemand { epoch, revision, target, answer }, &[])
    }

    pub fn void_unanswered(
        &mut self,
        epoch: u64,
        revision: u32,
        target: TargetKey,
    ) -> Result<AppResponse, String> {
        let user = self.user("relayer");
        let target = Binary::from(target);
        self.execute(&user, &ExecuteMsg::VoidUnanswered { epoch, revision, target }, &[])
    }

    pub fn reclaim(&mut self, epoch: u64, revision: u32, target: TargetKey) -> Result<AppResponse, String> {
        let user = self.user("relayer");
        let target = Binary::from(target);
        self.execute(&user, &ExecuteMsg::ReclaimDemand { epoch, revision, target }, &[])
    }

    pub fn prove(
        &mut self,
        prover: &Addr,
        body: &ReportBody,
        proof: FraudProof,
    ) -> Result<AppResponse, String> {
        let (epoch, revision) = (body.epoch, body.revision);
        self.execute(prover, &ExecuteMsg::ProveFraud { epoch, revision, proof: Box::new(proof) }, &[])
    }

    pub fn commit_proof(&mut self, sender: &Addr, hash: Hash) -> Result<AppResponse, String> {
        self.execute(sender, &ExecuteMsg::CommitProof { hash: Binary::from(hash) }, &[])
    }

    pub fn challenge_of(&self, epoch: u64, revision: u32) -> Option<ChallengeInfo> {
        let answer: ChallengeResponse = self.query(&QueryMsg::Challenge { epoch, revision });
        answer.challenge
    }

    pub fn demands_of(&self, epoch: u64, revision: u32) -> Vec<DemandInfo> {
        let msg = QueryMsg::Demands { epoch, revision, start_after: None, limit: Some(50) };
        self.query::<DemandsResponse>(&msg).demands
    }

    /// The commitment at a position and what answers a demand for it.
    pub fn commitment_answer(&self, draft: &Draft, position: u32) -> Answer {
        let packed = draft.commitments.values().nth(position as usize).unwrap().commitment.pack();
        let siblings = self.commitment_tree(draft).prove(position).unwrap();
        Answer::Commitment { commitment: Binary::new(packed), siblings: Binary::new(siblings) }
    }

    /// What an account is owed of the bond denom, base units.
    pub fn owed_bond(&self, account: &Addr) -> u128 {
        self.stored_amount(&[&[0x15], BOND.as_bytes(), &[0], account.as_bytes()].concat())
    }

    /// All that is held or owed of the bond denom: the contract's whole balance of it.
    pub fn booked_bonds(&self) -> u128 {
        let of = |tag: u8| self.stored_amount(&[&[tag], BOND.as_bytes()].concat());
        of(0x16) + of(0x17)
    }

    /// Does something while the bank has nothing of the contract's bonds, so that it can neither pay nor burn them.
    pub fn without_bonds<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> T {
        let contract = self.contract.clone();
        let others: Vec<_> = [ATT, USD].map(|denom| coin(self.balance(&contract, denom), denom)).to_vec();
        let set = |suite: &mut Self, bonds: u128| {
            let all = others.iter().cloned().chain([coin(bonds, BOND)]).filter(|coin| !coin.amount.is_zero());
            let all = all.collect();
            suite.app.init_modules(|router, _, storage| {
                router.bank.init_balance(storage, &contract, all).unwrap()
            });
        };
        let bonds = self.balance(&contract, BOND);
        set(self, 0);
        let done = act(self);
        set(self, bonds);
        done
    }

    /// Gives each operator a bond, straight into the rows.
    pub fn bond_operators(&mut self, amount: u128) {
        let contract = self.contract.clone();
        self.mint(&contract, 4 * amount, BOND);
        let mut storage = self.app.contract_storage_mut(&contract);
        for index in 0..4 {
            let key = [&[0x40], admin(index).as_bytes()].concat();
            storage.set(&key, &[packed(amount).as_slice(), &[0, 0, 0]].concat());
        }
        storage.set(&[&[0x17], BOND.as_bytes()].concat(), &packed(4 * amount));
    }

    /// What an operator has as bond, and whether it is suspended.
    pub fn bond_of(&self, index: usize) -> (u128, bool) {
        let key = [&[0x40], admin(index).as_bytes()].concat();
        let rows = self.app.dump_wasm_raw(&self.contract);
        let row = rows.into_iter().find(|(other, _)| *other == key).map(|(_, row)| row).unwrap();
        (self.stored_amount(&key), row.last() == Some(&1))
    }

    /// An amount in a packed row: its length and its bytes.
    fn stored_amount(&self, key: &[u8]) -> u128 {
        let rows = self.app.dump_wasm_raw(&self.contract);
        let row = rows.into_iter().find(|(other, _)| other == key).map(|(_, row)| row);
        row.map_or(0, |row| {
            row[1..=usize::from(row[0])].iter().fold(0, |number, byte| (number << 8) | u128::from(*byte))
        })
    }

    /// Lets the arbiter's time pass, to its last second.
    pub fn reach_deadline(&mut self, epoch: u64, revision: u32) {
        let deadline_s = self.challenge_of(epoch, revision).unwrap().deadline_s;
        self.go_to(deadline_s);
    }

    /// Lets the time to answer a demand pass, to its last second and beyond its blocks.
    pub fn pass_answer_time(&mut self) {
        self.wait(clock().open_period_s);
    }
}

/// An amount as it is stored.
fn packed(amount: u128) -> Vec<u8> {
    let bytes: Vec<u8> = amount.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
    [&[bytes.len() as u8], bytes.as_slice()].concat()
}

/// The target of a commitment's demand as stored.
pub fn commitment_key(index: u8) -> TargetKey {
    [0, 0, 0, 0, index, 0, 0, 0, 0]
}

/// The one event with this name, read back.
pub fn dispute_event(response: &AppResponse, name: &str) -> Event {
    let name = format!("wasm-{name}");
    let event = response.events.iter().find(|event| event.ty == name).expect(&name);
    Event::parse(&name, |key| event.attributes.iter().find(|a| a.key == key).map(|a| a.value.as_str()))
        .unwrap()
}
