//! How a score fades: a half-life in epochs, and one closed form for any number of epochs.

use crate::math::mul_div_floor;

/// One, in parts per 10^18: fine enough that ten thousand epochs lose nothing that a score could show.
pub const ONE_E18: u64 = 1_000_000_000_000_000_000;
/// A half.
const HALF_E18: u64 = ONE_E18 / 2;

/// What an epoch leaves of a score, parts per 10^18: the least share of which `half_life_epochs` epochs leave at least a
/// half. Rounded like every product here, so it is exact: 5·10^17 for a half-life of one epoch.
pub fn retained_e18(half_life_epochs: u32) -> u64 {
    // After `half_life` epochs `high` always leaves a half, `low` never does. 10^18 < 2^60.
    let (mut low, mut high) = (0, ONE_E18);
    for _ in 0..60 {
        let middle = u64::midpoint(low, high);
        if power_e18(middle, u64::from(half_life_epochs)) >= u128::from(HALF_E18) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

/// `floor(score · P / 10^18)`, P the product of `epochs` shares: the squares and their product from the lowest bit of
/// `epochs` up, each floored to parts per 10^18. At most 64 squarings. A share above one counts as one.
pub fn decayed(score: u64, retained_e18: u64, epochs: u64) -> u64 {
    let left = floor_e18(u128::from(score), power_e18(retained_e18, epochs));
    // At most the score itself.
    u64::try_from(left).unwrap_or(score)
}

fn power_e18(share_e18: u64, mut epochs: u64) -> u128 {
    let one = u128::from(ONE_E18);
    let mut square = u128::from(share_e18).min(one);
    let mut power = one;
    while epochs > 0 {
        if epochs & 1 == 1 {
            power = floor_e18(power, square);
        }
        epochs >>= 1;
        if epochs > 0 {
            square = floor_e18(square, square);
        }
    }
    power
}

/// `floor(a · b / 10^18)`. Both are at most 2^64, so the product fits.
fn floor_e18(a: u128, b: u128) -> u128 {
    mul_div_floor(a, b, u128::from(ONE_E18)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use proptest::prelude::*;

    use super::*;
    use crate::gift::{DECAYED_SCORE_MAX, HALF_LIFE_MAX_EPOCHS};

    /// A natural number of any size, 32 bits a limb, lowest first: nothing of it is shared with the code under test.
    #[derive(Clone)]
    struct Big(Vec<u32>);

    impl Big {
        fn times(mut self, factor: u64) -> Self {
            let low = self.by_limb(factor as u32, 0);
            let high = self.by_limb((factor >> 32) as u32, 1);
            self.0 = vec![0; low.len().max(high.len()) + 1];
            let mut carry = 0u64;
            for (i, limb) in self.0.iter_mut().enumerate() {
                let part = |limbs: &[u32]| u64::from(limbs.get(i).copied().unwrap_or(0));
                carry += part(&low) + part(&high);
                *limb = carry as u32;
                carry >>= 32;
            }
            self
        }

        fn by_limb(&self, factor: u32, shift: usize) -> Vec<u32> {
            let mut out = vec![0; shift];
            let mut carry = 0u64;
            for limb in &self.0 {
                carry += u64::from(*limb) * u64::from(factor);
                out.push(carry as u32);
                carry >>= 32;
            }
            out.push(carry as u32);
            out
        }

        fn compare(&self, other: &Self) -> Ordering {
            let limbs = self.0.len().max(other.0.len());
            let at = |big: &Self, i: usize| big.0.get(i).copied().unwrap_or(0);
            let highest_first = (0..limbs).rev().map(|i| at(self, i).cmp(&at(other, i)));
            highest_first.fold(Ordering::Equal, Ordering::then)
        }
    }

    fn big(number: u64) -> Big {
        Big(vec![1]).times(number)
    }

    #[test]
    fn shares_by_hand() {
        assert_eq!(retained_e18(1), 500_000_000_000_000_000);
        // 2^(-1/2) = 0.707106781186547524400…; 2^(-1/10) = 0.933032991536807415…
        assert_eq!(retained_e18(2) / 10, 70_710_678_118_654_752);
        assert_eq!(retained_e18(10) / 100, 9_330_329_915_368_074);
        for half_life in 1..=200 {
            assert!(power_e18(retained_e18(half_life), half_life.into()) >= u128::from(HALF_E18));
            assert!(power_e18(retained_e18(half_life) - 1, half_life.into()) < u128::from(HALF_E18));
        }
    }

    #[test]
    fn scores_by_hand() {
        let half = retained_e18(1);
        let left: Vec<u64> = (0..6).map(|epochs| decayed(1_000_000, half, epochs)).collect();
        assert_eq!(left, [1_000_000, 500_000, 250_000, 125_000, 62_500, 31_250]);
        assert_eq!(decayed(7, half, 1), 3, "floored");
        assert_eq!(decayed(u64::MAX, half, 64), 0);
        assert_eq!(decayed(u64::MAX, ONE_E18, u64::MAX), u64::MAX);
        assert_eq!(decayed(5, u64::MAX, 1), 5, "never more than one");
        assert_eq!(decayed(5, 0, 0), 5);
        assert_eq!(decayed(5, 0, 1), 0);
        assert_eq!(decayed(DECAYED_SCORE_MAX, retained_e18(HALF_LIFE_MAX_EPOCHS), u64::MAX), 0);
    }

    proptest! {
        /// Never above `score · share^epochs`, and less than two below it: compared as exact fractions.
        #[test]
        fn the_closed_form_against_exact_fractions(
            score in 0..=DECAYED_SCORE_MAX,
            half_life in 1..=HALF_LIFE_MAX_EPOCHS,
            epochs in 0u64..120,
        ) {
            let share = retained_e18(half_life);
            let left = decayed(score, share, epochs);
            let scaled = |number| (0..epochs).fold(big(number), |product, _| product.times(ONE_E18));
            let exact = (0..epochs).fold(big(score), |product, _| product.times(share));
            prop_assert!(scaled(left).compare(&exact) != Ordering::Greater);
            prop_assert!(scaled(left + 2).compare(&exact) == Ordering::Greater);
        }

        /// More time never leaves more, and a higher score never less.
        #[test]
        fn it_only_fades(score in 0..=DECAYED_SCORE_MAX, half_life in 1..=HALF_LIFE_MAX_EPOCHS, epochs in 0u64..1 << 40) {
            let share = retained_e18(half_life);
            prop_assert!(decayed(score, share, epochs + 1) <= decayed(score, share, epochs));
            prop_assert!(decayed(score, share, epochs) <= decayed(score + 1, share, epochs));
        }
    }
}
