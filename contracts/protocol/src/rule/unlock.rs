//! Step 6: how much of what was earned can be claimed by now.

use super::Unlock;
use crate::math::mul_div_floor;

/// The part of `cumulative` that is unlocked at `now_s`: all at or after `end_s`, nothing up to `start_s`, linear
/// between. Never falls as `now_s` or `cumulative` rises.
pub fn unlocked(unlock: Unlock, cumulative: u128, now_s: u64) -> u128 {
    if now_s >= unlock.end_s {
        return cumulative;
    }
    if now_s <= unlock.start_s {
        return 0;
    }
    let elapsed_s = now_s.abs_diff(unlock.start_s);
    let duration_s = unlock.end_s.abs_diff(unlock.start_s);
    // start < now < end here, so the result is below `cumulative` and the division is by a positive number.
    mul_div_floor(cumulative, u128::from(elapsed_s), u128::from(duration_s)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn worked_values() {
        let unlock = Unlock { start_s: 100, end_s: 200 };
        assert_eq!(unlocked(unlock, 1_000, 0), 0);
        assert_eq!(unlocked(unlock, 1_000, 100), 0);
        assert_eq!(unlocked(unlock, 1_000, 101), 10);
        assert_eq!(unlocked(unlock, 999, 150), 499);
        assert_eq!(unlocked(unlock, 1_000, 199), 990);
        assert_eq!(unlocked(unlock, 1_000, 200), 1_000);
        let cliff = Unlock { start_s: 100, end_s: 100 };
        assert_eq!(unlocked(cliff, 1_000, 99), 0);
        assert_eq!(unlocked(cliff, 1_000, 100), 1_000);
        assert_eq!(unlocked(Unlock { start_s: 0, end_s: 0 }, 1_000, 0), 1_000);
        assert_eq!(
            unlocked(Unlock { start_s: 0, end_s: u64::MAX }, u128::MAX, 1),
            u128::MAX / u128::from(u64::MAX)
        );
    }

    proptest! {
        #[test]
        fn it_never_falls(start in 0u64..1_000, length in 0u64..1_000, now in 0u64..3_000, amount in 0u128..1 << 120) {
            let unlock = Unlock { start_s: start, end_s: start + length };
            let at = unlocked(unlock, amount, now);
            prop_assert!(at <= amount);
            prop_assert!(at <= unlocked(unlock, amount, now + 1));
            prop_assert!(at <= unlocked(unlock, amount + 1, now));
        }
    }
}
