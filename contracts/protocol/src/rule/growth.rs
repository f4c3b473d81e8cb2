//! How many leaves a tree may have, given its base.

use super::Growth;
use crate::math::mul_ppm_floor;

/// `base_count + floor(base_count · ppm / 10^6) + abs`: the most leaves an honest tree has. Above `u32::MAX` the
/// tree's own limit rules.
pub fn admitted_leaves(growth: Growth, base_count: u32) -> u32 {
    let base = u128::from(base_count);
    let relative = mul_ppm_floor(base, growth.ppm).unwrap_or(u128::MAX);
    let sum = base.checked_add(relative).and_then(|sum| sum.checked_add(u128::from(growth.abs)));
    sum.and_then(|sum| u32::try_from(sum).ok()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worked_values() {
        assert_eq!(admitted_leaves(Growth { ppm: 500_000, abs: 10 }, 0), 10);
        assert_eq!(admitted_leaves(Growth { ppm: 500_000, abs: 10 }, 101), 101 + 50 + 10);
        assert_eq!(admitted_leaves(Growth { ppm: 100_000_000, abs: u32::MAX }, u32::MAX), u32::MAX);
    }
}
