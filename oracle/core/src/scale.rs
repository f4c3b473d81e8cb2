//! Helping a sponsor to choose a campaign's scale: how much attention users had in past epochs.
//!
//! Nothing here enters a score: the scale is fixed when the campaign is created, because cheap accounts would move any
//! quantile that is taken later.

use attention_features::AssetCatalog;
use attention_protocol::math::mul_div_floor;
use attention_protocol::{PPM, Targets};
use serde::Serialize;

use crate::attention::{Attention, ScoreError};

/// The quantiles that are shown, ppm.
pub const QUANTILES_PPM: [u32; 6] = [250_000, 500_000, 750_000, 900_000, 950_000, 990_000];
/// The quantile that the suggestion is made from, ppm: one user in twenty reaches the full score.
pub const SUGGESTED_QUANTILE_PPM: u32 = 950_000;
/// raw / 1000 is in ppm of a score at scale 1.
const RAW_PER_PPM: u128 = 1_000;

/// One quantile of attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Quantile {
    /// Its level, ppm.
    pub level_ppm: u32,
    /// `floor(raw / 1000)` of the user who stands there: the score, ppm, that a scale of 1 would give without its cap.
    pub attention: u128,
}

/// What past attention suggests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScaleAdvice {
    /// How many (user, epoch) pairs had attention in the targets.
    pub samples: usize,
    /// The quantiles over them.
    pub quantiles: Vec<Quantile>,
    /// `max(1, ceil(q95 / 10^6))`: the scale at which the user at the 95 % quantile just reaches a score of one.
    pub suggested_scale: u64,
}

/// Quantiles of attention over all users and `epochs`, and a suggested scale. Without any attention it is 1.
///
/// # Errors
/// [`ScoreError`].
pub fn advise_scale(
    epochs: &[Attention],
    targets: &Targets,
    catalog: &AssetCatalog,
) -> Result<ScaleAdvice, ScoreError> {
    let mut samples = Vec::new();
    for epoch in epochs {
        let raw = epoch.raw_by_user(targets, catalog)?;
        samples.extend(raw.into_values().filter_map(|raw| raw.checked_div(RAW_PER_PPM)));
    }
    samples.sort_unstable();
    let quantiles = QUANTILES_PPM
        .iter()
        .filter_map(|&level_ppm| {
            quantile(&samples, level_ppm).map(|attention| Quantile { level_ppm, attention })
        })
        .collect();
    let high = quantile(&samples, SUGGESTED_QUANTILE_PPM).unwrap_or(0);
    let suggested_scale = u64::try_from(high.div_ceil(u128::from(PPM)).max(1)).map_err(|_| {
        ScoreError::Overflow { what: "the suggested scale", of: "the campaign's targets".to_owned() }
    })?;
    Ok(ScaleAdvice { samples: samples.len(), quantiles, suggested_scale })
}

/// The nearest-rank quantile of sorted values: the one at rank `ceil(n · level)`, counted from 1. `None` without values.
pub fn quantile(sorted: &[u128], level_ppm: u32) -> Option<u128> {
    let count = u128::try_from(sorted.len()).ok()?;
    // ceil(n · q) = n − floor(n · (1 − q))
    let above = mul_div_floor(count, u128::from(PPM.abs_diff(level_ppm.min(PPM))), u128::from(PPM))?;
    let rank = usize::try_from(count.checked_sub(above)?).ok()?.max(1);
    sorted.get(rank.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use attention_features::{AssetId, EventKind, UserId};

    use super::*;
    use crate::attention::AttentionRow;

    #[test]
    fn nearest_rank_by_hand() {
        let sorted: Vec<u128> = (1..=10).collect();
        // ceil(10 · 0.25) = 3, ceil(10 · 0.5) = 5, ceil(10 · 0.95) = 10, ceil(10 · 0.000001) = 1
        let of = |level| quantile(&sorted, level);
        assert_eq!([250_000, 500_000, 950_000, 1, 0, 1_000_000].map(of), [3, 5, 10, 1, 1, 10].map(Some));
        assert_eq!(quantile(&sorted[..7], 500_000), Some(4), "ceil(3.5)");
        assert_eq!(quantile(&[], 500_000), None);
    }

    #[test]
    fn the_user_at_the_quantile_just_reaches_one() {
        let catalog = AssetCatalog::new(vec![(AssetId(1), vec![])]).unwrap();
        let row = |user: u64| AttentionRow {
            user: UserId::new(format!("u{user:02}")).unwrap(),
            asset: AssetId(1),
            kind: EventKind::Purchase,
            engagement_micro: user * 1_000_000,
            interest_ppb: 100_000,
        };
        let epoch =
            |users: std::ops::RangeInclusive<u64>| Attention::from_rows(users.map(row).collect()).unwrap();
        let epochs = [epoch(1..=10), epoch(11..=20)];
        let advice = advise_scale(&epochs, &Targets::All {}, &catalog).unwrap();
        assert_eq!(advice.samples, 20);
        // Rank ceil(20 · 0.95) = 19: 19·10^6 · 10^5 / 1000 = 1.9·10^9, so the scale is 1,900.
        assert_eq!(advice.quantiles[4], Quantile { level_ppm: 950_000, attention: 1_900_000_000 });
        assert_eq!(advice.suggested_scale, 1_900);
        let score = crate::attention::score_of(1_900_000_000_000, 1_900, PPM).unwrap();
        assert_eq!(score, attention_protocol::Score::MAX);
        let none = advise_scale(&[], &Targets::All {}, &catalog).unwrap();
        assert_eq!((none.suggested_scale, none.quantiles.len()), (1, 0));
    }
}
