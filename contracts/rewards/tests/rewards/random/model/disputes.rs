//! Challenges, opening demands and reservations of proofs, and the bonds that came with them.

use std::collections::{BTreeMap, BTreeSet};

use attention_protocol::Hash;
use attention_protocol::fraud::{Target, TargetKey};
use cosmwasm_std::Addr;

use super::epochs::Now;

/// `security.arbiter_period_s` of the suite.
pub const ARBITER_PERIOD_S: u64 = 600;

/// Epoch and revision of a report.
pub type At = (u64, u32);

#[derive(Debug, Clone)]
pub struct Challenge {
    pub by: Addr,
    pub bond: u128,
    pub deadline_s: u64,
    pub is_open: bool,
}

#[derive(Debug, Clone)]
pub struct Demand {
    pub target: Target,
    pub by: Addr,
    pub bond: u128,
    pub deadline_s: u64,
    pub deadline_height: u64,
    pub is_open: bool,
}

impl Demand {
    /// Whether it is too late for an answer.
    pub fn is_over(&self, now: Now) -> bool {
        now.s > self.deadline_s && now.height > self.deadline_height
    }
}

/// Why a report was voided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// By the owner or the guardian, or by a proof.
    Other,
    /// The arbiter let it fall.
    Falls,
    /// The arbiter said nothing.
    Silence,
}

#[derive(Debug, Default)]
pub struct Disputes {
    pub challenges: BTreeMap<At, Challenge>,
    pub demands: BTreeMap<(At, TargetKey), Demand>,
    pub voided: BTreeSet<At>,
    /// At which height a proof was reserved.
    pub reserved: BTreeMap<Hash, u64>,
}

impl Disputes {
    /// The bonds that are held.
    pub fn held(&self) -> u128 {
        let challenges = self.challenges.values().filter(|challenge| challenge.is_open);
        let demands = self.demands.values().filter(|demand| demand.is_open);
        challenges.map(|challenge| challenge.bond).sum::<u128>()
            + demands.map(|demand| demand.bond).sum::<u128>()
    }

    /// Closes the challenge of a report, if it is open.
    pub fn close_challenge(&mut self, at: At) -> Option<Challenge> {
        let challenge = self.challenges.get_mut(&at).filter(|challenge| challenge.is_open)?;
        challenge.is_open = false;
        Some(challenge.clone())
    }

    /// Closes a demand that is open.
    pub fn close_demand(&mut self, at: At, key: TargetKey) -> Demand {
        let demand = self.demands.get_mut(&(at, key)).expect("the demand exists");
        assert!(std::mem::take(&mut demand.is_open), "the demand is open");
        demand.clone()
    }

    /// Demands that are open, on whatever report.
    pub fn open_demands(&self) -> Vec<(At, TargetKey)> {
        let open = self.demands.iter().filter(|(_, demand)| demand.is_open);
        open.map(|(key, _)| *key).collect()
    }

    /// Uses a reservation up, if it is a block old.
    pub fn take_reservation(&mut self, hash: &Hash, now: Now) -> bool {
        let is_old = self.reserved.get(hash).is_some_and(|height| *height < now.height);
        is_old && self.reserved.remove(hash).is_some()
    }
}
