//! What an attribute adds to the price.

use attention_model::CounterRng;
use serde::Serialize;

use super::Act;
use crate::price::NAT_MICRO;
use crate::stats::{Interval, LEVEL, Resample, percentile_interval};

/// Fewest sold assets on either side of a comparison.
pub const PREMIUM_ASSETS_MIN: usize = 5;

/// The median relative price of sales of assets with an attribute against that of assets without.
///
/// Both medians are of prices relative to the market's level of their moment, so neither a rise of the market nor when an asset
/// happened to be sold counts. The interval is the bootstrap's by percentiles, assets being what is drawn, on each side as many
/// as were sold: all sales of an asset come or stay away together.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Premium {
    /// Sales with a believed price.
    pub sales: u64,
    /// Quotient of the medians less 1: .25 is a quarter more.
    pub premium: f64,
    /// Its 95 % interval.
    pub interval: Interval,
}

/// The priced sales of a period, by relative price.
#[derive(Debug)]
pub(super) struct Prices {
    /// Relative price in micro-nats and the place among `assets`.
    sales: Vec<(i64, usize)>,
    /// The sold assets, by their place in the catalogue, rising.
    assets: Vec<u32>,
}

impl Prices {
    pub(super) fn new(acts: &[Act]) -> Self {
        let priced =
            || acts.iter().filter_map(|act| act.relative_micro.map(|relative| (relative, act.asset)));
        let mut assets: Vec<u32> = priced().map(|(_, asset)| asset).collect();
        assets.sort_unstable();
        assets.dedup();
        let mut sales: Vec<(i64, usize)> = priced()
            .map(|(relative, asset)| (relative, assets.partition_point(|&other| other < asset)))
            .collect();
        sales.sort_unstable();
        Self { sales, assets }
    }

    /// `stream` names the attribute: each has random numbers of its own.
    pub(super) fn compare(&self, has: &[bool], seed: u64, stream: u32, resamples: u32) -> Option<Premium> {
        let side = |with: bool| -> Vec<usize> {
            (0..self.assets.len()).filter(|&at| has[self.assets[at] as usize] == with).collect()
        };
        let sides = [side(false), side(true)];
        if sides.iter().any(|side| side.len() < PREMIUM_ASSETS_MIN) {
            return None;
        }
        let on_side = |with: bool| -> Vec<(i64, usize)> {
            self.sales.iter().filter(|(_, at)| has[self.assets[*at] as usize] == with).copied().collect()
        };
        let sales = [on_side(false), on_side(true)];
        let all = vec![1u32; self.assets.len()];
        let difference = |weights: &[u32]| Some(median(&sales[1], weights)? - median(&sales[0], weights)?);
        let observed = difference(&all)?;
        let rngs = [0, 1].map(|side| CounterRng::new(seed, 2 * u64::from(stream) + side));
        let mut weights = vec![0u32; self.assets.len()];
        let mut replicates = Vec::with_capacity(resamples as usize);
        for number in 0..resamples {
            for (side, rng) in sides.iter().zip(rngs) {
                for (&at, count) in side.iter().zip(Resample::draw(rng, number, side.len()).counts) {
                    weights[at] = count;
                }
            }
            replicates.extend(difference(&weights).map(to_premium));
        }
        Some(Premium {
            sales: sales[1].len() as u64,
            premium: to_premium(observed),
            interval: percentile_interval(replicates, LEVEL)?,
        })
    }
}

fn to_premium(micro: i64) -> f64 {
    libm::expm1(micro as f64 / NAT_MICRO as f64)
}

/// The lower median of values in rising order, each counting as often as its asset was drawn.
fn median(sales: &[(i64, usize)], weights: &[u32]) -> Option<i64> {
    let total: u64 = sales.iter().map(|&(_, at)| u64::from(weights[at])).sum();
    let half = total.div_ceil(2);
    let mut seen = 0;
    for &(relative, at) in sales {
        seen += u64::from(weights[at]);
        if seen >= half && seen > 0 {
            return Some(relative);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(asset: u32, relative_micro: i64) -> Act {
        Act { time_s: 1, asset, relative_micro: Some(relative_micro) }
    }

    #[test]
    fn medians_by_hand() {
        let sales = [(1, 0), (2, 1), (3, 0), (9, 2)];
        assert_eq!(median(&sales, &[1, 1, 1]), Some(2));
        // 1 1 1 3 3 3 9: the fourth of seven.
        assert_eq!(median(&sales, &[3, 0, 1]), Some(3));
        assert_eq!(median(&sales, &[0, 0, 0]), None);
    }

    /// Seven assets at the level, five at twice it (ln 2): a premium of 1, and no resample says anything else.
    #[test]
    fn a_sure_premium() {
        let mut acts: Vec<Act> = (0..7).map(|asset| act(asset, 0)).collect();
        acts.extend((7..12).map(|asset| act(asset, 693_147)));
        acts.push(Act { time_s: 1, asset: 0, relative_micro: None });
        let has: Vec<bool> = (0..12).map(|asset| asset >= 7).collect();
        let found = Prices::new(&acts).compare(&has, 1, 0, 200).unwrap();
        assert_eq!(found.sales, 5);
        for value in [found.premium, found.interval.low, found.interval.high] {
            assert!((value - 1.0).abs() < 1e-6, "{found:?}");
        }
        let four: Vec<bool> = (0..12).map(|asset| asset >= 8).collect();
        assert_eq!(Prices::new(&acts).compare(&four, 1, 0, 200), None);
    }

    /// The bootstrap's interval of a median difference is near that of the sign test: of 101 values 1 to 101 and a single
    /// value beside them, the 95 % interval of the median is the 41st to the 61st.
    #[test]
    fn an_interval_as_wide_as_the_sign_tests() {
        let mut acts: Vec<Act> = (0..101).map(|asset| act(asset, 10_000 * i64::from(asset + 1))).collect();
        acts.extend((101..106).map(|asset| act(asset, 0)));
        let has: Vec<bool> = (0..106).map(|asset| asset < 101).collect();
        let found = Prices::new(&acts).compare(&has, 3, 0, 2_000).unwrap();
        let ends = [found.interval.low, found.interval.high].map(|end| libm::log1p(end) * 100.0);
        assert!((ends[0] - 41.0).abs() <= 2.0 && (ends[1] - 61.0).abs() <= 2.0, "{ends:?}");
    }
}
