//! One campaign's allocation in one epoch: who is in the tree, what each weighs and earns.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use attention_protocol::hash::Deployment;
use attention_protocol::leaves_file::CampaignLeaves;
use attention_protocol::rule::{admitted_leaves, next_streak};
use attention_protocol::settle::SettledBase;
use attention_protocol::tree::Tree;
use attention_protocol::{AccountId, Commitment, Leaf, ProtocolError, Score, ValidRule};

/// Everything a campaign's tree is a function of.
#[derive(Debug)]
pub struct AllocationInput<'a> {
    /// Chain and contract.
    pub deployment: &'a Deployment,
    /// The campaign.
    pub campaign: u64,
    /// The epoch.
    pub epoch: u64,
    /// The campaign's rule.
    pub rule: &'a ValidRule,
    /// Hash of its terms.
    pub rule_hash: attention_protocol::Hash,
    /// What the epoch may pay, base units.
    pub budget: u128,
    /// The allocation it builds on.
    pub base: SettledBase,
    /// That allocation's leaves, rising by account.
    pub base_leaves: &'a [Leaf],
    /// Scores of linked accounts.
    pub scores: &'a BTreeMap<AccountId, Score>,
}

/// Builds the tree's leaves and the commitment. `None` where no weight or no budget is: such an epoch has no commitment,
/// the budget and all streaks stay.
///
/// # Errors
/// [`ProtocolError`] if sums overflow, which a campaign of at most 2^120 base units cannot reach.
pub fn allocate(input: &AllocationInput<'_>) -> Result<Option<CampaignLeaves>, ProtocolError> {
    if input.budget == 0 {
        return Ok(None);
    }
    let mut leaves = weighed_leaves(input);
    let weight_total = leaves
        .iter()
        .try_fold(0u64, |sum, leaf| sum.checked_add(leaf.weight))
        .ok_or(ProtocolError::SumOverflow)?;
    if weight_total == 0 {
        return Ok(None);
    }
    for leaf in &mut leaves {
        let earned = input.rule.earned(leaf.weight, weight_total, input.budget);
        leaf.cumulative = leaf.cumulative.checked_add(earned).ok_or(ProtocolError::SumOverflow)?;
    }
    let domain = input.deployment.allocation_domain(input.campaign, input.epoch);
    let tree = Tree::build("allocation leaves", &domain, &leaves)?;
    let root = tree.root();
    let commitment = Commitment {
        campaign: input.campaign,
        base_root: input.base.root,
        base_total: input.base.total,
        root: root.hash,
        leaf_count: tree.leaf_count(),
        weight_total: root.weight,
        cumulative_total: root.cumulative,
        budget: input.budget,
        rule_hash: input.rule_hash,
    };
    Ok(Some(CampaignLeaves { commitment, leaves }))
}

/// The base tree's accounts and the admitted new ones, rising by account, with the base's cumulative amounts.
fn weighed_leaves(input: &AllocationInput<'_>) -> Vec<Leaf> {
    let score_of = |account: &AccountId| input.scores.get(account).copied().unwrap_or(Score::ZERO);
    let leaf = |account: &AccountId, score, base_streak, cumulative| {
        let streak = next_streak(input.rule, base_streak, score);
        // A boost has no verifiable source yet.
        let boost_ppm = 0;
        let weight = input.rule.weight(score, streak, boost_ppm);
        Leaf { account: account.clone(), score, streak, boost_ppm, weight, cumulative }
    };
    let stayed = input
        .base_leaves
        .iter()
        .map(|base| leaf(&base.account, score_of(&base.account), base.streak, base.cumulative));
    let new = admitted(input).into_iter().map(|(account, score)| leaf(account, score, 0, 0));
    let mut leaves: Vec<Leaf> = stayed.chain(new).collect();
    leaves.sort_by(|a, b| a.account.cmp(&b.account));
    leaves
}

/// The new accounts that the growth limit admits: highest score first, then lowest address.
fn admitted<'a>(input: &AllocationInput<'a>) -> Vec<(&'a AccountId, Score)> {
    let is_new =
        |account: &AccountId| input.base_leaves.binary_search_by(|leaf| leaf.account.cmp(account)).is_err();
    let mut new: Vec<(&AccountId, Score)> = input
        .scores
        .iter()
        .filter(|(account, score)| score.ppm() >= 1 && is_new(account))
        .map(|(account, score)| (account, *score))
        .collect();
    new.sort_by_key(|(account, score)| (Reverse(*score), *account));
    let most = admitted_leaves(input.rule.rule().growth, input.base.leaf_count);
    // Never below the base's own count.
    let room = most.abs_diff(input.base.leaf_count);
    new.truncate(usize::try_from(room).unwrap_or(usize::MAX));
    new
}

#[cfg(test)]
mod tests {
    use attention_protocol::rule::{Curve, Growth, Payout, Streak};
    use attention_protocol::{Rule, ZERO_HASH};

    use super::*;
    use crate::campaign::fixture::view;

    fn account(byte: u8) -> AccountId {
        AccountId::try_from([byte; 20].as_slice()).unwrap()
    }

    fn scores(of: &[(u8, u32)]) -> BTreeMap<AccountId, Score> {
        of.iter().map(|&(byte, ppm)| (account(byte), Score::try_from(ppm).unwrap())).collect()
    }

