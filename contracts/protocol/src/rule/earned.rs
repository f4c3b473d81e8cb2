//! Step 5: what a weight earns out of a budget.

use super::{Payout, ValidRule};
use crate::math::{mul_div_floor, mul_ppm_floor};
use crate::score::PPM;

impl ValidRule {
    /// What an account with `weight` earns in an epoch whose weights sum to `total_weight`, base units.
    ///
    /// `weight` is at most `total_weight` in every tree that verifies; more counts as the total, so that the function
    /// is total. `budget` is at most 2^120. The sum over the leaves of a tree is never above `budget`.
    ///
    /// Under a capped rate the comparison with the budget is made before the division: `W·p ≤ budget·10^6`. Comparing
    /// the floored need instead would let who splits an account push the need just below the budget and gain one
    /// base unit.
    pub fn earned(&self, weight: u64, total_weight: u64, budget: u128) -> u128 {
        let weight = u128::from(weight.min(total_weight));
        let total = u128::from(total_weight);
        let base = match &self.rule().payout {
            Payout::CappedRate { price } if covers(total, price.u128(), budget) => {
                mul_div_floor(weight, price.u128(), u128::from(PPM))
            }
            _ => mul_div_floor(budget, weight, total),
        };
        let cap = mul_ppm_floor(budget, self.rule().share_cap_ppm);
        // Both are at most the budget; `base` is missing only where there is no weight at all.
        base.unwrap_or(0).min(cap.unwrap_or(budget))
    }
}

/// `total · price <= budget · 10^6`, exactly. `total < 2^64` and `price <= 2^64`, so the left side fits.
fn covers(total: u128, price: u128, budget: u128) -> bool {
    let need = total.checked_mul(price);
    let funds = budget.checked_mul(u128::from(PPM));
    match (need, funds) {
        (Some(need), Some(funds)) => need <= funds,
        // A budget beyond 2^108 covers any need that fits.
        (Some(_), None) => true,
        (None, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::Uint128;

    use super::super::AMOUNT_MAX;
    use super::super::fixture::{plain_rule, valid};
    use super::*;

    fn capped(price: u128) -> ValidRule {
        let mut rule = plain_rule();
        rule.payout = Payout::CappedRate { price: Uint128::new(price) };
        valid(rule)
    }

    #[test]
    fn pro_rata_by_hand() {
        let rule = valid(plain_rule());
        assert_eq!(rule.earned(1, 3, 100), 33);
        assert_eq!(rule.earned(2, 3, 100), 66);
        assert_eq!(rule.earned(3, 3, 100), 100);
        assert_eq!(rule.earned(0, 3, 100), 0);
        assert_eq!(rule.earned(0, 0, 100), 0);
        assert_eq!(rule.earned(5, 5, AMOUNT_MAX), AMOUNT_MAX);
        assert_eq!(rule.earned(u64::MAX, u64::MAX, AMOUNT_MAX), AMOUNT_MAX);
    }

    #[test]
    fn capped_rate_by_hand() {
        // 2 base units per 10^6 of weight; three million of weight need 6.
        let rule = capped(2);
        assert_eq!(rule.earned(1_500_000, 3_000_000, 6), 3);
        assert_eq!(rule.earned(1_499_999, 3_000_000, 6), 2);
        assert_eq!(rule.earned(1_500_000, 3_000_000, 100), 3, "the rest stays unallocated");
        assert_eq!(rule.earned(1_000_000, 3_000_000, 5), 1, "5 does not cover 6: pro rata");
        assert_eq!(rule.earned(3_000_000, 3_000_000, 5), 5);
        // ADR 1: 28 of weight need 26.94; 26 covers the floor of that, not the need. At the full rate 24 would earn 23,
        // one more than 25 did before it was split into 24 and 1.
        let rule = capped(961_996);
        assert_eq!(rule.earned(24, 28, 26), 22);
        assert_eq!(rule.earned(25, 29, 26), 22);
        let rule = capped(1 << 64);
        assert_eq!(rule.earned(u64::MAX, u64::MAX, AMOUNT_MAX), ((u128::from(u64::MAX)) << 64) / 1_000_000);
    }

    #[test]
    fn one_account_earns_at_most_its_share() {
        let mut rule = plain_rule();
        rule.share_cap_ppm = 250_000;
        rule.split_gain = true;
        let rule = valid(rule);
        assert_eq!(rule.earned(9, 10, 1_000), 250);
        assert_eq!(rule.earned(1, 10, 1_000), 100);
        assert_eq!(rule.earned(1, 1, 3), 0, "floor(3 · 0.25)");
    }
}
