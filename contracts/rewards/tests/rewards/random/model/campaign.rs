//! A campaign's books: what came in, what was promised, paid and went back, and when it ends.

use std::collections::BTreeMap;

use cosmwasm_std::Addr;

use super::epochs::Epochs;

/// A missed last epoch moves the end as often as this.
const EXTENSIONS: u32 = 3;

/// A settled allocation, as it has to stay.
#[derive(Debug, Clone)]
pub struct Settled {
    /// What every name has by its leaf.
    pub earned: BTreeMap<&'static str, u128>,
    /// The contract's answer about it, which never changes.
    pub answer: serde_json::Value,
    pub at_s: u64,
}

#[derive(Debug, Clone)]
pub struct Campaign {
    pub asset: String,
    pub sponsor: Addr,
    pub proposed: Option<Addr>,
    pub refund_to: Addr,
    pub start: u64,
    pub scheduled_end: u64,
    /// The end before it is moved: the scheduled one, or that of a stop.
    pub end: u64,
    pub stopped: bool,
    pub unlock: (u64, u64),
    pub claim_deadline_s: u64,
    /// The epoch whose limits it keeps.
    pub created_in: u64,
    /// Seconds paused before it was created.
    pub paused_before_s: u64,
    /// Creation fee and the operators' share.
    pub fees: u128,
    /// Epoch of receipt and amount, net of the fees.
    pub credits: Vec<(u64, u128)>,
    pub settled: BTreeMap<u64, Settled>,
    /// Epochs whose commitment was rejected for good, with the contract's answer.
    pub rejected: BTreeMap<u64, serde_json::Value>,
    pub allocated: u128,
    pub claimed: BTreeMap<&'static str, u128>,
    pub back_unallocated: u128,
    pub back_unclaimed: u128,
    pub closed: bool,
}

impl Campaign {
    pub fn credited(&self, epoch: u64) -> u128 {
        self.credits.iter().filter(|(receipt, _)| *receipt <= epoch).map(|(_, amount)| amount).sum()
    }

    pub fn paid_out(&self) -> u128 {
        self.claimed.values().sum()
    }

    pub fn unallocated(&self) -> u128 {
        self.credited(u64::MAX) - self.allocated - self.back_unallocated
    }

    pub fn outstanding(&self) -> u128 {
        self.allocated - self.paid_out() - self.back_unclaimed
    }

    /// The even schedule, by hand.
    pub fn budget(&self, epoch: u64) -> u128 {
        let taken = self.allocated + self.back_unallocated;
        let available = self.credited(epoch).max(taken) - taken;
        let left = if epoch < self.scheduled_end { self.scheduled_end - epoch } else { 1 };
        available / u128::from(left)
    }

    /// What a name has by its leaf of the newest settled epoch.
    pub fn earned(&self, name: &str) -> u128 {
        self.settled.values().next_back().map_or(0, |settled| settled.earned[name])
    }

    /// What a name's leaf of a settled epoch pays now; `None` if the campaign is closed, or others were paid what the leaf promises:
    /// that happens only after a crooked tree that nobody convicted.
    pub fn due(&self, name: &str, epoch: u64, now_s: u64) -> Option<u128> {
        if self.closed {
            return None;
        }
        let earned = self.settled[&epoch].earned[name];
        let (from_s, to_s) = self.unlock;
        let unlocked = match now_s {
            now if now >= to_s => earned,
            now if now <= from_s => 0,
            now => earned * u128::from(now - from_s) / u128::from(to_s - from_s),
        };
        let claimed = self.claimed.get(name).copied().unwrap_or(0);
        let due = unlocked.max(claimed) - claimed;
        Some(due).filter(|due| self.paid_out() + due <= self.allocated)
    }

    /// The first epoch without an allocation, as things stand.
    pub fn end(&self, epochs: &Epochs) -> u64 {
        let mut end = self.end;
        for _ in 0..EXTENSIONS {
            if end > self.start && epochs.is_missed(end - 1) {
                end += 1;
            }
        }
        end
    }

    /// The first epoch that might still be settled.
    pub fn first_unsettled(&self) -> u64 {
        self.settled.keys().next_back().map_or(self.start, |newest| newest + 1)
    }

    /// When unclaimed money may go back: a pause takes nobody's time, nor does a late settlement or unlock.
    pub fn claims_close_s(&self, claim_period_s: u64, paused_s: u64) -> u64 {
        let settled_s = self.settled.values().next_back().map_or(0, |settled| settled.at_s);
        let claimable_s = settled_s.max(self.unlock.1);
        self.claim_deadline_s.max(claimable_s + claim_period_s) + paused_s - self.paused_before_s
    }
}
