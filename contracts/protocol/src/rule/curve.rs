//! g(s): from a gated score to a base weight.

use super::{Curve, Tier};
use crate::math::mul_ppm_floor;
use crate::score::PPM;

impl Curve {
    /// The base weight of score `score_ppm <= 10^6`, in `0..=10^6`. Zero for zero.
    pub(super) fn base_weight(&self, score_ppm: u32) -> u64 {
        let s = u64::from(score_ppm.min(PPM));
        match self {
            Self::Linear {} => s,
            Self::ConvergentLinear { k } => convergent_linear(s, u64::from(*k)).unwrap_or(0),
            Self::Tiered { tiers } => tiered(score_ppm.min(PPM), tiers),
            Self::Sqrt {} => s.checked_mul(u64::from(PPM)).map_or(0, u64::isqrt),
        }
    }
}

/// `floor(s(s + 2k) / (s + 4k))`; with s and k at most 10^6 every product stays below 2^42. `None` only for k = 0.
fn convergent_linear(s: u64, k: u64) -> Option<u64> {
    let numerator = s.checked_mul(s.checked_add(k.checked_mul(2)?)?)?;
    numerator.checked_div(s.checked_add(k.checked_mul(4)?)?)
}

/// `floor(Σ rate_i · overlap_i / 10^6)`, one floor at the end. At most 16 · 10^6 · 10^6 < 2^44.
fn tiered(score_ppm: u32, tiers: &[Tier]) -> u64 {
    let ends = tiers.iter().skip(1).map(|tier| tier.threshold).chain([PPM]);
    let sum: u128 = tiers
        .iter()
        .zip(ends)
        .map(|(tier, end)| {
            let overlap = score_ppm.clamp(tier.threshold, end).abs_diff(tier.threshold);
            u128::from(overlap).checked_mul(u128::from(tier.rate_ppm)).unwrap_or(0)
        })
        .sum();
    mul_ppm_floor(sum, 1).and_then(|weight| u64::try_from(weight).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tiers(tiers: &[(u32, u32)]) -> Curve {
        Curve::Tiered {
            tiers: tiers.iter().map(|&(threshold, rate_ppm)| Tier { threshold, rate_ppm }).collect(),
        }
    }

    #[test]
    fn worked_values() {
        assert_eq!(Curve::Linear {}.base_weight(123_456), 123_456);
        // 1(1+2)/(1+4) = 3/5; at s = k = 250,000: 250,000 · 750,000 / 1,250,000 = 150,000;
        // at s = 10^6: 10^6 · 1.5·10^6 / 2·10^6 = 750,000
        let convergent = Curve::ConvergentLinear { k: 250_000 };
        assert_eq!(convergent.base_weight(0), 0);
        assert_eq!(convergent.base_weight(1), 0);
        assert_eq!(convergent.base_weight(250_000), 150_000);
        assert_eq!(convergent.base_weight(1_000_000), 750_000);
        // Sqrt: isqrt(250,000 · 10^6) = 500,000; isqrt(2·10^6) = 1,414
        assert_eq!(Curve::Sqrt {}.base_weight(250_000), 500_000);
        assert_eq!(Curve::Sqrt {}.base_weight(2), 1_414);
        // Tiers: 100,000 at 0.5 + 150,000 at 0.25 = 50,000 + 37,500
        let falling = tiers(&[(0, 500_000), (100_000, 250_000)]);
        assert_eq!(falling.base_weight(250_000), 87_500);
        assert_eq!(falling.base_weight(1_000_000), 50_000 + 225_000);
        // Below the first threshold nothing counts; the halves are floored once, at the end.
        let rising = tiers(&[(10, 500_000), (11, 500_000)]);
        assert_eq!(rising.base_weight(10), 0);
        assert_eq!(rising.base_weight(11), 0);
        assert_eq!(rising.base_weight(12), 1);
    }

    fn any_curve() -> impl Strategy<Value = Curve> {
        let tier = (0..PPM, 0..=PPM);
        prop_oneof![
            Just(Curve::Linear {}),
            Just(Curve::Sqrt {}),
            (1..=PPM).prop_map(|k| Curve::ConvergentLinear { k }),
            proptest::collection::btree_map(0..PPM, tier.prop_map(|(_, rate)| rate), 1..=16)
                .prop_map(|map| tiers(&map.into_iter().collect::<Vec<_>>())),
        ]
    }

    proptest! {
        #[test]
        fn every_curve_stays_in_range_and_never_falls(curve in any_curve(), a in 0..=PPM, b in 0..=PPM) {
            let (low, high) = (curve.base_weight(a.min(b)), curve.base_weight(a.max(b)));
            prop_assert!(low <= high);
            prop_assert!(high <= u64::from(PPM));
            prop_assert_eq!(curve.base_weight(0), 0);
        }
    }
}