    fn build(
        change: impl FnOnce(&mut Rule),
        budget: u128,
        base: Option<&CampaignLeaves>,
        of: &[(u8, u32)],
    ) -> Option<CampaignLeaves> {
        let mut rule = view().terms.rule;
        change(&mut rule);
        let rule = ValidRule::try_from(rule).unwrap();
        let settled = base.map_or(SettledBase::NONE, |base| SettledBase {
            root: base.commitment.root,
            total: base.commitment.cumulative_total,
            leaf_count: base.commitment.leaf_count,
        });
        allocate(&AllocationInput {
            deployment: &Deployment::new("chain", &account(9)).unwrap(),
            campaign: 1,
            epoch: 4,
            rule: &rule,
            rule_hash: [5; 32],
            budget,
            base: settled,
            base_leaves: base.map_or(&[], |base| &base.leaves),
            scores: &scores(of),
        })
        .unwrap()
    }

    /// (account byte, score, streak, weight, cumulative) of every leaf.
    fn rows(built: &CampaignLeaves) -> Vec<(u8, u32, u16, u64, u128)> {
        let row = |leaf: &Leaf| {
            (leaf.account.as_slice()[0], leaf.score.ppm(), leaf.streak, leaf.weight, leaf.cumulative)
        };
        built.leaves.iter().map(row).collect()
    }

    #[test]
    fn a_first_epoch_by_hand() {
        let built = build(|_| {}, 100, None, &[(3, 600_000), (1, 300_000), (2, 0)]).unwrap();
        // floor(100 · 3/9) = 33, floor(100 · 6/9) = 66; a score of zero brings nobody in.
        assert_eq!(rows(&built), [(1, 300_000, 1, 300_000, 33), (3, 600_000, 1, 600_000, 66)]);
        let commitment = &built.commitment;
        assert_eq!((commitment.base_root, commitment.base_total), (ZERO_HASH, 0));
        assert_eq!((commitment.leaf_count, commitment.weight_total), (2, 900_000));
        assert_eq!((commitment.cumulative_total, commitment.budget), (99, 100));
        assert_eq!(commitment.rule_hash, [5; 32]);
    }

    #[test]
    fn who_was_in_stays_and_a_relinked_wallet_keeps_what_it_had() {
        let streaks = |rule: &mut Rule| {
            rule.streak = Streak { step_ppm: 100_000, cap_ppm: 200_000 };
            rule.multiplier_max_ppm = 2_000_000;
        };
        let first = build(streaks, 100, None, &[(1, 500_000), (2, 500_000)]).unwrap();
        // User of wallet 1 moves to wallet 7: wallet 1 has no score any more, wallet 7 starts at zero.
        let second = build(streaks, 210, Some(&first), &[(2, 500_000), (7, 500_000)]).unwrap();
        // Weights: 500,000 · 1.1 = 550,000 and 500,000; 210 · 55/105 = 110 and 100.
        let expected = [(1, 0, 0, 0, 50), (2, 500_000, 2, 550_000, 160), (7, 500_000, 1, 500_000, 100)];
        assert_eq!(rows(&second), expected);
        assert_eq!(second.commitment.base_root, first.commitment.root);
        assert_eq!(second.commitment.base_total, 100);
        assert_eq!(second.commitment.cumulative_total, 310);
    }

    #[test]
    fn without_weight_or_budget_there_is_no_commitment() {
        assert_eq!(build(|_| {}, 0, None, &[(1, 5)]), None);
        assert_eq!(build(|_| {}, 100, None, &[]), None);
        assert_eq!(build(|rule| rule.min_score = 6, 100, None, &[(1, 5)]), None, "below the gate");
        let convergent = |rule: &mut Rule| rule.curve = Curve::ConvergentLinear { k: 1_000_000 };
        assert_eq!(build(convergent, 100, None, &[(1, 1)]), None, "a weight that floors to zero");
    }

    #[test]
    fn growth_admits_the_highest_scores_then_the_lowest_addresses() {
        let tight = |rule: &mut Rule| rule.growth = Growth { ppm: 500_000, abs: 2 };
        let first = build(tight, 100, None, &[(4, 10), (3, 10), (2, 10), (1, 9)]).unwrap();
        let accounts = |built: &CampaignLeaves| rows(built).iter().map(|row| row.0).collect::<Vec<_>>();
        assert_eq!(accounts(&first), [2, 3], "two at first: of three with score 10 the two lowest");
        // base 2 + floor(2 · 0.5) + 2 = 5: three new ones
        let of = [(9, 7), (8, 7), (7, 7), (6, 8), (2, 1)];
        let second = build(tight, 100, Some(&first), &of).unwrap();
        assert_eq!(accounts(&second), [2, 3, 6, 7, 8]);
    }

    #[test]
    fn a_capped_rate_leaves_the_rest_unallocated() {
        let capped = |rule: &mut Rule| rule.payout = Payout::CappedRate { price: 10u128.into() };
        let built = build(capped, 1_000, None, &[(1, 500_000), (2, 1_000_000)]).unwrap();
        assert_eq!(built.commitment.cumulative_total, 15, "5 + 10 of 1,000");
    }

    proptest::proptest! {
        #[test]
        fn never_more_than_the_budget(
            of in proptest::collection::btree_map(1u8..40, 0u32..=1_000_000, 0..40),
            budget in 0u128..=1 << 120,
        ) {
            let of: Vec<_> = of.into_iter().collect();
            if let Some(built) = build(|_| {}, budget, None, &of) {
                proptest::prop_assert!(built.commitment.cumulative_total <= budget);
                proptest::prop_assert!(built.leaves.iter().all(|leaf| leaf.score.ppm() > 0));
            }
        }
    }
}
