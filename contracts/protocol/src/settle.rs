//! `check_settle`: whether a proven commitment may allocate money. One pure function, the contract's and the oracle's.

use cosmwasm_schema::cw_serde;

use crate::commitment::Commitment;
use crate::hash::{Hash, ZERO_HASH};
use crate::rule::{Growth, admitted_leaves};

/// The newest settled allocation of a campaign; zeros before the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettledBase {
    /// Its root.
    pub root: Hash,
    /// Its cumulative total, base units.
    pub total: u128,
    /// Its number of leaves.
    pub leaf_count: u32,
}

impl SettledBase {
    /// Nothing settled yet.
    pub const NONE: Self = Self { root: ZERO_HASH, total: 0, leaf_count: 0 };
}

/// What the chain knows about a campaign when a commitment of one epoch is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettleContext {
    /// The newest settled allocation.
    pub base: SettledBase,
    /// Whether the campaign runs in the epoch.
    pub running: bool,
    /// Hash of its terms.
    pub rule_hash: Hash,
    /// The budget of the epoch by the campaign's schedule, base units.
    pub budget: u128,
    /// How fast its tree may grow.
    pub growth: Growth,
}

/// Why a commitment is rejected for good. The campaign goes on with the next epoch.
#[cw_serde]
#[derive(Copy, Eq)]
pub enum RejectReason {
    /// The campaign does not run in the epoch.
    NotRunning,
    /// The terms are not the campaign's.
    WrongRuleHash,
    /// The budget is not what the schedule gives.
    WrongBudget,
    /// No weight, no leaf or no budget: such an epoch has no commitment.
    Empty,
    /// The cumulative total is below the base's: somebody would lose what they earned.
    TotalFell,
    /// More than the budget is allocated.
    OverBudget,
    /// There are fewer leaves than in the base.
    LeavesFell,
    /// There are more leaves than the growth limit admits.
    GrewTooFast,
}

/// What settling a commitment comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettleVerdict {
    /// `delta` base units move from unallocated to allocated.
    Settled {
        /// `cumulative_total − base_total`.
        delta: u128,
    },
    /// Nothing moves, and this commitment never settles.
    Rejected(RejectReason),
    /// The commitment builds on another base than the newest settled allocation: nothing may be written, because it may
    /// still settle once the base has.
    OtherBase,
}

/// Judges `commitment` in `context`. The base comes first: a commitment on another base is not rejected.
pub fn check_settle(commitment: &Commitment, context: &SettleContext) -> SettleVerdict {
    let base = &context.base;
    if commitment.base_root != base.root || commitment.base_total != base.total {
        return SettleVerdict::OtherBase;
    }
    let reason = if !context.running {
        RejectReason::NotRunning
    } else if commitment.rule_hash != context.rule_hash {
        RejectReason::WrongRuleHash
    } else if commitment.budget != context.budget {
        RejectReason::WrongBudget
    } else if commitment.budget == 0 || commitment.weight_total == 0 || commitment.leaf_count == 0 {
        RejectReason::Empty
    } else if commitment.leaf_count < base.leaf_count {
        RejectReason::LeavesFell
    } else if commitment.leaf_count > admitted_leaves(context.growth, base.leaf_count) {
        RejectReason::GrewTooFast
    } else {
        return match commitment.cumulative_total.checked_sub(commitment.base_total) {
            None => SettleVerdict::Rejected(RejectReason::TotalFell),
            Some(delta) if delta > commitment.budget => SettleVerdict::Rejected(RejectReason::OverBudget),
            Some(delta) => SettleVerdict::Settled { delta },
        };
    };
    SettleVerdict::Rejected(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> SettleContext {
        SettleContext {
            base: SettledBase { root: [1; 32], total: 100, leaf_count: 10 },
            running: true,
            rule_hash: [2; 32],
            budget: 50,
            growth: Growth { ppm: 500_000, abs: 2 },
        }
    }

    fn commitment() -> Commitment {
        Commitment {
            campaign: 1,
            base_root: [1; 32],
            base_total: 100,
            root: [3; 32],
            leaf_count: 17,
            weight_total: 5,
            cumulative_total: 150,
            budget: 50,
            rule_hash: [2; 32],
        }
    }

    fn judge(change: impl FnOnce(&mut Commitment)) -> SettleVerdict {
        let mut changed = commitment();
        change(&mut changed);
        check_settle(&changed, &context())
    }

    #[test]
    fn the_whole_budget_and_the_whole_growth_settle() {
        assert_eq!(judge(|_| {}), SettleVerdict::Settled { delta: 50 });
        assert_eq!(judge(|c| c.cumulative_total = 100), SettleVerdict::Settled { delta: 0 });
    }

    #[test]
    fn a_tree_that_did_not_grow_settles_and_one_without_leaves_never_does() {
        assert_eq!(judge(|c| c.leaf_count = 10), SettleVerdict::Settled { delta: 50 });
        let first = SettleContext { base: SettledBase::NONE, ..context() };
        let of = |leaf_count| Commitment {
            base_root: ZERO_HASH,
            base_total: 0,
            cumulative_total: 50,
            leaf_count,
            ..commitment()
        };
        // floor(0 · 0.5) + 2 leaves may come from nothing.
        assert_eq!(check_settle(&of(0), &first), SettleVerdict::Rejected(RejectReason::Empty));
        assert_eq!(check_settle(&of(2), &first), SettleVerdict::Settled { delta: 50 });
        assert_eq!(check_settle(&of(3), &first), SettleVerdict::Rejected(RejectReason::GrewTooFast));
    }

    #[test]
    fn each_reason() {
        use RejectReason::*;
        let rejected = SettleVerdict::Rejected;
        assert_eq!(judge(|c| c.rule_hash[0] ^= 1), rejected(WrongRuleHash));
        assert_eq!(judge(|c| c.budget = 51), rejected(WrongBudget));
        assert_eq!(judge(|c| c.weight_total = 0), rejected(Empty));
        assert_eq!(judge(|c| c.cumulative_total = 99), rejected(TotalFell));
        assert_eq!(judge(|c| c.cumulative_total = 151), rejected(OverBudget));
        assert_eq!(judge(|c| c.leaf_count = 9), rejected(LeavesFell));
        assert_eq!(judge(|c| c.leaf_count = 18), rejected(GrewTooFast));
        let stopped = SettleContext { running: false, ..context() };
        assert_eq!(check_settle(&commitment(), &stopped), rejected(NotRunning));
        let broke = SettleContext { budget: 0, ..context() };
        let empty = Commitment { budget: 0, cumulative_total: 100, ..commitment() };
        assert_eq!(check_settle(&empty, &broke), rejected(Empty));
    }

    #[test]
    fn another_base_is_no_rejection() {
        assert_eq!(judge(|c| c.base_root = [9; 32]), SettleVerdict::OtherBase);
        assert_eq!(judge(|c| c.base_total = 99), SettleVerdict::OtherBase);
        let wrong_in_every_way = |c: &mut Commitment| {
            c.base_total = 99;
            c.rule_hash = [0; 32];
            c.cumulative_total = 0;
        };
        assert_eq!(judge(wrong_in_every_way), SettleVerdict::OtherBase);
    }
}
