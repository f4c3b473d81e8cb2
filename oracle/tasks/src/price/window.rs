//! Quantiles of the latest prices.

use super::sales::PricedSale;
use super::units::ln_micro;
use super::view::LEVEL_DAYS;

/// A day in seconds.
pub(crate) const DAY_S: i64 = 86_400;
/// Most sales that a window of time looks back on; of more, the latest.
pub(crate) const WINDOW_SALES_MAX: usize = 20_000;

/// The element of rank `ceil(n · percent / 100)` (nearest rank, at least the first); `None` of nothing. Reorders `values`.
pub(crate) fn quantile<T: Ord + Copy>(values: &mut [T], percent: usize) -> Option<T> {
    let rank = (values.len() * percent).div_ceil(100).max(1);
    if values.is_empty() {
        return None;
    }
    Some(*values.select_nth_unstable(rank - 1).1)
}

/// The sales of one market up to a moment, by time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Past {
    times_s: Vec<i64>,
    prices_wei: Vec<u128>,
    ln_micro: Vec<i64>,
}

impl Past {
    pub(crate) fn push(&mut self, sale: &PricedSale) {
        self.times_s.push(sale.time_s);
        self.prices_wei.push(sale.price_wei);
        self.ln_micro.push(ln_micro(sale.price_wei));
    }

    pub(crate) fn len(&self) -> usize {
        self.times_s.len()
    }

    pub(crate) fn last_time_s(&self) -> Option<i64> {
        self.times_s.last().copied()
    }

    pub(crate) fn last_ln(&self) -> Option<i64> {
        self.ln_micro.last().copied()
    }

    /// How many sales were at most `days` before `time_s`, itself not more than [`WINDOW_SALES_MAX`].
    pub(crate) fn count(&self, time_s: i64, days: i64) -> usize {
        let start_s = time_s - days * DAY_S;
        let earlier = self.times_s.partition_point(|&at_s| at_s < start_s);
        (self.len() - earlier).min(WINDOW_SALES_MAX)
    }

    /// ln prices of the last `count` sales.
    pub(crate) fn last_lns(&self, count: usize) -> Vec<i64> {
        self.ln_micro[self.len().saturating_sub(count)..].to_vec()
    }

    /// The market's level at a moment after all these sales (see [`LEVEL_DAYS`]); `None` before the first.
    pub(crate) fn level_wei(&self, time_s: i64) -> Option<u128> {
        let counts = LEVEL_DAYS.map(|days| self.count(time_s, days));
        let count = counts.into_iter().find(|&count| count > 0).unwrap_or(usize::MAX);
        self.median_wei(count.min(WINDOW_SALES_MAX))
    }

    /// The lower median price in wei of the last `count` sales.
    pub(crate) fn median_wei(&self, count: usize) -> Option<u128> {
        quantile(&mut self.prices_wei[self.len().saturating_sub(count)..].to_vec(), 50)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_by_hand() {
        assert_eq!(quantile(&mut [5, 1, 4, 2, 3], 50), Some(3));
        assert_eq!(quantile(&mut [4, 1, 3, 2], 50), Some(2));
        assert_eq!(quantile(&mut [4, 1, 3, 2], 75), Some(3));
        assert_eq!(quantile(&mut [4, 1, 3, 2], 76), Some(4));
        assert_eq!(quantile(&mut [4, 1, 3, 2], 0), Some(1));
        assert_eq!(quantile::<i64>(&mut [], 50), None);
    }

    #[test]
    fn a_window_holds_its_first_moment() {
        let mut past = Past::default();
        for (time_s, price_wei) in [(0, 8), (1, 2), (DAY_S, 4), (DAY_S, 6)] {
            past.push(&PricedSale { time_s, asset: 0, price_wei });
        }
        assert_eq!(past.count(DAY_S + 1, 1), 3);
        assert_eq!(past.count(DAY_S, 1), 4);
        assert_eq!(past.median_wei(3), Some(4));
        assert_eq!(past.median_wei(9), Some(4));
        assert_eq!(past.median_wei(0), None);
    }
}
