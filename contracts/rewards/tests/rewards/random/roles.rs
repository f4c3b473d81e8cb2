//! Owner and guardian: pauses, limits, and who holds which right next.

use attention_protocol::msg::ExecuteMsg;
use cosmwasm_std::Addr;

use super::model::{Limits, Model};
use super::world::World;
use crate::suite::{ATT, USD};

/// Seven days: the least that users have to settle and to claim.
const WEEK_S: u64 = 604_800;

impl World {
    pub fn pause(&mut self) {
        let roles: Vec<Addr> =
            [&self.model.owner, &self.model.guardian].into_iter().flatten().cloned().collect();
        let sender = if roles.is_empty() { self.person() } else { self.rng.pick(&roles).clone() };
        let now_s = self.now_s();
        let max_s = self.model.limits_at(self.current_epoch()).pause_max_s;
        let may_begin = self.model.pauses.last().is_none_or(|(_, end_s)| now_s >= end_s + max_s);
        let expected = may_begin && !roles.is_empty();
        let result = self.send(&sender, &ExecuteMsg::Pause {}, &[]);
        assert_eq!(result.is_ok(), expected, "{result:?}");
        if expected {
            self.model.pauses.push((now_s, now_s + max_s));
        }
    }

    pub fn unpause(&mut self) {
        let (now_s, owner) = (self.now_s(), self.owner());
        let expected = self.is_paused() && self.is_owned();
        let result = self.send(&owner, &ExecuteMsg::Unpause {}, &[]);
        assert_eq!(result.is_ok(), expected, "{result:?}");
        if expected {
            self.model.pauses.last_mut().unwrap().1 = now_s;
        }
    }

    /// Other limits, sometimes worse than is allowed, from the next epoch on.
    pub fn update_limits(&mut self) {
        let mut limits = Limits {
            assets: Default::default(),
            settle_grace_s: WEEK_S + self.rng.of(0..WEEK_S),
            claim_period_s: WEEK_S + self.rng.of(0..2 * WEEK_S),
            pause_max_s: self.rng.of(1..6_000),
            operator_fee_ppm: *self.rng.pick(&[0, 25_000, 25_000, 100_000]),
            price_change_max_ppm: self.rng.of(100_000..400_000).into(),
        };
        for asset in [ATT.to_string(), USD.to_string(), self.suite.asset(0), self.suite.asset(1)] {
            if asset == ATT || !self.rng.once_in(6) {
                let fee = if self.rng.once_in(2) { 0 } else { self.rng.of(1..100) };
                limits.assets.insert(asset, (self.rng.of(1..1_200).into(), fee.into()));
            }
        }
        let is_valid = !self.rng.once_in(10);
        if !is_valid {
            match self.rng.of(0..3) {
                0 => limits.settle_grace_s = WEEK_S - 1,
                1 => limits.operator_fee_ppm = 100_001,
                _ => limits.assets.clear(),
            }
        }
        self.set_limits(limits, is_valid);
    }

    fn set_limits(&mut self, limits: Limits, is_valid: bool) {
        let (owner, expected) = (self.owner(), is_valid && self.is_owned());
        let first = self.current_epoch() + 1;
        let result = self.send(&owner, &ExecuteMsg::UpdateLimits(Box::new(limits.msg())), &[]);
        assert_eq!(result.is_ok(), expected, "{result:?}");
        if expected {
            self.model.limits.insert(first, limits);
        }
    }

    pub fn propose_owner(&mut self) {
        let next = if self.rng.once_in(3) { None } else { Some(self.person()) };
        self.name_owner(next);
    }

    fn name_owner(&mut self, next: Option<Addr>) {
        let (owner, expected) = (self.owner(), self.is_owned());
        let msg = ExecuteMsg::ProposeOwner { owner: next.as_ref().map(Addr::to_string) };
        let result = self.send(&owner, &msg, &[]);
        assert_eq!(result.is_ok(), expected, "{result:?}");
        if expected {
            self.model.next_owner = next;
        }
    }

    pub fn accept_owner(&mut self) {
        let next = self.model.next_owner.clone();
        let sender = next.clone().unwrap_or_else(|| self.person());
        let result = self.send(&sender, &ExecuteMsg::AcceptOwner {}, &[]);
        assert_eq!(result.is_ok(), next.is_some(), "{result:?}");
        if next.is_some() {
            self.model.owner = self.model.next_owner.take();
        }
    }

    pub fn set_guardian(&mut self) {
        let guardian = if self.rng.once_in(3) { None } else { Some(self.person()) };
        self.name_guardian(guardian);
    }

    fn name_guardian(&mut self, guardian: Option<Addr>) {
        let (owner, expected) = (self.owner(), self.is_owned());
        let msg = ExecuteMsg::SetGuardian { guardian: guardian.as_ref().map(Addr::to_string) };
        let result = self.send(&owner, &msg, &[]);
        assert_eq!(result.is_ok(), expected, "{result:?}");
        if expected {
            self.model.guardian = guardian;
        }
    }

    /// Refused while anything is left that only an owner could end or take. Late in a world's life the owner ends all of it before:
    /// what follows has no owner.
    pub fn renounce(&mut self) {
        if self.age > 80 && self.is_owned() {
            self.put_in_order();
        }
        let current = self.current_epoch();
        let limits = [self.model.limits_at(current), self.model.limits_at(u64::MAX)];
        let mut asked = limits.iter().flat_map(|limits| &limits.assets);
        let is_free = asked.clone().all(|(_, (_, fee))| *fee == 0);
        let is_due = asked.any(|(asset, _)| self.model.fees.get(asset).copied().unwrap_or(0) > 0);
        let expected = self.is_owned()
            && self.model.next_owner.is_none()
            && self.model.guardian.is_none()
            && self.model.operators.proposal.is_none()
            && is_free
            && !is_due;
        let owner = self.owner();
        let result = self.send(&owner, &ExecuteMsg::RenounceOwnership {}, &[]);
        assert_eq!(result.is_ok(), expected, "{result:?}");
        if expected {
            self.model.owner = None;
        }
    }

    fn put_in_order(&mut self) {
        self.name_owner(None);
        self.name_guardian(None);
        if self.model.operators.proposal.is_some() {
            self.cancel_config();
        }
        let mut limits = self.model.limits_at(u64::MAX).clone();
        limits.assets.values_mut().for_each(|(_, fee)| *fee = 0);
        self.set_limits(limits, true);
        let next_s = crate::suite::clock().window_start_s(Model::next_epoch(self.now_s())).unwrap();
        self.reach(next_s);
        for asset in self.suite.assets() {
            self.withdraw_fees_in(&asset);
        }
    }
}
