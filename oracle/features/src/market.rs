//! The market price of a moment: a robust statistic of the sales just before it.

use std::collections::VecDeque;

/// A window of recent prices: at most `sales_max` of them, none older than `age_max_s`.
#[derive(Debug, Clone)]
pub(crate) struct MarketWindow {
    sales_max: usize,
    age_max_s: i64,
    recent: VecDeque<(i64, u128)>,
}

impl MarketWindow {
    pub(crate) fn new(sales_max: usize, age_max_s: i64) -> Self {
        Self { sales_max, age_max_s, recent: VecDeque::new() }
    }

    /// Adds a sale; times do not fall.
    pub(crate) fn push(&mut self, time_s: i64, price: u128) {
        if self.recent.len() == self.sales_max {
            self.recent.pop_front();
        }
        self.recent.push_back((time_s, price));
    }

    /// The lower median of the window at `now_s`, the element of rank `ceil(n/2)`; `None` if it holds fewer
    /// than `sales_min` sales. Times are within 0..=2^40 and ages within ten years: nothing overflows.
    pub(crate) fn median(&self, now_s: i64, sales_min: usize) -> Option<u128> {
        let oldest_s = now_s - self.age_max_s;
        let mut prices: Vec<u128> =
            self.recent.iter().filter(|(time_s, _)| *time_s >= oldest_s).map(|(_, price)| *price).collect();
        if prices.is_empty() || prices.len() < sales_min {
            return None;
        }
        prices.sort_unstable();
        Some(prices[prices.len().div_ceil(2) - 1])
    }
}
