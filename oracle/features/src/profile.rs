//! What a set of trades says about attributes: smoothed log-lifts.

use crate::{AssetCatalog, log2_x16};

/// Trades of the average kind that are added to every count, so that few trades say little.
const SMOOTHING: u128 = 10;
/// A power of two, so that its own log is exact.
const SCALE: u128 = 1 << 20;

/// For every attribute how much more often it occurs among `assets` (positions, with repetition) than in the
/// catalogue: `log(SCALE · share / supply share) − log(SCALE)` in sixteenths of an octave, where
/// `share = (trades with it + SMOOTHING · supply share) / (trades + SMOOTHING)`.
pub(crate) fn attribute_lifts(catalog: &AssetCatalog, assets: impl Iterator<Item = u32>) -> Vec<i64> {
    let mut counts = vec![0u128; catalog.supply().len()];
    let mut trades = 0u128;
    for position in assets {
        trades += 1;
        for &attribute in &catalog.assets()[position as usize].attributes {
            counts[attribute as usize] += 1;
        }
    }
    let all = catalog.len() as u128;
    counts
        .iter()
        .zip(catalog.supply())
        .map(|(&count, &supply)| {
            // Every listed attribute has a supply of at least 1. Counts are below 2^26, assets below 2^20.
            let supply = u128::from(supply);
            let lift = SCALE * (count * all + SMOOTHING * supply) / (supply * (trades + SMOOTHING));
            log2_x16(lift) - log2_x16(SCALE)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AssetId;

    #[test]
    fn lifts_by_hand() {
        let attribute = |value: &str| vec![("gender".to_owned(), value.to_owned())];
        let catalog = AssetCatalog::new(vec![
            (AssetId(0), attribute("Female")),
            (AssetId(1), attribute("Male")),
            (AssetId(2), attribute("Male")),
            (AssetId(3), attribute("Male")),
        ])
        .unwrap();
        assert_eq!(attribute_lifts(&catalog, std::iter::empty()), [0, 0]);
        // 10 purchases, all Female (supply 1 of 4): (10·4 + 10) / (1 · 20) = 2.5 times, 16·log2 2.5 = 21.15;
        // Male (3 of 4): (0 + 30) / (3 · 20) = .5 times, one octave down.
        assert_eq!(attribute_lifts(&catalog, std::iter::repeat_n(0, 10)), [21, -16]);
    }
}
